"""A population registry that answers as `specs/registry.md` has it, over an extract, for tests and for trying out.

It serves plain HTTP on this machine alone. A real one stands behind TLS, and counts and limits what each token asks.

    python examples/registry_server.py EXTRACT [--port PORT] [--token-file FILE]
"""

from __future__ import annotations

import argparse
import hmac
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pyarrow as pa

from vaxcert.adapters.registry import COLUMNS
from vaxcert.adapters.registry.extract import ExtractRegistry

MAX_REQUEST_BYTES = 1024 * 1024
MAX_PEOPLE = 1000
FIELDS = {
    "registry-name-mismatch": "name",
    "registry-birth-date-mismatch": "birth_date",
    "registry-sex-mismatch": "sex",
}


def answer(registry: ExtractRegistry, body: bytes) -> bytes:
    """The answer to a request; ValueError for what is none."""
    request = json.loads(body)
    if (
        not isinstance(request, dict)
        or request.keys() != {"version", "request", "people"}
        or request["version"] != 1
    ):
        raise ValueError("not a request of version 1")
    people = request["people"]
    if not isinstance(people, list) or not 1 <= len(people) <= MAX_PEOPLE:
        raise ValueError(f"not 1 to {MAX_PEOPLE} people")
    if not all(isinstance(person, dict) and isinstance(person.get("ref"), str) for person in people):
        raise ValueError("a person without reference")
    columns = [pa.array([person.get(name) for person in people], pa.string()) for name in COLUMNS]
    verdicts = registry.match(pa.RecordBatch.from_arrays(columns, names=list(COLUMNS))).to_pylist()
    answers = [{"ref": person["ref"]} | status(codes) for person, codes in zip(people, verdicts, strict=True)]
    return json.dumps({"version": 1, "request": request["request"], "answers": answers}).encode()


def status(codes: list[str]) -> dict[str, Any]:
    """What is said of one person: never what is registered, only whether it agrees."""
    if not codes:
        return {"status": "matched"}
    if codes == ["registry-not-found"]:
        return {"status": "not-found"}
    return {"status": "mismatched", "fields": [FIELDS[code] for code in codes]}


class Handler(BaseHTTPRequestHandler):
    """One connection. Nothing of what is asked or answered goes into a log."""

    server: Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer one request."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > MAX_REQUEST_BYTES:
            self.close_connection = True
            self.say(413)
            return
        body = self.rfile.read(int(length))
        if not self.server.admits(self.headers.get("Authorization", "")):
            self.say(401)
            return
        try:
            self.say(200, answer(self.server.registry, body))
        except (ValueError, TypeError, RecursionError, pa.ArrowException):
            self.say(400)

    def say(self, status: int, body: bytes = b"") -> None:
        """Send an answer."""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """The registry on a port of this machine.

    Args:
        registry: Whom it asks.
        port: 0 for any that is free.
        token: Whoever does not bring it is sent away; None lets everybody in.
    """

    daemon_threads = True

    def __init__(self, registry: ExtractRegistry, port: int = 0, token: str | None = None) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.registry = registry
        self.token = token

    @property
    def url(self) -> str:
        """Where to ask."""
        return f"http://127.0.0.1:{self.server_port}/match"

    def admits(self, authorization: str) -> bool:
        """Whether a request brings the token."""
        wanted = f"Bearer {self.token}"
        return self.token is None or hmac.compare_digest(authorization.encode(), wanted.encode())


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("extract", type=Path, metavar="EXTRACT")
    parser.add_argument("--port", type=int, default=8078)
    parser.add_argument("--token-file", type=Path)
    options = parser.parse_args()
    token = options.token_file.read_text("ascii").split("\n")[0] if options.token_file else None
    with Server(ExtractRegistry(options.extract), options.port, token) as server:
        print(server.url, flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("stopped")


if __name__ == "__main__":
    main()
