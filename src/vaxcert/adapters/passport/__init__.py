"""The passport that people print: the eleven fields of Decision 5772/QĐ-BYT and a QR code for each dose, as PDF.

Needs the extra `vaxcert[print]` (Typst, zxing-cpp); the certificates of a bulk run need `vaxcert[bulk]` as well. Both
are imported at first use.
"""

from vaxcert.adapters.passport.holder import Mark, PassportDose, PassportHolder
from vaxcert.adapters.passport.reading import CertificateReader, ReadCertificate, group_by_subject
from vaxcert.adapters.passport.typesetting import (
    MAX_PEOPLE,
    QR_BOUNDS_MM,
    Layout,
    check_size,
    passport_pdf,
)
from vaxcert.adapters.passport.writing import PEOPLE_PER_FILE, WrittenFile, write_passports

__all__ = [
    "MAX_PEOPLE",
    "PEOPLE_PER_FILE",
    "QR_BOUNDS_MM",
    "CertificateReader",
    "Layout",
    "Mark",
    "PassportDose",
    "PassportHolder",
    "ReadCertificate",
    "WrittenFile",
    "check_size",
    "group_by_subject",
    "passport_pdf",
    "write_passports",
]
