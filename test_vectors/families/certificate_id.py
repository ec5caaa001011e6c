"""Certificate identifiers: their three forms, what genuine issuers write instead, and the check character."""

from __future__ import annotations

from typing import Any, Final

from test_vectors.operation import OperationFamily

FAMILY: Final = OperationFamily(
    "certificate-id",
    "check-certificate-id",
    spec="eHealth Network guidelines, annex 2 (UVCI)",
)

_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/:"
_FORM: Final = "certificate-id-form"
_CHECK: Final = "certificate-id-check"


def luhn(text: str) -> str:
    """The check character of Luhn's algorithm modulo 38, as textbooks have it."""
    total = 0
    for place, character in enumerate(reversed(text)):
        value = _ALPHABET.index(character) * (2 if place % 2 == 0 else 1)
        total += value // len(_ALPHABET) + value % len(_ALPHABET)
    return _ALPHABET[-total % len(_ALPHABET)]


def _add(
    name: str, description: str, text: str, *findings: str, country: str | None = "VN", **said: Any
) -> None:
    FAMILY.add(
        name,
        description,
        {"text": text},
        {
            "outcome": "refused" if findings else "accepted",
            "reason": findings[0] if findings else None,
            "findings": sorted(findings),
            "canonical": said.get("canonical", text.split("#")[0].upper()),
            "country": country,
        },
        requirements=tuple(said.get("requirements", ("PP-30", "PP-32"))),
    )


def _forms() -> None:
    _add("opaque", "An opaque part alone.", "URN:UVCI:01:VN:4E5F1A0C9B7D42E8")
    _add("issuer", "Issuer and opaque part.", "URN:UVCI:01:VN:BYT/4E5F1A0C")
    _add(
        "issuer-and-vaccine",
        "Issuer, vaccine and opaque part: all three.",
        "URN:UVCI:01:VN:BYT/1528/4E5F1A0C",
    )
    _add("one-character", "An opaque part of one character.", "URN:UVCI:01:VN:X")
    _add("lower-case", "Lower case compares equal.", "urn:uvci:01:vn:4e5f1a0c")
    _add("mixed-case", "An identifier in both cases, which do not matter.", "URN:UVCI:01:VN:4e5F1a0C")
    _add(
        "another-country",
        "An identifier of another country than Viet Nam.",
        "URN:UVCI:01:DE:ROBERT/4E5F1A0C",
        country="DE",
    )


def _other_forms() -> None:
    def form(name: str, description: str, text: str, **said: Any) -> None:
        _add(name, description, text, _FORM, **said)

    form("four-parts", "Four parts.", "URN:UVCI:01:VN:A/B/C/D")
    form("empty-part", "An empty part.", "URN:UVCI:01:VN:A//C")
    form("ends-with-slash", "An empty last part.", "URN:UVCI:01:VN:A/")
    form("without-urn", "No URN in front.", "01:VN:4E5F1A0C")
    form("without-urn-two", "UVCI alone in front.", "UVCI:01:VN:4E5F1A0C")
    form("slashes", "Slashes for colons.", "01/VN/4E5F1A0C")
    form("country-attached", "No separator before the country.", "URN:UVCI:01VN/BYT/4E5F1A0C")
    form("country-attached-twice", "No separator around the country.", "01VN4E5F1A0C")
    form("uci", "UCI for UVCI.", "URN:UCI:01:VN:4E5F1A0C")
    form("dgci", "DGCI in front.", "DGCI:V1:VN:4E5F1A0C")
    form("version-v1", "Version V1.", "URN:UVCI:V1:VN:4E5F1A0C")
    form("version-v01", "Version V01.", "URN:UVCI:V01:VN:4E5F1A0C")
    form("version-1", "Version 1 is in no form in use.", "URN:UVCI:1:VN:4E5F1A0C", country=None)
    form("version-02", "Version 02 does not exist.", "URN:UVCI:02:VN:4E5F1A0C", country=None)
    form("dashes", "A UUID with its dashes.", "URN:UVCI:01:VN:4E5F1A0C-9B7D-42E8-A3D6-C0F1B2A39485")
    form("space-inside", "A space in it.", "URN:UVCI:01:VN:4E5F 1A0C")
    form(
        "space-around",
        "Spaces around it: they are not compared.",
        " URN:UVCI:01:VN:4E5F1A0C ",
        canonical="URN:UVCI:01:VN:4E5F1A0C",
    )
    form("three-letters", "A country of three letters.", "URN:UVCI:01:VNM:4E5F1A0C")
    form("country-of-digits", "A country of digits.", "URN:UVCI:01:12:4E5F1A0C", country=None)
    form("no-opaque-part", "Nothing after the country.", "URN:UVCI:01:VN:")
    form("words", "Words in place of an identifier.", "TEST 1", country=None)
    form("uuid", "A UUID alone.", "4E5F1A0C-9B7D-42E8-A3D6-C0F1B2A39485", country=None)
    form("empty", "An empty identifier.", "", country=None)


def _check_characters() -> None:
    def right(name: str, description: str, identifier: str, **said: Any) -> None:
        _add(name, description, f"{identifier}#{luhn(identifier.upper())}", **said, requirements=_CHECKED)

    def wrong(name: str, description: str, text: str, *more: str, **said: Any) -> None:
        _add(name, description, text, *more, _CHECK, **said, requirements=_CHECKED)

    _add(
        "check-of-the-guidelines",
        "The example of the guidelines, whose check character is E.",
        "URN:UVCI:01:SE:EHM/V12907267LAJW#E",
        country="SE",
        requirements=_CHECKED,
    )
    for other in "DF":
        wrong(
            f"check-of-the-guidelines-{other.lower()}",
            f"The example of the guidelines with the check character {other}, a neighbour of the right one.",
            f"URN:UVCI:01:SE:EHM/V12907267LAJW#{other}",
            country="SE",
        )
    right("check-right", "A right check character.", "URN:UVCI:01:VN:4E5F1A0C")
    for wanted in "A9/:":
        identifier = next(text for n in range(10_000) if luhn(text := f"URN:UVCI:01:VN:TEST{n}") == wanted)
        right(
            {"A": "check-first-letter", "9": "check-last-digit", "/": "check-slash", ":": "check-colon"}[
                wanted
            ],
            f"The check character is {wanted}, of which {_ALPHABET.index(wanted)} is the value.",
            identifier,
        )
    _add(
        "check-in-lower-case",
        "Identifier and check character in lower case.",
        "urn:uvci:01:se:ehm/v12907267lajw#e",
        country="SE",
        requirements=_CHECKED,
    )
    wrong(
        "character-changed",
        "One character of the identifier is another one.",
        "URN:UVCI:01:SE:EHM/V12907268LAJW#E",
        country="SE",
    )
    wrong(
        "characters-exchanged",
        "Two neighbours have changed places.",
        "URN:UVCI:01:SE:EHM/V12907276LAJW#E",
        country="SE",
    )
    identifier = "URN:UVCI:01:VN:4E5F1A0C"
    wrong("check-empty", "A mark and nothing after it.", f"{identifier}#", _FORM)
    wrong("check-of-two", "Two characters after the mark.", f"{identifier}#{luhn(identifier)}0", _FORM)
    wrong("check-of-eight", "Eight characters after the mark.", f"{identifier}#ABCDEFGH", _FORM)
    wrong(
        "check-without-prefix",
        "A check character that was made over the part after URN:UVCI: only.",
        _without_prefix(),
    )
    wrong("check-of-decimal-luhn", "The check digit that a card number would have.", _decimal())
    wrong(
        "identifier-with-dash",
        "An identifier with a hyphen, which has no value for the check character.",
        f"{identifier}-1#A",
        _FORM,
    )
    text = "01:VN:4E5F1A0C"
    _add(
        "check-right-form-wrong",
        "A right check character does not excuse the form.",
        f"{text}#{luhn(text)}",
        _FORM,
        requirements=_CHECKED,
    )


_CHECKED: Final = ("PP-31", "PP-32")


def _without_prefix() -> str:
    part = "01:VN:4E5F1A0C"
    assert luhn(part) != luhn(f"URN:UVCI:{part}")
    return f"URN:UVCI:{part}#{luhn(part)}"


def _decimal() -> str:
    """The identifier of digits alone, with their check digit modulo ten, which is another than modulo 38."""
    digits = "79927398713"
    text = f"URN:UVCI:01:VN:{digits[:-1]}"
    assert luhn(text) != digits[-1]
    return f"{text}#{digits[-1]}"


_forms()
_other_forms()
_check_characters()
