"""`vaxcert revoke import`: a list that is kept is asked by `verify`, whether anybody thinks of it or not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import vaxcert as vc
from tests.e2e.conftest import AT
from tests.support import http_faults as faults
from tests.support import revocation as revocations
from tests.support.http_faults import ListServer
from tests.support.signers import NOW, signer
from tests.support.store_lists import anchor_signer
from vaxcert.adapters.revocation_files import open_own_list
from vaxcert.adapters.store import TrustStore
from vaxcert.cli.exit_codes import ExitCode
from vaxcert.trust.revocation.ledger import base_of

ISSUED = NOW - timedelta(hours=1)
END = ISSUED + timedelta(days=30)
OTHER = "URN:UVCI:01:VN:OTHER456"


@pytest.fixture
def identifier(text):
    return vc.inspect(text).certificate.vaccination.certificate_id


@pytest.fixture
def folder(tmp_path, trust):
    """A store with a trust list and no revocation list."""
    store = TrustStore.create(tmp_path / "store")
    store.import_list("moh", trust.read_bytes(), at=NOW)
    return store.folder


@pytest.fixture
def made(tmp_path):
    """Write a file with a list of the TEST anchor."""

    def write(name, *identifiers, number=1, base=None, **changes):
        if base is not None:
            changes["base"] = base_of(open_own_list([base], revocations.anchors()))
        file = tmp_path / name
        parts = revocations.identifiers(*identifiers)
        file.write_bytes(
            revocations.list_bytes(parts, number=number, **{"issued": ISSUED, "usable_until": END, **changes})
        )
        return file

    return write


@pytest.fixture
def anchor(tmp_path):
    return write_anchor(tmp_path / "anchor.pem", revocations.anchor_key())


def write_anchor(file, key):
    file.write_bytes(key.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return file


@pytest.fixture
def take(run, folder, anchor):
    """Run `vaxcert revoke import` on the store."""

    def take_in(file, *arguments, at=AT):
        return run("revoke", "import", file, "--anchor", anchor, "--store", folder, "--at", at, *arguments)

    return take_in


@pytest.fixture
def verify(run, folder, text):
    def verify_text(*arguments, at=AT):
        done = run("verify", text, "--trust", folder, "--at", at, "--json", *arguments)
        return done.status, done.objects[0]["reason"] if done.objects else done.stderr

    return verify_text


def test_revoked_once_and_for_all(take, verify, made, anchor, identifier):
    assert verify() == (ExitCode.ACCEPTED, None)
    done = take(made("2.vxr", identifier, number=2))
    assert done.status == ExitCode.ACCEPTED
    assert "Stored. Certificates are checked against it from now on." in done.stdout
    assert "TEST authority, for all, 0 deltas, 0 keys withdrawn" in done.stdout
    assert verify() == (ExitCode.REFUSED, "revoked")  # nobody named it
    older = take(made("1.vxr", OTHER))
    assert (older.status, "trust-list-rollback" in older.stderr) == (ExitCode.TRUST, True)
    other = take(made("2b.vxr", OTHER, number=2))
    assert (other.status, "trust-list-rollback" in other.stderr) == (ExitCode.TRUST, True)
    named = ("--revocation", made("1.vxr", OTHER), "--revocation-anchor", anchor)
    assert verify(*named) == (ExitCode.REFUSED, "revoked")  # what is named comes on top, never instead


def test_the_default_store_is_asked_too(run, take, made, text, identifier, folder, monkeypatch):
    take(made("1.vxr", identifier))
    monkeypatch.setenv("VAXCERT_TRUST", str(folder))
    done = run("verify", text, "--at", AT, "--json")
    assert (done.status, done.objects[0]["reason"]) == (ExitCode.REFUSED, "revoked")
    assert run("revoke", "check", identifier, OTHER, "--at", AT, "--json").status == ExitCode.REFUSED


def test_a_delta_goes_on_from_what_is_stored(take, verify, made, identifier):
    first = made("1.vxr", OTHER)
    delta = made("2.vxr", identifier, number=2, base=first)
    alone = take(delta)
    assert (alone.status, "revocation-list-unreadable" in alone.stderr) == (ExitCode.TRUST, True)
    take(first)
    assert verify() == (ExitCode.ACCEPTED, None)
    assert take(delta, "--json").objects[0]["outcome"] == "stored"
    assert verify() == (ExitCode.REFUSED, "revoked")
    again = take(delta, "--json").objects[0]
    assert (again["outcome"], again["number"], again["deltas"], again["entries"]) == ("unchanged", 2, 1, 2)
    unfit = take(made("4.vxr", number=4, base=first))
    assert (unfit.status, "revocation-list-unreadable" in unfit.stderr) == (ExitCode.TRUST, True)


def test_a_withdrawn_key(run, take, verify, made, folder):
    kid = signer().certificate.kid
    take(made("1.vxr", withdrawn=frozenset({kid})))
    assert verify() == (ExitCode.REFUSED, "key-revoked")
    for target in ((), ("moh",)):
        (key,) = run("trust", "show", *target, "--keys", "--json", "--store", folder, "--at", AT).objects
        assert key["status"] == "revoked"


def test_a_list_that_grows_old_closes(run, take, verify, made, folder, text):
    take(made("1.vxr", OTHER, usable_until=NOW + timedelta(days=2)))
    later = (NOW + timedelta(days=3)).isoformat()
    assert verify(at=later) == (ExitCode.TRUST, "revocation-unknown")
    assert verify("--unknown-revocation", "report", at=later) == (ExitCode.ACCEPTED, None)
    told = run("verify", text, text, "--trust", folder, "--at", later).stderr.splitlines()
    assert [line.split(": ")[1] for line in told] == ["revocation-unknown"]
    edge = run("verify", text, "--trust", folder, "--at", (NOW + timedelta(days=2)).isoformat()).stderr
    assert [line.split(": ")[1] for line in edge.splitlines()] == ["list-overdue"]
    done = take(made("2.vxr", OTHER, number=2, usable_until=NOW + timedelta(days=2)), at=later)
    assert (done.status, "stale-trust-list" in done.stderr) == (ExitCode.TRUST, True)


def test_damage(take, verify, made, folder, identifier):
    file = made("1.vxr", identifier)
    damaged = file.with_name("damaged.vxr")
    damaged.write_bytes(file.read_bytes()[:-1] + b"\1")
    done = take(damaged)
    assert (done.status, "damaged" in done.stderr) == (ExitCode.TRUST, True)
    take(file)
    (stored,) = (folder / "revocation").rglob("*.vxr")
    stored.write_bytes(damaged.read_bytes())
    assert verify() == (ExitCode.TRUST, "revocation-unknown")
    stored.write_bytes(b"")
    status, error = verify()
    assert (status, "store-unreadable" in error) == (ExitCode.TRUST, True)
    take(file)
    assert verify() == (ExitCode.REFUSED, "revoked")


def test_standard_input_names_and_anchors(run, take, made, folder, tmp_path):
    file = made("1.vxr", OTHER)
    target = ("--name", "border", "--store", folder, "--at", AT)
    done = run("revoke", "import", "-", *target, stdin=file.read_bytes())
    assert (done.status, "anchor-missing" in done.stderr) == (ExitCode.TRUST, True)
    other = write_anchor(tmp_path / "other.pem", revocations.anchor_key("other"))
    done = run("revoke", "import", file, *target, "--anchor", other)
    assert (done.status, "revocation-list-signature" in done.stderr) == (ExitCode.TRUST, True)
    anchors = ("trust", "anchors", "add", "border", tmp_path / "anchor.pem", "--store", folder)
    assert run(*anchors, "--revocation").status == ExitCode.ACCEPTED
    assert run("revoke", "import", "-", *target, stdin=file.read_bytes()).status == ExitCode.ACCEPTED
    shown = run("trust", "anchors", "list", "--revocation", "--store", folder, "--json").objects
    assert [one["source"] for one in shown] == ["border"]
    assert run("trust", "anchors", "list", "border", "--store", folder, "--json").objects == []
    digest = shown[0]["sha256"]
    remove = ("trust", "anchors", "remove", "border", digest, "--revocation", "--store", folder)
    done = run(*remove)
    assert (done.status, "anchor-missing" in done.stderr) == (ExitCode.TRUST, True)
    done = run(*remove, "--force")
    assert done.status == ExitCode.ACCEPTED


@pytest.mark.parametrize(
    ("arguments", "status"),
    [(("--name", "No Such"), 2), (("--name", ""), 2), (("--threshold", "2"), 4), (("--threshold", "0"), 2)],
)
def test_options_that_cannot_be(take, made, arguments, status):
    assert take(made("1.vxr"), *arguments).status == status


def test_a_file_that_is_not_there(take, tmp_path):
    done = take(tmp_path / "none.vxr")
    assert (done.status, "file-unreadable" in done.stderr) == (ExitCode.UNREADABLE, True)


def test_show(run, take, made, folder):
    show = ("trust", "show", "--store", folder, "--at", AT)
    before = run(*show)
    take(made("1.vxr", OTHER, IDENTIFIERS[0], countries=frozenset({"VN"})), "--name", "border")
    after = run(*show)
    assert after.stdout.startswith(before.stdout)
    added = after.stdout.removeprefix(before.stdout).split("\n")
    assert added[0].split() == ["revocation", "list", "number", "entries", "made", "usable", "until", "state"]
    assert added[2].split()[:3] == ["border", "1", "2"]
    assert added[2].endswith("current")
    assert added[3].strip() == "TEST authority, for VN, 0 deltas, 0 keys withdrawn"
    objects = run(*show, "--json").objects
    assert [one.get("revocation_list") for one in objects] == [None, "border"]
    assert (objects[1]["number"], objects[1]["state"], objects[1]["countries"]) == (1, "current", ["VN"])
    (stored,) = (folder / "revocation").rglob("*.vxr")
    stored.unlink()
    broken = run(*show)
    assert (broken.status, broken.stdout) == (ExitCode.TRUST, before.stdout)
    assert "store-unreadable" in broken.stderr


IDENTIFIERS = ("URN:UVCI:01:VN:A", "URN:UVCI:01:VN:B")


def test_check_asks_the_store(run, take, made, folder):
    check = ("revoke", "check", *IDENTIFIERS, "--at", AT, "--store", folder)
    assert run(*check).status == ExitCode.USAGE  # no list anywhere
    take(made("1.vxr", IDENTIFIERS[0]))
    done = run(*check, "--json")
    assert [one["status"] for one in done.objects] == ["revoked", "not-revoked"]
    assert done.objects[0]["list"] == "vaxcert"
    assert run(*check, "--threshold", "2").status == ExitCode.USAGE


def test_a_revocation_list_has_anchors_of_its_own(run, made, anchor, text, trust, tmp_path, identifier):
    """A list beside it that is judged by other keys, WHO's for example, keeps them."""
    other = write_anchor(tmp_path / "trust-anchor.pem", anchor_signer())
    base = ("verify", text, "--trust", trust.parent, "--at", AT, "--revocation", made("1.vxr", identifier))
    wrong = run(*base, "--anchor", other)
    assert (wrong.status, "revocation-list-signature" in wrong.stderr) == (ExitCode.TRUST, True)
    for options in (("--anchor", other, "--revocation-anchor", anchor), ("--anchor", anchor)):
        assert run(*base, *options, "--json").objects[0]["reason"] == "revoked"


def test_one_of_a_thing_is_said_so(take, made):
    take(made("1.vxr", OTHER))
    done = take(
        made("2.vxr", *IDENTIFIERS, number=2, base=made("1.vxr", OTHER), withdrawn=frozenset({bytes(8)}))
    )
    assert "TEST authority, for all, 1 delta, 1 key withdrawn" in done.stdout


def test_update(run, take, made, verify, folder, identifier):
    first = made("1.vxr", OTHER)
    take(first, "--name", "border")
    tagged = faults.good(made("2.vxr", identifier, number=2).read_bytes(), ETag='"2"')
    answers = (tagged, tagged, faults.not_modified(), faults.good(first.read_bytes()), faults.status(404))
    with ListServer(*answers) as server:
        sources = f'[border]\nkind = "revocation"\nurl = "{server.url}"\n'
        (folder / "sources.toml").write_text(sources)
        update = ("trust", "update", "--store", folder, "--at", AT)
        done = run(*update)
        assert (done.status, done.stdout.split(", usable")[0]) == (0, "border: updated, 1 revoked")
        assert verify() == (ExitCode.REFUSED, "revoked")
        objects = [run(*update, "--json").objects[0] for _ in range(2)]
        assert [one["outcome"] for one in objects] == ["unchanged", "not-modified"]
        assert objects[0]["entries"] == 1
        rollback, missing = run(*update, "--json"), run(*update)
    assert server.requests[2]["If-None-Match"] == '"2"'
    assert (rollback.status, rollback.objects[0]["reason"]) == (1, "trust-list-rollback")
    assert (missing.status, "stays and is current" in missing.stdout) == (1, True)
    assert verify() == (ExitCode.REFUSED, "revoked")


def test_vietnamese(take, made):
    assert "Đã lưu." in take(made("1.vxr"), "--lang", "vi").stdout
