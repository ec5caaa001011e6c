"""A builder that can be broken at every layer.

`build()` makes a certificate step by step: claims -> CBOR -> protected header -> Sig_structure -> signature
-> COSE_Sign1 -> zlib -> base45 -> text. Each step takes a keyword that replaces its value or changes what it
made, so a vector says in one line which step goes wrong, and everything around it is right.

Signatures repeat: ECDSA nonces come from the message (RFC 6979), and RSA-PSS signatures, whose salt is
random, are kept in `signatures.json` under the SHA-256 of what they were made from.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from test_vectors.encoding import Tagged, base45, cbor, deflated
from test_vectors.samples import token

FOLDER: Final = Path(__file__).parent
SIGNATURES: Final = FOLDER / "signatures.json"

ES256: Final = -7
PS256: Final = -37
ALG, CRIT, CONTENT_TYPE, KID = 1, 2, 3, 4
SIGN1: Final = 18
CWT: Final = 61

PREFIX: Final = "HC1:"


class SignatureStore:
    """RSA-PSS signatures made before. What was used is what is kept."""

    def __init__(self, file: Path) -> None:
        self._known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
        self._used: dict[str, str] = {}

    def signature(self, made_from: bytes, sign: Callable[[], bytes]) -> bytes:
        """The signature made from these bytes before, else a new one."""
        digest = hashlib.sha256(made_from).hexdigest()
        known = self._known.get(digest) or self._used.get(digest)
        self._used[digest] = known or b64encode(sign()).decode()
        return b64decode(self._used[digest])

    def used(self) -> dict[str, str]:
        """All signatures asked for so far."""
        return dict(self._used)


PSS_SIGNATURES: Final = SignatureStore(SIGNATURES)


class Pss(NamedTuple):
    """Parameters of RSASSA-PSS. PS256 is the default."""

    hash: hashes.HashAlgorithm = hashes.SHA256()
    mask_hash: hashes.HashAlgorithm = hashes.SHA256()
    salt_bytes: int = 32


@dataclass(frozen=True)
class Key:
    """A TEST key and its certificate.

    Attributes:
        name: Its file name in `keys/`.
        private: The private key.
        certificate: The certificate in DER.
    """

    name: str
    private: Any
    certificate: bytes

    @property
    def kid(self) -> bytes:
        """HCERT appendix A.1."""
        return hashlib.sha256(self.certificate).digest()[:8]

    @property
    def algorithm(self) -> int:
        """The COSE algorithm that goes with the type of key."""
        return PS256 if isinstance(self.private, rsa.RSAPrivateKey) else ES256

    def sign(self, data: bytes) -> bytes:
        """A signature in COSE form with the key's own algorithm."""
        return self.sign_pss(data) if self.algorithm == PS256 else self.sign_ecdsa(data)

    def sign_ecdsa(self, data: bytes, digest: hashes.HashAlgorithm | None = None) -> bytes:
        """ECDSA, r and s joined at the curve's size; SHA-256 unless told otherwise."""
        r, s = decode_dss_signature(self.sign_ecdsa_der(data, digest))
        size = (self.private.curve.key_size + 7) // 8
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")

    def sign_ecdsa_der(self, data: bytes, digest: hashes.HashAlgorithm | None = None) -> bytes:
        """ECDSA in the DER form of X.509, which COSE does not use."""
        signature: bytes = self.private.sign(
            data, ec.ECDSA(digest or hashes.SHA256(), deterministic_signing=True)
        )
        return signature

    def sign_pss(self, data: bytes, parameters: Pss | None = None) -> bytes:
        """RSASSA-PSS, by default as PS256 wants it."""
        pss = parameters or Pss()
        label = f"{pss.hash.name} {pss.mask_hash.name} {pss.salt_bytes} ".encode()
        scheme = padding.PSS(mgf=padding.MGF1(pss.mask_hash), salt_length=pss.salt_bytes)
        return PSS_SIGNATURES.signature(
            self.certificate + label + data, lambda: self.private.sign(data, scheme, pss.hash)
        )

    def sign_pkcs1(self, data: bytes) -> bytes:
        """RSASSA-PKCS1-v1_5 with SHA-256 (RS256), which HCERT does not allow."""
        signature: bytes = self.private.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return signature


@cache
def key(name: str) -> Key:
    """One of the keys in `keys/`."""
    certificate = x509.load_pem_x509_certificate((FOLDER / "keys" / f"{name}.cert.pem").read_bytes())
    private = load_pem_private_key((FOLDER / "keys" / f"{name}.key.pem").read_bytes(), password=None)
    return Key(name, private, certificate.public_bytes(Encoding.DER))


@dataclass(frozen=True)
class Parts:
    """The four parts of a COSE_Sign1 message, each a value to be encoded."""

    protected: Any
    unprotected: Any
    payload: Any
    signature: Any

    def __iter__(self) -> Iterator[Any]:
        return iter((self.protected, self.unprotected, self.payload, self.signature))


@dataclass(frozen=True)
class Stages:
    """A certificate at each stage, outermost first."""

    text: str
    compressed: bytes = b""
    cose: bytes = b""
    payload: bytes = b""
    algorithm: int = ES256
    signature: bytes = b""


Change: TypeAlias = Callable[[bytes], bytes]

NO_TAMPERING: Final[Mapping[str, Any]] = MappingProxyType({})


def sig_structure(protected: bytes, payload: bytes) -> bytes:
    """RFC 9052 section 4.4."""
    return cbor(["Signature1", protected, b"", payload])


def sign1(parts: Parts) -> Any:
    """A message with tag 18."""
    return Tagged(SIGN1, list(parts))


def header(signer: Key) -> dict[int, Any]:
    """The protected header that most issuers write."""
    return {ALG: signer.algorithm, KID: signer.kid}


def unchanged(data: bytes) -> bytes:
    """What a step does that is not broken."""
    return data


def build(
    claims: Any = None,
    *,
    signer: str = "es256",
    payload: bytes | None = None,
    protected: Any = None,
    unprotected: Any = None,
    to_be_signed: Callable[[bytes, bytes], bytes] = sig_structure,
    sign: Callable[[Key, bytes], bytes] = Key.sign,
    signature: Change = unchanged,
    tampering: Mapping[str, Any] = NO_TAMPERING,
    message: Callable[[Parts], Any] = sign1,
    cose: Change = unchanged,
    compress: Change = deflated,
    compressed: Change = unchanged,
    text: Callable[[str], str] = str,
) -> Stages:
    """Make a certificate, right in every step that is not told otherwise.

    Args:
        claims: The CWT claims as values; the sample vaccination when None.
        signer: Name of the key that signs.
        payload: The CWT claims as bytes, instead of `claims`.
        protected: The protected header as values, or as bytes; algorithm and kid when None.
        unprotected: The unprotected header as values; empty when None.
        to_be_signed: Makes what is signed from the protected header's and the payload's bytes.
        sign: Signs it.
        signature: Changes the signature.
        tampering: Parts of the message that were replaced after signing, by their names in `Parts`.
        message: Makes the message from its four parts.
        cose: Changes the encoded message.
        compress: Makes the zlib stream.
        compressed: Changes the zlib stream.
        text: Changes the text.
    """
    signing_key = key(signer)
    payload = cbor(token() if claims is None else claims) if payload is None else payload
    protected = header(signing_key) if protected is None else protected
    protected = protected if isinstance(protected, bytes) else cbor(protected)
    made = signature(sign(signing_key, to_be_signed(protected, payload)))
    parts = replace(Parts(protected, {} if unprotected is None else unprotected, payload, made), **tampering)
    message_bytes = cose(cbor(message(parts)))
    stream = compressed(compress(message_bytes))
    delivered = parts.payload if isinstance(parts.payload, bytes) else b""
    return Stages(
        text(PREFIX + base45(stream)), stream, message_bytes, delivered, signing_key.algorithm, made
    )


def build_of_size(message_bytes: int, **changes: Any) -> Stages:
    """A certificate whose message has this many bytes; an unprotected header of zeros makes it up.

    Args:
        message_bytes: Enough for the sample certificate, and then some.
        changes: As for `build`, `tampering` excepted.

    Raises:
        ValueError: No padding gives that size.
    """

    def padded(padding: int) -> Stages:
        return build(tampering={"unprotected": {"pad": bytes(padding)}}, **changes)

    shortfall = message_bytes - len(padded(0).cose)
    for longer_head in (0, 1, 2, 4):
        stages = padded(shortfall - longer_head)
        if len(stages.cose) == message_bytes:
            return stages
    raise ValueError(f"cannot make a message of {message_bytes} bytes")
