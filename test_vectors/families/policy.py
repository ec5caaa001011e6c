"""The relying party's conditions, and which refusal comes first where there are several."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from test_vectors.builder import ALG, ES256, KID, Stages, build, key
from test_vectors.samples import AT, DROP, EXPIRES, ISSUED, SIGNER_ENDS, antigen_test, dcc, dose, token
from test_vectors.vector import Expected, Family, Policy, accepted, refused, unreadable

_CODES: Final = {
    "policy": "VP-28",
    "algorithm-not-allowed": "VP-7",
    "unknown-key": "VP-9",
    "bad-signature": "VP-10",
    "key-not-authorised": "VP-13",
    "signer-expired": "VP-25",
    "signer-not-yet-valid": "VP-24",
    "not-yet-valid": "VP-26",
    "expiry-missing": "VP-27",
    "expired": "VP-27",
}
FAMILY: Final = Family(
    "policy",
    spec="relying party's policy; HCERT 6.3",
    requirements=("VP-29",),
    codes=_CODES,
)

_ORDER: Final = "verification procedure: authentic before in date before acceptable"
_LATER: Final = EXPIRES + timedelta(days=1)
_SIGNER: Final = key("es256").kid


def _by_policy(*findings: str) -> Expected:
    return refused("policy", *findings, level="in-date")


def _strict() -> None:
    FAMILY.add(
        "strict-nothing-found",
        "The strict policy has nothing to find fault with in a certificate signed with ES256.",
        build(),
        accepted(),
        policy="strict",
        requirements=("VP-1", "VP-2", "VP-30"),
    )
    FAMILY.add(
        "strict-ps256-nothing-found",
        "The strict policy has nothing to find fault with in a certificate signed with PS256, as Viet Nam signs.",
        build(signer="ps256-2048"),
        accepted(),
        policy="strict",
        requirements=("VP-3", "VP-30"),
    )
    cases = {
        "strict-refuses-booster": ("dose-past-series", build(token(dcc(v=[dose(dn=3)])))),
        "strict-refuses-unprotected-kid": (
            "kid-unprotected",
            build(protected={ALG: ES256}, unprotected={KID: _SIGNER}),
        ),
        "strict-refuses-extra-field": ("field-unknown", build(token(dcc(meta={})))),
        "strict-refuses-expiry-past-signer": (
            "expiry-past-signer",
            build(token(exp=SIGNER_ENDS + timedelta(days=1))),
        ),
    }
    for name, (finding, stages) in cases.items():
        FAMILY.add(
            name,
            f"The strict policy refuses every finding: {finding}.",
            stages,
            _by_policy(finding),
            policy="strict",
            requirements=("VP-28", "VP-30"),
        )
    FAMILY.add(
        "strict-has-no-skew",
        "The strict policy has no tolerance for clocks: the second it expires.",
        build(),
        refused("expired", level="authentic"),
        at=EXPIRES,
        policy="strict",
        requirements=("VP-27", "VP-30", "VP-31"),
    )
    FAMILY.add(
        "strict-a-second-before-expiry",
        "The strict policy has no tolerance for clocks: a second before it expires.",
        build(),
        accepted(),
        at=EXPIRES - timedelta(seconds=1),
        policy="strict",
        requirements=("VP-27", "VP-30", "VP-31"),
    )
    FAMILY.add(
        "strict-to-the-second-of-issue",
        "The strict policy has no tolerance for clocks: the second it was issued.",
        build(),
        accepted(),
        at=ISSUED,
        policy="strict",
        requirements=("VP-26", "VP-30", "VP-31"),
    )
    FAMILY.add(
        "strict-a-second-before-issue",
        "The strict policy has no tolerance for clocks: a second before it was issued.",
        build(),
        refused("not-yet-valid", level="authentic"),
        at=ISSUED - timedelta(seconds=1),
        policy="strict",
        requirements=("VP-26", "VP-30", "VP-31"),
    )
    FAMILY.add(
        "strict-takes-no-test-key",
        "The strict policy takes keys for production only, and this one is for tests.",
        build(signer="ps256-2048"),
        refused("test-key"),
        trust_list="limits",
        policy="strict",
        requirements=("VP-11", "VP-30"),
    )
    FAMILY.add(
        "strict-wants-the-signer-in-date",
        "The strict policy wants the signing certificate in date now, and it ended a second ago.",
        build(token(exp=SIGNER_ENDS + timedelta(days=30))),
        refused("signer-expired", "expiry-past-signer", "signer-expired-since", level="authentic"),
        at=SIGNER_ENDS + timedelta(seconds=1),
        policy="strict",
        requirements=("VP-25", "VP-30"),
    )
    FAMILY.add(
        "strict-as-the-signer-ends",
        "The last second of the signing certificate, which is in date then; the expiry past its end is refused.",
        build(token(exp=SIGNER_ENDS + timedelta(days=30))),
        _by_policy("expiry-past-signer"),
        at=SIGNER_ENDS,
        policy="strict",
        requirements=("VP-25", "VP-30"),
    )


def _promoted() -> None:
    stages = build(token(dcc(v=[dose(dn=3)], dob="1990")))
    findings = ("birth-date-partial", "dose-past-series")
    cases: dict[str, tuple[str, Policy, Expected]] = {
        "findings-reported": (
            "Two findings, and the default policy: they are reported and do not decide.",
            "default",
            accepted(*findings),
        ),
        "finding-promoted": (
            "The policy refuses one of the two findings that the certificate has.",
            {"refused_findings": ["dose-past-series"]},
            _by_policy(*findings),
        ),
        "findings-promoted": (
            "The policy refuses both findings that the certificate has.",
            {"refused_findings": list(findings)},
            _by_policy(*findings),
        ),
        "finding-absent-promoted": (
            "The policy refuses a finding that this certificate does not have.",
            {"refused_findings": ["code-unknown"]},
            accepted(*findings),
        ),
    }
    for name, (description, policy, expected) in cases.items():
        requirements = ("VP-17", "VP-18", "VP-28")
        FAMILY.add(name, description, stages, expected, policy=policy, requirements=requirements)


def _named(signer: str) -> str:
    return signer.partition("-")[0].upper()


def _algorithms() -> None:
    cases: tuple[tuple[str, str, str, Expected], ...] = (
        ("es256-only-given-es256", "ES256", "es256", accepted()),
        ("es256-only-given-ps256", "ES256", "ps256-2048", refused("algorithm-not-allowed")),
        ("ps256-only-given-es256", "PS256", "es256", refused("algorithm-not-allowed")),
        ("ps256-only-given-ps256", "PS256", "ps256-3072", accepted()),
    )
    for name, algorithm, signer, expected in cases:
        FAMILY.add(
            name,
            f"The relying party takes {algorithm} only, and the certificate is signed with {_named(signer)}.",
            build(signer=signer),
            expected,
            policy={"algorithms": [algorithm]},
            requirements=("VP-7", "VP-29"),
        )


def _order() -> None:
    odd = dcc(v=[dose(dn=3)])
    FAMILY.add(
        "expired-and-forged",
        "Expired, and not by the key it names: a forgery is never reported as merely expired.",
        build(signer="es256-stranger", protected={ALG: ES256, KID: _SIGNER}),
        refused("bad-signature"),
        at=_LATER,
        spec=_ORDER,
        requirements=("VP-4", "VP-10"),
    )
    FAMILY.add(
        "expired-and-unknown",
        "Expired, and by a key that no list has: the unknown key is told.",
        build(signer="es256-stranger"),
        refused("unknown-key"),
        at=_LATER,
        spec=_ORDER,
        requirements=("VP-4", "VP-9"),
    )
    FAMILY.add(
        "expired-and-not-authorised",
        "Expired, and by a key that may not sign this kind: what the key may is told.",
        build(token(dcc(t=[antigen_test()])), signer="es256-vaccination"),
        refused("key-not-authorised"),
        at=_LATER,
        spec=_ORDER,
        requirements=("VP-4", "VP-13"),
    )
    FAMILY.add(
        "expired-and-odd",
        "Expired, with a finding that the policy refuses: that it has expired is told.",
        build(token(odd)),
        refused("expired", "dose-past-series", level="authentic"),
        at=_LATER,
        policy={"refused_findings": ["dose-past-series"]},
        spec=_ORDER,
        requirements=("VP-4", "VP-27"),
    )
    FAMILY.add(
        "expired-and-by-an-expired-signer",
        "Expired, and signed after the signing certificate ended: what is wrong with the signer is told.",
        build(signer="es256-expired"),
        refused("signer-expired", "expiry-past-signer", "signer-expired-since", level="authentic"),
        at=_LATER,
        spec=_ORDER,
        requirements=("VP-4", "VP-25"),
    )
    FAMILY.add(
        "three-faults-of-a-genuine-sample",
        "As in Viet Nam's own sample: another holder's product, a deprecated code, expiry past the signer.",
        build(
            token(dcc(v=[dose(mp="EU/1/21/1529", vp="J07BX03")]), exp=SIGNER_ENDS + timedelta(days=300)),
            signer="ps256-2048",
        ),
        accepted("product-holder-mismatch", "code-deprecated", "expiry-past-signer"),
        importance="high",
        requirements=("VP-17", "VP-18"),
    )


def _reading_order() -> None:
    """What is looked at when: nothing of the content before a key has signed it."""
    cut_short = b"\xa4\x01"
    cases: dict[str, tuple[str, Stages, Expected, tuple[str, ...]]] = {
        "unreadable-and-damaged": (
            "A character that base45 does not have, before a message by nobody.",
            build(signer="es256-stranger", text=lambda text: text + "_"),
            unreadable("base45-character"),
            ("VP-3", "VP-4", "VP-6"),
        ),
        "no-algorithm-and-no-key-identifier": (
            "Neither algorithm nor key identifier: the missing algorithm is told.",
            build(protected={}),
            refused("algorithm-unprotected"),
            ("VP-4", "VP-7"),
        ),
        "algorithm-not-allowed-and-no-key-identifier": (
            "An algorithm that is not allowed, and no key identifier: the algorithm is told.",
            build(protected={ALG: -35}),
            refused("algorithm-not-allowed"),
            ("VP-4", "VP-7"),
        ),
        "no-key-identifier-and-forged": (
            "No key identifier, and a signature by nobody: without the one the other is not looked at.",
            build(signer="es256-stranger", protected={ALG: ES256}),
            refused("key-identifier-missing"),
            ("VP-4", "VP-8"),
        ),
        "algorithm-of-another-key-and-forged": (
            "The key of this identifier is for another algorithm, and did not sign.",
            build(signer="es256-stranger", protected={ALG: ES256, KID: key("ps256-2048").kid}),
            refused("algorithm-key-mismatch"),
            ("VP-4", "VP-10"),
        ),
        "forged-and-content-unreadable": (
            "A payload that nobody can read, and that no trusted key has signed: nobody looks.",
            build(payload=cut_short, signer="es256-stranger", protected={ALG: ES256, KID: _SIGNER}),
            refused("bad-signature"),
            ("VP-4", "VP-5"),
        ),
        "unknown-and-content-unreadable": (
            "A payload that nobody can read, by a key that no list has: nobody looks at the payload.",
            build(payload=cut_short, signer="es256-stranger"),
            refused("unknown-key"),
            ("VP-4", "VP-5"),
        ),
        "signed-and-content-unreadable": (
            "A payload that nobody can read, and that a trusted key has signed.",
            build(payload=cut_short),
            unreadable("cbor-malformed", level="well-formed"),
            ("VP-2", "VP-3", "VP-12"),
        ),
        "signed-and-of-another-version": (
            "Another version of the payload, by a key that may sign vaccinations only.",
            build(token(dcc(ver="2.0.0", t=[antigen_test()])), signer="es256-vaccination"),
            unreadable("payload-version", level="well-formed"),
            ("VP-3", "VP-4", "VP-12"),
        ),
        "forged-and-odd": (
            "Odd content that no trusted key has signed: no finding is told.",
            build(token(dcc(v=[dose(dn=3)])), signer="es256-stranger", protected={ALG: ES256, KID: _SIGNER}),
            refused("bad-signature"),
            ("VP-5", "VP-17", "VP-18"),
        ),
        "not-authorised-and-odd": (
            "Odd content by a key that may not sign it: no finding is told.",
            build(token(dcc(t=[antigen_test(co="LA")])), signer="es256-vaccination"),
            refused("key-not-authorised"),
            ("VP-5", "VP-13"),
        ),
    }
    for name, (description, stages, expected, requirements) in cases.items():
        FAMILY.add(name, description, stages, expected, spec=_ORDER, requirements=requirements)
    FAMILY.add(
        "content-unreadable-by-a-test-key",
        "A payload that nobody can read, by a test key, which does not count.",
        build(payload=cut_short, signer="ps256-2048"),
        refused("test-key"),
        trust_list="limits",
        spec=_ORDER,
        requirements=("VP-4", "VP-5", "VP-11"),
    )


def _date_order() -> None:
    ahead = AT + timedelta(days=1)
    cases: dict[str, tuple[str, Stages, Expected]] = {
        "issued-ahead-and-expired": (
            "Issued tomorrow and expired yesterday: the date that is ahead is told.",
            build(token(iat=ahead, exp=AT - timedelta(days=1))),
            refused("not-yet-valid", level="authentic"),
        ),
        "begins-ahead-and-without-expiry": (
            "Begins tomorrow and has no expiry: the date that is ahead is told.",
            build(token(nbf=ahead, exp=DROP)),
            refused("not-yet-valid", level="authentic"),
        ),
        "signer-begins-ahead-and-expired": (
            "The signing certificate had not begun and the certificate has expired: the signer is told.",
            build(token(exp=AT - timedelta(days=1)), signer="es256-future"),
            refused("signer-not-yet-valid", level="authentic"),
        ),
        "without-expiry-and-odd": (
            "No expiry, and a finding that the policy refuses: the missing expiry is told.",
            build(token(dcc(v=[dose(dn=3)]), exp=DROP)),
            refused("expiry-missing", "dose-past-series", level="authentic"),
        ),
    }
    for name, (description, stages, expected) in cases.items():
        FAMILY.add(
            name,
            description,
            stages,
            expected,
            policy={"refused_findings": ["dose-past-series"]},
            spec=_ORDER,
            requirements=("VP-4", _CODES[expected.reason or ""]),
        )
    wide: Policy = {"clock_skew_seconds": 3600}
    hour, second = timedelta(hours=1), timedelta(seconds=1)
    expired = refused("expired", level="authentic")
    early = refused("not-yet-valid", level="authentic")
    moments: tuple[tuple[str, str, datetime, Expected, str], ...] = (
        (
            "hour-of-skew-past-expiry",
            "3,599 seconds after it expired",
            EXPIRES + hour - second,
            accepted(),
            "VP-27",
        ),
        ("hour-of-skew-and-expired", "3,600 seconds after it expired", EXPIRES + hour, expired, "VP-27"),
        (
            "hour-of-skew-before-issue",
            "3,600 seconds before it was issued",
            ISSUED - hour,
            accepted(),
            "VP-26",
        ),
        (
            "hour-of-skew-and-early",
            "3,601 seconds before it was issued",
            ISSUED - hour - second,
            early,
            "VP-26",
        ),
    )
    for name, description, at, expected, requirement in moments:
        FAMILY.add(
            name,
            f"Verified {description}, under a policy with an hour of tolerance.",
            build(),
            expected,
            at=at,
            policy=wide,
            requirements=(requirement, "VP-29", "VP-31"),
        )


_strict()
_promoted()
_algorithms()
_order()
_reading_order()
_date_order()
