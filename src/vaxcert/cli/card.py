"""A verification report as a card that an officer reads."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from vaxcert.cli.output import NO_BREAK_SPACE, Colour, Output
from vaxcert.errors import AdapterError
from vaxcert.findings import Finding, Severity
from vaxcert.model.certificate import HealthCertificate
from vaxcert.presentation.fields import certificate_lines
from vaxcert.presentation.texts import Texts
from vaxcert.trust.origin import ListOrigin
from vaxcert.trust.revocation.query import RevocationAnswer
from vaxcert.verify import Level, Outcome, VerificationReport

_SYMBOLS: Final = {Outcome.ACCEPTED: "✔", Outcome.REFUSED: "✘", Outcome.UNREADABLE: "?"}
_COLOURS: Final = {
    Outcome.ACCEPTED: Colour.GREEN,
    Outcome.REFUSED: Colour.RED,
    Outcome.UNREADABLE: Colour.YELLOW,
}
_SEVERITY_SYMBOLS: Final = {Severity.WARNING: "!", Severity.INFO: "·"}
_LEVELS: Final = (Level.WELL_FORMED, Level.AUTHENTIC, Level.IN_DATE, Level.ACCEPTABLE)
_PASSED, _NOT_REACHED, _UNDECIDED = "✔", "–", "?"


def write_card(
    output: Output, texts: Texts, source: str, report: VerificationReport, *, at: datetime, details: bool
) -> None:
    """Write the card of one certificate.

    Args:
        output: Where.
        texts: The words of the user's language.
        source: Where the certificate came from.
        report: How far it got.
        at: The time it was verified for.
        details: Also show keys, places of findings and technical detail.
    """
    output.rule("═")
    if report.is_undecided:
        output.line(f"{_UNDECIDED} {texts.get('card', 'undecided')}", Colour.YELLOW)
    else:
        symbol, outcome = _SYMBOLS[report.outcome], texts.get("outcome", report.outcome)
        output.line(f"{symbol} {outcome}", _COLOURS[report.outcome])
    if report.reason is not None:
        output.paragraph(f"{texts.get('reason', report.reason)} [{report.reason}]", mark="  ")
    output.paragraph(source, mark="  ")
    if isinstance(report.error, AdapterError):  # about the file; what is in it is not quoted
        output.paragraph(str(report.error), mark="  ")
    if report.certificate is not None:
        _write_certificate(output, texts, report.certificate, report)
    _write_checks(output, texts, report, at)
    _write_findings(output, texts, report.findings, details=details)
    if details:
        _write_details(output, texts, report)


def _write_certificate(
    output: Output, texts: Texts, certificate: HealthCertificate, report: VerificationReport
) -> None:
    """What it attests; of one that is not accepted every line is marked."""
    output.rule()
    mark = "  "
    if report.is_undecided:
        mark = f"{_UNDECIDED} "
        output.paragraph(texts.get("card", "undecided-details"), mark=mark, colour=Colour.YELLOW)
    elif report.outcome is not Outcome.ACCEPTED:
        mark = f"{_SYMBOLS[report.outcome]} "
        output.paragraph(texts.get("card", "refused-details"), mark=mark, colour=Colour.RED)
    for line in certificate_lines(certificate, texts):
        output.labelled(line.label, *line.values, mark=mark)


def _write_checks(output: Output, texts: Texts, report: VerificationReport, at: datetime) -> None:
    output.rule()
    claims = report.claims
    if claims is not None:
        missing = texts.get("card", "not-stated")
        output.labelled(texts.get("field", "issuer"), texts.code_name(claims.issuer, "countries") or missing)
        output.labelled(texts.get("field", "issued-at"), texts.moment(claims.issued_at) or missing)
        output.labelled(texts.get("field", "expires"), texts.moment(claims.expires) or missing)
    output.labelled(texts.get("field", "checked-for"), texts.moment(at))
    if report.revocation is not None:
        output.labelled(texts.get("field", "revocation"), _revocation(texts, report.revocation))
    output.labelled(texts.get("field", "checks"), _checks(texts, report))


def _revocation(texts: Texts, answer: RevocationAnswer) -> str:
    """One of the three answers, and as of when."""
    date = "" if answer.as_of is None else texts.day(answer.as_of.date())
    return texts.get("trust", answer.status, date=date or texts.get("card", "not-stated"))


def _checks(texts: Texts, report: VerificationReport) -> str:
    """The four levels, which of them were reached, and at which it stopped."""
    reached = 0 if report.level is Level.NONE else _LEVELS.index(report.level) + 1
    stopped = _UNDECIDED if report.is_undecided else _SYMBOLS[report.outcome]
    steps = []
    for position, level in enumerate(_LEVELS):
        symbol = _PASSED if position < reached else stopped if position == reached else _NOT_REACHED
        steps.append(f"{symbol} {texts.get('level', level)}".replace(" ", NO_BREAK_SPACE))
    return "  ".join(steps)


def _write_findings(output: Output, texts: Texts, findings: tuple[Finding, ...], *, details: bool) -> None:
    label = texts.get("field", "noted")
    shown = [_finding(texts, finding, details=details) for finding in findings]
    for text in dict.fromkeys(shown):
        output.labelled(label, text)
        label = ""


def _finding(texts: Texts, finding: Finding, *, details: bool) -> str:
    place = f" {finding.field}" if details and finding.field else ""
    symbol = _SEVERITY_SYMBOLS[finding.severity]
    return f"{symbol} {texts.get('finding', finding.code)} [{finding.code}{place}]"


def _origin(texts: Texts, origin: ListOrigin) -> str:
    """Who vouches for the list, and its date where it has one."""
    proof = texts.get("trust", f"proof-{origin.proof}")
    return proof if origin.issued is None else f"{proof}, {texts.day(origin.issued.date())}"


def _write_details(output: Output, texts: Texts, report: VerificationReport) -> None:
    kid = texts.get("card", "unknown-kid") if report.kid is None else report.kid.hex()
    algorithm = "" if report.algorithm is None else report.algorithm.name
    rows = [("kid", kid), ("algorithm", algorithm)]
    key = report.key
    if key is not None:
        dates = ""
        if key.not_before is not None and key.not_after is not None:
            dates = texts.get(
                "card", "period", start=texts.moment(key.not_before), end=texts.moment(key.not_after)
            )
        rows += [
            ("signer-country", texts.code_name(key.country, "countries")),
            ("signer-dates", dates),
            ("signer-source", key.origin.name),
            ("list-proof", _origin(texts, key.origin)),
        ]
    if report.certificate is not None:
        rows.append(("version", report.certificate.version or ""))
    if report.error is not None:
        rows.append(("detail", str(report.error)))
    for label, value in rows:
        output.labelled(texts.get("field", label), value or texts.get("card", "not-stated"))
