"""A nation's records through cleaning, matching and issuing, with one command, and what came of the faults in them.

    make national RECORDS=1000000
    python examples/national/run.py [--records N] [--out FOLDER]      (default folder: national-output)

The folder is made anew on every run. Exit status 1 when anything is not as planted, 2 when it cannot start.
"""

from __future__ import annotations

import argparse
import os
import secrets
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from examples.national.generate import SEED, Nation, generate
from examples.national.score import score

ROOT: Final = Path(__file__).resolve().parents[2]
MARKER: Final = ".vaxcert-national"

# The records were exported on 2022-12-31. Every time fits them, and none is read from the clock.
KEYS_FROM: Final = "2022-12-01T00:00:00Z"
ISSUED_AT: Final = "2023-01-15T08:00:00Z"

_SUBJECT: Final = "--country VN --organization TEST --common-name"
_ENVIRONMENT: Final = {**os.environ, "VAXCERT_LANG": "en", "PYTHONUTF8": "1"}


class UnexpectedError(Exception):
    """Something did not go as it should."""


def main(arguments: list[str]) -> int:
    """Do all of it. Returns the exit status."""
    parser = argparse.ArgumentParser(description="Issue for a synthetic nation, and score what came of it.")
    parser.add_argument("--records", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--seed", type=int, default=SEED, metavar="N")
    parser.add_argument("--out", type=Path, default=ROOT / "national-output", metavar="FOLDER")
    parser.add_argument("--algorithm", choices=("ES256", "PS256"), default="ES256")
    parser.add_argument("--workers", type=int, metavar="N", help="processes; one a core unless given")
    options = parser.parse_args(arguments)
    if not make_folder(options.out):
        print(f"{options.out} is there and not of an earlier run; name another folder", file=sys.stderr)
        return 2
    try:
        nation = make_nation(options.records, options.seed, options.out)
        make_keys(options.out, options.algorithm)
        issue(nation, options.out, options.records, options.workers)
    except (UnexpectedError, ValueError) as error:
        print(f"\nNOT AS EXPECTED: {error}", file=sys.stderr)
        return 1
    return report(nation, options.out)


def make_folder(out: Path) -> bool:
    """Make the folder anew. Returns False, and leaves it alone, when it holds something else."""
    if out.exists():
        if not (out / MARKER).is_file() and (not out.is_dir() or any(out.iterdir())):
            return False
        shutil.rmtree(out)
    (out / "keys").mkdir(parents=True)
    (out / MARKER).touch()
    return True


def make_nation(records: int, seed: int, out: Path) -> Nation:
    """Make the records, the population database's extract and the truth."""
    started = time.monotonic()
    nation = generate(records, seed, out)
    print(
        f"{records:,} records of {nation.people:,} invented people in {nation.records.name}, "
        f"made in {time.monotonic() - started:.1f} s"
    )
    return nation


def make_keys(out: Path, algorithm: str) -> None:
    """Make TEST keys: an authority, a signer, and the secret that certificates are named with."""
    (out / "keys" / "password").write_text(secrets.token_urlsafe(), encoding="ascii")
    keys = f"{shlex.quote(str(out))}/keys"
    authority = f"--ca-key {keys}/csca.key.pem --ca-cert {keys}/csca.pem --ca-password-file {keys}/password"
    encrypted = f"--password-file {keys}/password"
    vaxcert(
        f"keys new-ca {_SUBJECT} 'TEST CSCA' --at {KEYS_FROM} {encrypted}"
        f" --out-key {keys}/csca.key.pem --out-cert {keys}/csca.pem"
    )
    vaxcert(
        f"keys new-signer {_SUBJECT} 'TEST DSC' --algorithm {algorithm} {authority} --at {KEYS_FROM} {encrypted}"
        f" --out-key {keys}/dsc.key.pem --out-cert {keys}/dsc.pem"
    )
    vaxcert(f"keys new-secret {keys}/records.secret")


def issue(nation: Nation, out: Path, records: int, workers: int | None) -> None:
    """Clean, match and issue."""
    folder = shlex.quote(str(out))
    keys = f"{folder}/keys"
    started = time.monotonic()
    vaxcert(
        f"issue --bulk {shlex.quote(str(nation.records))} --population {shlex.quote(str(nation.population))}"
        f" --key {keys}/dsc.key.pem --cert {keys}/dsc.pem --password-file {keys}/password"
        f" --secret-file {keys}/records.secret --country VN --authority 'Bộ Y tế' --at {ISSUED_AT}"
        + (f" --workers {workers}" if workers else "")
        + f" --out {folder}/run",
        status=1,
    )
    seconds = time.monotonic() - started
    print(f"cleaned, matched and issued in {seconds:.1f} s: {records / seconds:,.0f} records a second\n")


def report(nation: Nation, out: Path) -> int:
    """Print what came of the faults. Returns the exit status."""
    result = score(nation.truth, out / "run")
    print("\n".join(result.lines()))
    return 0 if result.perfect else 1


def vaxcert(command: str, *, status: int = 0) -> None:
    """Show a command and run it.

    Args:
        command: What follows `vaxcert`, as in a shell.
        status: The exit status it must have.

    Raises:
        UnexpectedError: It ended with another one.
    """
    print(f"$ vaxcert {command}", flush=True)
    words = shlex.split(command)
    done = subprocess.run([sys.executable, "-m", "vaxcert", *words], env=_ENVIRONMENT, check=False)  # noqa: S603
    if done.returncode != status:
        raise UnexpectedError(f"exit status {done.returncode}, not {status}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
