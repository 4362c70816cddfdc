"""Scores and who bought afterwards, over dictionaries: loops, no frame library."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction


def distribution(rows, bins):
    found = {}
    for row in rows:
        if None not in (row["score_id"], row["contact_id"], row["score_value"]):
            found.setdefault(row["score_id"], []).append(row["score_value"])
    made = []
    for score, values in sorted(found.items()):
        low, high = min(values), max(values)
        width = (high - low) / bins
        placed = [min(int((one - low) / width), bins - 1) + 1 if width else 1 for one in values]
        for number in sorted(set(placed)):
            made.append(
                {
                    "score_id": score,
                    "bin": number,
                    "bin_from": low + width * (number - 1),
                    "bin_to": high if number == bins else low + width * number,
                    "contacts": placed.count(number),
                    "contact_share": Fraction(placed.count(number), len(values)),
                    "cumulative_share": Fraction(sum(one <= number for one in placed), len(values)),
                }
            )
    return made


def known(history, contacts, orders, as_of, days):
    """Each score's pairs of value and whether its contact bought, by what was known then."""
    addresses = {}
    for row in contacts:
        if (row["email"] or "").strip(" ") and row["contact_id"]:
            addresses.setdefault(row["contact_id"], set()).add(row["email"].strip(" ").lower())
    last = {}
    for row in sorted(history, key=lambda row: (row["observed_at"], row["score_value_id"])):
        if row["observed_at"] <= as_of and row["contact_id"]:
            last[row["score_id"], row["contact_id"]] = row["score_value"]
    buyers = {
        (row["email"] or "").strip(" ").lower()
        for row in orders
        if row["state"] in ("completed", "recovered")
        and row["ordered_at"] is not None
        and as_of < row["ordered_at"] <= as_of + timedelta(days=days)
    } - {""}
    made = {}
    for (score, contact), value in sorted(last.items()):
        if value is not None and contact in addresses:
            made.setdefault(score, []).append((value, bool(addresses[contact] & buyers)))
    return made


def outcomes(pairs):
    """Tenths of one score: by how many lie above, those of the same score counting half."""
    size, tenths = len(pairs), {}
    for value, bought in pairs:
        above = sum(one > value for one, _ in pairs)
        alike = sum(one == value for one, _ in pairs)
        tenth = int(Fraction(10 * (2 * above + alike), 2 * size)) + 1
        tenths.setdefault(tenth, []).append((value, bought))
    base = Fraction(sum(bought for _, bought in pairs), size)
    made = []
    for tenth, members in sorted(tenths.items()):
        buyers = sum(bought for _, bought in members)
        rate = Fraction(buyers, len(members))
        made.append(
            {
                "tenth": tenth,
                "lowest_score": min(value for value, _ in members),
                "highest_score": max(value for value, _ in members),
                "contacts": len(members),
                "buyers": buyers,
                "buy_rate": rate,
                "lift": rate / base if base else None,
            }
        )
    return made


def area(pairs):
    """Every buyer against everyone who did not buy."""
    buyers = [value for value, bought in pairs if bought]
    others = [value for value, bought in pairs if not bought]
    if not buyers or not others:
        return None
    won = sum((one > other) * 2 + (one == other) for one in buyers for other in others)
    return Fraction(won, 2 * len(buyers) * len(others))


def in_best_tenth(pairs):
    """Buyers among the best tenth, each contact at the cut counting by the room that is left."""
    room, found = Fraction(len(pairs), 10), Fraction(0)
    for value in sorted({one for one, _ in pairs}, reverse=True):
        members = [bought for one, bought in pairs if one == value]
        taken = min(room, len(members))
        found += Fraction(taken, len(members)) * sum(members)
        room -= taken
    return found


def delong_variance(pairs):
    """The variance of the area, from the placement of each buyer and of each other."""
    buyers = [value for value, bought in pairs if bought]
    others = [value for value, bought in pairs if not bought]

    def won(one, other):
        return Fraction((one > other) * 2 + (one == other), 2)

    def spread(values):
        mean = sum(values) / len(values)
        return sum((one - mean) ** 2 for one in values) / (len(values) - 1) / len(values)

    return spread([sum(won(a, b) for b in others) / len(others) for a in buyers]) + spread(
        [sum(won(a, b) for a in buyers) / len(buyers) for b in others]
    )
