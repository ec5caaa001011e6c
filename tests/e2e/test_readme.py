"""What the pages say is run: every code block, every link, every example."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import vaxcert as vc

ROOT = Path(__file__).parents[2]
LIBRARY = str(Path(vc.__file__).parents[1])
README = ROOT / "README.md"
PAGES = (
    *(ROOT / f"{name}.md" for name in ("README", "CONTRIBUTING", "CHANGELOG", "SECURITY")),
    *sorted((ROOT / "docs").glob("**/*.md")),
)

NOT_RUN_HERE = {
    "make demo": "tests/e2e/test_demo.py runs it",
    "make national RECORDS=2000": "it runs the script of the block after it",
    "make test": "this is it",
    "make test-all": "this is it",
    "make check": ".ci/run runs it",
    "make conformance": "it needs Node.js",
    "make peers": ".ci/run runs it",
    "bash .ci/run": "it runs this",
    "python3 -m pip wheel --wheel-dir wheels '.[desk]'": "it needs a network",
    "python3 -m venv vaxcert-desk": "it needs what the command before it fetches",
    "vaxcert-desk/bin/python -m pip install --no-index --find-links wheels 'vaxcert[desk]'": "likewise",
    ". .venv/bin/activate": "the command is on the path already",
    "python3 -m venv tutorial-env": "likewise",
    ". tutorial-env/bin/activate": "likewise",
    "python -m pip install '.[cli,bulk]'": "it needs a network",
    "python3 -m venv desk-env": "the command is on the path already",
    ". desk-env/bin/activate": "likewise",
    "python -m pip install '.[cli,desk]'": "it needs a network",
    "python3 -m venv integrator-env": "the command is on the path already",
    ". integrator-env/bin/activate": "likewise",
    "python -m pip install '.[cli]'": "it needs a network",
    "python examples/demo.py demo-output": "it has run before",
    "vaxcert desk --trust demo-output/trust --at 2022-09-01T00:00:00Z --open": "it stays open; tests/desk",
    "vaxcert desk --trust desk-tutorial/store --environment test --at 2022-09-02T08:00:00Z --open": "likewise",
}

CONTINUED_PAGES = frozenset({"architecture.md"})
"""Pages whose Python blocks go on with the names of those before them."""

SLOW_PAGES = frozenset(
    f"{page}.md"
    for page in (
        *(
            "spark",
            "bulk",
            "national-run",
            "records",
            "matching",
            "attestation",
            "renewal",
            "passport",
            "fhir",
        ),
        *("trust", "signing-authorities", "hsm", "rules", "desk-setup"),
    )
)
"""Pages of whole flows, each many commands."""

NEEDED_BY_PAGE = {"hsm.md": "softhsm2-util", "spark.md": "java"}

_BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```$(?:\n+^```text\n(.*?)^```$)?", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)#]+)[^)]*\)")


@dataclass(frozen=True)
class Block:
    """A code block of a page, and what the page says that it prints: a block of text right after it."""

    page: Path
    language: str
    text: str
    printed: str | None


def blocks(*languages: str) -> list[Block]:
    found = [
        Block(page, *match.groups()) for page in PAGES for match in _BLOCK.finditer(page.read_text("utf-8"))
    ]
    return [block for block in found if not languages or block.language in languages]


def name(value: object) -> str:
    return f"{value.page.name}-{value.text.splitlines()[0][:40]}" if isinstance(value, Block) else ""


@pytest.fixture(scope="session")
def after_the_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which `make demo` has run, with `vaxcert` and `python` on the path in `bin`, and the examples."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "bin").mkdir()
    for program, arguments in (("vaxcert", "-m vaxcert "), ("python", "")):
        command = folder / "bin" / program
        command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {arguments}"$@"\n')
        command.chmod(0o755)
    (folder / "examples").symlink_to(ROOT / "examples")
    (folder / "test_vectors").symlink_to(ROOT / "test_vectors")
    demo = run([sys.executable, str(ROOT / "examples/demo.py"), "demo-output"], folder)
    assert demo.returncode == 0, demo.stderr
    return folder


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join((str(folder / "bin"), os.environ["PATH"]))
    environment = {**os.environ, "PATH": path, "PYTHONPATH": LIBRARY, "PYTHONWARNINGS": "error"}
    return subprocess.run(  # noqa: S603
        command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", timeout=120, check=False
    )


def marked(block: Block) -> object:
    """The block, marked where its page takes long."""
    return pytest.param(block, marks=pytest.mark.slow) if block.page.name in SLOW_PAGES else block


@pytest.mark.parametrize("block", [*map(marked, blocks("python", "console"))], ids=name)
def test_blocks_run(after_the_demo, block):
    """In the order of the pages: later blocks go on with what earlier ones have made."""
    needed = NEEDED_BY_PAGE.get(block.page.name)
    if needed is not None and shutil.which(needed) is None:
        pytest.skip(f"{needed} is not installed (see CONTRIBUTING.md)")
    runs = runs_in_python if block.language == "python" else runs_in_a_shell
    output = runs(block, after_the_demo)
    if block.printed is not None:
        assert re.search(pattern_of(block.printed), output, re.MULTILINE), f"printed:\n{output}"


def runs_in_python(block, after_the_demo):
    done = run([sys.executable, "-c", before(block) + block.text], after_the_demo)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def before(block):
    if block.page.name not in CONTINUED_PAGES:
        return ""
    of_page = [other for other in blocks("python") if other.page == block.page]
    return "".join(other.text for other in of_page[: of_page.index(block)])


def runs_in_a_shell(block, after_the_demo):
    assert all(line.startswith("$ ") for line in block.text.splitlines())
    outputs = []
    for command in (line.removeprefix("$ ") for line in block.text.splitlines()):
        if command not in NOT_RUN_HERE:
            done = run(["sh", "-c", command], after_the_demo)
            assert (done.returncode, done.stderr) == (0, ""), command
            assert done.stdout
            outputs.append(done.stdout)
    return "".join(outputs)


def pattern_of(printed):
    """What a page says is printed: these whole lines, where `…` stands for anything, also for whole lines."""
    lines = (
        r"(?s:.*)" if line == "…" else ".*".join(map(re.escape, line.split("…"))) + "[ ]*"
        for line in printed.splitlines()
    )
    return "^" + r"\n".join(lines) + "$"


def test_what_a_page_says_is_printed_is_held_against_what_is():
    pattern = pattern_of("one …\n…\nfour\n")
    assert re.search(pattern, "zero\none two  \nthree\nfour\nfive\n", re.MULTILINE)
    assert not re.search(pattern, "one\nfour\n", re.MULTILINE)
    assert not re.search(pattern, "one two\nthree\nfourth\n", re.MULTILINE)


def test_no_block_is_of_a_language_that_nobody_runs():
    assert {block.language for block in blocks()} <= {"python", "console"}


def test_what_is_not_run_is_still_said():
    said = {line.removeprefix("$ ") for block in blocks("console") for line in block.text.splitlines()}
    assert set(NOT_RUN_HERE) <= said


def test_make_targets_exist():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    text = "".join(page.read_text("utf-8") for page in PAGES)
    for target in set(re.findall(r"(?:`|\$ )make ([a-z]+)", text)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_example_of_the_readme_is_the_script():
    (block,) = (block for block in blocks("python") if block.page == README)
    script = (ROOT / "examples/issue_and_verify.py").read_text("utf-8")
    assert script.partition('"""\n\n')[2] == block.text


def test_the_script_issues_and_verifies(after_the_demo):
    done = run([sys.executable, str(ROOT / "examples/issue_and_verify.py")], after_the_demo)
    assert (done.stdout, done.stderr) == ("VN 2023-06-01 08:00:00+00:00 DANG\n", "")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in _LINK.findall(page.read_text("utf-8")):
        assert target.startswith("https://") or (page.parent / target).exists(), target


def test_exit_codes_of_the_readme_are_those_of_the_program():
    from vaxcert.cli.exit_codes import ExitCode

    table = README.read_text("utf-8").partition("| exit status |")[2].partition("\n\n")[0]
    documented = {int(number) for number in re.findall(r"^\| (\d) \|", table, re.MULTILINE)}
    assert documented == {int(code) for code in ExitCode if code < ExitCode.INTERNAL}


def test_commands_of_the_readme_are_those_of_the_program():
    from vaxcert.cli import main
    from vaxcert.presentation.texts import load

    text = README.read_text("utf-8")
    documented = set(re.findall(r"^\| `vaxcert ([a-z]+)", text, re.MULTILINE))
    shown = main.build_parser(load("en")).format_help()
    assert documented == set(re.findall(r"^    ([a-z]+)(?:  |$)", shown, re.MULTILINE))


def test_the_picture_holds_the_certificate_beside_it():
    data = (ROOT / "docs/images/accepted.png").read_bytes()
    assert len(data) < 200 * 1024
    (text,) = vc.qr.certificate_texts(data)
    inspection = vc.inspect(text)
    assert inspection.message.algorithm == -37
    assert inspection.certificate.subject.standard_family_name == "DO"
