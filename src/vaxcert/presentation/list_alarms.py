"""What has to be said of lists before anything else: that they are too old, due, or newer than the clock."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from vaxcert.errors import Reason
from vaxcert.findings import FindingCode
from vaxcert.presentation.texts import Texts
from vaxcert.trust.origin import Environment, ListOrigin
from vaxcert.trust.trust_list import TrustList


@dataclass(frozen=True, slots=True)
class ListAlarm:
    """One thing to say of a list.

    Attributes:
        code: `stale-trust-list`, `revocation-unknown`, `list-overdue`, `clock-before-list` or `test-key`.
        sentence: With the name of the list and the time it is about.
        is_loud: Whether decisions are in doubt by it; otherwise a newer list is due, no more.
    """

    code: Reason | FindingCode
    sentence: str
    is_loud: bool


def key_alarms(keys: TrustList, environments: Collection[Environment], texts: Texts) -> Iterator[ListAlarm]:
    """That every certificate will be refused, where all keys are for tests and only others count.

    Args:
        keys: The keys of all lists.
        environments: What keys have to be for.
        texts: The words of the reader's language.
    """
    if len(keys) and not keys.origins_of(environments):
        yield ListAlarm(Reason.TEST_KEY, texts.get("trust", "only-tests"), is_loud=True)


def trust_list_alarms(
    origins: Iterable[ListOrigin], at: datetime, skew: timedelta, texts: Texts
) -> Iterator[ListAlarm]:
    """What there is to say of trust lists.

    Args:
        origins: What each list says of itself.
        at: Now, aware.
        skew: How far clocks may differ.
        texts: The words of the reader's language.
    """
    for origin in origins:
        end = origin.usable_until
        if end is not None and at - end > skew:
            sentence = texts.get("trust", "stale", name=origin.name, end=texts.moment(end))
            yield ListAlarm(Reason.STALE_TRUST_LIST, sentence, is_loud=True)
        else:
            yield from _due(origin, at, texts)
        yield from _clock(origin, at, skew, texts)


def revocation_alarms(
    origins: Iterable[ListOrigin], at: datetime, skew: timedelta, texts: Texts
) -> Iterator[ListAlarm]:
    """What there is to say of revocation lists, which have no skew at their end.

    Args:
        origins: What each list says of itself.
        at: Now, aware.
        skew: How far clocks may differ.
        texts: The words of the reader's language.
    """
    for origin in origins:
        end = origin.usable_until
        if end is not None and at > end:
            sentence = texts.get("revoke", "stale", name=origin.name, end=texts.moment(end))
            yield ListAlarm(Reason.REVOCATION_UNKNOWN, sentence, is_loud=True)
        else:
            yield from _due(origin, at, texts)
        yield from _clock(origin, at, skew, texts)


def _due(origin: ListOrigin, at: datetime, texts: Texts) -> Iterator[ListAlarm]:
    due = origin.next_update
    if due is not None and due < at:
        sentence = texts.get("trust", "overdue", name=origin.name, due=texts.moment(due))
        yield ListAlarm(FindingCode.LIST_OVERDUE, sentence, is_loud=False)


def _clock(origin: ListOrigin, at: datetime, skew: timedelta, texts: Texts) -> Iterator[ListAlarm]:
    issued = origin.issued
    if issued is not None and issued - at > skew:
        sentence = texts.get("trust", "clock-behind", name=origin.name, issued=texts.moment(issued))
        yield ListAlarm(FindingCode.CLOCK_BEFORE_LIST, sentence, is_loud=True)
