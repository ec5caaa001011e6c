"""Texts as hand-held scanners, keyboards and programs leave them."""

from __future__ import annotations

import random
from urllib.parse import quote, quote_plus, unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.support.signers import NOW, issuer, person, vaccination

import vaxcert as vc
from vaxcert.codec import base45, container
from vaxcert.limits import MAX_SCANNED_CHARACTERS
from vaxcert.scanned_text import ScanProblem, ScanRepair, read_scanned

ALPHABET = base45.ALPHABET.decode()
COMPUTER_SHOWS = {
    # what each key of an American keyboard shows in the computer's layout, in the order of the base45 alphabet
    ScanRepair.US_AS_GERMAN: "0123456789ABCDEFGHIJKLMNOPQRSTUVWXZY $%(`ß.-Ö",
    ScanRepair.US_AS_FRENCH: "à&é\"'(-è_çQBCDEFGHIJKL?NOPARSTUVZXYW 458+):!M",
    ScanRepair.US_AS_SPANISH: "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%(¿'.-Ñ",
    ScanRepair.US_AS_ITALIAN: "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%(^'.-ç",
    ScanRepair.US_AS_VIETNAMESE: "đăâêô\u0300\u0309\u0303\u0301\u0323ABCDEFGHIJKLMNOPQRSTUVWXYZ Ô%*+-./:",
    # what the keys of that country's keyboard show on an American one
    ScanRepair.GERMAN_AS_US: "0123456789ABCDEFGHIJKLMNOPQRSTUVWXZY $%}]/.&>",
    ScanRepair.FRENCH_AS_US: ')!@#$%^&*(QBCDEFGHIJKL:NOPARSTUVZXYW ]"\\+6<>.',
    ScanRepair.SPANISH_AS_US: "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%}]/.&>",
    ScanRepair.ITALIAN_AS_US: "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%}]/.&>",
}
SAME_KEYS = {ScanRepair.SPANISH_AS_US, ScanRepair.ITALIAN_AS_US}
AT = NOW


def text_of(seed: int) -> str:
    """A text as of a certificate: zlib around random bytes."""
    return container.write(random.Random(seed).randbytes(300 + seed % 200))


CERTIFICATE = text_of(0)


def shown(text: str, layout: ScanRepair) -> str:
    """What the computer makes of the scanner's keys."""
    typed = text.translate(str.maketrans(ALPHABET, COMPUTER_SHOWS[layout]))
    return with_dead_accents(typed) if layout is ScanRepair.US_AS_GERMAN else typed


def with_dead_accents(typed: str) -> str:
    """Windows: the accent joins a vowel, takes a blank with it, and stays before anything else."""
    joined = {"`" + bare: accented for bare, accented in zip("AEIOU ", "ÀÈÌÒÙ`", strict=True)}
    result = ""
    at = 0
    while at < len(typed):
        pair = joined.get(typed[at : at + 2], typed[at])
        at += 2 if typed[at : at + 2] in joined else 1
        result += pair
    return result


def test_a_text_that_came_well_is_left_alone() -> None:
    issued = issuer().issue(vc.HealthCertificate(subject=person(), vaccination=vaccination()), at=AT)
    for text in (issued.text, *map(text_of, range(200))):
        scanned = read_scanned(text)
        assert (scanned.text, scanned.repairs, scanned.problem) == (text, (), None)


@pytest.mark.parametrize("after", ["\r\n", "\r", "\n", "\t", "", " ", "\x03\r\n", "\x04"])
@pytest.mark.parametrize("before", ["", "\x02", "\ufeff", " \t"])
def test_what_scanners_put_around_a_text_goes_without_a_word(before: str, after: str) -> None:
    scanned = read_scanned(before + CERTIFICATE + after)
    assert (scanned.text, scanned.repairs) == (CERTIFICATE, ())


def test_no_base45_text_ends_with_a_blank() -> None:
    with pytest.raises(vc.VaxcertError) as pair:
        base45.decode("0 ")
    with pytest.raises(vc.VaxcertError) as group:
        base45.decode("00 ")
    assert pair.value.reason is group.value.reason is vc.Reason.BASE45_OVERFLOW


@pytest.mark.parametrize("before", ["]Q1", "]Q3", "]z3", "s", "P01"])
def test_symbology_identifiers_are_taken_off(before: str) -> None:
    scanned = read_scanned("\x02" + before + CERTIFICATE + "\x03")
    assert (scanned.text, scanned.repairs) == (CERTIFICATE, (ScanRepair.SCANNER_PREFIX,))


def test_a_long_text_before_is_no_prefix() -> None:
    assert read_scanned("ABCDE" + CERTIFICATE).problem is ScanProblem.OTHER_TEXT
    assert read_scanned("ABCD" + CERTIFICATE).repairs == (ScanRepair.SCANNER_PREFIX,)


def test_caps_lock_is_undone() -> None:
    scanned = read_scanned(CERTIFICATE.swapcase())
    assert (scanned.text, scanned.repairs) == (CERTIFICATE, (ScanRepair.LETTER_CASE,))


def test_the_tables_of_this_test_hold_every_character_once() -> None:
    for layout, characters in COMPUTER_SHOWS.items():
        assert len(characters) == len(set(characters)) == len(ALPHABET), layout
    assert set(COMPUTER_SHOWS) == {code for code in ScanRepair if "-as-" in code}


@pytest.mark.parametrize("layout", COMPUTER_SHOWS)
def test_another_keyboard_layout_is_undone(layout: ScanRepair) -> None:
    for seed in range(40):
        scanned = read_scanned(shown(text_of(seed), layout))
        assert scanned.text == text_of(seed)
        if layout not in SAME_KEYS:
            assert scanned.repairs == (layout,)
        else:  # these two differ in keys that certificates do not need
            assert scanned.repairs == (ScanRepair.SPANISH_AS_US,)


def test_a_prefix_and_caps_lock_in_another_layout_are_undone() -> None:
    scanned = read_scanned("+Q1" + shown(CERTIFICATE, ScanRepair.US_AS_GERMAN) + "\r")
    assert scanned.text == CERTIFICATE
    assert scanned.repairs == (ScanRepair.US_AS_GERMAN, ScanRepair.SCANNER_PREFIX)
    lower = shown(CERTIFICATE, ScanRepair.US_AS_SPANISH).lower()
    assert read_scanned(lower).repairs == (ScanRepair.LETTER_CASE, ScanRepair.US_AS_SPANISH)


def test_blanks_that_a_dead_accent_took_are_found_again() -> None:
    seeds = [seed for seed in range(2000) if text_of(seed).count("+ ") in (1, 2)]
    seeds.sort(key=lambda seed: -text_of(seed).count("+ "))
    assert text_of(seeds[2]).count("+ ") == 2
    seeds = seeds[:3] + seeds[-20:]
    for seed in seeds:
        assert read_scanned(shown(text_of(seed), ScanRepair.US_AS_GERMAN)).text == text_of(seed)


def test_joined_tones_are_taken_apart() -> None:
    scanned = read_scanned(shown("HC1:A6B5O8-", ScanRepair.US_AS_VIETNAMESE).replace("A\u0309", "Ả"))
    assert (scanned.text, scanned.repairs) == ("HC1:A6B5O8-", (ScanRepair.US_AS_VIETNAMESE,))


def test_a_damaged_text_in_a_layout_that_may_be_two_is_left() -> None:
    damaged = shown(CERTIFICATE[:50] + "YZ" + CERTIFICATE[60:], ScanRepair.GERMAN_AS_US)
    scanned = read_scanned(damaged)
    assert (scanned.text, scanned.problem) == (damaged, ScanProblem.LAYOUT_NOT_REPAIRABLE)


def test_a_damaged_text_that_needs_no_layout_is_given_none() -> None:
    scanned = read_scanned(CERTIFICATE[:100].lower())
    assert (scanned.repairs, scanned.problem) == ((ScanRepair.LETTER_CASE,), None)


def test_a_damaged_text_in_a_layout_that_is_one_is_put_right_and_stays_damaged() -> None:
    damaged = CERTIFICATE[:100] + CERTIFICATE[106:]
    scanned = read_scanned(shown(damaged, ScanRepair.US_AS_FRENCH))
    assert (scanned.text, scanned.repairs) == (damaged, (ScanRepair.US_AS_FRENCH,))


def test_doubled_characters_are_halved() -> None:
    doubled = "".join(character * 2 for character in CERTIFICATE)
    scanned = read_scanned(doubled + "\r\n")
    assert (scanned.text, scanned.repairs) == (CERTIFICATE, (ScanRepair.DOUBLED_CHARACTERS,))
    assert read_scanned(doubled[:-1]).problem is ScanProblem.OTHER_TEXT
    other = "".join(character * 2 for character in shown(CERTIFICATE, ScanRepair.US_AS_FRENCH))
    assert read_scanned(other).repairs == (ScanRepair.DOUBLED_CHARACTERS, ScanRepair.US_AS_FRENCH)


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: quote(text, safe=""),
        lambda text: quote(text, safe=":/*$+"),
        quote_plus,
        lambda text: text.replace("%", "%25").replace(" ", "%20"),
        lambda text: quote(text, safe="").replace("%2B", "%2b"),
    ],
)
def test_percent_encoding_is_undone(encode: object) -> None:
    for seed in range(20):
        scanned = read_scanned(encode(text_of(seed)))  # type: ignore[operator]
        assert (scanned.text, scanned.repairs) == (text_of(seed), (ScanRepair.PERCENT_ENCODED,))


def test_percent_decoding_that_left_a_foreign_character_is_undone() -> None:
    """As in eu-dcc-hcert-spec 64, where `%69` came as `i`."""
    seeds = [seed for seed in range(3000) if "%6" in text_of(seed) or "%7" in text_of(seed)]
    decoded = {seed: unquote(text_of(seed)) for seed in seeds}
    changed = [seed for seed, text in decoded.items() if text != text_of(seed)]
    foreign = [
        seed
        for seed in changed
        if len(text_of(seed)) - len(decoded[seed]) == 2 * sum(one not in ALPHABET for one in decoded[seed])
        and decoded[seed].isascii()
        and decoded[seed].isprintable()
    ]
    assert len(foreign) >= 10
    for seed in foreign:
        scanned = read_scanned(decoded[seed])
        assert (scanned.text, scanned.repairs) == (text_of(seed), (ScanRepair.PERCENT_DECODED,))


@pytest.mark.parametrize(
    "address",
    ["https://verify.example/#{}", "https://a.example/v?qr={}", "https://a.example/?lang=vi&c={}", "app:/{}"],
)
def test_a_certificate_in_a_web_address_is_taken_out(address: str) -> None:
    plain = read_scanned(address.format(CERTIFICATE))
    assert (plain.text, plain.repairs) == (CERTIFICATE, (ScanRepair.IN_WEB_ADDRESS,))
    encoded = read_scanned(address.format(quote(CERTIFICATE, safe="")) + "&from=app")
    assert encoded.text == CERTIFICATE
    assert encoded.repairs == (ScanRepair.PERCENT_ENCODED, ScanRepair.IN_WEB_ADDRESS)


def test_lines_of_one_certificate_are_joined_and_other_blanks_are_blanks() -> None:
    at = next(at for at in range(100, 400) if CERTIFICATE[at] != " ")
    broken = CERTIFICATE[:at] + "\r\n" + CERTIFICATE[at:]
    assert read_scanned(broken).text == CERTIFICATE
    assert read_scanned(broken).repairs == (ScanRepair.WHITE_SPACE,)
    assert read_scanned(CERTIFICATE.replace(" ", "\u00a0")).text == CERTIFICATE


def test_one_certificate_typed_twice_is_one_and_two_are_two() -> None:
    assert read_scanned(f"{CERTIFICATE}\n{CERTIFICATE}\n").text == CERTIFICATE
    assert read_scanned(f"{CERTIFICATE}\n{text_of(1)}").problem is ScanProblem.SEVERAL_CERTIFICATES


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("HC1:6BFÔX6Â8Đ+MĂ*7ÊWẾ", ScanProblem.VIETNAMESE_TYPING),
        ("HC1Ø6BFOXN*TS0BI$ZD4N9:9S6RCVN5+O30K3+XNW0", ScanProblem.LAYOUT_NOT_REPAIRABLE),
        ("shc:/5676290952432060346029243740446031222959532654603460292540772804", ScanProblem.SMART_HEALTH_CARD),
        ("DC03D<<AU00010001 20A0ADAA01", ScanProblem.VISIBLE_DIGITAL_SEAL),
        ('{"data":{"hdr":{"is":"AUS","t":"icao.vacc","v":1}},"sig":{"alg":"ES256"}}', ScanProblem.VISIBLE_DIGITAL_SEAL),
        ("NZCP:/1/2KCEVIQEIVVWK6JNGEASNICZAEP2KALYDZSGSZB2O5SWEOTOPJRXALTDN53GS", ScanProblem.OTHER_HEALTH_PASS),
        ("HC2:6BFOXN", ScanProblem.OTHER_HEALTH_PASS),
        ("NL2:6BFOXN", ScanProblem.OTHER_HEALTH_PASS),
        ("P<VNMNGUYEN<<THI<MAU<<<<<<<<<<<<<<<<<<<<<<<<\nC00000000<VNM90", ScanProblem.TRAVEL_DOCUMENT),
        ("001190000001|120000001|Nguyễn Thị Mẫu|01011990|Nữ|Số 1, Hà Nội|01012022", ScanProblem.IDENTITY_CARD),
        ("M1NGUYEN/MAU          EABC123 HANSGNVN 0123 026Y012A0001 100", ScanProblem.BOARDING_PASS),
        ("00020101021138540010A00000072701240006970436011000000000000208QRIBFTTA5303704", ScanProblem.PAYMENT_CODE),
        ("javascript:alert(1)", ScanProblem.SCRIPT),
        ("Phở bò <script>alert(document.cookie)</script>", ScanProblem.SCRIPT),
        ("data:text/html,<b>", ScanProblem.SCRIPT),
        ("https://menu.example/ban-12?x=<script>", ScanProblem.SCRIPT),
        ("https://menu.example/ban-12", ScanProblem.WEB_ADDRESS),
        ("www.example.org", ScanProblem.WEB_ADDRESS),
        ("menu.example.vn/ban/12", ScanProblem.WEB_ADDRESS),
        ("8934563138165", ScanProblem.PRODUCT_NUMBER),
        ("Phở bò 50.000 đ\nBún chả 45.000 đ", ScanProblem.OTHER_TEXT),
        ("HC1:", ScanProblem.OTHER_TEXT),
    ],
)  # fmt: skip
def test_what_is_no_certificate_is_named(text: str, problem: ScanProblem) -> None:
    scanned = read_scanned(text + "\r\n")
    assert (scanned.text, scanned.repairs, scanned.problem) == (text, (), problem)


@pytest.mark.parametrize("text", ["", " \r\n\t", "\x02\x03"])
def test_nothing_is_nothing(text: str) -> None:
    assert read_scanned(text).text == ""
    assert read_scanned(text).problem is None


def test_more_than_a_scanner_types_is_not_looked_at() -> None:
    assert read_scanned(" " * (MAX_SCANNED_CHARACTERS + 1)).text == " " * (MAX_SCANNED_CHARACTERS + 1)
    assert read_scanned(" " * MAX_SCANNED_CHARACTERS).text == ""


def test_the_text_is_not_shown() -> None:
    assert "CANARY" not in repr(read_scanned("HC1:CANARY"))


@given(st.text(st.characters()))
@example("\ud800")
@example("%" * MAX_SCANNED_CHARACTERS)
@example("HC1Ö" + "`" * 1000)
@example("{" * MAX_SCANNED_CHARACTERS)
@example("a." * (MAX_SCANNED_CHARACTERS // 2))
@example("M1A/" + " " * (MAX_SCANNED_CHARACTERS - 4))
@example("a" + " " * (MAX_SCANNED_CHARACTERS - 2) + "b")
@example("HC1:" * (MAX_SCANNED_CHARACTERS // 4))
def test_any_text_gives_a_text_that_is_read_the_same_again(text: str) -> None:
    scanned = read_scanned(text)
    assert isinstance(scanned.text, str)
    assert scanned.problem is None or scanned.repairs == () or ScanRepair.WHITE_SPACE in scanned.repairs
    if scanned.problem is None:
        assert read_scanned(scanned.text).text == scanned.text


@given(st.binary(min_size=1, max_size=600), st.sampled_from(sorted(COMPUTER_SHOWS)))
def test_every_certificate_is_read_from_every_layout(message: bytes, layout: ScanRepair) -> None:
    text = container.write(message)
    if text.count("+ ") <= 2 and text.count("+") <= 20:
        assert read_scanned(shown(text, layout)).text == text
