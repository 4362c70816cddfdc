"""Customer lifetime value: against loops, a simulated shop and another library's numbers."""

from __future__ import annotations

import math
import random
from datetime import date, datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actoolkit.metrics import clv, clv_fit, clv_holdout, customer_purchases
from actoolkit.metrics.lifetime_model import (
    purchase_likelihood,
    purchase_slope,
    purchases_if_alive,
    value_likelihood,
    value_slope,
)

PATH = Path(__file__).parent.parent / "oracles" / "lifetime.py"
SPEC = spec_from_file_location("oracle_lifetime", PATH)
oracle = module_from_spec(SPEC)
SPEC.loader.exec_module(oracle)

START = datetime(2025, 1, 1, 9)
UNTIL = date(2025, 7, 1)
SCHEMA = {
    "email": pl.String(),
    "state": pl.String(),
    "currency": pl.String(),
    "total_cents": pl.Int64(),
    "ordered_local": pl.Datetime("us"),
}
QUICK = settings(max_examples=12, deadline=None)
POSITIVE = st.floats(0.05, 20)
NUMBERS = st.tuples(POSITIVE, st.floats(0.5, 500), POSITIVE, POSITIVE)


@st.composite
def orders(draw, least=0):
    """A shop of 40 customers with odd rows, of whom most come back."""
    seed = draw(st.integers(0, 10_000))
    dice = random.Random(seed)
    rows = []
    for number in range(draw(st.integers(least, 40))):
        for _ in range(dice.choice([1, 1, 2, 3, 3, 6])):
            moment = START + timedelta(days=dice.randint(0, 200), hours=dice.randint(0, 14))
            rows.append(
                {
                    "email": dice.choice([f"c{number}@example.com", f" C{number}@Example.com "]),
                    "state": dice.choice(["completed"] * 8 + ["recovered", "pending", None]),
                    "currency": dice.choice(["EUR"] * 9 + ["USD"]),
                    "total_cents": dice.choice([None, 0, 700, 2500, 2600, 9900]),
                    "ordered_local": dice.choice([moment] * 12 + [None]),
                }
            )
    rows.append(dict.fromkeys(SCHEMA) | {"state": "completed", "currency": "EUR"})
    return rows


@QUICK
@given(orders(), st.sampled_from([None, UNTIL]))
def test_purchases(engine, same, rows, until):
    wanted = oracle.purchases(rows, "EUR", until)
    if not wanted:
        return
    found = customer_purchases(engine.make(rows, SCHEMA), until=until, currency="EUR")
    same(engine.read(found), wanted)


TRUTH = {"r": 0.9, "alpha": 60.0, "a": 1.5, "b": 3.0, "p": 6.0, "q": 4.0, "v": 1500.0}
SPAN = 700


def shop(customers, seed, ahead=0):
    """A shop that the model is true of: orders, and who is alive at the end.

    Days are whole, so a purchase counts for the day it falls in; ``ahead`` goes on after the end.
    """
    dice = np.random.default_rng(seed)
    first = dice.integers(0, SPAN - 30, customers)
    rate = dice.gamma(TRUTH["r"], 1 / TRUTH["alpha"], customers)
    gone = dice.beta(TRUTH["a"], TRUTH["b"], customers)
    mean = TRUTH["p"] / dice.gamma(TRUTH["q"], 1 / TRUTH["v"], customers)
    now, buying = first.astype(float), np.ones(customers, bool)
    alive = np.ones(customers, bool)
    numbers, days = [np.arange(customers)], [now]
    while buying.any():
        now = now + dice.exponential(1 / rate)
        buying &= now < SPAN + ahead
        numbers.append(np.flatnonzero(buying))
        days.append(now[buying])
        left = buying & (dice.random(customers) < gone)
        alive &= ~(left & (now < SPAN))
        buying &= ~left
    number, day = np.concatenate(numbers), np.concatenate(days)
    cents = dice.gamma(TRUTH["p"], 1.0, len(number)) * mean[number] / TRUTH["p"]
    orders = pl.DataFrame({"number": number, "day": day, "total_cents": cents}).select(
        email=pl.format("c{}@example.com", "number"),
        state=pl.lit("completed"),
        currency=pl.lit("EUR"),
        total_cents=pl.col("total_cents").round().cast(pl.Int64),
        ordered_local=pl.lit(START).dt.truncate("1d") + pl.duration(hours=pl.col("day") * 24),
    )
    return orders, dict(
        zip([f"c{one}@example.com" for one in range(customers)], alive, strict=True)
    )


END = START.date() + timedelta(days=SPAN)
SMALL, _ = shop(160, seed=3)
BOUGHT_ON = SMALL.filter(pl.col("email").is_duplicated())["ordered_local"].dt.date().unique().sort()
HOLDOUT = (END - BOUGHT_ON.filter(END - timedelta(days=120) >= BOUGHT_ON)[-1]).days
"""A hold-out whose first day has an order."""
CHOICE = {"until": END, "currency": "EUR", "min_repeat_buyers": 20}


def test_a_shop_on_every_engine(engine, same):
    rows = SMALL.to_dicts()
    known = oracle.purchases(rows, "EUR", END)
    (fit,) = engine.read(clv_fit(engine.make(rows, SCHEMA), **CHOICE))
    purchases = [fit[name] for name in ("r", "alpha", "a", "b")]
    assert fit["customers"] == len(known)
    assert fit["repeat_buyers"] == sum(row["repeat_purchases"] > 0 for row in known)
    assert fit["purchases_log_likelihood"] == pytest.approx(
        sum(oracle.purchase_likelihood(*purchases, *spans(row)) for row in known), rel=1e-9
    )
    valued = [row for row in known if row["mean_value_cents"] > 0]
    values = [fit[name] for name in ("p", "q", "v")]
    assert fit["values_log_likelihood"] == pytest.approx(
        sum(oracle.value_likelihood(*values, *value(row)) for row in valued), rel=1e-9
    )
    assert fit["purchases_converged"] is True
    assert fit["values_converged"] is True
    assert fit["purchases_starts"] == fit["purchases_agreed"] == 4
    made = clv(engine.make(rows, SCHEMA), **CHOICE, horizon_days=75, discount_per_year=0.3)
    found = engine.read(made)
    kept = ("probability_alive", "expected_purchases", "expected_value_cents", "clv_cents", "flag")
    own = [{name: row.pop(name) for name in kept} for row in found]
    same(found, known)
    for row, numbers in zip(known[:40], own, strict=False):
        assert numbers["flag"] == fit["flag"]
        expected = [expectation(purchases, row, ahead) for ahead in (30, 60, 75)]
        assert numbers["expected_purchases"] == pytest.approx(expected[-1], rel=1e-5)
        count, mean = value(row)
        p, q, v = values
        drawn = p * (v + count * mean) / (p * count + q - 1)
        assert numbers["expected_value_cents"] == pytest.approx(drawn)
        parts = np.diff([0.0, *expected]) * 1.3 ** (-np.array([30, 60, 75]) / 365)
        assert numbers["clv_cents"] == pytest.approx(drawn * parts.sum(), rel=1e-5)


def expectation(parameters, row, ahead):
    """Purchases by the oracle's likelihood and integral: alive is one of its two ends."""
    r, alpha, a, b = parameters
    x, t, end = spans(row)
    alive = 1.0
    if x:
        alive = 1 / (1 + a / (b + x - 1) * ((alpha + end) / (alpha + t)) ** (r + x))
    return alive * oracle.purchases_if_alive(r, alpha, a, b, x, end, ahead, pieces=1500)


@pytest.mark.parametrize("most", [0, 2, 50])
def test_holdout(engine, most):
    rows = SMALL.to_dicts()
    found = engine.read(
        clv_holdout(engine.make(rows, SCHEMA), **CHOICE, holdout_days=HOLDOUT, most=most)
    )
    wanted = oracle.holdout(rows, "EUR", END, HOLDOUT, most)
    shown = ("repeat_purchases", "customers", "purchases", "or_more")
    assert [{name: row[name] for name in shown} for row in found] == [
        {name: row[name] for name in shown} for row in wanted
    ]
    for row in found:
        assert row["purchases_per_customer"] == row["purchases"] / row["customers"]
        assert row["predicted_per_customer"] == row["predicted_purchases"] / row["customers"]
    fit = clv_fit(SMALL, **CHOICE, holdout_days=HOLDOUT).row(0, named=True)
    assert fit["holdout_purchases"] == sum(row["purchases"] for row in found)
    assert fit["holdout_customers"] == sum(row["customers"] for row in found)
    total = sum(row["predicted_purchases"] for row in found)
    assert fit["predicted_purchases"] == pytest.approx(total)


def spans(row):
    return row["repeat_purchases"], row["first_to_last_days"], row["observed_days"]


def value(row):
    return row["valued_purchases"], float(row["mean_value_cents"])


@settings(max_examples=60, deadline=None)
@given(NUMBERS, st.integers(0, 25), st.integers(0, 300), st.integers(0, 300))
def test_likelihood_and_its_slope_against_the_factors(parameters, x, t, later):
    t = t if x else 0
    data = tuple(np.array([float(one)]) for one in (x, t, t + later))
    wanted = oracle.purchase_likelihood(*parameters, x, t, t + later)
    assert purchase_likelihood(parameters, *data)[0] == pytest.approx(wanted, rel=1e-8, abs=1e-8)
    slope = purchase_slope(parameters, *data)[:, 0]
    assert slope == pytest.approx(rises(purchase_likelihood, parameters, data), rel=1e-3, abs=1e-5)


@settings(max_examples=60, deadline=None)
@given(st.tuples(POSITIVE, POSITIVE, st.floats(1, 5000)), st.integers(1, 25), st.floats(1, 5000))
def test_likelihood_of_values_and_its_slope(parameters, x, m):
    data = (np.array([float(x)]), np.array([m]))
    wanted = oracle.value_likelihood(*parameters, x, m)
    assert value_likelihood(parameters, *data)[0] == pytest.approx(wanted, rel=1e-8, abs=1e-8)
    slope = value_slope(parameters, *data)[:, 0]
    assert slope == pytest.approx(rises(value_likelihood, parameters, data), rel=1e-3, abs=1e-5)


def rises(likelihood, parameters, data):
    """The slope, by a small step to both sides of each parameter."""
    made = []
    for at, one in enumerate(parameters):
        step = one * 1e-5
        up, down = list(parameters), list(parameters)
        up[at], down[at] = one + step, one - step
        made.append((likelihood(up, *data)[0] - likelihood(down, *data)[0]) / (2 * step))
    return made


@pytest.mark.parametrize("a", [0.3, 1.0, 1.0000005, 1.6, 12.0, 45.0])
@pytest.mark.parametrize("b", [0.4, 3.0, 60.0])
@pytest.mark.parametrize(("x", "end"), [(0, 0.0), (0, 200.0), (3, 100.0), (150, 700.0)])
def test_expectation_against_an_integral(a, b, x, end):
    found = purchases_if_alive((0.8, 90.0, a, b), np.array([float(x)]), np.array([end]), 365.0)
    wanted = oracle.purchases_if_alive(0.8, 90.0, a, b, x, end, 365.0)
    assert found[0] == pytest.approx(wanted, rel=2e-5)


def test_parameters_are_found_again_and_expectations_come_true():
    orders, alive = shop(12_000, seed=1, ahead=180)
    fit = clv_fit(orders, until=END).row(0, named=True)
    for name, true in TRUTH.items():
        assert fit[name] == pytest.approx(true, rel=0.15), name
    assert fit["flag"] is None
    made = clv(orders, until=END, horizon_days=180, discount_per_year=0)
    lives = pl.Series([alive[one] for one in made["customer"]])
    later = orders.filter(pl.col("ordered_local").dt.date() >= END)
    came = made.join(
        later.group_by(customer="email").agg(came=pl.len(), paid=pl.col("total_cents").sum()),
        on="customer",
        how="left",
    ).fill_null(0)
    assert made["probability_alive"].mean() == pytest.approx(lives.mean(), abs=0.015)
    assert came["expected_purchases"].sum() == pytest.approx(came["came"].sum(), rel=0.04)
    assert came["clv_cents"].sum() == pytest.approx(came["paid"].sum(), rel=0.06)
    parts = came.with_columns(
        alive=lives, fifth=pl.col("probability_alive").rank("ordinal") * 5 // (pl.len() + 1)
    )
    for part in parts.partition_by("fifth"):
        assert part["probability_alive"].mean() == pytest.approx(part["alive"].mean(), abs=0.03)
        count = part["came"].sum()
        chance = 3 * math.sqrt(count) + 0.04 * count
        assert part["expected_purchases"].sum() == pytest.approx(count, abs=chance)
