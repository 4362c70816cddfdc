"""Joined orders against loops over dictionaries, on every engine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actoolkit.errors import InvalidArgument, MissingColumns
from actoolkit.metrics import joined_orders, match_counts

MOMENT = pl.Datetime("us", "UTC")
START = datetime(2026, 3, 6, tzinfo=UTC)
"""Two days before clocks change in America."""
KINDS = ["click", "open", "sent", "one_to_one", "automation", "listed"]
ORDERS = {
    "order_id": pl.String(),
    "email": pl.String(),
    "customer_id": pl.String(),
    "state": pl.String(),
    "currency": pl.String(),
    "ordered_at": MOMENT,
    "total_cents": pl.Int64(),
}
CUSTOMERS = {"customer_id": pl.String(), "is_rollup": pl.Boolean()}
CONTACTS = {"contact_id": pl.String(), "email": pl.String()}
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
ENTRIES = {
    "contact_id": pl.String(),
    "automation_id": pl.String(),
    "added_at": MOMENT,
    "removed_at": MOMENT,
}
NAMED = {"campaign_id": pl.String(), "name": pl.String()}
moments = st.one_of(st.sampled_from([0, 1, 24, 168, 24 * 30]), st.integers(0, 24 * 40)).map(
    lambda h: START + timedelta(hours=h)
)


def none_or(strategy):
    return st.one_of(strategy, strategy, strategy, st.none())


emails = none_or(st.sampled_from(["ANN@example.com", "bob@example.com ", "x@y.zz", " ", "é@y.zz"]))
orders = st.lists(
    st.fixed_dictionaries(
        {
            "email": emails,
            "customer_id": none_or(st.sampled_from(["1", "2", "3"])),
            "state": none_or(st.sampled_from(["completed", "abandoned"])),
            "currency": none_or(st.sampled_from(["EUR", "USD"])),
            "ordered_at": none_or(moments),
            "total_cents": none_or(st.integers(-500, 5000)),
        }
    ),
    max_size=8,
).map(lambda rows: [{"order_id": str(n), **row} for n, row in enumerate(rows)])
contacts = st.lists(emails, max_size=6).map(
    lambda found: [{"contact_id": str(n + 7), "email": email} for n, email in enumerate(found)]
)
ids = none_or(st.sampled_from([str(n) for n in range(7, 13)]))
touches = st.lists(
    st.fixed_dictionaries(
        {
            "contact_id": ids,
            "touched_at": none_or(moments),
            "kind": st.sampled_from(KINDS),
            "campaign_id": none_or(st.sampled_from(["1", "2", "10"])),
            "automation_id": st.sampled_from([None, "5"]),
            "sent_at": st.none(),
            "link": st.none(),
            "is_bot": st.sampled_from([None, False, True]),
        }
    ),
    max_size=12,
)
entries = st.lists(
    st.fixed_dictionaries(
        {
            "contact_id": ids,
            "automation_id": none_or(st.sampled_from(["5", "6"])),
            "added_at": none_or(moments),
            "removed_at": none_or(moments),
        }
    ),
    max_size=8,
)
customers = st.lists(
    st.fixed_dictionaries(
        {
            "customer_id": none_or(st.sampled_from(["1", "2", "4"])),
            "is_rollup": none_or(st.booleans()),
        }
    ),
    max_size=4,
    unique_by=lambda row: row["customer_id"],
)
campaigns = st.lists(st.sampled_from(["1", "2", None]), unique=True).map(
    lambda found: [{"campaign_id": one, "name": f"Mail {one}"} for one in found]
)


def plain(text):
    return (text or "").strip().lower() or None


def contact_of(order, contacts):
    mine = [one["contact_id"] for one in contacts if plain(one["email"]) == plain(order["email"])]
    if plain(order["email"]) is None:
        return "no address", None
    if not mine:
        return "no contact", None
    return ("contact" if len(mine) == 1 else "several contacts"), min(mine, key=int)


def customer_of(order, customers):
    mine = order["customer_id"]
    if mine is None:
        return "no id", None
    flags = [one["is_rollup"] for one in customers if one["customer_id"] == mine]
    if not flags:
        return "no customer", None
    return ("roll-up customer", None) if flags[0] else ("customer", mine)


def expected(orders, contacts, customers, touches, entries, campaigns, window):
    names = {one["campaign_id"]: one["name"] for one in campaigns if one["campaign_id"]}
    made = []
    for order in orders:
        match, contact = contact_of(order, contacts)
        at = order["ordered_at"]
        known = contact is not None and at is not None
        mine = [
            one
            for one in touches
            if known
            and one["contact_id"] == contact
            and one["touched_at"]
            and one["touched_at"] <= at
            and not one["is_bot"]
            and (window is None or at - one["touched_at"] < timedelta(days=window))
        ]
        mine.sort(
            key=lambda one: (
                one["touched_at"],
                -KINDS.index(one["kind"]),
                one["campaign_id"] or "",
                one["automation_id"] or "",
            )
        )
        last = mine[-1] if mine else dict.fromkeys(TOUCHES)
        inside = {
            one["automation_id"]
            for one in entries
            if known
            and one["automation_id"]
            and one["contact_id"] == contact
            and one["added_at"]
            and one["added_at"] <= at
            and (one["removed_at"] is None or one["removed_at"] > at)
        }
        made.append(
            {
                **{name: order[name] for name in ORDERS if name not in ("email", "customer_id")},
                **dict(
                    zip(
                        ("customer_match", "customer_id"),
                        customer_of(order, customers),
                        strict=True,
                    )
                ),
                "match": match,
                "contact_id": contact,
                "touches": len(mine),
                **{name: last[name] for name in ("touched_at", "kind", "campaign_id")},
                "campaign_name": names.get(last["campaign_id"]),
                "automation_id": last["automation_id"],
                "automation_name": None,
                "automations": None if contact is None else len(inside),
            }
        )
    return made


@settings(max_examples=25)
@given(orders, contacts, customers, touches, entries, campaigns, st.sampled_from([1, 7, None]))
def test_each_order_is_there_once(
    engine, same, orders, contacts, customers, touches, entries, campaigns, window
):
    found = joined_orders(
        engine.make(orders, ORDERS),
        engine.make(contacts, CONTACTS),
        engine.make(touches, TOUCHES),
        customers=engine.make(customers, CUSTOMERS),
        contact_automations=engine.make(entries, ENTRIES),
        campaigns=engine.make(campaigns, NAMED),
        window_days=window,
    )
    wanted = expected(orders, contacts, customers, touches, entries, campaigns, window)
    same(engine.read(found), sorted(wanted, key=lambda row: row["order_id"]))


def test_who_was_never_taken_out_of_an_automation_is_in_it(engine):
    bought = datetime(2026, 3, 21, tzinfo=UTC)
    order = dict.fromkeys(ORDERS) | {"order_id": "1", "email": "x@y.zz", "ordered_at": bought}
    entry = {"contact_id": "7", "added_at": bought - timedelta(days=3)}
    left = [None, bought - timedelta(days=1), bought, bought + timedelta(days=1), None]
    entries = [
        entry | {"automation_id": str(number), "removed_at": at} for number, at in enumerate(left)
    ]
    made = joined_orders(
        engine.make([order], ORDERS),
        engine.make([{"contact_id": "7", "email": "x@y.zz"}], CONTACTS),
        engine.make([], TOUCHES),
        contact_automations=engine.make(entries, ENTRIES),
    )
    (found,) = engine.read(made)
    assert found["automations"] == 3


def test_of_one_address_the_smallest_number_is_taken(engine):
    order = dict.fromkeys(ORDERS) | {"order_id": "1", "email": "bob@example.com"}
    people = [{"contact_id": one, "email": "Bob@example.com "} for one in ("10", "9", "100")]
    made = joined_orders(
        engine.make([order], ORDERS), engine.make(people, CONTACTS), engine.make([], TOUCHES)
    )
    (found,) = engine.read(made)
    assert (found["match"], found["contact_id"]) == ("several contacts", "9")


@settings(max_examples=15)
@given(orders, contacts, customers)
def test_matches_are_counted_by_currency(engine, same, orders, contacts, customers):
    joined = joined_orders(
        engine.make(orders, ORDERS),
        engine.make(contacts, CONTACTS),
        engine.make([], TOUCHES),
        customers=engine.make(customers, CUSTOMERS),
    )
    counts = {}
    for order in orders:
        key = (
            contact_of(order, contacts)[0],
            customer_of(order, customers)[0],
            order["currency"],
        )
        before = counts.get(key, (0, 0))
        counts[key] = (before[0] + 1, before[1] + (order["total_cents"] or 0))
    wanted = [
        {
            "match": match,
            "customer_match": customer,
            "currency": currency,
            "orders": many,
            "total_cents": cents,
        }
        for (match, customer, currency), (many, cents) in sorted(
            counts.items(), key=lambda item: (*item[0][:2], item[0][2] or "")
        )
    ]
    same(engine.read(match_counts(joined)), wanted)


def test_counts_are_printed_unless_nothing_is_computed_yet(engine, capsys):
    schema = {**dict.fromkeys(["match", "customer_match", "currency"], pl.String())}
    schema["total_cents"] = pl.Int64()
    row = {"match": "contact", "customer_match": None, "currency": None, "total_cents": -1234505}
    rows = engine.make([row], schema)
    match_counts(rows, show=False)
    assert capsys.readouterr().out == ""
    match_counts(rows)
    wanted = "contact: 1 order, -12,345.05 of no known currency\n"
    assert capsys.readouterr().out == ("" if engine.name in ("lazy", "duckdb") else wanted)


def test_mistakes_say_what_to_do():
    frames = [pl.DataFrame(schema=schema) for schema in (ORDERS, CONTACTS, TOUCHES)]
    with pytest.raises(InvalidArgument, match="window"):
        joined_orders(*frames, window_days=0)
    with pytest.raises(MissingColumns, match="email"):
        joined_orders(frames[0].drop("email"), *frames[1:])
    with pytest.raises(InvalidArgument, match="kinds"):
        joined_orders(frames[0], frames[1].to_pandas(), frames[2])
