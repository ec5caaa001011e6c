import copy
import dataclasses
import io
import json
import unicodedata
from datetime import UTC, date, datetime

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.fhir import as_bytes, bundle, immunization, patient, records_of

from vaxcert.adapters.records.fhir.resources import Profile
from vaxcert.adapters.records.fhir.writing import to_bundle
from vaxcert.adapters.records.rows import read_records
from vaxcert.adapters.records.values import clean
from vaxcert.errors import AdapterError, Reason
from vaxcert.model.certificate import PartialDate
from vaxcert.model.dose_record import DoseRecord, Sex

AT = datetime(2022, 6, 1, tzinfo=UTC)

WORDS = st.sampled_from(
    (
        *("Nguyễn", "Đặng", "Thị", "Việt Nam", "Hàn Quốc", "001185000001", "123456789", "TEST-001"),
        *("AstraZeneca", "vắc xin Pfizer", "EU/1/20/1528", "unknown", "completed", "not-done", "1 / 2"),
    )
)
CHARACTERS = st.characters(exclude_categories=("Cs",), exclude_characters="\0")
TEXTS = st.none() | WORDS | st.text(CHARACTERS, max_size=30).map(clean).map(lambda text: text or None)
DATES = st.dates(date(1, 1, 1), date(9999, 12, 31))
PARTIAL_DATES = st.builds(PartialDate, st.integers(1, 9999), st.none() | st.integers(1, 12))
NUMBERS = st.none() | st.integers(0, 999_999)
PARSED = {
    "birth_date": st.none() | DATES | PARTIAL_DATES,
    "sex": st.none() | st.sampled_from(Sex),
    "dose_number": NUMBERS,
    "doses_in_series": NUMBERS,
    "vaccinated_on": st.none() | DATES,
}
NAMES = [one.name for one in dataclasses.fields(DoseRecord)]


@st.composite
def dose_records(draw):
    unreadable = draw(st.frozensets(st.sampled_from(sorted(PARSED)), max_size=2))
    values = {
        name: draw(PARSED.get(name, TEXTS))
        for name in NAMES
        if name not in {"identity_number_was_numeric", "unreadable", *unreadable}
    }
    # a number that is not there was nothing
    numeric = values["identity_number"] is not None and draw(st.booleans())
    return DoseRecord(**values, identity_number_was_numeric=numeric, unreadable=unreadable)


@settings(max_examples=40)
@given(st.lists(dose_records(), min_size=1, max_size=4), st.sampled_from(Profile))
def test_records_come_back_from_their_bundles(records, profile):
    bundles = [to_bundle([record], profile=profile, at=AT) for record in records]
    assert records_of(as_bytes(*bundles)) == records


@settings(max_examples=20)
@given(st.lists(dose_records(), min_size=1, max_size=4))
def test_records_come_back_from_one_bundle(records):
    back = records_of(as_bytes(to_bundle(records, profile=Profile.VN_CORE, at=AT)))
    assert sorted(map(key, back)) == sorted(map(key, records))


def key(record):
    return repr([(name, str(getattr(record, name))) for name in NAMES if name != "unreadable"]) + repr(
        sorted(record.unreadable)
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def places(value, path=()):
    """Every place in a JSON value."""
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in inside:
        yield from places(inner, (*path, name))


def put(value, path, other):
    if not path:
        return other
    value = copy.deepcopy(value)
    inner = value
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = other
    return value


WHOLE = bundle(
    patient(extension=[{"url": "urn:x", "valueCode": "VN"}], contained=[{"resourceType": "Patient"}]),
    immunization(
        performer=[{"actor": {"reference": "Organization/o"}}],
        location={"reference": "Location/l"},
        manufacturer={"display": "x"},
        extension=[{"url": "http://x/DDCCEventBrand", "valueCoding": {"code": "x"}}],
        vaccineCode={"text": "x", "coding": [{"system": "x", "code": "208"}]},
    ),
    {"resourceType": "Location", "id": "l", "address": {"state": "x"}, "identifier": [{"value": "1"}]},
    {"resourceType": "Organization", "id": "o", "address": [{"state": "x"}]},
)
PLACES = sorted(places(WHOLE), key=repr)


def read_or_refused(data):
    try:
        return list(read_records(io.BytesIO(data)))
    except AdapterError as error:
        refusal = error
    assert refusal.reason in {Reason.FILE_UNREADABLE, Reason.COLUMN_MISSING, Reason.COLUMN_TYPE}
    assert "\n" not in str(refusal)
    return []


@settings(max_examples=80)
@given(st.sampled_from(PLACES), JSON)
def test_any_value_at_any_place_is_a_row_or_an_error_of_ours(path, value):
    rows = read_or_refused(as_bytes(put(WHOLE, path, value)))
    for row in rows:
        assert all(isinstance(text, str) for text in row.original.values())
        "".join(row.original.values()).encode()


@settings(max_examples=50)
@given(st.integers(0, 10_000), st.binary(max_size=3))
def test_any_damage_is_a_row_or_an_error_of_ours(place, other):
    data = as_bytes(WHOLE)
    place %= len(data)
    read_or_refused(data[:place] + other + data[place + len(other) :])
    read_or_refused(data[:place])


@settings(max_examples=40)
@given(st.text(max_size=20))
def test_texts_are_kept_as_they_are(text):
    (row,) = read_records(io.BytesIO(as_bytes(bundle(patient(), immunization(lotNumber=text)))))
    expected = text.encode(errors="replace").decode().replace("\0", "\ufffd").strip(" \t\r\n")
    assert row.original["lot"] == expected
    assert (row.record.lot or "") == unicodedata.normalize("NFC", expected) or expected.startswith("#")
    json.dumps(row.original)
