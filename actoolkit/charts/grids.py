"""Heat maps with a number in each cell: colour, and text that stays readable on it."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from actoolkit.charts.drawing import inline
from actoolkit.charts.frames import Row

LOW, HIGH = 0.42, 0.655
"""Shares of the colour scale between which text is black in light and in dark.

Cells turn from light to dark on white and from dark to light on black, and each turn has its own
point at which the text has to. With three tones it keeps a contrast of 4.5:1 everywhere.
"""


def shaded(rows: list[Row], *, least: float, most: float) -> list[Row]:
    """Say for each row where its ``value`` lies on the scale, and which text it takes.

    Args:
        rows: With ``value``; None for a cell that has none.
        least: Start of the scale.
        most: End of the scale.
    """
    width = (most - least) or 1.0
    return [
        {
            **row,
            "tone": "low" if row["value"] is None else _tone((row["value"] - least) / width),
        }
        for row in rows
    ]


def _tone(share: float) -> str:
    return "low" if share < LOW else "middle" if share < HIGH else "high"


def grid_layers(
    rows: list[Row],
    *,
    x: alt.X,
    y: alt.Y,
    domain: Sequence[float] | None,
    legend: alt.Legend,
    legend_title: str,
    tooltip: list[alt.Tooltip],
) -> list[alt.Chart]:
    """Draw cells with ``value`` as colour and ``text`` on top; cells without a value stay blank.

    Args:
        rows: Result of `shaded`, with ``text``.
        x: Columns.
        y: Rows.
        domain: Ends of the colour scale; None goes from zero to the most of the rows shown.
        legend: Of the colours.
        legend_title: What the colour tells.
        tooltip: Of a cell.
    """
    base = alt.Chart(inline(rows))
    color = alt.Color(
        "value:Q",
        title=legend_title,
        scale=alt.Scale(domain=list(domain), clamp=True) if domain else alt.Scale(zero=True),
        legend=legend,
    )
    return [
        base.mark_rect(style="blank").encode(x=x, y=y),
        base.transform_filter("isValid(datum.value)")
        .mark_rect(style="cell")
        .encode(x=x, y=y, color=color, tooltip=tooltip),
        *(
            base.transform_filter(f"datum.tone === '{tone}'")
            .mark_text(style=f"on-{tone}")
            .encode(x=x, y=y, text="text:N", tooltip=tooltip)
            for tone in ("low", "middle", "high")
        ),
    ]
