"""Hooks of MkDocs: pages from outside `docs`, the reference of the command line, and links between all of them.

Pages link to each other as files of the repository, so that they can be read there too. Here every such link becomes
one to the page of the site, or to a copy of the file.
"""

from __future__ import annotations

import posixpath
import re
import sys
from pathlib import Path, PurePosixPath
from typing import Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT: Final = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # MkDocs loads this file by its path

from docs_site.command_reference import command_pages  # noqa: E402
from docs_site.vector_pages import (  # noqa: E402
    FOLDER,
    REQUIREMENT,
    requirement_places,
    vector_pages,
    vector_places,
)

_LOG: Final = get_plugin_logger("docs_site")

DOCS: Final = "docs"
COMMANDS: Final = "reference/commands"
VECTORS: Final = "vectors"
MOVED: Final = {
    "README.md": "index.md",
    "CHANGELOG.md": "about/changelog.md",
    "CONTRIBUTING.md": "about/contributing.md",
    "SECURITY.md": "about/security.md",
    "test_vectors/README.md": "test-vectors.md",
    "test_vectors/CHANGELOG.md": "test-vectors-changelog.md",
    "test_vectors/QUIRKS.md": "test-vectors-quirks.md",
}
"""Pages from elsewhere in the repository, and where they stand in the site."""

_CODE: Final = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_PROMPT: Final = re.compile(r"^\$ ", re.MULTILINE)
EVIDENCE: Final = frozenset({"traceability.md", "checks.md"})
"""Pages, made by tools, that are tables of requirements and vectors."""

_EVIDENCE: Final = re.compile(r"^(\| )([A-Z]{2}-[0-9]+)(?= \|)|`([a-z0-9-]+::[^`\s]+)`", re.MULTILINE)
_ENTRY: Final = re.compile(r"^\| `([a-z0-9-]+)` \|", re.MULTILINE)
_LINK: Final = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\](?:\([^)]*\))?)*)\]\(([^)#\s]+)(#[^)\s]*)?\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages from outside `docs`, and fill in the patterns of the navigation."""
    for source, place in _moved().items():
        files.append(File.generated(config, place, abs_src_path=str(ROOT / source)))
    for folder, pages in ((COMMANDS, command_pages()), (VECTORS, vector_pages(ROOT))):
        for name, text in pages.items():
            files.append(File.generated(config, f"{folder}/{name}", content=text))
    for path in (ROOT / FOLDER).glob("*/*.json"):
        place = f"files/{path.relative_to(ROOT).as_posix()}"
        files.append(File.generated(config, place, abs_src_path=str(path)))
    places = sorted((file.src_uri for file in files.documentation_pages()), key=_readme_first)
    config.nav = _expanded(config.nav or [], places)
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn links between files of the repository into links of the site."""
    if page.file.src_uri.startswith((f"{COMMANDS}/", f"{VECTORS}/")):  # their links are the site's already
        return markdown
    if page.file.src_uri == "errors.md":
        markdown = _with_places(markdown)
    elif page.file.src_uri.startswith("specs/"):
        markdown = REQUIREMENT.sub(lambda found: f"{found[0]}{{ #{found[1].lower()} }}", markdown)
    elif page.file.src_uri in EVIDENCE:
        markdown = _with_evidence(markdown)
    links = _Links(page.file.src_uri, config, files)
    parts, end = [], 0
    for code in _CODE.finditer(markdown):
        parts += [_LINK.sub(links.changed, markdown[end : code.start()]), _to_paste(code[0])]
        end = code.end()
    return "".join([*parts, _LINK.sub(links.changed, markdown[end:])])


def _with_evidence(tables: str) -> str:
    """Tables of requirements and vectors, each leading to where it stands."""
    requirements, vectors = requirement_places(ROOT), vector_places(ROOT)

    def led(found: re.Match[str]) -> str:
        place = requirements.get(found[2] or "") or vectors.get(found[3] or "")
        return found[0] if place is None else f"{found[1] or ''}[{found[0].removeprefix('| ')}]({place})"

    return _EVIDENCE.sub(led, tables)


def _to_paste(code: str) -> str:
    """A block as the button beside it shall copy it: commands without their prompts."""
    if not code.startswith("```console\n"):
        return code
    return _PROMPT.sub("", code.replace("```console", "```sh", 1))


def _with_places(codes: str) -> str:
    """The page of codes, with a place to link to for each code: `errors.html#expired`."""
    seen: set[str] = set()

    def placed(entry: re.Match[str]) -> str:
        if entry[1] in seen:  # of two tables, the first has it
            return entry[0]
        seen.add(entry[1])
        return f"| `{entry[1]}`{{ #{entry[1]} }} |"

    return _ENTRY.sub(placed, codes)


class _Links:
    """The links of one page."""

    def __init__(self, place: str, config: MkDocsConfig, files: Files) -> None:
        self._place = place
        self._source = {moved: source for source, moved in _moved().items()}.get(place, f"{DOCS}/{place}")
        self._config = config
        self._files = files

    def changed(self, link: re.Match[str]) -> str:
        """The link in the site."""
        picture, words, target, anchor = link.groups(default="")
        if "://" in target:
            return link[0]
        words = _LINK.sub(self.changed, words)
        path = posixpath.normpath(posixpath.join(posixpath.dirname(self._source), target))
        place = self._place_of(path)
        if place is None:
            return words
        return (
            f"{picture}[{words}]({posixpath.relpath(place, posixpath.dirname(self._place) or '.')}{anchor})"
        )

    def _place_of(self, path: str) -> str | None:
        """Where a file of the repository stands in the site; a folder without a page stands nowhere."""
        moved = _moved()
        if (ROOT / path).is_dir():
            path = posixpath.join(path, "README.md")
            if not (ROOT / path).exists():
                return None
        if path in moved:
            return moved[path]
        if path.startswith(f"{DOCS}/"):
            return path.removeprefix(f"{DOCS}/")
        if not (ROOT / path).is_file():
            _LOG.warning("%s: no file %s", self._source, path)
            return None
        place = f"files/{path}" if "." in posixpath.basename(path) else f"files/{path}.txt"
        if self._files.get_file_from_path(place) is None:
            self._files.append(File.generated(self._config, place, abs_src_path=str(ROOT / path)))
        return place


def _moved() -> dict[str, str]:
    specifications = {f"specs/{path.name}": f"specs/{path.name}" for path in (ROOT / "specs").glob("*.md")}
    return {source: place for source, place in MOVED.items() if (ROOT / source).exists()} | specifications


def _readme_first(place: str) -> tuple[str, bool, str]:
    folder, name = posixpath.split(place)
    return folder, name not in {"README.md", "index.md"}, name


def _fits(place: str, pattern: str) -> bool:
    """Whether a page is one of a pattern, which says nothing about folders below."""
    return PurePosixPath(place).match(pattern) and place.count("/") == pattern.count("/")


def _expanded(nav: list[object], places: list[str]) -> list[object]:
    """The navigation, with every pattern replaced by the pages it fits."""
    expanded: list[object] = []
    for item in nav:
        if isinstance(item, str) and "*" in item:
            expanded += [place for place in places if _fits(place, item)]
        elif isinstance(item, dict):
            expanded.append({k: _expanded(v, places) if isinstance(v, list) else v for k, v in item.items()})
        else:
            expanded.append(item)
    return expanded
