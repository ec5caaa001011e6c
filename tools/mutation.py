"""Mutation testing of the verification core: `python -m tools.mutation`, or `make mutation`. Linux only, for it forks.

Changes the code of `vaxcert.codec`, `crypto`, `trust` and `verify` in one small way after the other (`tools.mutants`),
and runs the vectors and unit tests that go through the changed lines. Each mutant lives in a child process, forked from
one that has loaded all tests: a function gets the changed code, a constant the changed value. A mutant is noticed when
a test fails, or uses up its processor time; one that no test of those run noticed has survived. Writes `mutants.json`.
"""

from __future__ import annotations

import argparse
import ast
import gc
import importlib
import json
import os
import re
import resource
import signal
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from itertools import cycle
from math import sqrt
from pathlib import Path
from random import Random
from time import monotonic, process_time
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final

import coverage
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tools.mutants import Mutant, changed, mutants_of

ROOT: Final = Path(__file__).parents[1]
SOURCE: Final = ROOT / "src"
PACKAGES: Final = ("codec", "crypto", "verify.py", "trust")
RESULTS: Final = ROOT / "mutants.json"
_OF_THE_CORE: Final = re.compile(r"^ *(?:from|import) vaxcert\.(?:codec|crypto|trust|verify)\b", re.MULTILINE)
"""What a unit test imports that is about the core."""

_ENOUGH: Final = 0.9
_SLOW_TEST: Final = 2.0
_SECONDS_OF_TESTS: Final = 8.0
_SECONDS_OF_A_TEST: Final = 5
_SURVIVED, _NOTICED, _BROKEN = 0, 1, 3


@dataclass(frozen=True)
class Result:
    """What became of a mutant: `noticed`, `timeout`, `survived`, `untested` or `broken` (the tool's own fault)."""

    file: str
    line: int
    owner: str
    change: str
    outcome: str


class Run:
    """All tests, loaded once, and the mutants they are tried on. A plugin of pytest."""

    def __init__(self, files: list[Path], sample: int | None, minutes: float | None, seed: int) -> None:
        self.sources = {path: path.read_text("utf-8") for path in files}
        self.sample = sample
        self.minutes = minutes
        self.seed = seed
        self.results: list[Result] = []
        self.mutants: dict[str, int] = {}

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Instead of running the tests once, run them for each mutant."""
        self.items = {item.nodeid: item for item in session.items}
        for path in self.sources:
            importlib.import_module(_module(path))
        _pool_of_keys()
        gc.collect()
        gc.freeze()
        lines, self.seconds = _in_child(self._measured)
        self.through = {path: {int(line): names for line, names in of.items()} for path, of in lines.items()}
        print(f"# {len(self.seconds)} of {len(self.items)} tests", file=sys.stderr, flush=True)
        self._try_all()
        failing, tried = self.controls(30)
        print(f"# control: {failing} of {tried} fail unchanged", file=sys.stderr, flush=True)
        return True

    def _measured(self) -> tuple[dict[str, dict[int, list[str]]], dict[str, float]]:
        """Lines to tests, and tests to seconds, of all tests that pass soon enough."""
        watch = coverage.Coverage(
            data_file=None, include=[str(path) for path in self.sources], config_file=False
        )
        seconds = {}
        watch.start()
        for (name, item), after in zip(
            self.items.items(), [*list(self.items.values())[1:], None], strict=True
        ):
            watch.switch_context(name)
            began = process_time()
            if _passes(item, after) and process_time() - began < _SLOW_TEST:
                seconds[name] = process_time() - began
        watch.stop()
        data = watch.get_data()
        return {str(path): data.contexts_by_lineno(str(path)) for path in self.sources}, seconds

    def _drawn(self) -> list[tuple[Path, Mutant]]:
        """The mutants in an order drawn by a fixed seed, so that any beginning of it is a sample of each package."""
        by_package: dict[str, list[tuple[Path, Mutant]]] = defaultdict(list)
        for path, source in self.sources.items():
            by_package[_package(path)] += [(path, mutant) for mutant in mutants_of(source)]
        self.mutants = {package: len(found) for package, found in by_package.items()}
        placed = []
        for found in by_package.values():
            Random(self.seed).shuffle(found)  # noqa: S311 - a sample
            chosen = found[: self.sample]
            placed += [(place / len(chosen), one) for place, one in enumerate(chosen)]
        return [one for _, one in sorted(placed, key=lambda each: each[0])]

    def _try_all(self) -> None:
        waiting = iter(self._drawn())
        until = None if self.minutes is None else monotonic() + 60 * self.minutes
        running: dict[int, tuple[Path, Mutant]] = {}
        cores = len(os.sched_getaffinity(0))
        while True:
            while len(running) < cores and (until is None or monotonic() < until):
                path, mutant = next(waiting, (None, None))
                if path is None or mutant is None:
                    until = 0
                elif not self._tests_of(path, mutant):
                    self._note(path, mutant, "untested")
                else:
                    running[_forked(lambda path=path, mutant=mutant: self._noticed(path, mutant))] = (
                        path,
                        mutant,
                    )
            if not running:
                return
            pid, status = os.wait()
            if pid in running:
                self._note(*running.pop(pid), _outcome(os.waitstatus_to_exitcode(status)))

    def controls(self, number: int) -> tuple[int, int]:
        """How many of some mutants' tests fail with no change at all, which would make scores too good."""
        drawn = Random(self.seed).sample(self._drawn(), number)  # noqa: S311 - likewise
        codes = []
        for path, mutant in drawn:
            pid = _forked(lambda path=path, mutant=mutant: self._noticed(path, mutant, change=False))
            codes.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        return sum(code != _SURVIVED for code in codes), number

    def _note(self, path: Path, mutant: Mutant, outcome: str) -> None:
        _, change = changed(self.sources[path], mutant)
        file = path.relative_to(SOURCE / "vaxcert").as_posix()
        self.results.append(Result(file, mutant.lines.start, mutant.owner, change, outcome))
        if outcome in ("survived", "untested", "broken"):
            print(
                f"{outcome}\t{file}:{mutant.lines.start}\t{mutant.owner}\t{change}",
                file=sys.stderr,
                flush=True,
            )
        if len(self.results) % 50 == 0:
            print(
                f"# {len(self.results)} {Counter(one.outcome for one in self.results)}",
                file=sys.stderr,
                flush=True,
            )

    def _noticed(self, path: Path, mutant: Mutant, change: bool = True) -> int:
        if not change:
            return self._failing(path, mutant)
        tree, _ = changed(self.sources[path], mutant)
        module = importlib.import_module(_module(path))
        code = compile(tree, module.__file__ or "", "exec")
        if _is_constant(tree, mutant.owner):
            try:
                _replace_constant(module, mutant.owner, code)
            except Exception:
                return _NOTICED  # the module cannot be loaded
        else:
            function = _function(module, mutant.owner)
            function.__code__ = _code_of(code, mutant.owner)
        return self._failing(path, mutant)

    def _failing(self, path: Path, mutant: Mutant) -> int:
        spent = 0.0
        names = self._tests_of(path, mutant)
        for name, after in zip(names, [*names[1:], None], strict=True):
            if spent > _SECONDS_OF_TESTS:
                break
            limit = int(process_time()) + 1 + _SECONDS_OF_A_TEST + int(5 * self.seconds[name])
            resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))
            if not _passes(self.items[name], self.items.get(after or "")):
                return _NOTICED
            spent += self.seconds[name]
        return _SURVIVED

    def _tests_of(self, path: Path, mutant: Mutant) -> list[str]:
        """Tests that go through the changed lines, or those that name the changed constant; the nearest first."""
        places: dict[Path, set[int]] = {path: set(mutant.lines)}
        if _is_constant(ast.parse(self.sources[path]), mutant.owner):
            places = self._mentions(mutant.owner)
        names = {
            name
            for of, numbers in places.items()
            for number in numbers
            for name in self.through[str(of)].get(number, ())
            if name in self.seconds
        }
        near = path.parent.stem if path.stem == "__init__" else path.stem
        return sorted(names, key=lambda name: (near not in name.partition("::")[0], self.seconds[name]))

    @cache  # noqa: B019 - there is one run
    def _mentions(self, name: str) -> dict[Path, set[int]]:
        found: dict[Path, set[int]] = defaultdict(set)
        for path, source in self.sources.items():
            for function in ast.walk(ast.parse(source)):
                for node in ast.walk(function) if isinstance(function, ast.FunctionDef) else ():
                    if getattr(node, "id", getattr(node, "attr", None)) == name:
                        found[path].add(node.lineno)  # type: ignore[attr-defined]
        return found


def _pool_of_keys() -> None:
    """RSA keys are made once, for all children; tests that make several get several."""
    make = rsa.generate_private_key
    pool = {size: cycle([make(65537, size) for _ in range(4)]) for size in (2048, 3072)}

    def made(public_exponent: int, key_size: int, backend: object = None) -> rsa.RSAPrivateKey:
        return next(pool[key_size]) if key_size in pool else make(public_exponent, key_size, backend)

    rsa.generate_private_key = made


def _outcome(code: int) -> str:
    if code == -signal.SIGXCPU:
        return "timeout"
    return {_SURVIVED: "survived", _NOTICED: "noticed"}.get(code, "broken")


def _passes(item: pytest.Item, after: pytest.Item | None) -> bool:
    failed = False

    class Watcher:
        def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
            nonlocal failed
            failed = failed or report.failed

    watcher = Watcher()
    item.config.pluginmanager.register(watcher)
    try:
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
    finally:
        item.config.pluginmanager.unregister(watcher)
    return not failed


def _forked(act: Callable[[], int]) -> int:
    pid = os.fork()
    if pid == 0:
        code = _BROKEN
        with suppress(BaseException):
            silent = os.open(os.devnull, os.O_RDWR)
            for descriptor in (0, 1, 2):
                os.dup2(silent, descriptor)
            code = act()
        os._exit(code)
    return pid


def _in_child(act: Callable[[], Any]) -> Any:
    """What is found out in a child, so that nothing of it stays in the parent."""
    reading, writing = os.pipe()

    def written() -> int:
        with os.fdopen(writing, "w", encoding="utf-8") as file:
            json.dump(act(), file)
        return 0

    pid = _forked(written)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as file:
        found = file.read()
    os.waitpid(pid, 0)
    return json.loads(found)


def _is_constant(tree: ast.Module, name: str) -> bool:
    targets = [
        one.target if isinstance(one, ast.AnnAssign) else one.targets[0]
        for one in tree.body
        if isinstance(one, ast.AnnAssign | ast.Assign)
    ]
    return any(isinstance(target, ast.Name) and target.id == name for target in targets)


def _replace_constant(module: ModuleType, name: str, code: CodeType) -> None:
    """Give a constant its value from the changed module, everywhere it is known."""
    old = getattr(module, name)
    fresh = ModuleType(module.__name__)
    fresh.__dict__.update({key: value for key, value in module.__dict__.items() if key.startswith("__")})
    exec(code, fresh.__dict__)  # noqa: S102 - it is our own
    new = getattr(fresh, name)
    for known in list(sys.modules.values()):
        if getattr(known, "__name__", "").startswith("vaxcert") and known.__dict__.get(name) is old:
            setattr(known, name, new)


def _function(module: ModuleType, owner: str) -> FunctionType:
    found: Any = module
    for part in owner.split("."):
        found = vars(found)[part]
    while not isinstance(found, FunctionType) or hasattr(found, "__wrapped__"):
        if hasattr(found, "cache_clear"):
            found.cache_clear()
        inner = ("__wrapped__", "__func__", "fget", "func")
        found = next(value for name in inner if (value := getattr(found, name, None)) is not None)
    return found


def _code_of(code: CodeType, owner: str) -> CodeType:
    return next(one for one in _codes(code) if one.co_qualname == owner)


def _codes(code: CodeType) -> Iterator[CodeType]:
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield one
            yield from _codes(one)


def _module(path: Path) -> str:
    return ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")


def _package(path: Path) -> str:
    return path.relative_to(SOURCE / "vaxcert").parts[0]


def _files(names: list[str]) -> list[Path]:
    places = [SOURCE / "vaxcert" / name for name in names]
    return [path for place in places for path in (sorted(place.rglob("*.py")) if place.is_dir() else [place])]


def _tests() -> list[str]:
    units = sorted((ROOT / "tests/unit").glob("test_*.py"))
    near = [str(path) for path in units if _OF_THE_CORE.search(path.read_text("utf-8"))]
    return [str(ROOT / "tests/vectors/test_published_vectors.py"), *near]


def _interval(noticed: int, tried: int) -> tuple[float, float]:
    """Where the share of all mutants lies, at 95 % (Wilson)."""
    z, share = 1.96, noticed / tried
    middle = (share + z * z / (2 * tried)) / (1 + z * z / tried)
    half = z * sqrt(share * (1 - share) / tried + z * z / (4 * tried * tried)) / (1 + z * z / tried)
    return middle - half, middle + half


def scores(results: list[Result], mutants: dict[str, int]) -> dict[str, float]:
    """Print the score of each package, and return them. Broken mutants say nothing and count nowhere."""
    found = {}
    for package, number in mutants.items():
        of = [one.outcome for one in results if one.file.split("/")[0] == package and one.outcome != "broken"]
        if not of:
            continue
        noticed = sum(outcome in ("noticed", "timeout") for outcome in of)
        low, high = _interval(noticed, len(of))
        found[package] = noticed / len(of)
        print(
            f"{package}: {noticed} of {len(of)} noticed, {found[package]:.1%}"
            + (f" ({low:.1%} to {high:.1%} of all {number})" if len(of) < number else "")
        )
    return found


def main(arguments: list[str] | None = None) -> int:
    """Test the tests.

    Returns:
        The exit code: 1 where a package is below 90 %.
    """
    parser = argparse.ArgumentParser(prog="tools.mutation")
    parser.add_argument(
        "packages", nargs="*", metavar="PACKAGE", help="below src/vaxcert; the core by default"
    )
    parser.add_argument("--sample", type=int, help="at most so many mutants a package, drawn by a fixed seed")
    parser.add_argument("--minutes", type=float, help="begin no mutant after so long")
    parser.add_argument("--seed", type=int, default=1, help="draw another sample")
    options = parser.parse_args(arguments)
    run = Run(_files(options.packages or list(PACKAGES)), options.sample, options.minutes, options.seed)
    quiet = ["-o", "addopts=", "-p", "no:terminal", "-p", "no:cacheprovider"]
    pytest.main([*quiet, "-m", "not slow and not corpus and not peers", *_tests()], plugins=[run])
    ordered = sorted(run.results, key=lambda one: (one.file, one.line, one.change))
    RESULTS.write_text(
        json.dumps([asdict(one) for one in ordered], indent=1, ensure_ascii=False) + "\n", "utf-8"
    )
    found = scores(run.results, run.mutants)
    return 0 if found and min(found.values()) >= _ENOUGH else 1


if __name__ == "__main__":
    sys.exit(main())
