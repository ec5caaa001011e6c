"""Compares what a run made of a nation's records with what was planted in them.

    python examples/national/score.py TRUTH RUN

Exit status 1 when a planted fault was not found, when one was found that is not there, or when a record is missing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from examples.national.draws import Indices
from examples.national.faults import ACCEPTED, REJECTED, UNMATCHED

OUTCOMES: Final = (ACCEPTED, REJECTED, UNMATCHED)
_FILES: Final = {REJECTED: "rejects.csv", UNMATCHED: "unmatched.csv"}
_PARTS: Final = "certificates/part-*.parquet"
_COLUMNS: Final = ("row", "codes")
_REPAIR: Final = "repair"


@dataclass(frozen=True, slots=True)
class CodeScore:
    """How well one code was said.

    Attributes:
        code: Which.
        planted: Records of which it shall be said.
        found: Records of which it was said.
        right: Those that are both.
    """

    code: str
    planted: int
    found: int
    right: int

    @property
    def precision(self) -> float:
        """Of what was found, the part that is there."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Of what is there, the part that was found."""
        return self.right / self.planted if self.planted else 1.0


@dataclass(frozen=True, slots=True)
class Score:
    """How well a run did.

    Attributes:
        records: Records of the input.
        outcomes: What became of them.
        codes: How well each code was said that was planted or found.
        misjudged: Records of which something else became than should.
        variants: For each unusual way of writing a name that shall match: records, and those that were accepted.
        lost: Records that are in no output, or in more than one.
        repairs: Of rejected records: repairs that could be proposed, that were, and that are right.
    """

    records: int
    outcomes: dict[str, int]
    codes: tuple[CodeScore, ...]
    misjudged: int
    variants: dict[str, tuple[int, int]]
    lost: int
    repairs: tuple[int, int, int]

    @property
    def perfect(self) -> bool:
        """Whether every record came out once, with the outcome and the codes that it should have.

        Not to propose a repair is no fault; to propose a wrong one is.
        """
        exact = all(one.planted == one.found == one.right for one in self.codes)
        _, proposed, right = self.repairs
        return exact and not self.misjudged and not self.lost and proposed == right

    @property
    def matched(self) -> float:
        """Of the records that passed cleaning, the part that the population database confirms."""
        passed = self.outcomes[ACCEPTED] + self.outcomes[UNMATCHED]
        return self.outcomes[ACCEPTED] / passed if passed else 1.0

    def lines(self) -> Iterator[str]:
        """A table of it, for people."""
        yield f"{'code':36}{'planted':>10}{'found':>10}{'precision':>11}{'recall':>9}"
        for one in self.codes:
            yield f"{one.code:36}{one.planted:>10}{one.found:>10}{one.precision:>11.4f}{one.recall:>9.4f}"
        yield ""
        yield f"{'names that differ and match':36}{'records':>10}{'accepted':>10}"
        for name, (records, accepted) in self.variants.items():
            yield f"{name:36}{records:>10}{accepted:>10}"
        yield ""
        possible, proposed, right = self.repairs
        yield f"repairs: {possible} possible, {proposed} proposed, {right} of them right"
        total = " + ".join(f"{self.outcomes[outcome]} {outcome}" for outcome in OUTCOMES)
        yield f"{total} = {sum(self.outcomes.values())} of {self.records} records; {self.lost} lost or doubled"
        yield f"of those that passed cleaning, {self.matched:.1%} match and {1 - self.matched:.1%} do not"
        yield (
            "as planted" if self.perfect else f"NOT AS PLANTED: {self.misjudged} records with another outcome"
        )


def read_run(folder: Path) -> pa.Table:
    """What a run made of each record: `row`, `codes`, `repair`, `outcome`, in no order.

    Args:
        folder: Where `vaxcert issue --bulk` has put everything.
    """
    tables = [
        _with_outcome(_without_repair(pq.read_table(part, columns=list(_COLUMNS))), ACCEPTED)
        for part in sorted(folder.glob(_PARTS))
    ]
    tables += [_with_outcome(_read_refused(folder / name), outcome) for outcome, name in _FILES.items()]
    return pa.concat_tables(tables)


def _read_refused(path: Path) -> pa.Table:
    table = pyarrow.csv.read_csv(
        path,
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            include_columns=[*_COLUMNS, _REPAIR],
            column_types={"row": pa.int64(), "codes": pa.string(), _REPAIR: pa.string()},
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
            null_values=[""],
        ),
    )
    return table.set_column(1, "codes", pc.split_pattern(table.column("codes"), " "))


def _without_repair(table: pa.Table) -> pa.Table:
    return table.append_column(_REPAIR, pa.nulls(len(table), pa.string()))


def _with_outcome(table: pa.Table, outcome: str) -> pa.Table:
    return table.append_column("outcome", pa.array([outcome]).take(pa.array(np.zeros(len(table), np.int64))))


def compare(truth: pa.Table, found: pa.Table) -> Score:
    """Compare what was made of the records with what should have been.

    Args:
        truth: The table that the generator wrote.
        found: What `read_run` gives.
    """
    records = len(truth)
    rows = found.column("row").to_numpy()
    times = np.bincount(rows, minlength=records + 1)[1:]
    expected, actual = (_outcomes(table, records) for table in (truth, found))
    variants = truth.column("variant").combine_chunks().dictionary_encode()
    return Score(
        records=records,
        outcomes={name: int(np.count_nonzero(actual == number)) for number, name in enumerate(OUTCOMES)},
        codes=tuple(_code_scores(_said(truth), _said(found))),
        misjudged=int(np.count_nonzero(expected != actual)),
        variants=dict(_variant_scores(variants, (expected == 0), (actual == 0))),
        lost=int(np.count_nonzero(times != 1)),
        repairs=_repairs(truth, found),
    )


def _repairs(truth: pa.Table, found: pa.Table) -> tuple[int, int, int]:
    proposed = found.filter(found.column(_REPAIR).is_valid())
    rows = pa.array(proposed.column("row").to_numpy() - 1)
    true = truth.column(_REPAIR).take(rows)
    right = pc.equal(true, proposed.column(_REPAIR)).fill_null(False)
    possible = len(truth) - truth.column(_REPAIR).null_count
    return possible, len(proposed), int(pc.sum(right).as_py() or 0)


def _outcomes(table: pa.Table, records: int) -> Indices:
    """By row, the number of the outcome; -1 where there is none."""
    outcomes = np.full(records, -1)
    numbers = pc.index_in(table.column("outcome"), pa.array(OUTCOMES)).to_numpy()
    outcomes[table.column("row").to_numpy() - 1] = numbers
    return outcomes


def _said(table: pa.Table) -> dict[str, Indices]:
    """Code to the rows of which it is said."""
    codes = table.column("codes")
    flat = pc.list_flatten(codes).combine_chunks().dictionary_encode()
    rows = table.column("row").to_numpy()[pc.list_parent_indices(codes).to_numpy()]
    numbers = flat.indices.to_numpy()
    return {code: np.unique(rows[numbers == n]) for n, code in enumerate(flat.dictionary.to_pylist())}


def _code_scores(planted: dict[str, Indices], found: dict[str, Indices]) -> Iterator[CodeScore]:
    none = np.zeros(0, np.int64)
    for code in sorted(planted.keys() | found.keys()):
        there, said = planted.get(code, none), found.get(code, none)
        right = len(np.intersect1d(there, said, assume_unique=True))
        yield CodeScore(code, len(there), len(said), right)


def _variant_scores(
    variants: pa.DictionaryArray, expected: Indices, accepted: Indices
) -> Iterator[tuple[str, tuple[int, int]]]:
    numbers = variants.indices.fill_null(-1).to_numpy()
    for number, name in enumerate(variants.dictionary.to_pylist()):
        of_it = expected & (numbers == number)
        yield name, (int(np.count_nonzero(of_it)), int(np.count_nonzero(of_it & accepted)))


def score(truth: Path, run: Path) -> Score:
    """Compare a run with the truth.

    Args:
        truth: The file that the generator wrote.
        run: Where `vaxcert issue --bulk` has put everything.
    """
    return compare(pq.read_table(truth), read_run(run))


def main(arguments: list[str]) -> int:
    """Print the score of a run. Returns the exit status."""
    if len(arguments) != 2:
        print("usage: score.py TRUTH RUN", file=sys.stderr)
        return 2
    result = score(*map(Path, arguments))
    print("\n".join(result.lines()))
    return 0 if result.perfect else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
