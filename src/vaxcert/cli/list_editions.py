"""Signing editions of lists: what every list says of itself, and the signatures that one has already."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Protocol

from vaxcert.adapters.files import read_bounded
from vaxcert.cli.arguments import Parser, days, list_number, moment
from vaxcert.cli.exit_codes import UsageError
from vaxcert.cli.session import Session
from vaxcert.errors import AdapterError, Reason, TrustListError
from vaxcert.limits import MAX_TRUST_FILE_BYTES
from vaxcert.presentation.as_json import moment_json
from vaxcert.presentation.texts import Texts
from vaxcert.trust import signed_document
from vaxcert.trust.origin import Environment
from vaxcert.trust.signed_document import DocumentSignature, DocumentSigner, SignedDocument

UPDATE_DAYS: Final = 7
VALID_DAYS: Final = 30

REQUIRED: Final = ("issuer", "number", "environment")
OPTIONAL: Final = ("update_days", "valid_days", "at")


class Edition(Protocol):
    """What every list says of itself."""

    @property
    def issuer(self) -> str:
        """Who publishes it."""

    @property
    def number(self) -> int:
        """Its version number."""

    @property
    def issued(self) -> datetime:
        """When it was made."""

    @property
    def next_update(self) -> datetime:
        """When the next edition is due."""

    @property
    def usable_until(self) -> datetime:
        """The last moment it may be relied on."""

    @property
    def environment(self) -> Environment:
        """What its keys are for."""


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
    for name, default in (("update-days", UPDATE_DAYS), ("valid-days", VALID_DAYS)):
        parser.add_argument(
            f"--{name}", type=days, metavar="N", help=texts.get("help", f"list-{name}", default=default)
        )
    parser.add_argument("--at", type=moment, metavar="TIME", help=texts.get("help", "list-at"))


def check_nothing_new(options: argparse.Namespace, *names: str) -> None:
    """Make sure that a list to which a signature is added gets nothing else.

    Args:
        options: Of the command.
        names: Of further options that make a new list.

    Raises:
        UsageError: One is given.
    """
    misplaced = next((name for name in (*REQUIRED, *names, *OPTIONAL) if getattr(options, name)), None)
    if misplaced is not None:
        raise UsageError(f"--add signs a list as it is; {misplaced.replace('_', '-')} has no place there")


def missing_options(options: argparse.Namespace) -> list[str]:
    """What a new list needs and was not given."""
    return [f"--{name}" for name in REQUIRED if getattr(options, name) is None]


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
        "next_update": issued + timedelta(days=options.update_days or UPDATE_DAYS),
        "usable_until": issued + timedelta(days=options.valid_days or VALID_DAYS),
        "environment": Environment(options.environment),
    }


def kept_signatures(
    path: Path,
    content_type: str,
    read_edition: Callable[[bytes], Edition],
    edition: Edition,
    data: bytes,
) -> tuple[DocumentSignature, ...]:
    """The signatures of the same list, where it is there already.

    Args:
        path: Where the list is about to be written.
        content_type: Of its kind.
        read_edition: Reads the content of such a list.
        edition: The one that is to be written.
        data: Its content.

    Raises:
        AdapterError: `file-unwritable`, for anything in its place but the same list or an earlier edition of it.
    """
    if not path.exists():
        return ()
    try:
        old = signed_document.read(read_bounded(path, MAX_TRUST_FILE_BYTES), content_type)
        before = read_edition(old.content)
    except TrustListError:
        raise AdapterError(
            Reason.FILE_UNWRITABLE, f"{path} is there already, is no such list, and is not overwritten"
        ) from None
    if old.content == data:
        return old.signatures
    same_list = (before.issuer, before.environment) == (edition.issuer, edition.environment)
    if same_list and before.number < edition.number:
        return ()
    raise AdapterError(
        Reason.FILE_UNWRITABLE,
        f"{path} is list {before.number} of another content; only a later edition replaces it",
    )


def with_signature(document: SignedDocument, signer: DocumentSigner) -> SignedDocument:
    """The document with one more signature.

    Raises:
        UsageError: It has no room for another.
        UnsupportedError: `key-type`.
    """
    try:
        return signed_document.add_signature(document, signer)
    except ValueError as error:
        raise UsageError(str(error)) from None


def content_digest(document: SignedDocument) -> str:
    """What two who sign on two machines compare, hexadecimal."""
    return hashlib.sha256(document.content).hexdigest()


def signature_kids(document: SignedDocument) -> list[str]:
    """Which anchors claim to have signed, hexadecimal."""
    return [one.kid.hex() for one in document.signatures]


def show_draft(
    path: Path,
    edition: Edition,
    document: SignedDocument,
    more: Sequence[tuple[str, str, str]],
    session: Session,
) -> None:
    """Show a person what is about to be signed.

    Args:
        path: The list.
        edition: What it says of itself.
        document: With the signatures so far.
        more: What else it says: table and key of a label, and the value.
        session: Where to show it.
    """
    texts = session.texts
    session.output.paragraph(texts.get("trust-sign", "about-to-sign", path=path))
    for table, key, value in (
        ("trust-sign", "issuer", edition.issuer),
        ("trust-sign", "number", str(edition.number)),
        ("trust-sign", "environment", texts.get("trust-sign", edition.environment)),
        ("trust-sign", "issued", texts.moment(edition.issued)),
        ("trust-sign", "next-update", texts.moment(edition.next_update)),
        ("trust-sign", "usable-until", texts.moment(edition.usable_until)),
        *more,
        ("trust-sign", "digest", content_digest(document)),
        ("trust-sign", "signatures", ", ".join(signature_kids(document))),
    ):
        session.output.labelled(texts.get(table, key), value or texts.get("trust-sign", "none"))


def report_signed(
    path: Path,
    edition: Edition,
    signed: SignedDocument,
    signer: DocumentSigner,
    more: dict[str, Any],
    options: argparse.Namespace,
    session: Session,
    *,
    added: bool,
) -> None:
    """Say what was signed.

    Args:
        path: The list.
        edition: What it says of itself.
        signed: As it was written.
        signer: Who signed.
        more: What else the list says, for the JSON object.
        options: Of the command.
        session: Where to say it.
        added: Whether the signature is new.
    """
    kid = signed_document.key_identifier(signer.public_key).hex()
    if not options.json:
        session.output.labelled(session.texts.get("trust-sign", "signed-by"), kid)
        table, key = ("keys", "written") if added else ("trust-sign", "nothing-added")
        session.output.paragraph(session.texts.get(table, key, path=path))
        return
    session.output.json(
        {
            "file": str(path),
            "issuer": edition.issuer,
            "number": edition.number,
            "environment": str(edition.environment),
            "issued": moment_json(edition.issued),
            "next_update": moment_json(edition.next_update),
            "usable_until": moment_json(edition.usable_until),
            **more,
            "content_sha256": content_digest(signed),
            "signatures": signature_kids(signed),
            "signed_by": kid,
            "added": added,
        }
    )
