"""Customers by the month of their first order: who came back, and what they have brought so far."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from actoolkit.metrics.buyers import last_day, valid_orders
from actoolkit.metrics.cohorts_polars import buyers_by_month
from actoolkit.metrics.days import Day, period_start
from actoolkit.metrics.eager import collected, handed_back, rated
from actoolkit.metrics.frames import Schema

_RETENTION: Schema = {
    "cohort_on": "date",
    "month": "count",
    "customers": "count",
    "buyers": "count",
    "retention_rate": "rate",
    "retention_rate_low": "rate",
    "retention_rate_high": "rate",
}
_REVENUE: Schema = {
    "currency": "text",
    "cohort_on": "date",
    "month": "count",
    "customers": "count",
    "revenue_cents": "count",
    "cumulative_revenue_cents": "count",
    "revenue_per_customer_cents": "rate",
}


def cohort_retention(orders: Any, *, until: Day = None, confidence: float = 0.95) -> Any:
    """Give the share of each cohort that ordered in each later month.

    Grain: one row per cohort and month since: 0 for the month of the first order. A cohort is the
    customers with their first order in one month of the account's calendar. A month that was not
    over on the last day observed is null, never low. Where the history begins late, people who
    bought before it are in the cohort of their first order known.

    Args:
        orders: Result of `actoolkit.load_ecom_orders`.
        until: The day after the last observed, such as the day of the load; None for the day
            after the last order. Orders from it on are left out.
        confidence: Coverage of the Wilson intervals.

    Returns:
        The same kind of frame, sorted by cohort and month:
        ``cohort_on (Date): first day of the month of the first order``;
        ``month (Int64): calendar months since``;
        ``customers (Int64): in the cohort``, of an unfinished month so far;
        ``buyers (Int64): of these, with an order in that month``;
        ``retention_rate (Float64): buyers / customers``, with ``retention_rate_low`` and
        ``retention_rate_high``. Orders without an address are left out.

    Raises:
        InvalidArgument: A day that is none.
        MissingColumns: ``orders`` lacks a column.

    Source:
        `actoolkit.metrics.explain("retention_rate")`.

    Example:
        >>> import polars as pl
        >>> from datetime import datetime
        >>> orders = pl.DataFrame({
        ...     "email": ["ann@example.com", "ann@example.com", "bob@example.com"],
        ...     "state": ["completed"] * 3,
        ...     "ordered_local": [datetime(2026, month, 9) for month in (4, 5, 4)],
        ... })
        >>> made = cohort_retention(orders, until="2026-06-15")
        >>> made.select("month", "customers", "buyers", "retention_rate").rows()
        [(0, 2, 2, 1.0), (1, 2, 1, 0.5), (2, 2, None, None)]
    """
    found = valid_orders("cohort_retention", orders, until=until)
    counted, seen = _buyers_by_month(found)
    made = _triangle(counted.rename({"buyers": "size"}), [], last_day(until, seen))
    made = made.rename({"size": "customers"}).join(
        counted, on=["cohort_on", "period_on"], how="left"
    )
    buyers = pl.when(pl.col("is_over")).then(pl.col("buyers").fill_null(0))
    made = made.with_columns(buyers=buyers)
    made = rated(made, "retention_rate", "buyers", "customers", confidence)
    return handed_back("cohort_retention", made.sort("cohort_on", "month"), orders, _RETENTION)


def cohort_revenue(orders: Any, *, until: Day = None) -> Any:
    """Give what each cohort has brought by each later month, per currency.

    Grain: one row per currency, cohort and month since: 0 for the month of the first order. A
    cohort is the customers with their first order in this currency in one month of the account's
    calendar. A month that was not over on the last day observed is null, never low.

    Args:
        orders: Result of `actoolkit.load_ecom_orders`.
        until: The day after the last observed, such as the day of the load; None for the day
            after the last order. Orders from it on are left out.

    Returns:
        The same kind of frame, sorted by currency, cohort and month:
        ``currency (String): null if not known``,
        ``cohort_on (Date): first day of the month of the first order``;
        ``month (Int64): calendar months since``;
        ``customers (Int64): in the cohort``, of an unfinished month so far;
        ``revenue_cents (Int64, hundredths of the currency): of that month``;
        ``cumulative_revenue_cents (Int64): of that month and those before``;
        ``revenue_per_customer_cents (Float64): cumulative_revenue_cents / customers``. An unknown
        amount adds nothing; orders without an address are left out.

    Raises:
        InvalidArgument: A day that is none.
        MissingColumns: ``orders`` lacks a column.

    Source:
        `actoolkit.metrics.explain("cohort_revenue")`.

    Example:
        >>> import polars as pl
        >>> from datetime import datetime
        >>> orders = pl.DataFrame({
        ...     "email": ["ann@example.com", "ann@example.com", "bob@example.com"],
        ...     "state": ["completed"] * 3, "currency": ["EUR"] * 3, "total_cents": [500, 300, 100],
        ...     "ordered_local": [datetime(2026, month, 9) for month in (4, 5, 4)],
        ... })
        >>> made = cohort_revenue(orders, until="2026-06-01")
        >>> made.select("month", "cumulative_revenue_cents", "revenue_per_customer_cents").rows()
        [(0, 600, 300.0), (1, 900, 450.0)]
    """
    found = valid_orders("cohort_revenue", orders, "currency", "total_cents", until=until)
    found = found.filter(~nw.col("customer").is_null())
    cents = nw.col("total_cents")
    found = found.select(
        "customer",
        "currency",
        "ordered_local",
        period_on=period_start(nw.col("ordered_local"), "month"),
        revenue_cents=nw.when(~cents.is_null()).then(cents).otherwise(nw.lit(0)),
    )
    spent = found.group_by("customer", "currency", "period_on").agg(
        nw.col("revenue_cents").sum(), nw.col("ordered_local").max()
    )
    kinds: Schema = {
        "customer": "text",
        "currency": "text",
        "period_on": "date",
        "revenue_cents": "count",
        "ordered_local": "wall",
    }
    rows = collected(spent, kinds)
    rows = rows.with_columns(cohort_on=pl.col("period_on").min().over("customer", "currency"))
    keys = ["currency", "cohort_on", "period_on"]
    counted = rows.group_by(keys).agg(
        pl.len().cast(pl.Int64).alias("size"), pl.col("revenue_cents").sum()
    )
    seen = rows["ordered_local"].dt.date().max()
    made = _triangle(counted, ["currency"], last_day(until, seen))  # type: ignore[arg-type]
    made = made.join(counted.drop("size"), on=keys, how="left", nulls_equal=True)
    made = made.rename({"size": "customers"}).sort("currency", "cohort_on", "month")
    made = made.with_columns(pl.col("revenue_cents").fill_null(0))
    so_far = pl.col("revenue_cents").cum_sum().over("currency", "cohort_on")
    made = made.with_columns(cumulative_revenue_cents=so_far)
    amounts = pl.col("revenue_cents", "cumulative_revenue_cents")
    made = made.with_columns(pl.when(pl.col("is_over")).then(amounts))
    each = pl.col("cumulative_revenue_cents") / pl.col("customers")
    made = made.with_columns(revenue_per_customer_cents=each)
    return handed_back("cohort_revenue", made, orders, _REVENUE)


def _buyers_by_month(orders: nw.LazyFrame[Any]) -> tuple[pl.DataFrame, date | None]:
    """Count customers by ``cohort_on`` and ``period_on``, and give the day of the latest order."""
    if orders.implementation.is_polars():
        found = buyers_by_month(orders.select("customer", "ordered_local").to_native())
        if found is not None:
            return found
    orders = orders.filter(~nw.col("customer").is_null())
    orders = orders.with_columns(period_on=period_start(nw.col("ordered_local"), "month"))
    orders = orders.select("customer", "period_on", "ordered_local")
    active = orders.group_by("customer", "period_on").agg(nw.col("ordered_local").max())
    kinds: Schema = {"customer": "text", "period_on": "date", "ordered_local": "wall"}
    rows = collected(active, kinds)
    rows = rows.with_columns(cohort_on=pl.col("period_on").min().over("customer"))
    counted = rows.group_by("cohort_on", "period_on").agg(
        pl.col("customer").n_unique().cast(pl.Int64).alias("buyers")
    )
    seen: Any = rows["ordered_local"].dt.date().max()
    return counted, seen


def _triangle(counted: pl.DataFrame, keys: list[str], end: Any) -> pl.DataFrame:
    """Give every month of every cohort up to the last day, and whether it was over by then.

    Args:
        counted: ``size`` by ``keys``, ``cohort_on`` and ``period_on``.
        keys: What parts cohorts further.
        end: Last day observed.
    """
    cohorts = counted.filter(pl.col("cohort_on") == pl.col("period_on")).drop("period_on")
    last = pl.lit(end.replace(day=1))
    months = pl.date_ranges(pl.col("cohort_on"), last, interval="1mo").alias("period_on")
    cells = cohorts.select(*keys, "cohort_on", "size", months).explode("period_on")
    start, since = pl.col("period_on"), pl.col("cohort_on")
    years = start.dt.year() - since.dt.year()
    over = start.dt.offset_by("1mo") <= pl.lit(end + timedelta(days=1))
    return cells.with_columns(
        month=(years.cast(pl.Int64) * 12 + start.dt.month() - since.dt.month()), is_over=over
    )
