"""The desk page, from the frame in view to the card: `python -m benchmarks.desk`, or `make bench-desk`.

Opens the page in Chromium, whose camera plays a film of codes that come and go, and takes the time from the first frame
that shows a code to the card in view; sends pictures, beside the QR reader's own time for their pixels; scans 10,000
times over HTTP, and compares the memory of the desk after the first thousand with that after the last. Needs Debian's
package `chromium`. Prints a table, writes `benchmarks/desk.json`, and exits 1 when a bound is missed. With `--quick` a
few scans show that it runs; nothing is written and no bound enforced.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import httpx
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, sync_playwright
from tests.support.desk_process import DeskProcess, running_desk
from tests.support.films import write_film
from tests.support.photographs import on_table, photograph, symbol

import vaxcert as vc
from benchmarks.figures import Bound, Figure, table, write
from benchmarks.rounds import Race, race, timer
from benchmarks.signer import make_signer
from benchmarks.watching import cores
from vaxcert.adapters.key_files import load_signer

RESULTS = Path(__file__).with_name("desk.json")
AT = "2022-12-02T00:00:00Z"
_ISSUED = datetime(2022, 12, 1, 8, tzinfo=UTC)
_CAMERA = (1280, 720)
_FRAMES_EMPTY, _FRAMES_SHOWN = 5, 6
_FILMED = 8
_MARK = 24
_PICTURES = 40
_SHAPES = ((), ("rotated",), ("slanted",), ("noisy",))
_BROWSER = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)


class Amount(NamedTuple):
    """How much is measured.

    Attributes:
        shown: Codes before the camera.
        first: Scans over HTTP before the memory is looked at.
        all: Scans over HTTP in all.
        pictures: Pictures sent.
    """

    shown: int
    first: int
    all: int
    pictures: int


FULL = Amount(shown=40, first=1_000, all=10_000, pictures=_PICTURES)
QUICK = Amount(shown=3, first=100, all=300, pictures=4)

# The film has a white mark in its corner while a code is shown, which is looked for in every frame that is presented.
_WATCH = """
([mark]) => {
  globalThis.times = [];
  globalThis.missed = 0;
  const video = document.getElementById("camera-video");
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  canvas.canvas.width = canvas.canvas.height = mark;
  let shown = false, since = null;
  const look = (now) => {
    canvas.drawImage(video, 0, 0, mark, mark, 0, 0, mark, mark);
    const marked = canvas.getImageData(mark / 2, mark / 2, 1, 1).data[0] > 128;
    if (marked && !shown) {
      if (since !== null) missed += 1;
      since = now;
    }
    shown = marked;
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
  const card = document.getElementById("card");
  let verdict = card.dataset.verdict;
  new MutationObserver(() => {
    if (card.dataset.verdict === verdict) return;
    verdict = card.dataset.verdict;
    if (verdict === "none") return;
    requestAnimationFrame(() => setTimeout(() => {
      if (since !== null) times.push(performance.now() - since);
      since = null;
      document.getElementById("next-traveller").click();
    }));
  }).observe(card, { attributes: true });
}
"""


def main(arguments: list[str] | None = None) -> int:
    """Measure, show, write.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(prog="benchmarks.desk")
    parser.add_argument("--quick", action="store_true", help="show that the benchmark runs; prove nothing")
    options = parser.parse_args(arguments)
    amount = QUICK if options.quick else FULL
    with TemporaryDirectory() as name:
        folder = Path(name)
        texts = _certificates(folder, 200)
        (folder / "home").mkdir()
        with running_desk(
            "--trust", folder / "ES256" / "cert.pem", "--at", AT, folder=folder / "home"
        ) as desk:
            cards, missed = _frame_to_card(desk, texts[:_FILMED], folder, amount)
            with _client(desk) as client:
                pictures = _pictures(client, texts, amount)
                first, last = _memory(desk, client, texts, amount)
    figures = _figures(cards, missed, pictures, first, last, amount)
    print(table(figures))
    if options.quick:
        return 0
    write(RESULTS, {"date": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", "processors": cores()}, figures)
    return 1 if any(figure.met is False for figure in figures) else 0


def _figures(
    cards: Sequence[float], missed: int, pictures: Race, first: int, last: int, amount: Amount
) -> list[Figure]:
    slow = sorted(cards)[int(0.95 * len(cards))]
    return [
        Figure("from the frame in view to the card", median(cards), "ms", bound=Bound("value", "<=", 300)),
        Figure("the same, slowest but one in twenty", slow, "ms"),
        Figure("codes that went by unread", missed, "codes"),
        Figure(
            "a picture over HTTP",
            1000 * pictures.median("desk"),
            "ms",
            pictures.ratio("desk", "zxing"),
            "zxing-cpp on its pixels",
            Bound("ratio", "<=", 3),
        ),
        Figure(
            f"memory after {amount.all:,} scans",
            last / 2**20,
            "MiB",
            last / first,
            f"after {amount.first:,}",
            Bound("ratio", "<=", 1.05),
        ),
    ]


def _certificates(folder: Path, number: int) -> list[str]:
    """Certificates of people who do not exist, one each."""
    place = make_signer(folder, "ES256")
    issuer = vc.Issuer(load_signer(place / "key", place / "cert.pem"), country="VN", authority="Bộ Y tế")
    dose = vc.Vaccination(
        disease="840539006",
        prophylaxis="1119349007",
        product="EU/1/20/1528",
        marketing_holder="ORG-100030215",
        dose_number=2,
        doses_in_series=2,
        vaccinated_on=date(2022, 10, 18),
    )
    people = (
        vc.Person(
            family_name="Nguyễn", given_name="Thị Mẫu", birth_date=date(1980, 1, 1) + timedelta(days=31 * one)
        )
        for one in range(number)
    )
    return [
        issuer.issue(vc.HealthCertificate(subject=one, vaccination=dose), at=_ISSUED).text for one in people
    ]


# ------------------------------------------------------------------------------------------------ the camera


def _film(texts: Sequence[str]) -> Iterator[Image.Image]:
    mark = Image.new("L", (_MARK, _MARK), 255)
    empty = Image.new("L", _CAMERA, 140)
    for text in texts:
        shown = on_table(symbol(text, 5), _CAMERA)
        shown.paste(mark)
        empty.paste(0, (0, 0, _MARK, _MARK))
        yield from (*[empty] * _FRAMES_EMPTY, *[shown] * _FRAMES_SHOWN)


def _frame_to_card(
    desk: DeskProcess, texts: Sequence[str], folder: Path, amount: Amount
) -> tuple[list[float], int]:
    """Milliseconds from each first frame with a code to its card, and how many codes went by without."""
    film = write_film(_film(texts), folder / "codes.y4m")
    with sync_playwright() as driver:
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = driver.chromium.launch(
            executable_path=chromium, args=[*_BROWSER, f"--use-file-for-fake-video-capture={film}"]
        )
        page = browser.new_context(permissions=["camera"], viewport={"width": 1366, "height": 768}).new_page()
        page.goto(desk.link())
        page.get_by_test_id("camera-start").click()
        page.evaluate(_WATCH, [_MARK])
        times, missed = _times(page, amount.shown), page.evaluate("missed")
        browser.close()
    return times, missed


def _times(page: Page, number: int) -> list[float]:
    """The times, without the first, which also loads what the desk loads at first use."""
    times: list[float] = []
    while len(times) <= number:
        page.wait_for_timeout(500)
        times = page.evaluate("times")
    return times[1 : number + 1]


# -------------------------------------------------------------------------------------------------- the desk


@contextmanager
def _client(desk: DeskProcess) -> Iterator[httpx.Client]:
    link = desk.link()
    with httpx.Client(base_url=desk.origin, headers={"Origin": desk.origin}, timeout=60) as client:
        answer = client.post("/api/session", json={"code": link.partition("#start=")[2]})
        client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        yield client


def _scan(client: httpx.Client, text: str, traveller: str) -> dict[str, Any]:
    body = {"held": [], "entries": [text], "document": None, "traveller": traveller}
    answer = client.post("/api/scan", json=body)
    answer.raise_for_status()
    return dict(answer.json())


def _pictures(client: httpx.Client, texts: Sequence[str], amount: Amount) -> Race:
    """Photographs of a camera's size, read by the desk, and by zxing-cpp alone from their pixels."""
    taken = [
        photograph(texts[number], *_SHAPES[number % len(_SHAPES)], seed=number, size=(1280, 960))
        for number in range(amount.pictures + len(_SHAPES))
    ]
    files = [_jpeg(picture) for picture in taken]

    def desk(file: bytes) -> None:
        client.post("/api/picture", content=file).raise_for_status()

    def zxing(picture: Image.Image) -> None:
        formats = (zxingcpp.BarcodeFormat.QRCodeModel2, zxingcpp.BarcodeFormat.AztecCode)
        zxingcpp.read_barcodes(picture, formats=formats)

    contestants = {"desk": timer(desk, files), "zxing": timer(zxing, taken)}
    return race(contestants, items=amount.pictures, a_round=len(_SHAPES))


def _jpeg(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "JPEG", quality=85)
    return file.getvalue()


def _memory(desk: DeskProcess, client: httpx.Client, texts: Sequence[str], amount: Amount) -> tuple[int, int]:
    """Resident bytes after the first scans, and after all: texts of many kinds, pictures and frames among them."""
    picture = _jpeg(photograph(texts[0], seed=0))
    frame = photograph(texts[1], seed=1)
    others = ("https://menu.example/ban-12", texts[0][:-9], texts[1].lower(), "8934563138165")
    first = 0
    for number in range(amount.all):
        if number == amount.first:
            first = desk.resident_bytes()
        if number % 20 == 0:
            client.post("/api/picture", content=picture)
        if number % 20 == 10:
            size = {"width": frame.width, "height": frame.height}
            client.post("/api/frame", params=size, content=frame.tobytes())
        text = others[number // 5 % len(others)] if number % 5 == 0 else texts[number % len(texts)]
        _scan(client, text, f"traveller {number}")
    return first, desk.resident_bytes()


if __name__ == "__main__":
    sys.exit(main())
