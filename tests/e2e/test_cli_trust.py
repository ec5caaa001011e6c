"""`vaxcert trust`: published lists, kept and shown on the command line."""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from PIL import Image

from tests.e2e.conftest import AT
from tests.support import http_faults as faults
from tests.support import lists
from tests.support import revocation as revocations
from tests.support.http_faults import ListServer
from tests.support.signers import NOW, signer
from tests.support.store_lists import NEW_COUNT, OLD_COUNT, anchor_signer, entries, pem_list, signed_list
from vaxcert.adapters.files import file_digest
from vaxcert.adapters.places import default_store
from vaxcert.adapters.store import TrustStore
from vaxcert.adapters.trust_sources import configured_sources
from vaxcert.cli.expiry import ExpiryTable
from vaxcert.limits import MAX_TRUST_FILE_BYTES
from vaxcert.presentation.texts import load
from vaxcert.trust.own_list import Companion
from vaxcert.trust.trust_list import TrustedKey

OLD, NEW = signed_list(5, OLD_COUNT), signed_list(6, NEW_COUNT)
DAY = timedelta(days=1)
WRONG_NAME = "No Such Name!"


@pytest.fixture
def trust_run(run, tmp_path):
    """Run an action of `vaxcert trust` with a store of its own."""

    def run_action(action, *arguments, at=AT):
        time = () if at is None else ("--at", at)
        return run("trust", action, *arguments, "--store", tmp_path / "store", *time)

    return run_action


@pytest.fixture
def anchor_file(tmp_path):
    return write_anchor(tmp_path, "TEST anchor")


def write_anchor(folder, name):
    file = folder / f"{name.replace(' ', '-')}.pem"
    file.write_bytes(
        anchor_signer(name).public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    return file


@pytest.fixture
def old(tmp_path):
    file = tmp_path / "old.vxl"
    file.write_bytes(OLD)
    return file


@pytest.fixture
def new(tmp_path):
    file = tmp_path / "new.vxl"
    file.write_bytes(NEW)
    return file


@pytest.fixture
def stored(trust_run, old, anchor_file):
    """A store with number 5 of source eu."""
    done = trust_run("import", old, "--anchor", anchor_file, "--name", "eu")
    assert done.status == 0
    return done


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.corpus
def test_german_list_loses_no_entry(trust_run, corpus):
    german = corpus / "trust-lists/german"
    done = trust_run(
        "import", german / "dsc-list.json", "--anchor", german / "dsc-list-signing-key.pem", at=None
    )
    assert done.status == 0
    assert "829 entries, 829 keys, 829 kids confirmed, 0 lost" in done.stdout
    assert "[extensions-unreadable]" in done.stdout
    assert "[serial-not-positive]" in done.stdout


@pytest.mark.corpus
def test_german_list_with_one_flipped_byte_leaves_the_store_as_it_was(trust_run, corpus, tmp_path):
    german = corpus / "trust-lists/german"
    anchor = german / "dsc-list-signing-key.pem"
    assert trust_run("import", german / "dsc-list.json", "--anchor", anchor, at=None).status == 0
    before = contents(tmp_path / "store")
    data = bytearray((german / "dsc-list.json").read_bytes())
    data[len(data) // 2] ^= 1
    flipped = tmp_path / "flipped.json"
    flipped.write_bytes(data)
    done = trust_run("import", flipped, "--anchor", anchor, at=None)
    assert (done.status, done.stdout) == (4, "")
    assert done.stderr.startswith(f"vaxcert: trust-list-signature: {flipped}: ")
    assert contents(tmp_path / "store") == before


@pytest.mark.corpus
def test_every_entry_of_the_gdhcn_list_is_accounted_for(trust_run, corpus):
    published = corpus / "trust-lists/gdhcn-dev/trustlist.did.json"
    (found,) = trust_run("import", published, "--json", at="2026-08-23T00:00:00Z").objects
    counts = {one["code"]: one["count"] for one in found["findings"]}
    assert (found["environment"], found["proof"], found["entries"], found["lost"]) == (
        "test",
        "signed",
        255,
        0,
    )
    assert found["keys"] + found["authorities"] + counts["test-participant"] == 255
    assert (found["kids_confirmed"], counts["kid-mismatch"]) == (254, 1)


def test_withdrawals_are_counted(trust_run, tmp_path, anchor_file):
    published = tmp_path / "list.vxl"
    published.write_bytes(signed_list(1, unlisted_withdrawals=frozenset({bytes(8)})))
    done = trust_run("import", published, "--anchor", anchor_file)
    assert "  Withdrawals           1" in done.stdout.splitlines()


def test_import_says_what_the_list_is(stored):
    lines = {line[2:24].strip(): line[24:] for line in stored.stdout.splitlines() if line.startswith("  ")}
    assert lines["Proof"] == "signed"
    assert lines["Environment"] == "production"
    assert lines["Number"] == "5"
    assert lines["Made"] == "2022-06-01 07:30 UTC (0 days old)"
    assert lines["Usable until"] == "2022-07-01 07:30 UTC"
    assert lines["State"] == "current"
    assert lines["Entries"] == "5 entries, 5 keys, 0 lost"
    assert lines["Judged by"].startswith("TEST-anchor.pem (")
    assert lines["Import"] == "stored; the first edition of this source"
    assert stored.stderr == ""


def test_import_as_json(trust_run, old, anchor_file):
    (found,) = trust_run("import", old, "--anchor", anchor_file, "--name", "eu", "--json").objects
    assert list(found) == [
        "list",
        "format",
        "proof",
        "number",
        "issued",
        "usable_until",
        "environment",
        "next_update",
        "state",
        "anchors",
        "threshold",
        "entries",
        "keys",
        "kids_confirmed",
        "lost",
        "authorities",
        "withdrawn",
        "findings",
        "problems",
        "outcome",
        "added",
        "removed",
        "changed",
        "notes",
    ]
    assert (found["list"], found["format"], found["proof"]) == ("eu", "vaxcert", "signed")
    assert (found["number"], found["keys"], found["added"]) == (5, OLD_COUNT, OLD_COUNT)
    assert (found["outcome"], found["state"], found["notes"]) == ("stored", "current", [])


def documented_members(command):
    """The members that the table of the page names for a command; what they can be stands in brackets."""
    page = (Path(__file__).parents[2] / "docs/trust.md").read_text("utf-8")
    (row,) = re.findall(rf"^\| {re.escape(command)} \| (.*) \|$", page, re.MULTILINE)
    return set(re.findall(r"`([a-z_0-9]+)`", re.sub(r"\([^)]*\)", "", row)))


def test_json_members_are_those_of_the_page(run, trust_run, old, new, anchor_file, tmp_path):
    (imported,) = trust_run("import", old, "--anchor", anchor_file, "--name", "eu", "--json").objects
    (shown,) = trust_run("show", "--json").objects
    key = trust_run("show", "--keys", "--json").objects[0]
    (compared,) = trust_run("diff", old, new, "--anchor", anchor_file, "--json").objects
    revoked = tmp_path / "list.vxr"
    revoked.write_bytes(revocations.list_bytes(revocations.identifiers("A"), number=1))
    pinned = tmp_path / "revocation-anchor.pem"
    public = revocations.anchor_key().public_key
    pinned.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    asked = ("revoke", "check", "A", "--list", revoked, "--anchor", pinned, "--at", AT, "--json")
    (answer,) = run(*asked).objects
    assert set(shown) == documented_members("`trust show`")
    assert set(imported) - set(shown) == documented_members("`trust import`")
    assert set(key) == documented_members("`trust show --keys`")
    assert set(compared) == documented_members("`trust diff`")
    assert set(answer) | {"reason"} == documented_members("`revoke check`")


def test_next_edition_is_compared_with_the_one_before(trust_run, stored, new):
    done = trust_run("import", new, "--name", "eu")
    assert "keys added: 1, removed: 0, changed: 0" in " ".join(done.stdout.split())
    again = trust_run("import", new, "--name", "eu")
    assert (again.status, "this very edition is stored already" in again.stdout) == (0, True)


def test_rollback_is_refused_and_nothing_changes(trust_run, stored, new, old, tmp_path):
    assert trust_run("import", new, "--name", "eu").status == 0
    before = contents(tmp_path / "store")
    done = trust_run("import", old, "--name", "eu")
    assert (done.status, done.stdout) == (4, "")
    assert done.stderr.startswith("vaxcert: trust-list-rollback: ")
    assert contents(tmp_path / "store") == before


def test_ended_list_is_refused_as_stale(trust_run, old, anchor_file):
    at = (NOW + 31 * DAY).isoformat()
    done = trust_run("import", old, "--anchor", anchor_file, at=at)
    assert (done.status, done.stdout) == (4, "")
    assert done.stderr.startswith("vaxcert: stale-trust-list: ")


def test_threshold_of_two_needs_two(trust_run, tmp_path):
    anchors = [write_anchor(tmp_path, name) for name in ("one", "two", "three")]
    named = [argument for file in anchors for argument in ("--anchor", file)]
    by_one, by_two = tmp_path / "by-one", tmp_path / "by-two"
    by_one.write_bytes(signed_list(1, by=("one",)))
    by_two.write_bytes(signed_list(1, by=("one", "three")))
    refused = trust_run("import", by_one, *named, "--threshold", "2")
    assert (refused.status, refused.stderr.split(": ")[1]) == (4, "trust-list-threshold")
    done = trust_run("import", by_two, *named, "--threshold", "2")
    assert done.status == 0
    assert "2 or more of 3" in done.stdout


@pytest.fixture
def unsigned(tmp_path):
    file = tmp_path / "swiss.json"
    file.write_bytes(lists.public_keys([signer()]).data)
    return file


def test_unsigned_list_needs_leave_and_is_marked(trust_run, unsigned):
    refused = trust_run("import", unsigned)
    assert (refused.status, refused.stderr.split(": ")[1]) == (4, "trust-list-unsigned")
    done = trust_run("import", unsigned, "--allow-unsigned", "--name", "loose")
    assert done.status == 0
    assert "! UNSIGNED: nobody vouches for this list." in done.stdout
    assert "UNSIGNED" in trust_run("show").stdout
    (shown,) = trust_run("show", "--json").objects
    assert shown["proof"] == "unsigned"


def test_folder_of_certificates_is_imported_as_one_list(trust_run, tmp_path):
    folder = tmp_path / "certificates"
    folder.mkdir()
    for number, country in enumerate(("VN", "LA")):
        (folder / f"{number}.der").write_bytes(signer(country=country).certificate.der)
    (folder / "2.pem").write_bytes(b"-----BEGIN CERTIFICATE-----\nthis is none\n-----END CERTIFICATE-----\n")
    done = trust_run("import", folder)
    assert done.status == 0
    assert "3 entries, 2 keys, 1 lost" in done.stdout
    assert done.stderr.startswith("vaxcert: certificate-unreadable: ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--name", WRONG_NAME), "no source can be called"),
        (("--name", ""), "no source can be called"),
        (("--format", "none"), "invalid choice"),
        (("--threshold", "0"), "not a number of anchors"),
        (("--threshold", "x"), "not a number of anchors"),
        (("--max-age-days", "0"), "not a number of days"),
        (("--companion", "x"), "not of the form NAME=FILE"),
        (("--environment", "x"), "invalid choice"),
    ],
)
def test_wrong_options_of_import(trust_run, old, arguments, message):
    done = trust_run("import", old, *arguments)
    assert (done.status, done.stdout) == (2, "")
    assert message in done.stderr


@pytest.mark.parametrize("address", ["https://lists.example.org/keys.vxl", "HTTP://127.0.0.1/x"])
def test_import_takes_no_address(trust_run, address):
    done = trust_run("import", address)
    assert (done.status, done.stdout) == (2, "")
    assert "put the address into sources.toml and run `vaxcert trust update`" in done.stderr


@pytest.mark.parametrize("name", ["list.vxr", "list.bin"])
def test_import_of_a_revocation_list_names_the_command_for_it(trust_run, tmp_path, name):
    file = tmp_path / name
    file.write_bytes(revocations.list_bytes(revocations.identifiers("URN:UVCI:01:VN:A"), number=1))
    done = trust_run("import", file)
    assert (done.status, done.stdout) == (2, "")
    assert "`vaxcert revoke import` takes it" in done.stderr
    assert not (tmp_path / "store").exists()


def test_what_is_no_list_is_not_said_to_be_certificates(trust_run, tmp_path, anchor_file):
    file = tmp_path / "page.html"
    file.write_bytes(b"<html>")
    done = trust_run("import", file, "--anchor", anchor_file)
    assert (done.status, done.stderr.split(": ")[1]) == (4, "trust-list-unsigned")
    assert "no list of a known format and has no signature" in done.stderr
    assert "certificates" not in done.stderr


def test_files_that_cannot_be_read(trust_run, old, tmp_path):
    missing = trust_run("import", tmp_path / "missing")
    assert (missing.status, missing.stderr.split(": ")[1]) == (3, "file-unreadable")
    garbage = tmp_path / "garbage.pem"
    garbage.write_bytes(b"this is no key")
    bad_anchor = trust_run("import", old, "--anchor", garbage)
    assert (bad_anchor.status, bad_anchor.stderr.split(": ")[1]) == (4, "anchor-unreadable")
    assert str(garbage) in bad_anchor.stderr


def test_store_in_the_way_of_other_files(run, old, anchor_file, tmp_path):
    done = run("trust", "import", old, "--anchor", anchor_file, "--store", tmp_path)
    assert (done.status, done.stderr.split(": ")[1]) == (4, "store-unreadable")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"VAXCERT_TRUST": "/a", "XDG_DATA_HOME": "/b", "HOME": "/c"}, "/a"),
        ({"VAXCERT_TRUST": "", "XDG_DATA_HOME": "/b", "HOME": "/c"}, "/b/vaxcert/trust"),
        ({"XDG_DATA_HOME": "relative", "HOME": "/c"}, "/c/.local/share/vaxcert/trust"),
        ({"HOME": "/c"}, "/c/.local/share/vaxcert/trust"),
    ],
)
def test_default_store(environment, expected):
    assert str(default_store(environment)) == expected


def test_import_without_store_goes_to_the_default_one(run, monkeypatch, old, anchor_file, tmp_path):
    monkeypatch.setenv("VAXCERT_TRUST", str(tmp_path / "mine"))
    assert run("trust", "import", old, "--anchor", anchor_file, "--at", AT).status == 0
    assert TrustStore.open(tmp_path / "mine").names() == ("vaxcert",)


@pytest.mark.parametrize(
    ("days", "state"),
    [(0, "current"), (6, "current"), (8, "overdue"), (29, "overdue"), (31, "stale")],
)
def test_show_says_how_old_a_list_is(trust_run, stored, days, state):
    at = (NOW + days * DAY).isoformat()
    (found,) = trust_run("show", "--json", at=at).objects
    assert found["state"] == state
    shown = trust_run("show", at=at).stdout
    assert load("en").get("trust", f"state-{state}") in shown
    assert f"{days} days old" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_show_of_an_empty_store_and_of_none(trust_run, tmp_path):
    none = trust_run("show")
    assert (none.status, none.stderr.split(": ")[1]) == (4, "store-unreadable")
    TrustStore.create(tmp_path / "store")
    assert trust_run("show").stdout == "The store has no list.\n"


def test_show_of_a_name_a_file_and_a_store(trust_run, stored, old, anchor_file, tmp_path):
    by_name = trust_run("show", "eu", "--json").objects
    by_file = trust_run("show", old, "--anchor", anchor_file, "--json").objects
    by_store = trust_run("show", tmp_path / "store", "--json").objects
    assert by_name == by_store
    assert by_file[0]["list"] == "old.vxl"
    assert {**by_file[0], "list": "eu", "anchors": 0} == {**by_name[0], "anchors": 0}
    missing = trust_run("show", "other")
    assert (missing.status, missing.stderr.split(": ")[1]) == (4, "store-unreadable")
    impossible = trust_run("show", WRONG_NAME)
    assert (impossible.status, impossible.stderr.split(": ")[1]) == (4, "store-unreadable")
    no_anchor = trust_run("show", old)
    assert (no_anchor.status, no_anchor.stderr.split(": ")[1]) == (4, "anchor-missing")


def test_show_tells_of_a_list_it_cannot_read_and_shows_the_others(trust_run, stored, new, tmp_path):
    assert trust_run("import", new, "--anchor", tmp_path / "TEST-anchor.pem", "--name", "other").status == 0
    (damaged,) = (tmp_path / "store/lists/eu").glob("*.list")
    damaged.write_bytes(b"damaged")
    done = trust_run("show", "--json")
    assert (done.status, [one["list"] for one in done.objects]) == (4, ["other"])
    assert done.stderr.startswith("vaxcert: store-unreadable: eu: ")
    diff = trust_run("diff", tmp_path / "store", tmp_path / "store")
    assert (diff.status, diff.stdout) == (4, "")


def test_show_keys(trust_run, stored):
    rows = trust_run("show", "--keys").stdout.splitlines()
    assert len(rows) == 1 + OLD_COUNT
    assert max(map(len, rows)) <= 80
    assert rows[0].split() == ["kid", "country", "type", "may", "sign", "from", "until", "status"]
    vietnam = next(row for row in rows if " VN " in row)
    assert vietnam.startswith(signer(country="VN").kid.hex())
    assert vietnam.endswith("2022-01-01  2024-01-01  in date")
    found = trust_run("show", "--keys", "--json").objects
    assert [one["country"] for one in found] == sorted(one["country"] for one in found)
    assert {one["status"] for one in found} == {"in-date"}
    later = trust_run("show", "--keys", "--json", at="2030-01-01T00:00:00Z").objects
    assert {one["status"] for one in later} == {"expired"}


@pytest.mark.parametrize("by_itself", [True, False], ids=["own list", "another source"])
def test_keys_that_a_list_withdraws_are_shown_as_withdrawn(trust_run, tmp_path, anchor_file, by_itself):
    gone = frozenset({signer(country="VN").kid})
    contents = {"eu": signed_list(unlisted_withdrawals=gone if by_itself else frozenset())}
    if not by_itself:
        contents["other"] = signed_list(count=1, entries=entries(2)[1:], unlisted_withdrawals=gone)
    for name, data in contents.items():
        file = tmp_path / f"{name}.vxl"
        file.write_bytes(data)
        imported = trust_run("import", file, "--anchor", anchor_file, "--name", name)
    for target in ((), ("eu",), (tmp_path / "store",)):
        keys = trust_run("show", "--keys", "--json", *target).objects
        statuses = {(one["list"], one["country"]): one["status"] for one in keys}
        assert statuses["eu", "VN"] == "revoked"
        assert statuses["eu", "LA"] == "in-date"
        found = trust_run("show", "--expiry", "--json", *target).objects
        assert "VN" not in {one["country"] for one in found}
    counts = f"{OLD_COUNT - 1} in date, 1 WITHDRAWN"
    assert counts in trust_run("show", "eu").stdout
    assert (counts in imported.stdout) == by_itself


def test_one_key_is_said_so(trust_run, tmp_path, anchor_file):
    file = tmp_path / "one.vxl"
    file.write_bytes(signed_list(count=1))
    done = trust_run("import", file, "--anchor", anchor_file)
    assert "1 entry, 1 key, 0 lost" in done.stdout
    vietnamese = trust_run("show", "vaxcert", "--lang", "vi").stdout
    assert "1 mục, 1 khóa, 0 mục mất" in vietnamese
    picture = tmp_path / "p.svg"
    assert trust_run("show", "--expiry", "--picture", picture).status == 0
    assert "When 1 key ends, by country" in picture.read_text()


def key(country, not_after, **changes):
    """A key that ends at a time; the digest tells it from others."""
    certificate = signer(country="VN").certificate
    made = TrustedKey.from_certificate(certificate)
    fields = {name: getattr(made, name) for name in ("kid", "key")}
    digest = f"{country}{not_after}{changes}".encode()
    return TrustedKey(**{**fields, "digest": digest, "country": country, "not_after": not_after, **changes})


def test_expiry_table_counts_each_key_in_its_half_year():
    at = datetime(2026, 11, 22, tzinfo=UTC)
    keys = [
        key("DE", at - timedelta(seconds=1)),
        key("DE", at),
        key("DE", at),  # the same once more, from another list
        key("DE", datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)),
        key("DE", datetime(2027, 1, 1, tzinfo=UTC)),
        key("DE", datetime(2027, 6, 30, 23, 59, 59, tzinfo=UTC)),
        key("FR", datetime(2027, 7, 1, tzinfo=UTC)),
        key("FR", datetime(2028, 6, 30, 23, 59, 59, tzinfo=UTC)),
        key("FR", datetime(2028, 7, 1, tzinfo=UTC)),
        key(None, None),
        key("VN", at, withdrawn=True),
    ]
    table = ExpiryTable.of(keys, at=at)
    assert table.periods == (
        "expired", "2026-H2", "2027-H1", "2027-H2", "2028-H1", "later", "undated",
    )  # fmt: skip
    assert table.rows == (
        ("DE", (1, 2, 2, 0, 0, 0, 0)),
        ("FR", (0, 0, 0, 1, 1, 1, 0)),
        (None, (0, 0, 0, 0, 0, 0, 1)),
    )
    assert table.totals == (1, 2, 2, 1, 1, 1, 1)


def test_show_expiry(trust_run, stored):
    lines = trust_run("show", "--expiry").stdout.splitlines()
    assert lines[0].split() == [
        "country", "expired", "2022-H1", "2022-H2", "2023-H1", "2023-H2", "later", "undated", "total",
    ]  # fmt: skip
    assert lines[1].split() == ["KH", "·", "·", "·", "·", "·", "1", "·", "1"]
    assert "total          ·        ·        ·        ·        ·      5        ·      5" in lines
    found = trust_run("show", "--expiry", "--json").objects
    assert {one["country"] for one in found} == {"KH", "LA", "SG", "TH", "VN"}
    assert all(one["later"] == 1 for one in found)


@pytest.mark.parametrize("language", ["en", "vi"])
def test_expiry_picture(trust_run, stored, tmp_path, language):
    svg, png = tmp_path / "expiry.svg", tmp_path / "expiry.png"
    for file in (svg, png):
        assert trust_run("show", "--expiry", "--picture", file, "--lang", language).status == 0
    root = ElementTree.fromstring(svg.read_bytes())  # noqa: S314 - we wrote it
    words = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"KH", "LA", "SG", "TH", "VN", load(language).get("trust", "period-later")} <= set(words)
    with Image.open(io.BytesIO(png.read_bytes())) as image:
        assert image.size == (2 * float(root.get("width")), 2 * float(root.get("height")))
        colours = {colour for _, colour in image.getcolors(1 << 20)}
    assert (0x2A, 0x6F, 0x97) in colours  # later


def test_expiry_picture_of_no_kind(trust_run, stored, tmp_path):
    done = trust_run("show", "--expiry", "--picture", tmp_path / "expiry.gif")
    assert (done.status, done.stdout) == (2, "")
    assert not (tmp_path / "expiry.gif").exists()


def test_expiry_picture_adds_up_the_countries_that_have_no_bar(tmp_path):
    from vaxcert.cli import expiry_picture

    at = datetime(2026, 11, 22, tzinfo=UTC)
    keys = [key(f"{first}{second}", at) for first in "ABCDEFG" for second in "ABCDEFG"]
    drawing = expiry_picture.draw(ExpiryTable.of(keys, at=at), load("en"), at=at)
    words = [label.text for label in drawing.labels]
    assert words[-2:] == ["+10", "10"]
    assert words.count("1") == 39
    assert all(box.x + box.width < drawing.width for box in drawing.boxes)
    assert all(label.y < drawing.height for label in drawing.labels)


def test_diff(trust_run, old, new, anchor_file):
    same = trust_run("diff", old, old, "--anchor", anchor_file)
    assert (same.status, same.stdout) == (0, "The keys are the same.\n")
    done = trust_run("diff", old, new, "--anchor", anchor_file)
    assert done.status == 1
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["country", "added", "removed", "changed"]
    assert lines[1].split() == ["MY", "1", "0", "0"]
    assert lines[-1].split()[:3] == [signer(country="MY").kid.hex(), "MY", "added"]
    (found,) = trust_run("diff", new, old, "--anchor", anchor_file, "--json").objects
    assert [one["country"] for one in found["removed"]] == ["MY"]
    assert (found["added"], found["changed"]) == ([], [])


def test_folder_is_compared_with_a_signed_list(trust_run, old, tmp_path, anchor_file):
    """The anchor is for the list; whoever names a folder vouches for the certificates in it."""
    folder = tmp_path / "certificates"
    folder.mkdir()
    (folder / "la.der").write_bytes(signer(country="LA").certificate.der)
    done = trust_run("diff", folder, old, "--anchor", anchor_file, "--json", at=None)
    assert (done.status, done.stderr) == (1, "")
    assert trust_run("show", folder / "la.der", "--anchor", anchor_file).status == 4


def test_diff_shows_what_changed_of_a_key(trust_run, tmp_path, anchor_file):
    files = []
    for environment in ("production", "test"):
        file = tmp_path / f"{environment}.vxl"
        file.write_bytes(signed_list(1, 1, environment=environment))
        files.append(file)
    done = trust_run("diff", *files, "--anchor", anchor_file)
    assert done.status == 1
    assert "changed: environment production → TEST" in done.stdout


def test_diff_of_the_last_two_editions(trust_run, stored, new):
    alone = trust_run("diff", "--name", "eu")
    assert (alone.status, alone.stderr.split(": ")[1]) == (4, "store-unreadable")
    assert trust_run("import", new, "--name", "eu").status == 0
    (found,) = trust_run("diff", "--name", "eu", "--json").objects
    assert [one["country"] for one in found["added"]] == ["MY"]


@pytest.mark.parametrize("arguments", [(), ("one",), ("one", "two", "three"), ("one", "two", "--name", "eu")])
def test_diff_needs_two_lists_or_a_name(trust_run, arguments):
    assert trust_run("diff", *arguments).status == 2


def test_a_removed_source_is_forgotten_with_its_anchors(trust_run, stored, old, anchor_file, tmp_path):
    assert "eu" in trust_run("remove", "eu", at=None).stdout
    assert {path.name for path in contents(tmp_path / "store")} == {"vaxcert-store.json", ".lock"}
    again = trust_run("remove", "eu", at=None)
    assert (again.status, again.stderr.split(": ")[1]) == (4, "store-unreadable")
    assert trust_run("import", old, "--anchor", anchor_file, "--name", "eu").status == 0
    assert trust_run("remove", "eu", "--json", at=None).objects == [{"source": "eu", "removed": True}]


def test_anchors(trust_run, stored, tmp_path):
    second = write_anchor(tmp_path, "second")
    (pinned,) = trust_run("anchors", "list", "eu", "--json", at=None).objects
    assert (pinned["source"], pinned["name"]) == ("eu", "TEST-anchor.pem")
    assert trust_run("anchors", "add", "eu", second, at=None).status == 0
    listed = trust_run("anchors", "list", "--json", at=None).objects
    assert {one["name"] for one in listed} == {"TEST-anchor.pem", "second.pem"}
    digest = next(one["sha256"] for one in listed if one["name"] == "second.pem")
    assert trust_run("anchors", "remove", "eu", digest[:8], at=None).status == 0
    assert trust_run("anchors", "list", "eu", "--json", at=None).objects == [pinned]
    again = trust_run("anchors", "remove", "eu", digest, at=None)
    assert (again.status, again.stderr.split(": ")[1]) == (4, "anchor-missing")
    assert "second.pem" not in trust_run("anchors", "list", "eu", at=None).stdout


def test_the_anchor_of_the_current_list_goes_by_force_only(trust_run, stored):
    (pinned,) = trust_run("anchors", "list", "eu", "--json", at=None).objects
    remove = ("anchors", "remove", "eu", pinned["sha256"])
    done = trust_run(*remove, at=None)
    assert (done.status, done.stderr.split(": ")[1]) == (4, "anchor-missing")
    assert "import an edition signed by the others first" in done.stderr
    assert trust_run("show", "eu").status == 0
    assert trust_run(*remove, "--force", at=None).status == 0
    assert trust_run("show", "eu").status == 4


@pytest.mark.parametrize(
    "arguments",
    [("remove", "eu", "not-hex"), ("remove", WRONG_NAME, "00112233"), ("list", WRONG_NAME)],
)
def test_wrong_options_of_anchors(trust_run, stored, arguments):
    assert trust_run("anchors", *arguments, at=None).status == 2


def configure(tmp_path, **sources):
    tables = (f"[{name}]\nurl = {json.dumps(url)}\n" for name, url in sources.items())
    (tmp_path / "store/sources.toml").write_text("\n".join(tables))


def test_update(trust_run, stored, tmp_path):
    tagged = faults.good(NEW, ETag='"6"')
    with ListServer(tagged, tagged, faults.not_modified()) as server:
        configure(tmp_path, eu=server.url)
        first = trust_run("update")
        assert (first.status, first.stdout.split(",")[0]) == (0, "eu: updated")
        outcomes = [trust_run("update", "--json").objects[0]["outcome"] for _ in range(2)]
    assert outcomes == ["unchanged", "not-modified"]
    (found,) = trust_run("show", "--json").objects
    assert found["number"] == 6


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (faults.status(404), "download-failed"),
        (faults.redirect("https://elsewhere.example/list"), "download-refused"),
        (faults.good(b"garbage"), "trust-list-unreadable"),
        (faults.good(signed_list(4)), "trust-list-rollback"),
        (faults.good(signed_list(7, by=("somebody else",))), "trust-list-signature"),
    ],
)
def test_update_that_fails_keeps_the_good_list(trust_run, stored, tmp_path, answer, reason):
    with ListServer(answer) as server:
        configure(tmp_path, eu=server.url)
        usable = trust_run("update")
        stale = trust_run("update", "--json", at=(NOW + 31 * DAY).isoformat())
    assert usable.status == 1
    assert "FAILED; the list that is stored stays and is current" in " ".join(usable.stdout.split())
    assert stale.status == 4
    assert (stale.objects[0]["outcome"], stale.objects[0]["state"]) == ("failed", "stale")
    (found,) = trust_run("show", "--json").objects
    assert found["number"] == 5
    assert usable.stderr.startswith(f"vaxcert: {reason}: ")


def test_update_that_fails_without_any_list(trust_run, tmp_path):
    TrustStore.create(tmp_path / "store")
    with ListServer(faults.status(404)) as server:
        configure(tmp_path, eu=server.url)
        done = trust_run("update")
    assert done.status == 4
    assert "there is no list to rely on" in done.stdout


def test_update_goes_on_after_a_source_that_fails(trust_run, stored, tmp_path):
    with ListServer(faults.good(NEW)) as server:
        configure(tmp_path, broken="http://elsewhere.example/list", eu=server.url)
        done = trust_run("update", "--json")
        chosen = trust_run("update", "eu")
    assert [one["outcome"] for one in done.objects] == ["failed", "stored"]
    assert done.status == 4
    assert chosen.status == 0


def test_update_of_what_is_not_configured(trust_run, stored, tmp_path):
    assert trust_run("update").status == 2
    configure(tmp_path, eu="https://lists.example/list")
    done = trust_run("update", "other")
    assert (done.status, "'other'" in done.stderr) == (2, True)


def test_sources_of_the_page_are_as_the_program_reads_them(tmp_path):
    page = (Path(__file__).parents[2] / "docs/trust.md").read_text("utf-8")
    store = TrustStore.create(tmp_path / "store")
    block = "\n".join(line for line in page.splitlines() if line.startswith("    "))
    (tmp_path / "store/sources.toml").write_text(block)
    trust, revocation = configured_sources(store)
    assert (trust.name, trust.url) == ("moh", "https://lists.example.org/keys.vxl")
    assert (revocation.name, trust.is_revocation, revocation.is_revocation) == ("moh-revoked", False, True)


def test_every_page_of_the_trust_command_speaks_vietnamese(run, trust_run, stored):
    for arguments in (("show",), ("show", "eu"), ("show", "--keys"), ("show", "--expiry")):
        done = trust_run(*arguments, "--lang", "vi")
        assert done.status == 0
        assert not {"usable", "expired", "current", "country"} & set(done.stdout.replace(",", " ").split())
    for action in ("import", "show", "diff", "update", "anchors", "sign"):
        assert run("trust", action, "--help", "--lang", "vi").stdout.startswith("cách dùng")


def test_unsigned_certificates_are_not_taken_from_a_server(trust_run, tmp_path):
    TrustStore.create(tmp_path / "store")
    with ListServer(faults.good(pem_list())) as server:
        configure(tmp_path, eu=server.url)
        done = trust_run("update")
    assert (done.status, done.stderr.split(": ")[1]) == (4, "trust-list-unsigned")


def test_list_on_standard_input(run, tmp_path, anchor_file):
    store = tmp_path / "store"
    done = run("trust", "import", "-", "--anchor", anchor_file, "--store", store, "--at", AT, stdin=OLD)
    assert done.status == 0
    assert "5 entries, 5 keys, 0 lost" in done.stdout
    shown = run("trust", "show", "-", "--anchor", anchor_file, "--json", "--at", AT, stdin=OLD)
    assert (shown.objects[0]["list"], shown.objects[0]["keys"]) == ("-", OLD_COUNT)


def test_list_that_is_too_long(run, tmp_path, monkeypatch):
    for module in ("vaxcert.cli.trust_import", "vaxcert.adapters.store"):
        if hasattr(import_module(module), "MAX_TRUST_FILE_BYTES"):
            monkeypatch.setattr(f"{module}.MAX_TRUST_FILE_BYTES", 1000)
    long = tmp_path / "long"
    long.write_bytes(bytes(1001))
    for file, stdin in ((long, b""), ("-", bytes(1001))):
        done = run("trust", "import", file, "--store", tmp_path / "store", stdin=stdin)
        assert (done.status, done.stderr.split(": ")[1]) == (3, "input-too-long")
    assert not (tmp_path / "store").exists()


def test_mix_and_match_attack(trust_run, tmp_path, anchor_file):
    document, other, published = tmp_path / "revoked", tmp_path / "other", tmp_path / "list.vxl"
    for path, last in ((document, b"1"), (other, b"2")):
        with path.open("wb") as file:  # longer than any trust list may be, and mostly a hole
            file.seek(MAX_TRUST_FILE_BYTES)
            file.write(last)
    digest = file_digest(document)
    published.write_bytes(signed_list(1, companions=(Companion(name="revocation", digest=digest),)))
    arguments = (published, "--anchor", anchor_file, "--companion")
    mixed = trust_run("import", *arguments, f"revocation={other}")
    assert (mixed.status, mixed.stderr.split(": ")[1]) == (4, "trust-list-mixed")
    gone = trust_run("import", *arguments, f"revocation={tmp_path / 'gone'}")
    assert (gone.status, gone.stderr.split(": ")[1]) == (3, "file-unreadable")
    taken = trust_run("import", *arguments, f"revocation={document}")
    assert (taken.status, taken.stderr) == (0, "")


def test_age_limit_of_a_list_without_an_end(trust_run, unsigned, tmp_path):
    arguments = ("import", unsigned, "--allow-unsigned", "--json", "--name")
    (usual,) = trust_run(*arguments, "usual").objects
    (short,) = trust_run(*arguments, "short", "--max-age-days", "10").objects
    assert usual["usable_until"] == "2022-08-30T08:30:00Z"
    assert short["usable_until"] == "2022-06-11T08:30:00Z"


def test_list_of_test_keys_is_said_to_be_one(trust_run, unsigned):
    done = trust_run("import", unsigned, "--allow-unsigned", "--environment", "test")
    assert "  Environment           TEST" in done.stdout.splitlines()


@pytest.mark.corpus
def test_a_list_in_a_file_ages_like_one_that_is_kept(trust_run, run, corpus, tmp_path):
    german = corpus / "trust-lists/german"
    arguments = (german / "dsc-list.json", "--anchor", german / "dsc-list-signing-key.pem", "--json")
    ends = [
        run("trust", "show", *arguments, *more).objects[0]["usable_until"]
        for more in ((), ("--max-age-days", "3650"))
    ]
    assert ends == ["2024-02-26T10:23:58Z", "2033-11-25T10:23:58Z"]
