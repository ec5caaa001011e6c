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
    """Add a vector. The first error is the reason; SC-11 is about several codes, and about no named profile."""
    about = (requirement,) if isinstance(requirement, str) else requirement
    ranked = ("SC-11",) if profile is None or len({*errors, *advice}) > 1 else ()
    given: dict[str, Any] = {"certificate": b64encode(certificate).decode()}
    if by is not None:
        given["authority"] = b64encode(by).decode()
    context = {} if profile is None else {"profile": profile}
    if at is not None:
        context["at"] = f"{at:%Y-%m-%dT%H:%M:%SZ}"
    FAMILY.add(
        what,
        f"{description} Compared with {profile or 'no named profile'}.",
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
        requirements=(*about, *ranked),
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
        _add(
            f"{profile}-sound",
            "A signer as it should be.",
            signer(),
            ("SC-2", "SC-11", "SC-25"),
            profile=profile,
        )
    for profile in ("eu-csca", "who-sca"):
        _add(
            f"{profile}-sound",
            "An authority as it should be.",
            authority(),
            ("SC-2", "SC-11", "SC-25"),
            profile=profile,
        )
    for profile in ("eu-up", "who-up"):
        _add(
            f"{profile}-sound",
            "A certificate for uploads as it should be.",
            signer(),
            ("SC-11", "SC-25"),
            profile=profile,
        )
    for profile in ("eu-tls", "who-tls"):
        client = signer(**_changed(purposes=certificates.CLIENT))
        _add(
            f"{profile}-sound",
            "A certificate for TLS connections as it should be, with clientAuth.",
            client,
            "SC-19",
            profile=profile,
        )
        _add(
            f"{profile}-without-purpose",
            "A certificate for TLS connections whose purposes do not have clientAuth.",
            signer(),
            "SC-19",
            "purpose-missing",
            profile=profile,
        )
    _add(
        "guessed-signer",
        "A signer, which says nothing of being an authority: it counts as who-dsc.",
        signer(),
        "SC-11",
        profile=None,
    )
    _add(
        "guessed-authority",
        "A certificate that says it is an authority: it counts as who-sca.",
        authority(),
        "SC-11",
        profile=None,
    )
    _add(
        "signer-of-authority",
        "A signer, and the authority that issued it.",
        signer(),
        ("SC-23", "SC-25"),
        by=authority(),
    )


def _unreadables() -> None:
    der = signer()
    for what, description, data in (
        ("empty", "No bytes in place of a certificate.", b""),
        ("text", "Words in place of a certificate.", b"no certificate"),
        ("cut-short", "The last byte is missing.", der[:-1]),
        ("byte-after", "A byte after the end of the certificate.", der + b"\0"),
        ("certificate-twice", "Two certificates in a row.", der + der),
        ("sequence-of-nothing", "An empty SEQUENCE in place of a certificate.", b"\x30\x00"),
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
            f"A serial number that is not positive ({what.replace('-', ' ')}): read all the same, and told.",
            signer(encoded=with_serial(octets)),
            ("SC-5", "SC-12"),
            "serial-not-positive",
        )
    _add("serial-one", "The serial number 1, the lowest that is positive.", signer(serial=1), "SC-12")
    longest = (1 << 159) - 1
    _add(
        "serial-20-octets",
        "A serial number of 20 octets, the longest that is allowed.",
        signer(serial=longest),
        "SC-12",
    )
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
        _add(
            f"signed-with-{digest.name}",
            f"Signed with ECDSA over {digest.name.upper()}.",
            signer(digest=digest),
            "SC-13",
        )
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
        ("no-country", "The subject has no country.", name("TEST DSC"), ("country-missing",), (), None),
        (
            "two-countries",
            "The subject has two countries.",
            name("TEST DSC", "VN", "DE"),
            ("country-repeated",),
            (),
            None,
        ),
        (
            "lower-country",
            "The country of the subject is in lower case.",
            name("TEST DSC", "vn"),
            ("country-form",),
            (),
            "VN",
        ),
        (
            "no-common-name",
            "The subject has no common name.",
            name(None, "VN"),
            ("common-name-missing",),
            (),
            "VN",
        ),
        (
            "no-organization",
            "The subject has no organisation, which is advised.",
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
    for what, of, size, errors, advice in (
        ("rsa-2047", "rsa-2047", "RSA of 2,047 bits, one under the least", ("key-too-small",), _RSA),
        ("rsa-2048", "ps256-2048", "RSA of 2,048 bits, the least", (), _RSA),
        ("rsa-3072", "ps256-3072", "RSA of 3,072 bits, the most that is advised", (), _RSA),
        ("rsa-3073", "rsa-3073", "RSA of 3,073 bits, one over what is advised", (), ("key-too-large", *_RSA)),
        ("rsa-4096", "rsa-4096", "RSA of 4,096 bits, more than is advised", (), ("key-too-large", *_RSA)),
        ("rsa-1024", "rsa-1024", "RSA of 1,024 bits, half of the least", ("key-too-small",), _RSA),
        ("p384", "p384", "on P-384, and only P-256 is for signers", ("curve",), ()),
        ("ed25519", "ed25519", "of Ed25519, which is no type for signers", ("key-type",), ()),
    ):
        for profile in _SIGNERS:
            _add(
                f"{what}-{profile or 'guessed'}",
                f"The key of a signer is {size}.",
                signer(of=of),
                "SC-15",
                *errors,
                advice=advice,
                profile=profile,
            )
    for of, profile, size, errors in (
        ("rsa-2999", "eu-csca", "RSA of 2,999 bits, one under the least", ("key-too-small",)),
        ("rsa-3000", "eu-csca", "RSA of 3,000 bits, the least", ()),
        ("rsa-3071", "who-sca", "RSA of 3,071 bits, one under the least", ("key-too-small",)),
        ("ps256-3072", "who-sca", "RSA of 3,072 bits, the least", ()),
        ("rsa-4096", "who-sca", "RSA of 4,096 bits", ()),
        ("rsa-4096", "eu-csca", "RSA of 4,096 bits", ()),
        ("p384", "eu-csca", "on P-384", ()),
        ("p384", "who-sca", "on P-384", ()),
    ):
        _add(
            f"{profile or 'guessed'}-{of}",
            f"The key of an authority is {size}. Another key signed it, so that its own is all there is to say.",
            authority(of=of, issuer=name("TEST other", "VN")),
            "SC-15",
            *errors,
            profile=profile,
        )


def _constraints() -> None:
    for profile in ("eu-dsc", "who-dsc"):
        _add(
            f"{profile}-is-authority",
            "A signer whose BasicConstraints say that it is an authority, with path length 0.",
            signer(**_changed(constraints=x509.BasicConstraints(ca=True, path_length=0))),
            "SC-16",
            "is-authority",
            profile=profile,
        )
        _add(
            f"{profile}-no-authority",
            "A signer whose BasicConstraints say that it is no authority.",
            signer(**_changed(constraints=x509.BasicConstraints(ca=False, path_length=None))),
            "SC-16",
            profile=profile,
        )
    _add(
        "basic-constraints-false-spelled-out",
        "cA=FALSE is written out, as one country has it: no DER, which is told; the key is read all the same.",
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
        for what, says, constraints in (
            ("no-constraints", "without BasicConstraints", None),
            ("false-constraints", "whose BasicConstraints say that it is none", without),
        ):
            _add(
                f"{profile}-{what}",
                f"An authority {says}.",
                authority(**_changed(constraints=constraints)),
                "SC-16",
                "basic-constraints-missing",
                profile=profile,
            )
        _add(
            f"{profile}-path-length-1",
            "An authority with path length 1: another one may follow below it.",
            authority(**_changed(constraints=x509.BasicConstraints(ca=True, path_length=1))),
            "SC-16",
            "path-length",
            profile=profile,
        )
        _add(
            f"{profile}-constraints-not-critical",
            "An authority whose BasicConstraints are not critical, which is advised.",
            authority(critical=frozenset({"usage"})),
            "SC-16",
            advice=("basic-constraints-not-critical",),
            profile=profile,
        )
    endless = authority(**_changed(constraints=x509.BasicConstraints(ca=True, path_length=None)))
    _add(
        "eu-csca-no-path-length",
        "An authority without path length, which is an error here.",
        endless,
        "SC-16",
        "path-length",
        profile="eu-csca",
    )
    _add(
        "who-sca-no-path-length",
        "An authority without path length, which is advised here.",
        endless,
        "SC-16",
        advice=("path-length",),
        profile="who-sca",
    )


def _usages() -> None:
    for profile in _SIGNERS:
        wrong = ("key-usage-wrong",)
        for what, says, granted, errors in (
            ("none", "has no key usage", None, ("key-usage-missing",)),
            ("commitment", "may only commit to content", usage("content_commitment"), wrong),
            (
                "with-certificates",
                "may sign certificates as well (keyCertSign)",
                usage("digital_signature", "key_cert_sign"),
                wrong,
            ),
            (
                "with-lists",
                "may sign revocation lists as well (cRLSign)",
                usage("digital_signature", "crl_sign"),
                wrong,
            ),
            (
                "with-commitment",
                "may commit to content as well, which is allowed",
                usage("digital_signature", "content_commitment"),
                (),
            ),
        ):
            _add(
                f"{profile or 'guessed'}-usage-{what}",
                f"A signer that {says}.",
                signer(**_changed(usage=granted)),
                "SC-17",
                *errors,
                profile=profile,
            )
        _add(
            f"{profile or 'guessed'}-usage-not-critical",
            "A signer whose key usage is not critical, which is advised.",
            signer(critical=frozenset()),
            "SC-17",
            advice=("key-usage-not-critical",),
            profile=profile,
        )
    for what, says, granted, errors, advice in (
        ("none", "has no key usage", None, ("key-usage-missing",), ()),
        (
            "signatures",
            "may not sign certificates (no keyCertSign)",
            usage("digital_signature", "crl_sign"),
            ("key-usage-wrong",),
            (),
        ),
        (
            "without-lists",
            "may not sign revocation lists, which is advised",
            usage("key_cert_sign"),
            (),
            ("key-usage-wrong",),
        ),
    ):
        _add(
            f"eu-csca-usage-{what}",
            f"An authority that {says}.",
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
            "A signer without subject key identifier, which is advised.",
            signer(**_changed(subject_key=None)),
            "SC-18",
            advice=("subject-key-identifier-missing",),
            profile=profile,
        )
        _add(
            f"{profile or 'guessed'}-no-authority-key",
            "A signer that does not name its authority's key.",
            signer(**_changed(authority_key=None)),
            "SC-18",
            "authority-key-identifier-missing",
            profile=profile,
        )
        _add(
            f"{profile or 'guessed'}-no-revocation-list",
            "A signer that does not say where its revocation list is, as is advised.",
            signer(**_changed(crl=None)),
            "SC-18",
            advice=("crl-distribution-point-missing",),
            profile=profile,
        )
    for profile in ("eu-csca", "who-sca"):
        _add(
            f"{profile or 'guessed'}-no-subject-key",
            "An authority without subject key identifier, which it needs.",
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
        ("test", "A signer for tests only.", purposes(1), (), ("test",)),
        ("vaccination", "A signer for vaccinations only.", purposes(2), (), ("vaccination",)),
        ("recovery", "A signer for recoveries only.", purposes(3), (), ("recovery",)),
        ("two", "A signer for tests and recoveries.", purposes(3, 1), (), ("recovery", "test")),
        ("old-test", "A signer for tests only, in the older arc.", purposes(1, arc=OLD_ARC), old, ("test",)),
        (
            "old-vaccination",
            "A signer for vaccinations only, in the older arc.",
            purposes(2, arc=OLD_ARC),
            old,
            ("vaccination",),
        ),
        (
            "old-all",
            "A signer for all three kinds, in the older arc.",
            purposes(1, 2, 3, arc=OLD_ARC),
            old,
            _ALL,
        ),
        ("both-arcs", "A signer for vaccinations only, in both arcs.", both, (), ("vaccination",)),
        ("none", "A signer without an extended key usage: it may sign all.", None, (), _ALL),
        ("mail", "A signer for mail only: it may sign all.", certificates.MAIL, unknown, _ALL),
        ("client", "A signer for TLS connections only: it may sign all.", certificates.CLIENT, unknown, _ALL),
        (
            "number-4",
            "A signer for purpose 4, which the arc does not have: it may sign all.",
            purposes(4),
            unknown,
            _ALL,
        ),
        (
            "mail-and-recovery",
            "A signer for mail and recoveries: it may sign recoveries only.",
            mixed,
            (),
            ("recovery",),
        ),
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
        "An empty list of purposes: an extension of another form, which is told; the key is read, and may sign all.",
        signer(**_changed(purposes=certificates.EMPTY_PURPOSES)),
        ("SC-5", "SC-24"),
        "extensions-unreadable",
    )
    for profile in _SIGNERS:
        _add(
            f"{profile or 'guessed'}-purpose-critical",
            "A signer whose purposes are critical, which is advised against.",
            signer(critical=frozenset({"usage", "purposes"})),
            "SC-19",
            advice=("purpose-critical",),
            profile=profile,
        )


def _lengths() -> None:
    """731 days for a signer, 1461 for an authority; a year at least by WHO, where the last second need not be there."""
    cases: tuple[tuple[str, timedelta, str, str | None], ...] = (
        ("eu-dsc", 731 * DAY, "731 days, as long as it may be", None),
        ("eu-dsc", 731 * DAY + SECOND, "a second too long", "validity-too-long"),
        ("who-dsc", 731 * DAY, "731 days, as long as it may be", None),
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
        ("none", "A signer that states no period for the use of its private key.", None, missing),
        (
            "184-days",
            "The private key may be used for 184 days, the most that is advised.",
            period(START, START + 184 * DAY),
            (),
        ),
        (
            "184-days-and-a-second",
            "The private key may be used for 184 days and a second.",
            period(START, START + 184 * DAY + SECOND),
            too_long,
        ),
        (
            "starts-early",
            "The use of the private key starts a second before the certificate.",
            period(START - SECOND, START + DAY),
            outside,
        ),
        (
            "ends-with-it",
            "The use of the private key ends the second the certificate ends.",
            period(ends - DAY, ends),
            (),
        ),
        (
            "ends-late",
            "The use of the private key ends a second after the certificate.",
            period(ends - DAY, ends + SECOND),
            outside,
        ),
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
        (
            "a-second-before",
            starts - SECOND,
            "Asked for the second before the certificate starts.",
            ("not-yet-valid",),
            (),
        ),
        ("as-it-starts", starts, "Asked for the second the certificate starts.", (), ()),
        ("as-its-key-ends", key_ends, "Asked for the last second in which its private key may sign.", (), ()),
        (
            "a-second-after-its-key",
            key_ends + SECOND,
            "Asked for the second after the last one in which its private key may sign: what it has signed counts.",
            (),
            used,
        ),
        ("as-it-ends", ends, "Asked for the last second of its validity.", (), used),
        ("a-second-after", ends + SECOND, "Asked for the second after its end.", ("expired",), ()),
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
                f"Asked when thirty days are left{', less a second' if at != limit else ' to the second'}.",
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
            "A signer that names the authority, and that another key signed.",
            signer(by="es256-stranger"),
            "SC-23",
            "not-signed-by-authority",
            profile=profile,
            by=above,
        )
        _add(
            f"{profile or 'guessed'}-signed-by-signer",
            "A signer that another signer issued, which is no authority.",
            signer(),
            "SC-23",
            "issuer-not-authority",
            profile=profile,
            by=signer(subject=certificates.AUTHORITY, of="csca-es256", **_changed(subject_key=None)),
        )
        _add(
            f"{profile or 'guessed'}-another-authority-key",
            "A signer whose authority key identifier is that of another key.",
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
            "A signer of Laos that an authority of Viet Nam issued.",
            signer(subject=name("TEST DSC", "LA")),
            "SC-23",
            "authority-country",
            profile=profile,
            by=above,
            country="LA",
        )
        for what, says, ends, errors in (
            ("ends-with-authority", "the second its authority ends", START + 1461 * DAY, ()),
            (
                "outlives-authority",
                "a second after its authority",
                START + 1461 * DAY + SECOND,
                ("outlives-authority",),
            ),
        ):
            _add(
                f"{profile or 'guessed'}-{what}",
                f"A signer that ends {says}.",
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
        for what, says, starts, errors in (
            ("issued-as-authority-key-ends", "the last second", START + 365 * DAY, ()),
            (
                "issued-after-authority-key",
                "a second after the last one",
                START + 365 * DAY + SECOND,
                ("authority-key-use-ended",),
            ),
        ):
            _add(
                f"{profile or 'guessed'}-{what}",
                f"A signer that starts {says} in which its authority's private key may sign.",
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
        "A signer whose BasicConstraints say that it is an authority, without path length.",
        signer(**_changed(constraints=x509.BasicConstraints(ca=True, path_length=None))),
        "SC-16",
        "is-authority",
    )
    _add(
        "guessed-authority-constraints-not-critical",
        "A certificate that says it is an authority, in BasicConstraints that are not critical.",
        authority(critical=frozenset({"usage"})),
        "SC-16",
        advice=("basic-constraints-not-critical",),
        profile=None,
    )
    _add(
        "eu-tls-without-any-purpose",
        "A certificate for TLS connections without an extended key usage.",
        signer(**_changed(purposes=None)),
        "SC-19",
        "purpose-missing",
        profile="eu-tls",
    )
    _add(
        "who-sca-on-its-last-day",
        "Asked for the last second of an authority's validity.",
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
        "Six faults: each is told, and the first in the order of the specification is the reason.",
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


def _two_countries() -> None:
    for what, second, description, country in (
        ("the-same-country-twice", "VN", "The subject names one country twice.", "VN"),
        ("the-same-country-in-two-cases", "vn", "The subject names one country in both cases.", "VN"),
        ("a-country-and-no-country", "V1", "The subject names a country, and beside it none.", None),
    ):
        subject = name("TEST DSC", "VN", second)
        _add(
            what,
            description,
            signer(subject=subject),
            ("SC-3", "SC-14"),
            "country-repeated",
            country=country,
        )


def _unreadable_parts() -> None:
    words, no_words = b"TEST vaxcert", b"TEST \xff\xff\xff\xff\xff\xff\xff"
    for what, subject, errors, description in (
        ("other", certificates.SIGNER, (), "Subject and issuer cannot be read, and differ."),
        (
            "one",
            certificates.AUTHORITY,
            ("self-issued",),
            "Subject and issuer cannot be read, and are the same.",
        ),
    ):
        der = signer(subject=subject, encoded=lambda body: body.replace(words, no_words))
        _add(f"names-unreadable-{what}", description, der, ("SC-23", "SC-24"), *errors)
    broken = replaced(b"\x0c\x08TEST DSC", b"\x1f\x1f\x07EST DSC")
    _add(
        "unreadable-subject-and-serial",
        "A subject that cannot be taken apart is told before a serial number of zero.",
        signer(encoded=lambda body: with_serial(b"\0")(broken(body))),
        "SC-24",
        "extensions-unreadable",
        "serial-not-positive",
    )
    surplus = x509.UnrecognizedExtension(ObjectIdentifier("2.5.29.15"), bytes.fromhex("03020786"))
    _add(
        "key-usage-bits-that-do-not-count",
        "Only the first bit of the key usage counts; keyCertSign and cRLSign stand beyond it.",
        signer(**_changed(usage=surplus)),
        ("SC-17", "SC-24"),
        "extensions-unreadable",
    )
    _add(
        "authority-name-encoded-otherwise",
        "The issuer is the authority's name in another type of string: it reads the same, and is not the same.",
        signer(encoded=replaced(b"\x0c\x09TEST CSCA", b"\x13\x09TEST CSCA")),
        "SC-23",
        "not-signed-by-authority",
        by=authority(),
    )
    _add(
        "two-signature-algorithms",
        "The algorithm that is signed with it is ECDSA with SHA-384, the one behind it with SHA-256.",
        signer(
            encoded=replaced(bytes.fromhex("06082a8648ce3d040302"), bytes.fromhex("06082a8648ce3d040303"))
        ),
        "SC-23",
        "not-signed-by-authority",
        by=authority(),
    )
    nameless = x509.AuthorityKeyIdentifier(None, [x509.DirectoryName(certificates.AUTHORITY)], 1)
    _add(
        "authority-without-key-identifier",
        "The authority is named by its name and serial number, without a key identifier.",
        signer(**_changed(authority_key=nameless)),
        ("SC-18", "SC-23"),
        by=authority(),
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
_two_countries()
_unreadable_parts()
