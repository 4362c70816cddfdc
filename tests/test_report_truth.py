"""The sandbox's report against the world itself: every number recounted in plain Python.

The oracle reads the world's own records (single sends, single orders) and adds them up with loops;
no loader, no frame, no metric takes part in it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

import actoolkit as ac
from actoolkit.sandbox import NOW

ZONE = ZoneInfo("America/Chicago")
UNTIL = NOW.astimezone(ZONE).date()
SINCE = date(UNTIL.year - 1, UNTIL.month, UNTIL.day)


def local_day(moment: datetime) -> date:
    return moment.astimezone(ZONE).date()


@pytest.fixture(scope="module")
def session():
    with_world = ac.sandbox_account(size="tiny", seed=11)
    with_world.start()
    yield with_world
    with_world.stop()


@pytest.fixture(scope="module")
def page(session):
    return ac.report(account=session.account, progress=False).html()


@pytest.fixture(scope="module")
def figures(page):
    found = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)
    parsed = [json.loads(text) for text in found]
    return [one["spec"]["datasets"]["rows"] for one in parsed if "spec" in one]


@pytest.fixture(scope="module")
def recount(session):
    """Counters of each one-off campaign sent in the period, from its single sends."""
    counted = {}
    for mailing in session.world.one_off:
        sends = list(session.world.sends(mailing.campaign_id))
        if not sends or not SINCE <= local_day(min(s.sent_at for s in sends)) < UNTIL:
            continue
        first = min(s.sent_at for s in sends).astimezone(ZONE)
        counted[str(mailing.campaign_id)] = {
            "name": mailing.name,
            "weekday": first.strftime("%A"),
            "hour": first.hour,
            "sent": len(sends),
            "delivered": sum(not s.bounced for s in sends),
            "opened": sum(s.opened_at is not None for s in sends),
            "verified": sum(s.verified_opened_at is not None for s in sends)
            if mailing.verified
            else None,
            "clicked": sum(s.clicked_at is not None for s in sends),
        }
    assert len(counted) > 50
    return counted


def total(recount, counter):
    return sum(row[counter] or 0 for row in recount.values())


def whole(rows):
    return [
        row
        for row in rows
        if row.get("period") == "all" and row.get("type") == "all" and row.get("list") == "all"
    ]


def test_funnel_counts_the_single_sends(figures, recount):
    steps = {row["label"]: row for row in whole(figures[0])}
    for label, counter in (
        ("Sent", "sent"),
        ("Delivered", "delivered"),
        ("Opened", "opened"),
        ("Clicked", "clicked"),
    ):
        assert steps[label]["numerator"] == total(recount, counter), label
    assert steps["Clicked"]["denominator"] == total(recount, "delivered")
    assert steps["Clicked"]["value"] == pytest.approx(
        total(recount, "clicked") / total(recount, "delivered"), abs=1e-6
    )


def test_tiles_show_the_same_counts(page, recount):
    delivered = total(recount, "delivered")
    assert f'<p class="kpi-value">{delivered:,}</p>' in page
    assert f'<p class="kpi-value">{100 * total(recount, "opened") / delivered:.1f}%</p>' in page


def test_every_campaign_has_its_own_clickers(figures, recount):
    drawn = {row["id"]: (row["numerator"], row["denominator"]) for row in figures[1]}
    assert drawn == {key: (row["clicked"], row["delivered"]) for key, row in recount.items()}


def test_heat_map_cells_add_up_by_local_hour_of_sending(figures, recount):
    delivered, opened = Counter(), Counter()
    for row in recount.values():
        delivered[row["weekday"], row["hour"]] += row["delivered"]
        opened[row["weekday"], row["hour"]] += row["opened"]
    drawn = {
        (row["day"], row["hour"]): (row["numerator"], row["denominator"])
        for row in figures[2]
        if row["rate"] == "open_rate"
    }
    assert drawn == {cell: (opened[cell], delivered[cell]) for cell in delivered}


def test_revenue_is_the_worlds_orders_by_local_month(session, figures):
    euros = {
        str(ident): bool(euro)
        for ident, euro in zip(session.world.orders.ids, session.world.orders.euro, strict=True)
    }
    cents: Counter[tuple[str, str]] = Counter()
    for order in session.world.truth():
        day = local_day(order["ordered_at"])
        if SINCE <= day < UNTIL:
            currency = "EUR" if euros[order["order_id"]] else "USD"
            cents[currency, day.strftime("%Y-%m-01")] += order["total_cents"]
    drawn = Counter()
    for row in figures[3]:
        drawn[row["currency"], row["period"]] += round(100 * row["amount"])
    whole_months = {key: value for key, value in cents.items() if key[1] > SINCE.isoformat()}
    assert {key: drawn[key] for key in whole_months} == whole_months
    assert whole_months


def test_orders_after_a_mail_are_those_of_its_lists_subscribers(session, figures, recount):
    """Exposure: subscribed to a list of the campaign at its sending, bought within seven days.

    Campaigns whose seven days were not over are left out.
    """
    world = session.world
    orders = [(order["contact_id"], order["ordered_at"]) for order in world.truth()]
    buyers = 0
    for mailing in world.one_off:
        if str(mailing.campaign_id) not in recount:
            continue
        sent_at = min(s.sent_at for s in world.sends(mailing.campaign_id))
        if sent_at + timedelta(days=7) > NOW:
            continue
        subscribed = set()
        for number in mailing.lists:
            on = world.members[number]
            for contact, since, until in zip(on.contacts, on.since, on.until, strict=True):
                began, ended = moment_of(since), moment_of(until)
                if began <= sent_at and ended > sent_at:
                    subscribed.add(str(world.people.ids[contact]))
        buyers += len(
            {
                who
                for who, when in orders
                if who in subscribed and sent_at <= when < sent_at + timedelta(days=7)
            }
        )
    steps = {row["label"]: row for row in whole(figures[0])}
    assert steps["Ordered"]["numerator"] == buyers


def moment_of(minute) -> datetime:
    start = NOW - timedelta(days=730)
    return (
        datetime.max.replace(tzinfo=UTC)
        if minute == 2**31 - 1
        else start + timedelta(minutes=int(minute))
    )
