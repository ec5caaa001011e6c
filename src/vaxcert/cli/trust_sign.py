"""`vaxcert trust sign`: make a trust list, or add another anchor's signature to one."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from vaxcert.adapters.files import file_digest, read_bounded, write_atomically
from vaxcert.adapters.signers import BareKeySigner
from vaxcert.cli.anchor_signers import anchor_signer
from vaxcert.cli.arguments import (
    Commands,
    add_command,
    key_digits,
    named_file,
)
from vaxcert.cli.exit_codes import ExitCode, UsageError
from vaxcert.cli.inputs import certificate_files
from vaxcert.cli.list_editions import (
    add_edition_options,
    add_target_options,
    check_nothing_new,
    edition_of,
    kept_signatures,
    missing_options,
    report_signed,
    show_draft,
    with_signature,
)
from vaxcert.cli.session import Session
from vaxcert.crypto.extensions import is_authority
from vaxcert.crypto.signing_certificate import SigningCertificate, read_certificates
from vaxcert.errors import Reason, TrustListError, VaxcertError
from vaxcert.limits import MAX_TRUST_FILE_BYTES
from vaxcert.presentation.texts import Texts
from vaxcert.trust import formats, own_list, signed_document
from vaxcert.trust.anchors import anchor_of
from vaxcert.trust.own_list import Companion, DecodedList, ListAuthority, TrustListContent
from vaxcert.trust.signed_document import SignedDocument

_CONTENTS: Final = ("files", "withdraw", "authority", "companion")


def add_parser(actions: Commands, texts: Texts) -> None:
    """Add the action to the parser of `vaxcert trust`."""
    parser = add_command(actions, "sign", texts, run, help_key="trust-sign")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help=texts.get("help", "listed-certs"))
    add_target_options(parser, texts)
    add_edition_options(parser, texts)
    for name, kind, shown in (
        ("withdraw", key_digits, "HEX"),
        ("authority", Path, "FILE"),
        ("companion", named_file, "NAME=FILE"),
    ):
        parser.add_argument(
            f"--{name}",
            action="append",
            default=[],
            type=kind,
            metavar=shown,
            help=texts.get("help", f"list-{name}"),
        )


@dataclass(frozen=True, slots=True)
class _Draft:
    """A list that is about to be signed."""

    path: Path
    document: SignedDocument
    decoded: DecodedList

    @property
    def content(self) -> TrustListContent:
        """What it says."""
        return self.decoded.content


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Show what is signed, and sign it.

    Returns:
        `REFUSED`, with nothing written, when a verifier would not take every entry; else `ACCEPTED`.

    Raises:
        UsageError: The options do not go together, or a value is out of range.
        AdapterError: A file cannot be used, or is in the way.
        TrustListError: What is there already, or a certificate, cannot be read; or the list says things that are
            not known here, for nobody should sign what was not shown.
    """
    draft = _there_already(options) if options.add is not None else _new(options, session.now)
    if not options.json:
        _show(draft, session)
    signer = anchor_signer(options.key, options.password_file, session)
    signed = with_signature(draft.document, signer)
    problems = _problems(signed, signer)
    for problem in problems:
        session.output.error(problem)
    if problems:
        return ExitCode.REFUSED
    if own_list.encode(draft.content) != draft.document.content:
        raise TrustListError(Reason.TRUST_LIST_UNREADABLE, f"{draft.path} says more than can be shown here")
    write_atomically(draft.path, signed_document.write(signed))
    added = signed.signatures != draft.document.signatures
    report_signed(draft.path, draft.content, signed, signer, _as_json(draft), options, session, added=added)
    return ExitCode.ACCEPTED


def _there_already(options: argparse.Namespace) -> _Draft:
    """A list that somebody else has signed."""
    check_nothing_new(options, *_CONTENTS)
    document = signed_document.read(read_bounded(options.add, MAX_TRUST_FILE_BYTES), own_list.CONTENT_TYPE)
    return _draft(options.add, document)


def _new(options: argparse.Namespace, now: datetime) -> _Draft:
    """A list as the options describe it, with the signatures that it has already when it is there."""
    missing = missing_options(options)
    if missing or not options.files:
        raise UsageError(f"a new list needs {', '.join(missing or ['at least one certificate'])}")
    try:
        content = _content(options, now)
    except (ValueError, OverflowError) as error:
        raise UsageError(str(error)) from None
    if not content.entries and not options.withdraw:
        raise UsageError("no signing certificate in what is named; at least one, or --withdraw, expected")
    data = own_list.encode(content)
    kept = kept_signatures(options.out, own_list.CONTENT_TYPE, _edition, content, data)
    document = SignedDocument(own_list.CONTENT_TYPE, data, kept)
    return _draft(options.out, document)


def _draft(path: Path, document: SignedDocument) -> _Draft:
    return _Draft(path, document, own_list.decode(document.content))


def _edition(content: bytes) -> TrustListContent:
    return own_list.decode(content).content


def _content(options: argparse.Namespace, now: datetime) -> TrustListContent:
    return TrustListContent(
        **edition_of(options, now),
        entries=tuple(own_list.certificate_entry(one) for one in _signers(options.files)),
        unlisted_withdrawals=frozenset(options.withdraw),
        authorities=tuple(map(_authority, _certificates(options.authority))),
        companions=tuple(Companion(name=name, digest=file_digest(path)) for name, path in options.companion),
    )


def _signers(paths: Iterable[Path]) -> Iterator[SigningCertificate]:
    for certificate in _certificates(paths):
        if is_authority(certificate.der):
            raise UsageError(f"{certificate.subject} is an authority; name its certificate with --authority")
        yield certificate


def _authority(certificate: SigningCertificate) -> ListAuthority:
    if certificate.country is None:
        raise UsageError(f"the authority {certificate.subject} names no country")
    return ListAuthority(country=certificate.country, certificate=certificate.der)


def _certificates(paths: Iterable[Path]) -> Iterator[SigningCertificate]:
    """Every certificate of files and folders. One that cannot be read ends it: no list is signed without it."""
    for path in paths:
        for file in certificate_files(path):
            for reading in read_certificates(read_bounded(file, MAX_TRUST_FILE_BYTES)):
                if not isinstance(reading, SigningCertificate):
                    raise TrustListError(reading.reason, f"{file}: {reading}")
                yield reading


def _problems(signed: SignedDocument, signer: BareKeySigner) -> tuple[VaxcertError, ...]:
    """What a verifier that has pinned this anchor would not take of the list."""
    terms = formats.ReadingTerms(anchors=(anchor_of(signer.public_key),))
    return formats.read(signed_document.write(signed), terms).problems


def _show(draft: _Draft, session: Session) -> None:
    """What a person is about to sign."""
    content = draft.content
    more = (
        ("trust-sign", "keys", str(draft.decoded.entries)),
        ("trust-sign", "withdrawn", str(len(content.withdrawals))),
        ("trust-sign", "authorities", str(len(content.authorities))),
        ("trust-sign", "companions", ", ".join(one.name for one in content.companions)),
    )
    show_draft(draft.path, content, draft.document, more, session)


def _as_json(draft: _Draft) -> dict[str, Any]:
    content = draft.content
    return {
        "keys": draft.decoded.entries,
        "withdrawn": sorted(one.hex() for one in content.withdrawals),
        "authorities": len(content.authorities),
        "companions": {one.name: one.digest.hex() for one in content.companions},
    }
