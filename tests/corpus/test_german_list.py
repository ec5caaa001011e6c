import json
import random
from base64 import b64decode
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from vaxcert.crypto import cms
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.errors import Reason, TrustListError
from vaxcert.trust import formats
from vaxcert.trust.anchors import Anchor, anchor_of, read_anchors
from vaxcert.trust.list_findings import ListFindingCode
from vaxcert.trust.origin import Environment, Proof
from vaxcert.trust.trust_list import ListReading, TrustList

pytestmark = pytest.mark.corpus


@pytest.fixture(scope="module")
def data(corpus: Path) -> bytes:
    return (corpus / "trust-lists" / "german" / "dsc-list.json").read_bytes()


@pytest.fixture(scope="module")
def anchors(corpus: Path) -> tuple[Anchor, ...]:
    return read_anchors((corpus / "trust-lists" / "german" / "dsc-list-signing-key.pem").read_bytes())


@pytest.fixture(scope="module")
def reading(data: bytes, anchors: tuple[Anchor, ...]) -> ListReading:
    return formats.read(data, formats.ReadingTerms(source="DE", anchors=anchors))


@pytest.fixture(scope="module")
def items(data: bytes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(data.partition(b"\n")[2])["certificates"]
    return found


def test_every_entry_is_read(reading: ListReading) -> None:
    assert (reading.entries, len(reading.keys), reading.kids_confirmed) == (829, 829, 829)
    assert reading.problems == ()
    assert len(TrustList.combined([reading])) == 829
    assert len({key.country for key in reading.keys}) == 77
    assert Counter(key.key.algorithm for key in reading.keys) == {Algorithm.ES256: 791, Algorithm.PS256: 38}


def test_what_it_says_of_itself(reading: ListReading) -> None:
    assert reading.origin.format == "german"
    assert reading.origin.proof is Proof.SIGNED
    assert reading.environment is Environment.PRODUCTION
    assert f"{reading.origin.issued:%Y-%m-%dT%H:%M:%S%z}" == "2023-11-28T10:23:58+0000"


def test_what_is_odd_about_it(reading: ListReading) -> None:
    country = {key.kid.hex(): key.country for key in reading.keys}
    found = Counter((finding.code, country[finding.entry]) for finding in reading.findings)
    assert {which: count for which, count in found.items() if which[0] != ListFindingCode.KEY_EXPIRED} == {
        (ListFindingCode.EXTENSIONS_UNREADABLE, "FI"): 5,
        (ListFindingCode.EXTENSIONS_UNREADABLE, "ES"): 1,
        (ListFindingCode.SERIAL_NOT_POSITIVE, "LB"): 4,
        (ListFindingCode.IS_AUTHORITY, "GE"): 1,
        (ListFindingCode.IS_AUTHORITY, "SM"): 1,
    }
    assert sum(count for (code, _), count in found.items() if code == ListFindingCode.KEY_EXPIRED) == 203


def test_one_changed_byte_and_nothing_is_loaded(data: bytes, anchors: tuple[Anchor, ...]) -> None:
    source = random.Random(829)
    newline = data.index(b"\n")
    terms = formats.ReadingTerms(anchors=anchors)
    for position in [*range(newline), *source.sample(range(newline + 1, len(data)), 40), len(data) - 1]:
        changed = bytearray(data)
        changed[position] ^= 1 << source.randrange(7)
        if b"\n" in changed[:newline]:
            continue
        with pytest.raises(TrustListError) as caught:
            formats.read(bytes(changed), terms)
        assert caught.value.reason is Reason.TRUST_LIST_SIGNATURE


def test_wrong_key(data: bytes, reading: ListReading) -> None:
    with pytest.raises(TrustListError) as caught:
        formats.read(data, formats.ReadingTerms())
    assert caught.value.reason is Reason.ANCHOR_MISSING


# --- the same items as the gateway lists them, each with the CMS signature of its country


def signed(entry: dict[str, Any]) -> cms.CmsSignature | TrustListError:
    try:
        return cms.verify(b64decode(entry["signature"]), content=b64decode(entry["rawData"]))
    except TrustListError as error:
        return error


def test_cms_signatures(items: list[dict[str, Any]]) -> None:
    """openssl verifies all but the one of BH, whose signer is not in it; the nine of NO are made with SHA-1."""
    results = [(entry, signed(entry)) for entry in items]
    refused = Counter(
        (entry["country"], result.reason) for entry, result in results if isinstance(result, TrustListError)
    )
    assert refused == {("BH", Reason.TRUST_ENTRY_SIGNATURE): 1, ("NO", Reason.WEAK_SIGNATURE): 9}
    right = [(entry, result) for entry, result in results if isinstance(result, cms.CmsSignature)]
    assert len(right) == 819
    assert all(result.content == b64decode(entry["rawData"]) for entry, result in right)
    assert all(result.signer.country == entry["country"] for entry, result in right)


def test_as_a_list_of_the_gateway(items: list[dict[str, Any]]) -> None:
    uploaders = {result.signer for entry in items if isinstance(result := signed(entry), cms.CmsSignature)}
    anchors = tuple(anchor_of(one.public_key, certificate=one) for one in uploaders)
    reading = formats.read(json.dumps(items).encode(), formats.ReadingTerms(anchors=anchors))
    assert reading.origin.format == "dccg"
    assert (reading.entries, len(reading.keys), reading.kids_confirmed) == (829, 819, 819)
    assert Counter(problem.reason for problem in reading.problems) == {
        Reason.TRUST_ENTRY_SIGNATURE: 1,
        Reason.WEAK_SIGNATURE: 9,
    }
    missing = [one for one in reading.findings if one.code is ListFindingCode.AUTHORITY_MISSING]
    assert len(missing) == 819


def test_as_a_list_of_the_gateway_without_one_countrys_uploaders(items: list[dict[str, Any]]) -> None:
    results = [(entry, signed(entry)) for entry in items]
    uploaders = {
        result.signer
        for entry, result in results
        if isinstance(result, cms.CmsSignature) and entry["country"] != "DE"
    }
    anchors = tuple(anchor_of(one.public_key, certificate=one) for one in uploaders)
    reading = formats.read(json.dumps(items).encode(), formats.ReadingTerms(anchors=anchors))
    assert not any(key.country == "DE" for key in reading.keys)
    assert len(reading.keys) == 819 - sum(entry["country"] == "DE" for entry in items)
