"""WHO's own documents of the development network (2026-08-22)."""

from __future__ import annotations

import json
from base64 import b64decode
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.support import gdhcn as made

from vaxcert.errors import Reason, TrustListError
from vaxcert.trust import formats
from vaxcert.trust.anchors import read_anchors
from vaxcert.trust.formats import ReadingTerms, gdhcn
from vaxcert.trust.origin import Environment, Proof
from vaxcert.trust.trust_list import ListReading

pytestmark = pytest.mark.corpus

WHOLE = "trustlist.did.json"
SIGNERS = "trustlist-DCC-any-DSC.did.json"
REFERENCES = "trustlist-ref.did.json"
WITH_TESTS = ReadingTerms(test_participants=True)
Members = dict[str, Any]


@pytest.fixture(scope="module")
def published(corpus: Path) -> dict[str, bytes]:
    folder = corpus / "trust-lists" / "gdhcn-dev"
    return {name: (folder / name).read_bytes() for name in (WHOLE, SIGNERS, REFERENCES)}


def read(data: bytes, terms: ReadingTerms | None = None) -> ListReading:
    return formats.read(data, terms or ReadingTerms(source="WHO DEV"))


def codes(reading: ListReading) -> dict[str, int]:
    return dict(Counter(str(finding.code) for finding in reading.findings))


def reasons(reading: ListReading) -> dict[str, int]:
    return dict(Counter(str(problem.reason) for problem in reading.problems))


def test_every_document_is_recognised(published: dict[str, bytes]) -> None:
    assert {formats.recognised(data).name for data in published.values()} == {"gdhcn"}


def test_the_whole_list(published: dict[str, bytes]) -> None:
    reading = read(published[WHOLE])
    assert (reading.entries, reading.kids_confirmed) == (255, 254)
    assert (len(reading.keys), len(reading.authorities), reading.problems) == (60, 77, ())
    assert codes(reading) == {
        "test-participant": 118,
        "key-expired": 7,
        "kid-mismatch": 1,
        "is-authority": 1,
    }
    assert Counter(key.domain for key in reading.keys) == {"PH4H": 43, "DCC": 17}
    assert reading.environment is Environment.TEST
    assert {key.environment for key in reading.keys} == {Environment.TEST}
    assert reading.origin.proof is Proof.SIGNED
    assert reading.origin.issued == datetime(2026, 8, 22, 18, 0, 2, tzinfo=UTC)


def test_the_signers_of_one_domain(published: dict[str, bytes]) -> None:
    """There are no authorities in this document besides those that the server found for an entry."""
    reading = read(published[SIGNERS])
    assert (reading.entries, reading.kids_confirmed) == (38, 37)
    assert (len(reading.keys), reading.authorities, reading.problems) == (17, (), ())
    assert codes(reading) == {
        "test-participant": 21,
        "key-expired": 7,
        "kid-mismatch": 1,
        "authority-missing": 6,
    }


def test_both_documents_name_the_same_signers(published: dict[str, bytes]) -> None:
    whole = {key.digest for key in read(published[WHOLE]).keys if key.domain == "DCC"}
    assert whole == {key.digest for key in read(published[SIGNERS]).keys}


@pytest.mark.parametrize("name", [WHOLE, SIGNERS])
def test_the_one_key_identifier_that_does_not_match(published: dict[str, bytes], name: str) -> None:
    reading = read(published[name])
    (finding,) = (finding for finding in reading.findings if finding.code == "kid-mismatch")
    assert (finding.entry, finding.detail) == ("81e7a0f3dedba85c", "stated as 'ABCDEFGH'")


def test_test_participants_are_left_out(published: dict[str, bytes]) -> None:
    countries = {str(key.country) for key in read(published[WHOLE]).keys}
    assert len(countries) == 28
    assert not [country for country in countries if country.startswith("X")]
    assert (
        "IO" in countries
    )  # WHO's own use of it for an organisation, the International Organization for Migration


def test_test_participants_when_asked_for(published: dict[str, bytes]) -> None:
    reading = read(published[WHOLE], WITH_TESTS)
    assert (reading.entries, len(reading.keys), len(reading.authorities)) == (255, 106, 139)
    assert codes(reading) == {"key-expired": 15, "other-usage": 7, "kid-mismatch": 1, "is-authority": 1}
    assert reasons(reading) == {"key-type": 2, "weak-signature": 1}
    assert 106 + 139 + 7 + 3 == 255
    signers = read(published[SIGNERS], WITH_TESTS)
    assert (len(signers.keys), reasons(signers)) == (36, {"key-type": 2})


def test_every_country_is_that_of_the_certificate_and_every_jwk_is_its_key(
    published: dict[str, bytes],
) -> None:
    assert "member-mismatch" not in codes(read(published[WHOLE], WITH_TESTS))


def test_coordinates_are_not_what_jose_asks_for(published: dict[str, bytes]) -> None:
    """Why nothing is taken from them."""
    entries = json.loads(published[WHOLE])["verificationMethod"]
    jwks = [entry["publicKeyJwk"] for entry in entries if entry["publicKeyJwk"]["kty"] == "EC"]
    assert sum(len(b64decode(jwk["x"] + "==", b"-_")) != 32 for jwk in jwks) > len(jwks) // 3
    assert Counter(jwk["crv"] for jwk in jwks) == {"P-256": 251, "UNKNOWN CURVE": 2}


def test_the_reference_document_is_never_followed(published: dict[str, bytes]) -> None:
    with pytest.raises(TrustListError, match="never followed") as caught:
        read(published[REFERENCES])
    assert caught.value.reason is Reason.TRUST_LIST_UNREADABLE


def test_its_proof_is_checked_all_the_same(published: dict[str, bytes]) -> None:
    tampered = published[REFERENCES].replace(b"did:web:example.com", b"did:web:example.org")
    assert reason(tampered) is Reason.TRUST_LIST_SIGNATURE


# --- tampering


def reason(data: bytes, terms: ReadingTerms | None = None) -> Reason:
    with pytest.raises(TrustListError) as caught:
        read(data, terms)
    return caught.value.reason


def participant(document: Members) -> None:
    document["verificationMethod"][0]["participant"]["code"] = "#FRA"


def certificate(document: Members) -> None:
    one, other = document["verificationMethod"][:2]
    one["publicKeyJwk"]["x5c"][0] = other["publicKeyJwk"]["x5c"][0]


def whole_key(document: Members) -> None:
    one, other = document["verificationMethod"][:2]
    one["publicKeyJwk"], other["publicKeyJwk"] = other["publicKeyJwk"], one["publicKeyJwk"]


def domain(document: Members) -> None:
    document["verificationMethod"][0]["domain"]["code"] = "#ICVP"


def usage(document: Members) -> None:
    document["verificationMethod"][0]["keyusage"]["code"] = "#SCA"


def date(document: Members) -> None:
    document["proof"]["created"] = "2026-11-22T00:00:00Z"


def dropped_key(document: Members) -> None:
    del document["verificationMethod"][-1]


def dropped_all_keys(document: Members) -> None:
    document["verificationMethod"].clear()


def added_key(document: Members) -> None:
    document["verificationMethod"].append(made.entry(made.signer(), made.authority()))


def unknown_member(document: Members) -> None:
    document["assertionMethod"] = ["did:web:example.com#key"]


def unknown_member_of_a_key(document: Members) -> None:
    document["verificationMethod"][0]["status"] = "CURRENT"


def unknown_member_of_the_proof(document: Members) -> None:
    document["proof"]["expires"] = "2099-01-01T00:00:00Z"


def context_of_production(document: Members) -> None:
    document["@context"][2] = "https://smart.who.int/trust/tng-context/v1.jsonld"


def own_context(document: Members) -> None:
    document["@context"].append("https://example.com/v1.jsonld")


def host_of_production(document: Members) -> None:
    document["id"] = document["id"].replace("tng-cdn-dev", "tng-cdn")


def everything_of_production(document: Members) -> None:
    host_of_production(document)
    context_of_production(document)
    document["proof"]["verificationMethod"] = made.network("PROD").signer


SIGNATURE, UNREADABLE, ENVIRONMENT = (
    Reason.TRUST_LIST_SIGNATURE,
    Reason.TRUST_LIST_UNREADABLE,
    Reason.TRUST_LIST_ENVIRONMENT,
)


@pytest.mark.parametrize("name", [WHOLE, SIGNERS])
@pytest.mark.parametrize(
    ("tamper", "expected"),
    [
        (participant, SIGNATURE),
        (certificate, SIGNATURE),
        (whole_key, SIGNATURE),
        (domain, SIGNATURE),
        (usage, SIGNATURE),
        (date, SIGNATURE),
        (dropped_key, SIGNATURE),
        (dropped_all_keys, SIGNATURE),
        (added_key, SIGNATURE),
        (everything_of_production, SIGNATURE),
        (unknown_member, UNREADABLE),
        (unknown_member_of_a_key, UNREADABLE),
        (unknown_member_of_the_proof, UNREADABLE),
        (own_context, UNREADABLE),
        (context_of_production, ENVIRONMENT),
        (host_of_production, ENVIRONMENT),
    ],
)
def test_tampering_is_refused(
    published: dict[str, bytes], name: str, tamper: Callable[[Members], None], expected: Reason
) -> None:
    document = json.loads(published[name])
    tamper(document)
    assert reason(made.encoded(document)) is expected


def test_the_proof_of_the_other_document(published: dict[str, bytes]) -> None:
    whole, signers = json.loads(published[WHOLE]), json.loads(published[SIGNERS])
    whole["proof"], signers["proof"] = signers["proof"], whole["proof"]
    assert reason(made.encoded(whole)) is Reason.TRUST_LIST_SIGNATURE
    assert reason(made.encoded(signers)) is Reason.TRUST_LIST_SIGNATURE


def test_one_flipped_bit_at_many_places(published: dict[str, bytes]) -> None:
    data = published[SIGNERS]
    sound = read(data).keys
    for place in range(0, len(data), 1009):
        flipped = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        try:
            keys = gdhcn.read(flipped, ReadingTerms(source="WHO DEV")).keys
        except TrustListError:
            continue
        assert keys == sound


def test_order_and_repetition_change_nothing(published: dict[str, bytes]) -> None:
    document = json.loads(published[WHOLE])
    document["verificationMethod"].reverse()
    document["verificationMethod"] += document["verificationMethod"][:100]
    changed, sound = read(made.encoded(document)), read(published[WHOLE])
    assert set(changed.keys) == set(sound.keys)
    assert len(changed.keys) == len(sound.keys)
    assert set(changed.authorities) == set(sound.authorities)
    assert changed.entries == 355


# --- terms


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (ReadingTerms(environment=Environment.PRODUCTION), ENVIRONMENT),
        (ReadingTerms(anchors=(made.anchor(),)), SIGNATURE),
        (ReadingTerms(anchors=made.network("PROD").anchors), ENVIRONMENT),
        (ReadingTerms(anchors=made.network("UAT").anchors), SIGNATURE),
        (ReadingTerms(anchors=(made.anchor(),), allow_unsigned=True), SIGNATURE),
    ],
)
def test_other_terms(published: dict[str, bytes], terms: ReadingTerms, expected: Reason) -> None:
    assert reason(published[WHOLE], terms) is expected


def test_the_pinned_keys_are_those_of_the_source(published: dict[str, bytes], corpus: Path) -> None:
    source = json.loads((corpus / "trust-lists" / "gdhcn-signer-keys.json").read_text("utf-8"))
    for network in made.networks():
        entry = source[network.name]
        assert network.signer == entry["did"]
        assert network.anchors == read_anchors(json.dumps(entry).encode())
    operators_own = read_anchors(json.dumps(source["DEV"]).encode())
    assert len(read(published[WHOLE], ReadingTerms(anchors=operators_own)).keys) == 60
