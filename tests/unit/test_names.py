import itertools
import unicodedata

import pytest

from vaxcert.errors import EncodeError, Reason
from vaxcert.findings import FindingCode
from vaxcert.model.names import is_standard_name, split_vietnamese_name, transliterate

VIETNAMESE_VOWELS = {
    "A": ["A", "A\u0306", "A\u0302"],
    "E": ["E", "E\u0302"],
    "I": ["I"],
    "O": ["O", "O\u0302", "O\u031b"],
    "U": ["U", "U\u031b"],
    "Y": ["Y"],
}
TONES = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
VIETNAMESE_LETTERS = [
    (standard, vowel, tone)
    for standard, vowels in VIETNAMESE_VOWELS.items()
    for vowel, tone in itertools.product(vowels, TONES)
]

ICAO_LATIN = {
    "A": "ÀÁÂÃĀĂĄ",
    "AE": "ÄÆ",
    "AA": "Å",
    "C": "ÇĆĈĊČ",
    "D": "ÐĎĐ",
    "E": "ÈÉÊËĒĔĖĘĚ",
    "G": "ĜĞĠĢ",
    "H": "ĤĦ",
    "I": "ÌÍÎÏĨĪĬĮİı",
    "IJ": "Ĳ",
    "J": "Ĵ",
    "K": "Ķ",
    "L": "ĹĻĽĿŁ",
    "N": "ÑŃŅŇŊ",
    "O": "ÒÓÔÕŌŎŐ",
    "OE": "ÖØŒ",
    "R": "ŔŖŘ",
    "S": "ŚŜŞŠ",
    "SS": "ẞß",
    "T": "ŢŤŦ",
    "TH": "Þ",
    "U": "ÙÚÛŨŪŬŮŰŲ",
    "UE": "Ü",
    "W": "Ŵ",
    "Y": "ÝŶŸ",
    "Z": "ŹŻŽ",
}


def refusal(text):
    with pytest.raises(EncodeError) as caught:
        transliterate(text)
    assert caught.value.reason is Reason.NAME_NOT_TRANSLITERABLE
    return str(caught.value)


@pytest.mark.parametrize(("standard", "vowel", "tone"), VIETNAMESE_LETTERS)
def test_vietnamese_vowel_in_every_spelling_and_case(standard, vowel, tone):
    base, shape = vowel[0], vowel[1:]
    spellings = {
        unicodedata.normalize("NFC", vowel + tone),
        unicodedata.normalize("NFD", vowel + tone),
        base + shape + tone,
        base + tone + shape,
        unicodedata.normalize("NFC", base + shape) + tone,
        unicodedata.normalize("NFC", base + tone) + shape,
    }
    for spelling in spellings:
        assert transliterate(spelling) == standard
        assert transliterate(spelling.lower()) == standard


def test_the_vietnamese_tone_block_is_covered_to_its_last_letter():
    block = "".join(chr(code) for code in range(0x1EA0, 0x1EFA))
    expected = "".join(unicodedata.normalize("NFD", letter)[0].upper() for letter in block)
    assert transliterate(block) == expected


def test_d_with_stroke_is_d():
    assert transliterate("Đặng Đình đạt") == "DANG<DINH<DAT"


@pytest.mark.parametrize(
    ("written", "standard"),
    [
        ("Nguyễn", "NGUYEN"),
        ("Bảo Duy", "BAO<DUY"),
        ("Trần Thị Ngọc Ánh", "TRAN<THI<NGOC<ANH"),
        ("Lưu Quỳnh Hương", "LUU<QUYNH<HUONG"),
        ("H'Hen Niê", "HHEN<NIE"),
    ],
)
def test_vietnamese_names(written, standard):
    assert transliterate(written) == standard
    assert transliterate(unicodedata.normalize("NFD", written)) == standard


@pytest.mark.parametrize(("standard", "letters"), ICAO_LATIN.items())
def test_icao_latin_table(standard, letters):
    for letter in letters:
        for spelling in (letter, letter.lower(), unicodedata.normalize("NFD", letter)):
            assert transliterate(spelling) == standard, spelling


@pytest.mark.parametrize("written", ["Gößinger", "Go\u0308ßinger", "GO\u0308SSINGER"])
def test_umlaut_expands_composed_and_decomposed(written):
    assert transliterate(written) == "GOESSINGER"


@pytest.mark.parametrize(
    ("written", "standard"), [("ǖ", "UE"), ("Ǟ", "AE"), ("Ǻ", "AA"), ("Ǿ", "OE"), ("Ǽ", "AE")]
)
def test_further_mark_does_not_undo_the_expansion(written, standard):
    assert transliterate(written) == standard
    assert transliterate(unicodedata.normalize("NFD", written)) == standard


@pytest.mark.parametrize(
    ("letter", "mark", "standard"),
    [("A", "\u0308", "AE"), ("A", "\u030a", "AA"), ("o", "\u0308", "OE"), ("u", "\u0308", "UE")],
)
def test_marks_apart_do_so_in_any_order(letter, mark, standard):
    for code in range(0x0300, 0x0370):
        if chr(code) not in "\u0308\u030a\u0344":
            for marks in (mark + chr(code), chr(code) + mark):
                assert transliterate(letter + marks + "x") == standard + "X", hex(code)
                assert transliterate(unicodedata.normalize("NFC", letter + marks)) == standard, hex(code)


def test_russian_alphabet_by_the_general_cyrillic_table():
    assert transliterate("Щербакова Юлия Игоревна") == "SHCHERBAKOVA<IULIIA<IGOREVNA"
    assert transliterate("Объедков Жуль Ёжик-Цапхчшыэя") == "OBIEEDKOV<ZHUL<EZHIK<TSAPKHCHSHYEIA"
    assert transliterate(unicodedata.normalize("NFD", "Сергей")) == "SERGEI"


@pytest.mark.parametrize(
    "separator", [" ", "\u00a0", "\u3000", "\t", "-", "\u2010", "\u2011", "\u2013", ",", ", ", " - "]
)
def test_spaces_hyphens_and_commas_become_one_filler(separator):
    assert transliterate(f"Anna{separator}Maria") == "ANNA<MARIA"


@pytest.mark.parametrize(
    "apostrophe", ["'", "\u2018", "\u2019", "\u02bc", "\u0060", "\u00b4", "\uff07", "\u2032"]
)
def test_apostrophes_join_what_they_divide(apostrophe):
    assert transliterate(f"O{apostrophe}Brien") == "OBRIEN"


def test_full_stops_and_invisible_characters_are_dropped():
    assert transliterate("St. John Jr.") == "ST<JOHN<JR"
    assert transliterate("Gal\u00b7la (Anna)") == "GALLA<ANNA"
    assert transliterate("\ufeffAn\u200bNa\u00ad") == "ANNA"


def test_fillers_are_collapsed_and_stripped():
    assert transliterate(" -Anna--<<Maria- ") == "ANNA<MARIA"
    assert transliterate("- -") == ""
    assert transliterate("") == ""


def test_full_width_letters_are_letters():
    assert transliterate("ＮＧＵＹＥＮ ａｎ") == "NGUYEN<AN"


@pytest.mark.parametrize(
    ("written", "code_point"),
    [
        ("王小明", "U+738B"),
        ("Nguyen 2", "U+0032"),
        ("Nguy?n", "U+003F"),
        ("Anna [Thử]", "U+005B"),
        ("\u0423\u0306ладзiмiр", "U+040E"),
        ("Nguy\ufffdn", "U+FFFD"),
        ("Παπαδοπούλου", "U+03A0"),
        ("Григорій", "U+0456"),
        ("Anna_Maria", "U+005F"),
        ("Anna\x00", "U+0000"),
        ("\u0661", "U+0661"),
        ("Anna \U0001f600", "U+1F600"),
        ("\ud800", "U+D800"),
        ("Əliyev", "U+018F"),
    ],
)
def test_a_character_without_rule_is_refused_by_its_code_point_only(written, code_point):
    message = refusal(written)
    assert code_point in message
    assert written not in message


def test_standard_name():
    assert is_standard_name("NGUYEN<BAO")
    assert is_standard_name("")
    assert not is_standard_name("NGUYEN BAO")
    assert not is_standard_name("Nguyen")
    assert not is_standard_name("NGUYEN\n")
    assert not is_standard_name("NGUYEN1")


@pytest.mark.parametrize(
    ("full", "family", "given"),
    [
        ("Nguyễn Bảo Duy", "Nguyễn", "Bảo Duy"),
        ("  Nguyễn \t Bảo\u00a0 Duy\n", "Nguyễn", "Bảo Duy"),
        ("\ufeffTrần\u200b Anh", "Trần", "Anh"),
        ("Tôn Nữ Thị Ninh", "Tôn", "Nữ Thị Ninh"),
        ("Yến", "Yến", ""),
    ],
)
def test_split_vietnamese_name(full, family, given):
    assert split_vietnamese_name(full) == (family, given)
    assert split_vietnamese_name(unicodedata.normalize("NFD", full)) == (family, given)


@pytest.mark.parametrize("empty", ["", "  ", "\u00a0\u200b"])
def test_empty_full_name_is_refused(empty):
    with pytest.raises(EncodeError) as caught:
        split_vietnamese_name(empty)
    assert caught.value.reason is Reason.RECORD_REFUSED
    assert caught.value.codes == (FindingCode.NAME_MISSING,)
