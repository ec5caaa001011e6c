"""What the tests run in processes of its own: a signer that is inherited by fork, and sources handed to workers."""

from __future__ import annotations

import multiprocessing
import sys
from pathlib import Path

from vaxcert.adapters.passwords import PasswordFile, TypedPassword
from vaxcert.adapters.pkcs11.configuration import Pkcs11Key
from vaxcert.crypto.signing_certificate import read_signing_certificate

A_WORKER = 25


def main(how: str, module: str, token: str, certificate: str, pin: str) -> None:
    """Sign in this process and in two others, and say how many signatures were right."""
    key = Pkcs11Key(
        module=Path(module),
        token=token,
        key="es256",
        certificate=Path(certificate).read_bytes(),
        pin=TypedPassword(Path(pin).read_bytes()) if how == "spawn" else PasswordFile(Path(pin)),
        seen=True,
    )
    context = multiprocessing.get_context(how.partition("-")[0])
    results = context.Queue()
    signer = key.open()
    before = _right(signer, "before")
    work, argument = (_with_the_inherited, signer) if how == "fork-inherited" else (_with_their_own, key)
    workers = [context.Process(target=work, args=(argument, name, results)) for name in "ab"]
    for worker in workers:
        worker.start()
    during = _right(signer, "during")
    found = [results.get(timeout=30) for _ in workers]
    for worker in workers:
        worker.join()
    counts = (before, during, *found, _right(signer, "after"), *(worker.exitcode for worker in workers))
    sys.stdout.write(" ".join(map(str, counts)) + "\n")


def _with_the_inherited(signer, name, results):
    results.put(_right(signer, name))


def _with_their_own(key, name, results):
    results.put(_right(key.open(), name))


def _right(signer, name):
    key = read_signing_certificate(signer.certificate.der).verifying_key()
    data = [f"{name} {number}".encode() for number in range(A_WORKER)]
    return sum(key.is_signature(signer.sign(one), one) for one in data)


if __name__ == "__main__":
    main(*sys.argv[1:])
