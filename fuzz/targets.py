"""What is fuzzed: functions of bytes that may raise the library's own errors, and nothing else.

A target also knows what must never come of any bytes, such as a certificate that is accepted and that no TEST key
has signed. Where the first byte chooses among readers, seeds have it in front (`fuzz.seeds`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final, TypeAlias

import cbor2

import vaxcert as vc
from fuzz.material import (
    AT,
    anchors,
    desk,
    facilities,
    sample,
    signed_content,
    signed_payload,
    strict_verifier,
    trusted,
    verifier,
    vietnamese,
)
from vaxcert.codec import container
from vaxcert.crypto import cms, jws, profile_check
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.crypto.profile_check import guessed_profile
from vaxcert.crypto.signing_certificate import SigningCertificate, read_certificates
from vaxcert.model.identifiers import certificate_id_findings, read_certificate_id
from vaxcert.model.mrz import read_mrz
from vaxcert.model.names import is_standard_name, split_vietnamese_name, transliterate
from vaxcert.presentation.decision_json import decision_json
from vaxcert.rules import certlogic
from vaxcert.rules.certlogic.validation import validate
from vaxcert.rules.identity import Traveller, traveller_of
from vaxcert.rules.lists import forms, signed
from vaxcert.rules.lists.reading import RuleTerms, combined
from vaxcert.rules.typed_traveller import typed_traveller
from vaxcert.scanned_text import read_scanned
from vaxcert.trust import attestation, facility_list, formats, own_list
from vaxcert.trust.anchors import read_anchors
from vaxcert.trust.attestation import check_attestation
from vaxcert.trust.formats.reading.terms import ReadingTerms
from vaxcert.trust.revocation import gateway, header, revocation_list
from vaxcert.trust.revocation.device_slices import DeviceSlices
from vaxcert.trust.revocation.filters import read_bloom_filter, read_hash_prefixes
from vaxcert.trust.revocation.german import GermanLists
from vaxcert.trust.revocation.hashes import HashType
from vaxcert.trust.revocation.ledger import read_entries
from vaxcert.trust.revocation.query import RevocationQuery
from vaxcert.verify import Outcome

Read: TypeAlias = Callable[[bytes], object]

_QUERY: Final = RevocationQuery(
    kid=bytes(8),
    algorithm=Algorithm.ES256,
    signature=bytes(64),
    issuer="VN",
    identifiers=("URN:UVCI:01:VN:1",),
)


def reader(data: bytes) -> None:
    """A certificate as text or bytes, without trust."""
    vc.inspect(_source(data))


def _source(data: bytes) -> str | bytes:
    return data.decode("utf-8", "replace") if data.startswith(b"H") else data


def verification(data: bytes) -> None:
    """A certificate against a trust list: whatever is accepted was signed by a TEST key over these very bytes."""
    source = _source(data)
    for one in (verifier(), strict_verifier()):
        report = one.report(source, at=AT)
        repr(report)
        if report.outcome is Outcome.ACCEPTED:
            _check_signed(source)


def _check_signed(source: str | bytes) -> None:
    message = container.read(source)
    structure = cbor2.dumps(["Signature1", message.protected, b"", message.payload])
    if not any(one.key.is_signature(message.signature, structure) for one in trusted()):
        raise AssertionError("accepted without a signature")


def content(data: bytes) -> None:
    """Claims of any form that a trusted key has signed, up to what the desk shows of them."""
    decision = desk().examine([signed_payload(data)], at=AT)
    decision_json(decision, vietnamese())


def trust_lists(data: bytes) -> None:
    """A list of keys in any published format."""
    chosen = formats.FORMATS[data[0] % len(formats.FORMATS)]
    for terms in (
        ReadingTerms(allow_unsigned=True),
        ReadingTerms(anchors=anchors(), max_age=timedelta(days=90)),
    ):
        for as_format in (None, chosen):
            _ours(lambda whole: formats.read(whole, terms, as_format=as_format), data[1:])  # noqa: B023 - at once


def documents(data: bytes) -> None:
    """Contents of any form in documents of ours that an anchor has signed; and the documents themselves."""
    kinds: tuple[tuple[str, Read], ...] = (
        (own_list.CONTENT_TYPE, lambda whole: formats.read(whole, ReadingTerms(anchors=anchors()))),
        (facility_list.CONTENT_TYPE, lambda whole: facility_list.read(whole, anchors()).check_usable(at=AT)),
        (signed.CONTENT_TYPE, lambda whole: forms.read(whole, RuleTerms(anchors=anchors()))),
        (attestation.CONTENT_TYPE, lambda whole: check_attestation(whole, facilities(), at=AT)),
    )
    content_type, read = kinds[data[0] % len(kinds)]
    _ours(read, data[1:])
    _ours(read, signed_content(data[1:], content_type))


def revocation(data: bytes) -> None:
    """A file of a revocation list, of any publisher."""
    readers: tuple[Read, ...] = (
        _own_revocation_list,
        lambda data: gateway.GatewayBatches([gateway.read_batch(data)]).answer(_QUERY, at=AT),
        gateway.read_listing,
        lambda data: read_bloom_filter(data).might_contain(bytes(32)),
        lambda data: read_hash_prefixes(data).might_contain(bytes(32)),
        lambda data: DeviceSlices(_folder(data), fetched=AT).answer(_QUERY, at=AT),
        lambda data: GermanLists(_folder(data), anchors(), fetched=AT).answer(_QUERY, at=AT),
        lambda data: list(read_entries(data.decode("utf-8", "replace").splitlines())),
        header.decode,
    )
    _ours(readers[data[0] % len(readers)], data[1:])


def _own_revocation_list(data: bytes) -> None:
    def read_at(start: int, length: int) -> bytes:
        return data[start : start + length]

    _, document = revocation_list.read_unjudged(read_at, len(data))
    _ours(lambda _: document.check(), data)
    for kind in HashType:
        _ours(lambda _: document.find(header.Change.REVOKED, kind, bytes(16)), data)  # noqa: B023 - at once
    whole = revocation_list.RevocationList([document])
    _ours(lambda _: whole.answer(_QUERY, at=AT), data)


def _folder(data: bytes) -> Callable[[str], bytes | None]:
    """A folder in which every file holds the next part of the data, parted by lines of two equals signs."""
    parts = iter(data.split(b"\n==\n"))
    found: dict[str, bytes | None] = {}

    def read_file(name: str) -> bytes | None:
        if name not in found:
            found[name] = next(parts, None)
        return found[name]

    return read_file


def rules(data: bytes) -> None:
    """Rules of countries in every form, and what they say of a certificate."""
    found = combined([forms.read(data, RuleTerms())])
    _, certificate, claims = sample()
    for country in ("VN", "DE", "LU"):
        found.answer(certificate, claims, country=country, at=AT)


def logic(data: bytes) -> None:
    """CertLogic: an expression and what it is asked about, as the two members of a JSON array."""
    try:
        expression, about = json.loads(data)
    except (ValueError, TypeError, RecursionError):
        return
    _ours(lambda _: validate(expression), data)
    _ours(lambda _: certlogic.evaluate(expression, about), data)


def travellers(data: bytes) -> None:
    """What is scanned and typed: zones of travel documents, names, birth dates, identifiers, certificates."""
    text = data[1:].decode("utf-8", "replace")
    readers: tuple[Callable[[str], object], ...] = (
        lambda text: traveller_of(read_mrz(text, at=AT)),
        lambda text: read_scanned(text).text,
        _name,
        lambda text: typed_traveller("NGUYEN", text),
        lambda text: (read_certificate_id(text), certificate_id_findings(text)),
        _identity,
    )
    chosen = readers[data[0] % len(readers)]
    _ours(lambda _: chosen(text), data)


def _name(text: str) -> None:
    split_vietnamese_name(text)
    standard = transliterate(text)
    if standard and not is_standard_name(standard):
        raise AssertionError("a transliteration with letters of no machine readable zone")


def _identity(text: str) -> None:
    family, _, given = text.partition("\n")
    traveller = Traveller(family_name=family, given_name=given)
    desk().examine([sample()[0]], at=AT, traveller=traveller)


def certificates(data: bytes) -> None:
    """Signing certificates, anchors, CMS and JWS."""
    readers: tuple[Read, ...] = (
        _profiled,
        read_anchors,
        cms.verify,
        lambda data: jws.certificates(jws.read(data)),
    )
    _ours(readers[data[0] % len(readers)], data[1:])


def _profiled(data: bytes) -> None:
    for reading in read_certificates(data):
        if isinstance(reading, SigningCertificate):
            profile_check.check(reading, guessed_profile(reading), at=AT)


def _ours(read: Callable[[Any], object], data: bytes) -> None:
    try:
        read(data)
    except vc.VaxcertError as error:
        if "\n" in str(error):
            raise AssertionError("an error of several lines") from error


_ALL: Final = (
    reader,
    verification,
    content,
    trust_lists,
    documents,
    revocation,
    rules,
    logic,
    travellers,
    certificates,
)
TARGETS: Final[dict[str, Read]] = {one.__name__.replace("_", "-"): one for one in _ALL}
"""Every target, by the name of its function. None is asked about no bytes at all."""
