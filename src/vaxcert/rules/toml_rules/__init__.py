"""Own acceptance rules in a readable TOML form that compiles to CertLogic. Described in `docs/toml-rules.md`."""

from __future__ import annotations

from vaxcert.rules.toml_rules.compiling import compile_rules

__all__ = ["compile_rules"]
