"""The pages about all specifications: every specification is listed, every standard that the code names too."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SPECS = ROOT / "specs"
STANDARDS = (SPECS / "standards.md").read_text(encoding="utf-8")
STANDARD = re.compile(r"RFC \d{4}|ISO(?:/IEC)? \d{4,5}(?:-\d)?|FIPS \d+-\d")


def test_every_specification_is_listed_with_its_prefix_and_version() -> None:
    listed = re.findall(
        r"^\| \[[\w-]+\]\((.+)\) \| ([A-Z]{2}) \| (\d+) \|", (SPECS / "README.md").read_text(), re.M
    )
    there = []
    for path in SPECS.glob("*.md"):
        text = path.read_text(encoding="utf-8")
        prefixes = set(re.findall(r"^- \*\*([A-Z]{2})-\d+\*\*", text, re.M))
        version = re.search(r"^# .*, version (\d+)$", text, re.M)
        there += [(path.name, prefix, version.group(1) if version else "") for prefix in prefixes]
    assert sorted(listed) == sorted(there)


def test_every_standard_that_the_code_names_is_in_the_table() -> None:
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    named = {name for source in sources for name in STANDARD.findall(source)}
    assert {name for name in named if name not in STANDARDS} == set()


def test_every_module_of_the_table_is_there() -> None:
    modules = set(re.findall(r"`(vaxcert\.[\w.]+)`", STANDARDS))
    assert len(modules) > 40
    assert all(importlib.import_module(module) for module in modules)
