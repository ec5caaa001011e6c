"""Comparing the JSON Web Key of a GDHCN entry with the key of its certificate.

WHO's lists write numbers as Java does: with a zero octet before a set top bit, or with octets missing; and name only
some curves. So numbers are compared as numbers, and a curve by its name only where it is one of RFC 7518.
"""

from __future__ import annotations

from collections.abc import Iterable

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from vaxcert.crypto.jwk import CURVES, number


def contradicts(members: Iterable[tuple[str, str]], key: object) -> bool:
    """Whether a JSON Web Key is another key.

    Args:
        members: The text members of an EC or RSA key (RFC 7518 section 6).
        key: The public key of the certificate, as `cryptography` has it.
    """
    stated = dict(members)
    if isinstance(key, ec.EllipticCurvePublicKey) and stated["kty"] == "EC":
        point = key.public_numbers()
        curve = CURVES.get(stated["crv"], key.curve)
        return curve.name != key.curve.name or _differ(stated, {"x": point.x, "y": point.y})
    if isinstance(key, rsa.RSAPublicKey) and stated["kty"] == "RSA":
        numbers = key.public_numbers()
        return _differ(stated, {"e": numbers.e, "n": numbers.n})
    return True


def _differ(stated: dict[str, str], numbers: dict[str, int]) -> bool:
    return any(_number(stated[name]) != value for name, value in numbers.items())


def _number(text: str) -> int | None:
    try:
        return number(text)
    except ValueError:
        return None
