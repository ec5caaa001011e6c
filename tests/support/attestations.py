"""TEST facilities, the list that says what they may attest, and what they have attested."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.dose_records import GOOD
from vaxcert.adapters.signers import BareKeySigner
from vaxcert.model.dose_record import DoseRecord
from vaxcert.trust import facility_list, signed_document
from vaxcert.trust.anchors import Anchor, anchor_of
from vaxcert.trust.attestation import attestation_of, sign
from vaxcert.trust.facility_list import (
    Attester,
    FacilityEntry,
    FacilityList,
    FacilityListContent,
    Scope,
    facility_entry,
)
from vaxcert.trust.origin import Environment
from vaxcert.trust.record_digest import record_digest

NOW: Final = datetime(2026, 3, 1, tzinfo=UTC)
CLINIC: Final = Attester(Scope.FACILITY, "79001")
OTHER_CLINIC: Final = Attester(Scope.FACILITY, "79002")
PROVINCE: Final = Attester(Scope.PROVINCE, "79")
OTHER_PROVINCE: Final = Attester(Scope.PROVINCE, "38")
RECORD: Final = replace(GOOD, facility_code="79001", province_code="79")


@cache
def private_key(name: str) -> ec.EllipticCurvePrivateKey:
    """A P-256 TEST key for each name, the same in every run."""
    secret = int.from_bytes(hashlib.sha256(b"TEST " + name.encode()).digest(), "big") >> 1
    return ec.derive_private_key(secret, ec.SECP256R1())


@cache
def signer(name: str) -> BareKeySigner:
    return BareKeySigner(private_key(name), deterministic=True)


def anchor(name: str = "anchor 1", **options: Any) -> Anchor:
    return anchor_of(private_key(name).public_key(), **options)


def entry(name: str, attester: Attester, **limits: Any) -> FacilityEntry:
    """A grant of one facility or province."""
    where = "facilities" if attester.scope is Scope.FACILITY else "provinces"
    return facility_entry(private_key(name).public_key(), **{where: frozenset({attester.code}), **limits})


ENTRIES: Final = (
    entry("clinic", CLINIC),
    entry("other clinic", OTHER_CLINIC),
    entry("province", PROVINCE),
    entry("other province", OTHER_PROVINCE),
)


def content(*entries: FacilityEntry, **changes: Any) -> FacilityListContent:
    fields: dict[str, Any] = {
        "issuer": "TEST ministry",
        "number": 5,
        "issued": NOW,
        "next_update": NOW + timedelta(days=7),
        "usable_until": NOW + timedelta(days=30),
        "environment": Environment.TEST,
        "entries": entries or ENTRIES,
        **changes,
    }
    return FacilityListContent(**fields)


def signed_list(what: FacilityListContent | bytes, *names: str) -> bytes:
    data = what if isinstance(what, bytes) else facility_list.encode(what)
    signers = [signer(name) for name in names or ("anchor 1",)]
    return signed_document.write(signed_document.sign(data, facility_list.CONTENT_TYPE, signers))


def facilities(*entries: FacilityEntry, **changes: Any) -> FacilityList:
    """The list, read again."""
    return facility_list.read(signed_list(content(*entries, **changes)), (anchor(),), name="TEST list")


def attested(
    records: Iterable[DoseRecord] = (RECORD,),
    attester: Attester = CLINIC,
    key: str = "clinic",
    *,
    at: datetime = NOW,
) -> bytes:
    """A signed attestation."""
    return sign(attestation_of(map(record_digest, records), attester, at=at), signer(key))
