from __future__ import annotations

import pytest

from vaxcert.adapters.manifest.columns import ManifestField, find_columns
from vaxcert.adapters.records.layout import DateOrder
from vaxcert.errors import AdapterError, Reason

F = ManifestField


@pytest.mark.parametrize(
    ("headings", "places"),
    [
        (
            ("name", "birth date", "certificate"),
            {F.NAME: (0,), F.BIRTH_DATE: (1,), F.CERTIFICATE: (2,)},
        ),
        (
            ("Certificate_2", "FULL-NAME", "Date of Birth", "certificate"),
            {F.NAME: (1,), F.BIRTH_DATE: (2,), F.CERTIFICATE: (0, 3)},
        ),
        (
            ("Surname", "Given Names", "DOB (dd/mm/yyyy)", "Certificates"),
            {F.FAMILY_NAME: (0,), F.GIVEN_NAME: (1,), F.BIRTH_DATE: (2,), F.CERTIFICATE: (3,)},
        ),
        (
            ("Họ", "Tên đệm và tên", "Ngày sinh", "Chứng nhận 1", "Chứng nhận 2"),
            {F.FAMILY_NAME: (0,), F.GIVEN_NAME: (1,), F.BIRTH_DATE: (2,), F.CERTIFICATE: (3, 4)},
        ),
        (("mrz", "certificate"), {F.MRZ: (0,), F.CERTIFICATE: (1,)}),
    ],
)
def test_usual_headings_are_known(headings, places):
    assert find_columns(headings).places == places


def test_a_heading_can_be_named_and_then_counts_alone():
    headings = ("name", "Pax", "QR", "certificate", "born on")
    columns = find_columns(headings, [(F.NAME, "pax"), (F.BIRTH_DATE, "born on"), (F.CERTIFICATE, "QR")])
    assert columns.places == {F.NAME: (1,), F.BIRTH_DATE: (4,), F.CERTIFICATE: (2,)}


def test_certificates_and_documents_do_not_go_on_to_the_result():
    headings = ("booking", "name", "verdict", "birth date", "mrz", "certificate", "seat", "certificate 2")
    assert find_columns(headings).passenger == (0, 1, 3, 6)


def test_columns_that_a_result_has_itself_do_not_go_on_to_it_in_any_case():
    headings = ("Verdict", "name", "ROW ", "birth date", "Codes", "certificate", "reasons why")
    assert find_columns(headings).passenger == (1, 3, 6)


@pytest.mark.parametrize(
    ("headings", "words"),
    [
        (("name", "birth date", "seat"), "no column of certificates"),
        (("name", "certificate"), "no column that says who"),
        (("birth date", "certificate"), "no column that says who"),
        (("given name", "birth date", "certificate"), "no column that says who"),
    ],
)
def test_what_is_missing_is_said(headings, words):
    with pytest.raises(AdapterError, match=words) as caught:
        find_columns(headings)
    assert caught.value.reason is Reason.COLUMN_MISSING


def test_without_headings_nothing_of_the_first_passenger_is_told():
    with pytest.raises(AdapterError) as caught:
        find_columns(("CANARY", "1990-02-28", "HC1:CANARY"))
    assert "CANARY" not in str(caught.value)


def test_a_column_that_is_named_has_to_be_there():
    with pytest.raises(AdapterError, match="no column Pax, which was named for name") as caught:
        find_columns(("name", "birth date", "certificate"), [(F.NAME, "Pax")])
    assert caught.value.reason is Reason.COLUMN_MISSING


def test_two_columns_for_what_has_one():
    with pytest.raises(AdapterError, match="2 columns for birth-date") as caught:
        find_columns(("name", "dob", "birth date", "certificate"))
    assert caught.value.reason is Reason.FILE_UNREADABLE


@pytest.mark.parametrize(
    ("heading", "asked", "order"),
    [
        ("birth date", None, None),
        ("birth date (dd/mm/yyyy)", None, DateOrder.DAY_FIRST),
        ("birth date [MM-DD-YYYY]", None, DateOrder.MONTH_FIRST),
        ("birth date (yyyy-mm-dd)", None, None),
        ("birth date (dd/mm/yyyy)", DateOrder.MONTH_FIRST, DateOrder.MONTH_FIRST),
    ],
)
def test_what_comes_first_in_a_date_is_stated(heading, asked, order):
    assert find_columns(("name", heading, "certificate"), order=asked).date_order is order
