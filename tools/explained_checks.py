"""Checks that are made in several places, and those that no vector can miss, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TOGETHER: Final[Mapping[str, tuple[str, ...]]] = {
    "vaxcert.codec.container.message_bytes: len(source) > MAX_TEXT_CHARACTERS, and in base45.decode": (
        "vaxcert.codec.container.message_bytes: len(source) > MAX_TEXT_CHARACTERS",
        "vaxcert.codec.base45.decode: length > MAX_TEXT_CHARACTERS",
    ),
    "vaxcert.crypto.keys.verifying_key: other curves and other types of keys": (
        "vaxcert.crypto.keys.verifying_key: isinstance(public_key, ec.EllipticCurvePublicKey)",
        "vaxcert.crypto.keys.verifying_key: raise UnsupportedError(Reason.KEY_TYPE, f'a {type(public_key).__name__}, "
        "a P-256 or RSA key expected')",
    ),
}
"""Named with the checks that are removed together."""

_LISTS: Final = "Told by lists of keys, not by certificates"

EXPLAINED: Final[Mapping[str, str]] = {
    "vaxcert.codec.cbor._translated: isinstance(error, cbor2.CBORDecodeEOF)": (
        "Only the words differ: the line after it has the same code."
    ),
    "vaxcert.codec.container.message_bytes: raise DecodeError(Reason.INPUT_TYPE, f'text or bytes expected, not "
    "{type(source).__name__}')": (
        "A vector's input is text. `tests/unit/test_container.py::test_neither_text_nor_bytes`."
    ),
    "vaxcert.codec.container._other_context: text[:2] == 'HC' and text[3:4] == ':'": (
        "Only the words differ: the line after it has the same code."
    ),
    "vaxcert.codec.container._from_bytes: not data": (
        "A vector's input is text. `tests/unit/test_container.py::test_refusals_by_layer`."
    ),
    "vaxcert.codec.container._bounded: len(data) > limit": (
        "A vector's input is text, which has its own bound. "
        "`tests/unit/test_container.py::test_bytes_at_the_limit_and_one_over`."
    ),
    "vaxcert.crypto.keys.is_p256_key_info: len(info) != len(_P256_KEY_INFO) + 2 * COORDINATE_BYTES (of several)": (
        f"{_LISTS}. `tests/unit/test_keys.py::test_any_change_of_a_key_info_is_seen`."
    ),
    "vaxcert.crypto.keys.is_p256_key_info: not info.startswith(_P256_KEY_INFO) (of several)": (
        f"{_LISTS}. `tests/unit/test_keys.py::test_key_infos_of_other_curves`."
    ),
    "vaxcert.crypto.keys.is_p256_key_info: len(info) != len(_P256_KEY_INFO) + 2 * COORDINATE_BYTES or not "
    "info.startswith(_P256_KEY_INFO)": (
        f"{_LISTS}; a key of another curve fails the equation after it too. "
        "`tests/unit/test_keys.py::test_any_change_of_a_key_info_is_seen`."
    ),
    "vaxcert.payloads.fields.iso_date: text[4] != '-' (of several)": (
        "Quicker only: no other form of ISO 8601 has ten characters with a dash at the eighth, so that reading fails."
    ),
    "vaxcert.trust.binding.is_foreign: issuer == country (of several)": (
        "Quicker only: the country that an issuer names is among those whose keys may sign for it."
    ),
    "vaxcert.trust.trust_list._marked: key.kid in gone (of several)": (
        f"{_LISTS}: vectors withdraw by digest. "
        "`tests/unit/test_trust_list.py::test_a_withdrawal_on_one_list_withdraws_the_key_on_all`."
    ),
    "vaxcert.trust.trust_list._marked: is_bare and key.kid in identifiers (of several)": (
        f"{_LISTS}: vectors have no bare keys. "
        "`tests/unit/test_trust_list.py::test_a_bare_key_goes_with_its_certificate`."
    ),
    "vaxcert.verify.Verifier._allowed_algorithm: algorithm is None (of several)": (
        "For the type checker: no policy allows None, which the other half finds."
    ),
}
"""Why no vector can miss it, by the name of the check."""
