"""What a registry says of many people at once is what the rules say of each, and unavailable is never matched."""

from __future__ import annotations

import json
from datetime import date

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from tests.support.registries import people

from vaxcert.adapters.registry import answers
from vaxcert.adapters.registry.columns import compare, levelled
from vaxcert.adapters.registry.messages import new_request, read_answers
from vaxcert.model.certificate import PartialDate
from vaxcert.model.dose_record import Sex
from vaxcert.rules.matching import (
    UNAVAILABLE,
    MatchStatus,
    PersonFact,
    PersonQuery,
    RegisteredPerson,
    best_match,
    match_person,
)
from vaxcert.rules.records import RecordCode

WORDS = (
    "An Ân Anh ANH an AN Lân Lan LAN Hoà Hòa Hoa Lý Lí LY Nguyễn NGUYEN Ng. N. Đỗ ĐỖ Do DO đỗ Müller Mueller Thuan "
    "Thu 王 Иван - . \u200b"
)
NAMES = st.lists(st.sampled_from(WORDS.split(" ")), max_size=4).map(" ".join)
DAYS = st.one_of(
    st.none(),
    st.builds(PartialDate, st.sampled_from([1981, 1990])),
    st.builds(PartialDate, st.sampled_from([1981, 1990]), st.sampled_from([1, 10])),
    st.dates(date(1981, 1, 1), date(1981, 1, 3)),
)
FACTS = st.fixed_dictionaries(
    {
        "full_name": st.one_of(st.none(), NAMES),
        "birth_date": DAYS,
        "sex": st.one_of(st.none(), st.sampled_from(Sex)),
    }
)


def line(facts):
    return (
        "001",
        facts["full_name"],
        facts["birth_date"] and str(facts["birth_date"]),
        facts["sex"] and str(facts["sex"]),
    )


@given(st.lists(st.tuples(FACTS, FACTS), min_size=1, max_size=8))
def test_columns_say_what_the_rules_say(pairs):
    recorded = levelled(people(*(line(one) for one, _ in pairs)))
    registered = levelled(people(*(line(other) for _, other in pairs)))
    expected = [match_person(PersonQuery(**one), RegisteredPerson(**other)) for one, other in pairs]
    found = answers.codes_of(compare(recorded, registered))
    assert found.to_pylist() == [[str(code) for code in result.codes] for result in expected]


@given(FACTS, st.lists(FACTS, max_size=4))
def test_of_several_entries_the_lowest_answer_is_the_best_match(facts, entries):
    query = PersonQuery(**facts)
    results = [match_person(query, RegisteredPerson(**one)) for one in entries]
    lowest = min([answers.answer_of(one) for one in results], default=int(answers.none_found(1)[0]))
    assert lowest == answers.answer_of(best_match(query, [RegisteredPerson(**one) for one in entries]))


@given(FACTS, st.one_of(st.none(), FACTS))
def test_matched_is_only_who_is_registered_with_a_name_and_a_birth_date(facts, registered):
    entry = None if registered is None else RegisteredPerson(**registered)
    result = match_person(PersonQuery(**facts), entry)
    assert (result.status is MatchStatus.MATCHED) is (result.codes == ())
    assert result.status is not MatchStatus.UNAVAILABLE
    if result.status is MatchStatus.MATCHED:
        assert facts["full_name"]
        assert facts["birth_date"] is not None
        assert entry is not None


@given(st.lists(st.integers(0, 8)))
def test_unavailable_is_never_matched(others):
    """Whatever else is found out, in whatever order: it has no empty codes, and gets none."""
    every = answers.none_available(len(others) + 1)
    codes = answers.codes_of(every).to_pylist()
    assert codes == [[RecordCode.REGISTRY_UNAVAILABLE.value]] * len(every)
    assert answers.answer_of(UNAVAILABLE) > max(others, default=0)


REQUEST = new_request(levelled(people(*[("001", "An", "1981", None)] * 3)))
SAID = [
    {"status": "unavailable"},
    {"status": "not-found"},
    {"status": "mismatched", "fields": ["name", "sex"]},
]
ANSWER = json.dumps(
    {
        "version": 1,
        "request": REQUEST.identifier,
        "answers": [{"ref": ref} | said for ref, said in zip(REQUEST.references, SAID, strict=True)],
    }
).encode()


@given(st.data())
def test_an_answer_that_was_changed_on_its_way_matches_nobody(data):
    changed = bytearray(ANSWER)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(changed)))
        end = data.draw(st.integers(start, min(start + 40, len(changed))))
        changed[start:end] = data.draw(
            st.one_of(st.binary(max_size=4), st.sampled_from([ANSWER[start:end] * 2]))
        )
    found = read_answers(bytes(changed), REQUEST)
    assert found is None or 0 not in found.tolist()


@given(
    st.one_of(
        st.binary(),
        st.text().map(str.encode),
        st.recursive(
            st.one_of(
                st.none(),
                st.booleans(),
                st.integers(),
                st.text(),
                st.sampled_from(["matched", REQUEST.identifier]),
            ),
            lambda inner: st.one_of(
                st.lists(inner, max_size=4),
                st.dictionaries(
                    st.sampled_from(["version", "request", "answers", "ref", "status", "fields"]), inner
                ),
            ),
        ).map(lambda value: json.dumps(value).encode()),
    )
)
def test_any_bytes_are_an_answer_or_none(data):
    assert read_answers(data, REQUEST) is None


def test_each_answer_has_its_codes():
    numbers = pa.array(range(answers.answer_of(UNAVAILABLE) + 1), pa.uint8())
    codes = [tuple(one) for one in answers.codes_of(numbers.to_numpy()).to_pylist()]
    assert len(set(codes)) == len(codes) == 2 ** len(PersonFact) + 2
    assert [one for one in codes if not one] == codes[:1]
