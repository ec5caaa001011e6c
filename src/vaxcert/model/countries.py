"""Country codes: from three letters to two, which codes are for tests, and who may sign for an issuer code.

The data are dated files beside this module, read once on first use: ISO 3166-1, and the issuer codes of the field that
do not follow from it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final

_COUNTRIES_FILE: Final = "countries.json"
_ISSUERS_FILE: Final = "issuer_codes.json"
_TWO_LETTERS: Final = re.compile("[A-Z]{2}")
_USER_ASSIGNED: Final = re.compile("X[A-Z]{1,2}")
_NONE: Final[frozenset[str]] = frozenset()


def alpha2(code: str) -> str | None:
    """The two-letter code of a country.

    Args:
        code: ISO 3166-1 alpha-3 or alpha-2, upper case; or `XK` and `XKX`, which the EU value sets use.

    Returns:
        The alpha-2 code; None for codes of organisations (`WHO`, `IOM`), of tests, and all others.
    """
    return _alpha2().get(code)


def country_code(value: Any) -> str | None:
    """The value when it is two capital letters, the form of an alpha-2 code; else None. Any such may be one."""
    return value if type(value) is str and _TWO_LETTERS.fullmatch(value) else None


def is_test_code(code: str) -> bool:
    """Whether a code is one of the user-assigned ones that networks give to test participants (X*, X**).

    Args:
        code: Two or three letters, upper case. ISO 3166-1 leaves XA to XZ and XAA to XZZ to its users; those that
            stand for a country (`XK`, `XKX`) are no test codes.
    """
    return _USER_ASSIGNED.fullmatch(code) is not None and code not in _alpha2()


def issuer_country(iss: str) -> str | None:
    """The one country that an issuer code names.

    Args:
        iss: The issuer of a certificate (CWT claim 1), as it stands there.

    Returns:
        An alpha-2 code: of a country's code of two or three letters, and of the other names of the field (`CNAM` is
        `FR`, `EL` is `GR`). Two capital letters that no country has are their own. None when the text names no country.
    """
    return _named().get(iss.strip().upper()) or country_code(iss)


def issuer_countries(iss: str) -> frozenset[str]:
    """The countries whose keys may sign for an issuer code.

    Args:
        iss: The issuer of a certificate (CWT claim 1), as it stands there.

    Returns:
        Alpha-2 codes: that of the country it names, and the exceptions of the field (`JE` is signed by Great Britain).
        None at all when the text names no country: then no key contradicts it.
    """
    country = issuer_country(iss)
    return _NONE if country is None else frozenset((country, *_signed_by().get(country, ())))


@cache
def _alpha2() -> Mapping[str, str]:
    data = _read(_COUNTRIES_FILE)
    alpha3: dict[str, str] = data["alpha_3"] | data["in_use"]
    return MappingProxyType({code: code for code in alpha3.values()} | alpha3)


@cache
def _named() -> Mapping[str, str]:
    names: dict[str, str] = _read(_ISSUERS_FILE)["names"]
    return MappingProxyType(dict(_alpha2()) | names)


@cache
def _signed_by() -> Mapping[str, list[str]]:
    signed_by: dict[str, list[str]] = _read(_ISSUERS_FILE)["signed_by"]
    return MappingProxyType(signed_by)


def _read(file_name: str) -> dict[str, Any]:
    from importlib.resources import files  # slow to import, and only those who need the codes pay

    document: dict[str, Any] = json.loads(files(__package__).joinpath("data", file_name).read_text("utf-8"))
    return document
