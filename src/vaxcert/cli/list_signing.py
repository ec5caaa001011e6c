"""Signing lists of any kind: a new edition, or another anchor's signature to one that is there."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias

from vaxcert.adapters.files import read_bounded, write_atomically
from vaxcert.cli.anchor_signers import anchor_signer
from vaxcert.cli.arguments import Parser, days, list_number, moment
from vaxcert.cli.exit_codes import ExitCode, UsageError
from vaxcert.cli.session import Session
from vaxcert.errors import AdapterError, Reason, TrustListError, VaxcertError
from vaxcert.presentation.as_json import moment_json
from vaxcert.presentation.texts import Texts
from vaxcert.trust import signed_document
from vaxcert.trust.anchors import Anchor, anchor_of
from vaxcert.trust.document_members import Edition
from vaxcert.trust.origin import Environment
from vaxcert.trust.signed_document import DocumentSignature, DocumentSigner, SignedDocument

_UPDATE_DAYS: Final = 7
_VALID_DAYS: Final = 30

_REQUIRED: Final = ("issuer", "number", "environment")
_OPTIONAL: Final = ("update_days", "valid_days", "at")


Labelled: TypeAlias = tuple[str, str, str]
"""Table and key of a label, and the value that it stands before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListKind:
    """A kind of list that anchors sign.

    Attributes:
        content_type: Of its documents.
        most_bytes: Of a document.
        encode: The bytes of its content.
        decode: Its content from bytes; raises `TrustListError`.
        options: The options that only a new list has; without the first there is none.
        needs: What a person has to give for the first of them.
        content: What the options come to; None where nothing is to be signed, and the person has been told why. May
            raise `ValueError` and `OverflowError`.
        figures: How much is on it, for the JSON object.
        shown: The same for a person who is about to sign.
        problems: What a verifier that has pinned this anchor would not take of a document.
    """

    content_type: str
    most_bytes: int
    encode: Callable[[Any], bytes]
    decode: Callable[[bytes], Any]
    options: tuple[str, ...]
    needs: str
    content: Callable[[argparse.Namespace, Session], Edition | None]
    figures: Callable[[Any], dict[str, Any]]
    shown: Callable[[Any], Sequence[Labelled]]
    problems: Callable[[bytes, Anchor], Sequence[VaxcertError]]


@dataclass(frozen=True, slots=True)
class _Draft:
    """A list that is about to be signed."""

    path: Path
    document: SignedDocument
    content: Any


def sign_list(kind: ListKind, options: argparse.Namespace, session: Session) -> ExitCode:
    """Show what is signed, and sign it.

    Args:
        kind: Of the list.
        options: Those of `add_target_options` and `add_edition_options`, and of the kind.
        session: Where to show it.

    Returns:
        `REFUSED`, with nothing written, when a verifier would not take all of it; else `ACCEPTED`.

    Raises:
        UsageError: The options do not go together, or a value is out of range.
        AdapterError: A file cannot be used, or is in the way.
        UnsupportedError: `key-type`.
        TrustListError: What is there already cannot be read; or the list says things that are not known here, for
            nobody should sign what was not shown.
    """
    draft = _there_already(kind, options) if options.add is not None else _new(kind, options, session)
    if draft is None:
        return ExitCode.REFUSED
    if not options.json:
        _show(draft, kind.shown(draft.content), session)
    signer = anchor_signer(options.key, options.password_file, session)
    signed = _with_signature(draft.document, signer)
    data = signed_document.write(signed)
    problems = kind.problems(data, anchor_of(signer.public_key))
    for problem in problems:
        session.output.error(problem)
    if problems:
        return ExitCode.REFUSED
    if kind.encode(draft.content) != draft.document.content:
        raise TrustListError(Reason.TRUST_LIST_UNREADABLE, f"{draft.path} says more than can be shown here")
    write_atomically(draft.path, data)
    _report(draft, signed, signer, kind.figures(draft.content), options, session)
    return ExitCode.ACCEPTED


def _there_already(kind: ListKind, options: argparse.Namespace) -> _Draft:
    """A list that somebody else has signed."""
    _check_nothing_new(options, kind.options)
    document = signed_document.read(
        read_bounded(options.add, kind.most_bytes), kind.content_type, limit=kind.most_bytes
    )
    return _Draft(options.add, document, kind.decode(document.content))


def _new(kind: ListKind, options: argparse.Namespace, session: Session) -> _Draft | None:
    """A list as the options describe it, with the signatures that it has already when it is there."""
    missing = [f"--{name}" for name in _REQUIRED if getattr(options, name) is None]
    if missing or not getattr(options, kind.options[0]):
        raise UsageError(f"a new list needs {', '.join(missing or [kind.needs])}")
    try:
        content = kind.content(options, session)
        data = b"" if content is None else kind.encode(content)
    except (ValueError, OverflowError) as error:
        raise UsageError(str(error)) from None
    if content is None:
        return None
    kept = _kept_signatures(kind, options.out, content, data)
    # as others will read it, without what could not be read back
    return _Draft(options.out, SignedDocument(kind.content_type, data, kept), kind.decode(data))


def add_target_options(parser: Parser, texts: Texts) -> None:
    """Add the options of which list is signed, and with what key."""
    target = parser.add_mutually_exclusive_group(required=True)
    target.add_argument("--out", type=Path, metavar="LIST", help=texts.get("help", "out-list"))
    target.add_argument("--add", type=Path, metavar="LIST", help=texts.get("help", "add-to-list"))
    parser.add_argument(
        "--key", required=True, type=Path, metavar="FILE", help=texts.get("help", "anchor-key")
    )
    parser.add_argument("--password-file", type=Path, metavar="FILE", help=texts.get("help", "password-file"))


def add_edition_options(parser: Parser, texts: Texts) -> None:
    """Add the options of what a new list says of itself."""
    parser.add_argument("--issuer", metavar="TEXT", help=texts.get("help", "list-issuer"))
    parser.add_argument("--number", type=list_number, metavar="N", help=texts.get("help", "list-number"))
    parser.add_argument(
        "--environment", choices=[str(one) for one in Environment], help=texts.get("help", "list-environment")
    )
    for name, default in (("update-days", _UPDATE_DAYS), ("valid-days", _VALID_DAYS)):
        parser.add_argument(
            f"--{name}", type=days, metavar="N", help=texts.get("help", f"list-{name}", default=default)
        )
    parser.add_argument("--at", type=moment, metavar="TIME", help=texts.get("help", "list-at"))


def _check_nothing_new(options: argparse.Namespace, names: Sequence[str]) -> None:
    """Make sure that a list to which a signature is added gets nothing else."""
    misplaced = next((name for name in (*_REQUIRED, *names, *_OPTIONAL) if getattr(options, name)), None)
    if misplaced is not None:
        raise UsageError(f"--add signs a list as it is; {misplaced.replace('_', '-')} has no place there")


def edition_of(options: argparse.Namespace, now: datetime) -> dict[str, Any]:
    """What a new list says of itself, as arguments of its content.

    Raises:
        OverflowError: A date is out of range.
    """
    issued = (options.at or now).replace(microsecond=0)
    return {
        "issuer": options.issuer,
        "number": options.number,
        "issued": issued,
        "next_update": issued + timedelta(days=options.update_days or _UPDATE_DAYS),
        "usable_until": issued + timedelta(days=options.valid_days or _VALID_DAYS),
        "environment": Environment(options.environment),
    }


def _kept_signatures(
    kind: ListKind, path: Path, content: Edition, data: bytes
) -> tuple[DocumentSignature, ...]:
    """The signatures of the same list, where it is there already. Nothing else but an earlier edition is replaced."""
    if not path.exists():
        return ()
    try:
        old = signed_document.read(
            read_bounded(path, kind.most_bytes), kind.content_type, limit=kind.most_bytes
        )
        before = kind.decode(old.content)
    except TrustListError:
        raise AdapterError(
            Reason.FILE_UNWRITABLE, f"{path} is there already, is no such list, and is not overwritten"
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


def _with_signature(document: SignedDocument, signer: DocumentSigner) -> SignedDocument:
    try:
        return signed_document.add_signature(document, signer)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _content_digest(document: SignedDocument) -> str:
    """What two who sign on two machines compare, hexadecimal."""
    return hashlib.sha256(document.content).hexdigest()


def _signature_kids(document: SignedDocument) -> list[str]:
    """Which anchors claim to have signed, hexadecimal."""
    return [one.kid.hex() for one in document.signatures]


def _show(draft: _Draft, more: Sequence[Labelled], session: Session) -> None:
    """What a person is about to sign."""
    texts, edition = session.texts, draft.content
    session.output.paragraph(texts.get("trust-sign", "about-to-sign", path=draft.path))
    for table, key, value in (
        ("trust-sign", "issuer", edition.issuer),
        ("trust-sign", "number", str(edition.number)),
        ("trust-sign", "environment", texts.get("trust-sign", edition.environment)),
        ("trust-sign", "issued", texts.moment(edition.issued)),
        ("trust-sign", "next-update", texts.moment(edition.next_update)),
        ("trust-sign", "usable-until", texts.moment(edition.usable_until)),
        *more,
        ("trust-sign", "digest", _content_digest(draft.document)),
        ("trust-sign", "signatures", ", ".join(_signature_kids(draft.document))),
    ):
        session.output.labelled(texts.get(table, key), value or texts.get("trust-sign", "none"))


def _report(
    draft: _Draft,
    signed: SignedDocument,
    signer: DocumentSigner,
    figures: dict[str, Any],
    options: argparse.Namespace,
    session: Session,
) -> None:
    """Say what was signed."""
    kid = signed_document.key_identifier(signer.public_key).hex()
    added = signed.signatures != draft.document.signatures
    if not options.json:
        session.output.labelled(session.texts.get("trust-sign", "signed-by"), kid)
        table, key = ("keys", "written") if added else ("trust-sign", "nothing-added")
        session.output.paragraph(session.texts.get(table, key, path=draft.path))
        return
    edition = draft.content
    session.output.json(
        {
            "file": str(draft.path),
            "issuer": edition.issuer,
            "number": edition.number,
            "environment": str(edition.environment),
            "issued": moment_json(edition.issued),
            "next_update": moment_json(edition.next_update),
            "usable_until": moment_json(edition.usable_until),
            **figures,
            "content_sha256": _content_digest(signed),
            "signatures": _signature_kids(signed),
            "signed_by": kid,
            "added": added,
        }
    )
