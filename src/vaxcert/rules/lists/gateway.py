"""Rules as the EU gateway has them: a list of records, and the bundle of signed ones that it hands out by country.

Source: DGC gateway, `/rules/{cc}`: `{identifier: [{version, validFrom, validTo, cms, ...}]}`, each `cms` the base64 of
a CMS message with one record, signed by the country. Only what is signed counts; what stands around it is passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from vaxcert.codec.text import base64_bytes
from vaxcert.errors import Reason, RuleError, TrustListError, VaxcertError
from vaxcert.limits import MAX_RULES
from vaxcert.rules.acceptance import Rule
from vaxcert.rules.lists import json_text
from vaxcert.rules.lists.json_text import unreadable
from vaxcert.rules.lists.reading import RuleListReading, RuleTerms, unsigned_reading
from vaxcert.rules.lists.record import read_all, read_rule
from vaxcert.rules.lists.value_set import is_value_set, read_value_set
from vaxcert.trust.gateway_upload import read_upload
from vaxcert.trust.origin import ListOrigin, Proof

RECORDS: Final = "gateway rules"
BUNDLE: Final = "gateway bundle"
VALUE_SET: Final = "gateway value set"


def read(data: bytes, terms: RuleTerms) -> RuleListReading:
    """Read a list of records, a bundle, or a value set, whichever the JSON is.

    Raises:
        RuleError: `rule-list-unreadable`.
        TrustListError: `trust-list-unsigned`, or `anchor-missing` for a bundle.
    """
    document = json_text.load(data)
    if type(document) is list:
        check_count(len(document))
        rules, problems = read_all(document)
        return unsigned_reading(terms, RECORDS, rules, problems)
    if is_value_set(document):
        return unsigned_reading(terms, VALUE_SET, value_sets=read_value_set(document))
    if _is_bundle(document):
        return _bundle(document, terms)
    raise unreadable("JSON that is no array of rules, no bundle of signed ones and no value set")


def check_count(count: int) -> None:
    """Make sure that a list has no more rules than `limits.MAX_RULES`.

    Raises:
        RuleError: `rule-list-unreadable`.
    """
    if count > MAX_RULES:
        raise unreadable(f"{count} rules, at most {MAX_RULES} expected")


def _is_bundle(document: Any) -> bool:
    return (
        type(document) is dict
        and bool(document)
        and all(type(versions) is list for versions in document.values())
    )


def _bundle(document: dict[str, Any], terms: RuleTerms) -> RuleListReading:
    terms.need_anchors()
    check_count(sum(map(len, document.values())))
    rules: list[Rule] = []
    problems: list[VaxcertError] = []
    for name, entry in _entries(document):
        try:
            rules.append(_signed_rule(entry, terms))
        except VaxcertError as error:
            problems.append(type(error)(error.reason, f"{name}: {error}"))
    return RuleListReading(
        origin=ListOrigin(name=terms.source, format=BUNDLE, proof=Proof.SIGNED),
        rules=tuple(rules),
        entries=len(rules) + len(problems),
        problems=tuple(problems),
    )


def _entries(document: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for identifier, versions in document.items():
        for entry in versions:
            yield ascii(identifier)[1:-1][:40], entry


def _signed_rule(entry: Any, terms: RuleTerms) -> Rule:
    try:
        message = base64_bytes(entry.get("cms") if type(entry) is dict else None)
    except ValueError:
        raise RuleError(Reason.RULE_UNREADABLE, "cms: a CMS message in base64 expected") from None
    upload = read_upload(message, terms.anchors)
    rule = read_rule(json_text.load(upload.content))
    if rule.country != upload.country:
        raise TrustListError(
            Reason.TRUST_ENTRY_SIGNATURE,
            f"a rule of {rule.country}, signed by {upload.country or 'nobody of a country'}",
        )
    return rule
