import json
import random
from base64 import urlsafe_b64decode, urlsafe_b64encode

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from hypothesis import given
from hypothesis import strategies as st
from tests.support.lists import base64, holder, jws

from vaxcert.crypto import jws as reader
from vaxcert.errors import Reason, TrustListError
from vaxcert.limits import MAX_TRUST_FILE_BYTES

EC = holder("jws EC")
RSA = holder("jws RSA", "2048")
SIGNED = {"ES256": jws({"a": 1}, EC), "RS256": jws({"a": 1}, RSA, algorithm="RS256")}
SIGNED["PS256"] = jws({"a": 1}, RSA, algorithm="PS256")
KEYS = {"ES256": EC.certificate.public_key, "RS256": RSA.certificate.public_key}
KEYS["PS256"] = KEYS["RS256"]


def part(value):
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return urlsafe_b64encode(raw).rstrip(b"=")


def reason_of(action, *arguments):
    with pytest.raises(TrustListError) as caught:
        action(*arguments)
    assert "\n" not in str(caught.value)
    return caught.value.reason


@pytest.mark.parametrize("algorithm", SIGNED)
def test_what_another_library_signed_verifies(algorithm):
    message = reader.read(b" \n" + SIGNED[algorithm] + b"\r\n")
    reader.verify(message, KEYS[algorithm])
    assert (message.payload, message.algorithm) == (b'{"a":1}', algorithm)
    assert repr(message) == f"<Jws {algorithm} of 7 bytes>"


@pytest.mark.parametrize("algorithm", SIGNED)
def test_no_message_with_a_flipped_bit_verifies(algorithm):
    rng = random.Random(7515)
    data = SIGNED[algorithm]
    for position in [*rng.sample(range(len(data)), 60), *range(len(data) - 4, len(data))]:
        changed = bytearray(data)
        changed[position] ^= 1 << rng.randrange(7)
        with pytest.raises(TrustListError):
            reader.verify(reader.read(bytes(changed)), KEYS[algorithm])


def test_spare_bits_of_base64url_do_not_give_a_second_signature():
    data = SIGNED["ES256"]
    other = data[:-1] + (b"B" if data[-1:] == b"A" else bytes([data[-1] + 1]))
    assert urlsafe_b64decode(other[-86:] + b"==") == urlsafe_b64decode(data[-86:] + b"==")
    assert reason_of(reader.read, other) is Reason.TRUST_LIST_UNREADABLE


@pytest.mark.parametrize(
    "algorithm", ["none", "None", "HS256", "ES384", "RS512", "EdDSA", "", None, 5, ["ES256"], {}]
)
def test_other_algorithms_are_refused(algorithm):
    data = part({"alg": algorithm}) + b"." + part({}) + b"." + part(bytes(64))
    assert reason_of(reader.read, data) is Reason.TRUST_LIST_SIGNATURE


def test_the_unsigned_form_is_no_message():
    data = part({"alg": "none"}) + b"." + part({}) + b"."
    assert not reader.is_compact(data)
    assert reason_of(reader.read, data) is Reason.TRUST_LIST_UNREADABLE


@pytest.mark.parametrize(("algorithm", "other"), [("ES256", RSA), ("RS256", EC), ("PS256", EC)])
def test_an_algorithm_is_bound_to_the_type_of_the_key(algorithm, other):
    message = reader.read(SIGNED[algorithm])
    assert reason_of(reader.verify, message, other.certificate.public_key) is Reason.TRUST_LIST_SIGNATURE


@pytest.mark.parametrize("label", ["RS256", "PS256"])
def test_a_signature_of_another_algorithm_than_the_header_names_is_refused(label):
    signing_input = part({"alg": label}) + b"." + part({})
    signature = jwt.algorithms.ECAlgorithm(jwt.algorithms.ECAlgorithm.SHA256).sign(signing_input, EC.key)
    message = reader.read(signing_input + b"." + part(signature))
    assert reason_of(reader.verify, message, EC.certificate.public_key) is Reason.TRUST_LIST_SIGNATURE


def test_rs256_and_ps256_are_not_the_same():
    for algorithm, other in (("RS256", "PS256"), ("PS256", "RS256")):
        header, payload, signature = SIGNED[algorithm].split(b".")
        relabelled = part({"alg": other}) + b"." + payload + b"." + signature
        message = reader.read(relabelled)
        assert reason_of(reader.verify, message, KEYS["RS256"]) is Reason.TRUST_LIST_SIGNATURE
        assert header != relabelled.split(b".")[0]


@pytest.mark.parametrize(
    "key",
    [
        ed25519.Ed25519PrivateKey.generate().public_key(),
        holder("P-384", "P-384").key.public_key(),
        None,
        b"k",
    ],
)
def test_keys_of_other_types_verify_nothing(key):
    assert reason_of(reader.verify, reader.read(SIGNED["ES256"]), key) is Reason.TRUST_LIST_SIGNATURE


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
@pytest.mark.parametrize(("bits", "is_weak"), [("2040", True), ("2048", False)])
@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_small_rsa_keys_prove_nothing(algorithm, bits, is_weak):
    small = holder(f"jws RSA {bits}", bits)
    message = reader.read(jws({}, small, algorithm=algorithm))
    if is_weak:
        assert reason_of(reader.verify, message, small.certificate.public_key) is Reason.WEAK_SIGNATURE
    else:
        reader.verify(message, small.certificate.public_key)


@pytest.mark.parametrize(
    "header",
    [
        {"crit": ["exp"], "exp": 1},
        {"crit": []},
        {"b64": False},
        {"b64": False, "crit": ["b64"]},
        {"b64": 1},
    ],
)
def test_what_changes_the_meaning_of_a_message_is_refused(header):
    data = part({"alg": "ES256", **header}) + b"." + part({}) + b"." + part(bytes(64))
    assert reason_of(reader.read, data) is Reason.TRUST_LIST_UNREADABLE


def test_keys_in_the_header_are_not_looked_at():
    stranger = holder("jws stranger")
    own = jwt.algorithms.ECAlgorithm.to_jwk(stranger.key.public_key(), as_dict=True)
    message = reader.read(jws({}, stranger, jwk=own, jku="https://example.org/keys", kid="1"))
    assert reason_of(reader.verify, message, KEYS["ES256"]) is Reason.TRUST_LIST_SIGNATURE


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"..",
        b"a.b",
        b"a.b.c.d",
        part([]) + b"." + part({}) + b"." + part(b"s"),
        part(b"{") + b"." + part({}) + b"." + part(b"s"),
        part(b'{"alg":"ES256","alg":"none"}') + b"." + part({}) + b"." + part(b"s"),
        part(b"[" * 100_000) + b"." + part({}) + b"." + part(b"s"),
        part(b'{"alg":"\xff"}') + b"." + part({}) + b"." + part(b"s"),
        part({"alg": "ES256", "pad": "x" * reader.MAX_HEADER_CHARACTERS})
        + b"."
        + part({})
        + b"."
        + part(b"s"),
        part({"alg": "ES256"}) + b"=." + part({}) + b"." + part(b"s"),
        part({"alg": "ES256"}) + b".aaaaa." + part(b"s"),
    ],
)
def test_malformed_messages_are_unreadable(data):
    assert reason_of(reader.read, data) is Reason.TRUST_LIST_UNREADABLE


def test_messages_over_the_bound_are_not_read():
    at_the_bound = SIGNED["ES256"].ljust(MAX_TRUST_FILE_BYTES)
    assert reader.read(at_the_bound).payload == b'{"a":1}'
    assert reason_of(reader.read, at_the_bound + b" ") is Reason.TRUST_LIST_UNREADABLE


@pytest.mark.parametrize(("characters", "is_read"), [(262_144, True), (262_146, False)])
def test_length_of_a_header(characters, is_read):
    header = json.dumps({"alg": "ES256", "pad": ""}).encode()
    header = header[:-2] + b"x" * (characters * 3 // 4 - len(header)) + header[-2:]
    data = part(header) + b"." + part({}) + b"." + part(bytes(64))
    assert data.index(b".") == characters
    if is_read:
        assert reader.read(data).algorithm == "ES256"
    else:
        with pytest.raises(TrustListError, match="a header of 262146 characters, at most 262144 expected"):
            reader.read(data)


@pytest.mark.parametrize(("count", "is_read"), [(10, True), (11, False)])
def test_number_of_certificates_in_the_header(count, is_read):
    message = reader.read(jws({}, EC, chain=[EC] * count))
    if is_read:
        assert reader.certificates(message) == (EC.certificate,) * count
    else:
        with pytest.raises(TrustListError, match="at most 10 certificates"):
            reader.certificates(message)


def test_the_beginning_of_an_object_alone_is_not_compact():
    assert reader.is_compact(SIGNED["ES256"]) is True
    for data in (b"ey", b"ey.ey", b"a.b.c", SIGNED["ES256"][1:]):
        assert reader.is_compact(data) is False


def test_certificates_of_the_header():
    leaf, root = holder("jws leaf", issuer=EC), EC
    message = reader.read(jws({}, leaf, chain=[leaf, root]))
    assert reader.certificates(message) == (leaf.certificate, root.certificate)
    assert reader.certificates(reader.read(jws({}, leaf, chain=[]))) == ()


@pytest.mark.parametrize(
    "x5c", ["text", [1], [None], ["*"], [base64(b"no certificate")], ["é"], [[]], {}, ["AAAA"] * 11]
)
def test_certificates_that_are_none(x5c):
    message = reader.read(part({"alg": "ES256", "x5c": x5c}) + b"." + part({}) + b"." + part(bytes(64)))
    assert reason_of(reader.certificates, message) is Reason.TRUST_LIST_UNREADABLE


def test_payload_can_be_seen_before_it_is_believed():
    assert reader.peek(SIGNED["ES256"]) == b'{"a":1}'
    assert reader.peek(part({"alg": "none"}) + b"." + part({"a": 1}) + b"." + part(b"s")) == b'{"a": 1}'
    assert reader.peek(b"nothing") == reader.peek(b"a.aaaaa.b") == b""


@given(
    st.one_of(
        st.binary(),
        st.from_regex(rb"ey[A-Za-z0-9_-]{0,40}\.[A-Za-z0-9_-]{0,9}\.[A-Za-z0-9_-]{0,9}", fullmatch=True),
    )
)
def test_any_bytes_give_a_message_or_our_error(data):
    reader.peek(data)
    try:
        message = reader.read(data)
        reader.certificates(message)
        reader.verify(message, KEYS["ES256"])
    except TrustListError:
        pass
    else:
        pytest.fail("nobody signed this")
