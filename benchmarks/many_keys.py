"""Verification against few trusted keys and against very many: look-up must not cost."""

from __future__ import annotations

import random
from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec_key

import vaxcert as vc
from benchmarks import sample
from benchmarks.figures import Bound, Figure
from benchmarks.rounds import race, timer
from vaxcert.crypto.keys import EcdsaP256Key
from vaxcert.trust.origin import ListOrigin

FEW, MANY = 10, 100_000
CERTIFICATES = 2000
_A_ROUND = 200
_SAME = 1.05
"""How far apart two timings of the same work may lie on a noisy machine."""


def figures(certificates: int = CERTIFICATES, many: int = MANY) -> list[Figure]:
    """ES256 certificates of ten signers, verified with ten keys and with `many`."""
    signers = [sample.es256_country() for _ in range(FEW)]
    people = sample.certificates(certificates + _A_ROUND)
    issuers = [signer.issuer for signer in signers]
    at = signers[0].at
    texts = [issuers[n % FEW].issue(person, at=at).text for n, person in enumerate(people)]
    own = [vc.TrustedKey.from_certificate(signer.signing_certificate) for signer in signers]
    lists = {f"{FEW} keys": vc.TrustList(own), f"{many:,} keys": vc.TrustList([*_others(many - FEW), *own])}
    verifiers = {name: vc.Verifier(trust_list) for name, trust_list in lists.items()}
    raced = race(
        {
            name: timer(lambda text, by=verifier: by.verify(text, at=at), texts)
            for name, verifier in verifiers.items()
        },
        items=certificates,
        a_round=_A_ROUND,
    )
    few, plenty = verifiers
    bound = Bound("ratio", "<=", _SAME, aim=1.0)
    return [
        Figure(f"verify with {few}", raced.median(few) * 1e6, "µs"),
        Figure(
            f"verify with {plenty}", raced.median(plenty) * 1e6, "µs", raced.ratio(plenty, few), few, bound
        ),
    ]


def _others(count: int) -> Iterator[vc.TrustedKey]:
    """Keys that sign nothing here, each another object, as a list that was read has them."""
    chance = random.Random(sample.SEED)  # noqa: S311 - identifiers, not keys
    public_keys = [generate_ec_key(SECP256R1()).public_key() for _ in range(min(count, 1000))]
    origin = ListOrigin(name="benchmark")
    for number in range(count):
        yield vc.TrustedKey(
            kid=chance.randbytes(8),
            digest=chance.randbytes(32),
            key=EcdsaP256Key(public_keys[number % len(public_keys)]),
            country=sample.COUNTRY,
            origin=origin,
        )
