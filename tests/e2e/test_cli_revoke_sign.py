"""`vaxcert revoke sign`: two anchors on two machines, neither of which has the key of the other."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tests.support.revocation import anchor_key
from tests.support.signers import NOW
from vaxcert.cli.exit_codes import ExitCode
from vaxcert.trust import signed_document

AT = NOW.isoformat()
CI = "URN:UVCI:01:VN:SECRET123#T"


@pytest.fixture
def keys(tmp_path):
    """Private and public key files of two TEST anchors."""
    files = {}
    for name in ("a", "b"):
        key = anchor_key(name)
        private, public = tmp_path / f"{name}.key", tmp_path / f"{name}.pem"
        private.write_bytes(key._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        public.write_bytes(key.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        files[name] = (private, public)
    return files


@pytest.fixture
def build(run, tmp_path, keys):
    """Makes a list of one revoked identifier, signed by the anchors that are named."""
    ledger = tmp_path / "ledger.csv"
    assert run("revoke", "add", ledger, CI, "--kid", "00" * 8).status == ExitCode.ACCEPTED

    def build(name="list.vxr", *arguments, signing="a", number=1, issuer="TEST authority"):
        signers = [one for each in signing for one in ("--key", keys[each][0])]
        shared = ("--out", tmp_path / name, "--number", number, "--at", AT, "--issuer", issuer)
        return run("revoke", "build", ledger, *shared, *signers, *arguments), tmp_path / name

    return build


@pytest.fixture
def sign(run, keys):
    return lambda path, name, *more: run("revoke", "sign", "--add", path, "--key", keys[name][0], *more)


@pytest.fixture
def check(run, keys):
    """Looks the identifier up, asking for both anchors."""
    both = [one for name in "ab" for one in ("--anchor", keys[name][1])]
    return lambda path, *more: run(
        "revoke", "check", CI, "--list", path, *both, "--threshold", 2, "--at", AT, *more
    )


def test_a_second_anchor_signs_what_the_first_has_built(build, sign, check):
    _, path = build()
    assert check(path).status == ExitCode.TRUST
    done = sign(path, "b")
    assert done.status == ExitCode.ACCEPTED
    assert check(path).status == ExitCode.REFUSED
    _, together = build("together.vxr", signing="ab")
    assert path.read_bytes() == together.read_bytes()
    shown = " ".join(done.stdout.split())
    for text in ("TEST authority", "Countries all", "Number 1", "revoked IDENTIFIER: 1", "00" * 8):
        assert text in shown
    assert "SECRET" not in shown


def test_two_who_sign_compare_the_digest(build, sign):
    _, path = build("list.vxr", "--country", "VN", "--country", "LA")
    first, second = (sign(path, name, "--json").objects[0] for name in "ba")
    assert first["content_sha256"] == second["content_sha256"]
    assert (first["countries"], first["entries"]) == (["LA", "VN"], {"revoked IDENTIFIER": 1})
    kids = sorted(signed_document.key_identifier(anchor_key(name).public_key).hex() for name in "ab")
    assert first["signatures"] == second["signatures"] == kids
    assert {first["signed_by"], second["signed_by"]} == set(kids)


def test_an_anchor_that_has_signed_adds_nothing(build, sign):
    _, path = build()
    before = path.read_bytes()
    done = sign(path, "a")
    assert (done.status, "nothing was added" in " ".join(done.stdout.split())) == (ExitCode.ACCEPTED, True)
    assert "Written" not in done.stdout
    assert sign(path, "a", "--json").objects[0]["added"] is False
    assert path.read_bytes() == before
    assert sign(path, "b", "--json").objects[0]["added"] is True


def test_a_delta_is_signed_alike(build, sign, check):
    _, path = build(signing="ab")
    _, delta = build("delta.vxr", "--base", path, number=2)
    assert check(path, "--list", delta).status == ExitCode.TRUST
    (report,) = sign(delta, "b", "--json").objects
    assert (report["number"], report["base"]) == (2, 1)
    assert check(path, "--list", delta).status == ExitCode.REFUSED


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: data[:-1000] + b"x" + data[-999:]])
def test_what_is_damaged_is_neither_signed_nor_touched(build, sign, tmp_path, damage):
    _, path = build()
    path.write_bytes(damage(path.read_bytes()))
    before, names = hashlib.sha256(path.read_bytes()).digest(), set(tmp_path.iterdir())
    done = sign(path, "b")
    assert (done.status, "revocation-list-unreadable" in done.stderr) == (ExitCode.TRUST, True)
    assert hashlib.sha256(path.read_bytes()).digest() == before
    assert set(tmp_path.iterdir()) == names


def test_wrong_calls(run, sign, build, keys, tmp_path):
    _, path = build()
    assert run("revoke", "sign", "--add", path).status == ExitCode.USAGE
    assert run("revoke", "sign", "--key", keys["b"][0]).status == ExitCode.USAGE
    assert sign(tmp_path / "none.vxr", "b").status == ExitCode.UNREADABLE
    assert sign(keys["a"][1], "b").status == ExitCode.TRUST


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"issuer": "x" * 201}, "an issuer of 1 to 200"),
        ({"number": 2**53}, "a number from 1"),
        ({"country": ""}, "at least one country"),
        ({"country": "x" * 201}, "at least one country"),
    ],
)
def test_a_list_that_nobody_could_open_is_not_built(build, arguments, problem):
    country = arguments.pop("country", None)
    done, path = build("list.vxr", *(() if country is None else ("--country", country)), **arguments)
    assert (done.status, problem in done.stderr) == (ExitCode.USAGE, True)
    assert not path.exists()
