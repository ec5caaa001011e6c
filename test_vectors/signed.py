"""Documents that anchors sign (`specs/trust-list.md`, section 2), and CMS messages of the EU gateway (RFC 5652).

Not vaxcert's own, and free to write what no signer should.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from test_vectors.builder import ALG, CONTENT_TYPE, KID, SIGN1, Key, key, sig_structure
from test_vectors.encoding import Tagged, cbor

RULES: Final = "application/vnd.vaxcert.rules+cbor"

_SEQUENCE: Final = 0x30
_SET: Final = 0x31
_INTEGER: Final = 0x02
_OCTETS: Final = 0x04
_CONTEXT_0: Final = 0xA0
_DATA: Final = bytes.fromhex("06092a864886f70d010701")
_SIGNED_DATA: Final = bytes.fromhex("06092a864886f70d010702")
_SHA256: Final = bytes.fromhex("0609608648016503040201")
_SHA1: Final = bytes.fromhex("06052b0e03021a")
_ECDSA_SHA256: Final = bytes.fromhex("06082a8648ce3d040302")
_ECDSA_SHA1: Final = bytes.fromhex("06072a8648ce3d0401")


def anchor_kid(signer: Key) -> bytes:
    """The key identifier of an anchor: the first 8 bytes of SHA-256 of its SubjectPublicKeyInfo."""
    spki = signer.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(spki).digest()[:8]


def signed_document(content: bytes, *signers: str, content_type: str = RULES, broken: bool = False) -> bytes:
    """A document signed by these keys.

    Args:
        content: What is signed.
        signers: Names of keys in `keys/`.
        content_type: The kind of document.
        broken: Whether the signatures are over another content.
    """
    signatures = sorted(_signature(key(name), content, content_type, broken=broken) for name in signers)
    return cbor(
        [
            "vaxcert-signed-1",
            content,
            [
                Tagged(
                    SIGN1, [cbor({ALG: algorithm, CONTENT_TYPE: content_type, KID: kid}), {}, None, signature]
                )
                for kid, signature, algorithm in signatures
            ],
        ]
    )


def _signature(signer: Key, content: bytes, content_type: str, *, broken: bool) -> tuple[bytes, bytes, int]:
    kid = anchor_kid(signer)
    protected = cbor({ALG: signer.algorithm, CONTENT_TYPE: content_type, KID: kid})
    made = signer.sign(sig_structure(protected, content + b"\x00" * broken))
    return kid, made, signer.algorithm


def rule_list(records: Iterable[str], **changes: Any) -> bytes:
    """The content of a list of rules (`specs/rules.md`, section 1.3), of the labels in `changes` others.

    Args:
        records: The JSON texts of its records, in any order.
        changes: `label_4=...` and so on; None leaves a label out.
    """
    members: dict[int, Any] = {
        1: 1,
        2: "TEST vectors",
        3: 7,
        4: 1769860800,
        5: 1770465600,
        6: 1772280000,
        7: "production",
        8: list(records),
    }
    for name, value in changes.items():
        members[int(name.removeprefix("label_"))] = value
    return cbor({label: members[label] for label in sorted(members) if members[label] is not None})


def cms(content: bytes, signer: str, *, weak: bool = False, changed: bytes | None = None) -> bytes:
    """A CMS message with its content, its signer's certificate, and no signed attributes, in DER.

    Args:
        content: What is signed.
        signer: Name of an ECDSA key in `keys/`.
        weak: Sign with SHA-1.
        changed: What the message holds in place of what was signed.
    """
    signing_key = key(signer)
    certificate = x509.load_der_x509_certificate(signing_key.certificate)
    digest, algorithm = (_SHA1, _ECDSA_SHA1) if weak else (_SHA256, _ECDSA_SHA256)
    hashed = hashes.SHA1() if weak else hashes.SHA256()  # noqa: S303 - what a reader has to refuse
    serial = certificate.serial_number
    info = _der(
        _SEQUENCE,
        _der(_INTEGER, b"\x01"),
        _der(
            _SEQUENCE,
            certificate.issuer.public_bytes(),
            _der(_INTEGER, serial.to_bytes(serial.bit_length() // 8 + 1, "big")),
        ),
        _der(_SEQUENCE, digest),
        _der(_SEQUENCE, algorithm),
        _der(_OCTETS, signing_key.sign_ecdsa_der(content, hashed)),
    )
    held = content if changed is None else changed
    signed = _der(
        _SEQUENCE,
        _der(_INTEGER, b"\x01"),
        _der(_SET, _der(_SEQUENCE, digest)),
        _der(_SEQUENCE, _DATA, _der(_CONTEXT_0, _der(_OCTETS, held))),
        _der(_CONTEXT_0, signing_key.certificate),
        _der(_SET, info),
    )
    return _der(_SEQUENCE, _SIGNED_DATA, _der(_CONTEXT_0, signed))


def _der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    if size < 128:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content
