"""Rules of countries from stores and files: the gateway's JSON and bundles, value sets, signed lists, TOML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from vaxcert.adapters.files import find_files, read_bounded
from vaxcert.adapters.store import TrustStore
from vaxcert.errors import AdapterError, RuleError, TrustListError
from vaxcert.limits import MAX_RULE_FILE_BYTES
from vaxcert.rules.acceptance import RuleSet
from vaxcert.rules.lists import forms
from vaxcert.rules.lists.reading import RuleListReading, RuleTerms, combined

RULE_SUFFIXES: Final = frozenset({".json", ".toml", ".vxrules"})
"""Names of files of rules, which are read when a folder is given; a file given by itself is read whatever its name."""


def load_rules(paths: Iterable[Path], terms: RuleTerms | None = None) -> RuleSet:
    """Load rules of any form, each recognised by its content; those of several files are one set.

    Args:
        paths: Files; folders that are searched for them; and stores.
        terms: Anchors to judge signed lists by, and what else the reader brings; a store has its own. Their source is
            the name of each file.

    Returns:
        The rules, with one problem for each that could not be read.

    Raises:
        RuleError: `rule-list-unreadable`, or `rule-unreadable` of a TOML file, which counts as a whole.
        TrustListError: As `forms.read`, when a list must not be relied on.
        AdapterError: `file-unreadable`, or `store-unreadable`.
        LimitExceededError: `input-too-long`.
    """
    return combined(read_rule_files(paths, terms))


def read_rule_files(paths: Iterable[Path], terms: RuleTerms | None = None) -> tuple[RuleListReading, ...]:
    """Read the files one by one, as `load_rules` does."""
    terms = terms or RuleTerms()
    return tuple(reading for path in paths for reading in _readings(path, terms))


def _readings(path: Path, terms: RuleTerms) -> Iterator[RuleListReading]:
    if TrustStore.is_store(path):
        yield from TrustStore.open(path).rule_sources.load()
        return
    for file in _files(path):
        yield _read(file, terms)


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for file in find_files(path, RULE_SUFFIXES):
        if isinstance(file, AdapterError):
            raise file
        yield file


def _read(path: Path, terms: RuleTerms) -> RuleListReading:
    data = read_bounded(path, MAX_RULE_FILE_BYTES)
    try:
        return forms.read(data, replace(terms, source=path.name))
    except (RuleError, TrustListError) as error:
        raise type(error)(error.reason, f"{path}: {error}") from None
