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

HERE: Final = Path(__file__).resolve().parent
MARKER: Final = ".vaxcert-national"
SEED: Final = 20220408

# The records were exported on 2022-11-30. Every time fits them, and none is read from the clock.
KEYS_FROM: Final = "2022-12-01T00:00:00Z"
ISSUED_AT: Final = "2023-01-15T08:00:00Z"

_SUBJECT: Final = "--country VN --organization TEST --common-name"
_ENVIRONMENT: Final = {**os.environ, "VAXCERT_LANG": "en", "PYTHONUTF8": "1"}
_PROGRAMS: Final = {
    "vaxcert": ["-m", "vaxcert"],
    "python examples/national/generate.py": [str(HERE / "generate.py")],
    "python examples/national/score.py": [str(HERE / "score.py")],
}


class UnexpectedError(Exception):
    """Something did not go as it should."""


def main(arguments: list[str]) -> int:
    """Do all of it. Returns the exit status."""
    parser = argparse.ArgumentParser(description="Issue for a synthetic nation, and score what came of it.")
    parser.add_argument("--records", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--seed", type=int, default=SEED, metavar="N")
    parser.add_argument("--out", type=Path, default=HERE.parents[1] / "national-output", metavar="FOLDER")
    parser.add_argument("--algorithm", choices=("ES256", "PS256"), default="ES256")
    parser.add_argument("--workers", type=int, metavar="N", help="processes; one a core unless given")
    options = parser.parse_args(arguments)
    if not make_folder(options.out):
        print(f"{options.out} is there and not of an earlier run; name another folder", file=sys.stderr)
        return 2
    out = shlex.quote(str(options.out))
    try:
        run(
            "python examples/national/generate.py",
            f"--records {options.records} --seed {options.seed} --out {out}",
        )
        make_keys(out, options.algorithm)
        issue(out, options.records, f" --workers {options.workers}" if options.workers else "")
        run("python examples/national/score.py", f"{out}/truth.parquet {out}/run")
    except UnexpectedError as error:
        print(f"\nNOT AS EXPECTED: {error}", file=sys.stderr)
        return 1
    return 0


def make_folder(out: Path) -> bool:
    """Make the folder anew, with a password for its keys. Returns False, and leaves it alone, when it holds others.

    The password protects nothing: it lies beside the keys. It is there because keys have one.
    """
    if out.exists():
        if not (out / MARKER).is_file() and (not out.is_dir() or any(out.iterdir())):
            return False
        shutil.rmtree(out)
    (out / "keys").mkdir(parents=True)
    (out / "keys/password").write_text(secrets.token_urlsafe(), encoding="ascii")
    (out / MARKER).touch()
    return True


def make_keys(out: str, algorithm: str) -> None:
    """Make TEST keys: an authority, a signer, and the secret that certificates are named with."""
    keys = f"{out}/keys"
    encrypted = f"--password-file {keys}/password --at {KEYS_FROM}"
    run(
        "vaxcert",
        f"keys new-ca {_SUBJECT} 'TEST CSCA' {encrypted}"
        f" --out-key {keys}/csca.key.pem --out-cert {keys}/csca.pem",
    )
    run(
        "vaxcert",
        f"keys new-signer {_SUBJECT} 'TEST DSC' --algorithm {algorithm} {encrypted}"
        f" --ca-key {keys}/csca.key.pem --ca-cert {keys}/csca.pem --ca-password-file {keys}/password"
        f" --out-key {keys}/dsc.key.pem --out-cert {keys}/dsc.pem",
    )
    run("vaxcert", f"keys new-secret {keys}/records.secret")


def issue(out: str, records: int, workers: str) -> None:
    """Clean, match and issue, and say how long it took."""
    started = time.monotonic()
    run(
        "vaxcert",
        f"issue --bulk {out}/records.parquet --population {out}/population.parquet"
        f" --key {out}/keys/dsc.key.pem --cert {out}/keys/dsc.pem --password-file {out}/keys/password"
        f" --secret-file {out}/keys/records.secret --country VN --authority 'Bộ Y tế' --at {ISSUED_AT}"
        f"{workers} --out {out}/run",
        status=1,
    )
    seconds = time.monotonic() - started
    print(
        f"cleaned, matched and issued in {seconds:.1f} s: {records / seconds:,.0f} records a second",
        flush=True,
    )


def run(program: str, arguments: str, *, status: int = 0) -> None:
    """Show a command and run it.

    Args:
        program: Which.
        arguments: What follows it, as in a shell.
        status: The exit status it must have; some records are always refused.

    Raises:
        UnexpectedError: It ended with another one.
    """
    print(f"$ {program} {arguments}", flush=True)
    command = [sys.executable, *_PROGRAMS[program], *shlex.split(arguments)]
    done = subprocess.run(command, env=_ENVIRONMENT, check=False)  # noqa: S603
    if done.returncode != status:
        raise UnexpectedError(f"{program} ended with exit status {done.returncode}, not {status}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
