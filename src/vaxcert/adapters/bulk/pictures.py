"""The QR codes of a part, a file each."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa

from vaxcert.adapters.bulk.columns import ROW
from vaxcert.adapters.bulk.job import Pictures
from vaxcert.adapters.files import create_new, sync_folder
from vaxcert.adapters.qr_files import DRAW
from vaxcert.errors import AdapterError, Reason


def draw_pictures(folder: Path, certificates: pa.RecordBatch, pictures: Pictures) -> None:
    """Draw the QR code of each certificate into a folder that appears whole.

    Args:
        folder: Each picture is named by the number of its record. What an interrupted run left of it is replaced.
        certificates: A batch of `ISSUED`, no text of which is null.
        pictures: How.

    Raises:
        AdapterError: `file-unwritable`.
    """
    partial = folder.with_name(f".{folder.name}.partial")
    try:
        for old in (partial, folder):
            if old.exists():
                shutil.rmtree(old)
        partial.mkdir(mode=0o700)
        draw = DRAW[pictures.kind]
        for row, text in zip(
            certificates.column(ROW).to_pylist(), certificates.column("text").to_pylist(), strict=True
        ):
            picture = draw(text, pictures.level)
            create_new(partial / f"{row:09}.{pictures.kind}", picture, private=True, durable=False)
        sync_folder(partial)
        partial.replace(folder)
    except OSError as error:
        raise AdapterError(Reason.FILE_UNWRITABLE, f"cannot write {folder}: {error.strerror}") from None
