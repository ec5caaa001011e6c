from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
from itertools import count
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from examples.national.generate import generate
from tests.support import bulk
from tests.support.signers import signer, trusted

import vaxcert as vc
from vaxcert.adapters.bulk.claim import claimed
from vaxcert.adapters.bulk.places import RunFolder
from vaxcert.errors import AdapterError, Reason
from vaxcert.rules.records import RecordCode

RECORDS = 1000


@pytest.fixture(scope="module")
def nation(tmp_path_factory):
    return generate(RECORDS, 7, tmp_path_factory.mktemp("nation"))


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    return bulk.plan(bulk.write_signer(tmp_path_factory.mktemp("keys")))


@pytest.fixture(scope="module")
def whole(nation, plan, tmp_path_factory):
    """An undisturbed run."""
    out = tmp_path_factory.mktemp("whole") / "run"
    result = bulk.run(nation.records, out, plan)
    return out, result


def manifest(out):
    return json.loads((out / "manifest.json").read_text("utf-8"))


def certificates(out):
    return [row for path in sorted(out.glob("certificates/*")) for row in pq.read_table(path).to_pylist()]


def rejects(out, name="rejects.csv"):
    return list(csv.DictReader(io.StringIO((out / name).read_text("utf-8-sig"))))


def test_accepted_and_rejected_are_all_there_is(whole):
    out, result = whole
    assert result.accepted + result.rejected + result.unmatched == RECORDS
    assert len(certificates(out)) == result.accepted > 700
    assert len(rejects(out)) == result.rejected > 100
    numbers = [one["row"] for one in certificates(out)] + [int(one["row"]) for one in rejects(out)]
    assert sorted(numbers) == list(range(1, RECORDS + 1))


def test_certificates_are_in_the_order_of_the_file_and_verify(whole):
    rows = certificates(whole[0])
    assert [one["row"] for one in rows] == sorted(one["row"] for one in rows)
    verifier = vc.Verifier(trusted(signer()))
    for one in rows[::40]:
        assert (
            verifier.verify(one["text"], at=bulk.AT).certificate.vaccination.certificate_id
            == one["certificate_id"]
        )


def test_what_is_planted_is_found(whole, nation):
    out, _ = whole
    registry = {code.value for code in RecordCode if code.value.startswith("registry-")}
    truth = {
        one["row"]: set(one["codes"]) - registry
        for one in pq.read_table(nation.truth, columns=["row", "codes"]).to_pylist()
    }
    found = {one["row"]: set(one["codes"]) for one in certificates(out)}
    found |= {int(one["row"]): set(one["codes"].split()) for one in rejects(out)}
    assert {row: codes for row, codes in found.items() if codes} == {
        row: codes for row, codes in truth.items() if codes
    }


def test_the_manifest_has_counts_and_digests_of_every_file(whole):
    out, result = whole
    said = manifest(out)
    assert (said["records"], said["accepted"], said["rejected"]) == (
        RECORDS,
        result.accepted,
        result.rejected,
    )
    for name, digest in said["files"].items():
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == digest
    assert {*said["files"], "manifest.json"} == set(bulk.files(out))


def test_files_are_for_their_owner_only(whole):
    for path in whole[0].rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_two_processes_give_the_same_bytes(whole, nation, plan, tmp_path):
    bulk.run(nation.records, tmp_path / "run", plan, workers=2)
    assert bulk.files(tmp_path / "run") == bulk.files(whole[0])


def test_parts_of_another_size_give_the_same_certificates(whole, nation, plan, tmp_path):
    bulk.run(nation.records, tmp_path / "run", plan, rows_per_part=333)
    assert certificates(tmp_path / "run") == certificates(whole[0])
    assert rejects(tmp_path / "run") == rejects(whole[0])


class Stopping(bulk.Silent):
    """Stops a run at its n-th step."""

    def __init__(self, steps):
        super().__init__()
        self._steps = steps

    def advance(self, records, *, waits_for_signer):
        super().advance(records, waits_for_signer=waits_for_signer)
        self._steps -= 1
        if self._steps == 0:
            raise KeyboardInterrupt


def test_stopped_at_every_step_it_ends_as_if_undisturbed(whole, nation, plan, tmp_path):
    out = tmp_path / "run"
    for steps in count(1):
        try:
            bulk.run(nation.records, out, plan, progress=Stopping(1 + steps % 3))
            break
        except KeyboardInterrupt:
            assert not (out / "manifest.json").exists()
    assert steps > 8
    assert bulk.files(out) == bulk.files(whole[0])


def test_nothing_half_written_stays(whole, nation, plan, tmp_path):
    """As of processes that were killed while they wrote."""
    out = tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        bulk.run(nation.records, out, plan, progress=Stopping(14))
    for name in (".rejects.csv.0a1b2c3d.partial", "certificates/.part-000003.parquet.0a1b2c3d.partial"):
        (out / name).write_bytes(b"PAR1")
    (out / "certificates/.part-000004.partial").mkdir()
    (out / "certificates/.part-000004.partial/000000001.png").write_bytes(b"x")
    bulk.run(nation.records, out, plan)
    assert bulk.files(out) == bulk.files(whole[0])


def test_a_run_that_is_complete_is_not_done_again(whole, nation, plan):
    out, result = whole
    before = bulk.files(out)
    progress = bulk.Silent()
    again = bulk.run(nation.records, out, plan, progress=progress)
    assert again.was_complete
    assert (again.accepted, again.rejected, again.codes) == (result.accepted, result.rejected, result.codes)
    assert progress.stages == []
    assert bulk.files(out) == before


@pytest.mark.parametrize("name", ["certificates/part-000002.parquet", "rejects.csv"])
def test_a_complete_run_of_which_a_file_is_gone_or_changed_says_so(whole, nation, plan, tmp_path, name):
    out = tmp_path / "run"
    shutil.copytree(whole[0], out)
    for spoil in (lambda path: path.write_bytes(path.read_bytes() + b"\n"), Path.unlink):
        spoil(out / name)
        with pytest.raises(AdapterError) as caught:
            bulk.run(nation.records, out, plan)
        assert caught.value.reason is Reason.FILE_UNREADABLE
        assert name in str(caught.value)


def test_a_mended_rejects_file_is_taken_and_nobody_gets_a_second_passport(whole, nation, plan, tmp_path):
    out, _ = whole
    mended = tmp_path / "mended.csv"
    rows = [{**one, "SoLoThuoc": "TEST99"} for one in rejects(out) if one["codes"] == "lot-missing"]
    with mended.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    result = bulk.run(mended, tmp_path / "second", plan)
    assert (result.accepted, result.rejected) == (len(rows), 0)
    first = {one["certificate_id"] for one in certificates(out)}
    assert first.isdisjoint(one["certificate_id"] for one in certificates(tmp_path / "second"))
    bulk.run(nation.records, tmp_path / "third", plan)
    assert [one["certificate_id"] for one in certificates(tmp_path / "third")] == [
        one["certificate_id"] for one in certificates(out)
    ]


def test_a_folder_takes_one_run_only(whole, nation, plan):
    with pytest.raises(AdapterError) as caught:
        bulk.run(nation.records, whole[0], plan, settings={"run": "OTHER", "at": "x"})
    assert caught.value.reason is Reason.RUN_MISMATCH
    assert "other settings (at, run)" in str(caught.value)


def test_a_folder_with_other_files_is_left_alone(nation, plan, tmp_path):
    (tmp_path / "holiday.txt").write_text("x")
    with pytest.raises(AdapterError) as caught:
        bulk.run(nation.records, tmp_path, plan)
    assert caught.value.reason is Reason.RUN_MISMATCH
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.txt"]


def test_two_runs_are_not_in_one_folder_at_a_time(nation, plan, tmp_path):
    with claimed(RunFolder(tmp_path / "run"), {"run": "TEST"}) as earlier:
        assert earlier is None
        with pytest.raises(AdapterError) as caught:
            bulk.run(nation.records, tmp_path / "run", plan)
    assert caught.value.reason is Reason.STORE_BUSY


def test_a_damaged_file_of_the_run_is_named(nation, plan, tmp_path):
    out = tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        bulk.run(nation.records, out, plan, progress=Stopping(12))
    (out / ".run" / "cleaned" / "000003.arrow").write_bytes(b"ARROW1 but not really")
    with pytest.raises(AdapterError) as caught:
        bulk.run(nation.records, out, plan)
    assert caught.value.reason is Reason.FILE_UNREADABLE
    assert "000003.arrow" in str(caught.value)


def test_pictures_are_drawn_of_every_certificate(nation, plan, tmp_path):
    from vaxcert.adapters.bulk.job import Pictures

    out = tmp_path / "run"
    small = tmp_path / "small.parquet"
    pq.write_table(pq.read_table(nation.records).slice(0, 60), small)
    result = bulk.run(small, out, plan, rows_per_part=40, pictures=Pictures(kind="png"))
    pictures = sorted(out.glob("qr/*/*.png"))
    assert len(pictures) == result.accepted
    (last,) = (one for one in certificates(out) if f"{one['row']:09}" == pictures[-1].stem)
    assert vc.qr.certificate_texts(pictures[-1].read_bytes()) == [last["text"]] or vc.qr.certificate_texts(
        pictures[-1].read_bytes()
    ) == (last["text"],)


def test_nothing_of_a_person_is_in_the_files_of_an_unfinished_run_but_in_its_results(nation, plan, tmp_path):
    """What is kept between stages holds codes, days and keyed digests only."""
    out = tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        bulk.run(nation.records, out, plan, progress=Stopping(11))
    people = pq.read_table(nation.records, columns=["HoVaTen", "CMTCCCD"]).to_pylist()
    kept = b"".join(
        data
        for name, data in bulk.files(out).items()
        if name.startswith((".run/cleaned", ".run/entries", ".run/h"))
    )
    assert len(kept) > 10_000
    for one in people[::25]:
        for text in one.values():
            assert not text or text.encode() not in kept
