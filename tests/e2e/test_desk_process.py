"""The desk as a process: what it listens on, writes, prints and leaves behind."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.e2e.conftest import AT
from tests.support.command_line import vaxcert
from tests.support.signers import NOW, certificate, issuer, person
from vaxcert import qr

CANARY = "CANARYNAME"
PROC = Path("/proc/self/net/tcp")


class Served:
    """A desk that runs, and the page that opened it."""

    def __init__(self, process, link):
        self.process = process
        self.origin, _, code = link.partition("/#start=")
        self.port = int(self.origin.rpartition(":")[2])
        self.client = httpx.Client(base_url=self.origin, headers={"Origin": self.origin}, timeout=30)
        token = self.client.post("/api/session", json={"code": code}).json()["token"]
        self.client.headers["Authorization"] = f"Bearer {token}"

    def scan(self, *entries, **fields):
        body = {"held": [], "entries": entries, "document": None, "traveller": "one", **fields}
        return self.client.post("/api/scan", json=body).json()

    def close(self):
        self.client.close()

    def end(self):
        """End it as Ctrl-C does. Returns its status and what else it wrote."""
        self.process.send_signal(signal.SIGINT)
        out, err = self.process.communicate(timeout=30)
        return self.process.returncode, out, err


@contextlib.contextmanager
def served(trust, folder, *options):
    environment = {**os.environ, "TMPDIR": str(folder), "VAXCERT_LANG": "en", "HOME": str(folder)}
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "vaxcert", "desk", "--json", "--trust", str(trust), "--at", AT, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env=environment,
    )
    try:
        with contextlib.closing(Served(process, json.loads(process.stdout.readline())["link"])) as desk:
            yield desk
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "empty"
    place.mkdir()
    return place


def test_nothing_of_a_traveller_is_written_printed_or_logged(trust, folder, text):
    subject = person(family_name=CANARY, standard_family_name=CANARY)
    canary = issuer().issue(replace(certificate(), subject=subject), at=NOW).text
    with served(trust, folder) as desk:
        answer = desk.scan(canary, document={"name": CANARY, "birth_date": "10/10/1983"})
        assert answer["decision"]["traveller"]["standard_name"].startswith(CANARY)
        assert desk.client.post("/api/picture", content=qr.png(canary)).json()["texts"] == [canary]
        assert desk.client.post("/api/picture", content=b"%PDF-" + CANARY.encode()).json()["texts"] == []
        for path in (f"/{CANARY}", f"/api/scan?x={CANARY}", "/api/scan"):
            desk.client.post(path, content=f'{{"{CANARY}": '.encode())
        with socket.create_connection(("127.0.0.1", desk.port)) as raw:
            raw.sendall(f"{CANARY} / HTTP/9.9\r\n\r\n".encode())
            assert raw.recv(12)[:10] == b"HTTP/1.1 4"
        desk.scan(text)
        opened = [os.readlink(one) for one in Path(f"/proc/{desk.process.pid}/fd").glob("*")]
        assert not [one for one in opened if one.startswith("/") and not one.startswith("/dev/")]
        status, out, err = desk.end()
    assert (status, err) == (0, "")
    assert [json.loads(line)["event"] for line in out.splitlines()] == ["link"]
    assert CANARY not in out
    assert [*folder.rglob("*")] == []


def test_it_listens_on_this_machine_alone(trust, folder):
    with served(trust, folder) as desk:
        local = [line.split()[1] for line in PROC.read_text().splitlines()[1:] if line.split()[3] == "0A"]
        assert [one for one in local if one.endswith(f":{desk.port:04X}")] == [f"0100007F:{desk.port:04X}"]


def test_a_foreign_page_or_name_gets_nothing_over_the_wire(trust, folder, text):
    with served(trust, folder) as desk:
        body = {"held": [], "entries": [text], "document": None, "traveller": "one"}
        for foreign in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}, {"Authorization": ""}):
            answer = desk.client.post("/api/scan", json=body, headers=foreign)
            assert answer.json().keys() == {"error"}
        assert desk.client.get("/api/status").json()["counters"]["travellers"] == 0
        assert desk.scan(text)["decision"]["verdict"] == "accept"


def test_a_body_without_end_is_ended_and_the_desk_goes_on(trust, folder, text):
    with served(trust, folder) as desk:
        with socket.create_connection(("127.0.0.1", desk.port), timeout=30) as raw:
            headers = {
                **desk.client.headers,
                "Host": f"127.0.0.1:{desk.port}",
                "Transfer-Encoding": "chunked",
            }
            lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items() if name != "host")
            raw.sendall(f"POST /api/scan HTTP/1.1\r\n{lines}\r\n".encode())
            with contextlib.suppress(ConnectionError):  # it is cut off while it still sends
                for _ in range(1000):
                    raw.sendall(b"10000\r\n" + bytes(0x10000) + b"\r\n")
                pytest.fail("64 MB were taken")
        assert desk.scan(text)["decision"]["verdict"] == "accept"


def test_a_port_that_is_taken_is_one_line(trust, folder):
    with served(trust, folder) as desk:
        done = vaxcert("desk", "--trust", trust, "--port", str(desk.port))
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("vaxcert: port-unavailable: cannot listen on port ")
        assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("port", ["-1", "80", "1023", "65536", "x", "080", "٨٠٨٠"])
def test_ports_that_are_none(run, trust, port):
    done = run("desk", "--trust", trust, f"--port={port}")
    assert (done.status, done.stdout) == (2, "")
    assert "neither 0 nor a port from 1024 to 65535" in done.stderr


def test_no_option_opens_it_to_other_machines(run):
    help_text = run("desk", "--help").stdout
    assert "--host" not in help_text
    assert run("desk", "--host", "0.0.0.0").status == 2  # noqa: S104 - refused


def test_keys_that_cannot_be_read_open_no_desk(run, tmp_path):
    done = run("desk", "--trust", tmp_path / "nothing.pem")
    assert (done.status, done.stdout) == (4, "")
    assert done.stderr.startswith("vaxcert: trust-list-unreadable")


def test_people_are_told_in_their_language_what_to_do(trust, tmp_path):
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "vaxcert", "desk", "--trust", str(trust), "--lang", "vi"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )
    link = process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=30)
    assert link.startswith("http://127.0.0.1:")
    assert process.returncode == 0
    assert err.splitlines()[0].startswith("Bàn đã mở")
    assert err.splitlines()[-1] == "Bàn đã đóng."


def test_lists_from_a_stick_are_taken_in_without_a_restart(trust, folder, tmp_path):
    keys = tmp_path / "keys"
    keys.mkdir()
    shutil.copy(trust, keys / "one.pem")
    with served(keys, folder) as desk:
        assert desk.client.get("/api/status").json()["keys"] == 1
        (keys / "two.pem").write_text("no certificate")
        alarms = desk.client.get("/api/status").json()["alarms"]
        assert "trust-entry-unreadable" in [alarm["code"] for alarm in alarms]
