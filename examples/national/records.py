"""The rows of the platform's export, and the truth about each of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from examples.national import texts
from examples.national.draws import Draws, Flags, Indices
from examples.national.faults import ACCEPTED, ANSWERS, DUPLICATE, FAULTS, REJECTED, UNMATCHED
from examples.national.people import PASSPORT, People, draw_people, has, identity_numbers
from examples.national.plan import CLEAN, Plan, Rows
from examples.national.tables import (
    BOOSTER_AFTER,
    FIRST_DOSES_WITHIN,
    FOREIGN_NAMES,
    LOTS,
    NATIONALITY,
    PFIZER,
    PROVINCES,
    SEXES,
    STATIONS,
    VACCINES,
)
from examples.national.words import Form, write_names
from numpy.typing import NDArray

Columns = dict[str, pa.Array]

HEADINGS: Final = (
    "HoVaTen",
    "NgaySinh",
    "GioiTinh",
    "CMTCCCD",
    "QuocTich",
    "LanTiem",
    "SoMuiTiem",
    "NgayTiemChung",
    "LoaiThuocTiem",
    "NoiSanXuat",
    "SoLoThuoc",
    "CoSoYTeMa",
    "CoSoYTeTen",
    "TinhMa",
    "TinhTen",
)
"""The columns of the national platform's layout."""

RECORDS: Final = pa.schema([(heading, pa.string()) for heading in HEADINGS])
TRUTH: Final = pa.schema(
    [
        ("row", pa.int64()),
        ("codes", pa.list_(pa.string())),
        ("outcome", pa.string()),
        ("variant", pa.string()),
        ("repair", pa.string()),
    ]
)
"""Row, from 1; the codes that shall be said of it; what shall become of it; how its name is written, if unusually; how
it would be repaired, where that can be told."""

VARIANTS: Final = {
    Form.CAPITALS: "capitals",
    Form.WITHOUT_MARKS: "marks lost",
    Form.DECOMPOSED: "decomposed",
    Form.INITIAL: "abbreviated",
}
GIVEN_FIRST: Final = "given name first"
_VARIANT_SHARES: Final = {
    Form.CAPITALS: 0.03,
    Form.WITHOUT_MARKS: 0.03,
    Form.DECOMPOSED: 0.02,
    Form.INITIAL: 0.01,
}
_SHARE_GIVEN_FIRST: Final = 0.01


class Chunk:
    """Some rows of the export, as columns.

    Args:
        plan: The nation.
        first: Position of the first row in the file, from 0.
        last: Position past the last row.
    """

    def __init__(self, plan: Plan, first: int, last: int) -> None:
        self._plan = plan
        self._first = first
        self._draws = Draws(plan.seed)
        self._rows: Rows = plan.rows(first, last)
        self._people: People = draw_people(plan, self._rows.person)
        self._spoilt = plan.spoilt_dose(self._rows.person, self._rows.doses)
        self._dose = self._rows.person * 8 + self._rows.dose
        """What a dose draws by; both rows of a dose told twice draw the same."""

    def records(self) -> pa.RecordBatch:
        """What the platform exports."""
        columns = self._person() | self._vaccine() | self._numbers() | self._facility()
        columns["NgayTiemChung"] = self._day()
        return pa.record_batch([columns[heading] for heading in HEADINGS], schema=RECORDS)

    def truth(self) -> pa.RecordBatch:
        """What is planted in it."""
        codes, refused = self._codes()
        unmatched = ~refused & (self._rows.kind >= CLEAN - len(ANSWERS)) & (self._rows.kind != CLEAN)
        outcome = np.where(refused, 1, np.where(unmatched, 2, 0))
        rows = np.arange(self._first + 1, self._first + 1 + len(outcome))
        outcomes = _table((ACCEPTED, REJECTED, UNMATCHED), outcome)
        columns = [pa.array(rows), codes, outcomes, self._variants(), self._repairs()]
        return pa.record_batch(columns, schema=TRUTH)

    def _here(self, name: str) -> Flags:
        """The rows that have a fault of `FAULTS`."""
        fault = FAULTS[name]
        everywhere = has(self._rows.kind, name)
        if fault.whole_person:
            return everywhere
        return everywhere & (self._rows.dose == (self._rows.doses if fault.last else self._spoilt))

    def _any(self, *names: str) -> Flags:
        return np.logical_or.reduce([self._here(name) for name in names])

    # Person

    def _person(self) -> Columns:
        people = self._people
        return {
            "HoVaTen": self._name(),
            "NgaySinh": self._birth(),
            "GioiTinh": self._sex(),
            "CMTCCCD": self._identity_number(),
            "QuocTich": _table(_NATIONALITIES, np.where(people.card == PASSPORT, people.foreign, -1)),
        }

    def _name(self) -> pa.Array:
        forms, given_first = self._name_forms()
        for name, form in _SPOILT_FORMS.items():
            forms[self._here(name)] = form
        written = write_names(
            self._people.names, forms, given_first=given_first, with_digit=self._here("digit in name")
        )
        return _emptied(written, self._here("no name"))

    def _name_forms(self) -> tuple[Indices, Flags]:
        """How names are written that are not wrong: only those of people without faults vary."""
        weights = [*_VARIANT_SHARES.values(), _SHARE_GIVEN_FIRST]
        chosen = self._draws.chosen(self._dose, "name form", [*weights, 1 - sum(weights)])
        chosen[self._rows.kind != CLEAN] = len(weights)
        given_first = (chosen == len(_VARIANT_SHARES)) & (self._people.card != PASSPORT)
        return np.array([*_VARIANT_SHARES, Form.PLAIN, Form.PLAIN])[chosen], given_first

    def _variants(self) -> pa.Array:
        forms, given_first = self._name_forms()
        names = [VARIANTS.get(Form(form)) for form in range(len(Form))]
        return _table((*names, GIVEN_FIRST), np.where(given_first, len(Form), forms))

    def _birth(self) -> pa.Array:
        people = self._people
        years = people.birth_year
        moved = np.where(self._here("other birth year"), 1, 0)
        moved[self._here("other century")] = -100
        moved[self._here("not yet born")] = 120
        places = _years_later(people.birth_day, moved)
        _put(places, people.year_only, texts.year_only(years))
        _put(places, self._here("no such birthday"), texts.no_day(years, people.index, self._draws))
        _put(places, self._here("born too long ago"), texts.some_day(years % 50 + 1850))
        return _emptied(texts.write_days(places), self._here("no birth date"))

    def _sex(self) -> pa.Array:
        sex = np.where(self._here("other sex"), 1 - self._people.sex, self._people.sex)
        sex[self._here("sex as a number")] = len(SEXES)
        return _emptied(_table((*SEXES, "1"), sex), self._here("no sex"))

    def _identity_number(self) -> pa.Array:
        nowhere = np.zeros(len(self._rows.person), np.bool_)
        numbers = identity_numbers(self._plan, self._people, elsewhere=nowhere)
        with_letter = pc.binary_join_element_wise("O", pc.utf8_slice_codeunits(numbers, 1), "")
        too_long = pc.binary_join_element_wise(numbers, "7", "")
        numbers = _replaced(numbers, self._here("letter in number"), with_letter)
        numbers = _replaced(numbers, self._here("number too long"), too_long)
        numbers = _replaced(numbers, self._here("zeros lost"), pc.utf8_ltrim(numbers, characters="0"))
        return _emptied(numbers, self._here("no number"))

    # Vaccine and dose

    def _vaccine(self) -> Columns:
        given = self._given()
        spelling = self._draws.below(self._dose, "spelling", _NUMBER_OF_SPELLINGS[given])
        place = _SPELLING_STARTS[given] + spelling
        unknown = self._draws.below(self._dose, "unknown vaccine", len(_UNKNOWN_VACCINES))
        _put(place, self._here("unknown vaccine"), len(_SPELLINGS) + unknown)
        place[self._here("deprecated vaccine")] = len(_SPELLINGS) + len(_UNKNOWN_VACCINES)
        lot = _table(_LOTS, self._draws.below(self._dose, "lot", LOTS))
        return {
            "LoaiThuocTiem": _emptied(_table(_ALL_SPELLINGS, place), self._here("no vaccine")),
            "NoiSanXuat": self._maker(given),
            "SoLoThuoc": _emptied(lot, self._here("no lot")),
        }

    def _given(self) -> Indices:
        """Boosters are of the first vaccine or of Pfizer's, but for those given before that was licensed."""
        own = self._people.vaccine
        booster = (self._rows.dose > _PRIMARY_DOSES[own]) & ~has(self._rows.kind, "interval")
        return np.where(booster & self._draws.happens(self._dose, "other booster", 0.5), PFIZER, own)

    def _maker(self, given: Indices) -> pa.Array:
        """The manufacturer, which the platform does not always know."""
        wrong = self._here("other maker")
        made = np.where(wrong, _OTHER_MAKER[given], given)
        name = self._draws.below(self._dose, "maker", _NUMBER_OF_MAKERS[made])
        unknown = self._draws.happens(self._dose, "maker unknown", 0.1) & ~wrong
        unknown |= self._any("no vaccine", "unknown vaccine", "deprecated vaccine")
        return _emptied(_table(_MAKERS, _MAKER_STARTS[made] + name), unknown)

    def _numbers(self) -> Columns:
        number = self._rows.dose.copy()
        series = np.maximum(number, _PRIMARY_DOSES[self._people.vaccine])
        _put(series, self._here("dose number past series"), number - 1)
        swapped = self._here("numbers swapped")
        _put(number, swapped, 3 - number)
        _put(series, swapped, np.maximum(series, number))
        _put(number, self._here("number used again"), np.ones(len(number), np.int64))
        _put(number, self._here("number fallen back"), number - 2)
        for name, wrong in _WRONG_NUMBERS.items():
            number[self._here(name)] = wrong
        series[self._here("dose number past schedule")] = _WRONG_NUMBERS["dose number past schedule"]
        series[self._here("series of 0")] = 0
        return {
            "LanTiem": _emptied(_table(_SMALL_NUMBERS, number), self._here("no dose number")),
            "SoMuiTiem": _emptied(_table(_SMALL_NUMBERS, series), self._here("no series")),
        }

    def _day(self) -> pa.Array:
        day = self._true_day()
        draws, dose = self._draws, self._dose
        _put(day, self._here("day to come"), _years_later(day, np.full(len(day), 100)))
        _put(day, self._here("before campaign"), _in_days(-draws.between(dose, "before campaign", 1, 400)))
        _put(day, self._here("before licensing"), _in_days(draws.between(dose, "before licensing", 0, 60)))
        places = day.copy()
        _put(places, draws.happens(dose, "other form of the day", 0.03), texts.iso(day))
        _put(places, self._here("no such day"), texts.no_day(texts.year_of(day), dose, draws))
        return _emptied(texts.write_days(places), self._here("no day"))

    def _true_day(self) -> Indices:
        person, vaccine, doses = self._rows.person, self._people.vaccine, self._rows.doses
        day = _SINCE[vaccine] + self._draws.below(person, "first day", FIRST_DOSES_WITHIN)
        hasty = has(self._rows.kind, "interval")
        for number in range(2, 5):
            primary = number <= _PRIMARY_DOSES[vaccine]
            shortest, longest = (
                np.where(primary, days[vaccine], booster)
                for days, booster in zip(_INTERVALS, BOOSTER_AFTER, strict=True)
            )
            wait = shortest + self._draws.below(person, f"wait for {number}", longest - shortest + 1)
            _put(wait, hasty & (number == doses), self._draws.between(person, "hasty", 2, 8))
            day += np.where(number <= self._rows.dose, wait, 0)
        return day

    # Facility

    def _facility(self) -> Columns:
        home, draws, dose = self._people.home, self._draws, self._dose
        weights = [people for _, people in PROVINCES.values()]
        away = draws.happens(dose, "away from home", 0.07)
        province = np.where(away, draws.chosen(dose, "province", weights), home)
        station = _FIRST_STATIONS[province] + draws.below(dose, "station", _STATIONS[province])
        elsewhere = self._rows.added & has(self._rows.kind, "twice in two places")
        other = 1 + draws.below(dose, "other station", len(_ALL_STATIONS) - 1)
        _put(station, elsewhere, (station + other) % len(_ALL_STATIONS))
        return {name: _table(table, station) for name, table in _FACILITY_TABLES.items()}

    # Truth

    def _repairs(self) -> pa.Array:
        nobody = np.zeros(len(self._rows.person), np.bool_)
        forms = np.full(len(nobody), Form.PLAIN)
        names = write_names(self._people.names, forms, given_first=nobody, with_digit=nobody)
        numbers = identity_numbers(self._plan, self._people, elsewhere=nobody)
        repairs = pa.nulls(len(nobody), pa.string())
        for field, true, repairable in (
            ("full_name=", names, self._any("wrong encoding", "old code page")),
            ("identity_number=", numbers, self._here("zeros lost")),
        ):
            repairs = _replaced(repairs, repairable, pc.binary_join_element_wise(field, true, ""))
        return repairs

    def _codes(self) -> tuple[pa.Array, Flags]:
        """The codes of each row, and whether one of them refuses it."""
        planted = list(self._planted())
        refused = np.logical_or.reduce([here for _, here, refuses in planted if refuses])
        found = np.concatenate([np.flatnonzero(here) for _, here, _ in planted])
        names = np.repeat(np.arange(len(planted)), [np.count_nonzero(here) for _, here, _ in planted])
        in_order = np.argsort(found, kind="stable")
        codes = pa.array([code for code, _, _ in planted]).take(pa.array(names[in_order]))
        counts = np.bincount(found, minlength=len(refused))
        offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
        return pa.ListArray.from_arrays(pa.array(offsets), codes), refused

    def _planted(self) -> Iterator[tuple[str, Flags, bool]]:
        for name, fault in FAULTS.items():
            if fault.code:
                yield fault.code, self._here(name), fault.refused
        yield DUPLICATE, self._rows.repeats, True
        for name, answer in ANSWERS.items():
            for code in answer.codes:
                yield code, has(self._rows.kind, name), False


_SPOILT_FORMS: Final = {
    "wrong encoding": Form.WRONG_ENCODING,
    "old code page": Form.OLD_CODE_PAGE,
    "question marks": Form.QUESTION_MARKS,
    "replacement characters": Form.REPLACED,
}
_WRONG_NUMBERS: Final = {"dose number 0": 0, "dose number past 9": 12, "dose number past schedule": 8}
_SMALL_NUMBERS: Final = tuple(map(str, range(16)))
_NATIONALITIES: Final = (*(nationality for _, _, nationality in FOREIGN_NAMES), NATIONALITY)
_LOTS: Final = tuple(f"TEST-{number:03}" for number in range(LOTS))
_UNKNOWN_VACCINES: Final = ("Nanocovax", "ARCT-154", "Vắc xin COVID-19", "Chưa rõ")
_DEPRECATED_VACCINE: Final = "Inactivated-SARS-CoV-2-Vero-Cell"

_SPELLINGS: Final = [spelling for vaccine in VACCINES for spelling in vaccine.spellings]
_ALL_SPELLINGS: Final = (*_SPELLINGS, *_UNKNOWN_VACCINES, _DEPRECATED_VACCINE)
_NUMBER_OF_SPELLINGS: Final = np.array([len(vaccine.spellings) for vaccine in VACCINES])
_SPELLING_STARTS: Final = np.cumsum(_NUMBER_OF_SPELLINGS) - _NUMBER_OF_SPELLINGS
_MAKERS: Final = tuple(maker for vaccine in VACCINES for maker in vaccine.makers)
_NUMBER_OF_MAKERS: Final = np.array([len(vaccine.makers) for vaccine in VACCINES])
_MAKER_STARTS: Final = np.cumsum(_NUMBER_OF_MAKERS) - _NUMBER_OF_MAKERS
_PRIMARY_DOSES: Final = np.array([vaccine.primary_doses for vaccine in VACCINES])
_INTERVALS: Final = np.array([vaccine.interval for vaccine in VACCINES]).T
_OTHER_MAKER: Final = np.where(np.arange(len(VACCINES)) == 0, PFIZER, 0)
"""AstraZeneca for all others, which shares no plant with any; Pfizer for AstraZeneca."""

_EPOCH: Final = np.datetime64("1900-01-01")


def _day_number(day: date) -> int:
    return int((np.datetime64(day) - _EPOCH).astype(int))


_SINCE: Final = np.array([_day_number(vaccine.since) for vaccine in VACCINES])
_CAMPAIGN_STARTED: Final = int(_SINCE.min())

_STATIONS: Final = np.array(STATIONS)
_FIRST_STATIONS: Final = np.cumsum(_STATIONS) - _STATIONS
_ALL_STATIONS: Final = [
    (code, name, number)
    for (code, (name, _)), stations in zip(PROVINCES.items(), STATIONS, strict=True)
    for number in range(1, stations + 1)
]
_FACILITY_TABLES: Final = {
    "CoSoYTeMa": [f"{code}{number:03}" for code, _, number in _ALL_STATIONS],
    "CoSoYTeTen": [f"Trạm Y tế mẫu số {number}, {name}" for _, name, number in _ALL_STATIONS],
    "TinhMa": [code for code, _, _ in _ALL_STATIONS],
    "TinhTen": [name for _, name, _ in _ALL_STATIONS],
}


def _in_days(after: Indices) -> Indices:
    """Days counted from the first of the campaign."""
    return _CAMPAIGN_STARTED + after


def _years_later(days: Indices, years: Indices) -> Indices:
    """The same days of other years; none is a 29 February in a year without one."""
    moments = days + _EPOCH
    months = moments.astype("datetime64[M]")
    moved = (months + 12 * years).astype("datetime64[D]") + (moments - months)
    return (moved - _EPOCH).astype(np.int64)


def _table(texts_of: Sequence[str | None], places: Indices) -> pa.Array:
    """The texts at these places of a table; -1 is its last."""
    table = pa.array(texts_of, pa.string())
    return table.take(pa.array(np.where(places < 0, len(table) + places, places)))


def _put(values: NDArray[np.int64], here: Flags, others: NDArray[np.int64]) -> None:
    np.copyto(values, others, where=here)


def _replaced(values: pa.Array, here: Flags, others: pa.Array) -> pa.Array:
    return pc.if_else(pa.array(here), others, values) if here.any() else values


def _emptied(values: pa.Array, here: Flags) -> pa.Array:
    return pc.if_else(pa.array(here), "", values) if here.any() else values
