"""Which certificates a revocation list is responsible for."""

from __future__ import annotations

from vaxcert.model.countries import issuer_countries
from vaxcert.trust.binding import is_foreign
from vaxcert.trust.revocation.query import RevocationQuery


def is_responsible(query: RevocationQuery, countries: frozenset[str] | None) -> bool:
    """Whether a list covers a certificate.

    It does when the country of the signing key is one of the list's, or when the issuer is one by the rule that says
    which keys may sign for it: a list for `GR` covers `EL`, one for `FR` covers `CNAM`. A certificate of which neither
    says a country may be anybody's. So none escapes its own country's list by the way its issuer is written.

    Args:
        query: The certificate.
        countries: Whom the list is for, as issuers or as ISO 3166-1 alpha-2 codes; None for all.
    """
    if countries is None:
        return True
    said = [code for code in (query.country, query.issuer) if code is not None and issuer_countries(code)]
    return not said or any(not is_foreign(code, country) for code in said for country in countries)
