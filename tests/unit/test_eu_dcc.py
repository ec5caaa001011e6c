from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from unittest import mock

import cbor2
import pytest
from cbor2 import CBORTag
from test_vectors.samples import DROP, antigen_test, dcc, dose, name, nucleic_acid_test, recovery
from tests.support.signers import certificate, person, vaccination

import vaxcert as vc
from vaxcert import payloads
from vaxcert.errors import DecodeError, EncodeError, Reason, UnsupportedError
from vaxcert.payloads import eu_dcc

ID = "URN:UVCI:01:VN:4E5F1A0C9B7D42E8A3D6C0F1B2A39485"


def read(payload):
    made, findings = eu_dcc.read(payload)
    return made, {(finding.code.value, finding.field) for finding in findings}


def found(**changes):
    return read(dcc(**changes))[1]


def refusal(payload):
    with pytest.raises(vc.VaxcertError) as caught:
        eu_dcc.read(payload)
    return caught.value


# --- reading what follows the schema


def test_vaccination():
    made, findings = read(dcc())
    assert findings == set()
    assert made == vc.HealthCertificate(
        subject=vc.Person(
            family_name="Nguyễn",
            given_name="Văn Thử",
            standard_family_name="NGUYEN",
            standard_given_name="VAN<THU",
            birth_date=date(1990, 5, 17),
        ),
        vaccination=vc.Vaccination(
            disease="840539006",
            prophylaxis="1119349007",
            product="EU/1/20/1528",
            marketing_holder="ORG-100030215",
            dose_number=2,
            doses_in_series=2,
            vaccinated_on=date(2025, 12, 20),
            country="VN",
            authority="Bộ Y tế (TEST)",
            certificate_id=ID,
        ),
        version="1.3.0",
    )


def test_tests_of_both_types():
    made, findings = read(dcc(t=[nucleic_acid_test()]))
    assert (made.test.name, made.test.device, made.test.test_type) == ("TEST assay", None, "LP6464-4")
    assert made.test.sampled_at == datetime(2026, 1, 4, 8, 30, tzinfo=UTC)
    assert (made.test.result, made.test.centre) == ("260415000", "TEST centre")
    assert findings == set()
    made, findings = read(dcc(t=[antigen_test(tc=DROP)]))
    assert (made.test.name, made.test.device, made.test.centre) == (None, "1232", None)
    assert findings == set()


def test_recovery():
    made, findings = read(dcc(r=[recovery()]))
    assert made.recovery.first_positive == date(2025, 12, 10)
    assert (made.recovery.valid_from, made.recovery.valid_until) == (date(2025, 12, 21), date(2026, 6, 8))
    assert (made.recovery.disease, made.recovery.certificate_id) == ("840539006", ID)
    assert findings == set()


@pytest.mark.parametrize("version", sorted(eu_dcc.VERSIONS))
def test_every_version_of_the_schema(version):
    made, findings = read(dcc(ver=version))
    assert (made.version, findings) == (version, set())


# --- versions


@pytest.mark.parametrize("version", ["1.0.4", "1.4.0", "1.30.0", "01.3.0x", "x", "1.3", "1.3.0.1", "１.3.0"])
def test_version_nobody_published_is_found(version):
    made, findings = read(dcc(ver=version))
    assert (made.version, findings) == (version, {("version-unknown", "ver")})


@pytest.mark.parametrize("version", ["0.9.0", "2.0.0", "10.0.0", "01.3.0"])
def test_another_major_version_is_not_supported(version):
    error = refusal(dcc(ver=version))
    assert isinstance(error, UnsupportedError)
    assert error.reason is Reason.PAYLOAD_VERSION


@pytest.mark.parametrize(
    ("version", "code"),
    [(DROP, "field-missing"), (None, "field-missing"), (1, "field-type"), (" ", "field-padded")],
)
def test_version_missing_or_of_another_type(version, code):
    assert (code, "ver") in found(ver=version)


def test_long_version_is_cut_in_the_message():
    assert len(str(refusal(dcc(ver="2." + "0" * 5000 + ".0")))) < 80


# --- shape


@pytest.mark.parametrize("payload", [None, [], "x", 1, b"", CBORTag(0, {})])
def test_payload_that_is_no_map(payload):
    error = refusal(payload)
    assert isinstance(error, DecodeError)
    assert error.reason is Reason.PAYLOAD_STRUCTURE


@pytest.mark.parametrize(
    "events",
    [{"v": DROP}, {"v": []}, {"v": None}, {"v": [None]}, {"v": {}}, {"v": "x"}, {"t": [1], "r": [[]]}],
)
def test_nothing_attested(events):
    payload = dcc(**events) if "v" in events else dcc(v=DROP, **events)
    assert refusal(payload).reason is Reason.PAYLOAD_STRUCTURE


def test_null_and_odd_groups_beside_an_event():
    assert found(v=[dose()], t=None, r=None) == {("field-null", "t"), ("field-null", "r")}
    assert found(v=[dose()], t={}, r="") == {("field-type", "t"), ("field-type", "r")}
    assert found(v=[dose(), None]) == {("field-null", "v")}
    assert found(v=[dose(), 1]) == {("field-type", "v")}
    assert found(v=[dose()], t=[], r=[]) == set()


def test_several_events_of_one_kind_and_of_several():
    made, findings = read(dcc(v=[dose(dn=1), dose(dn=2)]))
    assert [event.dose_number for event in made.events] == [1, 2]
    assert findings == {("several-events", "")}
    made, findings = read(dcc(v=[dose()], t=[antigen_test()], r=[recovery(), recovery(du="2026-06-09")]))
    assert [type(event) for event in made.events] == [vc.Vaccination, vc.Test, vc.Recovery, vc.Recovery]
    assert made.further_events[0].valid_until == date(2026, 6, 9)
    assert findings == {("several-events", "")}


def test_unknown_fields_are_found_and_left_alone():
    assert found(meta={"x": 1}) == {("field-unknown", "hcert")}
    assert found(nam=name(middle="X")) == {("field-unknown", "nam")}
    assert found(v=[dose(lot="X")]) == {("field-unknown", "v")}
    assert found(t=[antigen_test(x=1)]) == {("field-unknown", "t")}
    assert found(t=[antigen_test(dr="2026-01-04T10:00:00Z")]) == set()
    assert found(r=[recovery(x=1)]) == {("field-unknown", "r")}
    assert found(**{"x": DROP}, v=[{**dose(), 1: 2}]) == {("field-unknown", "v")}


def test_as_many_fields_as_there_should_be_but_one_unknown():
    assert found(v=[dose(co=DROP, lot="X")]) == {("field-unknown", "v"), ("field-missing", "v.co")}
    assert found(dob=DROP, x=1) == {("field-unknown", "hcert"), ("field-missing", "dob")}
    assert found(nam=name(fn=DROP, x="X")) == {("field-unknown", "nam")}


# --- names


@pytest.mark.parametrize("nam", [DROP, None, 1, [], "Nguyễn"])
def test_name_missing_or_of_another_type(nam):
    made, findings = read(dcc(nam=nam))
    assert made.subject == vc.Person(birth_date=date(1990, 5, 17))
    expected = "field-missing" if nam is None or nam is DROP else "field-type"
    assert findings == {(expected, "nam")}


@pytest.mark.parametrize("field", ["fn", "gn", "fnt", "gnt"])
def test_every_name_may_be_left_out(field):
    assert found(nam=name(**{field: DROP})) == set()
    assert found(nam=name(**{field: ""})) == set()
    assert found(nam=name(**{field: None})) == {("field-null", f"nam.{field}")}
    assert found(nam=name(**{field: 1})) == {("field-type", f"nam.{field}")}
    assert ("field-padded", f"nam.{field}") in found(nam=name(**{field: " X "}))


@pytest.mark.parametrize("text", ["NGUYỄN", "nguyen", "A1", "A B", "A-B"])
def test_standard_names_of_another_form(text):
    made, findings = read(dcc(nam=name(fnt=text, gnt=text)))
    assert findings == {("name-not-standard", "nam.fnt"), ("name-not-standard", "nam.gnt")}
    assert made.subject.standard_family_name == text


# --- texts


def test_padded_text_is_trimmed():
    made, findings = read(dcc(v=[dose(tg=" 840539006\n", co="VN\u00a0")]))
    assert (made.vaccination.disease, made.vaccination.country) == ("840539006", "VN")
    assert findings == {("field-padded", "v.tg"), ("field-padded", "v.co")}


def test_text_that_is_not_composed_is_composed():
    made, findings = read(dcc(nam=name(fn="Nguye\u0302\u0303n")))
    assert made.subject.family_name == "Nguyễn"
    assert findings == {("text-not-nfc", "nam.fn")}


def test_length_of_text():
    made, findings = read(dcc(v=[dose(**{"is": "ộ" * 80})]))
    assert findings == set()
    made, findings = read(dcc(v=[dose(**{"is": "ộ" * 81})]))
    assert len(made.vaccination.authority) == 81
    assert findings == {("field-too-long", "v.is")}
    assert found(v=[dose(**{"is": " " + "x" * 80})]) == {("field-padded", "v.is")}


@pytest.mark.parametrize("field", ["tg", "vp", "mp", "ma", "co", "is", "ci"])
def test_required_texts(field):
    assert found(v=[dose(**{field: DROP})]) == {("field-missing", f"v.{field}")}
    assert found(v=[dose(**{field: ""})]) == {("field-missing", f"v.{field}")}
    assert found(v=[dose(**{field: "  "})]) == {
        ("field-missing", f"v.{field}"),
        ("field-padded", f"v.{field}"),
    }
    assert found(v=[dose(**{field: None})]) == {("field-missing", f"v.{field}")}
    assert found(v=[dose(**{field: ["x"]})]) == {("field-type", f"v.{field}")}
    assert found(v=[dose(**{field: CBORTag(0, "x")})]) == {("field-type", f"v.{field}")}


def test_optional_texts_of_a_test():
    for field in ("nm", "ma", "tc"):
        assert found(t=[antigen_test(**{field: DROP})]) == set()
        assert found(t=[antigen_test(**{field: ""})]) == set()
        assert found(t=[antigen_test(**{field: None})]) == {("field-null", f"t.{field}")}


# --- numbers


@pytest.mark.parametrize("field", ["dn", "sd"])
@pytest.mark.parametrize(
    ("value", "number", "code"),
    [
        (0, 0, None),
        (10**30, 10**30, None),
        (2.0, 2, "number-float"),
        (2.5, None, "field-type"),
        (1e300, int(1e300), "number-float"),
        (True, None, "field-type"),
        ("2", None, "field-type"),
        (None, None, "field-missing"),
        (DROP, None, "field-missing"),
        ([2], None, "field-type"),
    ],
)
def test_dose_numbers(field, value, number, code):
    made, findings = read(dcc(v=[dose(**{field: value})]))
    read_number = made.vaccination.dose_number if field == "dn" else made.vaccination.doses_in_series
    assert (read_number, type(read_number)) == (number, type(number))
    assert findings == ({(code, f"v.{field}")} if code else set())


# --- dates

DATES = [
    ("2025-12-20", date(2025, 12, 20), set()),
    ("2024-02-29", date(2024, 2, 29), set()),
    ("2023-02-29", None, {"date-unreadable"}),
    ("2025-12-20 ", date(2025, 12, 20), {"field-padded"}),
    ("2025-12-20T08:00:00Z", date(2025, 12, 20), {"date-with-time"}),
    ("2025-12-20T23:00:00-11:00", date(2025, 12, 20), {"date-with-time"}),
    (" 2025-12-20T08:00", date(2025, 12, 20), {"field-padded", "date-with-time"}),
    ("20251220", None, {"date-unreadable"}),
    ("20251220T080000", None, {"date-unreadable"}),
    ("2025-W51-6", None, {"date-unreadable"}),
    ("2025-12", None, {"date-unreadable"}),
    ("20.12.2025", None, {"date-unreadable"}),
    ("x" * 10, None, {"date-unreadable"}),
    ("", None, {"field-missing"}),
    (" \t", None, {"field-missing", "field-padded"}),
    (20251220, None, {"field-type"}),
    (None, None, {"field-missing"}),
    (DROP, None, {"field-missing"}),
    (CBORTag(0, "2025-12-20"), date(2025, 12, 20), {"field-tagged"}),
    (CBORTag(0, "2025-12-20T00:00:00Z"), date(2025, 12, 20), {"field-tagged", "date-with-time"}),
    (CBORTag(1, 1766188800), None, {"field-tagged", "field-type"}),
    (CBORTag(0, None), None, {"field-tagged", "field-missing"}),
    (CBORTag(0, ""), None, {"field-tagged", "field-missing"}),
]


@pytest.mark.parametrize(("value", "day", "codes"), DATES)
def test_day_of_vaccination(value, day, codes):
    made, findings = read(dcc(v=[dose(dt=value)]))
    assert made.vaccination.vaccinated_on == day
    assert findings == {(code, "v.dt") for code in codes}


@pytest.mark.parametrize("field", ["fr", "df", "du"])
def test_days_of_a_recovery(field):
    assert found(r=[recovery(**{field: "2025-12-20T08:00:00Z"})]) == {("date-with-time", f"r.{field}")}
    assert found(r=[recovery(**{field: DROP})]) == {("field-missing", f"r.{field}")}


@pytest.mark.parametrize(
    ("value", "born", "codes"),
    [
        ("1990-05-17", date(1990, 5, 17), set()),
        ("1990", vc.PartialDate(1990), {"birth-date-partial"}),
        ("1990-05", vc.PartialDate(1990, 5), {"birth-date-partial"}),
        ("1990-01", vc.PartialDate(1990, 1), {"birth-date-partial"}),
        ("1990-ab", None, {"date-unreadable"}),
        ("1990-１２", None, {"date-unreadable"}),
        ("1990-12", vc.PartialDate(1990, 12), {"birth-date-partial"}),
        ("1990-13", None, {"date-unreadable"}),
        ("1990-00", None, {"date-unreadable"}),
        ("1990-", None, {"date-unreadable"}),
        ("0000", None, {"date-unreadable"}),
        ("0001", vc.PartialDate(1), {"birth-date-partial"}),
        ("１９９０", None, {"date-unreadable"}),
        ("", None, {"birth-date-partial"}),
        ("  ", None, {"birth-date-partial", "field-padded"}),
        (" 1990", vc.PartialDate(1990), {"birth-date-partial", "field-padded"}),
        ("1990-05-17T00:00:00Z", date(1990, 5, 17), {"date-with-time"}),
        ("1990-05-17 ", date(1990, 5, 17), {"field-padded"}),
        ("1990-02-30", None, {"date-unreadable"}),
        ("XX", None, {"date-unreadable"}),
        (1990, None, {"field-type"}),
        (None, None, {"field-missing"}),
        (DROP, None, {"field-missing"}),
        (CBORTag(0, "1990"), vc.PartialDate(1990), {"field-tagged", "birth-date-partial"}),
    ],
)
def test_birth_date(value, born, codes):
    made, findings = read(dcc(dob=value))
    assert made.subject.birth_date == born
    assert findings == {(code, "dob") for code in codes}


@pytest.mark.parametrize(
    ("value", "moment", "codes"),
    [
        ("2026-01-04T08:30:00Z", datetime(2026, 1, 4, 8, 30, tzinfo=UTC), set()),
        ("2026-01-04T08:30:00.123456Z", datetime(2026, 1, 4, 8, 30, 0, 123456, tzinfo=UTC), set()),
        ("2026-01-04T15:30:00+07:00", datetime(2026, 1, 4, 8, 30, tzinfo=UTC), set()),
        ("2026-01-04T15:30:00+0700", datetime(2026, 1, 4, 8, 30, tzinfo=UTC), set()),
        ("2026-01-04T08:30:00", datetime(2026, 1, 4, 8, 30, tzinfo=UTC), {"date-without-zone"}),
        ("2026-01-04", datetime(2026, 1, 4, tzinfo=UTC), {"date-without-zone"}),
        (CBORTag(0, "2026-01-04T08:30:00Z"), datetime(2026, 1, 4, 8, 30, tzinfo=UTC), {"field-tagged"}),
        (CBORTag(1, 1767515400), None, {"field-tagged", "field-type"}),
        ("2026-01-04T25:00:00Z", None, {"date-unreadable"}),
        ("yesterday", None, {"date-unreadable"}),
        (" 2026-01-04T08:30:00Z\n", datetime(2026, 1, 4, 8, 30, tzinfo=UTC), {"field-padded"}),
        ("0001-01-01T00:00:00+00:01", None, {"date-unreadable"}),
        ("9999-12-31T23:59:59-00:01", None, {"date-unreadable"}),
        ("", None, {"field-missing"}),
        (" ", None, {"field-missing", "field-padded"}),
        (0, None, {"field-type"}),
        (None, None, {"field-missing"}),
        (DROP, None, {"field-missing"}),
    ],
)
def test_moment_of_a_sample(value, moment, codes):
    made, findings = read(dcc(t=[antigen_test(sc=value)]))
    assert made.test.sampled_at == moment
    assert findings == {(code, "t.sc") for code in codes}
    assert moment is None or made.test.sampled_at.tzinfo is not None


# --- the short cut for the usual form


def test_short_cut_is_taken_for_the_usual_form_only():
    assert eu_dcc._plain_vaccination(dcc()) is not None
    for odd in (dcc(x=1), dcc(dob="1990"), dcc(v=[dose(), dose()]), dcc(ver="1.0.4"), dcc(nam=name(gn=""))):
        assert eu_dcc._plain_vaccination(odd) is None


def test_short_cut_reads_what_the_long_way_reads():
    for payload in (dcc(), dcc(ver="1.0.0"), dcc(v=[dose(dn=0, sd=-1, ci="x")], nam=name(fnt="<"))):
        short, no_findings = eu_dcc.read(payload)
        with mock.patch.object(eu_dcc, "_plain_vaccination", return_value=None):
            assert eu_dcc.read(payload) == (short, no_findings)


# --- the registry of profiles


def test_profile_is_found_by_its_number():
    made, findings = payloads.read({1: dcc()})
    assert (made, findings) == eu_dcc.read(dcc())
    assert payloads.read({-1: {}, 1: dcc(), "x": 1})[0] == made


@pytest.mark.parametrize("hcert", [{}, {2: dcc()}, {"1": dcc()}, {-6: {}}])
def test_profiles_nobody_reads_here(hcert):
    with pytest.raises(UnsupportedError) as caught:
        payloads.read(hcert)
    assert caught.value.reason is Reason.PAYLOAD_PROFILE
    assert len(str(caught.value)) < 100


def test_message_about_profiles_names_no_text_and_few_numbers():
    with pytest.raises(UnsupportedError) as caught:
        payloads.read({"Nguyễn": 1, **dict.fromkeys(range(100, 200))})
    assert str(caught.value) == "health claims [100, 101, 102, 103, 104] are not supported, 1 (EU DCC) is"


# --- writing


def write(one, names=("NGUYEN", "BAO<DUY"), **changes):
    fields = {"country": "VN", "authority": "Bộ Y tế", "certificate_id": ID} | changes
    return eu_dcc.write(one, names, **fields)


def test_written_vaccination_in_the_order_genuine_ones_have():
    made = write(certificate())
    assert made == {
        "v": [
            {
                "ci": ID,
                "co": "VN",
                "dn": 2,
                "dt": "2021-11-18",
                "is": "Bộ Y tế",
                "ma": "ORG-100030215",
                "mp": "EU/1/20/1528",
                "sd": 2,
                "tg": "840539006",
                "vp": "1119349007",
            }
        ],
        "dob": "1983-10-10",
        "nam": {"fn": "Nguyễn", "gn": "Bảo Duy", "fnt": "NGUYEN", "gnt": "BAO<DUY"},
        "ver": "1.3.0",
    }


TEST = vc.Test(
    disease="840539006",
    test_type="LP6464-4",
    name="TEST assay",
    device="1232",
    sampled_at=datetime(2022, 5, 30, 9, 15, 30, 999, tzinfo=timezone(timedelta(hours=7))),
    result="260415000",
    centre="TEST centre",
)
RECOVERY = vc.Recovery(
    disease="840539006",
    first_positive=date(2022, 3, 1),
    valid_from=date(2022, 3, 12),
    valid_until=date(2022, 8, 28),
)


def test_written_test():
    (entry,) = write(vc.HealthCertificate(subject=person(), test=TEST))["t"]
    assert entry == {
        "ci": ID,
        "co": "VN",
        "is": "Bộ Y tế",
        "ma": "1232",
        "nm": "TEST assay",
        "sc": "2022-05-30T02:15:30Z",
        "tc": "TEST centre",
        "tg": "840539006",
        "tr": "260415000",
        "tt": "LP6464-4",
    }
    bare = replace(TEST, name=None, device="", centre=None)
    (entry,) = write(vc.HealthCertificate(subject=person(), test=bare))["t"]
    assert {"ma", "nm", "tc"}.isdisjoint(entry)


def test_written_recovery():
    (entry,) = write(vc.HealthCertificate(subject=person(), recovery=RECOVERY))["r"]
    assert entry == {
        "ci": ID,
        "co": "VN",
        "df": "2022-03-12",
        "du": "2022-08-28",
        "fr": "2022-03-01",
        "is": "Bộ Y tế",
        "tg": "840539006",
    }


@pytest.mark.parametrize("event", [{"vaccination": vaccination()}, {"test": TEST}, {"recovery": RECOVERY}])
def test_map_keys_are_in_deterministic_order(event):
    def check(value):
        if isinstance(value, dict):
            encoded = [cbor2.dumps(key) for key in value]
            assert encoded == sorted(encoded, key=lambda key: (len(key), key))
            for item in value.values():
                check(item)
        elif isinstance(value, list):
            for item in value:
                check(item)

    check(write(vc.HealthCertificate(subject=person(), **event)))


@pytest.mark.parametrize(
    ("born", "written"),
    [
        (date(1983, 10, 10), "1983-10-10"),
        (vc.PartialDate(1983), "1983"),
        (vc.PartialDate(1983, 1), "1983-01"),
        (None, ""),
    ],
)
def test_written_birth_date(born, written):
    one = vc.HealthCertificate(subject=person(birth_date=born), vaccination=vaccination())
    assert write(one)["dob"] == written


@pytest.mark.parametrize(
    ("names", "given", "written", "version"),
    [
        (("A", ""), None, {"fn": "Nguyễn", "fnt": "A"}, "1.3.0"),
        (("", "B"), "Duy", {"fn": "Nguyễn", "gn": "Duy", "gnt": "B"}, "1.3.2"),
    ],
)
def test_empty_names_are_left_out_and_decide_the_version(names, given, written, version):
    one = vc.HealthCertificate(subject=person(given_name=given), vaccination=vaccination())
    made = write(one, names)
    assert (made["nam"], made["ver"]) == (written, version)


def test_own_country_authority_and_identifier_go_first():
    own = certificate(country="LA", authority="Another", certificate_id="URN:UVCI:01:LA:1")
    (entry,) = write(own)["v"]
    assert (entry["co"], entry["is"], entry["ci"]) == ("LA", "Another", "URN:UVCI:01:LA:1")


@pytest.mark.parametrize(
    "one",
    [
        vc.HealthCertificate(subject=person()),
        vc.HealthCertificate(subject=person(), vaccination=vaccination(), recovery=RECOVERY),
    ],
)
def test_other_numbers_of_events_are_not_written(one):
    with pytest.raises(EncodeError) as caught:
        write(one)
    assert caught.value.reason is Reason.VALUE_NOT_ENCODABLE


@pytest.mark.parametrize(
    "event",
    [
        {"vaccination": vaccination(country="VN", authority="A", certificate_id=ID)},
        {"test": replace(TEST, country="VN", authority="A", certificate_id=ID)},
        {"recovery": replace(RECOVERY, country="VN", authority="A", certificate_id=ID)},
    ],
)
def test_what_is_written_reads_back(event):
    one = vc.HealthCertificate(subject=person(), **event)
    made, findings = read(write(one))
    subject = person(standard_family_name="NGUYEN", standard_given_name="BAO<DUY")
    expected = replace(one, subject=subject, version="1.3.0")
    if one.test is not None:
        expected = replace(
            expected, test=replace(one.test, sampled_at=one.test.sampled_at.replace(microsecond=0))
        )
    assert (made, findings) == (expected, set())
