"""`vaxcert records convert`, and `vaxcert issue` from every form and with a mapping."""

from __future__ import annotations

import csv
import json
import stat
from pathlib import Path

import pytest

from tests.e2e.conftest import AT
from tests.support.record_files import WRITE, password_protected, write_xlsx
from vaxcert.adapters.records.rows import read_records
from vaxcert.cli import main

EXAMPLE = Path(__file__).parents[2] / "examples/national-platform.csv"
FORMS = ("csv", "jsonl", "parquet", "xlsx")
HEADINGS = (
    "HoVaTen",
    "NgaySinh",
    "GioiTinh",
    "CMTCCCD",
    "LanTiem",
    "SoMuiTiem",
    "NgayTiemChung",
    "LoaiThuocTiem",
    "SoLoThuoc",
)
PEOPLE = [
    ("Nguyễn Bảo Duy", "10/10/1983", "Nam", "001083000123", "2", "2", "18/11/2021", "Comirnaty", "TEST-1"),
    ("Trần Thị Mai", "02/03/1990", "Nữ", "079190000456", "1", "2", "01/10/2021", "AstraZeneca", "TEST-2"),
]
MAPPING = """
delimiter = ";"
[columns]
Ten = "full_name"
Sinh = "birth_date"
Gioi = "sex"
So = "identity_number"
Mui = "dose_number"
Ngay = "vaccinated_on"
VX = "vaccine"
Lo = "lot"
[constants]
doses_in_series = "2"
[values.sex]
M = "Nam"
F = "Nữ"
"""
MAPPED = "Ten;Sinh;Gioi;So;Mui;Ngay;VX;Lo\nNguyễn Bảo Duy;10/10/1983;M;001083000123;2;18/11/2021;Comirnaty;TEST-1\n"


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The example in every form that is written."""
    folder = tmp_path_factory.mktemp("converted")
    paths = {form: folder / f"records.{form}" for form in FORMS}
    for path in paths.values():
        assert main.run(["records", "convert", str(EXAMPLE), str(path)]) == 1  # one row is malformed
    return paths


def records_of(path: Path) -> list[object]:
    return [row.record for row in read_records(path)]


@pytest.mark.parametrize("form", FORMS)
def test_the_example_says_the_same_in_every_form(converted, form):
    expected = [record for record in records_of(EXAMPLE) if not record.unreadable & {"row"}]
    assert records_of(converted[form]) == expected
    assert len(expected) == 261


@pytest.mark.parametrize("start", FORMS)
@pytest.mark.parametrize("end", FORMS)
def test_from_every_form_to_every_form(run, converted, tmp_path, start, end):
    out = tmp_path / f"again.{end}"
    done = run("records", "convert", converted[start], out)
    assert (done.status, done.stderr) == (0, "")
    assert "".join(done.stdout.split()) == f"261recordswrittento{out}."
    assert out.read_bytes() == converted[end].read_bytes()


def test_what_is_left_out_is_said(run, tmp_path):
    done = run("records", "convert", EXAMPLE, tmp_path / "a.csv")
    assert done.status == 1
    assert "1 record left out, whose rows could not be taken apart: 149." in " ".join(done.stdout.split())
    done = run("records", "convert", "--json", "--to", "json", EXAMPLE, tmp_path / "a")
    assert done.objects == [
        {
            "out": str(tmp_path / "a"),
            "format": "json",
            "records": 261,
            "left_out": 1,
            "left_out_rows": [149],
        }
    ]


@pytest.mark.parametrize("form", FORMS)
def test_what_is_written_is_private_and_replaces_what_was_there(run, tmp_path, form):
    out = tmp_path / f"a.{form}"
    out.write_text("old")
    out.chmod(0o644)
    run("records", "convert", EXAMPLE, out)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


def test_a_file_that_turns_out_to_be_damaged_leaves_the_older_one(run, converted, tmp_path):
    import pyarrow.parquet as pq

    data = bytearray(converted["parquet"].read_bytes())
    group = pq.read_metadata(converted["parquet"]).row_group(0).column(3)
    start = group.dictionary_page_offset or group.data_page_offset
    data[start : start + group.total_compressed_size] = b"\xff" * group.total_compressed_size
    (tmp_path / "damaged.parquet").write_bytes(data)
    out = tmp_path / "out.csv"
    out.write_text("old")
    done = run("records", "convert", tmp_path / "damaged.parquet", out)
    assert (done.status, done.stdout) == (3, "")
    assert done.stderr == "vaxcert: file-unreadable: the Parquet file is damaged or cut short\n"
    assert out.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["damaged.parquet", "out.csv"]


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (
            [EXAMPLE, "out.doc"],
            2,
            "usage: the name of OUT does not say in which form; expected --to, or one of .csv, ",
        ),
        (
            [EXAMPLE, "out"],
            2,
            "usage: the name of OUT does not say in which form; expected --to, or one of .csv, ",
        ),
        (["none.csv", "out.csv"], 3, "file-unreadable: cannot read none.csv: No such file or directory"),
        (
            [EXAMPLE, "none/out.csv"],
            2,
            "file-unwritable: cannot write none/out.csv: No such file or directory",
        ),
        (["same.csv", "same.csv"], 2, "usage: OUT is the file that is read; expected another one"),
        (
            [EXAMPLE, "out.csv", "--mapping", "none.toml"],
            3,
            "file-unreadable: cannot read none.toml: No such file ",
        ),
        (
            [EXAMPLE, "out.csv", "--mapping", "same.csv"],
            3,
            "mapping-unusable: the mapping same.csv: not TOML: ",
        ),
        (
            [EXAMPLE, "out.csv", "--mapping", "m.toml"],
            3,
            "column-missing: no column Ten, Sinh, Gioi, So, Mui, Ngay, ",
        ),
        (["/dev/zero", "out.csv"], 3, "file-unreadable: zero is a device; expected a file"),
    ],
)
def test_bad_input_is_one_line(run, tmp_path, monkeypatch, arguments, status, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "same.csv").write_text("a,b\n")
    (tmp_path / "m.toml").write_text(MAPPING)
    done = run("records", "convert", *arguments)
    assert (done.status, done.stdout) == (status, "")
    assert done.stderr.startswith(f"vaxcert: {message}")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out.csv").exists()


def test_standard_input_and_languages(run, tmp_path):
    done = run("records", "convert", "-", tmp_path / "a.csv", "--lang", "vi", stdin=EXAMPLE.read_bytes())
    assert done.status == 1
    assert "Đã ghi 261 bản ghi vào" in done.stdout
    assert "Bỏ qua 1 bản ghi vì không tách được: dòng 149." in " ".join(done.stdout.split())


def test_a_mapping_is_applied(run, tmp_path):
    (tmp_path / "m.toml").write_text(MAPPING)
    (tmp_path / "a.csv").write_text(MAPPED)
    done = run(
        "records", "convert", tmp_path / "a.csv", tmp_path / "out.jsonl", "--mapping", tmp_path / "m.toml"
    )
    assert done.status == 0
    (line,) = (tmp_path / "out.jsonl").read_text().splitlines()
    assert json.loads(line) == {
        "full_name": "Nguyễn Bảo Duy",
        "birth_date": "10/10/1983",
        "sex": "Nam",
        "identity_number": "001083000123",
        "vaccine": "Comirnaty",
        "lot": "TEST-1",
        "dose_number": "2",
        "doses_in_series": "2",
        "vaccinated_on": "18/11/2021",
    }


# --- issuing


def issue(run, signer_files, records, out, *arguments, **options):
    key, cert = ("--key", signer_files.key), ("--cert", signer_files.cert)
    country, authority = ("--country", "VN"), ("--authority", "Bộ Y tế")
    fixed = (*key, *cert, *country, *authority, "--at", AT, "--qr", "none", "--deterministic", "--out", out)
    return run("issue", records, *fixed, *arguments, **options)


@pytest.mark.parametrize("suffix", WRITE)
def test_issuing_from_every_form_gives_the_same_certificates(run, signer_files, tmp_path, suffix):
    certificates = []
    for form in ("csv", suffix):
        WRITE[form](tmp_path / f"records.{form}", HEADINGS, PEOPLE)
        out = tmp_path / f"out-{form}-{len(certificates)}"
        assert issue(run, signer_files, tmp_path / f"records.{form}", out).status == 0
        certificates.append((out / "certificates.jsonl").read_text())
    assert certificates[0] == certificates[1]
    assert certificates[0].count("\n") == 2


def test_rejects_of_a_mapped_file_are_mended_and_issued_with_the_same_mapping(run, signer_files, tmp_path):
    (tmp_path / "m.toml").write_text(MAPPING)
    (tmp_path / "a.csv").write_text(
        MAPPED + MAPPED.splitlines()[1].replace("TEST-1", "").replace("18/11", "18/12")
    )
    mapping = ("--mapping", tmp_path / "m.toml")
    done = issue(run, signer_files, tmp_path / "a.csv", tmp_path / "first", *mapping)
    assert done.status == 1
    rejects = tmp_path / "first/rejects.csv"
    with rejects.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["Gioi"], row["Lo"], row["codes"]) == ("M", "", "lot-missing")
    mended = tmp_path / "mended.csv"
    mended.write_text(
        rejects.read_text("utf-8-sig").replace("Comirnaty,,", "Comirnaty,TEST-9,").replace(",", ";")
    )
    assert issue(run, signer_files, mended, tmp_path / "second", *mapping).status == 0


def test_a_number_for_an_identity_number_is_told_to_the_rules(run, signer_files, tmp_path):
    write_xlsx(tmp_path / "a.xlsx", HEADINGS, [(*PEOPLE[0][:3], 1083000123, *PEOPLE[0][4:])])
    (row,) = read_records(tmp_path / "a.xlsx")
    assert (row.record.identity_number, row.record.identity_number_was_numeric) == ("1083000123", True)
    done = issue(run, signer_files, tmp_path / "a.xlsx", tmp_path / "out", "--json")
    assert "identity-number" in json.dumps(done.objects)


def test_a_fault_of_the_whole_file_issues_nothing(run, signer_files, tmp_path):
    (tmp_path / "a.xlsx").write_bytes(password_protected())
    done = issue(run, signer_files, tmp_path / "a.xlsx", tmp_path / "out")
    assert (done.status, done.stdout) == (3, "")
    assert done.stderr == (
        "vaxcert: file-unreadable: the workbook is protected by a password; expected one saved without\n"
    )
    assert not (tmp_path / "out/certificates.jsonl").exists()
