"""What the page looks like to everybody, and what it asks, keeps and lets others do."""

from __future__ import annotations

import re
import threading
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.resources import files

import pytest
from playwright.sync_api import expect

from tests.desk.conftest import Tab, accepted, of_somebody, picture_of, refused
from tests.support.desk_process import running_desk
from tests.support.signers import NOW

VERDICTS = ("none", "accept", "refer", "refuse")
CANARY = "Canaryname"
LONG_NAME = "Wolfeschlegelsteinhausenbergerdorff"
SCREENS = {"phone": (320, 640), "laptop": (1366, 768), "4k": (3840, 2160)}
GRAVE = ("serious", "critical")


def show(tab: Tab, verdict: str, text: str = "") -> None:
    """Bring the card to a verdict, from nothing."""
    tab.page.keyboard.press("Escape")
    tab.page.keyboard.press("Escape")
    tab.wait_for("none")
    if verdict == "none":
        return
    tab.enter(text or (refused() if verdict == "refuse" else accepted()))
    if verdict == "refer":
        tab.wait_for("accept")
        tab.page.get_by_test_id("document-given-name").fill("Nguyễn Bảo Duy")
        tab.page.get_by_test_id("document-submit").click()
    tab.wait_for(verdict)


@cache
def axe() -> str:
    """The engine of the accessibility check, as the package brings it."""
    return files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


def grave_findings(tab: Tab) -> list[str]:
    tab.page.evaluate("(source) => { if (!globalThis.axe) (0, eval)(source); }", axe())
    found = tab.page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{one['id']}: {[node['html'] for node in one['nodes']]}"
        for one in found["violations"]
        if one["impact"] in GRAVE
    ]


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible_with_every_card(open_tab, scheme: str, language: str) -> None:
    tab = open_tab(quiet=False, color_scheme=scheme, locale=language, bypass_csp=True)
    assert tab.page.evaluate("document.documentElement.lang") == language
    for verdict in VERDICTS:
        show(tab, verdict)
        if verdict != "none":
            tab.page.get_by_test_id("details").locator("summary").click()
        assert grave_findings(tab) == [], verdict
    tab.page.get_by_test_id("help-open").click()
    assert grave_findings(tab) == []


@pytest.mark.parametrize("screen", SCREENS)
def test_the_verdict_is_in_view_on_every_screen_and_nothing_sticks_out(open_tab, screen: str) -> None:
    width, height = SCREENS[screen]
    tab = open_tab(viewport={"width": width, "height": height})
    for verdict, text in (
        ("accept", of_somebody(LONG_NAME * 2, LONG_NAME)),
        ("refer", ""),
        ("refuse", ""),
    ):
        tab.page.evaluate("scrollTo(0, document.body.scrollHeight)")
        show(tab, verdict, text)
        for name in ("headline", "advice"):
            box = tab.page.get_by_test_id(name).bounding_box()
            assert box["y"] >= 0, (verdict, name)
            assert box["y"] + box["height"] <= height, (verdict, name)
        assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), verdict


def test_the_verdicts_differ_in_colour_shape_and_words(tab: Tab) -> None:
    looks = []
    for verdict in VERDICTS:
        show(tab, verdict)
        looks.append(
            tab.page.evaluate(
                """() => [
                  getComputedStyle(document.querySelector(".verdict")).backgroundColor,
                  document.getElementById("verdict-shape").innerHTML,
                  document.getElementById("headline").textContent,
                ]"""
            )
        )
    for colours_shapes_words in zip(*looks, strict=True):
        assert len(set(colours_shapes_words)) == len(VERDICTS)


def test_language_and_theme_change_with_a_traveller_on_the_card(tab: Tab) -> None:
    show(tab, "accept")
    headline = tab.page.get_by_test_id("headline")
    assert headline.inner_text().upper() == "ACCEPT"
    tab.page.get_by_test_id("language-vi").click()
    expect(headline).to_have_text("CHẤP NHẬN")
    assert tab.card() == {"verdict": "accept", "scan": "1"}
    ground = "getComputedStyle(document.body).backgroundColor"
    light = tab.page.evaluate(ground)
    tab.page.get_by_test_id("theme").click()
    assert tab.page.evaluate(ground) != light
    tab.page.reload()
    tab.page.get_by_test_id("help-open").wait_for()
    assert tab.page.evaluate("document.documentElement.lang") == "vi"
    assert tab.page.evaluate(ground) != light
    assert tab.card()["verdict"] == "none"


def test_everything_can_be_done_with_the_keyboard(tab: Tab) -> None:
    keys = tab.page.keyboard
    keys.press("t")
    expect(tab.page.get_by_test_id("entry-text")).to_be_focused()
    keys.insert_text(accepted())
    keys.press("Enter")
    tab.wait_for("accept")
    keys.press("Escape")  # leaves the field
    keys.press("p")
    expect(tab.page.get_by_test_id("document-text")).to_be_focused()
    keys.press("Tab")
    keys.insert_text("Nguyễn Bảo Duy")
    keys.press("Tab")
    keys.insert_text("10/10/1983")
    keys.press("Enter")
    tab.page.get_by_test_id("identity").wait_for()
    keys.press("Escape")
    keys.press("i")
    expect(tab.page.get_by_test_id("details")).to_have_attribute("open", "")
    keys.press("?")
    expect(tab.page.get_by_test_id("help")).to_be_visible()
    keys.press("Escape")
    assert not tab.page.get_by_test_id("help").is_visible()
    keys.press("Escape")
    tab.wait_for("none")


def test_every_control_is_reached_by_tab_and_shows_that_it_has_the_focus(tab: Tab) -> None:
    controls = tab.page.evaluate(
        """[...document.querySelectorAll("button, select, input, textarea")]
          .filter((one) => one.checkVisibility() && one.tabIndex >= 0).map((one) => one.dataset.testid)"""
    )
    reached = set()
    for _ in range(3 * len(controls)):
        tab.page.keyboard.press("Tab")
        focused, outline = tab.page.evaluate(
            "[document.activeElement.dataset.testid, getComputedStyle(document.activeElement).outlineStyle]"
        )
        if focused:
            reached.add(focused)
            assert outline != "none", focused
    assert set(controls) <= reached
    assert len(controls) > 10


def test_nothing_of_a_traveller_is_left_after_the_next(trust, tmp_path, open_tab) -> None:
    options = ("--trust", trust, "--at", NOW.isoformat())
    with running_desk(*options, folder=tmp_path) as desk:
        tab = open_tab(of=desk)
        tab.enter(of_somebody(CANARY))
        tab.wait_for("accept")
        tab.page.get_by_test_id("document-given-name").fill(CANARY)
        tab.page.get_by_test_id("document-submit").click()
        tab.page.get_by_test_id("identity").wait_for()
        tab.choose((f"{CANARY}.png", "image/png", picture_of(of_somebody(CANARY))))
        tab.page.locator("[data-testid=card][data-scan='3']").wait_for()
        assert CANARY in tab.page.content()
        show(tab, "accept")
        kept = tab.page.evaluate(
            """async () => [
              document.documentElement.outerHTML,
              ...[...document.querySelectorAll("input, textarea")].map(({ value }) => value),
              location.href,
              JSON.stringify(history.state),
              JSON.stringify({ ...localStorage, ...sessionStorage }),
              document.cookie,
              JSON.stringify(await indexedDB.databases()),
              JSON.stringify(await caches.keys()),
            ].join("\\n")"""
        )
        assert not re.search(CANARY, kept, re.IGNORECASE)
        assert not [url for url in tab.requests if re.search(CANARY, url, re.IGNORECASE)]
        assert desk.open_files() == []
        assert desk.end() == 0
        assert not re.search(CANARY, "".join(desk.written), re.IGNORECASE)
        assert [*tmp_path.rglob("*")] == []


class ForeignPage(BaseHTTPRequestHandler):
    """A page of somebody else, on another port of this machine."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Elsewhere</title>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_page_from_elsewhere_can_neither_drive_the_desk_nor_show_it(open_tab) -> None:
    tab = open_tab()
    before = tab.page.get_by_test_id("count-accept").inner_text()
    elsewhere = HTTPServer(("127.0.0.1", 0), ForeignPage)
    thread = threading.Thread(target=elsewhere.serve_forever, daemon=True)
    thread.start()
    try:
        page = tab.page.context.new_page()
        page.goto(f"http://127.0.0.1:{elsewhere.server_port}/")
        statuses: list[int] = []
        page.on("response", lambda response: statuses.append(response.status))
        results = page.evaluate(
            """async ([desk, text]) => {
              const body = JSON.stringify({ held: [], entries: [text], document: null, traveller: "x" });
              const send = (path, options) => fetch(desk + path, options).then(
                (answer) => answer.type === "opaque" ? "opaque" : "read", () => "refused");
              const results = [
                await send("/api/scan", { method: "POST", body }),
                await send("/api/scan", { method: "POST", body, mode: "no-cors" }),
                await send("/api/words", {}),
                await send("/", { mode: "no-cors" }),
              ];
              const frame = document.createElement("iframe");
              frame.src = desk + "/";
              document.body.append(frame);
              await new Promise((loaded) => { frame.onload = loaded; });
              return results;
            }""",
            [tab.origin, accepted()],
        )
        assert "read" not in results
        assert 200 not in statuses
        assert page.frames[1].locator("#desk").count() == 0
        page.close()
    finally:
        elsewhere.shutdown()
        elsewhere.server_close()
        thread.join()
    assert tab.page.get_by_test_id("count-accept").inner_text() == before
    tab.requests.clear()  # those of the page from elsewhere


def test_a_used_link_opens_nothing(browsers, desk) -> None:
    link = desk.link()
    for place in ("#desk", "[data-testid=locked]"):
        context = browsers("").new_context()
        page = context.new_page()
        page.goto(link)
        expect(page.locator(place)).to_be_visible()
        assert sum(page.locator(one).is_visible() for one in ("#desk", "#locked")) == 1
        context.close()
