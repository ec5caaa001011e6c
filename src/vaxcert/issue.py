"""Issuing: a linted certificate, signed and written as `HC1:` text."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from vaxcert.codec import container, cose, cwt
from vaxcert.crypto.key_schedule import key_use_ends
from vaxcert.crypto.signer import Signer
from vaxcert.errors import EncodeError, Reason
from vaxcert.findings import Finding
from vaxcert.limits import MAX_CERTIFICATE_ID_CHARACTERS
from vaxcert.model import value_sets
from vaxcert.model.certificate import ALL_KINDS, HealthCertificate, Kind
from vaxcert.model.identifiers import build_certificate_id, certificate_id_findings
from vaxcert.model.moments import in_utc
from vaxcert.model.names import standard_names
from vaxcert.payloads import eu_dcc
from vaxcert.payloads.fields import MAX_TEXT
from vaxcert.rules.lint import lint, lint_text, refused
from vaxcert.trust import binding

TWELVE_MONTHS: Final = timedelta(days=365)
"""Validity of a certificate by Decision 5772/QĐ-BYT."""


@dataclass(frozen=True, slots=True, repr=False)
class IssuedCertificate:
    """A signed certificate.

    Attributes:
        text: The `HC1:` text for the QR code.
        certificate_id: Its unique identifier (UVCI), to be kept for revocation.
        issued_at: Aware UTC, whole seconds.
        expires: Aware UTC, whole seconds.
        findings: What the linter noted without refusing.
    """

    text: str
    certificate_id: str
    issued_at: datetime
    expires: datetime
    findings: tuple[Finding, ...]

    def __repr__(self) -> str:
        return f"<IssuedCertificate expires={self.expires:%Y-%m-%d}>"


class _Unsigned(NamedTuple):
    """A certificate up to its signature."""

    payload: bytes
    to_be_signed: bytes
    certificate_id: str
    issued_at: datetime
    expires: datetime
    findings: tuple[Finding, ...]

    def __repr__(self) -> str:
        return f"<_Unsigned expires={self.expires:%Y-%m-%d}>"


class Issuer:
    """Issues certificates with one key in the name of one authority. Immutable, and safe to share between threads.

    Args:
        signer: The document signer's key.
        country: ISO 3166-1 alpha-2 of the issuer.
        authority: Name of the issuing authority (`is`), at most 80 characters.
        validity: From issue to expiry; shortened so that no certificate outlives the signing certificate.
        new_certificate_id: Makes an identifier where the certificate brings none; see `build_certificate_id`.
            By default one with 128 random bits and no check character, in the form of Viet Nam's own.

    Raises:
        ValueError: A country that is no ISO 3166-1 alpha-2 code or that the signing certificate may not sign for, an
            authority that is not 1 to 80 trimmed characters in Unicode NFC, or a validity that is not positive.
    """

    __slots__ = (
        "_authority",
        "_country",
        "_dated",
        "_ends",
        "_kinds",
        "_new_certificate_id",
        "_protected",
        "_sign",
        "_signs_until",
        "_starts",
        "_validity",
    )

    def __init__(
        self,
        signer: Signer,
        *,
        country: str,
        authority: str,
        validity: timedelta = TWELVE_MONTHS,
        new_certificate_id: Callable[[], str] | None = None,
    ) -> None:
        if country not in value_sets.current().countries:
            raise ValueError(f"country {country!r} is not two capital letters of ISO 3166-1")
        faults: list[Finding] = []
        lint_text(authority, "is", faults)
        if faults or not authority:
            named = ", ".join(fault.code for fault in faults)
            raise ValueError(
                f"the authority's name is not of 1 to {MAX_TEXT} trimmed characters in NFC {named}".rstrip()
            )
        if binding.is_foreign(country, signer.certificate.country):
            raise ValueError(
                f"country {country} is not that of the signing certificate, {signer.certificate.country}"
            )
        if validity <= timedelta(0):
            raise ValueError(f"validity {validity} is not positive")
        self._sign: Final = signer.sign
        self._starts: Final = signer.certificate.not_before
        self._ends: Final = signer.certificate.not_after
        self._signs_until: Final = key_use_ends(signer.certificate)
        self._kinds: Final = signer.certificate.kinds
        self._country: Final = country
        self._authority: Final = authority
        self._validity: Final = validity
        self._new_certificate_id: Final = (
            _checked_ids(new_certificate_id) if new_certificate_id else _random_ids(country)
        )
        self._dated: tuple[datetime, tuple[datetime, datetime]] | None = None
        self._protected: Final = cose.protected_header(signer.algorithm, signer.kid)

    def issue(self, certificate: HealthCertificate, *, at: datetime) -> IssuedCertificate:
        """Lint, sign and write one certificate.

        Country, authority and identifier are filled in where the certificate leaves them out.

        Args:
            certificate: Exactly one event.
            at: The time of issue, aware.

        Raises:
            EncodeError: `record-refused` with the linter's codes; `signer-expired`, `signer-not-yet-valid` or
                `key-not-authorised` when the signing certificate does not allow it; `certificate-id-character` or
                `value-not-encodable` when the caller's maker of identifiers makes none.
            ValueError: `at` has no time zone.
        """
        unsigned = self._unsigned(certificate, at)
        return self._signed(unsigned, self._sign(unsigned.to_be_signed))

    def issue_all(
        self, certificates: Iterable[HealthCertificate], *, at: datetime
    ) -> list[IssuedCertificate | EncodeError]:
        """Do the same for many; where `issue` would raise an `EncodeError`, that stands in its place.

        Each step is done for all of them before the next one, which takes less time than one after the other.

        Args:
            certificates: As for `issue`.
            at: The time of issue, aware.

        Raises:
            ValueError: `at` has no time zone.
        """
        unsigned = [self._unsigned_or_error(certificate, at) for certificate in certificates]
        signatures = [
            b"" if isinstance(one, EncodeError) else self._sign(one.to_be_signed) for one in unsigned
        ]
        return [
            one if isinstance(one, EncodeError) else self._signed(one, signature)
            for one, signature in zip(unsigned, signatures, strict=True)
        ]

    def _unsigned_or_error(self, certificate: HealthCertificate, at: datetime) -> _Unsigned | EncodeError:
        try:
            return self._unsigned(certificate, at)
        except EncodeError as error:
            return error

    def _unsigned(self, certificate: HealthCertificate, at: datetime) -> _Unsigned:
        dated = self._dated
        if dated is None or dated[0] is not at:  # a run issues all its certificates at one moment
            self._dated = dated = (at, self._dates(at))
        issued_at, expires = dated[1]
        names = standard_names(certificate.subject)
        findings = lint(
            certificate,
            names,
            issued_at=issued_at,
            expires=expires,
            signer_ends=self._ends,
        )
        self._check(certificate, findings)
        certificate_id = certificate.events[0].certificate_id or self._new_certificate_id()
        claim = eu_dcc.write(
            certificate,
            names,
            country=self._country,
            authority=self._authority,
            certificate_id=certificate_id,
        )
        payload = cwt.write(
            issuer=self._country, expires=expires, issued_at=issued_at, hcert={eu_dcc.CLAIM: claim}
        )
        to_be_signed = cose.sig_structure(self._protected, payload)
        return _Unsigned(payload, to_be_signed, certificate_id, issued_at, expires, tuple(findings))

    def _signed(self, unsigned: _Unsigned, signature: bytes) -> IssuedCertificate:
        payload, _, certificate_id, issued_at, expires, findings = unsigned
        text = container.write(cose.write(self._protected, payload, signature), noise=len(signature))
        return IssuedCertificate(text, certificate_id, issued_at, expires, findings)

    def check(self, kind: Kind, *, at: datetime) -> None:
        """Make sure that the signing certificate allows issuing, before there is anything to issue.

        Args:
            kind: What is to be issued.
            at: The time of issue, aware.

        Raises:
            EncodeError: `signer-expired`, `signer-not-yet-valid` or `key-not-authorised`.
            ValueError: `at` has no time zone.
        """
        self._dates(at)
        self._check_kinds(frozenset((kind,)))

    def _dates(self, at: datetime) -> tuple[datetime, datetime]:
        """When the certificate starts and ends, in whole seconds."""
        issued_at = in_utc(at)
        if issued_at.microsecond:
            issued_at = issued_at.replace(microsecond=0)
        if issued_at < self._starts:
            raise EncodeError(
                Reason.SIGNER_NOT_YET_VALID,
                f"the signing certificate starts {self._starts:%Y-%m-%d}, issuing on {issued_at:%Y-%m-%d}",
            )
        if issued_at >= self._ends:
            raise EncodeError(
                Reason.SIGNER_EXPIRED,
                f"the signing certificate ended {self._ends:%Y-%m-%d}, issuing on {issued_at:%Y-%m-%d}",
            )
        if self._signs_until is not None and issued_at > self._signs_until:
            raise EncodeError(
                Reason.SIGNER_EXPIRED,
                f"the private key may sign until {self._signs_until:%Y-%m-%d} (its usage period), "
                f"issuing on {issued_at:%Y-%m-%d}",
            )
        if self._ends - issued_at < self._validity:
            return issued_at, self._ends
        return issued_at, issued_at + self._validity

    def _check(self, certificate: HealthCertificate, findings: list[Finding]) -> None:
        if findings:
            faults = refused(findings)
            if faults:
                named = ", ".join(
                    f"{fault.code} ({fault.field})" if fault.field else fault.code for fault in faults
                )
                raise EncodeError(
                    Reason.RECORD_REFUSED,
                    f"the linter refuses: {named}",
                    codes=dict.fromkeys(fault.code for fault in faults),
                )
        if self._kinds is not ALL_KINDS:
            self._check_kinds(certificate.kinds)

    def _check_kinds(self, kinds: frozenset[Kind]) -> None:
        for kind in kinds - self._kinds:
            raise EncodeError(
                Reason.KEY_NOT_AUTHORISED, f"the signing certificate may not sign a {kind} certificate"
            )


def _random_ids(country: str) -> Callable[[], str]:
    """A maker of identifiers with 128 bits of the system's random source."""
    start = build_certificate_id(country, "X")[:-1]
    return lambda: start + secrets.token_hex(16).upper()


def _checked_ids(new_certificate_id: Callable[[], str]) -> Callable[[], str]:
    """The caller's own maker, whose identifiers are looked at as those of a certificate are."""

    def make() -> str:
        made = new_certificate_id()
        if type(made) is not str or certificate_id_findings(made) or made != made.upper():
            raise EncodeError(
                Reason.CERTIFICATE_ID_CHARACTER,
                "an identifier made for the issuer is not a standard UVCI in capitals",
            )
        if len(made) > MAX_CERTIFICATE_ID_CHARACTERS:
            raise EncodeError(
                Reason.VALUE_NOT_ENCODABLE,
                f"an identifier of {len(made)} characters was made for the issuer, "
                f"allowed are {MAX_CERTIFICATE_ID_CHARACTERS}",
            )
        return made

    return make
