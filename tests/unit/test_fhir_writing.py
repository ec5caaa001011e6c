import json
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from fhir.resources.R4B.bundle import Bundle
from tests.support.dose_records import GOOD, changed
from tests.support.fhir import as_bytes, records_of

from vaxcert.adapters.records.fhir.files import fhir_writer
from vaxcert.adapters.records.fhir.resources import Profile
from vaxcert.adapters.records.fhir.texts import texts_of
from vaxcert.adapters.records.fhir.writing import BundleMaker, by_person, to_bundle
from vaxcert.adapters.records.rows import read_records
from vaxcert.errors import AdapterError, Reason
from vaxcert.model.certificate import PartialDate
from vaxcert.model.dose_record import WHOLE_ROW, DoseRecord, Sex
from vaxcert.model.record_keys import RecordKeys

EXAMPLE = Path(__file__).parents[2] / "examples" / "national-platform.csv"
AT = datetime(2022, 6, 1, 8, tzinfo=UTC)
KEYS = RecordKeys(b"TEST" * 8)
WHOLE = changed(
    manufacturer="ORG-100001699",
    facility_code="79001",
    facility_name="Trạm Y tế mẫu",
    province_code="79",
    province_name="Thành phố Hồ Chí Minh",
)


def written(*records, profile=Profile.VN_CORE, **options):
    return to_bundle(records, profile=profile, at=AT, **options)


def resources(bundle, kind):
    found = (entry["resource"] for entry in bundle["entry"])
    return [resource for resource in found if resource["resourceType"] == kind]


def validated(bundle):
    """The bundle, which the models of FHIR R4B accept."""
    Bundle.model_validate_json(json.dumps(bundle))
    return bundle


@pytest.fixture(scope="module")
def platform():
    """Every record of the example that could be taken apart."""
    found = [row.record for row in read_records(EXAMPLE)]
    return [record for record in found if WHOLE_ROW not in record.unreadable]


# there and back


@pytest.mark.parametrize("profile", Profile)
def test_every_record_of_the_platform_comes_back_from_valid_bundles(platform, profile):
    maker = BundleMaker(profile, at=AT)
    bundles = [maker.bundle(doses) for doses in by_person(map(texts_of, platform))]
    assert 220 < len(bundles) < len(platform)
    assert Counter(records_of(as_bytes(*map(validated, bundles)))) == Counter(platform)


def test_every_record_of_the_platform_comes_back_from_one_bundle(platform):
    bundle = validated(written(*platform))
    assert Counter(records_of(as_bytes(bundle))) == Counter(platform)
    assert len(resources(bundle, "Location")) == 16
    urls = [entry["fullUrl"] for entry in bundle["entry"]]
    assert len(set(urls)) == len(urls)


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize(
    "record",
    [
        GOOD,
        WHOLE,
        DoseRecord(),
        DoseRecord(unreadable=frozenset({"birth_date", "sex", "vaccinated_on", "dose_number"})),
        changed(unreadable=frozenset({"doses_in_series"}), doses_in_series=None),
        changed(birth_date=PartialDate(1939)),
        changed(birth_date=PartialDate(1939, 5)),
        changed(birth_date=date(985, 4, 3)),
        changed(sex=Sex.MALE),
        changed(sex=None),
        changed(identity_number="123456789"),
        changed(identity_number="12345678", identity_number_was_numeric=True),
        changed(identity_number="C1234567"),
        changed(identity_number="X00001234", nationality="Hàn Quốc"),
        changed(identity_number="không có"),
        changed(identity_number=None, identity_number_was_numeric=False),
        changed(nationality=None),
        changed(nationality="VNM"),
        changed(nationality="Atlantis"),
        changed(full_name="An"),
        changed(full_name="\u200b"),
        changed(full_name="Nguyễn  Thị   Thử"),
        changed(full_name="<b>&\"'\u0007"),
        changed(vaccine="Nanocovax"),
        changed(vaccine="Inactivated-SARS-CoV-2-Vero-Cell"),
        changed(vaccine="EU/1/20/1528"),
        changed(vaccine="Abdala"),
        changed(vaccine=None),
        changed(manufacturer="Hãng thử"),
        changed(lot=None),
        changed(lot="unknown"),
        changed(dose_number=0),
        changed(dose_number=999_999),
        changed(dose_number=None),
        changed(doses_in_series=None),
        changed(dose_number=None, doses_in_series=None, vaccine="Nanocovax"),
        changed(vaccinated_on=None),
        changed(status="completed"),
        changed(status="Đã tiêm"),
        changed(status="not-done"),
        changed(status="entered-in-error"),
        changed(status="given in FRA"),
        changed(facility_code="79001"),
        changed(facility_name="Trạm Y tế mẫu"),
        changed(province_code="79"),
        changed(province_name="Tỉnh Đồng Nai"),
    ],
    ids=str,
)
def test_records_come_back_from_valid_bundles(record, profile):
    assert records_of(as_bytes(validated(written(record, profile=profile)))) == [record]


def test_a_dose_recorded_twice_comes_back_twice():
    bundle = validated(written(GOOD, GOOD, profile=Profile.IPS))
    assert records_of(as_bytes(bundle)) == [GOOD, GOOD]


@pytest.mark.parametrize("profile", Profile)
def test_what_another_library_writes_of_a_bundle_is_read(profile):
    theirs = Bundle.model_validate_json(json.dumps(written(WHOLE, profile=profile))).model_dump_json()
    assert records_of(theirs.encode()) == [WHOLE]


# the same every time, and telling nobody more


def test_same_records_give_the_same_bundle():
    assert written(GOOD, WHOLE) == written(GOOD, WHOLE)
    assert written(GOOD, keys=KEYS) == written(GOOD, keys=KEYS)


def test_names_follow_from_keys():
    plain, keyed = written(WHOLE), written(WHOLE, keys=KEYS)
    other = written(WHOLE, keys=RecordKeys(b"Test" * 8))
    for kind, differ in (("Patient", True), ("Immunization", True), ("Location", False)):
        (one,), (two,), (three,) = (resources(bundle, kind) for bundle in (plain, keyed, other))
        assert len({one["id"], two["id"], three["id"]}) == (3 if differ else 1)


def test_a_person_has_one_name_in_every_bundle():
    first, second = written(GOOD, keys=KEYS), written(changed(lot="TEST-002", dose_number=3), keys=KEYS)
    assert resources(first, "Patient") == resources(second, "Patient")
    assert resources(first, "Immunization")[0]["id"] != resources(second, "Immunization")[0]["id"]


def test_another_spelling_is_another_person():
    bundle = written(GOOD, changed(full_name="NGUYỄN THỊ THỬ NGHIỆM"))
    assert len(resources(bundle, "Patient")) == 2


# vn-core


def test_patient_of_the_national_guide():
    (person,) = resources(written(WHOLE), "Patient")
    assert person["meta"]["profile"] == [
        "http://fhir.ehealth.gov.vn/core/StructureDefinition/vn-core-patient"
    ]
    assert person["name"] == [
        {
            "use": "official",
            "text": "Nguyễn Thị Thử Nghiệm",
            "family": "Nguyễn",
            "given": ["Thị", "Thử", "Nghiệm"],
        }
    ]
    assert (person["gender"], person["birthDate"]) == ("female", "1985-04-03")
    (nationality,) = person["extension"]
    assert nationality["url"].endswith("/core/StructureDefinition/extension-nationality")
    assert nationality["valueCodeableConcept"]["coding"][0]["code"] == "VN"


@pytest.mark.parametrize(
    ("number", "nationality", "system", "kind"),
    [
        ("001185000001", "Việt Nam", "national_id", "NI"),
        ("001185000001", None, "national_id", "NI"),
        ("123456789", "Viet Nam", "citizen_id", "NI"),
        ("C1234567", "VN", "passport_number", "PPN"),
        ("X00001234", "Nhật Bản", "passport_number", "PPN"),
        ("123456789", "France", "passport_number", "PPN"),
    ],
)
def test_numbers_have_the_system_of_their_form(number, nationality, system, kind):
    (person,) = resources(written(changed(identity_number=number, nationality=nationality)), "Patient")
    (identifier,) = person["identifier"]
    assert identifier["system"] == f"http://fhir.ehealth.gov.vn/core/sid/{system}"
    assert [coding["code"] for coding in identifier["type"]["coding"]] == [kind]
    assert (identifier["use"], identifier["value"]) == ("official", number)


def test_number_of_no_form_has_no_system():
    (person,) = resources(written(changed(identity_number="1185000001")), "Patient")
    assert person["identifier"] == [{"use": "official", "type": {"text": "CCCD/CMND"}, "value": "1185000001"}]


def test_immunization_of_the_national_guide():
    bundle = written(WHOLE)
    (person,), (place,), (dose,) = (
        resources(bundle, kind) for kind in ("Patient", "Location", "Immunization")
    )
    assert dose["meta"]["profile"] == [
        "http://fhir.ehealth.gov.vn/core/StructureDefinition/vn-core-immunization"
    ]
    assert dose["status"] == "completed"
    assert dose["occurrenceDateTime"] == "2021-09-15"
    assert dose["patient"] == {"reference": f"urn:uuid:{person['id']}"}
    assert dose["location"] == {"reference": f"urn:uuid:{place['id']}"}
    assert dose["encounter"]["extension"][0]["valueCode"] == "unknown"
    assert dose["manufacturer"] == {
        "identifier": {"system": "https://spor.ema.europa.eu/v1/organisations", "value": "ORG-100001699"},
        "display": "ORG-100001699",
    }
    assert dose["vaccineCode"]["text"] == "AstraZeneca"
    assert [(one["system"], one["code"]) for one in dose["vaccineCode"]["coding"]] == [
        ("https://ec.europa.eu/health/documents/community-register/html/", "EU/1/21/1529"),
        ("http://snomed.info/sct", "29061000087103"),
        ("http://hl7.org/fhir/sid/cvx", "210"),
    ]
    (protocol,) = dose["protocolApplied"]
    assert protocol["targetDisease"][0]["coding"][0]["code"] == "840539006"
    assert (protocol["doseNumberPositiveInt"], protocol["seriesDosesPositiveInt"]) == (2, 2)
    assert (place["identifier"][0]["value"], place["name"]) == ("79001", "Trạm Y tế mẫu")
    assert place["address"]["state"] == "Thành phố Hồ Chí Minh"


# IPS


def test_document_of_the_international_summary():
    bundle = written(WHOLE, changed(lot="TEST-002"), profile=Profile.IPS)
    assert bundle["type"] == "document"
    assert bundle["timestamp"] == "2022-06-01T08:00:00+00:00"
    first = bundle["entry"][0]["resource"]
    assert first["resourceType"] == "Composition"
    assert first["type"]["coding"][0]["code"] == "60591-5"
    names = {entry["fullUrl"] for entry in bundle["entry"]}
    immunizations, *required = first["section"]
    assert immunizations["code"]["coding"][0]["code"] == "11369-6"
    assert [one["reference"] for one in immunizations["entry"]] == [
        f"urn:uuid:{dose['id']}" for dose in resources(bundle, "Immunization")
    ]
    assert {section["code"]["coding"][0]["code"] for section in required} == {"11450-4", "10160-0", "48765-2"}
    assert all(section["emptyReason"]["coding"][0]["code"] == "unavailable" for section in required)
    assert names >= {first["subject"]["reference"], first["author"][0]["reference"]}
    assert "encounter" not in resources(bundle, "Immunization")[0]
    (nationality,) = resources(bundle, "Patient")[0]["extension"]
    assert nationality["url"] == "http://hl7.org/fhir/StructureDefinition/patient-nationality"


def test_narrative_is_text_and_no_markup():
    bundle = written(changed(lot='<script>"&\x07'), profile=Profile.IPS)
    narrative = bundle["entry"][0]["resource"]["section"][0]["text"]["div"]
    assert "<td>&lt;script&gt;&quot;&amp;</td>" in narrative


# what cannot be written


def test_a_document_is_of_one_person():
    with pytest.raises(ValueError, match="one person"):
        written(GOOD, changed(full_name="Lê Thử"), profile=Profile.IPS)


@pytest.mark.parametrize("profile", Profile)
def test_a_bundle_is_of_some_record(profile):
    with pytest.raises(ValueError, match="one person"):
        written(profile=profile)


def batch_of(*records):
    """As `Conversion` gives it."""
    names = ("full_name", "lot")
    columns = [[texts_of(record).fields[name] for record in records] for name in names]
    numbers = [record.identity_number_was_numeric for record in records]
    return pa.RecordBatch.from_arrays(
        [*(pa.array(column, pa.string()) for column in columns), pa.array(numbers)], names=[*names, "numeric"]
    )


@pytest.mark.parametrize("profile", Profile)
def test_more_than_a_batch_is_more_than_a_bundle(profile):
    writer = fhir_writer(BundleMaker(profile, at=AT), whole=True)
    with pytest.raises(AdapterError, match="more than 1 records; expected a name that ends in") as caught:
        list(writer.pieces(("full_name", "lot"), [batch_of(GOOD), batch_of(GOOD)]))
    assert caught.value.reason is Reason.FILE_UNWRITABLE


def test_no_records_are_an_empty_collection_and_no_document():
    collection, document = (fhir_writer(BundleMaker(profile, at=AT), whole=True) for profile in Profile)
    (line,) = collection.pieces((), [])
    assert records_of(line) == []
    with pytest.raises(AdapterError, match="0 persons"):
        list(document.pieces((), []))


def test_doses_of_a_person_are_in_one_bundle_where_they_are_in_one_batch():
    writer = fhir_writer(BundleMaker(Profile.VN_CORE, at=AT), whole=False)
    again = changed(lot="TEST-002")
    first, second = writer.pieces(("full_name", "lot"), [batch_of(GOOD, again), batch_of(again)])
    assert [len(part.splitlines()) for part in (first, second)] == [1, 1]
    assert [record.lot for record in records_of(first + second)] == ["TEST-001", "TEST-002", "TEST-002"]


def test_a_row_that_was_not_taken_apart_cannot_be_written():
    with pytest.raises(ValueError, match="no fields"):
        written(DoseRecord(unreadable=frozenset({WHOLE_ROW})))


def test_the_time_needs_a_zone():
    with pytest.raises(ValueError, match="timezone-aware"):
        to_bundle([GOOD], profile=Profile.IPS, at=datetime(2022, 6, 1))  # noqa: DTZ001


def test_repr_holds_no_personal_data():
    assert repr(texts_of(GOOD)) == "<RecordTexts>"
