from __future__ import annotations

import gc
import json
import multiprocessing
import os
import random
from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.revocation import (
    AT,
    IDENTIFIER,
    ISSUED,
    OTHER,
    anchors,
    document,
    identifiers,
    list_bytes,
    on,
    query,
)
from tests.unit.test_revocation_folders import device, german
from tests.unit.test_revocation_gateway import batch

from vaxcert.adapters import revocation_files
from vaxcert.adapters.locks import locked
from vaxcert.adapters.revocation_files import (
    ListFile,
    append_to_ledger,
    folder_reader,
    ledger_entries,
    open_revocations,
)
from vaxcert.errors import AdapterError, Reason, TrustListError, VaxcertError
from vaxcert.trust.revocation.device_slices import DeviceSlices
from vaxcert.trust.revocation.gateway import GatewayBatches
from vaxcert.trust.revocation.german import GermanLists
from vaxcert.trust.revocation.hashes import HashType
from vaxcert.trust.revocation.header import Change
from vaxcert.trust.revocation.ledger import HEADING, LedgerEntry
from vaxcert.trust.revocation.query import RevocationLists, RevocationStatus
from vaxcert.trust.revocation.revocation_list import RevocationList

REVOKED, NOT_REVOKED, UNKNOWN = (
    RevocationStatus.REVOKED,
    RevocationStatus.NOT_REVOKED,
    RevocationStatus.UNKNOWN,
)


def status(source, *texts, at=AT):
    return source.answer(query(*texts), at=at).status


def open_revocation(path, pinned=()):
    (source,) = open_revocations([path], pinned)
    return source


def refusal(call):
    with pytest.raises(VaxcertError) as caught:
        call()
    return caught.value.reason


def folder_of(path, files):
    for name, data in files.items():
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return path


def entry(number):
    return LedgerEntry(Change.REVOKED, HashType.UCI, number.to_bytes(16, "big"))


# --- which kind it is


def test_own_list_as_a_file(tmp_path):
    path = tmp_path / "any.name"
    path.write_bytes(list_bytes())
    source = open_revocation(path, anchors())
    assert isinstance(source, RevocationList)
    assert source.name == "TEST authority (any.name)"
    assert [status(source, one) for one in (IDENTIFIER, OTHER)] == [REVOKED, NOT_REVOKED]


def deltas():
    newer = ISSUED + timedelta(days=1)
    return list_bytes(
        identifiers(OTHER),
        number=2,
        base=on(document()),
        issued=newer,
        next_update=newer,
        usable_until=newer + timedelta(days=30),
    )


def test_a_list_and_its_delta_in_a_folder_or_as_two_files(tmp_path):
    folder_of(tmp_path, {"b.vxr": list_bytes(), "a.vxr": deltas(), "notes.txt": b"not read"})
    for paths in ([tmp_path], [tmp_path / "a.vxr", tmp_path / "b.vxr"]):
        (source,) = open_revocations(paths, anchors())
        assert [status(source, one) for one in (IDENTIFIER, OTHER, "X")] == [REVOKED, REVOKED, NOT_REVOKED]


def test_a_delta_alone_is_refused(tmp_path):
    path = tmp_path / "a.vxr"
    path.write_bytes(deltas())
    assert refusal(lambda: open_revocation(path, anchors())) is Reason.REVOCATION_LIST_UNREADABLE


def test_withdrawn_keys_of_all_lists(tmp_path):
    folder_of(tmp_path, {"a.vxr": list_bytes(withdrawn=frozenset({bytes(8)})), "1.json": batch(IDENTIFIER)})
    sources = (open_revocation(tmp_path / "a.vxr", anchors()), open_revocation(tmp_path / "1.json"))
    assert RevocationLists(sources).withdrawn == {bytes(8)}
    assert RevocationLists([]).withdrawn == frozenset()


def test_a_gateway_batch_and_a_folder_of_them(tmp_path):
    folder_of(tmp_path, {"1.json": batch(IDENTIFIER), "2.json": batch("X")})
    assert status(open_revocation(tmp_path / "1.json"), IDENTIFIER) is REVOKED
    source = open_revocation(tmp_path)
    assert isinstance(source, GatewayBatches)
    assert [status(source, one) for one in (IDENTIFIER, "X", OTHER)] == [REVOKED, REVOKED, NOT_REVOKED]


def listing(*deleted, **present):
    rows = [
        {"batchId": name, "country": "VN", "date": ISSUED.isoformat(), "deleted": name in deleted}
        for name in (*present, *deleted)
    ]
    return json.dumps({"more": False, "batches": rows}).encode()


def test_the_gateways_list_says_what_is_deleted_and_what_is_missing(tmp_path):
    files = {"1.json": batch(IDENTIFIER), "2.json": batch("X")}
    folder_of(tmp_path, {**files, "list.json": listing("2", **{"1": True})})
    written(tmp_path, ISSUED - timedelta(days=1))
    source = open_revocation(tmp_path)
    answer = source.answer(query("X"), at=AT)
    assert (answer.status, answer.as_of) == (NOT_REVOKED, ISSUED)
    folder_of(tmp_path, {"list.json": listing(**{"1": True, "2": True, "3": True})})
    source = open_revocation(tmp_path)
    assert [status(source, one) for one in (IDENTIFIER, OTHER)] == [REVOKED, UNKNOWN]


def test_a_batch_that_cannot_be_read_makes_the_rest_unknown(tmp_path):
    folder_of(tmp_path, {"1.json": batch(IDENTIFIER), "2.json": b"{"})
    source = open_revocation(tmp_path)
    assert [status(source, one) for one in (IDENTIFIER, OTHER)] == [REVOKED, UNKNOWN]


def test_device_slices(tmp_path):
    source = open_revocation(folder_of(tmp_path, device("VECTOR")))
    assert isinstance(source, DeviceSlices)
    assert [status(source, one) for one in (IDENTIFIER, OTHER)] == [REVOKED, NOT_REVOKED]


def test_german_lists(tmp_path):
    folder_of(tmp_path, german())
    source = open_revocation(tmp_path, anchors())
    assert isinstance(source, GermanLists)
    assert [status(source, one) for one in (IDENTIFIER, OTHER)] == [REVOKED, NOT_REVOKED]
    next(tmp_path.glob("**/chunk.lst")).unlink()
    assert status(source, IDENTIFIER) is UNKNOWN


def written(path, moment):
    for file in [path, *path.rglob("*")]:
        os.utime(file, (moment.timestamp(), moment.timestamp()))


@pytest.mark.parametrize("kind", ["batch", "batches", "slices", "german"])
def test_lists_without_dates_are_as_old_as_their_files(tmp_path, kind):
    files = {
        "batch": {"1.json": batch(IDENTIFIER, expires="2100-01-01")},
        "batches": {"1.json": batch(IDENTIFIER), "2.json": batch("X")},
        "slices": {"lists.json": b"[]"},
        "german": german(),
    }[kind]
    folder_of(tmp_path, files)
    path = tmp_path / "1.json" if kind == "batch" else tmp_path
    written(tmp_path, AT)
    source = open_revocation(path, anchors() if kind == "german" else ())
    asked = query(OTHER, kid=bytes(8))
    last = AT + timedelta(days=90)
    assert source.answer(asked, at=last).as_of == AT
    assert source.answer(asked, at=last + timedelta(seconds=1)).status is UNKNOWN


@pytest.mark.parametrize(
    "files",
    [
        {"lists.json": b"[]"},
        {"l.json": b'{"more": false, "batches": []}'},
        {"1.json": batch(IDENTIFIER)},
        {"1.cms": batch(IDENTIFIER), "2.json": b"{"},
    ],
    ids=["slices", "listing", "batch", "batch and damage"],
)
def test_where_anchors_are_given_no_folder_without_signatures_takes_the_place_of_a_list(tmp_path, files):
    folder_of(tmp_path, files)
    assert refusal(lambda: open_revocation(tmp_path, anchors())) is Reason.TRUST_LIST_UNSIGNED
    if "2.json" not in files:
        assert open_revocation(tmp_path).name == tmp_path.name


@pytest.mark.parametrize("files", [{}, {"notes.txt": b"x"}, {"1.json": b"{"}])
def test_a_folder_without_a_list_is_refused(tmp_path, files):
    folder_of(tmp_path, files)
    assert refusal(lambda: open_revocation(tmp_path)) is Reason.REVOCATION_LIST_UNREADABLE


@pytest.mark.parametrize(
    ("data", "reason"), [(b"", Reason.ANCHOR_MISSING), (b"VAXREVO", Reason.ANCHOR_MISSING)]
)
def test_a_file_that_is_nothing_known_is_taken_for_a_signed_batch(tmp_path, data, reason):
    path = tmp_path / "x"
    path.write_bytes(data)
    assert refusal(lambda: open_revocation(path)) is reason
    assert refusal(lambda: open_revocation(path, anchors())) in {
        Reason.REVOCATION_LIST_UNREADABLE,
        Reason.TRUST_ENTRY_UNREADABLE,
    }


def test_a_file_that_is_not_there(tmp_path):
    assert refusal(lambda: open_revocation(tmp_path / "none")) is Reason.FILE_UNREADABLE
    assert refusal(lambda: open_revocation(Path("nul\0"))) is Reason.FILE_UNREADABLE


@pytest.mark.parametrize("name", ["../secret", "/etc/hostname", "a/../../b", "a\\b", "a\0b"])
def test_no_name_leads_out_of_a_folder(tmp_path, name):
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret").write_bytes(b"x")
    with pytest.raises(TrustListError, match="outside its folder"):
        folder_reader(inside)(name)


# --- files


def test_a_file_that_is_cut_short_while_open_is_unknown_and_not_the_end(tmp_path):
    path = tmp_path / "a.vxr"
    path.write_bytes(list_bytes())
    source = open_revocation(path, anchors())
    os.truncate(path, 100)
    answer = source.answer(query(IDENTIFIER), at=AT)
    assert answer.status is UNKNOWN
    assert "damaged" in answer.detail


def test_a_list_replaced_by_renaming_stays_what_it_was(tmp_path):
    path = tmp_path / "a.vxr"
    path.write_bytes(list_bytes())
    source = open_revocation(path, anchors())
    (tmp_path / "b").write_bytes(list_bytes([]))
    (tmp_path / "b").replace(path)
    assert status(source, IDENTIFIER) is REVOKED
    assert status(open_revocation(path, anchors()), IDENTIFIER) is NOT_REVOKED


def test_bytes_at_an_offset(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(bytes(range(256)) * 64)
    file = ListFile(path)
    assert file.size == 16_384
    assert [file.read_at(*place) for place in ((258, 3), (16_383, 10), (20_000, 1))] == [
        b"\2\3\4",
        b"\xff",
        b"",
    ]
    file.close()
    assert refusal(lambda: file.read_at(0, 1)) is Reason.FILE_UNREADABLE


def resident_megabytes():
    rows = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text("ascii").splitlines())
    return int(rows["VmRSS"].split()[0]) / 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_look_ups_leave_nothing_in_memory(tmp_path):
    path = tmp_path / "a"
    with path.open("wb") as file:
        for _ in range(40):
            file.write(random.Random(1).randbytes(1_000_000))
    opened = ListFile(path)
    before = most = resident_megabytes()
    chance = random.Random(1)
    for number in range(5000):
        opened.read_at(4096 * chance.randrange(9_700), 4096)
        if number % 50 == 0:
            most = max(most, resident_megabytes())
    assert most - before < 10


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc")
def test_no_file_stays_open_after_a_refusal(tmp_path):
    path = tmp_path / "a.vxr"
    path.write_bytes(list_bytes()[:-1])
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        assert refusal(lambda: open_revocation(path, anchors())) is Reason.REVOCATION_LIST_UNREADABLE
    gc.collect()
    assert len(os.listdir("/proc/self/fd")) == before


# --- the ledger


def test_a_ledger_grows_by_whole_lines_and_notices_duplicates(tmp_path):
    path = tmp_path / "ledger.csv"
    assert append_to_ledger(path, [entry(1), entry(2), entry(1)]) == (2, 1)
    assert append_to_ledger(path, [entry(2), entry(3)]) == (1, 1)
    assert path.read_text() == "".join(line + "\n" for line in (HEADING, *(entry(n).line for n in (1, 2, 3))))
    assert list(ledger_entries(path)()) == [entry(1), entry(2), entry(3)]
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("data", ["nonsense\n", HEADING, f"{HEADING}\n{entry(1).line}", f"{HEADING}\né\n"])
def test_a_damaged_ledger_is_not_added_to(tmp_path, data):
    path = tmp_path / "ledger.csv"
    path.write_text(data, encoding="utf-8")
    assert refusal(lambda: append_to_ledger(path, [entry(1)])) is Reason.REVOCATION_LIST_UNREADABLE
    assert path.read_text(encoding="utf-8") == data


def test_a_full_disk_leaves_no_half_line(tmp_path, monkeypatch):
    path = tmp_path / "ledger.csv"
    append_to_ledger(path, [entry(1)])
    before = path.read_bytes()
    write = os.write

    def fails(handle, data):
        if len(data) < 50:
            raise OSError(28, "No space left on device")
        return write(handle, bytes(data)[: len(data) // 2])

    monkeypatch.setattr(revocation_files.os, "write", fails)
    assert refusal(lambda: append_to_ledger(path, [entry(n) for n in range(2, 9)])) is Reason.FILE_UNWRITABLE
    assert path.read_bytes() == before


def test_one_writer_at_a_time(tmp_path):
    path = tmp_path / "ledger.csv"
    with locked(tmp_path / ".ledger.csv.lock"):
        assert refusal(lambda: append_to_ledger(path, [entry(1)])) is Reason.STORE_BUSY
    assert append_to_ledger(path, [entry(1)]) == (1, 0)


def test_a_ledger_in_no_folder(tmp_path):
    assert refusal(lambda: append_to_ledger(tmp_path / "no" / "l", [entry(1)])) is Reason.FILE_UNWRITABLE
    assert refusal(lambda: list(ledger_entries(tmp_path / "x")())) is Reason.FILE_UNREADABLE


def _adds(path, start, done):
    while True:
        try:
            append_to_ledger(path, [entry(start + n) for n in range(20)])
        except AdapterError:
            continue
        done.put(start)
        return


def test_writers_at_the_same_time_lose_nothing(tmp_path):
    path = tmp_path / "ledger.csv"
    context = multiprocessing.get_context("fork")
    done = context.Queue()
    writers = [context.Process(target=_adds, args=(path, 100 * n, done)) for n in range(4)]
    for one in writers:
        one.start()
    for _ in writers:
        done.get(timeout=30)
    for one in writers:
        one.join()
    assert len(list(ledger_entries(path)())) == 80
