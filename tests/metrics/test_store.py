"""Store metrics against loops over dictionaries, on every engine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight

from actoolkit import metrics
from actoolkit.errors import InvalidArgument, MissingColumns
from actoolkit.metrics.definitions_store import STORE
from actoolkit.metrics.survival import kaplan_meier


def beside(name):
    path = Path(__file__).parent.parent / "oracles" / f"{name}.py"
    spec = spec_from_file_location(f"oracle_{name}", path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


store, shop = beside("store"), beside("shop")
DAYS, GRAINS, ORDERS, QUICK = shop.DAYS, shop.GRAINS, shop.ORDERS, shop.QUICK
none_or, order_rows, windows = shop.none_or, shop.order_rows, shop.windows

LINES = {
    "order_id": pl.String(),
    "name": pl.String(),
    "sku": pl.String(),
    "quantity": pl.Int64(),
    "price_cents": pl.Int64(),
}


@st.composite
def line_rows(draw):
    return [
        {
            "order_id": str(99 - draw(st.integers(0, 14))),
            "name": draw(none_or(st.sampled_from(["Tea", "Cup", "tea"]))),
            "sku": draw(none_or(st.sampled_from(["T", "C"]))),
            "quantity": draw(none_or(st.integers(0, 5))),
            "price_cents": draw(none_or(st.integers(0, 300))),
        }
        for _ in range(draw(st.integers(0, 15)))
    ]


@QUICK
@given(order_rows(), st.none() | GRAINS, windows())
def test_store_summary(engine, same, orders, grain, window):
    since, until = window
    found = metrics.store_summary(
        engine.make(orders, ORDERS), grain=grain, since=since, until=until
    )
    same(engine.read(found), store.summary(orders, grain, since, until))


@QUICK
@given(order_rows(), GRAINS, windows())
def test_new_vs_repeat(engine, same, oracles, orders, grain, window):
    since, until = window
    found = metrics.new_vs_repeat(
        engine.make(orders, ORDERS), grain=grain, since=since, until=until
    )
    same(engine.read(found), store.new_vs_repeat(orders, grain, since, until, oracles.wilson))


@QUICK
@given(order_rows(), GRAINS)
def test_new_and_repeat_and_unknown_add_up_to_the_revenue(orders, grain):
    frame = pl.DataFrame(orders, schema=ORDERS)
    parts = metrics.new_vs_repeat(frame, grain=grain)
    whole = metrics.revenue_by_period(frame, grain=grain)
    for kind in ("orders", "revenue_cents"):
        columns = [f"{part}_{kind}" for part in ("new", "repeat", "unknown")]
        assert parts.select(pl.sum_horizontal(columns)).to_series().to_list() == (
            whole[kind].to_list()
        )


@QUICK
@given(order_rows(), windows())
def test_repeat_purchase(engine, same, oracles, orders, window):
    since, until = window
    found = metrics.repeat_purchase(engine.make(orders, ORDERS), since=since, until=until)
    same(engine.read(found), store.repeat(orders, since, until, oracles.wilson))


@QUICK
@given(order_rows(), st.sets(st.integers(0, 60), max_size=3), none_or(DAYS))
def test_repeat_within_counts_only_those_observed_for_long_enough(
    engine, same, oracles, orders, numbers, until
):
    found = metrics.repeat_within(engine.make(orders, ORDERS), days=list(numbers), until=until)
    same(engine.read(found), store.within(orders, numbers, until, oracles.wilson))


@QUICK
@given(order_rows(), st.booleans(), windows())
def test_purchase_gaps(engine, same, orders, by_order, window):
    since, until = window
    found = metrics.purchase_gaps(
        engine.make(orders, ORDERS), by_order=by_order, since=since, until=until
    )
    same(engine.read(found), store.gaps(orders, by_order, since, until))


@QUICK
@given(order_rows(), none_or(DAYS))
def test_second_order_survival(engine, orders, until):
    found = engine.read(metrics.second_order_survival(engine.make(orders, ORDERS), until=until))
    wanted = store.survival(store.waits(orders, until))
    counts = ("days", "at_risk", "second_orders", "censored")
    assert [tuple(row[name] for name in counts) for row in found] == [row[:4] for row in wanted]
    for row, (*_, share) in zip(found, wanted, strict=True):
        assert row["waiting_share"] == pytest.approx(float(share), rel=1e-12, abs=1e-15)
        if share in (0, 1):
            assert row["waiting_share_low"] is row["waiting_share_high"] is None
        else:
            assert 0 <= row["waiting_share_low"] < share < row["waiting_share_high"] <= 1


def test_survival_is_that_of_statsmodels():
    random = np.random.default_rng(3)
    days, seen = random.geometric(0.02, 400), random.integers(1, 150, 400)
    times = pl.DataFrame({"days": np.minimum(days, seen), "happened": days <= seen})
    found = kaplan_meier(times).filter(pl.col("events") > 0)
    known = SurvfuncRight(times["days"].to_numpy(), times["happened"].to_numpy().astype(int))
    assert found["days"].to_list() == known.surv_times.tolist()
    assert found["at_risk"].to_list() == known.n_risk.tolist()
    assert np.allclose(found["waiting_share"], known.surv_prob, atol=1e-14)
    share, error = known.surv_prob, known.surv_prob_se
    wide = 1.959963984540054 * error / (share * np.abs(np.log(share)))
    for column, sign in (("waiting_share_low", 1), ("waiting_share_high", -1)):
        assert np.allclose(found[column], share ** np.exp(sign * wide), atol=1e-12)


def test_survival_is_the_published_one():
    """Remission of 21 leukaemia patients given 6-MP (Freireich 1963), with R's log-log intervals."""
    events = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    times = pl.DataFrame(
        {
            "days": [*events, *censored],
            "happened": [True] * len(events) + [False] * len(censored),
        }
    )
    found = kaplan_meier(times).filter(pl.col("events") > 0)
    assert found["days"].to_list() == [6, 7, 10, 13, 16, 22, 23]
    assert found["waiting_share"].round(3).to_list() == [
        0.857,
        0.807,
        0.753,
        0.690,
        0.627,
        0.538,
        0.448,
    ]
    assert found["waiting_share_low"].round(3).to_list()[:2] == [0.620, 0.563]
    assert found["waiting_share_high"].round(3).to_list()[:2] == [0.952, 0.923]


@QUICK
@given(line_rows(), order_rows(), st.sampled_from(["name", "sku"]), windows())
@pytest.mark.parametrize("top", [None, 2])
def test_top_products(engine, same, top, lines, orders, by, window):
    since, until = window
    found = metrics.top_products(
        engine.make(lines, LINES),
        engine.make(orders, ORDERS),
        by=by,
        top=top,
        since=since,
        until=until,
    )
    same(engine.read(found), store.products(lines, orders, by, top, since, until))


@QUICK
@given(order_rows(), windows())
def test_pareto_share(engine, same, orders, window):
    since, until = window
    found = metrics.pareto_share(
        engine.make(orders, ORDERS), shares=[0.1, 0.5, 1], since=since, until=until
    )
    shares = [Fraction(1, 10), Fraction(1, 2), Fraction(1)]
    same(engine.read(found), store.pareto(orders, shares, since, until))


SIGNS = st.lists(st.sampled_from([1, 1, -1]), min_size=99, max_size=99)


def signed(rows, signs, *names):
    """Rows some of whose amounts were given back."""
    changed = zip(rows, signs, strict=False)
    return [
        row | {name: sign * row[name] for name in names if row[name] is not None}
        for row, sign in changed
    ]


@given(order_rows(), line_rows(), SIGNS)
def test_what_was_given_back_makes_no_share_below_nothing_or_above_all(same, orders, lines, signs):
    returned = signed(orders, signs, "total_cents")
    discounted = signed(returned, signs[::-1], "discount_cents")
    lines = signed(lines, signs, "quantity")
    frame, products = pl.DataFrame(discounted, ORDERS), pl.DataFrame(lines, LINES)
    made = metrics.store_summary(frame)
    same(made.to_dicts(), store.summary(discounted, "month", None, None))
    made = metrics.pareto_share(frame, shares=[0.5, 1])
    halves = [Fraction(1, 2), Fraction(1)]
    same(made.to_dicts(), store.pareto(discounted, halves, None, None))
    made = metrics.top_products(products, frame)
    same(made.to_dicts(), store.products(lines, discounted, "name", 20, None, None))


def test_shares_of_a_shop_with_refunds():
    orders = bought(1, 2, 3, 4).with_columns(
        email=pl.Series(
            ["ann@example.com", "bob@example.com", "cy@example.com", "dee@example.com"]
        ),
        total_cents=pl.Series([900, 300, -400, 300]),
        discount_cents=pl.Series([0, -500, 0, 0]),
        product_count=1,
    )
    (summed,) = metrics.store_summary(orders).rows(named=True)
    assert (summed["revenue_cents"], summed["discount_share"]) == (1100, None)
    best = metrics.pareto_share(orders, shares=[0.25, 0.5, 1])
    assert best["revenue_share"].to_list() == [900 / 1100, None, 1.0]
    lines = pl.DataFrame(
        {
            "order_id": ["0", "1", "2"],
            "name": ["Tea", "Cup", "Refund"],
            "quantity": [1, 1, 1],
            "price_cents": [900, 300, -400],
        }
    )
    sold = metrics.top_products(lines, orders)
    assert sold["revenue_share"].to_list() == [None, 300 / 800, None]
    assert sold["cumulative_share"].to_list() == [None, None, 1.0]


def test_a_tenth_of_thirty_customers_is_three():
    orders = pl.DataFrame(
        {
            "email": [f"{n}@example.com" for n in range(30)],
            "state": ["completed"] * 30,
            "currency": ["EUR"] * 30,
            "total_cents": list(range(30)),
            "ordered_local": [datetime(2026, 5, 1)] * 30,
        }
    )
    assert metrics.pareto_share(orders, shares=[0.1])["top_customers"].to_list() == [3]


@QUICK
@given(order_rows(), GRAINS, windows())
def test_cart_abandonment(engine, same, oracles, orders, grain, window):
    since, until = window
    found = metrics.cart_abandonment(
        engine.make(orders, ORDERS), grain=grain, since=since, until=until
    )
    same(engine.read(found), store.abandonment(orders, grain, since, until, oracles.wilson))


@QUICK
@given(order_rows(), st.sets(st.integers(0, 40), max_size=3), windows())
def test_cart_recovery(engine, same, oracles, orders, numbers, window):
    since, until = window
    found = metrics.cart_recovery(
        engine.make(orders, ORDERS), days=list(numbers), since=since, until=until
    )
    same(engine.read(found), store.recovery(orders, numbers, since, until, oracles.wilson))


@QUICK
@given(order_rows(), order_rows(), DAYS)
def test_what_comes_after_the_last_day_changes_nothing(orders, later, until):
    after = [order for order in later if order["ordered_local"] is not None]
    for number, order in enumerate(after):
        beyond = datetime(2026, 8, 1) + timedelta(hours=number)
        order |= {"order_id": f"later {number}", "ordered_local": beyond, "abandoned_at": None}
        order |= {"ordered_at": beyond.replace(tzinfo=UTC)}
    for metric in (
        metrics.store_summary,
        metrics.repeat_purchase,
        metrics.repeat_within,
        metrics.purchase_gaps,
        metrics.second_order_survival,
        metrics.pareto_share,
        metrics.cohort_retention,
        metrics.cohort_revenue,
    ):
        before = metric(pl.DataFrame(orders, schema=ORDERS), until=until)
        grown = metric(pl.DataFrame([*after, *orders], schema=ORDERS), until=until)
        assert before.equals(grown), metric.__name__


def bought(*days, **columns):
    """Orders of one customer on these days of May, the latest first."""
    moments = [datetime(2026, 5, day, 12) for day in sorted(days, reverse=True)]
    return pl.DataFrame(
        {
            "order_id": [str(number) for number in range(len(days))],
            "email": ["ann@example.com"] * len(days),
            "state": ["completed"] * len(days),
            "currency": ["EUR"] * len(days),
            "total_cents": [10**number for number in range(len(days))],
            "ordered_local": moments,
            "ordered_at": [moment.replace(tzinfo=UTC) for moment in moments],
            **columns,
        }
    )


def test_the_last_of_the_days_counts():
    orders = bought(1, 8)
    counted = ("customers", "repeat_customers", "too_recent")
    for days, until, wanted in (
        (7, "2026-05-09", (1, 1, 0)),
        (6, "2026-05-09", (1, 0, 0)),
        (8, "2026-05-09", (0, 0, 1)),
        (8, "2026-05-10", (1, 1, 0)),
    ):
        found = metrics.repeat_within(orders, days=[days], until=until)
        assert found.select(counted).row(0) == wanted


def test_the_first_order_is_the_first_in_time():
    orders = bought(1, 8, 9)
    found = metrics.new_vs_repeat(orders)
    assert found.select("new_revenue_cents", "repeat_revenue_cents").row(0) == (100, 11)
    gaps = metrics.purchase_gaps(orders, by_order=True)
    assert gaps.select("order_number", "median_days").rows() == [(1, 7.0), (2, 1.0)]


def test_a_cart_comes_back_on_the_last_of_the_days():
    left = datetime(2026, 5, 1, 23, tzinfo=UTC)
    cart = bought(8, state=["recovered"], abandoned_at=[left])
    counted = ("abandoned_carts", "recovered_carts", "lost_cents", "too_recent")
    for days, until, wanted in (
        (7, "2026-05-09", (1, 1, 0, 0)),
        (6, "2026-05-09", (1, 0, 1, 0)),
        (7, "2026-05-08", (0, 0, 0, 1)),
        (6, "2026-05-08", (1, 0, 1, 0)),
    ):
        found = metrics.cart_recovery(cart, days=[days], until=until)
        assert found.select(counted).row(0) == wanted


def test_the_first_day_of_carts_is_among_them():
    left = datetime(2026, 5, 1, tzinfo=UTC)
    cart = bought(8, state=["recovered"], abandoned_at=[left])
    for since, carts in (("2026-05-01", 1), ("2026-05-02", 0)):
        found = metrics.cart_recovery(cart, days=[7], since=since, until="2026-05-09")
        assert found["abandoned_carts"].sum() == carts
        assert metrics.cart_abandonment(cart, since=since)["carts"].sum() == carts


def test_wrong_arguments_end_with_the_next_step():
    frame = pl.DataFrame(schema=ORDERS)
    lines = pl.DataFrame(schema=LINES)
    with pytest.raises(InvalidArgument, match="Use 0 or more"):
        metrics.repeat_within(frame, days=[-1])
    with pytest.raises(InvalidArgument, match="Use 0 or more"):
        metrics.cart_recovery(frame, days=[-1])
    with pytest.raises(InvalidArgument, match=r"Use 0\.2"):
        metrics.pareto_share(frame, shares=[20])
    with pytest.raises(InvalidArgument, match='Use "name"'):
        metrics.top_products(lines, frame, by="colour")
    with pytest.raises(InvalidArgument, match="None for all"):
        metrics.top_products(lines, frame, top=0)
    with pytest.raises(InvalidArgument, match="different kinds"):
        metrics.top_products(lines.lazy().collect().to_pandas(), frame)
    with pytest.raises(InvalidArgument, match="before they begin"):
        metrics.cart_recovery(frame, since="2026-02-01", until="2026-01-01")
    with pytest.raises(MissingColumns, match="discount_cents"):
        metrics.store_summary(frame.drop("discount_cents"))


def test_every_metric_is_explained_and_its_function_there():
    for definition in STORE:
        assert metrics.explain(definition.id) is definition
        assert definition.function in metrics.__all__
