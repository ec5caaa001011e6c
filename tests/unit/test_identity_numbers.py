import pytest

from vaxcert.model.dose_record import Sex
from vaxcert.model.identity_numbers import PROVINCES, has_place, holder_of, is_digits, with_leading_zeros


@pytest.mark.parametrize(
    ("number", "sex", "year"),
    [
        ("001000000001", Sex.MALE, 1900),
        ("001199000001", Sex.FEMALE, 1999),
        ("001200000001", Sex.MALE, 2000),
        ("001399000001", Sex.FEMALE, 2099),
        ("001400000001", Sex.MALE, 2100),
        ("001999000001", Sex.FEMALE, 2399),
    ],
)
def test_sex_and_year_of_birth(number, sex, year):
    assert holder_of(number) == (sex, year)


def test_there_were_63_provinces():
    assert len(PROVINCES) == 63
    assert {"001", "031", "048", "079", "096"} < PROVINCES


@pytest.mark.parametrize(
    ("place", "known"),
    [("000", False), ("001", True), ("003", False), ("096", True), ("099", False), ("100", True)],
)
def test_place_of_birth_registration(place, known):
    assert has_place(f"{place}185000001") is known


@pytest.mark.parametrize(
    ("text", "digits"), [("0123456789", True), ("", False), ("12 3", False), ("１２", False), ("²", False)]
)
def test_digits_are_those_of_ascii(text, digits):
    assert is_digits(text) is digits


@pytest.mark.parametrize(
    ("number", "whole"),
    [
        ("1234567", None),
        ("12345678", "012345678"),
        ("123456789", None),
        ("1234567890", "001234567890"),
        ("12345678901", "012345678901"),
        ("123456789012", None),
    ],
)
def test_leading_zeros(number, whole):
    assert with_leading_zeros(number) == whole
