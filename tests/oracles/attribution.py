"""Attribution over dictionaries: loops, integers and fractions; no frame library."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

ORDER = ["click", "open", "sent", "one_to_one", "automation", "listed"]
PAID = ("completed", "recovered")


def share(part, whole):
    """None where amounts below 0 make a part larger than the whole."""
    found = Fraction(part, whole) if whole else None
    return found if found is not None and 0 <= found <= 1 else None


def plain(text):
    text = (text or "").strip().lower()
    return text or None


def value(order, kind):
    cents = order["total_cents"] or 0
    if kind == "net":
        cents -= (order["shipping_cents"] or 0) + (order["tax_cents"] or 0)
    return cents


def contact_of(order, contacts):
    address = plain(order["email"])
    found = [c["contact_id"] for c in contacts if address and plain(c["email"]) == address]
    return min(
        (one for one in found if one is not None), default=None, key=lambda one: (len(one), one)
    )


def touches_before(order, contact, touches, model, window, kinds, bots):
    known = {"last_click_else_open": ["click", "open"], "vendor": ["click", "open"]}
    found = []
    for touch in touches:
        if contact is None or touch["contact_id"] != contact or touch["touched_at"] is None:
            continue
        if touch["kind"] not in known.get(model, ORDER) or touch["kind"] not in (kinds or ORDER):
            continue
        if touch["is_bot"] and not bots:
            continue
        began = touch["touched_at"]
        if model == "vendor" and touch["sent_at"] is not None:
            began = touch["sent_at"]
        if max(touch["touched_at"], began) > order["ordered_at"]:
            continue
        if window is not None and order["ordered_at"] - began >= timedelta(days=window):
            continue
        found.append(touch)
    if model == "last_click_else_open" and any(t["kind"] == "click" for t in found):
        found = [t for t in found if t["kind"] == "click"]
    return sorted(
        found,
        key=lambda t: (
            t["touched_at"],
            -ORDER.index(t["kind"]),
            t["campaign_id"] or "",
            t["automation_id"] or "",
        ),
    )


def parts(found, model, half_life):
    n = len(found)
    if model in ("last", "vendor", "last_click_else_open"):
        return [0] * (n - 1) + [1]
    if model == "first":
        return [1] + [0] * (n - 1)
    if model == "position" and n > 2:
        return [2 * (n - 2)] + [1] * (n - 2) + [2 * (n - 2)]
    if model == "time_decay":
        waits = [(found[-1]["touched_at"] - t["touched_at"]) / timedelta(days=1) for t in found]
        return [round(65_536 * 0.5 ** min(wait / half_life, 40)) for wait in waits]
    return [1] * n


def given(orders, contacts, touches, model, window, kinds, kind, half_life, bots):
    made = []
    kind = kind or ("net" if model == "vendor" else "total")
    for order in orders:
        if order["state"] not in PAID or order["ordered_at"] is None:
            continue
        contact = contact_of(order, contacts)
        found = touches_before(order, contact, touches, model, window, kinds, bots)
        if not found:
            continue
        weights, cents = parts(found, model, half_life), value(order, kind)
        whole, upto, given = sum(weights), 0, 0
        for touch, weight in zip(found, weights, strict=True):
            upto += weight
            running = abs(cents) * upto // whole
            part, given = running - given, running
            if weight:
                made.append(
                    {
                        "order_id": order["order_id"],
                        "currency": order["currency"],
                        "ordered_at": order["ordered_at"],
                        "contact_id": contact,
                        "touched_at": touch["touched_at"],
                        "kind": touch["kind"],
                        "campaign_id": touch["campaign_id"],
                        "automation_id": touch["automation_id"],
                        "weight": Fraction(weight, whole),
                        "credited_cents": -part if cents < 0 else part,
                    }
                )
    return made


def sums(orders, given, by, kind):
    whole = {}
    for order in orders:
        if order["state"] in PAID and order["ordered_at"] is not None:
            count, cents = whole.get(order["currency"], (0, 0))
            whole[order["currency"]] = (count + 1, cents + value(order, kind))
    groups = {}
    for row in given:
        groups.setdefault((row["currency"], *(row[name] for name in by)), []).append(row)
    made = []
    for currency, (count, cents) in whole.items():
        mine = [row for row in given if row["currency"] == currency]
        rows = [(key[1:], True, members) for key, members in groups.items() if key[0] == currency]
        left = count - len({row["order_id"] for row in mine})
        for key, attributed, members in [*rows, ((None,) * len(by), False, None)]:
            if attributed:
                orders_here = len({row["order_id"] for row in members})
                weight = sum(row["weight"] for row in members)
                money = sum(row["credited_cents"] for row in members)
            else:
                orders_here, weight = left, Fraction(left)
                money = cents - sum(row["credited_cents"] for row in mine)
            made.append(
                {
                    "currency": currency,
                    **dict(zip(by, key, strict=True)),
                    "is_attributed": attributed,
                    "orders": orders_here,
                    "credited_orders": weight,
                    "credited_cents": money,
                    "revenue_share": share(money, cents),
                }
            )
    texts = ["currency", *by]
    return sorted(
        made,
        key=lambda row: (
            [(row[name] is not None, row[name] or "") for name in texts],
            row["is_attributed"],
        ),
    )


def brought(orders):
    return [o for o in orders if o["state"] in PAID and o["ordered_at"] is not None]


def by_currency(rows, keys, counted):
    """Rows of the keys with their number, their cents, and their part of those counted."""
    found, whole = {}, {}
    for key, cents in rows:
        count, money = found.get(key, (0, 0))
        found[key] = (count + 1, money + cents)
    for key, (count, money) in found.items():
        if counted(key):
            before = whole.get(key[0], (0, 0))
            whole[key[0]] = (before[0] + count, before[1] + money)
    made = []
    for key, (count, money) in found.items():
        all_count, all_money = whole[key[0]]
        made.append(
            {
                **dict(zip(keys, key, strict=True)),
                "orders": count,
                "order_share": share(count, all_count),
                "revenue_cents": money,
                "revenue_share": share(money, all_money),
            }
        )
    return sorted(
        made,
        key=lambda row: [
            (row[k] is not None, row[k] or 0)
            if k != "currency"
            else (row[k] is not None, row[k] or "")
            for k in keys
        ],
    )


def coverage(orders, contacts, touches, window, kinds):
    steps = ["all", "contact", "any", "window"]
    rows, seen = [], set()
    for order in brought(orders):
        contact, cents = contact_of(order, contacts), order["total_cents"] or 0
        reached = [
            True,
            contact is not None,
            bool(touches_before(order, contact, touches, "last", None, kinds, bots=False)),
            bool(touches_before(order, contact, touches, "last", window, kinds, bots=False)),
        ]
        seen.add(order["currency"])
        rows += [((order["currency"], n), cents) for n, yes in enumerate(reached) if yes]
    made = by_currency(rows, ["currency", "step_index"], lambda key: key[1] == 0)
    whole = {row["currency"]: row for row in made if row["step_index"] == 0}
    for currency in seen:
        for index in range(4):
            if not any(r["currency"] == currency and r["step_index"] == index for r in made):
                money = whole[currency]["revenue_cents"]
                made.append(
                    {
                        "currency": currency,
                        "step_index": index,
                        "orders": 0,
                        "order_share": Fraction(0),
                        "revenue_cents": 0,
                        "revenue_share": Fraction(0) if money else None,
                    }
                )
    made.sort(
        key=lambda row: (row["currency"] is not None, row["currency"] or "", row["step_index"])
    )
    return [{**row, "step": steps[row["step_index"]]} for row in made]


def counts(orders, contacts, touches, window, kinds):
    rows = []
    for order in brought(orders):
        contact = contact_of(order, contacts)
        found = touches_before(order, contact, touches, "last", window, kinds, bots=False)
        rows.append(((order["currency"], len(found)), order["total_cents"] or 0))
    return without_money(by_currency(rows, ["currency", "touches"], lambda key: True))


def lags(orders, contacts, touches, window, kinds):
    rows = []
    for order in brought(orders):
        contact = contact_of(order, contacts)
        found = touches_before(order, contact, touches, "last", window, kinds, bots=False)
        if found:
            days = (order["ordered_at"] - found[-1]["touched_at"]) // timedelta(days=1)
            rows.append(((order["currency"], days), order["total_cents"] or 0))
    return without_money(by_currency(rows, ["currency", "lag_days"], lambda key: True))


def without_money(rows):
    return [{k: v for k, v in row.items() if k != "revenue_share"} for row in rows]


def sensitivity(orders, contacts, touches, models, windows, kinds):
    made = []
    for model in sorted(models):
        for window in sorted(windows):
            credit = given(orders, contacts, touches, model, window, kinds, None, 7.0, False)
            kind = "net" if model == "vendor" else "total"
            for row in sums(orders, credit, [], kind):
                if not row["is_attributed"]:
                    mine = [c for c in credit if c["currency"] == row["currency"]]
                    cents = sum(c["credited_cents"] for c in mine)
                    whole = cents + row["credited_cents"]
                    made.append(
                        {
                            "currency": row["currency"],
                            "model": model,
                            "window_days": window,
                            "orders": len({c["order_id"] for c in mine}),
                            "credited_cents": cents,
                            "revenue_share": share(cents, whole),
                        }
                    )
    return sorted(made, key=lambda row: (row["currency"] is not None, row["currency"] or ""))


def listed(campaigns, campaign_lists, contact_lists):
    found = set()
    for mail in campaigns:
        if mail["automation_id"] is not None or not mail["sends"] or mail["sent_at"] is None:
            continue
        lists = {
            link["list_id"] for link in campaign_lists if link["campaign_id"] == mail["campaign_id"]
        }
        for one in contact_lists:
            on = one["list_id"] is not None and one["list_id"] in lists
            if not on or one["contact_id"] is None or one["status"] == "unconfirmed":
                continue
            if one["subscribed_at"] is None or one["subscribed_at"] > mail["sent_at"]:
                continue
            left = one["unsubscribed_at"]
            if one["status"] != "subscribed" and left is not None and left <= mail["sent_at"]:
                continue
            found.add((one["contact_id"], mail["sent_at"], mail["campaign_id"]))
    return sorted(found)


def bots(touches, seconds, links):
    """For each row, whether it is marked; None for what is no click."""
    made = []
    for touch in touches:
        if touch["kind"] != "click":
            made.append(None)
            continue
        marked = bool(touch["is_bot"])
        if touch["sent_at"] is not None:
            waited = touch["touched_at"] - touch["sent_at"]
            marked |= timedelta(0) <= waited < timedelta(seconds=seconds)
        together = {
            other["link"]
            for other in touches
            if other["kind"] == "click"
            and other["link"] is not None
            and other["campaign_id"] is not None
            and other["contact_id"] == touch["contact_id"]
            and other["campaign_id"] == touch["campaign_id"]
            and other["touched_at"].replace(second=0) == touch["touched_at"].replace(second=0)
        }
        made.append(marked or len(together) >= links)
    return made
