"""A folder that keeps published lists, trust lists, revocation lists and rules of countries: `TrustStore`.

One module for each idea: what is imported on what terms (`imports`), what is remembered of it (`state`,
`revocation_state`), where its files are (`layout`), whose anchors judge it (`pinned_sources`), and the three
kinds of lists (`trust_store`, `revocation_store`, `rule_store`).
"""

from vaxcert.adapters.store.imports import ImportNote, ImportOptions, ImportOutcome, ImportResult
from vaxcert.adapters.store.state import Edition, Fetched, SourceTerms, StoredSource
from vaxcert.adapters.store.trust_store import StoreReading, TrustStore

__all__ = [
    "Edition",
    "Fetched",
    "ImportNote",
    "ImportOptions",
    "ImportOutcome",
    "ImportResult",
    "SourceTerms",
    "StoreReading",
    "StoredSource",
    "TrustStore",
]
