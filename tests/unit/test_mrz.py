from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from tests.support.mrz import check, write_mrz

from vaxcert.errors import DecodeError, MrzError, Reason
from vaxcert.model.certificate import PartialDate
from vaxcert.model.dose_record import Sex
from vaxcert.model.mrz import MrzField, MrzFormat, read_mrz

AT = datetime(2024, 6, 1, 12, 0, tzinfo=UTC)

# the specimens of Doc 9303, parts 4 to 7
PASSPORT = """\
P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<
L898902C36UTO7408122F1204159ZE184226B<<<<<10
"""
CARD = """\
I<UTOD231458907<<<<<<<<<<<<<<<
7408122F1204159UTO<<<<<<<<<<<6
ERIKSSON<<ANNA<MARIA<<<<<<<<<<
"""
LONG_NUMBER = """\
I<UTOD23145890<7349<<<<<<<<<<<
3407127M9507122UTO<<<<<<<<<<<2
STEVENSON<<PETER<JOHN<<<<<<<<<
"""
BOOKLET = """\
I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<
D231458907UTO7408122F1204159<<<<<<<6
"""
VISA_A = """\
V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<
L8988901C4XXX4009078F96121096ZE184226B<<<<<<
"""
VISA_B = """\
V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<
L8988901C4XXX4009078F9612109<<<<<<<<
"""


def read(text, at=AT):
    return read_mrz(text, at=at)


def refused(text, at=AT):
    with pytest.raises(MrzError) as raised:
        read(text, at)
    return raised.value.reason, raised.value.field


def changed(text, old, new):
    assert text.count(old) == 1
    return text.replace(old, new)


@pytest.mark.parametrize(
    ("text", "form", "kind", "expires"),
    [
        (PASSPORT, MrzFormat.TD3, "P", date(2012, 4, 15)),
        (CARD, MrzFormat.TD1, "I", date(2012, 4, 15)),
        (BOOKLET, MrzFormat.TD2, "I", date(2012, 4, 15)),
    ],
)
def test_specimens(text, form, kind, expires):
    document = read(text)
    assert (document.format, document.kind) == (form, kind)
    assert (document.issuer, document.nationality) == ("UTO", "UTO")
    assert (document.primary_identifier, document.secondary_identifier) == ("ERIKSSON", "ANNA<MARIA")
    assert (document.birth_date, document.sex) == (date(1974, 8, 12), Sex.FEMALE)
    assert document.expires == expires
    assert document.name_may_be_cut is False
    assert document.repaired == ()


@pytest.mark.parametrize(("text", "form"), [(VISA_A, MrzFormat.MRV_A), (VISA_B, MrzFormat.MRV_B)])
def test_visas(text, form):
    document = read(text)
    assert (document.format, document.kind, document.nationality) == (form, "V", "XXX")
    assert document.secondary_identifier == "ANNA<MARIA"
    assert (document.birth_date, document.expires) == (date(1940, 9, 7), date(1996, 12, 10))


def test_a_long_document_number():
    assert read(LONG_NUMBER).primary_identifier == "STEVENSON"
    assert refused(changed(LONG_NUMBER, "<7349", "<7348")) == (
        Reason.MRZ_CHECK_DIGIT,
        MrzField.DOCUMENT_NUMBER,
    )
    assert refused(changed(LONG_NUMBER, "<7349", "<7449")) == (
        Reason.MRZ_CHECK_DIGIT,
        MrzField.DOCUMENT_NUMBER,
    )
    assert refused(changed(LONG_NUMBER, "<7349", "<<<<<")) == (
        Reason.MRZ_CHECK_DIGIT,
        MrzField.DOCUMENT_NUMBER,
    )


@pytest.mark.parametrize("form", ["td1", "td2"])
def test_a_long_document_number_of_cards_and_small_booklets(form):
    assert read(write_mrz(form, "DO<<ANNA", number="A123456789BC")).primary_identifier == "DO"


@pytest.mark.parametrize("form", ["td1", "td2"])
def test_a_check_digit_in_the_optional_data_is_put_right_like_others(form):
    text = write_mrz(form, "DO<<ANNA", number="A123456781N")
    document = read(changed(text, "1N0<", "1NO<"))
    assert document.repaired == (MrzField.DOCUMENT_NUMBER,)
    assert refused(changed(text, "1N0<", "1NK<")) == (Reason.MRZ_CHARACTERS, MrzField.DOCUMENT_NUMBER)


@pytest.mark.parametrize("number", range(10))
def test_a_number_that_goes_on_nowhere_has_no_check_digit(number):
    text = write_mrz("td2", "DO<<ANNA", number=f"A1234567{number}")
    digit = check(f"A1234567{number}")
    without = changed(text, f"A1234567{number}{digit}", f"A1234567{number}<")
    assert refused(without) == (Reason.MRZ_CHECK_DIGIT, MrzField.DOCUMENT_NUMBER)


def test_a_document_without_a_number():
    assert read(write_mrz("td1", "DO<<ANNA", number="")).primary_identifier == "DO"
    lines = write_mrz("td1", "DO<<ANNA", number="")
    assert read(changed(lines, "I<UTO<<<<<<<<<0", "I<UTO<<<<<<<<<<")).primary_identifier == "DO"


@pytest.mark.parametrize(
    "text",
    [
        PASSPORT.strip(),
        PASSPORT.replace("\n", "\r\n"),
        PASSPORT.replace("\n", "\r"),
        PASSPORT.replace("\n", " "),
        PASSPORT.replace("\n", ""),
        PASSPORT.lower(),
        f"\ufeff \t{PASSPORT}\n\n",
        f"\x02{PASSPORT}\x03",
        f"\x7f{PASSPORT}\x85\x9f",
        PASSPORT.replace("UTO", "UTO ").replace("MARIA<<<<<<<<<<<<<<<<<<<", "MARIA"),
        PASSPORT.replace("MARIA<<<<<<<<<<<<<<<<<<<", "MARIA"),
        PASSPORT.replace("MARIA<", "MARIA<<<<"),
        " ".join(PASSPORT[start : start + 11] for start in range(0, 44, 11)) + PASSPORT[44:],
    ],
)
def test_what_scanners_and_people_give(text):
    assert read(text) == read(PASSPORT)


@pytest.mark.parametrize("text", [CARD, BOOKLET, VISA_A, VISA_B])
def test_lines_without_breaks_and_without_last_fillers(text):
    assert read(text.replace("\n", "")) == read(text)
    assert read(text.replace("MARIA<<<<<<<<", "MARIA<")) == read(text)
    assert read(text.replace("MARIA<<<<<<<<", "MARIA<<<<<<<<<<<<<<")) == read(text)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        (PASSPORT, 28),  # 72 characters with the second line, as a booklet has
        (PASSPORT, 46),  # 90, as a card has
        (CARD, 28),  # 88, as a passport has
        (BOOKLET, 52),
        (BOOKLET, 54),
    ],
)
@pytest.mark.parametrize("end", ["\n", " "])
def test_lines_tell_what_the_number_of_characters_does_not(text, length, end):
    lines = text.split()
    (place,) = (number for number, line in enumerate(lines) if "ERIKSSON" in line)
    lines[place] = lines[place].rstrip("<").ljust(length, "<")
    assert len("".join(lines)) in (72, 88, 90)
    assert read(end.join(lines)) == read(text)


@pytest.mark.parametrize("letter", ["ı", "ſ", "ß", "ﬁ", "ñ", "Ａ"])
def test_a_letter_that_is_only_in_upper_case_one_of_the_zone_is_refused(letter):
    assert refused(changed(PASSPORT, "MARIA<", "MARIA" + letter)) == (Reason.MRZ_CHARACTERS, None)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("7408122", "74O8122", MrzField.BIRTH_DATE),
        ("7408122", "74Q81ZZ", MrzField.BIRTH_DATE),
        ("1204159", "I2O4IS9", MrzField.EXPIRY),
        ("ERIKSSON", "ERIKSS0N", MrzField.NAME),
        ("P<UTO", "P<UT0", MrzField.ISSUER),
        ("36UTO", "36UT0", MrzField.NATIONALITY),
        ("C36UTO", "C3GUTO", MrzField.DOCUMENT_NUMBER),
        ("<<10", "<<I0", MrzField.OPTIONAL_DATA),
        ("<<10", "<<1O", MrzField.COMPOSITE),
    ],
)
def test_a_look_alike_is_put_right_where_it_is_certain_and_said(old, new, field):
    document = read(changed(PASSPORT, old, new))
    assert document.repaired == (field,)
    assert document.primary_identifier == "ERIKSSON"
    assert document.birth_date == date(1974, 8, 12)


@pytest.mark.parametrize(
    ("old", "new", "reason", "field"),
    [
        ("7408122", "7408132", Reason.MRZ_CHECK_DIGIT, MrzField.BIRTH_DATE),
        ("7408122", "7408123", Reason.MRZ_CHECK_DIGIT, MrzField.BIRTH_DATE),
        ("7408122", "740812<", Reason.MRZ_CHECK_DIGIT, MrzField.BIRTH_DATE),
        ("7408122", "74G8122", Reason.MRZ_CHECK_DIGIT, MrzField.BIRTH_DATE),
        ("1204159", "1204169", Reason.MRZ_CHECK_DIGIT, MrzField.EXPIRY),
        ("L898902C36", "L898902C46", Reason.MRZ_CHECK_DIGIT, MrzField.DOCUMENT_NUMBER),
        ("L898902C36", "L8989O2C36", Reason.MRZ_CHECK_DIGIT, MrzField.DOCUMENT_NUMBER),
        ("ZE184226B", "ZE184226C", Reason.MRZ_CHECK_DIGIT, MrzField.OPTIONAL_DATA),
        ("<<10", "<<11", Reason.MRZ_CHECK_DIGIT, MrzField.COMPOSITE),
        ("7408122", "74K8122", Reason.MRZ_CHARACTERS, MrzField.BIRTH_DATE),
        ("1204159", "12X4159", Reason.MRZ_CHARACTERS, MrzField.EXPIRY),
        ("ERIKSSON", "ER1KSSON", Reason.MRZ_CHARACTERS, MrzField.NAME),
        ("P<UTO", "P<U70", Reason.MRZ_CHARACTERS, MrzField.ISSUER),
        ("P<UTO", "1<UTO", Reason.MRZ_CHARACTERS, MrzField.KIND),
        ("P<UTO", "<<UTO", Reason.MRZ_CHARACTERS, MrzField.KIND),
        ("22F12", "22K12", Reason.MRZ_CHARACTERS, MrzField.SEX),
        ("ERIKSSON<<ANNA<MARIA", "<" * 20, Reason.MRZ_CHARACTERS, MrzField.NAME),
        ("ANNA", "ANNÄ", Reason.MRZ_CHARACTERS, None),
        ("ANNA", "AN.A", Reason.MRZ_CHARACTERS, None),
        ("ANNA", "ANN", None, None),
        ("ZE184226B", "ZE184226", Reason.MRZ_LENGTH, None),
        ("ZE184226B", "ZE184226BB", Reason.MRZ_LENGTH, None),
        ("P<UTO", "P<UTO\n", None, None),
    ],
)
def test_what_is_wrong_is_named(old, new, reason, field):
    text = changed(PASSPORT, old, new)
    if reason is None:
        assert read(text).primary_identifier == "ERIKSSON"
    else:
        assert refused(text) == (reason, field)


def test_a_letter_missing_in_one_long_line_is_refused():
    assert refused(PASSPORT.replace("\n", "").replace("ANNA", "ANN")) == (Reason.MRZ_LENGTH, None)


def test_4_and_o_have_the_same_check_digit_and_are_not_exchanged():
    assert check("O") == check("4")
    text = write_mrz("td3", "DO<<ANNA", number="A4")
    assert refused(changed(text, "A4<", "A0<")) == (Reason.MRZ_CHECK_DIGIT, MrzField.DOCUMENT_NUMBER)


@pytest.mark.parametrize("text", ["", " \n", "HC1:NCF", "X" * 1001, "P<UTO", "A" * 60 + "\n" + "B" * 60])
def test_other_texts(text):
    assert refused(text)[0] in (Reason.MRZ_LENGTH, Reason.MRZ_CHARACTERS)


def test_a_very_long_text_is_refused_at_once():
    assert refused("<" * 1001) == (Reason.MRZ_LENGTH, None)
    assert refused("<" * 1000) == (Reason.MRZ_LENGTH, None)


def test_optional_data_may_have_no_check_digit_where_there_are_none():
    text = write_mrz("td3", "DO<<ANNA")
    assert text[-2] == "0"
    without = text[:-2] + "<" + text[-1]
    assert read(without).primary_identifier == "DO"


# Dates


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        (date(2024, 6, 1), date(2024, 6, 1)),
        (date(1924, 6, 2), date(1924, 6, 2)),
        (date(1924, 6, 1), date(2024, 6, 1)),
        (date(1999, 12, 31), date(1999, 12, 31)),
        (date(2000, 2, 29), date(2000, 2, 29)),
        (PartialDate(1950), PartialDate(1950)),
        (PartialDate(1950, 7), PartialDate(1950, 7)),
        (PartialDate(2024, 6), PartialDate(2024, 6)),
        (PartialDate(1924, 7), PartialDate(1924, 7)),
        (PartialDate(2024), PartialDate(2024)),
        (None, None),
    ],
)
def test_birth_dates(born, expected):
    assert read(write_mrz("td3", "DO<<ANNA", born=born)).birth_date == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("5007<<", PartialDate(1950, 7)),
        ("5007XX", PartialDate(1950, 7)),
        ("500700", PartialDate(1950, 7)),
        ("50XXXX", PartialDate(1950)),
        ("500000", PartialDate(1950)),
        ("50<<15", PartialDate(1950)),
        ("500015", PartialDate(1950)),
        ("50<<31", PartialDate(1950)),
        ("00<<<<", PartialDate(2000)),
        ("00<<15", PartialDate(2000)),
        ("XXXXXX", None),
        ("000000", None),
        ("<<0000", None),
        ("<<0229", None),
        ("<<<<31", None),
    ],
)
@pytest.mark.parametrize("x_counts_as", ["X", "<"])
def test_parts_that_are_not_known(written, expected, x_counts_as):
    lines = write_mrz("td1", "DO<<ANNA", born=None).split("\n")
    digit = check(written.replace("X", x_counts_as))
    middle = written + digit + lines[1][7:29]
    counted = written.replace("X", x_counts_as) + digit
    composite = check(lines[0][5:30] + counted + middle[8:15] + middle[18:29])
    document = read("\n".join((lines[0], middle + composite, lines[2])))
    assert document.birth_date == expected


@pytest.mark.parametrize(
    "written",
    [
        "901301",
        "900230",
        "9<0101",
        "900132",
        "90<<32",
        "900032",
        "901300",
        "<<0230",
        "<<1301",
        "<<<<32",
        "<<<<1<",
    ],
)
def test_birth_dates_that_cannot_be(written):
    text = write_mrz("mrv-b", "DO<<ANNA")
    start = text.index("900228")
    wrong = text[:start] + written + check(written) + text[start + 7 :]
    assert refused(wrong) == (Reason.MRZ_DATE, MrzField.BIRTH_DATE)


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (2024, date(2024, 1, 31)),
        (2073, date(2073, 1, 31)),
        (2074, date(1974, 1, 31)),
        (1974, date(1974, 1, 31)),
    ],
)
def test_an_expiry_is_within_fifty_years(year, expected):
    assert read(write_mrz("td3", "DO<<ANNA", expires=date(year, 1, 31))).expires == expected


def test_a_document_without_expiry():
    assert read(write_mrz("td3", "DO<<ANNA", expires=None)).expires is None


@pytest.mark.parametrize("written", ["300230", "3001<<", "30<<<<"])
def test_expiries_that_cannot_be(written):
    text = write_mrz("mrv-a", "DO<<ANNA")
    start = text.index("300131")
    wrong = text[:start] + written + check(written) + text[start + 7 :]
    assert refused(wrong) == (Reason.MRZ_DATE, MrzField.EXPIRY)


def test_the_29th_of_february_is_of_the_century_that_has_it():
    at = datetime(2001, 1, 1, tzinfo=UTC)
    assert read_mrz(write_mrz("td3", "DO<<ANNA", born=date(2000, 2, 29)), at=at).birth_date == date(
        2000, 2, 29
    )
    at = datetime(2000, 2, 28, tzinfo=UTC)
    assert refused(write_mrz("td3", "DO<<ANNA", born=date(2000, 2, 29)), at) == (
        Reason.MRZ_DATE,
        MrzField.BIRTH_DATE,
    )


def test_equal_moments_give_equal_birth_dates():
    text = write_mrz("td3", "DO<<ANNA", born=date(2024, 6, 2))
    late = datetime(2024, 6, 1, 20, tzinfo=UTC)
    zones = [timezone(timedelta(hours=hours)) for hours in (-10, 0, 7, 14)]
    assert {read(text, late.astimezone(zone)).birth_date for zone in zones} == {date(1924, 6, 2)}


def test_the_time_of_reading_has_a_zone():
    with pytest.raises(ValueError, match="time zone"):
        read_mrz(PASSPORT, at=datetime(2024, 6, 1))  # noqa: DTZ001


# Names


@pytest.mark.parametrize(
    ("form", "width"), [("td1", 30), ("td2", 31), ("td3", 39), ("mrv-a", 39), ("mrv-b", 31)]
)
def test_a_name_that_fills_its_field_may_be_cut(form, width):
    for letters, may_be_cut in ((width - 2, False), (width - 1, True), (width, True), (width + 5, True)):
        document = read(write_mrz(form, "DO<<" + "A" * (letters - 4)))
        assert document.name_may_be_cut is may_be_cut
        assert len(document.secondary_identifier) == min(letters, width) - 4


@pytest.mark.parametrize(
    ("field", "primary", "secondary"),
    [
        ("SUHARTO", "SUHARTO", ""),
        ("<<SUHARTO", "SUHARTO", ""),
        ("NGUYEN<<VAN<AN", "NGUYEN", "VAN<AN"),
        ("DE<LA<CRUZ<<ANA", "DE<LA<CRUZ", "ANA"),
        ("NGUYEN<<VAN<<AN", "NGUYEN", "VAN<AN"),
        ("NGUYEN<<<VAN<AN", "NGUYEN", "VAN<AN"),
        ("<NGUYEN<<VAN", "NGUYEN", "VAN"),
    ],
)
def test_names(field, primary, secondary):
    document = read(write_mrz("td3", field))
    assert (document.primary_identifier, document.secondary_identifier) == (primary, secondary)


def test_codes_of_germany_and_of_kinds_with_two_letters():
    document = read(write_mrz("td1", "MUSTERMANN<<ERIKA", kind="ID", issuer="D", nationality="D"))
    assert (document.kind, document.issuer, document.nationality) == ("ID", "D", "D")


@pytest.mark.parametrize(("letter", "sex"), [("M", Sex.MALE), ("F", Sex.FEMALE), ("<", None), ("X", None)])
def test_sexes(letter, sex):
    assert read(write_mrz("td3", "DO<<ANNA", sex=letter)).sex is sex


# Privacy


def test_nothing_shows_the_holder():
    document = read(write_mrz("td3", "CANARY<<CANARIA", born=date(1977, 7, 7)))
    assert repr(document) == "<TravelDocument>"
    assert str(document) == "<TravelDocument>"


@pytest.mark.parametrize("old", ["7408122", "1204159", "L898902C36", "ZE184226B", "<<10", "ERIKSSON"])
def test_no_error_shows_what_stands_there(old):
    text = changed(PASSPORT, old, "3" * len(old))
    with pytest.raises(MrzError) as raised:
        read(text)
    message = str(raised.value)
    assert isinstance(raised.value, DecodeError)
    assert "\n" not in message
    for value in ("ERIKSSON", "ANNA", "3333", "740812", "120415", "898902"):
        assert value not in message
