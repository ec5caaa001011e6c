"""The resources of a file of FHIR JSON, one after the other, however large the bundle that they are in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, TextIO, TypeAlias

from vaxcert.adapters.records.fhir.shapes import Resource, many, one, text
from vaxcert.adapters.records.json_stream import JsonWindow, value_at
from vaxcert.errors import AdapterError, Reason
from vaxcert.limits import MAX_FHIR_RESOURCE_CHARACTERS

NO_BUNDLE: Final = 0
"""Stands for the bundle of resources that are in none."""


@dataclass(frozen=True, slots=True, repr=False)
class Entry:
    """One resource.

    Attributes:
        bundle: Number of its bundle, from 1, or `NO_BUNDLE`.
        url: Its full URL, or "".
        resource: The resource.
        offset: Where it starts, in bytes of the text; for `entry_at`.
    """

    bundle: int
    url: str
    resource: Resource
    offset: int

    def __repr__(self) -> str:
        return f"<Entry of bundle {self.bundle}>"


@dataclass(frozen=True, slots=True)
class BundleEnd:
    """All resources of a bundle have come.

    Attributes:
        bundle: Its number.
    """

    bundle: int


Event: TypeAlias = Entry | BundleEnd


def read_entries(stream: TextIO) -> Iterator[Event]:
    """Read bundles and resources: one, an array of them, or one after the other (NDJSON).

    Bundles inside bundles are bundles of their own. Entries that delete a resource, or hold none, are passed over.

    Args:
        stream: Read from its present position to its end.

    Yields:
        The resources in the order of the file. A bundle is read entry by entry, so that it need not fit in memory.

    Raises:
        AdapterError: `file-unreadable`: it is not JSON, holds a value that is no resource, or one that is larger than
            `MAX_FHIR_RESOURCE_CHARACTERS`; or a bundle holds former versions of resources.
    """
    return _Reading(JsonWindow(stream, MAX_FHIR_RESOURCE_CHARACTERS)).events()


def entry_at(stream: BinaryIO, offset: int) -> Entry:
    """Read the entry or resource that stands at one place of a file.

    Args:
        stream: The file.
        offset: Where, in bytes of the file.

    Returns:
        The entry, without bundle and offset; an empty one where none stands there.
    """
    value = one(value_at(stream, offset, MAX_FHIR_RESOURCE_CHARACTERS))
    return _entry(value, NO_BUNDLE, 0) or Entry(NO_BUNDLE, "", value, 0)


def _entry(item: Resource, bundle: int, offset: int) -> Entry | None:
    resource = one(item.get("resource"))
    if not resource or text(one(item.get("request")).get("method")).upper() == "DELETE":
        return None
    return Entry(bundle, text(item.get("fullUrl")), resource, offset)


class _Reading:
    """One pass over a file."""

    def __init__(self, window: JsonWindow) -> None:
        self._window = window
        self._bundles = 0

    def events(self) -> Iterator[Event]:
        if self._window.peek() == "[":
            for _ in self._items("[", "]"):
                yield from self._value()
        while self._window.peek():
            yield from self._value()

    def _items(self, opening: str, closing: str) -> Iterator[None]:
        """Stands before each item of an array or object; whoever goes on has taken it."""
        window = self._window
        window.take_mark(opening)
        if window.peek() != closing:
            yield
            while window.peek() == ",":
                window.take_mark(",")
                yield
        window.take_mark(closing)

    def _value(self) -> Iterator[Event]:
        """One bundle or resource."""
        if self._window.peek() != "{":
            raise _unreadable("a JSON value is no object; expected bundles or resources")
        offset = self._window.offset()
        small = self._window.take_small_value()
        if small is None:
            yield from self._large_value(offset)
        else:
            yield from self._unfolded(Entry(NO_BUNDLE, "", one(small), offset))

    def _large_value(self, offset: int) -> Iterator[Event]:
        """A bundle or resource, entry by entry. Which it is, is known at its end only: keys have no order."""
        window = self._window
        self._bundles += 1
        bundle, has_entries = self._bundles, False
        rest: dict[str, Any] = {}
        for key in self._keys():
            if key == "entry" and window.peek() == "[":
                for event in self._entries(bundle):
                    has_entries = True
                    yield event
            else:
                rest[key] = window.take_value()
        if text(rest.get("resourceType")) == "Bundle":
            _check_bundle(rest)
            yield BundleEnd(bundle)
        elif has_entries:
            raise _no_resource()
        else:
            yield from self._unfolded(Entry(NO_BUNDLE, "", rest, offset))

    def _keys(self) -> Iterator[str]:
        """The keys of the object that begins here; whoever goes on has taken the value of each."""
        taken = set()
        for _ in self._items("{", "}"):
            key = self._window.take_value()
            if type(key) is not str or key in taken:
                raise _unreadable("a JSON object is malformed or names a key twice")
            taken.add(key)
            self._window.take_mark(":")
            yield key

    def _entries(self, bundle: int) -> Iterator[Event]:
        window = self._window
        for _ in self._items("[", "]"):
            window.peek()
            offset = window.offset()
            entry = _entry(one(window.take_value()), bundle, offset)
            if entry is not None:
                yield from self._unfolded(entry)

    def _unfolded(self, entry: Entry) -> Iterator[Event]:
        """The resource, or what is in it when it is a bundle."""
        kind = text(entry.resource.get("resourceType"))
        if not kind:
            raise _no_resource()
        if kind != "Bundle":
            yield entry
            return
        self._bundles += 1
        bundle = self._bundles
        _check_bundle(entry.resource)
        for item in many(entry.resource.get("entry")):
            inner = _entry(item, bundle, entry.offset)
            if inner is not None:
                yield from self._unfolded(inner)
        yield BundleEnd(bundle)


def _check_bundle(bundle: Resource) -> None:
    if bundle.get("type") == "history":
        raise _unreadable("a bundle of type history holds former versions; expected the present ones")
    if bundle.get("entry") is not None and not isinstance(bundle.get("entry"), list):
        raise _unreadable("the entry of a bundle is no array")


def _no_resource() -> AdapterError:
    return _unreadable("a JSON object has no resourceType; expected FHIR bundles or resources")


def _unreadable(message: str) -> AdapterError:
    return AdapterError(Reason.FILE_UNREADABLE, message)
