"""Synthetic trust lists in the published national forms, signed with TEST keys by other libraries than vaxcert."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from tests.support.signers import signer
from vaxcert.adapters.signers import KeySigner
from vaxcert.crypto import jws as jws_reader
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.crypto.signing_certificate import SigningCertificate, read_signing_certificate
from vaxcert.errors import Reason, TrustListError, UnsupportedError
from vaxcert.model.certificate import Kind
from vaxcert.trust.anchors import Anchor, anchor_of
from vaxcert.trust.formats import ReadingTerms, austrian, read
from vaxcert.trust.list_findings import ListFindingCode
from vaxcert.trust.trust_list import ListReading

ISSUED = datetime(2022, 6, 1, 6, tzinfo=UTC)
USABLE_UNTIL = datetime(2022, 6, 3, 6, tzinfo=UTC)

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Holder:
    """A TEST key with its certificate."""

    key: PrivateKey
    certificate: SigningCertificate

    @property
    def anchor(self) -> Anchor:
        return anchor_of(self.certificate.public_key, certificate=self.certificate)


@dataclass(frozen=True)
class Published:
    """A list as published, and the anchor it is signed by."""

    data: bytes
    signature: bytes | None = None
    anchor: Anchor | None = None

    def terms(self, **changes: Any) -> ReadingTerms:
        """Those on which it is read: its anchor, or leave for one that has no signature."""
        usual: dict[str, Any] = {
            "source": "here",
            "anchors": (self.anchor,) if self.anchor else (),
            "signature": self.signature,
            "allow_unsigned": self.anchor is None,
        }
        return ReadingTerms(**{**usual, **changes})


@cache
def new_key(kind: str, name: str = "") -> PrivateKey:
    """A TEST private key: `P-256`, `P-384`, or the bits of an RSA key. The same name gives the same key again."""
    if kind.startswith("P-"):
        return ec.generate_private_key({"P-256": ec.SECP256R1, "P-384": ec.SECP384R1}[kind]())
    return rsa.generate_private_key(65537, int(kind))


@cache
def holder(
    name: str, kind: str = "P-256", *, issuer: Holder | None = None, is_authority: bool = False
) -> Holder:
    """A key and its certificate, signed by `issuer` or by itself."""
    key = new_key(kind, name)
    by = issuer.key if issuer else key
    subject = _name(name)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(x509.load_der_x509_certificate(issuer.certificate.der).subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2021, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2031, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    )
    der = builder.sign(by, hashes.SHA256()).public_bytes(Encoding.DER)
    return Holder(key, read_signing_certificate(der))


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"TEST {name}")])


def entries() -> tuple[KeySigner, ...]:
    """Three TEST signers of three countries: one for vaccinations only, one with an RSA key."""
    return (
        signer(country="VN", kinds=frozenset({Kind.VACCINATION})),
        signer(country="LA"),
        signer(Algorithm.PS256, country="TH"),
    )


def jws(
    payload: Any,
    by: Holder,
    *,
    algorithm: str = "ES256",
    chain: Sequence[Holder] | None = None,
    **header: Any,
) -> bytes:
    """A compact JWS by PyJWT, with the signer's certificate in the header unless another `chain` is."""
    certificates = [by] if chain is None else chain
    if certificates:
        header["x5c"] = [base64(one.certificate.der) for one in certificates]
    body = payload if isinstance(payload, bytes) else compact(payload)
    return jwt.PyJWS().encode(body, by.key, algorithm=algorithm, headers=header).encode()


def cms(content: bytes, by: Holder, *others: Holder) -> bytes:
    """A detached CMS signature by `cryptography`."""
    builder = PKCS7SignatureBuilder().set_data(content)
    certificates = [x509.load_der_x509_certificate(one.certificate.der) for one in (by, *others)]
    builder = builder.add_signer(certificates[0], by.key, hashes.SHA256())
    for other in certificates[1:]:
        builder = builder.add_certificate(other)
    return builder.sign(Encoding.DER, [PKCS7Options.DetachedSignature, PKCS7Options.Binary])


def compact(value: Any) -> bytes:
    """JSON without blanks."""
    return json.dumps(value, separators=(",", ":")).encode()


def base64(data: bytes) -> str:
    """Standard base64."""
    return b64encode(data).decode()


def info(one: KeySigner) -> bytes:
    """The public key as SubjectPublicKeyInfo in DER."""
    return one.certificate.public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def jwk(one: KeySigner, **members: Any) -> dict[str, Any]:
    """The public key as a JWK by PyJWT; `members` change it, None leaves one out."""
    public_key = one.certificate.public_key
    algorithm = RSAAlgorithm if isinstance(public_key, rsa.RSAPublicKey) else ECAlgorithm
    plain = algorithm.to_jwk(public_key, as_dict=True)
    plain.pop("key_ops", None)
    made = {**plain, "kid": base64(one.kid), **members}
    return {name: value for name, value in made.items() if value is not None}


def letters(one: KeySigner) -> str:
    """What it may sign, in the letters t, v and r."""
    return "".join(kind[0] for kind in sorted(one.certificate.kinds))


def list_signer(name: str = "list signer") -> Holder:
    """Who signs the lists: a P-256 key with a certificate of its own."""
    return holder(name)


def rsa_list_signer(name: str = "list signer RSA") -> Holder:
    """Who signs the Swiss lists."""
    return holder(name, "2048")


def jwks(
    signers: Sequence[KeySigner] = (), *, more: Sequence[Any] = (), by: Holder | None = None, **members: Any
) -> Published:
    """A JWK set of bare keys; a JWS of it where somebody signs."""
    document = {"keys": [*(jwk(one) for one in signers or entries()), *more], **members}
    if by is None:
        return Published(compact(document))
    return Published(jws(document, by), anchor=by.anchor)


def swedish(
    signers: Sequence[KeySigner] = (), *, more: Sequence[Any] = (), by: Holder | None = None, **members: Any
) -> Published:
    """The Swedish list. What is `more` stands among the keys of the first country."""
    by = by or list_signer()
    countries: dict[str, Any] = {}
    for one in signers or entries():
        use = "enc" if one.algorithm is Algorithm.PS256 else None
        keys = countries.setdefault(str(one.certificate.country), {"eku": {}, "keys": []})["keys"]
        keys.append(jwk(one, x5c=[base64(one.certificate.der)], use=use))
    next(iter(countries.values()))["keys"].extend(more)
    document = {
        "iss": "TEST",
        "iat": int(ISSUED.timestamp()),
        "exp": int(USABLE_UNTIL.timestamp()),
        "dsc_trust_list": countries,
        **members,
    }
    return Published(jws(document, by), anchor=by.anchor)


def swiss_entry(one: KeySigner, **members: Any) -> dict[str, Any]:
    """A key in the Swiss form: standard base64, and RS256 for what signs PS256."""
    numbers = one.certificate.public_key.public_numbers()  # type: ignore[union-attr]
    if isinstance(numbers, ec.EllipticCurvePublicNumbers):
        key = {"alg": "ES256", "crv": "P-256", "x": number(numbers.x), "y": number(numbers.y)}
    else:
        key = {"alg": "RS256", "n": number(numbers.n), "e": number(numbers.e)}
    use = letters(one) if len(one.certificate.kinds) < 3 else "sig"
    return {"keyId": base64(one.kid), "use": use, **key, **members}


def number(value: int) -> str:
    """A number as standard base64 of its bytes."""
    return base64(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def swiss(
    signers: Sequence[KeySigner] = (),
    *,
    more: Sequence[Any] = (),
    active: Sequence[Any] | None = None,
    by: Holder | None = None,
) -> Published:
    """The two Swiss documents; all keys are active unless `active` says which."""
    by = by or rsa_list_signer()
    signers = signers or entries()
    kids = [base64(one.kid) for one in signers] if active is None else list(active)
    updates = {"certs": [*(swiss_entry(one) for one in signers), *more]}
    identifiers = {"activeKeyIds": kids, "validDuration": 172800000, "upTo": 3}
    return Published(
        jws(updates, by, algorithm="RS256"), jws(identifiers, by, algorithm="RS256"), anchor=by.anchor
    )


def dutch(
    signers: Sequence[KeySigner] = (),
    *,
    more: Sequence[Any] = (),
    by: Holder | None = None,
    others: Sequence[Holder] = (),
) -> Published:
    """The Dutch list. What is `more` stands under the first key identifier."""
    by = by or list_signer()
    kids: dict[str, list[Any]] = {}
    for one in signers or entries():
        entry = {"subjectPk": base64(info(one)), "keyUsage": list(letters(one)), "san": "", "ian": ""}
        kids.setdefault(base64(one.kid), []).append(entry)
    next(iter(kids.values())).extend(more)
    payload = compact({"nl_keys": {"1": {"public_key": "TEST"}}, "eu_keys": kids})
    return Published(
        compact({"payload": base64(payload), "signature": base64(cms(payload, by, *others))}),
        anchor=by.anchor,
    )


def french(signers: Sequence[KeySigner] = (), *, more: Mapping[str, Any] | None = None) -> Published:
    """The French list: certificates, and the last one as a bare key."""
    signers = signers or entries()
    twice = {base64(one.kid): base64(base64(one.certificate.der).encode()) for one in signers}
    twice[base64(signers[-1].kid)] = base64(base64(info(signers[-1])).encode())
    return Published(compact({"certificates2DDoc": {}, "certificatesDCC": {**twice, **(more or {})}}))


def public_keys(signers: Sequence[KeySigner] = (), *, more: Sequence[Any] = ()) -> Published:
    """The Norwegian and the British list."""
    keys = [{"kid": base64(one.kid), "publicKey": base64(info(one))} for one in signers or entries()]
    return Published(compact([*keys, *more]))


def verify_ehc(signers: Sequence[KeySigner] = (), *, more: Mapping[str, Any] | None = None) -> Published:
    """What the tool verify-ehc saves."""
    saved = {one.kid.hex().upper(): verify_ehc_entry(one) for one in signers or entries()}
    document = {"timestamp": "2022-06-01T06:00:00Z", "trustList": {**saved, **(more or {})}}
    return Published(compact(document))


def verify_ehc_entry(one: KeySigner, **members: Any) -> dict[str, Any]:
    """One of its entries, which labels what signs PS256 as PKCS #1 v1.5."""
    is_rsa = one.algorithm is Algorithm.PS256
    return {
        "issuer": {"C": one.certificate.country},
        "subject": {"C": one.certificate.country, "O": "TEST"},
        "notValidBefore": one.certificate.not_before.isoformat(),
        "notValidAfter": one.certificate.not_after.isoformat(),
        "publicKey": jwk(one, alg="RS256" if is_rsa else "ES256"),
        "algorithm": {"name": "RSASSA-PKCS1-v1_5" if is_rsa else "ECDSA", "hash": {"name": "SHA-256"}},
        "usage": sorted(str(kind) for kind in one.certificate.kinds),
        **members,
    }


def austrian_signer() -> KeySigner:
    """Who signs the Austrian list."""
    return signer(country="AT", deterministic=True)


def austrian_list(signers: Sequence[KeySigner] = (), *, by: KeySigner | None = None) -> Published:
    """The Austrian content and its signature."""
    by = by or austrian_signer()
    certificates = [one.certificate for one in signers or entries()]
    content, signature = austrian.write(certificates, by, issued=ISSUED, usable_until=USABLE_UNTIL)
    anchor = anchor_of(by.certificate.public_key, certificate=by.certificate)
    return Published(content, signature, anchor)


def austrian_website(signers: Sequence[KeySigner] = ()) -> Published:
    """The two of them in one JSON document."""
    parts = austrian_list(signers)
    both = {
        "trustListContent": base64(parts.data),
        "trustListSignature": base64(parts.signature or b""),
    }
    return replace(parts, data=compact({"trustList": both}), signature=None)


MAKERS: dict[str, tuple[str, Callable[[], Published]]] = {
    "austrian": ("austrian", austrian_list),
    "austrian website": ("austrian", austrian_website),
    "swedish": ("swedish", swedish),
    "swiss": ("swiss", swiss),
    "dutch": ("dutch", dutch),
    "french": ("french", french),
    "norwegian": ("norwegian", public_keys),
    "verify-ehc": ("verify-ehc", verify_ehc),
    "jwks": ("jwks", jwks),
    "signed jwks": ("jwks", lambda: jwks(by=list_signer())),
}
"""Every form by its name here: the name of its format, and what makes one with the three `entries`."""


UNREADABLE, KEY_TYPE = Reason.TRUST_ENTRY_UNREADABLE, Reason.KEY_TYPE

NO_ENTRIES = [(value, UNREADABLE) for value in (None, 7, [], "text", {})]
"""What is no entry in any form."""


def reading_of(published: Published, **changes: Any) -> ListReading:
    """Read it as what it is recognised as, on its usual terms but for `changes`."""
    return read(published.data, published.terms(**changes))


def refusal(published: Published, **changes: Any) -> Reason:
    """Why it is not read as a whole."""
    with pytest.raises(TrustListError) as caught:
        reading_of(published, **changes)
    return caught.value.reason


def reasons(reading: ListReading) -> list[Reason]:
    return [problem.reason for problem in reading.problems]


def codes(reading: ListReading) -> list[ListFindingCode]:
    return [finding.code for finding in reading.findings]


def payload_of(data: bytes) -> bytes:
    """What a compact JWS signs."""
    return jws_reader.read(data).payload


def check_problem(reading: ListReading, reason: Reason) -> None:
    """The three `entries` are there, and what was put among them is a problem for this reason."""
    assert {key.kid for key in reading.keys} == {one.kid for one in entries()}
    assert reasons(reading)[0] is reason
    assert str(reading.problems[0]).startswith("entry ")
    assert isinstance(reading.problems[0], UnsupportedError if reason is KEY_TYPE else TrustListError)
    assert len(reading.keys) + len(reading.problems) == reading.entries
