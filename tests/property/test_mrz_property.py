"""Any text is a travel document or one of our errors; what is written is read; one wrong digit is never overlooked."""

from __future__ import annotations

import string
from datetime import UTC, date, datetime

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.support.mrz import NAME_WIDTHS, write_mrz

from vaxcert.errors import MrzError, Reason
from vaxcert.model.certificate import PartialDate
from vaxcert.model.dose_record import Sex
from vaxcert.model.mrz import TravelDocument, read_mrz

AT = datetime(2024, 6, 1, tzinfo=UTC)
FIRST, LAST = date(1924, 6, 2), date(2024, 6, 1)

ours = settings(derandomize=True, deadline=None, database=None)

FORMS = st.sampled_from(sorted(NAME_WIDTHS))
WORDS = st.text(string.ascii_uppercase, min_size=1, max_size=12)
NAMES = st.lists(WORDS, min_size=1, max_size=3).map("<".join)
WHOLE_DATES = st.dates(FIRST, LAST)
BIRTH_DATES = st.one_of(
    WHOLE_DATES,
    st.builds(PartialDate, st.integers(1925, 2024)),
    st.builds(PartialDate, st.integers(1925, 2023), st.integers(1, 12)),
    st.none(),
)
NUMBERS = st.text(string.ascii_uppercase + string.digits, max_size=9)
LONG_NUMBERS = st.text(string.ascii_uppercase + string.digits, min_size=10, max_size=14)
OPTIONAL = st.text(string.ascii_uppercase + string.digits, max_size=7)
LINES = st.text(string.ascii_uppercase + string.digits + "<", min_size=30, max_size=44)


@ours
@given(st.one_of(st.text(), st.text(string.ascii_uppercase + string.digits + "< \r\n", max_size=120)))
def test_any_text_gives_a_document_or_our_error(text):
    try:
        found = read_mrz(text, at=AT)
    except MrzError as error:
        found = error.reason
    assert isinstance(found, TravelDocument) or found.startswith("mrz-")


@ours
@given(st.sampled_from([(30, 3), (36, 2), (44, 2)]), st.data())
def test_any_lines_of_a_format_give_a_document_or_our_error(shape, data):
    width, count = shape
    alphabet = st.sampled_from(string.ascii_uppercase + string.digits + "<" * 10)
    lines = data.draw(
        st.lists(st.text(alphabet, min_size=width, max_size=width), min_size=count, max_size=count)
    )
    with pytest.raises(MrzError):
        read_mrz("\n".join(lines), at=AT)


@st.composite
def documents(draw):
    """A format and what a document of it says."""
    form = draw(FORMS)
    return form, {
        "name": draw(NAMES) + "<<" + draw(NAMES),
        "born": draw(BIRTH_DATES),
        "expires": draw(st.one_of(st.dates(date(1975, 1, 1), date(2073, 12, 31)), st.none())),
        "number": draw(st.one_of(NUMBERS, LONG_NUMBERS) if form == "td1" else NUMBERS),
        "optional": draw(OPTIONAL),
        "sex": draw(st.sampled_from("MF<")),
        "issuer": draw(st.sampled_from(["UTO", "D", "VNM"])),
        "nationality": draw(st.sampled_from(["UTO", "D", "XXB"])),
    }


@ours
@given(documents())
def test_what_is_written_is_read(drawn):
    form, said = drawn
    document = read_mrz(write_mrz(form, **said), at=AT)
    width = NAME_WIDTHS[form]
    seen = said["name"][:width].rstrip("<")
    assert document.format == form
    assert "<<".join(filter(None, (document.primary_identifier, document.secondary_identifier))) == seen
    assert document.name_may_be_cut is (len(seen) >= width - 1)
    assert document.birth_date == said["born"]
    assert document.expires == said["expires"]
    assert document.sex is {"M": Sex.MALE, "F": Sex.FEMALE, "<": None}[said["sex"]]
    assert (document.issuer, document.nationality) == (said["issuer"], said["nationality"])
    assert document.repaired == ()


def spans(form):
    """The characters under a check digit, and the check digits."""
    if form == "td1":
        return [*range(5, 30), *range(30, 37), *range(38, 45), *range(48, 60)]
    line = 36 if form in ("td2", "mrv-b") else 44
    composite = [*range(line + 21 + 7, 2 * line)] if form in ("td2", "td3") else []
    return [*range(line, line + 10), *range(line + 13, line + 20), *range(line + 21, line + 28), *composite]


@ours
@given(documents(), st.data())
def test_one_wrong_digit_is_never_overlooked(drawn, data):
    form, said = drawn
    characters = write_mrz(form, **said).replace("\n", "")
    places = [place for place in spans(form) if characters[place].isdigit()]
    assume(places)
    place = data.draw(st.sampled_from(places))
    other = data.draw(st.sampled_from([digit for digit in string.digits if digit != characters[place]]))
    wrong = characters[:place] + other + characters[place + 1 :]
    with pytest.raises(MrzError) as raised:
        read_mrz(wrong, at=AT)
    assert raised.value.reason is Reason.MRZ_CHECK_DIGIT


@ours
@given(documents(), st.data())
def test_letters_that_look_like_digits_do_not_change_what_is_read(drawn, data):
    form, said = drawn
    assume(isinstance(said["born"], date))
    text = write_mrz(form, **said)
    born = f"{said['born']:%y%m%d}"
    assume(text.count(born) == 1)
    seen = "".join(data.draw(st.sampled_from(LOOK_ALIKES.get(digit, digit) + digit)) for digit in born)
    assert read_mrz(text.replace(born, seen), at=AT).birth_date == said["born"]


LOOK_ALIKES = {"0": "OQD", "1": "IL", "2": "Z", "5": "S", "6": "G", "8": "B"}
