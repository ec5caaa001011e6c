"""Makes the records of a synthetic nation, the extract of its population database, and the truth about both.

    python examples/national/generate.py --records 1000000 --out national

Nobody in it exists: names are put together from lists, numbers are counted. The same seed gives the same files.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import pyarrow as pa
import pyarrow.parquet as pq
from examples.national.plan import Plan
from examples.national.population import POPULATION, population
from examples.national.records import RECORDS, TRUTH, Chunk
from examples.national.run import SEED

CHUNK: Final = 100_000
"""Rows that are made at a time: what memory depends on, and nothing in the files."""

RECORDS_FILE: Final = "records.parquet"
POPULATION_FILE: Final = "population.parquet"
TRUTH_FILE: Final = "truth.parquet"
OTHER_FORMS: Final = ("csv", "jsonl", "xlsx")
_COMPRESSION: Final = "zstd"


@dataclass(frozen=True, slots=True)
class Nation:
    """What was made.

    Attributes:
        records: The platform's export.
        population: The population database's extract.
        truth: What is planted in the export.
        people: How many people the records are about.
    """

    records: Path
    population: Path
    truth: Path
    people: int


def generate(records: int, seed: int, folder: Path, *, faults: bool = True) -> Nation:
    """Make a nation, in constant memory.

    Args:
        records: Dose records in the export.
        seed: The same one gives the same nation.
        folder: Where the three files go; it is made.
        faults: Whether something is wrong with some of the records. Without, every record is accepted.

    Raises:
        ValueError: Fewer than `plan.FEWEST_RECORDS` records, with faults.
    """
    plan = Plan(records, seed, faults)
    folder.mkdir(parents=True, exist_ok=True)
    nation = Nation(folder / RECORDS_FILE, folder / POPULATION_FILE, folder / TRUTH_FILE, plan.people)
    with _writer(nation.records, RECORDS) as export, _writer(nation.truth, TRUTH) as truth:
        for first, last in _spans(records):
            chunk = Chunk(plan, first, last)
            export.write_batch(chunk.records())
            truth.write_batch(chunk.truth())
    with _writer(nation.population, POPULATION) as extract:
        for first, last in _spans(plan.everybody):
            extract.write_batch(population(plan, first, last))
    return nation


def _writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    return pq.ParquetWriter(path, schema, compression=_COMPRESSION, compression_level=1)


def _spans(total: int) -> Iterator[tuple[int, int]]:
    for first in range(0, total, CHUNK):
        yield first, min(first + CHUNK, total)


# Other forms of the export


def write_other_form(records: Path, form: str, rows: int) -> Path:
    """Write the first rows of an export in another form, beside it.

    Args:
        records: The export.
        form: One of `OTHER_FORMS`.
        rows: How many, at most.
    """
    path = records.with_suffix(f".{form}")
    _FORMS[form](path, islice(_rows(records), rows))
    return path


def _rows(records: Path) -> Iterator[dict[str, str]]:
    with pq.ParquetFile(records) as file:
        for batch in file.iter_batches():
            yield from batch.to_pylist()


def _write_csv(path: Path, rows: Iterator[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, RECORDS.names, lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def _write_json_lines(path: Path, rows: Iterator[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)


def _write_workbook(path: Path, rows: Iterator[dict[str, str]]) -> None:
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("TEST")
    sheet.append(RECORDS.names)
    for row in rows:
        sheet.append(list(row.values()))
    book.save(path)


_FORMS: Final[dict[str, Callable[[Path, Iterator[dict[str, str]]], None]]] = {
    "csv": _write_csv,
    "jsonl": _write_json_lines,
    "xlsx": _write_workbook,
}


def main(arguments: list[str]) -> int:
    """Make a nation. Returns the exit status."""
    parser = argparse.ArgumentParser(description="Make the records of a synthetic nation.")
    parser.add_argument("--records", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--seed", type=int, default=SEED, metavar="N")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--no-faults", action="store_true", help="everything is right and matches")
    parser.add_argument(
        "--also", choices=OTHER_FORMS, action="append", default=[], help="a small part in another form"
    )
    parser.add_argument("--part", type=int, default=10_000, metavar="N", help="records of that small part")
    options = parser.parse_args(arguments)
    try:
        nation = generate(options.records, options.seed, options.out, faults=not options.no_faults)
    except ValueError as error:
        parser.error(str(error))
    print(f"{options.records} records of {nation.people} people in {nation.records}")
    for form in options.also:
        print(write_other_form(nation.records, form, options.part))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
