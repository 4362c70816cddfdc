"""Revenue by period: whole periods, one currency a picture, an axis that names each year."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime

import polars as pl
import pytest
import vl_convert

from actoolkit.charts import revenue_by_period_chart

AS_OF = datetime(2026, 6, 30, 15, 0, tzinfo=UTC)


def test_revenue_compares_whole_periods_and_fills_gaps(revenue):
    chart = revenue_by_period_chart(revenue, as_of=AS_OF)
    assert chart.title.text == ["May 2026 brought $12,500"]
    (rows,) = [r for r in chart.to_dict()["datasets"].values() if "part" in r[0]]
    assert [r["period"] for r in rows if r["part"] == "Completed"] == [
        "2026-03-01",
        "2026-04-01",
        "2026-05-01",
        "2026-06-01",
    ]
    assert [r["complete"] for r in rows if r["part"] == "Completed"] == [True, True, True, False]
    assert sum(r["amount"] for r in rows) == pytest.approx(25_500)


def test_revenue_never_mixes_currencies(revenue):
    both = pl.concat([revenue, revenue.with_columns(currency=pl.lit("EUR"))])
    spec = revenue_by_period_chart(both, as_of=AS_OF).to_dict()
    assert len(spec["vconcat"]) == 2
    for panel in spec["vconcat"]:
        names = [name for name in spec["datasets"] if name in json.dumps(panel)]
        currencies = {r["currency"] for n in names for r in spec["datasets"][n] if "currency" in r}
        assert len(currencies) == 1


def test_each_currency_has_its_legend_the_one_of_most_orders_first_and_one_date(
    revenue, drawn_texts
):
    fewer = revenue.with_columns(currency=pl.lit("EUR"), orders=pl.col("orders") // 2)
    chart = revenue_by_period_chart(pl.concat([fewer, revenue]), as_of=AS_OF)
    assert "$" in chart.to_dict()["vconcat"][0]["title"]["text"][0]
    texts = drawn_texts(chart)
    assert texts.count("Recovered carts") == 2
    assert sum(text.startswith("Data as of") for text in texts) == 1


@pytest.mark.parametrize("width", [640, 240])
@pytest.mark.parametrize("first", [1, 2, 6, 7])
@pytest.mark.parametrize("months", [8, 12, 24, 40])
def test_the_months_of_an_axis_name_each_year(first, months, width, drawn_texts):
    starts = [
        date(2023 + (first + n - 1) // 12, (first + n - 1) % 12 + 1, 1) for n in range(months)
    ]
    row = {"currency": "USD", "revenue_cents": 100, "orders": 1, "average_order_cents": 100.0}
    row |= {"recovered_revenue_cents": 0, "recovered_orders": 0}
    frame = pl.DataFrame([{"period_on": start, **row} for start in starts])
    texts = drawn_texts(revenue_by_period_chart(frame), width=width)
    years = {text for text in texts if text.startswith("202")}
    assert years >= {str(start.year) for start in starts if start.month == 1}
    labels = [text for text in texts if re.fullmatch(r"[A-Z][a-z]{2}|202\d", text)]
    assert labels[1] in years, "the first label says of which year it is"


def test_yen_have_no_hundredths(revenue):
    yen = revenue.with_columns(currency=pl.lit("JPY"))
    chart = revenue_by_period_chart(yen, as_of=AS_OF, minor_units={"JPY": 0})
    assert chart.title.text == ["May 2026 brought ¥1,250,000"]


@pytest.mark.parametrize(
    ("starts", "label"),
    [
        ([date(2026, 6, 1), date(2026, 6, 8)], "Week of 1 Jun 2026"),
        ([date(2026, 6, 2), date(2026, 6, 3)], "2 Jun 2026"),
        ([date(2026, 1, 1), date(2026, 4, 1)], "Q1 2026"),
        ([date(2025, 1, 1), date(2026, 1, 1)], "2025"),
        ([date(2025, 4, 1), date(2026, 1, 1)], "Q4 2025"),  # quarters between are drawn
    ],
)
def test_grain_is_read_from_the_dates(revenue, starts, label):
    frame = revenue.head(2).with_columns(period_on=pl.Series(starts))
    chart = revenue_by_period_chart(frame, as_of=starts[-1])
    assert chart.title.text[0].startswith(label)


@pytest.mark.parametrize(
    ("starts", "written"),
    [
        ([date(2025, 7, 1), date(2025, 10, 1), date(2026, 1, 1)], ["Q3", "Q4", "Q1", "2026"]),
        ([date(2024, 1, 1), date(2025, 1, 1), date(2026, 1, 1)], ["2024", "2025", "2026"]),
    ],
)
def test_the_axis_writes_quarters_and_years(revenue, starts, written):
    frame = revenue.head(3).with_columns(period_on=pl.Series(starts))
    svg = vl_convert.vegalite_to_svg(revenue_by_period_chart(frame).to_dict())
    assert set(written) <= set(re.findall(r">([^<>]+)<", svg))


def test_the_axis_of_revenue_names_the_currency(revenue):
    svg = vl_convert.vegalite_to_svg(revenue_by_period_chart(revenue).to_dict())
    assert re.search(r">(\$|€|[A-Z]{3} )[\d.]+k?<", svg)


@pytest.mark.parametrize(
    ("recovered", "written"),
    [
        ([15_100, 8_030, 0], ["$151.00", "$80.30", "$0.00"]),
        ([15_100, 20_000, 0], ["$151", "$200", "$0"]),
    ],
)
def test_amounts_of_a_column_are_written_in_one_way(recovered, written):
    frame = pl.DataFrame(
        {
            "period_on": [date(2026, month, 1) for month in (3, 4, 5)],
            "currency": ["USD"] * 3,
            "revenue_cents": [100_000, 200_000, 300_000],
            "orders": [1, 2, 3],
            "average_order_cents": [100_000.0] * 3,
            "recovered_revenue_cents": recovered,
        }
    )
    chart = revenue_by_period_chart(frame)
    sets = chart.to_dict()["datasets"].values()
    rows = {row["period"]: row for rows in sets for row in rows if "period" in row}
    assert [rows[period]["recovered_text"] for period in sorted(rows)] == written
    assert [rows[period]["total_text"] for period in sorted(rows)] == ["$1,000", "$2,000", "$3,000"]
    assert "brought $3,000" in " ".join(chart.title.text)
