"""Attestations and facility lists in files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from vaxcert.adapters.files import find_files, read_bounded
from vaxcert.errors import AdapterError, Reason, TrustListError
from vaxcert.limits import MAX_ATTESTATION_BYTES, MAX_TRUST_FILE_BYTES
from vaxcert.trust import facility_list
from vaxcert.trust.anchors import Anchor
from vaxcert.trust.attestation import Attestation, check_attestation
from vaxcert.trust.facility_list import FacilityList
from vaxcert.trust.origin import Environment

ATTESTATION_SUFFIX: Final = ".vxa"
"""Of attestations; the only files read as such when a folder is given."""


def load_facility_list(
    path: Path, anchors: Sequence[Anchor], *, threshold: int = 1, expected: Environment | None = None
) -> FacilityList:
    """Read and judge a facility list.

    Args:
        path: The list.
        anchors: The pinned keys to judge it by.
        threshold: How many different ones have to have signed it.
        expected: What its keys have to be for; None takes either.

    Raises:
        TrustListError: As `vaxcert.trust.facility_list.read`.
        AdapterError: `file-unreadable`.
        LimitExceededError: `input-too-long`.
    """
    data = read_bounded(path, MAX_TRUST_FILE_BYTES)
    try:
        return facility_list.read(data, anchors, threshold=threshold, expected=expected, name=path.name)
    except TrustListError as error:
        raise TrustListError(error.reason, f"{path}: {error}") from None


def find_attestations(paths: Iterable[Path]) -> Iterator[Path | AdapterError]:
    """Find the attestations in files and folders, in the order of their names.

    Args:
        paths: Files, whatever their names; and folders, of which the files `*.vxa` are taken.

    Yields:
        The files, and `file-unreadable` for each folder that cannot be looked into.

    Raises:
        AdapterError: `file-unreadable`, for a path that is not there.
    """
    for path in paths:
        if path.is_dir():
            yield from find_files(path, {ATTESTATION_SUFFIX})
        elif path.exists():
            yield path
        else:
            raise AdapterError(Reason.FILE_UNREADABLE, f"cannot read {path}: no such file or folder")


def read_attestation(path: Path, facilities: FacilityList, *, at: datetime) -> Attestation:
    """Read an attestation, and make sure that whoever signed it may.

    Args:
        path: The attestation.
        facilities: Who may.
        at: Now, aware.

    Raises:
        VaxcertError: As `vaxcert.trust.attestation.check_attestation`.
        AdapterError: `file-unreadable`.
    """
    return check_attestation(read_bounded(path, MAX_ATTESTATION_BYTES), facilities, at=at)
