"""Small lists of TEST signers in vaxcert's own format, to keep in stores and to serve."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.signers import NOW, signer
from vaxcert.adapters.signers import BareKeySigner, KeySigner
from vaxcert.trust import own_list, signed_document
from vaxcert.trust.anchors import Anchor, anchor_of
from vaxcert.trust.formats import austrian
from vaxcert.trust.origin import Environment

COUNTRIES = ("VN", "LA", "KH", "TH", "SG", "MY", "ID", "PH", "BN", "MM")
OLD_COUNT = 5
NEW_COUNT = 6


@cache
def anchor_signer(name: str = "TEST anchor") -> BareKeySigner:
    """Who signs lists; another one for each name."""
    return BareKeySigner(ec.generate_private_key(ec.SECP256R1()), deterministic=True)


def anchor(name: str = "TEST anchor") -> Anchor:
    return anchor_of(anchor_signer(name).public_key, name=name)


def entries(count: int) -> tuple[own_list.ListEntry, ...]:
    """The signers of the first countries."""
    return tuple(own_list.certificate_entry(signer(country=one).certificate) for one in COUNTRIES[:count])


def signed_list(
    number: int = 1, count: int = OLD_COUNT, *, by: tuple[str, ...] = ("TEST anchor",), **changes: Any
) -> bytes:
    """An edition with the signers of `count` countries."""
    issued: datetime = changes.pop("issued", NOW - timedelta(hours=1))
    fields: dict[str, Any] = {
        "issuer": "TEST",
        "number": number,
        "issued": issued,
        "next_update": issued + timedelta(days=7),
        "usable_until": issued + timedelta(days=30),
        "environment": Environment.PRODUCTION,
        "entries": entries(count),
        **changes,
    }
    content = own_list.encode(own_list.TrustListContent(**fields))
    signers = [anchor_signer(name) for name in by]
    return signed_document.write(signed_document.sign(content, own_list.CONTENT_TYPE, signers))


@cache
def pem_list(count: int = OLD_COUNT) -> bytes:
    """The same signers as plain certificates, which nobody signed."""
    return b"".join(signer(country=one).certificate.der for one in COUNTRIES[:count])


def austrian_list(count: int = OLD_COUNT, *, issued: datetime = NOW) -> tuple[bytes, bytes]:
    """The same signers in the Austrian format, whose dates are in its signature; usable for two days."""
    certificates = [signer(country=one).certificate for one in COUNTRIES[:count]]
    return austrian.write(
        certificates, austrian_signer(), issued=issued, usable_until=issued + timedelta(days=2)
    )


def austrian_signer() -> KeySigner:
    return signer(country="AT", deterministic=True)
