"""What is decided about a traveller, and in which order it is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from test_vectors.samples import AT, DROP, antigen_test, dcc, dose, name, recovery, token
from tests.support.decisions import (
    ACCEPTED,
    EXPIRED,
    FORGED,
    STALE,
    UNKNOWN,
    UNREADABLE,
    answer,
    listed,
    report,
    rule,
)
from tests.support.messages import key, text, verifier

import vaxcert as vc
from vaxcert.decision import Decision, DecisionCode, DecisionReason, Desk, Verdict, decide
from vaxcert.decision.reasons import FINDINGS, HISTORY
from vaxcert.errors import AdapterError, Reason
from vaxcert.findings import Finding, FindingCode, Severity
from vaxcert.rules.acceptance import RuleOutcome, RuleResult, RulesAnswer, RuleSet, RuleType
from vaxcert.rules.dose_history import DoseHistory, HistoryCode
from vaxcert.rules.identity import IdentityComparison, IdentityGrade, Traveller
from vaxcert.rules.policy import WhenUnsure
from vaxcert.trust.origin import Environment, ListOrigin, Proof
from vaxcert.trust.revocation.query import RevocationAnswer, RevocationLists, RevocationStatus
from vaxcert.verify import unreadable

DAY = timedelta(days=1)
NOT_COMPARED = ("identity-not-compared", "accept")
NOT_ASKED = ("rules-not-asked", "accept")
HOLDER = Traveller(
    family_name="NGUYEN", given_name="VAN THU", birth_date=datetime(1990, 5, 17, tzinfo=UTC).date()
)
PASSED, OPEN, FAILED = RuleResult


def told(decision):
    return [(reason.code, str(reason.verdict)) for reason in decision.reasons]


def compared(grade, *codes):
    return IdentityComparison(IdentityGrade(grade), None, codes)


# --- one certificate


def test_an_accepted_certificate_is_accepted_with_what_was_not_looked_at():
    decision = decide([ACCEPTED], at=AT)
    assert decision.verdict is Verdict.ACCEPT
    assert told(decision) == [NOT_ASKED, NOT_COMPARED]
    assert (decision.identity, decision.rules, decision.history, decision.at) == (None, None, None, AT)
    assert decision.reports == (ACCEPTED,)


def test_everything_right_needs_no_word():
    decision = decide([ACCEPTED], at=AT, identities=[compared("match")], rules=[answer(PASSED, PASSED)])
    assert (decision.verdict, decision.reasons) == (Verdict.ACCEPT, ())


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (UNREADABLE, [("not-read", "refer"), ("base45-length", "refer")]),
        (EXPIRED, [("expired", "refuse"), NOT_COMPARED]),
        (UNKNOWN, [("unknown-key", "refuse")]),
        (FORGED, [("bad-signature", "refuse")]),
        (STALE, [("stale-trust-list", "refer"), NOT_COMPARED]),
        (
            report(by=lambda: verifier(replace(key(), environment=Environment.TEST))),
            [("test-key", "refuse")],
        ),
        (report(by=lambda: verifier(replace(key(), withdrawn=True))), [("key-revoked", "refuse")]),
        (
            report(
                text(token(dcc(v=[dose(dt="2027-01-01")]))),
                by=lambda: verifier(refused_findings=frozenset(FindingCode)),
            ),
            [("policy", "refuse"), NOT_COMPARED],
        ),
        (
            unreadable(AdapterError(Reason.PICTURE_NO_CODE, "no code")),
            [("not-read", "refer"), ("picture-no-code", "refer")],
        ),
    ],
)
def test_a_certificate_that_is_not_accepted(source, expected):
    decision = decide([source], at=AT)
    assert told(decision) == expected
    assert decision.verdict == max((verdict for _, verdict in expected), key=list(Verdict).index)


def test_nothing_shown_is_nothing_accepted():
    decision = decide([], at=AT)
    assert (decision.verdict, told(decision)) == (Verdict.REFER, [("no-certificate", "refer")])


# --- lists and clock


class Says:
    """A revocation list that always answers the same."""

    name = "list"
    withdrawn = frozenset()

    def __init__(self, status):
        self.status = status

    def covers(self, query):
        return True

    def answer(self, query, *, at):
        return RevocationAnswer(status=self.status, as_of=at, source=self.name, detail="")


def revoking(status, **policy):
    return vc.Verifier(
        vc.TrustList([key()]),
        policy=vc.VerificationPolicy(**policy),
        revocation=RevocationLists([Says(status)]),
    )


@pytest.mark.parametrize(
    ("status", "policy", "first", "verdict"),
    [
        (RevocationStatus.REVOKED, {}, ("revoked", "refuse"), "refuse"),
        (RevocationStatus.UNKNOWN, {}, ("revocation-unknown", "refer"), "refer"),
        (
            RevocationStatus.UNKNOWN,
            {"unknown_revocation": WhenUnsure.REPORT},
            ("revocation-unanswered", "accept"),
            "accept",
        ),
        (RevocationStatus.NOT_REVOKED, {}, NOT_ASKED, "accept"),
    ],
)
def test_revocation(status, policy, first, verdict):
    decision = decide([report(by=lambda: revoking(status, **policy))], at=AT)
    assert (told(decision)[0], decision.verdict) == (first, verdict)


@pytest.mark.parametrize(
    ("origin", "policy", "first", "verdict"),
    [
        ({"proof": Proof.UNSIGNED}, {}, ("list-unsigned", "accept"), "accept"),
        ({"issued": AT + DAY}, {}, ("clock-before-list", "refer"), "refer"),
        ({"usable_until": AT - DAY}, {"stale_lists": WhenUnsure.REPORT}, ("list-stale", "accept"), "accept"),
        ({"usable_until": AT - DAY}, {}, ("stale-trust-list", "refer"), "refer"),
    ],
)
def test_what_is_wrong_with_lists_and_clock_is_said_first(origin, policy, first, verdict):
    one = report(
        text(token(dcc(nam=name(fn=DROP, gn=DROP, fnt=DROP, gnt=DROP)))),
        by=lambda: verifier(listed(**origin), **policy),
    )
    decision = decide([one], at=AT, identities=[compared("mismatch")])
    assert told(decision)[:2] == [first, ("identity-mismatch", "refuse")]
    alone = decide([report(by=lambda: verifier(listed(**origin), **policy))], at=AT)
    assert (told(alone)[0], alone.verdict) == (first, verdict)


def test_an_overdue_list_is_a_remark_among_others():
    one = report(by=lambda: verifier(listed(next_update=AT - DAY, usable_until=AT + DAY)))
    decision = decide([one], at=AT, identities=[compared("unclear")])
    assert told(decision) == [("identity-unclear", "refer"), ("list-overdue", "accept"), NOT_ASKED]


def test_what_is_about_the_lists_is_said_once():
    unsigned = [report(by=lambda: verifier(listed(proof=Proof.UNSIGNED)))] * 2
    assert told(decide(unsigned, at=AT)).count(("list-unsigned", "accept")) == 1


def test_a_certificate_signed_after_now_puts_the_clock_in_doubt():
    decision = decide([report(at=datetime(2026, 1, 4, tzinfo=UTC))], at=AT)
    assert told(decision) == [("clock-before-certificate", "refer"), NOT_COMPARED]


def test_a_certificate_that_starts_later_is_refused_unless_the_clock_is_behind_the_list():
    later = text(token(nbf=AT + DAY))
    assert told(decide([report(later)], at=AT))[0] == ("not-yet-valid", "refuse")
    behind = report(later, by=lambda: verifier(listed(issued=AT + DAY)))
    decision = decide([behind], at=AT)
    assert told(decision)[:2] == [("clock-before-list", "refer"), ("not-yet-valid", "refer")]
    assert decision.verdict is Verdict.REFER


# --- findings


def test_every_warning_is_in_the_table_or_known_to_be_of_form():
    of_form = {"expiry-past-signer", "field-too-long", "name-not-standard"}
    warnings = {code for code in FindingCode if Finding(code).severity is Severity.WARNING}
    assert warnings - FINDINGS.keys() == of_form
    assert FINDINGS.keys() - warnings == {"list-overdue", "signer-expired-since", "birth-date-partial"}
    assert Verdict.REFUSE not in FINDINGS.values()  # that is for a policy to say


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (dcc(v=[dose(dt="2027-01-01")]), ("event-in-future", "refer")),
        (dcc(dob="1990"), ("birth-date-partial", "accept")),
        (dcc(v=[dose(mp="EU/1/20/9999")]), ("code-unknown", "accept")),
    ],
)
def test_findings_that_matter(payload, expected):
    decision = decide(
        [report(text(token(payload)))], at=AT, rules=[answer(PASSED)], identities=[compared("match")]
    )
    assert told(decision) == [expected]
    assert decision.reasons[0].certificate == 0


def test_findings_of_form_are_left_to_the_details():
    one = report(text(token(dcc(v=[dose(ci="x")]))))
    assert one.findings
    assert decide([one], at=AT, rules=[answer(PASSED)], identities=[compared("match")]).reasons == ()


# --- rules


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ([FAILED, OPEN, PASSED], [("rule-failed", "refuse"), ("rule-open", "refer")]),
        ([OPEN, PASSED], [("rule-open", "refer")]),
        ([], [("rules-missing", "refer")]),
    ],
)
def test_rules_that_are_not_passed(results, expected):
    decision = decide([ACCEPTED], at=AT, rules=[answer(*results)], identities=[compared("match")])
    assert told(decision) == expected
    assert [reason.detail for reason in decision.reasons if reason.code != "rules-missing"] == [
        f"GR-VN-000{n}" for n in range(1, len([one for one in results if one is not PASSED]) + 1)
    ]


def test_rules_by_which_an_issuer_voids_its_own_are_no_entry_rules():
    void = rule("IR-VN-0001", type=RuleType.INVALIDATION)
    for result, expected in ((PASSED, []), (FAILED, [("rule-failed", "refuse")])):
        alone = RulesAnswer("XY", (RuleOutcome(void, result),))
        decision = decide([ACCEPTED], at=AT, rules=[alone], identities=[compared("match")])
        assert told(decision) == [*expected, ("rules-missing", "refer")]


def test_technical_expiry_and_medical_validity_are_told_apart():
    technical = decide([EXPIRED], at=AT, rules=[None])
    medical = decide([ACCEPTED], at=AT, rules=[answer(FAILED)])
    assert told(technical)[0] == ("expired", "refuse")
    assert told(medical)[0] == ("rule-failed", "refuse")


@pytest.mark.parametrize(
    ("answers", "best", "verdict"),
    [
        ([[FAILED], [PASSED]], 1, "accept"),
        ([[PASSED], [FAILED]], 0, "accept"),
        ([[FAILED], [OPEN]], 1, "refer"),
        ([[FAILED], []], 1, "refer"),
        ([[FAILED, FAILED], [FAILED, PASSED]], 1, "refuse"),
        ([[OPEN], [OPEN, PASSED]], 0, "refer"),
    ],
)
def test_one_certificate_that_passes_all_its_rules_suffices(answers, best, verdict):
    asked = [answer(*results) for results in answers]
    decision = decide([ACCEPTED, ACCEPTED], at=AT, rules=asked, identities=[compared("match")] * 2)
    assert decision.rules is asked[best]
    assert decision.verdict == verdict
    assert {reason.certificate for reason in decision.reasons} <= {best}


def test_of_certificates_that_stand_alike_the_latest_says_why():
    first = report(text(token(dcc(v=[dose(dn=1, dt="2025-11-20")]))))
    for reports, place in (([first, ACCEPTED], 1), ([ACCEPTED, first], 0)):
        decision = decide(reports, at=AT, rules=[answer(FAILED), answer(FAILED)])
        assert decision.reasons[0] == DecisionReason("rule-failed", Verdict.REFUSE, "GR-VN-0001", place)
    worse = decide([first, ACCEPTED], at=AT, rules=[answer(PASSED), answer(FAILED)])
    assert worse.verdict is Verdict.ACCEPT


@pytest.mark.parametrize(
    ("sampled", "place"),
    [
        ("2026-01-02T09:00:01Z", 1),
        ("2026-01-02T12:00:00-10:00", 1),
        ("2026-01-02T09:00:00Z", 0),
        ("2026-01-02T12:00:00+07:00", 0),
    ],
)
def test_the_latest_event_is_that_of_the_latest_moment(sampled, place):
    reports = [
        report(text(token(dcc(t=[antigen_test(sc=moment)])))) for moment in ("2026-01-02T09:00:00Z", sampled)
    ]
    decision = decide(reports, at=AT, rules=[answer(FAILED), answer(FAILED, FAILED)])
    assert {reason.certificate for reason in decision.reasons if reason.code == "rule-failed"} == {place}


def test_a_day_counts_from_when_it_begins_in_utc():
    for sampled, place in (("2025-12-20T00:00:00Z", 0), ("2025-12-20T00:00:01Z", 1)):
        test = report(text(token(dcc(t=[antigen_test(sc=sampled)]))))
        decision = decide([ACCEPTED, test], at=AT, rules=[answer(FAILED), answer(FAILED, FAILED)])
        assert decision.reasons[0].certificate == place


def test_rules_cannot_make_good_a_certificate_that_is_not_accepted():
    decision = decide([ACCEPTED, EXPIRED], at=AT, rules=[answer(FAILED), answer(PASSED)])
    assert decision.verdict is Verdict.REFUSE
    assert told(decide([EXPIRED], at=AT, rules=[answer(PASSED)]))[0] == ("expired", "refuse")


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"t": [antigen_test(tr="260373001")]}, [("test-positive", "refer")]),
        ({"t": [antigen_test()]}, []),
        ({"r": [recovery(du="2026-01-31")]}, [("recovery-not-current", "refer")]),
        ({"r": [recovery(du="2026-02-01")]}, []),
        ({"r": [recovery(df="2026-02-02")]}, [("recovery-not-current", "refer")]),
        ({"r": [recovery(df="2026-02-01")]}, []),
    ],
)
def test_without_rules_a_certificate_is_taken_at_its_word(event, expected):
    one = report(text(token(dcc(**event))))
    decision = decide([one], at=AT, identities=[compared("match")])
    assert told(decision) == [*expected, NOT_ASKED]
    assert told(decide([one], at=AT, identities=[compared("match")], rules=[answer(PASSED)])) == []


def stopped(report):
    return report.outcome, report.level, report.reason, report.findings


@pytest.mark.parametrize(
    ("event", "first", "last"),
    [
        (recovery(du="2026-01-31"), [], ["recovery-not-current"]),
        (recovery(df="2026-02-01"), ["recovery-not-current"], []),
    ],
)
def test_equal_moments_lead_to_equal_decisions(event, first, last):
    sources = [text(token(dcc(r=[event]))), text(), "HC1:*"]
    desk = Desk(verifier=verifier())
    midnight = datetime(2026, 2, 1, tzinfo=UTC)
    zones = [timezone(timedelta(hours=hours)) for hours in (-12, 0, 7, 14)]
    for moment, expected in ((midnight - timedelta(seconds=1), first), (midnight, last)):
        decisions = [desk.examine(sources, at=moment.astimezone(zone)) for zone in zones]
        again = [decide(decisions[0].reports, at=moment.astimezone(zone)) for zone in zones]
        for found in (decisions, again):
            assert len({(one.reasons, one.history, one.at, *map(stopped, one.reports)) for one in found}) == 1
            assert {one.at.utcoffset() for one in found} == {timedelta(0)}
            assert [one.code for one in found[0].reasons if one.code == "recovery-not-current"] == expected


# --- whose it is


@pytest.mark.parametrize(
    ("grade", "expected"),
    [
        ("match", []),
        ("likely", [("identity-likely", "accept")]),
        ("unclear", [("identity-unclear", "refer")]),
        ("mismatch", [("identity-mismatch", "refuse")]),
    ],
)
def test_identity(grade, expected):
    one = compared(grade, *(["order", "name-cut"] if expected else []))
    decision = decide([ACCEPTED], at=AT, identities=[one], rules=[answer(PASSED)])
    assert (told(decision), decision.identity) == (expected, one)
    assert [reason.detail for reason in decision.reasons] == ["order, name-cut"] * len(expected)


def test_the_worst_comparison_counts():
    decision = decide([ACCEPTED, ACCEPTED], at=AT, identities=[compared("match"), compared("mismatch")])
    assert decision.reasons[0] == DecisionReason("identity-mismatch", Verdict.REFUSE, certificate=1)


def test_where_a_document_was_shown_and_nothing_can_be_compared_no_comparison_is_asked_for():
    assert told(decide([UNREADABLE], at=AT, identities=[None])) == [
        ("not-read", "refer"),
        ("base45-length", "refer"),
    ]


@pytest.mark.parametrize("code", HistoryCode)
def test_contradictions_between_certificates(code):
    decision = decide([ACCEPTED, ACCEPTED], at=AT, history=DoseHistory((), (code,)))
    verdict = {"person-differs": "refuse", "dose-gap": "accept"}.get(code, "refer")
    assert (code, verdict) in told(decision)
    assert decision.verdict == verdict


def test_every_contradiction_leads_somewhere():
    assert HISTORY.keys() == set(HistoryCode)


# --- several certificates, one of which is not accepted


@pytest.mark.parametrize(
    ("other", "verdict", "code", "detail"),
    [
        (EXPIRED, "accept", "set-aside", "expired"),
        (UNREADABLE, "accept", "set-aside", "base45-length"),
        (UNKNOWN, "refer", "unknown-key", ""),
        (STALE, "refer", "stale-trust-list", ""),
        (FORGED, "refuse", "bad-signature", ""),
    ],
)
def test_beside_an_accepted_certificate(other, verdict, code, detail):
    for reports, place in (([ACCEPTED, other], 1), ([other, ACCEPTED], 0)):
        decision = decide(reports, at=AT)
        assert decision.verdict == verdict
        (reason,) = (reason for reason in decision.reasons if reason.code == code)
        assert reason.detail == detail
        assert reason.certificate == (None if code == "stale-trust-list" else place)


def test_two_that_are_not_accepted_are_both_told_worst_first():
    assert told(decide([UNREADABLE, EXPIRED], at=AT))[:2] == [("expired", "refuse"), ("not-read", "refer")]


# --- the values


def test_a_decision_is_not_a_truth_value_and_shows_nobody():
    decision = decide([ACCEPTED], at=AT)
    with pytest.raises(TypeError, match="verdict"):
        bool(decision)
    assert repr(decision) == "<Decision accept>"
    assert isinstance(decision, Decision)


@pytest.mark.parametrize("answers", [{"identities": []}, {"rules": [None, None]}])
def test_answers_are_as_many_as_the_reports(answers):
    with pytest.raises(ValueError, match="for 1 reports"):
        decide([ACCEPTED], at=AT, **answers)


def test_codes_have_the_verdict_that_they_lead_to():
    assert DecisionCode.IDENTITY_MISMATCH.verdict is Verdict.REFUSE
    assert DecisionCode("set-aside").verdict is Verdict.ACCEPT


# --- the desk


TWO_DOSES = rule(
    certificate_type="Vaccination",
    logic={">": [{"var": "payload.v.0.dn"}, 1]},
    schema_version=(1, 0, 0),
)
IN_SAIGON = rule("GR-VN-0002", region="SG", logic={"===": [{"var": "external.kid"}, "nobody's"]})
RULES = RuleSet(rules=(TWO_DOSES, IN_SAIGON))


def test_the_desk_asks_everything():
    desk = Desk(verifier=verifier(), rules=RULES, country="VN")
    decision = desk.examine([text()], at=AT, traveller=HOLDER)
    assert (decision.verdict, decision.reasons) == (Verdict.ACCEPT, ())
    assert decision.identity.grade is IdentityGrade.MATCH
    assert [given.vaccination.dose_number for given in decision.history.doses] == [2]
    assert [outcome.rule for outcome in decision.rules.outcomes] == [TWO_DOSES]


def test_the_desk_asks_the_rules_of_its_country_and_region():
    first = text(token(dcc(v=[dose(dn=1)])))
    for place, source, expected in (
        ({"country": "VN"}, first, [("rule-failed", "refuse", "GR-VN-0001")]),
        ({"country": "VN", "region": "SG"}, text(), [("rule-failed", "refuse", "GR-VN-0002")]),
        ({"country": "DE"}, text(), [("rules-missing", "refer", "")]),
    ):
        decision = Desk(verifier=verifier(), rules=RULES, **place).examine([source], at=AT, traveller=HOLDER)
        assert [(one.code, one.verdict, one.detail) for one in decision.reasons] == expected


@pytest.mark.parametrize(
    ("end", "expected"), [(AT - DAY, [("rules-stale", "refer"), NOT_COMPARED]), (AT, [NOT_COMPARED])]
)
def test_rules_that_are_too_old_are_said_first(end, expected):
    kept = replace(RULES, origins=(ListOrigin(), ListOrigin(usable_until=end)))
    desk = Desk(verifier=verifier(), rules=kept, country="VN")
    assert told(desk.examine([text()], at=AT)) == expected
    assert told(replace(desk, country=None).examine([text()], at=AT)) == [NOT_ASKED, NOT_COMPARED]


@pytest.mark.parametrize(("country", "verdict"), [("VN", "refuse"), ("LA", "accept")])
def test_the_country_of_the_key_voids_what_names_no_issuer(country, verdict):
    voided = rule(f"IR-{country}-0001", country=country, type=RuleType.INVALIDATION, logic=False)
    desk = Desk(
        verifier=verifier(), rules=RuleSet(rules=(voided, rule("GR-DE-0001", country="DE"))), country="DE"
    )
    decision = desk.examine([text(token(iss=DROP))], at=AT, traveller=HOLDER)
    assert decision.verdict == verdict


def test_one_dose_that_does_not_suffice_beside_another_that_does():
    first = text(token(dcc(v=[dose(dn=1, dt="2025-11-20", ci="URN:UVCI:01:VN:FIRST")])))
    decision = Desk(verifier=verifier(), rules=RULES, country="VN").examine([first, text()], at=AT)
    assert (decision.verdict, told(decision)) == (Verdict.ACCEPT, [NOT_COMPARED])


def test_the_desk_compares_with_whom_it_is_told():
    other = replace(HOLDER, family_name="TRAN")
    decision = Desk(verifier=verifier()).examine([text()], at=AT, traveller=other)
    assert told(decision)[0] == ("identity-mismatch", "refuse")


def test_many_travellers_are_each_decided_about_for_himself():
    first, second = (text(token(dcc(v=[dose(dn=number)]))) for number in (1, 2))
    shown = [
        ([text()], None),
        ([first, second], HOLDER),
        ([], None),
        ([second, "HC1:*"], replace(HOLDER, family_name="TRAN")),
        ([text(token(exp=AT - DAY))], None),
    ]
    desk = Desk(verifier=verifier())
    together = desk.examine_all(shown, at=AT)
    alone = [desk.examine(sources, at=AT, traveller=traveller) for sources, traveller in shown]
    assert list(map(told, together)) == list(map(told, alone))
    assert len({one.verdict for one in together}) == 3
    assert [len(one.reports) for one in together] == [1, 2, 0, 2, 1]


def test_the_desk_asks_rules_about_accepted_certificates_only():
    sources = [text(token(exp=AT - DAY)), "HC1:*", AdapterError(Reason.PICTURE_NO_CODE, "no code")]
    decision = Desk(verifier=verifier(), rules=RULES, country="VN").examine(sources, at=AT)
    assert decision.rules is None
    assert told(decision)[0] == ("expired", "refuse")


def test_rules_need_a_country():
    first = text(token(dcc(v=[dose(dn=1)])))
    assert NOT_ASKED in told(Desk(verifier=verifier(), rules=RULES).examine([first], at=AT))


def test_doses_of_certificates_that_are_out_of_date_are_in_the_history_and_revoked_ones_are_not():
    first = text(token(dcc(v=[dose(dn=1, dt="2025-11-20", ci="URN:UVCI:01:VN:FIRST")]), exp=AT - DAY))
    history = Desk(verifier=verifier()).examine([text(), first], at=AT).history
    assert [given.vaccination.dose_number for given in history.doses] == [1, 2]
    revoked = Desk(verifier=revoking(RevocationStatus.REVOKED)).examine([text()], at=AT)
    assert (revoked.verdict, revoked.history) == (Verdict.REFUSE, None)


def test_doses_are_told_with_the_places_of_their_certificates_among_all_that_are_shown():
    first = text(token(dcc(v=[dose(dn=1, dt="2025-11-20", ci="URN:UVCI:01:VN:TEST1")])))
    desk = Desk(verifier=verifier(key()))
    decision = desk.examine(["HC1:~", first, "HC1:", text(token(dcc()))], at=AT)
    assert decision.history is not None
    assert [one.certificates for one in decision.history.doses] == [(1,), (3,)]


def test_certificates_of_two_people_are_never_accepted():
    other = text(token(dcc(nam=name(fn="Trần", fnt="TRAN"), dob="1985-01-01")))
    decision = Desk(verifier=verifier()).examine([text(), other], at=AT)
    assert told(decision)[0] == ("person-differs", "refuse")


def test_a_time_without_zone_is_the_callers_mistake():
    with pytest.raises(ValueError, match="time zone"):
        Desk(verifier=verifier()).examine([text()], at=AT.replace(tzinfo=None))
    with pytest.raises(ValueError, match="time zone"):
        Desk(verifier=verifier()).examine([], at=AT.replace(tzinfo=None))
    with pytest.raises(ValueError, match="time zone"):
        decide([], at=AT.replace(tzinfo=None))
