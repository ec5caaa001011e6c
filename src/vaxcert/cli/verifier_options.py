"""Options of the commands that verify certificates, and the verifier that they come to."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vaxcert.adapters.places import default_store
from vaxcert.adapters.store import TrustStore
from vaxcert.adapters.trust_files import load_trust_list
from vaxcert.cli.arguments import Parser, moment, one_of
from vaxcert.cli.rules_options import add_rules, rules_of
from vaxcert.cli.session import Session
from vaxcert.cli.trust_options import add_environment, add_terms, anchors_of, format_of, terms_of
from vaxcert.errors import Reason, TrustListError, VaxcertError
from vaxcert.findings import FindingCode
from vaxcert.presentation.list_alarms import key_alarms, revocation_alarms, trust_list_alarms
from vaxcert.presentation.texts import Texts
from vaxcert.rules.policy import SignerDates, VerificationPolicy, WhenUnsure
from vaxcert.trust.formats import ReadingTerms
from vaxcert.trust.origin import Environment, ListOrigin
from vaxcert.trust.revocation.query import RevocationLists
from vaxcert.trust.trust_list import TrustList
from vaxcert.verify import Verifier

if TYPE_CHECKING:
    from vaxcert.decision import Desk
    from vaxcert.rules.acceptance import RuleSet

_POLICIES: Final = {"default": VerificationPolicy.default, "strict": VerificationPolicy.strict}


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierMaterial:
    """All that a verifier is made of.

    Attributes:
        trust_list: The keys.
        policy: What is accepted.
        revocation: The revocation lists; None without any.
        problems: One for each entry of a list that could not be read; the others are loaded.
        rules: Of countries; None where none are asked.
        country: The country of arrival, whose rules are asked; None without rules.
        region: A part of it that has rules of its own.
    """

    trust_list: TrustList
    policy: VerificationPolicy
    revocation: RevocationLists | None
    problems: tuple[VaxcertError, ...]
    rules: RuleSet | None = None
    country: str | None = None
    region: str | None = None

    def desk(self) -> Desk:
        """The desk that decides by it."""
        from vaxcert.decision import Desk  # not needed for certificates alone

        return Desk(verifier=self.verifier(), rules=self.rules, country=self.country, region=self.region)

    def verifier(self) -> Verifier:
        """The verifier."""
        return Verifier(self.trust_list, policy=self.policy, revocation=self.revocation)

    def revocation_origins(self) -> tuple[ListOrigin, ...]:
        """What the lists of vaxcert say of themselves; those of other kinds have dates for each key, if any."""
        return tuple(_revocation_origins(self.revocation))


def add_verifier(parser: Parser, texts: Texts) -> None:
    """Add the options that say whom to trust, what to accept and for what time."""
    parser.add_argument(
        "--trust", action="append", default=[], type=Path, metavar="PATH", help=texts.get("help", "trust")
    )
    add_terms(parser, texts)
    add_environment(parser, texts, "verify-environment")
    for name, metavar in (("revocation", "PATH"), ("revocation-anchor", "FILE")):
        parser.add_argument(
            f"--{name}",
            action="append",
            default=[],
            type=Path,
            metavar=metavar,
            help=texts.get("help", name),
        )
    for name in ("stale", "unknown-revocation"):
        parser.add_argument(
            f"--{name}", choices=[str(choice) for choice in WhenUnsure], help=texts.get("help", name)
        )
    parser.add_argument("--at", type=moment, metavar="TIME", help=texts.get("help", "at"))
    parser.add_argument(
        "--policy", choices=tuple(_POLICIES), default="default", help=texts.get("help", "policy")
    )
    parser.add_argument(
        "--refuse",
        action="append",
        default=[],
        type=one_of(FindingCode, "the code of a finding"),
        metavar="CODE",
        help=texts.get("help", "refuse"),
    )
    parser.add_argument(
        "--signer-dates",
        choices=[str(choice) for choice in SignerDates],
        help=texts.get("help", "signer-dates"),
    )
    add_rules(parser, texts)


def trust_places(options: argparse.Namespace) -> list[Path]:
    """The paths that are named, else the user's store.

    Raises:
        TrustListError: `trust-list-empty`, when there is neither.
    """
    if options.trust:
        return list(options.trust)
    store = default_store()
    if not TrustStore.is_store(store):
        raise TrustListError(
            Reason.TRUST_LIST_EMPTY, "no trusted keys given; expected --trust PATH, or a store"
        )
    return [store]


def load_material(options: argparse.Namespace) -> VerifierMaterial:
    """Read all that the options of `add_verifier` name.

    Raises:
        UsageError: A country without rules, or rules without a country.
        RuleError: `rule-list-unreadable`.
        TrustListError: There is no key to trust, or a list must not be relied on.
        AdapterError: A store, an anchor, a revocation list or a file of rules cannot be read.
    """
    terms = terms_of(options)
    places = trust_places(options)
    rules = rules_of(options, terms, places)
    trust_list, problems = load_trust_list(places, terms, as_format=format_of(options))
    return VerifierMaterial(
        trust_list=trust_list,
        policy=policy_of(options),
        revocation=_revocation(places, options, terms),
        problems=(*problems, *(() if rules is None else rules.problems)),
        rules=rules,
        country=options.country,
        region=options.region,
    )


def note_material(material: VerifierMaterial, at: datetime, session: Session) -> None:
    """Say first what could not be read, and once for each list that it is too old, or newer than the clock."""
    for problem in material.problems:
        session.output.error(problem)
    skew = material.policy.clock_skew
    origins = material.trust_list.origins
    if material.rules is not None:
        origins = (*origins, *material.rules.origins)
    alarms = (
        *key_alarms(material.trust_list, material.policy.environments, session.texts),
        *trust_list_alarms(origins, at, skew, session.texts),
        *revocation_alarms(material.revocation_origins(), at, skew, session.texts),
    )
    for alarm in alarms:
        session.output.note(f"vaxcert: {alarm.code}: {alarm.sentence}")


def policy_of(options: argparse.Namespace) -> VerificationPolicy:
    """The policy that the options come to."""
    policy = _POLICIES[options.policy]()
    if options.signer_dates is not None:
        policy = replace(policy, signer_dates=SignerDates(options.signer_dates))
    if options.environment == Environment.TEST:
        policy = replace(policy, environments=frozenset(Environment))
    if options.stale is not None:
        policy = replace(policy, stale_lists=WhenUnsure(options.stale))
    if options.unknown_revocation is not None:
        policy = replace(policy, unknown_revocation=WhenUnsure(options.unknown_revocation))
    return replace(policy, refused_findings=policy.refused_findings.union(options.refuse))


def _revocation(
    places: list[Path], options: argparse.Namespace, terms: ReadingTerms
) -> RevocationLists | None:
    """The lists that are named, and those of the stores."""
    stored = [TrustStore.open(place).revocation() for place in places if TrustStore.is_store(place)]
    sources = [source for lists in stored if lists is not None for source in lists.sources]
    if options.revocation:
        from vaxcert.adapters.revocation_files import open_revocations  # not needed without such lists

        anchors = anchors_of(options.revocation_anchor) or terms.anchors
        sources += open_revocations(options.revocation, anchors, threshold=terms.threshold)
    return RevocationLists(sources) if sources else None


def _revocation_origins(lists: RevocationLists | None) -> Iterator[ListOrigin]:
    if lists is None:
        return
    from vaxcert.cli.revocation_lists import revocation_origin  # not needed without such lists
    from vaxcert.trust.revocation.revocation_list import RevocationList

    for source in lists.sources:
        if isinstance(source, RevocationList):
            yield revocation_origin(source)
