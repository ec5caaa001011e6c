"""CWT claims: dates to the second, issuer, and the shape around the health claim."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from test_vectors.builder import build
from test_vectors.encoding import Tagged
from test_vectors.samples import AT, DROP, EXPIRES, ISSUED, SIGNER_ENDS, dcc, dose, seconds, token
from test_vectors.vector import Expected, Family, Policy, accepted, refused, unreadable

FAMILY: Final = Family(
    "cwt",
    spec="RFC 8392 section 3",
    codes={
        "cwt-structure": "CT-45",
        "payload-profile": "CT-46",
        "cwt-date": "CT-47",
        "date-claim-float": "CT-48",
        "date-claim-tagged": "CT-48",
        "expired": "CT-49",
        "expiry-missing": "CT-49",
        "issuer-not-country": "CT-52",
        "issuer-not-authorised": "CT-53",
        "claim-unknown": "CT-55",
    },
)

_DATES: Final = "RFC 8392 section 2, NumericDate; HCERT 3.3.5, 3.3.6"
_ISSUER: Final = "HCERT 3.3.4"
_EXPIRY: Final = "HCERT 3.3.5"
_SECOND: Final = timedelta(seconds=1)
_SKEW: Final = timedelta(seconds=300)
_NO_SKEW: Final = {"clock_skew_seconds": 0}
_YEAR_10000: Final = 253402300800

_EXPIRED: Final = refused("expired", level="authentic")
_NOT_YET: Final = refused("not-yet-valid", level="authentic")
_NO_DATE: Final = unreadable("cwt-date", level="well-formed")


def _boundaries() -> None:
    starts = ISSUED + timedelta(days=10)
    moments: dict[str, tuple[str, datetime, Expected, Policy]] = {
        "expiry-a-second-before": (
            "A second before it expires, and clocks may not differ.",
            EXPIRES - _SECOND,
            accepted(),
            _NO_SKEW,
        ),
        "expiry-to-the-second": (
            "The second it expires, and clocks may not differ: on or after it is too late.",
            EXPIRES,
            _EXPIRED,
            _NO_SKEW,
        ),
        "expiry-within-skew": (
            "299 seconds after it expired, and clocks may differ by 300: the last second that is still taken.",
            EXPIRES + _SKEW - _SECOND,
            accepted(),
            "default",
        ),
        "expiry-past-skew": (
            "300 seconds after it expired, and clocks may differ by 300: at the end of the tolerance it has expired.",
            EXPIRES + _SKEW,
            _EXPIRED,
            "default",
        ),
        "issued-a-second-ahead": (
            "A second before it was issued, and clocks may not differ.",
            ISSUED - _SECOND,
            _NOT_YET,
            _NO_SKEW,
        ),
        "issued-to-the-second": (
            "The second it was issued, and clocks may not differ.",
            ISSUED,
            accepted(),
            _NO_SKEW,
        ),
        "issued-within-skew": (
            "300 seconds before it was issued, and clocks may differ by 300: still taken.",
            ISSUED - _SKEW,
            accepted(),
            "default",
        ),
        "issued-past-skew": (
            "301 seconds before it was issued, and clocks may differ by 300: a second too early.",
            ISSUED - _SKEW - _SECOND,
            _NOT_YET,
            "default",
        ),
    }
    for name, (description, at, expected, policy) in moments.items():
        FAMILY.add(
            name,
            description,
            build(),
            expected,
            at=at,
            policy=policy,
            spec=_DATES,
            requirements=("CT-49",) if name.startswith("expiry") else ("CT-50",),
        )
    moments = {
        "not-before-to-the-second": (
            "The second it starts (nbf), and clocks may not differ.",
            starts,
            accepted(),
            _NO_SKEW,
        ),
        "not-before-a-second-ahead": (
            "A second before it starts (nbf), and clocks may not differ.",
            starts - _SECOND,
            _NOT_YET,
            _NO_SKEW,
        ),
        "not-before-within-skew": (
            "300 seconds before it starts (nbf), and clocks may differ by 300: still taken.",
            starts - _SKEW,
            accepted(),
            "default",
        ),
        "not-before-past-skew": (
            "301 seconds before it starts (nbf), and clocks may differ by 300: a second too early.",
            starts - _SKEW - _SECOND,
            _NOT_YET,
            "default",
        ),
    }
    for name, (description, at, expected, policy) in moments.items():
        FAMILY.add(
            name,
            description,
            build(token(nbf=starts)),
            expected,
            at=at,
            policy=policy,
            spec=_DATES,
            requirements=("CT-50",),
        )
    FAMILY.add(
        "expiry-before-issue",
        "It expired before it was issued, so it never holds.",
        build(token(exp=ISSUED - timedelta(days=1))),
        _EXPIRED,
        spec=_DATES,
    )


def _missing() -> None:
    for name, value in {"missing": DROP, "null": None}.items():
        FAMILY.add(
            f"expiry-{name}",
            f"The expiry is {name}: it is required, and without it a certificate would hold for ever.",
            build(token(exp=value)),
            refused("expiry-missing", level="authentic"),
            spec=_EXPIRY,
        )
        FAMILY.add(
            f"issued-{name}",
            f"The time of issue is {name}.",
            build(token(iat=value)),
            accepted("issued-at-missing"),
            spec="HCERT 3.3.6",
            requirements=("CT-51",),
        )
        FAMILY.add(
            f"issuer-{name}",
            f"The issuer is {name}; it is optional.",
            build(token(iss=value)),
            accepted(),
            spec=_ISSUER,
            requirements=("CT-52",),
        )

    FAMILY.add(
        "dates-missing",
        "Neither expiry, nor start, nor time of issue.",
        build(token(exp=DROP, iat=DROP, nbf=DROP)),
        refused("expiry-missing", "issued-at-missing", level="authentic"),
        spec=_EXPIRY,
        requirements=("CT-49", "CT-51"),
    )
    FAMILY.add(
        "as-issuers-write-it",
        "Issuer, expiry, time of issue and health claim, each in the form specified, and nothing else.",
        build(),
        accepted(),
        importance="critical",
        requirements=("CT-45", "CT-56"),
    )


def _date_forms() -> None:
    exp, iat = float(seconds(EXPIRES)), float(seconds(ISSUED))
    read: dict[str, tuple[str, dict[str, Any], tuple[str, ...]]] = {
        "dates-float": (
            "Both dates are floating-point numbers.",
            {"exp": exp, "iat": iat},
            ("date-claim-float",),
        ),
        "issued-with-fraction": (
            "The time of issue has half a second.",
            {"iat": iat + 0.5},
            ("date-claim-float",),
        ),
        "expiry-tag-1": (
            "The expiry is tagged as an epoch time.",
            {"exp": Tagged(1, int(exp))},
            ("date-claim-tagged",),
        ),
        "expiry-tag-1-float": (
            "The expiry is a tagged float.",
            {"exp": Tagged(1, exp)},
            ("date-claim-tagged", "date-claim-float"),
        ),
        "expiry-tag-0": (
            "The expiry is a tagged text.",
            {"exp": Tagged(0, f"{EXPIRES:%Y-%m-%dT%H:%M:%SZ}")},
            ("date-claim-tagged",),
        ),
    }
    for name, (description, claims, findings) in read.items():
        FAMILY.add(
            name, description, build(token(**claims)), accepted(*findings), spec=_DATES, importance="high"
        )
    FAMILY.add(
        "expiry-float-passed",
        "The expiry is a floating-point number, and has passed.",
        build(token(exp=exp)),
        refused("expired", "date-claim-float", level="authentic"),
        at=EXPIRES + _SKEW,
        requirements=("CT-48", "CT-49"),
        spec=_DATES,
    )
    wrong: dict[str, tuple[str, dict[str, Any]]] = {
        "expiry-text": ("The expiry is text.", {"exp": "2026-07-05T09:00:00Z"}),
        "expiry-milliseconds": ("The expiry is in milliseconds: the year 58,000.", {"exp": int(exp) * 1000}),
        "dates-milliseconds": (
            "Both dates are in milliseconds.",
            {"exp": int(exp) * 1000, "iat": int(iat) * 1000},
        ),
        "expiry-negative": ("The expiry is before 1970.", {"exp": -1}),
        "issued-half-a-second-before-1970": ("It was issued half a second before 1970.", {"iat": -0.5}),
        "issued-tag-0-half-a-second-before-1970": (
            "It was issued half a second before 1970, in a tagged text.",
            {"iat": Tagged(0, "1969-12-31T23:59:59.5Z")},
        ),
        "expiry-year-10000-float": (
            "The expiry is the first second of the year 10000, a floating-point number.",
            {"exp": float(_YEAR_10000)},
        ),
        "expiry-year-10000": ("The expiry is the first second of the year 10000.", {"exp": _YEAR_10000}),
        "expiry-2-to-the-64": ("The expiry is the highest number of 64 bits.", {"exp": 2**64 - 1}),
        "expiry-true": ("The expiry is true.", {"exp": True}),
        "expiry-array": ("The expiry is an array.", {"exp": [int(exp)]}),
        "expiry-tag-0-without-zone": (
            "The expiry is a tagged text without a time zone.",
            {"exp": Tagged(0, "2026-07-05T09:00:00")},
        ),
        "expiry-tag-0-no-date": (
            "The expiry is a tagged text that is no date.",
            {"exp": Tagged(0, "tomorrow")},
        ),
        "expiry-tag-0-number": (
            "The expiry is a number with the tag of a text.",
            {"exp": Tagged(0, int(exp))},
        ),
        "expiry-tag-1-text": (
            "The expiry is a text with the tag of a number.",
            {"exp": Tagged(1, "tomorrow")},
        ),
        "expiry-tag-twice": ("The expiry is tagged twice.", {"exp": Tagged(1, Tagged(1, int(exp)))}),
        "issued-text": ("The time of issue is text.", {"iat": "2026-01-05T09:00:00Z"}),
        "not-before-text": ("The start is text.", {"nbf": "2026-01-05T09:00:00Z"}),
    }
    for name, (description, claims) in wrong.items():
        FAMILY.add(name, description, build(token(**claims)), _NO_DATE, spec=_DATES)
    FAMILY.add(
        "expiry-year-9999",
        "The expiry is the last second of the year 9999.",
        build(token(exp=_YEAR_10000 - 1)),
        accepted("expiry-past-signer"),
        requirements=("CT-47", "CT-54"),
        spec=_DATES,
        importance="high",
    )
    FAMILY.add(
        "issued-year-9999",
        "It was issued in the last second of the year 9999; adding a tolerance to that must not overflow.",
        build(token(iat=_YEAR_10000 - 1)),
        refused("signer-expired", level="authentic"),
        spec=_DATES,
        requirements=("CT-47", "CT-50"),
    )
    FAMILY.add(
        "not-before-year-9999",
        "It starts in the last second of the year 9999.",
        build(token(nbf=_YEAR_10000 - 1)),
        _NOT_YET,
        spec=_DATES,
        requirements=("CT-47", "CT-50"),
    )
    FAMILY.add(
        "expiry-year-9999-with-fraction",
        "The expiry is half a second before the year 10000.",
        build(token(exp=_YEAR_10000 - 0.5)),
        accepted("expiry-past-signer", "date-claim-float"),
        requirements=("CT-47", "CT-48", "CT-54"),
        spec=_DATES,
    )
    FAMILY.add(
        "issued-1970",
        "It was issued in the first second of 1970, before the signing certificate started.",
        build(token(iat=0)),
        refused("signer-not-yet-valid", "event-in-future", "birth-date-impossible", level="authentic"),
        spec=_DATES,
        requirements=("CT-47",),
    )


def _issuers() -> None:
    names = {
        "of-a-ministry": ("the name of a ministry, as one genuine issuer writes", "Bộ Y tế (TEST)"),
        "of-three-letters": ("the code of ISO 3166-1 alpha-3", "VNM"),
        "lower-case": ("the country in lower case", "vn"),
        "empty": ("an empty text", ""),
        "number": ("a number", 84),
    }
    for name, (description, issuer) in names.items():
        FAMILY.add(
            f"issuer-{name}",
            f"The issuer is {description}; that is reported and no reason to refuse.",
            build(token(iss=issuer)),
            accepted("issuer-not-country"),
            spec=_ISSUER,
        )
    foreign = {
        "with-words": ("Switzerland and a word, as one genuine issuer writes", "CH BAG"),
        "of-words": ("the name of a French authority", "CNAM"),
        "not-the-signers-country": ("Laos", "LA"),
    }
    for name, (description, issuer) in foreign.items():
        FAMILY.add(
            f"issuer-{name}",
            f"The signing certificate is of Viet Nam, and the issuer {description}.",
            build(token(dcc(v=[dose(co="LA")]), iss=issuer)),
            refused("issuer-not-authorised"),
            spec=_ISSUER,
        )
    FAMILY.add(
        "event-in-another-country",
        "Viet Nam certifies a dose that was given in Laos.",
        build(token(dcc(v=[dose(co="LA")]))),
        accepted("country-mismatch"),
        requirements=("CT-53",),
        spec="HCERT schema 1.3.0, co",
    )


def _shape() -> None:
    structure = {
        "claims-array": ("The claims are an array.", [1, 2]),
        "claims-number": ("The claims are a number.", 1),
        "claims-null": ("The claims are null.", None),
        "health-claim-missing": ("There is no claim -260.", token(hcert=DROP)),
        "health-claim-positive": (
            "The health claim is under 260.",
            token(hcert=DROP, extra={260: {1: dcc()}}),
        ),
        "health-claim-of-swiss-light": (
            "The health claim is under -250.",
            token(hcert=DROP, extra={-250: {1: dcc()}}),
        ),
        "health-claim-array": ("The health claim is an array.", token(hcert=[dcc()])),
        "health-claim-null": ("The health claim is null.", token(extra={-260: None})),
    }
    for name, (description, claims) in structure.items():
        payload = b"\xf6" if claims is None else None
        expected = unreadable("cwt-structure", level="well-formed")
        FAMILY.add(name, description, build(claims, payload=payload), expected, spec="HCERT 3.3.7")
    profiles: dict[str, tuple[str, Any]] = {
        "health-claim-empty": ("The health claim holds nothing.", {}),
        "health-claim-of-another-number": ("The health claim holds number 2 only.", {2: dcc()}),
        "health-claim-of-text": ('The health claim holds "1" as text.', {"1": dcc()}),
    }
    for name, (description, hcert) in profiles.items():
        expected = unreadable("payload-profile", level="well-formed")
        FAMILY.add(name, description, build(token(hcert=hcert)), expected, spec="HCERT 3.3.7")
    FAMILY.add(
        "health-claim-of-two-numbers",
        "The health claim holds number 1, and 2 which may be defined later.",
        build(token(hcert={1: dcc(), 2: {"later": 1}})),
        accepted(),
        requirements=("CT-46",),
        spec="HCERT 3.3.7",
    )
    FAMILY.add(
        "claims-all-known",
        "Issuer, expiry, begin, time of issue and health claim: nothing of that is unknown.",
        build(token(nbf=ISSUED)),
        accepted(),
        requirements=("CT-47", "CT-55"),
    )
    extras: dict[str, tuple[str, Any]] = {
        "claim-subject": ("A subject (claim 2).", {2: "TEST"}),
        "claim-token-identifier": ("A token identifier (claim 7).", {7: b"TEST"}),
        "claim-private": ("A private claim.", {-70001: 1}),
        "claim-of-text": ("A claim named by text.", {"jti": 1}),
    }
    for name, (description, extra) in extras.items():
        claims = token(extra=extra)
        FAMILY.add(name, description, build(claims), accepted("claim-unknown"))


def _against_the_signer() -> None:
    for name, description, exp, expected in (
        ("expiry-with-the-signer", "expires the second that", SIGNER_ENDS, accepted()),
        (
            "expiry-a-second-past-the-signer",
            "expires a second after",
            SIGNER_ENDS + _SECOND,
            accepted("expiry-past-signer"),
        ),
    ):
        FAMILY.add(
            name,
            f"The certificate {description} the signing certificate ends.",
            build(token(exp=exp)),
            expected,
            requirements=("CT-54",),
            at=AT,
            spec=_EXPIRY,
        )


_boundaries()
_missing()
_date_forms()
_issuers()
_shape()
_against_the_signer()
