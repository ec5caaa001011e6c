"""`read-trust-list`: what a list lets its keys do, who vouches for it, and whether it may follow the one before."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from vaxcert.adapters.conformance.operations.described import failure
from vaxcert.errors import VaxcertError
from vaxcert.trust.anchors import Anchor, read_anchors
from vaxcert.trust.formats import ReadingTerms, format_named, read
from vaxcert.trust.origin import Environment
from vaxcert.trust.succession import DEFAULT_SHRINK_SHARE, check_edition, check_succession
from vaxcert.trust.trust_list import ListReading, TrustedKey, TrustList


def read_trust_list(given: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    """Read `document` by `anchors` at `at`, after the edition `previous`, with the lists that stand `beside` it.

    What form it has its content shows, unless `format` says it. Entries that cannot be relied on are `problems`; the
    keys of all others are answered.
    """
    at = datetime.fromisoformat(context["at"])
    try:
        reading = _judged(given, at)
        others = [_reading(one, given, name="beside") for one in given.get("beside", ())]
    except VaxcertError as error:
        return failure(error)
    until = reading.origin.next_update
    return {
        "outcome": "accepted",
        "reason": None,
        "format": reading.origin.format,
        "environment": reading.environment,
        "number": reading.origin.number,
        "overdue": until is not None and at > until,
        "entries": reading.entries,
        "keys": _keys(reading, others),
        "problems": sorted(problem.reason for problem in reading.problems),
        "withdrawn": sorted(one.hex() for one in reading.withdrawn),
    }


def anchors_described(given: Mapping[str, Any]) -> tuple[Anchor, ...]:
    """The anchors of a vector: keys or certificates in base64, for one environment where it says so.

    Raises:
        TrustListError: `anchor-unreadable`.
    """
    environment = given.get("anchor_environment")
    return tuple(
        anchor
        for one in given.get("anchors", ())
        for anchor in read_anchors(
            b64decode(one, validate=True), environment=environment and Environment(environment)
        )
    )


def _judged(given: Mapping[str, Any], at: datetime) -> ListReading:
    """The list, when it may be used at a time and in the place of the one before."""
    reading = _reading(given, given)
    companions = {name: bytes.fromhex(digest) for name, digest in given.get("companions", {}).items()}
    check_edition(reading, at=at, companions=companions)
    if "previous" in given:
        old = _reading(given["previous"], given)
        share = given.get("share", DEFAULT_SHRINK_SHARE)
        check_succession(old.origin, old.environment, old, reading, at=at, share=share)
    return reading


def _reading(one: Mapping[str, Any], given: Mapping[str, Any], *, name: str = "vectors") -> ListReading:
    terms = ReadingTerms(
        source=name,
        anchors=anchors_described(given),
        threshold=given.get("threshold", 1),
        signature=b64decode(one["signature"], validate=True) if "signature" in one else None,
        environment=Environment(given["environment"]) if "environment" in given else None,
        allow_unsigned=given.get("allow_unsigned", False),
    )
    as_format = format_named(given["format"]) if "format" in given else None
    return read(b64decode(one["document"], validate=True), terms, as_format=as_format)


def _keys(reading: ListReading, others: Iterable[ListReading]) -> list[dict[str, Any]]:
    """The keys of a list, those withdrawn too that another list withdraws."""
    if not reading.keys:
        return []
    combined = TrustList.combined([reading, *others])
    own = [_key(key) for key in combined if key.origin == reading.origin]
    return sorted(own, key=lambda key: (key["kid"], key["digest"]))


def _key(key: TrustedKey) -> dict[str, Any]:
    return {
        "kid": key.kid.hex(),
        "digest": key.digest.hex(),
        "country": key.country,
        "kinds": sorted(key.kinds),
        "domain": key.domain,
        "not_before": _moment(key.not_before),
        "not_after": _moment(key.not_after),
        "withdrawn": key.withdrawn,
    }


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment:%Y-%m-%dT%H:%M:%SZ}"
