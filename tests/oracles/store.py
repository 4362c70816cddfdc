"""Store and customer metrics over dictionaries: loops, integers, fractions; no frame library."""

from __future__ import annotations

import itertools
from collections import defaultdict
from datetime import timedelta
from fractions import Fraction
from math import ceil

PAID = {"completed", "recovered"}


def customer(order):
    return (order["email"] or "").strip().lower() or None


def start(day, grain):
    if grain == "year":
        return day.replace(month=1, day=1)
    if grain == "quarter":
        return day.replace(month={1: 1, 2: 4, 3: 7, 4: 10}[-(-day.month // 3)], day=1)
    if grain == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if grain == "week" else day


def valid(orders, since=None, until=None):
    for order in orders:
        if order["state"] in PAID and order["ordered_local"] is not None:
            day = order["ordered_local"].date()
            if (since is None or day >= since) and (until is None or day < until):
                yield order, day


def median(values):
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return Fraction(ordered[middle])
    return Fraction(ordered[middle - 1] + ordered[middle], 2)


def quantile(values, share):
    ordered = sorted(values)
    position = share * (len(ordered) - 1)
    below = position.numerator // position.denominator
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (position - below) * (ordered[above] - ordered[below])


def ratio(k, n):
    return Fraction(k, n) if n > 0 else None


def part(k, n):
    """A part of a sum; none where refunds make it less than nothing or more than all."""
    return ratio(k, n) if 0 <= k <= n else None


def rate(name, k, n, wilson):
    low, high = wilson(k, n)
    return {name: None if k is None else ratio(k, n), f"{name}_low": low, f"{name}_high": high}


def by_code(key):
    """Sort keys whose first part may be null."""
    return (key[0] is not None, *("" if part is None else part for part in key))


def summary(orders, grain, since, until):
    groups = defaultdict(list)
    for order, day in valid(orders, since, until):
        if order["total_cents"] is not None:
            groups[order["currency"], start(day, grain) if grain else None].append(order)
    made = []
    for currency, period in sorted(groups, key=by_code):
        found = groups[currency, period]
        cents = [order["total_cents"] for order in found]
        units = [order["product_count"] for order in found if order["product_count"] is not None]
        discount = sum(order["discount_cents"] or 0 for order in found)
        people = [customer(order) for order in found]
        row = {
            "currency": currency,
            "revenue_cents": sum(cents),
            "orders": len(cents),
            "average_order_cents": Fraction(sum(cents), len(cents)),
            "median_order_cents": median(cents),
            "units": sum(units),
            "units_per_order": ratio(sum(units), len(units)),
            "discount_cents": discount,
            "discount_share": part(discount, sum(cents) + discount),
            "customers": len(set(people) - {None}),
            "orders_without_email": people.count(None),
        }
        made.append({"period_on": period, **row} if grain else row)
    return made


def new_vs_repeat(orders, grain, since, until, wilson):
    known, groups = set(), {}
    for order, _ in sorted(valid(orders), key=lambda o: (o[0]["ordered_at"], o[0]["order_id"])):
        who = customer(order)
        kind = "unknown" if who is None else "repeat" if who in known else "new"
        known.add(who)
        day = order["ordered_local"].date()
        if order["total_cents"] is None or (since and day < since) or (until and day >= until):
            continue
        row = groups.setdefault((order["currency"], start(day, grain)), defaultdict(int))
        row[f"{kind}_orders"] += 1
        row[f"{kind}_revenue_cents"] += order["total_cents"]
    kinds = ("new", "repeat", "unknown")
    return [
        {
            "period_on": period,
            "currency": currency,
            **{f"{kind}_orders": row[f"{kind}_orders"] for kind in kinds},
            **{f"{kind}_revenue_cents": row[f"{kind}_revenue_cents"] for kind in kinds},
            **rate(
                "repeat_share",
                row["repeat_orders"],
                row["new_orders"] + row["repeat_orders"],
                wilson,
            ),
        }
        for (currency, period), row in sorted(groups.items(), key=lambda item: by_code(item[0]))
    ]


def order_days(orders, since=None, until=None):
    days = defaultdict(list)
    for order, day in valid(orders, since, until):
        if customer(order) is not None:
            days[customer(order)].append(day)
    return {who: sorted(found) for who, found in days.items()}


def repeat(orders, since, until, wilson):
    days = order_days(orders, since, until)
    again = sum(len(found) > 1 for found in days.values())
    count = sum(map(len, days.values()))
    return [
        {
            "customers": len(days),
            "repeat_customers": again,
            **rate("repeat_rate", again, len(days), wilson),
            "orders": count,
            "orders_per_customer": ratio(count, len(days)),
            "orders_without_email": sum(
                customer(order) is None for order, _ in valid(orders, since, until)
            ),
        }
    ]


def last_day(days, until):
    if until is not None:
        return until - timedelta(days=1)
    return max((found[-1] for found in days.values()), default=None)


def within(orders, numbers, until, wilson):
    days = order_days(orders, until=until)
    end, made = last_day(days, until), []
    for number in sorted(numbers):
        mature = [found for found in days.values() if (end - found[0]).days >= number]
        again = sum(len(f) > 1 and (f[1] - f[0]).days <= number for f in mature)
        made.append(
            {
                "within_days": number,
                "customers": len(mature),
                "repeat_customers": again,
                **rate("repeat_rate", again, len(mature), wilson),
                "too_recent": len(days) - len(mature),
            }
        )
    return made


def gaps(orders, by_order, since, until):
    found = defaultdict(list)
    for days in order_days(orders, since, until).values():
        for number, (day, following) in enumerate(itertools.pairwise(days), start=1):
            found[number if by_order else None].append((following - day).days)
    if not by_order and not found:
        found[None] = []
    made = []
    for number in sorted(found, key=lambda n: n or 0):
        values = found[number]
        quartiles = [quantile(values, Fraction(n, 4)) if values else None for n in (1, 2, 3)]
        row = {
            "gaps": len(values),
            "lower_quartile_days": quartiles[0],
            "median_days": quartiles[1],
            "upper_quartile_days": quartiles[2],
            "mean_days": Fraction(sum(values), len(values)) if values else None,
        }
        made.append({"order_number": number, **row} if by_order else row)
    return made


def waits(orders, until):
    """Days to the second order, or to the end of observation, and whether it came."""
    days = order_days(orders, until=until)
    end = last_day(days, until)
    return [
        ((found[1] - found[0]).days, True) if len(found) > 1 else ((end - found[0]).days, False)
        for found in days.values()
    ]


def survival(times):
    """The share without the event: day by day, each customer looked at on each day."""
    share, made = Fraction(1), []
    for day in sorted({days for days, _ in times}):
        at_risk = sum(days >= day for days, _ in times)
        events = sum(days == day and happened for days, happened in times)
        share *= 1 - Fraction(events, at_risk)
        censored = sum(days == day and not happened for days, happened in times)
        made.append((day, at_risk, events, censored, share))
    return made


def products(lines, orders, by, top, since, until):
    sold = {order["order_id"]: order["currency"] for order, _ in valid(orders, since, until)}
    groups = defaultdict(list)
    for line in lines:
        if line["order_id"] in sold:
            groups[sold[line["order_id"]], line[by]].append(line)
    rows = defaultdict(list)
    for (currency, product), found in groups.items():
        known = [f for f in found if f["quantity"] is not None and f["price_cents"] is not None]
        revenue = sum(f["quantity"] * f["price_cents"] for f in known)
        units = sum(f["quantity"] or 0 for f in found)
        rows[currency].append((product, len({f["order_id"] for f in found}), units, revenue))
    made = []
    for currency in sorted(rows, key=lambda code: by_code((code,))):
        ranked = sorted(rows[currency], key=lambda r: (-r[3], r[0] is not None, r[0] or ""))
        whole, so_far = sum(row[3] for row in ranked), 0
        for rank, (product, count, units, revenue) in enumerate(ranked, start=1):
            so_far += revenue
            row = {
                "currency": currency,
                "rank": rank,
                by: product,
                "orders": count,
                "units": units,
                "revenue_cents": revenue,
                "revenue_share": part(revenue, whole),
                "cumulative_share": part(so_far, whole),
            }
            if top is None or rank <= top:
                made.append(row)
    return made


def pareto(orders, shares, since, until):
    spent = defaultdict(lambda: defaultdict(int))
    for order, _ in valid(orders, since, until):
        if customer(order) is not None and order["total_cents"] is not None:
            spent[order["currency"]][customer(order)] += order["total_cents"]
    made = []
    for currency in sorted(spent, key=lambda code: by_code((code,))):
        cents = sorted(spent[currency].values(), reverse=True)
        whole, n = sum(cents), len(cents)
        apart = sum(abs(a - b) for a in cents for b in cents)
        for share in sorted(shares):
            first = ceil(share * n)
            made.append(
                {
                    "currency": currency,
                    "top_share": share,
                    "top_customers": first,
                    "customers": n,
                    "top_revenue_cents": sum(cents[:first]),
                    "revenue_cents": whole,
                    "revenue_share": part(sum(cents[:first]), whole),
                    "gini": ratio(apart, 2 * n * whole) if cents[-1] >= 0 else None,
                }
            )
    return made


def left_on(order):
    """Wall clock of abandonment, with the offset of the order."""
    if order["abandoned_at"] is None:
        return None
    offset = timedelta(0)
    if order["ordered_local"] is not None:
        offset = order["ordered_local"] - order["ordered_at"].replace(tzinfo=None)
    return order["abandoned_at"].replace(tzinfo=None) + offset


def abandonment(orders, grain, since, until, wilson):
    groups = defaultdict(list)
    for order in orders:
        if order["state"] not in PAID | {"abandoned"}:
            continue
        done = order["state"] == "completed"
        moment = order["ordered_local"] if done else left_on(order)
        if moment is None or (since and moment.date() < since):
            continue
        if until and moment.date() >= until:
            continue
        groups[order["currency"], start(moment.date(), grain)].append(order)
    made = []
    for currency, period in sorted(groups, key=by_code):
        worth = {"completed": [], "recovered": [], "abandoned": []}
        for order in groups[currency, period]:
            worth[order["state"]].append(order["total_cents"] or 0)
        left = len(worth["recovered"]) + len(worth["abandoned"])
        carts = left + len(worth["completed"])
        made.append(
            {
                "period_on": period,
                "currency": currency,
                "carts": carts,
                "abandoned_carts": left,
                **rate("abandonment_rate", left, carts, wilson),
                "recovered_carts": len(worth["recovered"]),
                "recovered_cents": sum(worth["recovered"]),
                "lost_cents": sum(worth["abandoned"]),
            }
        )
    return made


def recovery(orders, numbers, since, until, wilson):
    carts, seen = defaultdict(list), []
    for order in orders:
        if order["state"] in PAID | {"abandoned"}:
            seen += [m.date() for m in (order["ordered_local"], left_on(order)) if m is not None]
    end = until - timedelta(days=1) if until else max(seen, default=None)
    for order in orders:
        left, back = left_on(order), None
        if order["state"] not in ("recovered", "abandoned") or left is None:
            continue
        if left.date() > end or (since and left.date() < since):
            continue
        if order["state"] == "recovered":
            if order["ordered_local"] is None:
                continue
            back = (order["ordered_local"].date() - left.date()).days
        carts[order["currency"]].append((left.date(), back, order["total_cents"] or 0))
    made = []
    for currency in sorted(carts, key=lambda code: by_code((code,))):
        for number in sorted(numbers):
            mature = [cart for cart in carts[currency] if (end - cart[0]).days >= number]
            came = [cart for cart in mature if cart[1] is not None and cart[1] <= number]
            won = sum(cart[2] for cart in came)
            made.append(
                {
                    "currency": currency,
                    "within_days": number,
                    "abandoned_carts": len(mature),
                    "recovered_carts": len(came),
                    **rate("recovery_rate", len(came), len(mature), wilson),
                    "recovered_cents": won,
                    "lost_cents": sum(cart[2] for cart in mature) - won,
                    "too_recent": len(carts[currency]) - len(mature),
                }
            )
    return made
