import pickle
import random
import stat
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from multiprocessing import get_context

import numpy as np
import pytest
from tests.support.attestations import (
    CLINIC,
    NOW,
    OTHER_CLINIC,
    PROVINCE,
    RECORD,
    attested,
    facilities,
    signer,
)

from vaxcert.adapters import attestation_index
from vaxcert.adapters.attestation_building import build_index
from vaxcert.adapters.attestation_files import find_attestations, load_facility_list, read_attestation
from vaxcert.adapters.attestation_index import BLOCK_ENTRIES, AttestationIndex
from vaxcert.adapters.attestation_sorting import SortedRuns, entries_of
from vaxcert.errors import AdapterError, LimitExceededError, Reason, StaleTrustListError, TrustListError
from vaxcert.trust.attestation import Attestation, sign
from vaxcert.trust.origin import Environment
from vaxcert.trust.record_digest import record_digest

SECOND = timedelta(seconds=1)
MISSING = (None, "attestation-missing")
NOT_AUTHORISED = (None, "attestation-not-authorised")
FACILITIES = facilities()


def digests(seed, count, beginning=b""):
    """As many digests, in ascending order."""
    made = random.Random(seed)
    return sorted(beginning + made.randbytes(32 - len(beginning)) for _ in range(count))


def signed(some, attester=CLINIC, key="clinic", at=NOW):
    attestation = Attestation(attester=attester, issued=at, digests=b"".join(some))
    return sign(attestation, signer(key)), attestation.identifier


class Desk:
    """A folder of attestations, and an index of them."""

    def __init__(self, folder):
        self.folder = folder / "attestations"
        self.folder.mkdir()
        self.index_folder = folder / "index"

    def add(self, name, data):
        (self.folder / f"{name}.vxa").write_bytes(data)

    def build(self, listed=FACILITIES, at=NOW, **options):
        index, self.problems = build_index(
            find_attestations([self.folder]), listed, self.index_folder, at=at, **options
        )
        return index


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def look_up(index, some, facility="79001", province="79"):
    return index.lookup(some, [facility] * len(some), [province] * len(some))


def refused(call, error, reason):
    with pytest.raises(error) as caught:
        call()
    assert caught.value.reason is reason
    assert "\n" not in str(caught.value)
    return str(caught.value)


class TestLookingUp:
    def test_records(self, desk):
        other = replace(RECORD, lot="TEST-002")
        desk.add("1", attested([RECORD]))
        index = desk.build()
        (identifier, code), missing = index.judge([RECORD, other])
        assert identifier == read_attestation(desk.folder / "1.vxa", FACILITIES, at=NOW).identifier
        assert (code, missing) == (None, MISSING)
        assert (index.attestations, index.records) == (1, 1)

    def test_nothing_is_asked(self, desk):
        desk.add("1", attested())
        assert desk.build().judge([]) == []

    def test_nothing_is_attested(self, desk):
        index = desk.build()
        assert (index.attestations, index.records) == (0, 0)
        assert index.judge([RECORD]) == [MISSING]

    def test_record_of_another_place(self, desk):
        stranger = replace(RECORD, facility_code=OTHER_CLINIC.code)
        elsewhere = replace(RECORD, province_code="38")
        nowhere = replace(RECORD, facility_code=None)
        desk.add("1", attested([RECORD, stranger, nowhere]))
        index = desk.build()
        assert [code for _, code in index.judge([RECORD, elsewhere])] == [None, None]
        assert index.judge([stranger, nowhere]) == [NOT_AUTHORISED, NOT_AUTHORISED]

    def test_province(self, desk):
        desk.add("1", attested([RECORD], PROVINCE, "province"))
        index = desk.build()
        here, elsewhere, unknown = index.judge(
            [RECORD, replace(RECORD, province_code="38"), replace(RECORD, province_code=None)]
        )
        assert here[1] is None
        assert (elsewhere, unknown) == (NOT_AUTHORISED, NOT_AUTHORISED)

    def test_wrong_attester_hides_no_right_one(self, desk):
        wrong, _ = signed([record_digest(RECORD)], OTHER_CLINIC, "other clinic", NOW - SECOND)
        right, identifier = signed([record_digest(RECORD)])
        desk.add("1", wrong)
        desk.add("2", right)
        assert desk.build().judge([RECORD]) == [(identifier, None)]

    def test_the_one_signed_first_is_named_whatever_the_files_are_called(self, desk):
        late, _ = signed([record_digest(RECORD)], at=NOW)
        early, identifier = signed([record_digest(RECORD)], PROVINCE, "province", NOW - SECOND)
        for names in (("a", "b"), ("b", "a")):
            for name, data in zip(names, (late, early), strict=True):
                desk.add(name, data)
            assert desk.build().judge([RECORD]) == [(identifier, None)]

    def test_codes_only_where_attestation_is_required(self, desk):
        desk.add("1", attested([replace(RECORD, facility_code="79002")]))
        index = desk.build().requiring(False)
        assert index.judge([RECORD, replace(RECORD, facility_code="79002")]) == [(None, None)] * 2
        assert pickle.loads(pickle.dumps(index)).judge([RECORD]) == [(None, None)]  # noqa: S301

    def test_record_that_has_no_digest_is_missing(self, desk):
        desk.add("1", attested())
        assert desk.build().judge([replace(RECORD, full_name="\ud800"), RECORD])[0] == MISSING

    def test_first_28_bytes_are_compared(self, desk):
        (one,) = digests(1, 1)
        data, identifier = signed([one])
        desk.add("1", data)
        index = desk.build()
        for place in range(28):
            changed = bytes(byte ^ (at == place) for at, byte in enumerate(one))
            assert look_up(index, [changed]) == [MISSING]
        assert look_up(index, [one[:28] + bytes(4)]) == [(identifier, None)]

    def test_digests_of_another_length(self, desk):
        desk.add("1", attested())
        with pytest.raises(ValueError, match="32 bytes"):
            look_up(desk.build(), [bytes(31)])

    def test_digests_as_an_array(self, desk):
        some = digests(1, 5)
        data, identifier = signed(some)
        desk.add("1", data)
        array = np.frombuffer(b"".join(some), np.uint8).reshape(-1, 32)
        assert look_up(desk.build(), array) == [(identifier, None)] * 5


class TestManyRecords:
    """Against a plain dictionary, at the edges of blocks and runs."""

    @pytest.mark.parametrize("count", [1, BLOCK_ENTRIES - 1, BLOCK_ENTRIES, BLOCK_ENTRIES + 1, 3000])
    @pytest.mark.parametrize("run_entries", [50, 10_000])
    def test_all_are_found_and_no_others(self, desk, count, run_entries):
        expected = {}
        for number, part in enumerate(np.array_split(np.arange(count), min(count, 7))):
            some = digests(number, len(part))
            data, identifier = signed(some, at=NOW - number * SECOND)
            desk.add(str(number), data)
            expected.update(dict.fromkeys(some, (identifier, None)))
        index = desk.build(run_entries=run_entries)
        assert index.records == count
        asked = [*expected, *digests("others", 500)]
        random.Random(1).shuffle(asked)
        assert look_up(index, asked) == [expected.get(one, MISSING) for one in asked]

    @pytest.mark.parametrize("beginning", [8, 20, 27])
    def test_digests_that_begin_alike_over_many_blocks(self, desk, beginning):
        """Nobody can make records of which so many digests begin alike, but a facility can sign any bytes."""
        alike = digests("alike", 5 * BLOCK_ENTRIES, b"\x80" * beginning)
        some = sorted({one[:28]: one for one in alike + digests("usual", 200)}.values())
        data, identifier = signed(some)
        desk.add("1", data)
        index = desk.build()
        asked = [*some, *digests("alike too", 50, b"\x80" * beginning)]
        held = {one[:28] for one in some}
        assert look_up(index, asked) == [(identifier, None) if one[:28] in held else MISSING for one in asked]

    def test_one_record_in_more_attestations_than_a_block_holds(self, desk):
        (one, *others) = digests(1, 100)
        for number in range(BLOCK_ENTRIES + 9):
            desk.add(str(number), signed([one], OTHER_CLINIC, "other clinic", NOW - number * SECOND)[0])
        data, identifier = signed(sorted([one, *others]))
        index = desk.build()
        assert look_up(index, [one]) == [NOT_AUTHORISED]
        desk.add("right", data)
        assert look_up(desk.build(), [one, others[0]]) == [(identifier, None)] * 2

    def test_zero_bytes_count(self, desk):
        """NumPy's strings drop them at the end."""
        some = [bytes(32), bytes(31) + b"\1", b"\1" + bytes(31), b"\xff" * 28 + bytes(4)]
        data, identifier = signed(some)
        desk.add("1", data)
        assert look_up(desk.build(run_entries=1), some) == [(identifier, None)] * 4

    def test_runs_are_merged_in_order(self, tmp_path):
        made = random.Random(7)
        pieces = [sorted(made.randbytes(32) for _ in range(made.randrange(40))) for _ in range(30)]
        with SortedRuns(tmp_path, run_entries=70) as runs:
            for piece in pieces:
                runs.add(entries_of(b"".join(piece)))
            merged = b"".join(entries.tobytes() for entries in runs.merged())
        assert merged == b"".join(sorted(one for piece in pieces for one in piece))
        assert list(tmp_path.iterdir()) == []


class TestBadAttestations:
    def test_one_that_is_bad_is_a_problem_and_no_end(self, desk):
        desk.add("1", attested())
        desk.add("2", attested()[:-1])
        desk.add("3", attested(key="stranger"))
        desk.add("4", attested(key="other clinic"))
        desk.add("5", b"")
        (desk.folder / "6.vxa").symlink_to("nowhere")
        (desk.folder / "notes.txt").write_text("no attestation")
        index = desk.build()
        assert {problem.path.name: problem.error.reason for problem in desk.problems} == {
            "2.vxa": Reason.ATTESTATION_UNREADABLE,
            "3.vxa": Reason.ATTESTER_UNKNOWN,
            "4.vxa": Reason.ATTESTER_NOT_AUTHORISED,
            "5.vxa": Reason.ATTESTATION_UNREADABLE,
            "6.vxa": Reason.FILE_UNREADABLE,
        }
        assert index.attestations == 1
        assert index.judge([RECORD])[0][1] is None

    def test_folder_that_cannot_be_looked_into(self, tmp_path):
        problem = AdapterError(Reason.FILE_UNREADABLE, "cannot read it")
        _, problems = build_index([problem], FACILITIES, tmp_path / "index", at=NOW)
        assert [(one.path, one.error) for one in problems] == [(None, problem)]

    def test_path_that_is_not_there(self, tmp_path):
        refused(lambda: list(find_attestations([tmp_path / "x"])), AdapterError, Reason.FILE_UNREADABLE)

    def test_file_is_read_whatever_its_name(self, tmp_path):
        path = tmp_path / "download"
        path.write_bytes(attested())
        assert list(find_attestations([path])) == [path]

    def test_too_many(self, desk, monkeypatch):
        from vaxcert.adapters import attestation_building

        desk.add("1", attested())
        monkeypatch.setattr(attestation_building, "MAX_ATTESTATION_FILES", 1)
        desk.build()
        desk.add("2", attested(at=NOW - SECOND))
        refused(desk.build, LimitExceededError, Reason.INPUT_TOO_LONG)


class TestFacilityList:
    def test_list_that_has_ended(self, desk):
        desk.add("1", attested())
        late = NOW + timedelta(days=30) + SECOND
        refused(lambda: desk.build(at=late), StaleTrustListError, Reason.STALE_TRUST_LIST)
        assert desk.build(at=late - SECOND).attestations == 1

    def test_older_edition_than_the_one_used_before(self, desk):
        desk.add("1", attested())
        desk.build()
        desk.build(facilities(number=6))
        refused(desk.build, TrustListError, Reason.TRUST_LIST_ROLLBACK)
        other = facilities(number=6, issuer="TEST other")
        refused(lambda: desk.build(other), TrustListError, Reason.TRUST_LIST_ROLLBACK)
        test = facilities(number=7, environment=Environment.PRODUCTION)
        refused(lambda: desk.build(test), TrustListError, Reason.TRUST_LIST_ENVIRONMENT)
        assert desk.build(facilities(number=6)).attestations == 1

    def test_fingerprint_is_of_attestations_and_list(self, desk):
        desk.add("1", attested())
        first = desk.build().fingerprint
        assert desk.build(run_entries=1).fingerprint == first
        desk.add("2", attested(at=NOW - SECOND))
        second = desk.build().fingerprint
        third = desk.build(facilities(number=6)).fingerprint
        assert len({first, second, third}) == 3

    def test_file_that_is_no_list(self, tmp_path):
        path = tmp_path / "list.vxf"
        refused(lambda: load_facility_list(path, ()), AdapterError, Reason.FILE_UNREADABLE)
        path.write_bytes(attested())
        message = refused(lambda: load_facility_list(path, ()), TrustListError, Reason.TRUST_LIST_UNREADABLE)
        assert str(path) in message


class TestOnDisk:
    def test_is_for_its_owner_only(self, desk):
        desk.add("1", attested())
        desk.build()
        assert stat.S_IMODE(desk.index_folder.stat().st_mode) == 0o700
        modes = {stat.S_IMODE(path.stat().st_mode) for path in desk.index_folder.iterdir() if path.suffix}
        assert modes == {0o600}

    def test_older_files_are_cleared_away(self, desk):
        desk.add("1", attested())
        desk.build()
        desk.index_folder.joinpath(".left.partial").touch()
        desk.add("2", attested(at=NOW - SECOND))
        desk.build()
        kinds = Counter(path.suffix for path in desk.index_folder.iterdir())
        assert kinds == {"": 1, ".bin": 1, ".dir": 1, ".cbor": 1}

    def test_an_open_index_outlives_its_successor(self, desk):
        desk.add("1", attested())
        index = desk.build()
        answer = index.judge([RECORD])
        (desk.folder / "1.vxa").unlink()
        assert desk.build().judge([RECORD]) == [MISSING]
        assert index.judge([RECORD]) == answer

    @pytest.mark.parametrize("suffix", ["bin", "dir", "cbor"])
    def test_damage(self, desk, suffix):
        desk.add("1", signed(digests(1, 100))[0])
        desk.build()
        (path,) = desk.index_folder.glob(f"*.{suffix}")
        path.write_bytes(path.read_bytes()[:-1])
        refused(lambda: AttestationIndex(desk.index_folder), AdapterError, Reason.FILE_UNREADABLE)
        path.unlink()
        refused(lambda: AttestationIndex(desk.index_folder), AdapterError, Reason.FILE_UNREADABLE)

    def test_flipped_byte_in_the_description(self, desk):
        some = digests(1, 3)
        desk.add("1", signed(some)[0])
        desk.build()
        path = desk.index_folder / attestation_index.DESCRIPTION
        data = path.read_bytes()
        for place in range(len(data)):
            damaged = bytearray(data)
            damaged[place] ^= 1 << place % 8
            path.write_bytes(damaged)
            with suppress(AdapterError):
                look_up(AttestationIndex(desk.index_folder), some)

    def test_file_cut_short_under_a_reader(self, desk):
        some = digests(1, 100)
        desk.add("1", signed(some)[0])
        index = desk.build()
        (path,) = desk.index_folder.glob("*.bin")
        with path.open("r+b") as file:
            file.truncate(64)
        refused(lambda: look_up(index, some), AdapterError, Reason.FILE_UNREADABLE)

    def test_folder_that_cannot_be_made(self, tmp_path):
        place = tmp_path / "file"
        place.touch()
        refused(
            lambda: build_index([], FACILITIES, place / "index", at=NOW),
            AdapterError,
            Reason.FILE_UNWRITABLE,
        )

    def test_full_disk(self, desk, monkeypatch):
        def full(*arguments, **options):
            raise OSError(28, "No space left on device")

        from vaxcert.adapters import attestation_sorting

        desk.add("1", attested())
        monkeypatch.setattr(attestation_sorting.tempfile, "TemporaryFile", full)
        message = refused(lambda: desk.build(run_entries=1), AdapterError, Reason.FILE_UNWRITABLE)
        assert "No space left" in message

    def test_shows_nothing_of_what_is_in_it(self, desk):
        desk.add("1", attested())
        assert repr(desk.build()) == "<AttestationIndex of 1>"
        described = attestation_index.IndexDescription.read(desk.index_folder)
        assert CLINIC.code not in repr(described)


def test_processes_share_an_index(desk):
    some = digests(1, 300)
    data, identifier = signed(some)
    desk.add("1", data)
    index = desk.build()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        there = pool.submit(look_up, index, some[::2])
        assert look_up(index, some[1::2]) == there.result() == [(identifier, None)] * 150
