"""Items of the EU gateway and lists of them, of TEST certificates."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from vaxcert.crypto.signing_certificate import SigningCertificate


def base64(data: bytes) -> str:
    """Base64 as text."""
    return b64encode(data).decode()


def item(
    certificate: SigningCertificate, *, usage: str = "DSC", signature: bytes = b"", **changes: Any
) -> dict[str, Any]:
    """One item; members changed to None are left out."""
    members = {
        "certificateType": usage,
        "country": certificate.country,
        "kid": base64(certificate.kid),
        "rawData": base64(certificate.der),
        "signature": base64(signature),
        "thumbprint": certificate.digest.hex(),
        "timestamp": "2023-05-09T11:19:57+02:00",
        **changes,
    }
    return {name: value for name, value in members.items() if value is not None}


def german_list(
    key: ec.EllipticCurvePrivateKey, body: bytes | list[Any], *, line_end: bytes = b"\n"
) -> bytes:
    """A German list of these items, or with this text after the signature line."""
    if isinstance(body, list):
        body = json.dumps({"certificates": body}).encode()
    r, s = decode_dss_signature(key.sign(body.strip(), ec.ECDSA(hashes.SHA256())))
    return b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")) + line_end + body
