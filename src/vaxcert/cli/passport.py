"""`vaxcert passport`: certificates as the PDF that people carry."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from vaxcert.adapters.files import write_atomically
from vaxcert.adapters.passport import (
    MAX_PEOPLE,
    PEOPLE_PER_FILE,
    CertificateReader,
    Layout,
    PassportHolder,
    ReadCertificate,
    WrittenFile,
    check_size,
    group_by_subject,
    passport_pdf,
    write_passports,
)
from vaxcert.adapters.passport.bulk_run import is_bulk_run, people_of_run
from vaxcert.adapters.passport.sources import read_inputs
from vaxcert.adapters.passport.specimens import test_keys
from vaxcert.adapters.places import default_store
from vaxcert.adapters.store import TrustStore
from vaxcert.adapters.trust_files import load_trust_list
from vaxcert.cli.arguments import Commands, add_command, millimetres, moment
from vaxcert.cli.exit_codes import ExitCode, UsageError
from vaxcert.cli.progress import tracked
from vaxcert.cli.session import Session
from vaxcert.cli.trust_options import add_terms, format_of, terms_of
from vaxcert.errors import EncodeError, Reason, TrustListError, VaxcertError, VerificationError
from vaxcert.presentation.texts import Texts
from vaxcert.qr import DEFAULT_SIZE_MM
from vaxcert.rules.policy import VerificationPolicy
from vaxcert.trust.origin import Environment
from vaxcert.trust.revocation.query import RevocationLists
from vaxcert.verify import Verifier

_MAX_SHOWN: Final = 20
_UNDECIDED: Final = (Reason.STALE_TRUST_LIST, Reason.REVOCATION_UNKNOWN)


def add_parser(commands: Commands, texts: Texts) -> None:
    """Add the command to the parser."""
    parser = add_command(commands, "passport", texts, run)
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help=texts.get("help", "passport-sources"))
    parser.add_argument(
        "--out", required=True, type=Path, metavar="FILE|FOLDER", help=texts.get("help", "passport-out")
    )
    parser.add_argument(
        "--trust", action="append", default=[], type=Path, metavar="PATH", help=texts.get("help", "trust")
    )
    add_terms(parser, texts)
    parser.add_argument("--unverified", action="store_true", help=texts.get("help", "unverified"))
    parser.add_argument(
        "--layout",
        choices=[str(layout) for layout in Layout],
        default=str(Layout.PAGE),
        help=texts.get("help", "passport-layout"),
    )
    parser.add_argument(
        "--qr-mm",
        type=millimetres,
        default=DEFAULT_SIZE_MM,
        metavar="MM",
        help=texts.get("help", "passport-qr-mm"),
    )
    parser.add_argument("--nationality", metavar="NAME", help=texts.get("help", "passport-nationality"))
    parser.add_argument("--specimen", action="store_true", help=texts.get("help", "specimen"))
    parser.add_argument(
        "--per-file",
        type=_people_per_file,
        default=PEOPLE_PER_FILE,
        metavar="N",
        help=texts.get("help", "passport-per-file"),
    )
    parser.add_argument("--at", type=moment, metavar="TIME", help=texts.get("help", "at"))


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Print every certificate that may be relied on.

    Returns:
        `REFUSED` if any was refused; `TRUST` if that was only because lists are too old or cannot tell; else
        `UNREADABLE` if any could not be read, else `ACCEPTED`.

    Raises:
        TrustListError: There is no key to trust, or a list must not be relied on.
        AdapterError: A file, a store or a run cannot be read or written.
    """
    layout = Layout(options.layout)
    try:
        check_size(layout, options.qr_mm)
    except ValueError as error:
        raise UsageError(str(error)) from None
    for source in filter(_is_run, options.sources):
        _check_run(Path(source))
    left_out = _LeftOut(session, as_json=options.json)
    people = _people(options, session, _reader(options, session), left_out)
    written = _write(people, options, layout)
    shown = session.output.shows_progress(among_results=options.json)
    count: Counter[str] = Counter()
    for file in tracked(written, title=session.texts.get("progress", "printing"), total=None, shown=shown):
        count.update(files=1, people=file.people, certificates=file.certificates)
        if options.json:
            session.output.json(
                {"file": str(file.path), "people": file.people, "certificates": file.certificates}
            )
    if not options.json:
        _write_summary(count, left_out, options, session)
    return left_out.exit_code


class _LeftOut:
    """What is not printed: said as it comes, and counted."""

    def __init__(self, session: Session, *, as_json: bool) -> None:
        self._session = session
        self._as_json = as_json
        self._unreadable = 0
        self.reasons: Counter[Reason] = Counter()

    @property
    def exit_code(self) -> ExitCode:
        """What it makes of the run."""
        refused = self.reasons.total() - self._unreadable
        if refused:
            undecided = sum(self.reasons[reason] for reason in _UNDECIDED)
            return ExitCode.TRUST if refused == undecided else ExitCode.REFUSED
        return ExitCode.UNREADABLE if self._unreadable else ExitCode.ACCEPTED

    def add(self, source: str, error: VaxcertError) -> None:
        """One more."""
        unreadable = not isinstance(error, VerificationError | EncodeError)
        self._unreadable += unreadable
        self.reasons[error.reason] += 1
        output, texts = self._session.output, self._session.texts
        if self._as_json:
            outcome = "unreadable" if unreadable else "refused"
            output.json({"source": source, "outcome": outcome, "reason": error.reason})
        elif self.reasons.total() <= _MAX_SHOWN:
            output.problem(error.reason, f"{source}: {error}", texts.get("reason", error.reason))


def _reader(options: argparse.Namespace, session: Session) -> CertificateReader:
    at = options.at or session.now
    if options.unverified:
        if options.trust:
            raise UsageError("--unverified checks no signature, so --trust does not go with it")
        return CertificateReader(None, at=at)
    places = options.trust or [_store()]
    trust_list, problems = load_trust_list(places, terms_of(options), as_format=format_of(options))
    for problem in problems:
        session.output.error(problem)
    policy = VerificationPolicy(environments=frozenset(Environment))  # what is for tests is marked
    stored = [TrustStore.open(place).revocation() for place in places if TrustStore.is_store(place)]
    sources = [source for lists in stored if lists is not None for source in lists.sources]
    revocation = RevocationLists(sources) if sources else None
    return CertificateReader(
        Verifier(trust_list, policy=policy, revocation=revocation),
        at=at,
        test_keys=test_keys(places),
        specimen=options.specimen,
    )


def _store() -> Path:
    store = default_store()
    if not TrustStore.is_store(store):
        raise TrustListError(
            Reason.TRUST_LIST_EMPTY, "no trusted keys given; expected --trust PATH, a store, or --unverified"
        )
    return store


def _people(
    options: argparse.Namespace, session: Session, reader: CertificateReader, left_out: _LeftOut
) -> Iterator[PassportHolder]:
    """Those of bulk runs first, and then those of all other sources together."""
    runs = [source for source in options.sources if _is_run(source)]
    others = [source for source in options.sources if source not in runs]
    for source in runs:
        yield from people_of_run(Path(source), reader, left_out.add)
    yield from group_by_subject(
        _certificates(others, session, reader, left_out), nationality=options.nationality
    )


def _check_run(folder: Path) -> None:
    """A person's certificates are brought together by what the run says of them, so it has to be as it was written."""
    from vaxcert.adapters.bulk.claim import check_unchanged  # not needed without a run
    from vaxcert.adapters.bulk.places import RunFolder

    check_unchanged(RunFolder(folder))


def _is_run(source: str) -> bool:
    try:
        return is_bulk_run(Path(source))
    except (OSError, ValueError):  # a certificate is no name
        return False


def _certificates(
    sources: Iterable[str], session: Session, reader: CertificateReader, left_out: _LeftOut
) -> Iterator[ReadCertificate]:
    for item in read_inputs(sources, session.stdin):
        try:
            if isinstance(item.content, VaxcertError):
                raise item.content
            yield reader.read(item.content)
        except VaxcertError as error:
            left_out.add(item.source, error)


def _write(
    people: Iterator[PassportHolder], options: argparse.Namespace, layout: Layout
) -> Iterator[WrittenFile]:
    out: Path = options.out
    if out.suffix.lower() != ".pdf":
        yield from write_passports(people, out, layout=layout, qr_mm=options.qr_mm, per_file=options.per_file)
        return
    together = tuple(islice(people, MAX_PEOPLE + 1))
    if len(together) > MAX_PEOPLE:
        raise UsageError(f"more than {MAX_PEOPLE} persons for one file; let --out name a folder")
    if together:
        write_atomically(out, passport_pdf(together, layout=layout, qr_mm=options.qr_mm), private=True)
        yield WrittenFile(out, len(together), sum(len(person.doses) for person in together))


def _write_summary(
    count: Counter[str], left_out: _LeftOut, options: argparse.Namespace, session: Session
) -> None:
    output, texts = session.output, session.texts
    for reason, number in left_out.reasons.most_common():
        output.labelled(f"{number:>5} ✘", f"{texts.get('reason', reason)} [{reason}]", label_width=8)
    key = "printed" if count["files"] else "nothing-printed"
    output.paragraph(
        texts.get(
            "passport",
            key,
            people=count["people"],
            certificates=count["certificates"],
            files=count["files"],
            place=options.out,
        )
    )
    if left_out.reasons:
        output.paragraph(texts.get("passport", "left-out", number=left_out.reasons.total()))


def _people_per_file(text: str) -> int:
    """A number of persons."""
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= MAX_PEOPLE):
        raise argparse.ArgumentTypeError(f"not a number of persons from 1 to {MAX_PEOPLE}")
    return int(text)
