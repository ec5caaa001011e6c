"""`vaxcert revoke`: from identifiers to a signed list to an answer, and what never shows on the way."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

import vaxcert as vc
from tests.support.revocation import anchor_key
from tests.support.signers import NOW, certificate, issuer
from vaxcert.cli.exit_codes import ExitCode
from vaxcert.trust.revocation.hashes import uci_hash

AT = NOW.isoformat()
CI = "URN:UVCI:01:VN:SECRET123#T"
OTHER = "URN:UVCI:01:VN:OTHER456"


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """Private and public key files of two TEST anchors."""
    folder = tmp_path_factory.mktemp("anchors")
    files = {}
    for name in ("a", "b"):
        key = anchor_key(name)
        private, public = folder / f"{name}.key", folder / f"{name}.pem"
        private.write_bytes(key._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        public.write_bytes(key.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        files[name] = (private, public)
    return files


@pytest.fixture
def flow(run, tmp_path, keys):
    """Runs actions on one ledger; whatever they print never holds an identifier."""

    class Flow:
        ledger = tmp_path / "ledger.csv"
        private, public = keys["a"]

        def act(self, *arguments, stdin=b""):
            done = run("revoke", *arguments, stdin=stdin)
            for secret in ("SECRET", "OTHER456", "secret"):
                assert secret not in done.stdout + done.stderr
            return done

        def add(self, *arguments, stdin=b""):
            return self.act("add", self.ledger, *arguments, stdin=stdin)

        def build(self, name="list.vxr", *arguments, number=1, signing="a", base=()):
            issued = () if base else ("--issuer", "TEST authority")
            bases = [one for path in base for one in ("--base", tmp_path / path)]
            key = [one for each in signing for one in ("--key", keys[each][0])]
            shared = ("--out", tmp_path / name, "--number", number, "--at", AT, *key, *bases, *issued)
            return self.act("build", self.ledger, *shared, *arguments)

        def check(self, *items, lists=("list.vxr",), at=AT, stdin=b"", more=()):
            named = [one for path in lists for one in ("--list", tmp_path / path)]
            return self.act("check", *items, *named, "--anchor", self.public, "--at", at, *more, stdin=stdin)

        def statuses(self, *items, more=(), **options):
            done = self.check(*items, more=("--json", *more), **options)
            return [one["status"] for one in done.objects]

    return Flow()


def test_from_an_identifier_to_an_answer(flow):
    assert (
        flow.add(CI, "--expires", "2023-01-31", "--at", AT, "--reason", "forged").status == ExitCode.ACCEPTED
    )
    built = flow.build("list.vxr", "--json")
    (report,) = built.objects
    assert (built.status, report["entries"], report["number"]) == (0, {"revoked IDENTIFIER": 1}, 1)
    assert report["false_positive_rate"] <= 1e-7
    done = flow.check(CI.lower(), OTHER)
    assert done.status == ExitCode.REFUSED
    assert done.stdout.splitlines() == [
        "identifier 1: REVOKED (list TEST authority (list.vxr) of 2022-06-01 08:30 UTC)",
        "identifier 2: not revoked (list TEST authority (list.vxr) of 2022-06-01 08:30 UTC)",
    ]
    assert flow.check(OTHER).status == ExitCode.ACCEPTED
    assert flow.check(OTHER, at="2022-12-01T00:00:00Z").status == ExitCode.TRUST


def test_the_ledger_holds_hashes_only(flow):
    flow.add(CI, OTHER, "--expires", "2023-01-31", "--at", AT)
    text = flow.ledger.read_text()
    assert text.startswith("change,type,hash,expires,reason\nrevoked,IDENTIFIER,")
    assert "SECRET" not in text
    assert len(text.splitlines()) == 3


def test_duplicates_are_noticed(flow):
    assert flow.add(CI, CI.lower(), "--json").objects == [
        {"ledger": str(flow.ledger), "added": 1, "known": 1}
    ]
    assert "Added: 0. In the ledger already: 1." in flow.add(CI).stdout


def test_identifiers_from_standard_input_and_files(flow, tmp_path):
    ids = tmp_path / "ids.txt"
    ids.write_text(f"{OTHER}\n\n", encoding="utf-8")
    flow.add("-", "--from-file", ids, stdin=CI.encode() + b"\r\n")
    flow.build()
    assert flow.statuses("-", stdin=f"{CI}\nX\n".encode()) == ["revoked", "not-revoked"]
    done = flow.act(
        "check", "--list", tmp_path / "list.vxr", "--anchor", flow.public, "--from-file", ids, "--at", AT
    )
    assert done.status == ExitCode.REFUSED


def test_a_certificate_is_revoked_until_it_expires(flow, text):
    flow.add("--certificate", text)
    assert ",2023-06-01," in flow.ledger.read_text()
    flow.build()
    other = issuer().issue(certificate(), at=NOW).text
    assert flow.statuses(text, other) == ["revoked", "not-revoked"]


@pytest.mark.parametrize("named", ["text", "file", "stdin", "list"])
def test_a_certificate_is_never_taken_for_an_identifier(flow, text, tmp_path, named):
    path = tmp_path / "certificate.txt"
    path.write_text(text, encoding="utf-8")
    arguments = {"text": [text], "file": [path], "stdin": ["-"], "list": ["--from-file", path]}[named]
    assert flow.add(*arguments, stdin=text.encode()).status == ExitCode.ACCEPTED
    assert ",2023-06-01," in flow.ledger.read_text()
    flow.build()
    assert flow.statuses(text) == flow.statuses("-", stdin=text.encode()) == ["revoked"]


@pytest.mark.parametrize("kind", ["SIGNATURE", "UCI", "COUNTRYCODEUCI", "IDENTIFIER"])
def test_every_type_of_hash(flow, text, kind):
    flow.add("--certificate", text, "--type", kind)
    flow.build()
    assert flow.statuses(text) == ["revoked"]


def test_a_delta(flow, run):
    flow.add(CI)
    flow.build()
    flow.add(OTHER)
    flow.add(CI, "--restore")
    assert flow.build("delta.vxr", number=2, base=["list.vxr"]).status == ExitCode.ACCEPTED
    both = ("list.vxr", "delta.vxr")
    assert flow.statuses(CI, OTHER, lists=both) == ["not-revoked", "revoked"]
    flow.add(CI)
    flow.build("second.vxr", number=3, base=both)
    assert flow.statuses(CI, OTHER, lists=(*both, "second.vxr")) == ["revoked", "revoked"]
    refused = flow.check(CI, lists=("list.vxr", "second.vxr"))
    assert (refused.status, "revocation-list-unreadable" in refused.stderr) == (ExitCode.TRUST, True)


def test_building_twice_gives_the_same_bytes(flow, tmp_path):
    flow.add(CI, OTHER)
    flow.build("1.vxr")
    flow.build("2.vxr")
    assert (tmp_path / "1.vxr").read_bytes() == (tmp_path / "2.vxr").read_bytes()


def test_only_a_later_edition_replaces_a_list(flow, tmp_path):
    flow.add(CI)
    flow.build()
    again = flow.build()
    assert (again.status, "file-unwritable" in again.stderr) == (ExitCode.USAGE, True)
    assert flow.build(number=2).status == ExitCode.ACCEPTED
    (tmp_path / "list.vxr").write_text("something else")
    assert flow.build(number=3).status == ExitCode.USAGE
    assert (tmp_path / "list.vxr").read_text() == "something else"


def test_a_threshold_of_anchors(flow, keys):
    flow.add(CI)
    flow.build(signing="ab")
    flow.build("one.vxr")
    more = ("--anchor", keys["b"][1], "--threshold", "2")
    assert flow.check(CI, more=more).status == ExitCode.REFUSED
    done = flow.check(CI, lists=("one.vxr",), more=more)
    assert (done.status, "trust-list-threshold" in done.stderr) == (ExitCode.TRUST, True)


def test_keys_and_hashes_and_batches(flow, tmp_path):
    batch = tmp_path / "batch.json"
    entries = [{"hash": b64encode(uci_hash(OTHER)).decode()}]
    batch.write_text(
        json.dumps(
            {
                "country": "VN",
                "expires": (NOW + timedelta(days=9)).isoformat(),
                "kid": "UNKNOWN_KID",
                "hashType": "UCI",
                "entries": entries,
            }
        )
    )
    done = flow.add("--kid", "00" * 8, "--hash", f"UCI:{uci_hash(CI).hex()}", "--from-batch", batch, "--json")
    assert done.objects[0]["added"] == 3
    (report,) = flow.build("list.vxr", "--json").objects
    assert (report["withdrawn_keys"], report["entries"]) == (1, {"revoked UCI": 2})
    assert flow.statuses(CI, OTHER, CI.lower()) == ["revoked", "revoked", "not-revoked"]


def test_countries_that_a_list_is_not_for_are_unknown(flow):
    flow.add(CI)
    flow.build("list.vxr", "--country", "VN")
    assert flow.statuses(CI, more=("--country", "DE")) == ["unknown"]


def test_an_entry_may_end_on_the_day_it_is_made(flow):
    assert flow.add(CI, "--expires", f"{NOW.date()}", "--at", AT).status == ExitCode.ACCEPTED


def test_the_country_of_an_identifier_decides_which_lists_cover_it(flow):
    flow.add(CI, "NOWHERE1")
    flow.build("vn.vxr", "--country", "VN")
    flow.build("all.vxr", "--issuer", "TEST other")
    named = (CI, "URN:UVCI:01:VN:X", "URN:UVCI:01:FR:X", "NOWHERE1", "NOWHERE2")
    assert flow.statuses(*named, lists=["vn.vxr"]) == [
        "revoked", "not-revoked", "unknown", "revoked", "unknown",
    ]  # fmt: skip
    assert set(flow.statuses(*named[1:3], "NOWHERE2", lists=["all.vxr"])) == {"not-revoked"}
    assert set(flow.statuses(*named[1:3], "NOWHERE2", lists=["vn.vxr", "all.vxr"])) == {"not-revoked"}
    assert (
        flow.statuses("URN:UVCI:01:FR:X", "NOWHERE2", lists=["vn.vxr"], more=("--country", "VN"))
        == ["not-revoked"] * 2
    )
    (answer,) = flow.check("NOWHERE2", lists=["vn.vxr"], more=("--json",)).objects
    assert (answer["covered"], "--country" in answer["detail"]) == (False, True)


def test_what_cannot_be_read_as_a_certificate(flow, tmp_path):
    flow.add(CI)
    flow.build()
    done = flow.check("HC1:NONSENSE", more=("--json",))
    assert (done.status, done.objects[0]["status"]) == (ExitCode.UNREADABLE, "unreadable")
    before = flow.ledger.read_bytes()
    assert flow.add("--certificate", "HC1:NONSENSE").status == ExitCode.UNREADABLE
    assert flow.ledger.read_bytes() == before


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        (CI, "--reason", "A NAME"),
        (CI, "--expires", "tomorrow"),
        (CI, "--expires", "2150-01-01"),
        (CI, "--expires", f"{NOW.date() - timedelta(days=1)}", "--at", AT),
        (CI, "--expires", "2022-06-01"),
        ("--hash", "UCI:00"),
        ("--hash", "XYZ:" + "00" * 16),
        ("--kid", "00"),
        (CI, "--type", "COUNTRYCODEUCI"),
        (CI, "--type", "SIGNATURE"),
        ("--reason", "x", CI, "--nonsense", OTHER),
    ],
)
def test_wrong_calls_add_nothing(flow, arguments):
    assert flow.add(*arguments).status == ExitCode.USAGE
    assert not flow.ledger.exists()


def test_wrong_calls_of_build_and_check(flow, tmp_path, keys):
    flow.add(CI)
    flow.build()
    assert flow.build("d.vxr", number=1, base=["list.vxr"]).status == ExitCode.USAGE
    assert flow.build("d.vxr", "--country", "DE", number=2, base=["list.vxr"]).status == ExitCode.USAGE
    assert flow.build("d.vxr", "--valid-days", 1, "--update-days", 2).status == ExitCode.USAGE
    assert flow.build("d.vxr", number=2, base=["list.vxr"], signing="b").status == ExitCode.TRUST
    issued = ("--out", tmp_path / "d.vxr", "--number", 2, "--key", keys["a"][0])
    assert flow.act("build", flow.ledger, *issued).status == ExitCode.USAGE
    assert flow.check().status == ExitCode.USAGE
    assert flow.check(CI, more=("--threshold", "0")).status == ExitCode.USAGE
    assert not (tmp_path / "d.vxr").exists()


def test_a_damaged_ledger_builds_nothing(flow, tmp_path):
    flow.add(CI)
    flow.ledger.write_bytes(flow.ledger.read_bytes()[:-1])
    done = flow.build()
    assert (done.status, "line 2 is cut short" in done.stderr) == (ExitCode.TRUST, True)
    assert not (tmp_path / "list.vxr").exists()


def test_a_list_with_a_flipped_bit(flow, tmp_path):
    flow.add(CI)
    flow.build()
    path = tmp_path / "list.vxr"
    data = bytearray(path.read_bytes())
    data[-4096] ^= 1
    path.write_bytes(bytes(data))
    done = flow.check(CI)
    assert done.status == ExitCode.TRUST
    assert done.stdout == "identifier 1: UNKNOWN (revocation list: block 0 is damaged)\n"


def test_vietnamese(flow):
    flow.add(CI)
    flow.build()
    assert "identifier 1: BỊ THU HỒI (danh sách" in flow.check(CI, more=("--lang", "vi")).stdout


def test_the_certificate_of_the_test_has_an_identifier(text):
    assert any(one.certificate_id for one in vc.inspect(text).certificate.events)
