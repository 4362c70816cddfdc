"""Revenue of the period, one currency at a time."""

from __future__ import annotations

import polars as pl

from actoolkit import metrics
from actoolkit.charts.carts import TWIN as CART_TWIN
from actoolkit.charts.carts import recovery_finding, recovery_layers, recovery_rows
from actoolkit.charts.drawing import Finding, finished
from actoolkit.charts.frames import Row
from actoolkit.charts.orders import (
    TWIN,
    currency_name,
    revenue_finding,
    revenue_layers,
    revenue_rows,
)
from actoolkit.charts.theme import specification
from actoolkit.reports.blocks import Control, Figure, Note, Option, Table
from actoolkit.reports.cube import cube
from actoolkit.reports.document import Section
from actoolkit.reports.figures import switched
from actoolkit.reports.material import Material
from actoolkit.reports.period import Period, grain_for

TABLE = "ecom_orders"


def orders_section(material: Material, period: Period, *, carts: bool = False) -> Section:
    """Build the section.

    Args:
        material: Tables of the account.
        period: Days of ordering.
        carts: Whether to show the abandoned carts as well.
    """
    if not material.has(TABLE):
        return Section(
            "revenue", "Revenue", blocks=[Note(f"Revenue is not shown: {material.why_not(TABLE)}")]
        )
    grain = grain_for(period)
    revenue = metrics.revenue_by_period(
        material.frames[TABLE], grain=grain, since=period.since, until=period.until
    )
    if revenue.is_empty():
        return Section(
            "revenue", "Revenue", blocks=[Note(f"No order was completed from {period}.")]
        )
    rows = revenue_rows(
        revenue,
        as_of=period.known_until(material.today),
        since=period.since,
        grain=grain,
        minor_units=material.minor_units,
    )
    control = Control(
        "currency", "Currency", [Option(code, code or "unknown") for code in currencies(revenue)]
    )
    states = {
        option.value: revenue_finding([row for row in rows if row["currency"] == option.value])
        for option in control.options
    }
    chart = finished(
        revenue_layers(rows, chosen=control.name), states[control.value], as_of=None, height=280
    )
    start = {control.name: control.value}
    blocks: list[Figure | Table | Note] = []
    figure = Figure(
        id="revenue-chart",
        spec=cube(specification(chart), rows=rows, start=start),
        start=start,
        states=states,
        empty=Finding("No order was completed", "", "No order."),
        columns=TWIN,
        definitions=("revenue",),
    )
    blocks.append(figure)
    if carts:
        blocks.append(_carts(control, material, period))
    return Section(
        "revenue",
        "Revenue",
        lead="What the shop took, carts that came back included. Currencies are never added up.",
        controls=[control],
        blocks=blocks,
    )


def currencies(revenue: pl.DataFrame) -> list[str]:
    """Give the currencies, those of most orders first.

    Args:
        revenue: Result of `actoolkit.metrics.revenue_by_period`.
    """
    grouped = revenue.group_by(pl.col("currency").fill_null("")).agg(pl.col("orders").sum())
    order = grouped.sort(["orders", "currency"], descending=[True, False])
    return [currency_name(code) for code in order["currency"].to_list()]


def shop_currencies(material: Material, period: Period) -> dict[str, str | None]:
    """Give the currencies of a period's orders by their names, those of most orders first.

    Args:
        material: Tables of the account, with its orders.
        period: Days of ordering.
    """
    daily: pl.DataFrame = metrics.revenue_by_period(
        material.frames[TABLE], grain="day", since=period.since, until=period.until
    )
    codes = {
        currency_name(code or ""): code for code in daily["currency"].unique(maintain_order=True)
    }
    return {name: codes[name] for name in currencies(daily)}


def _carts(control: Control, material: Material, period: Period) -> Figure | Note:
    found = metrics.cart_recovery(material.frames[TABLE], since=period.since, until=period.until)
    parts: dict[str, list[Row]] = {}
    for code in found["currency"].unique(maintain_order=True).to_list():
        name = currency_name(code or "")
        part = found.filter(pl.col("currency").eq_missing(pl.lit(code)))
        parts[name] = recovery_rows(part, minor_units=material.minor_units)
    if not any(parts.get(option.value) for option in control.options):
        return Note(f"No cart was abandoned from {period}.")
    return switched(
        "carts",
        control,
        parts,
        lambda rows, _: recovery_finding(rows),
        recovery_layers,
        columns=CART_TWIN,
        definitions=("recovery_rate",),
        height=220,
    )
