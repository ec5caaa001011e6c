"""Viet Nam's own published sample through the real command."""

from __future__ import annotations

import json

import pytest

from tests.support.command_line import vaxcert

pytestmark = pytest.mark.corpus

FAULTS = {"product-holder-mismatch", "expiry-past-signer", "code-deprecated"}


def verify(corpus, at, *arguments):
    folder = corpus / "viet-nam"
    return vaxcert(
        "verify", "--trust", folder / "VAC_VN.dsc.pem", "--at", at, *arguments, folder / "VAC_VN.png"
    )


def test_accepted_in_its_time_with_its_three_faults(corpus):
    done = verify(corpus, "2022-06-01T00:00:00Z", "--json")
    found = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert (found["outcome"], found["level"], found["reason"]) == ("accepted", "acceptable", None)
    assert (found["algorithm"], found["issuer"], found["kid"]) == ("PS256", "VN", "f30da46716f7882d")
    assert {finding["code"] for finding in found["findings"]} == FAULTS


def test_authentic_and_expired_today(corpus):
    done = verify(corpus, "2026-11-22T00:00:00Z", "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert (found["outcome"], found["level"], found["reason"]) == ("refused", "authentic", "expired")
    assert {finding["code"] for finding in found["findings"]} == FAULTS | {"signer-expired-since"}
    assert found["certificate"]["vaccination"]["certificate_id"].startswith("URN:UVCI:01:VN:")


def test_each_fault_can_be_made_a_refusal(corpus):
    for code in FAULTS:
        done = verify(corpus, "2022-06-01T00:00:00Z", "--json", "--refuse", code)
        assert (done.returncode, json.loads(done.stdout)["reason"]) == (1, "policy")


def test_text_and_picture_are_the_same_certificate(corpus):
    folder = corpus / "viet-nam"
    done = vaxcert(
        "verify",
        "--json",
        "--trust",
        folder,
        "--at",
        "2022-06-01T00:00:00Z",
        folder / "VAC_VN.txt",
        folder / "VAC_VN.png",
    )
    text, picture = (json.loads(line) for line in done.stdout.splitlines())
    assert {**text, "source": ""} == {**picture, "source": ""}


def test_card_in_vietnamese(corpus):
    done = verify(corpus, "2022-06-01T00:00:00Z", "--lang", "vi")
    assert "✔ CHẤP NHẬN" in done.stdout
    assert "Sản phẩm vắc xin và nhà sản xuất không khớp nhau." in " ".join(done.stdout.split())
