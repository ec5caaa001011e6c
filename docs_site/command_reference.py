"""The reference of the command line, made from its parsers: every command, every option."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterator
from typing import Final

from vaxcert.cli.main import build_parser
from vaxcert.presentation.texts import load

_SHARED: Final = frozenset({"--help", "--lang"})
_COLUMNS: Final = "100"


def command_pages() -> dict[str, str]:
    """A page for each command, by file name, and an index of them."""
    os.environ["COLUMNS"] = _COLUMNS  # the same usage lines on every machine
    commands = dict(_subcommands(build_parser(load("en"))))
    pages = {f"{name}.md": _page(name, parser) for name, parser in commands.items()}
    return {"index.md": _index(commands), **pages}


def _index(commands: dict[str, argparse.ArgumentParser]) -> str:
    rows = (
        f"| [`vaxcert {name}`]({name}.md) | {_cell(_said(parser))} |" for name, parser in commands.items()
    )
    return "\n".join(
        [
            "# Command line",
            "",
            "Made from the program itself. `--help` says the same of each command, and with `--lang vi` in Vietnamese.",
            "",
            "| command | what it does |",
            "| --- | --- |",
            *rows,
            "",
        ]
    )


def _page(name: str, parser: argparse.ArgumentParser) -> str:
    sections = [_section(words, found) for words, found in _leaves(name, parser)]
    return "\n".join([f"# vaxcert {name}", "", _said(parser), "", *sections])


def _leaves(words: str, parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """The commands that can be called: this one, or those below it."""
    below = list(_subcommands(parser))
    if not below:
        yield words, parser
    for name, child in below:
        yield from _leaves(f"{words} {name}", child)


def _subcommands(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()


def _section(words: str, parser: argparse.ArgumentParser) -> str:
    shown = [action for action in parser._actions if _SHARED.isdisjoint(action.option_strings)]
    rows = [f"| {_name(action)} | {_help(action, parser)} |" for action in shown]
    usage = re.sub(r"^usage: ", "", parser.format_usage())
    return "\n".join(
        [
            f"## vaxcert {words}",
            "",
            _said(parser),
            "",
            f"```text\n{usage.rstrip()}\n```",
            "",
            "| argument | meaning |",
            "| --- | --- |",
            *rows,
            "",
        ]
    )


def _name(action: argparse.Action) -> str:
    names = ", ".join(f"`{option}`" for option in action.option_strings)
    value = "" if action.nargs == 0 else _value(action)
    return _cell(f"{names} {value}".strip())


def _value(action: argparse.Action) -> str:
    metavar = action.metavar if isinstance(action.metavar, str) else None
    if metavar is None and action.choices is not None:
        metavar = "|".join(map(str, action.choices))
    return f"`{metavar or action.dest.upper()}`"


def _help(action: argparse.Action, parser: argparse.ArgumentParser) -> str:
    formatter = parser._get_formatter()
    text = formatter._expand_help(action) if action.help else ""
    return _cell(f"{text} (required)" if action.required and action.option_strings else text)


def _said(parser: argparse.ArgumentParser) -> str:
    return parser.description or ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")
