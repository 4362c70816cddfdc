"""Customers of connected stores."""

from __future__ import annotations

from datetime import timedelta

from actoolkit.loaders._load import DAY, Frame, How, load
from actoolkit.loaders._period import Moment
from actoolkit.settings import Account, FrameKind


def load_ecom_customers(
    *,
    email: str | None = None,
    external_id: str | None = None,
    connection_id: str | int | None = None,
    account: Account | None = None,
    since: Moment | None = None,
    until: Moment | None = None,
    max_age: timedelta = DAY,
    refresh: bool = False,
    limit: int | None = None,
    frame: FrameKind | None = None,
    lazy: bool = False,
    progress: bool | None = None,
    snapshot: str | None = None,
    mask: bool = False,
) -> Frame:
    """Load customers of connected stores.

    Grain: one row per customer and store, and one roll-up row per customer over all stores, marked
    ``is_rollup``: sums over both count everything twice.

    Args:
        email: Customers of this address only (the API filters).
        external_id: Customers of this id in their store only (the API filters).
        connection_id: Customers of this store only (the API filters).
        account: Whom to read; default `Account.from_env`.
        since: Refused: the table has no time column.
        until: Refused: the table has no time column.
        max_age: A snapshot younger than this is served without a request.
        refresh: Load again, whatever is stored.
        limit: The first so many rows only, marked "unverified".
        frame: "polars" or "pandas"; default the account's.
        lazy: Give a ``polars.LazyFrame`` over the snapshot.
        progress: Show a bar; default in terminals and notebooks.
        snapshot: Id of a load (`pin`): its rows again, without a request, whatever came since.
        mask: Cover personal data: see `actoolkit.loaders`.

    Returns:
        Columns (all: ``describe("ecom_customers")``):

        - customer_id (String): identifies the customer.
        - email (String, personal data), external_id (String).
        - connection_id (String): store, null for the roll-up row; is_rollup (Boolean).
        - total_revenue_cents (Int64, hundredths of a currency that the API does not name).
        - total_orders (Int64, orders), total_products (Int64, products).

    Raises:
        NotAvailable: The plan, the permission or the account lacks it: catch it and go on.
        ApiError: The account did not answer, or refused.
        IncompleteLoad: Rows are missing; nothing is stored.
        InvalidArgument: A value that could not be honoured; nothing was sent.
        StoreError: The cache folder cannot be used.

    Source:
        https://developers.activecampaign.com/reference/list-all-customers

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     customers = ac.load_ecom_customers(account=account, progress=False)
        >>> customers.columns[:4]
        ['customer_id', 'email', 'connection_id', 'is_rollup']
    """
    how = How(account, since, until, max_age, refresh, limit, frame, lazy, progress, snapshot, mask)
    filters = {"email": email, "external_id": external_id, "connection_id": connection_id}
    return load("ecom_customers", how, filters=filters)
