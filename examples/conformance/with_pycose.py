"""pycose: decodes and verifies the message; what the claims say is up to its user, who looks at the expiry."""

from __future__ import annotations

import base64
import math
import sys
from collections import defaultdict
from datetime import datetime
from importlib.metadata import version
from typing import Any

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lines import UnreadableError, serve, verdict
from pycose.exceptions import CoseException
from pycose.headers import KID
from pycose.keys import CoseKey
from pycose.messages import Sign1Message

from transport import message_of

EXPIRY = 4
SKEW_SECONDS = 300


def keys_of(trust_list: dict[str, Any]) -> dict[bytes, list[CoseKey]]:
    """The keys of a trust list, by key identifier."""
    keys = defaultdict(list)
    for entry in trust_list["keys"]:
        certificate = x509.load_der_x509_certificate(base64.b64decode(entry["certificate"]))
        public = certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        try:
            keys[bytes.fromhex(entry["kid"])].append(CoseKey.from_pem_public_key(public.decode()))
        except Exception as error:  # a key of a kind that pycose does not know is left out
            print(f"a key is left out: {error}", file=sys.stderr)
    return keys


def verify(text: str, context: dict[str, Any]) -> None:
    """Verify a certificate."""
    data = message_of(text)
    try:
        message = Sign1Message.decode(data)
    except CoseException:  # an algorithm that pycose does not know
        raise
    except Exception as error:
        raise UnreadableError(f"{type(error).__name__}: {error}") from error
    keys = keys_of(context["trust_list"]).get(message.get_attr(KID), [])
    if not any(is_signed_with(key, message) for key in keys):
        raise ValueError("no key verifies the signature")
    try:
        claims = cbor2.loads(message.payload)
    except (cbor2.CBORDecodeError, OverflowError) as error:
        raise UnreadableError(str(error)) from error
    if expiry_of(claims) + SKEW_SECONDS <= datetime.fromisoformat(context["at"]).timestamp():
        raise ValueError("expired")


def expiry_of(claims: Any) -> float:
    """The expiry in seconds."""
    if not isinstance(claims, dict):
        raise UnreadableError("the claims are no map")
    expiry = claims.get(EXPIRY)
    if expiry is None:
        raise ValueError("no expiry")
    seconds = expiry.timestamp() if isinstance(expiry, datetime) else expiry
    if type(seconds) not in (int, float) or not math.isfinite(seconds):
        raise UnreadableError("the expiry is no number")
    return seconds


def is_signed_with(key: CoseKey, message: Sign1Message) -> bool:
    """Whether a key verifies the signature; one of another kind does not."""
    message.key = key
    try:
        return message.verify_signature()
    except Exception:
        return False


serve(
    "pycose",
    version("pycose"),
    operations=["verify"],
    features=["ps256", "registered-kid"],
    answer=verdict(verify),
)
