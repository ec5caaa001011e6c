"""Attestations of dose records: the facility list, who may attest for whom, and which records are attested."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from test_vectors.builder import key
from test_vectors.documents import (
    AT,
    ATTESTATION,
    FACILITY_LIST,
    REVOCATION_LIST,
    TRUST_LIST,
    anchors,
    base64,
    document,
    in_order,
    message,
    signed,
    spki,
)
from test_vectors.encoding import Indefinite, Raw, cbor
from test_vectors.operation import OperationFamily
from test_vectors.signed import anchor_kid

FAMILY: Final = OperationFamily("attestation", "read-attestation", spec="vaxcert attestation")

_ANCHOR, _SECOND, _CLINIC, _PROVINCE, _OTHER = (
    "es256-collision-1",
    "es256-collision-2",
    "es256",
    "es256-recovery",
    "es256-vaccination",
)
_STRANGER: Final = "es256-stranger"
_SIGNED_AT: Final = 1769860800  # 2026-01-31T12:00:00Z
_NOW: Final = 1769947200  # 2026-02-01T12:00:00Z
_FACILITY, _OF_PROVINCE = 1, 2


def _facility_list(*entries: Any, **changes: Any) -> bytes:
    members: dict[Any, Any] = {
        1: 1,
        2: "TEST ministry",
        3: 5,
        4: 1769860800,
        5: 1770465600,
        6: 1772280000,
        7: "test",
        8: sorted(entries or _GRANTS, key=cbor),
    }
    members |= {int(name.removeprefix("label_")): value for name, value in changes.items()}
    return cbor(in_order(members))


def _grant(name: str, *, facilities: Any = None, provinces: Any = None, **changes: Any) -> Raw:
    members = {2: spki(name), 10: facilities, 11: provinces}
    members |= {int(label.removeprefix("label_")): value for label, value in changes.items()}
    return Raw(cbor(in_order(members)))


_GRANTS: Final = (
    _grant(_CLINIC, facilities=["79001"]),
    _grant(_PROVINCE, provinces=["79"]),
    _grant(_OTHER, facilities=["79002"]),
)
_LIST: Final = signed(_facility_list(), _ANCHOR, content_type=FACILITY_LIST)


def _listed(*entries: Any, **changes: Any) -> bytes:
    return signed(_facility_list(*entries, **changes), _ANCHOR, content_type=FACILITY_LIST)


_RECORD: Final = {
    "identity_number": "001185000001",
    "full_name": "Nguyễn Thị Thử Nghiệm",
    "birth_date": "1985-04-03",
    "sex": "female",
    "nationality": "Việt Nam",
    "vaccine": "AstraZeneca",
    "lot": "TEST-001",
    "dose_number": 2,
    "doses_in_series": 2,
    "vaccinated_on": "2021-09-15",
    "facility_code": "79001",
    "province_code": "79",
}
_ENCODED: Final = (
    "vaxcert-dose-1",
    "001185000001",
    "Nguyễn Thị Thử Nghiệm",
    "1985-04-03",
    "female",
    "VN",
    "EU/1/21/1529",
    "TEST-001",
    2,
    2,
    "2021-09-15",
    "79001",
)
_PLACES: Final = (
    "",
    "identity_number",
    "full_name",
    "birth_date",
    "sex",
    "nationality",
    "vaccine",
    "lot",
    "dose_number",
    "doses_in_series",
    "vaccinated_on",
    "facility_code",
)


def _digest(**changes: Any) -> bytes:
    """SHA-256 of the record's array, with other values by the names of the record."""
    values = [changes.get(name, value) for name, value in zip(_PLACES, _ENCODED, strict=True)]
    return hashlib.sha256(cbor(values)).digest()


def _content(*digests: bytes, **changes: Any) -> bytes:
    held = sorted(digests or (_digest(),))
    members: dict[Any, Any] = {1: 1, 2: _FACILITY, 3: "79001", 4: _SIGNED_AT, 5: len(held), 6: b"".join(held)}
    members |= {int(name.removeprefix("label_")): value for name, value in changes.items()}
    return cbor(in_order(members))


def _attested(content: bytes | None = None, name: str = _CLINIC) -> bytes:
    return signed(_content() if content is None else content, name, content_type=ATTESTATION)


def _identifier(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


def _seen(status: str, identifier: str | None = None, **changes: Any) -> dict[str, Any]:
    return {"digest": _digest(**changes).hex(), "status": status, "attestation": identifier}


def _add(
    name: str,
    description: str,
    expected: dict[str, Any],
    *requirements: str,
    facilities: bytes = _LIST,
    attestations: tuple[bytes, ...] = (),
    records: tuple[dict[str, Any], ...] = (),
    at: str = AT,
    **more: Any,
) -> None:
    FAMILY.add(
        name,
        description,
        {
            "facility_list": base64(facilities),
            "anchors": anchors(_ANCHOR),
            "attestations": [base64(one) for one in attestations],
            "records": list(records),
            **more,
        },
        expected,
        context={"at": at},
        requirements=requirements,
    )


def _answer(
    attestations: list[tuple[str | None, str | None]],
    records: list[dict[str, Any]] | None = None,
    **changes: Any,
) -> dict[str, Any]:
    """What is answered: identifier and reason of each attestation, and what is said of each record."""
    reasons = [reason for _, reason in attestations]
    reason = reasons[0] if reasons and None not in reasons else None
    is_unreadable = reason in ("attestation-unreadable", "input-too-long")
    return {
        "outcome": "accepted" if reason is None else "unreadable" if is_unreadable else "refused",
        "reason": reason,
        "overdue": False,
        "entries": 3,
        "problems": [],
        "attestations": [{"identifier": one, "reason": why} for one, why in attestations],
        "records": records or [],
        **changes,
    }


def _not_read(reason: str) -> dict[str, Any]:
    return {"outcome": "unreadable" if reason == "trust-list-unreadable" else "refused", "reason": reason}


_PASSED: Final = (_identifier(_content()), None)


def _lists() -> None:
    good = _answer([_PASSED])
    right = (_attested(),)
    _add(
        "list-and-attestation",
        "A facility list, and an attestation by a facility that it names.",
        good,
        "AT-7",
        "AT-8",
        "AT-15",
        "AT-16",
        "AT-18",
        "AT-19",
        attestations=right,
    )
    refused: tuple[tuple[str, str, bytes, str, str], ...] = (
        (
            "trust-list",
            "A facility list that is signed as a trust list.",
            signed(_facility_list(), _ANCHOR, content_type=TRUST_LIST),
            "trust-list-unreadable",
            "AT-7 AT-11",
        ),
        (
            "revocation-list",
            "A facility list that is signed as a revocation list.",
            signed(_facility_list(), _ANCHOR, content_type=REVOCATION_LIST),
            "trust-list-unreadable",
            "AT-7",
        ),
        (
            "cut-short",
            "The last byte of the facility list is missing.",
            _LIST[:-1],
            "trust-list-unreadable",
            "AT-7",
        ),
        (
            "byte-more",
            "A byte after the end of the facility list.",
            _LIST + b"\x00",
            "trust-list-unreadable",
            "AT-7",
        ),
        (
            "by-a-stranger",
            "The facility list is signed by a stranger and by no anchor.",
            signed(_facility_list(), _STRANGER, content_type=FACILITY_LIST),
            "trust-list-signature",
            "AT-7",
        ),
        (
            "by-a-facility",
            "The facility list is signed by a facility that is on it and by no anchor.",
            signed(_facility_list(), _CLINIC, content_type=FACILITY_LIST),
            "trust-list-signature",
            "AT-7 AT-11",
        ),
        (
            "ends-before-due",
            "The facility list ends a second before its next edition is due.",
            _listed(label_6=1770465599),
            "trust-list-unreadable",
            "AT-7",
        ),
        (
            "unknown-critical",
            "The facility list has a critical member that is not known.",
            _listed(label_0=[20], label_20=1),
            "trust-list-unreadable",
            "AT-7",
        ),
        (
            "format-2",
            "The format of the facility list is 2.",
            _listed(label_1=2),
            "trust-list-unreadable",
            "AT-7",
        ),
        (
            "without-number",
            "The facility list has no number.",
            _listed(label_3=None),
            "trust-list-unreadable",
            "AT-7",
        ),
    )
    for name, description, facilities, reason, requirements in refused:
        _add(
            f"list-{name}",
            description,
            _not_read(reason),
            *requirements.split(),
            facilities=facilities,
            attestations=right,
        )
    _add("list-no-anchor", "No anchor is pinned.", _not_read("anchor-missing"), "AT-7", anchors=[])
    _add(
        "list-of-tests-where-production",
        "A list for tests, production is expected.",
        _not_read("trust-list-environment"),
        "AT-7",
        environment="production",
    )
    both = anchors(_ANCHOR, _SECOND)
    _add(
        "list-one-of-two",
        "Two anchors are needed, one signed.",
        _not_read("trust-list-threshold"),
        "AT-7",
        anchors=both,
        threshold=2,
    )
    twice = signed(_facility_list(), _ANCHOR, _SECOND, content_type=FACILITY_LIST)
    _add(
        "list-two-of-two",
        "Two anchors are needed, both signed.",
        good,
        "AT-7",
        facilities=twice,
        attestations=right,
        anchors=both,
        threshold=2,
    )
    overdue = {**good, "overdue": True}
    for name, description, at, expected in (
        ("due", "The next edition of the facility list is due this second.", "2026-02-07T12:00:00Z", good),
        ("overdue", "The next edition was due a second ago: a warning.", "2026-02-07T12:00:01Z", overdue),
        ("ends", "This is the last second of the facility list.", "2026-02-28T12:00:00Z", overdue),
        (
            "ended",
            "The facility list ended a second ago: nothing can be checked by it.",
            "2026-02-28T12:00:01Z",
            _not_read("stale-trust-list"),
        ),
    ):
        _add(
            f"list-{name}",
            description,
            expected,
            "AT-12",
            attestations=right,
            at=at,
        )
    before = base64(_LIST)
    for name, description, facilities, ok in (
        ("next-edition", "A facility list with the next number follows.", _listed(label_3=6), True),
        ("same-edition", "The same facility list again.", _LIST, True),
        (
            "lower-number",
            "A facility list with a lower number than the one before.",
            _listed(label_3=4),
            False,
        ),
        (
            "earlier",
            "A facility list with a higher number that was issued a second earlier.",
            _listed(label_3=6, label_4=1769860799),
            False,
        ),
        (
            "same-number-other-content",
            "A facility list with the same number and another grant.",
            _listed(*_GRANTS[:2]),
            False,
        ),
    ):
        expected = _answer([]) if ok else _not_read("trust-list-rollback")
        _add(
            f"list-after-{name}",
            description,
            expected,
            "AT-13",
            "AT-14",
            facilities=facilities,
            previous=before,
        )


def _entries() -> None:
    good = _grant(_CLINIC, facilities=["79001"])
    bad: tuple[tuple[str, str, Any, str], ...] = (
        ("nothing-granted", "neither facility nor province", _grant(_OTHER), "trust-entry-unreadable"),
        (
            "no-facilities",
            "an empty array of facilities",
            _grant(_OTHER, facilities=[]),
            "trust-entry-unreadable",
        ),
        (
            "code-blank",
            "a blank before a code",
            _grant(_OTHER, facilities=[" 79002"]),
            "trust-entry-unreadable",
        ),
        (
            "code-41",
            "a code of 41 characters",
            _grant(_OTHER, facilities=["7" * 41]),
            "trust-entry-unreadable",
        ),
        (
            "code-not-nfc",
            "a code that is not in NFC",
            _grant(_OTHER, facilities=["e\u0301"]),
            "trust-entry-unreadable",
        ),
        (
            "dates-reversed",
            "an end before its start",
            _grant(_OTHER, facilities=["79002"], label_7=2, label_8=1),
            "trust-entry-unreadable",
        ),
        ("p384", "a key of P-384", _grant("p384", facilities=["79002"]), "key-type"),
        ("rsa-2047", "an RSA key of 2047 bits", _grant("rsa-2047", facilities=["79002"]), "weak-signature"),
        (
            "key-cut-short",
            "a key that lacks its last byte",
            _grant(_OTHER, facilities=["79002"], label_2=spki(_OTHER)[:-1]),
            "trust-entry-unreadable",
        ),
        (
            "critical",
            "a critical member that is not known",
            _grant(_OTHER, facilities=["79002"], label_0=[20], label_20=1),
            "trust-entry-unreadable",
        ),
        (
            "status-2",
            "the status 2",
            _grant(_OTHER, facilities=["79002"], label_9=2),
            "trust-entry-unreadable",
        ),
    )
    for name, description, entry, problem in bad:
        _add(
            f"bad-entry-{name}",
            f"Of two entries one has {description}: it is reported, and the other still counts.",
            _answer([_PASSED], entries=2, problems=[problem]),
            "AT-8",
            "AT-9",
            facilities=_listed(good, entry),
            attestations=(_attested(),),
        )


def _attestations() -> None:
    content = _content()
    unreadable, signature = "attestation-unreadable", "attestation-signature"
    two = sorted((_digest(), _digest(lot="TEST-002")))
    other = _content(label_3="79002")
    cases: tuple[tuple[str, str, bytes, str, str], ...] = (
        ("cut-short", "The last byte of the attestation is missing.", _attested()[:-1], unreadable, "AT-15"),
        ("byte-more", "A byte after the end of the attestation.", _attested() + b"\x00", unreadable, "AT-15"),
        (
            "two-signatures",
            "The attestation has two signatures, by two facilities of the list.",
            signed(content, _CLINIC, _OTHER, content_type=ATTESTATION),
            unreadable,
            "AT-15",
        ),
        (
            "as-trust-list",
            "An attestation that is signed as a trust list.",
            signed(content, _CLINIC, content_type=TRUST_LIST),
            unreadable,
            "AT-15",
        ),
        (
            "count-wrong",
            "The count of digests is one more than there are.",
            _attested(_content(label_5=2)),
            unreadable,
            "AT-16",
        ),
        (
            "count-0",
            "The attestation holds no digest and counts none.",
            _attested(_content(label_5=0, label_6=b"")),
            unreadable,
            "AT-16",
        ),
        (
            "digest-31",
            "The digest has 31 bytes.",
            _attested(_content(label_6=_digest()[:31])),
            unreadable,
            "AT-16",
        ),
        (
            "member-more",
            "The attestation has a seventh member, which is not specified.",
            _attested(_content(label_7=1)),
            unreadable,
            "AT-16",
        ),
        (
            "member-less",
            "The attestation does not say when it was issued.",
            _attested(_content(label_4=None)),
            unreadable,
            "AT-16",
        ),
        (
            "scope-3",
            "The scope is 3, neither facility nor province.",
            _attested(_content(label_2=3)),
            unreadable,
            "AT-16",
        ),
        (
            "code-empty",
            "The code of the facility is empty.",
            _attested(_content(label_3="")),
            unreadable,
            "AT-16",
        ),
        (
            "no-length",
            "The map is written in the indefinite-length form, which is not the deterministic one.",
            _attested(cbor(Indefinite({1: 1, 2: 1, 3: "79001", 4: _SIGNED_AT, 5: 1, 6: _digest()}))),
            unreadable,
            "AT-16",
        ),
        (
            "out-of-order",
            "Two digests stand in descending order.",
            _attested(_content(*two, label_6=b"".join(two[::-1]))),
            unreadable,
            "AT-17",
        ),
        (
            "digest-twice",
            "One digest is there twice.",
            _attested(_content(*two, label_6=two[0] * 2)),
            unreadable,
            "AT-17",
        ),
        (
            "by-a-stranger",
            "The attestation is signed by a key that the list does not have.",
            _attested(name=_STRANGER),
            "attester-unknown",
            "AT-8",
        ),
        (
            "by-the-anchor",
            "The attestation is signed by the anchor of the list, which attests nothing.",
            _attested(name=_ANCHOR),
            "attester-unknown",
            "AT-11",
        ),
        (
            "by-a-stranger-and-damaged",
            "A key that the list does not have has signed what is no attestation: nobody looks at it.",
            _attested(b"\x00", _STRANGER),
            "attester-unknown",
            "AT-8",
        ),
        (
            "other-content",
            "The attester's signature is over another content than is there.",
            document(content, [message(_CLINIC, content, ATTESTATION, over=content + b"x")]),
            signature,
            "AT-15",
        ),
        (
            "under-another-name",
            "A stranger signed under the key identifier of a facility of the list.",
            document(
                content, [message(_STRANGER, content, ATTESTATION, header={4: anchor_kid(key(_CLINIC))})]
            ),
            signature,
            "AT-15",
        ),
        (
            "flipped",
            "One bit of the signature is flipped.",
            document(
                content,
                [
                    message(
                        _CLINIC, content, ATTESTATION, tamper=lambda made: made[:-1] + bytes([made[-1] ^ 1])
                    )
                ],
            ),
            signature,
            "AT-15",
        ),
        (
            "of-another-facility",
            "The clinic attests for another facility.",
            _attested(other),
            "attester-not-authorised",
            "AT-8",
        ),
        (
            "of-a-province",
            "The clinic attests as a province of its code.",
            _attested(_content(label_2=_OF_PROVINCE)),
            "attester-not-authorised",
            "AT-8",
        ),
        (
            "of-a-facility-by-its-province",
            "The province signs in the name of a facility.",
            _attested(name=_PROVINCE),
            "attester-not-authorised",
            "AT-8",
        ),
    )
    for name, description, data, reason, requirement in cases:
        _add(f"attestation-{name}", description, _answer([(None, reason)]), requirement, attestations=(data,))
    province = _content(label_2=_OF_PROVINCE, label_3="79")
    _add(
        "attestation-by-a-province",
        "A province that the list grants attests in its own name.",
        _answer([(_identifier(province), None)]),
        "AT-8",
        "AT-16",
        attestations=(_attested(province, _PROVINCE),),
    )
    pair = _content(*two)
    _add(
        "attestation-of-two",
        "Two digests, in ascending order.",
        _answer([(_identifier(pair), None)]),
        "AT-17",
        attestations=(_attested(pair),),
    )
    clinic = message(_CLINIC, content, ATTESTATION, tamper=_other_signature)
    _add(
        "attestation-signature-made-over",
        "n - s instead of s: the signature still verifies, and the identifier is the same.",
        _answer([_PASSED]),
        "AT-18",
        attestations=(document(content, [clinic]),),
    )
    moments: tuple[tuple[str, str, int, str | None], ...] = (
        ("in-future-by-300", "Issued 300 seconds from now, by which clocks may differ.", _NOW + 300, None),
        (
            "in-future-by-301",
            "Issued 301 seconds from now, a second more than clocks may differ by.",
            _NOW + 301,
            "attestation-in-future",
        ),
        ("in-future-by-a-day", "Issued a day from now.", _NOW + 86_400, "attestation-in-future"),
        (
            "in-future-by-years",
            "Issued in the last second of the year 9999; adding a tolerance to that must not overflow.",
            253402300799,
            "attestation-in-future",
        ),
    )
    for moment, description, issued, why in moments:
        made = _content(label_4=issued)
        identifier = None if why else _identifier(made)
        _add(
            f"attestation-{moment}",
            description,
            _answer([(identifier, why)]),
            "AT-21",
            attestations=(_attested(made),),
        )


_P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def _other_signature(made: bytes) -> bytes:
    s = int.from_bytes(made[32:], "big")
    return made[:32] + (_P256_ORDER - s).to_bytes(32, "big")


def _grants() -> None:
    signed_at, late, ended = _SIGNED_AT, "attester-not-in-date", "attester-withdrawn"
    both: tuple[tuple[str, str, tuple[Any, ...], str | None, str], ...] = (
        (
            "starts-then",
            "The grant starts the very second the attestation was issued.",
            (_grant(_CLINIC, facilities=["79001"], label_7=signed_at),),
            None,
            "AT-8 AT-21",
        ),
        (
            "starts-later",
            "The grant starts a second after the attestation was issued.",
            (_grant(_CLINIC, facilities=["79001"], label_7=signed_at + 1),),
            late,
            "AT-8 AT-21",
        ),
        (
            "ends-then",
            "The grant ended the very second the attestation was issued, a day ago.",
            (_grant(_CLINIC, facilities=["79001"], label_8=signed_at),),
            None,
            "AT-8 AT-21",
        ),
        (
            "ended-before",
            "The grant ended a second before the attestation was issued.",
            (_grant(_CLINIC, facilities=["79001"], label_8=signed_at - 1),),
            late,
            "AT-8 AT-21",
        ),
        (
            "do-not-add-up",
            "One grant names the facility and has ended; another is in date for another facility.",
            (_grant(_CLINIC, facilities=["79001"], label_8=1), _grant(_CLINIC, facilities=["79009"])),
            late,
            "AT-8",
        ),
        (
            "one-of-two",
            "Of two grants of one key for this facility one had ended, the other is in date: one is enough.",
            (
                _grant(_CLINIC, facilities=["79001"], label_8=1),
                _grant(_CLINIC, facilities=["79001", "79009"]),
            ),
            None,
            "AT-8",
        ),
        (
            "withdrawn",
            "The entry withdraws the key that signed.",
            (_grant(_CLINIC, facilities=["79001"], label_9=1),),
            ended,
            "AT-10",
        ),
        (
            "withdrawn-by-another-entry",
            "One entry grants the key this facility, another entry withdraws the key.",
            (_grant(_CLINIC, facilities=["79001"]), _grant(_CLINIC, facilities=["79009"], label_9=1)),
            ended,
            "AT-10",
        ),
        (
            "withdrawn-by-a-bad-entry",
            "An entry that is bad, for it grants nothing, withdraws the key that another entry grants.",
            (_grant(_CLINIC, facilities=["79001"]), _grant(_CLINIC, label_9=1)),
            ended,
            "AT-10",
        ),
    )
    for name, description, grants, reason, requirements in both:
        problems = ["trust-entry-unreadable"] if "bad-entry" in name else []
        expected = _answer([(None, reason) if reason else _PASSED], entries=len(grants), problems=problems)
        _add(
            f"grant-{name}",
            description,
            expected,
            *requirements.split(),
            facilities=_listed(*grants),
            attestations=(_attested(),),
        )


def _records() -> None:
    clinic = _content()
    of_clinic = _identifier(clinic)

    def looked_up(
        name: str, description: str, record: dict[str, Any], seen: dict[str, Any], *requirements: str
    ) -> None:
        _add(
            f"record-{name}",
            description,
            _answer([_PASSED], [seen]),
            *requirements,
            attestations=(_attested(clinic),),
            records=(record,),
        )

    attested = _seen("attested", of_clinic)
    same: tuple[tuple[str, str, dict[str, Any], str], ...] = (
        ("as-attested", "The record as it was attested.", {}, "AT-1 AT-22"),
        (
            "blanks-around",
            "The record looked up has blanks around its texts: the digest is the same.",
            {"full_name": " Nguyễn Thị Thử Nghiệm ", "lot": "TEST-001 "},
            "AT-2",
        ),
        (
            "not-nfc",
            "The name in the record looked up is in NFD, with marks apart: the digest is the same.",
            {"full_name": "Nguye\u0302\u0303n Thi\u0323 Thu\u031b\u0309 Nghie\u0323\u0302m"},
            "AT-2",
        ),
        (
            "vaccine-other-spelling",
            "The vaccine is written in small letters: the digest is the same.",
            {"vaccine": "astrazeneca"},
            "AT-3",
        ),
        (
            "vaccine-by-product",
            "The vaccine is given by the name of its product: the digest is the same.",
            {"vaccine": "Vaxzevria"},
            "AT-3",
        ),
        (
            "nationality-not-given",
            "The record says no nationality, which counts as VN: the digest is the same.",
            {"nationality": None},
            "AT-4",
        ),
        (
            "nationality-without-marks",
            "The nationality is Viet Nam without marks: the digest is the same.",
            {"nationality": "Viet Nam"},
            "AT-4",
        ),
        (
            "nationality-in-one-word",
            "The nationality is Vietnam in one word: the digest is the same.",
            {"nationality": "Vietnam"},
            "AT-4",
        ),
        (
            "nationality-alpha-3",
            "The nationality is the alpha-3 code VNM: the digest is the same.",
            {"nationality": "VNM"},
            "AT-4",
        ),
        (
            "number-of-a-spreadsheet",
            "The identity number is a number of a spreadsheet, which has lost its zeros: they are put back.",
            {"identity_number": "1185000001", "identity_number_was_numeric": True},
            "AT-5",
        ),
        (
            "other-province",
            "The record names another province, which is not in the digest.",
            {"province_code": "38"},
            "AT-6",
        ),
    )
    for name, description, changes, requirements in same:
        looked_up(name, description, {**_RECORD, **changes}, attested, *requirements.split())
    missing = "attestation-missing"
    differing: tuple[tuple[str, str, dict[str, Any], dict[str, Any], str], ...] = (
        (
            "other-case",
            "The name is in capitals: case counts, so the digest is another.",
            {"full_name": "NGUYỄN THỊ THỬ NGHIỆM"},
            {},
            "AT-2",
        ),
        ("without-lot", "The record has no lot: the digest is another.", {"lot": None}, {}, "AT-1 AT-2"),
        (
            "other-lot",
            "The record has another lot: the digest is another, and nobody attests it.",
            {"lot": "TEST-002"},
            {},
            "AT-1 AT-25 AT-26",
        ),
        (
            "other-dose",
            "The record is of another dose: the digest is another.",
            {"dose_number": 1},
            {},
            "AT-1",
        ),
        (
            "birth-year-only",
            "The record has the year of birth only: the digest is another.",
            {"birth_date": "1985"},
            {},
            "AT-1",
        ),
        (
            "nationality-of-laos",
            "The nationality is LAO, which becomes LA: the digest is another.",
            {"nationality": "LAO"},
            {"nationality": "LA"},
            "AT-4",
        ),
        (
            "vaccine-of-no-set",
            "A vaccine that the value set does not have stays as it is: the digest is another.",
            {"vaccine": "TEST vaccine"},
            {},
            "AT-3",
        ),
        (
            "number-as-text",
            "The identity number is a text without zeros: nothing is put back, so the digest is another.",
            {"identity_number": "1185000001"},
            {},
            "AT-5",
        ),
    )
    for name, description, changes, encoded, requirements in differing:
        seen = _seen(missing, None, **{**changes, **encoded})
        looked_up(name, description, {**_RECORD, **changes}, seen, *requirements.split())
    stranger = _content(label_3="79002")
    _add(
        "record-attested-by-another",
        "The record's digest is in the attestation of another facility only.",
        _answer([(_identifier(stranger), None)], [_seen("attestation-not-authorised")]),
        "AT-20",
        "AT-22",
        attestations=(_attested(stranger, _OTHER),),
        records=(_RECORD,),
    )
    province = _content(label_2=_OF_PROVINCE, label_3="79")
    of_province = _identifier(province)
    _add(
        "record-attested-by-its-province",
        "The province of the record's facility attests it.",
        _answer([(of_province, None)], [_seen("attested", of_province)]),
        "AT-22",
        attestations=(_attested(province, _PROVINCE),),
        records=(_RECORD,),
    )
    _add(
        "record-of-another-province",
        "The record's digest is in the attestation of another province only.",
        _answer([(of_province, None)], [_seen("attestation-not-authorised")]),
        "AT-22",
        attestations=(_attested(province, _PROVINCE),),
        records=({**_RECORD, "province_code": "38"},),
    )
    unplaced = {**_RECORD, "province_code": None}
    _add(
        "record-of-no-province-attested-by-one",
        "A province attests the record, which does not say in which province its facility is.",
        _answer([(of_province, None)], [_seen("attestation-not-authorised")]),
        "AT-22",
        attestations=(_attested(province, _PROVINCE),),
        records=(unplaced,),
    )
    earlier = _content(label_4=_SIGNED_AT - 1)
    first = _identifier(earlier)
    for name, order in (("first", (earlier, clinic)), ("last", (clinic, earlier))):
        _add(
            f"record-in-two-the-earlier-{name}",
            f"Two attestations have the record, the earlier one handed in {name}: the earlier one is named.",
            _answer([(_identifier(one), None) for one in order], [_seen("attested", first)]),
            "AT-23",
            attestations=tuple(map(_attested, order)),
            records=(_RECORD,),
        )
    lowest = min(of_clinic, of_province)
    _add(
        "record-in-two-of-one-second",
        "Two attestations of one second have the record: the one with the lower identifier is named.",
        _answer([(of_clinic, None), (of_province, None)], [_seen("attested", lowest)]),
        "AT-23",
        attestations=(_attested(clinic), _attested(province, _PROVINCE)),
        records=(_RECORD,),
    )
    _add(
        "record-beside-a-bad-one",
        "Two attestations do not pass, which keeps nobody from using the third.",
        _answer(
            [(None, "attestation-unreadable"), (None, "attester-unknown"), _PASSED],
            [_seen("attested", of_clinic)],
        ),
        "AT-24",
        attestations=(_attested()[:-1], _attested(name=_STRANGER), _attested()),
        records=(_RECORD,),
    )
    _add(
        "record-only-in-a-bad-one",
        "The record's digest is only in an attestation that does not pass.",
        _answer([(None, "attester-unknown")], [_seen(missing)]),
        "AT-22",
        "AT-24",
        attestations=(_attested(name=_STRANGER),),
        records=(_RECORD,),
    )


_lists()
_entries()
_attestations()
_grants()
_records()
