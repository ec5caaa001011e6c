"""The store: what it keeps, what it refuses, and what it does with damage."""

from __future__ import annotations

import json
import random
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import lists, signers
from tests.support.gateway import german_list, item
from tests.support.signers import NOW, signer
from tests.support.store_lists import (
    COUNTRIES,
    NEW_COUNT,
    OLD_COUNT,
    anchor,
    anchor_signer,
    austrian_list,
    austrian_signer,
    entries,
    pem_list,
    signed_list,
)

import vaxcert as vc
from vaxcert.adapters.locks import locked
from vaxcert.adapters.store import ImportNote, ImportOptions, ImportOutcome, TrustStore, layout
from vaxcert.adapters.store.state import (
    Edition,
    Fetched,
    SourceTerms,
    StoredSource,
    read_state,
    usable_until,
    write_state,
)
from vaxcert.adapters.trust_files import load_trust_list
from vaxcert.errors import AdapterError, Reason, StaleTrustListError, VaxcertError
from vaxcert.limits import MAX_TRUST_FILE_BYTES
from vaxcert.rules.policy import VerificationPolicy
from vaxcert.trust.anchors import anchor_of, read_anchors
from vaxcert.trust.origin import MAX_AGE, Environment, Proof
from vaxcert.trust.own_list import Companion

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
VN = signer(country="VN")
PINNED = ImportOptions(anchors=(anchor(),))
OLD = signed_list(5, OLD_COUNT)
NEW = signed_list(6, NEW_COUNT)


@pytest.fixture
def empty(tmp_path):
    return TrustStore.create(tmp_path / "store")


@pytest.fixture
def store(empty):
    """With number 5 of source eu."""
    empty.import_list("eu", OLD, at=NOW, options=PINNED)
    return empty


def refused(reason, call, *arguments, **options):
    with pytest.raises(VaxcertError) as caught:
        call(*arguments, **options)
    assert caught.value.reason is reason, caught.value
    assert "\n" not in str(caught.value)
    return caught.value


def contents(store):
    """Every file of a store but its lock, to tell whether anything changed."""
    files = (path for path in store.folder.rglob("*") if path.is_file() and path.name != ".lock")
    return {path.relative_to(store.folder).as_posix(): path.read_bytes() for path in files}


def refuses_import(reason, store, data, *, name="eu", at=NOW, **options):
    """The import is refused, and no byte of the store has changed."""
    before = contents(store)
    error = refused(reason, store.import_list, name, data, at=at, options=ImportOptions(**options))
    assert contents(store) == before
    return error


def countries(trust_list):
    return {key.country for key in trust_list}


# --- the folder


def test_create_and_open(tmp_path):
    folder = tmp_path / "a" / "store"
    assert not TrustStore.is_store(folder)
    assert TrustStore.create(folder).names() == ()
    assert TrustStore.is_store(folder)
    assert TrustStore.open(folder).folder == folder
    assert TrustStore.create(folder).names() == ()


def test_a_folder_with_other_things_is_not_taken(tmp_path):
    (tmp_path / "letter.txt").write_text("x")
    refused(Reason.STORE_UNREADABLE, TrustStore.create, tmp_path)
    refused(Reason.STORE_UNREADABLE, TrustStore.open, tmp_path)
    refused(Reason.STORE_UNREADABLE, TrustStore.open, tmp_path / "missing")
    refused(Reason.FILE_UNWRITABLE, TrustStore.create, tmp_path / "letter.txt")


@pytest.mark.parametrize(
    "mark", [b"", b"{}", b"[" * 100_000, b'{"format": "vaxcert-store", "version": 2}', b"\xff"]
)
def test_a_store_of_another_kind_is_not_opened(empty, mark):
    (empty.folder / "vaxcert-store.json").write_bytes(mark)
    refused(Reason.STORE_UNREADABLE, TrustStore.open, empty.folder)


@pytest.mark.parametrize("name", ["", ".", "..", "../eu", "EU", "a/b", "-a", "a" * 65, "a\n", "a\0"])
def test_names_no_source_can_have(store, name):
    calls = [store.source, store.current, store.previous, store.anchors, store.remove]
    for call in calls:
        with pytest.raises(ValueError, match="no source can be called"):
            call(name)
    with pytest.raises(ValueError, match="no source can be called"):
        store.import_list(name, OLD, at=NOW, options=PINNED)


def test_longest_name(store):
    store.import_list("a" * 64, OLD, at=NOW, options=PINNED)
    assert store.names() == ("a" * 64, "eu")


def test_unknown_source(store):
    refused(Reason.STORE_UNREADABLE, store.source, "who")
    refused(Reason.STORE_UNREADABLE, store.current, "who")
    refused(Reason.STORE_UNREADABLE, store.remove, "who")
    refused(Reason.STORE_UNREADABLE, store.confirm, "who", at=NOW)


# --- importing


def test_first_import(empty):
    result = empty.import_list(None, OLD, at=NOW, options=PINNED)
    assert result.outcome is ImportOutcome.STORED
    assert result.notes == ()
    assert len(result.difference.added) == OLD_COUNT
    edition = result.source.current
    assert result.source.name == "vaxcert"
    assert result.source.previous is None
    assert (edition.digest, edition.number, edition.keys) == (sha256(OLD).hexdigest(), 5, OLD_COUNT)
    assert (edition.proof, edition.environment) == (Proof.SIGNED, Environment.PRODUCTION)
    assert edition.imported_at == edition.confirmed_at == NOW
    assert empty.source("vaxcert") == result.source
    assert countries(empty.load().trust_list()) == set(COUNTRIES[:OLD_COUNT])
    assert contents(empty)[f"lists/vaxcert/{edition.digest}.list"] == OLD


def test_keys_say_where_they_came_from(store):
    [origin] = store.load().trust_list().origins
    assert (origin.name, origin.format, origin.number, origin.proof) == ("eu", "vaxcert", 5, Proof.SIGNED)
    assert origin.usable_until == NOW - timedelta(hours=1) + 30 * DAY


def test_next_edition_keeps_one_before_and_no_more(store):
    second = store.import_list("eu", NEW, at=NOW + DAY)
    assert [key.country for key in second.difference.added] == [COUNTRIES[OLD_COUNT]]
    assert store.current("eu").origin.number == 6
    assert store.previous("eu").origin.number == 5
    store.import_list("eu", signed_list(7), at=NOW + DAY)
    assert store.previous("eu").origin.number == 6
    assert sum(name.endswith(".list") for name in contents(store)) == 2


def test_same_bytes_again_are_confirmed(store):
    store.import_list("eu", NEW, at=NOW)
    result = store.import_list("eu", NEW, at=NOW + DAY)
    assert result.outcome is ImportOutcome.UNCHANGED
    assert not result.difference
    assert (result.source.current.imported_at, result.source.current.confirmed_at) == (NOW, NOW + DAY)
    assert store.previous("eu").origin.number == 5


def test_another_signature_over_the_same_edition_may_follow(store):
    store.add_anchors("eu", (anchor("TEST second"),))
    twice = signed_list(5, by=("TEST anchor", "TEST second"))
    assert store.import_list("eu", twice, at=NOW).outcome is ImportOutcome.STORED


def test_rollback_attack(store):
    store.import_list("eu", NEW, at=NOW)
    refuses_import(Reason.TRUST_LIST_ROLLBACK, store, OLD)
    refuses_import(Reason.TRUST_LIST_ROLLBACK, store, signed_list(6, NEW_COUNT + 1))
    refuses_import(Reason.TRUST_LIST_ROLLBACK, store, signed_list(7, issued=NOW - timedelta(hours=2)))


def test_rollback_attack_on_lists_that_are_as_old_as_their_newest_entry(empty):
    """Editions without other entries than the newest one have all the same date."""
    key = ec.generate_private_key(ec.SECP256R1())
    dated = [
        item(signer(country=country).certificate, timestamp=f"2022-05-0{day}T00:00:00Z")
        for day, country in enumerate(COUNTRIES[:8], 1)
    ]
    first, second, third = (german_list(key, dated[start:]) for start in range(3))
    pinned = ImportOptions(anchors=(anchor_of(key.public_key()),))
    for data in (first, second):
        empty.import_list("de", data, at=NOW, options=pinned)
    refuses_import(Reason.TRUST_LIST_ROLLBACK, empty, first, name="de")
    empty.import_list("de", third, at=NOW)
    refuses_import(Reason.TRUST_LIST_ROLLBACK, empty, first, name="de")
    newer = item(VN.certificate, timestamp="2022-05-09T00:00:00Z")
    assert empty.import_list("de", german_list(key, [*dated, newer]), at=NOW).difference.added


def test_rollback_attack_on_lists_without_date(empty):
    old, new = (lists.dutch(lists.entries()[start:]) for start in (0, 1))
    empty.import_list("nl", old.data, at=NOW, options=ImportOptions(anchors=(old.anchor,)))
    empty.import_list("nl", new.data, at=NOW, options=ImportOptions(accept_shrink=True))
    refuses_import(Reason.TRUST_LIST_ROLLBACK, empty, old.data, name="nl", accept_shrink=True)
    assert empty.import_list("nl", new.data, at=NOW).outcome is ImportOutcome.UNCHANGED


def test_freeze_attack(store):
    end = store.source("eu").usable_until
    store.import_list("eu", OLD, at=end)
    refuses_import(Reason.STALE_TRUST_LIST, store, OLD, at=end + SECOND)
    refuses_import(Reason.STALE_TRUST_LIST, store, NEW, at=end + SECOND)
    with pytest.raises(StaleTrustListError):
        store.confirm("eu", at=end + SECOND)
    issued = signers.issuer(VN).issue(signers.certificate(), at=NOW)
    verifier = vc.Verifier(store.load().trust_list())
    assert verifier.report(issued.text, at=end).outcome is vc.Outcome.ACCEPTED
    after = end + VerificationPolicy.default().clock_skew + SECOND
    assert verifier.report(issued.text, at=after).reason is Reason.STALE_TRUST_LIST


def test_shrink_attack(store):
    refuses_import(Reason.TRUST_LIST_SHRUNK, store, signed_list(6, OLD_COUNT - 2))
    accepted = ImportOptions(accept_shrink=True)
    assert store.import_list("eu", signed_list(6, 1), at=NOW, options=accepted).source.current.keys == 1


def test_shrink_within_the_share(store):
    refuses_import(Reason.TRUST_LIST_SHRUNK, store, signed_list(6, OLD_COUNT - 1), shrink_share=0.19)
    assert store.import_list("eu", signed_list(6, OLD_COUNT - 1), at=NOW).source.current.keys == OLD_COUNT - 1


def test_mix_and_match_attack(store):
    rules, older = sha256(b"the rules of edition 6").digest(), sha256(b"older rules").digest()
    data = signed_list(6, companions=(Companion(name="rules", digest=rules),))
    refuses_import(Reason.TRUST_LIST_MIXED, store, data, companions={"rules": older})
    refuses_import(Reason.TRUST_LIST_MIXED, store, data, companions={"rules": rules, "other": rules})
    taken = store.import_list("eu", data, at=NOW, options=ImportOptions(companions={"rules": rules}))
    assert dict(taken.reading.companions) == {"rules": rules}


def test_environment_does_not_change(store):
    test_list = signed_list(6, environment=Environment.TEST)
    refuses_import(Reason.TRUST_LIST_ENVIRONMENT, store, test_list)
    refuses_import(Reason.TRUST_LIST_ENVIRONMENT, store, NEW, environment=Environment.TEST)
    store.import_list("eu-test", test_list, at=NOW, options=PINNED)
    assert {key.environment for key in store.current("eu-test").keys} == {Environment.TEST}


def test_environment_does_not_change_with_the_same_bytes_either(empty):
    published = lists.swedish()
    first = ImportOptions(anchors=(published.anchor,), environment=Environment.TEST)
    at = lists.ISSUED
    empty.import_list("se", published.data, at=at, options=first)
    refuses_import(
        Reason.TRUST_LIST_ENVIRONMENT,
        empty, published.data, name="se", at=at, environment=Environment.PRODUCTION,
    )  # fmt: skip
    empty.import_list("se", published.data, at=at, options=ImportOptions(environment=Environment.TEST))
    assert {key.environment for key in empty.current("se").keys} == {Environment.TEST}


def test_wrong_signature_garbage_and_damage(store):
    refuses_import(Reason.TRUST_LIST_SIGNATURE, store, signed_list(6, by=("TEST other",)))
    for data in (b"", b"garbage", NEW[:-1], pem_list()):
        refuses_import(Reason.TRUST_LIST_UNREADABLE, store, data)
    refuses_import(Reason.TRUST_LIST_UNREADABLE, store, bytes(MAX_TRUST_FILE_BYTES + 1))


@settings(max_examples=60, deadline=None)
@given(position=st.integers(0, len(NEW) - 1), bit=st.integers(0, 7))
def test_one_flipped_bit_changes_nothing(tmp_path_factory, position, bit):
    store = TrustStore.create(tmp_path_factory.mktemp("flipped") / "store")
    store.import_list("eu", OLD, at=NOW, options=PINNED)
    damaged = bytearray(NEW)
    damaged[position] ^= 1 << bit
    before = contents(store)
    with pytest.raises(VaxcertError):
        store.import_list("eu", bytes(damaged), at=NOW)
    assert contents(store) == before


@settings(max_examples=150, deadline=None)
@given(
    data=st.binary(max_size=60)
    | st.tuples(st.sampled_from([NEW, pem_list(1), b"{}", b"[]"]), st.binary(max_size=30)).map(b"".join)
)
def test_any_bytes_are_imported_or_refused(tmp_path_factory, data):
    store = TrustStore.create(tmp_path_factory.mktemp("any") / "store")
    try:
        result = store.import_list(None, data, at=NOW, options=replace(PINNED, allow_unsigned=True))
    except VaxcertError:
        assert (store.names(), contents(store).keys()) == ((), {"vaxcert-store.json"})
    else:
        kids = [key.kid for key in store.load().readings[0].keys]
        assert kids == [key.kid for key in result.reading.keys]


def test_list_without_a_key_is_refused(store):
    refuses_import(Reason.TRUST_LIST_EMPTY, store, signed_list(6, entries=()), accept_shrink=True)


def test_list_of_withdrawals_alone_is_taken(store):
    store.import_list(
        "deny",
        signed_list(1, entries=(), unlisted_withdrawals=frozenset({VN.certificate.digest})),
        at=NOW,
        options=PINNED,
    )
    assert [key.country for key in store.load().trust_list() if key.withdrawn] == ["VN"]


def test_wrong_clock_is_reported_and_does_not_refuse(store):
    early = NOW - timedelta(days=400)
    assert store.import_list("eu", NEW, at=early).notes == (ImportNote.CLOCK_BEHIND,)
    issued = NOW - timedelta(hours=1)
    for at, notes in ((issued - DAY, ()), (issued - DAY - SECOND, (ImportNote.CLOCK_BEHIND,))):
        name = f"clock-{len(notes)}"
        assert store.import_list(name, NEW, at=at, options=PINNED).notes == notes


def test_clock_that_went_back_since_the_last_import_is_reported(empty):
    options = ImportOptions()
    empty.import_list("pem", pem_list(), at=NOW, options=options)
    assert empty.import_list("pem", pem_list(), at=NOW - DAY).notes == ()
    empty.import_list("pem", pem_list(), at=NOW)
    assert empty.import_list("pem", pem_list(), at=NOW - DAY - SECOND).notes == (ImportNote.CLOCK_BEHIND,)


def test_misuse_is_a_value_error(store):
    with pytest.raises(ValueError, match="without zone"):
        store.import_list("eu", NEW, at=NOW.replace(tzinfo=None))
    with pytest.raises(ValueError, match="no list format"):
        store.import_list("new", NEW, at=NOW, options=ImportOptions(as_format="nothing"))
    for wrong in ({"threshold": 0}, {"max_age": timedelta(0)}, {"shrink_share": 1.1}):
        with pytest.raises(ValueError, match="expected"):
            store.import_list("eu", NEW, at=NOW, options=ImportOptions(**wrong))


@pytest.mark.corpus
def test_german_production_list(empty, corpus):
    folder = corpus / "trust-lists" / "german"
    data = (folder / "dsc-list.json").read_bytes()
    pinned = read_anchors((folder / "dsc-list-signing-key.pem").read_bytes())
    result = empty.import_list(None, data, at=NOW, options=ImportOptions(anchors=pinned))
    reading = result.reading
    assert result.source.name == "german"
    assert (len(reading.keys), reading.entries, reading.kids_confirmed, reading.problems) == (
        829,
        829,
        829,
        (),
    )
    assert len(empty.load().trust_list()) == 829
    for position in random.Random(829).sample(range(len(data)), 5):
        flipped = data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :]
        before = contents(empty)
        with pytest.raises(VaxcertError):
            empty.import_list("german", flipped, at=NOW)
        assert contents(empty) == before


# --- terms


def test_terms_of_the_first_import_are_remembered(empty):
    both = (anchor(), anchor("TEST second"))
    data = signed_list(1, by=("TEST anchor", "TEST second"))
    first = ImportOptions(anchors=both, threshold=2, max_age=5 * DAY, environment=Environment.PRODUCTION)
    empty.import_list("eu", data, at=NOW, options=first)
    assert empty.source("eu").terms == SourceTerms(
        format="vaxcert", threshold=2, max_age=5 * DAY, environment=Environment.PRODUCTION
    )
    refuses_import(Reason.TRUST_LIST_THRESHOLD, empty, signed_list(2))
    refuses_import(Reason.TRUST_LIST_THRESHOLD, empty, signed_list(2), threshold=1)
    assert (
        empty.import_list(
            "eu", signed_list(2, by=("TEST anchor", "TEST second")), at=NOW
        ).source.terms.threshold
        == 2
    )


def test_threshold_may_be_raised(store):
    store.add_anchors("eu", (anchor("TEST second"),))
    twice = signed_list(6, by=("TEST anchor", "TEST second"))
    refuses_import(Reason.TRUST_LIST_THRESHOLD, store, NEW, threshold=2)
    store.import_list("eu", twice, at=NOW, options=ImportOptions(threshold=2))
    refuses_import(Reason.TRUST_LIST_THRESHOLD, store, signed_list(7))


def test_format_does_not_change(store):
    refuses_import(Reason.TRUST_LIST_UNREADABLE, store, pem_list(), as_format="certificates")
    refuses_import(Reason.TRUST_LIST_UNREADABLE, store, pem_list(), allow_unsigned=True)


# --- anchors


def test_anchors_are_pinned_with_the_first_import_only(store):
    other = anchor("TEST other")
    refuses_import(Reason.ANCHOR_MISSING, store, NEW, anchors=(other,))
    by_other = signed_list(6, by=("TEST other",))
    error = refuses_import(Reason.ANCHOR_MISSING, store, by_other, anchors=(anchor(), other))
    assert "pin it first" in str(error)
    store.import_list("eu", NEW, at=NOW, options=PINNED)
    assert store.anchors("eu") == (anchor(),)


def test_an_import_that_fails_pins_nothing(empty):
    refuses_import(Reason.TRUST_LIST_SIGNATURE, empty, OLD, anchors=(anchor("TEST other"),))
    assert empty.anchors("eu") == ()
    assert empty.names() == ()


def test_anchors_can_be_exchanged(store):
    other = anchor("TEST other")
    store.add_anchors("eu", (other,))
    assert set(store.anchors("eu")) == {anchor(), other}
    store.import_list("eu", signed_list(6, by=("TEST other",)), at=NOW)
    assert store.remove_anchor("eu", anchor().digest) == anchor()
    assert store.anchors("eu") == (other,)
    assert store.load().problems == ()
    refuses_import(Reason.TRUST_LIST_SIGNATURE, store, signed_list(7))


@pytest.mark.parametrize("by", [("TEST anchor", "TEST other"), ("TEST anchor",)])
def test_an_anchor_that_the_current_list_needs_stays(empty, by):
    """The first of two that both have to have signed; the one of two that signed."""
    both = anchor(), anchor("TEST other")
    options = ImportOptions(anchors=both, threshold=len(by))
    empty.import_list("eu", signed_list(5, by=by), at=NOW, options=options)
    before = contents(empty)
    error = refused(Reason.ANCHOR_MISSING, empty.remove_anchor, "eu", anchor().digest)
    assert "import an edition signed by the others first" in str(error)
    assert contents(empty) == before
    assert empty.remove_anchor("eu", anchor().digest, force=True) == anchor()
    assert empty.anchors("eu") == (anchor("TEST other"),)


def test_an_anchor_of_three_goes_when_the_other_two_have_signed(empty):
    names = ("TEST anchor", "TEST other", "TEST third")
    options = ImportOptions(anchors=tuple(map(anchor, names)), threshold=2)
    empty.import_list("eu", signed_list(5, by=names[:2]), at=NOW, options=options)
    refused(Reason.ANCHOR_MISSING, empty.remove_anchor, "eu", anchor().digest)
    empty.import_list("eu", signed_list(6, by=names[1:]), at=NOW)
    assert empty.remove_anchor("eu", anchor().digest) == anchor()
    assert empty.load().problems == ()
    refused(Reason.ANCHOR_MISSING, empty.remove_anchor, "eu", anchor("TEST third").digest)


def test_an_anchor_of_a_source_without_a_list_goes(empty):
    empty.add_anchors("eu", (anchor(),))
    assert empty.remove_anchor("eu", anchor().digest) == anchor()


def test_list_of_an_anchor_that_was_removed_is_not_relied_on(store):
    store.add_anchors("eu", (anchor("TEST other"),))
    store.remove_anchor("eu", anchor().digest[:4], force=True)
    loaded = store.load()
    assert [problem.reason for problem in loaded.problems] == [Reason.TRUST_LIST_SIGNATURE]
    refused(Reason.TRUST_LIST_EMPTY, loaded.trust_list)


@pytest.mark.parametrize("early", [True, False], ids=["first import", "later import"])
def test_a_signed_list_is_not_relied_on_without_its_anchor_though_unsigned_ones_were_allowed(empty, early):
    published = lists.jwks(by=lists.list_signer())
    first = ImportOptions(anchors=(published.anchor,), allow_unsigned=early)
    empty.import_list("x", published.data, at=NOW, options=first)
    empty.import_list("x", published.data, at=NOW, options=ImportOptions(allow_unsigned=True))
    assert not empty.source("x").terms.allow_unsigned
    empty.remove_anchor("x", published.anchor.digest, force=True)
    [problem] = empty.load().problems
    assert problem.reason is Reason.ANCHOR_MISSING
    refused(Reason.TRUST_LIST_EMPTY, empty.load().trust_list)
    refuses_import(Reason.TRUST_LIST_UNSIGNED, empty, published.data, name="x", allow_unsigned=True)


def test_a_stored_list_is_not_read_with_less_proof_than_it_had(empty):
    """Whatever the state allows."""
    published = lists.jwks(by=lists.list_signer())
    empty.import_list("x", published.data, at=NOW, options=ImportOptions(anchors=(published.anchor,)))
    source = empty.source("x")
    layout.save_state(empty.folder, replace(source, terms=replace(source.terms, allow_unsigned=True)))
    assert empty.load().problems == ()
    empty.remove_anchor("x", published.anchor.digest, force=True)
    assert [problem.reason for problem in empty.load().problems] == [Reason.TRUST_LIST_UNSIGNED]


def test_unsigned_lists_stay_allowed_until_a_signed_one_comes(empty):
    unsigned, signed = lists.jwks(), lists.jwks(by=lists.list_signer())
    empty.import_list("x", unsigned.data, at=NOW, options=ImportOptions(allow_unsigned=True))
    assert empty.source("x").terms.allow_unsigned
    assert empty.load().problems == ()
    empty.add_anchors("x", (signed.anchor,))
    empty.import_list("x", signed.data, at=NOW, options=ImportOptions(accept_shrink=True))
    assert not empty.source("x").terms.allow_unsigned


@pytest.mark.parametrize("fails", ["put", "save_state"])
def test_a_first_import_that_cannot_be_written_pins_nothing(empty, monkeypatch, fails):
    def full_disk(*arguments):
        raise AdapterError(Reason.FILE_UNWRITABLE, "disk full")

    empty.add_anchors("eu", (anchor("TEST earlier"),))
    with monkeypatch.context() as patched:
        patched.setattr(layout, fails, full_disk)
        refused(Reason.FILE_UNWRITABLE, empty.import_list, "eu", OLD, at=NOW, options=PINNED)
    assert empty.names() == ()
    assert empty.anchors("eu") == (anchor("TEST earlier"),)
    other = ImportOptions(anchors=(anchor("TEST other"),))
    refused(Reason.TRUST_LIST_SIGNATURE, empty.import_list, "eu", OLD, at=NOW, options=other)


def test_anchors_keep_their_name_environment_and_certificate(empty):
    certificate = VN.certificate
    named = anchor_of(
        certificate.public_key, certificate=certificate, name="TEST Mạng", environment=Environment.TEST
    )
    bare = anchor_of(anchor_signer().public_key, name="TEST bare")
    empty.add_anchors("eu", (named, bare))
    stored = {one.name: one for one in empty.anchors("eu")}
    assert stored["TEST Mạng"] == named
    assert stored["TEST Mạng"].certificate == certificate
    assert stored["TEST Mạng"].environment is Environment.TEST
    assert (stored["TEST bare"].certificate, stored["TEST bare"].environment) == (None, None)
    assert empty.names() == ()


@pytest.mark.parametrize("digest", [b"", anchor().digest[:3], bytes(32), anchor().digest + b"x"])
def test_anchors_that_are_not_named_well_enough(store, digest):
    refused(Reason.ANCHOR_MISSING, store.remove_anchor, "eu", digest)
    assert store.anchors("eu") == (anchor(),)


@pytest.mark.parametrize(
    "change", [lambda text: b"", lambda text: text[:-5], lambda text: b"[]", lambda text: b"\xff"]
)
def test_damaged_anchor_is_reported(store, change):
    [path] = store.folder.glob("anchors/eu/*.json")
    path.write_bytes(change(path.read_bytes()))
    refused(Reason.ANCHOR_UNREADABLE, store.anchors, "eu")
    assert [problem.reason for problem in store.load().problems] == [Reason.ANCHOR_UNREADABLE]
    refuses_import(Reason.ANCHOR_UNREADABLE, store, NEW)


def test_an_anchor_under_the_name_of_another_is_reported(store):
    [path] = store.folder.glob("anchors/eu/*.json")
    path.rename(path.with_stem("ab" * 32))
    refused(Reason.ANCHOR_UNREADABLE, store.anchors, "eu")


# --- lists without an end of their own


def test_list_without_end_may_be_relied_on_for_the_default_age(empty):
    empty.import_list("pem", pem_list(), at=NOW)
    [origin] = empty.load().trust_list().origins
    assert origin.usable_until == NOW + MAX_AGE
    assert {key.origin for key in empty.current("pem").keys} == {origin}
    empty.confirm("pem", at=NOW + DAY)
    assert empty.source("pem").usable_until == NOW + DAY + MAX_AGE


def edition(**changes):
    fields = {
        "digest": "0" * 64,
        "keys": 1,
        "environment": Environment.PRODUCTION,
        "proof": Proof.SIGNED,
        "imported_at": NOW,
        "confirmed_at": NOW + DAY,
        **changes,
    }
    return Edition(**fields)


@pytest.mark.parametrize(
    ("changes", "end"),
    [
        ({}, NOW + 11 * DAY),
        ({"issued": NOW - DAY}, NOW + 9 * DAY),
        ({"issued": NOW - DAY, "next_update": NOW + 8 * DAY}, NOW + 9 * DAY),
        ({"issued": NOW - DAY, "next_update": NOW + 20 * DAY}, NOW + 20 * DAY),
        ({"usable_until": NOW, "next_update": NOW}, NOW),
        ({"usable_until": NOW + 300 * DAY}, NOW + 300 * DAY),
    ],
)
def test_end_of_an_edition(changes, end):
    assert usable_until(edition(**changes), SourceTerms(format="x", max_age=10 * DAY)) == end


def test_end_beyond_all_time():
    last = datetime.max.replace(tzinfo=NOW.tzinfo)
    assert usable_until(edition(confirmed_at=last - DAY), SourceTerms(format="x")) == last


# --- signatures in files of their own


@pytest.fixture
def austrian(empty):
    """With the Austrian list of now, usable for two days."""
    certificate = austrian_signer().certificate
    pinned = anchor_of(certificate.public_key, certificate=certificate)
    data, signature = austrian_list()
    empty.import_list("at", data, at=NOW, options=ImportOptions(anchors=(pinned,), signature=signature))
    return empty


def test_detached_signature_is_kept_and_checked_again(austrian):
    source = austrian.source("at")
    assert source.terms.format == "austrian"
    assert source.usable_until == NOW + 2 * DAY
    assert austrian.load().problems == ()
    [path] = austrian.folder.glob("lists/at/*.signature")
    path.write_bytes(path.read_bytes()[:-1])
    assert [problem.reason for problem in austrian.load().problems] == [Reason.STORE_UNREADABLE]


def test_renewed_signature_over_the_same_list_is_a_new_edition(austrian):
    data, renewed = austrian_list(issued=NOW + DAY)
    options = ImportOptions(signature=renewed)
    assert austrian.import_list("at", data, at=NOW + DAY, options=options).outcome is ImportOutcome.STORED
    assert austrian.source("at").usable_until == NOW + 3 * DAY
    assert austrian.current("at").origin.issued == NOW + DAY
    assert austrian.previous("at").origin.issued == NOW
    assert austrian.import_list("at", data, at=NOW + DAY, options=options).outcome is ImportOutcome.UNCHANGED


def test_rollback_attack_with_an_older_signature_over_the_same_list(austrian):
    data, older = austrian_list(issued=NOW - SECOND)
    refuses_import(Reason.TRUST_LIST_ROLLBACK, austrian, data, name="at", signature=older)


def test_signature_of_another_list_is_refused(austrian):
    data, _ = austrian_list()
    _, other = austrian_list(NEW_COUNT)
    refuses_import(Reason.TRUST_LIST_SIGNATURE, austrian, data, name="at", signature=other)
    refuses_import(Reason.TRUST_LIST_UNSIGNED, austrian, data, name="at")
    refuses_import(Reason.TRUST_LIST_UNSIGNED, austrian, data, name="at", allow_unsigned=True)


# --- damage


@pytest.mark.parametrize(
    "change", [lambda data: data[:-1], lambda data: b"", None], ids=["cut", "empty", "gone"]
)
def test_damaged_list_is_reported_and_nothing_takes_its_place(store, change):
    store.import_list("eu", NEW, at=NOW)
    store.import_list("pem", pem_list(2), at=NOW)
    path = store.folder / "lists" / "eu" / f"{sha256(NEW).hexdigest()}.list"
    if change is None:
        path.unlink()
    else:
        path.write_bytes(change(NEW))
    loaded = store.load()
    [problem] = loaded.problems
    assert problem.reason is Reason.STORE_UNREADABLE
    assert str(problem).startswith("eu: ")
    assert {key.origin.name for key in loaded.trust_list()} == {"pem"}
    refuses_import(Reason.TRUST_LIST_ROLLBACK, store, OLD)
    refuses_import(Reason.TRUST_LIST_SHRUNK, store, signed_list(7))
    assert store.import_list("eu", NEW, at=NOW).outcome is ImportOutcome.UNCHANGED
    assert store.load().problems == ()


def test_what_a_damaged_list_withdraws_stays_withdrawn(store):
    vn = replace(entries(1)[0], withdrawn=True)
    deny = signed_list(1, entries=(vn, *entries(3)[2:]))
    store.import_list("deny", deny, at=NOW, options=PINNED)
    path = store.folder / "lists" / "deny" / f"{sha256(deny).hexdigest()}.list"
    path.write_bytes(b"x")
    assert {key.country for key in store.load().trust_list() if key.withdrawn} == {"VN"}


@pytest.mark.parametrize("state", [b"", b"{}", b"[]", b"[" * 100_000, b"\xff"])
def test_damaged_state_stops_all_for_nobody_knows_what_it_withdrew(store, state):
    store.import_list("other", NEW, at=NOW, options=PINNED)
    (store.folder / "lists" / "eu" / "state.json").write_bytes(state)
    loaded = store.load()
    assert loaded.lost == ("eu",)
    assert [reading.origin.name for reading in loaded.readings] == ["other"]
    refused(Reason.STORE_UNREADABLE, loaded.trust_list)
    refused(Reason.STORE_UNREADABLE, load_trust_list, [store.folder])
    refuses_import(Reason.STORE_UNREADABLE, store, NEW)
    store.remove("eu")
    store.import_list("eu", NEW, at=NOW, options=PINNED)
    assert store.load().problems == ()


@pytest.mark.parametrize("lost", ["lists/eu/state.json", "lists/eu", "lists"])
def test_lost_state_stops_all_likewise(store, tmp_path, lost):
    (store.folder / lost).rename(tmp_path / "away")
    store.import_list("other", NEW, at=NOW, options=PINNED)
    assert store.names() == ("eu", "other")
    loaded = store.load()
    assert (loaded.lost, len(loaded.readings)) == (("eu",), 1)
    refused(Reason.STORE_UNREADABLE, load_trust_list, [store.folder])
    refuses_import(Reason.STORE_UNREADABLE, store, NEW)
    store.remove("eu")
    assert store.names() == ("other",)
    store.import_list("eu", NEW, at=NOW, options=PINNED)
    assert store.load().problems == ()


def test_format_of_a_newer_program_is_reported(store):
    path = store.folder / "lists" / "eu" / "state.json"
    path.write_text(
        path.read_text("utf-8").replace('"format": "vaxcert"', '"format": "of-tomorrow"'), "utf-8"
    )
    assert [problem.reason for problem in store.load().problems] == [Reason.STORE_UNREADABLE]


def test_what_was_left_behind_is_no_source_and_is_cleaned_up(store):
    place = store.folder / "lists"
    (place / "new").mkdir()
    (place / "new" / f"{'0' * 64}.list").write_bytes(b"x")
    for left in (place / "eu" / ".state.json.1234.partial", place / "eu" / f"{'0' * 64}.list"):
        left.write_bytes(b"x")
    (store.folder / "anchors" / "eu" / ".x.json.1234.partial").write_bytes(b"x")
    assert store.names() == ("eu",)
    assert store.load().problems == ()
    store.import_list("eu", NEW, at=NOW)
    assert len(list((place / "eu").iterdir())) == 3
    assert len(list((store.folder / "anchors" / "eu").iterdir())) == 1


class Overtaken(TrustStore):
    """Another process changes the store once, right after this one has looked."""

    def meanwhile(self):
        """What it does."""

    def names(self):
        return self._and_then(super().names())

    def source(self, name):
        return self._and_then(super().source(name))

    def _and_then(self, seen):
        change, self.meanwhile = self.meanwhile, lambda: None
        change()
        return seen


def test_source_removed_while_all_are_read_is_not_lost(store):
    store.import_list("other", NEW, at=NOW, options=PINNED)
    reader = Overtaken.open(store.folder)
    reader.meanwhile = lambda: store.remove("other")
    loaded = reader.load()
    assert (loaded.problems, loaded.lost, len(loaded.readings)) == ((), (), 1)


def test_readers_follow_a_writer_that_was_twice_as_fast(store):
    """The state was read, and then two editions came: the file that it names is gone."""

    def two_imports():
        for number in (6, 7):
            store.import_list("eu", signed_list(number), at=NOW)

    reader = Overtaken.open(store.folder)
    reader.meanwhile = two_imports
    assert reader.current("eu").origin.number == 7


def test_remove_forgets_list_and_anchors(store):
    store.remove("eu")
    assert (store.names(), store.anchors("eu")) == ((), ())
    refused(Reason.TRUST_LIST_EMPTY, store.load().trust_list)


# --- one writer, many readers


def test_second_writer_is_told_that_the_store_is_busy(store):
    before = contents(store)
    with locked(store.folder / ".lock"):
        for write in (
            lambda: store.import_list("eu", NEW, at=NOW),
            lambda: store.confirm("eu", at=NOW),
            lambda: store.remove("eu"),
            lambda: store.add_anchors("eu", (anchor("TEST other"),)),
            lambda: store.remove_anchor("eu", anchor().digest),
        ):
            refused(Reason.STORE_BUSY, write)
        assert store.load().problems == ()
    assert contents(store) == before
    store.import_list("eu", NEW, at=NOW)


def test_store_that_cannot_be_written_to(store):
    (store.folder / ".lock").unlink()
    (store.folder / ".lock").mkdir()
    refused(Reason.FILE_UNWRITABLE, store.import_list, "eu", NEW, at=NOW)


def test_readers_see_whole_editions_while_a_writer_goes_on(store):
    editions = [signed_list(6 + number, OLD_COUNT + number % 2) for number in range(30)]
    done = threading.Event()

    def write():
        try:
            for data in editions:
                store.import_list("eu", data, at=NOW)
        finally:
            done.set()

    writer = threading.Thread(target=write)
    writer.start()
    numbers = []
    while not done.is_set():
        loaded = store.load()
        assert loaded.problems == ()
        number = loaded.readings[0].origin.number
        assert len(loaded.trust_list()) == (OLD_COUNT if number == 5 else OLD_COUNT + number % 2)
        numbers.append(number)
    writer.join()
    assert numbers == sorted(numbers)
    assert store.current("eu").origin.number == 35


# --- the state


def test_state_is_written_and_read_back():
    whole = edition(
        signature="1" * 64,
        number=2**40,
        issued=NOW,
        next_update=NOW + DAY,
        usable_until=NOW + 2 * DAY,
        withdrawn=frozenset({bytes(8), bytes(32)}),
        fetched=Fetched(url="https://lists.example.org/", etag='"x"', last_modified="yesterday"),
    )
    terms = SourceTerms(
        format="x", threshold=2, environment=Environment.TEST, allow_unsigned=True, test_participants=True
    )
    for source in (
        StoredSource(name="eu", terms=terms, current=whole, previous=edition()),
        StoredSource(name="eu", terms=SourceTerms(format="x"), current=edition()),
    ):
        assert read_state("eu", write_state(source)) == source


STATE = json.loads(
    write_state(StoredSource(name="eu", terms=SourceTerms(format="x"), current=edition(number=1)))
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
MEMBERS = [(part, name) for part in ("terms", "current") for name in STATE[part]]


@settings(max_examples=300, deadline=None)
@given(member=st.sampled_from(MEMBERS), value=VALUES)
def test_any_other_state_is_read_or_reported(member, value):
    part, name = member
    changed = {**STATE, part: {**STATE[part], name: value}}
    with suppress(AdapterError):
        assert read_state("eu", json.dumps(changed).encode()).name == "eu"


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_for_a_state_are_reported(data):
    refused(Reason.STORE_UNREADABLE, read_state, "eu", data)


# --- loading stores together with files


def test_store_is_loaded_like_a_file(store, tmp_path):
    (tmp_path / "more.pem").write_bytes(signer(country="DE").certificate.der)
    trust_list, problems = load_trust_list([store.folder, tmp_path / "more.pem"])
    assert problems == ()
    assert countries(trust_list) == {*COUNTRIES[:OLD_COUNT], "DE"}


@pytest.mark.parametrize("damaged", [False, True])
def test_withdrawal_in_a_store_holds_for_files_beside_it(store, tmp_path, damaged):
    deny = signed_list(1, entries=(replace(entries(1)[0], withdrawn=True),))
    store.import_list("deny", deny, at=NOW, options=PINNED)
    store.remove("eu")
    if damaged:
        (store.folder / "lists" / "deny" / f"{sha256(deny).hexdigest()}.list").unlink()
    (tmp_path / "vn.der").write_bytes(VN.certificate.der)
    trust_list, problems = load_trust_list([tmp_path / "vn.der", store.folder])
    assert len(problems) == damaged
    assert {key.withdrawn for key in trust_list.candidates(VN.certificate.kid)} == {True}


def test_file_that_must_not_be_relied_on_stops_all(store, tmp_path):
    """It may withdraw keys of the others."""
    (tmp_path / "list").write_bytes(NEW)
    error = refused(Reason.ANCHOR_MISSING, load_trust_list, [store.folder, tmp_path / "list"])
    assert str(error).startswith(str(tmp_path / "list"))
