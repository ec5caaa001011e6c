"""Attestations: a facility, or the focal unit of a province, signs the dose records that it vouches for.

The first of the two signatures that Viet Nam's certificates rest on; the issuer's is the second. Specified in
`specs/attestation.md`.
"""

from __future__ import annotations

import hashlib
import operator
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from struct import Struct
from typing import Final

from vaxcert.codec import cbor
from vaxcert.errors import (
    AttestationError,
    DecodeError,
    LimitExceededError,
    Reason,
    TrustListError,
)
from vaxcert.limits import MAX_ATTESTATION_BYTES, MAX_ATTESTED_RECORDS
from vaxcert.model.dose_record import DoseRecord
from vaxcert.trust import signed_document
from vaxcert.trust.document_members import (
    Members,
    expect,
    expect_times,
    labelled,
    moment,
    read_members,
    required,
    seconds,
)
from vaxcert.trust.facility_list import Attester, FacilityEntry, FacilityList, Scope
from vaxcert.trust.record_digest import DIGEST_BYTES, record_digest
from vaxcert.trust.signed_document import DocumentSignature, DocumentSigner, SignedDocument

CONTENT_TYPE: Final = "application/vnd.vaxcert.attestation+cbor"
FORMAT_VERSION: Final = 1

IDENTIFIER_BYTES: Final = 16

CLOCK_SKEW: Final = timedelta(seconds=300)
"""How far the clocks of facility and issuer may differ, as in the default policy for certificates."""


class _Member(IntEnum):
    FORMAT = 1
    SCOPE = 2
    CODE = 3
    ISSUED = 4
    COUNT = 5
    DIGESTS = 6


_SCOPES: Final = {1: Scope.FACILITY, 2: Scope.PROVINCE}
_NUMBER_OF_SCOPE: Final = {scope: number for number, scope in _SCOPES.items()}

_DIGESTS: Final = Struct(f"{DIGEST_BYTES}s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """A batch of dose records that somebody vouches for.

    Attributes:
        attester: Who.
        issued: When it was signed, as the attester says; aware UTC, whole seconds.
        digests: `record_digest` of each record, 32 bytes each, one after the other, ascending, each once. They are as
            confidential as the records.

    Raises:
        ValueError: A value is not as described, or there are no digests or more than `limits.MAX_ATTESTED_RECORDS`.
    """

    attester: Attester
    issued: datetime
    digests: bytes = field(repr=False)

    def __post_init__(self) -> None:
        expect_times(self.issued, None)
        length = len(self.digests)
        expect(length % DIGEST_BYTES == 0, f"digests of {DIGEST_BYTES} bytes")
        expect(0 < self.count <= MAX_ATTESTED_RECORDS, f"1 to {MAX_ATTESTED_RECORDS} records")
        expect(_ascends(self.digests), "digests in ascending order, each once,")

    def __iter__(self) -> Iterator[bytes]:
        """Its digests."""
        digests = self.digests
        return (digests[at : at + DIGEST_BYTES] for at in range(0, len(digests), DIGEST_BYTES))

    @property
    def count(self) -> int:
        """How many records it attests."""
        return len(self.digests) // DIGEST_BYTES

    @property
    def identifier(self) -> str:
        """What it is called where certificates name it: the first 16 bytes of SHA-256 of its content, hexadecimal.

        Of the content and not of the whole document, since a signature can be written in several ways.
        """
        return hashlib.sha256(encode(self)).digest()[:IDENTIFIER_BYTES].hex()

    def attests(self, record: DoseRecord) -> bool:
        """Whether a record is in it, and one that its attester may speak for.

        Args:
            record: After its repairs, see `record_digest`.
        """
        return self.attester.speaks_for(record) and self.holds(record_digest(record))

    def holds(self, digest: bytes) -> bool:
        """Whether a digest is in it. Whether its attester may speak for the record is not asked."""
        low, high = 0, self.count
        while low < high:
            middle = (low + high) // 2
            at = middle * DIGEST_BYTES
            if self.digests[at : at + DIGEST_BYTES] < digest:
                low = middle + 1
            else:
                high = middle
        return self.digests[low * DIGEST_BYTES : (low + 1) * DIGEST_BYTES] == digest


def attestation_of(digests: Iterable[bytes], attester: Attester, *, at: datetime) -> Attestation:
    """Put digests in their order, each once.

    Args:
        digests: Of the records, see `record_digest`.
        attester: Who vouches for them.
        at: When, aware.

    Raises:
        ValueError: As `Attestation`.
    """
    expect(at.tzinfo is not None, "a time with a zone")
    return Attestation(
        attester=attester, issued=at.replace(microsecond=0), digests=b"".join(sorted(set(digests)))
    )


def sign(attestation: Attestation, signer: DocumentSigner) -> bytes:
    """Write an attestation.

    Args:
        attestation: What is attested.
        signer: With the attester's key. One that derives its nonces from the message gives the same bytes each time.

    Raises:
        UnsupportedError: `key-type`.
    """
    return signed_document.write(signed_document.sign(encode(attestation), CONTENT_TYPE, (signer,)))


def check_attestation(data: bytes, facilities: FacilityList, *, at: datetime) -> Attestation:
    """Read an attestation, and make sure that whoever signed it may (`specs/attestation.md`, section 5).

    That does not say which records it attests: of those that it holds, the ones its attester speaks for
    (`Attestation.attests`).

    Args:
        data: The signed document.
        facilities: Who may.
        at: Now, aware.

    Raises:
        StaleTrustListError: `stale-trust-list`, when the facility list has ended. Says nothing about the attestation.
        LimitExceededError: `input-too-long`.
        DecodeError: `attestation-unreadable`.
        AttestationError: `attester-unknown`, `attestation-signature`, `attester-withdrawn`, `attester-not-authorised`,
            `attester-not-in-date` or `attestation-in-future`.
        ValueError: `at` has no zone.
    """
    expect(at.tzinfo is not None, "a time with a zone")
    facilities.check_usable(at=at)
    document, signature = _read(data)
    digest = _signing_key(document, signature, facilities)
    try:
        attestation = decode(document.content)
    except ValueError as error:
        raise _unreadable(str(error)) from None
    if digest in facilities.withdrawn:
        raise _refused(Reason.ATTESTER_WITHDRAWN, "has been withdrawn", signature)
    grants = tuple(one for one in facilities.grants(signature.kid) if one.digest == digest)
    _check_granted(attestation, grants, signature)
    if attestation.issued - at > CLOCK_SKEW:
        raise _refused(
            Reason.ATTESTATION_IN_FUTURE,
            f"signed at {_shown(attestation.issued)}, later than {_shown(at)} when it was checked",
            signature,
        )
    return attestation


def encode(attestation: Attestation) -> bytes:
    """The one encoding of what is signed."""
    return cbor.dumps(
        labelled(
            (_Member.FORMAT, FORMAT_VERSION),
            (_Member.SCOPE, _NUMBER_OF_SCOPE[attestation.attester.scope]),
            (_Member.CODE, attestation.attester.code),
            (_Member.ISSUED, seconds(attestation.issued)),
            (_Member.COUNT, attestation.count),
            (_Member.DIGESTS, attestation.digests),
        )
    )


def decode(content: bytes) -> Attestation:
    """Decode what was signed. Of an attestation there is one encoding only, and this reads no other.

    Raises:
        ValueError: It is not that encoding of an attestation.
    """
    try:
        attestation = _decoded(read_members(cbor.loads(content), _Member))
    except DecodeError as error:
        raise ValueError(str(error)) from None
    expect(encode(attestation) == content, "its one encoding (RFC 8949 section 4.2.1) and no further members")
    return attestation


def _ascends(digests: bytes) -> bool:
    after = memoryview(digests)[DIGEST_BYTES:]
    return all(map(operator.lt, _DIGESTS.iter_unpack(digests), _DIGESTS.iter_unpack(after)))


def _decoded(members: Members) -> Attestation:
    expect(required(members, _Member.FORMAT, int) == FORMAT_VERSION, f"format version {FORMAT_VERSION}")
    scope = _SCOPES.get(required(members, _Member.SCOPE, int))
    if scope is None:
        raise ValueError("scope 1 (facility) or 2 (province) expected")
    return Attestation(
        attester=Attester(scope, required(members, _Member.CODE, str)),
        issued=moment(required(members, _Member.ISSUED, int)),
        digests=required(members, _Member.DIGESTS, bytes),
    )


def _read(data: bytes) -> tuple[SignedDocument, DocumentSignature]:
    if len(data) > MAX_ATTESTATION_BYTES:
        raise LimitExceededError(
            Reason.INPUT_TOO_LONG, f"attestation: {len(data)} bytes, at most {MAX_ATTESTATION_BYTES} expected"
        )
    try:
        document = signed_document.read(data, CONTENT_TYPE, limit=MAX_ATTESTATION_BYTES)
    except TrustListError as error:
        raise _unreadable(str(error)) from None
    if len(document.signatures) != 1:
        raise _unreadable(f"{len(document.signatures)} signatures, one expected")
    return document, document.signatures[0]


def _signing_key(document: SignedDocument, signature: DocumentSignature, facilities: FacilityList) -> bytes:
    """SHA-256 of the listed key that signed a document."""
    grants = facilities.grants(signature.kid)
    if not grants:
        raise _refused(Reason.ATTESTER_UNKNOWN, "is not on the facility list", signature)
    anchors = {one.digest: one for one in grants}
    try:
        (signer,) = signed_document.check(document, [one.anchor() for one in anchors.values()])
    except TrustListError:
        raise AttestationError(
            Reason.ATTESTATION_SIGNATURE,
            f"attestation: the signature that names key {signature.kid.hex()} is not by it",
            signature.kid,
        ) from None
    return signer.digest


def _check_granted(
    attestation: Attestation, grants: Iterable[FacilityEntry], signature: DocumentSignature
) -> None:
    """Make sure that one grant covers the attestation whole."""
    named = [one for one in grants if one.names(attestation.attester)]
    if not named:
        raise _refused(
            Reason.ATTESTER_NOT_AUTHORISED, f"may not attest for {attestation.attester}", signature
        )
    if not any(one.is_in_date(attestation.issued) for one in named):
        raise _refused(
            Reason.ATTESTER_NOT_IN_DATE,
            f"was not in date for {attestation.attester} at {_shown(attestation.issued)}",
            signature,
        )


def _shown(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _refused(reason: Reason, problem: str, signature: DocumentSignature) -> AttestationError:
    return AttestationError(reason, f"attestation: key {signature.kid.hex()} {problem}", signature.kid)


def _unreadable(problem: str) -> DecodeError:
    return DecodeError(Reason.ATTESTATION_UNREADABLE, f"attestation: {problem}")
