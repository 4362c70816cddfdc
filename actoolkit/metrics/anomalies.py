"""Campaigns that stand out: against the ones before them, and against what chance allows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import polars as pl

from actoolkit.errors import InvalidArgument
from actoolkit.metrics.arguments import groups, is_whole
from actoolkit.metrics.counters import (
    ADDED,
    GROUP_HINTS,
    RATES,
    VERIFIED,
    was_sent,
    with_delivered,
    with_verified,
)
from actoolkit.metrics.eager import collected, handed_back
from actoolkit.metrics.frames import Schema, opened

FEWEST = 8
"""Campaigns before one that its robust z needs."""
NORMAL = 0.6745
"""Median absolute deviation of a standard normal."""
RANGE = 1.128
"""Mean moving range of two standard normals."""
_READ: Schema = {
    "campaign_id": "key",
    "name": "text",
    "sent_at": "moment",
    **dict.fromkeys((*ADDED, VERIFIED), "count"),
}
_STANDING: Schema = {
    "campaign_id": "key",
    "name": "text",
    "sent_at": "moment",
    "hits": "count",
    "trials": "count",
    "rate": "rate",
    "earlier": "count",
    "earlier_median": "rate",
    "robust_z": "rate",
    "centre": "rate",
    "lower_limit": "rate",
    "upper_limit": "rate",
    "signal": "text",
}


def campaign_anomalies(
    campaigns: Any,
    *,
    rate: str = "click_rate",
    by: str | Sequence[str] | None = "type",
    days: int = 90,
) -> Any:
    """Say how far each campaign's rate is from those before it, and from its control limits.

    Grain: one row per campaign that was sent and has the rate.

    Two answers to two questions. The robust z says how unusual a rate is beside the same group's
    rates in the days before, whatever their sizes. The control chart says whether the group's rates
    vary by more than they usually do from one campaign to the next, and allows for sizes: a small
    mailing may lie far off. Campaigns differ by more than chance, so the limits are Laney's, not
    those of a plain p chart, which would sound an alarm every week.

    Args:
        campaigns: Result of `actoolkit.load_campaigns`.
        rate: Any of `campaign_rates`.
        by: Columns that make the groups; None holds all campaigns against each other.
        days: How far back a campaign is compared.

    Returns:
        The same kind of frame, sorted by group, moment of sending and campaign: the groups,
        ``campaign_id``, ``name``, ``sent_at``; ``hits``, ``trials (Int64)``,
        ``rate (Float64, 0..1): hits of trials``;
        ``earlier (Int64, campaigns)``: of the group, in the days before;
        ``earlier_median (Float64)``; ``robust_z (Float64)``: 0.6745 times the distance from the
        median, in median absolute deviations; both null under 8 campaigns, the second also where
        they do not differ;
        ``centre (Float64, 0..1): hits of trials of the whole group``; ``lower_limit``,
        ``upper_limit``: three standard deviations from it, of this campaign's size; null for a
        single campaign; ``signal (String)``: "above", "below" or null.

    Raises:
        InvalidArgument: ``rate`` is none of `campaign_rates`, ``days`` is below 1, or ``by`` names
            a result column.
        MissingColumns: ``campaigns`` lacks a column.

    Source:
        B. Iglewicz and D. Hoaglin, How to Detect and Handle Outliers (1993); D. B. Laney, "Improved
        control charts for attributes", Quality Engineering 14 (2002).

    Example:
        >>> import polars as pl
        >>> from datetime import datetime, timedelta
        >>> clickers = [30, 33, 28, 31, 29, 34, 30, 32, 31, 90]
        >>> campaigns = pl.DataFrame({
        ...     "campaign_id": [str(n) for n in range(10)], "name": ["News"] * 10,
        ...     "type": ["single"] * 10, "clickers": clickers, "sends": [1000] * 10,
        ...     "sent_at": [datetime(2026, 6, 1) + timedelta(days=n) for n in range(10)],
        ... }).with_columns(
        ...     pl.lit(0).alias(name) for name in ("hard_bounces", "soft_bounces", "unique_opens",
        ...     "verified_unique_opens", "unsubscribes", "unique_replies", "unique_forwards")
        ... )
        >>> found = campaign_anomalies(campaigns)
        >>> found.filter(pl.col("signal").is_not_null()).select("campaign_id", "signal").rows()
        [('9', 'above')]
    """
    if rate not in tuple(RATES) or not is_whole(days, 1):
        raise InvalidArgument(
            f"rate={rate!r}, days={days!r} cannot be.",
            hint=f"Rates: {', '.join(RATES)}; days=90 looks back a quarter.",
        )
    names = groups("campaign_anomalies", by, _STANDING)
    about: Schema = dict.fromkeys(names, "key")
    rows = opened("campaign_anomalies", campaigns, {**about, **_READ}, hints=GROUP_HINTS)
    rows = with_verified(with_delivered(rows))
    parts = RATES[rate]
    rows = rows.filter(was_sent(), ~nw.col("sent_at").is_null()).select(
        *names, "campaign_id", "name", "sent_at", hits=parts.hits(), trials=parts.trials()
    )
    known = (nw.col("trials") > 0) & (nw.col("hits") >= 0) & (nw.col("hits") <= nw.col("trials"))
    counted: Schema = {**about, **{name: _STANDING[name] for name in list(_STANDING)[:5]}}
    found = collected(rows.filter(known), counted).sort(*names, "sent_at", "campaign_id")
    found = found.with_columns((pl.col("hits") / pl.col("trials")).alias("rate"))
    parted = found.partition_by(names, maintain_order=True) if names and found.height else [found]
    made = [_limits(_earlier(one, timedelta(days=days))) for one in parted]
    answer = pl.concat(made)
    return handed_back("campaign_anomalies", answer, campaigns, {**about, **_STANDING})


def _earlier(campaigns: pl.DataFrame, span: timedelta) -> pl.DataFrame:
    """Each campaign beside those of its group in the days before it."""
    sent: list[datetime] = campaigns["sent_at"].to_list()
    rates = campaigns["rate"].to_numpy()
    counts, medians, scores = [], [], []
    first = last = 0
    for at, moment in enumerate(sent):
        while sent[first] < moment - span:
            first += 1
        while sent[last] < moment:
            last += 1
        before = rates[first:last]
        enough = len(before) >= FEWEST
        median = float(np.median(before)) if enough else None
        spread = float(np.median(np.abs(before - median))) if median is not None else 0.0
        counts.append(len(before))
        medians.append(median)
        scores.append(
            NORMAL * (float(rates[at]) - median) / spread if median is not None and spread else None
        )
    return campaigns.with_columns(
        pl.Series("earlier", counts, dtype=pl.Int64),
        pl.Series("earlier_median", medians, dtype=pl.Float64),
        pl.Series("robust_z", scores, dtype=pl.Float64),
    )


def _limits(campaigns: pl.DataFrame) -> pl.DataFrame:
    """Laney's limits of a group, in the order of sending."""
    centre = pl.col("hits").sum() / pl.col("trials").sum()
    binomial = (pl.col("centre") * (1 - pl.col("centre")) / pl.col("trials")).sqrt()
    made = campaigns.with_columns(centre.alias("centre")).with_columns(binomial.alias("_binomial"))
    scores = pl.when(pl.col("_binomial") > 0).then(
        (pl.col("rate") - pl.col("centre")) / pl.col("_binomial")
    )
    between = scores.fill_null(0.0).diff().abs().mean() / RANGE
    reach = 3 * pl.col("_binomial") * between
    made = made.with_columns(
        (pl.col("centre") - reach).clip(0, 1).alias("lower_limit"),
        (pl.col("centre") + reach).clip(0, 1).alias("upper_limit"),
    )
    signal = (
        pl.when(pl.col("rate") > pl.col("upper_limit"))
        .then(pl.lit("above"))
        .when(pl.col("rate") < pl.col("lower_limit"))
        .then(pl.lit("below"))
    )
    return made.with_columns(signal.alias("signal")).drop("_binomial")
