from __future__ import annotations

import pytest

import vaxcert as vc
from tests.support.signers import signer
from vaxcert.codec import base45, cbor, container, cose


@pytest.mark.parametrize("name", ["x.png", "x.PNG"])
def test_qr_into_a_picture_that_reads_back(run, tmp_path, text, name):
    done = run("qr", text, "--out", tmp_path / name, "--json")
    (told,) = done.objects
    assert vc.qr.read((tmp_path / name).read_bytes()) == (text,)
    assert (done.status, told["level"], told["file"]) == (0, "Q", str(tmp_path / name))
    assert told["modules"] == 17 + 4 * told["version"]
    assert told["size_mm"] <= 42


def test_qr_svg_has_the_size_asked_for(run, tmp_path):
    assert run("qr", "HC1:ABC", "--out", tmp_path / "x.svg", "--size-mm", "29", "--json").status == 0
    # 21 modules and a quiet zone of 4 on each side
    assert 'width="40.048mm"' in (tmp_path / "x.svg").read_text()


def test_qr_in_the_terminal_from_standard_input(run):
    drawn = run("qr", "-", "--level", "L", stdin=b"HC1:ABC\r\n")
    assert drawn.status == 0
    assert drawn.stdout == vc.qr.terminal("HC1:ABC", error_correction=vc.qr.ErrorCorrection.L) + "\n"


def test_qr_too_long_exits_1(run):
    for done in (run("qr", "A" * 2421), run("qr", "-", stdin=b"A" * 50_000_000)):
        assert (done.status, done.stdout) == (1, "")
        assert done.stderr.startswith("vaxcert: text-too-long-for-qr: ")


def test_inspect_marks_everything_unverified_at_both_ends(run, text):
    for language, word in (("en", "UNVERIFIED"), ("vi", "CHƯA XÁC THỰC")):
        lines = run("inspect", "--lang", language, text).stdout.splitlines()
        assert lines[0].startswith(f"! {word}")
        assert any(line.startswith(f"! {word}") for line in lines[-2:])


def test_inspect_shows_every_layer(run, text):
    (layers,) = run("inspect", "--json", text).objects
    assert layers["verified"] is False
    assert layers["transport"] == {
        "characters": len(text),
        "compressed_bytes": len(base45.decode(text[4:])),
        "message_bytes": len(container.message_bytes(text)),
    }
    assert layers["message"]["protected"] == {"1": -7, "4": signer().kid.hex()}
    assert layers["message"]["tags"] == [18]
    assert layers["message"]["signature_bytes"] == 64
    assert layers["claims"]["issuer"] == "VN"
    assert layers["payload"]["1"]["nam"]["fn"] == "Nguyễn"
    assert (layers["findings"], layers["error"]) == ([], None)


def test_inspect_shows_the_layers_before_the_broken_one(run, text):
    message = cose.read(container.message_bytes(text))
    broken = container.write(cose.write(message.protected, b"\xff", message.signature))
    done = run("inspect", "--json", broken)
    assert done.status == 3
    assert done.objects[0]["message"]["payload_bytes"] == 1
    assert done.objects[0]["error"] == "cbor-malformed"
    assert "claims" not in done.objects[0]
    shown = run("inspect", broken)
    assert "[cbor-malformed]" in shown.stdout
    assert shown.stdout.splitlines()[-2].startswith("! UNVERIFIED")


def test_inspect_keeps_keys_apart_that_look_alike(run):
    payload = cbor.dumps({1: "VN", -260: {1: {"ver": "1.3.0"}, "1": "text"}})
    text = container.write(cose.write(b"\xa0", payload, bytes(64)))
    (layers,) = run("inspect", "--json", text).objects
    assert layers["payload"] == {"1": {"ver": "1.3.0"}, '"1"': "text"}


def test_inspect_of_an_unreadable_source(run):
    done = run("inspect", "--json", "nothing.png")
    assert done.status == 3
    assert done.objects == [{"source": "nothing.png", "verified": False, "error": "file-unreadable"}]


def test_inspect_neutralises_what_steers_a_terminal(run):
    payload = cbor.dumps({1: "\x9b\u202eVN", -260: {1: {"ver": "\x1b[2J"}}})
    text = container.write(cose.write(b"\xa0", payload, bytes(64)))
    for arguments in ((), ("--json",)):
        done = run("inspect", *arguments, text)
        assert done.stdout.replace("\n", "").isprintable()
