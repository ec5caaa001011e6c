"""When a key stops signing, and when its successor is due.

The shell model of the EU and the WHO: a signature lasts no longer than the certificate of the key that made it. So a
signer's last day to sign is not the last day of its certificate, but as long before as a health certificate lasts; an
authority's, as long before as the certificates of its signers last. The successor is made a while earlier, so that
every verifier has it by then; both stay on the trust lists until the older one ends.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from vaxcert.crypto.extensions import is_authority, read_extensions
from vaxcert.crypto.signing_certificate import SigningCertificate
from vaxcert.model.certificate import Kind

HEALTH_CERTIFICATE_VALIDITY: Final = timedelta(days=365)
"""How long a health certificate lasts at most; what the recommended validities of the profiles rest on."""

SIGNING_CERTIFICATE_VALIDITY: Final = timedelta(days=730)
"""How long a signing certificate lasts, as EU and WHO recommend."""

OVERLAP: Final = timedelta(days=60)
"""How long before its last day to sign a key gets its successor. The profiles ask for a month at least."""


_NUMBER: Final = re.compile(r"[0-9]{1,9}$")
_UNESCAPED_COMMA: Final = re.compile(r"(?<!\\),")

_FIRST: Final = datetime.min.replace(tzinfo=UTC)


class KeyState(StrEnum):
    """How urgent a renewal is."""

    CURRENT = "current"
    """Nothing to do yet."""
    DUE = "due"
    """The successor is to be made now, or within the time asked for."""
    ENDED = "ended"
    """The key must not sign any more: what it signs would outlast it, or its time of use is over."""
    REPLACED = "replaced"
    """Its successor signs; it stays on the trust lists until its certificate ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySchedule:
    """The dates of one key, aware UTC.

    Attributes:
        key_use_ends: Last moment of the private key usage period; None where the certificate states none.
        signs_until: Last moment to sign something of full length.
        renew_by: When the successor has to be there.
        listed_until: Last moment of the certificate, and so of its place on trust lists.
    """

    key_use_ends: datetime | None
    signs_until: datetime
    renew_by: datetime
    listed_until: datetime

    def state(self, at: datetime, *, within: timedelta = timedelta(0)) -> KeyState:
        """How urgent the renewal is.

        Args:
            at: The time to tell it for, aware.
            within: How far to look ahead.
        """
        if at > self.signs_until:
            return KeyState.ENDED
        return KeyState.DUE if self.renew_by - at <= within else KeyState.CURRENT


def key_use_ends(certificate: SigningCertificate) -> datetime | None:
    """Last moment of a certificate's private key usage period, aware UTC; None where it states none."""
    period = read_extensions(certificate.der).key_use_period
    return None if period is None else period.ends


def key_schedule(
    certificate: SigningCertificate, *, lasts: timedelta | None = None, overlap: timedelta = OVERLAP
) -> KeySchedule:
    """Work out the dates of a key.

    Args:
        certificate: Of a signer or an authority.
        lasts: How long what it signs lasts at most. None: `HEALTH_CERTIFICATE_VALIDITY` for a signer,
            `SIGNING_CERTIFICATE_VALIDITY` for an authority.
        overlap: How long both keys are to be there before the older one stops signing.
    """
    if lasts is None:
        lasts = SIGNING_CERTIFICATE_VALIDITY if is_authority(certificate.der) else HEALTH_CERTIFICATE_VALIDITY
    ends = key_use_ends(certificate)
    outlasted = _before(certificate.not_after, lasts)
    signs_until = outlasted if ends is None else min(outlasted, ends)
    return KeySchedule(
        key_use_ends=ends,
        signs_until=signs_until,
        renew_by=_before(signs_until, overlap),
        listed_until=certificate.not_after,
    )


def _before(moment: datetime, span: timedelta) -> datetime:
    """A span before a moment; the first moment there is where that would be earlier still."""
    return moment - min(span, moment - _FIRST)


def key_states(
    schedules: Mapping[SigningCertificate, KeySchedule], at: datetime, *, within: timedelta = timedelta(0)
) -> dict[SigningCertificate, KeyState]:
    """How urgent the renewals are among keys that may be each other's successors.

    A key has a successor when another one of the same subject but for the number at the end of its common name, for
    the same kinds and made later, is there and signs already. The older one then needs nothing any more.

    Args:
        schedules: The dates of each key.
        at: The time to tell it for, aware.
        within: How far to look ahead.
    """
    signing = [one for one, dates in schedules.items() if one.not_before <= at <= dates.signs_until]
    newest = {_line(one): one for one in sorted(signing, key=lambda one: one.not_before)}
    states = {}
    for one, dates in schedules.items():
        successor = newest.get(_line(one))
        replaced = successor is not None and successor.not_before > one.not_before
        states[one] = KeyState.REPLACED if replaced else dates.state(at, within=within)
    return states


def next_common_name(name: str) -> str:
    """The name of a successor: the number at its end counted on, or 2 put there."""
    number = _NUMBER.search(name)
    if number is None:
        return f"{name} 2"
    digits = number.group()
    return name[: number.start()] + f"{int(digits) + 1:0{len(digits)}}"


def _line(certificate: SigningCertificate) -> tuple[tuple[str, ...], bool, frozenset[Kind]]:
    """What a key has in common with its successors."""
    name = tuple(
        _NUMBER.sub("", part).rstrip() if part.startswith("CN=") else part
        for part in _UNESCAPED_COMMA.split(certificate.subject)
    )
    return name, is_authority(certificate.der), certificate.kinds
