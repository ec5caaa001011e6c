"""The French list."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.support.lists import (
    KEY_TYPE,
    UNREADABLE,
    base64,
    french,
    info,
    reading_of,
    reasons,
)
from tests.support.signers import signer

from vaxcert.errors import Reason
from vaxcert.trust.formats import format_named

OTHER = signer(country="KH")
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
