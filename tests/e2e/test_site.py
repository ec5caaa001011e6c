"""The documentation site: built strictly, whole, and with nothing from elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest

pytest.importorskip("mkdocs", reason="the extra docs is not installed (make docs)")

from vaxcert.cli.main import build_parser
from vaxcert.errors import Reason
from vaxcert.findings import FindingCode
from vaxcert.presentation.texts import load

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
LOADED = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src", "object": "data"}
NOT_LOADED = frozenset({"canonical", "prev", "next", "edit"})


class Page(HTMLParser):
    """What a page links to, what it loads, and the places in it that can be linked to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.places = {""}
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.places |= {found[name] for name in ("id", "name") if found.get(name)}
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        if found.get(LOADED.get(tag)) and found.get("rel") not in NOT_LOADED:
            self.loads.append(found[LOADED[tag]])


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(folder)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(  # noqa: S603
        command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", timeout=300, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return folder


@pytest.fixture(scope="module")
def pages(site):
    return {path: Page(path) for path in site.rglob("*.html") if path.name != "404.html"}


def test_every_link_leads_to_a_place_that_there_is(pages):
    for path, page in pages.items():
        for link in page.links:
            target, place = urldefrag(link)
            if "://" in target or target.startswith("mailto:"):
                continue
            there = (path.parent / unquote(target)).resolve() if target else path
            assert there.exists(), f"{path.name}: {link}"
            assert there not in pages or unquote(place) in pages[there].places, f"{path.name}: {link}"


def test_nothing_is_loaded_from_elsewhere(site, pages):
    for path, page in pages.items():
        for loaded in page.loads:
            assert (
                loaded.startswith("data:") or (path.parent / urldefrag(loaded)[0].split("?")[0]).exists()
            ), loaded
    for style in site.rglob("*.css"):
        assert "url(http" not in style.read_text("utf-8").replace("'", "").replace('"', ""), style
        assert "@import" not in style.read_text("utf-8"), style


def test_every_page_is_in_the_navigation(site, pages):
    menu = {urldefrag(link)[0] for link in pages[site / "index.html"].links}
    assert {path.relative_to(site).as_posix() for path in pages} - menu == {"index.html"} - menu


def test_every_command_and_option_is_in_the_reference(site):
    text = " ".join(path.read_text("utf-8") for path in (site / "reference/commands").glob("*.html"))
    for words, parser in _commands("vaxcert", build_parser(load("en"))):
        assert f">{words}<" in text, words
        for action in parser._actions:
            for option in {*action.option_strings} - {"-h", "--help", "--lang"}:
                assert f"<code>{option}</code>" in text, (words, option)


def _commands(words, parser):
    choices = next((action.choices for action in parser._actions if isinstance(action.choices, dict)), {})
    yield from [] if choices else [(words, parser)]
    for name, below in choices.items():
        yield from _commands(f"{words} {name}", below)


def test_every_code_can_be_linked_to(site, pages):
    assert {*Reason, *FindingCode} <= pages[site / "errors.html"].places


def test_every_vector_is_shown_and_leads_to_its_file(site, pages):
    files = list((ROOT / "test_vectors/vectors").glob("*/*.json"))
    assert files
    for file in files:
        family, name = file.parent.name, file.name
        assert file.stem in pages[site / f"vectors/{family}.html"].places
        assert (site / "files/test_vectors/vectors" / family / name).read_bytes() == file.read_bytes()


def test_every_requirement_can_be_linked_to(site, pages):
    found = [
        (path.stem, number)
        for path in (ROOT / "specs").glob("*.md")
        for number in re.findall(r"^- \*\*([A-Z]{2}-[0-9]+)\*\*", path.read_text("utf-8"), re.MULTILINE)
    ]
    assert found
    for specification, number in found:
        assert number.lower() in pages[site / f"specs/{specification}.html"].places, number


def test_every_public_name_is_in_the_reference(site, pages):
    import vaxcert

    places = pages[site / "reference/vaxcert.html"].places
    assert {f"vaxcert.{name}" for name in vaxcert.__all__} <= places
