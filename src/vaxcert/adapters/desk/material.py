"""What the desk decides by: lists, policy and rules, read anew when their files have changed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final, TypeAlias

from vaxcert.decision import Desk
from vaxcert.errors import VaxcertError
from vaxcert.rules.acceptance import RuleSet
from vaxcert.rules.policy import VerificationPolicy
from vaxcert.trust.origin import ListOrigin
from vaxcert.trust.trust_list import TrustList

_MOST_FILES: Final = 10_000

_Stamp: TypeAlias = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskMaterial:
    """What a desk decides by, as it was read.

    Attributes:
        desk: Decides.
        trust_list: Its keys.
        policy: Of its verifier.
        revocation_origins: What its revocation lists say of themselves.
        problems: How many entries of its lists could not be read.
        rules: Of the country of arrival, as the desk asks them; None where none are asked.
    """

    desk: Desk
    trust_list: TrustList
    policy: VerificationPolicy
    revocation_origins: tuple[ListOrigin, ...] = ()
    problems: int = 0
    rules: RuleSet | None = None


class CurrentMaterial:
    """The material as it is now.

    Args:
        load: Reads it.
        places: The files and folders that it comes from.

    Raises:
        VaxcertError: As `load`.
    """

    def __init__(self, load: Callable[[], DeskMaterial], places: Sequence[Path]) -> None:
        self._load: Final = load
        self._places: Final = tuple(places)
        self._lock: Final = Lock()
        self._stamp = self._stamped()
        self._now = load()
        self._problem: VaxcertError | None = None

    @property
    def now(self) -> DeskMaterial:
        """What to decide by."""
        return self._now

    @property
    def problem(self) -> VaxcertError | None:
        """Why the files that are there now are not what is decided by; None where they are."""
        return self._problem

    def refresh(self) -> None:
        """Read again what has changed. What cannot be read leaves the last good material, and a problem."""
        if not self._lock.acquire(blocking=False):
            return
        try:
            stamp = self._stamped()
            if stamp != self._stamp:
                self._stamp = stamp
                self._now = self._load()
                self._problem = None
        except VaxcertError as error:
            self._problem = error
        finally:
            self._lock.release()

    def _stamped(self) -> _Stamp:
        return tuple(stamp for place in self._places for stamp in _stamps(place))


def _stamps(place: Path) -> Iterator[tuple[str, int, int]]:
    """Names, times of change and sizes of files: as many as tell whether a list was exchanged."""
    for number, file in enumerate(_files(place)):
        if number == _MOST_FILES:
            return
        try:
            state = file.stat()
        except OSError:
            continue
        yield str(file), state.st_mtime_ns, state.st_size


def _files(place: Path) -> Iterator[Path]:
    if not place.is_dir():
        yield place
    for folder, folders, names in os.walk(place):
        folders.sort()
        yield from (Path(folder, name) for name in sorted(names))
