from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from datetime import datetime
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from test_vectors.builder import FOLDER

from vaxcert.adapters.conformance.operations import OPERATIONS
from vaxcert.adapters.conformance.operations.verify import WrittenList, policy_of, trust_list_of
from vaxcert.adapters.conformance.protocol import Problem
from vaxcert.codec import container
from vaxcert.crypto.profiles import ProfileCode
from vaxcert.decision import DecisionCode
from vaxcert.errors import Reason, VaxcertError
from vaxcert.findings import FindingCode
from vaxcert.rules.dose_history import HistoryCode
from vaxcert.rules.identity import IdentityCode
from vaxcert.rules.name_comparison import NameDifference
from vaxcert.rules.records.codes import RecordCode
from vaxcert.trust.revocation.query import RevocationLists
from vaxcert.verify import VerificationReport, Verifier

SCHEMA = json.loads((FOLDER / "schema.json").read_text())
FILES = sorted((FOLDER / "vectors").glob("*/*.json"))
VECTORS = [json.loads(path.read_text(encoding="utf-8")) for path in FILES]
TRUST_LISTS = sorted((FOLDER / "trust_lists").glob("*.json"))
REVOCATION_LISTS = sorted((FOLDER / "revocation_lists").glob("*.json"))

BY_ID = [pytest.param(vector, id=vector["id"]) for vector in VECTORS]

UNREACHABLE_REASONS = {
    Reason.INPUT_TYPE: "about Python: the input of a vector is a text",
    Reason.BIRTH_DATE_AMBIGUOUS: "about adapters: columns of manifests",
    Reason.RECORD_REFUSED: "about issuing",
    Reason.REQUEST_REFUSED: "about issuing",
    Reason.VALUE_NOT_ENCODABLE: "about issuing",
    Reason.CERTIFICATE_ID_CHARACTER: "about issuing",
    Reason.TEXT_TOO_LONG_FOR_QR: "about issuing",
    Reason.FILE_UNREADABLE: "about adapters",
    Reason.FILE_UNWRITABLE: "about adapters",
    Reason.KEY_UNREADABLE: "about adapters",
    Reason.KEY_PASSWORD: "about adapters",
    Reason.KEY_CERTIFICATE_MISMATCH: "about adapters",
    Reason.COLUMN_MISSING: "about adapters",
    Reason.EXTRA_MISSING: "about adapters",
    Reason.STORE_UNREADABLE: "about adapters",
    Reason.STORE_BUSY: "about adapters",
    Reason.DOWNLOAD_FAILED: "about adapters",
    Reason.DOWNLOAD_REFUSED: "about adapters",
    Reason.SIGNER_UNAVAILABLE: "about adapters",
    Reason.COLUMN_TYPE: "about adapters",
    Reason.MAPPING_UNUSABLE: "about adapters",
    Reason.PATH_OUTSIDE: "about adapters",
    Reason.PORT_UNAVAILABLE: "about adapters",
    Reason.RUN_MISMATCH: "about adapters",
    Reason.RUN_INTERRUPTED: "about adapters",
}
UNREACHABLE_FINDINGS = {}


def request_of(vector: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Input and context as an implementation is handed them: the lists that a vector names in their places."""
    context = dict(vector["context"])
    for part, kind in (("trust_list", "trust_lists"), ("revocation", "revocation_lists")):
        if part in context:
            context[part] = document(kind, context[part])
    return vector.get("input") or {"text": vector["stages"]["text"]}, context


@cache
def document(kind: str, name: str) -> dict[str, Any]:
    return json.loads((FOLDER / kind / f"{name}.json").read_text())


def answer(vector: dict[str, Any]) -> dict[str, Any]:
    return OPERATIONS[vector["operation"]](*request_of(vector))


def report(vector: dict[str, Any], source: bytes) -> VerificationReport:
    _, context = request_of(vector)
    revocation = context.get("revocation")
    verifier = Verifier(
        trust_list_of(context["trust_list"]),
        policy=policy_of(context["policy"]),
        revocation=None if revocation is None else RevocationLists([WrittenList(revocation)]),
    )
    return verifier.report(source, at=datetime.fromisoformat(context["at"]))


def as_expected(made: VerificationReport) -> dict[str, Any]:
    return {
        "outcome": made.outcome,
        "level": made.level,
        "reason": made.reason,
        "findings": sorted({finding.code for finding in made.findings}),
    }


@pytest.mark.parametrize("vector", BY_ID)
def test_library_answers_as_the_vector_expects(vector: dict[str, Any]) -> None:
    assert answer(vector) == vector["expected"]


CERTIFICATES = [vector for vector in VECTORS if vector["operation"] == "verify"]


@pytest.mark.parametrize("vector", [pytest.param(vector, id=vector["id"]) for vector in CERTIFICATES])
def test_stages_follow_from_each_other(vector: dict[str, Any]) -> None:
    stages = {name: bytes.fromhex(value) for name, value in vector["stages"].items() if name != "text"}
    text = vector["stages"]["text"]
    if "cose" not in stages:
        with pytest.raises(VaxcertError) as raised:
            container.message_bytes(text)
        assert raised.value.reason == vector["expected"]["reason"]
        assert str(raised.value.reason).startswith("zlib-") == ("compressed" in stages)
        return
    assert container.message_bytes(text) == stages["cose"]
    if "payload" in stages:
        assert container.read(text).payload == stages["payload"]
    else:
        with pytest.raises(VaxcertError) as raised:
            container.read(text)
        assert raised.value.reason == vector["expected"]["reason"]


@pytest.mark.parametrize("stage", ["compressed", "cose"])
def test_bytes_of_a_stage_verify_as_the_text_does(stage: str) -> None:
    checked = 0
    for vector in CERTIFICATES:
        if "cose" in vector["stages"] and vector["stages"]["cose"]:
            made = report(vector, bytes.fromhex(vector["stages"][stage]))
            assert as_expected(made) == vector["expected"], vector["id"]
            checked += 1
    assert checked > len(CERTIFICATES) / 2


def test_every_file_follows_the_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    vector_schema = Draft202012Validator(SCHEMA)
    list_schema = vector_schema.evolve(schema=SCHEMA["$defs"]["trust_list"] | {"$defs": SCHEMA["$defs"]})
    manifest_schema = vector_schema.evolve(schema=SCHEMA["$defs"]["manifest"] | {"$defs": SCHEMA["$defs"]})
    for vector in VECTORS:
        vector_schema.validate(vector)
        if vector["operation"] != "verify":
            operation_schema(vector["operation"]).validate(
                {part: vector[part] for part in ("input", "context", "expected")}
            )
    revocation_schema = vector_schema.evolve(
        schema=SCHEMA["$defs"]["revocation_list"] | {"$defs": SCHEMA["$defs"]}
    )
    for path in REVOCATION_LISTS:
        revocation_schema.validate(json.loads(path.read_text()))
    for path in TRUST_LISTS:
        list_schema.validate(json.loads(path.read_text()))
    manifest_schema.validate(json.loads((FOLDER / "manifest.json").read_text()))


@cache
def operation_schema(operation: str) -> Draft202012Validator:
    schema = json.loads((FOLDER / "schemas" / f"{operation}.json").read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def test_identifier_is_the_path() -> None:
    for path, vector in zip(FILES, VECTORS, strict=True):
        assert vector["id"] == f"{path.parent.name}::{path.stem}"


def test_no_two_vectors_of_a_family_have_the_same_description() -> None:
    told = Counter((vector["id"].split("::")[0], vector["description"]) for vector in VECTORS)
    assert [description for description, times in told.items() if times > 1] == []


def test_no_description_leans_on_the_vector_before_it() -> None:
    leaning = re.compile(r"(Likewise|Nor|So|A second (more|later))\b")
    assert [vector["id"] for vector in VECTORS if leaning.match(vector["description"])] == []


def test_what_failing_means_is_not_the_same_for_a_whole_family() -> None:
    levels: dict[str, set[str]] = {}
    for vector in VECTORS:
        levels.setdefault(vector["id"].split("::")[0], set()).add(vector["importance"])
    assert {family for family, found in levels.items() if len(found) == 1} == set()


def test_codes_are_codes_of_the_library() -> None:
    reasons = {vector["expected"]["reason"] for vector in VECTORS} - {None}
    findings = {code for vector in CERTIFICATES for code in vector["expected"]["findings"]}
    assert reasons <= {
        *Reason,
        *FindingCode,
        *ProfileCode,
        *DecisionCode,
        *HistoryCode,
        *IdentityCode,
        *NameDifference,
        *Problem,
    }
    assert findings <= set(FindingCode)


def test_every_reason_has_three_vectors() -> None:
    covered: Counter[str] = Counter()
    for vector in VECTORS:
        covered.update({vector["expected"]["reason"], *vector["expected"].get("problems", ())})
    assert {reason: covered[reason] for reason in Reason if covered[reason] < 3} == dict.fromkeys(
        UNREACHABLE_REASONS, 0
    )


def test_every_code_of_judgements_has_three_vectors() -> None:
    told: Counter[str] = Counter()
    for vector in VECTORS:
        told.update(codes_told(vector["expected"]))
    judged = (*ProfileCode, *DecisionCode, *HistoryCode, *IdentityCode)
    records = (RecordCode.ATTESTATION_MISSING, RecordCode.ATTESTATION_NOT_AUTHORISED)
    assert {code: told[code] for code in (*judged, *records) if told[code] < 3} == {}


def codes_told(expected: dict[str, Any]) -> set[str | None]:
    """Every code of an answer, each once."""
    lists = (expected.get(part, ()) for part in ("problems", "findings", "codes"))
    return {
        expected["reason"],
        *chain(*lists),
        *(one.get("reason") for one in expected.get("attestations", ())),
        *(one.get("status") for one in expected.get("records", ())),
    }


def test_every_problem_of_a_runner_has_three_vectors() -> None:
    judged = [vector for vector in VECTORS if vector["operation"] == "judge-answer"]
    covered = Counter(vector["expected"]["reason"] for vector in judged)
    assert [problem for problem in Problem if covered[problem] < 3] == []


def test_reasons_without_vectors_are_not_about_reading_certificates_or_lists() -> None:
    assert {why.split(":")[0] for why in UNREACHABLE_REASONS.values()} == {
        "about issuing",
        "about adapters",
        "about Python",
    }


def test_every_finding_has_a_vector() -> None:
    covered = {code for vector in CERTIFICATES for code in vector["expected"]["findings"]}
    assert {code for code in FindingCode if code not in covered} == UNREACHABLE_FINDINGS.keys()


def test_every_family_has_vectors_of_several_outcomes() -> None:
    outcomes: dict[str, Counter[str]] = {}
    for vector in VECTORS:
        outcomes.setdefault(vector["id"].split("::")[0], Counter())[vector["expected"]["outcome"]] += 1
    assert all(len(counts) > 1 for counts in outcomes.values()), outcomes


def test_manifest_digests_are_those_of_the_files() -> None:
    manifest = json.loads((FOLDER / "manifest.json").read_text())
    digests = {
        path.relative_to(FOLDER).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (*FILES, *TRUST_LISTS, *REVOCATION_LISTS)
    }
    assert manifest["files"] == digests
    assert manifest["count"] == len(FILES)


def test_generating_again_gives_the_same_bytes(tmp_path: Path) -> None:
    from test_vectors.generate import generate, generated_files  # works for seconds where it is loaded

    assert generate(tmp_path) == len(FILES)
    committed, again = generated_files(FOLDER), generated_files(tmp_path)
    assert again.keys() == committed.keys()
    assert [name for name in committed if again[name] != committed[name]] == []
