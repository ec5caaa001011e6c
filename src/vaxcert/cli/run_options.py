"""Options of every run over a file."""

from __future__ import annotations

import argparse
import os
from typing import Final

from vaxcert.cli.arguments import Parser, whole_number
from vaxcert.presentation.texts import Texts

MAX_WORKERS: Final = 256


def add_run_options(parser: Parser, texts: Texts) -> None:
    """Add what every run over a file takes."""
    parser.add_argument(
        "--workers", type=whole_number(1, MAX_WORKERS), metavar="N", help=texts.get("help", "workers")
    )


def workers_of(options: argparse.Namespace) -> int:
    """How many processes to use: as many as this one may use cores, unless a number is given."""
    given: int | None = options.workers
    if given is not None:
        return given
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
