"""Revocation lists: the file, its header, chains of deltas, hashes, answers, ledgers, and other publishers' lists."""

from __future__ import annotations

import hashlib
import json
import struct
from base64 import urlsafe_b64encode
from typing import Any, Final

from test_vectors.builder import ALG, KID, SIGN1, key, sig_structure
from test_vectors.documents import (
    AT,
    ISSUED,
    REVOCATION_LIST,
    TRUST_LIST,
    anchors,
    base64,
    document,
    message,
    signed,
)
from test_vectors.encoding import Tagged, cbor
from test_vectors.operation import OperationFamily
from test_vectors.revocation_documents import (
    BLOCK,
    NEVER,
    Section,
    base,
    damaged,
    file,
    header,
    revocation_list,
    section,
)
from test_vectors.signed import cms

FAMILY: Final = OperationFamily("revocation-list", "read-revocation-list", spec="vaxcert revocation list")

_A, _B, _STRANGER = "es256-collision-1", "es256-collision-2", "es256-stranger"
_IDENTIFIER: Final = "URN:UVCI:01:VN:TEST-ABC123#X"
_OTHER: Final = "URN:UVCI:01:VN:TEST-OTHER"
_DAY: Final = 20485  # 2026-02-01
_MADE: Final = "2026-01-31T12:00:00Z"
_UNREADABLE: Final = "revocation-list-unreadable"
_SIGNATURE: Final = "revocation-list-signature"
_ROLLBACK: Final = "trust-list-rollback"
_KID: Final = bytes(range(8))
_R, _S = bytes(range(32)), bytes(range(32, 64))


_ABOUT: Final = {
    "header": "Header",
    "file": "File",
    "delta": "Chain of deltas",
    "ledger": "Ledger",
    "kept": "After a list that is kept",
    "batch": "Batches of the EU gateway",
    "slices": "Slices for devices",
    "german": "German lists",
}
"""What the first word of a name stands for."""


def _hash(what: str | bytes) -> bytes:
    return hashlib.sha256(what.encode() if isinstance(what, str) else what).digest()[:16]


_UCI: Final = _hash(_IDENTIFIER)
_NORMAL: Final = _hash("URN:UVCI:01:VN:TEST-ABC123")


def _query(*identifiers: str, **changes: Any) -> dict[str, Any]:
    return {
        "kid": _KID.hex(),
        "algorithm": "ES256",
        "signature": (_R + _S).hex(),
        "issuer": "VN",
        "identifiers": list(identifiers or (_IDENTIFIER,)),
        "country": "VN",
        **changes,
    }


def _said(status: str, as_of: str | None = _MADE, *, covered: bool = True) -> dict[str, Any]:
    return {"status": status, "as_of": None if status == "unknown" else as_of, "covered": covered}


_REVOKED, _NOT, _UNKNOWN = _said("revoked"), _said("not-revoked"), _said("unknown")
_NOBODY: Final = _said("unknown", covered=False)

Asked = tuple[dict[str, Any], dict[str, Any]]


def _own(*datas: bytes, **more: Any) -> dict[str, Any]:
    return {"form": "vaxcert", "documents": [base64(one) for one in datas], "anchors": anchors(_A), **more}


def _add(
    name: str,
    description: str,
    lists: list[dict[str, Any]],
    asked: list[Asked] | str,
    *requirements: str,
    at: str = AT,
    withdrawn: tuple[bytes, ...] = (),
) -> None:
    """`asked` is each query and what is said of it; or why nothing is opened."""
    expected: dict[str, Any]
    queries = [_query()]
    if isinstance(asked, str):
        expected = {"outcome": "unreadable" if asked == _UNREADABLE else "refused", "reason": asked}
    else:
        queries = [query for query, _ in asked]
        expected = {
            "outcome": "accepted",
            "reason": None,
            "answers": [answer for _, answer in asked],
            "withdrawn": sorted(one.hex() for one in withdrawn),
        }
    about = _ABOUT.get(name.partition("-")[0])
    FAMILY.add(
        name,
        description if about is None else f"{about}: {description}",
        {"lists": lists, "queries": queries},
        expected,
        context={"at": at},
        requirements=requirements,
    )


_PLAIN: Final = section("UCI", [(_UCI, NEVER)])
_PLAIN_FILE: Final = revocation_list(_PLAIN, signers=(_A,))
_BOTH: Final = [(_query(), _REVOKED), (_query(_OTHER), _NOT)]


def _signed_file(content: bytes, *sections: Section, signers: tuple[str, ...] = (_A,)) -> bytes:
    return file(signed(content, *signers, content_type=REVOCATION_LIST), sections)


def _files() -> None:
    good = _PLAIN_FILE
    _add(
        "listed-and-not",
        "Of two certificates that are asked about one is listed.",
        [_own(good)],
        _BOTH,
        "RV-1",
        "RV-5",
        "RV-11",
        "RV-13",
        "RV-18",
        "RV-25",
        "RV-7",
    )
    content = header(_PLAIN)
    right = signed(content, _A, content_type=REVOCATION_LIST)
    _add(
        "padding-not-zero",
        "The padding is not zero, which a reader does not look at.",
        [_own(file(right, [_PLAIN], padding=b"\xff"))],
        _BOTH,
        "RV-6",
    )
    _add(
        "empty-list",
        "A list that is for the issuer and has no entries: whoever is asked about is not revoked.",
        [_own(revocation_list(signers=(_A,)))],
        [(_query(), _NOT)],
        "RV-25",
    )
    start = len(good) - BLOCK
    cases: tuple[tuple[str, str, bytes, str, str], ...] = (
        (
            "other-magic",
            "It begins with VAXREVO2 instead of VAXREVO1.",
            b"VAXREVO2" + good[8:],
            _UNREADABLE,
            "RV-5",
        ),
        ("byte-short", "The last byte is missing.", good[:-1], _UNREADABLE, "RV-5"),
        ("byte-long", "A byte after the end.", good + b"\x00", _UNREADABLE, "RV-5"),
        ("without-blocks", "It ends before its one block.", good[:start], _UNREADABLE, "RV-5"),
        ("beginning-only", "It ends after its first eight bytes.", good[:8], _UNREADABLE, "RV-5"),
        (
            "document-longer",
            "The signed document is said to be a byte longer.",
            file(right, [_PLAIN], length=len(right) + 1),
            _UNREADABLE,
            "RV-5",
        ),
        (
            "document-over-limit",
            "The signed document is said to have 1,048,577 bytes.",
            file(right, [_PLAIN], length=1_048_577),
            _UNREADABLE,
            "RV-5",
        ),
        (
            "index-flipped",
            "One bit of the index of a section is flipped.",
            good.replace(_PLAIN.index, bytes([_PLAIN.index[0] ^ 1]) + _PLAIN.index[1:]),
            _UNREADABLE,
            "RV-18",
        ),
        (
            "as-trust-list",
            "The header is signed as a trust list.",
            file(signed(content, _A, content_type=TRUST_LIST), [_PLAIN]),
            _UNREADABLE,
            "RV-13",
        ),
        (
            "by-a-stranger",
            "The header is signed by a stranger and by no anchor.",
            _signed_file(content, _PLAIN, signers=(_STRANGER,)),
            _SIGNATURE,
            "RV-18 RV-19",
        ),
        (
            "other-content",
            "Signed over another content.",
            file(document(content, [message(_A, content, REVOCATION_LIST, over=b"x")]), [_PLAIN]),
            _SIGNATURE,
            "RV-18 RV-19",
        ),
        (
            "flipped-signature",
            "One bit of the signature is flipped.",
            file(
                document(
                    content,
                    [
                        message(
                            _A,
                            content,
                            REVOCATION_LIST,
                            tamper=lambda made: made[:-1] + bytes([made[-1] ^ 1]),
                        )
                    ],
                ),
                [_PLAIN],
            ),
            _SIGNATURE,
            "RV-19",
        ),
    )
    for name, description, data, reason, requirements in cases:
        _add(f"file-{name}", description, [_own(data)], reason, *requirements.split())
    _add("file-no-anchor", "No anchor is pinned.", [_own(good, anchors=[])], "anchor-missing", "RV-19")
    weak = revocation_list(_PLAIN, signers=("rsa-1024",))
    _add(
        "file-by-a-small-key",
        "The anchor is an RSA key of 1024 bits.",
        [_own(weak, anchors=anchors("rsa-1024"))],
        "weak-signature",
        "RV-19",
    )
    two = anchors(_A, _B)
    _add(
        "file-one-of-two",
        "Two anchors are needed, one signed.",
        [_own(good, anchors=two, threshold=2)],
        "trust-list-threshold",
        "RV-18",
        "RV-19",
    )
    twice = revocation_list(_PLAIN, signers=(_A, _B))
    _add(
        "file-two-of-two",
        "A second anchor has added its signature.",
        [_own(twice, anchors=two, threshold=2)],
        _BOTH,
        "RV-18",
        "RV-41",
        "RV-17",
    )
    _add(
        "block-flipped",
        "One bit of a block is flipped: whoever would be misled by it is told nothing.",
        [_own(file(right, [damaged(_PLAIN, at=2000)]))],
        [(_query(), _UNKNOWN)],
        "RV-12",
        "RV-25",
    )
    _add(
        "block-flipped-at-zero",
        "The last byte of a block is not zero.",
        [_own(file(right, [damaged(_PLAIN, at=4095)]))],
        [(_query(), _UNKNOWN)],
        "RV-12",
    )
    _add(
        "cut-after-opening",
        "The file becomes shorter under the reader's hands.",
        [_own(good, cut_after_opening=start + 100)],
        [(_query(), _UNKNOWN)],
        "RV-20",
        "RV-12",
    )


def _headers() -> None:
    one = _PLAIN.header()
    cases: tuple[tuple[str, str, bytes, tuple[Section, ...], str], ...] = (
        ("version-2", "Its version is 2.", header(_PLAIN, version=2), (_PLAIN,), "RV-13"),
        ("member-more", "A member more.", header(_PLAIN, note="x"), (_PLAIN,), "RV-13"),
        (
            "not-in-order",
            "Its members are in another order.",
            cbor({"version": 1, **_plain_members()}),
            (_PLAIN,),
            "RV-13",
        ),
        ("issuer-empty", "The issuer is empty.", header(_PLAIN, issuer=""), (_PLAIN,), "RV-13"),
        ("number-0", "Its number is 0.", header(_PLAIN, number=0), (_PLAIN,), "RV-13"),
        ("countries-empty", "It is for no country.", header(_PLAIN, countries=[]), (_PLAIN,), "RV-13"),
        (
            "countries-out-of-order",
            "Its countries are not sorted.",
            header(_PLAIN, countries=["VN", "LA"]),
            (_PLAIN,),
            "RV-13",
        ),
        (
            "due-before-issued",
            "It is due a second before it was issued.",
            header(_PLAIN, next_update=ISSUED - 1),
            (_PLAIN,),
            "RV-14",
        ),
        (
            "ends-before-due",
            "It ends a second before it is due.",
            header(_PLAIN, usable_until=1770465599),
            (_PLAIN,),
            "RV-14",
        ),
        ("two-of-a-kind", "Two sections of one kind.", header(_PLAIN, _PLAIN), (_PLAIN, _PLAIN), "RV-15"),
        (
            "restored-in-full-list",
            "A full list restores.",
            header(section("UCI", [(_UCI, NEVER)], change="restored")),
            (section("UCI", [(_UCI, NEVER)], change="restored"),),
            "RV-15",
        ),
        (
            "entries-586-in-a-block",
            "586 entries in one block.",
            header(sections=[{**one, "entries": 586}]),
            (_PLAIN,),
            "RV-15",
        ),
        (
            "entries-0-in-a-block",
            "No entry in one block.",
            header(sections=[{**one, "entries": 0}]),
            (_PLAIN,),
            "RV-15",
        ),
        ("bits-0", "Fingerprints of no bits.", header(sections=[{**one, "bits": 0}]), (_PLAIN,), "RV-8"),
        ("bits-65", "Fingerprints of 65 bits.", header(sections=[{**one, "bits": 65}]), (_PLAIN,), "RV-8"),
        (
            "type-unknown",
            "Hashes of a type that there is not.",
            header(sections=[{**one, "type": "NAME"}]),
            (_PLAIN,),
            "RV-13",
        ),
        (
            "withdrawn-9",
            "A withdrawn key of nine bytes.",
            header(_PLAIN, withdrawn=[bytes(9)]),
            (_PLAIN,),
            "RV-16",
        ),
        (
            "base-without-digest",
            "Its base is named by number only.",
            header(_PLAIN, base={"number": 6}),
            (_PLAIN,),
            "RV-21",
        ),
    )
    for name, description, content, sections, requirement in cases:
        _add(
            f"header-{name}", description, [_own(_signed_file(content, *sections))], _UNREADABLE, requirement
        )
    gone = (bytes(8), bytes(range(32)))
    _add(
        "header-withdrawn",
        "Two keys are withdrawn, by identifier and by digest.",
        [_own(revocation_list(_PLAIN, signers=(_A,), withdrawn=sorted(gone)))],
        _BOTH,
        "RV-16",
        "RV-24",
        withdrawn=gone,
    )
    pss = _query(algorithm="PS256", signature=(_R + _S).hex())
    by_type: tuple[tuple[str, str, bytes, list[Asked], str], ...] = (
        (
            "UCI",
            "By the identifier exactly as signed.",
            _UCI,
            [(_query(), _REVOKED), (_query(_IDENTIFIER.lower()), _NOT), (_query(_IDENTIFIER[:-2]), _NOT)],
            "RV-1",
        ),
        (
            "IDENTIFIER",
            "By the normalised identifier, however it is spelled.",
            _NORMAL,
            [
                (_query(), _REVOKED),
                (_query(f" {_IDENTIFIER.lower()} "), _REVOKED),
                (_query(_IDENTIFIER[:-2]), _REVOKED),
                (_query(_OTHER), _NOT),
            ],
            "RV-1",
        ),
        (
            "COUNTRYCODEUCI",
            "By issuer and identifier.",
            _hash("VN" + _IDENTIFIER),
            [
                (_query(), _REVOKED),
                (_query(issuer="LA"), _NOT),
                (_query(issuer=None), _REVOKED),
                (_query(issuer=None, country="LA"), _NOT),
                (_query(issuer=None, country=None), _UNKNOWN),
            ],
            "RV-1 RV-3 RV-25",
        ),
        (
            "SIGNATURE",
            "By the first half of an ECDSA signature.",
            _hash(_R),
            [
                (_query(), _REVOKED),
                (_query(signature=(_R + bytes(32)).hex()), _REVOKED),
                (_query(signature=(_S + _R).hex()), _NOT),
                (pss, _NOT),
                (_query(signature=""), _UNKNOWN),
            ],
            "RV-1 RV-2 RV-25",
        ),
    )
    for kind, description, digest, asked, requirements in by_type:
        data = revocation_list(section(kind, [(digest, NEVER)]), signers=(_A,))
        _add(f"by-{kind.lower()}", description, [_own(data)], asked, *requirements.split())
    whole = revocation_list(section("SIGNATURE", [(_hash(_R + _S), NEVER)]), signers=(_A,))
    _add(
        "by-whole-signature",
        "By the whole signature: so of PS256, and never of ECDSA.",
        [_own(whole)],
        [(pss, _REVOKED), (_query(), _NOT)],
        "RV-1",
        "RV-2",
    )
    several = [
        (_query(_OTHER, _IDENTIFIER), _REVOKED),
        (_query(_OTHER, _OTHER + "2"), _NOT),
        (_query("x", identifiers=[]), _UNKNOWN),
    ]
    _add(
        "several-events",
        "The second event's identifier is listed; one certificate has none.",
        [_own(_PLAIN_FILE)],
        several,
        "RV-4",
        "RV-25",
    )
    four = (
        section("COUNTRYCODEUCI", [(_hash("VN" + _OTHER), NEVER)]),
        section("SIGNATURE", [(_hash(_S), NEVER)]),
        section("UCI", [(_UCI, NEVER)]),
    )
    _add(
        "three-sections",
        "Three types, each in its section.",
        [_own(revocation_list(*four, signers=(_A,)))],
        [
            (_query(), _REVOKED),
            (_query(_OTHER), _REVOKED),
            (_query("x", signature=(_S + _R).hex()), _REVOKED),
            (_query("x"), _NOT),
        ],
        "RV-8",
        "RV-17",
    )


def _plain_members() -> dict[str, Any]:
    return {
        "issuer": "TEST authority",
        "number": 7,
        "issued": ISSUED,
        "next-update": 1770465600,
        "usable-until": 1772280000,
        "countries": None,
        "withdrawn": [],
        "base": None,
        "sections": [_PLAIN.header()],
    }


def _sections() -> None:
    days = section("UCI", [(_hash(_IDENTIFIER), _DAY), (_hash(_OTHER), _DAY - 1), (_hash("x"), NEVER)])
    _add(
        "last-days",
        "One counts until today, one counted until yesterday, one has no end.",
        [_own(revocation_list(days, signers=(_A,)))],
        [(_query(), _REVOKED), (_query(_OTHER), _NOT), (_query("x"), _REVOKED)],
        "RV-10",
        "RV-25",
    )
    end_of_day = [(_query(), _REVOKED)]
    one_day = [_own(revocation_list(section("UCI", [(_UCI, _DAY)]), signers=(_A,)))]
    _add(
        "last-second-of-last-day",
        "The last second of its last day, in UTC.",
        one_day,
        end_of_day,
        "RV-10",
        at="2026-02-01T23:59:59Z",
    )
    _add(
        "after-last-day",
        "The first second after its last day.",
        one_day,
        [(_query(), _NOT)],
        "RV-10",
        at="2026-02-02T00:00:00Z",
    )
    twice = section("UCI", [(_UCI, _DAY - 1), (_UCI, _DAY)])
    _add(
        "listed-twice",
        "Of two last days the later one counts.",
        [_own(revocation_list(twice, signers=(_A,)))],
        [(_query(), _REVOKED)],
        "RV-9",
    )
    filler = [(_hash(f"TEST {number}"), NEVER) for number in range(585)]
    for count in (584, 585):
        data = revocation_list(section("UCI", [*filler[:count], (_UCI, NEVER)], bits=44), signers=(_A,))
        _add(
            f"entries-{count + 1}",
            f"A section of {count + 1} entries, where a block holds 585: {1 if count < 585 else 2} of them.",
            [_own(data)],
            [
                (_query(), _REVOKED),
                (_query("TEST 0"), _REVOKED),
                (_query(f"TEST {count - 1}"), _REVOKED),
                (_query(_OTHER), _NOT),
            ],
            "RV-8",
            "RV-9",
            "RV-11",
        )
    wide = section("UCI", [(_UCI, NEVER), (_hash("TEST 0"), NEVER), (_hash("TEST 1"), NEVER)], bits=64)
    _add(
        "bits-64",
        "Fingerprints of 64 bits, each in a block of its own.",
        [_own(revocation_list(wide, signers=(_A,)))],
        [
            (_query(), _REVOKED),
            (_query("TEST 0"), _REVOKED),
            (_query("TEST 1"), _REVOKED),
            (_query(_OTHER), _NOT),
        ],
        "RV-8",
        "RV-9",
        "RV-11",
    )
    narrow = section("UCI", [(_UCI, NEVER)], bits=1)
    _add(
        "bits-1",
        "Fingerprints of one bit: half of all hashes are found.",
        [_own(revocation_list(narrow, signers=(_A,)))],
        [(_query(), _REVOKED), (_query(_same_bit()), _REVOKED)],
        "RV-8",
        "RV-11",
    )


def _same_bit() -> str:
    """An identifier whose hash begins with the same bit."""
    numbers = (f"TEST same {number}" for number in range(100))
    return next(one for one in numbers if _hash(one)[0] >> 7 == _UCI[0] >> 7)


def _chains() -> None:
    content = header(_PLAIN)
    full = _PLAIN_FILE
    more = section("UCI", [(_hash(_OTHER), NEVER)])
    less = section("UCI", [(_UCI, NEVER)], change="restored")
    later = {"number": 8, "issued": ISSUED + 60, "base": base(content, 7)}
    now = "2026-01-31T12:01:00Z"
    delta_content = header(more, **later)
    delta = _signed_file(delta_content, more)
    restoring = _signed_file(header(less, **later), less)
    both = [
        (_query(), _said("revoked", now)),
        (_query(_OTHER), _said("revoked", now)),
        (_query("x"), _said("not-revoked", now)),
    ]
    _add(
        "delta-adds",
        "A delta revokes one more.",
        [_own(full, delta)],
        both,
        "RV-21",
        "RV-22",
        "RV-23",
        "RV-24",
    )
    _add("delta-first", "The delta is given before its list.", [_own(delta, full)], both, "RV-22")
    _add(
        "delta-restores",
        "A delta restores what the list revoked.",
        [_own(full, restoring)],
        [(_query(), _said("not-revoked", now))],
        "RV-23",
    )
    again = section("UCI", [(_UCI, _DAY - 1)])
    earlier_end = _signed_file(header(again, **later), again)
    _add(
        "delta-changes-the-day",
        "A delta states an earlier last day, which has passed.",
        [_own(full, earlier_end)],
        [(_query(), _said("not-revoked", now))],
        "RV-23",
    )
    in_one = _signed_file(header(less, _PLAIN, **later), less, _PLAIN)
    _add(
        "delta-restores-and-revokes",
        "One delta has it under both: revoked comes first.",
        [_own(full, in_one)],
        [(_query(), _said("revoked", now))],
        "RV-23",
    )
    third = _signed_file(
        header(_PLAIN, number=9, issued=ISSUED + 120, base=base(header(less, **later), 8)), _PLAIN
    )
    _add(
        "delta-on-delta",
        "A second delta revokes again what the first restored.",
        [_own(third, restoring, full)],
        [(_query(), _said("revoked", "2026-01-31T12:02:00Z"))],
        "RV-21",
        "RV-23",
    )
    cosigned = file(signed(content, _B, content_type=REVOCATION_LIST), [_PLAIN])
    _add(
        "delta-on-other-signatures",
        "Its base is signed by another anchor, which makes it no other list.",
        [_own(cosigned, delta, anchors=anchors(_A, _B))],
        both,
        "RV-21",
    )
    gone = bytes(range(8))
    withdrawing = _signed_file(header(more, **later, withdrawn=[gone]), more)
    _add(
        "delta-withdraws-a-key",
        "The newest document says which keys are withdrawn.",
        [_own(full, withdrawing)],
        both,
        "RV-24",
        "RV-16",
        withdrawn=(gone,),
    )
    bad: tuple[tuple[str, str, tuple[bytes, ...], str], ...] = (
        ("without-its-list", "A delta without the list that it goes on from.", (delta,), _UNREADABLE),
        (
            "two-full-lists",
            "Two full lists.",
            (full, revocation_list(_PLAIN, signers=(_A,), number=8)),
            _UNREADABLE,
        ),
        (
            "two-on-one-base",
            "Two deltas on one base.",
            (
                full,
                delta,
                _signed_file(header(more, number=9, issued=ISSUED + 120, base=base(content, 7)), more),
            ),
            _UNREADABLE,
        ),
        ("gap", "The delta between is missing.", (full, third), _UNREADABLE),
        (
            "other-base",
            "The delta names a base of other content than the list given.",
            (full, _signed_file(header(more, number=8, issued=ISSUED + 60, base=base(b"x", 7)), more)),
            _UNREADABLE,
        ),
        (
            "other-issuer",
            "The delta is of another issuer than its base.",
            (full, _signed_file(header(more, **later, issuer="TEST other"), more)),
            _UNREADABLE,
        ),
        (
            "other-countries",
            "The delta is for other countries than its base.",
            (full, _signed_file(header(more, **later, countries=["VN"]), more)),
            _UNREADABLE,
        ),
        (
            "same-number",
            "The number of the delta is that of its base.",
            (full, _signed_file(header(more, number=7, issued=ISSUED, base=base(content, 7)), more)),
            _ROLLBACK,
        ),
        (
            "lower-number",
            "The number of the delta is lower than that of its base.",
            (full, _signed_file(header(more, number=6, issued=ISSUED, base=base(content, 7)), more)),
            _ROLLBACK,
        ),
        (
            "earlier",
            "The delta was issued a second before its base.",
            (full, _signed_file(header(more, number=8, issued=ISSUED - 1, base=base(content, 7)), more)),
            _ROLLBACK,
        ),
    )
    for name, description, datas, reason in bad:
        _add(f"delta-{name}", description, [_own(*datas)], reason, "RV-22")
    held = base64(full)
    kept: tuple[tuple[str, str, bytes, list[Asked] | str, str], ...] = (
        (
            "next-number",
            "The list with the next number.",
            revocation_list(_PLAIN, signers=(_A,), number=8),
            [(_query(), _REVOKED)],
            AT,
        ),
        ("delta", "A delta on the list that is kept.", delta, both, AT),
        ("same-list", "The same list again.", full, [(_query(), _REVOKED)], AT),
        ("lower-number", "A lower number.", revocation_list(_PLAIN, signers=(_A,), number=6), _ROLLBACK, AT),
        (
            "same-number",
            "The same number with other content.",
            revocation_list(more, signers=(_A,)),
            _ROLLBACK,
            AT,
        ),
        (
            "earlier",
            "A higher number, made a second earlier.",
            revocation_list(_PLAIN, signers=(_A,), number=8, issued=ISSUED - 1),
            _ROLLBACK,
            AT,
        ),
        (
            "ended",
            "The next list, which ended a second ago.",
            revocation_list(_PLAIN, signers=(_A,), number=8),
            "stale-trust-list",
            "2026-02-28T12:00:01Z",
        ),
        (
            "ends",
            "The next list, which ends this second.",
            revocation_list(_PLAIN, signers=(_A,), number=8),
            [(_query(), _REVOKED)],
            "2026-02-28T12:00:00Z",
        ),
        (
            "damaged-block",
            "The list with the next number, one block of which is damaged.",
            file(signed(header(_PLAIN, number=8), _A, content_type=REVOCATION_LIST), [damaged(_PLAIN, at=0)]),
            _UNREADABLE,
            AT,
        ),
    )
    for name, description, data, asked, at in kept:
        _add(f"kept-then-{name}", description, [_own(data, previous=held)], asked, "RV-40", at=at)


def _answers() -> None:
    for name, description, at, other in (
        ("ends", "This is the last second of the list: it answers.", "2026-02-28T12:00:00Z", _NOT),
        (
            "ended",
            "The list ended a second ago: it still says revoked of what it lists, and nothing of all others.",
            "2026-02-28T12:00:01Z",
            _UNKNOWN,
        ),
        (
            "ended-300-seconds-ago",
            "The list ended 300 seconds ago, as much as clocks may differ elsewhere: here there is no tolerance.",
            "2026-02-28T12:05:00Z",
            _UNKNOWN,
        ),
    ):
        _add(
            f"list-{name}",
            description,
            [_own(_PLAIN_FILE)],
            [(_query(), _REVOKED), (_query(_OTHER), other)],
            "RV-25",
            "RV-26",
            "RV-42",
            at=at,
        )
    covered: tuple[tuple[list[str], list[tuple[dict[str, Any], dict[str, Any]]]], ...] = (
        (
            ["VN"],
            [
                ({}, _REVOKED),
                ({"issuer": "LA"}, _REVOKED),
                ({"issuer": "LA", "country": "LA"}, _NOBODY),
                ({"issuer": None, "country": None}, _REVOKED),
                ({"issuer": "VNM", "country": None}, _REVOKED),
                ({"issuer": "Ministry", "country": None}, _REVOKED),
            ],
        ),
        (
            ["FR"],
            [
                ({"issuer": "FRA", "country": None}, _REVOKED),
                ({"issuer": "CNAM", "country": None}, _REVOKED),
                ({"issuer": "ZZ", "country": None}, _NOBODY),
                ({}, _NOBODY),
            ],
        ),
        (
            ["GR"],
            [
                ({"issuer": "EL", "country": None}, _REVOKED),
                ({"issuer": "gr", "country": None}, _REVOKED),
                ({"issuer": "CY", "country": None}, _NOBODY),
            ],
        ),
        (
            ["GB"],
            [({"issuer": "JE", "country": None}, _REVOKED), ({"issuer": "IE", "country": None}, _NOBODY)],
        ),
    )
    for countries, asked in covered:
        data = revocation_list(_PLAIN, signers=(_A,), countries=countries)
        pairs = [(_query(**changes), answer) for changes, answer in asked]
        _add(
            f"covers-{countries[0].lower()}",
            f"A list for {countries[0]} only: which issuers and countries of keys it covers, and which not.",
            [_own(data)],
            pairs,
            "RV-27",
            "RV-28",
        )
    older = revocation_list(
        section("UCI", [(_hash("x"), NEVER)]), signers=(_A,), issuer="TEST second", issued=ISSUED - 3600
    )
    _add(
        "two-lists",
        "Two lists: revoked on one is revoked; else as of the older.",
        [_own(_PLAIN_FILE), _own(older)],
        [
            (_query(), _REVOKED),
            (_query("x"), _said("revoked", "2026-01-31T11:00:00Z")),
            (_query(_OTHER), _said("not-revoked", "2026-01-31T11:00:00Z")),
        ],
        "RV-28",
    )
    broken = file(signed(header(_PLAIN), _A, content_type=REVOCATION_LIST), [damaged(_PLAIN, at=0)])
    _add(
        "two-lists-one-damaged",
        "One list says not revoked, the other cannot say.",
        [_own(older), _own(broken)],
        [(_query(), _UNKNOWN), (_query("x"), _said("revoked", "2026-01-31T11:00:00Z"))],
        "RV-28",
    )
    laos = revocation_list(_PLAIN, signers=(_A,), countries=["LA"])
    _add(
        "two-lists-one-not-asked",
        "A list of another country has it, and is not asked.",
        [_own(laos), _own(older)],
        [(_query(), _said("not-revoked", "2026-01-31T11:00:00Z"))],
        "RV-27",
        "RV-28",
    )


def _ledgers() -> None:
    top = "change,type,hash,expires,reason\n"
    line = f"revoked,UCI,{_UCI.hex()},,forged\n"
    back = f"restored,UCI,{_UCI.hex()},,\n"
    revoked, free = _said("revoked", None), _said("not-revoked", None)
    good: tuple[tuple[str, str, str, dict[str, Any], str], ...] = (
        ("revoked", "One line, which revokes a certificate.", line, revoked, "RV-30 RV-31"),
        ("restored", "Revoked and then restored.", line + back, free, "RV-32"),
        ("revoked-again", "Revoked, restored, and revoked again.", line + back + line, revoked, "RV-32"),
        (
            "day-today",
            "Its last day is today.",
            f"revoked,UCI,{_UCI.hex()},2026-02-01,\n",
            revoked,
            "RV-31 RV-32",
        ),
        (
            "day-yesterday",
            "Its last day was yesterday.",
            f"revoked,UCI,{_UCI.hex()},2026-01-31,\n",
            free,
            "RV-31 RV-32",
        ),
        (
            "later-day-first",
            "Two lines revoke it, the later day first.",
            f"revoked,UCI,{_UCI.hex()},2026-02-01,\nrevoked,UCI,{_UCI.hex()},2026-01-31,\n",
            revoked,
            "RV-32",
        ),
        (
            "reason-of-32",
            "A reason of 32 characters.",
            f"revoked,UCI,{_UCI.hex()},,{'a' * 32}\n",
            revoked,
            "RV-31",
        ),
    )
    for name, description, text, answer, requirements in good:
        _add(
            f"ledger-{name}",
            description,
            [{"form": "ledger", "text": top + text}],
            [(_query(), answer)],
            *requirements.split(),
        )
    kid = bytes(range(8))
    _add(
        "ledger-key",
        "A key is withdrawn.",
        [{"form": "ledger", "text": f"{top}{line}revoked,KEY,{kid.hex()},,\n"}],
        [(_query(), revoked)],
        "RV-30",
        withdrawn=(kid,),
    )
    bad: tuple[tuple[str, str, str, str], ...] = (
        ("without-heading", "It has no heading.", line, "RV-33"),
        ("cut-short", "Its last line has no end.", top + line[:-1], "RV-33"),
        ("line-of-four", "A line of four cells.", top + line + "revoked,UCI,00,\n", "RV-33"),
        ("empty-line", "An empty line.", top + "\n" + line, "RV-33"),
        (
            "unknown-change",
            "A line with a change that there is not.",
            top + line.replace("revoked", "paused"),
            "RV-33",
        ),
        (
            "unknown-type",
            "A line with a type of hash that there is not.",
            top + line.replace("UCI", "NAME"),
            "RV-33",
        ),
        (
            "identifier",
            "An identifier in place of its hash.",
            top + f"revoked,UCI,{_OTHER},,\n",
            "RV-30 RV-33",
        ),
        ("hash-of-15", "A hash of 15 bytes.", top + line.replace(_UCI.hex(), _UCI.hex()[2:]), "RV-33"),
        ("key-of-9", "A key of nine bytes.", top + f"revoked,KEY,{'00' * 9},,\n", "RV-30 RV-33"),
        (
            "day-of-no-month",
            "A last day that there is not.",
            top + line.replace(",,", ",2026-02-30,"),
            "RV-31 RV-33",
        ),
        ("reason-of-33", "A reason of 33 characters.", top + line.replace("forged", "a" * 33), "RV-31 RV-33"),
        (
            "reason-in-capitals",
            "A reason in capitals.",
            top + line.replace("forged", "FORGED"),
            "RV-31 RV-33",
        ),
    )
    for name, description, text, requirements in bad:
        _add(
            f"ledger-{name}",
            description,
            [{"form": "ledger", "text": text}],
            _UNREADABLE,
            *requirements.split(),
        )


# Lists of other publishers

_UPDATED: Final = "2026-01-30T00:00:00Z"
_NINETY_DAYS: Final = (
    ("90-days", "90 days to the second", "2026-04-30T00:00:00Z", _said("not-revoked", _UPDATED)),
    ("after-90-days", "90 days and a second", "2026-04-30T00:00:01Z", _UNKNOWN),
)
"""When lists that state no end are not relied on any more."""
_LATER: Final = "2026-06-30T00:00:00Z"


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _encoded(files: dict[str, bytes]) -> dict[str, str]:
    return {name: base64(data) for name, data in files.items()}


def _gateway(
    files: dict[str, bytes], pinned: tuple[str, ...] = (), fetched: str = _UPDATED
) -> list[dict[str, Any]]:
    return [
        {
            "form": "gateway",
            "files": _encoded(files),
            "anchors": [base64(key(one).certificate) for one in pinned],
            "fetched": fetched,
        }
    ]


def _batch(**changes: Any) -> bytes:
    return _json(
        {
            "country": "VN",
            "expires": _LATER,
            "kid": "UNKNOWN_KID",
            "hashType": "UCI",
            "entries": [{"hash": base64(_UCI)}],
            **changes,
        }
    )


def _listing(*rows: tuple[str, bool], more: bool = False) -> bytes:
    return _json(
        {
            "more": more,
            "batches": [
                {"batchId": name, "country": "VN", "date": _UPDATED, "deleted": deleted}
                for name, deleted in rows
            ],
        }
    )


def _batches() -> None:
    revoked, free = _said("revoked", _UPDATED), _said("not-revoked", _UPDATED)
    two: list[Asked] = [(_query(), revoked), (_query(_OTHER), free)]
    plain = {"one.json": _batch()}
    signer = "es256"
    _add("batch-json", "A batch as JSON alone, without anchors.", _gateway(plain), two, "RV-34")
    _add(
        "batch-cms",
        "A batch signed by an anchor.",
        _gateway({"one.cms": cms(_batch(), signer)}, (signer,)),
        two,
        "RV-34",
    )
    _add(
        "batch-cms-by-certified",
        "A batch whose signer an anchor certified.",
        _gateway({"one.cms": cms(_batch(), signer)}, ("csca-es256",)),
        two,
        "RV-34",
    )
    _add(
        "batch-cms-by-stranger",
        "A batch whose signer is no anchor: nothing can be opened.",
        _gateway({"one.cms": cms(_batch(), _STRANGER)}, (signer,)),
        _SIGNATURE,
        "RV-34",
    )
    _add(
        "batch-cms-changed",
        "The batch is another than was signed.",
        _gateway({"one.cms": cms(_batch(), signer, changed=_batch(country="LA"))}, (signer,)),
        _SIGNATURE,
        "RV-34",
    )
    _add(
        "batch-json-with-anchors",
        "A batch as JSON alone, and anchors to judge it by.",
        _gateway(plain, (signer,)),
        "trust-list-unsigned",
        "RV-34",
    )
    _add(
        "batch-cms-without-anchors",
        "A signed batch, and no anchor.",
        _gateway({"one.cms": cms(_batch(), signer)}),
        "anchor-missing",
        "RV-34",
    )
    _add(
        "batch-of-another-country",
        "A batch for Laos, signed by Viet Nam.",
        _gateway({"one.cms": cms(_batch(country="LA"), signer)}, (signer,)),
        _SIGNATURE,
        "RV-34",
    )
    _add(
        "batch-expires-now",
        "Its entries count until this second.",
        _gateway({"one.json": _batch(expires=AT)}),
        [(_query(), revoked)],
        "RV-34",
    )
    _add(
        "batch-expired",
        "Its entries counted until a second ago.",
        _gateway({"one.json": _batch(expires="2026-02-01T11:59:59Z")}),
        [(_query(), free)],
        "RV-34",
    )
    _add(
        "batch-listed",
        "The gateway's list has the batch.",
        _gateway({**plain, "list.json": _listing(("one", False))}),
        two,
        "RV-34",
    )
    _add(
        "batch-deleted",
        "The gateway's list says that the batch is deleted.",
        _gateway(
            {
                **plain,
                "two.json": _batch(entries=[{"hash": base64(_hash("x"))}]),
                "list.json": _listing(("one", True), ("two", False)),
            }
        ),
        [(_query(), free)],
        "RV-34",
    )
    _add(
        "batch-missing",
        "The gateway's list has one more.",
        _gateway({**plain, "list.json": _listing(("one", False), ("two", False))}),
        [(_query(), revoked), (_query(_OTHER), _UNKNOWN)],
        "RV-34",
    )
    _add(
        "batch-list-goes-on",
        "The gateway's list goes on.",
        _gateway({**plain, "list.json": _listing(("one", False), more=True)}),
        [(_query(), revoked), (_query(_OTHER), _UNKNOWN)],
        "RV-34",
    )
    _add(
        "batch-of-one-country",
        "Batches of Viet Nam are not for Laos.",
        _gateway(plain),
        [(_query(issuer="LA", country="LA"), _NOBODY)],
        "RV-34",
        "RV-27",
    )
    for name, since, at, answer in _NINETY_DAYS:
        _add(
            f"batch-{name}",
            f"Asked {since} after the batch was fetched: what is not listed is {answer['status']}.",
            _gateway(plain),
            [(_query(), revoked), (_query(_OTHER), answer)],
            "RV-43",
            "RV-26",
            at=at,
        )


def _kid64() -> str:
    return urlsafe_b64encode(_KID).decode().rstrip("=")


def _bloom(*digests: bytes) -> bytes:
    """A Bloom filter of 64 bits and three bits an element."""
    bits = bytearray(8)
    for digest in digests:
        for number in range(3):
            at = int.from_bytes(hashlib.sha256(digest + bytes((number,))).digest(), "big", signed=True) % 64
            bits[at >> 3] |= 0x80 >> (at & 7)
    return struct.pack(">hbbfiii", 1, 3, 0, 0.001, 10, len(digests), 2) + bytes(bits)


def _prefixes(*digests: bytes, length: int = 5) -> bytes:
    return struct.pack(">hfib", 1, 0.0, len(digests), length) + b"".join(one[:length] for one in digests)


def _slices(
    mode: str, kind: str, data: bytes, *, slice_until: str = _LATER, **listed: Any
) -> dict[str, bytes]:
    digits = _UCI.hex()
    count = ("POINT", "VECTOR", "COORDINATE").index(mode)
    name = "null" if count == 0 else "p1"
    partition = {
        "id": None if count == 0 else "p1",
        "x": digits[0] if count > 0 else None,
        "y": digits[1] if count > 1 else None,
        "lastUpdated": _UPDATED,
        "chunks": {digits[count]: {slice_until: {"type": kind, "version": "1.0", "hash": "abc"}}},
    }
    row = {
        "kid": _kid64(),
        "mode": mode,
        "hashTypes": ["UCI"],
        "expires": _LATER,
        "lastUpdated": _UPDATED,
        **listed,
    }
    place = f"lists/{_kid64()}/partitions"
    return {
        "lists.json": _json([row]),
        f"{place}.json": _json([partition]),
        f"{place}/{name}/chunks/{digits[count]}/slices/abc": data,
    }


def _device_slices() -> None:
    revoked, free = _said("revoked", _UPDATED), _said("not-revoked", _UPDATED)

    def opened(files: dict[str, bytes]) -> list[dict[str, Any]]:
        return [{"form": "slices", "files": _encoded(files), "fetched": _UPDATED}]

    other = next(
        f"TEST {number}" for number in range(1000) if _hash(f"TEST {number}").hex()[0] != _UCI.hex()[0]
    )
    near = next(f"TEST {n}" for n in range(100_000) if _hash(f"TEST {n}").hex()[:3] == _UCI.hex()[:3])
    for mode in ("POINT", "VECTOR", "COORDINATE"):
        for kind, data in (("BLOOMFILTER", _bloom(_UCI)), ("VARHASHLIST", _prefixes(_UCI))):
            asked = [(_query(), revoked), (_query(other), free), (_query(near), free)]
            requirement = "RV-36" if kind == "BLOOMFILTER" else "RV-37"
            _add(
                f"slices-{mode.lower()}-{kind.lower()}",
                f"A hash in a slice of mode {mode} and type {kind}, and two that are not, one of the same place.",
                opened(_slices(mode, kind, data)),
                asked,
                "RV-35",
                requirement,
                "RV-38",
            )
    unknown: list[Asked] = [(_query(), _UNKNOWN)]
    bloom, prefixes = _bloom(_UCI), _prefixes(_UCI)
    cases: tuple[tuple[str, str, dict[str, bytes], list[Asked], str], ...] = (
        (
            "full-filter",
            "A filter with all bits set finds everything.",
            _slices("POINT", "BLOOMFILTER", bloom[:-8] + b"\xff" * 8),
            [(_query(near), revoked)],
            "RV-38 RV-36",
        ),
        (
            "filter-cut-short",
            "A filter that lacks its last byte.",
            _slices("POINT", "BLOOMFILTER", bloom[:-1]),
            unknown,
            "RV-36",
        ),
        (
            "filter-version-2",
            "A filter of version 2.",
            _slices("POINT", "BLOOMFILTER", b"\x00\x02" + bloom[2:]),
            unknown,
            "RV-36",
        ),
        (
            "filter-sha1",
            "A filter over another function.",
            _slices("POINT", "BLOOMFILTER", bloom[:3] + b"\x01" + bloom[4:]),
            unknown,
            "RV-36",
        ),
        (
            "prefix-1",
            "Prefixes of one byte.",
            _slices("POINT", "VARHASHLIST", _prefixes(_UCI, length=1)),
            [(_query(), revoked), (_query(near), revoked)],
            "RV-37",
        ),
        (
            "prefix-16",
            "Prefixes of 16 bytes.",
            _slices("POINT", "VARHASHLIST", _prefixes(_UCI, length=16)),
            [(_query(), revoked), (_query(near), free)],
            "RV-37",
        ),
        (
            "prefix-17",
            "Prefixes of 17 bytes.",
            _slices("POINT", "VARHASHLIST", _prefixes(_UCI + b"x", length=17)),
            unknown,
            "RV-37",
        ),
        (
            "prefixes-none",
            "No prefix at all.",
            _slices("POINT", "VARHASHLIST", prefixes[:-5]),
            unknown,
            "RV-37",
        ),
        (
            "prefixes-cut-short",
            "The last prefix lacks its last byte.",
            _slices("POINT", "VARHASHLIST", prefixes[:-1]),
            unknown,
            "RV-37",
        ),
        (
            "slice-expires-now",
            "The slice counts until this second.",
            _slices("POINT", "VARHASHLIST", prefixes, slice_until=AT),
            [(_query(), revoked)],
            "RV-35",
        ),
        (
            "slice-expired",
            "The slice counted until a second ago.",
            _slices("POINT", "VARHASHLIST", prefixes, slice_until="2026-02-01T11:59:59Z"),
            [(_query(), free)],
            "RV-35",
        ),
        (
            "key-not-listed",
            "A key that is not listed has nothing revoked.",
            _slices("POINT", "VARHASHLIST", prefixes),
            [(_query(kid="00" * 8), free)],
            "RV-35",
        ),
        (
            "mode-unknown",
            "A mode that there is not.",
            _slices("POINT", "VARHASHLIST", prefixes)
            | {
                "lists.json": _json(
                    [
                        {
                            "kid": _kid64(),
                            "mode": "LINE",
                            "hashTypes": ["UCI"],
                            "expires": _LATER,
                            "lastUpdated": _UPDATED,
                        }
                    ]
                )
            },
            unknown,
            "RV-35",
        ),
    )
    for name, description, files, asked, requirements in cases:
        _add(f"slices-{name}", description, opened(files), asked, *requirements.split())
    missing = {
        name: data
        for name, data in _slices("POINT", "VARHASHLIST", prefixes).items()
        if "slices/" not in name
    }
    _add("slices-slice-missing", "A slice that is announced is not there.", opened(missing), unknown, "RV-35")
    _add(
        "slices-no-lists", "The file of lists is no JSON.", opened({"lists.json": b"x"}), _UNREADABLE, "RV-35"
    )
    for name, since, at, answer in _NINETY_DAYS:
        _add(
            f"slices-{name}",
            f"Asked {since} after the latest date in the slices: what is not listed is {answer['status']}.",
            opened(_slices("POINT", "VARHASHLIST", prefixes)),
            [(_query(), revoked), (_query(near), answer)],
            "RV-43",
            at=at,
        )


def _cose(value: Any, signer: str = _A) -> bytes:
    who = key(signer)
    protected, payload = cbor({ALG: who.algorithm, KID: who.kid}), cbor(value)
    return cbor(Tagged(SIGN1, [protected, {}, payload, who.sign(sig_structure(protected, payload))]))


def _german() -> None:
    first, second = _UCI[:1], _UCI[1:2]
    folder = f"{_KID.hex()}0b"
    time = 1769731200  # 2026-01-30
    deep = {first: [time, 1, {second: [time, 1]}]}
    place = f"{folder}/{first.hex()}/{second.hex()}/chunk.lst"
    kids = _cose({_KID: {b"\x0b": 1}})
    good = {"kid.lst": kids, f"{folder}/index.lst": _cose(deep), place: _cose([_UCI])}
    revoked, free = _said("revoked", _UPDATED), _said("not-revoked", _UPDATED)

    def opened(files: dict[str, bytes], pinned: tuple[str, ...] = (_A,)) -> list[dict[str, Any]]:
        return [
            {"form": "german", "files": _encoded(files), "anchors": anchors(*pinned), "fetched": _UPDATED}
        ]

    unknown: list[Asked] = [(_query(), _UNKNOWN)]
    shallow = {"kid.lst": kids, f"{folder}/index.lst": _cose({first: [time, 1]})}
    far = next(f"TEST {number}" for number in range(1000) if _hash(f"TEST {number}")[:1] != first)
    near = next(
        f"TEST {n}"
        for n in range(10_000)
        if _hash(f"TEST {n}")[:1] == first and _hash(f"TEST {n}")[1:2] != second
    )
    cases: tuple[tuple[str, str, dict[str, bytes], list[Asked]], ...] = (
        (
            "listed",
            "A hash in the finest chunk, and two that the index has not.",
            good,
            [(_query(), revoked), (_query(far), free), (_query(near), free)],
        ),
        (
            "coarser-chunk",
            "The chunk of the first byte.",
            {**shallow, f"{folder}/{first.hex()}/chunk.lst": _cose([_UCI])},
            [(_query(), revoked)],
        ),
        (
            "coarsest-chunk",
            "The one chunk of the key.",
            {**shallow, f"{folder}/chunk.lst": _cose([_UCI, bytes(16)])},
            [(_query(), revoked)],
        ),
        (
            "key-not-listed",
            "A key that is not in the list of keys has nothing revoked.",
            good,
            [(_query(kid="00" * 8), free)],
        ),
        (
            "chunk-missing",
            "A chunk that is announced is not there.",
            {name: data for name, data in good.items() if name != place},
            unknown,
        ),
        (
            "chunk-by-a-stranger",
            "The chunk is signed by another key.",
            {**good, place: _cose([_UCI], _STRANGER)},
            unknown,
        ),
        (
            "chunk-of-another-place",
            "The chunk holds a hash of another place too.",
            {**good, place: _cose([_UCI, bytes(16)])},
            unknown,
        ),
        ("chunk-of-15", "The chunk holds a hash of 15 bytes.", {**good, place: _cose([_UCI[:15]])}, unknown),
        ("index-missing", "The index is not there.", {"kid.lst": kids}, unknown),
        (
            "index-by-a-stranger",
            "The index is signed by another key.",
            {**good, f"{folder}/index.lst": _cose(deep, _STRANGER)},
            unknown,
        ),
    )
    for name, description, files, asked in cases:
        _add(f"german-{name}", description, opened(files), asked, "RV-39")
    _add(
        "german-kids-by-a-stranger",
        "The list of keys is signed by another key.",
        opened({**good, "kid.lst": _cose({_KID: {b"\x0b": 1}}, _STRANGER)}),
        _SIGNATURE,
        "RV-39",
    )
    _add(
        "german-type-unknown",
        "A type of hash that there is not.",
        opened({**good, "kid.lst": _cose({_KID: {b"\x0d": 1}})}),
        _UNREADABLE,
        "RV-39",
    )
    _add("german-no-anchor", "No anchor.", opened(good, ()), "anchor-missing", "RV-39")
    _add(
        "german-weak-anchor",
        "The anchor is an RSA key of 1024 bits.",
        opened(good, ("rsa-1024",)),
        "weak-signature",
        "RV-39",
    )
    for name, since, at, answer in _NINETY_DAYS:
        _add(
            f"german-{name}",
            f"Asked {since} after the latest time in the index: what is not listed is {answer['status']}.",
            opened(good),
            [(_query(), revoked), (_query(far), answer)],
            "RV-43",
            at=at,
        )


_files()
_headers()
_sections()
_chains()
_answers()
_ledgers()
_batches()
_device_slices()
_german()
