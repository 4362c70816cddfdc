"""Customers of a period: scored by all their orders, counted by those of its days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from actoolkit import metrics
from actoolkit.reports.blocks import Figure, Table
from actoolkit.reports.subjects import build

SINCE, UNTIL = date(2025, 6, 30), date(2026, 6, 30)


@pytest.fixture
def material(tiny):
    return tiny


def blocks(report, kind):
    return [b for section in report.sections for b in section.blocks if isinstance(b, kind)]


def test_segments_are_of_all_customers_and_tiles_of_those_of_the_period(material):
    since = date(2026, 6, 1)
    paid = material.frames["ecom_orders"].filter(
        pl.col("state").is_in(["completed", "recovered"]),
        pl.col("ordered_local").dt.date() < UNTIL,
    )
    paid = paid.with_columns(who=pl.col("email").str.strip_chars().str.to_lowercase())
    long = build("customers", material, since=SINCE, until=UNTIL)
    month = build("customers", material, since=since, until=UNTIL)
    whole, table = (
        next(table for table in blocks(made, Table) if table.id == "segments")
        for made in (long, month)
    )
    assert whole.rows == table.rows
    for code, part in paid.group_by("currency"):
        rows = [cells for cells, belongs in table.rows if belongs["customer_currency"] == code]
        assert sum(cells[1].value for cells in rows) == part["who"].n_unique()
        last = part.group_by("who").agg(pl.col("ordered_local").dt.date().max())
        days = (pl.lit(UNTIL) - pl.col("ordered_local")).dt.total_days() - 1
        longest = last.select(days.max()).item()
        assert max(cells[5].value for cells in rows) > 60, "nobody is lost after a month"
        assert max(cells[5].value for cells in rows) <= longest
    (section,) = (part for part in month.sections if part.id == "customers")
    assert "all orders known until 29 Jun 2026" in section.lead
    for made, start in ((long, SINCE), (month, since)):
        tiles = {kpi.label: kpi.value for kpi in made.kpis}
        everyone = paid.filter(pl.col("ordered_local").dt.date() >= start)["who"].n_unique()
        assert tiles["Customers"] == f"{everyone:,}"


def test_customers_of_a_month_without_orders_are_still_known(material):
    orders = material.frames["ecom_orders"]
    quiet = orders.filter(pl.col("ordered_local").dt.date() < date(2026, 6, 1))
    frames = {**material.frames, "ecom_orders": quiet}
    made = build("customers", replace(material, frames=frames), since="2026-06-01", until=UNTIL)
    assert {figure.id for figure in blocks(made, Figure)} == {"rfm", "cohorts", "second-order"}


def test_the_best_of_a_month_have_the_segment_of_all_their_orders(material):
    days = {"since": date(2026, 6, 1), "until": UNTIL}
    made = build("customers", material, **days, personal_data=True)
    (table,) = (table for table in blocks(made, Table) if table.id == "best")
    orders = material.frames["ecom_orders"]
    for cells, _ in table.rows:
        mine = orders.filter(pl.col("currency") == cells[1].value)
        scores = metrics.rfm(mine, until=UNTIL).filter(pl.col("customer") == cells[0].value)
        assert cells[5].value == scores["segment"].item()
        bought = mine.filter(
            pl.col("email").str.strip_chars().str.to_lowercase() == cells[0].value,
            pl.col("ordered_local").dt.date().is_between(*days.values(), closed="left"),
            pl.col("state").is_in(["completed", "recovered"]),
        )
        assert (cells[2].value, cells[3].value) == (len(bought), bought["total_cents"].sum())
