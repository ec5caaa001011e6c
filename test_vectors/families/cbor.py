"""CBOR: what is not well-formed or not safe, in the message, which nobody signed, and in the payload."""

from __future__ import annotations

from typing import Any, Final

from test_vectors.builder import KID, Parts, build, key, sign1
from test_vectors.encoding import (
    INFINITY,
    NOT_A_NUMBER,
    UNDEFINED,
    Indefinite,
    Pairs,
    Raw,
    Tagged,
    cbor,
    cbor_head,
    nested,
)
from test_vectors.samples import DROP, dcc, dose, name, token
from test_vectors.vector import Expected, Family, accepted, unreadable

FAMILY: Final = Family(
    "cbor",
    spec="RFC 8949 section 5.3; HCERT 6.3",
    requirements=("CT-25",),
    codes={
        "cbor-trailing-data": "CT-17",
        "cbor-malformed": "CT-18",
        "cbor-too-deep": "CT-19",
        "cbor-duplicate-key": "CT-20",
        "cbor-key-type": "CT-21",
        "cbor-not-finite": "CT-22",
        "cbor-simple-value": "CT-23",
        "cbor-tag": "CT-24",
    },
)

_DEPTH: Final = 16
_EXTRA_CLAIM: Final = -70001


def _in_message() -> None:
    FAMILY.add(
        "message-trailing-byte",
        "A byte after the message.",
        build(cose=lambda data: data + b"\0"),
        unreadable("cbor-trailing-data"),
    )
    FAMILY.add(
        "message-twice",
        "The message twice over.",
        build(cose=lambda data: data + data),
        unreadable("cbor-trailing-data"),
    )
    malformed = {
        "message-cut-short": ("The last byte of the signature is missing.", lambda data: data[:-1]),
        "message-break-alone": ("A break code that ends nothing.", lambda _: b"\xff"),
        "message-reserved-head": ("Additional information 28 is reserved.", lambda _: b"\x1c"),
        "message-huge-length": (
            "A byte string that claims 2^64 - 1 bytes; nothing may be reserved for it.",
            lambda _: b"\x5b" + b"\xff" * 8,
        ),
        "message-huge-array": ("An array that claims 2^64 - 1 items.", lambda _: b"\x9b" + b"\xff" * 8),
    }
    for name_, (description, change) in malformed.items():
        FAMILY.add(name_, description, build(cose=change), unreadable("cbor-malformed"))
    FAMILY.add(
        "message-self-described",
        "Tag 55799, self-described CBOR, before the message.",
        build(message=lambda parts: Tagged(55799, sign1(parts))),
        unreadable("cbor-tag"),
        importance="low",
    )
    FAMILY.add(
        "message-nested-10000",
        "An array in an array, 10,000 times: a decoder that recurses falls over.",
        build(cose=lambda _: bytes(nested(10_000))),
        unreadable("cbor-too-deep"),
        importance="critical",
    )
    # the tag, the array of four and the unprotected header are three levels
    FAMILY.add(
        "message-depth-16",
        "Sixteen levels of containers and tags, the innermost in an unprotected header.",
        build(unprotected={"deep": nested(_DEPTH - 3)}),
        accepted("header-unprotected"),
        importance="medium",
        requirements=("CT-19",),
    )
    FAMILY.add(
        "message-depth-17",
        "Seventeen levels of containers and tags, one over the limit of this implementation.",
        build(unprotected={"deep": nested(_DEPTH - 2)}),
        unreadable("cbor-too-deep"),
    )


def _in_headers() -> None:
    signer = key("es256")
    FAMILY.add(
        "protected-duplicate-key",
        "The algorithm twice in the protected header: ES256, then PS256. Decoders differ in which they take.",
        build(protected=Pairs(((1, -7), (KID, signer.kid), (1, -37)))),
        unreadable("cbor-duplicate-key"),
        importance="critical",
        spec="RFC 9052 section 3: labels occur once",
    )
    FAMILY.add(
        "unprotected-duplicate-key",
        "The key identifier twice in the unprotected header.",
        build(protected={1: -7}, unprotected=Pairs(((KID, signer.kid), (KID, b"otherkid")))),
        unreadable("cbor-duplicate-key"),
        spec="RFC 9052 section 3: labels occur once",
    )
    FAMILY.add(
        "protected-trailing-byte",
        "A byte after the map within the protected header.",
        build(protected=cbor({1: -7, KID: signer.kid}) + b"\0"),
        unreadable("cbor-trailing-data"),
    )
    FAMILY.add(
        "protected-tagged",
        "A date in the protected header with the tag that only claims may have.",
        build(protected={1: -7, KID: signer.kid, 70001: Tagged(1, 1_700_000_000)}),
        unreadable("cbor-tag"),
    )
    FAMILY.add(
        "protected-not-shortest",
        "The algorithm in two bytes where one would do. What is signed is the bytes as they are.",
        build(protected=Pairs(((1, Raw(b"\x39\x00\x06")), (KID, signer.kid)))),
        accepted(),
        spec="RFC 9052 section 4.4: the protected header as received",
    )
    FAMILY.add(
        "protected-indefinite-length",
        "The protected header's map in the indefinite-length form.",
        build(protected=Indefinite({1: -7, KID: signer.kid})),
        accepted(),
        spec="RFC 9052 section 4.4: the protected header as received",
    )
    FAMILY.add(
        "protected-order-reversed",
        "Key identifier before algorithm, as a seventh of genuine issuers write.",
        build(protected=Pairs(((KID, signer.kid), (1, -7)))),
        accepted(),
    )
    FAMILY.add(
        "message-indefinite-length",
        "The message's array in the indefinite-length form.",
        build(message=lambda parts: Tagged(18, Indefinite(list(parts)))),
        accepted(),
    )
    FAMILY.add(
        "message-payload-in-chunks",
        "The payload as a byte string in chunks of one byte; the signature covers the bytes joined.",
        build(
            message=lambda parts: sign1(
                Parts(parts.protected, parts.unprotected, Indefinite(parts.payload), parts.signature)
            )
        ),
        accepted(),
        spec="RFC 9052 section 4.4; RFC 8949 section 3.2.3",
    )


def _bad_payload(
    name_: str, description: str, claims: Any, reason: str, *, importance: Any = None, spec: str | None = None
) -> None:
    expected = unreadable(reason, level="well-formed")
    FAMILY.add(name_, description, build(claims), expected, importance=importance, spec=spec)


def _in_payload() -> None:
    claims = token()
    entries = tuple(claims.items())
    keys = "RFC 8949 section 5.6"
    _bad_payload("payload-empty", "A payload of no bytes.", Raw(b""), "cbor-malformed")
    _bad_payload(
        "payload-trailing-byte", "A byte after the claims.", Raw(cbor(claims) + b"\0"), "cbor-trailing-data"
    )
    _bad_payload(
        "payload-cut-short",
        "The last byte of the claims is missing.",
        Raw(cbor(claims)[:-1]),
        "cbor-malformed",
    )
    _bad_payload(
        "payload-duplicate-claim",
        "Two expiries, the first in the past and the second not.",
        Pairs(((4, 1_600_000_000), *entries)),
        "cbor-duplicate-key",
        importance="critical",
        spec=keys,
    )
    _bad_payload(
        "payload-duplicate-field",
        "The dose number twice.",
        token(dcc(v=[Pairs((("dn", 1), *dose().items()))])),
        "cbor-duplicate-key",
        spec=keys,
    )
    _bad_payload(
        "payload-key-float",
        "A claim under the key 1.0 instead of 1.",
        Pairs(((1.0, "VN"), *entries[1:])),
        "cbor-key-type",
        spec=keys,
    )
    _bad_payload(
        "payload-key-true",
        "A claim under the key true, which some languages take for 1.",
        Pairs(((True, "VN"), *entries[1:])),
        "cbor-key-type",
        spec=keys,
    )
    _bad_payload(
        "payload-keys-4-and-4.0",
        "Two expiries, under 4 and under 4.0: one key for some languages, two for others.",
        Pairs((*entries, (4.0, 4_000_000_000))),
        "cbor-duplicate-key",
        importance="critical",
        spec=keys,
    )
    _bad_payload(
        "payload-key-bytes", "A map key of bytes.", token(dcc(**{"meta": {b"x": 1}})), "cbor-key-type"
    )
    _bad_payload(
        "payload-key-array",
        "A map key that is an array.",
        token(dcc(meta=Pairs(((Raw(b"\x81\x01"), 1),)))),
        "cbor-key-type",
    )
    _bad_payload(
        "payload-not-a-number",
        "NaN as a dose number.",
        token(dcc(v=[dose(dn=NOT_A_NUMBER)])),
        "cbor-not-finite",
    )
    _bad_payload(
        "payload-expiry-not-a-number",
        "NaN as the expiry: it compares false with every time, so a careless check never sees it pass.",
        token(exp=NOT_A_NUMBER),
        "cbor-not-finite",
        importance="critical",
    )
    _bad_payload(
        "payload-expiry-infinite",
        "Infinity as the expiry.",
        token(exp=INFINITY),
        "cbor-not-finite",
        importance="critical",
    )
    _bad_payload("payload-undefined", "undefined as a field.", token(dcc(dob=UNDEFINED)), "cbor-simple-value")
    _bad_payload(
        "payload-simple-16",
        "The unassigned simple value 16.",
        token(dcc(dob=Raw(b"\xf0"))),
        "cbor-simple-value",
    )
    _bad_payload(
        "payload-simple-255",
        "The unassigned simple value 255.",
        token(dcc(dob=Raw(b"\xf8\xff"))),
        "cbor-simple-value",
    )
    _bad_payload(
        "payload-simple-24-malformed",
        "Simple value 24 in two bytes, which is not well-formed.",
        token(dcc(dob=Raw(b"\xf8\x18"))),
        "cbor-malformed",
        spec="RFC 8949 section 3.3",
    )
    _bad_payload(
        "payload-not-utf-8",
        "A text string that is not UTF-8.",
        token(dcc(nam=name(fn=Raw(b"\x61\xff")))),
        "cbor-malformed",
    )


def _tags() -> None:
    tags = {
        "bignum": (
            "A dose number of 35 digits as a bignum (tag 2), which once crashed a checker app.",
            Tagged(2, b"\x13" * 15),
        ),
        "decimal": ("A decimal fraction (tag 4).", Tagged(4, [-1, 20])),
        "decimal-huge-exponent": (
            "A decimal fraction with the exponent 2^63 (tag 4).",
            Tagged(4, [2**63, 1]),
        ),
        "shared-value": ("A shareable value (tag 28).", Tagged(28, [1])),
        "shared-reference": ("A reference to a shared value (tag 29) that is not there.", Tagged(29, 0)),
        "regular-expression": (
            "A regular expression (tag 35) that takes for ever to match; it must not be compiled.",
            Tagged(35, "(a+)+$"),
        ),
        "encoded-cbor": ("CBOR within a byte string (tag 24).", Tagged(24, b"\x01")),
        "address": ("An IP address (tag 260).", Tagged(260, b"\x7f\0\0\1")),
        "set": ("A set (tag 258).", Tagged(258, [1])),
        "number-unassigned": (
            "A tag of 64 bits that nobody registered.",
            Raw(cbor_head(6, 2**64 - 1) + b"\x01"),
        ),
    }
    for name_, (description, value) in tags.items():
        importance = "critical" if name_ in ("regular-expression", "shared-reference") else None
        _bad_payload(
            f"payload-tag-{name_}",
            description,
            token(dcc(v=[dose(dn=value)])),
            "cbor-tag",
            importance=importance,
        )


def _depth() -> None:
    levels: dict[str, tuple[str, int, Expected]] = {
        "payload-depth-16": ("Sixteen levels, in an unknown claim.", _DEPTH, accepted("claim-unknown")),
        "payload-depth-17": (
            "Seventeen levels of containers and tags in an unknown claim, one over the limit of this implementation.",
            _DEPTH + 1,
            unreadable("cbor-too-deep", level="well-formed"),
        ),
    }
    for name_, (description, depth, expected) in levels.items():
        claims = token(extra={_EXTRA_CLAIM: nested(depth - 1)})
        FAMILY.add(name_, description, build(claims), expected, importance="medium", requirements=("CT-19",))
    FAMILY.add(
        "payload-indefinite-length",
        "Claims, payload and doses in indefinite-length forms.",
        build(Indefinite(token(hcert=Indefinite({1: Indefinite(dcc(v=Indefinite([Indefinite(dose())])))})))),
        accepted(),
    )
    FAMILY.add(
        "payload-order-reversed",
        "The claims in another order; a map has none.",
        build(dict(reversed(token(nbf=DROP).items()))),
        accepted(),
    )


_in_message()
_in_headers()
_in_payload()
_tags()
_depth()
