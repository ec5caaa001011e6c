"""What CMS messages need of BER (ITU-T X.690 section 8) beyond DER: indefinite lengths, octet strings in pieces.

Nothing recurses: the end of an indefinite length is found by counting, and octet strings are put together from a few
levels of pieces.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from vaxcert.crypto import der
from vaxcert.crypto.der import Element
from vaxcert.errors import Reason, TrustListError

CONSTRUCTED: Final = 0x20
_INDEFINITE: Final = 0x80
_END: Final = b"\0\0"
_MAX_PIECE_LEVELS: Final = 4


def elements(data: bytes) -> Iterator[Element]:
    """The elements that follow each other in `data`, at this level only.

    An element of indefinite length has its end marker in `encoding` and not in `content`.

    Raises:
        TrustListError: `certificate-unreadable`, once the next element is cut short or is not BER.
    """
    position = 0
    while position < len(data):
        if _is_indefinite(data, position):
            end = _end(data, position + 2)
            content, encoding = data[position + 2 : end - len(_END)], data[position:end]
        else:
            begins, end = der.extent(data, position)
            content, encoding = data[begins:end], data[position:end]
        yield Element(data[position], content, encoding)
        position = end


def octets(element: Element) -> bytes:
    """The value of an OCTET STRING, whole or in pieces, whatever its tag.

    Raises:
        TrustListError: `certificate-unreadable`.
    """
    if not element.tag & CONSTRUCTED:
        return element.content
    pieces = [element]
    for _ in range(_MAX_PIECE_LEVELS):
        pieces = [part for piece in pieces for part in _pieces(piece)]
        if all(piece.tag == der.OCTET_STRING for piece in pieces):
            return b"".join(piece.content for piece in pieces)
    raise _unreadable(f"an octet string in pieces of pieces, more than {_MAX_PIECE_LEVELS} levels")


def _pieces(element: Element) -> Iterator[Element]:
    if element.tag == der.OCTET_STRING:
        yield element
        return
    for piece in elements(element.content):
        if piece.tag not in (der.OCTET_STRING, der.OCTET_STRING | CONSTRUCTED):
            raise _unreadable("an octet string holds something else")
        yield piece


def _is_indefinite(data: bytes, position: int) -> bool:
    return bool(data[position] & CONSTRUCTED) and data[position + 1 : position + 2] == bytes((_INDEFINITE,))


def _end(data: bytes, position: int) -> int:
    """Where the element of indefinite length ends whose content begins at `position`; after its end marker."""
    levels = 1
    while levels:
        if data[position : position + 2] == _END:
            levels -= 1
            position += len(_END)
        elif position < len(data) and _is_indefinite(data, position):
            levels += 1
            position += 2
        else:
            _, position = der.extent(data, position)
    return position


def _unreadable(problem: str) -> TrustListError:
    return TrustListError(Reason.CERTIFICATE_UNREADABLE, problem)
