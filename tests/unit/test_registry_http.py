"""A registry behind HTTP, also a wrong one: real requests to a real server on this machine."""

from __future__ import annotations

import json
import logging
import pickle
import runpy
import ssl
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.support.http_faults import (
    ListServer,
    cut,
    cut_chunks,
    drip,
    endless,
    good,
    never,
    not_http,
    redirect,
    status,
    until_the_end,
    wrong_length,
)
from tests.support.registries import AN, GIANG, LAN, codes, people, said, write_parquet

from vaxcert.adapters.registry.extract import ExtractRegistry
from vaxcert.adapters.registry.http import HttpRegistry, RegistryClientOptions
from vaxcert.errors import AdapterError, Reason
from vaxcert.limits import MAX_REGISTRY_PEOPLE

EXAMPLE = runpy.run_path(str(Path(__file__).parents[2] / "examples/registry_server.py"))
UNAVAILABLE = ["unavailable"]


class Pauses:
    """Notes how long a client would wait, and does not."""

    def __init__(self):
        self.seconds = []

    async def __call__(self, seconds):
        self.seconds.append(seconds)


def options(**changed):
    quick = {"tries": 2, "try_seconds": 5, "concurrent_requests": 1, "sleep": Pauses()}
    return RegistryClientOptions(**quick | changed)


def ask(server, *lines, **changed):
    return codes(HttpRegistry(server.url, options=options(**changed)).match(people(*lines)))


@contextmanager
def example(registry, token=None):
    """The server of the examples."""
    with EXAMPLE["Server"](registry, token=token) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    return ExtractRegistry(write_parquet(tmp_path_factory.mktemp("registry") / "p", [AN, GIANG, LAN]))


# --- a registry that works


def test_the_example_says_what_its_extract_says(registry):
    other = (AN[0], "Lê Bình", "1991", "female")
    question = people(AN, other, ("999", *AN[1:]), GIANG, (None, *AN[1:]), ("1" * 33, *AN[1:]), LAN)
    with example(registry) as server:
        found = HttpRegistry(server.url, options=options(people_per_request=2)).match(question)
    assert found.equals(registry.match(question))
    assert codes(found)[1:3] == [["name-mismatch", "birth-date-mismatch", "sex-mismatch"], ["not-found"]]


def test_many_people_in_many_requests_at_once(registry):
    stranger = ("999", *AN[1:])
    lines = [(AN, GIANG, LAN, stranger)[number % 4] for number in range(201)]
    with example(registry) as server:
        client = HttpRegistry(server.url, options=options(people_per_request=10, concurrent_requests=4))
        assert client.match(people(*lines)).equals(registry.match(people(*lines)))


def test_no_more_requests_at_once_than_are_allowed():
    now, most, lock = [0], [0], threading.Lock()

    def slow(handler):
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        time.sleep(0.02)
        said("matched")(handler)
        with lock:
            now[0] -= 1

    with ListServer(slow) as server:
        assert ask(server, *[AN] * 12, people_per_request=1, concurrent_requests=3) == [[]] * 12
    assert most[0] == 3


@pytest.mark.parametrize(("size", "requests"), [(1, 3), (2, 2), (3, 1), (500, 1)])
def test_people_per_request(size, requests):
    with ListServer(said("matched")) as server:
        assert ask(server, AN, GIANG, LAN, people_per_request=size) == [[], [], []]
        assert len(server.requests) == requests


@pytest.mark.parametrize("size", [0, MAX_REGISTRY_PEOPLE + 1])
def test_people_per_request_have_a_limit(size):
    with pytest.raises(ValueError, match="1 to 1000"):
        options(people_per_request=size)
    assert options(people_per_request=MAX_REGISTRY_PEOPLE)


def test_who_cannot_be_registered_is_not_asked_about():
    with ListServer(status(500)) as server:
        assert ask(server, (None, *AN[1:]), ("1" * 33, *AN[1:])) == [["not-found"]] * 2
        assert server.requests == []


def test_what_a_request_carries(tmp_path):
    bodies = []
    token = tmp_path / "token"
    token.write_text("TEST-token\r\nsecond line\n", "ascii")

    def answer(handler):
        bodies.append(json.loads(handler.body))
        said("matched")(handler)

    with ListServer(answer) as server:
        client = HttpRegistry(server.url, token_file=token, options=options())
        client.match(people(AN))
        token.write_text("TEST-exchanged", "ascii")
        client.match(people(AN))
        first, second = server.requests
        paths = server.paths
    assert first["Content-Type"] == first["Accept"] == "application/json"
    assert (first["Authorization"], second["Authorization"]) == ("Bearer TEST-token", "Bearer TEST-exchanged")
    assert paths == ["/list"] * 2
    assert [person["full_name"] for body in bodies for person in body["people"]] == [AN[1]] * 2
    assert not any(AN[0] in text for fields in (first, second) for text in fields.values())


def test_without_a_token_none_is_sent():
    with ListServer(said("matched")) as server:
        ask(server, AN)
        assert "Authorization" not in server.requests[0]


# --- a registry that does not work for the moment


@pytest.mark.parametrize("code", [408, 425, 429, 500, 502, 503, 504])
def test_a_status_that_may_pass_is_waited_for(code):
    pauses = Pauses()
    with ListServer(status(code), status(code), said("matched")) as server:
        assert ask(server, AN, tries=3, sleep=pauses) == [[]]
    assert pauses.seconds == [1, 2]
    with ListServer(status(code)) as server:
        assert ask(server, AN, tries=3) == [UNAVAILABLE]
        assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("said_to_wait", "seconds"), [("7", 7), ("100000", 60), ("soon", 1), ("-1", 1), ("", 1)]
)
def test_the_server_says_how_long_to_wait(said_to_wait, seconds):
    pauses = Pauses()
    with ListServer(status(429, Retry_After=said_to_wait), said("matched")) as server:
        assert ask(server, AN, sleep=pauses) == [[]]
    assert pauses.seconds == [seconds]


def turned(message):
    return message | {"answers": message["answers"][::-1]}


def doubled(message):
    return message | {"answers": [message["answers"][0], *message["answers"][:-1]]}


WRONG = {
    "short": said("matched", "matched"),
    "long": said("matched", change=lambda message: message | {"answers": message["answers"] * 2}),
    "reordered": said("matched", change=turned),
    "duplicated": said("matched", change=doubled),
    "of another request": said("matched", change=lambda message: message | {"request": "0" * 32}),
    "of another version": said("matched", change=lambda message: message | {"version": 2}),
    "with data": said({"status": "matched", "full_name": "Lan"}),
    "an unknown status": said("probably"),
    "no JSON": good(b"matched"),
    "empty": good(b""),
    "compressed": good(b"{}", Content_Encoding="gzip"),
    "too large": good(b" " * 600_000),
    "endless": endless(),
    "cut off": cut(b"{}" * 100),
    "cut chunks": cut_chunks(b"{}"),
    "longer than announced": wrong_length(b'{"version": 1}', 100),
    "without an end": until_the_end(b"{"),
    "not HTTP": not_http(),
    "never": never(),
    "dripping": drip(in_header=False),
    "dripping header": drip(in_header=True),
}


HANGING = {"never", "dripping", "dripping header"}


def patience(kind):
    """Enough for a busy machine, and no more than is needed."""
    return {"try_seconds": 0.5, "tries": 4} if kind in HANGING else {"try_seconds": 30, "tries": 2}


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_no_answer_matches_nobody(kind):
    with ListServer(WRONG[kind]) as server:
        found = ask(server, AN, GIANG, LAN, **patience(kind) | {"tries": 2})
        assert found == [UNAVAILABLE] * 3
        assert len(server.requests) == 2 or kind in HANGING


@pytest.mark.parametrize("kind", WRONG)
def test_a_good_answer_after_it_is_taken(kind):
    with ListServer(WRONG[kind], said("matched")) as server:
        assert ask(server, AN, GIANG, LAN, **patience(kind)) == [[]] * 3


def test_a_request_that_is_sent_again_is_the_same_to_the_last_byte():
    bodies = []

    def lost(handler):
        bodies.append(handler.body)
        status(503)(handler)

    def answer(handler):
        bodies.append(handler.body)
        said("matched")(handler)

    with ListServer(lost, lost, answer) as server:
        assert ask(server, AN, tries=3) == [[]]
    assert len(bodies) == 3
    assert len(set(bodies)) == 1


def test_only_those_of_a_failed_request_are_unavailable():
    with ListServer(said("matched"), status(500), said("not-found"), said("matched")) as server:
        found = ask(server, AN, GIANG, LAN, AN, people_per_request=1, tries=1)
    assert found == [[], UNAVAILABLE, ["not-found"], []]


def test_one_person_may_be_unavailable_by_the_registrys_own_word():
    with ListServer(said("matched", "unavailable", {"status": "mismatched", "fields": ["sex"]})) as server:
        assert ask(server, AN, GIANG, LAN) == [[], UNAVAILABLE, ["sex-mismatch"]]


def test_asking_again_for_those_who_were_unavailable_completes_the_answers():
    lines = [AN, GIANG, LAN, AN]
    with ListServer(said("matched"), status(500), said("matched")) as server:
        client = HttpRegistry(server.url, options=options(people_per_request=2, tries=1))
        first = codes(client.match(people(*lines)))
        left = [number for number, one in enumerate(first) if one == UNAVAILABLE]
        again = codes(client.match(people(*(lines[number] for number in left))))
    assert (first, left, again) == ([[], [], UNAVAILABLE, UNAVAILABLE], [2, 3], [[], []])


def test_after_some_failures_in_a_row_nobody_else_is_asked_about():
    with ListServer(status(500)) as server:
        found = ask(server, *[AN] * 20, people_per_request=1, tries=2, failures=3)
        assert found == [UNAVAILABLE] * 20
        assert len(server.requests) == 6


def test_failures_that_are_not_in_a_row_do_not_add_up():
    answers = [status(500), said("matched")] * 5
    with ListServer(*answers) as server:
        found = ask(server, *[AN] * 10, people_per_request=1, tries=1, failures=2)
    assert found == [UNAVAILABLE, []] * 5


def test_no_server_at_all():
    with ListServer(never()) as server:
        url = server.url
    registry = HttpRegistry(url, options=options())
    assert codes(registry.match(people(AN, GIANG))) == [UNAVAILABLE] * 2


# --- what no waiting can mend


def refusal(url, **arguments):
    with pytest.raises(AdapterError) as caught:
        HttpRegistry(url, options=options(), **arguments).match(people(AN, GIANG))
    error = caught.value
    assert error.__cause__ is None
    assert not any(fact in str(error) for line in (AN, GIANG) for fact in line)
    return error


@pytest.mark.parametrize("code", [201, 204, 400, 401, 403, 404, 405, 413, 415, 422])
def test_a_status_that_stays(code):
    with ListServer(status(code)) as server:
        error = refusal(server.url)
        assert len(server.requests) == 1
    assert (error.reason, str(error)) == (
        Reason.REGISTRY_REFUSED,
        f"population registry: the server answers with status {code}",
    )


@pytest.mark.parametrize("target", ["/elsewhere", "https://registry.invalid/"])
def test_redirects_are_not_followed(target):
    with ListServer(redirect(target), said("matched")) as server:
        assert refusal(server.url).reason is Reason.REGISTRY_REFUSED
        assert len(server.requests) == 1


def test_a_refusal_ends_all_that_is_under_way():
    with ListServer(status(401)) as server:
        client = HttpRegistry(server.url, options=options(people_per_request=1, concurrent_requests=4))
        with pytest.raises(AdapterError) as caught:
            client.match(people(*[AN] * 100))
        assert len(server.requests) <= 8
    assert caught.value.reason is Reason.REGISTRY_REFUSED


@pytest.mark.parametrize(
    "url",
    [
        "http://registry.invalid/match",
        "ftp://127.0.0.1/match",
        "https://user:secret@registry.invalid/match",
        "https://",
        "registry",
        "",
        "http://[",
    ],
)
def test_addresses_that_are_not_asked(url):
    error = refusal(url)
    assert error.reason is Reason.REGISTRY_REFUSED
    assert "secret" not in str(error)


def test_the_servers_certificate_is_verified(tmp_path):
    tls, ca_file = server_tls(tmp_path)
    with ListServer(said("matched"), tls=tls) as server:
        error = refusal(server.url)
        trusting = HttpRegistry(server.url, ca_file=ca_file, options=options())
        assert codes(trusting.match(people(AN))) == [[]]
    assert (error.reason, "certificate" in str(error)) == (Reason.REGISTRY_REFUSED, True)


def server_tls(folder):
    """A server's key and certificate for this machine, and the file that vouches for them."""
    from datetime import UTC, datetime, timedelta
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "TEST registry")])
    now = datetime.now(UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(1), now + timedelta(1))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    ca_file, key_file = folder / "ca.pem", folder / "key.pem"
    ca_file.write_bytes(certificate.public_bytes(Encoding.PEM))
    key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(ca_file, key_file)
    return tls, ca_file


@pytest.mark.parametrize("token", ["", "\nx", "with blank", " x", "é", "x\ty", "x" * 4097])
def test_files_without_a_token(tmp_path, token):
    path = tmp_path / "token"
    path.write_text(token, "utf-8")
    error = refusal("https://registry.invalid/", token_file=path)
    assert error.reason is Reason.FILE_UNREADABLE
    assert not token.strip() or token.strip() not in str(error)


def test_no_token_file_and_no_authorities(tmp_path):
    nothing = tmp_path / "nothing"
    for arguments in ({"token_file": nothing}, {"ca_file": nothing}):
        assert refusal("https://registry.invalid/", **arguments).reason is Reason.FILE_UNREADABLE


def test_the_example_sends_away_who_has_no_token(registry, tmp_path):
    token = tmp_path / "token"
    with example(registry, token="TEST-token") as server:  # noqa: S106 - of a test
        assert "401" in str(refusal(server.url))
        token.write_text("TEST-other")
        assert "401" in str(refusal(server.url, token_file=token))
        token.write_text("TEST-token")
        client = HttpRegistry(server.url, token_file=token, options=options())
        assert codes(client.match(people(AN))) == [[]]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"\xff",
        b"[" * 50_000,
        b'{"version": 2, "request": "x", "people": [{"ref": "1"}]}',
        b'{"version": 1, "request": "x", "people": []}',
        b'{"version": 1, "request": "x", "people": [1]}',
        b'{"version": 1, "request": "x", "people": [{"identity_number": "1"}]}',
        b'{"version": 1, "request": "x", "people": [{"ref": "1", "full_name": 1}]}',
        b'{"version": 1, "request": "x", "people": [' + b",".join([b'{"ref": "1"}'] * 1001) + b"]}",
    ],
    ids=lambda body: body[:40],
)
def test_the_example_refuses_what_is_no_request(registry, body):
    with pytest.raises((ValueError, TypeError, RecursionError)):
        EXAMPLE["answer"](registry, body)


# --- nothing leaks


def test_logs_and_texts_hold_nobody_and_no_token(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    token = tmp_path / "token"
    token.write_text("TEST-secret", "ascii")
    with ListServer(status(500), said("matched")) as server:
        client = HttpRegistry(server.url, token_file=token, options=options())
        client.match(people(AN))
    shown = caplog.text + repr(client) + str(client)
    assert caplog.records  # the library does log
    assert not [trace for trace in (*AN, "TEST-secret", "Nguy") if trace in shown]


def test_it_goes_through_pickle():
    with ListServer(said("matched")) as server:
        client = pickle.loads(pickle.dumps(HttpRegistry(server.url)))  # noqa: S301
        assert codes(client.match(people(AN))) == [[]]
