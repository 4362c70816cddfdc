"""Keeping a load for good, so that an analysis can be repeated on the same rows."""

from __future__ import annotations

from typing import Any

import polars as pl

from actoolkit.errors import InvalidArgument, SnapshotMissing
from actoolkit.loaders._provenance import provenance
from actoolkit.loaders._request import Request
from actoolkit.settings import Account
from actoolkit.store import Manifest, Snapshots
from actoolkit.store.manifest import schema_version


def pin(table_name: str, *, account: Account | None = None, **query: Any) -> str:
    """Keep the newest load of a table for good, and give the id by which loaders return it.

    Args:
        table_name: Name of the table, such as "campaigns".
        account: Whose; default `Account.from_env`.
        **query: Filters, ``limit``, ``include`` and ids of parents, as they were passed to the
            loader; see `provenance`.

    Returns:
        The id, for ``snapshot=`` of the table's loader.

    Raises:
        InvalidArgument: There is no such table or filter.
        SnapshotMissing: It was never loaded.
        StoreError: The cache folder cannot be used.

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     lists = ac.load_lists(account=account, progress=False)
        ...     kept = ac.pin("lists", account=account)
        ...     again = ac.load_lists(account=account, snapshot=kept, progress=False)
        >>> again.equals(lists)
        True
    """
    chosen = Account.chosen(account)
    manifest = provenance(table_name, account=chosen, **query)
    Snapshots(chosen).pin(manifest)
    return manifest.id


def unpin(snapshot: str, *, account: Account | None = None) -> None:
    """Let a load go that `pin` kept: it is removed when newer ones come.

    Args:
        snapshot: Its id.
        account: Whose; default `Account.from_env`.

    Raises:
        SnapshotMissing: There is no such load.
        StoreError: The cache folder cannot be used.

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     lists = ac.load_lists(account=account, progress=False)
        ...     ac.unpin(ac.pin("lists", account=account), account=account)
    """
    snapshots = Snapshots(Account.chosen(account))
    snapshots.pin(snapshots.named(snapshot), on=False)


def pinned(
    snapshots: Snapshots, request: Request, snapshot: str, *, lazy: bool
) -> tuple[Manifest, pl.DataFrame | pl.LazyFrame]:
    """The rows of a load by its id, without a request.

    Args:
        snapshots: Of the account.
        request: What the loader was asked for besides.
        snapshot: The id.
        lazy: Whether to scan.

    Raises:
        InvalidArgument: It is a load of something else.
        SnapshotMissing: It is gone, damaged, or of a version with other columns.
    """
    manifest = snapshots.named(snapshot)
    if manifest.table != request.table.name or manifest.query != dict(request.query):
        raise InvalidArgument(
            f"{snapshot!r} is a load of {manifest.table} with the query {manifest.query}, "
            f"not of {request.table.name} with {dict(request.query)}.",
            hint="Pass the filters that it was loaded with.",
        )
    if manifest.schema_version != schema_version(request.table):
        raise SnapshotMissing(
            f"{snapshot!r} was stored by actoolkit {manifest.actoolkit_version}, with other "
            "columns.",
            hint="Use that version, or read its Parquet file.",
        )
    return manifest, snapshots.scan(manifest) if lazy else snapshots.read(manifest)
