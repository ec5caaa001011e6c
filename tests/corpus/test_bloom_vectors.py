"""The published vectors of the EU Bloom filter. Their `k` is always 1 and is not what the filters were made with."""

from __future__ import annotations

import json
from base64 import b64decode
from struct import pack

import pytest
from tests.support.bloom import bloom_filter

pytestmark = pytest.mark.corpus


def rebuilt(vector):
    written = [text.encode() for text, is_in in zip(vector["data"], vector["written"], strict=True) if is_in]
    return bloom_filter(written, capacity=len(vector["data"]), probability=vector["p"])


def test_four_of_four_filters_are_rebuilt_bit_for_bit(corpus):
    vectors = json.loads((corpus / "revocation" / "filter-test.json").read_bytes())
    same = 0
    for vector in vectors:
        words = json.loads(b64decode(vector["filter"]))  # signed numbers of 32 bits
        same += rebuilt(vector).bits == pack(f">{len(words)}i", *words)
    assert (same, len(vectors)) == (4, 4)


def test_every_row_of_exists(corpus):
    rows = 0
    for vector in json.loads((corpus / "revocation" / "filter-test.json").read_bytes()):
        bloom = rebuilt(vector)
        expected = json.loads(vector["exists"])
        assert [int(bloom.might_contain(text.encode())) for text in vector["data"]] == expected
        rows += len(expected)
    assert rows == 10
