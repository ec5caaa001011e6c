"""One private key of a token, in as many sessions as threads may sign at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import SimpleQueue
from typing import Any, Final

import pkcs11

from vaxcert.errors import AdapterError, Reason


class KeySessions:
    """A bounded pool: a session signs for one thread at a time, and a further thread waits.

    Args:
        open_key: Opens a session and finds the key in it.
        size: The most sessions, at least 1. Each is opened when it is first needed.
    """

    def __init__(self, open_key: Callable[[], Any], size: int) -> None:
        self._open: Final = open_key
        self._free: Final[list[Any]] = []
        self._permits: Final[SimpleQueue[None]] = SimpleQueue()
        for _ in range(size):
            self._permits.put(None)

    @contextmanager
    def borrowed(self) -> Iterator[Any]:
        """The key, in a session of one's own. A session in which something went wrong is not used again."""
        self._permits.get()
        try:
            key = self._taken()
            try:
                yield key
            except BaseException:
                close(key.session)
                raise
            self._free.append(key)
        finally:
            self._permits.put(None)

    def _taken(self) -> Any:
        try:
            return self._free.pop()  # the one used last, so that no more are opened than are used at a time
        except IndexError:
            return self._open()


def private_key(session: pkcs11.Session, named: str | bytes, who: str) -> Any:
    """Find the one private key of a name.

    Args:
        session: Of a token that is logged in to.
        named: The key's label or identifier.
        who: How the token is named in messages.

    Raises:
        AdapterError: `key-unreadable`, when there is none, more than one, or one that may not sign.
    """
    found = objects(session, pkcs11.ObjectClass.PRIVATE_KEY, named)
    if len(found) != 1:
        number = f"{len(found)} private keys" if found else "no private key"
        raise AdapterError(
            Reason.KEY_UNREADABLE, f"{who} holds {number} {key_name(named)}, exactly one expected"
        )
    if not hasattr(found[0], "sign"):  # `python-pkcs11` gives a key the methods that its attributes allow
        raise AdapterError(
            Reason.KEY_UNREADABLE, f"the key {key_name(named)} in {who} may not sign (CKA_SIGN)"
        )
    return found[0]


def objects(session: pkcs11.Session, kind: pkcs11.ObjectClass, named: str | bytes) -> list[Any]:
    """All objects of a kind and a name."""
    attribute = pkcs11.Attribute.LABEL if isinstance(named, str) else pkcs11.Attribute.ID
    return list(session.get_objects({pkcs11.Attribute.CLASS: kind, attribute: named}))


def key_name(named: str | bytes) -> str:
    """How a key is named in messages."""
    return f"labelled {named!r}" if isinstance(named, str) else f"with the identifier {named.hex()}"


def close(session: pkcs11.Session) -> None:
    """End a session, if it has not ended by itself."""
    with suppress(pkcs11.PKCS11Error):
        session.close()
