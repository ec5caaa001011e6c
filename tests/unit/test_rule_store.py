"""Rules of countries in a trust store: pinned anchors, no way back, and nothing half known."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from tests.support.rules import AT, CLAIMS, DAY, certificate, record, rule, signed_rules
from tests.support.store_lists import anchor

from vaxcert.adapters.rule_files import load_rules
from vaxcert.adapters.store import TrustStore
from vaxcert.adapters.store.imports import ImportOutcome
from vaxcert.errors import AdapterError, Reason, RuleError, StaleTrustListError, TrustListError, VaxcertError
from vaxcert.trust.origin import Environment

NOW = AT + timedelta(hours=1)
PINNED = (anchor(),)


@pytest.fixture
def store(tmp_path):
    return TrustStore.create(tmp_path / "store").rule_sources


def imported(store, data=None, *, name=None, at=NOW, anchors=PINNED, **options):
    return store.import_list(
        name, signed_rules([rule()]) if data is None else data, at=at, anchors=anchors, **options
    )


def refusal(call):
    with pytest.raises(VaxcertError) as caught:
        call()
    assert "\n" not in str(caught.value)
    return caught.value.reason


def files(store):
    return sorted(path.name for path in store._folder.glob("lists/*/*"))


def test_a_list_is_kept_and_read_again(store, tmp_path):
    result = imported(store)
    assert (result.outcome, result.source.number) == (ImportOutcome.STORED, 1)
    reading = store.current("rules")
    assert reading.rules == (rule(),)
    assert reading.origin.name == "rules"
    rules = load_rules([tmp_path / "store"])
    assert rules.answer(certificate(), CLAIMS, country="VN", at=AT).outcomes
    assert [one.name for one in rules.origins] == ["rules"]


def test_a_store_without_rules_has_none(store, tmp_path):
    assert (store.names(), store.load()) == ((), ())
    assert len(load_rules([tmp_path / "store"])) == 0


def test_several_lists_are_one_set(store, tmp_path):
    imported(store, name="vn")
    imported(store, signed_rules([rule("VR-LA-0001")], by=("other",)), name="la", anchors=(anchor("other"),))
    assert store.names() == ("la", "vn")
    assert {one.identifier for one in load_rules([tmp_path / "store"]).rules} == {"VR-VN-0001", "VR-LA-0001"}


def test_the_same_list_again_is_no_news(store):
    imported(store)
    before = files(store)
    again = imported(store, at=NOW + DAY, anchors=())
    assert (again.outcome, again.source.imported_at) == (ImportOutcome.UNCHANGED, NOW + DAY)
    assert files(store) == before
    both = imported(store, signed_rules([rule()], by=("TEST anchor", "other")), anchors=())
    assert both.outcome is ImportOutcome.UNCHANGED
    assert len(files(store)) == 2


def test_a_later_edition_takes_its_place(store):
    imported(store, signed_rules([rule()], number=1))
    later = imported(store, signed_rules([rule(Logic=False)], number=2), anchors=())
    assert later.outcome is ImportOutcome.STORED
    assert store.current("rules").rules == (rule(Logic=False),)
    assert len(files(store)) == 2


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"number": 1}, Reason.TRUST_LIST_ROLLBACK),
        ({"number": 2, "rules": (rule(Logic=False),)}, Reason.TRUST_LIST_ROLLBACK),
        ({"number": 3, "issued": AT - DAY}, Reason.TRUST_LIST_ROLLBACK),
        ({"number": 3, "environment": Environment.TEST}, Reason.TRUST_LIST_ENVIRONMENT),
        ({"number": 3, "by": ("other",)}, Reason.TRUST_LIST_SIGNATURE),
    ],
)
def test_what_may_not_take_its_place_leaves_it(store, changes, reason):
    imported(store, signed_rules([rule()], number=2))
    before = files(store)
    rules = changes.pop("rules", (rule(),))
    assert refusal(lambda: imported(store, signed_rules(rules, **changes), anchors=())) is reason
    assert files(store) == before
    assert store.current("rules").origin.number == 2


def test_the_end_of_a_list_is_the_last_moment_to_take_it(store):
    assert imported(store, at=AT + 30 * DAY)
    with pytest.raises(StaleTrustListError):
        imported(store, at=AT + 30 * DAY + timedelta(seconds=1))


def test_anchors_are_pinned_with_the_first_list(store):
    assert refusal(lambda: imported(store, anchors=())) is Reason.ANCHOR_MISSING
    assert store.names() == ()
    imported(store)
    assert store.anchors("rules") == (anchor(),)
    assert refusal(lambda: imported(store, anchors=(anchor("other"),))) is Reason.ANCHOR_MISSING
    store.add_anchors("rules", (anchor("other"),))
    assert refusal(lambda: store.remove_anchor("rules", anchor().digest)) is Reason.ANCHOR_MISSING
    store.remove_anchor("rules", anchor().digest, force=True)
    assert refusal(lambda: store.current("rules")) is Reason.STORE_UNREADABLE
    assert refusal(store.load) is Reason.STORE_UNREADABLE


def test_a_first_list_that_is_refused_pins_nothing(store):
    assert refusal(lambda: imported(store, anchors=(anchor("other"),))) is Reason.TRUST_LIST_SIGNATURE
    assert store.anchors("rules") == ()


def test_a_threshold_is_kept_and_never_lowered(store):
    both = (anchor(), anchor("other"))
    by_both = signed_rules([rule()], by=("TEST anchor", "other"))
    assert refusal(lambda: imported(store, anchors=both, threshold=2)) is Reason.TRUST_LIST_THRESHOLD
    imported(store, by_both, anchors=both, threshold=2)
    one = signed_rules([rule()], number=2)
    assert refusal(lambda: imported(store, one, anchors=())) is Reason.TRUST_LIST_THRESHOLD
    assert refusal(lambda: imported(store, one, anchors=(), threshold=1)) is Reason.TRUST_LIST_THRESHOLD
    with pytest.raises(ValueError, match="at least 1"):
        imported(store, by_both, anchors=(), threshold=0)


@pytest.mark.parametrize("data", [b"[]", b"", json.dumps([record()]).encode(), b"country = 'VN'"])
def test_rules_that_nobody_signed_are_not_kept(store, data):
    with pytest.raises(RuleError) as caught:
        imported(store, data)
    assert caught.value.reason is Reason.RULE_LIST_UNREADABLE


@pytest.mark.parametrize("name", ["", "../x", "a b"])
def test_names_that_are_none(store, name):
    with pytest.raises(ValueError, match="no source can be called"):
        imported(store, name=name)


@pytest.mark.parametrize("damage", ["list", "state", "state-json", "state-version", "gone"])
def test_what_is_damaged_is_not_done_without(store, damage):
    imported(store)
    (state,) = store._folder.glob("lists/*/state.json")
    (file,) = store._folder.glob("lists/*/*.rules")
    if damage == "list":
        file.write_bytes(file.read_bytes()[:-1])
    elif damage == "gone":
        state.unlink()
    else:
        members = {"state-json": b"{", "state": b"{}", "state-version": b'{"version": 2}'}
        state.write_bytes(members[damage])
    with pytest.raises(AdapterError) as caught:
        store.load()
    assert caught.value.reason is Reason.STORE_UNREADABLE


def test_a_list_whose_file_is_damaged_still_does_not_go_back(store):
    imported(store, signed_rules([rule()], number=2))
    (file,) = store._folder.glob("lists/*/*.rules")
    file.write_bytes(b"")
    with pytest.raises(TrustListError):
        imported(store, signed_rules([rule()], number=1), anchors=())
    imported(store, signed_rules([rule()], number=2), anchors=())
    assert store.current("rules").origin.number == 2


def test_a_list_can_be_forgotten(store):
    imported(store)
    store.remove("rules")
    assert (store.names(), store.anchors("rules")) == ((), ())
    imported(store, signed_rules([rule()], number=1))
