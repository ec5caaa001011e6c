"""Certificates from the files that name them, those of `vaxcert issue` among them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from io import BufferedReader
from pathlib import Path
from typing import Final

from vaxcert.adapters.certificate_inputs import CertificateInput, find_sources, read_source
from vaxcert.errors import DecodeError, Reason, VaxcertError

_ISSUED: Final = "certificates.jsonl"


def read_inputs(arguments: Iterable[str], standard_input: BufferedReader) -> Iterator[CertificateInput]:
    """Read what the arguments of a command name.

    Args:
        arguments: As for `find_sources`. Of a folder in which `vaxcert issue` has run, its list of certificates is
            read and not the pictures; a line of such a list holds a certificate as `text`.
        standard_input: As for `read_source`.

    Yields:
        The certificates, and what cannot be read.
    """
    for source in find_sources(_list_of(argument) for argument in arguments):
        for item in read_source(source, standard_input):
            content = item.content
            if isinstance(content, str) and content.startswith("{"):
                yield CertificateInput(item.source, _text_of(content))
            else:
                yield item


def _list_of(argument: str) -> str:
    try:
        issued = Path(argument, _ISSUED)
        return str(issued) if issued.is_file() else argument
    except (OSError, ValueError):  # a certificate is too long for a name
        return argument


def _text_of(line: str) -> str | VaxcertError:
    try:
        value = json.loads(line)
        text = value["text"]
    except (ValueError, KeyError, TypeError, RecursionError):
        text = None
    if not isinstance(text, str):
        return DecodeError(Reason.INPUT_TYPE, "a line of JSON without a certificate as text")
    return text
