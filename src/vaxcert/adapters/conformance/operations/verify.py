"""`verify`: a certificate against a trust list, a policy and a revocation list."""

from __future__ import annotations

import hashlib
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from vaxcert.crypto.algorithms import Algorithm
from vaxcert.crypto.signing_certificate import read_signing_certificate
from vaxcert.errors import UnsupportedError
from vaxcert.findings import FindingCode
from vaxcert.rules.policy import SignerDates, VerificationPolicy, WhenUnsure
from vaxcert.trust.origin import Environment, ListOrigin, Proof
from vaxcert.trust.revocation.query import (
    RevocationAnswer,
    RevocationLists,
    RevocationQuery,
    RevocationStatus,
)
from vaxcert.trust.trust_list import TrustedKey, TrustList
from vaxcert.verify import Verifier


def verify(given: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    """Verify `text` at `at` against `trust_list` under `policy`, and ask `revocation` where it is there."""
    report = verifier_of(context).report(given["text"], at=datetime.fromisoformat(context["at"]))
    return {
        "outcome": report.outcome,
        "level": report.level,
        "reason": report.reason,
        "findings": sorted({finding.code for finding in report.findings}),
    }


def verifier_of(context: Mapping[str, Any]) -> Verifier:
    """The verifier of a context: with its trust list, its policy, and its revocation list where it is there."""
    revocation = context.get("revocation")
    return Verifier(
        trust_list_of(context["trust_list"]),
        policy=policy_of(context["policy"]),
        revocation=None if revocation is None else RevocationLists([WrittenList(revocation)]),
    )


def trust_list_of(document: Mapping[str, Any]) -> TrustList:
    """The trust list that a document of `test_vectors/trust_lists` describes."""
    dates: dict[str, Any] = {
        part: datetime.fromisoformat(document[part])
        for part in ("issued", "next_update", "usable_until")
        if part in document
    }
    origin = ListOrigin(name="vectors", proof=Proof(document.get("proof", Proof.VOUCHED)), **dates)
    keys, withdrawn = [], set()
    for entry in document["keys"]:
        certificate = read_signing_certificate(b64decode(entry["certificate"], validate=True))
        try:
            key = TrustedKey.from_certificate(
                certificate,
                origin=origin,
                environment=Environment(entry.get("environment", Environment.PRODUCTION)),
                domain=entry.get("domain"),
            )
        except UnsupportedError:
            continue
        keys.append(
            replace(key, kid=bytes.fromhex(entry["kid"]), country=entry.get("country", certificate.country))
        )
        if entry.get("withdrawn"):
            withdrawn.add(certificate.digest)
    return TrustList(keys, withdrawn=withdrawn)


def policy_of(described: str | Mapping[str, Any]) -> VerificationPolicy:
    """The policy that a vector describes: `default`, `strict`, or what differs from default."""
    if isinstance(described, str):
        return {"default": VerificationPolicy.default, "strict": VerificationPolicy.strict}[described]()
    read: dict[str, Callable[[Any], Any]] = {
        "algorithms": lambda names: frozenset(Algorithm[name] for name in names),
        "clock_skew_seconds": lambda seconds: timedelta(seconds=seconds),
        "signer_dates": SignerDates,
        "allow_small_rsa": bool,
        "allow_foreign_issuer": bool,
        "environments": lambda names: frozenset(map(Environment, names)),
        "stale_lists": WhenUnsure,
        "unknown_revocation": WhenUnsure,
        "refused_findings": lambda codes: frozenset(map(FindingCode, codes)),
    }
    return VerificationPolicy(
        **{name.removesuffix("_seconds"): read[name](value) for name, value in described.items()}
    )


class WrittenList:
    """A revocation list of the vectors, looked up as plainly as can be."""

    withdrawn: frozenset[bytes] = frozenset()
    name = "vectors"

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._countries = document["countries"]
        self._entries = {(entry["type"], entry["hash"]) for entry in document["entries"]}
        self._issued = datetime.fromisoformat(document["issued"])
        self._usable_until = datetime.fromisoformat(document["usable_until"])

    def covers(self, query: RevocationQuery) -> bool:
        """Whether the list speaks for the certificate's issuer."""
        return query.issuer is None or query.issuer in self._countries

    def answer(self, query: RevocationQuery, *, at: datetime) -> RevocationAnswer:
        """What the list says of a certificate."""
        if at > self._usable_until:
            return RevocationAnswer(status=RevocationStatus.UNKNOWN, source=self.name, detail="ended")
        is_listed = not self._entries.isdisjoint(_names(query))
        status = RevocationStatus.REVOKED if is_listed else RevocationStatus.NOT_REVOKED
        return RevocationAnswer(status=status, source=self.name, as_of=self._issued)


def _names(query: RevocationQuery) -> set[tuple[str, str]]:
    signature = query.signature[:32] if query.algorithm is Algorithm.ES256 else query.signature
    named = [("SIGNATURE", signature)]
    for identifier in query.identifiers:
        named.append(("UCI", identifier.encode()))
        named.append(("COUNTRYCODEUCI", f"{query.issuer}{identifier}".encode()))
    return {(kind, hashlib.sha256(what).hexdigest()[:32]) for kind, what in named}
