"""Engagement over time."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from actoolkit.metrics.counters import RATES, flags, parts, summed, was_sent, with_delivered
from actoolkit.metrics.days import Grain, period_start
from actoolkit.metrics.frames import Schema, closed, opened
from actoolkit.metrics.intervals import with_rates

_COUNTERS = ("sends", "hard_bounces", "soft_bounces", "unique_opens", "clickers")
_RATES = {name: RATES[name] for name in ("open_rate", "click_rate")}
_PERIODS: Schema = {
    "period_on": "date",
    **dict.fromkeys(("campaigns", "delivered", "unique_opens", "clickers"), "count"),
    **{f"{rate}{end}": "rate" for rate in _RATES for end in ("", "_low", "_high")},
    "flag": "text",
}


def engagement_by_period(
    campaigns: Any, *, grain: Grain = "month", confidence: float = 0.95
) -> Any:
    """Give open and click rates of one-off campaigns per day, week or month of sending.

    Grain: one row per period with a campaign. Mails of automations add up since the automation
    began and have one time of sending in the API only, so they are left out.

    Opens and clicks count for the period in which the mail was sent, whenever they happened: the
    latest period is not over for them.

    Args:
        campaigns: Result of `actoolkit.load_campaigns`.
        grain: Length of a period: "day", "week" (from Monday), "month", "quarter" or "year".
        confidence: Coverage of the intervals, between 0 and 1.

    Returns:
        The same kind of frame, sorted:
        ``period_on (Date): first day, in the account's zone``; ``campaigns (Int64)``,
        ``delivered (Int64, mails)``, ``unique_opens (Int64, contacts)``, ``clickers (Int64,
        contacts)``; ``open_rate``, ``click_rate (Float64, 0..1): of delivered, the ratio of the
        period's sums``, each with ``_low`` and ``_high`` of its Wilson interval;
        ``flag (String): null, or what is withheld and why``.

    Raises:
        InvalidArgument: Unknown ``grain``, or ``confidence`` is not between 0 and 1.
        MissingColumns: ``campaigns`` lacks a column.

    Source:
        `actoolkit.metrics.explain("engagement_by_period")`.

    Example:
        >>> import polars as pl
        >>> from datetime import datetime
        >>> campaigns = pl.DataFrame({
        ...     "automation_id": [None, None],
        ...     "sent_local": [datetime(2026, 6, 2), datetime(2026, 6, 30)],
        ...     "sends": [100, 300], "hard_bounces": [0, 0], "soft_bounces": [0, 0],
        ...     "unique_opens": [30, 70], "clickers": [1, 3],
        ... })
        >>> engagement_by_period(campaigns).select("period_on", "campaigns", "open_rate").rows()
        [(datetime.date(2026, 6, 1), 2, 0.25)]
    """
    sent = nw.col("sent_local")
    start = period_start(sent, grain)
    columns: Schema = {
        "automation_id": "key",
        "sent_local": "wall",
        **dict.fromkeys(_COUNTERS, "count"),
    }
    rows = with_delivered(opened("engagement_by_period", campaigns, columns)).filter(
        was_sent(), nw.col("automation_id").is_null(), ~sent.is_null()
    )
    rates = parts(*_RATES)
    made = summed(
        rows.with_columns(period_on=start),
        ["period_on"],
        ("delivered", "unique_opens", "clickers"),
        (),
        rates,
    )
    made = with_rates(made, rates, confidence, clustered=True).with_columns(flag=flags(_RATES))
    return closed(made, campaigns, _PERIODS, sort_by=["period_on"])
