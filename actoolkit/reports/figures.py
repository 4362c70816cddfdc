"""Charts of one control, or of none, as figures of a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import altair as alt

from actoolkit.charts.drawing import Finding, TwinColumn, finished
from actoolkit.charts.frames import Row
from actoolkit.charts.theme import specification
from actoolkit.reports.blocks import Control, Figure
from actoolkit.reports.cube import cube

EMPTY = Finding("Nothing matches this choice", "", "Nothing.")


def still(
    figure_id: str,
    rows: list[Row],
    finding: Finding,
    layers: list[alt.Chart],
    *,
    columns: Sequence[TwinColumn],
    definitions: Sequence[str] = (),
    dense: bool = False,
    **properties: Any,
) -> Figure:
    """Make a figure that no control changes.

    Args:
        figure_id: Identifier on the page.
        rows: What the layers draw.
        finding: What the chart says.
        layers: The marks.
        columns: Columns of the table that says the same.
        definitions: Ids of the definitions behind it.
        dense: A narrow page scrolls it instead of shrinking it.
        **properties: Of the chart, such as ``height``.
    """
    chart = finished(layers, finding, as_of=None, **properties)
    return Figure(
        id=figure_id,
        spec=cube(specification(chart), rows=rows, start={}),
        start={},
        states={"": finding},
        empty=EMPTY,
        columns=columns,
        definitions=definitions,
        dense=dense,
    )


def switched(
    figure_id: str,
    control: Control,
    parts: Mapping[str, list[Row]],
    find: Callable[[list[Row], str], Finding],
    draw: Callable[[list[Row]], list[alt.Chart]],
    *,
    columns: Sequence[TwinColumn],
    definitions: Sequence[str] = (),
    empty: Finding = EMPTY,
    **properties: Any,
) -> Figure:
    """Make a figure that one control switches.

    Args:
        figure_id: Identifier on the page.
        control: The control; more figures may follow it.
        parts: Rows by value of the control; a value may have none.
        find: Gives what the rows of a value say.
        draw: Gives the marks over the rows of all values.
        columns: Columns of the table that says the same.
        definitions: Ids of the definitions behind it.
        empty: What is said of a value without rows.
        **properties: Of the chart, such as ``height``.
    """
    chosen = {option.value: parts.get(option.value) or [] for option in control.options}
    rows = [{**row, control.name: value} for value, part in chosen.items() for row in part]
    states = {value: find(part, value) for value, part in chosen.items() if part}
    chart = finished(draw(rows), states.get(control.value, empty), as_of=None, **properties)
    start = {control.name: control.value}
    return Figure(
        id=figure_id,
        spec=cube(specification(chart), rows=rows, start=start),
        start=start,
        states=states,
        empty=empty,
        columns=columns,
        definitions=definitions,
    )
