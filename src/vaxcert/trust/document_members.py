"""The members of vaxcert's own signed documents: maps by number, written in one way only and read with their types.

Specified in `specs/trust-list.md`, section 3; lists of facilities and attestations use the same forms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sized
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any, Final, Protocol, TypeAlias, TypeVar, overload

from vaxcert.codec import cbor
from vaxcert.errors import Reason, TrustListError
from vaxcert.limits import MAX_TRUST_LIST_ENTRIES
from vaxcert.trust.origin import Environment

MAX_NUMBER: Final = 2**53 - 1
"""Of an edition: what every programming language counts to without loss."""

Members: TypeAlias = Mapping[Any, Any]


class EditionLabel(IntEnum):
    """What every list says of itself comes first in it, under the same numbers."""

    FORMAT = 1
    ISSUER = 2
    NUMBER = 3
    ISSUED = 4
    NEXT_UPDATE = 5
    USABLE_UNTIL = 6
    ENVIRONMENT = 7


class Edition(Protocol):
    """What every list says of itself; `vaxcert.trust.own_list.TrustListContent` says what each of it means."""

    @property
    def issuer(self) -> str: ...  # noqa: D102
    @property
    def number(self) -> int: ...  # noqa: D102
    @property
    def issued(self) -> datetime: ...  # noqa: D102
    @property
    def next_update(self) -> datetime: ...  # noqa: D102
    @property
    def usable_until(self) -> datetime: ...  # noqa: D102
    @property
    def environment(self) -> Environment: ...  # noqa: D102


_CRITICAL: Final = 0
"""The label, in every map, of the array that names its critical members."""

_MAX_SECONDS: Final = 253_402_300_799  # the last second of the year 9999
_MAX_ISSUER_CHARACTERS: Final = 200
_Kind = TypeVar("_Kind")
_Part = TypeVar("_Part")


def labelled(*members: tuple[int, Any]) -> dict[int, Any]:
    """The members that are there. Labels come in ascending order, which is that of their encodings."""
    return {int(label): value for label, value in members if value is not None}


def in_order(values: Iterable[Any]) -> list[Any]:
    """The values in the order of their encodings, each once."""
    return [value for _, value in sorted({cbor.dumps(value): value for value in values}.items())]


def seconds(moment: datetime | None) -> int | None:
    """A time as it is written."""
    return None if moment is None else int(moment.timestamp())


@overload
def moment(seconds: int) -> datetime: ...
@overload
def moment(seconds: int | None) -> datetime | None: ...
def moment(seconds: int | None) -> datetime | None:
    """A time as it was written.

    Raises:
        ValueError: It is out of range.
    """
    if seconds is None:
        return None
    expect(0 <= seconds <= _MAX_SECONDS, "a time from 1970 to 9999 in seconds")
    return datetime.fromtimestamp(seconds, UTC)


def environment(text: str) -> Environment:
    """What keys are for.

    Raises:
        ValueError: There is no such environment.
    """
    expect(text in tuple(Environment), f"environment {' or '.join(Environment)}")
    return Environment(text)


def read_members(value: Any, *labels: type[IntEnum]) -> Members:
    """A map, all of whose critical members are known (`specs/trust-list.md`, section 3.2).

    Args:
        value: As decoded.
        labels: Those that are known.

    Raises:
        ValueError: It is no map, or names a member critical that is not known.
    """
    if type(value) is not dict:
        raise ValueError("a map expected")
    if _CRITICAL in value:
        critical = value[_CRITICAL]
        expect(type(critical) is list and critical, "critical members in an array that is not empty")
        for label in critical:
            known = type(label) is int and label in value and any(label in tuple(one) for one in labels)
            expect(known, "no critical members but known ones")
    return value


def required(members: Members, label: int, kind: type[_Kind]) -> _Kind:
    """A member that has to be there, of a type.

    Raises:
        ValueError: It is not.
    """
    if label not in members:
        raise ValueError(f"member {int(label)} expected")
    return _typed(members[label], label, kind)


def optional(members: Members, label: int, kind: type[_Kind]) -> _Kind | None:
    """A member of a type, or None where it is not there.

    Raises:
        ValueError: It is of another type.
    """
    return _typed(members[label], label, kind) if label in members else None


def each(
    values: list[Any] | None, read: Callable[[Any], _Part], what: str, problems: list[TrustListError]
) -> tuple[_Part, ...]:
    """The values that can be read; the others become problems, with their positions.

    Args:
        values: As decoded.
        read: Makes something of a value, or raises `ValueError`.
        what: To call a value in problems.
        problems: Gets one `trust-entry-unreadable` for each value that cannot be read.

    Raises:
        ValueError: There are more than `limits.MAX_TRUST_LIST_ENTRIES`.
    """
    parts: list[_Part] = []
    values = values or []
    expect_size(values)
    for position, value in enumerate(values, 1):
        try:
            parts.append(read(value))
        except ValueError as error:
            problems.append(TrustListError(Reason.TRUST_ENTRY_UNREADABLE, f"{what} {position}: {error}"))
    return tuple(parts)


def expect_size(values: Sized) -> None:
    """Make sure that a list has no more entries of a sort than `limits.MAX_TRUST_LIST_ENTRIES`.

    Raises:
        ValueError: It has.
    """
    expect(len(values) <= MAX_TRUST_LIST_ENTRIES, f"at most {MAX_TRUST_LIST_ENTRIES} entries of a sort")


def expect_times(first: datetime | None, last: datetime | None) -> None:
    """Make sure that two times, where they are there, can be written and are in their order.

    Raises:
        ValueError: They are not.
    """
    for one in (first, last):
        if one is not None:
            expect(one.tzinfo is not None and not one.microsecond, "times with a zone, in whole seconds")
            expect(0 <= one.timestamp() <= _MAX_SECONDS, "times from 1970 to 9999")
    expect(first is None or last is None or first <= last, "times in their order")


def expect_edition(content: Edition) -> None:
    """Make sure that what every list says of itself is as `specs/trust-list.md` has it (section 3).

    Raises:
        ValueError: It is not.
    """
    expect(
        0 < len(content.issuer) <= _MAX_ISSUER_CHARACTERS and content.issuer.isprintable(),
        f"an issuer of 1 to {_MAX_ISSUER_CHARACTERS} printable characters",
    )
    expect(1 <= content.number <= MAX_NUMBER, f"a number from 1 to {MAX_NUMBER}")
    expect_times(content.issued, content.next_update)
    expect_times(content.next_update, content.usable_until)


def edition_members(content: Edition, version: int) -> tuple[tuple[int, Any], ...]:
    """What a list says of itself as members, for `labelled`.

    Args:
        content: The list.
        version: Of its format.
    """
    return (
        (EditionLabel.FORMAT, version),
        (EditionLabel.ISSUER, content.issuer),
        (EditionLabel.NUMBER, content.number),
        (EditionLabel.ISSUED, seconds(content.issued)),
        (EditionLabel.NEXT_UPDATE, seconds(content.next_update)),
        (EditionLabel.USABLE_UNTIL, seconds(content.usable_until)),
        (EditionLabel.ENVIRONMENT, str(content.environment)),
    )


def read_edition(members: Members, version: int) -> dict[str, Any]:
    """What a list says of itself, by the names of `Edition`.

    Raises:
        ValueError: A member is missing, of another type or out of range, or the format has another version.
    """
    expect(required(members, EditionLabel.FORMAT, int) == version, f"format version {version}")
    return {
        "issuer": required(members, EditionLabel.ISSUER, str),
        "number": required(members, EditionLabel.NUMBER, int),
        "issued": moment(required(members, EditionLabel.ISSUED, int)),
        "next_update": moment(required(members, EditionLabel.NEXT_UPDATE, int)),
        "usable_until": moment(required(members, EditionLabel.USABLE_UNTIL, int)),
        "environment": environment(required(members, EditionLabel.ENVIRONMENT, str)),
    }


def expect(condition: object, expected: str) -> None:
    """Make sure of a condition.

    Raises:
        ValueError: It does not hold.
    """
    if not condition:
        raise ValueError(f"{expected} expected")


def _typed(value: Any, label: int, kind: type[_Kind]) -> _Kind:
    if type(value) is not kind:  # a bool is no int here
        raise ValueError(f"member {int(label)} is a {type(value).__name__}, {kind.__name__} expected")
    return value
