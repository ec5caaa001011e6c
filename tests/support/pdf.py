"""What other programs make of a PDF: poppler, pdfium and qpdf, which nobody here wrote."""

from __future__ import annotations

import ctypes
import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from PIL import Image

_FONT = re.compile(r"(?m)^(\S+) .* (yes|no) +(yes|no) +(yes|no) +\d+ +\d+ *$")


@dataclass(frozen=True)
class Element:
    """A structure element: its kind, what its dictionary says, and the text in it and in all that is in it."""

    kind: str
    id: str
    title: str
    alt: str
    scope: str
    headers: tuple[str, ...]
    box: tuple[float, ...]
    text: str


def copied_text(path: Path, *options: str) -> str:
    """The text that a reader copies from it."""
    return _poppler("pdftotext", *options, str(path), "-")


def words(path: Path) -> str:
    """That text in one line, however it is broken."""
    return " ".join(copied_text(path, "-raw").split())


def fonts(path: Path) -> list[tuple[str, ...]]:
    """Of each font its name, and whether it is embedded, a subset, and says which characters it has."""
    return _FONT.findall(_poppler("pdffonts", str(path)))


def pictures(path: Path, folder: Path, *, dpi: int = 120) -> list[bytes]:
    """Each page as a picture."""
    _poppler("pdftoppm", "-r", str(dpi), "-gray", str(path), str(folder / "page"))
    return [_bmp(picture) for picture in sorted(folder.glob("page-*.pgm"))]


def _bmp(path: Path) -> bytes:
    buffer = BytesIO()
    with Image.open(path) as picture:
        picture.save(buffer, "BMP")
    return buffer.getvalue()


def elements(path: Path) -> list[Element]:
    """The structure elements in the order in which they are read out, each before those that are in it."""
    texts = _marked_texts(path)
    with pikepdf.open(path) as document:
        numbers = {page.objgen: number for number, page in enumerate(document.pages)}
        return list(_elements(document.Root.StructTreeRoot, numbers, texts))


def _elements(
    parent: pikepdf.Object, numbers: dict[tuple[int, int], int], texts: dict[tuple[int, int], str]
) -> Iterator[Element]:
    for kid in _list(parent.get("/K", [])):
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            inner = list(_elements(kid, numbers, texts))
            said: dict[str, pikepdf.Object] = {}
            for owner in _list(kid.get("/A", [])):
                said.update(owner.items())
            yield Element(
                kind=str(kid.S),
                id=str(kid.get("/ID", "")),
                title=str(kid.get("/T", "")),
                alt=str(kid.get("/Alt", "")),
                scope=str(said.get("/Scope", "")),
                headers=tuple(map(str, said.get("/Headers", []))),
                box=tuple(map(float, said.get("/BBox", []))),
                text=_text(kid, numbers, texts),
            )
            yield from inner


def _text(
    element: pikepdf.Object, numbers: dict[tuple[int, int], int], texts: dict[tuple[int, int], str]
) -> str:
    parts = []
    for kid in _list(element.get("/K", [])):
        if not isinstance(kid, pikepdf.Dictionary):
            parts.append(texts.get((numbers[element.Pg.objgen], int(kid)), ""))
        elif "/MCID" in kid:
            page = kid.get("/Pg", element.get("/Pg"))
            parts.append(texts.get((numbers[page.objgen], int(kid.MCID)), ""))
        elif "/S" in kid:
            parts.append(_text(kid, numbers, texts))
    return " ".join(" ".join(parts).split())


def _list(value: pikepdf.Object) -> list[pikepdf.Object]:
    return list(value) if isinstance(value, pikepdf.Array | list) else [value]


def _marked_texts(path: Path) -> dict[tuple[int, int], str]:
    """Text by page and by the number of the marked content it is in."""
    found: defaultdict[tuple[int, int], list[str]] = defaultdict(list)
    with closing(pypdfium2.PdfDocument(path)) as document:
        for number, page in enumerate(document):
            with closing(page), closing(page.get_textpage()) as text_page:
                for item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT]):
                    marked = pdfium.FPDFPageObj_GetMarkedContentID(item.raw)
                    found[number, marked].append(_object_text(item.raw, text_page.raw))
    return {place: "".join(texts) for place, texts in found.items()}


def _object_text(item: object, text_page: object) -> str:
    length = pdfium.FPDFTextObj_GetText(item, text_page, None, 0)
    buffer = ctypes.create_string_buffer(length)
    pdfium.FPDFTextObj_GetText(item, text_page, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), length)
    return buffer.raw[: length - 2].decode("utf-16-le")


def _poppler(tool: str, *arguments: str) -> str:
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed (poppler-utils)")
    done = subprocess.run([tool, *arguments], capture_output=True, check=True, timeout=60)  # noqa: S603
    return done.stdout.decode("utf-8", "replace")
