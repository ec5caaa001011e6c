"""`vaxcert trust sign`: make a trust list, or add another anchor's signature to one."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from vaxcert.adapters.files import file_digest, read_bounded, write_atomically
from vaxcert.adapters.signers import BareKeySigner
from vaxcert.cli.anchor_signers import anchor_signer
from vaxcert.cli.arguments import (
    Commands,
    Parser,
    add_command,
    days,
    key_digits,
    list_number,
    moment,
    named_file,
)
from vaxcert.cli.as_json import moment_json
from vaxcert.cli.exit_codes import ExitCode, UsageError
from vaxcert.cli.inputs import certificate_files
from vaxcert.cli.session import Session
from vaxcert.cli.texts import Texts
from vaxcert.crypto.extensions import is_authority
from vaxcert.crypto.signing_certificate import SigningCertificate, read_certificates
from vaxcert.errors import AdapterError, Reason, TrustListError, VaxcertError
from vaxcert.limits import MAX_TRUST_FILE_BYTES
from vaxcert.trust import formats, own_list, signed_document
from vaxcert.trust.anchors import anchor_of
from vaxcert.trust.origin import Environment
from vaxcert.trust.own_list import Companion, DecodedList, ListAuthority, TrustListContent
from vaxcert.trust.signed_document import DocumentSignature, SignedDocument

UPDATE_DAYS: Final = 7
VALID_DAYS: Final = 30

_REQUIRED: Final = ("issuer", "number", "environment")
_OPTIONAL: Final = ("files", "update_days", "valid_days", "withdraw", "authority", "companion", "at")


def add_parser(actions: Commands, texts: Texts) -> None:
    """Add the action to the parser of `vaxcert trust`."""
    parser = add_command(actions, "sign", texts, run, help_key="trust-sign")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help=texts.get("help", "listed-certs"))
    target = parser.add_mutually_exclusive_group(required=True)
    target.add_argument("--out", type=Path, metavar="LIST", help=texts.get("help", "out-list"))
    target.add_argument("--add", type=Path, metavar="LIST", help=texts.get("help", "add-to-list"))
    parser.add_argument(
        "--key", required=True, type=Path, metavar="FILE", help=texts.get("help", "anchor-key")
    )
    parser.add_argument("--password-file", type=Path, metavar="FILE", help=texts.get("help", "password-file"))
    _add_contents(parser, texts)


def _add_contents(parser: Parser, texts: Texts) -> None:
    parser.add_argument("--issuer", metavar="TEXT", help=texts.get("help", "list-issuer"))
    parser.add_argument("--number", type=list_number, metavar="N", help=texts.get("help", "list-number"))
    parser.add_argument(
        "--environment", choices=[str(one) for one in Environment], help=texts.get("help", "list-environment")
    )
    for name, default in (("update-days", UPDATE_DAYS), ("valid-days", VALID_DAYS)):
        parser.add_argument(
            f"--{name}", type=days, metavar="N", help=texts.get("help", f"list-{name}", default=default)
        )
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
    parser.add_argument("--at", type=moment, metavar="TIME", help=texts.get("help", "list-at"))


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
    signed = _with_signature(draft.document, signer)
    problems = _problems(signed, signer)
    for problem in problems:
        session.output.error(problem)
    if problems:
        return ExitCode.REFUSED
    if own_list.encode(draft.content) != draft.document.content:
        raise TrustListError(Reason.TRUST_LIST_UNREADABLE, f"{draft.path} says more than can be shown here")
    write_atomically(draft.path, signed_document.write(signed))
    _report(draft, signed, signer, options, session)
    return ExitCode.ACCEPTED


def _there_already(options: argparse.Namespace) -> _Draft:
    """A list that somebody else has signed."""
    misplaced = next((name for name in (*_REQUIRED, *_OPTIONAL) if getattr(options, name)), None)
    if misplaced is not None:
        raise UsageError(f"--add signs a list as it is; {misplaced.replace('_', '-')} has no place there")
    document = signed_document.read(read_bounded(options.add, MAX_TRUST_FILE_BYTES), own_list.CONTENT_TYPE)
    return _draft(options.add, document)


def _new(options: argparse.Namespace, now: datetime) -> _Draft:
    """A list as the options describe it, with the signatures that it has already when it is there."""
    missing = [f"--{name}" for name in _REQUIRED if getattr(options, name) is None]
    if missing or not options.files:
        raise UsageError(f"a new list needs {', '.join(missing or ['at least one certificate'])}")
    try:
        content = _content(options, (options.at or now).replace(microsecond=0))
    except (ValueError, OverflowError) as error:
        raise UsageError(str(error)) from None
    if not content.entries and not options.withdraw:
        raise UsageError("no signing certificate in what is named; at least one, or --withdraw, expected")
    data = own_list.encode(content)
    document = SignedDocument(own_list.CONTENT_TYPE, data, _kept_signatures(options.out, content, data))
    return _draft(options.out, document)


def _draft(path: Path, document: SignedDocument) -> _Draft:
    return _Draft(path, document, own_list.decode(document.content))


def _content(options: argparse.Namespace, issued: datetime) -> TrustListContent:
    return TrustListContent(
        issuer=options.issuer,
        number=options.number,
        issued=issued,
        next_update=issued + timedelta(days=options.update_days or UPDATE_DAYS),
        usable_until=issued + timedelta(days=options.valid_days or VALID_DAYS),
        environment=Environment(options.environment),
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


def _kept_signatures(path: Path, content: TrustListContent, data: bytes) -> tuple[DocumentSignature, ...]:
    """The signatures of the same list, where it is there already.

    Raises:
        AdapterError: `file-unwritable`, for anything in its place but the same list or an earlier edition of it.
    """
    if not path.exists():
        return ()
    try:
        old = signed_document.read(read_bounded(path, MAX_TRUST_FILE_BYTES), own_list.CONTENT_TYPE)
        before = own_list.decode(old.content).content
    except TrustListError:
        raise AdapterError(
            Reason.FILE_UNWRITABLE, f"{path} is there already, is no trust list, and is not overwritten"
        ) from None
    if old.content == data:
        return old.signatures
    same_list = (before.issuer, before.environment) == (content.issuer, content.environment)
    if same_list and before.number < content.number:
        return ()
    raise AdapterError(
        Reason.FILE_UNWRITABLE,
        f"{path} is list {before.number} of another content; only a later edition replaces it",
    )


def _with_signature(document: SignedDocument, signer: BareKeySigner) -> SignedDocument:
    try:
        return signed_document.add_signature(document, signer)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _problems(signed: SignedDocument, signer: BareKeySigner) -> tuple[VaxcertError, ...]:
    """What a verifier that has pinned this anchor would not take of the list."""
    terms = formats.ReadingTerms(anchors=(anchor_of(signer.public_key),))
    return formats.read(signed_document.write(signed), terms).problems


def _show(draft: _Draft, session: Session) -> None:
    """What a person is about to sign. Two who sign on two machines compare the digest."""
    texts, content = session.texts, draft.content
    session.output.paragraph(texts.get("trust-sign", "about-to-sign", path=draft.path))
    for key, value in (
        ("issuer", content.issuer),
        ("number", str(content.number)),
        ("environment", texts.get("trust-sign", content.environment)),
        ("issued", texts.moment(content.issued)),
        ("next-update", texts.moment(content.next_update)),
        ("usable-until", texts.moment(content.usable_until)),
        ("keys", str(draft.decoded.entries)),
        ("withdrawn", str(len(content.withdrawals))),
        ("authorities", str(len(content.authorities))),
        ("companions", ", ".join(one.name for one in content.companions)),
        ("digest", _digest(draft.document).hex()),
        ("signatures", ", ".join(_signature_kids(draft.document))),
    ):
        session.output.labelled(texts.get("trust-sign", key), value or texts.get("trust-sign", "none"))


def _report(
    draft: _Draft,
    signed: SignedDocument,
    signer: BareKeySigner,
    options: argparse.Namespace,
    session: Session,
) -> None:
    kid = signed_document.key_identifier(signer.public_key).hex()
    added = signed.signatures != draft.document.signatures
    if options.json:
        session.output.json({**_as_json(draft, signed), "signed_by": kid, "added": added})
        return
    session.output.labelled(session.texts.get("trust-sign", "signed-by"), kid)
    table, key = ("keys", "written") if added else ("trust-sign", "nothing-added")
    session.output.paragraph(session.texts.get(table, key, path=draft.path))


def _as_json(draft: _Draft, signed: SignedDocument) -> dict[str, Any]:
    content = draft.content
    return {
        "file": str(draft.path),
        "issuer": content.issuer,
        "number": content.number,
        "environment": str(content.environment),
        "issued": moment_json(content.issued),
        "next_update": moment_json(content.next_update),
        "usable_until": moment_json(content.usable_until),
        "keys": draft.decoded.entries,
        "withdrawn": sorted(one.hex() for one in content.withdrawals),
        "authorities": len(content.authorities),
        "companions": {one.name: one.digest.hex() for one in content.companions},
        "content_sha256": _digest(signed).hex(),
        "signatures": _signature_kids(signed),
    }


def _digest(document: SignedDocument) -> bytes:
    return hashlib.sha256(document.content).digest()


def _signature_kids(document: SignedDocument) -> list[str]:
    return [one.kid.hex() for one in document.signatures]
