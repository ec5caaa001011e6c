"""`vaxcert records attest`, `attestations` and `facilities`: from a clinic's file to the issuing service."""

from __future__ import annotations

import csv
import io
import json
import stat
from argparse import Namespace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from tests.support.attestations import CLINIC, NOW, anchor, private_key
from tests.support.command_line import vaxcert
from vaxcert.adapters.attestation_files import load_facility_list, read_attestation
from vaxcert.adapters.records.rows import read_records
from vaxcert.cli.attestation_options import attestation_setting, attestations_of
from vaxcert.cli.exit_codes import UsageError
from vaxcert.cli.output import Output
from vaxcert.cli.session import Session
from vaxcert.errors import AdapterError, Reason, StaleTrustListError, TrustListError
from vaxcert.presentation.texts import load
from vaxcert.trust import signed_document
from vaxcert.trust.facility_list import Scope

AT = NOW.isoformat()
HEADINGS = (
    *("HoVaTen", "NgaySinh", "GioiTinh", "CMTCCCD", "LanTiem", "SoMuiTiem", "NgayTiemChung", "LoaiThuocTiem"),
    *("SoLoThuoc", "CoSoYTeMa", "TinhMa"),
)
GOOD = (
    "Phan Thanh Giang",
    "01/07/1981",
    "Nữ",
    "079181000065",
    "2",
    "2",
    "06/06/2021",
    "AstraZeneca",
    "TEST-033",
)
OTHER = (
    "Trần Văn Thử",
    "12/11/1975",
    "Nam",
    "079075000013",
    "1",
    "2",
    "06/06/2021",
    "AstraZeneca",
    "TEST-033",
)
HERE = ("79001", "79")
CANARY = "CANARYNAME"


def row(person=GOOD, place=HERE, **changes):
    return {**dict(zip(HEADINGS, (*person, *place), strict=True)), **changes}


def write(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, HEADINGS)
        table.writeheader()
        table.writerows(rows)
    return path


class Desk:
    """A folder with the keys of all parties, and the commands in it."""

    def __init__(self, folder, run):
        self.folder = folder
        self.run = run
        self.records = folder / "records.csv"
        self.list = folder / "facilities.vxf"
        self.signed = folder / "signed"
        self.signed.mkdir()
        for name in ("anchor 1", "anchor 2", "clinic", "province", "stranger"):
            key = private_key(name)
            pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            (folder / f"{name}.key").write_bytes(pem)
            spki = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
            (folder / f"{name}.pem").write_bytes(spki)
        self.table("clinic.pem,79001,,,,", "province.pem,,79,,,")

    def table(self, *rows):
        text = "\n".join(("key,facility,province,not_before,not_after,withdrawn", *rows, ""))
        (self.folder / "facilities.csv").write_text(text)

    def make_list(self, *more, key="anchor 1", number="1", at=AT):
        edition = ("--issuer", "TEST MOH", "--number", number, "--environment", "test", "--at", at)
        return self.run(
            *("records", "facilities", self.folder / "facilities.csv", *edition),
            *("--key", self.folder / f"{key}.key", "--out", self.list, *more),
        )

    def add_signature(self, *more, key="anchor 2"):
        return self.run(
            "records", "facilities", "--add", self.list, "--key", self.folder / f"{key}.key", *more
        )

    def attest(self, rows, *more, key="clinic", out="1.vxa", who=("--facility", "79001"), **options):
        if rows is not None:
            write(self.records, rows)
        return self.run(
            *("records", "attest", self.records, "--key", self.folder / f"{key}.key", *who),
            *("--out", self.signed / out, "--at", AT, *more),
            **options,
        )

    def check(self, *more, at=AT, **options):
        trusted = ("--facilities", self.list, "--anchor", self.folder / "anchor 1.pem")
        return self.run("records", "attestations", self.signed, *trusted, "--at", at, *more, **options)

    def attestation(self, name="1.vxa"):
        return read_attestation(self.signed / name, load_facility_list(self.list, (anchor(),)), at=NOW)

    def attests(self, path):
        attestation = self.attestation()
        return [attestation.attests(one.record) for one in read_records(path)]


@pytest.fixture
def desk(tmp_path, run):
    return Desk(tmp_path, run)


@pytest.fixture
def listed(desk):
    assert desk.make_list().status == 0
    return desk


# --- attest


def test_attested_records_are_found_again(listed):
    done = listed.attest([row(), row(OTHER)])
    assert (done.status, done.stderr) == (0, "")
    assert "2 records attested, 0 records left out." in done.stdout
    found = listed.attestation()
    assert (found.attester, found.issued, found.count) == (CLINIC, NOW, 2)
    assert found.identifier in done.stdout
    assert listed.attests(listed.records) == [True, True]


def test_attestation_is_for_its_owner_only(listed):
    listed.attest([row()])
    assert stat.S_IMODE((listed.signed / "1.vxa").stat().st_mode) == 0o600


def test_report_in_json(listed):
    done = listed.attest([row(), row(OTHER, LanTiem="")], "--json")
    assert done.status == 1
    (first, second, summary) = done.objects
    assert first == {"row": 1, "outcome": "attested"}
    assert second == {"row": 2, "outcome": "refused", "codes": ["dose-number-missing"]}
    assert summary == {
        "file": str(listed.signed / "1.vxa"),
        "identifier": listed.attestation().identifier,
        "attester": {"scope": "facility", "code": "79001"},
        "issued": "2026-03-01T00:00:00Z",
        "kid": signed_document.key_identifier(private_key("clinic").public_key()).hex(),
        "attested": 1,
        "refused": 1,
    }


def test_rows_with_a_fault_are_left_out_and_named(listed):
    rows = [row(), row(OTHER, CMTCCCD=""), row(OTHER, LanTiem="", SoLoThuoc=""), row(OTHER)]
    done = listed.attest(rows)
    assert done.status == 1
    text = " ".join(done.stdout.split())
    assert "[identity-number-missing] Rows: 2" in text
    assert "[dose-number-missing] Rows: 3" in text
    assert "[lot-missing] Rows: 3" in text
    assert "2 records attested, 2 records left out." in text
    assert listed.attests(listed.records) == [True, False, False, True]


def test_rows_of_another_place_are_left_out(listed):
    rows = [row(), row(OTHER, ("79002", "79")), row(OTHER, ("", "79"), CMTCCCD="")]
    done = listed.attest(rows, "--json")
    assert [one.get("codes") for one in done.objects[:-1]] == [None, *[["attestation-not-authorised"]] * 2]
    assert "given elsewhere" in listed.attest(rows, out="2.vxa").stdout


def test_province_attests_all_its_facilities(listed):
    rows = [row(), row(OTHER, ("79002", "79")), row(OTHER, ("38001", "38"))]
    done = listed.attest(rows, "--json", key="province", who=("--province", "79"))
    assert [one["outcome"] for one in done.objects[:-1]] == ["attested", "attested", "refused"]
    assert listed.attestation().attester.scope is Scope.PROVINCE
    assert listed.attests(listed.records) == [True, True, False]


def test_the_same_dose_twice(listed):
    done = listed.attest([row(), row(), row(LanTiem="1")], "--json")
    assert [one.get("codes") for one in done.objects[:-1]] == [None, ["duplicate-dose"], ["duplicate-dose"]]


def test_many_rows_are_not_all_shown(listed):
    done = listed.attest([row(LanTiem="")] * 25)
    text = " ".join(done.stdout.split())
    assert "25 ✘" in text
    assert "19, 20, …" in text
    assert "21" not in text.partition("Rows:")[2]


def test_nothing_is_written_when_nothing_is_left(listed):
    done = listed.attest([row(LanTiem="")])
    assert done.status == 1
    assert "nothing was written" in done.stdout
    assert list(listed.signed.iterdir()) == []
    assert listed.attest(None, "--json").objects[-1]["file"] is None


def test_an_attestation_is_not_overwritten(listed):
    listed.attest([row()])
    before = (listed.signed / "1.vxa").read_bytes()
    done = listed.attest([row(OTHER)])
    assert (done.status, done.stdout) == (2, "")
    assert done.stderr.startswith("vaxcert: file-unwritable: ")
    assert (listed.signed / "1.vxa").read_bytes() == before


def test_more_than_an_attestation_holds(listed, monkeypatch):
    from vaxcert.cli import records_attest

    monkeypatch.setattr(records_attest, "MAX_ATTESTED_RECORDS", 1)
    assert listed.attest([row()]).status == 0
    done = listed.attest([row(), row(OTHER)], out="2.vxa")
    assert (done.status, (listed.signed / "2.vxa").exists()) == (2, False)


@pytest.mark.parametrize(
    ("more", "who"),
    [
        ((), ()),
        ((), ("--facility", "1", "--province", "1")),
        ((), ("--facility", "")),
        ((), ("--facility", " 79001")),
        (("--hsm-token", "TEST"), ("--facility", "1")),
        (("--hsm", "module"), ("--facility", "1")),
    ],
)
def test_options_that_do_not_go_together(listed, more, who):
    done = listed.attest([row()], *more, who=who)
    assert (done.status, done.stdout) == (2, "")
    assert done.stderr.startswith("vaxcert: usage: ")
    assert done.stderr.count("\n") == 1


def test_records_from_standard_input(listed):
    data = write(listed.records, [row()]).read_bytes()
    listed.records = "-"
    assert listed.attest(None, stdin=data).status == 0


def test_certificate_of_the_key(listed, signer_files):
    write(listed.records, [row()])
    command = ("records", "attest", listed.records, "--facility", "79001", "--out", listed.signed / "1.vxa")
    done = listed.run(*command, "--key", signer_files.key, "--cert", signer_files.cert, "--at", AT)
    assert done.status == 0
    other = ("--key", listed.folder / "clinic.key", "--cert", signer_files.cert, "--at", AT)
    done = listed.run(*command[:-1], listed.signed / "2.vxa", *other)
    assert (done.status, done.stderr.split(":")[1].strip()) == (2, "key-certificate-mismatch")


# --- the digest and the form of the file


def test_digest_outlives_conversions_of_the_file(listed):
    listed.attest([row(), row(OTHER, NgaySinh="1975")])
    for suffix in ("parquet", "jsonl", "xlsx", "csv"):
        converted = listed.folder / f"converted.{suffix}"
        done = listed.run("records", "convert", listed.records, converted)
        assert done.status == 0, done.stderr
        assert listed.attests(converted) == [True, True], suffix
        again = listed.folder / "again.csv"
        assert listed.run("records", "convert", converted, again).status == 0
        assert listed.attests(again) == [True, True], suffix


def test_digest_outlives_another_spelling(listed):
    listed.attest([row()])
    other = row(
        NgaySinh="1981-07-01", NgayTiemChung="2021-06-06", LoaiThuocTiem="vắc xin ASTRA ZENECA", GioiTinh="F"
    )
    assert listed.attests(write(listed.records, [other, row(LoaiThuocTiem="Pfizer"), row(TinhMa="1")])) == [
        True,
        False,
        True,
    ]


# --- attestations


def test_attestations_are_checked(listed):
    listed.attest([row()])
    done = listed.check()
    assert (done.status, done.stderr) == (0, "")
    assert "1.vxa: ACCEPTED" in done.stdout
    assert "facility 79001" in done.stdout
    (only,) = listed.check("--json").objects
    assert only == {
        "file": str(listed.signed / "1.vxa"),
        "outcome": "accepted",
        "reason": None,
        "identifier": listed.attestation().identifier,
        "attester": {"scope": "facility", "code": "79001"},
        "issued": "2026-03-01T00:00:00Z",
        "records": 1,
    }


def test_attestations_that_must_not_be_relied_on(listed):
    listed.attest([row()])
    listed.attest([row()], key="stranger", out="2.vxa")
    listed.attest([row()], key="province", out="3.vxa")
    done = listed.check("--json")
    assert done.status == 1
    assert [(one["outcome"], one["reason"]) for one in done.objects] == [
        ("accepted", None),
        ("refused", "attester-unknown"),
        ("refused", "attester-not-authorised"),
    ]
    assert done.stderr.count("\n") == 2
    assert "REFUSED" in listed.check().stdout
    assert "Khóa ký bản xác nhận" in listed.check("--lang", "vi").stdout


def test_attestation_that_cannot_be_read(listed):
    (listed.signed / "1.vxa").write_bytes(b"no attestation")
    done = listed.check("--json")
    assert done.status == 3
    assert done.objects[0]["reason"] == "attestation-unreadable"
    listed.signed = listed.folder / "missing.vxa"
    done = listed.check()
    assert (done.status, done.stdout, done.stderr.split(":")[1].strip()) == (3, "", "file-unreadable")


def test_no_attestation(listed):
    done = listed.check()
    assert (done.status, done.stdout) == (2, "")


def test_key_that_was_withdrawn_and_key_that_ended(desk):
    desk.make_list()
    desk.attest([row()])
    for rows, reason in (
        (("clinic.pem,79001,,,,yes",), "attester-withdrawn"),
        (("clinic.pem,79001,,,2026-02-28,",), "attester-not-in-date"),
        (("clinic.pem,79001,,2026-03-02,,",), "attester-not-in-date"),
        (("clinic.pem,79002,,,,",), "attester-not-authorised"),
        (("province.pem,,79,,,",), "attester-unknown"),
    ):
        desk.table(*rows)
        desk.list.unlink()
        desk.make_list(number="2")
        done = desk.check("--json")
        assert (done.status, done.objects[0]["reason"]) == (1, reason)


def test_list_that_has_ended_or_is_due(listed):
    listed.attest([row()])
    late = (NOW + timedelta(days=31)).isoformat()
    done = listed.check(at=late)
    assert (done.status, done.stdout) == (4, "")
    assert done.stderr.startswith("vaxcert: stale-trust-list: ")
    done = listed.check(at=(NOW + timedelta(days=8)).isoformat())
    assert done.status == 0
    assert "newer edition" in done.stderr


def test_list_by_another_anchor(listed):
    done = listed.run(
        *("records", "attestations", listed.signed, "--facilities", listed.list),
        *("--anchor", listed.folder / "stranger.pem", "--at", AT),
    )
    assert (done.status, done.stderr.split(":")[1].strip()) == (4, "trust-list-signature")


def test_records_are_looked_up(listed):
    listed.attest([row(), row(OTHER)])
    write(listed.records, [row(), row(OTHER, ("79002", "79")), row(OTHER, LanTiem="2"), row(OTHER)])
    done = listed.check("--records", listed.records, "--json")
    identifier = listed.attestation().identifier
    assert done.status == 1
    assert done.objects == [
        {"row": 1, "outcome": "attested", "attestation": identifier},
        {"row": 2, "outcome": "refused", "codes": ["attestation-missing"]},
        {"row": 3, "outcome": "refused", "codes": ["attestation-missing"]},
        {"row": 4, "outcome": "attested", "attestation": identifier},
    ]
    text = " ".join(listed.check("--records", listed.records).stdout.split())
    assert "[attestation-missing] Rows: 2, 3" in text
    assert "2 records are attested, 2 records are not." in text


def test_records_that_the_wrong_province_attests(listed):
    listed.attest([row()], key="province", who=("--province", "79"))
    write(listed.records, [row(place=("79001", "38")), row()])
    done = listed.check("--records", "-", "--json", stdin=listed.records.read_bytes())
    assert [one.get("codes") for one in done.objects] == [["attestation-not-authorised"], None]


def test_bad_attestations_do_not_hide_good_ones(listed):
    (listed.signed / "0.vxa").write_bytes(b"")
    listed.attest([row()])
    done = listed.check("--records", listed.records)
    assert done.status == 0
    assert done.stderr.startswith("vaxcert: attestation-unreadable: ")


# --- facilities


def test_list_shows_what_is_signed(desk):
    done = desk.make_list()
    assert (done.status, done.stderr) == (0, "")
    text = " ".join(done.stdout.split())
    for shown in ("TEST MOH", "Keys 2", "Facilities 1", "Provinces 1", "Withdrawn keys 0"):
        assert shown in text
    desk.list.unlink()
    (only,) = desk.make_list("--json").objects
    assert (only["keys"], only["facilities"], only["provinces"], only["withdrawn"]) == (2, 1, 1, 0)
    assert (only["number"], only["environment"], only["added"]) == (1, "test", True)


def test_two_anchors_on_two_machines(listed):
    listed.attest([row()])
    assert listed.check("--threshold", "2", "--anchor", listed.folder / "anchor 2.pem").status == 4
    (only,) = listed.add_signature("--json").objects
    assert (only["added"], len(only["signatures"])) == (True, 2)
    assert listed.check("--threshold", "2", "--anchor", listed.folder / "anchor 2.pem").status == 0
    assert listed.add_signature("--json").objects[0]["added"] is False


def test_only_a_later_edition_replaces_a_list(listed):
    before = listed.list.read_bytes()
    assert listed.make_list().status == 0  # the same once more
    listed.table("clinic.pem,79002,,,,")
    assert listed.make_list().status == 2
    assert listed.list.read_bytes() == before
    assert listed.make_list(number="2").status == 0
    assert listed.make_list(number="1").status == 2
    listed.list.write_bytes(b"something else")
    assert listed.make_list(number="3").status == 2


def test_what_a_new_list_needs(desk):
    key = ("--key", desk.folder / "anchor 1.key", "--out", desk.list)
    for arguments in (key, (desk.folder / "facilities.csv", *key)):
        done = desk.run("records", "facilities", *arguments)
        assert (done.status, done.stderr.split(":")[1].strip()) == (2, "usage")
    desk.table()
    assert desk.make_list().status == 2
    desk.table("missing.pem,1,,,,")
    done = desk.make_list()
    assert (done.status, done.stderr.split(":")[1].strip()) == (3, "file-unreadable")
    assert not desk.list.exists()


def test_adding_takes_no_contents(listed):
    done = listed.run(
        *("records", "facilities", listed.folder / "facilities.csv", "--add", listed.list),
        *("--key", listed.folder / "anchor 2.key"),
    )
    assert (done.status, done.stderr.split(":")[1].strip()) == (2, "usage")
    assert listed.add_signature("--number", "2").status == 2


def test_only_a_facility_list_gets_a_signature(listed):
    listed.attest([row()])
    listed.list = listed.signed / "1.vxa"
    done = listed.add_signature()
    assert (done.status, done.stderr.split(":")[1].strip()) == (4, "trust-list-unreadable")


# --- the options of a run


def options_of(desk, **changes):
    return Namespace(
        **{
            "attestations": [desk.signed],
            "facilities": desk.list,
            "anchor": [desk.folder / "anchor 1.pem"],
            "threshold": None,
            "require_attestation": True,
            "out": desk.folder / "run",
            "at": NOW,
            **changes,
        }
    )


@pytest.fixture
def session():
    texts = load("en")
    output = Output(io.StringIO(), io.StringIO(), texts, {})
    return Session(output, texts, io.BufferedReader(io.BytesIO()), False, NOW)


def test_options_make_an_index(listed, session):
    listed.attest([row()])
    options = options_of(listed)
    index = attestations_of(options, session, at=NOW)
    records = [one.record for one in read_records(write(listed.records, [row(), row(OTHER)]))]
    found, missing = index.judge(records)
    assert found == (listed.attestation().identifier, None)
    assert missing == (None, "attestation-missing")
    made = [options.out, *options.out.rglob("*")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in made if path.is_dir()} == {0o700}
    required = attestation_setting(options)
    options.require_attestation = False
    assert attestations_of(options, session).judge(records) == [found, (None, None)]
    assert attestation_setting(options) != required


def test_options_without_attestations(listed, session):
    nothing = options_of(
        listed, attestations=[], facilities=None, anchor=[], threshold=None, require_attestation=False
    )
    assert attestations_of(nothing, session) is None
    assert attestation_setting(nothing) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"facilities": None},
        {"attestations": []},
        {"attestations": [], "facilities": None, "anchor": []},
        {"attestations": [], "facilities": None, "anchor": [], "require_attestation": False, "threshold": 2},
    ],
)
def test_options_that_need_others(listed, session, changes):
    with pytest.raises(UsageError, match="--"):
        attestations_of(options_of(listed, **changes), session)


def test_options_when_no_attestation_is_good(listed, session):
    listed.attest([row()], key="stranger")
    with pytest.raises(AdapterError) as caught:
        attestations_of(options_of(listed), session)
    assert caught.value.reason is Reason.FILE_UNREADABLE
    assert session.output._stderr.getvalue().startswith("vaxcert: attester-unknown: ")


def test_options_with_a_list_that_must_not_be_used(listed, session):
    listed.attest([row()])
    with pytest.raises(StaleTrustListError):
        attestations_of(options_of(listed), session, at=NOW + timedelta(days=31))
    attestations_of(options_of(listed), session)
    older = listed.list.read_bytes()
    listed.make_list(number="2")
    attestations_of(options_of(listed), session)
    listed.list.write_bytes(older)
    with pytest.raises(TrustListError) as caught:
        attestations_of(options_of(listed), session)
    assert caught.value.reason is Reason.TRUST_LIST_ROLLBACK


# --- privacy


def test_records_leave_no_trace(listed, tmp_path):
    rows = [
        row((f"{CANARY} An", *GOOD[1:])),
        row(OTHER, HoVaTen=f"{CANARY} 1", CMTCCCD=CANARY, NgaySinh=CANARY),
        row(OTHER, (CANARY, CANARY)),
        row(OTHER, HoVaTen=CANARY, SoLoThuoc=CANARY),
    ]
    write(listed.records, rows)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    trusted = ("--facilities", listed.list, "--anchor", listed.folder / "anchor 1.pem")
    clinic = ("--key", listed.folder / "clinic.key", "--facility", "79001")
    for command in (
        ("attest", listed.records, *clinic, "--out", listed.signed / "1.vxa"),
        ("attestations", listed.signed, *trusted, "--records", listed.records),
        ("attestations", listed.signed, *trusted, "--records", listed.records, "--json"),
    ):
        done = vaxcert("records", *command, "--at", AT, environment={"TMPDIR": str(scratch)}, cwd=scratch)
        assert done.returncode == 1
        assert "CANARY" not in done.stdout + done.stderr
    assert CANARY.encode() not in (listed.signed / "1.vxa").read_bytes()
    assert list(scratch.iterdir()) == []


def test_index_holds_no_text_of_a_record(listed, session):
    listed.attest([row((f"{CANARY} An", *GOOD[1:]))])
    attestations_of(options_of(listed), session)
    index = (listed.folder / "run").rglob("*")
    data = b"".join(path.read_bytes() for path in index if path.is_file())
    assert CANARY.encode() not in data
    assert json.dumps(CANARY).encode() not in data
