"""Records are matched with a population database on the command line."""

from __future__ import annotations

import csv

import pytest

from tests.support.http_faults import ListServer, status
from tests.support.registries import AN, GIANG, said, write_csv, write_parquet

HEADING = "HoVaTen,NgaySinh,GioiTinh,CMTCCCD,LanTiem,SoMuiTiem,NgayTiemChung,LoaiThuocTiem,SoLoThuoc"
DOSE = "1,2,06/06/2021,AstraZeneca,TEST-033"
STRANGER = "Lê Bình,1990,Nam,079090000077"
AT = "2022-06-01T00:00:00Z"


@pytest.fixture
def records(tmp_path):
    path = tmp_path / "records.csv"
    people = ("PHAN THANH GIANG,1981,Nữ,079181000065", "Nguyễn Văn Anh,28/02/1990,Nam,001090000012", STRANGER)
    path.write_text("\n".join([HEADING, *(f"{person},{DOSE}" for person in people), ""]), "utf-8")
    return path


@pytest.fixture
def check(run, records, tmp_path):
    def check_records(*arguments):
        out = tmp_path / "out"
        done = run("records", "check", records, "--at", AT, "--out", out, "--workers", "1", *arguments)
        return done, out

    return check_records


def unmatched(out):
    with (out / "unmatched.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["CMTCCCD"]: row["codes"] for row in csv.DictReader(file)}


EXPECTED = {AN[0]: "registry-name-mismatch", "079090000077": "registry-not-found"}


@pytest.mark.parametrize("write", [write_parquet, write_csv])
def test_an_extract(check, tmp_path, write):
    done, out = check("--population", write(tmp_path / "population", [AN, GIANG]), "--json")
    assert (done.status, done.stderr) == (1, "")
    assert unmatched(out) == EXPECTED


def test_two_extracts(check, tmp_path):
    paths = [write_csv(tmp_path / name, [line]) for name, line in (("north", AN), ("south", GIANG))]
    done, out = check("--population", paths[0], "--population", paths[1])
    assert done.status == 1
    assert unmatched(out) == EXPECTED


def test_a_service(check, tmp_path):
    token = tmp_path / "token"
    token.write_text("TEST-token\n")
    answer = said("matched", {"status": "mismatched", "fields": ["name"]}, "not-found")
    with ListServer(answer) as server:
        done, out = check("--registry-url", server.url, "--registry-token-file", token)
        assert server.requests[0]["Authorization"] == "Bearer TEST-token"
    assert (done.status, done.stderr) == (1, "")
    assert unmatched(out) == EXPECTED


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--population-mapping", "x.toml"], "--population-mapping belongs with --population"),
        (["--registry-token-file", "x"], "--registry-token-file belongs with --registry-url"),
        (["--registry-ca-file", "x"], "--registry-ca-file belongs with --registry-url"),
        (["--population", "x", "--registry-url", "https://x.invalid/"], "not allowed with"),
    ],
)
def test_options_that_do_not_go_together(check, arguments, problem):
    done, _ = check(*arguments)
    assert done.status == 2
    assert problem in done.stderr


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", ("file-unreadable", 3)),
        (b"identity_number,full_name\n", ("column-missing", 3)),
        (b"identity_number,full_name,birth_date\n1\n", ("file-unreadable", 3)),
    ],
)
def test_an_extract_that_cannot_be_used_is_one_line(check, tmp_path, content, expected):
    path = tmp_path / "population.csv"
    path.write_bytes(content)
    done, out = check("--population", path)
    assert done.status == expected[1]
    assert expected[0] in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 3
    assert not (out / "manifest.json").exists()


@pytest.mark.parametrize("url", ["http://registry.invalid/", "nonsense"])
def test_an_address_that_is_not_asked(check, url):
    done, _ = check("--registry-url", url)
    assert (done.status, "registry-refused" in done.stderr) == (2, True)


def test_a_service_that_refuses(check):
    with ListServer(status(401)) as server:
        done, _ = check("--registry-url", server.url)
    assert (done.status, "status 401" in done.stderr) == (2, True)
    assert not any(fact in done.stderr for fact in ("GIANG", "079181000065"))
