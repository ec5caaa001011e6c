"""What a vector can ask an implementation to do, and how this library does it: one module for each operation.

An operation is a function of the vector's `input` and `context`, with the lists that the vector names put in their
places. It answers what the vector's `expected` is compared with: `outcome`, `reason`, and what else the operation has
to say. `specs/conformance.md` specifies them all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from vaxcert.adapters.conformance.operations.apply_rules import apply_rules
from vaxcert.adapters.conformance.operations.check_certificate_id import check_certificate_id
from vaxcert.adapters.conformance.operations.check_signing_certificate import check_signing_certificate
from vaxcert.adapters.conformance.operations.compare_identity import compare_identity
from vaxcert.adapters.conformance.operations.decide import decide
from vaxcert.adapters.conformance.operations.judge_answer import judge_answer
from vaxcert.adapters.conformance.operations.read_attestation import read_attestation
from vaxcert.adapters.conformance.operations.read_mrz import read_mrz
from vaxcert.adapters.conformance.operations.read_picture import read_picture
from vaxcert.adapters.conformance.operations.read_registry_answer import read_registry_answer
from vaxcert.adapters.conformance.operations.read_revocation_list import read_revocation_list
from vaxcert.adapters.conformance.operations.read_trust_list import read_trust_list
from vaxcert.adapters.conformance.operations.transliterate import transliterate
from vaxcert.adapters.conformance.operations.verify import verify

Answer: TypeAlias = dict[str, Any]
Operation: TypeAlias = Callable[[Mapping[str, Any], Mapping[str, Any]], Answer]

OPERATIONS: Final[Mapping[str, Operation]] = {
    "apply-rules": apply_rules,
    "check-certificate-id": check_certificate_id,
    "check-signing-certificate": check_signing_certificate,
    "compare-identity": compare_identity,
    "decide": decide,
    "judge-answer": judge_answer,
    "read-mrz": read_mrz,
    "read-picture": read_picture,
    "transliterate": transliterate,
    "read-attestation": read_attestation,
    "read-registry-answer": read_registry_answer,
    "read-revocation-list": read_revocation_list,
    "read-trust-list": read_trust_list,
    "verify": verify,
}
"""Every operation, by the name that vectors call it by."""
