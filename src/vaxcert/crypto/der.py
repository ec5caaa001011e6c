"""Just enough DER (ITU-T X.690) to read one extension of an X.509 certificate.

Genuine signing certificates hold extensions that a strict parser refuses as a whole; this reader looks at
nothing but the one asked for. It takes lengths that are longer than DER wants, as BER does, but no indefinite
ones; checks every length against the data; and goes down a fixed path of levels without recursion.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from vaxcert.errors import Reason, TrustListError

OCTET_STRING: Final = 0x04
OBJECT_IDENTIFIER: Final = 0x06
SEQUENCE: Final = 0x30
EXTENSIONS: Final = 0xA3  # [3] EXPLICIT in TBSCertificate, RFC 5280 section 4.1

_MAX_LENGTH_OCTETS: Final = 4


class Element(NamedTuple):
    """One type-length-value element.

    Attributes:
        tag: The identifier octet.
        content: The value.
        encoding: The whole element, header included.
    """

    tag: int
    content: bytes
    encoding: bytes


def elements(data: bytes) -> Iterator[Element]:
    """The elements that follow each other in `data`, at this level only.

    Raises:
        TrustListError: `certificate-unreadable`, once the next element is cut short, or its tag or length is
            in a form that certificates do not need.
    """
    position = 0
    while position < len(data):
        element = _element(data, position)
        yield element
        position += len(element.encoding)


def object_identifier(dotted: str) -> bytes:
    """The content octets of an object identifier in dotted form (X.690 section 8.19)."""
    first, second, *others = (int(arc) for arc in dotted.split("."))
    return b"".join(_base128(arc) for arc in (40 * first + second, *others))


def certificate_extension(certificate: bytes, identifier: bytes) -> bytes | None:
    """Find one X.509v3 extension (RFC 5280 section 4.1).

    Args:
        certificate: The certificate in DER.
        identifier: The extension's object identifier, content octets.

    Returns:
        What the extension's OCTET STRING holds, or None where the certificate does not have the extension.

    Raises:
        TrustListError: `certificate-unreadable`, also when the extension is there twice.
    """
    to_be_signed = _content(_content(certificate, SEQUENCE), SEQUENCE)
    found = [
        value
        for field in elements(to_be_signed)
        if field.tag == EXTENSIONS
        for extension in elements(_content(field.content, SEQUENCE))
        for name, value in [_extension(extension.content)]
        if name == identifier
    ]
    if len(found) > 1:
        raise _unreadable("an extension is there twice")
    return found[0] if found else None


def object_identifiers(value: bytes) -> tuple[bytes, ...]:
    """The members of an ExtendedKeyUsage, a SEQUENCE OF object identifiers (RFC 5280 section 4.2.1.12).

    Returns:
        The content octets of each; none for the empty sequence that RFC 5280 forbids and issuers write.

    Raises:
        TrustListError: `certificate-unreadable`.
    """
    members = tuple(elements(_content(value, SEQUENCE)))
    if any(member.tag != OBJECT_IDENTIFIER for member in members):
        raise _unreadable("a list of object identifiers holds something else")
    return tuple(member.content for member in members)


def _extension(content: bytes) -> tuple[bytes, bytes]:
    """Identifier and value of an Extension; `critical` between them does not matter here."""
    parts = tuple(elements(content))
    if len(parts) < 2 or parts[0].tag != OBJECT_IDENTIFIER or parts[-1].tag != OCTET_STRING:
        raise _unreadable("an extension is not an object identifier and an octet string")
    return parts[0].content, parts[-1].content


def _content(data: bytes, tag: int) -> bytes:
    """The content of the first element of `data`, which must have this tag."""
    element = _element(data, 0)
    if element.tag != tag:
        raise _unreadable(f"DER tag {element.tag:#04x}, {tag:#04x} expected")
    return element.content


def _element(data: bytes, start: int) -> Element:
    if len(data) - start < 2:
        raise _unreadable("DER data ends within an element")
    if data[start] & 0x1F == 0x1F:
        raise _unreadable("a DER tag of several octets")
    length, content = data[start + 1], start + 2
    if length >= 0x80:
        octets = length - 0x80
        if not 1 <= octets <= _MAX_LENGTH_OCTETS:
            raise _unreadable(f"a DER length of {octets} octets, 1 to {_MAX_LENGTH_OCTETS} expected")
        length = int.from_bytes(data[content : content + octets], "big")
        content += octets
    end = content + length
    if end > len(data):
        raise _unreadable(f"DER data ends {end - len(data)} bytes short of an element's length")
    return Element(data[start], data[content:end], data[start:end])


def _base128(number: int) -> bytes:
    octets = [number & 0x7F]
    while number := number >> 7:
        octets.append(0x80 | number & 0x7F)
    return bytes(reversed(octets))


def _unreadable(problem: str) -> TrustListError:
    return TrustListError(Reason.CERTIFICATE_UNREADABLE, problem)
