"""Automations, fatigue and bounces over dictionaries: loops, no frame library."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

DAY = timedelta(days=1)


def rate(name, k, n, wilson):
    low, high = wilson(k, n) if n else (None, None)
    return {name: Fraction(k, n) if n else None, f"{name}_low": low, f"{name}_high": high}


def median_days(times):
    """Full days after which at most half are still there; times are (days, whether they left)."""
    share = Fraction(1)
    for day in sorted({days for days, _ in times}):
        at_risk = sum(days >= day for days, _ in times)
        left = sum(days == day and gone for days, gone in times)
        share *= 1 - Fraction(left, at_risk)
        if share <= Fraction(1, 2):
            return day
    return None


def funnel(rows, until, mature_days, wilson):
    made = []
    names = sorted({row["automation_id"] for row in rows if row["automation_id"] is not None})
    for name in names:
        mine = [row for row in rows if row["automation_id"] == name]
        seen = [row for row in mine if row["added_at"] is not None and row["added_at"] < until]
        gone = [r for r in seen if r["removed_at"] is not None and r["removed_at"] < until]
        done = [row for row in gone if row["completed"]]
        mature = [row for row in seen if until - row["added_at"] > mature_days * DAY]
        mature_done = [row for row in mature if row in done]
        times = []
        for row in seen:
            end = row["removed_at"] if row in gone else until
            times.append((max((end - row["added_at"]) // DAY, 0), row in gone))
        contacts = len({row["contact_id"] for row in seen})
        made.append(
            {
                "automation_id": name,
                "entries": len(seen),
                "contacts": contacts,
                "reentries": len(seen) - contacts,
                "active": len(seen) - len(gone),
                "ended": len(gone),
                "completed": len(done),
                "mature_entries": len(mature),
                "mature_completed": len(mature_done),
                **rate("completion_rate", len(mature_done), len(mature), wilson),
                "median_days": median_days(times),
                "undated": sum(row["added_at"] is None for row in mine),
            }
        )
    return made


def progress(rows, by="steps_done"):
    column = {"steps_done": "completed_elements"}.get(by, by)
    found = {}
    for row in rows:
        if row["automation_id"] is not None:
            key = (row["automation_id"], row[column])
            entries, active = found.get(key, (0, 0))
            found[key] = (entries + 1, active + (row["removed_at"] is None))
    whole = {}
    for (name, _), (entries, _) in found.items():
        whole[name] = whole.get(name, 0) + entries
    keys = sorted(found, key=lambda key: (key[0], [] if key[1] is None else [key[1]]))
    return [
        {
            "automation_id": key[0],
            by: key[1],
            "entries": found[key][0],
            "active": found[key][1],
            "ended": found[key][0] - found[key][1],
            "entry_share": Fraction(found[key][0], whole[key[0]]),
        }
        for key in keys
    ]


def month(at):
    return at.year, at.month


def fatigue(touches, lists, ends, wilson):
    left = {
        (row["contact_id"], month(row["unsubscribed_at"]))
        for row in lists
        if row["status"] == "unsubscribed" and row["unsubscribed_at"] is not None
    }
    months = {}
    for touch in touches:
        known = touch["contact_id"] is not None and touch["touched_at"] is not None
        if known and touch["kind"] in ("sent", "listed"):
            key = (touch["contact_id"], month(touch["touched_at"]))
            months[key] = months.get(key, 0) + 1
    made, start = [], 1
    for end in [*ends, None]:
        mine = {key: n for key, n in months.items() if n >= start and (end is None or n <= end)}
        mails, gone = sum(mine.values()), sum(key in left for key in mine)
        made.append(
            {
                "mails_from": start,
                "mails_to": end,
                "contact_months": len(mine),
                "mails": mails,
                "unsubscribed": gone,
                **rate("unsubscribed_rate", gone, len(mine), wilson),
                "unsubscribed_per_mail": Fraction(gone, mails) if mails else None,
            }
        )
        start = end + 1 if end is not None else start
    return made


def health(rows, wilson):
    made = []
    for kind in ("hard", "soft"):
        counts = [
            row[f"{kind}_bounces"]
            for row in rows
            if not row["deleted"] and row[f"{kind}_bounces"] is not None
        ]
        bounced = sum(count > 0 for count in counts)
        made.append(
            {
                "kind": kind,
                "contacts": len(counts),
                "bounced": bounced,
                **rate("bounced_rate", bounced, len(counts), wilson),
                "bounces": sum(counts),
            }
        )
    return made
