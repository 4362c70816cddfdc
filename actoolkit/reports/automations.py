"""Automations: who comes to the end of each, and which orders followed an entry."""

from __future__ import annotations

from datetime import UTC

import altair as alt
import polars as pl

from actoolkit import metrics
from actoolkit.charts.attribution import TWIN as CREDIT_TWIN
from actoolkit.charts.attribution import credit_finding, credit_layers, credit_rows, rule_text
from actoolkit.charts.contact_funnel import (
    AUTOMATION_TWIN,
    automation_finding,
    automation_layers,
    automation_rows,
)
from actoolkit.charts.formats import MISSING, count, percent, plural
from actoolkit.charts.names import display_name
from actoolkit.reports.blocks import Cell, Control, Figure, Note, Option, Table, TableColumn
from actoolkit.reports.document import Section
from actoolkit.reports.figures import still, switched
from actoolkit.reports.material import Material
from actoolkit.reports.orders import TABLE, shop_currencies
from actoolkit.reports.period import Period

SECTION, TITLE = "automations", "Automations"
TABLES = ("automations", "contact_automations")
MATURE_DAYS, WINDOW_DAYS, MOST = 30, 7, 20


def automations_section(material: Material, period: Period) -> Section:
    """Build the section.

    Args:
        material: Tables of the account, with `TABLES`.
        period: Days of the entries and of the orders.
    """
    if not material.has("contact_automations"):
        sentence = f"Automations are not shown: {material.why_not('contact_automations')}"
        return Section(SECTION, TITLE, blocks=[Note(sentence.strip())])
    entries = entries_within(material, period)
    if not entries.height:
        sentence = f"Nobody entered an automation from {period}."
        return Section(SECTION, TITLE, blocks=[Note(sentence)])
    names = _names(material)
    funnel = metrics.automation_funnel(
        entries, until=material.as_of.astimezone(UTC), mature_days=MATURE_DAYS
    )
    blocks: list[Figure | Table | Note] = [*_completion(funnel, names)]
    blocks.append(_counts(funnel, names, period))
    controls = []
    followed = _orders(material, period, entries, names)
    if followed is not None:
        control, figure = followed
        controls.append(control)
        blocks.append(figure)
    return Section(
        SECTION,
        TITLE,
        lead="Entries of these days; who enters twice counts twice. Completion looks at those "
        f"that began {MATURE_DAYS} days ago or earlier. Orders within "
        f"{WINDOW_DAYS} days after an entry are exposure, not effect: they may have come anyway.",
        controls=controls,
        blocks=blocks,
    )


def entries_within(material: Material, period: Period) -> pl.DataFrame:
    """Keep the entries that began in a period.

    Args:
        material: Tables of the account, with `TABLES`.
        period: Days in the account's zone.
    """
    began = pl.col("added_at").dt.convert_time_zone(material.zone).dt.date()
    entries = material.frames["contact_automations"]
    return entries.filter(began >= period.since, began < period.until)


def _names(material: Material) -> dict[str, str]:
    if not material.has("automations"):
        return {}
    return dict(material.frames["automations"].select("automation_id", "name").iter_rows())


def _completion(funnel: pl.DataFrame, names: dict[str, str]) -> list[Figure]:
    rows = automation_rows(funnel, names=names, top=MOST)
    if not rows:
        return []
    figure = still(
        "automation-completion",
        rows,
        automation_finding(rows),
        automation_layers(rows),
        columns=AUTOMATION_TWIN,
        definitions=("completion_rate",),
    )
    return [figure]


def _counts(funnel: pl.DataFrame, names: dict[str, str], period: Period) -> Table:
    rows: list[tuple[tuple[Cell, ...], dict[str, tuple[str, ...]]]] = []
    for row in funnel.sort("entries", "automation_id", descending=[True, False]).to_dicts():
        name = display_name(names.get(row["automation_id"], f"id {row['automation_id']}"))
        whole = ("entries", "contacts", "reentries", "active", "ended", "completed")
        share, days = row["completion_rate"], row["median_days"]
        cells = (
            Cell(name, name),
            *(Cell(count(row[key]), row[key]) for key in whole),
            Cell(percent(share), share),
            Cell(MISSING if days is None else plural(days, "day"), days),
        )
        rows.append((cells, {}))
    headings = ("Entries", "Contacts", "Re-entries", "Inside", "Ended", "Completed")
    return Table(
        id="automation-entries",
        caption=f"Entries into automations from {period}; one row per automation. "
        f"Completion is of the entries that began {MATURE_DAYS} days ago or earlier.",
        columns=[
            TableColumn("Automation"),
            *(TableColumn(heading, "count") for heading in headings),
            TableColumn("Completion", "rate", "completion_rate"),
            TableColumn("Median time inside", "count"),
        ],
        rows=rows,
    )


def _orders(
    material: Material, period: Period, entries: pl.DataFrame, names: dict[str, str]
) -> tuple[Control, Figure] | None:
    """The orders that followed an entry, by currency; None without a shop."""
    if not material.has(TABLE, "contacts"):
        return None
    codes = shop_currencies(material, period)
    if not codes:
        return None
    found = metrics.attributed_revenue(
        material.frames[TABLE],
        metrics.automation_touches(entries),
        material.frames["contacts"],
        window_days=WINDOW_DAYS,
        by="automation_id",
        since=period.since,
        until=period.until,
    )
    options = [Option(name, name or "unknown") for name in codes]
    control = Control("shop_currency", "Currency", options)
    parts = {}
    for name, code in codes.items():
        mine = found.filter(pl.col("currency").eq_missing(pl.lit(code, pl.String)))
        rows = credit_rows(mine, names=names, currency=None, minor_units=material.minor_units)
        given = [row for row in rows if not row["is_soft"]][:MOST]
        # Parts of the longest bar: amounts in two currencies share no axis.
        longest = max((row["value"] for row in given), default=0) or 1
        parts[name] = [{**row, "value": round(row["value"] / longest, 6)} for row in given]
    if not any(parts.values()):
        return None
    figure = switched(
        "automation-orders",
        control,
        parts,
        lambda rows, _: credit_finding(rows, top=MOST, rule=rule_text("last", WINDOW_DAYS)),
        credit_layers,
        columns=CREDIT_TWIN,
        definitions=("attributed_revenue",),
        height=alt.Step(36),
    )
    return control, figure
