"""PDF files of strangers, read in a process of their own.

A PDF of two kilobytes can take minutes to draw, and the drawing library cannot be interrupted. The child gets the
file on its standard input and answers with one line of JSON; nothing is written to disk.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys

from vaxcert import qr
from vaxcert.errors import AdapterError, DecodeError, LimitExceededError, Reason, VaxcertError
from vaxcert.limits import MAX_PDF_MEMORY_BYTES, MAX_PDF_SECONDS

PDF_START = b"%PDF-"


def certificate_texts(data: bytes, *, seconds: float = MAX_PDF_SECONDS) -> tuple[str, ...]:
    """What `qr.certificate_texts` gives for a PDF, within a time limit.

    Args:
        data: The PDF file.
        seconds: How long it may take.

    Raises:
        LimitExceededError: `picture-too-large`, also when it takes too long.
        DecodeError: As `qr.certificate_texts`; `picture-unreadable` when the child dies.
        AdapterError: `extra-missing`.
    """
    command = [sys.executable, "-m", "vaxcert.adapters.pdf_process"]
    try:
        child = subprocess.run(command, input=data, capture_output=True, timeout=seconds, check=False)  # noqa: S603
        answer = json.loads(child.stdout)
    except subprocess.TimeoutExpired:
        raise LimitExceededError(
            Reason.PICTURE_TOO_LARGE, f"the PDF takes more than {seconds:g} seconds to draw"
        ) from None
    except ValueError:
        raise DecodeError(Reason.PICTURE_UNREADABLE, "the PDF cannot be drawn") from None
    if "reason" in answer:
        raise _error(Reason(answer["reason"]), answer["message"])
    return tuple(answer["texts"])


def _error(reason: Reason, message: str) -> VaxcertError:
    if reason is Reason.EXTRA_MISSING:
        return AdapterError(reason, message)
    if reason in (Reason.PICTURE_TOO_LARGE, Reason.INPUT_TOO_LONG):
        return LimitExceededError(reason, message)
    return DecodeError(reason, message)


def _limit_memory() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):  # not on every operating system
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MAX_PDF_MEMORY_BYTES, MAX_PDF_MEMORY_BYTES))


def _answer(data: bytes) -> dict[str, object]:
    try:
        return {"texts": qr.certificate_texts(data)}
    except VaxcertError as error:
        return {"reason": error.reason, "message": str(error)}


if __name__ == "__main__":
    _limit_memory()
    sys.stdout.write(json.dumps(_answer(sys.stdin.buffer.read())))
