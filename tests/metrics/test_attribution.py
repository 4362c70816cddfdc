"""Attribution against loops over dictionaries, on every engine; what must hold for every model."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actoolkit.errors import InvalidArgument, MissingColumns
from actoolkit.metrics import (
    all_touches,
    attributed_orders,
    attributed_revenue,
    attribution_coverage,
    attribution_sensitivity,
    touch_counts,
    touch_lags,
    touches_from_log,
)
from actoolkit.metrics.attribution_models import MODELS

PATH = Path(__file__).parent.parent / "oracles" / "attribution.py"
SPEC = spec_from_file_location("oracle_attribution", PATH)
oracle = module_from_spec(SPEC)
SPEC.loader.exec_module(oracle)

MOMENT = pl.Datetime("us", "UTC")
START = datetime(2026, 3, 6, tzinfo=UTC)
"""Two days before clocks change in America, at the end of a stretch of some windows."""
TOUCHES = {
    "contact_id": pl.String(),
    "touched_at": MOMENT,
    "kind": pl.String(),
    "campaign_id": pl.String(),
    "automation_id": pl.String(),
    "sent_at": MOMENT,
    "link": pl.String(),
    "is_bot": pl.Boolean(),
}
ORDERS = {
    "order_id": pl.String(),
    "email": pl.String(),
    "state": pl.String(),
    "currency": pl.String(),
    "ordered_at": MOMENT,
    "ordered_local": pl.Datetime("us"),
    "total_cents": pl.Int64(),
    "shipping_cents": pl.Int64(),
    "tax_cents": pl.Int64(),
}
CONTACTS = {"contact_id": pl.String(), "email": pl.String()}
PEOPLE = [
    {"contact_id": "7", "email": "Ann@example.com "},
    {"contact_id": "9", "email": "bob@example.com"},
    {"contact_id": "12", "email": None},
    {"contact_id": "30", "email": " ann@EXAMPLE.com"},
]
QUICK = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
# Few different moments, so that touches tie with each other and with orders; one day apart exactly,
# so that touches stand on the edge of a window.
moments = st.one_of(
    st.sampled_from([0, 1, 2, 24, 48, 168, 24 * 30]).map(lambda h: START + timedelta(hours=h)),
    st.integers(0, 24 * 40).map(lambda h: START + timedelta(hours=h)),
)


def none_or(strategy):
    return st.one_of(strategy, strategy, strategy, st.none())


@st.composite
def touch_rows(draw):
    return [
        {
            "contact_id": draw(none_or(st.sampled_from(["7", "9", "30", "404"]))),
            "touched_at": draw(none_or(moments)),
            "kind": draw(st.sampled_from(oracle.ORDER)),
            "campaign_id": draw(none_or(st.sampled_from(["1", "2", "10"]))),
            "automation_id": draw(st.sampled_from([None, "5"])),
            "sent_at": draw(none_or(moments)),
            "link": None,
            "is_bot": draw(st.sampled_from([None, None, False, True])),
        }
        for _ in range(draw(st.integers(0, 14)))
    ]


@st.composite
def order_rows(draw):
    made = []
    for number in range(draw(st.integers(0, 8))):
        at = draw(none_or(moments))
        made.append(
            {
                "order_id": str(number),
                "email": draw(
                    none_or(st.sampled_from(["ANN@example.com", "bob@example.com ", "x@y.zz", ""]))
                ),
                "state": draw(st.sampled_from(["completed", "recovered", "abandoned", None])),
                "currency": draw(none_or(st.sampled_from(["EUR", "USD", ""]))),
                "ordered_at": at,
                "ordered_local": at.replace(tzinfo=None) if at else None,
                "total_cents": draw(none_or(st.sampled_from([0, 1, 2, 99, 1000, 123_457, -501]))),
                "shipping_cents": draw(none_or(st.sampled_from([0, 490]))),
                "tax_cents": draw(none_or(st.sampled_from([0, 19]))),
            }
        )
    return made


arguments = st.fixed_dictionaries(
    {
        "model": st.sampled_from(MODELS),
        "window_days": st.sampled_from([1, 2, 7, 30, None]),
        "kinds": st.sampled_from([None, ("click",), ("open", "listed", "click")]),
        "value": st.sampled_from([None, "total", "net"]),
        "half_life_days": st.sampled_from([0.5, 7.0]),
        "include_bots": st.booleans(),
    }
)


def expected(orders, touches, a):
    return oracle.given(
        orders,
        PEOPLE,
        touches,
        a["model"],
        a["window_days"],
        a["kinds"],
        a["value"],
        a["half_life_days"],
        a["include_bots"],
    )


@QUICK
@given(order_rows(), touch_rows(), arguments)
def test_credits_of_single_orders(engine, same, orders, touches, arguments):
    found = attributed_orders(
        engine.make(orders, ORDERS),
        engine.make(touches, TOUCHES),
        engine.make(PEOPLE, CONTACTS),
        **arguments,
    )

    def place(row):
        texts = [row["campaign_id"] or "", row["automation_id"] or "", float(row["weight"])]
        return (row["order_id"], row["touched_at"], row["kind"], *texts, row["credited_cents"])

    wanted = sorted(expected(orders, touches, arguments), key=place)
    same(sorted(engine.read(found), key=place), wanted)


@QUICK
@given(
    order_rows(),
    touch_rows(),
    arguments,
    st.sampled_from([[], ["campaign_id"], ["automation_id", "kind"]]),
)
def test_sums_by_group(engine, same, orders, touches, arguments, by):
    found = attributed_revenue(
        engine.make(orders, ORDERS),
        engine.make(touches, TOUCHES),
        engine.make(PEOPLE, CONTACTS),
        by=by or None,
        **arguments,
    )
    kind = arguments["value"] or ("net" if arguments["model"] == "vendor" else "total")
    wanted = oracle.sums(orders, expected(orders, touches, arguments), by, kind)
    same(engine.read(found), wanted)


@settings(max_examples=60, deadline=None)
@given(order_rows(), touch_rows(), arguments, st.randoms(use_true_random=False))
def test_every_cent_is_there_and_the_order_of_rows_does_not_matter(orders, touches, a, dice):
    def call(orders, touches, **more):
        return attributed_revenue(
            pl.DataFrame(orders, schema=ORDERS),
            pl.DataFrame(touches, schema=TOUCHES),
            pl.DataFrame(PEOPLE, schema=CONTACTS),
            **{**a, **more},
        )

    found = call(orders, touches)
    kind = a["value"] or ("net" if a["model"] == "vendor" else "total")
    revenue = {}
    for order in orders:
        if order["state"] in ("completed", "recovered") and order["ordered_at"]:
            before = revenue.get(order["currency"], 0)
            revenue[order["currency"]] = before + oracle.value(order, kind)
    for currency, cents in revenue.items():
        mine = found.filter(pl.col("currency").eq_missing(pl.lit(currency, pl.String)))
        assert mine["credited_cents"].sum() == cents
        assert mine.filter(~pl.col("is_attributed")).height == 1
    shuffled = [dice.sample(rows, len(rows)) for rows in (orders, touches)]
    again = call(*shuffled)
    assert again.drop("credited_orders").equals(found.drop("credited_orders"))
    late = [t for t in touches if t["touched_at"] and t["touched_at"] < START + timedelta(days=41)]
    after = [{**t, "touched_at": START + timedelta(days=90), "sent_at": None} for t in touches]
    with_later = call(orders, touches + after)
    assert with_later.drop("credited_orders").equals(found.drop("credited_orders"))
    assert len(late) <= len(touches)


def simple(*moments_and_campaigns, cents=1000):
    touches = pl.DataFrame(
        {
            "contact_id": ["7"] * len(moments_and_campaigns),
            "touched_at": [START + timedelta(days=day) for day, _ in moments_and_campaigns],
            "campaign_id": [campaign for _, campaign in moments_and_campaigns],
        },
        schema_overrides={"touched_at": MOMENT, "contact_id": pl.String, "campaign_id": pl.String},
    )
    orders = pl.DataFrame(
        {
            "order_id": ["1"],
            "contact_id": ["7"],
            "state": ["completed"],
            "currency": ["EUR"],
            "ordered_at": [START + timedelta(days=20)],
            "total_cents": [cents],
            "shipping_cents": [0],
            "tax_cents": [0],
        },
        schema_overrides={"ordered_at": MOMENT},
    )
    return orders, touches_from_log(touches, kind="click")


@pytest.mark.parametrize(
    ("model", "wanted"),
    [
        ("last", [0, 0, 0, 1000]),
        ("first", [1000, 0, 0, 0]),
        ("linear", [250, 250, 250, 250]),
        ("position", [400, 100, 100, 400]),
        ("time_decay", [142, 143, 143, 572]),
    ],
)
def test_the_textbook_weights(model, wanted):
    orders, touches = simple((5, "1"), (5, "2"), (5, "3"), (19, "4"))
    found = attributed_revenue(orders, touches, model=model, window_days=None)
    given = dict(found.filter("is_attributed").select("campaign_id", "credited_cents").rows())
    assert [given.get(str(n), 0) for n in range(1, 5)] == wanted


@pytest.mark.parametrize("model", MODELS)
def test_one_touch_gets_all_in_every_model(model):
    orders, touches = simple((19, "4"))
    found = attributed_revenue(orders, touches, model=model)
    assert found.select("campaign_id", "orders", "credited_cents").rows() == [
        (None, 0, 0),
        ("4", 1, 1000),
    ]


def test_a_cent_divided_by_three_is_one_cent():
    orders, touches = simple((17, "1"), (18, "2"), (19, "3"), cents=1)
    found = attributed_revenue(orders, touches, model="linear")
    assert found["credited_cents"].to_list() == [0, 0, 0, 1]


def test_a_bought_out_shop_still_adds_up():
    """Amounts as large as a float's whole numbers allow, hundreds of touches each."""
    dice = random.Random(3)
    touches = [(dice.randrange(0, 20), str(dice.randrange(40))) for _ in range(700)]
    for model in MODELS:
        orders, log = simple(*touches, cents=987_654_321_987)
        found = attributed_revenue(orders, log, model=model, window_days=None)
        assert found["credited_cents"].sum() == 987_654_321_987
        assert found["credited_cents"].min() >= 0


def test_parts_of_touches_go_under_each_other():
    _, clicks = simple((1, "1"))
    _, later = simple((0, "2"))
    assert all_touches(clicks, later)["campaign_id"].to_list() == ["2", "1"]
    with pytest.raises(InvalidArgument, match="no touches"):
        all_touches()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"model": "magic"}, "time_decay"),
        ({"window_days": 0}, "window"),
        ({"window_days": 1.5}, "window"),
        ({"kinds": "clicks"}, "one_to_one"),
        ({"kinds": []}, "one_to_one"),
        ({"kinds": "listed", "model": "vendor"}, "click, open"),
        ({"value": "gross"}, "net"),
        ({"half_life_days": 0}, "half-life"),
        ({"by": "list_id"}, "automation_id"),
        ({"by": "orders"}, "group"),
    ],
)
def test_what_cannot_be_says_what_can(arguments, says):
    orders, touches = simple((19, "4"))
    with pytest.raises(InvalidArgument, match=says):
        attributed_revenue(orders, touches, **arguments)


def test_a_frame_without_a_column_says_which():
    orders, touches = simple((19, "4"))
    with pytest.raises(MissingColumns, match="kind"):
        attributed_revenue(orders, touches.drop("kind"))
    with pytest.raises(MissingColumns, match="contact_id"):
        attributed_revenue(orders.drop("contact_id"), touches)
    numbered = orders.with_columns(pl.col("contact_id").cast(pl.Int64))
    assert attributed_revenue(numbered, touches).equals(attributed_revenue(orders, touches))
    with pytest.raises(InvalidArgument, match="different kinds"):
        attributed_revenue(orders.lazy(), touches.to_pandas(use_pyarrow_extension_array=False))


def test_an_order_that_is_there_twice_is_refused(engine):
    """Those of two accounts in one frame would be credited to each other's mails."""
    bought = [
        dict.fromkeys(ORDERS)
        | {"order_id": "5", "email": email, "state": "completed", "ordered_at": START}
        for email in ("ann@example.com", "bob@example.com")
    ]
    given = (engine.make([], TOUCHES), engine.make(PEOPLE, CONTACTS))
    once = engine.make([bought[0], bought[1] | {"order_id": "6"}], ORDERS)
    attributed_revenue(once, *given)
    unpaid = engine.make([bought[0], bought[1] | {"state": "abandoned"}], ORDERS)
    attributed_revenue(unpaid, *given)
    twice = engine.make(bought, ORDERS)
    if not isinstance(twice, pl.LazyFrame | duckdb.DuckDBPyRelation):
        with pytest.raises(InvalidArgument, match="there 2 times: order_id 5"):
            attributed_revenue(twice, *given)
        with pytest.raises(InvalidArgument, match="for each account"):
            touch_counts(twice, *given)
    else:  # lazy: to look would be to compute
        attributed_revenue(twice, *given)


def test_touches_of_another_kind_are_refused_everywhere():
    orders, touches = simple((19, "4"))
    pandas = touches.to_pandas(use_pyarrow_extension_array=False)
    for metric in (attribution_coverage, touch_counts, touch_lags, attribution_sensitivity):
        with pytest.raises(InvalidArgument, match="different kinds"):
            metric(orders, pandas)


def test_windows_and_models_that_are_named_twice_are_there_once():
    orders, touches = simple((19, "4"))
    found = attribution_sensitivity(orders, touches, models=["last", "last"], windows=[7, 7])
    assert found.height == 1


@pytest.mark.parametrize("metric", [attributed_revenue, attribution_sensitivity, touch_counts])
def test_a_currency_of_no_letters_is_not_one_unknown(engine, metric):
    shared = {
        "state": "completed",
        "ordered_at": START,
        "ordered_local": START.replace(tzinfo=None),
    }
    rows = [
        {"order_id": repr(currency), "email": None, "currency": currency, **shared, **money}
        for currency, money in ((None, {"total_cents": 300}), ("", {"total_cents": 100}))
    ]
    rows = [dict.fromkeys(ORDERS) | row for row in rows]
    found = metric(
        engine.make(rows, ORDERS), engine.make([], TOUCHES), engine.make(PEOPLE, CONTACTS)
    )
    share = {"revenue_share": 1.0} if metric is attributed_revenue else {"order_share": 1.0}
    share = {"revenue_share": 0.0} if metric is attribution_sensitivity else share
    found = engine.read(found)
    assert {row["currency"] for row in found} == {None, ""}
    assert all(row | share == row for row in found)
    if metric is attribution_sensitivity:
        assert {row["orders"] for row in found} == {0}
