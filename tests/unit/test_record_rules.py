import pickle
import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files

import pytest
from tests.support.dose_records import GOOD, NOW, changed, codes, unreadable

from vaxcert.errors import EncodeError, Reason
from vaxcert.model.certificate import PartialDate
from vaxcert.model.dose_record import WHOLE_ROW, DoseRecord, Sex
from vaxcert.model.from_record import to_certificate
from vaxcert.rules.records import (
    RULES,
    RecordCode,
    RecordProblem,
    RecordSeverity,
    check_record,
)


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
        ("003185000001", ["identity-number-province"]),
        ("000185000001", ["identity-number-province"]),
        ("096185000001", []),
        ("097185000001", ["identity-number-province"]),
        ("099185000001", ["identity-number-province"]),
        ("100185000001", []),  # born abroad
        ("003085000001", ["identity-number-sex", "identity-number-province"]),
    ],
)
def test_identity_number(number, expected):
    assert codes(changed(identity_number=number)) == expected


@pytest.mark.parametrize(
    ("number", "repair"),
    [
        ("1185000001", "001185000001"),
        ("79185000001", "079185000001"),
        ("12345678", "012345678"),
        ("1085000001", None),  # the other sex
        ("1186000001", None),  # another birth year
        ("3185000001", None),  # no province
        ("12185000001", "012185000001"),
        ("13185000001", None),
    ],
)
def test_a_number_that_lost_its_zeros_is_proposed_with_them_where_it_then_agrees(number, repair):
    (problem,) = check_record(changed(identity_number=number), at=NOW)
    assert problem == RecordProblem(RecordCode.IDENTITY_NUMBER_LENGTH, "identity_number", repair)


def test_a_repair_is_not_shown():
    (problem,) = check_record(changed(identity_number="1185000001"), at=NOW)
    assert problem.repair == "001185000001"
    assert "1185000001" not in repr(problem)
    assert "1185000001" not in str(problem)


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
        (changed(dose_number=7, doses_in_series=7), []),
        (changed(dose_number=8, doses_in_series=8), ["dose-number-past-schedule"]),
        (changed(dose_number=9, doses_in_series=2), ["dose-number-past-schedule"]),
        (changed(dose_number=10), ["dose-number-range"]),
        (changed(dose_number=2, doses_in_series=2), []),
        (changed(dose_number=3, doses_in_series=2), ["dose-number-past-series"]),
        (changed(vaccine="Janssen", dose_number=2, doses_in_series=1), ["dose-number-past-series"]),
        (changed(dose_number=7, doses_in_series=1), ["dose-number-past-series"]),
        (changed(dose_number=3, doses_in_series=0), ["doses-in-series-range"]),
        (changed(dose_number=3, doses_in_series=None), ["doses-in-series-missing"]),
        (changed(doses_in_series=None), ["doses-in-series-missing"]),
        (unreadable("doses_in_series"), ["doses-in-series-range"]),
        (changed(doses_in_series=0), ["doses-in-series-range"]),
        (changed(doses_in_series=10), ["doses-in-series-range"]),
        (changed(vaccinated_on=None), ["vaccination-date-missing"]),
        (unreadable("vaccinated_on"), ["vaccination-date-impossible"]),
        (changed(vaccinated_on=date(2021, 3, 8)), []),
        (changed(vaccinated_on=date(2021, 3, 7)), ["vaccination-date-before-campaign"]),
        (changed(vaccine="Pfizer", vaccinated_on=date(2021, 3, 7)), ["vaccination-date-before-campaign"]),
    ],
)
def test_other_fields(record, expected):
    assert codes(record) == expected


@pytest.mark.parametrize(
    ("vaccine", "licensed_on"),
    [
        ("Sputnik V", date(2021, 3, 23)),
        ("Vero Cell", date(2021, 6, 3)),
        ("Pfizer", date(2021, 6, 12)),
        ("Moderna", date(2021, 6, 28)),
        ("Janssen", date(2021, 7, 15)),
        ("Hayat-Vax", date(2021, 9, 10)),
        ("Abdala", date(2021, 9, 17)),
    ],
)
def test_no_dose_is_given_before_the_vaccine_is_licensed(vaccine, licensed_on):
    assert codes(changed(vaccine=vaccine, vaccinated_on=licensed_on)) == []
    day_before = changed(vaccine=vaccine, vaccinated_on=licensed_on - timedelta(days=1))
    assert codes(day_before) == ["vaccination-date-before-licensing"]


def test_astrazeneca_was_licensed_before_the_campaign():
    assert codes(changed(vaccinated_on=date(2021, 3, 8))) == []


def test_a_vaccine_that_is_not_licensed_in_viet_nam_has_no_day_of_licensing():
    assert codes(changed(vaccine="Covishield", vaccinated_on=date(2021, 3, 8))) == []


@pytest.mark.parametrize(
    ("vaccine", "manufacturer", "expected"),
    [
        ("AstraZeneca", None, []),
        ("AstraZeneca", "AstraZeneca AB", []),
        ("AstraZeneca", "ORG-100001699", []),
        ("AstraZeneca", "SK bioscience", []),
        ("AstraZeneca", "Nhà sản xuất thử nghiệm", []),
        ("AstraZeneca", "Pfizer", ["vaccine-holder-mismatch"]),
        ("AstraZeneca", "ORG-100030215", ["vaccine-holder-mismatch"]),
        ("Vero Cell", "Sinopharm", []),
        ("Hayat-Vax", "Sinopharm", []),
        ("Vero Cell", "Julphar", ["vaccine-holder-mismatch"]),
        ("Nanocovax", "Pfizer", ["vaccine-unknown"]),
        (None, "Pfizer", ["vaccine-missing"]),
    ],
)
def test_manufacturer(vaccine, manufacturer, expected):
    assert codes(changed(vaccine=vaccine, manufacturer=manufacturer)) == expected


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
    RecordCode.CORRECTION_WITHOUT_CERTIFICATE,
    RecordCode.CERTIFICATE_ID_MISMATCH,
    RecordCode.ATTESTATION_MISSING,
    RecordCode.ATTESTATION_NOT_AUTHORISED,
}


def test_every_other_code_has_one_rule():
    by_rule = [code for rule in RULES for code in rule.codes]
    assert len(set(by_rule)) == len(by_rule)
    assert set(by_rule) == set(RecordCode) - NOT_OF_ONE_RECORD


def test_a_rule_is_about_one_field_of_records():
    assert {code.field for code in RecordCode} - {""} <= set(DoseRecord.__dataclass_fields__)
    assert all(code.field == rule.field for rule in RULES for code in rule.codes)


def test_most_codes_are_errors():
    by_severity = {code: code.severity for code in RecordCode if code.severity is not RecordSeverity.ERROR}
    assert by_severity == {
        RecordCode.IDENTITY_NUMBER_PROVINCE: RecordSeverity.WARNING,
        RecordCode.IDENTITY_NUMBER_ZEROS_RESTORED: RecordSeverity.NOTICE,
        RecordCode.DOSE_NUMBER_PAST_SERIES: RecordSeverity.WARNING,
        RecordCode.INTERVAL_TOO_SHORT: RecordSeverity.WARNING,
    }


def test_a_problem_has_the_severity_of_its_code():
    assert RecordProblem(RecordCode.LOT_MISSING).severity is RecordSeverity.ERROR
    assert RecordProblem(RecordCode.INTERVAL_TOO_SHORT).severity is RecordSeverity.WARNING


def test_codes_survive_pickling_and_are_text():
    for code in RecordCode:
        assert pickle.loads(pickle.dumps(code)) is code  # noqa: S301 - our own bytes
        assert RecordCode(str(code)) is code
        assert f"{code}" == code.value == code


@pytest.mark.parametrize("language", ["en", "vi"])
def test_every_code_has_a_sentence(language):
    text = files("vaxcert").joinpath("presentation", "texts", f"{language}.toml").read_text("utf-8")
    sentences = tomllib.loads(text)["record"]
    assert set(sentences) == set(RecordCode)
    assert all(sentence.endswith(".") for sentence in sentences.values())


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
