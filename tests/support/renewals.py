"""Renewals of runs in bulk, and what somebody may have done to the folder of a run meanwhile."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.support.bulk import SENTENCES, Silent
from vaxcert.adapters.bulk.batch import IssuePlan
from vaxcert.adapters.bulk.corrections import CorrectionsFile
from vaxcert.adapters.bulk.places import RunFolder
from vaxcert.adapters.bulk.renewal import Renewal, RenewalResult
from vaxcert.adapters.bulk.renewal_worker import EarlierTrust, RenewalJob
from vaxcert.trust.anchors import Anchor


def renew(
    runs: Sequence[Path],
    out: Path,
    plan: IssuePlan,
    *,
    keys: tuple[Path, ...] = (),
    due: datetime | None = None,
    corrections: Path | None = None,
    ledger: Path | None = None,
    revocation: Sequence[Path] = (),
    anchors: Sequence[Anchor] = (),
    settings: Mapping[str, Any] | None = None,
    workers: int = 1,
    progress: Any = None,
    **changes: Any,
) -> RenewalResult:
    """Renew the certificates of runs, which are judged by the signing certificate beside the key, or by `keys`."""
    keys = keys or (plan.signer.key.with_name("dsc.der"),)  # type: ignore[attr-defined]
    job = RenewalJob(
        folder=RunFolder(out),
        plan=plan,
        trust=EarlierTrust(keys=keys, revocation=tuple(revocation), anchors=tuple(anchors)),
        due=due,
        corrections=None if corrections is None else CorrectionsFile(corrections),
        **changes,
    )
    renewal = Renewal(
        [RunFolder(run) for run in runs],
        job,
        settings or {"renewal": "TEST"},
        SENTENCES,
        ledger=ledger,
        workers=workers,
    )
    return renewal.go(progress or Silent())


def certificates(run: Path) -> list[dict[str, Any]]:
    """The certificates of a run, in the order of its parts."""
    return [row for path in sorted(run.glob("certificates/*")) for row in pq.read_table(path).to_pylist()]


def tamper(run: Path, change: Callable[[list[dict[str, Any]]], None], part: int = 0) -> None:
    """Change rows of a part as somebody would who can write into the folder, its manifest too."""
    path = RunFolder(run).part(part)
    table = pq.read_table(path)
    rows = table.to_pylist()
    change(rows)
    pq.write_table(pa.Table.from_pylist(rows, table.schema), path)
    put_right(run, part)


def put_right(run: Path, part: int = 0) -> None:
    """Give the manifest the digest of what a part is now."""
    path = RunFolder(run).part(part)
    manifest = json.loads((run / "manifest.json").read_text("utf-8"))
    manifest["files"][f"certificates/{path.name}"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (run / "manifest.json").write_text(json.dumps(manifest), "utf-8")
