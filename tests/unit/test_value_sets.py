import dataclasses
import json
import unicodedata
from datetime import date

import pytest

from vaxcert.model import value_sets
from vaxcert.model.value_sets import (
    Product,
    current,
    display,
    holders_by_local_name,
    vaccine_by_local_name,
)

SETS = ("diseases", "prophylaxis", "products", "holders", "test_types", "test_results", "countries")

# Decision 5772/QĐ-BYT names the eight; codes by the EU encoding instructions
LICENSED = {
    "AstraZeneca": ("EU/1/21/1529", "ORG-100001699", "29061000087103"),
    "Pfizer": ("EU/1/20/1528", "ORG-100030215", "1119349007"),
    "Moderna": ("EU/1/20/1507", "ORG-100031184", "1119349007"),
    "Janssen": ("EU/1/20/1525", "ORG-100001417", "29061000087103"),
    "Vero Cell": ("BBIBP-CorV", "ORG-100020693", "1157024006"),
    "Hayat-Vax": ("Hayat-Vax", "ORG-100023050", "1157024006"),
    "Sputnik V": ("Sputnik-V", "Gamaleya-Research-Institute", "29061000087103"),
    "Abdala": ("Abdala", "CIGB", "28531000087107"),
}


def test_edition():
    assert (current().version, current().date) == ("2.12.0", date(2023, 5, 5))


def test_loaded_once():
    assert current() is current()


@pytest.mark.parametrize("name", SETS)
def test_every_code_is_filed_under_itself_and_has_names(name):
    codes = getattr(current(), name)
    assert codes
    for key, code in codes.items():
        assert key == code.code
        for lang in ("en", "vi"):
            text = code.name(lang)
            assert text
            assert text == unicodedata.normalize("NFC", text).strip()


@pytest.mark.parametrize("name", SETS)
def test_sets_cannot_be_changed(name):
    codes = getattr(current(), name)
    code = next(iter(codes.values()))
    with pytest.raises(TypeError):
        codes["X"] = code
    with pytest.raises(dataclasses.FrozenInstanceError):
        code.deprecated = True


@pytest.mark.parametrize("name", ["diseases", "prophylaxis", "test_types", "test_results", "countries"])
def test_vietnamese_names_are_complete(name):
    assert [code.code for code in getattr(current(), name).values() if not code.name_vi] == []


def test_products_refer_to_known_codes():
    sets = current()
    for product in sets.products.values():
        assert product.holder in product.holders
        assert product.holders <= sets.holders.keys()
        assert product.specific_prophylaxis in product.prophylaxis
        assert product.prophylaxis < product.prophylaxis_ever
        assert product.prophylaxis_ever <= sets.prophylaxis.keys()
        assert not any(sets.prophylaxis[code].deprecated for code in product.prophylaxis)
        assert "J07BX03" in product.prophylaxis_ever


def test_deprecated_codes():
    sets = current()
    assert sets.prophylaxis["J07BX03"].deprecated
    assert not sets.prophylaxis["28531000087107"].deprecated
    assert {code for code, product in sets.products.items() if product.deprecated} == {
        "NVX-CoV2373",
        "Inactivated-SARS-CoV-2-Vero-Cell",
        "Vidprevtyn",
        "VLA2001",
    }


@pytest.mark.parametrize(("name", "codes"), LICENSED.items())
def test_vaccines_licensed_in_viet_nam(name, codes):
    product = vaccine_by_local_name(name)
    assert (product.code, product.holder, product.specific_prophylaxis) == codes
    assert product.licensed_in_vietnam
    assert product.name_vi


def test_no_other_vaccine_is_licensed_in_viet_nam():
    licensed = {product.code for product in current().products.values() if product.licensed_in_vietnam}
    assert licensed == {codes[0] for codes in LICENSED.values()}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("ASTRAZENECA", "EU/1/21/1529"),
        ("Astra Zeneca", "EU/1/21/1529"),
        ("COVID-19 Vaccine AstraZeneca", "EU/1/21/1529"),
        ("Vaxzevria", "EU/1/21/1529"),
        ("vắc xin Pfizer", "EU/1/20/1528"),
        ("Vắc-xin phòng COVID-19 Comirnaty (Pfizer-BioNTech)", "EU/1/20/1528"),
        ("Comirnaty", "EU/1/20/1528"),
        ("Spikevax", "EU/1/20/1507"),
        ("Spikevax (Moderna)", "EU/1/20/1507"),
        ("Johnson & Johnson", "EU/1/20/1525"),
        ("VEROCELL", "BBIBP-CorV"),
        ("vero-cell", "BBIBP-CorV"),
        ("Vero Cell (Sinopharm)", "BBIBP-CorV"),
        ("SARS-CoV-2 Vaccine (Vero Cell), Inactivated", "BBIBP-CorV"),
        ("Sinopharm", "BBIBP-CorV"),
        ("Hayat Vax", "Hayat-Vax"),
        ("sputnik-v", "Sputnik-V"),
        ("Gam-COVID-Vac", "Sputnik-V"),
        ("Sputnik Light", "Sputnik-Light"),
        ("ABDALA", "Abdala"),
        ("Covishield", "Covishield"),
        ("EU/1/20/1528", "EU/1/20/1528"),
        ("Inactivated-SARS-CoV-2-Vero-Cell", "Inactivated-SARS-CoV-2-Vero-Cell"),
    ],
)
def test_local_names(name, code):
    assert vaccine_by_local_name(name).code == code
    assert vaccine_by_local_name(unicodedata.normalize("NFD", name)).code == code


@pytest.mark.parametrize(
    "name",
    ["", "  ", "vắc xin", "COVID-19", "Astra X", "Vero", "Inactivated SARS-CoV-2 (Vero Cell)", "Nguyễn"],
)
def test_unknown_or_ambiguous_names_are_not_guessed(name):
    assert vaccine_by_local_name(name) is None


def test_what_is_licensed_has_a_day_and_an_interval_and_nothing_else_has():
    for product in current().products.values():
        assert (product.licensed_on is not None) == product.licensed_in_vietnam
        assert (product.minimum_interval_days is not None) == product.licensed_in_vietnam
    days = [product.licensed_on for product in current().products.values() if product.licensed_on]
    assert min(days) == date(2021, 2, 1)
    assert max(days) < date(2021, 12, 20)  # Decision 5772/QĐ-BYT


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("Pfizer", {"ORG-100030215"}),
        ("PFIZER/BioNTech", {"ORG-100030215"}),
        ("Pfizer Manufacturing Belgium NV", {"ORG-100030215"}),
        ("BioNTech Manufacturing GmbH", {"ORG-100030215"}),
        ("ORG-100030215", {"ORG-100030215"}),
        ("Astra Zeneca", {"ORG-100001699"}),
        ("Sinopharm", {"ORG-100020693", "ORG-100023050"}),
        ("China Sinopharm International Corp. - Beijing", {"ORG-100020693"}),
        ("Bharat Biotech", {"Bharat-Biotech"}),
        ("", set()),
        ("Việt Nam", set()),
    ],
)
def test_manufacturers(name, codes):
    assert holders_by_local_name(name) == codes


def test_every_holder_is_known_by_its_name():
    for code, holder in current().holders.items():
        assert code in holders_by_local_name(holder.name_en)


def test_no_local_name_stands_for_two_vaccines():
    sets = current()
    viet_nam = value_sets._read("viet-nam-2021-12-20.json")["vaccines"]
    pairs = list(value_sets._local_names(sets.products, viet_nam))
    meanings: dict[str, set[str]] = {}
    for key, product in pairs:
        assert key
        meanings.setdefault(key, set()).add(product.code)
    assert {key: found for key, found in meanings.items() if len(found) > 1} == {}


@pytest.mark.parametrize(
    ("code", "value_set", "lang", "expected"),
    [
        ("VN", "countries", "en", "Viet Nam"),
        ("VN", "countries", "vi", "Việt Nam"),
        ("260415000", "test_results", "en", "Not detected"),
        ("BBIBP-CorV", "products", "vi", "Vero Cell (Sinopharm)"),
        ("Convidecia", "products", "vi", "Convidecia"),
        ("no-such-code", "products", "vi", "no-such-code"),
    ],
)
def test_display(code, value_set, lang, expected):
    assert display(code, value_set, lang) == expected


def published(corpus, name):
    document = json.loads((corpus / "value-sets" / f"{name}.json").read_text("utf-8"))
    return document["valueSetValues"]


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("name", "file_name"),
    [
        ("diseases", "disease-agent-targeted"),
        ("prophylaxis", "vaccine-prophylaxis"),
        ("products", "vaccine-medicinal-product"),
        ("holders", "vaccine-mah-manf"),
        ("test_types", "test-type"),
        ("test_results", "test-result"),
        ("countries", "country-2-codes"),
    ],
)
def test_codes_are_those_published(corpus, name, file_name):
    theirs = {code: not value["active"] for code, value in published(corpus, file_name).items()}
    assert {code: value.deprecated for code, value in getattr(current(), name).items()} == theirs


@pytest.mark.corpus
def test_products_follow_the_published_encoding_instructions(corpus):
    seen = set()
    for entry in published(corpus, "vaccine-encoding-instructions").values():
        product = current().products[entry["vaccine-code"].removesuffix(" (deprecated)")]
        assert isinstance(product, Product)
        assert product.holder == entry["vaccine-manufacturer"]
        assert product.prophylaxis == set(entry["sct-codes"])
        seen.add(product.code)
    assert seen == current().products.keys()
