"""The manifest of a finished load: what was asked, what came, how sure it is, and a digest."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from actoolkit.tables import Table

Certainty = Literal["proven", "converged", "unverified"]
Query = Mapping[str, str | tuple[str, ...]]
"""A query as it travels: parameter to value. A load of the first rows only has a "limit"."""

WHOLE = "all"
"""Folder name of the query that asks for everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Where a stored frame came from.

    Attributes:
        account: Host of the account, or the name of a synthetic one.
        table: Name of the table.
        endpoint: Path below ``/api/3``.
        query: Parameters of the query; empty for the whole collection.
        generation: Name of the load; later ones sort behind.
        fetched_at: Start of the load by the account's clock, UTC: rows are at least as new.
        server_at: The server's clock at the first answer, UTC, or None.
        rows: Rows stored.
        vendor_total: Rows that the API said there are, or None.
        certainty: "proven" if the walk through the pages showed that no row which was there
            throughout was skipped; "converged" if the API's order shows no such thing, but the
            whole was read until two readings agreed with each other and the total; otherwise
            "unverified". Where the API gives no total, which ``notes`` says, an answer of the right
            form is believed.
        unknown_fields: Fields that the table does not know, and in how many rows.
        rescued_values: Known fields whose value did not fit, and how many.
        requests: Answers behind the rows, those kept by an interrupted load included.
        sha256: Digest of the Parquet file.
        file: Name of the Parquet file, beside the manifest.
        schema_version: Digest of the table's columns and types.
        actoolkit_version: Version that wrote it.
        stale: Whether it was marked as not to be served.
        notes: What else is to be known of it, a sentence each.
        whole_at: Start of the last load that read every row; None when nothing is sure about it.
    """

    account: str
    table: str
    endpoint: str
    query: dict[str, str | tuple[str, ...]]
    generation: str
    fetched_at: datetime
    server_at: datetime | None
    rows: int
    vendor_total: int | None
    certainty: Certainty
    unknown_fields: dict[str, int]
    rescued_values: dict[str, int]
    requests: int
    sha256: str
    file: str
    schema_version: str
    actoolkit_version: str
    stale: bool = False
    notes: tuple[str, ...] = ()
    whole_at: datetime | None = None

    @property
    def id(self) -> str:
        """Name of the load among all of the account's."""
        return f"{self.table}/{query_digest(self.query)}/{self.generation}"

    def age(self, now: datetime) -> timedelta:
        """Time since the load began.

        Args:
            now: Moment of the account's clock.
        """
        return now - self.fetched_at

    def to_dict(self) -> dict[str, object]:
        """The manifest in JSON's own types, for ``DataFrame.attrs`` and files."""
        plain: dict[str, object] = msgspec.to_builtins(self)
        return plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a loader knows about the rows it publishes; see `Manifest`."""

    endpoint: str
    generation: str
    fetched_at: datetime
    certainty: Certainty
    server_at: datetime | None = None
    vendor_total: int | None = None
    unknown_fields: Mapping[str, int] = field(default_factory=dict)
    rescued_values: Mapping[str, int] = field(default_factory=dict)
    requests: int = 0
    notes: tuple[str, ...] = ()
    whole_at: datetime | None = None


def query_digest(query: Query) -> str:
    """Name the folder of a query.

    Args:
        query: As it travels.

    Example:
        >>> query_digest({}), len(query_digest({"filters[state]": "1"}))
        ('all', 16)
    """
    if not query:
        return WHOLE
    return hashlib.sha256(msgspec.json.encode(dict(query), order="sorted")).hexdigest()[:16]


def schema_version(table: Table) -> str:
    """Digest of a table's columns and types: a snapshot of another shape is not served.

    Args:
        table: The shape.
    """
    shape = [[name, str(dtype)] for name, dtype in table.schema.items()]
    return hashlib.sha256(msgspec.json.encode(shape)).hexdigest()[:16]


def seal(manifest: Manifest) -> bytes:
    """Write a manifest as JSON that carries its own digest.

    Args:
        manifest: What to write.
    """
    plain = manifest.to_dict()
    sealed = {**plain, "manifest_sha256": _digest(plain)}
    return msgspec.json.format(msgspec.json.encode(sealed), indent=2) + b"\n"


def unseal(text: bytes) -> Manifest | None:
    """Read a manifest, or give None when a single bit of its content is not as written.

    Args:
        text: The file's bytes.
    """
    try:
        plain = msgspec.json.decode(text, type=dict[str, object])
        digest = plain.pop("manifest_sha256", None)
        if digest != _digest(plain):
            return None
        return msgspec.convert(plain, Manifest)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def _digest(plain: Mapping[str, object]) -> str:
    return hashlib.sha256(msgspec.json.encode(dict(plain), order="sorted")).hexdigest()
