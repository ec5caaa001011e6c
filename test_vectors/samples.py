"""What the vectors' certificates say. Every person is made up; "Thử" is Vietnamese for "test"."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

DROP: Final = object()
"""Given as a field's value: leave the field out."""

ISSUED: Final = datetime(2026, 1, 5, 9, tzinfo=UTC)
AT: Final = datetime(2026, 2, 1, 12, tzinfo=UTC)
EXPIRES: Final = datetime(2026, 7, 5, 9, tzinfo=UTC)
SIGNER_STARTS: Final = datetime(2025, 1, 1, tzinfo=UTC)
SIGNER_ENDS: Final = datetime(2027, 1, 1, tzinfo=UTC)

IDENTIFIER: Final = "URN:UVCI:01:VN:4E5F1A0C9B7D42E8A3D6C0F1B2A39485"

NAME: Final = {"fn": "Nguyễn", "gn": "Văn Thử", "fnt": "NGUYEN", "gnt": "VAN<THU"}
_COMMON: Final = {"tg": "840539006", "co": "VN", "is": "Bộ Y tế (TEST)", "ci": IDENTIFIER}
_DOSE: Final = {
    **_COMMON,
    "vp": "1119349007",
    "mp": "EU/1/20/1528",
    "ma": "ORG-100030215",
    "dn": 2,
    "sd": 2,
    "dt": "2025-12-20",
}
_NUCLEIC_ACID_TEST: Final = {
    **_COMMON,
    "tt": "LP6464-4",
    "nm": "TEST assay",
    "sc": "2026-01-04T08:30:00Z",
    "tr": "260415000",
    "tc": "TEST centre",
}
_ANTIGEN_TEST: Final = {
    **_COMMON,
    "tt": "LP217198-3",
    "ma": "1232",
    "sc": "2026-01-04T08:30:00Z",
    "tr": "260415000",
    "tc": "TEST centre",
}
_RECOVERY: Final = {**_COMMON, "fr": "2025-12-10", "df": "2025-12-21", "du": "2026-06-08"}


def seconds(moment: datetime) -> int:
    """NumericDate."""
    return int(moment.timestamp())


def changed(values: dict[Any, Any], changes: dict[Any, Any]) -> dict[Any, Any]:
    """A map with some of its values replaced, added, or left out where the new value is `DROP`."""
    merged = {**values, **changes}
    return {name: value for name, value in merged.items() if value is not DROP}


def dose(**changes: Any) -> dict[str, Any]:
    """A `v` entry."""
    return changed(_DOSE, changes)


def nucleic_acid_test(**changes: Any) -> dict[str, Any]:
    """A `t` entry with a test name."""
    return changed(_NUCLEIC_ACID_TEST, changes)


def antigen_test(**changes: Any) -> dict[str, Any]:
    """A `t` entry with a device code."""
    return changed(_ANTIGEN_TEST, changes)


def recovery(**changes: Any) -> dict[str, Any]:
    """An `r` entry."""
    return changed(_RECOVERY, changes)


def name(**changes: Any) -> dict[str, Any]:
    """A `nam` map."""
    return changed(NAME, changes)


def dcc(**changes: Any) -> dict[str, Any]:
    """An EU DCC payload: the sample vaccination, unless another group of events is given."""
    groups = {"v", "t", "r"} & changes.keys()
    events = {} if groups else {"v": [dose()]}
    return changed({"ver": "1.3.0", "nam": name(), "dob": "1990-05-17", **events}, changes)


def token(
    payload: Any = None,
    *,
    iss: Any = "VN",
    exp: Any = EXPIRES,
    iat: Any = ISSUED,
    nbf: Any = DROP,
    hcert: Any = None,
    extra: dict[Any, Any] | None = None,
) -> dict[Any, Any]:
    """CWT claims around a payload, in the order genuine certificates have them. Times become NumericDates."""
    claims = {1: iss, 4: exp, 6: iat, 5: nbf, -260: {1: payload or dcc()} if hcert is None else hcert}
    moments = {
        label: seconds(value) if isinstance(value, datetime) else value for label, value in claims.items()
    }
    return changed(moments, extra or {})
