import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib.resources import files

import pytest

from vaxcert.errors import EncodeError, Reason
from vaxcert.model.certificate import PartialDate
from vaxcert.model.dose_record import WHOLE_ROW, DoseRecord, Sex
from vaxcert.model.from_record import to_certificate
from vaxcert.rules.records import RULES, RecordCode, RecordProblem, SeenDoses, check_record

NOW = datetime(2022, 6, 1, 12, tzinfo=UTC)

GOOD = DoseRecord(
    full_name="Nguyễn Thị Thử Nghiệm",
    birth_date=date(1985, 4, 3),
    sex=Sex.FEMALE,
    identity_number="001185000001",
    nationality="Việt Nam",
    vaccine="AstraZeneca",
    lot="TEST-001",
    dose_number=2,
    doses_in_series=2,
    vaccinated_on=date(2021, 9, 15),
)


def codes(record: DoseRecord, at: datetime = NOW) -> list[str]:
    return [problem.code.value for problem in check_record(record, at=at)]


def changed(**fields: object) -> DoseRecord:
    return replace(GOOD, **fields)


def unreadable(field: str) -> DoseRecord:
    return changed(**{field: None}, unreadable=frozenset({field}))


def test_good_record_has_no_problems():
    assert check_record(GOOD, at=NOW) == ()


def test_a_problem_names_code_and_field():
    assert check_record(changed(lot=None), at=NOW) == (RecordProblem(RecordCode.LOT_MISSING, "lot"),)


def test_several_faults_are_all_reported():
    assert codes(changed(lot=None, sex=None)) == ["sex-missing", "lot-missing"]


def test_time_without_zone_is_misuse():
    with pytest.raises(ValueError, match="timezone-aware"):
        check_record(GOOD, at=datetime(2022, 6, 1))  # noqa: DTZ001


def test_malformed_row_has_that_problem_only():
    record = DoseRecord(unreadable=frozenset({WHOLE_ROW}))
    assert check_record(record, at=NOW) == (RecordProblem(RecordCode.ROW_MALFORMED, ""),)


def test_empty_record_misses_every_required_field_once():
    problems = check_record(DoseRecord(), at=NOW)
    assert {problem.code.value.removesuffix("-missing") for problem in problems} == {
        "identity-number",
        "name",
        "birth-date",
        "sex",
        "vaccine",
        "lot",
        "dose-number",
        "doses-in-series",
        "vaccination-date",
    }


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (None, ["identity-number-missing"]),
        ("001185000001", []),
        ("000000001", []),  # CMND
        ("1185000001", ["identity-number-length"]),  # Ha Noi without its zeros
        ("79185000001", ["identity-number-length"]),
        ("00000001", ["identity-number-length"]),
        ("0000001", ["identity-number-form"]),
        ("0011850000017", ["identity-number-form"]),
        ("O01185000001", ["identity-number-form"]),
        ("001 185 000 001", ["identity-number-form"]),
        ("００１１８５０００００１", ["identity-number-form"]),
        ("001085000001", ["identity-number-sex"]),
        ("001186000001", ["identity-number-birth-year"]),
        ("001385000001", ["identity-number-birth-year"]),  # 2085
        ("001084000001", ["identity-number-sex", "identity-number-birth-year"]),
    ],
)
def test_identity_number(number, expected):
    assert codes(changed(identity_number=number)) == expected


def test_birth_in_the_21st_century_has_digits_2_and_3():
    born = changed(birth_date=date(2005, 4, 3))
    assert codes(replace(born, identity_number="001305000001")) == []
    assert codes(replace(born, identity_number="001205000001", sex=Sex.MALE)) == []
    assert codes(replace(born, identity_number="001105000001")) == ["identity-number-birth-year"]


def test_birth_year_alone_is_enough_for_the_cross_check():
    assert codes(changed(birth_date=PartialDate(1985))) == []
    assert codes(changed(birth_date=PartialDate(1984, 12))) == ["identity-number-birth-year"]


@pytest.mark.parametrize(
    ("nationality", "number", "expected"),
    [
        ("Hàn Quốc", "X00000001", []),
        ("Hàn Quốc", "X000 0001", ["identity-number-form"]),
        ("Hàn Quốc", "X001", ["identity-number-form"]),
        ("VIỆT NAM", "X00000001", ["identity-number-form"]),
        ("vn", "X00000001", ["identity-number-form"]),
        (None, "X00000001", ["identity-number-form"]),
        ("Hàn Quốc", "001085000001", []),
    ],
)
def test_passports_are_for_foreigners(nationality, number, expected):
    assert codes(changed(nationality=nationality, identity_number=number)) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (None, ["name-missing"]),
        (" - ", ["name-missing"]),
        ("Nguyễn Thị Thử", []),
        ("NGUYỄN THỊ ĐÃ", []),
        ("H'Thử Niê", []),
        ("Nguye\u0302\u0303n Thi\u0323 Thử", []),
        ("Nguyễn Thử\u200b", []),
        ("Nguyễn\u00a0Thử", []),
        ("Nguyễn Thử 2", ["name-digits"]),
        ("Nguyễn Thử ２", ["name-digits"]),
        ("Nguy\ufffdn Thử", ["name-characters"]),
        ("Nguy?n Th?", ["name-characters"]),
        ("Nguyễn Thử".encode().decode("latin-1"), ["name-characters"]),
        ("Nguyễn Thử".encode().decode("cp1252"), ["name-characters"]),
        ("Hà".encode().decode("latin-1"), ["name-characters"]),
        ("Lê".encode().decode("cp1252"), ["name-characters"]),
        ("Đỗ".encode().decode("cp1252", "replace"), ["name-characters"]),
        ("Nguyễn\nThử", ["name-characters"]),
        ("Nguyễn \ud800", ["name-characters"]),
    ],
)
def test_name(name, expected):
    assert codes(changed(full_name=name)) == expected


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (changed(birth_date=None), ["birth-date-missing"]),
        (unreadable("birth_date"), ["birth-date-impossible"]),
        (changed(birth_date=date(1899, 12, 31), identity_number="000000001"), ["birth-date-impossible"]),
        (changed(birth_date=date(1900, 1, 1), identity_number="001100000001"), []),
        (changed(birth_date=date(2085, 4, 3)), ["birth-date-in-future"]),
        (changed(birth_date=PartialDate(2085)), ["birth-date-in-future"]),
        (changed(sex=None), ["sex-missing"]),
        (unreadable("sex"), ["sex-unknown"]),
        (changed(vaccine=None), ["vaccine-missing"]),
        (changed(vaccine="Nanocovax"), ["vaccine-unknown"]),
        (changed(vaccine="Inactivated-SARS-CoV-2-Vero-Cell"), ["vaccine-deprecated"]),
        (changed(dose_number=None), ["dose-number-missing"]),
        (unreadable("dose_number"), ["dose-number-range"]),
        (changed(dose_number=0), ["dose-number-range"]),
        (changed(dose_number=1), []),
        (changed(dose_number=9, doses_in_series=9), []),
        (changed(dose_number=10), ["dose-number-range"]),
        (changed(doses_in_series=None), ["doses-in-series-missing"]),
        (unreadable("doses_in_series"), ["doses-in-series-range"]),
        (changed(doses_in_series=0), ["doses-in-series-range"]),
        (changed(doses_in_series=10), ["doses-in-series-range"]),
        (changed(vaccinated_on=None), ["vaccination-date-missing"]),
        (unreadable("vaccinated_on"), ["vaccination-date-impossible"]),
        (changed(vaccinated_on=date(2021, 3, 8)), []),
        (changed(vaccinated_on=date(2021, 3, 7)), ["vaccination-date-before-campaign"]),
    ],
)
def test_other_fields(record, expected):
    assert codes(record) == expected


def test_dose_on_the_day_of_birth_is_not_before_it():
    newborn = changed(birth_date=date(2021, 9, 15), identity_number="001321000001")
    assert codes(newborn) == []
    assert codes(replace(newborn, vaccinated_on=date(2021, 9, 14))) == ["vaccination-date-before-birth"]


def test_future_begins_at_midnight_in_viet_nam():
    record = changed(vaccinated_on=date(2022, 6, 2))
    assert codes(record, datetime(2022, 6, 1, 17, 0, tzinfo=UTC)) == []
    assert codes(record, datetime(2022, 6, 1, 16, 59, tzinfo=UTC)) == ["vaccination-date-in-future"]


NOT_OF_ONE_RECORD = {
    RecordCode.ROW_MALFORMED,
    RecordCode.IDENTITY_NUMBER_ZEROS_RESTORED,
    RecordCode.DUPLICATE_DOSE,
    RecordCode.DOSES_OUT_OF_ORDER,
    RecordCode.INTERVAL_TOO_SHORT,
    RecordCode.REGISTRY_NOT_FOUND,
    RecordCode.REGISTRY_NAME_MISMATCH,
    RecordCode.REGISTRY_BIRTH_DATE_MISMATCH,
    RecordCode.REGISTRY_SEX_MISMATCH,
    RecordCode.REGISTRY_UNAVAILABLE,
    RecordCode.ATTESTATION_MISSING,
    RecordCode.ATTESTATION_NOT_AUTHORISED,
}


def test_no_code_has_two_rules():
    by_rule = [rule.code for rule in RULES]
    assert len(set(by_rule)) == len(by_rule)
    assert not set(by_rule) & NOT_OF_ONE_RECORD


def test_fields_are_those_of_records():
    assert {code.field for code in RecordCode} - {""} <= set(DoseRecord.__dataclass_fields__)
    assert all(rule.field == rule.code.field for rule in RULES)


@pytest.mark.parametrize("language", ["en", "vi"])
def test_every_code_has_a_sentence(language):
    text = files("vaxcert").joinpath("cli", "texts", f"{language}.toml").read_text("utf-8")
    sentences = tomllib.loads(text)["record"]
    assert set(sentences) == set(RecordCode)
    assert all(sentence.endswith(".") for sentence in sentences.values())


def test_same_dose_at_another_facility_repeats():
    seen = SeenDoses()
    assert not seen.repeats(GOOD)
    assert seen.repeats(changed(facility_code="79002", lot="TEST-002"))


@pytest.mark.parametrize("field", [{"vaccinated_on": date(2021, 9, 16)}, {"identity_number": "001185000002"}])
def test_other_day_or_person_does_not_repeat(field):
    seen = SeenDoses()
    assert not seen.repeats(GOOD)
    assert not seen.repeats(changed(**field))


@pytest.mark.parametrize("field", ["vaccinated_on", "identity_number"])
def test_records_without_day_or_number_do_not_repeat(field):
    seen = SeenDoses()
    record = changed(**{field: None})
    assert not seen.repeats(record)
    assert not seen.repeats(record)


@pytest.mark.parametrize(
    ("vaccine", "product", "holder", "prophylaxis"),
    [
        ("AstraZeneca", "EU/1/21/1529", "ORG-100001699", "29061000087103"),
        ("Comirnaty (Pfizer-BioNTech)", "EU/1/20/1528", "ORG-100030215", "1119349007"),
        ("Moderna (Spikevax)", "EU/1/20/1507", "ORG-100031184", "1119349007"),
        ("Janssen", "EU/1/20/1525", "ORG-100001417", "29061000087103"),
        ("Vero Cell (Sinopharm)", "BBIBP-CorV", "ORG-100020693", "1157024006"),
        ("Hayat-Vax", "Hayat-Vax", "ORG-100023050", "1157024006"),
        ("Sputnik V", "Sputnik-V", "Gamaleya-Research-Institute", "29061000087103"),
        ("Abdala", "Abdala", "CIGB", "28531000087107"),
    ],
)
def test_codes_of_the_eight_vaccines(vaccine, product, holder, prophylaxis):
    vaccination = to_certificate(changed(vaccine=vaccine)).vaccination
    assert vaccination is not None
    assert (vaccination.product, vaccination.marketing_holder) == (product, holder)
    assert vaccination.prophylaxis == prophylaxis
    assert vaccination.disease == "840539006"


def test_certificate_holds_what_the_record_says():
    certificate = to_certificate(GOOD)
    assert certificate.subject.family_name == "Nguyễn"
    assert certificate.subject.given_name == "Thị Thử Nghiệm"
    assert certificate.subject.birth_date == date(1985, 4, 3)
    assert certificate.vaccination is not None
    assert certificate.vaccination.dose_number == 2
    assert certificate.vaccination.doses_in_series == 2
    assert certificate.vaccination.vaccinated_on == date(2021, 9, 15)


@pytest.mark.parametrize("field", ["vaccine", "full_name"])
def test_no_certificate_without_vaccine_or_name(field):
    with pytest.raises(EncodeError) as caught:
        to_certificate(changed(**{field: None}))
    assert caught.value.reason is Reason.RECORD_REFUSED


def test_repr_holds_no_personal_data():
    assert repr(GOOD) == "<DoseRecord>"


@pytest.mark.parametrize("status", ["not-done", "entered-in-error", "given in FRA"])
def test_a_dose_that_was_not_given_is_refused(status):
    assert codes(changed(status=status)) == [RecordCode.DOSE_NOT_GIVEN]


@pytest.mark.parametrize("status", [None, "completed", "Đã tiêm"])
def test_a_dose_that_was_given_is_not(status):
    assert codes(changed(status=status)) == []
