"""Formulas written to polars directly are the ones that Narwhals would have made of them."""

from __future__ import annotations

from datetime import datetime
from functools import partial

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from actoolkit import metrics
from actoolkit.metrics import clusters, dialects, intervals, shrinkage_steps
from actoolkit.metrics.counters import ADDED, VERIFIED

COUNTS = st.none() | st.sampled_from([0, 1, 2, 7, 40, 10**6])
NAMES = (*ADDED, VERIFIED)
ALIKE = [
    ("a", *({"sends": 10**6, "unique_opens": opens}.get(name, 0) for name in NAMES))
    for opens in (7, 40, 40, 7, 20)
]
"""Rates that differ little, so that a cell weighs less than what all have in common."""
CAMPAIGNS = st.lists(st.tuples(st.sampled_from("ab"), *(COUNTS for _ in NAMES)), max_size=9)


def campaigns_of(rows):
    kinds = {"type": pl.String()} | dict.fromkeys(NAMES, pl.Int64())
    campaigns = pl.DataFrame(rows, schema=kinds, orient="row").with_row_index("campaign_id")
    hours = pl.duration(hours=pl.col("campaign_id") % 5)
    return campaigns.with_columns(
        pl.lit(None, pl.String).alias(name) for name in ("name", "automation_id")
    ).with_columns(
        sent_at=pl.lit(None, pl.Datetime("us", "UTC")),
        sent_local=pl.lit(datetime(2026, 6, 1, 9)) + hours,
    )


def in_narwhals(frame, counts, *steps):
    for step in steps:
        frame = frame.with_columns(*step(dialects.nw, counts))
    return frame


METRICS = {
    "each": (metrics.campaign_rates, enumerate),
    "by type": (partial(metrics.campaign_rates, by="type"), lambda rows: {row[0] for row in rows}),
    "heat map": (
        metrics.engagement_heatmap,
        lambda rows: {number % 5 for number, (_, sends, *_) in enumerate(rows) if sends},
    ),
}


@pytest.mark.parametrize(("metric", "groups"), METRICS.values(), ids=METRICS)
@given(CAMPAIGNS, st.sampled_from([0.5, 0.95, 0.999]))
@example(ALIKE, 0.95)
def test_the_same_numbers_to_the_last_bit(metric, groups, rows, confidence):
    campaigns = campaigns_of(rows)
    found = metric(campaigns, confidence=confidence)
    with pytest.MonkeyPatch.context() as patch:
        for module in (clusters, intervals, shrinkage_steps):
            patch.setattr(module, "in_steps", in_narwhals)
        wanted = metric(campaigns, confidence=confidence)
    assert_frame_equal(found, wanted, check_exact=True)
    assert found.height == len(list(groups(rows)))
