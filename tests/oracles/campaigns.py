"""Campaign metrics over dictionaries: loops, integers, fractions; no frame library."""

from __future__ import annotations

from fractions import Fraction

COUNTERS = (
    "sends",
    "hard_bounces",
    "soft_bounces",
    "unique_opens",
    "clickers",
    "unsubscribes",
    "unique_replies",
    "unique_forwards",
)
OVER = {
    "delivery_rate": ("delivered", "sends"),
    "bounce_rate": ("bounces", "sends"),
    "hard_bounce_rate": ("hard_bounces", "sends"),
    "soft_bounce_rate": ("soft_bounces", "sends"),
    "open_rate": ("unique_opens", "delivered"),
    "verified_open_rate": ("verified_unique_opens", "verified_delivered"),
    "click_rate": ("clickers", "delivered"),
    "click_to_open_rate": ("clickers", "unique_opens"),
    "unsubscribe_rate": ("unsubscribes", "delivered"),
    "reply_rate": ("unique_replies", "delivered"),
    "forward_rate": ("unique_forwards", "delivered"),
    "privacy_open_share": ("unverified_opens", "verifiable_opens"),
}


def opens_of(row):
    """Unique opens where verified ones are known, and those of them that are not."""
    verified, opens = row.get("verified_unique_opens"), row.get("unique_opens")
    if verified is None or opens is None:
        return {"verifiable_opens": None, "unverified_opens": None}
    return {"verifiable_opens": opens, "unverified_opens": opens - verified}


def plus(*values):
    return None if any(value is None for value in values) else sum(values)


def delivered(row):
    left = plus(
        row["sends"],
        *(None if row[b] is None else -row[b] for b in ("hard_bounces", "soft_bounces")),
    )
    return left if left is None else max(left, 0)


def clipped(row):
    values = [row["sends"], row["hard_bounces"], row["soft_bounces"]]
    return None not in values and values[1] + values[2] > values[0]


def divide(k, n):
    """The rate, or null; whether it is withheld because k exceeds n."""
    if k is None or n is None:
        return None, False
    if k > n:
        return None, True
    return (Fraction(k, n) if n > 0 and k >= 0 else None), False


def clusters(members, numerator, denominator):
    """Hits and trials of each campaign sent that knows both."""
    found = []
    for row in members:
        if is_sent(row):
            verified = row.get("verified_unique_opens")
            counts = {
                **row,
                "delivered": delivered(row),
                "bounces": plus(row.get("hard_bounces"), row.get("soft_bounces")),
                "verified_delivered": None if verified is None else delivered(row),
                **opens_of(row),
            }
            found.append((counts[numerator], counts[denominator]))
    return [pair for pair in found if None not in pair]


def with_rates(row, interval, *, over=OVER, sent=True, was_clipped=False, members=None):
    """The rates of a row of counts, and its flag."""
    counts = {**row, "bounces": plus(row.get("hard_bounces"), row.get("soft_bounces"))}
    made, notes = {}, ["delivered: bounces exceed sends"] if was_clipped else []
    for rate, (numerator, denominator) in over.items():
        k, n = counts[numerator], counts[denominator]
        value, withheld = divide(k, n)
        if withheld:
            notes.append(f"{rate}: numerator exceeds denominator")
        made[rate] = value if sent else None
        known = made[rate] is not None
        low, high = None, None
        if known and members is None:
            low, high = interval(k, n)
        elif known:
            low, high = interval(k, n, clusters(members, numerator, denominator))
        made[f"{rate}_low"], made[f"{rate}_high"] = low, high
    return {**made, "flag": "; ".join(notes) or None}


def with_links(row, sent):
    """Links per clicker, and its note in the flag."""
    links, people = row["unique_link_clicks"], row["clickers"]
    known = sent and links is not None and people is not None
    found = Fraction(links, people) if known and people > 0 and links >= people else None
    notes = [row["flag"]] if row["flag"] else []
    if links is not None and people is not None and links < people:
        notes.append("links_per_clicker: fewer links than clickers")
    return {**row, "links_per_clicker": found, "flag": "; ".join(notes) or None}


def is_sent(row):
    return row["sends"] is not None and row["sends"] > 0


def one_by_one(rows, wilson):
    made = []
    for row in rows:
        verified = row["verified_unique_opens"]
        about = {
            name: row[name] for name in ("campaign_id", "name", "type", "automation_id", "sent_at")
        }
        counts = {name: row[name] for name in (*COUNTERS, "unique_link_clicks")}
        counts["verified_unique_opens"] = verified
        counts["delivered"] = delivered(row)
        counts["verified_delivered"] = None if verified is None else counts["delivered"]
        counts |= opens_of(row)
        rates = with_rates(counts, wilson, sent=is_sent(row), was_clipped=clipped(row))
        made.append(with_links({**about, **counts, **rates}, is_sent(row)))
    return sorted(made, key=lambda row: row["campaign_id"])


def null_first(values):
    return tuple((value is not None, value or "") for value in values)


def grouped(rows, by):
    groups = {}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in by), []).append(row)
    return [(key, groups[key]) for key in sorted(groups, key=null_first)]


def total(rows, counters):
    """Sums over the campaigns sent; null where one of them lacks the counter."""
    sent = [{**row, "delivered": delivered(row)} for row in rows if is_sent(row)]
    made = {"campaigns": len(sent)}
    for name in (*counters, "delivered"):
        made[name] = plus(*(row[name] for row in sent))
    verified = [row for row in sent if row.get("verified_unique_opens") is not None]
    known = [row for row in verified if row["delivered"] is not None]
    made["verified_unique_opens"] = (
        sum(row["verified_unique_opens"] for row in verified) if verified else None
    )
    made["verified_delivered"] = sum(row["delivered"] for row in known) if known else None
    for name in ("verifiable_opens", "unverified_opens"):
        seen = [opens_of(row)[name] for row in sent if opens_of(row)[name] is not None]
        made[name] = sum(seen) if seen else None
    return made, any(clipped(row) for row in sent)


def by_group(rows, by, clustered):
    made = []
    for key, members in grouped(rows, by):
        counts, was_clipped = total(members, (*COUNTERS, "unique_link_clicks"))
        sent = counts["sends"] is not None and counts["sends"] > 0
        rates = with_rates(counts, clustered, sent=sent, was_clipped=was_clipped, members=members)
        made.append(with_links({**dict(zip(by, key, strict=True)), **counts, **rates}, sent))
    return made


def funnel(rows, exposure, by, clustered):
    """Exposure: buyers by campaign, or None."""
    counters = ("sends", "hard_bounces", "soft_bounces", "unique_opens", "clickers")
    groups = grouped(rows, by) if by else [((), rows)]
    made = []
    for key, members in groups:
        counts, was_clipped = total(members, counters)
        steps = [
            ("sent", counts["sends"], counts["sends"]),
            ("delivered", counts["delivered"], counts["sends"]),
            ("opened", counts["unique_opens"], counts["delivered"]),
            ("clicked", counts["clickers"], counts["delivered"]),
        ]
        exposed = []
        if exposure is not None:
            exposed = [
                row
                for row in members
                if is_sent(row) and exposure.get(row["campaign_id"]) is not None
            ]
            mails = [delivered(row) for row in exposed if delivered(row) is not None]
            buyers = [exposure[row["campaign_id"]] for row in exposed]
            steps.append(
                ("ordered", sum(buyers) if buyers else None, sum(mails) if mails else None)
            )
        for index, (step, k, n) in enumerate(steps):
            seen = step == "opened"
            verified = counts["verified_unique_opens"] if seen else None
            of = counts["verified_delivered"] if seen else None
            rate, withheld = divide(k, n)
            verified_rate, verified_withheld = divide(verified, of)
            notes = []
            if was_clipped and step == "delivered":
                notes.append("delivered: bounces exceed sends")
            if withheld:
                notes.append("rate: numerator exceeds denominator")
            if verified_withheld:
                notes.append("verified_rate: numerator exceeds denominator")
            pairs = (
                clusters(members, *MADE_OF[step])
                if step != "ordered"
                else [
                    (exposure[row["campaign_id"]], delivered(row))
                    for row in exposed
                    if delivered(row) is not None
                ]
            )
            bounds = clustered(k, n, pairs) if rate is not None else (None, None)
            if step == "sent" and rate is not None:
                bounds = (1.0, 1.0)
            pairs = clusters(members, "verified_unique_opens", "verified_delivered")
            known = verified_rate is not None
            verified_bounds = clustered(verified, of, pairs) if known else (None, None)
            made.append(
                {
                    **dict(zip(by, key, strict=True)),
                    "step": step,
                    "step_index": index,
                    "count": k,
                    "denominator": n,
                    "rate": rate,
                    "rate_low": bounds[0],
                    "rate_high": bounds[1],
                    "verified_count": verified,
                    "verified_denominator": of,
                    "verified_rate": verified_rate,
                    "verified_rate_low": verified_bounds[0],
                    "verified_rate_high": verified_bounds[1],
                    "basis": "exposure" if step == "ordered" else "measured",
                    "campaigns": len(exposed) if step == "ordered" else counts["campaigns"],
                    "flag": "; ".join(notes) or None,
                }
            )
    return made


MADE_OF = {
    "sent": ("sends", "sends"),
    "delivered": ("delivered", "sends"),
    "opened": ("unique_opens", "delivered"),
    "clicked": ("clickers", "delivered"),
}


def drawn(pairs):
    """Beta prior by moments over (hits, trials) of cells: common rate and weight in trials."""
    size = sum(n for _, n in pairs)
    common = Fraction(sum(k for k, _ in pairs), size)
    binomial = common * (1 - common)
    room = size - Fraction(sum(n * n for _, n in pairs), size) - (len(pairs) - 1)
    if len(pairs) < 2 or binomial == 0 or room <= 0:
        return common, size
    distance = sum(n * (Fraction(k, n) - common) ** 2 for k, n in pairs)
    alike = (distance / binomial - (len(pairs) - 1)) / room
    if alike <= 0:
        return common, size
    return common, min(Fraction(size), max(1 / alike - 1, Fraction(1)))


def heatmap(rows, clustered, small_below):
    cells = {}
    for row in rows:
        if is_sent(row) and row["automation_id"] is None and row["sent_local"] is not None:
            wall = row["sent_local"]
            cells.setdefault((wall.isoweekday(), wall.hour), []).append(row)
    made = []
    for weekday, hour in sorted(cells):
        counts, was_clipped = total(cells[weekday, hour], ("sends", "unique_opens", "clickers"))
        over = {name: OVER[name] for name in ("open_rate", "click_rate")}
        rates = with_rates(
            counts, clustered, over=over, was_clipped=was_clipped, members=cells[weekday, hour]
        )
        shown = ("campaigns", "delivered", "unique_opens", "clickers")
        mails = counts["delivered"]
        small = {"small": mails is None or mails < small_below}
        counted = {name: counts[name] for name in shown}
        made.append({"weekday": weekday, "hour": hour, **counted, **rates, **small})
    for rate, numerator in (("open_rate", "unique_opens"), ("click_rate", "clickers")):
        pairs = [(row[numerator], row["delivered"]) for row in made if row[rate] is not None]
        common, weight = drawn(pairs) if pairs else (None, None)
        for row in made:
            k, n = row[numerator], row["delivered"]
            known = row[rate] is not None
            row[f"{rate}_shrunk"] = (common * weight + k) / (weight + n) if known else None
    ends = ("", "_low", "_high", "_shrunk")
    order = [
        *("weekday", "hour", "campaigns", "delivered", "unique_opens", "clickers"),
        *(f"{rate}{end}" for rate in ("open_rate", "click_rate") for end in ends),
        *("small", "flag"),
    ]
    return [{name: row[name] for name in order} for row in made]
