from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from vaxcert import qr
from vaxcert.errors import DecodeError, Reason

pytestmark = pytest.mark.corpus

VECTORS_WITH_AN_EXPECTATION = 491
VECTORS_WITH_A_PICTURE = 518
PICTURE_OF_ANOTHER_CERTIFICATE = {f"ES/2DCode/raw/{number}.json" for number in (501, 502, 503)}
NO_PICTURE = "common/2DCode/raw/Q1.json"


@pytest.fixture(scope="module")
def pictures(corpus: Path) -> dict[str, dict[str, object]]:
    folder = corpus / "dgc-testdata"
    files = {str(path.relative_to(folder)): path.read_text("utf-8-sig") for path in folder.rglob("*.json")}
    parsed = {name: json.loads(text) for name, text in files.items()}
    return {name: vector for name, vector in parsed.items() if "2DCODE" in vector}


def decoded(vector: dict[str, object]) -> tuple[str, ...] | Reason:
    try:
        return qr.read_picture(base64.b64decode(str(vector["2DCODE"])))
    except DecodeError as error:
        return error.reason


def test_every_picture_decode_expectation_is_met(pictures: dict[str, dict[str, object]]) -> None:
    expectations = {
        name: vector["EXPECTEDRESULTS"]["EXPECTEDPICTUREDECODE"]  # type: ignore[index]
        for name, vector in pictures.items()
        if "EXPECTEDPICTUREDECODE" in vector["EXPECTEDRESULTS"]  # type: ignore[operator]
    }
    unmet = {
        name
        for name, expected in expectations.items()
        if (decoded(pictures[name]) == (pictures[name].get("PREFIX"),)) is not expected
    }
    assert unmet == set()
    assert len(expectations) == VECTORS_WITH_AN_EXPECTATION


def test_every_picture_holds_one_certificate(pictures: dict[str, dict[str, object]]) -> None:
    texts = {name: decoded(vector) for name, vector in pictures.items()}
    assert texts.pop(NO_PICTURE) is Reason.PICTURE_UNREADABLE
    assert all(len(found) == 1 and found[0].startswith("HC1:") for found in texts.values())
    different = {name for name, found in texts.items() if found != (pictures[name].get("PREFIX"),)}
    assert different == PICTURE_OF_ANOTHER_CERTIFICATE
    assert len(pictures) == VECTORS_WITH_A_PICTURE


def test_the_sample_of_viet_nam(corpus: Path) -> None:
    folder = corpus / "viet-nam"
    text = (folder / "VAC_VN.txt").read_text("ascii").strip()
    assert qr.certificate_texts((folder / "VAC_VN.png").read_bytes()) == (text,)
    assert qr.read(qr.png(text)) == (text,)
