"""Takes the pictures of the desk page for the README and the documentation: `docs/images/desk-*.png`.

    .venv/bin/python examples/make_desk_pictures.py

Needs Debian's package `chromium`. The people do not exist, the keys are TEST keys made on the spot.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

import vaxcert as vc
from vaxcert.adapters.key_files import load_signer

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs/images"
SUBJECT = ["--country", "VN", "--organization", "TEST", "--common-name"]
WIDE = {"width": 1366, "height": 860}
COLOURS = 256
NARROW = {"width": 320, "height": 900}


@dataclass(frozen=True)
class Shot:
    """One picture.

    Attributes:
        name: Of its file, after `desk-`.
        language: Of the page.
        theme: `light` or `dark`.
        view: The size of the window.
        certificates: What is scanned, by the names below.
        document: Name and birth date as in the traveller's document, or None.
    """

    name: str
    language: str
    theme: str
    view: dict[str, int]
    certificates: tuple[str, ...]
    document: tuple[str, str] | None = None


SHOTS = (
    Shot("accept", "en", "light", WIDE, ("first", "second"), ("Nguyễn Thị Mẫu", "14/02/1990")),
    Shot("refuse", "en", "dark", WIDE, ("expired",)),
    Shot("refer", "vi", "light", WIDE, ("second",), ("Nguyễn Mẫu", "1990")),
    Shot("phone", "vi", "dark", NARROW, ("second",)),
)


def main() -> None:
    """Make keys and certificates, open the desk, take the pictures."""
    now = datetime.now(UTC).replace(microsecond=0)
    with TemporaryDirectory() as name, sync_playwright() as driver:
        keys = make_keys(Path(name), now - timedelta(days=170))
        certificates = make_certificates(keys, now)
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        with desk(keys / "dsc.pem") as links:
            for shot in SHOTS:
                take(shot, browser, next(links), certificates)
        browser.close()


def make_keys(folder: Path, at: datetime) -> Path:
    """A TEST authority and a signer, with the command line."""
    for action, *files in (
        ("new-ca", "--out-key", "ca.key", "--out-cert", "ca.pem"),
        ("new-signer", "--out-key", "dsc.key", "--out-cert", "dsc.pem", "--ca-key", "ca.key", "--ca-cert", "ca.pem"),
    ):  # fmt: skip
        command = [sys.executable, "-m", "vaxcert", "keys", action, *files, *SUBJECT, f"TEST {action}"]
        subprocess.run(  # noqa: S603
            [*command, "--at", at.isoformat()], cwd=folder, check=True, capture_output=True
        )
    return folder


def make_certificates(keys: Path, now: datetime) -> dict[str, str]:
    """What travellers show: two doses of one person, and one whose certificate has ended."""
    signer = load_signer(keys / "dsc.key", keys / "dsc.pem")
    mau = vc.Person(family_name="Nguyễn", given_name="Thị Mẫu", birth_date=date(1990, 2, 14))
    binh = vc.Person(family_name="Trần", given_name="Văn Bình", birth_date=date(1985, 9, 2))

    def text(person: vc.Person, number: int, days_ago: int, *, days: int = 365) -> str:
        issuer = vc.Issuer(signer, country="VN", authority="Bộ Y tế", validity=timedelta(days=days))
        given = now - timedelta(days=days_ago)
        dose = vc.Vaccination(
            disease="840539006",
            prophylaxis="1119349007",
            product="EU/1/20/1528",
            marketing_holder="ORG-100030215",
            dose_number=number,
            doses_in_series=2,
            vaccinated_on=given.date(),
        )
        certificate = vc.HealthCertificate(subject=person, vaccination=dose)
        return issuer.issue(certificate, at=given + timedelta(days=1)).text

    return {"first": text(mau, 1, 60), "second": text(mau, 2, 32), "expired": text(binh, 2, 100, days=30)}


@contextmanager
def desk(trust: Path) -> Iterator[Iterator[str]]:
    """A desk, and its links, one for each page."""
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "vaxcert", "desk", "--json", "--trust", str(trust)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    try:
        yield links(process.stdout)
    finally:
        process.terminate()
        process.wait()


def links(lines: IO[str] | None) -> Iterator[str]:
    """The links that the desk announces, as they come."""
    for line in lines or ():
        yield json.loads(line)["link"]


def take(shot: Shot, browser: Browser, link: str, certificates: dict[str, str]) -> None:
    """Scan what the traveller shows, and take the picture."""
    context = browser.new_context(
        viewport=shot.view, locale=shot.language, color_scheme=shot.theme, timezone_id="Asia/Ho_Chi_Minh"
    )
    page = context.new_page()
    page.goto(link)
    for number, name in enumerate(shot.certificates, 1):
        enter(page, "entry", certificates[name])
        page.locator(f"[data-testid=card][data-scan='{number}']").wait_for()
    if shot.document is not None:
        page.get_by_test_id("document-given-name").fill(shot.document[0])
        page.get_by_test_id("document-given-birth-date").fill(shot.document[1])
        page.get_by_test_id("document-submit").click()
        page.get_by_test_id("identity").wait_for()
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    page.wait_for_timeout(1000)
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(COLOURS).save(PICTURES / f"desk-{shot.name}.png", optimize=True)
    context.close()


def enter(page: Page, field: str, text: str) -> None:
    """Put a text into its field and send it."""
    page.get_by_test_id(f"{field}-text").fill(text)
    page.get_by_test_id(f"{field}-submit").click()


if __name__ == "__main__":
    main()
