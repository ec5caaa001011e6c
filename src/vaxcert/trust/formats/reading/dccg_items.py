"""The items of the EU gateway (DCCG, `TrustListItemDto`), which its own list and the German one are made of.

An item holds a certificate (`rawData`, base64 of DER), what it is for (`certificateType`), the CMS signature by which
it was put on the list, and copies of what the certificate says: `kid`, `thumbprint`, `country`. The certificate is
what counts; a copy that differs is a finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeAlias

from vaxcert.codec.text import base64_bytes, iso_moment
from vaxcert.crypto.signing_certificate import SigningCertificate, read_encodings
from vaxcert.errors import TrustListError
from vaxcert.limits import MAX_BUNDLE_CERTIFICATES
from vaxcert.model.countries import country_code
from vaxcert.trust.formats.reading import json_document
from vaxcert.trust.formats.reading.entries import Gathering, unreadable_entry
from vaxcert.trust.list_findings import ListFindingCode

SIGNER: Final = "DSC"
AUTHORITY: Final = "CSCA"
UPLOADER: Final = "UPLOAD"
USAGES: Final = (SIGNER, AUTHORITY, UPLOADER, "AUTHENTICATION")


@dataclass(frozen=True, slots=True)
class Item:
    """One item whose certificate can be read.

    Attributes:
        usage: What the certificate is for: one of `USAGES`.
        certificate: The certificate.
        members: The item as it stands on the list.
    """

    usage: str
    certificate: SigningCertificate
    members: dict[str, Any] = field(repr=False)


ItemReading: TypeAlias = Item | TrustListError


def read_items(values: Any, what: str) -> tuple[ItemReading, ...]:
    """Read the items of a list, in their order.

    Args:
        values: The array, as JSON has it.
        what: What to call it in errors.

    Returns:
        Each item, or why it cannot be read: `trust-entry-unreadable` or `certificate-unreadable`.

    Raises:
        TrustListError: `trust-list-unreadable`, when it is no array, or has more than `limits.MAX_BUNDLE_CERTIFICATES`.
    """
    values = json_document.an_array(values, what)
    if len(values) > MAX_BUNDLE_CERTIFICATES:
        raise json_document.unreadable(
            f"{what} has {len(values)} entries, at most {MAX_BUNDLE_CERTIFICATES} expected"
        )
    certificates = read_encodings(map(_encoding, values))
    return tuple(map(_item, values, certificates))


def gather(
    gathering: Gathering, readings: Iterable[ItemReading], judge: Callable[[Item], None] | None = None
) -> tuple[SigningCertificate, ...]:
    """Take the items one after the other: signers become keys, other usages are findings.

    Args:
        gathering: Where to.
        readings: The items.
        judge: Makes sure that an item may be taken; raises `TrustListError` when not.

    Returns:
        The authorities among them.
    """
    authorities = []
    for position, reading in enumerate(readings, 1):
        with gathering.entry(str(position)):
            if isinstance(reading, TrustListError):
                raise reading
            if judge is not None:
                judge(reading)
            if reading.usage == SIGNER:
                _take(gathering, reading)
            elif reading.usage == AUTHORITY:
                authorities.append(reading.certificate)
            else:
                gathering.find(ListFindingCode.OTHER_USAGE, reading.certificate.kid.hex(), reading.usage)
    return tuple(authorities)


def newest(readings: Sequence[ItemReading]) -> datetime | None:
    """The latest `timestamp` of the items, aware UTC; None where none has a readable one."""
    moments = [_moment(item.members.get("timestamp")) for item in readings if isinstance(item, Item)]
    return max((moment for moment in moments if moment is not None), default=None)


def octets(text: Any) -> bytes | None:
    """What base64 text holds, or None where it is not such text."""
    try:
        return base64_bytes(text)
    except ValueError:
        return None


def _encoding(value: Any) -> bytes | TrustListError:
    encoding = octets(value.get("rawData")) if type(value) is dict else None
    return unreadable_entry("no rawData in base64") if encoding is None else encoding


def _item(value: Any, certificate: SigningCertificate | TrustListError) -> ItemReading:
    if isinstance(certificate, TrustListError):
        return certificate
    usage = value.get("certificateType", SIGNER)
    if usage not in USAGES:
        return unreadable_entry(f"certificateType is none of {', '.join(USAGES)}")
    return Item(usage, certificate, value)


def _take(gathering: Gathering, item: Item) -> None:
    kid, thumbprint, country = map(item.members.get, ("kid", "thumbprint", "country"))
    certificate = item.certificate
    gathering.signer(
        certificate,
        stated_kid=None if kid is None else octets(kid) or b"",
        country=country_code(country),
    )
    if thumbprint is not None and thumbprint != certificate.digest.hex():
        gathering.find(
            ListFindingCode.MEMBER_MISMATCH, certificate.kid.hex(), "the thumbprint is not its certificate's"
        )


def _moment(text: Any) -> datetime | None:
    try:
        return iso_moment(text)
    except ValueError:
        return None
