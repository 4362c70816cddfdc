"""Customer metrics against loops over dictionaries and against SQL, on every engine."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actoolkit import metrics
from actoolkit.errors import InvalidArgument, MetricError, MissingColumns


def beside(name):
    path = Path(__file__).parent.parent / "oracles" / f"{name}.py"
    spec = spec_from_file_location(f"oracle_{name}", path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


buyers, shop = beside("buyers"), beside("shop")
DAYS, ORDERS, QUICK = shop.DAYS, shop.ORDERS, shop.QUICK
none_or, order_rows, windows = shop.none_or, shop.order_rows, shop.windows


def euros(orders):
    return [{**order, "currency": "EUR"} for order in orders]


@pytest.fixture(scope="module")
def many():
    """Ten thousand orders, many alike."""
    random = np.random.default_rng(11)
    people = random.zipf(1.6, 10_000) % 3_000
    minutes = random.integers(0, 400 * 24 * 60, 10_000)
    return pl.DataFrame(
        {
            "email": [
                f"  Buyer{n}@example.com " if n % 3 else f"buyer{n}@example.com" for n in people
            ],
            "state": random.choice(["completed", "recovered", "abandoned"], 10_000),
            "currency": ["EUR"] * 10_000,
            "total_cents": random.integers(1, 40, 10_000) * 500,
            "ordered_local": [datetime(2025, 5, 17) + timedelta(minutes=int(m)) for m in minutes],
        }
    )


VALID = """
    SELECT lower(trim(email)) AS customer, total_cents, ordered_local
    FROM many WHERE state IN ('completed', 'recovered')
"""


@QUICK
@given(order_rows(most=20), windows(), st.booleans())
def test_rfm(engine, same, orders, window, together):
    since, until = window
    found = metrics.rfm(
        engine.make(euros(orders), ORDERS),
        since=since,
        until=until,
        ties="together" if together else "split",
    )
    wanted = buyers.rfm(euros(orders), since, until, "EUR", together=together)
    same(engine.read(found), wanted)


def test_rfm_is_that_of_sql(many):
    found = metrics.rfm(many, until="2026-07-01", ties="split")
    wanted = duckdb.sql(f"""
        WITH buyers AS (
            SELECT customer, 'EUR' AS currency,
                   date_diff('day', max(ordered_local)::DATE, DATE '2026-06-30') AS recency_days,
                   count(*) AS orders, sum(total_cents)::BIGINT AS revenue_cents
            FROM ({VALID}) GROUP BY customer
        )
        SELECT *,
            (5 * (row_number() OVER (ORDER BY recency_days DESC, customer) - 1)) // count(*) OVER () + 1,
            (5 * (row_number() OVER (ORDER BY orders, customer) - 1)) // count(*) OVER () + 1,
            (5 * (row_number() OVER (ORDER BY revenue_cents, customer) - 1)) // count(*) OVER () + 1
        FROM buyers ORDER BY customer
    """).fetchall()
    assert found.drop("segment").rows() == wanted
    fifths = found["frequency_score"].value_counts()["count"]
    assert fifths.max() - fifths.min() <= 1


@QUICK
@given(order_rows(most=20), st.randoms())
def test_order_of_rows_is_irrelevant(orders, random):
    mixed = random.sample(euros(orders), len(orders))
    for metric in (metrics.rfm, metrics.cohort_retention, metrics.cohort_revenue):
        one, other = (metric(pl.DataFrame(rows, schema=ORDERS)) for rows in (euros(orders), mixed))
        assert one.equals(other)


def test_equal_customers_are_told_apart_by_nothing_that_names_them(many):
    found = metrics.rfm(many)
    for value, score in (
        ("recency_days", "recency_score"),
        ("orders", "frequency_score"),
        ("revenue_cents", "monetary_score"),
    ):
        assert found.group_by(value).agg(pl.col(score).n_unique())[score].max() == 1


def test_scores_are_the_same_under_other_names(many):
    """As when addresses are masked: who is called Zoe is no better a customer."""
    names = pl.col("email").str.strip_chars().str.to_lowercase()
    other = many.with_columns(email=pl.format("{}@masked.example", names.hash(3)))
    kept = ["recency_days", "orders", "revenue_cents", "segment"]
    one, two = (
        metrics.rfm(frame, until="2026-07-01").select(*kept, pl.col("^.*_score$"))
        for frame in (many, other)
    )
    assert one.sort(pl.all()).equals(two.sort(pl.all()))
    once = one.filter(pl.col("orders") == 1)
    assert once.height > one.height / 5
    assert once["frequency_score"].unique().to_list() == [1]


@pytest.mark.parametrize("recency", range(1, 6))
def test_default_segments_name_everybody_as_written_out(recency):
    for frequency in range(1, 6):
        for monetary in range(1, 6):
            value = (frequency + monetary) / 2
            fits = [
                segment.name
                for segment in metrics.RFM_SEGMENTS
                if segment.recency[0] <= recency <= segment.recency[1]
                and segment.value[0] <= value <= segment.value[1]
            ]
            assert fits[0] == buyers.segment(recency, value)


def test_segments_are_the_users_to_edit(many):
    best = metrics.Segment("best", (5, 5), (4, 5))
    found = metrics.rfm(many, segments=[best])
    is_best = (pl.col("recency_score") == 5) & (
        pl.col("frequency_score") + pl.col("monetary_score") >= 8
    )
    assert found.filter(is_best)["segment"].unique().to_list() == ["best"]
    assert found.filter(~is_best)["segment"].null_count() == found.filter(~is_best).height
    assert metrics.rfm(many, segments=[])["segment"].null_count() == found.height


def test_currencies_are_chosen_not_added(many):
    both = many.with_columns(
        currency=pl.when(pl.int_range(pl.len()) % 2 == 0)
        .then(pl.lit("EUR"))
        .otherwise(pl.lit("USD"))
    )
    with pytest.raises(MetricError, match=r'EUR, USD.*currency="USD"'):
        metrics.rfm(both)
    with pytest.raises(InvalidArgument, match="There are: EUR, USD"):
        metrics.rfm(both, currency="GBP")
    dollars = metrics.rfm(both, currency="USD", until="2026-07-01")
    assert dollars.equals(metrics.rfm(both.filter(currency="USD"), until="2026-07-01"))


@QUICK
@given(order_rows(most=20))
def test_grid_and_segments_add_up(engine, orders):
    scores = metrics.rfm(engine.make(euros(orders), ORDERS))
    rows = engine.read(scores)
    for made in (metrics.rfm_grid(scores), metrics.rfm_segments(scores)):
        found = engine.read(made)
        assert sum(row["customers"] for row in found) == len(rows)
        assert sum(row["revenue_cents"] for row in found) == sum(r["revenue_cents"] for r in rows)
        assert sum(row["customer_share"] for row in found) == pytest.approx(1 if rows else 0)
        assert not any("@" in str(value) for row in found for value in row.values())
    grid = {
        (r["recency_score"], r["frequency_score"]): r for r in engine.read(metrics.rfm_grid(scores))
    }
    for row in rows:
        cell = grid[row["recency_score"], row["frequency_score"]]
        assert cell["revenue_per_customer_cents"] == pytest.approx(
            cell["revenue_cents"] / cell["customers"]
        )


@QUICK
@given(order_rows(most=20), none_or(DAYS))
def test_cohort_retention(engine, same, oracles, orders, until):
    found = metrics.cohort_retention(engine.make(orders, ORDERS), until=until)
    same(engine.read(found), buyers.cohorts(orders, until, oracles.wilson))


@QUICK
@given(order_rows(most=20), none_or(DAYS))
def test_cohort_revenue(engine, same, orders, until):
    found = metrics.cohort_revenue(engine.make(orders, ORDERS), until=until)
    same(engine.read(found), buyers.cohort_revenue(orders, until))


def test_cohorts_are_those_of_sql(many):
    retention = metrics.cohort_retention(many, until="2026-07-01")
    revenue = metrics.cohort_revenue(many, until="2026-07-01")
    wanted = duckdb.sql(f"""
        WITH bought AS (
            SELECT *, date_trunc('month', ordered_local)::DATE AS bought_on FROM ({VALID})
        ), firsts AS (
            SELECT *, min(bought_on) OVER (PARTITION BY customer) AS cohort_on FROM bought
        ), sizes AS (
            SELECT cohort_on, count(DISTINCT customer) AS customers FROM firsts GROUP BY cohort_on
        )
        SELECT cohort_on, date_diff('month', cohort_on, bought_on), any_value(customers),
               count(DISTINCT customer), sum(total_cents)::BIGINT
        FROM firsts JOIN sizes USING (cohort_on) GROUP BY cohort_on, bought_on ORDER BY 1, 2
    """).fetchall()
    columns = ["cohort_on", "month", "customers", "buyers"]
    active = retention.filter(pl.col("buyers") > 0)
    assert active.select(columns).rows() == [row[:4] for row in wanted]
    assert active["retention_rate"].to_list() == [row[3] / row[2] for row in wanted]
    paid = revenue.filter(pl.col("revenue_cents") > 0)
    assert paid["revenue_cents"].to_list() == [row[4] for row in wanted]


def test_unfinished_month_is_null_never_low(many):
    for until, first_null in (("2026-06-15", date(2026, 6, 1)), ("2026-06-30", date(2026, 6, 1))):
        found = metrics.cohort_retention(many, until=until)
        month = pl.col("cohort_on").dt.offset_by(pl.format("{}mo", "month"))
        blank = found.filter(pl.col("buyers").is_null())
        assert blank.select(month).to_series().unique().to_list() == [first_null]
    assert metrics.cohort_retention(many, until="2026-07-01")["buyers"].null_count() == 0


def test_wrong_arguments_end_with_the_next_step(many):
    with pytest.raises(InvalidArgument, match='"together" or "split"'):
        metrics.rfm(many, ties="random")
    with pytest.raises(MissingColumns, match="recency_score"):
        metrics.rfm_grid(many)
    with pytest.raises(InvalidArgument, match="DataFrame"):
        metrics.cohort_retention([1, 2])
