"""From what was scanned to a decision about the traveller at the desk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self, TypeGuard

from vaxcert.adapters.desk.documents import ShownDocument, read_document
from vaxcert.adapters.desk.entries import Entry, Problem, sort_out
from vaxcert.adapters.desk.refusals import RefusalCode, RefusalError
from vaxcert.decision import Decision, Desk
from vaxcert.errors import Reason, VaxcertError
from vaxcert.limits import MAX_DESK_CERTIFICATES
from vaxcert.presentation.decision_json import decision_json
from vaxcert.presentation.texts import Texts
from vaxcert.rules.identity import Traveller
from vaxcert.scanned_text import ScanRepair
from vaxcert.verify import Outcome

_MOST_TRAVELLER_CHARACTERS: Final = 64
_HALF_A_CHARACTER: Final = re.compile("[\ud800-\udfff]")
"""Which JSON can hold, and UTF-8 cannot (RFC 8259 section 8.2)."""


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class ScanRequest:
    """What the page sends with a scan. Its repr shows none of it.

    Attributes:
        held: The certificates of this traveller so far.
        entries: What was entered now.
        document: The travel document so far, see `read_document`.
        traveller: What the page calls this traveller, at random.
    """

    held: tuple[str, ...]
    entries: tuple[str, ...]
    document: dict[str, str] | None
    traveller: str

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        """Read it.

        Raises:
            RefusalError: `MALFORMED`.
        """
        document, traveller = value.get("document"), value.get("traveller", "")
        if not (_is_text(traveller) and len(traveller) <= _MOST_TRAVELLER_CHARACTERS):
            raise RefusalError(RefusalCode.MALFORMED)
        return cls(
            held=_texts(value.get("held", [])),
            entries=_texts(value.get("entries", [])),
            document=None if document is None else _strings(document),
            traveller=traveller,
        )


def _is_text(value: object) -> TypeGuard[str]:
    """Whether it is a text that an answer can hold, too."""
    return isinstance(value, str) and _HALF_A_CHARACTER.search(value) is None


def _texts(value: object) -> tuple[str, ...]:
    if not (isinstance(value, list) and all(map(_is_text, value))):
        raise RefusalError(RefusalCode.MALFORMED)
    return tuple(value[: 2 * MAX_DESK_CERTIFICATES])


def _strings(value: object) -> dict[str, str]:
    if not (isinstance(value, dict) and all(map(_is_text, value.values()))):
        raise RefusalError(RefusalCode.MALFORMED)
    return value


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class ScanAnswer:
    """What came of a scan. Its repr shows none of it.

    Attributes:
        held: The certificates of this traveller now.
        document: The travel document now; None where none was shown.
        decision: About this traveller; None where no certificate is held, or nothing that was entered could be read: it
            may have been the next traveller's, who must not see the answer of the one before.
        problems: What was the matter with what was entered, in its order.
        repairs: What was put right in it.
        added: How many certificates and documents came to it.
    """

    held: tuple[str, ...]
    document: ShownDocument | None
    decision: Decision | None
    problems: tuple[Problem, ...]
    repairs: tuple[ScanRepair, ...]
    added: int

    def as_json(self, at: datetime, texts: Texts) -> dict[str, Any]:
        """What the page gets."""
        document, decision = self.document, self.decision
        return {
            "held": list(self.held),
            "document": None if document is None else document.sent,
            "document_shown": None if document is None else document.as_json(at, texts),
            "decision": None if decision is None else decision_json(decision, texts),
            "notices": notices(self.problems + self.repairs, texts),
            "added": self.added,
        }


def notices(codes: tuple[Problem | ScanRepair, ...], texts: Texts) -> list[dict[str, str]]:
    """Codes with their sentences, each once, and whether something was put right or is to be done."""
    sentences = texts.sentences("scan", "reason")
    return [
        {
            "code": code,
            "sentence": sentences[code],
            "kind": "repair" if isinstance(code, ScanRepair) else "problem",
        }
        for code in dict.fromkeys(codes)
    ]


def scan(request: ScanRequest, desk: Desk, at: datetime) -> ScanAnswer:
    """Decide about the traveller with what was scanned now. Whatever is unreadable is set aside and told.

    Args:
        request: What the page sent.
        desk: Decides.
        at: Now, aware.
    """
    entries = list(_sorted_out(request, desk, at))
    certificates = tuple(dict.fromkeys((*request.held, *_certificates(entries))))
    mrz = next((entry.mrz for entry in reversed(entries) if entry.mrz is not None), None)
    problems = [entry.problem for entry in entries if entry.problem is not None]
    if len(certificates) > MAX_DESK_CERTIFICATES:
        problems.append(Reason.INPUT_TOO_LONG)
    held = certificates[:MAX_DESK_CERTIFICATES]
    added = len(held) - len(set(request.held)) + (mrz is not None)
    is_decided = bool(held) and (added > 0 or not problems)
    document, traveller = None, None
    sent = request.document if mrz is None else {"mrz": mrz}
    if sent is not None:
        try:
            document = read_document(sent, at)
            traveller = document.traveller
        except VaxcertError as error:
            problems.append(error.reason)
            traveller = (
                Traveller()
            )  # somebody of whom nothing is known: for a second look, whoever was compared before
    return ScanAnswer(
        held=held,
        document=document,
        decision=desk.examine(held, at=at, traveller=traveller) if is_decided else None,
        problems=tuple(problems),
        repairs=tuple(repair for entry in entries for repair in entry.repairs),
        added=added,
    )


def _certificates(entries: list[Entry]) -> Iterator[str]:
    return (entry.certificate for entry in entries if entry.certificate is not None)


def _sorted_out(request: ScanRequest, desk: Desk, at: datetime) -> Iterator[Entry]:
    """The entries; a certificate that cannot be read is a problem, to be scanned again, and is not held."""
    for text in request.entries:
        for entry in sort_out(text, at):
            if entry.certificate is None:
                yield entry
                continue
            report = desk.verifier.report(entry.certificate, at=at)
            is_unreadable = report.outcome is Outcome.UNREADABLE
            yield Entry(problem=report.reason) if is_unreadable else entry
