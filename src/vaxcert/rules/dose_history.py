"""All doses of one traveller, put together from certificates that each hold one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import chain, combinations, pairwise
from typing import Self, TypeAlias

from vaxcert.findings import Severity
from vaxcert.model.certificate import HealthCertificate, Person, Vaccination
from vaxcert.model.identifiers import read_certificate_id
from vaxcert.rules.identity import IdentityGrade, compare_subjects


class HistoryCode(StrEnum):
    """Stable codes of what does not fit, in the order to be told. Public: never renamed, never reused.

    The number of doses in the series is not among it: it grows with boosters (2/2, then 3/3 or 2/1).

    Attributes:
        severity: How much it matters.
    """

    severity: Severity

    def __new__(cls, code: str, severity: Severity) -> Self:
        """A code with its severity, as the lines below give them."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.severity = severity
        return member

    PERSON_DIFFERS = "person-differs", Severity.WARNING
    """Names or birth dates that cannot be those of one person."""
    PERSON_UNCLEAR = "person-unclear", Severity.WARNING
    """Names or birth dates that may be those of two people."""
    DOSE_CHANGED = "dose-changed", Severity.WARNING
    """Two contents under one certificate identifier, as after a correction."""
    DOSE_DAYS_DIFFER = "dose-days-differ", Severity.WARNING
    """Two doses with one number on different days."""
    DOSE_PRODUCTS_DIFFER = "dose-products-differ", Severity.WARNING
    """Two vaccines for one number on one day."""
    DOSES_ON_ONE_DAY = "doses-on-one-day", Severity.WARNING
    """Doses with different numbers on one day."""
    DOSE_ORDER = "dose-order", Severity.WARNING
    """A later dose has a lower number."""
    DOSE_GAP = "dose-gap", Severity.INFO
    """A number between those of two doses is not there. Who shows the last certificate only has no gap."""


@dataclass(frozen=True, slots=True)
class Dose:
    """One dose, and the certificates that attest it.

    Attributes:
        vaccination: As one of them has it: one that names the vaccine, of these the one with the earliest day,
            the lowest number and the longest series.
        certificates: Their places among those given, from 0, in their order.
    """

    vaccination: Vaccination
    certificates: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DoseHistory:
    """The doses in the order of their dates, and what does not fit.

    Attributes:
        doses: The same dose in several certificates once; those without a date last.
        contradictions: Stable codes, each a `HistoryCode`, in the order to be told; empty where all fits.
    """

    doses: tuple[Dose, ...]
    contradictions: tuple[str, ...]


def combine(certificates: Sequence[HealthCertificate]) -> DoseHistory:
    """Put the doses of several certificates together.

    A dose is the same where the certificate identifier is, or day, number and vaccine are; a vaccine that one of them
    does not name is not another. Doses against different diseases have nothing to do with each other. Tests and
    recoveries are left out; whose they are still counts. The order of the certificates makes no difference.

    Args:
        certificates: Signed by trusted keys, in any order.
    """
    if (
        len(certificates) == 1 and len(certificates[0].events) == 1
    ):  # most travellers, and nothing to contradict
        (event,) = certificates[0].events
        return DoseHistory((Dose(event, (0,)),) if isinstance(event, Vaccination) else (), ())
    groups = _grouped(
        (place, event)
        for place, certificate in enumerate(certificates)
        for event in certificate.events
        if isinstance(event, Vaccination)
    )
    doses = [Dose(group[0][1], tuple(sorted({place for place, _ in group}))) for group in groups]
    doses.sort(key=_sort_key)
    found = {
        *_of_people(certificate.subject for certificate in certificates),
        *_of_contents(groups),
        *(code for disease in _by_disease(doses) for code in _of_doses(disease)),
    }
    return DoseHistory(tuple(doses), tuple([str(code) for code in HistoryCode if code in found]))


_Group: TypeAlias = list[tuple[int, Vaccination]]
"""What is one dose, each with the place of its certificate; the one that counts is the first."""


def _grouped(doses: Iterable[tuple[int, Vaccination]]) -> list[_Group]:
    groups: list[_Group] = []
    for one in sorted(doses, key=_content_key):
        same = [group for group in groups if any(_is_same(one[1], other) for _, other in group)]
        groups = [group for group in groups if group not in same]
        groups.append(sorted([*chain(*same), one], key=_content_key))
    groups.sort(key=lambda group: _content_key(group[0]))
    return _with_unnamed_ones_put_to_others(groups)


def _with_unnamed_ones_put_to_others(groups: Sequence[_Group]) -> list[_Group]:
    """A dose that names no vaccine is the first of the others that it can be, and makes no two of them one."""
    named = [group for group in groups if group[0][1].product is not None]
    alone = []
    for group in groups:
        if group[0][1].product is None:
            other = next((one for one in named if _can_be_one(group, one)), None)
            if other is None:
                alone.append(group)
            else:
                other += group
    return named + alone


def _can_be_one(unnamed: _Group, named: _Group) -> bool:
    return any(_is_known(one) and _is_same_content(one, other) for _, one in unnamed for _, other in named)


def _content_key(placed: tuple[int, Vaccination]) -> tuple[bool, date, int, int, tuple[str, ...]]:
    dose = placed[1]
    codes = (dose.product, dose.disease, dose.prophylaxis, dose.country, dose.certificate_id)
    return (
        dose.product is None,
        dose.vaccinated_on or date.max,
        dose.dose_number or 0,
        -(dose.doses_in_series or 0),
        tuple([code or "" for code in codes]),
    )


def _is_same(one: Vaccination, other: Vaccination) -> bool:
    if one.certificate_id and other.certificate_id:
        first, second = read_certificate_id(one.certificate_id), read_certificate_id(other.certificate_id)
        if first.canonical == second.canonical:
            return True
    return _is_known(one) and one.product == other.product and _is_same_content(one, other)


def _is_known(dose: Vaccination) -> bool:
    return None not in (dose.vaccinated_on, dose.dose_number)


def _is_same_content(one: Vaccination, other: Vaccination) -> bool:
    return (
        (one.disease, one.vaccinated_on, one.dose_number)
        == (other.disease, other.vaccinated_on, other.dose_number)
    ) and (None in (one.product, other.product) or one.product == other.product)


def _sort_key(dose: Dose) -> tuple[date, int, tuple[int, ...]]:
    return dose.vaccination.vaccinated_on or date.max, dose.vaccination.dose_number or 0, dose.certificates


# What does not fit


def _of_people(subjects: Iterable[Person]) -> Iterator[HistoryCode]:
    unclear = False
    for one, other in combinations(dict.fromkeys(subjects), 2):
        grade = compare_subjects(one, other).grade
        if grade is IdentityGrade.MISMATCH:
            yield HistoryCode.PERSON_DIFFERS
            return
        unclear = unclear or grade is IdentityGrade.UNCLEAR
    if unclear:
        yield HistoryCode.PERSON_UNCLEAR


def _of_contents(groups: Iterable[_Group]) -> Iterator[HistoryCode]:
    for group in groups:
        if not all(_is_same_content(one, other) for (_, one), (_, other) in combinations(group, 2)):
            yield HistoryCode.DOSE_CHANGED


def _by_disease(doses: Iterable[Dose]) -> Iterable[list[Vaccination]]:
    diseases: dict[str | None, list[Vaccination]] = {}
    for dose in doses:
        diseases.setdefault(dose.vaccination.disease, []).append(dose.vaccination)
    return diseases.values()


def _of_doses(doses: Sequence[Vaccination]) -> Iterator[HistoryCode]:
    """What does not fit among doses against one disease, in the order of their days."""
    dated = [
        (dose.vaccinated_on, dose.dose_number)
        for dose in doses
        if dose.vaccinated_on is not None and dose.dose_number is not None
    ]
    numbers = {number for _, number in dated}
    days = {day for day, _ in dated}
    different = set(dated)
    if len(different) < len(dated):
        yield HistoryCode.DOSE_PRODUCTS_DIFFER
    if len(numbers) < len(different):
        yield HistoryCode.DOSE_DAYS_DIFFER
    if len(days) < len(different):
        yield HistoryCode.DOSES_ON_ONE_DAY
    if any(number > later and day < later_day for (day, number), (later_day, later) in pairwise(dated)):
        yield HistoryCode.DOSE_ORDER
    there = {dose.dose_number for dose in doses if dose.dose_number is not None}
    if there and len(there) <= max(there) - min(there):
        yield HistoryCode.DOSE_GAP
