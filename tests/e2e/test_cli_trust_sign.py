"""`vaxcert trust sign`: two people on two machines make one list, and a verifier takes it."""

from __future__ import annotations

import hashlib
import io
import json
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from vaxcert.cli import trust_sign
from vaxcert.cli.arguments import Parser
from vaxcert.cli.exit_codes import ExitCode, UsageError
from vaxcert.cli.output import Output
from vaxcert.cli.session import Session
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.crypto.authority import create_csr, create_signing_ca, issue_signing_certificate, new_key
from vaxcert.crypto.signing_certificate import key_identifier
from vaxcert.errors import AdapterError, Reason, TrustListError
from vaxcert.presentation.texts import load
from vaxcert.trust import formats, own_list, signed_document
from vaxcert.trust.anchors import anchor_of
from vaxcert.trust.formats.reading.terms import ReadingTerms
from vaxcert.trust.origin import Environment

NOW = datetime(2026, 3, 1, 9, 30, 15, 123456, tzinfo=UTC)
NEW = ("--issuer", "TEST ministry", "--number", "5", "--environment", "production")


def der(certificate):
    return certificate.public_bytes(Encoding.DER)


@cache
def anchor_key(name, algorithm=Algorithm.ES256):
    return new_key(algorithm)


@cache
def signers():
    """The certificates of an authority and of two signers under it."""
    ca_key = new_key(Algorithm.ES256)
    names = {"country": "VN", "organization": "TEST"}
    start = NOW - timedelta(days=30)
    ca = create_signing_ca(ca_key, common_name="TEST CSCA", not_before=start, **names)
    made = []
    for name in ("TEST DSC 1", "TEST DSC 2"):
        request = create_csr(new_key(Algorithm.ES256), common_name=name, **names)
        made.append(issue_signing_certificate(request, ca_certificate=ca, ca_key=ca_key, not_before=start))
    return der(ca), *map(der, made)


class Desk:
    """A folder with keys and certificates, and the command in it."""

    def __init__(self, folder):
        self.folder = folder
        self.ca, *dscs = signers()
        (folder / "csca.der").write_bytes(self.ca)
        (folder / "dsc").mkdir()
        for number, one in enumerate(dscs, 1):
            (folder / "dsc" / f"{number}.der").write_bytes(one)
        for name in ("first", "second"):
            self.key(name, anchor_key(name))

    def key(self, name, key, encryption=None):
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())
        (self.folder / f"{name}.key").write_bytes(pem)

    def sign(self, *arguments, key="first", now=NOW):
        """Run the command. Returns its exit code, standard output and standard error."""
        out, err = io.StringIO(), io.StringIO()
        texts = load("en")
        parser = Parser(texts=texts, prog="vaxcert trust", add_help=False)
        trust_sign.add_parser(parser.add_subparsers(required=True), texts)
        words = [str(self.folder / one[1:]) if one.startswith("@") else one for one in arguments]
        options = parser.parse_args(["sign", *words, "--key", str(self.folder / f"{key}.key")])
        session = Session(Output(out, err, texts, {}), texts, io.BufferedReader(io.BytesIO()), False, now)
        code = options.run(options, session)
        return code, out.getvalue(), err.getvalue()

    def new(self, *arguments, **options):
        return self.sign("@dsc", "--out", "@list", *NEW, *arguments, **options)

    @property
    def data(self):
        return (self.folder / "list").read_bytes()

    def read(self, *names, threshold=1):
        anchors = tuple(anchor_of(anchor_key(name).public_key()) for name in names or ("first",))
        return formats.read(self.data, ReadingTerms(anchors=anchors, threshold=threshold))


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def refused(call, error, reason=None):
    with pytest.raises(error) as caught:
        call()
    assert reason is None or caught.value.reason is reason
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_two_anchors_on_two_machines(desk):
    assert desk.new()[0] is ExitCode.ACCEPTED
    with pytest.raises(TrustListError) as caught:
        desk.read("first", "second", threshold=2)
    assert caught.value.reason is Reason.TRUST_LIST_THRESHOLD
    assert desk.sign("--add", "@list", key="second")[0] is ExitCode.ACCEPTED
    reading = desk.read("first", "second", threshold=2)
    assert (len(reading.keys), reading.problems, reading.origin.number) == (2, (), 5)


def test_what_the_options_say_is_what_the_list_says(desk):
    revocation = desk.folder / "revocation.vrl"
    revocation.write_bytes(b"TEST")
    gone = key_identifier(b"gone").hex()
    code, _, _ = desk.new(
        *("--update-days", "2", "--valid-days", "3", "--authority", "@csca.der"),
        *("--withdraw", gone, "--withdraw", "AB" * 32, "--companion", f"revocation={revocation}"),
    )
    assert code is ExitCode.ACCEPTED
    reading = desk.read()
    issued = NOW.replace(microsecond=0)
    assert (reading.origin.issued, reading.environment) == (issued, Environment.PRODUCTION)
    assert reading.origin.next_update == issued + timedelta(days=2)
    assert reading.origin.usable_until == issued + timedelta(days=3)
    assert reading.withdrawn == {bytes.fromhex(gone), b"\xab" * 32}
    assert [one.der for one in reading.authorities] == [desk.ca]
    assert reading.companions == (("revocation", hashlib.sha256(b"TEST").digest()),)


def test_shows_what_is_signed_to_people(desk):
    _, shown, _ = desk.new()
    document = signed_document.read(desk.data, own_list.CONTENT_TYPE)
    for word in ("TEST ministry", "2026-03-01 09:30 UTC", "2026-03-08", "2026-03-31", "production"):
        assert word in shown
    # 80 columns leave room for less than a digest on a line
    assert hashlib.sha256(document.content).hexdigest()[:32] in shown.replace("\n", "").replace(" ", "")
    assert signed_document.key_identifier(anchor_key("first").public_key()).hex() in shown


def test_shows_what_is_signed_before_the_key_is_opened(desk):
    out = io.StringIO()
    (desk.folder / "first.key").write_bytes(b"no key")
    texts = load("en")
    parser = Parser(texts=texts, prog="vaxcert trust", add_help=False)
    trust_sign.add_parser(parser.add_subparsers(required=True), texts)
    folder = desk.folder
    options = parser.parse_args(
        ["sign", f"{folder}/dsc", "--out", f"{folder}/list", "--key", f"{folder}/first.key", *NEW]
    )
    session = Session(
        Output(out, io.StringIO(), texts, {}), texts, io.BufferedReader(io.BytesIO()), False, NOW
    )
    refused(lambda: options.run(options, session), AdapterError, Reason.KEY_UNREADABLE)
    assert "TEST ministry" in out.getvalue()
    assert not (folder / "list").exists()


def test_json(desk):
    first = json.loads(desk.new("--json")[1])
    second = json.loads(desk.sign("--add", "@list", "--json", key="second")[1])
    kids = [
        signed_document.key_identifier(anchor_key(name).public_key()).hex() for name in ("first", "second")
    ]
    document = signed_document.read(desk.data, own_list.CONTENT_TYPE)
    assert first == {
        "file": str(desk.folder / "list"),
        "issuer": "TEST ministry",
        "number": 5,
        "environment": "production",
        "issued": "2026-03-01T09:30:15Z",
        "next_update": "2026-03-08T09:30:15Z",
        "usable_until": "2026-03-31T09:30:15Z",
        "keys": 2,
        "withdrawn": [],
        "authorities": 0,
        "companions": {},
        "content_sha256": hashlib.sha256(document.content).hexdigest(),
        "signatures": kids[:1],
        "signed_by": kids[0],
        "added": True,
    }
    assert second == {**first, "signatures": sorted(kids), "signed_by": kids[1]}


def test_signing_twice_gives_the_same_bytes(desk):
    desk.new()
    once = desk.data
    assert desk.new()[0] is ExitCode.ACCEPTED
    assert desk.data == once
    desk.sign("--add", "@list")
    assert desk.data == once


def test_an_anchor_that_has_signed_adds_nothing(desk):
    desk.new()
    code, shown, _ = desk.sign("--add", "@list")
    assert code is ExitCode.ACCEPTED
    assert "nothing was added" in " ".join(shown.split())
    assert "Written" not in shown
    assert json.loads(desk.sign("--add", "@list", "--json")[1])["added"] is False


def test_a_list_of_withdrawals_alone_can_be_signed(desk):
    (desk.folder / "none").mkdir()
    empty = ("@none", "--out", "@list", *NEW)
    assert "at least one" in refused(lambda: desk.sign(*empty), UsageError)
    assert not (desk.folder / "list").exists()
    code, shown, _ = desk.sign(*empty, "--withdraw", "00" * 8)
    assert (code, "Withdrawals           1" in shown) == (ExitCode.ACCEPTED, True)


def test_signing_in_two_places_gives_the_same_bytes(desk):
    desk.new()
    desk.sign("@dsc", "--out", "@copy", *NEW)
    assert (desk.folder / "copy").read_bytes() == desk.data


def test_signing_twice_keeps_a_signature_that_is_never_the_same(desk):
    desk.key("first", anchor_key("rsa", Algorithm.PS256))
    desk.new()
    once = desk.data
    desk.new()
    desk.sign("--add", "@list")
    assert desk.data == once


def test_making_it_again_keeps_the_other_anchors_signature(desk):
    desk.new()
    desk.sign("--add", "@list", key="second")
    both = desk.data
    desk.new()
    assert desk.data == both


def test_key_with_a_password(desk):
    desk.key("first", anchor_key("first"), BestAvailableEncryption(b"TEST"))
    refused(desk.new, AdapterError, Reason.KEY_PASSWORD)
    (desk.folder / "password").write_text("TEST\n")
    assert desk.new("--password-file", "@password")[0] is ExitCode.ACCEPTED


class TestOverwriting:
    def test_a_later_edition_replaces_an_earlier_one(self, desk):
        desk.new()
        assert desk.new("--number", "6")[0] is ExitCode.ACCEPTED
        assert desk.read().origin.number == 6

    @pytest.mark.parametrize(
        "changed",
        [
            ("--number", "4"),
            ("--valid-days", "31"),
            ("--number", "6", "--issuer", "TEST other"),
            ("--number", "6", "--environment", "test"),
        ],
    )
    def test_nothing_else_replaces_it(self, desk, changed):
        desk.new()
        before = desk.data
        refused(lambda: desk.new(*changed), AdapterError, Reason.FILE_UNWRITABLE)
        assert desk.data == before

    def test_a_file_of_another_kind_is_not_overwritten(self, desk):
        (desk.folder / "list").write_bytes(b"diary")
        refused(desk.new, AdapterError, Reason.FILE_UNWRITABLE)
        assert desk.data == b"diary"


class TestRefusals:
    def test_a_certificate_that_no_verifier_would_take_is_not_signed(self, desk):
        """An authority of the country is named, and it issued none of the certificates."""
        other_key = new_key(Algorithm.ES256)
        other = create_signing_ca(
            other_key, country="VN", organization="TEST", common_name="TEST CSCA", not_before=NOW
        )
        (desk.folder / "other.der").write_bytes(der(other))
        code, _, errors = desk.new("--authority", "@other.der")
        assert code is ExitCode.REFUSED
        assert errors.count("trust-entry-signature") == 2
        assert not (desk.folder / "list").exists()

    def test_a_certificate_that_cannot_be_read_ends_it(self, desk):
        (desk.folder / "dsc" / "3.der").write_bytes(b"nothing")
        assert "3.der" in refused(desk.new, TrustListError, Reason.CERTIFICATE_UNREADABLE)
        assert not (desk.folder / "list").exists()

    def test_an_authority_is_no_signer(self, desk):
        message = refused(lambda: desk.sign("@csca.der", "@dsc", "--out", "@list", *NEW), UsageError)
        assert "--authority" in message
        assert not (desk.folder / "list").exists()

    def test_what_says_more_than_can_be_shown_is_not_signed(self, desk):
        import cbor2

        desk.new()
        document = signed_document.read(desk.data, own_list.CONTENT_TYPE)
        more = cbor2.dumps({**cbor2.loads(document.content), 99: "small print"})
        (desk.folder / "list").write_bytes(
            signed_document.write(
                signed_document.SignedDocument(document.content_type, more, document.signatures)
            )
        )
        before = desk.data
        refused(
            lambda: desk.sign("--add", "@list", key="second"), TrustListError, Reason.TRUST_LIST_UNREADABLE
        )
        assert desk.data == before

    def test_adding_to_what_is_no_list(self, desk):
        refused(lambda: desk.sign("--add", "@csca.der"), TrustListError, Reason.TRUST_LIST_UNREADABLE)
        refused(lambda: desk.sign("--add", "@nowhere"), AdapterError, Reason.FILE_UNREADABLE)

    def test_key_of_another_type(self, desk):
        from cryptography.hazmat.primitives.asymmetric import ec

        from vaxcert.errors import UnsupportedError

        desk.key("first", ec.generate_private_key(ec.SECP384R1()))
        refused(desk.new, UnsupportedError, Reason.KEY_TYPE)
        assert not (desk.folder / "list").exists()

    @pytest.mark.parametrize(
        "arguments",
        [
            ("@dsc",),
            ("@dsc", "--out", "@list"),
            ("--out", "@list", *NEW),
            ("@dsc", "--out", "@list", *NEW[:4]),
            ("@dsc", "--out", "@list", *NEW, "--add", "@list"),
            ("--add", "@list", "--number", "6"),
            ("--add", "@list", "@dsc"),
            ("--add", "@list", "--withdraw", "00" * 8),
            ("--add", "@list", "--valid-days", "3"),
            ("@dsc", "--out", "@list", *NEW, "--number", "0"),
            ("@dsc", "--out", "@list", *NEW, "--number", "9007199254740992"),
            ("@dsc", "--out", "@list", *NEW, "--number", "x"),
            ("@dsc", "--out", "@list", *NEW, "--issuer", ""),
            ("@dsc", "--out", "@list", *NEW, "--update-days", "9", "--valid-days", "8"),
            ("@dsc", "--out", "@list", *NEW, "--withdraw", "00" * 9),
            ("@dsc", "--out", "@list", *NEW, "--withdraw", "xx" * 8),
            ("@dsc", "--out", "@list", *NEW, "--companion", "revocation"),
            ("@dsc", "--out", "@list", *NEW, "--environment", "staging"),
            ("@dsc", "--out", "@list", *NEW, "--at", "9999-12-31T00:00:00Z"),
        ],
    )
    def test_options_that_do_not_go_together(self, desk, arguments):
        refused(lambda: desk.sign(*arguments), UsageError)
        assert not (desk.folder / "list").exists()
