"""Touches and what attribution rests on, against loops over dictionaries, on every engine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pandas as pd
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actoolkit.errors import InvalidArgument, MissingColumns
from actoolkit.metrics import (
    attribution_coverage,
    attribution_sensitivity,
    automation_touches,
    flag_bots,
    list_touches,
    one_to_one_touches,
    touch_counts,
    touch_lags,
    touches_from_log,
)

PATH = Path(__file__).parent.parent / "oracles" / "attribution.py"
SPEC = spec_from_file_location("oracle_attribution", PATH)
oracle = module_from_spec(SPEC)
SPEC.loader.exec_module(oracle)

MOMENT = pl.Datetime("us", "UTC")
START = datetime(2026, 3, 6, tzinfo=UTC)
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
    "total_cents": pl.Int64(),
    "shipping_cents": pl.Int64(),
    "tax_cents": pl.Int64(),
}
CONTACTS = {"contact_id": pl.String(), "email": pl.String()}
PEOPLE = [
    {"contact_id": "7", "email": "Ann@example.com "},
    {"contact_id": "9", "email": "bob@example.com"},
]
QUICK = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
hours = st.sampled_from([0, 1, 24, 47, 48, 168]) | st.integers(0, 24 * 20)
moments = hours.map(lambda h: START + timedelta(hours=h))


def none_or(strategy):
    return st.one_of(strategy, strategy, strategy, st.none())


touches = st.lists(
    st.fixed_dictionaries(
        {
            "contact_id": st.sampled_from(["7", "9"]),
            "touched_at": moments,
            "kind": st.sampled_from(["click", "open", "listed"]),
            "campaign_id": none_or(st.sampled_from(["1", "2"])),
            "automation_id": st.none(),
            "sent_at": none_or(moments),
            "link": none_or(st.sampled_from(["a", "b", "c"])),
            "is_bot": st.sampled_from([None, False, True]),
        }
    ),
    max_size=12,
)
numbered = st.lists(
    st.fixed_dictionaries(
        {
            "email": none_or(st.sampled_from(["ann@example.com", "bob@example.com", "x@y.zz"])),
            "state": st.sampled_from(["completed", "recovered", "abandoned"]),
            "currency": none_or(st.sampled_from(["EUR", "USD"])),
            "ordered_at": none_or(moments),
            "total_cents": none_or(st.integers(0, 5000)),
            "shipping_cents": st.just(10),
            "tax_cents": none_or(st.just(5)),
        }
    ),
    max_size=8,
).map(lambda rows: [{"order_id": str(n), **row} for n, row in enumerate(rows)])
windows = st.sampled_from([1, 2, 7, 30])
kinds = st.sampled_from([None, ("click",), ("listed", "open")])


def frames(engine, orders, touches):
    return (
        engine.make(orders, ORDERS),
        engine.make(touches, TOUCHES),
        engine.make(PEOPLE, CONTACTS),
    )


@QUICK
@given(numbered, touches, windows, kinds)
def test_coverage(engine, same, orders, touches, window, kinds):
    made = frames(engine, orders, touches)
    found = attribution_coverage(*made, window_days=window, kinds=kinds)
    same(engine.read(found), oracle.coverage(orders, PEOPLE, touches, window, kinds))


@QUICK
@given(numbered, touches, windows, kinds)
def test_counts_and_lags(engine, same, orders, touches, window, kinds):
    for metric, wanted in ((touch_counts, oracle.counts), (touch_lags, oracle.lags)):
        found = metric(*frames(engine, orders, touches), window_days=window, kinds=kinds)
        same(engine.read(found), wanted(orders, PEOPLE, touches, window, kinds))


@settings(max_examples=4, deadline=None)
@given(numbered, touches, st.sets(windows, min_size=1, max_size=2))
def test_sensitivity(engine, same, orders, touches, days):
    models = ("vendor", "last")
    found = attribution_sensitivity(
        *frames(engine, orders, touches), models=models, windows=sorted(days)
    )
    same(engine.read(found), oracle.sensitivity(orders, PEOPLE, touches, models, days, None))


def test_nothing_to_compare_says_so():
    with pytest.raises(InvalidArgument, match="window"):
        attribution_sensitivity(None, None, windows=[])


CAMPAIGNS = {
    "campaign_id": pl.String(),
    "automation_id": pl.String(),
    "sent_at": MOMENT,
    "sends": pl.Int64(),
}
LINKS = {"campaign_id": pl.String(), "list_id": pl.String()}
MEMBERS = {
    "contact_id": pl.String(),
    "list_id": pl.String(),
    "status": pl.String(),
    "subscribed_at": MOMENT,
    "unsubscribed_at": MOMENT,
}
campaigns = st.lists(
    st.fixed_dictionaries(
        {
            "automation_id": st.sampled_from([None, None, "5"]),
            "sent_at": none_or(moments),
            "sends": none_or(st.sampled_from([0, 3, 9])),
        }
    ),
    max_size=5,
).map(lambda rows: [{"campaign_id": str(n), **row} for n, row in enumerate(rows)])
links = st.lists(
    st.fixed_dictionaries(
        {"campaign_id": st.sampled_from(["0", "1", "2"]), "list_id": none_or(st.just("9"))}
    ),
    max_size=5,
)
members = st.lists(
    st.fixed_dictionaries(
        {
            "contact_id": none_or(st.sampled_from(["7", "8"])),
            "list_id": none_or(st.sampled_from(["9", "8"])),
            "status": st.sampled_from(["subscribed", "unsubscribed", "unconfirmed", None]),
            "subscribed_at": none_or(moments),
            "unsubscribed_at": none_or(moments),
        }
    ),
    max_size=8,
)


@QUICK
@given(campaigns, links, members)
def test_who_was_on_a_list_when_it_was_mailed(engine, campaigns, links, members):
    found = engine.read(
        list_touches(
            engine.make(campaigns, CAMPAIGNS),
            engine.make(links, LINKS),
            engine.make(members, MEMBERS),
        )
    )
    seen = [(r["contact_id"], r["touched_at"], r["campaign_id"]) for r in found]
    assert seen == oracle.listed(campaigns, links, members)
    assert {(r["kind"], r["is_bot"], r["link"]) for r in found} <= {("listed", None, None)}
    assert all(r["sent_at"] == r["touched_at"] for r in found)


addresses = st.sampled_from(["ann@example.com", " Ann@Example.com", "bob@example.com"])


@QUICK
@given(
    campaigns,
    links,
    members,
    st.lists(st.tuples(st.sampled_from(["7", "8", "9"]), none_or(addresses)), max_size=4),
    st.lists(none_or(addresses), max_size=3),
)
def test_only_of_those_who_ordered_when_orders_are_given(
    engine, campaigns, links, members, people, bought
):
    found = engine.read(
        list_touches(
            engine.make(campaigns, CAMPAIGNS),
            engine.make(links, LINKS),
            engine.make(members, MEMBERS),
            orders=engine.make([{"email": one} for one in bought], {"email": pl.String()}),
            contacts=engine.make(
                [{"contact_id": who, "email": one} for who, one in people], CONTACTS
            ),
        )
    )
    ordered = {one.strip().lower() for one in bought if one}
    buyers = {who for who, one in people if one and one.strip().lower() in ordered}
    seen = [(r["contact_id"], r["touched_at"], r["campaign_id"]) for r in found]
    assert seen == [one for one in oracle.listed(campaigns, links, members) if one[0] in buyers]


def test_orders_without_contacts_say_what_is_missing():
    empty = [pl.DataFrame(schema=one) for one in (CAMPAIGNS, LINKS, MEMBERS)]
    with pytest.raises(InvalidArgument, match="load_contacts"):
        list_touches(*empty, orders=pl.DataFrame({"email": ["ann@example.com"]}))


bursts = st.lists(
    st.fixed_dictionaries(
        {
            "contact_id": st.sampled_from(["7", "8"]),
            "touched_at": st.integers(0, 130).map(lambda s: START + timedelta(seconds=s)),
            "kind": st.sampled_from(["click", "click", "open"]),
            "campaign_id": none_or(st.sampled_from(["1", "2"])),
            "automation_id": st.none(),
            "sent_at": none_or(st.sampled_from([START, START + timedelta(seconds=60)])),
            "link": none_or(st.sampled_from(["a", "b", "c", "d"])),
            "is_bot": st.sampled_from([None, False, True]),
        }
    ),
    max_size=14,
)


@QUICK
@given(bursts, st.sampled_from([1, 5]), st.sampled_from([2, 3]))
def test_clicks_that_look_like_a_machines(engine, touches, seconds, links):
    found = engine.read(flag_bots(engine.make(touches, TOUCHES), seconds=seconds, links=links))
    wanted = [
        {**touch, "is_bot": flag}
        for touch, flag in zip(touches, oracle.bots(touches, seconds, links), strict=True)
    ]

    def text(row):
        return repr([str(row[name]) for name in TOUCHES])

    assert sorted(map(text, found)) == sorted(map(text, wanted))


def test_bounds_of_bots_are_whole_and_positive():
    with pytest.raises(InvalidArgument, match="from 1 on"):
        flag_bots(pl.DataFrame(schema=TOUCHES), seconds=0)


def test_entries_and_single_mails_are_touches(engine):
    entries = [
        {"contact_id": "7", "automation_id": "5", "added_at": START},
        {"contact_id": None, "automation_id": "5", "added_at": START},
    ]
    schema = {"contact_id": pl.String(), "automation_id": pl.String(), "added_at": MOMENT}
    (found,) = engine.read(automation_touches(engine.make(entries, schema)))
    assert found == {
        **dict.fromkeys(TOUCHES),
        "contact_id": "7",
        "automation_id": "5",
        "touched_at": START,
        "kind": "automation",
    }
    mails = [{"contact_id": "9", "happened_at": START}, {"contact_id": "9", "happened_at": None}]
    schema = {"contact_id": pl.String(), "happened_at": MOMENT}
    (found,) = engine.read(one_to_one_touches(engine.make(mails, schema)))
    assert (found["contact_id"], found["kind"], found["sent_at"]) == ("9", "one_to_one", START)


def test_a_day_has_24_hours_where_clocks_change(engine):
    """A touch 23 and a half hours before an order, over the night that Chicago lost an hour in."""
    touch = datetime(2026, 3, 7, 12, 0, tzinfo=UTC)
    touches = [{**dict.fromkeys(TOUCHES), "contact_id": "7", "kind": "click", "touched_at": touch}]
    order = {
        **dict.fromkeys(ORDERS),
        "order_id": "1",
        "email": "ann@example.com",
        "state": "completed",
        "total_cents": 100,
        "ordered_at": touch + timedelta(hours=23, minutes=30),
    }
    (row,) = engine.read(touch_lags(*frames(engine, [order], touches)))
    assert row["lag_days"] == 0


LOG = {name: pl.String() for name in ("contact_id", "campaign_id", "link", "who", "camp")}
LOG = {**LOG, "touched_at": MOMENT, "clicked_at": MOMENT}


def logged(**known):
    return {**dict.fromkeys(LOG), "touched_at": START, "clicked_at": START, **known}


def test_blanks_around_ids_are_none_of_theirs(engine):
    rows = [
        logged(contact_id="7 ", campaign_id="\t3", link=" /a "),
        logged(contact_id=" 8", campaign_id="", link="  "),
        logged(contact_id="9", campaign_id=" ", link=None),
        logged(contact_id=" ", campaign_id="3"),
        logged(contact_id=None, campaign_id="3"),
    ]
    found = engine.read(touches_from_log(engine.make(rows, LOG), kind="click"))
    assert [(row["contact_id"], row["campaign_id"], row["link"]) for row in found] == [
        ("7", "3", "/a"),
        ("8", None, None),
        ("9", None, None),
    ]


def test_a_log_without_ids_finds_them_by_address(engine):
    log = engine.make(
        [{"email": " ANN@example.com", "touched_at": START}],
        {"email": pl.String(), "touched_at": MOMENT},
    )
    (found,) = engine.read(touches_from_log(log, engine.make(PEOPLE, CONTACTS), kind="open"))
    assert (found["contact_id"], found["campaign_id"]) == ("7", None)


def test_a_named_column_goes_before_one_of_our_name(engine):
    later = START + timedelta(hours=5)
    rows = [logged(contact_id="1", who="7", campaign_id="x", camp="3", clicked_at=later)]
    names = {
        "contact_id": "who",
        "campaign_id": "camp",
        "touched_at": "clicked_at",
        "sent_at": "clicked_at",
    }
    (found,) = engine.read(touches_from_log(engine.make(rows, LOG), kind="click", columns=names))
    assert (found["contact_id"], found["campaign_id"]) == ("7", "3")
    assert found["touched_at"] == found["sent_at"] == later


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"campaign": "camp"}, "'campaign_id'"),
        ({"who": "contact_id"}, "contact_id, touched_at"),
        ({"is_bott": "is_bot"}, "'is_bot'"),
        (["who"], "touched_at"),
        ({"contact_id": 0}, "touched_at"),
        ("who", "touched_at"),
    ],
)
def test_a_name_that_touches_do_not_have_is_refused(columns, says):
    frame = pl.DataFrame([logged(contact_id="7", camp="3")], schema=LOG)
    with pytest.raises(InvalidArgument) as caught:
        touches_from_log(frame, kind="click", columns=columns)
    assert says in caught.value.hint


@pytest.mark.parametrize(
    ("dropped", "options", "says"),
    [
        ([], {}, 'kind="click"'),
        (["touched_at"], {"kind": "click"}, 'columns={"touched_at": ...}'),
        (["contact_id"], {"kind": "click"}, "contacts="),
        (["email"], {"kind": "click", "contacts": 1}, "Leave contacts= out"),
        ([], {"kind": "click", "columns": {"link": "urls"}}, "Did you mean url?"),
        ([], {"kind": "click", "columns": {"link": "x"}}, "name here, then that in the log"),
    ],
)
def test_a_column_that_is_missing_says_how_to_name_it(dropped, options, says):
    frame = pl.DataFrame(
        {"contact_id": ["7"], "email": ["ann@x.org"], "touched_at": [START], "url": ["/"]}
    )
    with pytest.raises(MissingColumns) as caught:
        touches_from_log(frame.drop(dropped), **options)
    assert says in caught.value.hint
    assert says in str(caught.value)


def test_a_log_with_two_columns_of_one_name_is_refused():
    frame = pd.DataFrame([["7", "8", START]], columns=["contact_id", "contact_id", "touched_at"])
    with pytest.raises(InvalidArgument, match="two columns of one name"):
        touches_from_log(frame, kind="click")
