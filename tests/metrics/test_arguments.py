"""Whatever is asked for by mistake ends in an error of ours that says what to do next."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import polars as pl
import pytest

from actoolkit import metrics
from actoolkit.errors import ActoolkitError, MetricError
from actoolkit.metrics.counters import ADDED, VERIFIED

AT = datetime(2026, 5, 1, tzinfo=UTC)
CAMPAIGNS = (
    pl.DataFrame(
        {"campaign_id": ["1", "2"], "name": ["A", "B"], "type": ["single"] * 2, "sent_at": [AT] * 2}
    )
    .with_columns(pl.lit(9).alias(name) for name in (*ADDED, VERIFIED))
    .with_columns(sent_local=pl.col("sent_at").dt.replace_time_zone(None), sends=pl.lit(100))
)
ORDERS = pl.DataFrame(
    {
        "email": ["ann@x.org", "bob@x.org"] * 2,
        "state": ["completed"] * 4,
        "currency": ["EUR"] * 4,
        "total_cents": [100] * 4,
        "ordered_at": [AT, AT, AT.replace(day=9), AT.replace(day=9)],
    }
).with_columns(ordered_local=pl.col("ordered_at").dt.replace_time_zone(None))
CONTACTS = pl.DataFrame({"contact_id": ["7"], "email": ["ann@x.org"], "created_at": [AT]})
SCORES = pl.DataFrame(
    {
        "observed_at": [AT],
        "score_value_id": ["1"],
        "score_id": ["2"],
        "contact_id": ["7"],
        "score_value": [5.0],
    }
)
ENTRIES = pl.DataFrame(
    {
        "contact_id": ["7"],
        "automation_id": ["2"],
        "added_at": [AT],
        "removed_at": [None],
        "completed": [False],
    },
    schema_overrides={"removed_at": pl.Datetime("us", "UTC")},
)
EVENTS = metrics.contact_events(contacts=CONTACTS, orders=ORDERS)
HEALTH = pl.DataFrame({"deleted": [False], "hard_bounces": [1], "soft_bounces": [0]})

TOUCHES = metrics.touches_from_log(
    pl.DataFrame({"contact_id": ["7"], "touched_at": [AT]}), kind="click"
)
BOUGHT = ORDERS.with_columns(order_id=pl.Series(["1", "2", "3", "4"]), abandoned_at="ordered_at")
LINES = pl.DataFrame({"order_id": ["1"], "name": ["Tea"], "quantity": [1], "price_cents": [5]})
PEOPLE = HEALTH.with_columns(
    email_domain=pl.lit("x.org"), last_open_local=pl.lit(datetime(2026, 5, 1))
).with_columns(last_click_local="last_open_local")
MEMBERS = pl.DataFrame(
    {"list_id": ["1"], "status": ["subscribed"], "subscribed_at": [AT], "unsubscribed_at": [AT]}
)

CALLS = {
    "recovery": lambda **k: metrics.cart_recovery(BOUGHT, **k),
    "repeats": lambda **k: metrics.repeat_within(ORDERS, **k),
    "tiers": lambda **k: metrics.recency_tiers(PEOPLE, **{"until": "2026-06-01", **k}),
    "domains": lambda **k: metrics.domain_mix(PEOPLE, **k),
    "heat": lambda **k: metrics.engagement_heatmap(
        CAMPAIGNS.with_columns(automation_id=pl.lit(None, pl.String)), **k
    ),
    "rfm": lambda **k: metrics.rfm(ORDERS, **k),
    "segment": lambda **k: metrics.Segment(
        **{"name": "x", "recency": (4, 5), "value": (4, 5), **k}
    ),
    "products": lambda **k: metrics.top_products(LINES, BOUGHT, **k),
    "pareto": lambda **k: metrics.pareto_share(ORDERS, **k),
    "growth": lambda **k: metrics.list_growth(MEMBERS, **k),
    "rates": lambda **k: metrics.campaign_rates(CAMPAIGNS.with_columns(clipped=1), **k),
    "mails": lambda **k: metrics.campaign_funnel(
        CAMPAIGNS.with_columns(delivered=1, exposed_campaigns=1),
        CAMPAIGNS.select("campaign_id", exposed_buyers="clickers"),
        **k,
    ),
    "events": lambda **k: metrics.contact_funnel(
        EVENTS.with_columns(start=1, place=1, first=1, before=1, reached_0=1, is_next=1),
        ["joined"],
        **k,
    ),
    "interval": metrics.wilson,
    "credit": lambda **k: metrics.attributed_revenue(BOUGHT, TOUCHES, CONTACTS, **k),
    "sensitivity": lambda **k: metrics.attribution_sensitivity(BOUGHT, TOUCHES, CONTACTS, **k),
    "compare": lambda **k: metrics.compare_campaigns(CAMPAIGNS, **{"baseline": "1", **k}),
    "shrunk": lambda **k: metrics.shrunk_rates(CAMPAIGNS, **k),
    "anomalies": lambda **k: metrics.campaign_anomalies(CAMPAIGNS, **k),
    "funnel": lambda **k: metrics.contact_funnel(EVENTS, **{"steps": ["joined"], **k}),
    "automations": lambda **k: metrics.automation_funnel(ENTRIES, **{"until": AT, **k}),
    "fatigue": lambda **k: metrics.fatigue(None, None, **k),
    "health": lambda **k: metrics.bounce_health(HEALTH, **k),
    "revenue": lambda **k: metrics.revenue_change(
        ORDERS, **{"since": "2026-05-01", "until": "2026-05-20", **k}
    ),
    "scores": lambda **k: metrics.score_distribution(SCORES, **k),
    "outcomes": lambda **k: metrics.score_outcomes(SCORES, CONTACTS, ORDERS, **{"as_of": AT, **k}),
    "quality": lambda **k: metrics.score_quality(SCORES, CONTACTS, ORDERS, **{"as_of": AT, **k}),
    "clv": lambda **k: metrics.clv(ORDERS, **k),
    "holdout": lambda **k: metrics.clv_holdout(ORDERS, **{"holdout_days": 9, **k}),
    "customers": lambda **k: metrics.customer_purchases(ORDERS, **k),
}
SENSELESS = [None, "a", -1, 0, math.nan, math.inf, 10**30, True]
WHOLE = {
    "days": ["anomalies"],
    "window_days": ["funnel"],
    "horizon_days": ["outcomes", "quality", "clv"],
    "bins": ["scores"],
    "holdout_days": ["holdout"],
}
MISTAKES = [
    *(
        (name, {"days": bad})
        for name in ("recovery", "repeats", "tiers")
        for bad in (None, 30, "30", ["30"], [None], [1.5], [-1], [True], [10**12])
    ),
    *(("domains", {"top": bad}) for bad in [*SENSELESS[:-2], 1.5]),
    *(("heat", {"small_below": bad}) for bad in (None, "a", -1, math.nan, True)),
    *(("rfm", {"segments": bad}) for bad in (None, "a", 5, ["champions"])),
    *(
        ("segment", {name: bad})
        for name in ("recency", "value")
        for bad in (4, None, "45", (4,), (4, 5, 6), (5, 4), ("4", "5"), (math.nan, 5))
    ),
    *(("products", {"top": bad}) for bad in [*SENSELESS[1:-2], 2.5, "5", True]),
    *(("pareto", {"shares": bad}) for bad in (None, "0.2", [None], ["0.2"], [True], math.nan, 20)),
    *(("growth", {"grain": bad}) for bad in (None, 5, ["month"])),
    *(("growth", {"time_zone": bad}) for bad in (None, 5, "Mars")),
    *(("rates", {"by": bad}) for bad in ("clipped", "sends")),
    *(("mails", {"by": bad}) for bad in ("sends", "delivered", "clickers", "exposed_campaigns")),
    *(
        ("events", {"by": bad})
        for bad in ("happened_at", "start", "place", "first", "before", "reached_0", "is_next")
    ),
    *(("interval", {"k": k, "n": n}) for k, n in (("a", 5), ([1, 2], [3, 4, 5]), (5, {}))),
    *(("credit", {"kinds": bad}) for bad in (5, 1.5, [["click"]], [])),
    *(("credit", {"half_life_days": bad}) for bad in (None, "7", 0, math.nan)),
    *(("credit", {"model": bad}) for bad in (None, ["last"], 5)),
    *(("sensitivity", {"windows": bad}) for bad in (None, 7, "7", [], [1.5])),
    *(("sensitivity", {"models": bad}) for bad in (None, 5, [])),
    *(
        (name, {option: bad})
        for option, names in WHOLE.items()
        for name in names
        for bad in [*SENSELESS, 1.5]
        if (option, bad) != ("window_days", None)
    ),
    *(
        (name, {"confidence": bad})
        for name in ("compare", "shrunk", "funnel", "automations", "health", "quality", "outcomes")
        for bad in [*SENSELESS, 1, 95, "0.95"]
    ),
    *((name, {"by": bad}) for name in ("shrunk", "anomalies", "funnel") for bad in (5, "no", [5])),
    *((name, {"rate": bad}) for name in ("compare", "shrunk", "anomalies") for bad in (None, [])),
    *(("compare", {"others": bad}) for bad in (5, [], ["9"], [2])),
    *(("compare", {"relevant": bad}) for bad in SENSELESS[:-1] if bad != 10**30),
    *(("compare", {"split": bad}) for bad in (5, [1], ["a", "b"], [math.inf, 1], [math.nan, 1])),
    *(("funnel", {"steps": bad}) for bad in (None, [None], [1], 5)),
    *(("automations", {"mature_days": bad}) for bad in (None, "a", -1, math.nan, 10**10)),
    *(("fatigue", {"mails": bad}) for bad in (5, None, ["a"], [1.5, 2.5])),
    *(("revenue", {"since": bad}) for bad in (5, "x", AT, "0001-01-02")),
    *(("clv", {"discount_per_year": bad}) for bad in (None, "a", -1, math.nan, math.inf)),
    *(("clv", {"min_repeat_buyers": bad}) for bad in (None, "a", math.nan)),
    *(("holdout", {"most": bad}) for bad in (None, "a", -1, 1.5)),
    *(("customers", {"until": bad}) for bad in (5, "x", AT)),
    *(("outcomes", {"as_of": bad}) for bad in ("2026-05-01", date(2026, 5, 1), None)),
]


@pytest.mark.parametrize(
    ("name", "arguments"), MISTAKES, ids=[f"{name} {given}" for name, given in MISTAKES]
)
def test_a_mistake_says_what_to_do_next(name, arguments):
    with pytest.raises(ActoolkitError) as caught:
        CALLS[name](**arguments)
    assert caught.value.hint


@pytest.mark.parametrize("share", [0.5, np.float64(0.5), 1])
def test_one_share_of_the_customers_is_a_list_of_one(share):
    one, listed = (metrics.pareto_share(ORDERS, shares=given) for given in (share, [share]))
    assert one.equals(listed)
    assert one["top_share"].to_list() == [share]


@pytest.mark.parametrize("number", [np.int8, np.uint8, np.int32])
@pytest.mark.parametrize("options", [{}, {"by": "group"}], ids=str)
def test_a_window_of_few_bits_is_as_long(number, options):
    later = {"contact_id": "7", "event": "order", "happened_at": AT.replace(day=7)}
    events = pl.DataFrame([{"contact_id": "7", "event": "joined", "happened_at": AT}, later])
    events = events.with_columns(pl.lit("all").alias("group"))
    made = metrics.contact_funnel(events, ["joined", "order"], window_days=number(7), **options)
    assert made["contacts"].to_list() == [1, 1]


TYPES = {
    "a flag as text": lambda: metrics.bounce_health(HEALTH.with_columns(deleted=pl.lit("0"))),
    "a score as text": lambda: metrics.score_distribution(
        SCORES.with_columns(score_value=pl.lit("5"))
    ),
    "a count as text": lambda: metrics.bounce_health(HEALTH.with_columns(hard_bounces=pl.lit("1"))),
}


@pytest.mark.parametrize("kind", TYPES)
def test_a_column_of_another_kind_says_which(kind):
    with pytest.raises(MetricError, match="it holds String") as caught:
        TYPES[kind]()
    assert caught.value.hint


def test_two_columns_of_one_name_are_refused():
    twice = pd.DataFrame([[False, 1, 1]], columns=["deleted", "hard_bounces", "hard_bounces"])
    with pytest.raises(ActoolkitError, match="two columns of one name"):
        metrics.bounce_health(twice)


def test_a_name_that_is_a_number_is_a_text():
    events = EVENTS.with_columns(event=pl.lit(404))
    assert metrics.contact_funnel(events, ["404"])["contacts"].to_list() == [1]
