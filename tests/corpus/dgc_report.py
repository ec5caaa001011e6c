"""What vaxcert makes of the vectors of eu-digital-green-certificates/dgc-testdata, one expectation at a time.

    VAXCERT_CORPUS=... python -m tests.corpus.dgc_report

prints the table. `test_dgc_testdata.py` holds vaxcert to it.
"""

from __future__ import annotations

import json
import os
import sys
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import vaxcert as vc
from vaxcert import qr
from vaxcert.codec import base45, cbor, container, deflate
from vaxcert.crypto.signing_certificate import read_signing_certificate
from vaxcert.model.certificate import ALL_KINDS
from vaxcert.trust.origin import ListOrigin

_Value = TypeVar("_Value")

LEFT_OUT = {
    "VALIDOBJECT": "about the JSON field of the vector, not about a certificate",
    "ENCODE": "about another implementation's encoder: its bytes are one of many right ones",
    "RESULTS": "a key of the vector format written as an expectation",
    "EXPTECTEDEXPIRED": "a misspelt key that no tool reads; EXPIRATIONCHECK stands beside it",
}
SCHEMA_NOISE = {
    "NL": "flags mean value sets and another schema version than the payload's, and fit no version of it",
    "PL": "flags mean value sets, which a schema does not look at",
}

FORM_FAULTS = frozenset(
    {
        vc.FindingCode.FIELD_MISSING,
        vc.FindingCode.FIELD_TYPE,
        vc.FindingCode.FIELD_TOO_LONG,
        vc.FindingCode.DATE_UNREADABLE,
        vc.FindingCode.NAME_NOT_STANDARD,
    }
)
"""Findings that say what a JSON schema says; further ones are stricter than any schema of the EU DCC."""

_P384 = "the certificate's key is on P-384, which HCERT does not allow; its ES256 signature has 96 bytes"
_OTHER_KEY = (
    "the signature is refused first, as VERIFY expects: the certificate is not that of the message's kid"
)
_SAME_MOMENT = "the JSON field writes the same moment in another form than the message"
_OTHER_VALUES = "the JSON field holds other values than the message"

DEVIATIONS: Mapping[tuple[str, str], str] = {
    ("ES/2DCode/raw/401.json", "VERIFY"): _P384,
    ("ES/2DCode/raw/402.json", "VERIFY"): _P384,
    ("ES/2DCode/raw/403.json", "VERIFY"): _P384,
    (
        "common/2DCode/raw/CO20.json",
        "VERIFY",
    ): "the algorithm stands in the unprotected header only, which no "
    "signature covers (RFC 9052 section 3); the description speaks of the kid",
    ("IS/2DCode/raw/3.json", "KEYUSAGE"): "a wrong vector (dgc-testdata issue 244): the key is not limited",
    ("PL/1.0.0/2DCode/raw/6.json", "KEYUSAGE"): _OTHER_KEY,
    ("PL/1.2.1/2DCode/raw/6.json", "KEYUSAGE"): _OTHER_KEY,
    ("PL/1.3.0/2DCode/raw/6.json", "KEYUSAGE"): _OTHER_KEY,
    ("PL/1.0.0/2DCode/raw/6.json", "EXPIRATIONCHECK"): _OTHER_KEY,
    ("PL/1.2.1/2DCode/raw/6.json", "EXPIRATIONCHECK"): _OTHER_KEY,
    ("PL/1.3.0/2DCode/raw/6.json", "EXPIRATIONCHECK"): _OTHER_KEY,
    ("FR/2DCode/raw/test_pcr_ok.json", "VALIDJSON"): _OTHER_VALUES,
    ("PL/1.3.0/2DCode/raw/1.json", "VALIDJSON"): _OTHER_VALUES,
    ("PL/1.3.0/2DCode/raw/5.json", "VALIDJSON"): _OTHER_VALUES,
    ("PT/1.3.0/2DCode/raw/4.json", "VALIDJSON"): _SAME_MOMENT,
    (
        "HU/2DCode/raw/3.json",
        "SCHEMAVALIDATION",
    ): "a wrong vector: the test centre has 99 characters, of which "
    "schema 1.0.x allows 50 and 1.3.x allows 80",
    (
        "common/2DCode/raw/DGC2.json",
        "SCHEMAVALIDATION",
    ): "three events, which the payload's schema 1.2.1 allows, as "
    "the description says; vaxcert reports several-events",
}
"""Every deviation, with its reason. A test holds that there is no other, and that each is still one."""


class Comparison(NamedTuple):
    """One expectation of one vector.

    Attributes:
        vector: Path of the vector below the checkout.
        expectation: Its name without EXPECTED.
        expected: What the vector says.
        measured: What vaxcert finds; None where the vector lacks what is needed, or it is left out.
        note: Why it was not measured, or why it deviates.
    """

    vector: str
    expectation: str
    expected: bool
    measured: bool | None
    note: str = ""

    @property
    def deviates(self) -> bool:
        return self.measured is not None and self.measured is not self.expected


@dataclass(frozen=True)
class Vector:
    """One vector, and what vaxcert reads from it at each stage; None from the first stage that fails."""

    name: str
    fields: Mapping[str, Any]

    @cached_property
    def expectations(self) -> dict[str, bool]:
        return {key.removeprefix("EXPECTED"): value for key, value in self.fields["EXPECTEDRESULTS"].items()}

    @property
    def text(self) -> str:
        text: str = self.fields["PREFIX"]
        return text

    @property
    def at(self) -> datetime:
        """The validation clock; without a time zone in some vectors."""
        moment = datetime.fromisoformat(self.fields["TESTCTX"]["VALIDATIONCLOCK"])
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    def bytes_of(self, field: str) -> bytes | None:
        return bytes.fromhex(self.fields[field]) if field in self.fields else None

    @cached_property
    def report(self) -> vc.VerificationReport | vc.VaxcertError:
        """The verdict with the vector's certificate trusted, or why that certificate cannot be."""
        return self._report()

    @cached_property
    def report_of_any_purpose(self) -> vc.VerificationReport | vc.VaxcertError:
        """The verdict with that certificate's key trusted for every kind: what is to be said of the dates."""
        return self._report(kinds=ALL_KINDS)

    def _report(self, **changes: Any) -> vc.VerificationReport | vc.VaxcertError:
        der = b64decode(self.fields["TESTCTX"]["CERTIFICATE"])
        try:
            key = vc.TrustedKey.from_certificate(
                read_signing_certificate(der), origin=ListOrigin(name=self.name)
            )
        except vc.VaxcertError as error:
            return error
        return vc.Verifier(vc.TrustList([replace(key, **changes)])).report(self.text, at=self.at)

    @property
    def reached(self) -> vc.Level:
        return _level(self.report)

    @property
    def reason(self) -> vc.Reason | None:
        return self.report.reason

    @cached_property
    def inspection(self) -> vc.Inspection | None:
        return _value(lambda: vc.inspect(self.text))


def vectors(folder: Path) -> Iterator[Vector]:
    """Every vector of a checkout of dgc-testdata, by name."""
    for path in sorted(folder.rglob("*.json")):
        fields = json.loads(path.read_text("utf-8-sig"))
        if "EXPECTEDRESULTS" in fields:
            yield Vector(path.relative_to(folder).as_posix(), fields)


def compare(vector: Vector) -> Iterator[Comparison]:
    """Every expectation of a vector."""
    for name, expected in vector.expectations.items():
        note = LEFT_OUT.get(name) or _schema_noise(vector, name)
        measured = None if note else MEASURES[name](vector)
        if measured is None:
            yield Comparison(
                vector.name, name, expected, None, note or "the vector lacks the field to compare"
            )
        else:
            deviation = DEVIATIONS.get((vector.name, name), "")
            yield Comparison(vector.name, name, expected, measured, deviation)


def classify(vector: Vector) -> str:
    """Outcome, level and reason in one line."""
    if isinstance(vector.report, vc.VaxcertError):
        return f"untrusted {vector.report.reason}"
    return " ".join(filter(None, (vector.report.outcome, vector.report.level, vector.report.reason)))


def table(comparisons: Iterable[Comparison]) -> str:
    """The comparisons as text: counts for each expectation, then every deviation with its reason."""
    counts: dict[str, Counter[str]] = {}
    lines = []
    for one in comparisons:
        count = counts.setdefault(one.expectation, Counter())
        count["not measured" if one.measured is None else "deviates" if one.deviates else "matches"] += 1
        if one.deviates:
            lines.append(f"{one.vector:38} {one.expectation:16} expected {one.expected}: {one.note}")
    columns = ("matches", "deviates", "not measured")
    head = f"{'expectation':18}" + "".join(f"{column:>14}" for column in columns)
    rows = [
        f"{name:18}" + "".join(f"{count[column]:14}" for column in columns)
        for name, count in sorted(counts.items())
    ]
    return "\n".join([head, *rows, "", *lines])


def _level(report: vc.VerificationReport | vc.VaxcertError) -> vc.Level:
    return report.level if isinstance(report, vc.VerificationReport) else vc.Level.NONE


def _value(read: Callable[[], _Value]) -> _Value | None:
    try:
        return read()
    except vc.VaxcertError:
        return None


def _schema_noise(vector: Vector, expectation: str) -> str:
    return SCHEMA_NOISE.get(vector.name.split("/")[0], "") if expectation == "SCHEMAVALIDATION" else ""


def _picture(vector: Vector) -> bool | None:
    if "2DCODE" not in vector.fields:
        return None
    return bool(_value(lambda: qr.read_picture(b64decode(vector.fields["2DCODE"]))) == (vector.text,))


def _unprefix(vector: Vector) -> bool:
    try:
        container.message_bytes(vector.text)
    except vc.VaxcertError as error:
        if error.reason is vc.Reason.CONTEXT_IDENTIFIER:
            return False
    return vector.fields.get("BASE45") in (None, vector.text.removeprefix(container.CONTEXT_IDENTIFIER))


def _base45(vector: Vector) -> bool:
    made = _value(lambda: base45.decode(vector.text.removeprefix(container.CONTEXT_IDENTIFIER)))
    return made is not None and vector.bytes_of("COMPRESSED") in (None, made)


def _compression(vector: Vector) -> bool:
    stream = base45.decode(vector.text.removeprefix(container.CONTEXT_IDENTIFIER))
    made = _value(lambda: deflate.inflate(stream))
    return made is not None and vector.bytes_of("COSE") in (None, made)


def _decode(vector: Vector) -> bool:
    """Every layer reads, and the values are those of the CBOR field: the claims, or the payload alone."""
    if vector.inspection is None:
        return False
    field = vector.bytes_of("CBOR")
    if field is None:
        return True
    stated = cbor.loads(field, tags=cbor.DATE_TAGS)
    return stated in (cbor.loads(vector.inspection.message.payload, tags=cbor.DATE_TAGS), _payload(vector))


def _valid_json(vector: Vector) -> bool | None:
    if "JSON" not in vector.fields:
        return None
    return vector.inspection is not None and _as_json(_payload(vector)) == vector.fields["JSON"]


def _payload(vector: Vector) -> Any:
    assert vector.inspection is not None
    return vector.inspection.claims.hcert[1]


def _as_json(value: Any) -> Any:
    """Tagged dates as their text."""
    return json.loads(json.dumps(value, default=lambda tagged: tagged.value))


def _verify(vector: Vector) -> bool:
    """The signature is right. What is signed may still not be for this key to sign, or attest nothing."""
    return vector.reached not in (vc.Level.NONE, vc.Level.WELL_FORMED) or vector.reason in (
        vc.Reason.KEY_NOT_AUTHORISED,
        vc.Reason.PAYLOAD_STRUCTURE,
    )


def _in_date(vector: Vector) -> bool:
    return _level(vector.report_of_any_purpose) in (vc.Level.IN_DATE, vc.Level.ACCEPTABLE)


def _key_usage(vector: Vector) -> bool:
    return vector.reached not in (vc.Level.NONE, vc.Level.WELL_FORMED)


def _schema(vector: Vector) -> bool:
    return vector.inspection is not None and FORM_FAULTS.isdisjoint(
        finding.code for finding in vector.inspection.findings
    )


MEASURES: Mapping[str, Callable[[Vector], bool | None]] = {
    "PICTUREDECODE": _picture,
    "UNPREFIX": _unprefix,
    "B45DECODE": _base45,
    "COMPRESSION": _compression,
    "DECODE": _decode,
    "VALIDJSON": _valid_json,
    "VERIFY": _verify,
    "EXPIRATIONCHECK": _in_date,
    "KEYUSAGE": _key_usage,
    "SCHEMAVALIDATION": _schema,
}


def main() -> None:
    """Print the table."""
    folder = Path(os.environ["VAXCERT_CORPUS"]) / "dgc-testdata"
    all_vectors = list(vectors(folder))
    lines = [f"{len(all_vectors)} vectors", ""]
    classes = Counter(map(classify, all_vectors))
    lines += [f"{count:5} {name}" for name, count in classes.most_common()]
    comparisons = [comparison for vector in all_vectors for comparison in compare(vector)]
    sys.stdout.write("\n".join([*lines, "", table(comparisons)]) + "\n")


if __name__ == "__main__":
    main()
