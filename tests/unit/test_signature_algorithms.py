from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from hypothesis import given
from hypothesis import strategies as st

from vaxcert.crypto import der
from vaxcert.crypto.signature_algorithms import SignatureAlgorithm, hash_algorithm, signature_algorithm
from vaxcert.errors import Reason, TrustListError

NULL = b"\x05\x00"
SHA1, SHA256, SHA512 = "1.3.14.3.2.26", "2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.3"
MGF1, PSS = "1.2.840.113549.1.1.8", "1.2.840.113549.1.1.10"
RSA, EC_KEY = "1.2.840.113549.1.1.1", "1.2.840.10045.2.1"


def oid(dotted: str) -> bytes:
    return der.encode(der.OBJECT_IDENTIFIER, der.object_identifier(dotted))


def pss(
    *,
    digest: str | None = SHA256,
    mask: str | None = MGF1,
    mask_digest: str = SHA256,
    salt: bytes | None = b"\x20",
    trailer: bytes | None = None,
) -> bytes:
    """Content of an AlgorithmIdentifier for RSA-PSS; members that are None are left out."""
    members = b""
    if digest is not None:
        members += der.encode(0xA0, der.encode(der.SEQUENCE, oid(digest) + NULL))
    if mask is not None:
        inner = der.encode(der.SEQUENCE, oid(mask_digest) + NULL)
        members += der.encode(0xA1, der.encode(der.SEQUENCE, oid(mask) + inner))
    if salt is not None:
        members += der.encode(0xA2, der.encode(der.INTEGER, salt))
    if trailer is not None:
        members += der.encode(0xA3, der.encode(der.INTEGER, trailer))
    return oid(PSS) + der.encode(der.SEQUENCE, members)


def refusal(identifier: bytes, digest: hashes.SHA256 | None = None) -> Reason:
    with pytest.raises(TrustListError) as caught:
        signature_algorithm(identifier, digest=digest)
    return caught.value.reason


def pss_of(algorithm: SignatureAlgorithm) -> tuple[str, str, object]:
    assert isinstance(algorithm.padding, padding.PSS)
    return algorithm.hash.name, algorithm.padding.mgf._algorithm.name, algorithm.padding._salt_length


def test_pss_parameters() -> None:
    assert pss_of(signature_algorithm(pss())) == ("sha256", "sha256", 32)
    assert pss_of(signature_algorithm(pss(salt=None))) == ("sha256", "sha256", 20)
    assert pss_of(signature_algorithm(pss(mask_digest=SHA512, trailer=b"\x01"))) == ("sha256", "sha512", 32)
    assert pss_of(signature_algorithm(pss(salt=b"\x00"))) == ("sha256", "sha256", 0)
    assert pss_of(signature_algorithm(pss(salt=b"\x02\x00"))) == ("sha256", "sha256", 512)


@pytest.mark.parametrize(
    ("identifier", "reason"),
    [
        (pss(digest=None), Reason.WEAK_SIGNATURE),
        (pss(mask=None), Reason.WEAK_SIGNATURE),
        (pss(digest=SHA1), Reason.WEAK_SIGNATURE),
        (pss(mask_digest=SHA1), Reason.WEAK_SIGNATURE),
        (pss(mask=SHA256), Reason.TRUST_ENTRY_SIGNATURE),
        (pss(salt=b"\xff"), Reason.TRUST_ENTRY_SIGNATURE),
        (pss(salt=b"\x02\x01"), Reason.TRUST_ENTRY_SIGNATURE),
        (pss(trailer=b"\x02"), Reason.TRUST_ENTRY_SIGNATURE),
        (oid(PSS) + b"\x30\x00", Reason.WEAK_SIGNATURE),
        (oid(PSS), Reason.CERTIFICATE_UNREADABLE),
        (oid(PSS) + NULL, Reason.CERTIFICATE_UNREADABLE),
        (oid(RSA) + NULL, Reason.TRUST_ENTRY_SIGNATURE),  # no hash is named, nor given
        (oid(EC_KEY), Reason.TRUST_ENTRY_SIGNATURE),
        (oid("1.3.101.112"), Reason.TRUST_ENTRY_SIGNATURE),
        (b"", Reason.CERTIFICATE_UNREADABLE),
        (NULL, Reason.CERTIFICATE_UNREADABLE),
        (oid(RSA) + NULL + NULL, Reason.CERTIFICATE_UNREADABLE),
    ],
)
def test_what_is_refused(identifier: bytes, reason: Reason) -> None:
    assert refusal(identifier) is reason


def test_hash_named_apart() -> None:
    digest = hashes.SHA256()
    assert signature_algorithm(oid(EC_KEY), digest=digest) == SignatureAlgorithm(digest, None)
    assert isinstance(signature_algorithm(oid(RSA) + NULL, digest=digest).padding, padding.PKCS1v15)
    ecdsa_sha256, ecdsa_sha512 = oid("1.2.840.10045.4.3.2"), oid("1.2.840.10045.4.3.4")
    assert signature_algorithm(ecdsa_sha256, digest=digest).hash.name == "sha256"
    assert refusal(ecdsa_sha512, digest) is Reason.TRUST_ENTRY_SIGNATURE
    assert refusal(oid("1.3.101.112"), digest) is Reason.TRUST_ENTRY_SIGNATURE


@pytest.mark.parametrize(
    ("read", "identifier", "name"),
    [
        (hash_algorithm, "1.2.840.113549.2.5", "MD5"),
        (hash_algorithm, SHA1, "SHA-1"),
        (signature_algorithm, "1.2.840.113549.1.1.4", "MD5"),
        (signature_algorithm, "1.2.840.113549.1.1.5", "SHA-1"),
        (signature_algorithm, "1.2.840.10045.4.1", "SHA-1"),
    ],
)
def test_weak_hashes_are_named(read: Callable[[bytes], object], identifier: str, name: str) -> None:
    with pytest.raises(TrustListError) as caught:
        read(oid(identifier))
    assert caught.value.reason is Reason.WEAK_SIGNATURE
    assert str(caught.value) == f"signed with {name}, which proves nothing any more"


def test_what_pss_parameters_leave_out_is_named() -> None:
    with pytest.raises(TrustListError, match="signed with SHA-1, which"):
        signature_algorithm(pss(digest=None))


def test_keys_of_another_type() -> None:
    ecdsa, pkcs1 = (signature_algorithm(oid(name), digest=hashes.SHA256()) for name in (EC_KEY, RSA))
    edwards = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()
    p256 = ec.derive_private_key(7, ec.SECP256R1()).public_key()
    modulus = rsa.generate_private_key(65537, 2048).public_key()
    for algorithm, key in (
        (ecdsa, edwards),
        (ecdsa, modulus),
        (pkcs1, edwards),
        (pkcs1, p256),
        (ecdsa, p256),
    ):
        with pytest.raises(TrustListError) as caught:
            algorithm.check(key, b"", b"")
        assert caught.value.reason is Reason.TRUST_ENTRY_SIGNATURE


@given(st.binary(max_size=80))
def test_any_bytes_are_an_algorithm_or_our_error(data: bytes) -> None:
    for read in (signature_algorithm, hash_algorithm):
        for whole in (data, oid(PSS) + der.encode(der.SEQUENCE, data)):
            with pytest.raises(TrustListError):
                read(whole)
