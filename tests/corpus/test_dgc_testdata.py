"""All vectors of dgc-testdata, each expectation that a program can check compared with what vaxcert finds."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from tests.corpus import dgc_report
from tests.corpus.dgc_report import DEVIATIONS, Comparison, Vector

from vaxcert.verify import VerificationReport

pytestmark = pytest.mark.corpus

CLASSES = {
    "accepted acceptable": 467,
    "refused authentic expired": 1,
    "refused authentic not-yet-valid": 12,
    "refused authentic signer-not-yet-valid": 4,
    "refused well-formed algorithm-unprotected": 3,
    "refused well-formed bad-signature": 1,
    "refused well-formed key-not-authorised": 79,
    "refused well-formed unknown-key": 3,
    "unreadable none base45-character": 1,
    "unreadable none cbor-trailing-data": 1,
    "unreadable none context-identifier": 3,
    "unreadable none zlib-corrupt": 2,
    "unreadable well-formed payload-structure": 2,
    "untrusted key-type": 3,
}

MEASURED = {
    "PICTUREDECODE": 491,
    "UNPREFIX": 541,
    "B45DECODE": 539,
    "COMPRESSION": 510,
    "DECODE": 549,
    "VALIDJSON": 532,
    "VERIFY": 556,
    "EXPIRATIONCHECK": 483,
    "KEYUSAGE": 388,
    "SCHEMAVALIDATION": 201,
}
NOT_MEASURED = {
    "PICTUREDECODE": 29,
    "SCHEMAVALIDATION": 330,
    "VALIDOBJECT": 390,
    "ENCODE": 91,
    "RESULTS": 3,
    "EXPTECTEDEXPIRED": 7,
}


@pytest.fixture(scope="module")
def vectors(corpus: Path) -> list[Vector]:
    return list(dgc_report.vectors(corpus / "dgc-testdata"))


@pytest.fixture(scope="module")
def comparisons(vectors: list[Vector]) -> list[Comparison]:
    return [comparison for vector in vectors for comparison in dgc_report.compare(vector)]


def test_every_vector_is_classified(vectors: list[Vector]) -> None:
    assert Counter(map(dgc_report.classify, vectors)) == CLASSES
    assert len(vectors) == 582


def test_deviations_are_exactly_those_with_a_reason(comparisons: list[Comparison]) -> None:
    assert {(one.vector, one.expectation) for one in comparisons if one.deviates} == DEVIATIONS.keys()
    assert all(DEVIATIONS.values())


def test_what_is_measured_and_what_is_left_out(comparisons: list[Comparison]) -> None:
    measured = Counter(one.expectation for one in comparisons if one.measured is not None)
    left_out = Counter(one.expectation for one in comparisons if one.measured is None)
    assert measured == MEASURED
    assert left_out == NOT_MEASURED
    assert all(one.note for one in comparisons if one.measured is None)


def test_expectations_of_transport_have_no_deviation(comparisons: list[Comparison]) -> None:
    transport = {"PICTUREDECODE", "UNPREFIX", "B45DECODE", "COMPRESSION", "DECODE"}
    assert transport.isdisjoint(one.expectation for one in comparisons if one.deviates)


def test_every_measure_meets_both_answers_but_two(comparisons: list[Comparison]) -> None:
    answers: dict[str, set[bool]] = {}
    for one in comparisons:
        if one.measured is not None and not one.deviates:
            answers.setdefault(one.expectation, set()).add(one.expected)
    one_sided = {name for name, seen in answers.items() if seen != {True, False}}
    # no vector has a JSON field that is no JSON, and outside NL and PL one is said to break the schema, DGC1
    assert one_sided == {"VALIDJSON"}


def test_the_message_is_the_same_from_text_and_from_its_field(vectors: list[Vector]) -> None:
    compared = 0
    for vector in vectors:
        message = vector.bytes_of("COSE")
        if vector.inspection is not None and message is not None:
            assert vector.inspection.message_bytes == message, vector.name
            compared += 1
    assert compared == 563


def test_content_that_nobody_trusted_signed_is_not_reported(vectors: list[Vector]) -> None:
    for vector in vectors:
        report = vector.report
        if isinstance(report, VerificationReport) and report.level in ("none", "well-formed"):
            assert (report.certificate, report.claims, report.key, report.findings) == (None, None, None, ())


QUIRKS = {
    ("date-claim-float", "iat"): 25,
    ("date-claim-float", "exp"): 15,
    ("field-unknown", "hcert"): 5,
    ("version-unknown", "ver"): 4,
    ("field-tagged", "t.sc"): 4,
    ("several-events", ""): 3,
    ("birth-date-partial", "dob"): 73,
    ("date-unreadable", "dob"): 36,  # a month 00
    ("date-with-time", "v.dt"): 10,
    ("field-null", "t"): 2,
}


def test_the_quirks_of_issuers_are_found(vectors: list[Vector]) -> None:
    inspections = [vector.inspection for vector in vectors if vector.inspection is not None]
    found = Counter((finding.code, finding.field) for one in inspections for finding in set(one.findings))
    assert {quirk: found[quirk] for quirk in QUIRKS} == QUIRKS  # type: ignore[index]
    assert Counter(one.message.tags for one in inspections) == {(18,): 569, (): 3, (61, 18): 1}
    assert Counter(one.message.algorithm for one in inspections) == {-7: 555, -37: 15, None: 3}
    assert Counter(one.message.kid_is_protected for one in inspections) == {True: 542, False: 31}


def test_the_table_shows_counts_and_deviations(comparisons: list[Comparison]) -> None:
    shown = dgc_report.table(comparisons)
    lines = shown.splitlines()
    assert any(line.split() == ["VERIFY", "552", "4", "0"] for line in lines)
    assert sum(": " in line for line in lines) == len(DEVIATIONS)
