"""Imported first by a process that is ours alone: keeps pandas out of it.

Arrow loads pandas with the first array it makes, wherever that is installed, to recognise its objects. Nothing here
makes any, and loading it takes as long as issuing some ten thousand certificates.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType


class _WithoutPandas(MetaPathFinder):
    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        """Say that pandas is absent, and leave all else to others."""
        if name == "pandas":
            raise ModuleNotFoundError("not loaded by vaxcert", name=name)


sys.meta_path.insert(0, _WithoutPandas())
