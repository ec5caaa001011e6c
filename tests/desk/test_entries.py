"""Everything that an officer can put before the page: typed, chosen, pasted, dropped."""

from __future__ import annotations

import base64
from datetime import date
from io import BytesIO
from itertools import pairwise
from urllib.parse import quote

import pytest
from PIL import Image
from playwright.sync_api import Route

from tests.desk.conftest import Tab, accepted, file_of, of_somebody, picture_of, refused
from tests.support.mrz import write_mrz
from tests.support.photographs import on_table, photograph, symbol

pytestmark = pytest.mark.slow

AFTER_A_SCAN_MS = 400
AFTER_FIVE_MINUTES_MS = 302_000
SPANISH = str.maketrans("-/:*+", "'-Ñ(¿")
SCRIPT = "<script>alert(document.cookie)</script><img src=x onerror=alert(1)>"
ADDRESS = "https://menu.example/ban-12"
PASSPORT = write_mrz("td3", "NGUYEN<<BAO<DUY", born=date(1983, 10, 10), issuer="VNM", nationality="VNM")


def press_keys(tab: Tab, text: str) -> None:
    """Press the keys of a keyboard, however long that takes: the clock of the page stands still meanwhile."""
    clock = tab.page.clock
    clock.install()
    clock.pause_at(tab.page.evaluate("Date.now()") + 1000)
    session = tab.page.context.new_cdp_session(tab.page)
    for character in text:
        key = "Enter" if character == "\r" else character
        session.send("Input.dispatchKeyEvent", {"type": "keyDown", "key": key, "text": character})
    clock.run_for(AFTER_A_SCAN_MS)
    clock.resume()


def type_as_a_scanner(tab: Tab, text: str | list[str]) -> None:
    """What the page hears of a scanner, all at once."""
    tab.page.evaluate(
        """(text) => {
          for (const key of text) {
            const event = { key: key === "\\r" ? "Enter" : key, bubbles: true, cancelable: true };
            document.body.dispatchEvent(new KeyboardEvent("keydown", event));
          }
        }""",
        text,
    )


def drop(tab: Tab, *, text: str = "", file: bytes = b"") -> None:
    """Drop a text or a picture anywhere on the page."""
    carried = tab.page.evaluate_handle(
        """([text, file]) => {
          const carried = new DataTransfer();
          if (text) carried.setData("text/plain", text);
          const bytes = Uint8Array.from(atob(file), (one) => one.charCodeAt(0));
          if (file) carried.items.add(new File([bytes], "photo.png", { type: "image/png" }));
          return carried;
        }""",
        [text, base64.b64encode(file).decode()],
    )
    tab.page.dispatch_event("body", "dragover", {"dataTransfer": carried})
    tab.page.dispatch_event("body", "drop", {"dataTransfer": carried})


def test_a_scanner_that_types_is_read_without_a_field(tab: Tab) -> None:
    press_keys(tab, accepted() + "\r")
    tab.wait_for("accept")
    assert tab.card() == {"verdict": "accept", "scan": "1"}
    assert tab.codes("notices") == []


@pytest.mark.parametrize(
    ("typed", "repair"),
    [
        (accepted().translate(SPANISH), "us-as-spanish"),
        (quote(accepted(), safe=""), "percent-encoded"),
        (accepted().swapcase(), "letter-case"),
        ("]Q1" + accepted(), "scanner-prefix"),
    ],
    ids=["layout", "web-address", "caps-lock", "identifier"],
)
def test_a_scanner_that_is_set_wrongly_is_read_and_told(tab: Tab, typed: str, repair: str) -> None:
    type_as_a_scanner(tab, typed + "\r")
    tab.wait_for("accept")
    assert tab.codes("notices") == [repair]


def test_accents_that_wait_for_the_next_key_are_read(tab: Tab) -> None:
    """An American scanner's `+` on a German keyboard: what it does to the next key depends on that key."""
    german = accepted().translate(str.maketrans("YZ-/:*+", "ZYß-Ö(`"))
    assert any("`" + bare in german for bare in "AEIOU")
    keys: list[str] = []
    for before, character in pairwise(" " + german):
        joined = {"A": "À", "E": "È", "I": "Ì", "O": "Ò", "U": "Ù", " ": "`"}
        after_accent = joined.get(character, character) if before == "`" else character
        keys.append("Dead" if character == "`" else after_accent)
    type_as_a_scanner(tab, [*keys, "\r"])
    tab.wait_for("accept")
    assert tab.codes("notices") == ["us-as-german"]


def test_a_scanner_that_types_into_the_field_is_read(tab: Tab) -> None:
    tab.page.get_by_test_id("entry-text").focus()
    tab.page.keyboard.insert_text(accepted())
    tab.page.keyboard.press("Enter")
    tab.wait_for("accept")
    assert tab.page.get_by_test_id("entry-text").input_value() == ""


def test_a_passport_scanned_beside_the_certificate_is_compared(tab: Tab) -> None:
    tab.enter(accepted())
    tab.wait_for("accept")
    type_as_a_scanner(tab, PASSPORT.replace("\n", "\r") + "\r")
    tab.page.get_by_test_id("identity").wait_for()
    assert tab.page.get_by_test_id("identity").get_attribute("data-grade") == "match"
    assert "NGUYEN" in tab.page.get_by_test_id("document-name").inner_text().upper()


def test_a_chosen_picture_is_read(tab: Tab) -> None:
    with tab.page.expect_file_chooser() as chooser:
        tab.page.get_by_test_id("choose-files").click()
    photo = photograph(accepted(), "slanted", "glossy", seed=1)
    chooser.value.set_files({"name": "photo.png", "mimeType": "image/png", "buffer": file_of(photo)})
    tab.wait_for("accept")
    assert tab.codes("notices") == []


def test_a_chosen_pdf_and_a_chosen_text_are_read(tab: Tab) -> None:
    file = BytesIO()
    symbol(accepted()).save(file, "PDF", resolution=150)
    tab.choose(("letter.pdf", "application/pdf", file.getvalue()))
    tab.wait_for("accept")
    tab.page.keyboard.press("Escape")
    tab.wait_for("none")
    tab.choose(("letter.txt", "text/plain", refused().encode() + b"\r\n"))
    tab.wait_for("refuse")


def test_a_pasted_text_and_a_pasted_picture_are_read(open_tab) -> None:
    tab = open_tab(permissions=["clipboard-read", "clipboard-write"])
    tab.page.evaluate("(text) => navigator.clipboard.writeText(text)", accepted())
    tab.page.keyboard.press("Control+V")
    tab.wait_for("accept")
    tab.page.keyboard.press("Escape")
    tab.page.evaluate(
        """async (file) => {
          const bytes = Uint8Array.from(atob(file), (one) => one.charCodeAt(0));
          const picture = new Blob([bytes], { type: "image/png" });
          await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
        }""",
        base64.b64encode(picture_of(refused())).decode(),
    )
    tab.page.keyboard.press("Control+V")
    tab.wait_for("refuse")


def test_a_dropped_picture_and_a_dropped_text_are_read(tab: Tab) -> None:
    drop(tab, file=picture_of(accepted()))
    tab.wait_for("accept")
    assert not tab.page.locator("#drop").is_visible()
    tab.page.keyboard.press("Escape")
    drop(tab, text=refused())
    tab.wait_for("refuse")


def test_two_codes_in_one_picture_are_both_read_and_two_people_are_told(tab: Tab) -> None:
    table = on_table(symbol(accepted()), (1100, 600), (20, 60))
    table.paste(symbol(of_somebody("Trần", "Thị Mẫu")), (560, 60))
    tab.choose(("two.png", "image/png", file_of(table)))
    tab.page.locator("[data-testid=card][data-scan='1']").wait_for()
    assert "person-differs" in tab.codes("reasons")
    assert tab.card()["verdict"] != "accept"


@pytest.mark.parametrize(("content", "code"), [(SCRIPT, "script"), (ADDRESS, "web-address")])
def test_a_code_with_a_script_or_an_address_gets_a_sentence_and_nothing_else(
    tab: Tab, content: str, code: str
) -> None:
    tab.enter(content)
    assert tab.wait_for_notice() == [code]
    tab.page.keyboard.press("Escape")
    code_picture = symbol(content.upper() if code == "web-address" else "JAVASCRIPT:ALERT 1")
    tab.choose(("code.png", "image/png", file_of(code_picture)))
    assert tab.wait_for_notice() == [code]
    assert tab.card()["verdict"] == "none"
    assert len(tab.page.context.pages) == 1


def test_pictures_that_hold_nothing_get_a_sentence_and_the_desk_goes_on(tab: Tab) -> None:
    menu = Image.new("L", (400, 300), 230)
    many_pages = BytesIO()
    blank = Image.new("L", (20, 20), 255)
    blank.save(many_pages, "PDF", save_all=True, append_images=[blank] * 199)
    for name, kind, data, code in (
        ("menu.png", "image/png", file_of(menu), "picture-no-code"),
        ("long.pdf", "application/pdf", many_pages.getvalue(), "picture-too-large"),
        ("broken.png", "image/png", b"\x89PNG\r\n\x1a\nbroken", "picture-unreadable"),
    ):
        tab.choose((name, kind, data))
        tab.page.locator(f"[data-testid=notices] [data-code={code}]").wait_for()
        assert tab.codes("notices") == [code]
    tab.enter(accepted())
    tab.wait_for("accept")


def test_what_vietnamese_typing_made_of_a_certificate_is_told(tab: Tab) -> None:
    tab.enter(accepted().replace("A", "Â").replace("D", "Đ"))
    assert tab.wait_for_notice() == ["vietnamese-typing"]


def test_the_card_is_gone_when_a_scan_gets_no_answer(open_tab) -> None:
    tab = open_tab(quiet=False)
    tab.enter(accepted())
    tab.wait_for("accept")
    tab.page.route("**/api/scan**", lambda route: route.abort())
    tab.enter(refused())
    tab.wait_for("none")
    assert tab.page.get_by_test_id("card").get_by_text("NGUYEN").count() == 0


def test_a_picture_that_is_read_slowly_does_not_count_for_the_next_traveller(tab: Tab) -> None:
    held: list[Route] = []
    tab.page.route("**/api/picture**", lambda route: held.append(route))
    with tab.page.expect_request("**/api/picture**"):
        tab.choose(("photo.png", "image/png", picture_of(of_somebody("Trần"))))
    tab.page.get_by_test_id("next-traveller").click()
    with tab.page.expect_response("**/api/picture**"):
        held[0].continue_()
    tab.enter(accepted())
    tab.wait_for("accept")
    assert "several-people" not in tab.codes("reasons")
    assert tab.page.get_by_text("TRAN", exact=False).count() == 0


@pytest.mark.parametrize("way", ["text", "picture"])
def test_the_card_of_the_one_before_is_gone_when_a_code_cannot_be_read(tab: Tab, way: str) -> None:
    tab.enter(accepted())
    tab.wait_for("accept")
    if way == "text":
        tab.enter(of_somebody("Trần")[:304])
    else:
        tab.choose(("menu.png", "image/png", file_of(Image.new("L", (400, 300), 230))))
    tab.wait_for("none")
    assert tab.wait_for_notice() == ["zlib-cut-short" if way == "text" else "picture-no-code"]
    assert tab.page.get_by_test_id("card").get_by_text("NGUYEN").count() == 0
    tab.page.get_by_test_id("language-vi").click()
    tab.page.locator("html[lang=vi] [data-testid=language-vi]:focus").wait_for()  # when all is said again
    assert tab.card()["verdict"] == "none"
    tab.enter(accepted())
    tab.wait_for("accept")


def test_a_traveller_whose_card_is_gone_is_forgotten_after_a_while(tab: Tab) -> None:
    tab.page.clock.install()
    tab.enter(accepted())
    tab.wait_for("accept")
    tab.enter(ADDRESS)
    tab.wait_for("none")
    tab.page.clock.run_for(AFTER_FIVE_MINUTES_MS)
    tab.page.locator("[data-testid=notices] [data-code=cleared]").wait_for()
    tab.enter(of_somebody("Trần"))
    tab.wait_for("accept")


def held_scan(tab: Tab, text: str) -> Route:
    """The request of a scan, which gets no answer until it is let go on; those after it get theirs at once."""
    held: list[Route] = []
    tab.page.route("**/api/scan**", lambda route: held.append(route), times=1)
    with tab.page.expect_request("**/api/scan**"):
        tab.enter(text)
    return held[0]


def test_a_document_that_is_taken_away_during_a_scan_stays_away(tab: Tab) -> None:
    tab.enter(PASSPORT)
    tab.page.get_by_test_id("document-name").wait_for()
    scan = held_scan(tab, accepted())
    tab.page.get_by_test_id("document-clear").click()
    with tab.page.expect_response(lambda answer: '"entries":[]' in (answer.request.post_data or "")):
        scan.continue_()
    tab.page.get_by_test_id("document-clear").wait_for(state="hidden")
    assert tab.card()["verdict"] == "accept"
    assert tab.codes("reasons") == ["rules-not-asked", "identity-not-compared"]


def test_a_document_that_is_typed_during_a_scan_counts_for_the_scan_after_it(tab: Tab) -> None:
    tab.enter(PASSPORT)
    tab.page.get_by_test_id("document-name").wait_for()
    scan = held_scan(tab, accepted())
    tab.page.get_by_test_id("document-given-name").fill("Tran Thi Mai")
    tab.page.get_by_test_id("document-submit").click()
    tab.enter(accepted())
    scan.continue_()
    tab.page.locator("[data-testid=card][data-scan='4']").wait_for()
    assert tab.page.get_by_test_id("document-name").inner_text().upper().endswith("TRAN THI MAI")
    assert tab.card()["verdict"] != "accept"
