"""The signing certificate: what its key may sign, its size, and when it had to be in date."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from test_vectors.builder import ALG, ES256, KID, build, key
from test_vectors.samples import DROP, SIGNER_ENDS, SIGNER_STARTS, antigen_test, dcc, dose, recovery, token
from test_vectors.vector import Expected, Family, Policy, accepted, refused

FAMILY: Final = Family("signer", spec="HCERT appendix A.4")

_DATES: Final = "HCERT 3.3.5, 3.3.6"
_SIZES: Final = "HCERT 3.3.2; RFC 8230 section 2"
_OUTLIVED: Final = frozenset({"expiry-past-signer", "signer-expired-since"})
_SECOND: Final = timedelta(seconds=1)
_SKEW: Final = timedelta(seconds=300)
_NOW: Final = {"signer_dates": "now"}
_LATE_EXPIRY: Final = datetime(2027, 12, 1, tzinfo=UTC)

_PAYLOADS: Final = {
    "vaccination": dcc(),
    "test": dcc(t=[antigen_test()]),
    "recovery": dcc(r=[recovery()]),
    "vaccination-and-test": dcc(v=[dose()], t=[antigen_test()]),
}
_NOT_AUTHORISED: Final = refused("key-not-authorised")


def _purposes() -> None:
    cases: tuple[tuple[str, str, str, Expected], ...] = (
        ("es256-vaccination", "vaccination", "for vaccinations only", accepted()),
        ("es256-vaccination", "test", "for vaccinations only", _NOT_AUTHORISED),
        ("es256-vaccination", "recovery", "for vaccinations only", _NOT_AUTHORISED),
        ("es256-vaccination", "vaccination-and-test", "for vaccinations only", _NOT_AUTHORISED),
        ("es256-test-old-arc", "test", "for tests only, in the old arc", accepted()),
        ("es256-test-old-arc", "vaccination", "for tests only, in the old arc", _NOT_AUTHORISED),
        ("es256-recovery", "recovery", "for recoveries only", accepted()),
        ("es256-recovery", "vaccination", "for recoveries only", _NOT_AUTHORISED),
        ("es256-no-purpose", "vaccination", "without purposes: it may sign all", accepted()),
        ("es256-no-purpose", "test", "without purposes: it may sign all", accepted()),
        (
            "es256-foreign-purpose",
            "vaccination",
            "for mail and TLS only, like Viet Nam's: it may sign all",
            accepted(),
        ),
        (
            "es256-foreign-purpose",
            "recovery",
            "for mail and TLS only, like Viet Nam's: it may sign all",
            accepted(),
        ),
        (
            "es256-empty-purpose",
            "vaccination",
            "with an empty list of purposes, which parsers refuse: it may sign all",
            accepted(),
        ),
    )
    for signer, kind, limit, expected in cases:
        FAMILY.add(
            f"{signer.removeprefix('es256-')}-key-signs-{kind}",
            f"A {kind.replace('-', ' ')} certificate signed by a key {limit}.",
            build(token(_PAYLOADS[kind]), signer=signer),
            expected,
            requirements=("SC-4", "SC-8"),
        )


def _sizes() -> None:
    small: Policy = {"allow_small_rsa": True}
    cases: tuple[tuple[str, str, Expected, Policy], ...] = (
        ("rsa-1024", "1,024 bits", refused("key-too-small"), "default"),
        ("rsa-2047", "2,047 bits, one short of enough", refused("key-too-small"), "default"),
        ("rsa-1024", "1,024 bits, and the relying party allows it", accepted(), small),
    )
    for signer, description, expected, policy in cases:
        suffix = "-allowed" if policy == small else ""
        FAMILY.add(
            f"{signer}{suffix}",
            f"An RSA key of {description}.",
            build(signer=signer),
            expected,
            trust_list="small-rsa",
            policy=policy,
            spec=_SIZES,
            requirements=("SC-7",),
        )
    FAMILY.add(
        "rsa-1024-forged",
        "A wrong signature under the key identifier of a small RSA key is a wrong signature first.",
        build(signer="rsa-1024", signature=lambda made: bytes(len(made))),
        refused("bad-signature"),
        trust_list="small-rsa",
        spec=_SIZES,
        requirements=("SC-7",),
    )
    FAMILY.add(
        "p384",
        "A P-384 key and ES256: entries with a key of another type are left out of the list.",
        build(signer="p384", protected={ALG: ES256, KID: key("p384").kid}),
        refused("unknown-key"),
        trust_list="unsupported-key",
        spec=_SIZES,
        requirements=("SC-6",),
    )


def _dated(expected: Expected) -> tuple[str, ...]:
    """What an issuer must not do (SC-26) is what is refused at the time of issue."""
    outlived = ("SC-10",) if _OUTLIVED & set(expected.findings) else ()
    return ("SC-9", *outlived, *(("SC-26",) if expected.reason else ()))


def _issued_before_the_signer() -> None:
    starts = SIGNER_STARTS
    odd = "event-in-future"  # the sample's dose is from later
    refusal = refused("signer-not-yet-valid", odd, level="authentic")
    cases: tuple[tuple[str, str, datetime, Expected], ...] = (
        ("as-the-signer-starts", "the second it starts", starts, accepted(odd)),
        ("within-skew-of-the-signers-start", "300 seconds before it starts", starts - _SKEW, accepted(odd)),
        ("before-the-signer", "301 seconds before it starts", starts - _SKEW - _SECOND, refusal),
    )
    for name, description, issued, expected in cases:
        FAMILY.add(
            f"issued-{name}",
            f"Signed with the signing certificate {description}.",
            build(token(iat=issued)),
            expected,
            spec=_DATES,
            importance="high" if expected.reason is None else None,
            requirements=_dated(expected),
        )


def _issued_after_the_signer() -> None:
    ends = SIGNER_ENDS
    odd = ("expiry-past-signer", "signer-expired-since")
    refusal = refused("signer-expired", *odd, level="authentic")
    cases: tuple[tuple[str, str, datetime, Expected], ...] = (
        ("as-the-signer-ends", "the second it ends", ends, accepted(*odd)),
        ("within-skew-of-the-signers-end", "300 seconds after it ended", ends + _SKEW, accepted(*odd)),
        ("after-the-signer", "301 seconds after it ended", ends + _SKEW + _SECOND, refusal),
    )
    for name, description, issued, expected in cases:
        FAMILY.add(
            f"issued-{name}",
            f"Signed with the signing certificate {description}.",
            build(token(iat=issued, exp=_LATE_EXPIRY)),
            expected,
            at=ends + timedelta(days=10),
            spec=_DATES,
            importance="high" if expected.reason is None else None,
            requirements=_dated(expected),
        )


def _expired_and_future() -> None:
    last_days = datetime(2024, 12, 1, tzinfo=UTC)
    past = dcc(v=[dose(dt="2024-11-20")])
    since = ("expiry-past-signer", "signer-expired-since")
    FAMILY.add(
        "expired-since",
        "The signing certificate ended in 2025. The certificate is from 2024, and outlives it.",
        build(token(past, iat=last_days), signer="es256-expired"),
        accepted(*since),
        spec=_DATES,
        importance="high",
        requirements=("SC-9", "SC-10"),
    )
    FAMILY.add(
        "expired-at-issuance",
        "The signing certificate had ended when it was used.",
        build(signer="es256-expired"),
        refused("signer-expired", *since, level="authentic"),
        spec=_DATES,
        requirements=("SC-9", "SC-10", "SC-26"),
    )
    FAMILY.add(
        "not-yet-valid-at-issuance",
        "The signing certificate had not started when it was used.",
        build(signer="es256-future"),
        refused("signer-not-yet-valid", level="authentic"),
        spec=_DATES,
        requirements=("SC-9", "SC-26"),
    )
    FAMILY.add(
        "expired-and-no-time-of-issue",
        "Without a time of issue, the signing certificate has to be in date now.",
        build(token(past, iat=DROP), signer="es256-expired"),
        refused("signer-expired", "issued-at-missing", *since, level="authentic"),
        spec=_DATES,
        requirements=("SC-9", "SC-10"),
    )


def _now() -> None:
    claims: dict[str, Any] = {"exp": _LATE_EXPIRY}
    since = ("expiry-past-signer", "signer-expired-since")
    cases: tuple[tuple[str, str, datetime, Policy, Expected], ...] = (
        ("ends-this-second", "the second it ends", SIGNER_ENDS, "default", accepted("expiry-past-signer")),
        ("ended-a-second-ago", "a second after it ended", SIGNER_ENDS + _SECOND, "default", accepted(*since)),
        (
            "now-within-skew",
            "300 seconds after it ended, and it has to be in date now",
            SIGNER_ENDS + _SKEW,
            _NOW,
            accepted(*since),
        ),
        (
            "now-past-skew",
            "301 seconds after it ended, and it has to be in date now",
            SIGNER_ENDS + _SKEW + _SECOND,
            _NOW,
            refused("signer-expired", *since, level="authentic"),
        ),
    )
    for name, description, at, policy, expected in cases:
        FAMILY.add(
            name,
            f"Verified with the signing certificate {description}.",
            build(token(**claims)),
            expected,
            at=at,
            policy=policy,
            spec=_DATES,
            importance="high" if expected.reason is None else None,
            requirements=("SC-9", "SC-10"),
        )
    FAMILY.add(
        "now-and-at-issuance",
        "A signing certificate that has to be in date now had to be in date when it signed, too.",
        build(token(iat=SIGNER_STARTS - timedelta(days=1))),
        refused("signer-not-yet-valid", "event-in-future", level="authentic"),
        policy=_NOW,
        spec=_DATES,
        requirements=("SC-9",),
    )


_purposes()
_sizes()
_issued_before_the_signer()
_issued_after_the_signer()
_expired_and_future()
_now()
