"""Issuing with the key in a token of SoftHSM2, against the token's bare signatures: `python -m benchmarks.hsm`.

Every certificate is verified outside the token. SoftHSM signs in the process that asks, so signing and issuing are
compared by the CPU they take, which others on the machine disturb less. What more threads and processes bring is a
matter of time, measured beside it.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

import vaxcert as vc
from benchmarks import sample
from benchmarks.figures import Figure, table
from benchmarks.rounds import Item, Timer, race
from vaxcert.adapters.passwords import PasswordFile
from vaxcert.adapters.pkcs11.configuration import Pkcs11Key
from vaxcert.adapters.pkcs11.signer import Pkcs11Signer
from vaxcert.crypto.algorithms import Algorithm

CERTIFICATES = 10_000
MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
_A_ROUND = 200
_ROUNDS = 5
_WORKERS = (1, 2)
_TOKEN = "TEST benchmark"  # noqa: S105 - its label
_CONFIGURATION = "SOFTHSM2_CONF"
_PIN = "31415926"


def figures(certificates: int = CERTIFICATES) -> list[Figure]:
    """Both algorithms."""
    found = []
    with TemporaryDirectory() as folder:
        for country, algorithm in (
            (sample.es256_country(), Algorithm.ES256),
            (sample.ps256_country(), Algorithm.PS256),
        ):
            with _token(Path(folder, algorithm.name), country) as key:
                found += _issuing(key, country, algorithm, certificates)
                found += _side_by_side(key, algorithm, certificates // 10)
    return found


def _issuing(
    key: Pkcs11Key, country: sample.Country, algorithm: Algorithm, certificates: int
) -> list[Figure]:
    signer = key.open()
    issuer = vc.Issuer(signer, country=sample.COUNTRY, authority=sample.AUTHORITY)
    people = sample.certificates(certificates + _A_ROUND)
    texts: list[str] = []
    bare, ours = f"bare token {algorithm.name}", f"vaxcert with token {algorithm.name}"
    contestants = {
        bare: _cpu(_bare(key, algorithm), [b"%d" % number for number in range(len(people))]),
        ours: _cpu(lambda person: texts.append(issuer.issue(person, at=country.at).text), people),
    }
    timed = race(contestants, items=certificates, a_round=_A_ROUND)
    for text in texts:
        country.verifier.verify(text, at=country.at)
    return [
        Figure(f"sign, {bare}, CPU", timed.median(bare) * 1e6, "µs"),
        Figure(f"issue, {ours}, CPU", timed.median(ours) * 1e6, "µs", timed.ratio(ours, bare), bare),
    ]


def _cpu(work: Callable[[Item], object], items: Sequence[Item]) -> Timer:
    """CPU seconds of this process, user and system."""

    def run(start: int, stop: int) -> float:
        chosen = items[start:stop]
        began = process_time()
        for item in chosen:
            work(item)
        return process_time() - began

    return run


def _bare(key: Pkcs11Key, algorithm: Algorithm) -> Callable[[bytes], object]:
    """A signature over a digest as `python-pkcs11` makes it, in a session of its own."""
    from pkcs11 import MGF, Mechanism, ObjectClass

    from vaxcert.adapters.pkcs11.module import module_at

    private_key: Any = (
        module_at(key.module).token(_TOKEN).open().get_key(ObjectClass.PRIVATE_KEY, label="TEST")
    )
    options: dict[str, Any] = {"mechanism": Mechanism.ECDSA}
    if algorithm is Algorithm.PS256:
        pss = (Mechanism.SHA256, MGF.SHA256, 32)
        options = {"mechanism": Mechanism.RSA_PKCS_PSS, "mechanism_param": pss}
    return lambda data: private_key.sign(hashlib.sha256(data).digest(), **options)


def _side_by_side(key: Pkcs11Key, algorithm: Algorithm, signatures: int) -> list[Figure]:
    """Signatures by several threads, and by several processes, each against one."""
    found = []
    for name, runner in (("threads", _in_threads), ("processes", _in_processes)):
        seconds = {workers: runner(key, workers, signatures) for workers in _WORKERS}
        one = f"{algorithm.name} by 1 of {name}"
        found += [
            Figure(
                f"sign, {algorithm.name} by {workers} of {name}",
                took * 1e6,
                "µs",
                took / seconds[1] if workers > 1 else None,
                one if workers > 1 else "",
            )
            for workers, took in seconds.items()
        ]
    return found


def _in_threads(key: Pkcs11Key, workers: int, signatures: int) -> float:
    signer = key.open()
    with ThreadPoolExecutor(workers) as pool:
        return _rounds(
            lambda shares: list(pool.map(lambda share: _sign(signer, share), shares)), workers, signatures
        )


def _in_processes(key: Pkcs11Key, workers: int, signatures: int) -> float:
    with multiprocessing.get_context("spawn").Pool(workers, _open, (key,)) as pool:
        return _rounds(lambda shares: pool.map(_sign_here, shares, 1), workers, signatures)


def _rounds(work: Callable[[list[int]], object], workers: int, signatures: int) -> float:
    """Seconds a signature when all have signed their share; an untimed round before the others."""
    shares = [signatures // workers] * workers
    seconds = []
    for _ in range(_ROUNDS + 1):
        began = perf_counter()
        work(shares)
        seconds.append((perf_counter() - began) / sum(shares))
    return median(seconds[1:])


_here: list[Pkcs11Signer] = []


def _open(key: Pkcs11Key) -> None:
    _here.append(key.open())


def _sign_here(share: int) -> None:
    _sign(_here[0], share)


def _sign(signer: Pkcs11Signer, share: int) -> None:
    for number in range(share):
        signer.sign(b"%d" % number)


@contextmanager
def _token(folder: Path, country: sample.Country) -> Iterator[Pkcs11Key]:
    """A token with the country's key."""
    from vaxcert.adapters.pkcs11.module import module_at

    (folder / "tokens").mkdir(parents=True)
    os.environ[_CONFIGURATION] = str(folder / "softhsm2.conf")
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\n")
    pin, private_key = folder / "pin", folder / "key.pem"
    pin.write_text(_PIN)
    private_key.write_bytes(
        country.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    _util("--init-token", "--free", "--label", _TOKEN, "--pin", _PIN, "--so-pin", _PIN)
    _util("--import", str(private_key), "--token", _TOKEN, "--pin", _PIN, "--label", "TEST", "--id", "01")
    module_at(MODULE).restart(module_at(MODULE).generation)
    yield Pkcs11Key(
        module=MODULE,
        token=_TOKEN,
        key="TEST",
        certificate=country.signing_certificate.der,
        pin=PasswordFile(pin),
    )


def _util(*arguments: str) -> None:
    subprocess.run(["softhsm2-util", *arguments], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    print(table(figures(int(sys.argv[1]) if len(sys.argv) > 1 else CERTIFICATES)))
