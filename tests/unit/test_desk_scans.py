from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from io import BytesIO

import pikepdf
import pytest
from PIL import Image
from tests.support.desks import open_desk
from tests.support.mrz import write_mrz
from tests.support.signers import NOW, certificate, issuer, person

from vaxcert import qr
from vaxcert.adapters.desk.documents import read_document
from vaxcert.adapters.desk.entries import sort_out
from vaxcert.errors import Reason
from vaxcert.limits import MAX_DESK_CERTIFICATES, MAX_SCANNED_CHARACTERS
from vaxcert.presentation import texts
from vaxcert.rules.acceptance import RuleResult
from vaxcert.scanned_text import ScanProblem, ScanRepair

MRZ = write_mrz("td3", "NGUYEN<<BAO<DUY", born=date(1983, 10, 10), expires=date(2030, 1, 1))


def issued(subject=None, **dose):
    return issuer().issue(replace(certificate(**dose), subject=subject or person()), at=NOW).text


FIRST = issued(dose_number=1, vaccinated_on=date(2021, 10, 1))
SECOND = issued()
STRANGER = issued(person(family_name="Trần", given_name="Thị Mai", birth_date=date(1990, 2, 3)))


@pytest.fixture
def desk():
    return open_desk()


@pytest.fixture
def page(desk):
    return desk.page()


def codes(items):
    return [item["code"] for item in items]


def picture(*texts):
    pictures = [Image.open(BytesIO(qr.png(text))) for text in texts]
    sheet = Image.new("L", (sum(one.width for one in pictures), max(one.height for one in pictures)), 255)
    left = 0
    for one in pictures:
        sheet.paste(one, (left, 0))
        left += one.width
    return sheet


def as_png(image):
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def posted(desk, page, path, content, **params):
    answer = desk.client.post(f"/api/{path}", content=content, params=params, headers=page)
    assert answer.status_code == 200, answer.json()
    return answer.json()


# --- what is entered


def entry(text):
    (one,) = sort_out(text, NOW)
    return one


def test_certificates_are_told_from_documents_and_from_all_else():
    assert entry(SECOND).certificate == SECOND
    assert entry(MRZ).mrz == MRZ
    assert entry("https://example.org/menu").problem is ScanProblem.WEB_ADDRESS
    assert entry("<script>alert(1)</script>").problem is ScanProblem.SCRIPT


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\t"])
def test_nothing_is_nothing(text):
    assert entry(text).problem is Reason.INPUT_EMPTY


@pytest.mark.parametrize(
    ("typed", "repairs"),
    [
        (f"\n{SECOND}\r\n", ()),
        ("".join(2 * character for character in SECOND), (ScanRepair.DOUBLED_CHARACTERS,)),
        (SECOND.lower(), (ScanRepair.LETTER_CASE,)),
        (f"{SECOND[:100]}\n{SECOND[100:]}", (ScanRepair.WHITE_SPACE,)),
    ],
)
def test_what_scanners_do_to_a_text_is_put_right_and_told(typed, repairs):
    found = entry(typed)
    assert (found.certificate, found.repairs) == (SECOND, repairs)


def test_several_lines_are_several_entries():
    found = list(sort_out(f"{FIRST}\n{MRZ}\n{SECOND}\n", NOW))
    assert [one.certificate for one in found] == [FIRST, SECOND, None]
    assert found[-1].mrz == MRZ


def test_a_document_that_was_misread_says_so():
    assert entry(MRZ.replace("831010", "831011")).problem is Reason.MRZ_CHECK_DIGIT
    assert entry(MRZ[:-1]).problem is Reason.MRZ_LENGTH


def test_more_than_any_scanner_types_is_not_looked_at():
    assert entry("x" * MAX_SCANNED_CHARACTERS).problem is not Reason.INPUT_TOO_LONG
    assert entry("x" * (MAX_SCANNED_CHARACTERS + 1)).problem is Reason.INPUT_TOO_LONG


# --- what is answered


def test_one_certificate_is_decided_about(desk, page):
    answer = desk.scan(page, SECOND)
    assert answer["decision"]["verdict"] == "accept"
    assert answer["decision"]["traveller"]["name"] == "Nguyễn Bảo Duy"
    assert (answer["held"], answer["added"], answer["notices"]) == ([SECOND], 1, [])
    assert codes(answer["decision"]["reasons"]) == ["rules-not-asked", "identity-not-compared"]


def test_what_the_page_holds_comes_together_with_what_is_scanned(desk, page):
    answer = desk.scan(page, SECOND, held=[FIRST])
    assert answer["held"] == [FIRST, SECOND]
    assert [dose["number"] for dose in answer["decision"]["doses"]] == [1, 2]


def test_a_certificate_that_is_scanned_again_is_held_once(desk, page):
    answer = desk.scan(page, SECOND, held=[SECOND])
    assert (answer["held"], answer["added"]) == ([SECOND], 0)


def test_certificates_of_two_people_are_not_mixed_in_silence(desk, page):
    answer = desk.scan(page, STRANGER, held=[SECOND])
    assert answer["decision"]["verdict"] == "refuse"
    assert answer["decision"]["reasons"][0]["code"] == "person-differs"


@pytest.mark.parametrize(
    ("document", "verdict", "grade"),
    [
        ({"mrz": MRZ}, "accept", "match"),
        ({"name": "Nguyen Bao Duy", "birth_date": "10/10/1983"}, "accept", "match"),
        ({"name": "Nguyen Bao Duy", "birth_date": ""}, "refer", "unclear"),
        ({"name": "Tran Thi Mai", "birth_date": "1990-02-03"}, "refuse", "mismatch"),
    ],
)
def test_the_document_beside_it_is_compared(desk, page, document, verdict, grade):
    answer = desk.scan(page, SECOND, document=document)
    assert (answer["decision"]["verdict"], answer["decision"]["identity"]["grade"]) == (verdict, grade)
    assert answer["document"] == document


def test_a_document_that_is_scanned_takes_the_place_of_the_one_before(desk, page):
    answer = desk.scan(page, MRZ, held=[SECOND], document={"name": "Tran Thi Mai", "birth_date": ""})
    assert answer["decision"]["identity"]["grade"] == "match"
    assert answer["document"] == {"mrz": MRZ}
    assert answer["document_shown"]["name"] == "NGUYEN<<BAO<DUY"
    assert (answer["document_shown"]["expired"], answer["added"]) == (False, 1)


@pytest.mark.parametrize(("day", "expired"), [(NOW.date(), False), (NOW.date() - timedelta(days=1), True)])
def test_a_document_that_has_expired_says_so(desk, page, day, expired):
    answer = desk.scan(page, write_mrz("td3", "NGUYEN<<BAO<DUY", expires=day))
    assert (answer["document_shown"]["expired"], answer["decision"]) == (expired, None)


def test_a_document_expires_at_one_moment_in_all_zones():
    shown = read_document({"mrz": MRZ}, NOW)
    words = texts.load("en")
    last = datetime(2030, 1, 1, 23, tzinfo=UTC)
    for hours in (-12, 0, 14):
        zone = timezone(timedelta(hours=hours))
        assert shown.as_json(last.astimezone(zone), words)["expired"] is False
        assert shown.as_json((last + timedelta(hours=1)).astimezone(zone), words)["expired"] is True


def test_a_birth_date_that_cannot_be_read_is_told_and_nobody_is_accepted(desk, page):
    answer = desk.scan(page, SECOND, document={"name": "Nguyen Bao Duy", "birth_date": "yesterday"})
    assert codes(answer["notices"]) == ["birth-date-unreadable"]
    assert (answer["document"], answer["decision"]["identity"]["grade"]) == (None, "unclear")
    assert answer["decision"]["verdict"] == "refer"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("https://evil.example/?x=<script>alert(1)</script>", "script"),
        ("javascript:alert(1)", "script"),
        ("http://example.org", "web-address"),
        ("Phở bò 60.000 đ", "other-text"),
        (SECOND[:304], "zlib-cut-short"),
        ("HC1:ABC", "zlib-corrupt"),
    ],
)
def test_what_is_no_certificate_is_told_calmly_and_nobody_is_decided_about(desk, page, text, code):
    alone = desk.scan(page, text)
    assert (alone["decision"], alone["held"]) == (None, [])
    assert [(one["code"], one["kind"]) for one in alone["notices"]] == [(code, "problem")]
    assert text not in str(alone)
    beside = desk.scan(page, text, held=[SECOND])
    assert (beside["decision"], beside["held"]) == (None, [SECOND])  # it may be the next traveller's
    assert desk.scan(page, held=[SECOND])["decision"]["verdict"] == "accept"


@pytest.mark.parametrize(
    "entries", [(FIRST, "nothing"), (MRZ, "nothing"), (SECOND,)], ids=["certificate", "document", "again"]
)
def test_where_something_can_be_read_it_is_decided(desk, page, entries):
    assert desk.scan(page, *entries, held=[SECOND])["decision"]["verdict"] == "accept"


def test_what_was_put_right_is_told(desk, page):
    answer = desk.scan(page, "".join(2 * character for character in SECOND))
    assert answer["decision"]["verdict"] == "accept"
    assert [(one["code"], one["kind"]) for one in answer["notices"]] == [("doubled-characters", "repair")]


def test_a_traveller_has_so_many_certificates_and_no_more(desk, page):
    many = [
        issued(certificate_id=f"URN:UVCI:01:VN:{number:04}") for number in range(MAX_DESK_CERTIFICATES + 1)
    ]
    assert len(desk.scan(page, *many[:-1])["held"]) == MAX_DESK_CERTIFICATES
    answer = desk.scan(page, many[-1], held=many[:-1])
    assert answer["held"] == many[:-1]
    assert codes(answer["notices"]) == ["input-too-long"]


def test_answers_come_in_the_reader_s_language(desk, page):
    answer = desk.scan(page, SECOND, "https://example.org", lang="vi")
    assert answer["decision"]["headline"] == "CHẤP NHẬN"
    assert answer["notices"][0]["sentence"].startswith("Mã này chứa địa chỉ web")


# --- pictures


def test_two_codes_in_a_picture(desk, page):
    answer = posted(desk, page, "picture", as_png(picture(FIRST, SECOND)))
    assert sorted(answer["texts"]) == sorted([FIRST, SECOND])


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (as_png(Image.new("L", (400, 400), 255)), "picture-no-code"),
        (b"GIF89a", "picture-unreadable"),
        (b"%PDF-1.7 nonsense", "picture-unreadable"),
        (b"", "input-empty"),
        (as_png(picture(SECOND))[:900], "picture-unreadable"),
    ],
)
def test_pictures_without_a_certificate_are_told_calmly(desk, page, data, code):
    answer = posted(desk, page, "picture", data)
    assert (answer["texts"], codes(answer["notices"])) == ([], [code])
    assert desk.scan(page, SECOND)["decision"]["verdict"] == "accept"


def pdf(pages):
    image, file = BytesIO(), BytesIO()
    picture(SECOND).convert("RGB").save(image, "PDF")
    with pikepdf.open(image) as one, pikepdf.new() as document:
        for _ in range(pages):
            document.pages.extend(one.pages)
        document.save(file)
    return file.getvalue()


@pytest.mark.parametrize(("pages", "texts", "notices"), [(2, [SECOND], []), (200, [], ["picture-too-large"])])
def test_a_pdf_of_two_pages_is_read_and_one_of_two_hundred_is_not(desk, page, pages, texts, notices):
    answer = posted(desk, page, "picture", pdf(pages))
    assert (answer["texts"], codes(answer["notices"])) == (texts, notices)


def test_frames_of_a_camera(desk, page):
    seen = picture(SECOND)
    answer = posted(desk, page, "frame", seen.tobytes(), width=seen.width, height=seen.height)
    assert answer == {"texts": [SECOND]}
    assert posted(desk, page, "frame", bytes(100), width=10, height=10) == {"texts": []}


# --- counters


def counted(desk, page):
    counters = desk.client.get("/api/status", headers=page).json()["counters"]
    return {key: counters[key] for key in ("accept", "refer", "refuse", "unreadable") if counters[key]}


def test_a_traveller_is_counted_once_with_the_last_decision(desk, page):
    desk.scan(page, SECOND, traveller="a")
    assert counted(desk, page) == {"accept": 1}
    desk.scan(page, STRANGER, held=[SECOND], traveller="a")
    assert counted(desk, page) == {"refuse": 1}
    desk.scan(page, SECOND, traveller="b")
    desk.scan(page, "nothing", held=[SECOND], traveller="b")
    assert counted(desk, page) == {"accept": 1, "refuse": 1, "unreadable": 1}


def test_reasons_are_counted_and_remarks_are_not(desk, page):
    desk.scan(page, STRANGER, held=[SECOND], traveller="a")
    answer = desk.scan(page, SECOND, traveller="b")
    assert answer["counters"]["codes"] == [{"code": "person-differs", "count": 1}]
    assert answer["counters"]["travellers"] == 2


def test_a_new_shift_begins_at_nothing(desk, page):
    desk.scan(page, SECOND, traveller="a")
    posted(desk, page, "picture", b"")
    answer = desk.client.post("/api/counters/reset", headers=page).json()
    assert (answer["accept"], answer["unreadable"], answer["codes"]) == (0, 0, [])
    desk.scan(page, SECOND, traveller="a")
    assert counted(desk, page) == {"accept": 1}


# --- words


def test_the_page_has_the_same_words_in_every_language(desk):
    english, vietnamese = (
        desk.client.get("/api/words", params={"lang": lang}).json() for lang in ("en", "vi")
    )
    assert english["words"].keys() == vietnamese["words"].keys()
    assert [one["code"] for one in english["languages"]] == ["en", "vi"]
    for answer in (english, vietnamese):
        assert len(set(answer["words"]["shift-words"].split())) == 32


def test_the_page_asks_for_all_words_that_there_are_and_for_no_others(desk):
    known = desk.client.get("/api/words").json()["words"].keys()
    asked = set(re.findall(r'data-word(?:-label)?="([a-z-]+)"', desk.client.get("/").text))
    named = set()
    for name in ("app", "card", "status", "camera", "files"):
        source = desk.client.get(f"/page/{name}.js").text
        asked |= set(re.findall(r'word\("([a-z-]+)"', source))
        named |= set(re.findall(r'"([a-z-]+)"', source))
    of_the_server = {"fixed-clock", "lists-not-reloaded", "entries-unreadable"}
    of_rules = {f"rule-{result}" for result in RuleResult}
    assert asked <= known
    assert known <= asked | named | of_the_server | of_rules


def test_a_desk_decides_for_its_own_time():
    later = open_desk(now=lambda: datetime(2023, 6, 2, tzinfo=UTC))
    answer = later.scan(later.page(), SECOND)
    assert answer["decision"]["verdict"] == "refuse"
    assert answer["decision"]["reasons"][0]["code"] == "expired"
