"""Just enough DER (ITU-T X.690) to read single parts of an X.509 certificate.

Genuine signing certificates hold extensions that a strict parser refuses as a whole; this reader looks at
nothing but the part asked for. It takes lengths that are longer than DER wants, as BER does, but no indefinite
ones (`vaxcert.crypto.ber` does); checks every length against the data; and goes down a fixed path of levels
without recursion.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from vaxcert.errors import Reason, TrustListError

BOOLEAN: Final = 0x01
INTEGER: Final = 0x02
BIT_STRING: Final = 0x03
OCTET_STRING: Final = 0x04
OBJECT_IDENTIFIER: Final = 0x06
SEQUENCE: Final = 0x30
SET: Final = 0x31
EXTENSIONS: Final = 0xA3  # [3] EXPLICIT in TBSCertificate, RFC 5280 section 4.1

_VERSION_TAG: Final = b"\xa0"  # [0] EXPLICIT in TBSCertificate
_MAX_LENGTH_OCTETS: Final = 4
_TAGS: Final = tuple(bytes((tag,)) for tag in range(256))
_NO_EXTENSION: Final = "an extension is not an object identifier and an octet string"
_FIELDS_BEFORE_SUBJECT: Final = 4  # serialNumber, signature, issuer, validity
_LEADING_FIELDS: Final = (INTEGER, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE)


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


class CertificateFields(NamedTuple):
    """Parts of an X.509 certificate (RFC 5280 section 4.1), as they are encoded.

    Attributes:
        to_be_signed: The TBSCertificate; what the issuer signed.
        algorithm: Content of signatureAlgorithm.
        signature: Octets of signatureValue.
        serial: Content of serialNumber.
        signed_algorithm: Content of TBSCertificate.signature; the same as `algorithm` in a sound certificate.
        issuer: The Name of the issuer.
        subject: The Name of the subject.
        key_info: The SubjectPublicKeyInfo.
        remainder: What follows it in the TBSCertificate: unique identifiers and extensions, as far as there are any.
    """

    to_be_signed: bytes
    algorithm: bytes
    signature: bytes
    serial: bytes
    signed_algorithm: bytes
    issuer: bytes
    subject: bytes
    key_info: bytes
    remainder: bytes


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


def content(data: bytes, tag: int) -> bytes:
    """The content of the first element of `data`.

    Raises:
        TrustListError: `certificate-unreadable`, also when the element has another tag.
    """
    element = _element(data, 0)
    if element.tag != tag:
        raise _unreadable(f"DER tag {element.tag:#04x}, {tag:#04x} expected")
    return element.content


def object_identifier(dotted: str) -> bytes:
    """The content octets of an object identifier in dotted form (X.690 section 8.19)."""
    first, second, *others = (int(arc) for arc in dotted.split("."))
    return b"".join(_base128(arc) for arc in (40 * first + second, *others))


def integer(octets: bytes) -> int:
    """The number that the content of an INTEGER means (X.690 section 8.3)."""
    return int.from_bytes(octets, "big", signed=True)


def encode(tag: int, content: bytes) -> bytes:
    """One element in DER (X.690 section 10.1)."""
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def certificate_fields(certificate: bytes) -> CertificateFields:
    """Take an X.509 certificate apart, without looking at its extensions.

    Raises:
        TrustListError: `certificate-unreadable`.
    """
    outer, outer_end = _entered(certificate, 0, SEQUENCE)
    inner, inner_end = _entered(certificate, outer, SEQUENCE)
    position = extent(certificate, inner)[1] if certificate[inner : inner + 1] == _VERSION_TAG else inner
    marks = [position]
    for tag in _LEADING_FIELDS:
        position = _entered(certificate, position, tag)[1]
        marks.append(position)
    algorithm, algorithm_end = _entered(certificate, inner_end, SEQUENCE)
    signature, signature_end = _entered(certificate, algorithm_end, BIT_STRING)
    if position > inner_end or signature_end != outer_end or certificate[signature : signature + 1] != b"\0":
        raise _unreadable("not built as a certificate is")
    serial, signed_algorithm, issuer, validity, subject, key_info = marks[:-1]
    return CertificateFields(
        to_be_signed=certificate[outer:inner_end],
        algorithm=certificate[algorithm:algorithm_end],
        signature=certificate[signature + 1 : signature_end],
        serial=content(certificate[serial:signed_algorithm], INTEGER),
        signed_algorithm=content(certificate[signed_algorithm:issuer], SEQUENCE),
        issuer=certificate[issuer:validity],
        subject=certificate[subject:key_info],
        key_info=certificate[key_info:position],
        remainder=certificate[position:inner_end],
    )


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
    return extension(content(content(certificate, SEQUENCE), SEQUENCE), identifier)


def extension(fields: bytes, identifier: bytes) -> bytes | None:
    """Find one X.509v3 extension among fields of a TBSCertificate; otherwise as `certificate_extension`.

    Args:
        fields: Encodings of the fields, such as `CertificateFields.remainder`.
        identifier: The extension's object identifier, content octets.

    Raises:
        TrustListError: `certificate-unreadable`.
    """
    found = [
        value
        for field in elements(fields)
        if field.tag == EXTENSIONS
        for value in _extension_values(field.content, identifier)
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
    members = tuple(elements(content(value, SEQUENCE)))
    if any(member.tag != OBJECT_IDENTIFIER for member in members):
        raise _unreadable("a list of object identifiers holds something else")
    return tuple(member.content for member in members)


def _extension_values(extensions: bytes, identifier: bytes) -> list[bytes]:
    """Values of the Extensions with one name. The others are not taken apart: there are many."""
    name = encode(OBJECT_IDENTIFIER, identifier)
    position, end = _entered(extensions, 0, SEQUENCE)
    found = []
    while position < end:
        begins, position = extent(extensions, position)
        if extensions.startswith(name, begins):
            found.append(_extension_value(extensions[begins:position]))
        elif (
            position - begins < 2 or extensions[begins] != OBJECT_IDENTIFIER or extensions[begins + 1] >= 0x80
        ):
            raise _unreadable(_NO_EXTENSION)
    return found


def _extension_value(extension: bytes) -> bytes:
    """Value of an Extension; `critical` before it does not matter here."""
    parts = tuple(elements(extension))
    if len(parts) < 2 or parts[-1].tag != OCTET_STRING:
        raise _unreadable(_NO_EXTENSION)
    return parts[-1].content


def _entered(data: bytes, start: int, tag: int) -> tuple[int, int]:
    """Where the content of the element at `start` begins and ends; it must have this tag."""
    if not data.startswith(_TAGS[tag], start):
        raise _unreadable(f"DER tag {data[start : start + 1].hex() or 'none'}, {tag:02x} expected")
    return extent(data, start)


def _element(data: bytes, start: int) -> Element:
    begins, ends = extent(data, start)
    return Element(data[start], data[begins:ends], data[start:ends])


def extent(data: bytes, start: int) -> tuple[int, int]:
    """Where the content of the element at `start` begins, and where it ends.

    Raises:
        TrustListError: `certificate-unreadable`.
    """
    begins = start + 2
    if begins > len(data):
        raise _unreadable("DER data ends within an element")
    if data[start] & 0x1F == 0x1F:
        raise _unreadable("a DER tag of several octets")
    length = data[start + 1]
    if length >= 0x80:
        octets = length - 0x80
        if not 1 <= octets <= _MAX_LENGTH_OCTETS:
            raise _unreadable(f"a DER length of {octets} octets, 1 to {_MAX_LENGTH_OCTETS} expected")
        length = int.from_bytes(data[begins : begins + octets], "big")
        begins += octets
    end = begins + length
    if end > len(data):
        raise _unreadable(f"DER data ends {end - len(data)} bytes short of an element's length")
    return begins, end


def subject_and_after(certificate: bytes) -> tuple[bytes, bytes, bytes]:
    """Subject, key and remainder of the `CertificateFields`, for those who read many certificates.

    Args:
        certificate: One that a strict parser has read already: its frame is not checked again.

    Raises:
        TrustListError: `certificate-unreadable`.
    """
    position, end = extent(certificate, extent(certificate, 0)[0])
    if certificate.startswith(_VERSION_TAG, position):
        position = _next(certificate, position)
    for _ in range(_FIELDS_BEFORE_SUBJECT):
        position = _next(certificate, position)
    subject_end = _next(certificate, position)
    key_end = _next(certificate, subject_end)
    return certificate[position:subject_end], certificate[subject_end:key_end], certificate[key_end:end]


def _next(data: bytes, start: int) -> int:
    """Where the element after the one at `start` is, in data known to be sound."""
    length = data[start + 1]
    return start + 2 + length if length < 0x80 else extent(data, start)[1]


def _base128(number: int) -> bytes:
    octets = [number & 0x7F]
    while number := number >> 7:
        octets.append(0x80 | number & 0x7F)
    return bytes(reversed(octets))


def _unreadable(problem: str) -> TrustListError:
    return TrustListError(Reason.CERTIFICATE_UNREADABLE, problem)
