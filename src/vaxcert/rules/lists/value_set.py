"""Value sets that rules look codes up in: as the EU gateway hands them out, and as signed lists carry them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from vaxcert.limits import MAX_RULE_VALUE_SET_CODES
from vaxcert.rules.lists.json_text import unreadable

_NAME: Final = re.compile("[a-z0-9][a-z0-9-]{0,79}")
_CODE: Final = re.compile("[ -~]{1,80}")
MAX_SETS: Final = 100


def is_value_set(document: Any) -> bool:
    """Whether JSON looks like one value set of the gateway."""
    return type(document) is dict and "valueSetId" in document


def read_value_set(document: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Read a value set of the gateway: `{valueSetId, valueSetDate, valueSetValues{code: ...}}`.

    Raises:
        RuleError: `rule-list-unreadable`.
    """
    values = document.get("valueSetValues")
    if type(values) is not dict:
        raise unreadable("a value set has valueSetValues, an object")
    return {_checked(document["valueSetId"], _NAME): _codes(list(values))}


def read_sets(sets: Any) -> dict[str, tuple[str, ...]]:
    """Read codes by the name of their set.

    Raises:
        RuleError: `rule-list-unreadable`.
    """
    if type(sets) is not dict or len(sets) > MAX_SETS:
        raise unreadable(f"at most {MAX_SETS} value sets by their names expected")
    return {_checked(name, _NAME): _codes(codes) for name, codes in sets.items()}


def _codes(codes: Any) -> tuple[str, ...]:
    if type(codes) is not list or len(codes) > MAX_RULE_VALUE_SET_CODES:
        raise unreadable(f"a value set of at most {MAX_RULE_VALUE_SET_CODES} codes expected")
    return tuple(_checked(code, _CODE) for code in codes)


def _checked(text: Any, form: re.Pattern[str]) -> str:
    if type(text) is not str or form.fullmatch(text) is None:
        raise unreadable("a value set has a name and codes of up to 80 printable ASCII characters")
    return text
