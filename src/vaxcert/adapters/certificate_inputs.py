"""Certificates from wherever a command line can name them, one at a time.

A source is a file, a folder, standard input or the text itself. What a file is, its content shows: a
picture or PDF with QR codes, text with one certificate a line, or one certificate in binary (COSE or zlib).
What cannot be read becomes an input that says so; it never stops the others.
"""

from __future__ import annotations

import os
import re
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Final, TypeAlias

from vaxcert import qr
from vaxcert.adapters import pdf_process
from vaxcert.adapters.files import find_files
from vaxcert.codec.container import CONTEXT_IDENTIFIER
from vaxcert.errors import AdapterError, DecodeError, LimitExceededError, Reason, VaxcertError
from vaxcert.limits import MAX_PICTURE_BYTES, MAX_TEXT_CHARACTERS, MAX_TEXT_FILE_BYTES

STANDARD_INPUT: Final = "-"

SUFFIXES: Final = frozenset(
    {
        ".png",
        ".jpg",
        ".jpeg",
        ".webp",
        ".gif",
        ".bmp",
        ".pdf",
        ".txt",
        ".cbor",
        ".cose",
        ".bin",
    }
)
"""Names that are read when a folder is given; a file given by itself is read whatever its name."""

_CERTIFICATE_TEXT: Final = re.compile(r"\s*HC[0-9A-Z]:", re.IGNORECASE)
_HEAD_BYTES: Final = 4096
_NOT_IN_TEXT: Final = re.compile(rb"[\x00-\x08\x0e-\x1f]|%PDF-")
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_MAX_LINE_BYTES: Final = MAX_TEXT_CHARACTERS + 3
"""With its line end, and enough more to tell that it is too long."""
_ZLIB_METHOD: Final = 8
_MESSAGE_STARTS: Final = (b"\xd2", b"\xd8\x12", b"\xd8\x3d", b"\x84", b"\x98\x04", b"\x9f")
"""CBOR tags 18 and 61, and an array of four: how a COSE message may begin."""


@dataclass(frozen=True, slots=True, repr=False)
class CertificateInput:
    """One certificate to look at, or why there is none. Its repr shows no content.

    Attributes:
        source: Where it came from: a file name, `-`, or `argument 2`; with `#3` for the third line of a text
            or the third code of a picture; the first goes by the name alone.
            Never the text itself.
        content: The text or bytes for `Verifier.report`; or the error.
    """

    source: str
    content: str | bytes | VaxcertError

    def __repr__(self) -> str:
        return f"<CertificateInput {self.source}>"


Source: TypeAlias = Path | CertificateInput | None
"""A file; an input that is there already; or None for standard input."""


def is_certificate_text(text: str) -> bool:
    """Whether it begins as the text of a certificate does, and no name of a file should."""
    return _CERTIFICATE_TEXT.match(text) is not None


def find_sources(arguments: Iterable[str]) -> list[Source]:
    """Find what the arguments of a command name, without opening any file.

    Args:
        arguments: Files, folders (all files in them whose names end in `SUFFIXES`, in the order of their
            names), `-` for standard input, or `HC1:` texts.

    Returns:
        Sources for `read_source`.
    """
    return [source for number, text in enumerate(arguments, 1) for source in _sources(text, number)]


def read_source(source: Source, standard_input: BufferedReader) -> Iterator[CertificateInput]:
    """Read what a source holds.

    Args:
        source: From `find_sources`.
        standard_input: Read when the source is `-`. Its lines of text are handed on as they come, so that a
            scanner may feed it.

    Yields:
        At least one input, each before the next is read.
    """
    if isinstance(source, CertificateInput):
        yield source
    elif source is None:
        yield from _with_problems(STANDARD_INPUT, _read_stream(STANDARD_INPUT, standard_input))
    else:
        yield from read_file(source)


def read_file(path: Path) -> Iterator[CertificateInput]:
    """Read what a file holds.

    Args:
        path: Where it is.

    Yields:
        At least one input, each before the next is read.
    """
    yield from _with_problems(str(path), _read_file(path))


def _with_problems(name: str, inputs: Iterator[CertificateInput]) -> Iterator[CertificateInput]:
    """Inputs, and where there are no more because of a problem, one that says so."""
    try:
        yield from inputs
    except VaxcertError as error:
        yield CertificateInput(name, error)
    except (OSError, ValueError) as error:  # a name with a NUL character is a ValueError
        problem = getattr(error, "strerror", None) or "no file can have such a name"
        yield CertificateInput(
            name, AdapterError(Reason.FILE_UNREADABLE, f"cannot read the input: {problem}")
        )


def _sources(argument: str, number: int) -> Iterator[Source]:
    if is_certificate_text(argument):
        yield CertificateInput(f"argument {number}", argument)
    elif argument == STANDARD_INPUT:
        yield None
    elif _is_folder(argument):
        yield from _in_folder(Path(argument))
    else:
        yield Path(argument)


def _is_folder(name: str) -> bool:
    try:
        return Path(name).is_dir()
    except (OSError, ValueError):
        return False


def _in_folder(folder: Path) -> Iterator[Source]:
    empty = True
    for file in find_files(folder, SUFFIXES):
        empty = False
        yield file if isinstance(file, Path) else CertificateInput(str(folder), file)
    if empty:
        yield CertificateInput(
            str(folder), DecodeError(Reason.INPUT_EMPTY, "the folder holds no picture, PDF or text file")
        )


def _read_file(path: Path) -> Iterator[CertificateInput]:
    with path.open("rb") as stream:
        _check_size(os.fstat(stream.fileno()).st_size)
        yield from _read_stream(str(path), stream)


def _read_stream(name: str, stream: BufferedReader) -> Iterator[CertificateInput]:
    head = stream.peek(_HEAD_BYTES)[:_HEAD_BYTES]
    if not head:
        raise DecodeError(Reason.INPUT_EMPTY, "the input is empty")
    if not head.startswith(_MESSAGE_STARTS) and _is_text(head):
        yield from _read_lines(name, stream)
        return
    data = stream.read(MAX_PICTURE_BYTES + 1)
    _check_size(len(data))
    if data.startswith(_MESSAGE_STARTS) or _is_zlib(data):
        yield CertificateInput(name, data)
        return
    read = pdf_process.certificate_texts if data.startswith(pdf_process.PDF_START) else qr.certificate_texts
    for number, text in enumerate(read(data), 1):
        yield CertificateInput(_numbered(name, number), text)


def _read_lines(name: str, stream: BufferedReader) -> Iterator[CertificateInput]:
    """The certificates of a text file. Only line ends are stripped: spaces are base45 characters."""
    empty = True
    for number, line in enumerate(_bounded_lines(stream), 1):
        text = line.removeprefix(_BYTE_ORDER_MARK if number == 1 else b"").rstrip(b"\r\n")
        if text.strip():
            empty = False
            yield CertificateInput(_numbered(name, number), _certificate_of(text))
    if empty:
        raise DecodeError(Reason.INPUT_EMPTY, "the text holds no line with a certificate")


def _bounded_lines(stream: BufferedReader) -> Iterator[bytes]:
    """Lines, within `MAX_TEXT_FILE_BYTES`; of those that are too long no more is kept than shows it."""
    length = 0
    line = b""
    while part := stream.readline(_MAX_LINE_BYTES):
        length += len(part)
        if length > MAX_TEXT_FILE_BYTES:
            raise LimitExceededError(
                Reason.INPUT_TOO_LONG, f"more than {MAX_TEXT_FILE_BYTES} bytes of text, the rest is not read"
            )
        line = line or part
        if len(part) < _MAX_LINE_BYTES or part.endswith(b"\n"):
            yield line
            line = b""
    if line:
        yield line


def _certificate_of(line: bytes) -> str | VaxcertError:
    if len(line) > MAX_TEXT_CHARACTERS:
        return LimitExceededError(
            Reason.INPUT_TOO_LONG,
            f"a line of more than {MAX_TEXT_CHARACTERS} bytes, no certificate is so long",
        )
    return line.decode("utf-8", "replace")


def _check_size(size: int) -> None:
    if size > MAX_PICTURE_BYTES:
        raise LimitExceededError(
            Reason.INPUT_TOO_LONG, f"{size} bytes in the file, at most {MAX_PICTURE_BYTES} expected"
        )


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name}#{number}"


def _is_text(head: bytes) -> bool:
    if head.startswith(CONTEXT_IDENTIFIER.encode()):
        return True
    if _NOT_IN_TEXT.search(head):
        return False
    try:
        getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _is_zlib(data: bytes) -> bool:
    """Whether this begins like a zlib stream (RFC 1950 section 2.2)."""
    return data[0] & 0x0F == _ZLIB_METHOD and int.from_bytes(data[:2], "big") % 31 == 0
