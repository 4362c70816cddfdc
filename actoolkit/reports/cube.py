"""Controls without a kernel: one chart over the rows of every state, and one state shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def cube(
    spec: Mapping[str, Any],
    *,
    rows: list[dict[str, Any]],
    start: Mapping[str, str],
    also: Sequence[list[dict[str, Any]]] = (),
) -> dict[str, Any]:
    """Make a chart over rows of all states show one state at a time.

    Each control becomes a Vega parameter, and every layer over the rows first filters by them.

    Args:
        spec: Vega-Lite of the chart, drawn from ``rows``.
        rows: Rows of all states; each has a field per control: one value, or a list of values.
        start: Value by control.
        also: Other rows of the chart that follow the controls, such as sums by state.

    Returns:
        The specification: as wide as its container, its rows in the dataset ``rows``.
    """
    made = {key: value for key, value in spec.items() if key not in ("title", "datasets", "config")}
    names = [name for name, values in spec.get("datasets", {}).items() if values == rows]
    others = [name for name, values in spec.get("datasets", {}).items() if values in also]
    made["datasets"] = {"rows": rows} | {
        name: values for name, values in spec.get("datasets", {}).items() if name not in names
    }
    filters = [
        {"filter": f"indexof(isArray(datum.{name}) ? datum.{name} : [datum.{name}], {name}) >= 0"}
        for name in start
    ]
    made["params"] = [{"name": name, "value": value} for name, value in start.items()]
    made["width"] = "container"
    units = [made, *made.get("layer", [])]
    for unit in units:
        name = unit.get("data", {}).get("name")
        if name in names:
            unit["data"] = {"name": "rows"}
        if name in (*names, *others):
            unit["transform"] = filters + unit.get("transform", [])
    return made
