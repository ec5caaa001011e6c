"""From what the platform knows to what the certificate says."""

from __future__ import annotations

from vaxcert.errors import EncodeError, Reason
from vaxcert.model.certificate import HealthCertificate, Person, Vaccination
from vaxcert.model.dose_record import DoseRecord
from vaxcert.model.names import split_vietnamese_name
from vaxcert.model.value_sets import vaccine_by_local_name

COVID_19 = "840539006"
"""SNOMED CT code of the disease, the only one in the EU value set."""


def to_certificate(record: DoseRecord, *, certificate_id: str | None = None) -> HealthCertificate:
    """Make the certificate of one dose; country and authority are left to the issuer.

    Args:
        record: A record without problems (`vaxcert.rules.records.check_record`). What it lacks, the
            certificate lacks, and the issue-side linter refuses it.
        certificate_id: Its identifier (UVCI); None leaves it to the issuer.

    Returns:
        The certificate. Names are split by the Vietnamese rule, product, holder and vaccine type come from
        the EU value sets.

    Raises:
        EncodeError: `RECORD_REFUSED`: the value sets do not hold the vaccine, or there is no name.
    """
    product = vaccine_by_local_name(record.vaccine or "")
    if product is None:
        raise EncodeError(Reason.RECORD_REFUSED, "the record's vaccine is in no value set")
    family_name, given_name = split_vietnamese_name(record.full_name or "")
    return HealthCertificate(
        subject=Person(family_name=family_name, given_name=given_name, birth_date=record.birth_date),
        vaccination=Vaccination(
            disease=COVID_19,
            prophylaxis=product.specific_prophylaxis,
            product=product.code,
            marketing_holder=product.holder,
            dose_number=record.dose_number,
            doses_in_series=record.doses_in_series,
            vaccinated_on=record.vaccinated_on,
            certificate_id=certificate_id,
        ),
    )
