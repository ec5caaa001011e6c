from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pyarrow as pa
import pytest
from tests.support import bulk
from tests.support.signers import signer, trusted

import vaxcert as vc
from vaxcert.adapters.bulk.batch import CLEANED, ISSUED, BatchCleaner, batch_issuer, issue_batch
from vaxcert.errors import EncodeError, Reason

ROW = {
    "full_name": "Đặng Thị Canary",
    "birth_date": "28/02/1990",
    "sex": "Nữ",
    "identity_number": "079190000123",
    "vaccine": "Comirnaty (Pfizer-BioNTech)",
    "lot": "TEST01",
    "dose_number": "2",
    "doses_in_series": "2",
    "vaccinated_on": "18/11/2021",
}


def batch(*rows, **columns):
    made = pa.RecordBatch.from_pylist([{**ROW, **row} for row in rows])
    for name, column in columns.items():
        made = made.append_column(name, column)
    return made


@pytest.fixture
def plan(tmp_path):
    return bulk.plan(bulk.write_signer(tmp_path / "keys"))


def issued(plan, *rows, **columns):
    return issue_batch(plan, batch(*rows, **columns)).to_pylist()


def test_one_row_for_each_row_and_the_promised_columns(plan):
    out = issue_batch(plan, batch({}, {"full_name": "N4m"}))
    assert out.schema == ISSUED
    assert out.column("row").to_pylist() == [1, 2]


def test_what_is_issued_verifies_and_says_what_the_record_says(plan):
    (one,) = issued(plan, {})
    verified = vc.Verifier(trusted(signer())).verify(one["text"], at=bulk.AT)
    dose = verified.certificate.vaccination
    assert verified.certificate.subject.standard_family_name == "DANG"
    assert (dose.dose_number, dose.product, dose.certificate_id) == (2, "EU/1/20/1528", one["certificate_id"])
    assert verified.claims.expires == one["expires"] == bulk.AT + timedelta(days=365)
    assert one["issued_at"] == bulk.AT
    assert one["codes"] == []


def test_the_same_batch_gives_the_same_bytes(plan):
    assert issued(plan, {}, {"dose_number": "1"}) == issued(plan, {}, {"dose_number": "1"})


def test_identifiers_stay_when_what_can_be_corrected_changes(plan):
    before, after, other_day = issued(
        plan, {}, {"full_name": "Đặng Thị Khác", "lot": "TEST02"}, {"vaccinated_on": "19/11/2021"}
    )
    assert before["certificate_id"] == after["certificate_id"] != other_day["certificate_id"]
    assert before["record_key"] == after["record_key"] != other_day["record_key"]
    assert before["person_key"] == other_day["person_key"]


def test_another_secret_gives_other_identifiers(plan):
    (one,) = issued(plan, {})
    (other,) = issued(replace(plan, secret=b"\1" * 32), {})
    assert one["certificate_id"] != other["certificate_id"]
    assert one["person_key"] != other["person_key"]


def test_the_identity_number_is_nowhere_in_what_comes_out(plan):
    (one,) = issued(plan, {})
    assert ROW["identity_number"] not in repr(one)


def test_a_refused_row_has_its_codes_and_nothing_else(plan):
    (one,) = issued(plan, {"lot": "", "full_name": "Đặng 3"})
    assert one["codes"] == ["name-digits", "lot-missing"]
    assert {name for name, value in one.items() if value is not None} == {"row", "codes"}


def test_what_was_found_before_is_taken_for_all_there_is(plan):
    found = pa.array([["duplicate-dose"], ["interval-too-short"], None], pa.list_(pa.string()))
    refused, noted, clean = issued(plan, {}, {}, {}, found=found)
    assert refused["text"] is None
    assert refused["codes"] == ["duplicate-dose"]
    assert noted["text"] is not None
    assert noted["codes"] == ["interval-too-short"]
    assert clean["codes"] == []


def test_row_numbers_and_attestations_are_handed_on(plan):
    (one,) = issued(plan, {}, row=pa.array([77], pa.int64()), attestation=pa.array(["ab12"]))
    assert (one["row"], one["attestation"]) == (77, "ab12")


def test_a_lost_zero_is_put_back_and_said(plan):
    numeric = {"identity_number_was_numeric": pa.array([True, False])}
    mended, text = issued(
        plan, {"identity_number": "79190000123"}, {"identity_number": "79190000123"}, **numeric
    )
    assert mended["codes"] == ["identity-number-zeros-restored"]
    assert mended["certificate_id"] == issued(plan, {})[0]["certificate_id"]
    assert text["codes"] == ["identity-number-length"]
    assert text["text"] is None


def test_what_only_the_linter_refuses_is_a_code_of_its_row(plan):
    long_name = "Đặng " + "A" * 81
    refused, fine = issued(plan, {"full_name": long_name}, {})
    assert refused["codes"] == ["field-too-long"]
    assert fine["text"] is not None


def test_a_malformed_row_is_refused_as_such(plan):
    (one,) = issued(plan, {}, malformed=pa.array([True]))
    assert one["codes"] == ["row-malformed"]


def test_a_signer_that_has_ended_ends_the_batch(plan):
    late = replace(plan, at=signer().certificate.not_after)
    with pytest.raises(EncodeError) as caught:
        issue_batch(late, batch({}))
    assert caught.value.reason is Reason.SIGNER_EXPIRED
    with pytest.raises(EncodeError):
        batch_issuer(late).check()
    batch_issuer(replace(plan, at=late.at - timedelta(seconds=1))).check()


def test_an_empty_batch_gives_an_empty_one(plan):
    assert issue_batch(plan, batch({}).slice(0, 0)).num_rows == 0


def test_the_issuer_of_a_plan_is_opened_once(plan):
    assert batch_issuer(plan) is batch_issuer(replace(plan))


def test_cleaning_gives_what_histories_need_of_accepted_rows_only(plan):
    out = BatchCleaner(plan).clean_batch(batch({}, {"lot": ""}, {"vaccinated_on": "19/11/2021"}))
    assert out.schema == CLEANED
    first, refused, second = out.to_pylist()
    assert first["codes"] == []
    assert (first["product"], first["dose_number"]) == ("EU/1/20/1528", 2)
    assert second["day"] - first["day"] == 1
    assert second["person"] == first["person"]
    assert refused["codes"] == ["lot-missing"]
    assert (refused["person"], refused["day"], refused["product"]) == (None, None, None)


def test_nothing_of_a_plan_is_shown(plan):
    assert bulk.SECRET.hex() not in repr(plan)
    assert repr(bulk.SECRET) not in repr(plan)
