"""The digest by which an attestation names a dose record: what the facility vouches for, and not how a file spells it.

Specified in `specs/attestation.md`, section 2.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Final
from unicodedata import normalize

from vaxcert.codec import cbor
from vaxcert.model.certificate import BirthDate
from vaxcert.model.countries import alpha2
from vaxcert.model.dose_record import DoseRecord
from vaxcert.model.value_sets import vaccine_by_local_name

DIGEST_BYTES: Final = 32

_START: Final = b"\x8c" + cbor.dumps("vaxcert-dose-1")  # array of twelve
_NOTHING: Final = cbor.dumps(None)
_VIET_NAM: Final = "VN"
_VIET_NAM_SPELLED: Final = frozenset({"việt nam", "viet nam", "vietnam"})
_BLANKS: Final = " \t\r\n"
_MANY: Final = 65_536
_FEW: Final = 1024
_SHORT: Final = 40


def record_digest(record: DoseRecord) -> bytes:
    """The SHA-256 of a record in its one encoding.

    Records that say the same have the same digest, whatever file format, date format and spelling of the vaccine they
    came in. What no certificate and no authorisation depends on is left out: names of places, the province, the
    manufacturer (which follows from the vaccine).

    A digest is as confidential as its record: whoever knows nearly all of a record can find the rest by trying.

    Args:
        record: After its repairs (`vaxcert.rules.records.repaired`), so that zeros which a spreadsheet dropped make no
            difference.

    Returns:
        32 bytes.

    Raises:
        EncodeError: `value-not-encodable`, for a text with half a surrogate pair.
    """
    return hashlib.sha256(
        b"".join(
            (
                _START,
                _encoded(_text(record.identity_number)),
                _encoded(_text(record.full_name)),
                _often(record.birth_date),
                _often(record.sex),
                _nationality(record.nationality),
                _vaccine(record.vaccine),
                _short(record.lot),
                _often(record.dose_number),
                _often(record.doses_in_series),
                _often(record.vaccinated_on),
                _short(record.facility_code),
            )
        )
    ).digest()


def _encoded(value: str | int | None) -> bytes:
    """A member of the array that is hashed."""
    return _NOTHING if value is None else cbor.dumps(value)


def _short(value: str | None) -> bytes:
    """A text that is remembered unless it is longer than any genuine one."""
    return _often(value) if value is None or len(value) <= _SHORT else _encoded(_text(value))


@lru_cache(maxsize=_MANY)
def _often(value: BirthDate | str | int | None) -> bytes:
    """What many records share: numbers, texts, and dates as much of `YYYY-MM-DD` as is known."""
    if value is None or type(value) is int:
        return _encoded(value)
    return _encoded(_text(str(value)))


def _text(value: str | None) -> str | None:
    """Text in Unicode NFC, without blanks around it; None where there is none."""
    text = value.strip(_BLANKS) if value else ""
    if not text:
        return None
    return text if text.isascii() else normalize("NFC", text)


@lru_cache(maxsize=_FEW)
def _nationality(value: str | None) -> bytes:
    """The country's two letters where the text is a code or stands for Viet Nam, else the text."""
    text = _text(value)
    if text is None or text.casefold() in _VIET_NAM_SPELLED:
        text = _VIET_NAM
    return _encoded(alpha2(text.upper()) or text)


@lru_cache(maxsize=_FEW)
def _vaccine(name: str | None) -> bytes:
    """The product code of the EU value set where it has the vaccine, else the text."""
    text = _text(name)
    product = None if text is None else vaccine_by_local_name(text)
    return _encoded(text if product is None else product.code)
