"""Context identifier and base45: what stands in the QR code."""

from __future__ import annotations

from typing import Final

from test_vectors.builder import Parts, Stages, build, sign1
from test_vectors.encoding import base45, stored
from test_vectors.vector import Family, accepted, unreadable

FAMILY: Final = Family("base45", spec="RFC 9285 section 4; HCERT 4.2.2", importance="high")
_CONTEXT: Final = "HCERT 4.2.2"

_STORED_OVERHEAD: Final = 11


def padded(cose_bytes: int) -> Stages:
    """A certificate whose message has this many bytes, uncompressed, made up with an unprotected header."""

    def message(padding: int) -> Stages:
        def with_padding(parts: Parts) -> object:
            return sign1(Parts(parts.protected, {"pad": bytes(padding)}, parts.payload, parts.signature))

        return build(message=with_padding, compress=stored)

    shortfall = cose_bytes - len(message(0).cose)
    for head in (0, 1, 2):  # a longer byte string has a longer head
        stages = message(shortfall - head)
        if len(stages.cose) == cose_bytes:
            return stages
    raise ValueError(f"cannot make a message of {cose_bytes} bytes")


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
    FAMILY.add("empty", "No text at all.", Stages(""), unreadable("input-empty"), importance="low")
    FAMILY.add(
        "context-only",
        "HC1: and nothing after it: no zlib stream.",
        Stages("HC1:"),
        unreadable("zlib-cut-short"),
        importance="low",
    )


def _characters() -> None:
    whole = padded(600)  # 611 bytes of zlib stream: the text ends in a group of two characters
    assert len(whole.text) % 3 == 0
    cases = {
        "lower-case": ("One letter in lower case.", lambda text: text[:40] + "a" + text[41:]),
        "character-outside": ("An exclamation mark is not in the alphabet.", lambda text: text[:40] + "!" + text[41:]),
        "character-not-ascii": ("é is not in the alphabet.", lambda text: text[:40] + "é" + text[41:]),
        "digit-full-width": (
            "A full-width digit one, which some languages' number parsers read as 1.",
            lambda text: text[:40] + "１" + text[41:],
        ),
        "newline-at-end": ("A newline at the end; some decoders strip it.", lambda text: text + "\n"),
        "newline-inside": ("A line break in the middle, as from a mail.", lambda text: text[:40] + "\n" + text[40:]),
        "zero-byte-at-end": ("A zero byte at the end.", lambda text: text + "\0"),
    }
    for name, (description, change) in cases.items():
        FAMILY.add(name, description, build(text=change), unreadable("base45-character"))
    FAMILY.add(
        "space-at-end",
        "A space at the end. It is a digit of the alphabet, so it is not trimmed: the last group is not whole.",
        build(
            message=lambda parts: sign1(Parts(parts.protected, {"p": b""}, parts.payload, parts.signature)),
            compress=_even,
            text=lambda text: text + " ",
        ),
        unreadable("base45-length"),
    )


def _even(message: bytes) -> bytes:
    """A stream of an even number of bytes: with an odd one, its first block is empty and 5 bytes long."""
    stream = stored(message)
    return stream if len(stream) % 2 == 0 else stream[:2] + b"\x00\x00\x00\xff\xff" + stream[2:]


def _groups() -> None:
    cases = {
        "one-character": ("One character is no group.", "A", "base45-length"),
        "four-characters": ("A group of three, and one character left.", "BB8A", "base45-length"),
        "triple-65536": ("GGW is 65,536, one more than two bytes hold.", "GGW", "base45-overflow"),
        "triple-highest": ("::: is 91,124.", ":::", "base45-overflow"),
        "pair-256": ("V5 is 256, one more than a byte holds.", "V5", "base45-overflow"),
        "pair-highest": (":: is 2,024.", "::", "base45-overflow"),
        "triple-overflow-then-pair": ("The group that overflows is not the last.", "GGWU5", "base45-overflow"),
    }
    for name, (description, digits, reason) in cases.items():
        FAMILY.add(name, description, Stages("HC1:" + digits), unreadable(reason))
    FAMILY.add(
        "triple-65535",
        "FGW is 65,535, the most two bytes hold: base45 is right, and FFFF is no zlib stream.",
        Stages("HC1:" + base45(b"\xff\xff"), b"\xff\xff"),
        unreadable("zlib-corrupt"),
    )
    FAMILY.add(
        "pair-255",
        "U5 is 255, the most a byte holds: base45 is right, and a zlib stream is longer than one byte.",
        Stages("HC1:" + base45(b"\xff"), b"\xff"),
        unreadable("zlib-cut-short"),
    )
    FAMILY.add(
        "overflow-in-last-pair",
        "A whole certificate with its last pair made 2,024.",
        build(compress=lambda message: _odd(message), text=lambda text: text[:-2] + "::"),
        unreadable("base45-overflow"),
        importance="critical",
    )


def _odd(message: bytes) -> bytes:
    stream = stored(message)
    return stream if len(stream) % 2 == 1 else stream[:2] + b"\x00\x00\x00\xff\xff" + stream[2:]


def _lengths() -> None:
    spec = "ISO/IEC 18004 table 7: version 40-L, alphanumeric mode"
    FAMILY.add(
        "text-4296",
        "4,296 characters, the most a QR code holds.",
        padded(2861 - _STORED_OVERHEAD),
        accepted(),
        spec=spec,
        importance="medium",
    )
    FAMILY.add(
        "text-4297",
        "4,297 characters, more than any QR code holds.",
        padded(2862 - _STORED_OVERHEAD),
        unreadable("input-too-long"),
        spec=spec,
        importance="medium",
    )


_context()
_characters()
_groups()
_lengths()
