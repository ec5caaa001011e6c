"""`vaxcert keys csr` for a key in a PKCS #11 token."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from cryptography import x509

from vaxcert.adapters import key_files
from vaxcert.adapters.pkcs11.extra import needs_python_pkcs11
from vaxcert.cli.exit_codes import ExitCode, UsageError
from vaxcert.cli.keys_files import report_written
from vaxcert.cli.session import Session
from vaxcert.cli.signer_options import key_of, pin_source, token_of
from vaxcert.crypto.algorithms import Algorithm


def request_for_token_key(
    options: argparse.Namespace,
    session: Session,
    request: Callable[[argparse.Namespace, Any], x509.CertificateSigningRequest],
) -> ExitCode:
    """Make a request for a key in a token, and the key too where that is asked for.

    Args:
        options: Of `vaxcert keys csr`.
        session: Where to ask for the PIN, when none is given.
        request: Makes the request of the options and a key.

    Raises:
        VaxcertError: As of `adapters.pkcs11.token_key`.
        UsageError: A new key is to have something else than a label.
    """
    with needs_python_pkcs11():
        from vaxcert.adapters.pkcs11.token_key import new_token_key, token_key

    token, named, pin = token_of(options.hsm_token), key_of(options.hsm_key), pin_source(options, session)
    if options.new_hsm_key:
        if not isinstance(named, str):
            raise UsageError("--new-hsm-key: the token chooses the identifier; give --hsm-key a label")
        new_token_key(options.hsm, token, named, pin, Algorithm[options.algorithm])
    with token_key(options.hsm, token, named, pin) as (key, extractable):
        made = request(options, key)
    key_files.save_certificate(options.out_csr, made)
    if extractable:
        session.output.note(session.texts.get("keys", "extractable"))
    report_written(options, session, [options.out_csr], {})
    return ExitCode.ACCEPTED
