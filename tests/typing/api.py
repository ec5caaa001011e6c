"""How the library is called, for the type checker: mypy reads this file, nothing runs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, assert_type

import vaxcert as vc
from vaxcert import qr
from vaxcert.adapters.signers import KeySigner
from vaxcert.codec.cose import Sign1
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.crypto.signer import Signer
from vaxcert.crypto.signing_certificate import SigningCertificate
from vaxcert.errors import DecodeError, EncodeError, ExpiredError, PolicyError, UnknownKeyError
from vaxcert.findings import FindingCode
from vaxcert.trust.origin import ListOrigin


class HardwareSigner:
    """A signer needs no base class, only the four members."""

    algorithm = Algorithm.PS256

    def __init__(self, certificate: SigningCertificate) -> None:
        self.kid = certificate.kid
        self.certificate = certificate

    def sign(self, data: bytes) -> bytes:
        return data


def signers(certificate: SigningCertificate, key: object) -> list[Signer]:
    return [HardwareSigner(certificate), KeySigner(key, certificate, deterministic=True)]


def issue(signer: Signer, now: datetime, make_id: Callable[[], str]) -> str:
    subject = vc.Person(
        family_name="Nguyễn",
        given_name="Bảo Duy",
        standard_family_name=None,
        birth_date=vc.PartialDate(1983, 10),
    )
    dose = vc.Vaccination(
        disease="840539006",
        prophylaxis="1119349007",
        product="EU/1/20/1528",
        marketing_holder="ORG-100030215",
        dose_number=2,
        doses_in_series=2,
        vaccinated_on=date(2021, 11, 18),
    )
    certificate = vc.HealthCertificate(subject=subject, vaccination=dose)
    issuer = vc.Issuer(signer, country="VN", authority="Bộ Y tế", validity=timedelta(days=365))
    vc.Issuer(signer, country="VN", authority="Bộ Y tế", new_certificate_id=make_id)
    issued = issuer.issue(certificate, at=now)
    assert_type(issued, vc.IssuedCertificate)
    assert_type(issued.text, str)
    assert_type(issued.certificate_id, str)
    assert_type(issued.expires, datetime)
    assert_type(issued.findings, tuple[vc.Finding, ...])
    assert_type(qr.png(issued.text), bytes)
    return issued.text


def trust(certificates: list[SigningCertificate]) -> vc.TrustList:
    keys = [vc.TrustedKey.from_certificate(one, origin=ListOrigin(name="list")) for one in certificates]
    trust_list = vc.TrustList(keys)
    assert_type(trust_list.candidates(b"12345678"), tuple[vc.TrustedKey, ...])
    assert_type(len(trust_list), int)
    return vc.TrustList(key for key in trust_list)


def policies() -> list[vc.VerificationPolicy]:
    return [
        vc.VerificationPolicy(),
        vc.VerificationPolicy.strict(),
        vc.VerificationPolicy(
            algorithms=frozenset({Algorithm.ES256}),
            clock_skew=timedelta(0),
            signer_dates=vc.SignerDates.NOW,
            allow_small_rsa=True,
            refused_findings=frozenset({FindingCode.CODE_UNKNOWN}),
        ),
    ]


def verify(trust_list: vc.TrustList, source: str | bytes, now: datetime) -> None:
    verifier = vc.Verifier(trust_list)
    verifier = vc.Verifier(trust_list, policy=vc.VerificationPolicy.default())
    verified = verifier.verify(source, at=now)
    assert_type(verified, vc.VerifiedCertificate)
    assert_type(verified.certificate, vc.HealthCertificate)
    assert_type(verified.certificate.events, tuple[vc.Vaccination | vc.Test | vc.Recovery, ...])
    assert_type(verified.certificate.kinds, frozenset[vc.Kind])
    assert_type(verified.certificate.subject.birth_date, date | vc.PartialDate | None)
    assert_type(verified.claims, vc.Claims)
    assert_type(verified.claims.expires, datetime | None)
    assert_type(verified.key, vc.TrustedKey)
    assert_type(verified.at, datetime)
    for finding in verified.findings:
        assert_type(finding.code, vc.FindingCode)
        assert_type(finding.severity, vc.Severity)
        assert_type(finding.field, str)


def report(verifier: vc.Verifier, now: datetime) -> None:
    made = verifier.report(b"", at=now)
    assert_type(made, vc.VerificationReport)
    assert_type(made.outcome, vc.Outcome)
    assert_type(made.level, vc.Level)
    assert_type(made.reason, vc.Reason | None)
    assert_type(made.error, vc.VaxcertError | None)
    assert_type(made.kid, bytes | None)
    assert_type(made.algorithm, Algorithm | None)
    assert_type(made.certificate, vc.HealthCertificate | None)


def errors(
    verifier: vc.Verifier, issuer: vc.Issuer, certificate: vc.HealthCertificate, now: datetime
) -> None:
    try:
        verifier.verify("", at=now)
        issuer.issue(certificate, at=now)
    except UnknownKeyError as error:
        assert_type(error.kid, bytes | None)
    except ExpiredError as error:
        assert_type(error.expires, datetime | None)
    except PolicyError as error:
        assert_type(error.unmet, tuple[str, ...])
    except DecodeError as error:
        assert_type(error.reason, vc.Reason)
    except EncodeError as error:
        assert_type(error.codes, tuple[str, ...])
    except vc.VaxcertError as error:
        assert_type(error.reason, vc.Reason)


def look_into(source: str | bytes) -> None:
    seen = vc.inspect(source)
    assert_type(seen, vc.Inspection)
    assert_type(seen.message, Sign1)
    assert_type(seen.message.algorithm, int | None)
    assert_type(seen.message.unprotected_header, Mapping[int | str, Any])
    assert_type(seen.certificate, vc.HealthCertificate)
    assert_type(seen.findings, tuple[vc.Finding, ...])


def mistakes(trust_list: vc.TrustList, now: datetime) -> None:
    """Each ignore below is needed, or mypy (warn_unused_ignores) fails."""
    verifier = vc.Verifier(trust_list)
    verifier.verify("HC1:")  # type: ignore[call-arg]
    verifier.verify("HC1:", now)  # type: ignore[call-arg]
    verifier.verify(None, at=now)  # type: ignore[arg-type]
    verifier.report("HC1:", at="now")  # type: ignore[arg-type]
    vc.Verifier([], policy=None)  # type: ignore[arg-type]
    vc.VerificationPolicy(frozenset())  # type: ignore[call-arg]
    vc.Person("Nguyễn")  # type: ignore[call-arg]
    vc.HealthCertificate()  # type: ignore[call-arg]
    vc.inspect(verifier.report("", at=now))  # type: ignore[arg-type]
    verified: vc.VerifiedCertificate = vc.inspect("")  # type: ignore[assignment]
    verified.certificate = None  # type: ignore[misc, assignment]
