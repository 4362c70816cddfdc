"""Campaigns over time, between their control limits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import altair as alt

from actoolkit.charts.drawing import AsOf, Finding, TwinColumn, finished, inline, nothing
from actoolkit.charts.formats import AXIS_PERCENT, MISSING, count, day, percent, plural
from actoolkit.charts.frames import Row, plain_rows
from actoolkit.charts.names import display_name, distinct
from actoolkit.errors import InvalidArgument

TWIN: Sequence[TwinColumn] = (
    TwinColumn("label", "Campaign", "text"),
    TwinColumn("sent", "Sent on", "text"),
    TwinColumn("value", "Rate", "rate"),
    TwinColumn("low", "Limits from", "rate"),
    TwinColumn("high", "Interval to", "rate"),
    TwinColumn("signal", "Outside", "text"),
)


def campaign_anomalies_chart(
    anomalies: object, *, label: str = "Click rate", as_of: AsOf = None, last: int = 100
) -> alt.LayerChart:
    """Draw the rates of campaigns over time, between their control limits.

    Args:
        anomalies: Result of `actoolkit.metrics.campaign_anomalies`, of one group.
        label: Name of the rate.
        as_of: Moment of the data, written in the corner.
        last: How many of the latest campaigns.

    Raises:
        InvalidArgument: Not the metric's result, or ``last`` below 1.

    Example:
        >>> import polars as pl
        >>> from datetime import UTC, datetime
        >>> from actoolkit.charts import campaign_anomalies_chart
        >>> found = pl.DataFrame({"campaign_id": ["1", "2"], "name": ["May news", "Sale"],
        ...     "sent_at": [datetime(2026, 5, day, tzinfo=UTC) for day in (1, 8)],
        ...     "hits": [30, 90], "trials": [1000, 1000], "rate": [0.03, 0.09],
        ...     "robust_z": [None, 4.2], "centre": [0.06] * 2, "lower_limit": [0.02] * 2,
        ...     "upper_limit": [0.08] * 2, "signal": [None, "above"]})
        >>> campaign_anomalies_chart(found).title.text
        ['1 of 2 campaigns is outside its limits: “Sale” last, above at 9.0%']
    """
    if last < 1:
        raise InvalidArgument(f"last={last!r} draws nothing.", hint="Ask for one campaign or more.")
    rows = anomaly_rows(anomalies, last=last)
    finding = anomaly_finding(rows, label=label)
    if not rows:
        return nothing(finding, as_of=as_of)
    layers = anomaly_layers(rows, label=label)
    return finished(layers, finding, as_of=as_of, corner_offset=44, height=280)


def anomaly_rows(anomalies: object, *, last: int) -> list[Row]:
    """Read what the chart draws: one row per campaign, in the order of sending.

    Args:
        anomalies: Result of `actoolkit.metrics.campaign_anomalies`.
        last: How many of the latest.

    Raises:
        InvalidArgument: Not the metric's result.
    """
    found = plain_rows(
        anomalies,
        chart="campaign_anomalies_chart",
        metric="campaign_anomalies",
        columns=[
            *("campaign_id", "name", "sent_at", "hits", "trials", "rate", "robust_z"),
            *("centre", "lower_limit", "upper_limit", "signal"),
        ],
    )
    found = sorted(found, key=lambda row: (row["sent_at"], str(row["campaign_id"])))[-last:]
    labels = distinct(
        [display_name(row["name"], longest=32) for row in found],
        [day(row["sent_at"]) for row in found],
        longest=22,
    )
    return [
        {
            "label": label,
            "sent": day(row["sent_at"]),
            "at": _stamp(row["sent_at"]),
            "value": round(row["rate"], 6),
            "value_text": percent(row["rate"]),
            "counts": f"{count(row['hits'])} of {count(row['trials'])}",
            "centre": round(row["centre"], 6),
            "low": None if row["lower_limit"] is None else round(row["lower_limit"], 6),
            "high": None if row["upper_limit"] is None else round(row["upper_limit"], 6),
            "limits": f"{percent(row['lower_limit'])} to {percent(row['upper_limit'])}",
            "z_text": MISSING if row["robust_z"] is None else f"{row['robust_z']:+.1f}",
            "signal": row["signal"] or "",
            "is_out": row["signal"] is not None,
        }
        for row, label in zip(found, labels, strict=True)
    ]


def _stamp(value: datetime) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%S")


def anomaly_finding(rows: Sequence[Row], *, label: str) -> Finding:
    """Say what the rows show.

    Args:
        rows: Result of `anomaly_rows`.
        label: Name of the rate.
    """
    if not rows:
        return Finding("No data: no campaign is there", "", "No campaign is there.")
    out = [row for row in rows if row["is_out"]]
    title = f"All {plural(len(rows), 'campaign')} are within what the account's own ups and downs "
    title += "allow"
    if out:
        many = "is outside its limits" if len(out) == 1 else "are outside their limits"
        title = f"{count(len(out))} of {plural(len(rows), 'campaign')} {many}: "
        title += f"“{out[-1]['label']}” last, {out[-1]['signal']} at {out[-1]['value_text']}"
    subtitle = f"{label} by day of sending. Band: three standard deviations for a mailing of that "
    subtitle += "size, widened by how much campaigns differ."
    return Finding(title, subtitle, f"{title}. {label} of {plural(len(rows), 'campaign')}.")


def anomaly_layers(rows: list[Row], *, label: str) -> list[alt.Chart]:
    """Draw the rows.

    Args:
        rows: Result of `anomaly_rows`.
        label: Name of the rate.
    """
    base = alt.Chart(inline(rows))
    x = alt.X("at:T", title="Sent on", axis=alt.Axis(grid=False, labelOverlap=True))
    axis = alt.Axis(labelExpr=AXIS_PERCENT, tickCount=5)
    scale = alt.Scale(zero=False, nice=True)
    y = alt.Y("value:Q", title=label, axis=axis, scale=scale)
    tooltip = [
        alt.Tooltip("label:N", title="Campaign"),
        alt.Tooltip("sent:N", title="Sent"),
        alt.Tooltip("value_text:N", title=label),
        alt.Tooltip("counts:N", title="Counts"),
        alt.Tooltip("limits:N", title="Limits"),
        alt.Tooltip("z_text:N", title="Robust z, days before"),
    ]
    limits = base.transform_filter("isValid(datum.low)")
    line = base.transform_aggregate(centre="mean(centre)")
    return [
        limits.mark_bar(style="soft", width=5, opacity=0.35, cornerRadius=0).encode(
            x=x, y=alt.Y("low:Q", title=label, axis=axis, scale=scale), y2="high:Q"
        ),
        line.mark_rule(style="reference").encode(y=alt.Y("centre:Q")),
        base.transform_filter("!datum.is_out")
        .mark_point(style="dot", filled=True, size=40)
        .encode(x=x, y=y, tooltip=tooltip),
        base.transform_filter("datum.is_out")
        .mark_point(style="outlier", filled=True, size=90, shape="diamond")
        .encode(x=x, y=y, tooltip=tooltip),
    ]
