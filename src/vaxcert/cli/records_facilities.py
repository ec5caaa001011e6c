"""`vaxcert records facilities`: make the signed list of who may attest dose records, or add a signature to one."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from vaxcert.adapters.facility_tables import read_facility_table
from vaxcert.cli.arguments import Commands, add_command
from vaxcert.cli.exit_codes import ExitCode, UsageError
from vaxcert.cli.list_signing import (
    Labelled,
    ListKind,
    add_edition_options,
    add_target_options,
    edition_of,
    sign_list,
)
from vaxcert.cli.session import Session
from vaxcert.errors import VaxcertError
from vaxcert.limits import MAX_TRUST_FILE_BYTES
from vaxcert.presentation.texts import Texts
from vaxcert.trust import facility_list
from vaxcert.trust.anchors import Anchor
from vaxcert.trust.facility_list import FacilityListContent


def add_parser(actions: Commands, texts: Texts) -> None:
    """Add the action to the parser of `vaxcert records`."""
    parser = add_command(actions, "facilities", texts, run, help_key="records-facilities")
    parser.add_argument(
        "table", nargs="?", type=Path, metavar="TABLE", help=texts.get("help", "facility-table")
    )
    add_target_options(parser, texts)
    add_edition_options(parser, texts)


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Show what is signed, and sign it.

    Returns:
        `REFUSED`, with nothing written, when not every entry would be relied on; else `ACCEPTED`.

    Raises:
        UsageError: The options do not go together, or a value is out of range.
        AdapterError: A file cannot be used, or is in the way.
        UnsupportedError: `key-type`.
        TrustListError: What is there already cannot be read, or says things that are not known here.
    """
    return sign_list(_FACILITY_LIST, options, session)


def _content(options: argparse.Namespace, session: Session) -> FacilityListContent:
    entries = read_facility_table(options.table)
    if not entries:
        raise UsageError(f"{options.table} has no row; at least one key expected")
    return FacilityListContent(**edition_of(options, session.now), entries=entries)


def _decoded(data: bytes) -> FacilityListContent:
    return facility_list.decode(data).content


def _figures(content: FacilityListContent) -> dict[str, Any]:
    entries = content.entries
    return {
        "keys": len({one.key for one in entries}),
        "facilities": len({code for one in entries for code in one.facilities}),
        "provinces": len({code for one in entries for code in one.provinces}),
        "withdrawn": len({one.key for one in entries if one.withdrawn}),
    }


def _shown(content: FacilityListContent) -> Sequence[Labelled]:
    return [("attestation", f"list-{name}", str(number)) for name, number in _figures(content).items()]


def _problems(data: bytes, anchor: Anchor) -> Sequence[VaxcertError]:
    return facility_list.read(data, (anchor,)).problems


_FACILITY_LIST: Final = ListKind(
    content_type=facility_list.CONTENT_TYPE,
    most_bytes=MAX_TRUST_FILE_BYTES,
    encode=facility_list.encode,
    decode=_decoded,
    options=("table",),
    needs="a table",
    content=_content,
    figures=_figures,
    shown=_shown,
    problems=_problems,
)
