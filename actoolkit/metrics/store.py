"""What the shop took: orders, baskets, and how much came from people who had bought before."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from actoolkit.metrics.buyers import valid_orders
from actoolkit.metrics.days import Day, Grain, period_start, within_days
from actoolkit.metrics.eager import collected, handed_back, rated, share_of
from actoolkit.metrics.frames import Schema

_SUMMARY: Schema = {
    "period_on": "date",
    "currency": "text",
    "revenue_cents": "count",
    "orders": "count",
    "average_order_cents": "rate",
    "median_order_cents": "rate",
    "units": "count",
    "units_per_order": "rate",
    "discount_cents": "count",
    "discount_share": "rate",
    "customers": "count",
    "orders_without_email": "count",
}
_KINDS = ("new", "repeat", "unknown")
_NEW: Schema = {
    "period_on": "date",
    "currency": "text",
    **{f"{kind}_orders": "count" for kind in _KINDS},
    **{f"{kind}_revenue_cents": "count" for kind in _KINDS},
    "repeat_share": "rate",
    "repeat_share_low": "rate",
    "repeat_share_high": "rate",
}


def store_summary(
    orders: Any, *, grain: Grain | None = "month", since: Day = None, until: Day = None
) -> Any:
    """Sum up the shop per period and currency.

    Grain: one row per currency and period with an order; one per currency for ``grain=None``.
    Orders are those completed and recovered, on the day that the account's clock showed; one
    without a date or an amount is left out, as in `revenue_by_period`.

    Args:
        orders: Result of `actoolkit.load_ecom_orders`.
        grain: Length of a period: "day", "week" (from Monday), "month", "quarter", "year"; None for
            all in one.
        since: First day.
        until: The day after the last.

    Returns:
        The same kind of frame, sorted by currency and period:
        ``period_on (Date): first day of the period``, not there for ``grain=None``;
        ``currency (String): null if not known``;
        ``revenue_cents (Int64, hundredths of the currency): total, shipping and tax included``;
        ``orders (Int64)``;
        ``average_order_cents (Float64): revenue_cents / orders``;
        ``median_order_cents (Float64): middle order, the mean of two for an even number``;
        ``units (Int64): products; an unknown number adds nothing``;
        ``units_per_order (Float64): units / orders whose number is known; null if none is``;
        ``discount_cents (Int64): an unknown discount adds nothing``;
        ``discount_share (Float64): discount_cents / (revenue_cents + discount_cents)``, null where
        negative amounts put it outside 0..1;
        ``customers (Int64): different addresses``, which do not add up over periods;
        ``orders_without_email (Int64)``.

    Raises:
        InvalidArgument: Unknown ``grain``, a day that is none, or days that end before they begin.
        MissingColumns: ``orders`` lacks a column.

    Source:
        `actoolkit.metrics.explain("store_summary")`.

    Example:
        >>> import polars as pl
        >>> from datetime import datetime
        >>> orders = pl.DataFrame({
        ...     "email": ["ann@example.com", "bob@example.com"], "state": ["completed"] * 2,
        ...     "currency": ["EUR"] * 2, "total_cents": [3000, 1000], "discount_cents": [0, 1000],
        ...     "product_count": [3, 1], "ordered_local": [datetime(2026, 5, 2)] * 2,
        ... })
        >>> made = store_summary(orders)
        >>> made.select("revenue_cents", "units_per_order", "discount_share").rows()
        [(4000, 2.0, 0.2)]
    """
    amounts = ("currency", "total_cents", "discount_cents", "product_count")
    found = valid_orders("store_summary", orders, *amounts, since=since, until=until)
    found = found.with_columns(period_on=period_start(nw.col("ordered_local"), grain or "day"))
    kinds: Schema = {
        "period_on": "date",
        "currency": "text",
        "total_cents": "count",
        "discount_cents": "count",
        "product_count": "count",
        "customer": "text",
    }
    rows = collected(found.filter(~nw.col("total_cents").is_null()), kinds)
    keys = ["currency"] if grain is None else ["currency", "period_on"]
    cents, units = pl.col("total_cents"), pl.col("product_count")
    made = rows.group_by(keys).agg(
        cents.sum().alias("revenue_cents"),
        pl.len().alias("orders"),
        cents.mean().alias("average_order_cents"),
        cents.median().alias("median_order_cents"),
        units.sum().alias("units"),
        pl.when(units.count() > 0).then(units.sum() / units.count()).alias("units_per_order"),
        pl.col("discount_cents").sum(),
        pl.col("customer").drop_nulls().n_unique().alias("customers"),
        pl.col("customer").null_count().alias("orders_without_email"),
    )
    whole = pl.col("revenue_cents") + pl.col("discount_cents")
    share = share_of(pl.col("discount_cents"), whole)
    made = made.with_columns(discount_share=share).sort(keys)
    schema = {name: kind for name, kind in _SUMMARY.items() if name in made.columns}
    return handed_back("store_summary", made, orders, schema)


def new_vs_repeat(
    orders: Any,
    *,
    grain: Grain = "month",
    since: Day = None,
    until: Day = None,
    confidence: float = 0.95,
) -> Any:
    """Part orders and revenue into first orders and later ones.

    Grain: one row per currency and period with an order. An order is new if it is its customer's
    first in the whole frame, whatever the currency; ``since`` and ``until`` choose the periods
    shown, not the orders looked at. Where the history begins late, people who bought before it
    count as new. Parts add up to `revenue_by_period`.

    Args:
        orders: Result of `actoolkit.load_ecom_orders`.
        grain: Length of a period: "day", "week" (from Monday), "month", "quarter" or "year".
        since: First day.
        until: The day after the last.
        confidence: Coverage of the Wilson intervals.

    Returns:
        The same kind of frame, sorted by currency and period:
        ``period_on (Date)``, ``currency (String): null if not known``,
        ``new_orders (Int64)``, ``repeat_orders (Int64)``,
        ``unknown_orders (Int64): no e-mail address``,
        ``new_revenue_cents``, ``repeat_revenue_cents``, ``unknown_revenue_cents (Int64)``;
        ``repeat_share (Float64): repeat_orders / (new_orders + repeat_orders)``, with
        ``repeat_share_low`` and ``repeat_share_high``.

    Raises:
        InvalidArgument: Unknown ``grain``, a day that is none, or days that end before they begin.
        MissingColumns: ``orders`` lacks a column.

    Source:
        `actoolkit.metrics.explain("repeat_share")`.

    Example:
        >>> import polars as pl
        >>> from datetime import UTC, datetime, timedelta
        >>> times = [datetime(2026, 5, 2) + timedelta(days=n) for n in range(3)]
        >>> orders = pl.DataFrame({
        ...     "order_id": ["1", "2", "3"], "email": ["ann@example.com", "Ann@example.com", None],
        ...     "state": ["completed"] * 3, "currency": ["EUR"] * 3, "total_cents": [100, 200, 400],
        ...     "ordered_local": times, "ordered_at": [time.replace(tzinfo=UTC) for time in times],
        ... })
        >>> shares = new_vs_repeat(orders)
        >>> shares.select("new_orders", "repeat_revenue_cents", "unknown_orders").rows()
        [(1, 200, 1)]
    """
    wall = nw.col("ordered_local")
    found = valid_orders(
        "new_vs_repeat", orders, "order_id", "currency", "total_cents", "ordered_at"
    )
    found = found.with_columns(period_on=period_start(wall, grain))
    kinds: Schema = {
        "period_on": "date",
        "currency": "text",
        "total_cents": "count",
        "customer": "text",
        "ordered_local": "wall",
        "ordered_at": "moment",
        "order_id": "key",
    }
    rows = collected(found, kinds).sort("ordered_at", "order_id")
    known = pl.col("customer").is_not_null()
    kind = (
        pl.when(~known)
        .then(pl.lit("unknown"))
        .when(known & pl.col("customer").is_first_distinct())
        .then(pl.lit("new"))
        .otherwise(pl.lit("repeat"))
    )
    rows = rows.with_columns(kind=kind).filter(pl.col("total_cents").is_not_null())
    shown = within_days(wall, since, until)
    if shown:
        rows = nw.from_native(rows).filter(*shown).to_native()
    part = {name: pl.col("kind") == name for name in _KINDS}
    made = rows.group_by("currency", "period_on").agg(
        *(part[name].sum().alias(f"{name}_orders") for name in _KINDS),
        *(
            pl.col("total_cents").filter(part[name]).sum().alias(f"{name}_revenue_cents")
            for name in _KINDS
        ),
    )
    known_orders = pl.col("new_orders") + pl.col("repeat_orders")
    made = rated(made, "repeat_share", "repeat_orders", known_orders, confidence)
    return handed_back("new_vs_repeat", made.sort("currency", "period_on"), orders, _NEW)
