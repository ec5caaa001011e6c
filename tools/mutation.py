"""Mutation testing of the verification core: `python -m tools.mutation`, or `make mutation`. Linux only, for it forks.

Changes the code of `vaxcert.codec`, `crypto`, `trust` and `verify` in one small way after the other (`tools.mutants`),
and runs the vectors and unit tests that go through the changed lines. Each mutant lives in a child process, forked from
one that has loaded all tests. A function gets the changed code. Where a constant is changed, or a function that is
called while modules load only, the child loads everything of ours anew, and the tests of the module are run. A mutant
is noticed when a test fails, or uses up its processor time; one that no test of those run noticed has survived.
Writes `mutants.json`, now and then while it runs; `--resume` goes on with what is not in it yet.
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
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from itertools import cycle
from math import sqrt
from pathlib import Path
from random import Random
from time import monotonic, process_time
from types import CodeType, FunctionType
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
_SECONDS_TO_LOAD: Final = 30
_QUIET: Final = (
    *("-o", "addopts=", "-p", "no:terminal", "-p", "no:cacheprovider"),
    *("-m", "not slow and not corpus and not peers"),
)
_SURVIVED, _NOTICED, _BROKEN = 0, 1, 3


@dataclass(frozen=True)
class Result:
    """What became of a mutant: `noticed`, `timeout`, `survived`, `untested` or `broken` (the tool's own fault)."""

    file: str
    line: int
    owner: str
    change: str
    outcome: str


class _Changed(SourceFileLoader, MetaPathFinder):
    """Loads one module from other code."""

    def __init__(self, name: str, path: Path, code: CodeType) -> None:
        super().__init__(name, str(path))
        self.code = code

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        return spec_from_file_location(fullname, self.path, loader=self) if fullname == self.name else None

    def get_code(self, _: str) -> CodeType:
        return self.code


class _Chosen:
    """Some of the tests collected, in their order, after those that a change has renamed. A plugin of pytest."""

    def __init__(self, names: list[str], known: Collection[str]) -> None:
        self.places = {name: place for place, name in enumerate(names)}
        self.known = known

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        chosen = (item for item in items if item.nodeid in self.places or item.nodeid not in self.known)
        items[:] = sorted(chosen, key=lambda item: self.places.get(item.nodeid, -1))


class Run:
    """All tests, loaded once, and the mutants they are tried on. A plugin of pytest."""

    def __init__(
        self,
        files: list[Path],
        sample: int | None,
        minutes: float | None,
        seed: int,
        results: list[Result],
    ) -> None:
        self.sources = {path: path.read_text("utf-8") for path in files}
        core = [path for path in _files(list(PACKAGES)) if path not in self.sources]
        self.core = self.sources | {path: path.read_text("utf-8") for path in core}
        self.sample = sample
        self.minutes = minutes
        self.seed = seed
        self.results = results
        self.mutants: dict[str, int] = {}

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Instead of running the tests once, run them for each mutant."""
        self.items = {item.nodeid: item for item in session.items}
        for path in self.core:
            importlib.import_module(_module(path))
        _pool_of_keys()
        gc.collect()
        gc.freeze()
        lines, self.seconds = _in_child(self._measured)
        self.lines = {
            Path(path): {int(line): names for line, names in of.items()} for path, of in lines.items()
        }
        print(f"# {len(self.seconds)} of {len(self.items)} tests", file=sys.stderr, flush=True)
        self._try_all()
        failing, tried = self.controls(30)
        print(f"# control: {failing} of {tried} fail unchanged", file=sys.stderr, flush=True)
        return True

    def _measured(self) -> tuple[dict[str, dict[int, list[str]]], dict[str, float]]:
        """Lines to tests, and tests to seconds, of all tests that pass soon enough."""
        watch = coverage.Coverage(
            data_file=None, include=[str(path) for path in self.core], config_file=False
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
        return {str(path): data.contexts_by_lineno(str(path)) for path in self.core}, seconds

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

    def _waiting(self) -> Iterator[tuple[Path, Mutant]]:
        """Those that nothing is known of yet."""
        known = {(one.file, one.line, one.owner, one.change) for one in self.results}
        for path, mutant in self._drawn():
            one = self._result(path, mutant, "")
            if (one.file, one.line, one.owner, one.change) not in known:
                yield path, mutant

    def _try_all(self) -> None:
        waiting = self._waiting()
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
        drawn = self._drawn()
        drawn = Random(self.seed).sample(drawn, min(number, len(drawn)))  # noqa: S311 - likewise
        codes = []
        for path, mutant in drawn:
            pid = _forked(lambda path=path, mutant=mutant: self._noticed(path, mutant, change=False))
            codes.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        return sum(code != _SURVIVED for code in codes), len(codes)

    def _result(self, path: Path, mutant: Mutant, outcome: str) -> Result:
        _, change = changed(self.sources[path], mutant)
        file = path.relative_to(SOURCE / "vaxcert").as_posix()
        return Result(file, mutant.lines.start, mutant.owner, change, outcome)

    def _note(self, path: Path, mutant: Mutant, outcome: str) -> None:
        one = self._result(path, mutant, outcome)
        self.results.append(one)
        if outcome in ("survived", "untested", "broken"):
            print(f"{outcome}\t{one.file}:{one.line}\t{one.owner}\t{one.change}", file=sys.stderr, flush=True)
        if len(self.results) % 50 == 0:
            write(self.results)
            print(
                f"# {len(self.results)} {Counter(one.outcome for one in self.results)}",
                file=sys.stderr,
                flush=True,
            )

    def _noticed(self, path: Path, mutant: Mutant, change: bool = True) -> int:
        source = self.sources[path]
        tree = changed(source, mutant)[0] if change else ast.parse(source)
        module = importlib.import_module(_module(path))
        code = compile(tree, str(path), "exec")
        if self._matters_while_loading(path, mutant):
            return self._failing_anew(_Changed(module.__name__, path, code), self._tests_of(path, mutant))
        function = _function(module, mutant.owner)
        function.__code__ = _code_of(code, mutant.owner)
        return self._failing(path, mutant)

    def _matters_while_loading(self, path: Path, mutant: Mutant) -> bool:
        return _is_constant(ast.parse(self.sources[path]), mutant.owner) or not self._through(
            {path: mutant.lines}
        )

    def _failing_anew(self, changed: _Changed, names: list[str]) -> int:
        """Whether tests fail once everything of ours is loaded again, one module of it from changed code."""
        for name, module in list(sys.modules.items()):
            if _is_ours(getattr(module, "__file__", None)):
                del sys.modules[name]
        sys.meta_path.insert(0, changed)
        chosen, spent = [], 0.0
        for name in names:
            if spent > _SECONDS_OF_TESTS:
                break
            chosen.append(name)
            spent += self.seconds[name]
        limit = int(process_time() + _SECONDS_TO_LOAD + 5 * spent)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))
        files = dict.fromkeys(str(ROOT / name.partition("::")[0]) for name in chosen)
        code = pytest.main([*_QUIET, "--exitfirst", *files], plugins=[_Chosen(chosen, self.items)])
        if code == pytest.ExitCode.OK:
            return _SURVIVED
        failed = (
            pytest.ExitCode.TESTS_FAILED,
            pytest.ExitCode.INTERRUPTED,
        )  # the latter: a file was not loaded
        return _NOTICED if code in failed else _BROKEN

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
        """Tests that go through the changed lines; else those that name what is changed, and all of the module.

        The nearest come first.
        """
        near = path.parent.stem if path.stem == "__init__" else path.stem

        def in_order(names: set[str]) -> list[str]:
            return sorted(names, key=lambda name: (near not in name.partition("::")[0], self.seconds[name]))

        if not self._matters_while_loading(path, mutant):
            return in_order(self._through({path: mutant.lines}))
        naming = self._through(self._mentions(mutant.owner))
        return [*in_order(naming), *in_order(self._through(self._users(path)) - naming)]

    def _through(self, places: Mapping[Path, Collection[int]]) -> set[str]:
        """Tests that go through any of these lines."""
        return {
            name
            for of, numbers in places.items()
            for number in numbers
            for name in self.lines[of].get(number, ())
            if name in self.seconds
        }

    @cache  # noqa: B019 - there is one run
    def _users(self, path: Path) -> dict[Path, Collection[int]]:
        """All lines of a module, and of those that import it."""
        parent, _, name = _module(path).rpartition(".")
        importing = re.compile(
            rf"^from {re.escape(parent)}(?:\.{name} import|  *import .*\b{name}\b)", re.MULTILINE
        )
        return {
            of: self.lines[of].keys()
            for of, source in self.core.items()
            if of == path or importing.search(source)
        }

    @cache  # noqa: B019 - there is one run
    def _mentions(self, name: str) -> dict[Path, Collection[int]]:
        found: dict[Path, set[int]] = defaultdict(set)
        for path, source in self.core.items():
            for function in ast.walk(ast.parse(source)):
                for node in ast.walk(function) if isinstance(function, ast.FunctionDef) else ():
                    if getattr(node, "id", getattr(node, "attr", None)) == name:
                        found[path].add(node.lineno)  # type: ignore[attr-defined]
        return dict(found)


def _pool_of_keys() -> None:
    """RSA keys are made once, for all children; tests that make several get several."""
    make = rsa.generate_private_key
    pool = {size: cycle([make(65537, size) for _ in range(4)]) for size in (2048, 3072)}

    def made(public_exponent: int, key_size: int, backend: object = None) -> rsa.RSAPrivateKey:
        if public_exponent == 65537 and key_size in pool:
            return next(pool[key_size])
        return make(public_exponent, key_size, backend)

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


def _is_ours(file: str | None) -> bool:
    """Whether a module is loaded from this repository, and not from the environment in it."""
    return file is not None and Path(file).is_relative_to(ROOT) and "site-packages" not in file


def _function(module: object, owner: str) -> FunctionType:
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


def write(results: list[Result]) -> None:
    """Keep what is known, in the order of the files."""
    ordered = sorted(results, key=lambda one: (one.file, one.line, one.change))
    RESULTS.write_text(
        json.dumps([asdict(one) for one in ordered], indent=1, ensure_ascii=False) + "\n", "utf-8"
    )


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
    parser.add_argument(
        "--resume", action="store_true", help="go on from `mutants.json`; of the same code and tests only"
    )
    options = parser.parse_args(arguments)
    known = [Result(**one) for one in json.loads(RESULTS.read_text("utf-8"))] if options.resume else []
    run = Run(
        _files(options.packages or list(PACKAGES)), options.sample, options.minutes, options.seed, known
    )
    pytest.main([*_QUIET, *_tests()], plugins=[run])
    write(run.results)
    found = scores(run.results, run.mutants)
    return 0 if found and min(found.values()) >= _ENOUGH else 1


if __name__ == "__main__":
    sys.exit(main())
