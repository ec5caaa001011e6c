"""Bulk issuing from Parquet to Parquet, cleaning included: `python -m benchmarks.bulk`, or `make bench-bulk`.

Issues for synthetic nations of several sizes with `vaxcert issue --bulk`, and measures the CPU time of all its
processes, how busy they keep the cores, and the memory that all of them hold together; beside it the bare signature,
every second while the run goes on. Prints a table, writes `benchmarks/bulk.json` and `docs/images/bulk.png`, and exits
1 when a bound is missed. With `--quick` a few records show that it runs; nothing is written and no bound enforced.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from shutil import rmtree
from statistics import mean
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from examples.national.generate import RECORDS_FILE, SEED, generate

from benchmarks.bulk_plot import draw
from benchmarks.figures import Bound, Figure, table, write
from benchmarks.signer import make_signer
from benchmarks.watching import Probe, cores, vaxcert, watch

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).with_name("bulk.json")
PLOT = ROOT / "docs" / "images" / "bulk.png"
SIZES = (100_000, 1_000_000, 5_000_000)
PS256_RECORDS = 300_000
AT = "2022-12-01T00:00:00Z"
_QUICK = (2_000,)


@dataclass(frozen=True)
class Run:
    """What a run took, or two of them on average.

    Attributes:
        records: Records in the file.
        certificates: Certificates it gave.
        seconds: Wall clock, start of the process included.
        cpu: Seconds of all processes, user and system.
        memory: The most bytes that all processes held at one time, each with what it shares with others.
        signature: CPU seconds of a bare signature, made now and then during the run.
    """

    records: int
    certificates: int
    seconds: float
    cpu: float
    memory: int
    signature: float

    @property
    def signatures(self) -> float:
        """CPU of a certificate in bare signatures."""
        return self.cpu / self.certificates / self.signature

    @property
    def busy(self) -> float:
        """Share of all cores that the run kept busy, 0 to 1."""
        return self.cpu / self.seconds / cores()


def main(arguments: list[str] | None = None) -> int:
    """Measure, show, write.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(prog="benchmarks.bulk")
    parser.add_argument("--quick", action="store_true", help="show that the benchmark runs; prove nothing")
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=SIZES, metavar="N", help="records of each run"
    )
    options = parser.parse_args(arguments)
    with TemporaryDirectory() as folder:
        sizes, few = (_QUICK, _QUICK[0]) if options.quick else (options.sizes, PS256_RECORDS)
        es256 = _there_and_back(Path(folder), sizes)
        ps256 = _measured(Path(folder), few, "PS256")
    figures = _figures(es256, ps256)
    print(table(figures))
    if options.quick:
        return 0
    write(RESULTS, {"date": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", "processors": cores()}, figures)
    PLOT.write_bytes(draw([(run.records, run.seconds, run.memory) for run in es256]))
    return 1 if any(figure.met is False for figure in figures) else 0


def _there_and_back(folder: Path, sizes: Sequence[int]) -> list[Run]:
    """Each size twice, from the smallest to the largest and back, so that a machine that gets slower favours none.

    Minutes lie between the runs.
    """
    there = [_measured(folder, records, "ES256") for records in sizes]
    back = [_measured(folder, records, "ES256") for records in sizes[-2::-1]]
    return [*map(_both, there, reversed(back)), there[-1]]


def _both(one: Run, other: Run) -> Run:
    return Run(
        one.records,
        one.certificates,
        mean((one.seconds, other.seconds)),
        mean((one.cpu, other.cpu)),
        max(one.memory, other.memory),
        mean((one.signature, other.signature)),
    )


def _figures(es256: Sequence[Run], ps256: Run) -> list[Figure]:
    figures = []
    for run in es256:
        name = f"ES256, {run.records:,} records"
        bound = Bound("ratio", "<=", 6)
        microseconds = run.cpu / run.certificates * 1e6
        figures += [
            Figure(
                f"{name}: CPU a certificate",
                microseconds,
                "µs",
                run.signatures,
                "bare P-256 signature",
                bound,
            ),
            Figure(f"{name}: cores busy", 100 * run.busy, "%", bound=Bound("value", ">=", 90)),
            Figure(
                f"{name}: memory of all processes",
                run.memory / 2**20,
                "MiB",
                bound=Bound("value", "<=", 1024),
            ),
            Figure(f"{name}: a record", run.seconds / run.records * 1e6, "µs"),
        ]
    return [
        *figures,
        *_further_records(es256),
        Figure(
            f"PS256, {ps256.records:,} records: CPU a certificate",
            ps256.cpu / ps256.certificates * 1e6,
            "µs",
            ps256.signatures,
            "bare RSA-2048 signature",
            Bound("ratio", "<=", 1.3),
        ),
    ]


def _further_records(runs: Sequence[Run]) -> Iterator[Figure]:
    """What each record more takes from one size to the next: the same all along, if time is linear."""
    slopes = [
        (larger.seconds - smaller.seconds) / (larger.records - smaller.records)
        for smaller, larger in pairwise(runs)
    ]
    for (smaller, larger), slope in zip(pairwise(runs), slopes, strict=True):
        yield Figure(
            f"ES256, from {smaller.records:,} to {larger.records:,}: a record more",
            slope * 1e6,
            "µs",
            slope / slopes[0],
            "the first records more",
            Bound("ratio", "within 1 ±", 0.15),
        )


def _measured(folder: Path, records: int, algorithm: str) -> Run:
    print(f"{algorithm}, {records:,} records", file=sys.stderr, flush=True)
    nation = _nation(folder / f"{records}", records)
    keys = _keys(folder, algorithm)
    out = folder / "out"
    rmtree(out, ignore_errors=True)
    command = [
        *vaxcert("issue", "--bulk"),
        str(nation),
        *keys,
        "--out",
        str(out),
        "--at",
        AT,
        "--json",
    ]
    with Probe(_signer, algorithm) as probe:
        seconds, cpu, memory, said = watch(command)
    return Run(records, json.loads(said)["accepted"], seconds, cpu, memory, probe.pace)


def _nation(folder: Path, records: int) -> Path:
    """The export of a nation, which is made on first use."""
    export = folder / RECORDS_FILE
    return export if export.exists() else generate(records, SEED, folder).records


def _keys(folder: Path, algorithm: str) -> list[str]:
    """Options of a TEST signer, which is made on first use."""
    place = make_signer(folder, algorithm)
    secret = place / "secret"
    if not secret.exists():
        subprocess.run([*vaxcert("keys", "new-secret"), str(secret)], check=True, stdout=subprocess.DEVNULL)
    keys = ["--key", f"{place}/key", "--cert", f"{place}/cert.pem", "--secret-file", str(secret)]
    return [*keys, "--country", "VN", "--authority", "Bộ Y tế"]


def _signer(algorithm: str) -> Callable[[], bytes]:
    message = bytes(300)
    if algorithm == "ES256":
        key = ec.generate_private_key(ec.SECP256R1())
        ecdsa = ec.ECDSA(hashes.SHA256())
        return lambda: key.sign(message, ecdsa)
    rsa_key = rsa.generate_private_key(65537, 2048)
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    return lambda: rsa_key.sign(message, pss, hashes.SHA256())


if __name__ == "__main__":
    sys.exit(main())
