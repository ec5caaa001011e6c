import io
import random
import zipfile
from base64 import b64encode
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st
from tests.support import lists
from tests.support.openssl import Party, Workshop

from vaxcert.errors import Reason, TrustListError
from vaxcert.limits import MAX_BUNDLE_CERTIFICATES, MAX_SIGNING_CERTIFICATE_BYTES, MAX_TRUST_FILE_BYTES
from vaxcert.trust import formats
from vaxcert.trust.anchors import Anchor, anchor_of
from vaxcert.trust.list_findings import ListFindingCode
from vaxcert.trust.origin import Proof
from vaxcert.trust.trust_list import ListReading

ARCHIVE = formats.format_named("ec-archive")
PEOPLE = {"Readme.txt": b"TEST", "License.txt": b"TEST", "Version.txt": b"1", "DSC/": b"", "DSC/DCC/VN/": b""}


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("openssl"))


@pytest.fixture(scope="module")
def commission(workshop: Workshop) -> Party:
    return workshop.party("archive", country="EU")


@pytest.fixture(scope="module")
def authority(workshop: Workshop) -> Party:
    return workshop.party("CSCA", authority=True)


@pytest.fixture(scope="module")
def signer(workshop: Workshop, authority: Party) -> Party:
    return workshop.party("DSC", issuer=authority)


def path(party: Party, usage: str = "DSC", country: str = "VN") -> str:
    return f"{usage}/DCC/{country}/{party.certificate.digest.hex()}.pem"


@pytest.fixture(scope="module")
def files(authority: Party, signer: Party) -> dict[str, bytes]:
    return {
        **PEOPLE,
        path(signer): signer.file.read_bytes(),
        path(authority, "CSCA"): authority.file.read_bytes(),
    }


def packed(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def anchor(party: Party) -> Anchor:
    return anchor_of(party.certificate.public_key, certificate=party.certificate)


def read(
    workshop: Workshop, commission: Party, files: dict[str, bytes] | bytes, **changes: Any
) -> ListReading:
    data = files if isinstance(files, bytes) else packed(files)
    signature = b64encode(workshop.cms(commission, data))
    terms = {"source": "TEST", "anchors": (anchor(commission),), "signature": signature, **changes}
    return formats.read(data, formats.ReadingTerms(**terms))


def refusal(workshop: Workshop, commission: Party, files: dict[str, bytes] | bytes, **changes: Any) -> Reason:
    with pytest.raises(TrustListError) as caught:
        read(workshop, commission, files, **changes)
    return caught.value.reason


def codes(reading: ListReading) -> Counter[ListFindingCode]:
    return Counter(finding.code for finding in reading.findings)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_archive_is_read(
    workshop: Workshop,
    commission: Party,
    authority: Party,
    signer: Party,
    files: dict[str, bytes],
    method: int,
) -> None:
    data = packed(files, method)
    assert formats.recognised(data) is ARCHIVE
    reading = read(workshop, commission, data)
    assert [key.digest for key in reading.keys] == [signer.certificate.digest]
    assert reading.authorities == (authority.certificate,)
    assert (reading.entries, reading.problems, reading.findings) == (2, (), ())
    assert reading.origin.proof is Proof.SIGNED
    assert reading.origin.format == "ec-archive"


def test_number_of_files(workshop: Workshop, commission: Party, files: dict[str, bytes]) -> None:
    at_most = MAX_BUNDLE_CERTIFICATES + 1000
    full = {**files, **{f"{number}.txt": b"" for number in range(at_most - len(files))}}
    assert len(read(workshop, commission, packed(full, zipfile.ZIP_STORED)).keys) == 1
    more = packed({**full, "one more.txt": b""}, zipfile.ZIP_STORED)
    assert refusal(workshop, commission, more) is Reason.TRUST_LIST_UNREADABLE


def test_signature_with_line_ends(workshop: Workshop, commission: Party, files: dict[str, bytes]) -> None:
    data = packed(files)
    text = b64encode(workshop.cms(commission, data))
    lines = b"\r\n".join(text[at : at + 64] for at in range(0, len(text), 64)) + b"\r\n"
    assert len(read(workshop, commission, data, signature=lines).keys) == 1


def test_signer_issued_by_the_anchor(workshop: Workshop, files: dict[str, bytes]) -> None:
    root = workshop.party("root", country="EU", authority=True)
    signer = workshop.party("archive", country="EU", issuer=root)
    assert len(read(workshop, signer, files, anchors=(anchor(root),)).keys) == 1
    stranger = workshop.party("root", country="EU", authority=True)
    assert refusal(workshop, signer, files, anchors=(anchor(stranger),)) is Reason.TRUST_LIST_SIGNATURE


def test_without_signature_or_anchor(workshop: Workshop, commission: Party, files: dict[str, bytes]) -> None:
    assert refusal(workshop, commission, files, signature=None) is Reason.TRUST_LIST_UNSIGNED
    assert refusal(workshop, commission, files, anchors=()) is Reason.ANCHOR_MISSING
    reading = read(workshop, commission, files, anchors=(), signature=None, allow_unsigned=True)
    assert reading.origin.proof is Proof.UNSIGNED
    assert len(reading.keys) == 1


@pytest.mark.parametrize("signature", [b"", b"!", b"AAAA", b"\xff", b64encode(b"\x30\x80" * 100)])
def test_signature_that_is_none(
    workshop: Workshop, commission: Party, files: dict[str, bytes], signature: bytes
) -> None:
    assert refusal(workshop, commission, files, signature=signature) is Reason.TRUST_LIST_SIGNATURE


def test_weak_signature(workshop: Workshop, commission: Party, files: dict[str, bytes]) -> None:
    data = packed(files)
    weak = b64encode(workshop.cms(commission, data, md="sha1"))
    assert refusal(workshop, commission, data, signature=weak) is Reason.WEAK_SIGNATURE


def test_any_changed_byte_is_refused(workshop: Workshop, commission: Party, files: dict[str, bytes]) -> None:
    source = random.Random(303)
    data = packed(files)
    signature = b64encode(workshop.cms(commission, data))
    terms = formats.ReadingTerms(anchors=(anchor(commission),), signature=signature)
    for _ in range(200):
        changed = bytearray(data)
        changed[source.randrange(len(data))] ^= 1 << source.randrange(8)
        with pytest.raises(TrustListError) as caught:
            ARCHIVE.read(bytes(changed), terms)
        assert caught.value.reason is Reason.TRUST_LIST_SIGNATURE


def test_name_that_is_not_the_digest(
    workshop: Workshop, commission: Party, signer: Party, files: dict[str, bytes]
) -> None:
    renamed = {**files, f"DSC/DCC/VN/{'0' * 64}.pem": files[path(signer)]}
    del renamed[path(signer)]
    reading = read(workshop, commission, renamed)
    assert len(reading.keys) == 1
    assert codes(reading) == {ListFindingCode.MEMBER_MISMATCH: 1}


def test_folder_of_another_country(
    workshop: Workshop, commission: Party, authority: Party, signer: Party
) -> None:
    moved = {
        path(signer, country="LA"): signer.file.read_bytes(),
        path(authority, "CSCA", "LA"): authority.file.read_bytes(),
    }
    reading = read(workshop, commission, moved)
    assert (reading.keys, reading.authorities) == ((), ())
    assert [problem.reason for problem in reading.problems] == [Reason.TRUST_ENTRY_UNREADABLE] * 2


@pytest.mark.parametrize(("folder", "stated"), [("GR", "EL"), ("GB", "UK"), ("GG", "GB")])
def test_folder_of_another_code_of_the_same_issuer(
    workshop: Workshop, commission: Party, folder: str, stated: str
) -> None:
    authority = workshop.party("CSCA", country=stated, authority=True)
    signer = workshop.party("DSC", country=stated, issuer=authority)
    reading = read(
        workshop,
        commission,
        {
            path(signer, country=folder): signer.file.read_bytes(),
            path(authority, "CSCA", folder): authority.file.read_bytes(),
        },
    )
    assert ([key.country for key in reading.keys], reading.problems) == ([stated], ())
    assert codes(reading) == {}


def test_certificate_without_country_is_of_its_folders(
    workshop: Workshop, commission: Party, authority: Party, files: dict[str, bytes]
) -> None:
    def stateless(country: str) -> dict[str, bytes]:
        one = lists.holder("no country").certificate
        pem = x509.load_der_x509_certificate(one.der).public_bytes(Encoding.PEM)
        return {f"DSC/DCC/{country}/{one.digest.hex()}.pem": pem}

    reading = read(workshop, commission, {**files, **stateless("VN")})
    assert len(reading.keys) == 1
    assert [problem.reason for problem in reading.problems] == [Reason.TRUST_ENTRY_SIGNATURE]
    reading = read(workshop, commission, {**files, **stateless("LA")})
    assert [key.country for key in reading.keys] == ["VN", "LA"]
    assert codes(reading) == {ListFindingCode.AUTHORITY_MISSING: 1}


def test_signer_of_another_authority(workshop: Workshop, commission: Party, files: dict[str, bytes]) -> None:
    stranger = workshop.party("DSC")
    reading = read(workshop, commission, {**files, path(stranger): stranger.file.read_bytes()})
    assert len(reading.keys) == 1
    assert [problem.reason for problem in reading.problems] == [Reason.TRUST_ENTRY_SIGNATURE]
    assert path(stranger) in str(reading.problems[0])


def test_country_without_authority(workshop: Workshop, commission: Party, files: dict[str, bytes]) -> None:
    stranger = workshop.party("DSC", country="LA")
    reading = read(workshop, commission, {**files, path(stranger, country="LA"): stranger.file.read_bytes()})
    assert len(reading.keys) == 2
    assert codes(reading) == {ListFindingCode.AUTHORITY_MISSING: 1}


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("DSC/DCC/VN/short.pem", b"", Reason.TRUST_ENTRY_UNREADABLE),
        ("DSC/DCC/VN/\n\x1b[2J.pem", b"", Reason.TRUST_ENTRY_UNREADABLE),
        (f"DSC/DCC/VN/{'a' * 64}.pem", b"", Reason.CERTIFICATE_UNREADABLE),
        (f"CSCA/DCC/VN/{'a' * 64}.pem", b"no certificate", Reason.CERTIFICATE_UNREADABLE),
        (
            f"DSC/DCC/VN/{'a' * 64}.pem",
            bytes(2 * MAX_SIGNING_CERTIFICATE_BYTES + 1),
            Reason.TRUST_ENTRY_UNREADABLE,
        ),
        (
            f"DSC/DCC/VN/{'a' * 64}.pem",
            bytes(2 * MAX_SIGNING_CERTIFICATE_BYTES),
            Reason.CERTIFICATE_UNREADABLE,
        ),
        (f"DSC/DCC/VN/{'a' * 64}.pem", bytes(200_000_000), Reason.TRUST_ENTRY_UNREADABLE),
    ],
)
def test_bad_file_is_a_problem_of_its_own(
    workshop: Workshop, commission: Party, files: dict[str, bytes], name: str, content: bytes, reason: Reason
) -> None:
    reading = read(workshop, commission, {name: content, **files})
    assert len(reading.keys) == 1
    assert [problem.reason for problem in reading.problems] == [reason]
    assert str(reading.problems[0]).isprintable()


def test_two_certificates_in_one_file(
    workshop: Workshop, commission: Party, signer: Party, files: dict[str, bytes]
) -> None:
    reading = read(workshop, commission, {**files, path(signer): files[path(signer)] * 2})
    assert reading.keys == ()
    assert [problem.reason for problem in reading.problems] == [Reason.TRUST_ENTRY_UNREADABLE]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compression(
    workshop: Workshop, commission: Party, files: dict[str, bytes], method: int
) -> None:
    reading = read(workshop, commission, packed(files, method))
    assert reading.keys == ()
    assert {problem.reason for problem in reading.problems} == {Reason.TRUST_ENTRY_UNREADABLE}


OTHERWISE = "compressed in another way than DEFLATE, or encrypted"


def flagged(data: bytes, flags: int) -> bytes:
    """The archive with flags set in the headers of its first file."""
    changed = bytearray(data)
    for at in (6, data.index(b"PK\x01\x02") + 8):
        changed[at] |= flags
    return bytes(changed)


@pytest.mark.parametrize(
    ("flags", "told"),
    [(0x00, None), (0x01, OTHERWISE), (0x02, None), (0x03, OTHERWISE)],
)
def test_encrypted_files_are_named(signer: Party, flags: int, told: str | None) -> None:
    data = flagged(packed({path(signer): signer.file.read_bytes()}, zipfile.ZIP_STORED), flags)
    reading = ARCHIVE.read(data, formats.ReadingTerms(allow_unsigned=True))
    assert len(reading.keys) == (told is None)
    if told is not None:
        (problem,) = reading.problems
        assert str(problem).endswith(told)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("DSC/x", b"", "the path is not that of a certificate for DCC"),
        (
            f"DSC/DCC/VN/{'a' * 64}.pem",
            bytes(2 * MAX_SIGNING_CERTIFICATE_BYTES + 1),
            f"{2 * MAX_SIGNING_CERTIFICATE_BYTES + 1} bytes, at most "
            f"{2 * MAX_SIGNING_CERTIFICATE_BYTES} expected",
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_told(name: str, content: bytes, told: str) -> None:
    (problem,) = ARCHIVE.read(packed({name: content}), formats.ReadingTerms(allow_unsigned=True)).problems
    assert (problem.reason, str(problem)) == (Reason.TRUST_ENTRY_UNREADABLE, f"entry {name}: {told}")


def test_no_more_of_a_path_is_shown_than_needed() -> None:
    name = "DSC/" + "x" * 90
    (problem,) = ARCHIVE.read(packed({name: b""}), formats.ReadingTerms(allow_unsigned=True)).problems
    assert str(problem) == f"entry {name[:80]}: the path is not that of a certificate for DCC"


def test_number_of_certificates_in_a_file_is_told(signer: Party, files: dict[str, bytes]) -> None:
    (problem,) = ARCHIVE.read(
        packed({path(signer): files[path(signer)] * 2}), formats.ReadingTerms(allow_unsigned=True)
    ).problems
    assert str(problem) == f"entry {path(signer)}: 2 certificates, one expected"


@pytest.mark.parametrize(
    ("data", "is_one"),
    [(b"PK\x03\x04", True), (b"PK\x05\x06", False), (b"\0PK\x03\x04", False), (b"", False)],
)
def test_what_it_is_recognised_by(data: bytes, is_one: bool) -> None:
    assert ARCHIVE.recognises(data) is is_one


def test_size_of_an_archive() -> None:
    for size, told in (
        (MAX_TRUST_FILE_BYTES, "not a ZIP archive"),
        (
            MAX_TRUST_FILE_BYTES + 1,
            f"{MAX_TRUST_FILE_BYTES + 1} bytes, at most {MAX_TRUST_FILE_BYTES} expected",
        ),
    ):
        with pytest.raises(TrustListError) as caught:
            ARCHIVE.read(bytes(size), formats.ReadingTerms(allow_unsigned=True))
        assert (caught.value.reason, str(caught.value)) == (Reason.TRUST_LIST_UNREADABLE, told)


def test_stated_size_bounds_what_is_unpacked(workshop: Workshop, commission: Party, tmp_path: Path) -> None:
    name = f"DSC/DCC/VN/{'a' * 64}.pem"
    data = bytearray(packed({name: bytes(50_000_000)}))
    for at in (22, data.index(b"PK\x01\x02") + 24):  # uncompressed size, in both headers
        data[at : at + 4] = (1000).to_bytes(4, "little")
    reading = read(workshop, commission, bytes(data))
    assert [problem.reason for problem in reading.problems] == [Reason.TRUST_ENTRY_UNREADABLE]


@given(st.binary(max_size=300))
def test_any_bytes_give_our_error(data: bytes) -> None:
    with pytest.raises(TrustListError) as caught:
        ARCHIVE.read(b"PK\x03\x04" + data, formats.ReadingTerms(allow_unsigned=True))
    assert caught.value.reason is Reason.TRUST_LIST_UNREADABLE


def test_any_changed_archive_is_read_or_refused(files: dict[str, bytes]) -> None:
    source = random.Random(13)
    data = packed(files)
    outcomes = Counter[str]()
    for _ in range(1500):
        changed = bytearray(data)
        for _ in range(source.randint(1, 4)):
            changed[source.randrange(len(data))] = source.randrange(256)
        try:
            ARCHIVE.read(bytes(changed), formats.ReadingTerms(allow_unsigned=True))
        except TrustListError as error:
            outcomes[error.reason] += 1
        else:
            outcomes["read"] += 1
    assert outcomes.keys() == {"read", Reason.TRUST_LIST_UNREADABLE}
