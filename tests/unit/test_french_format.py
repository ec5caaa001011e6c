"""The French list."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.support.lists import (
    KEY_TYPE,
    UNREADABLE,
    Published,
    base64,
    french,
    info,
    reading_of,
    reasons,
)
from tests.support.signers import signer

from vaxcert.errors import Reason, TrustListError
from vaxcert.trust.formats import format_named

OTHER = signer(country="KH")
FRENCH = format_named("french")
ED25519 = ed25519.Ed25519PrivateKey.generate().public_key()
ED25519_INFO = ED25519.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize(
    ("kid", "value", "reason"),
    [
        ("", base64(base64(info(OTHER)).encode()), UNREADABLE),
        ("*", base64(base64(info(OTHER)).encode()), UNREADABLE),
        (base64(OTHER.kid), None, UNREADABLE),
        (base64(OTHER.kid), base64(info(OTHER)), UNREADABLE),
        (base64(OTHER.kid), base64(b"****"), UNREADABLE),
        (base64(OTHER.kid), base64(base64(b"neither").encode()), Reason.CERTIFICATE_UNREADABLE),
        (base64(OTHER.kid), base64(base64(ED25519_INFO).encode()), KEY_TYPE),
    ],
    ids=map(str, range(7)),
)
def test_one_bad_entry_is_a_problem_and_the_rest_load(kid, value, reason):
    reading = reading_of(french(more={kid: value}))
    assert (len(reading.keys), reasons(reading), reading.entries) == (3, [reason], 4)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", " "])
def test_entries_may_be_written_in_lines(line_end):
    inner = base64(OTHER.certificate.der)
    lines = line_end.join(inner[at : at + 64] for at in range(0, len(inner), 64))
    reading = reading_of(french(more={base64(OTHER.kid): base64(lines.encode())}))
    assert (reading.keys[-1].digest, reading.problems) == (OTHER.certificate.digest, ())
    assert reading.kids_confirmed == 3  # and one is a bare key


@pytest.mark.parametrize(
    ("data", "is_one"),
    [
        (b'{"certificatesDCC":{}}', True),
        (b' \n{"x":1,"certificatesDCC":{}}', True),
        (b'["certificatesDCC"]', False),
        (b'{"certificates":{}}', False),
        (b"", False),
    ],
)
def test_what_it_is_recognised_by(data, is_one):
    assert format_named("french").recognises(data) is is_one


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"[]", "the document is an array, an object expected"),
        (b"{}", "certificatesDCC is null, an object expected"),
        (b'{"certificatesDCC":[]}', "certificatesDCC is an array, an object expected"),
        (b"{", "french list: not JSON in UTF-8"),
    ],
)
def test_what_is_said_of_a_document_that_is_no_list(text, problem):
    with pytest.raises(TrustListError) as caught:
        FRENCH.read(text, Published(text).terms())
    assert (caught.value.reason, str(caught.value)) == (Reason.TRUST_LIST_UNREADABLE, problem)


LONG = base64(b"0123456789abc")


@pytest.mark.parametrize(
    ("kid", "value", "problem"),
    [
        (LONG, 7, f"entry {LONG[:16]}: the entry is not text"),
        (LONG, "*", f"entry {LONG[:16]}: the entry is not base64"),
        (LONG, base64("é".encode()), f"entry {LONG[:16]}: not base64 of base64"),
        (LONG, base64(b"*"), f"entry {LONG[:16]}: the entry within is not base64"),
        ("*", base64(base64(info(OTHER)).encode()), "entry *: the key identifier is not base64"),
    ],
)
def test_what_is_said_of_a_bad_entry(kid, value, problem):
    (found,) = reading_of(french(more={kid: value})).problems
    assert (found.reason, str(found)) == (UNREADABLE, problem)


def test_certificates_confirm_their_identifiers_and_bare_keys_do_not():
    certificate = base64(base64(OTHER.certificate.der).encode())
    reading = reading_of(french([OTHER], more={base64(OTHER.kid): certificate}))
    assert ([key.digest for key in reading.keys], reading.kids_confirmed) == ([OTHER.certificate.digest], 1)
    bare = reading_of(french([OTHER]))
    assert ([key.kid for key in bare.keys], bare.kids_confirmed) == ([OTHER.kid], 0)
    assert bare.keys[0].country is None
