"""The codes in pictures and PDFs, in memory alone."""

from __future__ import annotations

from vaxcert import qr
from vaxcert.adapters import pdf_process
from vaxcert.codec.container import CONTEXT_IDENTIFIER


def picture_texts(data: bytes) -> tuple[str, ...]:
    """The certificates in a picture or PDF; where it has none, whatever its codes hold.

    Args:
        data: The file. A PDF is read in a process of its own.

    Raises:
        DecodeError: As `qr.read`; for a PDF as `qr.certificate_texts`.
        LimitExceededError: Likewise.
        AdapterError: Likewise.
    """
    if data.startswith(pdf_process.PDF_START):
        return pdf_process.certificate_texts(data)
    texts = qr.read(data)
    return tuple(text for text in texts if text.startswith(CONTEXT_IDENTIFIER)) or texts
