"""The trust list: what it lets a key sign, whom it withdraws, and how long it may be relied on."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from test_vectors.builder import build
from test_vectors.samples import AT, dcc, dose, token
from test_vectors.vector import Family, accepted, refused

FAMILY: Final = Family(
    "trust", spec="HCERT governance: binding of keys; WHO GDHCN trust domains", importance="critical"
)

_SECOND: Final = timedelta(seconds=1)
_SKEW: Final = timedelta(seconds=300)
_REPORT_STALE: Final = {"stale_lists": "report"}
_TESTS_TOO: Final = {"environments": ["production", "test"]}


def _issuers() -> None:
    cases = (
        ("LA", "es256", "default", "Laos; the key is of Viet Nam", False),
        ("FRA", "es256", "default", "France in three letters; the key is of Viet Nam", False),
        ("ZZ", "es256", "default", "two letters that no country has; the key is of Viet Nam", False),
        ("CNAM", "es256", "default", "a French authority; the key is of Viet Nam", False),
        ("CNAM", "es256-foreign-purpose", "limits", "a French authority, and so is the key", True),
        ("FRA", "es256-foreign-purpose", "limits", "France in three letters, and so is the key", True),
        ("CH BAG", "es256-foreign-purpose", "limits", "a Swiss authority; the key is of France", False),
        (
            "EL",
            "es256-empty-purpose",
            "limits",
            "Greece by the letters of the EU; the key's are of ISO 3166",
            True,
        ),
        ("GR", "es256-empty-purpose", "limits", "Greece, and so is the key", True),
        ("CY", "es256-empty-purpose", "limits", "Cyprus; the key is of Greece", False),
    )
    for issuer, signer, trust_list, description, is_own in cases:
        form = {"GR": (), "EL": ("country-mismatch",)}.get(issuer, ("issuer-not-country",))
        FAMILY.add(
            f"issuer-{issuer.lower().replace(' ', '-')}-signed-by-{signer}",
            f"The issuer is {description}.",
            build(token(dcc(v=[dose(co=issuer if issuer == "GR" else "VN")]), iss=issuer), signer=signer),
            accepted(*form) if is_own else refused("issuer-not-authorised"),
            trust_list=trust_list,
        )
    FAMILY.add(
        "issuer-foreign-and-allowed",
        "The issuer is Laos and the key of Viet Nam, and the policy lets that pass.",
        build(token(dcc(v=[dose(co="LA")]), iss="LA")),
        accepted("issuer-country-mismatch"),
        policy={"allow_foreign_issuer": True},
        importance="medium",
    )


def _limits() -> None:
    FAMILY.add(
        "domain-of-another-kind",
        "The key may sign in the domain ICVP; this is an EU DCC.",
        build(),
        refused("domain-not-authorised"),
        trust_list="limits",
    )
    FAMILY.add(
        "domain-of-its-kind",
        "The key may sign in the domain DCC, and this is an EU DCC.",
        build(signer="es256-no-purpose"),
        accepted(),
        trust_list="limits",
    )
    FAMILY.add(
        "test-key",
        "The key is for tests.",
        build(signer="ps256-2048"),
        refused("test-key"),
        trust_list="limits",
    )
    FAMILY.add(
        "test-key-in-tests",
        "The key is for tests, and the policy takes test keys as well.",
        build(signer="ps256-2048"),
        accepted(),
        trust_list="limits",
        policy=_TESTS_TOO,
    )
    FAMILY.add(
        "production-key-in-tests-only",
        "The key is for production, and the policy takes test keys only.",
        build(),
        refused("test-key"),
        policy={"environments": ["test"]},
        importance="medium",
    )
    FAMILY.add(
        "withdrawn-key",
        "The key has been withdrawn.",
        build(signer="ps256-3072"),
        refused("key-revoked"),
        trust_list="limits",
    )
    FAMILY.add(
        "withdrawn-key-wrong-signature",
        "It names a key that has been withdrawn, and the signature is not by it.",
        build(signer="ps256-3072", signature=lambda made: made[:-1] + bytes([made[-1] ^ 1])),
        refused("bad-signature"),
        trust_list="limits",
    )
    FAMILY.add(
        "one-grant-of-several-covers-it",
        "Three lists name the key: for tests, for another domain, for this domain. One of them is enough.",
        build(),
        accepted(),
        trust_list="grants",
    )
    FAMILY.add(
        "withdrawn-on-one-list",
        "One list still has the key, another has withdrawn it.",
        build(signer="ps256-2048"),
        refused("key-revoked"),
        trust_list="grants",
    )


def _dates() -> None:
    stale = refused("stale-trust-list", level="authentic")
    moments = (
        ("list-ends-within-skew", "ends-at", AT + _SKEW, accepted(), "default"),
        ("list-ended-past-skew", "ends-at", AT + _SKEW + _SECOND, stale, "default"),
        (
            "list-ended-and-only-reported",
            "ends-at",
            AT + _SKEW + _SECOND,
            accepted("list-stale"),
            _REPORT_STALE,
        ),
        ("list-not-due-yet", "due-at", AT, accepted(), "default"),
        ("list-overdue", "due-at", AT + _SECOND, accepted("list-overdue"), "default"),
        ("clock-before-list-within-skew", "issued-at", AT - _SKEW, accepted(), "default"),
        (
            "clock-before-list",
            "issued-at",
            AT - _SKEW - _SECOND,
            accepted("clock-before-list"),
            "default",
        ),
    )
    for name, trust_list, at, expected, policy in moments:
        FAMILY.add(
            name,
            f"Verified {at - AT} from the date of the list {trust_list}.".replace("-1 day, ", "a day less "),
            build(),
            expected,
            at=at,
            trust_list=trust_list,
            policy=policy,
            importance="high",
        )
    FAMILY.add(
        "unknown-key-and-list-ended",
        "No list has the key, and the list has ended: a newer edition might have it.",
        build(signer="ps256-2048"),
        refused("stale-trust-list"),
        at=AT + _SKEW + _SECOND,
        trust_list="ends-at",
        importance="high",
    )
    FAMILY.add(
        "unknown-key-and-list-current",
        "No list has the key, and the list is current.",
        build(signer="ps256-2048"),
        refused("unknown-key"),
        trust_list="ends-at",
    )
    FAMILY.add(
        "forged-and-list-ended",
        "The signature is wrong; that the list has ended does not hide it.",
        build(signature=lambda made: made[:-1] + bytes([made[-1] ^ 1])),
        refused("bad-signature"),
        at=AT + _SKEW + _SECOND,
        trust_list="ends-at",
    )
    FAMILY.add(
        "list-unsigned",
        "Nobody signed the list.",
        build(),
        accepted("list-unsigned"),
        trust_list="unsigned",
        importance="high",
    )


_issuers()
_limits()
_dates()
