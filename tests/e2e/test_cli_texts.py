from __future__ import annotations

import tomllib
from pathlib import Path
from string import Formatter

import pytest

import vaxcert.presentation.texts
from vaxcert.adapters.desk.refusals import RefusalCode
from vaxcert.adapters.store import ImportNote
from vaxcert.cli.main import build_parser
from vaxcert.cli.output import LABEL_WIDTH
from vaxcert.crypto.profiles import ProfileCode
from vaxcert.decision import DecisionCode, Verdict
from vaxcert.errors import Reason
from vaxcert.findings import FindingCode, Severity
from vaxcert.model.certificate import Kind
from vaxcert.presentation.texts import choose_language, languages, load
from vaxcert.rules.dose_history import HistoryCode
from vaxcert.rules.identity import IdentityCode, IdentityGrade
from vaxcert.rules.name_comparison import NameDifference
from vaxcert.rules.records import RecordCode
from vaxcert.rules.rule_lint import RuleIssueCode
from vaxcert.scanned_text import ScanProblem, ScanRepair
from vaxcert.trust.list_findings import ListFindingCode
from vaxcert.verify import Level, Outcome

FOLDER = Path(vaxcert.presentation.texts.__file__).with_suffix("")
LANGUAGES = ("en", "vi")


def own_tables(language):
    return tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))


def placeholders(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("table", "codes"),
    [
        ("reason", Reason),
        ("finding", FindingCode),
        ("list-finding", ListFindingCode),
        ("import-note", ImportNote),
        ("record", RecordCode),
        ("profile", ProfileCode),
        ("identity", [*NameDifference, *IdentityCode]),
        ("identity-grade", IdentityGrade),
        ("dose-history", HistoryCode),
        ("decision", DecisionCode),
        ("rule-issue", RuleIssueCode),
        ("scan", [*ScanRepair, *ScanProblem]),
        ("headline", Verdict),
        ("advice", Verdict),
        ("outcome", Outcome),
        ("level", Level),
        ("severity", Severity),
        ("kind", Kind),
        ("desk-refusal", RefusalCode),
    ],
)
def test_every_code_has_a_sentence_and_no_sentence_is_left_over(language, table, codes):
    assert set(own_tables(language)[table]) == {str(code) for code in codes}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "table", ["reason", "finding", "record", "profile", "identity", "dose-history", "scan"]
)
def test_sentences_are_sentences_and_short_enough_for_a_card(language, table):
    for code, text in own_tables(language)[table].items():
        assert text.endswith("."), code
        assert text[0].isupper(), code
        assert len(text) <= 120, code


def test_both_languages_say_the_same_things_with_the_same_values():
    english, vietnamese = own_tables("en"), own_tables("vi")
    assert {t: set(keys) for t, keys in english.items()} == {t: set(keys) for t, keys in vietnamese.items()}
    for table, texts in english.items():
        for key, text in texts.items():
            assert placeholders(text) == placeholders(vietnamese[table][key]), (table, key)


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_leave_a_space_before_what_they_label(language):
    for table in ("field", "inspect", "keys"):
        labels = {
            key: text
            for key, text in own_tables(language)[table].items()
            if not text.endswith((".", ": ")) and "{" not in text
        }
        assert {key for key, text in labels.items() if len(text) >= LABEL_WIDTH} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_of_every_command_can_be_made(language):
    help_text = build_parser(load(language)).format_help()
    assert all(
        command in help_text for command in ("verify", "issue", "inspect", "trust", "revoke", "keys", "qr")
    )
    assert ("options:" in help_text) is (language == "en")


@pytest.mark.parametrize("command", ["verify", "issue", "inspect", "trust", "revoke", "rules", "keys", "qr"])
def test_help_of_one_command_is_the_same_with_and_without_the_others(run, capsys, command):
    alone = run(command, "--help")
    with pytest.raises(SystemExit):
        build_parser(load("en")).parse_args([command, "--help"])
    assert (alone.status, alone.stdout) == (0, capsys.readouterr().out)
    assert alone.stdout.startswith(f"usage: vaxcert {command} ")


def test_command_that_is_none_is_told_which_there_are(run):
    done = run("nonsense", "verify")
    assert (done.status, done.stdout) == (2, "")
    assert "'verify', 'manifest', 'issue', 'renew', " in done.stderr
    assert "'trust', 'revoke', 'rules', 'keys', 'passport', 'qr', 'records', 'desk'" in done.stderr


def test_a_further_language_is_a_further_file():
    assert languages() == tuple(sorted(path.stem for path in FOLDER.glob("*.toml"))) == LANGUAGES


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        (["--lang", "vi"], {}, "vi"),
        (["verify", "--lang=vi"], {"LANG": "en_GB"}, "vi"),
        (["--lang", "en"], {"VAXCERT_LANG": "vi"}, "en"),
        (["--lang"], {}, "en"),
        (["--lang", "xx"], {}, "en"),
        (["verify", "--", "--lang", "vi"], {}, "en"),
        ([], {"LC_ALL": "vi_VN", "LANG": "en_US"}, "vi"),
        ([], {"LC_ALL": "", "LANG": "vi"}, "vi"),
        ([], {"LANG": "C.UTF-8"}, "en"),
    ],
)
def test_choice_of_language(arguments, environment, language):
    assert choose_language(arguments, environment) == language
