"""What changed, and which factor made it: parts that add up, on every engine."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actoolkit.errors import InvalidArgument
from actoolkit.metrics import clicks_change, revenue_change

SINCE, UNTIL = date(2026, 6, 1), date(2026, 6, 11)
DAYS = {"since": SINCE, "until": UNTIL}
START = datetime(2026, 5, 20)
QUICK = settings(max_examples=15, deadline=None)
ORDERS = {
    "email": pl.String(),
    "state": pl.String(),
    "currency": pl.String(),
    "total_cents": pl.Int64(),
    "ordered_local": pl.Datetime("us"),
}
walls = st.integers(0, 24 * 24).map(lambda h: START + timedelta(hours=h))
orders = st.lists(
    st.fixed_dictionaries(
        {
            "email": st.sampled_from(["ann@example.com", " ANN@example.com", "bob@b.cc", None, ""]),
            "state": st.sampled_from(["completed", "completed", "recovered", "abandoned"]),
            "currency": st.sampled_from(["EUR", "EUR", "USD", None]),
            "total_cents": st.none() | st.integers(0, 9000),
            "ordered_local": st.none() | walls,
        }
    ),
    max_size=14,
)


def parts_of(values, product):
    """Each factor's part by the logarithmic mean, as the paper writes it; None without one."""
    (v0, v1) = product
    if min(v0, v1) <= 0 or any(not x or not y for x, y in values):
        return None
    mean = v0 if v0 == v1 else (v1 - v0) / (math.log(v1) - math.log(v0))
    return [mean * math.log(y / x) for x, y in values]


def check(rows, times, product, column):
    """Rows of one group against the values of its factors before and after."""
    assert [row["factor_index"] for row in rows] == [0, 1, 2, 3]
    for row, pair in zip(rows, [*times, product], strict=True):
        for name, value in zip(("before", "after"), pair, strict=True):
            assert row[name] == (None if value is None else pytest.approx(value, rel=1e-12))
    whole = rows[-1][column]
    assert whole == product[1] - product[0]
    wanted = parts_of(times, product)
    found = [row[column] for row in rows[:-1]]
    if wanted is None:
        assert found == [None] * 3
    else:
        assert sum(found) == whole
        for part, exact in zip(found, wanted, strict=True):
            assert abs(part - exact) <= 1


@QUICK
@given(orders)
def test_revenue(engine, rows):
    found = engine.read(revenue_change(engine.make(rows, ORDERS), **DAYS))
    seen = {}
    for row in rows:
        at = row["ordered_local"]
        if row["state"] == "abandoned" or at is None:
            continue
        if not SINCE - (UNTIL - SINCE) <= at.date() < UNTIL:
            continue
        mine = seen.setdefault(row["currency"], ([], []))
        mine[at.date() >= SINCE].append(row)
    assert [row["currency"] for row in found[::4]] == sorted(
        seen, key=lambda code: (code is not None, code or "")
    )
    for number, currency in enumerate(row["currency"] for row in found[::4]):
        factors = []
        for part in seen[currency]:
            names = [(row["email"] or "").strip().lower() for row in part]
            people = len({name for name in names if name}) + sum(not name for name in names)
            cents = sum(row["total_cents"] or 0 for row in part)
            many = len(part)
            factors.append(
                (people, many / people, cents / many, cents) if many else (None, None, None, 0)
            )
        pairs = list(zip(*factors, strict=True))
        check(found[4 * number : 4 * number + 4], pairs[:3], pairs[3], "change_cents")


CAMPAIGNS = {
    **dict.fromkeys(("sends", "hard_bounces", "soft_bounces", "clickers"), pl.Int64()),
    "sent_local": pl.Datetime("us"),
    "automation_id": pl.String(),
}
campaigns = st.lists(
    st.fixed_dictionaries(
        {
            "sends": st.none() | st.integers(0, 500),
            "hard_bounces": st.none() | st.integers(0, 5),
            "soft_bounces": st.just(1),
            "clickers": st.none() | st.integers(0, 60),
            "sent_local": st.none() | walls,
            "automation_id": st.sampled_from([None, None, "4"]),
        }
    ),
    max_size=10,
)


@QUICK
@given(campaigns)
def test_clicks(engine, rows):
    found = engine.read(clicks_change(engine.make(rows, CAMPAIGNS), **DAYS))
    times = ([], [])
    for row in rows:
        at = row["sent_local"]
        if (
            row["automation_id"] is not None
            or at is None
            or not row["sends"]
            or None in (row["hard_bounces"], row["clickers"])
        ):
            continue
        if SINCE - (UNTIL - SINCE) <= at.date() < UNTIL:
            delivered = max(row["sends"] - row["hard_bounces"] - row["soft_bounces"], 0)
            times[at.date() >= SINCE].append((delivered, row["clickers"]))
    factors = []
    for part in times:
        mails, clicks = (sum(pair[n] for pair in part) for n in (0, 1))
        rate = clicks / mails if mails else None
        factors.append(
            (len(part), mails / len(part), rate, clicks) if part else (None, None, None, 0)
        )
    pairs = list(zip(*factors, strict=True))
    check(found, pairs[:3], pairs[3], "change")


@pytest.mark.parametrize("metric", [revenue_change, clicks_change])
@pytest.mark.parametrize("days", [(None, UNTIL), (SINCE, None), (UNTIL, SINCE), (SINCE, SINCE)])
def test_a_time_has_two_ends(metric, days):
    with pytest.raises(InvalidArgument, match="compare"):
        metric(pl.DataFrame(), since=days[0], until=days[1])
