"""Run a command and all that it leaves behind: `python -m benchmarks.reaper PIPE COMMAND ...`.

A process that outlives its parent goes to another one, and its CPU time is then counted nowhere. Here it goes to this
one, which ends after all of them, with the exit code of the command. The seconds that the command took by itself go to
the pipe, the number of an open file.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from time import perf_counter
from typing import Final

_PR_SET_CHILD_SUBREAPER: Final = 36
"""Linux, prctl(2)."""


def main() -> int:
    """Run it.

    Returns:
        Its exit code.
    """
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "cannot take in the processes of others")
    pipe, *command = sys.argv[1:]
    began = perf_counter()
    code = subprocess.run(command, check=False).returncode
    os.write(int(pipe), f"{perf_counter() - began}".encode("ascii"))
    try:
        while True:
            os.wait()
    except ChildProcessError:
        return code


if __name__ == "__main__":
    sys.exit(main())
