"""Checks are removed in processes of their own: here there may be threads, with which forking is not safe."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tools.explained_checks import EXPLAINED, TOGETHER
from tools.remove_checks import PAGE, ROOT, checks, listed, missed, page

NAMES = [check.name for check in checks()]
HANDFUL = {
    "vaxcert.codec.deflate.inflate: stream.unused_data": "zlib::",
    "vaxcert.codec.cose.Sign1.kid: type(kid) is bytes": "cose::",
    "vaxcert.crypto.keys.EcdsaP256Key.is_signature: except InvalidSignature": "cose::",
    "vaxcert.trust.binding.refusal: key.domain is not None and key.domain != domain": "trust::",
    "vaxcert.verify.Verifier._grant: _has_signed(other, message) (of several)": "trust::",
    "vaxcert.verify.Verifier._check_dates: claims.expires is None or at - claims.expires >= skew": "cwt::",
}
_RUN = """
import json, sys
from tools.remove_checks import checks, results_of
wanted = json.loads(sys.argv[1])
print(json.dumps(results_of(check for check in checks() if not wanted or check.name in wanted)))
"""


def results(*names: str) -> dict[str, list[str]]:
    """The vectors that fail without each of the checks; of all where none is named."""
    done = subprocess.run(  # noqa: S603 - this interpreter and the lines above
        [sys.executable, "-c", _RUN, json.dumps(names)], cwd=ROOT, check=True, capture_output=True, text=True
    )
    answers: dict[str, list[str]] = json.loads(done.stdout)
    return answers


def test_vectors_miss_a_handful_of_checks() -> None:
    found = results(*HANDFUL)
    assert found.keys() == HANDFUL.keys()
    for name, family in HANDFUL.items():
        assert any(vector.startswith(family) for vector in found[name]), name


def test_vectors_miss_nothing_where_only_words_differ() -> None:
    name = "vaxcert.codec.cbor._translated: isinstance(error, cbor2.CBORDecodeEOF)"
    assert results(name) == {name: []}


def test_no_check_is_named_twice() -> None:
    assert len(set(NAMES)) == len(NAMES) > 200


def test_page_lists_every_check_and_no_other() -> None:
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    assert listed(text) == set(NAMES), "run: make check-removal"


def test_what_is_explained_and_joined_is_there() -> None:
    assert set(EXPLAINED) <= set(NAMES)
    assert set(TOGETHER) <= set(NAMES)


def test_tests_that_explanations_name_are_there() -> None:
    for file, test in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", " ".join(EXPLAINED.values())):
        assert f"def {test}(" in Path(ROOT / file).read_text(encoding="utf-8")


def test_what_no_vector_misses_is_told() -> None:
    name = next(iter(EXPLAINED))
    explained = {known: [] for known in EXPLAINED}
    assert missed(explained) == []
    assert missed({**explained, "a: b": []}) == ["no vector: a: b"]
    assert missed({**explained, name: ["cose::one"]}) == [f"needless: {name}"]


@pytest.mark.slow
def test_vectors_miss_every_check_but_those_explained() -> None:
    found = results()
    assert missed(found) == []
    assert (ROOT / PAGE).read_text(encoding="utf-8") == page(checks(), found), "run: make check-removal"
