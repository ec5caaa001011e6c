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
from vaxcert.trust import formats
from vaxcert.trust.anchors import Anchor, anchor_of
from vaxcert.trust.list_findings import ListFindingCode
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
