import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from vaxcert.errors import EncodeError, Reason
from vaxcert.model.names import is_standard_name, split_vietnamese_name, transliterate

LETTERS = [chr(c) for block in (range(0x41, 0x7B), range(0xC0, 0x180), range(0x1EA0, 0x1EFA)) for c in block]
MARKS = "\u0300\u0301\u0302\u0303\u0306\u0308\u0309\u030a\u031b\u0323"
NAMES = st.text(st.sampled_from([*LETTERS, *MARKS, *"ĐđƠơƯư  -'.,<"]))


def refusal(text):
    """The error, or None where there is a standard form."""
    try:
        transliterate(text)
    except EncodeError as error:
        return error
    return None


def outcome(text):
    """The standard form, or None where it is refused."""
    return None if refusal(text) else transliterate(text)


@given(st.one_of(NAMES, st.text()))
def test_every_normal_form_gives_the_same_result(text):
    expected = outcome(text)
    assert outcome(unicodedata.normalize("NFC", text)) == expected
    assert outcome(unicodedata.normalize("NFD", text)) == expected


@given(st.one_of(NAMES, st.text()))
def test_result_is_standard_and_stable(text):
    standard = outcome(text)
    if standard is not None:
        assert is_standard_name(standard)
        assert "<<" not in standard
        assert standard == standard.strip("<")
        assert transliterate(standard) == standard


@given(NAMES)
def test_case_does_not_matter(text):
    assert outcome(text.lower()) == outcome(text)


@given(st.text())
def test_refusal_names_one_code_point_and_nothing_else_of_the_name(text):
    error = refusal(text + "\u4e2d")
    assert error.reason is Reason.NAME_NOT_TRANSLITERABLE
    assert re.sub(r"U\+[0-9A-F]{4,6}", "U+4E2D", str(error)) == str(refusal("\u4e2d"))


@given(st.lists(st.text(st.sampled_from(LETTERS), min_size=1), min_size=1))
def test_split_name_is_the_words_in_order(words):
    words = [unicodedata.normalize("NFC", word) for word in words]
    family, given_name = split_vietnamese_name("  ".join(words))
    assert [family, *given_name.split()] == words
