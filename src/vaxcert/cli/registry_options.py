"""The options that name the population registry: an extract of it, or a service."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from vaxcert.adapters.files import file_digest
from vaxcert.adapters.records.mapping import load_mapping
from vaxcert.adapters.registry import REQUIRED
from vaxcert.cli.arguments import Parser
from vaxcert.cli.exit_codes import UsageError
from vaxcert.presentation.texts import Texts

if TYPE_CHECKING:
    from vaxcert.adapters.registry import PopulationRegistry


def add_registry_options(parser: Parser, texts: Texts) -> None:
    """Add `--population` and `--registry-url`, and what goes with each."""
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--population",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help=texts.get("help", "population"),
    )
    where.add_argument("--registry-url", metavar="URL", help=texts.get("help", "registry-url"))
    for name in ("population-mapping", "registry-token-file", "registry-ca-file"):
        parser.add_argument(f"--{name}", type=Path, metavar="FILE", help=texts.get("help", name))


def registry_of(options: argparse.Namespace) -> PopulationRegistry | None:
    """The registry of the options; None where none is named.

    Raises:
        UsageError: Options that do not go together.
        AdapterError: The extract, its mapping or the address cannot be used; `extra-missing`.
    """
    _check(options)
    if options.population:
        from vaxcert.adapters.registry.extract import ExtractRegistry

        mapping = options.population_mapping
        layout = None if mapping is None else load_mapping(mapping, required=REQUIRED)
        return ExtractRegistry(options.population, layout)
    if options.registry_url is not None:
        from vaxcert.adapters.registry.http import HttpRegistry

        return HttpRegistry(
            options.registry_url, token_file=options.registry_token_file, ca_file=options.registry_ca_file
        )
    return None


def registry_setting(options: argparse.Namespace) -> list[str] | None:
    """What tells this registry from others; None where none is named.

    Raises:
        AdapterError: `file-unreadable`.
    """
    if options.registry_url is not None:
        return [options.registry_url]
    files = [*options.population, *filter(None, [options.population_mapping])]
    return [file_digest(path).hex() for path in files] or None


def _check(options: argparse.Namespace) -> None:
    if options.population_mapping is not None and not options.population:
        raise UsageError("--population-mapping belongs with --population")
    for name in ("registry_token_file", "registry_ca_file"):
        if getattr(options, name) is not None and options.registry_url is None:
            raise UsageError(f"--{name.replace('_', '-')} belongs with --registry-url")
