"""A decision is the worst of its reasons, and nothing that speaks against a traveller makes it better."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from test_vectors.samples import AT, EXPIRES, antigen_test, dcc, dose, token
from tests.support.decisions import ACCEPTED, EXPIRED, FORGED, STALE, UNKNOWN, UNREADABLE, report, rule
from tests.support.messages import ps256, text, verifier

from vaxcert.decision import Desk, Verdict, decide
from vaxcert.decision.reasons import ABOUT_THE_DESK, rank
from vaxcert.errors import Reason
from vaxcert.rules.acceptance import RuleOutcome, RuleResult, RulesAnswer
from vaxcert.rules.dose_history import DoseHistory, HistoryCode
from vaxcert.rules.identity import IdentityComparison, IdentityGrade
from vaxcert.verify import Outcome

POSITIVE = report(text(token(dcc(t=[antigen_test(tr="260373001")]))))
ODD = report(text(token(dcc(v=[dose(dt="2027-01-01")]))))
NOT_ACCEPTED = (EXPIRED, FORGED, STALE, UNKNOWN, UNREADABLE)
REPORTS = (ACCEPTED, POSITIVE, ODD, *NOT_ACCEPTED)

comparisons = st.none() | st.sampled_from(IdentityGrade).map(
    lambda grade: IdentityComparison(grade, None, ())
)
answers = st.none() | st.lists(st.sampled_from(RuleResult), max_size=3).map(
    lambda results: RulesAnswer(
        "VN", tuple(RuleOutcome(rule(f"GR-VN-{n}"), result) for n, result in enumerate(results))
    )
)
histories = st.none() | st.lists(st.sampled_from(HistoryCode), unique=True, max_size=3).map(
    lambda codes: DoseHistory((), tuple(codes))
)


@st.composite
def cases(draw):
    """The arguments of `decide` but the time."""
    reports = draw(st.lists(st.sampled_from(REPORTS), max_size=4))
    each = {"min_size": len(reports), "max_size": len(reports)}
    return {
        "reports": reports,
        "identities": draw(st.none() | st.lists(comparisons, **each)),
        "rules": draw(st.none() | st.lists(answers, **each)),
        "history": draw(histories),
    }


def verdict(case):
    return rank(decide(at=AT, **case).verdict)


@given(cases())
def test_the_verdict_is_the_worst_of_the_reasons_and_the_desk_is_told_first(case):
    decision = decide(at=AT, **case)
    assert decision.verdict == max(
        (one.verdict for one in decision.reasons), key=rank, default=Verdict.ACCEPT
    )
    groups = [(one.code not in ABOUT_THE_DESK, -rank(one.verdict)) for one in decision.reasons]
    assert groups == sorted(groups)
    assert len(set(decision.reasons)) == len(decision.reasons)


@given(cases())
def test_nothing_is_accepted_without_an_accepted_certificate_that_passes_its_rules(case):
    decision = decide(at=AT, **case)
    if decision.verdict is Verdict.ACCEPT:
        places = [n for n, one in enumerate(case["reports"]) if one.outcome is Outcome.ACCEPTED]
        assert places
        rules = case["rules"] or []
        asked = [rules[place] for place in places if rules and rules[place] is not None]
        assert not asked or any(
            one.outcomes and all(outcome.result is RuleResult.PASSED for outcome in one.outcomes)
            for one in asked
        )
        assert not {one.reason for one in case["reports"]} & {Reason.BAD_SIGNATURE, Reason.UNKNOWN_KEY}


@given(cases(), st.sampled_from(NOT_ACCEPTED), comparisons)
def test_a_certificate_that_is_not_accepted_never_helps(case, other, comparison):
    more = {
        **case,
        "reports": [*case["reports"], other],
        "identities": case["identities"] and [*case["identities"], comparison],
        "rules": case["rules"] and [*case["rules"], None],
    }
    if case["reports"]:
        assert verdict(more) >= verdict(case)


@given(cases(), st.sampled_from([IdentityGrade.UNCLEAR, IdentityGrade.MISMATCH]), st.data())
def test_a_worse_comparison_never_helps(case, grade, data):
    if not case["reports"]:
        return
    place = data.draw(st.integers(0, len(case["reports"]) - 1))
    worse = list(case["identities"] or [None] * len(case["reports"]))
    if worse[place] is None or list(IdentityGrade).index(worse[place].grade) < list(IdentityGrade).index(
        grade
    ):
        worse[place] = IdentityComparison(grade, None, ())
    assert verdict({**case, "identities": worse}) >= verdict(case)


@given(cases(), st.sampled_from([RuleResult.OPEN, RuleResult.FAILED]))
def test_a_rule_that_is_not_passed_never_helps(case, result):
    if case["rules"] is None:
        return
    worse = [
        one and RulesAnswer(one.country, (*one.outcomes, RuleOutcome(rule("GR-VN-X"), result)))
        for one in case["rules"]
    ]
    passing = [one for one in case["rules"] if one is not None and one.outcomes]
    if len(passing) == len([one for one in case["rules"] if one is not None]):
        assert verdict({**case, "rules": worse}) >= verdict(case)


@given(cases(), st.sampled_from(HistoryCode))
def test_a_contradiction_never_helps(case, code):
    codes = () if case["history"] is None else case["history"].contradictions
    assert verdict({**case, "history": DoseHistory((), (*codes, code))}) >= verdict(case)


@given(st.permutations([ACCEPTED, EXPIRED, UNKNOWN, UNREADABLE]))
def test_the_order_of_the_certificates_decides_nothing(reports):
    decision = decide(reports, at=AT)
    assert sorted(one.code for one in decision.reasons) == [
        "identity-not-compared",
        "rules-not-asked",
        "set-aside",
        "set-aside",
        "unknown-key",
    ]


anything = st.text(max_size=40) | st.binary(max_size=40) | st.sampled_from([text(), text(by=ps256())])


@given(st.lists(anything, max_size=3), st.sampled_from([AT, EXPIRES + timedelta(days=1)]))
def test_the_desk_decides_about_anything(sources, at):
    decision = Desk(verifier=verifier()).examine(sources, at=at)
    assert (decision.verdict is Verdict.ACCEPT) <= (text() in sources and at == AT)
