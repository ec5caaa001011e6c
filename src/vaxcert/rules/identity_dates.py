"""The birth date of a certificate against that of a travel document."""

from __future__ import annotations

from datetime import date
from typing import Final

from vaxcert.model.birth_dates import birth_dates_agree
from vaxcert.model.certificate import BirthDate
from vaxcert.rules.identity_grades import IdentityCode

_CENTURY: Final = 100
_YEAR: Final = len("yyyy")


def birth_date_code(
    certificate: BirthDate | None, document: BirthDate | None, *, year_has_two_digits: bool
) -> IdentityCode | None:
    """What is different between two birth dates.

    Args:
        certificate: As the certificate has it.
        document: As the travel document has it.
        year_has_two_digits: Of the document, where the latest year that can be was taken for them.

    Returns:
        None where both are whole and the same day. Of a year with two digits the certificate's century is what it knows
        more, where the dates are not whole.
    """
    if certificate is None or document is None:
        return IdentityCode.BIRTH_DATE_MISSING
    if certificate == document:
        return None if isinstance(certificate, date) else IdentityCode.BIRTH_DATE_BOTH_PARTIAL
    if birth_dates_agree(certificate, document):
        return IdentityCode.BIRTH_DATE_ONE_PARTIAL
    is_century = year_has_two_digits and _agree_but_for_a_century(certificate, document)
    if isinstance(certificate, date) and isinstance(document, date):
        return IdentityCode.BIRTH_CENTURY if is_century else _of_whole_dates(certificate, document)
    return IdentityCode.BIRTH_DATE_ONE_PARTIAL if is_century else IdentityCode.BIRTH_DATE_DIFFERS


def _agree_but_for_a_century(certificate: BirthDate, document: BirthDate) -> bool:
    few, many = sorted((str(certificate)[_YEAR:], str(document)[_YEAR:]), key=len)
    return document.year - certificate.year == _CENTURY and many.startswith(few)


def _of_whole_dates(certificate: date, document: date) -> IdentityCode:
    day, other = (certificate.month, certificate.day), (document.month, document.day)
    if certificate.year == document.year and day == other[::-1]:
        return IdentityCode.BIRTH_DATE_DAY_MONTH_SWAPPED
    return IdentityCode.BIRTH_DATE_DIFFERS
