"""`vaxcert revoke sign`: add another anchor's signature to a list, so that no machine needs the keys of two."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from vaxcert.adapters.files import write_pieces_atomically
from vaxcert.adapters.revocation_files import ListFile
from vaxcert.cli.anchor_signers import anchor_signer
from vaxcert.cli.arguments import Commands, add_command
from vaxcert.cli.exit_codes import ExitCode, UsageError
from vaxcert.cli.session import Session
from vaxcert.errors import TrustListError
from vaxcert.presentation.as_json import moment_json
from vaxcert.presentation.texts import Texts
from vaxcert.trust import signed_document
from vaxcert.trust.revocation import revocation_list
from vaxcert.trust.revocation.header import Header
from vaxcert.trust.revocation.revocation_list import RevocationDocument
from vaxcert.trust.signed_document import DocumentSigner, SignedDocument


def add_parser(actions: Commands, texts: Texts) -> None:
    """Add the action to the parser of `vaxcert revoke`."""
    parser = add_command(actions, "sign", texts, run, help_key="revoke-sign")
    parser.add_argument(
        "--add", required=True, type=Path, metavar="LIST", help=texts.get("help", "add-to-list")
    )
    parser.add_argument(
        "--key", required=True, type=Path, metavar="FILE", help=texts.get("help", "anchor-key")
    )
    parser.add_argument("--password-file", type=Path, metavar="FILE", help=texts.get("help", "password-file"))


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Read all of a list, show what is signed, and sign it.

    Raises:
        UsageError: It has no room for another signature.
        AdapterError: A file cannot be used.
        TrustListError: The list cannot be read or is damaged.
        UnsupportedError: `key-type`.
    """
    path: Path = options.add
    with closing(ListFile(path)) as file:
        try:
            earlier, document = revocation_list.read_unjudged(file.read_at, file.size)
            document.check()
        except TrustListError as error:
            raise TrustListError(error.reason, f"{path}: {error}") from None
        if not options.json:
            _show(path, earlier, document, session)
        signer = anchor_signer(options.key, options.password_file, session)
        try:
            signed = signed_document.add_signature(earlier, signer)
            added = signed.signatures != earlier.signatures
            if added:
                write_pieces_atomically(path, _pieces(file, signed))
        except ValueError as error:
            raise UsageError(str(error)) from None
    _report(path, signed, document, signer, options, session, added=added)
    return ExitCode.ACCEPTED


def _pieces(file: ListFile, signed: SignedDocument) -> Iterator[bytes]:
    yield from revocation_list.with_signatures(file.read_at, signed)
    file.close()  # it is about to be replaced, which some systems refuse while it is open


def _show(path: Path, signed: SignedDocument, document: RevocationDocument, session: Session) -> None:
    """What a person is about to sign. Two who sign on two machines compare the digest."""
    texts, said = session.texts, document.header.description
    session.output.paragraph(texts.get("trust-sign", "about-to-sign", path=path))
    for section, key, value in (
        ("trust-sign", "issuer", said.issuer),
        ("revoke", "countries", _countries(document.header) or texts.get("revoke", "all-countries")),
        ("revoke", "number", str(said.number)),
        ("revoke", "base", "" if said.base is None else str(said.base.number)),
        ("trust-sign", "issued", texts.moment(said.issued)),
        ("trust-sign", "next-update", texts.moment(said.next_update)),
        ("trust-sign", "usable-until", texts.moment(said.usable_until)),
        ("revoke", "entries", ", ".join(f"{name}: {n}" for name, n in _entries(document.header).items())),
        ("revoke", "withdrawn-keys", " ".join(sorted(key.hex() for key in said.withdrawn))),
        ("trust-sign", "digest", document.digest.hex()),
        ("trust-sign", "signatures", ", ".join(_signature_kids(signed))),
    ):
        session.output.labelled(texts.get(section, key), value or texts.get("trust-sign", "none"))


def _report(
    path: Path,
    signed: SignedDocument,
    document: RevocationDocument,
    signer: DocumentSigner,
    options: argparse.Namespace,
    session: Session,
    *,
    added: bool,
) -> None:
    kid = signed_document.key_identifier(signer.public_key).hex()
    if not options.json:
        session.output.labelled(session.texts.get("trust-sign", "signed-by"), kid)
        table, key = ("keys", "written") if added else ("trust-sign", "nothing-added")
        session.output.paragraph(session.texts.get(table, key, path=path))
        return
    said = document.header.description
    session.output.json(
        {
            "file": str(path),
            "issuer": said.issuer,
            "countries": None if said.countries is None else sorted(said.countries),
            "number": said.number,
            "base": said.base and said.base.number,
            "issued": moment_json(said.issued),
            "next_update": moment_json(said.next_update),
            "usable_until": moment_json(said.usable_until),
            "entries": _entries(document.header),
            "withdrawn": sorted(key.hex() for key in said.withdrawn),
            "content_sha256": document.digest.hex(),
            "signatures": _signature_kids(signed),
            "signed_by": kid,
            "added": added,
        }
    )


def _countries(header: Header) -> str:
    return " ".join(sorted(header.description.countries or ()))


def _entries(header: Header) -> dict[str, int]:
    return {f"{one.change} {one.hash_type}": one.entries for one in header.sections}


def _signature_kids(document: SignedDocument) -> list[str]:
    return [one.kid.hex() for one in document.signatures]
