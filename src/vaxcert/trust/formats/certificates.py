"""Plain X.509 certificates, PEM or DER, one or many to a file. Not signed as a list: who hands them over vouches."""

from __future__ import annotations

from vaxcert.crypto.signing_certificate import SigningCertificate, read_certificates
from vaxcert.errors import VaxcertError
from vaxcert.trust.trust_list import ListReading, TrustedKey


def recognises(data: bytes) -> bool:
    """Whatever no other format claims is taken for certificates; `read` reports it when it holds none."""
    return True


def read(data: bytes, *, source: str) -> ListReading:
    """Read every certificate in `data`.

    Args:
        data: A PEM bundle, or DER.
        source: Where the bytes came from, for reports.
    """
    keys: list[TrustedKey] = []
    problems: list[VaxcertError] = []
    for entry in read_certificates(data):
        if isinstance(entry, SigningCertificate):
            try:
                keys.append(TrustedKey.from_certificate(entry, source=source))
            except VaxcertError as error:
                problems.append(error)
        else:
            problems.append(entry)
    return ListReading(tuple(keys), tuple(problems))
