"""Downloading lists from a server that may do anything: the good list stays, or a better one takes its place."""

from __future__ import annotations

import gzip
import io
import re
import ssl
import sys
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

import vaxcert as vc
from tests.support import http_faults as faults
from tests.support import revocation, signers
from tests.support.http_faults import ListServer
from tests.support.signers import NOW, signer
from tests.support.store_lists import (
    COUNTRIES,
    NEW_COUNT,
    OLD_COUNT,
    anchor,
    austrian_list,
    austrian_signer,
    pem_list,
    signed_list,
)
from vaxcert.adapters import trust_update
from vaxcert.adapters.download import ClientOptions
from vaxcert.adapters.store import ImportOptions, TrustStore
from vaxcert.adapters.trust_sources import UpdateSource, configured_sources
from vaxcert.adapters.trust_update import UpdateOutcome, update, update_all, update_one
from vaxcert.errors import AdapterError, Reason, StaleTrustListError, TrustListError, VaxcertError
from vaxcert.trust.anchors import anchor_of
from vaxcert.trust.origin import Environment
from vaxcert.trust.revocation.query import RevocationStatus

OLD = signed_list(5, OLD_COUNT)
NEW = signed_list(6, NEW_COUNT)
LIMIT = 200_000
ADDRESSES_REFUSED = (
    "http://lists.example.org/list",
    "ftp://127.0.0.1/list",
    "file:///etc/hosts",
    "https://name:secret@127.0.0.1/list",
    "//127.0.0.1/list",
    "https://127.0.0.1:port/",
    "https://xn--1-/",
    "https://",
    "",
)


class Clock:
    """Counts the waiting instead of waiting."""

    def __init__(self):
        self.waits = []

    async def sleep(self, seconds):
        self.waits.append(seconds)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(tmp_path):
    """A store with a good list, number 5."""
    store = TrustStore.create(tmp_path / "store")
    store.import_list("eu", OLD, at=NOW, options=ImportOptions(anchors=(anchor(),)))
    return store


def client(clock, **changes):
    return ClientOptions(**{"read_seconds": 5, "max_bytes": LIMIT, "sleep": clock.sleep, **changes})


def run(store, server, clock, *, at=NOW, source=None, **changes):
    return update(
        store, source or UpdateSource(name="eu", url=server.url), at=at, client=client(clock, **changes)
    )


def holds(store, count):
    """Whether the store has the list of so many signers, and verification goes by it."""
    loaded = store.load()
    assert loaded.problems == ()
    trust_list = loaded.trust_list()
    assert {key.country for key in trust_list} == set(COUNTRIES[:count])
    verifier = vc.Verifier(trust_list)
    for position, country in enumerate(COUNTRIES[:NEW_COUNT]):
        text = signers.issuer(signer(country=country), country=country)
        issued = text.issue(signers.certificate(), at=NOW)
        report = verifier.report(issued.text, at=NOW)
        assert (report.outcome is vc.Outcome.ACCEPTED) == (position < count)


# --- what should work


def test_new_edition_is_stored(store, clock):
    with ListServer(faults.good(NEW)) as server:
        result = run(store, server, clock)
    assert result.outcome is UpdateOutcome.STORED
    assert [key.country for key in result.imported.difference.added] == [COUNTRIES[OLD_COUNT]]
    assert result.source.current.number == 6
    assert server.requests[0]["User-Agent"] == "vaxcert"
    assert server.requests[0]["Authorization"] is None
    holds(store, NEW_COUNT)


def test_what_the_server_says_is_current_is_not_sent_again(store, clock):
    validators = {"ETag": '"six"', "Last_Modified": "Wed, 01 Jun 2022 08:00:00 GMT"}
    with ListServer(faults.good(NEW, **validators), faults.not_modified()) as server:
        run(store, server, clock)
        result = run(store, server, clock, at=NOW + timedelta(days=3))
    first, second = server.requests
    assert first["If-None-Match"] is None
    assert second["If-None-Match"] == '"six"'
    assert second["If-Modified-Since"] == "Wed, 01 Jun 2022 08:00:00 GMT"
    assert result.outcome is UpdateOutcome.NOT_MODIFIED
    assert result.imported is None
    assert result.source.current.confirmed_at == NOW + timedelta(days=3)
    assert result.source.current.imported_at == NOW
    holds(store, NEW_COUNT)


def test_age_limit_of_the_file_holds_without_a_new_edition(tmp_path, clock):
    store = TrustStore.create(tmp_path / "store")
    with ListServer(faults.good(pem_list(), ETag='"x"'), faults.not_modified()) as server:
        for days in (30, 7):
            source = UpdateSource(
                name="eu",
                url=server.url,
                options=ImportOptions(allow_unsigned=True, max_age=timedelta(days=days)),
            )
            run(store, server, clock, source=source)
            assert store.source("eu").usable_until == NOW + timedelta(days=days)


def test_the_same_bytes_again_are_no_new_edition(store, clock):
    with ListServer(faults.good(OLD)) as server:
        result = run(store, server, clock)
    assert result.outcome is UpdateOutcome.UNCHANGED
    assert result.source.previous is None
    holds(store, OLD_COUNT)


def test_damaged_list_is_asked_for_as_if_it_were_not_there(store, clock):
    with ListServer(faults.good(OLD, ETag='"five"')) as server:
        run(store, server, clock)
        [path] = store.folder.glob("lists/eu/*.list")
        path.write_bytes(OLD[:-1])
        run(store, server, clock)
    assert server.requests[1]["If-None-Match"] is None
    holds(store, OLD_COUNT)


def test_not_modified_for_a_request_without_condition_is_an_error(store, clock):
    with ListServer(faults.not_modified()) as server:
        fails(Reason.DOWNLOAD_FAILED, store, server, clock)


def test_compressed_list(store, clock):
    with ListServer(faults.compressed(NEW)) as server:
        assert run(store, server, clock).outcome is UpdateOutcome.STORED
    holds(store, NEW_COUNT)


def test_list_up_to_the_end_of_the_connection(store, clock):
    with ListServer(faults.until_the_end(NEW)) as server:
        assert run(store, server, clock).outcome is UpdateOutcome.STORED
    holds(store, NEW_COUNT)


def test_redirects_on_the_same_server_are_followed_three_times(store, clock):
    hops = [faults.redirect("/2"), faults.redirect("3?a=b"), faults.redirect("./4")]
    with ListServer(*hops, faults.good(NEW)) as server:
        run(store, server, clock)
    assert server.paths == ["/list", "/2", "/3?a=b", "/4"]
    holds(store, NEW_COUNT)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_that_cannot_now_is_asked_again(store, clock, status):
    with ListServer(faults.status(status), faults.good(NEW)) as server:
        assert run(store, server, clock).outcome is UpdateOutcome.STORED
    assert clock.waits == [1]
    holds(store, NEW_COUNT)


def test_a_cut_answer_is_asked_for_again(store, clock):
    with ListServer(faults.cut(NEW), faults.cut(NEW), faults.good(NEW)) as server:
        assert run(store, server, clock).outcome is UpdateOutcome.STORED
    assert clock.waits == [1, 2]


@pytest.mark.parametrize(
    ("asked", "waited"),
    [("7", 7), ("60", 60), ("61", 60), ("9" * 30, 60), ("-1", 1), ("soon", 1), ("1.5", 1), ("", 1)],
)
def test_the_wait_that_a_server_asks_for_is_bounded(store, clock, asked, waited):
    with ListServer(faults.status(503, Retry_After=asked), faults.good(NEW)) as server:
        run(store, server, clock)
    assert clock.waits == [waited]


# --- the nine faults, and more


def fails(reason, store, server, clock, **changes):
    """The update fails for that reason and one line, and nothing has changed."""
    with pytest.raises(VaxcertError) as caught:
        run(store, server, clock, **changes)
    assert caught.value.reason is reason, caught.value
    assert "\n" not in str(caught.value)
    holds(store, OLD_COUNT)
    assert store.source("eu").current.number == 5
    return caught.value


NINE_FAULTS = {
    "time-out": (faults.never, {"read_seconds": 0.1}, Reason.DOWNLOAD_FAILED, 3),
    "cut body": (lambda: faults.cut(NEW), {}, Reason.DOWNLOAD_FAILED, 3),
    "wrong length": (lambda: faults.wrong_length(NEW, len(NEW) - 9), {}, Reason.TRUST_LIST_UNREADABLE, 1),
    "500": (lambda: faults.status(500), {}, Reason.DOWNLOAD_FAILED, 3),
    "redirect": (lambda: faults.redirect("http://localhost:1/"), {}, Reason.DOWNLOAD_REFUSED, 1),
    "huge": (faults.endless, {}, Reason.DOWNLOAD_REFUSED, 1),
    "old version": (lambda: faults.good(signed_list(4, NEW_COUNT)), {}, Reason.TRUST_LIST_ROLLBACK, 1),
    "bad signature": (
        lambda: faults.good(signed_list(6, NEW_COUNT, by=("TEST other",))),
        {},
        Reason.TRUST_LIST_SIGNATURE,
        1,
    ),
    "garbage": (lambda: faults.good(b"<html>it works</html>"), {}, Reason.TRUST_LIST_UNREADABLE, 1),
}


@pytest.mark.parametrize("fault", NINE_FAULTS)
def test_nine_faults_leave_the_store_usable(store, clock, fault):
    answer, options, reason, requests = NINE_FAULTS[fault]
    with ListServer(answer()) as server:
        fails(reason, store, server, clock, **options)
        assert len(server.requests) == requests
    with ListServer(faults.good(NEW)) as server:
        run(store, server, clock)
    holds(store, NEW_COUNT)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (faults.wrong_length(NEW, len(NEW) + 9), Reason.DOWNLOAD_FAILED),
        (faults.cut_chunks(NEW), Reason.DOWNLOAD_FAILED),
        (faults.until_the_end(NEW[:-9]), Reason.TRUST_LIST_UNREADABLE),
        (faults.good(b""), Reason.TRUST_LIST_UNREADABLE),
        (faults.good(NEW[:40] + bytes([NEW[40] ^ 1]) + NEW[41:]), Reason.TRUST_LIST_SIGNATURE),
        (faults.not_http(), Reason.DOWNLOAD_FAILED),
        (faults.status(404), Reason.DOWNLOAD_FAILED),
        (faults.status(204), Reason.DOWNLOAD_FAILED),
        (faults.compressed(NEW, end=-12), Reason.DOWNLOAD_FAILED),
        (faults.compressed(bytes(50_000_000)), Reason.DOWNLOAD_REFUSED),
        (faults.good(gzip.compress(NEW) + b"more", Content_Encoding="gzip"), Reason.DOWNLOAD_FAILED),
        (faults.redirect("http://127.0.0.1:port/"), Reason.DOWNLOAD_FAILED),
        (faults.redirect("http://xn--1-/"), Reason.DOWNLOAD_FAILED),
        (faults.redirect("mailto:a@b"), Reason.DOWNLOAD_FAILED),
        (faults.redirect("http:127.0.0.1:1"), Reason.DOWNLOAD_FAILED),
        (faults.good(NEW, Content_Encoding="gzip"), Reason.DOWNLOAD_FAILED),
        (faults.good(NEW, Content_Encoding="br"), Reason.DOWNLOAD_REFUSED),
        (faults.good(NEW, Content_Encoding="gzip, gzip"), Reason.DOWNLOAD_REFUSED),
        (faults.good(signed_list(6, 3)), Reason.TRUST_LIST_SHRUNK),
        (faults.good(signed_list(6, environment=Environment.TEST)), Reason.TRUST_LIST_ENVIRONMENT),
        (faults.good(pem_list()), Reason.TRUST_LIST_UNREADABLE),
    ],
    ids=[
        "too little",
        "cut chunks",
        "cut without length",
        "empty",
        "one bit",
        "no HTTP",
        "404",
        "204",
        "cut gzip",
        "gzip bomb",
        "more after gzip",
        "redirect to no port",
        "redirect to no host",
        "redirect to no address",
        "redirect to no path",
        "no gzip",
        "other coding",
        "two codings",
        "shrunk",
        "test keys",
        "certificates",
    ],
)
def test_what_is_no_sound_answer_changes_nothing(store, clock, answer, reason):
    with ListServer(answer) as server:
        fails(reason, store, server, clock)


@pytest.mark.parametrize("in_header", [False, True])
def test_slow_drip_has_an_end(store, clock, in_header):
    with ListServer(faults.drip(in_header=in_header)) as server:
        error = fails(Reason.DOWNLOAD_FAILED, store, server, clock, total_seconds=0.4)
    assert "not done after 0.4 seconds" in str(error)


def test_as_many_bytes_as_allowed_and_not_one_more(store, clock):
    with ListServer(faults.good(NEW), faults.compressed(NEW), faults.good(NEW)) as server:
        for _ in range(2):
            fails(Reason.DOWNLOAD_REFUSED, store, server, clock, max_bytes=len(NEW) - 1)
        run(store, server, clock, max_bytes=len(NEW))
    holds(store, NEW_COUNT)


@pytest.mark.parametrize(
    "target",
    [
        "http://localhost:{port}/list",
        "http://127.0.0.1:1/list",
        "https://127.0.0.1:{port}/list",
        "//example.org/list",
        "ftp://127.0.0.1/list",
        "http://name:secret@127.0.0.1:{port}/list",
        "file:///etc/hosts",
    ],
)
def test_redirects_to_elsewhere_are_not_followed(store, clock, target):
    answers: list[faults.Answer] = []
    with ListServer(lambda handler: answers[0](handler)) as server:
        answers.append(faults.redirect(target.format(port=server.port)))
        error = fails(Reason.DOWNLOAD_REFUSED, store, server, clock)
        assert len(server.requests) == 1
    assert "secret" not in str(error)


def test_redirects_have_an_end(store, clock):
    with ListServer(faults.redirect("/again")) as server:
        fails(Reason.DOWNLOAD_REFUSED, store, server, clock)
        assert len(server.requests) == 4


def test_nobody_listens(store, clock):
    with ListServer(faults.never()) as server:
        pass
    fails(Reason.DOWNLOAD_FAILED, store, server, clock)
    assert clock.waits == [1, 2]


@pytest.mark.parametrize("address", ADDRESSES_REFUSED)
def test_addresses_that_are_not_asked(store, clock, address):
    error = fails(Reason.DOWNLOAD_REFUSED, store, None, clock, source=UpdateSource(name="eu", url=address))
    assert "secret" not in str(error)


def test_address_of_a_signature_is_held_to_the_same(store, clock):
    with ListServer(faults.good(NEW)) as server:
        source = UpdateSource(name="eu", url=server.url, signature_url="http://lists.example.org/signature")
        fails(Reason.DOWNLOAD_REFUSED, store, server, clock, source=source)
        assert server.requests == []


def test_freeze_attack_is_reported_and_changes_nothing(store, clock):
    """A server that goes on sending an edition after its end, or says that nothing is newer."""
    late = NOW + timedelta(days=31)
    with ListServer(faults.good(OLD, ETag='"five"'), faults.good(OLD), faults.not_modified()) as server:
        run(store, server, clock)
        before = store.source("eu")
        for _ in range(2):
            with pytest.raises(StaleTrustListError):
                run(store, server, clock, at=late)
    assert store.source("eu") == before
    holds(store, OLD_COUNT)


def test_queries_are_not_written_down(store, clock):
    with ListServer(faults.good(NEW)) as server:
        source = UpdateSource(name="eu", url=server.url + "?token=secret")
        result = run(store, server, clock, source=source)
    assert server.paths == ["/list?token=secret"]
    assert result.source.current.fetched.url == server.url


# --- unsigned lists


def test_downloaded_certificates_need_leave(tmp_path, clock):
    store = TrustStore.create(tmp_path / "store")
    with ListServer(faults.good(pem_list())) as server:
        with pytest.raises(TrustListError) as caught:
            run(store, server, clock)
        assert caught.value.reason is Reason.TRUST_LIST_UNSIGNED
        assert store.names() == ()
        allowed = UpdateSource(name="eu", url=server.url, options=ImportOptions(allow_unsigned=True))
        assert run(store, server, clock, source=allowed).outcome is UpdateOutcome.STORED
    holds(store, OLD_COUNT)


def test_first_update_of_a_signed_source_goes_by_the_pinned_anchors(tmp_path, clock):
    store = TrustStore.create(tmp_path / "store")
    with ListServer(faults.good(NEW)) as server:
        with pytest.raises(TrustListError) as caught:
            run(store, server, clock)
        assert caught.value.reason is Reason.ANCHOR_MISSING
        store.add_anchors("eu", (anchor(),))
        run(store, server, clock)
    holds(store, NEW_COUNT)


# --- a signature in a file of its own


@pytest.fixture
def austrian(tmp_path):
    """An empty store that knows who signs the Austrian list."""
    store = TrustStore.create(tmp_path / "store")
    certificate = austrian_signer().certificate
    store.add_anchors("at", (anchor_of(certificate.public_key, certificate=certificate),))
    return store


def test_list_and_signature_are_downloaded_each_time(austrian, clock):
    """The list may be the same for months while its signature is renewed every day."""
    data, signature = austrian_list()
    _, renewed = austrian_list(issued=NOW + timedelta(days=1))
    answers = [faults.good(one, ETag='"same"') for one in (data, signature, data, renewed, data, renewed)]
    with ListServer(*answers) as server:
        source = UpdateSource(name="at", url=server.url, signature_url=server.url + ".sig")
        outcomes = [
            run(austrian, server, clock, at=NOW + timedelta(days=days), source=source).outcome
            for days in (0, 1, 1)
        ]
    assert outcomes == [UpdateOutcome.STORED, UpdateOutcome.STORED, UpdateOutcome.UNCHANGED]
    assert server.paths == ["/list", "/list.sig"] * 3
    assert {request["If-None-Match"] for request in server.requests} == {None}
    assert austrian.source("at").usable_until == NOW + timedelta(days=3)
    holds(austrian, OLD_COUNT)


@pytest.mark.parametrize(
    ("signature", "reason"),
    [
        (faults.status(404), Reason.DOWNLOAD_FAILED),
        (faults.good(b"garbage"), Reason.TRUST_LIST_SIGNATURE),
        (faults.good(austrian_list(NEW_COUNT)[1]), Reason.TRUST_LIST_SIGNATURE),
    ],
)
def test_list_without_its_signature_is_not_taken(austrian, clock, signature, reason):
    with ListServer(faults.good(austrian_list()[0]), signature) as server:
        source = UpdateSource(name="at", url=server.url, signature_url=server.url + ".sig")
        with pytest.raises(VaxcertError) as caught:
            run(austrian, server, clock, source=source)
    assert caught.value.reason is reason
    assert austrian.names() == ()


# --- HTTPS


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    """A TEST authority's certificate, and the server side of a connection that it vouches for."""
    folder = tmp_path_factory.mktemp("tls")
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "TEST web authority")])
    ca_id = x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key())
    no = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False
    ) | {"encipher_only": False, "decipher_only": False}

    def certificate(name, public_key, *extensions):
        now = datetime.now(UTC)  # the connection is checked by the real clock
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(ca_name)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
        )
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(ca_key, hashes.SHA256()).public_bytes(Encoding.PEM)

    ca = certificate(
        ca_name,
        ca_key.public_key(),
        (x509.BasicConstraints(ca=True, path_length=0), True),
        (x509.KeyUsage(digital_signature=False, key_cert_sign=True, crl_sign=True, **no), True),
        (ca_id, False),
    )
    leaf = certificate(
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "TEST server")]),
        key.public_key(),
        (x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False),
        (x509.KeyUsage(digital_signature=True, key_cert_sign=False, crl_sign=False, **no), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        (x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(ca_id), False),
    )
    ca_file, chain = folder / "ca.pem", folder / "server.pem"
    ca_file.write_bytes(ca)
    chain.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + leaf)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return ca_file, context


def test_https_with_the_authority_that_was_named(store, clock, tls):
    ca_file, context = tls
    with ListServer(faults.good(NEW), tls=context) as server:
        source = UpdateSource(name="eu", url=server.url, ca_file=ca_file)
        assert run(store, server, clock, source=source).outcome is UpdateOutcome.STORED
    holds(store, NEW_COUNT)


def test_https_by_an_unknown_authority_is_refused(store, clock, tls):
    with ListServer(faults.good(NEW), tls=tls[1]) as server:
        fails(Reason.DOWNLOAD_REFUSED, store, server, clock)
        assert server.requests == []


def test_https_of_another_host_is_refused(store, clock, tls):
    ca_file, context = tls
    with ListServer(faults.good(NEW), tls=context) as server:
        source = UpdateSource(name="eu", url=f"https://localhost:{server.port}/list", ca_file=ca_file)
        fails(Reason.DOWNLOAD_REFUSED, store, server, clock, source=source)


def test_authorities_that_cannot_be_read(store, clock, tmp_path):
    (tmp_path / "none.pem").write_bytes(b"no certificate")
    for name in ("none.pem", "missing.pem"):
        source = UpdateSource(name="eu", url="https://127.0.0.1:1/", ca_file=tmp_path / name)
        fails(Reason.FILE_UNREADABLE, store, None, clock, source=source)


# --- sources.toml


def write(store, text):
    (store.folder / "sources.toml").write_text(text, "utf-8")


def test_no_file_is_no_source(store):
    assert configured_sources(store) == ()


def test_every_word_of_the_file(store):
    write(
        store,
        """
        [eu]
        url = "https://lists.example.org/a"
        signature-url = "https://lists.example.org/b"
        format = "vaxcert"
        environment = "test"
        max-age-days = 30
        ca-file = "ca.pem"
        threshold = 2
        allow-unsigned = true
        shrink-percent = 5
        [other]
        url = "https://lists.example.org/c"
        """,
    )
    first, second = configured_sources(store)
    assert first == UpdateSource(
        name="eu",
        url="https://lists.example.org/a",
        signature_url="https://lists.example.org/b",
        ca_file=store.folder / "ca.pem",
        options=ImportOptions(
            as_format="vaxcert",
            environment=Environment.TEST,
            max_age=timedelta(days=30),
            threshold=2,
            allow_unsigned=True,
            shrink_share=0.05,
        ),
    )
    assert second == UpdateSource(name="other", url="https://lists.example.org/c")


@pytest.mark.parametrize(
    "text",
    [
        "[eu]",
        "[eu]\nurl = 1",
        '[eu]\nurl = ""',
        "url = 1",
        '[EU]\nurl = "https://a"',
        '["../x"]\nurl = "https://a"',
        '[eu]\nurl = "https://a"\nthreshold = 0',
        '[eu]\nurl = "https://a"\nthreshold = true',
        '[eu]\nurl = "https://a"\nmax-age-days = 0',
        '[eu]\nurl = "https://a"\nmax-age-days = 36501',
        '[eu]\nurl = "https://a"\nshrink-percent = 101',
        '[eu]\nurl = "https://a"\nallow-unsigned = "yes"',
        '[eu]\nurl = "https://a"\nenvironment = "uat"',
        '[eu]\nurl = "https://a"\nformat = "no-such-format"',
        '[eu]\nurl = "https://a"\npassword = "x"',
        "[eu",
    ],
)
def test_files_that_say_what_they_cannot(store, text):
    write(store, text)
    with pytest.raises(AdapterError) as caught:
        configured_sources(store)
    assert caught.value.reason is Reason.STORE_UNREADABLE
    assert "\n" not in str(caught.value)


def test_one_source_that_fails_does_not_keep_the_others(store, clock):
    store.add_anchors("good", (anchor(),))
    with ListServer(faults.good(NEW)) as server, ListServer(faults.status(404)) as bad:
        write(store, f'[eu]\nurl = "{bad.url}"\n[good]\nurl = "{server.url}"\n')
        (first, failed), (second, result) = update_all(
            store, configured_sources(store), at=NOW, client=client(clock)
        )
    assert (first.name, failed.reason) == ("eu", Reason.DOWNLOAD_FAILED)
    assert (second.name, result.outcome) == ("good", UpdateOutcome.STORED)


def test_without_httpx_the_extra_is_named(store, clock, monkeypatch):
    monkeypatch.setitem(sys.modules, "httpx", None)
    error = fails(
        Reason.EXTRA_MISSING, store, None, clock, source=UpdateSource(name="eu", url="https://127.0.0.1:1/")
    )
    assert "vaxcert[update]" in str(error)


def test_no_proxy_of_the_environment_is_used(store, clock, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with ListServer(faults.good(NEW)) as server:
        assert run(store, server, clock).outcome is UpdateOutcome.STORED


def test_nothing_else_reaches_the_network():
    """The library's other modules import nothing that could."""
    package = Path(trust_update.__file__).parents[1]
    reaching = re.compile(
        r"^\s*(?:import|from) (?:httpx|socket|ssl|asyncio|http|urllib\.request)\b", re.MULTILINE
    )
    users = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if reaching.search(path.read_text("utf-8"))
    }
    outwards = {
        name for name in users if not name.startswith("adapters/desk/")
    }  # which listens, and asks nobody
    assert outwards == {f"adapters/{name}.py" for name in ("download", "https", "registry/http")}


# --- revocation lists


@pytest.fixture
def revoked(store):
    """The store with revocation list 1 of source moh."""
    lists = store.revocation_sources
    data = revocation.list_bytes(issued=NOW)
    lists.import_list("moh", io.BytesIO(data), at=NOW, anchors=revocation.anchors())
    return lists


def run_revocation(store, server, clock, *, at=NOW, **changes):
    source = UpdateSource(name="moh", url=server.url, is_revocation=True)
    changes = {"max_revocation_bytes": LIMIT, **changes}
    return update_one(store, source, at=at, client=client(clock, **changes))


def test_revocation_list_is_updated_and_later_not_sent_again(store, revoked, clock):
    data = revocation.list_bytes([], number=2, issued=NOW)
    with ListServer(faults.good(data, ETag='"2"'), faults.not_modified()) as server:
        results = [run_revocation(store, server, clock) for _ in range(2)]
        assert [one.outcome for one in results] == [UpdateOutcome.STORED, UpdateOutcome.NOT_MODIFIED]
        assert results[1].current.description.number == 2
        with pytest.raises(StaleTrustListError):
            run_revocation(store, server, clock, at=NOW + timedelta(days=31))
    assert server.requests[1]["If-None-Match"] == '"2"'


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (faults.good(revocation.list_bytes(issued=NOW)[:-1]), Reason.REVOCATION_LIST_UNREADABLE),
        (faults.good(revocation.list_bytes([], issued=NOW)), Reason.TRUST_LIST_ROLLBACK),
        (faults.cut(revocation.list_bytes(number=2, issued=NOW)), Reason.DOWNLOAD_FAILED),
        (faults.endless(), Reason.DOWNLOAD_REFUSED),
    ],
)
def test_revocation_list_that_is_not_good_leaves_the_stored_one(store, revoked, clock, answer, reason):
    before = {path.name for path in store.folder.rglob("*")}
    with ListServer(answer) as server, pytest.raises(VaxcertError) as caught:
        run_revocation(store, server, clock)
    assert caught.value.reason is reason
    assert {path.name for path in store.folder.rglob("*")} == before
    asked = revoked.current("moh").answer(revocation.query(revocation.IDENTIFIER), at=NOW)
    assert asked.status is RevocationStatus.REVOKED


def test_revocation_list_that_nobody_pinned_an_anchor_for(store, clock):
    answer = faults.good(revocation.list_bytes(issued=NOW))
    with ListServer(answer) as server, pytest.raises(TrustListError) as caught:
        run_revocation(store, server, clock)
    assert caught.value.reason is Reason.ANCHOR_MISSING


def test_no_room_for_what_arrives(store, revoked, clock, monkeypatch):
    def full(folder):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(trust_update, "_temporary", full)
    answer = faults.good(revocation.list_bytes(number=2, issued=NOW))
    with ListServer(answer) as server, pytest.raises(AdapterError) as caught:
        run_revocation(store, server, clock)
    assert caught.value.reason is Reason.FILE_UNWRITABLE


def test_configured_revocation_lists(store):
    write(store, '[moh]\nkind = "revocation"\nurl = "https://a.example/"\nthreshold = 2\n')
    (source,) = configured_sources(store)
    assert (source.is_revocation, source.options.threshold) == (True, 2)
    for wrong in ('kind = "other"', 'kind = "revocation"\nformat = "vaxcert"'):
        write(store, f'[moh]\n{wrong}\nurl = "https://a.example/"\n')
        with pytest.raises(AdapterError) as caught:
            configured_sources(store)
        assert caught.value.reason is Reason.STORE_UNREADABLE
