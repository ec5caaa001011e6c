"""Why records were refused, for the terminal: by rule, by province, and where most of it happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from vaxcert.cli.output import Output
from vaxcert.cli.table import table_lines
from vaxcert.presentation.texts import Texts, grouped
from vaxcert.rules.records.summary import CleaningSummary, Counts

MOST: Final = 10
"""Provinces and facilities that are shown, those with most refused records."""

_NUMBER_WIDTH: Final = 12
_NUMBERS: Final = (1, 2, 3)


def write_cleaning(
    summary: CleaningSummary, output: Output, texts: Texts, sentences: Mapping[str, str]
) -> None:
    """Write a summary: every code with its sentence and number of records, then the places with most refused ones.

    Args:
        summary: What was counted.
        output: Where to.
        texts: The words of the user's language.
        sentences: Code to sentence in that language; a code without one stands for itself.
    """
    total = summary.total
    numbers = {"refused": grouped(total.refused), "records": grouped(total.records)}
    output.paragraph(texts.get("cleaning", "title", **numbers))
    _write_codes(total.refusing, "✘", output, sentences)
    if total.noted:
        output.paragraph(texts.get("cleaning", "noted", noted=grouped(total.noted)))
        _write_codes(total.noting, "!", output, sentences)
    provinces = [(name or code, of) for code, name, of in summary.provinces]
    facilities = [(name or place.facility, of) for place, name, of in summary.facilities]
    for heading, places in (("province", provinces), ("facility", facilities)):
        _write_places(heading, places, output, texts)


def _write_codes(
    codes: Sequence[tuple[str, int]], mark: str, output: Output, sentences: Mapping[str, str]
) -> None:
    for code, number in codes:
        label = f"{grouped(number):>{_NUMBER_WIDTH - 3}} {mark}"
        output.labelled(label, f"{sentences.get(code, code)} [{code}]", label_width=_NUMBER_WIDTH)


def _write_places(heading: str, places: Sequence[tuple[str, Counts]], output: Output, texts: Texts) -> None:
    """The places with most refused records, each with its most frequent reason; nothing where there are none."""
    worst = sorted((place for place in places if place[1].refused), key=lambda place: -place[1].refused)
    if not worst:
        return
    headings = [texts.get("cleaning", f"heading-{key}") for key in (heading, "records", "refused", "share")]
    rows = [
        (
            name or texts.get("cleaning", f"no-{heading}"),
            grouped(of.records),
            grouped(of.refused),
            texts.share(of.refused, of.records),
            of.refusing[0][0],
        )
        for name, of in worst[:MOST]
    ]
    output.line()
    for line in table_lines((*headings, texts.get("cleaning", "heading-reason")), rows, right=_NUMBERS):
        output.line(f"  {line}")
    if len(worst) > MOST:
        output.line(f"  {texts.get('cleaning', 'others', number=len(worst) - MOST)}")
