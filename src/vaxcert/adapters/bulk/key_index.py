"""Keys on disk in ascending order, to look others up in: their first eight bytes, which tell them apart.

(With a hundred million keys, that any of a hundred million others is taken for one has a chance of one in 1,800.)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np

from vaxcert.adapters.files import write_atomically

KEY: Final = np.dtype("<u8")
"""The beginning of a key, as a number."""

Keys: TypeAlias = "np.ndarray[Any, Any]"

_HEX_DIGITS: Final = 2 * KEY.itemsize


def of_hex(keys: Iterable[str]) -> Keys:
    """The beginnings of keys in hexadecimal, of at least sixteen digits."""
    return np.fromiter((int(key[:_HEX_DIGITS], 16) for key in keys), KEY)


def of_bytes(keys: Iterable[bytes]) -> Keys:
    """The same of keys of at least eight bytes."""
    return np.fromiter((int.from_bytes(key[: KEY.itemsize]) for key in keys), KEY)


def write_index(path: Path, keys: Sequence[Keys]) -> int:
    """Write an index of all these keys.

    Returns:
        How many there are.

    Raises:
        AdapterError: `file-unwritable`.
    """
    together = np.sort(np.concatenate([np.empty(0, KEY), *keys]))
    write_atomically(path, together.tobytes(), private=True)
    return len(together)


class KeyIndex:
    """An index, of which only what is touched is read.

    Args:
        path: What `write_index` wrote.
    """

    __slots__ = ("_known",)

    def __init__(self, path: Path) -> None:
        self._known: Keys = np.memmap(path, KEY, "r") if path.stat().st_size else np.empty(0, KEY)

    def has(self, wanted: Keys) -> Keys:
        """Of each key whether it is there."""
        at = np.searchsorted(self._known, wanted)
        found = np.zeros(len(wanted), bool)
        inside = at < len(self._known)
        found[inside] = self._known[at[inside]] == wanted[inside]
        return found
