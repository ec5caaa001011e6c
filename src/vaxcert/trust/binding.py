"""Binding: a key verifies only the kinds, the domain and the issuers it may sign for.

The signature says which key made it. Whether that key had any business to is said by the list and by the signing
certificate: the extended key usages (HCERT appendix A.4), the trust domain (WHO GDHCN), the country of the signer.
"""

from __future__ import annotations

from vaxcert.errors import BindingError, KeyNotAuthorisedError, Reason, VerificationError
from vaxcert.model.certificate import ALL_KINDS, HealthCertificate
from vaxcert.model.countries import issuer_countries
from vaxcert.trust.trust_list import TrustedKey


def refusal(
    key: TrustedKey, certificate: HealthCertificate, *, domain: str, issuer: str | None
) -> VerificationError | None:
    """Why a key may not have signed a certificate, or None where it may.

    Args:
        key: The key that signed.
        certificate: What it signed.
        domain: The trust domain of its payload.
        issuer: Its `iss` claim; None where it has none, which then contradicts nothing, or where another
            country's is to be accepted.
    """
    if key.kinds is not ALL_KINDS and not certificate.kinds <= key.kinds:
        return KeyNotAuthorisedError(key.kid, min(certificate.kinds - key.kinds))
    if key.domain is not None and key.domain != domain:
        return BindingError(
            Reason.DOMAIN_NOT_AUTHORISED,
            f"key {key.kid.hex()} signs in domain {key.domain}, not in {domain}",
        )
    if issuer != key.country and issuer is not None and is_foreign(issuer, key.country):
        return BindingError(
            Reason.ISSUER_NOT_AUTHORISED,
            f"key {key.kid.hex()} of {key.country} may not sign for issuer {issuer!r}",
        )
    return None


def is_foreign(issuer: str, country: str | None) -> bool:
    """Whether an issuer is another country than those whose certificates a key of `country` may sign.

    Args:
        issuer: The `iss` claim. What names no country (genuine issuers put the name of a ministry there)
            contradicts nothing.
        country: Of the key; None where the list does not say.
    """
    if country is None or issuer == country:
        return False
    countries = issuer_countries(issuer)
    return bool(countries) and country not in countries
