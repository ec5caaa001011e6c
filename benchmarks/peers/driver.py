"""The peers' side of the pipe: JSON lines, requests on standard input and answers on standard output.

Requests (`op` names the operation), and what their answers hold beside `"ok": true`:

* `{"op": "hello"}`: `versions`, by package, and `jobs`, the names
* `{"op": JOB, "setup": {...}, "items": [...]}`: `results`, each `{"value": ...}` or `{"error": text}`
* `{"op": "load", "job": JOB, "setup": {...}, "items": [...]}`: `handle`, an integer
* `{"op": "time", "handle": int, "start": int, "stop": int}`: `seconds` the job took over the loaded items
  from `start` to before `stop`, once each, so that the caller can interleave such rounds with its own

A request that fails gets `{"ok": false, "error": text}`. Bytes travel as `{"base64": text}`, and claims with
their labels as text. The jobs and their setups are in `implementations.py`.
"""

from __future__ import annotations

import base64
import gc
import json
import platform
import re
import sys
from collections.abc import Callable
from importlib.metadata import version
from time import perf_counter
from typing import Any

from implementations import JOBS, Prepare

Request = dict[str, Any]
Reply = dict[str, Any]

_PACKAGES = ("cwt", "pycose", "cbor2", "cryptography", "base45", "qrcode", "segno")
_INTEGER = re.compile(r"-?[0-9]+")


class Driver:
    """Answers requests; keeps what `load` was given."""

    def __init__(self) -> None:
        self._loaded: list[tuple[Callable[[Any], Any], list[Any]]] = []

    def answer(self, request: Request) -> Reply:
        """Answer one request."""
        operation = request["op"]
        if operation == "hello":
            return _hello()
        if operation == "load":
            return self._load(request)
        if operation == "time":
            return self._time(request)
        return _run(JOBS[operation], request)

    def _load(self, request: Request) -> Reply:
        prepare = JOBS[request["job"]]
        self._loaded.append((prepare(**request["setup"]), [_read(item) for item in request["items"]]))
        gc.collect()
        gc.freeze()  # the collector should meet what the peer makes, not our sample
        return {"handle": len(self._loaded) - 1}

    def _time(self, request: Request) -> Reply:
        handle, items = self._loaded[request["handle"]]
        chosen = items[request["start"] : request["stop"]]
        began = perf_counter()
        for item in chosen:
            handle(item)
        return {"seconds": perf_counter() - began}


def _hello() -> Reply:
    versions = {"python": platform.python_version(), **{name: version(name) for name in _PACKAGES}}
    return {"versions": versions, "jobs": sorted(JOBS)}


def _run(prepare: Prepare, request: Request) -> Reply:
    handle = prepare(**request["setup"])
    return {"results": [_outcome(handle, _read(item)) for item in request["items"]]}


def _outcome(handle: Callable[[Any], Any], item: Any) -> Reply:
    try:
        return {"value": _written(handle(item))}
    except Exception as error:  # whatever a peer raises is its way of refusing
        return {"error": f"{type(error).__name__}: {error}"}


def _written(value: Any) -> Any:
    return {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def _read(item: Any) -> Any:
    if isinstance(item, list):
        return [_read(part) for part in item]
    if not isinstance(item, dict):
        return item
    if item.keys() == {"base64"}:
        return base64.b64decode(item["base64"])
    return {_label(key): _read(part) for key, part in item.items()}


def _label(key: str) -> int | str:
    return int(key) if _INTEGER.fullmatch(key) else key


def main() -> None:
    """Serve until standard input ends."""
    driver = Driver()
    for line in sys.stdin:
        try:
            reply = {"ok": True, **driver.answer(json.loads(line))}
        except Exception as error:  # the pipe must outlive a bad request
            reply = {"ok": False, "error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
