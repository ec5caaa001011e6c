"""The page of issuers' quirks says of each vector what the vector says."""

from __future__ import annotations

import json
import re
from pathlib import Path

_VECTORS = Path(__file__).parents[2] / "test_vectors"
_ROW = re.compile(r"\[`(?P<id>[^`]+)`\]\((?P<path>[^)]+)\) \| (?P<outcome>\w+)(?P<codes>[^|]*) \|")


def test_the_page_says_what_the_vectors_say() -> None:
    rows = list(_ROW.finditer((_VECTORS / "QUIRKS.md").read_text("utf-8")))
    assert len(rows) > 50
    for row in rows:
        vector = json.loads((_VECTORS / row["path"]).read_text("utf-8"))
        expected = vector["expected"]
        said = set(re.findall(r"`([^`]+)`", row["codes"]))
        known = {expected["reason"], *expected.get("findings", ())} - {None}
        assert (vector["id"], expected["outcome"]) == (row["id"], row["outcome"])
        assert said == known, row["id"]
