"""A country's own rules in TOML."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from tests.support.rules import (
    ANTIGEN,
    CLAIMS,
    DAY,
    DETECTED,
    NUCLEIC_ACID,
    certificate,
    person,
    recovery,
    swab,
    vaccination,
)

import vaxcert as vc
from vaxcert.errors import Reason, RuleError
from vaxcert.limits import MAX_RULE_TEXT_CHARACTERS, MAX_TOML_LINE_DOTS, MAX_TOML_RULES_CHARACTERS
from vaxcert.rules import certlogic
from vaxcert.rules.acceptance import RuleResult, RuleSet, RuleType
from vaxcert.rules.lists.record import read_rule, write_rule
from vaxcert.rules.toml_rules import compile_rules
from vaxcert.rules.toml_rules.conditions import MAX_TABLES
from vaxcert.rules.toml_rules.sentences import _TEXTS

EXAMPLES = sorted((Path(__file__).parents[2] / "examples/rules").glob("*.toml"))
HEADER = 'country = "VN"\nversion = "1.2.3"\nvalid_from = 2022-01-01\nvalid_to = 2022-12-31\n'
NOON = datetime(2022, 5, 1, 12, tzinfo=UTC)
MIDNIGHT = datetime(2022, 5, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PASSED, OPEN, FAILED = RuleResult
ACCEPTED = "[vaccination]\n[test]\n[recovery]\n"


def answer(policy, event, at=NOON, *, header=HEADER, birth_date=date(1990, 2, 28), value_sets=None, **more):
    rules = RuleSet(rules=compile_rules(header + policy), value_sets=value_sets or {})
    one = certificate(event, subject=person(birth_date), **more)
    return rules.answer(one, CLAIMS, country="VN", at=at).outcomes


def result(policy, event, at=NOON, **more):
    return answer(policy, event, at, **more)[0].result  # the worst


def limit(kind, unit, *lines):
    return "\n".join((f"[{kind}]", f"[[{kind}.{unit}]]", *lines, ""))


def dose_limit(*lines, settings=""):
    return "\n".join(("[vaccination]", settings, "[[vaccination.days]]", *lines, ""))


def refusal(text):
    with pytest.raises(RuleError) as caught:
        compile_rules(text)
    assert caught.value.reason is Reason.RULE_UNREADABLE
    assert str(caught.value).isprintable()
    return str(caught.value)


# The header


def test_the_header_is_that_of_every_rule():
    rules = compile_rules('region = "HN"\n' + HEADER + "[vaccination]\ncomplete_series = true\n")
    assert [rule.identifier for rule in rules] == ["VR-VN-0005", "TR-VN-0000", "RR-VN-0000"]
    assert [rule.certificate_type for rule in rules] == ["Vaccination", "Test", "Recovery"]
    for rule in rules:
        assert (rule.country, rule.region, rule.version) == ("VN", "HN", (1, 2, 3))
        assert rule.type is RuleType.ACCEPTANCE
        assert rule.valid_from == datetime(2022, 1, 1, tzinfo=UTC)
        assert rule.valid_to == datetime(2022, 12, 31, 23, 59, 59, tzinfo=UTC)
        assert rule.schema_version == (1, 0, 0)
    assert rules[0].affected_fields == ("v.0", "v.0.dn", "v.0.sd")


def test_days_of_the_header_are_those_of_the_country():
    rule = compile_rules("time_zone_hours = 7\n" + HEADER)[0]
    assert rule.valid_from == datetime(2021, 12, 31, 17, tzinfo=UTC)
    assert rule.valid_to == datetime(2022, 12, 31, 16, 59, 59, tzinfo=UTC)


def test_the_header_takes_times():
    rule = compile_rules(HEADER.replace("2022-01-01", "2022-01-01T08:00:00+07:00"))[0]
    assert rule.valid_from == datetime(2022, 1, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_examples_are_rules_of_the_gateway(example):
    rules = compile_rules(example.read_text("utf-8"))
    assert len({rule.identifier for rule in rules}) == len(rules) > 9
    for rule in rules:
        assert read_rule(json.loads(json.dumps(write_rule(rule)))) == rule
        assert certlogic.validate(rule.logic) == ()
        assert {"en", "vi"} <= rule.descriptions.keys()


# What is accepted


@pytest.mark.parametrize(
    "event", [vaccination(), swab(), recovery()], ids=["vaccination", "test", "recovery"]
)
def test_a_kind_without_section_is_refused_and_with_an_empty_one_accepted(event):
    assert result("[certificate]\none_event = true\n", event) is FAILED
    assert result(ACCEPTED, event) is PASSED


@pytest.mark.parametrize(
    ("key", "values", "field", "code"),
    [
        ("products", '["Comirnaty", "EU/1/20/1525"]', "product", "EU/1/20/1528"),
        ("products", '["comirnaty"]', "product", "EU/1/20/1528"),
        ("products", '"listed"', "product", "EU/1/20/1528"),
        ("holders", '["ORG-100030215"]', "marketing_holder", "ORG-100030215"),
        ("vaccine_types", '["1119349007"]', "prophylaxis", "1119349007"),
    ],
)
def test_vaccines_are_accepted_by_code_or_name(key, values, field, code):
    policy = f"[vaccination]\n{key} = {values}\n"
    assert result(policy, vaccination(**{field: code})) is PASSED
    assert result(policy, vaccination(**{field: "no such"})) is FAILED
    assert result(policy, vaccination(**{field: None})) is FAILED


def test_a_code_younger_than_the_value_sets_is_accepted_when_it_is_named_as_new():
    policy = '[vaccination]\nproducts = ["EU/1/30/1"]\n'
    assert result('new_codes = ["EU/1/30/1"]\n' + policy, vaccination(product="EU/1/30/1")) is PASSED
    assert refusal(HEADER + policy) == (
        'vaccination.products: "EU/1/30/1", a code or a name of the value set, or a code of new_codes, expected'
    )


@pytest.mark.parametrize(("number", "series", "expected"), [(1, 2, FAILED), (2, 2, PASSED), (3, 2, PASSED)])
def test_a_series_has_to_be_complete(number, series, expected):
    event = vaccination(dose_number=number, doses_in_series=series)
    assert result("[vaccination]\ncomplete_series = true\n", event) is expected


@pytest.mark.parametrize(
    ("key", "event"), [("vaccination", vaccination()), ("test", swab()), ("recovery", recovery())]
)
def test_one_entry(key, event):
    policy = f"[{key}]\none_entry = true\n"
    assert result(policy, event) is PASSED
    assert result(policy, event, further_events=(event,)) is FAILED


def test_one_event_and_the_disease():
    policy = '[certificate]\none_event = true\ndiseases = ["COVID-19"]\n' + ACCEPTED
    assert result(policy, vaccination()) is PASSED
    assert result(policy, vaccination(), test=swab()) is FAILED
    assert result(policy, recovery(disease="56717001")) is FAILED
    listed = policy.replace('["COVID-19"]', '"listed"')
    assert result(listed, swab()) is PASSED
    assert result(listed, swab(), value_sets={"disease-agent-targeted": ["56717001"]}) is FAILED


# Days


DAY_BEFORE, DAY_AFTER = MIDNIGHT - SECOND, MIDNIGHT + DAY


@pytest.mark.parametrize(
    ("line", "days", "moment", "expected"),
    [
        ("min_days = 14", 14, MIDNIGHT, PASSED),
        ("min_days = 14", 14, DAY_BEFORE, FAILED),
        ("max_days = 180", 180, DAY_AFTER - SECOND, PASSED),
        ("max_days = 180", 180, DAY_AFTER, FAILED),
        ("max_elapsed_days = 180", 180, MIDNIGHT, PASSED),
        ("max_elapsed_days = 180", 180, MIDNIGHT + SECOND, FAILED),
        ("min_days = 0", 0, MIDNIGHT, PASSED),
        ("min_days = 0", 0, DAY_BEFORE, FAILED),
        ("min_days = 11\nmax_days = 180", 10, NOON, FAILED),
        ("min_days = 11\nmax_days = 180", 11, NOON, PASSED),
        ("min_days = 11\nmax_days = 180", 180, NOON, PASSED),
        ("min_days = 11\nmax_days = 180", 181, NOON, FAILED),
        ("min_days = 11\nmax_elapsed_days = 180", 179, NOON, PASSED),
        ("min_days = 11\nmax_elapsed_days = 180", 180, NOON, FAILED),
    ],
)
@pytest.mark.parametrize("zone_hours", [0, 7, -5])
def test_days(line, days, moment, expected, zone_hours):
    """They begin at midnight of the country, wherever the certificate was made."""
    at = moment - timedelta(hours=zone_hours)
    header = f"time_zone_hours = {zone_hours}\n{HEADER}"
    day = MIDNIGHT.date() - days * DAY
    dose, illness = vaccination(vaccinated_on=day), recovery(first_positive=day)
    assert result(dose_limit('of = "any"', line), dose, at, header=header) is expected
    assert result(limit("recovery", "days", line), illness, at, header=header) is expected


@pytest.mark.parametrize(
    ("of", "counted"),
    [
        ("any", {(1, 2), (1, 1), (2, 2), (2, 1), (3, 3)}),
        ("incomplete", {(1, 2)}),
        ("complete", {(1, 1), (2, 2), (3, 3)}),
        ("first", {(1, 2), (1, 1)}),
        ("booster", {(2, 1)}),
    ],
)
def test_a_limit_is_about_some_doses(of, counted):
    policy = dose_limit(f'of = "{of}"', "max_days = 10")
    for number, series in ((1, 2), (1, 1), (2, 2), (2, 1), (3, 3)):
        event = vaccination(dose_number=number, doses_in_series=series)
        expected = FAILED if (number, series) in counted else PASSED
        assert result(policy, event) is expected, (number, series)


@pytest.mark.parametrize(
    ("number", "series", "product", "is_booster"),
    [
        (2, 2, "EU/1/20/1528", False),
        (3, 3, "EU/1/20/1528", True),
        (2, 1, "EU/1/20/1528", True),
        (2, 2, "EU/1/20/1525", True),
        (1, 1, "EU/1/20/1525", False),
    ],
)
def test_what_a_booster_is(number, series, product, is_booster):
    settings = 'booster_from_dose = 3\nsingle_dose_products = ["Jcovden"]'
    event = vaccination(dose_number=number, doses_in_series=series, product=product)
    booster = dose_limit('of = "booster"', "max_days = 10", settings=settings)
    complete = booster.replace('"booster"', '"complete"')
    assert result(booster, event) is (FAILED if is_booster else PASSED)
    assert result(complete, event) is (PASSED if is_booster else FAILED)


def test_a_limit_is_about_some_products():
    only = dose_limit('of = "any"', "max_days = 10", 'products = ["Comirnaty"]')
    but = only.replace("products", "except_products")
    other = vaccination(product="EU/1/20/1525")
    assert [result(only, one) for one in (vaccination(), other)] == [FAILED, PASSED]
    assert [result(but, one) for one in (vaccination(), other)] == [PASSED, FAILED]


@pytest.mark.parametrize(
    ("line", "birth_date", "counts"),
    [
        ("from_age = 18", date(2004, 5, 1), True),
        ("from_age = 18", date(2004, 5, 2), False),
        ("under_age = 18", date(2004, 5, 1), False),
        ("under_age = 18", date(2004, 5, 2), True),
        ("from_age = 12\nunder_age = 18", date(2010, 5, 1), True),
        ("from_age = 12\nunder_age = 18", date(2010, 5, 2), False),
        ("from_age = 12\nunder_age = 18", date(2004, 5, 1), False),
        ("from_age = 18", vc.PartialDate(2003), True),
        ("from_age = 18", vc.PartialDate(2004), False),  # it may be the last day of the year
        ("from_age = 18", vc.PartialDate(2004, 4), True),
    ],
)
def test_a_limit_is_about_some_ages(line, birth_date, counts):
    expected = FAILED if counts else PASSED
    dose = dose_limit('of = "any"', "max_days = 10", line)
    assert result(dose, vaccination(), birth_date=birth_date) is expected
    illness = limit("recovery", "days", "max_days = 10", line)
    assert result(illness, recovery(), birth_date=birth_date) is expected
    sample = limit("test", "hours", 'of = "any"', "max_hours = 1", line)
    assert result(sample, swab(), birth_date=birth_date) is expected


def test_a_limit_for_ages_is_open_without_birth_date():
    policy = dose_limit('of = "any"', "max_days = 10", "from_age = 18")
    assert result(policy, vaccination(), birth_date=None) is OPEN


@pytest.mark.parametrize(
    ("birth_date", "expected"),
    [(date(2010, 5, 2), PASSED), (date(2010, 5, 1), FAILED), (None, OPEN)],
)
def test_the_youngest_are_exempt(birth_date, expected):
    policy = "[certificate]\nexempt_under_age = 12\n"
    assert result(policy, vaccination(), birth_date=birth_date) is expected
    # who fulfils the rules needs no exemption
    assert result(policy + ACCEPTED, vaccination(), birth_date=birth_date) is PASSED


# Tests and recoveries


@pytest.mark.parametrize(
    ("line", "ago", "expected"),
    [
        ("max_hours = 24", timedelta(hours=24), PASSED),
        ("max_hours = 24", timedelta(hours=24, seconds=1), FAILED),
        ("min_hours = 0", timedelta(0), PASSED),
        ("min_hours = 0", -SECOND, FAILED),
        ("min_hours = 2\nmax_hours = 24", timedelta(hours=2), PASSED),
        ("min_hours = 2\nmax_hours = 24", timedelta(hours=2) - SECOND, FAILED),
    ],
)
def test_hours(line, ago, expected):
    policy = limit("test", "hours", 'of = "rapid"', line)
    assert result(policy, swab(test_type=ANTIGEN, sampled_at=NOON - ago)) is expected
    assert result(policy, swab(test_type=NUCLEIC_ACID, sampled_at=NOON - ago)) is PASSED
    anything = policy.replace('"rapid"', '"any"')
    assert result(anything, swab(test_type=NUCLEIC_ACID, sampled_at=NOON - ago)) is expected


def test_types_and_results_of_tests():
    policy = '[test]\ntypes = ["pcr"]\nresults = ["negative"]\n'
    assert result(policy, swab()) is PASSED
    assert result(policy, swab(test_type=ANTIGEN)) is FAILED
    assert result(policy, swab(result=DETECTED)) is FAILED
    assert result(policy.replace('"negative"', '"positive"'), swab(result=DETECTED)) is PASSED


@pytest.mark.parametrize("devices", ['["1833"]', '"listed"'])
def test_devices_of_rapid_tests(devices):
    policy = f"[test]\ndevices = {devices}\n"
    sets = {"covid-19-lab-test-manufacturer-and-name": ["1833"]}
    assert result(policy, swab(test_type=ANTIGEN, device="1833"), value_sets=sets) is PASSED
    assert result(policy, swab(test_type=ANTIGEN, device="1232"), value_sets=sets) is FAILED
    assert result(policy, swab(test_type=NUCLEIC_ACID, device=None), value_sets=sets) is PASSED


def test_devices_are_open_without_their_value_set():
    assert result('[test]\ndevices = "listed"\n', swab(test_type=ANTIGEN, device="1833")) is OPEN


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [(0, 0, PASSED), (1, 1, FAILED), (-1, -1, FAILED), (-1, 1, PASSED)],
)
def test_the_days_of_a_recovery_certificate(first, last, expected):
    event = recovery(valid_from=NOON.date() + first * DAY, valid_until=NOON.date() + last * DAY)
    assert result("[recovery]\nwithin_validity = true\n", event) is expected


# Own CertLogic, and sentences


def test_own_certlogic():
    policy = """
    [vaccination]
    [[own]]
    about = "vaccination"
    logic = '{"===": [{"var": "payload.v.0.co"}, "VN"]}'
    sentences.fr = "Vaccination au Viet Nam."
    """
    outcomes = answer(policy, vaccination(country="FR"))
    assert [(one.rule.identifier, one.result) for one in outcomes] == [
        ("VR-VN-0901", FAILED),
        ("VR-VN-0000", PASSED),
    ]
    assert outcomes[0].rule.descriptions == {"fr": "Vaccination au Viet Nam."}
    assert outcomes[0].rule.affected_fields == ("v.0.co",)
    assert result(policy, vaccination(country="VN")) is PASSED


def test_own_sentences_stand_in_place_of_those_that_come_with_vaxcert():
    policy = """
    [vaccination]
    complete_series = true
    products = ["Comirnaty", "Vaxzevria"]
    [[vaccination.days]]
    of = "complete"
    min_days = 14
    max_days = 365
    from_age = 18
    sentences.vi = "Từ ngày thứ 14."
    [sentences.vaccination.complete_series]
    en = "All doses."
    lo = "ສັກຄົບ"
    """
    products, series, days = compile_rules(HEADER + policy)[:3]
    assert products.descriptions == {
        "en": "Only these vaccines are accepted: Comirnaty, Vaxzevria.",
        "vi": "Chỉ chấp nhận các loại vắc xin sau: Pfizer (Comirnaty), AstraZeneca.",
    }
    assert series.descriptions == {
        "en": "All doses.",
        "lo": "ສັກຄົບ",
        "vi": "Phải tiêm đủ số mũi, ví dụ 1/1 hoặc 2/2.",
    }
    assert days.descriptions == {
        "en": "The dose that completes the series must have been given 14 to 365 days ago, for people of 18 and older.",
        "vi": "Từ ngày thứ 14.",
    }


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("min_days = 14", "at least 14 days ago."),
        ("min_days = 0", "before now."),
        ("max_days = 14", "at most 14 days ago."),
        ("min_days = 0\nmax_days = 14", "at most 14 days ago."),
        ("max_elapsed_days = 14", "less than 14 days ago."),
        ("min_days = 7\nmax_elapsed_days = 14", "at least 7 and less than 14 days ago."),
        ("min_days = 7\nunder_age = 18", "at least 7 days ago, for people under 18."),
        (
            "min_days = 7\nfrom_age = 12\nunder_age = 18",
            "at least 7 days ago, for people from 12 to under 18.",
        ),
    ],
)
def test_what_limits_say(lines, said):
    *_, rule = compile_rules(HEADER + limit("recovery", "days", lines))
    assert rule.description("en") == f"The first positive test must have been {said}"


def test_every_sentence_is_in_both_languages_with_the_same_gaps():
    for name, texts in _TEXTS.items():
        assert list(texts) == ["en", "vi"], name
        gaps = [sorted(part.partition("}")[0] for part in text.split("{")[1:]) for text in texts.values()]
        assert gaps[0] == gaps[1], name


# What is no policy


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (('"VN"', '"VN'), "not TOML: Illegal character '\\n' (at line 1, column 14)"),
        (('country = "VN"\n', ""), "country: missing, a code of two capital letters such as VN expected"),
        (('"VN"', '"vn"'), 'country: "vn", a code of two capital letters such as VN expected'),
        (('"VN"', "84"), "country: 84, a code of two capital letters such as VN expected"),
        (('"1.2.3"', '"1.2"'), 'version: "1.2", three numbers such as 1.0.0, in quotation marks, expected'),
        (('"1.2.3"', "1.2"), "version: a number, three numbers such as 1.0.0, in quotation marks, expected"),
        (
            ("2022-01-01", '"2022-01-01"'),
            'valid_from: "2022-01-01", a date such as 2026-01-31, or a date-time with its offset, expected',
        ),
        (("2022-01-01", "2022-01-01T00:00:00"), "valid_from: a date or time, a date such as"),
        (("2022-01-01", "0001-01-01T00:00:00+07:00"), "valid_from: a date or time, a date such as"),
        (("2022-12-31", "2021-12-31"), "valid_to: a time before valid_from, a later one expected"),
        (("", 'region = ""\n'), "region: text, text of 1 to 40 letters and digits expected"),
        (("", f'region = "{"x" * 41}"\n'), "region: text, text of 1 to 40 letters and digits expected"),
        (("", 'region = "H N"\n'), 'region: "H N", text of 1 to 40 letters and digits expected'),
        (("", "time_zone_hours = 15\n"), "time_zone_hours: 15, a whole number from -12 to 14 expected"),
        (("", "time_zone_hours = -13\n"), "time_zone_hours: -13, a whole number from -12 to 14 expected"),
        (("", "time_zone_hours = 7.0\n"), "time_zone_hours: a number, a whole number"),
        (("", "new_codes = 5\n"), "new_codes: 5, a list of codes expected"),
        (("", "vaccines = 1\n"), "vaccines: unknown, one of country, region, version, valid_from,"),
        (("", '"\\u001b[31m" = 1\n'), "a key: unknown, one of country, region,"),
    ],
)
def test_headers_that_are_refused(changes, message):
    text = HEADER.replace(*changes, 1)
    assert refusal(text).startswith(message)


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ("certificate = 1", "certificate: 1, a table [certificate] expected"),
        ("[certificate]\none_event = 1", "certificate.one_event: 1, true or false expected"),
        (
            "[certificate]\nage = 1",
            "certificate.age: unknown, one of one_event, diseases, exempt_under_age expected",
        ),
        (
            "[certificate]\nexempt_under_age = 0",
            "certificate.exempt_under_age: 0, a whole number from 1 to 120 expected",
        ),
        (
            '[certificate]\ndiseases = ["flu"]',
            'certificate.diseases: "flu", a code or a name of the value set,',
        ),
        (
            "[vaccination]\nproduct = []",
            "vaccination.product: unknown, one of one_entry, vaccine_types, products,",
        ),
        (
            "[vaccination]\nproducts = []",
            'vaccination.products: an array, a list of codes or names of the value set, or "listed", expected',
        ),
        ('[vaccination]\nproducts = "all"', 'vaccination.products: "all", a list of codes or names'),
        ("[vaccination]\nproducts = [1]", "vaccination.products: 1, a list of codes or names"),
        ('[vaccination]\nproducts = ["\\u0007"]', "vaccination.products: text, a list of codes or names"),
        (f'[vaccination]\nproducts = ["{"x" * 81}"]', "vaccination.products: text, a list of codes or names"),
        ('[vaccination]\nholders = ["x"]', 'vaccination.holders: "x", a code or a name of the value set,'),
        ('[vaccination]\nvaccine_types = ["x"]', 'vaccination.vaccine_types: "x", a code or a name'),
        (
            '[vaccination]\ncomplete_series = "yes"',
            'vaccination.complete_series: "yes", true or false expected',
        ),
        (
            "[vaccination]\nbooster_from_dose = 1",
            "vaccination.booster_from_dose: 1, a whole number from 2 to 99 expected",
        ),
        ("[vaccination]\nbooster_from_dose = true", "vaccination.booster_from_dose: true, a whole number"),
        ('[vaccination]\nsingle_dose_products = ["x"]', 'vaccination.single_dose_products: "x", a code'),
        (
            "[vaccination]\ndays = 14",
            "vaccination.days: 14, tables that begin with [[vaccination.days]] expected",
        ),
        (
            dose_limit("max_days = 14"),
            "vaccination.days[1].of: missing, one of any, incomplete, complete, first, booster expected",
        ),
        (dose_limit('of = "last"'), 'vaccination.days[1].of: "last", one of any,'),
        (dose_limit('of = "any"'), "vaccination.days[1].max_days: missing, it or min_days expected"),
        (
            dose_limit('of = "any"', "min_days = -1"),
            "vaccination.days[1].min_days: -1, a whole number from 0 to 36500 expected",
        ),
        (dose_limit('of = "any"', "max_days = 36501"), "vaccination.days[1].max_days: 36501, a whole number"),
        (
            dose_limit('of = "any"', "max_days = 9999999999"),
            "vaccination.days[1].max_days: a number, a whole",
        ),
        (
            dose_limit('of = "any"', "min_days = 15", "max_days = 14"),
            "vaccination.days[1].min_days: 15, at most 14, the other limit, expected",
        ),
        (
            dose_limit('of = "any"', "max_elapsed_days = 14", "max_days = 14"),
            "vaccination.days[1].max_elapsed_days: max_days is there too, one of them expected",
        ),
        (
            dose_limit('of = "any"', "max_days = 9", "from_age = 18", "under_age = 18"),
            "vaccination.days[1].from_age: 18, less than under_age expected",
        ),
        (dose_limit('of = "any"', "max_days = 9", "from_age = 121"), "vaccination.days[1].from_age: 121, a"),
        (dose_limit('of = "any"', "max_hours = 9"), "vaccination.days[1].max_hours: unknown, one of of,"),
        (
            dose_limit('of = "any"', "max_days = 9", 'products = ["x"]'),
            'vaccination.days[1].products: "x", a code or a name',
        ),
        (
            dose_limit('of = "any"', "max_days = 9", 'sentences.English = "x"'),
            'vaccination.days[1].sentences: "English", a language code such as vi expected',
        ),
        (
            dose_limit('of = "any"', "max_days = 9", "sentences.en = 1"),
            "vaccination.days[1].sentences.en: 1, a printable sentence expected",
        ),
        (
            dose_limit(
                'of = "any"', "max_days = 9", f'sentences.en = "{"x" * (MAX_RULE_TEXT_CHARACTERS + 1)}"'
            ),
            "vaccination.days[1].sentences.en: text, a printable sentence expected",
        ),
        (
            dose_limit('of = "any"', "max_days = 9", 'sentences = "x"'),
            'vaccination.days[1].sentences: "x", a table of sentences by language expected',
        ),
        (
            "[vaccination]\n" + '[[vaccination.days]]\nof = "any"\nmin_days = 1\n' * (MAX_TABLES + 1),
            "vaccination.days: 100 tables, at most 99 expected",
        ),
        ('[test]\ntypes = ["antigen"]', 'test.types: "antigen", a list of some of pcr, rapid expected'),
        ("[test]\ntypes = []", "test.types: an array, a list of some of pcr, rapid expected"),
        ("[test]\nresults = 1", "test.results: 1, a list of some of negative, positive expected"),
        ("[test]\ndevices = 1", 'test.devices: 1, a list of codes, or "listed", expected'),
        (
            limit("test", "hours", 'of = "saliva"'),
            'test.hours[1].of: "saliva", one of any, pcr, rapid expected',
        ),
        (limit("test", "hours", 'of = "pcr"'), "test.hours[1].max_hours: missing, it or min_hours expected"),
        (
            limit("test", "hours", 'of = "pcr"', "max_hours = 876001"),
            "test.hours[1].max_hours: 876001, a whole number from 0 to 876000 expected",
        ),
        (
            limit("test", "hours", 'of = "pcr"', "min_hours = 3", "max_hours = 2"),
            "test.hours[1].min_hours: 3,",
        ),
        ("[recovery]\nof = 1", "recovery.of: unknown, one of one_entry, within_validity, days expected"),
        (limit("recovery", "days"), "recovery.days[1].max_days: missing, it or min_days expected"),
        ('[[own]]\nlogic = "true"', "own[1].sentences: missing, a sentence such as en expected"),
        (
            '[[own]]\nlogic = "true"\nsentences.en = "x"',
            "own[1].about: missing, one of certificate, vaccination, test, recovery expected",
        ),
        (
            '[[own]]\nabout = "test"\nsentences.en = "x"',
            "own[1].logic: missing, a CertLogic expression as JSON text expected",
        ),
        (
            '[[own]]\nabout = "test"\nlogic = "{"\nsentences.en = "x"',
            "own[1].logic: no JSON, a CertLogic expression as JSON text expected",
        ),
        (
            '[[own]]\nabout = "test"\nlogic = \'{"or": []}\'\nsentences.en = "x"',
            'own[1].logic: unrecognised operator: "or"',
        ),
        ("[own]\nlogic = 1", "own: a table, tables that begin with [[own]] expected"),
        (
            '[sentences.vaccination.products]\nen = "x"',
            "sentences.vaccination.products: unknown, one of refused",
        ),
        (
            '[sentences.certificate.diseases]\nen = "x"',
            "sentences.certificate.diseases: unknown, nothing expected",
        ),
        (
            '[sentences.own]\nen = "x"',
            "sentences.own: unknown, one of certificate, vaccination, test, recovery",
        ),
    ],
)
def test_policies_that_are_refused(policy, message):
    assert refusal(HEADER + policy).startswith(message)


def test_own_certlogic_is_bounded():
    deep = '{"!": [' * 2000 + "true" + "]}" * 2000
    assert "own[1].logic: " in refusal(
        HEADER + f'[[own]]\nabout = "test"\nlogic = \'{deep}\'\nsentences.en = "x"'
    )


@pytest.mark.parametrize(
    ("fields", "is_taken"), [(["v.0"] * 101, True), ([f"x.{n}" for n in range(101)], False), (["v.é"], False)]
)
def test_own_certlogic_reads_fields_that_a_record_can_name(fields, is_taken):
    logic = json.dumps([{"var": f"payload.{field}"} for field in fields], ensure_ascii=False, indent=0)
    text = f"{HEADER}[[own]]\nabout = 'test'\nlogic = '''{logic}'''\nsentences.en = 'x'"
    if is_taken:
        assert compile_rules(text)[-1].affected_fields == ("v.0",)
    else:
        assert (
            refusal(text) == "own[1].logic: at most 100 fields of the certificate, such as v.0.dt, expected"
        )


def test_what_is_beyond_all_bounds_is_refused():
    longest = HEADER + "#" * (MAX_TOML_RULES_CHARACTERS - len(HEADER))
    assert len(compile_rules(longest)) == 3
    assert refusal(longest + "#") == "a policy of 131073 characters, at most 131072 expected"
    long = f"x = {{{'a' * 1000} = 1, {'a' * 1000} = 2}}"
    assert len(refusal(long)) < 220
    assert refusal("country = " + "[" * 50_000) == "not TOML: a value beyond all bounds"
    assert refusal("version = " + "9" * 5000) == "not TOML: a value beyond all bounds"


def test_keys_of_too_many_parts_are_refused_before_they_are_read():
    """Reading such a key takes time by the square of its parts."""
    header_lines = HEADER.count("\n")
    assert len(compile_rules(HEADER + "#" + "." * MAX_TOML_LINE_DOTS)) == 3
    dotted = "a" + ".a" * (MAX_TOML_LINE_DOTS + 1) + " = 1"
    assert refusal(HEADER + dotted) == f"line {header_lines + 1}: too many dots, at most 200 expected"
