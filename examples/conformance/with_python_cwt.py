"""python-cwt: decodes and verifies message and claims in one call, with its clock set to the vector's time."""

from __future__ import annotations

import base64
import sys
from datetime import datetime, tzinfo
from importlib.metadata import version
from typing import Any

import cwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from lines import UnreadableError, serve, verdict

from transport import message_of

SKEW_SECONDS = 300
UNKNOWN_KEY = ("key is not found.", "kid should be specified.")
"""What python-cwt says of a readable message by a key that it was not given."""


def keys_of(trust_list: dict[str, Any]) -> list[Any]:
    """The keys of a trust list."""
    keys = []
    for entry in trust_list["keys"]:
        certificate = x509.load_der_x509_certificate(base64.b64decode(entry["certificate"]))
        algorithm = "PS256" if isinstance(certificate.public_key(), RSAPublicKey) else "ES256"
        pem = certificate.public_bytes(Encoding.PEM).decode()
        try:
            keys.append(cwt.COSEKey.from_pem(pem, alg=algorithm, kid=bytes.fromhex(entry["kid"])))
        except Exception as error:  # a key of a kind that python-cwt does not know is left out
            print(f"a key is left out: {error}", file=sys.stderr)
    return keys


def verify(text: str, context: dict[str, Any]) -> None:
    """Verify a certificate."""
    _set_clock(datetime.fromisoformat(context["at"]))
    data = message_of(text)
    try:
        cwt.CWT.new(leeway=SKEW_SECONDS).decode(data, keys_of(context["trust_list"]))
    except cwt.VerifyError:
        raise
    except Exception as error:  # of a message that is not well-formed it raises errors of many kinds
        if str(error) in UNKNOWN_KEY:
            raise
        raise UnreadableError(f"{type(error).__name__}: {error}") from error


def _set_clock(at: datetime) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return at.astimezone(tz)

    sys.modules["cwt.cwt"].datetime = Clock


serve(
    "python-cwt",
    version("cwt"),
    operations=["verify"],
    features=["ps256", "registered-kid"],
    answer=verdict(verify),
)
