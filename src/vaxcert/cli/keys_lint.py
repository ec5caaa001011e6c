"""`vaxcert keys lint`: how far certificates keep to the profiles of EU and WHO."""

from __future__ import annotations

import argparse
from pathlib import Path

from vaxcert.adapters import key_files
from vaxcert.cli.arguments import Commands, add_command, moment
from vaxcert.cli.exit_codes import ExitCode
from vaxcert.cli.keys_files import note_unreadable, readings
from vaxcert.cli.keys_options import add_files
from vaxcert.cli.output import Colour
from vaxcert.cli.session import Session
from vaxcert.crypto.profile_check import ProfileFinding, check, guessed_profile
from vaxcert.crypto.profiles import PROFILES, Profile, ProfileName, ProfileSeverity
from vaxcert.crypto.signing_certificate import SigningCertificate
from vaxcert.errors import VaxcertError
from vaxcert.presentation.texts import Texts


def add_parser(actions: Commands, texts: Texts) -> None:
    """Add the action to the parser of `vaxcert keys`."""
    parser = add_command(actions, "lint", texts, run, help_key="keys-lint")
    add_files(parser, texts)
    parser.add_argument(
        "--profile", choices=[str(name) for name in ProfileName], help=texts.get("help", "profile")
    )
    parser.add_argument("--authority", type=Path, metavar="FILE", help=texts.get("help", "lint-authority"))
    parser.add_argument("--at", type=moment, metavar="TIME", help=texts.get("help", "lint-at"))


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Check the certificates of files; one that cannot be read does not hide the others."""
    issuer = key_files.load_signing_certificate(options.authority) if options.authority else None
    unreadable = refused = False
    for path, reading in readings(options.files, session):
        if isinstance(reading, VaxcertError):
            note_unreadable(path, reading, session)
            unreadable = True
            continue
        profile = PROFILES[ProfileName(options.profile)] if options.profile else guessed_profile(reading)
        # an authority did not issue itself because it was named for its signers
        above = None if profile.authority and not options.profile else issuer
        findings = check(reading, profile, issuer=above, at=options.at or session.now)
        refused |= any(finding.severity is ProfileSeverity.ERROR for finding in findings)
        show = _write_json if options.json else _write
        show(path, reading, profile, findings, session)
    if refused:
        return ExitCode.REFUSED
    return ExitCode.UNREADABLE if unreadable else ExitCode.ACCEPTED


def _write_json(
    path: Path,
    certificate: SigningCertificate,
    profile: Profile,
    findings: tuple[ProfileFinding, ...],
    session: Session,
) -> None:
    session.output.json(
        {
            "file": str(path),
            "kid": certificate.kid.hex(),
            "subject": certificate.subject,
            "profile": profile.name,
            "findings": [
                {"code": finding.code, "severity": finding.severity, "detail": finding.detail}
                for finding in findings
            ],
        }
    )


def _write(
    path: Path,
    certificate: SigningCertificate,
    profile: Profile,
    findings: tuple[ProfileFinding, ...],
    session: Session,
) -> None:
    output, texts = session.output, session.texts
    output.rule()
    output.paragraph(str(path))
    output.labelled(texts.get("keys", "subject"), certificate.subject)
    output.labelled(texts.get("keys", "profile"), profile.name)
    if not findings:
        output.paragraph(texts.get("keys", "as-profile"), mark="  ", colour=Colour.GREEN)
    for finding in findings:
        detail = f"{finding.code}: {finding.detail}" if finding.detail else finding.code
        sentence = texts.get("profile", finding.code)
        output.labelled(texts.get("keys", f"severity-{finding.severity}"), f"{sentence} ({detail})")
