"""Any registered metric, a user's own among them, drawn from what its definition says."""

from __future__ import annotations

import json
from collections.abc import Sequence

import altair as alt

from actoolkit.charts.drawing import AsOf, Finding, TwinColumn, finished, inline, nothing
from actoolkit.charts.formats import AXIS_PERCENT, MISSING, count, plural
from actoolkit.charts.frames import SMALL_SAMPLE, Row
from actoolkit.charts.groups import Groups, grouped
from actoolkit.charts.periods import capital
from actoolkit.charts.ranked import dot_layers
from actoolkit.errors import InvalidArgument
from actoolkit.metrics.own import is_share
from actoolkit.metrics.registry import explain

TWIN: Sequence[TwinColumn] = (
    TwinColumn("label", "Group", "text"),
    TwinColumn("counts", "Counts", "text"),
    TwinColumn("value_text", "Value", "text"),
    TwinColumn("interval", "95% interval", "text"),
)

TIME_HEIGHT = 240
"""Of a chart over time."""


def metric_chart(
    frame: object,
    metric: str,
    *,
    value: str | None = None,
    along: str | Sequence[str] | None = None,
    as_of: AsOf = None,
    top: int = 30,
) -> alt.LayerChart:
    """Draw a registered metric: over time where its groups are days, else group by group.

    Groups with names stand in the order of their values, those with numbers in their own, those
    with a day and a name by day and then by value. The unit comes from the column's name: ``rate``,
    ``_rate`` and ``_share`` are shares, ``_cents`` money, ``_days`` days. A hollow dot is a share
    of fewer than 200. Nulls are not drawn, and counted in words.

    Args:
        frame: Result of `actoolkit.metrics.compute_metric`, or any frame with the metric's column;
            its ``_low`` and ``_high``, numerator and denominator are used where they are there.
        metric: Id, such as "click_rate".
        value: Column to draw, such as "unsubscribed_rate" of "fatigue"; None is that of the id.
        along: Column or columns that name the groups; None takes the first, and those after
            it that stand before the first column of numbers.
        as_of: Moment of the data, written in the corner.
        top: How many groups with names to draw, those with the highest values; the latest where
            days are among the names.

    Raises:
        InvalidArgument: No metric has this id, the frame lacks a column, ``top`` is below 1, an
            interval's low end is above its high one, or money is in several currencies.

    Example:
        >>> import polars as pl
        >>> from actoolkit.metrics import Definition, register_metric
        >>> _ = register_metric(Definition(
        ...     id="complaint_rate", title="Complaint rate", formula="complaints ÷ delivered mails",
        ...     numerator="complaints", denominator="delivered"), replace=True)
        >>> found = pl.DataFrame({"type": ["single", "split"], "complaints": [4, 40],
        ...     "delivered": [2000, 2000], "complaint_rate": [0.002, 0.02],
        ...     "complaint_rate_low": [0.0008, 0.0147], "complaint_rate_high": [0.0051, 0.0271]})
        >>> metric_chart(found, "complaint_rate").title.text
        ['Complaint rate: Split test has clearly the highest, 2.0%']
    """
    if top < 1:
        raise InvalidArgument(f"top={top!r} draws nothing.", hint="Ask for one group or more.")
    drawn = grouped(frame, explain(metric), value=value, along=along, top=top)
    finding = metric_finding(drawn)
    if not drawn.rows:
        return nothing(finding, as_of=as_of)
    size = {"height": TIME_HEIGHT} if drawn.in_time else {}
    return finished(metric_layers(drawn), finding, as_of=as_of, corner_offset=44, **size)


def metric_layers(drawn: Groups) -> list[alt.Chart]:
    """Draw the groups of a metric, one or more of them.

    Args:
        drawn: Groups with their values.
    """
    value = drawn.value
    title = drawn.definition.title if value == drawn.definition.id else _words(value)
    labels = AXIS_PERCENT if is_share(value) else _axis_numbers(drawn.sign)
    tooltip = [
        alt.Tooltip("label:N", title="Day" if drawn.in_time else "Group"),
        alt.Tooltip("value_text:N", title=title),
    ]
    if any(row["interval"] != MISSING for row in drawn.rows):
        tooltip.append(alt.Tooltip("interval:N", title="Interval"))
    if any(row["counts"] != MISSING for row in drawn.rows):
        tooltip.append(alt.Tooltip("counts:N", title="Counts"))
    if drawn.in_time:
        return _time_layers(drawn.rows, tooltip, title=title, labels=labels)
    return dot_layers(drawn.rows, tooltip, title=title, labels=labels)


def _words(column: str) -> str:
    return capital(column.removesuffix("_cents").replace("_", " "))


def metric_finding(drawn: Groups) -> Finding:
    """Say what the groups of a metric show.

    Args:
        drawn: Groups with their values.
    """
    title, rows = drawn.definition.title, drawn.rows
    words = _words(drawn.value).lower()
    if drawn.value != drawn.definition.id and words not in title.lower():
        title = f"{title}, {words}"
    if not rows:
        reasons = [plural(drawn.withheld, "group") + " without one"] * bool(drawn.withheld)
        why = "; ".join([*reasons, *filter(None, [drawn.why])])
        said = f"{title} has no value here{': ' if why else ''}{why}."
        return Finding(f"No data: {title} has no value here", "", said)
    on = "on" if drawn.grain == "day" else "in"
    said = _in_time(title, rows, on) if drawn.in_time else _ranked(title, rows)
    parts = [f"{capital(drawn.definition.formula)}."]
    if any(row["low"] is not None for row in rows):
        parts.append("Bars are intervals, 95% unless another was asked for.")
    if any(row["is_small"] for row in rows):
        parts.append(f"Hollow: fewer than {SMALL_SAMPLE}.")
    if drawn.left_out:
        which = "latest" if drawn.latest else "first"
        parts.append(f"The {which} {len(rows)} of {count(len(rows) + drawn.left_out)}.")
    if drawn.withheld:
        parts.append(f"{plural(drawn.withheld, 'group')} without a value.")
    listed = "; ".join(f"{row['label']} {row['value_text']}" for row in rows[:3])
    more = f" and {len(rows) - 3} more" if len(rows) > 3 else ""
    return Finding(said, " ".join(parts), f"{said}. {' '.join(parts)} {listed}{more}.")


def _in_time(title: str, rows: Sequence[Row], on: str) -> str:
    last = rows[-1]
    said = f"{title}: {last['value_text']} {on} {last['label']}"
    if len(rows) == 1:
        return said
    before = rows[-2]
    where = f"{before['value_text']} {on} {before['label']}"
    if None in (last["low"], before["low"]):
        return f"{said}, after {where}"
    if last["low"] > before["high"]:
        return f"{said}, clearly more than {where}"
    if last["high"] < before["low"]:
        return f"{said}, clearly less than {where}"
    return f"{said}, not clearly different from {where}"


def _ranked(title: str, rows: Sequence[Row]) -> str:
    best, *others = sorted(rows, key=lambda row: -row["value"])
    if not others:
        return f"{title}: {best['value_text']}"
    equal = sum(row["value"] == best["value"] for row in rows)
    if equal > 1:
        return f"{title}: {plural(equal, 'group')} share the highest, {best['value_text']}"
    said = f"{title}: {best['label']} has"
    if best["low"] is None:
        return f"{said} the highest, {best['value_text']}"
    reach = max(row["high"] if row["high"] is not None else row["value"] for row in others)
    if best["low"] > reach:
        return f"{said} clearly the highest, {best['value_text']}"
    return f"{said} the highest, {best['value_text']}, not clearly above all others"


def _axis_numbers(sign: str) -> str:
    return f"{json.dumps(sign)} + replace(format(datum.value, '~s'), 'G', 'B')"


def _time_layers(
    rows: list[Row], tooltip: list[alt.Tooltip], *, title: str, labels: str
) -> list[alt.Chart]:
    base = alt.Chart(inline(rows))
    x = alt.X("period:T", title=None, axis=alt.Axis(grid=False, tickCount=6))
    y = alt.Y(
        "value:Q",
        title=title,
        scale=alt.Scale(zero=False, nice=True),
        axis=alt.Axis(labelExpr=labels, tickCount=4),
    )
    return [
        base.mark_line(strokeWidth=1.25, opacity=0.45).encode(x=x, y=y),
        base.mark_rule(style="interval").encode(x=x, y=alt.Y("low:Q"), y2="high:Q"),
        base.transform_filter("!datum.is_small")
        .mark_point(style="dot", filled=True)
        .encode(x=x, y=y, tooltip=tooltip),
        base.transform_filter("datum.is_small")
        .mark_point(style="hollow")
        .encode(x=x, y=y, tooltip=tooltip),
    ]
