"""`vaxcert inspect`: the layers of a certificate that nobody has verified."""

from __future__ import annotations

import argparse
import json
from typing import Any

from vaxcert import payloads
from vaxcert.adapters.certificate_inputs import find_sources, read_source
from vaxcert.cli.arguments import Commands, add_command
from vaxcert.cli.exit_codes import ExitCode, exit_code
from vaxcert.cli.output import Colour, Output
from vaxcert.cli.session import Session
from vaxcert.codec import base45, container, cose, cwt
from vaxcert.errors import VaxcertError
from vaxcert.limits import MAX_TEXT_CHARACTERS
from vaxcert.presentation.as_json import findings_json, moment_json, raw_json
from vaxcert.presentation.texts import Texts


def add_parser(commands: Commands, texts: Texts) -> None:
    """Add the command to the parser."""
    parser = add_command(commands, "inspect", texts, run)
    parser.add_argument("source", metavar="SOURCE", help=texts.get("help", "source"))


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Show every layer that can be read of each certificate in the source.

    Returns:
        `UNREADABLE` if a layer could not be read, else `ACCEPTED`, which here means no more than that.
    """
    status = ExitCode.ACCEPTED
    for source in find_sources([options.source]):
        for item in read_source(source, session.stdin):
            layers: dict[str, Any] = {"source": item.source, "verified": False}
            error = _read_layers(item.content, layers)
            if error is not None:
                status = exit_code(error)
            layers["error"] = None if error is None else str(error.reason)
            if options.json:
                session.output.json(layers)
            else:
                _write(session.output, session.texts, layers, error)
    return status


def _read_layers(content: str | bytes | VaxcertError, layers: dict[str, Any]) -> VaxcertError | None:
    """Add the layers one by one. Returns what stopped it."""
    if isinstance(content, VaxcertError):
        return content
    try:
        layers["transport"] = _transport(content)
        message_bytes = container.message_bytes(content)
        layers["transport"]["message_bytes"] = len(message_bytes)
        message = cose.read(message_bytes)
        layers["message"] = _message(message)
        claims, findings = cwt.read(message.payload)
        layers["claims"] = _claims(claims)
        layers["payload"] = raw_json(claims.hcert)
        _, payload_findings = payloads.read(claims.hcert)
        layers["findings"] = findings_json((*findings, *payload_findings))
    except VaxcertError as error:
        return error
    return None


def _transport(content: str | bytes) -> dict[str, Any]:
    if isinstance(content, bytes):
        return {"bytes": len(content)}
    transport: dict[str, Any] = {"characters": len(content)}
    if content.startswith(container.CONTEXT_IDENTIFIER) and len(content) <= MAX_TEXT_CHARACTERS:
        compressed = base45.decode(content.removeprefix(container.CONTEXT_IDENTIFIER))
        transport["compressed_bytes"] = len(compressed)
    return transport


def _message(message: cose.Sign1) -> dict[str, Any]:
    return {
        "tags": list(message.tags),
        "algorithm": message.algorithm,
        "kid": None if message.kid is None else message.kid.hex(),
        "protected": raw_json(message.protected_header),
        "unprotected": raw_json(message.unprotected_header),
        "payload_bytes": len(message.payload),
        "signature_bytes": len(message.signature),
    }


def _claims(claims: cwt.Claims) -> dict[str, Any]:
    dates = {"expires": claims.expires, "issued_at": claims.issued_at, "not_before": claims.not_before}
    return {
        "issuer": claims.issuer,
        **{name: None if date is None else moment_json(date) for name, date in dates.items()},
    }


def _write(output: Output, texts: Texts, layers: dict[str, Any], error: VaxcertError | None) -> None:
    warning = texts.get("inspect", "unverified")
    output.paragraph(warning, mark="! ", colour=Colour.YELLOW)
    output.rule()
    output.labelled(texts.get("inspect", "source"), layers["source"])
    if "transport" in layers:
        output.labelled(texts.get("inspect", "transport"), _sizes(layers["transport"], texts))
    if "message" in layers:
        _write_message(output, texts, layers["message"])
    for name in ("claims", "payload"):
        if name in layers:
            _write_tree(output, texts.get("inspect", name), layers[name])
    if "findings" in layers:
        found = [f"{texts.get('finding', one['code'])} [{one['code']}]" for one in layers["findings"]]
        output.labelled(texts.get("inspect", "findings"), *(found or [texts.get("inspect", "none")]))
    if error is not None:
        output.paragraph(f"{texts.get('reason', error.reason)} [{error.reason}] {error}", mark="? ")
    output.rule()
    output.paragraph(warning, mark="! ", colour=Colour.YELLOW)


def _sizes(transport: dict[str, int], texts: Texts) -> str:
    """From the outermost form to the innermost."""
    return " → ".join(
        texts.get("inspect", "characters" if name == "characters" else "bytes", count=size)
        for name, size in transport.items()
    )


def _write_message(output: Output, texts: Texts, message: dict[str, Any]) -> None:
    tags = ", ".join(map(str, message["tags"]))
    tagged = texts.get("inspect", "tags", tags=tags) if tags else texts.get("inspect", "no-tags")
    output.labelled(texts.get("inspect", "message"), tagged)
    output.labelled(texts.get("inspect", "protected"), _compact(message["protected"]))
    output.labelled(texts.get("inspect", "unprotected"), _compact(message["unprotected"]))
    size = texts.get("inspect", "bytes", count=message["signature_bytes"])
    output.labelled(texts.get("inspect", "signature"), size)


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _write_tree(output: Output, label: str, tree: object) -> None:
    output.line(f"  {label}")
    for line in json.dumps(tree, ensure_ascii=False, indent=2).splitlines():
        indent = len(line) - len(line.lstrip())
        output.paragraph(line.lstrip(), mark="    " + " " * indent)
