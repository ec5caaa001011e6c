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
