"""The signature algorithms of X.509 certificates and CMS, from their AlgorithmIdentifier (RFC 5280 section 4.1.1.2).

ECDSA on P-256, P-384 and P-521 (RFC 5758), RSA PKCS #1 v1.5 and RSA-PSS (RFC 4055), each with SHA-256, SHA-384 or
SHA-512. Hashes that collide (MD5, SHA-1) and RSA keys under 2048 bits prove nothing, and have their own reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from vaxcert.crypto import der
from vaxcert.crypto.keys import MIN_RSA_BITS
from vaxcert.errors import Reason, TrustListError

Hash: TypeAlias = hashes.SHA256 | hashes.SHA384 | hashes.SHA512

_oid = der.object_identifier

_HASHES: Final[dict[bytes, Hash]] = {
    _oid("2.16.840.1.101.3.4.2.1"): hashes.SHA256(),
    _oid("2.16.840.1.101.3.4.2.2"): hashes.SHA384(),
    _oid("2.16.840.1.101.3.4.2.3"): hashes.SHA512(),
}
_WEAK: Final = {
    _oid("1.2.840.113549.2.5"): "MD5",
    _oid("1.3.14.3.2.26"): "SHA-1",
    _oid("1.2.840.113549.1.1.4"): "MD5",
    _oid("1.2.840.113549.1.1.5"): "SHA-1",
    _oid("1.2.840.10045.4.1"): "SHA-1",
}
_ECDSA: Final[dict[bytes, Hash]] = {
    _oid("1.2.840.10045.4.3.2"): hashes.SHA256(),
    _oid("1.2.840.10045.4.3.3"): hashes.SHA384(),
    _oid("1.2.840.10045.4.3.4"): hashes.SHA512(),
}
_RSA: Final[dict[bytes, Hash]] = {
    _oid("1.2.840.113549.1.1.11"): hashes.SHA256(),
    _oid("1.2.840.113549.1.1.12"): hashes.SHA384(),
    _oid("1.2.840.113549.1.1.13"): hashes.SHA512(),
}
_BARE_ECDSA: Final = _oid("1.2.840.10045.2.1")
_BARE_RSA: Final = _oid("1.2.840.113549.1.1.1")
_RSA_PSS: Final = _oid("1.2.840.113549.1.1.10")
_MGF1: Final = _oid("1.2.840.113549.1.1.8")

_CURVES: Final = frozenset({"secp256r1", "secp384r1", "secp521r1"})
_MAX_SALT_OCTETS: Final = 512


@dataclass(frozen=True, slots=True)
class SignatureAlgorithm:
    """How one signature was made.

    Attributes:
        hash: Of the data.
        padding: Of RSA; None for ECDSA.
    """

    hash: Hash
    padding: padding.PKCS1v15 | padding.PSS | None

    def check(self, key: object, signature: bytes, data: bytes) -> None:
        """Make sure that a key made a signature.

        Args:
            key: A public key of `cryptography`.
            signature: As in X.509: a DER SEQUENCE of r and s for ECDSA.
            data: What was signed.

        Raises:
            TrustListError: `trust-entry-signature`, also for a key of another type; `weak-signature`, for an RSA key
                under 2048 bits.
        """
        try:
            if self.padding is None:
                _ecdsa_key(key).verify(signature, data, ec.ECDSA(self.hash))
            else:
                _rsa_key(key).verify(signature, data, self.padding, self.hash)
        except (InvalidSignature, UnsupportedAlgorithm, ValueError):
            raise _refused("the signature is not by the key it names") from None


def hash_algorithm(identifier: bytes) -> Hash:
    """The hash an AlgorithmIdentifier means.

    Args:
        identifier: Content of the AlgorithmIdentifier.

    Raises:
        TrustListError: `weak-signature`, for MD5 and SHA-1; `trust-entry-signature`, for any other than SHA-256,
            SHA-384 and SHA-512; `certificate-unreadable`.
    """
    name, _ = _parts(identifier)
    _refuse_weak(name)
    if name not in _HASHES:
        raise _refused("a hash algorithm other than SHA-256, SHA-384 and SHA-512")
    return _HASHES[name]


def signature_algorithm(identifier: bytes, *, digest: Hash | None = None) -> SignatureAlgorithm:
    """The algorithm an AlgorithmIdentifier means.

    Args:
        identifier: Content of the AlgorithmIdentifier.
        digest: The hash, where it is named apart, as in CMS: identifiers of a mere key type (`rsaEncryption`) are
            then taken with it, and those that name a hash must name this one.

    Raises:
        TrustListError: `weak-signature`, for MD5 and SHA-1; `trust-entry-signature`, for any algorithm that is not
            among those of this module; `certificate-unreadable`.
    """
    name, parameters = _parts(identifier)
    _refuse_weak(name)
    found = _algorithm(name, parameters, digest)
    if found is None:
        raise _refused("a signature algorithm other than ECDSA and RSA with SHA-256, SHA-384 or SHA-512")
    if digest is not None and found.hash.name != digest.name:
        raise _refused("a signature algorithm with another hash than the content's")
    return found


def _algorithm(name: bytes, parameters: bytes, digest: Hash | None) -> SignatureAlgorithm | None:
    if name in _ECDSA:
        return SignatureAlgorithm(_ECDSA[name], None)
    if name in _RSA:
        return SignatureAlgorithm(_RSA[name], padding.PKCS1v15())
    if name == _RSA_PSS:
        return _pss(parameters)
    if digest is not None and name == _BARE_RSA:
        return SignatureAlgorithm(digest, padding.PKCS1v15())
    if digest is not None and name == _BARE_ECDSA:
        return SignatureAlgorithm(digest, None)
    return None


def _pss(parameters: bytes) -> SignatureAlgorithm:
    """RSASSA-PSS-params (RFC 4055 section 3.1). What they leave out is SHA-1, which is refused."""
    fields = {field.tag: field.content for field in der.elements(der.content(parameters, der.SEQUENCE))}
    if not {0xA0, 0xA1} <= fields.keys():
        raise _weak("SHA-1")
    mask, mask_parameters = _parts(der.content(fields[0xA1], der.SEQUENCE))
    if mask != _MGF1:
        raise _refused("RSA-PSS with another mask generation than MGF1")
    mask_hash = hash_algorithm(der.content(mask_parameters, der.SEQUENCE))
    salt = der.integer(der.content(fields[0xA2], der.INTEGER)) if 0xA2 in fields else 20
    trailer = der.integer(der.content(fields[0xA3], der.INTEGER)) if 0xA3 in fields else 1
    if not 0 <= salt <= _MAX_SALT_OCTETS or trailer != 1:
        raise _refused("RSA-PSS with a salt length or trailer that is none")
    return SignatureAlgorithm(
        hash_algorithm(der.content(fields[0xA0], der.SEQUENCE)),
        padding.PSS(mgf=padding.MGF1(mask_hash), salt_length=salt),
    )


def _parts(identifier: bytes) -> tuple[bytes, bytes]:
    """Object identifier, and the encoding of the parameters or nothing."""
    parts = tuple(der.elements(identifier))
    if not 1 <= len(parts) <= 2 or parts[0].tag != der.OBJECT_IDENTIFIER:
        raise TrustListError(Reason.CERTIFICATE_UNREADABLE, "an algorithm identifier that is none")
    return parts[0].content, parts[1].encoding if len(parts) == 2 else b""


def _ecdsa_key(key: object) -> ec.EllipticCurvePublicKey:
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _CURVES:
        return key
    raise _refused("an ECDSA signature by a key that is not on P-256, P-384 or P-521")


def _rsa_key(key: object) -> rsa.RSAPublicKey:
    if not isinstance(key, rsa.RSAPublicKey):
        raise _refused("an RSA signature by a key that is not RSA")
    if key.key_size < MIN_RSA_BITS:
        raise TrustListError(
            Reason.WEAK_SIGNATURE,
            f"signed by an RSA key of {key.key_size} bits, {MIN_RSA_BITS} or more expected",
        )
    return key


def _refuse_weak(name: bytes) -> None:
    if name in _WEAK:
        raise _weak(_WEAK[name])


def _weak(name: str) -> TrustListError:
    return TrustListError(Reason.WEAK_SIGNATURE, f"signed with {name}, which proves nothing any more")


def _refused(problem: str) -> TrustListError:
    return TrustListError(Reason.TRUST_ENTRY_SIGNATURE, problem)
