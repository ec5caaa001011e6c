import hashlib
import json
import re
from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import cbor2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.lists import holder

from vaxcert.adapters.signers import BareKeySigner
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.crypto.authority import create_csr, create_signing_ca, issue_signing_certificate, new_key
from vaxcert.crypto.signing_certificate import read_signing_certificate
from vaxcert.errors import Reason, TrustListError, UnsupportedError
from vaxcert.limits import MAX_TRUST_FILE_BYTES, MAX_TRUST_LIST_ENTRIES
from vaxcert.model.certificate import ALL_KINDS, Kind
from vaxcert.trust import formats, own_list, signed_document
from vaxcert.trust.anchors import anchor_of
from vaxcert.trust.document_members import EditionLabel
from vaxcert.trust.formats import own
from vaxcert.trust.formats.reading.terms import ReadingTerms
from vaxcert.trust.list_findings import ListFindingCode
from vaxcert.trust.origin import Environment, Proof
from vaxcert.trust.own_list import Companion, ListAuthority, ListEntry, TrustListContent
from vaxcert.trust.trust_list import TrustList

SPECIFICATION = Path(__file__).parents[2] / "specs" / "trust-list.md"
ISSUED = datetime(2026, 3, 1, tzinfo=UTC)
STARTS = datetime(2025, 1, 1, tzinfo=UTC)
KID = b"TESTkid1"


@cache
def private_key(name):
    """A P-256 TEST key for each name, the same in every run."""
    secret = int.from_bytes(hashlib.sha256(b"TEST " + name.encode()).digest(), "big") >> 1
    return ec.derive_private_key(secret, ec.SECP256R1())


def anchor_signer(name="anchor 1"):
    return BareKeySigner(private_key(name), deterministic=True)


def spki(name):
    return private_key(name).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def anchor(name="anchor 1", **options):
    return anchor_of(private_key(name).public_key(), **options)


@cache
def authority(country="VN", name="CSCA"):
    return create_signing_ca(
        private_key(f"{country} {name}"),
        country=country,
        organization="TEST",
        common_name=f"TEST {name}",
        not_before=STARTS,
    )


@cache
def dsc(country="VN", *, ca="CSCA", name="DSC", kinds=ALL_KINDS, days=730, starts=STARTS):
    key = private_key(f"{country} {name}")
    request = create_csr(key, country=country, organization="TEST", common_name=f"TEST {name}", kinds=kinds)
    made = issue_signing_certificate(
        request,
        ca_certificate=authority(country, ca),
        ca_key=private_key(f"{country} {ca}"),
        not_before=starts,
        valid_for=timedelta(days=days),
        kinds=kinds,
    )
    return read_signing_certificate(made.public_bytes(Encoding.DER))


def der(certificate):
    return certificate.public_bytes(Encoding.DER)


def bare(name="bare", kid=KID, **limits):
    return ListEntry(key=spki(name), kid=kid, **limits)


def certified(**limits):
    return ListEntry(certificate=dsc().der, **limits)


def listed(*entries, **changes):
    fields = {
        "issuer": "TEST ministry",
        "number": 5,
        "issued": ISSUED,
        "next_update": ISSUED + timedelta(days=7),
        "usable_until": ISSUED + timedelta(days=30),
        "environment": Environment.PRODUCTION,
        "entries": entries,
        **changes,
    }
    return TrustListContent(**fields)


def signed(content, *names):
    data = content if isinstance(content, bytes) else own_list.encode(content)
    signers = [anchor_signer(name) for name in names or ("anchor 1",)]
    return signed_document.write(signed_document.sign(data, own_list.CONTENT_TYPE, signers))


def read(content, **terms):
    data = content if isinstance(content, bytes) else signed(content)
    return formats.read(data, ReadingTerms(**{"source": "here", "anchors": (anchor(),), **terms}))


def read_members(members):
    return read(signed(cbor2.dumps(members)))


def refusal(data, **terms):
    with pytest.raises(TrustListError) as caught:
        read(data, **terms)
    assert "\n" not in str(caught.value)
    return caught.value.reason


def members_of(content):
    return cbor2.loads(own_list.encode(content))


def problem(*entries, **changes):
    """The reason of the only problem of a list, which loads the entry that is right all the same."""
    reading = read(listed(*entries, bare("right", b"TESTright"), **changes))
    assert [key.kid for key in reading.keys] == [b"TESTright"]
    (only,) = reading.problems
    return only.reason


# --- content


FULL = listed(
    certified(country="VN", kinds=frozenset({Kind.VACCINATION}), domain="DCC", not_after=ISSUED),
    ListEntry(certificate=dsc("FR").der, withdrawn=True),
    bare(country="NO", kinds=frozenset({Kind.TEST, Kind.RECOVERY}), not_before=STARTS),
    unlisted_withdrawals=frozenset({b"TESTgone", bytes(32)}),
    authorities=(ListAuthority(country="VN", certificate=der(authority())),),
    companions=(
        Companion(name="rules", digest=b"\2" * 32),
        Companion(name="revocation", digest=b"\1" * 32, number=12),
    ),
)


class TestRoundTrip:
    def test_round_trip_of_a_full_list(self):
        decoded = own_list.decode(own_list.encode(FULL))
        assert decoded.problems == ()
        assert decoded.entries == 3
        assert set(decoded.content.entries) == set(FULL.entries)
        assert replace(decoded.content, entries=FULL.entries) == FULL
        assert own_list.encode(decoded.content) == own_list.encode(FULL)

    def test_round_trip_to_trusted_keys(self):
        reading = read(FULL)
        assert reading.problems == ()
        keys = {key.country: key for key in reading.keys}
        vn, fr, no = keys["VN"], keys["FR"], keys["NO"]
        assert (vn.kid, vn.digest) == (dsc().kid, dsc().digest)
        assert (vn.kinds, vn.domain) == ({Kind.VACCINATION}, "DCC")
        assert (vn.not_before, vn.not_after) == (STARTS, ISSUED)
        assert (fr.withdrawn, vn.withdrawn, no.withdrawn) == (True, False, False)
        assert (no.kid, no.kinds, no.not_before, no.not_after) == (
            KID,
            {Kind.TEST, Kind.RECOVERY},
            STARTS,
            None,
        )
        assert no.digest == hashlib.sha256(spki("bare")).digest()
        assert reading.withdrawn == {b"TESTgone", bytes(32), dsc("FR").digest}
        assert [one.der for one in reading.authorities] == [der(authority())]
        assert reading.companions == (("rules", b"\2" * 32), ("revocation", b"\1" * 32))
        assert reading.entries == 3

    def test_origin_is_one_object_with_what_the_list_says(self):
        reading = read(FULL)
        origin = reading.origin
        assert (origin.name, origin.format, origin.proof, origin.number) == (
            "here",
            "vaxcert",
            Proof.SIGNED,
            5,
        )
        assert (origin.issued, origin.next_update, origin.usable_until) == (
            FULL.issued,
            FULL.next_update,
            FULL.usable_until,
        )
        assert all(key.origin is origin for key in reading.keys)

    def test_a_certificate_without_limits_keeps_its_own(self):
        (key,) = read(listed(certified())).keys
        assert (key.country, key.kinds, key.domain) == ("VN", ALL_KINDS, None)
        assert (key.not_before, key.not_after) == (dsc().not_before, dsc().not_after)

    def test_both_types_of_key(self):
        rsa_key = new_key(Algorithm.PS256)
        entries = (
            own_list.key_entry(rsa_key.public_key(), b"TESTrsa1"),
            own_list.certificate_entry(dsc(), country="VN"),
        )
        assert {key.key.algorithm for key in read(listed(*entries)).keys} == set(Algorithm)

    @pytest.mark.parametrize("environment", list(Environment))
    def test_environment_is_that_of_the_list(self, environment):
        reading = read(listed(bare(), environment=environment))
        assert reading.environment is environment
        assert {key.environment for key in reading.keys} == {environment}

    def test_trust_list_withdraws_what_it_names(self):
        reading = read(listed(bare(), certified(), unlisted_withdrawals=frozenset({KID, dsc().digest})))
        assert all(key.withdrawn for key in TrustList.combined([reading]))


class TestCanonical:
    def test_order_of_what_is_given_does_not_matter(self):
        turned = replace(
            FULL,
            entries=FULL.entries[::-1],
            authorities=FULL.authorities[::-1],
            companions=FULL.companions[::-1],
        )
        assert own_list.encode(turned) == own_list.encode(FULL)
        assert signed(turned) == signed(FULL)

    def test_what_is_given_twice_is_written_once(self):
        twice = replace(FULL, entries=FULL.entries * 2, authorities=FULL.authorities * 2)
        assert own_list.encode(twice) == own_list.encode(FULL)

    def test_zone_of_a_time_does_not_matter(self):
        from datetime import timezone

        moved = FULL.issued.astimezone(timezone(timedelta(hours=7)))
        assert own_list.encode(replace(FULL, issued=moved)) == own_list.encode(FULL)

    def test_is_deterministic_cbor(self):
        """Map keys in the bytewise order of their encodings, at every depth, and heads in their shortest form."""

        def in_order(value):
            if isinstance(value, dict):
                encoded = [cbor2.dumps(key) for key in value]
                return encoded == sorted(encoded) and all(map(in_order, value.values()))
            return all(map(in_order, value)) if isinstance(value, list) else True

        data = own_list.encode(FULL)
        assert in_order(cbor2.loads(data))
        assert cbor2.dumps(cbor2.loads(data)) == data


# --- signatures


class TestTwoOfThreeAnchors:
    NAMES = ("anchor 1", "anchor 2", "anchor 3")
    PINNED = tuple(anchor(name) for name in NAMES)

    @pytest.mark.parametrize("two", [NAMES[:2], NAMES[1:], NAMES[::2]])
    def test_two_of_three_anchors_accepts_any_two(self, two):
        assert len(read(signed(FULL, *two), anchors=self.PINNED, threshold=2).keys) == 3

    @pytest.mark.parametrize("one", NAMES)
    def test_two_of_three_anchors_refuses_one(self, one):
        assert refusal(signed(FULL, one), anchors=self.PINNED, threshold=2) is Reason.TRUST_LIST_THRESHOLD

    def test_two_of_three_anchors_refuses_unknown_signers(self):
        data = signed(FULL, "stranger 1", "stranger 2")
        assert refusal(data, anchors=self.PINNED, threshold=2) is Reason.TRUST_LIST_SIGNATURE

    def test_no_anchor_is_not_enough(self):
        assert refusal(signed(FULL), anchors=()) is Reason.ANCHOR_MISSING
        assert refusal(signed(FULL), anchors=(), allow_unsigned=True) is Reason.ANCHOR_MISSING


class TestMixAndMatch:
    def test_content_of_list_5_with_signatures_of_list_4(self):
        four, five = (
            signed_document.read(signed(replace(FULL, number=n)), own_list.CONTENT_TYPE) for n in (4, 5)
        )
        mixed = signed_document.write(replace(five, signatures=four.signatures))
        assert refusal(mixed) is Reason.TRUST_LIST_SIGNATURE

    def test_revocation_list_offered_as_a_trust_list(self):
        content_type = "application/vnd.vaxcert.revocation-list+cbor"
        other = signed_document.sign(own_list.encode(FULL), content_type, [anchor_signer()])
        assert refusal(signed_document.write(other)) is Reason.TRUST_LIST_UNREADABLE
        relabelled = replace(other, content_type=own_list.CONTENT_TYPE)
        assert refusal(signed_document.write(relabelled)) is Reason.TRUST_LIST_SIGNATURE


class TestDamage:
    DATA = signed(FULL)

    @settings(max_examples=200)
    @given(st.integers(0, len(DATA) * 8 - 1))
    def test_flipped_bit_anywhere_loads_nothing(self, position):
        damaged = bytearray(self.DATA)
        damaged[position // 8] ^= 1 << position % 8
        with pytest.raises(TrustListError) as caught:
            own.read(bytes(damaged), ReadingTerms(anchors=(anchor(),)))
        assert caught.value.reason in {Reason.TRUST_LIST_UNREADABLE, Reason.TRUST_LIST_SIGNATURE}

    def test_cut_short_loads_nothing(self):
        for end in (*range(0, len(self.DATA), 97), len(self.DATA) - 1):
            with pytest.raises(TrustListError) as caught:
                own.read(self.DATA[:end], ReadingTerms(anchors=(anchor(),)))
            assert caught.value.reason is Reason.TRUST_LIST_UNREADABLE

    @given(st.binary(max_size=300))
    def test_any_signed_content_gives_a_reading_or_our_error(self, content):
        assert refusal(signed(content)) is Reason.TRUST_LIST_UNREADABLE

    values = st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**63), 2**63)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.binary(max_size=40)
        | st.text(max_size=4),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.integers(0, 11), inner, max_size=4),
        max_leaves=8,
    )

    @given(st.integers(0, 12), values)
    def test_any_value_of_any_member_gives_a_reading_or_our_error(self, label, value):
        data = signed(cbor2.dumps({**members_of(FULL), label: value}))
        try:
            reading = read(data)
        except TrustListError:
            assert refusal(data) is Reason.TRUST_LIST_UNREADABLE
        else:
            assert len(reading.keys) <= reading.entries

    @given(st.lists(st.dictionaries(st.integers(0, 9), values, max_size=5) | values, max_size=4))
    def test_any_entries_leave_the_right_one(self, entries):
        right = members_of(listed(bare("right", b"TESTright")))
        reading = read_members({**right, 8: [*entries, *right[8]]})
        assert reading.entries == len(entries) + 1
        assert b"TESTright" in {key.kid for key in reading.keys}


# --- what a list may say


class TestDates:
    @pytest.mark.parametrize(
        ("next_update", "usable_until"),
        [
            (timedelta(0), timedelta(0)),
            (timedelta(days=1), timedelta(days=1)),
            (timedelta(0), timedelta(days=1)),
        ],
    )
    def test_order_of_dates_may_be_equal(self, next_update, usable_until):
        content = listed(next_update=ISSUED + next_update, usable_until=ISSUED + usable_until)
        assert read(content).origin.usable_until == ISSUED + usable_until

    @pytest.mark.parametrize("label", [5, 6])
    def test_order_of_dates_is_issued_next_update_usable_until(self, label):
        members = members_of(listed(bare()))
        members[label] = members[label - 1] - 1
        assert refusal(signed(cbor2.dumps(members))) is Reason.TRUST_LIST_UNREADABLE

    def test_order_of_dates_is_asked_of_a_writer_too(self):
        with pytest.raises(ValueError, match="order"):
            listed(next_update=ISSUED - timedelta(seconds=1))
        with pytest.raises(ValueError, match="order"):
            listed(usable_until=ISSUED + timedelta(days=7, seconds=-1))

    @pytest.mark.parametrize("wrong", [ISSUED.replace(tzinfo=None), ISSUED.replace(microsecond=1)])
    def test_dates_have_a_zone_and_whole_seconds(self, wrong):
        with pytest.raises(ValueError, match="zone, in whole seconds"):
            listed(issued=wrong)

    @pytest.mark.parametrize("seconds", [-1, 253402300800, 2**63, 1.5, "2026", None])
    def test_dates_out_of_range(self, seconds):
        members = {**members_of(listed(bare())), 6: seconds}
        assert refusal(signed(cbor2.dumps(members))) is Reason.TRUST_LIST_UNREADABLE

    def test_a_list_that_has_ended_is_read(self):
        """Whether it may still be used is for whoever knows the time."""
        assert read(listed(bare(), issued=STARTS, next_update=STARTS, usable_until=STARTS)).keys


class TestMembers:
    @pytest.mark.parametrize("label", [1, 2, 3, 4, 5, 6, 7, 8])
    def test_required_members(self, label):
        members = members_of(FULL)
        del members[label]
        assert refusal(signed(cbor2.dumps(members))) is Reason.TRUST_LIST_UNREADABLE

    @pytest.mark.parametrize(
        ("label", "value"),
        [
            (1, 2),
            (1, True),
            (2, ""),
            (2, "x" * 201),
            (2, "two\nlines"),
            (3, 0),
            (3, -1),
            (3, 2**53),
            (7, "staging"),
            (8, {}),
            (9, b"TESTgone"),
            (10, {}),
            (11, []),
            (11, {"rules": {}}),
            (11, {"rules": {1: bytes(31)}}),
            (11, {"Rules": {1: bytes(32)}}),
            (11, {1: {1: bytes(32)}}),
            (11, {"rules": {1: bytes(32), 2: -1}}),
        ],
    )
    def test_wrong_members(self, label, value):
        members = {**members_of(listed(bare())), label: value}
        assert refusal(signed(cbor2.dumps(members))) is Reason.TRUST_LIST_UNREADABLE

    @pytest.mark.parametrize(("label", "value"), [(2, "x" * 200), (2, "Bộ Y tế"), (3, 1), (3, 2**53 - 1)])
    def test_members_at_their_bounds(self, label, value):
        assert read_members({**members_of(listed(bare())), label: value}).keys

    @pytest.mark.parametrize("label", [12, 99, -1, "later"])
    def test_unknown_member_is_ignored_unless_it_is_critical(self, label):
        members = {**members_of(listed(bare())), label: "of the future"}
        assert read_members(members).keys
        assert refusal(signed(cbor2.dumps({**members, 0: [label]}))) is Reason.TRUST_LIST_UNREADABLE

    @pytest.mark.parametrize("label", [12, 99, -1, "later"])
    def test_unknown_member_of_an_entry_is_ignored_unless_it_is_critical(self, label):
        members = members_of(listed(bare()))
        members[8][0][label] = "of the future"
        assert read_members(members).problems == ()
        members[8][0][0] = [label]
        reading = read_members(members)
        assert (reading.keys, [one.reason for one in reading.problems]) == (
            (),
            [Reason.TRUST_ENTRY_UNREADABLE],
        )

    def test_known_member_may_be_critical(self):
        assert read_members({**members_of(FULL), 0: [9, 10]}).problems == ()

    @pytest.mark.parametrize("critical", [[], [11], None, {}, "x", [[1]], [None]])
    def test_critical_names_members_that_are_there(self, critical):
        members = {**members_of(listed(bare())), 0: critical}
        assert refusal(signed(cbor2.dumps(members))) is Reason.TRUST_LIST_UNREADABLE


class TestEnvironment:
    @pytest.mark.parametrize("says", list(Environment))
    @pytest.mark.parametrize("expected", list(Environment))
    @pytest.mark.parametrize("through", ["terms", "anchor"])
    def test_contradicting_environment_is_refused(self, says, expected, through):
        data = signed(listed(bare(), environment=says))
        terms = (
            {"environment": expected} if through == "terms" else {"anchors": (anchor(environment=expected),)}
        )
        if says is expected:
            assert read(data, **terms).environment is says
        else:
            assert refusal(data, **terms) is Reason.TRUST_LIST_ENVIRONMENT

    def test_an_anchor_that_did_not_sign_says_nothing(self):
        pinned = (anchor(), anchor("anchor 2", environment=Environment.TEST))
        assert read(signed(FULL), anchors=pinned).environment is Environment.PRODUCTION


# --- entries


class TestEntriesThatContradict:
    def test_entry_of_another_country_than_its_certificate(self):
        assert problem(certified(country="FR")) is Reason.TRUST_ENTRY_UNREADABLE

    def test_entry_for_other_kinds_than_its_certificate(self):
        only_tests = ListEntry(
            certificate=dsc(name="tests", kinds=frozenset({Kind.TEST})).der,
            kinds=frozenset({Kind.VACCINATION}),
        )
        assert problem(only_tests) is Reason.TRUST_ENTRY_UNREADABLE

    def test_entry_that_starts_after_its_certificate_ends(self):
        ends = dsc().not_after
        assert problem(certified(not_before=ends + timedelta(seconds=1))) is Reason.TRUST_ENTRY_UNREADABLE
        assert read(listed(certified(not_before=ends))).problems == ()

    def test_entry_that_ends_before_its_certificate_starts(self):
        starts = dsc().not_before
        assert problem(certified(not_after=starts - timedelta(seconds=1))) is Reason.TRUST_ENTRY_UNREADABLE
        assert read(listed(certified(not_after=starts))).problems == ()

    def test_limits_never_widen_what_the_certificate_allows(self):
        one = dsc(name="tests", kinds=frozenset({Kind.TEST}))
        entry = ListEntry(
            certificate=one.der,
            kinds=ALL_KINDS,
            not_before=one.not_before - timedelta(days=9),
            not_after=one.not_after + timedelta(days=9),
        )
        (key,) = read(listed(entry)).keys
        assert (key.kinds, key.not_before, key.not_after) == ({Kind.TEST}, one.not_before, one.not_after)

    @pytest.mark.parametrize(
        "wrong",
        [
            {},
            {1: b"x", 2: b"x"},
            {1: b"x", 3: KID},
            {2: spki("x")},
            {2: spki("x"), 3: b""},
            {2: spki("x"), 3: bytes(33)},
            {2: b"not a key", 3: KID},
            {1: b"not a certificate"},
            {2: spki("x"), 3: KID, 4: "vn"},
            {2: spki("x"), 3: KID, 4: "VNM"},
            {2: spki("x"), 3: KID, 5: []},
            {2: spki("x"), 3: KID, 5: [4]},
            {2: spki("x"), 3: KID, 5: ["1"]},
            {2: spki("x"), 3: KID, 6: ""},
            {2: spki("x"), 3: KID, 6: "D C"},
            {2: spki("x"), 3: KID, 7: 2, 8: 1},
            {2: spki("x"), 3: KID, 9: 2},
            {2: spki("x"), 3: KID, 9: None},
            {2: spki("x"), 3: KID, 9: False},
            [],
            None,
        ],
    )
    def test_wrong_entry_is_a_problem_and_the_others_load(self, wrong):
        right = members_of(listed(bare("right", b"TESTright")))
        reading = read_members({**right, 8: [wrong, *right[8]]})
        assert [key.kid for key in reading.keys] == [b"TESTright"]
        assert [one.reason for one in reading.problems] in (
            [Reason.TRUST_ENTRY_UNREADABLE],
            [Reason.CERTIFICATE_UNREADABLE],
        )

    @pytest.mark.parametrize(
        ("label", "wrong", "problem"),
        [
            (8, [], "entry 2: a map expected"),
            (8, {1: b"x", 2: b"x"}, "entry 2: a certificate or a key, and not both expected"),
            (8, {2: b"x", 3: bytes(33)}, "entry 2: a key identifier of 1 to 32 bytes beside a key expected"),
            (8, {2: b"x", 3: "kid"}, "entry 2: member 3 is a str, bytes expected"),
            (8, {2: b"x", 3: KID, 9: True}, "entry 2: member 9 is a bool, int expected"),
            (8, {2: b"x", 3: KID, 9: 2}, "entry 2: a status of 0 (trusted) or 1 (withdrawn) expected"),
            (8, {2: b"x", 3: KID, 7: -1}, "entry 2: a time from 1970 to 9999 in seconds expected"),
            (8, {2: b"x", 3: KID, 7: 253402300800}, "entry 2: a time from 1970 to 9999 in seconds expected"),
            (8, {0: [], 2: b"x", 3: KID}, "entry 2: critical members in an array that is not empty expected"),
            (8, {0: [4], 2: b"x", 3: KID}, "entry 2: no critical members but known ones expected"),
            (9, "x", "withdrawal 2: 8 or 32 bytes expected"),
            (10, {1: b"x"}, "authority 2: member 4 expected"),
            (10, {4: "VN"}, "authority 2: member 1 expected"),
            (10, {1: b"x", 4: "vn"}, "authority 2: a country of two capital letters expected"),
        ],
    )
    def test_problems_name_the_part_and_its_place(self, label, wrong, problem):
        members = members_of(FULL)
        decoded = own_list.decode(cbor2.dumps({**members, label: [members[label][0], wrong]}))
        assert [(one.reason, str(one)) for one in decoded.problems] == [
            (Reason.TRUST_ENTRY_UNREADABLE, problem)
        ]

    @pytest.mark.parametrize(
        ("name", "good", "bad"),
        [
            ("kid", [b"k", bytes(32)], [b"", bytes(33), None]),
            ("domain", ["D", "!" * 40, "~", None], ["", "x" * 41, "D C", "ạ", "\x7f"]),
            ("country", ["VN", None], ["vn", "V", "VNM", ""]),
            ("kinds", [frozenset({Kind.TEST}), None], [frozenset()]),
            (
                "not_before",
                [datetime(1970, 1, 1, tzinfo=UTC)],
                [datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)],
            ),
            ("not_after", [datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)], [ISSUED.replace(tzinfo=None)]),
        ],
    )
    def test_values_of_an_entry_at_their_bounds(self, name, good, bad):
        for value in good:
            assert getattr(bare(**{name: value}), name) == value
        for value in bad:
            with pytest.raises(ValueError, match="expected"):
                bare(**{name: value})

    @pytest.mark.parametrize(
        ("changes", "is_taken"),
        [
            ({"name": "a"}, True),
            ({"name": "0" * 40}, True),
            ({"name": "a.b-c"}, True),
            ({"name": "0" * 41}, False),
            ({"name": ""}, False),
            ({"name": ".a"}, False),
            ({"digest": bytes(33)}, False),
            ({"number": 0}, True),
            ({"number": 2**53 - 1}, True),
            ({"number": -1}, False),
            ({"number": 2**53}, False),
        ],
    )
    def test_values_of_a_companion_at_their_bounds(self, changes, is_taken):
        fields = {"name": "rules", "digest": bytes(32), **changes}
        if is_taken:
            assert Companion(**fields).number == changes.get("number")
        else:
            with pytest.raises(ValueError, match="a companion's"):
                Companion(**fields)

    def test_length_of_an_issuer(self):
        for good in ("A", "Ế" * 200):
            assert listed(issuer=good).issuer == good
        for wrong in ("", "A" * 201, "A\n"):
            with pytest.raises(ValueError, match="an issuer of 1 to 200 printable characters"):
                listed(issuer=wrong)

    def test_encoding_is_what_is_there(self):
        assert [certified().encoding, bare().encoding] == [dsc().der, spki("bare")]
        assert ListEntry(certificate=b"").encoding == ListEntry(key=b"", kid=KID).encoding == b""

    @pytest.mark.parametrize("length", [0, 7, 9, 31, 33])
    def test_a_key_is_withdrawn_by_its_identifier_or_its_digest(self, length):
        taken = frozenset({bytes(8), bytes(32)})
        assert listed(unlisted_withdrawals=taken).withdrawals == taken
        with pytest.raises(ValueError, match="withdrawals of 8 or 32 bytes"):
            listed(unlisted_withdrawals=frozenset({bytes(length)}))

    def test_number_of_companions(self):
        companions = tuple(Companion(name=f"c{n}", digest=bytes(32)) for n in range(65))
        assert len(listed(companions=companions[:64]).companions) == 64
        for wrong in (companions, companions[:1] * 2):
            with pytest.raises(ValueError, match="up to 64 companions, each name once"):
                listed(companions=wrong)

    def test_format_and_members_of_the_list_are_named(self):
        members = members_of(FULL)
        for changed, problem in (
            ({**members, 1: 2}, "format version 1 expected"),
            ({**members, 7: "staging"}, "environment production or test expected"),
            ({**members, 3: "5"}, "member 3 is a str, int expected"),
            ({label: value for label, value in members.items() if label != 2}, "member 2 expected"),
        ):
            with pytest.raises(TrustListError) as caught:
                own_list.decode(cbor2.dumps(changed))
            assert str(caught.value) == f"trust list: {problem}"

    def test_unknown_kind_is_not_granted(self):
        members = members_of(listed(bare(kinds=frozenset({Kind.TEST}))))
        members[8][0][5] = [1, 4]
        (key,) = read_members(members).keys
        assert key.kinds == {Kind.TEST}

    @pytest.mark.parametrize("number", [True, 1.0, "1", None])
    def test_kinds_are_whole_numbers(self, number):
        members = members_of(listed(bare(kinds=frozenset({Kind.TEST}))))
        members[8][0][5] = [1, number]
        (found,) = read_members(members).problems
        assert found.reason is Reason.TRUST_ENTRY_UNREADABLE

    def test_certificate_of_a_key_that_signs_nothing(self):
        with pytest.raises(UnsupportedError):
            own_list.certificate_entry(holder("P-384", "P-384").certificate)

    def test_key_of_another_type(self):
        other = ed25519.Ed25519PrivateKey.generate().public_key()
        encoded = other.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        assert problem(ListEntry(key=encoded, kid=KID)) is Reason.KEY_TYPE
        with pytest.raises(UnsupportedError):
            own_list.key_entry(other, KID)

    def test_repeated_entry_counts_once(self):
        members = members_of(listed(bare()))
        members[8] *= 2
        reading = read_members(members)
        assert len(reading.keys) == 1
        assert [one.code for one in reading.findings] == [ListFindingCode.ENTRY_REPEATED]

    def test_two_keys_with_one_identifier(self):
        reading = read(listed(bare("one"), bare("two")))
        assert len(reading.keys) == 2
        assert [(one.code, one.entry) for one in reading.findings] == [
            (ListFindingCode.KID_SHARED, KID.hex())
        ]

    def test_certificate_that_had_ended_when_the_list_was_made(self):
        one = dsc(name="short", days=100)
        for issued, codes in ((one.not_after, []), (one.not_after + timedelta(seconds=1), ["key-expired"])):
            made = {"issued": issued, "next_update": issued, "usable_until": issued}
            reading = read(listed(ListEntry(certificate=one.der), **made))
            assert [str(finding.code) for finding in reading.findings] == codes

    def test_authority_among_the_signers_is_remarked(self):
        reading = read(listed(ListEntry(certificate=der(authority()))))
        assert [one.code for one in reading.findings] == [ListFindingCode.IS_AUTHORITY]

    def test_key_in_an_encoding_of_its_own(self):
        """A compressed point is the same key with another digest, which no withdrawal would meet."""
        point = private_key("bare").public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
        head = bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200")
        assert problem(ListEntry(key=head + point, kid=KID)) is Reason.TRUST_ENTRY_UNREADABLE


class TestRevokedEntries:
    def test_revoked_entry_withdraws_its_certificate(self):
        reading = read(listed(certified(withdrawn=True)))
        assert [key.withdrawn for key in reading.keys] == [True]
        assert reading.withdrawn == {dsc().digest}

    def test_revoked_bare_key_withdraws_its_identifier_too(self):
        reading = read(listed(bare(withdrawn=True)))
        assert reading.withdrawn == {KID, hashlib.sha256(spki("bare")).digest()}

    def test_revoked_bare_key_with_an_identifier_of_another_length_is_withdrawn_by_its_digest(self):
        reading = read(listed(bare(kid=b"TEST", withdrawn=True)))
        assert reading.withdrawn == {hashlib.sha256(spki("bare")).digest()}

    @pytest.mark.parametrize(
        "entry",
        [
            {1: b"not a certificate", 9: 1},
            {1: b"not a certificate", 4: "?", 9: 1},
            {1: b"not a certificate", 0: [99], 9: 1},
            {2: b"not a certificate", 9: 1},
        ],
    )
    def test_revoked_entry_withdraws_even_when_it_cannot_be_read(self, entry):
        reading = read_members({**members_of(listed()), 8: [entry]})
        assert reading.withdrawn == {hashlib.sha256(b"not a certificate").digest()}
        assert len(reading.problems) == 1

    @pytest.mark.parametrize("value", [b"", bytes(7), bytes(9), bytes(31), bytes(33), "x", None])
    def test_withdrawal_of_another_form_is_a_problem(self, value):
        members = {**members_of(listed(bare())), 9: [value, b"TESTgone"]}
        reading = read_members(members)
        assert reading.withdrawn == {b"TESTgone"}
        assert [one.reason for one in reading.problems] == [Reason.TRUST_ENTRY_UNREADABLE]
        assert len(reading.keys) == 1


class TestAuthorities:
    def of(self, *names, country="VN"):
        return tuple(
            ListAuthority(country=country, certificate=der(authority(country, name))) for name in names
        )

    def test_certificate_of_a_listed_authority(self):
        assert read(listed(certified(), authorities=self.of("CSCA", "other"))).problems == ()

    def test_certificate_of_another_authority_is_refused(self):
        assert problem(certified(), authorities=self.of("other")) is Reason.TRUST_ENTRY_SIGNATURE

    def test_certificate_that_its_authority_signed_weakly_is_refused(self):
        small = rsa.generate_private_key(65537, 1024)  # noqa: S505 - too small on purpose
        name = x509.Name(
            [
                x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "VN"),
                x509.NameAttribute(x509.NameOID.COMMON_NAME, "TEST"),
            ]
        )
        builder = (
            x509.CertificateBuilder(name, name)
            .not_valid_before(STARTS)
            .not_valid_after(STARTS + timedelta(days=900))
            .serial_number(1)
        )
        ca = builder.public_key(small.public_key()).sign(small, hashes.SHA256())
        one = builder.public_key(private_key("weakly").public_key()).sign(small, hashes.SHA256())
        weak = ListAuthority(country="VN", certificate=der(ca))
        entry = ListEntry(certificate=der(one))
        assert problem(entry, authorities=(weak, *self.of("CSCA"))) is Reason.WEAK_SIGNATURE

    def test_authorities_of_other_countries_say_nothing(self):
        authorities = self.of("CSCA", country="FR")
        assert read(listed(certified(), authorities=authorities)).problems == ()

    def test_authority_of_the_country_that_the_entry_states(self):
        """An authority cannot be got round by leaving the country out, nor by stating another."""
        authorities = self.of("CSCA", country="FR")
        assert problem(certified(country="FR"), authorities=authorities) is Reason.TRUST_ENTRY_UNREADABLE

    def test_authorities_say_nothing_of_a_certificate_of_no_country(self):
        one = holder("without country").certificate
        entry = ListEntry(certificate=one.der)
        for country in ("VN", "XX"):
            reading = read(listed(entry, authorities=self.of("CSCA", country=country)))
            assert ([key.digest for key in reading.keys], reading.problems) == ([one.digest], ())

    def test_authority_that_cannot_be_read_certifies_nobody(self):
        broken = (ListAuthority(country="VN", certificate=b"not a certificate"),)
        reading = read(listed(certified(), bare(), authorities=broken))
        assert [key.kid for key in reading.keys] == [KID]
        assert {one.reason for one in reading.problems} == {
            Reason.CERTIFICATE_UNREADABLE,
            Reason.TRUST_ENTRY_SIGNATURE,
        }

    def test_revoked_certificate_stays_listed_whoever_issued_it(self):
        reading = read(listed(certified(withdrawn=True), authorities=self.of("other")))
        assert [key.withdrawn for key in reading.keys] == [True]

    def test_bare_key_needs_no_authority(self):
        assert read(listed(bare(country="VN"), authorities=self.of("CSCA"))).problems == ()

    def test_authority_is_never_among_the_keys(self):
        assert read(listed(authorities=self.of("CSCA"))).keys == ()


class TestBounds:
    def test_100_000_entries_are_read_and_one_more_is_not(self):
        """Of the smallest entries there can be, and none of them right."""
        members = {**members_of(listed()), 8: [{}] * MAX_TRUST_LIST_ENTRIES}
        reading = read_members(members)
        assert reading.entries == len(reading.problems) == 100_000
        members[8].append({})
        assert refusal(signed(cbor2.dumps(members))) is Reason.TRUST_LIST_UNREADABLE

    def test_100_000_entries_of_bare_keys_are_within_the_size_of_a_file(self):
        entries = tuple(bare(kid=n.to_bytes(8, "big"), country="VN") for n in range(100_000))
        assert len(signed(listed(*entries))) <= MAX_TRUST_FILE_BYTES // 2

    def test_a_writer_keeps_the_bound_too(self):
        with pytest.raises(ValueError, match="at most 100000"):
            listed(unlisted_withdrawals=frozenset(n.to_bytes(8, "big") for n in range(100_001)))

    def test_too_large_a_file(self):
        assert refusal(signed(listed())[:18] + bytes(MAX_TRUST_FILE_BYTES)) is Reason.TRUST_LIST_UNREADABLE

    @pytest.mark.parametrize(
        "value", [float("nan"), float("inf"), 2**64, cbor2.CBORTag(1, 0), cbor2.undefined]
    )
    def test_a_value_that_no_content_may_hold(self, value):
        members = {**members_of(listed(bare())), 99: value}
        assert refusal(signed(cbor2.dumps(members))) is Reason.TRUST_LIST_UNREADABLE

    def test_nested_too_deep(self):
        assert refusal(signed(b"\x81" * 100 + b"\x00")) is Reason.TRUST_LIST_UNREADABLE


@pytest.mark.corpus
def test_certificates_of_a_genuine_list_round_trip(corpus):
    """829 certificates of a national list in production, among them some that strict parsers refuse."""
    _, _, body = (corpus / "trust-lists/german/dsc-list.json").read_bytes().partition(b"\n")
    items = json.loads(body)["certificates"]
    certificates = [read_signing_certificate(b64decode(item["rawData"])) for item in items]
    data = signed(listed(*map(own_list.certificate_entry, certificates)))
    reading = read(data)
    assert (len(reading.keys), reading.problems) == (829, ())
    assert {key.kid for key in reading.keys} == {b64decode(item["kid"]) for item in items}
    assert {key.digest: key.country for key in reading.keys} == {
        certificate.digest: certificate.country for certificate in certificates
    }


# --- the specification


def spec_block(title):
    text = SPECIFICATION.read_text("utf-8")
    found = re.search(rf"^#+ [^\n]*{re.escape(title)}.*?^```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert found is not None, title
    return found.group(1)


class TestSpecification:
    """What `specs/trust-list.md` shows is what the code does."""

    EXAMPLE = listed(
        ListEntry(
            key=spki("example signer"),
            kid=KID,
            country="VN",
            kinds=frozenset({Kind.VACCINATION}),
            domain="DCC",
        ),
        environment=Environment.TEST,
        unlisted_withdrawals=frozenset({b"TESTgone"}),
        companions=(Companion(name="revocation", digest=hashlib.sha256(b"TEST").digest(), number=12),),
    )

    def test_worked_example(self):
        shown = bytes.fromhex(re.sub(r"\s|#.*", "", spec_block("Document in hexadecimal")))
        assert shown == signed(self.EXAMPLE)
        (key,) = read(shown).keys
        assert key.kid == KID

    def test_anchor_of_the_example(self):
        assert bytes.fromhex("".join(spec_block("Anchor in hexadecimal").split())) == spki("anchor 1")

    @pytest.mark.parametrize(
        ("rule", "labels"), [("trust-list", (*EditionLabel, *own_list._List)), ("entry", own_list._Entry)]
    )
    def test_labels(self, rule, labels):
        """Each line of the CDDL ends with the name that the code has for its label."""
        body = re.search(rf"^{rule} = \{{\n(.*?)^\}}", spec_block("CDDL"), re.DOTALL | re.MULTILINE).group(1)
        shown = dict(re.findall(r"^ +\(?\??\s*(\d+) => [^;]*; ([a-z-]+)", body, re.MULTILINE))
        assert shown == {
            "0": "critical",
            **{str(int(one)): one.name.lower().replace("_", "-") for one in labels},
        }
