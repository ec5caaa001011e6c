"""The issue-side linter: what a certificate must satisfy before it is signed.

Verifiers are told to forgive; issuers are told to be exact. Everything here has a finding code, the same that a
verifier would report on the certificate once it is out.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Final, NamedTuple
from unicodedata import is_normalized

from vaxcert.findings import Finding, FindingCode
from vaxcert.model import value_sets
from vaxcert.model.certificate import (
    Event,
    HealthCertificate,
    PartialDate,
    Person,
    Recovery,
    Test,
    Vaccination,
)
from vaxcert.model.names import is_standard_name
from vaxcert.payloads.fields import MAX_TEXT, are_plain
from vaxcert.rules.content import content_findings


class Field(NamedTuple):
    """A field of an event.

    Attributes:
        attribute: Its name in the model.
        wire: Its name in the payload, for findings.
        type: What its value has to be, exactly: a subclass such as `bool` or `datetime` is written otherwise.
        required: Whether it has to be there.
    """

    attribute: str
    wire: str
    type: type = str
    required: bool = True


ALLOWED_ON_ISSUE: Final = frozenset(
    {
        FindingCode.DOSE_PAST_SERIES,  # a booster after a one-dose series is 2/1 by the EU's own rules
        FindingCode.BIRTH_DATE_PARTIAL,  # some people's papers hold a year only
        FindingCode.COUNTRY_MISMATCH,  # a dose given abroad, certified at home
    }
)
"""Findings that do not keep a certificate from being issued."""

_FIELDS: Final[dict[type[Event], tuple[Field, ...]]] = {
    Vaccination: (
        Field("disease", "v.tg"),
        Field("prophylaxis", "v.vp"),
        Field("product", "v.mp"),
        Field("marketing_holder", "v.ma"),
        Field("dose_number", "v.dn", int),
        Field("doses_in_series", "v.sd", int),
        Field("vaccinated_on", "v.dt", date),
        Field("country", "v.co", required=False),
        Field("authority", "v.is", required=False),
        Field("certificate_id", "v.ci", required=False),
    ),
    Test: (
        Field("disease", "t.tg"),
        Field("test_type", "t.tt"),
        Field("sampled_at", "t.sc", datetime),
        Field("result", "t.tr"),
        Field("name", "t.nm", required=False),
        Field("device", "t.ma", required=False),
        Field("centre", "t.tc", required=False),
        Field("country", "t.co", required=False),
        Field("authority", "t.is", required=False),
        Field("certificate_id", "t.ci", required=False),
    ),
    Recovery: (
        Field("disease", "r.tg"),
        Field("first_positive", "r.fr", date),
        Field("valid_from", "r.df", date),
        Field("valid_until", "r.du", date),
        Field("country", "r.co", required=False),
        Field("authority", "r.is", required=False),
        Field("certificate_id", "r.ci", required=False),
    ),
}
"""Required fields first. Country, authority and identifier may be left to the issuer."""

_REQUIRED_TYPES: Final = {
    event: tuple(field.type for field in fields if field.required) for event, fields in _FIELDS.items()
}
_OPTIONAL_TYPES: Final = frozenset({str, type(None)})
_VALUES_OF: Final = {
    event: attrgetter(*(field.attribute for field in fields)) for event, fields in _FIELDS.items()
}


def lint(
    certificate: HealthCertificate,
    names: tuple[str, str],
    *,
    issued_at: datetime,
    expires: datetime,
    signer_ends: datetime,
) -> list[Finding]:
    """Check a certificate that is to be signed.

    Args:
        certificate: What is to be signed. Country, authority and identifier may be left to the issuer.
        names: Its standard surname and forenames, as they would be written.
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
    _lint_standard_name(names[0], certificate.subject.family_name, "nam.fnt", findings)
    _lint_standard_name(names[1], certificate.subject.given_name, "nam.gnt", findings)
    if not (names[0].strip("<") or names[1].strip("<")):
        findings.append(Finding(FindingCode.NAME_MISSING, "nam"))
    for event in events:
        _lint_event(event, findings)
    if not findings:
        return content_findings(certificate, signed_at=issued_at)
    if not any(finding.code is FindingCode.FIELD_TYPE for finding in findings):
        findings += content_findings(certificate, signed_at=issued_at)
    return list(dict.fromkeys(findings))


def refused(findings: list[Finding]) -> list[Finding]:
    """Those findings that keep a certificate from being issued."""
    return [finding for finding in findings if finding.code not in ALLOWED_ON_ISSUE]


def _lint_person(person: Person, findings: list[Finding]) -> None:
    written = [text for text in (person.family_name, person.given_name) if text]
    if not are_plain(written):
        for wire, text in (("nam.fn", person.family_name), ("nam.gn", person.given_name)):
            lint_text(text or "", wire, findings)
    if person.birth_date is None:
        findings.append(Finding(FindingCode.FIELD_MISSING, "dob"))
    elif type(person.birth_date) not in (date, PartialDate):
        findings.append(Finding(FindingCode.FIELD_TYPE, "dob"))


def _lint_standard_name(text: str, written: str | None, wire: str, findings: list[Finding]) -> None:
    if not text.strip("<"):
        if text or written:
            findings.append(Finding(FindingCode.FIELD_MISSING, wire))
    elif not is_standard_name(text):
        findings.append(Finding(FindingCode.NAME_NOT_STANDARD, wire))
    elif len(text) > MAX_TEXT:
        findings.append(Finding(FindingCode.FIELD_TOO_LONG, wire))


def _lint_event(event: Event, findings: list[Finding]) -> None:
    kind = type(event)
    values = _VALUES_OF[kind](event)
    if not _are_as_expected(values, _REQUIRED_TYPES[kind]):
        _lint_fields(_FIELDS[kind], values, findings)
    if type(event.certificate_id) is str and event.certificate_id != event.certificate_id.upper():
        findings.append(Finding(FindingCode.CERTIFICATE_ID_FORM, _FIELDS[kind][-1].wire))
    if isinstance(event, Vaccination) and _is_of_earlier_edition(event.product, event.prophylaxis):
        findings.append(Finding(FindingCode.PRODUCT_PROPHYLAXIS_MISMATCH, "v.vp"))
    if isinstance(event, Test):
        sampled_at = event.sampled_at
        if type(sampled_at) is datetime and sampled_at.utcoffset() is None:
            findings.append(Finding(FindingCode.DATE_WITHOUT_ZONE, "t.sc"))


def _are_as_expected(values: tuple[object, ...], required_types: tuple[type, ...]) -> bool:
    """Whether nothing needs saying about any field: the usual case, decided together."""
    required, optional = values[: len(required_types)], values[len(required_types) :]
    return (
        tuple(map(type, required)) == required_types
        and _OPTIONAL_TYPES.issuperset(map(type, optional))
        and _are_plain_codes(tuple([value for value in required if type(value) is str]))
        and are_plain([value for value in optional if type(value) is str])
    )


@lru_cache(maxsize=1024)
def _are_plain_codes(codes: tuple[str, ...]) -> bool:
    """Whether nothing needs saying about the form of an event's codes, of which few are in use."""
    return are_plain(codes)


def _lint_fields(fields: tuple[Field, ...], values: tuple[object, ...], findings: list[Finding]) -> None:
    for field, value in zip(fields, values, strict=True):
        if value is None or value == "":
            if field.required:
                findings.append(Finding(FindingCode.FIELD_MISSING, field.wire))
        elif type(value) is not field.type:
            findings.append(Finding(FindingCode.FIELD_TYPE, field.wire))
        elif type(value) is str:
            lint_text(value, field.wire, findings)


@lru_cache(maxsize=256)
def _is_of_earlier_edition(product: str | None, prophylaxis: str | None) -> bool:
    """Whether earlier value sets had this vaccine type for the product, and the present instructions do not."""
    known = value_sets.current().products.get(product or "")
    return known is not None and prophylaxis in known.prophylaxis_ever - known.prophylaxis


def lint_text(text: str, wire: str, findings: list[Finding]) -> None:
    """Check the form of one text field, not what it says."""
    if len(text) > MAX_TEXT:
        findings.append(Finding(FindingCode.FIELD_TOO_LONG, wire))
    if text.strip() != text:
        findings.append(Finding(FindingCode.FIELD_PADDED, wire))
    if not is_normalized("NFC", text):
        findings.append(Finding(FindingCode.TEXT_NOT_NFC, wire))
    if not text.strip().isprintable():
        findings.append(Finding(FindingCode.TEXT_NOT_PRINTABLE, wire))
