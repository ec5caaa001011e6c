from __future__ import annotations

import json
import subprocess
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.revocation import AT, IDENTIFIER, OTHER, anchor_key, query

from vaxcert.crypto.signing_certificate import read_signing_certificate
from vaxcert.errors import Reason, TrustListError
from vaxcert.trust.anchors import anchor_of, read_anchors
from vaxcert.trust.revocation.gateway import GatewayBatches, is_listing, read_batch, read_listing
from vaxcert.trust.revocation.hashes import HashType, uci_hash
from vaxcert.trust.revocation.query import RevocationStatus

EXPIRES = AT + timedelta(days=10)


def batch(*identifiers, **changes):
    entries = [{"hash": b64encode(uci_hash(one)).decode()} for one in identifiers]
    return json.dumps(
        {
            "country": "VN",
            "expires": EXPIRES.isoformat(),
            "kid": "UNKNOWN_KID",
            "hashType": "UCI",
            "entries": entries,
            **changes,
        }
    ).encode()


def refusal(call):
    with pytest.raises(TrustListError) as caught:
        call()
    return caught.value.reason


def openssl(*arguments, data=b""):
    command = ["openssl", *map(str, arguments)]
    return subprocess.run(command, input=data, check=True, capture_output=True).stdout  # noqa: S603


@pytest.fixture(scope="module")
def upload(tmp_path_factory):
    """A TEST upload certificate, and a function that signs with it by means of OpenSSL."""
    folder = tmp_path_factory.mktemp("upload")
    key, cert = folder / "key.pem", folder / "cert.pem"
    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key)
    openssl("req", "-x509", *new_key, "-out", cert, "-subj", "/C=VN/O=TEST/CN=TEST upload", "-days", "30")
    certificate = read_signing_certificate(openssl("x509", "-in", cert, "-outform", "DER"))

    def sign(data):
        files = ("-signer", cert, "-inkey", key)
        return openssl("cms", "-sign", "-binary", "-nodetach", *files, "-outform", "DER", data=data)

    return sign, anchor_of(certificate.public_key, certificate=certificate)


def test_a_bare_batch():
    read = read_batch(batch(IDENTIFIER))
    assert (read.country, read.expires, read.hash_type) == ("VN", EXPIRES, HashType.UCI)
    assert read.hashes == (uci_hash(IDENTIFIER),)


def test_a_signed_batch_in_der_and_in_base64(upload):
    sign, anchor = upload
    data = sign(batch(IDENTIFIER))
    assert read_batch(data, [anchor]).hashes == (uci_hash(IDENTIFIER),)
    assert read_batch(b64encode(data), [anchor]).hashes == (uci_hash(IDENTIFIER),)


def test_an_authority_vouches_for_those_it_certified(tmp_path):
    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout")
    for name, by in (
        ("ca", ()),
        ("stranger", ()),
        ("up", ("-CA", tmp_path / "ca.pem", "-CAkey", tmp_path / "ca.key")),
    ):
        files = (tmp_path / f"{name}.key", "-out", tmp_path / f"{name}.pem")
        openssl("req", "-x509", *new_key, *files, "-subj", f"/C=VN/CN=TEST {name}", *by)
    files = ("-signer", tmp_path / "up.pem", "-inkey", tmp_path / "up.key")
    data = openssl("cms", "-sign", "-binary", "-nodetach", *files, "-outform", "DER", data=batch(IDENTIFIER))
    (authority,), (stranger,) = (
        read_anchors((tmp_path / f"{name}.pem").read_bytes()) for name in ("ca", "stranger")
    )
    assert read_batch(data, [stranger, authority]).hashes == (uci_hash(IDENTIFIER),)
    assert refusal(lambda: read_batch(data, [stranger])) is Reason.REVOCATION_LIST_SIGNATURE


def test_a_signed_batch_needs_the_right_anchor(upload):
    sign, anchor = upload
    data = sign(batch(IDENTIFIER))
    other = anchor_of(anchor_key("other").public_key)
    assert refusal(lambda: read_batch(data)) is Reason.ANCHOR_MISSING
    assert refusal(lambda: read_batch(data, [other])) is Reason.REVOCATION_LIST_SIGNATURE
    at = data.index(b"UNKNOWN_KID")
    tampered = data[:at] + b"X" + data[at + 1 :]
    assert refusal(lambda: read_batch(tampered, [anchor])) is Reason.TRUST_ENTRY_SIGNATURE


def test_a_batch_without_signature_is_refused_where_there_are_anchors(upload):
    _, anchor = upload
    assert refusal(lambda: read_batch(batch(IDENTIFIER), [anchor])) is Reason.TRUST_LIST_UNSIGNED


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b"{}",
        b'{"a":' * 100_000,
        batch(IDENTIFIER, hashType="IDENTIFIER"),
        batch(IDENTIFIER, hashType=["UCI"]),
        batch(IDENTIFIER, expires="tomorrow"),
        batch(IDENTIFIER, expires=5),
        batch(IDENTIFIER, country=None),
        batch(IDENTIFIER, entries={}),
        batch(IDENTIFIER, entries=[{"hash": "AAAA"}]),
        batch(IDENTIFIER, entries=[{"hash": "?" * 24}]),
        batch(IDENTIFIER, entries=["x"]),
        batch(IDENTIFIER, entries=[{"hash": "AA=="}] * 10_001),
    ],
)
def test_malformed_batches_are_refused(data):
    assert refusal(lambda: read_batch(data)) is Reason.REVOCATION_LIST_UNREADABLE


@given(st.binary(max_size=60))
def test_any_bytes_are_a_batch_or_our_error(data):
    for tried in (data, b"{" + data):
        with pytest.raises(TrustListError):
            read_batch(tried)


def test_answers():
    source = GatewayBatches([read_batch(batch(IDENTIFIER))], as_of=AT)
    revoked = source.answer(query(IDENTIFIER), at=AT)
    assert (revoked.status, revoked.as_of) == (RevocationStatus.REVOKED, AT)
    assert source.answer(query(OTHER), at=AT).status is RevocationStatus.NOT_REVOKED
    assert source.answer(query(), at=AT).status is RevocationStatus.UNKNOWN
    assert source.answer(query(IDENTIFIER), at=EXPIRES).status is RevocationStatus.REVOKED
    late = source.answer(query(IDENTIFIER), at=EXPIRES + timedelta(seconds=1))
    assert late.status is RevocationStatus.NOT_REVOKED


def test_only_countries_that_uploaded_are_covered():
    source = GatewayBatches([read_batch(batch(IDENTIFIER))])
    assert [source.covers(query(issuer=one)) for one in ("VN", "DE", None)] == [True, False, True]


def test_when_a_batch_is_missing_what_is_not_found_is_unknown():
    source = GatewayBatches([read_batch(batch(IDENTIFIER))], incomplete="one could not be read")
    answer = source.answer(query(OTHER), at=AT)
    assert (answer.status, answer.detail) == (RevocationStatus.UNKNOWN, "one could not be read")
    assert source.answer(query(IDENTIFIER), at=AT).status is RevocationStatus.REVOKED
    assert source.covers(query(issuer="DE"))


def test_listing():
    rows = [
        {"batchId": "a", "country": "VN", "date": "2022-06-01T00:00:00+00:00", "deleted": False},
        {"batchId": "b", "country": "VN", "date": "2022-06-02T00:00:00", "deleted": True},
    ]
    data = json.dumps({"more": False, "batches": rows}).encode()
    assert is_listing(data)
    assert not is_listing(batch(IDENTIFIER))
    read = read_listing(data)
    assert (read.is_complete, read.current, read.deleted) == (True, {"a"}, {"b"})
    assert read.newest == datetime(2022, 6, 2, tzinfo=UTC)


@pytest.mark.parametrize("document", [{}, {"more": 1, "batches": []}, {"more": True, "batches": [{}]}, []])
def test_malformed_listings_are_refused(document):
    assert refusal(lambda: read_listing(json.dumps(document).encode())) is Reason.REVOCATION_LIST_UNREADABLE
