import unicodedata

from hypothesis import assume, given
from hypothesis import strategies as st

from vaxcert.rules.name_comparison import NameDifference, NameVerdict, compare_names

WORDS = """
An Ân Ánh Anh Bảo Bích Bình Châu Chi Đạt Đình Đức Duy Dũng Hà Hạnh Hòa Hoà Hoàng Hùng Hương Kỳ Lan Lân Lành Lê Linh
Long Lý Mai Minh Mỹ Nga Ngọc Nguyễn Phạm Phúc Quý Quỳnh Sơn Tâm Thanh Thành Thị Thu Thuận Thuý Thuỷ Trần Tuấn Văn Vy
"""
SYLLABLES = WORDS.split()
NAMES = st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=5).map(" ".join)
MARKS = "\u0300\u0301\u0302\u0303\u0306\u0309\u031b\u0323"
LETTERS = st.text(
    st.sampled_from(f"AaBbIiYyUuQqĐđĂăÂâÊêÔôƠơƯưẤẹỗÜßøЖй中{MARKS} .-'<\u00a0\u200b12"), max_size=20
)


def without_marks(name):
    letters = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in letters if letter not in MARKS)


@given(st.one_of(NAMES, LETTERS, st.text()), st.one_of(NAMES, LETTERS, st.text()))
def test_any_two_texts_get_the_same_verdict_either_way(one, other):
    found = compare_names(one, other)
    assert found.verdict is compare_names(other, one).verdict
    assert len(set(found.differences)) == len(found.differences)


@given(st.one_of(NAMES, LETTERS, st.text()))
def test_a_text_is_the_same_as_itself(text):
    assert compare_names(text, text).differences == ()


@given(NAMES)
def test_a_name_in_another_look_is_the_same(name):
    for other in (name.upper(), unicodedata.normalize("NFD", name), f" {name}\t", name.replace(" ", "-")):
        assert compare_names(name, other).verdict is NameVerdict.SAME


@given(NAMES)
def test_a_name_that_lost_all_its_marks_is_equivalent(name):
    found = compare_names(without_marks(name).upper(), name)
    assert found.verdict in (NameVerdict.SAME, NameVerdict.EQUIVALENT)
    assert set(found.differences) <= {NameDifference.DIACRITICS, NameDifference.CASE}


@given(NAMES, NAMES)
def test_names_of_other_letters_are_different(one, other):
    assume(sorted(without_marks(one)) != sorted(without_marks(other)))
    found = compare_names(one, other)
    if found.may_be_one_person:
        assert {NameDifference.MISSING_MIDDLE_NAME, NameDifference.I_AND_Y} & set(found.differences)


@given(st.lists(st.sampled_from(SYLLABLES), min_size=2, max_size=4), st.sampled_from(SYLLABLES))
def test_another_given_name_is_another_person(words, given_name):
    assume(compare_names(words[-1], given_name).verdict not in (NameVerdict.SAME, NameVerdict.EQUIVALENT))
    other = [*words[:-1], given_name]
    assume(sorted(without_marks(" ".join(other)).split()) != sorted(without_marks(" ".join(words)).split()))
    assert not compare_names(" ".join(words), " ".join(other)).may_be_one_person


@given(NAMES, NAMES)
def test_no_marks_are_overlooked_where_both_names_have_some(one, other):
    assume(without_marks(one) not in (one,) and without_marks(other) not in (other,))
    found = compare_names(one, other)
    assert NameDifference.DIACRITICS not in found.differences
