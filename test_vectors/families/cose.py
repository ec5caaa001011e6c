"""COSE_Sign1: structure, headers, key identifiers, algorithms and signatures."""

from __future__ import annotations

from itertools import count
from typing import Any, Final

from cryptography.hazmat.primitives import hashes

from test_vectors.builder import (
    ALG,
    CONTENT_TYPE,
    CRIT,
    CWT,
    ES256,
    KID,
    PS256,
    SIGN1,
    Key,
    Pss,
    Stages,
    build,
    key,
    sig_structure,
    sign1,
)
from test_vectors.encoding import Tagged, cbor
from test_vectors.samples import dcc, dose, token
from test_vectors.trust_lists import COLLIDING, NINE, SEVEN, SHORT
from test_vectors.vector import Family, accepted, refused, unreadable

FAMILY: Final = Family(
    "cose",
    spec="RFC 9052 section 4.2",
    requirements=("CT-38",),
    codes={
        "cose-structure": "CT-27",
        "cbor-tag": "CT-28",
        "cose-header": "CT-29",
        "algorithm-unprotected": "CT-30",
        "algorithm-not-allowed": "CT-31",
        "cose-critical-header": "CT-32",
        "kid-unprotected": "CT-34",
        "key-identifier-missing": "CT-34",
        "unknown-key": "CT-35",
        "kid-length": "CT-35",
        "algorithm-key-mismatch": "CT-37",
        "header-unprotected": "CT-38",
    },
)

_HEADERS: Final = "RFC 9052 section 3.1"
_ALGORITHM: Final = "RFC 9052 section 3.1; HCERT 3.3.2"
_KID: Final = "HCERT 3.3.3"
_PROCESS: Final = "RFC 9052 section 4.4"
_ECDSA: Final = "RFC 9053 section 2.1"
_PSS: Final = "RFC 8230 section 2"
_SIGNED: Final = {_PROCESS: "CT-39", _ECDSA: "CT-40", _PSS: "CT-42"}

_SIGNER: Final = key("es256").kid
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_NO_SUCH_KEY: Final = bytes.fromhex("00ff00ff00ff00ff")


def _structure() -> None:
    signers = {
        "es256": "ES256",
        "ps256-2048": "PS256 with 2048 bits, as Viet Nam signs",
        "ps256-3072": "PS256 with 3072 bits",
    }
    for signer, description in signers.items():
        FAMILY.add(
            signer,
            f"A certificate as it should be, signed with {description}.",
            build(signer=signer),
            accepted(),
            importance="critical",
            requirements=(
                "CT-4",
                "CT-5",
                "CT-26",
                "CT-39",
                "CT-43",
                "CT-42" if signer.startswith("ps256") else "CT-40",
            ),
        )
    tags = {
        "tag-none": ("No tag; a few genuine issuers leave it out.", lambda parts: list(parts)),
        "tag-61-18": ("A CWT tag before the COSE tag.", lambda parts: Tagged(CWT, sign1(parts))),
    }
    for name, (description, message) in tags.items():
        FAMILY.add(
            name,
            description,
            build(message=message),
            accepted(),
            spec="RFC 8392 section 6",
            requirements=("CT-28",),
        )
    wrong = {
        "tag-61-alone": (
            "A CWT tag and no COSE tag after it.",
            lambda parts: Tagged(CWT, list(parts)),
            "cose-structure",
        ),
        "tag-18-twice": ("Tag 18 twice.", lambda parts: Tagged(SIGN1, sign1(parts)), "cose-structure"),
        "tag-18-61": (
            "The two tags the wrong way round.",
            lambda parts: Tagged(SIGN1, Tagged(CWT, list(parts))),
            "cose-structure",
        ),
        "tag-98": (
            "The tag of COSE_Sign, a message of many signers.",
            lambda parts: Tagged(98, list(parts)),
            "cbor-tag",
        ),
        "tag-17": ("The tag of COSE_Mac0.", lambda parts: Tagged(17, list(parts)), "cbor-tag"),
        "array-of-three": ("No signature.", lambda parts: Tagged(SIGN1, list(parts)[:3]), "cose-structure"),
        "array-of-five": (
            "Something after the signature.",
            lambda parts: Tagged(SIGN1, [*parts, b""]),
            "cose-structure",
        ),
        "array-empty": ("An empty array.", lambda _: Tagged(SIGN1, []), "cose-structure"),
        "message-map": (
            "A map, as JOSE would have it.",
            lambda parts: Tagged(SIGN1, vars(parts)),
            "cose-structure",
        ),
        "message-null": ("null.", lambda _: None, "cose-structure"),
    }
    for name, (description, message, reason) in wrong.items():
        requirements = ("CT-28",) if name.startswith("tag-") else None
        FAMILY.add(name, description, build(message=message), unreadable(reason), requirements=requirements)
    parts: dict[str, tuple[str, dict[str, Any], str]] = {
        "payload-detached": (
            "A null payload: the content is somewhere else.",
            {"payload": None},
            "cose-structure",
        ),
        "payload-text": ("A payload of text.", {"payload": "text"}, "cose-structure"),
        "payload-not-wrapped": (
            "The claims as a map, not as bytes.",
            {"payload": token()},
            "cose-structure",
        ),
        "signature-null": ("A null signature.", {"signature": None}, "cose-structure"),
        "protected-map": (
            "The protected header as a map, not as bytes.",
            {"protected": {ALG: ES256, KID: _SIGNER}},
            "cose-structure",
        ),
        "unprotected-null": ("A null unprotected header.", {"unprotected": None}, "cose-structure"),
        "unprotected-array": (
            "An unprotected header that is an array.",
            {"unprotected": []},
            "cose-structure",
        ),
        "protected-array": (
            "The protected header's bytes hold an array.",
            {"protected": cbor([ALG, ES256])},
            "cose-header",
        ),
    }
    for name, (description, tampering, reason) in parts.items():
        FAMILY.add(name, description, build(tampering=tampering), unreadable(reason))
    contents = {
        "protected-number": ("The protected header's bytes hold a number.", cbor(ALG)),
        "protected-null": ("The protected header's bytes hold null.", cbor(None)),
    }
    for name, (description, content) in contents.items():
        FAMILY.add(name, description, build(protected=content), unreadable("cose-header"))


def _algorithms() -> None:
    headers: dict[str, tuple[str, Any, Any]] = {
        "algorithm-only-unprotected": (
            "The algorithm sits where the signature does not cover it.",
            {KID: _SIGNER},
            {ALG: ES256},
        ),
        "algorithm-and-kid-only-unprotected": (
            "The protected header is zero bytes; algorithm and key identifier are unprotected only.",
            b"",
            {ALG: ES256, KID: _SIGNER},
        ),
        "algorithm-only-unprotected-empty-map": (
            "The protected header is an empty map; algorithm and key identifier are unprotected only.",
            {},
            {ALG: ES256, KID: _SIGNER},
        ),
        "algorithm-missing": ("No algorithm anywhere.", {KID: _SIGNER}, {}),
    }
    for name, (description, protected, unprotected) in headers.items():
        FAMILY.add(
            name,
            description,
            build(protected=protected, unprotected=unprotected),
            refused("algorithm-unprotected"),
            spec=_ALGORITHM,
        )
    FAMILY.add(
        "algorithm-differs-unprotected",
        "ES256 protected and PS256 unprotected: the protected one counts.",
        build(unprotected={ALG: PS256}),
        accepted("header-unprotected"),
        importance="high",
        spec=_ALGORITHM,
        requirements=("CT-30", "CT-38"),
    )
    others: dict[str, tuple[str, Any]] = {
        "es384": ("ES384 (-35); CO4 of the EU's list, which was never written.", -35),
        "es512": ("ES512 (-36).", -36),
        "eddsa": ("EdDSA (-8).", -8),
        "ps384": ("PS384 (-38).", -38),
        "rs256": ("RS256 (-257), RSA with the old padding.", -257),
        "es256k": ("ES256K (-47).", -47),
        "hmac": ("HMAC 256/256 (5): with the public key as its secret, anyone could make it.", 5),
        "reserved": ("0, which is reserved.", 0),
        "text": ('"ES256" as text.', "ES256"),
        "float": ("-7.0, which equals ES256 in some languages.", -7.0),
        "array": ("An array that holds ES256.", [ES256]),
    }
    for name, (description, algorithm) in others.items():
        FAMILY.add(
            f"algorithm-{name}",
            f"The protected header says {description}",
            build(protected={ALG: algorithm, KID: _SIGNER}),
            refused("algorithm-not-allowed"),
            spec=_ALGORITHM,
        )
    mismatches = {
        "es256-with-rsa-key": (
            "ES256 in the header, the key is RSA; CO27 of the EU's list, which was never written.",
            "ps256-2048",
            ES256,
        ),
        "es256-with-rsa-3072-key": (
            "ES256 in the header, the key is RSA of 3,072 bits.",
            "ps256-3072",
            ES256,
        ),
        "ps256-with-p256-key": ("PS256 in the header, the key is P-256.", "es256", PS256),
    }
    for name, (description, signer, algorithm) in mismatches.items():
        FAMILY.add(
            f"algorithm-{name}",
            description,
            build(signer=signer, protected={ALG: algorithm, KID: key(signer).kid}),
            refused("algorithm-key-mismatch"),
            spec=_ALGORITHM,
        )


def _critical() -> None:
    good = {
        "crit-algorithm": ("crit names the algorithm, which everyone understands.", [ALG]),
        "crit-algorithm-and-kid": ("crit names algorithm and key identifier.", [ALG, KID]),
    }
    for name, (description, labels) in good.items():
        protected = {ALG: ES256, CRIT: labels, KID: _SIGNER}
        FAMILY.add(
            name,
            description,
            build(protected=protected),
            accepted(),
            spec=_HEADERS,
            requirements=("CT-32",),
        )
    unknown: dict[str, tuple[str, dict[Any, Any]]] = {
        "crit-unknown": ("crit names label 70001, which nobody knows.", {CRIT: [70001], 70001: 1}),
        "crit-unknown-text": ("crit names a label of text.", {CRIT: ["must"], "must": 1}),
        "crit-true": (
            "crit names true, which equals the algorithm's label in some languages.",
            {CRIT: [True]},
        ),
        "crit-float": (
            "crit names 1.0, which equals the algorithm's label in some languages.",
            {CRIT: [1.0]},
        ),
        "crit-known-and-unknown": (
            "crit names the algorithm and something unknown.",
            {CRIT: [ALG, 70001], 70001: 1},
        ),
    }
    for name, (description, extra) in unknown.items():
        FAMILY.add(
            name,
            description,
            build(protected={ALG: ES256, **extra, KID: _SIGNER}),
            unreadable("cose-critical-header"),
            spec=_HEADERS,
        )
    malformed: dict[str, tuple[str, dict[Any, Any], dict[Any, Any]]] = {
        "crit-empty": ("An empty crit.", {CRIT: []}, {}),
        "crit-not-array": ("A crit that is no array.", {CRIT: ALG}, {}),
        "crit-unprotected": ("crit where nobody signed it.", {}, {CRIT: [ALG]}),
        "crit-in-both": ("crit in both headers, the protected one right.", {CRIT: [ALG]}, {CRIT: [ALG]}),
        "crit-header-absent": ("crit names the content type, and there is none.", {CRIT: [CONTENT_TYPE]}, {}),
    }
    for name, (description, extra, unprotected) in malformed.items():
        FAMILY.add(
            name,
            description,
            build(protected={ALG: ES256, **extra, KID: _SIGNER}, unprotected=unprotected),
            unreadable("cose-header"),
            spec=_HEADERS,
            requirements=("CT-33",),
        )


def _key_identifiers() -> None:
    alone = {ALG: ES256}
    cases: dict[str, tuple[str, Any, Any, Any]] = {
        "kid-unprotected": (
            "The key identifier is unprotected only, as an eighth of genuine issuers write.",
            alone,
            {KID: _SIGNER},
            accepted("kid-unprotected"),
        ),
        "kid-in-both": (
            "The same key identifier in both headers.",
            {ALG: ES256, KID: _SIGNER},
            {KID: _SIGNER},
            accepted("header-unprotected"),
        ),
        "kid-in-both-protected-right": (
            "Two key identifiers: the protected one counts, and is right.",
            {ALG: ES256, KID: _SIGNER},
            {KID: _NO_SUCH_KEY},
            accepted("header-unprotected"),
        ),
        "kid-in-both-protected-unknown": (
            "Two key identifiers: the protected one counts, and is unknown.",
            {ALG: ES256, KID: _NO_SUCH_KEY},
            {KID: _SIGNER},
            refused("unknown-key"),
        ),
        "kid-in-both-unprotected-null": (
            "A key identifier in the protected header, and null for it in the other.",
            {ALG: ES256, KID: _SIGNER},
            {KID: None},
            accepted("header-unprotected"),
        ),
        "kid-protected-null": (
            "A null in the protected header; the unprotected key identifier stands in.",
            {ALG: ES256, KID: None},
            {KID: _SIGNER},
            accepted("kid-unprotected"),
        ),
        "kid-missing": ("No key identifier.", alone, {}, refused("key-identifier-missing")),
        "kid-unknown": (
            "No key has this identifier.",
            {ALG: ES256, KID: _NO_SUCH_KEY},
            {},
            refused("unknown-key"),
        ),
        "kid-empty": ("A key identifier of no bytes.", {ALG: ES256, KID: b""}, {}, refused("unknown-key")),
        "kid-of-7-bytes": (
            "The first 7 bytes of a listed key identifier do not do (CO25 of the EU's list, never written).",
            {ALG: ES256, KID: _SIGNER[:7]},
            {},
            refused("unknown-key"),
        ),
        "kid-of-9-bytes": (
            "A listed key identifier and one byte more (CO26 of the EU's list, never written).",
            {ALG: ES256, KID: _SIGNER + b"\0"},
            {},
            refused("unknown-key"),
        ),
        "kid-of-1000-bytes": (
            "A key identifier of 1,000 bytes.",
            {ALG: ES256, KID: bytes(1000)},
            {},
            refused("unknown-key"),
        ),
        "kid-text": (
            "The key identifier as hexadecimal text.",
            {ALG: ES256, KID: _SIGNER.hex()},
            {},
            refused("key-identifier-missing"),
        ),
        "kid-number": (
            "A number as key identifier.",
            {ALG: ES256, KID: 8},
            {},
            refused("key-identifier-missing"),
        ),
    }
    for name, (description, protected, unprotected, expected) in cases.items():
        FAMILY.add(
            name,
            description,
            build(protected=protected, unprotected=unprotected),
            expected,
            spec=_KID,
            importance="high" if expected.reason is None else None,
            requirements=("CT-34",) if name.startswith("kid-in-both") else None,
        )
    for name, kid in {"3": SHORT, "7": SEVEN, "9": NINE}.items():
        FAMILY.add(
            f"kid-registered-with-{name}-bytes",
            f"The key is registered under an identifier of {name} bytes, 8 are specified.",
            build(protected={ALG: ES256, KID: kid}),
            accepted("kid-length"),
            trust_list="kid-lengths",
            spec="HCERT appendix A.1",
        )
    FAMILY.add(
        "key-not-on-the-list",
        "Signed rightly, by a key that is not on the trust list.",
        build(signer="es256-stranger"),
        refused("unknown-key"),
        spec=_KID,
    )
    FAMILY.add(
        "key-not-on-the-list-under-listed-kid",
        "A stranger's signature under the key identifier of a listed key.",
        build(signer="es256-stranger", protected={ALG: ES256, KID: _SIGNER}),
        refused("bad-signature"),
        spec=_KID,
        requirements=("CT-36",),
    )
    _collisions()


def _collisions() -> None:
    protected = {ALG: ES256, KID: COLLIDING}
    cases: dict[str, tuple[str, str, Any]] = {
        "first": ("the first of them made this signature", "es256-collision-1", accepted()),
        "second": ("the second of them made this signature", "es256-collision-2", accepted()),
        "neither": ("neither made this signature", "es256-stranger", refused("bad-signature")),
    }
    for name, (description, signer, expected) in cases.items():
        FAMILY.add(
            f"kid-collision-{name}",
            f"Two listed keys have this key identifier, and {description}.",
            build(signer=signer, protected=protected),
            expected,
            trust_list="kid-collision",
            requirements=("CT-36",),
            spec=_KID,
        )
    for signer, algorithm in {"es256": ES256, "ps256-2048": PS256}.items():
        FAMILY.add(
            f"kid-collision-of-types-{signer}",
            f"A P-256 and an RSA key have this key identifier, and the signature is the {signer} key's.",
            build(signer=signer, protected={ALG: algorithm, KID: COLLIDING}),
            accepted(),
            trust_list="kid-collision-of-types",
            requirements=("CT-36", "CT-37"),
            spec=_KID,
        )


def _headers() -> None:
    FAMILY.add(
        "content-type",
        "A content type in the protected header, as some issuers write.",
        build(protected={ALG: ES256, CONTENT_TYPE: CWT, KID: _SIGNER}),
        accepted(),
        spec=_HEADERS,
    )
    FAMILY.add(
        "protected-unknown",
        "An unknown header, protected and not critical, is ignored.",
        build(protected={ALG: ES256, KID: _SIGNER, 70001: "x"}),
        accepted(),
        spec=_HEADERS,
    )
    FAMILY.add(
        "unprotected-tampering",
        "Someone added headers that nobody signed; they change nothing.",
        build(unprotected={CONTENT_TYPE: "text/html", "exp": 9_999_999_999, 70001: [1, 2]}),
        accepted("header-unprotected"),
        spec=_HEADERS,
        importance="high",
    )


def _forged(name: str, description: str, stages: Stages, spec: str = _PROCESS) -> None:
    FAMILY.add(
        name,
        description,
        stages,
        refused("bad-signature"),
        spec=spec,
        requirements=(_SIGNED[spec],),
    )


def _tampering() -> None:
    changed = cbor(token(dcc(v=[dose(dt="2025-12-21")])))
    _forged(
        "payload-changed",
        "The date of vaccination was changed after signing.",
        build(tampering={"payload": changed}),
    )
    _forged(
        "protected-changed",
        "A header was added to the protected ones after signing.",
        build(tampering={"protected": cbor({ALG: ES256, KID: _SIGNER, CONTENT_TYPE: CWT})}),
    )
    _forged(
        "protected-encoded-again",
        "The protected header says the same in other bytes than were signed.",
        build(tampering={"protected": cbor({KID: _SIGNER, ALG: ES256})}),
    )
    _forged(
        "payload-encoded-again",
        "The payload says the same in other bytes than were signed.",
        build(tampering={"payload": cbor(dict(reversed(token().items())))}),
    )
    unread = {
        "payload-of-junk": (
            "The payload is no CBOR, and nobody signed it: it is never looked at.",
            b"\xff\xff",
        ),
        "payload-nested": (
            "The payload is nested 1,000 deep, and nobody signed it: it is never looked at.",
            b"\x81" * 1000 + b"\x00",
        ),
    }
    for name, (description, payload) in unread.items():
        FAMILY.add(
            name,
            description,
            build(tampering={"payload": payload}),
            refused("bad-signature"),
            spec="HCERT 6.3: the signature before the content",
            requirements=("CT-44",),
        )
    signed = {
        "context-wrong": (
            "The Sig_structure says Signature instead of Signature1.",
            lambda protected, payload: cbor(["Signature", protected, b"", payload]),
        ),
        "external-data": (
            "The signature covers external data that is not there.",
            lambda protected, payload: cbor(["Signature1", protected, b"vaxcert", payload]),
        ),
        "signed-payload-only": ("The payload alone was signed.", lambda _, payload: payload),
        "signed-header-empty": (
            "The signature does not cover the protected header.",
            lambda _, payload: sig_structure(b"", payload),
        ),
        "signed-as-mac": (
            "The bytes of a MAC_structure were signed.",
            lambda protected, payload: cbor(["MAC0", protected, b"", payload]),
        ),
    }
    for name, (description, to_be_signed) in signed.items():
        _forged(name, description, build(to_be_signed=to_be_signed))


def _halves(signature: bytes) -> tuple[int, int]:
    return int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")


def _joined(r: int, s: int, size: int = 32) -> bytes:
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def _other_s(signature: bytes) -> bytes:
    r, s = _halves(signature)
    return _joined(r, _ORDER - s)


def _ecdsa_signatures() -> None:
    changes: dict[str, tuple[str, Any]] = {
        "63-bytes": ("The last byte is missing.", lambda made: made[:-1]),
        "65-bytes": (
            "A zero byte is appended (CO24 of the EU's list, never written).",
            lambda made: made + b"\0",
        ),
        "65-bytes-in-front": ("A zero byte is put in front.", lambda made: b"\0" + made),
        "65-bytes-zero-between": (
            "A zero byte between r and s; reading s from all that follows r would accept it.",
            lambda made: made[:32] + b"\0" + made[32:],
        ),
        "empty": ("No bytes.", lambda _: b""),
        "halves-of-33-bytes": (
            "r and s in 33 bytes each; splitting in the middle would accept it.",
            lambda made: _joined(*_halves(made), size=33),
        ),
        "all-zero": (
            "r and s are zero, which some libraries once took as right for everything.",
            lambda _: bytes(64),
        ),
        "s-zero": ("s is zero.", lambda made: made[:32] + bytes(32)),
        "r-and-s-are-the-order": (
            "r and s are the order of the curve, one more than the highest that may be.",
            lambda _: _joined(_ORDER, _ORDER),
        ),
        "s-plus-order": (
            "s is larger by the order of the curve, and so out of range.",
            lambda made: _joined(_halves(made)[0], (_halves(made)[1] + _ORDER) % 2**256),
        ),
        "halves-swapped": ("s comes before r.", lambda made: made[32:] + made[:32]),
        "bytes-reversed": (
            "r and s with the least significant byte first.",
            lambda made: made[31::-1] + made[:31:-1],
        ),
        "bit-flipped": ("One bit is wrong.", lambda made: made[:40] + bytes((made[40] ^ 1,)) + made[41:]),
    }
    for name, (description, change) in changes.items():
        _forged(
            f"es256-signature-{name}",
            f"The ECDSA signature is damaged. {description}",
            build(signature=change),
            _ECDSA,
        )
    _forged(
        "es256-signature-der",
        "The ECDSA signature in the DER form of X.509.",
        build(sign=Key.sign_ecdsa_der),
        _ECDSA,
    )
    _forged(
        "es256-signature-over-sha-384",
        "The ECDSA signature was made with SHA-384.",
        build(sign=lambda signer, data: signer.sign_ecdsa(data, hashes.SHA384())),
        _ECDSA,
    )
    FAMILY.add(
        "es256-signature-s-negated",
        "n - s instead of s. ECDSA takes both, so a signature never identifies a certificate.",
        build(signature=_other_s),
        accepted(),
        spec=_ECDSA,
        requirements=("CT-41",),
    )
    for half, name in ((0, "r"), (32, "s")):
        FAMILY.add(
            f"es256-signature-{name}-begins-with-zero",
            f"{name} is less than 2^248, and has its 32 bytes all the same.",
            _beginning_with_zero(half),
            accepted("claim-unknown"),
            spec=_ECDSA,
            importance="high",
            requirements=("CT-40",),
        )
    _forged(
        "es256-signature-r-stripped",
        "r is less than 2^248, and its leading zero was left out.",
        _beginning_with_zero(0, signature=lambda made: made[1:]),
        _ECDSA,
    )
    _forged(
        "es256-signature-s-stripped",
        "s is less than 2^248, and its leading zero was left out.",
        _beginning_with_zero(32, signature=lambda made: made[:32] + made[33:]),
        _ECDSA,
    )


def _beginning_with_zero(position: int, **changes: Any) -> Stages:
    """A certificate in whose signature this byte is zero: other token identifiers are tried until it is."""
    signer = key("es256")
    for attempt in count():
        claims = token(extra={7: attempt.to_bytes(2, "big")})
        protected, payload = cbor({ALG: ES256, KID: signer.kid}), cbor(claims)
        if signer.sign(sig_structure(protected, payload))[position] == 0:
            return build(claims, **changes)
    raise AssertionError("not reached")


def _pss(parameters: Pss) -> Any:
    return lambda signer, data: signer.sign_pss(data, parameters)


def _rsa_signatures() -> None:
    sha1 = hashes.SHA1()  # noqa: S303 - the vector shows that it is refused
    ways: dict[str, tuple[str, Any]] = {
        "salt-0": ("a salt of no bytes", _pss(Pss(salt_bytes=0))),
        "salt-31": ("a salt of 31 bytes", _pss(Pss(salt_bytes=31))),
        "salt-33": ("a salt of 33 bytes", _pss(Pss(salt_bytes=33))),
        "salt-longest": ("a salt as long as fits, 222 bytes", _pss(Pss(salt_bytes=222))),
        "sha-384": ("SHA-384", _pss(Pss(hash=hashes.SHA384(), mask_hash=hashes.SHA384(), salt_bytes=48))),
        "mask-sha-1": ("SHA-1 in its mask", _pss(Pss(mask_hash=sha1))),
        "pkcs1": ("the older padding PKCS1-v1_5", Key.sign_pkcs1),
    }
    for name, (description, sign) in ways.items():
        _forged(
            f"ps256-signature-{name}",
            f"An RSA signature with {description}.",
            build(signer="ps256-2048", sign=sign),
            _PSS,
        )
    changes: dict[str, tuple[str, Any]] = {
        "255-bytes": ("The last byte is missing.", lambda made: made[:-1]),
        "257-bytes": ("A zero byte is put in front.", lambda made: b"\0" + made),
        "bit-flipped": ("One bit is wrong.", lambda made: made[:40] + bytes((made[40] ^ 1,)) + made[41:]),
        "all-zero": ("256 zero bytes.", lambda _: bytes(256)),
        "one": ("The number one.", lambda _: bytes(255) + b"\1"),
        "empty": ("No bytes.", lambda _: b""),
    }
    for name, (description, change) in changes.items():
        _forged(
            f"ps256-signature-{name}",
            f"The RSA signature is damaged. {description}",
            build(signer="ps256-2048", signature=change),
            _PSS,
        )


_structure()
_algorithms()
_critical()
_key_identifiers()
_headers()
_tampering()
_ecdsa_signatures()
_rsa_signatures()
