"""`vaxcert desk` as a process of its own, as an officer starts it."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SECONDS = 60


class DeskProcess:
    """A desk that runs.

    Attributes:
        process: It.
        folder: Where it runs, its home and the place of its temporary files.
        written: What it wrote so far, on both streams.
    """

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self.process = process
        self.folder = folder
        self.written: list[str] = []
        self._links: queue.Queue[str] = queue.Queue()
        self._readers = [
            threading.Thread(target=self._read, args=(stream,), daemon=True)
            for stream in (process.stdout, process.stderr)
        ]
        for reader in self._readers:
            reader.start()
        self.origin = ""

    def link(self) -> str:
        """A link that nobody has opened: each opens one page, and the next is then announced."""
        link = self._links.get(timeout=_SECONDS)
        self.origin = link.partition("/#")[0]
        return link

    def _read(self, stream: Iterator[str]) -> None:
        for line in stream:
            self.written.append(line)
            if line.startswith('{"event": "link"') or '"link":' in line:
                self._links.put(json.loads(line)["link"])

    def end(self) -> int:
        """End it as Ctrl-C does, and wait for all that it writes."""
        self.process.send_signal(signal.SIGINT)
        status = self.process.wait(timeout=_SECONDS)
        for reader in self._readers:
            reader.join(timeout=_SECONDS)
        return status

    def open_files(self) -> list[str]:
        """The files that it holds open, devices left out."""
        opened = [os.readlink(one) for one in Path(f"/proc/{self.process.pid}/fd").glob("*")]
        return [one for one in opened if one.startswith("/") and not one.startswith("/dev/")]

    def resident_bytes(self) -> int:
        """Its resident memory."""
        status = Path(f"/proc/{self.process.pid}/statm").read_text("ascii")
        return int(status.split()[1]) * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def running_desk(*options: str | Path, folder: Path) -> Iterator[DeskProcess]:
    """Start a desk in English, and kill it in the end if it still runs.

    Args:
        options: Of `vaxcert desk`.
        folder: Empty; where it runs, and its home.
    """
    environment = {
        **os.environ,
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "VAXCERT_LANG": "en",
        "VAXCERT_TRUST": str(folder / "no-store"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "vaxcert", "desk", "--json", *map(str, options)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env=environment,
    )
    desk = DeskProcess(process, folder)
    try:
        yield desk
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            stream.close()
