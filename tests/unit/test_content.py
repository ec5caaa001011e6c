from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from tests.support.signers import NOW, certificate, person, vaccination

import vaxcert as vc
from vaxcert.findings import FindingCode
from vaxcert.rules.content import content_findings

TODAY = NOW.date()
DAY = timedelta(days=1)

ANTIGEN_TEST = vc.Test(
    disease="840539006",
    test_type="LP217198-3",
    device="1232",
    sampled_at=datetime(2022, 5, 30, 9, 15, tzinfo=UTC),
    result="260415000",
    centre="TEST centre",
    country="VN",
)
RECOVERY = vc.Recovery(
    disease="840539006",
    first_positive=date(2022, 3, 1),
    valid_from=date(2022, 3, 12),
    valid_until=date(2022, 8, 28),
    country="VN",
)


def found(one, *, at=NOW):
    return {(finding.code.value, finding.field) for finding in content_findings(one, signed_at=at)}


def of(event, **subject):
    field = {vc.Vaccination: "vaccination", vc.Test: "test", vc.Recovery: "recovery"}[type(event)]
    return vc.HealthCertificate(subject=person(**subject), **{field: event})


def test_nothing_is_found_in_sound_certificates():
    for event in (vaccination(), ANTIGEN_TEST, RECOVERY):
        assert found(of(event)) == set()


def test_nothing_is_found_in_an_empty_one_but_its_lack_of_a_name():
    nobody = vc.HealthCertificate(subject=vc.Person())
    assert found(nobody) == {("name-missing", "nam")}
    assert found(replace(nobody, vaccination=vc.Vaccination(), recovery=vc.Recovery())) == {
        ("name-missing", "nam")
    }


@pytest.mark.parametrize("name", ["family_name", "given_name", "standard_family_name", "standard_given_name"])
def test_one_name_of_any_kind_is_enough(name):
    assert found(vc.HealthCertificate(subject=vc.Person(**{name: "X"}))) == set()


# --- dates, in pairs


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        (date(1900, 1, 1), set()),
        (date(1899, 12, 31), {("birth-date-impossible", "dob")}),
        (TODAY + DAY, {("event-before-birth", "v.dt")}),
        (TODAY + 2 * DAY, {("birth-date-impossible", "dob")}),
        (vc.PartialDate(1850), {("birth-date-impossible", "dob")}),
        (vc.PartialDate(1900), set()),
        (vc.PartialDate(2099), {("birth-date-impossible", "dob")}),
        (None, set()),
    ],
)
def test_birth_date(born, expected):
    assert found(of(vaccination(), birth_date=born)) == expected


@pytest.mark.parametrize(
    ("event", "field", "path"),
    [
        (vaccination(), "vaccinated_on", "v.dt"),
        (RECOVERY, "first_positive", "r.fr"),
    ],
)
def test_events_not_after_tomorrow_and_not_before_birth(event, field, path):
    born = person().birth_date
    later = {"valid_from": None, "valid_until": None} if isinstance(event, vc.Recovery) else {}

    def on(day):
        return found(of(replace(event, **{field: day}, **later)))

    assert on(TODAY + DAY) == set()  # somewhere it is tomorrow already
    assert on(TODAY + 2 * DAY) == {("event-in-future", path)}
    assert on(born) == set()
    assert on(born - DAY) == {("event-before-birth", path)}


@pytest.mark.parametrize("born", [None, vc.PartialDate(1900)])
def test_events_before_anybody_s_birth(born):
    assert found(of(vaccination(vaccinated_on=date(1900, 1, 1)), birth_date=born)) == set()
    assert found(of(vaccination(vaccinated_on=date(1899, 12, 31)), birth_date=born)) == {
        ("event-before-birth", "v.dt")
    }


ZONES = [UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-12)), timezone(timedelta(hours=7))]


def sampled(moment, **subject):
    return found(of(replace(ANTIGEN_TEST, sampled_at=moment), **subject))


@pytest.mark.parametrize("zone", ZONES)
def test_sample_of_a_test_is_not_after_tomorrow_in_utc(zone):
    last = datetime(TODAY.year, TODAY.month, TODAY.day, 23, 59, 59, tzinfo=UTC) + DAY
    assert sampled(last.astimezone(zone)) == set()
    late = last + timedelta(seconds=1)
    assert sampled(late.astimezone(zone)) == {("event-in-future", "t.sc")}
    assert sampled(late.replace(tzinfo=None)) == {("event-in-future", "t.sc")}


@pytest.mark.parametrize("zone", ZONES)
def test_sample_is_before_birth_where_it_is_so_everywhere(zone):
    born = datetime(2022, 5, 2, tzinfo=timezone(timedelta(hours=14)))
    assert sampled(born.astimezone(zone), birth_date=date(2022, 5, 2)) == set()
    before = born - timedelta(seconds=1)
    assert sampled(before.astimezone(zone), birth_date=date(2022, 5, 2)) == {("event-before-birth", "t.sc")}


@pytest.mark.parametrize("at", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_the_ends_of_time(at):
    expected = at.year == 1
    assert (("event-in-future", "v.dt") in found(certificate(), at=at)) is expected


def test_order_of_the_dates_of_a_recovery():
    first, starts, ends = RECOVERY.first_positive, RECOVERY.valid_from, RECOVERY.valid_until

    def order(**days):
        return found(of(replace(RECOVERY, **days)))

    assert order(valid_from=first) == set()
    assert order(valid_from=first - DAY) == {("recovery-dates-order", "r")}
    assert order(valid_until=starts) == set()
    assert order(valid_until=starts - DAY) == {("recovery-dates-order", "r")}
    assert order(valid_from=None, valid_until=first) == set()
    assert order(valid_from=None, valid_until=first - DAY) == {("recovery-dates-order", "r")}
    assert order(first_positive=None, valid_from=ends + DAY) == {("recovery-dates-order", "r")}


# --- codes


@pytest.mark.parametrize(
    ("event", "field", "path"),
    [
        (vaccination(country="VN"), "disease", "v.tg"),
        (vaccination(country="VN"), "prophylaxis", "v.vp"),
        (vaccination(country="VN"), "product", "v.mp"),
        (vaccination(country="VN"), "country", "v.co"),
        (ANTIGEN_TEST, "disease", "t.tg"),
        (ANTIGEN_TEST, "test_type", "t.tt"),
        (ANTIGEN_TEST, "result", "t.tr"),
        (ANTIGEN_TEST, "country", "t.co"),
        (RECOVERY, "disease", "r.tg"),
        (RECOVERY, "country", "r.co"),
    ],
)
def test_codes_of_no_value_set(event, field, path):
    assert found(of(replace(event, **{field: "nonesuch"}))) == {("code-unknown", path)}
    assert found(of(replace(event, **{field: None}))) == set()


def test_holder_of_no_value_set_does_not_fit_the_product_either():
    odd = found(certificate(marketing_holder="nonesuch"))
    assert odd == {("code-unknown", "v.ma"), ("product-holder-mismatch", "v.ma")}


def test_deprecated_code():
    assert found(certificate(prophylaxis="J07BX03")) == {("code-deprecated", "v.vp")}


def test_codes_that_do_not_belong_together():
    astra_zeneca = {"product": "EU/1/21/1529", "prophylaxis": "29061000087103"}
    assert found(certificate(**astra_zeneca, marketing_holder="ORG-100001699")) == set()
    assert found(certificate(**astra_zeneca)) == {("product-holder-mismatch", "v.ma")}
    assert found(certificate(prophylaxis="29061000087103")) == {("product-prophylaxis-mismatch", "v.vp")}
    assert found(certificate(marketing_holder=None, prophylaxis=None)) == set()


def test_what_is_remembered_of_a_vaccine_is_not_about_another():
    odd = certificate(product="nonesuch")
    for _ in range(2):
        assert found(odd) == {("code-unknown", "v.mp")}
        assert found(certificate()) == set()


# --- doses


@pytest.mark.parametrize(
    ("number", "series", "expected"),
    [
        (1, 1, set()),
        (99, 99, set()),
        (0, 2, {("dose-number-range", "v.dn")}),
        (100, 100, {("dose-number-range", "v.dn")}),
        (1, 0, {("dose-number-range", "v.dn")}),
        (-1, 1, {("dose-number-range", "v.dn")}),
        (1, 10**35, {("dose-number-range", "v.dn")}),
        (2, 2, set()),
        (3, 2, {("dose-past-series", "v.dn")}),
        (None, 2, set()),
        (3, None, set()),
        (None, 100, {("dose-number-range", "v.dn")}),
        (None, 99, set()),
        (None, 1, set()),
        (None, 0, {("dose-number-range", "v.dn")}),
        (99, None, set()),
        (1, None, set()),
        (2, 1, {("dose-past-series", "v.dn")}),
        (99, 1, {("dose-past-series", "v.dn")}),
    ],
)
def test_dose_numbers(number, series, expected):
    assert found(certificate(dose_number=number, doses_in_series=series)) == expected


# --- tests


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, set()),
        ({"name": "TEST assay"}, set()),
        ({"device": None, "name": "TEST assay"}, set()),
        ({"device": None}, {("test-fields-mismatch", "t")}),
        ({"device": ""}, {("test-fields-mismatch", "t")}),
        ({"test_type": "LP6464-4"}, {("test-fields-mismatch", "t")}),
        ({"test_type": "LP6464-4", "device": None, "name": "TEST assay"}, set()),
    ],
)
def test_name_or_device_by_the_type_of_test(fields, expected):
    assert found(of(replace(ANTIGEN_TEST, **fields))) == expected


# --- identifiers


@pytest.mark.parametrize(
    ("event", "path"), [(vaccination(), "v.ci"), (ANTIGEN_TEST, "t.ci"), (RECOVERY, "r.ci")]
)
def test_identifiers(event, path):
    def identifier(text):
        return found(of(replace(event, certificate_id=text)))

    assert identifier("URN:UVCI:01:NL:187/37512422923#Z") == set()
    assert identifier("URN:UVCI:01:NL:187/37512422923#A") == {("certificate-id-check", path)}
    assert identifier("01:NL:187/37512422923") == {("certificate-id-form", path)}
    assert identifier("01:NL:x#y") == {("certificate-id-form", path), ("certificate-id-check", path)}


def test_every_event_is_looked_at():
    several = vc.HealthCertificate(
        subject=person(),
        vaccination=vaccination(disease="x"),
        test=replace(ANTIGEN_TEST, disease="x"),
        recovery=replace(RECOVERY, disease="x"),
        further_events=(vaccination(product="x"),),
    )
    assert found(several) == {
        ("code-unknown", "v.tg"),
        ("code-unknown", "t.tg"),
        ("code-unknown", "r.tg"),
        ("code-unknown", "v.mp"),
    }


def test_codes_are_all_of_the_public_list():
    assert {code for code, _ in found(certificate(disease="x", dose_number=0))} <= {*FindingCode}
