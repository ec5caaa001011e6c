import pytest
from tests.support.openssl import Party, Workshop

from vaxcert.crypto.chain import check_issued_by, check_issued_by_any
from vaxcert.crypto.signing_certificate import read_signing_certificate
from vaxcert.errors import Reason, TrustListError

PSS = ("-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest")


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("openssl"))


@pytest.fixture(scope="module")
def authority(workshop: Workshop) -> Party:
    return workshop.party("CSCA", authority=True)


@pytest.fixture(scope="module")
def signer(workshop: Workshop, authority: Party) -> Party:
    return workshop.party("DSC", issuer=authority)


def refusal(certificate: Party, issuer: Party) -> Reason:
    with pytest.raises(TrustListError) as caught:
        check_issued_by(certificate.certificate, issuer.certificate)
    assert caught.value.__cause__ is None
    return caught.value.reason


@pytest.mark.parametrize(
    ("key", "signed"),
    [
        ("P-256", ("-sha256",)),
        ("P-384", ("-sha384",)),
        ("P-521", ("-sha512",)),
        ("P-256", ("-sha512",)),
        ("2048", ("-sha256",)),
        ("2048", ("-sha384",)),
        ("3072", ("-sha512",)),
        ("2048", ("-sha256", *PSS)),
        ("2048", ("-sha512", *PSS)),
        ("2048", ("-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:20")),
    ],
)
def test_every_algorithm(workshop: Workshop, key: str, signed: tuple[str, ...]) -> None:
    issuer = workshop.party("CSCA", key=key, signed=signed, authority=True)
    issued = workshop.party("DSC", issuer=issuer, signed=signed)
    check_issued_by(issued.certificate, issuer.certificate)
    check_issued_by(issuer.certificate, issuer.certificate)
    namesake = workshop.party("CSCA", key=key, signed=signed, authority=True)
    assert refusal(issued, namesake) is Reason.TRUST_ENTRY_SIGNATURE


def test_key_of_another_type_under_the_same_name(workshop: Workshop, authority: Party, signer: Party) -> None:
    for key in ("2048", "P-384"):
        assert refusal(signer, workshop.party("CSCA", key=key)) is Reason.TRUST_ENTRY_SIGNATURE


def test_same_key_under_another_name(workshop: Workshop, authority: Party, signer: Party) -> None:
    other = workshop.party("CSCB", authority=True)
    with pytest.raises(TrustListError, match="names another issuer"):
        check_issued_by(signer.certificate, other.certificate)


@pytest.mark.parametrize(("key", "signed"), [("P-256", "-sha1"), ("2048", "-sha1"), ("2048", "-md5")])
def test_weak_hash(workshop: Workshop, key: str, signed: str) -> None:
    issuer = workshop.party("CSCA", key=key, authority=True)
    issued = workshop.party("DSC", issuer=issuer, signed=(signed,))
    assert refusal(issued, issuer) is Reason.WEAK_SIGNATURE


def test_weak_pss_hash(workshop: Workshop) -> None:
    issuer = workshop.party("CSCA", key="2048", authority=True)
    issued = workshop.party("DSC", issuer=issuer, signed=("-sha1", *PSS))
    assert refusal(issued, issuer) is Reason.WEAK_SIGNATURE


@pytest.mark.parametrize(("bits", "reason"), [("2047", Reason.WEAK_SIGNATURE), ("2048", None)])
def test_rsa_size(workshop: Workshop, bits: str, reason: Reason | None) -> None:
    issuer = workshop.party("CSCA", key=bits, authority=True)
    issued = workshop.party("DSC", issuer=issuer)
    if reason is None:
        check_issued_by(issued.certificate, issuer.certificate)
    else:
        assert refusal(issued, issuer) is reason


def test_curve_that_is_not_allowed(workshop: Workshop) -> None:
    issuer = workshop.party("CSCA", key="brainpoolP256r1", authority=True)
    issued = workshop.party("DSC", issuer=issuer)
    assert refusal(issued, issuer) is Reason.TRUST_ENTRY_SIGNATURE


def test_every_changed_byte_is_seen(authority: Party, signer: Party) -> None:
    whole = signer.certificate.der
    seen = 0
    for position in range(len(whole)):
        changed = bytearray(whole)
        changed[position] ^= 0x01
        try:
            certificate = read_signing_certificate(bytes(changed))
        except TrustListError:
            continue
        seen += 1
        with pytest.raises(TrustListError):
            check_issued_by(certificate, authority.certificate)
    assert seen > 100


def test_one_of_several(workshop: Workshop, authority: Party, signer: Party) -> None:
    others = [workshop.party("CSCA", authority=True).certificate for _ in range(2)]
    check_issued_by_any(signer.certificate, [*others, authority.certificate])
    with pytest.raises(TrustListError) as caught:
        check_issued_by_any(signer.certificate, others)
    assert caught.value.reason is Reason.TRUST_ENTRY_SIGNATURE
    with pytest.raises(TrustListError):
        check_issued_by_any(signer.certificate, [])


def test_a_weak_one_of_several_is_named_as_the_reason(workshop: Workshop, authority: Party) -> None:
    weak = workshop.party("DSC", issuer=authority, signed=("-sha1",))
    other = workshop.party("CSCA 2", authority=True)
    with pytest.raises(TrustListError) as caught:
        check_issued_by_any(weak.certificate, [authority.certificate, other.certificate])
    assert caught.value.reason is Reason.WEAK_SIGNATURE


def test_negative_serial_does_not_matter(workshop: Workshop, authority: Party) -> None:
    issued = workshop.party("DSC", issuer=authority, serial=-77).certificate
    assert issued.fields.serial[0] >= 0x80
    check_issued_by(issued, authority.certificate)
