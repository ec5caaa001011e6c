from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import vaxcert
from vaxcert.adapters.conformance.protocol import Problem
from vaxcert.adapters.desk.refusals import RefusalCode
from vaxcert.adapters.store import ImportNote
from vaxcert.crypto.profiles import ProfileCode
from vaxcert.decision import DecisionCode
from vaxcert.errors import Reason
from vaxcert.findings import Finding, FindingCode
from vaxcert.presentation import texts
from vaxcert.rules.dose_history import HistoryCode
from vaxcert.rules.identity import IdentityCode, IdentityGrade
from vaxcert.rules.lint import ALLOWED_ON_ISSUE
from vaxcert.rules.name_comparison import NameDifference
from vaxcert.rules.records import RecordCode
from vaxcert.rules.rule_lint import RuleIssueCode
from vaxcert.scanned_text import ScanProblem, ScanRepair
from vaxcert.trust.list_findings import ListFindingCode

PAGE = (Path(__file__).parents[2] / "docs/errors.md").read_text("utf-8")
SENTENCES = tomllib.loads(Path(texts.__file__).with_suffix("").joinpath("en.toml").read_text("utf-8"))
PARTS = (
    ("Reasons", "reason", Reason),
    ("Findings", "finding", FindingCode),
    ("Record codes", "record", RecordCode),
    ("Trust list findings", "list-finding", ListFindingCode),
    ("Import notes", "import-note", ImportNote),
    ("Profile codes", "profile", ProfileCode),
    ("Identity codes", "identity", [*NameDifference, *IdentityCode]),
    ("Dose history codes", "dose-history", HistoryCode),
    ("Decision codes", "decision", DecisionCode),
    ("Rule issue codes", "rule-issue", RuleIssueCode),
    ("Scan codes", "scan", [*ScanRepair, *ScanProblem]),
    ("Desk refusals", "desk-refusal", RefusalCode),
)
NOT_CODES = frozenset(
    {"Kind", "Sex", "MrzFormat", "MrzField", "Level", "Outcome", "ErrorCorrection", "KeyState", "ProfileName"}
    | {"ProfileSeverity", "Severity", "Verdict", "RecordSeverity", "MatchStatus", "PersonFact", "SignerDates"}
    | {
        "WhenUnsure",
        "NameVerdict",
        "IdentityGrade",
        "RuleType",
        "RuleResult",
        "Colour",
        "ListState",
        "KeyStatus",
    }
    | {
        "RuleState",
        "Environment",
        "Proof",
        "RevocationStatus",
        "HashType",
        "Change",
        "Scope",
        "ManifestField",
    }
    | {"Profile", "DateOrder", "Stage", "Layout", "Mark", "ImportOutcome", "UpdateOutcome", "Problem"}
)
"""Enumerations of something else than what is wrong: kinds, states, choices; what `specs/conformance.md` explains."""


def rows(heading):
    """The cells of each entry under a heading."""
    part = re.split(r"^## ", PAGE, flags=re.MULTILINE)
    (text,) = (section for section in part if section.startswith(heading + "\n"))
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize(("heading", "table", "codes"), PARTS)
def test_every_code_has_one_entry(heading, table, codes):
    assert sorted(row[0].strip("`") for row in rows(heading)) == sorted(codes)


def test_every_enumeration_of_codes_is_on_the_page():
    package = Path(vaxcert.__file__).parent
    modules = [path.read_text("utf-8") for path in package.rglob("*.py")]
    found = [name for text in modules for name in re.findall(r"^class (\w+)\(StrEnum\)", text, re.MULTILINE)]
    of_parts = {type(code).__name__ for _, _, codes in PARTS for code in codes}
    assert set(found) - NOT_CODES == of_parts
    assert set(found) > NOT_CODES


def test_every_problem_of_a_conformance_run_is_specified():
    specification = (Path(__file__).parents[2] / "specs/conformance.md").read_text("utf-8")
    assert [one for one in Problem if f"`{one}`" not in specification] == []


@pytest.mark.parametrize(
    "heading", ["Reasons", "Findings", "Identity codes", "Dose history codes", "Decision codes"]
)
def test_it_is_said_what_the_officer_does_and_what_the_issuer_mends(heading):
    (section,) = (part for part in PAGE.split("\n## ") if part.startswith(heading + "\n"))
    for head in re.findall(r"^(\|.*)\n\| ---", section, re.MULTILINE):
        assert head.endswith("| officer | issuer |")
    for *_, officer, issuer in rows(heading):
        assert heading == "Reasons" or officer != "–"
        assert issuer


@pytest.mark.parametrize(("heading", "table", "codes"), PARTS)
def test_the_meaning_is_what_the_command_line_says(heading, table, codes):
    for row in rows(heading):
        assert SENTENCES[table][row[0].strip("`")] in row


@pytest.mark.parametrize(
    ("heading", "columns"),
    [
        ("Reasons", 4),
        ("Findings", 5),
        ("Record codes", 4),
        ("Trust list findings", 3),
        ("Import notes", 3),
        ("Profile codes", 4),
        ("Identity codes", 5),
        ("Dose history codes", 5),
        ("Decision codes", 5),
        ("Rule issue codes", 3),
        ("Scan codes", 3),
        ("Desk refusals", 3),
    ],
)
def test_every_entry_is_filled_in(heading, columns):
    for row in rows(heading):
        assert len(row) == columns
        assert all(row)


def test_severities_are_those_of_the_findings():
    for code, severity, *_ in rows("Findings"):
        found = Finding(FindingCode(code.strip("`"))).severity
        assert severity == found, code


def test_severities_are_those_of_the_record_codes():
    for code, severity, *_ in rows("Record codes"):
        assert severity == RecordCode(code.strip("`")).severity, code


def test_severities_are_those_of_the_history_codes():
    for code, severity, *_ in rows("Dose history codes"):
        assert severity == HistoryCode(code.strip("`")).severity, code


def test_verdicts_are_those_of_the_decision_codes():
    for code, verdict, *_ in rows("Decision codes"):
        assert verdict == DecisionCode(code.strip("`")).verdict, code


def test_grades_are_those_of_the_identity_codes():
    for code, grades, *_ in rows("Identity codes"):
        named = [IdentityGrade(grade) for grade in grades.split(", ")]
        if code.strip("`") in set(IdentityCode):
            assert named[0] == IdentityCode(code.strip("`")).grade, code


def test_a_reason_of_a_decision_has_one_meaning():
    parts = (Reason, FindingCode, [*NameDifference, *IdentityCode], HistoryCode, DecisionCode)
    codes = [str(code) for part in parts for code in part]
    assert len(set(codes)) == len(codes)


def test_what_is_allowed_on_issue_is_named():
    (sentence,) = re.findall(r"every one is\s+refused, except ([^.]*)\.", PAGE)
    assert set(re.findall(r"`([a-z-]+)`", sentence)) == set(ALLOWED_ON_ISSUE)
