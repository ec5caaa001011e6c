"""`vaxcert trust sign`: make a trust list, or add another anchor's signature to one."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from vaxcert.adapters.files import file_digest, read_bounded
from vaxcert.cli.arguments import (
    Commands,
    add_command,
    key_digits,
    named_file,
)
from vaxcert.cli.exit_codes import ExitCode, UsageError
from vaxcert.cli.inputs import certificate_files
from vaxcert.cli.list_signing import (
    Labelled,
    ListKind,
    add_edition_options,
    add_target_options,
    edition_of,
    sign_list,
)
from vaxcert.cli.session import Session
from vaxcert.crypto.extensions import is_authority
from vaxcert.crypto.signing_certificate import SigningCertificate, read_certificates
from vaxcert.errors import TrustListError, VaxcertError
from vaxcert.limits import MAX_TRUST_FILE_BYTES
from vaxcert.presentation.texts import Texts
from vaxcert.trust import formats, own_list
from vaxcert.trust.anchors import Anchor
from vaxcert.trust.own_list import Companion, ListAuthority, TrustListContent


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


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Show what is signed, and sign it.

    Returns:
        `REFUSED`, with nothing written, when a verifier would not take every entry; else `ACCEPTED`.

    Raises:
        UsageError: The options do not go together, or a value is out of range.
        AdapterError: A file cannot be used, or is in the way.
        TrustListError: What is there already, or a certificate, cannot be read; or the list says things that are
            not known here.
    """
    return sign_list(_TRUST_LIST, options, session)


def _content(options: argparse.Namespace, session: Session) -> TrustListContent:
    content = TrustListContent(
        **edition_of(options, session.now),
        entries=tuple(own_list.certificate_entry(one) for one in _signers(options.files)),
        unlisted_withdrawals=frozenset(options.withdraw),
        authorities=tuple(map(_authority, _certificates(options.authority))),
        companions=tuple(Companion(name=name, digest=file_digest(path)) for name, path in options.companion),
    )
    if not content.entries and not options.withdraw:
        raise UsageError("no signing certificate in what is named; at least one, or --withdraw, expected")
    return content


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


def _problems(data: bytes, anchor: Anchor) -> Sequence[VaxcertError]:
    return formats.read(data, formats.ReadingTerms(anchors=(anchor,))).problems


def _decoded(data: bytes) -> TrustListContent:
    return own_list.decode(data).content


def _figures(content: TrustListContent) -> dict[str, Any]:
    return {
        "keys": len(content.entries),
        "withdrawn": sorted(one.hex() for one in content.withdrawals),
        "authorities": len(content.authorities),
        "companions": {one.name: one.digest.hex() for one in content.companions},
    }


def _shown(content: TrustListContent) -> Sequence[Labelled]:
    return (
        ("trust-sign", "keys", str(len(content.entries))),
        ("trust-sign", "withdrawn", str(len(content.withdrawals))),
        ("trust-sign", "authorities", str(len(content.authorities))),
        ("trust-sign", "companions", ", ".join(one.name for one in content.companions)),
    )


_TRUST_LIST: Final = ListKind(
    content_type=own_list.CONTENT_TYPE,
    most_bytes=MAX_TRUST_FILE_BYTES,
    encode=own_list.encode,
    decode=_decoded,
    options=("files", "withdraw", "authority", "companion"),
    needs="at least one certificate",
    content=_content,
    figures=_figures,
    shown=_shown,
    problems=_problems,
)
