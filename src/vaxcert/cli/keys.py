"""`vaxcert keys`: keys of signers and authorities, and their certificates."""

from __future__ import annotations

import argparse
from datetime import timedelta
from pathlib import Path
from typing import Final

from cryptography import x509

from vaxcert.adapters import key_files
from vaxcert.adapters.signers import PrivateKey
from vaxcert.cli import keys_due, keys_lint, keys_rotate, keys_show
from vaxcert.cli.arguments import Commands, add_command, add_help
from vaxcert.cli.exit_codes import ExitCode
from vaxcert.cli.keys_files import identity, load_key, report_written, save, save_key
from vaxcert.cli.keys_options import (
    add_algorithm,
    add_authority,
    add_certified,
    add_kinds,
    add_new_password,
    add_out,
    add_subject,
    add_validity,
    certify,
    kinds,
    usage,
)
from vaxcert.cli.keys_token import request_for_token_key
from vaxcert.cli.passwords import read_password
from vaxcert.cli.session import Session
from vaxcert.cli.signer_options import add_token_options, check_token_options
from vaxcert.cli.trust_words import short_digest
from vaxcert.crypto import authority
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.presentation.texts import Texts
from vaxcert.trust.anchors import anchor_of

_CA_RSA_BITS: Final = 3072


def add_parser(commands: Commands, texts: Texts) -> None:
    """Add the command and what it can do to the parser."""
    parser = commands.add_parser(
        "keys", texts=texts, help=texts.get("help", "keys"), add_help=False, allow_abbrev=False
    )
    add_help(parser, texts)
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    _add_new_ca(actions, texts)
    _add_new_signer(actions, texts)
    _add_csr(actions, texts)
    _add_sign(actions, texts)
    _add_new_secret(actions, texts)
    for action in (keys_rotate, keys_show, keys_lint, keys_due):
        action.add_parser(actions, texts)


def _add_new_ca(actions: Commands, texts: Texts) -> None:
    parser = add_command(actions, "new-ca", texts, _new_ca, help_key="keys-new-ca")
    add_subject(parser, texts)
    add_algorithm(parser, texts)
    add_out(parser, texts, "out-key", "out-cert")
    add_new_password(parser, texts)
    add_validity(parser, texts, authority.CA_VALIDITY, authority.CA_KEY_USE)


def _add_new_signer(actions: Commands, texts: Texts) -> None:
    parser = add_command(actions, "new-signer", texts, _new_signer, help_key="keys-new-signer")
    add_subject(parser, texts)
    add_algorithm(parser, texts)
    add_authority(parser, texts)
    add_kinds(parser, texts)
    add_certified(parser, texts)
    add_out(parser, texts, "out-key", "out-cert")
    add_new_password(parser, texts)
    add_validity(parser, texts, authority.SIGNER_VALIDITY, authority.SIGNER_KEY_USE)


def _add_csr(actions: Commands, texts: Texts) -> None:
    parser = add_command(actions, "csr", texts, _csr, help_key="keys-csr")
    keys = parser.add_mutually_exclusive_group(required=True)
    keys.add_argument("--key", type=Path, metavar="FILE", help=texts.get("help", "existing-key"))
    keys.add_argument("--new-key", type=Path, metavar="FILE", help=texts.get("help", "new-key"))
    keys.add_argument("--hsm", type=Path, metavar="MODULE", help=texts.get("help", "hsm"))
    add_subject(parser, texts)
    add_algorithm(parser, texts)
    add_kinds(parser, texts)
    add_out(parser, texts, "out-csr", option="--out")
    parser.add_argument("--password-file", type=Path, metavar="FILE", help=texts.get("help", "password-file"))
    add_token_options(parser, texts)
    parser.add_argument("--new-hsm-key", action="store_true", help=texts.get("help", "new-hsm-key"))


def _add_sign(actions: Commands, texts: Texts) -> None:
    parser = add_command(actions, "sign", texts, _sign, help_key="keys-sign")
    parser.add_argument("csr", type=Path, metavar="CSR", help=texts.get("help", "csr-file"))
    add_authority(parser, texts)
    add_kinds(parser, texts)
    add_certified(parser, texts)
    add_out(parser, texts, "out-cert", option="--out")
    add_validity(parser, texts, authority.SIGNER_VALIDITY, authority.SIGNER_KEY_USE)


def _add_new_secret(actions: Commands, texts: Texts) -> None:
    parser = add_command(actions, "new-secret", texts, _new_secret, help_key="keys-new-secret")
    parser.add_argument("out", type=Path, metavar="FILE", help=texts.get("help", "out-secret"))


def _new_secret(options: argparse.Namespace, session: Session) -> ExitCode:
    """Make the secret of an issuing service's record keys."""
    key_files.write_record_secret(options.out)
    report_written(options, session, [options.out], {})
    return ExitCode.ACCEPTED


def _new_ca(options: argparse.Namespace, session: Session) -> ExitCode:
    """Make an authority's key and its self-signed certificate."""
    password = read_password(options.password_file)
    key = authority.new_key(Algorithm[options.algorithm], rsa_bits=_CA_RSA_BITS)
    with usage():
        certificate = authority.create_signing_ca(
            key,
            country=options.country,
            organization=options.organization,
            common_name=options.common_name,
            not_before=options.at or session.now,
            valid_for=timedelta(days=options.valid_days),
            key_use=timedelta(days=options.key_use_days),
        )
    written = save(options, session, key, password, certificate)
    anchor = short_digest(anchor_of(key.public_key()))
    report_written(options, session, written, identity(certificate), anchor=anchor)
    if not options.json:
        session.output.labelled(session.texts.get("keys", "as-anchor"), anchor, mark="")
    return ExitCode.ACCEPTED


def _new_signer(options: argparse.Namespace, session: Session) -> ExitCode:
    """Make a signer's key and have an authority at hand certify it."""
    password = read_password(options.password_file)
    key = authority.new_key(Algorithm[options.algorithm])
    certificate = certify(_request(options, key), options, session, kinds(options))
    report_written(
        options, session, save(options, session, key, password, certificate), identity(certificate)
    )
    return ExitCode.ACCEPTED


def _csr(options: argparse.Namespace, session: Session) -> ExitCode:
    """Make a request for a new key, or for one that is there."""
    check_token_options(options)
    if options.hsm is not None:
        return request_for_token_key(options, session, _request)
    if options.key is not None:
        key = load_key(options.key, options.password_file, session)
        key_files.save_certificate(options.out_csr, _request(options, key))
        written = [options.out_csr]
    else:
        password = read_password(options.password_file)
        key = authority.new_key(Algorithm[options.algorithm])
        request = _request(options, key)
        save_key(options.new_key, key, password, session)
        key_files.save_certificate(options.out_csr, request)
        written = [options.new_key, options.out_csr]
    report_written(options, session, written, {})
    return ExitCode.ACCEPTED


def _sign(options: argparse.Namespace, session: Session) -> ExitCode:
    """Certify a request."""
    certificate = certify(key_files.load_csr(options.csr), options, session, kinds(options))
    key_files.save_certificate(options.out_cert, certificate)
    report_written(options, session, [options.out_cert], identity(certificate))
    return ExitCode.ACCEPTED


def _request(options: argparse.Namespace, key: PrivateKey) -> x509.CertificateSigningRequest:
    with usage():
        return authority.create_csr(
            key,
            country=options.country,
            organization=options.organization,
            common_name=options.common_name,
            kinds=kinds(options),
        )
