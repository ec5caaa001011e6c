import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.openssl import Party, Workshop

from vaxcert.crypto import cms, der
from vaxcert.errors import Reason, TrustListError
from vaxcert.limits import MAX_CMS_BYTES, MAX_CMS_CERTIFICATES

CONTENT = b"TEST content \x00\xff of a list"
PSS = ("-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:digest")
SIGNED_ATTRIBUTES = 0xA0


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("openssl"))


@pytest.fixture(scope="module")
def authority(workshop: Workshop) -> Party:
    return workshop.party("CSCA", authority=True)


@pytest.fixture(scope="module")
def signer(workshop: Workshop, authority: Party) -> Party:
    return workshop.party("UPLOAD", issuer=authority)


def refusal(message: bytes, content: bytes | None = CONTENT) -> tuple[Reason, str]:
    with pytest.raises(TrustListError) as caught:
        cms.verify(message, content=content)
    assert caught.value.__cause__ is None
    return caught.value.reason, str(caught.value)


@pytest.mark.parametrize("content", [b"x", CONTENT, bytes(5000)])
@pytest.mark.parametrize(
    "options",
    [
        (),
        ("-nodetach",),
        ("-noattr",),
        ("-nodetach", "-noattr"),
        ("-keyid",),
        ("-nodetach", "-stream"),
        ("-nodetach", "-stream", "-noattr", "-keyid"),
        ("-nosmimecap",),
    ],
)
def test_every_form_is_verified(
    workshop: Workshop, signer: Party, options: tuple[str, ...], content: bytes
) -> None:
    message = workshop.cms(signer, content, *options)
    signed = cms.verify(message, content=content)
    assert signed.content == content
    assert signed.signer == signer.certificate
    assert signed.certificates == (signer.certificate,)
    assert "-nodetach" not in options or cms.verify(message).content == content


@pytest.mark.parametrize("options", [(), ("-nodetach",), ("-noattr",), ("-nodetach", "-noattr")])
def test_empty_content(workshop: Workshop, signer: Party, options: tuple[str, ...]) -> None:
    message = workshop.cms(signer, b"", *options)
    assert cms.verify(message, content=b"").content == b""
    assert refusal(message, b"x")[0] is Reason.TRUST_ENTRY_SIGNATURE


def test_stream_is_indefinite(workshop: Workshop, signer: Party) -> None:
    assert workshop.cms(signer, CONTENT, "-nodetach", "-stream")[:2] == b"\x30\x80"


@pytest.mark.parametrize(
    ("key", "md", "options"),
    [
        ("P-256", "sha384", ()),
        ("P-384", "sha384", ()),
        ("P-521", "sha512", ("-noattr",)),
        ("2048", "sha256", ()),
        ("2048", "sha512", ("-noattr",)),
        ("2048", "sha256", PSS),
        ("3072", "sha512", (*PSS, "-nodetach")),
    ],
)
def test_every_algorithm(workshop: Workshop, key: str, md: str, options: tuple[str, ...]) -> None:
    signer = workshop.party("UPLOAD", key=key)
    message = workshop.cms(signer, CONTENT, *options, md=md)
    assert cms.verify(message, content=CONTENT).signer == signer.certificate
    assert refusal(message, CONTENT + b"!")[0] is Reason.TRUST_ENTRY_SIGNATURE


@pytest.mark.parametrize(
    ("key", "md", "options"),
    [("P-256", "sha1", ()), ("2048", "sha1", ("-noattr",)), ("2048", "md5", ()), ("2048", "sha1", PSS)],
)
def test_weak_hash(workshop: Workshop, key: str, md: str, options: tuple[str, ...]) -> None:
    message = workshop.cms(workshop.party("UPLOAD", key=key), CONTENT, *options, md=md)
    assert refusal(message)[0] is Reason.WEAK_SIGNATURE


def test_small_rsa_key(workshop: Workshop) -> None:
    message = workshop.cms(workshop.party("UPLOAD", key="1024"), CONTENT)
    assert refusal(message)[0] is Reason.WEAK_SIGNATURE


def test_a_hash_that_is_not_taken_is_named(workshop: Workshop, signer: Party) -> None:
    reason, problem = refusal(workshop.cms(signer, CONTENT, md="sha224"))
    assert reason is Reason.TRUST_ENTRY_SIGNATURE
    assert "hash" in problem


@pytest.mark.parametrize("options", [(), ("-noattr",), ("-nodetach",), ("-nodetach", "-noattr")])
def test_another_content(workshop: Workshop, signer: Party, options: tuple[str, ...]) -> None:
    message = workshop.cms(signer, CONTENT, *options)
    assert refusal(message, CONTENT + b"!")[0] is Reason.TRUST_ENTRY_SIGNATURE
    assert refusal(message, b"")[0] is Reason.TRUST_ENTRY_SIGNATURE


def test_detached_needs_its_content(workshop: Workshop, signer: Party) -> None:
    reason, problem = refusal(workshop.cms(signer, CONTENT), None)
    assert reason is Reason.TRUST_ENTRY_UNREADABLE
    assert "detached" in problem


@pytest.mark.parametrize("options", [(), ("-keyid",)])
def test_signer_certificate_from_elsewhere(
    workshop: Workshop, authority: Party, signer: Party, options: tuple[str, ...]
) -> None:
    message = workshop.cms(signer, CONTENT, "-nocerts", *options)
    reason, problem = refusal(message)
    assert reason is Reason.TRUST_ENTRY_SIGNATURE
    assert "neither in the CMS message nor known" in problem
    known = [authority.certificate, signer.certificate]
    signed = cms.verify(message, content=CONTENT, certificates=known)
    assert signed.signer == signer.certificate
    assert signed.certificates == ()


def test_namesake_with_the_same_number_is_not_taken(workshop: Workshop, authority: Party) -> None:
    one, other = (workshop.party("UPLOAD", issuer=authority, serial=5) for _ in range(2))
    message = workshop.cms(one, CONTENT, "-nocerts")
    both = [other.certificate, one.certificate]
    assert cms.verify(message, content=CONTENT, certificates=both).signer == one.certificate
    with pytest.raises(TrustListError) as caught:
        cms.verify(message, content=CONTENT, certificates=[other.certificate])
    assert caught.value.reason is Reason.TRUST_ENTRY_SIGNATURE


def test_the_signer_is_named_by_issuer_and_number_together(workshop: Workshop, authority: Party) -> None:
    signer = workshop.party("UPLOAD", issuer=authority, serial=5)
    message = workshop.cms(signer, CONTENT, "-nocerts")
    others = (
        workshop.reissued(signer, issuer=authority, serial=6),
        workshop.reissued(signer, issuer=workshop.party("OTHER", authority=True), serial=5),
    )
    for other in others:
        with pytest.raises(TrustListError, match="neither in the CMS message nor known"):
            cms.verify(message, content=CONTENT, certificates=[other.certificate])
    again = workshop.reissued(signer, issuer=authority, serial=5)
    assert cms.verify(message, content=CONTENT, certificates=[again.certificate]).content == CONTENT


def test_certificates_of_the_message(workshop: Workshop, authority: Party, signer: Party) -> None:
    message = workshop.cms(signer, CONTENT, "-certfile", str(authority.file))
    assert set(cms.verify(message, content=CONTENT).certificates) == {
        authority.certificate,
        signer.certificate,
    }


def test_two_signers_are_refused(workshop: Workshop, authority: Party, signer: Party) -> None:
    second = ("-signer", str(authority.file), "-inkey", str(authority.key))
    reason, problem = refusal(workshop.cms(signer, CONTENT, *second))
    assert reason is Reason.TRUST_ENTRY_SIGNATURE
    assert "2 signers" in problem


def taken_apart(message: bytes) -> list[der.Element]:
    """The fields of the SignedData of a DER message."""
    wrapped = list(der.elements(der.content(message, der.SEQUENCE)))[1]
    return list(der.elements(der.content(wrapped.content, der.SEQUENCE)))


def put_together(fields: list[bytes]) -> bytes:
    signed = der.encode(der.SEQUENCE, b"".join(fields))
    kind = der.encode(der.OBJECT_IDENTIFIER, der.object_identifier("1.2.840.113549.1.7.2"))
    return der.encode(der.SEQUENCE, kind + der.encode(0xA0, signed))


def test_nobody_signed(workshop: Workshop, signer: Party) -> None:
    *fields, _ = taken_apart(workshop.cms(signer, CONTENT))
    reason, problem = refusal(put_together([*(field.encoding for field in fields), b"\x31\x00"]))
    assert reason is Reason.TRUST_ENTRY_SIGNATURE
    assert "0 signers" in problem


@pytest.mark.parametrize("count", [MAX_CMS_CERTIFICATES, MAX_CMS_CERTIFICATES + 1])
def test_bound_of_certificates(workshop: Workshop, signer: Party, count: int) -> None:
    fields = [field.encoding for field in taken_apart(workshop.cms(signer, CONTENT))]
    fields[3] = der.encode(0xA0, signer.certificate.der * count)
    message = put_together(fields)
    if count <= MAX_CMS_CERTIFICATES:
        assert cms.verify(message, content=CONTENT).signer == signer.certificate
    else:
        assert refusal(message)[0] is Reason.TRUST_ENTRY_UNREADABLE


def test_size_bound() -> None:
    assert "at most" not in refusal(bytes(MAX_CMS_BYTES))[1]
    assert "at most" in refusal(bytes(MAX_CMS_BYTES + 1))[1]


def signer_info(message: bytes) -> list[bytes]:
    (info,) = der.elements(taken_apart(message)[-1].content)
    return [part.encoding for part in der.elements(info.content)]


def with_signer_info(message: bytes, parts: list[bytes]) -> bytes:
    fields = [field.encoding for field in taken_apart(message)]
    fields[-1] = der.encode(der.SET, der.encode(der.SEQUENCE, b"".join(parts)))
    return put_together(fields)


INTEGER = der.encode(der.INTEGER, b"\x05")


def test_signers_that_are_no_set(workshop: Workshop, signer: Party) -> None:
    *fields, signers = taken_apart(workshop.cms(signer, CONTENT))
    message = put_together([*(one.encoding for one in fields), der.encode(der.SEQUENCE, signers.content)])
    assert refusal(message) == (Reason.TRUST_ENTRY_UNREADABLE, "not built as CMS SignedData is")


def test_another_kind_of_message_of_the_same_form(workshop: Workshop, signer: Party) -> None:
    message = workshop.cms(signer, CONTENT)
    named, other = (
        der.object_identifier("1.2.840.113549.1.7.2"),
        der.object_identifier("1.2.840.113549.1.7.3"),
    )
    assert message.count(named) == 1
    assert refusal(message.replace(named, other))[1] == "another content than SignedData"


@pytest.mark.parametrize("identifier", [b"", INTEGER, INTEGER + INTEGER, der.encode(der.SEQUENCE, b"")])
def test_an_identifier_that_is_none_names_nobody(
    workshop: Workshop, signer: Party, identifier: bytes
) -> None:
    message = workshop.cms(signer, CONTENT)
    parts = signer_info(message)
    parts[1] = der.encode(der.SEQUENCE, identifier)
    assert "neither in the CMS message nor known" in refusal(with_signer_info(message, parts))[1]


@pytest.mark.parametrize("count", range(5))
def test_signer_info_cut_short(workshop: Workshop, signer: Party, count: int) -> None:
    message = workshop.cms(signer, CONTENT, "-noattr")
    parts = signer_info(message)
    assert len(parts) == 5
    found = refusal(with_signer_info(message, parts[:count]))
    assert found == (Reason.TRUST_ENTRY_UNREADABLE, "a SignerInfo that is none")


@pytest.mark.parametrize(
    ("place", "problem"),
    [
        (0, "not built as CMS SignedData is"),
        (1, "a SignerInfo that is none"),
        (2, "not built as CMS SignedData is"),
        (3, "not built as CMS SignedData is"),
        (4, "a signature that is not an octet string"),
    ],
)
def test_signer_info_with_another_part(workshop: Workshop, signer: Party, place: int, problem: str) -> None:
    message = workshop.cms(signer, CONTENT, "-noattr")
    parts = signer_info(message)
    parts[place] = der.encode(der.BOOLEAN, b"\xff")
    assert refusal(with_signer_info(message, parts)) == (Reason.TRUST_ENTRY_UNREADABLE, problem)


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ([INTEGER], "the content is not an octet string"),
        ([der.encode(der.OCTET_STRING, CONTENT)] * 2, "the content is not an octet string"),
        ([], "the content is not an octet string"),
    ],
)
def test_content_that_is_not_one_octet_string(
    workshop: Workshop, signer: Party, members: list[bytes], problem: str
) -> None:
    fields = [field.encoding for field in taken_apart(workshop.cms(signer, CONTENT))]
    kind = der.encode(der.OBJECT_IDENTIFIER, der.object_identifier("1.2.840.113549.1.7.1"))
    fields[2] = der.encode(der.SEQUENCE, kind + der.encode(0xA0, b"".join(members)))
    assert refusal(put_together(fields), None) == (Reason.TRUST_ENTRY_UNREADABLE, problem)


def test_key_identifier_in_pieces(workshop: Workshop, signer: Party) -> None:
    message = workshop.cms(signer, CONTENT, "-keyid")
    parts = signer_info(message)
    named = der.content(parts[1], 0x80)
    pieces = (named[:3], named[3:])
    parts[1] = der.encode(0xA0, b"".join(der.encode(der.OCTET_STRING, one) for one in pieces))
    assert cms.verify(with_signer_info(message, parts), content=CONTENT).signer == signer.certificate


def test_signed_attributes_in_another_order_are_put_in_order(workshop: Workshop, signer: Party) -> None:
    message = workshop.cms(signer, CONTENT)
    parts = signer_info(message)
    members = [member.encoding for member in der.elements(der.content(parts[3], SIGNED_ATTRIBUTES))]
    parts[3] = der.encode(SIGNED_ATTRIBUTES, b"".join(reversed(members)))
    turned = with_signer_info(message, parts)
    assert turned != message
    assert cms.verify(turned, content=CONTENT).signer == signer.certificate


@pytest.mark.parametrize("missing", ["1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"])
@pytest.mark.parametrize("times", [0, 2])
def test_attributes_that_have_to_be_there_once(
    workshop: Workshop, signer: Party, missing: str, times: int
) -> None:
    message = workshop.cms(signer, CONTENT)
    parts = signer_info(message)
    name = der.object_identifier(missing)
    members = [
        member.encoding * (times if name in member.encoding else 1)
        for member in der.elements(der.content(parts[3], SIGNED_ATTRIBUTES))
    ]
    parts[3] = der.encode(SIGNED_ATTRIBUTES, b"".join(members))
    assert refusal(with_signer_info(message, parts))[0] is Reason.TRUST_ENTRY_SIGNATURE


def test_signed_attributes_are_not_taken_for_content(workshop: Workshop, signer: Party) -> None:
    """Leaving out the attributes and calling them the content keeps the signature right; it is refused."""
    message = workshop.cms(signer, CONTENT)
    parts = signer_info(message)
    attributes = der.encode(der.SET, der.content(parts.pop(3), SIGNED_ATTRIBUTES))
    forged = with_signer_info(message, parts)
    assert workshop.is_right(forged, attributes)
    reason, problem = refusal(forged, attributes)
    assert reason is Reason.TRUST_ENTRY_SIGNATURE
    assert "without signed attributes" in problem


def test_content_of_another_type_needs_attributes(workshop: Workshop, signer: Party) -> None:
    other = ("-econtent_type", "1.2.3.4")
    assert cms.verify(workshop.cms(signer, CONTENT, *other), content=CONTENT).content == CONTENT
    message = workshop.cms(signer, CONTENT, "-noattr")
    fields = [field.encoding for field in taken_apart(message)]
    fields[2] = der.encode(der.SEQUENCE, der.encode(der.OBJECT_IDENTIFIER, b"\x2a\x03"))
    assert refusal(put_together(fields))[0] is Reason.TRUST_ENTRY_SIGNATURE


def test_type_of_the_content_is_signed(workshop: Workshop, signer: Party) -> None:
    fields = [field.encoding for field in taken_apart(workshop.cms(signer, CONTENT))]
    fields[2] = der.encode(der.SEQUENCE, der.encode(der.OBJECT_IDENTIFIER, b"\x2a\x03"))
    assert refusal(put_together(fields))[0] is Reason.TRUST_ENTRY_SIGNATURE


def test_unreadable_certificate_beside_the_signers(workshop: Workshop, signer: Party) -> None:
    fields = [field.encoding for field in taken_apart(workshop.cms(signer, CONTENT))]
    fields[3] = der.encode(0xA0, b"\x30\x00" + signer.certificate.der)
    assert cms.verify(put_together(fields), content=CONTENT).certificates == (signer.certificate,)


@pytest.mark.parametrize(
    "data",
    [b"", b"\x30", b"\x30\x00", b"\x30\x80\x00\x00", b"\x30\x80" * 1000, b"{}", b"\x31\x00", b"\x30\x80\x06"],
)
def test_no_cms_message(data: bytes) -> None:
    assert refusal(data)[0] is Reason.TRUST_ENTRY_UNREADABLE


def test_deeply_nested_input_is_refused() -> None:
    assert refusal(b"\x30\x80" * (MAX_CMS_BYTES // 2))[0] is Reason.TRUST_ENTRY_UNREADABLE
    assert refusal(b"\x24\x80" * (MAX_CMS_BYTES // 2))[0] is Reason.TRUST_ENTRY_UNREADABLE


@given(st.binary(max_size=300))
def test_any_bytes_are_our_error(data: bytes) -> None:
    with pytest.raises(TrustListError) as caught:
        cms.verify(data, content=CONTENT)
    assert caught.value.reason is Reason.TRUST_ENTRY_UNREADABLE


@pytest.mark.parametrize("options", [(), ("-nodetach", "-stream"), ("-noattr",)])
def test_any_change_is_refused_or_does_not_touch_what_is_signed(
    workshop: Workshop, signer: Party, options: tuple[str, ...]
) -> None:
    source = random.Random(5652)
    message = workshop.cms(signer, CONTENT, *options)
    outcomes = Counter[str]()
    for _ in range(2500):
        changed = bytearray(message)
        for _ in range(source.randint(1, 3)):
            changed[source.randrange(len(changed))] = source.randrange(256)
        if source.random() < 0.2:
            del changed[source.randrange(len(changed)) :]
        try:
            signed = cms.verify(bytes(changed), content=CONTENT)
        except TrustListError as error:
            outcomes[error.reason] += 1
        else:
            assert signed.content == CONTENT
            assert signed.signer.public_key == signer.certificate.public_key
            outcomes["verified"] += 1
    assert outcomes.keys() <= {
        "verified",
        Reason.TRUST_ENTRY_UNREADABLE,
        Reason.TRUST_ENTRY_SIGNATURE,
        Reason.WEAK_SIGNATURE,
    }
    assert outcomes[Reason.TRUST_ENTRY_SIGNATURE] > 500
    assert outcomes[Reason.TRUST_ENTRY_UNREADABLE] > 500
