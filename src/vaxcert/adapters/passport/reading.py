"""From certificate texts to the persons that passports are printed for."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from unicodedata import normalize

from vaxcert.adapters.passport.holder import Mark, PassportDose, PassportHolder
from vaxcert.adapters.passport.picture import is_drawable
from vaxcert.codec import container
from vaxcert.codec.cwt import Claims
from vaxcert.errors import EncodeError, Reason, UnsupportedError
from vaxcert.inspection import inspect
from vaxcert.model.certificate import HealthCertificate, Person, _Private
from vaxcert.model.identifiers import read_certificate_id
from vaxcert.trust.origin import Environment
from vaxcert.trust.trust_list import TrustedKey
from vaxcert.verify import Verifier

_LONG_AGO: Final = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, repr=False)
class ReadCertificate(_Private):
    """One certificate that may be printed.

    Attributes:
        subject: The person.
        dose: The dose.
        mark: What has to be printed across it.
    """

    subject: Person
    dose: PassportDose
    mark: Mark | None


class CertificateReader:
    """Reads certificates that are to be printed. Immutable.

    Args:
        verifier: Decides which ones may be printed; None prints whatever can be read, marked as unverified.
        at: The time to verify for, aware.
        test_keys: SHA-256 of signing certificates that are for tests, besides those of lists for tests.
        specimen: Whether everything is a sample.
    """

    __slots__ = ("_at", "_specimen", "_test_keys", "_verifier")

    def __init__(
        self,
        verifier: Verifier | None,
        *,
        at: datetime,
        test_keys: frozenset[bytes] = frozenset(),
        specimen: bool = False,
    ) -> None:
        self._verifier: Final = verifier
        self._at: Final = at
        self._test_keys: Final = test_keys
        self._specimen: Final = specimen

    def read(self, source: str | bytes) -> ReadCertificate:
        """Read one certificate.

        Args:
            source: As for `Verifier.verify`.

        Raises:
            DecodeError: It is not well-formed.
            UnsupportedError: It is of another version or kind; `payload-profile` when it is not of one vaccination.
            VerificationError: It must not be relied on, so it is not printed either.
            EncodeError: `text-too-long-for-qr`.
        """
        if self._verifier is None:
            seen = inspect(source)
            return self._printable(source, seen.certificate, seen.claims, Mark.UNVERIFIED)
        verified = self._verifier.verify(source, at=self._at)
        mark = Mark.SPECIMEN if self._specimen or self._is_for_tests(verified.key) else None
        return self._printable(source, verified.certificate, verified.claims, mark)

    def _is_for_tests(self, key: TrustedKey) -> bool:
        return key.environment is Environment.TEST or key.digest in self._test_keys

    def _printable(
        self, source: str | bytes, certificate: HealthCertificate, claims: Claims, mark: Mark | None
    ) -> ReadCertificate:
        vaccination = certificate.vaccination
        if vaccination is None or len(certificate.events) != 1:
            raise UnsupportedError(
                Reason.PAYLOAD_PROFILE, "not of one vaccination; a passport is printed of doses"
            )
        text = source if isinstance(source, str) else container.write(container.message_bytes(source))
        if not is_drawable(text):
            raise EncodeError(Reason.TEXT_TOO_LONG_FOR_QR, f"{len(text)} characters, too many for a QR code")
        dose = PassportDose(
            text=text,
            vaccination=vaccination,
            issued_at=claims.issued_at,
            expires=claims.expires,
        )
        return ReadCertificate(certificate.subject, dose, mark)


def group_by_subject(
    certificates: Iterable[ReadCertificate], *, nationality: str | None = None
) -> Iterator[PassportHolder]:
    """Group certificates whose name and birth date are the same.

    No certificate says more of who its holder is, so two persons can share both. Where the doses of a group cannot
    be one person's, because two of them are the same dose or of the same day, each gets a page of its own.

    Args:
        certificates: In any order.
        nationality: Of all of them, or None.

    Yields:
        The persons, in the order in which they first come.
    """
    for group in _by_subject(certificates):
        latest = _latest_editions(group)
        apart = [(one,) for one in latest] if _are_of_several_persons(latest) else [tuple(latest)]
        for together in apart:
            yield _holder(together, nationality)


def holders_of_person(
    certificates: Iterable[ReadCertificate], *, nationality: str | None
) -> Iterator[PassportHolder]:
    """The pages of one person who is known to be one.

    Certificates under another name or birth date, as from before a correction, get a page of their own: what is
    printed beside a code is what that code says.

    Args:
        certificates: All of that person.
        nationality: Of that person.
    """
    for group in _by_subject(certificates):
        yield _holder(_latest_editions(group), nationality)


def _by_subject(certificates: Iterable[ReadCertificate]) -> Iterator[list[ReadCertificate]]:
    groups: dict[Hashable, list[ReadCertificate]] = {}
    for one in certificates:
        groups.setdefault(_identity(one.subject), []).append(one)
    yield from groups.values()


def _identity(person: Person) -> Hashable:
    names = (
        person.family_name,
        person.given_name,
        person.standard_family_name,
        person.standard_given_name,
    )
    return (*(normalize("NFC", name or "") for name in names), str(person.birth_date))


def _latest_editions(certificates: Iterable[ReadCertificate]) -> list[ReadCertificate]:
    """Of certificates under the same identifier, as renewal makes them, the one signed last."""
    latest: dict[Hashable, ReadCertificate] = {}
    for one in certificates:
        identifier = one.dose.vaccination.certificate_id
        key = one.dose.text if identifier is None else read_certificate_id(identifier).canonical
        other = latest.get(key)
        if other is None or _signed(other) <= _signed(one):
            latest[key] = one
    return list(latest.values())


def _signed(one: ReadCertificate) -> datetime:
    return one.dose.issued_at or _LONG_AGO


def _are_of_several_persons(certificates: list[ReadCertificate]) -> bool:
    doses = [one.dose.vaccination for one in certificates]
    return any(
        len(set(values)) < len(values)
        for values in (
            [dose.dose_number for dose in doses if dose.dose_number is not None],
            [dose.vaccinated_on for dose in doses if dose.vaccinated_on is not None],
        )
    )


def _holder(certificates: Iterable[ReadCertificate], nationality: str | None) -> PassportHolder:
    """The newest dose first: its code is the one that a border asks for."""
    ordered = sorted(certificates, key=_newness, reverse=True)
    marks = {one.mark for one in ordered}
    return PassportHolder(
        subject=ordered[0].subject,
        doses=tuple(one.dose for one in ordered),
        nationality=nationality,
        mark=next((mark for mark in (Mark.UNVERIFIED, Mark.SPECIMEN) if mark in marks), None),
    )


def _newness(one: ReadCertificate) -> tuple[date, int]:
    dose = one.dose.vaccination
    return dose.vaccinated_on or date.min, dose.dose_number or 0
