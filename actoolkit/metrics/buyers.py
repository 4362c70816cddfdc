"""Who bought, and when: the rows that every metric of customers begins with."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from actoolkit.errors import InvalidArgument, MetricError
from actoolkit.metrics.days import Day, as_day, within_days
from actoolkit.metrics.eager import collected
from actoolkit.metrics.frames import Kind, opened
from actoolkit.metrics.orders import address, paid

_READ: dict[str, Kind] = {
    "order_id": "key",
    "email": "text",
    "state": "text",
    "currency": "text",
    "total_cents": "count",
    "ordered_at": "moment",
    "ordered_local": "wall",
}


def valid_orders(
    metric: str, orders: Any, *columns: str, since: Day = None, until: Day = None
) -> nw.LazyFrame[Any]:
    """Take the orders that brought money and have a date, with the customer of each.

    Args:
        metric: Name of the metric, for messages.
        orders: Result of `actoolkit.load_ecom_orders`.
        *columns: What else the metric reads.
        since: First day.
        until: The day after the last.

    Returns:
        The columns, and ``customer``: e-mail address, trimmed and in lower case; null without one.
    """
    names = ("email", "state", "ordered_local", *columns)
    rows = opened(metric, orders, {name: _READ.get(name, "count") for name in names})
    wall = nw.col("ordered_local")
    kept = rows.filter(paid(), ~wall.is_null(), *within_days(wall, since, until))
    return kept.with_columns(customer=address("email"))


def last_day(until: Day, seen: date | None) -> date:
    """Give the last day that was observed.

    Args:
        until: The day after it, or None.
        seen: Latest day of an order, which stands in where ``until`` is None.
    """
    end = as_day(until)
    if end is not None:
        return end - timedelta(days=1)
    return seen if seen is not None else date(1970, 1, 1)


def first_and_second(metric: str, orders: Any, *, until: Day) -> pl.DataFrame:
    """Give each customer's first two days of order, and how long the first was observed.

    Args:
        metric: Name of the metric, for messages.
        orders: Result of `actoolkit.load_ecom_orders`.
        until: The day after the last observed, or None.

    Returns:
        ``customer``, ``first_on``, ``second_on`` (null without), ``observed_days``: from the first
        order to the last day observed.
    """
    rows = order_days(metric, orders, since=None, until=until)
    seen = rows["day"].max()
    end = last_day(until, seen)  # type: ignore[arg-type]
    days = pl.col("day").sort()
    made = rows.group_by("customer").agg(
        days.first().alias("first_on"), days.get(1, null_on_oob=True).alias("second_on")
    )
    return made.with_columns(observed_days=(pl.lit(end) - pl.col("first_on")).dt.total_days())


def order_days(metric: str, orders: Any, *, since: Day, until: Day) -> pl.DataFrame:
    """Give the days on which customers ordered; orders without an address are left out.

    Args:
        metric: Name of the metric, for messages.
        orders: Result of `actoolkit.load_ecom_orders`.
        since: First day.
        until: The day after the last.

    Returns:
        ``customer``, ``ordered_local``, ``day``: one row per order.
    """
    found = valid_orders(metric, orders, since=since, until=until)
    found = found.filter(~nw.col("customer").is_null())
    rows = collected(found, {"customer": "text", "ordered_local": "wall"})
    return rows.with_columns(day=pl.col("ordered_local").dt.date())


def one_currency(metric: str, rows: pl.DataFrame, currency: str | None) -> pl.DataFrame:
    """Keep the rows of one currency.

    Args:
        metric: Name of the metric, for messages.
        rows: With a column ``currency``.
        currency: Which; None if there is only one.

    Raises:
        MetricError: There are several and none was chosen.
        InvalidArgument: There are no orders in the chosen one.
    """
    found = rows["currency"].unique().sort().to_list()
    if currency is None and len(found) <= 1:
        return rows
    names = ", ".join("(unknown)" if code is None else code for code in found)
    if currency is None:
        raise MetricError(
            f"{metric} found orders in several currencies, which cannot be added: {names}.",
            hint=f'Choose one, such as currency="{found[-1]}".',
        )
    if found and currency not in found:
        raise InvalidArgument(
            f"{metric} found no order in {currency!r}.", hint=f"There are: {names}."
        )
    return rows.filter(pl.col("currency") == currency)
