"""The three networks of the WHO GDHCN: production, acceptance tests (UAT) and development (DEV).

Each has a host, a `@context` and a key that signs its documents. They are pinned as package data, because the DIDs in
the documents are never resolved: a signed root document of one network refers to lists of another.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from vaxcert.errors import Reason, TrustListError
from vaxcert.trust.anchors import Anchor, read_anchors
from vaxcert.trust.formats.gdhcn.document import Document
from vaxcert.trust.origin import Environment

_FILE: Final = "networks.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """One network.

    Attributes:
        name: As WHO calls it.
        environment: What its keys are for.
        host: Where its documents live; part of their DIDs.
        context: The `@context` of its documents that the others do not have.
        value_sets: What the names of its value sets end in.
        signer: The DID that its proofs name.
        anchors: The pinned key of that DID.
    """

    name: str
    environment: Environment
    host: str
    context: str
    value_sets: str
    signer: str
    anchors: tuple[Anchor, ...] = field(repr=False)


@cache
def networks() -> tuple[Network, ...]:
    """The networks, read on first use."""
    from importlib.resources import files  # slow to import, and only those who read such lists pay

    text = files(__package__).joinpath("data", _FILE).read_text("utf-8")
    return tuple(_network(entry) for entry in json.loads(text)["networks"])


def network_of(document: Document) -> Network:
    """The network a document says it belongs to. Whether it does is for its proof to show.

    Raises:
        TrustListError: `trust-list-environment`, when it is none of the known ones, or when its DID, its `@context`
            and its signer belong to different ones.
    """
    host = document.id.split(":")[2]
    network = next((known for known in networks() if known.host == host), None)
    if network is None:
        names = ", ".join(known.host for known in networks())
        raise _mixed(f"host {host!r}, one of {names} expected")
    if document.context != network.context:
        raise _mixed(f"its DID is of {network.name}, its @context is not")
    if document.proof.signer != network.signer:
        raise _mixed(f"its DID is of {network.name}, its signer is not")
    return network


def _network(entry: dict[str, Any]) -> Network:
    name, environment = f"WHO GDHCN {entry['name']}", Environment(entry["environment"])
    key = json.dumps(entry["key"]).encode()
    return Network(
        name=entry["name"],
        environment=environment,
        host=entry["host"],
        context=entry["context"],
        value_sets=entry["value_sets"],
        signer=entry["signer"],
        anchors=read_anchors(key, name=name, environment=environment),
    )


def _mixed(problem: str) -> TrustListError:
    return TrustListError(Reason.TRUST_LIST_ENVIRONMENT, f"GDHCN document: {problem}")
