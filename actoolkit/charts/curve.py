"""How the opens and clicks of one campaign grew."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from actoolkit.charts.drawing import AsOf, Finding, TwinColumn, finished, inline, nothing
from actoolkit.charts.formats import count, percent, plural
from actoolkit.charts.frames import Row, plain_rows
from actoolkit.errors import InvalidArgument

TWIN: Sequence[TwinColumn] = (
    TwinColumn("hours", "Hours since sending", "count"),
    TwinColumn("what", "What", "text"),
    TwinColumn("contacts", "Contacts", "count"),
)
_SERIES = {"unique_opens": "opened", "clickers": "clicked"}


def campaign_curve_chart(
    curve: object, *, campaign_id: str | None = None, as_of: AsOf = None
) -> alt.LayerChart:
    """Draw how many contacts had opened and clicked a campaign, by hours since its sending.

    Args:
        curve: Result of `actoolkit.metrics.campaign_curve`.
        campaign_id: Which campaign; None if there is only one.
        as_of: Moment of the data, written in the corner.

    Raises:
        InvalidArgument: Not the metric's result, or several campaigns and none chosen.

    Example:
        >>> import polars as pl
        >>> from actoolkit.charts import campaign_curve_chart
        >>> curve = pl.DataFrame({"campaign_id": ["1"] * 2, "hours": [2.0, 30.0],
        ...     "unique_opens": [60, 100], "clickers": [5, 10], "open_share": [0.6, 1.0]})
        >>> campaign_curve_chart(curve).title.text
        ['60.0% of its opens came within 2 hours, by what was seen at 2 moments']
    """
    rows = curve_rows(curve, campaign_id=campaign_id)
    finding = curve_finding(rows)
    if not rows:
        return nothing(finding, as_of=as_of)
    return finished(curve_layers(rows), finding, as_of=as_of, corner_offset=44, height=280)


def curve_rows(curve: object, *, campaign_id: str | None = None) -> list[Row]:
    """Read what the chart draws: one row per moment and counter.

    Args:
        curve: Result of `actoolkit.metrics.campaign_curve`.
        campaign_id: Which campaign; None if there is only one.

    Raises:
        InvalidArgument: Not the metric's result, or several campaigns and none chosen.
    """
    found = plain_rows(
        curve,
        chart="campaign_curve_chart",
        metric="campaign_curve",
        columns=["campaign_id", "hours", "unique_opens", "clickers", "open_share"],
    )
    ids = sorted({str(row["campaign_id"]) for row in found})
    if campaign_id is None and len(ids) > 1:
        raise InvalidArgument(
            f"campaign_curve_chart draws one campaign; this frame has {len(ids)}.",
            hint=f'Choose one, such as campaign_id="{ids[0]}".',
        )
    mine = [row for row in found if campaign_id in (None, str(row["campaign_id"]))]
    most = {
        counter: max((row[counter] for row in mine if row[counter] is not None), default=0)
        for counter in _SERIES
    }
    return [
        {
            "hours": round(row["hours"], 2),
            "what": what,
            "contacts": int(row[counter]),
            "count_text": count(row[counter]),
            "counts": f"{count(row[counter])} of {count(most[counter])}",
            "share": row["open_share"] if counter == "unique_opens" else None,
        }
        for row in sorted(mine, key=lambda row: float(row["hours"]))
        for counter, what in _SERIES.items()
        if row[counter] is not None
    ]


def curve_finding(rows: Sequence[Row]) -> Finding:
    """Say what the rows show.

    Args:
        rows: Result of `curve_rows`.
    """
    if not rows:
        return Finding(
            "No data: the counters of this campaign were not kept yet",
            "Each refresh keeps them: actoolkit sync, every hour or every day.",
            "No counters were kept.",
        )
    opens = [row for row in rows if row["share"] is not None]
    moments = plural(len({row["hours"] for row in rows}), "moment")
    half = next((row for row in opens if row["share"] >= 0.5), None)
    title = f"Seen at {moments}"
    if half is not None:
        hours = plural(round(half["hours"]), "hour")
        title = f"{percent(half['share'])} of its opens came within {hours}, by what was seen at "
        title += moments
    subtitle = "Contacts who had opened and clicked, by hours since sending. Opens by privacy "
    subtitle += "software are among them; between two moments the line is a guess."
    last = "; ".join(
        f"{row['what']} {row['count_text']}"
        for row in rows
        if row["hours"] == max(one["hours"] for one in rows)
    )
    return Finding(title, subtitle, f"{title}. In the end: {last}.")


def curve_layers(rows: list[Row]) -> list[alt.Chart]:
    """Draw the rows.

    Args:
        rows: Result of `curve_rows`.
    """
    base = alt.Chart(inline(rows))
    x = alt.X(
        "hours:Q",
        title="Hours since sending",
        scale=alt.Scale(zero=True, nice=False),
        axis=alt.Axis(values=_ticks(max((row["hours"] for row in rows), default=0.0))),
    )
    y = alt.Y(
        "contacts:Q", title="Contacts", axis=alt.Axis(tickCount=5, format=",d", tickMinStep=1)
    )
    order = list(_SERIES.values())
    color = alt.Color("what:N", scale=alt.Scale(domain=order), legend=alt.Legend(title=None))
    dash = alt.StrokeDash("what:N", scale=alt.Scale(domain=order), legend=None)
    tooltip = [
        alt.Tooltip("hours:Q", title="Hours since sending"),
        alt.Tooltip("what:N", title="Had"),
        alt.Tooltip("counts:N", title="Contacts, of the most seen"),
    ]
    return [
        base.mark_line(strokeWidth=2.5).encode(x=x, y=y, color=color, strokeDash=dash),
        base.mark_point(filled=True, size=40, opacity=1).encode(
            x=x, y=y, color=color, tooltip=tooltip
        ),
    ]


def _ticks(hours: float) -> list[float]:
    """Give the hours that are labelled: whole days and their simple parts."""
    step = next((step for step in (1, 3, 6, 12, 24, 48) if hours <= 10 * step), 24 * 7)
    return [float(step * n) for n in range(int(hours // step) + 1)]
