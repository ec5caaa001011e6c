"""Which rules apply, and what they answer."""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from tests.support.rules import (
    AT,
    CLAIMS,
    certificate,
    person,
    recovery,
    rule,
    swab,
    vaccination,
)

import vaxcert as vc
from vaxcert.rules.acceptance import RuleResult, RuleSet, RuleType

DOSE = certificate()
PASSED, OPEN, FAILED = RuleResult.PASSED, RuleResult.OPEN, RuleResult.FAILED
SECOND = timedelta(seconds=1)


def told(rules, what=DOSE, *, claims=CLAIMS, country="VN", at=AT, **more):
    """Identifier and result of each rule that answers."""
    answer = RuleSet(rules=tuple(rules)).answer(what, claims, country=country, at=at, **more)
    assert answer.country == country.upper()
    return [(outcome.rule.identifier, outcome.result) for outcome in answer.outcomes]


def value(expression, what=DOSE, *, sets=None, **more):
    """Whether an expression holds for a certificate."""
    rules = RuleSet(rules=(rule(Logic=expression, CertificateType="General"),), value_sets=sets or {})
    (outcome,) = rules.answer(what, CLAIMS, country="VN", at=AT, **more).outcomes
    assert outcome.result is not OPEN, outcome.detail
    return outcome.result is PASSED


def reads(path, expected, what=DOSE, **more):
    """Whether a path leads to what is expected."""
    if expected is None:
        return value({"!": [{"if": [{"var": path}, True, False]}]}, what, **more)
    return value({"===": [{"var": path}, expected]}, what, **more)


# --- which rules apply


def test_those_of_the_country_of_arrival():
    rules = [rule("VR-VN-0001"), rule("VR-LA-0001")]
    assert told(rules) == [("VR-VN-0001", PASSED)]
    assert told(rules, country="la") == [("VR-LA-0001", PASSED)]
    assert told(rules, country="KH") == []
    assert told([rule("VR-XA-0001", Country="XA")], country="xa") == [("VR-XA-0001", PASSED)]


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        (certificate(vaccination()), "Vaccination"),
        (certificate(swab()), "Test"),
        (certificate(recovery()), "Recovery"),
    ],
)
def test_those_for_the_kind_and_for_all(what, expected):
    kinds = ("General", "Recovery", "Test", "Vaccination")
    rules = [rule(f"GR-VN-{n:04}", CertificateType=kind) for n, kind in enumerate(kinds)]
    assert [kinds[int(name[-1])] for name, _ in told(rules, what)] == ["General", expected]


def test_a_certificate_of_two_kinds_is_asked_for_both():
    rules = [rule("VR-VN-0001"), rule("TR-VN-0001", CertificateType="Test")]
    both = certificate(vaccination(), test=swab())
    assert [name for name, _ in told(rules, both)] == ["TR-VN-0001", "VR-VN-0001"]


@pytest.mark.parametrize(
    ("at", "in_force"),
    [
        (datetime(2021, 12, 31, 23, 59, 59, tzinfo=UTC), False),
        (datetime(2022, 1, 1, tzinfo=UTC), True),
        (datetime(2023, 1, 1, tzinfo=UTC), True),
        (datetime(2023, 1, 1, 0, 0, 1, tzinfo=UTC), False),
    ],
)
def test_those_in_force(at, in_force):
    assert bool(told([rule()], at=at)) is in_force


def test_the_highest_version_in_force():
    rules = [
        rule(Version="1.9.0", Logic=False),
        rule(Version="1.10.0", Logic=True),
        rule(Version="2.0.0", Logic=False, ValidFrom="2022-06-01T00:00:00Z"),
    ]
    assert told(rules) == told(rules[::-1]) == [("VR-VN-0001", PASSED)]
    assert told(rules, at=datetime(2022, 6, 1, tzinfo=UTC)) == [("VR-VN-0001", FAILED)]


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        (None, ["GR-VN-0000", "GR-VN-0001"]),
        ("HN", ["GR-VN-0000", "GR-VN-0001", "GR-VN-0002"]),
        ("hn", ["GR-VN-0000", "GR-VN-0001", "GR-VN-0002"]),
        ("SG", ["GR-VN-0000", "GR-VN-0001", "GR-VN-0003"]),
        ("", ["GR-VN-0000", "GR-VN-0001"]),
    ],
)
def test_those_of_the_whole_country_and_of_the_region(region, expected):
    regions = (None, "VN", "HN", "SG")
    rules = [rule(f"GR-VN-{n:04}", CertificateType="General", Region=one) for n, one in enumerate(regions)]
    assert [name for name, _ in told(rules, region=region)] == expected


def test_a_region_has_versions_of_its_own():
    rules = [rule(Version="1.0.0"), rule(Version="2.0.0", Region="HN", Logic=False)]
    assert told(rules) == [("VR-VN-0001", PASSED)]
    assert told(rules, region="HN") == [("VR-VN-0001", FAILED)]


def test_the_issuing_country_voids_its_own():
    rules = [rule("IR-DE-0001", Type="Invalidation", Logic=False), rule()]
    german = replace(CLAIMS, issuer="DE")
    assert told(rules) == [("VR-VN-0001", PASSED)]
    assert told(rules, claims=german) == [("IR-DE-0001", FAILED), ("VR-VN-0001", PASSED)]
    assert told(rules, claims=german, country="DE") == [("IR-DE-0001", FAILED)]
    assert told(rules, claims=replace(CLAIMS, issuer=None)) == [("VR-VN-0001", PASSED)]


def test_the_country_of_the_key_is_the_issuer_where_the_token_names_none():
    rules = [rule("IR-DE-0001", Type="Invalidation", Logic=False), rule()]
    nameless = replace(CLAIMS, issuer=None)
    assert told(rules, claims=nameless, signer_country="DE") == [
        ("IR-DE-0001", FAILED),
        ("VR-VN-0001", PASSED),
    ]
    assert told(rules, claims=nameless, signer_country="LA") == [("VR-VN-0001", PASSED)]
    assert told(rules, claims=CLAIMS, signer_country="DE") == [("VR-VN-0001", PASSED)]


@pytest.mark.parametrize(
    ("issuer", "country"),
    [("CNAM", "FR"), ("EL", "GR"), ("GR", "EL"), ("UK", "GB"), ("DEU", "DE"), (" de", "DE")],
)
def test_an_issuer_by_another_name_does_not_escape_what_its_country_voids(issuer, country):
    rules = [rule(f"IR-{country}-0001", Type="Invalidation", Country=country, Logic=False)]
    assert told(rules, claims=replace(CLAIMS, issuer=issuer)) == [(f"IR-{country}-0001", FAILED)]


def test_an_issuer_whom_another_country_signs_for_has_its_own_rules():
    rules = [rule("IR-GB-0001", Type="Invalidation", Country="GB", Logic=False)]
    assert told(rules, claims=replace(CLAIMS, issuer="JE")) == []


def test_advice_to_holders_decides_nothing():
    assert told([rule("BNR-VN-0001", Type="BoosterNotification", Logic=False)]) == []


def test_rules_in_force_of_a_country():
    rules = RuleSet(
        rules=(rule("VR-VN-0002"), rule("VR-VN-0001"), rule("TR-VN-0001", CertificateType="Test"))
    )
    assert [one.identifier for one in rules.in_force("vn", at=AT)] == [
        "TR-VN-0001",
        "VR-VN-0001",
        "VR-VN-0002",
    ]
    assert [one.identifier for one in rules.in_force("VN", at=AT, kinds=(vc.Kind.TEST,))] == ["TR-VN-0001"]
    assert rules.in_force("VN", at=AT, rule_type=RuleType.INVALIDATION) == ()


# --- what they answer


def test_the_worst_comes_first():
    rules = [
        rule("VR-VN-0001", Logic=True),
        rule("VR-VN-0002", Logic={"no such": []}),
        rule("VR-VN-0003", Logic=False),
        rule("VR-VN-0004", Logic=False),
    ]
    assert told(rules) == [
        ("VR-VN-0003", FAILED),
        ("VR-VN-0004", FAILED),
        ("VR-VN-0002", OPEN),
        ("VR-VN-0001", PASSED),
    ]


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"Engine": "OTHER"}, "its engine is 'OTHER', CERTLOGIC expected"),
        ({"EngineVersion": "1.3.4"}, "it needs CERTLOGIC 1.3.4, 1.3.3 is here"),
        ({"EngineVersion": "1.3.3"}, ""),
        ({"SchemaVersion": "1.3.1"}, "it is for schema 1.3.1, the certificate has 1.3.0"),
        ({"SchemaVersion": "1.3.0"}, ""),
        ({"SchemaVersion": "0.9.0"}, "it is for schema 0.9.0, the certificate has 1.3.0"),
        ({"Logic": {"no such": []}}, "certlogic-invalid: the operator 'no such' is unknown"),
        ({"Logic": "yes"}, "it gives neither true nor false"),
        ({"Logic": {"var": "payload.v.9"}}, "it gives neither true nor false"),
        (
            {"Logic": {"plusTime": [{"var": "payload.nam.fn"}, 0, "day"]}},
            "certlogic-invalid: text that is no date",
        ),
    ],
)
def test_what_cannot_be_evaluated_is_open(changes, detail):
    answer = RuleSet(rules=(rule(**changes),)).answer(DOSE, CLAIMS, country="VN", at=AT)
    (outcome,) = answer.outcomes
    assert outcome.detail.startswith(detail)
    assert outcome.result is (OPEN if detail else PASSED)
    assert "Nguy" not in outcome.detail


@pytest.mark.parametrize(
    ("version", "result"),
    [(None, PASSED), ("1", PASSED), ("1.x.0", PASSED), ("2.0.0", OPEN), ("1.0.0", PASSED)],
)
def test_the_schema_of_a_certificate_that_does_not_say_it_is_the_oldest(version, result):
    assert told([rule()], replace(DOSE, version=version)) == [("VR-VN-0001", result)]
    assert told([rule(SchemaVersion="1.0.1")], replace(DOSE, version=version)) == [("VR-VN-0001", OPEN)]


def test_the_time_needs_a_zone():
    with pytest.raises(ValueError, match="no time zone"):
        told([rule()], at=AT.replace(tzinfo=None))


def test_the_first_moments_of_the_calendar_are_asked_for_in_any_zone():
    first = datetime(1, 1, 1, tzinfo=UTC)
    clock = {"===": [{"var": "external.validationClock"}, "0001-01-01T00:00:00.000Z"]}
    asked = replace(rule(Logic=clock), valid_from=first)
    for at in (first, datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=7)))):
        assert told([asked], at=at) == [("VR-VN-0001", PASSED)]


def test_the_words_of_a_rule():
    words = rule().description
    assert (words("vi"), words("en")) == ("Mũi tiêm hợp lệ.", "A dose that counts.")
    assert words("fr") == "A dose that counts."
    assert rule(Description=[{"lang": "de", "desc": "Eine Dosis."}]).description("vi") == "Eine Dosis."


def test_rules_go_from_process_to_process():
    rules = RuleSet(rules=(rule(Logic={"===": [{"var": "payload.v.0.dn"}, 2]}),))
    again = pickle.loads(pickle.dumps(rules))  # noqa: S301 - our own
    assert again.answer(DOSE, CLAIMS, country="VN", at=AT) == rules.answer(DOSE, CLAIMS, country="VN", at=AT)


# --- what they are asked about


def test_what_surrounds_the_certificate():
    assert reads("external.validationClock", "2022-05-01T12:00:00.000Z")
    assert reads("external.exp", "2023-05-01T12:00:00.000Z")
    assert reads("external.iat", "2022-04-30T12:00:00.000Z")
    assert reads("external.countryCode", "VN")
    assert reads("external.issuerCountryCode", "VN")
    assert reads("external.kid", "AQIDBAUGBwg=", kid=bytes(range(1, 9)))
    assert reads("external.kid", None)
    assert reads("external.region", "HN", region="HN")
    assert reads("external.region", None)


def test_the_clock_is_told_in_utc():
    hanoi = AT.astimezone(timezone(timedelta(hours=7)))
    rules = RuleSet(
        rules=(rule(Logic={"===": [{"var": "external.validationClock"}, "2022-05-01T12:00:00.000Z"]}),)
    )
    assert rules.answer(DOSE, CLAIMS, country="VN", at=hanoi).outcomes[0].result is PASSED


def test_value_sets():
    product = {"in": [{"var": "payload.v.0.mp"}, {"var": "external.valueSets.vaccines-covid-19-names"}]}
    assert value(product)
    assert not value(product, certificate(vaccination(product="no such")))
    assert not value(product, sets={"vaccines-covid-19-names": ("other",)})
    assert value({"in": ["1833", {"var": "external.valueSets.devices"}]}, sets={"devices": ("1833",)})
    for name, code in (
        ("disease-agent-targeted", "840539006"),
        ("sct-vaccines-covid-19", "1119349007"),
        ("vaccines-covid-19-auth-holders", "ORG-100030215"),
        ("covid-19-lab-test-type", "LP6464-4"),
        ("covid-19-lab-result", "260415000"),
        ("country-2-codes", "VN"),
    ):
        assert value({"in": [code, {"var": f"external.valueSets.{name}"}]}), name


def test_a_value_set_that_is_not_there_leaves_a_rule_open():
    devices = {"var": "external.valueSets.covid-19-lab-test-manufacturer-and-name"}
    assert told([rule(Logic={"in": ["1833", devices]})]) == [("VR-VN-0001", OPEN)]


def test_a_dose_is_asked_about_as_the_eu_writes_it():
    for field, expected in (
        ("ver", "1.3.0"),
        ("dob", "1990-02-28"),
        ("nam.fn", "Nguyễn"),
        ("nam.fnt", "NGUYEN"),
        ("nam.gnt", "VAN<THU"),
        ("v.0.tg", "840539006"),
        ("v.0.vp", "1119349007"),
        ("v.0.mp", "EU/1/20/1528"),
        ("v.0.ma", "ORG-100030215"),
        ("v.0.dn", 2),
        ("v.0.sd", 2),
        ("v.0.dt", "2022-01-31"),
        ("v.0.co", "VN"),
        ("v.0.is", "Bộ Y tế"),
        ("v.0.ci", "URN:UVCI:01:VN:TEST0000000001#5"),
        ("v.1", None),
        ("t", None),
        ("r", None),
    ):
        assert reads(f"payload.{field}", expected), field


def test_tests_recoveries_and_several_events():
    sample, ill = certificate(swab(device="1833")), certificate(recovery())
    assert reads("payload.t.0.sc", "2022-05-01T02:00:00Z", sample)
    assert reads("payload.t.0.ma", "1833", sample)
    assert reads("payload.t.0.nm", "TEST PCR", sample)
    assert reads("payload.r.0.fr", "2022-03-02", ill)
    assert reads("payload.r.0.du", "2022-08-29", ill)
    several = certificate(vaccination(), recovery=recovery(), further_events=(vaccination(dose_number=1),))
    assert reads("payload.v.1.dn", 1, several)
    assert reads("payload.r.0.tg", "840539006", several)


@pytest.mark.parametrize(
    ("born", "written"),
    [
        (None, ""),
        (vc.PartialDate(1990), "1990"),
        (vc.PartialDate(1990, 2), "1990-02"),
        (date(990, 1, 2), "0990-01-02"),
    ],
)
def test_birth_dates_of_which_parts_are_not_known(born, written):
    assert reads("payload.dob", written, certificate(subject=person(born)))


def test_what_a_certificate_leaves_out_is_left_out():
    bare = vc.HealthCertificate(subject=vc.Person(), vaccination=vc.Vaccination())
    assert value({"===": [{"var": "payload.v.0.dt"}, {"var": "payload.nothing"}]}, bare)
    assert reads("payload.v.0.dn", None, bare)
    assert reads("payload.nam.fnt", None, bare)
    assert reads("payload.ver", "1.3.0", bare)
