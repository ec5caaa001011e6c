"""TEST signers made on the spot, and people who do not exist."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache

from cryptography.hazmat.primitives.serialization import Encoding

import vaxcert as vc
from vaxcert.adapters.signers import KeySigner
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.crypto.authority import create_csr, create_signing_ca, issue_signing_certificate, new_key
from vaxcert.crypto.signing_certificate import read_signing_certificate
from vaxcert.model.certificate import ALL_KINDS, Kind

DSC_STARTS = datetime(2022, 1, 1, tzinfo=UTC)
NOW = datetime(2022, 6, 1, 8, 30, tzinfo=UTC)


@cache
def signer(
    algorithm: Algorithm = Algorithm.ES256,
    *,
    country: str = "VN",
    kinds: frozenset[Kind] = ALL_KINDS,
    starts: datetime = DSC_STARTS,
    valid_for: timedelta = timedelta(days=730),
    key_use: timedelta | None = None,
    deterministic: bool = False,
) -> KeySigner:
    """A TEST signer with its own CA."""
    ca_key = new_key(Algorithm.ES256)
    ca = create_signing_ca(
        ca_key, country=country, organization="TEST", common_name="TEST CSCA", not_before=starts
    )
    key = new_key(algorithm)
    csr = create_csr(key, country=country, organization="TEST", common_name="TEST DSC", kinds=kinds)
    dsc = issue_signing_certificate(
        csr,
        ca_certificate=ca,
        ca_key=ca_key,
        not_before=starts,
        valid_for=valid_for,
        key_use=key_use,
        kinds=kinds,
    )
    certificate = read_signing_certificate(dsc.public_bytes(Encoding.DER))
    return KeySigner(key, certificate, deterministic=deterministic)


def trusted(*signers: KeySigner) -> vc.TrustList:
    """A trust list of these signers."""
    return vc.TrustList(vc.TrustedKey.from_certificate(one.certificate) for one in signers)


def person(**changes: object) -> vc.Person:
    """A person who does not exist."""
    fields: dict[str, object] = {
        "family_name": "Nguyễn",
        "given_name": "Bảo Duy",
        "birth_date": date(1983, 10, 10),
        **changes,
    }
    return vc.Person(**fields)  # type: ignore[arg-type]


def vaccination(**changes: object) -> vc.Vaccination:
    """The second of two doses of Comirnaty."""
    fields: dict[str, object] = {
        "disease": "840539006",
        "prophylaxis": "1119349007",
        "product": "EU/1/20/1528",
        "marketing_holder": "ORG-100030215",
        "dose_number": 2,
        "doses_in_series": 2,
        "vaccinated_on": date(2021, 11, 18),
        **changes,
    }
    return vc.Vaccination(**fields)  # type: ignore[arg-type]


def certificate(**changes: object) -> vc.HealthCertificate:
    """A certificate of one dose; `changes` are fields of the dose."""
    return vc.HealthCertificate(subject=person(), vaccination=vaccination(**changes))


def issuer(one: KeySigner | None = None, **options: object) -> vc.Issuer:
    """An issuer in Viet Nam's name."""
    return vc.Issuer(one or signer(), **{"country": "VN", "authority": "Bộ Y tế", **options})  # type: ignore[arg-type]
