"""The hash constructions, each against a value computed here by hand or by OpenSSL."""

from __future__ import annotations

import hashlib
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.revocation import query

from vaxcert.crypto.algorithms import Algorithm
from vaxcert.model.identifiers import read_certificate_id
from vaxcert.trust.revocation.hashes import (
    HashType,
    country_uci_hash,
    identifier_hash,
    missing_part,
    query_hashes,
    signature_hash,
    uci_hash,
)

N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
R = bytes.fromhex("aa9ffbe3461d38427198aeaefc1f87df04c1055f28163bd734de983855c70c29")
S = bytes(range(1, 33))
RSA_SIGNATURE = bytes(range(256))
CI = "URN:UVCI:01:DE:187/37512422923"


def openssl(data: bytes) -> bytes:
    command = ["openssl", "dgst", "-sha256", "-binary"]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout[:16]  # noqa: S603


@pytest.mark.parametrize(
    ("changes", "kind", "hashed"),
    [
        pytest.param({}, HashType.UCI, CI.encode(), id="UCI"),
        pytest.param(
            {"identifiers": (CI + "#S",)}, HashType.UCI, CI.encode() + b"#S", id="UCI with check character"
        ),
        pytest.param(
            {"identifiers": (CI.lower(),)}, HashType.UCI, CI.lower().encode(), id="UCI in lower case as it is"
        ),
        pytest.param({}, HashType.COUNTRYCODEUCI, b"DE" + CI.encode(), id="COUNTRYCODEUCI"),
        pytest.param(
            {"issuer": "CNAM"},
            HashType.COUNTRYCODEUCI,
            b"CNAM" + CI.encode(),
            id="iss that is no country code",
        ),
        pytest.param({}, HashType.SIGNATURE, R, id="SIGNATURE ES256: r only"),
        pytest.param(
            {"signature": R + (N - int.from_bytes(S, "big")).to_bytes(32, "big")},
            HashType.SIGNATURE,
            R,
            id="SIGNATURE ES256 with n - s",
        ),
        pytest.param(
            {"signature": RSA_SIGNATURE, "algorithm": Algorithm.PS256},
            HashType.SIGNATURE,
            RSA_SIGNATURE,
            id="SIGNATURE PS256: all of it",
        ),
        pytest.param(
            {"identifiers": ("Ä/ß",)}, HashType.UCI, b"\xc3\x84/\xc3\x9f", id="UCI not ASCII: UTF-8"
        ),
        pytest.param(
            {"identifiers": (" " + CI.lower() + "#S ",)}, HashType.IDENTIFIER, CI.encode(), id="IDENTIFIER"
        ),
    ],
)
def test_nine_constructions_of_the_eu_and_one_of_ours(changes, kind, hashed):
    asked = query(**{"issuer": "DE", "identifiers": (CI,), "signature": R + S, **changes})
    assert query_hashes(asked, kind) == (openssl(hashed),)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"issuer": None}, HashType.COUNTRYCODEUCI),
        ({"identifiers": ()}, HashType.COUNTRYCODEUCI),
        ({"identifiers": ()}, HashType.UCI),
        ({"identifiers": ()}, HashType.IDENTIFIER),
        ({"signature": b""}, HashType.SIGNATURE),
    ],
)
def test_what_a_certificate_lacks_has_no_hash(changes, kind):
    assert query_hashes(query(**{"identifiers": (CI,), **changes}), kind) == ()


def test_every_event_counts():
    asked = query("A", "B")
    assert query_hashes(asked, HashType.UCI) == (uci_hash("A"), uci_hash("B"))


def test_hashes_have_128_bits_and_differ_by_type():
    values = {
        uci_hash(CI),
        country_uci_hash("DE", CI),
        signature_hash(Algorithm.ES256, R + S),
        signature_hash(Algorithm.PS256, R + S),
    }
    assert {len(value) for value in values} == {16}
    assert len(values) == 4
    assert signature_hash(Algorithm.ES256, R + S) == hashlib.sha256(R).digest()[:16]


@pytest.mark.parametrize("spelling", [CI, CI.lower(), CI + "#S", CI + "#7", f"  {CI.title()}#s\n"])
def test_our_identifier_hash_does_not_depend_on_the_spelling(spelling):
    assert identifier_hash(spelling) == hashlib.sha256(CI.encode()).digest()[:16]


@given(st.text())
def test_our_identifier_hash_is_that_of_the_canonical_form(text):
    canonical = read_certificate_id(text).canonical.encode("utf-8", "surrogatepass")
    assert identifier_hash(text) == hashlib.sha256(canonical).digest()[:16]


def test_half_a_surrogate_pair_has_a_hash_too():
    assert len(uci_hash("\ud800")) == 16


SIGNATURE, COUNTRY, UCI = HashType.SIGNATURE, HashType.COUNTRYCODEUCI, HashType.UCI
BY_SIGNATURE = "the list may name the certificate by its signature, which is not given"
BY_COUNTRY = "the list may name the certificate by its country, which nobody states"


@pytest.mark.parametrize(
    ("types", "changes", "missing"),
    [
        ({SIGNATURE}, {}, ""),
        ({SIGNATURE}, {"signature": b""}, BY_SIGNATURE),
        ({UCI, COUNTRY}, {"signature": b""}, ""),
        ({COUNTRY}, {"issuer": None}, BY_COUNTRY),
        ({COUNTRY}, {"issuer": "", "country": ""}, BY_COUNTRY),
        ({COUNTRY}, {"issuer": None, "country": "VN"}, ""),
        ({COUNTRY}, {"issuer": "VN"}, ""),
        ({COUNTRY}, {"issuer": None, "identifiers": ()}, ""),
        ({UCI}, {"issuer": None}, ""),
        ({SIGNATURE, COUNTRY}, {"signature": b"", "issuer": None}, BY_SIGNATURE),
        (set(), {"signature": b"", "issuer": None}, ""),
    ],
)
def test_what_a_list_may_name_and_nobody_gave(types, changes, missing):
    assert missing_part(query(**{"identifiers": (CI,), **changes}), types) == missing


@pytest.mark.parametrize(
    ("issuer", "country", "counts"),
    [("DE", "VN", "DE"), (None, "VN", "VN"), ("", "VN", "VN"), ("DE", None, "DE")],
)
def test_the_key_states_the_country_where_nobody_else_does(issuer, country, counts):
    asked = query(CI, issuer=issuer, country=country)
    assert query_hashes(asked, COUNTRY) == (country_uci_hash(counts, CI),)
