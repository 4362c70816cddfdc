"""Who buys again, in a window of days or within days of the first order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from actoolkit.metrics.arguments import whole_days
from actoolkit.metrics.buyers import first_and_second, valid_orders
from actoolkit.metrics.days import Day
from actoolkit.metrics.eager import collected, handed_back, rated
from actoolkit.metrics.frames import Schema

_RATE: Schema = {"repeat_rate": "rate", "repeat_rate_low": "rate", "repeat_rate_high": "rate"}
_REPEAT: Schema = {
    "customers": "count",
    "repeat_customers": "count",
    **_RATE,
    "orders": "count",
    "orders_per_customer": "rate",
    "orders_without_email": "count",
}
_WITHIN: Schema = {
    "within_days": "count",
    "customers": "count",
    "repeat_customers": "count",
    **_RATE,
    "too_recent": "count",
}


def repeat_purchase(
    orders: Any, *, since: Day = None, until: Day = None, confidence: float = 0.95
) -> Any:
    """Give the share of customers who ordered more than once in a window of days.

    Grain: one row. A customer is an e-mail address, trimmed and in lower case. People who first
    came near the end have had little time to come back; `repeat_within` is fair to them.

    Args:
        orders: Result of `actoolkit.load_ecom_orders`.
        since: First day.
        until: The day after the last.
        confidence: Coverage of the Wilson interval.

    Returns:
        The same kind of frame:
        ``customers (Int64): with an order``, ``repeat_customers (Int64): with two or more``;
        ``repeat_rate (Float64): repeat_customers / customers``, with ``repeat_rate_low`` and
        ``repeat_rate_high``;
        ``orders (Int64): of these customers``;
        ``orders_per_customer (Float64): orders / customers``;
        ``orders_without_email (Int64): left out of all the others``.

    Raises:
        InvalidArgument: A day that is none, or days that end before they begin.
        MissingColumns: ``orders`` lacks a column.

    Source:
        `actoolkit.metrics.explain("repeat_rate")`.

    Example:
        >>> import polars as pl
        >>> from datetime import datetime
        >>> orders = pl.DataFrame({
        ...     "email": ["ann@example.com", " Ann@Example.com", "bob@example.com"],
        ...     "state": ["completed"] * 3, "ordered_local": [datetime(2026, 5, 2)] * 3,
        ... })
        >>> repeat_purchase(orders).select("customers", "repeat_customers", "repeat_rate").rows()
        [(2, 1, 0.5)]
    """
    found = valid_orders("repeat_purchase", orders, since=since, until=until)
    ones = found.select("customer", orders=nw.lit(1))
    counted = ones.group_by("customer").agg(nw.col("orders").sum())
    rows = collected(counted, {"customer": "text", "orders": "count"})
    known = pl.col("customer").is_not_null()
    count = pl.col("orders")
    made = rows.select(
        known.sum().alias("customers"),
        (known & (count > 1)).sum().alias("repeat_customers"),
        count.filter(known).sum().alias("orders"),
        count.filter(~known).sum().alias("orders_without_email"),
    )
    made = rated(made, "repeat_rate", "repeat_customers", "customers", confidence)
    mean = pl.when(pl.col("customers") > 0).then(pl.col("orders") / pl.col("customers"))
    made = made.with_columns(orders_per_customer=mean)
    return handed_back("repeat_purchase", made, orders, _REPEAT)


def repeat_within(
    orders: Any,
    *,
    days: Sequence[int] = (30, 60, 90, 180, 365),
    until: Day = None,
    confidence: float = 0.95,
) -> Any:
    """Give the share of customers whose second order came within so many days of their first.

    Grain: one row per number of days. Only customers whose first order was observed for at least
    so many days are counted, so that those who have only just begun do not pull the rate down.
    Days are those of the account's clock: an order on the next day is 1 day later.

    Args:
        orders: Result of `actoolkit.load_ecom_orders`.
        days: Numbers of days.
        until: The day after the last observed, such as the day of the load; None for the day
            after the last order. Orders from it on are left out.
        confidence: Coverage of the Wilson intervals.

    Returns:
        The same kind of frame, ascending:
        ``within_days (Int64, days)``;
        ``customers (Int64): first order at least so many days before the last day observed``;
        ``repeat_customers (Int64): of these, second order at most so many days after the first``;
        ``repeat_rate (Float64): repeat_customers / customers``, with ``repeat_rate_low`` and
        ``repeat_rate_high``;
        ``too_recent (Int64): customers not observed for long enough``.

    Raises:
        InvalidArgument: A number of days below 0, or a day that is none.
        MissingColumns: ``orders`` lacks a column.

    Source:
        `actoolkit.metrics.explain("repeat_rate")`.

    Example:
        >>> import polars as pl
        >>> from datetime import datetime
        >>> orders = pl.DataFrame({
        ...     "email": ["ann@example.com", "ann@example.com", "bob@example.com"],
        ...     "state": ["completed"] * 3,
        ...     "ordered_local": [datetime(2026, 5, day) for day in (1, 9, 20)],
        ... })
        >>> repeat_within(orders, days=[10, 30], until="2026-05-25").rows()[0][:3]
        (10, 1, 1)
    """
    numbers = whole_days("days", days)
    rows = first_and_second("repeat_within", orders, until=until)
    gap = (pl.col("second_on") - pl.col("first_on")).dt.total_days()
    counts = [
        rows.select(
            pl.lit(number).alias("within_days"),
            (pl.col("observed_days") >= number).sum().alias("customers"),
            ((pl.col("observed_days") >= number) & (gap <= number)).sum().alias("repeat_customers"),
            (pl.col("observed_days") < number).sum().alias("too_recent"),
        )
        for number in numbers
    ]
    nobody = pl.DataFrame(
        schema=dict.fromkeys(("within_days", "customers", "repeat_customers", "too_recent"), int)
    )
    made = pl.concat([nobody, *counts], how="vertical_relaxed")
    made = rated(made, "repeat_rate", "repeat_customers", "customers", confidence)
    return handed_back("repeat_within", made, orders, _WITHIN)
