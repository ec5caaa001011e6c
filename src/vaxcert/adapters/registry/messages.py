"""What is asked of a registry and what it answers, as bytes (`specs/registry.md`, version 1).

An answer is taken whole or not at all: where anything in it is not as specified, nobody in it is matched.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa

from vaxcert.adapters.registry import BIRTH_DATE, FULL_NAME, IDENTITY_NUMBER, SEX
from vaxcert.adapters.registry.answers import Answers, answer_of
from vaxcert.limits import MAX_REGISTRY_ANSWER_BYTES
from vaxcert.rules.matching import NOT_FOUND, UNAVAILABLE, MatchResult, MatchStatus, PersonFact

VERSION: Final = 1
MAX_NUMBER_CHARACTERS: Final = 32
MAX_NAME_CHARACTERS: Final = 128
_REQUEST_BYTES: Final = 16
_REFERENCE_BYTES: Final = 6


@dataclass(frozen=True, slots=True, repr=False)
class RegistryRequest:
    """A request, which stays the same however often it is sent.

    Attributes:
        identifier: Of the request; the answer repeats it.
        references: Of the people, in their order; the answer repeats them.
        body: The bytes to send.
    """

    identifier: str
    references: tuple[str, ...]
    body: bytes

    def __repr__(self) -> str:
        return f"<RegistryRequest of {len(self.references)}>"


def may_be_asked(people: pa.RecordBatch) -> list[bool]:
    """Which people have an identity number that the protocol can carry. The others are registered nowhere.

    Args:
        people: From `vaxcert.adapters.registry.columns.levelled`.
    """
    numbers = people.column(IDENTITY_NUMBER).to_pylist()
    return [
        number is not None
        and len(number) <= MAX_NUMBER_CHARACTERS
        and number.isascii()
        and number.isprintable()
        for number in numbers
    ]


def new_request(people: pa.RecordBatch) -> RegistryRequest:
    """Ask about people. Identifiers are random: they say nothing about anybody, also not to whoever keeps logs.

    Args:
        people: Some for whom `may_be_asked` is true.
    """
    identifier = secrets.token_hex(_REQUEST_BYTES)
    references = tuple(secrets.token_hex(_REFERENCE_BYTES) for _ in range(len(people)))
    asked = [
        {"ref": reference} | {fact: value for fact, value in person.items() if value is not None}
        for reference, person in zip(references, map(_person, people.to_pylist()), strict=True)
    ]
    message = {"version": VERSION, "request": identifier, "people": asked}
    body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
    return RegistryRequest(identifier, references, body)


def _person(person: dict[str, str | None]) -> dict[str, str | None]:
    """What is said of a person. A name that no registry holds is not sent, and confirms nothing."""
    name = person[FULL_NAME]
    if name is not None and len(name) > MAX_NAME_CHARACTERS:
        name = None
    return {
        IDENTITY_NUMBER: person[IDENTITY_NUMBER],
        FULL_NAME: name,
        BIRTH_DATE: person[BIRTH_DATE],
        SEX: person[SEX],
    }


def read_answers(data: bytes, request: RegistryRequest) -> Answers | None:
    """Read what a registry answers.

    Args:
        data: All of it.
        request: What it was asked.

    Returns:
        One answer a person, in the order of the request; None where the bytes are no answer to it.
    """
    if len(data) > MAX_REGISTRY_ANSWER_BYTES:
        return None
    try:
        message = json.loads(data.decode(), object_pairs_hook=_object, parse_constant=_refuse)
        return _answers(message, request)
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a member is there twice")
    return members


def _refuse(_constant: str) -> None:
    raise ValueError("not JSON")


def _answers(message: Any, request: RegistryRequest) -> Answers:
    _expect(isinstance(message, dict) and message.keys() == {"version", "request", "answers"})
    _expect(type(message["version"]) is int and message["version"] == VERSION)
    _expect(message["request"] == request.identifier)
    answers = message["answers"]
    _expect(isinstance(answers, list) and len(answers) == len(request.references))
    return np.array(
        [_answer(answer, reference) for answer, reference in zip(answers, request.references, strict=True)],
        np.uint8,
    )


_BY_STATUS: Final = {
    str(result.status): answer_of(result)
    for result in (MatchResult(MatchStatus.MATCHED), NOT_FOUND, UNAVAILABLE)
}


def _answer(answer: Any, reference: str) -> int:
    _expect(isinstance(answer, dict) and answer["ref"] == reference)
    status = answer["status"]
    if status == MatchStatus.MISMATCHED:
        _expect(answer.keys() == {"ref", "status", "fields"})
        return _mismatch(answer["fields"])
    _expect(answer.keys() == {"ref", "status"})
    return _BY_STATUS[status]


def _mismatch(fields: Any) -> int:
    _expect(isinstance(fields, list) and bool(fields))
    facts = {PersonFact(field) for field in fields}
    _expect(len(facts) == len(fields))
    ordered = tuple(fact for fact in PersonFact if fact in facts)
    return answer_of(MatchResult(MatchStatus.MISMATCHED, ordered))


def _expect(condition: bool) -> None:
    if not condition:
        raise ValueError("not as specified")
