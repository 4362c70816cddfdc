"""Engagement by the time of sending."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from actoolkit.errors import InvalidArgument
from actoolkit.metrics.arguments import is_number
from actoolkit.metrics.clusters import Parts
from actoolkit.metrics.counters import RATES, flags, parts, summed, was_sent, with_delivered
from actoolkit.metrics.days import weekday_of
from actoolkit.metrics.frames import Schema, closed, opened
from actoolkit.metrics.intervals import with_rates

_HEATMAP_RATES = {name: RATES[name] for name in ("open_rate", "click_rate")}
_HEATMAP: Schema = {
    **dict.fromkeys(
        ("weekday", "hour", "campaigns", "delivered", "unique_opens", "clickers"), "count"
    ),
    **{
        f"{rate}{end}": "rate"
        for rate in _HEATMAP_RATES
        for end in ("", "_low", "_high", "_shrunk")
    },
    "small": "flag",
    "flag": "text",
}


def engagement_heatmap(campaigns: Any, *, confidence: float = 0.95, small_below: int = 200) -> Any:
    """Give open and click rates by the weekday and hour at which one-off campaigns were sent.

    Grain: one row per weekday and hour with a campaign. Mails of automations leave at all hours and
    have one time of sending in the API only, so they are left out.

    The API has no open times: this is about when to send, not about when people read, and what was
    sent then differs as well.

    A cell of one campaign has that campaign's own interval, Wilson's: how sure its rate is, not how
    sure the hour's. From two on the interval allows for campaigns that differ, and of two or three
    it is wide: that is what so few can tell of an hour.

    The best of many cells is partly the luckiest. A shrunk rate begins with the distribution of
    rates that the account's cells show (a Beta distribution, fitted by moments, as in
    `actoolkit.metrics.shrunk_rates`), and the cell's own mails move it from there.

    Args:
        campaigns: Result of `actoolkit.load_campaigns`.
        confidence: Coverage of the intervals, between 0 and 1.
        small_below: Cells of fewer delivered mails are small. At 200 a rate of 20 % is known to
            about 5.5 points either side, more than hours differ by.

    Returns:
        The same kind of frame, sorted:
        ``weekday (Int64): 1 Monday to 7 Sunday``, ``hour (Int64): 0 to 23``, in the account's zone;
        ``campaigns (Int64)``, ``delivered (Int64, mails)``, ``unique_opens (Int64, contacts)``,
        ``clickers (Int64, contacts)``;
        ``open_rate``, ``click_rate (Float64, 0..1): of delivered``, each with ``_low`` and
        ``_high``, allowing for campaigns that differ (`actoolkit.metrics.clusters`);
        ``open_rate_shrunk``, ``click_rate_shrunk (Float64, 0..1)``: drawn to the rate of all
        campaigns here;
        ``small (Boolean): fewer delivered mails than small_below, or not known``;
        ``flag (String): null, or what is withheld and why``.

    Raises:
        InvalidArgument: ``confidence`` is not between 0 and 1, or ``small_below`` is negative.
        MissingColumns: ``campaigns`` lacks a column.

    Source:
        `actoolkit.metrics.explain("engagement_heatmap")`.

    Example:
        >>> import polars as pl
        >>> from datetime import datetime
        >>> campaigns = pl.DataFrame({
        ...     "automation_id": [None, None, "4"],
        ...     "sent_local": [datetime(2026, 6, 30, 10, 5)] * 3, "sends": [100, 300, 50],
        ...     "hard_bounces": [0, 0, 0], "soft_bounces": [0, 0, 0],
        ...     "unique_opens": [30, 70, 50], "clickers": [1, 3, 9],
        ... })
        >>> cells = engagement_heatmap(campaigns)
        >>> cells.select("weekday", "hour", "campaigns", "open_rate").rows()
        [(2, 10, 2, 0.25)]
    """
    if not is_number(small_below) or small_below < 0:
        raise InvalidArgument(
            f"small_below={small_below!r} is no number from 0 on.",
            hint="Pass a number of mails, such as 200.",
        )
    rows = opened(
        "engagement_heatmap",
        campaigns,
        {
            "automation_id": "key",
            "sent_local": "wall",
            **dict.fromkeys(
                ("sends", "hard_bounces", "soft_bounces", "unique_opens", "clickers"), "count"
            ),
        },
    )
    sent = nw.col("sent_local")
    rows = with_delivered(rows).filter(
        was_sent(), nw.col("automation_id").is_null(), ~sent.is_null()
    )
    cells = rows.with_columns(weekday=weekday_of(sent), hour=sent.dt.hour())
    rates = parts(*_HEATMAP_RATES)
    made = summed(cells, ["weekday", "hour"], ("delivered", "unique_opens", "clickers"), (), rates)
    made = with_rates(made, rates, confidence, clustered=True)
    enough = (nw.col("delivered") >= small_below).fill_null(value=False)
    made = _with_shrunk(made, rates).with_columns(small=~enough, flag=flags(_HEATMAP_RATES))
    return closed(made, campaigns, _HEATMAP, sort_by=["weekday", "hour"])


def _with_shrunk(cells: nw.LazyFrame[Any], rates: Parts) -> nw.LazyFrame[Any]:
    """Add each rate drawn to the common one; lazily, what `shrinkage.fitted` does of numbers."""
    cells = cells.with_columns(__all=nw.lit(1))
    for name, (hits, trials) in rates.items():
        known = ~nw.col(name).is_null()
        cells = cells.with_columns(
            __hits=nw.when(known).then(hits.cast(nw.Float64)),
            __trials=nw.when(known).then(trials.cast(nw.Float64)),
        )
        mine = nw.col("__trials")
        cells = cells.with_columns(__square=mine * mine).with_columns(
            nw.col(f"__{part}").sum().over("__all").alias(f"__{total}")
            for part, total in (("hits", "hits_all"), ("trials", "size"), ("square", "squares"))
        )
        cells = cells.with_columns(__cells=mine.count().over("__all"))
        size, fewer = nw.col("__size"), nw.col("__cells") - 1
        solid = _or_one(size)
        cells = cells.with_columns(__common=nw.col("__hits_all") / solid)
        common = nw.col("__common")
        away = nw.col(name) - common
        cells = cells.with_columns(
            __binomial=common * (1 - common),
            __room=size - nw.col("__squares") / solid - fewer,
            __away=mine * away * away,
        ).with_columns(__distance=nw.col("__away").sum().over("__all"))
        binomial, room = nw.col("__binomial"), nw.col("__room")
        alike = (nw.col("__distance") / _or_one(binomial) - fewer) / _or_one(room)
        cells = cells.with_columns(__alike=alike)
        differ = (fewer > 0) & (binomial > 0) & (room > 0) & (nw.col("__alike") > 0)
        cells = cells.with_columns(__weight=1 / _or_one(nw.col("__alike")) - 1)
        weight = nw.col("__weight")
        least = nw.when(weight > 1).then(weight).otherwise(nw.lit(1.0))
        cells = cells.with_columns(__least=least)
        least = nw.when(differ & (nw.col("__least") < size)).then(nw.col("__least")).otherwise(size)
        cells = cells.with_columns(__prior=least)
        prior = nw.col("__prior")
        shrunk = (common * prior + nw.col("__hits")) / _or_one(prior + mine)
        cells = cells.with_columns(nw.when(known).then(shrunk).alias(f"{name}_shrunk"))
    return cells


def _or_one(number: nw.Expr) -> nw.Expr:
    """Where a divisor is not above 0, divide by 1: Spark refuses 0 even where it is not used."""
    return nw.when(number > 0).then(number).otherwise(nw.lit(1.0))
