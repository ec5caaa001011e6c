from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import permutations
from random import Random

import pytest
from tests.support.signers import person, vaccination

from vaxcert.findings import Severity
from vaxcert.model.certificate import HealthCertificate, Person, Recovery, Test
from vaxcert.rules.dose_history import HistoryCode, combine

COMIRNATY, SPIKEVAX = "EU/1/20/1528", "EU/1/20/1507"


def dose(day, number, *, series=None, subject=None, **changes):
    """A certificate of one dose, on a day of 2021."""
    return HealthCertificate(
        subject=subject or person(),
        vaccination=vaccination(
            dose_number=number,
            doses_in_series=series or number,
            vaccinated_on=None if day is None else date(2021, *day),
            **changes,
        ),
    )


FIRST = dose((3, 1), 1, series=2, certificate_id="URN:UVCI:01:VN:1")
SECOND = dose((4, 1), 2, series=2, certificate_id="URN:UVCI:01:VN:2")
THIRD = dose((10, 1), 3, product=SPIKEVAX, certificate_id="URN:UVCI:01:VN:3")


def summary(history):
    return [(one.vaccination.dose_number, one.certificates) for one in history.doses]


@pytest.mark.parametrize(
    ("counts", "other"),
    [
        (dose((3, 1), 2, series=3), dose((3, 1), 2, series=2)),
        (dose((3, 1), 2, country="FR"), dose((3, 1), 2, country="VN")),
        (
            dose((3, 1), 2, certificate_id="URN:UVCI:01:FR:A"),
            dose((3, 1), 2, certificate_id="URN:UVCI:01:FR:B"),
        ),
    ],
)
def test_what_is_told_of_a_dose_does_not_depend_on_what_is_shown_first(counts, other):
    for shown in ([counts, other], [other, counts]):
        (one,) = combine(shown).doses
        assert one.vaccination == counts.vaccination


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_doses_come_in_the_order_of_their_days(order):
    given = [(FIRST, SECOND, THIRD)[place] for place in order]
    history = combine(given)
    assert summary(history) == [(number + 1, (order.index(number),)) for number in range(3)]
    assert history.contradictions == ()


def test_nothing_gives_nothing():
    assert combine([]).doses == ()
    assert combine([]).contradictions == ()


def test_tests_and_recoveries_are_no_doses_and_still_somebodys():
    test = HealthCertificate(subject=person(), test=Test(sampled_at=datetime(2021, 5, 1, tzinfo=UTC)))
    recovery = HealthCertificate(subject=person(given_name="Bảo An"), recovery=Recovery())
    assert summary(combine([test, FIRST])) == [(1, (1,))]
    assert combine([test, FIRST]).contradictions == ()
    assert combine([recovery, FIRST]).contradictions == ("person-differs",)


def test_further_doses_of_an_early_certificate_count():
    both = HealthCertificate(
        subject=person(), vaccination=FIRST.vaccination, further_events=(SECOND.vaccination,)
    )
    assert summary(combine([both, SECOND])) == [(1, (0,)), (2, (0, 1))]


@pytest.mark.parametrize(
    "again",
    [
        FIRST,
        dose((3, 1), 1, series=2, certificate_id="URN:UVCI:01:XY:OTHER"),
        dose((3, 1), 1, series=1, certificate_id=None),
        dose((3, 1), 1, series=2, product=None),
        dose((3, 1), 1, certificate_id="urn:uvci:01:vn:1#X"),
    ],
)
def test_the_same_dose_is_there_once(again):
    history = combine([FIRST, again, SECOND])
    assert summary(history) == [(1, (0, 1)), (2, (2,))]
    assert history.doses[0].vaccination is FIRST.vaccination
    assert history.contradictions == ()


SAYS_LESS = dose((3, 1), 1, product=None, certificate_id=None)


@pytest.mark.parametrize(
    ("certificates", "doses", "codes"),
    [
        (
            [FIRST, dose((3, 1), 1, product=SPIKEVAX, certificate_id=None), SAYS_LESS],
            2,
            ("dose-products-differ",),
        ),
        ([FIRST, dose((4, 2), 1, certificate_id="URN:UVCI:01:VN:1"), SAYS_LESS], 1, ("dose-changed",)),
        (
            [
                FIRST,
                dose((4, 1), 2, certificate_id="URN:UVCI:01:VN:1"),
                dose((4, 1), 2, certificate_id="URN:UVCI:01:VN:9"),
            ],
            1,
            ("dose-changed",),
        ),
        (
            [FIRST, dose(None, 1, product=None, certificate_id="URN:UVCI:01:VN:1"), dose((3, 1), 1)],
            1,
            ("dose-changed",),
        ),
        (
            [
                dose((3, 1), 1, product=None, certificate_id="URN:UVCI:01:VN:1"),
                dose((4, 1), 1, certificate_id="URN:UVCI:01:VN:1"),
                dose((4, 1), 2, certificate_id=None),
            ],
            2,
            ("dose-changed", "doses-on-one-day"),
        ),
    ],
)
def test_the_order_of_certificates_makes_no_difference(certificates, doses, codes):
    found = []
    for order in permutations(range(len(certificates))):
        history = combine([certificates[place] for place in order])
        found.append({frozenset(order[place] for place in one.certificates) for one in history.doses})
        assert history.contradictions == codes
        assert len(history.doses) == doses
        assert all(list(one.certificates) == sorted(one.certificates) for one in history.doses)
    assert all(one == found[0] for one in found)


def test_no_order_of_any_certificates_makes_a_difference():
    chance = Random(20210301)
    for _ in range(300):
        certificates = [
            dose(
                chance.choice([(3, 1), (4, 1), None]),
                chance.choice([1, 2, None]),
                series=2,
                product=chance.choice([COMIRNATY, SPIKEVAX, None]),
                certificate_id=chance.choice(["URN:UVCI:01:VN:1", "URN:UVCI:01:VN:2", None]),
            )
            for _ in range(3)
        ]
        found = set()
        for order in permutations(range(3)):
            history = combine([certificates[place] for place in order])
            groups = frozenset(frozenset(order[place] for place in one.certificates) for one in history.doses)
            found.add((groups, history.contradictions))
        assert len(found) == 1


def test_of_two_contents_that_counts_which_names_the_vaccine_and_is_earlier():
    later = dose((4, 2), 1, certificate_id="URN:UVCI:01:VN:1")
    unnamed = dose((2, 1), 1, product=None, certificate_id="URN:UVCI:01:VN:1")
    for order in permutations([later, unnamed, FIRST]):
        (one,) = combine(order).doses
        assert one.vaccination is FIRST.vaccination


def test_one_certificate_twice_is_one_dose_of_two_places():
    assert summary(combine([FIRST, FIRST, FIRST])) == [(1, (0, 1, 2))]


@pytest.mark.parametrize("identifier", [None, "", "URN:UVCI:01:VN:9"])
def test_doses_that_say_too_little_are_not_the_same(identifier):
    unknown = dose(None, 1, certificate_id=identifier)
    other = dose(None, 1, certificate_id=None)
    assert len(combine([unknown, other]).doses) == 2
    assert len(combine([unknown, unknown]).doses) == (1 if identifier else 2)


def test_a_dose_without_a_day_comes_last():
    assert summary(combine([dose(None, 2), FIRST])) == [(1, (1,)), (2, (0,))]
    assert combine([dose(None, 2), FIRST]).contradictions == ()


@pytest.mark.parametrize(
    ("certificates", "codes"),
    [
        ([FIRST, SECOND, dose((12, 1), 3, series=1)], ()),
        ([dose((3, 1), 1), dose((9, 1), 2, series=1)], ()),
        ([dose((9, 1), 3), dose((3, 1), 2)], ()),
        ([dose((9, 1), 3)], ()),
        ([FIRST, THIRD], ("dose-gap",)),
        ([FIRST, SECOND, dose((12, 1), 5)], ("dose-gap",)),
        ([FIRST, THIRD, dose(None, 2)], ()),
        ([FIRST, dose(None, 3)], ("dose-gap",)),
        ([FIRST, dose((3, 2), 1)], ("dose-days-differ",)),
        ([FIRST, dose((3, 1), 1, product=SPIKEVAX)], ("dose-products-differ",)),
        ([FIRST, dose((3, 1), 2)], ("doses-on-one-day",)),
        ([dose((3, 1), 2), dose((4, 1), 1)], ("dose-order",)),
        ([FIRST, SECOND, dose((9, 1), 1, product=SPIKEVAX)], ("dose-days-differ", "dose-order")),
        (
            [FIRST, dose((4, 2), 1, certificate_id="URN:UVCI:01:VN:1")],
            ("dose-changed",),
        ),
        (
            [FIRST, dose((3, 1), 1, product=SPIKEVAX, certificate_id="URN:UVCI:01:VN:1")],
            ("dose-changed",),
        ),
        ([FIRST, dose((3, 1), None)], ()),
        ([FIRST, dose((3, 1), 1, disease="999")], ()),
        ([FIRST, dose((2, 1), 3, disease="999")], ()),
    ],
)
def test_what_does_not_fit(certificates, codes):
    assert combine(certificates).contradictions == codes
    assert combine(certificates[::-1]).contradictions == codes


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, ()),
        ({"family_name": "NGUYEN", "given_name": "BAO DUY"}, ()),
        ({"given_name": "Bảo Anh"}, ("person-differs",)),
        ({"birth_date": date(1983, 10, 11)}, ("person-differs",)),
        ({"birth_date": None}, ("person-unclear",)),
        ({"given_name": "Duy"}, ("person-unclear",)),
        ({"given_name": "Bảo Duỳ"}, ("person-unclear",)),
    ],
)
def test_whose_they_are(changes, codes):
    other = dose((4, 1), 2, subject=person(**changes))
    assert combine([FIRST, other]).contradictions == codes
    assert combine([other, FIRST, other]).contradictions == codes


def test_every_certificate_is_compared_with_every_other():
    bare = person(family_name="NGUYEN", given_name="THI LAN")
    one, other = (person(given_name=name) for name in ("Thị Lan", "Thị Lân"))
    certificates = [dose((3, 1), 1, subject=subject) for subject in (bare, one, other)]
    assert combine(certificates[:2]).contradictions == ()
    assert combine(certificates).contradictions == ("person-unclear",)
    certificates.append(dose((3, 1), 1, subject=Person(family_name="Trần", birth_date=None)))
    assert combine(certificates).contradictions == ("person-differs",)


def test_codes_come_in_their_order():
    codes = combine([FIRST, SECOND, dose((9, 1), 1), dose((9, 1), 5, subject=person(given_name="An"))])
    order = [str(code) for code in HistoryCode]
    assert list(codes.contradictions) == sorted(codes.contradictions, key=order.index)
    assert len(codes.contradictions) == 5
    assert codes.contradictions[0] == "person-differs"


def test_only_a_gap_is_no_contradiction():
    assert [code for code in HistoryCode if code.severity is Severity.INFO] == [HistoryCode.DOSE_GAP]


def test_a_history_shows_nobody():
    shown = repr(combine([FIRST, SECOND]))
    assert "2021" not in shown
    assert "URN" not in shown
