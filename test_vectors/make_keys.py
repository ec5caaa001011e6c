"""Make the TEST keys and certificates of the vectors. Run once; what it made is committed and kept.

    python -m test_vectors.make_keys

Keys and certificates that exist already are left alone, because every vector depends on their bytes: keys,
serial numbers and ECDSA signatures are random, so making them again would change every key identifier. To
add a key, add a line to `SIGNERS` and run this again.

The private keys are public. They sign nothing but these vectors, and every subject says TEST.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

PrivateKey: TypeAlias = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey

KEYS: Final = Path(__file__).parent / "keys"

ARC: Final = "1.3.6.1.4.1.1847.2021.1"
OLD_ARC: Final = "1.3.6.1.4.1.0.1847.2021.1"
TEST, VACCINATION, RECOVERY = "1", "2", "3"


def _day(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=UTC)


START: Final = _day(2025)
END: Final = _day(2027)


def p256() -> PrivateKey:
    """A P-256 key."""
    return ec.generate_private_key(ec.SECP256R1())


def p384() -> PrivateKey:
    """A P-384 key, which HCERT does not allow."""
    return ec.generate_private_key(ec.SECP384R1())


def rsa_of(bits: int) -> Callable[[], PrivateKey]:
    """Something that makes RSA keys of this size, which OpenSSL does for even sizes only."""
    return lambda: rsa.generate_private_key(65537, bits) if bits % 2 == 0 else _odd_rsa(bits)


def _odd_rsa(bits: int) -> rsa.RSAPrivateKey:
    """An RSA key of an odd size, of the primes of two others: both have their two highest bits set."""
    p, q = (rsa.generate_private_key(65537, size).private_numbers().p for size in (bits + 1, bits - 1))
    d = pow(65537, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(65537, p * q)
    crt = rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q)
    return rsa.RSAPrivateNumbers(p, q, d, *crt, public).private_key()


@dataclass(frozen=True)
class Spec:
    """A key to make.

    Attributes:
        name: File name, and part of the subject.
        make: Makes the private key.
        start: First moment of the certificate's validity.
        end: Last moment of it.
        usage: The extended key usage extension; None for none.
        authority: Name of the key that signs the certificate.
    """

    name: str
    make: Callable[[], PrivateKey]
    start: datetime = START
    end: datetime = END
    usage: x509.ExtensionType | None = None
    authority: str = "csca-es256"


def purposes(arc: str, *numbers: str) -> x509.ExtendedKeyUsage:
    """HCERT purposes (appendix A.4) in one of the two arcs in use."""
    return x509.ExtendedKeyUsage(ObjectIdentifier(f"{arc}.{number}") for number in numbers)


ALL: Final = purposes(ARC, TEST, VACCINATION, RECOVERY)
FOREIGN: Final = x509.ExtendedKeyUsage(
    [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.EMAIL_PROTECTION]
)
EMPTY: Final = x509.UnrecognizedExtension(ObjectIdentifier("2.5.29.37"), b"\x30\x00")

AUTHORITIES: Final = (
    Spec("csca-es256", p256, start=_day(2021), end=_day(2031)),
    Spec("csca-ps256", rsa_of(3072), start=_day(2021), end=_day(2031), authority="csca-ps256"),
)
SIGNERS: Final = (
    Spec("es256", p256, usage=ALL),
    Spec("es256-vaccination", p256, usage=purposes(ARC, VACCINATION)),
    Spec("es256-test-old-arc", p256, usage=purposes(OLD_ARC, TEST)),
    Spec("es256-recovery", p256, usage=purposes(ARC, RECOVERY)),
    Spec("es256-no-purpose", p256),
    Spec("es256-foreign-purpose", p256, usage=FOREIGN),
    Spec("es256-empty-purpose", p256, usage=EMPTY),
    Spec("es256-expired", p256, start=_day(2023), end=_day(2025), usage=ALL),
    Spec("es256-future", p256, start=_day(2027), end=_day(2029), usage=ALL),
    Spec("es256-collision-1", p256, usage=ALL),
    Spec("es256-collision-2", p256, usage=ALL),
    Spec("es256-stranger", p256, usage=ALL),
    Spec("p384", p384, usage=ALL),
    Spec("ed25519", ed25519.Ed25519PrivateKey.generate, usage=ALL),
    Spec("ps256-2048", rsa_of(2048), usage=ALL, authority="csca-ps256"),
    Spec("ps256-3072", rsa_of(3072), usage=ALL, authority="csca-ps256"),
    Spec("rsa-1024", rsa_of(1024), usage=ALL, authority="csca-ps256"),
    Spec("rsa-2047", rsa_of(2047), usage=ALL, authority="csca-ps256"),
    *(
        Spec(f"rsa-{bits}", rsa_of(bits), usage=ALL, authority="csca-ps256")
        for bits in (2999, 3000, 3071, 3073, 4096)
    ),
)


def main() -> None:
    """Make what is missing."""
    KEYS.mkdir(exist_ok=True)
    for spec in AUTHORITIES:
        _make(spec, is_authority=True)
    for spec in SIGNERS:
        _make(spec, is_authority=False)


def _make(spec: Spec, *, is_authority: bool) -> None:
    key_file, certificate_file = KEYS / f"{spec.name}.key.pem", KEYS / f"{spec.name}.cert.pem"
    if key_file.exists():
        return
    key = spec.make()
    key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    certificate_file.write_bytes(
        _certificate(spec, key, is_authority=is_authority).public_bytes(Encoding.PEM)
    )
    print(f"made {spec.name}")


def _certificate(spec: Spec, key: PrivateKey, *, is_authority: bool) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(spec.name))
        .issuer_name(_name(spec.authority))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(spec.start)
        .not_valid_after(spec.end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if is_authority:
        return builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True).sign(
            key, hashes.SHA256()
        )
    if spec.usage is not None:
        builder = builder.add_extension(spec.usage, critical=False)
    return builder.sign(_private_key(spec.authority), hashes.SHA256())


def _name(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "TEST vaxcert vectors"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"TEST {name}"),
        ]
    )


def _private_key(name: str) -> PrivateKey:
    key = load_pem_private_key((KEYS / f"{name}.key.pem").read_bytes(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey)
    return key


if __name__ == "__main__":
    main()
