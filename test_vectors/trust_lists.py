"""The trust lists, and the revocation lists, that vectors are verified against.

An entry says under which key identifier a certificate is registered. In lists whose name begins with `kid-`
it is not the one that follows from the certificate: a genuine collision would take 2^32 certificates.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from test_vectors.builder import build, key
from test_vectors.samples import AT, IDENTIFIER

COLLIDING: Final = bytes.fromhex("c0111510c0111510")
SHORT: Final = b"foo"
SEVEN: Final = bytes.fromhex("07070707070707")
NINE: Final = bytes.fromhex("090909090909090909")


@dataclass(frozen=True)
class Entry:
    """A key, the identifier it is registered under, and what the list says of it besides its certificate."""

    signer: str
    kid: bytes
    terms: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The entry in a trust list's file."""
        certificate = b64encode(key(self.signer).certificate).decode()
        return {"kid": self.kid.hex(), "certificate": certificate, **self.terms}


@dataclass(frozen=True)
class TrustList:
    """A list, and what it is for."""

    description: str
    entries: tuple[Entry, ...]
    terms: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The content of the trust list's file."""
        keys = [entry.as_json() for entry in self.entries]
        return {"description": self.description, **self.terms, "keys": keys}


def _own(*signers: str) -> tuple[Entry, ...]:
    return tuple(Entry(signer, key(signer).kid) for signer in signers)


def _limited(signer: str, **terms: Any) -> Entry:
    return Entry(signer, key(signer).kid, terms)


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _dated(description: str, **terms: datetime | str) -> TrustList:
    """A list of one key that says how long it may be relied on."""
    written = {
        name: _moment(value) if isinstance(value, datetime) else value for name, value in terms.items()
    }
    return TrustList(description, _own("es256"), written)


def _under(kid: bytes, *signers: str) -> tuple[Entry, ...]:
    return tuple(Entry(signer, kid) for signer in signers)


TRUST_LISTS: Final = {
    "default": TrustList(
        "Every key that may be relied on, in one list; each under its own key identifier.",
        _own(
            "es256",
            "es256-vaccination",
            "es256-test-old-arc",
            "es256-recovery",
            "es256-no-purpose",
            "es256-foreign-purpose",
            "es256-empty-purpose",
            "es256-expired",
            "es256-future",
            "ps256-2048",
            "ps256-3072",
        ),
    ),
    "small-rsa": TrustList("RSA keys that are too small.", _own("es256", "rsa-1024", "rsa-2047")),
    "unsupported-key": TrustList("One key of a type HCERT does not have.", _own("es256", "p384")),
    "kid-collision": TrustList(
        "Two ES256 keys under one key identifier.",
        _under(COLLIDING, "es256-collision-1", "es256-collision-2"),
    ),
    "kid-collision-of-types": TrustList(
        "An ES256 and a PS256 key under one key identifier.", _under(COLLIDING, "es256", "ps256-2048")
    ),
    "kid-lengths": TrustList(
        "Keys under identifiers of 3, 7 and 9 bytes.",
        (*_under(SHORT, "es256"), *_under(SEVEN, "es256"), *_under(NINE, "es256")),
    ),
    "limits": TrustList(
        "Keys that the list limits more than their certificates do.",
        (
            _limited("es256", domain="ICVP"),
            _limited("es256-vaccination", domain="ICVP"),
            _limited("es256-no-purpose", domain="DCC"),
            _limited("es256-recovery", country=None),
            _limited("es256-foreign-purpose", country="FR"),
            _limited("es256-empty-purpose", country="GR"),
            _limited("ps256-2048", environment="test"),
            _limited("ps256-3072", withdrawn=True),
        ),
    ),
    "grants": TrustList(
        "One key on the terms of several lists: for tests, for another domain, and for this one.",
        (
            _limited("es256", environment="test"),
            _limited("es256", domain="ICVP"),
            _limited("es256", domain="DCC"),
            _limited("ps256-2048", domain="DCC"),
            _limited("ps256-2048", withdrawn=True),
        ),
    ),
    "grants-narrow": TrustList(
        "Keys on the terms of two lists each, of which neither covers an EU DCC of Viet Nam.",
        (
            _limited("es256", domain="ICVP"),
            _limited("es256", environment="test"),
            _limited("es256-no-purpose", domain="DCC", country="FR"),
            _limited("es256-no-purpose", domain="ICVP", country="VN"),
        ),
    ),
    "limits-together": TrustList(
        "Keys that must not be relied on for several reasons.",
        (
            _limited("es256", environment="test", withdrawn=True),
            _limited("rsa-1024", environment="test"),
            _limited("rsa-2047", environment="test"),
            _limited("rsa-2047", domain="DCC"),
        ),
    ),
    "limits-country": TrustList(
        "A key of a country that has no code of its own.", (_limited("es256", country="ZZ"),)
    ),
    "kid-collision-grants": TrustList(
        "Keys under one key identifier that may sign in different domains.",
        (
            Entry("es256", COLLIDING, {"domain": "ICVP"}),
            Entry("es256-collision-1", COLLIDING, {"domain": "ICVP"}),
            Entry("es256-collision-2", COLLIDING, {"domain": "DCC"}),
            Entry("ps256-2048", COLLIDING, {"domain": "DCC"}),
        ),
    ),
    "unsigned": _dated("A published list that nobody signed.", proof="unsigned"),
    "ends-at": _dated("A list that ends at the usual time of verification.", usable_until=AT),
    "ends-at-tests": TrustList(
        "A list of a test key that ends at the usual time of verification.",
        (_limited("es256", environment="test"),),
        {"usable_until": _moment(AT)},
    ),
    "due-at": _dated(
        "A list whose next edition is due at the usual time of verification.",
        next_update=AT,
        usable_until=AT + timedelta(days=7),
    ),
    "issued-at": _dated("A list that was issued at the usual time of verification.", issued=AT),
}


@dataclass(frozen=True)
class RevocationList:
    """What a revocation list says, and for whom."""

    description: str
    terms: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """The content of the revocation list's file."""
        return {"description": self.description, **self.terms}


def _hash(what: bytes) -> str:
    """The EU's hashes are the first 16 bytes of SHA-256."""
    return hashlib.sha256(what).digest()[:16].hex()


def _revoking(description: str, hash_type: str, what: bytes, *countries: str) -> RevocationList:
    entries = [{"type": hash_type, "hash": _hash(what)}]
    return RevocationList(
        description, {**_CURRENT, "countries": list(countries or ("VN",)), "entries": entries}
    )


_CURRENT: Final = {"issued": _moment(AT - timedelta(days=1)), "usable_until": _moment(AT + timedelta(days=7))}
_SIGNATURE: Final = build().signature
_PSS_SIGNATURE: Final = build(signer="ps256-2048").signature

REVOCATION_LISTS: Final = {
    "empty": RevocationList(
        "A current list for Viet Nam with nothing on it.", {**_CURRENT, "countries": ["VN"], "entries": []}
    ),
    "identifier": _revoking("The sample certificate by its identifier.", "UCI", IDENTIFIER.encode()),
    "other-identifier": _revoking("Another certificate.", "UCI", (IDENTIFIER + "0").encode()),
    "country-identifier": _revoking(
        "The sample certificate by issuer and identifier.", "COUNTRYCODEUCI", b"VN" + IDENTIFIER.encode()
    ),
    "foreign-identifier": _revoking(
        "The sample identifier under another issuer.", "COUNTRYCODEUCI", b"LA" + IDENTIFIER.encode()
    ),
    "signature": _revoking("The sample certificate by r of its signature.", "SIGNATURE", _SIGNATURE[:32]),
    "whole-signature": _revoking(
        "The sample certificate by its whole ECDSA signature, which is no way to name one.",
        "SIGNATURE",
        _SIGNATURE,
    ),
    "pss-signature": _revoking(
        "The sample certificate by its RSA-PSS signature.", "SIGNATURE", _PSS_SIGNATURE
    ),
    "of-laos": _revoking("A list for Laos only.", "UCI", IDENTIFIER.encode(), "LA"),
    "ended": RevocationList(
        "A list for Viet Nam that ends at the usual time of verification.",
        {
            "issued": _moment(AT - timedelta(days=7)),
            "usable_until": _moment(AT),
            "countries": ["VN"],
            "entries": [],
        },
    ),
}
