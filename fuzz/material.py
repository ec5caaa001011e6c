"""What the targets share: TEST keys, a verifier, and certificates and documents signed by these keys."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

import cbor2
from test_vectors import builder, samples
from test_vectors.samples import AT

import vaxcert as vc
from vaxcert.adapters.signers import KeySigner
from vaxcert.codec import cose
from vaxcert.codec.cwt import Claims
from vaxcert.crypto.signing_certificate import read_signing_certificate
from vaxcert.decision import Desk
from vaxcert.model.certificate import HealthCertificate
from vaxcert.presentation.texts import Texts, load
from vaxcert.rules.policy import VerificationPolicy
from vaxcert.trust import facility_list, signed_document
from vaxcert.trust.anchors import Anchor, anchor_of
from vaxcert.trust.facility_list import FacilityList, FacilityListContent, facility_entry
from vaxcert.trust.origin import Environment
from vaxcert.trust.trust_list import TrustedKey, TrustList


@cache
def signer() -> KeySigner:
    """The TEST signer of the vectors; its signatures repeat."""
    known = builder.key("es256")
    return KeySigner(known.private, read_signing_certificate(known.certificate), deterministic=True)


@cache
def trusted() -> TrustList:
    """A trust list of that signer and one with an RSA key."""
    names = ("es256", "ps256-2048")
    certificates = [read_signing_certificate(builder.key(name).certificate) for name in names]
    return TrustList([TrustedKey.from_certificate(one) for one in certificates])


@cache
def verifier() -> vc.Verifier:
    """The default verifier of that list."""
    return vc.Verifier(trusted())


@cache
def strict_verifier() -> vc.Verifier:
    """The strict one."""
    return vc.Verifier(trusted(), policy=VerificationPolicy.strict())


@cache
def anchors() -> tuple[Anchor, ...]:
    """The signer as the anchor of lists."""
    return (anchor_of(signer().public_key),)


def signed_payload(payload: bytes) -> bytes:
    """A message over any payload, which gets past the signature."""
    header = cose.protected_header(signer().algorithm, signer().kid)
    return cose.write(header, payload, signer().sign(cose.sig_structure(header, payload)))


def signed_content(content: bytes, content_type: str) -> bytes:
    """A signed document over any content, likewise."""
    return signed_document.write(signed_document.sign(content, content_type, [signer()]))


@cache
def desk() -> Desk:
    """A desk with the default verifier, which asks no rules."""
    return Desk(verifier=verifier())


@cache
def sample() -> tuple[bytes, HealthCertificate, Claims]:
    """A certificate that verifies: its message, and what it says."""
    message = signed_payload(cbor2.dumps(samples.token()))
    verified = verifier().verify(message, at=AT)
    return message, verified.certificate, verified.claims


@cache
def facilities() -> FacilityList:
    """A facility list on which the signer is one of province 01."""
    content = FacilityListContent(
        issuer="TEST",
        number=1,
        issued=AT,
        next_update=AT + timedelta(days=1),
        usable_until=AT + timedelta(days=2),
        environment=Environment.PRODUCTION,
        entries=(facility_entry(signer().public_key, provinces=frozenset({"01"})),),
    )
    return facility_list.read(
        signed_content(facility_list.encode(content), facility_list.CONTENT_TYPE), anchors()
    )


@cache
def vietnamese() -> Texts:
    """The sentences of the desk."""
    return load("vi")
