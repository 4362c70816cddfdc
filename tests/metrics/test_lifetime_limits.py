"""Customer lifetime value: what is refused, what is flagged, and another library's numbers."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from actoolkit.errors import InvalidArgument, MetricError, MissingColumns
from actoolkit.metrics import clv, clv_fit, clv_holdout, customer_purchases, lifetime_fit
from actoolkit.metrics.lifetime_fit import fit_purchases, fit_values
from actoolkit.metrics.lifetime_model import (
    expected_value,
    probability_alive,
    purchases_if_alive,
)

SCHEMA = {
    "email": pl.String(),
    "state": pl.String(),
    "currency": pl.String(),
    "total_cents": pl.Int64(),
    "ordered_local": pl.Datetime("us"),
}


def made(customers, purchases, cents, currency="EUR"):
    """Customers who bought in steps of ten days: how often, and for how much, by their number."""
    rows = [
        {
            "email": f"c{number}@example.com",
            "state": "completed",
            "currency": currency,
            "total_cents": cents(number, step),
            "ordered_local": datetime(2025, 1, 1 + number % 28) + timedelta(days=10 * step),
        }
        for number in range(customers)
        for step in range(purchases(number))
    ]
    return pl.DataFrame(rows, schema=SCHEMA)


SHOP = made(140, lambda number: 1 + number % 5, lambda number, step: 1000 + 37 * number % 90)


def test_nothing_to_fit_to(engine):
    empty = engine.make([], SCHEMA)
    assert engine.read(customer_purchases(empty)) == []
    for metric in (clv, clv_fit):
        with pytest.raises(MetricError, match="found 0 customers"):
            metric(empty)
    with pytest.raises(MetricError, match="found 0 customers"):
        clv_holdout(empty, holdout_days=10)


def test_too_few_repeat_buyers():
    assert clv_fit(SHOP)["repeat_buyers"].item() == 112
    assert clv_fit(SHOP, min_repeat_buyers=112)["repeat_buyers"].item() == 112
    with pytest.raises(MetricError, match=r"112 customers .* needs 113"):
        clv_fit(SHOP, min_repeat_buyers=113)
    unknown = SHOP.with_columns(total_cents=pl.lit(None, pl.Int64))
    with pytest.raises(MetricError, match="known amount"):
        clv(unknown)
    alone = made(1, lambda number: 2, lambda number, step: 500)
    with pytest.raises(MetricError, match="found 1 customer who bought"):
        clv(alone, min_repeat_buyers=0)


def test_currencies_are_never_added():
    both = pl.concat([SHOP, SHOP.with_columns(currency=pl.lit("USD"))])
    for metric in (clv, clv_fit, customer_purchases):
        with pytest.raises(MetricError, match="several currencies"):
            metric(both)
        with pytest.raises(InvalidArgument, match="CHF"):
            metric(both, currency="CHF")
    assert customer_purchases(both, currency="EUR").equals(customer_purchases(SHOP))
    assert clv_fit(both, currency="EUR").equals(clv_fit(SHOP))


@pytest.mark.parametrize(
    "wrong",
    [
        {"horizon_days": 0},
        {"discount_per_year": -1.0},
        {"discount_per_year": -0.999999, "horizon_days": 36_500},
        {"until": "2026-02-31"},
    ],
)
def test_arguments_out_of_range(wrong):
    with pytest.raises(InvalidArgument):
        clv(SHOP, **wrong)


@pytest.mark.parametrize("days", [0, -5, 400])
def test_a_holdout_that_leaves_nothing(days):
    with pytest.raises(InvalidArgument, match="holdout_days"):
        clv_holdout(SHOP, holdout_days=days)
    with pytest.raises(InvalidArgument, match="holdout_days"):
        clv_fit(SHOP, holdout_days=days)
    with pytest.raises(InvalidArgument, match="most"):
        clv_holdout(SHOP, holdout_days=20, most=-1)


def test_a_holdout_leaves_the_first_day_at_least():
    days = SHOP["ordered_local"].dt.date()
    span = (days.max() - days.min()).days + 1
    with pytest.raises(InvalidArgument, match="holdout_days"):
        clv_holdout(SHOP, holdout_days=span)
    with pytest.raises(MetricError, match="found 0 customers"):
        clv_holdout(SHOP, holdout_days=span - 1)


def test_a_row_is_of_more_only_where_someone_has_more():
    """Before the last day nobody has bought again more than four times."""
    for most, wanted in ((3, [False, False, False, True]), (4, [False] * 5), (9, [False] * 5)):
        found = clv_holdout(SHOP, holdout_days=1, most=most)
        assert found["repeat_purchases"].to_list() == list(range(len(wanted)))
        assert found["or_more"].to_list() == wanted


def test_a_column_is_missing():
    with pytest.raises(MissingColumns, match="total_cents"):
        clv(SHOP.drop("total_cents"))


def test_value_that_goes_with_number_is_flagged():
    together = made(140, lambda n: 1 + n % 5, lambda n, step: 500 + 300 * (n % 5) + 37 * n % 90)
    fit = clv_fit(together).row(0, named=True)
    assert fit["correlation"] > 0.9
    assert "go with the number of purchases" in fit["flag"]
    assert set(clv(together)["flag"]) == {fit["flag"]}
    quiet = clv_fit(SHOP).row(0, named=True)
    assert abs(quiet["correlation"]) < 0.3
    assert "number of purchases" not in (quiet["flag"] or "")


def test_value_that_falls_with_number_is_flagged():
    falling = made(140, lambda n: 1 + n % 5, lambda n, step: 3000 - 300 * (n % 5) + 37 * n % 90)
    fit = clv_fit(falling).row(0, named=True)
    assert fit["correlation"] < -0.9
    assert "go with the number of purchases (-" in fit["flag"]


def test_customers_who_are_all_alike_tell_nothing_and_it_says_so():
    alike = made(120, lambda number: 3, lambda number, step: 1000)
    fit = clv_fit(alike).row(0, named=True)
    assert fit["correlation"] is None
    assert fit["purchases_converged"] is fit["values_converged"] is False
    for part in ("purchases", "values"):
        assert f"{part}: the search for the parameters did not converge" in fit["flag"]
    assert set(clv(alike)["flag"]) == {fit["flag"]}


@pytest.mark.parametrize(
    ("best", "others", "wanted"),
    [
        ({}, [0.0, 0.0], (3, True)),
        ({}, [0.00009, 0.00011], (2, True)),  # of 100 customers: 0.009 and 0.011 in all
        ({}, [0.5, 0.5], (1, False)),
        ({"success": False}, [0.0, 0.0], (3, False)),
        ({"x": np.array([0.0, 12.0])}, [0.0, 0.0], (3, False)),
        ({"x": np.array([-12.0, 0.0])}, [0.0, 0.0], (3, False)),
    ],
)
def test_a_search_is_believed_that_ends_inside_and_where_another_does(best, others, wanted):
    usual = {"fun": 3.0, "success": True, "x": np.array([1.0, -1.0])}
    found = [SimpleNamespace(**{**usual, **best})]
    found += [SimpleNamespace(**{**usual, "fun": 3.0 + worse}) for worse in others]
    assert lifetime_fit._sure(found, 100.0) == wanted


def test_the_best_of_all_searches_is_taken():
    """Two hollows, at -1 and 1, of which the second is deeper; the first search ends in the other."""

    def hollows(logs):
        x = logs[0]
        return (x * x - 1) ** 2 - 0.1 * x, np.array([4 * x * (x * x - 1) - 0.1])

    best, found = lifetime_fit._search(hollows, [(np.exp(-1.1),), (np.exp(1.1),)])
    assert np.log(best[0]) == pytest.approx(1, abs=0.05)
    assert found[0].fun < found[1].fun


def test_repeat_purchases_for_nothing_have_no_value_to_fit_to():
    free = made(30, lambda n: 3, lambda n, step: 0).with_columns(
        email=pl.format("free {}", "email")
    )
    unknown = free.with_columns(total_cents=pl.lit(None, pl.Int64))
    for parameter in ("p", "q", "v", "r", "values_log_likelihood", "repeat_buyers"):
        found, wanted = (clv_fit(pl.concat([SHOP, one]))[parameter] for one in (free, unknown))
        assert found.equals(wanted), parameter
    assert clv_fit(pl.concat([SHOP, free]))["repeat_buyers"].item() == 142


def test_customers_who_never_go_are_flagged_and_still_expected():
    dice = random.Random(4)
    rows = []
    for number in range(150):
        day, rate = dice.random() * 100, dice.gammavariate(3, 1 / 90)
        while day < 500:
            row = {"email": f"c{number}@example.com", "state": "completed", "currency": "EUR"}
            row["total_cents"] = round(dice.gammavariate(5, 400))
            rows.append(row | {"ordered_local": datetime(2025, 1, 1) + timedelta(days=day)})
            day += dice.expovariate(rate)
    shop = pl.DataFrame(rows, schema=SCHEMA)
    fit = clv_fit(shop).row(0, named=True)
    assert "nobody seems to go" in fit["flag"]
    expected = clv(shop, horizon_days=100)["expected_purchases"].sum()
    assert expected == pytest.approx(150 * 100 * 3 / 90, rel=0.1)


def test_values_without_a_mean_are_refused():
    dice = random.Random(2)
    scale = {n: dice.paretovariate(0.5) * 100 for n in range(400)}
    wild = made(400, lambda n: 2 + n % 3, lambda n, step: round(scale[n] * (1 + step / 9)))
    fit = clv_fit(wild).row(0, named=True)
    assert fit["q"] < 1
    assert "no mean" in fit["flag"]
    with pytest.raises(MetricError, match="no mean"):
        clv(wild)


def test_several_orders_of_a_day_are_one_purchase_and_the_first_is_left_out():
    days = [datetime(2025, 5, 1, 8), datetime(2025, 5, 1, 20), datetime(2025, 5, 3, 9)]
    days += [datetime(2025, 5, 3, 10), datetime(2025, 5, 9)]
    shop = pl.DataFrame(
        {
            "email": ["a@example.com"] * 5,
            "state": ["completed"] * 5,
            "currency": ["EUR"] * 5,
            "total_cents": [9000, 9000, 100, 50, None],
            "ordered_local": days,
        }
    )
    found = customer_purchases(shop, until="2025-05-20").row(0)[2:]
    assert found == (2, 8, 18, 1, 150.0)


def published():
    """600 customers, of whom lifetimes 0.11.3 was asked the same (its fitters without a penalty)."""
    dice = random.Random(11)
    rows = []
    for _ in range(600):
        end, rate = dice.randint(20, 700), dice.gammavariate(0.9, 1 / 90)
        gone, now, x, t = dice.betavariate(1.4, 2.5), 0.0, 0, 0
        mean, values = 4000 / dice.gammavariate(4, 1 / 3.0), []
        while True:
            now += dice.expovariate(rate)
            if now >= end:
                break
            x, t = x + 1, int(now)
            values.append(dice.gammavariate(6, mean / 6))
            if dice.random() < gone:
                break
        t = max(t, 1) if x else t
        rows.append((x, t, end, round(sum(values) / len(values)) if values else 0))
    return np.array(rows, dtype=float).T


def test_numbers_of_the_lifetimes_library():
    x, t, end, m = published()
    purchases = fit_purchases(x, t, end, np.ones(600))
    theirs = (0.9386395807780363, 84.40338902970385, 1.6094911662904123, 2.4419305539983305)
    assert purchases.parameters == pytest.approx(theirs, rel=1e-4)
    values = fit_values(x[x > 0], m[x > 0])
    theirs = (7.568738184974451, 3.6884428981086543, 1445.0793553738752)
    assert values.parameters == pytest.approx(theirs, rel=1e-4)
    alive = probability_alive(purchases.parameters, x, t, end)
    assert alive.sum() == pytest.approx(294.24924063031733, rel=1e-5)
    assert alive[:3] == pytest.approx([0.149917323, 0.066957850, 0.582498733], rel=1e-4)
    expected = alive * purchases_if_alive(purchases.parameters, x, end, 365.0)
    assert expected.sum() == pytest.approx(424.77695178417713, rel=1e-5)
    assert expected[:3] == pytest.approx([0.414099729, 0.219994293, 1.300274788], rel=1e-4)
    each = expected_value(values.parameters, x, m)
    assert each[:3] == pytest.approx([2189.474066, 6140.029706, 2300.081996], rel=1e-4)
    assert each.mean() == pytest.approx(4071.403990529493, rel=1e-5)


def test_clv_adds_up_as_in_the_lifetimes_library():
    """Theirs: 360 days in periods of 30, each discounted by 1 % from its end."""
    x, t, end, m = published()
    purchases, values = fit_purchases(x, t, end, np.ones(600)), fit_values(x[x > 0], m[x > 0])
    alive = probability_alive(purchases.parameters, x, t, end)
    steps = [purchases_if_alive(purchases.parameters, x, end, 30.0 * k) for k in range(13)]
    parts = alive * np.diff(np.array(steps), axis=0)
    discounted = (1.01 ** -np.arange(1.0, 13.0)) @ parts
    total = (discounted * expected_value(values.parameters, x, m)).sum()
    assert total == pytest.approx(1583650.1435426704, rel=1e-5)
