"""Engagement over time as a chart: what its title claims, and what it draws as uncertain."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
import pytest
import vl_convert

from actoolkit.charts import engagement_by_period_chart
from actoolkit.charts.engagement_by_period import period_rows
from actoolkit.errors import InvalidArgument
from actoolkit.metrics import wilson


def periods(*counts):
    """One month after the other: (openers, delivered), None for a month without a mail."""
    rows = []
    for month, pair in enumerate(counts, 1):
        if pair is not None:
            low, high = wilson(*pair)
            rows.append(
                {
                    "period_on": date(2026, month, 1),
                    "campaigns": 2,
                    "delivered": pair[1],
                    "unique_opens": pair[0],
                    "open_rate": pair[0] / pair[1],
                    "open_rate_low": low,
                    "open_rate_high": high,
                }
            )
    return pl.DataFrame(rows)


def title(frame, **options):
    return " ".join(engagement_by_period_chart(frame, **options).title.text)


@pytest.mark.parametrize(
    ("last", "claim"),
    [
        ((1300, 4000), "clearly more than 25.0%"),
        ((700, 4000), "clearly less than 25.0%"),
        ((1010, 4000), "not clearly different from 25.0%"),
    ],
)
def test_the_title_claims_a_difference_only_where_the_intervals_part(last, claim):
    assert claim in title(periods((1000, 4000), last))


def test_a_period_that_is_not_over_is_hollow_and_never_in_the_title():
    frame = periods((1000, 4000), (1010, 4000), (100, 4000))
    as_of = datetime(2026, 3, 20, 12, 0)
    assert title(frame, as_of=as_of).startswith("February 2026: 25.2% opened")
    rows = period_rows(frame, rate="open_rate", as_of=as_of)
    assert [row["complete"] for row in rows] == [True, True, False]


def test_a_small_period_is_never_in_the_title():
    assert title(periods((1000, 4000), (150, 199))).startswith("January 2026: 25.0% opened")


def test_a_month_without_mails_interrupts_the_line():
    frame = periods((1000, 4000), None, (1300, 4000))
    rows = period_rows(frame, rate="open_rate")
    assert [row["value"] for row in rows] == [0.25, None, 0.325]
    svg = vl_convert.vegalite_to_svg(engagement_by_period_chart(frame).to_json())
    assert "NaN" not in svg
    assert svg.count('aria-roledescription="point"') == 2


def test_no_rows_say_so():
    empty = periods((1, 300)).clear()
    assert "No data" in title(empty)


def test_another_rate_is_refused():
    with pytest.raises(InvalidArgument, match="open_rate"):
        engagement_by_period_chart(periods((1, 300)), rate="bounce_rate")
