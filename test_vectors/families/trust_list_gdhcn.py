"""WHO GDHCN documents: what their proof covers, to which network they belong, and which of their entries count."""

from __future__ import annotations

from typing import Any, Final

from test_vectors.documents import AT, anchors, base64
from test_vectors.families.trust_list import list_not_read, list_read, listed_key
from test_vectors.gdhcn import CREATED, DID, SIGNER, document, encoded, entry, signed
from test_vectors.operation import OperationFamily

FAMILY: Final = OperationFamily(
    "trust-list-gdhcn",
    "read-trust-list",
    spec="WHO GDHCN trust lists, version 2: DID documents with JsonWebSignature2020",
)

_WHO: Final = "es256-collision-1"
_STRANGER: Final = "es256-stranger"
_AUTHORITY: Final = "csca-es256"
_KEY, _OTHER = "es256", "es256-no-purpose"
_SIGNATURE: Final = "trust-list-signature"
_UNREADABLE: Final = "trust-list-unreadable"
_ENVIRONMENT: Final = "trust-list-environment"


def _add(
    name: str,
    description: str,
    data: Any,
    expected: dict[str, Any] | str,
    *requirements: str,
    pinned: tuple[str, ...] = (_WHO,),
    **more: Any,
) -> None:
    document = data if isinstance(data, bytes) else encoded(data)
    FAMILY.add(
        name,
        description,
        {"document": base64(document), "anchors": anchors(*pinned), **more},
        list_not_read(expected) if isinstance(expected, str) else expected,
        context={"at": AT},
        requirements=requirements,
    )


def _read(*keys: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return list_read(*keys, **{"format": "gdhcn", "environment": "test", "number": None, **changes})


def _key(name: str = _KEY, **changes: Any) -> dict[str, Any]:
    return listed_key(name, domain="DCC", **changes)


_DSC: Final = entry(_KEY, _AUTHORITY)
_SCA: Final = entry(_AUTHORITY, usage="SCA")
_GOOD: Final = signed(document(_DSC, _SCA), _WHO)


def _proofs() -> None:
    _add(
        "sound",
        "A signer and its authority, with a proof by the anchor.",
        _GOOD,
        _read(_key(), entries=2),
        "TL-48",
        "TL-49",
        "TL-51",
    )
    _add(
        "empty",
        "A document without entries, rightly signed: a list has at least one key.",
        signed(document(), _WHO),
        "trust-list-empty",
        "TL-44",
    )
    _add(
        "by-a-stranger",
        "The proof is by another key than the anchor's.",
        signed(document(_DSC), _STRANGER),
        _SIGNATURE,
        "TL-49",
    )
    _add(
        "no-anchor",
        "No anchor is pinned: the published key of the network judges, which did not sign.",
        _GOOD,
        _SIGNATURE,
        "TL-48",
        pinned=(),
    )
    moved = {**_DSC, "participant": {"code": "#FRA"}}
    _add(
        "participant-changed",
        "An entry was given to another participant after signing.",
        {**_GOOD, "verificationMethod": [moved, _SCA]},
        _SIGNATURE,
        "TL-49",
    )
    _add(
        "controller-changed",
        "The document names another controller than was signed.",
        {**_GOOD, "controller": f"{DID}:XXX"},
        _SIGNATURE,
        "TL-49",
    )
    _add(
        "entry-added",
        "An entry was added after signing.",
        {**_GOOD, "verificationMethod": [_DSC, _SCA, entry(_OTHER, _AUTHORITY)]},
        _SIGNATURE,
        "TL-49",
    )
    _add(
        "date-changed",
        "The date of the proof is another than was signed.",
        {**_GOOD, "proof": {**_GOOD["proof"], "created": "2026-02-01T00:00:00Z"}},
        _SIGNATURE,
        "TL-49",
    )
    _add(
        "signature-of-64-bytes",
        "The signature is r and s of 32 bytes, as JWS has it, and not DER, as these documents have it.",
        signed(document(_DSC, _SCA), _WHO, as_jws=True),
        _SIGNATURE,
        "TL-49",
    )
    _add(
        "two-signatures-needed",
        "Two anchors are needed, and a document has one signature.",
        _GOOD,
        "trust-list-threshold",
        "TL-49",
        pinned=(_WHO, _STRANGER),
        threshold=2,
    )
    _add(
        "other-order",
        "The entries are in another order than was signed, and one is there twice: the proof covers neither.",
        {**_GOOD, "verificationMethod": [_SCA, _DSC, _SCA]},
        _read(_key(), entries=3),
        "TL-49",
    )


def _forms() -> None:
    text = encoded(_GOOD)
    _add(
        "member-unknown",
        "The document has a member that no proof covers.",
        {**_GOOD, "service": []},
        _UNREADABLE,
        "TL-50",
    )
    _add(
        "member-missing",
        "The document has no controller.",
        {name: value for name, value in _GOOD.items() if name != "controller"},
        _UNREADABLE,
        "TL-50",
    )
    _add(
        "member-twice",
        "The document has its controller twice.",
        text.replace(b'{"@context"', b'{"controller":"did:web:example.org","@context"', 1),
        _UNREADABLE,
        "TL-50",
    )
    _add(
        "entry-member-unknown",
        "An entry has a member that no proof covers.",
        signed(document({**_DSC, "revoked": True}), _WHO),
        _UNREADABLE,
        "TL-50",
    )
    _add("cut-short", "The last byte of the document is missing.", text[:-1], _UNREADABLE, "TL-50")
    old = f"did:web:{DID.split(':')[2]}:trustlist"
    _add(
        "version-1",
        "A document of the deprecated version 1.",
        signed(document(_DSC, id=old), _WHO),
        _UNREADABLE,
        "TL-50",
    )


def _networks() -> None:
    production = SIGNER.replace("-dev:", "-prod:")
    _add(
        "unknown-host",
        "The document's DID is of a host of no network.",
        signed(document(_DSC, id="did:web:example.org:v2:trustlist"), _WHO),
        _ENVIRONMENT,
        "TL-47",
    )
    _add(
        "unknown-signer",
        "The proof names a DID that signs for no network.",
        signed(document(_DSC, proof={"verificationMethod": "did:web:example.org:signer"}), _WHO),
        _ENVIRONMENT,
        "TL-47",
    )
    _add(
        "signer-of-another-network",
        "A document of the development network, whose proof names the signer of production.",
        signed(document(_DSC, proof={"verificationMethod": production}), _WHO),
        _ENVIRONMENT,
        "TL-47",
    )
    _add(
        "context-of-another-network",
        "A document of the development network with the context of production.",
        signed(document(_DSC, context="https://smart.who.int/trust/tng-context/v1.jsonld"), _WHO),
        _ENVIRONMENT,
        "TL-47",
    )
    _add(
        "tests-where-production",
        "A document of the development network, production is expected.",
        _GOOD,
        _ENVIRONMENT,
        "TL-47",
        environment="production",
    )
    _add(
        "tests-by-an-anchor-of-production",
        "A document of the development network, by an anchor that is pinned for production.",
        _GOOD,
        _ENVIRONMENT,
        "TL-47",
        anchor_environment="production",
    )
    _add(
        "tests-where-tests",
        "A document of the development network, tests are expected.",
        _GOOD,
        _read(_key(), entries=2),
        "TL-47",
        environment="test",
    )


def _entries() -> None:
    def read(
        name: str,
        description: str,
        entries: tuple[Any, ...],
        expected: dict[str, Any] | str,
        requirement: str = "TL-51",
    ) -> None:
        _add(name, description, signed(document(*entries), _WHO), expected, requirement)

    read(
        "authority-in-the-chain",
        "The authority stands behind the signer's certificate only.",
        (_DSC,),
        _read(_key()),
    )
    read(
        "no-authority",
        "The document has no authority of the participant: the proof alone vouches for the signer.",
        (entry(_KEY),),
        _read(_key()),
    )
    wrong = entry("ps256-2048", _AUTHORITY)
    read(
        "not-issued-by-the-authority",
        "The participant's authority issued one of two signers' certificates, and not the other.",
        (_DSC, _SCA, wrong),
        _read(_key(), entries=3, problems=["trust-entry-signature"]),
    )
    read(
        "key-of-the-certificate",
        "The JSON Web Key is another key than the certificate's, which counts.",
        (entry(_KEY, _AUTHORITY, jwk=_OTHER),),
        _read(_key()),
    )
    read(
        "signer-that-has-ended",
        "A signer whose certificate has ended: it is listed with its dates.",
        (entry("es256-expired", _AUTHORITY),),
        _read(_key("es256-expired", not_before="2023-01-01T00:00:00Z", not_after="2025-01-01T00:00:00Z")),
    )
    read(
        "other-usage",
        "An entry for uploads beside a signer: it gives no key.",
        (_DSC, entry(_OTHER, usage="UP")),
        _read(_key(), entries=2),
    )
    read(
        "only-for-uploads",
        "An entry for uploads alone: there is no key.",
        (entry(_OTHER, usage="UP"),),
        "trust-list-empty",
        "TL-44",
    )
    twin = {**entry(_OTHER, _AUTHORITY), "id": _DSC["id"]}
    read(
        "two-of-one-id",
        "Two entries under one identifier say different things: the proof covers no pairing, and neither counts.",
        (_DSC, twin, entry("es256-recovery", _AUTHORITY)),
        _read(
            _key("es256-recovery", kinds=["recovery"]),
            entries=3,
            problems=["trust-entry-unreadable"] * 2,
        ),
        "TL-52",
    )
    reference = f"{DID}:DCC:FRA:DSC"
    read(
        "reference-among-keys",
        "A signer, and a reference to another document, which is not followed.",
        (_DSC, reference),
        _read(_key(), entries=2, problems=["trust-entry-unreadable"]),
        "TL-52",
    )
    read(
        "references-only",
        "References to other documents, none of which is followed.",
        (reference,),
        _UNREADABLE,
        "TL-52",
    )


def _editions() -> None:
    def made(at: str, *entries: Any) -> dict[str, Any]:
        return signed(document(*(entries or (_DSC, _SCA)), proof={"created": at}), _WHO)

    held = {"document": base64(encoded(_GOOD))}
    _add(
        "newer",
        "A document whose proof is a second newer than that of the one held.",
        made("2026-01-31T12:00:01Z"),
        _read(_key(), entries=2),
        "TL-31",
        previous=held,
    )
    _add(
        "older",
        "A document whose proof is a second older than that of the one held.",
        made("2026-01-31T11:59:59Z"),
        "trust-list-rollback",
        "TL-31",
        previous=held,
    )
    _add(
        "same-date-other-key",
        "A document of the same second with a key that the one held has not.",
        made(CREATED, _DSC, _SCA, entry(_OTHER, _AUTHORITY)),
        "trust-list-rollback",
        "TL-31",
        previous=held,
    )


_proofs()
_forms()
_networks()
_entries()
_editions()
