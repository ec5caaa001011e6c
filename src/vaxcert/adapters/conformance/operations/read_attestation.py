"""`read-attestation`: which attestations pass by a facility list, and which dose records they attest."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from vaxcert.adapters.conformance.operations.described import failure
from vaxcert.adapters.conformance.operations.read_trust_list import anchors_described
from vaxcert.errors import VaxcertError
from vaxcert.model.birth_dates import parse_birth_date
from vaxcert.model.dose_record import DoseRecord, Sex
from vaxcert.rules.records.repairs import repaired
from vaxcert.trust import facility_list
from vaxcert.trust.attestation import Attestation, check_attestation
from vaxcert.trust.attested_records import AttestedRecords
from vaxcert.trust.facility_list import FacilityList
from vaxcert.trust.origin import Environment
from vaxcert.trust.record_digest import record_digest
from vaxcert.trust.signed_editions import check_succession


def read_attestation(given: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    """Check `attestations` at `at` by `facility_list`, and look `records` up in those that pass.

    Where attestations are given and none passes, the first one's reason is that of the answer.
    """
    at = datetime.fromisoformat(context["at"])
    try:
        facilities = _facilities(given)
        facilities.check_usable(at=at)
    except VaxcertError as error:
        return failure(error)
    checked = [_checked(b64decode(one, validate=True), facilities, at) for one in given["attestations"]]
    passed = [one for one in checked if isinstance(one, Attestation)]
    failed = [one for one in checked if not isinstance(one, Attestation)]
    attested = AttestedRecords(passed)
    verdict = failure(failed[0]) if failed and not passed else {"outcome": "accepted", "reason": None}
    return {
        **verdict,
        "overdue": facilities.is_overdue(at=at),
        "entries": facilities.entries,
        "problems": sorted(problem.reason for problem in facilities.problems),
        "attestations": [_shown(one) for one in checked],
        "records": [_looked_up(_record(one, at), attested) for one in given["records"]],
    }


def _facilities(given: Mapping[str, Any]) -> FacilityList:
    """The facility list, judged by its anchors and after the edition before."""
    facilities = _read(given["facility_list"], given)
    if "previous" in given:
        old = _read(given["previous"], given)
        check_succession(old.origin, old.environment, old.digest, facilities)
    return facilities


def _read(document: str, given: Mapping[str, Any]) -> FacilityList:
    return facility_list.read(
        b64decode(document, validate=True),
        anchors_described(given),
        threshold=given.get("threshold", 1),
        expected=Environment(given["environment"]) if "environment" in given else None,
    )


def _checked(data: bytes, facilities: FacilityList, at: datetime) -> Attestation | VaxcertError:
    try:
        return check_attestation(data, facilities, at=at)
    except VaxcertError as error:
        return error


def _shown(one: Attestation | VaxcertError) -> dict[str, Any]:
    if isinstance(one, Attestation):
        return {"identifier": one.identifier, "reason": None}
    return {"identifier": None, "reason": str(one.reason)}


def _looked_up(record: DoseRecord, attested: AttestedRecords) -> dict[str, Any]:
    found = attested.of(record)
    missing = "attestation-not-authorised" if found.by_others else "attestation-missing"
    return {
        "digest": record_digest(record).hex(),
        "status": missing if found.attestation is None else "attested",
        "attestation": None if found.attestation is None else found.attestation.identifier,
    }


def _record(members: Mapping[str, Any], at: datetime) -> DoseRecord:
    """A record as the vector writes it, after its repairs."""
    read: dict[str, Callable[[str], Any]] = {
        "birth_date": parse_birth_date,
        "sex": Sex,
        "vaccinated_on": date.fromisoformat,
    }
    values: dict[str, Any] = {
        name: value if value is None or name not in read else read[name](value)
        for name, value in members.items()
    }
    record, _ = repaired(DoseRecord(**values), at=at)
    return record
