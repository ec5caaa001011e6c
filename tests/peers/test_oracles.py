"""Independent implementations as oracles, in both directions."""

import random
from datetime import date, timedelta
from typing import Any

import pytest
from benchmarks import sample
from benchmarks.peers.client import PeerError, Peers

import vaxcert as vc
from vaxcert.codec import base45, container
from vaxcert.errors import BadSignatureError, DecodeError

pytestmark = pytest.mark.peers

CERTIFICATE_ID = "URN:UVCI:01:VN:4A7C1E90B2D35F6881A2C3D4E5F60718"

PERSON = vc.Person(
    family_name="Nguyễn",
    given_name="Bảo Duy",
    standard_family_name="NGUYEN",
    standard_given_name="BAO<DUY",
    birth_date=date(1983, 10, 10),
)
DOSE = vc.Vaccination(
    disease="840539006",
    prophylaxis="1119349007",
    product="EU/1/20/1528",
    marketing_holder="ORG-100030215",
    dose_number=2,
    doses_in_series=2,
    vaccinated_on=date(2021, 3, 18),
    country="VN",
    authority="Bộ Y tế",
    certificate_id=CERTIFICATE_ID,
)
CERTIFICATE = vc.HealthCertificate(subject=PERSON, vaccination=DOSE, version="1.3.0")

HEALTH_CLAIM = {
    "ver": "1.3.0",
    "nam": {"fn": "Nguyễn", "gn": "Bảo Duy", "fnt": "NGUYEN", "gnt": "BAO<DUY"},
    "dob": "1983-10-10",
    "v": [
        {
            "tg": "840539006",
            "vp": "1119349007",
            "mp": "EU/1/20/1528",
            "ma": "ORG-100030215",
            "dn": 2,
            "sd": 2,
            "dt": "2021-03-18",
            "co": "VN",
            "is": "Bộ Y tế",
            "ci": CERTIFICATE_ID,
        }
    ],
}

VALIDITY = timedelta(days=365)


def claims_of(country: sample.Country) -> dict[str, Any]:
    issued_at = int(country.at.timestamp())
    expires = int((country.at + VALIDITY).timestamp())
    return {"1": "VN", "4": expires, "6": issued_at, "-260": {"1": HEALTH_CLAIM}}


def with_altered_signature(text: str) -> str:
    message = bytearray(container.message_bytes(text))
    message[-1] ^= 1
    return container.write(bytes(message))


@pytest.mark.parametrize("job", ["cwt.verify", "pycose.verify"])
def test_peer_reads_equal_claims_from_our_certificate(
    peers: Peers, country: sample.Country, job: str
) -> None:
    issued = country.issuer.issue(CERTIFICATE, at=country.at)

    (outcome,) = peers.run(job, [issued.text], **country.verifying_setup)

    assert outcome.error is None
    assert outcome.value == claims_of(country)


@pytest.mark.parametrize(
    ("job", "refusal"),
    [("cwt.verify", "VerifyError: Failed to verify."), ("pycose.verify", "ValueError: bad signature")],
)
def test_peer_and_we_refuse_an_altered_signature(
    peers: Peers, country: sample.Country, job: str, refusal: str
) -> None:
    altered = with_altered_signature(country.issuer.issue(CERTIFICATE, at=country.at).text)

    (outcome,) = peers.run(job, [altered], **country.verifying_setup)

    assert outcome.error == refusal
    with pytest.raises(BadSignatureError):
        country.verifier.verify(altered, at=country.at)


@pytest.mark.parametrize("job", ["cwt.issue", "pycose.issue"])
def test_we_read_the_certificate_of_a_peer(peers: Peers, country: sample.Country, job: str) -> None:
    (outcome,) = peers.run(job, [claims_of(country)], **country.issuing_setup)
    assert outcome.error is None

    verified = country.verifier.verify(outcome.value, at=country.at + timedelta(minutes=1))

    assert verified.certificate == CERTIFICATE
    assert (verified.claims.issuer, verified.claims.issued_at) == ("VN", country.at)
    assert verified.claims.expires == country.at + VALIDITY
    # python-cwt puts the key identifier into the unprotected header, pycose where it was told to
    expected = {"cwt.issue": vc.FindingCode.KID_UNPROTECTED, "pycose.issue": None}[job]
    assert [finding.code for finding in verified.findings] == ([expected] if expected else [])


def test_we_refuse_the_altered_signature_of_a_peer(peers: Peers, country: sample.Country) -> None:
    (outcome,) = peers.run("pycose.issue", [claims_of(country)], **country.issuing_setup)

    with pytest.raises(BadSignatureError):
        country.verifier.verify(with_altered_signature(outcome.value), at=country.at)


def test_peer_accepts_two_hundred_different_people(peers: Peers, country: sample.Country) -> None:
    texts = [country.issuer.issue(person, at=country.at).text for person in sample.certificates(200)]

    outcomes = peers.run("cwt.verify", texts, **country.verifying_setup)

    assert len(set(texts)) == 200
    assert [outcome.error for outcome in outcomes] == [None] * 200


def random_messages(count: int) -> list[bytes]:
    chance = random.Random(9285)
    return [chance.randbytes(chance.randrange(600)) for _ in range(count)]


def test_base45_encodes_as_the_base45_package_does(peers: Peers) -> None:
    messages = random_messages(1000)

    theirs = [outcome.value for outcome in peers.run("base45.encode", messages)]

    assert [base45.encode(message) for message in messages] == theirs
    assert [base45.decode(text) for text in theirs] == messages


def test_base45_package_decodes_what_we_encode(peers: Peers) -> None:
    messages = random_messages(1000)

    outcomes = peers.run("base45.decode", [base45.encode(message) for message in messages])

    assert [outcome.value for outcome in outcomes] == messages


def test_base45_refuses_what_the_base45_package_refuses(peers: Peers) -> None:
    chance = random.Random(45)
    alphabet = base45.ALPHABET.decode() + "a\u0130"
    texts = ["".join(chance.choices(alphabet, k=chance.randrange(12))) for _ in range(1000)]

    theirs = [outcome.accepted for outcome in peers.run("base45.decode", texts)]

    assert [is_base45(text) for text in texts] == theirs
    assert 50 < sum(theirs) < 950


def is_base45(text: str) -> bool:
    try:
        base45.decode(text)
    except DecodeError:
        return False
    return True


@pytest.mark.parametrize("package", ["qrcode.png", "segno.png"])
@pytest.mark.parametrize("level", ["L", "M", "Q", "H"])
def test_we_read_the_pictures_of_other_packages(
    peers: Peers, country: sample.Country, package: str, level: str
) -> None:
    text = country.issuer.issue(CERTIFICATE, at=country.at).text

    (outcome,) = peers.run(package, [text], level=level, pixels_a_module=4, quiet_zone=4)

    assert outcome.error is None
    assert vc.qr.read(outcome.value) == (text,)


def test_an_unknown_operation_is_refused_and_the_driver_goes_on(peers: Peers) -> None:
    with pytest.raises(PeerError, match="no-such-job"):
        peers.run("no-such-job", [])

    assert peers.run("base45.encode", [b"AB"])[0].value == "BB8"
