"""Machine readable zones: the five formats, check digits, what is put right, and what is refused."""

from __future__ import annotations

from typing import Any, Final

from test_vectors.operation import OperationFamily
from test_vectors.zones import booklet, card, check_digit, passport, visa, with_character

FAMILY: Final = OperationFamily("mrz", "read-mrz", spec="ICAO Doc 9303")

_AT: Final = "2026-02-01T12:00:00Z"
_HOLDER: Final[dict[str, Any]] = {
    "format": "td3",
    "kind": "P",
    "issuer": "VNM",
    "nationality": "VNM",
    "primary_identifier": "NGUYEN",
    "secondary_identifier": "VAN<THU",
    "name_may_be_cut": False,
    "birth_date": "1990-05-17",
    "sex": "male",
    "expires": "2030-12-31",
    "repaired": [],
}
_ANNA: Final[dict[str, Any]] = {
    "issuer": "UTO",
    "nationality": "UTO",
    "primary_identifier": "ERIKSSON",
    "secondary_identifier": "ANNA<MARIA",
    "birth_date": "1974-08-12",
    "sex": "female",
    "expires": "2012-04-15",
}
_SPECIMEN_TD1: Final = (
    "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"
)
_SPECIMEN_TD2: Final = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6"
_SPECIMEN_TD3: Final = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
)


def _read(name: str, description: str, text: str, *requirements: str, at: str = _AT, **said: Any) -> None:
    document = {**_HOLDER, **said}
    FAMILY.add(
        name,
        description,
        {"text": text},
        {"outcome": "accepted", "reason": None, "document": document},
        context={"at": at},
        requirements=requirements,
    )


def _refused(
    name: str, description: str, text: str, reason: str, field: str | None, *requirements: str
) -> None:
    FAMILY.add(
        name,
        description,
        {"text": text},
        {"outcome": "unreadable", "reason": f"mrz-{reason}", "field": field},
        context={"at": _AT},
        requirements=requirements,
    )


def _formats() -> None:
    _read(
        "specimen-td1",
        "The specimen card of part 5.",
        _SPECIMEN_TD1,
        "ID-1",
        "ID-4",
        "ID-9",
        **_ANNA,
        format="td1",
        kind="I",
    )
    _read(
        "specimen-td2",
        "The specimen booklet of part 6.",
        _SPECIMEN_TD2,
        "ID-1",
        "ID-4",
        "ID-9",
        **_ANNA,
        format="td2",
        kind="I",
    )
    _read(
        "specimen-td3",
        "The specimen passport of part 4, which has expired.",
        _SPECIMEN_TD3,
        "ID-1",
        "ID-4",
        "ID-9",
        **_ANNA,
    )
    _read("passport", "The zone of a passport (TD3).", passport(), "ID-1", "ID-4", "ID-7", "ID-8")
    _read(
        "booklet",
        "The zone of a small booklet (TD2).",
        booklet(),
        "ID-1",
        format="td2",
        kind="I",
        sex="female",
    )
    _read("card", "The zone of a card (TD1).", card(), "ID-1", format="td1", kind="I")
    _read(
        "visa-a",
        "A visa of two lines of 44, which has no composite check digit.",
        visa(),
        "ID-1",
        "ID-4",
        format="mrv-a",
        kind="V",
        sex="female",
    )
    _read(
        "visa-b",
        "A visa of two lines of 36.",
        visa(width=36),
        "ID-1",
        "ID-4",
        format="mrv-b",
        kind="V",
        sex="female",
    )
    _read(
        "long-number-card",
        "A card whose number of twelve characters goes on in the optional data.",
        card(number="001090123456"),
        "ID-5",
        format="td1",
        kind="I",
    )
    _read(
        "long-number-booklet",
        "A booklet with a number of eleven characters.",
        booklet(number="C1234567890"),
        "ID-5",
        format="td2",
        kind="I",
        sex="female",
    )
    _read(
        "issuer-of-one-letter",
        "The issuer is D, Germany, of one letter.",
        passport(issuer="D", nationality="D"),
        "ID-3",
        issuer="D",
        nationality="D",
    )
    _read("sex-not-said", "The sex is a filler: it is not said.", passport(sex="<"), "ID-3", sex=None)
    _read("sex-x", "The sex is X.", passport(sex="X"), "ID-3", sex=None)


def _lengths() -> None:
    lines = passport().split("\n")
    _refused("empty", "No text at all.", "", "length", None, "ID-1")
    _refused("one-line", "The first line alone.", lines[0], "length", None, "ID-1")
    _refused(
        "second-line-short",
        "A character is missing in the second line.",
        passport()[:-1],
        "length",
        None,
        "ID-1",
    )
    _refused(
        "second-line-long",
        "The second line has one character too many.",
        passport() + "0",
        "length",
        None,
        "ID-1",
    )
    _refused(
        "three-passport-lines", "Three lines of 44.", passport() + "\n" + lines[0], "length", None, "ID-1"
    )
    blanks = 1000 - len(passport())
    _read("characters-1000", "A thousand characters, most of them blank.", passport() + " " * blanks, "ID-1")
    _refused(
        "characters-1001",
        "A thousand and one characters, most of them blank.",
        passport() + " " * (blanks + 1),
        "length",
        None,
        "ID-1",
    )


def _spelling() -> None:
    zone = passport()
    _read("one-line-of-88", "Two lines without a line end between them.", zone.replace("\n", ""), "ID-2")
    _read(
        "blanks",
        "Blanks around the lines, and another line end.",
        "  " + zone.replace("\n", " \r\n ") + "\t",
        "ID-2",
    )
    _read("lower-case", "The zone is in lower case.", zone.lower(), "ID-2")
    first, second = zone.split("\n")
    _read("fillers-missing", "No fillers behind the name.", f"{first.rstrip('<')}\n{second}", "ID-2")
    _read("fillers-too-many", "Five fillers too many behind the name.", f"{first}<<<<<\n{second}", "ID-2")
    _refused(
        "fillers-missing-in-one-line",
        "Fillers are missing and nothing tells the lines apart.",
        first.rstrip("<") + second,
        "length",
        None,
        "ID-2",
    )
    parted = zone.replace("VNM", "VNM ").replace("THU" + "<" * 10, "THU")
    _read("blanks-and-fillers-missing", "Blanks within lines, and fewer fillers.", parted, "ID-2")
    for label, length, total in (("passport-of-72", 28, 72), ("passport-of-90", 46, 90)):
        text = f"{first.rstrip('<').ljust(length, '<')}\n{second}"
        description = f"A passport of {total} characters, as another format has: its lines tell it."
        _read(label, description, text, "ID-1", "ID-2")
    _read(
        "card-of-88",
        "A card whose name line lacks two fillers, so that it has as many characters as a passport.",
        card()[:-2],
        "ID-1",
        "ID-2",
        format="td1",
        kind="I",
    )


def _characters() -> None:
    zone = passport()
    name = "name"
    _refused(
        "other-character",
        "A letter with a mark, which a zone does not have.",
        with_character(zone, 0, 5, "Ñ"),
        "characters",
        None,
        "ID-3",
    )
    _refused(
        "punctuation",
        "A full stop in the document number.",
        with_character(zone, 1, 8, "."),
        "characters",
        None,
        "ID-3",
    )
    for label, letter in (("dotless-i", "ı"), ("long-s", "ſ"), ("sharp-s", "ß")):
        _refused(
            f"letter-{label}",
            f"The letter {letter}, of which upper case would make one or two of the zone.",
            with_character(zone, 0, 30, letter),
            "characters",
            None,
            "ID-2",
            "ID-3",
        )
    _refused(
        "digit-in-name",
        "A 7 in the name, which stands for no letter.",
        passport(name="NGUYEN<<VAN<7HU"),
        "characters",
        name,
        "ID-3",
    )
    _refused("no-name", "A name of fillers only.", passport(name="<"), "characters", name, "ID-3")
    _refused(
        "letter-in-birth-date",
        "A K in the birth date looks like no digit.",
        with_character(zone, 1, 15, "K"),
        "characters",
        "birth date",
        "ID-3",
        "ID-6",
    )
    _refused(
        "sex-of-another-letter",
        "A letter for the sex that there is not.",
        with_character(zone, 1, 20, "N"),
        "characters",
        "sex",
        "ID-3",
    )
    _refused(
        "kind-without-letter",
        "A document code that begins with a digit.",
        with_character(zone, 0, 0, "1"),
        "characters",
        "document code",
        "ID-3",
    )
    _refused(
        "digit-in-nationality",
        "A 5 in the nationality, which is no O.",
        with_character(zone, 1, 11, "5"),
        "characters",
        "nationality",
        "ID-3",
    )


def _check_digits() -> None:
    zone = passport(optional="TEST")
    places = {
        "document-number": (9, "document number"),
        "birth-date": (19, "birth date"),
        "expiry": (27, "expiry"),
        "optional-data": (42, "optional data"),
        "composite": (43, "whole"),
    }
    for name, (place, field) in places.items():
        digit = zone.split("\n")[1][place]
        for step in (1, 9):
            _refused(
                f"check-digit-{name}-{'above' if step == 1 else 'below'}",
                f"The check digit of the {field} is {'one more' if step == 1 else 'one less'} than the right one.",
                with_character(zone, 1, place, str((int(digit) + step) % 10)),
                "check-digit",
                field,
                "ID-4",
            )
    _read("optional-data", "Optional data with a check digit.", zone, "ID-4")
    _read(
        "optional-data-empty-filler",
        "No optional data, and a filler for its check digit.",
        passport(optional_digit="<"),
        "ID-4",
    )
    _read("optional-data-empty-zero", "No optional data, and 0 for its check digit.", passport(), "ID-4")
    _refused(
        "optional-data-filler",
        "Optional data with a filler for its check digit.",
        passport(optional="TEST", optional_digit="<"),
        "check-digit",
        "optional data",
        "ID-4",
    )
    _refused(
        "long-number-wrong",
        "A wrong check digit of a number that goes on in the optional data.",
        with_character(card(number="001090123456"), 0, 18, str((int(check_digit("001090123456")) + 1) % 10)),
        "check-digit",
        "document number",
        "ID-5",
    )
    _refused(
        "two-digits-changed-about",
        "Day 17 for day 71: the digits are right, their order is not.",
        with_character(with_character(passport(), 1, 17, "7"), 1, 18, "1"),
        "check-digit",
        "birth date",
        "ID-4",
    )


def _repairs() -> None:
    zone = passport()
    _read(
        "letter-o-in-birth-date",
        "An O for the 0 of the birth date.",
        with_character(zone, 1, 14, "O"),
        "ID-6",
        repaired=["birth date"],
    )
    _read(
        "letters-in-expiry",
        "I stands twice for 1 in the expiry, and is put right.",
        with_character(with_character(zone, 1, 26, "I"), 1, 23, "I"),
        "ID-6",
        repaired=["expiry"],
    )
    _read(
        "zero-in-name", "A 0 for the O of a name.", passport(name="H0<<VAN<THU"), "ID-6",
        primary_identifier="HO", repaired=["name"],
    )  # fmt: skip
    for letter, born, place in (
        ("Q", "900517", 14),
        ("D", "900517", 15),
        ("L", "900517", 17),
        ("S", "900517", 16),
        ("G", "960817", 14),
        ("B", "960817", 16),
    ):
        _read(
            f"letter-{letter.lower()}-for-a-digit",
            f"{letter} stands for a digit in the birth date, and is put right: the check digit agrees.",
            with_character(passport(born=born), 1, place, letter),
            "ID-6",
            birth_date=f"19{born[:2]}-{born[2:4]}-{born[4:]}",
            repaired=["birth date"],
        )
    long_number = card(number="001090123416")
    _read(
        "letter-for-the-check-digit-of-a-long-number",
        "An I for the 1 that checks a number of twelve characters.",
        with_character(long_number, 0, 18, "I"),
        "ID-5",
        "ID-6",
        format="td1",
        kind="I",
        repaired=["document number"],
    )
    _refused(
        "letter-k-for-the-check-digit-of-a-long-number",
        "A K there looks like no digit.",
        with_character(long_number, 0, 18, "K"),
        "characters",
        "document number",
        "ID-3",
        "ID-5",
    )
    _refused(
        "letter-that-proves-wrong",
        "A Z for the 0 of the birth date: as a 2 the check digit is wrong.",
        with_character(zone, 1, 14, "Z"),
        "check-digit",
        "birth date",
        "ID-6",
    )
    _refused(
        "letter-in-number",
        "An S for the 5 of the document number is not put right.",
        with_character(zone, 1, 49 - 44, "S"),
        "check-digit",
        "document number",
        "ID-6",
    )


def _names() -> None:
    _read(
        "one-name",
        "A person with one name, which is the primary identifier alone.",
        passport(name="SUHARTO"),
        "ID-7",
        primary_identifier="SUHARTO",
        secondary_identifier="",
    )
    name = "NGUYEN<PHUC<<CONG<TANG<TON<NU<THUY<ANHT"
    _read(
        "name-of-39",
        "A name that fills its field.",
        passport(name=name),
        "ID-7",
        primary_identifier="NGUYEN<PHUC",
        secondary_identifier="CONG<TANG<TON<NU<THUY<ANHT",
        name_may_be_cut=True,
    )
    _read(
        "name-of-38",
        "A name that leaves one filler: a word may be missing behind it.",
        passport(name=name[:-1]),
        "ID-7",
        primary_identifier="NGUYEN<PHUC",
        secondary_identifier="CONG<TANG<TON<NU<THUY<ANH",
        name_may_be_cut=True,
    )
    _read(
        "name-of-37",
        "A name that leaves two fillers is whole.",
        passport(name="NGUYEN<PHUC<<CONG<TANG<TON<NU<THUY<AN"),
        "ID-7",
        primary_identifier="NGUYEN<PHUC",
        secondary_identifier="CONG<TANG<TON<NU<THUY<AN",
    )
    _read(
        "card-name-of-30",
        "A name that fills the line of a card.",
        card(name="NGUYEN<PHUC<<CONG<TANG<TON<NUT"),
        "ID-7",
        format="td1",
        kind="I",
        primary_identifier="NGUYEN<PHUC",
        secondary_identifier="CONG<TANG<TON<NUT",
        name_may_be_cut=True,
    )
    _read(
        "three-fillers",
        "Three fillers in a row between the names.",
        passport(name="NGUYEN<<<VAN<THU"),
        "ID-7",
    )


def _dates() -> None:
    day = "birth_date"
    _read("born-today", "Born on the day of reading.", passport(born="260201"), "ID-8", **{day: "2026-02-01"})
    _read(
        "born-a-century-ago",
        "Born the day after the day of reading, a hundred years before.",
        passport(born="260202"),
        "ID-8",
        **{day: "1926-02-02"},
    )
    _read(
        "day-unknown",
        "The day of birth is fillers: only year and month are known.",
        passport(born="9005<<"),
        "ID-8",
        **{day: "1990-05"},
    )
    _read("day-unknown-zeros", "Zeros for the day.", passport(born="900500"), "ID-8", **{day: "1990-05"})
    _read(
        "month-unknown",
        "Month and day of birth are fillers: only the year is known.",
        passport(born="90<<<<"),
        "ID-8",
        **{day: "1990"},
    )
    _read(
        "birth-date-unknown",
        "All of the birth date is fillers: nothing is known.",
        passport(born="<<<<<<"),
        "ID-8",
        **{day: None},
    )
    for label, description, born, known in (
        ("zeros", "Six zeros for a birth date: nothing is known.", "000000", None),
        ("year-2000", "Of a birth in 2000 no more is known.", "00<<<<", "2000"),
        ("day-of-no-month", "A day whose month is not known is not known either.", "90<<15", "1990"),
        ("day-31-of-no-month", "The last day that some month has.", "90<<31", "1990"),
        ("no-year", "29 February of a year that is not known.", "<<0229", None),
    ):
        _read(f"birth-date-{label}", description, passport(born=born), "ID-8", **{day: known})
    for label, description, born in (
        ("day-32-of-no-month", "A day that no month has.", "90<<32"),
        ("february-30-of-no-year", "30 February of a year that is not known.", "<<0230"),
        ("month-13-of-no-year", "A thirteenth month of a year that is not known.", "<<1301"),
        ("half-a-year", "One digit of a year.", "9<0101"),
    ):
        _refused(f"birth-date-{label}", description, passport(born=born), "date", "birth date", "ID-8")
    _read(
        "born-tomorrow-in-utc",
        "It is already the birth date in the zone of the time of reading, and not in UTC.",
        passport(born="260202"),
        "ID-8",
        at="2026-02-02T06:59:59+07:00",
        **{day: "1926-02-02"},
    )
    _read(
        "born-today-in-utc",
        "It is the birth date in UTC too, for the first second.",
        passport(born="260202"),
        "ID-8",
        at="2026-02-02T07:00:00+07:00",
        **{day: "2026-02-02"},
    )
    _read("leap-day", "29 February of a leap year.", passport(born="920229"), "ID-8", **{day: "1992-02-29"})
    _refused(
        "no-leap-day",
        "29 February of years that have none.",
        passport(born="930229"),
        "date",
        "birth date",
        "ID-8",
    )
    _refused("month-13", "Born in a thirteenth month.", passport(born="901317"), "date", "birth date", "ID-8")
    _refused("february-30", "Born on 30 February.", passport(born="900230"), "date", "birth date", "ID-8")
    _refused(
        "expiry-february-30",
        "An expiry on 30 February.",
        passport(expires="300230"),
        "date",
        "expiry",
        "ID-8",
    )
    _read("no-expiry", "A document without expiry.", passport(expires="<<<<<<"), "ID-8", expires=None)
    _read(
        "expiry-in-50-years",
        "The expiry year 75 is 2075, within fifty years of 2026.",
        passport(expires="751231"),
        "ID-8",
        expires="2075-12-31",
    )
    _read(
        "expiry-50-years-ago",
        "The expiry year 76 is 1976, fifty years back from 2026.",
        passport(expires="761231"),
        "ID-8",
        expires="1976-12-31",
    )


_formats()
_lengths()
_spelling()
_characters()
_check_digits()
_repairs()
_names()
_dates()
