"""Synthetic people, doses and keys: the same people in every run, new keys in each."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec_key
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

import vaxcert as vc
from vaxcert.adapters.signers import KeySigner
from vaxcert.crypto.signing_certificate import SigningCertificate, read_signing_certificate

SEED = 5772
COUNTRY = "VN"
AUTHORITY = "Bộ Y tế"

_FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ")
_MIDDLE = ("Văn", "Thị", "Đức", "Ngọc", "Thanh", "Quang", "Hữu", "Thu", "Xuân", "Gia", "Bảo", "Khánh")
_GIVEN = ("Anh", "Bình", "Châu", "Dũng", "Đạt", "Giang", "Hằng", "Hưng", "Khôi", "Linh", "Mỹ", "Nhật")
_LAST = ("", " Vy", " Uyên", " Trâm", " Sơn", " Quỳnh", " Yến", " Thủy", " Lộc", " Kiệt")

# product, marketing holder, prophylaxis: value sets 2.12.0, vaccines licensed in Viet Nam
_VACCINES = (
    ("EU/1/20/1528", "ORG-100030215", "1119349007"),
    ("EU/1/20/1507", "ORG-100031184", "1119349007"),
    ("EU/1/21/1529", "ORG-100001699", "29061000087103"),
    ("EU/1/20/1525", "ORG-100001417", "29061000087103"),
    ("BBIBP-CorV", "ORG-100020693", "1157024006"),
    ("Hayat-Vax", "ORG-100023050", "1157024006"),
)
_COVID_19 = "840539006"
_FIRST_BIRTH, _BIRTH_DAYS = date(1930, 1, 1), 80 * 365
_FIRST_DOSE, _DOSE_DAYS = date(2021, 3, 8), 650


def certificates(count: int) -> list[vc.HealthCertificate]:
    """`count` different people with one dose each."""
    chance = random.Random(SEED)  # noqa: S311 - synthetic people, not keys
    return [_certificate(chance) for _ in range(count)]


def _certificate(chance: random.Random) -> vc.HealthCertificate:
    product, holder, prophylaxis = chance.choice(_VACCINES)
    doses = chance.choice((2, 2, 2, 3))
    return vc.HealthCertificate(
        subject=vc.Person(
            family_name=chance.choice(_FAMILY),
            given_name=f"{chance.choice(_MIDDLE)} {chance.choice(_GIVEN)}{chance.choice(_LAST)}",
            birth_date=_FIRST_BIRTH + timedelta(days=chance.randrange(_BIRTH_DAYS)),
        ),
        vaccination=vc.Vaccination(
            disease=_COVID_19,
            prophylaxis=prophylaxis,
            product=product,
            marketing_holder=holder,
            dose_number=chance.randint(1, doses),
            doses_in_series=doses,
            vaccinated_on=_FIRST_DOSE + timedelta(days=chance.randrange(_DOSE_DAYS)),
        ),
    )


@dataclass(frozen=True)
class Country:
    """An issuer with its one signing key, and what others need to follow it."""

    private_key: EllipticCurvePrivateKey | RSAPrivateKey
    certificate: x509.Certificate
    at: datetime

    @property
    def signer(self) -> KeySigner:
        """The key as our issuer takes it."""
        return KeySigner(self.private_key, self.signing_certificate)

    @property
    def signing_certificate(self) -> SigningCertificate:
        """The certificate as our trust list takes it."""
        return read_signing_certificate(self.certificate.public_bytes(Encoding.DER))

    @property
    def issuer(self) -> vc.Issuer:
        """Our issuer, twelve months of validity."""
        return vc.Issuer(self.signer, country=COUNTRY, authority=AUTHORITY, validity=timedelta(days=365))

    @property
    def verifier(self) -> vc.Verifier:
        """Our verifier, trusting this key alone."""
        trusted = vc.TrustedKey.from_certificate(self.signing_certificate)
        return vc.Verifier(vc.TrustList([trusted]), policy=vc.VerificationPolicy())

    @property
    def verifying_setup(self) -> dict[str, list[str]]:
        """What a peer needs to verify."""
        return {"certificates": [self.certificate.public_bytes(Encoding.PEM).decode()]}

    @property
    def issuing_setup(self) -> dict[str, str]:
        """What a peer needs to issue."""
        signer = self.signer
        pem = self.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return {"private_key": pem.decode(), "algorithm": signer.algorithm.name, "kid": signer.kid.hex()}


def es256_country() -> Country:
    """A country that signs with P-256, like most."""
    return _country(generate_ec_key(SECP256R1()))


def ps256_country() -> Country:
    """A country that signs with RSA-2048, like Viet Nam."""
    return _country(generate_rsa_key(65537, 2048))


def _country(key: EllipticCurvePrivateKey | RSAPrivateKey) -> Country:
    # The clock, because python-cwt compares the expiry with it whatever it is told.
    at = datetime.now(UTC).replace(microsecond=0)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, COUNTRY),
            x509.NameAttribute(NameOID.COMMON_NAME, "TEST DSC - NOT FOR USE"),
        ]
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + timedelta(days=730))
    )
    return Country(key, builder.sign(key, hashes.SHA256()), at)
