"""An airline's manifest, decided about: `python -m benchmarks.manifest`, or `make bench-manifest`.

Makes a manifest of 20,000 passengers, each with a certificate of its own, and runs `vaxcert manifest` over it with
one process and with two, in turns; beside the one, on a core that it leaves alone, a bare P-256 verification now and
then. A passenger's cost is given whole, and without reading: the same rows and certificates read, and nothing
checked. Prints a table, with what two processes that only verify gain on this machine, writes
`benchmarks/manifest.json`, and exits 1 when a bound is missed. With `--quick` a few passengers show that it runs;
nothing is written and no bound enforced.
"""

from __future__ import annotations

import argparse
import csv
import json
import multiprocessing
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

import vaxcert as vc
from benchmarks.figures import Bound, Figure, table, write
from benchmarks.signer import make_signer
from benchmarks.watching import Probe, Watched, cores, vaxcert, watch
from vaxcert.adapters.key_files import load_signer
from vaxcert.adapters.manifest.columns import find_columns
from vaxcert.adapters.manifest.passengers import PassengerReader
from vaxcert.adapters.manifest.pictures import PictureFolder
from vaxcert.adapters.manifest.run import ROWS_PER_PART
from vaxcert.adapters.manifest.source import ManifestFile

RESULTS = Path(__file__).with_name("manifest.json")
PASSENGERS = 20_000
ROUNDS = 15
_QUICK = (400, 1)
_ISSUED = datetime(2022, 12, 1, 8, tzinfo=UTC)
_AT = "2022-12-02T00:00:00Z"
_EVERY = 0.4
_IN_A_LOOP = 8_000
_FAMILY_NAMES = (
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Huỳnh",
    "Hoàng",
    "Phan",
    "Vũ",
    "Võ",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Hồ",
    "Ngô",
)
_MIDDLE_NAMES = ("Văn", "Thị", "Đức", "Minh", "Thanh", "Ngọc", "Quang", "Hữu")
_NAMES = (
    "An",
    "Bình",
    "Châu",
    "Dũng",
    "Giang",
    "Hà",
    "Hương",
    "Khánh",
    "Lan",
    "Linh",
    "Long",
    "Mai",
    "Nam",
    "Vy",
    "Yến",
)
_BARE = "bare P-256 verification"
_DOSE = vc.Vaccination(
    disease="840539006",
    prophylaxis="1119349007",
    product="EU/1/20/1528",
    marketing_holder="ORG-100030215",
    dose_number=2,
    doses_in_series=2,
    vaccinated_on=date(2021, 11, 18),
)


class Timed(NamedTuple):
    """What one run took.

    Attributes:
        watched: Seconds, CPU and memory.
        bare: CPU seconds of a bare verification, made now and then during the run.
    """

    watched: Watched
    bare: float


def main(arguments: list[str] | None = None) -> int:
    """Measure, show, write.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(prog="benchmarks.manifest")
    parser.add_argument("--quick", action="store_true", help="show that the benchmark runs; prove nothing")
    parser.add_argument("--read", type=Path, metavar="MANIFEST", help="read a manifest, and do no more")
    options = parser.parse_args(arguments)
    if options.read:
        _read(options.read)
        return 0
    passengers, rounds = _QUICK if options.quick else (PASSENGERS, ROUNDS)
    with TemporaryDirectory() as folder:
        figures = _figures(Path(folder), passengers, rounds)
    print(table(figures))
    if options.quick:
        return 0
    write(RESULTS, {"date": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", "processors": cores()}, figures)
    return 1 if any(figure.met is False for figure in figures) else 0


def _figures(folder: Path, passengers: int, rounds: int) -> list[Figure]:
    signer = make_signer(folder, "ES256")
    manifest = folder / "manifest.csv"
    _write_manifest(manifest, signer, passengers)
    one: list[Timed] = []
    two: list[Watched] = []
    reading: list[Timed] = []
    machine: list[tuple[float, float]] = []
    for number in range(rounds):
        print(f"round {number + 1} of {rounds}", file=sys.stderr, flush=True)
        reading.append(_timed([sys.executable, "-m", "benchmarks.manifest", "--read", str(manifest)]))
        for workers in (1, 2) if number % 2 else (2, 1):  # a machine that gets slower favours neither
            command = _command(manifest, signer, workers)
            if workers == 1:
                one.append(_timed(command, passengers))
            else:
                two.append(_decided(command, passengers))
        machine.append(_gain_of_two())
    bare = [run.bare for run in one]
    whole = [run.watched.cpu / passengers for run in one]
    # each in verifications made meanwhile, then the difference: the runs are not at the same moment
    beyond = [
        cost / pace - read.watched.cpu / passengers / read.bare
        for cost, pace, read in zip(whole, bare, reading, strict=True)
    ]
    # of all runs together: the machine changes its speed from one to the next, so single pairs give 1.3 to 2.2
    seconds_of_one, seconds_of_two = sum(run.watched.seconds for run in one), sum(run.seconds for run in two)
    faster = seconds_of_one / seconds_of_two
    gain = sum(gain for _, gain in machine) / rounds
    return [
        Figure(
            "a passenger: CPU",
            median(whole) * 1e6,
            "µs",
            median(cost / pace for cost, pace in zip(whole, bare, strict=True)),
            _BARE,
        ),
        Figure(
            "a passenger: CPU beyond reading",
            median(more * pace for more, pace in zip(beyond, bare, strict=True)) * 1e6,
            "µs",
            median(beyond),
            _BARE,
            Bound("ratio", "<=", 2),
        ),
        Figure(
            "two processes: passengers a second",
            passengers * rounds / seconds_of_two,
            "",
            faster,
            "one process",
            Bound("ratio", ">=", 1.7),
        ),
        Figure(
            "two processes of bare verifications: a second",
            _IN_A_LOOP * 2 / median(seconds for seconds, _ in machine),
            "",
            gain,
            "one process",
        ),
        Figure(
            "of what this machine gives two processes",
            faster / gain * 100,
            "%",
        ),
        Figure(
            "two processes: memory of all",
            max(run.memory for run in two) / 2**20,
            "MiB",
        ),
    ]


def _timed(command: list[str], passengers: int | None = None) -> Timed:
    with Probe(_verification, every=_EVERY) as probe:
        watched = watch(command) if passengers is None else _decided(command, passengers)
    return Timed(watched, probe.pace)


def _decided(command: list[str], passengers: int) -> Watched:
    watched = watch(command)
    result = json.loads(watched.said)
    assert result["verdicts"]["accept"] == passengers, result
    Path(result["out"]).unlink()
    return watched


def _command(manifest: Path, signer: Path, workers: int) -> list[str]:
    out = manifest.with_name("result.csv")
    places = ["--out", str(out), "--trust", str(signer / "cert.pem")]
    return [*vaxcert("manifest", str(manifest)), *places, "--at", _AT, "--workers", str(workers), "--json"]


def _write_manifest(path: Path, signer: Path, passengers: int) -> None:
    """As airlines have it: names in capitals without marks, the family name first."""
    issuer = vc.Issuer(load_signer(signer / "key", signer / "cert.pem"), country="VN", authority="Bộ Y tế")
    rng = Random(20221201)  # noqa: S311 - names are no secrets
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["booking", "name", "birth date", "certificate"])
        for number in range(passengers):
            person = vc.Person(
                family_name=rng.choice(_FAMILY_NAMES),
                given_name=f"{rng.choice(_MIDDLE_NAMES)} {rng.choice(_NAMES)}",
                birth_date=date(1940, 1, 1) + timedelta(days=rng.randrange(25_000)),
            )
            issued = issuer.issue(vc.HealthCertificate(subject=person, vaccination=_DOSE), at=_ISSUED)
            subject = vc.inspect(issued.text).certificate.subject
            name = f"{subject.standard_family_name}/{subject.standard_given_name} MR".replace("<", " ")
            rows.writerow([f"PNR{number:05}", name, str(subject.birth_date), issued.text])


def _read(manifest: Path) -> None:
    """What the run reads, read: the rows with their passengers, and the certificates as far as they decode."""
    source = ManifestFile(manifest, "utf-8")
    files = PictureFolder(manifest.parent)
    reader = PassengerReader(find_columns(source.headings), files, datetime.fromisoformat(_AT))
    for _, chunk in source.parts(ROWS_PER_PART):
        for cells in chunk.rows:
            for text in reader.read(cells).sources:
                vc.inspect(text)


def _gain_of_two() -> tuple[float, float]:
    """Seconds of two processes that verify and do nothing else, and how many times one process's rate that is."""
    alone = _seconds_of(1)
    both = _seconds_of(2)
    return both, 2 * alone / both


def _seconds_of(processes: int) -> float:
    context = multiprocessing.get_context("fork")
    start = context.Barrier(processes + 1)
    loops = [context.Process(target=_loop, args=(start,)) for _ in range(processes)]
    for loop in loops:
        loop.start()
    start.wait()
    began = perf_counter()
    for loop in loops:
        loop.join()
    return perf_counter() - began


def _loop(start: Barrier) -> None:
    verify = _verification()
    start.wait()
    for _ in range(_IN_A_LOOP):
        verify()


def _verification() -> Callable[[], object]:
    """One of a message as long as those of certificates are."""
    key = ec.generate_private_key(ec.SECP256R1())
    ecdsa = ec.ECDSA(hashes.SHA256())
    message = bytes(300)
    signature, public = key.sign(message, ecdsa), key.public_key()
    return lambda: public.verify(signature, message, ecdsa)


if __name__ == "__main__":
    sys.exit(main())
