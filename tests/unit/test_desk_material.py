from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.support.desks import material, open_desk
from tests.support.signers import NOW, certificate, issuer, signer

from vaxcert.adapters.desk.material import CurrentMaterial
from vaxcert.adapters.desk.status import status_json
from vaxcert.decision import Desk
from vaxcert.errors import Reason, TrustListError
from vaxcert.presentation.texts import load
from vaxcert.rules.policy import VerificationPolicy
from vaxcert.trust.origin import Environment, ListOrigin
from vaxcert.trust.trust_list import TrustedKey, TrustList
from vaxcert.verify import Verifier

ENGLISH = load("en")
ORIGIN = ListOrigin(
    name="eu",
    issued=NOW - timedelta(days=3),
    next_update=NOW + timedelta(days=4),
    usable_until=NOW + timedelta(days=27),
)


def listed(**changes):
    """A desk whose key comes from a list that says when it was made and how long it may be used."""
    key = TrustedKey.from_certificate(signer().certificate, origin=replace(ORIGIN, **changes))
    trust_list = TrustList([key])
    return material(trust_list=trust_list, desk=Desk(verifier=Verifier(trust_list)))


def status(one, at=NOW, **options):
    current = CurrentMaterial(lambda: one, [])
    return status_json(current, at, ENGLISH, **{"fixed_clock": False, **options})


def alarms(answer):
    return [(alarm["code"], alarm["is_loud"]) for alarm in answer["alarms"]]


def test_what_is_always_in_view():
    answer = status(listed())
    assert (answer["keys"], answer["list_age_days"], answer["clock"]) == (1, 3, "2022-06-01T08:30:00Z")
    assert (answer["country"], answer["rules"], answer["alarms"]) == (None, None, [])
    assert answer["lists"][0]["name"] == "eu"


def test_keys_that_are_all_for_tests_are_told_where_only_others_count():
    key = TrustedKey.from_certificate(signer().certificate, environment=Environment.TEST)
    alone, beside = TrustList([key]), TrustList([key, TrustedKey.from_certificate(signer().certificate)])
    assert alarms(status(material(trust_list=alone))) == [("test-key", True)]
    assert alarms(status(material(trust_list=beside))) == []
    both = VerificationPolicy(environments=frozenset(Environment))
    assert alarms(status(material(trust_list=alone, policy=both))) == []


def test_the_age_is_that_of_the_oldest_list():
    keys = [
        TrustedKey.from_certificate(signer(country=country).certificate, origin=replace(ORIGIN, **changes))
        for country, changes in (
            ("VN", {}),
            ("DE", {"name": "old", "issued": NOW - timedelta(days=40)}),
            ("FR", {"name": "no date", "issued": None}),
        )
    ]
    assert status(material(trust_list=TrustList(keys)))["list_age_days"] == 40
    assert status(material())["list_age_days"] is None


@pytest.mark.parametrize(
    ("passed", "expected"),
    [
        (timedelta(days=4), []),
        (timedelta(days=4, seconds=1), [("list-overdue", False)]),
        (timedelta(days=27, minutes=5), [("list-overdue", False)]),
        (timedelta(days=27, minutes=5, seconds=1), [("stale-trust-list", True)]),
        (timedelta(days=-3, minutes=-5), []),
        (timedelta(days=-3, minutes=-5, seconds=-1), [("clock-before-list", True)]),
    ],
)
def test_a_list_that_is_too_old_and_a_clock_that_is_behind_are_loud(passed, expected):
    assert alarms(status(listed(), NOW + passed)) == expected


def test_a_revocation_list_that_has_ended_is_loud():
    ended = ListOrigin(name="revoked", usable_until=NOW - timedelta(seconds=1))
    assert alarms(status(material(revocation_origins=(ended,)))) == [("revocation-unknown", True)]


def test_entries_that_could_not_be_read_are_told():
    answer = status(material(problems=2))
    assert alarms(answer) == [("trust-entry-unreadable", False)]
    assert answer["alarms"][0]["sentence"].startswith("2 entries of the lists")


def test_a_time_that_was_told_is_said_before_all_else():
    answer = status(listed(), NOW + timedelta(days=60), fixed_clock=True)
    assert alarms(answer) == [("fixed-clock", True), ("stale-trust-list", True)]


# --- files that change


@pytest.fixture
def place(tmp_path):
    file = tmp_path / "lists" / "eu.list"
    file.parent.mkdir()
    file.write_text("1")
    return tmp_path


def later(file, text):
    """Write a file anew, some time after."""
    file.write_text(text)
    state = file.stat()
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns + 1_000_000))


def test_lists_are_read_anew_when_their_files_have_changed(place):
    loads = []

    def load():
        loads.append(1)
        return material()

    current = CurrentMaterial(load, [place])
    current.refresh()
    assert len(loads) == 1
    later(place / "lists" / "eu.list", "2")
    current.refresh()
    current.refresh()
    assert len(loads) == 2
    (place / "another.list").write_text("3")
    current.refresh()
    assert len(loads) == 3


def test_lists_that_cannot_be_read_leave_the_last_good_ones_and_are_told(place):
    file, broken = place / "lists" / "eu.list", []

    def load():
        if broken:
            raise TrustListError(Reason.TRUST_LIST_UNREADABLE, "broken")
        return material()

    current = CurrentMaterial(load, [file])
    good = current.now
    broken.append(1)
    later(file, "broken")
    current.refresh()
    assert current.now is good
    answer = status_json(current, NOW, ENGLISH, fixed_clock=False)
    assert alarms(answer) == [("trust-list-unreadable", True)]
    broken.clear()
    later(file, "mended")
    current.refresh()
    assert current.problem is None
    assert current.now is not good


def test_a_file_that_is_gone_is_a_change(place):
    loads = []
    current = CurrentMaterial(lambda: loads.append(1) or material(), [place / "lists" / "eu.list"])
    (place / "lists" / "eu.list").unlink()
    current.refresh()
    assert len(loads) == 2


def test_lists_that_cannot_be_read_at_first_open_no_desk():
    def load():
        raise TrustListError(Reason.TRUST_LIST_EMPTY, "no key")

    with pytest.raises(TrustListError) as caught:
        open_desk(load)
    assert caught.value.reason is Reason.TRUST_LIST_EMPTY


def test_the_page_that_asks_for_the_state_brings_the_new_lists(place):
    stranger = signer(country="DE")
    known = [signer()]

    def load():
        trust_list = TrustList(TrustedKey.from_certificate(one.certificate) for one in known)
        return material(trust_list=trust_list, desk=Desk(verifier=Verifier(trust_list)))

    desk = open_desk(load, places=[place])
    page = desk.page()
    text = issuer(stranger, country="DE").issue(certificate(), at=NOW).text
    assert desk.scan(page, text)["decision"]["reasons"][0]["code"] == "unknown-key"
    known.append(stranger)
    later(place / "lists" / "eu.list", "2")
    assert desk.client.get("/api/status", headers=page).json()["keys"] == 2
    assert desk.scan(page, text)["decision"]["verdict"] == "accept"
