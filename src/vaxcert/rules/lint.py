"""The issue-side linter: what a certificate must satisfy before it is signed.

Verifiers are told to forgive; issuers are told to be exact. Everything here has a finding code, the same that a verifier
would report on the certificate once it is out.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from unicodedata import is_normalized

from vaxcert.errors import EncodeError
from vaxcert.findings import Finding, FindingCode
from vaxcert.model import value_sets
from vaxcert.model.certificate import Event, HealthCertificate, Person, Recovery, Test, Vaccination
from vaxcert.model.names import is_standard_name
from vaxcert.payloads.eu_dcc import standard_names
from vaxcert.payloads.fields import MAX_TEXT
from vaxcert.rules.content import content_findings

ALLOWED_ON_ISSUE: Final = frozenset(
    {
        FindingCode.DOSE_PAST_SERIES,  # a booster after a one-dose series is 2/1 by the EU's own rules
        FindingCode.BIRTH_DATE_PARTIAL,  # some people's papers hold a year only
        FindingCode.COUNTRY_MISMATCH,  # a dose given abroad, certified at home
    }
)
"""Findings that do not keep a certificate from being issued."""

_TEXTS: Final[dict[type[Event], tuple[tuple[str, str, bool], ...]]] = {
    Vaccination: (
        ("disease", "v.tg", True),
        ("prophylaxis", "v.vp", True),
        ("product", "v.mp", True),
        ("marketing_holder", "v.ma", True),
        ("country", "v.co", False),
        ("authority", "v.is", False),
        ("certificate_id", "v.ci", False),
    ),
    Test: (
        ("disease", "t.tg", True),
        ("test_type", "t.tt", True),
        ("name", "t.nm", False),
        ("device", "t.ma", False),
        ("result", "t.tr", True),
        ("centre", "t.tc", False),
        ("country", "t.co", False),
        ("authority", "t.is", False),
        ("certificate_id", "t.ci", False),
    ),
    Recovery: (
        ("disease", "r.tg", True),
        ("country", "r.co", False),
        ("authority", "r.is", False),
        ("certificate_id", "r.ci", False),
    ),
}
"""Attribute, wire field, and whether it is required. Country, authority and identifier may be left to the issuer."""

_OTHERS: Final[dict[type[Event], tuple[tuple[str, str], ...]]] = {
    Vaccination: (("dose_number", "v.dn"), ("doses_in_series", "v.sd"), ("vaccinated_on", "v.dt")),
    Test: (("sampled_at", "t.sc"),),
    Recovery: (("first_positive", "r.fr"), ("valid_from", "r.df"), ("valid_until", "r.du")),
}
"""Required numbers and dates."""


def lint(
    certificate: HealthCertificate, *, issued_at: datetime, expires: datetime, signer_ends: datetime
) -> list[Finding]:
    """Check a certificate that is to be signed.

    Args:
        certificate: What is to be signed. Country, authority and identifier may be left to the issuer.
        issued_at: When it would be signed, aware.
        expires: Its expiry, aware.
        signer_ends: The end of the signing certificate's validity, aware.

    Returns:
        Every fault, and those of `ALLOWED_ON_ISSUE`, which are not faults.
    """
    findings: list[Finding] = []
    if expires > signer_ends:
        findings.append(Finding(FindingCode.EXPIRY_PAST_SIGNER, "exp"))
    events = certificate.events
    if len(events) != 1:
        code = FindingCode.SEVERAL_EVENTS if events else FindingCode.FIELD_MISSING
        findings.append(Finding(code, "v"))
    _lint_person(certificate.subject, findings)
    for event in events:
        _lint_event(event, findings)
    findings += content_findings(certificate, signed_at=issued_at)
    return findings


def refused(findings: list[Finding]) -> list[Finding]:
    """Those findings that keep a certificate from being issued."""
    return [finding for finding in findings if finding.code not in ALLOWED_ON_ISSUE]


def _lint_person(person: Person, findings: list[Finding]) -> None:
    for name, text in (("nam.fn", person.family_name), ("nam.gn", person.given_name)):
        if text:
            lint_text(text, name, findings)
    try:
        names = standard_names(person)
    except EncodeError:
        findings.append(Finding(FindingCode.NAME_NOT_STANDARD, "nam"))
    else:
        for name, standard in zip(("nam.fnt", "nam.gnt"), names, strict=True):
            if not is_standard_name(standard):
                findings.append(Finding(FindingCode.NAME_NOT_STANDARD, name))
            elif len(standard) > MAX_TEXT:
                findings.append(Finding(FindingCode.FIELD_TOO_LONG, name))
    if person.birth_date is None:
        findings.append(Finding(FindingCode.FIELD_MISSING, "dob"))


def _lint_event(event: Event, findings: list[Finding]) -> None:
    for attribute, name, required in _TEXTS[type(event)]:
        text = getattr(event, attribute)
        if text:
            lint_text(text, name, findings)
        elif required:
            findings.append(Finding(FindingCode.FIELD_MISSING, name))
    for attribute, name in _OTHERS[type(event)]:
        if getattr(event, attribute) is None:
            findings.append(Finding(FindingCode.FIELD_MISSING, name))
    if isinstance(event, Vaccination):
        _lint_prophylaxis(event, findings)


def _lint_prophylaxis(dose: Vaccination, findings: list[Finding]) -> None:
    """New certificates use the vaccine types of the present encoding instructions, not those of earlier editions."""
    product = value_sets.current().products.get(dose.product or "")
    if product and dose.prophylaxis in product.prophylaxis_ever - product.prophylaxis:
        findings.append(Finding(FindingCode.PRODUCT_PROPHYLAXIS_MISMATCH, "v.vp"))


def lint_text(text: str, name: str, findings: list[Finding]) -> None:
    """Check the form of one text field, not what it says."""
    if len(text) > MAX_TEXT:
        findings.append(Finding(FindingCode.FIELD_TOO_LONG, name))
    if text.strip() != text:
        findings.append(Finding(FindingCode.FIELD_PADDED, name))
    if not text.isascii() and not is_normalized("NFC", text):
        findings.append(Finding(FindingCode.TEXT_NOT_NFC, name))
