from dataclasses import FrozenInstanceError, fields, replace
from datetime import timedelta

import pytest

from vaxcert.crypto.algorithms import Algorithm
from vaxcert.findings import Finding, FindingCode, Severity
from vaxcert.rules.policy import SignerDates, VerificationPolicy, WhenUnsure
from vaxcert.trust.origin import Environment


def test_default_policy():
    policy = VerificationPolicy()
    assert policy == VerificationPolicy.default()
    assert policy.algorithms == {Algorithm.ES256, Algorithm.PS256}
    assert policy.clock_skew == timedelta(minutes=5)
    assert policy.signer_dates is SignerDates.AT_ISSUANCE
    assert policy.allow_small_rsa is False
    assert policy.refused_findings == frozenset()
    assert policy.environments == {Environment.PRODUCTION}
    assert (policy.stale_lists, policy.unknown_revocation) == (WhenUnsure.REFUSE, WhenUnsure.REFUSE)
    assert policy.allow_foreign_issuer is False


@pytest.mark.parametrize("field", ["stale_lists", "unknown_revocation", "signer_dates"])
def test_choice_given_as_text_is_that_choice(field):
    for choice in type(getattr(VerificationPolicy(), field)):
        assert getattr(VerificationPolicy(**{field: str(choice)}), field) is choice
    with pytest.raises(ValueError, match="not a valid"):
        VerificationPolicy(**{field: "perhaps"})


def test_strict_policy_is_nowhere_laxer_than_the_default():
    strict, default = VerificationPolicy.strict(), VerificationPolicy.default()
    assert strict.refused_findings == frozenset(FindingCode)
    assert strict.clock_skew == timedelta(0)
    assert strict.signer_dates is SignerDates.NOW
    assert strict.allow_small_rsa is False
    assert strict.algorithms <= default.algorithms
    assert strict.environments <= default.environments
    assert (strict.stale_lists, strict.unknown_revocation) == (WhenUnsure.REFUSE, WhenUnsure.REFUSE)
    assert strict.allow_foreign_issuer is False
    assert strict.clock_skew <= default.clock_skew
    assert strict.refused_findings >= default.refused_findings


def test_no_algorithm_is_a_mistake():
    with pytest.raises(ValueError, match="at least one algorithm"):
        VerificationPolicy(algorithms=frozenset())


def test_clock_skew_of_nothing_and_less():
    assert VerificationPolicy(clock_skew=timedelta(0)).clock_skew == timedelta(0)
    with pytest.raises(ValueError, match="negative"):
        VerificationPolicy(clock_skew=timedelta(microseconds=-1))
    with pytest.raises(ValueError, match="negative"):
        replace(VerificationPolicy(), clock_skew=timedelta(seconds=-1))


def test_policy_is_a_value():
    policy = VerificationPolicy()
    with pytest.raises(FrozenInstanceError):
        policy.allow_small_rsa = True
    varied = replace(policy, allow_small_rsa=True)
    assert (varied.allow_small_rsa, policy.allow_small_rsa) == (True, False)
    assert hash(policy) == hash(VerificationPolicy.default())
    assert varied != policy


def test_every_field_is_named_when_given():
    with pytest.raises(TypeError):
        VerificationPolicy(frozenset(Algorithm))
    assert all(field.kw_only for field in fields(VerificationPolicy))


def test_severity_of_findings():
    assert Finding(FindingCode.KID_UNPROTECTED).severity is Severity.INFO
    assert Finding(FindingCode.CODE_DEPRECATED).severity is Severity.INFO
    assert Finding(FindingCode.PRODUCT_HOLDER_MISMATCH).severity is Severity.WARNING
    assert Finding(FindingCode.EXPIRY_PAST_SIGNER).severity is Severity.WARNING
    assert {Finding(code).severity for code in FindingCode} == set(Severity)
