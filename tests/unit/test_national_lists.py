"""What holds for every national form of a list, whichever it is."""

import hashlib
import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.lists import ISSUED, MAKERS, USABLE_UNTIL, Published, entries, holder, info

from vaxcert.errors import Reason, TrustListError
from vaxcert.model.certificate import ALL_KINDS, Kind
from vaxcert.trust import formats
from vaxcert.trust.formats import FORMATS, ListFormat, format_named, read
from vaxcert.trust.origin import Environment, Proof

LISTS = {name: make() for name, (_, make) in MAKERS.items()}
FORMAT_OF = {name: format_named(format_name) for name, (format_name, _) in MAKERS.items()}
SIGNED = sorted(name for name, published in LISTS.items() if published.anchor)
UNSIGNED = sorted(LISTS.keys() - set(SIGNED))
WITH_CERTIFICATES = {"austrian", "austrian website", "swedish"}
DATED = {"austrian", "austrian website", "swedish"}
REFUSALS = {
    Reason.TRUST_LIST_UNREADABLE,
    Reason.TRUST_LIST_SIGNATURE,
    Reason.TRUST_LIST_UNSIGNED,
    Reason.ANCHOR_MISSING,
    Reason.WEAK_SIGNATURE,
}
STRANGER = holder("stranger").anchor


def reading_of(name, published=None, **changes):
    published = published or LISTS[name]
    return read(published.data, published.terms(**changes), as_format=FORMAT_OF[name])


def outcome(name, published, **changes):
    """The keys that are loaded, or the reason why there are none."""
    try:
        return reading_of(name, published, **changes).keys
    except TrustListError as error:
        return error.reason


def refusal(name, published=None, **changes):
    with pytest.raises(TrustListError) as caught:
        reading_of(name, published, **changes)
    assert "\n" not in str(caught.value)
    return caught.value.reason


@pytest.mark.parametrize("name", LISTS)
def test_a_good_list_gives_all_keys(name):
    reading = reading_of(name)
    assert reading.problems == ()
    assert reading.entries == len(entries()) == 3
    assert {key.kid for key in reading.keys} == {one.kid for one in entries()}
    assert [str(finding.code) for finding in reading.findings] == []
    expected = {one.kid: one.certificate.public_key for one in entries()}
    for key in reading.keys:
        message, one = b"anything", next(one for one in entries() if one.kid == key.kid)
        assert key.key.is_signature(one.sign(message), message)
        assert key.key.algorithm is one.algorithm
        assert key.kid in expected


@pytest.mark.parametrize("name", sorted(WITH_CERTIFICATES))
def test_keys_with_certificates_keep_within_them(name):
    reading = reading_of(name)
    assert reading.kids_confirmed == 3
    by_country = {key.country: key for key in reading.keys}
    assert by_country.keys() == {"VN", "LA", "TH"}
    assert by_country["VN"].kinds == {Kind.VACCINATION}
    assert by_country["LA"].kinds == ALL_KINDS
    for one in entries():
        key = by_country[one.certificate.country]
        assert (key.digest, key.not_after) == (one.certificate.digest, one.certificate.not_after)


@pytest.mark.parametrize("name", sorted(LISTS.keys() - WITH_CERTIFICATES - {"french", "verify-ehc"}))
def test_bare_keys_are_called_by_their_own_digest(name):
    reading = reading_of(name)
    assert reading.kids_confirmed == 0
    assert {key.country for key in reading.keys} == {None}
    assert {(key.not_before, key.not_after) for key in reading.keys} == {(None, None)}
    assert {key.digest for key in reading.keys} == {hashlib.sha256(info(one)).digest() for one in entries()}


@pytest.mark.parametrize("name", ["swiss", "dutch"])
def test_usages_limit_bare_keys(name):
    assert Counter(reading_of(name).keys[n].kinds for n in range(3)) == {
        frozenset({Kind.VACCINATION}): 1,
        ALL_KINDS: 2,
    }


@pytest.mark.parametrize("name", LISTS)
def test_every_key_carries_the_one_origin_of_its_list(name):
    reading = reading_of(name, source="the list")
    assert all(key.origin is reading.origin for key in reading.keys)
    assert (reading.origin.name, reading.origin.format) == ("the list", MAKERS[name][0])
    assert reading.origin.proof is (Proof.SIGNED if name in SIGNED else Proof.UNSIGNED)
    assert (reading.origin.number, reading.origin.next_update) == (None, None)
    dates = (reading.origin.issued, reading.origin.usable_until)
    stated = {"verify-ehc": (ISSUED, None), **dict.fromkeys(DATED, (ISSUED, USABLE_UNTIL))}
    assert dates == stated.get(name, (None, None))


@pytest.mark.parametrize("name", LISTS)
def test_environment_is_what_the_reader_or_the_anchor_says(name):
    reading = reading_of(name)
    assert {reading.environment, *(key.environment for key in reading.keys)} == {Environment.PRODUCTION}
    reading = reading_of(name, environment=Environment.TEST)
    assert {reading.environment, *(key.environment for key in reading.keys)} == {Environment.TEST}


@pytest.mark.parametrize("name", SIGNED)
def test_an_anchor_for_tests_makes_test_keys_and_no_others(name):
    published = LISTS[name]
    for_tests = replace(published, anchor=replace(published.anchor, environment=Environment.TEST))
    assert {key.environment for key in reading_of(name, for_tests).keys} == {Environment.TEST}
    assert refusal(name, for_tests, environment=Environment.PRODUCTION) is Reason.TRUST_LIST_ENVIRONMENT


@pytest.mark.parametrize("name", LISTS)
def test_each_form_is_recognised_as_itself(name):
    data = LISTS[name].data
    claimed = [known.name for known in FORMATS if known.recognises(data)]
    assert claimed == [MAKERS[name][0], "certificates"]
    assert read(data, LISTS[name].terms()) == reading_of(name)


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("german/dsc-list.json", "german"),
        ("gdhcn-dev/trustlist.did.json", "gdhcn"),
        ("gdhcn-dev/trustlist-DCC-any-DSC.did.json", "gdhcn"),
    ],
)
def test_genuine_lists_of_other_forms_are_not_taken_for_one_of_these(corpus, path, name):
    data = (corpus / "trust-lists" / path).read_bytes()
    assert [known.name for known in FORMATS if known.recognises(data)] == [name, "certificates"]


@pytest.mark.parametrize("name", SIGNED)
def test_a_list_signed_by_another_key_loads_nothing(name):
    assert refusal(name, anchors=(STRANGER,)) is Reason.TRUST_LIST_SIGNATURE
    assert refusal(name, anchors=(STRANGER,), allow_unsigned=True) is Reason.TRUST_LIST_SIGNATURE


@pytest.mark.parametrize("name", SIGNED)
def test_more_signatures_than_the_form_has_are_never_there(name):
    anchors = (LISTS[name].anchor, STRANGER)
    assert refusal(name, anchors=anchors, threshold=2) is Reason.TRUST_LIST_THRESHOLD


@pytest.mark.parametrize("name", SIGNED)
def test_one_of_several_anchors_is_enough(name):
    assert reading_of(name, anchors=(STRANGER, LISTS[name].anchor)) == reading_of(name)


@pytest.mark.parametrize("name", SIGNED)
def test_a_signature_that_nobody_can_judge_proves_nothing(name):
    assert refusal(name, anchors=()) is Reason.ANCHOR_MISSING
    assert refusal(name, anchors=(), allow_unsigned=True, threshold=2) is Reason.ANCHOR_MISSING
    reading = reading_of(name, anchors=(), allow_unsigned=True)
    assert len(reading.keys) == 3
    assert reading.origin.proof is Proof.UNSIGNED


@pytest.mark.parametrize("name", UNSIGNED)
def test_a_list_without_signature_needs_leave(name):
    assert refusal(name, allow_unsigned=False) is Reason.TRUST_LIST_UNSIGNED
    assert refusal(name, anchors=(STRANGER,)) is Reason.TRUST_LIST_UNSIGNED
    assert refusal(name, threshold=2) is Reason.TRUST_LIST_UNSIGNED


def flips(data, count):
    rng = random.Random(2022)
    for position in rng.sample(range(len(data)), min(count, len(data))):
        changed = bytearray(data)
        changed[position] ^= 1 << rng.randrange(8)
        yield bytes(changed)


@pytest.mark.parametrize("name", SIGNED)
def test_a_flipped_bit_never_changes_what_is_loaded(name):
    published, good = LISTS[name], reading_of(name).keys
    for data in flips(published.data, 150):
        # a bit of a wrapper may say nothing, such as one in a certificate that nobody needs
        assert outcome(name, replace(published, data=data)) in {*REFUSALS, good}


@pytest.mark.parametrize("name", ["swedish", "swiss", "signed jwks", "austrian"])
def test_a_flipped_bit_of_what_is_signed_is_always_refused(name):
    published = LISTS[name]
    for data in flips(published.data, 150):
        assert refusal(name, replace(published, data=data)) in REFUSALS
    for signature in flips(published.signature or b"", 80):
        assert refusal(name, replace(published, signature=signature)) in REFUSALS


@pytest.mark.parametrize("name", LISTS)
def test_a_list_cut_short_loads_nothing(name):
    published = LISTS[name]
    for share in (0, 0.01, 0.3, 0.5, 0.9, 0.99):
        cut = replace(published, data=published.data[: int(len(published.data) * share)])
        assert refusal(name, cut) in REFUSALS
    assert refusal(name, replace(published, data=published.data[:-1])) in REFUSALS
    if published.signature is not None:
        for end in (0, 1, len(published.signature) // 2, -1):
            assert refusal(name, replace(published, signature=published.signature[:end])) in REFUSALS


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    "data", [b"[]", b"{}", b"null", b"1", b"[[[", b"\xa1\x61c\x01", b"\xa0", b"\xff" * 9, b"[" * 99_999]
)
def test_another_document_is_unreadable(name, data):
    published = Published(data, LISTS[name].signature)
    if (data, name) == (b"[]", "norwegian"):
        assert reading_of(name, published).entries == 0
    else:
        assert refusal(name, published) in {Reason.TRUST_LIST_UNREADABLE, Reason.TRUST_LIST_UNSIGNED}


def test_formats_are_chosen_by_name():
    assert all(format_named(known.name) is known for known in FORMATS)
    with pytest.raises(ValueError, match=r"no list format 'Dutch', one of vaxcert, gdhcn, .* expected"):
        format_named("Dutch")


def test_what_the_package_offers_is_there():
    assert set(formats.__all__) <= vars(formats).keys()


def test_no_more_of_a_name_is_shown_than_needed():
    with pytest.raises(ValueError, match=f"^no list format '{'x' * 40}', one of vaxcert, "):
        format_named("x" * 41)


def test_a_list_nested_deeper_than_a_reader_goes():
    def deep(data, terms):
        return deep(data, terms)

    with pytest.raises(TrustListError) as caught:
        read(b"", Published(b"").terms(), as_format=ListFormat("deep", bool, deep))
    assert caught.value.reason is Reason.TRUST_LIST_UNREADABLE
    assert str(caught.value) == "nested deeper than a deep list is"


@pytest.mark.parametrize(
    ("name", "days", "ends"),
    [("verify-ehc", None, False), ("verify-ehc", 3, True), ("swedish", 3, False), ("dutch", 3, False)],
)
def test_how_long_a_list_may_be_relied_on(name, days, ends):
    reading = reading_of(name, max_age=None if days is None else timedelta(days=days))
    as_it_says = reading_of(name).origin.usable_until
    assert reading.origin.usable_until == (ISSUED + timedelta(days=days) if ends else as_it_says)


@pytest.mark.parametrize(
    ("data", "is_one"),
    [
        (b'[{"kid":"", "publicKey":""}]', True),
        (b' [ { "publicKey" : "" } ]', True),
        (b'[{"kid":""}]', False),
        (b'[{"x":"", "publicKey":""}]', False),
        (b'{"publicKey":""}', False),
        (b"", False),
    ],
)
def test_what_lists_of_bare_keys_are_recognised_by(data, is_one):
    assert format_named("norwegian").recognises(data) is is_one
    assert format_named("british").recognises(data) is False


def mutated(data):
    """Bytes with some replaced, and any bytes at all."""
    places = st.tuples(st.integers(0, max(len(data) - 1, 0)), st.binary(max_size=3))
    return st.one_of(
        st.binary(),
        st.lists(places, min_size=1, max_size=4).map(lambda changes: _changed(data, changes)),
    )


def _changed(data, changes):
    for place, part in changes:
        data = data[:place] + part + data[place + 1 :]
    return data


@pytest.mark.parametrize("name", LISTS)
@settings(max_examples=60)
@given(draw=st.data())
def test_any_bytes_give_a_reading_or_our_error(name, draw):
    published = LISTS[name]
    data = draw.draw(mutated(published.data))
    signature = draw.draw(
        st.one_of(st.just(published.signature), st.none(), mutated(published.signature or b""))
    )
    for known in FORMATS:
        known.recognises(data)
    changed = replace(published, data=data, signature=signature)
    for changes in ({}, {"anchors": (), "allow_unsigned": True}):
        result = outcome(name, changed, **changes)
        assert isinstance(result, tuple) or result in REFUSALS
