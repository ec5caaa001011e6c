import hashlib
from dataclasses import fields, replace
from datetime import date
from unicodedata import normalize

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.attestations import RECORD

from vaxcert.errors import EncodeError, Reason
from vaxcert.model.certificate import PartialDate
from vaxcert.model.dose_record import DoseRecord, Sex
from vaxcert.trust.record_digest import record_digest

ATTESTED = {
    "identity_number": "001185000002",
    "full_name": "Nguyễn Thị Thử",
    "birth_date": PartialDate(1985),
    "sex": Sex.MALE,
    "nationality": "Hàn Quốc",
    "vaccine": "Pfizer",
    "lot": "TEST-002",
    "dose_number": 1,
    "doses_in_series": 3,
    "vaccinated_on": date(2021, 9, 16),
    "facility_code": "79002",
}
NOT_ATTESTED = {
    "manufacturer": "AstraZeneca",
    "status": "completed",
    "facility_name": "TEST",
    "province_code": "80",
    "province_name": "TEST",
    "identity_number_was_numeric": True,
    "unreadable": frozenset({"lot"}),
}


def test_every_field_is_attested_or_not():
    assert {field.name for field in fields(DoseRecord)} == ATTESTED.keys() | NOT_ATTESTED.keys()


@pytest.mark.parametrize("name", ATTESTED)
def test_what_is_attested_changes_the_digest(name):
    changed = replace(RECORD, **{name: ATTESTED[name]})
    assert record_digest(changed) != record_digest(RECORD)
    if name != "nationality":  # which nothing means Viet Nam
        assert record_digest(replace(RECORD, **{name: None})) != record_digest(RECORD)


@pytest.mark.parametrize("name", NOT_ATTESTED)
def test_what_is_not_attested_does_not(name):
    assert record_digest(replace(RECORD, **{name: NOT_ATTESTED[name]})) == record_digest(RECORD)


@pytest.mark.parametrize("spelled", ["AstraZeneca", "astra zeneca", "vắc xin AstraZeneca", "EU/1/21/1529"])
def test_spelling_of_the_vaccine_does_not_count(spelled):
    assert record_digest(replace(RECORD, vaccine=spelled)) == record_digest(RECORD)


def test_vaccines_that_nobody_knows_are_told_apart():
    digests = {record_digest(replace(RECORD, vaccine=name)) for name in ("unheard of", "never seen", None)}
    assert len(digests) == 3


@pytest.mark.parametrize(
    "spelled", [None, "", "VN", "vn", "VNM", "Việt Nam", "VIỆT NAM", "viet nam", "Vietnam", " Việt Nam "]
)
def test_spellings_of_viet_nam(spelled):
    assert record_digest(replace(RECORD, nationality=spelled)) == record_digest(RECORD)


def test_codes_of_a_country_are_the_same_and_its_names_are_not():
    two, three, name = (record_digest(replace(RECORD, nationality=one)) for one in ("KR", "kor", "Hàn Quốc"))
    assert two == three != name


@pytest.mark.parametrize("name", ["full_name", "lot", "identity_number", "facility_code", "vaccine"])
def test_texts_are_compared_in_nfc_without_blanks_around_them(name):
    text = "Nguyễn Thị Thử Nghiệm"
    assert normalize("NFD", text) != text
    usual = record_digest(replace(RECORD, **{name: text}))
    assert record_digest(replace(RECORD, **{name: f" {normalize('NFD', text)}\t"})) == usual
    assert record_digest(replace(RECORD, **{name: text.upper()})) != usual


def test_nothing_and_an_empty_text_are_the_same():
    assert record_digest(replace(RECORD, lot="")) == record_digest(replace(RECORD, lot=None))


def test_texts_longer_than_any_genuine_one_count_whole():
    one, other = (record_digest(replace(RECORD, lot="x" * 41 + end)) for end in "ab")
    assert one != other
    assert one == record_digest(replace(RECORD, lot="x" * 41 + "a"))


def test_half_a_surrogate_pair_has_no_digest():
    with pytest.raises(EncodeError) as caught:
        record_digest(replace(RECORD, full_name="\ud800"))
    assert caught.value.reason is Reason.VALUE_NOT_ENCODABLE


texts = st.none() | st.text(st.characters(codec="utf-8"), max_size=5)
days = st.dates(date(1900, 1, 1), date(2030, 1, 1))
records = st.builds(
    DoseRecord,
    full_name=texts,
    birth_date=st.none()
    | days
    | st.builds(PartialDate, st.integers(1900, 1902), st.none() | st.integers(1, 3)),
    sex=st.none() | st.sampled_from(Sex),
    identity_number=texts,
    nationality=st.sampled_from([None, "VN", "KR", "Việt Nam"]),
    vaccine=st.sampled_from([None, "AstraZeneca", "Pfizer", "?"]),
    lot=texts,
    dose_number=st.none() | st.integers(0, 300),
    doses_in_series=st.none() | st.integers(0, 3),
    vaccinated_on=st.none() | days,
    facility_code=texts,
)


def encoded(record):
    """The array of `specs/attestation.md`, section 2, written by another CBOR encoder."""
    vaccines = {"AstraZeneca": "EU/1/21/1529", "Pfizer": "EU/1/20/1528"}

    def text(value):
        return (normalize("NFC", value.strip(" \t\r\n")) or None) if value else None

    return cbor2.dumps(
        [
            "vaxcert-dose-1",
            text(record.identity_number),
            text(record.full_name),
            None if record.birth_date is None else str(record.birth_date),
            None if record.sex is None else str(record.sex),
            "KR" if record.nationality == "KR" else "VN",
            vaccines.get(record.vaccine, record.vaccine),
            text(record.lot),
            record.dose_number,
            record.doses_in_series,
            None if record.vaccinated_on is None else f"{record.vaccinated_on:%Y-%m-%d}",
            text(record.facility_code),
        ],
        canonical=True,
    )


@settings(max_examples=60)
@given(records, records)
def test_digest_is_of_the_encoding_of_the_specification(one, other):
    assert record_digest(one) == hashlib.sha256(encoded(one)).digest()
    assert (record_digest(one) == record_digest(other)) == (encoded(one) == encoded(other))
