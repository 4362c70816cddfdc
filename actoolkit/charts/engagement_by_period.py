"""Engagement over time: a dot and an interval for each period."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
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
from actoolkit.charts.frames import SMALL_SAMPLE, Row, plain_rows
from actoolkit.charts.periods import (
    as_date,
    axis_expression,
    axis_values,
    capital,
    grain_of,
    period_end,
    period_label,
    periods_between,
)
from actoolkit.errors import InvalidArgument
from actoolkit.metrics.days import Grain

TWIN: Sequence[TwinColumn] = (
    TwinColumn("period_label", "Sent in", "text"),
    TwinColumn("campaigns", "Campaigns", "count"),
    TwinColumn("numerator", "Count", "count"),
    TwinColumn("denominator", "Delivered", "count"),
    TwinColumn("value", "Rate", "rate"),
    TwinColumn("low", "Interval from", "rate"),
    TwinColumn("high", "Interval to", "rate"),
)


def engagement_by_period_chart(
    periods: object,
    *,
    rate: Literal["open_rate", "click_rate"] = "open_rate",
    as_of: AsOf = None,
    grain: Grain | None = None,
) -> alt.LayerChart:
    """Draw the rate of one-off campaigns by the period of their sending, with intervals.

    A hollow dot is less sure: fewer than 200 delivered mails, or a period that ``as_of`` cuts
    short, whose mails are still being opened. Periods without a mail interrupt the line.

    Args:
        periods: Result of `actoolkit.metrics.engagement_by_period`.
        rate: Which rate.
        as_of: Moment of the data, written in the corner.
        grain: Length of a period; None reads it from the dates.

    Raises:
        InvalidArgument: Not the metric's result, or another rate.

    Example:
        >>> import polars as pl
        >>> periods = pl.DataFrame({"period_on": [date(2026, 4, 1), date(2026, 5, 1)],
        ...     "campaigns": [2, 2], "delivered": [4000, 4000], "unique_opens": [1000, 1200],
        ...     "open_rate": [0.25, 0.3], "open_rate_low": [0.24, 0.286],
        ...     "open_rate_high": [0.26, 0.314]})
        >>> engagement_by_period_chart(periods).title.text
        ['May 2026: 30.0% opened, clearly more than 25.0% in April 2026']
    """
    rows = period_rows(periods, rate=rate, as_of=as_of, grain=grain)
    finding = period_finding(rows, rate=rate)
    if not rows:
        return nothing(finding, as_of=as_of)
    layers = period_layers(rows, label=RATES[rate].label)
    return finished(layers, finding, as_of=as_of, corner_offset=44, height=240)


def period_rows(
    periods: object, *, rate: str, as_of: AsOf = None, grain: Grain | None = None
) -> list[Row]:
    """Read what the chart draws: one row per period, those without a mail among them.

    Args:
        periods: Result of `actoolkit.metrics.engagement_by_period`.
        rate: "open_rate" or "click_rate".
        as_of: Moment of the data.
        grain: Length of a period; None reads it from the dates.

    Raises:
        InvalidArgument: Not the metric's result, or another rate.
    """
    if rate not in ("open_rate", "click_rate"):
        raise InvalidArgument(
            f"The chart has no rate {rate!r}.", hint='Use "open_rate" or "click_rate".'
        )
    (numerator,) = RATES[rate].numerator
    names = ["period_on", "campaigns", "delivered", numerator, rate, f"{rate}_low", f"{rate}_high"]
    found = plain_rows(
        periods,
        chart="engagement_by_period_chart",
        metric="engagement_by_period",
        columns=names,
    )
    keyed = {as_date(row["period_on"]): row for row in found if row[rate] is not None}
    if not keyed:
        return []
    starts = sorted(keyed)
    length = grain or grain_of(starts)
    cut = as_date(as_of) if isinstance(as_of, date) else None
    return [
        _counted(keyed.get(start), numerator=numerator, rate=rate)
        | _named(start, length, complete=cut is None or period_end(start, length) <= cut)
        for start in periods_between(starts[0], starts[-1], length)
    ]


def _named(start: date, grain: Grain, *, complete: bool) -> Row:
    label = period_label(start, grain)
    return {
        "period": start.isoformat(),
        "period_label": label,
        "grain": grain,
        "complete": complete,
    }


def _counted(row: Row | None, *, numerator: str, rate: str) -> Row:
    if row is None:
        empty = dict.fromkeys(("numerator", "denominator", "value", "low", "high"))
        return {**empty, "campaigns": 0, "large": False}
    return {
        "campaigns": int(row["campaigns"]),
        "numerator": int(row[numerator]),
        "denominator": int(row["delivered"]),
        "value": round(row[rate], 6),
        "low": round(row[f"{rate}_low"], 6),
        "high": round(row[f"{rate}_high"], 6),
        "large": row["delivered"] >= SMALL_SAMPLE,
    }


def period_finding(rows: Sequence[Row], *, rate: str) -> Finding:
    """Say what the rows show, hedged by their intervals.

    Args:
        rows: Result of `period_rows`.
        rate: Which rate.
    """
    verb = "opened" if rate == "open_rate" else "clicked"
    if not rows:
        return Finding(
            "No data: no one-off campaign was delivered here",
            "",
            "No one-off campaign was delivered.",
        )
    grain = rows[0]["grain"]
    sure = [row for row in rows if row["complete"] and row["large"]]
    title = f"No {grain} here is complete and large enough to compare"
    if sure:
        last = sure[-1]
        title = f"{capital(last['period_label'])}: {percent(last['value'])} {verb}"
        if len(sure) > 1:
            title += f", {_compared(last, sure[-2])}"
    campaigns = plural(sum(row["campaigns"] for row in rows), "one-off campaign")
    parts = [
        f"{RATES[rate].label} of {campaigns}, by {grain} of sending.",
        "Bars are 95% intervals.",
    ]
    if any(row["campaigns"] and row not in sure for row in rows):
        parts.append(f"Hollow: fewer than {SMALL_SAMPLE} delivered mails, or not over yet.")
    return Finding(
        title,
        " ".join(parts),
        f"{title}. {RATES[rate].label} of {campaigns} in {plural(len(rows), grain)}.",
    )


def _compared(last: Row, before: Row) -> str:
    where = f"{percent(before['value'])} in {before['period_label']}"
    if last["low"] > before["high"]:
        return f"clearly more than {where}"
    if last["high"] < before["low"]:
        return f"clearly less than {where}"
    return f"not clearly different from {where}"


def period_layers(rows: list[Row], *, label: str) -> list[alt.Chart]:
    """Draw the rows.

    Args:
        rows: Result of `period_rows`.
        label: Title of the y axis.
    """
    base = alt.Chart(inline(rows)).transform_calculate(
        rate=percent_expression("datum.value"),
        interval=interval_expression(),
        counts=counts_expression("delivered mails"),
        sure="datum.complete && datum.large",
        sample=f"!datum.complete ? 'not over yet' : datum.large ? 'large enough' : "
        f"'fewer than {SMALL_SAMPLE}: uncertain'",
    )
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
    y = alt.Y(
        "value:Q",
        title=label,
        scale=alt.Scale(zero=False, nice=True),
        axis=alt.Axis(labelExpr=AXIS_PERCENT, tickCount=4),
    )
    tooltip = [
        alt.Tooltip("period_label:N", title="Sent in"),
        alt.Tooltip("rate:N", title=label),
        alt.Tooltip("interval:N", title="95% interval"),
        alt.Tooltip("counts:N", title="Counts"),
        alt.Tooltip("campaigns:Q", title="Campaigns", format=",d"),
        alt.Tooltip("sample:N", title="Sample"),
    ]
    there = base.transform_filter("datum.campaigns > 0")
    return [
        base.mark_line(strokeWidth=1.25, opacity=0.45, invalid="break-paths-filter-domains").encode(
            x=x, y=y
        ),
        there.mark_rule(style="interval").encode(x=x, y=alt.Y("low:Q"), y2="high:Q"),
        there.transform_filter("datum.sure")
        .mark_point(style="dot", filled=True)
        .encode(x=x, y=y, tooltip=tooltip),
        there.transform_filter("!datum.sure")
        .mark_point(style="hollow")
        .encode(x=x, y=y, tooltip=tooltip),
    ]
