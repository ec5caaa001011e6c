from __future__ import annotations

import csv
import io
import json
import shutil
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from examples.national.generate import generate
from tests.support import bulk, revocation
from tests.support.renewals import certificates, put_right, renew, tamper
from tests.support.signers import issuer, signer, trusted

import vaxcert as vc
from vaxcert.adapters.bulk import corrections as corrections_module
from vaxcert.adapters.bulk import renewal as renewal_module
from vaxcert.adapters.bulk.job import Pictures
from vaxcert.adapters.bulk.renewal import Stage
from vaxcert.adapters.revocation_files import ledger_entries
from vaxcert.codec import container, cose
from vaxcert.errors import AdapterError, EncodeError, LimitExceededError, Reason
from vaxcert.trust.revocation.hashes import HashType, identifier_hash, signature_hash

RECORDS, ROWS_PER_PART = 60, 25
ENDS = bulk.AT + timedelta(days=90)
LATER = ENDS - timedelta(days=10)
SECOND = timedelta(seconds=1)
HEADINGS = ("HoVaTen", "CMTCCCD", "NgayTiemChung")


@pytest.fixture(scope="module")
def nation(tmp_path_factory):
    return generate(RECORDS, 7, tmp_path_factory.mktemp("nation"), faults=False)


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    """Of the first run; its certificates last until `ENDS`."""
    keys = bulk.write_signer(tmp_path_factory.mktemp("keys"))
    return bulk.plan(keys, validity=timedelta(days=90))


@pytest.fixture(scope="module")
def later(plan):
    """Of a renewal ten days before that."""
    return replace(plan, at=LATER)


@pytest.fixture(scope="module")
def first(nation, plan, tmp_path_factory):
    out = tmp_path_factory.mktemp("first") / "run"
    result = bulk.run(nation.records, out, plan, rows_per_part=ROWS_PER_PART)
    assert (result.accepted, len(list(out.glob("certificates/*")))) == (RECORDS, 3)
    return out


@pytest.fixture
def copied(first, tmp_path):
    """The first run, to be tampered with."""
    shutil.copytree(first, tmp_path / "copied")
    return tmp_path / "copied"


@pytest.fixture(scope="module")
def rows(nation):
    return pq.read_table(nation.records).to_pylist()


def write_csv(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_xlsx(path, rows):
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in (list(rows[0]), *(list(one.values()) for one in rows)):
        sheet.append(row)
    book.save(path)
    return path


FORMS = {
    "csv": write_csv,
    "xlsx": write_xlsx,
    "jsonl": lambda path, rows: path.write_text("\n".join(map(json.dumps, rows)), "utf-8"),
    "parquet": lambda path, rows: pq.write_table(pa.Table.from_pylist(rows), path),
}


def rejects(out):
    return list(csv.DictReader(io.StringIO((out / "rejects.csv").read_text("utf-8-sig"))))


def content(one, at=LATER):
    return vc.Verifier(trusted(signer())).verify(one["text"], at=at).certificate


def without_dates(one):
    return {name: value for name, value in one.items() if name not in ("issued_at", "expires", "text")}


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


# --- what is due


def test_what_is_due_keeps_everything_but_its_dates(first, later, tmp_path):
    result = renew([first], tmp_path / "out", later, due=ENDS + SECOND)
    assert (result.seen, result.renewed, result.corrected, result.refused) == (RECORDS, RECORDS, 0, 0)
    old, new = certificates(first), certificates(tmp_path / "out")
    kept = ("record_key", "person_key", "certificate_id", "nationality", "attestation", "codes")
    assert [[one[name] for name in kept] for one in new] == [[one[name] for name in kept] for one in old]
    for before, after in zip(old, new, strict=True):
        assert (after["issued_at"], after["expires"]) == (LATER, LATER + timedelta(days=90))
        assert content(after) == content(before)
    claims = vc.Verifier(trusted(signer())).verify(new[0]["text"], at=LATER).claims
    assert (claims.issued_at, claims.expires) == (LATER, LATER + timedelta(days=90))


@pytest.mark.parametrize(("due", "renewed"), [(ENDS, 0), (ENDS + SECOND, RECORDS), (None, 0)])
def test_only_what_expires_before_is_due(first, later, tmp_path, due, renewed):
    result = renew([first], tmp_path / "out", later, due=due)
    assert (result.seen, result.renewed, result.replaced) == (RECORDS, renewed, renewed)
    assert len(certificates(tmp_path / "out")) == renewed


@pytest.mark.parametrize(
    ("at", "replaced"), [(ENDS - SECOND, RECORDS), (ENDS, 0), (ENDS + timedelta(days=100), 0)]
)
def test_what_has_expired_is_renewed_and_need_not_be_revoked(first, plan, tmp_path, at, replaced):
    ledger = tmp_path / "ledger.csv"
    result = renew([first], tmp_path / "out", replace(plan, at=at), due=at + SECOND * 2, ledger=ledger)
    assert (result.renewed, result.replaced) == (RECORDS, replaced)
    assert len(list(ledger_entries(ledger)())) == replaced


def test_renewed_certificates_are_renewed_again(first, later, tmp_path):
    renew([first], tmp_path / "second", later, due=ENDS + SECOND)
    at = LATER + timedelta(days=89)
    result = renew(
        [first, tmp_path / "second"],
        tmp_path / "third",
        replace(later, at=at),
        due=at + timedelta(days=2),
    )
    assert (result.seen, result.renewed) == (2 * RECORDS, RECORDS)
    third = certificates(tmp_path / "third")
    assert [one["certificate_id"] for one in third] == [one["certificate_id"] for one in certificates(first)]


def test_what_a_later_run_has_is_not_looked_at_in_an_earlier_one(first, rows, later, tmp_path):
    """All of the first run are due; the three that were corrected are not, and are not issued twice."""
    corrected = write_csv(tmp_path / "corrected.csv", [{**one, "HoVaTen": "Ngô Mẫu"} for one in rows[:3]])
    renew([first], tmp_path / "second", later, corrections=corrected)
    assert len(certificates(tmp_path / "second")) == 3
    result = renew([first, tmp_path / "second"], tmp_path / "third", later, due=ENDS + SECOND)
    assert (result.seen, result.renewed) == (RECORDS + 3, RECORDS - 3)
    names = {one["certificate_id"] for one in certificates(tmp_path / "third")}
    assert names.isdisjoint(one["certificate_id"] for one in certificates(tmp_path / "second"))
    late = replace(later, at=LATER + timedelta(days=89))
    result = renew(
        [first, tmp_path / "second"], tmp_path / "fourth", late, due=LATER + timedelta(days=90) + SECOND
    )
    assert result.renewed == RECORDS
    said = [content(one, late.at).subject.family_name for one in certificates(tmp_path / "fourth")]
    assert said.count("Ngô") == 3


def test_the_newest_run_is_the_last_one_named(first, rows, later, tmp_path):
    corrected = write_csv(tmp_path / "corrected.csv", [{**rows[0], "HoVaTen": "Ngô Mẫu"}])
    renew([first], tmp_path / "second", later, corrections=corrected)
    result = renew([tmp_path / "second", first], tmp_path / "third", later, due=ENDS + SECOND)
    assert (result.seen, result.renewed) == (RECORDS + 1, RECORDS)
    third = certificates(tmp_path / "third")
    assert "Ngô" not in {content(one).subject.family_name for one in third}
    assert renew([first, first], tmp_path / "same", later, due=ENDS + SECOND).renewed == RECORDS


def test_pictures_of_new_certificates(first, rows, later, tmp_path):
    corrected = write_csv(tmp_path / "corrected.csv", rows[:2])
    renew([first], tmp_path / "out", later, corrections=corrected, pictures=Pictures(kind="png"))
    (one, other) = certificates(tmp_path / "out")
    pictures = sorted((tmp_path / "out").glob("qr/*/*.png"))
    found = {text for path in pictures for text in vc.qr.certificate_texts(path.read_bytes())}
    assert found == {one["text"], other["text"]}


# --- corrections


@pytest.mark.parametrize("form", FORMS)
def test_a_correction_keeps_the_identifier_and_gets_the_new_content(first, rows, later, tmp_path, form):
    given = [{**one, "HoVaTen": "Ngô Thị Mẫu", "SoMuiTiem": "4"} for one in rows[10:40:10]]
    path = tmp_path / f"corrections.{form}"
    FORMS[form](path, given)
    result = renew([first], tmp_path / "out", later, corrections=path)
    assert (result.renewed, result.corrected, result.rejected, result.refused) == (0, 3, 0, 0)
    old = {one["certificate_id"]: one for one in certificates(first)}
    new = certificates(tmp_path / "out")
    assert len(new) == 3
    for one in new:
        before = old[one["certificate_id"]]
        assert without_dates(one) | {"row": 0} == without_dates(before) | {"row": 0}
        assert one["expires"] == LATER + timedelta(days=90)
        was, now = content(before), content(one)
        assert (now.subject.family_name, now.subject.given_name) == ("Ngô", "Thị Mẫu")
        assert now.vaccination == replace(was.vaccination, doses_in_series=4)
        assert now.subject.birth_date == was.subject.birth_date
    assert rejects(tmp_path / "out") == []


def test_what_is_due_and_corrected_is_corrected(first, rows, later, tmp_path):
    corrected = write_csv(tmp_path / "corrected.csv", [{**rows[0], "HoVaTen": "Ngô Mẫu"}])
    result = renew([first], tmp_path / "out", later, corrections=corrected, due=ENDS + SECOND)
    assert (result.renewed, result.corrected) == (RECORDS - 1, 1)
    new = certificates(tmp_path / "out")
    assert [content(one).subject.family_name for one in new].count("Ngô") == 1


def test_corrections_that_cannot_be_made_are_rejected_with_their_code(first, rows, later, tmp_path):
    given = [
        {**rows[0], "HoVaTen": "N4m"},
        {**rows[1], "NgayTiemChung": "01/01/2022"},
        {**rows[2], "HoVaTen": "Đặng " + "A" * 81},
        {**rows[3], "HoVaTen": "Ngô Sai"},
        {**rows[3], "HoVaTen": "Ngô Đúng"},
    ]
    corrected = write_csv(tmp_path / "corrected.csv", given)
    result = renew([first], tmp_path / "out", later, corrections=corrected)
    assert (result.corrected, result.rejected, result.refused) == (1, 4, 0)
    found = rejects(tmp_path / "out")
    assert [(one["row"], one["codes"]) for one in found] == [
        ("1", "name-digits"),
        ("2", "correction-without-certificate"),
        ("3", "field-too-long"),
        ("4", "duplicate-dose"),
    ]
    assert dict(result.codes) == dict.fromkeys(sorted(one["codes"] for one in found), 1)
    assert found[0]["reasons"] == bulk.SENTENCES["name-digits"]
    assert {name: found[0][name] for name in HEADINGS} == {name: given[0][name] for name in HEADINGS}
    (one,) = certificates(tmp_path / "out")
    assert content(one).subject.given_name == "Đúng"


def test_mended_rejects_of_corrections_go_in_again(first, rows, later, tmp_path):
    corrected = write_csv(tmp_path / "corrected.csv", [{**rows[0], "HoVaTen": "Ngô Mẫu 2"}])
    renew([first], tmp_path / "out", later, corrections=corrected)
    mended = write_csv(
        tmp_path / "mended.csv", [{**one, "HoVaTen": "Ngô Mẫu"} for one in rejects(tmp_path / "out")]
    )
    result = renew([first], tmp_path / "again", later, corrections=mended)
    assert (result.corrected, result.rejected) == (1, 0)


def test_corrections_that_cannot_be_read_are_mended_and_go_into_the_same_folder(first, rows, later, tmp_path):
    corrected = tmp_path / "corrected.csv"
    corrected.write_bytes(b"HoVaTen\xff\n")
    with pytest.raises(AdapterError) as caught:
        renew([first], tmp_path / "out", later, corrections=corrected, settings={"renewal": "bad"})
    assert caught.value.reason is Reason.FILE_UNREADABLE
    assert not (tmp_path / "out").exists()
    write_csv(corrected, rows[:1])
    result = renew([first], tmp_path / "out", later, corrections=corrected, settings={"renewal": "good"})
    assert result.corrected == 1


def test_no_rejects_file_without_corrections(first, later, tmp_path):
    renew([first], tmp_path / "out", later, due=ENDS + SECOND)
    assert not (tmp_path / "out/rejects.csv").exists()


@pytest.mark.parametrize("allowed", [2, 3])
def test_more_corrections_than_one_run_takes(first, rows, later, tmp_path, monkeypatch, allowed):
    monkeypatch.setattr(corrections_module, "MAX_CORRECTIONS", allowed)
    corrected = write_csv(tmp_path / "corrected.csv", rows[:3])
    if allowed == 3:
        assert renew([first], tmp_path / "out", later, corrections=corrected).corrected == 3
        return
    with pytest.raises(
        LimitExceededError, match=r"more than 2 corrections; expected several files"
    ) as caught:
        renew([first], tmp_path / "out", later, corrections=corrected)
    assert caught.value.reason is Reason.INPUT_TOO_LONG
    assert certificates(tmp_path / "out") == []


# --- what must not be signed


def forged(one, at=bulk.AT):
    """The same certificate, signed with a key that nobody trusts."""
    stranger = signer(valid_for=timedelta(days=700))
    return issuer(stranger, validity=timedelta(days=90)).issue(content(one), at=at).text


def altered(text):
    """Another name under the old signature."""
    message = cose.read(container.message_bytes(text))
    payload = message.payload.replace(b"co", b"oc", 1)
    return container.write(cose.write(message.protected, payload, message.signature))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda one: one.update(text=forged(one)), "unknown-key"),
        (lambda one: one.update(text=altered(one["text"])), "bad-signature"),
        (lambda one: one.update(text="HC1:"), "zlib-cut-short"),
        (lambda one: one.update(text=""), "input-empty"),
        (lambda one: one.update(record_key="0" * 32), "certificate-id-mismatch"),
    ],
)
def test_a_text_that_is_not_ours_is_never_signed_again(copied, later, tmp_path, change, code):
    tamper(copied, lambda rows: change(rows[4]))
    result = renew([copied], tmp_path / "out", later, due=ENDS + SECOND)
    assert (result.renewed, result.refused, dict(result.codes)) == (RECORDS - 1, 1, {code: 1})
    assert 5 not in [one["row"] for one in certificates(tmp_path / "out")[: ROWS_PER_PART - 1]]


def test_the_certificate_of_another_person_under_a_record_key_is_refused(copied, later, tmp_path):
    def swap(rows):
        rows[3]["text"], rows[4]["text"] = rows[4]["text"], rows[3]["text"]

    tamper(copied, swap)
    result = renew([copied], tmp_path / "out", later, due=ENDS + SECOND)
    assert (result.renewed, result.refused) == (RECORDS - 2, 2)
    assert dict(result.codes) == {"certificate-id-mismatch": 2}


def test_a_correction_does_not_make_a_forged_certificate_good(copied, rows, later, tmp_path):
    known = {one["record_key"]: at for at, one in enumerate(certificates(copied))}
    renew([copied], tmp_path / "one", later, corrections=write_csv(tmp_path / "one.csv", rows[:1]))
    at = known[certificates(tmp_path / "one")[0]["record_key"]]
    tamper(copied, lambda some: some[at].update(text=forged(some[at])))
    result = renew([copied], tmp_path / "out", later, corrections=tmp_path / "one.csv")
    assert (result.corrected, result.rejected, result.refused) == (0, 1, 0)
    assert [one["codes"] for one in rejects(tmp_path / "out")] == ["unknown-key"]
    assert certificates(tmp_path / "out") == []


def test_another_secret_signs_nothing(first, later, tmp_path):
    """Where the earlier manifest says nothing of its secret, each certificate shows it."""
    other = replace(later, secret=b"\1" * 32)
    result = renew([first], tmp_path / "out", other, due=ENDS + SECOND)
    assert (result.renewed, result.refused) == (0, RECORDS)
    assert dict(result.codes) == {"certificate-id-mismatch": RECORDS}
    assert certificates(tmp_path / "out") == []


@pytest.mark.parametrize(
    ("name", "change"), [("secret", {"secret": b"\1" * 32}), ("country", {"country": "DE"})]
)
def test_a_run_with_other_names_is_refused_at_once(copied, later, tmp_path, name, change):
    path = copied / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    digest = corrections_module.RecordKeys(bulk.SECRET).person("").hex()
    manifest["settings"] = {"secret": digest, "country": "VN"}
    path.write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(AdapterError, match=f"was made with another {name};") as caught:
        renew([copied], tmp_path / "out", replace(later, **change), due=ENDS + SECOND)
    assert caught.value.reason is Reason.RUN_MISMATCH
    assert not (tmp_path / "out").exists()
    assert renew([copied], tmp_path / "out", later, due=ENDS + SECOND).renewed == RECORDS


def test_what_a_revocation_list_has_is_not_renewed(first, later, tmp_path):
    old = certificates(first)
    data = revocation.list_bytes(
        [
            *revocation.identifiers(old[0]["certificate_id"]),
            *revocation.sections((HashType.SIGNATURE, _signature_hash(old[1]["text"]), revocation.NEVER)),
        ],
        issued=LATER,
        next_update=LATER + timedelta(days=1),
        usable_until=LATER + timedelta(days=30),
    )
    path = tmp_path / "list.vxr"
    path.write_bytes(data)
    judged = {"revocation": [path], "anchors": revocation.anchors()}
    result = renew([first], tmp_path / "out", later, due=ENDS + SECOND, **judged)
    assert (result.renewed, result.refused) == (RECORDS - 2, 2)
    assert dict(result.codes) == {"revoked": 2}
    names = {one["certificate_id"] for one in certificates(tmp_path / "out")}
    assert names.isdisjoint(one["certificate_id"] for one in old[:2])


@pytest.mark.parametrize("days", [30, 31])
def test_a_revocation_list_that_has_ended_lets_nothing_through(first, plan, tmp_path, days):
    path = tmp_path / "list.vxr"
    issued = ENDS - timedelta(days=days)
    path.write_bytes(
        revocation.list_bytes(
            issued=issued, next_update=issued + SECOND, usable_until=issued + timedelta(days=30)
        )
    )
    late = replace(plan, at=ENDS)
    judged = {"revocation": [path], "anchors": revocation.anchors()}
    result = renew([first], tmp_path / "out", late, due=ENDS + SECOND, **judged)
    expected = (RECORDS, {}) if days == 30 else (0, {"revocation-unknown": RECORDS})
    assert (result.renewed, dict(result.codes)) == expected


def test_what_the_ledger_revokes_is_not_renewed_even_after_its_end(first, plan, tmp_path):
    """A list that is made after the end of a revoked certificate has it no more; the ledger has."""
    old = certificates(first)
    ledger = tmp_path / "ledger.csv"
    last_day = f"{ENDS:%Y-%m-%d}"
    lines = [
        f"revoked,IDENTIFIER,{identifier_hash(old[0]['certificate_id']).hex()},{last_day},fraud",
        f"revoked,SIGNATURE,{_signature_hash(old[1]['text']).hex()},{last_day},",
        f"revoked,IDENTIFIER,{identifier_hash(old[2]['certificate_id']).hex()},{last_day},",
        f"restored,IDENTIFIER,{identifier_hash(old[2]['certificate_id']).hex()},{last_day},",
    ]
    ledger.write_text("\n".join(("change,type,hash,expires,reason", *lines, "")))
    late = replace(plan, at=ENDS + timedelta(days=60))
    result = renew([first], tmp_path / "out", late, due=late.at, ledger=ledger)
    assert (result.renewed, result.refused, dict(result.codes)) == (RECORDS - 2, 2, {"revoked": 2})


def _signature_hash(text):
    return signature_hash(signer().algorithm, container.read(text).signature)


# --- the ledger


def test_the_ledger_gets_the_signature_of_each_certificate_that_is_replaced(first, later, tmp_path):
    ledger = tmp_path / "ledger.csv"
    renew([first], tmp_path / "out", later, due=ENDS + SECOND, ledger=ledger)
    entries = list(ledger_entries(ledger)())
    assert {(one.change, one.kind, one.reason) for one in entries} == {("revoked", "SIGNATURE", "replaced")}
    assert [one.digest for one in entries] == [_signature_hash(one["text"]) for one in certificates(first)]
    assert {one.line.split(",")[3] for one in entries} == {f"{ENDS:%Y-%m-%d}"}


def test_what_was_replaced_is_not_renewed_when_the_later_run_is_forgotten(first, later, tmp_path):
    ledger = tmp_path / "ledger.csv"
    renew([first], tmp_path / "out", later, due=ENDS + SECOND, ledger=ledger)
    result = renew([first], tmp_path / "again", later, due=ENDS + SECOND, ledger=ledger)
    assert (result.renewed, dict(result.codes)) == (0, {"revoked": RECORDS})
    assert len(list(ledger_entries(ledger)())) == RECORDS


def test_stopped_after_the_ledger_it_has_each_line_once(first, later, tmp_path, monkeypatch):
    ledger = tmp_path / "ledger.csv"

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(renewal_module, "complete", stop)
    with pytest.raises(KeyboardInterrupt):
        renew([first], tmp_path / "out", later, due=ENDS + SECOND, ledger=ledger)
    monkeypatch.undo()
    written = ledger.read_bytes()
    result = renew([first], tmp_path / "out", later, due=ENDS + SECOND, ledger=ledger)
    assert (result.renewed, result.refused, result.replaced) == (RECORDS, 0, RECORDS)
    assert ledger.read_bytes() == written


# --- interrupted, and done again


@pytest.fixture(scope="module")
def second(first, rows, later, tmp_path_factory):
    """Some corrections, as a run of its own."""
    folder = tmp_path_factory.mktemp("second")
    corrected = write_csv(folder / "corrected.csv", [{**one, "HoVaTen": "Ngô Mẫu"} for one in rows[:5]])
    renew([first], folder / "run", later, corrections=corrected)
    return folder / "run"


@pytest.fixture(scope="module")
def everything(first, second, rows, later, tmp_path_factory):
    """What a renewal is called with that has all there is; and what it leaves when nothing disturbs it."""
    folder = tmp_path_factory.mktemp("everything")
    given = [{**rows[6], "HoVaTen": "Lý Mẫu"}, {**rows[7], "HoVaTen": "N4m"}]
    called = {"due": ENDS + SECOND, "corrections": write_csv(folder / "corrected.csv", given)}
    ledger = folder / "ledger.csv"
    result = renew([first, second], folder / "run", later, ledger=ledger, **called)
    assert (result.renewed, result.corrected, result.rejected) == (RECORDS - 5 - 1, 1, 1)
    return called, bulk.files(folder / "run"), ledger.read_bytes()


def test_stopped_at_every_step_it_ends_as_if_undisturbed(first, second, later, everything, tmp_path):
    called, expected, ledger = everything
    out = tmp_path / "run"
    for steps in count(1):
        try:
            progress = Stopping(1 + steps % 2)
            renew([first, second], out, later, ledger=tmp_path / "ledger.csv", progress=progress, **called)
            break
        except KeyboardInterrupt:
            assert not (out / "manifest.json").exists()
    assert steps > 3
    assert bulk.files(out) == expected
    assert (tmp_path / "ledger.csv").read_bytes() == ledger


def test_two_processes_give_the_same_bytes(first, second, later, everything, tmp_path):
    called, expected, _ = everything
    renew([first, second], tmp_path / "run", later, ledger=tmp_path / "ledger.csv", workers=2, **called)
    assert bulk.files(tmp_path / "run") == expected


def test_a_renewal_that_is_complete_is_not_done_again(first, later, tmp_path):
    before = renew([first], tmp_path / "out", later, due=ENDS + SECOND)
    files = bulk.files(tmp_path / "out")
    progress = bulk.Silent()
    again = renew([first], tmp_path / "out", later, due=ENDS + SECOND, progress=progress)
    assert again == replace(before, was_complete=True)
    assert (progress.stages, bulk.files(tmp_path / "out")) == ([], files)


def test_stages_are_told(first, second, later, tmp_path):
    progress = bulk.Silent()
    renew([first, second], tmp_path / "out", later, due=ENDS + SECOND, progress=progress)
    assert progress.stages == [Stage.INDEXING, Stage.RENEWING]
    assert progress.records == 5 + RECORDS + 5


def test_a_folder_takes_one_renewal_only(first, later, tmp_path):
    renew([first], tmp_path / "out", later, due=ENDS + SECOND)
    with pytest.raises(AdapterError, match=r"a run of other settings \(renewal\)") as caught:
        renew([first], tmp_path / "out", later, due=ENDS + SECOND, settings={"renewal": "OTHER"})
    assert caught.value.reason is Reason.RUN_MISMATCH


def test_nothing_of_a_person_is_in_the_files_of_an_unfinished_renewal(first, rows, later, tmp_path):
    people = [{**one, "HoVaTen": "Ngô Canary Mẫu"} for one in rows[:30]]
    corrected = write_csv(tmp_path / "corrected.csv", people)
    called = {"due": ENDS + SECOND, "corrections": corrected, "ledger": tmp_path / "ledger.csv"}
    with pytest.raises(KeyboardInterrupt):
        renew([first], tmp_path / "out", later, progress=Stopping(3), **called)
    kept = {name: data for name, data in bulk.files(tmp_path / "out").items() if name.startswith(".run/")}
    assert len(kept) > 3
    for one in rows:
        for name, data in kept.items():
            assert one["CMTCCCD"].encode() not in data, name
            assert b"Canary" not in data, name
            assert one["HoVaTen"].encode() not in data, name


def test_new_certificates_are_for_their_owner_only(first, later, tmp_path):
    renew([first], tmp_path / "out", later, due=ENDS + SECOND, ledger=tmp_path / "ledger.csv")
    for path in ((tmp_path / "out"), *(tmp_path / "out").rglob("*"), tmp_path / "ledger.csv"):
        assert path.stat().st_mode & 0o077 == 0, path


# --- earlier runs that are none


def test_a_run_that_is_not_there_or_not_complete(nation, plan, later, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        bulk.run(nation.records, tmp_path / "half", plan, rows_per_part=20, progress=Stopping(8))
    (tmp_path / "other").mkdir()
    (tmp_path / "other/manifest.json").write_text('{"manifest_version": 3, "files": ["a"]}')
    (tmp_path / "list").mkdir()
    (tmp_path / "list/manifest.json").write_text("[]")
    for name, problem in (
        ("none", "holds no run that is complete"),
        ("half", "holds no run that is complete"),
        ("other", "holds no run that is complete"),
        ("list", "is damaged; expected what a run wrote"),
    ):
        with pytest.raises(AdapterError, match=problem) as caught:
            renew([tmp_path / name], tmp_path / "out", later, due=ENDS + SECOND)
        assert caught.value.reason is Reason.FILE_UNREADABLE
        assert name in str(caught.value)
    assert not (tmp_path / "out").exists()


def _write(path, *columns):
    names = ("record_key", "person_key", "expires", "text", "nationality", "attestation")
    arrays = dict(zip(names, columns, strict=True))
    pq.write_table(pa.table(arrays), path)


KEY = pa.array(["0" * 32])
END = pa.array([ENDS], pa.timestamp("ms", "UTC"))
TEXT = pa.array(["HC1:"])
NOTHING = pa.nulls(1, pa.string())


@pytest.mark.parametrize(
    ("columns", "is_ours"),
    [
        ((KEY, KEY, END, TEXT, NOTHING, NOTHING), True),
        ((pa.array([17]), KEY, END, TEXT, NOTHING, NOTHING), False),
        ((pa.array(["x" * 32]), KEY, END, TEXT, NOTHING, NOTHING), False),
        ((pa.array(["0" * 31]), KEY, END, TEXT, NOTHING, NOTHING), False),
        ((KEY, NOTHING, END, TEXT, NOTHING, NOTHING), False),
        ((KEY, KEY, pa.array(["2023-01-01"]), TEXT, NOTHING, NOTHING), False),
        ((KEY, KEY, pa.array([ENDS], pa.timestamp("us", "UTC")), TEXT, NOTHING, NOTHING), False),
        ((KEY, KEY, END, NOTHING, NOTHING, NOTHING), False),
        ((KEY, KEY, pa.nulls(1, END.type), TEXT, NOTHING, NOTHING), False),
        ((KEY, KEY, END, pa.array([b"HC1:"]), NOTHING, NOTHING), False),
    ],
)
def test_a_parquet_file_that_no_run_wrote(copied, later, tmp_path, columns, is_ours):
    _write(copied / "certificates/part-000000.parquet", *columns)
    put_right(copied)
    if is_ours:
        result = renew([copied], tmp_path / "out", later, due=ENDS + SECOND)
        assert (result.seen, result.refused) == (RECORDS - ROWS_PER_PART + 1, 1)
        return
    with pytest.raises(
        AdapterError, match=r"part-000000.parquet is not a file of certificates that a"
    ) as caught:
        renew([copied], tmp_path / "out", later, due=ENDS + SECOND)
    assert caught.value.reason is Reason.FILE_UNREADABLE


@pytest.mark.parametrize("data", [b"", b"PAR1", b"no Parquet at all"])
def test_a_file_that_is_no_parquet_at_all(copied, later, tmp_path, data):
    (copied / "certificates/part-000001.parquet").write_bytes(data)
    for mend, problem in ((False, "is not as its run wrote it"), (True, "is not a file of certificates")):
        if mend:
            put_right(copied, 1)
        with pytest.raises(AdapterError, match=problem) as caught:
            renew([copied], tmp_path / f"out {mend}", later, due=ENDS + SECOND)
        assert caught.value.reason is Reason.FILE_UNREADABLE


def test_a_file_that_is_not_there(copied, later, tmp_path):
    (copied / "certificates/part-000001.parquet").unlink()
    with pytest.raises(AdapterError, match=r"cannot read .*part-000001.parquet: No such file") as caught:
        renew([copied], tmp_path / "out", later, due=ENDS + SECOND)
    assert caught.value.reason is Reason.FILE_UNREADABLE


def test_rows_that_were_taken_out_do_not_go_unnoticed(copied, later, tmp_path):
    path = copied / "certificates/part-000000.parquet"
    pq.write_table(pq.read_table(path).slice(3), path)
    with pytest.raises(AdapterError, match="is not as its run wrote it"):
        renew([copied], tmp_path / "out", later, due=ENDS + SECOND)


def test_a_damaged_ledger_is_found_before_anything_is_signed(first, later, tmp_path):
    (tmp_path / "ledger.csv").write_text("no ledger\n")
    with pytest.raises(vc.VaxcertError, match="revocation ledger: line 1"):
        renew([first], tmp_path / "out", later, due=ENDS + SECOND, ledger=tmp_path / "ledger.csv")
    assert not (tmp_path / "out").exists()


def test_a_ledger_that_cannot_be_written_is_found_before_anything_is_signed(first, later, tmp_path):
    with pytest.raises(AdapterError, match="cannot write") as caught:
        renew([first], tmp_path / "out", later, due=ENDS + SECOND, ledger=tmp_path / "none/ledger.csv")
    assert caught.value.reason is Reason.FILE_UNWRITABLE
    assert not (tmp_path / "out").exists()


def test_a_signer_that_has_ended_renews_nothing(first, plan, tmp_path):
    late = replace(plan, at=signer().certificate.not_after)
    with pytest.raises(EncodeError) as caught:
        renew([first], tmp_path / "out", late, due=late.at)
    assert caught.value.reason is Reason.SIGNER_EXPIRED
    assert certificates(tmp_path / "out") == []
