"""Whatever goes in, a value or one of our errors comes out; and what we write reads back."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from unittest import mock

import cbor2
import pytest
from cbor2 import CBORSimpleValue, CBORTag, undefined
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from test_vectors import encoding
from test_vectors.samples import AT, antigen_test, changed, dcc, dose, name, recovery, token
from tests.support.messages import message, verifier
from tests.support.mutations import Mutator
from tests.support.signers import NOW, issuer, person, signer, trusted, vaccination

import vaxcert as vc
from vaxcert import payloads
from vaxcert.codec import base45, cbor, container, cose, cwt, deflate
from vaxcert.errors import EncodeError, Reason
from vaxcert.limits import MAX_TEXT_CHARACTERS
from vaxcert.model import value_sets
from vaxcert.model.identifiers import certificate_id_findings, read_certificate_id
from vaxcert.model.names import standard_names
from vaxcert.payloads import eu_dcc
from vaxcert.rules.content import content_findings
from vaxcert.rules.lint import ALLOWED_ON_ISSUE, lint, refused

ours = settings(derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])

ANY_TEXT = st.text(st.characters())
BASE45_TEXT = st.text(st.sampled_from(base45.ALPHABET.decode()))
KEYS = st.one_of(
    st.integers(-300, 300),
    st.sampled_from([1, 4, 6, -260, "v", "t", "r", "dob", "nam", "ver"]),
    st.text(max_size=5),
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**64), 2**64 - 1),
    st.floats(),
    st.text(max_size=30),
    st.binary(max_size=30),
    st.just(undefined),
    st.builds(CBORSimpleValue, st.integers(0, 19) | st.integers(32, 255)),
    st.dates().map(str),
    st.datetimes().map(str),
)
ODD_KEYS = st.one_of(KEYS, st.booleans(), st.floats(allow_nan=False), st.binary(max_size=3), st.none())


def trees(leaves: st.SearchStrategy[Any], keys: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=5),
            st.dictionaries(keys, inner, max_size=5),
            st.builds(CBORTag, st.integers(0, 70), inner),
        ),
        max_leaves=20,
    )


VALUES = trees(LEAVES, ODD_KEYS)
PLAIN_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64 - 1)
    | st.text()
    | st.binary()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=20,
)
ENCODED = st.one_of(
    st.binary(max_size=200), VALUES.map(cbor2.dumps), st.binary(max_size=8).map(lambda b: b"\xa1" + b)
)
MESSAGES = st.builds(
    lambda tag, *parts: cbor2.dumps(CBORTag(tag, list(parts))),
    st.sampled_from([18, 61, 17]),
    st.one_of(st.binary(max_size=20), st.dictionaries(ODD_KEYS, VALUES, max_size=4).map(cbor2.dumps)),
    st.dictionaries(KEYS, VALUES, max_size=3),
    st.one_of(st.binary(max_size=50), VALUES.map(cbor2.dumps)),
    st.binary(max_size=70),
)
SOURCES = st.one_of(
    ANY_TEXT,
    BASE45_TEXT.map("HC1:".__add__),
    st.binary(max_size=200).map(lambda data: "HC1:" + base45.encode(zlib.compress(data))),
    ENCODED,
    MESSAGES,
    MESSAGES.map(zlib.compress),
    MESSAGES.map(lambda data: "HC1:" + base45.encode(zlib.compress(data))),
    st.binary(max_size=60).map(b"HC1:".__add__),
)


def outcome(read: Callable[[Any], Any], value: Any) -> Any:
    """What `read` gives, or the reason of our error; any other error is the test's failure."""
    try:
        return read(value)
    except vc.VaxcertError as error:
        return reason_of(error)


def reason_of(error: vc.VaxcertError) -> Reason:
    assert "\n" not in str(error)
    assert len(str(error)) < 300
    assert error.__cause__ is None
    return error.reason


# --- readers


@pytest.mark.parametrize(
    "read", [container.read, container.message_bytes, vc.inspect, lambda s: verifier().report(s, at=AT)]
)
@given(source=SOURCES)
@settings(ours, max_examples=180)
def test_any_source(read: Callable[[Any], Any], source: str | bytes) -> None:
    outcome(read, source)


@pytest.mark.parametrize("read", [cose.read, cwt.read, cbor.loads])
@given(data=st.one_of(ENCODED, MESSAGES))
@settings(ours, max_examples=180)
def test_any_bytes(read: Callable[[Any], Any], data: bytes) -> None:
    outcome(read, data)


@given(text=st.one_of(ANY_TEXT, BASE45_TEXT))
@settings(ours, max_examples=300)
def test_any_text_as_base45(text: str) -> None:
    decoded = outcome(base45.decode, text)
    if isinstance(decoded, bytes):
        assert base45.encode(decoded) == text  # one text for each sequence of bytes, and no other


@given(data=st.binary(max_size=300) | st.binary(max_size=300).map(zlib.compress))
@settings(ours, max_examples=180)
def test_any_bytes_as_zlib(data: bytes) -> None:
    inflated = outcome(deflate.inflate, data)
    if isinstance(inflated, bytes):
        assert inflated == zlib.decompress(data)


@given(value=VALUES)
@settings(ours, max_examples=300)
def test_any_value_as_payload(value: Any) -> None:
    outcome(eu_dcc.read, value)
    outcome(payloads.read, {1: value})


@given(text=ANY_TEXT | st.from_regex(r"(URN:)?U?V?CI:0?1:?[A-Z]{2}[:/].*(#.)?"))
@settings(ours, max_examples=180)
def test_any_text_as_identifier(text: str) -> None:
    read = read_certificate_id(text)
    assert bool(certificate_id_findings(text)) == (
        not read.is_standard_form or read.check_character_is_right is False
    )


@given(seed=st.integers(0, 2**32), times=st.datetimes(timezones=st.timezones()))
@settings(ours, max_examples=100)
def test_mutated_certificates_at_any_time(seed: int, times: datetime) -> None:
    mutator, one = Mutator(seed), verifier()
    for _ in range(5):
        made = one.report(mutator(), at=times)
        assert (made.outcome is vc.Outcome.ACCEPTED) == (made.reason is None)


# --- payloads with parts of any kind in their places

FIELDS = (
    "tg",
    "vp",
    "mp",
    "ma",
    "dn",
    "sd",
    "dt",
    "co",
    "is",
    "ci",
    "tt",
    "nm",
    "sc",
    "tr",
    "tc",
    "fr",
    "df",
    "du",
)
ODD_FIELDS = st.dictionaries(st.sampled_from([*FIELDS, "x"]), VALUES, min_size=1, max_size=3)


@st.composite
def odd_payloads(draw: st.DrawFn) -> Any:
    group, entry = draw(
        st.sampled_from([("v", dose()), ("t", antigen_test()), ("r", recovery()), ("v", dose(dn=1, sd=1))])
    )
    fields = {group: [changed(entry, draw(st.just({}) | ODD_FIELDS))]}
    if draw(st.booleans()):
        names = st.dictionaries(st.sampled_from(["fn", "gn", "fnt", "gnt", "x"]), VALUES, max_size=2)
        fields["nam"] = changed(name(), draw(names))
    if draw(st.integers(0, 3)) == 0:
        fields |= draw(
            st.dictionaries(st.sampled_from(["ver", "dob", "nam", "v", "t", "r", "x"]), VALUES, max_size=2)
        )
    return dcc(**fields)


@given(payload=odd_payloads())
@settings(ours, max_examples=350)
def test_short_cut_of_the_payload_reader_is_the_long_way(payload: Any) -> None:
    short = outcome(eu_dcc.read, payload)
    with mock.patch.object(eu_dcc, "_plain_vaccination", return_value=None):
        assert outcome(eu_dcc.read, payload) == short


@given(payload=odd_payloads(), signed_at=st.datetimes(timezones=st.just(UTC)))
@settings(ours, max_examples=200)
def test_content_of_any_payload_can_be_checked(payload: Any, signed_at: datetime) -> None:
    read = outcome(eu_dcc.read, payload)
    if not isinstance(read, Reason):
        content_findings(read[0], signed_at=signed_at)
    made = verifier().report(message(token(payload)), at=AT)
    assert made.level is not vc.Level.NONE


# --- the CBOR decoder against cbor2, and our short cut through COSE against the decoder


def same(one: Any, other: Any) -> bool:
    """Equal with their types, so that 1, 1.0 and True are three values."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return list(map(repr, one)) == list(map(repr, other)) and all(
            same(item, other[key]) for key, item in one.items()
        )
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float):
        return math.copysign(1, one) == math.copysign(1, other) and one == other
    return bool(one == other)


@given(data=ENCODED | PLAIN_VALUES.map(cbor2.dumps))
@settings(ours, max_examples=350)
def test_what_our_cbor_accepts_cbor2_reads_the_same(data: bytes) -> None:
    read = outcome(cbor.loads, data)
    if not isinstance(read, Reason):
        assert same(read, cbor2.loads(data))


@given(value=PLAIN_VALUES)
@settings(ours, max_examples=200)
def test_plain_values_survive_cbor(value: Any) -> None:
    assert same(cbor.loads(cbor.dumps(value)), value)
    assert same(cbor.loads(encoding.cbor(value)), value)


def generic(data: bytes) -> Any:
    """A message read by the CBOR decoder alone."""
    with mock.patch.object(cose, "_usual_parts", return_value=None):
        return outcome(cose.read, data)


def heads(length: int) -> st.SearchStrategy[bytes]:
    """Every way to write the head of a byte string of this length, and a few wrong ones."""
    sizes = [
        (size, lead) for size, lead in ((1, 0x58), (2, 0x59), (4, 0x5A), (8, 0x5B)) if length < 256**size
    ]
    right = [bytes((lead,)) + length.to_bytes(size, "big") for size, lead in sizes]
    short = [bytes((0x40 | length,))] if length < 24 else []
    wrong = [b"", b"\x5f", b"\x60", b"\x58", b"\x59\x00", bytes((0x40 | min(length + 1, 23),))]
    return st.sampled_from(short * 4 + right * 3 + wrong)


@st.composite
def nearly_usual_messages(draw: st.DrawFn) -> bytes:
    made = draw(
        st.sampled_from([b"\xd2\x84"] * 6 + [b"\x84", b"\xd8\x3d\xd2\x84", b"\xd8\x12\x84", b"\xd2\x98\x04"])
    )
    for position, size in enumerate(
        draw(st.tuples(*[st.sampled_from([0, 1, 13, 23, 24, 64, 255, 256])] * 3))
    ):
        content = draw(st.just(cose.protected_header(-7, bytes(8)))) if position == 0 else bytes(size)
        made += draw(heads(len(content))) + content
        if position == 0:
            made += draw(
                st.sampled_from([b"\xa0"] * 6 + [b"\xa1\x04\x41x", b"\xbf\xff", b"\xb8\x00", b"\xa1\x02\x80"])
            )
    return made + draw(st.sampled_from([b""] * 6 + [b"\x00", b"\xff"]))


@given(data=nearly_usual_messages())
@settings(ours, max_examples=500)
@example(message())
@example(b"\xd2\x84\x40\xa0\x40\x40")
@example(b"\xd2\x84\x58\x00\xa0\x59\x00\x00\x58\x00")
@example(b"\xd2\x84")
@example(b"")
def test_short_cut_through_cose_is_the_long_way(data: bytes) -> None:
    assert outcome(cose.read, data) == generic(data)


def test_short_cut_through_cose_is_the_long_way_for_mutated_messages() -> None:
    mutator = Mutator(9052)
    taken = 0
    for _ in range(4000):
        data = mutator.mutated_message()
        if isinstance(data, bytes):
            taken += cose._usual_parts(data) is not None
            assert outcome(cose.read, data) == generic(data)
    assert taken > 500


# --- writing and reading back


@given(data=st.binary(max_size=2000))
@settings(ours, max_examples=180)
def test_bytes_survive_the_transport(data: bytes) -> None:
    assert base45.decode(base45.encode(data)) == data
    assert base45.encode(data) == encoding.base45(data)
    assert deflate.inflate(deflate.deflate(data)) == data == zlib.decompress(deflate.deflate(data))
    text = container.write(data)
    assert container.message_bytes(text) == container.message_bytes(text.encode()) == data
    assert len(text) <= MAX_TEXT_CHARACTERS


@given(kid=st.binary(max_size=300), payload=st.binary(max_size=300), signature=st.binary(max_size=300))
@settings(ours, max_examples=100)
def test_messages_survive_writing(kid: bytes, payload: bytes, signature: bytes) -> None:
    protected = cose.protected_header(-7, kid)
    written = cose.write(protected, payload, signature)
    assert written == cbor2.dumps(CBORTag(18, [protected, {}, payload, signature]))
    read = cose.read(written)
    assert (read.protected, read.payload, read.signature, read.kid) == (protected, payload, signature, kid)
    assert read.sig_structure() == cbor2.dumps(["Signature1", protected, b"", payload])


WHOLE_SECONDS = st.datetimes(
    datetime.fromisoformat("1970-01-01"), datetime.fromisoformat("9999-12-31"), timezones=st.just(UTC)
).map(lambda moment: moment.replace(microsecond=0))


@given(
    issuer_name=st.text(),
    expires=WHOLE_SECONDS,
    issued_at=WHOLE_SECONDS,
    hcert=st.dictionaries(KEYS, PLAIN_VALUES),
)
@settings(ours, max_examples=100)
def test_claims_survive_writing(
    issuer_name: str, expires: datetime, issued_at: datetime, hcert: dict[int, Any]
) -> None:
    claims, findings = cwt.read(
        cwt.write(issuer=issuer_name, expires=expires, issued_at=issued_at, hcert=hcert)
    )
    assert (claims.issuer, claims.expires, claims.issued_at, claims.not_before) == (
        issuer_name,
        expires,
        issued_at,
        None,
    )
    assert same(claims.hcert, hcert)
    assert findings == []


# --- issuing: what the linter lets through is issued, and accepted without a finding more

SETS = value_sets.current()
TEXTS = st.none() | st.sampled_from(["VN", "LA", "Bộ Y tế", "", " x", "e\u0301"]) | st.text(max_size=90)
DAYS = st.none() | st.dates(date(2021, 1, 1), date(2022, 6, 3)) | st.dates()
NUMBERS = st.none() | st.integers(-1, 101)
NAMES = st.one_of(
    st.none(),
    st.sampled_from(["Nguyễn", "Bảo Duy", "Đặng", "O'Connor", "Müller-Lüdenscheidt", "Ng", "阮", ""]),
    st.text(st.sampled_from("AĂÂBCDĐEÊGHIKLMNOÔƠPQRSTUƯVXYaạảãàáâậầấẩẫ -'."), max_size=90),
    st.text(max_size=8),
)
STANDARD_NAMES = st.none() | st.text(st.sampled_from("ABCXYZ<"), max_size=85) | st.text(max_size=3)
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=7)), timezone(-timedelta(hours=11))])
THIS_YEAR = st.datetimes(
    datetime.fromisoformat("2021-01-01"), datetime.fromisoformat("2022-06-03"), timezones=ZONES
)


def codes(known: Any) -> st.SearchStrategy[str | None]:
    return st.sampled_from([*known, None, "x", " "])


PERSON = {
    "family_name": NAMES,
    "given_name": NAMES,
    "standard_family_name": STANDARD_NAMES,
    "standard_given_name": STANDARD_NAMES,
    "birth_date": st.one_of(
        st.dates(date(1890, 1, 1), date(2022, 7, 1)),
        st.none(),
        st.builds(vc.PartialDate, st.integers(1900, 2020), st.none() | st.integers(1, 12)),
    ),
}
ANY_EVENT: dict[str, st.SearchStrategy[Any]] = {
    "disease": codes(SETS.diseases),
    "country": codes(["VN", "LA", "XX", ""]),
    "authority": TEXTS,
    "certificate_id": st.none() | st.from_regex(r"\AURN:UVCI:01:VN:[0-9A-F]{8,70}\Z") | st.text(max_size=20),
}
SOUND: tuple[tuple[vc.Vaccination | vc.Test | vc.Recovery, dict[str, st.SearchStrategy[Any]]], ...] = (
    (
        vaccination(),
        {
            **ANY_EVENT,
            "prophylaxis": codes(SETS.prophylaxis),
            "product": codes(SETS.products),
            "marketing_holder": codes(SETS.holders),
            "dose_number": NUMBERS,
            "doses_in_series": NUMBERS,
            "vaccinated_on": DAYS,
        },
    ),
    (
        vc.Test(
            disease="840539006",
            test_type="LP6464-4",
            name="TEST assay",
            sampled_at=NOW,
            result="260415000",
        ),
        {
            **ANY_EVENT,
            "test_type": codes(SETS.test_types),
            "name": TEXTS,
            "device": st.none() | st.sampled_from(["1232", ""]),
            "sampled_at": st.none() | THIS_YEAR | st.datetimes(timezones=ZONES),
            "result": codes(SETS.test_results),
            "centre": TEXTS,
        },
    ),
    (
        vc.Recovery(
            disease="840539006",
            first_positive=date(2022, 3, 1),
            valid_from=date(2022, 3, 12),
            valid_until=date(2022, 8, 28),
        ),
        {**ANY_EVENT, "first_positive": DAYS, "valid_from": DAYS, "valid_until": DAYS},
    ),
)
FIELD_OF = {vc.Vaccination: "vaccination", vc.Test: "test", vc.Recovery: "recovery"}


def some_of(fields: dict[str, st.SearchStrategy[Any]], most: int) -> st.SearchStrategy[dict[str, Any]]:
    """Values for a few of the fields."""
    names = st.lists(st.sampled_from(sorted(fields)), max_size=most, unique=True)
    return names.flatmap(lambda chosen: st.fixed_dictionaries({field: fields[field] for field in chosen}))


@st.composite
def certificates(draw: st.DrawFn) -> vc.HealthCertificate:
    """A sound certificate, a few fields of which say anything."""
    events = {}
    for event, fields in draw(st.sampled_from([*[(one,) for one in SOUND] * 5, SOUND[:2], SOUND[:0]])):
        events[FIELD_OF[type(event)]] = replace(event, **draw(some_of(fields, 3)))
    return vc.HealthCertificate(subject=person(**draw(some_of(PERSON, 4))), **events)


NOTHING_MORE = vc.VerificationPolicy(
    clock_skew=timedelta(0), refused_findings=frozenset(vc.FindingCode) - ALLOWED_ON_ISSUE
)


def test_linted_certificates_are_issued_and_accepted_without_a_finding_more() -> None:
    one = signer()
    ends = one.certificate.not_after
    verifier_of_one = vc.Verifier(trusted(one), policy=NOTHING_MORE)
    counts = {"issued": 0, "refused": 0}

    @given(certificate=certificates())
    @settings(ours, max_examples=900)
    def check(certificate: vc.HealthCertificate) -> None:
        names = standard_names(certificate.subject)
        found = lint(certificate, names, issued_at=NOW, expires=ends, signer_ends=ends)
        if refused(found):
            counts["refused"] += 1
            with pytest.raises(EncodeError) as caught:
                issuer(one).issue(certificate, at=NOW)
            assert caught.value.reason is Reason.RECORD_REFUSED
            assert set(caught.value.codes) == {finding.code for finding in refused(found)}
            return
        counts["issued"] += 1
        issued = issuer(one).issue(certificate, at=NOW)
        assert issued.findings == tuple(found)
        verified = verifier_of_one.verify(issued.text, at=NOW)
        assert verified.certificate.kinds == certificate.kinds

    check()
    assert counts["issued"] > 150
    assert counts["refused"] > 150
