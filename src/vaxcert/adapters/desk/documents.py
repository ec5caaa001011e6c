"""The travel document beside the certificates, as the page holds it and sends it with each scan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vaxcert.model.moments import in_utc
from vaxcert.model.mrz import TravelDocument, read_mrz
from vaxcert.presentation.texts import Texts
from vaxcert.rules.identity import Traveller, traveller_of
from vaxcert.rules.typed_traveller import typed_traveller


@dataclass(frozen=True, slots=True, repr=False)
class ShownDocument:
    """A document and whom it names. Its repr shows none of it.

    Attributes:
        sent: As the page holds it.
        traveller: Whom it names.
        document: What its machine readable zone says; None where the name was typed.
    """

    sent: dict[str, str]
    traveller: Traveller
    document: TravelDocument | None = None

    def as_json(self, at: datetime, texts: Texts) -> dict[str, Any]:
        """What the page shows of it."""
        one, read = self.traveller, self.document
        names = (one.family_name, one.given_name)
        return {
            "name": one.full_name or ("<<" if read else ", ").join(name for name in names if name),
            "birth_date_shown": texts.day(one.birth_date),
            "kind": None if read is None else read.kind,
            "issuer": None if read is None else read.issuer,
            "expires_shown": "" if read is None else texts.day(read.expires),
            "expired": read is not None and read.expires is not None and read.expires < in_utc(at).date(),
        }


def read_document(sent: dict[str, str], at: datetime) -> ShownDocument:
    """Read a document as the page sends it.

    Args:
        sent: With the key `mrz`, or `name` and `birth_date`.
        at: Now, aware.

    Raises:
        MrzError: As `read_mrz`.
        DecodeError: `birth-date-unreadable`.
    """
    if "mrz" in sent:
        document = read_mrz(sent["mrz"], at=at)
        return ShownDocument({"mrz": sent["mrz"]}, traveller_of(document), document)
    name, birth_date = sent.get("name", ""), sent.get("birth_date", "")
    return ShownDocument({"name": name, "birth_date": birth_date}, typed_traveller(name, birth_date))
