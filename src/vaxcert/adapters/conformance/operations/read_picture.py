"""`read-picture`: the texts of certificates in a picture, or in one frame of a camera."""

from __future__ import annotations

import zlib
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from vaxcert import qr
from vaxcert.adapters.conformance.operations.described import failure
from vaxcert.errors import DecodeError, Reason, VaxcertError


def read_picture(given: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    """Read the certificates of `picture`, the base64 of a file, or of `frame`. Time does not matter."""
    try:
        texts = _of_frame(given["frame"]) if "frame" in given else _of_file(given["picture"])
    except VaxcertError as error:
        return {**failure(error), "texts": []}
    return {"outcome": "accepted", "reason": None, "texts": sorted(texts)}


def _of_file(picture: str) -> tuple[str, ...]:
    return qr.certificate_texts(b64decode(picture, validate=True))


def _of_frame(frame: Mapping[str, Any]) -> tuple[str, ...]:
    pixels = zlib.decompress(b64decode(frame["pixels"], validate=True))
    texts = qr.frame_texts(pixels, frame["width"], frame["height"])
    if not texts:
        raise DecodeError(Reason.PICTURE_NO_CODE, "no code in the frame")
    return texts
