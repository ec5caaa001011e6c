"""Runners: what they make of the lines that an implementation writes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from test_vectors.operation import OperationFamily

FAMILY: Final = OperationFamily("conformance", "judge-answer", spec="vaxcert specs/conformance.md")

_VECTOR: Final = "cwt::expired"
_ID: Final = "5b0c9d3e7a1f48e2a6d4c8b09f7e6a15"
_REFUSED: Final = {
    "outcome": "refused",
    "level": "authentic",
    "reason": "expired",
    "findings": ["claim-unknown", "certificate-id-form"],
}
_ACCEPTED: Final = {"outcome": "accepted", "level": "acceptable", "reason": None, "findings": []}
_UNREADABLE: Final = {"outcome": "unreadable", "level": "none", "reason": "zlib-malformed", "findings": []}
_LONGEST: Final = 1_048_576
_PASS: Final = {"outcome": "accepted", "reason": None, "mark": "pass"}

Line = str | Mapping[str, Any]


def hello(**changed: Any) -> str:
    """What an implementation says of itself."""
    said = {
        "protocol": 2,
        "name": "somebody's",
        "version": "1",
        "operations": ["verify"],
        "features": ["reasons", "findings"],
    }
    return json.dumps({name: value for name, value in (said | changed).items() if value is not ...})


def answer(expected: Mapping[str, Any] = _REFUSED, **changed: Any) -> str:
    """A line that answers as expected, but for what is changed; `...` leaves a member out."""
    said = {"id": _ID, **expected, **changed}
    return json.dumps({name: value for name, value in said.items() if value is not ...})


def _add(
    name: str,
    description: str,
    requirement: str,
    problem: str | None,
    *lines: Line,
    says: Line | None = None,
    expected: Mapping[str, Any] = _REFUSED,
    operation: str = "verify",
    needs: tuple[str, ...] = (),
    then: str = "waits",
    mark: str = "fail",
) -> None:
    vector = {"id": _VECTOR, "operation": operation, "features": list(needs), "expected": dict(expected)}
    FAMILY.add(
        name,
        description,
        {"hello": hello() if says is None else says, "id": _ID, "vector": vector, "lines": list(lines)},
        _PASS if problem is None else {"outcome": "refused", "reason": problem, "mark": mark},
        context={"then": then},
        requirements=tuple(requirement.split()),
    )


def _lines() -> None:
    _add("answer-right", "Everything as expected.", "CF-1 CF-3 CF-9 CF-21", None, answer())
    _add("answer-in-other-form", "White space, escapes and another order of members.", "CF-1 CF-20", None,
         ' { "findings":["certificate-id-form","claim-unknown"] , "reason":"\\u0065xpired",'
         f' "level":"authentic", "outcome":"refused", "id":"{_ID}" }}\r')  # fmt: skip
    garbage: dict[str, tuple[str, Line]] = {
        "line-of-words": ("A word of the log on standard output.", "starting"),
        "line-empty": ("An empty line.", ""),
        "line-array": ("An array around the answer.", f"[{answer()}]"),
        "line-two-objects": ("Two objects on one line.", answer() + answer()),
        "line-cut-short": ("An answer without its end.", answer()[:-1]),
        "line-name-twice": ("The outcome twice.", answer()[:-1] + ', "outcome": "refused"}'),
        "line-not-a-number": ("NaN, which is not JSON.", answer()[:-1] + ', "seconds": NaN}'),
        "line-half-a-surrogate-pair": (
            "Half a surrogate pair, escaped.",
            answer()[:-1] + ', "note": "\\ud800"}',
        ),
        "line-65-deep": (
            "An array 64 deep in the answer, which is 65 deep with it.",
            answer()[:-1] + f', "note": {"[" * 64}{"]" * 64}}}',
        ),
        "line-not-utf-8": ("An answer with a byte that is not UTF-8.", {"hex": b'{"id":"\xff"}'.hex()}),
        "line-byte-order-mark": (
            "A byte order mark before the answer.",
            {"hex": (b"\xef\xbb\xbf" + answer().encode()).hex()},
        ),
    }
    for name, (description, line) in garbage.items():
        _add(name, description, "CF-1 CF-14", "not-json", line)
    _add("line-64-deep", "An array 63 deep in the answer, which is 64 deep with it.", "CF-1", None,
         answer()[:-1] + f', "note": {"[" * 63}{"]" * 63}}}')  # fmt: skip
    for name, description, text in (
        ("line-without-line-feed", "A whole answer, and the end instead of a line feed.", answer()),
        ("line-begun", "Half an answer, and then the end.", answer()[:20]),
    ):
        _add(name, description, "CF-1 CF-13", "not-json", {"without_line_feed": text}, then="ends")
    _add("line-then-answer", "Words, and only then the answer.", "CF-1 CF-4", "not-json", "ready", answer())
    _add("answer-then-words", "An answer, and then words: they are no matter of this vector.", "CF-1 CF-15", None,
         answer(), "done")  # fmt: skip
    _add("number-of-4301-digits", "A number of 4,301 digits beside the answer.", "CF-1", "not-json",
         answer()[:-1] + f', "n": {"9" * 4301}}}')  # fmt: skip
    _add("number-of-4300-digits", "A number of 4,300 digits beside the answer.", "CF-1", None,
         answer()[:-1] + f', "n": {"9" * 4300}}}')  # fmt: skip
    _add("line-of-1048576", "An answer with spaces up to the limit.", "CF-2", None,
         {"text": answer(), "padded_to": _LONGEST})  # fmt: skip
    _add("line-of-1048577", "An answer with spaces, one byte over the limit.", "CF-2 CF-14", "too-long",
         {"text": answer(), "padded_to": _LONGEST + 1})  # fmt: skip
    _add("line-of-1048577-words", "A word, which is no JSON either, with spaces one byte over the limit.", "CF-2",
         "too-long", {"text": "ready", "padded_to": _LONGEST + 1})  # fmt: skip
    _add("line-of-2000000-of-another", "The id of another, in a line over the limit: its length is told.", "CF-2",
         "too-long", {"text": answer(id="5b"), "padded_to": 2_000_000})  # fmt: skip


def _hellos() -> None:
    said: dict[str, tuple[str, Line]] = {
        "hello-of-protocol-1": ("The protocol before this one.", hello(protocol=1)),
        "hello-of-protocol-3": ("A protocol that is to come.", hello(protocol=3)),
        "hello-of-protocol-true": ("true instead of a number.", hello(protocol=True)),
        "hello-of-protocol-text": ("The protocol as a text.", hello(protocol="2")),
        "hello-without-name": ("No name.", hello(name=...)),
        "hello-of-no-name": ("An empty name.", hello(name="")),
        "hello-of-name-of-101": ("A name of 101 characters.", hello(name="n" * 101)),
        "hello-of-version-of-101": ("A version of 101 characters.", hello(version="1" * 101)),
        "hello-of-name-with-escape": ("A name that turns a terminal red.", hello(name="a\x1b[31m")),
        "hello-of-name-with-line-feed": ("A name of two lines.", hello(name="a\nPassed.")),
        "hello-of-name-turned-around": ("A name with U+202E, which turns around.", hello(name="a\u202eb")),
        "hello-of-name-with-no-break-space": ("A name with U+00A0.", hello(name="a\u00a0b")),
        "hello-of-version-number": ("A version that is a number.", hello(version=1)),
        "hello-without-operations": ("No operations.", hello(operations=...)),
        "hello-of-operations-text": ("Operations as a text.", hello(operations="verify")),
        "hello-of-features-number": ("A feature that is a number.", hello(features=[1])),
        "hello-not-json": ("A hello that is not JSON.", "hello"),
    }
    for name, (description, line) in said.items():
        about = "CF-5 CF-23" if "protocol" in name else "CF-5"
        _add(name, description, about, "not-started", answer(), says=line)
    _add("hello-of-name-of-100", "Name and version of 100 characters, some of them of two and more bytes.", "CF-5",
         None, answer(), says=hello(name="Đỗ <b>" + "n" * 94, version="1" * 100))  # fmt: skip
    _add("hello-says-more", "A hello with a member that nobody knows.", "CF-5", None, answer(),
         says=hello(language="COBOL"))  # fmt: skip
    _add("operation-not-declared", "A vector of another operation is not asked.", "CF-6 CF-21",
         "operation-not-declared", operation="decide", mark="skip")  # fmt: skip
    _add("operations-none", "No operation is declared.", "CF-6", "operation-not-declared",
         says=hello(operations=[]), mark="skip")  # fmt: skip
    _add("operation-in-capitals", "The operation is declared in capitals.", "CF-6", "operation-not-declared",
         says=hello(operations=["VERIFY"]), mark="skip")  # fmt: skip
    _add("operation-and-feature-not-declared", "Neither is declared: the operation is told.", "CF-6",
         "operation-not-declared", operation="decide", needs=("ps256",), mark="skip")  # fmt: skip
    _add("operation-unknown-declared", "An operation that nobody knows, beside.", "CF-6", None, answer(),
         says=hello(operations=["verify", "sing"]))  # fmt: skip
    _add("feature-not-declared", "A vector that needs what is not declared.", "CF-7 CF-21",
         "feature-not-declared", needs=("ps256", "findings"), mark="skip")  # fmt: skip
    _add("features-one-of-two", "A vector that needs two features, of which one is declared.", "CF-7",
         "feature-not-declared", says=hello(features=["ps256"]), needs=("ps256", "revocation"),
         mark="skip")  # fmt: skip
    _add("feature-in-capitals", "The feature is declared in capitals.", "CF-7", "feature-not-declared",
         says=hello(features=["PS256"]), needs=("ps256",), mark="skip")  # fmt: skip
    _add("feature-declared", "A vector that needs what is declared.", "CF-7", None, answer(),
         says=hello(features=["ps256", "reasons", "findings"]), needs=("ps256",))  # fmt: skip
    _add("feature-findings-not-declared", "Nothing is skipped for want of findings.", "CF-7 CF-19 CF-22", None,
         answer(findings=...), says=hello(features=["reasons"]), needs=("findings",))  # fmt: skip


def _answers() -> None:
    ids: dict[str, tuple[str, Any]] = {
        "id-of-another": ("The id of another request.", "00b1c9d3e7a1f48e2a6d4c8b09f7e6a1"),
        "id-of-the-vector": ("The vector's own, which the request does not tell.", _VECTOR),
        "id-missing": ("No id.", ...),
        "id-null": ("null as id.", None),
        "id-in-capitals": ("The id in capitals.", _ID.upper()),
        "id-in-array": ("The id in an array.", [_ID]),
    }
    for name, (description, identifier) in ids.items():
        _add(name, description, "CF-8 CF-9 CF-14", "wrong-id", answer(id=identifier))
    _add("answered-twice", "The same answer twice.", "CF-10 CF-15", "answered-twice", answer(), answer())
    _add("answered-twice-differently", "A right answer, then a wrong one.", "CF-10", "answered-twice",
         answer(), answer(_ACCEPTED))  # fmt: skip
    _add("answered-twice-late", "A wrong answer is not mended by a right one.", "CF-10", "answered-twice",
         answer(_ACCEPTED), answer())  # fmt: skip
    _add("error-unsupported", "The operation is declared, and not supported.", "CF-11 CF-21", "error",
         json.dumps({"id": _ID, "error": "unsupported", "message": "no such keys"}))  # fmt: skip
    _add("error-internal", "Another error.", "CF-11", "error", json.dumps({"id": _ID, "error": "internal"}))
    _add("error-null", "An error that is null, with an answer.", "CF-11", "error", answer(error=None))
    _add("message-beside", "A message beside an answer.", "CF-11 CF-18", None, answer(message="too old"))
    for name, wanted in {"": _REFUSED, "-for-accepted": _ACCEPTED, "-for-unreadable": _UNREADABLE}.items():
        outcome = wanted["outcome"]
        _add(f"no-answer{name}", f"Nothing, for as long as one waits; {outcome} is expected.", "CF-12 CF-14 CF-24",
             "time-out", expected=wanted)  # fmt: skip
        _add(f"ended{name}", f"It ends without an answer; {outcome} is expected.", "CF-13 CF-14 CF-24", "ended",
             expected=wanted, then="ends")  # fmt: skip
    _add("ended-after-answer", "It ends after its answer: that counts.", "CF-13", None, answer(), then="ends")


def _compared() -> None:
    only_outcomes = hello(features=[])
    outcomes = {"accepted": _ACCEPTED, "refused": _REFUSED, "unreadable": _UNREADABLE}
    for wanted, expected in outcomes.items():
        for given, said in outcomes.items():
            problem = "other-outcome"
            if given == wanted:
                problem = None
            elif given == "accepted":
                problem = "wrongly-accepted"
            elif wanted == "accepted":
                problem = "wrongly-refused"
            _add(f"{given}-for-{wanted}", f"{given} where {wanted} is expected.", "CF-16", problem,
                 answer(said), expected=expected)  # fmt: skip
    others: dict[str, tuple[str, Any]] = {
        "missing": ("No outcome.", ...),
        "unknown": ("The outcome is valid, which is none of the three.", "valid"),
        "capitals": ("The outcome is Refused, with a capital letter.", "Refused"),
        "true": ("The outcome is true.", True),
    }
    for name, (description, value) in others.items():
        _add(f"outcome-{name}", description, "CF-16", "other-outcome", answer(outcome=value))
    _add("outcome-before-others", "Outcome and findings differ: the outcome is told.", "CF-16",
         "wrongly-refused", answer(outcome="refused", findings=["a"], more=1), expected=_ACCEPTED)  # fmt: skip
    _add("outcome-before-reason", "Outcome and reason differ: the outcome is told.", "CF-16",
         "wrongly-accepted", answer(_ACCEPTED))  # fmt: skip
    _add(
        "reason-other", "Refused for another reason.", "CF-17", "other-reason", answer(reason="not-yet-valid")
    )
    _add("reason-missing", "No reason, though reasons are declared.", "CF-17", "other-reason",
         answer(reason=...))  # fmt: skip
    _add("reason-missing-for-null", "No reason is not the reason null.", "CF-17 CF-20", "other-reason",
         answer(_ACCEPTED, reason=...), expected=_ACCEPTED)  # fmt: skip
    _add("reason-not-declared", "Another reason and level, and reasons are not declared.", "CF-17 CF-22", None,
         answer(reason="old", level=3, findings=...), says=only_outcomes)  # fmt: skip
    _add("level-other", "Another level.", "CF-17", "other-level", answer(level="well-formed"))
    _add("level-missing", "No level, though reasons are declared.", "CF-17", "other-level", answer(level=...))
    _add("level-before-findings", "Level and findings differ: the level is told.", "CF-17", "other-level",
         answer(level="none", findings=[]))  # fmt: skip
    _add("reason-before-level", "Reason and level differ: the reason is told.", "CF-17", "other-reason",
         answer(reason="x", level="none"))  # fmt: skip
    _add("findings-in-other-order", "The findings in another order, one of them twice.", "CF-19", None,
         answer(findings=["certificate-id-form", "claim-unknown", "claim-unknown"]))  # fmt: skip
    _add("findings-one-fewer", "A finding is missing.", "CF-19", "other-findings",
         answer(findings=["claim-unknown"]))  # fmt: skip
    _add("findings-one-more", "A finding too many.", "CF-19", "other-findings",
         answer(findings=["claim-unknown", "certificate-id-form", "header-unprotected"]))  # fmt: skip
    _add("findings-missing", "No findings, though they are declared.", "CF-19", "other-findings",
         answer(findings=...))  # fmt: skip
    _others()


def _others() -> None:
    expected = {"outcome": "accepted", "reason": None, "answers": [{"number": 2, "is": True, "of": None}]}
    same = '{"of": null, "is": true, "number": 2.0}'
    body = f'{{"id": "{_ID}", "outcome": "accepted", "reason": null, "answers": [%s], "more": [1]}}'
    _add("member-equal", "Members in another order, 2.0 for 2, and one that is not expected.", "CF-18 CF-20", None,
         body % same, expected=expected)  # fmt: skip
    others = {
        "number": ("Another number.", same.replace("2.0", "3")),
        "one-for-true": ("1 where true is expected.", same.replace("true", "1")),
        "text-for-number": ("A text where a number is expected.", same.replace("2.0", '"2"')),
        "null-missing": (
            "A member that is expected to be null is missing.",
            same.replace('"of": null, ', ""),
        ),
        "twice": ("One item too many.", f"{same}, {same}"),
        "none": ("No item.", ""),
    }
    for name, (description, items) in others.items():
        _add(f"member-{name}", description, "CF-18 CF-20", "other-answer", body % items, expected=expected)
    _add("member-missing", "A member that is expected is missing, and no feature says that it may.", "CF-18",
         "other-answer", answer(_ACCEPTED), says=hello(features=[]), expected=expected)  # fmt: skip


_lines()
_hellos()
_answers()
_compared()
