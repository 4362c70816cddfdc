"""Metrics of contacts and lists as loops over dictionaries."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


def share(count, whole):
    return count / whole if whole else None


def last(contact, clicks_only):
    known = [contact["last_click_local"]]
    if not clicks_only:
        known.append(contact["last_open_local"])
    known = [moment for moment in known if moment is not None]
    return max(known) if known else None


def alive(contacts):
    return [contact for contact in contacts if contact["deleted"] is not True]


def tiers(contacts, until, days, clicks_only):
    names = []
    low = 0
    for high in days:
        names.append(f"{low} to {high} days")
        low = high + 1
    names += [f"over {days[-1]} days", "never"]
    counts = [0] * len(names)
    for contact in alive(contacts):
        joined = contact["created_local"]
        if joined is not None and joined.date() >= until:
            continue
        moment = last(contact, clicks_only)
        if moment is None:
            counts[-1] += 1
            continue
        ago = datetime(until.year, until.month, until.day) - moment
        place = next((i for i, d in enumerate(days) if ago <= timedelta(days=d)), len(days))
        counts[place] += 1
    whole = sum(counts)
    return [
        {"tier_index": i, "tier": names[i], "contacts": n, "contact_share": share(n, whole)}
        for i, n in enumerate(counts)
    ]


def domains(contacts, top, wilson):
    found = {}
    for contact in alive(contacts):
        name = contact["email_domain"]
        row = found.setdefault(None if name is None else name.lower(), [0, 0, 0])
        row[0] += 1
        row[1] += (contact["hard_bounces"] or 0) > 0
        row[2] += last(contact, False) is not None
    whole = sum(row[0] for row in found.values())
    named = sorted(
        ((name, row) for name, row in found.items() if name is not None),
        key=lambda pair: (-pair[1][0], pair[0]),
    )
    rows = named[:top]
    if named[top:]:
        rows.append(("(others)", [sum(row[i] for _, row in named[top:]) for i in range(3)]))
    if None in found:
        rows.append((None, found[None]))
    made = []
    for name, (count, bounced, engaged) in rows:
        low, high = wilson(bounced, count)
        engaged_low, engaged_high = wilson(engaged, count)
        made.append(
            {
                "domain": name,
                "contacts": count,
                "contact_share": share(count, whole),
                "bounced": bounced,
                "bounced_rate": share(bounced, count),
                "bounced_rate_low": low,
                "bounced_rate_high": high,
                "engaged": engaged,
                "engaged_rate": share(engaged, count),
                "engaged_rate_low": engaged_low,
                "engaged_rate_high": engaged_high,
            }
        )
    return made


def month_of(moment):
    return date(moment.year, moment.month, 1)


def following(month, number=1):
    index = month.year * 12 + month.month - 1 + number
    return date(index // 12, index % 12 + 1, 1)


def decay(contacts, until, clicks_only, wilson):
    cohorts = {}
    for contact in alive(contacts):
        if contact["created_local"] is not None and contact["created_local"].date() < until:
            cohorts.setdefault(month_of(contact["created_local"]), []).append(contact)
    made = []
    for cohort in sorted(cohorts):
        month, number = cohort, 0
        while month < until:
            people = cohorts[cohort]
            moments = [last(contact, clicks_only) for contact in people]
            engaged = sum(moment is not None and month_of(moment) >= month for moment in moments)
            if following(month) > until:
                engaged = None
            low, high = (None, None) if engaged is None else wilson(engaged, len(people))
            made.append(
                {
                    "cohort_on": cohort,
                    "month": number,
                    "contacts": len(people),
                    "engaged": engaged,
                    "engaged_rate": None if engaged is None else engaged / len(people),
                    "engaged_rate_low": low,
                    "engaged_rate_high": high,
                }
            )
            month, number = following(month), number + 1
    return made


def day_of(moment, zone):
    return moment.astimezone(ZoneInfo(zone)).date()


def start_of(day, grain):
    if grain == "year":
        return day.replace(month=1, day=1)
    if grain == "quarter":
        return day.replace(month={1: 1, 2: 4, 3: 7, 4: 10}[-(-day.month // 3)], day=1)
    if grain == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if grain == "week" else day


def after(period, grain):
    if grain in ("month", "quarter", "year"):
        for _ in range({"month": 1, "quarter": 3, "year": 12}[grain]):
            period = following(period)
        return period
    return period + timedelta(days=7 if grain == "week" else 1)


def growth(memberships, grain, zone, until, wilson):
    lists = {}
    for row in memberships:
        if row["list_id"] is None or row["subscribed_at"] is None or row["status"] == "unconfirmed":
            continue
        if until is not None and day_of(row["subscribed_at"], zone) >= until:
            continue
        found = lists.setdefault(row["list_id"], {"joined": [], "left": [], "undated": 0})
        ended = row["status"] in ("unsubscribed", "bounced")
        went = row["unsubscribed_at"]
        if ended and (went is None or went < row["subscribed_at"]):
            found["undated"] += 1
            continue
        for name, moment in (("joined", row["subscribed_at"]), ("left", went if ended else None)):
            if moment is not None and (until is None or day_of(moment, zone) < until):
                found[name].append(start_of(day_of(moment, zone), grain))
    made = []
    for list_id in sorted(lists):
        found = lists[list_id]
        seen = found["joined"] + found["left"]
        members, before = 0, None
        period = min(seen) if seen else None
        last = start_of(until - timedelta(days=1), grain) if until else max(seen, default=None)
        while seen and period <= last:
            joined, left = found["joined"].count(period), found["left"].count(period)
            members += joined - left
            known = before is not None and 0 <= left <= before and before > 0
            low, high = wilson(left, before) if known else (None, None)
            made.append(
                {
                    "list_id": list_id,
                    "period_on": period,
                    "joined": joined,
                    "left": left,
                    "members": members,
                    "churn_rate": left / before if known else None,
                    "churn_rate_low": low,
                    "churn_rate_high": high,
                    "undated": found["undated"],
                    "flag": "churn_rate: numerator exceeds denominator"
                    if before is not None and left > before
                    else None,
                }
            )
            before, period = members, after(period, grain)
    return made


def overlap(memberships):
    lists = {}
    for row in memberships:
        if row["status"] == "subscribed" and None not in (row["list_id"], row["contact_id"]):
            lists.setdefault(row["list_id"], set()).add(row["contact_id"])
    made = []
    for one in sorted(lists):
        for other in sorted(lists):
            both = len(lists[one] & lists[other])
            if one < other and both:
                sizes = len(lists[one]), len(lists[other])
                made.append(
                    {
                        "list_id": one,
                        "other_list_id": other,
                        "contacts": sizes[0],
                        "other_contacts": sizes[1],
                        "shared": both,
                        "overlap_share": both / min(sizes),
                        "jaccard_index": both / len(lists[one] | lists[other]),
                    }
                )
    return made


def completeness(rows, columns):
    made = []
    for column in columns:
        values = [row[column] for row in rows]
        filled = sum(
            value is not None and not (isinstance(value, str) and not value.strip())
            for value in values
        )
        made.append(
            {
                "column": column,
                "rows": len(rows),
                "filled": filled,
                "filled_share": share(filled, len(rows)),
            }
        )
    return made
