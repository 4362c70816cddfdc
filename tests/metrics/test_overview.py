"""Main numbers and data quality against counts made by hand, on every engine."""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actoolkit.errors import InvalidArgument
from actoolkit.metrics import data_quality, overview_kpis
from actoolkit.reports.period import chosen_period
from actoolkit.tables.frames import to_pandas

COUNTERS = (
    "sends",
    "hard_bounces",
    "soft_bounces",
    "unique_opens",
    "verified_unique_opens",
    "clickers",
    "unsubscribes",
    "unique_replies",
    "unique_forwards",
)
CAMPAIGNS = {
    "automation_id": pl.String(),
    "sent_local": pl.Datetime("us"),
    **dict.fromkeys(COUNTERS, pl.Int64()),
}
ORDERS = {
    "email": pl.String(),
    "state": pl.String(),
    "currency": pl.String(),
    "total_cents": pl.Int64(),
    "ordered_local": pl.Datetime("us"),
}
START = datetime(2026, 3, 1)
walls = st.none() | st.integers(0, 20 * 24).map(lambda hours: START + timedelta(hours=hours))
campaigns = st.lists(
    st.fixed_dictionaries(
        {
            "automation_id": st.sampled_from([None, "5"]),
            "sent_local": walls,
            **{name: st.integers(0, 9) for name in COUNTERS},
            "sends": st.integers(0, 99),
            "verified_unique_opens": st.none() | st.integers(0, 9),
        }
    ),
    max_size=8,
)
orders = st.lists(
    st.fixed_dictionaries(
        {
            "email": st.sampled_from(
                ["ann@example.com", " ANN@example.com", "bob@example.com", None]
            ),
            "state": st.sampled_from(["completed", "recovered", "abandoned", None]),
            "currency": st.sampled_from(["USD", "EUR", None]),
            "total_cents": st.none() | st.integers(0, 10**9),
            "ordered_local": walls,
        }
    ),
    max_size=8,
)
budget = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
PAID = ("completed", "recovered")


def inside(rows, wall, first, end):
    known = [row for row in rows if row[wall] is not None and first <= row[wall].date() < end]
    return [row for row in known if row.get("automation_id") is None]


def kpi_rows(oracles, rows, bought, since, until):
    before = since - (until - since)
    made = {}
    for key, first, end in (("now", since, until), ("before", before, since)):
        counters = (
            "sends",
            "hard_bounces",
            "soft_bounces",
            "unique_opens",
            "clickers",
            "unsubscribes",
        )
        totals, _ = oracles.campaigns.total(inside(rows, "sent_local", first, end), counters)
        for kpi in ("sends", "delivered"):
            made.setdefault((kpi, None), {})[key] = (totals[kpi], totals[kpi], None, "mails")
        for kpi in ("open_rate", "verified_open_rate", "click_rate", "unsubscribe_rate"):
            k, n = (totals[name] for name in oracles.campaigns.OVER[kpi])
            rate, _ = oracles.campaigns.divide(k, n)
            made.setdefault((kpi, None), {})[key] = (rate, k, n, "share")
    paid = [row for row in bought if row["state"] in PAID and row["total_cents"] is not None]
    seen = {row["currency"] for row in inside(paid, "ordered_local", before, until)}
    for kpi, unit in (("revenue", "cents"), ("orders", "orders")):
        for currency in sorted(seen, key=lambda code: code or ""):
            for key, first, end in (("now", since, until), ("before", before, since)):
                found = [
                    row["total_cents"]
                    for row in inside(paid, "ordered_local", first, end)
                    if row["currency"] == currency
                ]
                amount = sum(found) if kpi == "revenue" else len(found)
                made.setdefault((kpi, currency), {})[key] = (amount, amount, None, unit)
    sent = inside(rows, "sent_local", since, until), inside(rows, "sent_local", before, since)
    return [kpi_row(oracles, *key, found, *sent) for key, found in made.items()]


def bounds(oracles, kpi, mails, rate, k, n):
    if rate is None:
        return None, None
    return oracles.clustered(k, n, oracles.campaigns.clusters(mails, *oracles.campaigns.OVER[kpi]))


def kpi_row(oracles, kpi, currency, found, sent, earlier):
    value, k, n, unit = found["now"]
    previous = found["before"][0]
    low, high, change_low, change_high = (None,) * 4
    known = value is not None and previous is not None
    if unit == "share":
        low, high = bounds(oracles, kpi, sent, value, k, n)
        old_low, old_high = bounds(oracles, kpi, earlier, *found["before"][:3])
        if known:
            change = float(value - previous)
            change_low = change - math.hypot(float(value) - low, old_high - float(previous))
            change_high = change + math.hypot(high - float(value), float(previous) - old_low)
    return {
        "kpi": kpi,
        "value": None if value is None else Fraction(value),
        "numerator": k,
        "denominator": n,
        "low": low,
        "high": high,
        "previous_value": None if previous is None else Fraction(previous),
        "change": Fraction(value) - Fraction(previous) if known else None,
        "change_low": change_low,
        "change_high": change_high,
        "unit": unit,
        "currency": currency,
    }


@budget
@given(rows=campaigns, bought=orders, first=st.integers(4, 12), days=st.integers(1, 6))
def test_kpis(engine, oracles, same, rows, bought, first, days):
    since = date(2026, 3, first)
    until = since + timedelta(days=days)
    frames = engine.make(rows, CAMPAIGNS), engine.make(bought, ORDERS)
    found = engine.read(overview_kpis(*frames, since=since, until=str(until)))
    same(found, kpi_rows(oracles, rows, bought, since, until))


@budget
@given(rows=campaigns, bought=orders, customers=st.lists(st.none() | st.booleans(), max_size=4))
def test_quality(engine, oracles, rows, bought, customers):
    found = data_quality(
        engine.make(rows, CAMPAIGNS),
        engine.make(bought, ORDERS),
        engine.make([{"email": "Ann@Example.com"}], {"email": pl.String()}),
        engine.make([{"is_rollup": flag} for flag in customers], {"is_rollup": pl.Boolean()}),
    )
    sent = [row for row in rows if row["sends"]]
    paid = [row for row in bought if row["state"] in PAID]
    wanted = [
        ("never_sent", len(rows) - len(sent), len(rows)),
        (
            "without_verified_opens",
            sum(row["verified_unique_opens"] is None for row in sent),
            len(sent),
        ),
        ("automation_mails", sum(row["automation_id"] is not None for row in sent), len(sent)),
        ("withheld_rates", sum(withheld(oracles, row) for row in rows), len(rows)),
        ("unpaid_orders", len(bought) - len(paid), len(bought)),
        ("orders_without_currency", sum(row["currency"] is None for row in paid), len(paid)),
        ("orders_without_amount", sum(row["total_cents"] is None for row in paid), len(paid)),
        ("orders_without_date", sum(row["ordered_local"] is None for row in paid), len(paid)),
        (
            "unmatched_orders",
            sum(row["email"] in (None, "bob@example.com") for row in paid),
            len(paid),
        ),
        ("rollup_customers", customers.count(True), len(customers)),
    ]
    used = {row["currency"] for row in paid} - {None}
    currencies = [("orders_in_currency", code, len(paid)) for code in sorted(used)]
    checks = [(row["check"], row["count"], row["of"]) for row in engine.read(found)]
    assert checks[: len(wanted)] == wanted
    assert sorted(checks[len(wanted) :]) == sorted(
        (name, sum(row["currency"] == code for row in paid), of) for name, code, of in currencies
    )


def withheld(oracles, row):
    counts = {
        **row,
        "delivered": oracles.campaigns.delivered(row),
        "bounces": row["hard_bounces"] + row["soft_bounces"],
    }
    known = row["verified_unique_opens"] is not None
    counts["verified_delivered"] = counts["delivered"] if known else None
    counts |= oracles.campaigns.opens_of(row)
    pairs = [(counts[k], counts[n]) for k, n in oracles.campaigns.OVER.values()]
    return oracles.campaigns.clipped(row) or any(
        k is not None and n is not None and k > n for k, n in pairs
    )


def test_sentences_count():
    customers = pl.DataFrame({"is_rollup": [True, False], "_extra": ['{"new": 1}', None]})
    assert data_quality(ecom_customers=customers)["sentence"].to_list() == [
        "1 of 2 customers are roll-up rows over all stores and left out of sums.",
        "1 of 2 customers carry fields that the table does not know, kept in _extra.",
    ]


def test_senseless_arguments_are_refused():
    empty = pl.DataFrame(schema=CAMPAIGNS)
    for days in (
        {"since": "2026-01-01", "until": None},
        {"since": "2026-01-02", "until": "2026-01-02"},
    ):
        with pytest.raises(InvalidArgument):
            overview_kpis(empty, **days)
    with pytest.raises(InvalidArgument, match="nothing to check"):
        data_quality()
    with pytest.raises(InvalidArgument, match="orders="):
        data_quality(contacts=pl.DataFrame({"email": ["a"]}))
    with pytest.raises(InvalidArgument, match="different kinds"):
        data_quality(empty, to_pandas(pl.DataFrame(schema=ORDERS)))


@pytest.mark.parametrize(
    ("until", "since"), [("2026-06-30", "2025-06-30"), ("2024-02-29", "2023-02-28")]
)
def test_without_a_beginning_it_is_twelve_months_as_in_reports(until, since):
    end = date.fromisoformat(until)
    days = [end - timedelta(days=n) for n in (1, 364, 365, 366, 367, 700)]
    rows = [
        {**dict.fromkeys(COUNTERS, 0), "sends": 10**n, "sent_local": datetime.combine(day, time())}
        for n, day in enumerate(days)
    ]
    mails = pl.DataFrame(rows).with_columns(automation_id=pl.lit(None, pl.String))
    found = overview_kpis(mails, until=until)
    assert found.equals(overview_kpis(mails, since=since, until=until))
    wanted = sum(10**n for n, day in enumerate(days) if day >= date.fromisoformat(since))
    assert found.filter(kpi="sends")["value"].item() == wanted
    assert chosen_period(None, None, today=end).since == date.fromisoformat(since)


def test_days_without_an_end_are_refused():
    with pytest.raises(InvalidArgument, match="until="):
        overview_kpis(pl.DataFrame(schema=CAMPAIGNS), until=None)
