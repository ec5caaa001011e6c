"""WHO GDHCN documents (version 2) for the network DEV, signed by a TEST key.

The proof is JsonWebSignature2020: the signature covers `header . SHA-256(proof options) SHA-256(document)`, both as
sorted N-Quads. There are no blank nodes but the proof, so that sorting the statements is all of URDNA2015.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec

from test_vectors.builder import Key, key

HOST: Final = "tng-cdn-dev.who.int"
DID: Final = f"did:web:{HOST}:v2:trustlist"
CONTEXT: Final = "https://smart.who.int/trust/tng-context/v1-DEV.jsonld"
CREATED: Final = "2026-01-31T12:00:00Z"
SIGNER: Final = (
    "did:web:raw.githubusercontent.com:WorldHealthOrganization:tng-participants-dev:main:WHO:signing:DID"
)

_HEADER: Final = '{"b64":false,"crit":["b64"],"alg":"ES256"}'
_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_SECURITY: Final = "https://w3id.org/security#"
_CREATED: Final = "http://purl.org/dc/terms/created"
_DATE_TIME: Final = "http://www.w3.org/2001/XMLSchema#dateTime"
_NOTHING: Final[Mapping[str, Any]] = {}


def entry(
    *names: str, usage: str = "DSC", participant: str = "VNM", jwk: str | None = None
) -> dict[str, Any]:
    """A verification method.

    Args:
        names: Keys of `keys/`: the entry's own, and after it the authority that issued its certificate.
        usage: What it is for.
        participant: Whose it is.
        jwk: The key whose coordinates stand there, where it is another.
    """
    kid = _base64(key(names[0]).kid)
    return {
        "id": f"{DID}:DCC:{participant}:{usage}#{kid}",
        "type": "JsonWebKey2020",
        "controller": DID,
        "publicKeyJwk": {
            "kid": kid,
            "x5c": [_base64(key(name).certificate) for name in names],
            **_numbers(key(jwk or names[0])),
        },
        "domain": {"code": "#DCC"},
        "participant": {"code": f"#{participant}"},
        "keyusage": {"code": f"#{usage}"},
    }


def document(*entries: Any, proof: Mapping[str, Any] = _NOTHING, **members: Any) -> dict[str, Any]:
    """A document without signature; a context is `context`."""
    context = members.pop("context", CONTEXT)
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1", context],
        "id": DID,
        "controller": DID,
        "verificationMethod": list(entries),
        "proof": {
            "type": "JsonWebSignature2020",
            "created": CREATED,
            "nonce": "TESTnonce",
            "proofPurpose": "assertionMethod",
            "verificationMethod": SIGNER,
            **proof,
        },
        **members,
    }


def signed(unsigned: Mapping[str, Any], signer: str, *, as_jws: bool = False) -> dict[str, Any]:
    """A document with its proof: a signature in DER as WHO has it, or of 64 bytes as JWS wants it."""
    header = _url(_HEADER.encode())
    digests = _digest(_options(unsigned["proof"])) + _digest(_statements(unsigned))
    data = header.encode() + b"." + digests
    made = key(signer).sign_ecdsa(data) if as_jws else key(signer).sign_ecdsa_der(data)
    return {**unsigned, "proof": {**unsigned["proof"], "jws": f"{header}..{_url(made)}"}}


def encoded(made: Any) -> bytes:
    """JSON without blanks, as WHO writes it."""
    return json.dumps(made, separators=(",", ":")).encode()


def _statements(made: Mapping[str, Any]) -> Iterator[str]:
    subject = f"<{made['id']}>"
    yield _quad(subject, f"{_SECURITY}controller", f"<{made['controller']}>")
    for one in made["verificationMethod"]:
        target = one if isinstance(one, str) else one["id"]
        yield _quad(subject, f"{_SECURITY}verificationMethod", f"<{target}>")
        if not isinstance(one, str):
            yield from _statements_of(one)


def _statements_of(one: Mapping[str, Any]) -> Iterator[str]:
    subject = f"<{one['id']}>"
    jwk = json.dumps(one["publicKeyJwk"], sort_keys=True, separators=(",", ":")).replace('"', '\\"')
    yield _quad(subject, f"{_RDF}type", f"<{_SECURITY}JsonWebKey2020>")
    yield _quad(subject, f"{_SECURITY}controller", f"<{one['controller']}>")
    yield _quad(subject, f"{_SECURITY}publicKeyJwk", f'"{jwk}"^^<{_RDF}JSON>')
    for name, member in (("Domains", "domain"), ("Participants", "participant"), ("KeyUsage", "keyusage")):
        value_set = f"https://smart.who.int/trust/ValueSet-{name}-DEV.jsonld"
        yield _quad(subject, value_set, f"<{value_set}{one[member]['code']}>")


def _options(proof: Mapping[str, Any]) -> Iterator[str]:
    subject = "_:c14n0"
    yield _quad(subject, _CREATED, f'"{proof["created"]}"^^<{_DATE_TIME}>')
    yield _quad(subject, f"{_RDF}type", f"<{_SECURITY}{proof['type']}>")
    yield _quad(subject, f"{_SECURITY}nonce", f'"{proof["nonce"]}"')
    yield _quad(subject, f"{_SECURITY}proofPurpose", f"<{_SECURITY}{proof['proofPurpose']}>")
    yield _quad(subject, f"{_SECURITY}verificationMethod", f"<{proof['verificationMethod']}>")


def _quad(subject: str, predicate: str, target: str) -> str:
    return f"{subject} <{predicate}> {target} .\n"


def _digest(statements: Iterator[str]) -> bytes:
    return hashlib.sha256("".join(sorted(set(statements))).encode()).digest()


def _numbers(of: Key) -> dict[str, str]:
    """The numbers of a JSON Web Key (RFC 7518 section 6)."""
    numbers = of.private.public_key().public_numbers()
    if isinstance(of.private, ec.EllipticCurvePrivateKey):
        x, y = (_url(one.to_bytes(32, "big")) for one in (numbers.x, numbers.y))
        return {"kty": "EC", "crv": "P-256", "x": x, "y": y}
    e, n = (_url(one.to_bytes((one.bit_length() + 7) // 8, "big")) for one in (numbers.e, numbers.n))
    return {"kty": "RSA", "e": e, "n": n}


def _base64(data: bytes) -> str:
    return b64encode(data).decode()


def _url(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
