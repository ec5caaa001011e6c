"""Certificates of signers and authorities against the profiles of EU and WHO."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime, timedelta
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ObjectIdentifier

from test_vectors import certificates
from test_vectors.builder import key
from test_vectors.certificates import (
    DAY,
    OLD_ARC,
    SECOND,
    START,
    authority,
    name,
    period,
    purposes,
    replaced,
    signer,
    usage,
    with_serial,
)
from test_vectors.operation import OperationFamily

FAMILY: Final = OperationFamily(
    "signing-certificate",
    "check-signing-certificate",
    spec="EU DCC certificate governance; WHO GDHCN certificate governance; RFC 5280",
)

_SIGNERS: Final[tuple[str | None, ...]] = ("eu-dsc", "who-dsc", None)
"""The profiles of signers; without one it is who-dsc."""

_ALL: Final = ("recovery", "test", "vaccination")
_RSA: Final = ("rsa-discouraged",)
_KEY_TYPE: Final = bytes.fromhex("06072a8648ce3d0201")
"""id-ecPublicKey, as it is encoded."""


def _add(
    what: str,
    description: str,
    certificate: bytes,
    requirement: str | tuple[str, ...],
    *errors: str,
    advice: tuple[str, ...] = (),
    profile: str | None = "eu-dsc",
    at: datetime | None = None,
    by: bytes | None = None,
    country: str | None = "VN",
    kinds: tuple[str, ...] = _ALL,
) -> None:
    """Add a vector. The first error is the reason."""
    given: dict[str, Any] = {"certificate": b64encode(certificate).decode()}
    if by is not None:
        given["authority"] = b64encode(by).decode()
    context = {} if profile is None else {"profile": profile}
    if at is not None:
        context["at"] = f"{at:%Y-%m-%dT%H:%M:%SZ}"
    FAMILY.add(
        what,
        description,
        given,
        {
            "outcome": "refused" if errors else "accepted",
            "reason": errors[0] if errors else None,
            "findings": sorted({*errors, *advice}),
            "kid": _kid(certificate),
            "country": country,
            "kinds": list(kinds),
        },
        context=context,
        requirements=("SC-2", "SC-11", *((requirement,) if isinstance(requirement, str) else requirement)),
    )


def _kid(certificate: bytes) -> str:
    digest = hashes.Hash(hashes.SHA256())
    digest.update(certificate)
    return digest.finalize()[:8].hex()


def _unreadable(what: str, description: str, certificate: bytes, requirement: str = "SC-1") -> None:
    FAMILY.add(
        what,
        description,
        {"certificate": b64encode(certificate).decode()},
        {
            "outcome": "unreadable",
            "reason": "certificate-unreadable",
            "findings": [],
            "kid": None,
            "country": None,
            "kinds": [],
        },
        requirements=(requirement,),
    )


def _changed(**extensions: x509.ExtensionType | None) -> dict[str, Any]:
    return {"extensions": extensions}


def _sound() -> None:
    for profile in ("eu-dsc", "who-dsc"):
        _add(f"{profile}-sound", "A signer as it should be.", signer(), ("SC-11", "SC-25"), profile=profile)
    for profile in ("eu-csca", "who-sca"):
        _add(
            f"{profile}-sound",
            "An authority as it should be.",
            authority(),
            ("SC-11", "SC-25"),
            profile=profile,
        )
    for profile in ("eu-up", "who-up"):
        _add(f"{profile}-sound", "A key for uploads.", signer(), ("SC-11", "SC-25"), profile=profile)
    for profile in ("eu-tls", "who-tls"):
        client = signer(**_changed(purposes=certificates.CLIENT))
        _add(f"{profile}-sound", "A key for connections.", client, "SC-19", profile=profile)
        _add(
            f"{profile}-without-purpose",
            "A key for connections whose purpose is another one.",
            signer(),
            "SC-19",
            "purpose-missing",
            profile=profile,
        )
    _add("guessed-signer", "Without a profile: a signer.", signer(), "SC-11", profile=None)
    _add("guessed-authority", "Without a profile: an authority.", authority(), "SC-11", profile=None)
    _add("signer-of-authority", "With its authority.", signer(), ("SC-23", "SC-25"), by=authority())


def _unreadables() -> None:
    der = signer()
    for what, description, data in (
        ("empty", "No bytes.", b""),
        ("text", "Words.", b"no certificate"),
        ("cut-short", "The last byte is missing.", der[:-1]),
        ("byte-after", "A byte after it.", der + b"\0"),
        ("certificate-twice", "Two in a row.", der + der),
        ("sequence-of-nothing", "An empty SEQUENCE.", b"\x30\x00"),
        (
            "key-of-unknown-type",
            "A key of a type that nobody knows.",
            signer(encoded=replaced(_KEY_TYPE, _KEY_TYPE[:-1] + b"\x7f")),
        ),
    ):
        _unreadable(f"unreadable-{what}", description, data)
    usage_oid = ObjectIdentifier("2.5.29.37")
    for what, description, value in (
        ("purposes-not-a-sequence", "Purposes that are an integer.", b"\x02\x01\x01"),
        ("purposes-cut-short", "Purposes that end too early.", b"\x30\x05\x06"),
        ("purposes-of-integers", "Purposes that are no object identifiers.", b"\x30\x03\x02\x01\x01"),
    ):
        bad = signer(**_changed(purposes=x509.UnrecognizedExtension(usage_oid, value)))
        _unreadable(f"unreadable-{what}", f"{description} What it may sign is unknown.", bad, "SC-4")


def _serials() -> None:
    for what, octets in (("zero", b"\0"), ("minus-one", b"\xff"), ("negative", b"\x80\x01")):
        _add(
            f"serial-{what}",
            f"A serial number that is not positive ({what.replace('-', ' ')}): read, and told.",
            signer(encoded=with_serial(octets)),
            ("SC-5", "SC-12"),
            "serial-not-positive",
        )
    _add("serial-one", "The first serial number there is.", signer(serial=1), "SC-12")
    longest = (1 << 159) - 1
    _add("serial-20-octets", "The longest serial number.", signer(serial=longest), "SC-12")
    for length in (21, 22, 40):
        _add(
            f"serial-{length}-octets",
            f"A serial number of {length} octets, at most 20 are allowed.",
            signer(encoded=with_serial(b"\x01" * length)),
            "SC-12",
            "serial-too-long",
        )


def _signatures() -> None:
    for digest in (hashes.SHA256(), hashes.SHA384(), hashes.SHA512()):
        _add(f"signed-with-{digest.name}", f"Signed with {digest.name}.", signer(digest=digest), "SC-13")
    ecdsa_sha1, unknown = "06072a8648ce3d0401", "06082a8648ce3d04037f"
    for profile in ("eu-dsc", "who-dsc", "eu-up"):
        _add(
            f"signed-with-sha1-{profile}",
            "It says that it is signed with SHA-1.",
            signer(algorithm=ecdsa_sha1),
            "SC-13",
            "signature-hash",
            profile=profile,
        )
        _add(
            f"signed-with-unknown-{profile}",
            "It says that it is signed with an algorithm that nobody knows.",
            signer(algorithm=unknown),
            "SC-13",
            "signature-algorithm",
            profile=profile,
        )


def _subjects() -> None:
    cases: tuple[tuple[str, str, x509.Name, tuple[str, ...], tuple[str, ...], str | None], ...] = (
        ("no-country", "No country.", name("TEST DSC"), ("country-missing",), (), None),
        ("two-countries", "Two countries.", name("TEST DSC", "VN", "DE"), ("country-repeated",), (), None),
        ("lower-country", "A country in lower case.", name("TEST DSC", "vn"), ("country-form",), (), "VN"),
        ("no-common-name", "No common name.", name(None, "VN"), ("common-name-missing",), (), "VN"),
        (
            "no-organization",
            "No organisation, which is advised.",
            name("TEST DSC", "VN", organization=None),
            (),
            ("organization-missing",),
            "VN",
        ),
    )
    for what, description, subject, errors, advice, country in cases:
        for profile in ("eu-dsc", "who-dsc", "eu-up"):
            _add(
                f"{what}-{profile}",
                description,
                signer(subject=subject),
                ("SC-3", "SC-14"),
                *errors,
                advice=advice,
                profile=profile,
                country=country,
            )


def _keys() -> None:
    for what, of, errors, advice in (
        ("rsa-2047", "rsa-2047", ("key-too-small",), _RSA),
        ("rsa-2048", "ps256-2048", (), _RSA),
        ("rsa-3072", "ps256-3072", (), _RSA),
        ("rsa-3073", "rsa-3073", (), ("key-too-large", *_RSA)),
        ("rsa-4096", "rsa-4096", (), ("key-too-large", *_RSA)),
        ("rsa-1024", "rsa-1024", ("key-too-small",), _RSA),
        ("p384", "p384", ("curve",), ()),
        ("ed25519", "ed25519", ("key-type",), ()),
    ):
        for profile in _SIGNERS:
            _add(
                f"{what}-{profile or 'guessed'}",
                f"A signer's key: {what.upper().replace('-', ' of ')}{' bits' if 'rsa' in what else ''}.",
                signer(of=of),
                "SC-15",
                *errors,
                advice=advice,
                profile=profile,
            )
    for of, profile, errors in (
        ("rsa-2999", "eu-csca", ("key-too-small",)),
        ("rsa-3000", "eu-csca", ()),
        ("rsa-3071", "who-sca", ("key-too-small",)),
        ("ps256-3072", "who-sca", ()),
        ("rsa-4096", "who-sca", ()),
        ("rsa-4096", "eu-csca", ()),
        ("p384", "eu-csca", ()),
        ("p384", "who-sca", ()),
    ):
        _add(
            f"{profile or 'guessed'}-{of}",
            f"An authority's key: {of}. Signed by another, so that its own size is all there is to say.",
            authority(of=of, issuer=name("TEST other", "VN")),
            "SC-15",
            *errors,
            profile=profile,
        )


def _constraints() -> None:
    for profile in ("eu-dsc", "who-dsc"):
        _add(
            f"{profile}-is-authority",
            "A signer that may sign certificates.",
            signer(**_changed(constraints=x509.BasicConstraints(ca=True, path_length=0))),
            "SC-16",
            "is-authority",
            profile=profile,
        )
        _add(
            f"{profile}-no-authority",
            "A signer that says it may not sign certificates.",
            signer(**_changed(constraints=x509.BasicConstraints(ca=False, path_length=None))),
            "SC-16",
            profile=profile,
        )
    _add(
        "basic-constraints-false-spelled-out",
        "cA=FALSE is written, which DER leaves out, as one country's signers have it: read all the same.",
        signer(
            **_changed(
                constraints=x509.UnrecognizedExtension(ObjectIdentifier("2.5.29.19"), b"\x30\x03\x01\x01\x00")
            )
        ),
        ("SC-5", "SC-24"),
        "extensions-unreadable",
    )
    without = x509.BasicConstraints(ca=False, path_length=None)
    for profile in ("eu-csca", "who-sca"):
        for what, constraints in (("no-constraints", None), ("false-constraints", without)):
            _add(
                f"{profile}-{what}",
                "An authority that does not say it is one.",
                authority(**_changed(constraints=constraints)),
                "SC-16",
                "basic-constraints-missing",
                profile=profile,
            )
        _add(
            f"{profile}-path-length-1",
            "Another authority may follow below it.",
            authority(**_changed(constraints=x509.BasicConstraints(ca=True, path_length=1))),
            "SC-16",
            "path-length",
            profile=profile,
        )
        _add(
            f"{profile}-constraints-not-critical",
            "BasicConstraints is not critical.",
            authority(critical=frozenset({"usage"})),
            "SC-16",
            advice=("basic-constraints-not-critical",),
            profile=profile,
        )
    endless = authority(**_changed(constraints=x509.BasicConstraints(ca=True, path_length=None)))
    _add("eu-csca-no-path-length", "No path length.", endless, "SC-16", "path-length", profile="eu-csca")
    _add(
        "who-sca-no-path-length",
        "No path length.",
        endless,
        "SC-16",
        advice=("path-length",),
        profile="who-sca",
    )


def _usages() -> None:
    for profile in _SIGNERS:
        for what, granted, errors in (
            ("none", None, ("key-usage-missing",)),
            ("commitment", usage("content_commitment"), ("key-usage-wrong",)),
            ("with-certificates", usage("digital_signature", "key_cert_sign"), ("key-usage-wrong",)),
            ("with-lists", usage("digital_signature", "crl_sign"), ("key-usage-wrong",)),
            ("with-commitment", usage("digital_signature", "content_commitment"), ()),
        ):
            _add(
                f"{profile or 'guessed'}-usage-{what}",
                f"A signer's key usage: {what.replace('-', ' ')}.",
                signer(**_changed(usage=granted)),
                "SC-17",
                *errors,
                profile=profile,
            )
        _add(
            f"{profile or 'guessed'}-usage-not-critical",
            "The key usage is not critical.",
            signer(critical=frozenset()),
            "SC-17",
            advice=("key-usage-not-critical",),
            profile=profile,
        )
    for what, granted, errors, advice in (
        ("none", None, ("key-usage-missing",), ()),
        ("signatures", usage("digital_signature", "crl_sign"), ("key-usage-wrong",), ()),
        ("without-lists", usage("key_cert_sign"), (), ("key-usage-wrong",)),
    ):
        _add(
            f"eu-csca-usage-{what}",
            f"An authority's key usage: {what.replace('-', ' ')}.",
            authority(issuer=name("TEST other", "VN"), **_changed(usage=granted)),
            "SC-17",
            *errors,
            advice=advice,
            profile="eu-csca",
        )


def _identifiers() -> None:
    for profile in _SIGNERS:
        _add(
            f"{profile or 'guessed'}-no-subject-key",
            "No subject key identifier, which is advised.",
            signer(**_changed(subject_key=None)),
            "SC-18",
            advice=("subject-key-identifier-missing",),
            profile=profile,
        )
        _add(
            f"{profile or 'guessed'}-no-authority-key",
            "No authority key identifier.",
            signer(**_changed(authority_key=None)),
            "SC-18",
            "authority-key-identifier-missing",
            profile=profile,
        )
        _add(
            f"{profile or 'guessed'}-no-revocation-list",
            "It does not say where its revocation list is, as is advised.",
            signer(**_changed(crl=None)),
            "SC-18",
            advice=("crl-distribution-point-missing",),
            profile=profile,
        )
    for profile in ("eu-csca", "who-sca"):
        _add(
            f"{profile or 'guessed'}-no-subject-key",
            "An authority needs a subject key identifier.",
            authority(**_changed(subject_key=None)),
            "SC-18",
            "subject-key-identifier-missing",
            profile=profile,
        )


def _purposes() -> None:
    old = ("purpose-old-arc",)
    unknown = ("purpose-unknown-only",)
    both = x509.ExtendedKeyUsage([*purposes(2), *purposes(2, arc=OLD_ARC)])
    mixed = x509.ExtendedKeyUsage([*purposes(3), *certificates.MAIL])
    cases: tuple[tuple[str, str, x509.ExtensionType | None, tuple[str, ...], tuple[str, ...]], ...] = (
        ("test", "Tests only.", purposes(1), (), ("test",)),
        ("vaccination", "Vaccinations only.", purposes(2), (), ("vaccination",)),
        ("recovery", "Recoveries only.", purposes(3), (), ("recovery",)),
        ("two", "Tests and recoveries.", purposes(3, 1), (), ("recovery", "test")),
        ("old-test", "Tests only, in the old arc.", purposes(1, arc=OLD_ARC), old, ("test",)),
        ("old-vaccination", "Vaccinations, in the old arc.", purposes(2, arc=OLD_ARC), old, ("vaccination",)),
        ("old-all", "All three, in the old arc.", purposes(1, 2, 3, arc=OLD_ARC), old, _ALL),
        ("both-arcs", "Vaccinations, in both arcs.", both, (), ("vaccination",)),
        ("none", "No purposes: it may sign all.", None, (), _ALL),
        ("mail", "For mail only: it may sign all.", certificates.MAIL, unknown, _ALL),
        ("client", "For connections only: it may sign all.", certificates.CLIENT, unknown, _ALL),
        ("number-4", "A number that the arc does not have: it may sign all.", purposes(4), unknown, _ALL),
        ("mail-and-recovery", "For mail and recoveries.", mixed, (), ("recovery",)),
    )
    for what, description, extension, advice, kinds in cases:
        _add(
            f"purpose-{what}",
            description,
            signer(**_changed(purposes=extension)),
            ("SC-4", "SC-19"),
            advice=advice,
            kinds=kinds,
        )
    _add(
        "purpose-empty",
        "An empty list of purposes, which a strict parser refuses: it may sign all.",
        signer(**_changed(purposes=certificates.EMPTY_PURPOSES)),
        ("SC-5", "SC-24"),
        "extensions-unreadable",
    )
    for profile in _SIGNERS:
        _add(
            f"{profile or 'guessed'}-purpose-critical",
            "The purposes are critical, which is advised against.",
            signer(critical=frozenset({"usage", "purposes"})),
            "SC-19",
            advice=("purpose-critical",),
            profile=profile,
        )


def _lengths() -> None:
    """731 days for a signer, 1461 for an authority; a year at least by WHO, where the last second need not be there."""
    cases: tuple[tuple[str, timedelta, str, str | None], ...] = (
        ("eu-dsc", 731 * DAY, "as long as it may be", None),
        ("eu-dsc", 731 * DAY + SECOND, "a second too long", "validity-too-long"),
        ("who-dsc", 731 * DAY, "as long as it may be", None),
        ("who-dsc", 731 * DAY + SECOND, "a second too long", "validity-too-long"),
        ("who-dsc", 365 * DAY - SECOND, "a year, the last second not counted", None),
        ("who-dsc", 365 * DAY - 2 * SECOND, "two seconds under a year", "validity-too-short"),
        ("eu-dsc", 200 * DAY, "200 days, of which the EU says nothing", None),
    )
    for profile, length, description, code in cases:
        _add(
            f"{profile}-lasts-{length // SECOND}-seconds",
            f"A signer that lasts {description}.",
            signer(ends=START + length),
            "SC-20",
            advice=() if code is None else (code,),
            profile=profile,
        )
    for profile, length, description, errors, advice in (
        ("eu-csca", 1461 * DAY + SECOND, "a second over four years", (), ("validity-too-long",)),
        ("who-sca", 1461 * DAY + SECOND, "a second over four years", ("validity-too-long",), ()),
        ("who-sca", 730 * DAY - SECOND, "two years, the last second not counted", (), ()),
        ("who-sca", 730 * DAY - 2 * SECOND, "two seconds under two years", ("validity-too-short",), ()),
        ("who-up", 365 * DAY - 2 * SECOND, "two seconds under a year", ("validity-too-short",), ()),
        ("who-up", 731 * DAY + SECOND, "a second over two years", ("validity-too-long",), ()),
        ("eu-up", 365 * DAY - 2 * SECOND, "two seconds under a year", (), ("validity-too-short",)),
        ("who-tls", 365 * DAY - 2 * SECOND, "two seconds under a year", ("validity-too-short",), ()),
    ):
        make = authority if profile.endswith("ca") else signer
        purpose = _changed(purposes=certificates.CLIENT) if profile == "who-tls" else {}
        _add(
            f"{profile}-lasts-{length // SECOND}-seconds",
            f"A certificate that lasts {description}.",
            make(ends=START + length, **purpose),
            "SC-20",
            *errors,
            advice=advice,
            profile=profile,
        )


def _key_use() -> None:
    ends = START + 730 * DAY
    missing, too_long, outside = (
        ("key-use-period-missing",),
        ("key-use-period-too-long",),
        ("key-use-period-outside",),
    )
    cases: tuple[tuple[str, str, x509.ExtensionType | None, tuple[str, ...]], ...] = (
        ("none", "No period for the private key.", None, missing),
        ("184-days", "The longest half of a year.", period(START, START + 184 * DAY), ()),
        ("184-days-and-a-second", "A second more.", period(START, START + 184 * DAY + SECOND), too_long),
        ("starts-early", "It starts before the certificate.", period(START - SECOND, START + DAY), outside),
        ("ends-with-it", "It ends with the certificate.", period(ends - DAY, ends), ()),
        ("ends-late", "It ends a second after the certificate.", period(ends - DAY, ends + SECOND), outside),
    )
    for what, description, extension, advice in cases:
        for profile in _SIGNERS:
            _add(
                f"{profile or 'guessed'}-key-use-{what}",
                description,
                signer(**_changed(key_use=extension)),
                "SC-21",
                advice=advice,
                profile=profile,
            )


def _dates() -> None:
    der = signer()
    starts, ends, key_ends = START, START + 730 * DAY, START + 183 * DAY
    used = ("key-use-ended",)
    cases: tuple[tuple[str, datetime, str, tuple[str, ...], tuple[str, ...]], ...] = (
        ("a-second-before", starts - SECOND, "A second before it starts.", ("not-yet-valid",), ()),
        ("as-it-starts", starts, "The second it starts.", (), ()),
        ("as-its-key-ends", key_ends, "The last second its key may sign.", (), ()),
        ("a-second-after-its-key", key_ends + SECOND, "A second later: what it has signed counts.", (), used),
        ("as-it-ends", ends, "The last second of its validity.", (), used),
        ("a-second-after", ends + SECOND, "A second after its end.", ("expired",), ()),
    )
    for what, at, description, errors, advice in cases:
        for profile in _SIGNERS:
            _add(
                f"{profile or 'guessed'}-{what}",
                description,
                der,
                "SC-22",
                *errors,
                advice=advice,
                profile=profile,
                at=at,
            )
    for profile, errors in (("who-sca", ("ends-soon",)), ("eu-csca", ()), ("who-up", ("ends-soon",))):
        make, last = (authority, 1461) if profile.endswith("ca") else (signer, 730)
        limit = START + (last - 30) * DAY
        for what, at, found in (("30-days", limit, ()), ("a-second-less", limit + SECOND, errors)):
            _add(
                f"{profile or 'guessed'}-{what}-left",
                f"Thirty days are left{', less a second' if at != limit else ''}.",
                make(),
                "SC-22",
                *found,
                advice=used,
                profile=profile,
                at=at,
            )


def _issued_by() -> None:
    above = authority()
    for profile in _SIGNERS:
        _add(
            f"{profile or 'guessed'}-self-issued",
            "A signer that names itself as its issuer.",
            signer(subject=certificates.AUTHORITY),
            "SC-23",
            "self-issued",
            profile=profile,
        )
        _add(
            f"{profile or 'guessed'}-signed-by-another",
            "Another key than the authority's signed it.",
            signer(by="es256-stranger"),
            "SC-23",
            "not-signed-by-authority",
            profile=profile,
            by=above,
        )
        _add(
            f"{profile or 'guessed'}-signed-by-signer",
            "A signer issued it.",
            signer(),
            "SC-23",
            "issuer-not-authority",
            profile=profile,
            by=signer(subject=certificates.AUTHORITY, of="csca-es256", **_changed(subject_key=None)),
        )
        _add(
            f"{profile or 'guessed'}-another-authority-key",
            "It names another key as its authority's.",
            signer(
                **_changed(
                    authority_key=x509.AuthorityKeyIdentifier.from_issuer_public_key(
                        key("es256-stranger").private.public_key()
                    )
                )
            ),
            "SC-23",
            "authority-key-identifier-mismatch",
            profile=profile,
            by=above,
        )
        _add(
            f"{profile or 'guessed'}-another-country",
            "An authority of another country.",
            signer(subject=name("TEST DSC", "LA")),
            "SC-23",
            "authority-country",
            profile=profile,
            by=above,
            country="LA",
        )
        for what, ends, errors in (
            ("ends-with-authority", START + 1461 * DAY, ()),
            ("outlives-authority", START + 1461 * DAY + SECOND, ("outlives-authority",)),
        ):
            _add(
                f"{profile or 'guessed'}-{what}",
                f"It {what.replace('-', ' ')}.",
                signer(
                    starts=START + 365 * DAY,
                    ends=ends,
                    **_changed(key_use=period(START + 365 * DAY, START + 400 * DAY)),
                ),
                "SC-23",
                *errors,
                advice=("validity-too-long",),
                profile=profile,
                by=above,
            )
        for what, starts, errors in (
            ("issued-as-authority-key-ends", START + 365 * DAY, ()),
            ("issued-after-authority-key", START + 365 * DAY + SECOND, ("authority-key-use-ended",)),
        ):
            _add(
                f"{profile or 'guessed'}-{what}",
                "It starts the second the authority's key has to stop, or one later.",
                signer(
                    starts=starts, ends=starts + 730 * DAY, **_changed(key_use=period(starts, starts + DAY))
                ),
                "SC-23",
                *errors,
                profile=profile,
                by=above,
            )
    _add(
        "eu-csca-signed-by-another",
        "An authority that names itself, and was signed by another key.",
        authority(by="es256-stranger"),
        "SC-23",
        "not-signed-by-authority",
        profile="eu-csca",
    )


def _thirds() -> None:
    _add(
        "is-authority-of-any-length",
        "A signer that may sign certificates, and these others.",
        signer(**_changed(constraints=x509.BasicConstraints(ca=True, path_length=None))),
        "SC-16",
        "is-authority",
    )
    _add(
        "guessed-authority-constraints-not-critical",
        "Without a profile: an authority whose BasicConstraints are not critical.",
        authority(critical=frozenset({"usage"})),
        "SC-16",
        advice=("basic-constraints-not-critical",),
        profile=None,
    )
    _add(
        "eu-tls-without-any-purpose",
        "A key for connections without purposes.",
        signer(**_changed(purposes=None)),
        "SC-19",
        "purpose-missing",
        profile="eu-tls",
    )
    _add(
        "who-sca-on-its-last-day",
        "An authority on the last second of its validity.",
        authority(),
        "SC-22",
        "ends-soon",
        advice=("key-use-ended",),
        profile="who-sca",
        at=START + 1461 * DAY,
    )


def _several() -> None:
    bad = signer(
        subject=name(None, "vn"),
        of="p384",
        encoded=with_serial(b"\0"),
        **_changed(usage=None, authority_key=None),
    )
    _add(
        "everything-at-once",
        "Each fault is told, and the first in the order of the specification is the reason.",
        bad,
        ("SC-5", "SC-24"),
        "serial-not-positive",
        "country-form",
        "common-name-missing",
        "curve",
        "key-usage-missing",
        "authority-key-identifier-missing",
    )
    _add(
        "unreadable-extension-and-others",
        "A key usage that cannot be read hides none of the other faults.",
        signer(
            of="p384",
            **_changed(usage=x509.UnrecognizedExtension(ObjectIdentifier("2.5.29.15"), b"\x30\x00")),
        ),
        ("SC-5", "SC-24"),
        "extensions-unreadable",
        "curve",
        "key-usage-missing",
    )


_sound()
_unreadables()
_serials()
_signatures()
_subjects()
_keys()
_constraints()
_usages()
_identifiers()
_purposes()
_lengths()
_key_use()
_dates()
_issued_by()
_thirds()
_several()
