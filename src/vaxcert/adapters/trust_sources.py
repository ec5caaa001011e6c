"""What the operator wants downloaded into a trust store: the file `sources.toml` in its folder.

One table for each source, called as the source is:

    [eu]
    url = "https://lists.example.org/trust-list.json"
    signature-url = "https://lists.example.org/trust-list.sig"   # a detached signature; all below may be left out
    format = "ec-archive"            # by default the one the content shows
    environment = "production"       # or "test"
    max-age-days = 90                # for a list without an end of its own
    ca-file = "ca.pem"               # trust these authorities for the connection, and no others
    threshold = 1                    # how many anchors have to have signed it
    allow-unsigned = false           # take a list that nobody signed; the connection alone vouches for it then
    shrink-percent = 20              # how much of the keys may vanish with one edition

    [moh-revoked]
    kind = "revocation"              # a revocation list of vaxcert; it takes a ca-file and a threshold besides its url
    url = "https://lists.example.org/revoked.vxr"

The anchors of a source are pinned in the store, not named here. Addresses with a name and a password are refused.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from vaxcert.adapters.files import read_bounded
from vaxcert.adapters.store import ImportOptions, TrustStore, layout
from vaxcert.errors import AdapterError, Reason
from vaxcert.limits import MAX_KEY_FILE_BYTES
from vaxcert.trust.formats import FORMATS
from vaxcert.trust.origin import Environment
from vaxcert.trust.succession import DEFAULT_SHRINK_SHARE

FILE: Final = "sources.toml"
_MAX_DAYS: Final = 36_500
_REVOCATION: Final = "revocation"
_KINDS: Final = ("trust", _REVOCATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateSource:
    """One source that is downloaded. What a source may say is in the module's description.

    Attributes:
        name: Of the source in the store.
        url: Where its list is.
        signature_url: Where the list's detached signature is, or None.
        ca_file: Certificates of the authorities to trust for the connection, or None for those of the system.
        is_revocation: Whether it is a revocation list, not a trust list.
        options: The terms of an import from it; a revocation list has a threshold only.
    """

    name: str
    url: str
    signature_url: str | None = None
    ca_file: Path | None = None
    is_revocation: bool = False
    options: ImportOptions = field(default_factory=ImportOptions)


def configured_sources(store: TrustStore) -> tuple[UpdateSource, ...]:
    """The sources of a store that are downloaded, in the order of the file; none where there is no file.

    Raises:
        AdapterError: `store-unreadable`, when the file says something it cannot; `file-unreadable`.
        LimitExceededError: `input-too-long`.
    """
    path = store.folder / FILE
    if not path.exists():
        return ()
    try:
        document = tomllib.loads(read_bounded(path, MAX_KEY_FILE_BYTES).decode())
    except (ValueError, RecursionError) as error:
        raise _wrong(
            path, f"not TOML: {error}" if isinstance(error, tomllib.TOMLDecodeError) else "not TOML"
        ) from None
    return tuple(_source(path, name, table) for name, table in document.items())


def _source(path: Path, name: str, table: object) -> UpdateSource:
    try:
        layout.checked_name(name)
    except ValueError as error:
        raise _wrong(path, str(error)) from None
    if not isinstance(table, dict):
        raise _wrong(path, f"{name!r} stands outside of any source")
    members = _Members(path, name, dict(table))
    source = _revocation(members, name) if members.is_revocation() else _trust(members, name)
    members.expect_no_more()
    return source


def _revocation(members: _Members, name: str) -> UpdateSource:
    return UpdateSource(
        name=name,
        url=members.text("url", needed=True) or "",
        ca_file=members.file("ca-file"),
        is_revocation=True,
        options=ImportOptions(threshold=members.number("threshold", 1, 100)),
    )


def _trust(members: _Members, name: str) -> UpdateSource:
    return UpdateSource(
        name=name,
        url=members.text("url", needed=True) or "",
        signature_url=members.text("signature-url"),
        ca_file=members.file("ca-file"),
        options=ImportOptions(
            as_format=members.format(),
            environment=members.environment(),
            max_age=members.days("max-age-days"),
            threshold=members.number("threshold", 1, 100),
            allow_unsigned=members.flag("allow-unsigned"),
            shrink_share=members.share("shrink-percent"),
        ),
    )


class _Members:
    """The members of one table, taken one by one."""

    def __init__(self, path: Path, name: str, members: dict[str, Any]) -> None:
        self._path = path
        self._name = name
        self._members = members

    def text(self, key: str, *, needed: bool = False) -> str | None:
        value = self._members.pop(key, None)
        if value is None and not needed:
            return None
        if not isinstance(value, str) or not value:
            raise self._wrong(key, "a text")
        return value

    def number(self, key: str, least: int, most: int) -> int | None:
        value = self._members.pop(key, None)
        if value is None:
            return None
        if type(value) is not int or not least <= value <= most:
            raise self._wrong(key, f"a whole number from {least} to {most}")
        return value

    def flag(self, key: str) -> bool:
        value = self._members.pop(key, False)
        if not isinstance(value, bool):
            raise self._wrong(key, "true or false")
        return value

    def days(self, key: str) -> timedelta | None:
        number = self.number(key, 1, _MAX_DAYS)
        return None if number is None else timedelta(days=number)

    def share(self, key: str) -> float:
        number = self.number(key, 0, 100)
        return DEFAULT_SHRINK_SHARE if number is None else number / 100

    def file(self, key: str) -> Path | None:
        name = self.text(key)
        return None if name is None else self._path.parent / name

    def is_revocation(self) -> bool:
        kind = self.text("kind")
        if kind not in (None, *_KINDS):
            raise self._wrong("kind", " or ".join(_KINDS))
        return kind == _REVOCATION

    def environment(self) -> Environment | None:
        value = self.text("environment")
        try:
            return None if value is None else Environment(value)
        except ValueError:
            raise self._wrong("environment", " or ".join(Environment)) from None

    def format(self) -> str | None:
        value = self.text("format")
        if value not in (None, *(known.name for known in FORMATS)):
            raise self._wrong("format", "the name of a list format")
        return value

    def expect_no_more(self) -> None:
        for key in self._members:
            raise self._wrong(key, "no such word")

    def _wrong(self, key: str, expected: str) -> AdapterError:
        return _wrong(self._path, f"{key!r} of {self._name}: {expected} expected")


def _wrong(path: Path, problem: str) -> AdapterError:
    return AdapterError(Reason.STORE_UNREADABLE, f"{path}: {problem}")
