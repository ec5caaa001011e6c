"""The vectors, one module for each family."""

from __future__ import annotations

from typing import Final

from test_vectors.families import (
    attestation,
    base45,
    cbor,
    certificate_id,
    cose,
    cwt,
    decisions,
    identity,
    mrz,
    names,
    payload,
    pictures,
    policy,
    registry,
    revocation,
    revocation_list,
    rules,
    signer,
    signing_certificate,
    trust,
    trust_list,
    trust_list_attacks,
    trust_list_formats,
    zlib,
)

ALL: Final = (
    base45.FAMILY,
    zlib.FAMILY,
    cbor.FAMILY,
    cose.FAMILY,
    cwt.FAMILY,
    payload.FAMILY,
    names.FAMILY,
    certificate_id.FAMILY,
    signer.FAMILY,
    signing_certificate.FAMILY,
    trust.FAMILY,
    trust_list.FAMILY,
    trust_list_attacks.FAMILY,
    trust_list_formats.FAMILY,
    revocation.FAMILY,
    revocation_list.FAMILY,
    attestation.FAMILY,
    registry.FAMILY,
    policy.FAMILY,
    mrz.FAMILY,
    identity.FAMILY,
    rules.FAMILY,
    pictures.FAMILY,
    decisions.FAMILY,
)
