"""Customer lifetime value over dictionaries: loops and `math.lgamma`, no frame library, no SciPy."""

from __future__ import annotations

import math
from datetime import timedelta
from fractions import Fraction


def paid(rows, currency):
    for row in rows:
        address = (row["email"] or "").strip(" ").lower()
        if (
            row["state"] in ("completed", "recovered")
            and row["ordered_local"]
            and address
            and row["currency"] == currency
        ):
            yield address, row["ordered_local"].date(), row["total_cents"]


def purchases(rows, currency, until):
    """One dictionary per customer, as known on the day before ``until``."""
    days = {}
    for customer, day, cents in paid(rows, currency):
        if until is None or day < until:
            days.setdefault(customer, {}).setdefault(day, []).append(cents)
    if until is None and days:
        until = max(max(found) for found in days.values()) + timedelta(days=1)
    made = []
    for customer, found in sorted(days.items()):
        first, last = min(found), max(found)
        known = [
            sum(one for one in found[day] if one is not None)
            for day in found
            if day > first and any(one is not None for one in found[day])
        ]
        made.append(
            {
                "customer": customer,
                "currency": currency,
                "repeat_purchases": len(found) - 1,
                "first_to_last_days": (last - first).days,
                "observed_days": (until - first).days - 1,
                "valued_purchases": len(known),
                "mean_value_cents": Fraction(sum(known), len(known)) if known else Fraction(0),
            }
        )
    return made


def purchase_likelihood(r, alpha, a, b, x, t, end):
    """The four factors of Fader, Hardie and Lee, one after the other."""
    first = math.lgamma(r + x) - math.lgamma(r) + r * math.log(alpha)
    second = math.lgamma(a + b) + math.lgamma(b + x) - math.lgamma(b) - math.lgamma(a + b + x)
    third = (1 / (alpha + end)) ** (r + x)
    fourth = a / (b + x - 1) * (1 / (alpha + t)) ** (r + x) if x > 0 else 0.0
    return first + second + math.log(third + fourth)


def value_likelihood(p, q, v, x, m):
    """The marginal density of the mean of x gamma-distributed values."""
    beta = math.lgamma(p * x) + math.lgamma(q) - math.lgamma(p * x + q)
    share = x * m / (v + x * m)
    return -math.log(m) - beta + q * math.log(v / (v + x * m)) + p * x * math.log(share)


def simpson(function, start, end, pieces):
    step = (end - start) / pieces
    inner = sum((4 if k % 2 else 2) * function(start + k * step) for k in range(1, pieces))
    return step / 3 * (function(start) + inner + function(end))


def purchases_if_alive(r, alpha, a, b, x, end, ahead, pieces=2500):
    """Mean over Beta(a, b + x) of what a Gamma(r + x, alpha + end) customer buys until gone.

    The integral runs over the log-odds of the chance, where the density has no poles.
    """
    scale = math.lgamma(a + b + x) - math.lgamma(a) - math.lgamma(b + x)

    def part(odds):
        log_p, log_q = -math.log1p(math.exp(-odds)), -math.log1p(math.exp(odds))
        chance = math.exp(log_p)
        reach = math.log1p(chance * ahead / (alpha + end))
        bought = -math.expm1(-(r + x) * reach) / chance
        return math.exp(scale + a * log_p + (b + x) * log_q) * bought

    return simpson(part, -36 / min(a, 1), 36, pieces)


def holdout(rows, currency, until, days, most):
    """Purchases after the calibration, by repeat purchases in it."""
    start = until - timedelta(days=days)
    made = {}
    for row in purchases(rows, currency, start):
        later = {
            day
            for customer, day, _ in paid(rows, currency)
            if customer == row["customer"] and start <= day < until
        }
        repeat = min(row["repeat_purchases"], most)
        found = made.setdefault(repeat, {"customers": 0, "purchases": 0, "or_more": False})
        found["customers"] += 1
        found["purchases"] += len(later)
        found["or_more"] |= row["repeat_purchases"] > most
    return [{"repeat_purchases": repeat, **made[repeat]} for repeat in sorted(made)]
