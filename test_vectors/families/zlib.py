"""The zlib stream: damage, junk after it, and what it may inflate to."""

from __future__ import annotations

import zlib
from typing import Final

from test_vectors.builder import Change, build, build_of_size
from test_vectors.encoding import deflated, stored
from test_vectors.vector import Family, accepted, unreadable

FAMILY: Final = Family(
    "zlib",
    spec="HCERT 4.2.1; RFC 1950; RFC 1951",
    requirements=("CT-10",),
    codes={
        "zlib-corrupt": "CT-11",
        "zlib-cut-short": "CT-12",
        "zlib-trailing-data": "CT-13",
        "zlib-dictionary": "CT-14",
        "zlib-too-large": "CT-15",
    },
)

_LIMIT: Final = 16 * 1024


def _accepted() -> None:
    streams = {
        "level-1": (
            "The lowest level of compression: header 7801.",
            lambda message: deflated(message, level=1),
        ),
        "level-6": (
            "The usual level of zlib: header 789C, as a quarter of genuine issuers write.",
            lambda message: deflated(message, level=6),
        ),
        "level-9": ("The highest level of compression: header 78DA, the usual one.", deflated),
        "stored": ("One block without compression.", stored),
        "small-window": (
            "A window of 512 bytes: header 18.",
            lambda message: deflated(message, window_bits=9),
        ),
    }
    for name, (description, compress) in streams.items():
        requirements = ("CT-10", "CT-16") if name in ("level-9", "stored") else None
        FAMILY.add(name, description, build(compress=compress), accepted(), requirements=requirements)


def _raw_deflate(message: bytes) -> bytes:
    return deflated(message)[2:-4]


def _with_dictionary(message: bytes) -> bytes:
    stream = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS, zdict=b"URN:UVCI:01:VN:840539006")
    return stream.compress(message) + stream.flush()


def _asking_for_a_dictionary(stream: bytes) -> bytes:
    """The stream with FDICT set, its check bits right, and the checksum of an empty dictionary put in."""
    flags = 0x20
    flags += 31 - (stream[0] * 256 + flags) % 31
    return bytes((stream[0], flags)) + (1).to_bytes(4, "big") + stream[2:]


def _corrupt() -> None:
    streams: dict[str, tuple[str, Change]] = {
        "not-compressed": ("The COSE message itself, not compressed.", bytes),
        "raw-deflate": ("A deflate stream without the zlib header and checksum.", _raw_deflate),
        "gzip": ("A gzip file instead of a zlib stream.", lambda message: deflated(message, window_bits=31)),
    }
    for name, (description, compress) in streams.items():
        FAMILY.add(name, description, build(compress=compress), unreadable("zlib-corrupt"))
    damages = {
        "header-check-wrong": (
            "The check bits of the header are wrong.",
            lambda data: data[:1] + b"\xdb" + data[2:],
        ),
        "header-check-wrong-and-dictionary": (
            "The check bits of the header are wrong; beside that, it asks for a preset dictionary.",
            lambda data: data[:1] + bytes((_asking_for_a_dictionary(data)[1] ^ 1,)) + data[2:],
        ),
        "window-too-large": (
            "A window of 64 kB, which there is not; the check bits are right.",
            lambda data: b"\x88\x1c" + data[2:],
        ),
        "window-too-large-and-dictionary": (
            "A window of 64 kB, which there is not, and a preset dictionary; the check bits are right.",
            lambda data: b"\x88\x3b" + data[2:],
        ),
        "block-type-reserved": (
            "A block of the reserved type 3.",
            lambda data: data[:2] + b"\x07" + data[3:],
        ),
        "checksum-wrong": (
            "The Adler-32 checksum is wrong by one bit.",
            lambda data: data[:-1] + bytes((data[-1] ^ 1,)),
        ),
        "bit-flipped-in-stored-data": (
            "One bit of the content flipped: only the checksum shows it.",
            lambda data: data[:60] + bytes((data[60] ^ 1,)) + data[61:],
        ),
    }
    for name, (description, change) in damages.items():
        compress = stored if "stored" in name else deflated
        FAMILY.add(name, description, build(compress=compress, compressed=change), unreadable("zlib-corrupt"))
    dictionaries: dict[str, tuple[str, Change]] = {
        "dictionary": (
            "The stream asks for a preset dictionary, and HCERT defines none.",
            _with_dictionary,
        ),
        "dictionary-empty": (
            "The stream asks for a preset dictionary and uses nothing of it.",
            lambda message: _asking_for_a_dictionary(deflated(message)),
        ),
        "dictionary-of-stored": (
            "A stored stream that asks for a preset dictionary.",
            lambda message: _asking_for_a_dictionary(stored(message)),
        ),
    }
    for name, (description, compress) in dictionaries.items():
        FAMILY.add(
            name,
            description,
            build(compress=compress),
            unreadable("zlib-dictionary"),
            spec="RFC 1950 section 2.2, FDICT",
        )


def _lengths() -> None:
    cuts = {
        "cut-in-half": ("The second half is missing.", lambda data: data[: len(data) // 2]),
        "cut-before-checksum": ("The checksum is missing.", lambda data: data[:-4]),
        "cut-by-one-byte": ("The last byte of the checksum is missing.", lambda data: data[:-1]),
        "header-only": ("Two bytes of header.", lambda data: data[:2]),
        "one-byte": ("One byte.", lambda data: data[:1]),
    }
    for name, (description, change) in cuts.items():
        FAMILY.add(name, description, build(compressed=change), unreadable("zlib-cut-short"))
    tails = {
        "trailing-byte": ("One byte after the stream.", lambda data: data + b"\0"),
        "trailing-text": (
            "Words after the stream, which a scanner app once let pass.",
            lambda data: data + b"hello",
        ),
        "trailing-stream": ("A second zlib stream after the first.", lambda data: data + deflated(b"second")),
    }
    for name, (description, change) in tails.items():
        FAMILY.add(
            name,
            description,
            build(compressed=change),
            unreadable("zlib-trailing-data"),
            spec="HCERT 6.3: validate the length of all inputs",
        )


def _sizes() -> None:
    spec = "HCERT 6.3; the largest genuine message known has 870 bytes"
    FAMILY.add(
        "inflates-to-16384",
        "16,384 bytes of message.",
        build_of_size(_LIMIT),
        accepted("header-unprotected"),
        requirements=("CT-15",),
        spec=spec,
        importance="medium",
    )
    FAMILY.add(
        "inflates-to-16385",
        "16,385 bytes of message, one over the limit of this implementation.",
        build_of_size(_LIMIT + 1),
        unreadable("zlib-too-large"),
        spec=spec,
        importance="medium",
    )
    FAMILY.add(
        "bomb-fast",
        "400,000 bytes, compressed at level 1.",
        build_of_size(400_000, compress=lambda message: deflated(message, level=1)),
        unreadable("zlib-too-large"),
        spec=spec,
        importance="critical",
    )
    FAMILY.add(
        "bomb",
        "A rightly signed certificate that inflates to two million bytes.",
        build_of_size(2_000_000),
        unreadable("zlib-too-large"),
        spec=spec,
        importance="critical",
    )
    FAMILY.add(
        "empty-content",
        "A zlib stream of nothing.",
        build(cose=lambda _: b""),
        unreadable("cbor-malformed"),
        requirements=("CT-18",),
        importance="low",
    )


_accepted()
_corrupt()
_lengths()
_sizes()
