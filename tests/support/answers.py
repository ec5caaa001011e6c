"""Every vector answered, in a process that is started under odd conditions: prints which were answered wrongly."""

from __future__ import annotations

import json
import sys

from tests.vectors.test_published_vectors import VECTORS, answer


def main() -> None:
    """Answer them all."""
    wrong = [vector["id"] for vector in VECTORS if answer(vector) != vector["expected"]]
    json.dump({"answered": len(VECTORS), "wrong": wrong, "optimised": sys.flags.optimize}, sys.stdout)


if __name__ == "__main__":
    main()
