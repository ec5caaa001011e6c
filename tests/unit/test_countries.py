from __future__ import annotations

import pytest

from vaxcert.model import value_sets
from vaxcert.model.countries import _alpha2, alpha2, is_test_code, issuer_countries, issuer_country

ALPHA_3 = {code: country for code, country in _alpha2().items() if len(code) == 3}


def test_there_are_249_countries_and_kosovo() -> None:
    assert len(ALPHA_3) == 249 + 1
    assert len(set(ALPHA_3.values())) == 249 + 1


def test_they_are_the_countries_of_the_eu_value_set() -> None:
    assert set(ALPHA_3.values()) == set(value_sets.current().countries)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("VNM", "VN"),
        ("DEU", "DE"),
        ("EST", "EE"),
        ("IRL", "IE"),
        ("FRO", "FO"),
        ("CHN", "CN"),
        ("CHL", "CL"),
        ("SVN", "SI"),
        ("SVK", "SK"),
        ("AUT", "AT"),
        ("AUS", "AU"),
        ("PRK", "KP"),
        ("COD", "CD"),
        ("COG", "CG"),
        ("XKX", "XK"),
        ("VN", "VN"),
        ("XK", "XK"),
        ("WHO", None),
        ("IOM", None),
        ("XXA", None),
        ("XX", None),
        ("EL", None),
        ("vnm", None),
        ("VN ", None),
        ("", None),
    ],
)
def test_alpha2(code: str, expected: str | None) -> None:
    assert alpha2(code) == expected


@pytest.mark.parametrize("code", ["XA", "XZ", "XT", "XW", "XXA", "XAA", "XZZ", "XCL", "XML", "XXX"])
def test_user_assigned_codes_are_for_tests(code: str) -> None:
    assert is_test_code(code)
    assert alpha2(code) is None


@pytest.mark.parametrize(
    "code", ["XK", "XKX", "VNM", "VN", "WHO", "IOM", "X", "", "XXXX", "xxa", "X1", "XÀ", "XX\n"]
)
def test_others_are_not(code: str) -> None:
    assert not is_test_code(code)


@pytest.mark.parametrize(
    ("iss", "expected"),
    [
        ("VN", {"VN"}),
        ("VNM", {"VN"}),
        ("vn", {"VN"}),
        (" VN ", {"VN"}),
        ("CNAM", {"FR"}),
        ("CH BAG", {"CH"}),
        ("EL", {"EL", "GR"}),
        ("GR", {"EL", "GR"}),
        ("GRC", {"EL", "GR"}),
        ("GB", {"GB", "UK"}),
        ("UK", {"GB", "UK"}),
        ("GBR", {"GB", "UK"}),
        ("GG", {"GG", "GB", "UK"}),
        ("JEY", {"JE", "GB", "UK"}),
        ("IM", {"IM", "GB", "UK"}),
        ("GI", {"GI", "GB", "UK"}),
        ("CK", {"CK", "NZ"}),
        ("NZ", {"NZ"}),
        ("FO", {"FO", "DK"}),
        ("DK", {"DK"}),
        ("XK", {"XK"}),
        ("XX", {"XX"}),
        ("xx", set()),
        ("XCL", set()),
        ("WHO", set()),
        ("Ministry of Health", set()),
        ("", set()),
    ],
)
def test_who_may_sign_for_an_issuer(iss: str, expected: set[str]) -> None:
    assert issuer_countries(iss) == expected


@pytest.mark.parametrize(
    ("iss", "expected"),
    [
        *[("VN", "VN"), ("VNM", "VN"), (" vnm ", "VN"), ("CNAM", "FR"), ("CH BAG", "CH"), ("ch bag", "CH")],
        *[("EL", "GR"), ("GR", "GR"), ("GRC", "GR"), ("UK", "GB"), ("GG", "GG"), ("ZZ", "ZZ")],
        *[("zz", None), (" ZZ", None), ("WHO", None), ("Bộ Y tế", None), ("", None)],
    ],
)
def test_which_country_an_issuer_names(iss: str, expected: str | None) -> None:
    assert issuer_country(iss) == expected


def test_every_country_signs_for_itself() -> None:
    for code, country in ALPHA_3.items():
        assert country in issuer_countries(country)
        assert issuer_countries(code) == issuer_countries(country)
