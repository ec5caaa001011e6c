"""Context identifier and base45: what stands in the QR code."""

from __future__ import annotations

from typing import Final

from test_vectors.builder import Stages, build, build_of_size
from test_vectors.encoding import base45, stored
from test_vectors.vector import Family, accepted, unreadable

FAMILY: Final = Family(
    "base45",
    spec="RFC 9285 section 4; HCERT 4.2.2",
    codes={
        "context-identifier": "CT-1",
        "input-empty": "CT-2",
        "input-too-long": "CT-3",
        "base45-character": "CT-6",
        "base45-length": "CT-7",
        "base45-overflow": "CT-8",
    },
)
_CONTEXT: Final = "HCERT 4.2.2"

_STORED_OVERHEAD: Final = 11
_EVEN_STREAM: Final = 501
"""Bytes of a message whose stored stream is of an even number: the text is whole groups of three."""


def _context() -> None:
    spec = _CONTEXT
    cases = {
        "context-missing": ("The text begins with the base45 digits at once.", lambda text: text[4:]),
        "context-lower-case": ("hc1: is not HC1:.", lambda text: "hc1:" + text[4:]),
        "context-without-colon": ("HC1 without its colon.", lambda text: "HC1" + text[4:]),
        "context-newer": ("HC2: would be an incompatible version.", lambda text: "HC2:" + text[4:]),
        "context-of-swiss-light": ("LT1: is the Swiss certificate light.", lambda text: "LT1:" + text[4:]),
        "context-after-space": ("A space before HC1:; nothing is trimmed.", lambda text: " " + text),
        "context-percent-encoded": ("The colon travelled through a URL.", lambda text: "HC1%3A" + text[4:]),
        "context-behind-byte-order-mark": ("A byte order mark before HC1:.", lambda text: "\ufeff" + text),
    }
    for name, (description, change) in cases.items():
        FAMILY.add(name, description, build(text=change), unreadable("context-identifier"), spec=spec)
    FAMILY.add("empty", "No text at all.", Stages(""), unreadable("input-empty"))
    FAMILY.add(
        "empty-strict",
        "No text at all, before the strict policy has anything to judge.",
        Stages(""),
        unreadable("input-empty"),
        policy="strict",
    )
    FAMILY.add(
        "context-only",
        "HC1: and nothing after it: no zlib stream.",
        Stages("HC1:"),
        unreadable("zlib-cut-short"),
        requirements=("CT-1", "CT-12"),
        importance="low",
    )


def _characters() -> None:
    cases = {
        "lower-case": ("One letter in lower case.", lambda text: text[:40] + "a" + text[41:]),
        "character-outside": (
            "An exclamation mark is not in the alphabet.",
            lambda text: text[:40] + "!" + text[41:],
        ),
        "character-not-ascii": ("é is not in the alphabet.", lambda text: text[:40] + "é" + text[41:]),
        "digit-full-width": (
            "A full-width digit one, which some languages' number parsers read as 1.",
            lambda text: text[:40] + "１" + text[41:],
        ),
        "newline-at-end": ("A newline at the end; some decoders strip it.", lambda text: text + "\n"),
        "newline-inside": (
            "A line break in the middle, as from a mail.",
            lambda text: text[:40] + "\n" + text[40:],
        ),
        "zero-byte-at-end": ("A zero byte at the end.", lambda text: text + "\0"),
    }
    for name, (description, change) in cases.items():
        FAMILY.add(name, description, build(text=change), unreadable("base45-character"))
    FAMILY.add(
        "space-at-end",
        "A space at the end. It is a digit of the alphabet, not to be trimmed: the last group is not whole.",
        build_of_size(_EVEN_STREAM, compress=stored, text=lambda text: text + " "),
        unreadable("base45-length"),
    )


def _groups() -> None:
    cases = {
        "one-character": ("One character is no group.", "A", "base45-length"),
        "four-characters": ("A group of three, and one character left.", "BB8A", "base45-length"),
        "triple-65536": ("GGW is 65,536, one more than two bytes hold.", "GGW", "base45-overflow"),
        "triple-highest": ("::: is 91,124.", ":::", "base45-overflow"),
        "pair-256": ("V5 is 256, one more than a byte holds.", "V5", "base45-overflow"),
        "pair-highest": (":: is 2,024.", "::", "base45-overflow"),
        "triple-overflow-then-pair": (
            "The group that overflows is not the last.",
            "GGWU5",
            "base45-overflow",
        ),
    }
    for name, (description, digits, reason) in cases.items():
        FAMILY.add(name, description, Stages("HC1:" + digits), unreadable(reason))
    FAMILY.add(
        "triple-65535",
        "FGW is 65,535, the most two bytes hold: base45 is right, and FFFF is no zlib stream.",
        Stages("HC1:" + base45(b"\xff\xff"), b"\xff\xff"),
        unreadable("zlib-corrupt"),
        requirements=("CT-8", "CT-9", "CT-11"),
    )
    FAMILY.add(
        "pair-255",
        "U5 is 255, the most a byte holds: base45 is right, and a zlib stream is longer than one byte.",
        Stages("HC1:" + base45(b"\xff"), b"\xff"),
        unreadable("zlib-cut-short"),
        requirements=("CT-8", "CT-9", "CT-12"),
    )
    FAMILY.add(
        "overflow-in-last-pair",
        "A whole certificate with its last pair made 2,024.",
        build_of_size(_EVEN_STREAM + 1, compress=stored, text=lambda text: text[:-2] + "::"),
        unreadable("base45-overflow"),
    )


def _lengths() -> None:
    spec = "ISO/IEC 18004 table 7: version 40-L, alphanumeric mode"
    FAMILY.add(
        "text-4296",
        "4,296 characters, the most a QR code holds.",
        build_of_size(2861 - _STORED_OVERHEAD, compress=stored),
        accepted("header-unprotected"),
        spec=spec,
        importance="medium",
        requirements=("CT-3",),
    )
    FAMILY.add(
        "text-4297",
        "4,297 characters, more than any QR code holds.",
        build_of_size(2862 - _STORED_OVERHEAD, compress=stored),
        unreadable("input-too-long"),
        spec=spec,
    )
    FAMILY.add(
        "text-4299",
        "4,299 characters, whole groups of base45: one group more than any QR code holds.",
        build_of_size(2863 - _STORED_OVERHEAD, compress=stored),
        unreadable("input-too-long"),
        spec=spec,
    )
    FAMILY.add(
        "text-10004",
        "HC1: and 10,000 characters; nothing of them is decoded, so the wrong one among them is not found.",
        Stages("HC1:" + "!" * 10_000),
        unreadable("input-too-long"),
        spec=spec,
    )


def _whole() -> None:
    sizes = {
        "groups-whole": ("A stream of an even number of bytes: groups of three characters.", _EVEN_STREAM),
        "last-group-of-two": (
            "A stream of an odd number of bytes: the last group has two characters.",
            _EVEN_STREAM + 1,
        ),
    }
    for name, (description, size) in sizes.items():
        FAMILY.add(
            name,
            description,
            build_of_size(size, compress=stored),
            accepted("header-unprotected"),
            requirements=("CT-1", "CT-5", "CT-9"),
            importance="critical",
        )


_context()
_characters()
_groups()
_lengths()
_whole()
