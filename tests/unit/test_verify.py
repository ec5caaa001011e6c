import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from test_vectors.samples import AT, DROP, EXPIRES, ISSUED, antigen_test, dcc, dose, recovery, token
from tests.support import signers
from tests.support.messages import ENDS, SECOND, STARTS, es256, key, message, ps256, text, verifier

import vaxcert as vc
from vaxcert.codec import cose
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.crypto.keys import PSS_SHA256, SHA256, verifying_key
from vaxcert.errors import (
    AlgorithmError,
    BadSignatureError,
    DecodeError,
    ExpiredError,
    KeyNotAuthorisedError,
    NotYetValidError,
    PolicyError,
    Reason,
    SignerDateError,
    UnknownKeyError,
    UnsupportedError,
)
from vaxcert.findings import FindingCode
from vaxcert.model.certificate import Kind
from vaxcert.rules.policy import SignerDates
from vaxcert.verify import Level, Outcome

SKEW = timedelta(minutes=5)


def report(source, *keys, at=AT, **policy):
    return verifier(*keys, **policy).report(source, at=at)


def reason(source, *keys, at=AT, **policy):
    return report(source, *keys, at=at, **policy).reason


def codes(source, *keys, at=AT, **policy):
    return {finding.code for finding in report(source, *keys, at=at, **policy).findings}


class SmallKeySigner:
    """A PS256 signer over any RSA key, whatever its size."""

    algorithm = Algorithm.PS256

    def __init__(self, bits):
        self._key = rsa.generate_private_key(65537, bits)
        self.kid = sha256(str(bits).encode()).digest()[:8]
        self.trusted = vc.TrustedKey(
            kid=self.kid, digest=bytes(32), key=verifying_key(self._key.public_key()), country="VN"
        )

    def sign(self, data):
        return self._key.sign(data, PSS_SHA256, SHA256)


# --- what an accepted certificate gives


@pytest.mark.parametrize("signer", [es256, ps256])
def test_verified_certificate_holds_everything_established(signer):
    verified = verifier(key(signer())).verify(text(by=signer()), at=AT)
    assert verified.certificate.vaccination.product == "EU/1/20/1528"
    assert verified.certificate.subject.standard_family_name == "NGUYEN"
    assert (verified.claims.issuer, verified.claims.issued_at, verified.claims.expires) == (
        "VN",
        ISSUED,
        EXPIRES,
    )
    assert verified.key == key(signer())
    assert verified.findings == ()
    assert verified.at == AT


def test_report_of_an_accepted_certificate():
    made = report(text())
    assert (made.outcome, made.level, made.reason, made.error) == (
        Outcome.ACCEPTED,
        Level.ACCEPTABLE,
        None,
        None,
    )
    assert (made.kid, made.algorithm, made.key) == (es256().kid, Algorithm.ES256, key())
    assert made.claims.issuer == "VN"
    assert made.certificate.vaccination.dose_number == 2
    assert made.findings == ()


def test_every_transport_form_is_the_same_certificate():
    one = message()
    for source in (text(), text().encode(), zlib.compress(one), one, one[1:]):
        assert verifier().verify(source, at=AT).certificate == verifier().verify(one, at=AT).certificate


def test_results_cannot_be_changed():
    verified = verifier().verify(text(), at=AT)
    with pytest.raises(FrozenInstanceError):
        verified.certificate = None
    with pytest.raises(FrozenInstanceError):
        report(text()).outcome = Outcome.ACCEPTED


# --- the verification time


def test_time_without_a_zone_is_the_caller_s_mistake():
    for source in (text(), "", None):
        with pytest.raises(ValueError, match="time zone"):
            verifier().verify(source, at=AT.replace(tzinfo=None))
        with pytest.raises(ValueError, match="time zone"):
            verifier().report(source, at=AT.replace(tzinfo=None))


def test_any_zone_is_the_same_moment():
    exactly = EXPIRES + SKEW - SECOND
    for zone in (timezone(timedelta(hours=7)), timezone(-timedelta(hours=11))):
        assert reason(text(), at=exactly.astimezone(zone)) is None
        assert reason(text(), at=(exactly + SECOND).astimezone(zone)) is Reason.EXPIRED


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime.min.replace(tzinfo=UTC), Reason.NOT_YET_VALID),
        (datetime.max.replace(tzinfo=UTC), Reason.EXPIRED),
        (datetime.min.replace(tzinfo=timezone(timedelta(hours=14))), Reason.NOT_YET_VALID),
        (datetime.max.replace(tzinfo=timezone(-timedelta(hours=12))), Reason.EXPIRED),
    ],
)
def test_the_ends_of_time(at, expected):
    assert reason(text(), at=at) is expected
    without_dates = text(token(exp=DROP, iat=DROP))
    assert (
        reason(without_dates, replace(key(), not_before=None, not_after=None), at=at) is Reason.EXPIRY_MISSING
    )


# --- dates of the certificate, in pairs


@pytest.mark.parametrize("skew", [timedelta(0), SKEW])
def test_expiry(skew):
    assert reason(text(), at=EXPIRES + skew - SECOND, clock_skew=skew) is None
    made = report(text(), at=EXPIRES + skew, clock_skew=skew)
    assert (made.reason, made.outcome, made.level) == (Reason.EXPIRED, Outcome.REFUSED, Level.AUTHENTIC)
    assert isinstance(made.error, ExpiredError)
    assert (made.error.expires, made.error.at) == (EXPIRES, EXPIRES + skew)
    assert made.certificate is not None


def test_expiry_at_the_microsecond():
    assert reason(text(), at=EXPIRES - timedelta(microseconds=1), clock_skew=timedelta(0)) is None
    assert reason(text(), at=EXPIRES, clock_skew=timedelta(0)) is Reason.EXPIRED


def test_missing_expiry():
    made = report(text(token(exp=DROP)))
    assert (made.reason, made.level) == (Reason.EXPIRY_MISSING, Level.AUTHENTIC)
    assert made.error.expires is None


@pytest.mark.parametrize("skew", [timedelta(0), SKEW])
@pytest.mark.parametrize("claim", ["iat", "nbf"])
def test_start(claim, skew):
    starts = AT + skew
    assert reason(text(token(**{claim: starts})), clock_skew=skew) is None
    made = report(text(token(**{claim: starts + SECOND})), clock_skew=skew)
    assert (made.reason, made.level) == (Reason.NOT_YET_VALID, Level.AUTHENTIC)
    assert isinstance(made.error, NotYetValidError)
    assert (made.error.starts, made.error.at) == (starts + SECOND, AT)


def test_all_known_claims_together_are_nothing_odd():
    assert codes(text(token(nbf=ISSUED))) == set()


YEAR_10000 = 253402300800


@pytest.mark.parametrize(
    ("exp", "expected"),
    [
        (0, Reason.EXPIRED),
        (0.0, Reason.EXPIRED),
        (-1, Reason.CWT_DATE),
        (-0.5, Reason.CWT_DATE),
        (YEAR_10000 - 1, None),
        (YEAR_10000, Reason.CWT_DATE),
        (float(YEAR_10000 - 1), None),
        (float(YEAR_10000), Reason.CWT_DATE),
    ],
)
def test_first_and_last_date_of_a_claim(exp, expected):
    assert reason(text(token(exp=exp))) is expected


def test_missing_issue_date_is_a_finding_and_the_signer_s_dates_count_at_verification():
    undated = text(token(iat=DROP, exp=ENDS + timedelta(days=99)))
    assert codes(undated) == {FindingCode.ISSUED_AT_MISSING, FindingCode.EXPIRY_PAST_SIGNER}
    assert reason(undated, at=ENDS + SKEW) is None
    assert reason(undated, at=ENDS + SKEW + SECOND) is Reason.SIGNER_EXPIRED


# --- dates of the signing certificate, in pairs


@pytest.mark.parametrize("skew", [timedelta(0), SKEW])
def test_signer_in_date_at_issuance(skew):
    def signed(iat):
        return report(
            text(token(iat=iat, exp=ENDS + timedelta(days=9))), at=ENDS + timedelta(days=1), clock_skew=skew
        )

    assert signed(STARTS - skew).reason is None
    before = signed(STARTS - skew - SECOND)
    assert (before.reason, before.level) == (Reason.SIGNER_NOT_YET_VALID, Level.AUTHENTIC)
    assert isinstance(before.error, SignerDateError)
    assert signed(ENDS + skew).reason is None
    assert signed(ENDS + skew + SECOND).reason is Reason.SIGNER_EXPIRED


@pytest.mark.parametrize("skew", [timedelta(0), SKEW])
def test_signer_in_date_now_only_where_the_policy_asks(skew):
    one = text(token(exp=ENDS + timedelta(days=9)))
    last = ENDS + skew
    now = {"clock_skew": skew, "signer_dates": SignerDates.NOW}
    assert reason(one, at=last, **now) is None
    assert reason(one, at=last + SECOND, **now) is Reason.SIGNER_EXPIRED
    assert reason(one, at=last + SECOND, clock_skew=skew) is None
    assert reason(text(token(iat=ENDS + skew + SECOND)), at=AT, **now) is Reason.SIGNER_EXPIRED


def test_expired_signer_and_expired_certificate_are_told_apart():
    after = ENDS + timedelta(days=1)
    assert reason(text(), at=after) is Reason.EXPIRED
    assert reason(text(), at=after, signer_dates=SignerDates.NOW) is Reason.SIGNER_EXPIRED


def test_findings_about_the_signer_s_end():
    long = text(token(exp=ENDS))
    assert codes(long, at=ENDS - SECOND) == set()
    assert codes(long, at=ENDS) == set()
    assert codes(long, at=ENDS + SECOND) == {FindingCode.SIGNER_EXPIRED_SINCE}
    assert codes(text(token(exp=ENDS + SECOND))) == {FindingCode.EXPIRY_PAST_SIGNER}


def test_a_bare_key_has_no_dates_to_keep():
    bare = replace(key(), not_before=None, not_after=None)
    assert reason(text(token(iat=STARTS - timedelta(days=900))), bare) is None
    assert codes(text(token(exp=ENDS + timedelta(days=900))), bare, at=ENDS + timedelta(days=9)) == set()


# --- algorithm and key


def header(**changes):
    labels = {"alg": 1, "kid": 4}
    values = {1: -7, 4: es256().kid} | {labels[name]: value for name, value in changes.items()}
    return {label: value for label, value in values.items() if value is not DROP}


def test_algorithm_counts_only_where_it_is_signed():
    unsigned = text(protected=header(alg=DROP), unprotected={1: -7})
    made = report(unsigned)
    assert (made.reason, made.level, made.outcome) == (
        Reason.ALGORITHM_UNPROTECTED,
        Level.WELL_FORMED,
        Outcome.REFUSED,
    )
    assert (made.algorithm, made.kid) == (None, es256().kid)
    assert reason(text(protected=b"", unprotected={1: -7, 4: es256().kid})) is Reason.ALGORITHM_UNPROTECTED
    assert reason(text(protected=header(alg=None))) is Reason.ALGORITHM_UNPROTECTED


@pytest.mark.parametrize("alg", [-35, -36, -8, -257, -38, 0, 7, 37, "ES256", True, 2**63, [-7]])
def test_other_algorithms_are_refused(alg):
    made = report(text(protected=header(alg=alg)))
    assert isinstance(made.error, AlgorithmError)
    assert (made.reason, made.algorithm) == (Reason.ALGORITHM_NOT_ALLOWED, None)
    assert (str(alg) if type(alg) is int else "no integer") in str(made.error)


def test_policy_may_allow_one_algorithm_only():
    only_rsa = {"algorithms": frozenset({Algorithm.PS256})}
    assert reason(text(), **only_rsa) is Reason.ALGORITHM_NOT_ALLOWED
    assert report(text(), **only_rsa).algorithm is Algorithm.ES256
    assert reason(text(by=ps256()), key(ps256()), **only_rsa) is None


def test_algorithm_has_to_fit_the_key():
    pretends = text(protected=header(alg=Algorithm.PS256))
    assert reason(pretends) is Reason.ALGORITHM_KEY_MISMATCH
    pretends = text(by=ps256(), protected={1: -7, 4: ps256().kid})
    assert reason(pretends, key(ps256())) is Reason.ALGORITHM_KEY_MISMATCH


def test_rsa_keys_of_2048_bits_and_one_less():
    enough, small = SmallKeySigner(2048), SmallKeySigner(2047)
    assert reason(text(by=enough), enough.trusted) is None
    made = report(text(by=small), small.trusted)
    assert (made.reason, made.level) == (Reason.KEY_TOO_SMALL, Level.WELL_FORMED)
    assert "2047 bits" in str(made.error)
    assert reason(text(by=small), small.trusted, allow_small_rsa=True) is None
    forged = message(by=small)[:-1] + bytes([message(by=small)[-1] ^ 1])
    assert reason(forged, small.trusted) is Reason.BAD_SIGNATURE
    assert reason(forged, small.trusted, allow_small_rsa=True) is Reason.BAD_SIGNATURE


# --- key identifiers


def test_missing_and_unknown_key_identifiers():
    made = report(text(protected=header(kid=DROP)))
    assert isinstance(made.error, UnknownKeyError)
    assert (made.reason, made.kid, made.error.kid) == (Reason.KEY_IDENTIFIER_MISSING, None, None)
    made = report(text(protected=header(kid=b"another!")))
    assert (made.reason, made.kid, made.error.kid) == (Reason.UNKNOWN_KEY, b"another!", b"another!")
    assert made.level is Level.WELL_FORMED
    assert reason(text(protected=header(kid="text"))) is Reason.KEY_IDENTIFIER_MISSING
    assert reason(text(protected=header(kid=b""))) is Reason.UNKNOWN_KEY


def test_key_identifier_of_the_unprotected_header_is_taken_and_found():
    unprotected = text(protected=header(kid=DROP), unprotected={4: es256().kid})
    assert reason(unprotected) is None
    assert codes(unprotected) == {FindingCode.KID_UNPROTECTED}
    both = text(protected=header(kid=b"another!"), unprotected={4: es256().kid})
    assert reason(both) is Reason.UNKNOWN_KEY


@pytest.mark.parametrize("kid", [b"1234567", b"123456789", b""])
def test_key_identifier_of_another_length_is_found(kid):
    made = report(text(protected=header(kid=kid)), replace(key(), kid=kid))
    assert (made.reason, [finding.code for finding in made.findings]) == (None, [FindingCode.KID_LENGTH])


def test_every_key_with_the_identifier_is_tried():
    kid = b"collides"
    others = [replace(key(signers.signer(country=country)), kid=kid) for country in ("AA", "AB", "AC")]
    right = replace(key(), kid=kid)
    one = text(protected=header(kid=kid))
    for order in ((right, *others), (*others, right), (others[0], right, *others[1:])):
        assert verifier(*order).verify(one, at=AT).key == right
    with pytest.raises(BadSignatureError) as caught:
        verifier(*others).verify(one, at=AT)
    assert caught.value.kid == kid


def test_keys_of_both_types_with_one_identifier():
    kid = b"collides"
    both = replace(key(), kid=kid), replace(key(ps256()), kid=kid)
    for order in (both, both[::-1]):
        by_ecdsa = verifier(*order).verify(text(protected=header(kid=kid)), at=AT)
        by_rsa = verifier(*order).verify(text(by=ps256(), protected={1: -37, 4: kid}), at=AT)
        assert (by_ecdsa.key, by_rsa.key) == both
    # a wrong signature is that, and no mismatch, as soon as one key fits the algorithm
    assert reason(text(by=signers.signer(), protected=header(kid=kid)), *both) is Reason.BAD_SIGNATURE


# --- what the key may sign


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        (Kind.VACCINATION, dcc(v=[dose()])),
        (Kind.TEST, dcc(t=[antigen_test()])),
        (Kind.RECOVERY, dcc(r=[recovery()])),
    ],
)
def test_key_limited_to_a_kind(kind, payload):
    one = text(token(payload))
    assert reason(one, replace(key(), kinds=frozenset({kind}))) is None
    others = frozenset(Kind) - {kind}
    made = report(one, replace(key(), kinds=others))
    assert isinstance(made.error, KeyNotAuthorisedError)
    assert (made.reason, made.level) == (Reason.KEY_NOT_AUTHORISED, Level.WELL_FORMED)
    assert (made.error.kid, made.error.kind) == (es256().kid, kind)
    assert (made.certificate, made.claims, made.key, made.findings) == (None, None, None, ())


def test_key_has_to_be_authorised_for_every_event():
    both = text(token(dcc(v=[dose()], r=[recovery()])))
    assert reason(both, replace(key(), kinds=frozenset({Kind.VACCINATION}))) is Reason.KEY_NOT_AUTHORISED
    assert reason(both, replace(key(), kinds=frozenset({Kind.VACCINATION, Kind.RECOVERY}))) is None


# --- signature before content


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"\xff", Reason.CBOR_MALFORMED),
        (cbor2.dumps([]), Reason.CWT_STRUCTURE),
        (cbor2.dumps({-260: 1}), Reason.CWT_STRUCTURE),
        (cbor2.dumps(token(iat="yesterday")), Reason.CWT_DATE),
        (cbor2.dumps(token(hcert={2: {}})), Reason.PAYLOAD_PROFILE),
        (cbor2.dumps(token(dcc(v=[]))), Reason.PAYLOAD_STRUCTURE),
        (cbor2.dumps(token(dcc(ver="2.0.0"))), Reason.PAYLOAD_VERSION),
    ],
)
def test_content_is_looked_at_only_once_it_is_signed(payload, expected):
    signed = report(text(payload=payload))
    assert (signed.reason, signed.outcome, signed.level) == (
        expected,
        Outcome.UNREADABLE,
        Level.WELL_FORMED,
    )
    assert isinstance(signed.error, DecodeError | UnsupportedError)
    forged = text(payload=payload, by=signers.signer(), protected=header())
    assert reason(forged) is Reason.BAD_SIGNATURE


def test_no_byte_of_a_message_can_be_changed():
    original = message()
    for position in range(len(original)):
        for bit in (1, 0x80):
            changed = bytearray(original)
            changed[position] ^= bit
            made = report(bytes(changed))
            assert made.outcome is not Outcome.ACCEPTED, (position, bit)
            assert made.certificate is None


def test_tampered_parts():
    read = cose.read(message())
    swapped = cose.write(read.protected, cbor2.dumps(token(iss="XX")), read.signature)
    assert reason(swapped) is Reason.BAD_SIGNATURE
    other_header = cbor2.dumps({4: es256().kid, 1: -7})
    assert reason(cose.write(other_header, read.payload, read.signature)) is Reason.BAD_SIGNATURE
    for signature in (b"", read.signature[:-1], read.signature + b"\0", bytes(64), read.signature[::-1]):
        assert reason(cose.write(read.protected, read.payload, signature)) is Reason.BAD_SIGNATURE


def test_unprotected_header_says_nothing_that_counts():
    signature_of = cose.read(message())
    parts = [signature_of.protected, {1: -37, 4: b"another!", 99: "x"}, signature_of.payload]
    changed = cbor2.dumps(cbor2.CBORTag(18, [*parts, signature_of.signature]))
    assert (reason(changed), codes(changed)) == (None, {FindingCode.HEADER_UNPROTECTED})


@pytest.mark.parametrize("kid", [es256().kid, b"another!", None])
def test_key_identifier_beside_the_protected_one_is_found(kid):
    doubled = text(protected=header(), unprotected={4: kid})
    assert (reason(doubled), codes(doubled)) == (None, {FindingCode.HEADER_UNPROTECTED})


# --- findings and policy


@pytest.mark.parametrize(
    ("claims", "changes", "found"),
    [
        (token(dcc(v=[dose(co="CH")]), iss="CH BAG"), {"country": "CH"}, {FindingCode.ISSUER_NOT_COUNTRY}),
        (token(iss="vn"), {}, {FindingCode.ISSUER_NOT_COUNTRY}),
        (token(iss="ÅÅ"), {}, {FindingCode.ISSUER_NOT_COUNTRY}),
        (token(iss=704), {}, {FindingCode.ISSUER_NOT_COUNTRY}),
        (token(iss=DROP), {}, set()),
        (token(), {"country": None}, set()),
        (token(dcc(v=[dose(co="LA")])), {}, {FindingCode.COUNTRY_MISMATCH}),
        (token(dcc(v=[dose(co=DROP)])), {}, {FindingCode.FIELD_MISSING}),
        (token(extra={99: 1}), {}, {FindingCode.CLAIM_UNKNOWN}),
        (token(dcc(v=[dose(ma="ORG-100001699")])), {}, {FindingCode.PRODUCT_HOLDER_MISMATCH}),
        (token(dcc(v=[dose(dn=3)])), {}, {FindingCode.DOSE_PAST_SERIES}),
        (token(iat=float(1767603600)), {}, {FindingCode.DATE_CLAIM_FLOAT}),
    ],
)
def test_findings_of_every_layer_leave_the_certificate_accepted(claims, changes, found):
    trusted = replace(key(), **changes)
    made = report(text(claims), trusted)
    assert (made.outcome, {finding.code for finding in made.findings}) == (Outcome.ACCEPTED, found)
    assert verifier(trusted).verify(text(claims), at=AT).findings == made.findings


@pytest.mark.parametrize(
    ("issuer", "event", "country", "found"),
    [
        ("VN", "VN", "VN", set()),
        ("LA", "LA", "VN", {FindingCode.ISSUER_COUNTRY_MISMATCH}),
        ("LA", "VN", "VN", {FindingCode.ISSUER_COUNTRY_MISMATCH, FindingCode.COUNTRY_MISMATCH}),
        ("FRA", "FR", "FR", {FindingCode.ISSUER_NOT_COUNTRY}),
        ("FRA", "FR", "VN", {FindingCode.ISSUER_NOT_COUNTRY, FindingCode.ISSUER_COUNTRY_MISMATCH}),
        ("CNAM", "VN", "FR", {FindingCode.ISSUER_NOT_COUNTRY, FindingCode.COUNTRY_MISMATCH}),
        ("Bộ Y tế", "LA", "VN", {FindingCode.ISSUER_NOT_COUNTRY}),
        ("EL", "GR", "GR", set()),
        ("GRC", "GR", "EL", {FindingCode.ISSUER_NOT_COUNTRY}),
        ("JE", "GB", "GB", {FindingCode.COUNTRY_MISMATCH}),
    ],
)
def test_issuer_against_the_country_of_key_and_event(issuer, event, country, found):
    claims = token(dcc(v=[dose(co=event)]), iss=issuer)
    made = report(text(claims), replace(key(), country=country), allow_foreign_issuer=True)
    assert {finding.code for finding in made.findings} == found


def test_policy_refuses_the_findings_it_names_and_no_others():
    odd = text(token(dcc(v=[dose(dn=3, ma="ORG-100001699")])), protected=header())
    refused = frozenset({FindingCode.PRODUCT_HOLDER_MISMATCH, FindingCode.CODE_UNKNOWN})
    made = report(odd, refused_findings=refused)
    assert isinstance(made.error, PolicyError)
    assert (made.reason, made.level, made.outcome) == (Reason.POLICY, Level.IN_DATE, Outcome.REFUSED)
    assert made.error.unmet == (FindingCode.PRODUCT_HOLDER_MISMATCH,)
    assert len(made.findings) == 2
    assert made.certificate is not None
    assert reason(odd, refused_findings=frozenset({FindingCode.CODE_UNKNOWN})) is None


def test_policy_names_each_unmet_code_once():
    odd = text(token(dcc(v=[dose(tg="x", vp="y", mp="z")])))
    made = report(odd, refused_findings=frozenset(FindingCode))
    assert [finding.code for finding in made.findings].count(FindingCode.CODE_UNKNOWN) == 3
    assert made.error.unmet == (FindingCode.CODE_UNKNOWN,)


def test_dates_are_judged_before_the_policy():
    odd = text(token(dcc(v=[dose(dn=3)])))
    made = report(odd, at=EXPIRES + SKEW, refused_findings=frozenset(FindingCode))
    assert (made.reason, made.level) == (Reason.EXPIRED, Level.AUTHENTIC)


def test_strict_policy():
    strict = vc.Verifier(vc.TrustList([key()]), policy=vc.VerificationPolicy.strict())
    assert strict.report(text(), at=AT).outcome is Outcome.ACCEPTED
    assert strict.report(text(), at=EXPIRES).reason is Reason.EXPIRED
    assert strict.report(text(token(dcc(v=[dose(dn=3)]))), at=AT).reason is Reason.POLICY
    assert strict.report(text(token(exp=ENDS + SECOND)), at=ENDS + SECOND).reason is Reason.SIGNER_EXPIRED


# --- reports


def test_verify_and_report_agree_on_every_outcome():
    sources = [
        text(),
        "",
        "HC2:",
        text()[:-1],
        text(protected=header(kid=b"another!")),
        text(by=signers.signer(), protected=header()),
        text(token(exp=ISSUED)),
        text(token(hcert={2: {}})),
        None,
    ]
    for source in sources:
        made = report(source)
        if made.outcome is Outcome.ACCEPTED:
            assert verifier().verify(source, at=AT).certificate == made.certificate
            continue
        with pytest.raises(vc.VaxcertError) as caught:
            verifier().verify(source, at=AT)
        assert type(caught.value) is type(made.error)
        assert (caught.value.reason, str(caught.value)) == (made.reason, str(made.error))


@pytest.mark.parametrize(
    "source", [None, 0, 1.5, [], {}, object(), bytearray(b"HC1:"), memoryview(b"HC1:"), True]
)
def test_report_of_what_is_neither_text_nor_bytes(source):
    made = report(source)
    assert (made.outcome, made.level, made.reason) == (Outcome.UNREADABLE, Level.NONE, Reason.INPUT_TYPE)


def test_report_has_no_truth_value():
    for source in (text(), ""):
        with pytest.raises(TypeError, match="truth value"):
            bool(report(source))


def test_report_of_the_unreadable_names_nothing():
    made = report("HC1:NOTHING")
    assert (made.kid, made.algorithm, made.key, made.claims, made.certificate) == (None,) * 5
    assert made.outcome is Outcome.UNREADABLE


# --- sharing


def test_one_verifier_shared_by_eight_threads_gives_the_same_results():
    shared = verifier(key(), key(ps256()))
    sources = [
        *(text(token(dcc(v=[dose(dn=number)]))) for number in range(1, 9)),
        *(text(token(dcc(nam={"fn": f"A{number}", "fnt": "A"})), by=ps256()) for number in range(8)),
        text(token(exp=ISSUED)),
        text(by=signers.signer(), protected=header()),
        text()[:-3],
        "",
    ] * 20

    def outcome(source):
        made = shared.report(source, at=AT)
        return made.outcome, made.level, made.reason, made.findings, made.certificate

    alone = [outcome(source) for source in sources]
    with ThreadPoolExecutor(8) as pool:
        together = [list(pool.map(outcome, sources)) for _ in range(3)]
    assert together == [alone] * 3
    assert {made[0] for made in alone} == set(Outcome)
