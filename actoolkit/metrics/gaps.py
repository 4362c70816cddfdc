"""The days between one order of a customer and the next."""

from __future__ import annotations

from typing import Any

import polars as pl

from actoolkit.metrics.buyers import order_days
from actoolkit.metrics.days import Day
from actoolkit.metrics.eager import handed_back
from actoolkit.metrics.frames import Schema

_GAPS: Schema = {
    "order_number": "count",
    "gaps": "count",
    "lower_quartile_days": "rate",
    "median_days": "rate",
    "upper_quartile_days": "rate",
    "mean_days": "rate",
}


def purchase_gaps(
    orders: Any, *, by_order: bool = False, since: Day = None, until: Day = None
) -> Any:
    """Describe the days between one order of a customer and the next.

    Grain: one row, or one per order of the customer for ``by_order``. Only gaps that have ended are
    seen, which makes them short: for the first gap use `second_order_survival`.

    Args:
        orders: Result of `actoolkit.load_ecom_orders`.
        by_order: Whether to keep first, second, third... gaps apart.
        since: First day.
        until: The day after the last.

    Returns:
        The same kind of frame:
        ``order_number (Int64): which order began the gap, 1 for the first``, for ``by_order``;
        ``gaps (Int64)``; ``lower_quartile_days``, ``median_days``, ``upper_quartile_days
        (Float64): interpolated linearly``; ``mean_days (Float64)``; null without a gap.
        Days are those of the account's clock.

    Raises:
        InvalidArgument: A day that is none, or days that end before they begin.
        MissingColumns: ``orders`` lacks a column.

    Source:
        `actoolkit.metrics.explain("purchase_gap")`.

    Example:
        >>> import polars as pl
        >>> from datetime import datetime
        >>> orders = pl.DataFrame({
        ...     "email": ["ann@example.com"] * 3, "state": ["completed"] * 3,
        ...     "ordered_local": [datetime(2026, 5, day) for day in (1, 9, 11)],
        ... })
        >>> purchase_gaps(orders).select("gaps", "median_days").rows()
        [(2, 5.0)]
    """
    rows = order_days("purchase_gaps", orders, since=since, until=until)
    rows = rows.sort("customer", "ordered_local").with_columns(
        order_number=pl.col("customer").cum_count().over("customer"),
        gap=pl.col("day").shift(-1).over("customer") - pl.col("day"),
    )
    days = pl.col("gap").dt.total_days()
    described = (
        pl.len().alias("gaps"),
        days.quantile(0.25, "linear").alias("lower_quartile_days"),
        days.median().alias("median_days"),
        days.quantile(0.75, "linear").alias("upper_quartile_days"),
        days.mean().alias("mean_days"),
    )
    rows = rows.drop_nulls("gap")
    if by_order:
        made = rows.group_by("order_number").agg(*described).sort("order_number")
    else:
        made = rows.select(*described)
    schema = {name: kind for name, kind in _GAPS.items() if name in made.columns}
    return handed_back("purchase_gaps", made, orders, schema)
