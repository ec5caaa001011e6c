"""`vaxcert rules`: shown, checked, compiled and signed, as a ministry does it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tests.support.rules import AT, DAY, record, rule, signed_rules
from tests.support.signers import NOW as SIGNED_AT
from tests.support.store_lists import anchor_signer
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.crypto.authority import new_key
from vaxcert.rules.lists import forms
from vaxcert.rules.lists.reading import RuleTerms
from vaxcert.trust.anchors import read_anchors

WHEN = "2022-05-01T12:00:00Z"
SHOWN = SIGNED_AT.isoformat()
NEW = ("--issuer", "TEST ministry", "--number", "7", "--environment", "production", "--at", WHEN)
POLICY = """
country = "VN"
version = "1.0.0"
valid_from = 2022-01-01
valid_to = 2022-12-31

[vaccination]
complete_series = true

[sentences.vaccination.complete_series]
en = "The series of doses is complete."
vi = "Đã tiêm đủ số mũi."
"""
DEVICES = {"valueSetId": "devices", "valueSetValues": {"1833": {}}}


def private_pem(key):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def public_pem(public_key):
    return public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.fixture
def folder(tmp_path):
    """Rules in several forms, and the keys of two anchors."""
    records = [
        record("VR-VN-0002", ValidTo="2022-04-30T00:00:00Z"),
        record("GR-VN-0001", CertificateType="General", ValidFrom="2022-06-01T00:00:00Z", Region="HN"),
        record("VR-LA-0001"),
    ]
    (tmp_path / "rules.json").write_text(json.dumps(records))
    (tmp_path / "own.toml").write_text(POLICY, encoding="utf-8")
    (tmp_path / "devices.json").write_text(json.dumps(DEVICES))
    (tmp_path / "signed.vxrules").write_bytes(signed_rules([rule()]))
    for name in ("first", "second"):
        key = new_key(Algorithm.ES256)
        (tmp_path / f"{name}.key").write_bytes(private_pem(key))
        (tmp_path / f"{name}.pem").write_bytes(public_pem(key.public_key()))
    (tmp_path / "anchor.pem").write_bytes(public_pem(anchor_signer("TEST anchor").public_key))
    return tmp_path


# --- show


def test_rules_are_shown(run, folder):
    done = run("rules", "show", folder / "rules.json", "--at", WHEN)
    assert (done.status, done.stderr) == (0, "")
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["GR-VN-0001", "HN", "1.0.0", "all", "kinds", "2022-06-01", "2023-01-01", "not", "yet"] in lines
    assert ["VR-VN-0002", "1.0.0", "vaccination", "2022-01-01", "2022-04-30", "ended"] in lines
    assert ["VR-LA-0001", "1.0.0", "vaccination", "2022-01-01", "2023-01-01", "in", "force"] in lines
    assert "3 rules, 0 value sets, UNSIGNED" in done.stdout
    assert done.stdout.count("A dose that counts.") == 3


def test_rules_are_shown_in_the_readers_language(run, folder):
    done = run("rules", "show", folder / "rules.json", "--lang", "vi", "--country", "la", "--at", WHEN)
    assert "Mũi tiêm hợp lệ." in done.stdout
    assert "VR-LA-0001" in done.stdout
    assert "VR-VN-0002" not in done.stdout
    assert "tiêm chủng" in done.stdout


def test_rules_are_shown_as_json(run, folder):
    done = run("rules", "show", "--json", folder / "rules.json", folder / "own.toml", "--at", WHEN)
    shown = done.objects
    assert [
        (one["list"], one["identifier"], one["state"]) for one in shown if one["list"] == "rules.json"
    ] == [
        ("rules.json", "VR-LA-0001", "in-force"),
        ("rules.json", "GR-VN-0001", "not-yet"),
        ("rules.json", "VR-VN-0002", "ended"),
    ]
    first = shown[0]
    assert first["valid_from"] == "2022-01-01T00:00:00Z"
    assert first["descriptions"] == {"en": "A dose that counts.", "vi": "Mũi tiêm hợp lệ."}
    assert {one["proof"] for one in shown} == {"unsigned"}
    assert any(one["descriptions"].get("vi") == "Đã tiêm đủ số mũi." for one in shown)


def test_signed_rules_are_judged_by_their_anchor(run, folder):
    signed = folder / "signed.vxrules"
    done = run("rules", "show", signed, "--anchor", folder / "anchor.pem", "--at", WHEN)
    assert done.status == 0
    assert "1 rule, 0 value sets, signed, number 1, 0 days old, current" in " ".join(done.stdout.split())
    assert run("rules", "show", signed).status == 4
    other = run("rules", "show", signed, "--anchor", folder / "first.pem")
    assert (other.status, other.stderr.split(":")[1].strip()) == (4, "trust-list-signature")
    unsigned = run("rules", "show", folder / "rules.json", "--anchor", folder / "first.pem")
    assert (unsigned.status, unsigned.stderr.split(":")[1].strip()) == (4, "trust-list-unsigned")


# --- check


def test_rules_that_are_right(run, folder):
    done = run("rules", "check", folder / "own.toml", folder / "rules.json", folder / "devices.json")
    assert (done.status, done.stderr) == (0, "")
    assert done.stdout.endswith("checked, 0 issues found.\n")


def test_what_is_wrong_with_rules(run, folder):
    wrong = folder / "wrong.json"
    rules = [record(Logic={"or": []}), record(ValidTo="2021-01-01T00:00:00Z"), record(Type="x")]
    wrong.write_text(json.dumps(rules))
    done = run("rules", "check", wrong)
    assert done.status == 1
    assert "rule-unreadable" in done.stderr
    assert 'unrecognised operator: "or"' in done.stdout
    assert "It ends before it begins. [never-in-force]" in " ".join(done.stdout.split())
    assert done.stdout.endswith("2 rules checked, 3 issues found.\n")
    told = run("rules", "check", "--json", wrong).objects
    assert [one["code"] for one in told] == ["logic-invalid", "never-in-force", "rule-twice"]
    assert {one["identifier"] for one in told} == {"VR-VN-0001"}


@pytest.mark.parametrize(
    ("content", "reason", "status"),
    [
        (b'[{"a": 1]', "rule-list-unreadable", 3),
        (b"\xff\xfe", "rule-list-unreadable", 3),
        (b"country = 5", "rule-unreadable", 3),
        (b"= = =", "rule-unreadable", 3),
    ],
)
def test_files_that_hold_no_rules(run, tmp_path, content, reason, status):
    file = tmp_path / "file"
    file.write_bytes(content)
    done = run("rules", "check", file)
    assert done.status == status
    assert done.stderr.startswith(f"vaxcert: {reason}: {file}: ")
    assert len(done.stderr.splitlines()) == 1


def test_a_file_that_is_not_there(run, tmp_path):
    done = run("rules", "check", tmp_path / "none")
    assert (done.status, done.stderr.split(":")[1].strip()) == (3, "file-unreadable")


# --- compile


def test_own_rules_become_records_of_the_gateway(run, folder):
    done = run("rules", "compile", folder / "own.toml")
    records = json.loads(done.stdout)
    assert {one["Country"] for one in records} == {"VN"}
    assert {one["CertificateType"] for one in records} >= {"Vaccination"}
    out = folder / "compiled.json"
    written = run("rules", "compile", folder / "own.toml", "--out", out)
    assert (written.status, "".join(written.stdout.split())) == (0, f"Written:{out}")
    assert json.loads(out.read_bytes()) == records
    assert run("rules", "compile", "--json", folder / "own.toml").objects == records
    again = run("rules", "compile", out)
    assert json.loads(again.stdout) == records


def test_nothing_is_compiled_where_a_rule_cannot_be_read(run, folder):
    (folder / "rules.json").write_text(json.dumps([record(), record(Type="x")]))
    out = folder / "compiled.json"
    done = run("rules", "compile", folder / "rules.json", "--out", out)
    assert (done.status, out.exists()) == (1, False)
    assert "rule-unreadable" in done.stderr


# --- sign


def signed_reading(path, *names):
    anchors = [one for name in names for one in read_anchors((path.parent / f"{name}.pem").read_bytes())]
    return forms.read(path.read_bytes(), RuleTerms(anchors=tuple(anchors), threshold=len(names)))


def test_two_people_sign_one_list(run, folder):
    out = folder / "vn.vxrules"
    files = (folder / "own.toml", folder / "rules.json", folder / "devices.json")
    done = run("rules", "sign", *files, "--out", out, "--key", folder / "first.key", *NEW)
    assert done.status == 0, done.stderr
    shown = "".join(done.stdout.split())
    for part in ("TEST ministry", "Countries LA, VN", "Value sets devices", f"Written: {out}"):
        assert "".join(part.split()) in shown
    added = run("rules", "sign", "--add", out, "--key", folder / "second.key", "--json")
    (told,) = added.objects
    assert (told["number"], told["countries"], told["value_sets"]) == (7, ["LA", "VN"], ["devices"])
    assert (told["added"], len(told["signatures"])) == (True, 2)
    reading = signed_reading(out, "first", "second")
    assert reading.value_sets == {"devices": ("1833",)}
    assert reading.entries == told["rules"] == len(reading.rules)
    assert reading.origin.usable_until == datetime.fromisoformat(WHEN) + timedelta(days=30)
    before = out.read_bytes()
    again = run("rules", "sign", "--add", out, "--key", folder / "second.key")
    assert "This anchor has signed" in again.stdout
    assert out.read_bytes() == before


def test_the_same_list_signed_again_has_the_same_bytes(run, folder):
    out = folder / "vn.vxrules"
    call = ("rules", "sign", folder / "own.toml", "--out", out, "--key", folder / "first.key", *NEW)
    assert run(*call).status == 0
    first = out.read_bytes()
    assert run(*call).status == 0
    assert out.read_bytes() == first


def test_nothing_is_signed_where_a_rule_cannot_be_read(run, folder):
    (folder / "rules.json").write_text(json.dumps([record(), record(Type="x")]))
    out = folder / "vn.vxrules"
    done = run("rules", "sign", folder / "rules.json", "--out", out, "--key", folder / "first.key", *NEW)
    assert (done.status, out.exists()) == (1, False)
    assert "rule-unreadable" in done.stderr


def test_what_is_odd_about_rules_is_said_when_they_are_signed(run, folder):
    (folder / "rules.json").write_text(json.dumps([record(EngineVersion="2.0.1")]))
    out = folder / "vn.vxrules"
    done = run("rules", "sign", folder / "rules.json", "--out", out, "--key", folder / "first.key", *NEW)
    assert (done.status, out.exists()) == (0, True)
    assert "engine-newer: VR-VN-0001: 2.0.1" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("--out", "x.vxrules"),
        ("--out", "x.vxrules", *NEW),
        ("--out", "x.vxrules", "own.toml", *NEW[2:]),
        ("--add", "signed.vxrules", "own.toml"),
        ("--add", "signed.vxrules", "--number", "3"),
    ],
)
def test_options_that_do_not_go_together(run, folder, monkeypatch, arguments):
    monkeypatch.chdir(folder)
    done = run("rules", "sign", *arguments, "--key", folder / "first.key")
    assert done.status == 2
    assert not (folder / "x.vxrules").exists()


def test_a_later_edition_takes_the_place_of_an_earlier_one_only(run, folder):
    out = folder / "vn.vxrules"
    sign = ("rules", "sign", folder / "own.toml", "--out", out, "--key", folder / "first.key")
    assert run(*sign, *NEW).status == 0
    earlier = run(*sign, *(one.replace("7", "6", 1) if one == "7" else one for one in NEW))
    assert (earlier.status, earlier.stderr.split(":")[1].strip()) == (2, "file-unwritable")
    later = run(*sign, *(one.replace("7", "8", 1) if one == "7" else one for one in NEW))
    assert later.status == 0


# --- import


def imported(run, folder, *arguments, store="store"):
    anchors = ("--anchor", folder / "anchor.pem", "--store", folder / store, "--at", WHEN)
    return run("rules", "import", *arguments, *anchors)


def test_a_signed_list_is_kept_in_the_store(run, folder):
    done = imported(run, folder, folder / "signed.vxrules")
    assert (done.status, done.stderr) == (0, "")
    assert "1 rule, 0 value sets, signed, number 1, 0 days old, current" in " ".join(done.stdout.split())
    assert "Stored." in done.stdout
    again = imported(run, folder, folder / "signed.vxrules")
    assert "Unchanged" in again.stdout
    shown = run("rules", "show", folder / "store", "--json", "--at", WHEN)
    assert [(one["list"], one["identifier"], one["proof"]) for one in shown.objects] == [
        ("rules", "VR-VN-0001", "signed")
    ]


def test_a_list_is_imported_from_standard_input_under_a_name(run, folder):
    data = (folder / "signed.vxrules").read_bytes()
    options = ("--name", "vn", "--anchor", folder / "anchor.pem", "--store", folder / "store", "--at", WHEN)
    (told,) = run("rules", "import", "-", "--json", *options, stdin=data).objects
    assert (told["list"], told["outcome"], told["number"], told["rules"]) == ("vn", "stored", 1, 1)


def test_what_is_not_taken_into_a_store(run, folder):
    older = folder / "older.vxrules"
    older.write_bytes(signed_rules([rule()], issued=AT - DAY))
    (folder / "newer.vxrules").write_bytes(signed_rules([rule()], number=2))
    assert imported(run, folder, folder / "newer.vxrules").status == 0
    done = imported(run, folder, older)
    assert (done.status, done.stderr.split(":")[1].strip()) == (4, "trust-list-rollback")
    unsigned = imported(run, folder, folder / "rules.json")
    assert (unsigned.status, unsigned.stderr.split(":")[1].strip()) == (3, "rule-list-unreadable")
    named = imported(run, folder, older, "--name", "a b")
    assert named.status == 2


def test_a_trust_list_import_says_who_takes_rules(run, folder):
    done = run("trust", "import", folder / "signed.vxrules", "--store", folder / "store")
    assert done.status == 2
    assert "`vaxcert rules import` takes it" in done.stderr


def test_anchors_of_rules_are_shown_and_changed(run, folder):
    imported(run, folder, folder / "signed.vxrules")
    rules = ("--rules", "--store", folder / "store", "--json")
    (before,) = run("trust", "anchors", "list", *rules).objects
    run("trust", "anchors", "add", "rules", folder / "first.pem", *rules)
    after = run("trust", "anchors", "list", *rules).objects
    assert len(after) == 2
    assert before in after
    removed = run("trust", "remove", "rules", *rules)
    assert removed.objects == [{"source": "rules", "removed": True}]
    assert run("rules", "show", folder / "store").stdout == ""


def test_rules_of_the_store_are_asked_without_being_named(run, folder, trust, text):
    """Trust list and rules from one stick, then a country is all that the officer names."""
    store = folder / "store"
    run("trust", "import", trust, "--store", store, "--allow-unsigned", "--at", SHOWN)
    (folder / "signed.vxrules").write_bytes(
        signed_rules(
            [rule(Logic=False, ValidTo="2030-01-01T00:00:00Z")],
            next_update=SIGNED_AT + DAY,
            usable_until=SIGNED_AT + DAY,
        )
    )
    verify = ("verify", "--trust", store, "--country", "VN", "--at", SHOWN, "--json", text)
    assert run(*verify).status == 2
    assert imported(run, folder, folder / "signed.vxrules").status == 0
    done = run(*verify)
    assert (done.status, done.stderr) == (1, "")
    (decision,) = [one["decision"] for one in done.objects if "decision" in one]
    assert [one["code"] for one in decision["reasons"]][:1] == ["rule-failed"]
    assert [(one["identifier"], one["result"]) for one in decision["rules"]] == [("VR-VN-0001", "failed")]
