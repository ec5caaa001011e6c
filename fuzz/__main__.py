"""Fuzz one target, or all, for a number of CPU seconds each: `python -m fuzz [TARGET ...] [--seconds N]`.

The corpus of each target grows in `fuzz-corpus/`, and what brings it down is written beside it as `crash-...`. CPU
seconds, not those on the wall, so that a busy machine neither shortens the run nor makes a slow answer of a quick
one. Exits 1 when a target was brought down: by an exception that is none of the library's, by an answer that took more
than a second, or by memory beyond the bound.
"""

from __future__ import annotations

import argparse
import os
import resource
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from time import process_time
from typing import Final

CORPUS: Final = Path("fuzz-corpus")
_SECONDS_AN_ANSWER: Final = 1.0
_ENDLESS: Final = 5.0
"""CPU seconds after which an answer is not waited for, to see where it is."""
_MEBIBYTES: Final = 1024
_MOST_BYTES: Final = 65_536
_A_DAY: Final = 86_400
"""Seconds that an answer may take on the wall: a machine may stand still."""


def main() -> int:
    """Fuzz.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(prog="fuzz")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="what to fuzz; all by default")
    parser.add_argument("--seconds", type=int, default=60, help="CPU seconds for each target")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        return _fuzz(options.targets[0], options.seconds)
    from fuzz.targets import TARGETS

    chosen = options.targets or list(TARGETS)
    unknown = [name for name in chosen if name not in TARGETS]
    if unknown:
        parser.error(f"no target {unknown[0]}; there are {', '.join(TARGETS)}")
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as together:
        codes = list(together.map(lambda name: _run(name, options.seconds), chosen))
    return 1 if any(codes) else 0


def _run(name: str, seconds: int) -> int:
    """One target in a process of its own."""
    from fuzz.seeds import write_seeds

    folder = CORPUS / name
    seeds = write_seeds(name, folder)
    command = [sys.executable, "-m", "fuzz", name, "--seconds", str(seconds), "--inside"]
    log = CORPUS / f"{name}.log"
    with log.open("wb") as written:
        code = subprocess.run(command, stdout=written, stderr=written, check=False).returncode
    said = log.read_text("utf-8", "replace").splitlines()
    last = next((line for line in reversed(said) if line.startswith("fuzz: ")), f"see {log}")
    print(
        f"{name}: {'brought down' if code else 'stood'}, {seeds} seeds; {last.removeprefix('fuzz: ')}",
        flush=True,
    )
    return code


def _is_endless(number: int, frame: object) -> None:
    raise TimeoutError(f"no answer in {_ENDLESS} CPU seconds")


def _fuzz(name: str, seconds: int) -> int:
    import atheris

    with atheris.instrument_imports(include=["vaxcert"]):
        from fuzz.targets import TARGETS
    import vaxcert as vc

    target = TARGETS[name]
    answers = 0
    slowest = 0.0
    all_began = process_time()

    def answer(data: bytes) -> None:
        nonlocal answers, slowest
        if not data:
            return
        began = process_time()
        signal.setitimer(signal.ITIMER_PROF, _ENDLESS)
        with suppress(vc.VaxcertError):
            target(data)
        signal.setitimer(signal.ITIMER_PROF, 0)
        took = process_time() - began
        answers += 1
        slowest = max(slowest, took)
        if took > _SECONDS_AN_ANSWER:
            raise TimeoutError(f"{took:.2f} CPU seconds for {len(data)} bytes")
        if process_time() - all_began > seconds:
            most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            said = f"{answers:,} inputs, slowest {slowest * 1000:.0f} ms, at most {most} MiB"
            print(f"fuzz: {said}", file=sys.stderr, flush=True)
            os._exit(0)

    signal.signal(signal.SIGPROF, _is_endless)
    folder = CORPUS / name
    flags = [f"-rss_limit_mb={_MEBIBYTES}", f"-max_len={_MOST_BYTES}", f"-timeout={_A_DAY}"]
    atheris.Setup([sys.argv[0], *flags, f"-artifact_prefix={folder}/../{name}-", str(folder)], answer)
    atheris.Fuzz()
    return 1


if __name__ == "__main__":
    sys.exit(main())
