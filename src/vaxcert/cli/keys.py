"""`vaxcert keys`: keys of signers and authorities, and their certificates."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from vaxcert.adapters import key_files
from vaxcert.adapters.signers import PrivateKey
from vaxcert.cli import keys_show
from vaxcert.cli.arguments import Commands, Parser, add_command, add_help, days, moment
from vaxcert.cli.exit_codes import ExitCode, UsageError
from vaxcert.cli.passwords import open_with_password, read_password
from vaxcert.cli.session import Session
from vaxcert.cli.texts import Texts
from vaxcert.crypto import authority
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.crypto.signing_certificate import key_identifier
from vaxcert.errors import AdapterError, Reason, UnsupportedError
from vaxcert.model.certificate import ALL_KINDS, Kind

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
    keys_show.add_parser(actions, texts)


def _add_new_ca(actions: Commands, texts: Texts) -> None:
    parser = add_command(actions, "new-ca", texts, _new_ca, help_key="keys-new-ca")
    _add_subject(parser, texts)
    _add_algorithm(parser, texts)
    _add_out(parser, texts, "out-key", "out-cert")
    _add_new_password(parser, texts)
    _add_validity(parser, texts, authority.CA_VALIDITY)


def _add_new_signer(actions: Commands, texts: Texts) -> None:
    parser = add_command(actions, "new-signer", texts, _new_signer, help_key="keys-new-signer")
    _add_subject(parser, texts)
    _add_algorithm(parser, texts)
    _add_authority(parser, texts)
    _add_kinds(parser, texts)
    _add_out(parser, texts, "out-key", "out-cert")
    _add_new_password(parser, texts)
    _add_validity(parser, texts, authority.SIGNER_VALIDITY)


def _add_csr(actions: Commands, texts: Texts) -> None:
    parser = add_command(actions, "csr", texts, _csr, help_key="keys-csr")
    keys = parser.add_mutually_exclusive_group(required=True)
    keys.add_argument("--key", type=Path, metavar="FILE", help=texts.get("help", "existing-key"))
    keys.add_argument("--new-key", type=Path, metavar="FILE", help=texts.get("help", "new-key"))
    _add_subject(parser, texts)
    _add_algorithm(parser, texts)
    _add_kinds(parser, texts)
    _add_out(parser, texts, "out-csr", option="--out")
    parser.add_argument("--password-file", type=Path, metavar="FILE", help=texts.get("help", "password-file"))


def _add_sign(actions: Commands, texts: Texts) -> None:
    parser = add_command(actions, "sign", texts, _sign, help_key="keys-sign")
    parser.add_argument("csr", type=Path, metavar="CSR", help=texts.get("help", "csr-file"))
    _add_authority(parser, texts)
    _add_kinds(parser, texts)
    _add_out(parser, texts, "out-cert", option="--out")
    _add_validity(parser, texts, authority.SIGNER_VALIDITY)


def _add_subject(parser: Parser, texts: Texts) -> None:
    parser.add_argument("--country", required=True, metavar="CC", help=texts.get("help", "country"))
    for name in ("organization", "common-name"):
        parser.add_argument(f"--{name}", required=True, metavar="NAME", help=texts.get("help", name))


def _add_algorithm(parser: Parser, texts: Texts) -> None:
    parser.add_argument(
        "--algorithm",
        choices=[algorithm.name for algorithm in Algorithm],
        default=Algorithm.ES256.name,
        help=texts.get("help", "new-algorithm"),
    )


def _add_authority(parser: Parser, texts: Texts) -> None:
    for name in ("ca-key", "ca-cert"):
        parser.add_argument(
            f"--{name}", required=True, type=Path, metavar="FILE", help=texts.get("help", name)
        )
    parser.add_argument(
        "--ca-password-file", type=Path, metavar="FILE", help=texts.get("help", "ca-password-file")
    )


def _add_kinds(parser: Parser, texts: Texts) -> None:
    parser.add_argument(
        "--kind",
        action="append",
        dest="kinds",
        choices=[str(kind) for kind in Kind],
        help=texts.get("help", "kind"),
    )


def _add_out(parser: Parser, texts: Texts, *names: str, option: str = "") -> None:
    for name in names:
        parser.add_argument(
            option or f"--{name}",
            dest=name.replace("-", "_"),
            required=True,
            type=Path,
            metavar="FILE",
            help=texts.get("help", name),
        )


def _add_new_password(parser: Parser, texts: Texts) -> None:
    parser.add_argument(
        "--password-file", type=Path, metavar="FILE", help=texts.get("help", "new-password-file")
    )


def _add_validity(parser: Parser, texts: Texts, default: timedelta) -> None:
    parser.add_argument(
        "--valid-days", type=days, default=default.days, metavar="N", help=texts.get("help", "valid-days")
    )
    parser.add_argument("--at", type=moment, metavar="TIME", help=texts.get("help", "not-before"))


def _new_ca(options: argparse.Namespace, session: Session) -> ExitCode:
    """Make an authority's key and its self-signed certificate."""
    password = read_password(options.password_file)
    key = authority.new_key(Algorithm[options.algorithm], rsa_bits=_CA_RSA_BITS)
    with _usage():
        certificate = authority.create_signing_ca(
            key,
            country=options.country,
            organization=options.organization,
            common_name=options.common_name,
            not_before=options.at or session.now,
            valid_for=timedelta(days=options.valid_days),
        )
    _save(options, session, key, password, certificate)
    return ExitCode.ACCEPTED


def _new_signer(options: argparse.Namespace, session: Session) -> ExitCode:
    """Make a signer's key and have an authority at hand certify it."""
    password = read_password(options.password_file)
    key = authority.new_key(Algorithm[options.algorithm])
    certificate = _certify(_request(options, key), options, session)
    _save(options, session, key, password, certificate)
    return ExitCode.ACCEPTED


def _csr(options: argparse.Namespace, session: Session) -> ExitCode:
    """Make a request for a new key, or for one that is there."""
    if options.key is not None:
        key = _load_key(options.key, options.password_file, session)
        key_files.save_certificate(options.out_csr, _request(options, key))
        written = [options.out_csr]
    else:
        password = read_password(options.password_file)
        key = authority.new_key(Algorithm[options.algorithm])
        request = _request(options, key)
        _save_key(options.new_key, key, password, session)
        key_files.save_certificate(options.out_csr, request)
        written = [options.new_key, options.out_csr]
    _report_written(options, session, written, {})
    return ExitCode.ACCEPTED


def _sign(options: argparse.Namespace, session: Session) -> ExitCode:
    """Certify a request."""
    certificate = _certify(key_files.load_csr(options.csr), options, session)
    key_files.save_certificate(options.out_cert, certificate)
    _report_written(options, session, [options.out_cert], _identity(certificate))
    return ExitCode.ACCEPTED


def _request(options: argparse.Namespace, key: PrivateKey) -> x509.CertificateSigningRequest:
    with _usage():
        return authority.create_csr(
            key,
            country=options.country,
            organization=options.organization,
            common_name=options.common_name,
            kinds=_kinds(options),
        )


def _certify(
    request: x509.CertificateSigningRequest, options: argparse.Namespace, session: Session
) -> x509.Certificate:
    ca_certificate = key_files.load_certificate(options.ca_cert)
    ca_key = _load_key(options.ca_key, options.ca_password_file, session)
    with _usage():
        return authority.issue_signing_certificate(
            request,
            ca_certificate=ca_certificate,
            ca_key=ca_key,
            not_before=options.at or session.now,
            valid_for=timedelta(days=options.valid_days),
            kinds=_kinds(options),
        )


def _kinds(options: argparse.Namespace) -> Collection[Kind]:
    return [Kind(kind) for kind in options.kinds] if options.kinds else ALL_KINDS


@contextmanager
def _usage() -> Iterator[None]:
    """What the core calls misuse is, here, a wrong option."""
    try:
        yield
    except (ValueError, OverflowError) as error:
        raise UsageError(str(error)) from None


def _load_key(path: Path, password_path: Path | None, session: Session) -> PrivateKey:
    key = open_with_password(
        lambda password: key_files.load_private_key(path, password=password), path, password_path, session
    )
    if isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        return key
    raise UnsupportedError(Reason.KEY_TYPE, f"{path} is a key of another type, P-256 or RSA expected")


def _save(
    options: argparse.Namespace,
    session: Session,
    key: PrivateKey,
    password: bytes | None,
    certificate: x509.Certificate,
) -> None:
    """Write key and certificate, or neither where either is in the way of another file."""
    for path in (options.out_key, options.out_cert):
        if path.exists():
            raise AdapterError(Reason.FILE_UNWRITABLE, f"{path} is there already and is not overwritten")
    _save_key(options.out_key, key, password, session)
    key_files.save_certificate(options.out_cert, certificate)
    _report_written(options, session, [options.out_key, options.out_cert], _identity(certificate))


def _save_key(path: Path, key: PrivateKey, password: bytes | None, session: Session) -> None:
    key_files.save_private_key(path, key, password)
    if password is None:
        session.output.note(session.texts.get("keys", "unencrypted"))


def _identity(certificate: x509.Certificate) -> dict[str, str]:
    return {"kid": key_identifier(certificate.public_bytes(Encoding.DER)).hex()}


def _report_written(
    options: argparse.Namespace, session: Session, paths: list[Path], identity: dict[str, str]
) -> None:
    if options.json:
        session.output.json({"files": [str(path) for path in paths], **identity})
        return
    for path in paths:
        session.output.paragraph(session.texts.get("keys", "written", path=path))
    for kid in identity.values():
        session.output.labelled(session.texts.get("field", "kid"), kid, mark="")
