"""What came of reading a list of rules, and on what terms it was read, whatever its form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from vaxcert.errors import Reason, TrustListError, VaxcertError
from vaxcert.rules.acceptance import Rule, RuleSet
from vaxcert.trust.anchors import Anchor
from vaxcert.trust.origin import Environment, ListOrigin, Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTerms:
    """What the reader brings to a list of rules.

    Attributes:
        source: What to call the list in reports.
        anchors: The pinned keys to judge it by.
        threshold: How many different anchors have to have signed it, where its form allows several.
        environment: What a list that says so has to be for; None takes either.
        allow_unsigned: Take lists without signature although anchors are given.
    """

    source: str = ""
    anchors: tuple[Anchor, ...] = ()
    threshold: int = 1
    environment: Environment | None = None
    allow_unsigned: bool = False

    def need_anchors(self) -> tuple[Anchor, ...]:
        """The anchors, for rules that are signed.

        Raises:
            TrustListError: `anchor-missing`, when there is none: a signature nobody can judge proves nothing.
        """
        if not self.anchors:
            raise TrustListError(
                Reason.ANCHOR_MISSING, "these rules are signed; the key to judge them by is expected"
            )
        return self.anchors

    def check_unsigned_allowed(self) -> None:
        """Make sure that rules without signature may be read.

        Raises:
            TrustListError: `trust-list-unsigned`: they could have been put in the place of signed ones.
        """
        if self.anchors and not self.allow_unsigned:
            raise TrustListError(
                Reason.TRUST_LIST_UNSIGNED, "rules without signature, and anchors are given to judge them by"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleListReading:
    """One list, as far as it could be read.

    Attributes:
        origin: Name, number, dates, and who vouches for it.
        rules: Those that could be read.
        entries: How many rules it has, whatever became of them.
        problems: One error for each that could not be read.
        value_sets: Codes by the name of their set.
        environment: What it is for; None where it does not say.
        digest: SHA-256 of what was signed, 32 bytes; None for other forms than vaxcert's own.
    """

    origin: ListOrigin
    rules: tuple[Rule, ...] = field(repr=False)
    entries: int
    problems: tuple[VaxcertError, ...] = ()
    value_sets: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    environment: Environment | None = None
    digest: bytes | None = None


def unsigned_reading(
    terms: RuleTerms,
    form: str,
    rules: Iterable[Rule] = (),
    problems: Iterable[VaxcertError] = (),
    value_sets: Mapping[str, tuple[str, ...]] | None = None,
) -> RuleListReading:
    """The reading of a list that has no signature.

    Raises:
        TrustListError: `trust-list-unsigned`.
    """
    terms.check_unsigned_allowed()
    rules, problems = tuple(rules), tuple(problems)
    return RuleListReading(
        origin=ListOrigin(name=terms.source, format=form, proof=Proof.UNSIGNED),
        rules=rules,
        entries=len(rules) + len(problems),
        problems=problems,
        value_sets=value_sets or {},
    )


def combined(readings: Iterable[RuleListReading]) -> RuleSet:
    """The rules of several lists. Of a rule on several the highest version counts, of a value set the first."""
    found = tuple(readings)
    return RuleSet(
        rules=tuple(rule for one in found for rule in one.rules),
        value_sets={name: codes for one in reversed(found) for name, codes in one.value_sets.items()},
        origins=tuple(one.origin for one in found),
        problems=tuple(problem for one in found for problem in one.problems),
    )
