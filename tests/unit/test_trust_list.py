import base64
from dataclasses import FrozenInstanceError, replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from tests.support.signers import DSC_STARTS, signer

import vaxcert as vc
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.crypto.authority import create_signing_ca
from vaxcert.crypto.signing_certificate import read_signing_certificate
from vaxcert.errors import Reason, TrustListError, UnsupportedError
from vaxcert.model.certificate import ALL_KINDS, Kind
from vaxcert.trust.formats import ReadingTerms, certificates
from vaxcert.trust.origin import Environment, ListOrigin
from vaxcert.trust.trust_list import ListReading, TrustedKey, TrustList

TERMS = ReadingTerms(source="a")


A, B = ListOrigin(name="a"), ListOrigin(name="b")


def key(one=None, **changes):
    return replace(TrustedKey.from_certificate((one or signer()).certificate, origin=A), **changes)


def pem(der):
    body = base64.encodebytes(der).decode()
    return f"-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n".encode()


def self_signed(private_key):
    """An X.509 certificate of a key that HCERT has no algorithm for."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "TEST")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private_key.public_key())
        .serial_number(1)
        .not_valid_before(DSC_STARTS)
        .not_valid_after(DSC_STARTS.replace(year=2030))
    )
    digest = None if isinstance(private_key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(private_key, digest).public_bytes(Encoding.DER)


# --- trusted keys


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_trusted_key_keeps_within_what_its_certificate_states(algorithm):
    one = signer(algorithm, kinds=frozenset({Kind.VACCINATION}))
    trusted = TrustedKey.from_certificate(one.certificate, origin=ListOrigin(name="here"))
    assert trusted.kid == one.kid == trusted.digest[:8]
    assert (trusted.country, trusted.kinds, trusted.origin.name) == ("VN", {Kind.VACCINATION}, "here")
    assert (trusted.not_before, trusted.not_after) == (
        one.certificate.not_before,
        one.certificate.not_after,
    )
    assert trusted.key.algorithm is algorithm


def test_a_key_that_states_nothing_may_sign_everything():
    bare = TrustedKey(kid=b"12345678", digest=bytes(32), key=key().key)
    assert (bare.country, bare.kinds, bare.not_before, bare.not_after) == (None, ALL_KINDS, None, None)


@pytest.mark.parametrize(
    "private_key", [ec.generate_private_key(ec.SECP384R1()), ed25519.Ed25519PrivateKey.generate()]
)
def test_key_of_another_type_is_not_trusted(private_key):
    certificate = read_signing_certificate(self_signed(private_key))
    with pytest.raises(UnsupportedError) as caught:
        TrustedKey.from_certificate(certificate)
    assert caught.value.reason is Reason.KEY_TYPE


def test_trusted_key_is_a_value():
    with pytest.raises(FrozenInstanceError):
        key().kinds = ALL_KINDS
    assert key() == key(origin=ListOrigin(name="a"))
    assert hash(key()) == hash(key(origin=ListOrigin(name="a")))
    for changes in (
        {"kid": b"x"},
        {"country": None},
        {"kinds": frozenset({Kind.TEST})},
        {"not_after": None},
        {"domain": "DCC"},
        {"environment": Environment.TEST},
        {"withdrawn": True},
        {"origin": B},
    ):
        assert key() != key(**changes)


# --- the list


@pytest.mark.parametrize("keys", [(), [], iter(()), {}])
def test_empty_list_is_refused(keys):
    with pytest.raises(ValueError, match="at least one key"):
        TrustList(keys)


def test_candidates_are_all_keys_with_the_identifier_in_their_order():
    first, second, other = key(), key(digest=b"2" * 32), key(signer(country="LA"))
    one = TrustList([first, other, second])
    assert one.candidates(first.kid) == (first, second)
    assert one.candidates(other.kid) == (other,)
    assert one.candidates(b"another!") == one.candidates(b"") == ()
    assert list(one) == [first, other, second]
    assert len(one) == 3


def test_the_same_entry_counts_once_and_the_same_key_on_two_lists_is_two_grants():
    one = TrustList([key(), key(origin=B), key()])
    assert [entry.origin for entry in one] == [A, B]
    assert one.origins == (A, B)
    assert len(one.candidates(key().kid)) == 2


@pytest.mark.parametrize("name_of", [lambda one: one.digest, lambda one: one.kid], ids=["digest", "kid"])
def test_a_withdrawal_on_one_list_withdraws_the_key_on_all(name_of):
    other = key(signer(country="LA"))
    readings = [
        ListReading(keys=(key(), other)),
        ListReading(keys=(key(origin=B),)),
        ListReading(keys=(), withdrawn=frozenset({name_of(key())})),
    ]
    one = TrustList.combined(readings)
    assert [entry.withdrawn for entry in one] == [True, False, True]
    assert [entry.withdrawn for entry in TrustList.combined(readings[:2])] == [False, False, False]


def test_an_entry_marked_as_withdrawn_withdraws_the_key_elsewhere():
    assert all(entry.withdrawn for entry in TrustList([key(), key(origin=B, withdrawn=True)]))


def test_a_bare_key_goes_with_its_certificate():
    bare, other = key(digest=b"s" * 32), key(digest=b"s" * 32, kid=b"12345678")
    one = TrustList([bare, other], withdrawn={key().digest})
    assert [entry.withdrawn for entry in one] == [True, False]


def test_a_short_identifier_is_no_beginning_of_every_digest():
    short = key(digest=b"s" * 32, kid=key().digest[:1])
    assert [entry.withdrawn for entry in TrustList([short], withdrawn={key().digest})] == [False]


def test_a_digest_withdraws_no_other_certificate_with_the_same_identifier():
    other = key(digest=key().kid + bytes(24))
    assert [entry.withdrawn for entry in TrustList([key(), other], withdrawn={key().digest})] == [True, False]


def test_keys_that_differ_in_what_they_may_sign_are_two():
    limited = key(kinds=frozenset({Kind.TEST}))
    assert TrustList([key(), limited]).candidates(key().kid) == (key(), limited)


def test_list_does_not_share_with_what_it_was_made_from():
    keys = [key()]
    one = TrustList(keys)
    keys.append(key(signer(country="LA")))
    assert len(one) == 1


def test_list_offers_no_way_to_change_it():
    one = TrustList([key()])
    assert isinstance(one.candidates(key().kid), tuple)
    with pytest.raises(AttributeError):
        one.further = 1
    assert not [
        name
        for name in dir(one)
        if not name.startswith("_") and name not in ("candidates", "combined", "origins", "origins_of")
    ]


def test_list_reads_any_iterable_once():
    assert len(TrustList(key(signer(country=country)) for country in ("AA", "AB"))) == 2


def test_repr_of_a_list_says_how_many():
    assert repr(TrustList([key()])) == "<TrustList of 1 keys>"


# --- plain certificates as a list format


def test_bundle_of_certificates():
    two = signer(), signer(Algorithm.PS256)
    reading = certificates.read(b"".join(pem(one.certificate.der) for one in two), TERMS)
    assert reading.problems == ()
    assert [one.kid for one in reading.keys] == [one.kid for one in two]
    assert {one.origin for one in reading.keys} == {A}
    assert certificates.read(two[0].certificate.der, TERMS).keys == (key(two[0]),)


def test_one_bad_entry_is_reported_and_the_rest_loaded():
    good, p384 = signer().certificate.der, self_signed(ec.generate_private_key(ec.SECP384R1()))
    data = pem(good) + pem(b"no certificate") + pem(p384) + pem(signer(country="LA").certificate.der)
    reading = certificates.read(data, TERMS)
    assert [one.country for one in reading.keys] == ["VN", "LA"]
    assert [type(problem) for problem in reading.problems] == [TrustListError, UnsupportedError]
    assert [problem.reason for problem in reading.problems] == [
        Reason.CERTIFICATE_UNREADABLE,
        Reason.KEY_TYPE,
    ]


@pytest.mark.parametrize("data", [b"", b"nothing", b"\x30\x82\xff\xff", pem(b"")])
def test_bytes_without_a_certificate_are_one_problem(data):
    reading = certificates.read(data, TERMS)
    assert reading.keys == ()
    assert [problem.reason for problem in reading.problems] == [Reason.CERTIFICATE_UNREADABLE]


def test_what_was_read_makes_a_list_that_verifies():
    from tests.support.signers import NOW, certificate, issuer

    reading = certificates.read(pem(signer().certificate.der), TERMS)
    text = issuer(signer()).issue(certificate(), at=NOW).text
    verified = vc.Verifier(vc.TrustList(reading.keys)).verify(text, at=NOW)
    assert verified.key.origin == A


def test_signing_ca_is_a_certificate_like_another():
    ca = create_signing_ca(
        ec.generate_private_key(ec.SECP256R1()),
        country="VN",
        organization="TEST",
        common_name="TEST CSCA",
        not_before=DSC_STARTS,
    )
    reading = certificates.read(ca.public_bytes(Encoding.DER), TERMS)
    assert len(reading.keys) == reading.entries == 1


def test_keys_handed_over_for_tests_are_test_keys():
    reading = certificates.read(
        signer().certificate.der, ReadingTerms(source="a", environment=Environment.TEST)
    )
    assert reading.environment is reading.keys[0].environment is Environment.TEST
    assert certificates.read(signer().certificate.der, TERMS).environment is Environment.PRODUCTION
