"""Exposure against loops over dictionaries, on every engine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actoolkit.errors import InvalidArgument
from actoolkit.metrics import campaign_exposure

TEXT, INT, MOMENT = pl.String(), pl.Int64(), pl.Datetime("us", "UTC")
CAMPAIGNS = {"campaign_id": TEXT, "automation_id": TEXT, "sent_at": MOMENT, "sends": INT}
LINKS = {"campaign_id": TEXT, "list_id": TEXT}
MEMBERS = {
    "contact_id": TEXT,
    "list_id": TEXT,
    "status": TEXT,
    "subscribed_at": MOMENT,
    "unsubscribed_at": MOMENT,
}
CONTACTS = {"contact_id": TEXT, "email": TEXT}
ORDERS = {"order_id": TEXT, "email": TEXT, "state": TEXT, "ordered_at": MOMENT}

SENT = datetime(2026, 3, 4, 23, 30, tzinfo=UTC)
"""The window of a week crosses the change to summer time in Chicago, on 8 March 2026."""

STEPS = [timedelta(0), timedelta(microseconds=1), timedelta(hours=1), timedelta(days=1)]
around = st.builds(
    lambda days, step, sign: SENT + timedelta(days=days) + sign * step,
    st.integers(-9, 22),
    st.sampled_from(STEPS),
    st.sampled_from([-1, 1]),
)
moments = st.none() | around
rarely = st.sampled_from(["1", "1", "2", "3", None])
mails = st.sampled_from(["ann@example.com", " ANN@example.com", "bob@example.com", "  ", None])


def rows(most, **columns):
    return st.lists(st.fixed_dictionaries(columns), max_size=most)


def numbered(found, key):
    return [{key: str(number), **row} for number, row in enumerate(found, 1)]


worlds = st.tuples(
    rows(
        4,
        automation_id=st.sampled_from([None, None, None, "5"]),
        sent_at=st.just(SENT) | moments,
        sends=st.sampled_from([9, 9, 9, 0, None]),
    ).map(lambda found: numbered(found, "campaign_id")),
    rows(5, campaign_id=rarely, list_id=rarely),
    rows(
        8,
        contact_id=rarely,
        list_id=rarely,
        status=st.sampled_from(
            ["subscribed", "subscribed", "unsubscribed", "bounced", "unconfirmed", None]
        ),
        subscribed_at=st.just(SENT) | moments,
        unsubscribed_at=st.none() | moments,
    ),
    rows(5, contact_id=rarely, email=mails),
    rows(
        8,
        email=mails,
        state=st.sampled_from(["completed", "completed", "recovered", "abandoned", None]),
        ordered_at=moments,
    ).map(lambda found: numbered(found, "order_id")),
)
SCHEMAS = (CAMPAIGNS, LINKS, MEMBERS, CONTACTS, ORDERS)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(world=worlds, window_days=st.sampled_from([1, 3, 7, 7, 14]))
def test_exposure(engine, oracles, same, world, window_days):
    frames = [engine.make(rows, schema) for rows, schema in zip(world, SCHEMAS, strict=True)]
    found = engine.read(campaign_exposure(*frames, window_days=window_days))
    same(found, oracles.orders.exposure(*world, window_days))


def polars_world(world):
    return [pl.DataFrame(r, schema=s) for r, s in zip(world, SCHEMAS, strict=True)]


@settings(max_examples=60, deadline=None)
@given(world=worlds, window_days=st.sampled_from([1, 7, 30]))
def test_exposure_on_more_worlds(oracles, same, world, window_days):
    found = campaign_exposure(*polars_world(world), window_days=window_days).to_dicts()
    same(found, oracles.orders.exposure(*world, window_days))


def world(*, order_at, email="ann@example.com", status="subscribed", left=None, joined=SENT):
    return (
        [{"campaign_id": "1", "automation_id": None, "sent_at": SENT, "sends": 9}],
        [{"campaign_id": "1", "list_id": "1"}],
        [
            {
                "contact_id": "1",
                "list_id": "1",
                "status": status,
                "subscribed_at": joined,
                "unsubscribed_at": left,
            }
        ],
        [{"contact_id": "1", "email": "Ann@Example.com "}],
        [{"order_id": "1", "email": email, "state": "completed", "ordered_at": order_at}],
    )


WEEK, TICK = timedelta(days=7), timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("options", "orders"),
    [
        ({"order_at": SENT}, 1),
        ({"order_at": SENT - TICK}, 0),
        ({"order_at": SENT + WEEK - TICK}, 1),
        ({"order_at": SENT + WEEK}, 0),
        ({"order_at": SENT, "email": " ANN@example.com"}, 1),
        ({"order_at": SENT, "email": "eve@example.com"}, 0),
        ({"order_at": SENT, "joined": SENT + TICK}, 0),
        ({"order_at": SENT, "status": "unsubscribed", "left": SENT}, 0),
        ({"order_at": SENT, "status": "unsubscribed", "left": SENT + TICK}, 1),
        ({"order_at": SENT, "status": "subscribed", "left": SENT - WEEK}, 1),
        ({"order_at": SENT, "status": "unconfirmed"}, 0),
    ],
)
def test_who_counts(engine, options, orders):
    frames = [
        engine.make(rows, schema) for rows, schema in zip(world(**options), SCHEMAS, strict=True)
    ]
    assert engine.read(campaign_exposure(*frames)) == [
        {"campaign_id": "1", "exposed_buyers": orders, "exposed_orders": orders}
    ]


def test_two_contacts_and_two_lists_of_one_address_count_an_order_once():
    made = world(order_at=SENT)
    made[1].append({"campaign_id": "1", "list_id": "2"})
    made[2].append({**made[2][0], "list_id": "2"})
    made[2].append({**made[2][0], "contact_id": "2"})
    made[3].append({"contact_id": "2", "email": "ann@example.com"})
    made[4].append({**made[4][0], "order_id": "2"})
    assert campaign_exposure(*polars_world(made)).rows() == [("1", 1, 2)]


def test_an_order_counts_for_every_campaign_it_follows():
    made = world(order_at=SENT + timedelta(days=2))
    made[0].append({**made[0][0], "campaign_id": "2", "sent_at": SENT + timedelta(days=1)})
    made[1].append({"campaign_id": "2", "list_id": "1"})
    assert campaign_exposure(*polars_world(made)).rows() == [("1", 1, 1), ("2", 1, 1)]


def test_what_is_not_known_is_null_not_zero():
    made = world(order_at=SENT)
    made[0].append({**made[0][0], "campaign_id": "2", "automation_id": "5"})
    made[0].append({**made[0][0], "campaign_id": "3"})
    made[1].append({"campaign_id": "2", "list_id": "1"})
    assert campaign_exposure(*polars_world(made)).rows() == [
        ("1", 1, 1),
        ("2", None, None),
        ("3", None, None),
    ]


def test_lazy_stays_lazy():
    frames = [frame.lazy() for frame in polars_world(world(order_at=SENT))]
    assert isinstance(campaign_exposure(*frames), pl.LazyFrame)


@pytest.mark.parametrize("window_days", [0, -1, 1.5, True, None])
def test_a_window_is_whole_days(window_days):
    with pytest.raises(InvalidArgument, match="window_days"):
        campaign_exposure(*polars_world(world(order_at=SENT)), window_days=window_days)
