"""Revocation of single certificates: what names one, whom a list speaks for, and what it cannot tell."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from test_vectors.builder import build
from test_vectors.samples import AT, DROP, IDENTIFIER, dcc, dose, token
from test_vectors.vector import Family, accepted, refused

FAMILY: Final = Family(
    "revocation",
    spec="EU DCC revocation: hash types",
    requirements=("VP-21",),
    codes={"revoked": "VP-21", "revocation-unknown": "VP-22"},
)

_SECOND: Final = timedelta(seconds=1)
_P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_REVOKED: Final = refused("revoked", level="authentic")
_UNKNOWN: Final = refused("revocation-unknown", level="authentic")


def _other_signature(signature: bytes) -> bytes:
    """The second signature that everybody can make of an ECDSA signature: r and n - s."""
    s = int.from_bytes(signature[32:], "big")
    return signature[:32] + (_P256_ORDER - s).to_bytes(32, "big")


def _hits() -> None:
    for name, description in {
        "identifier": "Its identifier",
        "country-identifier": "Its issuer and identifier",
        "signature": "Half of its ECDSA signature (r)",
    }.items():
        FAMILY.add(
            f"by-{name}",
            f"{description} is on the list.",
            build(),
            _REVOKED,
            revocation=name,
            requirements=("RV-29", "VP-21"),
        )
    FAMILY.add(
        "by-pss-signature",
        "Its RSA-PSS signature is on the list.",
        build(signer="ps256-2048"),
        _REVOKED,
        revocation="pss-signature",
    )
    FAMILY.add(
        "by-signature-made-over",
        "Its ECDSA signature was changed to the other one with the same r: it still verifies, and is still revoked.",
        build(signature=_other_signature),
        _REVOKED,
        revocation="signature",
    )
    FAMILY.add(
        "before-expiry-is-looked-at",
        "It is revoked, and expired as well.",
        build(token(exp=AT - timedelta(days=1))),
        _REVOKED,
        revocation="identifier",
        requirements=("VP-4", "VP-21"),
    )
    FAMILY.add(
        "before-the-signer-is-looked-at",
        "It is revoked, and was signed after the signing certificate had ended.",
        build(signer="es256-expired"),
        refused("revoked", "expiry-past-signer", "signer-expired-since", level="authentic"),
        revocation="identifier",
        requirements=("VP-4", "VP-21"),
    )
    FAMILY.add(
        "after-the-list-is-looked-at",
        "It is revoked, and the list that names the key has ended.",
        build(),
        refused("stale-trust-list", level="authentic"),
        at=AT + timedelta(seconds=301),
        trust_list="ends-at",
        revocation="identifier",
        requirements=("VP-4", "VP-19"),
    )
    FAMILY.add(
        "forged",
        "Its identifier is on the list, and the signature is wrong: lists are asked about authentic ones only.",
        build(signature=lambda made: made[:-1] + bytes([made[-1] ^ 1])),
        refused("bad-signature"),
        revocation="identifier",
        requirements=("VP-4", "VP-5"),
    )
    FAMILY.add(
        "revoked-where-unknown-is-only-reported",
        "It is revoked, and the policy only wants to know what lists cannot tell.",
        build(),
        _REVOKED,
        revocation="identifier",
        policy={"unknown_revocation": "report"},
    )


def _misses() -> None:
    for name, description in {
        "empty": "The list is for the issuer and is empty.",
        "other-identifier": "Another certificate is on the list.",
        "foreign-identifier": "The same identifier of another issuer is on the list.",
        "whole-signature": "The hash of the whole ECDSA signature is on the list, which names nothing.",
    }.items():
        FAMILY.add(f"not-by-{name}", description, build(), accepted(), revocation=name)


def _unknown() -> None:
    FAMILY.add(
        "issuer-not-covered",
        "The only list is for another country: nothing is known, and that is said.",
        build(),
        accepted("revocation-unanswered"),
        revocation="of-laos",
        requirements=("VP-23",),
    )
    FAMILY.add(
        "issuer-not-covered-and-refused-as-a-finding",
        "The only list is for another country, and the policy refuses what nobody can answer.",
        build(),
        refused("policy", "revocation-unanswered", level="in-date"),
        revocation="of-laos",
        policy={"refused_findings": ["revocation-unanswered"]},
        requirements=("VP-23", "VP-28"),
    )
    FAMILY.add(
        "issuer-not-covered-and-expired",
        "The only list is for another country, and the certificate has expired.",
        build(token(exp=AT - timedelta(days=1))),
        refused("expired", "revocation-unanswered", level="authentic"),
        revocation="of-laos",
        requirements=("VP-23", "VP-27"),
    )
    FAMILY.add(
        "no-list",
        "No revocation list is asked, and nothing is said.",
        build(),
        accepted(),
        requirements=("VP-23",),
    )
    FAMILY.add(
        "list-to-the-second",
        "This is the last second of the list, and it has nothing of the certificate.",
        build(),
        accepted(),
        revocation="ended",
        requirements=("VP-22", "VP-31"),
    )
    FAMILY.add(
        "list-ended",
        "The list ended a second ago; whether the certificate is revoked is unknown, which is not no.",
        build(),
        _UNKNOWN,
        at=AT + _SECOND,
        revocation="ended",
        requirements=("RV-29", "VP-22", "VP-31"),
    )
    FAMILY.add(
        "list-ended-without-issuer",
        "It names no issuer, and the list that may speak for it ended a second ago.",
        build(token(iss=DROP)),
        _UNKNOWN,
        at=AT + _SECOND,
        revocation="ended",
    )
    FAMILY.add(
        "list-ended-and-expired",
        "The list has ended, and the certificate has expired.",
        build(token(exp=AT - timedelta(days=1))),
        _UNKNOWN,
        at=AT + _SECOND,
        revocation="ended",
        requirements=("VP-4", "VP-22"),
    )
    FAMILY.add(
        "list-ended-ps256",
        "Signed as Viet Nam signs, and the list ended a second ago.",
        build(signer="ps256-2048"),
        _UNKNOWN,
        at=AT + _SECOND,
        revocation="ended",
    )
    FAMILY.add(
        "list-ended-and-only-reported",
        "The list ended a second ago, and the policy only wants to know.",
        build(),
        accepted("revocation-unanswered"),
        at=AT + _SECOND,
        revocation="ended",
        policy={"unknown_revocation": "report"},
        requirements=("RV-29", "VP-22"),
    )
    FAMILY.add(
        "without-issuer",
        "It names no issuer: every list may speak for it.",
        build(token(iss=DROP)),
        _REVOKED,
        revocation="identifier",
    )
    FAMILY.add(
        "second-event",
        "The identifier of its second event is on the list.",
        build(token(dcc(v=[dose(ci=IDENTIFIER + "1"), dose()]))),
        refused("revoked", "several-events", level="authentic"),
        revocation="identifier",
    )


_hits()
_misses()
_unknown()
