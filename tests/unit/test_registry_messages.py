from __future__ import annotations

import json

import pytest
from tests.support.registries import AN, GIANG, LAN, codes, people

from vaxcert.adapters.registry.answers import codes_of
from vaxcert.adapters.registry.columns import levelled
from vaxcert.adapters.registry.messages import may_be_asked, new_request, read_answers
from vaxcert.limits import MAX_REGISTRY_ANSWER_BYTES, MAX_REGISTRY_PEOPLE

PEOPLE = levelled(people(AN, GIANG, LAN))
REQUEST = new_request(PEOPLE)


def message(*answers, **members):
    each = [
        {"ref": reference} | answer for reference, answer in zip(REQUEST.references, answers, strict=False)
    ]
    return {"version": 1, "request": REQUEST.identifier, "answers": each} | members


def read(value):
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return read_answers(data, REQUEST)


MATCHED = {"status": "matched"}
GOOD = message(MATCHED, MATCHED, MATCHED)


def test_a_request_says_what_is_asked_and_nothing_else():
    sent = json.loads(REQUEST.body)
    assert sent.keys() == {"version", "request", "people"}
    assert (sent["version"], sent["request"]) == (1, REQUEST.identifier)
    assert sent["people"][0] == {
        "ref": REQUEST.references[0],
        "identity_number": AN[0],
        "full_name": AN[1],
        "birth_date": AN[2],
        "sex": AN[3],
    }
    assert "Nguyễn Văn An".encode() in REQUEST.body


def test_what_a_record_does_not_say_is_not_sent():
    sent = json.loads(new_request(levelled(people((AN[0], None, "1990", None)))).body)
    assert sent["people"][0].keys() == {"ref", "identity_number", "birth_date"}


def test_references_and_identifiers_are_random():
    again = new_request(PEOPLE)
    assert again.identifier != REQUEST.identifier
    assert not set(again.references) & set(REQUEST.references)
    assert len(set(REQUEST.references)) == 3
    assert {len(one) for one in (REQUEST.identifier, *REQUEST.references)} == {32, 12}


@pytest.mark.parametrize(("length", "sent"), [(128, True), (129, False)])
def test_a_name_that_no_registry_holds_is_not_sent(length, sent):
    person = json.loads(new_request(levelled(people((AN[0], "a" * length, *AN[2:])))).body)["people"][0]
    assert ("full_name" in person) is sent


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (AN[0], True),
        ("X0000001", True),
        ("1" * 32, True),
        ("1" * 33, False),
        ("", False),
        (None, False),
        ("07918100006é", False),
        ("0791\u0000", False),
    ],
)
def test_numbers_that_can_be_asked_about(number, expected):
    assert may_be_asked(levelled(people((number, *AN[1:])))) == [expected]


def test_answers_of_every_kind():
    mismatched = {"status": "mismatched", "fields": ["sex", "name"]}
    found = read(message(MATCHED, mismatched, {"status": "not-found"}))
    assert codes(codes_of(found)) == [[], ["name-mismatch", "sex-mismatch"], ["not-found"]]
    found = read(
        message({"status": "unavailable"}, MATCHED, {"status": "mismatched", "fields": ["birth_date"]})
    )
    assert codes(codes_of(found)) == [["unavailable"], [], ["birth-date-mismatch"]]


def answers(*places):
    return [GOOD["answers"][place] for place in places]


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        json.dumps(GOOD).encode()[:-1],
        json.dumps(GOOD).encode() + b"x",
        json.dumps(GOOD).encode("utf-16"),
        [],
        None,
        1,
        "matched",
        GOOD | {"version": 2},
        GOOD | {"version": "1"},
        GOOD | {"version": 1.0},
        GOOD | {"version": True},
        GOOD | {"request": REQUEST.identifier.upper()},
        GOOD | {"request": None},
        GOOD | {"more": 1},
        {key: value for key, value in GOOD.items() if key != "version"},
        {key: value for key, value in GOOD.items() if key != "answers"},
        GOOD | {"answers": answers(0, 1)},
        GOOD | {"answers": answers(0, 1, 2, 2)},
        GOOD | {"answers": answers(0, 2, 1)},
        GOOD | {"answers": answers(0, 1, 1)},
        GOOD | {"answers": [None, *answers(1, 2)]},
        GOOD | {"answers": {"0": answers(0)}},
        GOOD | {"answers": "abc"},
        message(MATCHED, MATCHED, {"status": "MATCHED"}),
        message(MATCHED, MATCHED, {"status": ["matched"]}),
        message(MATCHED, MATCHED, {"status": None}),
        message(MATCHED, MATCHED, {}),
        message(MATCHED, MATCHED, MATCHED | {"fields": []}),
        message(MATCHED, MATCHED, MATCHED | {"full_name": "Lan"}),
        message(MATCHED, MATCHED, {"status": "mismatched"}),
        message(MATCHED, MATCHED, {"status": "mismatched", "fields": []}),
        message(MATCHED, MATCHED, {"status": "mismatched", "fields": "name"}),
        message(MATCHED, MATCHED, {"status": "mismatched", "fields": ["name", "name"]}),
        message(MATCHED, MATCHED, {"status": "mismatched", "fields": ["phone"]}),
        message(MATCHED, MATCHED, {"status": "mismatched", "fields": [["name"]]}),
        message(MATCHED, MATCHED, {"status": "mismatched", "fields": ["name"], "registered": "Lan"}),
        message(MATCHED, MATCHED, {"status": "not-found", "fields": ["name"]}),
        json.dumps(GOOD).replace('"matched"', "NaN", 1).encode(),
        json.dumps(GOOD).replace('"version": 1', '"version": 1, "version": 1').encode(),
        json.dumps(GOOD)
        .replace('"status": "matched"', '"status": "matched", "status": "not-found"', 1)
        .encode(),
    ],
)
def test_anything_else_is_no_answer_at_all(wrong):
    assert read(GOOD) is not None
    assert read(wrong) is None


@pytest.mark.parametrize(("beyond", "taken"), [(0, True), (1, False)])
def test_length_of_an_answer(beyond, taken):
    data = json.dumps(GOOD).encode()
    padded = data + b" " * (MAX_REGISTRY_ANSWER_BYTES - len(data) + beyond)
    assert (read(padded) is not None) is taken


def test_the_longest_answer_is_far_below_the_limit():
    lines = [(f"{number:012}", *AN[1:]) for number in range(MAX_REGISTRY_PEOPLE)]
    request = new_request(levelled(people(*lines)))
    all_differ = {"status": "mismatched", "fields": ["name", "birth_date", "sex"]}
    data = json.dumps(
        {
            "version": 1,
            "request": request.identifier,
            "answers": [{"ref": reference} | all_differ for reference in request.references],
        },
        indent=2,
    ).encode()
    assert len(data) < MAX_REGISTRY_ANSWER_BYTES / 2
    assert len(read_answers(data, request)) == MAX_REGISTRY_PEOPLE
    assert len(request.body) < 512 * 1024


def test_nothing_shows_a_person():
    assert repr(REQUEST) == "<RegistryRequest of 3>"
