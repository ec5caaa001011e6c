"""Viet Nam's own published certificate: what our linter says of it, and that ours have its layout."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.support.signers import NOW, issuer, signer
from tests.support.signers import certificate as made_up

import vaxcert as vc
from vaxcert.codec import cbor
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.crypto.signing_certificate import SigningCertificate, read_certificates
from vaxcert.model.names import standard_names
from vaxcert.rules.lint import lint, refused

pytestmark = pytest.mark.corpus

CERTIFICATE_ID = re.compile(r"URN:UVCI:01:VN:[0-9A-F]{32}")


@pytest.fixture(scope="module")
def text(corpus: Path) -> str:
    return (corpus / "viet-nam" / "VAC_VN.txt").read_text("ascii").strip()


@pytest.fixture(scope="module")
def dsc(corpus: Path) -> SigningCertificate:
    (one,) = read_certificates((corpus / "viet-nam" / "VAC_VN.dsc.pem").read_bytes())
    assert isinstance(one, SigningCertificate)
    return one


@pytest.fixture(scope="module")
def ours() -> str:
    signer_like_viet_nams = signer(Algorithm.PS256)
    return issuer(signer_like_viet_nams).issue(made_up(), at=NOW).text


def layers(text: str) -> tuple[vc.Inspection, dict[Any, Any], dict[str, Any]]:
    seen = vc.inspect(text)
    claims = cbor.loads(seen.message.payload)
    return seen, claims, claims[-260][1]


def shape(value: Any) -> Any:
    """Keys in their order, and types instead of values."""
    if isinstance(value, dict):
        return [(key, shape(item)) for key, item in value.items()]
    return [shape(item) for item in value] if isinstance(value, list) else type(value)


def lint_again(text: str, dsc: SigningCertificate) -> list[vc.Finding]:
    seen = vc.inspect(text)
    assert seen.claims.issued_at is not None
    assert seen.claims.expires is not None
    return lint(
        seen.certificate,
        standard_names(seen.certificate.subject),
        issued_at=seen.claims.issued_at,
        expires=seen.claims.expires,
        signer_ends=dsc.not_after,
    )


def test_the_linter_would_have_refused_it_for_its_three_faults(text: str, dsc: SigningCertificate) -> None:
    findings = lint_again(text, dsc)
    assert {(one.code, one.field) for one in findings} == {
        (vc.FindingCode.PRODUCT_HOLDER_MISMATCH, "v.ma"),
        (vc.FindingCode.CODE_DEPRECATED, "v.vp"),
        (vc.FindingCode.EXPIRY_PAST_SIGNER, "exp"),
        (vc.FindingCode.PRODUCT_PROPHYLAXIS_MISMATCH, "v.vp"),  # the deprecated code once more
    }
    assert refused(findings) == findings


def test_mended_in_the_three_places_it_passes_the_linter(text: str, dsc: SigningCertificate) -> None:
    seen = vc.inspect(text)
    dose = seen.certificate.vaccination
    assert dose is not None
    assert seen.claims.issued_at is not None
    mended = replace(
        seen.certificate,
        vaccination=replace(dose, marketing_holder="ORG-100001699", prophylaxis="29061000087103"),
    )
    findings = lint(
        mended,
        standard_names(mended.subject),
        issued_at=seen.claims.issued_at,
        expires=dsc.not_after,
        signer_ends=dsc.not_after,
    )
    assert findings == []


def test_ours_has_the_layout_of_the_sample_field_for_field(text: str, ours: str) -> None:
    theirs_seen, theirs_claims, theirs = layers(text)
    ours_seen, ours_claims, made = layers(ours)
    assert ours_seen.message.tags == theirs_seen.message.tags == (18,)
    assert shape(dict(ours_seen.message.protected_header)) == shape(
        dict(theirs_seen.message.protected_header)
    )
    assert list(ours_seen.message.protected_header) == [1, 4]
    assert ours_seen.message.unprotected_header == theirs_seen.message.unprotected_header == {}
    assert len(ours_seen.message.signature) == len(theirs_seen.message.signature) == 256
    assert shape(ours_claims) == shape(theirs_claims)
    assert shape(made) == shape(theirs)
    assert made["ver"] == theirs["ver"] == "1.3.0"
    for payload in (made, theirs):
        assert CERTIFICATE_ID.fullmatch(payload["v"][0]["ci"])


def test_the_bytes_around_the_values_are_those_of_the_sample(text: str, ours: str) -> None:
    theirs_seen, theirs_claims, _ = layers(text)
    assert (
        cbor.dumps(theirs_claims) == theirs_seen.message.payload
    )  # written again it is the same, byte for byte
    for seen in (theirs_seen, vc.inspect(ours)):
        assert seen.message_bytes.startswith(bytes.fromhex("d2844ea2013824"))
        assert seen.message.protected == bytes.fromhex("a20138240448") + (seen.message.kid or b"")


def test_a_certificate_of_the_sample_s_length_of_validity_is_cut_to_the_signer_s_end() -> None:
    issued = issuer(signer(Algorithm.PS256), validity=timedelta(days=3000)).issue(made_up(), at=NOW)
    assert issued.expires == signer(Algorithm.PS256).certificate.not_after
