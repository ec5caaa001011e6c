"""Wire profiles of the health claim, one module each, and the registry that finds the right one.

A new profile adds its module and one entry to `PROFILES`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from vaxcert.errors import Reason, UnsupportedError
from vaxcert.findings import Finding
from vaxcert.model.certificate import HealthCertificate
from vaxcert.payloads import eu_dcc


@dataclass(frozen=True, slots=True)
class PayloadProfile:
    """How one kind of health claim is read.

    Attributes:
        name: For people.
        domain: The trust domain its keys belong to, in the words of the WHO network.
        read: Decoded CBOR to certificate and findings.
    """

    name: str
    domain: str
    read: Callable[[Any], tuple[HealthCertificate, list[Finding]]]


PROFILES: Final[Mapping[int, PayloadProfile]] = {
    eu_dcc.CLAIM: PayloadProfile("EU DCC", "DCC", eu_dcc.read),
}
"""By the number under the HCERT claim -260 (HCERT specification 3.3.7)."""


def profile_of(hcert: Mapping[int | str, Any]) -> tuple[PayloadProfile, Any]:
    """The profile of a health claim, and the claim's value under that profile's number.

    Raises:
        UnsupportedError: `payload-profile` when none of the numbers is known.
    """
    for number, profile in PROFILES.items():
        if number in hcert:
            return profile, hcert[number]
    numbers = sorted(key for key in hcert if type(key) is int)[:5]
    raise UnsupportedError(
        Reason.PAYLOAD_PROFILE, f"health claims {numbers} are not supported, 1 (EU DCC) is"
    )


def read(hcert: Mapping[int | str, Any]) -> tuple[HealthCertificate, list[Finding]]:
    """Read the health claim with the profile its number names.

    Raises:
        UnsupportedError: `payload-profile` when none of the numbers is known, `payload-version`.
        DecodeError: `payload-structure`.
    """
    profile, value = profile_of(hcert)
    return profile.read(value)


def eu_dcc_json(certificate: HealthCertificate) -> dict[str, Any]:
    """A certificate in the JSON form of the EU DCC, in which countries write their rules, whatever its own form is.

    Args:
        certificate: As read; what it leaves out is left out.
    """
    return eu_dcc.as_json(certificate)
