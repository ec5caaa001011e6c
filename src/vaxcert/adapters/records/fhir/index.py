"""Where the resources of a large bundle stand in the file: eight bytes for a name and eight for its place."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, Final

from vaxcert.adapters.records.arrow import import_arrow, import_compute


class PlaceNotes:
    """Notes where resources stand, in the order of the file."""

    __slots__ = ("_hashes", "_offsets")

    def __init__(self) -> None:
        self._hashes: Final = array("Q")
        self._offsets: Final = array("Q")

    def add(self, name: str, offset: int) -> None:
        """Note one name of a resource."""
        self._hashes.append(_hash(name))
        self._offsets.append(offset)

    def index(self) -> PlaceIndex:
        """All that was noted, ready to be asked.

        Raises:
            AdapterError: `extra-missing`.
        """
        if not self._hashes:
            return PlaceIndex(self._hashes, self._offsets)
        arrow = import_arrow()
        hashes, offsets = _column(arrow, self._hashes), _column(arrow, self._offsets)
        order = import_compute().array_sort_indices(hashes)
        return PlaceIndex(_view(hashes.take(order)), _view(offsets.take(order)))


class PlaceIndex:
    """The places of resources by their names, without the resources.

    Names are kept as eight bytes of a hash, so that a place may be of another name: whoever looks there checks.

    Args:
        hashes: Of the names, ascending.
        offsets: The place of each.
    """

    __slots__ = ("_hashes", "_offsets")

    def __init__(self, hashes: Sequence[int], offsets: Sequence[int]) -> None:
        self._hashes: Final = hashes
        self._offsets: Final = offsets

    def offsets(self, name: str) -> list[int]:
        """Where resources of this name may stand."""
        wanted = _hash(name)
        found = []
        at = bisect_left(self._hashes, wanted)
        while at < len(self._hashes) and self._hashes[at] == wanted:
            found.append(self._offsets[at])
            at += 1
        return found


def _hash(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(errors="replace"), digest_size=8).digest())


def _column(arrow: Any, numbers: array[int]) -> Any:
    buffers = [None, arrow.py_buffer(numbers)]
    return arrow.Array.from_buffers(arrow.uint64(), len(numbers), buffers)


def _view(column: Any) -> Sequence[int]:
    whole = memoryview(column.buffers()[1]).cast("B").cast("Q")
    return whole[column.offset : column.offset + len(column)]
