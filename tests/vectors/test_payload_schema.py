from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import cbor2
import pytest
from jsonschema import Draft202012Validator
from test_vectors.builder import FOLDER
from tests.support.signers import NOW, certificate, issuer, person

import vaxcert as vc
from vaxcert.codec import container
from vaxcert.rules.lint import ALLOWED_ON_ISSUE

SCHEMA = json.loads((Path(__file__).parents[2] / "specs/schemas/eu-dcc.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)
TEST = vc.Test(
    disease="840539006",
    test_type="LP217198-3",
    device="1232",
    sampled_at=datetime(2022, 5, 30, 9, 15, tzinfo=UTC),
    result="260415000",
)
RECOVERY = vc.Recovery(
    disease="840539006",
    first_positive=date(2022, 3, 1),
    valid_from=date(2022, 3, 12),
    valid_until=date(2022, 8, 28),
)


def claim_of(text: str) -> Any:
    return cbor2.loads(container.read(text).payload)[-260][1]


def faults(payload: Any) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(payload)]


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    "issued",
    [
        certificate(),
        vc.HealthCertificate(subject=person(), test=TEST),
        vc.HealthCertificate(subject=person(), recovery=RECOVERY),
        vc.HealthCertificate(subject=person(family_name=None, standard_family_name=None), recovery=RECOVERY),
    ],
    ids=["vaccination", "test", "recovery", "forename alone"],
)
def test_issued_certificates_follow_the_schema(issued: vc.HealthCertificate) -> None:
    payload = claim_of(issuer().issue(issued, at=NOW).text)
    assert faults(payload) == []
    assert payload["ver"] == ("1.3.0" if "fnt" in payload["nam"] else "1.3.2")


def test_vectors_without_a_finding_but_those_of_issuers_follow_the_schema() -> None:
    checked = 0
    for path in sorted((FOLDER / "vectors/payload").glob("*.json")):
        vector = json.loads(path.read_text())
        expected = vector["expected"]
        if expected["outcome"] == "accepted" and ALLOWED_ON_ISSUE.issuperset(expected["findings"]):
            assert faults(claim_of(vector["stages"]["text"])) == [], vector["id"]
            checked += 1
    assert checked > 20


@pytest.mark.parametrize(
    "name",
    [
        "field-null",
        "device-null",
        "field-missing",
        "field-number",
        "dose-100",
        "dose-fraction",
        "two-doses",
        "extra-in-dose",
        "name-standard-lower-case",
        "birth-date-with-time",
        "dose-date-with-time",
        "no-events",
        "version-1.4.0",
        "identifier-with-four-parts",
        "field-81-characters",
    ],
)
def test_vectors_of_another_form_do_not(name: str) -> None:
    vector = json.loads((FOLDER / f"vectors/payload/{name}.json").read_text())
    payload = cbor2.loads(bytes.fromhex(vector["stages"]["payload"]))[-260][1]
    assert faults(payload) != []
