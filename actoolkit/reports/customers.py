"""Customers: who buys lately and often, who comes back, and how soon."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from actoolkit import metrics
from actoolkit.charts.cohorts import CELL, cohort_finding, cohort_layers, cohort_rows
from actoolkit.charts.cohorts import TWIN as COHORT_TWIN
from actoolkit.charts.customers import (
    RFM_TWIN,
    SURVIVAL_TWIN,
    rfm_finding,
    rfm_layers,
    rfm_rows,
    survival_finding,
    survival_layers,
    survival_rows,
)
from actoolkit.charts.formats import column_decimals, count, day, money, percent
from actoolkit.metrics.days import FIRST_DAY
from actoolkit.reports.blocks import Cell, Control, Figure, Note, Option, Table, TableColumn
from actoolkit.reports.document import Section
from actoolkit.reports.figures import still, switched
from actoolkit.reports.material import Material
from actoolkit.reports.orders import TABLE, shop_currencies
from actoolkit.reports.period import Period

SECTION, TITLE = "customers", "Customers"
COHORTS, MONTHS = 18, 12
BEST = 20
LONGEST = 400
"""Days of the curve that are drawn; on a page more points say no more."""


def customers_section(material: Material, period: Period) -> Section:
    """Build the section.

    Args:
        material: Tables of the account.
        period: Days of ordering; all of it looks back from their end to the first order known.
    """
    if not material.has(TABLE):
        sentence = f"Customers are not shown: {material.why_not(TABLE)}"
        return Section(SECTION, TITLE, blocks=[Note(sentence)])
    orders = material.frames[TABLE]
    codes = _known_currencies(material, period)
    if not codes:
        last = day(period.until - timedelta(days=1))
        return Section(SECTION, TITLE, blocks=[Note(f"No order was completed until {last}.")])
    control = Control(
        "customer_currency", "Currency", [Option(code, code or "unknown") for code in codes]
    )
    scores = {name: _scores(orders, period, code) for name, code in codes.items()}
    blocks: list[Figure | Table | Note] = [
        _rfm(control, scores, material),
        _segments(control, scores, material),
        *_coming_back(orders, period.until),
    ]
    return Section(
        SECTION,
        TITLE,
        lead="Who buys lately and often, who comes back, and how long that takes: of all orders "
        f"known until {day(period.until - timedelta(days=1))}, not only those of the period. "
        "Scores count orders in one currency.",
        controls=[control],
        blocks=blocks,
    )


def _known_currencies(material: Material, period: Period) -> dict[str, str | None]:
    """Give the currencies of the period, and behind them those of earlier orders only."""
    now = shop_currencies(material, period)
    return now | shop_currencies(material, Period(FIRST_DAY, period.until))


def _scores(
    orders: pl.DataFrame, period: Period, code: str | None, *, known: bool = True
) -> pl.DataFrame:
    """Score customers by all orders known: by a month's alone, last month's buyers were "lost"."""
    wanted = orders.filter(pl.col("currency").eq_missing(pl.lit(code)))
    since = None if known else period.since
    scores: pl.DataFrame = metrics.rfm(wanted, since=since, until=period.until)
    return scores


def _rfm(control: Control, scores: dict[str, pl.DataFrame], material: Material) -> Figure:
    parts = {
        code: rfm_rows(metrics.rfm_grid(frame), minor_units=material.minor_units.get(code, 2))
        for code, frame in scores.items()
    }
    return switched(
        "rfm",
        control,
        parts,
        lambda rows, _: rfm_finding(rows),
        rfm_layers,
        columns=RFM_TWIN,
        definitions=("rfm",),
        height=5 * 46,
    )


def _segments(control: Control, scores: dict[str, pl.DataFrame], material: Material) -> Table:
    rows = []
    for code, frame in scores.items():
        units = material.minor_units.get(code, 2)
        segments = metrics.rfm_segments(frame)
        digits = column_decimals(segments["revenue_cents"], units=units)
        for row in segments.iter_rows(named=True):
            name, cents = (row["segment"] or "no segment").capitalize(), row["revenue_cents"]
            shares = (row["customer_share"], row["revenue_share"])
            days = row["median_recency_days"]
            cells = (
                Cell(name, name),
                Cell(count(row["customers"]), row["customers"]),
                Cell(percent(shares[0]), shares[0]),
                Cell(money(cents, code, decimals=digits, units=units), cents),
                Cell(percent(shares[1]), shares[1]),
                Cell(count(round(days)), days),
            )
            rows.append((cells, {control.name: (code,)}))
    return Table(
        id="segments",
        caption="Segments by recency, frequency and value of all orders known; one row per "
        "segment.",
        columns=[
            TableColumn("Segment"),
            TableColumn("Customers", "count", "rfm"),
            TableColumn("Share", "rate"),
            TableColumn("Revenue", "money"),
            TableColumn("Share of revenue", "rate"),
            TableColumn("Median days since the last order", "count"),
        ],
        rows=rows,
        controls=[control.name],
    )


def _coming_back(orders: pl.DataFrame, until: date) -> list[Figure]:
    cells = cohort_rows(
        metrics.cohort_retention(orders, until=until), cohorts=COHORTS, months=MONTHS
    )
    curve = survival_rows(metrics.second_order_survival(orders, until=until))
    drawn = [row for row in curve if row["days"] <= LONGEST]
    made = []
    if cells:
        made.append(
            still(
                "cohorts",
                cells,
                cohort_finding(cells),
                cohort_layers(cells),
                columns=COHORT_TWIN,
                definitions=("retention_rate",),
                dense=True,
                height=CELL * len({row["cohort"] for row in cells}),
            )
        )
    if drawn:
        made.append(
            still(
                "second-order",
                drawn,
                survival_finding(drawn),
                survival_layers(drawn),
                columns=SURVIVAL_TWIN,
                definitions=("waiting_share",),
                height=260,
            )
        )
    return made


def best_customers_section(material: Material, period: Period) -> Section:
    """Name the customers who brought most, by their addresses: personal data.

    Args:
        material: Tables of the account.
        period: Days of ordering.
    """
    rows: list[tuple[tuple[Cell, ...], dict[str, tuple[str, ...]]]] = []
    codes = shop_currencies(material, period) if material.has(TABLE) else {}
    for name, code in codes.items():
        scores = _scores(material.frames[TABLE], period, code)
        spent = _scores(material.frames[TABLE], period, code, known=False).drop("segment")
        spent = spent.join(scores.select("customer", "segment"), on="customer")
        best = spent.sort(["revenue_cents", "customer"], descending=[True, False]).head(BEST)
        units = material.minor_units.get(name, 2)
        digits = column_decimals(best["revenue_cents"], units=units)
        for row in best.iter_rows(named=True):
            cents = row["revenue_cents"]
            cells = (
                Cell(row["customer"], row["customer"]),
                Cell(name or "unknown", name),
                Cell(count(row["orders"]), row["orders"]),
                Cell(money(cents, name, decimals=digits, units=units), cents),
                Cell(count(row["recency_days"]), row["recency_days"]),
                Cell((row["segment"] or "no segment").capitalize(), row["segment"]),
            )
            rows.append((cells, {}))
    title = "Best customers"
    if not rows:
        return Section("best-customers", title, blocks=[Note("No customer can be named.")])
    table = Table(
        id="best",
        caption=f"The {BEST} customers of each currency with the highest revenue in the period; "
        "segments are of all orders known until its end.",
        columns=[
            TableColumn("Customer"),
            TableColumn("Currency"),
            TableColumn("Orders", "count"),
            TableColumn("Revenue", "money"),
            TableColumn("Days since the last order", "count"),
            TableColumn("Segment"),
        ],
        rows=rows,
    )
    return Section("best-customers", title, lead="Personal data: share with care.", blocks=[table])
