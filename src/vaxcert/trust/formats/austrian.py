"""The Austrian list: content in CBOR, and its signature in a file of its own. Read and written.

The content is `{"c": [{"i": key identifier, "c": certificate in DER}, ...]}`. The signature is a COSE_Sign1 message
whose protected header names the signer (4: the first 8 bytes of SHA-256 over its certificate) and the version (42: 2),
and whose payload is `{2: SHA-256 of the content, 4: until when it is usable, 5: since when}`. It is made anew every day
or two over content that rarely changes. The website's form holds both in base64 in one JSON document:
`{"trustList": {"trustListContent": ..., "trustListSignature": ...}}`.

Tools extend the entries for keys without certificate: `k` (SubjectPublicKeyInfo) with issuer and subject names (`is`,
`su`) and dates (`nb`, `na`). They are read, and not written.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

from vaxcert.codec import cbor, cose
from vaxcert.crypto.keys import verifying_key
from vaxcert.crypto.signer import Signer
from vaxcert.crypto.signing_certificate import SigningCertificate
from vaxcert.errors import DecodeError, Reason, TrustListError, UnsupportedError
from vaxcert.limits import MAX_TRUST_FILE_BYTES
from vaxcert.trust.anchors import Anchor
from vaxcert.trust.formats.reading import bare_keys, json_document
from vaxcert.trust.formats.reading.entries import Gathering, unreadable_entry
from vaxcert.trust.formats.reading.signers import environment_of, requires_signature
from vaxcert.trust.formats.reading.terms import ReadingTerms
from vaxcert.trust.origin import ListOrigin, Proof
from vaxcert.trust.trust_list import ListReading

NAME: Final = "austrian"

VERSION: Final = 2
"""Of the format, in the protected header."""

_VERSION_LABEL: Final = 42
_HASH: Final = 2
_USABLE_UNTIL: Final = 4
_ISSUED: Final = 5

_CONTENT_START: Final = re.compile(rb"[\xa1\xbf]\x61c[\x80-\x9f]")
_WEBSITE: Final = b'"trustListContent"'


def recognises(data: bytes) -> bool:
    """A CBOR map whose first key is `c`, for an array; or the website's JSON."""
    return _CONTENT_START.match(data) is not None or _is_website(data)


def read(data: bytes, terms: ReadingTerms) -> ListReading:
    """Read a list.

    Args:
        data: The content, or the website's JSON.
        terms: `signature` is the signature, unless the JSON holds it; a list without any needs `allow_unsigned`.
            Anchors are the signer's certificate or key.

    Raises:
        TrustListError: `trust-list-unsigned`, `trust-list-unreadable`, `trust-list-signature`, `weak-signature`,
            `anchor-missing`, `trust-list-threshold` or `trust-list-environment`.
    """
    content, signature = _from_website(data) if _is_website(data) else (data, terms.signature)
    anchor, issued, usable_until = _judged(content, signature, terms)
    entries = _entries(content)
    origin = ListOrigin(
        name=terms.source,
        format=NAME,
        proof=Proof.SIGNED if anchor is not None else Proof.UNSIGNED,
        issued=issued,
        usable_until=usable_until,
    )
    gathering = Gathering(origin, environment_of(terms, anchor))
    for position, entry in enumerate(entries, 1):
        with gathering.entry(str(position)):
            _gather(gathering, entry)
    return gathering.reading()


def write(
    certificates: Iterable[SigningCertificate], signer: Signer, *, issued: datetime, usable_until: datetime
) -> tuple[bytes, bytes]:
    """Write a list and sign it.

    Args:
        certificates: Its entries, in any order; the same ones always give the same content.
        signer: Of the anchor that readers have pinned.
        issued: Since when it is usable, aware; whole seconds are kept.
        usable_until: Until when, likewise. Two days after `issued` is usual.

    Returns:
        The content and the signature, each for a file of its own.

    Raises:
        ValueError: A time without zone, or a list that ends before it was issued.
    """
    if issued.tzinfo is None or usable_until.tzinfo is None:
        raise ValueError("a time has no time zone")
    if usable_until < issued:
        raise ValueError(f"a list that ends {usable_until:%Y-%m-%d}, before it was issued {issued:%Y-%m-%d}")
    entries = sorted({(certificate.kid, certificate.der) for certificate in certificates})
    content = cbor.dumps({"c": [{"i": kid, "c": der} for kid, der in entries]})
    payload = cbor.dumps(
        {
            _ISSUED: int(issued.timestamp()),
            _USABLE_UNTIL: int(usable_until.timestamp()),
            _HASH: hashlib.sha256(content).digest(),
        }
    )
    protected = cbor.dumps(
        {
            cose.ALGORITHM: int(signer.algorithm),
            cose.KEY_IDENTIFIER: signer.kid,
            _VERSION_LABEL: VERSION,
        }
    )
    signature = signer.sign(cose.sig_structure(protected, payload))
    return content, cose.write(protected, payload, signature)


_Judgement: TypeAlias = tuple[Anchor | None, datetime | None, datetime | None]


def _judged(content: bytes, signature: bytes | None, terms: ReadingTerms) -> _Judgement:
    """Who signed the content, since when it is usable and until when; all None when nobody judged."""
    if signature is None:
        terms.check_unsigned_allowed(NAME)
        return None, None, None
    if not requires_signature(terms, NAME):
        return None, None, None
    message = _message(signature)
    anchor = _signer(message, terms.anchors)
    claims = _claims(message)
    if claims.get(_HASH) != hashlib.sha256(content).digest():
        raise TrustListError(Reason.TRUST_LIST_SIGNATURE, "the signature is over another content")
    if claims.get(_ISSUED) is None or claims.get(_USABLE_UNTIL) is None:
        raise json_document.unreadable("the signature does not say from when to when the list is usable")
    return anchor, *json_document.period(claims, (_ISSUED, _USABLE_UNTIL))


def _message(signature: bytes) -> cose.Sign1:
    try:
        message = cose.read(signature)
    except (DecodeError, UnsupportedError) as error:
        raise TrustListError(Reason.TRUST_LIST_SIGNATURE, f"the signature: {error}") from None
    if message.protected_header.get(_VERSION_LABEL) != VERSION:
        raise json_document.unreadable(f"the signature is of another version, {VERSION} expected")
    return message


def _signer(message: cose.Sign1, anchors: Sequence[Anchor]) -> Anchor:
    """The anchor that signed. The key identifier is a hint: all are tried."""
    for anchor in anchors:
        if _is_signed_by(message, anchor):
            return anchor
    raise TrustListError(
        Reason.TRUST_LIST_SIGNATURE, f"the signature is by none of the {len(anchors)} anchors"
    )


def _is_signed_by(message: cose.Sign1, anchor: Anchor) -> bool:
    try:
        key = verifying_key(anchor.key)
    except UnsupportedError:
        return False
    if key.algorithm != message.algorithm or not key.is_signature(message.signature, message.sig_structure()):
        return False
    if key.is_small:
        raise TrustListError(Reason.WEAK_SIGNATURE, f"signed by an RSA key of {key.bits} bits, 2048 expected")
    return True


def _claims(message: cose.Sign1) -> dict[Any, Any]:
    try:
        claims = cbor.loads(message.payload)
    except DecodeError as error:
        raise json_document.unreadable(f"what was signed: {error}") from None
    if type(claims) is not dict:
        raise json_document.unreadable("what was signed is not a map")
    return claims


def _entries(content: bytes) -> list[Any]:
    if len(content) > MAX_TRUST_FILE_BYTES:
        raise json_document.unreadable(f"{len(content)} bytes, at most {MAX_TRUST_FILE_BYTES} expected")
    try:
        document = cbor.loads(content)
    except DecodeError as error:
        raise json_document.unreadable(f"{NAME} list: {error}") from None
    entries = document.get("c") if type(document) is dict else None
    if type(entries) is not list:
        raise json_document.unreadable(f"{NAME} list: not a map with an array of entries (c)")
    return entries


def _gather(gathering: Gathering, entry: Any) -> None:
    if type(entry) is not dict:
        raise unreadable_entry("not a map")
    kid = bare_keys.checked_identifier(entry.get("i"))
    if "c" not in entry:
        _gather_bare(gathering, entry, kid)
    elif type(entry["c"]) is bytes:
        gathering.certificate(entry["c"], stated_kid=kid)
    else:
        raise unreadable_entry("a certificate that is not bytes")


def _gather_bare(gathering: Gathering, entry: dict[Any, Any], kid: bytes) -> None:
    not_before, not_after = json_document.period(entry, ("nb", "na"))
    gathering.bare_key(
        bare_keys.from_info(entry.get("k")),
        kid=kid,
        country=bare_keys.country_of_name(entry.get("su")) or bare_keys.country_of_name(entry.get("is")),
        not_before=not_before,
        not_after=not_after,
    )


def _is_website(data: bytes) -> bool:
    return data.lstrip()[:1] == b"{" and _WEBSITE in data


def _from_website(data: bytes) -> tuple[bytes, bytes | None]:
    document = json_document.an_object(json_document.load(data, NAME), "the document")
    parts = json_document.an_object(document.get("trustList"), "trustList")
    content = json_document.octets(parts.get("trustListContent"), "trustListContent")
    if "trustListSignature" not in parts:
        return content, None
    return content, json_document.octets(parts["trustListSignature"], "trustListSignature")
