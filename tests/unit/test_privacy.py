"""A person's data go in; nothing of them comes out in a repr, a message or a traceback of the core."""

from __future__ import annotations

import random
import traceback
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import cbor2
import pytest
from test_vectors.samples import AT, antigen_test, dcc, dose, name, recovery, token
from tests.support.messages import es256, message, text, verifier
from tests.support.signers import NOW, issuer, signer

import vaxcert as vc
from vaxcert.codec import base45, cbor, container, cose, cwt, deflate
from vaxcert.crypto.keys import verifying_key
from vaxcert.model.dose_record import DoseRecord
from vaxcert.model.from_record import to_certificate
from vaxcert.model.identifiers import build_certificate_id, check_character, read_certificate_id
from vaxcert.model.names import split_vietnamese_name, transliterate
from vaxcert.payloads import eu_dcc

CANARY = "CANARY"
BORN = date(1947, 11, 23)
IDENTIFIER = "URN:UVCI:01:VN:CANARY0123456789"
TRACES = (CANARY, CANARY.lower(), "1947", IDENTIFIER, "Canary", CANARY.encode().hex())

PERSON = vc.Person(
    family_name="Canary",
    given_name="Canary Văn",
    standard_family_name=CANARY,
    standard_given_name=CANARY,
    birth_date=BORN,
)
TEXTS = {"country": "VN", "authority": "CANARY clinic", "certificate_id": IDENTIFIER}
DOSE = vc.Vaccination(
    disease="840539006",
    prophylaxis="1119349007",
    product="EU/1/20/1528",
    marketing_holder="ORG-100030215",
    dose_number=1,
    doses_in_series=2,
    vaccinated_on=date(2022, 5, 1),
    **TEXTS,
)
PAYLOAD = dcc(
    nam=name(fn="Canary", gn=CANARY, fnt=CANARY, gnt=CANARY),
    dob=BORN.isoformat(),
    v=[dose(ci=IDENTIFIER, **{"is": "CANARY clinic"})],
)
TOKEN = token(PAYLOAD)


def assert_no_trace(shown: str) -> None:
    assert not [trace for trace in TRACES if trace in shown], shown


def everything_shown(error: BaseException | None) -> str:
    """All that a log could hold of an error and of those it was raised from, as Python prints them."""
    parts: list[str] = []
    while error is not None:
        parts += [str(error), repr(error), repr(vars(error)), *traceback.format_exception_only(error)]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n".join(parts)


def error_of(act: Callable[[], object]) -> vc.VaxcertError | None:
    """The error that `act` raises, or None."""
    try:
        act()
    except vc.VaxcertError as error:
        return error
    return None


# --- values


def values() -> Iterator[Any]:
    one = vc.HealthCertificate(subject=PERSON, vaccination=DOSE, version="1.3.0")
    yield from (PERSON, DOSE, one, vc.PartialDate(1947, 11))
    yield vc.Test(disease=CANARY, name=CANARY, sampled_at=datetime(1947, 1, 1, tzinfo=UTC), **TEXTS)
    yield vc.Recovery(disease=CANARY, first_positive=BORN, **TEXTS)
    yield DoseRecord(full_name=CANARY, birth_date=BORN)
    yield read_certificate_id(IDENTIFIER)
    yield issuer(signer()).issue(one, at=NOW)
    yield issuer(signer(), authority="CANARY clinic")
    source = text(TOKEN)
    yield vc.inspect(source)
    yield vc.inspect(source).message
    yield vc.inspect(source).claims
    yield cwt.read(cbor2.dumps(TOKEN))
    yield eu_dcc.read(PAYLOAD)
    for at in (AT, datetime(2046, 1, 1, tzinfo=UTC)):
        yield verifier().report(source, at=at)
    verified = verifier().verify(source, at=AT)
    yield from (
        verified,
        verified.findings,
        verified.certificate.events,
        [verified],
        {"certificate": verified},
    )
    yield verifier().report(text(token(dcc(nam=name(fn=CANARY * 30), v=[dose(mp=CANARY)]))), at=AT)


@pytest.mark.parametrize("value", list(values()), ids=lambda value: type(value).__name__)
def test_nothing_shows_what_it_holds(value: Any) -> None:
    for shown in (repr(value), str(value), f"{value}", f"{value!r}"):
        if isinstance(value, vc.PartialDate) and shown == str(value):
            continue  # written into the certificate
        assert_no_trace(shown)


def test_every_dataclass_of_the_model_hides_its_fields() -> None:
    checked = 0
    for kind in (vc.Person, vc.Vaccination, vc.Test, vc.Recovery, vc.HealthCertificate, DoseRecord):
        assert is_dataclass(kind)
        blank = object.__new__(kind)
        for field in fields(kind):
            object.__setattr__(blank, field.name, CANARY)
            checked += 1
        assert repr(blank) == f"<{kind.__name__}>"
    assert checked > 40


# --- reading


def broken_payloads() -> Iterator[Any]:
    """The payload with each of its values replaced by what does not belong there."""
    odd = (
        CANARY,
        CANARY * 900,
        [CANARY],
        {CANARY: CANARY},
        cbor2.CBORTag(0, CANARY),
        f"{BORN}T00:00:00",
        1947,
        None,
    )
    for event in (
        {"v": [PAYLOAD["v"][0]]},
        {"t": [antigen_test(ci=IDENTIFIER)]},
        {"r": [recovery(ci=IDENTIFIER)]},
    ):
        (group,) = event
        for value in odd:
            yield from ({**PAYLOAD, field: value} for field in ("ver", "nam", "dob", group, CANARY))
            yield from (
                {**PAYLOAD, "nam": {**PAYLOAD["nam"], field: value}} for field in ("fn", "fnt", CANARY)
            )
            for field in event[group][0]:
                yield {**PAYLOAD, "v": [], group: [{**event[group][0], field: value}]}
    yield from odd


def broken_sources() -> Iterator[str | bytes]:
    for payload in broken_payloads():
        yield message(token(payload or {}))
    for label in (4, 5, 6, -260, CANARY):  # not 1: who issued a certificate is shown
        for value in (CANARY, [CANARY], cbor2.CBORTag(0, CANARY), cbor2.CBORTag(99, CANARY)):
            yield message({**TOKEN, label: value})
    for header in (
        {1: CANARY, 4: CANARY},
        {1: -7, 2: [CANARY]},
        {1: -7, 2: CANARY},
        [CANARY],
        {CANARY: CANARY},
    ):
        yield message(TOKEN, protected=cbor2.dumps(header))
    yield message(TOKEN, protected={1: -7}, unprotected={4: CANARY, CANARY: CANARY})
    twice = b"\xa2" + 2 * (cbor2.dumps(CANARY) + b"\x00")
    yield from (message(payload=twice), twice, cbor2.dumps({CANARY.encode(): 1}), cbor2.dumps([CANARY] * 4))
    yield from (CANARY, CANARY.encode(), "HC2:CANARY", "HC1:canary", "HC1:CANARY", "HC1:" + CANARY * 1000)
    yield deflate.deflate(CANARY.encode())
    whole = message(TOKEN)
    rng = random.Random(20220601)
    for _ in range(400):
        changed = bytearray(whole)
        for _ in range(rng.randint(1, 3)):
            changed[rng.randrange(len(changed))] = rng.randrange(256)
        yield bytes(changed[: rng.randint(len(changed) // 2, len(changed))])


def test_no_error_of_reading_quotes_the_input() -> None:
    one, later = verifier(), datetime(2046, 1, 1, tzinfo=UTC)
    raised = set()
    for source in broken_sources():
        report = one.report(source, at=AT)
        errors = [
            report.error,
            error_of(partial(one.verify, source, at=later)),
            error_of(partial(vc.inspect, source)),
        ]
        for error in errors:
            assert_no_trace(everything_shown(error))
            raised.add(error.reason if error else None)
        assert_no_trace(repr(report) + repr(report.findings) + repr(report.claims))
    assert len(raised) > 15


@pytest.mark.parametrize(
    "fail",
    [
        lambda: base45.decode(CANARY.lower()),
        lambda: base45.decode("é" + CANARY),
        lambda: deflate.inflate(CANARY.encode()),
        lambda: cbor.loads(cbor2.dumps(CANARY)[:-1]),
        lambda: cbor.loads(cbor2.dumps({CANARY: 1}) + b"\0"),
        lambda: cbor.loads(cbor2.dumps(cbor2.CBORTag(35, CANARY))),
        lambda: cbor.loads(b"\x66CANAR\xff"),
        lambda: container.read(CANARY),
        lambda: container.read([CANARY]),  # type: ignore[arg-type]
        lambda: cose.read(cbor2.dumps([CANARY] * 4)),
        lambda: cwt.read(cbor2.dumps({4: CANARY, -260: {}})),
        lambda: eu_dcc.read({**PAYLOAD, "ver": "2.0.0"}),
        lambda: eu_dcc.read(CANARY),
        lambda: transliterate("Canary 阮"),
        lambda: transliterate("Canary1947"),
        lambda: split_vietnamese_name("  "),
        lambda: to_certificate(DoseRecord(full_name=CANARY, birth_date=BORN, vaccine="none")),
        lambda: build_certificate_id("VN", "CANARY-1"),
        lambda: build_certificate_id("VN", CANARY * 20),
        lambda: check_character("CANARY-1"),
        lambda: verifying_key(CANARY),
    ],
)
def test_no_error_of_a_part_quotes_its_input(fail: Any) -> None:
    with pytest.raises(vc.VaxcertError) as caught:
        fail()
    assert_no_trace(everything_shown(caught.value))


# --- issuing


def unissuable() -> Iterator[vc.HealthCertificate]:
    odd: tuple[Any, ...] = (
        CANARY,
        " Canary",
        "Canary\n",
        "阮 Canary",
        "e\u0301Canary",
        CANARY * 20,
        BORN,
        1947,
    )
    for value in odd:
        for field in fields(vc.Person):
            subject = vc.Person(**{**_values(PERSON), field.name: value})
            yield vc.HealthCertificate(subject=subject, vaccination=DOSE)
        for field in fields(vc.Vaccination):
            if type(_values(DOSE)[field.name]) is type(value):
                dose_of = vc.Vaccination(**{**_values(DOSE), field.name: value})
                yield vc.HealthCertificate(subject=PERSON, vaccination=dose_of)


def _values(one: Any) -> dict[str, Any]:
    return {field.name: getattr(one, field.name) for field in fields(one)}


def test_no_error_of_issuing_quotes_the_record() -> None:
    one = issuer(signer())
    errors = [
        error_of(partial(one.issue, certificate, at=NOW))
        for certificate in unissuable()
        if _typed(certificate.subject)
    ]
    for error in errors:
        assert_no_trace(everything_shown(error))
    assert sum(error is not None for error in errors) > 30


def _typed(person: vc.Person) -> bool:
    names = (person.family_name, person.given_name, person.standard_family_name, person.standard_given_name)
    return all(isinstance(part, str) for part in names) and isinstance(person.birth_date, date)


def test_the_canary_is_in_what_was_read_so_the_test_can_fail() -> None:
    verified = verifier().verify(text(TOKEN), at=AT)
    assert verified.certificate.subject.standard_family_name == CANARY
    assert verified.certificate.subject.birth_date == BORN
    assert verified.key.kid == es256().kid
    with pytest.raises(AssertionError):
        assert_no_trace(f"{verified.certificate.subject.given_name}")
