"""Rates of single campaigns, drawn towards what the account's campaigns have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from actoolkit.errors import InvalidArgument
from actoolkit.metrics.arguments import groups
from actoolkit.metrics.clusters import Floats
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
from actoolkit.metrics.quantiles import normal_quantile

_READ: Schema = {"campaign_id": "key", "name": "text", **dict.fromkeys((*ADDED, VERIFIED), "count")}
_SHRUNK: Schema = {
    "campaign_id": "key",
    "name": "text",
    "hits": "count",
    "trials": "count",
    "rate": "rate",
    "shrunk_rate": "rate",
    "shrunk_rate_low": "rate",
    "shrunk_rate_high": "rate",
    "common_rate": "rate",
    "prior_trials": "rate",
    "rank": "count",
}


def shrunk_rates(
    campaigns: Any,
    *,
    rate: str = "click_rate",
    by: str | Sequence[str] | None = None,
    confidence: float = 0.95,
) -> Any:
    """Give each campaign's rate as far as its own mails tell it from the others.

    Grain: one row per campaign that was sent and has the rate.

    A small mailing has the best and the worst rate by chance alone. Here each campaign begins with
    the distribution of rates that the account's history shows (a Beta distribution, fitted by
    moments), and its own mails move it from there: a large campaign keeps its rate, a small one is
    drawn to the common one. Fit to rank by.

    Args:
        campaigns: Result of `actoolkit.load_campaigns`.
        rate: Any of `campaign_rates`.
        by: Columns that part the history, such as "type": each part has its own common rate.
        confidence: Of the credible intervals.

    Returns:
        The same kind of frame, sorted by group and campaign: the groups, ``campaign_id``, ``name``;
        ``hits``, ``trials (Int64)``, ``rate (Float64, 0..1): hits of trials``;
        ``shrunk_rate (Float64, 0..1)`` with ``_low`` and ``_high``, an equal-tailed credible
        interval; ``common_rate (Float64, 0..1): hits of trials of all campaigns of the group``;
        ``prior_trials (Float64): mails that the history weighs as much as``;
        ``rank (Int64): 1 for the highest shrunk rate of the group``.

    Raises:
        InvalidArgument: ``rate`` is none of `campaign_rates`, or ``by`` names a result column.
        MissingColumns: ``campaigns`` lacks a column.

    Source:
        J. C. Kleinman, "Proportions with extraneous variance", JASA 68 (1973).

    Example:
        >>> import polars as pl
        >>> campaigns = pl.DataFrame({
        ...     "campaign_id": ["1", "2", "3"], "name": ["A", "B", "C"],
        ...     "sends": [10_000, 10_000, 20], "clickers": [300, 500, 4],
        ... }).with_columns(
        ...     pl.lit(0).alias(name) for name in ("hard_bounces", "soft_bounces", "unique_opens",
        ...     "verified_unique_opens", "unsubscribes", "unique_replies", "unique_forwards")
        ... )
        >>> shrunk_rates(campaigns).select("rate", pl.col("shrunk_rate").round(3)).rows()
        [(0.03, 0.03), (0.05, 0.05), (0.2, 0.058)]
    """
    normal_quantile(confidence)
    if rate not in tuple(RATES):
        raise InvalidArgument(f"rate={rate!r} is none.", hint=f"There are: {', '.join(RATES)}.")
    names = groups("shrunk_rates", by, _SHRUNK)
    about: Schema = dict.fromkeys(names, "key")
    rows = opened("shrunk_rates", campaigns, {**about, **_READ}, hints=GROUP_HINTS)
    rows = with_verified(with_delivered(rows))
    parts = RATES[rate]
    rows = rows.filter(was_sent()).select(
        *names, "campaign_id", "name", hits=parts.hits(), trials=parts.trials()
    )
    known = (nw.col("trials") > 0) & (nw.col("hits") >= 0) & (nw.col("hits") <= nw.col("trials"))
    counted: Schema = {
        **about,
        "campaign_id": "key",
        "name": "text",
        "hits": "count",
        "trials": "count",
    }
    found = collected(rows.filter(known), counted)
    parted = found.partition_by(names, maintain_order=True) if names else [found]
    made = [_shrunk(one, confidence) for one in parted if one.height]
    schema: Schema = {**about, **_SHRUNK}
    answer = (
        pl.concat(made)
        if made
        else found.with_columns(
            pl.lit(None, pl.Float64).alias(name) for name in schema if name not in counted
        )
    )
    answer = answer.sort(*names, "campaign_id", nulls_last=False)
    return handed_back("shrunk_rates", answer, campaigns, schema)


def fitted(hits: Floats, trials: Floats) -> tuple[float, float]:
    """Fit a Beta distribution to rates of different certainty, by moments.

    Args:
        hits: Numerators.
        trials: Denominators, above 0.

    Returns:
        The common rate, and how many trials the distribution weighs as much as: at most all of
        them, which is what campaigns that do not differ give.
    """
    size, campaigns = float(trials.sum()), len(trials)
    common = float(hits.sum()) / size
    binomial = common * (1 - common)
    room = size - float((trials**2).sum()) / size - (campaigns - 1)
    if campaigns < 2 or binomial == 0 or room <= 0:
        return common, size
    distance = float((trials * (hits / trials - common) ** 2).sum())
    alike = (distance / binomial - (campaigns - 1)) / room
    return common, min(size, max(1 / alike - 1, 1.0)) if alike > 0 else size


def _shrunk(campaigns: pl.DataFrame, confidence: float) -> pl.DataFrame:
    from scipy.special import betaincinv  # half a second to import

    hits, trials = (campaigns[name].to_numpy().astype(float) for name in ("hits", "trials"))
    common, weight = fitted(hits, trials)
    first, second = common * weight + hits, (1 - common) * weight + (trials - hits)
    tail = (1 - confidence) / 2
    shrunk = first / (first + second)
    certain = (first <= 0) | (second <= 0)
    low, high = (betaincinv(first, second, at) for at in (tail, 1 - tail))
    low[certain] = high[certain] = shrunk[certain]
    return campaigns.with_columns(
        (pl.col("hits") / pl.col("trials")).alias("rate"),
        pl.Series("shrunk_rate", shrunk),
        pl.Series("shrunk_rate_low", low),
        pl.Series("shrunk_rate_high", high),
        pl.lit(common).alias("common_rate"),
        pl.lit(weight).alias("prior_trials"),
        pl.Series("shrunk_rate", shrunk).rank("min", descending=True).cast(pl.Int64).alias("rank"),
    )
