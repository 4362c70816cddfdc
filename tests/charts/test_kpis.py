"""The chart of the main numbers: it says no more than the intervals allow."""

from __future__ import annotations

import polars as pl
import pytest
import vl_convert

from actoolkit.charts import overview_kpis_chart
from actoolkit.errors import InvalidArgument

KPIS = pl.DataFrame(
    {
        "kpi": ["sends", "click_rate", "open_rate", "revenue", "revenue", "orders", "orders"],
        "value": [900.0, 0.03, 0.4, 13_911_00.0, 143_462_00.0, 269.0, 2833.0],
        "numerator": [900, 27, 360, 13_911_00, 143_462_00, 269, 2833],
        "denominator": [None, 900, 900, None, None, None, None],
        "previous_value": [800.0, 0.02, 0.405, 6_425_00.0, None, 128.0, 0.0],
        "change_low": [None, 0.006, -0.017, None, None, None, None],
        "change_high": [None, 0.014, 0.007, None, None, None, None],
        "currency": [None, None, None, "EUR", "USD", "EUR", "USD"],
    }
)


def title(chart):
    return " ".join(chart.title.text)


def drawn(frame):
    datasets = overview_kpis_chart(frame, as_of="30 Jun 2026").to_dict()["datasets"]
    return {row["label"]: row for rows in datasets.values() for row in rows if "name" in row}


def test_what_had_nothing_before_is_told_not_drawn_and_the_larger_currency_leads():
    found = drawn(KPIS)
    assert list(found) == [
        "Open rate: 40.0%",
        "Click rate: 3.0%",
        "Revenue, EUR: €13,911",
        "Orders, EUR: 269",
    ]
    assert found["Revenue, EUR: €13,911"]["value"] == pytest.approx(13_911 / 6_425 - 1, abs=1e-5)
    assert found["Click rate: 3.0%"]["value_text"] == "+1.0 pts"
    assert found["Click rate: 3.0%"]["low"] == pytest.approx(0.3)
    assert found["Click rate: 3.0%"]["high"] == pytest.approx(0.7)
    told = overview_kpis_chart(KPIS).description
    assert told.index("Revenue, USD: $143,462 (nothing before)") < told.index("Revenue, EUR: ")


def test_a_rate_whose_change_may_be_none_is_not_said_to_have_moved():
    found = drawn(KPIS)
    assert not found["Click rate: 3.0%"]["is_small"]
    assert found["Open rate: 40.0%"]["is_small"]
    assert title(overview_kpis_chart(KPIS)) == (
        "Revenue, EUR rose by 116.5% to €13,911; click rate rose to 3.0%"
    )
    near = KPIS.with_columns(change_low=pl.lit(-0.001))
    assert "click rate 3.0%, not clearly different from 2.0%" in title(overview_kpis_chart(near))


def test_an_account_without_a_before_says_so():
    first = KPIS.with_columns(previous_value=pl.lit(None, dtype=pl.Float64))
    assert title(overview_kpis_chart(first)) == "Nothing before to compare with"
    assert title(overview_kpis_chart(KPIS.clear())).startswith("No data")
    with pytest.raises(InvalidArgument, match="overview_kpis"):
        overview_kpis_chart(KPIS.drop("previous_value"))


def test_the_number_beside_a_dot_is_in_the_unit_of_the_axis():
    chart = overview_kpis_chart(KPIS).to_dict()
    (text,) = (
        layer["encoding"]["text"]["field"]
        for layer in chart["layer"]
        if layer["mark"].get("style") == "value"
    )
    for row in drawn(KPIS).values():
        written = row[text].replace("\N{MINUS SIGN}", "-")
        assert float(written.rstrip("%")) == pytest.approx(100 * row["value"], abs=0.06)
    drawn_text = vl_convert.vegalite_to_svg(chart)
    assert "+116.5%" in drawn_text
    assert "pts" in drawn_text, "what a mark says of itself has the points too"
