"""Lists over time: who joined, who left, how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import altair as alt
import narwhals.stable.v2 as nw

from actoolkit.charts.drawing import AsOf, Finding, TwinColumn, finished, inline, nothing
from actoolkit.charts.formats import count, plural
from actoolkit.charts.frames import Row, plain_rows
from actoolkit.charts.periods import (
    as_date,
    axis_expression,
    axis_values,
    begins_period,
    grain_of,
    period_end,
    period_label,
    periods_between,
)
from actoolkit.metrics.days import Grain

TWIN: Sequence[TwinColumn] = (
    TwinColumn("period_label", "Period", "text"),
    TwinColumn("joined", "Joined", "count"),
    TwinColumn("left", "Left", "count"),
    TwinColumn("members", "Members at the end", "count"),
)


def list_growth_chart(
    growth: object, *, as_of: AsOf = None, name: str = "", grain: Grain | None = None
) -> alt.LayerChart:
    """Draw who joined (above the line) and who left (below), per period.

    Several lists are added up: a contact on two of them counts twice. Filter the frame for one.

    Args:
        growth: Result of `actoolkit.metrics.list_growth`.
        as_of: Moment of the data, written in the corner.
        name: Name of the list, for the title.
        grain: Length of a period; None reads it from the dates.

    Raises:
        InvalidArgument: Not the metric's result.

    Example:
        >>> import polars as pl
        >>> from actoolkit.charts import list_growth_chart
        >>> growth = pl.DataFrame({"list_id": ["1", "1"], "joined": [40, 10], "left": [0, 15],
        ...     "period_on": [date(2026, 4, 1), date(2026, 5, 1)], "members": [40, 35]})
        >>> list_growth_chart(growth, name="Newsletter").title.text
        ['Newsletter: 35 members in May 2026, 5 fewer than in April 2026']
    """
    rows = growth_rows(growth, as_of=as_of, grain=grain)
    finding = growth_finding(rows, name=name)
    if not rows:
        return nothing(finding, as_of=as_of)
    return finished(growth_layers(rows), finding, as_of=as_of, corner_offset=44, height=220)


def growth_rows(growth: object, *, as_of: AsOf = None, grain: Grain | None = None) -> list[Row]:
    """Read what the chart draws: one row per period, lists added up.

    Args:
        growth: Result of `actoolkit.metrics.list_growth`.
        as_of: Moment of the data; a period that it falls into is not complete.
        grain: Length of a period; None reads it from the dates.

    Raises:
        InvalidArgument: Not the metric's result.
    """
    needed = ["list_id", "period_on", "joined", "left", "members"]
    added, lists = _added_up(growth, needed)
    found = plain_rows(added, chart="list_growth_chart", metric="list_growth", columns=needed)
    if not found:
        return []
    starts = sorted({as_date(row["period_on"]) for row in found})
    length = grain or grain_of(starts)
    cut = as_date(as_of) if isinstance(as_of, date) else None
    moved: dict[date, list[int]] = {start: [0, 0] for start in starts}
    for row in found:
        counts = moved[as_date(row["period_on"])]
        counts[0] += int(row["joined"])
        counts[1] += int(row["left"])
    rows, members = [], 0
    for start in periods_between(starts[0], starts[-1], length):
        joined, left = moved.get(start, [0, 0])
        members += joined - left
        rows.append(
            {
                "period": start.isoformat(),
                "period_label": period_label(start, length),
                "grain": length,
                "joined": joined,
                "left": left,
                "below": -left,
                "members": members,
                "members_text": count(members),
                "lists": lists,
                "complete": cut is None or period_end(start, length) <= cut,
            }
        )
    return rows


def _added_up(growth: object, needed: Sequence[str]) -> tuple[object, int]:
    """Add lists up, and count them; what is no such frame stays as it is."""
    try:
        frame = nw.from_native(growth)  # type: ignore[call-overload]
    except TypeError:
        return growth, 0
    if not set(needed) <= set(frame.collect_schema().names()):
        return growth, 0
    lists = frame.lazy().select(nw.col("list_id").n_unique()).collect().item()
    counts = (nw.col(name).sum() for name in ("joined", "left", "members"))
    sums = frame.lazy().group_by("period_on").agg(*counts, nw.col("list_id").min())
    return sums.collect().to_native(), int(lists)


def growth_finding(rows: Sequence[Row], *, name: str, since: date | None = None) -> Finding:
    """Say what the rows show.

    Args:
        rows: Result of `growth_rows`.
        name: Name of the list, or "".
        since: First day that was asked for; periods that began before it are not among the rows.
    """
    who = f"{name}: " if name else ""
    if not rows:
        return Finding(f"{who}No data: no contact joined a list here", "", "No contact joined.")
    whole = [row for row in rows if row["complete"]] or list(rows)
    last = whole[-1]
    one = last["lists"] == 1
    noun = "member" if one else "list membership"
    title = f"{who}{plural(last['members'], noun)} in {last['period_label']}"
    if len(whole) > 1:
        before = whole[-2]
        change = last["members"] - before["members"]
        words = f"{count(abs(change))} {'more' if change > 0 else 'fewer'} than in"
        title += f", {words if change else 'as many as in'} {before['period_label']}"
    joined, left = (sum(row[name] for row in rows) for name in ("joined", "left"))
    subtitle = f"Joined above the line, left below, by {rows[0]['grain']}. "
    if one:
        subtitle += f"{plural(joined, 'contact')} joined here and {count(left)} left; "
    else:
        subtitle += f"{plural(joined, 'membership')} began here and {count(left)} ended; "
    subtitle += "the latest dates of each membership only."
    if not one:
        subtitle += " A contact on two lists counts twice."
    grain = rows[0]["grain"]
    if since and not begins_period(since, grain):
        subtitle += f" Only {grain}s that begin in the period are drawn."
    if not all(row["complete"] for row in rows):
        subtitle += f" Faint: a {grain} that is not over."
    return Finding(title, subtitle, f"{title}. {plural(len(rows), rows[0]['grain'])}.")


def growth_layers(rows: list[Row]) -> list[alt.Chart]:
    """Draw the rows.

    Args:
        rows: Result of `growth_rows`.
    """
    base = alt.Chart(inline(rows))
    x = alt.X(
        "period:O",
        title=None,
        axis=alt.Axis(
            values=axis_values((row["period"] for row in rows), rows[0]["grain"]),
            labelExpr=axis_expression(rows[0]["grain"]),
            labelAngle=0,
            labelOverlap=True,
            grid=False,
        ),
    )
    axis = alt.Axis(labelExpr="format(datum.value, ',')", tickCount=5)
    y = alt.Y("joined:Q", title=None, axis=axis)
    color = alt.Color(
        "part:N",
        title=None,
        scale=alt.Scale(domain=["Joined", "Left"]),
        legend=alt.Legend(symbolSize=90),
    )
    tooltip = [
        alt.Tooltip("period_label:N", title="Period"),
        alt.Tooltip("joined:Q", title="Joined", format=",d"),
        alt.Tooltip("left:Q", title="Left", format=",d"),
        alt.Tooltip("members:Q", title="Members at the end", format=",d"),
    ]
    faint = alt.condition("datum.complete", alt.value(1), alt.value(0.45))
    return [
        base.transform_calculate(part=f"'{part}'")
        .mark_bar(style="measured", width=alt.RelativeBandSize(0.7))
        .encode(
            x=x,
            y=y if part == "Joined" else alt.Y("below:Q"),
            color=color,
            opacity=faint,
            tooltip=tooltip,
        )
        for part in ("Joined", "Left")
    ]
