"""Plain X.509 certificates, PEM or DER, one or many to a file. Not signed as a list: who hands them over vouches.

Whoever gives anchors asks for a list that is signed. Anything is read as certificates that no other format claims, so
these are refused then: they could have been put in the place of that list.
"""

from __future__ import annotations

from typing import Final

from vaxcert.crypto.signing_certificate import SigningCertificate, read_certificates
from vaxcert.errors import VaxcertError
from vaxcert.trust.formats.reading.terms import ReadingTerms
from vaxcert.trust.origin import Environment, ListOrigin, Proof
from vaxcert.trust.trust_list import ListReading, TrustedKey

NAME: Final = "certificates"


def recognises(data: bytes) -> bool:
    """Whatever no other format claims is taken for certificates; `read` reports it when it holds none."""
    return True


def read(data: bytes, terms: ReadingTerms) -> ListReading:
    """Read every certificate in `data`.

    Args:
        data: A PEM bundle, or DER.
        terms: Name and environment.

    Returns:
        A reading of whatever data: what is no certificate (`certificate-unreadable`), or one with a key that no signer
        has (`key-type`), is a problem of it.

    Raises:
        TrustListError: `trust-list-unsigned`, when anchors are given, or several signatures are asked for.
    """
    terms.check_no_signature_asked("no list of a known format and has no signature")
    origin = ListOrigin(name=terms.source, format=NAME, proof=Proof.VOUCHED)
    environment = terms.environment or Environment.PRODUCTION
    keys: list[TrustedKey] = []
    problems: list[VaxcertError] = []
    for entry in read_certificates(data):
        if isinstance(entry, SigningCertificate):
            try:
                keys.append(TrustedKey.from_certificate(entry, origin=origin, environment=environment))
            except VaxcertError as error:
                problems.append(error)
        else:
            problems.append(entry)
    return ListReading(
        keys=tuple(keys),
        problems=tuple(problems),
        entries=len(keys) + len(problems),
        origin=origin,
        environment=environment,
    )
