"""Files that a manifest names: those in one folder, and no others."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from vaxcert.adapters.certificate_inputs import read_file
from vaxcert.errors import AdapterError, Reason, VaxcertError


class PictureFolder:
    """The folder whose files a manifest may name.

    What is in a manifest may come from passengers, who must not learn of other files of the machine: a name that
    leads out of the folder, by `..`, as an absolute path or through a link, is refused without a look at the file.

    Args:
        path: The folder.
    """

    def __init__(self, path: Path) -> None:
        self._path: Final = os.path.abspath(path)
        self._real: Final = os.path.realpath(path)

    def read(self, name: str) -> Iterator[str | bytes | VaxcertError]:
        """The certificates of a file, or why there are none.

        Args:
            name: As it stands in the manifest, relative to the folder or absolute.

        Yields:
            At least one, each before the next is read.
        """
        try:
            path = self._inside(name)
        except VaxcertError as error:
            yield error
            return
        yield from (one.content for one in read_file(path))

    def _inside(self, name: str) -> Path:
        try:
            path = os.path.normpath(os.path.join(self._path, name))
            # first by its name alone: on some systems looking at a file of another machine signs on there
            if not _is_below(path, self._path) or not _is_below(os.path.realpath(path), self._real):
                raise AdapterError(
                    Reason.PATH_OUTSIDE, "the manifest names a file outside the folder of its files"
                )
            if not stat.S_ISREG(os.stat(path).st_mode):
                raise AdapterError(Reason.FILE_UNREADABLE, "what the manifest names is not a file")
        except OSError as error:
            raise AdapterError(
                Reason.FILE_UNREADABLE, f"cannot read a file that the manifest names: {error.strerror}"
            ) from None
        except ValueError:
            raise AdapterError(Reason.FILE_UNREADABLE, "no file can have such a name") from None
        return Path(path)


def _is_below(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip(os.sep) + os.sep)
