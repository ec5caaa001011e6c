"""Whose a folder is: a run with certain settings, one process at a time, until it is complete."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, TypeAlias

from vaxcert.adapters.bulk.places import RunFolder
from vaxcert.adapters.files import file_digest, read_bounded, write_atomically
from vaxcert.adapters.locks import locked
from vaxcert.errors import AdapterError, Reason

FORMAT: Final = 1
"""Of the manifest and of the files in `.run`."""

Settings: TypeAlias = Mapping[str, Any]
"""What a run was started with, as JSON has it: whatever would make another result."""

Manifest: TypeAlias = Mapping[str, Any]
"""What a run has done, as JSON has it."""

_MAX_BYTES: Final = 64 * 1024 * 1024


def stored_settings(folder: RunFolder) -> Settings | None:
    """What the run in a folder was started with; None where there is none.

    Raises:
        AdapterError: `file-unreadable`; `run-mismatch`, when the folder holds something else.
    """
    for path in (folder.manifest, folder.settings):
        if path.exists():
            settings = read_json(path).get("settings")
            if not isinstance(settings, dict):
                raise _of_something_else(folder)
            return settings
    with suppress(OSError):
        if any(one.name != folder.work.name for one in folder.path.iterdir()):
            raise _of_something_else(folder)
    return None


def _of_something_else(folder: RunFolder) -> AdapterError:
    return AdapterError(
        Reason.RUN_MISMATCH, f"{folder.path} holds files of something else; expected a folder of its own"
    )


def _check(folder: RunFolder, settings: Settings) -> None:
    stored = stored_settings(folder)
    if stored is None or stored == settings:
        return
    other = sorted(name for name in stored.keys() | settings if stored.get(name) != settings.get(name))
    raise AdapterError(
        Reason.RUN_MISMATCH,
        f"{folder.path} holds a run of other settings ({', '.join(other)}); expected a folder of its own",
    )


@contextmanager
def claimed(folder: RunFolder, settings: Settings) -> Iterator[Manifest | None]:
    """Hold a folder for a run.

    Args:
        folder: A folder that is not there, is empty, or holds a run with the same settings.
        settings: Of the run.

    Yields:
        What an earlier run has done, when it is complete; else None.

    Raises:
        AdapterError: `run-mismatch`, when the folder holds something else; `store-busy`, when another process holds it;
            `file-unwritable`; `file-unreadable`.
    """
    _check(folder, settings)
    if folder.manifest.exists():
        shutil.rmtree(folder.work, ignore_errors=True)
        yield check_unchanged(folder)
        return
    folder.begin()
    with locked(folder.work / "lock"):
        _check(folder, settings)
        write_json(folder.settings, {"settings": settings})
        yield None


def check_unchanged(folder: RunFolder) -> Manifest:
    """What a run that is complete has done, after a look at all its files.

    Raises:
        AdapterError: `file-unreadable`, when there is no manifest, or a file that it names is gone or another than the
            run wrote.
    """
    if not folder.manifest.exists():
        raise AdapterError(
            Reason.FILE_UNREADABLE, f"{folder.path} holds no run that is complete; expected its manifest.json"
        )
    manifest = read_json(folder.manifest)
    files = manifest.get("files")
    if not isinstance(files, dict):
        raise AdapterError(Reason.FILE_UNREADABLE, f"{folder.manifest} is damaged; expected what a run wrote")
    for name, digest in files.items():
        if file_digest(folder.path / name).hex() != digest:
            raise AdapterError(
                Reason.FILE_UNREADABLE,
                f"{folder.path / name} is not as its run wrote it; its manifest has another digest",
            )
    return manifest


def complete(folder: RunFolder, settings: Settings, manifest: Manifest) -> None:
    """Write what was done, after which the run is complete, and clear up.

    Raises:
        AdapterError: `file-unwritable`.
    """
    folder.sweep()
    write_json(folder.manifest, {"format": FORMAT, "settings": settings, **manifest})
    shutil.rmtree(folder.work, ignore_errors=True)


def write_json(path: Path, value: object) -> None:
    """Write a value as JSON, for the owner's eyes only.

    Raises:
        AdapterError: `file-unwritable`.
    """
    data = (
        json.dumps(value, ensure_ascii=False).encode() + b"\n"
    )  # indented, it would take twelve times as long
    write_atomically(path, data, private=True)


def read_json(path: Path) -> dict[str, Any]:
    """Read an object that `write_json` wrote.

    Raises:
        AdapterError: `file-unreadable`.
    """
    try:
        value = json.loads(read_bounded(path, _MAX_BYTES))
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise AdapterError(Reason.FILE_UNREADABLE, f"{path} is damaged; expected what a run wrote")
    return value
