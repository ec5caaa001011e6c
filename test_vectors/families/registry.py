"""A population registry: which answers are taken, when nothing is known of anybody, and what agrees."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any, Final

from test_vectors.importance import Importance
from test_vectors.operation import OperationFamily

FAMILY: Final = OperationFamily("registry", "read-registry-answer", spec="vaxcert registry protocol")

_REQUEST: Final = "5d0c3b1f0a2e4c6f8b9d7e6a5c4b3a29"
_REFS: Final = ("a41f09c37be2", "0b52d8e6f193", "c7e4a2905d6f")
_PEOPLE: Final = (
    {
        "ref": _REFS[0],
        "identity_number": "079181000065",
        "full_name": "Phan Thanh Giang",
        "birth_date": "1981-07-01",
        "sex": "female",
    },
    {
        "ref": _REFS[1],
        "identity_number": "079081000017",
        "full_name": "TEST Trần Văn An",
        "birth_date": "1981",
    },
    {"ref": _REFS[2], "identity_number": "B1234567"},
)
_MATCHED: Final = {"status": "matched"}
_NOT_FOUND: Final = {"status": "not-found"}
_GOOD: Final = (_MATCHED, {"status": "mismatched", "fields": ["birth_date"]}, _NOT_FOUND)
_UNAVAILABLE: Final = {"status": "unavailable", "fields": []}


def _message(*answers: dict[str, Any], **changes: Any) -> dict[str, Any]:
    rows = [{"ref": ref, **answer} for ref, answer in zip(_REFS, answers or _GOOD, strict=False)]
    return {"version": 1, "request": _REQUEST, "answers": rows, **changes}


def _encoded(message: Any) -> bytes:
    return message if isinstance(message, bytes) else json.dumps(message, ensure_ascii=False).encode()


def _results(*answers: dict[str, Any]) -> list[dict[str, Any]]:
    order = ("name", "birth_date", "sex")
    return [
        {"status": one["status"], "fields": [fact for fact in order if fact in one.get("fields", ())]}
        for one in answers
    ]


def _add(
    name: str,
    description: str,
    message: Any,
    expected: list[dict[str, Any]] | str | None,
    *requirements: str,
    people: tuple[dict[str, str], ...] = _PEOPLE,
    importance: Importance | None = None,
    **more: Any,
) -> None:
    """`expected` is what is said of each person, the reason for stopping, or None where it is no answer."""
    given: dict[str, Any] = {
        "request": {"version": 1, "request": _REQUEST, "people": list(people)},
        "answer": b64encode(_encoded(message)).decode(),
        **more,
    }
    answer: dict[str, Any]
    if expected is None:
        answer = {"outcome": "unreadable", "reason": None, "answers": [_UNAVAILABLE] * len(people)}
    elif isinstance(expected, str):
        answer = {"outcome": "refused", "reason": expected}
    else:
        answer = {"outcome": "accepted", "reason": None, "answers": expected}
    FAMILY.add(name, description, given, answer, importance=importance, requirements=requirements)


def _answers() -> None:
    good = _results(*_GOOD)
    _add(
        "all-kinds",
        "Three people: one is matched, one mismatched, one not found.",
        _message(),
        good,
        "PR-4",
        "PR-9",
        "PR-12",
        "PR-13",
    )
    _add(
        "all-fields",
        "A mismatch in all three fields, named in another order.",
        _message({"status": "mismatched", "fields": ["sex", "name", "birth_date"]}, _MATCHED, _MATCHED),
        _results({"status": "mismatched", "fields": ["name", "birth_date", "sex"]}, _MATCHED, _MATCHED),
        "PR-9",
        "PR-12",
    )
    _add(
        "one-unavailable",
        "The registry itself cannot say of one; the others stay.",
        _message(_MATCHED, {"status": "unavailable"}, _MATCHED),
        _results(_MATCHED, {"status": "unavailable"}, _MATCHED),
        "PR-13",
        "PR-15",
    )
    _add("asked-again", "The same bytes in answer to the same request sent again.", _message(), good, "PR-6")
    _add(
        "asked-again-in-a-new-request",
        "The one who was unavailable is asked about in a new request.",
        _message(_MATCHED),
        _results(_MATCHED),
        "PR-15",
        people=_PEOPLE[:1],
    )
    _add(
        "identity-encoding",
        "The answer says that it is not compressed.",
        _message(),
        good,
        "PR-4",
        headers={"Content-Encoding": "identity"},
    )
    _add(
        "white-space",
        "JSON with blanks and line feeds.",
        json.dumps(_message(), indent=2).encode(),
        good,
        "PR-4",
    )
    _add(
        "on-this-machine",
        "Plain HTTP to the client's own machine.",
        _message(),
        good,
        "PR-1",
        address="http://127.0.0.1:8080/match",
    )
    full = _encoded(_message())
    _add("at-most-bytes", "An answer of 524,288 bytes.", full + b" " * (524_288 - len(full)), good, "PR-11")
    many = tuple({"ref": f"{number:012x}", "identity_number": f"{number:012d}"} for number in range(1000))
    rows = [{"ref": one["ref"], "status": "matched"} for one in many]
    _add(
        "a-thousand-people",
        "An answer about 1,000 people.",
        {"version": 1, "request": _REQUEST, "answers": rows},
        _results(*[_MATCHED] * 1000),
        "PR-8",
        "PR-9",
        people=many,
    )


def _no_answers() -> None:
    good = _message()
    text = _encoded(good)
    rows = good["answers"]
    pair = (_MATCHED, _MATCHED)
    cases: tuple[tuple[str, str, Any, str], ...] = (
        ("nothing", "An answer of no bytes.", b"", "PR-12"),
        ("cut-short", "The last byte of the answer is missing.", text[:-1], "PR-12"),
        ("byte-after", "A letter after the end of the answer.", text + b"x", "PR-12"),
        ("byte-order-mark", "A byte order mark before the answer.", b"\xef\xbb\xbf" + text, "PR-4 PR-12"),
        ("utf-16", "The answer is in UTF-16.", json.dumps(good).encode("utf-16"), "PR-4 PR-12"),
        (
            "latin-1",
            "A byte in the answer that is no UTF-8.",
            text.replace(b"matched", b"m\xe4tched"),
            "PR-4 PR-12",
        ),
        ("array", "An array around the answer.", [good], "PR-12"),
        ("version-2", "The version of the answer is 2.", _message(version=2), "PR-12"),
        ("version-text", "The version of the answer is a text.", _message(version="1"), "PR-12"),
        (
            "version-true",
            "The version of the answer is true, which some languages take for 1.",
            _message(version=True),
            "PR-12",
        ),
        ("other-request", "The answer to another request.", _message(request="0" * 32), "PR-9 PR-13 PR-5"),
        (
            "request-in-capitals",
            "The answer repeats the request's identifier in capital letters.",
            _message(request=_REQUEST.upper()),
            "PR-9",
        ),
        ("one-short", "One answer too few.", _message(*pair), "PR-9"),
        ("one-more", "One answer too many.", {**good, "answers": [*rows, rows[2]]}, "PR-9"),
        (
            "slipped",
            "The answers have slipped by one.",
            {**good, "answers": [rows[2], *rows[:2]]},
            "PR-9 PR-5",
        ),
        ("swapped", "Two answers are swapped.", {**good, "answers": [rows[1], rows[0], rows[2]]}, "PR-9"),
        (
            "twice",
            "One person is answered twice, another not.",
            {**good, "answers": [rows[0], rows[1], rows[1]]},
            "PR-9",
        ),
        ("more-members", "The answer has a member that is not specified.", _message(issued="now"), "PR-10"),
        (
            "registered-name",
            "One answer has the registered name beside its status.",
            _message({**_MATCHED, "full_name": "TEST"}, *pair),
            "PR-10",
        ),
        ("null-answer", "Null in place of an answer.", {**good, "answers": [None, *rows[1:]]}, "PR-12"),
        (
            "unknown-status",
            "The status is MATCHED in capitals, which there is not.",
            _message({"status": "MATCHED"}, *pair),
            "PR-12 PR-13",
        ),
        ("status-true", "The status is true.", _message({"status": True}, *pair), "PR-12 PR-13"),
        (
            "matched-with-fields",
            "A match with fields.",
            _message({"status": "matched", "fields": []}, *pair),
            "PR-12",
        ),
        (
            "mismatched-without",
            "A mismatch without fields.",
            _message({"status": "mismatched"}, *pair),
            "PR-12",
        ),
        (
            "mismatched-in-nothing",
            "A mismatch in nothing.",
            _message({"status": "mismatched", "fields": []}, *pair),
            "PR-12",
        ),
        (
            "field-twice",
            "A mismatch that names a field twice.",
            _message({"status": "mismatched", "fields": ["sex", "sex"]}, *pair),
            "PR-12",
        ),
        (
            "field-unknown",
            "A mismatch in a field that there is not.",
            _message({"status": "mismatched", "fields": ["address"]}, *pair),
            "PR-12",
        ),
        (
            "member-twice",
            "One answer has its status twice, not-found and then matched.",
            text.replace(b'"status": "matched"', b'"status": "not-found", "status": "matched"'),
            "PR-12",
        ),
        ("not-a-number", "NaN, which is no JSON.", text.replace(b'"version": 1', b'"version": NaN'), "PR-12"),
        ("too-many-bytes", "An answer of 524,289 bytes.", text + b" " * (524_289 - len(text)), "PR-11"),
    )
    for name, description, message, requirements in cases:
        is_of_others = name in (
            "other-request",
            "slipped",
            "swapped",
            "twice",
        )  # one is confirmed by another's facts
        _add(
            f"no-answer-{name}",
            description,
            message,
            None,
            *requirements.split(),
            importance="critical" if is_of_others else None,
        )
    _add(
        "no-answer-compressed",
        "The answer is compressed.",
        good,
        None,
        "PR-4",
        "PR-12",
        headers={"Content-Encoding": "gzip"},
    )
    for status in (408, 425, 429, 500, 503, 599):
        _add(
            f"status-{status}",
            f"Status {status}: nobody is matched, and the same request may be sent again.",
            good,
            None,
            "PR-13",
            "PR-14",
            status=status,
        )


def _stops() -> None:
    refused = "registry-refused"
    for status in (201, 204, 301, 302, 307, 308, 400, 401, 403, 404, 410, 499):
        is_redirect = 300 <= status < 400
        requirements = ("PR-3", "PR-13") if is_redirect else ("PR-13",)
        _add(
            f"status-{status}",
            f"Status {status}: {'no redirect is followed' if is_redirect else 'no answer, and somebody has to look'}.",
            _message(),
            refused,
            *requirements,
            status=status,
        )
    addresses = {
        "plain": ("is plain HTTP to another machine", "http://registry.test/match", "PR-1"),
        "with-token": ("holds a token", "https://TEST-token@registry.test/match", "PR-2"),
        "with-password": ("holds a name and a password", "https://name:TEST@registry.test/match", "PR-2"),
        "of-a-file": ("is that of a file", "file:///registry", "PR-1"),
        "without-host": ("names no host", "https:///match", "PR-1"),
    }
    for name, (description, address, requirement) in addresses.items():
        _add(
            f"address-{name}",
            f"An address that {description}: nobody is asked.",
            _message(),
            refused,
            requirement,
            address=address,
        )


def _agreement() -> None:
    asked = _PEOPLE[0]
    held = {
        "identity_number": "079181000065",
        "full_name": "Phan Thanh Giang",
        "birth_date": "1981-07-01",
        "sex": "female",
    }

    def entry(**changes: str | None) -> dict[str, Any]:
        return {name: value for name, value in {**held, **changes}.items() if value is not None}

    def person(**changes: str | None) -> dict[str, Any]:
        return {name: value for name, value in {**asked, **changes}.items() if value is not None}

    def differs(*fields: str) -> dict[str, Any]:
        return {"status": "mismatched", "fields": list(fields)}

    cases: tuple[tuple[str, str, dict[str, Any], list[dict[str, Any]], dict[str, Any], str], ...] = (
        (
            "everything",
            "Name, birth date and sex agree with the entry of the number.",
            asked,
            [entry()],
            _MATCHED,
            "PR-16 PR-17 PR-18 PR-19",
        ),
        (
            "nobody",
            "Nobody has the number.",
            asked,
            [entry(identity_number="079181000066")],
            _NOT_FOUND,
            "PR-16",
        ),
        (
            "blanks-around-number",
            "Blanks around the identity number, which are left out.",
            person(identity_number=" 079181000065 "),
            [entry()],
            _MATCHED,
            "PR-16",
        ),
        (
            "blank-within-number",
            "A blank within the identity number, which makes it another number.",
            person(identity_number="079181 000065"),
            [entry()],
            _NOT_FOUND,
            "PR-16",
        ),
        (
            "two-entries-one-agrees",
            "Of two entries the second agrees in everything.",
            asked,
            [entry(sex="male"), entry()],
            _MATCHED,
            "PR-16",
        ),
        (
            "two-entries-together",
            "Two entries agree only together.",
            asked,
            [entry(birth_date="1990-01-01"), entry(sex="male")],
            differs("sex"),
            "PR-16",
        ),
        (
            "name-without-marks",
            "The entry has the name without its marks: it agrees.",
            person(full_name="Trần Thị Bưởi"),
            [entry(full_name="TRAN THI BUOI")],
            _MATCHED,
            "PR-17",
        ),
        (
            "name-in-another-order",
            "The parts of the name are in another order: they agree.",
            person(full_name="Giang Phan Thanh"),
            [entry()],
            _MATCHED,
            "PR-17",
        ),
        (
            "name-different",
            "The name is another than the entry's.",
            person(full_name="Lê Văn Tám"),
            [entry()],
            differs("name"),
            "PR-17",
        ),
        (
            "name-not-given",
            "No name was given: it agrees with nothing.",
            person(full_name=None),
            [entry()],
            differs("name"),
            "PR-17 PR-7",
        ),
        (
            "name-not-registered",
            "No name is registered: the one that was given agrees with nothing.",
            asked,
            [entry(full_name=None)],
            differs("name"),
            "PR-17",
        ),
        (
            "birth-year",
            "Only the year of birth is known, and it is the entry's.",
            person(birth_date="1981"),
            [entry()],
            _MATCHED,
            "PR-18",
        ),
        (
            "birth-month",
            "Only the month of birth is registered, and it agrees.",
            asked,
            [entry(birth_date="1981-07")],
            _MATCHED,
            "PR-18",
        ),
        (
            "birth-other-year",
            "The year, which is all that is known, is another than the entry's.",
            person(birth_date="1982"),
            [entry()],
            differs("birth_date"),
            "PR-18",
        ),
        (
            "birth-other-day",
            "The birth date is a day later than the entry's.",
            person(birth_date="1981-07-02"),
            [entry()],
            differs("birth_date"),
            "PR-18",
        ),
        (
            "birth-not-given",
            "No birth date was given: it agrees with nothing.",
            person(birth_date=None),
            [entry()],
            differs("birth_date"),
            "PR-18 PR-7",
        ),
        (
            "birth-not-registered",
            "No birth date is registered: the one that was given agrees with nothing.",
            asked,
            [entry(birth_date=None)],
            differs("birth_date"),
            "PR-18",
        ),
        (
            "sex-other",
            "The sex is another than the entry's.",
            person(sex="male"),
            [entry()],
            differs("sex"),
            "PR-19",
        ),
        (
            "sex-not-given",
            "No sex was given: that is no difference.",
            person(sex=None),
            [entry()],
            _MATCHED,
            "PR-19 PR-7",
        ),
        (
            "sex-not-registered",
            "No sex is registered: that is no difference.",
            asked,
            [entry(sex=None)],
            _MATCHED,
            "PR-19",
        ),
        (
            "everything-different",
            "Nothing but the number agrees.",
            person(full_name="Lê Văn Tám", birth_date="1990", sex="male"),
            [entry()],
            differs("name", "birth_date", "sex"),
            "PR-16 PR-17 PR-18 PR-19",
        ),
    )
    for name, description, one, registered, result, requirements in cases:
        FAMILY.add(
            f"agrees-{name}",
            description,
            {"request": {"version": 1, "request": _REQUEST, "people": [one]}, "registered": registered},
            {"outcome": "accepted", "reason": None, "answers": _results(result)},
            requirements=tuple(requirements.split()),
        )


_answers()
_no_answers()
_stops()
_agreement()
