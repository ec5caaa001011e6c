"""Options that the commands about trust lists share, and what they come to."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

from vaxcert.adapters.files import read_bounded
from vaxcert.adapters.places import default_store
from vaxcert.adapters.store import TrustStore
from vaxcert.adapters.store.pinned_sources import PinnedSources
from vaxcert.cli.arguments import Parser, days
from vaxcert.cli.exit_codes import UsageError
from vaxcert.errors import TrustListError
from vaxcert.limits import MAX_TRUST_FILE_BYTES
from vaxcert.presentation.texts import Texts
from vaxcert.trust.anchors import Anchor, read_anchors
from vaxcert.trust.formats import FORMATS, ListFormat, ReadingTerms, format_named
from vaxcert.trust.origin import MAX_AGE, Environment

_MAX_ANCHORS: Final = 99
_NUMBER_OF_ANCHORS: Final = re.compile("[1-9][0-9]?")


def add_store(parser: Parser, texts: Texts) -> None:
    """Add the option that says which store."""
    parser.add_argument("--store", type=Path, metavar="FOLDER", help=texts.get("help", "store"))


def add_kind(parser: Parser, texts: Texts) -> None:
    """Add the options that say which kind of lists of the store is meant, where it is not the trust lists."""
    kinds = parser.add_mutually_exclusive_group()
    for name in ("revocation", "rules"):
        kinds.add_argument(f"--{name}", action="store_true", help=texts.get("help", f"anchors-{name}"))


def sources_of(store: TrustStore, options: argparse.Namespace) -> PinnedSources:
    """The lists of a store that the options of `add_kind` mean."""
    if options.revocation:
        return store.revocation_sources
    return store.rule_sources if options.rules else store


def add_anchors(parser: Parser, texts: Texts) -> None:
    """Add the options that say by whose signatures a list is judged, and by how many."""
    parser.add_argument(
        "--anchor", action="append", default=[], type=Path, metavar="FILE", help=texts.get("help", "anchor")
    )
    parser.add_argument("--threshold", type=threshold, metavar="N", help=texts.get("help", "threshold"))


def add_terms(parser: Parser, texts: Texts) -> None:
    """Add the options that say on what terms a list is read."""
    add_anchors(parser, texts)
    parser.add_argument("--signature", type=Path, metavar="FILE", help=texts.get("help", "signature"))
    names = [known.name for known in FORMATS]
    parser.add_argument(
        "--format", choices=names, metavar="NAME", help=texts.get("help", "format", names=", ".join(names))
    )
    parser.add_argument("--max-age-days", type=days, metavar="N", help=texts.get("help", "max-age-days"))
    parser.add_argument("--allow-unsigned", action="store_true", help=texts.get("help", "allow-unsigned"))


def add_environment(parser: Parser, texts: Texts, help_key: str = "environment") -> None:
    """Add the option that says what the keys are for."""
    parser.add_argument(
        "--environment", choices=[str(one) for one in Environment], help=texts.get("help", help_key)
    )


def threshold(text: str) -> int:
    """How many anchors."""
    if _NUMBER_OF_ANCHORS.fullmatch(text) is None:
        raise argparse.ArgumentTypeError(f"not a number of anchors from 1 to {_MAX_ANCHORS}")
    return int(text)


def store_folder(options: argparse.Namespace) -> Path:
    """Which store is meant."""
    folder: Path | None = options.store
    return default_store() if folder is None else folder


def open_store(options: argparse.Namespace) -> TrustStore:
    """The store that is meant, which has to be there.

    Raises:
        AdapterError: `store-unreadable`.
    """
    return TrustStore.open(store_folder(options))


@contextmanager
def importing(file: Path) -> Iterator[None]:
    """Errors of an import, told as those of the file or of the name that was given.

    Raises:
        TrustListError: The list must not be relied on, or not take the place of the one that is kept.
        UsageError: No list can have that name.
    """
    try:
        yield
    except TrustListError as error:
        raise TrustListError(error.reason, f"{file}: {error}") from None
    except ValueError as error:
        raise UsageError(str(error)) from None


def anchors_of(paths: list[Path], environment: Environment | None = None) -> tuple[Anchor, ...]:
    """The anchors of files, each called by its file's name.

    Raises:
        TrustListError: `anchor-unreadable`.
        AdapterError: `file-unreadable`.
        LimitExceededError: `input-too-long`.
    """
    return tuple(anchor for path in paths for anchor in _anchors(path, environment))


def _anchors(path: Path, environment: Environment | None) -> tuple[Anchor, ...]:
    data = read_bounded(path, MAX_TRUST_FILE_BYTES)
    try:
        return read_anchors(data, name=path.name, environment=environment)
    except TrustListError as error:
        raise TrustListError(error.reason, f"{path}: {error}") from None


def signature_of(options: argparse.Namespace) -> bytes | None:
    """The detached signature, where one is named.

    Raises:
        AdapterError: `file-unreadable`.
        LimitExceededError: `input-too-long`.
    """
    return None if options.signature is None else read_bounded(options.signature, MAX_TRUST_FILE_BYTES)


def format_of(options: argparse.Namespace) -> ListFormat | None:
    """The format, where one is named."""
    return None if options.format is None else format_named(options.format)


def terms_of(options: argparse.Namespace) -> ReadingTerms:
    """The terms that the options of `add_terms` come to.

    Raises:
        TrustListError: `anchor-unreadable`.
        AdapterError: `file-unreadable`.
        LimitExceededError: `input-too-long`.
    """
    return ReadingTerms(
        anchors=anchors_of(options.anchor),
        threshold=options.threshold or 1,
        signature=signature_of(options),
        allow_unsigned=options.allow_unsigned,
        max_age=timedelta(days=options.max_age_days) if options.max_age_days else MAX_AGE,
    )
