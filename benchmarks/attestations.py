"""Attestations of a nation's records: what a digest, checking, indexing and looking up cost.

`python -m benchmarks.attestations [RECORDS]` measures it alone. Building and looking up are done in processes of their
own, so that each one's memory is seen. CPU time is measured, and beside it that of bare P-256 signatures in the same
rounds: others work on the machine too.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from typing import TypeVar

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from benchmarks.figures import Bound, Figure, table
from vaxcert.adapters.attestation_building import build_index
from vaxcert.adapters.attestation_files import find_attestations, load_facility_list
from vaxcert.adapters.attestation_index import AttestationIndex
from vaxcert.adapters.signers import BareKeySigner
from vaxcert.model.dose_record import DoseRecord, Sex
from vaxcert.trust import facility_list, signed_document
from vaxcert.trust.anchors import read_anchors
from vaxcert.trust.attestation import Attestation, check_attestation, sign
from vaxcert.trust.facility_list import Attester, FacilityListContent, Scope, facility_entry
from vaxcert.trust.origin import Environment
from vaxcert.trust.record_digest import record_digest

_Item = TypeVar("_Item")

RECORDS = 10_000_000
_EACH = 100_000
_DIGESTS = 50_000
_LOOK_UPS = 200_000
_BATCH = 20_000
_SIGNATURES = 300
_SIGNATURE = "bare P-256 signature"
_SEED = 20_220_601
_AT = datetime(2022, 6, 1, tzinfo=UTC)
_CLINIC = Attester(Scope.FACILITY, "79001")
_MEGABYTE = 1_000_000


def figures(records: int = RECORDS) -> list[Figure]:
    """Attest so many records, index them and look some up."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        checking = _make(folder, records)
        built, found = (_in_a_process(step, folder) for step in ("build", "look-up"))
    digest, digest_ratio = _digest_seconds()
    name = f"attestations of {records:,} records"
    return [
        Figure(
            "digest of a record", digest * 1e6, "µs", digest_ratio, _SIGNATURE, Bound("ratio", "<=", 0.25)
        ),
        Figure("checking an attestation, a record", checking * 1e6, "µs"),
        Figure(f"{name}: building the index", built["seconds"] * 1e3, "ms"),
        Figure(
            f"{name}: memory of building", built["memory"] / _MEGABYTE, "MB", bound=Bound("value", "<=", 400)
        ),
        Figure(
            f"{name}: look-up",
            found["seconds"] * 1e6,
            "µs",
            found["ratio"],
            _SIGNATURE,
            Bound("ratio", "<=", 0.2),
        ),
        Figure(
            f"{name}: memory of looking up", found["memory"] / _MEGABYTE, "MB", bound=Bound("value", "<=", 40)
        ),
    ]


def _digest_seconds() -> tuple[float, float]:
    record = DoseRecord(
        full_name="Nguyễn Thị Thử Nghiệm",
        birth_date=date(1985, 4, 3),
        sex=Sex.FEMALE,
        vaccine="AstraZeneca",
        lot="TEST-001",
        dose_number=2,
        doses_in_series=2,
        vaccinated_on=date(2021, 9, 15),
        facility_code="79001",
    )
    records = [replace(record, identity_number=f"{number:012}") for number in range(_DIGESTS)]
    rounds = [records[at : at + _DIGESTS // 20] for at in range(0, _DIGESTS, _DIGESTS // 20)]
    return _timed(lambda some: [record_digest(one) for one in some], rounds)


def _timed(
    work: Callable[[Sequence[_Item]], object], rounds: Sequence[Sequence[_Item]]
) -> tuple[float, float]:
    """CPU seconds an item, and how many bare P-256 signatures that is; the medians of the rounds after the first."""
    key, algorithm = ec.generate_private_key(ec.SECP256R1()), ec.ECDSA(hashes.SHA256())
    seconds, ratios = [], []
    for some in rounds:
        began = process_time()
        work(some)
        worked = (process_time() - began) / len(some)
        began = process_time()
        for _ in range(_SIGNATURES):
            key.sign(b"TEST", algorithm)
        signed = (process_time() - began) / _SIGNATURES
        seconds.append(worked)
        ratios.append(worked / signed)
    return median(seconds[1:]), median(ratios[1:])


def _make(folder: Path, records: int) -> float:
    """Write list, anchor and attestations. Returns the seconds that checking takes for one record."""
    anchor, clinic = (BareKeySigner(ec.generate_private_key(ec.SECP256R1())) for _ in range(2))
    content = FacilityListContent(
        issuer="TEST",
        number=1,
        issued=_AT,
        next_update=_AT,
        usable_until=_AT + timedelta(days=30),
        environment=Environment.TEST,
        entries=(facility_entry(clinic.public_key, facilities=frozenset({_CLINIC.code})),),
    )
    signed = signed_document.sign(facility_list.encode(content), facility_list.CONTENT_TYPE, [anchor])
    (folder / "list.vxf").write_bytes(signed_document.write(signed))
    spki = anchor.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / "anchor.pem").write_bytes(spki)
    facilities = load_facility_list(folder / "list.vxf", read_anchors(spki))
    chance = random.Random(_SEED)  # noqa: S311 - not secrets
    seconds = []
    for number in range(max(1, records // _EACH)):
        digests = b"".join(sorted(chance.randbytes(32) for _ in range(min(records, _EACH))))
        data = sign(Attestation(attester=_CLINIC, issued=_AT, digests=digests), clinic)
        (folder / f"{number:06}.vxa").write_bytes(data)
        began = process_time()
        check_attestation(data, facilities, at=_AT)
        seconds.append((process_time() - began) * 32 / len(digests))
    return median(seconds)


def _in_a_process(step: str, folder: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.attestations", step, str(folder)], capture_output=True, check=True
    )
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def _build(folder: Path) -> dict[str, float]:
    facilities = load_facility_list(folder / "list.vxf", read_anchors((folder / "anchor.pem").read_bytes()))
    before = _resident()
    began = process_time()
    index, problems = build_index(find_attestations([folder]), facilities, folder / "index", at=_AT)
    seconds = process_time() - began
    assert index.records > 0
    assert not problems
    return {"seconds": seconds, "memory": getrusage(RUSAGE_SELF).ru_maxrss * 1024 - before}


def _look_up(folder: Path) -> dict[str, float]:
    """Half of what is asked is attested."""
    chance = random.Random(_SEED)  # noqa: S311 - not secrets
    asked = [one for path in sorted(folder.glob("*.vxa"))[:50] for one in _some(path)][: _LOOK_UPS // 2]
    asked += [chance.randbytes(32) for _ in asked]
    chance.shuffle(asked)
    before = _resident()
    index = AttestationIndex(folder / "index")
    places: list[str | None] = [_CLINIC.code] * _BATCH
    rounds = [asked[at : at + _BATCH] for at in range(0, len(asked), _BATCH)]
    seconds, ratio = _timed(lambda some: index.lookup(some, places, places), rounds)
    return {"seconds": seconds, "ratio": ratio, "memory": _resident() - before}


def _some(path: Path) -> list[bytes]:
    """Digests out of the middle of an attestation."""
    data = path.read_bytes()
    start = data.index(b"\x06\x5a") + 6
    return [data[at : at + 32] for at in range(start, start + 32 * 2000, 32)]


def _resident() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


def main(arguments: Sequence[str]) -> int:
    """Measure one step, or all of it and show the figures."""
    if len(arguments) == 2:
        step, folder = arguments
        print(json.dumps((_build if step == "build" else _look_up)(Path(folder))))
        return 0
    measured = figures(*map(int, arguments))
    print(table(measured))
    return int(any(figure.met is False for figure in measured))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
