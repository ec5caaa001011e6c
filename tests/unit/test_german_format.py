import json
import random
from base64 import b64encode
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from tests.support.gateway import german_list, item
from tests.support.lists import holder
from tests.support.signers import signer

from vaxcert.crypto.algorithms import Algorithm
from vaxcert.errors import Reason, TrustListError
from vaxcert.limits import MAX_BUNDLE_CERTIFICATES, MAX_TRUST_FILE_BYTES
from vaxcert.trust import formats
from vaxcert.trust.anchors import Anchor, anchor_of
from vaxcert.trust.list_findings import ListFinding, ListFindingCode
from vaxcert.trust.origin import Environment, Proof
from vaxcert.trust.trust_list import ListReading

KEY = ec.derive_private_key(2021, ec.SECP256R1())
ANCHOR = anchor_of(KEY.public_key(), name="TEST list")
GERMAN = formats.format_named("german")
ONE, TWO = (signer(country=country).certificate for country in ("VN", "LA"))
ITEMS = [item(ONE), item(TWO, timestamp="2023-05-09T10:00:00+00:00")]
LIST = german_list(KEY, ITEMS)


def terms(*anchors: Anchor, **changes: Any) -> formats.ReadingTerms:
    return formats.ReadingTerms(source="TEST", anchors=anchors or (ANCHOR,), **changes)


def read(*items: Any) -> ListReading:
    return formats.read(german_list(KEY, list(items)), terms())


def refusal(data: bytes, use: formats.ReadingTerms | None = None) -> Reason:
    with pytest.raises(TrustListError) as caught:
        formats.read(data, use or terms())
    return caught.value.reason


def codes(reading: ListReading) -> Counter[ListFindingCode]:
    return Counter(finding.code for finding in reading.findings)


def test_a_sound_list_gives_its_keys() -> None:
    assert formats.recognised(LIST) is GERMAN
    reading = formats.read(LIST, terms())
    assert [key.digest for key in reading.keys] == [ONE.digest, TWO.digest]
    assert [key.country for key in reading.keys] == ["VN", "LA"]
    assert (reading.entries, reading.kids_confirmed, reading.problems) == (2, 2, ())
    assert reading.findings == ()
    assert reading.environment is Environment.PRODUCTION
    assert reading.origin.proof is Proof.SIGNED
    assert (reading.origin.name, reading.origin.format) == ("TEST", "german")
    assert all(key.origin is reading.origin for key in reading.keys)


def test_it_is_as_old_as_its_newest_item() -> None:
    assert formats.read(LIST, terms()).origin.issued == datetime(2023, 5, 9, 10, tzinfo=UTC)
    without = read(item(ONE, timestamp=None), item(TWO, timestamp="yesterday"))
    assert without.origin.issued is None
    assert len(without.keys) == 2


@pytest.mark.parametrize(
    "timestamp", [7, "", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2023"]
)
def test_odd_timestamps_keep_no_key_out(timestamp: object) -> None:
    assert len(read(item(ONE, timestamp=timestamp)).keys) == 1


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b" \n\n\t "])
@pytest.mark.parametrize("after", [b"", b"\n", b"\r\n  "])
def test_white_space_around_the_list_is_not_signed(line_end: bytes, after: bytes) -> None:
    assert len(formats.read(german_list(KEY, ITEMS, line_end=line_end) + after, terms()).keys) == 2


def test_one_fitting_anchor_among_others_is_enough() -> None:
    others = (
        anchor_of(ec.derive_private_key(7, ec.SECP256R1()).public_key()),
        anchor_of(ec.derive_private_key(7, ec.SECP384R1()).public_key()),
        anchor_of(rsa.generate_private_key(65537, 2048).public_key()),
    )
    assert len(formats.read(LIST, terms(*others, ANCHOR)).keys) == 2
    for other in others:
        assert refusal(LIST, terms(other)) is Reason.TRUST_LIST_SIGNATURE


def test_without_an_anchor_it_is_read_only_unsigned() -> None:
    assert refusal(LIST, formats.ReadingTerms()) is Reason.ANCHOR_MISSING
    reading = formats.read(LIST, formats.ReadingTerms(allow_unsigned=True))
    assert reading.origin.proof is Proof.UNSIGNED
    wrong = terms(anchor_of(ec.derive_private_key(7, ec.SECP256R1()).public_key()), allow_unsigned=True)
    assert refusal(LIST, wrong) is Reason.TRUST_LIST_SIGNATURE


@pytest.mark.parametrize(
    ("instead", "reason"),
    [
        (LIST.partition(b"\n")[2], Reason.TRUST_LIST_UNSIGNED),
        (json.dumps(ITEMS).encode(), Reason.TRUST_LIST_SIGNATURE),
        (ONE.der, Reason.TRUST_LIST_UNSIGNED),
        (b"", Reason.TRUST_LIST_UNSIGNED),
    ],
)
def test_another_form_without_its_signature_is_refused_where_there_is_an_anchor(
    instead: bytes, reason: Reason
) -> None:
    assert refusal(instead) is reason
    assert refusal(instead, terms(allow_unsigned=True)) is reason


def test_the_anchor_says_the_environment() -> None:
    for_tests = anchor_of(KEY.public_key(), environment=Environment.TEST)
    assert formats.read(LIST, terms(for_tests)).environment is Environment.TEST
    assert {key.environment for key in formats.read(LIST, terms(for_tests)).keys} == {Environment.TEST}
    with_wish = terms(for_tests, environment=Environment.PRODUCTION)
    assert refusal(LIST, with_wish) is Reason.TRUST_LIST_ENVIRONMENT


def test_every_changed_byte_is_refused() -> None:
    source = random.Random(18)
    newline = LIST.index(b"\n")
    positions = [*range(newline), *source.sample(range(newline + 1, len(LIST)), 200)]
    for position in positions:
        changed = bytearray(LIST)
        changed[position] ^= 1 << source.randrange(7)
        with pytest.raises(TrustListError) as caught:
            GERMAN.read(bytes(changed), terms())
        assert caught.value.reason in (Reason.TRUST_LIST_SIGNATURE, Reason.TRUST_LIST_UNREADABLE)
        if b"\n" not in (changed[position : position + 1], LIST[position : position + 1]):
            assert caught.value.reason is Reason.TRUST_LIST_SIGNATURE


def test_a_signature_in_another_spelling_is_refused() -> None:
    line, _, body = LIST.partition(b"\n")
    spare = bytes([line[85] + 1])  # 86 characters hold 512 bits and four that mean nothing
    assert refusal(line[:85] + spare + line[86:] + b"\n" + body) is Reason.TRUST_LIST_SIGNATURE


@pytest.mark.parametrize("cut", [1, 100, len(LIST) - 100], ids=["at once", "soon", "near the end"])
def test_a_list_cut_short_is_refused(cut: int) -> None:
    assert refusal(LIST[:-cut]) is Reason.TRUST_LIST_SIGNATURE


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"{",
        b'{"certificates": {}}',
        b'{"certificates": [], "certificates": []}',
        b'{"certificates": null}',
        b'{"certificates": [\xff]}',
        b'{"certificates": ' + b"[" * 100_000,
        b'{"certificates": ' + b"9" * 5000 + b"}",
        b'{"certificates": [' + b"0," * MAX_BUNDLE_CERTIFICATES + b"0]}",
    ],
)
def test_what_is_signed_and_no_list_is_unreadable(body: bytes) -> None:
    assert refusal(german_list(KEY, body)) is Reason.TRUST_LIST_UNREADABLE


def test_without_a_newline_it_is_unreadable() -> None:
    with pytest.raises(TrustListError) as caught:
        GERMAN.read(b"{}", terms())
    assert caught.value.reason is Reason.TRUST_LIST_UNREADABLE


def test_as_many_entries_as_allowed_are_read() -> None:
    body = b'{"certificates": [' + b"0," * (MAX_BUNDLE_CERTIFICATES - 1) + b"0]}"
    assert len(formats.read(german_list(KEY, body), terms()).problems) == MAX_BUNDLE_CERTIFICATES


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (7, Reason.TRUST_ENTRY_UNREADABLE),
        ({}, Reason.TRUST_ENTRY_UNREADABLE),
        (item(ONE, rawData="!"), Reason.TRUST_ENTRY_UNREADABLE),
        (item(ONE, rawData=["x"]), Reason.TRUST_ENTRY_UNREADABLE),
        (item(ONE, rawData="é"), Reason.TRUST_ENTRY_UNREADABLE),
        (item(ONE, rawData=b64encode(ONE.der[:-1]).decode()), Reason.CERTIFICATE_UNREADABLE),
        (item(ONE, certificateType="XYZ"), Reason.TRUST_ENTRY_UNREADABLE),
        (item(ONE, certificateType=["DSC"]), Reason.TRUST_ENTRY_UNREADABLE),
    ],
)
def test_bad_entry_is_a_problem_of_its_own(bad: Any, reason: Reason) -> None:
    reading = read(item(TWO), bad, item(ONE))
    assert [key.digest for key in reading.keys] == [TWO.digest, ONE.digest]
    assert [problem.reason for problem in reading.problems] == [reason]
    assert "entry 2" in str(reading.problems[0])
    assert reading.entries == 3


@pytest.mark.parametrize("kid", ["AAAAAAAAAAA=", "", "!", 7])
def test_stated_kid_that_does_not_follow(kid: object) -> None:
    reading = read(item(ONE, kid=kid))
    assert codes(reading) == {ListFindingCode.KID_MISMATCH: 1}
    assert reading.kids_confirmed == 0
    assert reading.keys[0].kid == ONE.kid


@pytest.mark.parametrize(
    "changes",
    [{"thumbprint": "00" * 32}, {"thumbprint": 7}, {"country": "LA"}],
    ids=["digest", "type", "country"],
)
def test_member_that_contradicts_the_certificate(changes: dict[str, Any]) -> None:
    reading = read(item(ONE, **changes))
    assert codes(reading) == {ListFindingCode.MEMBER_MISMATCH: 1}
    assert reading.keys[0].country == "VN"


@pytest.mark.parametrize("country", ["", "l", "l1", "la", "LAO", "ÄÄ", ["LA"]])
def test_what_is_no_country_code_is_no_country(country: object) -> None:
    stateless = holder("TEST without country").certificate
    reading = read(item(ONE, country=country), item(stateless, country=country))
    assert [key.country for key in reading.keys] == ["VN", None]
    assert reading.findings == ()
    assert [key.country for key in read(item(stateless, country="LA")).keys] == ["LA"]


def test_members_that_are_not_there() -> None:
    reading = read({"rawData": item(ONE)["rawData"]})
    assert (len(reading.keys), reading.kids_confirmed, reading.findings) == (1, 0, ())


def test_entry_twice_counts_once() -> None:
    reading = read(item(ONE), item(ONE))
    assert len(reading.keys) == 1
    assert reading.findings == (ListFinding(ListFindingCode.ENTRY_REPEATED, ONE.kid.hex()),)


def test_other_usages_are_not_keys() -> None:
    usages = ["CSCA", "UPLOAD", "AUTHENTICATION"]
    reading = read(item(TWO), *(item(ONE, usage=usage) for usage in usages))
    assert [key.digest for key in reading.keys] == [TWO.digest]
    assert reading.authorities == (ONE,)
    assert codes(reading) == {ListFindingCode.OTHER_USAGE: 2}


def test_signers_may_have_rsa_keys() -> None:
    certificate = signer(Algorithm.PS256).certificate
    assert [key.key.algorithm for key in read(item(certificate)).keys] == [Algorithm.PS256]


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"{\n", b"A" * 88, b"A" * 88 + b"\n", b"A" * 88 + b"\n[", b"\xff" * 300]
)
def test_what_is_not_recognised(data: bytes) -> None:
    assert not GERMAN.recognises(data)


@pytest.mark.parametrize(
    ("data", "is_one"),
    [
        (b"A" * 88 + b"\n{", True),
        (b"A" * 88 + b"\r\n \t{", True),
        (b"A" * 87 + b"\n{", False),
        (b"A" * 89 + b"\n{", False),
        (b"A" * 88 + b"\n" + b" " * 262 + b"{", True),
        (b"A" * 88 + b"\n" + b" " * 263 + b"{", False),
    ],
)
def test_how_much_is_looked_at_to_recognise_it(data: bytes, is_one: bool) -> None:
    assert GERMAN.recognises(data) is is_one


def test_other_octets_around_the_list_are_signed() -> None:
    line, _, body = LIST.partition(b"\n")
    for changed in (line + b"\n\0" + body, LIST + b"\0", line + b"\n\x1f" + body):
        with pytest.raises(TrustListError) as caught:
            GERMAN.read(changed, terms())
        assert caught.value.reason is Reason.TRUST_LIST_SIGNATURE
        assert str(caught.value) == "the signature line is by none of the 1 anchors over this list"


def test_size_of_a_list() -> None:
    for size, told in (
        (MAX_TRUST_FILE_BYTES, "no newline, a signature line and a list expected"),
        (
            MAX_TRUST_FILE_BYTES + 1,
            f"{MAX_TRUST_FILE_BYTES + 1} bytes, at most {MAX_TRUST_FILE_BYTES} expected",
        ),
    ):
        with pytest.raises(TrustListError) as caught:
            GERMAN.read(bytes(size), terms())
        assert (caught.value.reason, str(caught.value)) == (Reason.TRUST_LIST_UNREADABLE, told)


@pytest.mark.parametrize(
    "line", [b"", b"*", b"A" * 84, b"A" * 88, b"A" * 92, b"A" * 176, b"A" * 180, b"\xff"]
)
def test_signature_lines_that_sign_nothing(line: bytes) -> None:
    with pytest.raises(TrustListError) as caught:
        GERMAN.read(line + b"\n{}", terms())
    assert caught.value.reason is Reason.TRUST_LIST_SIGNATURE
