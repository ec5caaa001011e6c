from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.support.signers import NOW, certificate, person, vaccination

import vaxcert as vc
from vaxcert.findings import Finding, FindingCode
from vaxcert.model import value_sets
from vaxcert.model.names import standard_names
from vaxcert.payloads.fields import MAX_TEXT
from vaxcert.rules.lint import ALLOWED_ON_ISSUE, lint, lint_text, refused

EXPIRES = NOW + timedelta(days=365)
SECOND = timedelta(seconds=1)

TEST = vc.Test(
    disease="840539006",
    test_type="LP6464-4",
    name="TEST assay",
    sampled_at=datetime(2022, 5, 30, 9, 15, tzinfo=UTC),
    result="260415000",
    centre="TEST centre",
)
RECOVERY = vc.Recovery(
    disease="840539006",
    first_positive=date(2022, 3, 1),
    valid_from=date(2022, 3, 12),
    valid_until=date(2022, 8, 28),
)


def found(one, *, names=None, expires=EXPIRES, signer_ends=EXPIRES):
    findings = lint(
        one,
        names or standard_names(one.subject),
        issued_at=NOW,
        expires=expires,
        signer_ends=signer_ends,
    )
    return {(finding.code.value, finding.field) for finding in findings}


def of(event=None, **subject):
    event = event or vaccination()
    field = {vc.Vaccination: "vaccination", vc.Test: "test", vc.Recovery: "recovery"}[type(event)]
    return vc.HealthCertificate(subject=person(**subject), **{field: event})


@pytest.mark.parametrize("event", [vaccination(), TEST, RECOVERY])
def test_sound_certificates_have_no_finding(event):
    assert found(of(event)) == set()


def test_every_vaccine_licensed_in_viet_nam_passes_with_the_codes_to_issue_with():
    licensed = [one for one in value_sets.current().products.values() if one.licensed_in_vietnam]
    assert len(licensed) == 8
    for vaccine in licensed:
        dose = certificate(
            product=vaccine.code,
            marketing_holder=vaccine.holder,
            prophylaxis=vaccine.specific_prophylaxis,
        )
        assert found(dose) == set(), vaccine.code


def test_expiry_at_the_signer_s_end_and_one_second_past_it():
    assert found(of(), signer_ends=EXPIRES) == set()
    assert found(of(), signer_ends=EXPIRES - SECOND) == {("expiry-past-signer", "exp")}


def test_exactly_one_event():
    assert found(vc.HealthCertificate(subject=person())) == {("field-missing", "v")}
    assert found(replace(of(), recovery=RECOVERY)) == {("several-events", "v")}
    assert found(replace(of(), further_events=(vaccination(),))) == {("several-events", "v")}


# --- required fields


@pytest.mark.parametrize(
    ("event", "field", "path"),
    [
        (vaccination(), "disease", "v.tg"),
        (vaccination(), "prophylaxis", "v.vp"),
        (vaccination(), "product", "v.mp"),
        (vaccination(), "marketing_holder", "v.ma"),
        (vaccination(), "dose_number", "v.dn"),
        (vaccination(), "doses_in_series", "v.sd"),
        (vaccination(), "vaccinated_on", "v.dt"),
        (TEST, "disease", "t.tg"),
        (TEST, "test_type", "t.tt"),
        (TEST, "sampled_at", "t.sc"),
        (TEST, "result", "t.tr"),
        (RECOVERY, "disease", "r.tg"),
        (RECOVERY, "first_positive", "r.fr"),
        (RECOVERY, "valid_from", "r.df"),
        (RECOVERY, "valid_until", "r.du"),
    ],
)
def test_required_fields(event, field, path):
    assert found(of(replace(event, **{field: None}))) == {("field-missing", path)}
    if isinstance(getattr(event, field), str):
        assert ("field-missing", path) in found(of(replace(event, **{field: ""})))


@pytest.mark.parametrize("event", [vaccination(), TEST, RECOVERY])
@pytest.mark.parametrize("field", ["country", "authority", "certificate_id"])
def test_fields_that_may_be_left_to_the_issuer(event, field):
    assert found(of(replace(event, **{field: None}))) == set()


@pytest.mark.parametrize("field", ["name", "device", "centre"])
def test_fields_of_a_test_that_need_not_be_there(field):
    bare = replace(TEST, **{field: None}, authority=" x")
    expected = {("field-padded", "t.is")} | ({("test-fields-mismatch", "t")} if field == "name" else set())
    assert found(of(bare)) == expected


def test_a_dose_number_of_nought_is_out_of_range_and_not_missing():
    assert found(certificate(dose_number=0)) == {("dose-number-range", "v.dn")}


def test_birth_date_is_required_and_may_be_partial():
    assert found(of(birth_date=None)) == {("field-missing", "dob")}
    assert found(of(birth_date=vc.PartialDate(1983))) == set()


def test_moment_of_a_sample_needs_a_time_zone():
    assert found(of(replace(TEST, sampled_at=TEST.sampled_at.replace(tzinfo=None)))) == {
        ("date-without-zone", "t.sc")
    }


# --- names


def test_standard_names():
    for names in (("NGUYEN", "BAO<DUY"), ("<A", "B<<"), ("A" * MAX_TEXT, "B" * MAX_TEXT)):
        assert found(of(), names=names) == set()
    assert found(of(given_name=None), names=("NGUYEN", "")) == set()
    assert found(of(family_name=""), names=("", "BAO<DUY")) == set()
    assert found(of(), names=("NGUYỄN", "bao")) == {
        ("name-not-standard", "nam.fnt"),
        ("name-not-standard", "nam.gnt"),
    }
    assert found(of(), names=("A" * (MAX_TEXT + 1), "A" * (MAX_TEXT + 1))) == {
        ("field-too-long", "nam.fnt"),
        ("field-too-long", "nam.gnt"),
    }


def test_written_names():
    assert found(of(family_name=" Nguyễn")) == {("field-padded", "nam.fn")}
    assert found(of(given_name="Duy\n")) == {("field-padded", "nam.gn")}
    assert found(of(family_name="Nguye\u0302\u0303n")) == {("text-not-nfc", "nam.fn")}
    assert found(of(family_name=None, given_name=None, standard_family_name="X")) == set()
    assert found(of(family_name=None, given_name=None)) == {("name-missing", "nam")}
    long = "Ễ" * (MAX_TEXT + 1)
    assert found(of(given_name=long), names=("A", "B")) == {("field-too-long", "nam.gn")}


# --- form of texts


@pytest.mark.parametrize(
    ("event", "field", "path"),
    [
        (vaccination(), "authority", "v.is"),
        (TEST, "name", "t.nm"),
        (TEST, "centre", "t.tc"),
        (TEST, "authority", "t.is"),
        (RECOVERY, "authority", "r.is"),
    ],
)
def test_form_of_text_fields(event, field, path):
    def text(value):
        return found(of(replace(event, **{field: value})))

    assert text("ộ" * MAX_TEXT) == set()
    assert text("ộ" * (MAX_TEXT + 1)) == {("field-too-long", path)}
    assert text("Bộ Y tế ") == {("field-padded", path)}
    assert text("\u00a0Bộ Y tế") == {("field-padded", path)}
    assert text("Bo\u0323\u0302") == {("text-not-nfc", path)}
    assert text(" e\u0301" * 41) == {("field-padded", path), ("text-not-nfc", path), ("field-too-long", path)}


def test_padded_code_is_padded_and_unknown():
    assert found(certificate(disease="840539006 ")) == {("field-padded", "v.tg"), ("code-unknown", "v.tg")}


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("", []),
        ("a", []),
        ("a" * MAX_TEXT, []),
        ("a" * (MAX_TEXT + 1), [FindingCode.FIELD_TOO_LONG]),
        ("ế", []),
        ("e\u0302\u0301", [FindingCode.TEXT_NOT_NFC]),
        ("\ta", [FindingCode.FIELD_PADDED]),
        (" " * (MAX_TEXT + 1), [FindingCode.FIELD_TOO_LONG, FindingCode.FIELD_PADDED]),
    ],
)
def test_lint_of_one_text(text, codes):
    findings = []
    lint_text(text, "x", findings)
    assert findings == [Finding(code, "x") for code in codes]


# --- types


@pytest.mark.parametrize(
    ("event", "field", "value", "path"),
    [
        (vaccination(), "dose_number", 1.0, "v.dn"),
        (vaccination(), "dose_number", True, "v.dn"),
        (vaccination(), "doses_in_series", "2", "v.sd"),
        (vaccination(), "vaccinated_on", "2021-11-18", "v.dt"),
        (vaccination(), "vaccinated_on", NOW, "v.dt"),
        (vaccination(), "disease", 840539006, "v.tg"),
        (TEST, "sampled_at", date(2022, 5, 30), "t.sc"),
        (RECOVERY, "valid_from", NOW, "r.df"),
    ],
)
def test_values_of_another_type(event, field, value, path):
    assert found(of(replace(event, **{field: value}))) == {("field-type", path)}


@pytest.mark.parametrize("born", [NOW, "1983-10-10", 1983])
def test_birth_date_of_another_type(born):
    assert found(of(birth_date=born)) == {("field-type", "dob")}


def test_identifier_in_lower_case_is_read_and_not_issued():
    codes = {code for code, _ in found(certificate(certificate_id="urn:uvci:01:vn:abc"))}
    assert codes == {"certificate-id-form"}
    assert found(certificate(certificate_id="URN:UVCI:01:VN:ABC")) == set()


# --- content


def test_vaccine_type_of_an_earlier_edition_is_read_and_not_issued():
    earlier = "J07BX03"
    product = value_sets.current().products["EU/1/20/1528"]
    assert earlier in product.prophylaxis_ever - product.prophylaxis
    assert found(certificate(prophylaxis=earlier)) == {
        ("code-deprecated", "v.vp"),
        ("product-prophylaxis-mismatch", "v.vp"),
    }


def test_the_three_faults_of_viet_nam_s_sample():
    like_the_sample = certificate(
        product="EU/1/21/1529", marketing_holder="ORG-100030215", prophylaxis="J07BX03"
    )
    codes = {code for code, _ in found(like_the_sample, signer_ends=NOW)}
    assert codes >= {"product-holder-mismatch", "code-deprecated", "expiry-past-signer"}


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (certificate(product="x"), ("code-unknown", "v.mp")),
        (certificate(dose_number=3), ("dose-past-series", "v.dn")),
        (certificate(vaccinated_on=date(2022, 6, 3)), ("event-in-future", "v.dt")),
        (of(replace(TEST, device="1232")), ("test-fields-mismatch", "t")),
        (of(replace(RECOVERY, valid_until=date(2022, 3, 2))), ("recovery-dates-order", "r")),
        (certificate(certificate_id="X"), ("certificate-id-form", "v.ci")),
    ],
)
def test_content_is_linted_too(one, expected):
    assert found(one) == {expected}


# --- what keeps a certificate from being issued


@pytest.mark.parametrize("code", list(FindingCode))
def test_everything_is_refused_but_what_is_allowed(code):
    assert refused([Finding(code)]) == ([] if code in ALLOWED_ON_ISSUE else [Finding(code)])


def test_allowed_on_issue():
    assert {
        FindingCode.DOSE_PAST_SERIES,
        FindingCode.BIRTH_DATE_PARTIAL,
        FindingCode.COUNTRY_MISMATCH,
    } == ALLOWED_ON_ISSUE


@pytest.mark.parametrize(
    ("event", "field", "value", "path"),
    [
        (vaccination(), "authority", b"x", "v.is"),
        (vaccination(), "certificate_id", 1, "v.ci"),
        (TEST, "centre", ["x"], "t.tc"),
    ],
)
def test_optional_values_of_another_type(event, field, value, path):
    assert ("field-type", path) in found(of(replace(event, **{field: value})))


@pytest.mark.parametrize("name", ["ʼ", "ь", "-ʼ"])
def test_a_name_without_a_letter_is_missing(name):
    assert ("name-missing", "nam") in found(of(vaccination(), family_name=name, given_name=None))


@pytest.mark.parametrize("text", ["a\x1b[2J", "a\u202eb", "a\u200bb", "a\0b"])
def test_what_cannot_be_seen_is_not_signed(text):
    assert found(of(vaccination(authority=text))) == {("text-not-printable", "v.is")}


def test_lower_case_identifier_is_found_once():
    lower = "urn:uvci:01:vn:0123456789abcdef0123456789abcdef"
    assert found(certificate(certificate_id=lower)) == {("certificate-id-form", "v.ci")}
