"""Every error vaxcert raises, and the stable reason codes they carry.

Four questions, four branches: can it be read (`DecodeError`), is it supported (`UnsupportedError`), may it be
relied on (`VerificationError`), and could the needed material be had (`TrustListError`, `AdapterError`). What an
issuer's record lacks is an `EncodeError`.

A message is one line and never holds personal data: no name, birth date, certificate identifier or QR text. For the
same reason decoders' own exceptions are not chained to ours: theirs quote the input.
Misuse by the caller (a naive time, an empty trust list) is `ValueError` or `TypeError`, not part of this tree.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum


class Reason(StrEnum):
    """Why a certificate, a list or a record was not accepted. Public and stable: never renamed, never reused."""

    # the input cannot be read
    INPUT_TYPE = "input-type"
    INPUT_EMPTY = "input-empty"
    INPUT_TOO_LONG = "input-too-long"
    BASE45_CHARACTER = "base45-character"
    BASE45_LENGTH = "base45-length"
    BASE45_OVERFLOW = "base45-overflow"
    ZLIB_CORRUPT = "zlib-corrupt"
    ZLIB_CUT_SHORT = "zlib-cut-short"
    ZLIB_TRAILING_DATA = "zlib-trailing-data"
    ZLIB_DICTIONARY = "zlib-dictionary"
    ZLIB_TOO_LARGE = "zlib-too-large"
    CBOR_MALFORMED = "cbor-malformed"
    CBOR_TRAILING_DATA = "cbor-trailing-data"
    CBOR_DUPLICATE_KEY = "cbor-duplicate-key"
    CBOR_KEY_TYPE = "cbor-key-type"
    CBOR_TOO_DEEP = "cbor-too-deep"
    CBOR_NOT_FINITE = "cbor-not-finite"
    CBOR_SIMPLE_VALUE = "cbor-simple-value"
    CBOR_TAG = "cbor-tag"
    COSE_STRUCTURE = "cose-structure"
    COSE_HEADER = "cose-header"
    CWT_STRUCTURE = "cwt-structure"
    CWT_DATE = "cwt-date"
    PAYLOAD_STRUCTURE = "payload-structure"
    PICTURE_UNREADABLE = "picture-unreadable"
    PICTURE_TOO_LARGE = "picture-too-large"
    PICTURE_NO_CODE = "picture-no-code"
    PICTURE_OTHER_CODE = "picture-other-code"
    MRZ_LENGTH = "mrz-length"
    MRZ_CHARACTERS = "mrz-characters"
    MRZ_CHECK_DIGIT = "mrz-check-digit"
    MRZ_DATE = "mrz-date"
    BIRTH_DATE_UNREADABLE = "birth-date-unreadable"
    BIRTH_DATE_AMBIGUOUS = "birth-date-ambiguous"

    # read, but not supported
    CONTEXT_IDENTIFIER = "context-identifier"
    COSE_CRITICAL_HEADER = "cose-critical-header"
    PAYLOAD_PROFILE = "payload-profile"
    PAYLOAD_VERSION = "payload-version"
    KEY_TYPE = "key-type"

    # well-formed, and must not be relied on
    ALGORITHM_UNPROTECTED = "algorithm-unprotected"
    ALGORITHM_NOT_ALLOWED = "algorithm-not-allowed"
    ALGORITHM_KEY_MISMATCH = "algorithm-key-mismatch"
    KEY_TOO_SMALL = "key-too-small"
    KEY_IDENTIFIER_MISSING = "key-identifier-missing"
    UNKNOWN_KEY = "unknown-key"
    BAD_SIGNATURE = "bad-signature"
    KEY_NOT_AUTHORISED = "key-not-authorised"
    DOMAIN_NOT_AUTHORISED = "domain-not-authorised"
    ISSUER_NOT_AUTHORISED = "issuer-not-authorised"
    TEST_KEY = "test-key"
    KEY_REVOKED = "key-revoked"
    STALE_TRUST_LIST = "stale-trust-list"
    REVOKED = "revoked"
    REVOCATION_UNKNOWN = "revocation-unknown"
    SIGNER_NOT_YET_VALID = "signer-not-yet-valid"
    SIGNER_EXPIRED = "signer-expired"
    NOT_YET_VALID = "not-yet-valid"
    EXPIRY_MISSING = "expiry-missing"
    EXPIRED = "expired"
    POLICY = "policy"

    # trust material
    TRUST_LIST_EMPTY = "trust-list-empty"
    TRUST_LIST_UNREADABLE = "trust-list-unreadable"
    TRUST_LIST_SIGNATURE = "trust-list-signature"
    TRUST_LIST_UNSIGNED = "trust-list-unsigned"
    TRUST_LIST_THRESHOLD = "trust-list-threshold"
    TRUST_LIST_ENVIRONMENT = "trust-list-environment"
    TRUST_LIST_ROLLBACK = "trust-list-rollback"
    TRUST_LIST_SHRUNK = "trust-list-shrunk"
    TRUST_LIST_MIXED = "trust-list-mixed"
    TRUST_ENTRY_UNREADABLE = "trust-entry-unreadable"
    TRUST_ENTRY_SIGNATURE = "trust-entry-signature"
    ANCHOR_MISSING = "anchor-missing"
    ANCHOR_UNREADABLE = "anchor-unreadable"
    WEAK_SIGNATURE = "weak-signature"
    REVOCATION_LIST_UNREADABLE = "revocation-list-unreadable"
    REVOCATION_LIST_SIGNATURE = "revocation-list-signature"
    CERTIFICATE_UNREADABLE = "certificate-unreadable"

    # rules of countries
    RULE_UNREADABLE = "rule-unreadable"
    RULE_LIST_UNREADABLE = "rule-list-unreadable"
    CERTLOGIC_INVALID = "certlogic-invalid"
    CERTLOGIC_BOUNDS = "certlogic-bounds"

    # attestations of dose records
    ATTESTATION_UNREADABLE = "attestation-unreadable"
    ATTESTATION_SIGNATURE = "attestation-signature"
    ATTESTATION_IN_FUTURE = "attestation-in-future"
    ATTESTER_UNKNOWN = "attester-unknown"
    ATTESTER_WITHDRAWN = "attester-withdrawn"
    ATTESTER_NOT_AUTHORISED = "attester-not-authorised"
    ATTESTER_NOT_IN_DATE = "attester-not-in-date"

    # issuing
    RECORD_REFUSED = "record-refused"
    REQUEST_REFUSED = "request-refused"
    VALUE_NOT_ENCODABLE = "value-not-encodable"
    NAME_NOT_TRANSLITERABLE = "name-not-transliterable"
    CERTIFICATE_ID_CHARACTER = "certificate-id-character"
    TEXT_TOO_LONG_FOR_QR = "text-too-long-for-qr"

    # files, devices, host platforms
    FILE_UNREADABLE = "file-unreadable"
    PATH_OUTSIDE = "path-outside"
    FILE_UNWRITABLE = "file-unwritable"
    KEY_UNREADABLE = "key-unreadable"
    KEY_PASSWORD = "key-password"  # noqa: S105 - a reason code, not a password
    KEY_CERTIFICATE_MISMATCH = "key-certificate-mismatch"
    SIGNER_UNAVAILABLE = "signer-unavailable"
    COLUMN_MISSING = "column-missing"
    COLUMN_TYPE = "column-type"
    MAPPING_UNUSABLE = "mapping-unusable"
    STORE_UNREADABLE = "store-unreadable"
    STORE_BUSY = "store-busy"
    DOWNLOAD_FAILED = "download-failed"
    DOWNLOAD_REFUSED = "download-refused"
    REGISTRY_REFUSED = "registry-refused"
    PORT_UNAVAILABLE = "port-unavailable"
    EXTRA_MISSING = "extra-missing"
    RUN_MISMATCH = "run-mismatch"
    RUN_INTERRUPTED = "run-interrupted"


class VaxcertError(Exception):
    """Root of the tree.

    Attributes:
        reason: The stable code.
    """

    reason: Reason

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason

    def __reduce__(self) -> tuple[object, ...]:
        """Errors go from process to process with all they say, whatever their constructors take."""
        return _as_raised, (type(self), self.args, self.__dict__)


def _as_raised(kind: type[VaxcertError], args: tuple[object, ...], state: dict[str, object]) -> VaxcertError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class DecodeError(VaxcertError):
    """The input is not a well-formed certificate. Says nothing about trust."""


class LimitExceededError(DecodeError):
    """The input is larger or deeper than `vaxcert.limits` allows."""


class MrzError(DecodeError):
    """The text is no machine readable zone of a travel document, or was read wrongly.

    Attributes:
        field: Which part, in the words of `vaxcert.model.mrz.MrzField`; None for the text as a whole.
    """

    def __init__(self, reason: Reason, message: str, field: str | None = None) -> None:
        super().__init__(reason, message)
        self.field = field


class UnsupportedError(VaxcertError):
    """Well-formed, but newer or of another kind than this library handles."""


class VerificationError(VaxcertError):
    """Well-formed, and must not be relied on."""


class AlgorithmError(VerificationError):
    """The algorithm is unsigned, not allowed, does not fit the key, or the key is too small."""


class UnknownKeyError(VerificationError):
    """No key with this key identifier is on the trust list.

    Attributes:
        kid: The key identifier looked up, or None where the message has none.
    """

    def __init__(self, kid: bytes | None) -> None:
        if kid is None:
            super().__init__(
                Reason.KEY_IDENTIFIER_MISSING, "the COSE headers hold no key identifier (label 4)"
            )
        else:
            super().__init__(Reason.UNKNOWN_KEY, f"no key {kid[:16].hex()} on the trust list")
        self.kid = kid


class BadSignatureError(VerificationError):
    """No trusted key with the message's key identifier made this signature over these bytes.

    Attributes:
        kid: The key identifier whose keys were tried.
    """

    def __init__(self, kid: bytes) -> None:
        super().__init__(Reason.BAD_SIGNATURE, f"the signature is not by key {kid.hex()}")
        self.kid = kid


class KeyNotAuthorisedError(VerificationError):
    """The key that signed may not sign this kind of certificate (extended key usage, HCERT appendix A.4)."""

    def __init__(self, kid: bytes, kind: str) -> None:
        super().__init__(Reason.KEY_NOT_AUTHORISED, f"key {kid.hex()} may not sign a {kind} certificate")
        self.kid = kid
        self.kind = kind


class BindingError(VerificationError):
    """The key that signed may not sign for this issuer, for this domain, or outside tests."""


class KeyRevokedError(VerificationError):
    """The key that signed has been withdrawn.

    Attributes:
        kid: Its key identifier.
    """

    def __init__(self, kid: bytes) -> None:
        super().__init__(Reason.KEY_REVOKED, f"key {kid.hex()} has been withdrawn")
        self.kid = kid


class StaleTrustListError(VerificationError):
    """The list that names the key, or might name it in a newer edition, is too old to be relied on.

    Says nothing about the certificate: with a fresh list it may be accepted.

    Attributes:
        usable_until: When the list ended.
        at: The verification time.
    """

    def __init__(self, name: str, usable_until: datetime, at: datetime) -> None:
        super().__init__(
            Reason.STALE_TRUST_LIST,
            f"the trust list {name} was usable until {usable_until:%Y-%m-%dT%H:%M:%SZ}, "
            f"checked at {at:%Y-%m-%dT%H:%M:%SZ}",
        )
        self.usable_until = usable_until
        self.at = at


class RevokedError(VerificationError):
    """This one certificate is on a revocation list, or whether it is could not be found out."""


class SignerDateError(VerificationError):
    """The signing certificate was not in date at the moment the policy names."""


class NotYetValidError(VerificationError):
    """The certificate was issued, or starts, after the verification time."""

    def __init__(self, starts: datetime, at: datetime) -> None:
        super().__init__(
            Reason.NOT_YET_VALID,
            f"valid from {starts:%Y-%m-%dT%H:%M:%SZ}, checked at {at:%Y-%m-%dT%H:%M:%SZ}",
        )
        self.starts = starts
        self.at = at


class ExpiredError(VerificationError):
    """The certificate's expiry (CWT claim 4) has passed, or it has none.

    Attributes:
        expires: The end of validity, or None where the claim is missing.
        at: The verification time.
    """

    def __init__(self, expires: datetime | None, at: datetime) -> None:
        if expires is None:
            super().__init__(Reason.EXPIRY_MISSING, "the certificate has no expiry (CWT claim 4)")
        else:
            super().__init__(
                Reason.EXPIRED, f"expired {expires:%Y-%m-%dT%H:%M:%SZ}, checked at {at:%Y-%m-%dT%H:%M:%SZ}"
            )
        self.expires = expires
        self.at = at


class AttestationError(VerificationError):
    """A well-formed attestation of dose records that must not be relied on.

    Attributes:
        kid: What its signature calls the key: the first 8 bytes of SHA-256 of the SubjectPublicKeyInfo.
    """

    def __init__(self, reason: Reason, message: str, kid: bytes) -> None:
        super().__init__(reason, message)
        self.kid = kid


class PolicyError(VerificationError):
    """Authentic and in date, and not acceptable to this relying party.

    Attributes:
        unmet: The codes of the findings that the policy promotes to refusals.
    """

    def __init__(self, unmet: Iterable[str]) -> None:
        self.unmet = tuple(unmet)
        super().__init__(Reason.POLICY, f"the policy does not accept: {', '.join(self.unmet)}")


class TrustListError(VaxcertError):
    """The trust list, or one entry of it, cannot be used."""


class RuleError(VaxcertError):
    """A rule of a country, or a list of them, cannot be used. Says nothing about the certificate it is for."""


class EncodeError(VaxcertError):
    """What the issuer gave cannot be made into a certificate.

    Attributes:
        codes: The finding codes of every fault, where the linter refused it; else empty.
    """

    def __init__(self, reason: Reason, message: str, *, codes: Iterable[str] = ()) -> None:
        super().__init__(reason, message)
        self.codes = tuple(codes)


class AdapterError(VaxcertError):
    """A file, a device or the host platform failed."""


class SignerUnavailableError(AdapterError):
    """The device that holds the private key is away: says nothing about the record, which can be signed later."""

    def __init__(self, message: str) -> None:
        super().__init__(Reason.SIGNER_UNAVAILABLE, message)
