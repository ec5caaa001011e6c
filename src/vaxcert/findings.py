"""Findings: what is wrong with a certificate without making it a forgery.

Genuine issuers get many details wrong, so these are reported beside a verdict instead of deciding it; a policy may
promote any of them to a refusal. The issue-side linter speaks the same codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters to the person at the desk."""

    INFO = "info"
    """A deviation of form; what the certificate says is not in doubt."""

    WARNING = "warning"
    """The content is incomplete, contradicts itself or the value sets."""


class FindingCode(StrEnum):
    """Stable codes of everything that can be found. Public: never renamed, never reused."""

    # container and headers
    KID_UNPROTECTED = "kid-unprotected"
    KID_LENGTH = "kid-length"
    HEADER_UNPROTECTED = "header-unprotected"
    # CWT claims
    ISSUER_NOT_COUNTRY = "issuer-not-country"
    ISSUED_AT_MISSING = "issued-at-missing"
    DATE_CLAIM_FLOAT = "date-claim-float"
    DATE_CLAIM_TAGGED = "date-claim-tagged"
    CLAIM_UNKNOWN = "claim-unknown"
    # against the signing certificate
    EXPIRY_PAST_SIGNER = "expiry-past-signer"
    SIGNER_EXPIRED_SINCE = "signer-expired-since"
    ISSUER_COUNTRY_MISMATCH = "issuer-country-mismatch"
    # of the lists it was checked against
    LIST_UNSIGNED = "list-unsigned"
    LIST_OVERDUE = "list-overdue"
    LIST_STALE = "list-stale"
    CLOCK_BEFORE_LIST = "clock-before-list"
    REVOCATION_UNANSWERED = "revocation-unanswered"
    # form of the payload
    VERSION_UNKNOWN = "version-unknown"
    FIELD_MISSING = "field-missing"
    FIELD_TYPE = "field-type"
    FIELD_NULL = "field-null"
    FIELD_PADDED = "field-padded"
    FIELD_TOO_LONG = "field-too-long"
    FIELD_UNKNOWN = "field-unknown"
    FIELD_TAGGED = "field-tagged"
    NUMBER_FLOAT = "number-float"
    DATE_WITH_TIME = "date-with-time"
    DATE_WITHOUT_ZONE = "date-without-zone"
    DATE_UNREADABLE = "date-unreadable"
    BIRTH_DATE_PARTIAL = "birth-date-partial"
    TEXT_NOT_NFC = "text-not-nfc"
    TEXT_NOT_PRINTABLE = "text-not-printable"
    SEVERAL_EVENTS = "several-events"
    # content of the payload
    NAME_MISSING = "name-missing"
    NAME_NOT_STANDARD = "name-not-standard"
    BIRTH_DATE_IMPOSSIBLE = "birth-date-impossible"
    EVENT_IN_FUTURE = "event-in-future"
    EVENT_BEFORE_BIRTH = "event-before-birth"
    DOSE_NUMBER_RANGE = "dose-number-range"
    DOSE_PAST_SERIES = "dose-past-series"
    CODE_UNKNOWN = "code-unknown"
    CODE_DEPRECATED = "code-deprecated"
    PRODUCT_HOLDER_MISMATCH = "product-holder-mismatch"
    PRODUCT_PROPHYLAXIS_MISMATCH = "product-prophylaxis-mismatch"
    COUNTRY_MISMATCH = "country-mismatch"
    TEST_FIELDS_MISMATCH = "test-fields-mismatch"
    RECOVERY_DATES_ORDER = "recovery-dates-order"
    CERTIFICATE_ID_FORM = "certificate-id-form"
    CERTIFICATE_ID_CHECK = "certificate-id-check"


_INFO = frozenset(
    {
        FindingCode.KID_UNPROTECTED,
        FindingCode.KID_LENGTH,
        FindingCode.HEADER_UNPROTECTED,
        FindingCode.ISSUER_NOT_COUNTRY,
        FindingCode.ISSUED_AT_MISSING,
        FindingCode.DATE_CLAIM_FLOAT,
        FindingCode.DATE_CLAIM_TAGGED,
        FindingCode.CLAIM_UNKNOWN,
        FindingCode.SIGNER_EXPIRED_SINCE,
        FindingCode.LIST_OVERDUE,
        FindingCode.VERSION_UNKNOWN,
        FindingCode.FIELD_NULL,
        FindingCode.FIELD_PADDED,
        FindingCode.FIELD_UNKNOWN,
        FindingCode.FIELD_TAGGED,
        FindingCode.NUMBER_FLOAT,
        FindingCode.DATE_WITH_TIME,
        FindingCode.DATE_WITHOUT_ZONE,
        FindingCode.BIRTH_DATE_PARTIAL,
        FindingCode.TEXT_NOT_NFC,
        FindingCode.DOSE_PAST_SERIES,
        FindingCode.CODE_DEPRECATED,
        FindingCode.CERTIFICATE_ID_FORM,
        FindingCode.CERTIFICATE_ID_CHECK,
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found.

    Attributes:
        code: What.
        field: Where, in the wire's words (`v.mp`, `nam.fnt`, `exp`), or "" for the whole certificate. Never a value.
    """

    code: FindingCode
    field: str = ""

    @property
    def severity(self) -> Severity:
        """How much it matters."""
        return Severity.INFO if self.code in _INFO else Severity.WARNING
