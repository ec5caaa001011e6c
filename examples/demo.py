"""The whole way with the command line: TEST keys, certificates, QR pictures, verification, refusals.

    make demo
    python examples/demo.py [FOLDER]      (default: demo-output in the project's folder)

The folder is made anew on every run. Exit status 1 when anything is not as expected, 2 when it cannot start.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import vaxcert as vc
from desk_samples import make_samples
from vaxcert.codec import container

ROOT = Path(__file__).resolve().parents[1]
RECORDS = "examples/national-platform.csv"
FAULTS = "examples/national-platform.faults.csv"
MARKER = ".vaxcert-demo"

# The records were exported on 2022-05-31. Every time fits them, and none is read from the clock.
KEYS_FROM = "2022-01-01T00:00:00Z"
ISSUED_AT = "2022-06-01T08:00:00Z"
VERIFIED_AT = "2022-09-01T00:00:00Z"
TOO_LATE = "2023-09-01T00:00:00Z"

SUBJECT = "--country VN --organization TEST --common-name"
AUTHORITY = f"--ca-key OUT/keys/csca.key.pem --ca-cert OUT/keys/csca.pem --at {KEYS_FROM}"
ISSUING = f"--country VN --authority 'Bộ Y tế' --at {ISSUED_AT}"

SMALL_RUN = 30
REFUSED_ROWS = (68, 74, 98)
SHOWN_PICTURE = "qr/000005.png"
TAMPERED_ROW = 2
FIRST_DOSE, SECOND_DOSE = b"\x62dn\x01", b"\x62dn\x02"
"""The dose number (`dn`) as it stands in the signed bytes, in CBOR."""

WIDTH = max(80, min(shutil.get_terminal_size((100, 24)).columns, 100))
_ENVIRONMENT = {
    **os.environ,
    "VAXCERT_LANG": "en",
    "NO_COLOR": "1",
    "COLUMNS": str(WIDTH),
    "PYTHONUTF8": "1",
}


class UnexpectedError(Exception):
    """Something did not go as the demonstration promises."""


@dataclass(frozen=True)
class Batch:
    """What one run of `vaxcert issue` made.

    Attributes:
        certificate_ids: By picture.
        refused: Code and reason by row number.
    """

    certificate_ids: dict[str, str]
    refused: dict[int, tuple[str, str]]


def main(arguments: list[str]) -> int:
    """Run all of it. Returns the exit status."""
    out = Path(arguments[0]).resolve() if arguments else ROOT / "demo-output"
    if not make_folder(out):
        print(f"{out} is there and not of an earlier demo; name another folder", file=sys.stderr)
        return 2
    try:
        Demo(out.relative_to(ROOT) if out.is_relative_to(ROOT) else out).run()
    except UnexpectedError as error:
        print(f"\nNOT AS EXPECTED: {error}", file=sys.stderr)
        return 1
    return 0


def make_folder(out: Path) -> bool:
    """Make the folder anew. Returns False, and leaves it alone, when it holds something else."""
    if out.exists():
        if not (out / MARKER).is_file() and (not out.is_dir() or any(out.iterdir())):
            return False
        shutil.rmtree(out)
    for name in ("keys", "trust", "refused", "desk"):
        (out / name).mkdir(parents=True)
    (out / MARKER).touch()
    return True


class Demo:
    """The demonstration.

    Args:
        out: Where everything is written, absolute or from the project's folder.
    """

    def __init__(self, out: Path) -> None:
        self._out = out

    def run(self) -> None:
        """Show every part of it.

        Raises:
            UnexpectedError: At the first thing that is not as expected.
        """
        started = time.monotonic()
        print("vaxcert, from dose records to verified certificates: TEST keys, invented people.")
        print(f"To repeat a command, first: . {os.path.relpath(sys.prefix)}/bin/activate (in this folder).")
        print("Times are fixed with --at to fit the records of May 2022; it runs in any year.")
        self.make_keys()
        batches = [self.issue_with_ps256(), self.issue_with_es256()]
        self.verify_all({name: id_ for batch in batches for name, id_ in batch.certificate_ids.items()})
        self.show_accepted()
        self.show_not_authentic()
        self.show_expired()
        self.prepare_desk()
        self.conclude(time.monotonic() - started)

    def make_keys(self) -> None:
        """An authority and two signers: one made at a stroke, one by a request as in a national PKI."""
        heading("1. Make TEST keys: an authority, a PS256 signer as in Viet Nam, an ES256 signer")
        self.vaxcert(
            f"keys new-ca {SUBJECT} 'TEST CSCA' --at {KEYS_FROM}"
            " --out-key OUT/keys/csca.key.pem --out-cert OUT/keys/csca.pem"
        )
        self.vaxcert(
            f"keys new-signer {SUBJECT} 'TEST DSC PS256' --algorithm PS256 {AUTHORITY}"
            " --out-key OUT/keys/ps256.key.pem --out-cert OUT/trust/ps256.pem"
        )
        self.vaxcert(
            f"keys csr {SUBJECT} 'TEST DSC ES256'"
            " --new-key OUT/keys/es256.key.pem --out OUT/keys/es256.csr.pem"
        )
        self.vaxcert(f"keys sign OUT/keys/es256.csr.pem {AUTHORITY} --out OUT/trust/es256.pem")

    def issue_with_ps256(self) -> Batch:
        """Issue for every record."""
        heading("2. Issue with PS256 from the platform's records; refused rows say why")
        output = self.vaxcert(
            f"issue {RECORDS} --key OUT/keys/ps256.key.pem --cert OUT/trust/ps256.pem {ISSUING}"
            " --out OUT/ps256",
            status=1,
        )
        print(abridged(output, r" +\d+ ✘ ", keep=3))
        batch = self.check_batch("ps256", rows=count_rows())
        print("Three of the refused rows:")
        for row in REFUSED_ROWS:
            code, reason = batch.refused[row]
            show(f"  row {row}: {reason} [{code}]")
        return batch

    def issue_with_es256(self) -> Batch:
        """Issue for the first records once more, from standard input and in Vietnamese."""
        heading(f"3. Issue from the first {SMALL_RUN} records with ES256, in Vietnamese")
        with (ROOT / RECORDS).open("rb") as file:
            first = b"".join(next(file) for _ in range(SMALL_RUN + 1))
        output = self.vaxcert(
            "issue - --lang vi --key OUT/keys/es256.key.pem --cert OUT/trust/es256.pem"
            f" {ISSUING} --out OUT/es256",
            status=1,
            stdin=first,
            before=f"head -n {SMALL_RUN + 1} {RECORDS} | ",
        )
        print(output)
        batch = self.check_batch("es256", rows=SMALL_RUN)
        print("  rows", *batch.refused)
        return batch

    def check_batch(self, name: str, *, rows: int) -> Batch:
        """Every row was issued or refused, and refused were those with a planted fault, for that fault."""
        folder = self._out / name
        issued = {line["row"]: line for line in json_lines(folder / "certificates.jsonl")}
        with (ROOT / folder / "rejects.csv").open(encoding="utf-8-sig", newline="") as file:
            rejects = [(row["codes"], row["reasons"]) for row in csv.DictReader(file)]
        expect(len(issued) + len(rejects) == rows, f"{len(issued)} + {len(rejects)} are not {rows} rows")
        refused = dict(zip((row for row in range(1, rows + 1) if row not in issued), rejects, strict=True))
        found = {row: code for row, (code, _) in refused.items()}
        expect(found == planted_faults(rows), f"other rows than those with planted faults in {folder}")
        ids = {str(folder / line["file"]): line["certificate_id"] for line in issued.values()}
        return Batch(ids, refused)

    def verify_all(self, certificate_ids: dict[str, str]) -> None:
        """Read every picture back, and verify what is in it.

        Args:
            certificate_ids: What has to be found, by picture.
        """
        heading("4. Read all QR pictures back and verify them, offline")
        written = self._out / "verified.jsonl"
        output = self.vaxcert(
            f"verify --json OUT/ps256/qr OUT/es256/qr --trust OUT/trust --at {VERIFIED_AT}",
            after=f" > {shlex.quote(str(written))}",
        )
        (ROOT / written).write_text(output + "\n", encoding="utf-8")
        reports = json_lines(written)
        for report in reports:
            expect(report["outcome"] == "accepted", f"{report['source']}: {report['reason']}")
        found = {one["source"]: one["certificate"]["vaccination"]["certificate_id"] for one in reports}
        expect(found == certificate_ids, "the pictures do not hold what was issued")
        algorithms = Counter(report["algorithm"] for report in reports)
        noted = Counter(finding["code"] for report in reports for finding in report["findings"])
        show(f"{len(reports)} pictures read, {len(reports)} accepted: {counts(algorithms)}.")
        show(f"Noted, not refused: {counts(noted)}.")

    def show_accepted(self) -> None:
        """The card that an officer sees, in both languages."""
        heading("5. What the officer sees: the eleven fields of Decision 5772, in two languages")
        for language in ("", " --lang vi"):
            print(self.verify(f"OUT/ps256/{SHOWN_PICTURE}{language}", "OUT/trust", VERIFIED_AT))

    def show_not_authentic(self) -> None:
        """One that somebody changed, and one whose signer the verifier does not know."""
        heading("6. Refused: forged (a first dose made a second), and by a key not trusted here")
        text = self._out / "refused/tampered.txt"
        self.tamper(ROOT / text)
        stdin = (ROOT / text).read_bytes()
        print(
            self.vaxcert(
                "qr - --out OUT/refused/tampered.png", stdin=stdin, after=f" < {shlex.quote(str(text))}"
            )
        )
        pictures = f"OUT/refused/tampered.png OUT/es256/{SHOWN_PICTURE}"
        cards = self.verify(pictures, "OUT/trust/ps256.pem", VERIFIED_AT, status=1)
        print(cards)
        expect_refused(cards, "bad-signature", "unknown-key")

    def tamper(self, text_file: Path) -> None:
        """Make a second dose of a first one, without the key: one byte of what was signed changes."""
        lines = json_lines(self._out / "ps256/certificates.jsonl")
        text = next(line["text"] for line in lines if line["row"] == TAMPERED_ROW)
        message = vc.inspect(text).message_bytes
        expect(message.count(FIRST_DOSE) == 1, f"row {TAMPERED_ROW} is no first dose")
        text_file.write_text(container.write(message.replace(FIRST_DOSE, SECOND_DOSE)), encoding="ascii")

    def show_expired(self) -> None:
        """The accepted one, too late."""
        heading("7. Refused: the accepted one, a year later; every line of it is marked")
        card = self.verify(f"OUT/ps256/{SHOWN_PICTURE}", "OUT/trust", TOO_LATE, status=1)
        print(abridged(card, "✘ ", keep=3))
        expect_refused(card, "expired")

    def prepare_desk(self) -> None:
        """Pictures to try at the desk page; what it will say of them, verify says with the same rules."""
        heading("8. For the desk page: pictures that a traveller may show, and a passport")
        samples = make_samples(
            ROOT / self._out / "desk",
            ROOT / self._out / "keys/es256.key.pem",
            ROOT / self._out / "trust/es256.pem",
            datetime.fromisoformat(ISSUED_AT),
        )
        for sample in samples:
            found = self.decide(f"OUT/desk/{sample.name}.png")
            codes = {reason["code"] for reason in found["reasons"]}
            expect(found["verdict"] == sample.verdict, f"{sample.name}: {found['verdict']}")
            expect(not sample.code or sample.code in codes, f"{sample.name}: {codes}")
            card = "" if sample.code == "not-read" else found["headline"]  # the page makes none of it
            show(f"  {sample.name + '.png':<17} {card:<7} {sample.what}")
        show("  passport.txt      the two lines at the bottom of the traveller's passport")

    def decide(self, picture: str) -> dict[str, Any]:
        """What is decided about the traveller who shows a picture beside the passport."""
        command = f"verify {picture} --passport-mrz OUT/desk/passport.txt {self.trusting()} --json"
        done = self.run_vaxcert(self.words(command))
        return json.loads(done.stdout.splitlines()[-1])["decision"]

    def trusting(self) -> str:
        """Whom to trust, and for what time, as options."""
        return f"--trust OUT/trust --at {VERIFIED_AT}"

    def conclude(self, seconds: float) -> None:
        """Say that it went well, and where everything is."""
        print(f"\nEverything went as expected, in {seconds:.0f} seconds. The files are in {self._out}:")
        print("  keys/           TEST keys, to be thrown away")
        print("  trust/          the certificates of the two signers: what a verifier trusts")
        print("  ps256/, es256/  certificates.jsonl, rejects.csv, and the pictures in qr/")
        print("  verified.jsonl  what `vaxcert verify --json` says of each picture")
        print("  refused/        the forged certificate, as text and picture")
        print("  desk/           what a traveller may show at the desk page, and a passport")
        print("\nOpen the desk page, and drop those pictures on it or paste the lines of the passport:")
        desk = self.words(f"desk {self.trusting()} --open")
        print(f"  {shlex.join([command_name(), *desk])}")

    def verify(self, pictures: str, trust: str, at: str, *, status: int = 0) -> str:
        """Verify pictures. Returns the cards."""
        return self.vaxcert(f"verify {pictures} --trust {trust} --at {at}", status=status)

    def vaxcert(
        self, command: str, *, status: int = 0, stdin: bytes = b"", before: str = "", after: str = ""
    ) -> str:
        """Show a command and run it in the project's folder.

        Args:
            command: What follows `vaxcert`, as in a shell; OUT stands for the folder of the demonstration.
            status: The exit status it must have.
            stdin: What it reads.
            before: How a shell would feed it.
            after: How a shell would redirect it.

        Returns:
            What it wrote to standard output, without the last line end.

        Raises:
            UnexpectedError: It ended with another status.
        """
        words = self.words(command)
        print("$ " + folded(before + shlex.join(["vaxcert", *words]) + after), flush=True)
        done = self.run_vaxcert(words, stdin)
        expect(done.returncode == status, f"status {done.returncode}, not {status}\n{done.stderr.decode()}")
        return done.stdout.decode().removesuffix("\n")

    def words(self, command: str) -> list[str]:
        """A command as a list, with the folder of the demonstration for OUT."""
        return [word.replace("OUT", str(self._out)) for word in shlex.split(command)]

    def run_vaxcert(self, words: list[str], stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Run a command in the project's folder."""
        return subprocess.run(  # noqa: S603
            [sys.executable, "-m", "vaxcert", *words],
            cwd=ROOT,
            env=_ENVIRONMENT,
            input=stdin,
            capture_output=True,
            check=False,
        )


def command_name() -> str:
    """The command as it can be typed in the project's folder, whatever is on the path."""
    installed = Path(sys.executable).with_name("vaxcert")
    if not installed.exists():
        return "vaxcert"
    return str(installed.relative_to(ROOT) if installed.is_relative_to(ROOT) else installed)


def count_rows() -> int:
    """The number of records."""
    with (ROOT / RECORDS).open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.reader(file)) - 1


def planted_faults(rows: int) -> dict[int, str]:
    """The codes that the generator of the records planted in the first rows."""
    with (ROOT / FAULTS).open(encoding="utf-8", newline="") as file:
        faults = {int(line["row"]): line["code"] for line in csv.DictReader(file)}
    return {row: code for row, code in faults.items() if row <= rows}


def json_lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a file of JSON lines."""
    return [json.loads(line) for line in (ROOT / path).read_text(encoding="utf-8").splitlines()]


def expect_refused(cards: str, *reasons: str) -> None:
    """Certificates were refused, in this order, for these reasons."""
    found = re.findall(r"^✘ REFUSED\n  .*\[(.+)\]$", cards, re.MULTILINE)
    expect(found == list(reasons), f"refused for {found}, not for {list(reasons)}")


def expect(holds: bool, otherwise: str) -> None:
    """Stop unless it holds.

    Raises:
        UnexpectedError: It does not.
    """
    if not holds:
        raise UnexpectedError(otherwise)


def folded(line: str) -> str:
    """A command as one types it, over several lines where it is long, options beside their values."""
    parts = re.split(r" (?=--|<|>)", line)
    lines = [parts[0]]
    for part in parts[1:]:
        if len(lines[-1]) + len(part) > WIDTH - 5:
            lines.append("    " + part)
        else:
            lines[-1] += " " + part
    return " \\\n".join(lines)


def abridged(output: str, pattern: str, *, keep: int) -> str:
    """The output with only the first of the lines that match the pattern, and how many are left out.

    A line that begins with many spaces and does not match belongs to the one above it.
    """
    kept: list[str] = []
    left_out = seen = 0
    for line in output.splitlines():
        matches = re.match(pattern, line) is not None
        seen += matches
        if seen <= keep or not (matches or line.startswith(" " * 8)):
            if left_out:
                kept.append(f"      … and {left_out} more, left out here")
            left_out = 0
            kept.append(line)
        else:
            left_out += matches
    return "\n".join(kept)


def counts(numbers: Mapping[str, int]) -> str:
    """Numbers and what they count."""
    return ", ".join(f"{number} {name}" for name, number in numbers.items())


def heading(text: str) -> None:
    """Begin a part."""
    print(f"\n{text}", flush=True)


def show(text: str) -> None:
    """Print a sentence, over as many lines as it needs."""
    print(textwrap.fill(text, WIDTH, subsequent_indent="  ", break_on_hyphens=False))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
