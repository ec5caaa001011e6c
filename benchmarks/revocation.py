"""A revocation list of ten million entries: its size, and what opening it and looking up in it cost.

`python -m benchmarks.revocation` builds and measures it alone. The measuring is done in a process of its own, so that
what the building left in memory does not hide what looking up adds.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from benchmarks.figures import Bound, Figure, table
from vaxcert.adapters.revocation_files import open_own_list
from vaxcert.adapters.signers import BareKeySigner
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.trust.anchors import read_anchors
from vaxcert.trust.revocation import revocation_list
from vaxcert.trust.revocation.hashes import HashType, identifier_hash
from vaxcert.trust.revocation.header import Change, ListDescription
from vaxcert.trust.revocation.query import RevocationQuery, RevocationStatus
from vaxcert.trust.revocation.revocation_list import RevocationList
from vaxcert.trust.revocation.sections import NEVER, SectionBuilder

_Item = TypeVar("_Item")

ENTRIES = 10_000_000
LOOK_UPS = 100_000
_NAMED = 10_000
"""Entries whose identifiers are known, so that whole certificates can be looked up; the others are hashes alone."""
_OPENINGS = 21
_A_ROUND = 1000
_SEED = 20_220_601
_AT = datetime(2022, 6, 1, tzinfo=UTC)
_MEGABYTE = 1_000_000
_FALSE_POSITIVES = Bound("value", "<=", 100)
"""Of 10**9 look-ups: one in ten million."""


def figures(entries: int = ENTRIES, look_ups: int = LOOK_UPS) -> list[Figure]:
    """Build a list and measure it."""
    with TemporaryDirectory() as folder:
        path, anchor = Path(folder, "list.vxr"), Path(folder, "anchor.pem")
        seconds, bits = _build(path, anchor, entries)
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.revocation", str(path), str(anchor), str(look_ups)],
            capture_output=True,
            check=True,
        )
        measured = json.loads(done.stdout)
        size = path.stat().st_size
    name = f"revocation list of {entries:,}"
    return [
        Figure(f"{name}: building", seconds * 1e3, "ms"),
        Figure(f"{name}: size", size / _MEGABYTE, "MB", bound=Bound("value", "<=", 80)),
        Figure(f"{name}: opening", measured["open"] * 1e3, "ms", bound=Bound("value", "<=", 50)),
        *(
            Figure(f"{name}: {what}", measured[what] * 1e6, "µs", bound=Bound("value", "<=", 25))
            for what in ("hash listed", "hash not listed", "certificate revoked", "certificate not revoked")
        ),
        Figure(f"{name}: memory", measured["memory"] / _MEGABYTE, "MB", bound=Bound("value", "<=", 20)),
        Figure(f"{name}: false positives of {look_ups:,}", measured["false"], ""),
        Figure(
            f"{name}: false positives expected of 10^9", entries / 2**bits * 1e9, "", bound=_FALSE_POSITIVES
        ),
    ]


def _build(path: Path, anchor: Path, entries: int) -> tuple[float, int]:
    chance = random.Random(_SEED)  # noqa: S311 - not secrets
    began = perf_counter()
    builder = SectionBuilder()
    for number in range(_NAMED):
        builder.add(identifier_hash(_identifier(number)), NEVER)
    for _ in range((entries - _NAMED) // _NAMED):
        data = chance.randbytes(16 * _NAMED)
        for start in range(0, len(data), 16):
            builder.add(data[start : start + 16], 20_000)
    section = builder.build()
    description = ListDescription(
        issuer="TEST", number=1, issued=_AT, next_update=_AT, usable_until=_AT + timedelta(days=30)
    )
    signer = BareKeySigner(ec.generate_private_key(ec.SECP256R1()), deterministic=True)
    parts = revocation_list.write(description, [(Change.REVOKED, HashType.IDENTIFIER, section)], [signer])
    with path.open("wb") as file:
        file.writelines(parts)
    seconds = perf_counter() - began
    anchor.write_bytes(signer.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return seconds, section.bits


def _identifier(number: int) -> str:
    return f"URN:UVCI:01:VN:{number:016X}"


def _measure(path: Path, anchor: Path, look_ups: int) -> dict[str, float]:
    """Everything that is measured in a fresh process."""
    anchors = read_anchors(anchor.read_bytes())
    chance = random.Random(_SEED + 1)  # noqa: S311 - not secrets
    foreign = [chance.randbytes(16) for _ in range(look_ups)]
    listed = [identifier_hash(_identifier(chance.randrange(_NAMED))) for _ in range(look_ups)]
    revoked = [_query(_identifier(chance.randrange(_NAMED))) for _ in range(look_ups)]
    others = [_query(f"URN:UVCI:01:VN:X{number}") for number in range(look_ups)]
    before = _resident()
    opening, lists = _openings(lambda: open_own_list([path], anchors))
    found: list[bool] = []
    seconds = {
        "open": opening,
        "hash listed": _each(lambda one: lists.expiry(HashType.IDENTIFIER, one), listed),
        "hash not listed": _each(
            lambda one: found.append(lists.expiry(HashType.IDENTIFIER, one) is not None), foreign
        ),
        "certificate revoked": _each(lambda one: lists.answer(one, at=_AT), revoked),
        "certificate not revoked": _each(lambda one: lists.answer(one, at=_AT), others),
    }
    growth = max(_resident(), *(_resident_after(lists, one) for one in foreign[::100])) - before
    assert all(lists.answer(one, at=_AT).status is RevocationStatus.REVOKED for one in revoked[:100])
    return {**seconds, "memory": growth, "false": sum(found)}


def _resident_after(lists: RevocationList, digest: bytes) -> int:
    lists.expiry(HashType.IDENTIFIER, digest)
    return _resident()


def _query(identifier: str) -> RevocationQuery:
    return RevocationQuery(
        kid=bytes(8), algorithm=Algorithm.ES256, signature=bytes(64), issuer="VN", identifiers=(identifier,)
    )


def _openings(open_list: Callable[[], RevocationList]) -> tuple[float, RevocationList]:
    """The median, and the one that stays open."""
    seconds: list[float] = []
    for _ in range(_OPENINGS):
        began = perf_counter()
        opened = open_list()
        seconds.append(perf_counter() - began)
    return median(seconds), opened


def _each(work: Callable[[_Item], object], items: Sequence[_Item]) -> float:
    """Seconds an item, the median of rounds: others work on the machine too."""
    seconds: list[float] = []
    for start in range(0, len(items), _A_ROUND):
        chosen = items[start : start + _A_ROUND]
        began = perf_counter()
        for item in chosen:
            work(item)
        seconds.append((perf_counter() - began) / len(chosen))
    return median(seconds)


def _resident() -> int:
    """Bytes of this process in memory, with the pages of mapped files (Linux); 0 where nobody tells."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0
    rows = dict(line.split(":", 1) for line in status.read_text().splitlines())
    if "RssAnon" not in rows:
        return int(rows["VmRSS"].split()[0]) * 1024
    return sum(int(rows[name].split()[0]) for name in ("RssAnon", "RssFile")) * 1024


def main(arguments: Sequence[str]) -> int:
    """Measure a list that is there, or build one and show its figures."""
    if arguments:
        path, anchor, look_ups = arguments
        print(json.dumps(_measure(Path(path), Path(anchor), int(look_ups))))
        return 0
    measured = figures()
    print(table(measured))
    return int(any(figure.met is False for figure in measured))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
