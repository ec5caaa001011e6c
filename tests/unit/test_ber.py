import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaxcert.crypto import ber, der
from vaxcert.crypto.der import Element
from vaxcert.errors import Reason, TrustListError


def indefinite(tag: int, *contents: bytes) -> bytes:
    return bytes((tag, 0x80)) + b"".join(contents) + b"\0\0"


def test_indefinite_length() -> None:
    inner = indefinite(0x30, b"\x02\x01\x05", indefinite(0xA0))
    whole = indefinite(0x30, inner, b"\x05\x00")
    (found, after) = ber.elements(whole + b"\x04\x01x")
    assert found == Element(0x30, inner + b"\x05\x00", whole)
    assert after == Element(0x04, b"x", b"\x04\x01x")
    assert [one.encoding for one in ber.elements(found.content)] == [inner, b"\x05\x00"]


def test_end_marker_within_a_definite_element_does_not_end_it() -> None:
    whole = indefinite(0x30, b"\x04\x04\0\0\0\0")
    assert [one.content for one in ber.elements(whole)] == [b"\x04\x04\0\0\0\0"]


@pytest.mark.parametrize(
    "data", ["3080", "308000", "30800000ff", "0480ab0000", "30800480", "30803080" + "0000"]
)
def test_cut_short(data: str) -> None:
    with pytest.raises(TrustListError) as caught:
        list(ber.elements(bytes.fromhex(data)))
    assert caught.value.reason is Reason.CERTIFICATE_UNREADABLE


@pytest.mark.parametrize(
    ("encoding", "value"),
    [
        (der.encode(0x04, b"whole"), b"whole"),
        (der.encode(0x80, b"implicit"), b"implicit"),
        (indefinite(0x24, der.encode(0x04, b"two "), der.encode(0x04, b"pieces")), b"two pieces"),
        (der.encode(0xA0, der.encode(0x04, b"piece")), b"piece"),
        (indefinite(0x24, indefinite(0x24, der.encode(0x04, b"a")), der.encode(0x04, b"b")), b"ab"),
        (indefinite(0x24), b""),
    ],
)
def test_octets(encoding: bytes, value: bytes) -> None:
    (element,) = ber.elements(encoding)
    assert ber.octets(element) == value


@pytest.mark.parametrize(("levels", "is_read"), [(4, True), (5, False)])
def test_levels_of_pieces(levels: int, is_read: bool) -> None:
    encoding = der.encode(0x04, b"x")
    for _ in range(levels):
        encoding = der.encode(0x24, encoding)
    (element,) = ber.elements(encoding)
    if is_read:
        assert ber.octets(element) == b"x"
    else:
        with pytest.raises(TrustListError, match="levels"):
            ber.octets(element)


def test_octets_of_something_else() -> None:
    (element,) = ber.elements(der.encode(0x24, b"\x02\x01\x05"))
    with pytest.raises(TrustListError, match="something else"):
        ber.octets(element)


@given(st.binary(max_size=200))
def test_any_bytes_give_elements_or_our_error(data: bytes) -> None:
    try:
        outcome: object = b"".join(element.encoding for element in ber.elements(data))
    except TrustListError as error:
        outcome = error.reason
    assert outcome in (data, Reason.CERTIFICATE_UNREADABLE)
