"""The two sides of each bound, named: what random rows meet too seldom to tell apart."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from actoolkit.errors import InvalidArgument
from actoolkit.metrics import (
    attributed_revenue,
    compare_campaigns,
    contact_funnel,
    flag_bots,
    joined_orders,
    list_touches,
    reconcile_attribution,
    rfm_segments,
    touches_from_log,
)
from actoolkit.metrics.attribution_models import MODELS
from actoolkit.metrics.counters import ADDED, VERIFIED

MOMENT = pl.Datetime("us", "UTC")
BOUGHT = datetime(2026, 3, 20, 12, tzinfo=UTC)
WEEK, TICK = timedelta(days=7), timedelta(microseconds=1)
FIVE = timedelta(seconds=5)
ORDERS = {
    **dict.fromkeys(("order_id", "contact_id", "state", "currency"), pl.String()),
    "ordered_at": MOMENT,
    **dict.fromkeys(("total_cents", "shipping_cents", "tax_cents"), pl.Int64()),
}
LOG = {
    **dict.fromkeys(("contact_id", "campaign_id"), pl.String()),
    **dict.fromkeys(("touched_at", "sent_at"), MOMENT),
}


def credited(engine, model, *touches):
    """Cents of an order of 1000, by campaign, of (touched before, sent before) an order."""
    order = ["5", "7", "completed", "EUR", BOUGHT, 1000, 0, 0]
    log = [
        ["7", str(number), BOUGHT - touched, None if sent is None else BOUGHT - sent]
        for number, (touched, sent) in enumerate(touches)
    ]
    made = attributed_revenue(
        engine.make([dict(zip(ORDERS, order, strict=True))], ORDERS),
        touches_from_log(
            engine.make([dict(zip(LOG, row, strict=True)) for row in log], LOG), kind="click"
        ),
        model=model,
        window_days=7,
    )
    rows = engine.read(made)
    return {row["campaign_id"]: row["credited_cents"] for row in rows if row["credited_cents"]}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("before", "counts"),
    [(WEEK, False), (WEEK - TICK, True), (TICK * 0, True), (-TICK, False)],
    ids=["a week", "a tick less", "at once", "a tick after"],
)
def test_a_touch_counts_from_just_after_the_window_began_to_the_order(
    engine, model, before, counts
):
    wanted = {"0": 1000} if counts else {None: 1000}
    assert credited(engine, model, (before, None)) == wanted


@pytest.mark.parametrize(
    ("touched", "sent", "counts"),
    [
        (WEEK / 7, WEEK, False),
        (WEEK / 7, WEEK - TICK, True),
        (-TICK, WEEK / 7, False),
        (TICK * 0, WEEK / 7, True),
        (WEEK, None, False),
        (WEEK - TICK, None, True),
    ],
)
def test_the_vendor_counts_from_the_sending_and_never_a_touch_after_the_order(
    engine, touched, sent, counts
):
    wanted = {"0": 1000} if counts else {None: 1000}
    assert credited(engine, "vendor", (touched, sent)) == wanted


@pytest.mark.parametrize("by", [None, "list"])
@pytest.mark.parametrize(
    ("later", "counts"),
    [(WEEK, 0), (WEEK - TICK, 1), (TICK, 1), (TICK * 0, 1), (-TICK, 0)],
    ids=["a week", "a tick less", "a tick", "at once", "a tick before"],
)
def test_a_step_counts_within_the_window_and_not_at_its_end(engine, later, counts, by):
    schema = {**dict.fromkeys(("contact_id", "event", "list"), pl.String()), "happened_at": MOMENT}
    rows = [
        {"contact_id": "7", "event": "a", "list": "x", "happened_at": BOUGHT},
        {"contact_id": "7", "event": "b", "list": "x", "happened_at": BOUGHT + later},
    ]
    made = contact_funnel(engine.make(rows, schema), ["a", "b"], window_days=7, by=by)
    assert [row["contacts"] for row in engine.read(made)] == [1, counts]


@pytest.mark.parametrize(
    ("dtype", "values", "texts"),
    [
        (pl.Boolean(), [True, False, None], {"true", "false", None}),
        (pl.Int64(), [1, -20, None], {"1", "-20", None}),
        (pl.Float64(), [1.5, 2.0, None], {"1.5", "2", None}),
        (pl.Float64(), [math.inf, 0.0, None], {"inf", "0", None}),
        (pl.String(), ["True", "", None], {"True", "", None}),
    ],
    ids=["flags", "whole", "parts", "endless", "texts"],
)
def test_groups_of_a_funnel_are_written_alike(engine, dtype, values, texts):
    schema = {**dict.fromkeys(("contact_id", "event"), pl.String()), "happened_at": MOMENT}
    schema["part"] = dtype
    rows = [
        {"contact_id": str(n), "event": "a", "happened_at": BOUGHT, "part": value}
        for n, value in enumerate(values)
    ]
    made = engine.read(contact_funnel(engine.make(rows, schema), ["a"], by="part"))
    assert {row["part"] for row in made} == texts
    assert [row["contacts"] for row in made] == [1, 1, 1]


def test_a_funnel_is_not_grouped_by_moments(engine):
    schema = {**dict.fromkeys(("contact_id", "event"), pl.String()), "happened_at": MOMENT}
    schema["part"] = MOMENT
    rows = [{"contact_id": "7", "event": "a", "happened_at": BOUGHT, "part": BOUGHT}]
    with pytest.raises(InvalidArgument, match="moments in part"):
        contact_funnel(engine.make(rows, schema), ["a"], by="part")


def test_a_shop_that_gave_back_more_than_it_took_has_no_shares_of_revenue():
    scores = pl.DataFrame(
        {
            "currency": ["EUR", "EUR", "USD"],
            "segment": ["new", "lost", "lost"],
            "recency_days": [1, 2, 3],
            "revenue_cents": [100, -300, 50],
        }
    )
    made = rfm_segments(scores)
    assert made.select("currency", "segment", "revenue_share").rows() == [
        ("EUR", "new", None),
        ("EUR", "lost", None),
        ("USD", "lost", 1.0),
    ]


def test_a_segment_that_gave_back_has_no_share_and_no_other_more_than_all():
    scores = pl.DataFrame(
        {
            "currency": ["EUR"] * 3,
            "segment": ["new", "loyal", "lost"],
            "recency_days": [1, 2, 3],
            "revenue_cents": [400, 100, -200],
        }
    )
    assert rfm_segments(scores).select("segment", "revenue_share").rows() == [
        ("new", None),
        ("loyal", 1 / 3),
        ("lost", None),
    ]


def clicked(*clickers):
    """Campaigns of 100 mails each."""
    others = [name for name in (*ADDED, VERIFIED) if name not in ("sends", "clickers")]
    ids = [str(number) for number in range(1, len(clickers) + 1)]
    made = pl.DataFrame({"campaign_id": ids, "name": ids, "clickers": clickers})
    return made.with_columns(pl.lit(100).alias("sends"), *(pl.lit(0).alias(n) for n in others))


def test_a_rate_near_one_is_held_against_one_and_no_further():
    made = compare_campaigns(clicked(90, 95), baseline="1", relevant=0.2)
    # power.prop.test(p1 = 0.9, p2 = 1, power = 0.8) of R: n = 73.37.
    assert made.select("needed", "verdict").rows() == [(74, "not shown")]


def test_a_larger_chance_is_never_corrected_below_a_smaller_one():
    made = compare_campaigns(clicked(10, 22, 22, 13), baseline="1")
    chances = made["p_value"].to_list()
    assert made["p_holm"].to_list() == pytest.approx([3 * chances[0]] * 2 + chances[2:])
    # Once by itself, twice with its like: 3 p, then 2 p, which the first holds up.
    assert chances[0] == chances[1] < chances[2]


def test_a_customer_that_is_a_roll_up_anywhere_is_one(engine):
    ids = {**dict.fromkeys(("order_id", "email", "customer_id", "state", "currency"), pl.String())}
    orders = {**ids, "ordered_at": MOMENT, "total_cents": pl.Int64()}
    contacts = dict.fromkeys(("contact_id", "email"), pl.String())
    customers = {"customer_id": pl.String(), "is_rollup": pl.Boolean()}
    row = ["5", "a@x.org", "1", "completed", "EUR", BOUGHT, 100]
    flags = [{"customer_id": "1", "is_rollup": flag} for flag in (False, True, None)]
    made = joined_orders(
        engine.make([dict(zip(orders, row, strict=True))], orders),
        engine.make([{"contact_id": "7", "email": "a@x.org"}], contacts),
        touches_from_log(engine.make([], LOG), kind="click"),
        customers=engine.make(flags, customers),
    )
    found = [(row["customer_match"], row["customer_id"]) for row in engine.read(made)]
    assert found == [("roll-up customer", None)]


@pytest.mark.parametrize(
    ("after", "marked"),
    [(-TICK, False), (TICK * 0, True), (FIVE - TICK, True), (FIVE, False)],
    ids=["before", "at once", "a tick less", "five seconds"],
)
def test_a_click_is_a_machines_for_five_seconds_from_the_sending(engine, after, marked):
    log = [{"contact_id": "7", "campaign_id": "1", "touched_at": BOUGHT + after, "sent_at": BOUGHT}]
    made = flag_bots(touches_from_log(engine.make(log, LOG), kind="click"))
    assert [row["is_bot"] for row in engine.read(made)] == [marked]


@pytest.mark.parametrize(("links", "marked"), [(3, False), (4, True)])
def test_four_links_in_one_minute_are_a_machines(engine, links, marked):
    log = [
        {"contact_id": "7", "campaign_id": "1", "touched_at": BOUGHT, "link": str(number)}
        for number in range(links)
    ]
    schema = {**{name: LOG[name] for name in list(LOG)[:3]}, "link": pl.String()}
    made = flag_bots(touches_from_log(engine.make(log, schema), kind="click"))
    assert [row["is_bot"] for row in engine.read(made)] == [marked] * links


def test_a_screen_that_shows_less_than_nothing_has_a_ratio_all_the_same():
    credited_to = pl.DataFrame(
        {"currency": "EUR", "campaign_id": "1", "is_attributed": True, "credited_cents": 300}
    )
    screen = pl.DataFrame({"campaign_id": ["1"], "reported_cents": [-400]})
    made = reconcile_attribution(credited_to, screen)
    assert made.select("difference_cents", "ratio").rows() == [(700, -0.75)] * 2


@pytest.mark.parametrize(("left", "counts"), [(TICK, 1), (TICK * 0, 0), (-TICK, 0)])
def test_who_leaves_a_list_as_a_mail_goes_out_does_not_get_it(left, counts):
    mails = {"campaign_id": "1", "automation_id": None, "sent_at": BOUGHT, "sends": 1}
    member = {"contact_id": "7", "list_id": "2", "status": "unsubscribed"}
    member |= {"subscribed_at": BOUGHT - WEEK, "unsubscribed_at": BOUGHT + left}
    links = pl.DataFrame({"campaign_id": "1", "list_id": "2"})
    campaigns = pl.DataFrame(mails, schema_overrides={"automation_id": pl.String()})
    assert list_touches(campaigns, links, pl.DataFrame(member)).height == counts
