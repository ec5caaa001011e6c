"""The EU DCC payload, rightly signed: versions, and what genuine issuers get wrong in every field."""

from __future__ import annotations

from typing import Any, Final

from test_vectors.builder import build
from test_vectors.encoding import Tagged
from test_vectors.samples import DROP, antigen_test, dcc, dose, name, nucleic_acid_test, recovery, token
from test_vectors.vector import Expected, Family, Importance, accepted, unreadable

FAMILY: Final = Family("payload", spec="EU DCC schema 1.3.0")

_IDENTIFIERS: Final = "eHealth Network guidelines, annex 2 (UVCI)"
_VALUE_SETS: Final = "EU value sets 2.12.0"
_FORGIVING: Final = "EU DCC special case handling"

REQUIREMENTS_OF: Final = {
    "payload-structure": "PP-2",
    "payload-version": "PP-3",
    "version-unknown": "PP-3",
    "several-events": "PP-4",
    "field-unknown": "PP-5",
    "field-missing": "PP-6",
    "field-null": "PP-6",
    "field-type": "PP-6",
    "field-padded": "PP-7",
    "text-not-nfc": "PP-7",
    "field-too-long": "PP-8",
    "text-not-printable": "PP-8",
    "name-missing": "PP-9",
    "name-not-standard": "PP-10",
    "birth-date-partial": "PP-11",
    "birth-date-impossible": "PP-12",
    "test-fields-mismatch": "PP-22",
    "recovery-dates-order": "PP-23",
    "dose-number-range": "PP-24",
    "dose-past-series": "PP-24",
    "number-float": "PP-24",
    "date-with-time": "PP-25",
    "date-unreadable": "PP-25",
    "field-tagged": "PP-25",
    "date-without-zone": "PP-26",
    "event-in-future": "PP-27",
    "event-before-birth": "PP-27",
    "code-unknown": "PP-28",
    "code-deprecated": "PP-28",
    "product-holder-mismatch": "PP-29",
    "product-prophylaxis-mismatch": "PP-29",
    "certificate-id-form": "PP-30",
    "certificate-id-check": "PP-31",
}
"""The requirement that each code comes from."""

_OF_THEIR_OWN: Final = {
    "version-missing": ("PP-3", "PP-6"),
    "version-null": ("PP-3", "PP-6"),
    "version-number": ("PP-3", "PP-6"),
    "version-padded": ("PP-3", "PP-7"),
    "groups-null": ("PP-6", "PP-33"),
    "device-null": ("PP-6", "PP-33"),
    "name-given-empty": ("PP-9", "PP-33"),
    "name-standard-missing": ("PP-9",),
    "name-standard-fillers": ("PP-10",),
    "birth-1899": ("PP-12",),
    "birth-1900": ("PP-12",),
    "birth-day-before-dose": ("PP-12", "PP-27"),
    "birth-day-after-issue": ("PP-12", "PP-27"),
    "birth-in-future": ("PP-12",),
    "test-time-tagged": ("PP-26", "PP-33"),
    "test-time-unreadable": ("PP-26",),
    "test-time-with-fraction": ("PP-26", "PP-33"),
    "test-time-in-viet-nam": ("PP-26",),
    "recovery-ends-as-it-starts": ("PP-23",),
    "recovery-starts-on-the-day-of-the-test": ("PP-23",),
    "dose-fraction": ("PP-6", "PP-24"),
    "test-antigen-with-name": ("PP-22",),
    "quirk-sample-tagged-and-fraction": ("PP-26", "PP-33"),
    "quirk-fraction-of-2": ("PP-26", "PP-33"),
    "quirk-fraction-of-3": ("PP-26", "PP-33"),
    "quirk-birth-date-empty-and-no-forename": ("PP-9", "PP-11", "PP-33"),
    "quirk-antigen-test-by-name-only": ("PP-22",),
    "quirk-test-result-time-null": ("PP-5",),
    "quirk-standard-name-only-given": ("PP-9",),
    "quirk-time-to-the-minute": ("PP-26",),
    "quirk-forename-decomposed": ("PP-7",),
    "quirk-authority-decomposed": ("PP-7",),
    "quirk-authority-with-line-end": ("PP-8",),
    "quirk-authority-200-characters": ("PP-8",),
    "quirk-viral-vector-as-mrna": ("PP-29",),
    "quirk-mrna-as-viral-vector": ("PP-29",),
    "quirk-prophylaxis-deprecated-of-another-product": ("PP-28",),
    "quirk-nucleic-acid-test-of-nothing": ("PP-22",),
    "quirk-future-sample": ("PP-27",),
}
"""Where the codes do not show what a vector is about."""

Cases = dict[str, tuple[str, Any, Expected]]


def _add(
    cases: Cases,
    *requirements: str,
    beside: tuple[str, ...] = (),
    spec: str | None = None,
    importance: Importance | None = None,
) -> None:
    """Add vectors. Those without a code are about `requirements`, all about what is `beside`."""
    for name_, (description, payload, expected) in cases.items():
        codes = {*expected.findings, expected.reason or ""}
        shown = tuple(REQUIREMENTS_OF[code] for code in codes & REQUIREMENTS_OF.keys())
        FAMILY.add(
            name_,
            description,
            build(token(hcert={1: payload})),
            expected,
            spec=spec,
            importance=importance,
            requirements=_OF_THEIR_OWN.get(name_) or (*(shown or requirements), *beside),
        )


def _dose(**changes: Any) -> dict[str, Any]:
    return dcc(v=[dose(**changes)])


def _test(**changes: Any) -> dict[str, Any]:
    return dcc(t=[nucleic_acid_test(**changes)])


def _recovery(**changes: Any) -> dict[str, Any]:
    return dcc(r=[recovery(**changes)])


def _kinds() -> None:
    _add(
        {
            "vaccination": ("A vaccination as it should be.", dcc(), accepted()),
            "test-nucleic-acid": ("A nucleic acid test as it should be.", _test(), accepted()),
            "test-antigen": ("An antigen test as it should be.", dcc(t=[antigen_test()]), accepted()),
            "recovery": ("A recovery as it should be.", _recovery(), accepted()),
        },
        "PP-1",
        "PP-21",
        "PP-34",
        "PP-35",
        importance="critical",
    )


def _versions() -> None:
    known = ("1.0.0", "1.0.1", "1.1.0", "1.2.0", "1.2.1", "1.3.1", "1.3.2", "1.3.3")
    _add(
        {f"version-{version}": (f"Schema {version}.", dcc(ver=version), accepted()) for version in known},
        "PP-3",
    )
    unknown = accepted("version-unknown")
    newer = unreadable("payload-version", level="well-formed")
    _add(
        {
            "version-1.0.4": (
                "Schema 1.0.4, which never was; one issuer wrote it.",
                dcc(ver="1.0.4"),
                unknown,
            ),
            "version-1.4.0": ("Schema 1.4.0, which may come and is compatible.", dcc(ver="1.4.0"), unknown),
            "version-of-words": ("No version number at all.", dcc(ver="latest"), unknown),
            "version-2.0.0": ("Schema 2.0.0, which would mean something else.", dcc(ver="2.0.0"), newer),
            "version-10.0.0": ("Schema 10.0.0 does not begin with version 1.", dcc(ver="10.0.0"), newer),
            "version-0.9.0": ("Schema 0.9.0, from before the first.", dcc(ver="0.9.0"), newer),
            "version-missing": (
                "No version; one issuer left it out.",
                dcc(ver=DROP),
                accepted("field-missing"),
            ),
            "version-null": ("A null version.", dcc(ver=None), accepted("field-missing")),
            "version-number": ("The version is a number.", dcc(ver=1.3), accepted("field-type")),
            "version-padded": ("A space after the version.", dcc(ver="1.3.0 "), accepted("field-padded")),
        },
        "PP-3",
    )


def _structure() -> None:
    nothing = unreadable("payload-structure", level="well-formed")
    _add(
        {
            "payload-array": ("The payload is an array.", [dcc()], nothing),
            "payload-null": ("The payload is null.", None, nothing),
            "payload-empty": ("The payload is an empty map.", {}, nothing),
            "no-events": ("No vaccination, test or recovery.", dcc(v=DROP), nothing),
            "events-empty": ("An empty list of vaccinations.", dcc(v=[]), nothing),
            "events-null": ("The vaccinations are null.", dcc(v=None), nothing),
            "events-of-null": ("A list that holds null.", dcc(v=[None]), nothing),
            "events-map": ("The vaccination is not in a list.", dcc(v=dose()), nothing),
            "events-of-another-group": ("The events are under x.", dcc(v=DROP, x=[dose()]), nothing),
        },
        "PP-2",
    )
    several = accepted("several-events")
    _add(
        {
            "groups-null": (
                "The groups that are not used are null, as one issuer writes.",
                dcc(v=[dose()], t=None, r=None),
                accepted("field-null"),
            ),
            "groups-empty": (
                "The groups that are not used are empty.",
                dcc(v=[dose()], t=[], r=[]),
                accepted(),
            ),
            "group-text": (
                "A group that is not used is text.",
                dcc(v=[dose()], t="none"),
                accepted("field-type"),
            ),
            "two-doses": (
                "Two doses, as schemas before 1.3.0 allow.",
                dcc(ver="1.2.1", v=[dose(dn=1), dose()]),
                several,
            ),
            "dose-and-recovery": (
                "A dose and a recovery in one certificate.",
                dcc(v=[dose()], r=[recovery()]),
                several,
            ),
            "dose-test-and-recovery": (
                "A dose, a test and a recovery in one certificate.",
                dcc(v=[dose()], t=[antigen_test()], r=[recovery()]),
                several,
            ),
            "dose-and-null": ("A dose, and null beside it.", dcc(v=[dose(), None]), accepted("field-null")),
            "dose-and-number": (
                "A dose, and a number beside it.",
                dcc(v=[dose(), 1]),
                accepted("field-type"),
            ),
        },
        "PP-4",
    )
    extra = accepted("field-unknown")
    _add(
        {
            "extra-at-the-top": (
                "A map meta beside the rest, as one issuer writes.",
                dcc(meta={"reference": "TEST"}),
                extra,
            ),
            "extra-in-dose": ("A lot number in the dose.", _dose(lot="TEST"), extra),
            "extra-in-name": ("A middle name in the name.", dcc(nam=name(mn="THỬ")), extra),
            "extra-in-recovery": ("Another field in the recovery.", _recovery(xx=1), extra),
            "extra-number-key": ("A number as a key of the payload.", dcc(v=[dose()]) | {9: 1}, extra),
            "test-result-time": (
                "The time of the test's result, which schema 1.0.0 had.",
                dcc(ver="1.0.0", t=[nucleic_acid_test(dr="2026-01-04T20:00:00Z")]),
                accepted(),
            ),
        },
        "PP-5",
        spec="HCERT 3.3.7; EU DCC schemas 1.0.0 to 1.3.3",
    )


def _text_fields() -> None:
    _add(
        {
            "field-null": ("A null authority.", _dose(**{"is": None}), accepted("field-missing")),
            "device-null": (
                "A null test device, as one issuer writes.",
                _test(ma=None),
                accepted("field-null"),
            ),
            "centre-null": ("A test whose centre is null.", _test(tc=None), accepted("field-null")),
            "forenames-null": (
                "A name whose forenames are null, as written and in the ICAO form.",
                dcc(nam=name(gn=None, gnt=None)),
                accepted("field-null"),
            ),
            "field-padded": (
                "Spaces around the product code.",
                _dose(mp=" EU/1/20/1528 "),
                accepted("field-padded"),
            ),
            "field-missing": ("No product.", _dose(mp=DROP), accepted("field-missing")),
            "field-empty": ("An empty authority.", _dose(**{"is": ""}), accepted("field-missing")),
            "field-blank": (
                "An authority of spaces.",
                _dose(**{"is": "   "}),
                accepted("field-padded", "field-missing"),
            ),
            "field-number": ("A disease code that is a number.", _dose(tg=840539006), accepted("field-type")),
            "field-bytes": ("An authority of bytes.", _dose(**{"is": b"TEST"}), accepted("field-type")),
            "field-array": (
                "An authority that is an array.",
                _dose(**{"is": ["TEST"]}),
                accepted("field-type"),
            ),
            "field-80-characters": ("An authority of 80 characters.", _dose(**{"is": "Ộ" * 80}), accepted()),
            "field-81-characters": (
                "An authority of 81 characters.",
                _dose(**{"is": "Ộ" * 81}),
                accepted("field-too-long"),
            ),
            "name-80-characters": ("A surname of 80 letters.", dcc(nam=name(fn="A" * 80)), accepted()),
            "name-81-characters": (
                "A surname of 81 letters.",
                dcc(nam=name(fn="A" * 81)),
                accepted("field-too-long"),
            ),
            "text-control-character": (
                "A surname with an escape sequence that would clear a terminal.",
                dcc(nam=name(fn="Nguyễn\x1b[2J")),
                accepted("text-not-printable"),
            ),
            "text-writing-direction": (
                "A forename with a mark that turns the writing direction.",
                dcc(nam=name(gn="Văn\u202e Thử")),
                accepted("text-not-printable"),
            ),
            "text-decomposed": (
                "A surname with its accents apart (NFD): it reads as if they were not.",
                dcc(nam=name(fn="Nguye\u0302\u0303n")),
                accepted("text-not-nfc"),
            ),
        },
        "PP-8",
        spec=_FORGIVING,
    )


def _names() -> None:
    _add(
        {
            "name-family-only": (
                "A surname alone, since schema 1.3.2.",
                dcc(ver="1.3.2", nam=name(gn=DROP, gnt=DROP)),
                accepted(),
            ),
            "name-given-only": (
                "A forename alone, since schema 1.3.2.",
                dcc(ver="1.3.2", nam=name(fn=DROP, fnt=DROP)),
                accepted(),
            ),
            "name-standard-only": (
                "Only the ICAO form of the name, and nothing as it is written.",
                dcc(nam=name(fn=DROP, gn=DROP)),
                accepted(),
            ),
            "name-given-empty": (
                "Empty forenames, as some issuers write.",
                dcc(nam=name(gn="", gnt="")),
                accepted(),
            ),
            "name-nothing": ("A name of no parts.", dcc(nam={}), accepted("name-missing")),
            "name-all-empty": (
                "A name of four empty parts.",
                dcc(nam=name(fn="", gn="", fnt="", gnt="")),
                accepted("name-missing"),
            ),
            "name-missing": ("No name.", dcc(nam=DROP), accepted("field-missing", "name-missing")),
            "name-null": ("A null name.", dcc(nam=None), accepted("field-missing", "name-missing")),
            "name-text": (
                "The name as one text.",
                dcc(nam="NGUYEN VAN THU"),
                accepted("field-type", "name-missing"),
            ),
            "name-standard-lower-case": (
                "An ICAO form in lower case.",
                dcc(nam=name(fnt="nguyen")),
                accepted("name-not-standard"),
            ),
            "name-standard-with-space": (
                "An ICAO form with a space.",
                dcc(nam=name(gnt="VAN THU")),
                accepted("name-not-standard"),
            ),
            "name-standard-accents": (
                "An ICAO form with accents.",
                dcc(nam=name(fnt="NGUYỄN")),
                accepted("name-not-standard"),
            ),
            "name-standard-digit": (
                "An ICAO form with a digit.",
                dcc(nam=name(gnt="VAN<2")),
                accepted("name-not-standard"),
            ),
            "name-standard-fillers": (
                "An ICAO form with a run of fillers, as one issuer writes.",
                dcc(nam=name(gnt="VAN<<<<THU")),
                accepted(),
            ),
        },
        "PP-9",
        spec="EU DCC schema 1.3.2; ICAO 9303 part 3",
    )


def _birth_dates() -> None:
    partial = accepted("birth-date-partial")
    bad = accepted("date-unreadable")
    _add(
        {
            "birth-year": ("Only the year of birth is known.", dcc(dob="1990"), partial),
            "birth-year-and-month": (
                "Only the year and month of birth are known.",
                dcc(dob="1990-05"),
                partial,
            ),
            "birth-year-padded": (
                "A space before a year of birth alone.",
                dcc(dob=" 1990"),
                accepted("birth-date-partial", "field-padded"),
            ),
            "birth-date-empty": ("An empty birth date: nothing is known.", dcc(dob=""), partial),
            "birth-date-null": ("A null birth date.", dcc(dob=None), accepted("field-missing")),
            "birth-date-missing": ("No birth date.", dcc(dob=DROP), accepted("field-missing")),
            "birth-date-number": (
                "A birth date that is a number.",
                dcc(dob=19900517),
                accepted("field-type"),
            ),
            "birth-date-with-time": (
                "A birth date with a time.",
                dcc(dob="1990-05-17T00:00:00"),
                accepted("date-with-time"),
            ),
            "birth-date-padded": (
                "A space after the birth date.",
                dcc(dob="1990-05-17 "),
                accepted("field-padded"),
            ),
            "birth-date-month-13": ("Born in a thirteenth month.", dcc(dob="1990-13"), bad),
            "birth-date-day-31-of-april": (
                "Born on 31 April, which there is not.",
                dcc(dob="1990-04-31"),
                bad,
            ),
            "birth-date-day-first": ("The day first, as people write.", dcc(dob="17/05/1990"), bad),
            "birth-date-unknown-digits": ("XX for what is not known.", dcc(dob="1990-XX-XX"), bad),
            "birth-1900": ("Born on the first day of 1900.", dcc(dob="1900-01-01"), accepted()),
            "birth-1899": (
                "Born on the last day of 1899.",
                dcc(dob="1899-12-31"),
                accepted("birth-date-impossible"),
            ),
            "birth-day-before-dose": ("Born the day before the dose.", dcc(dob="2025-12-19"), accepted()),
            "birth-day-after-issue": (
                "Born, and vaccinated, on the day after the issue: somewhere it was that day already.",
                dcc(dob="2026-01-06", v=[dose(dt="2026-01-06")]),
                accepted(),
            ),
            "birth-in-future": (
                "Born two days after the issue, a day more than may be.",
                dcc(dob="2026-01-07"),
                accepted("birth-date-impossible"),
            ),
        },
        beside=("PP-11",),
        spec="EU DCC schemas 1.0.0 to 1.3.3, dob",
    )


def _event_dates() -> None:
    bad = accepted("date-unreadable")
    _add(
        {
            "dose-date-with-time": (
                "A date of vaccination with a time.",
                _dose(dt="2025-12-20T08:00:00Z"),
                accepted("date-with-time"),
            ),
            "dose-date-padded": (
                "A space before the date of vaccination.",
                _dose(dt=" 2025-12-20"),
                accepted("field-padded"),
            ),
            "dose-date-tagged": (
                "A date with the tag of a date-time.",
                _dose(dt=Tagged(0, "2025-12-20")),
                accepted("field-tagged"),
            ),
            "dose-date-missing": ("No date of vaccination.", _dose(dt=DROP), accepted("field-missing")),
            "dose-date-null": ("A null date of vaccination.", _dose(dt=None), accepted("field-missing")),
            "dose-date-number": (
                "A date of vaccination in seconds.",
                _dose(dt=1766217600),
                accepted("field-type"),
            ),
            "dose-date-empty": ("An empty date of vaccination.", _dose(dt=""), accepted("field-missing")),
            "dose-date-blank": (
                "A date of vaccination of spaces.",
                _dose(dt="  "),
                accepted("field-padded", "field-missing"),
            ),
            "test-time-empty": ("An empty time of test.", _test(sc=""), accepted("field-missing")),
            "test-time-null": ("A null time of test.", _test(sc=None), accepted("field-missing")),
            "test-time-padded": (
                "A line end after the time of test.",
                _test(sc="2026-01-04T08:30:00Z\n"),
                accepted("field-padded"),
            ),
            "recovery-date-empty": (
                "An empty date of the first positive test.",
                _recovery(fr=""),
                accepted("field-missing"),
            ),
            "dose-date-day-29-of-february": (
                "A dose on 29 February 2025, which there was not.",
                _dose(dt="2025-02-29"),
                bad,
            ),
            "dose-date-without-dashes": ("A date without dashes.", _dose(dt="20251220"), bad),
            "dose-date-of-one-digit": (
                "A date of vaccination with a month of one digit.",
                _dose(dt="2025-1-20"),
                bad,
            ),
            "dose-date-of-week": ("A date by weeks, ISO 8601 too.", _dose(dt="2025-W51-6"), bad),
            "dose-date-junk-after": (
                "Something after the date that is no time.",
                _dose(dt="2025-12-20 or so"),
                bad,
            ),
            "dose-tomorrow": (
                "A dose the day after the issue: somewhere it was that day already.",
                _dose(dt="2026-01-06"),
                accepted(),
            ),
            "dose-in-two-days": (
                "A dose two days after the issue, a day more than may be.",
                _dose(dt="2026-01-07"),
                accepted("event-in-future"),
            ),
            "dose-on-day-of-birth": ("A dose on the day of birth.", dcc(dob="2025-12-20"), accepted()),
            "dose-before-birth": (
                "A dose the day before birth.",
                dcc(dob="2025-12-21"),
                accepted("event-before-birth"),
            ),
            "test-time-without-zone": (
                "A time of test without a zone.",
                _test(sc="2026-01-04T08:30:00"),
                accepted("date-without-zone"),
            ),
            "test-time-tagged": (
                "A time of test with its tag, as the specification prefers.",
                _test(sc=Tagged(0, "2026-01-04T08:30:00Z")),
                accepted("field-tagged"),
            ),
            "test-time-with-fraction": (
                "A time of test with microseconds.",
                _test(sc="2026-01-04T08:30:00.123456Z"),
                accepted(),
            ),
            "test-time-in-viet-nam": (
                "A time of test seven hours ahead.",
                _test(sc="2026-01-04T15:30:00+07:00"),
                accepted(),
            ),
            "test-time-unreadable": (
                "A time of test that is none.",
                _test(sc="this morning"),
                accepted("date-unreadable"),
            ),
            "test-time-missing": ("No time of test.", _test(sc=DROP), accepted("field-missing")),
            "test-at-the-end-of-tomorrow": (
                "A test in the last second of the day after the issue, in UTC.",
                _test(sc="2026-01-06T23:59:59Z"),
                accepted(),
            ),
            "test-at-the-end-of-tomorrow-told-in-viet-nam": (
                "A test in the last second of the day after the issue in UTC, told by the clocks of Viet Nam.",
                _test(sc="2026-01-07T06:59:59+07:00"),
                accepted(),
            ),
            "test-in-two-days-told-in-honolulu": (
                "A test as the second day after the issue begins in UTC, told by the clocks of Honolulu.",
                _test(sc="2026-01-06T14:00:00-10:00"),
                accepted("event-in-future"),
            ),
            "test-of-a-newborn-after-midnight": (
                "A sample soon after midnight in Viet Nam of a child born that day; in UTC it is the day before.",
                dcc(dob="2026-01-04", t=[nucleic_acid_test(sc="2026-01-03T17:30:00Z")]),
                accepted(),
            ),
            "test-as-the-day-of-birth-begins": (
                "A test as the day of birth begins where it does first, fourteen hours before UTC.",
                dcc(dob="2026-01-04", t=[nucleic_acid_test(sc="2026-01-03T10:00:00Z")]),
                accepted(),
            ),
            "test-before-the-day-of-birth-begins": (
                "A test a second before the day of birth begins anywhere.",
                dcc(dob="2026-01-04", t=[nucleic_acid_test(sc="2026-01-03T09:59:59Z")]),
                accepted("event-before-birth"),
            ),
            "test-in-two-days": (
                "A test as the second day after the issue begins in UTC.",
                _test(sc="2026-01-07T00:00:00Z"),
                accepted("event-in-future"),
            ),
            "recovery-dates-with-time": (
                "Three dates with times, as some issuers write.",
                _recovery(fr="2025-12-10T00:00:00Z", df="2025-12-21T00:00:00Z", du="2026-06-08T00:00:00Z"),
                accepted("date-with-time"),
            ),
            "recovery-ends-as-it-starts": (
                "A recovery that is valid for one day.",
                _recovery(df="2025-12-21", du="2025-12-21"),
                accepted(),
            ),
            "recovery-ends-before-it-starts": (
                "A recovery that is valid until the day before it starts.",
                _recovery(df="2025-12-21", du="2025-12-20"),
                accepted("recovery-dates-order"),
            ),
            "recovery-starts-on-the-day-of-the-test": (
                "A recovery that is valid from the day of the positive test.",
                _recovery(df="2025-12-10"),
                accepted(),
            ),
            "recovery-ends-before-the-test": (
                "A recovery that is valid until the day before the positive test, and from long before it.",
                _recovery(df="2025-11-01", du="2025-12-09"),
                accepted("recovery-dates-order"),
            ),
            "recovery-starts-before-the-test": (
                "A recovery that is valid from the day before the positive test.",
                _recovery(df="2025-12-09"),
                accepted("recovery-dates-order"),
            ),
        },
        "PP-27",
        spec="EU DCC schema 1.3.0; special case handling",
    )


def _doses() -> None:
    out_of_range = accepted("dose-number-range")
    _add(
        {
            "dose-1-of-1": ("The only dose of a series of one.", _dose(dn=1, sd=1), accepted()),
            "dose-1-of-2": ("The first dose of a series of two.", _dose(dn=1), accepted()),
            "dose-2-of-1": (
                "A booster after a series of one, by the EU's own rules.",
                _dose(dn=2, sd=1),
                accepted("dose-past-series"),
            ),
            "dose-3-of-2": (
                "A booster after a series of two.",
                _dose(dn=3, sd=2),
                accepted("dose-past-series"),
            ),
            "dose-99": ("Dose 99 of 99, the highest numbers there may be.", _dose(dn=99, sd=99), accepted()),
            "dose-100": (
                "Dose 100 of 100: both have three digits, one more than there may be.",
                _dose(dn=100, sd=100),
                out_of_range,
            ),
            "dose-0": ("Dose 0 of 2.", _dose(dn=0), out_of_range),
            "dose-negative": ("Dose -1 of 2.", _dose(dn=-1), out_of_range),
            "series-0": ("Dose 1 of 0.", _dose(dn=1, sd=0), out_of_range),
            "dose-2-to-the-64": (
                "The highest number of 64 bits as the dose number.",
                _dose(dn=2**64 - 1),
                out_of_range,
            ),
            "dose-float": (
                "Dose 2.0 of 2.0, as one issuer writes.",
                _dose(dn=2.0, sd=2.0),
                accepted("number-float"),
            ),
            "dose-fraction": ("Dose 1.5.", _dose(dn=1.5), accepted("field-type")),
            "dose-text": ("The dose number as text.", _dose(dn="2"), accepted("field-type")),
            "dose-true": ("true as the dose number.", _dose(dn=True), accepted("field-type")),
            "dose-missing": ("No dose number.", _dose(dn=DROP), accepted("field-missing")),
            "dose-null": ("A null dose number.", _dose(dn=None), accepted("field-missing")),
        },
        "PP-24",
        spec="EU DCC schema 1.3.0, dn and sd",
    )


def _codes() -> None:
    unknown = accepted("code-unknown")
    _add(
        {
            "product-unknown": ("A product nobody lists.", _dose(mp="EU/1/99/9999"), unknown),
            "holder-unknown": (
                "A holder nobody lists.",
                _dose(ma="ORG-999999999"),
                accepted("code-unknown", "product-holder-mismatch"),
            ),
            "prophylaxis-unknown": ("A vaccine type nobody lists.", _dose(vp="0000000000"), unknown),
            "disease-unknown": ("A disease nobody lists.", _dose(tg="000000000"), unknown),
            "country-unknown": (
                "A country that does not exist.",
                _dose(co="XX"),
                accepted("code-unknown", "country-mismatch"),
            ),
            "test-type-unknown": ("A type of test nobody lists.", _test(tt="LP0000-0"), unknown),
            "test-result-unknown": ("A result nobody lists.", _test(tr="000000000"), unknown),
            "prophylaxis-deprecated": (
                "J07BX03, which new certificates no longer use.",
                _dose(vp="J07BX03"),
                accepted("code-deprecated"),
            ),
            "product-of-another-holder": (
                "AstraZeneca's product with BioNTech as its holder, as in Viet Nam's own sample.",
                _dose(mp="EU/1/21/1529", vp="29061000087103"),
                accepted("product-holder-mismatch"),
            ),
            "product-of-another-type": (
                "An mRNA product with the code of a viral vector.",
                _dose(vp="29061000087103"),
                accepted("product-prophylaxis-mismatch"),
            ),
            "test-nucleic-acid-with-device": (
                "A nucleic acid test with a device code.",
                _test(ma="1232"),
                accepted("test-fields-mismatch"),
            ),
            "test-antigen-without-device": (
                "A test with neither name nor device.",
                dcc(t=[antigen_test(ma=DROP)]),
                accepted("test-fields-mismatch"),
            ),
            "test-antigen-with-name": (
                "An antigen test with its name too.",
                dcc(t=[antigen_test(nm="TEST kit")]),
                accepted(),
            ),
            "test-positive": (
                "A positive test: authentic, and for the rules to judge (DGC7 of the EU's list, never written).",
                _test(tr="260373001"),
                accepted(),
            ),
        },
        "PP-28",
        spec=_VALUE_SETS,
    )


def _identifiers() -> None:
    form, check = accepted("certificate-id-form"), accepted("certificate-id-check")
    both = accepted("certificate-id-form", "certificate-id-check")
    forms: dict[str, tuple[str, str, Expected]] = {
        "with-issuer": ("issuer and opaque part", "URN:UVCI:01:VN:BYT/4E5F1A0C", accepted()),
        "with-issuer-and-vaccine": ("all three parts", "URN:UVCI:01:VN:BYT/1528/4E5F1A0C", accepted()),
        "with-four-parts": ("four parts", "URN:UVCI:01:VN:A/B/C/D", form),
        "lower-case": ("letters in lower case, which compare equal", "urn:uvci:01:vn:4e5f1a0c", accepted()),
        "check-right": ("a right check character", "URN:UVCI:01:SE:EHM/V12907267LAJW#E", accepted()),
        "check-wrong": (
            "a wrong check character, as a quarter of genuine issuers write",
            "URN:UVCI:01:SE:EHM/V12907267LAJW#F",
            check,
        ),
        "check-empty": ("a mark and no check character", "URN:UVCI:01:VN:4E5F1A0C#", both),
        "check-of-8-characters": (
            "eight characters after the mark",
            "URN:UVCI:01:VN:4E5F1A0C#ABCDEFGH",
            both,
        ),
        "without-urn": ("no URN in front", "01:VN:4E5F1A0C", form),
        "with-slashes": ("slashes for colons", "01/LU/4E5F1A0C", form),
        "country-attached": ("no separator before the country", "URN:UVCI:01DE/IZ12345A/4E5F1A0C", form),
        "uci": ("UCI for UVCI", "URN:UCI:01:VN:4E5F1A0C", form),
        "of-words": ("words of another kind", "TEST 1", form),
        "with-space": ("a space in it", "URN:UVCI:01:VN:4E5F 1A0C", form),
        "with-dashes": (
            "a UUID with its dashes",
            "URN:UVCI:01:VN:4e5f1a0c-9b7d-42e8-a3d6-c0f1b2a39485",
            form,
        ),
    }
    cases: Cases = {
        f"identifier-{name_}": (f"The certificate identifier has {description}.", _dose(ci=text), expected)
        for name_, (description, text, expected) in forms.items()
    }
    _add(cases, "PP-30", spec=_IDENTIFIERS)
    _add(
        {"identifier-missing": ("No certificate identifier.", _dose(ci=DROP), accepted("field-missing"))},
        spec=_IDENTIFIERS,
    )


def _one_field_at_a_time() -> None:
    """What only one of the fields of a certificate shows."""
    unreadable_date = accepted("date-unreadable")
    unknown = accepted("code-unknown")
    elsewhere = accepted("code-unknown", "country-mismatch")
    _add(
        {
            "birth-year-of-two-digits": ("A year of birth of two digits.", dcc(dob="90"), unreadable_date),
            "birth-year-of-three-digits": (
                "A year of birth of three digits.",
                dcc(dob="199"),
                unreadable_date,
            ),
            "birth-year-of-zeros": ("A year of birth that is none.", dcc(dob="0000"), unreadable_date),
            "birth-year-with-letter": ("A letter in the year of birth.", dcc(dob="199X"), unreadable_date),
            "birth-year-of-other-digits": (
                "A year of birth in Arabic digits.",
                dcc(dob="\u0661\u0669\u0669\u0660"),
                unreadable_date,
            ),
            "birth-month-of-one-digit": (
                "A month of birth of one digit.",
                dcc(dob="1990-5"),
                unreadable_date,
            ),
            "birth-month-with-letter": (
                "Letters for the month of birth.",
                dcc(dob="1990-XX"),
                unreadable_date,
            ),
            "birth-month-of-other-digits": (
                "A month of birth in Arabic digits.",
                dcc(dob="1990-\u0660\u0665"),
                unreadable_date,
            ),
            "birth-month-0": ("A month of birth before the first.", dcc(dob="1990-00"), unreadable_date),
        },
        beside=("PP-11",),
        spec=_FORGIVING,
    )
    _add(
        {
            "name-standard-missing": (
                "A name as written, and no ICAO form of it.",
                dcc(nam=name(fnt=DROP, gnt=DROP)),
                accepted("field-missing"),
            ),
            "dose-series-missing": (
                "No number of doses in the series.",
                _dose(sd=DROP),
                accepted("field-missing"),
            ),
            "extra-in-test": ("Another field in the test.", _test(xx=1), accepted("field-unknown")),
            "test-disease-unknown": ("A test for an unknown disease.", _test(tg="1"), unknown),
            "test-country-unknown": ("A test in a country that is none.", _test(co="XX"), elsewhere),
            "recovery-disease-unknown": ("A recovery from an unknown disease.", _recovery(tg="1"), unknown),
            "recovery-country-unknown": (
                "A recovery in a country that is none.",
                _recovery(co="XX"),
                elsewhere,
            ),
            "recovery-before-birth": (
                "A first positive test before birth.",
                _recovery(fr="1990-05-16"),
                accepted("event-before-birth"),
            ),
            "test-before-birth": (
                "A sample from before birth.",
                _test(sc="1990-05-16T08:30:00Z"),
                accepted("event-before-birth"),
            ),
        },
        spec=_FORGIVING,
    )
    FAMILY.add(
        "recovery-on-the-day-of-birth",
        "A first positive test on the day of birth.",
        build(token(hcert={1: _recovery(fr="1990-05-17")})),
        accepted(),
        spec=_FORGIVING,
        requirements=("PP-27",),
    )


def _quirks_of_issuers() -> None:
    """What genuine issuers were seen to write, and is not above."""
    meta = {"reference": "TEST"}
    _add(
        {
            "quirk-two-extra-members": (
                "Two members beside the rest.",
                dcc(ic="TEST", pn="TEST"),
                accepted("field-unknown"),
            ),
            "quirk-patient-number": (
                "A member pid beside the rest.",
                dcc(pid="TEST-1"),
                accepted("field-unknown"),
            ),
            "quirk-meta-with-nulls": (
                "A map meta, and groups that are null.",
                dcc(v=[dose()], t=None, r=None, meta=meta),
                accepted("field-null", "field-unknown"),
            ),
            "quirk-three-dates-and-a-birth-time": (
                "Null groups, and the birth date with a time.",
                dcc(v=[dose()], t=None, r=None, dob="1990-05-17T00:00:00Z"),
                accepted("field-null", "date-with-time"),
            ),
            "quirk-dose-12": ("Dose 12 of 2.", _dose(dn=12), accepted("dose-past-series")),
            "quirk-sample-tagged-and-fraction": (
                "A tagged time of test with milliseconds.",
                _test(sc=Tagged(0, "2026-01-04T08:30:00.123Z")),
                accepted("field-tagged"),
            ),
            "quirk-fraction-of-2": (
                "A time of test with hundredths of a second.",
                _test(sc="2026-01-04T08:30:00.12Z"),
                accepted(),
            ),
            "quirk-fraction-of-3": (
                "A time of test with milliseconds.",
                _test(sc="2026-01-04T08:30:00.123Z"),
                accepted(),
            ),
            "quirk-date-with-zone": (
                "A date of vaccination with a time and a zone.",
                _dose(dt="2025-12-20T00:00:00+02:00"),
                accepted("date-with-time"),
            ),
            "quirk-birth-year-schema-1.0.0": (
                "A year of birth alone, in schema 1.0.0, which has whole dates only.",
                dcc(ver="1.0.0", dob="1990"),
                accepted("birth-date-partial"),
            ),
            "quirk-birth-date-empty-and-no-forename": (
                "Nothing is known but a surname.",
                dcc(dob="", nam=name(gn="", gnt="")),
                accepted("birth-date-partial"),
            ),
            "quirk-name-padded": (
                "A space after the surname.",
                dcc(nam=name(fn="Nguyễn ")),
                accepted("field-padded"),
            ),
            "quirk-authority-padded": (
                "A line end after the authority.",
                _dose(**{"is": "TEST ministry\n"}),
                accepted("field-padded"),
            ),
            "quirk-country-of-dose": (
                "A dose that was given abroad.",
                _dose(co="FR"),
                accepted("country-mismatch"),
            ),
            "quirk-check-of-2-characters": (
                "Two characters after the mark of the identifier.",
                _dose(ci="URN:UVCI:01:VN:4E5F1A0C#AB"),
                accepted("certificate-id-form", "certificate-id-check"),
            ),
            "quirk-identifier-of-an-older-form": (
                "An identifier with neither prefix nor separators.",
                _dose(ci="01VN4E5F1A0C"),
                accepted("certificate-id-form"),
            ),
            "quirk-antigen-test-by-name-only": (
                "An antigen test with its name and no device.",
                dcc(t=[antigen_test(ma=DROP, nm="TEST kit")]),
                accepted(),
            ),
            "quirk-test-result-time-null": (
                "A null time of result, which schema 1.0.0 had.",
                dcc(ver="1.0.0", t=[nucleic_acid_test(dr=None)]),
                accepted(),
            ),
            "quirk-dose-number-float": (
                "Dose 2.0 of 2: the dose number alone is a float.",
                _dose(dn=2.0),
                accepted("number-float"),
            ),
            "quirk-series-float": (
                "Dose 2 of 2.0: the number of the series alone is a float.",
                _dose(sd=2.0),
                accepted("number-float"),
            ),
            "quirk-time-to-the-minute": (
                "A time of test to the minute, without a zone.",
                _test(sc="2026-01-04T08:30"),
                accepted("date-without-zone"),
            ),
            "quirk-fraction-without-zone": (
                "A time of test with milliseconds and no zone.",
                _test(sc="2026-01-04T08:30:00.123"),
                accepted("date-without-zone"),
            ),
            "quirk-forename-decomposed": (
                "A forename with its accents apart.",
                dcc(nam=name(gn="Va\u0306n Thu\u031b\u0309")),
                accepted("text-not-nfc"),
            ),
            "quirk-authority-decomposed": (
                "An authority with its accents apart.",
                _dose(**{"is": "Bo\u0323\u0302 Y te\u0302\u0301 (TEST)"}),
                accepted("text-not-nfc"),
            ),
            "quirk-authority-with-line-end": (
                "A line end within the authority.",
                _dose(**{"is": "TEST\nministry"}),
                accepted("text-not-printable"),
            ),
            "quirk-authority-200-characters": (
                "An authority of 200 characters.",
                _dose(**{"is": "T" * 200}),
                accepted("field-too-long"),
            ),
            "quirk-viral-vector-as-mrna": (
                "A viral vector with the code of an mRNA product.",
                _dose(mp="EU/1/21/1529", ma="ORG-100001699"),
                accepted("product-prophylaxis-mismatch"),
            ),
            "quirk-mrna-as-viral-vector": (
                "Another mRNA product with the code of a viral vector.",
                _dose(mp="EU/1/20/1507", ma="ORG-100031184", vp="29061000087103"),
                accepted("product-prophylaxis-mismatch"),
            ),
            "quirk-prophylaxis-deprecated-of-another-product": (
                "J07BX03, the deprecated vaccine type, with another product.",
                _dose(mp="EU/1/20/1507", ma="ORG-100031184", vp="J07BX03"),
                accepted("code-deprecated"),
            ),
            "quirk-nucleic-acid-test-of-nothing": (
                "A nucleic acid test with neither name nor device.",
                _test(nm=DROP),
                accepted("test-fields-mismatch"),
            ),
            "quirk-future-sample": (
                "A test of the year after (DGC8 of the EU's list, never written).",
                _test(sc="2027-01-04T08:30:00Z"),
                accepted("event-in-future"),
            ),
            "quirk-standard-name-only-given": (
                "No standard surname beside the written one.",
                dcc(nam=name(fnt=DROP)),
                accepted(),
            ),
        },
        beside=("PP-33",),
        spec=_FORGIVING,
        importance="high",
    )


_kinds()
_versions()
_structure()
_text_fields()
_names()
_birth_dates()
_event_dates()
_doses()
_codes()
_identifiers()
_one_field_at_a_time()
_quirks_of_issuers()
