"""What the extensions of an X.509 certificate say, of those that signing authorities and signers need.

Genuine certificates hold extensions that a strict parser refuses as a whole. Here each is read by itself: one that
cannot be read is named as a problem and hides none of the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeVar

from vaxcert.crypto import der as der_reader
from vaxcert.errors import TrustListError

DIGITAL_SIGNATURE: Final = "digitalSignature"
KEY_CERT_SIGN: Final = "keyCertSign"
CRL_SIGN: Final = "cRLSign"
KEY_USAGES: Final = (
    DIGITAL_SIGNATURE,
    "contentCommitment",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    KEY_CERT_SIGN,
    CRL_SIGN,
    "encipherOnly",
    "decipherOnly",
)
"""The bits of KeyUsage, in their order (RFC 5280 section 4.2.1.3)."""

SUBJECT_KEY_IDENTIFIER: Final = der_reader.object_identifier("2.5.29.14")
KEY_USAGE: Final = der_reader.object_identifier("2.5.29.15")
PRIVATE_KEY_USAGE_PERIOD: Final = der_reader.object_identifier("2.5.29.16")
BASIC_CONSTRAINTS: Final = der_reader.object_identifier("2.5.29.19")
CRL_DISTRIBUTION_POINTS: Final = der_reader.object_identifier("2.5.29.31")
AUTHORITY_KEY_IDENTIFIER: Final = der_reader.object_identifier("2.5.29.35")
EXTENDED_KEY_USAGE: Final = der_reader.object_identifier("2.5.29.37")

_KEY_IDENTIFIER_TAG: Final = 0x80  # [0] in AuthorityKeyIdentifier
_NOT_BEFORE_TAG: Final = 0x80  # [0] in PrivateKeyUsagePeriod
_NOT_AFTER_TAG: Final = 0x81
_GENERALIZED_TIME: Final = re.compile(rb"[0-9]{14}Z")

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class BasicConstraints:
    """Whether a certificate may sign others (RFC 5280 section 4.2.1.9).

    Attributes:
        authority: Whether it may.
        path_length: How many authorities may follow below it; None for any number.
    """

    authority: bool
    path_length: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyUsePeriod:
    """When the private key may sign (RFC 3280 section 4.2.1.4; ICAO 9303-12 table 5).

    Attributes:
        starts: First moment, aware UTC; None where none is stated.
        ends: Last moment, likewise.
    """

    starts: datetime | None
    ends: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extensions:
    """The extensions of one certificate; None for those that it has not, or that cannot be read.

    Attributes:
        basic_constraints: Whether it may sign others.
        key_usage: The uses granted, among `KEY_USAGES`.
        subject_key_identifier: The subject's key.
        authority_key_identifier: The key that signed it.
        purposes: The extended key usages, content octets of their object identifiers.
        key_use_period: When the private key may sign.
        present: Object identifiers of all extensions, content octets.
        critical: Of those that are critical.
        problems: What could not be read, in English; a line each.
    """

    basic_constraints: BasicConstraints | None
    key_usage: frozenset[str] | None
    subject_key_identifier: bytes | None
    authority_key_identifier: bytes | None
    purposes: tuple[bytes, ...] | None
    key_use_period: KeyUsePeriod | None
    present: frozenset[bytes]
    critical: frozenset[bytes]
    problems: tuple[str, ...]


def read_extensions(certificate: bytes) -> Extensions:
    """Read what can be read of a certificate's extensions.

    Args:
        certificate: X.509 in DER. Any other bytes give problems, not an exception.
    """
    parts = _Parts(certificate)
    return Extensions(
        basic_constraints=parts.read(BASIC_CONSTRAINTS, "basicConstraints", _basic_constraints),
        key_usage=parts.read(KEY_USAGE, "keyUsage", _key_usage),
        subject_key_identifier=parts.read(
            SUBJECT_KEY_IDENTIFIER, "subjectKeyIdentifier", _subject_key_identifier
        ),
        authority_key_identifier=parts.read(
            AUTHORITY_KEY_IDENTIFIER, "authorityKeyIdentifier", _authority_key_identifier
        ),
        purposes=parts.read(EXTENDED_KEY_USAGE, "extendedKeyUsage", der_reader.object_identifiers),
        key_use_period=parts.read(PRIVATE_KEY_USAGE_PERIOD, "privateKeyUsagePeriod", _key_use_period),
        present=frozenset(parts.values),
        critical=frozenset(parts.critical),
        problems=tuple(parts.problems),
    )


def is_authority(certificate: bytes) -> bool:
    """Whether a certificate says that it may sign others (basicConstraints, cA).

    Args:
        certificate: X.509 in DER. What cannot be read says nothing.
    """
    if BASIC_CONSTRAINTS not in certificate:  # most signers: spares taking it apart
        return False
    constraints = read_extensions(certificate).basic_constraints
    return constraints is not None and constraints.authority


class _Parts:
    """The extensions of a certificate, by object identifier, as they are encoded."""

    def __init__(self, certificate: bytes) -> None:
        self.values: dict[bytes, bytes] = {}
        self.critical: set[bytes] = set()
        self.problems: list[str] = []
        try:
            self._collect(certificate)
        except TrustListError as error:
            self.problems.append(f"extensions: {error}")

    def read(self, identifier: bytes, name: str, read: Callable[[bytes], _Value | None]) -> _Value | None:
        if identifier not in self.values:
            return None
        try:
            return read(self.values[identifier])
        except TrustListError as error:
            self.problems.append(f"{name}: {error}")
        except ValueError:
            self.problems.append(f"{name}: not of the form that it has to have")
        return None

    def _collect(self, certificate: bytes) -> None:
        whole = der_reader.content(certificate, der_reader.SEQUENCE)
        for field in der_reader.elements(der_reader.content(whole, der_reader.SEQUENCE)):
            if field.tag == der_reader.EXTENSIONS:
                for extension in der_reader.elements(der_reader.content(field.content, der_reader.SEQUENCE)):
                    self._add(tuple(der_reader.elements(extension.content)))

    def _add(self, parts: tuple[der_reader.Element, ...]) -> None:
        tags = [part.tag for part in parts]
        if tags[:1] != [der_reader.OBJECT_IDENTIFIER] or tags[-1:] != [der_reader.OCTET_STRING]:
            self.problems.append("an extension is not an object identifier and an octet string")
            return
        identifier = parts[0].content
        if identifier in self.values:
            self.problems.append("an extension is there twice; the first is looked at")
            return
        self.values[identifier] = parts[-1].content
        if tags[1] == der_reader.BOOLEAN and any(parts[1].content):
            self.critical.add(identifier)


def _basic_constraints(value: bytes) -> BasicConstraints:
    members = tuple(der_reader.elements(der_reader.content(value, der_reader.SEQUENCE)))
    flags = [any(member.content) for member in members if member.tag == der_reader.BOOLEAN]
    lengths = [der_reader.integer(member.content) for member in members if member.tag == der_reader.INTEGER]
    return BasicConstraints(authority=any(flags), path_length=lengths[0] if lengths else None)


def _key_usage(value: bytes) -> frozenset[str]:
    bits = der_reader.content(value, der_reader.BIT_STRING)
    if not bits:
        raise ValueError("a BIT STRING that does not say how many of its bits count")
    unused, *octets = bits
    counted = 8 * len(octets) - unused
    return frozenset(
        name for n, name in enumerate(KEY_USAGES) if n < counted and octets[n // 8] & 0x80 >> n % 8
    )


def _subject_key_identifier(value: bytes) -> bytes:
    return der_reader.content(value, der_reader.OCTET_STRING)


def _authority_key_identifier(value: bytes) -> bytes | None:
    """The key identifier; issuer and serial number, which may stand beside or instead of it, do not matter here."""
    return _members(value).get(_KEY_IDENTIFIER_TAG)


def _key_use_period(value: bytes) -> KeyUsePeriod:
    members = _members(value)
    return KeyUsePeriod(
        starts=_moment(members.get(_NOT_BEFORE_TAG)), ends=_moment(members.get(_NOT_AFTER_TAG))
    )


def _members(value: bytes) -> dict[int, bytes]:
    return {
        member.tag: member.content
        for member in der_reader.elements(der_reader.content(value, der_reader.SEQUENCE))
    }


def _moment(text: bytes | None) -> datetime | None:
    if text is None:
        return None
    if _GENERALIZED_TIME.fullmatch(text) is None:
        raise ValueError("a time of another form")
    return datetime.strptime(text.decode(), "%Y%m%d%H%M%S%z").astimezone(UTC)
