"""How campaigns stand against each other, over dictionaries: loops, no frame library."""

from __future__ import annotations

import math
from datetime import timedelta
from fractions import Fraction
from itertools import pairwise
from statistics import median


def counted(rows, rate):
    """Campaigns that were sent and have the rate, with its parts."""
    made = []
    for row in rows:
        if row["sends"] is None or row["sends"] <= 0:
            continue
        bounced = (row["hard_bounces"], row["soft_bounces"])
        delivered = None if None in bounced else max(row["sends"] - sum(bounced), 0)
        parts = {
            "click_rate": (row["clickers"], delivered),
            "hard_bounce_rate": (row["hard_bounces"], row["sends"]),
            "click_to_open_rate": (row["clickers"], row["unique_opens"]),
        }
        hits, trials = parts[rate]
        if hits is not None and trials and 0 <= hits <= trials:
            made.append({**row, "hits": hits, "trials": trials, "rate": hits / trials})
    return made


def grouped(rows, by):
    found = {}
    for row in rows:
        found.setdefault(None if by is None else row[by], []).append(row)
    ordered = sorted(found, key=lambda name: (name is not None, name or ""))
    return [(name, found[name]) for name in ordered]


def anomalies(rows, rate, by, days):
    made = []
    for name, members in grouped([r for r in counted(rows, rate) if r["sent_at"]], by):
        members.sort(key=lambda row: (row["sent_at"], row["campaign_id"]))
        centre = Fraction(sum(r["hits"] for r in members), sum(r["trials"] for r in members))
        scores = []
        for row in members:
            binomial = math.sqrt(centre * (1 - centre) / row["trials"])
            scores.append((row["rate"] - centre) / binomial if binomial else 0.0)
        moved = [abs(b - a) for a, b in pairwise(scores)]
        between = sum(moved) / len(moved) / 1.128 if moved else None
        for row in members:
            start = row["sent_at"] - timedelta(days=days)
            before = [r["rate"] for r in members if start <= r["sent_at"] < row["sent_at"]]
            middle = median(before) if len(before) >= 8 else None
            spread = median(abs(r - middle) for r in before) if middle is not None else 0
            low = high = None
            if between is not None:
                reach = 3 * math.sqrt(centre * (1 - centre) / row["trials"]) * between
                low, high = max(float(centre) - reach, 0.0), min(float(centre) + reach, 1.0)
            made.append(
                {
                    **({by: name} if by else {}),
                    **{c: row[c] for c in ("campaign_id", "name", "sent_at", "hits", "trials")},
                    "rate": row["rate"],
                    "earlier": len(before),
                    "earlier_median": middle,
                    "robust_z": 0.6745 * (row["rate"] - middle) / spread if spread else None,
                    "centre": centre,
                    "lower_limit": low,
                    "upper_limit": high,
                }
            )
    return made


def shrunk(rows, rate, by):
    made = []
    for name, members in grouped(counted(rows, rate), by):
        size = sum(row["trials"] for row in members)
        common = Fraction(sum(row["hits"] for row in members), size)
        weight = size
        room = size - Fraction(sum(row["trials"] ** 2 for row in members), size) - len(members) + 1
        if len(members) > 1 and 0 < common < 1 and room > 0:
            distance = sum(
                row["trials"] * (Fraction(row["hits"], row["trials"]) - common) ** 2
                for row in members
            )
            alike = (distance / (common * (1 - common)) - len(members) + 1) / room
            if alike > 0:
                weight = min(size, max(1 / alike - 1, 1))
        for row in sorted(members, key=lambda row: row["campaign_id"]):
            drawn = (row["hits"] + common * weight) / (row["trials"] + weight)
            made.append(
                {
                    **({by: name} if by else {}),
                    **{c: row[c] for c in ("campaign_id", "name", "hits", "trials", "rate")},
                    "shrunk_rate": drawn,
                    "common_rate": common,
                    "prior_trials": Fraction(weight),
                    "first": row["hits"] + common * weight,
                    "second": row["trials"] - row["hits"] + (1 - common) * weight,
                }
            )
    return made


def beta_mass(first, second, upto, pieces=4000):
    """Mass of a Beta density below a point, by Simpson's rule in the angle whose sine squared it is.

    The turn to the angle takes away the poles at 0 and 1 of parameters below 1 down to a half.
    """
    scale = math.lgamma(first + second) - math.lgamma(first) - math.lgamma(second)
    end = math.asin(math.sqrt(upto))

    def density(angle):
        sine, cosine = math.sin(angle), math.cos(angle)
        if sine <= 0 or cosine <= 0:
            return 0.0
        return 2 * math.exp(
            scale + (2 * first - 1) * math.log(sine) + (2 * second - 1) * math.log(cosine)
        )

    step = end / pieces
    inner = sum((4 if k % 2 else 2) * density(k * step) for k in range(1, pieces))
    return step / 3 * (density(0) + inner + density(end))
