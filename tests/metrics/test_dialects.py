"""Formulas written to polars directly, for pandas too, are those that Narwhals would have made."""

from __future__ import annotations

from datetime import datetime
from functools import partial

import pandas as pd
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from actoolkit import metrics
from actoolkit.metrics import clusters, dialects, intervals, shrinkage_steps
from actoolkit.metrics.counters import ADDED, VERIFIED
from actoolkit.tables import to_pandas

COUNTS = st.none() | st.sampled_from([0, 1, 2, 7, 40, 10**6])
NAMES = (*ADDED, VERIFIED)
ALIKE = [
    ("a", *({"sends": 10**6, "unique_opens": opens}.get(name, 0) for name in NAMES))
    for opens in (7, 40, 40, 7, 20)
]
"""Rates that differ little, so that a cell weighs less than what all have in common."""
CAMPAIGNS = st.lists(st.tuples(st.sampled_from("ab"), *(COUNTS for _ in NAMES)), max_size=16)


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


def in_narwhals(frame, counts, *steps, over=()):
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
@pytest.mark.parametrize("engine", ["polars", "pandas"])
@settings(max_examples=25)
@given(CAMPAIGNS, st.sampled_from([0.5, 0.95, 0.999]))
@example(ALIKE, 0.95)
def test_the_same_numbers_to_the_last_bit(engine, metric, groups, rows, confidence):
    campaigns = campaigns_of(rows)
    if engine == "pandas":
        campaigns = to_pandas(campaigns)
        campaigns.index = [7] * len(campaigns)
    found = metric(campaigns, confidence=confidence)
    with pytest.MonkeyPatch.context() as patch:
        for module in (clusters, intervals, shrinkage_steps):
            patch.setattr(module, "in_steps", in_narwhals)
        wanted = metric(campaigns, confidence=confidence)
    same = assert_frame_equal if engine == "polars" else pd.testing.assert_frame_equal
    same(found, wanted, check_exact=True)
    assert len(found) == len(list(groups(rows)))
