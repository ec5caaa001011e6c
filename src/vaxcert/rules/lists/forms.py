"""The forms in which rules of countries are read, each recognised by its content."""

from __future__ import annotations

import re
from typing import Final

from vaxcert.rules.lists import gateway, signed
from vaxcert.rules.lists.json_text import unreadable
from vaxcert.rules.lists.reading import RuleListReading, RuleTerms, unsigned_reading
from vaxcert.rules.toml_rules import compile_rules
from vaxcert.trust import signed_document

TOML: Final = "TOML"

_JSON: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:\{|\[\s*[{\]])")
"""An array of objects, or an object. TOML may begin with a bracket too, and with a name in it."""


def read(data: bytes, terms: RuleTerms) -> RuleListReading:
    """Read a list of rules in any form.

    Args:
        data: The whole list.
        terms: Anchors to judge it by, and what else the reader brings.

    Raises:
        RuleError: `rule-list-unreadable`, when the list as a whole cannot be read; `rule-unreadable`, for TOML that
            says something else than expected: of a file that a person writes, half is not what was meant.
        TrustListError: It must not be relied on: `trust-list-unreadable`, `trust-list-signature`,
            `trust-list-threshold`, `trust-list-unsigned`, `trust-list-environment`, `weak-signature` or
            `anchor-missing`.
    """
    if signed_document.is_signed_document(data):
        return signed.read(data, terms)
    if _JSON.match(data):
        return gateway.read(data, terms)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise unreadable("neither JSON nor TOML nor a signed list") from None
    return unsigned_reading(terms, TOML, compile_rules(text))
