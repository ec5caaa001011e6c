from dataclasses import replace

import pytest
from test_vectors.samples import AT, dcc, dose, token
from tests.support.messages import SECOND, es256, key, ps256, text

import vaxcert as vc
from vaxcert.errors import Reason
from vaxcert.findings import FindingCode
from vaxcert.model.certificate import Kind
from vaxcert.trust import binding
from vaxcert.trust.origin import Environment, ListOrigin, Proof
from vaxcert.verify import Level

SKEW = SECOND * 300


def reason_of(*keys, claims=None, at=AT, **policy):
    verifier = vc.Verifier(vc.TrustList(keys), policy=vc.VerificationPolicy(**policy))
    return verifier.report(text(claims), at=at).reason


def listed(name, **dates):
    return ListOrigin(name=name, **dates)


# --- issuers


@pytest.mark.parametrize(
    ("issuer", "country", "foreign"),
    [
        ("VN", "VN", False),
        ("VNM", "VN", False),
        ("vn", "VN", False),
        ("LA", "VN", True),
        ("LAO", "VN", True),
        ("ZZ", "VN", True),
        ("DX", "DX", False),
        ("CNAM", "FR", False),
        ("CNAM", "VN", True),
        ("CH BAG", "CH", False),
        ("EL", "GR", False),
        ("GR", "EL", False),
        ("GG", "GB", False),
        ("GGY", "GB", False),
        ("JE", "VN", True),
        ("GB", "GG", True),
        ("Bộ Y tế", "VN", False),
        ("Bộ Y tế", "LA", False),
        ("", "VN", False),
        ("LA", None, False),
    ],
)
def test_an_issuer_is_foreign_when_it_names_a_country_the_key_may_not_sign_for(issuer, country, foreign):
    assert binding.is_foreign(issuer, country) is foreign


@pytest.mark.parametrize("issuer", ["LA", "CNAM"])
def test_key_of_another_country_may_not_sign(issuer):
    claims = token(iss=issuer)
    assert reason_of(key(), claims=claims) is Reason.ISSUER_NOT_AUTHORISED
    assert reason_of(key(), claims=claims, allow_foreign_issuer=True) is None
    assert reason_of(replace(key(), country=None), claims=claims) is None


def test_refusal_for_the_issuer_says_nothing_of_the_content():
    report = vc.Verifier(vc.TrustList([key()])).report(text(token(iss="LA")), at=AT)
    assert (report.level, report.certificate, report.findings) == (Level.WELL_FORMED, None, ())
    assert "VN" in str(report.error)
    assert "'LA'" in str(report.error)


# --- grants


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({"domain": "DCC"}, None),
        ({"domain": "ICVP"}, Reason.DOMAIN_NOT_AUTHORISED),
        ({"domain": ""}, Reason.DOMAIN_NOT_AUTHORISED),
        ({"kinds": frozenset({Kind.VACCINATION})}, None),
        ({"kinds": frozenset({Kind.TEST})}, Reason.KEY_NOT_AUTHORISED),
        ({"kinds": frozenset()}, Reason.KEY_NOT_AUTHORISED),
        ({"environment": Environment.TEST}, Reason.TEST_KEY),
        ({"withdrawn": True}, Reason.KEY_REVOKED),
    ],
)
def test_key_signs_within_its_limits_only(limits, expected):
    assert reason_of(replace(key(), **limits)) is expected


@pytest.mark.parametrize("limits", [{"domain": "ICVP"}, {"environment": Environment.TEST}, {"country": "LA"}])
@pytest.mark.parametrize("first", [True, False])
def test_one_grant_of_several_is_enough(limits, first):
    narrow, wide = replace(key(), origin=listed("narrow"), **limits), key()
    keys = [narrow, wide] if first else [wide, narrow]
    report = vc.Verifier(vc.TrustList(keys)).report(text(), at=AT)
    assert (report.reason, report.key) == (None, wide)


def test_grants_do_not_add_up():
    domain = replace(key(), domain="DCC", kinds=frozenset({Kind.TEST}))
    kind = replace(key(), domain="ICVP", kinds=frozenset({Kind.VACCINATION}))
    assert reason_of(domain, kind) is Reason.KEY_NOT_AUTHORISED
    assert reason_of(kind, domain) is Reason.DOMAIN_NOT_AUTHORISED


def test_grant_of_another_key_with_the_same_identifier_covers_nothing():
    other = replace(key(ps256()), kid=key().kid)
    assert reason_of(replace(key(), domain="ICVP"), other) is Reason.DOMAIN_NOT_AUTHORISED


@pytest.mark.parametrize("bare_first", [True, False])
def test_one_key_by_its_certificate_and_bare_is_one_key(bare_first):
    certified, bare = replace(key(), country="LA"), replace(key(), digest=b"s" * 32)
    keys = [bare, certified] if bare_first else [certified, bare]
    report = vc.Verifier(vc.TrustList(keys)).report(text(), at=AT)
    assert (report.reason, report.key) == (None, bare)
    assert reason_of(*keys, claims=token(iss="FR")) is Reason.ISSUER_NOT_AUTHORISED


@pytest.mark.parametrize("bare_first", [True, False])
def test_a_current_list_of_bare_keys_stands_in_for_one_that_has_ended(bare_first):
    ended = replace(key(), origin=listed("old", usable_until=AT - SECOND * 301))
    bare = replace(key(), digest=b"s" * 32, origin=listed("new", usable_until=AT))
    keys = [bare, ended] if bare_first else [ended, bare]
    assert vc.Verifier(vc.TrustList(keys)).report(text(), at=AT).key == bare


def test_a_grant_for_tests_does_not_stand_in_for_one_that_is_too_narrow():
    narrow = replace(key(), domain="ICVP")
    test_only = replace(key(), environment=Environment.TEST)
    assert reason_of(narrow, test_only) is Reason.DOMAIN_NOT_AUTHORISED
    assert reason_of(narrow, test_only, environments=frozenset(Environment)) is None


# --- how old the list is


def test_a_current_list_is_preferred_to_one_that_has_ended():
    ended = replace(key(), origin=listed("old", usable_until=AT - SECOND * 301))
    current = replace(key(), origin=listed("new", usable_until=AT))
    for keys in ([ended, current], [current, ended]):
        report = vc.Verifier(vc.TrustList(keys)).report(text(), at=AT)
        assert (report.reason, report.key.origin.name) == (None, "new")
    assert reason_of(ended) is Reason.STALE_TRUST_LIST


def test_stale_never_looks_like_forged_nor_hides_it():
    ended = replace(key(), origin=listed("old", usable_until=AT - SECOND * 301))
    verifier = vc.Verifier(vc.TrustList([ended]))
    report = verifier.report(text(), at=AT)
    assert (report.reason, report.level) == (Reason.STALE_TRUST_LIST, Level.AUTHENTIC)
    assert report.certificate is not None
    assert "old" in str(report.error)
    assert verifier.report(text(by=ps256()), at=AT).reason is Reason.STALE_TRUST_LIST
    forged = text(payload=b"\xa0", protected={1: -7, 4: es256().kid}, by=ps256())
    assert verifier.report(forged, at=AT).reason is Reason.BAD_SIGNATURE


def test_a_test_list_that_has_ended_says_nothing_of_production_keys():
    ended = replace(
        key(), environment=Environment.TEST, origin=listed("tests", usable_until=AT - SECOND * 301)
    )
    current = replace(key(), origin=listed("production", usable_until=AT))
    unknown = text(by=ps256())
    verifier = vc.Verifier(vc.TrustList([ended, current]))
    assert verifier.report(unknown, at=AT).reason is Reason.UNKNOWN_KEY
    both = vc.VerificationPolicy(environments=frozenset(Environment))
    verifier = vc.Verifier(vc.TrustList([ended, current]), policy=both)
    assert verifier.report(unknown, at=AT).reason is Reason.STALE_TRUST_LIST


def test_what_an_old_list_leaves_open_is_undecided():
    ended = replace(key(), origin=listed("old", usable_until=AT - SECOND * 301))
    verifier = vc.Verifier(vc.TrustList([ended]))
    assert verifier.report(text(), at=AT).is_undecided
    forged = text(protected={1: -7, 4: es256().kid}, by=ps256())
    assert not verifier.report(forged, at=AT).is_undecided
    assert not vc.Verifier(vc.TrustList([key()])).report(text(), at=AT).is_undecided


def test_reporting_stale_lists_goes_on_with_a_finding():
    ended = replace(
        key(), origin=listed("old", next_update=AT - SECOND * 400, usable_until=AT - SECOND * 301)
    )
    policy = vc.VerificationPolicy(stale_lists="report")
    verifier = vc.Verifier(vc.TrustList([ended]), policy=policy)
    found = {finding.code for finding in verifier.verify(text(), at=AT).findings}
    assert found == {FindingCode.LIST_STALE}
    assert verifier.report(text(by=ps256()), at=AT).reason is Reason.UNKNOWN_KEY


@pytest.mark.parametrize(
    ("dates", "at", "found"),
    [
        ({}, AT, set()),
        ({"next_update": AT}, AT, set()),
        ({"next_update": AT}, AT + SECOND, {FindingCode.LIST_OVERDUE}),
        ({"next_update": AT, "usable_until": AT}, AT + SKEW, {FindingCode.LIST_OVERDUE}),
        ({"issued": AT}, AT - SKEW, set()),
        ({"issued": AT}, AT - SKEW - SECOND, {FindingCode.CLOCK_BEFORE_LIST}),
        ({"proof": Proof.SIGNED}, AT, set()),
        ({"proof": Proof.UNSIGNED}, AT, {FindingCode.LIST_UNSIGNED}),
        (
            {"proof": Proof.UNSIGNED, "issued": AT, "next_update": AT - 2 * SKEW},
            AT - SKEW - SECOND,
            {FindingCode.LIST_UNSIGNED, FindingCode.CLOCK_BEFORE_LIST, FindingCode.LIST_OVERDUE},
        ),
    ],
)
def test_what_is_odd_about_a_list(dates, at, found):
    verifier = vc.Verifier(vc.TrustList([replace(key(), origin=listed("a list", **dates))]))
    assert {finding.code for finding in verifier.verify(text(), at=at).findings} == found


@pytest.mark.parametrize("skew", [SECOND * 0, SKEW])
def test_a_list_may_be_past_its_end_by_the_tolerance_and_no_second_more(skew):
    ended = replace(key(), origin=listed("old", usable_until=AT))
    verifier = vc.Verifier(vc.TrustList([ended]), policy=vc.VerificationPolicy(clock_skew=skew))
    for by, reason in ((es256(), None), (ps256(), Reason.UNKNOWN_KEY)):
        assert verifier.report(text(by=by), at=AT + skew).reason is reason
        assert verifier.report(text(by=by), at=AT + skew + SECOND).reason is Reason.STALE_TRUST_LIST


def test_empty_environments_are_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="at least one environment"):
        vc.VerificationPolicy(environments=frozenset())


def test_dose_given_abroad_and_certified_at_home_is_no_matter_of_binding():
    assert reason_of(key(), claims=token(dcc(v=[dose(co="LA")]))) is None
