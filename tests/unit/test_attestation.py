import hashlib
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.attestations import (
    CLINIC,
    ENTRIES,
    NOW,
    OTHER_CLINIC,
    OTHER_PROVINCE,
    PROVINCE,
    RECORD,
    attested,
    content,
    entry,
    facilities,
    private_key,
    signed_list,
    signer,
)

from vaxcert.adapters.signers import BareKeySigner
from vaxcert.errors import (
    AttestationError,
    DecodeError,
    LimitExceededError,
    Reason,
    StaleTrustListError,
    VaxcertError,
)
from vaxcert.limits import MAX_ATTESTATION_BYTES
from vaxcert.model.dose_record import DoseRecord
from vaxcert.trust import attestation as module
from vaxcert.trust import facility_list, own_list, signed_document
from vaxcert.trust.attestation import (
    CONTENT_TYPE,
    Attestation,
    attestation_of,
    check_attestation,
    encode,
    sign,
)
from vaxcert.trust.attested_records import AttestedRecords
from vaxcert.trust.document_members import EditionLabel
from vaxcert.trust.facility_list import facility_entry
from vaxcert.trust.record_digest import record_digest

SPECIFICATION = Path(__file__).parents[2] / "specs" / "attestation.md"
SECOND = timedelta(seconds=1)
OTHERS = tuple(replace(RECORD, lot=f"TEST-{number}") for number in range(9))
FACILITIES = facilities()


def check(data, listed=FACILITIES, at=NOW):
    return check_attestation(data, listed, at=at)


def refusal(data, listed=FACILITIES, at=NOW, error=AttestationError):
    with pytest.raises(error) as caught:
        check(data, listed, at)
    assert "\n" not in str(caught.value)
    return caught.value.reason


def outcome(data):
    """Why an attestation does not count, or that it does."""
    try:
        check(data)
    except VaxcertError as error:
        return error.reason
    return "attested"


def of(records=(RECORD,), attester=CLINIC, at=NOW):
    return attestation_of(map(record_digest, records), attester, at=at)


def signed(data, name="clinic"):
    """Any content, signed as an attestation."""
    return signed_document.write(signed_document.sign(data, CONTENT_TYPE, [signer(name)]))


class TestAttested:
    def test_round_trip(self):
        found = check(attested(OTHERS))
        assert found == of(OTHERS)
        assert (found.attester, found.issued, found.count) == (CLINIC, NOW, 9)
        assert list(found) == sorted(map(record_digest, OTHERS))

    def test_tells_what_it_attests(self):
        found = check(attested(OTHERS))
        assert all(map(found.attests, OTHERS))
        assert not found.attests(RECORD)
        assert not found.holds(bytes(32))
        assert not found.holds(b"\xff" * 32)

    def test_a_facility_attests_its_own_records_only(self):
        stranger = replace(RECORD, facility_code=OTHER_CLINIC.code)
        found = check(attested([RECORD, stranger]))
        assert found.holds(record_digest(stranger))
        assert not found.attests(stranger)
        assert found.attests(RECORD)

    def test_a_province_attests_all_its_facilities(self):
        elsewhere = replace(RECORD, province_code=OTHER_PROVINCE.code)
        unknown = replace(RECORD, province_code=None)
        found = check(attested([RECORD], PROVINCE, "province"))
        assert found.attests(RECORD)
        assert found.attests(replace(RECORD, province_name="TEST"))
        assert not found.attests(elsewhere)
        assert not found.attests(unknown)

    def test_same_records_give_the_same_bytes(self):
        assert attested(OTHERS) == attested(OTHERS[::-1] + OTHERS)

    def test_zone_and_fractions_of_the_time_do_not_matter(self):
        moved = NOW.astimezone(timezone(timedelta(hours=7))).replace(microsecond=1)
        assert attested(at=moved) == attested()

    def test_rsa_key(self):
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        listed = facilities(facility_entry(key.public_key(), facilities=frozenset({CLINIC.code})))
        assert check(sign(of(), BareKeySigner(key)), listed) == of()

    def test_identifier_is_of_the_content(self):
        data = attested()
        found = check(data)
        assert found.identifier == hashlib.sha256(encode(of())).hexdigest()[:32]
        # s and n - s verify both; nobody needs the key to turn one into the other
        order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
        turned = data[:-32] + (order - int.from_bytes(data[-32:], "big")).to_bytes(32, "big")
        assert check(turned).identifier == found.identifier

    def test_shows_no_digest(self):
        found = check(attested())
        assert record_digest(RECORD).hex()[:8] not in repr(found)
        assert repr(record_digest(RECORD))[2:8] not in repr(found)


class TestMaking:
    def test_nothing_to_attest(self):
        with pytest.raises(ValueError, match="1 to"):
            attestation_of([], CLINIC, at=NOW)

    def test_as_many_as_there_may_be(self, monkeypatch):
        monkeypatch.setattr(module, "MAX_ATTESTED_RECORDS", 9)
        assert of(OTHERS).count == 9
        with pytest.raises(ValueError, match="1 to 9 records"):
            of((*OTHERS, RECORD))

    @pytest.mark.parametrize(
        "digests",
        [bytes(31), bytes(33), bytes(64), b"\1" * 32 + bytes(32)],
        ids=["short", "long", "twice", "order"],
    )
    def test_digests_of_another_form(self, digests):
        with pytest.raises(ValueError, match="expected"):
            Attestation(attester=CLINIC, issued=NOW, digests=digests)

    def test_times_have_a_zone(self):
        with pytest.raises(ValueError, match="zone"):
            Attestation(attester=CLINIC, issued=datetime(2026, 3, 1), digests=bytes(32))  # noqa: DTZ001
        with pytest.raises(ValueError, match="zone"):
            attestation_of([bytes(32)], CLINIC, at=datetime(2026, 3, 1))  # noqa: DTZ001
        with pytest.raises(ValueError, match="zone"):
            check(attested(), at=datetime(2026, 3, 1))  # noqa: DTZ001


class TestDamage:
    DATA = attested(OTHERS)

    def test_flipped_byte_anywhere_is_refused(self):
        for place in range(len(self.DATA)):
            damaged = bytearray(self.DATA)
            damaged[place] ^= 1 << place % 8
            assert refusal(bytes(damaged), error=VaxcertError) in {
                Reason.ATTESTATION_UNREADABLE,
                Reason.ATTESTATION_SIGNATURE,
                Reason.ATTESTER_UNKNOWN,
            }

    def test_cut_short_anywhere_is_unreadable(self):
        for end in range(len(self.DATA)):
            assert refusal(self.DATA[:end], error=DecodeError) is Reason.ATTESTATION_UNREADABLE
        assert refusal(self.DATA + b"\0", error=DecodeError) is Reason.ATTESTATION_UNREADABLE

    def test_bound(self):
        for length, error, reason in (
            (MAX_ATTESTATION_BYTES, DecodeError, Reason.ATTESTATION_UNREADABLE),
            (MAX_ATTESTATION_BYTES + 1, LimitExceededError, Reason.INPUT_TOO_LONG),
        ):
            assert refusal(bytes(length), error=error) is reason

    @given(st.binary(max_size=300))
    def test_any_bytes_give_an_attestation_or_our_error(self, data):
        assert refusal(data, error=DecodeError) is Reason.ATTESTATION_UNREADABLE

    @given(st.binary(max_size=120))
    def test_any_signed_content_gives_an_attestation_or_our_error(self, data):
        assert refusal(signed(data), error=DecodeError) is Reason.ATTESTATION_UNREADABLE

    values = (
        st.none()
        | st.booleans()
        | st.integers(-(2**63), 2**63)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.binary(max_size=70)
        | st.text(max_size=4)
        | st.lists(st.binary(max_size=33), max_size=2)
    )

    @settings(max_examples=150)
    @given(st.integers(0, 7), values)
    def test_any_value_of_any_member_gives_an_attestation_or_our_error(self, label, value):
        assert outcome(signed(cbor2.dumps({**cbor2.loads(encode(of())), label: value}))) in {
            "attested",
            Reason.ATTESTATION_UNREADABLE,
            Reason.ATTESTER_NOT_AUTHORISED,
            Reason.ATTESTATION_IN_FUTURE,
        }


class TestOneEncoding:
    MEMBERS = cbor2.loads(encode(of(OTHERS[:2])))

    @pytest.mark.parametrize(
        "content",
        [
            cbor2.dumps({**MEMBERS, 7: 0}),
            cbor2.dumps({0: [1], **MEMBERS}),
            cbor2.dumps(dict(reversed(MEMBERS.items()))),
            cbor2.dumps({label: value for label, value in MEMBERS.items() if label != 5}),
            cbor2.dumps({**MEMBERS, 1: 2}),
            cbor2.dumps({**MEMBERS, 1: 1.0}),
            cbor2.dumps({**MEMBERS, 1: True}),
            cbor2.dumps({**MEMBERS, 2: 0}),
            cbor2.dumps({**MEMBERS, 2: 3}),
            cbor2.dumps({**MEMBERS, 3: b"79001"}),
            cbor2.dumps({**MEMBERS, 3: " 79001"}),
            cbor2.dumps({**MEMBERS, 4: -1}),
            cbor2.dumps({**MEMBERS, 5: 1}),
            cbor2.dumps({**MEMBERS, 5: 3}),
            cbor2.dumps({**MEMBERS, 6: MEMBERS[6][32:] + MEMBERS[6][:32]}),
            cbor2.dumps({**MEMBERS, 6: MEMBERS[6][:32] * 2}),
            cbor2.dumps({**MEMBERS, 6: MEMBERS[6][:-1]}),
            cbor2.dumps({**MEMBERS, 6: [MEMBERS[6][:32], MEMBERS[6][32:]]}),
            encode(of(OTHERS[:2])).replace(b"\xa6\x01\x01", b"\xa6\x01\x18\x01"),
            encode(of(OTHERS[:2])).replace(b"\xa6\x01\x01", b"\xbf\x01\x01") + b"\xff",
        ],
    )
    def test_other_encodings_and_members_are_unreadable(self, content):
        assert content != encode(of(OTHERS[:2]))
        assert refusal(signed(content), error=DecodeError) is Reason.ATTESTATION_UNREADABLE

    def test_is_deterministic_cbor(self):
        data = encode(of(OTHERS))
        assert cbor2.dumps(cbor2.loads(data), canonical=True) == data


class TestKinds:
    """No document is taken for one of another kind."""

    @pytest.mark.parametrize("content_type", [own_list.CONTENT_TYPE, facility_list.CONTENT_TYPE, ""])
    def test_content_signed_as_another_kind(self, content_type):
        other = signed_document.sign(encode(of()), content_type, [signer("clinic")])
        assert refusal(signed_document.write(other), error=DecodeError) is Reason.ATTESTATION_UNREADABLE
        relabelled = signed_document.write(replace(other, content_type=CONTENT_TYPE))
        assert refusal(relabelled) is Reason.ATTESTATION_SIGNATURE

    def test_facility_list_offered_as_an_attestation(self):
        data = signed_list(content(), "clinic")
        assert refusal(data, error=DecodeError) is Reason.ATTESTATION_UNREADABLE

    def test_several_signatures(self):
        two = signed_document.sign(encode(of()), CONTENT_TYPE, [signer("clinic"), signer("province")])
        assert refusal(signed_document.write(two), error=DecodeError) is Reason.ATTESTATION_UNREADABLE


class TestWhoMay:
    def test_key_that_is_not_listed(self):
        assert refusal(attested(key="stranger")) is Reason.ATTESTER_UNKNOWN

    def test_anchor_is_no_attester(self):
        assert refusal(attested(key="anchor 1")) is Reason.ATTESTER_UNKNOWN

    def test_key_of_another_facility(self):
        assert refusal(attested(key="other clinic")) is Reason.ATTESTER_NOT_AUTHORISED

    def test_signature_of_another_facility_under_the_name_of_this_one(self):
        honest = signed_document.read(attested(), CONTENT_TYPE)
        forged = signed_document.read(attested(key="other clinic"), CONTENT_TYPE)
        mixed = replace(forged.signatures[0], kid=honest.signatures[0].kid)
        data = signed_document.write(replace(honest, signatures=(mixed,)))
        assert refusal(data) is Reason.ATTESTATION_SIGNATURE

    def test_content_of_one_attestation_with_the_signature_of_another(self):
        one, other = (signed_document.read(attested(some), CONTENT_TYPE) for some in (OTHERS[:1], OTHERS[1:]))
        data = signed_document.write(replace(one, signatures=other.signatures))
        assert refusal(data) is Reason.ATTESTATION_SIGNATURE

    @pytest.mark.parametrize(
        ("attester", "key"),
        [
            (CLINIC, "province"),
            (PROVINCE, "clinic"),
            (PROVINCE, "other province"),
            (replace(PROVINCE, code=CLINIC.code), "clinic"),
            (replace(CLINIC, code=PROVINCE.code), "province"),
        ],
    )
    def test_scopes_are_apart(self, attester, key):
        assert refusal(attested(attester=attester, key=key)) is Reason.ATTESTER_NOT_AUTHORISED

    def test_dates_of_the_key_are_those_of_the_signing(self):
        starts, ends = NOW - timedelta(days=9), NOW - timedelta(days=2)
        listed = facilities(entry("clinic", CLINIC, not_before=starts, not_after=ends))
        for at in (starts, ends):
            assert check(attested(at=at), listed).issued == at
        for at in (starts - SECOND, ends + SECOND):
            assert refusal(attested(at=at), listed) is Reason.ATTESTER_NOT_IN_DATE

    def test_grants_do_not_add_up(self):
        ended = entry("clinic", CLINIC, not_after=NOW - SECOND)
        listed = facilities(ended, entry("clinic", OTHER_CLINIC))
        assert refusal(attested(), listed) is Reason.ATTESTER_NOT_IN_DATE
        assert check(attested(attester=OTHER_CLINIC), listed).attester == OTHER_CLINIC
        again = facilities(ended, entry("clinic", CLINIC, not_before=NOW))
        assert check(attested(), again) == of()

    def test_withdrawn_key_has_never_signed(self):
        listed = facilities(entry("clinic", CLINIC, withdrawn=True))
        assert refusal(attested(at=NOW - timedelta(days=400)), listed) is Reason.ATTESTER_WITHDRAWN

    def test_withdrawal_counts_for_all_grants_of_a_key(self):
        listed = facilities(entry("clinic", CLINIC), entry("clinic", OTHER_CLINIC, withdrawn=True))
        assert refusal(attested(), listed) is Reason.ATTESTER_WITHDRAWN
        others = facilities(entry("clinic", CLINIC), entry("province", PROVINCE, withdrawn=True))
        assert check(attested(), others) == of()

    def test_list_that_has_ended(self):
        ends = NOW + timedelta(days=30)
        assert check(attested(), at=ends) == of()
        assert refusal(attested(), at=ends + SECOND, error=StaleTrustListError) is Reason.STALE_TRUST_LIST

    def test_signed_later_than_now(self):
        assert check(attested(at=NOW + timedelta(seconds=300))).issued > NOW
        data = attested(at=NOW + timedelta(seconds=301))
        assert refusal(data) is Reason.ATTESTATION_IN_FUTURE

    def test_keys_that_share_an_identifier_are_both_tried(self, monkeypatch):
        monkeypatch.setattr(signed_document, "KEY_IDENTIFIER_BYTES", 0)
        monkeypatch.setattr(signed_document, "key_identifier", lambda key: b"")
        listed = facilities()
        assert len(listed.grants(b"")) == len(ENTRIES)
        assert check(attested(), listed) == of()

    def test_errors_say_who_and_when(self):
        ended = facilities(entry("clinic", CLINIC, not_after=NOW - SECOND))
        withdrawn = facilities(entry("clinic", CLINIC, withdrawn=True))
        late = NOW + timedelta(seconds=301)
        times = f"{late:%Y-%m-%dT%H:%M:%SZ}, later than {NOW:%Y-%m-%dT%H:%M:%SZ}"
        for data, listed, told in (
            (attested(key="stranger"), FACILITIES, "is not on the facility list"),
            (attested(), withdrawn, "has been withdrawn"),
            (attested(key="other clinic"), FACILITIES, f"may not attest for {CLINIC}"),
            (attested(), ended, f"was not in date for {CLINIC} at {NOW:%Y-%m-%dT%H:%M:%SZ}"),
            (attested(at=late), FACILITIES, f"signed at {times} when it was checked"),
        ):
            with pytest.raises(AttestationError) as caught:
                check(data, listed)
            assert str(caught.value) == f"attestation: key {caught.value.kid.hex()} {told}"

    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({1: 2}, "format version 1 expected"),
            ({2: 3}, "scope 1 (facility) or 2 (province) expected"),
            ({3: b"x"}, "member 3 is a bytes, str expected"),
            ({4: -1}, "a time from 1970 to 9999 in seconds expected"),
            ({6: b""}, "1 to 1000000 records expected"),
            ({6: bytes(31)}, "digests of 32 bytes expected"),
            ({6: bytes(64)}, "digests in ascending order, each once, expected"),
            ({5: 2}, "its one encoding (RFC 8949 section 4.2.1) and no further members expected"),
        ],
    )
    def test_what_is_wrong_with_the_content_is_told(self, changes, told):
        content = cbor2.dumps({**cbor2.loads(encode(of())), **changes})
        with pytest.raises(DecodeError) as caught:
            check(signed(content))
        assert caught.value.reason is Reason.ATTESTATION_UNREADABLE
        assert str(caught.value) == f"attestation: {told}"

    def test_error_names_the_key(self):
        with pytest.raises(AttestationError) as caught:
            check(attested(key="stranger"))
        kid = signed_document.key_identifier(private_key("stranger").public_key())
        assert caught.value.kid == kid
        assert kid.hex() in str(caught.value)


class TestAttestedRecords:
    def test_the_one_signed_first_is_named(self):
        early, late = of(OTHERS[:2], at=NOW - SECOND), of(OTHERS[:3])
        for order in ([early, late], [late, early]):
            found = AttestedRecords(order)
            assert len(found) == 3
            assert found.of(OTHERS[0]).attestation == early
            assert found.of(OTHERS[2]).attestation == late

    def test_nobody(self):
        found = AttestedRecords([of(OTHERS)]).of(RECORD)
        assert (found.attestation, found.by_others) == (None, False)

    def test_others_only(self):
        stranger = of([RECORD], OTHER_CLINIC)
        found = AttestedRecords([stranger]).of(RECORD)
        assert (found.attestation, found.by_others) == (None, True)
        found = AttestedRecords([stranger, of(at=NOW + SECOND)]).of(RECORD)
        assert found.attestation == of(at=NOW + SECOND)
        assert not found.by_others


# --- the specification


def spec_block(title):
    text = SPECIFICATION.read_text("utf-8")
    found = re.search(rf"^#+ [^\n]*{re.escape(title)}.*?^```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert found is not None, title
    return found.group(1)


def shown(title):
    return bytes.fromhex(re.sub(r"\s|#.*", "", spec_block(title)))


class TestSpecification:
    """What `specs/attestation.md` shows is what the code does."""

    TEXT = SPECIFICATION.read_text("utf-8")
    LISTED = content(
        entry("example facility", CLINIC, not_before=datetime(2021, 3, 8, tzinfo=UTC)),
        entry("example province", OTHER_PROVINCE, withdrawn=True),
    )

    def test_record(self):
        digest = hashlib.sha256(shown("Record in hexadecimal")).digest()
        assert digest == record_digest(RECORD)
        assert f"`{digest.hex()}`" in self.TEXT

    def test_facility_list(self):
        assert shown("Facility list in hexadecimal") == signed_list(self.LISTED)

    def test_attestation(self):
        data = shown("Attestation in hexadecimal")
        assert data == attested(key="example facility")
        found = check(data, facilities(*self.LISTED.entries))
        assert found.attests(RECORD)
        assert f"`{found.identifier}`" in self.TEXT

    @pytest.mark.parametrize(
        ("rule", "title", "labels"),
        [
            ("facility-list", "3. The facility list", (*EditionLabel, *facility_list._List)),
            ("entry", "3. The facility list", facility_list._Entry),
            ("attestation", "5. The attestation", module._Member),
        ],
    )
    def test_labels(self, rule, title, labels):
        """Each line of the CDDL ends with the name that the code has for its label."""
        body = re.search(rf"^{rule} = \{{\n(.*?)^\}}", spec_block(title), re.DOTALL | re.MULTILINE).group(1)
        named = dict(re.findall(r"^ +\(?\??\s*(\d+) => [^;]*; ([a-z-]+)", body, re.MULTILINE))
        named.pop("0", None)
        assert named == {str(int(one)): one.name.lower().replace("_", "-") for one in labels}

    def test_reasons_of_the_steps(self):
        steps = self.TEXT.partition("## 6. ")[2].partition("## 7. ")[0]
        named = {reason for reason in re.findall(r"`([a-z-]+)`", steps) if reason in set(Reason)}
        assert named == {
            "stale-trust-list",
            "input-too-long",
            *(one for one in Reason if one.startswith(("attestation-", "attester-"))),
        }

    def test_requirements_are_numbered_once(self):
        numbers = [int(one) for one in re.findall(r"^- \*\*AT-(\d+)\*\*", self.TEXT, re.MULTILINE)]
        assert numbers == list(range(1, len(numbers) + 1))

    def test_bounds(self):
        assert f"{MAX_ATTESTATION_BYTES:,}" in self.TEXT
        assert f"1..{module.MAX_ATTESTED_RECORDS}" in self.TEXT
        assert f"{module.CLOCK_SKEW.seconds} seconds" in self.TEXT


def test_a_record_without_anything_is_attested_by_nobody():
    assert not of().attests(DoseRecord())
