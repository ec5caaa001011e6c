"""Revocation lists in a trust store: what is taken in, what is refused, and that nothing is ever un-revoked."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.support import revocation as made
from tests.support.revocation import AT, IDENTIFIER, ISSUED, OTHER

from vaxcert.adapters.locks import locked
from vaxcert.adapters.store import TrustStore, layout, revocation_state, revocation_store
from vaxcert.adapters.store.imports import ImportOutcome
from vaxcert.errors import AdapterError, Reason, TrustListError, VaxcertError
from vaxcert.trust.revocation.header import Change
from vaxcert.trust.revocation.query import RevocationStatus

ANCHORS = made.anchors()
HOUR = timedelta(hours=1)
FULL = made.list_bytes()
BASE = made.document()
REVOKED, NOT_REVOKED, UNKNOWN = (
    RevocationStatus.REVOKED,
    RevocationStatus.NOT_REVOKED,
    RevocationStatus.UNKNOWN,
)


def delta(number=2, *, base=BASE, revoked=(OTHER,), restored=(), **changes):
    """A delta that goes on from a list, made an hour after it."""
    parts = [*made.identifiers(*revoked), *made.identifiers(*restored, change=Change.RESTORED)]
    changes = {"issued": base.header.description.issued + HOUR, **changes}
    return made.list_bytes(parts, number=number, base=made.on(base), **changes)


def full(number, *identifiers, **changes):
    changes = {"issued": ISSUED + HOUR * (number - 1), **changes}
    return made.list_bytes(made.identifiers(*identifiers), number=number, **changes)


@pytest.fixture
def trust_store(tmp_path):
    return TrustStore.create(tmp_path / "store")


@pytest.fixture
def store(trust_store):
    """The revocation lists of a store, which takes lists of the TEST anchor."""
    sources = trust_store.revocation_sources
    bare = sources.import_list

    def import_list(data, name="moh", *, at=AT, anchors=ANCHORS, **options):
        return bare(name, io.BytesIO(data), at=at, anchors=anchors, **options)

    sources.take = import_list
    return sources


def refused(store, data, reason, **options):
    """Importing is refused, and the list is as it was."""
    before = contents(store)
    with pytest.raises(VaxcertError) as caught:
        store.take(data, **options)
    assert caught.value.reason is reason
    assert "\n" not in str(caught.value)
    assert contents(store) == before


def contents(store):
    return {path.name: path.read_bytes() for path in store._folder.rglob("*") if path.is_file()}


def status(lists, identifier, *, at=AT):
    return lists.answer(made.query(identifier), at=at).status


def files(store, name="moh"):
    return [store._folder / "lists" / name / f"{one.file}.vxr" for one in store.source(name).documents]


def test_first_import_pins_and_answers(trust_store, store):
    result = store.take(FULL, threshold=1)
    assert (result.outcome, result.source.number) == (ImportOutcome.STORED, 1)
    assert store.anchors("moh") == ANCHORS
    assert files(store)[0].read_bytes() == FULL
    lists = trust_store.revocation()
    assert (status(lists, IDENTIFIER), status(lists, OTHER)) == (REVOKED, NOT_REVOKED)
    assert [one.name for one in lists.sources] == ["moh"]
    assert trust_store.names() == ()  # no trust list came of it


def test_a_store_without_such_lists_has_none_and_makes_no_folder(trust_store):
    assert trust_store.revocation() is None
    assert trust_store.revocation_sources.names() == ()
    assert not (trust_store.folder / "revocation").exists()


def test_default_name_and_no_anchor(store):
    refused(store, FULL, Reason.ANCHOR_MISSING, name=None, anchors=())
    assert store.names() == ()
    assert store.take(FULL, name=None).source.name == revocation_store.DEFAULT_NAME


def test_later_imports_go_by_the_pinned_anchors(store):
    store.take(FULL)
    store.take(full(2, OTHER), anchors=())
    other = made.anchors(made.anchor_key("other"))
    refused(store, full(3, OTHER), Reason.ANCHOR_MISSING, anchors=other)
    by_other = made.list_bytes(number=3, signers=[made.anchor_key("other")])
    refused(store, by_other, Reason.REVOCATION_LIST_SIGNATURE, anchors=())


def test_a_wrong_anchor_pins_nothing(store):
    refused(store, FULL, Reason.REVOCATION_LIST_SIGNATURE, anchors=made.anchors(made.anchor_key("other")))
    assert store.anchors("moh") == ()


def test_a_newer_full_list_replaces_the_chain(store):
    store.take(FULL)
    store.take(delta())
    store.take(full(3, OTHER))
    assert len(store.source("moh").documents) == 1
    assert {path.suffix for path in store._folder.rglob("*") if path.is_file()} == {".vxr", ".json", ""}
    assert sum(path.suffix == ".vxr" for path in store._folder.rglob("*")) == 1
    assert status(store.current("moh"), IDENTIFIER) is NOT_REVOKED


@pytest.mark.parametrize("older", [full(2), full(2, OTHER), full(1, IDENTIFIER, issued=ISSUED + 9 * HOUR)])
def test_a_lower_number_is_a_rollback(store, older):
    store.take(full(3, IDENTIFIER))
    refused(store, older, Reason.TRUST_LIST_ROLLBACK)


def test_the_same_number_with_other_content_is_a_rollback(store):
    store.take(full(3, IDENTIFIER))
    refused(store, full(3), Reason.TRUST_LIST_ROLLBACK)


def test_a_higher_number_with_an_earlier_date_is_a_rollback(store):
    store.take(full(3, IDENTIFIER, issued=ISSUED + HOUR))
    refused(store, full(4, issued=ISSUED), Reason.TRUST_LIST_ROLLBACK)
    store.take(full(4, issued=ISSUED + HOUR))


def test_a_full_list_older_than_the_delta_is_a_rollback(store):
    store.take(FULL)
    store.take(delta(5))
    refused(store, full(3, IDENTIFIER, issued=ISSUED + 2 * HOUR), Reason.TRUST_LIST_ROLLBACK)
    refused(store, delta(2), Reason.TRUST_LIST_ROLLBACK)
    refused(store, delta(5, revoked=()), Reason.TRUST_LIST_ROLLBACK)


def test_the_same_bytes_again_are_unchanged(store):
    store.take(FULL)
    store.take(delta())
    for again in (delta(), FULL):  # neither takes anything away
        result = store.take(again)
        assert (result.outcome, result.source.number) == (ImportOutcome.UNCHANGED, 2)
    assert len(store.source("moh").documents) == 2


def test_signed_once_more_it_is_the_same_list(store):
    store.take(FULL)
    again = made.list_bytes(signers=[made.anchor_key("b"), made.anchor_key()])
    assert again != FULL
    assert store.take(again).outcome is ImportOutcome.UNCHANGED
    assert [path.read_bytes() for path in files(store)] == [again]


def test_deltas_revoke_and_restore(store):
    store.take(FULL)
    second = delta()
    store.take(second)
    assert [status(store.current("moh"), one) for one in (IDENTIFIER, OTHER)] == [REVOKED, REVOKED]
    third = delta(3, base=made.read_bytes(second), revoked=(), restored=(IDENTIFIER,))
    result = store.take(third)
    assert (result.source.number, len(result.source.documents)) == (3, 3)
    current = store.current("moh")
    assert [status(current, one) for one in (IDENTIFIER, OTHER)] == [NOT_REVOKED, REVOKED]
    assert (current.deltas, current.entries) == (2, 2)


def test_a_delta_needs_the_chain_it_goes_on_from(store):
    refused(store, delta(), Reason.REVOCATION_LIST_UNREADABLE)  # no full list
    store.take(full(1, OTHER))
    refused(store, delta(), Reason.REVOCATION_LIST_UNREADABLE)  # another base
    store.take(FULL, name="good")
    store.take(delta(), name="good")
    refused(
        store, delta(4), Reason.REVOCATION_LIST_UNREADABLE, name="good"
    )  # a gap: its base is not the newest
    early = delta(2, issued=ISSUED - HOUR)
    store.take(FULL, name="early")
    refused(store, early, Reason.TRUST_LIST_ROLLBACK, name="early")


def test_another_issuer_or_fewer_countries_are_another_list(store):
    store.take(full(1, IDENTIFIER, countries=frozenset({"VN", "LA"})))
    refused(store, full(2, issuer="TEST other"), Reason.REVOCATION_LIST_UNREADABLE)
    refused(store, full(2, countries=frozenset({"VN", "KH"})), Reason.REVOCATION_LIST_UNREADABLE)
    store.take(full(2, countries=frozenset({"VN", "LA", "KH"})))
    store.take(full(3))  # for all
    refused(store, full(4, countries=frozenset({"VN", "LA", "KH"})), Reason.REVOCATION_LIST_UNREADABLE)


def test_a_chain_has_an_end(store, monkeypatch):
    monkeypatch.setattr(revocation_state, "MAX_REVOCATION_CHAIN", 2)
    store.take(FULL)
    second = delta()
    store.take(second)
    third = delta(3, base=made.read_bytes(second))
    refused(store, third, Reason.REVOCATION_LIST_UNREADABLE)
    store.take(full(3, OTHER))


@pytest.mark.parametrize("place", [-1, -4096, 0, 30])
def test_damage_anywhere_is_said_before_it_is_stored(store, place):
    damaged = bytearray(FULL)
    damaged[place] ^= 1
    with pytest.raises(VaxcertError) as caught:
        store.take(bytes(damaged))
    assert caught.value.reason in {Reason.REVOCATION_LIST_UNREADABLE, Reason.REVOCATION_LIST_SIGNATURE}
    assert store.names() == ()
    assert contents(store) == {}
    store.take(FULL)


@pytest.mark.parametrize("data", [b"", b"VAXREVO1", FULL[:-1], FULL + b"\0", b"no list"])
def test_what_is_no_list_is_refused(store, data):
    refused(store, data, Reason.REVOCATION_LIST_UNREADABLE)


def test_a_list_that_is_too_long_is_not_copied_to_its_end(store, monkeypatch):
    monkeypatch.setattr(revocation_store, "MAX_REVOCATION_LIST_BYTES", len(FULL))
    store.take(FULL)
    monkeypatch.setattr(revocation_store, "MAX_REVOCATION_LIST_BYTES", len(FULL) - 1)
    refused(store, FULL, Reason.REVOCATION_LIST_UNREADABLE)


def test_a_source_that_breaks_off(store):
    class Broken(io.RawIOBase):
        def read(self, size=-1):
            raise OSError(5, "Input/output error")

    with pytest.raises(AdapterError) as caught:
        store.import_list("moh", Broken(), at=AT, anchors=ANCHORS)
    assert caught.value.reason is Reason.FILE_UNREADABLE
    assert contents(store) == {}


def test_a_list_that_had_ended_is_refused(store):
    end = ISSUED + timedelta(days=30)
    refused(store, FULL, Reason.STALE_TRUST_LIST, at=end + timedelta(seconds=1))
    store.take(FULL, at=end)
    refused(store, delta(), Reason.STALE_TRUST_LIST, at=end + timedelta(seconds=1))


def test_threshold(store):
    both = [made.anchor_key("a"), made.anchor_key("b")]
    anchors = made.anchors(*both)
    refused(store, FULL, Reason.TRUST_LIST_THRESHOLD, anchors=anchors, threshold=2)
    store.take(made.list_bytes(signers=both), anchors=anchors, threshold=2)
    refused(store, full(2), Reason.TRUST_LIST_THRESHOLD)
    refused(store, full(2), Reason.TRUST_LIST_THRESHOLD, threshold=1)
    with pytest.raises(ValueError, match="at least 1"):
        store.take(FULL, threshold=0)


def test_names_and_times_that_cannot_be(store):
    with pytest.raises(ValueError, match="no source can be called"):
        store.take(FULL, name="../x")
    with pytest.raises(ValueError, match="zone"):
        store.take(FULL, at=datetime(2022, 6, 1))  # noqa: DTZ001


def test_one_writer_at_a_time_trust_lists_included(trust_store, store):
    with locked(trust_store.folder / ".lock"):
        refused(store, FULL, Reason.STORE_BUSY)


def flipped_index(data):
    """The list with one bit of its index changed, which comes right after the signed document."""
    place = 12 + int.from_bytes(data[8:12], "big")
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


@pytest.mark.parametrize(
    "damage",
    [lambda data: data[:-1], lambda data: b"", flipped_index, lambda data: FULL],
    ids=["cut", "empty", "index", "an older list"],
)
def test_a_stored_list_that_cannot_be_opened_stops_everything(trust_store, store, damage):
    store.take(FULL)
    store.take(full(2, IDENTIFIER))
    (file,) = files(store)
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(AdapterError) as caught:
        trust_store.revocation()
    assert caught.value.reason is Reason.STORE_UNREADABLE
    # what is known of it still keeps older ones out, and the same list repairs it
    refused(store, full(1), Reason.TRUST_LIST_ROLLBACK)
    refused(store, full(2), Reason.TRUST_LIST_ROLLBACK)
    store.take(full(2, IDENTIFIER))
    assert status(trust_store.revocation(), IDENTIFIER) is REVOKED


def test_a_stored_list_that_is_gone_stops_everything(trust_store, store):
    store.take(FULL)
    files(store)[0].unlink()
    with pytest.raises(AdapterError) as caught:
        trust_store.revocation()
    assert caught.value.reason is Reason.STORE_UNREADABLE


def test_a_damaged_block_is_unknown_and_taking_the_list_in_again_repairs_it(trust_store, store):
    store.take(FULL)
    (file,) = files(store)
    file.write_bytes(FULL[:-1] + b"\1")
    assert status(trust_store.revocation(), IDENTIFIER) is UNKNOWN
    assert store.take(FULL).outcome is ImportOutcome.UNCHANGED
    assert status(trust_store.revocation(), IDENTIFIER) is REVOKED


def test_a_damaged_base_keeps_deltas_out(store):
    store.take(FULL)
    files(store)[0].write_bytes(b"")
    refused(store, delta(), Reason.STORE_UNREADABLE)
    store.take(full(2, OTHER))


@pytest.mark.parametrize(
    "state",
    [
        b"",
        b"[]",
        b"{}",
        b'{"version": 2}',
        b'{"version": 1, "documents": []}',
        b"[" * 100_000,
    ],
)
def test_a_damaged_state_stops_everything(trust_store, store, state):
    store.take(FULL)
    layout.save_state_bytes(store._folder, "moh", state)
    for act in (trust_store.revocation, lambda: store.take(FULL), lambda: store.source("moh")):
        with pytest.raises(AdapterError) as caught:
            act()
        assert caught.value.reason is Reason.STORE_UNREADABLE


@pytest.mark.parametrize("lost", ["lists/moh/state.json", "lists/moh", "lists"])
def test_a_list_that_is_gone_stops_everything(trust_store, store, lost):
    store.take(FULL)
    path = store._folder / lost
    path.rename(store._folder.parent / "away")
    assert store.names() == ("moh",)
    for act in (trust_store.revocation, lambda: store.take(FULL)):
        with pytest.raises(AdapterError) as caught:
            act()
        assert caught.value.reason is Reason.STORE_UNREADABLE
    store.remove("moh")
    store.take(FULL)
    assert status(trust_store.revocation(), IDENTIFIER) is REVOKED


def test_a_first_import_that_cannot_be_written_pins_nothing(store, monkeypatch):
    def full_disk(*arguments):
        raise AdapterError(Reason.FILE_UNWRITABLE, "disk full")

    with monkeypatch.context() as patched:
        patched.setattr(layout, "save_state_bytes", full_disk)
        with pytest.raises(AdapterError):
            store.take(FULL)
    assert (store.names(), store.anchors("moh")) == ((), ())
    assert store.take(FULL).outcome is ImportOutcome.STORED


def test_a_folder_that_cannot_be_looked_into_stops_everything(trust_store, store, monkeypatch):
    store.take(FULL)
    place = store._folder / "lists"
    place.rename(store._folder / "away")
    place.write_bytes(b"")
    with pytest.raises(AdapterError) as caught:
        trust_store.revocation()
    assert caught.value.reason is Reason.STORE_UNREADABLE
    place.unlink()
    (store._folder / "away").rename(place)

    def denied(path, **options):
        raise PermissionError(13, "Permission denied")

    # as it is for users that are not allowed to
    monkeypatch.setattr(Path, "stat", denied)
    with pytest.raises(AdapterError) as caught:
        store.names()
    assert caught.value.reason is Reason.STORE_UNREADABLE


def test_an_anchor_that_is_gone_stops_everything(trust_store, store):
    store.take(FULL)
    with pytest.raises(TrustListError) as missing:
        store.remove_anchor("moh", ANCHORS[0].digest)
    assert missing.value.reason is Reason.ANCHOR_MISSING
    assert trust_store.revocation() is not None
    store.remove_anchor("moh", ANCHORS[0].digest, force=True)
    with pytest.raises(AdapterError) as caught:
        trust_store.revocation()
    assert caught.value.reason is Reason.STORE_UNREADABLE
    store.add_anchors("moh", ANCHORS)
    assert trust_store.revocation() is not None


def test_state_is_written_as_it_is_read(store):
    store.take(full(1, IDENTIFIER, countries=frozenset({"VN"})))
    source = store.source("moh")
    assert source.countries == {"VN"}
    assert source.imported_at == AT.astimezone(UTC)
    assert revocation_state.read_state("moh", revocation_state.write_state(source)) == source


def test_a_reader_finds_what_a_writer_put_in_its_place_meanwhile(store, monkeypatch):
    store.take(FULL)
    old = store.source("moh")
    store.take(full(2, OTHER))
    states = iter([old, store.source("moh")])
    monkeypatch.setattr(type(store), "source", lambda self, name: next(states))
    assert store.current("moh").description.number == 2


def test_an_open_list_answers_on_while_it_is_replaced(trust_store, store):
    store.take(FULL)
    lists = trust_store.revocation()
    store.take(full(2, OTHER))
    assert status(lists, IDENTIFIER) is REVOKED


def test_what_a_writer_left_that_was_cut_off_is_removed(store):
    store.take(FULL)
    left = [store._folder / ".00.partial", store._folder / "lists/moh/00.vxr"]
    for path in left:
        path.write_bytes(b"x")
    store.take(delta())
    assert not any(path.exists() for path in left)


def test_several_lists_are_asked_together(trust_store, store):
    store.take(FULL, name="one")
    store.take(full(1, OTHER, issuer="TEST other"), name="two")
    lists = trust_store.revocation()
    assert [status(lists, one) for one in (IDENTIFIER, OTHER)] == [REVOKED, REVOKED]


def test_a_list_is_forgotten_only_when_that_is_asked_for(trust_store, store):
    store.take(FULL)
    store.remove("moh")
    assert trust_store.revocation() is None
    assert store.names() == store.anchors("moh") == ()
