"""Value sets: the codes a certificate may use, and their names in English and Vietnamese.

The data are dated files beside this module: the EU value sets with the encoding instructions for vaccines and
the eight vaccines licensed in Viet Nam (Decision 5772/QĐ-BYT). Antigen test devices are not included.
Like few modules of the core it reads a file: its own package data, once.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

Language: TypeAlias = Literal["en", "vi"]
SetName: TypeAlias = Literal[
    "diseases", "prophylaxis", "products", "holders", "test_types", "test_results", "countries"
]

_EU_FILE: Final = "eu-2.12.0.json"
_VIET_NAM_FILE: Final = "viet-nam-2021-12-20.json"

_NAMES_REMEMBERED: Final = 1024
"""Spellings of vaccines and makers that are folded once: a nation's records hold few, millions of times each."""


@dataclass(frozen=True, slots=True)
class Code:
    """One code of a value set.

    Attributes:
        code: As it stands in a certificate.
        name_en: English display name.
        name_vi: Vietnamese display name, or None where the English one is used.
        deprecated: Not to be used in new certificates.
    """

    code: str
    name_en: str
    name_vi: str | None = None
    deprecated: bool = False

    def name(self, lang: Language) -> str:
        """The display name, in English where there is no Vietnamese one."""
        return self.name_vi or self.name_en if lang == "vi" else self.name_en


Codes: TypeAlias = Mapping[str, Code]


@dataclass(frozen=True, slots=True, kw_only=True)
class Product(Code):
    """A vaccine (`mp`) with the codes that belong with it, by the EU encoding instructions.

    Attributes:
        holder: The marketing authorisation holder or manufacturer (`ma`) to issue with.
        holders: Every holder code that fits the product.
        specific_prophylaxis: The most specific vaccine type (`vp`), to issue with.
        prophylaxis: Vaccine types that new certificates may use for it.
        prophylaxis_ever: Those, and the types that earlier editions of the value sets had for it.
        licensed_in_vietnam: Whether it is one of the eight licensed in Viet Nam.
        licensed_on: The day it was, or None.
        minimum_interval_days: The least number of days from a dose of it to the next dose, as it is given in
            Viet Nam, or None.
    """

    holder: str
    holders: frozenset[str]
    specific_prophylaxis: str
    prophylaxis: frozenset[str]
    prophylaxis_ever: frozenset[str]
    licensed_in_vietnam: bool
    licensed_on: date | None = None
    minimum_interval_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueSets:
    """One edition of the value sets. Every mapping is read-only, from code to what it stands for.

    Attributes:
        version: Edition of the EU value sets.
        date: Date of the newest part of that edition.
        diseases: `tg`, SNOMED CT.
        prophylaxis: `vp`, SNOMED CT or ATC.
        products: `mp`.
        holders: `ma` of a vaccination.
        test_types: `tt`, LOINC.
        test_results: `tr`, SNOMED CT.
        countries: `co`, ISO 3166-1 alpha-2 and XK.
    """

    version: str
    date: date
    diseases: Codes
    prophylaxis: Codes
    products: Mapping[str, Product]
    holders: Codes
    test_types: Codes
    test_results: Codes
    countries: Codes
    _local_names: Mapping[str, Product] = field(repr=False)
    _manufacturers: Mapping[str, frozenset[str]] = field(repr=False)


@cache
def current() -> ValueSets:
    """The value sets in force, read on first use."""
    eu, viet_nam = _read(_EU_FILE), _read(_VIET_NAM_FILE)["vaccines"]
    products = MappingProxyType(
        {code: _product(code, entry, viet_nam) for code, entry in eu["products"].items()}
    )
    return ValueSets(
        version=eu["version"],
        date=date.fromisoformat(eu["date"]),
        diseases=_codes(eu["diseases"]),
        prophylaxis=_codes(eu["prophylaxis"]),
        products=products,
        holders=_codes(eu["holders"]),
        test_types=_codes(eu["test_types"]),
        test_results=_codes(eu["test_results"]),
        countries=_codes(eu["countries"]),
        _local_names=MappingProxyType(dict(_local_names(products, viet_nam))),
        _manufacturers=MappingProxyType(_manufacturers(products, eu["holders"], viet_nam)),
    )


def display(code: str, value_set: SetName, lang: Language = "en") -> str:
    """The name of a code for people; the code itself where the set does not know it.

    Args:
        code: As it stands in a certificate.
        value_set: Attribute name of `ValueSets`.
        lang: `en` or `vi`.
    """
    codes: Codes = getattr(current(), value_set)
    known = codes.get(code)
    return code if known is None else known.name(lang)


@lru_cache(maxsize=_NAMES_REMEMBERED)
def vaccine_by_local_name(name: str) -> Product | None:
    """The vaccine that a record means by a name such as `AstraZeneca`, `Vero Cell` or `vắc xin Pfizer`.

    Case, diacritics, spaces, punctuation and words like "vaccine" do not matter. A name that may mean several
    products is not guessed.

    Args:
        name: As exports of vaccination records write it, an EU display name, or an `mp` code.

    Returns:
        The product, or None where the name is not known.
    """
    sets = current()
    return sets.products.get(name) or sets._local_names.get(_folded(name))


@lru_cache(maxsize=_NAMES_REMEMBERED)
def holders_by_local_name(name: str) -> frozenset[str]:
    """The holder codes (`ma`) that a record may mean by a maker such as `Pfizer` or `Sinopharm`.

    Compared as by `vaccine_by_local_name`. Some names stand for several holders: Sinopharm made two vaccines.

    Args:
        name: As exports of vaccination records write it, an EU display name, or an `ma` code.

    Returns:
        The codes; none where the name is not known.
    """
    sets = current()
    if name in sets.holders:
        return frozenset((name,))
    return sets._manufacturers.get(_folded(name), frozenset())


def _read(file_name: str) -> dict[str, Any]:
    from importlib.resources import files  # 6 ms, which only those who need the value sets pay

    document: dict[str, Any] = json.loads(files(__package__).joinpath("data", file_name).read_text("utf-8"))
    return document


def _codes(entries: Mapping[str, Any]) -> Codes:
    return MappingProxyType(
        {
            code: Code(code, entry["en"], entry.get("vi"), entry.get("deprecated", False))
            for code, entry in entries.items()
        }
    )


def _product(code: str, entry: Mapping[str, Any], viet_nam: Mapping[str, Any]) -> Product:
    prophylaxis = frozenset(entry["prophylaxis"])
    local = viet_nam.get(code)
    return Product(
        code=code,
        name_en=entry["en"],
        name_vi=local["vi"] if local else None,
        deprecated=entry.get("deprecated", False),
        holder=entry["holder"],
        holders=frozenset((entry["holder"],)),
        specific_prophylaxis=entry["prophylaxis"][0],
        prophylaxis=prophylaxis,
        prophylaxis_ever=prophylaxis.union(entry["earlier_prophylaxis"]),
        licensed_in_vietnam=local is not None,
        licensed_on=date.fromisoformat(local["licensed_on"]) if local else None,
        minimum_interval_days=local["minimum_interval_days"] if local else None,
    )


_WORD: Final = re.compile(r"[a-z0-9]+")
_WORDS_WITHOUT_MEANING: Final = frozenset(
    {"vaccine", "vaccin", "vacxin", "vac", "xin", "vx", "phong", "covid", "covid19", "19", "sars", "cov", "2"}
)


def _folded(name: str) -> str:
    """What is compared of a name: its letters and digits without marks, case, and words every vaccine has."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    words = _WORD.findall(bare.lower().replace("đ", "d"))
    return "".join(word for word in words if word not in _WORDS_WITHOUT_MEANING)


def _local_names(
    products: Mapping[str, Product], viet_nam: Mapping[str, Any]
) -> Iterator[tuple[str, Product]]:
    """Folded names with their products; later pairs win, so the names used in Viet Nam come last."""
    for product in products.values():
        if not product.deprecated:
            yield _folded(product.name_en), product
            yield _folded(product.code), product
    for code, entry in viet_nam.items():
        for name in entry["local_names"]:
            yield _folded(name), products[code]


def _manufacturers(
    products: Mapping[str, Product], holders: Mapping[str, Any], viet_nam: Mapping[str, Any]
) -> dict[str, frozenset[str]]:
    """Folded names of makers with the holders they may stand for."""
    meant: dict[str, set[str]] = {}
    for code, entry in holders.items():
        meant.setdefault(_folded(entry["en"]), set()).add(code)
    for product, entry in viet_nam.items():
        for name in entry["manufacturers"]:
            meant.setdefault(_folded(name), set()).add(products[product].holder)
    return {name: frozenset(codes) for name, codes in meant.items()}
