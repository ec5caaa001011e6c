"""The package that speaks PKCS #11, which not everybody installs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from vaxcert.errors import AdapterError, Reason


@contextmanager
def needs_python_pkcs11() -> Iterator[None]:
    """Around imports of modules that need it.

    Raises:
        AdapterError: `extra-missing`.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in ("pkcs11", "asn1crypto"):
            raise
        raise AdapterError(
            Reason.EXTRA_MISSING, "python-pkcs11 is not installed: install vaxcert[hsm]"
        ) from None
