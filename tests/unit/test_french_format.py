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
