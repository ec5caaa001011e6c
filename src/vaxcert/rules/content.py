"""Does what a certificate says hold together? The same questions for verifying and for issuing.

Answers are findings: genuine certificates fail nearly every one of these somewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import Final

from vaxcert.findings import Finding, FindingCode
from vaxcert.model import value_sets
from vaxcert.model.certificate import HealthCertificate, Person, Recovery, Test, Vaccination
from vaxcert.model.identifiers import certificate_id_findings

_TIME_ZONES: Final = timedelta(days=1)
"""Dates have no time zone; somewhere it is already tomorrow."""

_EARLIEST_ZONE: Final = timezone(timedelta(hours=14))
"""Where each day begins first."""

_LAST_MOMENT: Final = datetime.max.replace(tzinfo=UTC) - _TIME_ZONES

MAX_DOSES: Final = 99
"""Dose numbers beyond this are mistakes, whatever the series. (Since schema 1.3.0 there is no bound.)"""

_FIRST_BIRTH: Final = date(1900, 1, 1)
"""Schema 1.0.0 and later: birth dates begin with 19 or 20."""

_NUCLEIC_ACID_TEST: Final = "LP6464-4"


def content_findings(certificate: HealthCertificate, *, signed_at: datetime) -> list[Finding]:
    """Check the content of a certificate.

    Args:
        certificate: As read, or to be issued.
        signed_at: When it was or will be signed, aware.
    """
    findings: list[Finding] = []
    last_day = (min(signed_at, _LAST_MOMENT) + _TIME_ZONES).date()
    born = _check_person(certificate.subject, last_day, findings)
    for event in certificate.events:
        if isinstance(event, Vaccination):
            group = "v"
            _check_vaccination(event, born, last_day, findings)
        elif isinstance(event, Test):
            group = "t"
            _check_test(event, born, last_day, findings)
        else:
            group = "r"
            _check_recovery(event, born, last_day, findings)
        if event.certificate_id is not None:
            for finding in certificate_id_findings(event.certificate_id):
                findings.append(Finding(finding.code, f"{group}.{finding.field}"))
    return findings


def _check_person(person: Person, last_day: date, findings: list[Finding]) -> date | None:
    """Check the subject. Returns the first day the birth date may stand for, when it is possible."""
    if not (
        person.standard_family_name or person.standard_given_name or person.family_name or person.given_name
    ):
        findings.append(Finding(FindingCode.NAME_MISSING, "nam"))
    born = person.birth_date
    if born is None:
        return None
    first_day = born if isinstance(born, date) else born.first_day()
    if not _FIRST_BIRTH <= first_day <= last_day:
        findings.append(Finding(FindingCode.BIRTH_DATE_IMPOSSIBLE, "dob"))
        return None
    return first_day


def _check_vaccination(dose: Vaccination, born: date | None, last_day: date, findings: list[Finding]) -> None:
    findings += _vaccine_findings(
        dose.disease, dose.prophylaxis, dose.product, dose.marketing_holder, dose.country
    )
    number, series = dose.dose_number, dose.doses_in_series
    if number is None or series is None or not 1 <= number <= series <= MAX_DOSES:
        _check_doses(number, series, findings)
    _check_day(dose.vaccinated_on, "v.dt", born, last_day, findings)


@lru_cache(maxsize=1024)
def _vaccine_findings(
    disease: str | None,
    prophylaxis: str | None,
    product: str | None,
    holder: str | None,
    country: str | None,
) -> tuple[Finding, ...]:
    """What is odd about the codes of a dose. Few vaccines are in use, so remembering pays; none is about a person."""
    sets = value_sets.current()
    findings: list[Finding] = []
    _check_code(disease, sets.diseases, "v.tg", findings)
    _check_code(country, sets.countries, "v.co", findings)
    _check_code(prophylaxis, sets.prophylaxis, "v.vp", findings)
    _check_code(holder, sets.holders, "v.ma", findings)
    _check_code(product, sets.products, "v.mp", findings)
    known = sets.products.get(product or "")
    if known is not None:
        if holder is not None and holder not in known.holders:
            findings.append(Finding(FindingCode.PRODUCT_HOLDER_MISMATCH, "v.ma"))
        if prophylaxis in sets.prophylaxis and prophylaxis not in known.prophylaxis_ever:
            findings.append(Finding(FindingCode.PRODUCT_PROPHYLAXIS_MISMATCH, "v.vp"))
    return tuple(findings)


def _check_doses(number: int | None, series: int | None, findings: list[Finding]) -> None:
    if any(given is not None and not 1 <= given <= MAX_DOSES for given in (number, series)):
        findings.append(Finding(FindingCode.DOSE_NUMBER_RANGE, "v.dn"))
    elif number is not None and series is not None and number > series:
        findings.append(Finding(FindingCode.DOSE_PAST_SERIES, "v.dn"))


def _check_test(test: Test, born: date | None, last_day: date, findings: list[Finding]) -> None:
    sets = value_sets.current()
    _check_code(test.disease, sets.diseases, "t.tg", findings)
    _check_code(test.country, sets.countries, "t.co", findings)
    _check_code(test.test_type, sets.test_types, "t.tt", findings)
    _check_code(test.result, sets.test_results, "t.tr", findings)
    if (test.test_type == _NUCLEIC_ACID_TEST and test.device) or not (test.name or test.device):
        findings.append(Finding(FindingCode.TEST_FIELDS_MISMATCH, "t"))
    if test.sampled_at is not None:
        _check_moment(test.sampled_at, "t.sc", born, last_day, findings)


def _check_recovery(recovery: Recovery, born: date | None, last_day: date, findings: list[Finding]) -> None:
    sets = value_sets.current()
    _check_code(recovery.disease, sets.diseases, "r.tg", findings)
    _check_code(recovery.country, sets.countries, "r.co", findings)
    _check_day(recovery.first_positive, "r.fr", born, last_day, findings)
    days = (recovery.first_positive, recovery.valid_from, recovery.valid_until)
    known = [day for day in days if day is not None]
    if known != sorted(known):
        findings.append(Finding(FindingCode.RECOVERY_DATES_ORDER, "r"))


def _check_code(
    code: str | None, known: Mapping[str, value_sets.Code], field: str, findings: list[Finding]
) -> None:
    if code is None:
        return
    entry = known.get(code)
    if entry is None:
        findings.append(Finding(FindingCode.CODE_UNKNOWN, field))
    elif entry.deprecated:
        findings.append(Finding(FindingCode.CODE_DEPRECATED, field))


def _check_day(
    day: date | None, field: str, born: date | None, last_day: date, findings: list[Finding]
) -> None:
    if day is None:
        return
    if day > last_day:
        findings.append(Finding(FindingCode.EVENT_IN_FUTURE, field))
    elif day < (born or _FIRST_BIRTH):
        findings.append(Finding(FindingCode.EVENT_BEFORE_BIRTH, field))


def _check_moment(
    moment: datetime, field: str, born: date | None, last_day: date, findings: list[Finding]
) -> None:
    """Check a moment against days, whatever zone it is told in: where somebody was born is not known."""
    if moment.utcoffset() is None:
        moment = moment.replace(tzinfo=UTC)
    if moment > datetime.combine(last_day, time.max, UTC):
        findings.append(Finding(FindingCode.EVENT_IN_FUTURE, field))
    elif moment < datetime.combine(born or _FIRST_BIRTH, time.min, _EARLIEST_ZONE):
        findings.append(Finding(FindingCode.EVENT_BEFORE_BIRTH, field))
