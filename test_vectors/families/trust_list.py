"""vaxcert's own trust list: the signed document, its content, and what each entry is worth."""

from __future__ import annotations

from typing import Any, Final

from test_vectors.builder import ALG, CONTENT_TYPE, KID, SIGN1, key, sig_structure
from test_vectors.documents import (
    AT,
    ATTESTATION,
    REVOCATION_LIST,
    TRUST_LIST,
    anchors,
    bare,
    base64,
    certified,
    digest,
    document,
    in_order,
    message,
    plain_message,
    signed,
    spki,
    trust_list,
)
from test_vectors.encoding import NOT_A_NUMBER, UNDEFINED, Indefinite, Pairs, Raw, Tagged, cbor, nested
from test_vectors.operation import OperationFamily
from test_vectors.signed import anchor_kid

FAMILY: Final = OperationFamily("trust-list", "read-trust-list", spec="vaxcert trust list, sections 2 to 6")

A, B, C, STRANGER = "es256-collision-1", "es256-collision-2", "ps256-3072", "es256-stranger"
_ALL_KINDS: Final = ["recovery", "test", "vaccination"]
_UNREADABLE: Final = "trust-list-unreadable"
_SIGNATURE: Final = "trust-list-signature"


def listed_key(name: str, **changes: Any) -> dict[str, Any]:
    """What is answered of the key of a certificate in `keys/`."""
    signer = key(name)
    return {
        "kid": signer.kid.hex(),
        "digest": digest(signer.certificate).hex(),
        "country": "VN",
        "kinds": _ALL_KINDS,
        "domain": None,
        "not_before": "2025-01-01T00:00:00Z",
        "not_after": "2027-01-01T00:00:00Z",
        "withdrawn": False,
        **changes,
    }


def bare_key(name: str, kid: bytes = b"TESTkid1", **changes: Any) -> dict[str, Any]:
    """What is answered of a bare key without limits."""
    return {
        "kid": kid.hex(),
        "digest": digest(spki(name)).hex(),
        "country": None,
        "kinds": _ALL_KINDS,
        "domain": None,
        "not_before": None,
        "not_after": None,
        "withdrawn": False,
        **changes,
    }


def list_read(*keys: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """What is answered of a list that is taken."""
    return {
        "outcome": "accepted",
        "reason": None,
        "format": "vaxcert",
        "environment": "production",
        "number": 7,
        "overdue": False,
        "entries": len(keys),
        "keys": sorted(keys, key=lambda one: (one["kid"], one["digest"])),
        "problems": [],
        "withdrawn": [],
        **changes,
    }


def list_not_read(reason: str) -> dict[str, Any]:
    """What is answered of a list that is not."""
    return {"outcome": "unreadable" if reason == _UNREADABLE else "refused", "reason": reason}


def _add(
    name: str,
    description: str,
    data: bytes,
    expected: dict[str, Any] | str,
    *requirements: str,
    pinned: list[str] | None = None,
    **more: Any,
) -> None:
    FAMILY.add(
        name,
        description,
        {"document": base64(data), "anchors": anchors(A) if pinned is None else pinned, **more},
        list_not_read(expected) if isinstance(expected, str) else expected,
        context={"at": AT},
        requirements=requirements,
    )


_ONE: Final = trust_list(certified("es256"))
_ONE_READ: Final = list_read(listed_key("es256"))


def _envelopes() -> None:
    good = signed(_ONE, A)
    _add(
        "one-anchor", "One entry, signed by the one anchor.", good, _ONE_READ, "TL-1", "TL-2", "TL-3", "TL-5"
    )
    _add(
        "anchor-as-certificate",
        "The anchor is given as its certificate.",
        good,
        _ONE_READ,
        "TL-2",
        pinned=[base64(key(A).certificate)],
    )
    right = message(A, _ONE)
    protected, _, _, signature = right.value
    head = len(cbor("vaxcert-signed-1")) + 1
    cases: tuple[tuple[str, str, bytes, str], ...] = (
        (
            "other-start",
            "It begins with another text.",
            document(_ONE, [right], start="vaxcert-signed-2"),
            "TL-1",
        ),
        ("array-of-four", "An array of four.", cbor(["vaxcert-signed-1", _ONE, [right], 0]), "TL-1"),
        ("content-as-text", "The content is a text.", cbor(["vaxcert-signed-1", "x", [right]]), "TL-1"),
        ("without-signatures", "The array of signatures is empty.", document(_ONE, []), "TL-1"),
        ("empty", "Nothing at all after the beginning.", good[:head], "TL-1"),
        ("without-tag", "The signature has no tag.", cbor(["vaxcert-signed-1", _ONE, [right.value]]), "TL-2"),
        (
            "tag-of-cwt",
            "The signature has the tag of a CWT.",
            cbor(["vaxcert-signed-1", _ONE, [Tagged(61, right.value)]]),
            "TL-2",
        ),
        (
            "something-unprotected",
            "The unprotected header is not empty.",
            document(_ONE, [Tagged(SIGN1, [protected, {4: b"x"}, None, signature])]),
            "TL-2",
        ),
        (
            "payload-attached",
            "The payload is in the signature again.",
            document(_ONE, [Tagged(SIGN1, [protected, {}, _ONE, signature])]),
            "TL-2",
        ),
        (
            "fourth-header",
            "A fourth member is protected.",
            document(_ONE, [message(A, _ONE, header={1000: 1})]),
            "TL-3",
        ),
        (
            "without-anchor-identifier",
            "The anchor is not named.",
            document(_ONE, [message(A, _ONE, header={KID: None})]),
            "TL-3",
        ),
        (
            "anchor-identifier-of-seven",
            "The anchor is named by seven bytes.",
            document(_ONE, [message(A, _ONE, header={KID: anchor_kid(key(A))[:7]})]),
            "TL-3",
        ),
        (
            "without-content-type",
            "No content type is named.",
            document(_ONE, [message(A, _ONE, header={CONTENT_TYPE: None})]),
            "TL-3 TL-5",
        ),
        (
            "revocation-list",
            "Rightly signed as a revocation list.",
            signed(_ONE, A, content_type=REVOCATION_LIST),
            "TL-5",
        ),
        (
            "attestation",
            "Rightly signed as an attestation.",
            signed(_ONE, A, content_type=ATTESTATION),
            "TL-5",
        ),
        (
            "two-content-types",
            "The second signature is of another kind.",
            document(_ONE, [right, message(B, _ONE, REVOCATION_LIST)]),
            "TL-5",
        ),
        (
            "long-length-of-content",
            "The length of the content is written in four bytes where two are enough.",
            good.replace(cbor(_ONE)[:3], b"\x5a\x00\x00" + cbor(_ONE)[1:3], 1),
            "TL-6",
        ),
        (
            "signatures-of-no-length",
            "The array of signatures has no length of its own.",
            cbor(["vaxcert-signed-1", _ONE, Indefinite([right])]),
            "TL-6",
        ),
        (
            "protected-out-of-order",
            "The protected header is in another order, and so signed.",
            document(_ONE, [_in_other_order()]),
            "TL-6",
        ),
        (
            "signatures-out-of-order",
            "Two right signatures, the later one first.",
            _reversed(document(_ONE, [right, message(B, _ONE)])),
            "TL-6",
        ),
        ("byte-after-the-end", "A byte after the end.", good + b"\x00", "TL-6"),
        ("byte-short", "The last byte is missing.", good[:-1], "TL-6"),
    )
    for name, description, data, requirements in cases:
        _add(name, description, data, _UNREADABLE, *requirements.split(), format="vaxcert")


def _in_other_order() -> Tagged:
    signer = key(A)
    protected = cbor({KID: anchor_kid(signer), CONTENT_TYPE: TRUST_LIST, ALG: signer.algorithm})
    return plain_message(protected, signer.sign(sig_structure(protected, _ONE)))


def _reversed(data: bytes) -> bytes:
    """A document of two signatures of one size with them the other way round."""
    first = message(A, _ONE), message(B, _ONE)
    size = len(cbor(first[0]))
    return data[: -2 * size] + data[-size:] + data[-2 * size : -size]


def _signatures() -> None:
    good = document(_ONE, [message(A, _ONE)])
    flipped = _ONE.replace(b"TEST vectors", b"TEST vectorz")
    wrong: tuple[tuple[str, str, bytes, str], ...] = (
        ("other-content", "One letter of the content is another.", good.replace(_ONE, flipped), "TL-2"),
        (
            "signature-flipped-first",
            "The first bit of the signature is flipped.",
            document(_ONE, [message(A, _ONE, tamper=lambda made: bytes([made[0] ^ 0x80]) + made[1:])]),
            "TL-2",
        ),
        (
            "signature-flipped-last",
            "The last bit of the signature is flipped.",
            document(_ONE, [message(A, _ONE, tamper=lambda made: made[:-1] + bytes([made[-1] ^ 1]))]),
            "TL-2",
        ),
        (
            "signature-of-63",
            "The signature has 63 bytes.",
            document(_ONE, [message(A, _ONE, tamper=lambda made: made[:-1])]),
            "TL-4",
        ),
        (
            "signature-of-65",
            "The signature has 65 bytes.",
            document(_ONE, [message(A, _ONE, tamper=lambda made: made + b"\x00")]),
            "TL-4",
        ),
        (
            "named-another-algorithm",
            "An ES256 key signs under the name PS256.",
            document(_ONE, [message(A, _ONE, header={ALG: -37})]),
            "TL-4",
        ),
        (
            "by-a-stranger-as-the-anchor",
            "A stranger signs under the anchor's name.",
            document(_ONE, [message(STRANGER, _ONE, header={KID: anchor_kid(key(A))})]),
            "TL-2",
        ),
        ("by-a-stranger", "Only a stranger signed.", signed(_ONE, STRANGER), "TL-2"),
        (
            "right-and-wrong-one-of-an-anchor",
            "The anchor's right signature, and a wrong one under its name.",
            document(_ONE, [message(A, _ONE), message(A, _ONE, over=_ONE + b"x")]),
            "TL-2",
        ),
    )
    for name, description, data, requirement in wrong:
        _add(name, description, data, _SIGNATURE, requirement)
    _add(
        "by-pss",
        "Signed by an RSA anchor with a salt of 32 bytes.",
        signed(_ONE, C),
        _ONE_READ,
        "TL-4",
        pinned=anchors(C),
    )
    _add(
        "by-pss-wrong",
        "Signed by an RSA anchor, over another content.",
        document(_ONE, [message(C, _ONE, over=_ONE + b"x")]),
        _SIGNATURE,
        "TL-4",
        pinned=anchors(C),
    )
    for name in ("rsa-1024", "rsa-2047"):
        _add(
            f"by-{name}",
            f"Rightly signed by an RSA anchor of {name[4:]} bits, where 2048 are the least.",
            signed(_ONE, name),
            "weak-signature",
            "TL-4",
            pinned=anchors(name),
        )
    _add(
        "by-small-rsa-among-others",
        "One anchor signed, and one that is too small.",
        signed(_ONE, A, "rsa-1024"),
        "weak-signature",
        "TL-4",
        pinned=anchors(A, "rsa-1024"),
    )
    _add(
        "by-rsa-2048",
        "Signed by an RSA anchor that is just large enough.",
        signed(_ONE, "ps256-2048"),
        _ONE_READ,
        "TL-4",
        pinned=anchors("ps256-2048"),
    )
    _add(
        "stranger-beside-the-anchor",
        "A stranger's signature beside the anchor's, which counts for nothing.",
        signed(_ONE, A, STRANGER),
        _ONE_READ,
        "TL-2",
    )
    _add(
        "wrong-stranger-beside-the-anchor",
        "A stranger's wrong signature beside the anchor's, which nobody can judge.",
        document(_ONE, [message(A, _ONE), message(STRANGER, _ONE, over=b"x")]),
        _ONE_READ,
        "TL-2",
    )


def _anchors() -> None:
    good = signed(_ONE, A)
    _add("no-anchor", "No anchor is pinned.", good, "anchor-missing", "TL-2", pinned=[])
    _add(
        "no-anchor-and-unsigned-allowed",
        "Lists without signature are allowed; this one has one.",
        good,
        "anchor-missing",
        "TL-2",
        pinned=[],
        allow_unsigned=True,
    )
    _add(
        "no-anchor-and-damaged",
        "No anchor is pinned, and the document is cut short.",
        good[:-1],
        "anchor-missing",
        "TL-2",
        pinned=[],
    )
    for name, description, data in (
        ("anchor-of-zeros", "The anchor is no key.", bytes(91)),
        ("anchor-cut-short", "The anchor lacks its last byte.", spki(A)[:-1]),
        (
            "anchor-pem-broken",
            "The anchor is PEM around nothing.",
            b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        ),
    ):
        _add(name, description, good, "anchor-unreadable", "TL-2", pinned=[base64(data)])


def _thresholds() -> None:
    short = "trust-list-threshold"
    two, three = anchors(A, B), anchors(A, B, C)
    cases: tuple[tuple[str, str, bytes, int, list[str], dict[str, Any] | str], ...] = (
        ("one-of-two", "One of two anchors, one is enough.", signed(_ONE, A), 1, two, _ONE_READ),
        ("one-of-two-where-two", "One of two anchors, two are needed.", signed(_ONE, B), 2, two, short),
        ("two-of-two", "Both anchors, two are needed.", signed(_ONE, A, B), 2, two, _ONE_READ),
        ("two-of-three", "Two of three anchors, two are needed.", signed(_ONE, A, C), 2, three, _ONE_READ),
        ("other-two-of-three", "Another two of three anchors.", signed(_ONE, B, C), 2, three, _ONE_READ),
        ("one-of-three", "One of three anchors, two are needed.", signed(_ONE, C), 2, three, short),
        (
            "two-of-three-where-three",
            "Two of three anchors, three are needed.",
            signed(_ONE, A, B),
            3,
            three,
            short,
        ),
        (
            "stranger-does-not-count",
            "One anchor and a stranger, two are needed.",
            signed(_ONE, A, STRANGER),
            2,
            two,
            short,
        ),
        (
            "same-anchor-twice",
            "Two different right signatures by one anchor count once.",
            document(_ONE, [message(A, _ONE), message(A, _ONE, tamper=_other_signature)]),
            2,
            two,
            short,
        ),
        (
            "same-anchor-twice-where-one",
            "Two different right signatures by one anchor, one is needed.",
            document(_ONE, [message(A, _ONE), message(A, _ONE, tamper=_other_signature)]),
            1,
            two,
            _ONE_READ,
        ),
        (
            "two-right-one-wrong",
            "Two right signatures are enough, and a third anchor's is wrong.",
            document(_ONE, [message(A, _ONE), message(B, _ONE), message(C, _ONE, over=b"x")]),
            2,
            three,
            _SIGNATURE,
        ),
    )
    for name, description, data, threshold, pinned, expected in cases:
        _add(
            f"threshold-{name}",
            description,
            data,
            expected,
            "TL-2",
            "TL-38",
            pinned=pinned,
            threshold=threshold,
        )
    strangers = _strangers(62)
    _add(
        "signatures-63",
        "The anchor's and 62 more signatures.",
        document(_ONE, [message(A, _ONE), *strangers]),
        _ONE_READ,
        "TL-1",
    )
    _add(
        "signatures-64",
        "The anchor's and 63 more signatures.",
        document(_ONE, [message(A, _ONE), *_strangers(63)]),
        _ONE_READ,
        "TL-1",
    )
    _add(
        "signatures-65",
        "The anchor's and 64 more signatures.",
        document(_ONE, [message(A, _ONE), *_strangers(64)]),
        _UNREADABLE,
        "TL-1",
    )


_P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def _other_signature(made: bytes) -> bytes:
    """The second signature that everybody can make of an ECDSA signature: r and n - s."""
    s = int.from_bytes(made[32:], "big")
    return made[:32] + (_P256_ORDER - s).to_bytes(32, "big")


def _strangers(count: int) -> list[Tagged]:
    """So many signatures by keys that nobody has."""
    return [message(STRANGER, _ONE, header={KID: number.to_bytes(8, "big")}) for number in range(count)]


def _contents() -> None:
    entry = certified("es256")
    plain: dict[Any, Any] = {
        1: 1,
        2: "TEST vectors",
        3: 7,
        4: 1769860800,
        5: 1770465600,
        6: 1772280000,
        7: "production",
        8: [entry],
    }
    bad: tuple[tuple[str, str, bytes, str], ...] = (
        ("content-not-cbor", "The content is a reserved byte.", b"\xff", "TL-8"),
        ("content-array", "The content is an array.", cbor([plain]), "TL-8"),
        (
            "content-with-tag",
            "The date is tagged as one.",
            trust_list(entry, label_4=Tagged(1, 1769860800)),
            "TL-8",
        ),
        (
            "content-nan",
            "A member of a later version is no number.",
            trust_list(entry, label_20=NOT_A_NUMBER),
            "TL-8",
        ),
        (
            "content-undefined",
            "A member of a later version is undefined.",
            trust_list(entry, label_20=UNDEFINED),
            "TL-8",
        ),
        (
            "content-deep-17",
            "A member of a later version nests 17 deep with the list.",
            trust_list(entry, label_20=nested(16)),
            "TL-8",
        ),
        ("content-key-twice", "The number is there twice.", cbor(Pairs([*plain.items(), (3, 8)])), "TL-8"),
        ("without-issuer", "Nobody publishes it.", trust_list(entry, label_2=None), "TL-8"),
        ("issuer-empty", "The issuer is empty.", trust_list(entry, label_2=""), "TL-8"),
        ("issuer-201", "The issuer has 201 characters.", trust_list(entry, label_2="T" * 201), "TL-8"),
        ("issuer-line-feed", "The issuer has a line feed.", trust_list(entry, label_2="TEST\nx"), "TL-8"),
        ("without-number", "It has no number.", trust_list(entry, label_3=None), "TL-8"),
        ("number-0", "Its number is 0.", trust_list(entry, label_3=0), "TL-8"),
        ("number-2-to-53", "Its number is 2^53.", trust_list(entry, label_3=2**53), "TL-8"),
        ("number-true", "Its number is true.", trust_list(entry, label_3=True), "TL-8"),
        ("time-negative", "It was issued before 1970.", trust_list(entry, label_4=-1), "TL-10"),
        ("time-float", "It was issued at a fraction.", trust_list(entry, label_4=1769860800.5), "TL-10"),
        (
            "time-year-10000",
            "It is usable until the year 10000.",
            trust_list(entry, label_6=253402300800),
            "TL-10",
        ),
        (
            "due-before-issued",
            "It is due a second before it was issued.",
            trust_list(entry, label_5=1769860799),
            "TL-11",
        ),
        (
            "ends-before-due",
            "It ends a second before it is due.",
            trust_list(entry, label_6=1770465599),
            "TL-11",
        ),
        ("environment-other", "It is for staging.", trust_list(entry, label_7="staging"), "TL-13"),
        ("without-environment", "It does not say what it is for.", trust_list(entry, label_7=None), "TL-13"),
        ("without-entries", "The entries are not there.", trust_list(entry, label_8=None), "TL-8"),
        ("entries-map", "The entries are a map.", trust_list(label_8={}), "TL-8"),
        (
            "unknown-critical",
            "It names a member critical that is not known.",
            trust_list(entry, label_0=[20], label_20=1),
            "TL-15 TL-17",
        ),
        ("critical-empty", "The critical members are none.", trust_list(entry, label_0=[]), "TL-16"),
        ("critical-number", "The critical members are a number.", trust_list(entry, label_0=3), "TL-16"),
        (
            "critical-and-not-there",
            "It names a member critical that is not there.",
            trust_list(entry, label_0=[9]),
            "TL-16",
        ),
        ("format-2", "Its format is 2.", trust_list(entry, label_1=2), "TL-18"),
        ("format-0", "Its format is 0.", trust_list(entry, label_1=0), "TL-18"),
        (
            "companion-digest-31",
            "A companion's digest has 31 bytes.",
            trust_list(entry, label_11={"rules": {1: bytes(31)}}),
            "TL-29",
        ),
        (
            "companion-name-upper",
            "A companion's name is in capitals.",
            trust_list(entry, label_11={"RULES": {1: bytes(32)}}),
            "TL-29",
        ),
        (
            "companion-critical",
            "A companion has a critical member that is not known.",
            trust_list(entry, label_11={"rules": {0: [5], 1: bytes(32), 5: 1}}),
            "TL-15 TL-29",
        ),
    )
    for name, description, content, requirements in bad:
        _add(name, description, signed(content, A), _UNREADABLE, *requirements.split())
    key_read = listed_key("es256")
    good: tuple[tuple[str, str, bytes, str, dict[str, Any]], ...] = (
        (
            "content-deep-16",
            "A member of a later version nests 16 deep with the list.",
            trust_list(entry, label_20=nested(15)),
            "TL-8",
            {},
        ),
        ("issuer-200", "The issuer has 200 characters.", trust_list(entry, label_2="T" * 200), "TL-8", {}),
        ("number-1", "Its number is 1.", trust_list(entry, label_3=1), "TL-8", {"number": 1}),
        (
            "number-2-to-53-less-1",
            "Its number is 2^53 - 1.",
            trust_list(entry, label_3=2**53 - 1),
            "TL-8",
            {"number": 2**53 - 1},
        ),
        (
            "time-year-9999",
            "It is usable until the end of the year 9999.",
            trust_list(entry, label_6=253402300799),
            "TL-10",
            {},
        ),
        (
            "one-moment",
            "It was issued, is due and ends in one second.",
            trust_list(entry, label_4=1769947200, label_5=1769947200, label_6=1769947200),
            "TL-11",
            {},
        ),
        (
            "unknown-member",
            "A member of a later version, which is ignored.",
            trust_list(entry, label_20="x"),
            "TL-15 TL-39",
            {},
        ),
        (
            "unknown-member-by-name",
            "A member whose label is a text.",
            cbor(in_order({**plain, "later": 1})),
            "TL-15",
            {},
        ),
        ("known-critical", "It names a known member critical.", trust_list(entry, label_0=[6]), "TL-15", {}),
    )
    for name, description, content, requirements, changes in good:
        _add(name, description, signed(content, A), list_read(key_read, **changes), *requirements.split())
    both = sorted([certified("es256"), certified("es256-recovery")], key=cbor)
    for name, order in (("in-order", both), ("out-of-order", both[::-1])):
        _add(
            f"entries-{name}",
            f"Two entries, {name.replace('-', ' ')} of their encodings: a reader does not rely on it.",
            signed(trust_list(label_8=order), A),
            list_read(key_read, listed_key("es256-recovery", kinds=["recovery"])),
            "TL-9",
        )


def _environments() -> None:
    tests = signed(trust_list(certified("es256"), label_7="test"), A)
    wrong = "trust-list-environment"
    read_as_test = list_read(listed_key("es256"), environment="test")
    _add(
        "tests-where-production",
        "A list for tests, production is expected.",
        tests,
        wrong,
        "TL-13",
        environment="production",
    )
    _add(
        "tests-where-tests",
        "A list for tests, tests are expected.",
        tests,
        read_as_test,
        "TL-13",
        environment="test",
    )
    _add("tests-where-either", "A list for tests, nothing is expected.", tests, read_as_test, "TL-13")
    _add(
        "production-where-tests",
        "A list for production, tests are expected.",
        signed(_ONE, A),
        wrong,
        "TL-13",
        environment="test",
    )
    _add(
        "tests-by-anchor-of-production",
        "A list for tests by an anchor for production.",
        tests,
        wrong,
        "TL-13",
        anchor_environment="production",
    )
    _add(
        "production-by-anchor-of-tests",
        "A list for production by an anchor for tests.",
        signed(_ONE, A),
        wrong,
        "TL-13",
        anchor_environment="test",
    )


def _entries() -> None:
    good, read = certified("es256"), listed_key("es256")
    unreadable = "trust-entry-unreadable"
    point = spki("es256-stranger")
    compressed = bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d03010703220002") + point[27:59]
    bad: tuple[tuple[str, str, Any, str, str], ...] = (
        ("neither", "neither certificate nor key", {4: "VN"}, unreadable, "TL-19"),
        (
            "both",
            "certificate and key",
            certified("es256-recovery", label_2=point, label_3=b"x"),
            unreadable,
            "TL-19",
        ),
        (
            "kid-beside-certificate",
            "a key identifier beside its certificate",
            certified("es256-recovery", label_3=b"TESTkid1"),
            unreadable,
            "TL-19",
        ),
        ("bare-without-kid", "a bare key without identifier", {2: point}, unreadable, "TL-19"),
        ("kid-empty", "a key identifier of no bytes", bare(STRANGER, b""), unreadable, "TL-19"),
        ("kid-33", "a key identifier of 33 bytes", bare(STRANGER, bytes(33)), unreadable, "TL-19"),
        ("number", "a number", 7, unreadable, "TL-20"),
        ("p384", "a bare key of P-384", bare("p384"), "key-type", "TL-20"),
        ("p384-certificate", "a certificate of a P-384 key", certified("p384"), "key-type", "TL-20"),
        (
            "key-cut-short",
            "a key that lacks its last byte",
            {2: point[:-1], 3: b"TESTkid1"},
            unreadable,
            "TL-20",
        ),
        (
            "key-compressed",
            "a key whose point is compressed",
            {2: compressed, 3: b"TESTkid1"},
            unreadable,
            "TL-20",
        ),
        (
            "certificate-cut-short",
            "a certificate that lacks its last byte",
            {1: key(STRANGER).certificate[:-1]},
            "certificate-unreadable",
            "TL-20",
        ),
        (
            "certificate-zeros",
            "zeros in place of a certificate",
            {1: bytes(200)},
            "certificate-unreadable",
            "TL-20",
        ),
        (
            "certificate-pem",
            "a certificate in PEM",
            {1: b"-----BEGIN CERTIFICATE-----\n"},
            "certificate-unreadable",
            "TL-20",
        ),
        (
            "kinds-disjoint",
            "a certificate for recoveries, limited to vaccinations",
            certified("es256-recovery", label_5=[2]),
            unreadable,
            "TL-21",
        ),
        (
            "kinds-unknown-only",
            "a kind that is not known, which grants nothing",
            certified(STRANGER, label_5=[4]),
            unreadable,
            "TL-21",
        ),
        (
            "country-other",
            "another country than its certificate",
            certified(STRANGER, label_4="LA"),
            unreadable,
            "TL-21",
        ),
        (
            "country-lower",
            "a country in small letters",
            certified(STRANGER, label_4="vn"),
            unreadable,
            "TL-21",
        ),
        (
            "never-in-date",
            "a start after the end of its certificate",
            certified(STRANGER, label_7=1893456000),
            unreadable,
            "TL-21",
        ),
        (
            "dates-reversed",
            "an end before its start",
            certified(STRANGER, label_7=1769860800, label_8=1769860799),
            unreadable,
            "TL-21",
        ),
        (
            "domain-41",
            "a domain of 41 characters",
            certified(STRANGER, label_6="D" * 41),
            unreadable,
            "TL-21",
        ),
        ("domain-blank", "a domain with a blank", certified(STRANGER, label_6="D C"), unreadable, "TL-21"),
        ("status-2", "the status 2", certified(STRANGER, label_9=2), unreadable, "TL-23"),
        (
            "critical",
            "a critical member that is not known",
            certified(STRANGER, label_0=[20], label_20=1),
            unreadable,
            "TL-15",
        ),
        (
            "critical-empty",
            "an empty array of critical members",
            certified(STRANGER, label_0=[]),
            unreadable,
            "TL-16",
        ),
    )
    for name, description, entry, reason, requirement in bad:
        _add(
            f"bad-entry-{name}",
            f"Of two entries one has {description}: it is reported, and the other still counts.",
            signed(trust_list(good, entry), A),
            list_read(read, entries=2, problems=[reason]),
            requirement,
            "TL-20",
        )
    ok: tuple[tuple[str, str, Any, dict[str, Any], str], ...] = (
        ("bare-key", "A bare key without limits.", bare(STRANGER), bare_key(STRANGER), "TL-19 TL-22"),
        ("bare-rsa-key", "A bare RSA key.", bare("ps256-2048"), bare_key("ps256-2048"), "TL-20"),
        ("kid-1", "A key identifier of one byte.", bare(STRANGER, b"x"), bare_key(STRANGER, b"x"), "TL-19"),
        (
            "kid-32",
            "A key identifier of 32 bytes.",
            bare(STRANGER, bytes(32)),
            bare_key(STRANGER, bytes(32)),
            "TL-19",
        ),
        (
            "kinds-narrowed",
            "Limited to two kinds.",
            certified(STRANGER, label_5=[1, 2]),
            listed_key(STRANGER, kinds=["test", "vaccination"]),
            "TL-21",
        ),
        (
            "kinds-not-widened",
            "A certificate for recoveries, and an entry for all kinds.",
            certified("es256-recovery", label_5=[1, 2, 3]),
            listed_key("es256-recovery", kinds=["recovery"]),
            "TL-21",
        ),
        (
            "kinds-old-arc",
            "Its purpose is in the older of the two arcs.",
            certified("es256-test-old-arc"),
            listed_key("es256-test-old-arc", kinds=["test"]),
            "TL-21",
        ),
        (
            "kinds-with-unknown",
            "Two kinds, one of which is not known.",
            certified(STRANGER, label_5=[2, 4]),
            listed_key(STRANGER, kinds=["vaccination"]),
            "TL-21",
        ),
        (
            "start-later",
            "It starts later than its certificate.",
            certified(STRANGER, label_7=1769904000),
            listed_key(STRANGER, not_before="2026-02-01T00:00:00Z"),
            "TL-21",
        ),
        (
            "start-earlier",
            "It starts earlier than its certificate, which counts.",
            certified(STRANGER, label_7=0),
            listed_key(STRANGER),
            "TL-21",
        ),
        (
            "end-earlier",
            "It ends earlier than its certificate.",
            certified(STRANGER, label_8=1769904000),
            listed_key(STRANGER, not_after="2026-02-01T00:00:00Z"),
            "TL-21",
        ),
        (
            "end-later",
            "It ends later than its certificate, which counts.",
            certified(STRANGER, label_8=1893456000),
            listed_key(STRANGER),
            "TL-21",
        ),
        (
            "domain",
            "Limited to a domain.",
            certified(STRANGER, label_6="ICVP"),
            listed_key(STRANGER, domain="ICVP"),
            "TL-21",
        ),
        (
            "bare-limits",
            "A bare key with every limit.",
            bare(STRANGER, label_4="VN", label_5=[2], label_6="DCC", label_7=0, label_8=1769904000),
            bare_key(
                STRANGER,
                country="VN",
                kinds=["vaccination"],
                domain="DCC",
                not_before="1970-01-01T00:00:00Z",
                not_after="2026-02-01T00:00:00Z",
            ),
            "TL-21 TL-22",
        ),
        (
            "unknown-member-of-entry",
            "A member of a later version.",
            certified(STRANGER, label_20="x"),
            listed_key(STRANGER),
            "TL-15",
        ),
        (
            "status-1",
            "It is withdrawn, and stays listed.",
            certified(STRANGER, label_9=1),
            listed_key(STRANGER, withdrawn=True),
            "TL-23",
        ),
        (
            "status-0",
            "Its status says that it is trusted.",
            certified(STRANGER, label_9=0),
            listed_key(STRANGER),
            "TL-23",
        ),
    )
    for name, description, entry, expected, requirements in ok:
        withdrawn = [expected["digest"]] if expected["withdrawn"] else []
        _add(
            f"entry-{name}",
            description,
            signed(trust_list(good, entry), A),
            list_read(read, expected, withdrawn=withdrawn),
            *requirements.split(),
        )
    shared = b"TESTsame"
    _add(
        "entry-shared-kid",
        "Two keys under one identifier: both are there.",
        signed(trust_list(bare(A, shared), bare(B, shared)), A),
        list_read(bare_key(A, shared), bare_key(B, shared)),
        "TL-24",
    )


def _authorities() -> None:
    own, other = key("csca-es256").certificate, key("csca-ps256").certificate
    good, read = certified("es256"), listed_key("es256")
    _add(
        "authority-issued-it",
        "The authority of its country issued it.",
        signed(trust_list(good, label_10=[{1: own, 4: "VN"}]), A),
        list_read(read),
        "TL-26",
        "TL-28",
    )
    _add(
        "authority-one-of-two",
        "One of two authorities of its country issued it.",
        signed(trust_list(good, label_10=[{1: own, 4: "VN"}, {1: other, 4: "VN"}]), A),
        list_read(read),
        "TL-26",
    )
    _add(
        "authority-of-another-country",
        "Only another country has an authority.",
        signed(trust_list(good, label_10=[{1: other, 4: "LA"}]), A),
        list_read(read),
        "TL-26",
    )
    _add(
        "authority-did-not-issue-it",
        "The authority of the country issued one of two.",
        signed(trust_list(good, certified("ps256-2048"), label_10=[{1: own, 4: "VN"}]), A),
        list_read(read, entries=2, problems=["trust-entry-signature"]),
        "TL-26",
    )
    _add(
        "authority-did-not-issue-either",
        "The authority of the country issued the third only.",
        signed(
            trust_list(certified(A), certified(B), certified("ps256-2048"), label_10=[{1: other, 4: "VN"}]), A
        ),
        list_read(listed_key("ps256-2048"), entries=3, problems=["trust-entry-signature"] * 2),
        "TL-26",
    )
    _add(
        "authority-unreadable",
        "The authority of the country cannot be read, so it certified nobody; a bare key asks none.",
        signed(trust_list(good, bare(STRANGER), label_10=[{1: own[:-1], 4: "VN"}]), A),
        list_read(
            bare_key(STRANGER), entries=2, problems=["certificate-unreadable", "trust-entry-signature"]
        ),
        "TL-26",
        "TL-27",
    )
    _add(
        "authority-and-withdrawn",
        "A withdrawn entry asks no authority.",
        signed(trust_list(good, certified("ps256-2048", label_9=1), label_10=[{1: own, 4: "VN"}]), A),
        list_read(
            read,
            listed_key("ps256-2048", withdrawn=True),
            withdrawn=[digest(key("ps256-2048").certificate).hex()],
        ),
        "TL-27",
    )
    _add(
        "authority-without-country",
        "An authority that is of no country is a problem.",
        signed(trust_list(good, label_10=[{1: own}]), A),
        list_read(read, problems=["trust-entry-unreadable"]),
        "TL-26",
    )


def _bounds() -> None:
    kids = [number.to_bytes(8, "big") for number in range(2)]
    _add(
        "withdrawals-by-identifier",
        "Two keys that are not listed are withdrawn by their identifiers.",
        signed(trust_list(certified("es256"), label_9=kids), A),
        list_read(listed_key("es256"), withdrawn=[one.hex() for one in kids]),
        "TL-25",
    )
    too_many = Raw(cbor([0] * 100_001))
    for label, what in ((8, "entries"), (9, "withdrawals")):
        changes: dict[str, Any] = {f"label_{label}": too_many}
        _add(f"{what}-100001", f"100,001 {what}.", signed(trust_list(**changes), A), _UNREADABLE, "TL-14")


_envelopes()
_signatures()
_anchors()
_thresholds()
_contents()
_environments()
_entries()
_authorities()
_bounds()
