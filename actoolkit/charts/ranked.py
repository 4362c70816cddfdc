"""Two forms that many charts share: bars with their number, dots with their interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from actoolkit.charts.drawing import inline
from actoolkit.charts.formats import AXIS_PERCENT
from actoolkit.charts.frames import Row

LONG = 20
"""Above this many letters, names stand above their bars where the page is narrow."""


def bar_layers(
    rows: list[Row], tooltip: Sequence[alt.Tooltip], *, height: int = 22
) -> list[alt.Chart]:
    """Draw a bar for each row, in their order, its number and a note behind it.

    Args:
        rows: ``label``, ``value``, ``value_text``, ``note_text``, ``is_soft``; where there is an
            interval, ``low`` and ``high``.
        tooltip: What a row says when it is pointed at.
        height: Pixels of a bar.
    """
    base = alt.Chart(inline(rows))
    long = max((len(row["label"]) for row in rows), default=0) > LONG
    axis = alt.Axis(grid=False, style="name") if long else alt.Axis(grid=False)
    y = alt.Y("label:N", title=None, sort=[row["label"] for row in rows], axis=axis)
    reach = [row["high"] if row.get("high") is not None else row["value"] for row in rows]
    most = max([one for one in reach if one is not None], default=0) * 1.24 or 1.0
    x = alt.X("value:Q", title=None, axis=None, scale=alt.Scale(domain=[0, most]))
    end = alt.X("reach:Q", scale=alt.Scale(domain=[0, most]))
    told = base.transform_calculate(reach="isValid(datum.high) ? datum.high : datum.value")
    layers = [
        base.transform_filter("!datum.is_soft")
        .mark_bar(style="measured", height=height)
        .encode(x=x, y=y, tooltip=list(tooltip)),
        base.transform_filter("datum.is_soft")
        .mark_bar(style="soft", height=height)
        .encode(x=x, y=y, tooltip=list(tooltip)),
    ]
    if any(row.get("high") is not None for row in rows):
        known = base.transform_filter("isValid(datum.high)")
        ends = {"x": alt.X("low:Q"), "x2": "high:Q", "y": y}
        layers += [
            known.mark_rule(style="halo", aria=False).encode(**ends),
            known.mark_rule(style="reference", strokeDash=[1, 0], strokeWidth=1.5).encode(
                **ends, tooltip=list(tooltip)
            ),
        ]
    layers += [
        told.mark_text(style="value", align="left", dx=8, dy=-5).encode(
            x=end, y=y, text="value_text:N"
        ),
        told.mark_text(style="note", align="left", dx=8, dy=9).encode(
            x=end, y=y, text="note_text:N"
        ),
    ]
    if long:
        above = base.mark_text(style="name-above", aria=False, dy=-height / 2 - 8)
        layers.append(above.encode(x=alt.value(0), y=y, text="label:N"))
    return layers


def dot_layers(
    rows: list[Row],
    tooltip: Sequence[alt.Tooltip],
    *,
    title: str,
    reference: float | None = None,
    zero: bool = False,
    labels: str = AXIS_PERCENT,
    text: str = "value_text",
    room: int = 52,
) -> list[alt.Chart]:
    """Draw a dot and its interval for each row, in their order, the number at the right.

    Args:
        rows: ``label``, ``value``, ``low``, ``high``, ``value_text``, ``is_small`` (a hollow dot);
            ``raw`` where a second, smaller mark shows another value.
        tooltip: What a row says when it is pointed at.
        title: Of the axis.
        reference: Where a dashed line stands.
        zero: Whether the axis begins at 0.
        labels: Vega expression that writes the numbers of the axis.
        text: Field of the number at the right.
        room: Pixels to the right of the plot where that number ends.
    """
    base = alt.Chart(inline(rows))
    y = alt.Y(
        "label:N", title=None, sort=[row["label"] for row in rows], axis=alt.Axis(style="name")
    )
    x = alt.X(
        "value:Q",
        title=title,
        scale=alt.Scale(zero=zero, nice=True),
        axis=alt.Axis(labelExpr=labels, tickCount=5, labelFlush=False),
    )
    layers = []
    if reference is not None:
        line = alt.Chart(inline([{"reference": reference}]))
        layers.append(line.mark_rule(style="reference").encode(x=alt.X("reference:Q")))
    layers.append(
        base.mark_rule(style="interval").encode(
            x=alt.X("low:Q"), x2="high:Q", y=y, tooltip=list(tooltip)
        )
    )
    # Both layers hold all rows, one of them unseen: a layer without rows has no extent.
    for style, test, filled in (
        ("hollow", "datum.is_small", False),
        ("dot", "!datum.is_small", True),
    ):
        layers.append(
            base.mark_point(style=style, filled=filled, aria=filled).encode(
                x=x, y=y, tooltip=list(tooltip), opacity=_seen(test)
            )
        )
    if any(row.get("raw") is not None for row in rows):
        layers.append(
            base.mark_tick(style="speck", thickness=2, height=14, aria=False).encode(
                x=alt.X("raw:Q"), y=y
            )
        )
    layers += [
        base.mark_text(style="name-above", aria=False).encode(x=alt.value(0), y=y, text="label:N"),
        base.mark_text(style="value", align="right", dx=room).encode(
            x=alt.value("width"), y=y, text=f"{text}:N"
        ),
    ]
    return layers


def _seen(test: str) -> Any:
    return alt.condition(test, alt.value(1), alt.value(0))
