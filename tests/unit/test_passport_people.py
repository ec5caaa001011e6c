"""From certificates to persons: who may be printed, who belongs together, and the parts of a bulk run."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path

import pikepdf
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.support.signers import NOW, issuer, person, signer, trusted, vaccination

import vaxcert as vc
from vaxcert.adapters.key_files import certificate_pem
from vaxcert.adapters.passport import (
    MAX_PEOPLE,
    CertificateReader,
    Mark,
    PassportHolder,
    bulk_run,
    group_by_subject,
    reading,
    write_passports,
)
from vaxcert.adapters.passport.bulk_run import is_bulk_run, people_of_run
from vaxcert.adapters.passport.picture import is_drawable
from vaxcert.adapters.passport.specimens import test_keys as keys_for_tests
from vaxcert.codec import container
from vaxcert.errors import AdapterError, Reason, VaxcertError
from vaxcert.trust.origin import Environment

VERIFIER = vc.Verifier(trusted(signer()))
DUY = person()


def text(
    number: int = 1,
    *,
    subject: vc.Person = DUY,
    at: datetime = NOW,
    day: date | None = None,
    identifier: str | None = None,
) -> str:
    dose = vaccination(
        dose_number=number,
        doses_in_series=max(2, number),
        vaccinated_on=day or date(2021, number, 5),
        certificate_id=identifier,
    )
    return issuer().issue(vc.HealthCertificate(subject=subject, vaccination=dose), at=at).text


def reader(verifier: vc.Verifier | None = VERIFIER, **options: object) -> CertificateReader:
    return CertificateReader(verifier, at=NOW, **options)


def group(*texts: str) -> list[PassportHolder]:
    return list(group_by_subject(map(reader().read, texts)))


def numbers(holders: list[PassportHolder]) -> list[list[int | None]]:
    return [[dose.vaccination.dose_number for dose in holder.doses] for holder in holders]


# --- who may be printed


def test_verified_certificate_is_printed_as_it_is():
    one = text()
    read = reader().read(one)
    assert (read.dose.text, read.mark, read.subject.family_name) == (one, None, "Nguyễn")
    assert (read.dose.issued_at, read.dose.expires) == (
        NOW.replace(tzinfo=UTC),
        NOW + timedelta(days=365),
    )


def test_certificate_in_binary_becomes_text_again():
    message = container.message_bytes(text())
    assert container.message_bytes(reader().read(message).dose.text) == message


@pytest.mark.parametrize(
    ("at", "reason"), [(timedelta(days=366), Reason.EXPIRED), (timedelta(days=-1), Reason.NOT_YET_VALID)]
)
def test_what_must_not_be_relied_on_is_not_printed(at, reason):
    late = CertificateReader(VERIFIER, at=NOW + at)
    with pytest.raises(VaxcertError) as refused:
        late.read(text())
    assert refused.value.reason is reason


def test_forged_certificate_is_printed_only_as_unverified():
    message = bytearray(container.message_bytes(text()))
    message[-1] ^= 1
    forged = container.write(bytes(message))
    with pytest.raises(VaxcertError) as refused:
        reader().read(forged)
    assert refused.value.reason is Reason.BAD_SIGNATURE
    assert reader(None).read(forged).mark is Mark.UNVERIFIED
    assert reader(None, specimen=True).read(forged).mark is Mark.UNVERIFIED


def test_tests_and_recoveries_are_no_passport():
    recovery = vc.Recovery(
        disease="840539006",
        first_positive=date(2022, 1, 5),
        valid_from=date(2022, 1, 20),
        valid_until=date(2022, 6, 30),
    )
    one = issuer().issue(vc.HealthCertificate(subject=DUY, recovery=recovery), at=NOW).text
    with pytest.raises(VaxcertError) as refused:
        reader().read(one)
    assert refused.value.reason is Reason.PAYLOAD_PROFILE


def test_what_no_code_can_hold_is_refused(monkeypatch):
    one = text()
    monkeypatch.setattr(reading, "is_drawable", lambda text: is_drawable(text + "A" * (3392 - len(one))))
    with pytest.raises(VaxcertError) as refused:
        reader().read(one)
    assert refused.value.reason is Reason.TEXT_TOO_LONG_FOR_QR
    assert is_drawable(one + "A" * (3391 - len(one)))


def test_keys_for_tests_make_specimens(tmp_path):
    one = signer()
    (tmp_path / "dsc.pem").write_bytes(certificate_pem(one.certificate.der))
    (tmp_path / "junk.pem").write_bytes(b"junk")
    assert keys_for_tests([tmp_path]) == {one.certificate.digest}
    assert keys_for_tests([tmp_path / "dsc.pem"]) == {one.certificate.digest}
    assert keys_for_tests([tmp_path / "junk.pem"]) == frozenset()
    assert reader(test_keys=keys_for_tests([tmp_path])).read(text()).mark is Mark.SPECIMEN
    assert reader(test_keys=frozenset({bytes(32)})).read(text()).mark is None
    assert reader(specimen=True).read(text()).mark is Mark.SPECIMEN


def test_keys_of_lists_for_tests_make_specimens():
    key = vc.TrustedKey.from_certificate(signer().certificate, environment=Environment.TEST)
    policy = vc.VerificationPolicy(environments=frozenset(Environment))
    verifier = vc.Verifier(vc.TrustList([key]), policy=policy)
    assert reader(verifier).read(text()).mark is Mark.SPECIMEN


# --- who belongs together


def test_doses_of_one_person_come_together_newest_first():
    other = person(family_name="Trần")
    holders = group(text(1), text(1, subject=other), text(3), text(2))
    assert numbers(holders) == [[3, 2, 1], [1]]
    assert [holder.subject.family_name for holder in holders] == ["Nguyễn", "Trần"]


@pytest.mark.parametrize(
    "changes",
    [{"family_name": "Nguyen"}, {"given_name": "Bảo Dũy"}, {"birth_date": date(1983, 10, 11)}],
    ids=["family name", "given name", "birth date"],
)
def test_whoever_differs_in_anything_is_another_person(changes):
    assert numbers(group(text(1), text(2, subject=person(**changes)))) == [[1], [2]]


def test_two_persons_who_share_name_and_birth_date_are_kept_apart_where_it_shows():
    assert numbers(group(text(1), text(1, day=date(2021, 3, 9)), text(2))) == [[1], [1], [2]]
    assert numbers(group(text(1), text(2, day=date(2021, 1, 5)))) == [[1], [2]]
    assert numbers(group(text(1), text(2, day=date(2021, 1, 6)))) == [[2, 1]]


def test_renewed_certificate_takes_the_place_of_the_older_one():
    identifier = "URN:UVCI:01:VN:0123456789ABCDEF"
    older = text(1, identifier=identifier, at=NOW - timedelta(days=30))
    newer = text(1, identifier=identifier)
    for order in ((older, newer), (newer, older)):
        (holder,) = group(*order, text(2))
        assert [dose.text for dose in holder.doses if dose.vaccination.dose_number == 1] == [newer]
    assert numbers(group(newer, newer)) == [[1]]


def test_mark_of_one_certificate_marks_the_page():
    specimen = replace(reader().read(text(1)), mark=Mark.SPECIMEN)
    (holder,) = group_by_subject([reader().read(text(2)), specimen])
    assert holder.mark is Mark.SPECIMEN


# --- the parts of a bulk run


def write_run(folder: Path, parts: list[list[tuple[str, str, str | None]]]) -> Path:
    """A run with these certificates: key of the person, text, nationality."""
    (folder / "certificates").mkdir(parents=True)
    row = 0
    for number, part in enumerate(parts):
        rows = list(range(row + 1, row + 1 + len(part)))
        row += len(part)
        columns = {
            "row": pa.array(rows, pa.int64()),
            "person_key": pa.array([key for key, _, _ in part], pa.string()),
            "text": pa.array([one for _, one, _ in part], pa.string()),
            "nationality": pa.array([nation for _, _, nation in part], pa.string()),
        }
        pq.write_table(pa.table(columns), folder / "certificates" / f"part-{number:06}.parquet")
    return folder


class Refusals(list[tuple[str, Reason]]):
    def __call__(self, place: str, error: VaxcertError) -> None:
        self.append((place, error.reason))


PEOPLE = [person(family_name=name) for name in ("An", "Bùi", "Cao", "Đỗ", "Hà")]
KEYS = [f"{number:032x}" for number in range(1, 6)]


def of(number: int, dose: int) -> tuple[str, str, str | None]:
    return KEYS[number], text(dose, subject=PEOPLE[number]), "LA" if number == 1 else None


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Doses of one person wherever the platform had them, an empty part, and one that is no certificate."""
    parts = [
        [of(2, 1), of(0, 1), of(1, 1)],
        [],
        [of(3, 1), of(0, 2), (KEYS[4], "HC1:JUNK", None)],
        [of(1, 2), of(2, 3), of(2, 2), of(4, 1)],
    ]
    return write_run(tmp_path_factory.mktemp("run"), parts)


@pytest.mark.parametrize("at_once", [1, 2, 3, 100])
def test_doses_are_found_in_all_parts_however_many_persons_fit_in_memory(run, at_once):
    refused = Refusals()
    people = list(people_of_run(run, reader(), refused, people_at_once=at_once))
    assert [one.subject.family_name for one in people] == ["Cao", "An", "Bùi", "Đỗ", "Hà"]
    assert numbers(people) == [[3, 2, 1], [2, 1], [2, 1], [1], [1]]
    assert [one.nationality for one in people] == ["VN", "VN", "LA", "VN", "VN"]
    assert [place for place, _ in refused] == ["part-000002.parquet row 6"]


def test_keys_that_collide_in_memory_are_told_apart(run, monkeypatch):
    monkeypatch.setattr(bulk_run, "hash", lambda key: 7, raising=False)
    people = list(people_of_run(run, reader(), Refusals()))
    assert sorted(numbers(people)) == [[1], [1], [2, 1], [2, 1], [3, 2, 1]]


def test_namesakes_of_a_run_are_two_persons(tmp_path):
    folder = write_run(tmp_path, [[(KEYS[0], text(1), None), (KEYS[1], text(2), None)]])
    assert numbers(list(people_of_run(folder, reader(), Refusals()))) == [[1], [2]]


def test_corrected_name_gets_a_page_of_its_own(tmp_path):
    other = person(given_name="Bảo Duyên")
    folder = write_run(tmp_path, [[(KEYS[0], text(1), None), (KEYS[0], text(2, subject=other), None)]])
    assert numbers(list(people_of_run(folder, reader(), Refusals()))) == [[1], [2]]


def test_run_without_certificates_has_nobody(tmp_path):
    assert list(people_of_run(write_run(tmp_path, [[]]), reader(), Refusals())) == []


def test_folder_is_of_a_run_when_it_has_parts(run, tmp_path):
    assert is_bulk_run(run)
    assert not is_bulk_run(tmp_path)
    assert not is_bulk_run(tmp_path / "nothing")


@pytest.mark.parametrize("length", [0, 3, 100, -1])
def test_part_that_is_cut_short_is_unreadable(run, tmp_path, length):
    whole = (run / "certificates/part-000000.parquet").read_bytes()
    (tmp_path / "certificates").mkdir()
    (tmp_path / "certificates/part-000000.parquet").write_bytes(whole[:length])
    with pytest.raises(AdapterError, match=r"part-000000\.parquet: no whole Parquet file") as refused:
        list(people_of_run(tmp_path, reader(), Refusals()))
    assert refused.value.reason is Reason.FILE_UNREADABLE


def test_part_without_a_column_says_which(tmp_path):
    (tmp_path / "certificates").mkdir()
    pq.write_table(pa.table({"text": ["HC1:"]}), tmp_path / "certificates/part-000000.parquet")
    with pytest.raises(AdapterError, match="no column person_key") as refused:
        list(people_of_run(tmp_path, reader(), Refusals()))
    assert refused.value.reason is Reason.COLUMN_MISSING


# --- files of many


@pytest.fixture(scope="module")
def many() -> list[PassportHolder]:
    one = group(text(1))[0]
    return [replace(one, subject=person(given_name=f"Thử {number}")) for number in range(7)]


def page_counts(folder: Path) -> list[int]:
    counts = []
    for path in sorted(folder.iterdir()):
        with pikepdf.open(path) as document:
            counts.append(len(document.pages))
    return counts


def test_files_hold_so_many_persons_each_whoever_sets_them_and_are_for_the_owner_only(tmp_path, many):
    together, alone = tmp_path / "together", tmp_path / "alone"
    files = list(write_passports(iter(many), together, per_file=3, processes=2))
    assert [file.path.name for file in files] == [f"passports-00000{number}.pdf" for number in (1, 2, 3)]
    assert [(file.people, file.certificates) for file in files] == [(3, 3), (3, 3), (1, 1)]
    assert page_counts(together) == [3, 3, 1]
    assert {stat.S_IMODE(path.stat().st_mode) for path in together.iterdir()} == {0o600}
    assert stat.S_IMODE(together.stat().st_mode) == 0o700
    for file in write_passports(iter(many), alone, per_file=3, processes=1):
        assert file.path.read_bytes() == (together / file.path.name).read_bytes()


def test_persons_are_taken_as_files_get_done(tmp_path, many):
    taken = 0

    def endless() -> Iterator[PassportHolder]:
        nonlocal taken
        while True:
            taken += 1
            yield many[0]

    written = write_passports(endless(), tmp_path, per_file=1, processes=1)
    assert len(list(islice(written, 3))) == 3
    assert taken <= 4


def test_folder_of_an_earlier_run_is_left_alone(tmp_path, many):
    list(write_passports(many[:1], tmp_path))
    before = (tmp_path / "passports-000001.pdf").read_bytes()
    with pytest.raises(AdapterError, match="earlier run") as refused:
        list(write_passports(many, tmp_path))
    assert refused.value.reason is Reason.FILE_UNWRITABLE
    assert (tmp_path / "passports-000001.pdf").read_bytes() == before


def test_folder_that_cannot_be_made_is_one_error(tmp_path, many):
    (tmp_path / "file").touch()
    with pytest.raises(AdapterError) as refused:
        list(write_passports(many, tmp_path / "file"))
    assert refused.value.reason is Reason.FILE_UNWRITABLE


@pytest.mark.parametrize("per_file", [0, MAX_PEOPLE + 1])
def test_persons_of_a_file_are_bounded(tmp_path, many, per_file):
    with pytest.raises(ValueError, match=f"1 to {MAX_PEOPLE} expected"):
        list(write_passports(many, tmp_path, per_file=per_file))


def test_nobody_makes_no_file(tmp_path):
    assert list(write_passports([], tmp_path)) == []
    assert list(tmp_path.iterdir()) == []


def test_reprs_show_nobody():
    read = reader().read(text())
    assert repr(read) == "<ReadCertificate>"
