"""What the trust lists and the revocation lists of a store have in common: names, pinned anchors, one writer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from vaxcert.adapters.locks import locked
from vaxcert.adapters.store import layout
from vaxcert.errors import AdapterError, Reason, TrustListError, VaxcertError
from vaxcert.trust.anchors import Anchor

_ANCHOR_PREFIX_BYTES: Final = 4


class PinnedSources:
    """Sources in a folder, each with its own pinned anchors.

    Args:
        folder: With `lists/<source>` and `anchors/<source>`.
        lock: The file that its writers lock.
    """

    def __init__(self, folder: Path, *, lock: Path) -> None:
        self._folder: Final = folder
        self._lock: Final = lock

    def names(self) -> tuple[str, ...]:
        """The sources that have a list, in the order of their names.

        Raises:
            AdapterError: `store-unreadable`, when that cannot be looked up.
        """
        return layout.names(self._folder)

    def remove(self, name: str) -> None:
        """Forget a source, with its lists and its anchors.

        Raises:
            AdapterError: `store-busy`, `store-unreadable` when there is none, `file-unwritable`.
        """
        if not layout.exists(self._folder, name):
            raise AdapterError(Reason.STORE_UNREADABLE, f"the store has no source {name}")
        with self._locked():
            layout.forget(self._folder, name)

    def anchors(self, name: str) -> tuple[Anchor, ...]:
        """The anchors pinned for a source, in the order of their digests.

        Raises:
            TrustListError: `anchor-unreadable`.
        """
        return layout.anchors(self._folder, name)

    def add_anchors(self, name: str, anchors: tuple[Anchor, ...]) -> None:
        """Pin anchors for a source, which need not have a list yet.

        Raises:
            AdapterError: `store-busy`, `file-unwritable`.
        """
        layout.checked_name(name)
        with self._locked():
            for anchor in anchors:
                layout.pin(self._folder, name, anchor)

    def remove_anchor(self, name: str, digest: bytes, *, force: bool = False) -> Anchor:
        """Unpin an anchor.

        Args:
            name: Of the source.
            digest: Of the anchor, or how it begins; at least 4 bytes.
            force: Also when the current list cannot be relied on without it: a stolen anchor has to go at once.

        Returns:
            The anchor that was pinned.

        Raises:
            TrustListError: `anchor-missing`, when none or several begin so, or the others do not vouch for the
                current list, or are too few.
            AdapterError: `store-busy`, `file-unwritable`.
        """
        with self._locked():
            pinned = self.anchors(name)
            found = _only_one(name, digest, pinned)
            if not force and layout.has_list(self._folder, name):
                self._check_without(name, found, tuple(one for one in pinned if one != found))
            layout.unpin(self._folder, name, found)
        return found

    def _check_without(self, name: str, removed: Anchor, others: tuple[Anchor, ...]) -> None:
        """Make sure that the current list can be relied on when an anchor is gone.

        Raises:
            TrustListError: `anchor-missing`.
        """
        try:
            self._check_judged_by(name, others)
        except VaxcertError:
            raise TrustListError(
                Reason.ANCHOR_MISSING,
                f"the {len(others)} other anchors of source {name} do not vouch for its list without "
                f"{removed.digest[:8].hex()}; import an edition signed by the others first",
            ) from None

    def _check_judged_by(self, name: str, anchors: tuple[Anchor, ...]) -> None:
        """Read the current list of a source as if only these anchors were pinned. Raises when it is not good then."""
        raise NotImplementedError

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with locked(self._lock):
            yield

    @contextmanager
    def _pinning(self, name: str, anchors: tuple[Anchor, ...]) -> Iterator[None]:
        """Pin anchors for the list that is made current meanwhile; when it is not, those that are new go again."""
        pinned = self.anchors(name)
        new = [anchor for anchor in anchors if anchor not in pinned]
        try:
            for anchor in new:
                layout.pin(self._folder, name, anchor)
            yield
        except BaseException:
            if not layout.has_list(self._folder, name):
                for anchor in new:
                    with suppress(AdapterError):  # it was not pinned yet
                        layout.unpin(self._folder, name, anchor)
            raise

    def _anchors_to_use(self, name: str, given: tuple[Anchor, ...], *, has_list: bool) -> tuple[Anchor, ...]:
        """Those to judge an import by: the given ones are pinned with the first one, and checked later."""
        pinned = self.anchors(name)
        if not has_list:
            return tuple(dict.fromkeys((*pinned, *given)))
        for anchor in given:
            if anchor not in pinned:
                raise TrustListError(
                    Reason.ANCHOR_MISSING,
                    f"the anchor {anchor.digest[:8].hex()} is not pinned for source {name}; pin it first",
                )
        return pinned


def _only_one(name: str, digest: bytes, pinned: tuple[Anchor, ...]) -> Anchor:
    found = [anchor for anchor in pinned if anchor.digest.startswith(digest)]
    if len(found) != 1 or len(digest) < _ANCHOR_PREFIX_BYTES:
        raise TrustListError(
            Reason.ANCHOR_MISSING,
            f"{len(found)} anchors of source {name} begin with {digest.hex() or 'nothing'}, one expected",
        )
    return found[0]
