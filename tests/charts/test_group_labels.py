"""What the groups of a rate are called, whatever their columns hold."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
import pytest

from actoolkit.charts import campaign_rates_chart, metric_chart


def labels_of(chart) -> set[str]:
    sets = chart.to_dict()["datasets"].values()
    return {row["label"] for rows in sets for row in rows if "label" in row}


@pytest.mark.parametrize(
    ("name", "keys", "labels"),
    [
        ("month", [date(2026, 4, 1), date(2026, 5, 1)], ["April 2026", "May 2026"]),
        ("day", [date(2026, 5, 5), date(2026, 5, 6)], ["5 May 2026", "6 May 2026"]),
        ("at", [datetime(2026, 5, 5, 9), None], ["5 May 2026, 09:00", "(none)"]),
        ("midnight", [datetime(2026, 5, 5), datetime(2026, 5, 7)], ["5 May 2026", "7 May 2026"]),
        ("year", [2025, 2026], ["2025", "2026"]),
        ("weekday", [1, 7], ["Monday", "Sunday"]),
        ("is_late", [False, True], ["is late: no", "is late: yes"]),
        ("size", [0.5, 2.25], ["0.5", "2.25"]),
        ("type", ["single", None], ["One-off", "(none)"]),
    ],
)
def test_groups_have_one_name_in_both_charts_of_rates(rates, name, keys, labels):
    two = rates.filter(pl.col("campaign_id").is_in(["1", "2"])).drop("campaign_id", "name", "type")
    frame = two.drop("sent_at", "automation_id").with_columns(campaigns=pl.lit(1))
    frame = frame.select(pl.Series(name, keys), "campaigns", pl.exclude("campaigns"))
    chart = campaign_rates_chart(frame)
    assert "(none)" in labels or "(none)" not in chart.description
    assert labels_of(chart) == set(labels)
    assert f"“{labels[1]}” was clicked most" in " ".join(chart.title.text)
    if name not in ("at", "midnight", "day", "month"):
        assert labels_of(metric_chart(frame, "click_rate")) == set(labels)


def test_groups_of_several_columns_are_named_by_all_of_them(rates):
    frame = rates.head(2).drop("campaign_id", "name", "type", "sent_at", "automation_id")
    groups = pl.DataFrame({"year": [2025, 2026], "vip": [True, False]})
    frame = pl.concat([groups, frame], how="horizontal")
    chart = campaign_rates_chart(frame)
    assert labels_of(chart) == {"2025 · vip: yes", "2026 · vip: no"}
