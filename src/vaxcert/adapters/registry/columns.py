"""What is compared of many people at once, column by column, with the same outcome as `vaxcert.rules.matching`.

Almost all names are the same text, or the same but for case, Unicode form and lost diacritics; Arrow decides those.
Only the others are compared one by one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vaxcert.adapters.records.values import PARSERS
from vaxcert.adapters.registry import BIRTH_DATE, FULL_NAME, IDENTITY_NUMBER, SEX
from vaxcert.adapters.registry.answers import Answers, answers_of_facts
from vaxcert.rules.matching import PersonFact
from vaxcert.rules.name_comparison import compare_names

_Flags: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]

_ISO_DAY: Final = r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$"
_YEAR, _MONTH = len("yyyy"), len("yyyy-mm")
_NO_TEXT: Final = pa.scalar(None, pa.string())
_LETTER_OR_DIGIT: Final = r"[\p{L}\p{N}]"


def levelled(people: pa.RecordBatch) -> pa.RecordBatch:
    """People whose facts are written alike, whoever wrote them.

    Args:
        people: `full_name` and `birth_date`, `identity_number` and `sex` where there are any, all of them text.

    Returns:
        All four columns. Birth dates are as much of yyyy-mm-dd as is known, the sex is `male` or `female`; what cannot
        be read is null.
    """
    readers: dict[str, Callable[[pa.Array], pa.Array]] = {
        IDENTITY_NUMBER: identity_numbers,
        FULL_NAME: _names,
        BIRTH_DATE: _days,
        SEX: _sexes,
    }
    nothing = pa.nulls(len(people), pa.string())
    columns = [
        read(people.column(name) if name in people.schema.names else nothing)
        for name, read in readers.items()
    ]
    return pa.RecordBatch.from_arrays(columns, names=list(readers))


def identity_numbers(column: pa.Array) -> pa.Array:
    """Identity numbers without blanks around them; an empty one is null."""
    trimmed = pc.ascii_trim_whitespace(column)
    return pc.if_else(pc.equal(trimmed, ""), _NO_TEXT, trimmed)


def compare(recorded: pa.RecordBatch, registered: pa.RecordBatch) -> Answers:
    """Compare people with those who are registered under the same identity numbers, row by row.

    Args:
        recorded: From `levelled`.
        registered: From `levelled`, as many.
    """
    return answers_of_facts(
        {
            PersonFact.NAME: _names_differ(recorded.column(FULL_NAME), registered.column(FULL_NAME)),
            PersonFact.BIRTH_DATE: _days_differ(recorded.column(BIRTH_DATE), registered.column(BIRTH_DATE)),
            PersonFact.SEX: _true(pc.not_equal(recorded.column(SEX), registered.column(SEX))),
        }
    )


def _true(flags: pa.BooleanArray) -> _Flags:
    """Where flags are set; a null is not."""
    found: _Flags = flags.fill_null(fill_value=False).to_numpy(zero_copy_only=False)
    return found


# How facts are written


def _names(column: pa.Array) -> pa.Array:
    return pc.if_else(pc.match_substring_regex(column, _LETTER_OR_DIGIT), column, _NO_TEXT)


def _days(column: pa.Array) -> pa.Array:
    if pc.all(pc.match_substring_regex(column, _ISO_DAY)).as_py() is not False:
        return column
    return _each_text(column, _day)


def _day(text: str) -> str | None:
    """A birth date as ISO writes it. Zeros stand for a day or a month that nobody knows."""
    known = text.strip()
    while known.startswith("00/") or known.endswith("-00"):
        known = known.removeprefix("00/").removesuffix("-00")
    try:
        return str(PARSERS["birth_date"](known))
    except ValueError:
        return None


def _sexes(column: pa.Array) -> pa.Array:
    return _each_text(column, _sex)


def _sex(text: str) -> str | None:
    try:
        return str(PARSERS["sex"](text.strip()))
    except ValueError:
        return None


def _each_text(column: pa.Array, read: Callable[[str], str | None]) -> pa.Array:
    """Each text as it is read, which is done once for all that are the same."""
    encoded = column.dictionary_encode()
    texts = [read(text) for text in encoded.dictionary.to_pylist()]
    return pa.array(texts, pa.string()).take(encoded.indices)


# Birth dates


def _days_differ(one: pa.Array, other: pa.Array) -> _Flags:
    differ = ~_true(pc.equal(one, other))
    rest = np.flatnonzero(differ)
    if len(rest):
        differ[rest] = ~_parts_agree(one.take(pa.array(rest)), other.take(pa.array(rest)))
    return differ


def _parts_agree(one: pa.Array, other: pa.Array) -> _Flags:
    """Whether days are the same as far as both are known, of which at least one is not known whole."""
    known = pc.min_element_wise(pc.binary_length(one), pc.binary_length(other), skip_nulls=False)
    agree = np.zeros(len(one), np.bool_)
    for width in (_YEAR, _MONTH):
        same = pc.equal(pc.utf8_slice_codeunits(one, 0, width), pc.utf8_slice_codeunits(other, 0, width))
        agree |= _true(pc.and_kleene(pc.equal(known, width), same))
    return agree


# Names


def _names_differ(one: pa.Array, other: pa.Array) -> _Flags:
    differ = ~_true(pc.equal(one, other))
    for agree in (_same_but_case, _same_but_lost_marks, _same_but_form, _may_be_one_person):
        rest = np.flatnonzero(differ & _true(pc.and_(one.is_valid(), other.is_valid())))
        if len(rest):
            differ[rest] = ~agree(one.take(pa.array(rest)), other.take(pa.array(rest)))
    return differ


def _plain(names: pa.Array) -> pa.Array:
    return pc.ascii_trim_whitespace(pc.utf8_lower(names))


def _same_but_case(one: pa.Array, other: pa.Array) -> _Flags:
    """Whether names are the same but for case and blanks around them."""
    return _true(pc.equal(_plain(one), _plain(other)))


def _same_but_lost_marks(one: pa.Array, other: pa.Array) -> _Flags:
    """Whether names are the same but for diacritics, of which one has none at all."""
    agree = np.zeros(len(one), np.bool_)
    one_is_bare, other_is_bare = _true(pc.string_is_ascii(one)), _true(pc.string_is_ascii(other))
    for bare, marked, flags in (
        (one, other, one_is_bare & ~other_is_bare),
        (other, one, other_is_bare & ~one_is_bare),
    ):
        rows = np.flatnonzero(flags)
        places = pa.array(rows)
        agree[rows] = _true(pc.equal(_plain(bare.take(places)), _without_marks(marked.take(places))))
    return agree


def _without_marks(names: pa.Array) -> pa.Array:
    apart = pc.replace_substring(pc.utf8_normalize(_plain(names), "NFD"), "đ", "d")
    return pc.replace_substring_regex(apart, r"\p{Mn}+", "")


def _same_but_form(one: pa.Array, other: pa.Array) -> _Flags:
    """Whether names are the same but for case, blanks around them and Unicode form."""
    return _true(pc.equal(pc.utf8_normalize(_plain(one), "NFC"), pc.utf8_normalize(_plain(other), "NFC")))


def _may_be_one_person(one: pa.Array, other: pa.Array) -> _Flags:
    """Whether names go together in any other way. Each pair of names is compared once."""
    names, others = one.dictionary_encode(), other.dictionary_encode()
    texts, other_texts = names.dictionary.to_pylist(), others.dictionary.to_pylist()
    width = len(other_texts)
    pairs, places = np.unique(
        names.indices.to_numpy().astype(np.int64) * width + others.indices.to_numpy(), return_inverse=True
    )
    verdicts = [
        compare_names(texts[pair // width], other_texts[pair % width]).may_be_one_person
        for pair in pairs.tolist()
    ]
    return np.array(verdicts, np.bool_)[places]
