"""The funnel of campaigns: sent, delivered, opened, clicked, and the buyers beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw

from actoolkit.metrics.arguments import groups
from actoolkit.metrics.clusters import spreads
from actoolkit.metrics.counters import (
    CLIPPED,
    GROUP_HINTS,
    VERIFIED,
    joined,
    summed,
    was_sent,
    with_delivered,
    with_verified,
)
from actoolkit.metrics.frames import Schema, closed, opened, same_kind
from actoolkit.metrics.intervals import exceeds, with_rates


@dataclass(frozen=True, slots=True)
class _Step:
    name: str
    count: str
    denominator: str
    campaigns: str = "campaigns"
    basis: str = "measured"


_STEPS = (
    _Step("sent", "sends", "sends"),
    _Step("delivered", "delivered", "sends"),
    _Step("opened", "unique_opens", "delivered"),
    _Step("clicked", "clickers", "delivered"),
)
_ORDERED = _Step(
    "ordered", "exposed_buyers", "exposed_delivered", "exposed_campaigns", basis="exposure"
)
_COUNTERS = ("sends", "hard_bounces", "soft_bounces", "unique_opens", "clickers")
_OWN: Schema = {
    **dict.fromkeys((*_COUNTERS, VERIFIED, "delivered", "verified_delivered", "clipped"), "count"),
    **dict.fromkeys(("exposed_buyers", "exposed_delivered", "exposed_campaigns"), "count"),
}
"""Columns that it reads or works with, by which nothing can be grouped."""
_FUNNEL: Schema = {
    "step": "text",
    "step_index": "count",
    "count": "count",
    "denominator": "count",
    "rate": "rate",
    "rate_low": "rate",
    "rate_high": "rate",
    "verified_count": "count",
    "verified_denominator": "count",
    "verified_rate": "rate",
    "verified_rate_low": "rate",
    "verified_rate_high": "rate",
    "basis": "text",
    "campaigns": "count",
    "flag": "text",
}


def campaign_funnel(
    campaigns: Any,
    exposure: Any = None,
    *,
    by: str | Sequence[str] | None = None,
    confidence: float = 0.95,
) -> Any:
    """Give the steps of one funnel over all campaigns, or of one per group.

    Grain: one row per group and step. Steps are "sent", "delivered", "opened", "clicked", and
    "ordered" where ``exposure`` is given. Every step is over delivered mails (sent and delivered
    over sent ones), none over the step before: clicks may exceed verified opens, and who buys need
    not have clicked.

    Verified opens are those of the campaigns that have them, over the delivered mails of the same
    campaigns; in the same way, buyers are those of the campaigns whose exposure is known.

    Args:
        campaigns: Result of `actoolkit.load_campaigns`. A campaign that stands in several groups
            may be there several times.
        exposure: Result of `actoolkit.metrics.campaign_exposure`, one row per campaign.
        by: None, or the columns that make the groups, such as "type" or "automation_id". Lists
            are joined and periods made first: ``docs/how-to/campaign-funnels.md``.
        confidence: Coverage of the intervals, between 0 and 1.

    Returns:
        The same kind of frame, sorted by group and step: the groups;
        ``step (String)``, ``step_index (Int64): 0 for sent``;
        ``count (Int64)``: mails sent, mails delivered, contacts who opened, who clicked, who bought
        within the window after the mail; null where a campaign of the group lacks the counter;
        ``denominator (Int64, mails)``: sent for the steps sent and delivered, delivered for the
        others, for "ordered" only of campaigns whose exposure is known;
        ``rate (Float64, 0..1)`` with ``rate_low`` and ``rate_high``, which allow for campaigns that
        differ (`actoolkit.metrics.clusters`); the rate of "sent" is 1 by definition;
        ``verified_count (Int64, contacts): verified opens``, for "opened" only, null where no
        campaign has them; ``verified_denominator (Int64, mails): delivered by the campaigns that
        have them``; ``verified_rate``, ``verified_rate_low``, ``verified_rate_high``;
        ``basis (String): "measured", or "exposure": near in time, not proven cause``;
        ``campaigns (Int64): campaigns sent``, for "ordered" those whose exposure is known;
        ``flag (String): null, or what is withheld and why``.

    Raises:
        InvalidArgument: ``confidence`` is not between 0 and 1, ``by`` names a result column, or the
            frames are of different kinds.
        MissingColumns: A frame lacks a column.

    Source:
        `actoolkit.metrics.explain("campaign_funnel")`.

    Example:
        >>> import polars as pl
        >>> campaigns = pl.DataFrame({
        ...     "campaign_id": ["1", "2"], "sends": [1000, 500], "hard_bounces": [10, 0],
        ...     "soft_bounces": [10, 0], "unique_opens": [300, 100],
        ...     "verified_unique_opens": [196, None], "clickers": [49, 25],
        ... })
        >>> funnel = campaign_funnel(campaigns)
        >>> funnel.select("step", "count", "denominator", "verified_rate").rows()[1:3]
        [('delivered', 1480, 1500, None), ('opened', 400, 1480, 0.2)]
    """
    metric = "campaign_funnel"
    rated = [*(step.name for step in (*_STEPS, _ORDERED)), "verified"]
    names = groups(metric, by, {**_FUNNEL, **_OWN}, rated)
    rows = opened(
        metric,
        campaigns,
        {
            **({"campaign_id": "key"} if exposure is not None else {}),
            **dict.fromkeys(names, "key"),
            **dict.fromkeys((*_COUNTERS, VERIFIED), "count"),
        },
        hints=GROUP_HINTS,
    )
    rows = with_verified(with_delivered(rows))
    partial = [VERIFIED, "verified_delivered"]
    if exposure is not None:
        rows = _with_exposure(rows, exposure)
        partial += ["exposed_buyers", "exposed_delivered", "exposed_campaigns"]
    steps = _STEPS if exposure is None else (*_STEPS, _ORDERED)
    rates = {step.name: (nw.col(step.count), nw.col(step.denominator)) for step in steps}
    rates["verified"] = (nw.col(VERIFIED), nw.col("verified_delivered"))
    totals = summed(rows, names, (*_COUNTERS, "delivered"), partial, rates)
    long = nw.concat([_step(totals, names, index, step) for index, step in enumerate(steps)])
    parts = {
        "rate": (nw.col("count"), nw.col("denominator")),
        "verified_rate": (nw.col("verified_count"), nw.col("verified_denominator")),
    }
    long = with_rates(long, parts, confidence, clustered=True)
    sent = nw.col("step_index") == 0
    bounds = [
        nw.when(sent).then(nw.col("rate")).otherwise(nw.col(bound)).alias(bound)
        for bound in ("rate_low", "rate_high")
    ]
    long = long.with_columns(*bounds, flag=_flag())
    return closed(
        long,
        campaigns,
        {**dict.fromkeys(names, "key"), **_FUNNEL},
        sort_by=[*names, "step_index"],
    )


def _with_exposure(rows: nw.LazyFrame[Any], exposure: Any) -> nw.LazyFrame[Any]:
    found = opened("campaign_funnel", exposure, {"campaign_id": "key", "exposed_buyers": "count"})
    same_kind("campaign_funnel", rows, found)
    rows = rows.join(found.filter(~nw.col("campaign_id").is_null()), on="campaign_id", how="left")
    known = was_sent() & ~nw.col("exposed_buyers").is_null()
    return rows.with_columns(
        exposed_delivered=nw.when(known).then(nw.col("delivered")),
        exposed_campaigns=nw.when(known).then(nw.lit(1)),
    )


def _step(
    totals: nw.LazyFrame[Any], names: Sequence[str], index: int, step: _Step
) -> nw.LazyFrame[Any]:
    counts = {
        "step_index": nw.lit(index),
        "count": nw.col(step.count),
        "denominator": nw.col(step.denominator),
        "verified_count": nw.col(VERIFIED),
        "verified_denominator": nw.col("verified_delivered"),
        "campaigns": nw.col(step.campaigns).fill_null(0),
        "clipped": nw.col("clipped"),
    }
    rates = {"rate": step.name, "verified_rate": "verified"}
    found = [
        nw.col(given).alias(taken)
        for rate, of in rates.items()
        for given, taken in zip(spreads(of), spreads(rate), strict=True)
    ]
    if step.name != "opened":
        for name in ("verified_count", "verified_denominator"):
            counts[name] = nw.when(counts[name].is_null()).then(counts[name])
    return totals.select(
        *names,
        nw.lit(step.name).alias("step"),
        nw.lit(step.basis).alias("basis"),
        *(count.cast(nw.Int64).alias(name) for name, count in counts.items()),
        *found,
    )


def _flag() -> Any:
    notes = (
        ((nw.col("clipped") > 0) & (nw.col("step") == "delivered"), CLIPPED),
        (exceeds(nw.col("count"), nw.col("denominator")), "rate: numerator exceeds denominator"),
        (
            exceeds(nw.col("verified_count"), nw.col("verified_denominator")),
            "verified_rate: numerator exceeds denominator",
        ),
    )
    return joined(notes)
