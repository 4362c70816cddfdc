"""Where a loaded frame came from."""

from __future__ import annotations

from collections.abc import Iterable

from actoolkit.api.endpoints import ENDPOINTS
from actoolkit.errors import InvalidArgument, SnapshotMissing
from actoolkit.loaders._request import ROUTES, Missing, near_names, request_of
from actoolkit.settings import Account
from actoolkit.store import Manifest, Snapshots
from actoolkit.tables import TABLES


def provenance(
    table_name: str,
    *,
    account: Account | None = None,
    limit: int | None = None,
    include: str | Iterable[str] = (),
    order_by: str | None = None,
    missing: Missing = "raise",
    **filters: object,
) -> Manifest:
    """Give the manifest of the newest load of a table.

    Args:
        table_name: Name of the table, such as "campaigns".
        account: Whose; default `Account.from_env`.
        limit: As it was passed to the loader.
        include: As it was passed to the loader.
        order_by: As it was passed to the loader.
        missing: As it was passed to the loader.
        **filters: Filters of the API, and ids of parents, as they were passed to the loader,
            such as ``state="completed"``. What is filtered after loading (``since``, ``until``,
            several states) belongs to the whole load.

    Returns:
        Account, endpoint, query, moment, rows, the API's total, certainty, unknown fields, digest.
        What each of them means is told by `actoolkit.store.Manifest`.

    Raises:
        InvalidArgument: There is no such table or filter.
        SnapshotMissing: It was never loaded.

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     campaigns = ac.load_campaigns(account=account, progress=False)
        ...     ac.provenance("campaigns", account=account).certainty
        'proven'
    """
    there = [name for name in TABLES if name in ENDPOINTS or name in ROUTES]
    if table_name not in there:
        near = near_names([table_name], there)
        raise InvalidArgument(
            f"There is no table {table_name!r}.", hint=near or "describe() lists the tables."
        )
    request = request_of(
        table_name,
        filters=filters,
        limit=limit,
        include=include,
        order_by=order_by,
        missing=missing,
    )
    found = Snapshots(Account.chosen(account)).find(request.table, request.query)
    if found is None:
        raise SnapshotMissing(
            f"{table_name} was not loaded with these filters.",
            hint=f"Call load_{table_name} first.",
        )
    return found
