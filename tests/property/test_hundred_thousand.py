"""A hundred thousand random and mutated inputs through `Verifier.report`: a verdict for each, in bounded memory."""

from __future__ import annotations

import gc
import resource
import sys
import tracemalloc
import zlib
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import cbor2
import pytest
from test_vectors import encoding
from test_vectors.encoding import Raw, Tagged
from test_vectors.samples import AT
from tests.support.messages import key, message, verifier
from tests.support.mutations import Mutator

import vaxcert as vc
from vaxcert.codec import cose
from vaxcert.limits import MAX_MESSAGE_BYTES
from vaxcert.model.certificate import HealthCertificate

INPUTS = 100_000
WARMING_UP = 5_000
SEED = 20220601
MEBIBYTE = 1024 * 1024

TIMES = (AT, AT, AT, datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))

REASONS_MET = {
    *(
        reason
        for reason in vc.Reason
        if reason.name.startswith(("BASE45_", "ZLIB_", "CBOR_", "COSE_", "CWT_"))
    ),
    vc.Reason.INPUT_EMPTY,
    vc.Reason.INPUT_TOO_LONG,
    vc.Reason.CONTEXT_IDENTIFIER,
    vc.Reason.PAYLOAD_STRUCTURE,
    vc.Reason.PAYLOAD_PROFILE,
    vc.Reason.PAYLOAD_VERSION,
    vc.Reason.ALGORITHM_UNPROTECTED,
    vc.Reason.ALGORITHM_NOT_ALLOWED,
    vc.Reason.KEY_IDENTIFIER_MISSING,
    vc.Reason.UNKNOWN_KEY,
    vc.Reason.BAD_SIGNATURE,
    vc.Reason.SIGNER_NOT_YET_VALID,
    vc.Reason.SIGNER_EXPIRED,
    vc.Reason.NOT_YET_VALID,
    vc.Reason.EXPIRY_MISSING,
    vc.Reason.EXPIRED,
}


def memory() -> int:
    """The most memory this process ever held, in bytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else 1024 * most


def checked(one: vc.Verifier, source: str | bytes, at: datetime) -> vc.VerificationReport:
    try:
        made = one.report(source, at=at)
    except BaseException as error:  # whatever it is, the input has to be known
        pytest.fail(f"{type(error).__name__}: {error} for {source!r} at {at}")
    assert (
        (made.outcome is vc.Outcome.ACCEPTED) == (made.reason is None) == (made.level is vc.Level.ACCEPTABLE)
    )
    if made.level in (vc.Level.NONE, vc.Level.WELL_FORMED):
        assert (made.certificate, made.claims, made.key, made.findings) == (None, None, None, ())
    else:
        assert isinstance(made.certificate, HealthCertificate)
        assert made.certificate.events
        assert made.key == key()
    return made


@pytest.mark.slow
def test_every_input_gets_a_verdict_in_bounded_memory() -> None:
    mutator, one = Mutator(SEED), verifier()
    seen: Counter[tuple[vc.Outcome, vc.Reason | None]] = Counter()
    before = 0
    for number in range(WARMING_UP + INPUTS):
        if number == WARMING_UP:
            before = memory()
        made = checked(one, mutator(), TIMES[number % len(TIMES)])
        seen[made.outcome, made.reason] += 1
    assert memory() - before < 16 * MEBIBYTE
    assert sum(seen.values()) == WARMING_UP + INPUTS
    assert {reason for _, reason in seen} - {None} == REASONS_MET
    assert seen[vc.Outcome.ACCEPTED, None] > INPUTS / 100


def test_the_same_seed_makes_the_same_inputs() -> None:
    first, second, other = Mutator(7), Mutator(7), Mutator(8)
    inputs = [first() for _ in range(300)]
    assert [second() for _ in range(300)] == inputs
    assert [other() for _ in range(300)] != inputs


def large_inputs() -> list[tuple[str, str | bytes]]:
    """The most work that an input within the limits can ask for, and inputs far beyond them."""
    room = MAX_MESSAGE_BYTES - 1100

    def parts(**changes: Any) -> bytes:
        fields = {"protected": b"", "unprotected": {}, "payload": b"", "signature": bytes(64)} | changes
        return encoding.cbor(Tagged(18, list(fields.values())))

    def signed(payload: bytes) -> bytes:
        return message(payload=payload)

    return [
        ("bytes", bytes(50_000_000)),
        ("text", "HC1:" + "0" * 50_000_000),
        ("text of another kind", "0" * 50_000_000),
        ("bomb", zlib.compress(bytes(3_000_000), 9)),
        ("bomb in text", "HC1:" + encoding.base45(zlib.compress(bytes(2_000_000), 9))),
        ("empty maps", encoding.cbor([Raw(b"\xa0")] * room)),
        ("empty maps in the header", parts(protected=encoding.cbor({1: [Raw(b"\xa0")] * room}))),
        ("empty lists, unprotected", parts(unprotected={1: [[]] * room})),
        ("numbers in a payload", signed(encoding.cbor({-260: [0] * room}))),
        ("events", signed(encoding.cbor({-260: {1: {"v": [{}] * room}}}))),
        ("fields", signed(encoding.cbor({-260: {1: {"v": [{}], **{str(n): 0 for n in range(room // 6)}}}}))),
        ("nested", encoding.nested(room)),
        ("a long text", signed(encoding.cbor({-260: {1: {"v": [{"ci": "e\u0301" * (room // 3)}]}}}))),
        ("a large number", signed(encoding.cbor({-260: {1: {"v": [{"dn": Tagged(2, b"\xff" * room)}]}}}))),
    ]


@pytest.mark.parametrize(("name", "source"), [pytest.param(*pair, id=pair[0]) for pair in large_inputs()])
def test_memory_for_one_input_is_bounded(name: str, source: str | bytes) -> None:
    one = verifier()
    one.report(message(), at=AT)
    tracemalloc.start()
    try:
        one.report(source, at=AT)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 32 * MEBIBYTE


def _one_large_header(number: int) -> bytes:
    room = MAX_MESSAGE_BYTES - 200
    header = encoding.cbor({1: number, 99: Raw(b"\x99" + room.to_bytes(2, "big") + room * b"\xa0")})
    return cose.write(header, b"", b"")


def _one_large_payload(number: int) -> bytes:
    texts = dict.fromkeys(("tg", "vp", "mp", "ma", "co"), f"{number}" + "x" * 3000)
    return message(payload=cbor2.dumps({-260: {1: {"v": [texts]}}}))


@pytest.mark.parametrize("make", [_one_large_header, _one_large_payload])
def test_memory_kept_after_many_large_inputs_is_bounded(make: Callable[[int], bytes]) -> None:
    one = verifier()
    one.report(message(), at=AT)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for number in range(60):
            assert one.report(make(number), at=AT).outcome is not vc.Outcome.ACCEPTED
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 8 * MEBIBYTE
