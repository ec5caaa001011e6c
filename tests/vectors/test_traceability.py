from __future__ import annotations

from pathlib import Path

import pytest
from tools.traceability import (
    PAGE,
    ROOT,
    Specification,
    faults,
    page,
    specifications,
    vectors_by_requirement,
)

GOOD_CODE = ("vaxcert.codec.container:read",)
GOOD_TEST = ("tests/vectors/test_traceability.py::test_names_no_fault_where_all_is_there",)


def specification(
    *requirements: str, code: tuple[str, ...] = GOOD_CODE, tests: tuple[str, ...] = GOOD_TEST
) -> Specification:
    return Specification(
        "made-up",
        "Made up",
        requirements,
        dict.fromkeys(requirements, code),
        dict.fromkeys(requirements, tests),
    )


@pytest.mark.parametrize("spec", specifications(), ids=lambda spec: spec.name)
def test_every_requirement_has_code_vectors_and_tests(spec: Specification) -> None:
    vectors = vectors_by_requirement()
    assert faults([spec], {name: vectors[name] for name in spec.requirements if name in vectors}) == []


def test_no_identifier_is_there_twice_and_no_vector_names_an_unknown_one() -> None:
    lines = faults(specifications(), vectors_by_requirement())
    assert [line for line in lines if " times" in line or "no specification has" in line] == []


def test_page_is_the_one_that_is_written() -> None:
    made = page(specifications(), vectors_by_requirement())
    assert (ROOT / PAGE).read_text(encoding="utf-8") == made, "run: make traceability"


def test_names_no_fault_where_all_is_there() -> None:
    assert faults([specification("XX-1")], {"XX-1": ["family::name"]}) == []


@pytest.mark.parametrize(
    ("spec", "vectors", "line"),
    [
        (specification("XX-1", code=()), {"XX-1": ["f::n"]}, "XX-1 has no code"),
        (specification("XX-1", tests=()), {"XX-1": ["f::n"]}, "XX-1 has no test"),
        (specification("XX-1"), {}, "XX-1 has no vector"),
        (specification("XX-1", "XX-1"), {"XX-1": ["f::n"]}, "XX-1 is there 2 times"),
        (specification("XX-1"), {"XX-1": ["f::n"], "XX-2": ["f::n"]}, "name XX-2"),
        (specification("XX-1", code=("vaxcert.codec:no",)), {"XX-1": ["f::n"]}, "code that is not there"),
        (specification("XX-1", code=("vaxcert.none:no",)), {"XX-1": ["f::n"]}, "code that is not there"),
        (specification("XX-1", tests=("tests/none.py::no",)), {"XX-1": ["f::n"]}, "test that is not there"),
        (
            specification("XX-1", tests=("tests/vectors/test_traceability.py::no",)),
            {"XX-1": ["f::n"]},
            "test that is not there",
        ),
        (
            Specification("made-up", "", (), {"XX-9": GOOD_CODE}, {}),
            {},
            "XX-9, which the specification does not have",
        ),
    ],
)
def test_names_each_fault(spec: Specification, vectors: dict[str, list[str]], line: str) -> None:
    (found,) = faults([spec], vectors)
    assert line in found


def test_reads_requirements_of_a_specification(tmp_path: Path) -> None:
    (tmp_path / "specs" / "traceability").mkdir(parents=True)
    (tmp_path / "specs" / "one.md").write_text("# One\n\n- **XX-1** this\n- **XX-2** and **XX-3** that\n")
    (tmp_path / "specs" / "none.md").write_text("# None\n")
    (tmp_path / "specs" / "traceability" / "one.toml").write_text(
        '[XX-1]\ncode = ["a:b"]\ntests = ["c::d"]\n'
    )
    assert specifications(tmp_path) == [
        Specification("one", "One", ("XX-1", "XX-2"), {"XX-1": ("a:b",)}, {"XX-1": ("c::d",)})
    ]


def test_tells_requirements_of_writers_from_others(tmp_path: Path) -> None:
    (tmp_path / "specs" / "traceability").mkdir(parents=True)
    (tmp_path / "specs" / "one.md").write_text("# One\n\n- **XX-1** write this\n- **XX-2** read that\n")
    (tmp_path / "specs" / "traceability" / "one.toml").write_text('[XX-1]\nabout = "writers"\n[XX-2]\n')
    (spec,) = specifications(tmp_path)
    assert spec.writers == {"XX-1"}
    made = page([spec], {"XX-1": ["f::n"], "XX-2": ["f::n"]})
    assert "| XX-1 |  | *(writers)* `f::n` |" in made
    assert "| XX-2 |  | `f::n` |" in made


def test_shows_some_of_many_vectors_and_how_many_more() -> None:
    made = page([specification("XX-1")], {"XX-1": [f"family::v{number}" for number in range(9)]})
    assert "`family::v5`<br>and 3 more |" in made
    assert "family::v6" not in made
