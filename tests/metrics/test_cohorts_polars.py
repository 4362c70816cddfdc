"""Months as bits: against loops over dictionaries, over long histories, and when hashes collide."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import datetime, timedelta

import polars as pl
import pytest

from actoolkit import metrics
from actoolkit.metrics import cohorts, cohorts_polars


def drawn(years, orders=400, people=60, seed=0):
    draw = random.Random(seed)
    begin = datetime(1999, 11, 30, 23, 59)
    return [
        {
            "email": draw.choice([" {} ", "{}", "{}"]).format(
                f"P{draw.randrange(people)}@Shop.com"
            ),
            "state": draw.choice(["completed", "recovered", "abandoned"]),
            "ordered_local": begin + timedelta(minutes=draw.randrange(years * 365 * 1440)),
        }
        for _ in range(orders)
    ]


def by_loops(rows):
    months = defaultdict(set)
    for row in rows:
        if row["state"] != "abandoned":
            months[row["email"].strip().lower()].add(row["ordered_local"].date().replace(day=1))
    found = defaultdict(int)
    for there in months.values():
        for month in there:
            found[min(there), month] += 1
    return found


def by_us(rows, frame=pl.LazyFrame):
    made = metrics.cohort_retention(frame(rows)).lazy().collect()
    month = pl.col("cohort_on").dt.offset_by(pl.format("{}mo", "month"))
    made = made.select("cohort_on", month.alias("on"), "buyers", "customers").rows()
    return {(cohort, on): buyers for cohort, on, buyers, _ in made if buyers}, made


@pytest.fixture
def no_other_way(monkeypatch):
    def refuse(*asked):
        raise AssertionError("the formulation for all engines")

    monkeypatch.setattr(cohorts, "collected", refuse)


@pytest.mark.parametrize("frame", [pl.DataFrame, pl.LazyFrame])
@pytest.mark.parametrize("years", [1, 6, 11, 40])
def test_long_histories_are_those_of_loops(no_other_way, years, frame):
    rows = drawn(years)
    wanted = by_loops(rows)
    last = max(row["ordered_local"] for row in rows if row["state"] != "abandoned").date()
    wanted = {pair: many for pair, many in wanted.items() if pair[1] < last.replace(day=1)}
    assert by_us(rows, frame)[0] == wanted


def test_more_years_than_fit_go_the_other_way(monkeypatch):
    rows = drawn(45)
    there = by_us(rows)
    monkeypatch.setattr(cohorts_polars, "_MOST", 100)
    assert by_us(rows) == there


def test_customers_of_one_hash_are_not_taken_for_one(monkeypatch):
    rows = drawn(3)
    there = by_us(rows)
    monkeypatch.setattr(
        cohorts_polars,
        "_keys",
        lambda: {
            "key": pl.col("customer").hash() % 7,
            "check": pl.col("customer").hash(1),
        },
    )
    assert by_us(rows) == there
    lone = pl.LazyFrame({"customer": ["a", "b"], "ordered_local": [datetime(2026, 1, 1)] * 2})
    monkeypatch.setattr(
        cohorts_polars, "_keys", lambda: {"key": pl.lit(1), "check": pl.col("customer").hash(1)}
    )
    assert cohorts_polars.buyers_by_month(lone) is None


def test_two_hashes_of_an_address_are_of_no_relation():
    texts = pl.Series([f"person.{number}@example.com" for number in range(20_000)])
    both = pl.DataFrame({"customer": texts}).select(**cohorts_polars._keys())
    assert both["key"].n_unique() == len(texts)
    assert both["check"].n_unique() >= len(texts) - 1  # of 32 bits: 0.05 pairs to be expected
    for half in (both["key"] // 2**32, both["key"] % 2**32):
        apart = (half ^ both["check"].cast(pl.UInt64)).bitwise_count_ones()
        assert apart.min() > 0
        assert apart.mean() == pytest.approx(16, abs=0.25)
    assert (both["key"] - both["check"]).n_unique() == len(texts)
