import json
import random
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from tests.support.gateway import item
from tests.support.lists import holder
from tests.support.openssl import Party, Workshop

from vaxcert.errors import Reason, TrustListError
from vaxcert.limits import MAX_BUNDLE_CERTIFICATES
from vaxcert.trust import formats
from vaxcert.trust.anchors import Anchor, anchor_of
from vaxcert.trust.list_findings import ListFinding, ListFindingCode
from vaxcert.trust.origin import Environment, Proof
from vaxcert.trust.trust_list import ListReading

DCCG = formats.format_named("dccg")


@dataclass(frozen=True)
class Country:
    """The parties of one member state."""

    authority: Party
    uploader: Party
    signer: Party


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("openssl"))


@pytest.fixture(scope="module")
def gateway(workshop: Workshop) -> Party:
    return workshop.party("DGCG-TA", country="EU")


def country(workshop: Workshop, code: str) -> Country:
    authority = workshop.party("CSCA", country=code, authority=True)
    uploader = workshop.party("UPLOAD", country=code)
    return Country(authority, uploader, workshop.party("DSC", country=code, issuer=authority))


@pytest.fixture(scope="module")
def viet_nam(workshop: Workshop) -> Country:
    return country(workshop, "VN")


@pytest.fixture(scope="module")
def laos(workshop: Workshop) -> Country:
    return country(workshop, "LA")


def listed(
    workshop: Workshop,
    party: Party,
    by: Party,
    *options: str,
    usage: str = "DSC",
    md: str = "sha256",
    **changes: Any,
) -> dict[str, Any]:
    """An item of the list, put there by a party."""
    message = workshop.cms(by, party.certificate.der, *options, md=md)
    return item(party.certificate, usage=usage, signature=message, **changes)


@pytest.fixture(scope="module")
def frame(workshop: Workshop, gateway: Party, viet_nam: Country) -> list[dict[str, Any]]:
    """What the gateway says about Viet Nam."""
    return [
        listed(workshop, viet_nam.authority, gateway, usage="CSCA"),
        listed(workshop, viet_nam.uploader, gateway, usage="UPLOAD"),
    ]


def anchor(party: Party, **changes: Any) -> Anchor:
    return anchor_of(party.certificate.public_key, certificate=party.certificate, **changes)


def read(entries: list[Any], *anchors: Anchor, **changes: Any) -> ListReading:
    terms = formats.ReadingTerms(source="TEST", anchors=anchors, **changes)
    return formats.read(json.dumps(entries).encode(), terms)


def refusal(entries: list[Any], *anchors: Anchor, **changes: Any) -> Reason:
    with pytest.raises(TrustListError) as caught:
        read(entries, *anchors, **changes)
    return caught.value.reason


def reasons(reading: ListReading) -> list[Reason]:
    return [problem.reason for problem in reading.problems]


def codes(reading: ListReading) -> Counter[ListFindingCode]:
    return Counter(finding.code for finding in reading.findings)


@pytest.mark.parametrize(
    "options",
    [(), ("-nodetach",), ("-nodetach", "-stream"), ("-noattr",), ("-nocerts",), ("-keyid", "-nocerts")],
)
def test_two_layers(
    workshop: Workshop, gateway: Party, viet_nam: Country, frame: list[Any], options: tuple[str, ...]
) -> None:
    entries = [listed(workshop, viet_nam.signer, viet_nam.uploader, *options), *frame]
    assert formats.recognised(json.dumps(entries).encode()) is DCCG
    reading = read(entries, anchor(gateway))
    assert [key.digest for key in reading.keys] == [viet_nam.signer.certificate.digest]
    assert reading.authorities == (viet_nam.authority.certificate,)
    assert (reading.entries, reading.kids_confirmed, reading.problems) == (3, 1, ())
    assert codes(reading) == {ListFindingCode.OTHER_USAGE: 1}
    assert reading.origin.proof is Proof.SIGNED
    assert reading.origin.issued is None  # nobody signs the timestamps


def test_uploader_as_the_anchor(workshop: Workshop, viet_nam: Country) -> None:
    reading = read([listed(workshop, viet_nam.signer, viet_nam.uploader)], anchor(viet_nam.uploader))
    assert len(reading.keys) == 1
    assert codes(reading) == {ListFindingCode.AUTHORITY_MISSING: 1}


def test_bare_key_is_the_gateways(
    workshop: Workshop, gateway: Party, viet_nam: Country, frame: list[Any]
) -> None:
    signer = listed(workshop, viet_nam.signer, viet_nam.uploader)
    assert len(read([*frame, signer], anchor_of(gateway.certificate.public_key)).keys) == 1
    bare = anchor_of(viet_nam.uploader.certificate.public_key)
    assert refusal([signer], bare) is Reason.TRUST_LIST_SIGNATURE


def test_signer_of_a_message_without_certificates_is_found_among_those_pinned(
    workshop: Workshop, viet_nam: Country
) -> None:
    hidden = [listed(workshop, viet_nam.signer, viet_nam.uploader, "-nocerts")]
    assert len(read(hidden, anchor(viet_nam.uploader)).keys) == 1


def test_pinned_uploader_lists_neither_uploaders_nor_authorities(
    workshop: Workshop, viet_nam: Country, laos: Country
) -> None:
    good = listed(workshop, viet_nam.signer, viet_nam.uploader)
    for entry in (
        listed(workshop, laos.uploader, viet_nam.uploader, usage="UPLOAD"),
        listed(workshop, viet_nam.authority, viet_nam.uploader, usage="CSCA"),
        {**good, "certificateType": "UPLOAD"},  # what a certificate is for is not signed
    ):
        reading = read([entry, good], anchor(viet_nam.uploader))
        assert reasons(reading) == [Reason.TRUST_ENTRY_SIGNATURE]
        assert (len(reading.keys), reading.authorities) == (1, ())


def test_gateway_lists_no_signers(
    workshop: Workshop, gateway: Party, viet_nam: Country, frame: list[Any]
) -> None:
    reading = read([*frame, listed(workshop, viet_nam.signer, gateway)], anchor(gateway))
    assert (reading.keys, reasons(reading)) == ((), [Reason.TRUST_ENTRY_SIGNATURE])


def test_certificate_that_the_message_brings_along_says_nothing_of_its_signer(
    workshop: Workshop, gateway: Party, viet_nam: Country, frame: list[Any]
) -> None:
    """The same key under another name: who has no such certificate pinned is told by the key."""
    posing = workshop.again(gateway, "UPLOAD", country="VN")
    reading = read([*frame, listed(workshop, viet_nam.signer, posing)], anchor(gateway))
    assert (reading.keys, reasons(reading)) == ((), [Reason.TRUST_ENTRY_SIGNATURE])
    foreign = workshop.again(viet_nam.uploader, "UPLOAD", country="LA")
    entry = listed(workshop, workshop.party("DSC", country="LA"), foreign)
    assert refusal([entry], anchor(viet_nam.uploader)) is Reason.TRUST_LIST_SIGNATURE
    assert len(read([listed(workshop, viet_nam.signer, foreign)], anchor(viet_nam.uploader)).keys) == 1


def test_tls_certificate_relabelled_as_an_uploaders_lists_only_what_the_authority_issued(
    workshop: Workshop, gateway: Party, viet_nam: Country, frame: list[Any]
) -> None:
    client = workshop.party("TLS")
    entries = [
        listed(workshop, client, gateway, usage="UPLOAD"),
        listed(workshop, workshop.party("DSC"), client),
        listed(workshop, viet_nam.signer, client),
    ]
    without_authority = read(entries, anchor(gateway))
    assert without_authority.keys == ()
    assert reasons(without_authority) == [Reason.TRUST_ENTRY_SIGNATURE] * 2
    reading = read([*frame, *entries], anchor(gateway))
    assert [key.digest for key in reading.keys] == [viet_nam.signer.certificate.digest]
    assert reasons(reading) == [Reason.TRUST_ENTRY_SIGNATURE]


def test_authority_is_one_and_no_uploader(workshop: Workshop, gateway: Party) -> None:
    plain, both = workshop.party("TLS"), workshop.party("UPLOAD", authority=True)
    uploader = listed(workshop, both, gateway, usage="UPLOAD")
    for party in (plain, both):
        signer = listed(workshop, workshop.party("DSC", issuer=party), both)
        reading = read([listed(workshop, party, gateway, usage="CSCA"), uploader, signer], anchor(gateway))
        assert (reading.keys, reading.authorities) == ((), ())
        assert reasons(reading) == [Reason.TRUST_ENTRY_SIGNATURE] * 2


def test_two_certificates_of_one_key_of_an_authority(
    workshop: Workshop, gateway: Party, viet_nam: Country, frame: list[Any]
) -> None:
    renamed = workshop.again(viet_nam.authority, "CSCA 2", authority=True)
    entries = [
        *frame,
        listed(workshop, renamed, gateway, usage="CSCA"),
        listed(workshop, viet_nam.signer, viet_nam.uploader),
        listed(workshop, workshop.party("DSC", issuer=renamed), viet_nam.uploader),
    ]
    reading = read(entries, anchor(gateway))
    assert (len(reading.keys), len(reading.authorities), reading.problems) == (2, 2, ())


def test_signer_without_country(workshop: Workshop, gateway: Party, viet_nam: Country) -> None:
    stateless = item(holder("no country").certificate, signature=b"")
    reading = read(
        [stateless, listed(workshop, viet_nam.signer, viet_nam.uploader)], anchor(viet_nam.uploader)
    )
    assert reasons(reading) == [Reason.TRUST_ENTRY_SIGNATURE]


def test_uploader_that_no_anchor_signed(
    workshop: Workshop, gateway: Party, viet_nam: Country, frame: list[Any]
) -> None:
    other = workshop.party("UPLOAD")
    entries = [
        *frame,
        listed(workshop, viet_nam.signer, viet_nam.uploader),
        listed(workshop, other, viet_nam.uploader, usage="UPLOAD"),
        listed(workshop, viet_nam.signer, other),
        listed(workshop, other, other, usage="UPLOAD"),
    ]
    reading = read(entries, anchor(gateway))
    assert len(reading.keys) == 1
    assert reasons(reading) == [Reason.TRUST_ENTRY_SIGNATURE] * 3
    assert [str(problem)[:7] for problem in reading.problems] == ["entry 4", "entry 5", "entry 6"]


def test_uploader_of_another_country(
    workshop: Workshop, gateway: Party, viet_nam: Country, laos: Country, frame: list[Any]
) -> None:
    entries = [
        *frame,
        listed(workshop, laos.uploader, gateway, usage="UPLOAD"),
        listed(workshop, viet_nam.signer, laos.uploader),
    ]
    assert reasons(read(entries, anchor(gateway))) == [Reason.TRUST_ENTRY_SIGNATURE]
    pinned = [listed(workshop, viet_nam.signer, laos.uploader)]
    assert refusal(pinned, anchor(laos.uploader), anchor(viet_nam.uploader)) is Reason.TRUST_LIST_SIGNATURE


def test_signer_that_no_authority_of_its_country_issued(
    workshop: Workshop, gateway: Party, viet_nam: Country, laos: Country, frame: list[Any]
) -> None:
    own = workshop.party("DSC")
    by_other = workshop.party("DSC", issuer=laos.authority)
    entries = [
        *frame,
        listed(workshop, laos.authority, gateway, usage="CSCA"),
        listed(workshop, own, viet_nam.uploader),
        listed(workshop, by_other, viet_nam.uploader),
    ]
    reading = read(entries, anchor(gateway))
    assert reading.keys == ()
    assert reasons(reading) == [Reason.TRUST_ENTRY_SIGNATURE] * 2


def test_authority_that_no_anchor_signed_does_not_count(
    workshop: Workshop, gateway: Party, viet_nam: Country, frame: list[Any]
) -> None:
    by_uploader = listed(workshop, viet_nam.authority, viet_nam.uploader, usage="CSCA")
    entries = [by_uploader, frame[1], listed(workshop, viet_nam.signer, viet_nam.uploader)]
    reading = read(entries, anchor(gateway))
    assert reading.keys == ()
    assert reading.authorities == ()
    assert reasons(reading) == [Reason.TRUST_ENTRY_SIGNATURE] * 2


def test_second_authority_of_a_country(
    workshop: Workshop, gateway: Party, viet_nam: Country, frame: list[Any]
) -> None:
    older = workshop.party("CSCA 1", authority=True)
    entries = [
        listed(workshop, older, gateway, usage="CSCA"),
        *frame,
        listed(workshop, workshop.party("DSC", issuer=older), viet_nam.uploader),
        listed(workshop, viet_nam.signer, viet_nam.uploader),
    ]
    reading = read(entries, anchor(gateway))
    assert (len(reading.keys), len(reading.authorities), reading.problems) == (2, 2, ())


def test_weak_signature_of_the_uploader_or_the_authority(
    workshop: Workshop, gateway: Party, viet_nam: Country, frame: list[Any]
) -> None:
    weak = workshop.party("DSC", issuer=viet_nam.authority, signed=("-sha1",))
    entries = [
        *frame,
        listed(workshop, viet_nam.signer, viet_nam.uploader, md="sha1"),
        listed(workshop, weak, viet_nam.uploader),
    ]
    assert reasons(read(entries, anchor(gateway))) == [Reason.WEAK_SIGNATURE] * 2


def test_signature_over_another_certificate(
    workshop: Workshop, gateway: Party, viet_nam: Country, frame: list[Any]
) -> None:
    other = workshop.party("DSC", issuer=viet_nam.authority)
    good = listed(workshop, viet_nam.signer, viet_nam.uploader)
    swapped = {**item(other.certificate), "signature": good["signature"]}
    reading = read([*frame, swapped, good], anchor(gateway))
    assert [key.digest for key in reading.keys] == [viet_nam.signer.certificate.digest]
    assert reasons(reading) == [Reason.TRUST_ENTRY_SIGNATURE]


@pytest.mark.parametrize("signature", [None, "!", 7, "", "AAAA"])
def test_signature_that_is_none(workshop: Workshop, viet_nam: Country, signature: object) -> None:
    good = listed(workshop, viet_nam.signer, viet_nam.uploader)
    bad = {**item(viet_nam.signer.certificate), "signature": signature}
    reading = read([bad, good], anchor(viet_nam.uploader))
    assert len(reading.keys) == 1
    assert reasons(reading) == [Reason.TRUST_ENTRY_UNREADABLE]


def test_nothing_verifies(workshop: Workshop, gateway: Party, viet_nam: Country, frame: list[Any]) -> None:
    entries = [*frame, listed(workshop, viet_nam.signer, viet_nam.uploader)]
    stranger = anchor(workshop.party("DGCG-TA", country="EU"))
    assert refusal(entries, stranger) is Reason.TRUST_LIST_SIGNATURE
    assert refusal(entries, stranger, allow_unsigned=True) is Reason.TRUST_LIST_SIGNATURE
    with pytest.raises(TrustListError) as caught:
        DCCG.read(b"[]", formats.ReadingTerms(anchors=(anchor(gateway),)))
    assert caught.value.reason is Reason.TRUST_LIST_SIGNATURE


def test_no_anchor(workshop: Workshop, viet_nam: Country) -> None:
    entries = [item(viet_nam.signer.certificate)]
    assert refusal(entries) is Reason.ANCHOR_MISSING
    reading = read(entries, allow_unsigned=True)
    assert reading.origin.proof is Proof.UNSIGNED
    assert len(reading.keys) == 1


def test_environment(workshop: Workshop, viet_nam: Country) -> None:
    entries = [listed(workshop, viet_nam.signer, viet_nam.uploader)]
    for_tests = anchor(viet_nam.uploader, environment=Environment.TEST)
    assert read(entries, for_tests).environment is Environment.TEST
    wish = Environment.PRODUCTION
    assert refusal(entries, for_tests, environment=wish) is Reason.TRUST_LIST_ENVIRONMENT
    assert refusal(entries, for_tests, anchor(viet_nam.signer)) is Reason.TRUST_LIST_ENVIRONMENT


@pytest.mark.parametrize("text", [b'{"rawData": 1}', b"[", b'["rawData"]', b"[1]", b"", b"\xff[{"])
def test_what_is_not_recognised(text: bytes) -> None:
    assert not DCCG.recognises(text)


def test_forced_format_on_something_else() -> None:
    for text in (b"{}", b"[", b"[" * 100_000, b"\xff"):
        with pytest.raises(TrustListError) as caught:
            formats.read(text, formats.ReadingTerms(allow_unsigned=True), as_format=DCCG)
        assert caught.value.reason is Reason.TRUST_LIST_UNREADABLE


def test_changed_bytes_never_add_a_key(
    workshop: Workshop, gateway: Party, viet_nam: Country, frame: list[Any]
) -> None:
    source = random.Random(4)
    data = json.dumps([*frame, listed(workshop, viet_nam.signer, viet_nam.uploader)]).encode()
    terms = formats.ReadingTerms(anchors=(anchor(gateway),))
    outcomes = Counter[str]()
    for _ in range(400):
        changed = bytearray(data)
        changed[source.randrange(len(data))] = source.randrange(256)
        try:
            reading = DCCG.read(bytes(changed), terms)
        except TrustListError as error:
            outcomes[error.reason] += 1
        else:
            assert {key.digest for key in reading.keys} <= {viet_nam.signer.certificate.digest}
            outcomes["key" if reading.keys else "no key"] += 1
    assert outcomes["key"] > 20
    assert outcomes["no key"] > 20


@pytest.mark.parametrize(
    ("text", "is_it"),
    [
        (b'[{"rawData":1}]', True),
        (b'\xef\xbb\xbf \n[ \t{"rawData":1}]', True),
        (b'\xbf[{"rawData":1}]', False),
        (b'{"rawData":[{}]}', False),
        (b'["rawData",{}]', False),
        (b'[["rawData",{}]]', False),
        (b'[{"rawdata":1}]', False),
    ],
)
def test_recognised_by_what_it_begins_with(text: bytes, is_it: bool) -> None:
    assert DCCG.recognises(text) is is_it


@pytest.mark.parametrize(("length", "is_it"), [(64 * 1024, True), (64 * 1024 + 1, False)])
def test_recognised_by_its_beginning_only(length: int, is_it: bool) -> None:
    before, member = b'[{"a":"', b'","rawData"'
    text = before + b"x" * (length - len(before) - len(member)) + member
    assert len(text) == length
    assert DCCG.recognises(text + b":1}]") is is_it


def unsigned(*entries: Any) -> ListReading:
    return read(list(entries), allow_unsigned=True)


def test_origin_and_environment_of_an_unsigned_list(viet_nam: Country) -> None:
    reading = unsigned(item(viet_nam.signer.certificate))
    assert (reading.origin.name, reading.origin.format) == ("TEST", "dccg")
    assert (reading.origin.issued, reading.environment) == (None, Environment.PRODUCTION)
    asked = read([item(viet_nam.signer.certificate)], allow_unsigned=True, environment=Environment.TEST)
    assert asked.environment is Environment.TEST


def test_usages_of_an_unsigned_list(viet_nam: Country) -> None:
    authority, uploader = viet_nam.authority.certificate, viet_nam.uploader.certificate
    reading = unsigned(
        item(viet_nam.signer.certificate, certificateType=None),
        item(authority, usage="CSCA"),
        item(uploader, usage="UPLOAD"),
        item(uploader, usage="AUTHENTICATION"),
    )
    assert [key.digest for key in reading.keys] == [viet_nam.signer.certificate.digest]
    assert (reading.authorities, reading.entries, reading.problems) == ((authority,), 4, ())
    assert list(reading.findings) == [
        ListFinding(ListFindingCode.OTHER_USAGE, uploader.kid.hex(), usage)
        for usage in ("UPLOAD", "AUTHENTICATION")
    ]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"rawData": None}, "trust-entry-unreadable: entry 2: no rawData in base64"),
        ({"rawData": 7}, "trust-entry-unreadable: entry 2: no rawData in base64"),
        ({"rawData": "!"}, "trust-entry-unreadable: entry 2: no rawData in base64"),
        ({"rawData": ""}, "certificate-unreadable: entry 2: "),
        (
            {"certificateType": "dsc"},
            "trust-entry-unreadable: entry 2: certificateType is none of DSC, CSCA, UPLOAD, AUTHENTICATION",
        ),
        (
            {"certificateType": ""},
            "trust-entry-unreadable: entry 2: certificateType is none of DSC, CSCA, UPLOAD, AUTHENTICATION",
        ),
    ],
)
def test_item_that_cannot_be_read(viet_nam: Country, changes: dict[str, Any], problem: str) -> None:
    good = item(viet_nam.signer.certificate)
    reading = unsigned(good, {**item(viet_nam.authority.certificate), **changes})
    (found,) = reading.problems
    assert f"{found.reason}: {found}".startswith(problem)
    assert (len(reading.keys), reading.entries) == (1, 2)


@pytest.mark.parametrize("value", [None, 7, "rawData", ["rawData"]])
def test_item_that_is_no_object(viet_nam: Country, value: Any) -> None:
    (found,) = unsigned(item(viet_nam.signer.certificate), value).problems
    assert (found.reason, str(found)) == (
        Reason.TRUST_ENTRY_UNREADABLE,
        "entry 2: no rawData in base64",
    )


@pytest.mark.parametrize("value", [{}, {"certificates": []}, "[]", None])
def test_list_that_is_no_array(value: Any) -> None:
    with pytest.raises(TrustListError) as caught:
        DCCG.read(json.dumps(value).encode(), formats.ReadingTerms(allow_unsigned=True))
    assert caught.value.reason is Reason.TRUST_LIST_UNREADABLE
    assert "an array expected" in str(caught.value)


def test_as_many_items_as_allowed_are_read() -> None:
    terms = formats.ReadingTerms(allow_unsigned=True)
    most = b"[" + b"0," * (MAX_BUNDLE_CERTIFICATES - 1) + b"0]"
    assert DCCG.read(most, terms).entries == MAX_BUNDLE_CERTIFICATES
    with pytest.raises(TrustListError) as caught:
        DCCG.read(most[:-1] + b",0]", terms)
    assert caught.value.reason is Reason.TRUST_LIST_UNREADABLE
    assert str(caught.value) == (
        f"the list has {MAX_BUNDLE_CERTIFICATES + 1} entries, at most {MAX_BUNDLE_CERTIFICATES} expected"
    )


@pytest.mark.parametrize(
    ("changes", "confirmed", "found"),
    [
        ({}, 1, None),
        ({"kid": None}, 0, None),
        ({"kid": "!"}, 0, (ListFindingCode.KID_MISMATCH, "stated as ")),
        ({"kid": ""}, 0, (ListFindingCode.KID_MISMATCH, "stated as ")),
        ({"kid": 7}, 0, (ListFindingCode.KID_MISMATCH, "stated as ")),
        ({"kid": "AAEC"}, 0, (ListFindingCode.KID_MISMATCH, "stated as 000102")),
        ({"thumbprint": None}, 1, None),
        (
            {"thumbprint": "00" * 32},
            1,
            (ListFindingCode.MEMBER_MISMATCH, "the thumbprint is not its certificate's"),
        ),
        ({"thumbprint": ""}, 1, (ListFindingCode.MEMBER_MISMATCH, "the thumbprint is not its certificate's")),
        ({"country": None}, 1, None),
        ({"country": "la"}, 1, None),
        (
            {"country": "LA"},
            1,
            (ListFindingCode.MEMBER_MISMATCH, "stands under LA, its certificate names VN"),
        ),
    ],
)
def test_copies_of_what_the_certificate_says(
    viet_nam: Country,
    changes: dict[str, Any],
    confirmed: int,
    found: tuple[ListFindingCode, str] | None,
) -> None:
    certificate = viet_nam.signer.certificate
    reading = unsigned(item(certificate, **changes))
    expected = [] if found is None else [ListFinding(found[0], certificate.kid.hex(), found[1])]
    assert (list(reading.findings), reading.kids_confirmed) == (expected, confirmed)
    (key,) = reading.keys
    assert (key.kid, key.country) == (certificate.kid, "VN")


def test_certificate_without_country_takes_that_of_the_item() -> None:
    (key,) = unsigned(item(holder("no country").certificate, country="LA")).keys
    assert key.country == "LA"


def test_what_is_said_of_an_item_that_nobody_may_list(
    workshop: Workshop, gateway: Party, viet_nam: Country, laos: Country, frame: list[Any]
) -> None:
    def said(entry: Any, *others: Any, by: Anchor | None = None) -> list[str]:
        # one item is good, so that the list as a whole is read
        base = [*frame, *others, listed(workshop, viet_nam.signer, viet_nam.uploader)]
        reading = read([*base, entry], by or anchor(gateway))
        assert {problem.reason for problem in reading.problems} == {Reason.TRUST_ENTRY_SIGNATURE}
        assert [key.digest for key in reading.keys] == [viet_nam.signer.certificate.digest]
        return [str(problem).partition(": ")[2] for problem in reading.problems]

    uploader, stranger = viet_nam.uploader.certificate, laos.uploader.certificate
    by_uploader = listed(workshop, viet_nam.authority, viet_nam.uploader, usage="CSCA")
    not_the_gateway = f"put on the list by {uploader.kid.hex()}, which is not pinned as the gateway's"
    assert said(by_uploader) == [not_the_gateway]
    assert said(listed(workshop, viet_nam.uploader, viet_nam.uploader, usage="AUTHENTICATION")) == [
        not_the_gateway
    ]
    plain = listed(workshop, laos.uploader, gateway, usage="CSCA")
    assert said(plain) == ["an authority whose certificate is not that of one"]
    both = workshop.party("UPLOAD", country="LA", authority=True)
    assert said(
        listed(workshop, both, gateway, usage="CSCA"), listed(workshop, both, gateway, usage="UPLOAD")
    ) == ["an authority with the key of an uploader"]
    stateless = item(holder("no country").certificate)
    assert said(stateless) == ["of no country, so that nobody may put it on the list"]
    assert said(listed(workshop, viet_nam.signer, laos.uploader)) == [
        f"put on the list by {stranger.kid.hex()}, which is no known uploader of VN"
    ]
    laotian = listed(workshop, laos.uploader, gateway, usage="UPLOAD")
    assert said(listed(workshop, laos.signer, laos.uploader), laotian) == [
        "the list has no authority of LA that could have issued it"
    ]


def test_what_is_said_when_nothing_is_left(workshop: Workshop, gateway: Party, viet_nam: Country) -> None:
    entries = [listed(workshop, viet_nam.signer, viet_nam.uploader)] * 2
    with pytest.raises(TrustListError) as caught:
        read(entries, anchor(gateway))
    assert str(caught.value) == "none of 2 entries is signed by whoever may list it"
    # one is enough, of whatever usage
    one = listed(workshop, viet_nam.uploader, gateway, usage="AUTHENTICATION")
    reading = read([one, entries[0]], anchor(gateway))
    assert (reading.keys, reasons(reading)) == ((), [Reason.TRUST_ENTRY_SIGNATURE])
    two = read([one, one], anchor(gateway))
    assert (two.keys, two.problems, codes(two)) == ((), (), {ListFindingCode.OTHER_USAGE: 2})


def test_gateway_lists_no_signer_of_its_own_country(workshop: Workshop, gateway: Party) -> None:
    entry = listed(workshop, workshop.party("DSC", country="EU"), gateway)
    assert refusal([entry], anchor(gateway)) is Reason.TRUST_LIST_SIGNATURE


def test_gateways_messages_without_certificates(
    workshop: Workshop, gateway: Party, viet_nam: Country
) -> None:
    hidden = [
        listed(workshop, viet_nam.authority, gateway, "-nocerts", usage="CSCA"),
        listed(workshop, viet_nam.uploader, gateway, "-nocerts", usage="UPLOAD"),
        listed(workshop, viet_nam.signer, viet_nam.uploader, "-nocerts"),
    ]
    reading = read(hidden, anchor(gateway))
    assert (len(reading.keys), reading.problems) == (1, ())
    # a bare key does not say by which certificate the message names its signer
    assert refusal(hidden, anchor_of(gateway.certificate.public_key)) is Reason.TRUST_LIST_SIGNATURE
    both = (anchor_of(viet_nam.signer.certificate.public_key), anchor(gateway))
    assert read(hidden, *both).problems == ()


def test_missing_authority_is_a_finding_where_the_uploader_is_pinned(
    workshop: Workshop, gateway: Party, viet_nam: Country, laos: Country, frame: list[Any]
) -> None:
    signer, other = (one.signer.certificate for one in (viet_nam, laos))
    entries = [
        listed(workshop, viet_nam.signer, viet_nam.uploader),
        listed(workshop, laos.signer, laos.uploader),
    ]
    pinned = (anchor(viet_nam.uploader), anchor(laos.uploader))
    assert list(read(entries, *pinned).findings) == [
        ListFinding(ListFindingCode.AUTHORITY_MISSING, one.kid.hex()) for one in (signer, other)
    ]
    # with an authority of one of the countries, only the other's is missing
    reading = read([*frame, *entries], anchor(gateway), *pinned)
    assert [one.entry for one in reading.findings if one.code is ListFindingCode.AUTHORITY_MISSING] == [
        other.kid.hex()
    ]
    assert reading.problems == ()
    foreign = listed(workshop, workshop.party("DSC"), viet_nam.uploader)
    judged = read([*frame, foreign], anchor(gateway), *pinned)
    assert (judged.keys, reasons(judged)) == ((), [Reason.TRUST_ENTRY_SIGNATURE])


def test_signature_that_is_no_base64_is_said(workshop: Workshop, viet_nam: Country) -> None:
    good = listed(workshop, viet_nam.signer, viet_nam.uploader)
    for signature in (7, "!"):
        (problem,) = read([{**good, "signature": signature}, good], anchor(viet_nam.uploader)).problems
        assert str(problem) == "entry 1: no signature in base64"


def test_all_anchors_are_for_one_environment(workshop: Workshop, viet_nam: Country, laos: Country) -> None:
    entries = [listed(workshop, viet_nam.signer, viet_nam.uploader)]
    mine, other = (
        [anchor(one.uploader, environment=which) for which in (Environment.TEST, Environment.PRODUCTION)]
        for one in (viet_nam, laos)
    )
    for place, which in enumerate((Environment.TEST, Environment.PRODUCTION)):
        assert read(entries, mine[place], other[place]).environment is which
        with pytest.raises(TrustListError) as caught:
            read(entries, mine[place], other[1 - place])
        assert caught.value.reason is Reason.TRUST_LIST_ENVIRONMENT
        assert str(caught.value) == "anchors for production and anchors for tests"
