"""Names for resources (`urn:uuid:`) that are the same in every run."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import Final
from uuid import UUID, uuid5

from vaxcert.model.record_keys import RecordKeys

_OURS: Final = UUID("8d8ac610-566d-4ef0-9c22-186b2a5ed793")
"""Namespace of the names of places, which are no secret."""

_DIGEST_BYTES: Final = 16


class ResourceNames:
    """Gives names.

    Names of persons, and all that is theirs, follow from what is known of the person. Without keys, whoever has a name
    and guesses the person right sees that the guess is right; with keys, only the issuing service can.

    Args:
        keys: The issuing service's, where bundles' names go to others than the bundles.
    """

    __slots__ = ("_keys",)

    def __init__(self, keys: RecordKeys | None = None) -> None:
        self._keys: Final = keys

    def person(self, texts: Iterable[str]) -> PersonNames:
        """Names for what belongs to one person, of whom these texts are known."""
        known = "\0".join(texts)
        digest = (
            self._keys.person(known)
            if self._keys
            else blake2b(known.encode(errors="replace"), digest_size=_DIGEST_BYTES).digest()
        )
        return PersonNames(UUID(bytes=digest))

    @staticmethod
    def place(texts: Iterable[str]) -> str:
        """The name of a place of vaccination."""
        return str(uuid5(_OURS, "\0".join(texts)))


class PersonNames:
    """Names for the resources of one person.

    Args:
        namespace: What they follow from; it is no name itself.
    """

    __slots__ = ("_given", "_namespace")

    def __init__(self, namespace: UUID) -> None:
        self._namespace: Final = namespace
        self._given: Final[dict[str, int]] = {}

    def name(self, kind: str, *texts: str) -> str:
        """The name of a resource of that kind and content; the second of the same content gets another one."""
        content = "\0".join((kind, *texts))
        number = self._given[content] = self._given.get(content, 0) + 1
        return str(uuid5(self._namespace, f"{content}\0{number}"))
