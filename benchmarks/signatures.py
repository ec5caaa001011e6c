"""Verifying and issuing, against the bare signature operation and the peers."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import cbor2
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

import vaxcert as vc
from benchmarks import sample
from benchmarks.figures import Bound, Figure
from benchmarks.peers.client import Peers
from benchmarks.rounds import Race, race, timer
from vaxcert.codec import base45

CERTIFICATES = 2000
A_ROUND = 200
_SLOW_PEER_CERTIFICATES = 200
_A_SLOW_ROUND = 25

Signed: TypeAlias = tuple[bytes, bytes]
"""A signature as `cryptography` takes it, and the bytes it covers."""


@dataclass(frozen=True)
class Bounds:
    """What the figures of one algorithm have to keep."""

    verify: Bound | None = None
    peer_verify: Bound | None = None
    issue: Bound | None = None


def es256(peers: Peers, certificates: int = CERTIFICATES) -> list[Figure]:
    """P-256, which most countries sign with."""
    bounds = Bounds(
        verify=Bound("ratio", "<=", 1.8, aim=1.6),
        peer_verify=Bound("ratio", ">=", 1.4),
        issue=Bound("ratio", "<=", 3.6, aim=3.0),
    )
    return _figures(peers, sample.es256_country(), "ES256", bounds, certificates)


def ps256(peers: Peers, certificates: int = CERTIFICATES) -> list[Figure]:
    """RSA-2048, which Viet Nam signs with."""
    bounds = Bounds(issue=Bound("ratio", "<=", 1.3))
    return _figures(peers, sample.ps256_country(), "PS256", bounds, certificates)


def _figures(
    peers: Peers, country: sample.Country, algorithm: str, bounds: Bounds, certificates: int
) -> list[Figure]:
    people = sample.certificates(certificates + A_ROUND)
    issuer = country.issuer
    texts = [issuer.issue(person, at=country.at).text for person in people]
    bare, ours, cwt, pycose = (f"{who} {algorithm}" for who in ("bare", "vaxcert", "python-cwt", "pycose"))
    verifying = _verify_race(peers, country, texts, (bare, ours, cwt))
    issuing = _issue_race(peers, country, people, texts, (bare, ours, cwt))
    slow = _pycose_race(peers, country, texts, pycose)
    return [
        _figure(verifying, "verify", bare),
        _figure(verifying, "verify", ours, bare, bounds.verify),
        _figure(verifying, "verify", cwt, ours, bounds.peer_verify),
        _figure(slow, "verify", pycose),
        _figure(issuing, "issue", bare),
        _figure(issuing, "issue", ours, bare, bounds.issue),
        _figure(issuing, "issue", cwt, bare),
    ]


def _verify_race(
    peers: Peers, country: sample.Country, texts: Sequence[str], names: tuple[str, str, str]
) -> Race:
    verifier, at = country.verifier, country.at
    contestants = (
        timer(_bare_verify(country), [_signed(text, country) for text in texts]),
        timer(lambda text: verifier.verify(text, at=at), texts),
        peers.load("cwt.verify", texts, **country.verifying_setup).seconds,
    )
    return race(dict(zip(names, contestants, strict=True)), items=len(texts) - A_ROUND, a_round=A_ROUND)


def _issue_race(
    peers: Peers,
    country: sample.Country,
    people: Sequence[vc.HealthCertificate],
    texts: Sequence[str],
    names: tuple[str, str, str],
) -> Race:
    issuer, at = country.issuer, country.at
    contestants = (
        timer(_bare_sign(country), [_signed(text, country)[1] for text in texts]),
        timer(lambda person: issuer.issue(person, at=at), people),
        peers.load("cwt.issue", [_claims(text) for text in texts], **country.issuing_setup).seconds,
    )
    return race(dict(zip(names, contestants, strict=True)), items=len(texts) - A_ROUND, a_round=A_ROUND)


def _pycose_race(peers: Peers, country: sample.Country, texts: Sequence[str], name: str) -> Race:
    """Pycose checks P-256 in pure Python: fewer certificates, or the run waits for it alone."""
    few = texts[: _SLOW_PEER_CERTIFICATES + _A_SLOW_ROUND]
    loaded = peers.load("pycose.verify", few, **country.verifying_setup)
    return race({name: loaded.seconds}, items=len(few) - _A_SLOW_ROUND, a_round=_A_SLOW_ROUND)


def _figure(timed: Race, deed: str, name: str, against: str = "", bound: Bound | None = None) -> Figure:
    ratio = timed.ratio(name, against) if against else None
    return Figure(f"{deed}, {name}", timed.median(name) * 1e6, "µs", ratio, against, bound)


def _message(text: str) -> list[Any]:
    """Protected header, unprotected header, payload, signature: read without our own COSE code."""
    message: list[Any] = list(cbor2.loads(zlib.decompress(base45.decode(text[4:]))).value)
    return message


def _signed(text: str, country: sample.Country) -> Signed:
    protected, _, payload, signature = _message(text)
    if isinstance(country.private_key, EllipticCurvePrivateKey):
        r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
        signature = encode_dss_signature(r, s)
    return signature, cbor2.dumps(["Signature1", protected, b"", payload])


def _claims(text: str) -> dict[Any, Any]:
    claims: dict[Any, Any] = cbor2.loads(_message(text)[2])
    return claims


def _bare_verify(country: sample.Country) -> Callable[[Signed], object]:
    if isinstance(country.private_key, EllipticCurvePrivateKey):
        point, ecdsa = country.private_key.public_key(), ECDSA(SHA256())
        return lambda signed: point.verify(*signed, ecdsa)
    modulus, digest = country.private_key.public_key(), SHA256()
    pss = PSS(MGF1(digest), salt_length=32)
    return lambda signed: modulus.verify(*signed, pss, digest)


def _bare_sign(country: sample.Country) -> Callable[[bytes], object]:
    key = country.private_key
    if isinstance(key, EllipticCurvePrivateKey):
        scalar, ecdsa = key, ECDSA(SHA256())
        return lambda covered: scalar.sign(covered, ecdsa)
    exponent, digest = key, SHA256()
    pss = PSS(MGF1(digest), salt_length=32)
    return lambda covered: exponent.sign(covered, pss, digest)
