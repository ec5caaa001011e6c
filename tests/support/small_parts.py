"""`vaxcert` with parts of a few records, so that a small run has many of them; also as a process of its own.

python -m tests.support.small_parts ROWS ARGUMENTS...
"""

from __future__ import annotations

import sys
from typing import Any

from vaxcert.adapters.bulk.job import Job
from vaxcert.cli import main


def defaults() -> dict[str, Any]:
    """What a run takes when nobody says otherwise; `rows_per_part` among it."""
    found: dict[str, Any] = Job.__init__.__kwdefaults__
    return found


if __name__ == "__main__":
    defaults()["rows_per_part"] = int(sys.argv[1])
    sys.exit(main.run(sys.argv[2:]))
