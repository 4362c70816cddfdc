"""Contacts by how lately they opened or clicked."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from actoolkit.charts.drawing import AsOf, Finding, TwinColumn, finished, inline, nothing
from actoolkit.charts.formats import count, percent, plural
from actoolkit.charts.frames import Row, plain_rows

TWIN: Sequence[TwinColumn] = (
    TwinColumn("tier", "Last open or click", "text"),
    TwinColumn("contacts", "Contacts", "count"),
    TwinColumn("value", "Share of contacts", "rate"),
)


def recency_tiers_chart(tiers: object, *, as_of: AsOf = None) -> alt.LayerChart:
    """Draw how many contacts opened or clicked lately, long ago, or never.

    Args:
        tiers: Result of `actoolkit.metrics.recency_tiers`.
        as_of: Moment of the data, written in the corner.

    Raises:
        InvalidArgument: Not the metric's result.

    Example:
        >>> import polars as pl
        >>> from actoolkit.charts import recency_tiers_chart
        >>> tiers = pl.DataFrame({"tier_index": [0, 1, 2], "contacts": [30, 50, 20],
        ...     "tier": ["0 to 30 days", "over 30 days", "never"],
        ...     "contact_share": [0.3, 0.5, 0.2]})
        >>> recency_tiers_chart(tiers).title.text
        ['30.0% of contacts opened or clicked within 30 days; 20.0% never did']
    """
    rows = tier_rows(tiers)
    finding = tier_finding(rows)
    if not rows:
        return nothing(finding, as_of=as_of)
    return finished(tier_layers(rows), finding, as_of=as_of, height=alt.Step(34))


def tier_rows(tiers: object) -> list[Row]:
    """Read what the chart draws: one row per tier; none when there are no contacts.

    Args:
        tiers: Result of `actoolkit.metrics.recency_tiers`.

    Raises:
        InvalidArgument: Not the metric's result.
    """
    found = plain_rows(
        tiers,
        chart="recency_tiers_chart",
        metric="recency_tiers",
        columns=["tier_index", "tier", "contacts", "contact_share"],
    )
    total = sum(int(row["contacts"]) for row in found)
    return [
        {
            "tier": row["tier"],
            "contacts": int(row["contacts"]),
            "value": round(row["contact_share"], 6),
            "share_text": percent(row["contact_share"]),
            "count_text": count(row["contacts"]),
            "counts": f"{count(row['contacts'])} of {count(total)}",
            "is_never": row["tier"] == "never",
        }
        for row in sorted(found, key=lambda row: int(row["tier_index"]))
        if row["contact_share"] is not None
    ]


def tier_finding(rows: Sequence[Row]) -> Finding:
    """Say what the rows show.

    Args:
        rows: Result of `tier_rows`.
    """
    if not rows:
        return Finding("No data: no contact is there", "", "No contact is there.")
    first, never = rows[0], rows[-1]
    within = first["tier"].removeprefix("0 to ")
    title = f"{first['share_text']} of contacts opened or clicked within {within}; "
    title += f"{never['share_text']} never did"
    people = plural(sum(row["contacts"] for row in rows), "contact")
    subtitle = f"{people} by their last open or click; opens by privacy software do not count."
    return Finding(title, subtitle, f"{title}. {people} in {len(rows)} tiers.")


def tier_layers(rows: list[Row]) -> list[alt.Chart]:
    """Draw the rows.

    Args:
        rows: Result of `tier_rows`.
    """
    base = alt.Chart(inline(rows))
    y = alt.Y(
        "tier:N",
        title=None,
        sort=[row["tier"] for row in rows],
        axis=alt.Axis(grid=False),
    )
    # Room for the number behind the longest bar.
    most = max(row["value"] for row in rows) * 1.2 or 1.0
    x = alt.X("value:Q", title=None, axis=None, scale=alt.Scale(domain=[0, most]))
    tooltip = [
        alt.Tooltip("tier:N", title="Last open or click"),
        alt.Tooltip("counts:N", title="Contacts"),
        alt.Tooltip("share_text:N", title="Share of contacts"),
    ]
    return [
        base.transform_filter("!datum.is_never")
        .mark_bar(style="measured", height=22)
        .encode(x=x, y=y, tooltip=tooltip),
        base.transform_filter("datum.is_never")
        .mark_bar(style="soft", height=22)
        .encode(x=x, y=y, tooltip=tooltip),
        base.mark_text(style="value", align="left", dx=8, dy=-5).encode(
            x=x, y=y, text="share_text:N"
        ),
        base.mark_text(style="note", align="left", dx=8, dy=9).encode(
            x=x, y=y, text="count_text:N"
        ),
    ]
