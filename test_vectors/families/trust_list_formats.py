"""Published lists of other forms: what is read of each, and that none is taken with a wrong signature."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode, urlsafe_b64encode
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec

from test_vectors.builder import ALG, KID, SIGN1, key, sig_structure
from test_vectors.documents import AT, base64, spki
from test_vectors.encoding import Tagged, cbor
from test_vectors.families.trust_list import bare_key, list_not_read, list_read, listed_key
from test_vectors.operation import OperationFamily
from test_vectors.signed import cms

FAMILY: Final = OperationFamily(
    "trust-list-formats",
    "read-trust-list",
    spec="trust lists as their publishers have them",
    importance="high",
)

_SIGNER: Final = "es256-stranger"
_OTHER: Final = "es256-no-purpose"
_KEY: Final = "es256"
_SIGNATURE: Final = "trust-list-signature"
_UNSIGNED: Final = "trust-list-unsigned"
_MISSING: Final = "anchor-missing"
_DATED: Final = "2026-01-31T12:00:00+01:00"
_ISSUED, _USABLE_UNTIL = 1769860800, 1772280000


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _add(
    name: str,
    description: str,
    data: bytes,
    expected: dict[str, Any] | str,
    *requirements: str,
    pinned: tuple[str, ...] = (_SIGNER,),
    at: str = AT,
    **more: Any,
) -> None:
    FAMILY.add(
        name,
        description,
        {"document": base64(data), "anchors": [base64(key(one).certificate) for one in pinned], **more},
        list_not_read(expected) if isinstance(expected, str) else expected,
        context={"at": at},
        requirements=requirements or ("TL-20",),
    )


def _read(form: str, *keys: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return list_read(*keys, **{"format": form, "number": None, **changes})


def _url(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _jws(payload: Any, signer: str, *, changed: bytes | None = None, **header: Any) -> bytes:
    """A compact JWS (RFC 7515) with the signer's certificate; `changed` stands in place of what was signed."""
    who = key(signer)
    algorithm = "ES256" if isinstance(who.private, ec.EllipticCurvePrivateKey) else "RS256"
    head = _url(_json({"alg": algorithm, "x5c": [base64(who.certificate)], **header}))
    body = _json(payload)
    signing = f"{head}.{_url(body)}".encode()
    made = who.sign_ecdsa(signing) if algorithm == "ES256" else who.sign_pkcs1(signing)
    return f"{head}.{_url(body if changed is None else changed)}.{_url(made)}".encode()


def _item(name: str, usage: str = "DSC", signature: bytes = b"", timestamp: str = _DATED) -> dict[str, Any]:
    """An item of the EU gateway."""
    one = key(name)
    return {
        "certificateType": usage,
        "country": "VN",
        "kid": base64(one.kid),
        "rawData": base64(one.certificate),
        "signature": base64(signature),
        "thumbprint": hashlib.sha256(one.certificate).hexdigest(),
        "timestamp": timestamp,
    }


def _german_list(*items: Any, signer: str = _SIGNER, after: bytes = b"") -> bytes:
    body = _json({"certificates": list(items)})
    return b64encode(key(signer).sign_ecdsa(body)) + b"\n" + body + after


def _german() -> None:
    one, read = _item(_KEY), listed_key(_KEY)
    good = _german_list(one)
    _add("german", "Its first line is the signature over the rest.", good, _read("german", read))
    _add(
        "german-white-space",
        "White space at its end, which is not signed.",
        _german_list(one, after=b"\r\n"),
        _read("german", read),
    )
    _add("german-other-content", "One letter is another.", good.replace(b'"VN"', b'"LA"'), _SIGNATURE)
    _add("german-by-a-stranger", "Signed by another key.", _german_list(one, signer=_OTHER), _SIGNATURE)
    _add("german-no-anchor", "No anchor.", good, _MISSING, pinned=())
    _add(
        "german-bad-item",
        "One of two items holds no certificate.",
        _german_list(one, {**_item(_OTHER), "rawData": "AAAA"}),
        _read("german", read, entries=2, problems=["certificate-unreadable"]),
    )
    held = {"document": base64(good)}
    newer = _item(_OTHER, timestamp="2026-01-31T12:00:01+01:00")
    again = _item("es256-recovery")
    _add(
        "german-newer",
        "A newer item is there too.",
        _german_list(one, newer),
        _read("german", read, listed_key(_OTHER)),
        "TL-31",
        previous=held,
    )
    _add(
        "german-same-date-other-key",
        "Another key of the same date: the edition before brings it back.",
        _german_list(one, again),
        "trust-list-rollback",
        "TL-31",
        previous=held,
    )
    _add(
        "german-older",
        "Its newest item is a second older.",
        _german_list(_item(_KEY, timestamp="2026-01-31T11:59:59+01:00")),
        "trust-list-rollback",
        "TL-31",
        previous=held,
    )


def _gateway() -> None:
    def by(name: str, signer: str, usage: str = "DSC") -> dict[str, Any]:
        return _item(name, usage, cms(key(name).certificate, signer))

    authority = by("csca-es256", _SIGNER, "CSCA")
    uploader = by(_OTHER, _SIGNER, "UPLOAD")
    listed = by(_KEY, _OTHER)
    gateway = [base64(spki(_SIGNER))]
    read = _read("dccg", listed_key(_KEY))

    def add(name: str, description: str, items: list[Any], expected: dict[str, Any] | str) -> None:
        FAMILY.add(
            f"dccg-{name}",
            description,
            {"document": base64(_json(items)), "anchors": gateway},
            list_not_read(expected) if isinstance(expected, str) else expected,
            context={"at": AT},
            requirements=("TL-20", "TL-26"),
        )

    add(
        "two-layers",
        "The gateway lists an uploader and an authority, the uploader a signer.",
        [authority, uploader, listed],
        {**read, "entries": 3},
    )
    add(
        "signer-by-the-gateway",
        "The gateway itself lists a signer.",
        [authority, uploader, by(_KEY, _SIGNER)],
        {**_read("dccg"), "entries": 3, "problems": ["trust-entry-signature"]},
    )
    add("nothing-left", "Nothing is signed by anybody who may.", [by(_KEY, "es256-collision-1")], _SIGNATURE)


def _austrian_list(
    *names: str, signer: str = _SIGNER, over: bytes | None = None, end: int = _USABLE_UNTIL
) -> tuple[bytes, bytes]:
    """The content, and the signature over its digest."""
    who = key(signer)
    content = cbor({"c": [{"i": key(name).kid, "c": key(name).certificate} for name in names]})
    payload = cbor({2: hashlib.sha256(content if over is None else over).digest(), 4: end, 5: _ISSUED})
    protected = cbor({ALG: who.algorithm, KID: who.kid, 42: 2})
    return content, cbor(Tagged(SIGN1, [protected, {}, payload, who.sign(sig_structure(protected, payload))]))


def _austrian() -> None:
    def add(
        name: str, description: str, parts: tuple[bytes, bytes], expected: dict[str, Any] | str, **more: Any
    ) -> None:
        _add(f"austrian{name}", description, parts[0], expected, signature=base64(parts[1]), **more)

    read = _read("austrian", listed_key(_KEY))
    good = _austrian_list(_KEY)
    add("", "Content and signature, in two files.", good, read)
    add(
        "-other-content",
        "The signature is over another content.",
        _austrian_list(_KEY, over=b"x"),
        _SIGNATURE,
    )
    add("-by-a-stranger", "Signed by another key.", _austrian_list(_KEY, signer=_OTHER), _SIGNATURE)
    add("-no-anchor", "No anchor.", good, _MISSING, pinned=())
    add("-ends", "It ends this second.", good, read, at="2026-02-28T12:00:00Z")
    add("-ended", "It ended a second ago.", good, "stale-trust-list", at="2026-02-28T12:00:01Z")
    _add("austrian-without-signature", "The content alone.", good[0], _UNSIGNED)
    both = {"trustListContent": base64(good[0]), "trustListSignature": base64(good[1])}
    _add("austrian-website", "Both in one JSON document.", _json({"trustList": both}), read)


def _jwk(name: str, **changes: Any) -> dict[str, Any]:
    numbers = key(name).private.public_key().public_numbers()
    x, y = (_url(one.to_bytes(32, "big")) for one in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": base64(key(name).kid), **changes}


def _plain(name: str, **changes: Any) -> dict[str, Any]:
    """A bare key under the identifier of its certificate."""
    return bare_key(name, key(name).kid, **changes)


def _web_keys() -> None:
    document = {"keys": [_jwk(_KEY)]}
    read = _read("jwks", _plain(_KEY))
    good = _jws(document, _SIGNER)
    _add("jwks", "A JWK set in a JWS.", good, read)
    _add(
        "jwks-changed",
        "The set is another than was signed.",
        _jws(document, _SIGNER, changed=_json({"keys": [_jwk(_OTHER)]})),
        _SIGNATURE,
    )
    _add("jwks-by-a-stranger", "Signed by another key.", _jws(document, _OTHER), _SIGNATURE)
    _add(
        "jwks-without-algorithm",
        "A JWS that says it has no signature.",
        _jws(document, _SIGNER, alg="none"),
        _SIGNATURE,
    )
    _add(
        "jwks-unsigned",
        "A bare JWK set, which may be read.",
        _json(document),
        read,
        pinned=(),
        allow_unsigned=True,
    )
    _add(
        "jwks-unsigned-refused",
        "A bare JWK set, which may not be read.",
        _json(document),
        _UNSIGNED,
        pinned=(),
    )
    _add(
        "jwks-unsigned-with-anchor",
        "A bare JWK set, and an anchor to judge it by.",
        _json(document),
        _UNSIGNED,
        allow_unsigned=True,
    )
    countries = {"VN": {"eku": {}, "keys": [_jwk(_KEY, x5c=[base64(key(_KEY).certificate)])]}}
    swedish = {"iss": "TEST", "iat": _ISSUED, "exp": _USABLE_UNTIL, "dsc_trust_list": countries}
    good = _jws(swedish, _SIGNER)
    _add("swedish", "The Swedish list.", good, _read("swedish", listed_key(_KEY)))
    _add("swedish-by-a-stranger", "Signed by another key.", _jws(swedish, _OTHER), _SIGNATURE)
    _add("swedish-ended", "It ended a second ago.", good, "stale-trust-list", at="2026-02-28T12:00:01Z")
    _add(
        "swedish-changed",
        "The list is another than was signed.",
        _jws(swedish, _SIGNER, changed=_json({**swedish, "exp": 1893456000})),
        _SIGNATURE,
    )


def _without_signature() -> None:
    public = _json([{"kid": base64(key(_KEY).kid), "publicKey": base64(spki(_KEY))}])
    twice = {base64(key(_KEY).kid): base64(base64(key(_KEY).certificate).encode())}
    french = _json({"certificates2DDoc": {}, "certificatesDCC": twice})
    pem = (
        b"-----BEGIN CERTIFICATE-----\n" + b64encode(key(_KEY).certificate) + b"\n-----END CERTIFICATE-----\n"
    )
    forms = {
        "norwegian": (public, _read("norwegian", _plain(_KEY))),
        "french": (french, _read("french", listed_key(_KEY))),
    }
    for name, (data, read) in forms.items():
        _add(name, "A list that nobody signs, which may be read.", data, read, pinned=(), allow_unsigned=True)
        _add(
            f"{name}-refused", "A list that nobody signs, which may not be read.", data, _UNSIGNED, pinned=()
        )
        _add(
            f"{name}-with-anchor",
            "A list that nobody signs, and an anchor to judge it by.",
            data,
            _UNSIGNED,
            allow_unsigned=True,
        )
    _add(
        "certificates",
        "Certificates in PEM, for which whoever hands them over vouches.",
        pem,
        _read("certificates", listed_key(_KEY)),
        pinned=(),
    )
    _add("certificates-with-anchor", "Certificates in PEM, and an anchor to judge them by.", pem, _UNSIGNED)
    _add(
        "certificates-after-a-signed-list",
        "Certificates in the place of a signed list.",
        pem,
        _UNSIGNED,
        "TL-37",
        previous={"document": base64(_german_list(_item(_KEY)))},
    )
    _add("nothing-known", "Bytes of no form that is known.", b"\x00\x01\x02", "trust-list-empty", pinned=())


_german()
_gateway()
_austrian()
_web_keys()
_without_signature()
