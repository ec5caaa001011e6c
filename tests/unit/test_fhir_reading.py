import io
import json
import tracemalloc
from datetime import UTC, date, datetime

import pytest
from tests.support.dose_records import GOOD, changed
from tests.support.fhir import PERSON_URL, as_bytes, bundle, immunization, patient, records, records_of, rows

from vaxcert.adapters.records.formats import open_records, recognised
from vaxcert.adapters.records.layout import RECORD_FIELDS, Layout
from vaxcert.adapters.records.record_file import RecordFile
from vaxcert.errors import AdapterError, Reason
from vaxcert.limits import MAX_FHIR_RESOURCE_CHARACTERS, MAX_HELD_FHIR_ENTRIES
from vaxcert.model.certificate import PartialDate
from vaxcert.model.dose_record import WHOLE_ROW
from vaxcert.rules.records import RecordCode, check_record

NOW = datetime(2022, 6, 1, tzinfo=UTC)
RECORD = changed(nationality=None)
SERVER = "https://fhir.example.vn/r4"


def record(dose=None, person=None, *more):
    (only,) = records(bundle(person or patient(), dose or immunization(), *more))
    return only


def row(dose=None, person=None, *more):
    (only,) = rows(bundle(person or patient(), dose or immunization(), *more))
    return only


def codes(found):
    return [problem.code for problem in check_record(found, at=NOW)]


def fault(content):
    data = content if isinstance(content, bytes) else content.encode()
    with pytest.raises(AdapterError) as caught:
        open_records(io.BytesIO(data))
    assert "\n" not in str(caught.value)
    return caught.value


# forms of files


def test_headings_are_the_fields():
    source = open_records(io.BytesIO(as_bytes(bundle(patient(), immunization()))))
    assert source.headings == RECORD_FIELDS
    assert dict(source.fields_by_heading) == {name: name for name in RECORD_FIELDS}
    assert source.known_records == 1


@pytest.mark.parametrize(
    "kind", ["collection", "document", "searchset", "transaction", "batch", "message", "transaction-response"]
)
def test_bundles_of_every_kind(kind):
    assert records(bundle(patient(), immunization(), kind=kind)) == [RECORD]


def test_array_of_bundles_and_lines_of_bundles():
    one, other = bundle(patient(), immunization()), bundle(patient(), immunization(lotNumber="TEST-002"))
    expected = [RECORD, changed(nationality=None, lot="TEST-002")]
    assert records([one, other]) == expected
    assert records(one, other) == expected
    assert records_of(as_bytes(one, other), rows=1) == expected
    assert records_of(b"\xef\xbb\xbf \n" + json.dumps([one, other], indent=2).encode()) == expected


@pytest.mark.parametrize("person_first", [True, False])
def test_lines_of_resources_without_bundles(person_first):
    dose = immunization(patient={"reference": "Patient/p1"})
    values = [patient(), dose] if person_first else [dose, patient()]
    assert records(*values) == [RECORD]
    assert records_of(b"\xef\xbb\xbf" + as_bytes(*values)) == [RECORD]


def test_bundles_and_resources_between_each_other():
    loose = immunization(patient={"reference": "Patient/p1"}, lotNumber="TEST-003")
    found = rows(loose, bundle(patient(name=[{"text": "Trần Thử"}]), immunization()), patient())
    assert [(one["full_name"], one["lot"]) for one in found] == [
        ("Nguyễn Thị Thử Nghiệm", "TEST-003"),
        ("Trần Thử", "TEST-001"),
    ]


def test_bundles_in_a_bundle_do_not_see_each_other():
    inner = bundle(patient(), immunization())
    alone = bundle(immunization(patient={"reference": "Patient/p1"}), urls=["urn:uuid:1"])
    found = rows(bundle(inner, alone, urls=["urn:uuid:2", "urn:uuid:3"]))
    assert [one["full_name"] for one in found] == ["Nguyễn Thị Thử Nghiệm", ""]


def test_keys_in_any_order():
    backwards = dict(reversed(bundle(patient(), immunization()).items()))
    assert next(iter(backwards)) == "entry"
    assert records_of(as_bytes(backwards)) == [RECORD]


def test_entries_without_a_resource_to_keep_are_passed_over():
    found = bundle(patient(), immunization(), kind="transaction")
    found["entry"][1]["request"] = {"method": "PUT", "url": "Immunization/1"}
    found["entry"] += [
        {"resource": immunization(), "request": {"method": "DELETE", "url": "Immunization/2"}},
        {"request": {"method": "DELETE", "url": "Immunization/3"}},
        {"resource": {"resourceType": "OperationOutcome"}, "search": {"mode": "outcome"}},
        {"response": {"status": "201"}},
    ]
    assert records(found) == [RECORD]


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (b'{"resourceType": "Bundle"', "fhir"),
        (b'\xef\xbb\xbf [\n{"id": "1", "resourceType" :"Patient"', "fhir"),
        (b'{"full_name": "resourceType"', "json"),
        (b'resourceType":', "csv"),
    ],
)
def test_recognised_by_content(start, expected):
    assert recognised(RecordFile(io.BytesIO(start))).name == expected


def test_mapping_is_refused():
    with pytest.raises(AdapterError, match="expected no mapping") as caught:
        open_records(io.BytesIO(as_bytes(bundle())), mapping=Layout("x", {}))
    assert caught.value.reason is Reason.MAPPING_UNUSABLE


# large bundles

MANY = MAX_HELD_FHIR_ENTRIES // 2 + 1


def many(number, *, persons_first):
    persons = [patient(id=f"p{n}", identifier=[{"value": f"{n:012}"}]) for n in range(number)]
    doses = [
        immunization(patient={"reference": f"Patient/p{n}"}, lotNumber=f"TEST-{n}") for n in range(number)
    ]
    return persons + doses if persons_first else doses + persons


def in_one_bundle(resources):
    urls = [f"{SERVER}/{one['resourceType']}/{one.get('id', n)}" for n, one in enumerate(resources)]
    return as_bytes(bundle(*resources, urls=urls))


def one_a_line(resources):
    return as_bytes(*resources)


@pytest.mark.parametrize(("write", "persons_first"), [(in_one_bundle, False), (one_a_line, True)])
def test_large_bundles_and_files_of_resources(tmp_path, write, persons_first):
    path = tmp_path / "national.json"
    path.write_bytes(b"\xef\xbb\xbf" + write(many(MANY, persons_first=persons_first)))
    batches = open_records(path).batches(500, columns=("identity_number", "lot"))
    found = [one for batch in batches for one in batch.original.to_pylist()]
    assert found == [{"identity_number": f"{n:012}", "lot": f"TEST-{n}"} for n in range(MANY)]


def peak_memory(path, number):
    path.write_bytes(as_bytes(*many(number, persons_first=True)))
    tracemalloc.start()
    try:
        for _ in open_records(path).batches(50):
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(tmp_path):
    path = tmp_path / "national.json"
    peak_memory(path, 1)  # what is loaded once is no memory of the file's
    assert peak_memory(path, 900) < 1.5 * peak_memory(path, 300)


# references


@pytest.mark.parametrize(
    ("reference", "person_url", "dose_url"),
    [
        (PERSON_URL, PERSON_URL, "urn:uuid:2"),
        (PERSON_URL.upper(), PERSON_URL, "urn:uuid:2"),
        ("Patient/p1", PERSON_URL, "urn:uuid:2"),
        ("Patient/p1", "", ""),
        ("Patient/p1/_history/3", f"{SERVER}/Patient/p1", f"{SERVER}/Immunization/2"),
        ("Patient/p1", f"{SERVER}/Patient/p1/_history/3", f"{SERVER}/Immunization/2"),
        (f"{SERVER}/Patient/p1", f"{SERVER}/Patient/p1", ""),
        (f"{SERVER}/Patient/p1", "", ""),
        (f"{SERVER}/Patient/p1/_history/3", f"{SERVER}/Patient/p1", "urn:uuid:2"),
    ],
)
def test_references_lead_to_the_person(reference, person_url, dose_url):
    dose = immunization(patient={"reference": reference})
    assert records(bundle(patient(), dose, urls=[person_url, dose_url])) == [RECORD]


def test_persons_of_other_servers_are_others():
    other = "https://other.example.vn/r4/Patient/p1"
    for reference in (f"{SERVER}/Patient/p1", "Patient/p1"):
        dose = immunization(patient={"reference": reference})
        (found,) = rows(bundle(patient(), dose, urls=[other, f"{SERVER}/Immunization/1"]))
        assert found["full_name"] == ""


def test_two_persons_of_one_name_are_nobody():
    dose = immunization(patient={"reference": "Patient/p1"})
    urls = ["urn:uuid:1", "urn:uuid:2", "urn:uuid:3"]
    same = bundle(patient(), dose, patient(), urls=urls)
    assert records(same) == [RECORD]
    different = bundle(patient(), dose, patient(gender="male"), urls=urls)
    (found,) = rows(different)
    assert (found["full_name"], found["sex"], found["lot"]) == ("", "", "TEST-001")


def test_two_persons_of_one_name_outside_of_bundles_are_nobody():
    dose = immunization(patient={"reference": "Patient/p1"})
    assert rows(patient(), dose, patient())[0]["sex"] == "female"
    assert rows(patient(), dose, patient(gender="male"))[0]["sex"] == ""


def test_person_inside_the_dose():
    dose = immunization(patient={"reference": "#p1"}, contained=[patient()])
    assert records(bundle(dose, urls=["urn:uuid:1"])) == [RECORD]
    assert records(dose) == [RECORD]


def test_person_who_is_not_there():
    dose = immunization(patient={"reference": "Patient/9", "display": "Trần Thử"})
    assert rows(dose)[0]["full_name"] == "Trần Thử"
    (found,) = records(immunization(patient={"identifier": {"value": "001185000001"}}))
    assert found.identity_number == "001185000001"
    assert codes(found) == [
        RecordCode.NAME_MISSING,
        RecordCode.BIRTH_DATE_MISSING,
        RecordCode.SEX_MISSING,
    ]


def test_a_reference_to_something_else_is_no_person():
    place = {"resourceType": "Location", "id": "p1", "name": "Trạm"}
    (found,) = rows(bundle(place, immunization()))
    assert found["full_name"] == ""


# persons


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([{"text": "Lê Thử", "family": "X"}], "Lê Thử"),
        ([{"family": "Lê", "given": ["Thị", "Thử"]}], "Lê Thị Thử"),
        ([{"given": ["Thử"]}], "Thử"),
        ([{"use": "usual", "text": "B"}, {"use": "official", "text": "A"}], "A"),
        ([{"use": "official"}, {"text": "A"}], "A"),
        ([{"use": "maiden", "text": "A"}], ""),
        ([{"use": "old", "text": "A"}, {"use": "temp", "text": "B"}], "B"),
        ([{"_text": {"extension": [{"url": "x", "valueCode": "unknown"}]}}], ""),
        ("Lê Thử", ""),
        ([], ""),
    ],
)
def test_names(names, expected):
    assert row(None, patient(name=names))["full_name"] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1985-04-03", date(1985, 4, 3)), ("1985-04", PartialDate(1985, 4)), ("1985", PartialDate(1985))],
)
def test_birth_dates(text, expected):
    assert record(None, patient(birthDate=text)).birth_date == expected


def absent(code="unknown"):
    url = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
    return {"extension": [{"url": url, "valueCode": code}]}


def original(text):
    return {
        "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/originalText", "valueString": text}]
    }


def test_absent_values_are_missing():
    found = record(
        immunization(
            occurrenceDateTime=None,
            _occurrenceDateTime=absent(),
            lotNumber=None,
            _lotNumber=absent(),
            vaccineCode=absent(),
            protocolApplied=[{"_doseNumberPositiveInt": absent()}],
        ),
        patient(birthDate=None, _birthDate=absent("masked"), gender="unknown", identifier=[]),
    )
    assert not found.unreadable
    assert codes(found) == [
        RecordCode.IDENTITY_NUMBER_MISSING,
        RecordCode.BIRTH_DATE_MISSING,
        RecordCode.SEX_MISSING,
        RecordCode.VACCINE_MISSING,
        RecordCode.LOT_MISSING,
        RecordCode.DOSE_NUMBER_MISSING,
        RecordCode.DOSES_IN_SERIES_MISSING,
        RecordCode.VACCINATION_DATE_MISSING,
    ]


def test_texts_that_could_not_be_read_still_cannot():
    found = record(
        immunization(occurrenceDateTime=None, occurrenceString="31/09/2021"),
        patient(birthDate=None, _birthDate=original("30/02/1985"), gender="other"),
    )
    assert found.unreadable == {"birth_date", "sex", "vaccinated_on"}


NATIONAL = "http://fhir.ehealth.gov.vn/core/sid/national_id"
CITIZEN = "http://moh.gov.vn/fhir/core/sid/citizen_id"
PASSPORT = "http://fhir.ehealth.gov.vn/core/sid/passport_number"
INSURANCE = "http://fhir.ehealth.gov.vn/core/sid/insurance_number"


def typed(code, value):
    return {"type": {"coding": [{"code": code}]}, "value": value}


@pytest.mark.parametrize(
    ("identifiers", "nationality", "expected"),
    [
        ([{"system": CITIZEN, "value": "1"}, {"system": NATIONAL, "value": "2"}], "", "2"),
        ([{"system": PASSPORT, "value": "1"}, {"system": CITIZEN, "value": "2"}], "Việt Nam", "2"),
        ([{"system": PASSPORT, "value": "1"}, {"system": CITIZEN, "value": "2"}], "Hàn Quốc", "1"),
        ([{"system": CITIZEN, "value": "2"}], "Hàn Quốc", "2"),
        ([{"system": "http://hl7.org/fhir/sid/passport-KOR", "value": "1"}], "Hàn Quốc", "1"),
        ([{"system": NATIONAL, "value": "1", "use": "old"}, {"system": NATIONAL, "value": "2"}], "", "2"),
        ([typed("SB", "1"), typed("NI", "2"), typed("MR", "3")], "", "2"),
        ([typed("SB", "1"), typed("PPN", "2")], "", "2"),
        ([typed("SB", "1")], "", ""),
        ([{"system": INSURANCE, "value": "1"}], "", ""),
        ([{"value": "1"}], "", "1"),
        ([{"value": "1"}, {"value": "2"}], "", ""),
        ([{"system": NATIONAL}], "", ""),
        (["1", None, {"value": {"x": 1}}], "", ""),
    ],
)
def test_identity_numbers(identifiers, nationality, expected):
    extension = {
        "url": "http://fhir.ehealth.gov.vn/core/StructureDefinition/extension-nationality",
        "valueCodeableConcept": {"text": nationality},
    }
    person = patient(identifier=identifiers, extension=[extension] if nationality else [])
    assert row(None, person)["identity_number"] == expected


def nested_nationality(code):
    return {
        "url": "http://hl7.org/fhir/StructureDefinition/patient-nationality",
        "extension": [{"url": "code", "valueCodeableConcept": {"coding": [{"code": code}]}}],
    }


@pytest.mark.parametrize(
    ("nationalities", "expected"), [(["KOR"], "KOR"), (["KOR", "VNM"], "VNM"), (["", "FRA", "KOR"], "FRA")]
)
def test_nationalities_of_the_international_extension(nationalities, expected):
    person = patient(extension=list(map(nested_nationality, nationalities)))
    assert row(None, person)["nationality"] == expected


# doses


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2021-09-15", "2021-09-15"),
        ("2021-09-15T16:59:59Z", "2021-09-15"),
        ("2021-09-15T17:00:00Z", "2021-09-16"),
        ("2021-09-15T00:30:00.123+07:00", "2021-09-15"),
        ("2021-09-15T23:30:00", "2021-09-15"),
        ("2021-09", "2021-09"),
        ("2021-09-31T00:00:00Z", "2021-09-31T00:00:00Z"),
        ("Tháng 9", "Tháng 9"),
    ],
)
def test_days_are_those_of_viet_nam(moment, expected):
    assert row(immunization(occurrenceDateTime=moment))["vaccinated_on"] == expected


def test_part_of_a_day_is_no_day():
    assert record(immunization(occurrenceDateTime="2021-09")).unreadable == {"vaccinated_on"}


def extension(name, *, base="http://smart.who.int/ddcc", **value):
    return {"url": f"{base}/StructureDefinition/{name}", **value}


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        ({"status": "completed"}, ""),
        ({"status": "not-done"}, "not-done"),
        ({"status": "entered-in-error"}, "entered-in-error"),
        ({"status": None}, "unknown"),
        ({"status": "not-done", "_status": original("hoãn tiêm")}, "hoãn tiêm"),
        ({"status": "not-done", "_status": original("completed")}, "not-done"),
        ({"notGiven": True}, "not-done"),
        ({"isSubpotent": True}, "subpotent"),
        ({"isSubpotent": False}, ""),
        ({"extension": [extension("DDCCCountryOfEvent", valueCode="VNM")]}, ""),
        ({"extension": [extension("DDCCCountryOfEvent", valueCode="FRA")]}, "given in FRA"),
        ({"extension": [extension("DDCCCountryOfVaccination", valueCode="FR")]}, "given in FR"),
        (
            {"extension": [extension("DDCCCountryOfEvent", base="https://x/y", valueCoding={"code": "FRA"})]},
            "given in FRA",
        ),
    ],
)
def test_only_what_was_given_in_viet_nam_counts(elements, expected):
    found = record(immunization(**elements))
    assert (found.status or "") == expected
    assert codes(found) == ([RecordCode.DOSE_NOT_GIVEN] if expected else [])


def coding(code, system="https://ec.europa.eu/health/documents/community-register/html/"):
    return {"system": system, "code": code}


CVX = "http://hl7.org/fhir/sid/cvx"


@pytest.mark.parametrize(
    ("concept", "expected"),
    [
        ({"text": "vắc xin Pfizer"}, "vắc xin Pfizer"),
        ({"text": "vắc xin Pfizer", "coding": [coding("EU/1/20/1528")]}, "vắc xin Pfizer"),
        ({"text": "mRNA vaccine", "coding": [coding("EU/1/20/1528")]}, "EU/1/20/1528"),
        (
            {"coding": [coding("EU/1/20/1528"), coding("1119349007", "http://snomed.info/sct")]},
            "EU/1/20/1528",
        ),
        ({"coding": [coding("208", CVX)]}, "EU/1/20/1528"),
        ({"coding": [{**coding("208", "urn:x"), "display": "MMR"}]}, "MMR"),
        ({"coding": [coding("XM8NQ0", "http://id.who.int/icd11/mms")]}, "EU/1/20/1528"),
        ({"text": "Pfizer", "coding": [coding("EU/1/21/1529")]}, "Pfizer / EU/1/21/1529"),
        ({"coding": [coding("208", CVX), coding("EU/1/21/1529")]}, "EU/1/20/1528 / EU/1/21/1529"),
        ({"text": "Nanocovax"}, "Nanocovax"),
        ({}, ""),
    ],
)
def test_vaccines(concept, expected):
    assert row(immunization(vaccineCode=concept))["vaccine"] == expected


@pytest.mark.parametrize("name", ["DDCCEventBrand", "DDCCVaccineBrand"])
def test_brands_of_the_who(name):
    brand = extension(name, valueCoding={"code": "XM8NQ0"})
    dose = immunization(vaccineCode={"coding": [{"code": "XM0GQ8"}]}, extension=[brand])
    assert row(dose)["vaccine"] == "EU/1/20/1528"


def test_vaccines_that_contradict_themselves_are_unknown():
    found = record(immunization(vaccineCode={"text": "Pfizer", "coding": [coding("EU/1/21/1529")]}))
    assert codes(found) == [RecordCode.VACCINE_UNKNOWN]


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        ({"manufacturer": {"display": "Pfizer", "identifier": {"value": "ORG-100030215"}}}, "Pfizer"),
        ({"manufacturer": {"identifier": {"value": "ORG-100030215"}}}, "ORG-100030215"),
        ({"manufacturer": {"reference": "Organization/o1"}}, "Nhà sản xuất"),
        ({"manufacturer": {"reference": {"reference": "Organization/o1"}}}, "Nhà sản xuất"),
        ({"manufacturer": {"concept": {"text": "Pfizer"}}}, "Pfizer"),
        (
            {"extension": [extension("DDCCVaccineMarketAuthorization", valueCoding={"code": "ORG-1"})]},
            "ORG-1",
        ),
        ({}, ""),
    ],
)
def test_manufacturers(elements, expected):
    maker = {"resourceType": "Organization", "id": "o1", "name": "Nhà sản xuất"}
    assert row(immunization(**elements), None, maker)["manufacturer"] == expected


COVID = {"coding": [{"system": "http://snomed.info/sct", "code": "840539006"}]}
MEASLES = {"coding": [{"system": "http://snomed.info/sct", "code": "14189004"}]}


@pytest.mark.parametrize(
    ("protocols", "expected"),
    [
        ([{"doseNumberPositiveInt": 1, "seriesDosesPositiveInt": 2}], ("1", "2")),
        ([{"doseNumberString": "1", "seriesDosesString": "2"}], ("1", "2")),
        ([{"doseNumber": "1", "seriesDoses": "2"}], ("1", "2")),
        ([{"doseNumberPositiveInt": 1}, {"doseNumberPositiveInt": 1}], ("1", "")),
        ([{"doseNumberPositiveInt": 1}, {"doseNumberPositiveInt": 3}], ("1 / 3", "")),
        (
            [
                {"targetDisease": [MEASLES], "doseNumberPositiveInt": 1},
                {"targetDisease": [COVID], "doseNumberPositiveInt": 3},
            ],
            ("3", ""),
        ),
        ([{"targetDisease": [MEASLES], "doseNumberPositiveInt": 1}], ("", "")),
        ([{"targetDisease": COVID, "doseNumberPositiveInt": 1}], ("1", "")),
        ([{"doseNumberString": "unknown"}], ("", "")),
        ([], ("", "")),
    ],
)
def test_dose_numbers(protocols, expected):
    found = row(immunization(protocolApplied=protocols))
    assert (found["dose_number"], found["doses_in_series"]) == expected


def test_dose_numbers_that_contradict_each_other_are_refused():
    dose = immunization(
        protocolApplied=[
            {"doseNumberPositiveInt": 1, "seriesDosesPositiveInt": 2},
            {"doseNumberPositiveInt": 3, "seriesDosesPositiveInt": 2},
        ]
    )
    assert codes(record(dose)) == [RecordCode.DOSE_NUMBER_RANGE]


# places

PROVINCE = {
    "url": "http://fhir.ehealth.gov.vn/core/StructureDefinition/extension-administrative-address",
    "extension": [
        {"url": "state", "valueCodeableConcept": {"coding": [{"code": "79"}], "text": "TP Hồ Chí Minh"}}
    ],
}
STATION = {
    "resourceType": "Organization",
    "id": "o1",
    "identifier": [
        {"system": "urn:licence", "value": "L-1"},
        {"system": "http://fhir.ehealth.gov.vn/core/sid/provider-code", "value": "79001"},
    ],
    "name": "Trạm Y tế mẫu",
    "address": [{"text": "...", "extension": [PROVINCE]}],
}
ROOM = {
    "resourceType": "Location",
    "id": "l1",
    "name": "Phòng 2",
    "address": {"state": "Tỉnh Đồng Nai"},
    "managingOrganization": {"reference": "Organization/o1"},
}
ALL = ("79001", "Trạm Y tế mẫu", "79", "TP Hồ Chí Minh")


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        ({"location": {"reference": "Location/l1"}}, ALL),
        ({"location": {"reference": "Location/l2"}}, ("79002", "Trạm", "", "Tỉnh Đồng Nai")),
        ({"location": {"reference": "Location/9", "display": "Trạm 9"}}, ("", "Trạm 9", "", "")),
        ({"location": {"identifier": {"value": "79003"}}}, ("79003", "", "", "")),
        ({"performer": [{"actor": {"reference": "Organization/o1"}}]}, ALL),
        ({"performer": [{"actor": {"reference": "Practitioner/1", "display": "BS. Thử"}}]}, ("",) * 4),
        (
            {"performer": [{"actor": {"display": "BS. Thử"}}, {"actor": {"reference": "Organization/o1"}}]},
            ALL,
        ),
        (
            {"performer": [{"actor": {"type": "Organization", "display": "Trạm 9"}}]},
            ("", "Trạm 9", "", ""),
        ),
        ({"location": {"reference": "#l"}, "contained": [{**STATION, "id": "l"}]}, ALL),
        ({}, ("",) * 4),
    ],
)
def test_places(elements, expected):
    small = {
        "resourceType": "Location",
        "id": "l2",
        "identifier": [{"value": "79002"}],
        "name": "Trạm",
        "address": {"state": "Tỉnh Đồng Nai"},
    }
    found = row(immunization(**elements), None, STATION, ROOM, small)
    names = ("facility_code", "facility_name", "province_code", "province_name")
    assert tuple(found[name] for name in names) == expected


# what spoils a row


@pytest.mark.parametrize(
    "elements",
    [
        {"patient": "Patient/p1"},
        {"vaccineCode": "AstraZeneca"},
        {"protocolApplied": {"doseNumberPositiveInt": 1}},
        {"lotNumber": ["TEST-001"]},
        {"occurrenceDateTime": {}},
        {"performer": 1},
        {"modifierExtension": [{"url": "urn:not-really"}]},
        {"implicitRules": "urn:rules"},
        {"lotNumber": "x" * 3000},
    ],
)
def test_malformed_doses(elements):
    found = record(immunization(**elements))
    assert found.unreadable == {WHOLE_ROW}
    assert codes(found) == [RecordCode.ROW_MALFORMED]
    assert row(immunization(**elements))["status"] == "malformed"


def test_a_person_who_must_not_be_read_spoils_the_row():
    found = record(None, patient(modifierExtension=[{"url": "urn:not-really"}]))
    assert codes(found) == [RecordCode.ROW_MALFORMED]


def test_what_no_csv_file_holds_is_replaced():
    found = row(immunization(lotNumber="a\ud800\0b"))
    assert found["lot"] == "a?\ufffdb"


def test_longest_texts():
    assert codes(record(immunization(lotNumber="x" * 2048))) == []
    assert len(row(immunization(lotNumber="x" * 9000))["lot"]) == 2048


# what spoils a file

GOOD_BUNDLE = json.dumps(bundle(patient(), immunization()))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (GOOD_BUNDLE[:-1], "no '}' after JSON value"),
        (GOOD_BUNDLE[:-40], "is malformed"),
        (GOOD_BUNDLE + "x", "is no object"),
        (f"[{GOOD_BUNDLE},]", "is no object"),
        (f"[{GOOD_BUNDLE} {GOOD_BUNDLE}]", "no ']' after JSON value"),
        ('{"resourceType": "Patient"}', "neither an Immunization nor a Bundle"),
        ('{"resourceType": "ValueSet", "id": "x"}', "neither an Immunization nor a Bundle"),
        ('{"resourceType": ""}', "no resourceType"),
        ('{"resourceType": 1, "id": "1"}', "neither an Immunization nor a Bundle"),
        ('{"resourceType": "Bundle", "resourceType": "Bundle"}', "names a key twice"),
        ('{"resourceType": "Bundle", "entry": {}}', "is no array"),
        ('{"resourceType": "Bundle", "type": "history", "entry": []}', "former versions"),
        ('{"resourceType": "Bundle"} 5', "is no object"),
        ('{"resourceType": "Bundle" "type": "x"}', "no '}' after JSON value"),
        ('{"resourceType": "Bundle", 1: 2}', "malformed"),
        ('{"resourceType": "Bundle", "a": {"b": 1, "b": 2}}', "names a key twice"),
        ('{"x": {"resourceType": "Bundle"}}', "no resourceType"),
        ('{"resourceType": "Bundle", "a": ' + "[" * 100_000, "malformed"),
        ('{"resourceType": "Bundle", "a": "' + "a" * 3 * MAX_FHIR_RESOURCE_CHARACTERS + '"}', "longer than"),
        (GOOD_BUNDLE.encode() + b"\xff", "not UTF-8"),
        (b'{"resourceType": "Bundle", "id": "\xc3"}', "not UTF-8"),
    ],
)
def test_files_that_cannot_be_read(content, message):
    error = fault(content)
    assert error.reason is Reason.FILE_UNREADABLE
    assert message in str(error)


@pytest.mark.parametrize("size", [1, 1000])
def test_entries_without_a_bundle_around_them(size):
    found = bundle(patient(), *[immunization()] * size)
    assert fault(json.dumps(found | {"resourceType": "List"})).reason is Reason.FILE_UNREADABLE


def test_a_bundle_of_nothing_has_no_records():
    assert records(bundle()) == []
    assert records({"resourceType": "Bundle", "type": "searchset", "total": 0}) == []


def test_errors_hold_nothing_personal():
    person = patient()
    texts = ["Nguyễn", "Thử", "001185000001", "1985", "TEST-001"]
    spoiled = [GOOD_BUNDLE[:-n] for n in range(2, len(GOOD_BUNDLE), 97)]
    assert "Thử" in json.dumps(person, ensure_ascii=False)
    for content in spoiled:
        message = str(fault(content))
        assert not any(text in message for text in texts)
    source = open_records(io.BytesIO(as_bytes(bundle(patient(), immunization()))))
    (batch,) = source.batches(5)
    assert "Thử" not in repr(source) + repr(batch)


def test_good_record_has_no_problem():
    assert record() == RECORD == changed(nationality=None)
    assert GOOD.nationality == "Việt Nam"
    assert codes(RECORD) == []
