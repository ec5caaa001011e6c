import unicodedata

import pytest
from tests.support.dose_records import NOW, changed, codes

from vaxcert.rules.records import RecordCode, check_record

NAMES = [
    f"{family} {middle} {given}"
    for family in ("Nguyễn", "Trần", "Phạm", "Huỳnh", "Đặng", "Hoàng", "Đỗ", "Trương")
    for middle in ("Văn", "Thị", "Đức", "Ngọc")
    for given in ("Dũng", "Hường", "Khiêm", "Nguyệt", "Quỳnh", "Thảo", "Yến", "Ất")
]

TCVN3 = dict(
    zip(
        "ăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵĂÂÊÔƠƯĐ",
        "¨©ª«¬\u00ad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ¡¢£¤¥¦§",
        strict=True,
    )
)
"""The letters of TCVN 5712:1993 as Windows-1252 shows them."""

VNI = {
    **dict(zip("đơưỉĩịỵĐƠƯ", "ñôöæóòîÑÔÖ", strict=True)),
    **{
        unicodedata.normalize("NFC", vowel + hat + tone): base + sign
        for vowel, base in zip("aeouyơư", "aeouyôö", strict=True)
        for hat, signs in (
            ("", "ùøûõï"),
            *([("\u0302", "áàåãä")] if vowel in "aeo" else []),
            *([("\u0306", "éèúüë")] if vowel == "a" else []),
        )
        for tone, sign in zip("\u0301\u0300\u0309\u0303\u0323", signs, strict=True)
    },
    **dict(zip("âêôăẤ", ("aâ", "eâ", "oâ", "aê", "AÁ"), strict=True)),
}


def windows_1258(name):
    """Base letters and tones apart, as Windows-1258 has them; shown as Windows-1252."""
    tones = "\u0300\u0301\u0303\u0309\u0323"
    letters = []
    for letter in name:
        parts = unicodedata.normalize("NFD", letter)
        base = "".join(part for part in parts if part not in tones)
        letters.append(unicodedata.normalize("NFC", base) + "".join(part for part in parts if part in tones))
    return "".join(letters).encode("cp1258").decode("cp1252")


GARBLERS = {
    "tcvn3": lambda name: "".join(TCVN3.get(letter, letter) for letter in name),
    "vni": lambda name: "".join(VNI.get(letter, letter) for letter in name),
    "windows-1258": windows_1258,
    "utf-8 as latin-1": lambda name: name.encode().decode("latin-1"),
    "utf-8 as cp1252": lambda name: name.encode().decode("cp1252", "replace"),
}


def problems(name, **fields):
    return check_record(changed(full_name=name, **fields), at=NOW)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (None, ["name-missing"]),
        (" - ", ["name-missing"]),
        ("Nguyễn Thị Thử", []),
        ("NGUYỄN THỊ ĐÃ", []),
        ("H'Thử Niê", []),
        ("Nguye\u0302\u0303n Thi\u0323 Thử", []),
        ("Nguyễn Thử\u200b", []),
        ("Nguyễn\u00a0Thử", []),
        ("Nguyễn Thử 2", ["name-digits"]),
        ("Nguyễn Thử ２", ["name-digits"]),
        ("Nguy\ufffdn Thử", ["name-characters"]),
        ("Nguy?n Th?", ["name-characters"]),
        ("Nguyễn Thử".encode().decode("latin-1"), ["name-characters"]),
        ("Nguyễn Thử".encode().decode("cp1252"), ["name-characters"]),
        ("Hà".encode().decode("latin-1"), ["name-characters"]),
        ("Lê".encode().decode("cp1252"), ["name-characters"]),
        ("Đỗ".encode().decode("cp1252", "replace"), ["name-characters"]),
        ("Nguyễn\nThử", ["name-characters"]),
        ("Nguyễn \ud800", ["name-characters"]),
        ("Nguyễn \U0001f600", ["name-characters"]),
        ("Nguyễn \ue000", ["name-characters"]),  # private use
        ("Nguyễn \u0378", ["name-characters"]),  # unassigned
        ("H\u00adng", ["name-characters"]),  # Hưng in TCVN3
        ("Đặng Thử-Nghiệm", []),
        ("Ðỗ Thử", []),  # U+00D0, which many keyboards had for Đ
        ("Lê Hà", []),
        ("LÊ HÀ", []),
        ("lÊ hÀ", []),
        ("LÊ CôNg KHuÊ", []),
        ("Lê\u00a0Công", []),
    ],
)
def test_name(name, expected):
    assert codes(changed(full_name=name)) == expected


@pytest.mark.parametrize("name", NAMES)
def test_names_are_right_in_every_case_and_normal_form(name):
    for written in (name, name.upper(), name.lower(), unicodedata.normalize("NFD", name)):
        assert problems(written) == ()


@pytest.mark.parametrize(
    ("garbler", "share"),
    [("tcvn3", 0.95), ("vni", 0.95), ("windows-1258", 0.9), ("utf-8 as latin-1", 1), ("utf-8 as cp1252", 1)],
)
def test_garbled_names_are_found_and_never_mended_wrongly(garbler, share):
    missed = 0
    for name in NAMES:
        found = problems(GARBLERS[garbler](name))
        missed += not found
        for problem in found:
            assert problem.code is RecordCode.NAME_CHARACTERS
            assert problem.repair in (name, None)
    assert missed <= (1 - share) * len(NAMES)


@pytest.mark.parametrize(
    ("garbled", "name"),
    [
        ("NguyÔn V¨n Dòng", "Nguyễn Văn Dũng"),  # TCVN3
        ("NGUYÔN V¨N DòNG", "NGUYỄN VĂN DŨNG"),
        ("Nguyeãn Vaên Duõng", "Nguyễn Văn Dũng"),  # VNI
        ("ÑAËNG VAÊN DUÕNG", "ĐẶNG VĂN DŨNG"),
        ("Trâ\u00ccn Thi\u00f2 Thu\u00d2y", "Trần Thị Thủy"),  # Windows-1258
        ("Nguyễn Thị Hà".encode().decode("cp1252"), "Nguyễn Thị Hà"),
        ("Nguyễn Thị Hà".encode().decode("latin-1"), "Nguyễn Thị Hà"),
    ],
)
def test_what_the_name_was_is_proposed(garbled, name):
    (problem,) = problems(garbled)
    assert problem.repair == name


@pytest.mark.parametrize(
    "garbled",
    [
        "Phan Minh HiÒn",  # Hiền in TCVN3, Hỉn in Windows-1258
        "Nguy\ufffdn Thử",
        "Nguy?n Th?",
    ],
)
def test_nothing_is_proposed_where_it_is_not_certain(garbled):
    (problem,) = problems(garbled)
    assert problem.repair is None


@pytest.mark.parametrize(
    "name", ["Anaïs Martin", "Loïc Müller", "Björn Åberg", "Zoë", "Nuñez García", "Ñaëng"]
)
def test_letters_of_other_languages_are_no_fault_of_foreigners(name):
    foreign = {"nationality": "Pháp", "identity_number": "X00000001"}
    assert problems(name, **foreign) == ()


@pytest.mark.parametrize("name", ["Nguyễn Müller An", "Y Thĭm Byă", "Siu Ñen", "K'Brêu", "Trần Loïc"])
def test_letters_of_other_languages_are_no_fault_of_citizens_where_they_do_not_make_vietnamese(name):
    assert problems(name) == ()


def test_no_name_is_shown():
    canary = "Nguyá»…n Canary"
    (problem,) = problems(canary)
    assert problem.repair == "Nguyễn Canary"
    assert "Canary" not in repr(problem)
