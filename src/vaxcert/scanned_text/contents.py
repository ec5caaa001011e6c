"""What a scanned text is, if it is no certificate: told by how it begins, and never opened, followed or run."""

from __future__ import annotations

import re
from typing import Final

from vaxcert.scanned_text.codes import ScanProblem

_VIETNAMESE: Final = (
    r"[\u00c0-\u00ff\u0102\u0103\u0110\u0111\u0128\u0129\u0168\u0169\u01a0\u01a1\u01af\u01b0\u1ea0-\u1ef9]"
)

_CONTENTS: Final = tuple(
    (problem, re.compile(pattern, re.IGNORECASE | re.DOTALL))
    for problem, pattern in (
        (ScanProblem.VIETNAMESE_TYPING, rf"HC1?:.*{_VIETNAMESE}"),
        (ScanProblem.LAYOUT_NOT_REPAIRABLE, r"(?!HC[0-9A-Z]:)[]+$]?(?:q\d)?H.[^ A-Z]\S[^ ]{20}"),
        (ScanProblem.SMART_HEALTH_CARD, r"shc:/"),
        (ScanProblem.VISIBLE_DIGITAL_SEAL, r"DC0\d[0-9A-Z<]{4}|\{(?=.*\"sig\")(?=.*\"data\")"),
        (ScanProblem.OTHER_HEALTH_PASS, r"HC[02-9A-Z]:|NZCP:/|NL\d:|CRED:|LT1:|DIVOC"),
        (ScanProblem.TRAVEL_DOCUMENT, r"[ACIPV][A-Z<][A-Z<]{3}[A-Z0-9<]{25}"),
        (ScanProblem.IDENTITY_CARD, r"\d{12}\|\d{0,9}\|[^|]*\|\d{8}\|"),
        (ScanProblem.BOARDING_PASS, r"M\d[A-Z '-]{1,20}/[A-Z ]{0,20}E[A-Z0-9]{5,7} "),
        (ScanProblem.PAYMENT_CODE, r"0002\d\d(?:\d{4})?"),
        (
            ScanProblem.SCRIPT,
            r"\s*(?:javascript|vbscript|data):|.*<\s*(?:script|iframe|img|svg|body|object)\b",
        ),
        (
            ScanProblem.WEB_ADDRESS,
            r"[a-z][a-z0-9+.-]{1,15}://|www\.|(?:[a-z0-9-]{1,63}\.){1,3}[a-z]{2,12}(?:/\S*)?$",
        ),
        (ScanProblem.PRODUCT_NUMBER, r"\d{6,14}$"),
    )
)


def problem_of(text: str) -> ScanProblem:
    """Tell what a text is that is no certificate.

    Args:
        text: The text, without blanks around it.

    Returns:
        The first that fits, `other-text` in the end.
    """
    fitting = (problem for problem, pattern in _CONTENTS if pattern.match(text))
    return next(fitting, ScanProblem.OTHER_TEXT)
