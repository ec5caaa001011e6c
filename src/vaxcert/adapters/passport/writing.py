"""Passports for many: files of some persons each, set by several processes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import chain, islice
from multiprocessing import connection
from pathlib import Path
from typing import Final, TypeAlias

from vaxcert.adapters.files import create_new
from vaxcert.adapters.passport.holder import PassportHolder
from vaxcert.adapters.passport.typesetting import MAX_PEOPLE, Layout, check_size, passport_pdf
from vaxcert.errors import AdapterError, Reason
from vaxcert.qr import DEFAULT_SIZE_MM

PEOPLE_PER_FILE: Final = 50
"""Persons of one file by default: setting them takes a process 270 MB and one to two seconds."""

_IN_ADVANCE: Final = 2
_Chunk: TypeAlias = tuple[PassportHolder, ...]


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """One file of passports.

    Attributes:
        path: Where it is.
        people: Persons in it.
        certificates: QR codes in it.
    """

    path: Path
    people: int
    certificates: int


def write_passports(
    people: Iterable[PassportHolder],
    folder: Path,
    *,
    layout: Layout = Layout.PAGE,
    qr_mm: float = DEFAULT_SIZE_MM,
    per_file: int = PEOPLE_PER_FILE,
    processes: int | None = None,
) -> Iterator[WrittenFile]:
    """Write passports into `passports-000001.pdf` and so on, in the order of the persons.

    Persons are taken as files get done, so that memory does not grow with their number. The files are for their
    owner's eyes only (mode 0600), and nothing else is written. Start it under `if __name__ == "__main__"`, as
    everything that starts processes.

    Args:
        people: In the order in which they are printed.
        folder: Made when it is not there. Must hold no passports yet.
        layout: As in `passport_pdf`.
        qr_mm: As in `passport_pdf`.
        per_file: Persons of one file, 1 to `MAX_PEOPLE`.
        processes: How many to set them with; as many as there are processors by default, and none but this one for
            a single file.

    Yields:
        Each file when it is written, in order.

    Raises:
        EncodeError: As `passport_pdf`.
        AdapterError: `file-unwritable`, `extra-missing`.
        ValueError: `per_file`, or a size, out of bounds.
    """
    check_size(layout, qr_mm)
    if not 1 <= per_file <= MAX_PEOPLE:
        raise ValueError(f"{per_file} persons a file; 1 to {MAX_PEOPLE} expected")
    _prepare(folder)
    chunks = _chunks(iter(people), per_file)
    for number, (chunk, pdf) in enumerate(_set_all(chunks, layout, qr_mm, processes or _processors()), 1):
        path = folder / f"passports-{number:06}.pdf"
        create_new(path, pdf, private=True)
        yield WrittenFile(path, len(chunk), sum(len(person.doses) for person in chunk))


def _chunks(people: Iterator[PassportHolder], size: int) -> Iterator[_Chunk]:
    while chunk := tuple(islice(people, size)):
        yield chunk


def _set_all(
    chunks: Iterator[_Chunk], layout: Layout, qr_mm: float, processes: int
) -> Iterator[tuple[_Chunk, bytes]]:
    first = tuple(islice(chunks, 2))
    if len(first) < 2 or processes == 1:
        for chunk in chain(first, chunks):
            yield chunk, passport_pdf(chunk, layout=layout, qr_mm=qr_mm)
        return
    context = multiprocessing.get_context(
        "spawn"
    )  # what reads the input has threads, which must not be forked
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_start_worker) as pool:
        waiting: deque[tuple[_Chunk, Future[bytes]]] = deque()
        try:
            for chunk in chain(first, chunks):
                waiting.append((chunk, pool.submit(_work, chunk, layout, qr_mm)))
                if len(waiting) >= processes * _IN_ADVANCE:
                    yield _next(waiting)
            while waiting:
                yield _next(waiting)
        finally:
            pool.shutdown(cancel_futures=True)


def _next(waiting: deque[tuple[_Chunk, Future[bytes]]]) -> tuple[_Chunk, bytes]:
    chunk, future = waiting.popleft()
    return chunk, future.result()


def _work(people: _Chunk, layout: Layout, qr_mm: float) -> bytes:
    return passport_pdf(people, layout=layout, qr_mm=qr_mm)


def _start_worker() -> None:
    """Leave interruptions to the process that asked, and end with it however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["RAYON_NUM_THREADS"] = "1"  # Typst's threads: the other processors have work of their own
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _prepare(folder: Path) -> None:
    """Make the folder, for its owner only, unless an earlier run has used it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        used = any(folder.glob("passports-*.pdf"))
    except OSError as error:
        raise AdapterError(
            Reason.FILE_UNWRITABLE, f"cannot make the folder {folder}: {error.strerror}"
        ) from None
    if used:
        raise AdapterError(
            Reason.FILE_UNWRITABLE,
            f"{folder} holds passports of an earlier run; expected a folder for this run alone",
        )
