"""Published lists of other forms: what is read of each, and that none is taken with a wrong signature."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
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
    spec="specs/trust-list.md, section 11: trust lists as their publishers have them",
)

_FORMS: Final = {
    "german": "German list",
    "dccg": "List of the EU gateway",
    "austrian": "Austrian list",
    "jwks": "JWK set",
    "swedish": "Swedish list",
    "swiss": "Swiss list",
    "dutch": "Dutch list",
    "ec-archive": "Archive of the European Commission",
    "norwegian": "Norwegian list",
    "french": "French list",
    "british": "British list",
    "verify-ehc": "List saved by verify-ehc",
    "certificates": "Certificates by themselves",
    "nothing": "No list",
}
"""What the first word of a name stands for."""

_SIGNER: Final = "es256-stranger"
_OTHER: Final = "es256-no-purpose"
_KEY: Final = "es256"
_SIGNATURE: Final = "trust-list-signature"
_UNSIGNED: Final = "trust-list-unsigned"
_MISSING: Final = "anchor-missing"
_DATED: Final = "2026-01-31T12:00:00+01:00"
_ISSUED, _USABLE_UNTIL = 1769860800, 1772280000
_BY_REASON: Final = {_UNSIGNED: "TL-43", "trust-list-empty": "TL-44", "stale-trust-list": "TL-45"}


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
        f"{_form(name)}: {description}",
        {"document": base64(data), "anchors": [base64(key(one).certificate) for one in pinned], **more},
        list_not_read(expected) if isinstance(expected, str) else expected,
        context={"at": at},
        requirements=requirements or (_requirement(expected),),
    )


def _form(name: str) -> str:
    return next(form for start, form in _FORMS.items() if name.startswith(start))


def _requirement(expected: dict[str, Any] | str) -> str:
    """What is read is about its form, what is refused about its signature, or that it has none."""
    if not isinstance(expected, str) or expected == "trust-list-unreadable":
        return "TL-44"
    return _BY_REASON.get(expected, "TL-42")


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
    _add("german", "its first line is the anchor's signature over the rest.", good, _read("german", read))
    _add(
        "german-white-space",
        "white space at its end, which is not signed.",
        _german_list(one, after=b"\r\n"),
        _read("german", read),
    )
    _add(
        "german-other-content",
        "one letter of it is another than was signed.",
        good.replace(b'"VN"', b'"LA"'),
        _SIGNATURE,
    )
    _add(
        "german-by-a-stranger",
        "signed by another key than the anchor's.",
        _german_list(one, signer=_OTHER),
        _SIGNATURE,
    )
    _add("german-no-anchor", "no anchor is pinned.", good, _MISSING, pinned=())
    _add(
        "german-bad-item",
        "one of two items holds no certificate.",
        _german_list(one, {**_item(_OTHER), "rawData": "AAAA"}),
        _read("german", read, entries=2, problems=["certificate-unreadable"]),
        "TL-20",
    )
    held = {"document": base64(good)}
    newer = _item(_OTHER, timestamp="2026-01-31T12:00:01+01:00")
    again = _item("es256-recovery")
    _add(
        "german-newer",
        "an edition with a newer item than the one held.",
        _german_list(one, newer),
        _read("german", read, listed_key(_OTHER)),
        "TL-31",
        previous=held,
    )
    _add(
        "german-same-date-other-key",
        "an edition of the same date with another key than the one held: it could be one from before.",
        _german_list(one, again),
        "trust-list-rollback",
        "TL-31",
        previous=held,
    )
    _add(
        "german-older",
        "an edition whose newest item is a second older than that of the one held.",
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
            f"{_form('dccg')}: {description}",
            {"document": base64(_json(items)), "anchors": gateway},
            list_not_read(expected) if isinstance(expected, str) else expected,
            context={"at": AT},
            requirements=("TL-46",),
        )

    add(
        "two-layers",
        "the gateway has signed an uploader and an authority, and the uploader a signer.",
        [authority, uploader, listed],
        {**read, "entries": 3},
    )
    add(
        "signer-by-the-gateway",
        "the gateway itself has signed a signer, which only an uploader may.",
        [authority, uploader, by(_KEY, _SIGNER)],
        {**_read("dccg"), "entries": 3, "problems": ["trust-entry-signature"]},
    )
    add(
        "nothing-left",
        "its one item is signed by nobody who may.",
        [by(_KEY, "es256-collision-1")],
        _SIGNATURE,
    )


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
        name: str,
        description: str,
        parts: tuple[bytes, bytes],
        expected: dict[str, Any] | str,
        *requirements: str,
        **more: Any,
    ) -> None:
        signature = base64(parts[1])
        _add(f"austrian{name}", description, parts[0], expected, *requirements, signature=signature, **more)

    read = _read("austrian", listed_key(_KEY))
    good = _austrian_list(_KEY)
    add("", "content and signature, in two files.", good, read)
    add(
        "-other-content",
        "the signature is over another content.",
        _austrian_list(_KEY, over=b"x"),
        _SIGNATURE,
    )
    add(
        "-by-a-stranger",
        "signed by another key than the anchor's.",
        _austrian_list(_KEY, signer=_OTHER),
        _SIGNATURE,
    )
    add("-no-anchor", "no anchor is pinned.", good, _MISSING, pinned=())
    add("-ends", "this is its last second.", good, read, "TL-45", at="2026-02-28T12:00:00Z")
    add("-ended", "it ended a second ago.", good, "stale-trust-list", at="2026-02-28T12:00:01Z")
    _add("austrian-without-signature", "the content without its signature.", good[0], _UNSIGNED)
    both = {"trustListContent": base64(good[0]), "trustListSignature": base64(good[1])}
    _add("austrian-website", "content and signature in one JSON document.", _json({"trustList": both}), read)


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
    _add("jwks", "in a JWS that an anchor signed.", good, read)
    _add(
        "jwks-changed",
        "the set is another than was signed.",
        _jws(document, _SIGNER, changed=_json({"keys": [_jwk(_OTHER)]})),
        _SIGNATURE,
    )
    _add("jwks-by-a-stranger", "signed by another key than the anchor's.", _jws(document, _OTHER), _SIGNATURE)
    _add(
        "jwks-without-algorithm",
        "in a JWS whose header says that it has no signature (alg none).",
        _jws(document, _SIGNER, alg="none"),
        _SIGNATURE,
    )
    _add(
        "jwks-unsigned",
        "without a signature, which is allowed.",
        _json(document),
        read,
        pinned=(),
        allow_unsigned=True,
    )
    _add(
        "jwks-unsigned-refused",
        "without a signature, which is not allowed.",
        _json(document),
        _UNSIGNED,
        pinned=(),
    )
    _add(
        "jwks-unsigned-with-anchor",
        "without a signature, which is allowed, and an anchor is pinned.",
        _json(document),
        _UNSIGNED,
        allow_unsigned=True,
    )
    countries = {"VN": {"eku": {}, "keys": [_jwk(_KEY, x5c=[base64(key(_KEY).certificate)])]}}
    swedish = {"iss": "TEST", "iat": _ISSUED, "exp": _USABLE_UNTIL, "dsc_trust_list": countries}
    good = _jws(swedish, _SIGNER)
    _add("swedish", "in a JWS that an anchor signed.", good, _read("swedish", listed_key(_KEY)))
    _add(
        "swedish-by-a-stranger", "signed by another key than the anchor's.", _jws(swedish, _OTHER), _SIGNATURE
    )
    _add("swedish-ended", "it ended a second ago.", good, "stale-trust-list", at="2026-02-28T12:00:01Z")
    _add(
        "swedish-changed",
        "its end is another than was signed.",
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
        _add(name, "nobody signs it, and reading it is allowed.", data, read, pinned=(), allow_unsigned=True)
        _add(f"{name}-refused", "nobody signs it, and reading it is not allowed.", data, _UNSIGNED, pinned=())
        _add(
            f"{name}-with-anchor",
            "nobody signs it, reading it is allowed, and an anchor is pinned: it is refused all the same.",
            data,
            _UNSIGNED,
            allow_unsigned=True,
        )
    _add(
        "certificates",
        "in PEM; whoever hands them over vouches for them.",
        pem,
        _read("certificates", listed_key(_KEY)),
        pinned=(),
    )
    _add(
        "certificates-with-anchor",
        "in PEM, and an anchor is pinned, which asks for a signature.",
        pem,
        _UNSIGNED,
    )
    _add(
        "certificates-after-a-signed-list",
        "in PEM, in the place of a signed list.",
        pem,
        _UNSIGNED,
        "TL-37",
        previous={"document": base64(_german_list(_item(_KEY)))},
    )
    _add("nothing-known", "bytes of no form that is known.", b"\x00\x01\x02", "trust-list-empty", pinned=())


def _dutch_list(usage: Any, *, signed: Any = None, signer: str = _SIGNER, **member: Any) -> bytes:
    """Payload and CMS signature; `signed` is what was signed in place of the payload."""
    entry = {"subjectPk": base64(spki(_KEY)), "keyUsage": usage, **member}
    payload = _json({"nl_keys": [], "eu_keys": {base64(key(_KEY).kid): [entry]}})
    made = cms(payload if signed is None else _json(signed), signer)
    return _json({"payload": base64(payload), "signature": base64(made)})


def _dutch() -> None:
    read = _read("dutch", _plain(_KEY))
    _add("dutch", "a payload, and a CMS message of an anchor over it.", _dutch_list([]), read)
    _add(
        "dutch-of-vaccinations",
        "the letters of a key say what it may sign, here vaccinations.",
        _dutch_list(["v"]),
        _read("dutch", _plain(_KEY, kinds=["vaccination"])),
    )
    _add(
        "dutch-of-its-own",
        "the name NLD of a key is the Netherlands.",
        _dutch_list([], san="NLD"),
        _read("dutch", _plain(_KEY, country="NL")),
    )
    _add(
        "dutch-by-a-stranger",
        "signed by another key than the anchor's.",
        _dutch_list([], signer=_OTHER),
        _SIGNATURE,
    )
    _add("dutch-other-content", "another payload was signed.", _dutch_list([], signed={}), _SIGNATURE)
    _add("dutch-no-anchor", "no anchor is pinned.", _dutch_list([]), _MISSING, pinned=())


def _swiss() -> None:
    kid = base64(key(_KEY).kid)
    point = {name: b64encode(_coordinate(name)).decode() for name in ("x", "y")}
    keys = {"certs": [{"keyId": kid, "use": "sig", "alg": "ES256", "crv": "P-256", **point}]}

    def add(
        name: str, description: str, expected: dict[str, Any] | str, active: bytes | None, **more: Any
    ) -> None:
        beside = {} if active is None else {"signature": base64(active)}
        _add(f"swiss{name}", description, _jws(keys, _SIGNER), expected, **beside, **more)

    active = _jws({"activeKeyIds": [kid]}, _SIGNER)
    add(
        "",
        "the keys, and the identifiers of those that are active, each in a JWS.",
        _read("swiss", _plain(_KEY)),
        active,
    )
    add(
        "-without-the-active",
        "the identifiers of the active keys are not there.",
        "trust-list-unreadable",
        None,
    )
    by_another = _jws({"activeKeyIds": [kid]}, _OTHER)
    add(
        "-active-by-a-stranger",
        "the identifiers of the active keys are signed by another key.",
        _SIGNATURE,
        by_another,
    )
    add("-no-anchor", "no anchor is pinned.", _MISSING, active, pinned=())


def _coordinate(name: str) -> bytes:
    number: int = getattr(key(_KEY).private.public_key().public_numbers(), name)
    return number.to_bytes(32, "big")


def _saved_by_verify_ehc() -> None:
    public = {name: value for name, value in _jwk(_KEY).items() if name != "kid"}
    entry = {
        "publicKey": public,
        "subject": {"C": "VN"},
        "usage": ["test"],
        "notValidBefore": "2025-01-01T00:00:00Z",
        "notValidAfter": "2027-01-01T00:00:00Z",
    }
    document = {"timestamp": "2026-01-31T12:00:00Z", "trustList": {key(_KEY).kid.hex(): entry}}
    dates = {"not_before": "2025-01-01T00:00:00Z", "not_after": "2027-01-01T00:00:00Z"}
    read = _read("verify-ehc", _plain(_KEY, country="VN", kinds=["test"], **dates))
    data = _json(document)
    _add(
        "verify-ehc",
        "keys with country, dates and usage; nobody signs it, and reading it is allowed.",
        data,
        read,
        pinned=(),
        allow_unsigned=True,
    )
    _add("verify-ehc-refused", "nobody signs it, and reading it is not allowed.", data, _UNSIGNED, pinned=())
    _add(
        "verify-ehc-with-anchor",
        "nobody signs it, reading it is allowed, and an anchor is pinned: it is refused all the same.",
        data,
        _UNSIGNED,
        allow_unsigned=True,
    )


def _british() -> None:
    data = _json([{"kid": base64(key(_KEY).kid), "publicKey": base64(spki(_KEY))}])
    read = _read("british", _plain(_KEY, country="GB"))
    named: dict[str, Any] = {"pinned": (), "format": "british"}
    _add(
        "british",
        "by its name all its keys are Great Britain's; nobody signs it, and reading it is allowed.",
        data,
        read,
        allow_unsigned=True,
        **named,
    )
    _add(
        "british-refused",
        "nobody signs it, and reading it is not allowed.",
        data,
        _UNSIGNED,
        **named,
    )


def _archive(*names: str) -> bytes:
    """A ZIP file whose bytes are always the same."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            certificate = key(name).certificate
            path = f"DSC/DCC/VN/{hashlib.sha256(certificate).hexdigest()}.pem"
            pem = b64encode(certificate)
            text = b"-----BEGIN CERTIFICATE-----\n" + pem + b"\n-----END CERTIFICATE-----\n"
            archive.writestr(zipfile.ZipInfo(path, (2026, 1, 31, 12, 0, 0)), text)
    return made.getvalue()


def _archived() -> None:
    data = _archive(_KEY)

    def add(name: str, description: str, expected: dict[str, Any] | str, made: bytes, **more: Any) -> None:
        text = base64(b64encode(made))
        _add(f"ec-archive{name}", description, data, expected, signature=text, **more)

    good = cms(data, _SIGNER)
    add(
        "", "a ZIP file, and a CMS message of an anchor over it.", _read("ec-archive", listed_key(_KEY)), good
    )
    add("-by-a-stranger", "signed by another key than the anchor's.", _SIGNATURE, cms(data, _OTHER))
    add("-other-content", "another archive was signed.", _SIGNATURE, cms(_archive(_OTHER), _SIGNER))
    add("-weak", "the signature is over SHA-1.", "weak-signature", cms(data, _SIGNER, weak=True))
    add("-no-anchor", "no anchor is pinned.", _MISSING, good, pinned=())
    _add("ec-archive-without-signature", "the ZIP file without its signature.", data, _UNSIGNED)


_german()
_gateway()
_austrian()
_web_keys()
_without_signature()
_dutch()
_swiss()
_saved_by_verify_ehc()
_british()
_archived()
