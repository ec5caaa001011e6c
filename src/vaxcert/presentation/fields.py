"""What a certificate says, as labels and values for people.

A vaccination shows the eleven fields of Decision 5772/QĐ-BYT in their order. Nationality is one of them,
and no certificate of this kind holds it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from vaxcert.model.certificate import Event, HealthCertificate, Person, Recovery, Test, Vaccination
from vaxcert.presentation.texts import Texts


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """A label and what is shown beside it, one or more lines. Its repr shows none of it."""

    label: str
    values: tuple[str, ...]


def certificate_lines(certificate: HealthCertificate, texts: Texts) -> Iterator[Line]:
    """The person, then each event.

    Args:
        certificate: What to show.
        texts: The words of the user's language.
    """

    def line(key: str, *values: str) -> Line:
        return Line(
            texts.get("field", key), tuple(filter(None, values)) or (texts.get("card", "not-stated"),)
        )

    person = certificate.subject
    yield line("full-name", *names(person))
    yield line("birth-date", texts.day(person.birth_date))
    yield line("nationality")
    for event in certificate.events:
        for key, value in _EVENT_FIELDS[type(event)](event, texts):
            yield line(key, value)


def names(person: Person) -> tuple[str, str]:
    """As written, and below it as in the machine-readable zone of a passport (ICAO 9303)."""
    written = " ".join(filter(None, (person.family_name, person.given_name)))
    standard = "<<".join(filter(None, (person.standard_family_name, person.standard_given_name)))
    return written, standard


def _vaccination(dose: Vaccination, texts: Texts) -> Iterator[tuple[str, str]]:
    yield "disease", texts.code_name(dose.disease, "diseases")
    yield "doses-received", _number(dose.dose_number)
    yield "vaccinated-on", texts.day(dose.vaccinated_on)
    yield "dose-number", _dose(dose, texts)
    yield "vaccine", texts.code_name(dose.prophylaxis, "prophylaxis")
    yield "product", texts.code_name(dose.product, "products")
    yield "manufacturer", texts.code_name(dose.marketing_holder, "holders")
    yield from _common(dose, texts)


def _test(test: Test, texts: Texts) -> Iterator[tuple[str, str]]:
    yield "disease", texts.code_name(test.disease, "diseases")
    yield "test-type", texts.code_name(test.test_type, "test_types")
    yield "test-name", test.name or ""
    yield "test-device", test.device or ""
    yield "sampled-at", texts.moment(test.sampled_at)
    yield "result", texts.code_name(test.result, "test_results")
    yield "centre", test.centre or ""
    yield from _common(test, texts)


def _recovery(recovery: Recovery, texts: Texts) -> Iterator[tuple[str, str]]:
    yield "disease", texts.code_name(recovery.disease, "diseases")
    yield "first-positive", texts.day(recovery.first_positive)
    yield "valid-from", texts.day(recovery.valid_from)
    yield "valid-until", texts.day(recovery.valid_until)
    yield from _common(recovery, texts)


_EVENT_FIELDS: Final[dict[type[Event], Callable[[Any, Texts], Iterator[tuple[str, str]]]]] = {
    Vaccination: _vaccination,
    Test: _test,
    Recovery: _recovery,
}


def _common(event: Event, texts: Texts) -> Iterator[tuple[str, str]]:
    yield "certificate-id", event.certificate_id or ""
    yield "country", texts.code_name(event.country, "countries")
    yield "authority", event.authority or ""


def _number(number: int | None) -> str:
    return "" if number is None else str(number)


def _dose(dose: Vaccination, texts: Texts) -> str:
    if dose.dose_number is None or dose.doses_in_series is None:
        return _number(dose.dose_number)
    return texts.get("card", "dose-of", number=dose.dose_number, series=dose.doses_in_series)
