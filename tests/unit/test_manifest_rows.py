"""What is read of one row of a manifest."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime

import pytest
from tests.support.mrz import write_mrz

from vaxcert.adapters.manifest.answers import defused
from vaxcert.adapters.manifest.birth_dates import read_birth_date
from vaxcert.adapters.manifest.columns import find_columns
from vaxcert.adapters.manifest.passengers import PassengerReader
from vaxcert.adapters.manifest.pictures import PictureFolder
from vaxcert.adapters.manifest.worker import ROW_MALFORMED
from vaxcert.adapters.records.layout import DateOrder
from vaxcert.errors import DecodeError, Reason, VaxcertError
from vaxcert.limits import MAX_MANIFEST_CERTIFICATES
from vaxcert.model.certificate import PartialDate
from vaxcert.rules.identity import Traveller
from vaxcert.rules.records import RecordCode

AT = datetime(2022, 6, 1, tzinfo=UTC)
HEADINGS = ("name", "family name", "given name", "birth date", "mrz", "certificate", "certificate 2")
DAY, MONTH = DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST


@pytest.mark.parametrize(
    ("text", "order", "born"),
    [
        ("1990-02-03", None, date(1990, 2, 3)),
        ("1990-02-03", MONTH, date(1990, 2, 3)),
        ("03/02/1990", DAY, date(1990, 2, 3)),
        ("02/03/1990", MONTH, date(1990, 2, 3)),
        ("13/02/1990", None, date(1990, 2, 13)),
        ("02/13/1990", None, date(1990, 2, 13)),
        ("2.2.1990", None, date(1990, 2, 2)),
        (" 31-12-1990 ", None, date(1990, 12, 31)),
        ("1990", None, PartialDate(1990)),
        ("1990-02", None, PartialDate(1990, 2)),
        ("", DAY, None),
    ],
)
def test_birth_dates(text, order, born):
    assert read_birth_date(text, order) == born


@pytest.mark.parametrize(
    ("text", "order", "reason"),
    [
        ("03/02/1990", None, Reason.BIRTH_DATE_AMBIGUOUS),
        ("12/11/1990", None, Reason.BIRTH_DATE_AMBIGUOUS),
        ("02/13/1990", DAY, Reason.BIRTH_DATE_UNREADABLE),
        ("13/02/1990", MONTH, Reason.BIRTH_DATE_UNREADABLE),
        ("13/13/1990", None, Reason.BIRTH_DATE_UNREADABLE),
        ("03/02-1990", DAY, Reason.BIRTH_DATE_UNREADABLE),
        ("03/02/90", DAY, Reason.BIRTH_DATE_UNREADABLE),
        ("1990-02-30", None, Reason.BIRTH_DATE_UNREADABLE),
        ("28FEB90", None, Reason.BIRTH_DATE_UNREADABLE),
    ],
)
def test_birth_dates_that_say_nothing_for_sure(text, order, reason):
    with pytest.raises(DecodeError) as caught:
        read_birth_date(text, order)
    assert caught.value.reason is reason


@pytest.fixture
def folder(tmp_path):
    """A folder with a file of certificates, beside one that is not to be read."""
    place = tmp_path / "files"
    place.mkdir()
    (place / "two.txt").write_text("HC1:ONE\nHC1:TWO\n")
    (tmp_path / "secret.txt").write_text("HC1:SECRET\n")
    (tmp_path / "files-too.txt").write_text("HC1:SECRET\n")
    return place


@pytest.fixture
def read(folder):
    reader = PassengerReader(find_columns(HEADINGS), PictureFolder(folder), AT)
    return lambda **cells: reader.read([cells.get(one.replace(" ", "_"), "") for one in HEADINGS])


def reasons(passenger):
    return [one.reason for one in passenger.sources if isinstance(one, VaxcertError)]


def test_a_name_in_one_column(read):
    traveller = read(name="NGUYEN/BAO DUY MR", birth_date="1983-10-10").traveller
    assert (traveller.family_name, traveller.given_name) == ("NGUYEN", "BAO DUY")
    assert traveller.birth_date == date(1983, 10, 10)


def test_a_name_in_two_columns(read):
    traveller = read(family_name="NGUYEN ", given_name="BAO DUY").traveller
    assert (traveller.family_name, traveller.given_name) == ("NGUYEN", "BAO DUY")
    assert traveller.birth_date is None


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({}, ""),
        ({"name": "TRAN/THI HOA MRS", "birth_date": "28/02/1990"}, ""),
        ({"name": "Trần, Thị Hoa"}, ""),
        ({"family_name": "TRAN", "given_name": "THIHOA"}, ""),
        ({"name": "THI HOA TRAN", "birth_date": "1990"}, ""),  # nothing contradicts for sure
        ({"birth_date": "nonsense"}, ""),
        ({"name": "TRAN/THI HOA", "birth_date": "1990-02-27"}, "birth-date-differs"),
        ({"birth_date": "1990-02-27"}, "birth-date-differs"),
        ({"name": "TRAN/THI LAN", "birth_date": "1990-02-28"}, "other-words"),
        ({"family_name": "SOMEBODY", "given_name": "ELSE", "birth_date": "nonsense"}, "other-words"),
    ],
)
def test_the_document_counts_and_what_was_typed_must_not_contradict_it(read, cells, problem):
    zone = write_mrz("td3", "TRAN<<THI<HOA", born=date(1990, 2, 28))
    passenger = read(mrz=zone, **cells)
    traveller = passenger.traveller
    assert (traveller.family_name, traveller.given_name) == ("TRAN", "THI<HOA")
    assert (traveller.birth_date, passenger.problem) == (date(1990, 2, 28), problem)


def test_nobody_is_named(read):
    assert read(certificate="HC1:A").traveller == Traveller()  # of whom nothing agrees with any certificate


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"name": "A", "birth_date": "03/02/1990"}, Reason.BIRTH_DATE_AMBIGUOUS),
        ({"mrz": "P<UTO"}, Reason.MRZ_LENGTH),
    ],
)
def test_a_passenger_that_cannot_be_read_still_has_certificates(read, cells, reason):
    passenger = read(certificate="HC1:A", **cells)
    assert (passenger.problem, passenger.sources) == (reason, ("HC1:A",))
    assert "1990" not in repr(passenger)


def test_certificates_stand_in_several_columns_and_several_in_a_cell(read):
    passenger = read(certificate="HC1:A |  HC1:B\r\nhc1:c", certificate_2="two.txt")
    assert passenger.sources == ("HC1:A", "HC1:B", "hc1:c", "HC1:ONE", "HC1:TWO")


def test_blanks_within_a_text_are_characters_of_base45_and_those_around_it_are_not(read):
    assert read(certificate=" HC1:A B  C ").sources == ("HC1:A B  C",)


@pytest.mark.parametrize(
    "name", ["../secret.txt", "two.txt/../../secret.txt", "../files-too.txt", "/etc/passwd", "..", "."]
)
def test_no_file_outside_the_folder_is_read(read, name):
    assert reasons(read(certificate=name)) == [Reason.PATH_OUTSIDE]


def test_an_absolute_path_into_the_folder_is_taken(read, folder):
    assert read(certificate=str(folder / "two.txt")).sources == ("HC1:ONE", "HC1:TWO")


def test_a_link_that_leads_out_is_not_followed(read, folder):
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    (folder / "way").symlink_to(folder.parent)
    for name in ("link.txt", "way/secret.txt"):
        assert reasons(read(certificate=name)) == [Reason.PATH_OUTSIDE]


def test_a_link_within_the_folder_is_followed(read, folder):
    (folder / "link.txt").symlink_to("two.txt")
    assert read(certificate="link.txt").sources == ("HC1:ONE", "HC1:TWO")


def test_a_folder_that_is_a_link_itself(folder, tmp_path):
    (tmp_path / "link").symlink_to(folder)
    assert list(PictureFolder(tmp_path / "link").read("two.txt")) == ["HC1:ONE", "HC1:TWO"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
def test_a_pipe_is_not_waited_for(read, folder):
    os.mkfifo(folder / "pipe")
    assert reasons(read(certificate="pipe")) == [Reason.FILE_UNREADABLE]


@pytest.mark.parametrize("name", ["missing.png", "a\0b", "x" * 5000])
def test_a_file_that_is_not_there(read, name):
    assert reasons(read(certificate=name)) == [Reason.FILE_UNREADABLE]


@pytest.mark.parametrize(("more", "told"), [(0, []), (1, [Reason.INPUT_TOO_LONG])])
def test_a_passenger_has_so_many_certificates_and_no_more(read, folder, more, told):
    count = MAX_MANIFEST_CERTIFICATES - 1 + more
    (folder / "many.txt").write_text("HC1:A\n" * count)
    for cells in (
        {"certificate": "HC1:B", "certificate_2": "many.txt"},
        {"certificate": "|".join(["HC1:B"] * (count + 1))},
    ):
        passenger = read(**cells)
        assert reasons(passenger) == told
        assert len(passenger.sources) - len(told) == MAX_MANIFEST_CERTIFICATES


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_formulas_are_defused(start):
    assert defused(f"{start}1+1") == f"'{start}1+1"
    assert defused(f"a{start}") == f"a{start}"


def test_a_row_that_cannot_be_taken_apart_has_the_code_of_records():
    assert ROW_MALFORMED == RecordCode.ROW_MALFORMED
