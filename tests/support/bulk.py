"""Runs in bulk over a synthetic nation, with a TEST signer; also as a process of its own, to be killed.

python -m tests.support.bulk RECORDS KEYS OUT WORKERS ROWS_PER_PART
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.support.signers import signer
from vaxcert.adapters.bulk.batch import IssuePlan
from vaxcert.adapters.bulk.job import Job
from vaxcert.adapters.bulk.places import RunFolder
from vaxcert.adapters.bulk.run import BulkRun, RunResult
from vaxcert.adapters.records.formats import open_records
from vaxcert.adapters.signer_sources import KeyFile
from vaxcert.errors import AdapterError

AT = datetime(2022, 12, 1, tzinfo=UTC)
SECRET = bytes(range(32))
SENTENCES: Mapping[str, str] = {"name-digits": "The name holds digits."}


class Silent:
    """Progress that nobody watches; the stages are remembered."""

    def __init__(self) -> None:
        self.stages: list[str] = []
        self.records = 0
        self.waited = False

    def stage(self, stage: str, total: int | None) -> None:
        self.stages.append(str(stage))

    def advance(self, records: int, *, waits_for_signer: bool) -> None:
        assert self.stages, "nothing to move on before a stage begins"
        self.records += records
        self.waited |= waits_for_signer


def write_signer(folder: Path) -> KeyFile:
    """A TEST key in a file, which signs the same bytes alike."""
    one = signer()
    folder.mkdir(parents=True, exist_ok=True)
    pem = one._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(pem)
    (folder / "dsc.der").write_bytes(one.certificate.der)
    return read_signer(folder)


def read_signer(folder: Path) -> KeyFile:
    """The key that `write_signer` wrote."""
    certificate = (folder / "dsc.der").read_bytes()
    return KeyFile(key=folder / "key.pem", certificate=certificate, deterministic=True)


def plan(keys: KeyFile, **changes: Any) -> IssuePlan:
    """How the certificates of these tests are issued."""
    fields: dict[str, Any] = {
        "at": AT,
        "secret": SECRET,
        "signer": keys,
        "country": "VN",
        "authority": "Bộ Y tế",
        **changes,
    }
    return IssuePlan(**fields)


def job(records: Path, out: Path, one: Any, *, rows_per_part: int = 100, **changes: Any) -> Job:
    """A run over a file, into a folder."""
    source = open_records(records)
    return Job(
        folder=RunFolder(out),
        plan=one,
        fields_by_heading=source.fields_by_heading,
        layout=source.layout,
        sentences=SENTENCES,
        rows_per_part=rows_per_part,
        **changes,
    )


def run(
    records: Path,
    out: Path,
    one: Any,
    *,
    workers: int = 1,
    settings: Mapping[str, Any] | None = None,
    progress: Any = None,
    **changes: Any,
) -> RunResult:
    """Do a run."""
    bulk = BulkRun(
        open_records(records), job(records, out, one, **changes), settings or {"run": "TEST"}, workers=workers
    )
    return bulk.go(progress or Silent())


def files(folder: Path) -> dict[str, bytes]:
    """All that is in a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def main() -> int:
    """Do a run in this process; an error of ours is one line."""
    records, keys, out, workers, rows = sys.argv[1:]
    try:
        run(
            Path(records),
            Path(out),
            plan(read_signer(Path(keys))),
            workers=int(workers),
            rows_per_part=int(rows),
        )
    except AdapterError as error:
        print(f"{error.reason}: {error}", file=sys.stderr)  # noqa: T201
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
