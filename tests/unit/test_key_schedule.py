from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from vaxcert.crypto.authority import create_csr, create_signing_ca, issue_signing_certificate
from vaxcert.crypto.key_schedule import (
    KeyState,
    key_schedule,
    key_states,
    key_use_ends,
    next_common_name,
)
from vaxcert.crypto.signing_certificate import SigningCertificate, read_signing_certificate
from vaxcert.model.certificate import ALL_KINDS, Kind

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)

CA_KEY = ec.derive_private_key(0xCA, ec.SECP256R1())
KEY = ec.derive_private_key(0x5160, ec.SECP256R1())


def authority(*, starts: datetime = START - 30 * DAY, key_use: timedelta | None = 365 * DAY):
    return create_signing_ca(
        CA_KEY,
        country="VN",
        organization="TEST",
        common_name="TEST CSCA",
        not_before=starts,
        key_use=key_use,
    )


def signer(
    name: str = "TEST DSC 1",
    *,
    starts: datetime = START,
    valid_for: timedelta = 730 * DAY,
    key_use: timedelta | None = 183 * DAY,
    kinds: frozenset[Kind] = ALL_KINDS,
    organization: str = "TEST",
) -> SigningCertificate:
    issued = issue_signing_certificate(
        create_csr(KEY, country="VN", organization=organization, common_name=name),
        ca_certificate=authority(key_use=None),
        ca_key=CA_KEY,
        not_before=starts,
        valid_for=valid_for,
        key_use=key_use,
        kinds=kinds,
    )
    return read_signing_certificate(issued.public_bytes(Encoding.DER))


def test_key_signs_until_its_time_of_use_ends() -> None:
    schedule = key_schedule(signer())
    assert schedule.key_use_ends == schedule.signs_until == START + 183 * DAY
    assert schedule.renew_by == START + (183 - 60) * DAY
    assert schedule.listed_until == START + 730 * DAY


@pytest.mark.parametrize(
    ("key_use", "lasts", "days"),
    [
        (None, 365, 365),
        (365, 365, 365),
        (364, 365, 364),
        (366, 365, 365),
        (183, 600, 130),
        (183, 730, 0),
        (183, 731, -1),
    ],
)
def test_what_a_key_signs_last_does_not_outlast_its_certificate(
    key_use: int | None, lasts: int, days: int
) -> None:
    one = signer(key_use=None if key_use is None else key_use * DAY)
    assert key_schedule(one, lasts=lasts * DAY).signs_until == START + days * DAY


def test_authority_stops_early_enough_for_its_signers() -> None:
    for key_use, days in ((365 * DAY, 365), (None, 1461 - 730)):
        ca = authority(starts=START, key_use=key_use)
        one = read_signing_certificate(ca.public_bytes(Encoding.DER))
        assert key_schedule(one).signs_until == START + days * DAY
        assert key_use_ends(one) == (None if key_use is None else START + key_use)


def test_certificate_without_room_was_over_from_the_start() -> None:
    schedule = key_schedule(signer(), lasts=timedelta.max)
    assert schedule.signs_until == schedule.renew_by == datetime.min.replace(tzinfo=UTC)
    assert schedule.state(START) is KeyState.ENDED


@pytest.mark.parametrize(
    ("at", "within", "state"),
    [
        (START + 123 * DAY - SECOND, 0 * DAY, KeyState.CURRENT),
        (START + 123 * DAY, 0 * DAY, KeyState.DUE),
        (START + 93 * DAY - SECOND, 30 * DAY, KeyState.CURRENT),
        (START + 93 * DAY, 30 * DAY, KeyState.DUE),
        (START + 183 * DAY, 0 * DAY, KeyState.DUE),
        (START + 183 * DAY + SECOND, 0 * DAY, KeyState.ENDED),
        (datetime.max.replace(tzinfo=UTC), timedelta.max, KeyState.ENDED),
    ],
)
def test_states(at: datetime, within: timedelta, state: KeyState) -> None:
    assert key_schedule(signer()).state(at, within=within) is state


def states(at: datetime, *certificates: SigningCertificate) -> list[KeyState]:
    found = key_states({one: key_schedule(one) for one in certificates}, at)
    return [found[one] for one in certificates]


def test_successor_relieves_from_its_first_moment_to_its_last() -> None:
    older, newer = signer("TEST DSC 1"), signer("TEST DSC 2", starts=START + 150 * DAY)
    assert states(START + 150 * DAY - SECOND, older, newer) == [KeyState.DUE, KeyState.CURRENT]
    assert states(START + 150 * DAY, older, newer) == [KeyState.REPLACED, KeyState.CURRENT]
    assert states(START + 333 * DAY, newer, older) == [KeyState.DUE, KeyState.REPLACED]
    assert states(START + 333 * DAY + SECOND, older, newer) == [KeyState.ENDED, KeyState.ENDED]


@pytest.mark.parametrize(
    "other",
    [
        signer("TEST signer 2", starts=START + DAY),
        signer("TEST DSC 2", starts=START + DAY, organization="TEST other"),
        signer("TEST DSC 2", starts=START + DAY, kinds=frozenset({Kind.VACCINATION})),
        signer("TEST DSC 2", starts=START),
        signer("TEST DSC 2", starts=START - DAY),
    ],
)
def test_other_keys_are_no_successors(other: SigningCertificate) -> None:
    assert states(START + 130 * DAY, signer("TEST DSC 1"), other)[0] is KeyState.DUE


@pytest.mark.parametrize("name", ["TEST DSC", "TEST DSC 2", "TEST DSC 017"])
def test_successor_differs_by_the_number_at_the_end(name: str) -> None:
    assert (
        states(START + 130 * DAY, signer("TEST DSC"), signer(name, starts=START + DAY))[0]
        is KeyState.REPLACED
    )


@pytest.mark.parametrize(
    ("name", "successor"),
    [("TEST", "TEST 2"), ("TEST 2", "TEST 3"), ("T09", "T10"), ("T99", "T100"), ("2 T", "2 T 2"), ("", " 2")],
)
def test_names_of_successors(name: str, successor: str) -> None:
    assert next_common_name(name) == successor
