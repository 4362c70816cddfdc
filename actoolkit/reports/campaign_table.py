"""A table of the campaigns one by one, each rate with its interval as a bar."""

from __future__ import annotations

from collections.abc import Mapping

from actoolkit import metrics
from actoolkit.charts.formats import count, day, percent, plural
from actoolkit.charts.names import display_name
from actoolkit.reports.blocks import Cell, Table, TableColumn
from actoolkit.reports.membership import CONTROLS, Membership

MOST_CAMPAIGNS = 120
"""Campaigns that a table holds one by one; sums and comparisons are over all of them."""

_TABLE_RATES = ("open_rate", "click_rate", "unsubscribe_rate")


def campaign_table(members: Membership) -> Table:
    """Build the table, newest first.

    Args:
        members: Campaigns of the period.
    """
    newest = members.sent.sort(["sent_at", "campaign_id"], descending=[True, False])
    frame = metrics.campaign_rates(newest)
    rates = {row["campaign_id"]: row for row in frame.iter_rows(named=True)}
    belongs = members.by_campaign()
    ids = newest["campaign_id"].to_list()[:MOST_CAMPAIGNS]
    most = {
        rate: max(
            (rates[i][f"{rate}_high"] or 0 for i in ids if (rates[i]["delivered"] or 0) >= 200),
            default=1,
        )
        or 1
        for rate in _TABLE_RATES
    }
    rows = [(_cells(rates[i], most), belongs[i]) for i in ids]
    total = plural(len(newest), "campaign")
    caption = total if len(ids) == len(newest) else f"The newest {len(ids)} of {total}"
    return Table(
        id="campaign-table",
        caption=f"{caption}, with 95% intervals.",
        columns=[
            # A phone shows the first three.
            TableColumn("Campaign"),
            TableColumn("Opened", "rate", "open_rate"),
            TableColumn("Clicked", "rate", "click_rate"),
            TableColumn("Unsubscribed", "rate", "unsubscribe_rate"),
            TableColumn("Delivered", "count", "delivered"),
            TableColumn("Sent", "day"),
        ],
        rows=rows,
        controls=CONTROLS,
    )


def _cells(row: Mapping[str, object], most: Mapping[str, float]) -> list[Cell]:
    name = display_name(row["name"], missing=f"(no name, id {row['campaign_id']})")  # type: ignore[arg-type]
    sent_at = row["sent_at"]
    cells = [Cell(name, name.casefold())]
    for rate, top in most.items():
        value, low, high = (row[rate + end] for end in ("", "_low", "_high"))
        if value is None:
            cells.append(Cell(percent(None)))
        else:
            bar = tuple(min(float(v) / top, 1.0) for v in (value, low, high))  # type: ignore[arg-type]
            cells.append(Cell(percent(value), value, bar))  # type: ignore[arg-type]
    cells.append(Cell(count(row["delivered"]), row["delivered"]))  # type: ignore[arg-type]
    cells.append(Cell(day(sent_at), sent_at.timestamp()))  # type: ignore[arg-type,attr-defined]
    return cells
