"""`vaxcert trust anchors`: the keys that the lists of a source are judged by."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from vaxcert.adapters.store import TrustStore
from vaxcert.adapters.store.pinned_sources import PinnedSources
from vaxcert.cli.arguments import Commands, add_command, add_help
from vaxcert.cli.exit_codes import ExitCode, UsageError
from vaxcert.cli.session import Session
from vaxcert.cli.trust_options import (
    add_environment,
    add_kind,
    add_store,
    anchors_of,
    open_store,
    sources_of,
    store_folder,
)
from vaxcert.presentation.texts import Texts
from vaxcert.trust.anchors import Anchor
from vaxcert.trust.origin import Environment


def add_parser(actions: Commands, texts: Texts) -> None:
    """Add the action, and what it can do, to the parser of `vaxcert trust`."""
    parser = actions.add_parser(
        "anchors", texts=texts, help=texts.get("help", "trust-anchors"), add_help=False, allow_abbrev=False
    )
    add_help(parser, texts)
    deeds = parser.add_subparsers(metavar="ACTION", required=True)
    listing = add_command(deeds, "list", texts, _list, help_key="anchors-list")
    listing.add_argument("name", nargs="?", metavar="NAME", help=texts.get("help", "source-name"))
    adding = add_command(deeds, "add", texts, _add, help_key="anchors-add")
    adding.add_argument("name", metavar="NAME", help=texts.get("help", "source-name"))
    adding.add_argument("files", nargs="+", type=Path, metavar="FILE", help=texts.get("help", "anchor-files"))
    add_environment(adding, texts)
    removing = add_command(deeds, "remove", texts, _remove, help_key="anchors-remove")
    removing.add_argument("name", metavar="NAME", help=texts.get("help", "source-name"))
    removing.add_argument("digest", type=_digest, metavar="DIGEST", help=texts.get("help", "anchor-digest"))
    removing.add_argument("--force", action="store_true", help=texts.get("help", "anchors-force"))
    for deed in (listing, adding, removing):
        add_kind(deed, texts)
        add_store(deed, texts)


def _digest(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise argparse.ArgumentTypeError("not a digest in hexadecimal, whole bytes expected") from None


def _list(options: argparse.Namespace, session: Session) -> ExitCode:
    """Show the anchors of one source, or of all that have a list.

    Raises:
        AdapterError: `store-unreadable`.
        TrustListError: `anchor-unreadable`.
    """
    store = sources_of(open_store(options), options)
    names = store.names() if options.name is None else (options.name,)
    for name in names:
        _report(name, _anchors(store, name), session, as_json=options.json)
    return ExitCode.ACCEPTED


def _add(options: argparse.Namespace, session: Session) -> ExitCode:
    """Pin anchors for a source.

    Raises:
        AdapterError: A file or the store failed.
        TrustListError: `anchor-unreadable`.
    """
    environment = None if options.environment is None else Environment(options.environment)
    anchors = anchors_of(options.files, environment)
    store = sources_of(TrustStore.create(store_folder(options)), options)
    try:
        store.add_anchors(options.name, anchors)
    except ValueError as error:
        raise UsageError(str(error)) from None
    _report(options.name, anchors, session, as_json=options.json, key="anchor-added")
    return ExitCode.ACCEPTED


def _remove(options: argparse.Namespace, session: Session) -> ExitCode:
    """Unpin an anchor of a source.

    Raises:
        AdapterError: `store-unreadable`, `store-busy`, `file-unwritable`.
        TrustListError: `anchor-missing`.
    """
    try:
        store = sources_of(open_store(options), options)
        removed = store.remove_anchor(options.name, options.digest, force=options.force)
    except ValueError as error:
        raise UsageError(str(error)) from None
    _report(options.name, (removed,), session, as_json=options.json, key="anchor-removed")
    return ExitCode.ACCEPTED


def _anchors(store: PinnedSources, name: str) -> tuple[Anchor, ...]:
    try:
        return store.anchors(name)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _report(
    name: str, anchors: tuple[Anchor, ...], session: Session, *, as_json: bool, key: str = "anchors-pinned"
) -> None:
    output, texts = session.output, session.texts
    if as_json:
        for anchor in anchors:
            output.json(_as_json(name, anchor))
        return
    output.paragraph(texts.get("trust", key, name=name, count=len(anchors)))
    for anchor in anchors:
        output.rule()
        for label, value in (
            ("anchor-name", anchor.name),
            ("subject", "" if anchor.certificate is None else anchor.certificate.subject),
            ("environment", "" if anchor.environment is None else texts.get("trust", anchor.environment)),
            ("fingerprint", anchor.digest.hex()),
        ):
            output.labelled(texts.get("trust", label), value or texts.get("card", "not-stated"))


def _as_json(name: str, anchor: Anchor) -> dict[str, Any]:
    return {
        "source": name,
        "sha256": anchor.digest.hex(),
        "name": anchor.name,
        "subject": None if anchor.certificate is None else anchor.certificate.subject,
        "environment": anchor.environment,
    }
