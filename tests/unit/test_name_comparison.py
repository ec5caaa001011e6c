from __future__ import annotations

import unicodedata

import pytest

from vaxcert.rules.name_comparison import NameComparison, NameDifference, NameVerdict, compare_names

SAME = """
Nguyễn Văn An        | Nguyễn Văn An          |
Suharto              | Suharto                |
王小明               | 王小明                 |
Nguyễn Văn An        | NGUYỄN VĂN AN          | case
nguyễn văn an        | Nguyễn Văn An          | case
Nguyễn văn An        | Nguyễn Văn An          | case
Đặng Đình Đạt        | ĐẶNG ĐÌNH ĐẠT          | case
Иванов Сергей        | ИВАНОВ СЕРГЕЙ          | case
Nguyễn Văn  An       | Nguyễn Văn An          | spacing
Nguyễn\u00a0Văn An   | Nguyễn Văn An          | spacing
Nguyễn\tVăn An       | Nguyễn Văn An          | spacing
NGUYỄN  VĂN  AN      | Nguyễn Văn An          | case spacing
Nguyễn-Văn-An        | Nguyễn Văn An          | punctuation
Nguyễn, Văn An       | Nguyễn Văn An          | punctuation
Nguyễn.Văn.An        | Nguyễn Văn An          | punctuation
Nguyễn Văn An.       | Nguyễn Văn An          | punctuation
Nguyễn<<Văn<An       | Nguyễn Văn An          | punctuation
Anna-Maria Novak     | Anna Maria Novak       | punctuation
Anna\u2013Maria Novak | Anna-Maria Novak      | punctuation
O'Brien Mary         | O\u2019Brien Mary      | punctuation
O'Brien Mary         | OBrien Mary            | punctuation
O'BRIEN Mary         | OBrien Mary            | case punctuation
H'Hen Niê            | HHen Niê               | punctuation
Đinh Y'Nhung         | Đinh Y\u02bcNhung      | punctuation
Nguyễn Văn Hoà       | Nguyễn Văn Hòa         | tone-placement
Nguyễn Thị Thuý      | Nguyễn Thị Thúy        | tone-placement
Trần Văn Khoẻ        | Trần Văn Khỏe          | tone-placement
Lê Thị Thuỳ Trang    | Lê Thị Thùy Trang      | tone-placement
Lê Văn Quý           | Lê Văn Qúy             | tone-placement
Phạm Hoá             | PHẠM HÓA               | case tone-placement
Đỗ Giá Hoà           | Đỗ Gía Hòa             | tone-placement
Hoàng Thuỵ           | Hoàng Thụy             | tone-placement
Nguye\u0302\u0303n An | Nguyễn An             | unicode-form
Nguy\u00ea\u0303n An | Nguyễn An              | unicode-form
Nguye\u0303\u0302n An | Nguyễn An             | unicode-form
Nguyễn\u200b An      | Nguyễn An              | unicode-form
\ufeffNguyễn An      | Nguyễn An              | unicode-form
ＮＧＵＹＥＮ An      | NGUYEN An              | unicode-form
"""

EQUIVALENT = """
Nguyen Van An        | Nguyễn Văn An          | diacritics
NGUYEN VAN AN        | Nguyễn Văn An          | diacritics
NGUYEN<<VAN<AN       | Nguyễn Văn An          | diacritics
Nguyen Thi Lan       | Nguyễn Thị Lân         | diacritics
Nguyen Thi Lan       | Nguyễn Thị Lan         | diacritics
Dang Dinh Dat        | Đặng Đình Đạt          | diacritics
DO DUC                | Đỗ Đức                | diacritics
Do Van Duc           | Đỗ Văn Đức             | diacritics
Luu Quynh Huong      | Lưu Quỳnh Hương        | diacritics
Ton Nu Thi Ninh      | Tôn Nữ Thị Ninh        | diacritics
Phan Thanh Tam       | Phan Thanh Tâm         | diacritics
Tam                  | Tâm                    | diacritics
Bao. Duy             | Bảo Duy                | diacritics
Vo Hoang Yen         | Võ Hoàng Yến           | diacritics
Jose Munoz           | José Muñoz             | diacritics
Muller Anna          | Müller Anna            | diacritics
Lukasz Nowak         | Łukasz Nowak           | diacritics
Soren Holm           | Søren Holm             | diacritics
Lý Văn Tám           | Lí Văn Tám             | i-and-y
Nguyễn Mỹ Hạnh       | Nguyễn Mĩ Hạnh         | i-and-y
Trần Văn Kỳ          | Trần Văn Kì            | i-and-y
Lê Tường Vy          | Lê Tường Vi            | i-and-y
Phạm Văn Sỹ          | Phạm Văn Sĩ            | i-and-y
Lê Quý Đôn           | Lê Quí Đôn             | i-and-y
Lê Qúy Đôn           | Lê Quí Đôn             | i-and-y
Hồ Như Ý             | Hồ Như Í               | i-and-y
LY VAN TAM           | Lí Văn Tám             | diacritics i-and-y
Nguyen My Hanh       | Nguyễn Mĩ Hạnh         | diacritics i-and-y
Nguyễn VănAn         | Nguyễn Văn An          | joined-words
NguyễnVăn An         | Nguyễn Văn An          | joined-words
NguyễnVănAn          | Nguyễn Văn An          | joined-words
NGUYENVANAN          | Nguyễn Văn An          | diacritics joined-words
NGUYEN VANAN         | Nguyễn Văn An          | diacritics joined-words
Trần Hoàngoanh       | Trần Hoàng Oanh        | joined-words
Kim Minseo           | Kim Min Seo            | joined-words
Kim Min-Seo          | Kim Minseo             | joined-words
MacDonald Ian        | Mac Donald Ian         | joined-words
Van der Berg Jan     | Vanderberg Jan         | joined-words
H'Hen Niê            | H Hen Niê              | joined-words
O Brien Mary         | O'Brien Mary           | joined-words
Mueller Anna         | Müller Anna            | transliteration
MUELLER<<ANNA        | Müller Anna            | transliteration
Goessinger Uwe       | Gößinger Uwe           | transliteration
Haakon Berg          | Håkon Berg             | transliteration
Soeren Holm          | Søren Holm             | transliteration
Strauss Levi         | Strauß Levi            | transliteration
IVANOV SERGEI        | Иванов Сергей          | transliteration
Shcherbakova Iuliia  | Щербакова Юлия         | transliteration
Mueller Jose         | Müller José            | diacritics transliteration
"""

COMPATIBLE = """
Văn An Nguyễn        | Nguyễn Văn An          | order
An Nguyễn Văn        | Nguyễn Văn An          | order
An Văn Nguyễn        | Nguyễn Văn An          | order
An Nguyễn            | Nguyễn An              | order
Minh Anh Trần        | Trần Minh Anh          | order
Minh Anh Trần        | Trần Anh Minh          | order
Ngọc Ánh Thị Nguyễn  | Nguyễn Thị Ngọc Ánh    | order
Ánh Nguyễn Thị Ngọc  | Nguyễn Thị Ngọc Ánh    | order
Ánh Ngọc Thị Nguyễn  | Nguyễn Thị Ngọc Ánh    | order
Camille Martin       | Martin Camille         | order
Juan Carlos García López | García López Juan Carlos | order
Min Seo Kim          | Kim Min Seo            | order
Minseo Kim           | Kim Min-Seo            | joined-words order
An Van Nguyen        | Nguyễn Văn An          | diacritics order
Vy Lê                | Lê Vi                  | i-and-y order
Anna Mueller         | Müller Anna            | transliteration order
Ng. Văn An           | Nguyễn Văn An          | abbreviation
Ng Văn An            | Nguyễn Văn An          | abbreviation
N. Văn An            | Nguyễn Văn An          | abbreviation
Ng. V. An            | Nguyễn Văn An          | abbreviation
Ng.V.An              | Nguyễn Văn An          | abbreviation
NG V AN              | Nguyễn Văn An          | abbreviation
Ng. Văn An           | Nguyễn V. An           | abbreviation
Nguyễn T. Lan        | Nguyễn Thị Lan         | abbreviation
Nguyễn Th. Lan       | Nguyễn Thị Lan         | abbreviation
Nguyễn T Lan         | Nguyễn Thị Lan         | abbreviation
Tr. Thị Lan          | Trần Thị Lan           | abbreviation
Ph. Văn An           | Phạm Văn An            | abbreviation
Đ. Văn An            | Đặng Văn An            | abbreviation
Đ. Văn An            | Đỗ Văn An              | abbreviation
D. Văn An            | Đặng Văn An            | abbreviation
Nguyễn Thị B. Duy    | Nguyễn Thị Bảo Duy     | abbreviation
Nguyễn Â. Duy        | Nguyễn Ân Duy          | abbreviation
Nguyễn A. Duy        | Nguyễn Ân Duy          | abbreviation
J. Smith             | John Smith             | abbreviation
John F. Smith        | John Francis Smith     | abbreviation
Nguyen V. An         | Nguyễn Văn An          | diacritics abbreviation
An V. Nguyễn         | Nguyễn Văn An          | order abbreviation
An V. Nguyen         | Nguyễn Văn An          | diacritics order abbreviation
Nguyễn An            | Nguyễn Văn An          | missing-middle-name
Nguyễn Lan           | Nguyễn Thị Ngọc Lan    | missing-middle-name
Nguyễn Thị Lan       | Nguyễn Thị Ngọc Lan    | missing-middle-name
Nguyễn Ngọc Lan      | Nguyễn Thị Ngọc Lan    | missing-middle-name
Nguyen An            | Nguyễn Văn An          | diacritics missing-middle-name
An Nguyễn            | Nguyễn Văn An          | order missing-middle-name
An Nguyen            | Nguyễn Văn An          | diacritics order missing-middle-name
Ng. An               | Nguyễn Văn An          | abbreviation missing-middle-name
Ng. N. Lan           | Nguyễn Thị Ngọc Lan    | abbreviation missing-middle-name
John Smith           | John Francis Smith     | missing-middle-name
"""

DIFFERENT = """
Nguyễn Văn An        | Nguyễn Văn Anh         | other-words
Nguyễn Văn An        | Nguyễn Văn Am          | other-words
Nguyen Van An        | Nguyễn Văn Anh         | other-words
Trần Thị Lan         | Trần Thị Lành          | other-words
Trần Thị Lan         | Trần Thị Lành Lan Anh  | missing-name
Nguyễn Văn An        | Trần Văn An            | other-words
Nguyễn Văn An        | Nguyễn Đức An          | other-words
Nguyễn Văn Thanh     | Nguyễn Văn Than        | other-words
Nguyễn Văn Thành     | Nguyễn Văn Thanh       | other-diacritics
Hoàng Văn An         | Huỳnh Văn An           | other-words
Võ Văn An            | Vũ Văn An              | other-words
Lê Thị Phước         | Lê Thị Phúc            | other-words
Nguyễn Thị Tay       | Nguyễn Thị Tai         | other-words
Nguyễn Thị Thúy      | Nguyễn Thị Thúi        | other-words
Lê Văn Huynh         | Lê Văn Huinh           | other-words
Nguyễn Thị Lan       | Nguyễn Thị Lân         | other-diacritics
Nguyễn Thị Thuý      | Nguyễn Thị Thuỷ        | other-diacritics
Nguyễn Thị Thủy      | Nguyễn Thị Thúy        | other-diacritics
Hồ Quỳnh Hương       | Hồ Quỳnh Hường         | other-diacritics
Nguyễn Van An        | Nguyễn Văn An          | other-diacritics
Nguyễn Thanh Hải     | Nguyễn Thành Hải       | other-diacritics
Trần Đức             | Trần Dức               | other-diacritics
Lê Mỹ Duyên          | Lê Mi Duyên            | i-and-y other-diacritics
Lê Thị Hoà           | Lê Thị Hoá             | other-diacritics
José Munoz           | José Muñoz             | other-diacritics
Trần Minh Anh        | Trần Anh Minh          | other-order
Minh Anh Trần        | Anh Minh Trần          | other-order
Nguyễn Hoàng Anh     | Nguyễn Anh Hoàng       | other-order
Nguyễn Thị Ngọc Lan  | Nguyễn Ngọc Thị Lan    | other-order
Nguyễn V. A.         | Nguyễn Văn An          | abbreviated-last-word
Nguyễn Văn A.        | Nguyễn Văn An          | abbreviated-last-word
Nguyễn Văn Th.       | Nguyễn Văn Thanh       | abbreviated-last-word
Nguyễn Văn T         | Nguyễn Văn Tâm         | abbreviated-last-word
Nguyễn Văn A         | Nguyễn Văn An          | other-words
A. V. Nguyễn         | Nguyễn Văn An          | other-words
Smith J.             | Smith John             | abbreviated-last-word
Nguyễn X. An         | Nguyễn Văn An          | other-words
Ngx Văn An           | Nguyễn Văn An          | other-words
Nguyễn Bao. Duy      | Nguyễn Baong Duy       | other-words
Nguyễn Y Lan         | Nguyễn Yến Lan         | other-words
Ê. Văn An            | Em Văn An              | other-words
Văn An               | Nguyễn Văn An          | missing-name
Nguyễn Văn           | Nguyễn Văn An          | missing-name
An                   | Nguyễn Văn An          | missing-name
Nguyễn               | Nguyễn Văn An          | missing-name
Nguyễn Thị An        | Nguyễn Văn Ngọc An     | other-words
Nguyễn Thị Thuan     | Nguyễn Thị Thu An      | other-words
Nguyen Thi Thuan     | Nguyễn Thị Thu An      | other-words
NGUYEN THI THUAN     | NGUYEN THI THU AN      | other-words
Nguyễn Thị Thuận     | Nguyen Thi Thu An      | other-words
Nguyễn Hoà An        | Nguyễn Hoàan           | other-words
Nguyễn Thị Nga       | Nguyễn Thin Ga         | other-words
Nguyễn Min Hanh      | Nguyễn Minh Anh        | other-words
NguyễnVânAn          | Nguyễn Văn An          | joined-words other-diacritics
Suharto              | Sukarno                | other-words
王小明               | Wang Xiaoming          | other-script
王小明               | 王小红                 | other-words
Παπαδοπούλου Ελένη   | Papadopoulou Eleni     | other-script
Иванов Сергей        | Петров Сергей          | other-words
IVANOV SERGEI        | Петров Сергей          | other-script
Nguyễn Văn 1         | Nguyễn Văn 2           | other-words
-                    | Nguyễn Văn An          | no-letters
.                    | -                      | no-letters
"""


def pairs(verdict, text):
    for line in text.strip().splitlines():
        one, other, codes = (cell.strip(" ") for cell in line.split("|"))
        yield one, other, verdict, tuple(codes.split())


PAIRS = [
    *pairs(NameVerdict.SAME, SAME),
    *pairs(NameVerdict.EQUIVALENT, EQUIVALENT),
    *pairs(NameVerdict.COMPATIBLE, COMPATIBLE),
    *pairs(NameVerdict.DIFFERENT, DIFFERENT),
]


def test_the_table_is_large_enough():
    assert len(PAIRS) >= 180
    assert len({(one, other) for one, other, *_ in PAIRS}) == len(PAIRS)


@pytest.mark.parametrize(("one", "other", "verdict", "codes"), PAIRS)
def test_verdict_and_what_explains_it(one, other, verdict, codes):
    found = compare_names(one, other)
    assert (found.verdict, found.differences) == (verdict, codes)


@pytest.mark.parametrize(("one", "other", "verdict"), [pair[:3] for pair in PAIRS])
def test_neither_the_side_nor_unicode_form_nor_case_changes_the_verdict(one, other, verdict):
    assert compare_names(other, one).verdict == verdict
    for form in ("NFC", "NFD"):
        assert compare_names(unicodedata.normalize(form, one), other).verdict == verdict
    if "ß" not in one + other:
        assert compare_names(one.upper(), other).verdict == verdict


def test_every_code_is_in_the_table():
    assert {code for *_, codes in PAIRS for code in codes} == {str(one) for one in NameDifference}


def test_codes_stand_in_the_order_of_their_weight():
    weights = [list(NameVerdict).index(one.verdict) for one in NameDifference]
    assert weights == sorted(weights)


@pytest.mark.parametrize("verdict", NameVerdict)
def test_only_different_names_cannot_be_of_one_person(verdict):
    differences = tuple(one for one in NameDifference if one.verdict is verdict)
    assert NameComparison(differences).may_be_one_person is (verdict is not NameVerdict.DIFFERENT)


def test_nothing_different_is_the_same():
    assert NameComparison().verdict is NameVerdict.SAME


def test_nothing_shows_a_name():
    found = compare_names("Canary Văn An", "Canary Thị An")
    assert "anary" not in repr(found) + str(found) + repr(found.differences)


@pytest.mark.parametrize("count", [8, 9])
def test_many_words_are_compared_in_their_order_only(count):
    words = [f"Ba{letter}" for letter in "bcdfghklm"[:count]]
    turned = compare_names(" ".join(words), " ".join(words[1:] + words[:1]))
    assert turned.may_be_one_person is (count == 8)


def test_a_long_text_is_compared_quickly():
    text = "an " * 20_000
    assert compare_names(text, "anh " + text).verdict is NameVerdict.DIFFERENT
