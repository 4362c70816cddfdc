"""The customers explorer: the metric of each view, code that makes the same chart, errors in place."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import actoolkit as ac
from actoolkit.widgets import DateRange, customers_explorer
from actoolkit.widgets.customers import VIEWS

TODAY = date(2026, 6, 30)


@pytest.fixture(scope="module")
def orders():
    moments = [datetime(2025, 1, 1, 9) + timedelta(days=3 * n) for n in range(180)]
    abandoned = [m.replace(tzinfo=None) if n % 9 == 0 else None for n, m in enumerate(moments)]
    return pl.DataFrame(
        {
            "order_id": [str(n) for n in range(180)],
            "email": [f"p{n * n % 31}@example.com" for n in range(180)],
            "state": ["abandoned" if n % 9 == 0 else "completed" for n in range(180)],
            "currency": ["EUR" if n % 4 == 1 else "USD" for n in range(180)],
            "total_cents": [1000 + 7 * n for n in range(180)],
            "ordered_at": moments,
            "ordered_local": moments,
            "abandoned_at": abandoned,
        }
    ).with_columns(pl.col("ordered_at", "abandoned_at").dt.replace_time_zone("UTC"))


@pytest.fixture
def explorer(orders):
    return customers_explorer(ecom_orders=orders, today=TODAY)


def test_each_view_is_its_metric(explorer, orders):
    metrics, until = ac.metrics, TODAY
    expected = {
        "rfm": metrics.rfm_grid(metrics.rfm(orders, currency="USD", until=until)),
        "cohorts": metrics.cohort_retention(orders, until=until),
        "second_order": metrics.second_order_survival(orders, until=until),
        "revenue": metrics.revenue_by_period(orders, grain="month", until=until),
        "carts": metrics.cart_recovery(orders, until=until),
    }
    assert set(expected) == set(VIEWS.values())
    for view, frame in expected.items():
        explorer.set(view=view)
        assert explorer.error is None
        assert_frame_equal(explorer.frame, frame)


@pytest.mark.parametrize("view", VIEWS.values())
def test_the_code_makes_the_same_chart(explorer, orders, view):
    explorer.set(view=view, dates=DateRange(date(2025, 3, 1), date(2026, 5, 1)))
    names = {"ecom_orders": orders}
    exec(compile(explorer.code(), "<explorer.code()>", "exec"), names)
    assert names["chart"].to_dict() == explorer.chart.to_dict()


def test_the_currency_counts_where_there_is_one_scale_only(explorer):
    assert explorer.controls["currency"].value == "USD"
    explorer.set(currency="EUR")
    assert explorer.frame["currency"].unique().to_list() == ["EUR"]
    explorer.set(view="revenue")
    assert explorer.controls["currency"].widget.disabled
    assert sorted(explorer.frame["currency"].unique()) == ["EUR", "USD"]


def test_days_without_orders_leave_the_last_good_chart(explorer):
    good = explorer.chart
    explorer.set(dates=DateRange(date(2031, 1, 1), date(2031, 2, 1)))
    if explorer.error is None:
        assert "No data" in explorer.chart.title.text[0]
    else:
        assert explorer.chart is good
        assert explorer.error.hint


def test_frames_can_be_pandas(orders):
    explorer = customers_explorer(ecom_orders=orders.to_pandas(), today=TODAY)
    assert explorer.error is None
    assert int(explorer.frame["customers"].sum()) > 0


@pytest.mark.parametrize("view", ["revenue", "carts"])
def test_amounts_are_in_the_units_of_their_currency(view):
    with ac.sandbox_account(size="tiny") as sandbox:
        account = replace(sandbox, minor_units={"USD": 0})
        explorer = customers_explorer(account, progress=False)
        names = {"account": account}
        explorer.set(view=view)
        exec(compile(explorer.code(), "<explorer.code()>", "exec"), names)
    assert explorer.error is None
    frame = explorer.frame.filter(pl.col("currency") == "USD")
    amount = frame["revenue_cents" if view == "revenue" else "lost_cents"].max()
    drawn = names["chart"].to_dict()
    assert drawn == explorer.chart.to_dict()
    assert f"${amount:,}" in json.dumps(drawn, ensure_ascii=False)
