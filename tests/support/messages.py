"""Messages signed by TEST signers over any claims, right or wrong; `test_vectors.samples` has the claims."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any

import cbor2
from test_vectors import builder
from test_vectors.samples import SIGNER_ENDS, SIGNER_STARTS, token

import vaxcert as vc
from vaxcert.adapters.signers import KeySigner
from vaxcert.codec import container, cose
from vaxcert.crypto.signing_certificate import read_signing_certificate

STARTS = SIGNER_STARTS
ENDS = SIGNER_ENDS


@cache
def _signer(name: str) -> KeySigner:
    known = builder.key(name)
    return KeySigner(known.private, read_signing_certificate(known.certificate), deterministic=True)


def es256() -> KeySigner:
    """The TEST signer of the vectors, whose signatures repeat; in date from STARTS to ENDS."""
    return _signer("es256")


def ps256() -> KeySigner:
    """As `es256`, with an RSA key and the salt drawn anew."""
    return _signer("ps256-2048")


def message(
    claims: Any = None,
    *,
    by: KeySigner | None = None,
    payload: bytes | None = None,
    protected: Mapping[Any, Any] | bytes | None = None,
    unprotected: Mapping[Any, Any] | None = None,
) -> bytes:
    """A COSE message of the sample claims, whose signature is right whatever its parts hold.

    Args:
        claims: CWT claims as values; the sample vaccination when None.
        by: The signer; `es256()` when None.
        payload: The payload's bytes, instead of `claims`.
        protected: The protected header as values or bytes; algorithm and kid when None.
        unprotected: The unprotected header.
    """
    by = by or es256()
    payload = cbor2.dumps(token() if claims is None else claims) if payload is None else payload
    if protected is None:
        protected = cose.protected_header(by.algorithm, by.kid)
    header = protected if isinstance(protected, bytes) else cbor2.dumps(dict(protected))
    signature = by.sign(cose.sig_structure(header, payload))
    return cbor2.dumps(cbor2.CBORTag(18, [header, dict(unprotected or {}), payload, signature]))


def text(claims: Any = None, **parts: Any) -> str:
    """The `HC1:` text of `message`."""
    return container.write(message(claims, **parts))


def key(one: KeySigner | None = None) -> vc.TrustedKey:
    """The trusted key of a signer."""
    return vc.TrustedKey.from_certificate((one or es256()).certificate)


def verifier(*keys: vc.TrustedKey, **policy: Any) -> vc.Verifier:
    """A verifier that trusts these keys, else that of `es256()`; `policy` are fields of the policy."""
    return vc.Verifier(vc.TrustList(keys or (key(),)), policy=vc.VerificationPolicy(**policy))


SECOND = timedelta(seconds=1)
