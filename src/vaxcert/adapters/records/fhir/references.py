"""References between resources: by which names one is known, and which of them a reference means (FHIR R4, 2.3.0.2)."""

from __future__ import annotations

import re
from typing import Final

from vaxcert.adapters.records.fhir.shapes import Resource, many, text

_VERSION: Final = re.compile(r"/_history/[^/]*\Z")
_ABSOLUTE: Final = re.compile(r"(?:https?|urn):", re.IGNORECASE)


def names_of(full_url: str, resource: Resource) -> tuple[str, ...]:
    """By which names the resources of the same bundle can mean one.

    Args:
        full_url: Of its entry, or "".
        resource: The resource.

    Returns:
        Its URL; and `Patient/17` by its type and identifier, or by the end of its URL.
    """
    url = _plain(full_url)
    kind, identifier = text(resource.get("resourceType")), text(resource.get("id"))
    relative = {f"{kind}/{identifier}"} if identifier else set()
    if url.lower().startswith("http"):
        relative.add("/".join(url.split("/")[-2:]))
    return (*([url] if url else []), *sorted(relative))


def meanings(reference: str, referring_url: str) -> tuple[str, ...]:
    """The names that a reference can stand for, the likeliest first.

    Args:
        reference: As it is written: absolute, or relative to the server of the referring resource.
        referring_url: Full URL of the entry that refers, or "".
    """
    target = _plain(reference)
    if target.startswith("urn:"):
        return (target,)
    relative = "/".join(target.split("/")[-2:])
    if _ABSOLUTE.match(target):
        return target, relative
    if referring_url.lower().startswith("http"):
        base = "/".join(_plain(referring_url).split("/")[:-2])
        return f"{base}/{target}", relative
    return (relative,)


def fits(meaning: str, full_url: str) -> bool:
    """Whether a resource that is known by a name, relative perhaps, may be meant: not if it is of another server.

    Args:
        meaning: The first of `meanings`.
        full_url: Of the entry of the resource, or "".
    """
    url = _plain(full_url)
    both_absolute = meaning.lower().startswith("http") and url.lower().startswith("http")
    return not both_absolute or meaning == url


def _plain(url: str) -> str:
    """Without a version; UUIDs are written with small and with capital letters."""
    return url.lower() if url[:4].lower() == "urn:" else _VERSION.sub("", url)


def contained(resource: Resource, reference: str) -> Resource | None:
    """The resource inside another one that a reference like `#p1` means."""
    if not reference.startswith("#"):
        return None
    inside = (item for item in many(resource.get("contained")) if text(item.get("id")) == reference[1:])
    return next(inside, None)
