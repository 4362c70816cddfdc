"""Revenue and matched orders against loops over dictionaries, on every engine."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actoolkit.errors import InvalidArgument, MissingColumns
from actoolkit.metrics import order_match, revenue_by_period

SCHEMA = {
    "email": pl.String(),
    "state": pl.String(),
    "currency": pl.String(),
    "total_cents": pl.Int64(),
    "ordered_local": pl.Datetime("us"),
}
WALLS = [
    datetime(2025, 12, 31, 23, 59, 59, 999999),
    datetime(2026, 1, 1),
    datetime(2026, 3, 8, 1, 59),
    datetime(2026, 3, 8, 3),
    datetime(2026, 3, 9),
    datetime(2026, 11, 1, 1, 30),
]
MAILS = [
    "ann@example.com",
    " Ann@Example.com\t",
    "bob@example.com",
    "ÉVE@example.com",
    "",
    " ",
    None,
]
walls = st.sampled_from(WALLS) | st.datetimes(datetime(2025, 12, 1), datetime(2026, 2, 1))
orders = st.lists(
    st.fixed_dictionaries(
        {
            "email": st.sampled_from(MAILS),
            "state": st.sampled_from(
                ["completed", "completed", "recovered", "abandoned", "status 9", None]
            ),
            "currency": st.sampled_from(["USD", "USD", "EUR", None]),
            "total_cents": st.none() | st.integers(0, 10**12),
            "ordered_local": st.none() | walls,
        }
    ),
    max_size=15,
)
contacts = st.lists(st.fixed_dictionaries({"email": st.sampled_from(MAILS)}), max_size=5)
days = st.none() | st.dates(date(2025, 12, 30), date(2026, 3, 10))
budget = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@budget
@given(
    rows=orders,
    grain=st.sampled_from(["day", "week", "month", "quarter", "year"]),
    bounds=st.tuples(days, days),
)
def test_revenue(engine, oracles, same, rows, grain, bounds):
    since, until = bounds
    if None not in bounds and since >= until:
        since, until = until, None
    found = revenue_by_period(engine.make(rows, SCHEMA), grain=grain, since=since, until=until)
    same(engine.read(found), oracles.orders.revenue(rows, grain, since, until))


@budget
@given(rows=orders, people=contacts)
def test_match(engine, oracles, same, rows, people):
    people_frame = engine.make(people, {"email": pl.String()})
    found = engine.read(order_match(engine.make(rows, SCHEMA), people_frame))
    same(found, oracles.orders.match(rows, people))
    for row in found:
        assert row["orders"] == row["matched_orders"] + row["unmatched_orders"]
        assert row["revenue_cents"] == row["matched_revenue_cents"] + row["unmatched_revenue_cents"]


@settings(max_examples=30, deadline=None)
@given(rows=orders, more=orders)
def test_what_lies_outside_the_window_changes_nothing(rows, more):
    window = {"since": date(2026, 1, 1), "until": "2026-02-01"}
    outside = [
        row
        for row in more
        if row["ordered_local"] is None or row["ordered_local"].strftime("%Y-%m") != "2026-01"
    ]
    alone, mixed = (
        revenue_by_period(pl.DataFrame(found, schema=SCHEMA), grain="week", **window)
        for found in (rows, [*outside, *rows[::-1]])
    )
    assert alone.equals(mixed)


def test_a_recovered_cart_counts_once_and_currencies_stay_apart():
    rows = [
        {"state": "recovered", "currency": "USD", "total_cents": 500},
        {"state": "completed", "currency": "JPY", "total_cents": 700},
        {"state": "abandoned", "currency": "USD", "total_cents": 900},
    ]
    frame = pl.DataFrame(rows).with_columns(ordered_local=pl.lit(datetime(2026, 5, 31, 23, 30)))
    assert revenue_by_period(frame).rows() == [
        (date(2026, 5, 1), "JPY", 700, 1, 700.0, 0, 0),
        (date(2026, 5, 1), "USD", 500, 1, 500.0, 500, 1),
    ]


def test_lazy_stays_lazy():
    assert isinstance(revenue_by_period(pl.LazyFrame(schema=SCHEMA)), pl.LazyFrame)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"grain": "decade"}, "quarter"),
        ({"since": "May"}, "2026-01-31"),
        ({"since": datetime(2026, 1, 1)}, "date"),
        ({"since": date(2026, 1, 2), "until": date(2026, 1, 2)}, "on or after"),
    ],
)
def test_senseless_arguments_are_refused(options, words):
    with pytest.raises(InvalidArgument, match=words):
        revenue_by_period(pl.DataFrame(schema=SCHEMA), **options)


def test_a_lacking_column_is_named(engine):
    schema = {"state": pl.String(), "currency": pl.String(), "total_cents": pl.Int64()}
    with pytest.raises(MissingColumns, match="revenue_by_period needs the columns ordered_local"):
        revenue_by_period(engine.make([], schema))
