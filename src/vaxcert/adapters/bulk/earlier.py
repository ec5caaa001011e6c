"""Certificates of earlier runs, read for renewal: what lies there now has to be what the run wrote."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from vaxcert.adapters.bulk.batch import ISSUED, IssuePlan
from vaxcert.adapters.bulk.claim import Settings, read_json
from vaxcert.adapters.bulk.places import RunFolder
from vaxcert.adapters.files import file_digest, read_bounded
from vaxcert.errors import AdapterError, Reason
from vaxcert.model.record_keys import DIGEST_BYTES, RecordKeys

_MAX_BYTES: Final = 256 * 1024 * 1024
_KEY: Final = f"^[0-9a-f]{{{2 * DIGEST_BYTES}}}$"
_MOMENT: Final = pa.timestamp("ms", "UTC")  # Parquet knows no whole seconds
_TYPES: Final = {one.name: _MOMENT if pa.types.is_timestamp(one.type) else one.type for one in ISSUED}
_MAY_BE_NULL: Final = frozenset({"nationality", "attestation"})
_CERTIFICATES: Final = "certificates/"  # the folder, in the manifest


@dataclass(frozen=True, slots=True)
class EarlierPart:
    """A file of certificates of an earlier run. Goes through pickle.

    Attributes:
        path: The file.
        sha256: Its digest by the manifest of the run, hexadecimal.
    """

    path: Path
    sha256: str

    def read(self, columns: Sequence[str]) -> pa.Table:
        """Read some columns of `ISSUED`.

        Raises:
            AdapterError: `file-unreadable`, when it is not what the run wrote.
            LimitExceededError: `input-too-long`.
        """
        data = read_bounded(self.path, _MAX_BYTES)
        if hashlib.sha256(data).hexdigest() != self.sha256:
            raise AdapterError(
                Reason.FILE_UNREADABLE,
                f"{self.path} is not as its run wrote it; its manifest has another digest",
            )
        try:
            table = pq.read_table(pa.BufferReader(data), columns=list(columns))
        except (OSError, pa.ArrowException):
            table = None
        if table is None or not _is_ours(table, columns):
            raise AdapterError(
                Reason.FILE_UNREADABLE, f"{self.path} is not a file of certificates that a bulk run wrote"
            )
        return table


def earlier_parts(run: RunFolder, plan: IssuePlan) -> list[EarlierPart]:
    """The certificates of an earlier run, which is complete and names certificates as this one does.

    Args:
        run: Its folder.
        plan: Of the new run.

    Raises:
        AdapterError: `file-unreadable`; `run-mismatch`, when it was made with another secret or for another country:
            none of its certificates could keep its identifier.
    """
    manifest = read_json(run.manifest) if run.manifest.exists() else {}
    files, settings = manifest.get("files"), manifest.get("settings")
    if not isinstance(files, dict) or not isinstance(settings, dict):
        raise _not_complete(run)
    _check_names(run, settings, plan)
    return [
        EarlierPart(run.certificates / Path(name).name, str(digest))
        for name, digest in sorted(files.items())
        if name.startswith(_CERTIFICATES)
    ]


def run_digest(run: RunFolder) -> str:
    """The digest of a run's manifest, hexadecimal, which holds those of all its certificates.

    Raises:
        AdapterError: `file-unreadable`.
    """
    if not run.manifest.exists():
        raise _not_complete(run)
    return file_digest(run.manifest).hex()


def _not_complete(run: RunFolder) -> AdapterError:
    return AdapterError(
        Reason.FILE_UNREADABLE, f"{run.path} holds no run that is complete; expected its manifest.json"
    )


def _check_names(run: RunFolder, settings: Settings, plan: IssuePlan) -> None:
    ours = {"secret": RecordKeys(plan.secret).person("").hex(), "country": plan.country}
    other = [name for name, value in ours.items() if settings.get(name, value) != value]
    if other:
        raise AdapterError(
            Reason.RUN_MISMATCH,
            f"{run.path} was made with another {' and '.join(other)}; its certificates could not keep their names",
        )


def _is_ours(table: pa.Table, columns: Sequence[str]) -> bool:
    """Whether columns are those of `ISSUED`, filled in as issuing does."""
    if table.schema.names != list(columns) or table.schema.types != [_TYPES[name] for name in columns]:
        return False
    if any(table.column(name).null_count for name in columns if name not in _MAY_BE_NULL):
        return False
    keys = [name for name in columns if name.endswith("_key")]
    return all(_all(pc.match_substring_regex(table.column(name), _KEY)) for name in keys)


def _all(flags: Any) -> bool:
    return bool(pc.all(flags).as_py() is not False)
