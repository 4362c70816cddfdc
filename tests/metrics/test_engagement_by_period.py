"""Engagement over time, against sums made in plain Python."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta

import pandas as pd
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actoolkit.errors import InvalidArgument
from actoolkit.metrics import engagement_by_period

mails = st.fixed_dictionaries(
    {
        "automation_id": st.sampled_from([None, None, None, "5"]),
        "sent_local": st.none() | st.datetimes(datetime(2026, 1, 1), datetime(2026, 3, 31)),
        "sends": st.integers(0, 1000),
        "hard_bounces": st.integers(0, 5),
        "soft_bounces": st.integers(0, 5),
        "unique_opens": st.integers(0, 300),
        "clickers": st.integers(0, 100),
    }
)
STARTS = {
    "day": lambda day: day,
    "week": lambda day: day - timedelta(days=day.weekday()),
    "month": lambda day: day.replace(day=1),
    "quarter": lambda day: day.replace(month=[1, 4, 7, 10][(day.month - 1) // 3], day=1),
    "year": lambda day: day.replace(month=1, day=1),
}
SCHEMA = {
    "automation_id": pl.String,
    "sent_local": pl.Datetime("us"),
    **dict.fromkeys(
        ("sends", "hard_bounces", "soft_bounces", "unique_opens", "clickers"), pl.Int64
    ),
}


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=st.lists(mails, max_size=12), grain=st.sampled_from(list(STARTS)))
def test_periods_are_sums_of_their_mails(oracles, rows, grain):
    expected = defaultdict(lambda: [0, 0, 0, 0])
    mails = defaultdict(list)
    for row in rows:
        if row["automation_id"] or row["sent_local"] is None or not row["sends"]:
            continue
        sums = expected[STARTS[grain](row["sent_local"].date())]
        delivered = max(0, row["sends"] - row["hard_bounces"] - row["soft_bounces"])
        mails[STARTS[grain](row["sent_local"].date())].append((row["unique_opens"], delivered))
        for place, count in enumerate((1, delivered, row["unique_opens"], row["clickers"])):
            sums[place] += count
    found = engagement_by_period(pl.DataFrame(rows, schema=SCHEMA), grain=grain)
    counts = found.select("campaigns", "delivered", "unique_opens", "clickers")
    assert dict(zip(found["period_on"], counts.rows(), strict=True)) == {
        start: tuple(sums) for start, sums in expected.items()
    }
    assert found["period_on"].is_sorted()
    for row in found.iter_rows(named=True):
        if row["unique_opens"] <= row["delivered"] and row["delivered"]:
            assert row["open_rate"] == pytest.approx(row["unique_opens"] / row["delivered"])
            low, high = oracles.clustered(
                row["unique_opens"], row["delivered"], mails[row["period_on"]]
            )
            assert row["open_rate_low"] == pytest.approx(low)
            assert row["open_rate_high"] == pytest.approx(high)
        else:
            assert row["open_rate"] is None


def test_pandas_gives_the_same_numbers():
    rows = [
        {
            "automation_id": None,
            "sent_local": datetime(2026, 1, 1 + day, 9),
            "sends": 100 + day,
            "hard_bounces": 1,
            "soft_bounces": 0,
            "unique_opens": 30,
            "clickers": day,
        }
        for day in range(20)
    ]
    polars = engagement_by_period(pl.DataFrame(rows, schema=SCHEMA), grain="week")
    pandas = engagement_by_period(pd.DataFrame(rows), grain="week")
    assert pandas["period_on"].dt.date.tolist() == polars["period_on"].to_list()
    assert pandas["click_rate"].tolist() == pytest.approx(polars["click_rate"].to_list())
    assert polars["period_on"][0] == date(2025, 12, 29)


def test_an_unknown_grain_is_refused():
    with pytest.raises(InvalidArgument, match="month"):
        engagement_by_period(pl.DataFrame([], schema=SCHEMA), grain="decade")
