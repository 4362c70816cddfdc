"""Formulas written to polars directly, for pandas too, are those that Narwhals would have made."""

from __future__ import annotations

import sys
from datetime import datetime
from functools import partial

import pandas as pd
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from actoolkit import metrics
from actoolkit.metrics import clusters, counters, dialects, engagement, intervals
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
MODULES = (clusters, intervals)
SPELLING = (counters, engagement)
INDEXES = {
    "numbers": lambda count: [7] * count,
    "one level": lambda count: pd.MultiIndex.from_arrays([range(count)], names=["level"]),
    "two levels": lambda count: pd.MultiIndex.from_arrays([["a"] * count, [None] * count]),
}


@pytest.mark.parametrize(("name", "groups"), [(name, one[1]) for name, one in METRICS.items()])
@pytest.mark.parametrize("engine", ["polars", "pandas"])
@settings(max_examples=10)
@given(CAMPAIGNS, st.sampled_from([0.5, 0.95, 0.999]), st.sampled_from(list(INDEXES)))
@example(ALIKE, 0.95, "one level")
def test_the_same_numbers(engine, name, groups, rows, confidence, index):
    """To the last bit."""
    metric, campaigns = METRICS[name][0], campaigns_of(rows)
    if engine == "pandas":
        campaigns = to_pandas(campaigns)
        campaigns.index = INDEXES[index](len(campaigns))
    found = metric(campaigns, confidence=confidence)
    with pytest.MonkeyPatch.context() as patch:
        for module in MODULES:
            patch.setattr(module, "in_steps", in_narwhals)
        for module in SPELLING:
            patch.setattr(module, "spelled", lambda frame: (dialects.nw, frame))
        wanted = metric(campaigns, confidence=confidence)
    same = assert_frame_equal if engine == "polars" else pd.testing.assert_frame_equal
    same(found, wanted, check_exact=True)
    assert len(found) == len(list(groups(rows)))


def test_every_module_with_formulas_is_looked_at():
    named = {name for name in sys.modules if name.startswith("actoolkit.metrics.")}
    for function, modules in (("in_steps", MODULES), ("spelled", SPELLING)):
        using = {name for name in named if hasattr(sys.modules[name], function)}
        assert using == {dialects.__name__, *(module.__name__ for module in modules)}


NAMES_OF_GROUPS = ["is_missing", "value", "self", "*", "^.*$", "__all", "frame", "kind_"]


@pytest.mark.parametrize("name", NAMES_OF_GROUPS)
@pytest.mark.parametrize("metric", [metrics.campaign_rates, metrics.campaign_funnel])
def test_groups_of_pandas_may_be_called_anything(name, metric):
    rows = [(letter, *range(100 + place, 91 + place, -1)) for place, letter in enumerate("aba")]
    campaigns = to_pandas(campaigns_of(rows))
    usual = metric(campaigns, by="type")
    found = metric(campaigns.rename(columns={"type": name}), by=name)
    pd.testing.assert_frame_equal(found.rename(columns={name: "type"}), usual)
    campaigns[name] = [1, 2, 1]
    numbered = metric(campaigns, by=name)
    assert numbered[name].tolist() == [1] * (len(usual) // 2) + [2] * (len(usual) // 2)
    same = [column for column in usual.columns if column != "type"]
    pd.testing.assert_frame_equal(numbered[same], usual[same])
