"""The funnel of contacts over dictionaries: every chain of events is tried; no frame library."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction


def first_moments(events, steps, window):
    """First moment at which each step is reached by any chain; None where by none."""
    best = [None] * len(steps)

    events = list(dict.fromkeys(events))  # one that is there twice is one

    def follow(index, chain):
        for at, name in events:
            if name != steps[index] or (at, name) in chain:
                continue
            if chain and at < chain[-1][0]:
                continue
            began = chain[0][0] if chain else at
            if window is not None and at - began >= timedelta(days=window):
                continue
            if best[index] is None or at < best[index]:
                best[index] = at
            if index + 1 < len(steps):
                follow(index + 1, [*chain, (at, name)])

    follow(0, [])
    return best


def quantile(values, share):
    """Linear between the two nearest, as statistics textbooks call it inclusive."""
    if not values:
        return None
    values = sorted(values)
    place = Fraction(share) * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


def funnel(rows, steps, window, by, wilson):
    chains = {}
    for row in rows:
        if row["contact_id"] is not None and row["happened_at"] is not None:
            group = tuple(row[name] for name in by)
            mine = chains.setdefault(group, {}).setdefault(row["contact_id"], [])
            mine.append((row["happened_at"], row["event"]))
    made = []
    if not by:
        chains.setdefault((), {})
    for group, people in chains.items():
        reached = [first_moments(events, steps, window) for events in people.values()]
        reached = [one for one in reached if one[0] is not None]
        if by and not reached:
            continue
        for index, step in enumerate(steps):
            here = [one for one in reached if one[index] is not None]
            first, before = len(reached), sum(one[max(index - 1, 0)] is not None for one in reached)
            hours = (
                [
                    Fraction(
                        (one[index] - one[index - 1]) // timedelta(microseconds=1), 3_600_000_000
                    )
                    for one in here
                ]
                if index
                else []
            )
            low, high = wilson(len(here), first) if first else (None, None)
            step_low, step_high = wilson(len(here), before) if index and before else (None, None)
            made.append(
                {
                    **dict(zip(by, group, strict=True)),
                    "step": step,
                    "step_index": index,
                    "contacts": len(here),
                    "rate": Fraction(len(here), first) if first else None,
                    "rate_low": low,
                    "rate_high": high,
                    "step_rate": Fraction(len(here), before) if index and before else None,
                    "step_rate_low": step_low,
                    "step_rate_high": step_high,
                    "dropped": before - len(here) if index else None,
                    "median_hours": quantile(hours, Fraction(1, 2)),
                    "lower_quartile_hours": quantile(hours, Fraction(1, 4)),
                    "upper_quartile_hours": quantile(hours, Fraction(3, 4)),
                }
            )
    return sorted(
        made, key=lambda row: ([(row[n] is not None, row[n] or "") for n in by], row["step_index"])
    )
