"""The library of Arrow batches, which is an extra and is loaded at first use."""

from __future__ import annotations

import importlib
from typing import Any

from vaxcert.errors import AdapterError, Reason


def import_arrow() -> Any:
    """The library of Arrow batches.

    Raises:
        AdapterError: `extra-missing`.
    """
    try:
        return importlib.import_module("pyarrow")
    except ImportError:
        raise AdapterError(Reason.EXTRA_MISSING, "pyarrow is not installed: install vaxcert[bulk]") from None


def import_compute() -> Any:
    """What computes with Arrow arrays.

    Raises:
        AdapterError: `extra-missing`.
    """
    import_arrow()
    return importlib.import_module("pyarrow.compute")
