"""The CDDL of `specs/container.md` against the bytes of the vectors and of the library."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import cbor2
import pycddl
import pytest
from test_vectors.builder import FOLDER

from vaxcert.codec import cose, cwt
from vaxcert.errors import Reason

SPEC = (Path(__file__).parents[2] / "specs" / "container.md").read_text(encoding="utf-8")
CDDL = re.search(r"```cddl\n(.*?)```", SPEC, re.DOTALL).group(1)
CERTIFICATES = [
    vector
    for family in ("base45", "zlib", "cbor", "cose", "cwt")
    for path in sorted((FOLDER / "vectors" / family).glob("*.json"))
    if "cose" in (vector := json.loads(path.read_bytes()))["stages"]
]
AUTHENTIC = [vector for vector in CERTIFICATES if vector["expected"]["level"] not in ("none", "well-formed")]

LET_PASS = {"cose::tag-61-alone", "cose::unprotected-array"}
"""What pycddl lets pass: of two tags it looks at the outer one, and an empty array is an empty map to it."""


@cache
def schema(rule: str) -> pycddl.Schema:
    return pycddl.Schema(f"start = {rule}\n{CDDL}")


def follows(rule: str, data: bytes) -> bool:
    try:
        schema(rule).validate_cbor(data)
    except pycddl.ValidationError:
        return False
    return True


def test_authentic_certificates_follow_every_rule_of_readers() -> None:
    for vector in AUTHENTIC:
        stages = {name: bytes.fromhex(vector["stages"][name]) for name in ("cose", "payload")}
        assert follows("message", stages["cose"]), vector["id"]
        assert follows("claims", stages["payload"]), vector["id"]
        assert follows("protected-header", cose.read(stages["cose"]).protected), vector["id"]
    assert len(AUTHENTIC) > 60


@pytest.mark.parametrize(
    ("reason", "stage", "rule"),
    [
        ("cose-structure", "cose", "message"),
        ("cwt-structure", "payload", "claims"),
    ],
)
def test_certificates_of_another_structure_do_not(reason: str, stage: str, rule: str) -> None:
    wrong = [vector for vector in CERTIFICATES if vector["expected"]["reason"] == reason]
    followed = {vector["id"] for vector in wrong if follows(rule, bytes.fromhex(vector["stages"][stage]))}
    assert followed <= LET_PASS
    assert len(wrong) > 5


@pytest.mark.parametrize("name", ["cose::es256", "cose::ps256-2048", "cose::ps256-3072"])
def test_usual_certificates_follow_the_rules_of_writers(name: str) -> None:
    (vector,) = (vector for vector in CERTIFICATES if vector["id"] == name)
    message = bytes.fromhex(vector["stages"]["cose"])
    assert follows("written-message", message)
    assert follows("written-protected-header", cose.read(message).protected)


def test_what_the_library_writes_follows_the_rules_of_writers() -> None:
    at = datetime(2026, 1, 5, tzinfo=UTC)
    payload = cwt.write(
        issuer="VN", expires=at + timedelta(days=1), issued_at=at, hcert={1: {"ver": "1.3.0"}}
    )
    protected = cose.protected_header(-7, bytes(8))
    assert follows("written-claims", payload)
    assert follows("written-protected-header", protected)
    assert follows("written-message", cose.write(protected, payload, bytes(64)))
    for size, written in (
        (63, False),
        (65, False),
        (255, False),
        (256, True),
        (320, True),
        (512, True),
        (513, False),
    ):
        assert follows("written-message", cose.write(protected, payload, bytes(size))) is written, size


@pytest.mark.parametrize(
    ("date", "follow"),
    [
        (0, True),
        (253402300799, True),
        (253402300799.5, True),
        (cbor2.CBORTag(1, 0.5), True),
        (-1, False),
        (-0.5, False),
        (253402300800, False),
        (253402300800.0, False),
        (cbor2.CBORTag(1, -0.5), False),
    ],
)
def test_dates_follow_up_to_the_year_10000(date: object, follow: bool) -> None:
    assert follows("claims", cbor2.dumps({4: date, -260: {}})) is follow


def test_every_code_of_the_layers_is_specified() -> None:
    prefixes = (
        "input-",
        "context-",
        "base45-",
        "zlib-",
        "cbor-",
        "cose-",
        "cwt-",
        "algorithm-",
        "key-identifier",
    )
    codes = {reason for reason in Reason if reason.startswith(prefixes)} - {Reason.INPUT_TYPE}
    assert {code for code in codes if f"`{code}`" not in SPEC} == set()
