"""`read-revocation-list`: what lists of every form say of certificates, and whether they may be asked at all."""

from __future__ import annotations

import os
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from vaxcert.adapters.conformance.operations.described import failure
from vaxcert.adapters.conformance.operations.read_trust_list import anchors_described
from vaxcert.adapters.revocation_files import open_revocations
from vaxcert.adapters.store.revocation_state import StoredDocument, StoredRevocation, chain_with
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.errors import StaleTrustListError, VaxcertError
from vaxcert.trust.revocation import revocation_list
from vaxcert.trust.revocation.device_slices import DeviceSlices
from vaxcert.trust.revocation.german import GermanLists
from vaxcert.trust.revocation.hashes import HashType, query_hashes
from vaxcert.trust.revocation.ledger import LedgerState, full_sections, read_entries
from vaxcert.trust.revocation.query import (
    RevocationAnswer,
    RevocationLists,
    RevocationQuery,
    RevocationSource,
)
from vaxcert.trust.revocation.revocation_list import RevocationDocument, RevocationList
from vaxcert.trust.revocation.sections import NEVER, Section, day_of


def read_revocation_list(given: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    """Open `lists` at `at`, and ask them together about each certificate of `queries`."""
    at = datetime.fromisoformat(context["at"])
    with ExitStack() as folders:
        try:
            sources = [source for one in given["lists"] for source in _opened(one, at, folders)]
        except VaxcertError as error:
            return failure(error)
        lists = RevocationLists(sources)
        return {
            "outcome": "accepted",
            "reason": None,
            "answers": [_answer(lists.answer(_query(one), at=at)) for one in given["queries"]],
            "withdrawn": sorted(one.hex() for one in lists.withdrawn),
        }


def _opened(one: Mapping[str, Any], at: datetime, folders: ExitStack) -> Sequence[RevocationSource]:
    if one["form"] == "vaxcert":
        return (_own(one, at),)
    if one["form"] == "ledger":
        return (_LedgerList(one["text"], at),)
    files = {name: b64decode(data, validate=True) for name, data in one["files"].items()}
    fetched = datetime.fromisoformat(one["fetched"]) if "fetched" in one else None
    if one["form"] == "slices":
        return (DeviceSlices(files.get, fetched=fetched),)
    anchors = anchors_described(one)
    if one["form"] == "german":
        return (GermanLists(files.get, anchors, fetched=fetched),)
    folder = Path(folders.enter_context(TemporaryDirectory()))
    return open_revocations([_written(folder, files, fetched or at)], anchors)


def _written(folder: Path, files: Mapping[str, bytes], fetched: datetime) -> Path:
    """The folder of these files; where there is one only, that file."""
    place = folder
    for name, data in files.items():
        place = folder / name
        place.write_bytes(data)
        os.utime(place, (fetched.timestamp(), fetched.timestamp()))
    return place if len(files) == 1 else folder


def _own(one: Mapping[str, Any], at: datetime) -> RevocationList:
    """A list of vaxcert's own, and its deltas; as whoever keeps lists takes it, where there was one before."""
    datas = [b64decode(data, validate=True) for data in one["documents"]]
    documents = [_document(data, one, one.get("cut_after_opening")) for data in datas]
    if "previous" not in one:
        return RevocationList(documents)
    previous = _document(b64decode(one["previous"], validate=True), one)
    return _kept(previous, documents[0], one, at)


def _document(data: bytes, one: Mapping[str, Any], left: int | None = None) -> RevocationDocument:
    """Opened; then so many bytes of it are `left`."""
    held = bytearray(data)
    document = revocation_list.read(
        lambda start, length: bytes(held[start : start + length]),
        len(held),
        anchors_described(one),
        threshold=one.get("threshold", 1),
    )
    if left is not None:
        del held[left:]
    return document


def _kept(
    previous: RevocationDocument, new: RevocationDocument, one: Mapping[str, Any], at: datetime
) -> RevocationList:
    new.check()
    was = previous.header.description
    stored = StoredRevocation(
        name="vectors",
        threshold=one.get("threshold", 1),
        issuer=was.issuer,
        countries=was.countries,
        number=was.number,
        issued=was.issued,
        imported_at=was.issued,
        documents=(_stored(previous),),
    )
    by_content = {_stored(document): document for document in (previous, new)}
    chain = chain_with(stored, _stored(new), new.header.description)
    kept = RevocationList(by_content[document] for document in chain)
    if kept.description.usable_until < at:
        raise StaleTrustListError(kept.name, kept.description.usable_until, at)
    return kept


def _stored(document: RevocationDocument) -> StoredDocument:
    return StoredDocument(document.digest.hex(), document.digest.hex())


class _LedgerList:
    """The full list that an authority would make of a ledger, for all countries."""

    name = "ledger"

    def __init__(self, text: str, at: datetime) -> None:
        lines = text.splitlines(keepends=True)
        state = LedgerState(lambda: read_entries(lines))
        self._sections = {
            kind: Section(built.bits, built.index, built.blocks.__getitem__)
            for _, kind, built in full_sections(state, day=day_of(at))
        }
        self.withdrawn = state.withdrawn

    def covers(self, query: RevocationQuery) -> bool:
        """It is for all."""
        return True

    def answer(self, query: RevocationQuery, *, at: datetime) -> RevocationAnswer:
        """What the list says of a certificate."""
        days = [self._sections[kind].find(digest) for kind, digest in self._hashes(query)]
        if any(day is not None and (day == NEVER or day >= day_of(at)) for day in days):
            return RevocationAnswer.revoked(self.name, None)
        return RevocationAnswer.not_revoked(self.name, None)

    def _hashes(self, query: RevocationQuery) -> Iterator[tuple[HashType, bytes]]:
        for kind in self._sections:
            for digest in query_hashes(query, kind):
                yield kind, digest


def _query(one: Mapping[str, Any]) -> RevocationQuery:
    return RevocationQuery(
        kid=bytes.fromhex(one["kid"]),
        algorithm=Algorithm[one["algorithm"]],
        signature=bytes.fromhex(one["signature"]),
        issuer=one["issuer"],
        identifiers=tuple(one["identifiers"]),
        country=one["country"],
    )


def _answer(answer: RevocationAnswer) -> dict[str, Any]:
    return {
        "status": answer.status,
        "as_of": None if answer.as_of is None else f"{answer.as_of:%Y-%m-%dT%H:%M:%SZ}",
        "covered": answer.covered,
    }
