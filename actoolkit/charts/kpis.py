"""The main numbers, and how far each moved against the days before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt

from actoolkit.charts.drawing import AsOf, Finding, finished, nothing
from actoolkit.charts.formats import MISSING, count, decimal, money, percent
from actoolkit.charts.frames import Row, plain_rows
from actoolkit.charts.orders import currency_name, most_first
from actoolkit.charts.ranked import dot_layers

NAMES: Mapping[str, str] = {
    "delivered": "Delivered mails",
    "open_rate": "Open rate",
    "click_rate": "Click rate",
    "unsubscribe_rate": "Unsubscribe rate",
    "revenue": "Revenue",
    "orders": "Orders",
}
"""What is drawn, and what people call it."""

AXIS_CHANGE = "datum.value === 0 ? 'no change' : format(datum.value, '+.0%')"


def overview_kpis_chart(
    kpis: object, *, as_of: AsOf = None, minor_units: Mapping[str, int] | None = None
) -> alt.LayerChart:
    """Draw the main numbers: how far each rose or fell against the days before.

    The change of a rate has the line of its interval; its dot is hollow where that holds none.

    Args:
        kpis: Result of `actoolkit.metrics.overview_kpis`.
        as_of: Moment of the data, written in the corner.
        minor_units: Decimals of currencies that have no hundredths, such as ``{"JPY": 0}``.

    Raises:
        InvalidArgument: Not the metric's result.

    Example:
        >>> import polars as pl
        >>> from actoolkit.charts import overview_kpis_chart
        >>> kpis = pl.DataFrame({"kpi": ["click_rate", "revenue"], "value": [0.03, 120000.0],
        ...     "numerator": [150, 120000], "denominator": [5000, None],
        ...     "previous_value": [0.02, 100000.0], "change_low": [0.007, None],
        ...     "change_high": [0.013, None], "currency": [None, "EUR"]})
        >>> overview_kpis_chart(kpis).title.text
        ['Revenue, EUR rose by 20.0% to €1,200; click rate rose to 3.0%']
    """
    rows = kpi_rows(kpis, minor_units=minor_units)
    finding = kpi_finding(rows)
    drawn = [row for row in rows if row["value"] is not None]
    if not drawn:
        return nothing(finding, as_of=as_of)
    tooltip = [
        alt.Tooltip("label:N", title="Now"),
        alt.Tooltip("before_text:N", title="Before"),
        alt.Tooltip("value_text:N", title="Change"),
        alt.Tooltip("relative_text:N", title="As a part of before"),
        alt.Tooltip("counts:N", title="Counts"),
    ]
    title = "Change against as many days before"
    layers = dot_layers(
        drawn,
        tooltip,
        title=title,
        reference=0.0,
        labels=AXIS_CHANGE,
        text="relative_text",
        room=62,
    )
    return finished(layers, finding, as_of=as_of, corner_offset=44, height=alt.Step(32))


def kpi_rows(kpis: object, *, minor_units: Mapping[str, int] | None = None) -> list[Row]:
    """Read what the chart draws: one row per number, and per currency where it has one.

    Args:
        kpis: Result of `actoolkit.metrics.overview_kpis`.
        minor_units: Decimals of currencies that have no hundredths.

    Raises:
        InvalidArgument: Not the metric's result.
    """
    found = plain_rows(
        kpis,
        chart="overview_kpis_chart",
        metric="overview_kpis",
        columns=[
            *("kpi", "value", "numerator", "denominator", "previous_value"),
            *("change_low", "change_high", "currency"),
        ],
    )
    units = minor_units or {}
    sold = [(row["currency"] or "", row["value"]) for row in found if row["kpi"] == "orders"]
    place = {code: number for number, code in enumerate(most_first(sold))}
    kinds = list(NAMES)
    shown = [row for row in found if row["kpi"] in NAMES and row["value"] is not None]
    shown.sort(key=lambda row: (kinds.index(row["kpi"]), place.get(row["currency"] or "", 0)))
    return [_row(row, units) for row in shown]


def _row(row: Row, units: Mapping[str, int]) -> Row:
    value, before = row["value"], row["previous_value"]
    name = NAMES[row["kpi"]] + (f", {currency_name(row['currency'])}" if row["currency"] else "")
    is_rate = row["kpi"].endswith("_rate")
    made = {
        "label": f"{name}: {_written(row, value, units)}",
        "name": name,
        "is_rate": is_rate,
        "counts": f"{count(row['numerator'])} of {count(row['denominator'])}"
        if is_rate
        else MISSING,
        "now_text": _written(row, value, units),
        "before_text": _written(row, before, units),
        **dict.fromkeys(("value", "low", "high")),
        "value_text": "nothing before",
        "relative_text": "nothing before",
        "is_small": True,
    }
    if not before:
        return made
    change = value - before
    low, high = (change if row[end] is None else row[end] for end in ("change_low", "change_high"))
    points = f"{decimal(100 * abs(value - before), 2 if abs(value - before) < 0.001 else 1)} pts"
    sign = "+" if value > before else "\N{MINUS SIGN}" if value < before else ""
    relative = sign + percent(abs(value / before - 1))
    return made | {
        "relative_text": relative,
        "value": round(value / before - 1, 6),
        "low": round(low / before, 6),
        "high": round(high / before, 6),
        "value_text": sign + points if is_rate else relative,
        "is_small": is_rate and low <= 0 <= high,
    }


def _written(row: Row, value: float | None, units: Mapping[str, int]) -> str:
    if row["kpi"] == "revenue":
        code = currency_name(row["currency"])
        return money(value, code, units=units.get(code, 2), decimals=0)
    return percent(value) if row["kpi"].endswith("_rate") else count(value)


def kpi_finding(rows: Sequence[Row]) -> Finding:
    """Say what the rows show.

    Args:
        rows: Result of `kpi_rows`.
    """
    if not rows:
        return Finding("No data: no mail was sent and nothing ordered here", "", "No data.")
    moved = [row for row in rows if row["value"]]
    amounts = [row for row in moved if row["name"].startswith(NAMES["revenue"])] or moved[:1]
    told = [_moved(row) for row in amounts[:1]]
    told += [_moved(row) for row in moved if row["name"] == NAMES["click_rate"]]
    title = "; ".join(dict.fromkeys(told)) or "Nothing before to compare with"
    subtitle = "By which part of itself each number moved against as many days before. Lines are "
    subtitle += "95% intervals of the change of a rate; "
    subtitle += "hollow: not clearly different."
    listed = "; ".join(f"{row['label']} ({row['value_text']})" for row in rows)
    return Finding(title[:1].upper() + title[1:], subtitle, f"{title}. {listed}.")


def _moved(row: Row) -> str:
    name = row["name"] if row["name"].startswith("Revenue") else row["name"].lower()
    if row["is_small"]:
        return f"{name} {row['now_text']}, not clearly different from {row['before_text']}"
    verb = "rose" if row["value"] > 0 else "fell"
    by = "" if row["is_rate"] else f" by {row['value_text'][1:]}"
    return f"{name} {verb}{by} to {row['now_text']}"
