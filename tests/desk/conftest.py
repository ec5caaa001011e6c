"""The desk page in a real browser: Debian's Chromium without a window, driven by Playwright."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests.e2e.conftest import write_signer
from tests.support.desk_process import DeskProcess, running_desk
from tests.support.films import write_film
from tests.support.photographs import CONDITIONS, Photograph, on_table, symbol
from tests.support.signers import NOW, certificate, issuer, person, signer

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
MISSING = "no Chromium found: install Debian's package chromium to test the desk page in a browser"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]
FILM_SIZE = (640, 480)
ORDINARY_VIEW = {"width": 1366, "height": 768}

# ------------------------------------------------------------------------------- what is shown to the desk


@cache
def accepted() -> str:
    """A certificate that the desk accepts."""
    return issuer().issue(certificate(), at=NOW).text


@cache
def of_somebody(family_name: str, given_name: str = "Bảo Duy") -> str:
    """A certificate of another traveller, who does not exist either."""
    subject = person(family_name=family_name, given_name=given_name)
    return issuer().issue(replace(certificate(), subject=subject), at=NOW).text


@cache
def refused() -> str:
    """A certificate that was signed by a key nobody trusts."""
    stranger = signer(valid_for=timedelta(days=729))
    return issuer(stranger).issue(certificate(vaccinated_on=date(2021, 11, 19)), at=NOW).text


def picture_of(text: str) -> bytes:
    """A PNG of a code."""
    return file_of(symbol(text))


def file_of(picture: Photograph) -> bytes:
    """A PNG of a picture."""
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


# ------------------------------------------------------------------------------------------------- films


def easy_film() -> list[Photograph]:
    """An empty table, then a code that is moved into view and held still."""
    code = symbol(accepted())
    empty = on_table(code.crop((0, 0, 2, 2)), FILM_SIZE)
    far = code.resize((code.width // 2, code.height // 2))
    coming = [on_table(far, FILM_SIZE, (600 - 80 * step, 300 - 40 * step)) for step in range(5)]
    return [empty] * 8 + coming + [on_table(code, FILM_SIZE)] * 12


def hard_film() -> list[Photograph]:
    """A code that is never held still: out of focus, turned, under a lamp, moved."""
    dice = random.Random(7)
    frames = []
    for _ in range(20):
        paper = symbol(of_somebody("Trần"))
        for condition in dice.sample(("blurred", "glossy", "moved", "slanted"), 2):
            paper = CONDITIONS[condition](paper, dice)
        paper = paper.rotate(dice.uniform(-40, 40), expand=True, fillcolor=150)
        frames.append(on_table(paper, (800, 800)).crop((80, 160, 720, 640)))
    return frames


# ---------------------------------------------------------------------------------------------- the browser


@pytest.fixture(
    scope="package"
)  # not longer: while it runs, no other test of this process could start an event loop
def playwright() -> Iterator[Playwright]:
    if CHROMIUM is None:
        pytest.skip(MISSING)
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="package")
def browsers(
    playwright: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Browser]]:
    """Browsers by the film that their camera plays; "" for none."""
    folder = tmp_path_factory.mktemp("films")
    films = {"easy": easy_film, "hard": hard_film}
    with ExitStack() as stack:

        @cache
        def browser(film: str) -> Browser:
            extra = []
            if film:
                path = write_film(films[film](), folder / f"{film}.y4m")
                extra = [f"--use-file-for-fake-video-capture={path}"]
            opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS + extra)
            stack.callback(opened.close)
            return opened

        yield browser


# ------------------------------------------------------------------------------------------------- the desk


@pytest.fixture(scope="session")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_signer(signer(), tmp_path_factory.mktemp("keys") / "signer").cert


@pytest.fixture(scope="session")
def desk(trust: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskProcess]:
    """A desk at work, for all tests that leave it as it was."""
    with running_desk(
        "--trust", trust, "--at", NOW.isoformat(), folder=tmp_path_factory.mktemp("desk")
    ) as one:
        yield one


@dataclass
class Tab:
    """The page of an officer, and what the browser said of it.

    Attributes:
        page: It.
        origin: Of the desk.
        complaints: Lines of the console, faults of scripts, dialogs.
        requests: Addresses of all requests.
    """

    page: Page
    origin: str
    complaints: list[str]
    requests: list[str]

    def card(self) -> dict[str, str]:
        """The card's verdict and the number of its scan."""
        card = self.page.get_by_test_id("card")
        return {name: str(card.get_attribute(f"data-{name}")) for name in ("verdict", "scan")}

    def wait_for(self, verdict: str) -> None:
        """Wait until the card shows a verdict."""
        self.page.locator(f'[data-testid=card][data-verdict="{verdict}"]').wait_for()

    def codes(self, place: str) -> list[str]:
        """The codes shown in `notices`, `reasons` or `alarms`."""
        found = self.page.locator(f"[data-testid={place}] [data-code]")
        return [str(one.get_attribute("data-code")) for one in found.all()]

    def wait_for_notice(self) -> list[str]:
        """Wait for a notice that is not of work going on."""
        self.page.locator("[data-testid=notices] [data-code]:not([data-code=working])").first.wait_for()
        return self.codes("notices")

    def enter(self, text: str) -> None:
        """Paste a text into its field and send it."""
        self.page.get_by_test_id("entry-text").fill(text)
        self.page.get_by_test_id("entry-submit").click()

    def choose(self, *files: tuple[str, str, bytes]) -> None:
        """Choose files by name, media type and content."""
        parts: list[Any] = [{"name": name, "mimeType": kind, "buffer": data} for name, kind, data in files]
        self.page.get_by_test_id("file-input").set_input_files(parts)


NOTE_VIOLATIONS = """
globalThis.violations = [];
document.addEventListener("securitypolicyviolation", (event) => violations.push(
  `${event.violatedDirective} ${event.blockedURI}`));
"""


@pytest.fixture
def open_tab(browsers: Callable[[str], Browser], desk: DeskProcess) -> Iterator[Callable[..., Tab]]:
    """Opens tabs, each in a profile of its own; in the end nothing may have been complained of, nor asked elsewhere."""
    tabs: list[Tab] = []
    contexts: list[BrowserContext] = []

    def opened(film: str = "", *, of: DeskProcess = desk, quiet: bool = True, **options: Any) -> Tab:
        settings = {"viewport": ORDINARY_VIEW, "locale": "en-GB", "permissions": ["camera"], **options}
        context = browsers(film).new_context(**settings)
        contexts.append(context)
        context.set_default_timeout(20_000)
        context.add_init_script(NOTE_VIOLATIONS)
        page = context.new_page()
        tab = Tab(page, "", [], [])
        page.on("console", lambda line: tab.complaints.append(f"console {line.type}: {line.text}"))
        page.on("pageerror", lambda error: tab.complaints.append(f"script: {error}"))
        page.on("dialog", lambda dialog: (tab.complaints.append("dialog"), dialog.dismiss()))
        context.on("request", lambda request: tab.requests.append(request.url))
        page.goto(of.link())
        tab.origin = of.origin
        page.get_by_test_id("headline").wait_for()
        if quiet:
            tabs.append(tab)
        return tab

    yield opened
    for tab in tabs:
        assert tab.complaints == []
        assert tab.page.evaluate("violations") == []
        assert [url for url in tab.requests if not url.startswith((tab.origin + "/", "blob:"))] == []
    for context in contexts:
        context.close()


@pytest.fixture
def tab(open_tab: Callable[..., Tab]) -> Tab:
    """A page that is ready to scan."""
    return open_tab()
