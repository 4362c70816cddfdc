"""Metrics of customers as loops over dictionaries: cohorts, and recency, frequency, value."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

_spec = spec_from_file_location("oracle_store_of_buyers", Path(__file__).with_name("store.py"))
store = module_from_spec(_spec)
_spec.loader.exec_module(store)
customer, valid, rate, order_days, last_day = (
    store.customer,
    store.valid,
    store.rate,
    store.order_days,
    store.last_day,
)


def month_after(day, months):
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)


def cohorts(orders, until, wilson):
    days = order_days(orders, until=until)
    end, members, made = last_day(days, until), defaultdict(list), []
    for found in days.values():
        members[found[0].replace(day=1)].append({day.replace(day=1) for day in found})
    for cohort in sorted(members):
        month = 0
        while month_after(cohort, month) <= end:
            over = month_after(cohort, month + 1) <= end + timedelta(days=1)
            size = len(members[cohort])
            buyers = sum(month_after(cohort, month) in active for active in members[cohort])
            made.append(
                {
                    "cohort_on": cohort,
                    "month": month,
                    "customers": size,
                    "buyers": buyers if over else None,
                    **rate("retention_rate", buyers if over else None, size, wilson),
                }
            )
            month += 1
    return made


def cohort_revenue(orders, until):
    spent = defaultdict(list)
    for order, day in valid(orders, until=until):
        if customer(order) is not None:
            spent[order["currency"], customer(order)].append((day, order["total_cents"] or 0))
    if not spent:
        return []
    latest = max(day for found in spent.values() for day, _ in found)
    end = until - timedelta(days=1) if until else latest
    members = defaultdict(list)
    for (currency, _), found in spent.items():
        members[currency, min(found)[0].replace(day=1)].append(found)
    made = []
    for currency, cohort in sorted(members, key=store.by_code):
        month, so_far, size = 0, 0, len(members[currency, cohort])
        while month_after(cohort, month) <= end:
            over = month_after(cohort, month + 1) <= end + timedelta(days=1)
            cents = sum(
                amount
                for found in members[currency, cohort]
                for day, amount in found
                if day.replace(day=1) == month_after(cohort, month)
            )
            so_far += cents
            made.append(
                {
                    "currency": currency,
                    "cohort_on": cohort,
                    "month": month,
                    "customers": size,
                    "revenue_cents": cents if over else None,
                    "cumulative_revenue_cents": so_far if over else None,
                    "revenue_per_customer_cents": Fraction(so_far, size) if over else None,
                }
            )
            month += 1
    return made


def scores(values, *, together):
    """Fifths of (value, name), lowest first: how many stand below decides."""
    made = {}
    for name, value in values.items():
        below = sum(
            other < value or (not together and other == value and other_name < name)
            for other_name, other in values.items()
        )
        made[name] = 1 + below * 5 // len(values)
    return made


def segment(recency, value):
    """The default segments, written out."""
    if recency >= 4:
        return next(
            name
            for name, least in (("champions", 4), ("loyal", 3), ("potential", 2), ("new", 1))
            if value >= least
        )
    if recency == 3:
        return "need attention" if value == 3 else "loyal" if value > 3 else "promising"
    if value >= 4.5:
        return "cannot lose"
    if value >= 3:
        return "at risk"
    return "hibernating" if recency == 2 else "lost"


def rfm(orders, since, until, currency, *, together):
    found = [(o, day) for o, day in valid(orders, since, until) if customer(o) is not None]
    if not found:
        return []
    end = until - timedelta(days=1) if until else max(day for _, day in found)
    people = defaultdict(list)
    for order, day in found:
        if order["currency"] == currency:
            people[customer(order)].append((day, order["total_cents"] or 0))
    waited = {who: (end - max(day for day, _ in had)).days for who, had in people.items()}
    counts = {who: len(had) for who, had in people.items()}
    cents = {who: sum(amount for _, amount in had) for who, had in people.items()}
    latest = scores({who: -days for who, days in waited.items()}, together=together)
    often, much = (scores(values, together=together) for values in (counts, cents))
    return [
        {
            "customer": who,
            "currency": currency,
            "recency_days": waited[who],
            "orders": counts[who],
            "revenue_cents": cents[who],
            "recency_score": latest[who],
            "frequency_score": often[who],
            "monetary_score": much[who],
            "segment": segment(latest[who], Fraction(often[who] + much[who], 2)),
        }
        for who in sorted(people)
    ]
