"""The audience: how lists grew, and how lately contacts opened or clicked."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from actoolkit import metrics
from actoolkit.charts.audience import tier_finding, tier_layers, tier_rows
from actoolkit.charts.drawing import TwinColumn
from actoolkit.charts.lists import growth_finding, growth_layers, growth_rows
from actoolkit.charts.names import display_name
from actoolkit.metrics.days import LENGTHS
from actoolkit.reports.blocks import Control, Figure, Note, Option, Table
from actoolkit.reports.document import Section
from actoolkit.reports.figures import still, switched
from actoolkit.reports.material import Material
from actoolkit.reports.period import Period, grain_for

MOST_LISTS = 8
TIER_TWIN = (
    TwinColumn("tier", "Last open or click", "text"),
    TwinColumn("contacts", "Contacts", "count"),
    TwinColumn("value", "Share", "rate"),
)
GROWTH_TWIN = (
    TwinColumn("period_label", "Period", "text"),
    TwinColumn("joined", "Joined", "count"),
    TwinColumn("left", "Left", "count"),
    TwinColumn("members", "Members at the end", "count"),
)


def audience_section(material: Material, period: Period) -> Section:
    """Build the section.

    Args:
        material: Tables of the account.
        period: Days that the growth is shown for.
    """
    blocks: list[Figure | Table | Note] = []
    controls: list[Control] = []
    if material.has("contact_lists", "lists"):
        control = _lists(material)
        figure = _growth(control, material, period)
        if figure:
            controls.append(control)
            blocks.append(figure)
    else:
        reason = material.why_not("contact_lists", "lists")
        blocks.append(Note(f"The growth of lists is not shown: {reason}"))
    if material.has("contacts"):
        rows = tier_rows(metrics.recency_tiers(material.frames["contacts"], until=period.until))
        if rows:
            finding = tier_finding(rows)
            blocks.append(
                still(
                    "recency",
                    rows,
                    finding,
                    tier_layers(rows),
                    columns=TIER_TWIN,
                    definitions=("recency_tiers",),
                    height=34 * len(rows),
                )
            )
    else:
        blocks.append(Note(f"Contacts are not shown: {material.why_not('contacts')}"))
    return Section(
        "audience",
        "Audience",
        lead="Who joined and left the lists, and how many contacts still open or click.",
        controls=controls,
        blocks=blocks or [Note("There is no contact on a list yet.")],
    )


def _lists(material: Material) -> Control:
    """Offer all lists together, then the largest ones."""
    rows = material.frames["contact_lists"].drop_nulls("list_id")
    sizes = rows.group_by("list_id").len().sort(["len", "list_id"], descending=[True, False])
    names = dict(material.frames["lists"].select("list_id", "name").iter_rows())
    known = [i for i in sizes["list_id"].to_list() if i in names][:MOST_LISTS]
    options = [Option(str(i), display_name(names[i])) for i in known]
    return Control("growth_list", "List", [Option("all", "All lists"), *options])


def _growth(control: Control, material: Material, period: Period) -> Figure | None:
    grain = grain_for(period)
    frame = metrics.list_growth(
        material.frames["contact_lists"],
        grain=grain,
        time_zone=material.zone,
        until=min(period.until, material.today + timedelta(days=1)),
    )
    length = LENGTHS[grain]
    earlier = pl.lit(period.since).dt.truncate(length).dt.offset_by(f"-{length}")
    # Members add up since the first contact: all that came before is one period, not drawn.
    frame = frame.with_columns(period_on=pl.max_horizontal("period_on", earlier))
    parts = {}
    labels = {option.value: option.label for option in control.options}
    for value in labels:
        part = frame if value == "all" else frame.filter(pl.col("list_id") == value)
        rows = growth_rows(part, as_of=period.known_until(material.today), grain=grain)
        parts[value] = [row for row in rows if period.since.isoformat() <= row["period"]]
    if not any(parts.values()):
        return None
    return switched(
        "list-growth",
        control,
        parts,
        lambda rows, value: growth_finding(
            rows, name="All lists" if value == "all" else labels[value], since=period.since
        ),
        growth_layers,
        columns=GROWTH_TWIN,
        definitions=("list_growth",),
        height=220,
    )
