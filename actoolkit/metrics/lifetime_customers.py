"""What a lifetime model knows of a customer: how often, from when to when, and for how much."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from actoolkit.errors import InvalidArgument
from actoolkit.metrics.arguments import is_whole
from actoolkit.metrics.buyers import last_day, one_currency, valid_orders
from actoolkit.metrics.days import Day, as_day, period_start
from actoolkit.metrics.eager import collected, handed_back
from actoolkit.metrics.frames import Schema

_DAYS: Schema = {"customer": "text", "currency": "text", "day": "wall", "cents": "count"}
PURCHASES: Schema = {
    "customer": "text",
    "currency": "text",
    "repeat_purchases": "count",
    "first_to_last_days": "count",
    "observed_days": "count",
    "valued_purchases": "count",
    "mean_value_cents": "rate",
}


def customer_purchases(orders: Any, *, until: Day = None, currency: str | None = None) -> Any:
    """Give each customer's purchases as models of customer lifetime value take them.

    Grain: one row per customer with an order. A customer is an e-mail address: personal data.

    A purchase is a day with an order; several orders of a day are one. pymc-marketing and lifetimes
    take these columns under other names: ``repeat_purchases`` is their ``frequency``,
    ``first_to_last_days`` their ``recency``, ``observed_days`` their ``T`` and ``mean_value_cents``
    their ``monetary_value``. The recency of `rfm` is another one.

    Args:
        orders: Result of `actoolkit.load_ecom_orders`.
        until: The day after the last observed, such as the day of the load; None for the day after
            the last order.
        currency: Which orders to count; needed where there are several, which cannot be added.

    Returns:
        The same kind of frame, sorted by customer:
        ``customer (String): address, trimmed and in lower case``,
        ``currency (String): null if not known``;
        ``repeat_purchases (Int64): days with an order after the first``;
        ``first_to_last_days (Int64)``: from the first purchase to the last, by the account's
        calendar; ``observed_days (Int64)``: from the first purchase to the last day observed;
        ``valued_purchases (Int64): repeat purchases with a known amount``;
        ``mean_value_cents (Float64, hundredths of the currency)``: of these; 0 without any, as the
        other libraries expect. The first purchase is left out. Orders without an address are, too.

    Raises:
        MetricError: Several currencies and none was chosen.
        InvalidArgument: No order in this currency, or a day that is none.
        MissingColumns: ``orders`` lacks a column.

    Source:
        `actoolkit.metrics.explain("customer_purchases")`.

    Example:
        >>> import polars as pl
        >>> from datetime import datetime
        >>> orders = pl.DataFrame({
        ...     "email": ["ann@example.com"] * 3, "state": ["completed"] * 3,
        ...     "currency": ["EUR"] * 3, "total_cents": [900, 100, 300],
        ...     "ordered_local": [datetime(2026, 5, day) for day in (1, 9, 11)],
        ... })
        >>> made = customer_purchases(orders, until="2026-05-21")
        >>> made.select("repeat_purchases", "first_to_last_days", "observed_days").rows()
        [(2, 10, 19)]
        >>> made["mean_value_cents"].to_list()
        [200.0]
    """
    days = purchase_days("customer_purchases", orders, until=until, currency=currency)
    made = purchases_until(days, last_observed(days, until) + timedelta(days=1))
    return handed_back("customer_purchases", made, orders, PURCHASES)


def purchase_days(metric: str, orders: Any, *, until: Day, currency: str | None) -> pl.DataFrame:
    """Give the days on which customers ordered, in one currency, with what they paid.

    Args:
        metric: Name of the metric, for messages.
        orders: Result of `actoolkit.load_ecom_orders`.
        until: The day after the last, or None.
        currency: Which; None if there is only one.

    Returns:
        ``customer``, ``currency``, ``day (Date)``, ``cents (Int64): null where none is known``.
    """
    found = valid_orders(metric, orders, "currency", "total_cents", until=until)
    found = found.filter(~nw.col("customer").is_null())
    known = nw.col("total_cents")
    found = found.select(
        "customer",
        "currency",
        day=period_start(nw.col("ordered_local"), "day"),
        cents=nw.when(~known.is_null()).then(known).otherwise(nw.lit(0)),
        known=nw.when(~known.is_null()).then(nw.lit(1)).otherwise(nw.lit(0)),
    )
    summed = found.group_by("customer", "currency", "day").agg(
        nw.col("cents").sum(), nw.col("known").sum()
    )
    rows = one_currency(metric, collected(summed, {**_DAYS, "known": "count"}), currency)
    cents = pl.when(pl.col("known") > 0).then(pl.col("cents"))
    return rows.select("customer", "currency", pl.col("day").dt.date(), cents=cents)


def last_observed(days: pl.DataFrame, until: Day) -> date:
    """Give the last day observed: the one before ``until``, or that of the last order.

    Args:
        days: Result of `purchase_days`.
        until: The day after it, or None.
    """
    return last_day(until, days["day"].max())  # type: ignore[arg-type]


def purchases_until(days: pl.DataFrame, until: date) -> pl.DataFrame:
    """Sum purchase days up for each customer, as they were known on a day.

    Args:
        days: Result of `purchase_days`.
        until: The day after the last observed.
    """
    day, cents = pl.col("day"), pl.col("cents")
    rows = days.lazy().filter(day < pl.lit(until)).group_by("customer", "currency")
    # One row per customer and day, so that all but the first is what was bought again.
    sums = rows.agg(
        days=pl.len().cast(pl.Int64),
        first=day.min(),
        last=day.max(),
        paid=cents.sum(),
        valued=cents.count().cast(pl.Int64),
        paid_first=cents.min_by("day"),
    )
    first, valued = pl.col("first"), pl.col("valued") - pl.col("paid_first").is_not_null()
    paid = pl.col("paid") - pl.col("paid_first").fill_null(0)
    made = sums.with_columns(
        repeat_purchases=pl.col("days") - 1,
        first_to_last_days=(pl.col("last") - first).dt.total_days(),
        observed_days=(pl.lit(until - timedelta(days=1)) - first).dt.total_days(),
        valued_purchases=valued,
        mean_value_cents=pl.when(valued > 0).then(paid / valued).otherwise(0.0),
    )
    return made.sort("customer").select(*PURCHASES).collect(engine="streaming")


def calibration_end(days: pl.DataFrame, until: Day, holdout_days: int) -> date:
    """Give the day on which a hold-out begins.

    Args:
        days: Result of `purchase_days`.
        until: The day after the last observed, or None.
        holdout_days: Length of the hold-out.

    Raises:
        InvalidArgument: There is no day before it.
    """
    end = last_observed(days, as_day(until)) + timedelta(days=1)
    possible = is_whole(holdout_days, 1)
    start = end - timedelta(days=holdout_days) if possible else end
    first = days["day"].min()
    if not possible or (first is not None and start <= first):  # type: ignore[operator]
        raise InvalidArgument(
            f"holdout_days={holdout_days!r} leaves nothing to fit or nothing to check.",
            hint="Choose fewer days than the orders span, such as 90.",
        )
    return start
