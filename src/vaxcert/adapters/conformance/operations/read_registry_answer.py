"""`read-registry-answer`: what a population registry says of people, taken whole or not at all."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from vaxcert.adapters.conformance.operations.described import failure
from vaxcert.errors import VaxcertError
from vaxcert.model.birth_dates import parse_birth_date
from vaxcert.model.dose_record import Sex
from vaxcert.rules.matching import UNAVAILABLE, MatchResult, PersonQuery, RegisteredPerson, best_match

_ADDRESS: Final = "https://registry.test/match"


def read_registry_answer(given: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    """Read the `answer` to a `request`, or give that of a registry with the people who are `registered`.

    What is no answer is "unreadable", and says of everybody that nothing is known.
    """
    people = given["request"]["people"]
    if "registered" in given:
        return _accepted(_match(person, given["registered"]) for person in people)
    try:
        results = _read(given)
    except VaxcertError as error:
        return failure(error)
    if results is None:
        answers = [_shown(UNAVAILABLE) for _ in people]
        return {"outcome": "unreadable", "reason": None, "answers": answers}
    return _accepted(results)


def _read(given: Mapping[str, Any]) -> list[MatchResult] | None:
    """The results, or None where the answer is none."""
    from vaxcert.adapters.https import import_httpx
    from vaxcert.adapters.registry.answers import result_of
    from vaxcert.adapters.registry.http import HttpRegistry, TryAgainError, check_response
    from vaxcert.adapters.registry.messages import RegistryRequest, read_answers

    HttpRegistry(given.get("address", _ADDRESS))
    response = import_httpx().Response(given.get("status", 200), headers=given.get("headers", {}))
    try:
        check_response(response)
    except TryAgainError:
        return None
    references = tuple(person["ref"] for person in given["request"]["people"])
    request = RegistryRequest(given["request"]["request"], references, b"")
    answers = read_answers(b64decode(given.get("answer", ""), validate=True), request)
    return None if answers is None else [result_of(answer) for answer in answers]


def _match(person: Mapping[str, Any], registered: Iterable[Mapping[str, Any]]) -> MatchResult:
    """What a registry answers that has these entries."""
    number = person["identity_number"].strip()
    found = [
        RegisteredPerson(**_facts(one)) for one in registered if one["identity_number"].strip() == number
    ]
    return best_match(PersonQuery(**_facts(person)), found)


def _facts(person: Mapping[str, Any]) -> dict[str, Any]:
    read: dict[str, Callable[[str], Any]] = {"full_name": str, "birth_date": parse_birth_date, "sex": Sex}
    return {name: read[name](value) for name, value in person.items() if name in read}


def _accepted(results: Iterable[MatchResult]) -> dict[str, Any]:
    return {"outcome": "accepted", "reason": None, "answers": [_shown(one) for one in results]}


def _shown(result: MatchResult) -> dict[str, Any]:
    return {"status": result.status, "fields": list(result.mismatches)}
