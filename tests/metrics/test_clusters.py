"""Intervals of grouped rates cover the rate that campaigns have in common as often as they say."""

from __future__ import annotations

import narwhals.stable.v2 as nw
import numpy as np
import polars as pl
import pytest
from scipy import stats

from actoolkit.metrics import campaign_rates, wilson
from actoolkit.metrics.clusters import spreads, student, with_spreads

RATE = 0.04


@pytest.mark.parametrize("confidence", [0.5, 0.8, 0.9, 0.95, 0.99])
def test_students_quantile(confidence):
    freedom = pl.DataFrame({"v": [0, 1, 2, 3, 4, 5, 6, 8, 12, 30, 500]})
    inverse = 1 / pl.col("v").clip(lower_bound=1)
    found = freedom.select(t=student(pl, pl.col("v"), inverse, confidence))["t"]
    upper = 0.5 + confidence / 2
    wanted = [stats.norm.ppf(upper), *stats.t.ppf(upper, freedom["v"].to_numpy()[1:])]
    assert found.to_list() == pytest.approx(wanted, rel=1e-3)
    assert found.to_list()[:5] == pytest.approx(wanted[:5], rel=1e-9)


def test_only_campaigns_with_both_counts_tell_how_far_they_differ():
    counts = {"k": [1, None, 4, 0, 3, None], "n": [2, 3, None, 0, 7, None]}
    rows = nw.from_native(pl.LazyFrame(counts))
    made = with_spreads(rows, {"rate": (nw.col("k"), nw.col("n"))}).to_native()
    found = made.select(pl.col(*spreads("rate")).sum()).collect()
    assert found.row(0) == (1 * 1 + 3 * 3, 1 * 1 + 3 * 4, 1 * 1 + 4 * 4, 2)


def covered(campaigns, spread, *, worlds=2000):
    """How often each interval holds the common click rate of campaigns that differ by so much."""
    chance = np.random.default_rng(11)
    shape = (worlds, campaigns)
    sizes = chance.integers(500, 5000, shape)
    between = 1 / spread - 1 if spread else None
    true = RATE if between is None else chance.beta(RATE * between, (1 - RATE) * between, shape)
    clicked = chance.binomial(sizes, true)
    frame = pl.DataFrame(
        {
            "world": np.repeat(np.arange(worlds), campaigns),
            "sends": sizes.ravel(),
            "clickers": clicked.ravel(),
        }
    ).with_columns(
        pl.lit(0).alias(name)
        for name in (
            "hard_bounces",
            "soft_bounces",
            "unsubscribes",
            "unique_opens",
            "unique_replies",
            "unique_forwards",
            "verified_unique_opens",
        )
    )
    rates = campaign_rates(frame, by="world")
    ours = rates.select(pl.lit(RATE).is_between("click_rate_low", "click_rate_high").mean()).item()
    low, high = wilson(rates["clickers"].to_numpy(), rates["delivered"].to_numpy())
    return ours, float(np.mean((low <= RATE) & (high >= RATE)))


@pytest.mark.parametrize("campaigns", [3, 8, 30])
@pytest.mark.parametrize("spread", [0.002, 0.01])
def test_campaigns_that_differ(campaigns, spread):
    ours, pooled = covered(campaigns, spread)
    assert 0.92 < ours < 0.985
    assert pooled < ours - 0.1


@pytest.mark.parametrize("campaigns", [1, 2, 8, 30])
def test_campaigns_that_do_not_differ_are_not_narrower_than_wilsons(campaigns):
    ours, pooled = covered(campaigns, 0)
    assert 0.935 < pooled < 0.965
    assert pooled - 0.002 <= ours <= 1
