"""Certificates as the actions of `vaxcert revoke` name them: by identifier, or themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Final

from vaxcert.adapters.certificate_inputs import STANDARD_INPUT, find_sources, read_source
from vaxcert.adapters.files import read_bounded
from vaxcert.cli.inputs import read_input
from vaxcert.cli.session import Session
from vaxcert.codec.container import CONTEXT_IDENTIFIER
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.errors import AdapterError, DecodeError, Reason, VaxcertError
from vaxcert.inspection import Inspection, inspect
from vaxcert.limits import MAX_TEXT_FILE_BYTES
from vaxcert.trust.revocation.query import RevocationQuery

_MAX_IDENTIFIER_CHARACTERS: Final = 1000
_ALGORITHMS: Final[dict[int | None, Algorithm]] = {int(one): one for one in Algorithm}


@dataclass(frozen=True, slots=True, repr=False)
class Named:
    """A certificate that a command names. Its repr shows nothing of the holder.

    Attributes:
        source: What to call it in output: `identifier 2`, or where a certificate came from.
        query: How lists know it; or why it cannot be read.
        expires: Its last day, where it is a certificate that has one.
    """

    source: str
    query: RevocationQuery | VaxcertError
    expires: date | None = None

    def __repr__(self) -> str:
        return f"<Named {self.source}>"


def told_apart(items: Iterable[str]) -> tuple[list[str], list[str]]:
    """Identifiers, and certificates among them: their texts, and names of files that are there."""
    kinds: tuple[list[str], list[str]] = ([], [])
    for item in items:
        kinds[_is_certificate(item)].append(item)
    return kinds


def _is_certificate(item: str) -> bool:
    if item == STANDARD_INPUT:
        return False
    try:
        return item.startswith(CONTEXT_IDENTIFIER) or Path(item).exists()
    except (OSError, ValueError):
        return False


def identifiers(
    arguments: Iterable[str], files: Iterable[Path], session: Session, *, country: str | None = None
) -> Iterator[Named]:
    """Certificates that are named by their identifiers. The text of a certificate among them is taken as that.

    Args:
        arguments: Identifiers; `-` for those on standard input, one a line.
        files: Files of identifiers, one a line.
        session: For standard input.
        country: The `iss` claim of their certificates, where it is known.

    Raises:
        AdapterError: `file-unreadable`.
        DecodeError: `input-too-long`, `input-empty`.
    """
    named = chain(
        chain.from_iterable(_stdin(session) if one == STANDARD_INPUT else (one,) for one in arguments),
        chain.from_iterable(_lines(read_bounded(path, MAX_TEXT_FILE_BYTES)) for path in files),
    )
    for number, text in enumerate(named, 1):
        identifier = text.strip()
        if identifier.startswith(CONTEXT_IDENTIFIER):
            yield _certificate(f"identifier {number}", identifier)
            continue
        if not 1 <= len(identifier) <= _MAX_IDENTIFIER_CHARACTERS:
            raise DecodeError(
                Reason.INPUT_TOO_LONG if identifier else Reason.INPUT_EMPTY,
                f"identifier {number} has {len(identifier)} characters, "
                f"1 to {_MAX_IDENTIFIER_CHARACTERS} expected",
            )
        query = RevocationQuery(
            kid=b"", algorithm=Algorithm.ES256, signature=b"", issuer=country, identifiers=(identifier,)
        )
        yield Named(f"identifier {number}", query)


def certificates(arguments: Iterable[str], session: Session) -> Iterator[Named]:
    """Certificates by themselves: files, pictures, folders, `HC1:` texts. Nobody has verified them."""
    for source in find_sources(arguments):
        for item in read_source(source, session.stdin):
            if isinstance(item.content, VaxcertError):
                yield Named(item.source, item.content)
            else:
                yield _certificate(item.source, item.content)


def _certificate(source: str, content: str | bytes) -> Named:
    try:
        seen = inspect(content)
    except VaxcertError as error:
        return Named(source, error)
    expires = seen.claims.expires
    return Named(source, _query(seen), None if expires is None else expires.date())


def _query(seen: Inspection) -> RevocationQuery:
    message = seen.message
    known = message.algorithm in _ALGORITHMS
    return RevocationQuery(
        kid=message.kid or b"",
        algorithm=_ALGORITHMS.get(message.algorithm, Algorithm.ES256),
        signature=message.signature if known else b"",  # nobody knows which half of it is firm
        issuer=seen.claims.issuer,
        identifiers=tuple(one.certificate_id for one in seen.certificate.events if one.certificate_id),
    )


def _stdin(session: Session) -> Iterator[str]:
    yield from _lines(read_input(Path(STANDARD_INPUT), MAX_TEXT_FILE_BYTES, session))


def _lines(data: bytes) -> Iterator[str]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise AdapterError(Reason.FILE_UNREADABLE, "the identifiers are not UTF-8 text") from None
    return (line for line in text.splitlines() if line.strip())
