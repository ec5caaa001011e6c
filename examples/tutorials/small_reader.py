"""A reader written in an afternoon, held against the vectors of one family: docs/tutorials/integrator.md."""

import json
import zlib
from pathlib import Path

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def base45(text):
    """As it is usually written: three characters are two bytes, two are one."""
    digits = [ALPHABET.index(character) for character in text.strip()]
    decoded = bytearray()
    for start in range(0, len(digits), 3):
        group = digits[start : start + 3]
        value = sum(digit * 45**place for place, digit in enumerate(group))
        decoded += (value & 0xFFFF).to_bytes(2, "big") if len(group) == 3 else bytes([value & 0xFF])
    return bytes(decoded)


def outcome(text):
    """Whether the text can be read."""
    try:
        zlib.decompress(base45(text.removeprefix("HC1:")))
    except (ValueError, zlib.error):
        return "unreadable"
    return "accepted"


if __name__ == "__main__":
    mistakes = 0
    files = sorted(Path("test_vectors/vectors/base45").glob("*.json"))
    vectors = [json.loads(file.read_text("utf-8")) for file in files]
    assert vectors, "no vectors here; run it in the folder of the clone"
    for vector in vectors:
        expected = vector["expected"]
        answer = outcome(vector["stages"]["text"])
        if (answer == "unreadable") != (expected["outcome"] == "unreadable"):
            mistakes += 1
            print(f"{vector['id']:40} {answer}, expected {expected['outcome']} {expected['reason']}")
    print(mistakes, "mistakes in", len(vectors), "vectors")
