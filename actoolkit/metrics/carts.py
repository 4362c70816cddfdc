"""Carts left behind: how many, how many came back, how soon, and what they were worth."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from actoolkit.metrics.arguments import whole_days
from actoolkit.metrics.buyers import last_day
from actoolkit.metrics.days import Day, Grain, as_day, period_start, within_days
from actoolkit.metrics.eager import collected, handed_back, rated
from actoolkit.metrics.frames import Schema, opened

_CARTS: Schema = {
    "state": "text",
    "currency": "text",
    "total_cents": "count",
    "ordered_at": "moment",
    "ordered_local": "wall",
    "abandoned_at": "moment",
}
_ABANDONMENT: Schema = {
    "period_on": "date",
    "currency": "text",
    "carts": "count",
    "abandoned_carts": "count",
    "abandonment_rate": "rate",
    "abandonment_rate_low": "rate",
    "abandonment_rate_high": "rate",
    "recovered_carts": "count",
    "recovered_cents": "count",
    "lost_cents": "count",
}
_RECOVERY: Schema = {
    "currency": "text",
    "within_days": "count",
    "abandoned_carts": "count",
    "recovered_carts": "count",
    "recovery_rate": "rate",
    "recovery_rate_low": "rate",
    "recovery_rate_high": "rate",
    "recovered_cents": "count",
    "lost_cents": "count",
    "too_recent": "count",
}


def cart_abandonment(
    orders: Any,
    *,
    grain: Grain = "month",
    since: Day = None,
    until: Day = None,
    confidence: float = 0.95,
) -> Any:
    """Give how many carts were left behind, per period and currency.

    Grain: one row per currency and period with a cart. Carts are completed orders, on the day of
    the order, and carts that were abandoned, whether recovered or not, on the day they were
    abandoned. Shops report only carts whose owner they know, so the rate is not that of all carts.

    Args:
        orders: Result of `actoolkit.load_ecom_orders`.
        grain: Length of a period: "day", "week" (from Monday), "month", "quarter" or "year".
        since: First day.
        until: The day after the last.
        confidence: Coverage of the Wilson intervals.

    Returns:
        The same kind of frame, sorted by currency and period:
        ``period_on (Date)``, ``currency (String): null if not known``;
        ``carts (Int64): completed, recovered and abandoned``;
        ``abandoned_carts (Int64): recovered and abandoned``;
        ``abandonment_rate (Float64): abandoned_carts / carts``, with ``abandonment_rate_low`` and
        ``abandonment_rate_high``;
        ``recovered_carts (Int64)``, of carts abandoned in the period, whenever they came back;
        ``recovered_cents``, ``lost_cents (Int64, hundredths of the currency)``: what recovered and
        still abandoned carts were worth; an unknown amount adds nothing. Of the latest periods
        some carts may still come back. A cart without a time of abandonment is left out.

    Raises:
        InvalidArgument: Unknown ``grain``, a day that is none, or days that end before they begin.
        MissingColumns: ``orders`` lacks a column.

    Source:
        `actoolkit.metrics.explain("abandonment_rate")`.

    Example:
        >>> import polars as pl
        >>> from datetime import UTC, datetime
        >>> noon = datetime(2026, 5, 2, 12)
        >>> orders = pl.DataFrame({
        ...     "state": ["completed", "abandoned"], "currency": ["EUR"] * 2,
        ...     "total_cents": [100, 900], "ordered_local": [noon] * 2,
        ...     "ordered_at": [noon.replace(tzinfo=UTC)] * 2,
        ...     "abandoned_at": [None, datetime(2026, 5, 2, 13, tzinfo=UTC)],
        ... })
        >>> made = cart_abandonment(orders)
        >>> made.select("carts", "abandonment_rate", "lost_cents").rows()
        [(2, 0.5, 900)]
    """
    rows = _carts("cart_abandonment", orders)
    day = pl.when(pl.col("state") == "completed").then("ordered_local").otherwise("abandoned_local")
    rows = rows.with_columns(day=day).drop_nulls("day")
    lazy = nw.from_native(rows.lazy())
    shown = within_days(nw.col("day"), since, until)
    lazy = lazy.filter(*shown) if shown else lazy
    rows = collected(
        lazy.with_columns(period_on=period_start(nw.col("day"), grain)),
        {"period_on": "date", "state": "text", "currency": "text", "total_cents": "count"},
    )
    cents = pl.col("total_cents")
    recovered, abandoned = (pl.col("state") == state for state in ("recovered", "abandoned"))
    made = rows.group_by("currency", "period_on").agg(
        pl.len().alias("carts"),
        (recovered | abandoned).sum().alias("abandoned_carts"),
        recovered.sum().alias("recovered_carts"),
        cents.filter(recovered).sum().alias("recovered_cents"),
        cents.filter(abandoned).sum().alias("lost_cents"),
    )
    made = rated(made, "abandonment_rate", "abandoned_carts", "carts", confidence)
    made = made.sort("currency", "period_on")
    return handed_back("cart_abandonment", made, orders, _ABANDONMENT)


def cart_recovery(
    orders: Any,
    *,
    days: Sequence[int] = (0, 1, 3, 7, 14, 30),
    since: Day = None,
    until: Day = None,
    confidence: float = 0.95,
) -> Any:
    """Give how many abandoned carts came back within so many days, per currency.

    Grain: one row per currency and number of days. Only carts that were abandoned at least so many
    days before the last day observed are counted, so that the latest do not pull the rate down.
    A cart that came back on the day it was abandoned came back within 0 days.

    Args:
        orders: Result of `actoolkit.load_ecom_orders`.
        days: Numbers of days.
        since: First day of abandonment.
        until: The day after the last observed, such as the day of the load; None for the day
            after the last order or abandonment. Carts abandoned from it on are left out; what came
            back from it on had not come back yet.
        confidence: Coverage of the Wilson intervals.

    Returns:
        The same kind of frame, sorted by currency and days:
        ``currency (String): null if not known``, ``within_days (Int64, days)``;
        ``abandoned_carts (Int64): abandoned at least so many days before the last day observed``;
        ``recovered_carts (Int64): of these, back at most so many days later``;
        ``recovery_rate (Float64): recovered_carts / abandoned_carts``, with ``recovery_rate_low``
        and ``recovery_rate_high``;
        ``recovered_cents``, ``lost_cents (Int64, hundredths of the currency)``: worth of the
        recovered and of the others; an unknown amount adds nothing;
        ``too_recent (Int64): carts not observed for long enough``. A cart without a time of
        abandonment, or recovered at an unknown time, is left out.

    Raises:
        InvalidArgument: A number of days below 0, a day that is none, or days that end before they
            begin.
        MissingColumns: ``orders`` lacks a column.

    Source:
        `actoolkit.metrics.explain("recovery_rate")`.

    Example:
        >>> import polars as pl
        >>> from datetime import UTC, datetime, timedelta
        >>> left, back = datetime(2026, 5, 2, 12), datetime(2026, 5, 4, 12)
        >>> orders = pl.DataFrame({
        ...     "state": ["recovered", "abandoned"], "currency": ["EUR"] * 2,
        ...     "total_cents": [100, 900], "ordered_local": [back, left],
        ...     "ordered_at": [back.replace(tzinfo=UTC), left.replace(tzinfo=UTC)],
        ...     "abandoned_at": [left.replace(tzinfo=UTC)] * 2,
        ... })
        >>> made = cart_recovery(orders, days=[1, 3], until="2026-06-01")
        >>> made.select("within_days", "recovery_rate", "recovered_cents").rows()
        [(1, 0.0, 0), (3, 0.5, 100)]
    """
    numbers = whole_days("days", days)
    within_days(nw.col("left"), since, until)
    rows = _carts("cart_recovery", orders)
    first, end = as_day(since), last_day(until, _latest(rows))
    rows = rows.filter(pl.col("state") != "completed").select(
        "currency",
        "total_cents",
        left=pl.col("abandoned_local").dt.date(),
        back=pl.when(pl.col("state") == "recovered").then(pl.col("ordered_local").dt.date()),
        is_undated=(pl.col("state") == "recovered") & pl.col("ordered_local").is_null(),
    )
    rows = rows.filter(pl.col("left") <= end, ~pl.col("is_undated"))
    if first is not None:
        rows = rows.filter(pl.col("left") >= first)
    observed = (pl.lit(end) - pl.col("left")).dt.total_days()
    waited = (pl.col("back") - pl.col("left")).dt.total_days()
    cents, made = pl.col("total_cents"), []
    for number in numbers:
        mature = observed >= number
        came = (mature & (waited <= number)).fill_null(value=False)
        counted = rows.group_by("currency").agg(
            mature.sum().alias("abandoned_carts"),
            came.sum().alias("recovered_carts"),
            cents.filter(came).sum().alias("recovered_cents"),
            cents.filter(mature & ~came).sum().alias("lost_cents"),
            (~mature).sum().alias("too_recent"),
        )
        made.append(counted.with_columns(within_days=pl.lit(number, dtype=pl.Int64)))
    columns = [name for name in _RECOVERY if not name.startswith("recovery_rate")]
    empty = {name: pl.String() if name == "currency" else pl.Int64() for name in columns}
    parts = [pl.DataFrame(schema=empty), *(part.select(columns) for part in made)]
    answer = pl.concat(parts, how="vertical_relaxed")
    answer = rated(answer, "recovery_rate", "recovered_carts", "abandoned_carts", confidence)
    answer = answer.sort("currency", "within_days")
    return handed_back("cart_recovery", answer, orders, _RECOVERY)


def _carts(metric: str, orders: Any) -> pl.DataFrame:
    """Take completed, recovered and abandoned carts, with the wall clock of abandonment.

    The wire gives that moment with its offset, which the table keeps for the order only: the
    offset of the order, a few days away at most, stands in.
    """
    states = ("completed", "recovered", "abandoned")
    rows = opened(metric, orders, _CARTS)
    rows = rows.filter(nw.col("state").is_in(states).fill_null(value=False))
    frame = collected(rows, _CARTS)
    offset = pl.col("ordered_local") - pl.col("ordered_at").dt.replace_time_zone(None)
    return frame.with_columns(
        abandoned_local=pl.col("abandoned_at").dt.replace_time_zone(None)
        + offset.fill_null(pl.duration(seconds=0))
    )


def _latest(rows: pl.DataFrame) -> date | None:
    moments = [rows["ordered_local"].max(), rows["abandoned_local"].max()]
    known = [moment for moment in moments if isinstance(moment, datetime)]
    return max(known).date() if known else None
