"""One link of a certificate chain: did this authority issue this certificate?

Two things decide: the names match byte for byte, and the authority's key made the signature (RFC 5280 sections
4.1.1.3, 4.1.2.4). Dates and extensions do not: whoever asks has pinned the authority, or found it on a list that is
judged as a whole, and genuine certificates hold extensions that strict parsers refuse.
"""

from __future__ import annotations

from collections.abc import Iterable

from vaxcert.crypto.signature_algorithms import signature_algorithm
from vaxcert.crypto.signing_certificate import SigningCertificate
from vaxcert.errors import Reason, TrustListError


def check_issued_by(certificate: SigningCertificate, issuer: SigningCertificate) -> None:
    """Make sure that an authority issued a certificate; a certificate may be its own issuer.

    Args:
        certificate: The one in question.
        issuer: The authority's.

    Raises:
        TrustListError: `trust-entry-signature`, when the names do not match, the signature is not by the issuer's
            key, or the algorithm is none of `vaxcert.crypto.signature_algorithms`; `weak-signature`, when it is made
            with SHA-1, MD5 or an RSA key under 2048 bits; `certificate-unreadable`.
    """
    fields = certificate.fields
    if fields.issuer != issuer.fields.subject:
        raise _refused(f"certificate {certificate.kid.hex()} names another issuer than {issuer.kid.hex()}")
    if fields.algorithm != fields.signed_algorithm:
        raise _refused(f"certificate {certificate.kid.hex()} names two signature algorithms")
    try:
        signature_algorithm(fields.algorithm).check(issuer.public_key, fields.signature, fields.to_be_signed)
    except TrustListError as error:
        raise TrustListError(error.reason, f"certificate {certificate.kid.hex()}: {error}") from None


def check_issued_by_any(certificate: SigningCertificate, issuers: Iterable[SigningCertificate]) -> None:
    """Make sure that one of several authorities issued a certificate.

    Args:
        certificate: The one in question.
        issuers: The authorities'.

    Raises:
        TrustListError: `trust-entry-signature`; `weak-signature`, when one of them issued it with a weak algorithm;
            `certificate-unreadable`.
    """
    refusal = _refused(
        f"certificate {certificate.kid.hex()} is by none of the authorities that could have issued it"
    )
    for issuer in issuers:
        try:
            check_issued_by(certificate, issuer)
        except TrustListError as error:
            if error.reason is not Reason.TRUST_ENTRY_SIGNATURE:
                refusal = error
        else:
            return
    raise refusal


def _refused(problem: str) -> TrustListError:
    return TrustListError(Reason.TRUST_ENTRY_SIGNATURE, problem)
