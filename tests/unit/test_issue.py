import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, date, datetime, timedelta, timezone

import cbor2
import pytest
from tests.support.signers import DSC_STARTS, NOW, certificate, issuer, person, signer, trusted, vaccination

import vaxcert as vc
from vaxcert.codec import cose
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.errors import EncodeError, Reason
from vaxcert.findings import FindingCode
from vaxcert.issue import TWELVE_MONTHS
from vaxcert.model.certificate import Kind
from vaxcert.model.identifiers import build_certificate_id, read_certificate_id

DSC_ENDS = DSC_STARTS + timedelta(days=730)
SECOND = timedelta(seconds=1)
OPAQUE = "0123456789ABCDEF0123456789ABCDEF"

NUCLEIC_ACID_TEST = vc.Test(
    disease="840539006",
    test_type="LP6464-4",
    name="TEST assay",
    sampled_at=datetime(2022, 5, 30, 9, 15, tzinfo=timezone(timedelta(hours=7))),
    result="260415000",
    centre="TEST centre",
)
RECOVERY = vc.Recovery(
    disease="840539006",
    first_positive=date(2022, 3, 1),
    valid_from=date(2022, 3, 12),
    valid_until=date(2022, 8, 28),
)


def issue(one=None, *, at=NOW, by=None, **options):
    return issuer(by, **options).issue(one or certificate(), at=at)


def payload(issued):
    return cbor2.loads(vc.inspect(issued.text).message.payload)


def refusal(one=None, *, at=NOW, by=None, **options):
    with pytest.raises(EncodeError) as caught:
        issue(one, at=at, by=by, **options)
    return caught.value


# --- what comes out


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_issued_certificate_is_accepted_and_says_what_went_in(algorithm):
    by = signer(algorithm)
    issued = issue(by=by)
    verified = vc.Verifier(trusted(by), policy=vc.VerificationPolicy.strict()).verify(issued.text, at=NOW)
    assert verified.certificate == vc.HealthCertificate(
        subject=person(standard_family_name="NGUYEN", standard_given_name="BAO<DUY"),
        vaccination=vaccination(country="VN", authority="Bộ Y tế", certificate_id=issued.certificate_id),
        version="1.3.0",
    )
    assert (verified.claims.issuer, verified.claims.issued_at, verified.claims.expires) == (
        "VN",
        issued.issued_at,
        issued.expires,
    )
    assert (issued.issued_at, issued.expires) == (NOW, NOW + TWELVE_MONTHS)
    assert (issued.findings, verified.findings) == ((), ())


def test_message_has_the_form_of_the_specification():
    message = vc.inspect(issue().text).message
    assert dict(message.protected_header) == {1: -7, 4: signer().kid}
    assert (message.unprotected_header, message.tags, len(message.signature)) == ({}, (18,), 64)
    assert list(payload(issue())) == [1, 4, 6, -260]


def test_times_are_whole_seconds_in_utc():
    at = datetime(2022, 6, 1, 15, 30, 7, 999_999, tzinfo=timezone(timedelta(hours=7)))
    issued = issue(at=at)
    assert issued.issued_at == datetime(2022, 6, 1, 8, 30, 7, tzinfo=UTC)
    assert issued.issued_at.tzinfo is UTC
    assert payload(issued)[6] == 1654072207
    assert type(payload(issued)[4]) is int


@pytest.mark.parametrize(
    ("event", "group"), [({"test": NUCLEIC_ACID_TEST}, "t"), ({"recovery": RECOVERY}, "r")]
)
def test_tests_and_recoveries(event, group):
    issued = issue(vc.HealthCertificate(subject=person(), **event))
    (entry,) = payload(issued)[-260][1][group]
    assert (entry["co"], entry["is"], entry["ci"]) == ("VN", "Bộ Y tế", issued.certificate_id)
    verified = vc.Verifier(trusted(signer()), policy=vc.VerificationPolicy.strict()).verify(
        issued.text, at=NOW
    )
    (read,) = verified.certificate.events
    given = next(iter(event.values()))
    assert read == replace(given, country="VN", authority="Bộ Y tế", certificate_id=issued.certificate_id)


def test_newborn_tested_just_after_midnight():
    after_midnight = datetime(2022, 5, 30, 0, 30, tzinfo=timezone(timedelta(hours=7)))
    newborn = person(birth_date=date(2022, 5, 30))
    issued = issue(
        vc.HealthCertificate(subject=newborn, test=replace(NUCLEIC_ACID_TEST, sampled_at=after_midnight))
    )
    assert payload(issued)[-260][1]["t"][0]["sc"] == "2022-05-29T17:30:00Z"
    assert issued.findings == ()
    assert vc.Verifier(trusted(signer())).verify(issued.text, at=NOW).findings == ()


@pytest.mark.parametrize(
    ("sampled_at", "code"),
    [
        (datetime(2022, 6, 2, 23, 30, tzinfo=timezone(-timedelta(hours=10))), FindingCode.EVENT_IN_FUTURE),
        (datetime(1983, 5, 16, 16, 59, tzinfo=timezone(timedelta(hours=7))), FindingCode.EVENT_BEFORE_BIRTH),
    ],
)
def test_moment_of_a_sample_is_judged_as_it_will_be_read(sampled_at, code):
    born = person(birth_date=date(1983, 5, 17))
    error = refusal(
        vc.HealthCertificate(subject=born, test=replace(NUCLEIC_ACID_TEST, sampled_at=sampled_at))
    )
    assert error.codes == (code,)


def test_what_the_certificate_brings_is_kept():
    given = certificate(country="LA", authority="Another", certificate_id=f"URN:UVCI:01:LA:{OPAQUE}")
    issued = issue(given)
    (entry,) = payload(issued)[-260][1]["v"]
    assert (entry["co"], entry["is"], entry["ci"]) == ("LA", "Another", f"URN:UVCI:01:LA:{OPAQUE}")
    assert issued.certificate_id == f"URN:UVCI:01:LA:{OPAQUE}"
    assert given.vaccination.country == "LA"


def test_certificate_given_is_not_changed():
    given = certificate()
    issue(given)
    assert given == certificate()


def test_what_the_linter_notes_without_refusing_is_handed_on():
    issued = issue(certificate(dose_number=3))
    assert issued.findings == (vc.Finding(FindingCode.DOSE_PAST_SERIES, "v.dn"),)


def test_issued_certificate_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        issue().text = ""


# --- identifiers


def test_identifiers_are_random_and_of_the_form_viet_nam_uses():
    identifiers = {issue().certificate_id for _ in range(50)}
    assert len(identifiers) == 50
    assert all(re.fullmatch("URN:UVCI:01:VN:[0-9A-F]{32}", one) for one in identifiers)


def test_identifiers_may_come_from_the_caller():
    made = iter(build_certificate_id("VN", f"{OPAQUE}{n}", with_check_character=True) for n in range(2))
    one = issuer(new_certificate_id=lambda: next(made))
    identifiers = [one.issue(certificate(), at=NOW).certificate_id for _ in range(2)]
    for n, identifier in enumerate(identifiers):
        assert re.fullmatch(f"URN:UVCI:01:VN:{OPAQUE}{n}#[A-Z0-9/:]", identifier)
        assert read_certificate_id(identifier).check_character_is_right is True


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (f"URN:UVCI:01:VN:{'A' * 65}", None),
        (f"URN:UVCI:01:VN:{'A' * 66}", Reason.VALUE_NOT_ENCODABLE),
        (f"URN:UVCI:01:VN:{'A' * 300}", Reason.VALUE_NOT_ENCODABLE),
        ("URN:UVCI:01:VN:a", Reason.CERTIFICATE_ID_CHARACTER),
        ("01:VN:A", Reason.CERTIFICATE_ID_CHARACTER),
        ("", Reason.CERTIFICATE_ID_CHARACTER),
        (None, Reason.CERTIFICATE_ID_CHARACTER),
    ],
)
def test_identifier_that_the_caller_makes_is_one_of_at_most_80_characters(made, reason):
    if reason is None:
        assert issue(new_certificate_id=lambda: made).certificate_id == made
    else:
        assert refusal(new_certificate_id=lambda: made).reason is reason


def test_identifier_of_the_certificate_has_at_most_80_characters():
    longest = f"URN:UVCI:01:VN:{'A' * 65}"
    assert issue(certificate(certificate_id=longest)).certificate_id == longest
    assert refusal(certificate(certificate_id=longest + "A")).codes == (FindingCode.FIELD_TOO_LONG,)


def test_identifier_of_the_certificate_goes_before_the_caller_s():
    given = certificate(certificate_id=f"URN:UVCI:01:VN:{OPAQUE}")
    issued = issuer(new_certificate_id=lambda: pytest.fail("asked")).issue(given, at=NOW)
    assert issued.certificate_id == f"URN:UVCI:01:VN:{OPAQUE}"


def test_the_same_input_gives_the_same_text_where_nothing_is_random():
    one = issuer(signer(deterministic=True), new_certificate_id=lambda: f"URN:UVCI:01:VN:{OPAQUE}")
    assert one.issue(certificate(), at=NOW) == one.issue(certificate(), at=NOW)


# --- many at once


def test_many_are_issued_as_each_alone():
    one = issuer(signer(deterministic=True))
    given = [certificate(certificate_id=f"URN:UVCI:01:VN:{number:032X}") for number in range(5)]
    assert one.issue_all(given, at=NOW) == [one.issue(each, at=NOW) for each in given]
    assert one.issue_all([], at=NOW) == []


def test_the_error_of_one_among_many_stands_in_its_place():
    first, error, last = issuer().issue_all(
        [certificate(), certificate(dose_number=0), certificate()], at=NOW
    )
    assert (error.reason, error.codes) == (Reason.RECORD_REFUSED, (FindingCode.DOSE_NUMBER_RANGE,))
    assert first.certificate_id != last.certificate_id


def test_no_time_without_a_zone_for_many_either():
    with pytest.raises(ValueError, match="time zone"):
        issuer().issue_all([certificate()], at=NOW.replace(tzinfo=None))


def test_what_waits_for_its_signature_shows_nothing_of_the_person():
    canary = vc.HealthCertificate(subject=person(family_name="CANARY"), vaccination=vaccination())
    assert "CANARY" not in repr(issuer()._unsigned(canary, NOW))


# --- validity


@pytest.mark.parametrize("validity", [SECOND, timedelta(days=30), TWELVE_MONTHS])
def test_validity(validity):
    assert issue(validity=validity).expires == NOW + validity


def test_validity_of_decision_5772():
    assert timedelta(days=365) == TWELVE_MONTHS


def test_no_certificate_outlives_the_signing_certificate():
    assert issue(validity=DSC_ENDS - NOW).expires == DSC_ENDS
    assert issue(validity=DSC_ENDS - NOW - SECOND).expires == DSC_ENDS - SECOND
    longer = issue(validity=DSC_ENDS - NOW + SECOND)
    assert longer.expires == DSC_ENDS
    assert payload(longer)[4] == int(DSC_ENDS.timestamp())


def test_signing_certificate_has_to_have_started():
    starts = datetime(2022, 5, 1, tzinfo=UTC)
    by = signer(starts=starts)
    assert issue(at=starts, by=by).issued_at == starts
    error = refusal(at=starts - SECOND, by=by)
    assert (error.reason, error.codes) == (Reason.SIGNER_NOT_YET_VALID, ())
    assert "starts 2022-05-01, issuing on 2022-04-30" in str(error)


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=7))), Reason.SIGNER_NOT_YET_VALID),
        (datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-7))), Reason.SIGNER_EXPIRED),
    ],
)
def test_times_at_the_ends_of_the_calendar_are_refused_as_any_other(at, reason):
    assert refusal(at=at).reason is reason


def test_refusal_tells_days_in_utc():
    starts = datetime(2022, 5, 1, tzinfo=UTC)
    hanoi = (starts - SECOND).astimezone(timezone(timedelta(hours=7)))
    assert "starts 2022-05-01, issuing on 2022-04-30" in str(refusal(at=hanoi, by=signer(starts=starts)))


def test_private_key_signs_within_its_usage_period_only():
    one = issuer(signer(key_use=timedelta(days=30)))
    last = DSC_STARTS + timedelta(days=30)
    assert one.issue(certificate(), at=last).issued_at == last
    with pytest.raises(EncodeError, match="usage period") as caught:
        one.issue(certificate(), at=last + timedelta(seconds=1))
    assert caught.value.reason is Reason.SIGNER_EXPIRED


def test_signing_certificate_must_not_have_ended():
    last = issue(at=DSC_ENDS - SECOND)
    assert last.expires == DSC_ENDS
    assert refusal(at=DSC_ENDS).reason is Reason.SIGNER_EXPIRED


def test_time_without_a_zone_is_the_caller_s_mistake():
    with pytest.raises(ValueError, match="time zone"):
        issue(at=NOW.replace(tzinfo=None))


# --- refusals


def test_linter_refuses_with_every_code_and_no_value():
    faulty = certificate(
        marketing_holder="ORG-100001699", prophylaxis="J07BX03", dose_number=0, vaccinated_on=date(2030, 1, 1)
    )
    error = refusal(faulty)
    assert error.reason is Reason.RECORD_REFUSED
    assert set(error.codes) == {
        FindingCode.PRODUCT_HOLDER_MISMATCH,
        FindingCode.PRODUCT_PROPHYLAXIS_MISMATCH,
        FindingCode.CODE_DEPRECATED,
        FindingCode.DOSE_NUMBER_RANGE,
        FindingCode.EVENT_IN_FUTURE,
    }
    assert "product-holder-mismatch (v.ma)" in str(error)
    assert "J07BX03" not in str(error)
    assert "2030" not in str(error)
    assert "\n" not in str(error)


def test_each_code_is_named_once():
    error = refusal(certificate(disease="x", product="y"))
    assert error.codes == (FindingCode.CODE_UNKNOWN,)


@pytest.mark.parametrize("events", [{}, {"vaccination": vaccination(), "recovery": RECOVERY}])
def test_exactly_one_event(events):
    error = refusal(vc.HealthCertificate(subject=person(), **events))
    assert error.reason is Reason.RECORD_REFUSED
    assert error.codes == (FindingCode.SEVERAL_EVENTS if events else FindingCode.FIELD_MISSING,)


def test_further_events_are_never_issued():
    error = refusal(replace(certificate(), further_events=(vaccination(),)))
    assert error.codes == (FindingCode.SEVERAL_EVENTS,)


@pytest.mark.parametrize(
    ("kind", "event"),
    [
        (Kind.VACCINATION, {"vaccination": vaccination()}),
        (Kind.TEST, {"test": NUCLEIC_ACID_TEST}),
        (Kind.RECOVERY, {"recovery": RECOVERY}),
    ],
)
def test_signing_certificate_limited_to_a_kind(kind, event):
    one = vc.HealthCertificate(subject=person(), **event)
    assert issue(one, by=signer(kinds=frozenset({kind}))).text
    error = refusal(one, by=signer(kinds=frozenset(Kind) - {kind}))
    assert error.reason is Reason.KEY_NOT_AUTHORISED
    assert kind in str(error)


@pytest.mark.parametrize("given", [{"authority": "\ud800CANARY"}, {"authority": "CANARY\udfff"}])
def test_text_that_no_encoding_can_write(given):
    error = refusal(certificate(**given))
    assert error.codes == ("text-not-printable",)
    assert "CANARY" not in str(error)


@pytest.mark.parametrize(
    "sampled_at",
    [
        datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
        datetime.max.replace(tzinfo=timezone(-timedelta(hours=12))),
    ],
)
def test_the_ends_of_time(sampled_at):
    subject = person(birth_date=vc.PartialDate(1983))
    error = refusal(
        vc.HealthCertificate(subject=subject, test=replace(NUCLEIC_ACID_TEST, sampled_at=sampled_at))
    )
    assert error.reason is Reason.RECORD_REFUSED


# --- names


@pytest.mark.parametrize(
    ("names", "written", "version"),
    [
        (
            {"family_name": "Nguyễn", "given_name": "Bảo Duy"},
            {"fn": "Nguyễn", "gn": "Bảo Duy", "fnt": "NGUYEN", "gnt": "BAO<DUY"},
            "1.3.0",
        ),
        ({"family_name": "Y", "given_name": None}, {"fn": "Y", "fnt": "Y"}, "1.3.0"),
        ({"family_name": None, "given_name": "Y"}, {"gn": "Y", "gnt": "Y"}, "1.3.2"),
        (
            {"family_name": "阮", "given_name": None, "standard_family_name": "NGUYEN"},
            {"fn": "阮", "fnt": "NGUYEN"},
            "1.3.0",
        ),
        (
            {"family_name": None, "given_name": None, "standard_family_name": "NGUYEN"},
            {"fnt": "NGUYEN"},
            "1.3.0",
        ),
    ],
)
def test_names_as_written_and_as_standardised(names, written, version):
    issued = issue(vc.HealthCertificate(subject=person(**names), vaccination=vaccination()))
    made = payload(issued)[-260][1]
    assert (made["nam"], made["ver"]) == (written, version)


@pytest.mark.parametrize(
    ("names", "codes"),
    [
        ({"family_name": "阮"}, {FindingCode.NAME_NOT_STANDARD}),
        ({"standard_family_name": "Nguyễn"}, {FindingCode.NAME_NOT_STANDARD}),
        ({"standard_given_name": "BAO DUY"}, {FindingCode.NAME_NOT_STANDARD}),
        ({"family_name": None, "given_name": None}, {FindingCode.NAME_MISSING}),
        ({"family_name": "", "given_name": ""}, {FindingCode.NAME_MISSING}),
        ({"family_name": "-"}, {FindingCode.FIELD_MISSING}),
        ({"standard_family_name": ""}, {FindingCode.FIELD_MISSING}),
        ({"standard_given_name": "<"}, {FindingCode.FIELD_MISSING}),
        ({"family_name": None, "standard_family_name": "<"}, {FindingCode.FIELD_MISSING}),
        (
            {"standard_family_name": "<<", "standard_given_name": ""},
            {FindingCode.FIELD_MISSING, FindingCode.NAME_MISSING},
        ),
        ({"family_name": "Nguye\u0302\u0303n"}, {FindingCode.TEXT_NOT_NFC}),
    ],
)
def test_names_that_are_refused(names, codes):
    error = refusal(vc.HealthCertificate(subject=person(**names), vaccination=vaccination()))
    assert set(error.codes) == codes


# --- the issuer itself


@pytest.mark.parametrize("country", ["", "V", "VNM", "vn", "V1", "ÅÅ", "V ", "ＶＮ"])
def test_country_of_another_form(country):
    with pytest.raises(ValueError, match="two capital letters"):
        issuer(country=country)


def test_country_has_to_be_that_of_the_signing_certificate():
    with pytest.raises(ValueError, match="signing certificate"):
        issuer(signer(country="LA"))
    assert issue(by=signer(country="LA"), country="LA").text


@pytest.mark.parametrize(
    "authority", ["", " ", " Bộ Y tế", "Bộ Y tế\n", "B" * 81, "Bo\u0323\u0302 Y te\u0302\u0301", "\u00a0Bộ"]
)
def test_authority_of_another_form(authority):
    with pytest.raises(ValueError, match="authority"):
        issuer(authority=authority)


def test_authority_at_the_limit():
    issued = issuer(authority="ộ" * 80).issue(certificate(), at=NOW)
    assert payload(issued)[-260][1]["v"][0]["is"] == "ộ" * 80


@pytest.mark.parametrize("validity", [timedelta(0), -SECOND])
def test_validity_that_is_not_positive(validity):
    with pytest.raises(ValueError, match="not positive"):
        issuer(validity=validity)


def test_signature_is_over_what_is_sent():
    message = vc.inspect(issue().text).message
    key = vc.TrustedKey.from_certificate(signer().certificate).key
    assert key.is_signature(message.signature, cose.sig_structure(message.protected, message.payload))


def test_one_issuer_shared_by_eight_threads():
    shared = issuer(signer())
    doses = [certificate(dose_number=1 + number % 2) for number in range(400)]
    with ThreadPoolExecutor(8) as pool:
        issued = list(pool.map(lambda one: shared.issue(one, at=NOW), doses))
    assert len({one.certificate_id for one in issued}) == len(doses)
    verifier = vc.Verifier(trusted(signer()), policy=vc.VerificationPolicy.strict())
    for given, made in zip(doses, issued, strict=True):
        verified = verifier.verify(made.text, at=NOW)
        assert verified.certificate.vaccination.dose_number == given.vaccination.dose_number
        assert verified.certificate.vaccination.certificate_id == made.certificate_id
