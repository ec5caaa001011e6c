"""Which signing certificates say of themselves that they are for tests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from vaxcert.adapters.files import CERTIFICATE_SUFFIXES, find_files, read_bounded
from vaxcert.adapters.store import TrustStore
from vaxcert.crypto.signing_certificate import SigningCertificate, read_certificates
from vaxcert.errors import VaxcertError
from vaxcert.limits import MAX_TRUST_FILE_BYTES

_TEST: Final = re.compile(r"\bTEST\b", re.IGNORECASE)


def test_keys(paths: Iterable[Path]) -> frozenset[bytes]:
    """The SHA-256 of each certificate whose subject says TEST.

    Args:
        paths: Files and folders of certificates. Stores, and lists of other kinds, say it themselves of their keys.

    Returns:
        None of what cannot be read as a certificate: whoever loads the paths as trust lists tells that.
    """
    return frozenset(one.digest for path in paths for one in _certificates(path) if _TEST.search(one.subject))


def _certificates(path: Path) -> Iterator[SigningCertificate]:
    if TrustStore.is_store(path):
        return
    for file in find_files(path, CERTIFICATE_SUFFIXES) if path.is_dir() else (path,):
        if isinstance(file, Path):
            try:
                readings = read_certificates(read_bounded(file, MAX_TRUST_FILE_BYTES))
            except VaxcertError:
                continue
            yield from (one for one in readings if isinstance(one, SigningCertificate))
