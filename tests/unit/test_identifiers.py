import random

import pytest

from vaxcert.errors import EncodeError, Reason
from vaxcert.findings import FindingCode
from vaxcert.limits import MAX_CERTIFICATE_ID_CHARACTERS
from vaxcert.model.identifiers import (
    CertificateId,
    build_certificate_id,
    certificate_id_findings,
    check_character,
    read_certificate_id,
)

FAQ_EXAMPLE = "URN:UVCI:01:NL:187/37512422923"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/:"
HEX = "0123456789ABCDEF0123456789ABCDEF"


def luhn_as_the_textbook_writes_it(text):
    total, factor = 0, 2
    for character in reversed(text):
        addend = factor * ALPHABET.index(character)
        total += addend // 38 + addend % 38
        factor = 3 - factor
    return ALPHABET[(38 - total % 38) % 38]


def refusal(call, *args, **kwargs):
    with pytest.raises(EncodeError) as caught:
        call(*args, **kwargs)
    return caught.value.reason


def codes(text):
    return [(finding.code, finding.field) for finding in certificate_id_findings(text)]


def test_check_character_of_the_published_example():
    assert check_character(FAQ_EXAMPLE) == "Z"


def test_check_character_does_not_depend_on_case():
    assert check_character(FAQ_EXAMPLE.lower()) == "Z"


def test_check_character_agrees_with_the_textbook_algorithm():
    rng = random.Random(38)
    for length in (*range(1, 81), *[49] * 200):
        text = "".join(rng.choices(ALPHABET, k=length))
        assert check_character(text) == luhn_as_the_textbook_writes_it(text)


def test_check_character_catches_every_wrong_character():
    for position in range(len(FAQ_EXAMPLE)):
        for character in ALPHABET.replace(FAQ_EXAMPLE[position], ""):
            changed = FAQ_EXAMPLE[:position] + character + FAQ_EXAMPLE[position + 1 :]
            assert check_character(changed) != "Z"


@pytest.mark.parametrize(
    "text", ["", FAQ_EXAMPLE + "#", "URN:UVCI:01:VN:A-B", "URN:UVCI:01:VN:Ắ", "A\n", "\ud800", "ß"]
)
def test_check_character_refuses_what_is_outside_its_alphabet(text):
    assert refusal(check_character, text) is Reason.CERTIFICATE_ID_CHARACTER


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({}, f"URN:UVCI:01:VN:{HEX}"),
        ({"issuer": "MOH"}, f"URN:UVCI:01:VN:MOH/{HEX}"),
        ({"issuer": "moh", "vaccine": "lot7"}, f"URN:UVCI:01:VN:MOH/LOT7/{HEX}"),
    ],
)
def test_the_three_forms_read_back(parts, expected):
    text = build_certificate_id("VN", HEX.lower(), **parts)
    assert text == expected
    read = read_certificate_id(text)
    assert read.is_standard_form
    assert (read.country, read.opaque) == ("VN", HEX)
    assert (read.issuer, read.vaccine) == tuple(
        value and value.upper() for value in (parts.get("issuer"), parts.get("vaccine"))
    )
    assert codes(text) == []


def test_check_character_is_appended_on_request():
    text = build_certificate_id("NL", "37512422923", issuer="187", with_check_character=True)
    assert text == FAQ_EXAMPLE + "#Z"
    assert codes(text) == []


@pytest.mark.parametrize(
    ("country", "opaque", "issuer"),
    [
        ("VN", "", None),
        ("VN", "A B", None),
        ("VN", "A-B", None),
        ("VN", "A#B", None),
        ("VN", "A/B", None),
        ("VN", "A:B", None),
        ("VN", "Đ1", None),
        ("VN", "ß", None),
        ("VN", "\u212a1", None),
        ("VN", "A\n", None),
        ("VN", "A", ""),
        ("VN", "A", "M/H"),
        ("VNM", "A", None),
        ("V", "A", None),
        ("84", "A", None),
        ("", "A", None),
    ],
)
def test_parts_outside_the_character_set_are_refused(country, opaque, issuer):
    assert refusal(build_certificate_id, country, opaque, issuer=issuer) is Reason.CERTIFICATE_ID_CHARACTER


@pytest.mark.parametrize("with_check_character", [False, True])
def test_length_bound(with_check_character):
    room = MAX_CERTIFICATE_ID_CHARACTERS - len("URN:UVCI:01:VN:") - 2 * with_check_character
    longest = build_certificate_id("VN", "A" * room, with_check_character=with_check_character)
    assert len(longest) == MAX_CERTIFICATE_ID_CHARACTERS
    reason = refusal(build_certificate_id, "VN", "A" * (room + 1), with_check_character=with_check_character)
    assert reason is Reason.VALUE_NOT_ENCODABLE


def test_vaccine_without_issuer_is_misuse():
    with pytest.raises(ValueError, match="issuer"):
        build_certificate_id("VN", "A", vaccine="LOT7")


@pytest.mark.parametrize(
    ("text", "country", "issuer", "vaccine", "opaque"),
    [
        ("URN:UVCI:01:NL:187/37512422923#Z", "NL", "187", None, "37512422923"),
        ("urn:uvci:01:lv:71a307447b", "LV", None, None, "71A307447B"),
        ("URN:UCI:01:EE:ABC", "EE", None, None, "ABC"),
        ("URN:UVCI:V1:DE:ABC", "DE", None, None, "ABC"),
        ("URN:UVCI:01DE/IZ12345A/5CWLU12RN#W", "DE", "IZ12345A", None, "5CWLU12RN"),
        ("01/LU/3EAVT1OE74KK3#6B", "LU", None, None, "3EAVT1OE74KK3"),
        ("01 IS/ABC4556#8", "IS", None, None, "ABC4556"),
        ("01BEVLJW3CJZHUI#B", "BE", None, None, "VLJW3CJZHUI"),
        ("dgci:V1:CY:GRHC8O6ECP:89", "CY", None, None, "GRHC8O6ECP:89"),
        ("URN:UVCI:V01:DE:ABC", "DE", None, None, "ABC"),
        ("URN:UVCI:1:DE:ABC", None, None, None, "URN:UVCI:1:DE:ABC"),
        ("1DEABC", None, None, None, "1DEABC"),
        ("URN:UVCI:01:SG:2ABC-CDE", "SG", None, None, "2ABC-CDE"),
        ("URN:UVCI:01:XX:A/B/C/D", "XX", "A", "B", "C/D"),
        ("something else", None, None, None, "SOMETHING ELSE"),
        ("", None, None, None, ""),
    ],
)
def test_tolerant_reading(text, country, issuer, vaccine, opaque):
    read = read_certificate_id(text)
    assert (read.country, read.issuer, read.vaccine, read.opaque) == (country, issuer, vaccine, opaque)


@pytest.mark.parametrize(
    "text", [FAQ_EXAMPLE, FAQ_EXAMPLE.lower(), FAQ_EXAMPLE + "#Z", FAQ_EXAMPLE + "#A", f" {FAQ_EXAMPLE}\n"]
)
def test_canonical_is_what_all_spellings_share(text):
    assert read_certificate_id(text).canonical == FAQ_EXAMPLE


@pytest.mark.parametrize(
    ("suffix", "character", "right"),
    [
        ("", None, None),
        ("#Z", "Z", True),
        ("#z", "Z", True),
        ("#A", "A", False),
        ("#", "", False),
        ("#ZZ", "ZZ", False),
    ],
)
def test_check_character_as_read(suffix, character, right):
    read = read_certificate_id(FAQ_EXAMPLE + suffix)
    assert read.check_character == character
    assert read.check_character_is_right is right


def test_repr_does_not_show_the_identifier():
    read = read_certificate_id(FAQ_EXAMPLE)
    assert isinstance(read, CertificateId)
    assert repr(read) == "<CertificateId>"


FORM = (FindingCode.CERTIFICATE_ID_FORM, "ci")
CHECK = (FindingCode.CERTIFICATE_ID_CHECK, "ci")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"URN:UVCI:01:VN:{HEX}", []),
        (f"urn:uvci:01:VN:{HEX.lower()}", []),
        (FAQ_EXAMPLE + "#Z", []),
        (FAQ_EXAMPLE + "#z", []),
        (FAQ_EXAMPLE + "#A", [CHECK]),
        (FAQ_EXAMPLE + "#", [FORM, CHECK]),
        (FAQ_EXAMPLE + "#ZZ", [FORM, CHECK]),
        ("URN:UVCI:V1:DE:ABC", [FORM]),
        ("URN:UVCI:01:SG:2ABC-CDE", [FORM]),
        ("URN:UVCI:01:SG:2ABC-CDE#A", [FORM, CHECK]),
        ("URN:UVCI:02:VN:ABC", [FORM]),
        ("URN:UVCI:01:VN:A/B/C/D", [FORM]),
        ("URN:UVCI:01:VN:A//C", [FORM]),
        ("URN:UVCI:01:VN:", [FORM]),
        (f"URN:UVCI:01:VN:{HEX}\n", [FORM]),
        (f" URN:UVCI:01:VN:{HEX}", [FORM]),
        ("URN:UVCI:01:VN:\u212a1", [FORM]),
        ("", [FORM]),
        ("\ud800#\ud800", [FORM, CHECK]),
    ],
)
def test_findings(text, expected):
    assert codes(text) == expected


def test_a_right_check_character_does_not_excuse_the_form():
    text = "01ES" + "A" * 10
    assert codes(f"{text}#{check_character(text)}") == [FORM]


def test_reading_never_raises():
    rng = random.Random(9303)
    characters = ALPHABET + "abcxyz# -#:/\n\u0130ßĐ\ud800\U0001f600"
    for _ in range(5000):
        text = "".join(rng.choices(characters, k=rng.randrange(0, 40)))
        read = read_certificate_id(text)
        assert (FORM in codes(text)) is not read.is_standard_form
        assert (CHECK in codes(text)) is (read.check_character_is_right is False)
