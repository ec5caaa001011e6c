"""How trust lists and their keys are shown, to people and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from vaxcert.cli.output import Colour, Output
from vaxcert.model.certificate import ALL_KINDS
from vaxcert.presentation.as_json import moment_json, origin_json
from vaxcert.presentation.texts import Texts
from vaxcert.trust.anchors import Anchor
from vaxcert.trust.list_findings import ListFinding, ListFindingCode
from vaxcert.trust.origin import ListOrigin, Proof
from vaxcert.trust.trust_list import ListReading, TrustedKey

_SHOWN_ENTRIES: Final = 3
_DIGEST_CHARACTERS: Final = 16


class ListState(StrEnum):
    """How a list stands at a time."""

    CURRENT = "current"
    OVERDUE = "overdue"
    """A newer one is due; this one may still be relied on."""
    STALE = "stale"
    """It may not be relied on any more."""
    UNLIMITED = "unlimited"
    """It does not say when it ends."""


class KeyStatus(StrEnum):
    """How a key stands at a time."""

    IN_DATE = "in-date"
    NOT_YET = "not-yet"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class ShownList:
    """A list with what it was judged by.

    Attributes:
        reading: The list.
        anchors: The keys it was judged by.
        threshold: How many of them had to have signed it.
    """

    reading: ListReading
    anchors: tuple[Anchor, ...] = ()
    threshold: int = 1


def state_of(origin: ListOrigin, at: datetime) -> ListState:
    """How a list stands at a time."""
    if origin.usable_until is None:
        return ListState.UNLIMITED
    if origin.usable_until < at:
        return ListState.STALE
    if origin.next_update is not None and origin.next_update < at:
        return ListState.OVERDUE
    return ListState.CURRENT


def status_of(key: TrustedKey, at: datetime) -> KeyStatus:
    """How a key stands at a time."""
    if key.withdrawn:
        return KeyStatus.REVOKED
    if key.not_after is not None and key.not_after < at:
        return KeyStatus.EXPIRED
    if key.not_before is not None and key.not_before > at:
        return KeyStatus.NOT_YET
    return KeyStatus.IN_DATE


def by_code(findings: Iterable[ListFinding]) -> dict[ListFindingCode, list[str]]:
    """The entries that each finding is about."""
    entries: dict[ListFindingCode, list[str]] = {}
    for finding in findings:
        entries.setdefault(finding.code, []).append(finding.entry)
    return entries


def age(texts: Texts, moment: datetime, at: datetime) -> str:
    """How long ago it was, in words."""
    days = (at - moment).days
    if days < 0:
        return texts.get("trust", "age-future")
    return texts.get("trust", "age-day" if days == 1 else "age-days", count=days)


def day(texts: Texts, moment: datetime | None) -> str:
    """The date of a time, in UTC."""
    return "" if moment is None else texts.day(moment.date())


def proof(texts: Texts, origin: ListOrigin) -> str:
    """Who vouches for a list; that nobody does is said loudly."""
    return texts.get("trust", f"proof-{origin.proof}")


def kinds(texts: Texts, key: TrustedKey) -> str:
    """What a key may sign."""
    if key.kinds == ALL_KINDS:
        return texts.get("trust", "all-kinds")
    return ", ".join(texts.get("kind", kind) for kind in sorted(key.kinds))


def write_list(output: Output, texts: Texts, shown: ShownList, *, at: datetime) -> None:
    """Write what a list is, how much of it could be read, and what is odd about it."""
    reading, origin = shown.reading, shown.reading.origin
    output.rule("═")
    output.line(texts.get("trust", "list-of", name=origin.name, format=origin.format))
    if origin.proof is Proof.UNSIGNED:
        output.paragraph(texts.get("trust", "unsigned-warning"), mark="! ", colour=Colour.YELLOW)
    rows = [
        ("environment", texts.get("trust", reading.environment)),
        ("proof", proof(texts, origin)),
        *_anchor_rows(texts, shown),
        ("number", "" if origin.number is None else str(origin.number)),
        ("issued", _with_age(texts, origin.issued, at)),
        ("next-update", texts.moment(origin.next_update)),
        ("usable-until", texts.moment(origin.usable_until)),
        ("state", texts.get("trust", f"state-{state_of(origin, at)}")),
        ("entries", _entries(texts, reading)),
        ("key-statuses", _key_statuses(texts, reading.keys, at)),
        *_further_rows(reading),
    ]
    for label, value in rows:
        output.labelled(texts.get("trust", label), value or texts.get("card", "not-stated"))
    write_findings(output, texts, reading.findings)


def _further_rows(reading: ListReading) -> list[tuple[str, str]]:
    """What some lists have beside keys."""
    counts = (("authorities", len(reading.authorities)), ("withdrawals", len(reading.withdrawn)))
    return [(label, str(count)) for label, count in counts if count]


def _anchor_rows(texts: Texts, shown: ShownList) -> list[tuple[str, str]]:
    """The keys it was judged by; none where nobody signed it."""
    if shown.reading.origin.proof is not Proof.SIGNED or not shown.anchors:
        return []
    names = ", ".join(anchor_name(anchor) for anchor in shown.anchors)
    if len(shown.anchors) == 1:
        return [("anchors", names)]
    count, needed = len(shown.anchors), shown.threshold
    return [("anchors", texts.get("trust", "anchors-of", needed=needed, count=count, names=names))]


def anchor_name(anchor: Anchor) -> str:
    """What an anchor is called, and how its digest begins."""
    digest = short_digest(anchor)
    return f"{anchor.name} ({digest})" if anchor.name else digest


def short_digest(anchor: Anchor) -> str:
    """How the digest of an anchor begins: the SHA-256 of its SubjectPublicKeyInfo."""
    return anchor.digest.hex()[:_DIGEST_CHARACTERS]


def _with_age(texts: Texts, moment: datetime | None, at: datetime) -> str:
    return "" if moment is None else f"{texts.moment(moment)} ({age(texts, moment, at)})"


def _entries(texts: Texts, reading: ListReading) -> str:
    """How many there are and what became of them. Formats that state no key identifiers confirm none."""
    stated = reading.kids_confirmed or ListFindingCode.KID_MISMATCH in by_code(reading.findings)
    return texts.get(
        "trust",
        "entries-confirmed" if stated else "entries-read",
        entries=reading.entries,
        keys=len(reading.keys),
        confirmed=reading.kids_confirmed,
        lost=len(reading.problems),
    )


def _key_statuses(texts: Texts, keys: Iterable[TrustedKey], at: datetime) -> str:
    counts = Counter(status_of(key, at) for key in keys)
    return ", ".join(
        f"{counts[status]} {texts.get('trust', f'status-{status}')}"
        for status in KeyStatus
        if counts[status] or status is KeyStatus.IN_DATE
    )


def write_findings(output: Output, texts: Texts, findings: Iterable[ListFinding]) -> None:
    """Write each finding once: how often it was found, what it means, and some entries that have it."""
    label = texts.get("trust", "findings")
    for code, entries in by_code(findings).items():
        examples = ", ".join(entries[:_SHOWN_ENTRIES]) + (", …" if len(entries) > _SHOWN_ENTRIES else "")
        sentence = texts.get("list-finding", code)
        output.labelled(label, f"{len(entries)} × {sentence} [{code}]", examples)
        label = ""


def list_json(shown: ShownList, *, at: datetime) -> dict[str, Any]:
    """A list as one object."""
    reading, origin = shown.reading, shown.reading.origin
    return {
        **origin_json(origin),
        "environment": reading.environment,
        "next_update": optional_moment(origin.next_update),
        "state": state_of(origin, at),
        "anchors": [anchor.digest.hex() for anchor in shown.anchors],
        "threshold": shown.threshold,
        "entries": reading.entries,
        "keys": len(reading.keys),
        "kids_confirmed": reading.kids_confirmed,
        "lost": len(reading.problems),
        "authorities": len(reading.authorities),
        "withdrawn": sorted(one.hex() for one in reading.withdrawn),
        "findings": [
            {"code": code, "count": len(entries), "entries": entries}
            for code, entries in by_code(reading.findings).items()
        ],
        "problems": [{"reason": problem.reason, "detail": str(problem)} for problem in reading.problems],
    }


def key_json(key: TrustedKey, *, at: datetime) -> dict[str, Any]:
    """A key as one object."""
    return {
        "list": key.origin.name,
        "kid": key.kid.hex(),
        "sha256": key.digest.hex(),
        "country": key.country,
        "kinds": sorted(key.kinds),
        "domain": key.domain,
        "environment": key.environment,
        "algorithm": key.key.algorithm.name,
        "not_before": optional_moment(key.not_before),
        "not_after": optional_moment(key.not_after),
        "status": status_of(key, at),
    }


def optional_moment(moment: datetime | None) -> str | None:
    """A time in UTC, ISO 8601, or None."""
    return None if moment is None else moment_json(moment)
