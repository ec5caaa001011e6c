"""How each peer does a job, by the shortest path its documentation offers.

A job is made once from its setup (keys, drawing options) and then called once an item. Runs in the peers'
environment only; nothing here may import vaxcert.
"""

from __future__ import annotations

import hashlib
import io
import zlib
from collections.abc import Callable
from typing import Any

import cbor2
import cwt
import qrcode
import qrcode.constants
import segno
from base45 import b45decode, b45encode
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pycose.headers import KID, Algorithm
from pycose.keys import CoseKey
from pycose.messages import Sign1Message

PREFIX = "HC1:"
Claims = dict[Any, Any]


Prepare = Callable[..., Callable[[Any], Any]]
"""Takes a job's setup, gives the function that does the job on one item."""


def _kid(certificate: x509.Certificate) -> bytes:
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).digest()[:8]


def _from_text(text: str) -> bytes:
    if not text.startswith(PREFIX):
        raise ValueError(f"the text does not begin with {PREFIX}")
    return zlib.decompress(b45decode(text[len(PREFIX) :]))


def _to_text(message: bytes) -> str:
    return PREFIX + b45encode(zlib.compress(message)).decode()


def _cwt_verifier(certificates: list[str], check_dates: bool = True) -> Callable[[str], Claims]:
    keys = []
    for pem in certificates:
        certificate = x509.load_pem_x509_certificate(pem.encode())
        algorithm = "PS256" if isinstance(certificate.public_key(), RSAPublicKey) else "ES256"
        keys.append(cwt.COSEKey.from_pem(pem, alg=algorithm, kid=_kid(certificate)))

    def verify(text: str) -> Claims:
        return cwt.decode(_from_text(text), keys, no_verify=not check_dates)

    return verify


def _cwt_issuer(private_key: str, algorithm: str, kid: str) -> Callable[[Claims], str]:
    key = cwt.COSEKey.from_pem(private_key, alg=algorithm, kid=bytes.fromhex(kid))

    def issue(claims: Claims) -> str:
        return _to_text(cwt.encode_and_sign(claims, key))

    return issue


def _pycose_verifier(certificates: list[str]) -> Callable[[str], Claims]:
    keys = {}
    for pem in certificates:
        certificate = x509.load_pem_x509_certificate(pem.encode())
        public = certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        keys[_kid(certificate)] = CoseKey.from_pem_public_key(public.decode())

    def verify(text: str) -> Claims:
        message = Sign1Message.decode(_from_text(text))
        message.key = keys[message.get_attr(KID)]
        if not message.verify_signature():
            raise ValueError("bad signature")
        return cbor2.loads(message.payload)

    return verify


def _pycose_issuer(private_key: str, algorithm: str, kid: str) -> Callable[[Claims], str]:
    key = CoseKey.from_pem_private_key(private_key)
    headers = {Algorithm: algorithm, KID: bytes.fromhex(kid)}

    def issue(claims: Claims) -> str:
        return _to_text(Sign1Message(phdr=headers, payload=cbor2.dumps(claims), key=key).encode())

    return issue


def _qrcode_drawer(level: str, pixels_a_module: int, quiet_zone: int) -> Callable[[str], bytes]:
    correction = getattr(qrcode.constants, f"ERROR_CORRECT_{level}")
    options = {"error_correction": correction, "box_size": pixels_a_module, "border": quiet_zone}

    def draw(text: str) -> bytes:
        picture = io.BytesIO()
        qrcode.make(text, **options).save(picture)
        return picture.getvalue()

    return draw


def _segno_drawer(level: str, pixels_a_module: int, quiet_zone: int) -> Callable[[str], bytes]:
    def draw(text: str) -> bytes:
        picture = io.BytesIO()
        code = segno.make_qr(text, error=level, boost_error=False)
        code.save(picture, kind="png", scale=pixels_a_module, border=quiet_zone)
        return picture.getvalue()

    return draw


JOBS: dict[str, Prepare] = {
    "cwt.verify": _cwt_verifier,
    "cwt.issue": _cwt_issuer,
    "pycose.verify": _pycose_verifier,
    "pycose.issue": _pycose_issuer,
    "base45.encode": lambda: lambda data: b45encode(data).decode(),
    "base45.decode": lambda: b45decode,
    "qrcode.png": _qrcode_drawer,
    "segno.png": _segno_drawer,
}
