"""Options that the actions of `vaxcert keys` share, and what an authority certifies by them."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from cryptography import x509

from vaxcert.adapters import key_files
from vaxcert.cli.arguments import Parser, days, moment
from vaxcert.cli.exit_codes import UsageError
from vaxcert.cli.keys_files import load_key
from vaxcert.cli.session import Session
from vaxcert.crypto import authority
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.model.certificate import ALL_KINDS, Kind
from vaxcert.presentation.texts import Texts


def add_subject(parser: Parser, texts: Texts) -> None:
    """Add the options of whom a certificate is for."""
    parser.add_argument("--country", required=True, metavar="CC", help=texts.get("help", "country"))
    for name in ("organization", "common-name"):
        parser.add_argument(f"--{name}", required=True, metavar="NAME", help=texts.get("help", name))


def add_algorithm(parser: Parser, texts: Texts) -> None:
    """Add the option of what kind of key to make."""
    parser.add_argument(
        "--algorithm",
        choices=[algorithm.name for algorithm in Algorithm],
        default=Algorithm.ES256.name,
        help=texts.get("help", "new-algorithm"),
    )


def add_authority(parser: Parser, texts: Texts, *, required: bool = True) -> None:
    """Add the options of the authority that is to certify."""
    for name in ("ca-key", "ca-cert"):
        parser.add_argument(
            f"--{name}", required=required, type=Path, metavar="FILE", help=texts.get("help", name)
        )
    parser.add_argument(
        "--ca-password-file", type=Path, metavar="FILE", help=texts.get("help", "ca-password-file")
    )


def add_certified(parser: Parser, texts: Texts) -> None:
    """Add the options of what else the authority writes into a signer's certificate."""
    parser.add_argument("--crl-url", metavar="URL", help=texts.get("help", "crl-url"))
    parser.add_argument("--old-arc", action="store_true", help=texts.get("help", "old-arc"))


def add_kinds(parser: Parser, texts: Texts) -> None:
    """Add the option of what a signer may sign."""
    parser.add_argument(
        "--kind",
        action="append",
        dest="kinds",
        choices=[str(kind) for kind in Kind],
        help=texts.get("help", "kind"),
    )


def add_out(parser: Parser, texts: Texts, *names: str, option: str = "") -> None:
    """Add options of files to write."""
    for name in names:
        parser.add_argument(
            option or f"--{name}",
            dest=name.replace("-", "_"),
            required=True,
            type=Path,
            metavar="FILE",
            help=texts.get("help", name),
        )


def add_new_password(parser: Parser, texts: Texts) -> None:
    """Add the option of the password for a new key."""
    parser.add_argument(
        "--password-file", type=Path, metavar="FILE", help=texts.get("help", "new-password-file")
    )


def add_validity(parser: Parser, texts: Texts, valid: timedelta | None, key_use: timedelta | None) -> None:
    """Add the options of when a certificate starts and ends, with their defaults."""
    for name, default in (("valid-days", valid), ("key-use-days", key_use)):
        parser.add_argument(
            f"--{name}",
            type=days,
            default=None if default is None else default.days,
            metavar="N",
            help=texts.get("help", name),
        )
    parser.add_argument("--at", type=moment, metavar="TIME", help=texts.get("help", "not-before"))


def add_files(parser: Parser, texts: Texts) -> None:
    """Add the argument of certificates to look at."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help=texts.get("help", "cert-files"))


@contextmanager
def usage() -> Iterator[None]:
    """What the core calls misuse is, here, a wrong option.

    Raises:
        UsageError: For a `ValueError` or `OverflowError` within.
    """
    try:
        yield
    except (ValueError, OverflowError) as error:
        raise UsageError(str(error)) from None


def kinds(options: argparse.Namespace) -> Collection[Kind]:
    """What the signer may sign, all where nothing is said."""
    return [Kind(kind) for kind in options.kinds] if options.kinds else ALL_KINDS


def certify(
    request: x509.CertificateSigningRequest,
    options: argparse.Namespace,
    session: Session,
    may_sign: Collection[Kind],
) -> x509.Certificate:
    """Have the authority of the options certify a request.

    Raises:
        VaxcertError: As of `key_files` and `authority.issue_signing_certificate`.
        UsageError: The dates or the URL are not possible.
    """
    ca_certificate = key_files.load_certificate(options.ca_cert)
    ca_key = load_key(options.ca_key, options.ca_password_file, session)
    with usage():
        return authority.issue_signing_certificate(
            request,
            ca_certificate=ca_certificate,
            ca_key=ca_key,
            not_before=options.at or session.now,
            valid_for=timedelta(days=options.valid_days),
            kinds=may_sign,
            key_use=timedelta(days=options.key_use_days),
            crl_url=options.crl_url,
            old_arc=options.old_arc,
        )
