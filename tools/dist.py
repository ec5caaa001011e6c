"""Build the sdist and the wheel, and use each from an empty environment: `python -m tools.dist`, or `make dist`.

Each is installed alone, then with what the command line needs, and there verifies a certificate of the vectors, offline
and away from this folder. Exits 1 at the first that does not work.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

ROOT: Final = Path(__file__).parents[1]
DIST: Final = ROOT / "dist"
_VECTOR: Final = ROOT / "test_vectors/vectors/cwt/expiry-to-the-second.json"
_KEY: Final = ROOT / "test_vectors/keys/es256.cert.pem"

_LIBRARY: Final = """
import sys
from datetime import datetime
import vaxcert as vc
from vaxcert.crypto.signing_certificate import read_certificates

text, at, key = sys.argv[1:]
(certificate,) = read_certificates(open(key, "rb").read())
trusted = vc.TrustList([vc.TrustedKey.from_certificate(certificate)])
verified = vc.Verifier(trusted).verify(text, at=datetime.fromisoformat(at))
print(verified.certificate.vaccination.product)
"""


def main() -> int:
    """Build and try.

    Returns:
        The exit code.
    """
    shutil.rmtree(DIST, ignore_errors=True)
    _run([sys.executable, "-m", "build", "--outdir", str(DIST), str(ROOT)], ROOT)
    built = sorted(DIST.iterdir())
    if len(built) != 2:
        print(f"{len(built)} files in {DIST}; a wheel and an sdist expected")
        return 1
    for artefact in built:
        for what in _tried(artefact):
            print(f"{artefact.name}: {what}", flush=True)
    return 0


def _tried(artefact: Path) -> Iterator[str]:
    vector = json.loads(_VECTOR.read_text("utf-8"))
    shown = vector["stages"]["text"], vector["context"]["at"], str(_KEY)
    with TemporaryDirectory() as folder:
        place = Path(folder)
        venv.create(place / "venv", with_pip=True)
        binaries = place / "venv" / "bin"
        python = str(binaries / "python")
        _install(python, str(artefact), place)
        product = _run([python, "-c", _LIBRARY, *shown], place).strip()
        yield f"alone, verifies a certificate of {product}"
        _install(python, f"{artefact}[cli]", place)
        vaxcert = str(binaries / "vaxcert")
        options = ["--trust", str(_KEY), "--at", shown[1], "--json"]
        verified = json.loads(_run([vaxcert, "verify", *options, shown[0]], place))
        yield f"with its command line, says {verified['outcome']}"
        answered = [vaxcert, "conformance", "serve"]
        said = _run([vaxcert, "conformance", "run", "--family", "cwt", "--json", "--", *answered], place)
        counts = json.loads(said.splitlines()[-1])["families"]["cwt"]
        yield f"brings its vectors, of which {counts['pass']} of a family pass"


def _install(python: str, what: str, place: Path) -> None:
    _run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", what], place)


def _run(command: list[str], folder: Path) -> str:
    """What a command says; its failure ends all."""
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, encoding="utf-8")
    if done.returncode:
        print(done.stdout, done.stderr, sep="\n")
        raise SystemExit(f"{command[0]} ... ended with {done.returncode}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
