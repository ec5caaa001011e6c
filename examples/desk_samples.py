"""What a traveller may show at the desk page, as pictures to try: one of each verdict, and a passport to compare with.

The people do not exist. The lines of the passport are made up too, with check digits that are right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import vaxcert as vc
from vaxcert.adapters.key_files import load_signer
from vaxcert.codec import container

PASSPORT = """\
P<VNMDANG<<THU<NGHIEM<<<<<<<<<<<<<<<<<<<<<<<
L898902C36UTO9002281<3001318<<<<<<<<<<<<<<08
"""
DETECTED = "260373001"
SECOND_DOSE, THIRD_DOSE = b"\x62dn\x02", b"\x62dn\x03"
"""The dose number (`dn`) as it stands in the signed bytes, in CBOR."""

TRAVELLER = vc.Person(family_name="Đặng", given_name="Thử Nghiệm", birth_date=date(1990, 2, 28))
TWIN = vc.Person(family_name="Đặng", given_name="Thử Nghĩa", birth_date=date(1990, 2, 28))


@dataclass(frozen=True)
class Sample:
    """One thing to show.

    Attributes:
        name: Of its picture.
        verdict: What the desk says of it beside the passport.
        code: The reason; "" where nothing speaks against it.
        what: What it is, in a few words.
        text: What is in the QR code.
    """

    name: str
    verdict: str
    code: str
    what: str
    text: str


def make_samples(folder: Path, key: Path, certificate: Path, at: datetime) -> list[Sample]:
    """Draw the samples, and write the passport beside them.

    Args:
        folder: Where; it is there.
        key: Of a TEST signer.
        certificate: Of the same.
        at: When the certificates are issued, aware.

    Returns:
        What there is.
    """
    issuer = vc.Issuer(load_signer(key, certificate), country="VN", authority="Bộ Y tế")
    samples = list(_samples(issuer, at))
    for sample in samples:
        (folder / f"{sample.name}.png").write_bytes(vc.qr.png(sample.text))
    (folder / "passport.txt").write_text(PASSPORT, encoding="ascii")
    return samples


def _samples(issuer: vc.Issuer, at: datetime) -> Iterator[Sample]:
    second = _dose(issuer, TRAVELLER, 2, at)
    yield Sample("accept", "accept", "", "the second dose", second)
    yield Sample(
        "accept-too", "accept", "", "the first dose: shown after it", _dose(issuer, TRAVELLER, 1, at)
    )
    yield Sample("refer", "refer", "test-positive", "a test that found the virus", _positive(issuer, at))
    yield Sample("menu", "refer", "not-read", "no certificate: the page says so", "HTTPS://EXAMPLE.COM/MENU")
    yield Sample("refuse", "refuse", "bad-signature", "a second dose made a third", _forged(second))
    yield Sample("refuse-twin", "refuse", "identity-mismatch", "a twin's", _dose(issuer, TWIN, 2, at))


def _dose(issuer: vc.Issuer, person: vc.Person, number: int, at: datetime) -> str:
    dose = vc.Vaccination(
        disease="840539006",  # COVID-19
        prophylaxis="1119349007",  # mRNA vaccine
        product="EU/1/20/1528",  # Comirnaty
        marketing_holder="ORG-100030215",  # BioNTech
        dose_number=number,
        doses_in_series=2,
        vaccinated_on=date(2021, 9 + number, 18),
    )
    return issuer.issue(vc.HealthCertificate(subject=person, vaccination=dose), at=at).text


def _positive(issuer: vc.Issuer, at: datetime) -> str:
    test = vc.Test(
        disease="840539006",
        test_type="LP6464-4",  # nucleic acid amplification
        name="TEST PCR",
        sampled_at=datetime(2022, 5, 31, 9, tzinfo=UTC),
        result=DETECTED,
        centre="TEST centre",
    )
    return issuer.issue(vc.HealthCertificate(subject=TRAVELLER, test=test), at=at).text


def _forged(text: str) -> str:
    """One byte of what was signed changes, which takes no key."""
    message = vc.inspect(text).message_bytes
    return container.write(message.replace(SECOND_DOSE, THIRD_DOSE))
