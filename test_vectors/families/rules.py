"""Rules of countries: the forms they come in, which apply, what they answer, and the bounds of CertLogic."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from typing import Any, Final

from test_vectors.builder import key
from test_vectors.importance import Importance
from test_vectors.operation import OperationFamily
from test_vectors.samples import DROP, changed, dcc, nucleic_acid_test, recovery
from test_vectors.signed import cms, rule_list, signed_document

FAMILY: Final = OperationFamily("rules", "apply-rules", spec="CertLogic 1.3.3; DGC gateway")

_AT: Final = "2026-02-01T12:00:00Z"
_TOKEN: Final = {
    "iss": "VN",
    "exp": "2026-07-05T09:00:00Z",
    "iat": "2026-01-05T09:00:00Z",
    "kid": "0102030405060708",
}
_WORDS: Final = "A dose that counts."

Result = dict[str, Any]
Json = Any


def record(identifier: str = "VR-FR-0001", **changes: Any) -> dict[str, Any]:
    """A rule that passes every vaccination on arrival in France; `DROP` leaves a member out."""
    members = {
        "Identifier": identifier,
        "Type": "Acceptance",
        "Country": identifier.split("-")[1],
        "Version": "1.0.0",
        "SchemaVersion": "1.0.0",
        "Engine": "CERTLOGIC",
        "EngineVersion": "1.0.0",
        "CertificateType": "Vaccination",
        "Description": [{"lang": "en", "desc": _WORDS}],
        "ValidFrom": "2026-01-01T00:00:00Z",
        "ValidTo": "2027-01-01T00:00:00Z",
        "AffectedFields": ["v.0.dn"],
        "Logic": True,
    }
    return changed(members, changes)


def _is(path: str, value: Json) -> Json:
    return {"===": [{"var": path}, value]}


def _result(
    result: str,
    rule: str = "VR-FR-0001",
    *,
    version: str = "1.0.0",
    error: str | None = None,
    text: str = _WORDS,
) -> Result:
    return {"rule": rule, "version": version, "result": result, "error": error, "text": text}


def _add(
    name: str,
    description: str,
    lists: list[dict[str, Any]],
    reason: str | None,
    results: list[Result],
    *requirements: str,
    outcome: str | None = None,
    problems: tuple[str, ...] = (),
    certificate: dict[str, Any] | None = None,
    country: str = "FR",
    at: str = _AT,
    token: dict[str, Any] | None = None,
    importance: Importance | None = None,
    **more: Any,
) -> None:
    FAMILY.add(
        name,
        description,
        {
            "lists": lists,
            "certificate": certificate or dcc(),
            "country": country,
            "token": _TOKEN if token is None else token,
            **more,
        },
        {
            "outcome": outcome or ("accepted" if reason is None else "refused"),
            "reason": reason,
            "results": results,
            "problems": list(problems),
        },
        context={"at": at},
        importance=importance,
        requirements=requirements,
    )


def _records(*records: Json) -> list[dict[str, Any]]:
    return [{"records": list(records)}]


def _logic(
    name: str,
    description: str,
    logic: Json,
    result: str,
    *requirements: str,
    error: str | None = None,
    **more: Any,
) -> None:
    """One rule, and what it answers."""
    reason = {"passed": None, "failed": "rule-failed", "open": error or "rule-open"}[result]
    _add(
        name,
        description,
        _records(record(Logic=logic)),
        reason,
        [_result(result, error=error)],
        *requirements,
        **more,
    )


def _unreadable(
    name: str,
    description: str,
    lists: list[dict[str, Any]],
    reason: str,
    *requirements: str,
    outcome: str = "unreadable",
    problems: tuple[str, ...] = (),
) -> None:
    _add(name, description, lists, reason, [], *requirements, outcome=outcome, problems=problems)


# Section 1: forms


def _the_record() -> None:
    _add(
        "record",
        "One rule that passes.",
        _records(record()),
        None,
        [_result("passed")],
        "RL-1",
        "RL-4",
        "RL-20",
    )
    _add(
        "record-other-members",
        "Members that are not known are passed over.",
        _records(record(Extra=1)),
        None,
        [_result("passed")],
        "RL-1",
    )
    _add(
        "record-region-empty",
        "An empty region is all of the country.",
        _records(record(Region="")),
        None,
        [_result("passed")],
        "RL-1",
        "RL-16",
    )
    _add(
        "record-general",
        "A rule for certificates of all kinds.",
        _records(record(CertificateType="General")),
        None,
        [_result("passed")],
        "RL-1",
        "RL-14",
    )
    _add(
        "record-offset",
        "ValidFrom with an offset of seven hours: this very moment in UTC.",
        _records(record(ValidFrom="2026-02-01T19:00:00+07:00")),
        None,
        [_result("passed")],
        "RL-1",
        "RL-15",
    )
    wrong: dict[str, Json] = {
        "Identifier": "VR-FR-1",
        "Type": "Advice",
        "Country": "DE",
        "CertificateType": "Booster",
        "Version": "1.0",
        "SchemaVersion": 1,
        "EngineVersion": "v1.0.0",
        "Engine": "",
        "Description": [],
        "ValidFrom": "yesterday",
        "ValidTo": None,
        "AffectedFields": "v.0.dn",
        "Logic": DROP,
    }
    for member, value in wrong.items():
        what = "is missing" if value is DROP else f"is {json.dumps(value)}"
        _unreadable(
            f"record-{member.lower()}-wrong",
            f"{member} {what}.",
            _records(record(**{member: value})),
            "rule-unreadable",
            "RL-1",
            "RL-2",
            problems=("rule-unreadable",),
        )
    _add(
        "one-bad-record",
        "A record that deviates does not end the others of its list.",
        _records(record(Version="x"), record("VR-FR-0002")),
        None,
        [_result("passed", "VR-FR-0002")],
        "RL-2",
        problems=("rule-unreadable",),
    )
    _add(
        "one-bad-record-beside-failed",
        "A record that deviates, and a rule that fails: it fails all the same.",
        _records(record(Version="x"), record("VR-FR-0002", Logic=False)),
        "rule-failed",
        [_result("failed", "VR-FR-0002")],
        "RL-2",
        problems=("rule-unreadable",),
    )
    for length, ok in ((4000, True), (4001, False)):
        sentence = [{"lang": "en", "desc": "x" * length}]
        lists = _records(record(Description=sentence))
        if ok:
            _add(
                f"sentence-{length}",
                "A sentence of 4,000 characters, the longest that is read.",
                lists,
                None,
                [_result("passed", text="x" * length)],
                "RL-1",
            )
        else:
            _unreadable(
                f"sentence-{length}",
                "A sentence of 4,001 characters, one more than is read.",
                lists,
                "rule-unreadable",
                "RL-1",
                "RL-2",
                problems=("rule-unreadable",),
            )


def _json() -> None:
    bad = {
        "json-cut-short": ("A list of rules whose JSON array does not end.", "[{}"),
        "json-member-twice": (
            "A member that is named twice.",
            '[{"Identifier": "VR-FR-0001", "Identifier": "VR-FR-0001"}]',
        ),
        "json-nan": ("NaN.", '[{"Logic": NaN}]'),
        "json-infinity": ("Infinity.", '[{"Logic": -Infinity}]'),
        "json-no-list": ("An object that is no list of rules.", '{"a": 1}'),
    }
    for name, (description, text) in bad.items():
        _unreadable(
            name,
            description,
            [{"text": text}],
            "rule-list-unreadable",
            "RL-3" if "no-list" not in name else "RL-4",
        )
    latin = json.dumps([record()]).encode().replace(b"dose", b"dos\xe9")
    _unreadable(
        "json-not-utf-8",
        "JSON in ISO 8859-1.",
        [{"bytes": b64encode(latin).decode()}],
        "rule-list-unreadable",
        "RL-3",
    )
    _add(
        "json-with-byte-order-mark",
        "UTF-8 with a byte order mark.",
        [{"text": "\ufeff" + json.dumps([record()])}],
        None,
        [_result("passed")],
        "RL-3",
        "RL-4",
    )
    _add(
        "empty-list",
        "A list without rules has answered nothing.",
        _records(),
        "rules-missing",
        [],
        "RL-4",
        "RL-21",
    )


def _anchors(*names: str) -> list[str]:
    return [b64encode(key(name).certificate).decode() for name in names]


def _bundle(*messages: bytes, around: dict[str, Any] | None = None) -> str:
    versions = [
        {"version": "1.0.0", **(around or {}), "cms": b64encode(message).decode()} for message in messages
    ]
    return json.dumps({"VR-VN-0001": versions})


def _upload(
    name: str,
    description: str,
    text: str,
    reason: str | None,
    results: list[Result],
    *requirements: str,
    anchors: tuple[str, ...] = ("es256",),
    **more: Any,
) -> None:
    _add(
        name,
        description,
        [{"text": text, "anchors": _anchors(*anchors)}],
        reason,
        results,
        *requirements,
        country="VN",
        **more,
    )


def _gateway_bundle() -> None:
    own = json.dumps(record("VR-VN-0001")).encode()
    passed = [_result("passed", "VR-VN-0001")]
    _upload(
        "bundle",
        "A rule that its country has signed.",
        _bundle(cms(own, "es256")),
        None,
        passed,
        "RL-5",
        "RL-6",
    )
    _upload(
        "bundle-by-authority",
        "The signer's certificate is by an anchor.",
        _bundle(cms(own, "es256")),
        None,
        passed,
        "RL-6",
        anchors=("csca-es256",),
    )
    _upload(
        "bundle-around",
        "What stands around the message does not count.",
        _bundle(cms(own, "es256"), around={"version": "9.9.9", "validTo": "1999"}),
        None,
        passed,
        "RL-5",
    )
    foreign = json.dumps(record("VR-LA-0001")).encode()
    wrong: dict[str, tuple[str, bytes, str, str]] = {
        "bundle-of-another-country": (
            "A rule of Laos that Viet Nam has signed.",
            cms(foreign, "es256"),
            "trust-entry-signature",
            "RL-6",
        ),
        "bundle-changed": (
            "A rule that was changed after signing.",
            cms(own, "es256", changed=own.replace(b"true", b"null")),
            "trust-entry-signature",
            "RL-6",
        ),
        "bundle-weak": ("A signature with SHA-1.", cms(own, "es256", weak=True), "weak-signature", "RL-6"),
    }
    for name, (description, message, reason, requirement) in wrong.items():
        _upload(
            name,
            description,
            _bundle(message),
            reason,
            [],
            requirement,
            outcome="refused",
            problems=(reason,),
        )
    _upload(
        "bundle-one-changed",
        "A rule that was changed after signing, beside one that was not.",
        _bundle(cms(own, "es256", changed=own.replace(b"true", b"null")), cms(own, "es256")),
        None,
        passed,
        "RL-6",
        problems=("trust-entry-signature",),
    )
    _upload(
        "bundle-no-cms",
        "An entry without a message.",
        json.dumps({"VR-VN-0001": [{"version": "1.0.0"}]}),
        "rule-unreadable",
        [],
        "RL-5",
        outcome="unreadable",
        problems=("rule-unreadable",),
    )
    _add(
        "bundle-without-anchors",
        "A bundle of signed rules, and no anchor to judge them by.",
        [{"text": _bundle(cms(own, "es256"))}],
        "anchor-missing",
        [],
        "RL-6",
        outcome="refused",
        country="VN",
    )


def _text(value: Json) -> str:
    """The one form in which a signed list holds a record."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _signed(
    *signers: str,
    records: tuple[str, ...] | None = None,
    terms: dict[str, Any] | None = None,
    broken: bool = False,
    content_type: str | None = None,
    **labels: Any,
) -> list[dict[str, Any]]:
    content = rule_list((_text(record()),) if records is None else records, **labels)
    kind = {} if content_type is None else {"content_type": content_type}
    document = signed_document(content, *signers, broken=broken, **kind)
    return [
        {
            "bytes": b64encode(document).decode(),
            "anchors": _anchors("csca-es256", "csca-ps256"),
            **(terms or {}),
        }
    ]


def _signed_list() -> None:
    by = "csca-es256"
    passed = [_result("passed")]
    _add("signed", "A list that an anchor signed.", _signed(by), None, passed, "RL-7", "RL-8")
    _add(
        "signed-ps256",
        "A list that an anchor signed with PS256.",
        _signed("csca-ps256"),
        None,
        passed,
        "RL-7",
    )
    _add(
        "signed-by-two",
        "Two anchors, and two are asked for.",
        _signed(by, "csca-ps256", terms={"threshold": 2}),
        None,
        passed,
        "RL-7",
    )
    _add(
        "signed-later-member",
        "A member of a later version is passed over.",
        _signed(by, label_99="later"),
        None,
        passed,
        "RL-7",
    )
    two = (_text(record("VR-FR-0002")), _text(record()))
    both = [_result("passed"), _result("passed", "VR-FR-0002")]
    _add(
        "signed-in-another-order",
        "A reader does not rely on the order of rules.",
        _signed(by, records=two),
        None,
        both,
        "RL-8",
    )
    _add(
        "signed-in-order",
        "Rules ordered by their encodings.",
        _signed(by, records=tuple(sorted(two))),
        None,
        both,
        "RL-8",
    )
    _add(
        "signed-other-json",
        "A reader takes other spellings of JSON.",
        _signed(by, records=(json.dumps(record(), indent=1),)),
        None,
        passed,
        "RL-8",
    )
    _add(
        "signed-value-sets",
        "A signed list brings a value set of its own.",
        _signed(
            by,
            records=(_text(record(Logic={"in": ["1232", {"var": "external.valueSets.devices"}]})),),
            label_9={"devices": ["1232"]},
        ),
        None,
        passed,
        "RL-7",
        "RL-11",
    )
    _add(
        "signed-one-bad-rule",
        "A signed list with one rule that cannot be read, beside one that passes.",
        _signed(by, records=("{", _text(record()))),
        None,
        passed,
        "RL-2",
        "RL-7",
        problems=("rule-unreadable",),
    )
    refused: dict[str, tuple[str, list[dict[str, Any]], str]] = {
        "signed-wrong": (
            "The signature of an anchor is over something else than the list.",
            _signed(by, broken=True),
            "trust-list-signature",
        ),
        "signed-by-a-stranger": (
            "No anchor has signed it.",
            _signed("es256-stranger"),
            "trust-list-signature",
        ),
        "signed-by-one-of-two": (
            "One anchor has signed it, and two are asked for.",
            _signed(by, terms={"threshold": 2}),
            "trust-list-threshold",
        ),
        "signed-by-one-and-a-stranger": (
            "One anchor and a stranger have signed it, and two are asked for.",
            _signed(by, "es256-stranger", terms={"threshold": 2}),
            "trust-list-threshold",
        ),
        "signed-by-two-of-three": (
            "Two anchors have signed it, and three are asked for.",
            _signed(by, "csca-ps256", terms={"threshold": 3}),
            "trust-list-threshold",
        ),
        "signed-for-production": (
            "A list for production where one for tests is asked for.",
            _signed(by, terms={"environment": "test"}),
            "trust-list-environment",
        ),
        "signed-for-tests-by-two": (
            "Two signatures do not make a list for tests one for production.",
            _signed(by, "csca-ps256", terms={"environment": "production"}, label_7="test"),
            "trust-list-environment",
        ),
        "signed-for-tests": (
            "A list for tests in production.",
            _signed(by, terms={"environment": "production"}, label_7="test"),
            "trust-list-environment",
        ),
        "signed-without-anchors": (
            "A signed list, and no anchor to judge it by.",
            _signed(by, terms={"anchors": []}),
            "anchor-missing",
        ),
    }
    for name, (description, lists, reason) in refused.items():
        _unreadable(name, description, lists, reason, "RL-7", outcome="refused")
    unreadable = {
        "signed-critical": (
            "A critical member that is not known.",
            _signed(by, label_0=[99], label_99="later"),
        ),
        "signed-version-2": ("A signed list of version 2.", _signed(by, label_1=2)),
        "signed-order-of-dates": (
            "A signed list that ends a second before its next edition is due.",
            _signed(by, label_6=1770465599),
        ),
        "signed-trust-list": (
            "A list that is signed as a trust list.",
            _signed(by, content_type="application/vnd.vaxcert.trust-list+cbor"),
        ),
        "signed-without-rules": ("No member with rules.", _signed(by, label_8=None)),
    }
    for name, (description, lists) in unreadable.items():
        _unreadable(name, description, lists, "trust-list-unreadable", "RL-7")


def _editions() -> None:
    by = "csca-es256"
    before = _signed(by)[0]["bytes"]
    passed = [_result("passed")]
    _add(
        "edition-later",
        "A later edition takes the place of one before.",
        _signed(by, terms={"previous": before}, label_3=8, label_4=1769860801),
        None,
        passed,
        "RL-9",
    )
    _add(
        "edition-same",
        "The same edition again.",
        _signed(by, terms={"previous": before}),
        None,
        passed,
        "RL-9",
    )
    older = {
        "edition-lower-number": (
            "A list with a lower number than the one before.",
            _signed(by, terms={"previous": before}, label_3=6),
        ),
        "edition-earlier-date": (
            "A list with a higher number that was issued a second earlier.",
            _signed(by, terms={"previous": before}, label_3=8, label_4=1769860799),
        ),
        "edition-same-number": (
            "A list with the same number and other content.",
            _signed(by, terms={"previous": before}, label_2="TEST others"),
        ),
    }
    for name, (description, lists) in older.items():
        _unreadable(name, description, lists, "trust-list-rollback", "RL-9", outcome="refused")
    content = hashlib.sha256(rule_list((_text(record()),))).hexdigest()
    _add(
        "companion",
        "The edition that the trust list names.",
        _signed(by, terms={"companion": content}),
        None,
        passed,
        "RL-10",
    )
    for name, (description, digest) in {
        "companion-changed": ("The digest that is named has another last byte.", content[:-2] + "00"),
        "companion-none": ("The trust list names nothing that there is.", "00" * 32),
    }.items():
        _unreadable(
            name,
            description,
            _signed(by, terms={"companion": digest}),
            "trust-list-mixed",
            "RL-10",
            outcome="refused",
        )
    _unreadable(
        "companion-of-another-edition",
        "The trust list names another edition.",
        _signed(by, terms={"companion": content}, label_3=8),
        "trust-list-mixed",
        "RL-10",
        outcome="refused",
    )


_DEVICE: Final = {"in": ["1833", {"var": "external.valueSets.covid-19-lab-test-manufacturer-and-name"}]}


def _value_sets() -> None:
    _logic(
        "value-set-shipped",
        "The vaccine is in a value set that is there without a file.",
        {"in": [{"var": "payload.v.0.mp"}, {"var": "external.valueSets.vaccines-covid-19-names"}]},
        "passed",
        "RL-12",
    )
    for name, code in {
        "disease-agent-targeted": "840539006",
        "sct-vaccines-covid-19": "1119349007",
        "vaccines-covid-19-auth-holders": "ORG-100030215",
        "covid-19-lab-test-type": "LP6464-4",
        "covid-19-lab-result": "260415000",
        "country-2-codes": "VN",
    }.items():
        _logic(
            f"value-set-{name}",
            f"The value set {name} is there without a file, with the code {code}.",
            {"in": [code, {"var": f"external.valueSets.{name}"}]},
            "passed",
            "RL-12",
        )
    _logic(
        "value-set-missing",
        "The list of test devices is not there: looking into it is an error.",
        _DEVICE,
        "open",
        "RL-12",
        "RL-19",
        error="certlogic-invalid",
    )
    devices = {
        "valueSetId": "covid-19-lab-test-manufacturer-and-name",
        "valueSetDate": "2026-01-01",
        "valueSetValues": {"1833": {}, "1232": {}},
    }
    given = [{"text": json.dumps(devices)}, {"records": [record(Logic=_DEVICE)]}]
    _add(
        "value-set-given",
        "The list of test devices is given.",
        given,
        None,
        [_result("passed")],
        "RL-11",
        "RL-12",
    )
    results = {"valueSetId": "covid-19-lab-result", "valueSetDate": "2026-01-01", "valueSetValues": {"1": {}}}
    _add(
        "value-set-in-its-place",
        "A value set of the same name takes the place of the one that is there.",
        [
            {"text": json.dumps(results)},
            {
                "records": [
                    record(Logic={"in": ["260415000", {"var": "external.valueSets.covid-19-lab-result"}]})
                ]
            },
        ],
        "rule-failed",
        [_result("failed")],
        "RL-11",
        "RL-12",
    )
    for name, odd, changes in (
        ("name", "name has a blank", {"valueSetId": "a b"}),
        ("name-object", "name is an object", {"valueSetId": {"": []}}),
        ("code", "code has 81 characters", {"valueSetValues": {"x" * 81: {}}}),
        ("values", "values are an array", {"valueSetValues": []}),
    ):
        _unreadable(
            f"value-set-{name}-wrong",
            f"A value set whose {odd}.",
            [{"text": json.dumps({**devices, **changes})}],
            "rule-list-unreadable",
            "RL-11",
        )
    longest = {**devices, "valueSetId": "devices", "valueSetValues": {"x" * 80: {}}}
    _add(
        "value-set-code-80",
        "The longest code.",
        [
            {"text": json.dumps(longest)},
            {"records": [record(Logic={"in": ["x" * 80, {"var": "external.valueSets.devices"}]})]},
        ],
        None,
        [_result("passed")],
        "RL-11",
    )


_TOML: Final = """\
country = "FR"
version = "1.0.0"
valid_from = 2026-01-01
valid_to = 2026-12-31

[vaccination]
products = ["Comirnaty"]

[sentences.vaccination.products]
en = "A dose that counts."
"""


def _without_signature() -> None:
    anchors = {"anchors": _anchors("csca-es256")}
    _unreadable(
        "unsigned-with-anchors",
        "A list without a signature, and anchors are given.",
        [{"records": [record()], **anchors}],
        "trust-list-unsigned",
        "RL-13",
        outcome="refused",
    )
    _unreadable(
        "toml-with-anchors",
        "Rules in TOML, which nobody signs, and anchors are given.",
        [{"text": _TOML, **anchors}],
        "trust-list-unsigned",
        "RL-13",
        outcome="refused",
    )
    _add(
        "toml",
        "A country's own rules in TOML.",
        [{"text": _TOML}],
        None,
        [_result("passed", "VR-FR-0003")],
        "RL-13",
    )
    _unreadable(
        "toml-wrong",
        "TOML with a member that there is not.",
        [{"text": _TOML.replace("products =", "product =")}],
        "rule-unreadable",
        "RL-13",
    )
    _add(
        "unsigned-allowed",
        "A list without a signature, anchors are given, and taking it unsigned is allowed by name.",
        [{"records": [record()], **anchors, "allow_unsigned": True}],
        None,
        [_result("passed")],
        "RL-13",
    )


# Section 2: which rules apply


def _which_apply() -> None:
    passed = [_result("passed")]
    _add(
        "another-country",
        "The rules of another country do not apply.",
        _records(record("VR-DE-0001", Logic=False), record()),
        None,
        passed,
        "RL-14",
    )
    _add(
        "another-kind",
        "A rule for tests does not apply to a vaccination.",
        _records(record("TR-FR-0001", CertificateType="Test", Logic=False), record()),
        None,
        passed,
        "RL-14",
    )
    _add(
        "only-another-kind",
        "Only rules for tests: nothing is answered about a vaccination.",
        _records(record("TR-FR-0001", CertificateType="Test")),
        "rules-missing",
        [],
        "RL-14",
        "RL-21",
    )
    _add(
        "test-certificate",
        "A rule for tests applies to a test.",
        _records(record("TR-FR-0001", CertificateType="Test", Logic=_is("payload.t.0.tr", "260415000"))),
        None,
        [_result("passed", "TR-FR-0001")],
        "RL-14",
        certificate=dcc(t=[nucleic_acid_test()]),
    )
    _add(
        "recovery-certificate",
        "A rule for recoveries applies to a recovery.",
        _records(record("RR-FR-0001", CertificateType="Recovery", Logic=_is("payload.r.0.fr", "2025-12-10"))),
        None,
        [_result("passed", "RR-FR-0001")],
        "RL-14",
        certificate=dcc(r=[recovery()]),
    )
    own = record("IR-VN-0001", Type="Invalidation", CertificateType="General", Logic=False)
    _add(
        "invalidation",
        "The issuer voids its own.",
        _records(own, record()),
        "rule-failed",
        [_result("failed", "IR-VN-0001"), _result("passed")],
        "RL-14",
    )
    _add(
        "invalidation-of-the-country-of-arrival",
        "The country of arrival voids certificates of its own, not this one.",
        _records(record("IR-FR-0001", Type="Invalidation", Logic=False), record()),
        None,
        passed,
        "RL-14",
    )
    _add(
        "invalidation-by-entry",
        "The issuer is the token's, not the dose's country.",
        _records(own, record()),
        None,
        passed,
        "RL-14",
        token={**_TOKEN, "iss": "LA"},
    )
    nameless = {name: value for name, value in _TOKEN.items() if name != "iss"}
    for name, signer, told in (
        (
            "invalidation-of-the-key",
            "VN",
            "The token names no issuer, and the country of the key voids its own.",
        ),
        ("invalidation-of-another-key", "LA", "The token names no issuer; the key is another country's."),
        ("invalidation-without-issuer", None, "Neither the token nor the key says whose it is."),
    ):
        voids = signer == "VN"
        _add(
            name,
            told,
            _records(own, record()),
            "rule-failed" if voids else None,
            [_result("failed", "IR-VN-0001"), *passed] if voids else passed,
            "RL-14",
            token=nameless,
            **({} if signer is None else {"signer_country": signer}),
        )
    _add(
        "invalidation-issuer-before-key",
        "The issuer is the token's, not the country of the key.",
        _records(own, record()),
        None,
        passed,
        "RL-14",
        token={**_TOKEN, "iss": "LA"},
        signer_country="VN",
    )
    for spelling, country in (("CNAM", "FR"), ("EL", "GR"), ("UK", "GB"), ("DEU", "DE")):
        voided = record(f"IR-{country}-0001", Type="Invalidation", CertificateType="General", Logic=False)
        _add(
            f"invalidation-issuer-{spelling.lower()}",
            f"The issuer {spelling} is {country} by another name, which voids its own.",
            _records(voided, record()),
            "rule-failed",
            [_result("failed", f"IR-{country}-0001"), _result("passed")],
            "RL-14",
            token={**_TOKEN, "iss": spelling},
        )
    _add(
        "invalidation-issuer-je",
        "The issuer JE is not GB, which voids its own only.",
        _records(record("IR-GB-0001", Type="Invalidation", CertificateType="General", Logic=False), record()),
        None,
        passed,
        "RL-14",
        token={**_TOKEN, "iss": "JE"},
    )
    _add(
        "invalidation-alone",
        "Rules by which issuers void their own are no entry rules.",
        _records({**own, "Logic": True}),
        "rules-missing",
        [_result("passed", "IR-VN-0001")],
        "RL-14",
        "RL-21",
    )
    _add(
        "booster",
        "Advice to holders decides nothing.",
        _records(record("BR-FR-0001", Type="BoosterNotification", Logic=False), record()),
        None,
        passed,
        "RL-14",
    )
    start = "2026-02-01T12:00:00Z"
    for name, changes, applies in (
        ("from-now", {"ValidFrom": start}, True),
        ("from-a-second-later", {"ValidFrom": "2026-02-01T12:00:01Z"}, False),
        ("to-now", {"ValidTo": start}, True),
        ("to-a-second-ago", {"ValidTo": "2026-02-01T11:59:59Z"}, False),
    ):
        _add(
            f"in-force-{name}",
            f"In force {name.replace('-', ' ')}.",
            _records(record(**changes)),
            None if applies else "rules-missing",
            passed if applies else [],
            "RL-15",
        )
    region = record("VR-FR-0002", Region="GP", Logic=False)
    _add(
        "region-not-asked",
        "A rule of a region, and none is asked for.",
        _records(region, record()),
        None,
        passed,
        "RL-16",
    )
    _add(
        "region-asked",
        "The region's rule applies beside those of all of the country.",
        _records(region, record()),
        "rule-failed",
        [_result("failed", "VR-FR-0002"), _result("passed")],
        "RL-16",
        region="GP",
    )
    _add(
        "region-case",
        "The region is asked for in small letters: its rule applies all the same.",
        _records(region, record()),
        "rule-failed",
        [_result("failed", "VR-FR-0002"), _result("passed")],
        "RL-16",
        region="gp",
    )
    _add(
        "region-another",
        "Another region's rule does not apply.",
        _records(region, record()),
        None,
        passed,
        "RL-16",
        region="MQ",
    )
    _add(
        "region-country",
        "A region that is the country itself is all of it.",
        _records(record(Region="FR")),
        None,
        passed,
        "RL-16",
    )
    for name, versions, wanted in (
        ("numbers", ("1.9.0", "1.10.0"), "1.10.0"),
        ("order", ("2.0.0", "1.0.0"), "2.0.0"),
    ):
        records = [record(Version=version, Logic=version == wanted) for version in versions]
        _add(
            f"highest-version-{name}",
            f"Versions {versions[0]} and {versions[1]}, in this order: {wanted} is the highest, compared as numbers.",
            _records(*records),
            None,
            [_result("passed", version=wanted)],
            "RL-17",
        )
    later = record(Version="2.0.0", ValidFrom="2026-06-01T00:00:00Z", Logic=False)
    _add(
        "highest-version-in-force",
        "The highest of those in force.",
        _records(later, record()),
        None,
        passed,
        "RL-15",
        "RL-17",
    )


# Section 3: what they answer


def _answers() -> None:
    paths: dict[str, tuple[str, Json]] = {
        "clock": ("external.validationClock", "2026-02-01T12:00:00.000Z"),
        "exp": ("external.exp", "2026-07-05T09:00:00.000Z"),
        "iat": ("external.iat", "2026-01-05T09:00:00.000Z"),
        "country": ("external.countryCode", "FR"),
        "issuer": ("external.issuerCountryCode", "VN"),
        "kid": ("external.kid", "AQIDBAUGBwg="),
        "family-name": ("payload.nam.fn", "Nguyễn"),
        "birth-date": ("payload.dob", "1990-05-17"),
        "dose": ("payload.v.0.dn", 2),
        "day": ("payload.v.0.dt", "2025-12-20"),
        "version": ("payload.ver", "1.3.0"),
    }
    for name, (path, value) in paths.items():
        _logic(
            f"reads-{name}", f"A rule reads {path}, which is {value}.", _is(path, value), "passed", "RL-18"
        )
        _logic(
            f"reads-{name}-other",
            f"A rule asks whether {path} is {value}0, which it is not.",
            _is(path, f"{value}0"),
            "failed",
            "RL-18",
            "RL-20",
        )
    _logic(
        "reads-clock-in-utc",
        "The clock is told in UTC.",
        _is("external.validationClock", "2026-02-01T12:00:00.000Z"),
        "passed",
        "RL-18",
        at="2026-02-01T19:00:00+07:00",
    )
    for name in ("exp", "iat"):
        _logic(
            f"reads-{name}-missing",
            f"{name} is null where the token has none.",
            {"!": [{"var": f"external.{name}"}]},
            "passed",
            "RL-18",
            token={"iss": "VN"},
        )
    _logic(
        "reads-region",
        "The region that is asked for.",
        _is("external.region", "GP"),
        "passed",
        "RL-18",
        region="GP",
    )
    _logic("reads-region-none", "No region is null.", {"!": [{"var": "external.region"}]}, "passed", "RL-18")
    _logic(
        "reads-partial-birth-date",
        "As much of a birth date as is known.",
        _is("payload.dob", "1990-05"),
        "passed",
        "RL-18",
        certificate=dcc(dob="1990-05"),
    )
    _logic(
        "reads-no-other-group",
        "A group that the certificate has not.",
        {"!": [{"var": "payload.t.0"}]},
        "passed",
        "RL-18",
    )
    cases: dict[str, tuple[str, dict[str, Any], dict[str, Any] | None]] = {
        "engine-other": ("A rule for another engine.", {"Engine": "OTHERLOGIC"}, None),
        "engine-version-later": (
            "A rule for CertLogic 1.3.4, which is later than is read.",
            {"EngineVersion": "1.3.4"},
            None,
        ),
        "schema-major": (
            "A rule for schema 2.0.0, another major version than the certificate's.",
            {"SchemaVersion": "2.0.0"},
            None,
        ),
        "schema-above": (
            "A rule for schema 1.3.1, a certificate of 1.3.0.",
            {"SchemaVersion": "1.3.1"},
            None,
        ),
        "schema-unknown": (
            "A rule for schema 1.0.1, and a certificate that names no version: that counts as 1.0.0.",
            {"SchemaVersion": "1.0.1"},
            dcc(ver=DROP),
        ),
        "value-number": ("The value of the rule is the number 1.", {"Logic": 1}, None),
        "value-text": ("The value of the rule is the text true.", {"Logic": "true"}, None),
        "value-null": ("The value of the rule is null.", {"Logic": {"var": "payload.none"}}, None),
    }
    for name, (description, changes, certificate) in cases.items():
        _add(
            f"open-{name}",
            description,
            _records(record(**changes)),
            "rule-open",
            [_result("open")],
            "RL-19",
            certificate=certificate,
        )
    for name, says, changes in (
        ("engine-version-1.3.3", "for CertLogic 1.3.3, the latest that is read", {"EngineVersion": "1.3.3"}),
        ("schema-equal", "for schema 1.3.0, a certificate of 1.3.0", {"SchemaVersion": "1.3.0"}),
    ):
        _add(
            f"not-open-{name}",
            f"A rule {says}: it is evaluated.",
            _records(record(**changes)),
            None,
            [_result("passed")],
            "RL-19",
            "RL-20",
        )
    _add(
        "worst-first",
        "One rule passes, one is open, one fails: the failed one decides and is told first.",
        _records(record(), record("VR-FR-0002", Logic=1), record("VR-FR-0003", Logic=False)),
        "rule-failed",
        [_result("failed", "VR-FR-0003"), _result("open", "VR-FR-0002"), _result("passed")],
        "RL-20",
    )
    _add(
        "open-beside-passed",
        "One rule passes, and one is open: that is not a pass.",
        _records(record(), record("VR-FR-0002", Logic=1)),
        "rule-open",
        [_result("open", "VR-FR-0002"), _result("passed")],
        "RL-19",
        "RL-20",
    )
    _add(
        "no-rule-of-the-country",
        "A country without any rule.",
        _records(record()),
        "rules-missing",
        [],
        "RL-21",
        country="DE",
    )
    words = [
        {"lang": "vi", "desc": "Mũi tiêm hợp lệ."},
        {"lang": "en", "desc": "English."},
        {"lang": "en", "desc": "Again."},
    ]
    for name, says, language, text, described in (
        ("own", "the reader's language", "vi", "Mũi tiêm hợp lệ.", words),
        ("english", "English, for there are none in the reader's language", "de", "English.", words),
        ("first", "the first language it has, for there is no English", "de", "Mũi tiêm hợp lệ.", words[:1]),
    ):
        _add(
            f"words-{name}",
            f"A rule is told in its words in {says}.",
            _records(record(Description=described)),
            None,
            [_result("passed", text=text)],
            "RL-22",
            language=language,
            importance="low",
        )


def _certlogic() -> None:
    clock = {"plusTime": [{"var": "external.validationClock"}, 0, "day"]}

    def since(days: int) -> Json:
        return {"plusTime": [{"var": "payload.v.0.dt"}, days, "day"]}

    # the dose was on 20 December 2025, the clock is at noon of 1 February 2026: 43 days and a half
    _logic(
        "days-44",
        "The dose is 43 days and a half ago, which is less than 44.",
        {"before": [clock, since(44)]},
        "passed",
        "RL-20",
    )
    _logic(
        "days-43",
        "The dose is 43 days and a half ago, which is not less than 43.",
        {"before": [clock, since(43)]},
        "failed",
        "RL-20",
    )
    number = {"var": "payload.v.0.dn"}
    for operator, below, equal, above in (
        (">", "passed", "failed", "failed"),
        (">=", "passed", "passed", "failed"),
        ("<", "failed", "failed", "passed"),
        ("<=", "failed", "passed", "passed"),
    ):
        word = {">": "more", ">=": "at-least", "<": "less", "<=": "at-most"}[operator]
        for other, result in ((1, below), (2, equal), (3, above)):
            _logic(
                f"number-{word}-{other}",
                f"Dose 2 {operator} {other}.",
                {operator: [number, other]},
                result,
                "RL-20",
            )
    _logic("number-between", "1 < 2 <= 2.", {"<=": [1, number, 2]}, "passed", "RL-20")
    # the test was at half past eight on 4 January, 27 hours and a half before noon of the next day
    test = dcc(t=[nucleic_acid_test()])
    for hours, result in ((28, "passed"), (27, "failed")):
        logic = {"before": [clock, {"plusTime": [{"var": "payload.t.0.sc"}, hours, "hour"]}]}
        _add(
            f"hours-{hours}",
            f"The test is less than {hours} hours ago.",
            _records(record("TR-FR-0001", CertificateType="Test", Logic=logic)),
            None if result == "passed" else "rule-failed",
            [_result(result, "TR-FR-0001")],
            "RL-20",
            certificate=test,
            at="2026-01-05T12:00:00Z",
        )
    born = {"plusTime": ["1990-05-31", 0, "day"]}
    whole = {"dccDateOfBirth": [{"var": "payload.dob"}]}
    _logic(
        "birth-date-of-a-month",
        "Born in May 1990 is born on its last day.",
        {"and": [{"not-before": [whole, born]}, {"not-after": [whole, born]}]},
        "passed",
        "RL-20",
        certificate=dcc(dob="1990-05"),
    )
    for index, part in ((0, "01"), (1, "VN"), (2, "4E5F1A0C9B7D42E8A3D6C0F1B2A39485")):
        extract = {"extractFromUVCI": [{"var": "payload.v.0.ci"}, index]}
        _logic(
            f"identifier-part-{index}",
            f"Part {index} of the identifier.",
            {"===": [extract, part]},
            "passed",
            "RL-20",
        )
    beyond = {"extractFromUVCI": [{"var": "payload.v.0.ci"}, 3]}
    _logic(
        "identifier-part-3",
        "Part 3 of the identifier, which there is not, is null.",
        {"!": [beyond]},
        "passed",
        "RL-20",
    )
    leap = {"plusTime": ["2024-02-29", 1, "year"]}
    _logic(
        "leap-year",
        "29 February and a year is 1 March.",
        {
            "and": [
                {"not-before": [leap, {"plusTime": ["2025-03-01", 0, "day"]}]},
                {"not-after": [leap, {"plusTime": ["2025-03-01", 0, "day"]}]},
            ]
        },
        "passed",
        "RL-20",
    )
    _logic(
        "month-too-short",
        "31 January and a month is 3 March.",
        {"not-before": [{"plusTime": ["2026-01-31", 1, "month"]}, {"plusTime": ["2026-03-03", 0, "day"]}]},
        "passed",
        "RL-20",
    )
    invalid: dict[str, tuple[str, Json]] = {
        "equal-arrays": ("Arrays compared for equality, of which engines disagree.", {"===": [[1], [1]]}),
        "unknown-operator": ("An operator that there is not.", {"or": [True, False]}),
        "too-few-operands": ("=== with one operand.", {"===": [1]}),
        "two-operators": ("An object with two operators.", {"!": [True], "and": [True, True]}),
        "half": ("A number that is not whole.", {">": [1.5, 1]}),
        "no-date": ("A text that is no date.", {"before": [{"plusTime": ["2026-02-30", 0, "day"]}, clock]}),
        "unit": ("A unit that there is not.", {"before": [{"plusTime": ["2026-02-03", 0, "week"]}, clock]}),
        "null": ("null is no expression.", None),
        "text-as-date-time": ("Texts compared as moments.", {"before": ["2026-01-01", "2026-02-01"]}),
    }
    for name, (description, logic) in invalid.items():
        _logic(f"certlogic-{name}", description, logic, "open", "RL-19", error="certlogic-invalid")
    _logic(
        "certlogic-branch-not-taken",
        "What is wrong in a branch that is not taken hurts nobody.",
        {"if": [True, True, {"or": []}]},
        "passed",
        "RL-20",
    )
    _logic(
        "certlogic-and-stops",
        "and looks at an operand only where those before are truthy.",
        {"!": [{"and": [False, {"or": []}]}]},
        "passed",
        "RL-20",
    )


def _deep(expressions: int) -> Json:
    """So many expressions inside each other."""
    logic: Json = True
    for _ in range(expressions - 1):
        logic = {"!": [logic]}
    return logic


def _of_parts(parts: int) -> Json:
    """An expression that passes, and is made of so many."""
    return {"and": [[1] * 5000, [1] * (parts - 5004), True]}


def _bounds() -> None:
    most = 2**53 - 1
    _logic(
        "bounds-sum",
        "A sum of 2^53 - 1, the largest there may be.",
        {"===": [{"+": [most, 0]}, most]},
        "passed",
        "RL-20",
    )
    _logic(
        "bounds-sum-more",
        "A sum of 2^53, one more than there may be.",
        {"===": [{"+": [most, 1]}, 0]},
        "open",
        "RL-19",
        error="certlogic-bounds",
    )
    _logic(
        "bounds-sum-less",
        "A sum of -2^53, one less than there may be.",
        {"===": [{"+": [-most, -1]}, 0]},
        "open",
        "RL-19",
        error="certlogic-bounds",
    )
    _logic(
        "bounds-year-9999",
        "A date on the last day of the year 9999.",
        {"after": [{"plusTime": ["9999-12-30", 1, "day"]}, {"plusTime": ["2026-01-01", 0, "day"]}]},
        "passed",
        "RL-20",
    )
    _logic(
        "bounds-year-10000",
        "A date on the day after the last one of the year 9999.",
        {"after": [{"plusTime": ["9999-12-31", 1, "day"]}, {"plusTime": ["2026-01-01", 0, "day"]}]},
        "open",
        "RL-19",
        error="certlogic-bounds",
    )
    _logic("bounds-path", "A path of a thousand characters.", {"!": [{"var": "x" * 1000}]}, "passed", "RL-20")
    _logic(
        "bounds-path-more",
        "A path of a thousand and one.",
        {"!": [{"var": "x" * 1001}]},
        "open",
        "RL-19",
        error="certlogic-bounds",
    )
    one = {"===": [{"reduce": [[1] * 1000, 0, 0]}, 0]}
    _logic("bounds-reduce", "reduce over a thousand values.", one, "passed", "RL-20")
    more = {"===": [{"reduce": [[1] * 1001, 0, 0]}, 0]}
    _logic(
        "bounds-reduce-more",
        "reduce over a thousand and one.",
        more,
        "open",
        "RL-19",
        error="certlogic-bounds",
    )
    for name, values, result, error in (
        ("bounds-steps", 20, "passed", None),
        ("bounds-steps-more", 1000, "open", "certlogic-bounds"),
    ):
        look = {"if": [{"in": [1, [0] * values]}, 1, 0]}
        _logic(
            name,
            f"A thousand looks through {values} values.",
            {"===": [{"reduce": [[1] * 1000, look, 0]}, 0]},
            result,
            "RL-19",
            error=error,
        )
    _logic("bounds-depth", "Expressions as deep as can be.", _deep(64), "failed", "RL-20")
    _unreadable(
        "bounds-depth-more",
        "Expressions one level deeper than can be: the rule is refused.",
        _records(record(Logic=_deep(65))),
        "certlogic-bounds",
        "RL-2",
        problems=("certlogic-bounds",),
    )
    _logic("bounds-parts", "An expression of 10,000 parts.", _of_parts(10_000), "passed", "RL-20")
    _unreadable(
        "bounds-parts-more",
        "An expression of 10,001 parts: the rule is refused.",
        _records(record(Logic=_of_parts(10_001))),
        "certlogic-bounds",
        "RL-2",
        problems=("certlogic-bounds",),
    )


_the_record()
_json()
_gateway_bundle()
_signed_list()
_editions()
_value_sets()
_without_signature()
_which_apply()
_answers()
_certlogic()
_bounds()
