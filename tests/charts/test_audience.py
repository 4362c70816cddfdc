"""Charts of contacts and lists: valid, true to their frames, honest about what is not over."""

from __future__ import annotations

import re
from datetime import date, timedelta

import polars as pl
import pytest
import vl_convert

from actoolkit import charts
from actoolkit.charts.lists import growth_finding, growth_rows
from actoolkit.errors import InvalidArgument
from actoolkit.tables.frames import to_pandas

TIERS = pl.DataFrame(
    {
        "tier_index": [2, 0, 1, 3],
        "tier": ["over 90 days", "0 to 30 days", "31 to 90 days", "never"],
        "contacts": [250, 500, 150, 100],
        "contact_share": [0.25, 0.5, 0.15, 0.1],
    }
)
GROWTH = pl.DataFrame(
    {
        "list_id": ["1", "1", "2", "2"],
        "period_on": [date(2026, 4, 1), date(2026, 6, 1), date(2026, 4, 1), date(2026, 6, 1)],
        "joined": [40, 10, 5, 5],
        "left": [0, 15, 0, 1],
        "members": [40, 35, 5, 9],
    }
)
DRAWN = [(charts.recency_tiers_chart, TIERS), (charts.list_growth_chart, GROWTH)]


def values(chart):
    spec = chart.to_dict()
    found = [part["data"] for part in (spec, *spec["layer"]) if "data" in part]
    named = spec.get("datasets", {})
    return found[0]["values"] if "values" in found[0] else named[found[0]["name"]]


@pytest.mark.parametrize(("draw", "frame"), DRAWN)
def test_it_draws_the_same_from_every_kind_of_frame(draw, frame):
    spec = draw(frame, as_of=date(2026, 6, 30)).to_dict()
    assert vl_convert.vegalite_to_png(spec).startswith(b"\x89PNG")
    assert spec["description"]
    for other in (frame.lazy(), to_pandas(frame)):
        assert draw(other, as_of=date(2026, 6, 30)).to_dict() == spec


@pytest.mark.parametrize(("draw", "frame"), DRAWN)
def test_nothing_is_said_in_words(draw, frame):
    title = draw(frame.clear()).title.text
    assert "No data" in " ".join(title)


@pytest.mark.parametrize(("draw", "frame"), DRAWN)
def test_another_frame_is_refused_with_the_metric_to_call(draw, frame):
    with pytest.raises(InvalidArgument) as caught:
        draw(pl.DataFrame({"a": [1]}))
    assert "actoolkit.metrics." in caught.value.hint


def test_tiers_stand_in_their_order_whatever_the_frames():
    chart = charts.recency_tiers_chart(TIERS)
    assert [row["contacts"] for row in values(chart)] == [500, 150, 250, 100]
    assert chart.title.text == [
        "50.0% of contacts opened or clicked within 30 days; 10.0% never did"
    ]


def test_lists_are_added_up_and_quiet_months_are_there():
    rows = values(charts.list_growth_chart(GROWTH))
    assert [(row["period"][:7], row["joined"], row["left"]) for row in rows] == [
        ("2026-04", 45, 0),
        ("2026-05", 0, 0),
        ("2026-06", 15, 16),
    ]
    assert [row["members"] for row in rows] == [45, 45, 44]


def test_a_month_that_is_not_over_is_faint_and_not_in_the_title():
    chart = charts.list_growth_chart(GROWTH, as_of=date(2026, 6, 20), name="News")
    assert [row["complete"] for row in values(chart)] == [True, True, False]
    assert " ".join(chart.title.text) == (
        "News: 45 list memberships in May 2026, as many as in April 2026"
    )
    assert "A contact on two lists counts twice." in " ".join(chart.title.subtitle)
    one = charts.list_growth_chart(GROWTH.filter(pl.col("list_id") == GROWTH["list_id"][0]))
    assert " member" in one.title.text[0]
    assert "counts twice" not in " ".join(one.title.subtitle)


def test_periods_that_are_cut_are_told():
    rows = growth_rows(GROWTH, as_of=date(2026, 6, 20))
    told = growth_finding(rows, name="", since=date(2026, 4, 15)).subtitle
    assert told.endswith(
        " Only months that begin in the period are drawn. Faint: a month that is not over."
    )
    whole = growth_finding(growth_rows(GROWTH), name="", since=date(2026, 4, 1)).subtitle
    assert "drawn" not in whole
    assert "Faint" not in whole
    weeks = growth_rows(GROWTH, grain="week")
    assert "Only weeks" in growth_finding(weeks, name="", since=date(2026, 4, 1)).subtitle
    assert "Only" not in growth_finding(weeks, name="", since=date(2026, 4, 6)).subtitle


def test_every_year_is_named_on_a_long_axis():
    months = pl.date_range(date(2024, 2, 1), date(2026, 6, 1), "1mo", eager=True)
    long = pl.DataFrame({"period_on": months}).with_columns(
        list_id=pl.lit("1"), joined=2, left=1, members=pl.int_range(1, len(months) + 1)
    )
    axis = charts.list_growth_chart(long).to_dict()["layer"][0]["encoding"]["x"]["axis"]
    assert {"2025-01-01", "2026-01-01"} <= set(axis["values"])


@pytest.mark.parametrize("kind", ["polars", "lazy", "pandas"])
def test_many_lists_over_many_days_are_added_up(kind):
    days = [date(2024, 1, 1) + timedelta(days=number) for number in range(400)]
    rows = [
        {"list_id": str(one), "period_on": day, "joined": one, "left": at % 2, "members": 7}
        for one in range(1, 41)
        for at, day in enumerate(days)
    ]
    growth = pl.DataFrame(rows)
    growth = {"polars": growth, "lazy": growth.lazy(), "pandas": to_pandas(growth)}[kind]
    drawn = growth_rows(growth, grain="day")
    joined, left = sum(range(1, 41)), 40
    members = 0
    for at, (day, row) in enumerate(zip(days, drawn, strict=True)):
        members += joined - left * (at % 2)
        assert (row["period"], row["joined"], row["left"]) == (
            day.isoformat(),
            joined,
            left * (at % 2),
        )
        assert (row["members"], row["lists"]) == (members, 40)


def test_who_left_stands_below_zero_with_a_sign_and_a_legend():
    growth = GROWTH.with_columns(left=pl.lit(900))
    chart = charts.list_growth_chart(growth)
    svg = vl_convert.vegalite_to_svg(chart.to_dict(), vl_version="6.4")
    labels = re.findall(r">([^<>]+)</text>", svg)
    assert {"Joined", "Left"} <= set(labels)
    assert any(label.startswith("\N{MINUS SIGN}") for label in labels)
    first, second = (layer["encoding"]["color"] for layer in chart.to_dict()["layer"])
    assert first == second


@pytest.mark.parametrize("first", range(1, 13))
@pytest.mark.parametrize("months", [3, 8, 13, 16])
def test_each_of_a_few_months_is_named_and_where_it_is_narrow_each_year(months, first):
    starts = pl.date_range(date(2025, first, 1), date(2027, 6, 1), "1mo", eager=True)[:months]
    growth = pl.DataFrame({"period_on": starts}).with_columns(
        list_id=pl.lit("1"), joined=2, left=1, members=pl.int_range(1, months + 1)
    )
    spec = charts.list_growth_chart(growth).to_dict()
    named = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    for width in (640, 240):
        svg = vl_convert.vegalite_to_svg({**spec, "width": width}, vl_version="6.4")
        labels = re.findall(r">([^<>]+)</t(?:ext|span)>", svg)
        shown = [label for label in labels if label in named]
        if width == 640 or months == 3:
            assert shown == [named[start.month - 1] for start in starts]
        assert len(shown) >= min(months, 4)
        if first not in (11, 12):  # January is too near
            assert shown[0] == named[first - 1]
        years = {str(start.year) for start in starts if start.month == 1}
        assert years <= set(labels)
