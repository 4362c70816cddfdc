"""Time to an event that has not happened to everybody yet: the Kaplan-Meier estimate.

Source: E. L. Kaplan and P. Meier, "Nonparametric estimation from incomplete observations", JASA 53
(1958); the variance is Greenwood's, the interval the log-minus-log one of J. D. Kalbfleisch and
R. L. Prentice, "The Statistical Analysis of Failure Time Data" (1980).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from actoolkit.metrics.buyers import first_and_second
from actoolkit.metrics.days import Day
from actoolkit.metrics.eager import handed_back
from actoolkit.metrics.frames import Schema
from actoolkit.metrics.quantiles import normal_quantile

_SURVIVAL: Schema = {
    "days": "count",
    "at_risk": "count",
    "second_orders": "count",
    "censored": "count",
    "waiting_share": "rate",
    "waiting_share_low": "rate",
    "waiting_share_high": "rate",
}


def kaplan_meier(times: pl.DataFrame, *, confidence: float = 0.95) -> pl.DataFrame:
    """Estimate the share to whom an event has not happened yet, day by day.

    Who leaves observation on the day of an event was still at risk on that day.

    Args:
        times: ``days (Int64)``: until the event or the end of observation; ``happened (Boolean)``.
        confidence: Coverage of the intervals, each day by itself.

    Returns:
        One row per different number of days, ascending: ``days``, ``at_risk``, ``events``,
        ``censored (Int64)``; ``waiting_share (Float64): product of 1 - events / at_risk``, with
        ``waiting_share_low`` and ``waiting_share_high``: null while the share is 1 and once it
        is 0, where the interval is not defined.

    Raises:
        InvalidArgument: ``confidence`` is not between 0 and 1.

    Example:
        >>> times = pl.DataFrame({"days": [5, 5, 9], "happened": [True, False, False]})
        >>> kaplan_meier(times).select("days", "at_risk", "events", "censored").rows()
        [(5, 3, 1, 1), (9, 1, 0, 1)]
    """
    z = normal_quantile(confidence)
    made = times.group_by("days").agg(
        pl.len().cast(pl.Int64).alias("left"),
        pl.col("happened").sum().cast(pl.Int64).alias("events"),
    )
    made = made.sort("days").with_columns(
        censored=pl.col("left") - pl.col("events"),
        at_risk=pl.col("left").cum_sum(reverse=True).cast(pl.Int64),
    )
    events = made["events"].to_numpy().astype(np.float64)
    at_risk = made["at_risk"].to_numpy().astype(np.float64)
    share = np.cumprod((at_risk - events) / at_risk)
    inside = (share > 0) & (share < 1)
    survivors = np.where(at_risk > events, at_risk - events, 1.0)
    variance = np.cumsum(events / (at_risk * survivors))
    logs = np.log(np.where(inside, share, 0.5))
    spread = np.exp(z * np.sqrt(variance) / np.abs(logs))
    base = np.where(inside, share, np.nan)
    bounds = {"waiting_share_low": base**spread, "waiting_share_high": base ** (1 / spread)}
    return made.select(
        "days",
        "at_risk",
        "events",
        "censored",
        pl.Series("waiting_share", share),
        *(pl.Series(name, values).fill_nan(None) for name, values in bounds.items()),
    )


def second_order_survival(orders: Any, *, until: Day = None, confidence: float = 0.95) -> Any:
    """Estimate how long customers take to their second order (Kaplan-Meier).

    Grain: one row per different number of days from a first order to the second, or to the end of
    observation. Customers without a second order count for as long as they were observed.

    Args:
        orders: Result of `actoolkit.load_ecom_orders`.
        until: The day after the last observed, such as the day of the load; None for the day
            after the last order. Orders from it on are left out.
        confidence: Coverage of the intervals (Greenwood's variance, log-minus-log), each day by
            itself, not of the whole curve.

    Returns:
        The same kind of frame, ascending:
        ``days (Int64): since the first order, by the account's calendar``;
        ``at_risk (Int64): customers without a second order and still observed``;
        ``second_orders (Int64): on this day``; ``censored (Int64): observation ended``;
        ``waiting_share (Float64): estimated share without a second order after these days``, with
        ``waiting_share_low`` and ``waiting_share_high``: null where it is 1 or 0.

    Raises:
        InvalidArgument: A day that is none.
        MissingColumns: ``orders`` lacks a column.

    Source:
        `actoolkit.metrics.explain("waiting_share")`.

    Example:
        >>> import polars as pl
        >>> from datetime import datetime
        >>> orders = pl.DataFrame({
        ...     "email": ["ann@example.com", "ann@example.com", "bob@example.com"],
        ...     "state": ["completed"] * 3,
        ...     "ordered_local": [datetime(2026, 5, day) for day in (1, 9, 1)],
        ... })
        >>> made = second_order_survival(orders, until="2026-06-01")
        >>> made.select("days", "at_risk", "second_orders", "waiting_share").rows()
        [(8, 2, 1, 0.5), (30, 1, 0, 0.5)]
    """
    rows = first_and_second("second_order_survival", orders, until=until)
    gap = (pl.col("second_on") - pl.col("first_on")).dt.total_days()
    times = rows.select(
        days=pl.coalesce(gap, pl.col("observed_days")), happened=pl.col("second_on").is_not_null()
    )
    made = kaplan_meier(times, confidence=confidence).rename({"events": "second_orders"})
    return handed_back("second_order_survival", made, orders, _SURVIVAL)
