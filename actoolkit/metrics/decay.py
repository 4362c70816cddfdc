"""How long people go on opening and clicking, by the month in which they joined."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from actoolkit.errors import InvalidArgument
from actoolkit.metrics.audience import last_engaged
from actoolkit.metrics.days import Day, as_day, period_start
from actoolkit.metrics.eager import collected, handed_back, rated
from actoolkit.metrics.frames import Schema, opened

_DECAY: Schema = {
    "cohort_on": "date",
    "month": "count",
    "contacts": "count",
    "engaged": "count",
    "engaged_rate": "rate",
    "engaged_rate_low": "rate",
    "engaged_rate_high": "rate",
}


def engagement_decay(
    contacts: Any, *, until: Day, clicks_only: bool = False, confidence: float = 0.95
) -> Any:
    """Give how many of those who joined in a month still opened or clicked so many months later.

    Grain: one row per month of joining with a contact, and month since: 0 for that month itself.
    The API keeps the last open and the last click only, so "still engaged" means that the last one
    was in that month or later. Such a curve sinks towards its end by itself, for someone who will
    open again next week has not yet: a month that was not over on the last day observed is null,
    and the last ones before it are low. Deleted contacts are left out, and those who joined on
    ``until`` or later.

    Args:
        contacts: Result of `actoolkit.load_contacts`.
        until: The day after the last observed, in the account's zone: the day of the load.
        clicks_only: Count clicks only.
        confidence: Coverage of the Wilson intervals.

    Returns:
        The same kind of frame, sorted by cohort and month:
        ``cohort_on (Date): first day of the month of joining``; ``month (Int64): calendar months
        since``; ``contacts (Int64): in the cohort``;
        ``engaged (Int64): of these, with their last open or click in that month or later``;
        ``engaged_rate (Float64): engaged / contacts``, with ``engaged_rate_low`` and
        ``engaged_rate_high``.

    Raises:
        InvalidArgument: ``until`` is no day.
        MissingColumns: ``contacts`` lacks a column.

    Source:
        `actoolkit.metrics.explain("engagement_decay")`.

    Example:
        >>> import polars as pl
        >>> from datetime import datetime
        >>> contacts = pl.DataFrame({
        ...     "deleted": [False] * 2, "created_local": [datetime(2026, 4, 9)] * 2,
        ...     "last_open_local": [datetime(2026, 4, 20), datetime(2026, 5, 2)],
        ...     "last_click_local": [None] * 2,
        ... }, schema_overrides={"last_click_local": pl.Datetime("us")})
        >>> found = engagement_decay(contacts, until="2026-06-15")
        >>> found.select("month", "contacts", "engaged", "engaged_rate").rows()
        [(0, 2, 2, 1.0), (1, 2, 1, 0.5), (2, 2, None, None)]
    """
    end = as_day(until)
    if end is None:
        raise InvalidArgument("engagement_decay needs until.", hint="Give the day of the load.")
    wall = nw.col("created_local")
    rows = opened(
        "engagement_decay",
        contacts,
        {
            "deleted": "flag",
            "created_local": "wall",
            "last_open_local": "wall",
            "last_click_local": "wall",
        },
    )
    midnight = nw.lit(datetime.combine(end, time()))
    rows = rows.filter(~nw.col("deleted").fill_null(value=False), wall < midnight)
    found = rows.select(
        cohort_on=period_start(wall, "month"),
        last_on=period_start(last_engaged(clicks_only=clicks_only), "month"),
        contacts=nw.lit(1),
    )
    found = found.group_by("cohort_on", "last_on").agg(nw.col("contacts").sum())
    kinds: Schema = {"cohort_on": "date", "last_on": "date", "contacts": "count"}
    counted = collected(found, kinds)
    last = end - timedelta(days=1)
    cohorts = (
        counted.filter(pl.col("cohort_on") <= last)
        .group_by("cohort_on")
        .agg(pl.col("contacts").sum())
    )
    months = pl.date_ranges("cohort_on", pl.lit(last), interval="1mo").alias("month_on")
    made = cohorts.with_columns(months).explode("month_on").sort("cohort_on", "month_on")
    later = made.join(counted.select("cohort_on", "last_on", active="contacts"), on="cohort_on")
    later = later.filter(pl.col("last_on") >= pl.col("month_on"))
    engaged = later.group_by("cohort_on", "month_on").agg(engaged=pl.col("active").sum())
    made = made.join(
        engaged, on=["cohort_on", "month_on"], how="left", maintain_order="left"
    ).with_columns(
        engaged=pl.when(pl.col("month_on").dt.offset_by("1mo") <= end).then(
            pl.col("engaged").fill_null(0)
        ),
        month=(pl.col("month_on").dt.year() - pl.col("cohort_on").dt.year()).cast(pl.Int64) * 12
        + pl.col("month_on").dt.month()
        - pl.col("cohort_on").dt.month(),
    )
    made = rated(made, "engaged_rate", "engaged", "contacts", confidence)
    return handed_back("engagement_decay", made, contacts, _DECAY)
