"""The extract of the population database: the people of the records, and those who were never vaccinated."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
from examples.national import texts
from examples.national.draws import Draws, Indices
from examples.national.people import draw_people, has, identity_numbers
from examples.national.plan import Plan
from examples.national.tables import SEXES
from examples.national.words import Form, write_names

POPULATION: Final = pa.schema(
    [(name, pa.string()) for name in ("identity_number", "full_name", "birth_date", "sex")]
)


def population(plan: Plan, first: int, last: int) -> pa.RecordBatch:
    """What the database holds of people.

    Whom it does not find is there under another number; of whom it does not confirm a fact it holds another one.

    Args:
        plan: The nation.
        first: Number of the first of them.
        last: Number past the last.
    """
    index = np.arange(first, last)
    draws = Draws(plan.seed)
    people = draw_people(plan, index)
    both = has(people.kind, "other name and birthday")
    names = people.names.others(index, draws, has(people.kind, "other name") | both)
    none = np.zeros(len(index), np.bool_)
    birth = people.birth_day.copy()
    moved = has(people.kind, "other birthday") | both
    birth[moved] = _another_day(birth[moved], draws.below(index[moved], "other birthday", 2))
    places = texts.iso(birth)
    no_day = people.year_only & draws.happens(index, "birth year only there too", 0.5)
    np.copyto(places, texts.year_only(people.birth_year), where=no_day)
    sex = np.where(has(people.kind, "other sex there"), 1 - people.sex, people.sex)
    return pa.record_batch(
        [
            identity_numbers(plan, people, elsewhere=has(people.kind, "not found")),
            write_names(names, np.full(len(index), Form.PLAIN), given_first=none, with_digit=none),
            texts.write_days(places),
            pa.array(SEXES).take(pa.array(sex)),
        ],
        schema=POPULATION,
    )


def _another_day(days: Indices, swapped: Indices) -> Indices:
    """Another day of the same year: day and month the other way round where that is one, else one month on or back."""
    moments = days + np.datetime64("1900-01-01")
    months = moments.astype("datetime64[M]")
    day, month = (moments - months).astype(int) + 1, months.astype(int) % 12 + 1
    can_swap = (swapped == 1) & (day <= 12) & (day != month)
    year = months.astype("datetime64[Y]").astype("datetime64[M]")
    next_month = np.where(month == 12, 11, month + 1)
    new_month, new_day = np.where(can_swap, day, next_month), np.where(can_swap, month, day)
    moved = (year + (new_month - 1)).astype("datetime64[D]") + (new_day - 1)
    return (moved - np.datetime64("1900-01-01")).astype(np.int64)
