import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaxcert.crypto import der
from vaxcert.errors import Reason, TrustListError


def tlv(tag: int, *contents: bytes) -> bytes:
    content = b"".join(contents)
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 + len(octets)]) + octets + content


def certificate(*extensions: bytes) -> bytes:
    version = tlv(0xA0, tlv(0x02, b"\x02"))
    to_be_signed = tlv(0x30, version, tlv(0x02, b"\x01"), tlv(0xA3, tlv(0x30, *extensions)))
    return tlv(0x30, to_be_signed, tlv(0x30), tlv(0x03, b"\x00"))


EKU = der.object_identifier("2.5.29.37")


@pytest.mark.parametrize(
    ("dotted", "octets"),
    [
        ("2.5.29.37", "551d25"),
        ("1.3.6.1.4.1.1847.2021.1.2", "2b060104018e378f650102"),
        ("1.3.6.1.4.1.0.1847.2021.1.2", "2b06010401008e378f650102"),
        ("2.999.3", "883703"),
        ("0.0.127", "007f"),
        ("0.0.128", "008100"),
    ],
)
def test_object_identifier_octets(dotted: str, octets: str) -> None:
    assert der.object_identifier(dotted).hex() == octets


@pytest.mark.parametrize("size", [0, 1, 127, 128, 255, 256, 65535, 65536])
def test_elements_of_every_length_form(size: int) -> None:
    encoding = tlv(0x04, bytes(size))
    assert der.encode(0x04, bytes(size)) == encoding
    assert list(der.elements(encoding + b"\x05\x00")) == [
        der.Element(0x04, bytes(size), encoding),
        der.Element(0x05, b"", b"\x05\x00"),
    ]


def test_length_longer_than_der_wants_is_read() -> None:
    assert [element.content for element in der.elements(bytes.fromhex("0484000000015a"))] == [b"Z"]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ("30", "ends within an element"),
        ("0402aa", "1 bytes short"),
        ("0481", "short"),
        ("0482ff", "short"),
        ("048400ffffff", "short"),
        ("3080", "length of 0 octets"),
        ("04850000000001aa", "length of 5 octets"),
        ("04ff", "length of 127 octets"),
        ("1f8101020000", "several octets"),
        ("bf2100", "several octets"),
    ],
)
def test_malformed_elements(data: str, problem: str) -> None:
    with pytest.raises(TrustListError, match=problem) as caught:
        list(der.elements(bytes.fromhex(data)))
    assert caught.value.reason is Reason.CERTIFICATE_UNREADABLE


def test_extension_is_found_with_and_without_critical() -> None:
    other = tlv(0x30, tlv(0x06, b"\x55\x1d\x0f"), tlv(0x01, b"\xff"), tlv(0x04, b"other"))
    plain = tlv(0x30, tlv(0x06, EKU), tlv(0x04, b"value"))
    critical = tlv(0x30, tlv(0x06, EKU), tlv(0x01, b"\xff"), tlv(0x04, b"value"))
    assert der.certificate_extension(certificate(other, plain), EKU) == b"value"
    assert der.certificate_extension(certificate(critical, other), EKU) == b"value"


def test_absent_extension_is_none() -> None:
    without = tlv(0x30, tlv(0x30, tlv(0x02, b"\x01")), tlv(0x30), tlv(0x03, b"\x00"))
    assert der.certificate_extension(without, EKU) is None
    assert der.certificate_extension(certificate(), EKU) is None


def test_extension_twice_is_refused() -> None:
    extension = tlv(0x30, tlv(0x06, EKU), tlv(0x04, b"value"))
    with pytest.raises(TrustListError, match="twice"):
        der.certificate_extension(certificate(extension, extension), EKU)


@pytest.mark.parametrize(
    "extension",
    [
        tlv(0x30),
        tlv(0x30, tlv(0x06, EKU)),
        tlv(0x30, tlv(0x06, EKU), tlv(0x01, b"\xff")),
        tlv(0x30, tlv(0x04, b"value"), tlv(0x04, b"value")),
    ],
)
def test_extension_of_another_form_is_refused(extension: bytes) -> None:
    with pytest.raises(TrustListError, match="not an object identifier and an octet string"):
        der.certificate_extension(certificate(extension), EKU)


@pytest.mark.parametrize("other", ["0600", "067f", "067f80", "0603551d0f"])
def test_other_extensions_are_not_taken_apart(other: str) -> None:
    plain = tlv(0x30, tlv(0x06, EKU), tlv(0x04, b"value"))
    for extensions in ((tlv(0x30, bytes.fromhex(other)), plain), (plain, tlv(0x30, bytes.fromhex(other)))):
        assert der.certificate_extension(certificate(*extensions), EKU) == b"value"


@pytest.mark.parametrize("other", ["06", "0680", "068000", "068100", "0400", "05", ""])
def test_other_extensions_begin_as_extensions_do(other: str) -> None:
    plain = tlv(0x30, tlv(0x06, EKU), tlv(0x04, b"value"))
    with pytest.raises(TrustListError, match="not an object identifier and an octet string"):
        der.certificate_extension(certificate(plain, tlv(0x30, bytes.fromhex(other)), plain), EKU)


NUMBER, NAME, KEY_INFO = tlv(0x02, b"\x05"), tlv(0x30, b"\x31\x00"), tlv(0x30, b"\x03\x00")
LEADING = NUMBER + tlv(0x30, b"\x06\x00") + NAME + tlv(0x30) + tlv(0x30, b"\x31\x01s") + KEY_INFO
SIGNED_WITH = tlv(0x30, b"\x06\x01\x2a")


@pytest.mark.parametrize("version", [b"", tlv(0xA0, tlv(0x02, b"\x02"))])
@pytest.mark.parametrize("remainder", [b"", tlv(0xA3, b"\x30\x00")])
def test_fields_of_a_certificate(version: bytes, remainder: bytes) -> None:
    signed = tlv(0x30, version, LEADING, remainder)
    whole = tlv(0x30, signed, SIGNED_WITH, tlv(0x03, b"\x00signature"))
    assert der.certificate_fields(whole) == der.CertificateFields(
        to_be_signed=signed,
        algorithm=b"\x06\x01\x2a",
        signature=b"signature",
        serial=b"\x05",
        signed_algorithm=b"\x06\x00",
        issuer=NAME,
        subject=tlv(0x30, b"\x31\x01s"),
        key_info=KEY_INFO,
        remainder=remainder,
    )
    assert der.subject_and_after(whole) == (tlv(0x30, b"\x31\x01s"), KEY_INFO, remainder)


@pytest.mark.parametrize(
    "whole",
    [
        tlv(0x30, tlv(0x30, LEADING), SIGNED_WITH, tlv(0x03, b"\x00s"), b"\x05\x00"),
        tlv(0x30, tlv(0x30, LEADING), SIGNED_WITH, tlv(0x03, b"\x01s")),
        tlv(0x30, tlv(0x30, LEADING), SIGNED_WITH, tlv(0x03)),
        # the key takes in what follows the signed part, up to the end
        tlv(0x30, tlv(0x30, LEADING[:-3] + b"\x09\x03\x00"), SIGNED_WITH, tlv(0x03, b"\x00s")),
    ],
)
def test_certificates_that_are_not_built_as_one(whole: bytes) -> None:
    with pytest.raises(TrustListError, match="not built as a certificate is") as caught:
        der.certificate_fields(whole)
    assert caught.value.reason is Reason.CERTIFICATE_UNREADABLE


@pytest.mark.parametrize(
    ("position", "tag"), [(0, 0x02), (1, 0x30), (2, 0x30), (3, 0x30), (4, 0x30), (5, 0x30)]
)
def test_every_field_of_a_certificate_has_its_tag(position: int, tag: int) -> None:
    fields = [element.encoding for element in der.elements(LEADING)]
    fields[position] = b"\x04" + fields[position][1:]
    whole = tlv(0x30, tlv(0x30, *fields), SIGNED_WITH, tlv(0x03, b"\x00s"))
    with pytest.raises(TrustListError, match=f"DER tag 04, {tag:02x} expected"):
        der.certificate_fields(whole)


def test_field_of_indefinite_length_is_refused() -> None:
    with pytest.raises(TrustListError, match="a DER length of 0 octets"):
        der.subject_and_after(tlv(0x30, tlv(0x30, b"\x02\x80", bytes(300))))


def test_not_a_sequence_is_refused() -> None:
    with pytest.raises(TrustListError, match="0x31, 0x30 expected"):
        der.certificate_extension(b"\x31\x00", EKU)


def test_object_identifiers_of_a_list() -> None:
    assert der.object_identifiers(tlv(0x30, tlv(0x06, b"\x2a"), tlv(0x06, EKU))) == (b"\x2a", EKU)
    assert der.object_identifiers(b"\x30\x00") == ()


def test_list_with_something_else_is_refused() -> None:
    with pytest.raises(TrustListError, match="something else"):
        der.object_identifiers(tlv(0x30, tlv(0x06, EKU), tlv(0x05)))


@given(st.binary(max_size=300))
def test_any_bytes_give_elements_or_our_error(data: bytes) -> None:
    try:
        found = list(der.elements(data))
    except TrustListError as error:
        outcome: object = error.reason
    else:
        outcome = b"".join(element.encoding for element in found)
    assert outcome in (Reason.CERTIFICATE_UNREADABLE, data)


@given(st.binary(max_size=200), st.integers(0, 60))
def test_any_change_gives_an_extension_or_our_error(patch: bytes, at: int) -> None:
    whole = certificate(tlv(0x30, tlv(0x06, EKU), tlv(0x04, tlv(0x30, tlv(0x06, EKU)))))
    try:
        value = der.certificate_extension(whole[:at] + patch + whole[at + len(patch) :], EKU)
        outcome: object = der.object_identifiers(value) if value is not None else ()
    except TrustListError as error:
        outcome = error.reason
    assert outcome is Reason.CERTIFICATE_UNREADABLE or isinstance(outcome, tuple)


@given(st.lists(st.binary(max_size=200), max_size=8))
def test_what_was_written_is_read(contents: list[bytes]) -> None:
    data = b"".join(tlv(0x04, content) for content in contents)
    assert [element.content for element in der.elements(data)] == contents
