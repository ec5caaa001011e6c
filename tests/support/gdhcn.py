"""WHO GDHCN documents made on the spot and signed by a TEST key, for whatever nobody publishes."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode, urlsafe_b64encode
from datetime import UTC, datetime
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from vaxcert.trust.anchors import Anchor, anchor_of
from vaxcert.trust.formats.gdhcn.document import read_document
from vaxcert.trust.formats.gdhcn.network import Network, networks
from vaxcert.trust.formats.gdhcn.proof import signing_input
from vaxcert.trust.origin import Environment

STARTS = datetime(2022, 1, 1, tzinfo=UTC)
ENDS = datetime(2024, 1, 1, tzinfo=UTC)
CREATED = "2023-01-01T00:00:00Z"
HEADER = urlsafe_b64encode(b'{"b64":false,"crit":["b64"],"alg":"ES256"}').decode().rstrip("=")

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
Members = dict[str, Any]


@cache
def key(name: str = "signer", curve: type[ec.EllipticCurve] = ec.SECP256R1) -> ec.EllipticCurvePrivateKey:
    """A key on a curve, the same for the same name."""
    return ec.derive_private_key(int.from_bytes(hashlib.sha256(name.encode()).digest()[:31], "big"), curve())


@cache
def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    """An RSA key, the same for the same size."""
    return rsa.generate_private_key(65537, bits)


@cache
def certificate(
    name: str,
    private_key: PrivateKey,
    *,
    issued_by: str | None = None,
    issuer_key: PrivateKey | None = None,
    country: str = "VN",
    ends: datetime = ENDS,
) -> bytes:
    """A certificate in DER, the same for the same arguments; self-signed unless somebody issues it."""

    def named(common_name: str) -> x509.Name:
        attributes = ((NameOID.COUNTRY_NAME, country), (NameOID.COMMON_NAME, f"TEST {common_name}"))
        return x509.Name([x509.NameAttribute(*pair) for pair in attributes])

    builder = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issued_by or name))
        .public_key(private_key.public_key())
        .serial_number(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") + 1)
        .not_valid_before(STARTS)
        .not_valid_after(ends)
    )
    return builder.sign(issuer_key or private_key, hashes.SHA256()).public_bytes(Encoding.DER)


def authority(country: str = "VN") -> bytes:
    """The SCA of a country."""
    return certificate("SCA", key(f"SCA {country}"), country=country)


def signer(
    name: str = "DSC", private_key: PrivateKey | None = None, *, country: str = "VN", **more: Any
) -> bytes:
    """A DSC that the SCA of its country issued."""
    return certificate(
        name,
        private_key or key(name),
        **{"issued_by": "SCA", "issuer_key": key(f"SCA {country}"), "country": country, **more},
    )


def entry(
    *chain: bytes,
    participant: str = "VNM",
    usage: str = "DSC",
    domain: str = "DCC",
    did: str = "did:web:tng-cdn-dev.who.int:v2:trustlist",
    **jwk: Any,
) -> Members:
    """One verification method; `jwk` are members of its JSON Web Key that differ from those of the certificate."""
    web_key = _web_key(chain) | jwk
    return {
        "id": f"{did}:{domain}:{participant}:{usage}#{web_key['kid']}",
        "type": "JsonWebKey2020",
        "controller": did,
        "publicKeyJwk": web_key,
        "domain": {"code": f"#{domain}"},
        "participant": {"code": f"#{participant}"},
        "keyusage": {"code": f"#{usage}"},
    }


def network(name: str = "DEV") -> Network:
    """One of WHO's networks."""
    return next(known for known in networks() if known.name == name)


def document(*entries: Members | str, of: str = "DEV", **members: Any) -> Members:
    """An unsigned document."""
    known = network(of)
    did = f"did:web:{known.host}:v2:trustlist"
    return {
        "@context": [
            "https://www.w3.org/ns/did/v1",
            "https://w3id.org/security/suites/jws-2020/v1",
            known.context,
        ],
        "id": did,
        "controller": did,
        "verificationMethod": list(entries),
        "proof": {
            "type": "JsonWebSignature2020",
            "created": CREATED,
            "nonce": "TESTnonce",
            "proofPurpose": "assertionMethod",
            "verificationMethod": known.signer,
            "jws": f"{HEADER}..AAAA",
        },
        **members,
    }


def signed(unsigned: Members, private_key: ec.EllipticCurvePrivateKey | None = None) -> bytes:
    """A document with its proof."""
    read = read_document(encoded(unsigned))
    value_sets = next(known.value_sets for known in networks() if known.context == read.context)
    data = signing_input(read, value_sets=value_sets)
    signature = (private_key or key("anchor")).sign(data, ec.ECDSA(hashes.SHA256()))
    jws = f"{read.proof.header}..{urlsafe_b64encode(signature).decode().rstrip('=')}"
    return encoded({**unsigned, "proof": {**unsigned["proof"], "jws": jws}})


def anchor(name: str = "anchor", environment: Environment | None = None) -> Anchor:
    """The TEST key that signs documents."""
    return anchor_of(key(name).public_key(), name="TEST", environment=environment)


def encoded(members: Any) -> bytes:
    """As WHO writes it: JSON without spaces."""
    return json.dumps(members, separators=(",", ":")).encode()


def _web_key(chain: tuple[bytes, ...]) -> Members:
    public_key = x509.load_der_x509_certificate(chain[0]).public_key()
    common = {
        "kid": b64encode(hashlib.sha256(chain[0]).digest()[:8]).decode(),
        "x5c": [b64encode(der).decode() for der in chain],
    }
    if isinstance(public_key, rsa.RSAPublicKey):
        numbers = public_key.public_numbers()
        return {"kty": "RSA", **common, "e": java_number(numbers.e), "n": java_number(numbers.n)}
    assert isinstance(public_key, ec.EllipticCurvePublicKey)
    point = public_key.public_numbers()
    curve = "P-256" if public_key.curve.name == "secp256r1" else "UNKNOWN CURVE"
    return {"kty": "EC", **common, "crv": curve, "x": java_number(point.x), "y": java_number(point.y)}


def java_number(number: int) -> str:
    """A number as WHO's lists write it: with an octet for the sign, and no more than it needs."""
    octets = number.to_bytes(number.bit_length() // 8 + 1, "big")
    return urlsafe_b64encode(octets).decode().rstrip("=")
