from __future__ import annotations

import hashlib
import json
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import given
from hypothesis import strategies as st
from tests.support import gdhcn as made
from tests.support import lists

from vaxcert.errors import Reason, TrustListError
from vaxcert.limits import MAX_BUNDLE_CERTIFICATES, MAX_TRUST_FILE_BYTES
from vaxcert.trust import formats
from vaxcert.trust.formats import ReadingTerms, gdhcn
from vaxcert.trust.formats.gdhcn.document import read_document
from vaxcert.trust.formats.gdhcn.network import networks
from vaxcert.trust.formats.gdhcn.proof import canonical_document, canonical_proof_options, signing_input
from vaxcert.trust.list_findings import ListFinding, ListFindingCode
from vaxcert.trust.origin import Environment, Proof
from vaxcert.trust.trust_list import ListReading

TERMS = ReadingTerms(source="test", anchors=(made.anchor(),))
WITH_TESTS = ReadingTerms(anchors=(made.anchor(),), test_participants=True)
Members = dict[str, Any]


def reading(
    *entries: Members | str, terms: ReadingTerms = TERMS, of: str = "DEV", **members: Any
) -> ListReading:
    return gdhcn.read(made.signed(made.document(*entries, of=of, **members)), terms)


def refusal(data: bytes, terms: ReadingTerms = TERMS) -> TrustListError:
    with pytest.raises(TrustListError) as caught:
        gdhcn.read(data, terms)
    assert "\n" not in str(caught.value)
    return caught.value


def codes(read: ListReading) -> Counter[str]:
    return Counter(finding.code for finding in read.findings)


def found(read: ListReading, code: ListFindingCode) -> ListFinding:
    (finding,) = (finding for finding in read.findings if finding.code is code)
    return finding


def dsc(**changes: Any) -> Members:
    return made.entry(made.signer(), made.authority(), **changes)


# --- what a sound document gives


def test_keys_and_authorities_of_a_sound_document() -> None:
    read = reading(dsc(), made.entry(made.authority(), usage="SCA"))
    (key,) = read.keys
    digest = hashlib.sha256(made.signer()).digest()
    assert (key.digest, key.kid, key.country, key.domain) == (digest, digest[:8], "VN", "DCC")
    assert key.environment is Environment.TEST
    assert (key.not_before, key.not_after) == (made.STARTS, made.ENDS)
    assert [authority.der for authority in read.authorities] == [made.authority()]
    assert (read.entries, read.kids_confirmed) == (2, 2)
    assert (read.problems, read.findings) == ((), ())
    assert key.origin is read.origin
    assert (read.origin.name, read.origin.format, read.origin.proof) == ("test", "gdhcn", Proof.SIGNED)
    assert read.origin.issued == datetime(2023, 1, 1, tzinfo=UTC)
    assert (read.origin.number, read.origin.usable_until) == (None, None)


@pytest.mark.parametrize("usage", ["SCA", "CSCA"])
def test_authorities_of_either_name(usage: str) -> None:
    read = reading(made.entry(made.authority(), usage=usage))
    assert len(read.authorities) == 1
    assert read.keys == ()


@pytest.mark.parametrize("usage", ["DECA", "DESC", "TLS", "UP", "dsc"])
def test_other_usages_are_reported_and_left_out(usage: str) -> None:
    read = reading(dsc(usage=usage))
    assert (read.keys, read.authorities) == ((), ())
    assert found(read, ListFindingCode.OTHER_USAGE).detail == f"VNM {usage}"


def test_a_document_without_entries_is_read() -> None:
    read = reading()
    assert (read.keys, read.entries, read.problems) == ((), 0, ())


def test_the_registry_of_formats_recognises_it() -> None:
    data = made.signed(made.document(dsc()))
    assert formats.recognised(data).name == "gdhcn"
    assert formats.recognised(b"\n  " + data).name == "gdhcn"
    assert len(formats.read(data, TERMS).keys) == 1


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b'{"keys": []}', b"-----BEGIN CERTIFICATE-----", b"\x00"]
)
def test_other_content_is_not_recognised(data: bytes) -> None:
    assert not gdhcn.recognises(data)


MARKS = b'{"id": "did:web:x", "verificationMethod": []}'


@pytest.mark.parametrize(
    ("data", "is_one"),
    [
        (MARKS, True),
        (b"\xef\xbb\xbf \t\r\n" + MARKS, True),
        (b" " * 4095 + MARKS, True),
        (b" " * 4096 + MARKS, False),
        (b"\0" + MARKS, False),
        (b"[" + MARKS, False),
        (b'{"id": "did:web:x"}', False),
        (b'{"verificationMethod": []}', False),
    ],
)
def test_what_it_is_recognised_by(data: bytes, is_one: bool) -> None:
    assert gdhcn.recognises(data) is is_one


# --- the three networks


@pytest.mark.parametrize(
    ("of", "environment"),
    [("PROD", Environment.PRODUCTION), ("UAT", Environment.TEST), ("DEV", Environment.TEST)],
)
def test_the_network_tells_the_environment(of: str, environment: Environment) -> None:
    read = reading(dsc(), of=of)
    assert read.environment is environment
    assert [key.environment for key in read.keys] == [environment]


def test_networks_have_a_key_each() -> None:
    assert [network.name for network in networks()] == ["PROD", "UAT", "DEV"]
    digests = {anchor.digest for network in networks() for anchor in network.anchors}
    assert len(digests) == 3
    for network in networks():
        assert all(anchor.environment is network.environment for anchor in network.anchors)


@pytest.mark.parametrize("of", ["PROD", "UAT", "DEV"])
def test_without_anchors_the_pinned_keys_judge(of: str) -> None:
    by_nobody_pinned = made.signed(made.document(dsc(), of=of))
    assert refusal(by_nobody_pinned, ReadingTerms()).reason is Reason.TRUST_LIST_SIGNATURE


@pytest.mark.parametrize("part", ["id", "@context", "signer"])
def test_parts_of_two_networks(part: str) -> None:
    document, other = made.document(dsc()), made.document(of="PROD")
    if part == "signer":
        document["proof"]["verificationMethod"] = other["proof"]["verificationMethod"]
    else:
        document[part] = other[part]
    assert refusal(made.signed(document)).reason is Reason.TRUST_LIST_ENVIRONMENT


@pytest.mark.parametrize(
    "host", ["example.com", "tng-cdn.who.int.example.com", "TNG-CDN.who.int", "tng-cdn.who.int%3A443"]
)
def test_a_host_of_no_network(host: str) -> None:
    document = made.document(dsc(), id=f"did:web:{host}:v2:trustlist")
    assert refusal(made.signed(document)).reason is Reason.TRUST_LIST_ENVIRONMENT


def test_an_unknown_context() -> None:
    document = made.document(dsc())
    document["@context"][2] = "https://example.com/v1.jsonld"
    assert refusal(made.encoded(document)).reason is Reason.TRUST_LIST_ENVIRONMENT


@pytest.mark.parametrize(
    ("of", "wanted", "accepted"),
    [
        ("PROD", Environment.PRODUCTION, True),
        ("PROD", Environment.TEST, False),
        ("DEV", Environment.TEST, True),
        ("DEV", Environment.PRODUCTION, False),
        ("UAT", Environment.PRODUCTION, False),
    ],
)
def test_the_environment_of_terms_and_anchors(of: str, wanted: Environment, accepted: bool) -> None:
    data = made.signed(made.document(dsc(), of=of))
    for terms in (
        ReadingTerms(anchors=(made.anchor(),), environment=wanted),
        ReadingTerms(anchors=(made.anchor(environment=wanted),)),
    ):
        if accepted:
            assert gdhcn.read(data, terms).environment is wanted
        else:
            assert refusal(data, terms).reason is Reason.TRUST_LIST_ENVIRONMENT


def test_an_anchor_of_another_environment_does_not_judge_beside_others() -> None:
    data = made.signed(made.document(dsc()))
    wrong, other = made.anchor(environment=Environment.PRODUCTION), made.anchor("other")
    assert refusal(data, ReadingTerms(anchors=(wrong, other))).reason is Reason.TRUST_LIST_SIGNATURE
    assert gdhcn.read(data, ReadingTerms(anchors=(wrong, other, made.anchor()))).keys


def test_anchors_that_cannot_sign_documents_never_have() -> None:
    other_curve = made.anchor_of(made.key("anchor", ec.SECP384R1).public_key())
    rsa_anchor = made.anchor_of(made.rsa_key().public_key())
    data = made.signed(made.document(dsc()))
    assert (
        refusal(data, ReadingTerms(anchors=(other_curve, rsa_anchor))).reason is Reason.TRUST_LIST_SIGNATURE
    )


def test_a_signature_on_another_curve_is_not_accepted() -> None:
    private_key = made.key("anchor", ec.SECP384R1)
    data = made.signed(made.document(dsc()), private_key)
    anchors = (made.anchor_of(private_key.public_key()),)
    assert refusal(data, ReadingTerms(anchors=anchors)).reason is Reason.TRUST_LIST_SIGNATURE


def test_two_signatures_cannot_be_had() -> None:
    terms = ReadingTerms(anchors=(made.anchor(), made.anchor("other")), threshold=2)
    assert refusal(made.signed(made.document(dsc())), terms).reason is Reason.TRUST_LIST_THRESHOLD


# --- the proof


STATEMENTS = """\
<did:web:tng-cdn.who.int:v2:trustlist:DCC:EST:DSC#AAAAAAAAAAA=> \
<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://w3id.org/security#JsonWebKey2020> .
<did:web:tng-cdn.who.int:v2:trustlist:DCC:EST:DSC#AAAAAAAAAAA=> \
<https://smart.who.int/trust/ValueSet-Domains.jsonld> <https://smart.who.int/trust/ValueSet-Domains.jsonld#DCC> .
<did:web:tng-cdn.who.int:v2:trustlist:DCC:EST:DSC#AAAAAAAAAAA=> \
<https://smart.who.int/trust/ValueSet-KeyUsage.jsonld> <https://smart.who.int/trust/ValueSet-KeyUsage.jsonld#DSC> .
<did:web:tng-cdn.who.int:v2:trustlist:DCC:EST:DSC#AAAAAAAAAAA=> \
<https://smart.who.int/trust/ValueSet-Participants.jsonld> \
<https://smart.who.int/trust/ValueSet-Participants.jsonld#EST> .
<did:web:tng-cdn.who.int:v2:trustlist:DCC:EST:DSC#AAAAAAAAAAA=> \
<https://w3id.org/security#controller> <did:web:tng-cdn.who.int:v2:trustlist:DCC:EST> .
<did:web:tng-cdn.who.int:v2:trustlist:DCC:EST:DSC#AAAAAAAAAAA=> \
<https://w3id.org/security#publicKeyJwk> \
"{\\"crv\\":\\"P-256\\",\\"kid\\":\\"AAAAAAAAAAA=\\",\\"kty\\":\\"EC\\",\\"x\\":\\"AQ\\",\\"x5c\\":[\\"AA==\\",\\"+/==\\"],\
\\"y\\":\\"Ag\\"}"^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON> .
<did:web:tng-cdn.who.int:v2:trustlist:DCC:EST:DSC> <https://w3id.org/security#controller> \
<did:web:tng-cdn.who.int:v2:trustlist:DCC:EST> .
<did:web:tng-cdn.who.int:v2:trustlist:DCC:EST:DSC> <https://w3id.org/security#verificationMethod> \
<did:web:tng-cdn.who.int:v2:trustlist:DCC:EST:DSC#AAAAAAAAAAA=> .
"""
PROOF_STATEMENTS = """\
_:c14n0 <http://purl.org/dc/terms/created> \
"2026-08-22T17:05:01Z"^^<http://www.w3.org/2001/XMLSchema#dateTime> .
_:c14n0 <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://w3id.org/security#JsonWebSignature2020> .
_:c14n0 <https://w3id.org/security#nonce> "n1" .
_:c14n0 <https://w3id.org/security#proofPurpose> <https://w3id.org/security#assertionMethod> .
_:c14n0 <https://w3id.org/security#verificationMethod> \
<did:web:raw.githubusercontent.com:WorldHealthOrganization:tng-participants-prod:main:WHO:signing:DID> .
"""


def small_document() -> Members:
    did = "did:web:tng-cdn.who.int:v2:trustlist:DCC:EST"
    jwk = {"kty": "EC", "kid": "AAAAAAAAAAA=", "x5c": ["AA==", "+/=="], "crv": "P-256", "x": "AQ", "y": "Ag"}
    method = {
        "id": f"{did}:DSC#AAAAAAAAAAA=",
        "type": "JsonWebKey2020",
        "controller": did,
        "publicKeyJwk": jwk,
        "domain": {"code": "#DCC"},
        "participant": {"code": "#EST"},
        "keyusage": {"code": "#DSC"},
    }
    document = made.document(method, of="PROD", id=f"{did}:DSC", controller=did)
    document["proof"] |= {"created": "2026-08-22T17:05:01Z", "nonce": "n1"}
    return document


def test_what_is_signed_written_out_by_hand() -> None:
    document = read_document(made.encoded(small_document()))
    assert canonical_document(document, value_sets="").decode() == STATEMENTS
    assert canonical_proof_options(document.proof).decode() == PROOF_STATEMENTS
    parts = (PROOF_STATEMENTS.encode(), STATEMENTS.encode())
    digests = b"".join(hashlib.sha256(part).digest() for part in parts)
    header = b"eyJiNjQiOmZhbHNlLCJjcml0IjpbImI2NCJdLCJhbGciOiJFUzI1NiJ9"
    assert signing_input(document, value_sets="") == header + b"." + digests


def test_order_and_repetition_of_entries_change_nothing() -> None:
    first, second = dsc(), made.entry(made.signer("DSC 2"), made.authority())
    document = json.loads(made.signed(made.document(first, second)))
    document["verificationMethod"] = [second, first, second]
    read = gdhcn.read(made.encoded(document), TERMS)
    assert set(read.keys) == set(reading(first, second).keys)
    assert (len(read.keys), read.entries) == (2, 3)
    assert codes(read) == {"entry-repeated": 1}


def raw_form(signature: bytes) -> bytes:
    r, s = decode_dss_signature(signature)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def test_a_signature_in_the_form_of_jws_is_not_accepted() -> None:
    document = json.loads(made.signed(made.document(dsc())))
    header, _, text = document["proof"]["jws"].partition("..")
    raw = raw_form(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    document["proof"]["jws"] = f"{header}..{urlsafe_b64encode(raw).decode().rstrip('=')}"
    assert refusal(made.encoded(document)).reason is Reason.TRUST_LIST_SIGNATURE


def changed_participant(document: Members) -> None:
    document["verificationMethod"][0]["participant"]["code"] = "#FRA"


def changed_domain(document: Members) -> None:
    document["verificationMethod"][0]["domain"]["code"] = "#ICVP"


def changed_usage(document: Members) -> None:
    document["verificationMethod"][1]["keyusage"]["code"] = "#DSC"


def changed_certificate(document: Members) -> None:
    forged = made.signer("DSC", made.key("attacker"), issuer_key=made.key("attacker"))
    document["verificationMethod"][0] = made.entry(forged, made.authority())


def dropped_certificate(document: Members) -> None:
    del document["verificationMethod"][0]["publicKeyJwk"]["x5c"][1]


def dropped_key(document: Members) -> None:
    del document["verificationMethod"][0]


def added_reference(document: Members) -> None:
    document["verificationMethod"].append("did:web:example.com")


def changed_date(document: Members) -> None:
    document["proof"]["created"] = "2023-01-02T00:00:00Z"


def changed_nonce(document: Members) -> None:
    document["proof"]["nonce"] = ""


def changed_id(document: Members) -> None:
    document["id"] += ":DCC"


def changed_controller(document: Members) -> None:
    document["controller"] += ":DCC"


def cut_signature(document: Members) -> None:
    header, _, signature = document["proof"]["jws"].partition("..")
    document["proof"]["jws"] = f"{header}..{signature[:88]}"  # 66 bytes, and no bits to spare


TAMPERED: list[Callable[[Members], None]] = [
    changed_participant,
    changed_domain,
    changed_usage,
    changed_certificate,
    dropped_certificate,
    dropped_key,
    added_reference,
    changed_date,
    changed_nonce,
    changed_id,
    changed_controller,
    cut_signature,
]


@pytest.mark.parametrize("tamper", TAMPERED)
def test_what_the_proof_covers(tamper: Callable[[Members], None]) -> None:
    document = json.loads(made.signed(made.document(dsc(), made.entry(made.authority(), usage="SCA"))))
    assert gdhcn.read(made.encoded(document), TERMS).keys
    tamper(document)
    assert refusal(made.encoded(document)).reason is Reason.TRUST_LIST_SIGNATURE


def test_a_proof_of_another_document() -> None:
    one, other = (json.loads(made.signed(made.document(dsc(domain=name)))) for name in ("DCC", "ICVP"))
    one["proof"] = other["proof"]
    assert refusal(made.encoded(one)).reason is Reason.TRUST_LIST_SIGNATURE


@pytest.mark.parametrize(
    "header",
    [
        {"b64": False, "crit": ["b64"], "alg": "none"},
        {"b64": False, "crit": ["b64"], "alg": "EC"},
        {"b64": False, "crit": ["b64"], "alg": "HS256"},
        {"b64": True, "crit": ["b64"], "alg": "ES256"},
        {"b64": 0, "crit": ["b64"], "alg": "ES256"},
        {"b64": False, "crit": ["b64", "exp"], "alg": "ES256"},
        {"b64": False, "alg": "ES256"},
        {"b64": False, "crit": ["b64"], "alg": "ES256", "kid": "x"},
        {},
        [],
        "ES256",
    ],
)
def test_no_other_jws_header(header: object) -> None:
    document = made.document(dsc())
    text = urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")
    document["proof"]["jws"] = f"{text}..AAAA"
    assert refusal(made.encoded(document)).reason is Reason.TRUST_LIST_UNREADABLE


@pytest.mark.parametrize(
    "jws",
    ["A..AAAA", "AAAA..AAAA", f"{made.HEADER}..A", f"{made.HEADER}..AB", f"{made.HEADER}.AA.AAAA", ".."],
)
def test_a_proof_that_is_no_detached_jws(jws: str) -> None:
    document = made.document(dsc())
    document["proof"]["jws"] = jws
    assert refusal(made.encoded(document)).reason is Reason.TRUST_LIST_UNREADABLE


# --- the shape


def at(document: Members, *path: str | int) -> Any:
    value: Any = document
    for step in path:
        value = value[step]
    return value


OBJECTS: list[tuple[str | int, ...]] = [
    (),
    ("proof",),
    ("verificationMethod", 0),
    ("verificationMethod", 0, "publicKeyJwk"),
    ("verificationMethod", 0, "domain"),
    ("verificationMethod", 0, "participant"),
    ("verificationMethod", 0, "keyusage"),
]
VALUES = [(*path, name) for path in OBJECTS for name in at(made.document(dsc()), *path)]


@pytest.mark.parametrize("path", OBJECTS)
def test_unknown_members_are_refused(path: tuple[str | int, ...]) -> None:
    document = json.loads(made.signed(made.document(dsc())))
    at(document, *path)["alsoTrust"] = "x"
    error = refusal(made.encoded(document))
    assert error.reason is Reason.TRUST_LIST_UNREADABLE
    assert "'alsoTrust' is unknown" in str(error)


@pytest.mark.parametrize("path", VALUES)
def test_missing_members_are_refused(path: tuple[str | int, ...]) -> None:
    document = json.loads(made.signed(made.document(dsc())))
    del at(document, *path[:-1])[path[-1]]
    assert refusal(made.encoded(document)).reason is Reason.TRUST_LIST_UNREADABLE


@pytest.mark.parametrize("value", [None, 1, True, {}, [], [None], ["x"], "", 'x"', "\\", "ł", "x y\n", "_:b"])
@pytest.mark.parametrize("path", VALUES)
def test_members_of_another_form_are_refused(path: tuple[str | int, ...], value: object) -> None:
    """None of them is accepted, nor makes two documents look alike."""
    document = json.loads(made.signed(made.document(dsc())))
    at(document, *path[:-1])[path[-1]] = value
    assert refusal(made.encoded(document)).reason in (
        Reason.TRUST_LIST_UNREADABLE,
        Reason.TRUST_LIST_SIGNATURE,
        Reason.TRUST_LIST_ENVIRONMENT,
    )


FORM = "not text of the expected form"
KEY = ("verificationMethod", 0)
JWK = (*KEY, "publicKeyJwk")


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (("@context",), [], "its @context is not that of a GDHCN document"),
        (("@context",), {}, "its @context is not that of a GDHCN document"),
        (("@context", 0), "https://example.com", "its @context is not that of a GDHCN document"),
        (("@context", 1), "https://example.com", "its @context is not that of a GDHCN document"),
        (("@context", 2), '"', f"the third @context: {FORM}"),
        (("id",), "did:key:x", f"id: {FORM}"),
        (("controller",), "did:key:x", f"controller: {FORM}"),
        (("verificationMethod",), {}, "verificationMethod is not a list of at most 10000 entries"),
        ((*KEY,), "x", f"entry 1: {FORM}"),
        ((*KEY, "id"), "did:web:x", f"entry 1, id: {FORM}"),
        ((*KEY, "type"), "Other", "entry 1: its type is not JsonWebKey2020"),
        ((*KEY, "controller"), "x", f"entry 1, controller: {FORM}"),
        ((*KEY, "domain", "code"), "DCC", f"entry 1, domain: {FORM}"),
        ((*KEY, "participant", "code"), "#", f"entry 1, participant: {FORM}"),
        ((*KEY, "keyusage", "code"), 1, f"entry 1, keyusage: {FORM}"),
        ((*JWK,), [], "entry 1, publicKeyJwk: not an EC or RSA key"),
        ((*JWK, "kty"), "oct", "entry 1, publicKeyJwk: not an EC or RSA key"),
        ((*JWK, "kty"), ["EC"], "entry 1, publicKeyJwk: not an EC or RSA key"),
        ((*JWK, "x5c"), [], "entry 1, publicKeyJwk: x5c is not a list of certificates"),
        ((*JWK, "x5c"), "AA==", "entry 1, publicKeyJwk: x5c is not a list of certificates"),
        ((*JWK, "x"), '"', f"entry 1, publicKeyJwk: {FORM}"),
        ((*JWK, "x5c", 0), 1, f"entry 1, publicKeyJwk: {FORM}"),
        (("proof", "type"), "Other", "its proof is not a JsonWebSignature2020 for assertionMethod"),
        (("proof", "proofPurpose"), "x", "its proof is not a JsonWebSignature2020 for assertionMethod"),
        (("proof", "created"), "2023", f"proof, created: {FORM}"),
        (("proof", "created"), "2023-02-30T00:00:00Z", "proof, created: no such date"),
        (("proof", "nonce"), 1, f"proof, nonce: {FORM}"),
        (("proof", "verificationMethod"), "x", f"proof, verificationMethod: {FORM}"),
        (("proof", "jws"), "A.B.C", f"proof, jws: {FORM}"),
        (("proof", "jws"), "A..AAAA", "its proof is not a JWS"),
        (("proof", "jws"), "e30..AAAA", "its proof is not a detached JWS with ES256 over unencoded content"),
    ],
)
def test_the_part_of_another_form_is_named(path: tuple[str | int, ...], value: object, problem: str) -> None:
    document = json.loads(made.signed(made.document(dsc())))
    at(document, *path[:-1])[path[-1]] = value
    error = refusal(made.encoded(document))
    assert error.reason is Reason.TRUST_LIST_UNREADABLE
    assert str(error) == f"GDHCN document: {problem}"


@pytest.mark.parametrize(
    ("path", "where"),
    [
        (("id",), "document: member id"),
        (("controller",), "document: member controller"),
        (("proof", "jws"), "proof: member jws"),
        ((*KEY, "domain"), "entry 1: member domain"),
        ((*KEY, "domain", "code"), "entry 1, domain: member code"),
        ((*JWK, "kid"), "entry 1, publicKeyJwk: member kid"),
    ],
)
def test_the_missing_member_is_named(path: tuple[str | int, ...], where: str) -> None:
    document = json.loads(made.signed(made.document(dsc())))
    del at(document, *path[:-1])[path[-1]]
    assert str(refusal(made.encoded(document))) == f"GDHCN document: {where} is missing"


def test_no_more_of_an_unknown_member_is_shown_than_needed() -> None:
    document = json.loads(made.signed(made.document(dsc())))
    document["y" * 41] = document["z"] = 1
    expected = f"GDHCN document: document: member '{'y' * 40}' is unknown, and no proof covers it"
    assert str(refusal(made.encoded(document))) == expected


@pytest.mark.parametrize("member", [b'"id"', b'"participant"', b'"code"', b'"x5c"', b'"jws"', b'"proof"'])
def test_members_that_are_there_twice_are_refused(member: bytes) -> None:
    data = made.signed(made.document(dsc()))
    twice = data.replace(member + b":", member + b":null," + member + b":", 1)
    assert json.loads(twice) == json.loads(data)
    assert refusal(twice).reason is Reason.TRUST_LIST_UNREADABLE


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"{}",
        b"\xff\xfe{\x00}\x00",
        b'{"id": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"id":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"id": ' + b"9" * 5000 + b"}",
        b'{"id": NaN}',
        b'{"id": "\\ud800"}',
    ],
    ids=lambda data: data[:12].hex(),
)
def test_what_is_no_document(data: bytes) -> None:
    assert refusal(data).reason is Reason.TRUST_LIST_UNREADABLE


def test_what_is_no_json_is_told_with_the_name_of_the_format() -> None:
    assert str(refusal(b"{")) == "GDHCN list: not JSON in UTF-8"


def test_a_document_cut_short() -> None:
    data = made.signed(made.document(dsc()))
    for length in range(0, len(data), 97):
        assert refusal(data[:length]).reason is Reason.TRUST_LIST_UNREADABLE


def test_a_huge_document() -> None:
    data = made.signed(made.document(dsc()))
    assert gdhcn.read(data + b" " * (MAX_TRUST_FILE_BYTES - len(data)), TERMS).keys
    error = refusal(data + b" " * (MAX_TRUST_FILE_BYTES - len(data) + 1))
    assert error.reason is Reason.TRUST_LIST_UNREADABLE


def test_more_entries_than_any_list_has() -> None:
    references = ["did:web:example.com"] * MAX_BUNDLE_CERTIFICATES
    error = refusal(made.encoded(made.document(dsc(), *references)))
    assert error.reason is Reason.TRUST_LIST_UNREADABLE
    read = reading(dsc(), *references[1:])
    assert (read.entries, len(read.keys)) == (MAX_BUNDLE_CERTIFICATES, 1)


@pytest.mark.parametrize("created", ["2023-02-30T00:00:00Z", "2023-01-01T24:00:00Z", "0000-01-01T00:00:00Z"])
def test_a_date_that_is_none(created: str) -> None:
    document = made.document(dsc())
    document["proof"]["created"] = created
    assert refusal(made.encoded(document)).reason is Reason.TRUST_LIST_UNREADABLE


@pytest.mark.parametrize(
    "did", ["did:web:tng-cdn.who.int:trustlist", "did:web:tng-cdn-dev.who.int:trustlist:vnm"]
)
def test_version_1_is_refused_by_name(did: str) -> None:
    data = made.encoded({"@context": [], "id": did, "verificationMethod": [{"id": "x"}]})
    assert gdhcn.recognises(data)
    error = refusal(data)
    assert error.reason is Reason.TRUST_LIST_UNREADABLE
    assert "v1 document, which is deprecated" in str(error)


def test_a_private_key_in_the_list_is_refused() -> None:
    assert refusal(made.encoded(made.document(dsc(d="AQ")))).reason is Reason.TRUST_LIST_UNREADABLE


@given(st.binary(max_size=300))
def test_any_bytes_are_a_list_or_an_error(data: bytes) -> None:
    gdhcn.recognises(data)
    assert refusal(data).reason is Reason.TRUST_LIST_UNREADABLE


@given(st.data())
def test_any_change_of_a_byte_is_refused_or_changes_nothing(data: st.DataObject) -> None:
    sound = _SOUND
    place = data.draw(st.integers(0, len(sound) - 1))
    octet = data.draw(st.integers(0, 255))
    changed = sound[:place] + bytes([octet]) + sound[place + 1 :]
    try:
        read = gdhcn.read(changed, TERMS)
    except TrustListError:
        return
    assert read == gdhcn.read(sound, TERMS)


_SOUND = made.signed(made.document(dsc(), made.entry(made.authority(), usage="SCA")))


@pytest.mark.parametrize("text", ["x", "\\", "ł"])
def test_texts_of_a_key_need_no_escaping(text: str) -> None:
    document = json.loads(made.signed(made.document(dsc())))
    jwk = at(document, *JWK)
    jwk["y"] = jwk["y"] + text
    reason = refusal(made.encoded(document)).reason
    assert reason is (Reason.TRUST_LIST_SIGNATURE if text == "x" else Reason.TRUST_LIST_UNREADABLE)


# --- references


def test_references_are_never_followed() -> None:
    data = made.signed(made.document("did:web:tng-cdn-dev.who.int:v2:trustlist-ref:-", "did:web:example.com"))
    error = refusal(data)
    assert error.reason is Reason.TRUST_LIST_UNREADABLE
    assert "never followed" in str(error)


def test_a_reference_document_with_a_bad_proof() -> None:
    data = made.encoded(made.document("did:web:example.com"))
    assert refusal(data).reason is Reason.TRUST_LIST_SIGNATURE


def test_references_among_keys_are_problems() -> None:
    read = reading("did:web:example.com", dsc(), "did:key:z6Mk#x")
    assert len(read.keys) == 1
    assert read.entries == 3
    assert [problem.reason for problem in read.problems] == [Reason.TRUST_ENTRY_UNREADABLE] * 2
    assert str(read.problems[0]) == "entry 1: did:web:example.com is a reference, which is never followed"


def test_no_more_of_a_reference_is_shown_than_needed() -> None:
    reference = "did:web:" + "x" * 90
    read = reading(reference, dsc())
    assert str(read.problems[0]) == f"entry 1: {reference[:80]} is a reference, which is never followed"


# --- single entries


def test_a_stated_key_identifier_that_is_another() -> None:
    read = reading(dsc(kid="ABCDEFGH"))
    (key,) = read.keys
    assert key.kid == hashlib.sha256(made.signer()).digest()[:8]
    assert found(read, ListFindingCode.KID_MISMATCH).entry == key.kid.hex()
    assert found(read, ListFindingCode.KID_MISMATCH).detail == "stated as 'ABCDEFGH'"
    assert read.kids_confirmed == 0
    long = found(reading(dsc(kid="A" * 30)), ListFindingCode.KID_MISMATCH)
    assert long.detail == f"stated as '{'A' * 24}'"


def test_one_key_identifier_for_two_certificates_does_not_hide_either() -> None:
    first, second = (
        dsc(kid="AAAAAAAAAAA="),
        made.entry(made.signer("DSC 2"), domain="ICVP", kid="AAAAAAAAAAA="),
    )
    read = reading(first, second)
    assert len({key.kid for key in read.keys}) == 2
    assert codes(read)["kid-mismatch"] == 2


def test_two_entries_with_one_id_cannot_be_taken_apart_and_put_together_anew() -> None:
    """Their statements could be exchanged without breaking the proof: a test key would become a genuine one."""
    genuine = dsc(participant="VNM")
    for_tests = {**dsc(participant="XXA"), "id": genuine["id"]}
    document = json.loads(made.signed(made.document(genuine, for_tests)))
    honest = gdhcn.read(made.encoded(document), TERMS)
    one, other = document["verificationMethod"]
    one["domain"], other["domain"] = other["domain"], one["domain"]
    one["participant"], other["participant"] = other["participant"], one["participant"]
    exchanged = gdhcn.read(made.encoded(document), TERMS)
    for read in (honest, exchanged):
        assert read.keys == ()
        assert [problem.reason for problem in read.problems] == [Reason.TRUST_ENTRY_UNREADABLE] * 2


def test_the_key_is_never_taken_from_the_jwk() -> None:
    attacker, genuine = made.key("attacker"), made.key("DSC")
    point = attacker.public_key().public_numbers()
    read = reading(dsc(x=made.java_number(point.x), y=made.java_number(point.y)))
    (key,) = read.keys
    signatures = [raw_form(one.sign(b"data", ec.ECDSA(hashes.SHA256()))) for one in (attacker, genuine)]
    assert [key.key.is_signature(signature, b"data") for signature in signatures] == [False, True]
    assert found(read, ListFindingCode.MEMBER_MISMATCH).detail.startswith("publicKeyJwk")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, 0),
        ({"crv": "UNKNOWN CURVE"}, 0),
        ({"crv": "P-384"}, 1),
        ({"x": "AQ"}, 1),
        ({"y": "!"}, 1),
        ({"y": "A"}, 1),
        ({"y": ""}, 1),
    ],
)
def test_jwk_members_against_the_certificate(changes: Members, expected: int) -> None:
    read = reading(dsc(**changes))
    assert codes(read)["member-mismatch"] == expected
    assert len(read.keys) == 1


@pytest.mark.parametrize("padding", ["", "=", "=="])
@pytest.mark.parametrize("zeros", [0, 1, 2])
def test_numbers_are_compared_as_numbers(padding: str, zeros: int) -> None:
    point = made.key("DSC").public_key().public_numbers()
    octets = bytes(zeros) + point.x.to_bytes(32, "big")
    read = reading(dsc(x=urlsafe_b64encode(octets).decode().rstrip("=") + padding))
    assert read.findings == ()


def test_an_rsa_key() -> None:
    entry = made.entry(made.signer("RSA", made.rsa_key()), made.authority())
    assert reading(entry).findings == ()
    assert [key.key.bits for key in reading(entry).keys] == [2048]
    entry["publicKeyJwk"]["e"] = "Aw"
    assert codes(reading(entry)) == {"member-mismatch": 1}


def test_a_jwk_of_another_type_than_the_certificate() -> None:
    of_ec, of_rsa = dsc(), made.entry(made.signer("RSA", made.rsa_key()), made.authority())
    jwks = [one["publicKeyJwk"] for one in (of_ec, of_rsa)]
    chains = [jwk["x5c"] for jwk in jwks]
    of_ec["publicKeyJwk"], of_rsa["publicKeyJwk"] = (
        {**jwk, "x5c": chain} for jwk, chain in zip(reversed(jwks), chains, strict=True)
    )
    for entry in (of_ec, of_rsa):
        read = reading(entry)
        assert (codes(read)["member-mismatch"], len(read.keys)) == (1, 1)


def test_a_certificate_with_a_key_of_another_kind() -> None:
    entry = dsc()
    other = made.signer("Ed25519", ed25519.Ed25519PrivateKey.generate())
    entry["publicKeyJwk"]["x5c"][0] = b64encode(other).decode()
    read = reading(entry)
    assert read.keys == ()
    assert codes(read) == {"kid-mismatch": 1, "member-mismatch": 1}
    assert [problem.reason for problem in read.problems] == [Reason.KEY_TYPE]


def test_a_curve_that_nobody_may_use() -> None:
    read = reading(made.entry(made.signer("P-384", made.key("big", ec.SECP384R1)), made.authority()), dsc())
    assert len(read.keys) == 1
    assert [problem.reason for problem in read.problems] == [Reason.KEY_TYPE]
    assert str(read.problems[0]).startswith("entry 1 (VNM DSC): ")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("!!!!", Reason.TRUST_ENTRY_UNREADABLE),
        ("AAA", Reason.TRUST_ENTRY_UNREADABLE),
        ("", Reason.CERTIFICATE_UNREADABLE),
        ("AAAA", Reason.CERTIFICATE_UNREADABLE),
        ("MIIC", Reason.CERTIFICATE_UNREADABLE),
        ("A" * 100_000, Reason.CERTIFICATE_UNREADABLE),
    ],
    ids=lambda value: str(value)[:12],
)
def test_an_unreadable_certificate_does_not_sink_the_list(text: str, reason: Reason) -> None:
    broken = made.entry(made.signer("DSC 2"), made.authority(), kid="broken")
    broken["publicKeyJwk"]["x5c"] = [text]
    read = reading(broken, dsc())
    assert len(read.keys) == 1
    assert [problem.reason for problem in read.problems] == [reason]


def test_a_key_that_had_ended_is_loaded_and_reported() -> None:
    created = datetime(2023, 1, 1, tzinfo=UTC)
    for ends, expected in ((created, 0), (created - timedelta(seconds=1), 1)):
        read = reading(made.entry(made.signer(ends=ends), made.authority()))
        assert len(read.keys) == 1
        details = [one.detail for one in read.findings if one.code is ListFindingCode.KEY_EXPIRED]
        assert details == ["on 2022-12-31"] * expected


# --- participants


@pytest.mark.parametrize(
    ("participant", "country", "expected"),
    [("VNM", "VN", "VN"), ("EST", "EE", "EE"), ("EE", "EE", "EE"), ("IOM", "IO", "IO"), ("WHO", "CH", "CH")],
)
def test_the_country_of_a_participant(participant: str, country: str, expected: str) -> None:
    certificates = made.signer(country=country), made.authority(country)
    read = reading(made.entry(*certificates, participant=participant))
    assert [key.country for key in read.keys] == [expected]
    assert read.findings == ()


def test_a_certificate_of_another_country_is_bound_to_the_participant() -> None:
    read = reading(made.entry(made.signer(country="FR"), made.authority("FR"), participant="VNM"))
    assert [key.country for key in read.keys] == ["VN"]
    assert found(read, ListFindingCode.MEMBER_MISMATCH).detail == "participant VNM, its certificate names FR"


def test_codes_of_one_country_are_no_contradiction() -> None:
    read = reading(made.entry(made.signer(country="EL"), made.authority("EL"), participant="GRC"))
    assert [key.country for key in read.keys] == ["GR"]
    assert read.findings == ()


@pytest.mark.parametrize(
    ("participant", "country"), [("XXA", "XA"), ("XCL", "XL"), ("XT", "XT"), ("XXA", "VN"), ("WHO", "XX")]
)
def test_test_participants_are_left_out_unless_asked_for(participant: str, country: str) -> None:
    entries = (
        made.entry(made.signer(country=country), made.authority(country), participant=participant),
        made.entry(made.authority(country), participant=participant, usage="SCA"),
    )
    left_out = reading(*entries, of="PROD")
    assert (left_out.keys, left_out.authorities) == ((), ())
    assert codes(left_out) == {"test-participant": 2}
    taken = reading(*entries, of="PROD", terms=WITH_TESTS)
    assert [key.environment for key in taken.keys] == [Environment.TEST]
    assert taken.environment is Environment.PRODUCTION
    assert len(taken.authorities) == 1


def test_an_organisation_whose_certificate_names_no_country_is_none_of_tests() -> None:
    stateless = lists.holder("without country").certificate
    read = reading(dsc(), of="PROD")
    (genuine,) = read.keys
    web_key = {"x5c": [b64encode(stateless.der).decode()], "kid": b64encode(stateless.kid).decode()}
    for participant, expected in (("WHO", 0), ("VNM", 0), ("XXA", 1)):
        entry = dsc(participant=participant, **web_key)
        read = reading(entry, of="PROD")
        assert codes(read)["test-participant"] == expected
        assert [(key.country, key.environment) for key in read.keys] == [
            (None if participant == "WHO" else "VN", genuine.environment)
        ][expected:]


def test_a_test_participant_leaves_its_wrong_key_identifier_reported() -> None:
    read = reading(dsc(participant="XXU", kid="ABCDEFGH"))
    assert codes(read) == {"test-participant": 1, "kid-mismatch": 1}


def test_a_genuine_participant_with_a_test_certificate_is_none_of_tests() -> None:
    read = reading(made.entry(made.signer(country="XA"), made.authority("XA"), participant="VNM"), of="PROD")
    assert [(key.country, key.environment) for key in read.keys] == [("VN", Environment.PRODUCTION)]
    assert codes(read) == {"member-mismatch": 1}


# --- signers and authorities


def test_a_signer_that_its_authority_did_not_issue_is_refused() -> None:
    forged = made.signer(issuer_key=made.key("attacker"))
    read = reading(made.entry(forged, made.authority()), made.entry(made.signer("DSC 2"), made.authority()))
    assert len(read.keys) == 1
    assert [problem.reason for problem in read.problems] == [Reason.TRUST_ENTRY_SIGNATURE]


def test_the_authority_may_stand_elsewhere_in_the_document() -> None:
    authority = made.entry(made.authority(), usage="SCA")
    assert reading(made.entry(made.signer()), authority).findings == ()
    forged = made.entry(made.signer(issuer_key=made.key("attacker")))
    assert [problem.reason for problem in reading(forged, authority).problems] == [
        Reason.TRUST_ENTRY_SIGNATURE
    ]


def test_an_authority_of_another_participant_does_not_count() -> None:
    elsewhere = made.entry(made.authority(), usage="SCA", participant="FRA")
    read = reading(made.entry(made.signer()), elsewhere)
    assert codes(read)["authority-missing"] == 1


def test_a_signer_without_any_authority_is_vouched_for_by_the_list() -> None:
    read = reading(made.entry(made.signer()))
    assert len(read.keys) == 1
    assert found(read, ListFindingCode.AUTHORITY_MISSING).detail == "CN=TEST SCA,C=VN"


def test_one_of_several_authorities_is_enough() -> None:
    others = made.certificate("other SCA", made.key("other")), made.certificate("SCA", made.key("old SCA"))
    assert reading(made.entry(made.signer(), *others, made.authority())).findings == ()
    assert reading(made.entry(made.signer(), *others)).problems[0].reason is Reason.TRUST_ENTRY_SIGNATURE


def test_an_unreadable_authority_is_no_authority() -> None:
    entry = made.entry(made.signer())
    entry["publicKeyJwk"]["x5c"] += ["AAAA", "!"]
    assert codes(reading(entry)) == {"authority-missing": 1}


def test_an_authority_too_weak_to_prove_anything() -> None:
    weak = made.rsa_key(1024)
    read = reading(
        made.entry(made.signer(issuer_key=weak), made.certificate("SCA", weak), made.authority()),
        made.entry(made.signer("DSC 2"), made.authority()),
    )
    assert len(read.keys) == 1
    assert [problem.reason for problem in read.problems] == [Reason.WEAK_SIGNATURE]
