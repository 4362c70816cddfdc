"""Campaigns ranked by what their mails and the account's history tell together."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from actoolkit.charts.drawing import AsOf, Finding, TwinColumn, finished, nothing
from actoolkit.charts.formats import count, percent
from actoolkit.charts.frames import SMALL_SAMPLE, Row, plain_rows
from actoolkit.charts.names import display_name, distinct
from actoolkit.charts.ranked import dot_layers
from actoolkit.errors import InvalidArgument

TWIN: Sequence[TwinColumn] = (
    TwinColumn("label", "Campaign", "text"),
    TwinColumn("counts", "Counts", "text"),
    TwinColumn("raw", "Rate", "rate"),
    TwinColumn("value", "Shrunk rate", "rate"),
    TwinColumn("low", "Interval from", "rate"),
    TwinColumn("high", "Interval to", "rate"),
)


def shrunk_rates_chart(
    shrunk: object, *, label: str = "Click rate", as_of: AsOf = None, top: int = 15
) -> alt.LayerChart:
    """Rank campaigns by their shrunk rate, the plain rate beside it as a tick.

    Args:
        shrunk: Result of `actoolkit.metrics.shrunk_rates`, of one group.
        label: Name of the rate.
        as_of: Moment of the data, written in the corner.
        top: How many to draw, the highest.

    Raises:
        InvalidArgument: Not the metric's result, or ``top`` below 1.

    Example:
        >>> import polars as pl
        >>> from actoolkit.charts import shrunk_rates_chart
        >>> found = pl.DataFrame({"campaign_id": ["1", "2"], "name": ["May news", "A try-out"],
        ...     "hits": [350, 9], "trials": [5000, 50], "rate": [0.07, 0.18],
        ...     "shrunk_rate": [0.069, 0.061], "shrunk_rate_low": [0.062, 0.03],
        ...     "shrunk_rate_high": [0.076, 0.101], "common_rate": [0.05] * 2, "rank": [1, 2]})
        >>> shrunk_rates_chart(found).title.text
        ['Best, few mails allowed for: “May news” at 6.9% (6.2% to 7.6%)']
    """
    if top < 1:
        raise InvalidArgument(f"top={top!r} draws nothing.", hint="Ask for one campaign or more.")
    rows = shrunk_rows(shrunk, top=top)
    finding = shrunk_finding(rows, label=label)
    if not rows:
        return nothing(finding, as_of=as_of)
    tooltip = [
        alt.Tooltip("label:N", title="Campaign"),
        alt.Tooltip("value_text:N", title=f"{label}, shrunk"),
        alt.Tooltip("interval:N", title="95% interval"),
        alt.Tooltip("raw_text:N", title=f"{label}, as it was"),
        alt.Tooltip("counts:N", title="Counts"),
    ]
    layers = dot_layers(rows, tooltip, title=label, reference=rows[0]["common"])
    return finished(layers, finding, as_of=as_of, corner_offset=44)


def shrunk_rows(shrunk: object, *, top: int) -> list[Row]:
    """Read what the chart draws: one row per campaign, the highest first.

    Args:
        shrunk: Result of `actoolkit.metrics.shrunk_rates`.
        top: How many.

    Raises:
        InvalidArgument: Not the metric's result.
    """
    rate = "shrunk_rate"
    found = plain_rows(
        shrunk,
        chart="shrunk_rates_chart",
        metric="shrunk_rates",
        columns=[
            *("campaign_id", "name", "hits", "trials", "rate"),
            *(rate, f"{rate}_low", f"{rate}_high", "common_rate", "rank"),
        ],
    )
    found = sorted(found, key=lambda row: (int(row["rank"]), str(row["campaign_id"])))[:top]
    labels = distinct(
        [display_name(row["name"], longest=40) for row in found],
        [f"id {row['campaign_id']}" for row in found],
        longest=30,
    )
    return [
        {
            "label": label,
            "value": round(row[rate], 6),
            "low": round(row[f"{rate}_low"], 6),
            "high": round(row[f"{rate}_high"], 6),
            "raw": round(row["rate"], 6),
            "common": round(row["common_rate"], 6),
            "value_text": percent(row[rate]),
            "raw_text": percent(row["rate"]),
            "interval": f"{percent(row[f'{rate}_low'])} to {percent(row[f'{rate}_high'])}",
            "counts": f"{count(row['hits'])} of {count(row['trials'])}",
            "is_small": row["trials"] < SMALL_SAMPLE,
        }
        for row, label in zip(found, labels, strict=True)
    ]


def shrunk_finding(rows: Sequence[Row], *, label: str) -> Finding:
    """Say what the rows show.

    Args:
        rows: Result of `shrunk_rows`.
        label: Name of the rate.
    """
    if not rows:
        return Finding("No data: no campaign is there", "", "No campaign is there.")
    best = rows[0]
    title = f"Best, few mails allowed for: “{best['label']}” at {best['value_text']} "
    title += f"({best['interval']})"
    note = f"; hollow: fewer than {SMALL_SAMPLE}" if any(row["is_small"] for row in rows) else ""
    subtitle = f"{label}, drawn towards the overall rate (dashed) the more, the fewer mails there "
    subtitle += f"are. Ticks: the rate as it was{note}."
    listed = "; ".join(f"{row['label']} {row['value_text']}" for row in rows[:3])
    return Finding(title, subtitle, f"{title}. Highest: {listed}.")
