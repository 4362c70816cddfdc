"""The numbers at the top of a report, beside those of the days before."""

from __future__ import annotations

from datetime import date
from typing import Any

import narwhals.stable.v2 as nw

from actoolkit.errors import InvalidArgument
from actoolkit.metrics.counters import (
    RATES,
    VERIFIED,
    Rate,
    parts,
    summed,
    with_delivered,
    with_verified,
)
from actoolkit.metrics.days import Day, as_day, within_days, year_before
from actoolkit.metrics.frames import Schema, closed, opened, same_kind
from actoolkit.metrics.intervals import difference_bounds, with_rates
from actoolkit.metrics.orders import paid

_KPIS: Schema = {
    "kpi": "text",
    "value": "rate",
    "numerator": "count",
    "denominator": "count",
    "low": "rate",
    "high": "rate",
    "previous_value": "rate",
    "change": "rate",
    "change_low": "rate",
    "change_high": "rate",
    "unit": "text",
    "currency": "text",
}
_COUNTERS = (
    "sends",
    "hard_bounces",
    "soft_bounces",
    "unique_opens",
    "clickers",
    "unsubscribes",
)
_AMOUNTS = ("sends", "delivered")
_SHARES = ("open_rate", "verified_open_rate", "click_rate", "unsubscribe_rate")


def overview_kpis(
    campaigns: Any, orders: Any = None, *, since: Day = None, until: Day, confidence: float = 0.95
) -> Any:
    """Give the main numbers of some days, and of as many days before them.

    Grain: one row per number, and for revenue and orders one per currency. Mails are those of
    one-off campaigns and belong to the day of sending, orders to the day they were placed. Mails of
    automations add up since the automation began, so that no time can be told from the one before,
    and are left out.

    Args:
        campaigns: Result of `actoolkit.load_campaigns`.
        orders: Result of `actoolkit.load_ecom_orders`, or None for an account without a store.
        since: First day, in the account's zone; a date or "2026-01-31"; None for the twelve months
            before ``until``.
        until: The day after the last.
        confidence: Coverage of the intervals, between 0 and 1.

    Returns:
        The same kind of frame, in this order:
        ``kpi (String)``: "sends", "delivered", "open_rate", "verified_open_rate", "click_rate",
        "unsubscribe_rate" (all of delivered; verified of the campaigns that have verified opens),
        "revenue", "orders" (completed and recovered, with an amount);
        ``value (Float64)``, in ``unit``; ``numerator (Int64)``; ``denominator (Int64)``, ``low``,
        ``high``: of rates only;
        ``previous_value (Float64)``: the same over the days before;
        ``change (Float64)``: value - previous_value, in ``unit``; ``change_low``, ``change_high``:
        of rates only, Newcombe's interval from those of both rates;
        ``unit (String)``: "mails", "share" (0..1), "cents" (hundredths of the currency) or
        "orders"; ``currency (String)``: null for mails, and where it is not known.

    Raises:
        InvalidArgument: A day that is none or missing, days that end before they begin, or frames
            of different kinds.
        MissingColumns: A frame lacks a column.

    Source:
        `actoolkit.metrics.explain("click_rate")` and so on.

    Example:
        >>> import polars as pl
        >>> from datetime import datetime
        >>> campaigns = pl.DataFrame({
        ...     "sent_local": [datetime(2026, 5, 20), datetime(2026, 6, 20)],
        ...     "automation_id": [None, None],
        ...     "sends": [100, 200], "hard_bounces": [0, 0], "soft_bounces": [0, 0],
        ...     "unique_opens": [30, 70], "verified_unique_opens": [None, None],
        ...     "clickers": [2, 6], "unsubscribes": [0, 1],
        ... })
        >>> kpis = overview_kpis(campaigns, since="2026-06-01", until="2026-07-01")
        >>> kpis.filter(pl.col("kpi") == "click_rate").select("value", "previous_value").rows()
        [(0.03, 0.02)]
    """
    first, end = as_day(since), as_day(until)
    if end is None:
        raise InvalidArgument("The days have no end.", hint="Pass until=, the day after the last.")
    first = first or year_before(end)
    try:
        before = first - (end - first)
    except OverflowError as error:
        raise InvalidArgument(
            f"As many days as from {first} to {end} are not in the calendar before them.",
            hint="Choose fewer days.",
        ) from error
    reads: Schema = {"sent_local": "wall", **dict.fromkeys((*_COUNTERS, VERIFIED), "count")}
    mails = opened("overview_kpis", campaigns, {"automation_id": "key", **reads})
    mails = with_verified(with_delivered(mails.filter(nw.col("automation_id").is_null())))
    totals = _totals(mails, first, end, confidence).join(
        _totals(mails, before, first, confidence).select(nw.all().name.prefix("previous__")),
        how="cross",
    )
    parts = [_row(totals, name, "mails") for name in _AMOUNTS]
    parts += [_row(totals, name, "share", rate=RATES[name]) for name in _SHARES]
    if orders is not None:
        rows = opened(
            "overview_kpis",
            orders,
            {"state": "text", "currency": "text", "total_cents": "count", "ordered_local": "wall"},
        )
        same_kind("overview_kpis", mails, rows)
        parts += _money(rows, before, first, end)
    change = nw.col("value") - nw.col("previous_value")
    made = nw.concat(
        [
            part.with_columns(change=change).select(*_typed(), index=nw.lit(index).cast(nw.Int64))
            for index, part in enumerate(parts)
        ]
    )
    return closed(made, campaigns, _KPIS, sort_by=["index", "currency"])


def _typed() -> list[nw.Expr]:
    dtypes = {"rate": nw.Float64(), "count": nw.Int64(), "text": nw.String()}
    return [nw.col(name).cast(dtypes[kind]) for name, kind in _KPIS.items()]


def _totals(
    mails: nw.LazyFrame[Any], since: date, until: date, confidence: float
) -> nw.LazyFrame[Any]:
    rows = mails.filter(*within_days(nw.col("sent_local"), since, until))
    rates = parts(*_SHARES)
    partial = (VERIFIED, "verified_delivered")
    totals = summed(rows, (), (*_COUNTERS, "delivered"), partial, rates)
    return with_rates(totals, rates, confidence, clustered=True)


def _row(
    totals: nw.LazyFrame[Any],
    kpi: str,
    unit: str,
    *,
    currency: nw.Expr | None = None,
    rate: Rate | None = None,
) -> nw.LazyFrame[Any]:
    value = nw.col(kpi)
    nothing = nw.when(value.is_null()).then(value)
    change_low, change_high = nothing, nothing
    if rate is not None:
        now, before = (
            tuple(nw.col(f"{when}{kpi}{end}") for end in ("", "_low", "_high"))
            for when in ("", "previous__")
        )
        change_low, change_high = difference_bounds(now, before)
    return totals.select(
        kpi=nw.lit(kpi),
        value=value,
        numerator=value if rate is None else rate.hits(),
        denominator=nothing if rate is None else rate.trials(),
        low=nothing if rate is None else nw.col(f"{kpi}_low"),
        high=nothing if rate is None else nw.col(f"{kpi}_high"),
        previous_value=nw.col(f"previous__{kpi}"),
        change_low=change_low,
        change_high=change_high,
        unit=nw.lit(unit),
        currency=nothing if currency is None else currency,
    )


def _money(
    rows: nw.LazyFrame[Any], before: date, since: date, until: date
) -> list[nw.LazyFrame[Any]]:
    wall, cents = nw.col("ordered_local"), nw.col("total_cents")
    (now,) = within_days(wall, since, None)
    rows = rows.filter(paid(), ~cents.is_null(), *within_days(wall, before, until))
    rows = rows.with_columns(order=0 * cents + 1, nothing=0 * cents).select(
        "currency",
        *(
            nw.when(when).then(nw.col(column)).otherwise(nw.col("nothing")).alias(f"{prefix}{kpi}")
            for prefix, when in (("", now), ("previous__", ~now))
            for kpi, column in (("revenue", "total_cents"), ("orders", "order"))
        ),
    )
    names = ("revenue", "orders", "previous__revenue", "previous__orders")
    totals = rows.group_by("currency").agg(*(nw.col(name).sum() for name in names))
    return [
        _row(totals, kpi, unit, currency=nw.col("currency"))
        for kpi, unit in (("revenue", "cents"), ("orders", "orders"))
    ]
