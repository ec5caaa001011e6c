"""Tables that facility lists are made from: one row for each facility or province that a key attests for."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Final

from vaxcert.adapters.files import read_bounded
from vaxcert.adapters.key_files import load_csr
from vaxcert.crypto.keys import PublicKey
from vaxcert.errors import AdapterError, Reason, TrustListError, VaxcertError
from vaxcert.limits import MAX_KEY_FILE_BYTES, MAX_TRUST_FILE_BYTES
from vaxcert.trust.anchors import read_anchors
from vaxcert.trust.facility_list import FacilityEntry, facility_entry

COLUMNS: Final = ("key", "facility", "province", "not_before", "not_after", "withdrawn")

_REQUEST: Final = b"-----BEGIN CERTIFICATE REQUEST-----"
_REQUIRED: Final = ("key", "facility", "province")
_DELIMITERS: Final = ",;\t"
_WITHDRAWN: Final = {"": False, "no": False, "yes": True}
_DAY: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_facility_table(path: Path) -> tuple[FacilityEntry, ...]:
    """Read a table.

    Args:
        path: CSV in UTF-8 with a line of headings. `key` is a file with one public key, a certificate or a request for
            one, from the folder of the table; `facility` or `province` a code. `not_before` and `not_after` are days in
            UTC, the last one counted whole, or times with a zone; `withdrawn` is yes or no. Empty means no limit, and
            no.

    Returns:
        The entries; rows of the same key with the same limits are one.

    Raises:
        AdapterError: `file-unreadable`, with the number of the row; `certificate-unreadable`; `column-missing`.
        LimitExceededError: `input-too-long`.
        UnsupportedError: `key-type`.
    """
    entries: dict[Hashable, FacilityEntry] = {}
    keys: dict[str, PublicKey] = {}
    for number, row in enumerate(_rows(path), 1):
        try:
            entry = _entry(row, path.parent, keys)
        except VaxcertError as error:
            raise type(error)(error.reason, f"{path.name}, row {number}: {error}") from None
        except (ValueError, OverflowError) as error:
            raise AdapterError(Reason.FILE_UNREADABLE, f"{path.name}, row {number}: {error}") from None
        limits = entry.key, entry.not_before, entry.not_after, entry.withdrawn
        before = entries.get(limits, entry)
        entries[limits] = replace(
            before,
            facilities=before.facilities | entry.facilities,
            provinces=before.provinces | entry.provinces,
        )
    return tuple(entries.values())


def _rows(path: Path) -> Iterator[Mapping[str, str]]:
    try:
        text = read_bounded(path, MAX_TRUST_FILE_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise AdapterError(Reason.FILE_UNREADABLE, f"{path.name} is not UTF-8 text") from None
    heading = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=heading.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = [name.strip().casefold() for name in next(lines, [])]
        missing = [name for name in _REQUIRED if name not in names]
        if missing:
            raise AdapterError(Reason.COLUMN_MISSING, f"{path.name} has no column {', '.join(missing)}")
        for cells in lines:
            if any(cells):
                yield dict(zip(names, map(str.strip, cells), strict=False))
    except csv.Error as error:
        raise AdapterError(Reason.FILE_UNREADABLE, f"{path.name}, line {lines.line_num}: {error}") from None


def _entry(row: Mapping[str, str], folder: Path, keys: dict[str, PublicKey]) -> FacilityEntry:
    unknown = row.keys() - {*COLUMNS}
    if unknown:
        raise ValueError(f"a column {min(unknown)!a}; only {', '.join(COLUMNS)} expected")
    name = row.get("key", "")
    if name not in keys:
        keys[name] = _key(folder / name, name)
    withdrawn = _WITHDRAWN.get(row.get("withdrawn", "").casefold())
    if withdrawn is None:
        raise ValueError("withdrawn is neither yes nor no")
    limits: dict[str, Any] = {
        "facilities": frozenset(filter(None, [row.get("facility", "")])),
        "provinces": frozenset(filter(None, [row.get("province", "")])),
        "not_before": _moment(row.get("not_before", ""), time.min),
        "not_after": _moment(row.get("not_after", ""), time(23, 59, 59)),
        "withdrawn": withdrawn,
    }
    return facility_entry(keys[name], **limits)


def _key(path: Path, name: str) -> PublicKey:
    if not name:
        raise ValueError("no file of a key")
    data = read_bounded(path, MAX_KEY_FILE_BYTES)
    if _REQUEST in data:
        return _requested_key(path)
    try:
        found = read_anchors(data)
    except TrustListError as error:
        raise AdapterError(Reason.FILE_UNREADABLE, f"{name}: {error}") from None
    if len(found) != 1:
        raise ValueError(f"{name} holds {len(found)} keys, one expected")
    return found[0].key  # type: ignore[return-value]  # `facility_entry` takes no other type


def _requested_key(path: Path) -> PublicKey:
    """The key of a certificate request, which its holder has signed with it."""
    request = load_csr(path)
    if not request.is_signature_valid:
        raise ValueError(f"{path.name} is not signed with its own key")
    return request.public_key()  # type: ignore[return-value]  # as above


def _moment(text: str, time_of_day: time) -> datetime | None:
    """A day with a time of day, or a time with a zone."""
    if not text:
        return None
    if _DAY.fullmatch(text):
        return datetime.combine(date.fromisoformat(text), time_of_day, UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError("neither a day like 2021-03-08 nor a time like 2021-03-08T00:00:00+07:00")
    return moment.astimezone(UTC)
