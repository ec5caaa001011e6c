"""Population registries: who confirms that a dose record is about the person that its identity number names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    import pyarrow as pa

IDENTITY_NUMBER: Final = "identity_number"
FULL_NAME: Final = "full_name"
BIRTH_DATE: Final = "birth_date"
SEX: Final = "sex"

COLUMNS: Final = (IDENTITY_NUMBER, FULL_NAME, BIRTH_DATE, SEX)
"""The columns of a question, all of them text."""

REQUIRED: Final = (IDENTITY_NUMBER, FULL_NAME, BIRTH_DATE)
"""What an extract of a registry has to know. Of the sex it need not."""


class PopulationRegistry(Protocol):
    """Whoever knows all people of a country by their identity numbers. Goes through pickle, connections do not."""

    def match(self, people: pa.RecordBatch) -> pa.ListArray:
        """Compare people with what is registered under their identity numbers.

        Args:
            people: The `COLUMNS`, any further ones are left alone. `birth_date` is as much of yyyy-mm-dd as is known,
                `sex` is `male`, `female` or null. Ask for many at once: 100,000 and more.

        Returns:
            One list of record codes (`list<string>`) a row, in the same order: empty where all agrees, else
            `registry-not-found`, or `registry-unavailable`, or one `registry-...-mismatch` for each fact that differs.

        Raises:
            AdapterError: The registry can never answer as it is set up. That it does not answer now is
                `registry-unavailable` in the rows concerned.
        """
