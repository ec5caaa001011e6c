"""Unique certificate identifiers (UVCI, field `ci`): building, reading, and the check character.

Sources: eHealth Network guidelines on verifiable vaccination certificates, annex 2; URN namespace `UVCI`. The
check character is Luhn modulo 38.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from vaxcert.errors import EncodeError, Reason
from vaxcert.findings import Finding, FindingCode
from vaxcert.limits import MAX_CERTIFICATE_ID_CHARACTERS

_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/:"
_SIZE: Final = len(_ALPHABET)
_BOTH_CASES: Final = _ALPHABET + _ALPHABET[:26].lower()
_VALUES: Final = bytes([*range(_SIZE), *range(26)])
_SINGLE: Final = bytes.maketrans(_BOTH_CASES, _VALUES)
_DOUBLED: Final = bytes.maketrans(_BOTH_CASES, bytes(sum(divmod(2 * value, _SIZE)) for value in _VALUES))

_STANDARD: Final = re.compile(
    r"URN:UVCI:01:[A-Z]{2}:[A-Z0-9]+(?:/[A-Z0-9]+){0,2}(?:#[A-Z0-9/:])?", re.ASCII | re.IGNORECASE
)
_TOLERANT: Final = re.compile(
    r"(?:URN:)?(?:(?:UVCI|UCI|DGCI):)?(?:01|V0?1)[ /:]?(?P<country>[A-Z]{2})[ /:]?(?P<rest>.+)",
    re.ASCII | re.DOTALL,
)

_FORM: Final = Finding(FindingCode.CERTIFICATE_ID_FORM, "ci")
_CHECK: Final = Finding(FindingCode.CERTIFICATE_ID_CHECK, "ci")


@dataclass(frozen=True, slots=True, repr=False)
class CertificateId:
    """A certificate identifier taken apart. Identifies a person's certificate, so its repr does not show it.

    Attributes:
        canonical: Upper case, without surrounding space and without `#` and what follows. Compare by this.
        country: Two letters, or None where no form of identifier was recognised.
        issuer: The first part of two or three.
        vaccine: The second part of three.
        opaque: The last part; the whole of `canonical` where no form was recognised.
        check_character: What follows `#`, in upper case, or None.
        is_standard_form: Whether it has one of the three forms of annex 2, in either case.
        check_character_is_right: None where there is no `#`.
    """

    canonical: str
    country: str | None
    issuer: str | None
    vaccine: str | None
    opaque: str
    check_character: str | None
    is_standard_form: bool
    check_character_is_right: bool | None

    def __repr__(self) -> str:
        return "<CertificateId>"


def _luhn(data: bytes) -> str | None:
    """The check character over `data`, or None where a byte is outside the alphabet."""
    if not data or data.translate(None, _BOTH_CASES):
        return None
    total = sum(data[-1::-2].translate(_DOUBLED)) + sum(data[-2::-2].translate(_SINGLE))
    return chr(_ALPHABET[-total % _SIZE])


def check_character(text: str) -> str:
    """The Luhn modulo 38 check character of an identifier.

    Args:
        text: The whole identifier with its `URN:UVCI:` prefix, in either case, without `#`.

    Returns:
        One of A to Z, 0 to 9, `/`, `:`.

    Raises:
        EncodeError: `CERTIFICATE_ID_CHARACTER`: it is empty or holds a character outside that set.
    """
    check = _luhn(text.encode("utf-8", "surrogatepass"))
    if check is None:
        raise EncodeError(
            Reason.CERTIFICATE_ID_CHARACTER,
            "a check character needs an identifier of A-Z, 0-9, '/' and ':' only",
        )
    return check


def build_certificate_id(
    country: str,
    opaque: str,
    *,
    issuer: str | None = None,
    vaccine: str | None = None,
    with_check_character: bool = False,
) -> str:
    """Build an identifier in one of the three forms of annex 2, in upper case.

    `URN:UVCI:01:CC:opaque`, `URN:UVCI:01:CC:issuer/opaque` or `URN:UVCI:01:CC:issuer/vaccine/opaque`.

    Args:
        country: ISO 3166-1 alpha-2.
        opaque: The unique part: letters and digits, in either case. It must not lead to the person.
        issuer: The issuing body; letters and digits.
        vaccine: Product, lot or the like; letters and digits. Needs `issuer`.
        with_check_character: Append `#` and the check character.

    Raises:
        EncodeError: `CERTIFICATE_ID_CHARACTER`: the country is not two letters, or a part is empty or holds
            anything but letters A-Z and digits; `VALUE_NOT_ENCODABLE`: longer than
            `limits.MAX_CERTIFICATE_ID_CHARACTERS`.
        ValueError: `vaccine` without `issuer`.
    """
    if vaccine is not None and issuer is None:
        raise ValueError("the vaccine part of a certificate identifier needs an issuer part")
    parts = [part for part in (issuer, vaccine, opaque) if part is not None]
    text = f"URN:UVCI:01:{country}:{'/'.join(parts)}"
    # counted, because a '/' inside a part would read back as another form
    if _STANDARD.fullmatch(text) is None or "#" in text or text.count("/") != len(parts) - 1:
        raise EncodeError(
            Reason.CERTIFICATE_ID_CHARACTER,
            "a certificate identifier takes a two-letter country and non-empty parts of A-Z and 0-9 only",
        )
    text = text.upper()
    if with_check_character:
        text = f"{text}#{check_character(text)}"
    if len(text) > MAX_CERTIFICATE_ID_CHARACTERS:
        raise EncodeError(
            Reason.VALUE_NOT_ENCODABLE,
            f"certificate identifier of {len(text)} characters, allowed are {MAX_CERTIFICATE_ID_CHARACTERS}",
        )
    return text


def _is_right(identifier: str, check: str) -> bool:
    return _luhn(identifier.encode("utf-8", "surrogatepass")) == check.upper()


def _parts(rest: str) -> tuple[str | None, str | None, str]:
    """Issuer, vaccine and opaque part of what follows the country."""
    first, *others = rest.split("/", 2)
    if not others:
        return None, None, first
    if len(others) == 1:
        return first, None, others[0]
    return first, others[0], others[1]


def read_certificate_id(text: str) -> CertificateId:
    """Take an identifier apart, whatever form its issuer gave it. Never raises for a str.

    Read besides the standard forms: `URN:UCI:` and `DGCI:` prefixes or none, version `V1`, and country with
    or without a separator around it (`URN:UVCI:01DE/...`, `01/LU/...`, `01BE...`), in either case.

    Args:
        text: The value of `ci` as received.
    """
    stripped = text.strip()
    identifier, mark, check = stripped.partition("#")
    canonical = identifier.upper()
    country, issuer, vaccine, opaque = None, None, None, canonical
    read = _TOLERANT.fullmatch(canonical)
    if read is not None:
        country = read["country"]
        issuer, vaccine, opaque = _parts(read["rest"])
    return CertificateId(
        canonical=canonical,
        country=country,
        issuer=issuer,
        vaccine=vaccine,
        opaque=opaque,
        check_character=check.upper() if mark else None,
        is_standard_form=_STANDARD.fullmatch(text) is not None,
        check_character_is_right=_is_right(identifier, check) if mark else None,
    )


def certificate_id_findings(text: str) -> tuple[Finding, ...]:
    """What deviates in an identifier: its form, and its check character where it has one.

    Never raises for a str. Lower case is no deviation: identifiers are compared without regard to case.

    Args:
        text: The value of `ci` as received.
    """
    standard = _STANDARD.fullmatch(text) is not None
    if "#" not in text:
        return () if standard else (_FORM,)
    identifier, _, check = text.partition("#")
    right = _is_right(identifier, check)
    if standard:
        return () if right else (_CHECK,)
    return (_FORM,) if right else (_FORM, _CHECK)
