"""Reading a published list, against the least that any reader of it has to do."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from warnings import catch_warnings

from cryptography import x509

from benchmarks.figures import Bound, Figure
from vaxcert.trust import formats
from vaxcert.trust.anchors import read_anchors

ROUNDS = 30
_FOLDER = Path("trust-lists", "german")


def german(corpus: Path, rounds: int = ROUNDS) -> list[Figure]:
    """The German production list: read with its signature, against `json.loads` and parsing each certificate.

    Args:
        corpus: The folder of public test data.
        rounds: Times that both are timed, in turn.
    """
    data = (corpus / _FOLDER / "dsc-list.json").read_bytes()
    anchors = read_anchors((corpus / _FOLDER / "dsc-list-signing-key.pem").read_bytes())
    terms = formats.ReadingTerms(source="German list", anchors=anchors)
    least = [_seconds(lambda: _parse(data))]
    ours = [_seconds(lambda: formats.read(data, terms))]
    for _ in range(rounds):
        least.append(_seconds(lambda: _parse(data)))
        ours.append(_seconds(lambda: formats.read(data, terms)))
    ratio = median(one / other for one, other in zip(ours[1:], least[1:], strict=True))
    return [
        Figure("German list, json.loads and X.509 alone", median(least[1:]) * 1e3, "ms"),
        Figure(
            "German list, vaxcert",
            median(ours[1:]) * 1e3,
            "ms",
            ratio,
            "json.loads and X.509",
            Bound("ratio", "<=", 3),
        ),
    ]


def _parse(data: bytes) -> list[x509.Certificate]:
    """What nobody can do without: the JSON and the certificates."""
    entries: list[dict[str, Any]] = json.loads(data.partition(b"\n")[2])["certificates"]
    with catch_warnings(action="ignore"):
        return [x509.load_der_x509_certificate(b64decode(entry["rawData"])) for entry in entries]


def _seconds(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began
