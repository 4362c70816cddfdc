"""Engagement by the time of sending."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from actoolkit.errors import InvalidArgument
from actoolkit.metrics.arguments import is_number
from actoolkit.metrics.clusters import spreads
from actoolkit.metrics.counters import RATES, flags, parts, summed, was_sent, with_delivered
from actoolkit.metrics.days import weekday_of
from actoolkit.metrics.dialects import respelled, spelled
from actoolkit.metrics.eager import collected, handed_back
from actoolkit.metrics.frames import Schema, opened
from actoolkit.metrics.intervals import clustered_wilson
from actoolkit.metrics.quantiles import normal_quantile
from actoolkit.metrics.shrinkage import fitted

_HEATMAP_RATES = {name: RATES[name] for name in ("open_rate", "click_rate")}
_COUNTS: Schema = dict.fromkeys(
    ("weekday", "hour", "campaigns", "delivered", "unique_opens", "clickers"), "count"
)
_SUMMED: Schema = {
    **_COUNTS,
    "clipped": "count",
    **dict.fromkeys((one for rate in _HEATMAP_RATES for one in spreads(rate)), "rate"),
}
_HEATMAP: Schema = {
    **_COUNTS,
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
    normal_quantile(confidence)
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
    words, rows = spelled(with_delivered(rows))
    sent = words.col("sent_local")
    rows = rows.filter(was_sent(words), words.col("automation_id").is_null(), ~sent.is_null())
    cells = respelled(rows.with_columns(weekday=weekday_of(sent), hour=sent.dt.hour()))
    rates = parts(*_HEATMAP_RATES)
    made = summed(cells, ["weekday", "hour"], ("delivered", "unique_opens", "clickers"), (), rates)
    answer = collected(made, _SUMMED).sort("weekday", "hour")
    enough = (pl.col("delivered") >= small_below).fill_null(value=False)
    answer = answer.with_columns(
        *_rates(answer, confidence), small=~enough, flag=flags(_HEATMAP_RATES, pl)
    )
    return handed_back("engagement_heatmap", answer.select(*_HEATMAP), campaigns, _HEATMAP)


def _rates(cells: pl.DataFrame, confidence: float) -> Iterator[pl.Series]:
    counts = {name: cells[name].to_numpy().astype(float) for name in cells.columns}
    for name, rate in _HEATMAP_RATES.items():
        hits, trials = (counts[column] for column in (*rate.numerator, rate.denominator))
        spread = [counts[column] for column in spreads(name)]
        share, low, high = clustered_wilson(hits, trials, spread, confidence)
        known = ~np.isnan(share)
        shrunk = np.full_like(share, np.nan)
        if known.any():
            common, weight = fitted(hits[known], trials[known])
            shrunk[known] = (common * weight + hits[known]) / (weight + trials[known])
        for end, values in (("", share), ("_low", low), ("_high", high), ("_shrunk", shrunk)):
            yield pl.Series(f"{name}{end}", values, nan_to_null=True)
