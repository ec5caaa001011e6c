"""Lists of rules: records, bundles of the gateway, value sets, and vaxcert's own signed list."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.openssl import Workshop
from tests.support.rules import AT, CLAIMS, certificate, record, rule, signed_rules
from tests.support.store_lists import anchor, anchor_signer, signed_list

from vaxcert.errors import Reason, RuleError, TrustListError, VaxcertError
from vaxcert.limits import MAX_RULE_FILE_BYTES, MAX_RULES
from vaxcert.rules.lists import json_text, signed
from vaxcert.rules.lists.forms import read
from vaxcert.rules.lists.reading import RuleTerms, combined
from vaxcert.trust import signed_document
from vaxcert.trust.anchors import anchor_of
from vaxcert.trust.origin import Environment, Proof
from vaxcert.trust.signed_editions import check_succession

SECOND = timedelta(seconds=1)
NO_TERMS = RuleTerms()
BY_ANCHOR = RuleTerms(source="list", anchors=(anchor(),))


def as_json(*records):
    return json.dumps(records).encode()


def refusal(data, terms=NO_TERMS):
    with pytest.raises((RuleError, TrustListError)) as caught:
        read(data, terms)
    assert "\n" not in str(caught.value)
    return caught.value.reason


def identifiers(reading):
    return [one.identifier for one in reading.rules]


# --- a list of records


def test_a_list_of_records_has_no_signature():
    reading = read(as_json(record(), {**record("VR-VN-0002"), "Type": "x"}), RuleTerms(source="rules.json"))
    assert identifiers(reading) == ["VR-VN-0001"]
    assert (reading.entries, [str(one)[:19] for one in reading.problems]) == (2, ["rule 2: VR-VN-0002:"])
    assert (reading.origin.name, reading.origin.format) == ("rules.json", "gateway rules")
    assert reading.origin.proof is Proof.UNSIGNED


@pytest.mark.parametrize("data", [b"[]", b" [ ]", b"\xef\xbb\xbf[]"])
def test_an_empty_list_is_one(data):
    assert read(data, RuleTerms()).entries == 0


def test_where_anchors_are_given_a_list_without_signature_is_taken_on_request_only():
    assert refusal(as_json(record()), BY_ANCHOR) is Reason.TRUST_LIST_UNSIGNED
    reading = read(as_json(record()), replace(BY_ANCHOR, allow_unsigned=True))
    assert reading.origin.proof is Proof.UNSIGNED


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b"[{]",
        b"{}",
        b'{"a": 1}',
        b"[{}, \xff]",
        b'[{"a": NaN}]',
        b'[{"a": 1, "a": 2}]',
        b"[{" * 100_000,
    ],
)
def test_what_is_no_list(data):
    assert refusal(data) is Reason.RULE_LIST_UNREADABLE


def test_bounds_of_a_list():
    assert len(read(b"[" + b"{}," * (MAX_RULES - 1) + b"{}]", RuleTerms()).problems) == MAX_RULES
    assert refusal(b"[" + b"{}," * MAX_RULES + b"{}]") is Reason.RULE_LIST_UNREADABLE
    full = b"[]" + b" " * (MAX_RULE_FILE_BYTES - 2)
    assert read(full, RuleTerms()).entries == 0
    assert refusal(full + b" ") is Reason.RULE_LIST_UNREADABLE


# --- value sets


def test_a_value_set_of_the_gateway():
    document = {
        "valueSetId": "devices",
        "valueSetDate": "2022-01-01",
        "valueSetValues": {"1833": {}, "1232": {}},
    }
    reading = read(json.dumps(document).encode(), RuleTerms())
    assert reading.value_sets == {"devices": ("1833", "1232")}
    assert (reading.rules, reading.origin.format) == ((), "gateway value set")


@pytest.mark.parametrize(
    "changes",
    [
        {"valueSetId": 1},
        {"valueSetId": {}},
        {"valueSetId": "a b"},
        {"valueSetValues": []},
        {"valueSetValues": {"\n": {}}},
    ],
)
def test_what_is_no_value_set(changes):
    document = {"valueSetId": "devices", "valueSetValues": {"1833": {}}, **changes}
    assert refusal(json.dumps(document).encode()) is Reason.RULE_LIST_UNREADABLE


# --- bundles


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    return Workshop(tmp_path_factory.mktemp("upload"))


@pytest.fixture(scope="module")
def upload(workshop):
    """A TEST upload certificate of Viet Nam."""
    return workshop.party("upload")


def pinned(party):
    return anchor_of(party.certificate.public_key, certificate=party.certificate)


def entry(workshop, party, what, **options):
    message = workshop.cms(party, json.dumps(what).encode(), "-nodetach", **options)
    return {"version": "9.9.9", "validFrom": "x", "validTo": "x", "cms": b64encode(message).decode()}


def bundle(**versions):
    return json.dumps({name.replace("_", "-"): entries for name, entries in versions.items()}).encode()


def test_a_bundle_is_judged_rule_by_rule(workshop, upload):
    stranger = workshop.party("stranger")
    data = bundle(
        VR_VN_0001=[
            entry(workshop, upload, record(Version="1.1.0")),
            entry(workshop, upload, record(Version="1.0.0")),
        ],
        VR_VN_0002=[entry(workshop, stranger, record("VR-VN-0002"))],
        VR_VN_0003=[{"cms": "?"}, None, entry(workshop, upload, [])],
        VR_LA_0001=[entry(workshop, upload, record("VR-LA-0001"))],
    )
    reading = read(data, RuleTerms(anchors=(pinned(upload),)))
    assert [one.version for one in reading.rules] == [(1, 1, 0), (1, 0, 0)]
    assert [(str(one).partition(":")[0], one.reason) for one in reading.problems] == [
        ("VR-VN-0002", Reason.TRUST_LIST_SIGNATURE),
        ("VR-VN-0003", Reason.RULE_UNREADABLE),
        ("VR-VN-0003", Reason.RULE_UNREADABLE),
        ("VR-VN-0003", Reason.RULE_UNREADABLE),
        ("VR-LA-0001", Reason.TRUST_ENTRY_SIGNATURE),
    ]
    assert (reading.entries, reading.origin.proof, reading.origin.format) == (
        7,
        Proof.SIGNED,
        "gateway bundle",
    )


def test_an_authority_vouches_for_those_it_certified(workshop):
    authority = workshop.party("authority", authority=True)
    uploader = workshop.party("uploader", issuer=authority)
    data = bundle(VR_VN_0001=[entry(workshop, uploader, record())])
    assert identifiers(read(data, RuleTerms(anchors=(pinned(authority),)))) == ["VR-VN-0001"]


def test_a_changed_rule_is_not_taken(workshop, upload):
    one = entry(workshop, upload, record(Logic=False))
    forged = workshop.cms(upload, json.dumps(record(Logic=False)).encode(), "-nodetach").replace(
        b"false", b"trues"
    )
    one["cms"] = b64encode(forged).decode()
    (problem,) = read(bundle(VR_VN_0001=[one]), RuleTerms(anchors=(pinned(upload),))).problems
    assert problem.reason is Reason.TRUST_ENTRY_SIGNATURE


def test_weak_signatures_are_not_taken(workshop, upload):
    data = bundle(VR_VN_0001=[entry(workshop, upload, record(), md="sha1")])
    (problem,) = read(data, RuleTerms(anchors=(pinned(upload),))).problems
    assert problem.reason is Reason.WEAK_SIGNATURE


def test_a_bundle_needs_anchors():
    assert refusal(bundle(VR_VN_0001=[])) is Reason.ANCHOR_MISSING


# --- the signed list


def test_a_signed_list_says_who_and_until_when():
    data = signed_rules(
        [rule(), rule("TR-VN-0001", CertificateType="Test")], value_sets={"devices": ("1833",)}
    )
    reading = read(data, BY_ANCHOR)
    assert sorted(identifiers(reading)) == ["TR-VN-0001", "VR-VN-0001"]
    assert rule() in reading.rules
    origin = reading.origin
    assert (origin.name, origin.format, origin.number, origin.proof) == (
        "list",
        "vaxcert rules",
        1,
        Proof.SIGNED,
    )
    assert (origin.usable_until - origin.issued, origin.next_update - origin.issued) == (
        timedelta(days=30),
        timedelta(days=7),
    )
    assert (reading.environment, reading.value_sets) == (Environment.PRODUCTION, {"devices": ("1833",)})
    assert (reading.entries, reading.problems) == (2, ())
    assert len(reading.digest) == 32


def test_equal_lists_have_equal_bytes():
    rules = [rule(f"VR-VN-{n:04}", Logic={"===": [{"var": "payload.v.0.dn"}, n]}) for n in range(5)]
    assert signed_rules(rules) == signed_rules([*rules[::-1], rules[0]])
    sets = {"b": ("1",), "aa": ("2",), "a": ("3",)}
    assert signed_rules(rules, value_sets=sets) == signed_rules(
        rules, value_sets=dict(reversed(sets.items()))
    )


def test_signatures_are_judged():
    data = signed_rules([rule()])
    assert refusal(data) is Reason.ANCHOR_MISSING
    assert refusal(data, RuleTerms(anchors=(anchor("other"),))) is Reason.TRUST_LIST_SIGNATURE
    changed = data.replace(b"Vaccination", b"vaccination", 1)
    assert refusal(changed, BY_ANCHOR) is Reason.TRUST_LIST_SIGNATURE
    assert refusal(data[:-1], BY_ANCHOR) is Reason.TRUST_LIST_UNREADABLE
    assert refusal(data, replace(BY_ANCHOR, allow_unsigned=True, anchors=())) is Reason.ANCHOR_MISSING


def test_a_threshold_of_signatures():
    both = (anchor(), anchor("other"))
    one, two = signed_rules([rule()]), signed_rules([rule()], by=("TEST anchor", "other"))
    assert refusal(one, RuleTerms(anchors=both, threshold=2)) is Reason.TRUST_LIST_THRESHOLD
    assert identifiers(read(two, RuleTerms(anchors=both, threshold=2))) == ["VR-VN-0001"]


def test_a_list_for_tests_is_told_from_one_for_the_border():
    data = signed_rules([rule()], environment=Environment.TEST)
    assert read(data, BY_ANCHOR).environment is Environment.TEST
    wanted = replace(BY_ANCHOR, environment=Environment.PRODUCTION)
    assert refusal(data, wanted) is Reason.TRUST_LIST_ENVIRONMENT
    of_anchor = RuleTerms(anchors=(replace(anchor(), environment=Environment.PRODUCTION),))
    assert refusal(data, of_anchor) is Reason.TRUST_LIST_ENVIRONMENT


def test_a_trust_list_is_no_list_of_rules():
    assert refusal(signed_list(), BY_ANCHOR) is Reason.TRUST_LIST_UNREADABLE


def members(**changes):
    """The members of a list, signed whatever they hold."""
    content = signed.encode(signed_content())
    found = {**cbor2.loads(content), **{int(label[1:]): value for label, value in changes.items()}}
    data = cbor2.dumps({label: value for label, value in found.items() if value is not None})
    return signed_document.write(
        signed_document.sign(data, signed.CONTENT_TYPE, [anchor_signer("TEST anchor")])
    )


def signed_content(**changes):
    fields = {
        "issuer": "TEST",
        "number": 1,
        "issued": AT,
        "next_update": AT + timedelta(days=7),
        "usable_until": AT + timedelta(days=30),
        "environment": Environment.PRODUCTION,
        "rules": (rule(),),
        **changes,
    }
    return signed.RuleListContent(**fields)


def test_one_bad_rule_never_sinks_the_others():
    good = json_text.dump(record())
    reading = read(members(_8=[good, 5, "{", "[]", good.replace("Acceptance", "x")]), BY_ANCHOR)
    assert identifiers(reading) == ["VR-VN-0001"]
    assert reading.entries == 5
    assert {one.reason for one in reading.problems} == {Reason.RULE_UNREADABLE}
    assert [str(one)[:7] for one in reading.problems] == ["rule 2:", "rule 3:", "rule 4:", "rule 5:"]


@pytest.mark.parametrize(
    "changes",
    [
        {"_1": 2},
        {"_2": None},
        {"_3": 0},
        {"_5": 1},
        {"_7": "home"},
        {"_8": None},
        {"_8": "[]"},
        {"_9": []},
        {"_9": {"devices": "1833"}},
        {"_9": {"devices": [1833]}},
        {"_9": {5: []}},
        {"_0": [99]},
    ],
)
def test_a_list_of_another_form(changes):
    assert refusal(members(**changes), BY_ANCHOR) is Reason.TRUST_LIST_UNREADABLE


def test_members_of_a_later_version_are_passed_over():
    assert read(members(_99="later"), BY_ANCHOR).entries == 1
    assert read(members(_0=[9], _9={"a": []}), BY_ANCHOR).entries == 1


def follows(known, new):
    check_succession(known.origin, known.environment, known.digest, new)


def test_editions_follow_each_other():
    first = read(signed_rules([rule()], number=5), BY_ANCHOR)
    later = read(signed_rules([rule(Logic=False)], number=6), BY_ANCHOR)
    follows(first, first)
    follows(first, later)
    other = read(signed_rules([rule(Logic=False)], number=5), BY_ANCHOR)
    earlier = read(signed_rules([rule()], number=7, issued=AT - SECOND), BY_ANCHOR)
    for known, new in ((later, first), (first, other), (first, earlier)):
        with pytest.raises(TrustListError) as caught:
            follows(known, new)
        assert caught.value.reason is Reason.TRUST_LIST_ROLLBACK
    test = read(signed_rules([rule()], number=6, environment=Environment.TEST), BY_ANCHOR)
    with pytest.raises(TrustListError) as caught:
        follows(first, test)
    assert caught.value.reason is Reason.TRUST_LIST_ENVIRONMENT


# --- own rules in TOML

POLICY = """
country = "VN"
version = "1.0.0"
valid_from = 2022-01-01
valid_to = 2022-12-31
[vaccination]
complete_series = true
"""


@pytest.mark.parametrize("before", ["", "\ufeff", "\n# [{ a comment }]\n"])
def test_own_rules_are_told_by_their_text(before):
    reading = read((before + POLICY).encode(), RuleTerms(source="vn.toml"))
    assert (reading.origin.format, reading.origin.proof) == ("TOML", Proof.UNSIGNED)
    assert {one.country for one in reading.rules} == {"VN"}
    assert reading.entries == len(reading.rules) > 0


def test_own_rules_are_read_whole_or_not_at_all():
    for wrong in (POLICY.replace("true", "5"), POLICY.replace("true", "tru"), "[[a]]", "[a]"):
        assert refusal(wrong.encode()) is Reason.RULE_UNREADABLE
    assert refusal(POLICY.encode() + b"\xff") is Reason.RULE_LIST_UNREADABLE
    assert refusal(POLICY.encode(), BY_ANCHOR) is Reason.TRUST_LIST_UNSIGNED


# --- several lists


def test_lists_are_combined():
    first = read(signed_rules([rule()], value_sets={"devices": ("1",), "more": ("2",)}), BY_ANCHOR)
    document = {"valueSetId": "devices", "valueSetValues": {"3": {}}}
    second = read(json.dumps(document).encode(), RuleTerms(source="devices.json"))
    third = read(as_json(record(Version="2.0.0", Logic=False), None), RuleTerms(source="rules.json"))
    rules = combined([first, second, third])
    assert rules.value_sets == {"devices": ("1",), "more": ("2",)}
    assert [one.name for one in rules.origins] == ["list", "devices.json", "rules.json"]
    assert [one.reason for one in rules.problems] == [Reason.RULE_UNREADABLE]
    (outcome,) = rules.answer(certificate(), CLAIMS, country="VN", at=AT).outcomes
    assert outcome.rule.version == (2, 0, 0)


# --- any bytes

PIECES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from([b"[", b"{", b"[{}]", b'{"a": []}', b'{"a": [{"cms": ""}]}', b'{"valueSetId": 1}']),
)
GENUINE = st.sampled_from([as_json(record()), signed_rules([rule()])])


@settings(max_examples=300)
@given(
    data=PIECES
    | st.tuples(GENUINE, st.integers(0, 900), st.binary(max_size=3)).map(lambda one: mutated(*one))
)
def test_any_bytes_give_a_reading_or_our_error(data):
    for terms in (RuleTerms(), BY_ANCHOR):
        try:
            reading = read(data, terms)
        except VaxcertError as error:
            assert "\n" not in str(error)  # noqa: PT017
        else:
            assert reading.entries >= len(reading.rules)


def mutated(data, place, piece):
    return data[:place] + piece + data[place + len(piece) :]
