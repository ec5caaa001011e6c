"""Bytes of a scanner put together to scans."""

from __future__ import annotations

import random
from collections import deque

import pytest

from vaxcert.adapters.scanner import END_OF_SCAN_SECONDS, FORGET_SECONDS, scans
from vaxcert.errors import AdapterError, Reason
from vaxcert.limits import MAX_SCANNED_CHARACTERS

AWAY = AdapterError(Reason.FILE_UNREADABLE, "away")


class Source:
    """Gives what it is told to, and keeps how long it was waited for."""

    def __init__(self, *events):
        self.events = deque(events)
        self.waits = []

    def read(self, wait):
        self.waits.append(wait)
        event = self.events.popleft() if self.events else b""
        if isinstance(event, AdapterError):
            raise event
        return event


def scanned(*events):
    return list(scans(Source(*events)))


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([b"one\ntwo\n"], ["one", "two"]),
        ([b"one\rtwo\r"], ["one", "two"]),
        ([b"one\r\ntwo\r\n"], ["one", "two"]),
        ([b"one\r", b"\ntwo\r", b"\n"], ["one", "two"]),  # an end in two parts is one
        ([b"one\r", b"two\r"], ["one", "two"]),
        ([b"one\n\ntwo\n"], ["one", "", "two"]),
        ([b"one\r\r", b"two\r"], ["one", "", "two"]),
        ([b"o", b"n", b"e", b"\n"], ["one"]),
        ([b"one"], ["one"]),
        ([], []),
        ([b"\x02one\x03\r"], ["one"]),
        ([b"\x00\x00one \r"], ["one "]),  # a blank is a character of base45
        ([b"\xff\xfe\n"], ["\ufffd\ufffd"]),
    ],
)
def test_lines(events, expected):
    assert scanned(*events) == expected


def test_bytes_in_any_portions_are_the_same_lines():
    draw = random.Random(5)
    data = b"first\r\nsecond\n\nthird\rfourth\r\n\r\nfifth"
    for _ in range(200):
        cuts = sorted(draw.sample(range(1, len(data)), draw.randrange(8)))
        parts = [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]
        assert scanned(*parts) == ["first", "second", "", "third", "fourth", "", "fifth"]


def test_a_line_without_end_is_waited_for_shortly_and_then_taken():
    source = Source(b"par", b"t", None, b"next\n")
    assert list(scans(source)) == ["part", "next"]
    assert source.waits == [
        FORGET_SECONDS,
        END_OF_SCAN_SECONDS,
        END_OF_SCAN_SECONDS,
        FORGET_SECONDS,
        FORGET_SECONDS,
    ]


def test_silence_is_told():
    assert scanned(b"one\n", None, None, b"two\n") == ["one", None, None, "two"]


def test_a_scanner_that_is_away_is_told_and_what_it_had_begun_is_gone():
    assert scanned(b"one\nhalf", AWAY, None, b"two\n") == ["one", AWAY, None, "two"]


@pytest.mark.parametrize("portion", [1000, 100_000])
def test_a_line_that_is_far_too_long_is_bounded(portion):
    whole = b"A" * 100_000 + b"\nnext\n"
    parts = [whole[start : start + portion] for start in range(0, len(whole), portion)]
    long, following = scanned(*parts)
    assert len(long) == MAX_SCANNED_CHARACTERS + 1
    assert following == "next"
