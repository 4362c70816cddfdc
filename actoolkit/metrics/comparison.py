"""Campaigns against each other: is it more than chance, and were there enough mails to tell?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from actoolkit.errors import InvalidArgument
from actoolkit.metrics.arguments import is_number, listed
from actoolkit.metrics.counters import (
    ADDED,
    RATES,
    VERIFIED,
    was_sent,
    with_delivered,
    with_verified,
)
from actoolkit.metrics.eager import collected, handed_back
from actoolkit.metrics.frames import Schema, opened
from actoolkit.metrics.intervals import difference_bounds, wilson
from actoolkit.metrics.quantiles import normal_quantile

POWER = 0.8
MISMATCH = 0.001
"""Below this chance of the sends' split, the groups were not drawn as planned."""
_READ: Schema = {"campaign_id": "key", "name": "text", **dict.fromkeys((*ADDED, VERIFIED), "count")}
_COMPARED: Schema = {
    "campaign_id": "key",
    "name": "text",
    "baseline_id": "key",
    "baseline_name": "text",
    "hits": "count",
    "trials": "count",
    "rate": "rate",
    "baseline_hits": "count",
    "baseline_trials": "count",
    "baseline_rate": "rate",
    "difference": "rate",
    "difference_low": "rate",
    "difference_high": "rate",
    "lift": "rate",
    "p_value": "rate",
    "p_holm": "rate",
    "split_p_value": "rate",
    "needed": "count",
    "verdict": "text",
    "flag": "text",
}


def compare_campaigns(
    campaigns: Any,
    *,
    baseline: str,
    others: str | Sequence[str] | None = None,
    rate: str = "click_rate",
    relevant: float = 0.2,
    split: Sequence[float] | None = None,
    confidence: float = 0.95,
) -> Any:
    """Compare a rate of campaigns with that of one of them.

    Grain: one row per campaign that is compared, in the order of ``others``.

    It answers for chance alone. Only where contacts were drawn at random into the campaigns, each
    into one, is a difference the campaigns' doing: other days and other lists differ by themselves.

    Args:
        campaigns: Result of `actoolkit.load_campaigns`.
        baseline: Id of the campaign that the others are held against.
        others: Ids; None for all other campaigns of the frame that were sent.
        rate: Any of `campaign_rates`.
        relevant: Smallest difference worth knowing, as a part of the baseline's rate.
        split: Parts in which contacts were meant to be divided, the baseline's first; None for
            equal parts.
        confidence: Of the intervals; 1 - confidence is the chance of a false alarm in the whole
            table.

    Returns:
        The same kind of frame: ``campaign_id``, ``name``, ``baseline_id (String)``,
        ``baseline_name (String)``;
        ``hits``, ``trials (Int64)``, ``rate (Float64, 0..1): hits of trials``, and the baseline's;
        ``difference (Float64): rate - baseline_rate``, with ``_low`` and ``_high`` of Newcombe's
        interval; ``lift (Float64): difference of baseline_rate``;
        ``p_value (Float64)``: of the two-proportion z test with a pooled rate; ``p_holm``: the same
        after Holm's correction for as many comparisons;
        ``split_p_value (Float64)``: chance of a split of the sends as uneven as this (chi-square);
        ``needed (Int64, trials)``: in each of the two, to notice a relevant difference four times
        out of five; ``verdict (String)``: "difference shown", "not shown" or "too small to tell";
        ``flag (String): null, or what is withheld and why``.

    Raises:
        InvalidArgument: A campaign is not there or is named twice, or an argument is out of range.
        MissingColumns: ``campaigns`` lacks a column.

    Source:
        R. G. Newcombe, Statistics in Medicine 17 (1998), method 10; S. Holm, Scandinavian Journal
        of Statistics 6 (1979).

    Example:
        >>> import polars as pl
        >>> campaigns = pl.DataFrame({
        ...     "campaign_id": ["1", "2"], "name": ["A", "B"], "sends": [5000, 5000],
        ...     "clickers": [150, 220],
        ... }).with_columns(
        ...     pl.lit(0).alias(name) for name in ("hard_bounces", "soft_bounces", "unique_opens",
        ...     "verified_unique_opens", "unsubscribes", "unique_replies", "unique_forwards")
        ... )
        >>> compared = compare_campaigns(campaigns, baseline="1")
        >>> compared.select(pl.col("difference").round(6), "verdict").rows()
        [(0.014, 'difference shown')]
    """
    z = normal_quantile(confidence)
    if rate not in tuple(RATES) or not is_number(relevant) or not relevant > 0:
        raise InvalidArgument(
            f"rate={rate!r}, relevant={relevant!r} cannot be compared.",
            hint=f"Rates: {', '.join(RATES)}; relevant=0.2 looks for a fifth more or less.",
        )
    rows = with_verified(with_delivered(opened("compare_campaigns", campaigns, _READ)))
    parts = RATES[rate]
    counted: Schema = {
        "campaign_id": "key",
        "name": "text",
        **dict.fromkeys(("sends", "hits", "trials"), "count"),
    }
    found = collected(
        rows.filter(was_sent()).select(
            "campaign_id", "name", "sends", hits=parts.hits(), trials=parts.trials()
        ),
        counted,
    )
    first, compared = _chosen(found, baseline, others, rows)
    shares = _shares(split, compared.height)
    made = compared.rename({"sends": "_sends"}).with_columns(
        pl.lit(baseline).alias("baseline_id"),
        pl.lit(first["name"], pl.String).alias("baseline_name"),
        pl.lit(first["hits"], pl.Int64).alias("baseline_hits"),
        pl.lit(first["trials"], pl.Int64).alias("baseline_trials"),
    )
    answers = [
        _pair(one, first, share, z=z, relevant=relevant, confidence=confidence)
        for one, share in zip(compared.to_dicts(), shares, strict=True)
    ]
    numbers = pl.DataFrame(answers, schema=_numbers(), orient="row")
    adjusted = _holm(numbers["p_value"].to_list())
    made = pl.concat([made, numbers], how="horizontal").with_columns(
        pl.Series("p_holm", adjusted, dtype=pl.Float64)
    )
    made = made.with_columns(verdict=_verdict(1 - confidence), flag=_flag(rate))
    return handed_back("compare_campaigns", made, campaigns, _COMPARED)


def _chosen(
    found: pl.DataFrame,
    baseline: str,
    others: str | Sequence[str] | None,
    everyone: nw.LazyFrame[Any],
) -> tuple[dict[str, Any], pl.DataFrame]:
    """The baseline, and the campaigns that are compared with it, in order."""
    if not isinstance(baseline, str):
        raise InvalidArgument(
            f"baseline={baseline!r} is no id.", hint='Ids are texts, such as baseline="12".'
        )
    ids = found["campaign_id"].to_list()
    rest = [one for one in ids if one != baseline]
    wanted = rest if others is None else listed("others", others)
    missing = [one for one in (baseline, *wanted) if ids.count(one) != 1]
    if missing or not wanted or len({baseline, *wanted}) != len(wanted) + 1:
        raise InvalidArgument(
            _missed(missing, everyone) or f"Cannot compare {_some(wanted)} with {baseline}.",
            hint="Give ids of campaigns of the frame that were sent, each once.",
        )
    order = pl.DataFrame({"campaign_id": wanted}, schema={"campaign_id": pl.String})
    first = found.filter(pl.col("campaign_id") == baseline).row(0, named=True)
    return first, order.join(found, on="campaign_id", how="left", maintain_order="left")


def _missed(ids: Sequence[object], everyone: nw.LazyFrame[Any]) -> str:
    """Say what is wrong with ids that name no single campaign; "" without one."""
    if not ids:
        return ""
    named = collected(everyone.select("campaign_id"), {"campaign_id": "key"})
    there = named["campaign_id"].to_list()
    reasons = {
        "is no campaign of this frame": [one for one in ids if there.count(str(one)) == 0],
        "was not sent": [one for one in ids if there.count(str(one)) == 1],
        "is in this frame more than once": [one for one in ids if there.count(str(one)) > 1],
    }
    return " ".join(f"{_some(found)} {why}." for why, found in reasons.items() if found)


def _some(ids: Sequence[object], most: int = 5) -> str:
    more = f" and {len(ids) - most:,} more" if len(ids) > most else ""
    return (", ".join(map(str, ids[:most])) or "nothing") + more


def _shares(split: Sequence[float] | None, others: int) -> list[float]:
    """Each other campaign's part of what it and the baseline were to get together."""
    if split is None:
        return [0.5] * others
    parts = listed("split", split)
    if len(parts) != others + 1 or any(not is_number(part) or not part > 0 for part in parts):
        raise InvalidArgument(
            f"split={parts!r} does not divide {others + 1} campaigns.",
            hint="One part above 0 for each, the baseline's first: (0.5, 0.25, 0.25).",
        )
    return [part / (part + parts[0]) for part in parts[1:]]


def _numbers() -> dict[str, pl.DataType]:
    names = ("rate", "baseline_rate", "difference", "difference_low", "difference_high", "lift")
    numbers: dict[str, pl.DataType] = dict.fromkeys((*names, "p_value"), pl.Float64())
    return {**numbers, "split_p_value": pl.Float64(), "needed": pl.Int64()}


def _pair(
    one: dict[str, Any],
    first: dict[str, Any],
    share: float,
    *,
    z: float,
    relevant: float,
    confidence: float,
) -> dict[str, float | int | None]:
    k, n, k0, n0 = one["hits"], one["trials"], first["hits"], first["trials"]
    made: dict[str, float | int | None] = dict.fromkeys(_numbers())
    total = one["sends"] + first["sends"]
    expected = total * share
    uneven = (one["sends"] - expected) ** 2 / (total * share * (1 - share))
    made["split_p_value"] = math.erfc(math.sqrt(uneven / 2))
    p, p0 = (_share(*pair) for pair in ((k, n), (k0, n0)))
    made["rate"], made["baseline_rate"] = p, p0
    if p0 is not None:
        made["needed"] = _needed(p0, p0 * (1 + relevant), z)
    if p is None or p0 is None:
        return made
    low, high = wilson([k, k0], [n, n0], confidence)
    made["difference"] = p - p0
    bounds = difference_bounds((p, low[0], high[0]), (p0, low[1], high[1]))
    made["difference_low"], made["difference_high"] = bounds
    made["lift"] = (p - p0) / p0 if p0 else None
    pooled = (k + k0) / (n + n0)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / n0))
    made["p_value"] = math.erfc(abs(p - p0) / spread / math.sqrt(2)) if spread else 1.0
    return made


def _share(k: int | None, n: int | None) -> float | None:
    return k / n if k is not None and n and 0 <= k <= n else None


def _needed(first: float, second: float, z: float) -> int | None:
    """Trials in each of two groups, to tell two rates apart four times out of five."""
    second = min(second, 1.0)
    if first <= 0 or first >= second:
        return None
    middle, power = (first + second) / 2, NormalDist().inv_cdf(POWER)
    spread = first * (1 - first) + second * (1 - second)
    top = z * math.sqrt(2 * middle * (1 - middle)) + power * math.sqrt(spread)
    return math.ceil((top / (second - first)) ** 2)


def _holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Holm's correction: the smallest times as many as there are, the next times one less, ..."""
    known = sorted((p, at) for at, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    largest = 0.0
    for rank, (p, at) in enumerate(known):
        largest = max(largest, min(1.0, p * (len(known) - rank)))
        adjusted[at] = largest
    return adjusted


def _verdict(alpha: float) -> pl.Expr:
    enough = (pl.min_horizontal("trials", "baseline_trials") >= pl.col("needed")).fill_null(
        value=False
    )
    return (
        pl.when(pl.col("p_holm").is_null())
        .then(None)
        .when(pl.col("p_holm") < alpha)
        .then(pl.lit("difference shown"))
        .when(enough)
        .then(pl.lit("not shown"))
        .otherwise(pl.lit("too small to tell"))
    )


def _flag(rate: str) -> pl.Expr:
    exceeds = f"{rate}: numerator exceeds denominator"
    uneven = "split: the sends are not divided as planned"
    notes = [
        pl.when(pl.col("hits") > pl.col("trials")).then(pl.lit(exceeds)),
        pl.when(pl.col("baseline_hits") > pl.col("baseline_trials")).then(
            pl.lit(f"baseline {exceeds}")
        ),
        pl.when(pl.col("split_p_value") < MISMATCH).then(pl.lit(uneven)),
    ]
    text = pl.concat_str(notes, separator="; ", ignore_nulls=True)
    return pl.when(text != "").then(text)
