"""`vaxcert verify` about travellers: documents, typed names, several certificates, and scanners that are watched."""

from __future__ import annotations

import io
import json
import os
import select
import subprocess
import sys
import termios
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.e2e.conftest import AT
from tests.support.decisions import rule
from tests.support.mrz import write_mrz
from tests.support.signers import NOW, certificate, issuer, person, signer, trusted, vaccination
from tests.support.store_lists import anchor_signer, signed_list
from vaxcert.cli.decision_card import write_decision
from vaxcert.cli.output import Colour, Output
from vaxcert.codec import container
from vaxcert.decision import Desk
from vaxcert.presentation.texts import load
from vaxcert.rules.lists.record import write_rule
from vaxcert.trust import own_list
from vaxcert.verify import Verifier

MRZ = write_mrz("td3", "NGUYEN<<BAO<DUY", born=date(1983, 10, 10), expires=date(2030, 1, 31))
OTHER_MRZ = write_mrz("td1", "TRAN<<THI<HOA", born=date(1990, 2, 28))
CANARY = "CANARYNAME"


@pytest.fixture(scope="module")
def first_dose() -> str:
    first = vaccination(dose_number=1, vaccinated_on=date(2021, 8, 1))
    return issuer().issue(replace(certificate(), vaccination=first), at=NOW).text


@pytest.fixture(scope="module")
def other_person() -> str:
    subject = person(family_name="Trần", given_name="Thị Hoa", birth_date=date(1990, 2, 28))
    return issuer().issue(replace(certificate(), subject=subject), at=NOW).text


def verify(run, trust, *arguments, at=AT, **options):
    return run("verify", "--trust", trust, "--at", at, *arguments, **options)


def tampered(text):
    message = container.message_bytes(text)
    return container.write(message[:-1] + bytes([message[-1] ^ 1]))


def decision_of(done):
    return done.objects[-1]["decision"]


def reasons_of(done):
    return [(reason["code"], reason["verdict"]) for reason in decision_of(done)["reasons"]]


# --- who shows it


@pytest.mark.parametrize(
    ("arguments", "status", "verdict", "first"),
    [
        (["--name", "Nguyễn Bảo Duy", "--dob", "10/10/1983"], 0, "accept", ("rules-not-asked", "accept")),
        (["--name", "NGUYEN, BAO DUY", "--dob", "1983-10-10"], 0, "accept", ("rules-not-asked", "accept")),
        (["--name", "Nguyễn Bảo Duy"], 1, "refer", ("identity-unclear", "refer")),
        (["--name", "Trần Thị Hoa", "--dob", "1983"], 1, "refuse", ("identity-mismatch", "refuse")),
        (["--passport-mrz", MRZ], 0, "accept", ("rules-not-asked", "accept")),
        (["--passport-mrz", MRZ.replace("\n", "")], 0, "accept", ("rules-not-asked", "accept")),
        (["--passport-mrz", OTHER_MRZ], 1, "refuse", ("identity-mismatch", "refuse")),
    ],
)
def test_the_traveller_is_compared(run, trust, text, arguments, status, verdict, first):
    done = verify(run, trust, text, "--json", *arguments)
    assert (done.status, done.stderr) == (status, "")
    assert [*done.objects[0]][:2] == ["source", "outcome"]
    assert decision_of(done)["verdict"] == verdict
    assert reasons_of(done)[0] == first
    assert decision_of(done)["identity"]["grade"] in ("match", "unclear", "mismatch")


def test_the_document_may_be_a_file_or_come_before_the_certificates(run, trust, text, tmp_path):
    file = tmp_path / "mrz.txt"
    file.write_text(MRZ)
    assert verify(run, trust, text, "--passport-mrz", file).status == 0
    piped = f"{MRZ}\n{text}\n".encode()
    assert verify(run, trust, "-", "--passport-mrz", "-", stdin=piped).status == 0
    card = verify(run, trust, text, "--passport-mrz", "-", stdin=OTHER_MRZ.encode())
    assert card.status == 1
    assert "[identity-mismatch other-words, birth-date-differs]" in " ".join(card.stdout.split())


def test_the_card_shows_the_decision_first_then_why_then_the_certificate(run, trust, text):
    done = verify(run, trust, text, "--name", "Trần Thị Hoa", "--dob", "1990-02-28")
    lines = done.stdout.splitlines()
    assert lines[1:3] == ["✘ REFUSE", "  Do not accept: the reason is below."]
    assert lines[3].startswith("✘ The certificate is not the traveller's. [identity-mismatch")
    order = [
        done.stdout.index(part)
        for part in (
            "✘ REFUSE",
            "identity-mismatch",
            "rules-not-asked",
            "The names are different",
            "✔ ACCEPTED",
        )
    ]
    assert order == sorted(order)
    assert "Doses" in done.stdout
    assert "2 of 2 · 2021-11-18 · Comirnaty" in done.stdout


def test_the_card_in_vietnamese(run, trust, text):
    done = verify(run, trust, text, "--name", "Nguyễn Bảo Duy", "--dob", "1983-10-10", "--lang", "vi")
    assert "✔ CHẤP NHẬN\n  Cho hành khách đi qua.\n· Chưa kiểm tra quy định nhập cảnh" in done.stdout


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("kind", "headline"),
    [
        ("good", f"{Colour.GREEN}✔ ACCEPT"),
        ("unreadable", f"{Colour.YELLOW}? REFER"),
        ("forged", f"{Colour.RED}✘ REFUSE"),
    ],
)
def test_decisions_are_in_colour_shape_and_words(text, kind, headline):
    source = {"good": text, "unreadable": "HC1:*", "forged": tampered(text)}[kind]
    decision = Desk(verifier=Verifier(trusted(signer()))).examine([source], at=NOW)
    stream = Terminal()
    write_decision(Output(stream, stream, load("en"), {}), load("en"), decision, ["-"])
    assert headline in stream.getvalue()


# --- several certificates


def test_certificates_of_one_traveller_make_one_history(run, trust, text, first_dose):
    done = verify(run, trust, text, first_dose, "--together", "--json")
    assert (done.status, len(done.objects)) == (0, 3)
    assert [dose["number"] for dose in decision_of(done)["doses"]] == [1, 2]
    assert [one["source"] for one in decision_of(done)["certificates"]] == ["argument 1", "argument 2"]


def test_certificates_of_two_people_are_told_apart(run, trust, text, other_person):
    done = verify(run, trust, text, other_person, "--together", "--json")
    assert (done.status, reasons_of(done)[0]) == (1, ("person-differs", "refuse"))
    named = verify(run, trust, text, other_person, "--passport-mrz", MRZ)
    assert named.status == 1
    assert "(argument 2)" in " ".join(named.stdout.split())


@pytest.mark.parametrize(
    ("kind", "status", "reason"),
    [("unreadable", 0, ("set-aside", "accept")), ("forged", 1, ("bad-signature", "refuse"))],
)
def test_one_that_is_not_accepted_beside_one_that_is(run, trust, text, kind, status, reason):
    other = {"unreadable": "HC1:*", "forged": tampered(text)}[kind]
    done = verify(run, trust, text, other, "--together", "--json")
    assert (done.status, reasons_of(done)[0]) == (status, reason)


def test_without_a_traveller_nothing_has_changed(run, trust, text):
    done = verify(run, trust, text, text, "--json")
    assert [sorted(one) == sorted(done.objects[0]) for one in done.objects] == [True, True]
    assert "decision" not in done.stdout


# --- entry rules


@pytest.fixture
def rules(tmp_path):
    """A rule of Viet Nam as the gateway hands it out: 270 days from the dose on, no more."""
    last_day = {"plusTime": [{"var": "payload.v.0.dt"}, 270, "day"]}
    one = rule(
        "VR-VN-0001",
        certificate_type="Vaccination",
        descriptions={"en": "At most 270 days since the dose.", "vi": "Không quá 270 ngày sau tiêm."},
        logic={"not-after": [{"plusTime": [{"var": "external.validationClock"}, 0, "day"]}, last_day]},
        valid_from=NOW - timedelta(days=400),
        valid_to=NOW + timedelta(days=400),
    )
    file = tmp_path / "rules.json"
    file.write_text(json.dumps([write_rule(one)]))
    return file


@pytest.mark.parametrize(
    ("passed", "country", "status", "reasons"),
    [
        (0, "VN", 0, [("identity-not-compared", "accept", "")]),
        (0, "vn", 0, [("identity-not-compared", "accept", "")]),
        (90, "VN", 1, [("rule-failed", "refuse", "VR-VN-0001"), ("identity-not-compared", "accept", "")]),
        (400, "VN", 1, [("expired", "refuse", ""), ("identity-not-compared", "accept", "")]),
        (0, "DE", 1, [("rules-missing", "refer", ""), ("identity-not-compared", "accept", "")]),
    ],
)
def test_rules_of_the_country_of_arrival(run, trust, text, rules, passed, country, status, reasons):
    at = (NOW + timedelta(days=passed)).isoformat()
    done = verify(run, trust, text, "--country", country, "--rules", rules, "--json", at=at)
    assert (done.status, done.stderr) == (status, "")
    found = decision_of(done)["reasons"]
    assert [(one["code"], one["verdict"], one["detail"]) for one in found] == reasons


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "An entry rule is not met: At most 270 days since the dose."),
        ("vi", "Không đạt một quy định nhập cảnh: Không quá 270 ngày sau tiêm."),
    ],
)
def test_a_rule_that_is_not_met_speaks_in_its_own_words(run, trust, text, rules, language, words):
    at = (NOW + timedelta(days=90)).isoformat()
    done = verify(run, trust, text, "--country", "VN", "--rules", rules, "--lang", language, at=at)
    assert f"{words} [rule-failed VR-VN-0001]" in " ".join(done.stdout.split())


def test_with_rules_alone_each_certificate_is_another_traveller_s(run, trust, text, other_person, rules):
    done = verify(run, trust, text, other_person, "--country", "VN", "--rules", rules, "--json")
    assert (done.status, len(done.objects)) == (0, 4)
    assert [one["decision"]["verdict"] for one in done.objects[1::2]] == ["accept", "accept"]


def test_rules_are_asked_of_watched_scans_too(piped, text, rules):
    done = piped([text], "-", "--country", "VN", "--rules", rules)
    assert "Viet Nam (VN): 1 of 1 met" in done.stdout
    assert "rules-not-asked" not in done.stdout


# --- exit status


@pytest.mark.parametrize(
    ("source", "options", "status"),
    [
        ("HC1:*", {}, 3),
        ("text", {"at": "2024-01-01T00:00:00Z"}, 1),
        ("text", {"at": "2022-05-01T00:00:00Z"}, 4),
    ],
)
def test_exit_status_of_a_traveller_who_is_not_accepted(run, trust, text, source, options, status):
    done = verify(run, trust, text if source == "text" else source, "--together", **options)
    assert done.status == status


@pytest.fixture
def signed_keys(tmp_path):
    """A list of the key, signed by an anchor, and the options to verify with it."""
    published, pinned = tmp_path / "keys.vxl", tmp_path / "anchor.pem"
    entry = own_list.certificate_entry(signer().certificate)
    published.write_bytes(signed_list(entries=(entry,)))
    pem = (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    pinned.write_bytes(anchor_signer("TEST anchor").public_key.public_bytes(*pem))
    return "--trust", published, "--anchor", pinned


@pytest.mark.parametrize(
    ("passed", "first", "verdict", "status"),
    [
        (timedelta(days=6), "rules-not-asked", "accept", 0),
        (timedelta(days=31), "stale-trust-list", "refer", 4),
        (timedelta(days=-1), "clock-before-list", "refer", 4),
    ],
)
def test_lists_and_clock_are_said_first_and_have_a_status_of_their_own(
    run, signed_keys, passed, first, verdict, status
):
    early = issuer().issue(certificate(), at=NOW - timedelta(days=2)).text
    done = run("verify", *signed_keys, "--at", (NOW + passed).isoformat(), early, "--json", "--together")
    assert done.status == status
    assert (decision_of(done)["verdict"], reasons_of(done)[0]) == (
        verdict,
        (first, "accept" if first == "rules-not-asked" else "refer"),
    )


def test_a_traveller_who_is_not_the_holder_is_refused_whatever_the_lists(run, signed_keys, text):
    at = (NOW + timedelta(days=31)).isoformat()
    done = run("verify", *signed_keys, "--at", at, text, "--json", "--passport-mrz", OTHER_MRZ)
    assert done.status == 1
    assert reasons_of(done)[:2] == [("stale-trust-list", "refer"), ("identity-mismatch", "refuse")]


# --- options that are wrong


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--dob", "1990"], "--dob needs --name"),
        (["--name", CANARY, "--passport-mrz", "x"], "leave out --name and --dob"),
        (["--watch", "--name", CANARY], "from the scanner only"),
        (["--watch", "--passport-mrz", CANARY], "from the scanner only"),
    ],
)
def test_options_that_do_not_go_together(run, trust, text, arguments, message):
    done = verify(run, trust, text, *arguments)
    assert (done.status, done.stdout) == (2, "")
    assert message in done.stderr
    assert CANARY not in done.stderr


def test_a_source_is_needed(run, trust):
    done = verify(run, trust, "--name", CANARY)
    assert (done.status, done.stderr) == (2, "vaxcert: usage: the following arguments are required: SOURCE\n")


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        (["--name", CANARY, "--dob", f"{CANARY}"], 3, "birth-date-unreadable"),
        (["--passport-mrz", CANARY], 3, "file-unreadable"),
        (["--passport-mrz", f"P<UTO{CANARY}<<X"], 3, "mrz-length"),
        (["--passport-mrz", MRZ.replace("8310", "8311").replace("NGUYEN", CANARY)[:88]], 3, "mrz"),
        (["--passport-mrz", "-"], 3, "mrz-length"),
    ],
)
def test_what_cannot_be_read_names_nobody(run, trust, text, arguments, status, code):
    done = verify(run, trust, text, *arguments, stdin=f"{CANARY}\n".encode())
    assert (done.status, done.stdout) == (status, "")
    assert f"vaxcert: {code}" in done.stderr
    assert CANARY not in done.stderr


def test_a_decision_names_nobody_on_standard_error(run, trust):
    subject = person(family_name=CANARY, standard_family_name=CANARY)
    canary = issuer().issue(replace(certificate(), subject=subject), at=NOW).text
    for source in (canary, tampered(canary), canary + "é"):
        done = verify(run, trust, source, "--name", f"{CANARY}, X", "--dob", "1990")
        assert CANARY not in done.stderr
        assert canary[:40] not in done.stdout + done.stderr


# --- a scanner that is watched


@contextmanager
def watching(trust, *arguments, stdin=subprocess.PIPE, at=AT):
    """`verify --watch` in a process of its own, which ends with its input."""
    command = [sys.executable, "-m", "vaxcert", "verify", "--trust", str(trust), "--at", at, "--watch"]
    environment = {**os.environ, "COLUMNS": "80", "VAXCERT_LANG": "en"}
    process = subprocess.Popen(  # noqa: S603
        [*command, *map(str, arguments)],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def piped(run, trust):
    """Watch what a pipe holds."""

    def watch_pipe(lines, *arguments, end="\n"):
        reader, writer = os.pipe()
        with os.fdopen(writer, "wb") as scanner:
            scanner.write("".join(line + end for line in lines).encode())
        with os.fdopen(reader, "rb") as stream:
            return verify(run, trust, "--watch", *arguments, stdin=stream)

    return watch_pipe


def read_until(stream, mark, seconds=30):
    """What a process writes, up to a mark."""
    seen = b""
    while mark.encode() not in seen:
        ready, _, _ = select.select([stream], [], [], seconds)
        assert ready, seen.decode()
        data = os.read(stream.fileno(), 65536)
        assert data, seen.decode()
        seen += data
    return seen.decode()


def verdicts(out):
    return [line[2:] for line in out.splitlines() if line in ("✔ ACCEPT", "? REFER", "✘ REFUSE")]


def test_nothing_of_a_pair_is_left_for_the_next_traveller(piped, text):
    """Somebody behind the holder, with a copy of the same certificate and another passport."""
    done = piped([text, MRZ, text, OTHER_MRZ])
    assert verdicts(done.stdout) == ["ACCEPT", "ACCEPT", "ACCEPT", "REFUSE"]
    assert done.stdout.count("identity-not-compared") == 2  # before each passport


def test_part_of_a_document_is_told_and_left(piped, text):
    done = piped([MRZ[:44], text])
    assert verdicts(done.stdout) == ["ACCEPT"]
    assert "identity-not-compared" in done.stdout
    assert done.stderr.startswith("vaxcert: mrz-length: part of a document")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_each_line_is_a_card(piped, text, other_person, end):
    lines = [text, tampered(text), "HC1:*", "https://example.org/menu", "\x00\u00ff\x00noise", other_person]
    done = piped(lines, end=end)
    assert done.status == 0
    assert verdicts(done.stdout) == ["ACCEPT", "REFUSE", "REFER", "REFER", "REFER", "ACCEPT"]
    assert [line.split(": ")[1] for line in done.stderr.splitlines()] == ["web-address", "other-text"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["mrz", "text"], ["ACCEPT"]),
        (["text", "mrz"], ["ACCEPT", "ACCEPT"]),
        (["mrz", "other"], ["REFUSE"]),
        (["other", "mrz"], ["ACCEPT", "REFUSE"]),
        (["mrz", "text", "other"], ["ACCEPT", "ACCEPT"]),  # another traveller's, who is not compared
        (["mrz", "text", "other-mrz", "other"], ["ACCEPT", "ACCEPT"]),
        (["mrz", "", "other"], ["ACCEPT"]),
        (["mrz", "reset", "other"], ["ACCEPT"]),
        (["text", "", "other-mrz", "other"], ["ACCEPT", "ACCEPT"]),
        (["mrz", "bad", "other"], ["REFER", "REFUSE"]),  # scanned again, for the same traveller
        (["mrz", "text", "text", "other"], ["ACCEPT", "ACCEPT", "ACCEPT"]),
    ],
)
def test_documents_go_with_certificates(piped, text, other_person, lines, expected):
    said = {"mrz": MRZ, "other-mrz": OTHER_MRZ, "text": text, "other": other_person, "bad": "HC1:*"}
    done = piped([said.get(line, line) for line in lines])
    assert (done.status, verdicts(done.stdout)) == (0, expected)
    assert set(done.stderr.splitlines()) <= {"Document read. Scan the certificate."}


def test_who_was_compared_is_shown(piped, text, other_person):
    first, second = piped([MRZ, text, other_person]).stdout.split("✔ ACCEPT\n")[1:]
    assert "identity-not-compared" not in first
    assert "The certificate is the traveller's." in first
    assert "identity-not-compared" in second


def test_a_document_that_was_misread_is_said_and_the_rest_goes_on(piped, text):
    done = piped([MRZ.replace("831010", "831011"), MRZ, text])
    assert done.stderr.startswith("vaxcert: mrz-check-digit: ")
    assert "NGUYEN" not in done.stderr
    assert verdicts(done.stdout) == ["ACCEPT"]
    assert "The certificate is the traveller's." in done.stdout


def test_together_up_to_an_empty_line(piped, text, first_dose, other_person):
    done = piped([text, first_dose, "", other_person], "-", "--together", "--json")
    decisions = [one["decision"] for one in done.objects if "decision" in one]
    assert [len(one["certificates"]) for one in decisions] == [1, 2, 1]
    assert [dose["number"] for dose in decisions[1]["doses"]] == [1, 2]
    assert [one["verdict"] for one in decisions] == ["accept"] * 3


@pytest.mark.parametrize("bad", ["HC1:*", "noise"])
def test_a_code_that_cannot_be_read_does_not_say_again_that_another_one_is_accepted(
    piped, text, first_dose, bad
):
    done = piped([text, bad, first_dose], "-", "--together", "--json")
    decisions = [one["decision"] for one in done.objects if "decision" in one]
    assert [one["verdict"] for one in decisions] == ["accept", "refer", "accept"]
    assert [len(one["certificates"]) for one in decisions] == [1, 1, 2]


def test_a_run_of_noise_is_one_card(piped, text):
    done = piped(["noise", "\x00n\u00ff", "more noise", text, "noise", "https://example.org", "noise"])
    assert verdicts(done.stdout) == ["REFER", "ACCEPT", "REFER", "REFER", "REFER"]
    codes = [line.split(": ")[1] for line in done.stderr.splitlines()]
    assert codes == ["other-text", "other-text", "web-address", "other-text"]


@pytest.mark.parametrize(
    ("typed", "code", "verdict"),
    [
        (lambda text: text.lower(), "letter-case", "ACCEPT"),
        (lambda text: "".join(2 * character for character in text), "doubled-characters", "ACCEPT"),
        (lambda text: text.replace("%", "%25").replace(" ", "%20"), "percent-encoded", "ACCEPT"),
        (lambda _: "https://example.org/menu", "web-address", "REFER"),
        (lambda _: "<script>alert(1)</script>", "script", "REFER"),
        (lambda text: "]Q1" + text, "scanner-prefix", "ACCEPT"),
    ],
)
def test_what_a_scanner_does_to_a_text_is_put_right_and_said(piped, text, typed, code, verdict):
    done = piped([typed(text)])
    assert done.stderr.startswith(f"vaxcert: {code}: ")
    assert verdicts(done.stdout) == [verdict]


def test_a_line_that_is_far_too_long_is_one_bad_scan(piped, text):
    done = piped(["HC1:" + "A" * 40_000, text])
    assert verdicts(done.stdout) == ["REFER", "ACCEPT"]
    assert "input-too-long" in done.stdout


def test_cards_are_written_at_once_and_a_line_without_end_is_taken_after_a_while(trust, text):
    with watching(trust) as process:
        for end in ("\n", ""):
            process.stdin.write(f"{text}{end}".encode())
            process.stdin.flush()
            assert verdicts(read_until(process.stdout, "acceptable")) == ["ACCEPT"]


def test_interrupted_it_ends_as_asked(trust, text):
    with watching(trust) as process:
        process.stdin.write(f"{text}\n".encode())
        process.stdin.flush()
        read_until(process.stdout, "acceptable")
        process.terminate()
        assert process.wait(timeout=30) == 130


# --- a serial line


class Pty:
    """A pseudo-terminal under a name of its own, and the scanner's end of it."""

    def __init__(self, link: Path) -> None:
        self.scanner, self.device = os.openpty()
        link.unlink(missing_ok=True)
        link.symlink_to(os.ttyname(self.device))

    def unplug(self) -> None:
        for descriptor in (self.scanner, self.device):
            os.close(descriptor)

    def send(self, data: bytes) -> None:
        """Write, once the program has set the line up; before that it would throw it away."""
        for _ in range(600):
            if not termios.tcgetattr(self.scanner)[3] & termios.ICANON:
                os.write(self.scanner, data)
                return
            select.select([], [], [], 0.05)
        pytest.fail("the line was not set up")


def test_a_serial_line_is_read_raw(trust, text, tmp_path):
    pty = Pty(tmp_path / "scanner")
    with watching(trust, tmp_path / "scanner", "--baud", "115200") as process:
        pty.send(f"\x02{text}\x03\r\n".encode())
        assert "✔ ACCEPT" in read_until(process.stdout, "acceptable")
        pty.send(b"\x03\x04\x1a\x13\xff\xfe\r")  # interrupts and stops nothing
        assert "? REFER" in read_until(process.stdout, "well-formed")
        pty.send(MRZ.replace("\n", "\r").encode() + f"\r{text}\r".encode())
        assert "The certificate is the traveller's." in read_until(process.stdout, "acceptable")
        assert select.select([pty.scanner], [], [], 0)[0] == []  # nothing is sent back
    pty.unplug()


def test_a_scanner_may_be_unplugged(trust, text, tmp_path):
    first = Pty(tmp_path / "scanner")
    with watching(trust, tmp_path / "scanner") as process:
        first.send(f"{text}\r".encode())
        read_until(process.stdout, "acceptable")
        second = Pty(tmp_path / "scanner")
        first.unplug()
        assert "file-unreadable: the scanner at" in read_until(process.stderr, "waiting for it")
        second.send(f"{text}\r".encode())
        assert "✔ ACCEPT" in read_until(process.stdout, "acceptable")
    second.unplug()


@pytest.mark.parametrize("device", ["missing", "file"])
def test_what_is_no_serial_line(run, trust, tmp_path, device):
    (tmp_path / "file").write_bytes(b"x")
    done = verify(run, trust, "--watch", tmp_path / device)
    assert (done.status, done.stdout) == (3, "")
    assert done.stderr.startswith("vaxcert: file-unreadable: ")


def test_nothing_comes_of_standard_input_that_is_closed(run, trust):
    assert verify(run, trust, "--watch").status == 0
