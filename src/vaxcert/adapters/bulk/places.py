"""The folder of a bulk run: where everything lies."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vaxcert.adapters.files import sync_folder
from vaxcert.errors import AdapterError, Reason

_WORK: Final = ".run"
_FOLDER_MODE: Final = 0o700


@dataclass(frozen=True, slots=True)
class RunFolder:
    """What a run writes, and where. Each file is written whole or not at all.

    `certificates/` and what has no dot are the result. `.run` holds how far the run has got, and goes away at its end.

    Attributes:
        path: The folder.
    """

    path: Path

    @property
    def manifest(self) -> Path:
        """What was done, with counts and digests. It is written last: a run that has it is complete."""
        return self.path / "manifest.json"

    @property
    def summary(self) -> Path:
        """Counts by facility, rule and province."""
        return self.path / "summary.json"

    @property
    def picture(self) -> Path:
        """The same as a picture: a bar for each rule."""
        return self.path / "summary.png"

    @property
    def rejects(self) -> Path:
        """Records that cleaning refused."""
        return self.path / "rejects.csv"

    @property
    def unmatched(self) -> Path:
        """Records that the population registry does not confirm."""
        return self.path / "unmatched.csv"

    @property
    def refused(self) -> Path:
        """Of a renewal: certificates that were due and are not issued anew."""
        return self.path / "refused.csv"

    @property
    def certificates(self) -> Path:
        """The folder of certificates, a Parquet file for each part of the input."""
        return self.path / "certificates"

    @property
    def pictures(self) -> Path:
        """The folder of QR codes, a folder for each part."""
        return self.path / "qr"

    @property
    def passports(self) -> Path:
        """The folder of printed passports."""
        return self.path / "passports"

    @property
    def work(self) -> Path:
        """How far the run has got."""
        return self.path / _WORK

    @property
    def settings(self) -> Path:
        """What the run was started with."""
        return self.work / "settings.json"

    @property
    def counted(self) -> Path:
        """How many records there are: the input has been read to its end."""
        return self.work / "records.json"

    @property
    def history(self) -> Path:
        """Faults among several doses of one person, of all parts."""
        return self.work / "history.bin"

    @property
    def revoked(self) -> Path:
        """What the revocation ledger of a renewal revokes, as it was when the renewal began."""
        return self.work / "revoked.bin"

    def keys(self, number: int) -> Path:
        """The record keys of one of the earlier runs of a renewal, counted from 0."""
        return self.work / f"keys-{number}.bin"

    def part(self, part: int) -> Path:
        """The certificates of a part of the input, counted from 0."""
        return self.certificates / f"part-{part:06}.parquet"

    def part_pictures(self, part: int) -> Path:
        """The QR codes of a part."""
        return self.pictures / f"part-{part:06}"

    def cleaned(self, part: int) -> Path:
        """The codes of a part's records, each judged for itself."""
        return self.work / "cleaned" / f"{part:06}.arrow"

    def entries(self, part: int) -> Path:
        """What is compared of a part's doses."""
        return self.work / "entries" / f"{part:06}.bin"

    def matched(self, part: int) -> Path:
        """What the registry says of a part's persons."""
        return self.work / "matched" / f"{part:06}.arrow"

    def rejects_of(self, part: int) -> Path:
        """The refused records of a part."""
        return self.work / "rejects" / f"{part:06}.csv"

    def unmatched_of(self, part: int) -> Path:
        """The unconfirmed records of a part."""
        return self.work / "unmatched" / f"{part:06}.csv"

    def tally(self, part: int) -> Path:
        """Counts of a part by place and codes."""
        return self.work / "tally" / f"{part:06}.arrow"

    def done(self, part: int) -> Path:
        """What became of a part: counts and digests. Written last of all that belongs to the part."""
        return self.work / "done" / f"{part:06}.json"

    def begin(self) -> None:
        """Make the folder and `.run` in it, for their owner only.

        Raises:
            AdapterError: `file-unwritable`.
        """
        self._make(self.path, self.work)

    def make(self, *, certificates: bool = True, pictures: bool) -> None:
        """Make all other folders.

        Args:
            certificates: Whether the run issues any.
            pictures: Whether it draws QR codes.

        Raises:
            AdapterError: `file-unwritable`.
        """
        parts = (
            *(self.cleaned, self.entries, self.matched, self.rejects_of, self.unmatched_of),
            *(self.tally, self.done),
        )
        self._make(*(place(0).parent for place in parts))
        if certificates:
            self._make(self.certificates)
        if pictures:
            self._make(self.pictures)

    def sweep(self) -> None:
        """Take away what processes left half-written that were killed."""
        for folder in (self.path, self.certificates, self.pictures):
            for left in folder.glob(".*.partial"):
                if left.is_dir():
                    shutil.rmtree(left, ignore_errors=True)
                else:
                    left.unlink(missing_ok=True)

    def forget(self) -> None:
        """Take away what a run leaves that came to nothing: `.run`, and folders with nothing in them."""
        shutil.rmtree(self.work, ignore_errors=True)
        for folder in (self.certificates, self.pictures, self.path):
            with suppress(OSError):
                folder.rmdir()

    def _make(self, *folders: Path) -> None:
        try:
            for folder in folders:
                folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
                sync_folder(folder.parent)
        except OSError as error:
            raise AdapterError(
                Reason.FILE_UNWRITABLE, f"cannot make the folder {self.path}: {error.strerror}"
            ) from None
