"""The archive of the European Commission (`dcc_trustlist.zip`): certificates in PEM, signed as a whole.

`DSC/DCC/<country>/<SHA-256>.pem` are signers' certificates, `CSCA/DCC/<country>/<SHA-256>.pem` those of the
authorities that issued them: where a country has any, one of them must have issued its signers' certificates. A
certificate that names no country is of the country it stands under; one that names another is a problem. Other files
are for people. The signature stands beside the archive (`dcc_trustlist.zip.sig.txt`,
base64 of a detached CMS message over the archive). The archive is not numbered, and the dates in it are not asked.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

from vaxcert.codec.text import base64_bytes
from vaxcert.crypto.chain import check_issued_by_any
from vaxcert.crypto.signing_certificate import CertificateReading, SigningCertificate, read_certificates
from vaxcert.errors import Reason, TrustListError
from vaxcert.limits import MAX_BUNDLE_CERTIFICATES, MAX_SIGNING_CERTIFICATE_BYTES, MAX_TRUST_FILE_BYTES
from vaxcert.model.countries import issuer_countries
from vaxcert.trust.formats.reading import json_document
from vaxcert.trust.formats.reading.dccg_items import AUTHORITY
from vaxcert.trust.formats.reading.entries import Gathering, unreadable_entry
from vaxcert.trust.formats.reading.signers import anchor_of_cms, environment_of, requires_signature
from vaxcert.trust.formats.reading.terms import ReadingTerms
from vaxcert.trust.list_findings import ListFindingCode
from vaxcert.trust.origin import ListOrigin, Proof
from vaxcert.trust.trust_list import ListReading

NAME: Final = "ec-archive"

_PATH: Final = re.compile(r"(?P<usage>DSC|CSCA)/DCC/(?P<country>[A-Z]{2})/(?P<digest>[0-9a-fA-F]{64})\.pem")
_OF_CERTIFICATES: Final = re.compile(r"(DSC|CSCA)/.*[^/]", re.DOTALL)
_MAX_PEM_BYTES: Final = 2 * MAX_SIGNING_CERTIFICATE_BYTES
_MAX_FILES: Final = MAX_BUNDLE_CERTIFICATES + 1000
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED: Final = 0x01
_UNREADABLE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
"""What `zipfile` raises on archives that are not well made."""


@dataclass(frozen=True, slots=True)
class _File:
    """One certificate of the archive, or why there is none; and what its path says."""

    path: str
    certificate: CertificateReading
    usage: str = ""
    country: str = ""
    digest: str = ""


_Authorities: TypeAlias = dict[str, dict[SigningCertificate, None]]
"""By country."""


def recognises(data: bytes) -> bool:
    """A ZIP archive."""
    return data.startswith(b"PK\x03\x04")


def read(data: bytes, terms: ReadingTerms) -> ListReading:
    """Read an archive.

    Args:
        data: The ZIP file.
        terms: `signature` is the file beside it. Anchors are the signer's certificate, or an authority it leads to.

    Raises:
        TrustListError: `anchor-missing`, `trust-list-unsigned`, when the signature is not given;
            `trust-list-signature`, `weak-signature`, `trust-list-unreadable`, `trust-list-threshold` or
            `trust-list-environment`.
    """
    if len(data) > MAX_TRUST_FILE_BYTES:
        raise json_document.unreadable(f"{len(data)} bytes, at most {MAX_TRUST_FILE_BYTES} expected")
    anchor = (
        anchor_of_cms(_signature(terms), data, terms.anchors) if requires_signature(terms, NAME) else None
    )
    origin = ListOrigin(
        name=terms.source, format=NAME, proof=Proof.UNSIGNED if anchor is None else Proof.SIGNED
    )
    gathering = Gathering(origin, environment_of(terms, anchor))
    files = _files(data)
    authorities = _authorities([file for file in files if file.usage == AUTHORITY], gathering)
    for file in files:
        if file.usage != AUTHORITY:
            with gathering.entry(file.path):
                _take(gathering, file, authorities)
    return gathering.reading(authorities=tuple(one for those in authorities.values() for one in those))


def _signature(terms: ReadingTerms) -> bytes:
    if terms.signature is None:
        raise TrustListError(
            Reason.TRUST_LIST_UNSIGNED, f"an {NAME} list is signed in a file of its own, which is not given"
        )
    text = b"".join(terms.signature.split()).decode("latin-1")
    try:
        return base64_bytes(text)
    except ValueError:
        raise TrustListError(Reason.TRUST_LIST_SIGNATURE, "the signature is not base64") from None


def _files(data: bytes) -> tuple[_File, ...]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return tuple(_read_file(archive, member) for member in _members(archive))
    except _UNREADABLE:
        raise json_document.unreadable("not a ZIP archive") from None


def _members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files that hold certificates."""
    listed = archive.infolist()
    if len(listed) > _MAX_FILES:
        raise json_document.unreadable(f"{len(listed)} files in the archive, at most {_MAX_FILES} expected")
    return [member for member in listed if _OF_CERTIFICATES.fullmatch(member.filename)]


def _read_file(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> _File:
    path = _PATH.fullmatch(member.filename)
    if path is None:
        shown = member.filename[:80].encode("unicode_escape").decode()
        return _File(shown, unreadable_entry("the path is not that of a certificate for DCC"))
    return _File(
        path=path[0],
        usage=path["usage"],
        country=path["country"],
        digest=path["digest"].lower(),
        certificate=_certificate(archive, member),
    )


def _certificate(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> CertificateReading:
    """The only certificate of one file. Its stated size bounds what is unpacked: no more is read than that."""
    if member.file_size > _MAX_PEM_BYTES:
        return unreadable_entry(f"{member.file_size} bytes, at most {_MAX_PEM_BYTES} expected")
    if member.compress_type not in _METHODS or member.flag_bits & _ENCRYPTED:
        return unreadable_entry("compressed in another way than DEFLATE, or encrypted")
    try:
        found = read_certificates(archive.read(member))
    except _UNREADABLE:
        return unreadable_entry("the archive is damaged here")
    return found[0] if len(found) == 1 else unreadable_entry(f"{len(found)} certificates, one expected")


def _authorities(files: Iterable[_File], gathering: Gathering) -> _Authorities:
    found: _Authorities = {}
    for file in files:
        with gathering.entry(file.path):
            certificate = _readable(file, gathering)
            found.setdefault(_country(file, certificate), {})[certificate] = None
    return found


def _take(gathering: Gathering, file: _File, authorities: _Authorities) -> None:
    certificate = _readable(file, gathering)
    issuers = authorities.get(_country(file, certificate))
    if issuers is not None:
        check_issued_by_any(certificate, issuers)
    else:
        gathering.find(ListFindingCode.AUTHORITY_MISSING, certificate.kid.hex())
    gathering.signer(certificate, stated_kid=None, country=certificate.country or file.country)


def _country(file: _File, certificate: SigningCertificate) -> str:
    """Whose a certificate is: what it says itself, which the folder must not contradict; else the folder's."""
    if certificate.country not in (None, file.country, *issuer_countries(file.country)):
        raise unreadable_entry(
            f"its certificate is of {certificate.country}, and stands under {file.country}"
        )
    return certificate.country or file.country


def _readable(file: _File, gathering: Gathering) -> SigningCertificate:
    """The certificate, when it could be read; a finding where the file is named after another."""
    certificate = file.certificate
    if isinstance(certificate, TrustListError):
        raise certificate
    if file.digest != certificate.digest.hex():
        gathering.find(
            ListFindingCode.MEMBER_MISMATCH, certificate.kid.hex(), "the file is named after another digest"
        )
    return certificate
