import hashlib
from datetime import UTC, datetime, timedelta

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.attestations import (
    CLINIC,
    NOW,
    PROVINCE,
    RECORD,
    anchor,
    content,
    entry,
    facilities,
    private_key,
    signed_list,
    signer,
)

from vaxcert.errors import Reason, StaleTrustListError, TrustListError, UnsupportedError
from vaxcert.trust import facility_list, own_list, signed_document
from vaxcert.trust.facility_list import Attester, FacilityEntry, Scope, facility_entry
from vaxcert.trust.origin import Environment
from vaxcert.trust.signed_editions import check_succession

SECOND = timedelta(seconds=1)


def read(data, *names, **options):
    anchors = tuple(anchor(name) for name in names or ("anchor 1",))
    return facility_list.read(data, anchors, **options)


def members_of(what):
    return cbor2.loads(facility_list.encode(what))


def read_members(members):
    return read(signed_list(cbor2.dumps(members)))


def outcome(members):
    """Why a list is not read, or that it is."""
    try:
        read_members(members)
    except TrustListError as error:
        return error.reason
    return "read"


def refusal(call):
    with pytest.raises(TrustListError) as caught:
        call()
    assert "\n" not in str(caught.value)
    return caught.value.reason


def spki(key):
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


class TestAttesters:
    def test_facility_speaks_for_its_own_records(self):
        assert CLINIC.speaks_for(RECORD)
        assert not Attester(Scope.FACILITY, "79002").speaks_for(RECORD)
        assert not Attester(Scope.FACILITY, "79").speaks_for(RECORD)

    def test_province_speaks_for_records_of_its_facilities(self):
        assert PROVINCE.speaks_for(RECORD)
        assert not Attester(Scope.PROVINCE, "38").speaks_for(RECORD)
        assert not Attester(Scope.PROVINCE, "79001").speaks_for(RECORD)

    @pytest.mark.parametrize("code", ["1", "x" * 40, "Trạm 1", "79/001"])
    def test_codes(self, code):
        assert Attester(Scope.FACILITY, code).code == code

    @pytest.mark.parametrize("code", ["", "x" * 41, " 1", "1 ", "1\n2", "a\u0301", "\u200b"])
    def test_codes_of_another_form(self, code):
        with pytest.raises(ValueError, match="code"):
            Attester(Scope.FACILITY, code)

    def test_is_shown_by_scope_and_code(self):
        assert f"{CLINIC}" == "facility 79001"


class TestList:
    def test_round_trip(self):
        starts, ends = datetime(2021, 3, 8, tzinfo=UTC), datetime(2027, 12, 31, tzinfo=UTC)
        what = content(
            entry("clinic", CLINIC, not_before=starts, not_after=ends),
            entry("province", PROVINCE, withdrawn=True),
        )
        decoded = facility_list.decode(facility_list.encode(what))
        assert set(decoded.content.entries) == set(what.entries)
        assert decoded.problems == ()
        assert facility_list.encode(decoded.content) == facility_list.encode(what)

    def test_order_of_what_is_given_does_not_matter(self):
        one, other = entry("clinic", CLINIC), entry("province", PROVINCE)
        assert facility_list.encode(content(one, other)) == facility_list.encode(content(other, one, one))

    def test_what_a_list_says_of_itself(self):
        found = facilities()
        origin = found.origin
        assert (origin.name, origin.number, origin.issued) == ("TEST list", 5, NOW)
        assert (found.issuer, found.environment, len(found), found.entries) == (
            "TEST ministry",
            Environment.TEST,
            4,
            4,
        )
        assert found.digest == hashlib.sha256(facility_list.encode(content())).digest()

    def test_dates(self):
        found = facilities()
        ends = NOW + timedelta(days=30)
        found.check_usable(at=ends)
        with pytest.raises(StaleTrustListError) as caught:
            found.check_usable(at=ends + SECOND)
        assert caught.value.reason is Reason.STALE_TRUST_LIST
        assert not found.is_overdue(at=NOW + timedelta(days=7))
        assert found.is_overdue(at=NOW + timedelta(days=7) + SECOND)

    @pytest.mark.parametrize("label", [5, 6])
    def test_dates_out_of_order(self, label):
        members = members_of(content())
        members[label] = members[label - 1] - 1
        assert refusal(lambda: read_members(members)) is Reason.TRUST_LIST_UNREADABLE

    def test_both_types_of_key(self):
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        found = facilities(facility_entry(key.public_key(), facilities=frozenset({"1"})))
        assert (len(found), found.problems) == (1, ())

    @pytest.mark.parametrize(
        "wrong",
        [{}, {"facilities": frozenset()}, {"facilities": frozenset({" "})}, {"provinces": frozenset({""})}],
    )
    def test_entry_needs_somebody_to_speak_for(self, wrong):
        with pytest.raises(ValueError, match="expected"):
            FacilityEntry(key=b"", **wrong)

    def test_entry_needs_a_key_that_signs(self):
        with pytest.raises(UnsupportedError) as caught:
            facility_entry(ed25519.Ed25519PrivateKey.generate().public_key(), facilities=frozenset({"1"}))
        assert caught.value.reason is Reason.KEY_TYPE

    def test_too_many_codes_of_one_entry(self, monkeypatch):
        from vaxcert.trust import document_members

        key = content().entries[0].key
        monkeypatch.setattr(document_members, "MAX_TRUST_LIST_ENTRIES", 3)
        for codes in ("facilities", "provinces"):
            FacilityEntry(key=key, **{codes: frozenset("123")})
            with pytest.raises(ValueError, match="at most 3"):
                FacilityEntry(key=key, **{codes: frozenset("1234")})

    def test_too_many_entries(self, monkeypatch):
        from vaxcert.trust import document_members

        monkeypatch.setattr(document_members, "MAX_TRUST_LIST_ENTRIES", 3)
        with pytest.raises(ValueError, match="at most 3"):
            content()
        monkeypatch.setattr(document_members, "MAX_TRUST_LIST_ENTRIES", 4)
        content()


class TestSignatures:
    def test_anchors(self):
        data = signed_list(content())
        assert refusal(lambda: facility_list.read(data, ())) is Reason.ANCHOR_MISSING
        assert refusal(lambda: read(data, "stranger")) is Reason.TRUST_LIST_SIGNATURE

    def test_threshold(self):
        one, two = signed_list(content(), "anchor 1"), signed_list(content(), "anchor 1", "anchor 2")
        pinned = ("anchor 1", "anchor 2", "anchor 3")
        assert refusal(lambda: read(one, *pinned, threshold=2)) is Reason.TRUST_LIST_THRESHOLD
        assert len(read(two, *pinned, threshold=2)) == 4

    def test_environment(self):
        data = signed_list(content())
        assert read(data, expected=Environment.TEST).environment is Environment.TEST
        wrong = Environment.PRODUCTION
        assert refusal(lambda: read(data, expected=wrong)) is Reason.TRUST_LIST_ENVIRONMENT
        pinned = (anchor(environment=wrong),)
        assert refusal(lambda: facility_list.read(data, pinned)) is Reason.TRUST_LIST_ENVIRONMENT

    def test_documents_of_another_kind(self):
        as_trust_list = signed_document.sign(
            facility_list.encode(content()), own_list.CONTENT_TYPE, [signer("anchor 1")]
        )
        assert refusal(lambda: read(signed_document.write(as_trust_list))) is Reason.TRUST_LIST_UNREADABLE

    def test_flipped_byte_anywhere_reads_nothing(self):
        data = signed_list(content(entry("clinic", CLINIC)))
        for place in range(len(data)):
            damaged = bytearray(data)
            damaged[place] ^= 1 << place % 8
            assert refusal(lambda damaged=bytes(damaged): read(damaged)) in {
                Reason.TRUST_LIST_UNREADABLE,
                Reason.TRUST_LIST_SIGNATURE,
            }

    @settings(max_examples=50)
    @given(st.binary(max_size=200))
    def test_any_signed_content_gives_a_list_or_our_error(self, data):
        assert refusal(lambda: read(signed_list(data))) is Reason.TRUST_LIST_UNREADABLE


def problem_of(bad):
    """The reason of the only problem of a list; its other entry is used all the same."""
    members = members_of(content(entry("clinic", CLINIC)))
    found = read_members({**members, 8: [bad, *members[8]]})
    assert len(found) == 1
    assert found.entries == 2
    (only,) = found.problems
    assert "\n" not in str(only)
    return only.reason


class TestBadEntries:
    KEY = spki(private_key("clinic").public_key())

    @pytest.mark.parametrize(
        "bad",
        [
            1,
            {},
            {2: b"", 10: []},
            {2: KEY},
            {2: KEY, 10: [1]},
            {2: KEY, 10: [""]},
            {2: KEY, 11: "38"},
            {2: KEY, 10: ["1"], 9: 2},
            {2: KEY, 10: ["1"], 7: 2, 8: 1},
            {2: KEY, 10: ["1"], 7: -1},
            {2: KEY, 10: ["1"], 0: [12], 12: 1},
            {2: KEY, 10: ["1"], 0: []},
            {2: b"no key", 10: ["1"]},
            {2: KEY + b"\0", 10: ["1"]},
            {2: KEY[:-1] + bytes([KEY[-1] ^ 1]), 10: ["1"]},
        ],
    )
    def test_unreadable(self, bad):
        assert problem_of(bad) is Reason.TRUST_ENTRY_UNREADABLE

    def test_compressed_point_would_have_another_digest(self):
        point = private_key("clinic").public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
        info = bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200") + point
        assert problem_of({2: info, 10: ["1"]}) is Reason.TRUST_ENTRY_UNREADABLE

    def test_other_types_of_key(self):
        for key in (ec.generate_private_key(ec.SECP384R1()), ed25519.Ed25519PrivateKey.generate()):
            assert problem_of({2: spki(key.public_key()), 10: ["1"]}) is Reason.KEY_TYPE

    def test_small_rsa_key(self):
        key = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505
        assert problem_of({2: spki(key.public_key()), 10: ["1"]}) is Reason.WEAK_SIGNATURE

    def test_unknown_members_are_ignored_unless_critical(self):
        members = members_of(content(entry("clinic", CLINIC)))
        grown = {**members, 99: "new", 8: [{**members[8][0], 99: 1}]}
        assert len(read_members(grown)) == 1
        assert refusal(lambda: read_members({0: [99], **grown})) is Reason.TRUST_LIST_UNREADABLE

    @pytest.mark.parametrize(
        ("bad", "told"),
        [
            (1, "entry 2: a map expected"),
            ({10: ["1"]}, "entry 2: member 2 expected"),
            ({2: "x", 10: ["1"]}, "entry 2: member 2 is a str, bytes expected"),
            ({2: b"x"}, "entry 2: at least one facility or province expected"),
            ({2: b"x", 10: []}, "entry 2: codes of text, at least one, expected"),
            ({2: b"x", 11: [1]}, "entry 2: codes of text, at least one, expected"),
            ({2: b"x", 10: ["1"], 9: 2}, "entry 2: a status of 0 (trusted) or 1 (withdrawn) expected"),
            ({2: b"x", 10: ["1"], 7: 2, 8: 1}, "entry 2: times in their order expected"),
        ],
    )
    def test_what_is_wrong_with_an_entry_is_told(self, bad, told):
        members = members_of(content(entry("clinic", CLINIC)))
        decoded = facility_list.decode(cbor2.dumps({**members, 8: [*members[8], bad]}))
        assert [(one.reason, str(one)) for one in decoded.problems] == [(Reason.TRUST_ENTRY_UNREADABLE, told)]
        assert decoded.entries == 2

    def test_what_is_wrong_with_a_key_is_told(self):
        small = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505
        for key, told in (
            (b"no key", "its public key cannot be read"),
            (self.KEY + b"\0", "its public key cannot be read"),
            (spki(small.public_key()), "an RSA key of 1024 bits, at least 2048 expected"),
        ):
            (only,) = read_members(
                {**members_of(content(entry("clinic", CLINIC))), 8: [{2: key, 10: ["1"]}]}
            ).problems
            assert str(only) == f"{hashlib.sha256(key).hexdigest()[:16]}: {told}"

    def test_a_list_is_called_by_its_issuer_or_as_the_reader_likes(self):
        data = signed_list(content())
        assert read(data).origin.name == "TEST ministry"
        assert read(data, name="here").origin.name == "here"

    def test_other_format(self):
        members = members_of(content())
        assert refusal(lambda: read_members({**members, 1: 2})) is Reason.TRUST_LIST_UNREADABLE

    @pytest.mark.parametrize("more", [{}, {10: [1]}, {7: 2, 8: 1}])
    def test_a_withdrawal_holds_though_its_entry_is_bad(self, more):
        members = members_of(content(entry("clinic", CLINIC)))
        found = read_members({**members, 8: [{2: self.KEY, 9: 1, **more}, *members[8]]})
        assert found.withdrawn == {hashlib.sha256(self.KEY).digest()}

    values = st.recursive(
        st.none() | st.booleans() | st.integers(-3, 2**40) | st.binary(max_size=9) | st.text(max_size=4),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.integers(0, 12), inner, max_size=3),
        max_leaves=6,
    )

    @settings(max_examples=80)
    @given(st.integers(0, 12), values)
    def test_any_value_of_any_member_gives_a_list_or_our_error(self, label, value):
        assert outcome({**members_of(content()), label: value}) in {"read", Reason.TRUST_LIST_UNREADABLE}

    @settings(max_examples=40)
    @given(st.lists(st.dictionaries(st.integers(0, 12), values, max_size=5) | values, max_size=4))
    def test_any_entries_leave_the_right_one(self, entries):
        members = members_of(content(entry("clinic", CLINIC)))
        found = read_members({**members, 8: [*entries, *members[8]]})
        assert found.entries == len(entries) + 1
        assert len(found) >= 1


class TestSuccession:
    @staticmethod
    def check(old, new):
        check_succession(old.origin, old.environment, old.digest, new)

    def test_same_and_later_editions(self):
        self.check(facilities(), facilities())
        self.check(facilities(), facilities(number=6, issued=NOW + SECOND))

    def test_same_content_with_other_signatures(self):
        again = facility_list.read(signed_list(content(), "anchor 1", "anchor 2"), (anchor(),))
        self.check(facilities(), again)

    @pytest.mark.parametrize(
        "changes", [{"number": 4}, {"number": 6, "issued": NOW - SECOND}, {"issuer": "TEST other"}]
    )
    def test_rollback(self, changes):
        assert refusal(lambda: self.check(facilities(), facilities(**changes))) is Reason.TRUST_LIST_ROLLBACK

    def test_environment(self):
        new = facilities(number=6, environment=Environment.PRODUCTION)
        assert refusal(lambda: self.check(facilities(), new)) is Reason.TRUST_LIST_ENVIRONMENT
