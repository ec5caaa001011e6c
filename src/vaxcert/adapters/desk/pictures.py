"""The codes in pictures, PDFs and frames of a camera, in memory alone."""

from __future__ import annotations

import importlib

from vaxcert import qr
from vaxcert.adapters import pdf_process


def picture_texts(data: bytes) -> tuple[str, ...]:
    """The certificates in a picture or PDF; where it has none, whatever its codes hold.

    Raises:
        DecodeError, LimitExceededError, AdapterError: As `qr.certificate_texts`; a PDF is read in a process of its own.
    """
    read = pdf_process.certificate_texts if data.startswith(pdf_process.PDF_START) else qr.certificate_texts
    return read(data)


def frame_texts(data: bytes, width: int, height: int) -> tuple[str, ...]:
    """The texts in one frame of a camera; none where nothing is seen.

    Args:
        data: Grey, a byte a pixel, row by row from the top.
        width: In pixels.
        height: In pixels.
    """
    zxing = importlib.import_module("zxingcpp")
    found = zxing.read_barcodes(
        memoryview(data).cast("B", (height, width)),
        formats=(zxing.BarcodeFormat.QRCodeModel2, zxing.BarcodeFormat.AztecCode),
    )
    return tuple(dict.fromkeys(one.bytes.decode("utf-8", "replace") for one in found))
