"""Records to FHIR and back, and certificates from FHIR, as a user does it."""

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from tests.support.dose_records import GOOD, changed
from tests.support.fhir import as_bytes, bundle, immunization, patient, records_of
from vaxcert.adapters.records.rows import read_records
from vaxcert.model.dose_record import WHOLE_ROW

EXAMPLE = Path(__file__).parents[2] / "examples" / "national-platform.csv"
AT = "2022-06-01T08:00:00Z"


@pytest.fixture(scope="module")
def platform():
    found = [row.record for row in read_records(EXAMPLE)]
    return Counter(record for record in found if WHOLE_ROW not in record.unreadable)


@pytest.mark.parametrize("profile", ["vn-core", "ips"])
def test_records_are_converted_there_and_back(run, tmp_path, platform, profile):
    bundles, back = tmp_path / "bundles.ndjson", tmp_path / "back.csv"
    options = ("--to", "fhir", "--profile", profile, "--at", AT, "--json")
    done = run("records", "convert", EXAMPLE, bundles, *options)
    assert (done.status, done.stderr) == (1, "")  # one row of the example cannot be taken apart
    assert done.objects == [
        {"out": str(bundles), "format": "fhir", "records": 261, "left_out": 1, "left_out_rows": [149]}
    ]
    kinds = {json.loads(line)["type"] for line in bundles.read_text("utf-8").splitlines()}
    assert kinds == {"document" if profile == "ips" else "collection"}
    done = run("records", "convert", bundles, back)
    assert (done.status, done.stderr) == (0, "")
    assert Counter(row.record for row in read_records(back)) == platform


def test_one_bundle_for_a_file_of_that_name(run, tmp_path, platform):
    out = tmp_path / "bundle.json"
    assert run("records", "convert", EXAMPLE, out, "--to", "fhir").status == 1
    assert json.loads(out.read_text("utf-8"))["type"] == "collection"
    assert Counter(records_of(out.read_bytes())) == platform


def test_one_document_for_a_file_of_that_name(run, tmp_path):
    out = tmp_path / "document.json"
    stdin = as_bytes(bundle(patient(), immunization()))
    done = run("records", "convert", "-", out, "--to", "fhir", "--profile", "ips", stdin=stdin)
    assert (done.status, done.stderr) == (0, "")
    assert records_of(out.read_bytes()) == [changed(nationality=None)]


def test_many_persons_are_no_document(run, tmp_path):
    out = tmp_path / "document.json"
    done = run("records", "convert", EXAMPLE, out, "--to", "fhir", "--profile", "ips")
    assert done.status == 2
    assert "225 persons in a document of one; expected a name that ends in .ndjson" in done.stderr
    assert not out.exists()


def test_same_file_every_time_and_other_names_with_a_secret(run, tmp_path):
    secret = tmp_path / "secret"
    assert run("keys", "new-secret", secret).status == 0
    files = [tmp_path / f"{n}.ndjson" for n in range(3)]
    for out, options in zip(files, [(), (), ("--secret-file", secret)], strict=True):
        run("records", "convert", EXAMPLE, out, "--to", "fhir", "--at", AT, *options)
    first, second, keyed = (out.read_bytes() for out in files)
    assert first == second
    assert Counter(records_of(first)) == Counter(records_of(keyed))
    urls = [json.loads(data.splitlines()[0])["entry"][0]["fullUrl"] for data in (first, keyed)]
    assert urls[0] != urls[1]


def test_numbers_stay_numbers(run, tmp_path):
    numeric = tmp_path / "numeric.jsonl"
    record = {"identity_number": 1185000001, "full_name": "Nguyễn Thị Thử", "birth_date": "1985"}
    rest = dict.fromkeys(("sex", "vaccine", "lot", "dose_number", "doses_in_series", "vaccinated_on"), "")
    numeric.write_text(json.dumps(record | rest), "utf-8")
    out = tmp_path / "out.ndjson"
    assert run("records", "convert", numeric, out, "--to", "fhir").status == 0
    (found,) = records_of(out.read_bytes())
    assert (found.identity_number, found.identity_number_was_numeric) == ("1185000001", True)


@pytest.mark.parametrize(
    "option", [("--profile", "ips"), ("--at", AT), ("--secret-file", "secret")], ids=lambda option: option[0]
)
def test_options_of_fhir_are_for_fhir(run, tmp_path, option):
    done = run("records", "convert", EXAMPLE, tmp_path / "out.csv", *option)
    assert done.status == 2
    assert f"{option[0]} is for --to fhir" in done.stderr


def test_certificates_are_issued_from_bundles(run, tmp_path, signer_files):
    bundles, out = tmp_path / "bundles.ndjson", tmp_path / "issued"
    not_given = immunization(status="not-done", occurrenceDateTime="2021-12-15")
    bundles.write_bytes(
        as_bytes(bundle(patient(), immunization()), bundle(patient(), not_given, immunization(location=1)))
    )
    options = ("--country", "VN", "--authority", "Bộ Y tế", "--qr", "none", "--at", AT, "--json")
    keys = ("--key", signer_files.key, "--cert", signer_files.cert)
    done = run("issue", bundles, *keys, *options, "--out", out)
    assert [(line["row"], line["outcome"], line.get("codes")) for line in done.objects] == [
        (1, "issued", None),
        (2, "refused", ["dose-not-given"]),
        (3, "refused", ["row-malformed"]),
    ]
    with (out / "rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        first, _ = csv.DictReader(file)
    assert (first["status"], first["full_name"]) == ("not-done", GOOD.full_name)


@pytest.mark.parametrize(
    ("elements", "status"),
    [({"status": "entered-in-error"}, "entered-in-error"), ({"modifierExtension": [{}]}, "malformed")],
)
def test_rejects_of_bundles_stay_refused_until_they_are_mended(run, tmp_path, signer_files, elements, status):
    bundles, out, again = (tmp_path / name for name in ("bundles.json", "issued", "again"))
    bundles.write_bytes(as_bytes(bundle(patient(), immunization(**elements))))
    options = ("--country", "VN", "--authority", "Bộ Y tế", "--qr", "none", "--at", AT, "--json")
    keys = ("--key", signer_files.key, "--cert", signer_files.cert)
    assert run("issue", bundles, *keys, *options, "--out", out).objects[0]["outcome"] == "refused"
    rejects = out / "rejects.csv"
    assert run("issue", rejects, *keys, *options, "--out", again).objects[0]["codes"] == ["dose-not-given"]
    rejects.write_text(rejects.read_text("utf-8-sig").replace(f",{status},", ",,"), "utf-8")
    assert run("issue", rejects, *keys, *options, "--out", tmp_path / "3").objects[0]["outcome"] == "issued"
