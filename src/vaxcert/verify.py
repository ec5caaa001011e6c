"""Verification: how far a certificate can be relied on, and why no further.

The steps, in order. A refusal ends them; a finding does not.

1. Read the container: context identifier, base45, bounded inflate, COSE_Sign1            -> well-formed
2. The algorithm is in the protected header and allowed; every trusted key with the message's key identifier
   that fits the algorithm is tried over the bytes as received.
3. Only now read what was signed: claims and health certificate.
4. The key has not been withdrawn, is not for tests, and may sign for this issuer, domain and kind of certificate.
                                                                                          -> authentic
5. The list that names the key is not past its end; no revocation list has the certificate; the signing
   certificate was in date as the policy asks; the certificate has started and has not expired.
                                                                                          -> in date
6. No finding that the policy refuses.                                                    -> acceptable

(HCERT specification 3.3 and 6.3; RFC 9052 section 4.4; RFC 8392 section 3.)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from vaxcert import payloads
from vaxcert.codec import container, cwt
from vaxcert.codec.cose import ALGORITHM, Sign1
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.crypto.keys import MIN_RSA_BITS
from vaxcert.errors import (
    AlgorithmError,
    BadSignatureError,
    BindingError,
    DecodeError,
    ExpiredError,
    KeyRevokedError,
    NotYetValidError,
    PolicyError,
    Reason,
    RevokedError,
    SignerDateError,
    StaleTrustListError,
    UnknownKeyError,
    UnsupportedError,
    VaxcertError,
    VerificationError,
)
from vaxcert.findings import Finding, FindingCode
from vaxcert.model.certificate import HealthCertificate
from vaxcert.model.moments import in_utc
from vaxcert.rules.content import content_findings
from vaxcert.rules.message import add_message_findings
from vaxcert.rules.policy import SignerDates, VerificationPolicy, WhenUnsure
from vaxcert.trust import binding
from vaxcert.trust.origin import NOWHERE, ListOrigin, Proof
from vaxcert.trust.revocation.query import (
    RevocationAnswer,
    RevocationLists,
    RevocationQuery,
    RevocationStatus,
)
from vaxcert.trust.trust_list import TrustedKey, TrustList

_UNDECIDED: Final = frozenset({Reason.STALE_TRUST_LIST, Reason.REVOCATION_UNKNOWN})
_ALGORITHMS: Final = {int(algorithm): algorithm for algorithm in Algorithm}


class Level(StrEnum):
    """How far a certificate got. Never just "valid"."""

    NONE = "none"
    WELL_FORMED = "well-formed"
    """It decodes."""
    AUTHENTIC = "authentic"
    """A trusted key signed these bytes, and that key may sign this kind."""
    IN_DATE = "in-date"
    """At the time of verification."""
    ACCEPTABLE = "acceptable"
    """To this relying party's policy."""


_NONE, _WELL_FORMED, _AUTHENTIC, _IN_DATE, _ACCEPTABLE = Level  # quicker to get at than members are


class Outcome(StrEnum):
    """What the person at the desk is told."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, repr=False)
class VerifiedCertificate:
    """A certificate that passed every step. Only `Verifier.verify` makes one.

    It says nothing about who presents it: compare the subject with a travel document.

    Attributes:
        certificate: What it attests.
        claims: Issuer and dates of the token.
        key: The trusted key that signed it.
        findings: What is odd about it all the same.
        at: The time of verification it holds for.
        revocation: What the revocation lists say; None where none was configured.
    """

    certificate: HealthCertificate
    claims: cwt.Claims
    key: TrustedKey
    findings: tuple[Finding, ...]
    at: datetime
    revocation: RevocationAnswer | None = None

    def __repr__(self) -> str:
        return f"<VerifiedCertificate kid={self.key.kid.hex()} issuer={self.claims.issuer!r}>"


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class VerificationReport:
    """How far a certificate got and why it stopped there.

    Attributes:
        outcome: Accepted, refused or unreadable.
        level: The highest level reached.
        error: Why it went no further; None only when accepted.
        findings: What is odd; empty below the authentic level, where the content is not looked at.
        kid: Key identifier of the message, or None.
        algorithm: Its algorithm, or None when it names none that is known.
        key: The trusted key that signed it; None below the authentic level.
        claims: Its claims; None below the authentic level.
        certificate: What it attests; None below the authentic level.
        revocation: What the revocation lists say of it; None where none was asked.
    """

    outcome: Outcome
    level: Level
    error: VaxcertError | None
    findings: tuple[Finding, ...]
    kid: bytes | None
    algorithm: Algorithm | None
    key: TrustedKey | None
    claims: cwt.Claims | None
    certificate: HealthCertificate | None
    revocation: RevocationAnswer | None = None

    @property
    def reason(self) -> Reason | None:
        """Code of `error`."""
        return None if self.error is None else self.error.reason

    @property
    def is_undecided(self) -> bool:
        """Whether it was refused only because a list is too old or cannot tell; with better ones it may pass."""
        return self.reason in _UNDECIDED

    def __bool__(self) -> bool:
        raise TypeError("a report has no truth value; look at its outcome")

    def __repr__(self) -> str:
        return f"<VerificationReport {self.outcome} {self.level} {self.reason}>"


def unreadable(error: VaxcertError) -> VerificationReport:
    """The report of a certificate that there is no text of, such as that of a picture without a code.

    Args:
        error: Why there is none.
    """
    return VerificationReport(
        outcome=Outcome.UNREADABLE,
        level=_NONE,
        error=error,
        findings=(),
        kid=None,
        algorithm=None,
        key=None,
        claims=None,
        certificate=None,
    )


class _Examination:
    """What is known so far of the certificate under examination."""

    __slots__ = ("certificate", "claims", "findings", "key", "level", "message", "revocation")

    def __init__(self) -> None:
        self.level = _NONE
        self.message: Sign1 | None = None
        self.key: TrustedKey | None = None
        self.claims: cwt.Claims | None = None
        self.certificate: HealthCertificate | None = None
        self.findings: list[Finding] = []
        self.revocation: RevocationAnswer | None = None


class Verifier:
    """Verifies certificates against a trust list and a policy. Immutable, and safe to share between threads.

    Args:
        trust_list: The keys to accept.
        policy: The relying party's conditions.
        revocation: The revocation lists to ask; none are asked without. Keys that they withdraw are withdrawn.
    """

    __slots__ = ("_origins", "_policy", "_revocation", "_signer_in_date_now", "_trust_list")

    def __init__(
        self,
        trust_list: TrustList,
        *,
        policy: VerificationPolicy | None = None,
        revocation: RevocationLists | None = None,
    ) -> None:
        gone = None if revocation is None else revocation.withdrawn
        self._trust_list: Final = TrustList(trust_list, withdrawn=gone) if gone else trust_list
        self._policy: Final = policy or VerificationPolicy()
        self._revocation: Final = revocation
        self._origins: Final = self._trust_list.origins_of(self._policy.environments)
        self._signer_in_date_now: Final = self._policy.signer_dates is SignerDates.NOW

    def verify(self, source: str | bytes, *, at: datetime) -> VerifiedCertificate:
        """Verify one certificate, or raise.

        Args:
            source: `HC1:` text, or bytes of that text, of a zlib stream or of a COSE message.
            at: The time to verify for, aware.

        Raises:
            DecodeError: It is not well-formed.
            UnsupportedError: It is of another version or kind.
            VerificationError: It must not be relied on.
            ValueError: `at` has no time zone.
        """
        return self._examine(source, in_utc(at), _Examination())

    def report(self, source: str | bytes, *, at: datetime) -> VerificationReport:
        """Verify one certificate and say how far it got. Never raises, whatever the source holds.

        Args:
            source: As for `verify`.
            at: The time to verify for, aware.

        Raises:
            ValueError: `at` has no time zone. The only exception: it is not about the source.
        """
        examination = _Examination()
        error: VaxcertError | None = None
        at = in_utc(at)
        try:
            self._examine(source, at, examination)
        except VaxcertError as stopped:
            error = stopped
        return _report(examination, error)

    def _examine(self, source: str | bytes, at: datetime, seen: _Examination) -> VerifiedCertificate:
        message = seen.message = container.read(source)
        seen.level = _WELL_FORMED
        key = self._signer_of(message, at)
        claims, findings = cwt.read(message.payload)
        profile, value = payloads.profile_of(claims.hcert)
        certificate, payload_findings = profile.read(value)
        key = self._grant(key, message, claims, certificate, profile.domain, at)
        seen.level = _AUTHENTIC
        seen.key, seen.claims, seen.certificate, seen.findings = key, claims, certificate, findings
        findings += payload_findings
        findings += content_findings(certificate, signed_at=claims.issued_at or at)
        add_message_findings(findings, message, claims, certificate, key, at)
        if key.origin is not NOWHERE:
            self._check_list(key.origin, at, findings)
        if self._revocation is not None:
            seen.revocation = self._revocation.answer(_query(key, message, claims, certificate), at=at)
            self._check_revocation(seen.revocation, findings)
        self._check_signer_dates(key, claims, at)
        self._check_dates(claims, at)
        seen.level = _IN_DATE
        self._check_policy(findings)
        seen.level = _ACCEPTABLE
        return VerifiedCertificate(certificate, claims, key, tuple(findings), at, seen.revocation)

    def _signer_of(self, message: Sign1, at: datetime) -> TrustedKey:
        """The trusted key that signed the message."""
        algorithm = self._allowed_algorithm(message)
        kid = message.kid
        if kid is None:
            raise UnknownKeyError(None)
        candidates = self._trust_list.candidates(kid)
        if not candidates:
            raise self._unknown_key(kid, at)
        signed = message.sig_structure()
        fits = False
        refusal: VerificationError | None = None
        for key in candidates:
            if key.key.algorithm is algorithm:
                fits = True
                if key.key.is_signature(message.signature, signed):
                    refusal = self._refusal_of(key)
                    if refusal is None:
                        return key
        if refusal is not None:
            raise refusal
        if fits:
            raise BadSignatureError(kid)
        raise AlgorithmError(
            Reason.ALGORITHM_KEY_MISMATCH, f"{algorithm.name} does not fit the type of key {kid.hex()}"
        )

    def _unknown_key(self, kid: bytes, at: datetime) -> VerificationError:
        """A key may be unknown because a list is too old to have it; that must not look like a forgery."""
        if self._policy.stale_lists is WhenUnsure.REFUSE:
            for origin in self._origins:
                if origin.usable_until is not None and at - origin.usable_until > self._policy.clock_skew:
                    return StaleTrustListError(origin.name, origin.usable_until, at)
        return UnknownKeyError(kid)

    def _refusal_of(self, key: TrustedKey) -> VerificationError | None:
        """Why a key that did sign must not be relied on, whatever it signed."""
        if key.withdrawn:
            return KeyRevokedError(key.kid)
        if key.environment not in self._policy.environments:
            return BindingError(Reason.TEST_KEY, f"key {key.kid.hex()} is a {key.environment} key")
        if key.key.is_small and not self._policy.allow_small_rsa:
            return AlgorithmError(
                Reason.KEY_TOO_SMALL, f"RSA key of {key.key.bits} bits, at least {MIN_RSA_BITS} expected"
            )
        return None

    def _grant(
        self,
        key: TrustedKey,
        message: Sign1,
        claims: cwt.Claims,
        certificate: HealthCertificate,
        domain: str,
        at: datetime,
    ) -> TrustedKey:
        """The entry that covers this certificate: of the key that signed, or of the same key on another list."""
        issuer = None if self._policy.allow_foreign_issuer else claims.issuer
        first = binding.refusal(key, certificate, domain=domain, issuer=issuer)
        if first is None and not _is_stale(key.origin, at):
            return key
        covering = [
            other
            for other in self._trust_list.candidates(key.kid)
            if self._refusal_of(other) is None
            and binding.refusal(other, certificate, domain=domain, issuer=issuer) is None
            and _has_signed(other, message)
        ]
        if first is not None and not covering:
            raise first
        return next((other for other in covering if not _is_stale(other.origin, at)), covering[0])

    def _check_list(self, origin: ListOrigin, at: datetime, findings: list[Finding]) -> None:
        """Whether the list that names the key is recent enough to be relied on, and what is odd about it."""
        if origin.proof is Proof.UNSIGNED:
            findings.append(Finding(FindingCode.LIST_UNSIGNED))
        if origin.issued is not None and origin.issued - at > self._policy.clock_skew:
            findings.append(Finding(FindingCode.CLOCK_BEFORE_LIST))
        if origin.usable_until is not None and at - origin.usable_until > self._policy.clock_skew:
            if self._policy.stale_lists is WhenUnsure.REFUSE:
                raise StaleTrustListError(origin.name, origin.usable_until, at)
            findings.append(Finding(FindingCode.LIST_STALE))
        elif origin.next_update is not None and at > origin.next_update:
            findings.append(Finding(FindingCode.LIST_OVERDUE))

    def _check_revocation(self, answer: RevocationAnswer, findings: list[Finding]) -> None:
        if answer.status is RevocationStatus.REVOKED:
            raise RevokedError(Reason.REVOKED, f"on revocation list {answer.source}")
        if answer.status is RevocationStatus.UNKNOWN:
            if answer.covered and self._policy.unknown_revocation is WhenUnsure.REFUSE:
                raise RevokedError(
                    Reason.REVOCATION_UNKNOWN, f"revocation list {answer.source} cannot tell: {answer.detail}"
                )
            findings.append(Finding(FindingCode.REVOCATION_UNANSWERED))

    def _allowed_algorithm(self, message: Sign1) -> Algorithm:
        number = message.algorithm
        if number is None and message.protected_header.get(ALGORITHM) is None:
            raise AlgorithmError(
                Reason.ALGORITHM_UNPROTECTED, "the protected header names no algorithm (label 1)"
            )
        algorithm = None if number is None else _ALGORITHMS.get(number)
        if algorithm is None or algorithm not in self._policy.algorithms:
            shown = "that is no integer" if number is None else number
            raise AlgorithmError(Reason.ALGORITHM_NOT_ALLOWED, f"COSE algorithm {shown} is not allowed")
        return algorithm

    def _check_signer_dates(self, key: TrustedKey, claims: cwt.Claims, at: datetime) -> None:
        self._check_signer_date(key, claims.issued_at or at)
        if self._signer_in_date_now:
            self._check_signer_date(key, at)

    def _check_signer_date(self, key: TrustedKey, moment: datetime) -> None:
        skew = self._policy.clock_skew
        if key.not_before is not None and key.not_before - moment > skew:
            raise SignerDateError(
                Reason.SIGNER_NOT_YET_VALID,
                f"key {key.kid.hex()} is valid from {key.not_before:%Y-%m-%d}, not on {moment:%Y-%m-%d}",
            )
        if key.not_after is not None and moment - key.not_after > skew:
            raise SignerDateError(
                Reason.SIGNER_EXPIRED,
                f"key {key.kid.hex()} was valid until {key.not_after:%Y-%m-%d}, not on {moment:%Y-%m-%d}",
            )

    def _check_dates(self, claims: cwt.Claims, at: datetime) -> None:
        skew = self._policy.clock_skew
        for starts in (claims.issued_at, claims.not_before):
            if starts is not None and starts - at > skew:
                raise NotYetValidError(starts, at)
        if claims.expires is None or at - claims.expires >= skew:
            raise ExpiredError(claims.expires, at)

    def _check_policy(self, findings: list[Finding]) -> None:
        refused = self._policy.refused_findings
        if refused:
            unmet = dict.fromkeys(finding.code for finding in findings if finding.code in refused)
            if unmet:
                raise PolicyError(unmet)


def _has_signed(key: TrustedKey, message: Sign1) -> bool:
    """Whether it is the key that signed: one list may name it by its certificate and another bare."""
    return key.key.algorithm == message.algorithm and key.key.is_signature(
        message.signature, message.sig_structure()
    )


def _is_stale(origin: ListOrigin, at: datetime) -> bool:
    """Whether a list has ended; by the clock as it is, only to choose between lists."""
    return origin.usable_until is not None and at > origin.usable_until


def _query(
    key: TrustedKey, message: Sign1, claims: cwt.Claims, certificate: HealthCertificate
) -> RevocationQuery:
    """What revocation lists are asked about a certificate that is authentic."""
    return RevocationQuery(
        kid=key.kid,
        algorithm=key.key.algorithm,
        signature=message.signature,
        issuer=claims.issuer,
        identifiers=tuple(event.certificate_id for event in certificate.events if event.certificate_id),
        country=key.country,
    )


def _report(seen: _Examination, error: VaxcertError | None) -> VerificationReport:
    message = seen.message
    number = None if message is None else message.algorithm
    return VerificationReport(
        outcome=_outcome(error),
        level=seen.level,
        error=error,
        findings=tuple(seen.findings),
        kid=None if message is None else message.kid,
        algorithm=None if number is None else _ALGORITHMS.get(number),
        key=seen.key,
        claims=seen.claims,
        certificate=seen.certificate,
        revocation=seen.revocation,
    )


def _outcome(error: VaxcertError | None) -> Outcome:
    if error is None:
        return Outcome.ACCEPTED
    if isinstance(error, DecodeError | UnsupportedError):
        return Outcome.UNREADABLE
    return Outcome.REFUSED
