"""What can be wrong with a dose record: the codes, the field to mend, and whether a certificate may be made."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final, Self


class RecordSeverity(StrEnum):
    """What becomes of a record with a problem."""

    ERROR = "error"
    """It is refused."""

    WARNING = "warning"
    """A certificate is made, and the problem noted: someone should look."""

    NOTICE = "notice"
    """A certificate is made, and it is said what was done to the record."""


_WARNING: Final = RecordSeverity.WARNING
_NOTICE: Final = RecordSeverity.NOTICE


class RecordCode(StrEnum):
    """Stable codes of what can be wrong with a dose record. Public: never renamed, never reused.

    Attributes:
        field: The field of `DoseRecord` to mend, or "" for the whole row.
        severity: What becomes of the record.
    """

    field: str
    severity: RecordSeverity

    def __new__(cls, code: str, field: str = "", severity: RecordSeverity = RecordSeverity.ERROR) -> Self:
        """A code with its field and severity, as the lines below give them."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.field = field
        member.severity = severity
        return member

    ROW_MALFORMED = "row-malformed"
    # one record
    IDENTITY_NUMBER_MISSING = "identity-number-missing", "identity_number"
    IDENTITY_NUMBER_FORM = "identity-number-form", "identity_number"
    IDENTITY_NUMBER_LENGTH = "identity-number-length", "identity_number"
    IDENTITY_NUMBER_SEX = "identity-number-sex", "identity_number"
    IDENTITY_NUMBER_BIRTH_YEAR = "identity-number-birth-year", "identity_number"
    IDENTITY_NUMBER_PROVINCE = "identity-number-province", "identity_number", _WARNING
    IDENTITY_NUMBER_ZEROS_RESTORED = "identity-number-zeros-restored", "identity_number", _NOTICE
    NAME_MISSING = "name-missing", "full_name"
    NAME_DIGITS = "name-digits", "full_name"
    NAME_CHARACTERS = "name-characters", "full_name"
    BIRTH_DATE_MISSING = "birth-date-missing", "birth_date"
    BIRTH_DATE_IMPOSSIBLE = "birth-date-impossible", "birth_date"
    BIRTH_DATE_IN_FUTURE = "birth-date-in-future", "birth_date"
    SEX_MISSING = "sex-missing", "sex"
    SEX_UNKNOWN = "sex-unknown", "sex"
    VACCINE_MISSING = "vaccine-missing", "vaccine"
    VACCINE_UNKNOWN = "vaccine-unknown", "vaccine"
    VACCINE_DEPRECATED = "vaccine-deprecated", "vaccine"
    VACCINE_HOLDER_MISMATCH = "vaccine-holder-mismatch", "manufacturer"
    LOT_MISSING = "lot-missing", "lot"
    DOSE_NUMBER_MISSING = "dose-number-missing", "dose_number"
    DOSE_NUMBER_RANGE = "dose-number-range", "dose_number"
    DOSE_NUMBER_PAST_SERIES = "dose-number-past-series", "dose_number", _WARNING
    DOSE_NUMBER_PAST_SCHEDULE = "dose-number-past-schedule", "dose_number"
    DOSES_IN_SERIES_MISSING = "doses-in-series-missing", "doses_in_series"
    DOSES_IN_SERIES_RANGE = "doses-in-series-range", "doses_in_series"
    VACCINATION_DATE_MISSING = "vaccination-date-missing", "vaccinated_on"
    VACCINATION_DATE_IMPOSSIBLE = "vaccination-date-impossible", "vaccinated_on"
    VACCINATION_DATE_IN_FUTURE = "vaccination-date-in-future", "vaccinated_on"
    VACCINATION_DATE_BEFORE_BIRTH = "vaccination-date-before-birth", "vaccinated_on"
    VACCINATION_DATE_BEFORE_CAMPAIGN = "vaccination-date-before-campaign", "vaccinated_on"
    VACCINATION_DATE_BEFORE_LICENSING = "vaccination-date-before-licensing", "vaccinated_on"
    DOSE_NOT_GIVEN = "dose-not-given", "status"
    # all records of one person
    DUPLICATE_DOSE = "duplicate-dose"
    DOSES_OUT_OF_ORDER = "doses-out-of-order", "dose_number"
    INTERVAL_TOO_SHORT = "interval-too-short", "vaccinated_on", _WARNING
    # the population registry
    REGISTRY_NOT_FOUND = "registry-not-found", "identity_number"
    REGISTRY_NAME_MISMATCH = "registry-name-mismatch", "full_name"
    REGISTRY_BIRTH_DATE_MISMATCH = "registry-birth-date-mismatch", "birth_date"
    REGISTRY_SEX_MISMATCH = "registry-sex-mismatch", "sex"
    REGISTRY_UNAVAILABLE = "registry-unavailable"
    # renewal and correction
    CORRECTION_WITHOUT_CERTIFICATE = "correction-without-certificate", "identity_number"
    CERTIFICATE_ID_MISMATCH = "certificate-id-mismatch"
    # the signature of the facility
    ATTESTATION_MISSING = "attestation-missing"
    ATTESTATION_NOT_AUTHORISED = "attestation-not-authorised"


@lru_cache(maxsize=1024)
def refuses(code: str) -> bool:
    """Whether a record with this code is refused.

    Args:
        code: Of a record; or another that came up on the way, a finding of the linter or the reason of an error, all of
            which refuse.
    """
    try:
        return RecordCode(code).severity is RecordSeverity.ERROR
    except ValueError:
        return True


@dataclass(frozen=True, slots=True)
class RecordProblem:
    """One thing wrong with a record.

    Attributes:
        code: What.
        field: The field of `DoseRecord` to mend, or "" for the whole row. Never a value.
        repair: The value that the field should likely have, for a person to compare with the paper. It is personal
            data, so the repr does not show it.
    """

    code: RecordCode
    field: str = ""
    repair: str | None = dataclasses.field(default=None, repr=False)

    @property
    def severity(self) -> RecordSeverity:
        """What becomes of the record."""
        return self.code.severity
