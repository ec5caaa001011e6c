"""Random and mutated certificates, seeded: text, zlib, COSE, and CBOR with a sense for its structure.

Mutations of what is signed are signed again by a trusted TEST key, so that they get past the signature.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable
from typing import Any

from test_vectors import encoding
from test_vectors.encoding import Indefinite, Pairs, Raw, Tagged
from test_vectors.samples import antigen_test, dcc, nucleic_acid_test, recovery, token

from tests.support.messages import es256
from vaxcert.codec import base45, container, cose

_HEADS = bytes.fromhex(
    "00171819201b3b405859 5f6078797f80989f9b a0b8bfbbc0c1d2d83d f4f6f7f8f97efafbff".replace(" ", "")
)
_ODD_VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    1,
    -1,
    24,
    -260,
    2**31,
    2**63,
    2**64 - 1,
    -(2**64),
    253402300799,
    253402300800,
    1.0,
    -0.5,
    1e308,
    "",
    " ",
    "VN",
    "2026-01-04",
    "2026-01-04T08:30:00Z",
    "1.3.0",
    "9.0.0",
    "\u0000",
    "e\u0301",
    "x" * 90,
    "x" * 3000,
    b"",
    b"12345678",
    bytes(70),
    [],
    {},
    [[[]]],
    {1: {1: {1: 1}}},
    [0] * 300,
    {str(number): number for number in range(60)},
    Raw(b"\xf7"),
    Raw(b"\xf9\x7e\x00"),
    Raw(b"\xf9\xfc\x00"),
    Raw(b"\xf8\xff"),
    Raw(b"\xe0"),
    Raw(b"\x1c"),
    Raw(b"\xff"),
    Raw(b"\x5b\xff\xff\xff\xff\xff\xff\xff\xff"),
    Raw(b"\x9b\x00\x00\x00\x01\x00\x00\x00\x00"),
    Raw(b"\xbb\x7f\xff\xff\xff\xff\xff\xff\xff"),
    Raw(b"\x62\xc3\x28"),
    Raw(b"\x63\xed\xa0\x80"),
    Raw(b"\x9f" * 40),
    encoding.nested(15),
    encoding.nested(40),
    encoding.nested(3000),
    Tagged(0, "2026-01-04T08:30:00Z"),
    Tagged(0, "0001-01-01T00:00:00+23:59"),
    Tagged(0, "9999-12-31T23:59:59-23:59"),
    Tagged(1, 1767515400),
    Tagged(1, 1e308),
    Tagged(2, b"\xff" * 40),
    Tagged(4, [10**9, 1]),
    Tagged(18, []),
    Tagged(28, []),
    Tagged(29, 0),
    Tagged(35, "(a+)+$"),
    Tagged(55799, {}),
)
_ODD_KEYS: tuple[Any, ...] = (
    0,
    1,
    2,
    4,
    6,
    -260,
    99,
    "v",
    "t",
    "r",
    "dob",
    "",
    b"1",
    None,
    True,
    1.0,
    [],
    Tagged(0, "x"),
)


class Mutator:
    """Makes one input after the other; the same seed makes the same ones."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._signer = es256()
        self._protected = cose.protected_header(-7, self._signer.kid)
        self._claims = [
            token(payload)
            for payload in (dcc(), dcc(t=[nucleic_acid_test()]), dcc(t=[antigen_test()]), dcc(r=[recovery()]))
        ]
        self._messages = [self._signed(encoding.cbor(claims)) for claims in self._claims]
        self._streams = [zlib.compress(message, 9) for message in self._messages]
        self._texts = [container.write(message) for message in self._messages]
        self._kinds: tuple[tuple[Callable[[], str | bytes], int], ...] = (
            (self.random_bytes, 6),
            (self.random_text, 6),
            (self.mutated_text, 18),
            (self.mutated_stream, 15),
            (self.mutated_message, 20),
            (self.mutated_structure, 10),
            (self.mutated_claims, 17),
            (self.mutated_header, 4),
            (self.random_structure, 4),
        )

    def __call__(self) -> str | bytes:
        """The next input."""
        makers, weights = zip(*self._kinds, strict=True)
        made: str | bytes = self._random.choices(makers, weights)[0]()
        return made

    def random_bytes(self) -> bytes:
        start = self._random.choice((b"", b"HC1:", b"\x78\xda", b"\xd2\x84", b"\xd8\x3d\xd2\x84", b"\x84"))
        return start + self._random.randbytes(self._random.choice((0, 1, 2, 3, 10, 60, 400)))

    def random_text(self) -> str:
        alphabet = self._random.choice((base45.ALPHABET.decode(), "HC1: \n\u00e9\U0001f600\ud800ab"))
        body = "".join(self._random.choices(alphabet, k=self._random.choice((0, 1, 2, 3, 20, 300))))
        return self._random.choice(("HC1:", "HC1:", "HC1:", "", "HC2:")) + body

    def mutated_text(self) -> str:
        text = list(self._random.choice(self._texts))
        for _ in range(self._random.choice((1, 1, 1, 2, 5))):
            position = self._random.randrange(len(text) + 1)
            letter = self._random.choice((*base45.ALPHABET.decode(), *"\n\tabc\u00e9\ud800"))
            action = self._random.randrange(5)
            if action == 0:
                text[position : position + 1] = [letter]
            elif action == 1:
                text.insert(position, letter)
            elif action == 2:
                del text[position : position + self._random.choice((1, 1, 3, 50))]
            elif action == 3:
                text += text[position:]
            else:
                text[position : position + 9] = [
                    character.lower() for character in text[position : position + 9]
                ]
        return "".join(text)

    def mutated_stream(self) -> str | bytes:
        kind = self._random.randrange(4)
        if kind == 0:
            message = self._random.choice(self._messages)
            dictionary = self._random.choice(({}, {}, {}, {"zdict": b"URN:UVCI:01:VN:"}))
            window = self._random.choice((9, 12, 15))
            stream = zlib.compressobj(self._random.randrange(10), zlib.DEFLATED, window, **dictionary)
            return self._carried(stream.compress(message) + stream.flush())
        if kind == 1:
            bomb = bytes((self._random.randrange(256),)) * self._random.choice((100, 16384, 16385, 100_000))
            return self._carried(zlib.compress(self._random.choice(self._messages) + bomb, 9))
        return self._carried(self._mutated(self._random.choice(self._streams)))

    def mutated_message(self) -> str | bytes:
        message = self._mutated(self._random.choice(self._messages))
        return message if self._random.random() < 0.7 else self._carried(zlib.compress(message, 1))

    def mutated_structure(self) -> bytes:
        parts = self._parts(self._random.choice(self._messages))
        message = self._changed(
            self._random.choice((Tagged(18, parts), parts, Tagged(61, Tagged(18, parts))))
        )
        return encoding.cbor(message)

    def mutated_claims(self) -> bytes:
        return self._signed(encoding.cbor(self._changed(self._random.choice(self._claims))))

    def mutated_header(self) -> bytes:
        header = self._changed({1: -7, 4: self._signer.kid, 2: [1, 4], 3: 61})
        payload = encoding.cbor(self._random.choice(self._claims))
        return self._signed(payload, encoding.cbor(header), self._changed({4: self._signer.kid}))

    def random_structure(self) -> bytes:
        made = encoding.cbor(self._structure(4))
        return self._random.choice((made, self._signed(made), self._signed(made, made)))

    def _signed(self, payload: bytes, protected: bytes | None = None, unprotected: Any = None) -> bytes:
        header = self._protected if protected is None else protected
        signature = self._signer.sign(cose.sig_structure(header, payload))
        if unprotected is None:
            return cose.write(header, payload, signature)
        return encoding.cbor(Tagged(18, [header, unprotected, payload, signature]))

    def _parts(self, message: bytes) -> list[Any]:
        read = cose.read(message)
        return [read.protected, {}, read.payload, read.signature]

    def _carried(self, stream: bytes) -> str | bytes:
        return "HC1:" + base45.encode(stream) if len(stream) < 2800 else stream

    def _mutated(self, data: bytes) -> bytes:
        """A few bytes of it changed."""
        changed = bytearray(data)
        for _ in range(self._random.choice((1, 1, 1, 2, 4, 10))):
            position = self._random.randrange(len(changed) + 1)
            action = self._random.randrange(7)
            if action < 2 and position < len(changed):
                changed[position] ^= 1 << self._random.randrange(8)
            elif action == 2:
                changed[position : position + 1] = bytes((self._random.choice(_HEADS),))
            elif action == 3:
                changed[position:position] = self._random.randbytes(self._random.choice((1, 2, 9)))
            elif action == 4:
                del changed[position : position + self._random.choice((1, 2, 8, 100))]
            elif action == 5:
                changed[position:position] = changed[position : position + 40]
            else:
                del changed[self._random.randrange(len(changed) + 1) if position % 3 == 0 else len(changed) :]
        return bytes(changed)

    def _changed(self, value: Any) -> Any:
        """One thing in a structure changed, at any depth."""
        if isinstance(value, Tagged) and self._random.random() < 0.9:
            return Tagged(value.number, self._changed(value.value))
        if isinstance(value, list) and value and self._random.random() < 0.85:
            position = self._random.randrange(len(value))
            return [*value[:position], *self._in_place_of(value[position]), *value[position + 1 :]]
        if isinstance(value, dict) and value and self._random.random() < 0.9:
            return self._changed_map(value)
        return self._odd(value)

    def _changed_map(self, value: dict[Any, Any]) -> Any:
        entries = list(value.items())
        position = self._random.randrange(len(entries))
        key, item = entries[position]
        action = self._random.randrange(10)
        if action < 6:
            entries[position] = (key, self._changed(item))
        elif action == 6:
            del entries[position]
        elif action == 7:
            entries.insert(position, (self._random.choice(_ODD_KEYS), self._random.choice(_ODD_VALUES)))
        elif action == 8:
            entries.append((key, self._random.choice(_ODD_VALUES)))
        else:
            entries[position] = (self._random.choice(_ODD_KEYS), item)
        return Pairs(entries)

    def _in_place_of(self, item: Any) -> list[Any]:
        action = self._random.randrange(8)
        if action == 0:
            return []
        return [item, item] if action == 1 else [self._changed(item)]

    def _odd(self, value: Any) -> Any:
        action = self._random.randrange(6)
        if action == 0:
            return Tagged(self._random.choice((0, 1, 2, 18, 24, 28, 35, 61, 99)), value)
        if action == 1 and isinstance(value, list | dict | bytes):
            return Indefinite(value)
        if action == 2 and isinstance(value, str):
            return self._random.choice(
                (f" {value}", value + "\u0301", value[:-1], value * 40, value + "T00:00:00Z")
            )
        if action == 3 and isinstance(value, bytes):
            return self._mutated(value)
        return self._random.choice(_ODD_VALUES)

    def _structure(self, depth: int) -> Any:
        kind = self._random.randrange(4) if depth else 0
        size = self._random.randrange(5)
        if kind == 1:
            return [self._structure(depth - 1) for _ in range(size)]
        if kind == 2:
            return Pairs((self._random.choice(_ODD_KEYS), self._structure(depth - 1)) for _ in range(size))
        if kind == 3:
            return Tagged(self._random.randrange(70), self._structure(depth - 1))
        return self._random.choice(_ODD_VALUES)
