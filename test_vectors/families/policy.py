"""The relying party's conditions, and which refusal comes first where there are several."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from test_vectors.builder import ALG, ES256, KID, build, key
from test_vectors.samples import EXPIRES, SIGNER_ENDS, antigen_test, dcc, dose, token
from test_vectors.vector import Expected, Family, Policy, accepted, refused

FAMILY: Final = Family("policy", spec="relying party's policy; HCERT 6.3", importance="high")

_ORDER: Final = "verification procedure: authentic before in date before acceptable"
_LATER: Final = EXPIRES + timedelta(days=1)
_SIGNER: Final = key("es256").kid


def _by_policy(*findings: str) -> Expected:
    return refused("policy", *findings, level="in-date")


def _strict() -> None:
    FAMILY.add("strict-nothing-found", "Nothing to find fault with.", build(), accepted(), policy="strict")
    FAMILY.add(
        "strict-ps256-nothing-found",
        "Nothing to find fault with, signed as Viet Nam signs.",
        build(signer="ps256-2048"),
        accepted(),
        policy="strict",
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
            name, f"The strict policy refuses {finding}.", stages, _by_policy(finding), policy="strict"
        )
    FAMILY.add(
        "strict-has-no-skew",
        "The strict policy has no tolerance for clocks: the second it expires.",
        build(),
        refused("expired", level="authentic"),
        at=EXPIRES,
        policy="strict",
    )
    FAMILY.add(
        "strict-wants-the-signer-in-date",
        "The strict policy wants the signing certificate in date now.",
        build(token(exp=SIGNER_ENDS + timedelta(days=30))),
        refused("signer-expired", "expiry-past-signer", "signer-expired-since", level="authentic"),
        at=SIGNER_ENDS + timedelta(seconds=1),
        policy="strict",
    )


def _promoted() -> None:
    stages = build(token(dcc(v=[dose(dn=3)], dob="1990")))
    findings = ("birth-date-partial", "dose-past-series")
    cases: dict[str, tuple[str, Policy, Expected]] = {
        "findings-reported": ("Findings do not decide by themselves.", "default", accepted(*findings)),
        "finding-promoted": (
            "One of two findings is refused.",
            {"refused_findings": ["dose-past-series"]},
            _by_policy(*findings),
        ),
        "findings-promoted": (
            "Both findings are refused.",
            {"refused_findings": list(findings)},
            _by_policy(*findings),
        ),
        "finding-absent-promoted": (
            "A finding is refused that this certificate does not have.",
            {"refused_findings": ["code-unknown"]},
            accepted(*findings),
        ),
    }
    for name, (description, policy, expected) in cases.items():
        FAMILY.add(name, description, stages, expected, policy=policy)


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
            f"The relying party takes {algorithm} only.",
            build(signer=signer),
            expected,
            policy={"algorithms": [algorithm]},
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
        importance="critical",
    )
    FAMILY.add(
        "expired-and-unknown",
        "Expired, and by an unknown key.",
        build(signer="es256-stranger"),
        refused("unknown-key"),
        at=_LATER,
        spec=_ORDER,
    )
    FAMILY.add(
        "expired-and-not-authorised",
        "Expired, and by a key for another kind.",
        build(token(dcc(t=[antigen_test()])), signer="es256-vaccination"),
        refused("key-not-authorised"),
        at=_LATER,
        spec=_ORDER,
    )
    FAMILY.add(
        "expired-and-odd",
        "Expired, with a finding that the policy refuses.",
        build(token(odd)),
        refused("expired", "dose-past-series", level="authentic"),
        at=_LATER,
        policy={"refused_findings": ["dose-past-series"]},
        spec=_ORDER,
    )
    FAMILY.add(
        "expired-and-by-an-expired-signer",
        "Expired, and signed after the signing certificate ended.",
        build(signer="es256-expired"),
        refused("signer-expired", "expiry-past-signer", "signer-expired-since", level="authentic"),
        at=_LATER,
        spec=_ORDER,
    )
    FAMILY.add(
        "three-faults-of-a-genuine-sample",
        "As in Viet Nam's own sample: another holder's product, a deprecated code, expiry past the signer.",
        build(
            token(dcc(v=[dose(mp="EU/1/21/1529", vp="J07BX03")]), exp=SIGNER_ENDS + timedelta(days=300)),
            signer="ps256-2048",
        ),
        accepted("product-holder-mismatch", "code-deprecated", "expiry-past-signer"),
    )


_strict()
_promoted()
_algorithms()
_order()
