"""Whether a certificate is the traveller's: names of several languages, twins, cut names, partial birth dates."""

from __future__ import annotations

from typing import Any, Final

from test_vectors.operation import OperationFamily
from test_vectors.samples import DROP, dcc, name
from test_vectors.zones import card, passport, with_character

FAMILY: Final = OperationFamily("identity", "compare-identity", spec="ICAO Doc 9303-3 section 6")

_AT: Final = {"at": "2026-02-01T12:00:00Z"}
_BORN: Final = "1990-05-17"

Codes = tuple[str, ...]


def _person(fn: Any, gn: Any, fnt: Any, gnt: Any, born: Any = _BORN) -> dict[str, Any]:
    return dcc(nam=name(fn=fn, gn=gn, fnt=fnt, gnt=gnt), dob=born)


def _mrz(name: str, born: str = "900517") -> dict[str, Any]:
    return {"mrz": passport(name=name, born=born)}


def _typed(name: str, born: str = _BORN) -> dict[str, Any]:
    return {"name": name, "birth_date": born}


def _add(
    name: str,
    description: str,
    certificate: dict[str, Any],
    document: dict[str, Any],
    grade: str,
    codes: Codes,
    *requirements: str,
) -> None:
    is_accepted = grade in ("match", "likely")
    FAMILY.add(
        name,
        description,
        {"certificate": certificate, "document": document},
        {
            "outcome": "accepted" if is_accepted else "refused",
            "reason": None if is_accepted else codes[0],
            "grade": grade,
            "codes": list(codes),
        },
        context=_AT,
        requirements=("ID-10", *requirements),
    )


def _unreadable(
    name: str, description: str, document: dict[str, Any], reason: str, *requirements: str
) -> None:
    FAMILY.add(
        name,
        description,
        {"certificate": _THU, "document": document},
        {"outcome": "unreadable", "reason": reason, "grade": None, "codes": []},
        context=_AT,
        requirements=requirements,
    )


_THU: Final = dcc()
_LAN: Final = _person("Nguyễn", "Thị Lan", "NGUYEN", "THI<LAN")
_MUELLER: Final = _person("Müller", "Jürgen", "MUELLER", "JUERGEN")
_DANIEL: Final = _person("Muster", "Daniel", "MUSTER", "DANIEL")


def _same_words() -> None:
    _add(
        "vietnamese-mrz",
        "Nguyễn Văn Thử and the zone of his passport, which has the same words without marks.",
        _THU,
        _mrz("NGUYEN<<VAN<THU"),
        "match",
        (),
        "ID-13",
        "ID-23",
    )
    _add(
        "vietnamese-typed",
        "The name typed as the certificate has it, with all marks.",
        _THU,
        _typed("Nguyễn, Văn Thử"),
        "match",
        (),
        "ID-12",
        "ID-13",
    )
    _add(
        "vietnamese-typed-bare",
        "The name typed without any marks.",
        _THU,
        _typed("NGUYEN, VAN THU"),
        "match",
        (),
        "ID-13",
    )
    _add(
        "vietnamese-full-name",
        "The full name typed in the order of the passport, without a comma.",
        _THU,
        _typed("Nguyễn Văn Thử"),
        "match",
        (),
        "ID-13",
    )
    _add(
        "vietnamese-card",
        "The zone of an identity card (TD1) instead of a passport's.",
        _THU,
        {"mrz": card()},
        "match",
        (),
        "ID-13",
    )
    _add(
        "tone-on-another-vowel",
        "Hòa typed as Hoà, which is the same syllable.",
        _person("Trần", "Hòa", "TRAN", "HOA"),
        _typed("Trần, Hoà"),
        "match",
        (),
        "ID-12",
    )
    _add(
        "joined-words",
        "Given names written as one word.",
        _person("Lê", "Thanh Hương", "LE", "THANH<HUONG"),
        _mrz("LE<<THANHHUONG"),
        "match",
        ("joined-words",),
        "ID-13",
    )
    _add(
        "german-mrz",
        "Müller is MUELLER in the zone.",
        _MUELLER,
        _mrz("MUELLER<<JUERGEN"),
        "match",
        (),
        "ID-13",
    )
    _add("german-typed", "Müller as it is written.", _MUELLER, _typed("Müller, Jürgen"), "match", (), "ID-13")
    _add(
        "german-sharp-s",
        "Weiß is WEISS in the zone.",
        _person("Weiß", "Björn", "WEISS", "BJOERN"),
        _mrz("WEISS<<BJOERN"),
        "match",
        (),
        "ID-13",
    )
    _add(
        "german-xx",
        "Müller is MUXXLLER in the zone of a state that writes Ü so.",
        _MUELLER,
        _mrz("MUXXLLER<<JUXXRGEN"),
        "match",
        (),
        "ID-13",
    )
    _add(
        "german-expanded",
        "Müller typed as Mueller, with a mark elsewhere.",
        _MUELLER,
        _typed("Mueller, Jürgen"),
        "match",
        ("transliteration",),
        "ID-13",
    )
    _add(
        "spanish",
        "Ñ is N in the zone.",
        _person("Núñez García", "José", "NUNEZ<GARCIA", "JOSE"),
        _mrz("NUNEZ<GARCIA<<JOSE"),
        "match",
        (),
        "ID-13",
    )
    _add(
        "spanish-xx",
        "A state may write Ñ as NXX.",
        _person("Núñez García", "José", "NUNEZ<GARCIA", "JOSE"),
        _mrz("NUNXXEZ<GARCIA<<JOSE"),
        "match",
        (),
        "ID-13",
    )
    _add(
        "two-xs",
        "A family name that has UXX as it is, in a typed full name.",
        _person("Luxx", "Eva", "LUXX", "EVA"),
        _typed("LUXX EVA"),
        "match",
        (),
        "ID-13",
    )
    _add(
        "airline-title",
        "An airline's form with a title.",
        _person("Muster", "Erika", "MUSTER", "ERIKA"),
        _typed("MUSTER/ERIKA MRS"),
        "match",
        (),
        "ID-13",
    )
    _add(
        "wrong-standard-name",
        "The written name agrees where the standard one is wrong.",
        _person("Nguyễn", "Văn Thử", "NGUYN", "VAN<THU"),
        _typed("Nguyễn, Văn Thử"),
        "match",
        (),
        "ID-13",
    )


def _twins() -> None:
    _add(
        "twin-mark",
        "Lan and Lân are two sisters: one name has a mark that the other has not, and both are typed with marks.",
        _LAN,
        _typed("Nguyễn, Thị Lân"),
        "unclear",
        ("other-diacritics",),
        "ID-11",
        "ID-14",
    )
    _add(
        "twin-mark-thuy",
        "Thuý and Thuỷ are two sisters: the marks differ on both sides.",
        _person("Nguyễn", "Thị Thuý", "NGUYEN", "THI<THUY"),
        _typed("Nguyễn, Thị Thuỷ"),
        "unclear",
        ("other-diacritics",),
        "ID-11",
        "ID-14",
    )
    _add(
        "twin-stroke",
        "Dung and Đung with marks elsewhere in both names.",
        _person("Nguyễn", "Dung", "NGUYEN", "DUNG"),
        _typed("Nguyễn, Đung"),
        "unclear",
        ("other-diacritics",),
        "ID-11",
        "ID-14",
    )
    _add(
        "twin-letter",
        "An and Anh are two brothers.",
        _person("Nguyễn", "Văn An", "NGUYEN", "VAN<AN"),
        _mrz("NGUYEN<<VAN<ANH"),
        "mismatch",
        ("other-words",),
        "ID-11",
        "ID-20",
    )
    _add(
        "twin-order",
        "Minh Anh and Anh Minh are two people: the same words in another order.",
        _person("Nguyễn", "Minh Anh", "NGUYEN", "MINH<ANH"),
        _mrz("NGUYEN<<ANH<MINH"),
        "mismatch",
        ("other-order",),
        "ID-11",
        "ID-17",
    )
    _add(
        "twin-second-name",
        "Maria and Maria Luisa may be two sisters.",
        _person("Muster", "Maria", "MUSTER", "MARIA"),
        _mrz("MUSTER<<MARIA<LUISA"),
        "unclear",
        ("missing-name",),
        "ID-11",
        "ID-18",
    )
    _add(
        "twin-daniela",
        "Daniel and Daniela, written out.",
        _DANIEL,
        _mrz("MUSTER<<DANIELA"),
        "mismatch",
        ("other-words",),
        "ID-11",
        "ID-20",
    )
    _add(
        "other-person",
        "Two people with no word of their names in common.",
        _THU,
        _mrz("TRAN<<THI<MAI"),
        "mismatch",
        ("other-words",),
        "ID-20",
    )


def _other_ways() -> None:
    _add(
        "i-for-y-in-family-name",
        "Lý and LI, a family name.",
        _person("Lý", "Văn Thử", "LY", "VAN<THU"),
        _mrz("LI<<VAN<THU"),
        "likely",
        ("i-and-y",),
        "ID-15",
    )
    _add(
        "i-for-y-in-given-name",
        "Vy and Vi may be sisters.",
        _person("Nguyễn", "Vy", "NGUYEN", "VY"),
        _mrz("NGUYEN<<VI"),
        "unclear",
        ("i-and-y",),
        "ID-11",
        "ID-15",
    )
    _add(
        "another-border",
        "The middle name went to the family name.",
        _THU,
        _mrz("NGUYEN<VAN<<THU"),
        "likely",
        ("name-parts",),
        "ID-16",
    )
    _add(
        "another-border-none",
        "The whole name stands in the field of the family name.",
        _THU,
        _mrz("NGUYEN<VAN<THU"),
        "match",
        (),
        "ID-16",
    )
    _add(
        "swapped",
        "Family name and given name in each other's place.",
        _person("Muster", "Erika", "MUSTER", "ERIKA"),
        _mrz("ERIKA<<MUSTER"),
        "likely",
        ("order",),
        "ID-17",
    )
    _add(
        "swapped-western-full-name",
        "A full name in Western order whose given name is one word.",
        _person("Nguyễn", "Thử", "NGUYEN", "THU"),
        _typed("Thử Nguyễn"),
        "likely",
        ("order",),
        "ID-17",
    )
    _add(
        "swapped-two-syllables",
        "Minh Anh Nguyễn may be Anh Minh's as well.",
        _person("Nguyễn", "Minh Anh", "NGUYEN", "MINH<ANH"),
        _typed("Minh Anh Nguyễn"),
        "unclear",
        ("order",),
        "ID-11",
        "ID-17",
    )
    _add(
        "middle-name-missing",
        "Nguyễn Thử, without the middle name.",
        _THU,
        _mrz("NGUYEN<<THU"),
        "unclear",
        ("missing-middle-name",),
        "ID-18",
    )
    _add("abbreviation", "Văn as V.", _THU, _typed("Nguyễn, V. Thử"), "unclear", ("abbreviation",), "ID-18")
    _add(
        "abbreviated-last-word",
        "Thử as T.: it may be anybody's.",
        _THU,
        _typed("Nguyễn, Văn T."),
        "unclear",
        ("abbreviated-last-word",),
        "ID-18",
    )
    _add(
        "given-name-missing",
        "The document has no given name.",
        _person("Muster", "Erika", "MUSTER", "ERIKA"),
        _mrz("MUSTER"),
        "unclear",
        ("missing-name",),
        "ID-18",
    )
    _add(
        "arabic-spellings",
        "Mohammed and Muhammad are usual spellings of one name.",
        _person("Hassan", "Mohammed", "HASSAN", "MOHAMMED"),
        _mrz("HASAN<<MUHAMMAD"),
        "unclear",
        ("other-spelling",),
        "ID-19",
    )
    _add(
        "arabic-other-name",
        "Mahmoud is another name than Mohammed.",
        _person("Hassan", "Mohammed", "HASSAN", "MOHAMMED"),
        _mrz("HASSAN<<MAHMOUD"),
        "mismatch",
        ("other-words",),
        "ID-19",
        "ID-20",
    )
    _add(
        "arabic-transliterated",
        "A name in Arabic letters with its standard name.",
        _person("حسن", "محمد", "HASSAN", "MOHAMMED"),
        _mrz("HASSAN<<MOHAMMED"),
        "match",
        (),
        "ID-21",
    )
    _add(
        "umlaut-lost",
        "Mueller in the certificate, MULLER in the zone, and no side shows an Ü.",
        _person("Mueller", "Anna", "MUELLER", "ANNA"),
        _mrz("MULLER<<ANNA"),
        "unclear",
        ("other-spelling",),
        "ID-19",
    )
    _add(
        "umlaut-shown",
        "The certificate shows the Ü that the document writes U.",
        _MUELLER,
        _mrz("MULLER<<JURGEN"),
        "match",
        ("diacritics",),
        "ID-13",
    )
    _add(
        "one-letter-apart",
        "Meier and Maier: no distance between letters makes them one.",
        _person("Meier", "Anna", "MEIER", "ANNA"),
        _mrz("MAIER<<ANNA"),
        "mismatch",
        ("other-words",),
        "ID-19",
        "ID-20",
    )
    _add(
        "other-script",
        "A name in Arabic letters without a standard name.",
        dcc(nam=name(fn="حسن", gn="محمد", fnt=DROP, gnt=DROP)),
        _mrz("HASSAN<<MOHAMMED"),
        "unclear",
        ("other-script",),
        "ID-21",
    )
    _add(
        "no-name",
        "The certificate has no name.",
        dcc(nam=name(fn=DROP, gn=DROP, fnt=DROP, gnt=DROP)),
        _mrz("NGUYEN<<VAN<THU"),
        "unclear",
        ("name-not-given",),
        "ID-21",
    )


_LONG: Final = "PAPANDROPOULOS<<MARIA<ALEXANDRA<KATERIN"
_SYLLABLES: Final = "NGUYEN<PHUC<<CONG<TANG<TON<NU<THUY<ANHT"


def _cut() -> None:
    maria = _person(
        "Papandropoulos", "Maria Alexandra Katerina", "PAPANDROPOULOS", "MARIA<ALEXANDRA<KATERINA"
    )
    _add(
        "cut-with-two-names-seen",
        "A name cut at 39 characters, with two given names before the cut.",
        maria,
        _mrz(_LONG),
        "likely",
        ("name-cut",),
        "ID-22",
    )
    other = _person("Papandropoulos", "Maria Alexia Katerina", "PAPANDROPOULOS", "MARIA<ALEXIA<KATERINA")
    _add(
        "cut-of-another",
        "A name cut at 39 characters, whose part that is seen is another than the certificate's.",
        other,
        _mrz(_LONG),
        "mismatch",
        ("other-words",),
        "ID-11",
        "ID-22",
    )
    one = _person(
        "Wolfeschlegelsteinhausen", "Daniela Eva Rosa", "WOLFESCHLEGELSTEINHAUSEN", "DANIELA<EVA<ROSA"
    )
    _add(
        "cut-with-one-name-seen",
        "A name cut at 39 characters, with one given name and a beginning seen.",
        _person("Wolfeschlegelsteinhausenb", "Constantinopel", "WOLFESCHLEGELSTEINHAUSENB", "CONSTANTINOPEL"),
        _mrz("WOLFESCHLEGELSTEINHAUSENB<<CONSTANTINOP"),
        "unclear",
        ("name-cut",),
        "ID-11",
        "ID-22",
    )
    for label, family, given, grade in (
        ("long", "PAPANDROPOULOU<WILHELMSSONBER", "Katerina", "likely"),
        ("short", "PAPANDROPOULOU<WILHELMSSONBERG", "Thi Lan", "unclear"),
    ):
        standard = given.upper().replace(" ", "<")
        _add(
            f"cut-in-the-family-name-with-{label}-given-names",
            f"A name of 39 characters, whose family name is shortened to have room for the {label} given names.",
            _person("Papandropoulous Wilhelmssonberg", given, "PAPANDROPOULOUS<WILHELMSSONBERG", standard),
            _mrz(f"{family}<<{standard}"),
            grade,
            ("name-cut",),
            "ID-22",
        )
    _add(
        "cut-not",
        "A name of 39 characters that is whole in both: it may go on all the same.",
        _person("Nguyễn Phúc", "Công Tằng Tôn Nữ Thuỳ Anht", "NGUYEN<PHUC", "CONG<TANG<TON<NU<THUY<ANHT"),
        _mrz(_SYLLABLES),
        "unclear",
        ("name-cut",),
        "ID-11",
        "ID-22",
    )
    _add(
        "cut-at-37",
        "A name of 37 characters is not cut, and another one is another.",
        one,
        _mrz("WOLFESCHLEGELSTEINHAUSEN<<DANIELA<EVA"),
        "unclear",
        ("missing-name",),
        "ID-22",
    )


def _birth_dates() -> None:
    def born(certificate: Any) -> dict[str, Any]:
        return dcc(dob=certificate)

    zone = "NGUYEN<<VAN<THU"
    _add(
        "born-another-day",
        "The birth dates are a day apart.",
        _THU,
        _mrz(zone, "900518"),
        "mismatch",
        ("birth-date-differs",),
        "ID-25",
    )
    _add(
        "born-another-year",
        "The birth dates are a year apart.",
        _THU,
        _mrz(zone, "910517"),
        "mismatch",
        ("birth-date-differs",),
        "ID-25",
    )
    _add(
        "day-and-month-swapped",
        "5 April in the certificate, 4 May in the zone.",
        born("1990-04-05"),
        _mrz(zone, "900504"),
        "unclear",
        ("birth-date-day-month-swapped",),
        "ID-25",
    )
    _add(
        "a-century-apart",
        "Born in 1925: the zone has 25, which is read as 2025.",
        born("1925-05-17"),
        _mrz(zone, "250517"),
        "likely",
        ("birth-century",),
        "ID-25",
    )
    _add(
        "a-century-apart-typed",
        "Born in 1925 and 2025, and typed with four digits, which leave no century open.",
        born("1925-05-17"),
        _typed("NGUYEN, VAN THU", "2025-05-17"),
        "mismatch",
        ("birth-date-differs",),
        "ID-25",
    )
    _add(
        "both-know-the-month",
        "Both sides know year and month.",
        born("1990-05"),
        _mrz(zone, "9005<<"),
        "likely",
        ("birth-date-both-partial",),
        "ID-24",
    )
    _add(
        "both-know-the-year",
        "Both sides know the year.",
        born("1990"),
        _mrz(zone, "90<<<<"),
        "likely",
        ("birth-date-both-partial",),
        "ID-24",
    )
    _add(
        "certificate-knows-the-year",
        "The certificate knows the year only.",
        born("1990"),
        _mrz(zone),
        "unclear",
        ("birth-date-one-partial",),
        "ID-24",
    )
    _add(
        "document-knows-the-month",
        "The document knows year and month only.",
        _THU,
        _mrz(zone, "9005<<"),
        "unclear",
        ("birth-date-one-partial",),
        "ID-24",
    )
    _add(
        "partial-and-other",
        "The certificate knows the month only, and it is another than the document's.",
        born("1990-06"),
        _mrz(zone),
        "mismatch",
        ("birth-date-differs",),
        "ID-24",
        "ID-25",
    )
    _add(
        "no-birth-date-in-document",
        "The document has no birth date.",
        _THU,
        _mrz(zone, "<<<<<<"),
        "unclear",
        ("birth-date-missing",),
        "ID-24",
    )
    _add(
        "no-birth-date-in-certificate",
        "The certificate has no birth date.",
        dcc(dob=DROP),
        _mrz(zone),
        "unclear",
        ("birth-date-missing",),
        "ID-24",
    )
    _add(
        "several-codes",
        "A middle name is missing and the year alone is known: of one grade the code of the name comes first.",
        born("1990"),
        _mrz("NGUYEN<<THU"),
        "unclear",
        ("missing-middle-name", "birth-date-one-partial"),
        "ID-12",
    )
    _add(
        "birth-date-worse-than-name",
        "A date that contradicts comes before a name that is unclear.",
        _THU,
        _mrz("NGUYEN<<THU", "900518"),
        "mismatch",
        ("birth-date-differs", "missing-middle-name"),
        "ID-12",
    )
    for form in ("17/05/1990", "17.05.1990", "17-5-1990", "17 05 1990"):
        written = (
            form.replace("/", "slash").replace(".", "dot").replace(" ", "blank").replace("17-5-", "hyphen-")
        )
        _add(
            f"typed-date-{written}",
            f"A birth date typed as {form}.",
            _THU,
            _typed("Nguyễn, Văn Thử", form),
            "match",
            (),
            "ID-23",
            "ID-26",
        )
    for label, text in (
        ("dot", "5.1990"),
        ("hyphen", "05-1990"),
        ("blank", "05 1990"),
        ("year-first", "1990-05"),
    ):
        _add(
            f"typed-month-{label}",
            f"Only a month is typed, as {text}, and the certificate knows the day.",
            _THU,
            _typed("Nguyễn, Văn Thử", text),
            "unclear",
            ("birth-date-one-partial",),
            "ID-24",
            "ID-26",
        )
    _add(
        "typed-month",
        "Month and year are typed, and the certificate knows no more.",
        born("1990-05"),
        _typed("Nguyễn, Văn Thử", "05/1990"),
        "likely",
        ("birth-date-both-partial",),
        "ID-24",
        "ID-26",
    )


def _what_cannot_be_read() -> None:
    for label, text in {
        "words": "17 May 1990",
        "february-30": "30/02/1990",
        "two-digits": "17/05/90",
        "two-separators": "17.05-1990",
        "no-month": "13.1990",
    }.items():
        _unreadable(
            f"typed-date-{label}",
            f"A birth date typed as {text}, which is no form that is read.",
            _typed("Nguyễn, Văn Thử", text),
            "birth-date-unreadable",
            "ID-26",
        )
    _unreadable(
        "mrz-cut-short",
        "A zone whose last character is missing.",
        {"mrz": passport()[:-1]},
        "mrz-length",
        "ID-1",
    )
    zone = with_character(passport(), 1, 43, "9")
    _unreadable(
        "mrz-wrong-check-digit",
        "A zone with a wrong composite check digit.",
        {"mrz": zone},
        "mrz-check-digit",
        "ID-4",
    )


def _further() -> None:
    """Every code in further forms."""

    def likely(
        name: str,
        description: str,
        certificate: dict[str, Any],
        document: dict[str, Any],
        code: str,
        rule: str,
    ) -> None:
        _add(name, description, certificate, document, "likely", (code,), rule)

    def unclear(
        name: str,
        description: str,
        certificate: dict[str, Any],
        document: dict[str, Any],
        code: str,
        rule: str,
    ) -> None:
        _add(name, description, certificate, document, "unclear", (code,), rule)

    zone = "NGUYEN<<VAN<THU"
    for label, born, written, grade, code in (
        ("years", "1921", "21<<<<", "unclear", "birth-date-one-partial"),
        ("months", "1921-07", "2107<<", "unclear", "birth-date-one-partial"),
        ("day-and-year", "1921-07-01", "21<<<<", "unclear", "birth-date-one-partial"),
        ("other-months", "1921-07", "2108<<", "mismatch", "birth-date-differs"),
    ):
        _add(
            f"a-century-apart-{label}",
            f"{born} in the certificate, and {written} in the zone, of which the latest year is 2021.",
            dcc(dob=born),
            _mrz(zone, written),
            grade,
            (code,),
            "ID-24",
            "ID-25",
        )
    unclear(
        "y-for-i-at-the-end",
        "Sergei, and SERGEY in the document, which may be one name.",
        _person("Melnik", "Sergei", "MELNIK", "SERGEI"),
        _mrz("MELNIK<<SERGEY"),
        "other-spelling",
        "ID-19",
    )
    _add(
        "y-for-i-before-a-consonant",
        "Kim and Kym are two names: i stands for y at the end of a syllable only.",
        _person("Nguyễn", "Kim", "NGUYEN", "KIM"),
        _mrz("NGUYEN<<KYM"),
        "mismatch",
        ("other-words",),
        "ID-15",
        "ID-20",
    )
    anna = _person("García López", "Ana", "GARCIA<LOPEZ", "ANA")
    likely(
        "another-border-spanish",
        "García López: in the document López stands with the given name.",
        anna,
        _mrz("GARCIA<<LOPEZ<ANA"),
        "name-parts",
        "ID-16",
    )
    likely(
        "another-border-typed",
        "García López, typed with López behind the comma.",
        anna,
        _typed("García, López Ana"),
        "name-parts",
        "ID-16",
    )
    likely(
        "a-century-apart-oldest",
        "Born on 31 January 1926: the zone has 260131, which is read as 2026, yesterday.",
        dcc(dob="1926-01-31"),
        _mrz(zone, "260131"),
        "birth-century",
        "ID-25",
    )
    likely(
        "a-century-apart-child",
        "Born on 31 December 1920: the zone has 201231, which is read as a child's 2020.",
        dcc(dob="1920-12-31"),
        _mrz(zone, "201231"),
        "birth-century",
        "ID-25",
    )
    likely(
        "swapped-with-long-words",
        "Family name and two given names in each other's place; each given name has several syllables.",
        _person("Muster", "Maria Luisa", "MUSTER", "MARIA<LUISA"),
        _mrz("MARIA<LUISA<<MUSTER"),
        "order",
        "ID-17",
    )
    likely(
        "i-for-y-typed",
        "Lý typed as Lí, a family name.",
        _person("Lý", "Văn Thử", "LY", "VAN<THU"),
        _typed("Lí, Văn Thử"),
        "i-and-y",
        "ID-15",
    )
    minh = _person("Nguyễn", "Thị My", "NGUYEN", "THI<MY")
    unclear(
        "i-for-y-my",
        "My and Mi, a given name: they may be sisters.",
        minh,
        _mrz("NGUYEN<<THI<MI"),
        "i-and-y",
        "ID-15",
    )
    unclear(
        "abbreviation-of-two",
        "Nguyễn typed as Ng., in a full name.",
        _THU,
        _typed("Ng. Văn Thử"),
        "abbreviation",
        "ID-18",
    )
    unclear(
        "abbreviation-without-stop",
        "Thị typed as Th., two letters of a given name.",
        _LAN,
        _typed("Nguyễn, Th. Lan"),
        "abbreviation",
        "ID-18",
    )
    unclear(
        "abbreviated-last-word-bare",
        "The last given name typed as T., without marks elsewhere.",
        _THU,
        _typed("NGUYEN, VAN T."),
        "abbreviated-last-word",
        "ID-18",
    )
    unclear(
        "abbreviated-last-word-full",
        "The last given name typed as L., in a full name.",
        _LAN,
        _typed("Nguyễn Thị L."),
        "abbreviated-last-word",
        "ID-18",
    )
    unclear(
        "arabic-ahmed",
        "Yusuf Ahmed and Yousef Ahmad, usual spellings of both names.",
        _person("Yusuf", "Ahmed", "YUSUF", "AHMED"),
        _mrz("YOUSEF<<AHMAD"),
        "other-spelling",
        "ID-19",
    )
    unclear(
        "born-in-no-document",
        "No birth date is typed.",
        _THU,
        _typed("Nguyễn, Văn Thử", ""),
        "birth-date-missing",
        "ID-24",
    )
    unclear(
        "day-and-month-swapped-typed",
        "12 November in the certificate, 11 December typed.",
        dcc(dob="1990-11-12"),
        _typed("Nguyễn, Văn Thử", "11/12/1990"),
        "birth-date-day-month-swapped",
        "ID-25",
    )
    unclear(
        "day-and-month-swapped-twelve",
        "1 December in the certificate, 12 January in the zone.",
        dcc(dob="1990-12-01"),
        _mrz(zone, "900112"),
        "birth-date-day-month-swapped",
        "ID-25",
    )
    nobody = dcc(nam=name(fn=DROP, gn=DROP, fnt=DROP, gnt=DROP))
    unclear(
        "no-name-and-typed",
        "The certificate has no name, and one is typed.",
        nobody,
        _typed("Nguyễn, Văn Thử"),
        "name-not-given",
        "ID-21",
    )
    unclear(
        "nobody-typed",
        "The certificate has a name, and none is typed.",
        _THU,
        _typed(""),
        "name-not-given",
        "ID-21",
    )
    for label, fn, gn, mrz in (
        ("greek", "Παπάς", "Νίκος", "PAPAS<<NIKOS"),
        ("chinese", "王", "小明", "WANG<<XIAOMING"),
    ):
        unclear(
            f"other-script-{label}",
            f"A name in {label.capitalize()} letters without a standard name.",
            dcc(nam=name(fn=fn, gn=gn, fnt=DROP, gnt=DROP)),
            _mrz(mrz),
            "other-script",
            "ID-21",
        )
    for label, words, document in (
        ("two", ("Nguyễn", "Anh Dũng", "NGUYEN", "ANH<DUNG"), "NGUYEN<<DUNG<ANH"),
        ("three", ("Lê", "Thị Thanh Hoa", "LE", "THI<THANH<HOA"), "LE<<THI<HOA<THANH"),
    ):
        _add(
            f"twin-order-{label}",
            f"{label.capitalize()} given names, the last two of which are in each other's place.",
            _person(*words),
            _mrz(document),
            "mismatch",
            ("other-order",),
            "ID-11",
            "ID-17",
        )
    unclear(
        "all-words-reversed",
        "All three words of the name in reverse.",
        _THU,
        _typed("Thử Văn Nguyễn"),
        "order",
        "ID-17",
    )
    one = _person(
        "Wolfeschlegelsteinhausenb", "Maria Alexandra", "WOLFESCHLEGELSTEINHAUSENB", "MARIA<ALEXANDRA"
    )
    unclear(
        "cut-with-one-whole-name-seen",
        "A name cut at 39 characters, with one whole given name before the one that is cut.",
        one,
        _mrz("WOLFESCHLEGELSTEINHAUSENB<<MARIA<ALEXAN"),
        "name-cut",
        "ID-22",
    )
    _add(
        "german-xx-bare",
        "A state writes Ü as UXX, and the certificate U.",
        _person("Muller", "Jurgen", "MULLER", "JURGEN"),
        _mrz("MUXXLLER<<JUXXRGEN"),
        "match",
        (),
        "ID-13",
    )
    joined = ("joined-words",)
    _add(
        "joined-given-names",
        "Three given names as one word.",
        _person("Nguyễn", "Thị Thanh Hương", "NGUYEN", "THI<THANH<HUONG"),
        _mrz("NGUYEN<<THITHANHHUONG"),
        "match",
        joined,
        "ID-13",
    )
    _add(
        "joined-family-names",
        "A family name of two words as one.",
        _person("De Boer", "Jan", "DE<BOER", "JAN"),
        _mrz("DEBOER<<JAN"),
        "match",
        joined,
        "ID-13",
    )
    _add(
        "not-joined",
        "Thuan is one word, and not Thu An.",
        _person("Nguyễn", "Thu An", "NGUYEN", "THU<AN"),
        _mrz("NGUYEN<<THUAN"),
        "mismatch",
        ("other-words",),
        "ID-11",
        "ID-13",
    )
    _add(
        "umlaut-shown-o",
        "The certificate shows the Ö that the document writes O.",
        _person("Schröder", "Jan", "SCHROEDER", "JAN"),
        _mrz("SCHRODER<<JAN"),
        "match",
        ("diacritics",),
        "ID-13",
    )
    _add(
        "umlaut-shown-a",
        "The certificate shows the Ä that the document writes A.",
        _person("Jäger", "Eva", "JAEGER", "EVA"),
        _mrz("JAGER<<EVA"),
        "match",
        ("diacritics",),
        "ID-13",
    )
    _add(
        "expanded-o",
        "Schröder typed as Schroeder, with a mark elsewhere.",
        _person("Schröder", "Zoë", "SCHROEDER", "ZOE"),
        _typed("Schroeder, Zoë"),
        "match",
        ("transliteration",),
        "ID-13",
    )
    _add(
        "expanded-s",
        "Weiß typed as Weiss, with a mark elsewhere.",
        _person("Weiß", "Björn", "WEISS", "BJOERN"),
        _typed("Weiss, Björn"),
        "match",
        ("transliteration",),
        "ID-13",
    )


_same_words()
_twins()
_other_ways()
_cut()
_birth_dates()
_what_cannot_be_read()
_further()
