"""`vaxcert rules sign`: make a signed list of rules, or add another anchor's signature to one."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vaxcert.adapters.files import read_bounded, write_atomically
from vaxcert.adapters.rule_files import load_rules
from vaxcert.cli.anchor_signers import anchor_signer
from vaxcert.cli.arguments import Commands, add_command
from vaxcert.cli.exit_codes import ExitCode, UsageError
from vaxcert.cli.list_editions import (
    add_edition_options,
    add_target_options,
    check_nothing_new,
    edition_of,
    kept_signatures,
    missing_options,
    report_signed,
    show_draft,
    with_signature,
)
from vaxcert.cli.session import Session
from vaxcert.errors import Reason, TrustListError
from vaxcert.limits import MAX_RULE_FILE_BYTES
from vaxcert.presentation.texts import Texts
from vaxcert.rules.acceptance import RuleSet
from vaxcert.rules.lists import signed
from vaxcert.rules.lists.reading import RuleTerms
from vaxcert.rules.lists.signed import RuleListContent
from vaxcert.rules.rule_lint import rule_issues
from vaxcert.trust import signed_document
from vaxcert.trust.anchors import anchor_of
from vaxcert.trust.signed_document import SignedDocument


def add_parser(actions: Commands, texts: Texts) -> None:
    """Add the action to the parser of `vaxcert rules`."""
    parser = add_command(actions, "sign", texts, run, help_key="rules-sign")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help=texts.get("help", "rules-signed"))
    add_target_options(parser, texts)
    add_edition_options(parser, texts)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A list that is about to be signed."""

    path: Path
    document: SignedDocument
    content: RuleListContent

    @property
    def numbers(self) -> dict[str, Any]:
        """What is on it."""
        return {
            "rules": len(self.content.rules),
            "countries": sorted({rule.country for rule in self.content.rules}),
            "value_sets": sorted(self.content.value_sets),
        }


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Show what is signed, and sign it.

    Returns:
        `REFUSED`, with nothing written, when a rule cannot be read; else `ACCEPTED`.

    Raises:
        UsageError: The options do not go together, or a value is out of range.
        AdapterError: A file cannot be used, or is in the way.
        RuleError: A file cannot be read as rules.
        UnsupportedError: `key-type`.
        TrustListError: What is there already cannot be read, or says things that are not known here.
    """
    draft = _there_already(options) if options.add is not None else _new(options, session)
    if draft is None:
        return ExitCode.REFUSED
    numbers = draft.numbers
    if not options.json:
        more = (
            ("rules", "rules", str(numbers["rules"])),
            ("rules", "countries", ", ".join(numbers["countries"])),
            ("rules", "value-sets", ", ".join(numbers["value_sets"])),
        )
        show_draft(draft.path, draft.content, draft.document, more, session)
    if signed.encode(draft.content) != draft.document.content:
        raise TrustListError(Reason.TRUST_LIST_UNREADABLE, f"{draft.path} says more than can be shown here")
    signer = anchor_signer(options.key, options.password_file, session)
    document = with_signature(draft.document, signer)
    data = signed_document.write(document)
    signed.read(data, RuleTerms(anchors=(anchor_of(signer.public_key),)))
    write_atomically(draft.path, data)
    added = document.signatures != draft.document.signatures
    report_signed(draft.path, draft.content, document, signer, numbers, options, session, added=added)
    return ExitCode.ACCEPTED


def _there_already(options: argparse.Namespace) -> _Draft:
    """A list that somebody else has signed."""
    check_nothing_new(options, "files")
    document = signed_document.read(read_bounded(options.add, MAX_RULE_FILE_BYTES), signed.CONTENT_TYPE)
    return _Draft(options.add, document, _edition(document.content))


def _new(options: argparse.Namespace, session: Session) -> _Draft | None:
    """A list as the options describe it, with the signatures that it has already when it is there.

    None when a rule cannot be read, which has been said then: nobody should sign the others in the belief that it is
    all.
    """
    missing = missing_options(options)
    if missing or not options.files:
        raise UsageError(f"a new list needs {', '.join(missing or ['at least one file of rules'])}")
    rules = load_rules(options.files)
    for problem in rules.problems:
        session.output.error(problem)
    _say_issues(rules, session)
    if rules.problems:
        return None
    try:
        content = RuleListContent(
            **edition_of(options, session.now),
            rules=rules.rules,
            value_sets={name: tuple(codes) for name, codes in rules.value_sets.items()},
        )
    except (ValueError, OverflowError) as error:
        raise UsageError(str(error)) from None
    data = signed.encode(content)
    kept = kept_signatures(options.out, signed.CONTENT_TYPE, _edition, content, data)
    return _Draft(options.out, SignedDocument(signed.CONTENT_TYPE, data, kept), content)


def _say_issues(rules: RuleSet, session: Session) -> None:
    """What is wrong with rules is no reason not to sign them: whoever passes on those of other countries takes all."""
    for issue in rule_issues(rules.rules, rules.value_sets):
        sentence = session.texts.get("rule-issue", issue.code)
        session.output.problem(issue.code, f"{issue.identifier}: {issue.detail or sentence}", sentence)


def _edition(content: bytes) -> RuleListContent:
    return signed.decode(content).content
