"""The codes in pictures and PDFs, in memory alone."""

from __future__ import annotations

from vaxcert import qr
from vaxcert.adapters import pdf_process


def picture_texts(data: bytes) -> tuple[str, ...]:
    """The certificates in a picture or PDF; where it has none, whatever its codes hold.

    Args:
        data: The file. A PDF is read in a process of its own.

    Raises:
        DecodeError: As `qr.certificate_texts`.
        LimitExceededError: Likewise.
        AdapterError: Likewise.
    """
    read = pdf_process.certificate_texts if data.startswith(pdf_process.PDF_START) else qr.certificate_texts
    return read(data)
