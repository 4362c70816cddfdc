"""The memory: snapshots, the page journal, locks."""

from __future__ import annotations

from actoolkit.store.generations import open_journal
from actoolkit.store.locks import holding
from actoolkit.store.manifest import Certainty, Facts, Manifest, Query, query_digest
from actoolkit.store.snapshots import Snapshots

__all__ = [
    "Certainty",
    "Facts",
    "Manifest",
    "Query",
    "Snapshots",
    "holding",
    "open_journal",
    "query_digest",
]
