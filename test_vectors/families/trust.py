"""The trust list: what it lets a key sign, whom it withdraws, and how long it may be relied on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from test_vectors.builder import ALG, ES256, KID, build
from test_vectors.samples import AT, EXPIRES, antigen_test, dcc, dose, recovery, token
from test_vectors.trust_lists import COLLIDING
from test_vectors.vector import Expected, Family, Policy, accepted, refused

FAMILY: Final = Family(
    "trust",
    spec="HCERT governance: binding of keys; WHO GDHCN trust domains",
    codes={
        "unknown-key": "VP-9",
        "bad-signature": "VP-10",
        "key-revoked": "VP-11",
        "test-key": "VP-11",
        "key-too-small": "VP-11",
        "domain-not-authorised": "VP-14",
        "issuer-not-authorised": "VP-15",
        "issuer-country-mismatch": "VP-15",
    },
)

_SECOND: Final = timedelta(seconds=1)
_SKEW: Final = timedelta(seconds=300)
_NO_SKEW: Final = {"clock_skew_seconds": 0}
_FOREIGN: Final = {"allow_foreign_issuer": True}
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
        form = {"GR": (), "EL": ("country-mismatch",)}.get(issuer, ("issuer-not-country", "country-mismatch"))
        FAMILY.add(
            f"issuer-{issuer.lower().replace(' ', '-')}-signed-by-{signer}",
            f"The issuer is {description}.",
            build(token(dcc(v=[dose(co=issuer if issuer == "GR" else "VN")]), iss=issuer), signer=signer),
            accepted(*form) if is_own else refused("issuer-not-authorised"),
            trust_list=trust_list,
            importance="high" if is_own else None,
            requirements=("VP-15",),
        )
    FAMILY.add(
        "issuer-of-no-country-and-so-the-key",
        "Two letters that no country has, for the issuer and for the key.",
        build(token(dcc(v=[dose(co="LA")]), iss="ZZ")),
        accepted("country-mismatch"),
        trust_list="limits-country",
        requirements=("VP-15",),
    )
    FAMILY.add(
        "issuer-of-a-key-without-country",
        "The issuer is Laos, and the list does not say of which country the key is.",
        build(token(dcc(r=[recovery(co="LA")]), iss="LA"), signer="es256-recovery"),
        accepted(),
        trust_list="limits",
        requirements=("VP-15",),
    )
    FAMILY.add(
        "issuer-foreign-and-allowed",
        "The issuer is Laos, the key of Viet Nam: the policy lets foreign issuers pass, and that is reported.",
        build(token(dcc(v=[dose(co="LA")]), iss="LA")),
        accepted("issuer-country-mismatch"),
        policy=_FOREIGN,
    )
    FAMILY.add(
        "issuer-foreign-and-allowed-by-name",
        "The issuer is France in three letters and the key of Viet Nam, and the policy lets that pass.",
        build(token(iss="FRA")),
        accepted("issuer-not-country", "issuer-country-mismatch", "country-mismatch"),
        policy=_FOREIGN,
        requirements=("VP-15",),
    )
    FAMILY.add(
        "issuer-of-no-country-where-foreign-ones-are-allowed",
        "The issuer is the name of a ministry, which is of no other country, and the policy takes foreign issuers.",
        build(token(iss="Bộ Y tế (TEST)")),
        accepted("issuer-not-country"),
        policy=_FOREIGN,
        requirements=("CT-53", "VP-15"),
    )
    for issuer, country, signer, findings in (
        ("EL", "GR", "es256-empty-purpose", ()),
        ("GR", "EL", "es256-empty-purpose", ("code-unknown",)),
        ("CNAM", "FR", "es256-foreign-purpose", ("issuer-not-country",)),
        ("FRA", "FR", "es256-foreign-purpose", ("issuer-not-country",)),
        ("FRA", "GR", "es256-foreign-purpose", ("issuer-not-country", "country-mismatch")),
    ):
        FAMILY.add(
            f"issuer-{issuer.lower()}-event-in-{country.lower()}",
            f"The issuer is {issuer}, and the event's country {country}: EL and GR are one, as are CNAM, FRA and FR.",
            build(token(dcc(v=[dose(co=country)]), iss=issuer), signer=signer),
            accepted(*findings),
            trust_list="limits",
            requirements=("CT-53",),
        )
    FAMILY.add(
        "issuer-foreign-allowed-and-found",
        "The policy takes foreign issuers, and the event is of the key's country.",
        build(token(iss="LA")),
        accepted("issuer-country-mismatch", "country-mismatch"),
        policy=_FOREIGN,
    )
    FAMILY.add(
        "issuer-foreign-allowed-and-refused-as-a-finding",
        "The policy takes foreign issuers, and refuses the finding that says so.",
        build(token(dcc(v=[dose(co="LA")]), iss="LA")),
        refused("policy", "issuer-country-mismatch", level="in-date"),
        policy={**_FOREIGN, "refused_findings": ["issuer-country-mismatch"]},
        requirements=("VP-15", "VP-28"),
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
        requirements=("VP-14",),
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
        requirements=("VP-11",),
    )
    FAMILY.add(
        "production-key-in-tests-only",
        "The key is for production, and the policy takes test keys only.",
        build(),
        refused("test-key"),
        policy={"environments": ["test"]},
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
        requirements=("VP-16",),
    )
    FAMILY.add(
        "withdrawn-on-one-list",
        "One list still has the key, another has withdrawn it.",
        build(signer="ps256-2048"),
        refused("key-revoked"),
        trust_list="grants",
    )
    FAMILY.add(
        "grant-for-tests-is-none",
        "One list has the key for another domain, another for tests only: neither covers it.",
        build(),
        refused("domain-not-authorised"),
        trust_list="grants-narrow",
        requirements=("VP-14", "VP-16"),
    )
    FAMILY.add(
        "grant-for-tests-in-tests",
        "One list has the key for another domain, another for tests, and the policy takes test keys as well.",
        build(),
        accepted(),
        trust_list="grants-narrow",
        policy=_TESTS_TOO,
        requirements=("VP-16",),
    )
    FAMILY.add(
        "grants-that-each-cover-half",
        "One list has the key for this domain and another country, another for this country and another domain.",
        build(signer="es256-no-purpose"),
        refused("issuer-not-authorised"),
        trust_list="grants-narrow",
        requirements=("VP-15", "VP-16"),
    )
    FAMILY.add(
        "grant-of-another-kind-of-key",
        "A PS256 key under the same key identifier may sign in this domain; the ES256 key that signed may not.",
        build(protected={ALG: ES256, KID: COLLIDING}),
        refused("domain-not-authorised"),
        trust_list="kid-collision-grants",
        requirements=("VP-14", "VP-16"),
    )
    FAMILY.add(
        "grant-of-another-key",
        "Another ES256 key under the same key identifier may sign in this domain; the one that signed may not.",
        build(signer="es256-collision-1", protected={ALG: ES256, KID: COLLIDING}),
        refused("domain-not-authorised"),
        trust_list="kid-collision-grants",
        requirements=("VP-14", "VP-16"),
    )
    FAMILY.add(
        "grant-of-the-key-that-signed",
        "The ES256 key that signed may sign in this domain; others under the same key identifier may not.",
        build(signer="es256-collision-2", protected={ALG: ES256, KID: COLLIDING}),
        accepted(),
        trust_list="kid-collision-grants",
        requirements=("VP-10", "VP-16"),
    )


def _several_limits() -> None:
    """Which of several refusals of one key is told."""
    cases: tuple[tuple[str, str, str, str, Policy], ...] = (
        ("withdrawn-before-test", "es256", "withdrawn, and for tests", "key-revoked", "default"),
        ("withdrawn-in-tests", "es256", "withdrawn, and for tests, which count", "key-revoked", _TESTS_TOO),
        ("test-before-too-small", "rsa-1024", "for tests, and too small", "test-key", "default"),
        (
            "too-small-in-tests",
            "rsa-1024",
            "for tests, which count, and too small",
            "key-too-small",
            _TESTS_TOO,
        ),
        (
            "refused-twice-the-last-is-told",
            "rsa-2047",
            "for tests on one list, for production on the next, and too small",
            "key-too-small",
            "default",
        ),
    )
    for name, signer, description, reason, policy in cases:
        FAMILY.add(
            name,
            f"The key is {description}.",
            build(signer=signer),
            refused(reason),
            trust_list="limits-together",
            policy=policy,
        )
    FAMILY.add(
        "withdrawn-and-expired",
        "The key has been withdrawn, and the certificate has expired.",
        build(signer="ps256-3072"),
        refused("key-revoked"),
        at=EXPIRES + _SKEW,
        trust_list="limits",
        requirements=("VP-4", "VP-11"),
    )
    FAMILY.add(
        "domain-before-issuer",
        "The key may neither sign in this domain nor for this issuer.",
        build(token(dcc(v=[dose(co="LA")]), iss="LA")),
        refused("domain-not-authorised"),
        trust_list="limits",
        requirements=("VP-14", "VP-16"),
    )
    FAMILY.add(
        "kind-before-domain",
        "The key may neither sign tests nor in this domain.",
        build(token(dcc(t=[antigen_test()])), signer="es256-vaccination"),
        refused("key-not-authorised"),
        trust_list="limits",
        requirements=("VP-13", "VP-16"),
    )


def _dates() -> None:
    stale = refused("stale-trust-list", level="authentic")
    odd = refused("policy", "list-stale", level="in-date")
    moments: tuple[tuple[str, str, str, datetime, Expected, Policy], ...] = (
        (
            "list-ends-this-second",
            "This is the last second of the list that names the key, and clocks may not differ.",
            "ends-at",
            AT,
            accepted(),
            _NO_SKEW,
        ),
        (
            "list-ended-a-second-ago",
            "The list that names the key ended a second ago, and clocks may not differ.",
            "ends-at",
            AT + _SECOND,
            stale,
            _NO_SKEW,
        ),
        (
            "list-ended-a-second-ago-and-only-reported",
            "The list ended a second ago, clocks may not differ, and the policy only reports it.",
            "ends-at",
            AT + _SECOND,
            accepted("list-stale"),
            {**_NO_SKEW, **_REPORT_STALE},
        ),
        (
            "list-ended-reported-and-refused-as-a-finding",
            "The list ended 301 seconds ago; the policy only reports it, and refuses the finding that says so.",
            "ends-at",
            AT + _SKEW + _SECOND,
            odd,
            {**_REPORT_STALE, "refused_findings": ["list-stale"]},
        ),
        (
            "list-ended-long-ago",
            "The list ended 153 days ago, a second before the certificate expires.",
            "ends-at",
            EXPIRES - _SECOND,
            stale,
            "default",
        ),
        (
            "list-overdue-to-its-end",
            "The next edition was due a week ago; this is the last second of the list.",
            "due-at",
            AT + timedelta(days=7),
            accepted("list-overdue"),
            "default",
        ),
        (
            "list-overdue-past-its-end-within-skew",
            "The next edition was due a week ago, and the list ended 300 seconds ago, by which clocks may differ.",
            "due-at",
            AT + timedelta(days=7) + _SKEW,
            accepted("list-overdue"),
            "default",
        ),
        (
            "strict-refuses-list-overdue",
            "The next edition was due a second ago, and the strict policy refuses that.",
            "due-at",
            AT + _SECOND,
            refused("policy", "list-overdue", level="in-date"),
            "strict",
        ),
        (
            "clock-at-the-list",
            "Verified the very second the list was issued, and clocks may not differ.",
            "issued-at",
            AT,
            accepted(),
            _NO_SKEW,
        ),
        (
            "clock-a-second-before-list",
            "Verified a second before the list was issued, and clocks may not differ: the clock is behind.",
            "issued-at",
            AT - _SECOND,
            accepted("clock-before-list"),
            _NO_SKEW,
        ),
        (
            "strict-refuses-clock-before-list",
            "Verified a second before the list was issued, which the strict policy refuses.",
            "issued-at",
            AT - _SECOND,
            refused("policy", "clock-before-list", level="in-date"),
            "strict",
        ),
        (
            "list-ends-within-skew",
            "The list ended 300 seconds ago, by which clocks may differ: it still counts.",
            "ends-at",
            AT + _SKEW,
            accepted(),
            "default",
        ),
        (
            "list-ended-past-skew",
            "The list ended 301 seconds ago, a second more than clocks may differ by.",
            "ends-at",
            AT + _SKEW + _SECOND,
            stale,
            "default",
        ),
        (
            "list-ended-and-only-reported",
            "The list ended 301 seconds ago, and the policy only reports it.",
            "ends-at",
            AT + _SKEW + _SECOND,
            accepted("list-stale"),
            _REPORT_STALE,
        ),
        (
            "list-not-due-yet",
            "The next edition is due this very second: it is not overdue yet.",
            "due-at",
            AT,
            accepted(),
            "default",
        ),
        (
            "list-overdue",
            "The next edition was due a second ago, for which there is no tolerance: that is reported.",
            "due-at",
            AT + _SECOND,
            accepted("list-overdue"),
            "default",
        ),
        (
            "clock-before-list-within-skew",
            "Verified 300 seconds before the list was issued, by which clocks may differ.",
            "issued-at",
            AT - _SKEW,
            accepted(),
            "default",
        ),
        (
            "clock-before-list",
            "Verified 301 seconds before the list was issued, a second more than clocks may differ by.",
            "issued-at",
            AT - _SKEW - _SECOND,
            accepted("clock-before-list"),
            "default",
        ),
    )
    for name, description, trust_list, at, expected, policy in moments:
        FAMILY.add(
            name,
            description,
            build(),
            expected,
            at=at,
            trust_list=trust_list,
            policy=policy,
            requirements=("VP-19", "VP-31") if trust_list == "ends-at" else ("VP-20", "VP-31"),
        )


def _unknown_keys() -> None:
    FAMILY.add(
        "unknown-key-and-list-ended",
        "No list has the key, and the list has ended: a newer edition might have it.",
        build(signer="ps256-2048"),
        refused("stale-trust-list"),
        at=AT + _SKEW + _SECOND,
        trust_list="ends-at",
        requirements=("VP-9",),
    )
    FAMILY.add(
        "unknown-key-and-list-ended-within-skew",
        "No list has the key, and the list ended 300 seconds ago, which clocks may differ by.",
        build(signer="ps256-2048"),
        refused("unknown-key"),
        at=AT + _SKEW,
        trust_list="ends-at",
    )
    FAMILY.add(
        "unknown-key-and-list-ended-and-only-reported",
        "No list has the key, the list has ended, and the policy relies on it all the same.",
        build(signer="ps256-2048"),
        refused("unknown-key"),
        at=AT + _SKEW + _SECOND,
        trust_list="ends-at",
        policy=_REPORT_STALE,
    )
    FAMILY.add(
        "unknown-key-and-list-of-tests-ended",
        "No list has the key, and the list that has ended is one of test keys, which do not count.",
        build(signer="ps256-2048"),
        refused("unknown-key"),
        at=AT + _SKEW + _SECOND,
        trust_list="ends-at-tests",
    )
    FAMILY.add(
        "unknown-key-and-list-of-tests-ended-in-tests",
        "No list has the key, the list has ended, and the policy takes its test keys.",
        build(signer="ps256-2048"),
        refused("stale-trust-list"),
        at=AT + _SKEW + _SECOND,
        trust_list="ends-at-tests",
        policy=_TESTS_TOO,
        requirements=("VP-9",),
    )
    FAMILY.add(
        "no-key-identifier-and-list-ended",
        "The list has ended; no edition of it has a key without identifier.",
        build(protected={ALG: ES256}),
        refused("key-identifier-missing"),
        at=AT + _SKEW + _SECOND,
        trust_list="ends-at",
        requirements=("VP-8",),
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
        requirements=("VP-20",),
    )
    FAMILY.add(
        "list-unsigned-and-expired",
        "Nobody signed the list, and the certificate has expired.",
        build(),
        refused("expired", "list-unsigned", level="authentic"),
        at=EXPIRES + _SKEW,
        trust_list="unsigned",
        requirements=("VP-4", "VP-20"),
    )
    FAMILY.add(
        "strict-refuses-list-unsigned",
        "Nobody signed the list, and the strict policy refuses that.",
        build(),
        refused("policy", "list-unsigned", level="in-date"),
        trust_list="unsigned",
        policy="strict",
        requirements=("VP-20", "VP-30"),
    )


_issuers()
_limits()
_several_limits()
_dates()
_unknown_keys()
