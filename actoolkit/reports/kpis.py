"""The numbers at the top, and how they moved against the period before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from actoolkit import metrics
from actoolkit.charts.formats import count, decimal, money, percent, plural
from actoolkit.charts.orders import currency_name
from actoolkit.metrics.intervals import difference_bounds
from actoolkit.reports.campaigns import sent_campaigns
from actoolkit.reports.document import Kpi
from actoolkit.reports.material import Material
from actoolkit.reports.orders import TABLE, currencies
from actoolkit.reports.period import Period

_RATES = (
    ("open_rate", "Open rate", True),
    ("click_rate", "Click rate", True),
    ("unsubscribe_rate", "Unsubscribe rate", False),
)

NOTHING = "nothing earlier to compare with"
_WITHHELD = "withheld: above 100%"
_GROWING = "counted since the first sending"
_NOTABLE = 0.05
"""Amounts have no interval: a smaller change is told, but not called good or bad."""


def kpis(material: Material, period: Period, *, mail: bool = True, shop: bool = True) -> list[Kpi]:
    """Build the tiles.

    Args:
        material: Tables of the account.
        period: Days to sum up; as many days before them are the comparison.
        mail: Whether to tell of mail.
        shop: Whether to tell of the shop; without mail in more detail.
    """
    tiles = _mail(material, period) if mail else []
    if shop and material.has(TABLE):
        tiles += _revenue(material, period)
        if not mail:
            tiles += _customers(material, period)
    return tiles


def _mail(material: Material, period: Period) -> list[Kpi]:
    """Tell of one-off campaigns: what an automation sends adds up since it began.

    Where there are automations only, their mails are told and compared with nothing.
    """
    one_off = pl.col("automation_id").is_null()
    campaigns = material.frames["campaigns"]
    if campaigns.height and campaigns.filter(one_off).is_empty():
        sums = _pooled(sent_campaigns(material, period))
        return [
            replace(tile, trend=_GROWING) for tile in _mail_tiles(sums, {}, noun="automation mail")
        ]
    return _mail_tiles(*_one_off(material, period), noun="one-off campaign")


def _one_off(material: Material, period: Period) -> tuple[dict[str, Any], dict[str, Any]]:
    """Pool the one-off campaigns of a period, and of as many days before."""
    one_off = pl.col("automation_id").is_null()
    now, before = (
        _pooled(sent_campaigns(material, part).filter(one_off)) for part in (period, period.before)
    )
    return now, before


def moved_clearly(rate: str, material: Material, period: Period) -> bool:
    """Say whether the rate of one-off campaigns moved by more than chance, as its tile does.

    Args:
        rate: Column of `actoolkit.metrics.campaign_rates`.
        material: Tables of the account.
        period: Days that are compared with as many before.
    """
    now, before = _one_off(material, period)
    if now.get(rate) is None or before.get(rate) is None:
        return False
    low, high = _change_bounds(rate, now, before)
    return not low <= 0 <= high


def _change_bounds(
    rate: str, now: Mapping[str, Any], before: Mapping[str, Any]
) -> tuple[float, float]:
    ends = [f"{rate}{end}" for end in ("", "_low", "_high")]
    return difference_bounds([now[end] for end in ends], [before[end] for end in ends])


def _mail_tiles(now: Mapping[str, Any], before: Mapping[str, Any], *, noun: str) -> list[Kpi]:
    tiles = [_delivered(now, before, noun)]
    tiles += [
        rate_tile(rate, label, now, before, more_is_better=more) for rate, label, more in _RATES
    ]
    return tiles


def _pooled(sent: pl.DataFrame) -> dict[str, Any]:
    if sent.is_empty():
        return {}
    rates = metrics.campaign_rates(sent.with_columns(group=pl.lit("all")), by="group")
    return {**rates.row(0, named=True), "campaigns": len(sent)}


def _delivered(now: Mapping[str, Any], before: Mapping[str, Any], noun: str) -> Kpi:
    delivered = int(now.get("delivered") or 0)
    campaigns = plural(int(now.get("campaigns") or 0), noun)
    return with_change(
        Kpi("Delivered mails", count(delivered), note=campaigns, definition="delivered"),
        delivered,
        before.get("delivered"),
    )


def with_change(kpi: Kpi, now: float, before: float | None, *, good: bool | None = None) -> Kpi:
    """Add the relative change of an amount to its tile.

    Args:
        kpi: The tile.
        now: The amount.
        before: That of the days before, or None.
        good: Whether more is welcome; None where it is neither.
    """
    if not before:
        return replace(kpi, trend=NOTHING)
    change = now / before - 1
    if abs(change) < _NOTABLE:
        good = None
    if abs(change) < 0.0005:
        return replace(kpi, trend="unchanged", direction="flat")
    return replace(
        kpi,
        trend=f"{decimal(change + 1, 1)} times" if change > 2 else percent(abs(change)),
        direction="up" if change > 0 else "down",
        good=None if good is None else (change > 0) == good,
    )


def rate_tile(
    rate: str,
    label: str,
    now: Mapping[str, Any],
    before: Mapping[str, Any],
    *,
    more_is_better: bool,
    basis: str = "of delivered mails",
) -> Kpi:
    """Make the tile of a rate, which moved only where the interval of its change says so.

    Args:
        rate: Column, and id of its definition.
        label: What people call it.
        now: The rate and its bounds.
        before: Those of the days before, or nothing.
        more_is_better: Whether more is welcome.
        basis: What the rate is of; stands after its interval.
    """
    value, old = now.get(rate), before.get(rate)
    low, high = (now.get(f"{rate}{end}") for end in ("_low", "_high"))
    if rate == "open_rate" and now.get("verified_open_rate") is not None:
        basis = f"{percent(now['verified_open_rate'])} verified"
    if low is not None and high is not None:
        comma = "" if basis.startswith("of ") else ","
        basis = f"{percent(low)} to {percent(high)}{comma} {basis}"
    kpi = Kpi(label, percent(value), note=basis, definition=rate)
    if value is None and rate in (now.get("flag") or ""):
        return replace(kpi, trend=_WITHHELD)
    if value is None or old is None:
        return replace(kpi, trend=NOTHING)
    low, high = _change_bounds(rate, now, before)
    if low <= 0 <= high:
        return replace(kpi, trend="no clear change", direction="flat")
    points = 100 * abs(value - old)
    return replace(
        kpi,
        trend=f"{decimal(points, 2 if points < 0.1 else 1)} points",
        direction="up" if value > old else "down",
        good=(value > old) == more_is_better,
    )


def _revenue(material: Material, period: Period) -> list[Kpi]:
    sums = [_sums(material, p) for p in (period, period.before)]
    found = currencies(_daily(material, period))[:2]
    tiles = []
    for code in found:
        revenue, orders = sums[0][code]
        kpi = Kpi(
            f"Revenue, {code}" if code else "Revenue, currency unknown",
            money(revenue, code, decimals=0, units=material.minor_units.get(code, 2)),
            note=plural(orders, "order"),
            definition="revenue",
        )
        tiles.append(with_change(kpi, revenue, sums[1].get(code, (None, 0))[0], good=True))
    return tiles


def _customers(material: Material, period: Period) -> list[Kpi]:
    now, before = (
        metrics.repeat_purchase(material.frames[TABLE], since=part.since, until=part.until).row(
            0, named=True
        )
        for part in (period, period.before)
    )
    people = int(now["customers"])
    if not people:
        return []
    tile = Kpi("Customers", count(people), note="with an order in the period")
    repeats = rate_tile(
        "repeat_rate",
        "Ordered more than once",
        now,
        before,
        more_is_better=True,
        basis=f"{count(now['repeat_customers'])} of {plural(people, 'customer')}",
    )
    return [
        with_change(tile, people, before["customers"], good=True),
        repeats,
    ]


def _daily(material: Material, period: Period) -> pl.DataFrame:
    daily: pl.DataFrame = metrics.revenue_by_period(
        material.frames[TABLE], grain="day", since=period.since, until=period.until
    )
    return daily


def _sums(material: Material, period: Period) -> dict[str, tuple[int, int]]:
    daily = _daily(material, period)
    grouped = daily.group_by(pl.col("currency").fill_null("")).agg(
        pl.col("revenue_cents").sum(), pl.col("orders").sum()
    )
    return {currency_name(code): (cents, orders) for code, cents, orders in grouped.iter_rows()}
