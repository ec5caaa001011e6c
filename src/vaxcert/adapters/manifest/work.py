"""What a run over a manifest has done so far: a folder beside the result, for its owner only, until the end."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias

from vaxcert.adapters.bulk.claim import read_json
from vaxcert.adapters.files import create_new, read_bounded
from vaxcert.adapters.locks import locked
from vaxcert.errors import AdapterError, Reason, VaxcertError

STILL_THE_SAME_RUN: Final = timedelta(hours=12)
"""How long a run that names no time may be taken up again; after that it decides anew, for another day."""

Settings: TypeAlias = Mapping[str, Any]
"""What a run is done with, as JSON has it: whatever would make another result."""

_FOLDER_MODE: Final = 0o700
_OF_OTHERS: Final = 0o022
_LOCK: Final = "lock"
_MAX_PART_BYTES: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class PartDone:
    """What became of a part of a manifest.

    Attributes:
        part: Its number, from 0.
        passengers: How many there are in it.
        verdicts: How many of them got each verdict.
        codes: How many of them have each code.
        statuses: The exit statuses that single ones would end a command with.
    """

    part: int
    passengers: int
    verdicts: Mapping[str, int]
    codes: Mapping[str, int]
    statuses: Sequence[int]


@dataclass(frozen=True, slots=True)
class Begun:
    """A run that has begun, now or earlier.

    Attributes:
        at: The time it decides for.
        done: The parts that were done earlier, by their numbers.
    """

    at: datetime
    done: Mapping[int, PartDone]


class WorkFolder:
    """The folder. What is kept in it to go on from holds no name and no birth date, only what was decided of each row.

    The result grows in it too, until it is put in its place; a process that is killed leaves what there was of it, for
    the owner only, and the next one takes it away.

    Args:
        out: The file for the result, beside which the folder is.
    """

    def __init__(self, out: Path) -> None:
        self.path: Final = out.with_name(f".{out.name[:200]}.run")
        self.whole: Final = self.path / "result.csv"
        self._settings: Final = self.path / "settings.json"

    @contextmanager
    def claimed(self, settings: Settings, *, now: datetime, at: datetime | None) -> Iterator[Begun]:
        """Hold the folder for a run; what is in it of a run with other settings is thrown away.

        Args:
            settings: Of the run.
            now: The time on the clock, aware.
            at: The time to decide for; None takes that of an earlier run which can be taken up again, else `now`.

        Raises:
            AdapterError: `store-busy`, when another process holds it; `file-unwritable`.
        """
        try:
            self.path.mkdir(mode=_FOLDER_MODE, exist_ok=True)
        except OSError as error:
            raise AdapterError(
                Reason.FILE_UNWRITABLE, f"cannot make the folder {self.path}: {error.strerror}"
            ) from None
        self._check_own()
        with locked(self.path / _LOCK):
            self._empty("*.partial")
            earlier = self._earlier(settings, now, at)
            if earlier is None:
                self._empty("*")
                earlier = at or now
                begun = {"settings": settings, "at": earlier.isoformat()}
                self._write(self._settings, json.dumps(begun).encode())
            yield Begun(earlier, {part.part: part for part in self._parts()})

    def write_part(self, done: PartDone, answers: bytes) -> None:
        """Write what was decided in a part.

        Raises:
            AdapterError: `file-unwritable`.
        """
        body = {**asdict(done), "digest": hashlib.sha256(answers).hexdigest()}
        self._write(self._part(done.part), json.dumps(body).encode() + b"\n" + answers)

    def answers(self, part: int) -> bytes:
        """What was decided in a part, as CSV without headings.

        Raises:
            AdapterError: `file-unreadable`.
        """
        return self._read(self._part(part))[1]

    def remove(self) -> None:
        """Take it away."""
        shutil.rmtree(self.path, ignore_errors=True)

    def _write(self, path: Path, data: bytes) -> None:
        """Write a file, whole or not at all, unless the power fails: what is damaged then is done again."""
        partial = self.path / f".{secrets.token_hex(8)}.partial"
        create_new(partial, data, private=True, durable=False)
        try:
            partial.replace(path)
        except OSError as error:
            raise AdapterError(
                Reason.FILE_UNWRITABLE, f"cannot write in {self.path}: {error.strerror}"
            ) from None

    def _part(self, part: int) -> Path:
        return self.path / f"{part:08}.part"

    def _check_own(self) -> None:
        """Make sure that nobody else can have put anything into the folder: its parts are relied on.

        Raises:
            AdapterError: `file-unwritable`.
        """
        found = self.path.lstat()
        others = hasattr(os, "geteuid") and (found.st_uid != os.geteuid() or found.st_mode & _OF_OTHERS)
        if stat.S_ISLNK(found.st_mode) or others:
            raise AdapterError(
                Reason.FILE_UNWRITABLE,
                f"{self.path} is not a folder of yours alone; take it away, then run again",
            )

    def _earlier(self, settings: Settings, now: datetime, at: datetime | None) -> datetime | None:
        """The time that an earlier run decides for, where it can be taken up again."""
        try:
            stored = read_json(self._settings)
            begun = datetime.fromisoformat(stored["at"]).astimezone(UTC)
        except (AdapterError, LookupError, TypeError, ValueError):
            return None
        if stored.get("settings") != settings:
            return None
        still = begun == at if at is not None else timedelta(0) <= now - begun < STILL_THE_SAME_RUN
        return begun if still else None

    def _empty(self, pattern: str) -> None:
        for path in self.path.glob(pattern):
            if path.name != _LOCK:
                path.unlink(missing_ok=True)

    def _parts(self) -> Iterator[PartDone]:
        for path in sorted(self.path.glob("*.part")):
            try:
                done, _ = self._read(path)
            except VaxcertError:
                continue
            yield done

    def _read(self, path: Path) -> tuple[PartDone, bytes]:
        head, _, answers = read_bounded(path, _MAX_PART_BYTES).partition(b"\n")
        try:
            body = json.loads(head)
            digest = body.pop("digest")
            done = PartDone(**body)
        except (AttributeError, LookupError, TypeError, ValueError):
            digest = None
        if digest != hashlib.sha256(answers).hexdigest():
            raise AdapterError(Reason.FILE_UNREADABLE, f"{path} is damaged; expected what a run wrote")
        return done, answers
