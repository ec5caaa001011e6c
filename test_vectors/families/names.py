"""Names in the letters of the machine readable zone: what ICAO Doc 9303-3 makes of each script and sign."""

from __future__ import annotations

from typing import Final

from test_vectors.operation import OperationFamily

FAMILY: Final = OperationFamily("names", "transliterate", spec="ICAO Doc 9303-3 sections 4 and 6")


def _is(name: str, description: str, written: str, standard: str, *requirements: str) -> None:
    FAMILY.add(
        name,
        description,
        {"name": written},
        {"outcome": "accepted", "reason": None, "standard_name": standard},
        requirements=("PP-13", *requirements),
    )


def _refused(name: str, description: str, written: str, *requirements: str) -> None:
    FAMILY.add(
        name,
        description,
        {"name": written},
        {"outcome": "refused", "reason": "name-not-transliterable", "standard_name": None},
        requirements=requirements or ("PP-19",),
    )


def _vietnamese() -> None:
    _is("viet-nam-nguyen", "Two marks on one letter.", "Nguyễn", "NGUYEN", "PP-14", "PP-16")
    _is("viet-nam-dang", "D with stroke.", "Đặng", "DANG", "PP-14")
    _is("viet-nam-lower-d", "A small letter đ with stroke.", "đỗ", "DO", "PP-14")
    _is("viet-nam-horns", "Letters with horns.", "Trương Mười", "TRUONG<MUOI", "PP-14", "PP-17")
    _is("viet-nam-capitals", "All capitals.", "PHẠM THỊ THỬ", "PHAM<THI<THU", "PP-14")
    _is("viet-nam-vowels", "The six tones of a.", "Aàáảãạ", "AAAAAA", "PP-14")
    _is("viet-nam-y", "Y with each mark.", "Ỳỹỷỵý", "YYYYY", "PP-14")


def _latin() -> None:
    _is("german-umlauts", "Ä, Ö and Ü take an E.", "Äpfel-Öhler Müller", "AEPFEL<OEHLER<MUELLER", "PP-15")
    _is("german-sharp-s", "ß becomes SS.", "Weiß", "WEISS", "PP-15")
    _is("german-capital-sharp-s", "ẞ, the capital, becomes SS.", "WEIẞ", "WEISS", "PP-15")
    _is("spanish", "Ñ becomes N, the first of the choices.", "Muñoz Íñigo", "MUNOZ<INIGO", "PP-14")
    _is("turkish-dotless-i", "ı without its dot.", "Yıldız", "YILDIZ", "PP-15")
    _is("turkish-dotted-i", "İ with its dot.", "İsmail Şahin Çağ", "ISMAIL<SAHIN<CAG", "PP-14")
    _is("nordic", "Å, Ø and Æ take two letters.", "Åse Bjørn Æsa", "AASE<BJOERN<AESA", "PP-15")
    _is("icelandic", "Þ and ð become TH and D.", "Þórður", "THORDUR", "PP-15")
    _is("polish", "Ł and ogoneks.", "Łukasz Wałęsa", "LUKASZ<WALESA", "PP-15")
    _is(
        "french", "Œ becomes OE, and a cedilla is left out.", "Œuvrard François", "OEUVRARD<FRANCOIS", "PP-15"
    )
    _is("dutch-ij", "The letter IJ.", "Ĳsbrand", "IJSBRAND", "PP-15")
    _is("maltese", "H with stroke.", "Ħal", "HAL", "PP-15")
    _is("sami", "Ŋ and Ŧ.", "Ŋuŧa", "NUTA", "PP-15")
    _is("croatian", "Đ, carons and acutes.", "Đoković Žižić", "DOKOVIC<ZIZIC", "PP-14", "PP-15")
    _is("romanian", "Letters with a comma below.", "Țăranu Ștefan", "TARANU<STEFAN", "PP-14")
    _is("baltic", "Carons, macrons and cedillas.", "Žemaitė Ķēniņš", "ZEMAITE<KENINS", "PP-14")
    _is("full-width", "Letters as wide as Chinese characters.", "ＮＧＵＹＥＮ", "NGUYEN", "PP-14")


def _normal_forms() -> None:
    _is("decomposed-vietnamese", "Marks apart from their letter.", "Nguye\u0302\u0303n", "NGUYEN", "PP-16")
    _is("decomposed-umlaut", "A diaeresis apart: still UE.", "Mu\u0308ller", "MUELLER", "PP-16")
    _is("decomposed-ring", "A ring apart: still AA.", "A\u030ase", "AASE", "PP-16")
    _is("further-mark", "Ǖ has a mark above its diaeresis: still UE.", "Lǖ", "LUE", "PP-16")
    _is("umlaut-and-dot-below", "Ä with a dot below: still AE.", "Ä\u0323pfel", "AEPFEL", "PP-16")
    _is("umlaut-after-dot-below", "The dot before the diaeresis.", "A\u0323\u0308pfel", "AEPFEL", "PP-16")
    _is("umlaut-on-dotted-letter", "Ạ with a diaeresis apart.", "Ạ\u0308pfel", "AEPFEL", "PP-16")
    _is("ring-and-acute", "Å with an acute apart: still AA.", "A\u030a\u0301se", "AASE", "PP-16")
    _is("marks-in-another-order", "Dot below before circumflex.", "Tha\u0323\u0302t", "THAT", "PP-16")
    _is("mark-without-letter", "A mark that composes with nothing.", "Ba\u030fx\u0301", "BAX", "PP-16")


def _separators() -> None:
    _is("space", "A space becomes one filler.", "Văn Thử", "VAN<THU", "PP-17")
    _is("hyphen", "A hyphen becomes one filler.", "Anne-Marie", "ANNE<MARIE", "PP-17")
    _is("en-dash", "A dash where a hyphen should be.", "Anne\u2013Marie", "ANNE<MARIE", "PP-17")
    _is("comma", "A comma becomes one filler.", "Smith, Jr", "SMITH<JR", "PP-17")
    _is("no-break-space", "A no-break space.", "Văn\u00a0Thử", "VAN<THU", "PP-17")
    _is("spaces-around", "Spaces around and many between.", "  Văn   Thử ", "VAN<THU", "PP-17")
    _is("hyphen-and-spaces", "A hyphen between spaces.", "Anne - Marie", "ANNE<MARIE", "PP-17")
    _is("filler", "It is in standard form already.", "VAN<THU", "VAN<THU", "PP-17")
    _is("fillers", "A run of fillers, and some around.", "<VAN<<<THU<", "VAN<THU", "PP-17")
    _is("apostrophe", "An apostrophe is left out.", "O'Connor", "OCONNOR", "PP-18")
    _is(
        "curly-apostrophe",
        "A typographic apostrophe is left out too.",
        "D\u2019Artagnan",
        "DARTAGNAN",
        "PP-18",
    )
    _is("modifier-apostrophe", "A letter that is an apostrophe.", "Mas\u02bcud", "MASUD", "PP-18")
    _is("full-stop", "A full stop is left out.", "St. John", "ST<JOHN", "PP-18")
    _is("nickname", "A name in quotation marks: the marks go.", 'Anna "Thử"', "ANNA<THU", "PP-18")
    _is("middle-dot", "A middle dot, as Catalan has it.", "Gal·la", "GALLA", "PP-18")
    _is("round-brackets", "Round brackets go, and what they hold stays.", "Anna (Thử)", "ANNA<THU", "PP-18")
    _is("soft-hyphen", "A soft hyphen cannot be seen.", "Nguy\u00adễn", "NGUYEN", "PP-18")
    _is(
        "zero-width-space",
        "A zero-width space, which cannot be seen, is left out.",
        "Văn\u200bThử",
        "VANTHU",
        "PP-18",
    )
    _is("empty", "No name gives none.", "", "", "PP-17")
    _is("only-a-hyphen", "A hyphen alone stands for no name.", "-", "", "PP-17")


def _cyrillic() -> None:
    _is("russian", "A Russian name.", "Иванов", "IVANOV", "PP-20")
    _is("russian-soft-sign", "The soft sign is left out.", "Игорь", "IGOR", "PP-20")
    _is("russian-hard-sign", "The hard sign is IE.", "Подъячев", "PODIEIACHEV", "PP-20")
    _is(
        "russian-hissing",
        "Ж, Х, Ц, Ч, Ш and Щ take two to four letters.",
        "Жхцчшщ",
        "ZHKHTSCHSHSHCH",
        "PP-20",
    )
    _is("russian-yo", "Ё is E.", "Фёдор", "FEDOR", "PP-20")
    _is("russian-yu-ya", "Ю and Я are IU and IA.", "Юлия", "IULIIA", "PP-20")
    _is("russian-decomposed", "Й with its breve apart.", "Андреи\u0306", "ANDREI", "PP-16", "PP-20")
    _is(
        "russian-hyphen",
        "Two Russian surnames with a hyphen between.",
        "Петров-Водкин",
        "PETROV<VODKIN",
        "PP-17",
        "PP-20",
    )
    for name, description, written in (
        ("ukrainian", "Ukrainian letters: for them other letters change, too.", "Їжакевич"),
        ("ukrainian-ge", "The letter Ґ, which Ukrainian has and Russian has not.", "Ґалаґан"),
        ("serbian", "Serbian letters.", "Ђорђевић"),
        ("belarusian", "The letter Ў, which Belarusian has and Russian has not.", "Ўладзімір"),
        ("belarusian-decomposed", "Ў with its breve apart.", "У\u0306лад"),
        ("macedonian", "The letter Ѓ, which Macedonian has and Russian has not.", "Ѓорѓи"),
    ):
        _refused(name, description, written, "PP-19", "PP-20")


def _without_rule() -> None:
    _refused("greek", "Greek letters.", "Παπαδόπουλος")
    _refused("arabic", "Arabic letters.", "محمد")
    _refused("chinese", "Chinese characters.", "阮文试")
    _refused("thai", "Thai letters.", "สมชาย")
    _refused("georgian", "Georgian letters.", "გიორგი")
    _refused("hebrew", "Hebrew letters.", "דוד")
    _refused("digit", "A digit.", "Văn 2")
    _refused("arabic-digit", "A digit of another script.", "Van ٢")
    _refused("superscript-digit", "A raised digit.", "Van²")
    _refused("symbol", "A symbol.", "Văn & Thử")
    _refused("at-sign", "An address.", "thu@example")
    _refused("underscore", "A low line is no separator.", "VAN_THU")
    _refused("square-brackets", "Square brackets are in no name.", "Anna [Thử]")
    _refused("emoji", "An emoji.", "Thử 🙂")
    _refused("mixed-scripts", "One Greek letter among Latin ones.", "NGUΥEN")
    _refused("roman-numeral", "A Roman numeral that is one character.", "Smith Ⅲ")
    _refused("control-character", "An escape character.", "Van\u001bThu")
    _refused("replacement-character", "What is left of a letter that was lost.", "Nguy\ufffdn")


_vietnamese()
_latin()
_normal_forms()
_separators()
_cyrillic()
_without_rule()
