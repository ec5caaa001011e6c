"""Which edition of a list may take the place of another; every rule from both sides of its boundary."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from tests.support.signers import NOW, signer
from tests.support.store_lists import COUNTRIES

from vaxcert.errors import Reason, StaleTrustListError, TrustListError
from vaxcert.trust.origin import Environment, ListOrigin, Proof
from vaxcert.trust.succession import (
    CLOCK_TOLERANCE,
    check_companions,
    check_downloaded,
    check_edition,
    check_environment,
    check_not_older,
    check_proof,
    check_same_date,
    check_same_number,
    check_share,
    check_succession,
    check_usable,
    clock_is_behind,
    difference,
)
from vaxcert.trust.trust_list import ListReading, TrustedKey

SECOND = timedelta(seconds=1)
KEYS = tuple(TrustedKey.from_certificate(signer(country=country).certificate) for country in COUNTRIES)


def reading(keys=KEYS, *, number=None, issued=None, **fields):
    return ListReading(keys=keys, origin=ListOrigin(name="x", number=number, issued=issued), **fields)


def refused(reason, check, *arguments, **options):
    with pytest.raises(TrustListError) as caught:
        check(*arguments, **options)
    assert caught.value.reason is reason
    assert "\n" not in str(caught.value)
    return str(caught.value)


# --- differences


def test_no_difference_between_equal_lists_whatever_they_came_from():
    moved = tuple(replace(key, origin=ListOrigin(name="elsewhere")) for key in reversed(KEYS))
    assert not difference(KEYS, moved)


def test_difference_names_what_was_added_removed_and_changed():
    changed = replace(KEYS[1], withdrawn=True)
    found = difference(KEYS[:3], (KEYS[0], changed, KEYS[5]))
    assert found.added == (KEYS[5],)
    assert found.removed == (KEYS[2],)
    assert found.changed == ((KEYS[1], changed),)
    assert found


def test_one_certificate_in_two_domains_makes_two_keys():
    both = (replace(KEYS[0], domain="DCC"), replace(KEYS[0], domain="ICVP"))
    assert difference(both[:1], both).added == both[1:]


# --- rollback


@pytest.mark.parametrize(("stored", "number"), [(None, None), (None, 1), (4, 4), (4, 5)])
def test_numbers_that_may_follow(stored, number):
    check_not_older(ListOrigin(number=stored), ListOrigin(number=number))


@pytest.mark.parametrize(("stored", "number"), [(4, 3), (4, None)])
def test_rollback_by_number_is_refused(stored, number):
    message = refused(
        Reason.TRUST_LIST_ROLLBACK, check_not_older, ListOrigin(number=stored), ListOrigin(number=number)
    )
    assert "number 4 is stored" in message


@pytest.mark.parametrize("later", [timedelta(0), SECOND])
def test_dates_that_may_follow(later):
    check_not_older(ListOrigin(issued=NOW), ListOrigin(issued=NOW + later))
    check_not_older(ListOrigin(), ListOrigin(issued=NOW))


@pytest.mark.parametrize("issued", [NOW - SECOND, None])
def test_rollback_by_date_is_refused(issued):
    refused(Reason.TRUST_LIST_ROLLBACK, check_not_older, ListOrigin(issued=NOW), ListOrigin(issued=issued))


def test_higher_number_of_an_earlier_date_is_refused():
    refused(
        Reason.TRUST_LIST_ROLLBACK,
        check_not_older,
        ListOrigin(number=4, issued=NOW),
        ListOrigin(number=5, issued=NOW - SECOND),
    )


def test_same_number_with_the_same_content_may_follow():
    check_same_number(reading(number=4, issued=NOW), reading(tuple(reversed(KEYS)), number=4, issued=NOW))


@pytest.mark.parametrize(
    "other",
    [
        reading(KEYS[1:], number=4, issued=NOW),
        reading((replace(KEYS[0], country="DE"), *KEYS[1:]), number=4, issued=NOW),
        reading(number=4, issued=NOW + SECOND),
        reading(number=4, issued=NOW, withdrawn=frozenset({KEYS[0].digest})),
        reading(number=4, issued=NOW, companions=(("rules", bytes(32)),)),
    ],
    ids=["key", "country", "date", "withdrawal", "companion"],
)
def test_same_number_with_other_content_is_refused(other):
    refused(Reason.TRUST_LIST_ROLLBACK, check_same_number, reading(number=4, issued=NOW), other)


def test_without_numbers_content_may_change():
    check_same_number(reading(issued=NOW), reading(KEYS[1:], issued=NOW))


def test_at_the_same_date_keys_may_go_and_not_come():
    some, all_keys = reading(KEYS[1:], issued=NOW), reading(issued=NOW)
    check_same_date(all_keys, some)
    check_same_date(some, some)
    message = refused(Reason.TRUST_LIST_ROLLBACK, check_same_date, some, all_keys)
    assert "again" in message
    refused(
        Reason.TRUST_LIST_ROLLBACK,
        check_succession, some.origin, Environment.PRODUCTION, some, all_keys, at=NOW, share=None,
    )  # fmt: skip
    check_same_date(some, reading(issued=NOW + SECOND))


def test_keys_may_come_where_the_date_does_not_tell_editions_apart():
    check_same_date(reading(KEYS[1:]), reading())
    check_same_date(reading(KEYS[1:], number=4, issued=NOW), reading(number=5, issued=NOW))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ({"number": 4}, {"number": 3}, "number 3, and number 4 is stored"),
        ({"number": 4}, {}, "number missing, and number 4 is stored"),
        (
            {"issued": NOW},
            {"issued": NOW - SECOND},
            f"of {NOW - SECOND:%Y-%m-%dT%H:%M:%SZ}, and that of {NOW:%Y-%m-%dT%H:%M:%SZ} is stored",
        ),
        ({"issued": NOW}, {}, f"of no date, and that of {NOW:%Y-%m-%dT%H:%M:%SZ} is stored"),
    ],
)
def test_what_is_older_is_told(old, new, told):
    message = refused(Reason.TRUST_LIST_ROLLBACK, check_not_older, ListOrigin(**old), ListOrigin(**new))
    assert message == f"an older edition: {told}"


def test_what_comes_again_is_told():
    message = refused(
        Reason.TRUST_LIST_ROLLBACK, check_same_number, reading(number=4), reading(KEYS[1:], number=4)
    )
    assert message == "an older edition: number 4 again, with other content than the one that is stored"
    some = reading(KEYS[1:], issued=NOW)
    message = refused(Reason.TRUST_LIST_ROLLBACK, check_same_date, some, reading(issued=NOW))
    stored = f"{NOW:%Y-%m-%dT%H:%M:%SZ} again, with keys that the stored one of that date has not"
    assert message == f"an older edition: of {stored}"


# --- environment, proof


def test_environment_stays():
    check_environment(Environment.TEST, Environment.TEST)
    refused(Reason.TRUST_LIST_ENVIRONMENT, check_environment, Environment.PRODUCTION, Environment.TEST)
    refused(Reason.TRUST_LIST_ENVIRONMENT, check_environment, Environment.TEST, Environment.PRODUCTION)


@pytest.mark.parametrize("new", [Proof.UNSIGNED, Proof.VOUCHED])
def test_signed_lists_are_not_followed_by_unsigned_ones(new):
    refused(Reason.TRUST_LIST_UNSIGNED, check_proof, Proof.SIGNED, new)
    check_proof(Proof.SIGNED, Proof.SIGNED)
    check_proof(new, Proof.SIGNED)
    check_proof(new, new)


# --- shrinking


def test_shrink_attack_is_refused_just_above_the_share():
    check_share(reading(), reading(KEYS[2:]), at=NOW)
    message = refused(Reason.TRUST_LIST_SHRUNK, check_share, reading(), reading(KEYS[3:]), at=NOW)
    assert message.startswith("3 of 10 keys would vanish, at most 20% expected")


def test_share_can_be_set():
    check_share(reading(), reading(()), at=NOW, share=1)
    check_share(reading(), reading(), at=NOW, share=0)
    refused(Reason.TRUST_LIST_SHRUNK, check_share, reading(), reading(KEYS[1:]), at=NOW, share=0)


def test_keys_that_were_exchanged_have_vanished_too():
    refused(Reason.TRUST_LIST_SHRUNK, check_share, reading(KEYS[:5]), reading(KEYS[5:]), at=NOW)


def test_expired_keys_may_go_and_others_not():
    last = KEYS[0].not_after
    check_share(reading(), reading(()), at=last + SECOND)
    refused(Reason.TRUST_LIST_SHRUNK, check_share, reading(), reading(()), at=last)


def test_bare_keys_without_dates_count():
    bare = tuple(replace(key, not_after=None) for key in KEYS)
    refused(Reason.TRUST_LIST_SHRUNK, check_share, reading(bare), reading(()), at=NOW + timedelta(days=9999))


def test_withdrawn_keys_have_not_vanished():
    by_digest = reading(KEYS[5:], withdrawn=frozenset(key.digest for key in KEYS[:5]))
    by_kid = reading(KEYS[5:], withdrawn=frozenset(key.kid for key in KEYS[:5]))
    check_share(reading(), by_digest, at=NOW)
    check_share(reading(), by_kid, at=NOW)


# --- freeze, clock, companions


def test_freeze_attack_is_refused_after_the_last_moment():
    check_usable(ListOrigin(usable_until=NOW), at=NOW)
    check_usable(ListOrigin(), at=NOW)
    with pytest.raises(StaleTrustListError) as caught:
        check_usable(ListOrigin(name="eu", usable_until=NOW), at=NOW + SECOND)
    assert caught.value.reason is Reason.STALE_TRUST_LIST
    assert caught.value.usable_until == NOW


def test_clock_is_doubted_when_the_list_is_from_later_than_its_tolerance():
    assert timedelta(days=1) == CLOCK_TOLERANCE
    assert clock_is_behind(NOW + CLOCK_TOLERANCE, at=NOW) is False
    assert clock_is_behind(NOW + CLOCK_TOLERANCE + SECOND, at=NOW) is True
    assert clock_is_behind(None, at=NOW) is False


def test_mix_and_match_attack_is_refused():
    one = reading(companions=(("rules", sha256(b"rules of today").digest()),))
    today, yesterday = (sha256(text).digest() for text in (b"rules of today", b"rules of yesterday"))
    check_companions(one, {"rules": today})
    check_companions(one, {})
    message = refused(Reason.TRUST_LIST_MIXED, check_companions, one, {"rules": yesterday})
    assert message == "the companion 'rules' is of another edition"
    message = refused(Reason.TRUST_LIST_MIXED, check_companions, one, {"revocation": today})
    assert message == "the companion 'revocation' is not named by the list"


# --- all rules together


def test_an_edition_needs_something_to_say():
    message = refused(Reason.TRUST_LIST_EMPTY, check_edition, reading(()), at=NOW, companions={})
    assert message == "the list has no key that can be read"
    wrong = tuple(TrustListError(Reason.TRUST_ENTRY_UNREADABLE, f"entry {n}") for n in (1, 2))
    message = refused(
        Reason.TRUST_LIST_EMPTY, check_edition, replace(reading(()), problems=wrong), at=NOW, companions={}
    )
    assert message == "the list has no key that can be read; first problem: entry 1"
    for saying in (reading(KEYS[:1]), reading((), withdrawn=frozenset({bytes(8)}))):
        check_edition(saying, at=NOW, companions={})
    digest = sha256(b"rules").digest()
    refused(Reason.TRUST_LIST_MIXED, check_edition, reading(), at=NOW, companions={"rules": digest})
    over = replace(reading(), origin=ListOrigin(name="x", usable_until=NOW))
    check_edition(over, at=NOW, companions={})
    with pytest.raises(StaleTrustListError):
        check_edition(over, at=NOW + SECOND, companions={})


def test_what_is_downloaded_needs_more_than_somebody_who_hands_it_over():
    for proof in set(Proof) - {Proof.VOUCHED}:
        check_downloaded(ListOrigin(name="x", proof=proof))
    refused(Reason.TRUST_LIST_UNSIGNED, check_downloaded, ListOrigin(name="x", proof=Proof.VOUCHED))


@pytest.mark.parametrize(
    ("new", "environment", "reason"),
    [
        (reading(number=4, issued=NOW), Environment.PRODUCTION, Reason.TRUST_LIST_ROLLBACK),
        (reading(KEYS[:1], number=5, issued=NOW), Environment.PRODUCTION, Reason.TRUST_LIST_ROLLBACK),
        (reading(number=6, issued=NOW), Environment.TEST, Reason.TRUST_LIST_ENVIRONMENT),
        (reading(KEYS[:1], number=6, issued=NOW), Environment.PRODUCTION, Reason.TRUST_LIST_SHRUNK),
    ],
)
def test_a_successor_is_held_to_every_rule(new, environment, reason):
    old = reading(number=5, issued=NOW)
    refused(reason, check_succession, old.origin, environment, old, new, at=NOW, share=0.2)


def test_a_successor_of_a_signed_list_is_signed():
    old, new = (
        replace(one, origin=replace(one.origin, proof=proof))
        for one, proof in (
            (reading(number=5, issued=NOW), Proof.SIGNED),
            (reading(number=6, issued=NOW), Proof.UNSIGNED),
        )
    )
    asked = (check_succession, old.origin, Environment.PRODUCTION, old)
    refused(Reason.TRUST_LIST_UNSIGNED, *asked, new, at=NOW, share=0.2)
    check_succession(
        new.origin,
        Environment.PRODUCTION,
        new,
        replace(old, origin=replace(old.origin, number=7)),
        at=NOW,
        share=0.2,
    )


def test_a_stored_edition_that_cannot_be_read_is_succeeded_only_when_all_may_vanish():
    new, known = reading(KEYS[:1], number=6), ListOrigin(name="x", number=5)
    check_succession(known, Environment.PRODUCTION, None, new, at=NOW, share=None)
    refused(
        Reason.TRUST_LIST_SHRUNK,
        check_succession, known, Environment.PRODUCTION, None, new, at=NOW, share=1,
    )  # fmt: skip
    older = reading(KEYS[:1], number=4)
    refused(
        Reason.TRUST_LIST_ROLLBACK,
        check_succession, known, Environment.PRODUCTION, None, older, at=NOW, share=None,
    )  # fmt: skip
