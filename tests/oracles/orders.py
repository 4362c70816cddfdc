"""Order metrics over dictionaries: loops, integers, fractions; no frame library."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

PAID = {"completed", "recovered"}


def address(email):
    return (email or "").strip().lower() or None


def start(day, grain):
    if grain == "year":
        return day.replace(month=1, day=1)
    if grain == "quarter":
        return day.replace(month={1: 1, 2: 4, 3: 7, 4: 10}[-(-day.month // 3)], day=1)
    if grain == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if grain == "week" else day


def revenue(orders, grain, since, until):
    periods = {}
    for order in orders:
        wall, cents = order["ordered_local"], order["total_cents"]
        if order["state"] not in PAID or wall is None or cents is None:
            continue
        day = wall.date()
        if (since is None or day >= since) and (until is None or day < until):
            key = (order["currency"], start(day, grain))
            periods.setdefault(key, []).append((cents, order["state"] == "recovered"))
    made = []
    for currency, period_on in sorted(periods, key=lambda key: (key[0] or "", key[1])):
        found = periods[currency, period_on]
        cents = [amount for amount, _ in found]
        recovered = [amount for amount, again in found if again]
        made.append(
            {
                "period_on": period_on,
                "currency": currency,
                "revenue_cents": sum(cents),
                "orders": len(cents),
                "average_order_cents": Fraction(sum(cents), len(cents)),
                "recovered_revenue_cents": sum(recovered),
                "recovered_orders": len(recovered),
            }
        )
    return made


def match(orders, contacts):
    known = {address(contact["email"]) for contact in contacts} - {None}
    made = {}
    for order in orders:
        if order["state"] not in PAID:
            continue
        row = made.setdefault(order["currency"], [0, 0, 0, 0, 0, 0])
        cents = order["total_cents"] or 0
        matched = address(order["email"]) in known
        for index, value in (
            (0, 1),
            (1 if matched else 2, 1),
            (3, cents),
            (4 if matched else 5, cents),
        ):
            row[index] += value
    names = (
        "orders",
        "matched_orders",
        "unmatched_orders",
        "revenue_cents",
        "matched_revenue_cents",
        "unmatched_revenue_cents",
    )
    return [
        {"currency": currency, **dict(zip(names, made[currency], strict=True))}
        for currency in sorted(made, key=lambda code: code or "")
    ]


def on_list(membership, moment):
    """Whether the membership held at that moment, as far as the API tells."""
    if membership["status"] == "unconfirmed" or membership["subscribed_at"] is None:
        return False
    if membership["subscribed_at"] > moment:
        return False
    left = membership["unsubscribed_at"]
    return membership["status"] == "subscribed" or left is None or left > moment


def exposure(campaigns, campaign_lists, contact_lists, contacts, orders, window_days):
    made = []
    for campaign in campaigns:
        sent_at, sends = campaign["sent_at"], campaign["sends"]
        lists = {
            link["list_id"]
            for link in campaign_lists
            if link["campaign_id"] == campaign["campaign_id"] and link["list_id"] is not None
        }
        row = {
            "campaign_id": campaign["campaign_id"],
            "exposed_buyers": None,
            "exposed_orders": None,
        }
        made.append(row)
        if campaign["automation_id"] is not None or not sends or sent_at is None or not lists:
            continue
        exposed = {
            membership["contact_id"]
            for membership in contact_lists
            if membership["list_id"] in lists and on_list(membership, sent_at)
        }
        people = {
            address(contact["email"])
            for contact in contacts
            if contact["contact_id"] in exposed and contact["contact_id"] is not None
        } - {None}
        end = sent_at + timedelta(days=window_days)
        following = [
            order
            for order in orders
            if order["state"] in PAID
            and address(order["email"]) in people
            and order["ordered_at"] is not None
            and sent_at <= order["ordered_at"] < end
        ]
        row["exposed_orders"] = len({order["order_id"] for order in following})
        row["exposed_buyers"] = len({address(order["email"]) for order in following})
    return sorted(made, key=lambda row: row["campaign_id"])
