"""vaxcert's own signed list of rules, which travels beside the trust list. Specified in `specs/rules.md`, section 1.3.

Content is one CBOR map, written in one way only (RFC 8949 section 4.2.1), whose entries are the records of rules as
JSON text. Who signed it is the business of `vaxcert.trust.signed_document`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any, Final

from vaxcert.codec import cbor
from vaxcert.errors import DecodeError, Reason, RuleError, TrustListError
from vaxcert.limits import MAX_RULE_FILE_BYTES
from vaxcert.rules.acceptance import Rule
from vaxcert.rules.lists import json_text
from vaxcert.rules.lists.gateway import check_count
from vaxcert.rules.lists.reading import RuleListReading, RuleTerms
from vaxcert.rules.lists.record import read_all, read_rule, write_rule
from vaxcert.rules.lists.value_set import read_sets
from vaxcert.trust import signed_document
from vaxcert.trust.document_members import (
    EditionLabel,
    Members,
    edition_members,
    expect_edition,
    in_order,
    labelled,
    optional,
    read_edition,
    read_members,
    required,
)
from vaxcert.trust.origin import Environment
from vaxcert.trust.signed_editions import check_intended, origin_of

CONTENT_TYPE: Final = "application/vnd.vaxcert.rules+cbor"
FORMAT_VERSION: Final = 1
NAME: Final = "vaxcert rules"


class _List(IntEnum):
    RULES = 8
    VALUE_SETS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleListContent:
    """What one edition of a list of rules says. The order of rules means nothing.

    Attributes:
        issuer: As in `vaxcert.trust.own_list.TrustListContent`, like all that follow.
        number: Higher with each edition.
        issued: When it was made.
        next_update: When the next edition is due.
        usable_until: The last moment it may be relied on.
        environment: Where it is to be used.
        rules: Of any countries, several versions of one at will.
        value_sets: Codes by the gateway's name of their set.

    Raises:
        ValueError: A value is not as described.
    """

    issuer: str
    number: int
    issued: datetime
    next_update: datetime
    usable_until: datetime
    environment: Environment
    rules: tuple[Rule, ...] = field(default=(), repr=False)
    value_sets: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        expect_edition(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedRules:
    """What came of decoding a list: one bad rule never sinks the others.

    Attributes:
        content: The list, with the rules that could be read.
        entries: How many rules it has, whatever became of them.
        problems: One error for each that could not be read.
    """

    content: RuleListContent
    entries: int
    problems: tuple[RuleError, ...]


def recognises(data: bytes) -> bool:
    """Whether it is a signed document that says it is a list of rules. Never raises."""
    try:
        signed_document.read(data, CONTENT_TYPE, limit=MAX_RULE_FILE_BYTES)
    except TrustListError:
        return False
    return True


def encode(content: RuleListContent) -> bytes:
    """The one encoding of a list."""
    sets = sorted((cbor.dumps(name), name, codes) for name, codes in content.value_sets.items())
    return cbor.dumps(
        labelled(
            *edition_members(content, FORMAT_VERSION),
            (_List.RULES, in_order(json_text.dump(write_rule(rule)) for rule in content.rules)),
            (_List.VALUE_SETS, {name: list(codes) for _, name, codes in sets} or None),
        )
    )


def decode(data: bytes) -> DecodedRules:
    """Decode a list whose signatures have been verified.

    Members that are not known are ignored, unless the list names them critical.

    Args:
        data: The content of a signed document.

    Raises:
        TrustListError: `trust-list-unreadable`, when anything but single rules cannot be read.
    """
    try:
        return _decoded(read_members(cbor.loads(data), EditionLabel, _List))
    except (DecodeError, RuleError, ValueError) as error:
        raise TrustListError(Reason.TRUST_LIST_UNREADABLE, f"list of rules: {error}") from None


def read(data: bytes, terms: RuleTerms) -> RuleListReading:
    """Read a list, and judge it as a trust list is judged (`specs/trust-list.md`, section 6).

    Raises:
        TrustListError: `anchor-missing`, `trust-list-unreadable`, `trust-list-signature`, `weak-signature`,
            `trust-list-threshold` or `trust-list-environment`.
    """
    anchors = terms.need_anchors()
    document = signed_document.read(data, CONTENT_TYPE, limit=MAX_RULE_FILE_BYTES)
    signers = signed_document.check(document, anchors, threshold=terms.threshold)
    decoded = decode(document.content)
    content = decoded.content
    check_intended("the list of rules", content.environment, expected=terms.environment, signers=signers)
    return RuleListReading(
        origin=origin_of(content, name=terms.source or content.issuer, form=NAME),
        rules=content.rules,
        entries=decoded.entries,
        problems=decoded.problems,
        value_sets=content.value_sets,
        environment=content.environment,
        digest=hashlib.sha256(document.content).digest(),
    )


def _decoded(members: Members) -> DecodedRules:
    texts = required(members, _List.RULES, list)
    check_count(len(texts))
    rules, problems = read_all(texts, _rule)
    content = RuleListContent(
        **read_edition(members, FORMAT_VERSION),
        rules=rules,
        value_sets=read_sets(optional(members, _List.VALUE_SETS, dict) or {}),
    )
    return DecodedRules(content=content, entries=len(texts), problems=problems)


def _rule(text: Any) -> Rule:
    if type(text) is not str:
        raise RuleError(Reason.RULE_UNREADABLE, "a record as JSON text expected")
    try:
        record = json_text.load(text)
    except RuleError as error:
        raise RuleError(Reason.RULE_UNREADABLE, str(error)) from None
    return read_rule(record)
