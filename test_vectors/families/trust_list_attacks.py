"""What is tried on those who keep trust lists: old editions, held back ones, cut ones, mixed ones, withdrawn keys."""

from __future__ import annotations

from typing import Any, Final

from test_vectors.builder import key
from test_vectors.documents import (
    anchors,
    bare,
    base64,
    certified,
    digest,
    document,
    message,
    signed,
    spki,
    trust_list,
)
from test_vectors.families.trust_list import (
    STRANGER,
    A,
    B,
    C,
    bare_key,
    list_not_read,
    list_read,
    listed_key,
)
from test_vectors.operation import OperationFamily

FAMILY: Final = OperationFamily(
    "trust-list-attacks",
    "read-trust-list",
    spec="vaxcert trust list, sections 4, 5 and 7",
)

_ROLLBACK: Final = "trust-list-rollback"
_SHRUNK: Final = "trust-list-shrunk"
_MIXED: Final = "trust-list-mixed"
_STALE: Final = "stale-trust-list"
_ENVIRONMENT: Final = "trust-list-environment"
_ENTRY: Final = certified("es256")
_READ: Final = listed_key("es256")
_NOON: Final = "2026-02-01T12:00:00Z"
_FIVE: Final = ("es256", "es256-recovery", "es256-vaccination", "es256-no-purpose", "es256-foreign-purpose")


def _add(
    name: str,
    description: str,
    data: bytes,
    expected: dict[str, Any] | str,
    *requirements: str,
    at: str = _NOON,
    previous: bytes | None = None,
    pinned: tuple[str, ...] = (A,),
    **more: Any,
) -> None:
    given: dict[str, Any] = {"document": base64(data), "anchors": anchors(*pinned), **more}
    if previous is not None:
        given["previous"] = {"document": base64(previous)}
    FAMILY.add(
        name,
        description,
        given,
        list_not_read(expected) if isinstance(expected, str) else expected,
        context={"at": at},
        requirements=requirements,
    )


def _edition(*entries: Any, signers: tuple[str, ...] = (A,), **changes: Any) -> bytes:
    return signed(trust_list(*(entries or (_ENTRY,)), **changes), *signers)


def _rollback() -> None:
    held = _edition()
    cases: tuple[tuple[str, str, bytes, dict[str, Any] | str, str], ...] = (
        (
            "next-number",
            "The edition after the one held.",
            _edition(label_3=8, label_4=1769860801),
            list_read(_READ, number=8),
            "TL-30 TL-31 TL-37",
        ),
        (
            "next-number-same-date",
            "The next edition, of the same second.",
            _edition(label_3=8),
            list_read(_READ, number=8),
            "TL-31",
        ),
        (
            "number-leaps",
            "An edition whose number leaps far ahead.",
            _edition(label_3=700),
            list_read(_READ, number=700),
            "TL-30 TL-31",
        ),
        (
            "lower-number",
            "The edition before the one held, with a lower number and an earlier date.",
            _edition(label_3=6),
            _ROLLBACK,
            "TL-31 TL-37",
        ),
        (
            "lower-number-later-date",
            "An edition with a lower number and a later date.",
            _edition(label_3=6, label_4=1769860801),
            _ROLLBACK,
            "TL-31",
        ),
        (
            "higher-number-earlier-date",
            "An edition with a higher number that was issued a second earlier.",
            _edition(label_3=8, label_4=1769860799),
            _ROLLBACK,
            "TL-31",
        ),
        ("same-edition", "The very same edition again.", held, list_read(_READ), "TL-32"),
        (
            "same-number-other-entries",
            "The same number with another entry.",
            _edition(certified(STRANGER)),
            _ROLLBACK,
            "TL-30 TL-32",
        ),
        (
            "same-number-other-limit",
            "The same number, and one key may do more.",
            _edition(certified("es256", label_5=[2])),
            _ROLLBACK,
            "TL-32",
        ),
        (
            "same-number-other-end",
            "The same number, usable longer.",
            _edition(label_6=1772280001),
            _ROLLBACK,
            "TL-32",
        ),
        (
            "same-number-other-withdrawals",
            "The same number with a withdrawal.",
            _edition(label_9=[b"TESTgone"]),
            _ROLLBACK,
            "TL-32",
        ),
        (
            "same-number-other-companions",
            "The same number with a companion.",
            _edition(label_11={"rules": {1: bytes(32)}}),
            _ROLLBACK,
            "TL-32",
        ),
    )
    for name, description, data, expected, requirements in cases:
        _add(f"rollback-{name}", description, data, expected, *requirements.split(), previous=held)
    content = trust_list(_ENTRY)
    _add(
        "rollback-same-edition-signed-once-more",
        "The same edition with one more signature.",
        signed(content, A, B),
        list_read(_READ),
        "TL-7",
        "TL-32",
        "TL-41",
        previous=held,
        pinned=(A, B),
    )
    _add(
        "rollback-same-edition-signed-by-another",
        "The same edition, signed by the other anchor.",
        signed(content, B),
        list_read(_READ),
        "TL-32",
        previous=held,
        pinned=(A, B),
    )
    _add(
        "rollback-not-signed-by-the-anchor",
        "The next edition by a stranger: the good one stays.",
        _edition(label_3=8, signers=(STRANGER,)),
        "trust-list-signature",
        "TL-37",
        previous=held,
    )


def _freeze() -> None:
    cases: tuple[tuple[str, str, str, dict[str, Any] | str], ...] = (
        ("due-this-second", "A newer edition is due this second.", "2026-02-07T12:00:00Z", list_read(_READ)),
        (
            "due-a-second-ago",
            "A newer edition was due a second ago.",
            "2026-02-07T12:00:01Z",
            list_read(_READ, overdue=True),
        ),
        ("ends-this-second", "It ends this second.", "2026-02-28T12:00:00Z", list_read(_READ, overdue=True)),
        ("ended-a-second-ago", "It ended a second ago.", "2026-02-28T12:00:01Z", _STALE),
        ("ended-long-ago", "It ended a year ago.", "2027-02-28T12:00:00Z", _STALE),
        (
            "from-the-future",
            "It was issued later than this clock says: it is new, whatever the clock says.",
            "2025-12-31T00:00:00Z",
            list_read(_READ),
        ),
    )
    for name, description, at, expected in cases:
        _add(f"freeze-{name}", description, _edition(), expected, "TL-12", "TL-33", at=at)
    _add(
        "freeze-newer-and-ended",
        "A newer edition than the one held, which ended a second ago.",
        _edition(label_3=8),
        _STALE,
        "TL-33",
        "TL-37",
        previous=_edition(),
        at="2026-02-28T12:00:01Z",
    )


def _shrink() -> None:
    held = _edition(*map(certified, _FIVE))
    purposes = {
        "es256": ["recovery", "test", "vaccination"],
        "es256-recovery": ["recovery"],
        "es256-vaccination": ["vaccination"],
        "es256-no-purpose": ["recovery", "test", "vaccination"],
        "es256-foreign-purpose": ["recovery", "test", "vaccination"],
    }
    read = {name: listed_key(name, kinds=kinds) for name, kinds in purposes.items()}

    def edition(*names: str, **changes: Any) -> bytes:
        return _edition(*map(certified, names), label_3=8, **changes)

    def taken(*names: str, **changes: Any) -> dict[str, Any]:
        return list_read(*(read[name] for name in names), number=8, **changes)

    four, three, two = _FIVE[:4], _FIVE[:3], _FIVE[:2]
    gone = [digest(key(name).certificate) for name in _FIVE[3:]]
    _add(
        "shrink-one-of-five",
        "One of five keys is gone, a fifth may be.",
        edition(*four),
        taken(*four),
        "TL-34",
        previous=held,
    )
    _add(
        "shrink-two-of-five",
        "Two of five keys are gone.",
        edition(*three),
        _SHRUNK,
        "TL-34",
        "TL-37",
        previous=held,
    )
    _add(
        "shrink-two-of-five-allowed",
        "Two of five keys are gone, and half may be.",
        edition(*three),
        taken(*three),
        "TL-34",
        previous=held,
        share=0.5,
    )
    _add(
        "shrink-three-of-five-of-half",
        "Three of five keys are gone, and half may be.",
        edition(*two),
        _SHRUNK,
        "TL-34",
        previous=held,
        share=0.5,
    )
    _add(
        "shrink-three-of-five-of-any",
        "Three of five keys are gone, and all may be.",
        edition(*two),
        taken(*two),
        "TL-34",
        previous=held,
        share=None,
    )
    _add(
        "shrink-withdrawn",
        "Two of five keys are gone, and withdrawn openly.",
        edition(*three, label_9=sorted(gone)),
        taken(*three, withdrawn=sorted(one.hex() for one in gone)),
        "TL-34",
        "TL-25",
        previous=held,
    )
    _add(
        "shrink-one-withdrawn-two-not",
        "One of three vanished keys is withdrawn.",
        edition(*two, label_9=[gone[0]]),
        _SHRUNK,
        "TL-34",
        previous=held,
    )
    _add(
        "shrink-to-nothing",
        "No key is left, and nothing is withdrawn.",
        signed(trust_list(label_3=8), A),
        "trust-list-empty",
        "TL-34",
        previous=held,
    )
    _add(
        "empty-first-edition",
        "A first edition without any key.",
        signed(trust_list(), A),
        "trust-list-empty",
        "TL-34",
    )
    _add(
        "empty-but-for-problems",
        "A first edition whose one entry cannot be read.",
        _edition(bare("p384")),
        "trust-list-empty",
        "TL-20",
        "TL-40",
    )
    _add(
        "withdrawals-only",
        "An edition that only withdraws is a list.",
        signed(trust_list(label_9=[b"TESTgone"]), A),
        list_read(withdrawn=[b"TESTgone".hex()]),
        "TL-25",
    )


def _mixed() -> None:
    rules, revocation = digest(b"TEST rules"), digest(b"TEST revocation")
    both = _edition(label_11={"rules": {1: rules, 2: 3}, "revocation": {1: revocation}})
    cases: tuple[tuple[str, str, dict[str, bytes], dict[str, Any] | str], ...] = (
        ("both", "Both companions it names.", {"rules": rules, "revocation": revocation}, list_read(_READ)),
        ("one", "One of two companions it names.", {"rules": rules}, list_read(_READ)),
        ("other-rules", "Rules of another edition.", {"rules": digest(b"other")}, _MIXED),
        (
            "swapped",
            "The two companions under each other's names.",
            {"rules": revocation, "revocation": rules},
            _MIXED,
        ),
        (
            "one-right-one-not",
            "One right companion, and one of another edition.",
            {"rules": rules, "revocation": digest(b"other")},
            _MIXED,
        ),
        ("not-named", "A companion that it does not name.", {"value-sets": rules}, _MIXED),
    )
    for name, description, given, expected in cases:
        companions = {one: value.hex() for one, value in given.items()}
        _add(f"companions-{name}", description, both, expected, "TL-29", "TL-35", companions=companions)
    _add(
        "companions-of-a-list-without",
        "A companion, and a list that names none.",
        _edition(),
        _MIXED,
        "TL-29",
        "TL-35",
        companions={"rules": rules.hex()},
    )


def _environments() -> None:
    tests, production = _edition(label_7="test"), _edition()
    later_tests, later = _edition(label_3=8, label_7="test"), _edition(label_3=8)
    _add(
        "environment-tests-after-production",
        "A list for tests in the place of one for production.",
        later_tests,
        _ENVIRONMENT,
        "TL-36",
        previous=production,
    )
    _add(
        "environment-production-after-tests",
        "A list for production in the place of one for tests.",
        later,
        _ENVIRONMENT,
        "TL-36",
        previous=tests,
    )
    _add(
        "environment-tests-after-tests",
        "A list for tests in the place of one for tests.",
        later_tests,
        list_read(_READ, number=8, environment="test"),
        "TL-36",
        previous=tests,
    )


def _withdrawn() -> None:
    plain = _edition()
    certificate = digest(key("es256").certificate)
    held_as_bare = _edition(bare("es256", b"TESTkid1"))
    gone = {**_READ, "withdrawn": True}
    cases: tuple[tuple[str, str, bytes, bytes, dict[str, Any], str], ...] = (
        (
            "by-entry",
            "Another list has the key with status 1.",
            plain,
            _edition(certified("es256", label_9=1)),
            gone,
            "TL-23",
        ),
        (
            "by-bad-entry",
            "Another list has the key with status 1 in an entry that is bad otherwise.",
            plain,
            _edition(certified(STRANGER), certified("es256", label_4="LA", label_9=1)),
            gone,
            "TL-23",
        ),
        (
            "by-digest",
            "Another list withdraws the certificate by its digest.",
            plain,
            _edition(certified(STRANGER), label_9=[certificate]),
            gone,
            "TL-25",
        ),
        (
            "by-identifier",
            "Another list withdraws every key of its identifier.",
            plain,
            _edition(certified(STRANGER), label_9=[certificate[:8]]),
            gone,
            "TL-25",
        ),
        (
            "by-other-digest",
            "Another list withdraws another key.",
            plain,
            _edition(certified(STRANGER), label_9=[digest(key(B).certificate)]),
            _READ,
            "TL-25",
        ),
        (
            "bare-by-entry",
            "Another list has the bare key with status 1 under its identifier.",
            held_as_bare,
            _edition(bare("es256", b"TESTkid1", label_9=1)),
            bare_key("es256", withdrawn=True),
            "TL-23",
        ),
        (
            "bare-by-digest",
            "Another list withdraws the bare key by the digest of its SubjectPublicKeyInfo.",
            held_as_bare,
            _edition(certified(STRANGER), label_9=[digest(spki("es256"))]),
            bare_key("es256", withdrawn=True),
            "TL-25",
        ),
        (
            "bare-by-identifier",
            "Another list withdraws the bare key by its identifier.",
            held_as_bare,
            _edition(certified(STRANGER), label_9=[b"TESTkid1"]),
            bare_key("es256", withdrawn=True),
            "TL-25",
        ),
    )
    for name, description, data, beside, expected, requirement in cases:
        _add(
            f"withdrawn-{name}",
            description,
            data,
            list_read(expected),
            requirement,
            beside=[{"document": base64(beside)}],
        )
    _add(
        "withdrawn-by-a-stranger",
        "A list beside it that no anchor signed withdraws the key: neither is taken.",
        plain,
        "trust-list-signature",
        "TL-23",
        beside=[{"document": base64(_edition(certified("es256", label_9=1), signers=(STRANGER,)))}],
    )
    _add(
        "withdrawn-by-itself",
        "The list has the key, and withdraws it.",
        _edition(label_9=[certificate]),
        list_read(gone, withdrawn=[certificate.hex()]),
        "TL-25",
    )


def _rotation() -> None:
    content = trust_list(_ENTRY, label_3=8)
    held = _edition()
    _add(
        "rotation-signed-by-both",
        "Signed by the old and the new anchor; the new one is pinned here.",
        signed(content, A, C),
        list_read(_READ, number=8),
        "TL-38",
        pinned=(C,),
    )
    _add(
        "rotation-old-one-unpinned",
        "Signed by the old anchor, which is not pinned any more.",
        signed(content, A),
        "trust-list-signature",
        "TL-38",
        pinned=(C,),
    )
    _add(
        "rotation-one-of-three-stolen",
        "Two of three are needed, and the thief of one anchor signed alone, twice.",
        document(content, [message(A, content), message(STRANGER, content)]),
        "trust-list-threshold",
        "TL-38",
        pinned=(A, B, C),
        threshold=2,
        previous=signed(trust_list(_ENTRY), A, B),
    )
    _add(
        "rotation-one-of-three-lost",
        "Two of three are needed, and the two that are left signed.",
        signed(content, B, C),
        list_read(_READ, number=8),
        "TL-38",
        pinned=(A, B, C),
        threshold=2,
        previous=signed(trust_list(_ENTRY), A, B),
    )
    _add(
        "threshold-raised",
        "The edition held was signed once, and two are needed now.",
        signed(content, A),
        "trust-list-threshold",
        "TL-38",
        pinned=(A, B),
        threshold=2,
        previous=held,
    )


_rollback()
_freeze()
_shrink()
_mixed()
_environments()
_withdrawn()
_rotation()
