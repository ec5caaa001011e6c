"""The German list (CovPass, `dscs`): a signature line, then the gateway's items as JSON.

The first line is base64 of an ECDSA P-256 signature, r and s of 32 bytes each, with SHA-256 over everything after the
first newline, without the white space around it. The signature covers the whole list, so the items' own are not asked.

The list is not numbered or dated. It is taken to be as old as its newest item (`timestamp`), which is what tells a
replayed older edition from a newer one.
"""

from __future__ import annotations

from base64 import b64encode
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from vaxcert.crypto.keys import COORDINATE_BYTES, EcdsaP256Key
from vaxcert.errors import Reason, TrustListError
from vaxcert.limits import MAX_TRUST_FILE_BYTES
from vaxcert.trust.anchors import Anchor
from vaxcert.trust.formats.reading import dccg_items, json_document
from vaxcert.trust.formats.reading.entries import Gathering
from vaxcert.trust.formats.reading.signers import environment_of, requires_signature
from vaxcert.trust.formats.reading.terms import ReadingTerms
from vaxcert.trust.origin import ListOrigin, Proof
from vaxcert.trust.trust_list import ListReading

NAME: Final = "german"

_CURVE: Final = ec.SECP256R1.name
_SIGNATURE_CHARACTERS: Final = len(b64encode(bytes(2 * COORDINATE_BYTES)))
_MAX_LINE: Final = 2 * _SIGNATURE_CHARACTERS
_WHITE_SPACE: Final = b" \t\r\n\v\f"


def recognises(data: bytes) -> bool:
    """A line as long as the signature in base64, then an object."""
    line, _, start = data[: 2 * _MAX_LINE].partition(b"\n")
    return len(line.strip()) == _SIGNATURE_CHARACTERS and start.lstrip()[:1] == b"{"


def read(data: bytes, terms: ReadingTerms) -> ListReading:
    """Read a list.

    Args:
        data: The whole file.
        terms: Any of the anchors that is a P-256 key may have signed it; others cannot have.

    Raises:
        TrustListError: `anchor-missing`, `trust-list-signature`, `trust-list-unreadable`, `trust-list-threshold` or
            `trust-list-environment`.
    """
    if len(data) > MAX_TRUST_FILE_BYTES:
        raise json_document.unreadable(f"{len(data)} bytes, at most {MAX_TRUST_FILE_BYTES} expected")
    line, body = _parts(data)
    anchor = _signing_anchor(line, body, terms.anchors) if requires_signature(terms, NAME) else None
    members = json_document.an_object(json_document.load(body, NAME), "the list")
    readings = dccg_items.read_items(members.get("certificates"), "certificates")
    origin = ListOrigin(
        name=terms.source,
        format=NAME,
        proof=Proof.UNSIGNED if anchor is None else Proof.SIGNED,
        issued=dccg_items.newest(readings),
    )
    gathering = Gathering(origin, environment_of(terms, anchor))
    authorities = dccg_items.gather(gathering, readings)
    return gathering.reading(authorities=authorities)


def _parts(data: bytes) -> tuple[bytes, memoryview]:
    """The signature line, and what it signs. The list is large: it is looked at where it is."""
    newline = data.find(b"\n")
    if newline < 0:
        raise json_document.unreadable("no newline, a signature line and a list expected")
    start, end = newline + 1, len(data)
    while start < end and data[start] in _WHITE_SPACE:
        start += 1
    while start < end and data[end - 1] in _WHITE_SPACE:
        end -= 1
    return data[:newline].strip(), memoryview(data)[start:end]


def _signing_anchor(line: bytes, body: memoryview, anchors: tuple[Anchor, ...]) -> Anchor:
    signature = dccg_items.octets(line[:_MAX_LINE].decode("latin-1"))
    # the last character has bits that mean nothing, and are zero
    if signature is not None and b64encode(signature) == line:
        for anchor in anchors:
            key = anchor.key
            if (
                isinstance(key, ec.EllipticCurvePublicKey)
                and key.curve.name == _CURVE
                and EcdsaP256Key(key).is_signature(signature, body)
            ):
                return anchor
    raise TrustListError(
        Reason.TRUST_LIST_SIGNATURE,
        f"the signature line is by none of the {len(anchors)} anchors over this list",
    )
