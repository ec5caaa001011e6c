"""Whole processes: what an import costs, and one verification from the command line."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from cryptography.hazmat.primitives.serialization import Encoding

import vaxcert as vc
from benchmarks import sample
from benchmarks.figures import Bound, Figure

_RUNS = 10
# an installed package has its bytecode; a checkout where none may be written would be compiled at every start
_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
_COMMAND = "import sys; from vaxcert.cli.main import run; sys.exit(run())"


def import_time() -> list[Figure]:
    """`import vaxcert` in fresh interpreters, and interpreters that import nothing beside them."""
    bare, ours = _interleaved(lambda: _wall("pass"), lambda: _wall("import vaxcert"))
    return [
        Figure("interpreter alone", bare * 1e3, "ms"),
        Figure("import vaxcert, interpreter included", ours * 1e3, "ms", bound=Bound("value", "<=", 150)),
    ]


def command_line() -> list[Figure]:
    """`vaxcert verify` of one picture: CPU seconds, user and system, process start included."""
    country = sample.es256_country()
    issued = country.issuer.issue(sample.certificates(1)[0], at=country.at)
    with TemporaryDirectory() as folder:
        trust, picture = Path(folder, "dsc.pem"), Path(folder, "certificate.png")
        trust.write_bytes(country.certificate.public_bytes(Encoding.PEM))
        picture.write_bytes(vc.qr.png(issued.text))
        at = country.at.strftime("%Y-%m-%dT%H:%M:%SZ")
        arguments = ["verify", "--json", "--trust", str(trust), "--at", at, str(picture)]
        (seconds,) = _interleaved(lambda: _cpu(_COMMAND, *arguments))
    return [Figure("vaxcert verify PICTURE, CPU", seconds * 1e3, "ms", bound=Bound("value", "<=", 500))]


def _interleaved(*measurements: Callable[[], float]) -> list[float]:
    """Each measurement once to warm the file cache, then in turn; the medians."""
    for measure in measurements:
        measure()
    rounds = [[measure() for measure in measurements] for _ in range(_RUNS)]
    return [median(column) for column in zip(*rounds, strict=True)]


def _python(code: str, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-c", code, *arguments], check=True, stdout=subprocess.DEVNULL, env=_ENVIRONMENT
    )


def _wall(code: str) -> float:
    began = perf_counter()
    _python(code)
    return perf_counter() - began


def _cpu(code: str, *arguments: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    _python(code, *arguments)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)
