from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.revocation import DAY, document, on

from vaxcert.errors import Reason, TrustListError
from vaxcert.trust.revocation.hashes import HashType
from vaxcert.trust.revocation.header import Change
from vaxcert.trust.revocation.ledger import (
    HEADING,
    LedgerEntry,
    LedgerState,
    base_of,
    check_reason,
    delta_sections,
    expiry_day,
    full_sections,
    read_entries,
    split_known,
)
from vaxcert.trust.revocation.revocation_list import RevocationList
from vaxcert.trust.revocation.sections import NEVER

A, B, C = (bytes((n,)) * 16 for n in (1, 0x80, 0xFF))
UCI = HashType.UCI


def revoke(digest, expiry=NEVER, kind=UCI, reason=""):
    return LedgerEntry(Change.REVOKED, kind, digest, expiry, reason)


def restore(digest, kind=UCI):
    return LedgerEntry(Change.RESTORED, kind, digest)


def state(*entries):
    return LedgerState(lambda: iter(entries))


def full(*entries, day=DAY):
    return RevocationList([document(full_sections(state(*entries), day=day))])


def expiries(source, *digests):
    return [source.expiry(UCI, digest) for digest in digests]


def text(*entries):
    return [HEADING + "\n", *(one.line + "\n" for one in entries)]


entries = st.builds(
    LedgerEntry,
    st.sampled_from(Change),
    st.sampled_from(HashType),
    st.binary(min_size=16, max_size=16),
    st.integers(0, NEVER),
    st.from_regex("[a-z0-9-]{0,32}", fullmatch=True),
)


@given(st.lists(entries, max_size=5))
def test_what_is_written_is_read(changes):
    assert list(read_entries(text(*changes))) == changes


def test_lines_may_end_as_elsewhere():
    lines = [line.replace("\n", "\r\n") for line in text(revoke(A, DAY, reason="lost"), restore(B))]
    assert list(read_entries(lines)) == [revoke(A, DAY, reason="lost"), restore(B)]


def test_an_entry_as_a_line():
    assert revoke(A, 20_000, reason="lost").line == f"revoked,UCI,{A.hex()},2024-10-04,lost"
    assert restore(B).line == f"restored,UCI,{B.hex()},,"
    assert LedgerEntry(Change.REVOKED, None, bytes(8)).line == "revoked,KEY,0000000000000000,,"


@pytest.mark.parametrize(
    ("lines", "number"),
    [
        (["nonsense\n"], 1),
        ([HEADING], 1),
        ([HEADING + "\n", revoke(A).line], 2),
        ([HEADING + "\n", "\n"], 2),
        ([*text(revoke(A))[:2], "revoked,UCI,00,,\n"], 3),
        ([*text(), f"revoked,XYZ,{A.hex()},,\n"], 2),
        ([*text(), f"gone,UCI,{A.hex()},,\n"], 2),
        ([*text(), f"revoked,UCI,{A.hex()},2022-13-01,\n"], 2),
        ([*text(), f"revoked,UCI,{A.hex()},1969-12-31,\n"], 2),
        ([*text(), f"revoked,UCI,{A.hex()},,A NAME\n"], 2),
        ([*text(), f"revoked,UCI,{A.hex()},,X\n"], 2),
        ([*text(), f"revoked,KEY,{A.hex()},,\n"], 2),
        ([*text(), f"revoked,UCI,{A.hex()},,,\n"], 2),
    ],
)
def test_a_ledger_that_is_damaged_is_refused_with_the_line(lines, number):
    with pytest.raises(TrustListError, match=f"line {number} ") as caught:
        list(read_entries(lines))
    assert caught.value.reason is Reason.REVOCATION_LIST_UNREADABLE


@given(st.lists(st.text(max_size=60), max_size=3))
def test_any_lines_are_entries_or_our_error(lines):
    for tried in (lines, text() + [line + "\n" for line in lines]):
        with suppress(TrustListError):
            list(read_entries(tried))


@pytest.mark.parametrize(("day", "number"), [("1970-01-01", 0), ("2149-06-05", 65_534)])
def test_days(day, number):
    assert expiry_day(date.fromisoformat(day)) == number
    outside = date.fromisoformat(day) + timedelta(days=-1 if number == 0 else 1)
    with pytest.raises(ValueError, match="not a day"):
        expiry_day(outside)


def test_a_full_list_has_who_is_revoked_now():
    source = full(revoke(A, DAY), revoke(B), restore(B), revoke(C), restore(C), revoke(C, DAY + 3))
    assert expiries(source, A, B, C) == [DAY, None, DAY + 3]


def test_of_two_lines_the_later_expiry_counts():
    assert expiries(full(revoke(A, DAY + 9), revoke(A, DAY + 2)), A) == [DAY + 9]


def test_what_has_ended_is_left_out():
    assert expiries(full(revoke(A, DAY - 1), revoke(B, DAY)), A, B) == [None, DAY]


def test_withdrawn_keys_follow_their_last_line():
    kid = bytes(8)
    key = LedgerEntry(Change.REVOKED, None, kid)
    assert state(key).withdrawn == {kid}
    assert state(key, LedgerEntry(Change.RESTORED, None, kid)).withdrawn == frozenset()


CHANGES = st.lists(
    st.tuples(st.sampled_from([A, B, C]), st.one_of(st.none(), st.integers(DAY, DAY + 3))), max_size=8
)


@given(CHANGES, CHANGES)
def test_a_list_and_its_delta_say_what_a_new_full_list_would(before, after):
    def lines(changes):
        return [restore(digest) if expiry is None else revoke(digest, expiry) for digest, expiry in changes]

    older = document(full_sections(state(*lines(before)), day=DAY))
    base = RevocationList([older])
    everything = state(*lines(before), *lines(after))
    newer = document(delta_sections(everything, base, day=DAY), number=2, base=base_of(base))
    assert base_of(base) == on(older)
    assert expiries(RevocationList([older, newer]), A, B, C) == expiries(
        RevocationList([document(full_sections(everything, day=DAY))]), A, B, C
    )


def test_a_delta_holds_the_changes_only():
    base = full(*(revoke(bytes((n,)) * 16) for n in range(100)))
    changed = state(*(revoke(bytes((n,)) * 16) for n in range(101)), restore(bytes(16)))
    made = delta_sections(changed, base, day=DAY)
    assert {(change, kind): built.entries for change, kind, built in made} == {
        (Change.REVOKED, UCI): 1,
        (Change.RESTORED, UCI): 1,
    }


def test_two_types_with_one_hash_are_two_entries():
    other = HashType.SIGNATURE
    base = full(revoke(A, DAY), revoke(A, DAY, other))
    changed = state(revoke(A, DAY), revoke(A, DAY, other), restore(A), revoke(A, DAY + 1))
    made = delta_sections(changed, base, day=DAY)
    assert [(change, kind, built.entries) for change, kind, built in made] == [(Change.REVOKED, UCI, 1)]


def test_known_changes_are_told_from_new_ones():
    ledger = [revoke(A, DAY), revoke(B), restore(B)]
    wanted = [revoke(A, DAY), revoke(B), revoke(C), revoke(C), restore(C, HashType.SIGNATURE)]
    new, known = split_known(ledger, wanted)
    assert new == [revoke(B), revoke(C)]
    assert known == [revoke(A, DAY), revoke(C), restore(C, HashType.SIGNATURE)]
    assert split_known(ledger, [revoke(A, DAY + 1)]) == ([revoke(A, DAY + 1)], [])
    assert split_known(ledger, [restore(B)]) == ([], [restore(B)])
    assert split_known(ledger, [restore(A)]) == ([restore(A)], [])


@pytest.mark.parametrize("reason", ["", "a", "lost-2", "x" * 32])
def test_reasons(reason):
    assert check_reason(reason) == reason


@pytest.mark.parametrize("reason", ["x" * 33, "A", "a b", "ạ", "a\n", "a_b"])
def test_reasons_of_another_form(reason):
    with pytest.raises(ValueError, match="a reason is a code of a to z"):
        check_reason(reason)


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (["nonsense\n"], "line 1 is not the heading change,type,hash,expires,reason"),
        ([HEADING], "line 1 is cut short"),
        ([*text(), "a,b,c,d\n"], "line 2 has 4 cells, 5 expected"),
        ([*text(), "a,b,c,d,e,f\n"], "line 2 has 6 cells, 5 expected"),
        ([*text(), "a,b,c,d,e\n"], "line 2 has no change, type, hash, date and reason in it"),
    ],
)
def test_what_is_wrong_with_a_line_is_told(lines, problem):
    with pytest.raises(TrustListError) as caught:
        list(read_entries(lines))
    assert str(caught.value) == f"revocation ledger: {problem}"


@pytest.mark.parametrize(("size", "is_read"), [(8, True), (32, True), (7, False), (16, False), (33, False)])
def test_sizes_of_withdrawn_keys(size, is_read):
    line = f"revoked,KEY,{'ab' * size},,\n"
    if is_read:
        (entry,) = read_entries([*text(), line])
        assert (entry.kind, entry.digest, entry.expiry) == (None, b"\xab" * size, NEVER)
    else:
        with pytest.raises(TrustListError, match="line 2 has no change"):
            list(read_entries([*text(), line]))


def test_nothing_of_a_hash_in_representations():
    assert A.hex() not in repr(revoke(A))
    assert str(A) not in repr(revoke(A))
