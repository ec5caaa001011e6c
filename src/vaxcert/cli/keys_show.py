"""`vaxcert keys show`: what signing certificates say."""

from __future__ import annotations

import argparse
from base64 import b64encode
from pathlib import Path
from typing import Any

from vaxcert.cli.arguments import Commands, add_command
from vaxcert.cli.exit_codes import ExitCode
from vaxcert.cli.keys_files import note_unreadable, readings
from vaxcert.cli.keys_options import add_files
from vaxcert.cli.session import Session
from vaxcert.cli.trust_words import short_digest
from vaxcert.crypto.keys import verifying_key
from vaxcert.crypto.signing_certificate import SigningCertificate
from vaxcert.errors import VaxcertError
from vaxcert.presentation.as_json import moment_json
from vaxcert.presentation.texts import Texts
from vaxcert.trust.anchors import anchor_of


def add_parser(actions: Commands, texts: Texts) -> None:
    """Add the action to the parser of `vaxcert keys`."""
    parser = add_command(actions, "show", texts, run, help_key="keys-show")
    add_files(parser, texts)


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Show the certificates of files; one that cannot be read does not hide the others."""
    status = ExitCode.ACCEPTED
    for path, reading in readings(options.files, session):
        if isinstance(reading, VaxcertError):
            note_unreadable(path, reading, session)
            status = ExitCode.UNREADABLE
        elif options.json:
            session.output.json(_as_json(path, reading))
        else:
            _write(path, reading, session)
    return status


def _as_json(path: Path, certificate: SigningCertificate) -> dict[str, Any]:
    return {
        "file": str(path),
        "kid": certificate.kid.hex(),
        "kid_base64": b64encode(certificate.kid).decode(),
        "country": certificate.country,
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        "not_before": moment_json(certificate.not_before),
        "not_after": moment_json(certificate.not_after),
        "key": _key(certificate),
        "kinds": sorted(certificate.kinds),
        "anchor": _anchor(certificate),
        "sha256": certificate.digest.hex(),
    }


def _anchor(certificate: SigningCertificate) -> str:
    """What the certificate's key is called as an anchor."""
    return short_digest(anchor_of(certificate.public_key))


def _key(certificate: SigningCertificate) -> str | None:
    """Algorithm and size; None for a key that cannot sign health certificates."""
    try:
        key = verifying_key(certificate.public_key)
    except VaxcertError:
        return None
    return f"{key.algorithm.name} {key.bits}"


def _write(path: Path, certificate: SigningCertificate, session: Session) -> None:
    texts = session.texts
    kinds = ", ".join(texts.get("kind", kind) for kind in sorted(certificate.kinds))
    dates = texts.get(
        "card",
        "period",
        start=texts.moment(certificate.not_before),
        end=texts.moment(certificate.not_after),
    )
    session.output.rule()
    session.output.paragraph(str(path))
    for table, label, value in (
        ("field", "kid", certificate.kid.hex()),
        ("keys", "kid-base64", b64encode(certificate.kid).decode()),
        ("field", "country", texts.code_name(certificate.country, "countries")),
        ("keys", "subject", certificate.subject),
        ("keys", "issued-under", certificate.issuer),
        ("keys", "dates", dates),
        ("keys", "key", _key(certificate) or texts.get("reason", "key-type")),
        ("keys", "may-sign", kinds),
        ("keys", "as-anchor", _anchor(certificate)),
        ("keys", "fingerprint", certificate.digest.hex()),
    ):
        session.output.labelled(texts.get(table, label), value or texts.get("card", "not-stated"))
