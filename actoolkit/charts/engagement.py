"""When campaigns were sent, and how they did: weekday by hour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import altair as alt

from actoolkit.charts.campaigns import RATES
from actoolkit.charts.drawing import AsOf, Finding, TwinColumn, finished, inline, nothing
from actoolkit.charts.formats import (
    AXIS_PERCENT,
    counts_expression,
    interval_expression,
    percent,
    percent_expression,
    plural,
)
from actoolkit.charts.frames import Row, plain_rows
from actoolkit.errors import InvalidArgument
from actoolkit.metrics.quantiles import normal_quantile

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

HEIGHT = 7 * 30
"""Pixels of the plot."""

FEW = 5
"""Campaigns of a time below which its rate is that of these mails, not of the time."""

TWIN: Sequence[TwinColumn] = (
    TwinColumn("day", "Weekday", "text"),
    TwinColumn("at", "Hour", "text"),
    TwinColumn("campaigns", "Campaigns", "count"),
    TwinColumn("numerator", "Count", "count"),
    TwinColumn("denominator", "Delivered", "count"),
    TwinColumn("value", "Rate", "rate"),
    TwinColumn("low", "Interval from", "rate"),
    TwinColumn("high", "Interval to", "rate"),
    TwinColumn("shrunk", "Shrunk rate", "rate"),
)


def engagement_heatmap_chart(
    heatmap: object,
    *,
    rate: Literal["open_rate", "click_rate"] = "open_rate",
    shrunk: bool = True,
    as_of: AsOf = None,
    zone: str | None = None,
) -> alt.LayerChart:
    """Draw the rate of campaigns by the weekday and hour of their sending.

    The API has no open times, so this is about when to send, not about when people read. A
    faded cell with a dot is small, as the metric's ``small_below`` says; it does not stretch the
    colour scale. No time is called best by fewer than 5 campaigns. Colours are the shrunk rates,
    since the best of many raw ones is partly the luckiest; words and tooltips have both.

    Args:
        heatmap: Result of `actoolkit.metrics.engagement_heatmap`.
        rate: Which rate.
        shrunk: Whether the colours are the shrunk rates or the raw ones.
        as_of: Moment of the data, written in the corner.
        zone: Name of the account's time zone, such as "America/Chicago".

    Raises:
        InvalidArgument: Not the metric's result, or another rate.

    Example:
        >>> import polars as pl
        >>> from actoolkit.charts import engagement_heatmap_chart
        >>> cells = pl.DataFrame({"weekday": [2], "hour": [10], "campaigns": [4],
        ...     "delivered": [4000], "unique_opens": [1000], "open_rate": [0.25],
        ...     "open_rate_low": [0.237], "open_rate_high": [0.264],
        ...     "open_rate_shrunk": [0.25], "small": [False]})
        >>> engagement_heatmap_chart(cells, zone="America/Chicago").title.text
        ['All mails went out on Tuesday around 10:00: 25.0% were opened']
    """
    rows = heatmap_rows(heatmap, rate=rate, shrunk=shrunk)
    finding = heatmap_finding(rows, rate=rate, zone=zone, shrunk=shrunk)
    if not rows:
        return nothing(finding, as_of=as_of)
    hours = hour_range(rows)
    return finished(
        heatmap_layers(
            rows, label=f"{RATES[rate].label}{', shrunk' if shrunk else ''}", hours=hours, zone=zone
        ),
        finding,
        as_of=as_of,
        corner_offset=44,
        height=HEIGHT,
    )


def heatmap_rows(heatmap: object, *, rate: str, shrunk: bool = True) -> list[Row]:
    """Read what the chart draws: one row per cell that has the rate.

    Args:
        heatmap: Result of `actoolkit.metrics.engagement_heatmap`.
        rate: "open_rate" or "click_rate".
        shrunk: Whether the colours are the shrunk rates.

    Raises:
        InvalidArgument: Not the metric's result, or another rate.
    """
    if rate not in ("open_rate", "click_rate"):
        raise InvalidArgument(
            f"The heat map has no rate {rate!r}.", hint='Use "open_rate" or "click_rate".'
        )
    (numerator,) = RATES[rate].numerator
    found = plain_rows(
        heatmap,
        chart="engagement_heatmap_chart",
        metric="engagement_heatmap",
        columns=[
            "weekday",
            "hour",
            "campaigns",
            "delivered",
            numerator,
            rate,
            f"{rate}_low",
            f"{rate}_high",
            f"{rate}_shrunk",
            "small",
        ],
    )
    found = [row for row in found if row[rate] is not None]
    drawn = f"{rate}_shrunk" if shrunk else rate
    sure = [row[drawn] for row in found if not row["small"]]
    least, most = (min(sure), max(sure)) if sure else (0.0, 1.0)
    return [
        {
            "day": WEEKDAYS[int(row["weekday"]) - 1],
            "hour": int(row["hour"]),
            "at": f"{int(row['hour']):02d}:00",
            "campaigns": int(row["campaigns"]),
            "numerator": int(row[numerator]),
            "denominator": int(row["delivered"]),
            "value": round(row[rate], 6),
            "low": round(row[f"{rate}_low"], 6),
            "high": round(row[f"{rate}_high"], 6),
            "shrunk": round(row[f"{rate}_shrunk"], 6),
            "shade": round(min(max(row[drawn], least), most), 6),
            "small": bool(row["small"]),
        }
        for row in found
    ]


def hour_range(rows: Sequence[Row]) -> list[int]:
    """Give the hours to draw: from the first to the last in use.

    Args:
        rows: Result of `heatmap_rows`.
    """
    hours = [row["hour"] for row in rows]
    return list(range(min(hours), max(hours) + 1)) if hours else list(range(24))


def _stands_out(best: Row, overall: float, *, looked_at: int) -> bool:
    """Say if a cell lies above the rest for one that was picked among so many.

    Of sixty cells that are all alike, two lie above their 95 % interval by chance; Bonferroni's
    correction asks of the best one as many standard errors as leave 5 % for all of them together.
    """
    wider = normal_quantile(1 - 0.05 / looked_at) / normal_quantile(0.95)
    return bool(best["value"] - (best["value"] - best["low"]) * wider > overall)


def heatmap_finding(
    rows: Sequence[Row], *, rate: str, zone: str | None, shrunk: bool = True
) -> Finding:
    """Say what the rows show, hedged by their intervals and by how many were looked at.

    Args:
        rows: Result of `heatmap_rows`.
        rate: Which rate.
        zone: Name of the account's time zone.
        shrunk: Whether the colours are the shrunk rates.
    """
    verb = "opened" if rate == "open_rate" else "clicked"
    if not rows:
        return Finding(
            "No data: no one-off campaign was delivered here",
            "",
            "No one-off campaign was delivered.",
        )
    overall = sum(row["numerator"] for row in rows) / sum(row["denominator"] for row in rows)
    enough = [row for row in rows if row["campaigns"] >= FEW and not row["small"]]
    rank = "shrunk" if shrunk else "value"
    best = max(enough, key=lambda row: (row[rank], -row["hour"]), default=None)
    others = sum(row["campaigns"] for row in rows) - (best["campaigns"] if best else 0)
    is_told = best is not None and others >= FEW
    if len(rows) == 1:
        slot = f"{rows[0]['day']} around {rows[0]['at']}"
        title = f"All mails went out on {slot}: {percent(overall)} were {verb}"
    elif best is None or not is_told:
        title = f"Too few campaigns to compare sending times: {percent(overall)} {verb} overall"
    elif _stands_out(best, overall, looked_at=len(rows)):
        title = (
            f"{best['day']} around {best['at']} did best: {percent(best['value'])} {verb}, "
            f"against {percent(overall)} overall"
        )
    else:
        title = f"No sending time stands out from the overall {percent(overall)} {verb}"
    measured = f"{RATES[rate].label} of one-off campaigns by time of sending"
    parts = [
        f"{measured} ({zone or 'account time'}); ActiveCampaign tells no times of opening.",
        "A difference may come from the mails, not the hour.",
    ]
    if shrunk:
        parts.append("Cells of few mails are drawn towards the overall rate.")
    if any(row["small"] for row in rows):
        parts.append("Faded and dotted: too few delivered mails to tell.")
    if len(rows) > 1 and len(enough) < len(rows):
        parts.append(f"A time stands out with {FEW} campaigns or more only.")
    campaigns = plural(sum(row["campaigns"] for row in rows), "campaign")
    return Finding(
        title,
        " ".join(parts),
        f"{title}. Heat map of {campaigns} in {plural(len(rows), 'weekday-hour cell')}.",
    )


def heatmap_layers(
    rows: list[Row], *, label: str, hours: Sequence[int], zone: str | None
) -> list[alt.Chart]:
    """Draw the rows.

    Args:
        rows: Result of `heatmap_rows`.
        label: Title of the legend.
        hours: Hours of the x axis.
        zone: Name of the account's time zone.
    """
    grid = [{"day": day, "hour": hour} for day in WEEKDAYS for hour in hours]
    base = alt.Chart(inline(rows)).transform_calculate(
        rate=percent_expression("datum.value"),
        interval=interval_expression(),
        counts=counts_expression("delivered mails"),
        drawn=percent_expression("datum.shrunk"),
        sample="datum.small ? 'too few mails to tell' : 'large enough'",
    )
    x = alt.X(
        "hour:O",
        title=f"Hour of sending, {zone or 'account time'}",
        scale=alt.Scale(domain=list(hours), paddingInner=0, paddingOuter=0),
        axis=alt.Axis(
            labelExpr="pad(datum.value, 2, '0', 'left')",
            labelAngle=0,
            labelOverlap=True,
            labelPadding=6,
        ),
    )
    y = alt.Y(
        "day:O",
        title=None,
        scale=alt.Scale(domain=list(WEEKDAYS), paddingInner=0, paddingOuter=0),
        axis=alt.Axis(labelExpr="slice(datum.value, 0, 3)"),
    )
    tooltip = [
        alt.Tooltip("day:N", title="Weekday"),
        alt.Tooltip("at:N", title="Hour"),
        alt.Tooltip("rate:N", title="Rate"),
        alt.Tooltip("drawn:N", title="Shrunk rate"),
        alt.Tooltip("interval:N", title="95% interval"),
        alt.Tooltip("counts:N", title="Counts"),
        alt.Tooltip("campaigns:Q", title="Campaigns", format=",d"),
        alt.Tooltip("sample:N", title="Sample"),
    ]
    color = alt.Color(
        "shade:Q",
        title=label,
        scale=alt.Scale(zero=False),
        legend=alt.Legend(
            labelExpr=AXIS_PERCENT,
            gradientLength=180,
            gradientThickness=10,
            tickCount=4,
            titlePadding=6,
        ),
    )
    return [
        alt.Chart(inline(grid)).mark_rect(style="blank").encode(x=x, y=y),
        base.mark_rect(style="cell").encode(
            x=x,
            y=y,
            color=color,
            opacity=alt.condition("datum.small", alt.value(0.45), alt.value(1)),
            tooltip=tooltip,
        ),
        base.transform_filter("datum.small")
        .mark_point(style="speck", filled=True, aria=False)
        .encode(x=x, y=y, tooltip=tooltip),
    ]
