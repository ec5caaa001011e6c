from __future__ import annotations

import asyncio
import gc
import json
from types import BuiltinFunctionType, FunctionType, ModuleType

import httpx
import pytest
from tests.support.desks import ORIGIN, PORT, material, open_desk
from tests.support.signers import NOW, certificate, issuer, person

from vaxcert.adapters.desk.access import Access
from vaxcert.adapters.desk.app import new_shift
from vaxcert.adapters.desk.bodies import read_body
from vaxcert.adapters.desk.refusals import RefusalCode, RefusalError
from vaxcert.adapters.desk.room import Room
from vaxcert.limits import (
    MAX_DESK_QUEUE,
    MAX_DESK_REQUEST_BYTES,
    MAX_DESK_REQUEST_SECONDS,
    MAX_DESK_REQUESTS,
    MAX_PICTURE_BYTES,
)

CANARY = "CANARYNAME"
ROUTES = [
    ("POST", "/api/session"),
    ("GET", "/api/words"),
    ("GET", "/api/status"),
    ("POST", "/api/scan"),
    ("POST", "/api/picture"),
    ("POST", "/api/frame"),
    ("POST", "/api/counters/reset"),
]
WITH_TOKEN = [route for route in ROUTES if route[1] not in ("/api/session", "/api/words")]


@pytest.fixture
def desk():
    return open_desk()


@pytest.fixture
def page(desk):
    return desk.page()


@pytest.fixture(scope="module")
def text():
    return issuer().issue(certificate(), at=NOW).text


def refused(answer):
    """The code of a refusal, which is a calm sentence and never a page of its own."""
    error = answer.json()["error"]
    assert answer.status_code == RefusalCode(error["code"]).status
    assert error["sentence"].endswith(".")
    assert "\n" not in error["sentence"]
    return error["code"]


# --- which machine, which page


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        f"evil.example:{PORT}",
        "127.0.0.1",
        f"127.0.0.1:{PORT + 1}",
        f"127.0.0.1.evil.example:{PORT}",
        f"localhost.:{PORT}",
        f"0.0.0.0:{PORT}",
        f"[::1]:{PORT}",
        f"127.0.0.1:{PORT},evil.example",
        "",
    ],
)
@pytest.mark.parametrize("path", ["/", "/page/app.js", "/api/words", "/api/status"])
def test_another_host_is_refused_whatever_it_asks_for(desk, page, host, path):
    assert refused(desk.client.get(path, headers={**page, "Host": host})) == "foreign-host"


def test_the_two_names_of_this_machine_are_not(desk):
    for name in ("127.0.0.1", "localhost"):
        assert desk.client.get("/", headers={"Host": f"{name}:{PORT}"}).status_code == 200


def test_two_hosts_are_none(desk):
    headers = [("Host", f"127.0.0.1:{PORT}"), ("Host", f"127.0.0.1:{PORT}")]
    assert refused(desk.client.get("/", headers=headers)) == "foreign-host"


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        f"https://127.0.0.1:{PORT}",
        f"http://127.0.0.1:{PORT + 1}",
        "http://127.0.0.1",
        f"http://localhost:{PORT}",
        f"http://127.0.0.1:{PORT}/",
        "",
    ],
)
@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_another_origin_is_refused_with_a_good_token_too(desk, page, origin, method, path):
    answer = desk.client.request(method, path, headers={**page, "Origin": origin})
    assert refused(answer) == "foreign-origin"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_what_changes_something_has_to_say_where_it_comes_from(desk, page, method):
    del page["Origin"]
    assert refused(desk.client.request(method, "/api/scan", headers=page)) == "foreign-origin"


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
@pytest.mark.parametrize(("method", "path"), [*ROUTES, ("GET", "/page/app.js")])
def test_only_the_page_itself_loads_and_asks(desk, page, site, method, path):
    answer = desk.client.request(method, path, headers={**page, "Sec-Fetch-Site": site})
    assert refused(answer) == "foreign-origin"


@pytest.mark.parametrize(("site", "status"), [("none", 200), ("same-origin", 200), ("cross-site", 403)])
def test_the_page_is_opened_by_hand_and_not_from_elsewhere(desk, site, status):
    assert desk.client.get("/", headers={"Sec-Fetch-Site": site}).status_code == status


def test_no_answer_allows_another_origin_anything(desk, page):
    for method, path in [*ROUTES, ("OPTIONS", "/api/scan"), ("GET", "/")]:
        headers = desk.client.request(method, path, headers=page).headers
        assert not [name for name in headers if name.startswith("access-control")]
        assert "set-cookie" not in headers


# --- what browsers may do with an answer


@pytest.mark.parametrize("path", ["/", "/page/app.js", "/api/words", "/api/status", "/nowhere"])
def test_every_answer_keeps_browsers_strict(desk, path):
    headers = desk.client.get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert not [part for part in policy.values() if "unsafe" in part or "data:" in part or "*" in part]
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["permissions-policy"].startswith("camera=(self), microphone=()")
    assert "server" not in headers


def test_refusals_of_the_guard_are_as_strict(desk):
    headers = desk.client.get("/", headers={"Host": "evil.example"}).headers
    assert headers["content-security-policy"].startswith("default-src 'none'")


def test_the_page_has_no_script_and_no_style_within(desk):
    html = desk.client.get("/").text
    assert html.count("<script") == 1
    assert "<style" not in html
    assert " style=" not in html
    assert " on" not in html.replace(' data-on="false"', "")
    assert "http" not in html


def test_scripts_make_no_markup_of_text_and_name_no_other_place(desk):
    names = [name for name in desk.client.get("/").text.split('"') if name.endswith(".js")]
    sources = {name: desk.client.get(name).text for name in names}
    for found in list(sources.values()):
        for name in found.split('"./')[1:]:
            path = f"/page/{name.split(chr(34))[0]}"
            sources[path] = desk.client.get(path).text
    assert len(sources) > 8
    for source in sources.values():
        for forbidden in ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "Function("):
            assert forbidden not in source
        assert "//" not in source.replace("http://www.w3.org/2000/svg", "").replace("// ", "")


@pytest.mark.parametrize(
    "path",
    [
        "/page/",
        "/page/app.py",
        "/page/../app.py",
        "/page/%2e%2e/app.py",
        "/page/..%2fapp.py",
        "/page//etc/passwd",
        "/static/app.js",
        "/api/nothing",
        "/docs",
    ],
)
def test_nothing_but_the_files_of_the_page_is_served(desk, path):
    assert refused(desk.client.get(path)) == "not-found"


# --- who may ask


@pytest.mark.parametrize(("method", "path"), WITH_TOKEN)
@pytest.mark.parametrize("given", [None, "", "Bearer ", "Bearer wrong", "Basic wrong"])
def test_nobody_asks_without_a_token(desk, method, path, given):
    headers = {"Origin": ORIGIN} | ({} if given is None else {"Authorization": given})
    assert refused(desk.client.request(method, path, headers=headers)) == "no-session"


def test_a_token_counts_as_a_header_only(desk, page):
    token = page.pop("Authorization").removeprefix("Bearer ")
    for asked in (
        {"params": {"token": token, "Authorization": f"Bearer {token}"}, "headers": page},
        {"headers": {**page, "Cookie": f"token={token}"}},
    ):
        assert refused(desk.client.get("/api/status", **asked)) == "no-session"


def test_a_code_works_once_and_the_next_is_announced_then(desk):
    first = desk.codes[-1]
    desk.page()
    assert len(desk.codes) == 2
    answer = desk.client.post("/api/session", json={"code": first}, headers={"Origin": ORIGIN})
    assert refused(answer) == "start-code"
    assert len(desk.codes) == 2
    desk.page()


@pytest.mark.parametrize("code", ["", "wrong", "é", "\ud800", None, 1, ["x"], {}])
def test_a_code_that_is_made_up_opens_nothing_and_spends_none(desk, code):
    body = json.dumps({"code": code})
    answer = desk.client.post("/api/session", content=body, headers={"Origin": ORIGIN})
    assert refused(answer) == "start-code"
    assert len(desk.codes) == 1
    desk.page()


@pytest.mark.parametrize(("age", "opens"), [(600, True), (600.1, False)])
def test_a_code_that_comes_too_late_is_replaced(age, opens):
    codes, clock = [], [0.0]
    access = Access(codes.append, seconds=lambda: clock[0])
    access.offer()
    clock[0] = age
    assert (access.redeem(codes[0]) is not None) is opens
    assert len(codes) == 2
    assert access.redeem(codes[1]) is not None


def test_before_a_code_is_offered_none_opens():
    access = Access(lambda _: None)
    assert access.redeem("") is None
    assert not access.admits("")


def test_of_nine_pages_the_first_has_to_be_opened_anew(desk):
    pages = [desk.page() for _ in range(9)]
    statuses = [desk.client.get("/api/status", headers=page).status_code for page in pages]
    assert statuses == [401] + [200] * 8


def test_codes_and_tokens_are_long_and_differ(desk):
    tokens = {desk.page()["Authorization"] for _ in range(5)}
    assert len(tokens | set(desk.codes)) == 11
    assert all(len(code) == 43 for code in desk.codes)


# --- how much


@pytest.mark.parametrize(("path", "most"), [("scan", MAX_DESK_REQUEST_BYTES), ("picture", MAX_PICTURE_BYTES)])
def test_a_body_that_says_it_is_too_large_is_not_read(desk, page, path, most):
    headers = {**page, "Content-Length": str(most + 1)}
    assert refused(desk.client.post(f"/api/{path}", content=b"x", headers=headers)) == "too-large"


class Slow:
    """A request whose body comes in parts, and of which is counted how many were taken."""

    headers = httpx.Headers()

    def __init__(self, *parts, ends=True):
        self.parts, self.taken, self.ends = parts, 0, ends

    async def stream(self):
        for part in self.parts:
            self.taken += 1
            yield part
        if not self.ends:
            await asyncio.Event().wait()


def test_a_body_is_bounded_while_it_comes():
    assert asyncio.run(read_body(Slow(b"12", b"34"), 4)) == b"1234"
    endless = Slow(*[b"12"] * 1000)
    with pytest.raises(RefusalError) as caught:
        asyncio.run(read_body(endless, 4))
    assert caught.value.code is RefusalCode.TOO_LARGE
    assert endless.taken == 3


def test_a_body_that_never_ends_is_given_up():
    with pytest.raises(RefusalError) as caught:
        asyncio.run(read_body(Slow(b"12", ends=False), 4, seconds=0.01))
    assert caught.value.code is RefusalCode.TOO_SLOW


def test_bodies_that_never_end_hold_no_request_up_for_a_minute():
    """As many as there are places and a queue, all of them taken before the one that waits."""
    rounds = (MAX_DESK_REQUESTS + MAX_DESK_QUEUE) / MAX_DESK_REQUESTS
    assert rounds * MAX_DESK_REQUEST_SECONDS < 60


def test_a_room_has_places_a_queue_and_an_end():
    async def visit():
        room, go = Room(2, 3), asyncio.Event()
        inside = []

        async def one():
            async with room.place():
                inside.append(1)
                await go.wait()

        visitors = [asyncio.create_task(one()) for _ in range(5)]
        await asyncio.sleep(0)
        assert len(inside) == 2
        with pytest.raises(RefusalError) as caught:
            async with room.place():
                pass
        assert caught.value.code is RefusalCode.BUSY
        go.set()
        await asyncio.gather(*visitors)
        assert len(inside) == 5
        async with room.place():
            pass

    asyncio.run(visit())


def test_fifty_at_once_are_answered_and_the_desk_goes_on(desk, page, text):
    body = {"held": [], "entries": [text], "document": None, "traveller": "one"}
    answers = desk.client.at_once(50, "POST", "/api/scan", json=body, headers=page)
    decided = [answer for answer in answers if answer.status_code == 200]
    assert len(decided) >= MAX_DESK_REQUESTS + MAX_DESK_QUEUE
    assert {answer.json()["decision"]["verdict"] for answer in decided} == {"accept"}
    assert {refused(answer) for answer in answers if answer not in decided} <= {"busy"}


def test_who_has_no_token_takes_nobody_s_place(desk):
    answers = desk.client.at_once(50, "POST", "/api/scan", headers={"Origin": ORIGIN})
    assert {refused(answer) for answer in answers} == {"no-session"}


# --- nonsense


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 100_000,
        b'{"held": "HC1:"}',
        b'{"held": [1]}',
        b'{"entries": {}}',
        b'{"document": []}',
        b'{"document": {"mrz": 1}}',
        b'{"traveller": null}',
        b'{"traveller": "' + b"x" * 65 + b'"}',
        b'{"traveller": "\\ud800"}',
        b'{"held": ["\\udfff"]}',
        b'{"entries": ["HC1:\\ud800"]}',
        b'{"document": {"name": "\\ud800", "birth_date": ""}}',
        b'{"document": {"mrz": "\xed\xa0\x80"}}',
    ],
)
def test_requests_out_of_shape_are_refused(desk, page, body):
    assert refused(desk.client.post("/api/scan", content=body, headers=page)) == "malformed"


@pytest.mark.parametrize(
    ("width", "height", "size"),
    [
        ("", "1", 1),
        ("x", "1", 1),
        ("-1", "-1", 1),
        ("1", "1", 2),
        ("2", "2", 3),
        ("9" * 5000, "1", 1),
        ("²", "1", 4),
    ],
)
def test_frames_out_of_shape_are_refused(desk, page, width, height, size):
    answer = desk.client.post(
        "/api/frame", params={"width": width, "height": height}, content=b"x" * size, headers=page
    )
    assert refused(answer) == "malformed"


def test_refusals_are_told_in_the_reader_s_language(desk):
    answer = desk.client.get("/api/status", params={"lang": "vi"})
    assert answer.json()["error"]["sentence"].startswith("Trang này chưa được mở")
    unknown = desk.client.get("/api/status", params={"lang": "xx"})
    assert unknown.json()["error"]["sentence"].startswith("This page is not open")


def test_a_fault_inside_is_a_calm_answer_without_what_it_was_about(caplog):
    failing = [False]

    def now():
        if failing[0]:
            raise ValueError(CANARY)
        return NOW

    desk = open_desk(now=now)
    page = desk.page()
    failing[0] = True
    answer = desk.client.get("/api/status", headers=page)
    assert refused(answer) == "internal"
    assert CANARY not in answer.text
    assert CANARY not in caplog.text
    failing[0] = False
    assert desk.client.get("/api/status", headers=page).status_code == 200


def test_the_two_words_of_a_shift_are_never_one_word_twice():
    shifts = [new_shift() for _ in range(2000)]
    assert all(0 <= shift < 2**15 and shift % 32 != shift // 32 % 32 for shift in shifts)
    assert len(set(shifts)) > 1000


# --- what is left


def strings_held_by(root):
    """Every text and every bytes that can be reached from an object, the code of the program apart."""
    seen, left = set(), [root]
    while left:
        one = left.pop()
        if id(one) in seen or isinstance(one, ModuleType | type | FunctionType | BuiltinFunctionType):
            continue
        seen.add(id(one))
        if isinstance(one, str):
            yield one
        elif isinstance(one, bytes | bytearray):
            yield one.decode("latin-1")
        left.extend(gc.get_referents(one))


def test_nothing_of_a_traveller_is_held_after_the_answer(desk, page, text):
    subject = person(family_name=CANARY, standard_family_name=CANARY)
    canary = issuer().issue(certificate(), at=NOW)
    canary = issuer().issue(
        type(certificate())(subject=subject, vaccination=certificate().vaccination), at=NOW
    )
    first = desk.scan(page, canary.text, document={"name": CANARY, "birth_date": "1983-10-10"}, traveller="a")
    assert CANARY in json.dumps(first)
    desk.scan(page, text, traveller="b")
    held = list(strings_held_by(desk.app))
    assert len(held) > 1000  # the words of the page, at least
    assert not [
        one for one in held if CANARY in one or canary.text[:40] in one or canary.certificate_id in one
    ]


def test_requests_and_answers_show_nothing_of_a_traveller_in_their_reprs():
    from vaxcert.adapters.desk.documents import read_document
    from vaxcert.adapters.desk.entries import Entry
    from vaxcert.adapters.desk.scans import ScanRequest, scan

    request = ScanRequest(held=(CANARY,), entries=(CANARY,), document={"name": CANARY}, traveller="x")
    document = read_document({"name": CANARY}, NOW)
    answer = scan(request, material().desk, NOW)
    for one in (request, document, answer, Entry(certificate=CANARY)):
        assert CANARY not in repr(one)
