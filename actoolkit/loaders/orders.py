"""Orders of connected stores, and their products."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import polars as pl

from actoolkit.api.endpoints import ENDPOINTS, ORDER_STATES
from actoolkit.errors import InvalidArgument
from actoolkit.loaders._ids import Ids
from actoolkit.loaders._load import DAY, Frame, How, load
from actoolkit.loaders._period import Moment
from actoolkit.loaders._request import Missing
from actoolkit.settings import Account, FrameKind


def load_ecom_orders(
    *,
    connection_id: str | int | None = None,
    external_id: str | None = None,
    external_checkout_id: str | None = None,
    email: str | None = None,
    state: str | Sequence[str] | None = None,
    customer_id: str | int | None = None,
    external_created_at: datetime | date | str | None = None,
    order_by: str | None = None,
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
    """Load orders and abandoned carts.

    Grain: one row per order or abandoned cart; a recovered cart is the abandoned row itself, so
    revenue is the states "completed" and "recovered". Time column: ``ordered_at``.

    Args:
        connection_id: Orders of this store only (the API filters).
        external_id: The order of this id in its store only (the API filters).
        external_checkout_id: The cart of this id in its store only (the API filters).
        email: Orders of this buyer only (the API filters).
        state: "pending", "completed", "abandoned", "recovered" or "waiting". One state is asked of
            the API and stored by itself; of several, all orders are loaded and stored once and then
            filtered here, since the API takes one state per request.
        customer_id: Orders of this customer only (the API filters).
        external_created_at: Orders placed in their store at this moment only (the API filters); a
            datetime needs a zone.
        order_by: "connection_id", "external_id", "external_checkout_id", "email", "state",
            "customer_id", "external_created_at"; a "-" before it turns it round (the API orders).
        account: Whom to read; default `Account.from_env`.
        since: First moment that is in: a date or naive datetime of the account's wall clock, a
            datetime with a zone, or the ISO text of one.
        until: First moment that is out.
        max_age: A snapshot younger than this is served without a request.
        refresh: Load again, whatever is stored.
        limit: The first so many rows only, marked "unverified".
        frame: "polars" or "pandas"; default the account's.
        lazy: Give a ``polars.LazyFrame`` over the snapshot.
        progress: Show a bar; default in terminals and notebooks.
        snapshot: Id of a load (`pin`): its rows again, without a request, whatever came since.
        mask: Cover personal data: see `actoolkit.loaders`.

    Returns:
        Columns (all: ``describe("ecom_orders")``):

        - order_id (String): identifies the order.
        - email (String, personal data), customer_id (String), connection_id (String).
        - state (String), source (String): "historical" or "real time".
        - currency (String), total_cents, shipping_cents, tax_cents, discount_cents (Int64,
          hundredths of the currency): currencies never add.
        - product_count (Int64, products).
        - ordered_at (Datetime, UTC), ordered_local (Datetime, account's wall clock).
        - abandoned_at (Datetime, UTC): when the cart counted as abandoned.

    Raises:
        NotAvailable: The plan, the permission or the account lacks it: catch it and go on.
        ApiError: The account did not answer, or refused.
        IncompleteLoad: Rows are missing; nothing is stored.
        InvalidArgument: A value that could not be honoured; nothing was sent.
        StoreError: The cache folder cannot be used.

    Source:
        https://developers.activecampaign.com/reference/list-all-orders

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     orders = ac.load_ecom_orders(
        ...         account=account, state=("completed", "recovered"), progress=False
        ...     )
        >>> set(orders["state"]) <= {"completed", "recovered"}
        True
    """
    how = How(account, since, until, max_age, refresh, limit, frame, lazy, progress, snapshot, mask)
    filters = {
        "connection_id": connection_id,
        "external_id": external_id,
        "external_checkout_id": external_checkout_id,
        "email": email,
        "customer_id": customer_id,
        "external_created_at": external_created_at,
    }
    if state is None or isinstance(state, str):
        return load("ecom_orders", how, filters={**filters, "state": state}, order_by=order_by)
    labels = [_state(one) for one in state]
    if limit is not None:
        raise InvalidArgument(
            "limit= cannot be combined with several states.", hint="Ask for one state, or for all."
        )
    chosen = pl.col("state").is_in(labels)
    return load("ecom_orders", how, filters=filters, where=chosen, order_by=order_by)


def load_ecom_order_products(
    *,
    order_ids: Ids | None = None,
    missing: Missing = "raise",
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
    """Load the products of orders.

    Grain: one row per product of an order. Time column: ``created_at``. The API gives no total for
    this collection, so that its end is found by asking behind it.

    Args:
        order_ids: Products of these orders, asked one by one: one id, several, or a column of a
            frame; None reads those of all orders.
        missing: "skip" goes on without a order that does not exist and says so.
        account: Whom to read; default `Account.from_env`.
        since: First moment that is in: a date or naive datetime of the account's wall clock, a
            datetime with a zone, or the ISO text of one.
        until: First moment that is out.
        max_age: A snapshot younger than this is served without a request.
        refresh: Load again, whatever is stored.
        limit: The first so many rows only, marked "unverified".
        frame: "polars" or "pandas"; default the account's.
        lazy: Give a ``polars.LazyFrame`` over the snapshot.
        progress: Show a bar; default in terminals and notebooks.
        snapshot: Id of a load (`pin`): its rows again, without a request, whatever came since.
        mask: Cover personal data: see `actoolkit.loaders`.

    Returns:
        Columns (all: ``describe("ecom_order_products")``):

        - order_product_id (String): identifies the line.
        - order_id (String): its order.
        - name, category, sku (String): the product.
        - price_cents (Int64, hundredths of the order's currency): price of one.
        - quantity (Int64, pieces).

    Raises:
        NotAvailable: The plan, the permission or the account lacks it: catch it and go on.
        NotFound: A order does not exist.
        ApiError: The account did not answer, or refused.
        IncompleteLoad: Rows are missing; nothing is stored.
        InvalidArgument: A value that could not be honoured; nothing was sent.
        StoreError: The cache folder cannot be used.

    Source:
        https://developers.activecampaign.com/reference/list-ecomorderproducts
        https://developers.activecampaign.com/reference/list-products-for-order

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     products = ac.load_ecom_order_products(account=account, progress=False)
        >>> products.columns[:2]
        ['order_product_id', 'order_id']
    """
    how = How(account, since, until, max_age, refresh, limit, frame, lazy, progress, snapshot, mask)
    filters = {"order_ids": order_ids}
    return load("ecom_order_products", how, filters=filters, missing=missing)


def _state(label: str) -> str:
    """Check one state; give its label."""
    code = ENDPOINTS["ecom_orders"].filters["state"].encode("state", label)
    return next(name for name, known in ORDER_STATES.items() if known == code)
