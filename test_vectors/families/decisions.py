"""The desk's decision: which certificates count, what rules, document and lists add, and in which order it is told."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any, Final

from test_vectors.builder import build
from test_vectors.families.rules import record
from test_vectors.importance import Importance
from test_vectors.operation import OperationFamily
from test_vectors.samples import (
    AT,
    DROP,
    EXPIRES,
    SIGNER_ENDS,
    SIGNER_STARTS,
    antigen_test,
    changed,
    dcc,
    dose,
    name,
    nucleic_acid_test,
    recovery,
    token,
)
from test_vectors.zones import passport, with_character

FAMILY: Final = OperationFamily("decisions", "decide", spec="specs/decision.md")

_SECOND: Final = timedelta(seconds=1)
_SKEW: Final = timedelta(seconds=300)
_DAY: Final = timedelta(days=1)
_ID: Final = "URN:UVCI:01:VN:TEST"

Dose = tuple[str | None, int | None, tuple[int, ...]]

# Certificates


def _signed(payload: dict[str, Any], *, signer: str = "es256", **claims: Any) -> str:
    return build(token(payload, **claims), signer=signer).text


def _vaccination(
    *, nam: Any = None, dob: Any = "1990-05-17", signer: str = "es256", exp: Any = EXPIRES, **changes: Any
) -> str:
    entry = {"v": [dose(**changes)]}
    return _signed(dcc(nam=name() if nam is None else nam, dob=dob, **entry), signer=signer, exp=exp)


_GOOD: Final = _vaccination()
_EXPIRED: Final = _vaccination(exp=AT - _DAY, ci=_ID + "EXPIRED")
_FORGED: Final = build(signature=lambda made: bytes((made[0] ^ 1,)) + made[1:]).text
_UNKNOWN: Final = _vaccination(signer="es256-stranger")
_TEST_KEY: Final = _vaccination(signer="ps256-2048")
_WITHDRAWN: Final = _vaccination(signer="ps256-3072")
_UNREADABLE: Final = _GOOD[:-1] + "~"
_LATER: Final = _signed(dcc(), iat=AT + _SKEW + _SECOND)
_FIRST: Final = _vaccination(dn=1, dt="2025-11-20", ci=_ID + "1")
_SAMPLE_DOSE: Final[Dose] = ("2025-12-20", 2, (0,))

NOT_ASKED: Final = "rules-not-asked"
NOT_COMPARED: Final = "identity-not-compared"


def _holder(name: str = "NGUYEN<<VAN<THU", born: str = "900517") -> dict[str, Any]:
    return {"mrz": passport(name=name, born=born)}


def _add(
    name: str,
    description: str,
    certificates: list[Any],
    verdict: str,
    codes: tuple[str, ...],
    *requirements: str,
    doses: tuple[Dose, ...] = (_SAMPLE_DOSE,),
    at: datetime = AT,
    trust_list: str = "default",
    policy: Any = "default",
    revocation: str | None = None,
    document: dict[str, Any] | None = None,
    rules: list[dict[str, Any]] | None = None,
    rules_end: str | None = None,
    country: str = "FR",
    importance: Importance | None = None,
) -> None:
    given: dict[str, Any] = {"certificates": certificates}
    if document is not None:
        given["document"] = document
    if rules is not None:
        given["country"] = country
        given["rules"] = changed({"records": rules}, {"usable_until": rules_end or DROP})
    context = {"at": at.isoformat().replace("+00:00", "Z"), "trust_list": trust_list, "policy": policy}
    FAMILY.add(
        name,
        description,
        given,
        {
            "outcome": "accepted" if verdict == "accept" else "refused",
            "reason": None if verdict == "accept" else codes[0],
            "verdict": verdict,
            "codes": list(codes),
            "doses": [
                {"day": day, "number": number, "certificates": list(places)} for day, number, places in doses
            ],
        },
        context=changed(context, {"revocation": revocation or DROP}),
        importance=importance,
        requirements=("DD-1", *requirements),
    )


_REMARKS: Final = (NOT_ASKED, NOT_COMPARED)


def _one_certificate() -> None:
    _add(
        "accepted",
        "An accepted certificate, no rules and no document: what was not looked at is told as remarks.",
        [_GOOD],
        "accept",
        _REMARKS,
        "DD-5",
        "DD-18",
        "DD-20",
    )
    _add(
        "nothing-to-say",
        "The certificate is accepted, all rules pass and the document matches: there is nothing to say.",
        [_GOOD],
        "accept",
        (),
        "DD-15",
        "DD-19",
        document=_holder(),
        rules=[record()],
    )
    _add(
        "ps256",
        "An accepted certificate that is signed with PS256.",
        [_vaccination(signer="ps256-2048")],
        "accept",
        _REMARKS,
        "DD-5",
    )
    _add(
        "no-certificate",
        "Nothing is shown, neither certificate nor document.",
        [],
        "refer",
        ("no-certificate",),
        "DD-4",
        doses=(),
    )
    _add(
        "no-certificate-and-a-document",
        "A document is shown, and no certificate.",
        [],
        "refer",
        ("no-certificate",),
        "DD-4",
        doses=(),
        document=_holder(),
    )
    _add(
        "no-certificate-and-rules",
        "Rules, and nothing to ask them about.",
        [],
        "refer",
        ("no-certificate",),
        "DD-4",
        doses=(),
        rules=[record()],
    )
    _add(
        "expired",
        "A certificate that is out of date, alone.",
        [_EXPIRED],
        "refuse",
        ("expired", NOT_COMPARED),
        "DD-7",
    )
    _add(
        "forged",
        "A certificate whose signature is wrong, alone.",
        [_FORGED],
        "refuse",
        ("bad-signature",),
        "DD-7",
        doses=(),
    )
    _add(
        "unknown-key",
        "A certificate by a key that is not on the list, alone.",
        [_UNKNOWN],
        "refuse",
        ("unknown-key",),
        "DD-7",
        doses=(),
    )
    _add(
        "test-key",
        "A certificate by a key for tests, alone.",
        [_TEST_KEY],
        "refuse",
        ("test-key",),
        "DD-7",
        doses=(),
        trust_list="limits",
    )
    _add(
        "withdrawn-key",
        "A certificate by a key that was withdrawn, alone.",
        [_WITHDRAWN],
        "refuse",
        ("key-revoked",),
        "DD-7",
        doses=(),
        trust_list="limits",
    )
    _add(
        "revoked",
        "A certificate that was revoked. Its dose does not count.",
        [_GOOD],
        "refuse",
        ("revoked", NOT_COMPARED),
        "DD-7",
        "DD-21",
        doses=(),
        revocation="identifier",
    )
    _add(
        "policy",
        "A certificate with a finding that the policy refuses, alone.",
        [_vaccination(mp="TEST")],
        "refuse",
        ("policy", NOT_COMPARED),
        "DD-7",
        policy="strict",
    )
    _add(
        "unreadable",
        "A text with a character that base45 does not have.",
        [_UNREADABLE],
        "refer",
        ("not-read", "base45-character"),
        "DD-6",
        doses=(),
    )
    _add(
        "cut-short",
        "A text that is cut short.",
        [_GOOD[:-1]],
        "refer",
        ("not-read", "base45-length"),
        "DD-6",
        doses=(),
    )
    _add(
        "no-code-in-the-picture",
        "A picture without a code.",
        [{"failed": "picture-no-code"}],
        "refer",
        ("not-read", "picture-no-code"),
        "DD-6",
        doses=(),
    )
    _add(
        "another-code",
        "A code that is no certificate: a web address.",
        ["https://example.org/"],
        "refer",
        ("not-read", "context-identifier"),
        "DD-6",
        doses=(),
    )


def _several_certificates() -> None:
    both = (("2025-12-20", 2, (0, 1)),)
    _add(
        "beside-expired",
        "An expired one beside an accepted one takes nothing away.",
        [_GOOD, _EXPIRED],
        "accept",
        ("set-aside", *_REMARKS),
        "DD-3",
        "DD-5",
        "ID-27",
        doses=both,
    )
    _add(
        "beside-unreadable",
        "One that cannot be read beside an accepted one.",
        [_UNREADABLE, _GOOD],
        "accept",
        ("set-aside", *_REMARKS),
        "DD-5",
        doses=(("2025-12-20", 2, (1,)),),
    )
    no_expiry = _signed(dcc(v=[dose(ci=_ID + "2")]), exp=DROP)
    _add(
        "beside-one-without-expiry",
        "One without an expiry beside an accepted one.",
        [_GOOD, no_expiry],
        "accept",
        ("set-aside", *_REMARKS),
        "DD-5",
        doses=both,
    )
    _add(
        "two-set-aside",
        "One that cannot be read and one that has expired beside an accepted one: each is set aside and told.",
        [_UNREADABLE, _GOOD, _EXPIRED],
        "accept",
        ("set-aside", "set-aside", *_REMARKS),
        "DD-3",
        "DD-5",
        doses=(("2025-12-20", 2, (1, 2)),),
    )
    for label, says, text, reason in (
        ("forged", "that is forged", _FORGED, "bad-signature"),
        ("unknown-key", "by a key that is not on the list", _UNKNOWN, "unknown-key"),
    ):
        verdict = "refer" if label == "unknown-key" else "refuse"
        requirement = "DD-8" if label == "unknown-key" else "DD-7"
        _add(
            f"beside-{label}",
            f"A certificate {says}, after an accepted one.",
            [_GOOD, text],
            verdict,
            (reason, *_REMARKS),
            "DD-1",
            "DD-2",
            requirement,
        )
        _add(
            f"before-{label}",
            f"A certificate {says}, before an accepted one.",
            [text, _GOOD],
            verdict,
            (reason, *_REMARKS),
            "DD-1",
            "DD-2",
            requirement,
            doses=(("2025-12-20", 2, (1,)),),
        )
    own = _vaccination(ci=_ID + "3")
    _add(
        "beside-revoked",
        "A revoked one beside an accepted one.",
        [own, _GOOD],
        "refuse",
        ("revoked", *_REMARKS),
        "DD-7",
        "DD-21",
        revocation="identifier",
    )
    _add(
        "two-expired",
        "Two that are out of date: neither is set aside.",
        [_EXPIRED, _vaccination(exp=AT - _DAY, ci=_ID + "E")],
        "refuse",
        ("expired", "expired", NOT_COMPARED),
        "DD-3",
        "DD-7",
        doses=both,
    )
    _add(
        "expired-and-unreadable",
        "One that cannot be read, then one that has expired: the refusal is told first.",
        [_UNREADABLE, _EXPIRED],
        "refuse",
        ("expired", "not-read", "base45-character", NOT_COMPARED),
        "DD-2",
        "DD-3",
        "DD-6",
        "DD-7",
        doses=(("2025-12-20", 2, (1,)),),
    )
    _add(
        "forged-and-unreadable",
        "One that cannot be read, then one that is forged: the forgery is told first.",
        [_UNREADABLE, _FORGED],
        "refuse",
        ("bad-signature", "not-read", "base45-character"),
        "DD-2",
        "DD-6",
        "DD-7",
        doses=(),
    )


def _lists_and_clock() -> None:
    _add(
        "list-ended-within-skew",
        "The trust list ended 300 seconds ago, by which clocks may differ.",
        [_GOOD],
        "accept",
        _REMARKS,
        "DD-9",
        trust_list="ends-at",
        at=AT + _SKEW,
    )
    _add(
        "list-ended",
        "The trust list ended 301 seconds ago, a second more than clocks may differ by.",
        [_GOOD],
        "refer",
        ("stale-trust-list", NOT_COMPARED),
        "DD-2",
        "DD-9",
        trust_list="ends-at",
        at=AT + _SKEW + _SECOND,
    )
    _add(
        "list-ended-twice",
        "The trust list has ended, and two certificates are shown: it is told once.",
        [_GOOD, _FIRST],
        "refer",
        ("stale-trust-list", NOT_COMPARED),
        "DD-3",
        "DD-9",
        trust_list="ends-at",
        at=AT + _SKEW + _SECOND,
        doses=(("2025-11-20", 1, (1,)), ("2025-12-20", 2, (0,))),
    )
    _add(
        "list-ended-before-forged",
        "The trust list has ended, and one of two certificates is forged: the list is told first.",
        [_FORGED, _GOOD],
        "refuse",
        ("stale-trust-list", "bad-signature", NOT_COMPARED),
        "DD-1",
        "DD-2",
        "DD-9",
        trust_list="ends-at",
        at=AT + _SKEW + _SECOND,
        doses=(("2025-12-20", 2, (1,)),),
    )
    _add(
        "list-ended-and-let-pass",
        "The policy lets an ended list pass: a remark, told first.",
        [_GOOD],
        "accept",
        ("list-stale", *_REMARKS),
        "DD-2",
        "DD-11",
        trust_list="ends-at",
        at=AT + _SKEW + _SECOND,
        policy={"stale_lists": "report"},
    )
    _add(
        "list-unsigned",
        "A list that nobody signed: a remark, told first.",
        [_GOOD],
        "accept",
        ("list-unsigned", *_REMARKS),
        "DD-2",
        "DD-11",
        trust_list="unsigned",
    )
    _add(
        "list-unsigned-and-expired",
        "A list that nobody signed, and a certificate that has expired: the list is told all the same, and first.",
        [_EXPIRED],
        "refuse",
        ("list-unsigned", "expired", NOT_COMPARED),
        "DD-2",
        "DD-11",
        trust_list="unsigned",
    )
    _add(
        "list-overdue",
        "The next list is due: a remark among others.",
        [_GOOD],
        "accept",
        ("list-overdue", *_REMARKS),
        "DD-13",
        trust_list="due-at",
        at=AT + _SECOND,
    )
    _add(
        "clock-within-skew",
        "The list was issued 300 seconds from now, by which clocks may differ.",
        [_GOOD],
        "accept",
        _REMARKS,
        "DD-11",
        trust_list="issued-at",
        at=AT - _SKEW,
    )
    _add(
        "clock-behind-the-list",
        "The list was issued 301 seconds from now: the clock is behind.",
        [_GOOD],
        "refer",
        ("clock-before-list", *_REMARKS),
        "DD-2",
        "DD-11",
        trust_list="issued-at",
        at=AT - _SKEW - _SECOND,
    )
    _add(
        "signed-within-skew",
        "A certificate signed 300 seconds from now, by which clocks may differ.",
        [_signed(dcc(), iat=AT + _SKEW)],
        "accept",
        _REMARKS,
        "DD-10",
    )
    _add(
        "signed-later",
        "A certificate signed 301 seconds from now: the clock is suspected, not the issuer.",
        [_LATER],
        "refer",
        ("clock-before-certificate", NOT_COMPARED),
        "DD-2",
        "DD-10",
    )
    _add(
        "signed-later-beside-accepted",
        "A certificate signed 301 seconds from now beside an accepted one: it is not set aside.",
        [_GOOD, _LATER],
        "refer",
        ("clock-before-certificate", *_REMARKS),
        "DD-2",
        "DD-10",
        doses=(("2025-12-20", 2, (0, 1)),),
    )
    _add(
        "signed-later-and-forged",
        "A certificate signed 301 seconds from now, and a forged one: the doubt about the clock is told first.",
        [_LATER, _FORGED],
        "refuse",
        ("clock-before-certificate", "bad-signature", NOT_COMPARED),
        "DD-1",
        "DD-2",
        "DD-10",
    )
    starts = _signed(dcc(), nbf=AT + _DAY)
    _add(
        "starts-later",
        "A certificate that starts tomorrow by its own words.",
        [starts],
        "refuse",
        ("not-yet-valid", NOT_COMPARED),
        "DD-7",
        "DD-10",
    )
    _add(
        "starts-later-beside-accepted",
        "A certificate that starts tomorrow by its own words beside an accepted one: it is set aside.",
        [_GOOD, starts],
        "accept",
        ("set-aside", *_REMARKS),
        "DD-5",
        doses=(("2025-12-20", 2, (0, 1)),),
    )
    _add(
        "starts-later-and-clock-behind",
        "A certificate that has not started, by a clock that is behind the list: it may have started.",
        [_signed(dcc(), nbf=AT)],
        "refer",
        ("clock-before-list", "not-yet-valid", NOT_COMPARED),
        "DD-2",
        "DD-10",
        trust_list="issued-at",
        at=AT - _SKEW - _SECOND,
    )
    _add(
        "revocation-silent",
        "The revocation list for the issuer ended a second ago: whether the certificate is revoked is unknown.",
        [_GOOD],
        "refer",
        ("revocation-unknown", NOT_COMPARED),
        "DD-2",
        "DD-9",
        revocation="ended",
        at=AT + _SECOND,
    )
    _add(
        "revocation-silent-and-let-pass",
        "The revocation list for the issuer ended a second ago, and the policy only reports it.",
        [_GOOD],
        "accept",
        ("revocation-unanswered", *_REMARKS),
        "DD-13",
        revocation="ended",
        at=AT + _SECOND,
        policy={"unknown_revocation": "report"},
    )
    _add(
        "revocation-of-another-country",
        "No revocation list is for the issuer: a remark.",
        [_GOOD],
        "accept",
        ("revocation-unanswered", *_REMARKS),
        "DD-13",
        revocation="of-laos",
    )
    _add(
        "not-revoked",
        "The revocation list is for the issuer and has nothing of the certificate.",
        [_GOOD],
        "accept",
        _REMARKS,
        "DD-5",
        revocation="empty",
    )
    _add(
        "list-ended-and-let-pass-before-mismatch",
        "An ended list that the policy lets pass, and somebody else's document: the list is told first.",
        [_GOOD],
        "refuse",
        ("list-stale", "identity-mismatch", NOT_ASKED),
        "DD-2",
        "DD-11",
        trust_list="ends-at",
        at=AT + _SKEW + _SECOND,
        policy={"stale_lists": "report"},
        document=_holder("TRAN<<THI<MAI"),
    )
    _add(
        "revocation-silent-before-forged",
        "An ended revocation list, and one of two certificates is forged: what is unknown is told first.",
        [_FORGED, _GOOD],
        "refuse",
        ("revocation-unknown", "bad-signature", NOT_COMPARED),
        "DD-2",
        "DD-9",
        revocation="ended",
        at=AT + _SECOND,
        doses=(("2025-12-20", 2, (1,)),),
    )
    _add(
        "beside-one-of-an-expired-signer",
        "One whose signing certificate had ended when it was signed, beside an accepted one.",
        [_GOOD, _vaccination(signer="es256-expired", ci=_ID + "S")],
        "accept",
        ("set-aside", *_REMARKS),
        "DD-5",
        doses=(("2025-12-20", 2, (0, 1)),),
    )
    early = _signed(dcc(), iat=SIGNER_STARTS - _SKEW - _SECOND)
    _add(
        "before-the-signer-starts",
        "A certificate signed before the signing certificate starts, alone.",
        [early],
        "refuse",
        ("signer-not-yet-valid", NOT_COMPARED),
        "DD-7",
        "DD-10",
    )
    _add(
        "before-the-signer-starts-and-clock-behind",
        "A certificate signed before the signing certificate starts, by a clock that is behind the list.",
        [early],
        "refer",
        ("clock-before-list", "signer-not-yet-valid", NOT_COMPARED),
        "DD-10",
        trust_list="issued-at",
        at=AT - _SKEW - _SECOND,
    )
    _add(
        "before-the-signer-starts-and-clock-behind-beside-another",
        "The same beside an accepted one, which does not make it worse.",
        [_GOOD, early],
        "refer",
        ("clock-before-list", "signer-not-yet-valid", *_REMARKS),
        "DD-7",
        "DD-10",
        trust_list="issued-at",
        at=AT - _SKEW - _SECOND,
        doses=(("2025-12-20", 2, (0, 1)),),
    )


def _findings() -> None:
    referred: dict[str, tuple[str, str, str, Dose]] = {
        "no-name": ("The name has no part", _vaccination(nam={}), "name-missing", _SAMPLE_DOSE),
        "born-in-1899": (
            "Born in 1899",
            _vaccination(dob="1899-12-31"),
            "birth-date-impossible",
            _SAMPLE_DOSE,
        ),
        "day-unreadable": (
            "The date of the dose is words",
            _vaccination(dt="20 December"),
            "date-unreadable",
            (None, 2, (0,)),
        ),
        "dose-in-the-future": (
            "The dose is of two days from now, and of a month after the issue",
            _vaccination(dt="2026-02-03"),
            "event-in-future",
            ("2026-02-03", 2, (0,)),
        ),
        "dose-before-birth": (
            "The dose is of the day before birth",
            _vaccination(dob="2025-12-21"),
            "event-before-birth",
            _SAMPLE_DOSE,
        ),
        "dose-number-zero": (
            "The number of the dose is 0",
            _vaccination(dn=0),
            "dose-number-range",
            ("2025-12-20", 0, (0,)),
        ),
    }
    for label, (says, text, code, one) in referred.items():
        _add(
            f"finding-{label}",
            f"{says}, which leads to refer ({code}).",
            [text],
            "refer",
            (code, *_REMARKS),
            "DD-12",
            doses=(one,),
        )
    backwards = _signed(dcc(r=[recovery(df="2026-01-21", du="2026-01-10")]))
    _add(
        "finding-recovery-backwards",
        "A recovery that ends before it begins, which leads to refer and does not count either.",
        [backwards],
        "refer",
        ("recovery-dates-order", "recovery-not-current", *_REMARKS),
        "DD-12",
        "DD-18",
        doses=(),
    )
    remarks: dict[str, tuple[str, str, str]] = {
        "country": ("The dose was given in another country", _vaccination(co="LA"), "country-mismatch"),
        "product-unknown": ("The product is of no value set", _vaccination(mp="TEST"), "code-unknown"),
        "product-of-another-holder": (
            "The product is of another holder",
            _vaccination(ma="ORG-100001699"),
            "product-holder-mismatch",
        ),
        "born-in-a-month": (
            "Only year and month of birth are known",
            _vaccination(dob="1990-05"),
            "birth-date-partial",
        ),
        "no-vaccine": ("The vaccine type is missing", _vaccination(vp=DROP), "field-missing"),
    }
    for label, (says, text, code) in remarks.items():
        _add(
            f"remark-{label}",
            f"{says}: a remark ({code}).",
            [text],
            "accept",
            (code, *_REMARKS),
            "DD-13",
            importance="low",
        )
    _more_findings()
    _add(
        "form-is-no-reason",
        "A field that the schema does not have: that finding is no reason at all, not even a remark.",
        [_vaccination(extra=1)],
        "accept",
        _REMARKS,
        "DD-13",
    )
    _add(
        "finding-of-a-refused-one",
        "A certificate that has expired, with the dose number 0: findings of a refused certificate are no reasons.",
        [_vaccination(dn=0, exp=AT - _DAY)],
        "refuse",
        ("expired", NOT_COMPARED),
        "DD-12",
        "DD-13",
        doses=(("2025-12-20", 0, (0,)),),
    )


def _more_findings() -> None:
    """The codes that matter at the desk in further forms."""
    referred: dict[str, tuple[str, str, str, tuple[Dose, ...]]] = {
        "no-name-alone": (
            "All four parts of the name are missing",
            _vaccination(nam=name(fn=DROP, gn=DROP, fnt=DROP, gnt=DROP)),
            "name-missing",
            (_SAMPLE_DOSE,),
        ),
        "name-of-blanks": (
            "The name is blanks",
            _vaccination(nam={"fn": " ", "fnt": " "}),
            "name-missing",
            (_SAMPLE_DOSE,),
        ),
        "born-tomorrow": (
            "Born two days from now, and a month after the issue",
            _recovered(dob="2026-02-03"),
            "birth-date-impossible",
            (),
        ),
        "day-of-13-months": (
            "The date of the dose is in a thirteenth month",
            _vaccination(dt="2025-13-01"),
            "date-unreadable",
            ((None, 2, (0,)),),
        ),
        "birth-date-of-words": (
            "The birth date is words",
            _vaccination(dob="in May"),
            "date-unreadable",
            (_SAMPLE_DOSE,),
        ),
        "test-in-the-future": (
            "The sample is of two days after the issue",
            _signed(dcc(t=[nucleic_acid_test(sc="2026-01-07T00:00:00Z")])),
            "event-in-future",
            (),
        ),
        "dose-a-year-before-birth": (
            "The dose is of a year before birth",
            _vaccination(dob="2025-12-20", dt="2024-12-20"),
            "event-before-birth",
            (("2024-12-20", 2, (0,)),),
        ),
        "dose-number-negative": (
            "The number of the dose is -1",
            _vaccination(dn=-1),
            "dose-number-range",
            (("2025-12-20", -1, (0,)),),
        ),
        "dose-number-of-hundred": (
            "The number of the dose is 100",
            _vaccination(dn=100),
            "dose-number-range",
            (("2025-12-20", 100, (0,)),),
        ),
    }
    for label, (says, text, code, doses) in referred.items():
        _add(
            f"finding-{label}",
            f"{says}, which leads to refer ({code}).",
            [text],
            "refer",
            (code, *_REMARKS),
            "DD-12",
            doses=doses,
        )
    remarks: dict[str, tuple[str, str, str]] = {
        "disease-number": ("The disease is a number", _vaccination(tg=840539006), "field-type"),
        "name-with-escape": (
            "The surname holds an escape sequence",
            _vaccination(nam=name(fn="Nguyễn\x1b[2J")),
            "text-not-printable",
        ),
        "vaccine-of-another-type": (
            "The product is of another vaccine type",
            _vaccination(vp="1119305005"),
            "product-prophylaxis-mismatch",
        ),
        "dose-and-recovery": (
            "A dose and a recovery in one certificate",
            _signed(dcc(v=[dose()], r=[recovery()])),
            "several-events",
        ),
    }
    for label, (says, text, code) in remarks.items():
        _add(
            f"remark-{label}",
            f"{says}: a remark ({code}).",
            [text],
            "accept",
            (code, *_REMARKS),
            "DD-13",
            importance="low",
        )
    device = _signed(dcc(t=[nucleic_acid_test(nm=DROP)]))
    _add(
        "remark-test-without-name",
        "A nucleic acid test without its name: a remark (test-fields-mismatch).",
        [device],
        "accept",
        ("test-fields-mismatch", *_REMARKS),
        "DD-13",
        doses=(),
    )
    _add(
        "remark-issuer-of-another-country",
        "The issuer is Laos, the key of Viet Nam, and the policy takes that: a remark (issuer-country-mismatch).",
        [_signed(dcc(v=[dose(co="LA")]), iss="LA")],
        "accept",
        ("issuer-country-mismatch", *_REMARKS),
        "DD-13",
        policy={"allow_foreign_issuer": True},
    )
    _add(
        "remark-signer-has-expired-since",
        "The signing certificate was in date when it signed and has ended since: a remark (signer-expired-since).",
        [_vaccination(exp=SIGNER_ENDS + 2 * _DAY)],
        "accept",
        ("signer-expired-since", *_REMARKS),
        "DD-13",
        at=SIGNER_ENDS + _DAY,
    )


def _recovered(**changes: Any) -> str:
    return _signed(dcc(r=[recovery()], **changes))


def _rules() -> None:
    failed, opened = record("VR-FR-0002", Logic=False), record("VR-FR-0003", Logic=1)
    _add(
        "rule-passed",
        "The one rule that applies passes.",
        [_GOOD],
        "accept",
        (NOT_COMPARED,),
        "DD-14",
        "DD-15",
        rules=[record()],
    )
    _add(
        "rule-failed",
        "One of two rules fails.",
        [_GOOD],
        "refuse",
        ("rule-failed", NOT_COMPARED),
        "DD-15",
        rules=[record(), failed],
    )
    _add(
        "rule-open",
        "One of two rules cannot be evaluated: its value is a number.",
        [_GOOD],
        "refer",
        ("rule-open", NOT_COMPARED),
        "DD-15",
        rules=[record(), opened],
    )
    _add(
        "rule-open-certlogic",
        "The one rule cannot be evaluated: it is an error of CertLogic.",
        [_GOOD],
        "refer",
        ("rule-open", NOT_COMPARED),
        "DD-15",
        rules=[record(Logic={"or": []})],
    )
    _add(
        "rule-failed-and-open",
        "One rule cannot be evaluated and one fails: each is a reason of its own, the failed one first.",
        [_GOOD],
        "refuse",
        ("rule-failed", "rule-open", NOT_COMPARED),
        "DD-2",
        "DD-15",
        rules=[opened, failed],
    )
    _add(
        "two-rules-failed",
        "Two rules fail, and each is told.",
        [_GOOD],
        "refuse",
        ("rule-failed", "rule-failed", NOT_COMPARED),
        "DD-3",
        "DD-15",
        rules=[failed, record("VR-FR-0004", Logic=False)],
    )
    _add(
        "rules-missing",
        "The country has no rule.",
        [_GOOD],
        "refer",
        ("rules-missing", NOT_COMPARED),
        "DD-16",
        rules=[record()],
        country="DE",
    )
    _add(
        "rules-missing-for-the-kind",
        "The country has rules for tests only, and a vaccination is shown.",
        [_GOOD],
        "refer",
        ("rules-missing", NOT_COMPARED),
        "DD-16",
        rules=[record("TR-FR-0001", CertificateType="Test")],
    )
    own = record("IR-VN-0001", Type="Invalidation")
    _add(
        "rules-missing-beside-invalidation",
        "The country has no rule, and rules by which the issuer voids its own do not stand in.",
        [_GOOD],
        "refer",
        ("rules-missing", NOT_COMPARED),
        "DD-16",
        rules=[own],
    )
    _add(
        "invalidation-failed",
        "The rules of the country pass, and a rule of the issuer voids the certificate.",
        [_GOOD],
        "refuse",
        ("rule-failed", NOT_COMPARED),
        "DD-15",
        rules=[record(), {**own, "Logic": False}],
    )
    end = f"{AT:%Y-%m-%dT%H:%M:%SZ}"
    _add(
        "rules-to-the-second",
        "This is the last second of the list of rules.",
        [_GOOD],
        "accept",
        (NOT_COMPARED,),
        "DD-17",
        rules=[record()],
        rules_end=end,
    )
    _add(
        "rules-stale",
        "The list of rules ended a second ago.",
        [_GOOD],
        "refer",
        ("rules-stale", NOT_COMPARED),
        "DD-2",
        "DD-17",
        rules=[record()],
        rules_end=end,
        at=AT + _SECOND,
    )
    _add(
        "rules-stale-and-failed",
        "The list of rules ended a second ago, and one fails: that it ended is told first.",
        [_GOOD],
        "refuse",
        ("rules-stale", "rule-failed", NOT_COMPARED),
        "DD-2",
        "DD-17",
        rules=[failed],
        rules_end=end,
        at=AT + _SECOND,
    )
    _add(
        "rules-stale-and-open",
        "The list of rules ended a second ago, and one cannot be evaluated: that it ended is told first.",
        [_GOOD],
        "refer",
        ("rules-stale", "rule-open", NOT_COMPARED),
        "DD-2",
        "DD-3",
        "DD-17",
        rules=[opened],
        rules_end=end,
        at=AT + _SECOND,
    )
    second = record(Logic={"===": [{"var": "payload.v.0.dn"}, 2]})
    doses = (("2025-11-20", 1, (0,)), ("2025-12-20", 2, (1,)))
    _add(
        "one-of-two-passes",
        "Two certificates, and the rule asks for the second dose: the one that passes counts.",
        [_FIRST, _GOOD],
        "accept",
        (NOT_COMPARED,),
        "DD-5",
        "DD-14",
        rules=[second],
        doses=doses,
    )
    third = record(Logic={"===": [{"var": "payload.v.0.dn"}, 3]})
    _add(
        "none-of-two-passes",
        "Two certificates, both of which fail the rule: it is told of one of them.",
        [_FIRST, _GOOD],
        "refuse",
        ("rule-failed", NOT_COMPARED),
        "DD-14",
        "DD-15",
        rules=[third],
        doses=doses,
    )
    _add(
        "open-before-failed",
        "The rule cannot be evaluated for one of two certificates and fails for the other: the open one counts.",
        [_FIRST, _GOOD],
        "refer",
        ("rule-open", NOT_COMPARED),
        "DD-14",
        rules=[record(Logic={"if": [{"===": [{"var": "payload.v.0.dn"}, 1]}, 1, False]})],
        doses=doses,
    )
    negative = record("TR-FR-0001", CertificateType="Test", Logic=False)
    clinic = record("TR-FR-0002", CertificateType="Test", Logic={"===": [{"var": "payload.t.0.tc"}, "TEST"]})
    for label, later, codes in (
        ("later-in-the-day", "2026-01-02T23:00:00Z", ("rule-failed", "rule-failed")),
        ("later-by-its-zone", "2026-01-02T12:00:00-10:00", ("rule-failed", "rule-failed")),
        ("at-the-same-moment", "2026-01-02T16:00:00+07:00", ("rule-failed",)),
        ("earlier-by-its-zone", "2026-01-02T12:00:00+07:00", ("rule-failed",)),
    ):
        _add(
            f"none-of-two-passes-{label}",
            f"A test at nine that fails one rule of two, and one {label.replace('-', ' ')} that fails both.",
            [
                _signed(dcc(t=[nucleic_acid_test(sc="2026-01-02T09:00:00Z", tc="TEST")])),
                _signed(dcc(t=[nucleic_acid_test(sc=later, tc="TEST other")])),
            ],
            "refuse",
            (*codes, NOT_COMPARED),
            "DD-14",
            "DD-15",
            rules=[negative, clinic],
            doses=(),
        )
    _add(
        "rules-and-expired",
        "A certificate that has expired, and a rule that would fail: rules are not asked about it.",
        [_EXPIRED],
        "refuse",
        ("expired", NOT_COMPARED),
        "DD-14",
        "DD-15",
        rules=[failed],
    )
    _add(
        "rules-do-not-make-good",
        "All rules pass for one certificate, and another one is forged: passing does not make that good.",
        [_GOOD, _FORGED],
        "refuse",
        ("bad-signature", NOT_COMPARED),
        "DD-1",
        "DD-7",
        rules=[record()],
    )


def _without_rules() -> None:
    positive = "260373001"
    for label, says, entry in (
        ("nucleic-acid", "A nucleic acid", nucleic_acid_test(tr=positive)),
        ("antigen", "An antigen", antigen_test(tr=positive)),
    ):
        _add(
            f"test-positive-{label}",
            f"{says} test with the result detected, and no rules are asked.",
            [_signed(dcc(t=[entry]))],
            "refer",
            ("test-positive", *_REMARKS),
            "DD-18",
            doses=(),
        )
    passing = record("TR-FR-0001", CertificateType="Test")
    _add(
        "test-positive-and-rules",
        "A test with the result detected, and a rule that passes: where rules are asked, they alone say.",
        [_signed(dcc(t=[nucleic_acid_test(tr=positive)]))],
        "accept",
        (NOT_COMPARED,),
        "DD-18",
        doses=(),
        rules=[passing],
    )
    _add(
        "test-positive-beside-a-dose",
        "A test with the result detected beside an accepted vaccination: it still counts.",
        [_GOOD, _signed(dcc(t=[nucleic_acid_test(tr=positive)]))],
        "refer",
        ("test-positive", *_REMARKS),
        "DD-18",
    )
    _add(
        "test-negative",
        "A test with the result not detected.",
        [_signed(dcc(t=[nucleic_acid_test()]))],
        "accept",
        _REMARKS,
        "DD-18",
        doses=(),
    )
    _add(
        "recovery-until-yesterday-beside-a-dose",
        "A recovery that counted until yesterday beside an accepted vaccination: it is told all the same.",
        [_GOOD, _signed(dcc(r=[recovery(du="2026-01-31")]))],
        "refer",
        ("recovery-not-current", *_REMARKS),
        "DD-18",
    )
    midnight = datetime(2026, 2, 1, 7, tzinfo=timezone(timedelta(hours=7)))
    for label, changes, at, counts in (
        ("until-today-in-utc", {"du": "2026-01-31"}, midnight - _SECOND, True),
        ("until-yesterday-in-utc", {"du": "2026-01-31"}, midnight, False),
        ("from-tomorrow-in-utc", {"df": "2026-02-01"}, midnight - _SECOND, False),
        ("from-today-in-utc", {"df": "2026-02-01"}, midnight, True),
    ):
        codes = _REMARKS if counts else ("recovery-not-current", *_REMARKS)
        _add(
            f"recovery-{label}",
            f"A recovery that counts {label.replace('-', ' ')}, where the time is that of Viet Nam.",
            [_signed(dcc(r=[recovery(**changes)]))],
            "accept" if counts else "refer",
            codes,
            "DD-18",
            doses=(),
            at=at,
        )
    for label, changes, counts in (
        ("from-today", {"df": "2026-02-01"}, True),
        ("from-tomorrow", {"df": "2026-02-02"}, False),
        ("until-today", {"du": "2026-02-01"}, True),
        ("until-yesterday", {"du": "2026-01-31"}, False),
    ):
        codes = _REMARKS if counts else ("recovery-not-current", *_REMARKS)
        _add(
            f"recovery-{label}",
            f"A recovery that counts {label.replace('-', ' ')}, and no rules are asked.",
            [_signed(dcc(r=[recovery(**changes)]))],
            "accept" if counts else "refer",
            codes,
            "DD-18",
            doses=(),
        )


def _travellers() -> None:
    _add(
        "identity-match",
        "The zone of the passport has the same name and birth date as the certificate.",
        [_GOOD],
        "accept",
        (NOT_ASKED,),
        "DD-19",
        document=_holder(),
    )
    _add(
        "identity-likely",
        "In the document the middle name stands with the family name: likely, a remark.",
        [_GOOD],
        "accept",
        (NOT_ASKED, "identity-likely"),
        "DD-3",
        "DD-19",
        document=_holder("NGUYEN<VAN<<THU"),
    )
    _add(
        "identity-likely-swapped",
        "In the document family name and given name are in each other's place: likely, a remark.",
        [_vaccination(nam=name(gn="Thử", gnt="THU"))],
        "accept",
        (NOT_ASKED, "identity-likely"),
        "DD-19",
        document=_holder("THU<<NGUYEN"),
    )
    partial = _vaccination(dob="1990-05")
    _add(
        "identity-likely-partial",
        "Certificate and document both know year and month of birth only: likely, a remark.",
        [partial],
        "accept",
        ("birth-date-partial", NOT_ASKED, "identity-likely"),
        "DD-3",
        "DD-19",
        document=_holder(born="9005<<"),
    )
    _add(
        "identity-unclear",
        "The middle name is missing in the document: unclear.",
        [_GOOD],
        "refer",
        ("identity-unclear", NOT_ASKED),
        "DD-2",
        "DD-19",
        document=_holder("NGUYEN<<THU"),
    )
    _add(
        "identity-unclear-birth-date",
        "The document has no birth date: unclear.",
        [_GOOD],
        "refer",
        ("identity-unclear", NOT_ASKED),
        "DD-19",
        document=_holder(born="<<<<<<"),
    )
    _add(
        "identity-unclear-typed",
        "The name is typed with an abbreviated middle name: unclear.",
        [_GOOD],
        "refer",
        ("identity-unclear", NOT_ASKED),
        "DD-19",
        document={"name": "Nguyễn, V. Thử", "birth_date": "1990-05-17"},
    )
    _add(
        "identity-mismatch",
        "The document is somebody else's, with another name.",
        [_GOOD],
        "refuse",
        ("identity-mismatch", NOT_ASKED),
        "DD-2",
        "DD-19",
        document=_holder("TRAN<<THI<MAI"),
    )
    _add(
        "identity-mismatch-birth-date",
        "The document has the same name and another birth date.",
        [_GOOD],
        "refuse",
        ("identity-mismatch", NOT_ASKED),
        "DD-19",
        document=_holder(born="900518"),
    )
    _add(
        "identity-mismatch-of-expired",
        "An expired certificate, and somebody else's document: whose it is still counts.",
        [_EXPIRED],
        "refuse",
        ("expired", "identity-mismatch"),
        "DD-3",
        "DD-19",
        document=_holder("TRAN<<THI<MAI"),
    )
    mine, hers = (
        _GOOD,
        _vaccination(
            nam=name(fn="Trần", gn="Thị Mai", fnt="TRAN", gnt="THI<MAI"), ci=_ID + "M", dob="1991-01-01"
        ),
    )
    _add(
        "worst-comparison",
        "Two certificates, of which one is the traveller's and one somebody else's: the worst comparison counts.",
        [mine, hers],
        "refuse",
        ("identity-mismatch", "person-differs", NOT_ASKED),
        "DD-3",
        "DD-19",
        "DD-21",
        "ID-28",
        document=_holder(),
        doses=(("2025-12-20", 2, (0, 1)),),
    )
    _add(
        "not-compared-with-a-document",
        "A forged certificate and a document: what no trusted key has signed is compared with nobody.",
        [_FORGED],
        "refuse",
        ("bad-signature",),
        "DD-19",
        "DD-20",
        document=_holder(),
        doses=(),
    )
    for label, says, document, reason in (
        (
            "check-digit",
            "A zone with a wrong check digit",
            {"mrz": with_character(passport(), 1, 43, "9")},
            "mrz-check-digit",
        ),
        (
            "birth-date",
            "A birth date that is typed in words",
            {"name": "NGUYEN, VAN THU", "birth_date": "17 May"},
            "birth-date-unreadable",
        ),
    ):
        FAMILY.add(
            f"document-{label}",
            f"{says}: nothing is decided, and the document has to be shown again.",
            {"certificates": [_GOOD], "document": document},
            {"outcome": "unreadable", "reason": reason, "verdict": None, "codes": [], "doses": []},
            context={"at": f"{AT:%Y-%m-%dT%H:%M:%SZ}", "trust_list": "default", "policy": "default"},
            requirements=("DD-19", "ID-4" if label == "check-digit" else "ID-26"),
        )


def _pair(
    name: str,
    description: str,
    one: str,
    other: str,
    verdict: str,
    codes: tuple[str, ...],
    doses: tuple[Dose, ...],
    *requirements: str,
) -> None:
    """Two certificates. A remark stands behind the others, what is worse before them."""
    is_remark = verdict == "accept"
    told = (*_REMARKS, *codes) if is_remark else (*codes, *_REMARKS)
    _add(f"history-{name}", description, [one, other], verdict, told, "DD-21", *requirements, doses=doses)


def _histories() -> None:
    first, second = ("2025-11-20", 1, (0,)), ("2025-12-20", 2, (1,))
    _pair(
        "two-doses",
        "Two doses in two certificates, shown in their order.",
        _FIRST,
        _GOOD,
        "accept",
        (),
        (first, second),
        "ID-27",
    )
    _pair(
        "two-doses-other-order",
        "Two doses in two certificates, the later one shown first.",
        _GOOD,
        _FIRST,
        "accept",
        (),
        (("2025-11-20", 1, (1,)), ("2025-12-20", 2, (0,))),
        "ID-27",
    )
    _pair(
        "same-dose-twice",
        "One dose in two certificates of two identifiers: it is one dose.",
        _GOOD,
        _vaccination(ci=_ID + "X"),
        "accept",
        (),
        (("2025-12-20", 2, (0, 1)),),
        "ID-27",
    )
    _pair(
        "same-certificate-twice",
        "One certificate is shown twice: it is one dose.",
        _GOOD,
        _GOOD,
        "accept",
        (),
        (("2025-12-20", 2, (0, 1)),),
        "ID-27",
    )
    _pair(
        "another-person",
        "The same name in two certificates with two birth dates.",
        _GOOD,
        _vaccination(dob="1991-05-17", ci=_ID + "P"),
        "refuse",
        ("person-differs",),
        (("2025-12-20", 2, (0, 1)),),
        "ID-28",
    )
    sister = {"fn": "Nguyễn", "fnt": "NGUYEN"}
    _pair(
        "two-sisters",
        "Thị Lan and Thị Lân in two certificates, born on one day: they may be sisters.",
        _vaccination(nam={**sister, "gn": "Thị Lan", "gnt": "THI<LAN"}),
        _vaccination(nam={**sister, "gn": "Thị Lân", "gnt": "THI<LAN"}, ci=_ID + "P"),
        "refer",
        ("person-unclear",),
        (("2025-12-20", 2, (0, 1)),),
        "ID-28",
    )
    _pair(
        "middle-name",
        "In one of two certificates the middle name is missing.",
        _GOOD,
        _vaccination(nam=name(gn="Thử", gnt="THU"), ci=_ID + "P"),
        "refer",
        ("person-unclear",),
        (("2025-12-20", 2, (0, 1)),),
        "ID-28",
    )
    _pair(
        "another-name",
        "Two given names in two certificates, born on one day.",
        _GOOD,
        _vaccination(nam=name(gn="Văn Anh", gnt="VAN<ANH"), ci=_ID + "P"),
        "refuse",
        ("person-differs",),
        (("2025-12-20", 2, (0, 1)),),
        "ID-28",
    )
    _pair(
        "changed",
        "One identifier in two certificates with two days, as after a correction.",
        _GOOD,
        _vaccination(dt="2025-12-21"),
        "refer",
        ("dose-changed",),
        (("2025-12-20", 2, (0, 1)),),
        "ID-27",
        "ID-29",
    )
    _pair(
        "days-differ",
        "The second dose in two certificates, on two days.",
        _GOOD,
        _vaccination(dt="2025-12-22", ci=_ID + "D"),
        "refer",
        ("dose-days-differ",),
        (("2025-12-20", 2, (0,)), ("2025-12-22", 2, (1,))),
        "ID-29",
    )
    _pair(
        "products-differ",
        "The second dose in two certificates, of one day and two vaccines.",
        _GOOD,
        _vaccination(mp="EU/1/20/1507", ma="ORG-100031184", ci=_ID + "V"),
        "refer",
        ("dose-products-differ",),
        (("2025-12-20", 2, (0,)), ("2025-12-20", 2, (1,))),
        "ID-29",
    )
    _pair(
        "on-one-day",
        "The first and the second dose on one day.",
        _vaccination(dn=1, ci=_ID + "O"),
        _GOOD,
        "refer",
        ("doses-on-one-day",),
        (("2025-12-20", 1, (0,)), ("2025-12-20", 2, (1,))),
        "ID-29",
    )
    _pair(
        "order",
        "The second dose is of ten days before the first.",
        _GOOD,
        _vaccination(dn=1, dt="2025-12-30", ci=_ID + "R"),
        "refer",
        ("dose-order",),
        (("2025-12-20", 2, (0,)), ("2025-12-30", 1, (1,))),
        "ID-29",
    )
    _pair(
        "gap",
        "The first dose and the third, and none between: a remark.",
        _vaccination(dn=1, sd=1, dt="2025-10-01", ci=_ID + "G"),
        _vaccination(dn=3, sd=3),
        "accept",
        ("dose-gap",),
        (("2025-10-01", 1, (0,)), ("2025-12-20", 3, (1,))),
        "ID-29",
    )
    _pair(
        "booster",
        "2 of 2 and 3 of 3: the length of the series is not compared.",
        _vaccination(dt="2025-10-01", ci=_ID + "B"),
        _vaccination(dn=3, sd=3),
        "accept",
        (),
        (("2025-10-01", 2, (0,)), ("2025-12-20", 3, (1,))),
        "ID-29",
    )
    _add(
        "history-another-disease",
        "Doses against two diseases do not contradict each other; the second one's codes are not known, a remark.",
        [_GOOD, _vaccination(tg="27836007", dn=1, ci=_ID + "W")],
        "accept",
        ("code-unknown", *_REMARKS),
        "DD-21",
        "ID-29",
        doses=(("2025-12-20", 1, (1,)), ("2025-12-20", 2, (0,))),
    )
    _pair(
        "test-of-the-same",
        "A test beside a dose of the same person: it is no dose.",
        _GOOD,
        _signed(dcc(t=[nucleic_acid_test()])),
        "accept",
        (),
        (_SAMPLE_DOSE,),
        "ID-27",
    )
    _variants()
    _people_of_two_orders()
    _histories_of_three()
    _add(
        "history-several-codes",
        "Two people and two days for one dose: both are told, in the order of the specification.",
        [_GOOD, _vaccination(dt="2025-12-22", dob="1991-05-17", ci=_ID + "D")],
        "refuse",
        ("person-differs", "dose-days-differ", *_REMARKS),
        "DD-3",
        "DD-21",
        "ID-29",
        doses=(("2025-12-20", 2, (0,)), ("2025-12-22", 2, (1,))),
    )


def _people_of_two_orders() -> None:
    """Whose certificates they are does not depend on the order in which they are shown."""
    nam = {
        "fn": "Müller-Lüdenscheidt",
        "gn": "Jürgen Günther",
        "fnt": "MUELLER<LUEDENSCHEIDT",
        "gnt": "JUERGEN<GUENTHER",
    }
    long = _vaccination(nam=nam)
    short = _vaccination(
        nam={"fn": "Mueller", "gn": "Juergen", "fnt": "MUELLER", "gnt": "JUERGEN"}, ci=_ID + "P"
    )
    for label, shown in (("long-first", (long, short)), ("short-first", (short, long))):
        _pair(
            f"names-missing-{label}",
            "One of two certificates lacks a family name and a given name, "
            f"and writes UE for Ü; the {label.split('-')[0]} one is shown first.",
            *shown,
            "refer",
            ("person-unclear",),
            (("2025-12-20", 2, (0, 1)),),
            "ID-28",
        )


def _histories_of_three() -> None:
    """What is one dose does not depend on the order in which certificates are shown."""
    day, number = "2025-12-20", 2
    unnamed, other = (
        _vaccination(mp=DROP, ci=_ID + "U"),
        _vaccination(mp="EU/1/20/1507", ma="ORG-100031184", ci=_ID + "V"),
    )
    contradicted = ("dose-products-differ", "field-missing", *_REMARKS)
    for label, shown, doses in (
        ("first", [unnamed, _GOOD, other], ((day, number, (0, 2)), (day, number, (1,)))),
        ("between", [_GOOD, unnamed, other], ((day, number, (0,)), (day, number, (1, 2)))),
        ("last", [other, _GOOD, unnamed], ((day, number, (0, 2)), (day, number, (1,)))),
    ):
        _add(
            f"history-vaccine-not-named-{label}",
            f"Two vaccines for one dose, and a certificate that names none, shown {label}: it makes them no one dose.",
            shown,
            "refer",
            contradicted,
            "DD-21",
            "ID-27",
            "ID-29",
            doses=doses,
        )
    moved, again = _vaccination(dt="2025-12-21"), _vaccination(dt="2025-12-21", ci=_ID + "M")
    for label, shown in (("first", [moved, again, _GOOD]), ("last", [_GOOD, again, moved])):
        _add(
            f"history-one-dose-in-two-ways-{label}",
            "One certificate has the identifier of a second and the content of a third: all are one dose, "
            f"and the one that has both is shown {label}.",
            shown,
            "refer",
            ("dose-changed", *_REMARKS),
            "DD-21",
            "ID-27",
            "ID-29",
            doses=((day, number, (0, 1, 2)),),
        )
    third = _vaccination(dn=3, sd=3, dt="2025-12-30", ci=_ID + "3")
    _add(
        "history-no-gap",
        "The first and the third dose, and the second without a day: none is missing.",
        [_FIRST, third, _vaccination(dt=DROP)],
        "accept",
        ("field-missing", *_REMARKS),
        "DD-21",
        "ID-27",
        "ID-29",
        doses=(("2025-11-20", 1, (0,)), ("2025-12-30", 3, (1,)), (None, 2, (2,))),
    )


def _variants() -> None:
    """Each contradiction in two more forms."""
    both: tuple[Dose, ...] = (("2025-12-20", 2, (0, 1)),)
    told: dict[str, tuple[str, str, str, str, tuple[Dose, ...]]] = {
        "changed-number": (
            "One identifier in two certificates with two dose numbers",
            "dose-changed",
            _GOOD,
            _vaccination(dn=3, sd=3),
            both,
        ),
        "changed-vaccine": (
            "One identifier in two certificates with two vaccines",
            "dose-changed",
            _GOOD,
            _vaccination(mp="EU/1/20/1507", ma="ORG-100031184"),
            both,
        ),
        "days-differ-first-dose": (
            "The first dose in two certificates, on two days in a row",
            "dose-days-differ",
            _FIRST,
            _vaccination(dn=1, dt="2025-11-21", ci=_ID + "D"),
            (("2025-11-20", 1, (0,)), ("2025-11-21", 1, (1,))),
        ),
        "days-differ-by-a-year": (
            "The second dose in two certificates, on two days that are a year apart",
            "dose-days-differ",
            _GOOD,
            _vaccination(dt="2024-12-20", ci=_ID + "D"),
            (("2024-12-20", 2, (1,)), ("2025-12-20", 2, (0,))),
        ),
        "products-differ-other-order": (
            "The second dose in two certificates, of one day and two vaccines, shown in the other order",
            "dose-products-differ",
            _vaccination(mp="EU/1/20/1507", ma="ORG-100031184", ci=_ID + "V"),
            _GOOD,
            (("2025-12-20", 2, (0,)), ("2025-12-20", 2, (1,))),
        ),
        "products-differ-third-dose": (
            "The third dose in two certificates, of one day and two vaccines",
            "dose-products-differ",
            _vaccination(dn=3, sd=3),
            _vaccination(dn=3, sd=3, mp="EU/1/20/1507", ma="ORG-100031184", ci=_ID + "V"),
            (("2025-12-20", 3, (0,)), ("2025-12-20", 3, (1,))),
        ),
        "on-one-day-two-and-three": (
            "The second and the third dose on one day",
            "doses-on-one-day",
            _GOOD,
            _vaccination(dn=3, sd=3, ci=_ID + "O"),
            (("2025-12-20", 2, (0,)), ("2025-12-20", 3, (1,))),
        ),
        "on-one-day-other-vaccine": (
            "The first and the second dose on one day, of two vaccines",
            "doses-on-one-day",
            _GOOD,
            _vaccination(dn=1, mp="EU/1/20/1507", ma="ORG-100031184", ci=_ID + "O"),
            (("2025-12-20", 1, (1,)), ("2025-12-20", 2, (0,))),
        ),
        "order-by-a-day": (
            "The second dose is of the day before the first",
            "dose-order",
            _GOOD,
            _vaccination(dn=1, dt="2025-12-21", ci=_ID + "R"),
            (("2025-12-20", 2, (0,)), ("2025-12-21", 1, (1,))),
        ),
        "order-other-vaccine": (
            "The second dose is of ten days before the first, and of another vaccine",
            "dose-order",
            _vaccination(dn=1, dt="2025-12-30", mp="EU/1/20/1507", ma="ORG-100031184", ci=_ID + "R"),
            _GOOD,
            (("2025-12-20", 2, (1,)), ("2025-12-30", 1, (0,))),
        ),
        "given-name-missing": (
            "In one of two certificates the last word of the given name is missing",
            "person-unclear",
            _GOOD,
            _vaccination(nam=name(gn="Văn", gnt="VAN"), ci=_ID + "P"),
            both,
        ),
    }
    for label, (says, code, one, other, doses) in told.items():
        about = "ID-28" if code == "person-unclear" else "ID-29"
        _pair(label, f"{says} ({code}).", one, other, "refer", (code,), doses, about)
    for label, number in (("gap-of-one", 4), ("gap-of-many", 9)):
        _pair(
            label,
            f"The second dose and the {number}th, and none between: a remark.",
            _vaccination(dt="2025-10-01", ci=_ID + "G"),
            _vaccination(dn=number, sd=number),
            "accept",
            ("dose-gap",),
            (("2025-10-01", 2, (0,)), ("2025-12-20", number, (1,))),
            "ID-29",
        )


_one_certificate()
_several_certificates()
_lists_and_clock()
_findings()
_rules()
_without_rules()
_travellers()
_histories()
