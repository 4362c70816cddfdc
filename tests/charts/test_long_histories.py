"""An account of decades is drawn: what a metric gives of it is not taken for rows of people."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
import pytest

from actoolkit import charts, metrics
from actoolkit.charts.frames import plain_rows
from actoolkit.errors import InvalidArgument

BEGIN = datetime(2005, 1, 1, 12)


def orders(days, apart):
    moments = [BEGIN + timedelta(days=day) for day in range(0, days, apart)]
    return pl.DataFrame(
        {
            "order_id": [str(number) for number, _ in enumerate(moments)],
            "email": [f"p{number}@example.com" for number, _ in enumerate(moments)],
            "ordered_local": moments,
        }
    ).with_columns(
        ordered_at=pl.col("ordered_local").dt.replace_time_zone("UTC"),
        state=pl.lit("completed"),
        currency=pl.lit("EUR"),
        total_cents=100,
        discount_cents=0,
    )


def test_cohorts_of_twenty_years():
    retention = metrics.cohort_retention(orders(7300, 30))
    assert retention.height > 20_000
    chart = charts.cohort_retention_chart(retention, cohorts=18)
    cells = next(iter(chart.to_dict()["datasets"].values()))
    assert {cell["start"] for cell in cells} == set(
        retention["cohort_on"].unique().sort().tail(18).cast(pl.String)
    )


def test_days_of_twenty_years():
    revenue = metrics.revenue_by_period(orders(7300, 1), grain="day")
    chart = charts.revenue_by_period_chart(revenue)
    drawn = next(iter(chart.to_dict()["datasets"].values()))
    assert len({row["period"] for row in drawn}) == revenue.height == 7300


def test_rows_of_people_are_refused():
    people = pl.DataFrame({"a": pl.repeat(1, 100_001, eager=True)})
    with pytest.raises(InvalidArgument, match="draws at most 100,000 rows") as caught:
        plain_rows(people, chart="a_chart", metric="a_metric", columns=["a"])
    assert caught.value.hint.startswith("Pass the result of actoolkit.metrics.a_metric(...)")
