"""Whose country an upload to the gateway is from: what its signer's certificate says, as it was pinned."""

from pathlib import Path

import pytest
from tests.support.openssl import Workshop

from vaxcert.trust.anchors import anchor_of
from vaxcert.trust.gateway_upload import Upload, read_upload

CONTENT = b"TEST batch"


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    folder: Path = tmp_path_factory.mktemp("openssl")
    return Workshop(folder)


def test_of_a_signer_whom_a_pinned_authority_certified(workshop: Workshop) -> None:
    authority = workshop.party("CSCA", country="DE", authority=True).certificate
    signer = workshop.party("UPLOAD", country="DE")
    by_authority = workshop.party("AUTHORITY", country="LA", authority=True)
    uploader = workshop.party("UPLOAD", country="VN", issuer=by_authority)
    anchors = [
        anchor_of(one.public_key, certificate=one)
        for one in (authority, signer.certificate, by_authority.certificate)
    ]
    assert read_upload(workshop.cms(uploader, CONTENT, "-nodetach"), anchors) == Upload(CONTENT, "VN")
    assert read_upload(workshop.cms(signer, CONTENT, "-nodetach"), anchors) == Upload(CONTENT, "DE")


def test_of_a_pinned_signer_who_brings_another_certificate(workshop: Workshop) -> None:
    signer = workshop.party("UPLOAD", country="VN")
    other = workshop.again(signer, "UPLOAD", country="LA")
    message = workshop.cms(other, CONTENT, "-nodetach")
    pinned = signer.certificate
    assert read_upload(message, [anchor_of(pinned.public_key, certificate=pinned)]).country == "VN"
    assert read_upload(message, [anchor_of(pinned.public_key)]).country == "LA"
