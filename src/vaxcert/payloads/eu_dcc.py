"""The EU Digital COVID Certificate payload: schema 1.3.x written, 1.0.0 to 1.3.3 read.

Reading forgives what genuine issuers get wrong and reports it; writing is exact and expects a linted certificate.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from operator import itemgetter
from typing import Any, Final, TypeVar

from vaxcert.errors import DecodeError, EncodeError, Reason, UnsupportedError
from vaxcert.findings import Finding, FindingCode
from vaxcert.model.certificate import Event, HealthCertificate, Person, Recovery, Test, Vaccination
from vaxcert.model.names import is_standard_name
from vaxcert.payloads.fields import FieldReader, are_plain, iso_date

CLAIM: Final = 1
"""Number of the EU DCC under the HCERT claim."""

VERSIONS: Final = frozenset({"1.0.0", "1.0.1", "1.1.0", "1.2.0", "1.2.1", "1.3.0", "1.3.1", "1.3.2", "1.3.3"})
VERSION_WRITTEN: Final = "1.3.0"
VERSION_SINGLE_NAME: Final = "1.3.2"
"""The first schema in which a surname or a forename alone is enough."""

_TOP: Final = frozenset({"ver", "nam", "dob", "v", "t", "r"})
_NAME: Final = frozenset({"fn", "gn", "fnt", "gnt"})
_VACCINATION: Final = frozenset({"tg", "vp", "mp", "ma", "dn", "sd", "dt", "co", "is", "ci"})
_TEST: Final = frozenset({"tg", "tt", "nm", "ma", "sc", "dr", "tr", "tc", "co", "is", "ci"})
_RECOVERY: Final = frozenset({"tg", "fr", "df", "du", "co", "is", "ci"})
_VERSION: Final = re.compile(r"(\d+)\.\d+\.\d+", re.ASCII).fullmatch

_PLAIN_TOP: Final = itemgetter("ver", "dob", "nam", "v")
_PLAIN_NAME: Final = itemgetter("fn", "gn", "fnt", "gnt")
_PLAIN_DOSE: Final = itemgetter("tg", "vp", "mp", "ma", "co", "is", "ci", "dn", "sd", "dt")

_SomeEvent = TypeVar("_SomeEvent", Vaccination, Test, Recovery)


def read(payload: Any) -> tuple[HealthCertificate, list[Finding]]:
    """Read the payload of a message whose signature has been verified.

    Raises:
        DecodeError: `payload-structure`, when it is not a map or attests nothing.
        UnsupportedError: `payload-version`, for another major version than 1.
    """
    if type(payload) is not dict:
        raise DecodeError(Reason.PAYLOAD_STRUCTURE, "the EU DCC payload is not a map")
    plain = _plain_vaccination(payload)
    if plain is not None:
        return plain, []
    findings: list[Finding] = []
    fields = FieldReader(payload, "", findings)
    version = _version(fields, findings)
    if not payload.keys() <= _TOP:
        findings.append(Finding(FindingCode.FIELD_UNKNOWN, "hcert"))
    vaccinations = _events(payload, "v", _vaccination, findings)
    tests = _events(payload, "t", _test, findings)
    recoveries = _events(payload, "r", _recovery, findings)
    events = len(vaccinations) + len(tests) + len(recoveries)
    if not events:
        raise DecodeError(
            Reason.PAYLOAD_STRUCTURE, "the certificate attests no vaccination, test or recovery"
        )
    if events > 1:
        findings.append(Finding(FindingCode.SEVERAL_EVENTS))
    certificate = HealthCertificate(
        subject=_person(payload, fields, findings),
        vaccination=vaccinations[0] if vaccinations else None,
        test=tests[0] if tests else None,
        recovery=recoveries[0] if recoveries else None,
        further_events=() if events == 1 else (*vaccinations[1:], *tests[1:], *recoveries[1:]),
        version=version,
    )
    return certificate, findings


def write(
    certificate: HealthCertificate,
    names: tuple[str, str],
    *,
    country: str,
    authority: str,
    certificate_id: str,
) -> dict[str, Any]:
    """Make the payload of a linted certificate, map keys in the deterministic order that genuine ones have.

    (Shorter keys first, then alphabetical: RFC 8949 section 4.2.3.)

    Args:
        certificate: Exactly one event.
        names: Its subject's standard surname and forenames.
        country: For an event that leaves its country out.
        authority: For an event that leaves its authority out.
        certificate_id: For an event that leaves its identifier out.

    Raises:
        EncodeError: `value-not-encodable` when it does not hold exactly one event.
    """
    events = certificate.events
    if len(events) != 1:
        raise EncodeError(
            Reason.VALUE_NOT_ENCODABLE, f"{len(events)} events, exactly one expected since schema 1.3.0"
        )
    group, entry = _written_event(events[0])
    entry["ci"] = events[0].certificate_id or certificate_id
    entry["co"] = events[0].country or country
    entry["is"] = events[0].authority or authority
    name = _written_name(certificate.subject, names)
    return {
        group: [entry],
        "dob": str(certificate.subject.birth_date or ""),
        "nam": name,
        "ver": VERSION_WRITTEN if "fnt" in name else VERSION_SINGLE_NAME,
    }


def as_json(certificate: HealthCertificate) -> dict[str, Any]:
    """A certificate as JSON of this profile, with everything it says and nothing else.

    Args:
        certificate: As read: it may lack any field, and hold any number of events.
    """
    person = certificate.subject
    written: dict[str, Any] = {
        "ver": certificate.version or VERSION_WRITTEN,
        "dob": str(person.birth_date or ""),
        "nam": _written_name(person, (person.standard_family_name or "", person.standard_given_name or "")),
    }
    for event in certificate.events:
        group, entry = _written_event(event)
        entry |= {"ci": event.certificate_id, "co": event.country, "is": event.authority}
        written.setdefault(group, []).append(
            {name: value for name, value in entry.items() if value is not None}
        )
    return written


def _plain_vaccination(payload: dict[str, Any]) -> HealthCertificate | None:
    """A certificate of one dose with nothing odd about its form, as most are; None for any other.

    What the readers below would make of it, in half the time.
    """
    try:
        version, born, name, (dose,) = _PLAIN_TOP(payload)
        fn, gn, fnt, gnt = names = _PLAIN_NAME(name)
        tg, vp, mp, ma, co, authority, ci, dn, sd, dt = values = _PLAIN_DOSE(dose)
    except (KeyError, TypeError, ValueError):
        return None
    if not (len(payload) == len(name) == len(_NAME) and len(dose) == len(_VACCINATION)):
        return None
    if not (type(dn) is type(sd) is int and type(dt) is type(born) is type(version) is str):
        return None
    if not (are_plain(names) and are_plain(values[:7]) and is_standard_name(fnt) and is_standard_name(gnt)):
        return None
    birth_date, vaccinated_on = iso_date(born), iso_date(dt)
    if birth_date is None or vaccinated_on is None or version not in VERSIONS:
        return None
    return HealthCertificate(
        subject=Person(
            family_name=fn,
            given_name=gn,
            standard_family_name=fnt,
            standard_given_name=gnt,
            birth_date=birth_date,
        ),
        vaccination=Vaccination(
            disease=tg,
            prophylaxis=vp,
            product=mp,
            marketing_holder=ma,
            dose_number=dn,
            doses_in_series=sd,
            vaccinated_on=vaccinated_on,
            country=co,
            authority=authority,
            certificate_id=ci,
        ),
        version=version,
    )


def _version(fields: FieldReader, findings: list[Finding]) -> str | None:
    (version,) = fields.texts(("ver",))
    if version is None or version in VERSIONS:
        return version
    match = _VERSION(version)
    if match and match[1] != "1":
        raise UnsupportedError(Reason.PAYLOAD_VERSION, f"EU DCC schema {version[:20]}, version 1 expected")
    findings.append(Finding(FindingCode.VERSION_UNKNOWN, "ver"))
    return version


def _person(payload: dict[str, Any], fields: FieldReader, findings: list[Finding]) -> Person:
    name = payload.get("nam")
    if type(name) is not dict:
        fields.absent("nam", name)
        name = {}
    names = FieldReader(name, "nam.", findings)
    names.known(_NAME)
    fn, gn, fnt, gnt = names.texts(("fn", "gn", "fnt", "gnt"), required=False)
    if (fn or gn) and not (fnt or gnt):
        findings.append(Finding(FindingCode.FIELD_MISSING, "nam.fnt"))
    for field, text in (("nam.fnt", fnt), ("nam.gnt", gnt)):
        if text is not None and not is_standard_name(text):
            findings.append(Finding(FindingCode.NAME_NOT_STANDARD, field))
    return Person(
        family_name=fn,
        given_name=gn,
        standard_family_name=fnt,
        standard_given_name=gnt,
        birth_date=fields.birth_date("dob"),
    )


def _events(
    payload: dict[str, Any],
    group: str,
    read_event: Callable[[dict[str, Any], list[Finding]], _SomeEvent],
    findings: list[Finding],
) -> list[_SomeEvent]:
    entries = payload.get(group)
    if type(entries) is not list:
        if group in payload:
            code = FindingCode.FIELD_NULL if entries is None else FindingCode.FIELD_TYPE
            findings.append(Finding(code, group))
        return []
    events = []
    for entry in entries:
        if type(entry) is dict:
            events.append(read_event(entry, findings))
        else:
            findings.append(
                Finding(FindingCode.FIELD_NULL if entry is None else FindingCode.FIELD_TYPE, group)
            )
    return events


def _vaccination(entry: dict[str, Any], findings: list[Finding]) -> Vaccination:
    fields = FieldReader(entry, "v.", findings)
    fields.known(_VACCINATION)
    tg, vp, mp, ma, co, authority, ci = fields.texts(("tg", "vp", "mp", "ma", "co", "is", "ci"))
    return Vaccination(
        disease=tg,
        prophylaxis=vp,
        product=mp,
        marketing_holder=ma,
        dose_number=fields.number("dn"),
        doses_in_series=fields.number("sd"),
        vaccinated_on=fields.day("dt"),
        country=co,
        authority=authority,
        certificate_id=ci,
    )


def _test(entry: dict[str, Any], findings: list[Finding]) -> Test:
    fields = FieldReader(entry, "t.", findings)
    fields.known(_TEST)
    tg, tt, tr, co, authority, ci = fields.texts(("tg", "tt", "tr", "co", "is", "ci"))
    nm, ma, tc = fields.texts(("nm", "ma", "tc"), required=False)
    return Test(
        disease=tg,
        test_type=tt,
        name=nm,
        device=ma,
        sampled_at=fields.moment("sc"),
        result=tr,
        centre=tc,
        country=co,
        authority=authority,
        certificate_id=ci,
    )


def _recovery(entry: dict[str, Any], findings: list[Finding]) -> Recovery:
    fields = FieldReader(entry, "r.", findings)
    fields.known(_RECOVERY)
    tg, co, authority, ci = fields.texts(("tg", "co", "is", "ci"))
    return Recovery(
        disease=tg,
        first_positive=fields.day("fr"),
        valid_from=fields.day("df"),
        valid_until=fields.day("du"),
        country=co,
        authority=authority,
        certificate_id=ci,
    )


def _written_name(person: Person, names: tuple[str, str]) -> dict[str, str]:
    family, given = names
    fields = {"fn": person.family_name, "gn": person.given_name, "fnt": family, "gnt": given}
    return {name: text for name, text in fields.items() if text}


def _written_event(event: Event) -> tuple[str, dict[str, Any]]:
    """The group an event belongs to and its entry; the issuer's own fields keep their place and are filled in later."""
    if isinstance(event, Vaccination):
        return "v", {
            "ci": None,
            "co": None,
            "dn": event.dose_number,
            "dt": _written_date(event.vaccinated_on),
            "is": None,
            "ma": event.marketing_holder,
            "mp": event.product,
            "sd": event.doses_in_series,
            "tg": event.disease,
            "vp": event.prophylaxis,
        }
    if isinstance(event, Test):
        return "t", {
            "ci": None,
            "co": None,
            "is": None,
            **({"ma": event.device} if event.device else {}),
            **({"nm": event.name} if event.name else {}),
            "sc": _written_moment(event.sampled_at),
            **({"tc": event.centre} if event.centre else {}),
            "tg": event.disease,
            "tr": event.result,
            "tt": event.test_type,
        }
    return "r", {
        "ci": None,
        "co": None,
        "df": _written_date(event.valid_from),
        "du": _written_date(event.valid_until),
        "fr": _written_date(event.first_positive),
        "is": None,
        "tg": event.disease,
    }


def _written_date(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _written_moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
