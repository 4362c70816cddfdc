"""Formulas written to polars directly are the ones that Narwhals would have made of them."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from actoolkit import metrics
from actoolkit.metrics import clusters, dialects, intervals
from actoolkit.metrics.counters import ADDED, VERIFIED

COUNTS = st.none() | st.sampled_from([0, 1, 2, 7, 40, 10**6])
NAMES = (*ADDED, VERIFIED)
CAMPAIGNS = st.lists(st.tuples(st.sampled_from("ab"), *(COUNTS for _ in NAMES)), max_size=9)


def in_narwhals(frame, counts, *steps):
    for step in steps:
        frame = frame.with_columns(*step(dialects.nw, counts))
    return frame


@pytest.mark.parametrize("by", [None, "type"])
@given(CAMPAIGNS, st.sampled_from([0.5, 0.95, 0.999]))
def test_the_same_numbers_to_the_last_bit(by, rows, confidence):
    kinds = {"type": pl.String()} | dict.fromkeys(NAMES, pl.Int64())
    campaigns = pl.DataFrame(rows, schema=kinds, orient="row").with_row_index("campaign_id")
    campaigns = campaigns.with_columns(
        pl.lit(None, pl.String).alias(name) for name in ("name", "automation_id")
    ).with_columns(sent_at=pl.lit(None, pl.Datetime("us", "UTC")))
    found = metrics.campaign_rates(campaigns, by=by, confidence=confidence)
    with pytest.MonkeyPatch.context() as patch:
        for module in (clusters, intervals):
            patch.setattr(module, "in_steps", in_narwhals)
        wanted = metrics.campaign_rates(campaigns, by=by, confidence=confidence)
    assert_frame_equal(found, wanted, check_exact=True)
    assert found.height == len({row[0] for row in rows} if by else rows)
