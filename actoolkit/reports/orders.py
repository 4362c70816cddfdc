"""Revenue of the period, one currency at a time."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from actoolkit import metrics
from actoolkit.charts.drawing import Finding, finished
from actoolkit.charts.orders import (
    TWIN,
    currency_name,
    revenue_finding,
    revenue_layers,
    revenue_rows,
)
from actoolkit.charts.periods import Grain
from actoolkit.charts.theme import specification
from actoolkit.reports.blocks import Control, Figure, Note, Option
from actoolkit.reports.cube import cube
from actoolkit.reports.document import Section
from actoolkit.reports.material import Material
from actoolkit.reports.period import Period

TABLE = "ecom_orders"


def orders_section(material: Material, period: Period) -> Section:
    """Build the section.

    Args:
        material: Tables of the account.
        period: Days of ordering.
    """
    if not material.has(TABLE):
        return Section(
            "revenue", "Revenue", blocks=[Note(f"Revenue is not shown: {material.why_not(TABLE)}")]
        )
    grain, since = _whole(period)
    revenue = metrics.revenue_by_period(
        material.frames[TABLE], grain=grain, since=since, until=period.until
    )
    if revenue.is_empty():
        return Section(
            "revenue", "Revenue", blocks=[Note(f"No order was completed from {period}.")]
        )
    rows = revenue_rows(revenue, as_of=period.until, grain=grain, minor_units=material.minor_units)
    control = Control(
        "currency", "Currency", [Option(code, code or "unknown") for code in currencies(revenue)]
    )
    states = {
        option.value: revenue_finding([row for row in rows if row["currency"] == option.value])
        for option in control.options
    }
    chart = finished(revenue_layers(rows), states[control.value], as_of=None, height=280)
    start = {control.name: control.value}
    figure = Figure(
        id="revenue-chart",
        spec=cube(specification(chart), rows=rows, start=start),
        start=start,
        states=states,
        empty=Finding("No order was completed", "", "No order."),
        columns=TWIN,
        definitions=("revenue",),
    )
    return Section(
        "revenue",
        "Revenue",
        lead="What the shop took, carts that came back included. Currencies are never added up.",
        controls=[control],
        blocks=[figure],
    )


def currencies(revenue: pl.DataFrame) -> list[str]:
    """Give the currencies, those of most orders first.

    Args:
        revenue: Result of `actoolkit.metrics.revenue_by_period`.
    """
    grouped = revenue.group_by(pl.col("currency").fill_null("")).agg(pl.col("orders").sum())
    order = grouped.sort(["orders", "currency"], descending=[True, False])
    return [currency_name(code) for code in order["currency"].to_list()]


def _whole(period: Period) -> tuple[Grain, date]:
    """Choose the grain, and the first day from which its periods are whole."""
    if period.days >= 90:
        first = period.since
        return "month", first if first.day == 1 else (
            first.replace(day=1) + timedelta(days=32)
        ).replace(day=1)
    if period.days >= 21:
        return "week", period.since + timedelta(days=-period.since.weekday() % 7)
    return "day", period.since
