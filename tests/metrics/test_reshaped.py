"""What puts rows in another shape, against loops over dictionaries, on every engine."""

from __future__ import annotations

import csv
import random
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actoolkit import metrics

MOMENT, TEXT = pl.Datetime("us", "UTC"), pl.String()
TOUCHES = {
    "contact_id": TEXT,
    "touched_at": MOMENT,
    "kind": TEXT,
    "campaign_id": TEXT,
    "automation_id": TEXT,
    "sent_at": MOMENT,
    "link": TEXT,
    "is_bot": pl.Boolean(),
}
SORTED_BY = ("contact_id", "touched_at", "kind", "campaign_id", "automation_id", "link", "sent_at")
QUICK = settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
DENSE = settings(QUICK, max_examples=3)
START = datetime(2025, 11, 1, 4, 30, tzinfo=UTC)
MOMENTS = st.none() | st.integers(0, 60).map(lambda hours: START + timedelta(hours=hours))
"""Around a day of 25 hours in America."""
PEOPLE = st.sampled_from(["7", "10", "9", "", None])
ADDRESSES = st.sampled_from(["ann@example.com", " Ann@Example.COM", "bob@example.com", " ", None])
IDS = st.sampled_from(["1", "2", None])


def lists_of(most=8, **fields):
    return st.lists(st.fixed_dictionaries(fields), max_size=most)


def in_order(rows, names):
    """Nulls first, then by value, as text and moments compare."""
    return sorted(rows, key=lambda row: [(row[one] is not None, row[one]) for one in names])


def same_rows(engine, made, wanted, names):
    """Rows with equal keys may stand in any order."""
    found = engine.read(made)
    keys = [[row[name] for name in names] for row in found]
    assert keys == [[row[name] for name in names] for row in in_order(wanted, names)]
    assert in_order(found, list(wanted[0]) if wanted else names) == (
        in_order(wanted, list(wanted[0]) if wanted else names)
    )


def touch(**known):
    return dict.fromkeys(TOUCHES) | known


touch_rows = lists_of(
    contact_id=PEOPLE,
    touched_at=MOMENTS,
    kind=st.sampled_from(["click", "open", "listed"]),
    campaign_id=IDS,
    automation_id=IDS,
    sent_at=MOMENTS,
    link=st.sampled_from(["/a", "/b", None]),
    is_bot=st.sampled_from([True, False, None]),
)
PERSON = {"contact_id": TEXT, "email": TEXT, "created_at": MOMENT}
person_rows = lists_of(contact_id=PEOPLE, email=ADDRESSES, created_at=MOMENTS)
ORDER = {"email": TEXT, "state": TEXT, "ordered_at": MOMENT}
order_rows = lists_of(
    email=ADDRESSES,
    state=st.sampled_from(["completed", "recovered", "abandoned", "pending", None]),
    ordered_at=MOMENTS,
)
MEMBER = {"contact_id": TEXT, "subscribed_at": MOMENT, "unsubscribed_at": MOMENT}
member_rows = lists_of(contact_id=PEOPLE, subscribed_at=MOMENTS, unsubscribed_at=MOMENTS)
ENTRY = {"contact_id": TEXT, "automation_id": TEXT, "added_at": MOMENT}
entry_rows = lists_of(contact_id=PEOPLE, automation_id=IDS, added_at=MOMENTS)


def known_by_address(people):
    """The contact of each address: of several the one with the smallest number."""
    found = {}
    for row in people:
        address = (row["email"] or "").strip(" ").lower()
        if address and row["contact_id"]:
            found.setdefault(address, []).append(int(row["contact_id"]))
    return {address: str(min(ids)) for address, ids in found.items()}


@QUICK
@given(person_rows, member_rows, entry_rows, touch_rows, order_rows)
def test_contact_events(engine, people, members, entries, touches, orders):
    happened = [(row["contact_id"], "joined", row["created_at"]) for row in people]
    happened += [(row["contact_id"], "subscribed", row["subscribed_at"]) for row in members]
    happened += [(row["contact_id"], "left a list", row["unsubscribed_at"]) for row in members]
    happened += [(row["contact_id"], "entered an automation", row["added_at"]) for row in entries]
    happened += [
        (row["contact_id"], row["kind"], row["touched_at"]) for row in touches if not row["is_bot"]
    ]
    known = known_by_address(people)
    for row in orders:
        address = (row["email"] or "").strip(" ").lower()
        if row["state"] in ("completed", "recovered") and address in known:
            happened.append((known[address], "ordered", row["ordered_at"]))
    wanted = [
        {"contact_id": who, "event": what, "happened_at": at}
        for who, what, at in happened
        if who and at is not None
    ]
    made = metrics.contact_events(
        contacts=engine.make(people, PERSON),
        contact_lists=engine.make(members, MEMBER),
        contact_automations=engine.make(entries, ENTRY),
        touches=engine.make(touches, TOUCHES),
        orders=engine.make(orders, ORDER),
    )
    same_rows(engine, made, wanted, ["contact_id", "happened_at", "event"])


@QUICK
@given(touch_rows, touch_rows)
def test_all_touches(engine, first, second):
    made = metrics.all_touches(engine.make(first, TOUCHES), engine.make(second, TOUCHES))
    same_rows(engine, made, [*first, *second], SORTED_BY)


@QUICK
@given(entry_rows)
def test_automation_touches(engine, rows):
    wanted = [
        touch(
            contact_id=row["contact_id"],
            touched_at=row["added_at"],
            kind="automation",
            automation_id=row["automation_id"],
        )
        for row in rows
        if row["contact_id"] is not None and row["added_at"] is not None
    ]
    same_rows(engine, metrics.automation_touches(engine.make(rows, ENTRY)), wanted, SORTED_BY)


@QUICK
@given(lists_of(contact_id=PEOPLE, happened_at=MOMENTS))
def test_one_to_one_touches(engine, rows):
    wanted = [
        touch(
            contact_id=row["contact_id"],
            touched_at=row["happened_at"],
            kind="one_to_one",
            sent_at=row["happened_at"],
        )
        for row in rows
        if row["contact_id"] is not None and row["happened_at"] is not None
    ]
    made = metrics.one_to_one_touches(
        engine.make(rows, {"contact_id": TEXT, "happened_at": MOMENT})
    )
    same_rows(engine, made, wanted, SORTED_BY)


LOG = {"who": TEXT, "time": MOMENT, "campaign_id": TEXT, "kind": TEXT, "is_bot": pl.Boolean()}
log_rows = lists_of(
    who=ADDRESSES,
    time=MOMENTS,
    campaign_id=IDS,
    kind=st.sampled_from(["click", "open"]),
    is_bot=st.sampled_from([True, False, None]),
)


def from_log(log, people, kind):
    known = known_by_address(people)
    return [
        touch(
            contact_id=known[address],
            touched_at=row["time"],
            kind=kind or row["kind"],
            campaign_id=row["campaign_id"],
            is_bot=row["is_bot"],
        )
        for row in log
        if (address := (row["who"] or "").strip(" ").lower()) in known and row["time"] is not None
    ]


@QUICK
@given(log_rows, person_rows, st.sampled_from([None, "sent"]))
def test_touches_from_log(engine, log, people, kind):
    made = metrics.touches_from_log(
        engine.make(log, LOG),
        engine.make(people, PERSON),
        kind=kind,
        columns={"email": "who", "touched_at": "time"},
    )
    same_rows(engine, made, from_log(log, people, kind), SORTED_BY)


@QUICK
@given(log_rows, person_rows)
@pytest.mark.filterwarnings("ignore:.*are left out")
def test_touches_from_csv(engine, tmp_path, log, people):
    """Written by Python's own writer, the moments with the offset of a place."""
    path = tmp_path / "log.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(LOG))
        writer.writeheader()
        for row in log:
            moment = row["time"] and row["time"].isoformat()
            writer.writerow(row | {"time": moment})
    made = metrics.touches_from_csv(
        path,
        engine.make(people, PERSON),
        columns={"email": "who", "touched_at": "time"},
    )
    found, wanted = made.to_dicts(), from_log(log, people, None)
    assert in_order(found, list(TOUCHES)) == in_order(wanted, list(TOUCHES))


CAMPAIGN = {"campaign_id": TEXT, "automation_id": TEXT, "sent_local": pl.Datetime("us")}
WALL = datetime(2025, 11, 1)
LINK = {"campaign_id": TEXT, "list_id": TEXT}
some = st.none() | st.lists(st.sampled_from(["1", "2", "12"]), unique=True) | st.just("12")


@DENSE
@given(
    st.integers(0, 100_000).map(random.Random),
    st.none() | st.dates(date(2025, 11, 1), date(2025, 11, 3)),
    some,
    st.none() | st.lists(st.sampled_from(["a", "b"]), unique=True) | st.just("a"),
)
@pytest.mark.parametrize("automation", [None, "none", "any", "2"])
def test_select_campaigns(engine, automation, dice, since, campaign_ids, list_ids):
    rows = [
        {
            "campaign_id": ident,
            "automation_id": dice.choice(["1", "2", None]),
            "sent_local": dice.choice([None, *(WALL + timedelta(hours=30 * n) for n in range(4))]),
        }
        for ident in ("1", "2", "12", "3", "4", "5")
    ]
    links = [
        {"campaign_id": dice.choice([*"12345", "12"]), "list_id": dice.choice(["a", "b", None])}
        for _ in range(6)
    ]
    chosen = [campaign_ids] if isinstance(campaign_ids, str) else campaign_ids
    lists = list(list_ids or ())
    links += [{"campaign_id": "7", "list_id": one} for one in "ab"]
    on = {row["campaign_id"] for row in links if row["list_id"] in lists}
    wanted = [
        row
        for row in rows
        if (since is None or (row["sent_local"] and row["sent_local"].date() >= since))
        and (chosen is None or row["campaign_id"] in chosen)
        and (list_ids is None or row["campaign_id"] in on)
        and (automation != "none" or row["automation_id"] is None)
        and (automation != "any" or row["automation_id"] is not None)
        and (automation != "2" or row["automation_id"] == "2")
    ]
    made = metrics.select_campaigns(
        engine.make(rows, CAMPAIGN),
        engine.make(links, LINK),
        since=since,
        campaign_ids=campaign_ids,
        list_ids=list_ids,
        automation=automation,
    )
    if hasattr(made, "reset_index"):
        made = made.reset_index(drop=True)
    found = engine.read(made)
    assert in_order(found, ["campaign_id"]) == in_order(wanted, ["campaign_id"])


MAILS = {"automation_id": TEXT, "sent_local": pl.Datetime("us")} | dict.fromkeys(
    ("sends", "hard_bounces", "soft_bounces", "unique_opens", "clickers"), pl.Int64()
)
STARTS = {
    "day": lambda day: day,
    "week": lambda day: day - timedelta(days=day.weekday()),
    "month": lambda day: day.replace(day=1),
    "quarter": lambda day: day.replace(month=[1, 4, 7, 10][(day.month - 1) // 3], day=1),
    "year": lambda day: day.replace(month=1, day=1),
}


@DENSE
@given(st.integers(0, 100_000).map(random.Random))
@pytest.mark.parametrize("grain", list(STARTS))
def test_engagement_by_period(engine, same, oracles, grain, dice):
    rows = [
        {
            "automation_id": dice.choice([None] * 5 + ["5"]),
            "sent_local": dice.choice([None, *(WALL + timedelta(hours=7 * n) for n in range(20))]),
            "sends": dice.choice([0, 9, 40, 40, 300, 300, None]),
            "hard_bounces": dice.choice([0] * 6 + [1, 50, None]),
            "soft_bounces": dice.choice([0] * 6 + [2, None]),
            "unique_opens": dice.choice([0, 1, 5, 5, 8, 80, None]),
            "clickers": dice.choice([0, 0, 1, 2, 3, None]),
        }
        for _ in range(dice.randint(0, 16))
    ]
    periods = {}
    for row in rows:
        if row["automation_id"] is None and row["sent_local"] is not None and row["sends"]:
            bounces = (row["hard_bounces"], row["soft_bounces"])
            left = None if None in bounces else row["sends"] - sum(bounces)
            mail = row | {"delivered": None if left is None else max(left, 0)}
            mail["clipped"] = left is not None and left < 0
            periods.setdefault(STARTS[grain](row["sent_local"].date()), []).append(mail)
    wanted = []
    for start, mails in sorted(periods.items()):
        sums = {
            name: None
            if any(row[name] is None for row in mails)
            else sum(row[name] for row in mails)
            for name in ("delivered", "unique_opens", "clickers")
        }
        notes, rates = [], {}
        if any(row["clipped"] for row in mails):
            notes.append("delivered: bounces exceed sends")
        for rate, hits in (("open_rate", "unique_opens"), ("click_rate", "clickers")):
            made = (None, None, None)
            if None not in (sums[hits], sums["delivered"]):
                if sums[hits] > sums["delivered"]:
                    notes.append(f"{rate}: numerator exceeds denominator")
                elif sums["delivered"]:
                    pairs = [(row[hits], row["delivered"]) for row in mails]
                    ends = oracles.clustered(sums[hits], sums["delivered"], pairs)
                    made = (sums[hits] / sums["delivered"], *ends)
            rates |= dict(zip((rate, f"{rate}_low", f"{rate}_high"), made, strict=True))
        flag = {"flag": "; ".join(notes) or None}
        wanted.append({"period_on": start, "campaigns": len(mails)} | sums | rates | flag)
    found = engine.read(metrics.engagement_by_period(engine.make(rows, MAILS), grain=grain))
    same(found, wanted)


CREDITS = {
    "currency": TEXT,
    "campaign_id": TEXT,
    "is_attributed": pl.Boolean(),
    "credited_cents": pl.Int64(),
}
SCREEN = {"campaign_id": TEXT, "reported_cents": pl.Int64()}


@QUICK
@given(
    lists_of(
        currency=st.just("EUR"),
        campaign_id=st.sampled_from(["1", "2", "10", None]),
        is_attributed=st.sampled_from([True, True, False, None]),
        credited_cents=st.integers(-50, 900),
    ),
    st.dictionaries(
        st.sampled_from(["1", "10", "3"]), st.none() | st.sampled_from([0, -7, 70, 900])
    ),
)
def test_reconcile_attribution(engine, same, given_by, screen):
    ours = {}
    for row in given_by:
        if row["is_attributed"] and row["campaign_id"] is not None:
            ours.setdefault(row["campaign_id"], []).append(row["credited_cents"])
    parts = [
        (ident, sum(ours[ident]) if ident in ours else None, screen.get(ident))
        for ident in sorted({*ours, *screen})
    ]
    parts.append((None, *(sum(one[at] or 0 for one in parts) for at in (1, 2))))
    wanted = [
        {
            "campaign_id": ident,
            "credited_cents": credited,
            "reported_cents": reported,
            "difference_cents": (credited or 0) - (reported or 0),
            "ratio": credited / reported if reported and credited is not None else None,
        }
        for ident, credited, reported in parts
    ]
    reported = [{"campaign_id": one, "reported_cents": cents} for one, cents in screen.items()]
    made = metrics.reconcile_attribution(
        engine.make(given_by, CREDITS), engine.make(reported, SCREEN)
    )
    same(engine.read(made), wanted)
