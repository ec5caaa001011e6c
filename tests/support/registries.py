"""Made-up people, as a registry is asked about them and as it knows them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from tests.support.http_faults import Answer, good
from vaxcert.adapters.registry import COLUMNS

Line = tuple[str | None, str | None, str | None, str | None]
"""Identity number, full name, birth date, sex."""

GIANG: Line = ("079181000065", "Phan Thanh Giang", "1981-07-01", "female")
AN: Line = ("001090000012", "Nguyễn Văn An", "1990-02-28", "male")
LAN: Line = ("048300000031", "Trần Thị Lân", "2000-12-31", "female")


def people(*lines: Line, names: Sequence[str] = COLUMNS) -> pa.RecordBatch:
    """A question about these people, or the entries of an extract."""
    columns = zip(*lines, strict=True) if lines else [()] * len(names)
    return pa.RecordBatch.from_arrays([pa.array(one, pa.string()) for one in columns], names=list(names))


def write_parquet(path: Path, lines: Iterable[Line], **options: Any) -> Path:
    pq.write_table(pa.Table.from_batches([people(*lines)]), path, **options)
    return path


def write_csv(path: Path, lines: Iterable[Line]) -> Path:
    pyarrow.csv.write_csv(pa.Table.from_batches([people(*lines)]), path)
    return path


def codes(answers: pa.ListArray) -> list[list[str]]:
    """The codes of each person, their common beginning left out."""
    assert answers.type == pa.list_(pa.string())
    return [[code.removeprefix("registry-") for code in one] for one in answers.to_pylist()]


# --- a registry behind HTTP that answers as it is told, see `tests.support.http_faults`


def said(*statuses: str | dict[str, Any], change: Callable[[dict[str, Any]], Any] | None = None) -> Answer:
    """What is said of each person, or a mismatch with its fields; one status stands for all people.

    Args:
        statuses: In the order of the people.
        change: Turns the answer into another one.
    """

    def answer(handler: Any) -> None:
        request = json.loads(handler.body)
        people = request["people"]
        each = statuses if len(statuses) > 1 else statuses * len(people)
        answers = [
            {"ref": person["ref"]} | (status if isinstance(status, dict) else {"status": status})
            for person, status in zip(people, each, strict=False)
        ]
        message = {"version": 1, "request": request["request"], "answers": answers}
        good(json.dumps(change(message) if change else message).encode())(handler)

    return answer
