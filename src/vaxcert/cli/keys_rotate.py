"""`vaxcert keys rotate`: the successor of a signer or an authority, made while the older one still signs."""

from __future__ import annotations

import argparse
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID, ObjectIdentifier

from vaxcert.adapters import key_files
from vaxcert.adapters.signers import PrivateKey
from vaxcert.cli.arguments import Commands, add_command
from vaxcert.cli.exit_codes import ExitCode, UsageError
from vaxcert.cli.keys_files import identity, report_written, save
from vaxcert.cli.keys_options import (
    add_authority,
    add_certified,
    add_new_password,
    add_out,
    add_validity,
    certify,
    usage,
)
from vaxcert.cli.passwords import read_password
from vaxcert.cli.session import Session
from vaxcert.crypto import authority
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.crypto.extensions import is_authority
from vaxcert.crypto.key_schedule import KeySchedule, key_schedule, next_common_name
from vaxcert.crypto.signing_certificate import SigningCertificate
from vaxcert.presentation.as_json import moment_json
from vaxcert.presentation.texts import Texts

_LARGER_RSA_BITS: Final = 3072


def add_parser(actions: Commands, texts: Texts) -> None:
    """Add the action to the parser of `vaxcert keys`."""
    parser = add_command(actions, "rotate", texts, run, help_key="keys-rotate")
    parser.add_argument("old_cert", type=Path, metavar="CERT", help=texts.get("help", "old-cert"))
    parser.add_argument("--common-name", metavar="NAME", help=texts.get("help", "next-common-name"))
    add_authority(parser, texts, required=False)
    add_certified(parser, texts)
    add_out(parser, texts, "out-key", "out-cert")
    add_new_password(parser, texts)
    add_validity(parser, texts, None, None)


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Make the next key and certificate like an older one."""
    old = key_files.load_signing_certificate(options.old_cert)
    of_authority = is_authority(old.der)
    _check_options(options, of_authority=of_authority)
    _fill_in_days(options, of_authority=of_authority)
    password = read_password(options.password_file)
    key = _key_like(old)
    make = _next_authority if of_authority else _next_signer
    certificate = make(old, key, options, session)
    written = save(options, session, key, password, certificate)
    _report(options, session, written, certificate, old)
    return ExitCode.ACCEPTED


def _check_options(options: argparse.Namespace, *, of_authority: bool) -> None:
    given = [options.ca_key is not None, options.ca_cert is not None]
    if of_authority and any(given):
        raise UsageError(
            f"{options.old_cert} is an authority's; its successor signs itself, without --ca-key"
        )
    if not of_authority and not all(given):
        raise UsageError(f"{options.old_cert} is a signer's; --ca-key and --ca-cert expected")


def _fill_in_days(options: argparse.Namespace, *, of_authority: bool) -> None:
    valid, key_use = (
        (authority.CA_VALIDITY, authority.CA_KEY_USE)
        if of_authority
        else (authority.SIGNER_VALIDITY, authority.SIGNER_KEY_USE)
    )
    options.valid_days = options.valid_days or valid.days
    options.key_use_days = options.key_use_days or key_use.days


def _key_like(old: SigningCertificate) -> PrivateKey:
    """A new key of the older one's type, RSA of one of the two sizes that are advised."""
    if not isinstance(old.public_key, rsa.RSAPublicKey):
        return authority.new_key(Algorithm.ES256)
    bits = (
        min(authority.NEW_RSA_BITS)
        if old.public_key.key_size <= min(authority.NEW_RSA_BITS)
        else _LARGER_RSA_BITS
    )
    return authority.new_key(Algorithm.PS256, rsa_bits=bits)


def _next_authority(
    old: SigningCertificate, key: PrivateKey, options: argparse.Namespace, session: Session
) -> x509.Certificate:
    with usage():
        return authority.create_signing_ca(
            key,
            **_subject(options),
            not_before=options.at or session.now,
            valid_for=timedelta(days=options.valid_days),
            key_use=timedelta(days=options.key_use_days),
        )


def _next_signer(
    old: SigningCertificate, key: PrivateKey, options: argparse.Namespace, session: Session
) -> x509.Certificate:
    with usage():
        request = authority.create_csr(key, **_subject(options), kinds=old.kinds)
    return certify(request, options, session, old.kinds)


def _subject(options: argparse.Namespace) -> dict[str, str]:
    """The older one's country and organisation, and a common name of its own."""
    name = key_files.load_certificate(options.old_cert).subject
    common_name = options.common_name
    if common_name is None:
        common_name = next_common_name(_attribute(name, NameOID.COMMON_NAME, "common name"))
    return {
        "country": _attribute(name, NameOID.COUNTRY_NAME, "country"),
        "organization": _attribute(name, NameOID.ORGANIZATION_NAME, "organisation"),
        "common_name": common_name,
    }


def _attribute(name: x509.Name, kind: ObjectIdentifier, what: str) -> str:
    values = [str(attribute.value) for attribute in name.get_attributes_for_oid(kind)]
    if len(values) != 1:
        raise ValueError(f"the older certificate names {len(values)} of {what}, one expected")
    return values[0]


def _report(
    options: argparse.Namespace,
    session: Session,
    written: list[Path],
    certificate: x509.Certificate,
    old: SigningCertificate,
) -> None:
    schedule = key_schedule(old)
    report_written(
        options,
        session,
        written,
        identity(certificate),
        replaces=old.kid.hex(),
        old_signs_until=moment_json(schedule.signs_until),
        old_listed_until=moment_json(schedule.listed_until),
    )
    if not options.json:
        for sentence in _sentences(schedule, certificate.not_valid_before_utc, session.texts):
            session.output.paragraph(sentence)


def _sentences(schedule: KeySchedule, starts: datetime, texts: Texts) -> list[str]:
    signs, listed = texts.day(schedule.signs_until.date()), texts.day(schedule.listed_until.date())
    if starts > schedule.signs_until:
        return [texts.get("keys", "gap", date=signs), texts.get("keys", "keep-both", date=listed)]
    return [texts.get("keys", "switch-by", date=signs), texts.get("keys", "keep-both", date=listed)]
