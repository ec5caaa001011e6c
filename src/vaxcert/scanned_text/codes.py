"""The stable codes of what was done with a scanned text, and of what it is if no certificate."""

from __future__ import annotations

from enum import StrEnum


class ScanRepair(StrEnum):
    """What was put right. Public: never renamed, never reused.

    `x-as-y`: the scanner presses the keys of layout x, and the computer takes them for those of y.
    """

    SCANNER_PREFIX = "scanner-prefix"
    WHITE_SPACE = "white-space"
    DOUBLED_CHARACTERS = "doubled-characters"
    LETTER_CASE = "letter-case"
    PERCENT_ENCODED = "percent-encoded"
    PERCENT_DECODED = "percent-decoded"
    IN_WEB_ADDRESS = "in-web-address"
    US_AS_GERMAN = "us-as-german"
    US_AS_FRENCH = "us-as-french"
    US_AS_SPANISH = "us-as-spanish"
    US_AS_ITALIAN = "us-as-italian"
    US_AS_VIETNAMESE = "us-as-vietnamese"
    GERMAN_AS_US = "german-as-us"
    FRENCH_AS_US = "french-as-us"
    SPANISH_AS_US = "spanish-as-us"
    ITALIAN_AS_US = "italian-as-us"


class ScanProblem(StrEnum):
    """Why no certificate was found in a text, and what it is instead. Public: never renamed, never reused."""

    LAYOUT_NOT_REPAIRABLE = "layout-not-repairable"
    VIETNAMESE_TYPING = "vietnamese-typing"
    """An input method (Telex, VNI) turned letters and digits into letters with accents; what it took is lost."""
    SEVERAL_CERTIFICATES = "several-certificates"
    SMART_HEALTH_CARD = "smart-health-card"
    VISIBLE_DIGITAL_SEAL = "visible-digital-seal"
    OTHER_HEALTH_PASS = "other-health-pass"  # noqa: S105 - not a password
    TRAVEL_DOCUMENT = "travel-document"
    IDENTITY_CARD = "identity-card"
    BOARDING_PASS = "boarding-pass"  # noqa: S105 - not a password
    PAYMENT_CODE = "payment-code"
    SCRIPT = "script"
    WEB_ADDRESS = "web-address"
    PRODUCT_NUMBER = "product-number"
    OTHER_TEXT = "other-text"
