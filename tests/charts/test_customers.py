"""Charts of customers and carts: valid, honest about what is not over or too few, readable."""

from __future__ import annotations

import itertools
import json
import re
import textwrap
from collections.abc import Iterator
from datetime import date, datetime

import altair as alt
import narwhals.stable.v2 as nw
import polars as pl
import pytest
import vl_convert
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from actoolkit import charts
from actoolkit.charts.drawing import balanced
from actoolkit.charts.grids import shaded
from actoolkit.charts.theme import DARK, LIGHT, config
from actoolkit.errors import InvalidArgument

METRICS = {
    "cohort_retention_chart": "cohort_retention",
    "rfm_chart": "rfm_grid",
    "second_order_survival_chart": "second_order_survival",
    "cart_recovery_chart": "cart_recovery",
}


def rated(name, k, n):
    if k is None:
        return {name: None, f"{name}_low": None, f"{name}_high": None}
    low, high = proportion_confint(k, n, method="wilson")
    return {name: k / n, f"{name}_low": float(low), f"{name}_high": float(high)}


def cohorts():
    cells = [
        (date(2026, 3, 1), 0, 100, 100),
        (date(2026, 3, 1), 1, 100, 40),
        (date(2026, 3, 1), 2, 100, 10),
        (date(2026, 3, 1), 3, 100, None),
        (date(2026, 4, 1), 0, 20, 20),
        (date(2026, 4, 1), 1, 20, 2),
        (date(2026, 4, 1), 2, 20, None),
    ]
    return pl.DataFrame(
        {"cohort_on": start, "month": month, "customers": n, "buyers": k}
        | rated("retention_rate", k, n)
        for start, month, n, k in cells
    )


def grid():
    cells = [(1, 1, 60, 60_000), (3, 2, 20, 60_000), (5, 5, 15, 240_000), (4, 5, 5, 40_000)]
    return pl.DataFrame(
        {
            "currency": "EUR",
            "recency_score": recency,
            "frequency_score": frequency,
            "customers": n,
            "customer_share": n / 100,
            "revenue_cents": cents,
            "revenue_per_customer_cents": cents / n,
        }
        for recency, frequency, n, cents in cells
    )


def survival():
    days = [(10, 200, 20, 0.9), (50, 150, 30, 0.72), (95, 100, 10, 0.648), (200, 12, 2, 0.54)]
    return pl.DataFrame(
        {
            "days": day,
            "at_risk": at_risk,
            "second_orders": events,
            "censored": 5,
            "waiting_share": share,
            "waiting_share_low": share - 0.05,
            "waiting_share_high": share + 0.05,
        }
        for day, at_risk, events, share in days
    )


def recovery():
    rows = [("EUR", 1, 400, 40), ("EUR", 7, 380, 57), ("EUR", 30, 12, 3)]
    return pl.DataFrame(
        {
            "currency": currency,
            "within_days": days,
            "abandoned_carts": n,
            "recovered_carts": k,
            **rated("recovery_rate", k, n),
            "recovered_cents": k * 10_000,
            "lost_cents": (n - k) * 10_000,
            "too_recent": 3,
        }
        for currency, days, n, k in rows
    )


FRAMES = {
    "cohort_retention_chart": cohorts,
    "rfm_chart": grid,
    "second_order_survival_chart": survival,
    "cart_recovery_chart": recovery,
}


@pytest.fixture(params=METRICS)
def name(request):
    return request.param


@pytest.fixture
def draw(name):
    return getattr(charts, name)


@pytest.fixture
def frame(name):
    return FRAMES[name]()


def units(spec: dict) -> Iterator[dict]:
    yield spec
    for part in (*spec.get("layer", []), *spec.get("vconcat", [])):
        yield from units(part)


def fields(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("field"), str):
            yield value["field"]
        for inner in value.values():
            yield from fields(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from fields(inner)


def data(chart, field):
    return next(rows for rows in chart.to_dict()["datasets"].values() if rows and field in rows[0])


def test_spec_is_valid_and_encodes_only_columns_that_exist(draw, frame):
    spec = draw(frame, as_of=date(2026, 6, 30)).to_dict()
    alt.Chart.from_dict(json.loads(json.dumps(spec)))
    for unit in units(spec):
        if "encoding" not in unit:
            continue
        rows = spec["datasets"][(unit.get("data") or spec["data"])["name"]]
        used = re.findall(r"datum\.(\w+)", json.dumps(unit.get("transform", [])))
        assert set(fields(unit["encoding"])) | set(used) <= set().union(*rows)


def test_chart_is_drawn_with_its_title_and_the_date_of_the_data(draw, frame):
    chart = draw(frame, as_of=date(2026, 6, 30))
    svg = vl_convert.vegalite_to_svg(chart.to_dict(), vl_version="6.4")
    assert "NaN" not in svg
    assert "undefined" not in svg
    assert "Data as of 30 Jun 2026" in svg
    assert chart.title.text[0].split()[0] in svg


def test_description_tells_the_data(draw, frame):
    description = draw(frame).to_dict()["description"]
    assert any(char.isdigit() for char in description)
    assert len(description) > 40


def test_same_chart_from_pandas_and_lazy(draw, frame):
    expected = draw(frame).to_dict()
    assert draw(frame.lazy()).to_dict() == expected
    assert draw(nw.from_native(frame).to_pandas()).to_dict() == expected


def test_no_rows_say_so(draw, frame):
    chart = draw(frame.head(0), as_of=date(2026, 6, 30))
    assert chart.title.text[0].startswith("No data")
    alt.Chart.from_dict(chart.to_dict())


def test_anything_but_the_metrics_result_is_refused_with_the_call_to_make(name, draw, frame):
    for wrong in (frame.select(pl.lit(1).alias("contact_id")), [1, 2], None):
        with pytest.raises(InvalidArgument, match=f"actoolkit.metrics.{METRICS[name]}"):
            draw(wrong)


def test_retention_in_the_title_is_a_ratio_of_sums_of_what_is_drawn():
    cells = [
        (date(2026, month, 1), since, size, came)
        for month, size, came in ((1, 400, 200), (2, 100, 40), (3, 20, 2), (4, 60, None))
        for since, came in ((0, size), (1, came))
    ]
    frame = pl.DataFrame(
        {"cohort_on": start, "month": month, "customers": n, "buyers": k}
        | rated("retention_rate", k, n)
        for start, month, n, k in cells
    )
    for drawn, came, people in ((4, 42, 120), (3, 42, 120), (2, 2, 20)):
        chart = charts.cohort_retention_chart(frame, cohorts=drawn)
        low, high = proportion_confint(came, people, method="wilson")
        said = f"{came / people:.1%} ordered again in the month after their first order"
        assert chart.title.text == [f"{said} ({low:.1%} to {high:.1%})"]
        told = " ".join(chart.title.subtitle)
        assert ("January 2026, where the orders known begin, is left out" in told) == (drawn == 4)
        assert "Cohorts of fewer than 30" in told
    alone = charts.cohort_retention_chart(frame.head(2))
    assert alone.title.text[0].startswith("50.0% ordered again")
    assert "left out" not in " ".join(alone.title.subtitle)


def test_months_that_are_not_over_have_no_colour_and_no_number():
    rows = data(charts.cohort_retention_chart(cohorts()), "cohort")
    blank = [row for row in rows if row["buyers"] is None]
    assert [(row["value"], row["text"]) for row in blank] == [(None, "")] * 2
    first = [row["text"] for row in rows if row["month"] == 0]
    assert first == ["100", "20"]


def test_only_the_latest_cohorts_and_first_months_are_drawn():
    chart = charts.cohort_retention_chart(cohorts(), cohorts=1, months=1)
    rows = data(chart, "cohort")
    assert [(row["cohort"], row["month"]) for row in rows] == [("April 2026", 0), ("April 2026", 1)]
    assert "The latest 1 of 2 cohorts." in " ".join(chart.title.subtitle)
    whole = charts.cohort_retention_chart(cohorts())
    assert "The latest" not in " ".join(whole.title.subtitle)
    with pytest.raises(InvalidArgument, match="cohorts=18"):
        charts.cohort_retention_chart(cohorts(), cohorts=0)


def luminance(colour):
    parts = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in colour
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def rgb(text):
    return [int(text[i : i + 2], 16) / 255 for i in (1, 3, 5)]


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_numbers_are_readable_on_every_shade(palette):
    steps = len(palette.heat) - 1
    for hundredth in range(101):
        at = hundredth / 100
        low = min(int(at * steps), steps - 1)
        pair = zip(rgb(palette.heat[low]), rgb(palette.heat[low + 1]), strict=True)
        cell = luminance([a + (b - a) * (at * steps - low) for a, b in pair])
        (row,) = shaded([{"value": at}], least=0.0, most=1.0)
        text = luminance(rgb(config(palette)["style"][f"on-{row['tone']}"]["fill"]))
        dark, light = sorted((cell, text))
        assert (light + 0.05) / (dark + 0.05) >= 4.5, at


def test_text_is_drawn_in_the_colour_that_its_cell_asks_for():
    chart = charts.cohort_retention_chart(cohorts())
    rows = {(row["cohort"], row["month"]): row for row in data(chart, "cohort")}
    assert rows["March 2026", 1]["tone"] == "high"
    assert rows["March 2026", 2]["tone"] == "low"
    svg = vl_convert.vegalite_to_svg(chart.to_dict(), vl_version="6.4")
    drawn = re.findall(
        r'<text[^>]*font-weight="600"[^>]*fill="(#\w+)"[^>]*>(40%|10%|100)</text>', svg
    )
    assert set(drawn) == {(LIGHT.surface, "40%"), (LIGHT.ink, "10%"), (LIGHT.ink, "100")}


def test_rfm_says_what_the_best_brought():
    chart = charts.rfm_chart(grid())
    assert chart.title.text == [
        "20.0% of customers buy lately and often; they brought 70.0% of the revenue"
    ]
    rows = data(chart, "recency")
    assert len(rows) == 25
    assert sum(row["customers"] for row in rows) == 100
    assert {row["each_text"] for row in rows if row["customers"]} == {
        "€10.00",
        "€30.00",
        "€160",
        "€80.00",
    }


def test_rfm_draws_one_currency():
    both = pl.concat([grid(), grid().with_columns(currency=pl.lit("USD"))])
    with pytest.raises(InvalidArgument, match="several"):
        charts.rfm_chart(both)
    yen = charts.rfm_chart(grid().with_columns(currency=pl.lit("JPY")), minor_units=0)
    assert "¥16,000" in {row["each_text"] for row in data(yen, "recency")}


def test_survival_speaks_of_days_that_enough_customers_reached():
    chart = charts.second_order_survival_chart(survival())
    assert chart.title.text == ["28.0% of customers order again within 90 days (23.0% to 33.0%)"]
    assert "Dashed: fewer than 30" in " ".join(chart.title.subtitle)
    few = charts.second_order_survival_chart(survival().with_columns(at_risk=pl.lit(5)))
    assert few.title.text == ["Too few customers to say when they order again"]


def test_survival_begins_at_nobody():
    rows = data(charts.second_order_survival_chart(survival()), "at_risk")
    assert (rows[0]["days"], rows[0]["value"], rows[0]["low"]) == (0, 0.0, None)


def test_cart_recovery_speaks_of_windows_with_enough_carts():
    chart = charts.cart_recovery_chart(recovery())
    assert " ".join(chart.title.text) == (
        "15.0% of abandoned carts come back within 7 days: €5,700 recovered, €32,300 lost"
    )
    assert [row["is_few"] for row in data(chart, "is_few")] == [False, False, True]
    assert "Hollow: fewer than 30 carts" in " ".join(chart.title.subtitle)


@given(st.text("abc  ", max_size=300), st.integers(10, 120))
def test_lines_are_as_few_as_fit_and_of_about_the_same_length(text, width):
    lines, greedy = balanced(text, width), textwrap.wrap(text, width)
    assert len(lines) == len(greedy)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert max(map(len, lines), default=0) <= max(map(len, greedy), default=0)


def test_no_word_of_a_title_is_left_alone():
    chart = charts.cart_recovery_chart(recovery())
    lines = chart.title.text
    assert len(lines) == 2
    assert min(map(len, lines)) > 0.7 * max(map(len, lines))


def test_cart_recovery_writes_each_currency_in_its_own_units():
    yen = recovery().with_columns(
        pl.lit("JPY").alias("currency"), pl.col("recovered_cents", "lost_cents") // 100
    )
    chart = charts.cart_recovery_chart(pl.concat([recovery(), yen]), minor_units={"JPY": 0})
    euro, japan = (" ".join(panel["title"]["text"]) for panel in chart.to_dict()["vconcat"])
    assert "€5,700 recovered, €32,300 lost" in euro
    assert "¥5,700 recovered, ¥32,300 lost" in japan


def test_cart_recovery_gives_each_currency_a_panel():
    both = pl.concat([recovery(), recovery().with_columns(currency=pl.lit("USD"))])
    spec = charts.cart_recovery_chart(both, as_of=datetime(2026, 6, 30, 15)).to_dict()
    assert len(spec["vconcat"]) == 2
    assert "€" in spec["description"]
    assert "$" in spec["description"]
    svg = vl_convert.vegalite_to_svg(spec, vl_version="6.4")
    assert svg.count(">Data as of 30 Jun 2026, 15:00<") == 1


@pytest.mark.parametrize("days", [3, 400, 401, 4_999])
def test_a_long_survival_is_light_and_ends_where_it_ends(days):
    """Four hundred days are drawn, the last and the first dashed one among them."""
    begin = days - 2
    curve = pl.DataFrame({"days": range(1, days + 1)}).with_columns(
        at_risk=pl.when(pl.col("days") < begin).then(50_000).otherwise(7),
        second_orders=pl.lit(123),
        waiting_share=1 - pl.col("days") / 9_999,
        waiting_share_low=0.999 - pl.col("days") / 9_999,
        waiting_share_high=1.001 - pl.col("days") / 9_999,
    )
    chart = charts.second_order_survival_chart(curve)
    assert len(json.dumps(chart.to_dict())) < 100_000
    assert len(chart.to_dict()["datasets"]) == 1
    drawn = [row["days"] for row in data(chart, "at_risk")]
    assert drawn == sorted(set(drawn))
    assert drawn[0] == 0
    assert drawn[-1] == days
    assert begin in drawn
    assert len(drawn) <= 402
    gaps = {later - day for day, later in itertools.pairwise(drawn)}
    assert max(gaps) <= -(-(days + 1) // 400)
    svg = vl_convert.vegalite_to_svg(chart.to_dict())
    assert svg.count("stroke-dasharray") >= 1
