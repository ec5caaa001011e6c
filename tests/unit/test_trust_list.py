import base64
from dataclasses import FrozenInstanceError, replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from tests.support.signers import DSC_STARTS, signer

import vaxcert as vc
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.crypto.authority import create_signing_ca
from vaxcert.crypto.signing_certificate import read_signing_certificate
from vaxcert.errors import Reason, TrustListError, UnsupportedError
from vaxcert.model.certificate import ALL_KINDS, Kind
from vaxcert.trust.formats import certificates
from vaxcert.trust.trust_list import TrustedKey, TrustList


def key(one=None, **changes):
    return replace(TrustedKey.from_certificate((one or signer()).certificate, source="a"), **changes)


def pem(der):
    body = base64.encodebytes(der).decode()
    return f"-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n".encode()


def self_signed(private_key):
    """An X.509 certificate of a key that HCERT has no algorithm for."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "TEST")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private_key.public_key())
        .serial_number(1)
        .not_valid_before(DSC_STARTS)
        .not_valid_after(DSC_STARTS.replace(year=2030))
    )
    digest = None if isinstance(private_key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(private_key, digest).public_bytes(Encoding.DER)


# --- trusted keys


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_trusted_key_keeps_within_what_its_certificate_states(algorithm):
    one = signer(algorithm, kinds=frozenset({Kind.VACCINATION}))
    trusted = TrustedKey.from_certificate(one.certificate, source="here")
    assert trusted.kid == one.kid == trusted.digest[:8]
    assert (trusted.country, trusted.kinds, trusted.source) == ("VN", {Kind.VACCINATION}, "here")
    assert (trusted.not_before, trusted.not_after) == (
        one.certificate.not_before,
        one.certificate.not_after,
    )
    assert trusted.key.algorithm is algorithm


def test_a_key_that_states_nothing_may_sign_everything():
    bare = TrustedKey(kid=b"12345678", digest=bytes(32), key=key().key)
    assert (bare.country, bare.kinds, bare.not_before, bare.not_after) == (None, ALL_KINDS, None, None)


@pytest.mark.parametrize(
    "private_key", [ec.generate_private_key(ec.SECP384R1()), ed25519.Ed25519PrivateKey.generate()]
)
def test_key_of_another_type_is_not_trusted(private_key):
    certificate = read_signing_certificate(self_signed(private_key))
    with pytest.raises(UnsupportedError) as caught:
        TrustedKey.from_certificate(certificate)
    assert caught.value.reason is Reason.KEY_TYPE


def test_trusted_key_is_a_value():
    with pytest.raises(FrozenInstanceError):
        key().kinds = ALL_KINDS
    assert key() == key(source="b")
    assert hash(key()) == hash(key(source="b"))
    for changes in ({"kid": b"x"}, {"country": None}, {"kinds": frozenset({Kind.TEST})}, {"not_after": None}):
        assert key() != key(**changes)


# --- the list


@pytest.mark.parametrize("keys", [(), [], iter(()), {}])
def test_empty_list_is_refused(keys):
    with pytest.raises(ValueError, match="at least one key"):
        TrustList(keys)


def test_candidates_are_all_keys_with_the_identifier_in_their_order():
    first, second, other = key(), key(digest=b"2" * 32), key(signer(country="LA"))
    one = TrustList([first, other, second])
    assert one.candidates(first.kid) == (first, second)
    assert one.candidates(other.kid) == (other,)
    assert one.candidates(b"another!") == one.candidates(b"") == ()
    assert list(one) == [first, other, second]
    assert len(one) == 3


def test_the_same_key_from_two_sources_counts_once():
    one = TrustList([key(source="a"), key(source="b"), key(source="a")])
    assert len(one) == 1
    assert [entry.source for entry in one] == ["a"]
    assert len(one.candidates(key().kid)) == 1


def test_keys_that_differ_in_what_they_may_sign_are_two():
    limited = key(kinds=frozenset({Kind.TEST}))
    assert TrustList([key(), limited]).candidates(key().kid) == (key(), limited)


def test_list_does_not_share_with_what_it_was_made_from():
    keys = [key()]
    one = TrustList(keys)
    keys.append(key(signer(country="LA")))
    assert len(one) == 1


def test_list_offers_no_way_to_change_it():
    one = TrustList([key()])
    assert isinstance(one.candidates(key().kid), tuple)
    with pytest.raises(AttributeError):
        one.further = 1
    assert not [name for name in dir(one) if not name.startswith("_") and name != "candidates"]


def test_list_reads_any_iterable_once():
    assert len(TrustList(key(signer(country=country)) for country in ("AA", "AB"))) == 2


def test_repr_of_a_list_says_how_many():
    assert repr(TrustList([key()])) == "<TrustList of 1 keys>"


# --- plain certificates as a list format


def test_bundle_of_certificates():
    two = signer(), signer(Algorithm.PS256)
    reading = certificates.read(b"".join(pem(one.certificate.der) for one in two), source="bundle.pem")
    assert reading.problems == ()
    assert [one.kid for one in reading.keys] == [one.kid for one in two]
    assert {one.source for one in reading.keys} == {"bundle.pem"}
    assert certificates.read(two[0].certificate.der, source="x").keys == (key(two[0]),)


def test_one_bad_entry_is_reported_and_the_rest_loaded():
    good, p384 = signer().certificate.der, self_signed(ec.generate_private_key(ec.SECP384R1()))
    data = pem(good) + pem(b"no certificate") + pem(p384) + pem(signer(country="LA").certificate.der)
    reading = certificates.read(data, source="x")
    assert [one.country for one in reading.keys] == ["VN", "LA"]
    assert [type(problem) for problem in reading.problems] == [TrustListError, UnsupportedError]
    assert [problem.reason for problem in reading.problems] == [
        Reason.CERTIFICATE_UNREADABLE,
        Reason.KEY_TYPE,
    ]


@pytest.mark.parametrize("data", [b"", b"nothing", b"\x30\x82\xff\xff", pem(b"")])
def test_bytes_without_a_certificate_are_one_problem(data):
    reading = certificates.read(data, source="x")
    assert reading.keys == ()
    assert [problem.reason for problem in reading.problems] == [Reason.CERTIFICATE_UNREADABLE]


def test_what_was_read_makes_a_list_that_verifies():
    from tests.support.signers import NOW, certificate, issuer

    reading = certificates.read(pem(signer().certificate.der), source="x")
    text = issuer(signer()).issue(certificate(), at=NOW).text
    verified = vc.Verifier(vc.TrustList(reading.keys)).verify(text, at=NOW)
    assert verified.key.source == "x"


def test_signing_ca_is_a_certificate_like_another():
    ca = create_signing_ca(
        ec.generate_private_key(ec.SECP256R1()),
        country="VN",
        organization="TEST",
        common_name="TEST CSCA",
        not_before=DSC_STARTS,
    )
    assert len(certificates.read(ca.public_bytes(Encoding.DER), source="x").keys) == 1
