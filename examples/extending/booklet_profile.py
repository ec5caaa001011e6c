"""A payload profile: a made-up vaccination booklet of short arrays, under the number 99 of the health claim."""

from __future__ import annotations

from typing import Any, Final

from vaxcert.errors import DecodeError, Reason
from vaxcert.findings import Finding
from vaxcert.model.certificate import HealthCertificate, Person, Vaccination
from vaxcert.payloads import PayloadProfile
from vaxcert.payloads.fields import FieldReader

CLAIM: Final = 99

_FIELDS: Final = ("family", "given", "born", "disease", "product", "dose", "of", "on", "id")


def read(value: Any) -> tuple[HealthCertificate, list[Finding]]:
    """Read a booklet.

    Args:
        value: Decoded CBOR: an array with the nine entries of `_FIELDS`, in that order.

    Raises:
        DecodeError: `payload-structure`. Whatever else is odd is a finding.
    """
    if type(value) is not list or len(value) != len(_FIELDS):
        raise DecodeError(Reason.PAYLOAD_STRUCTURE, f"a booklet is not an array of {len(_FIELDS)}")
    findings: list[Finding] = []
    fields = FieldReader(dict(zip(_FIELDS, value, strict=True)), "booklet.", findings)
    family, given, disease, product, identifier = fields.texts(
        ("family", "given", "disease", "product", "id")
    )
    certificate = HealthCertificate(
        subject=Person(family_name=family, given_name=given, birth_date=fields.birth_date("born")),
        vaccination=Vaccination(
            disease=disease,
            product=product,
            dose_number=fields.number("dose"),
            doses_in_series=fields.number("of"),
            vaccinated_on=fields.day("on"),
            certificate_id=identifier,
        ),
    )
    return certificate, findings


PROFILE: Final = PayloadProfile("booklet", "DCC", read)
