"""Who came back: one row per cohort, one column per month since the first order."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from actoolkit.charts.drawing import AsOf, Finding, TwinColumn, finished, nothing
from actoolkit.charts.formats import AXIS_PERCENT, count, percent, plural
from actoolkit.charts.frames import Row, plain_rows
from actoolkit.charts.grids import grid_layers, shaded
from actoolkit.charts.periods import as_date, period_label
from actoolkit.errors import InvalidArgument
from actoolkit.metrics.intervals import wilson

CELL = 26
"""Pixels of a cell's height."""

FEW = 30
"""Customers of a cohort below which chance moves its shares far."""

TWIN: Sequence[TwinColumn] = (
    TwinColumn("cohort", "First order in", "text"),
    TwinColumn("month", "Months since", "count"),
    TwinColumn("customers", "Customers", "count"),
    TwinColumn("buyers", "Of them ordering", "count"),
    TwinColumn("rate", "Share", "rate"),
    TwinColumn("low", "Interval from", "rate"),
    TwinColumn("high", "Interval to", "rate"),
)


def cohort_retention_chart(
    retention: object, *, as_of: AsOf = None, cohorts: int = 18, months: int = 12
) -> alt.LayerChart:
    """Draw the triangle of cohorts: colour and number are the share that ordered in that month.

    The first column holds how many customers a cohort has; months that are not over are left blank.
    The title tells of the cohorts that are drawn, without the first of the history where others
    are: its customers may have bought before.

    Args:
        retention: Result of `actoolkit.metrics.cohort_retention`.
        as_of: Moment of the data, written in the corner.
        cohorts: How many of the latest cohorts to draw.
        months: How many months after the first.

    Raises:
        InvalidArgument: Not the metric's result, or nothing to draw by the arguments.

    Example:
        >>> import polars as pl
        >>> from datetime import date
        >>> from actoolkit.charts import cohort_retention_chart
        >>> cells = pl.DataFrame({"cohort_on": [date(2026, 4, 1)] * 2, "month": [0, 1],
        ...     "customers": [200, 200], "buyers": [200, 50], "retention_rate": [1.0, 0.25],
        ...     "retention_rate_low": [0.98, 0.195], "retention_rate_high": [1.0, 0.314]})
        >>> cohort_retention_chart(cells).title.text
        ['25.0% ordered again in the month after their first order (19.5% to 31.4%)']
    """
    if cohorts < 1 or months < 1:
        raise InvalidArgument("Nothing would be drawn.", hint="Use cohorts=18, months=12, say.")
    rows = cohort_rows(retention, cohorts=cohorts, months=months)
    finding = cohort_finding(rows)
    if not rows:
        return nothing(finding, as_of=as_of)
    height = CELL * len({row["cohort"] for row in rows})
    return finished(cohort_layers(rows), finding, as_of=as_of, corner_offset=44, height=height)


def cohort_rows(retention: object, *, cohorts: int, months: int) -> list[Row]:
    """Read what the chart draws: one row per cell, those that are not over without a value.

    Args:
        retention: Result of `actoolkit.metrics.cohort_retention`.
        cohorts: How many of the latest.
        months: How many after the first.

    Raises:
        InvalidArgument: Not the metric's result.
    """
    rate = "retention_rate"
    found = plain_rows(
        retention,
        chart="cohort_retention_chart",
        metric="cohort_retention",
        columns=[
            "cohort_on",
            "month",
            "customers",
            "buyers",
            rate,
            f"{rate}_low",
            f"{rate}_high",
        ],
    )
    known = sorted({as_date(row["cohort_on"]) for row in found})
    latest = known[-cohorts:]
    kept = [
        row for row in found if as_date(row["cohort_on"]) in latest and int(row["month"]) <= months
    ]
    old = [row for row in kept if int(row["month"]) == 1 and row["buyers"] is not None]
    later_begun = [row for row in old if as_date(row["cohort_on"]) != known[0]]
    is_cut = 0 < len(later_begun) < len(old)
    old = later_begun or old
    sums = {
        "known": len(known),
        "left_out": period_label(known[0], "month") if is_cut else "",
        "old_enough": sum(int(row["customers"]) for row in old),
        "came_back": sum(int(row["buyers"]) for row in old),
    }
    later = [row[rate] for row in kept if row["month"] > 0 and row[rate] is not None]
    rows = []
    for row in kept:
        month, share = int(row["month"]), row[rate]
        start = as_date(row["cohort_on"])
        size = count(row["customers"])
        rows.append(
            {
                "cohort": period_label(start, "month"),
                "start": start.isoformat(),
                "month": month,
                "customers": int(row["customers"]),
                "buyers": None if row["buyers"] is None else int(row["buyers"]),
                "rate": share,
                "rate_text": percent(share),
                "value": None if month == 0 else share,
                "low": row[f"{rate}_low"],
                "high": row[f"{rate}_high"],
                "text": size if month == 0 else "" if share is None else f"{share:.0%}",
                "interval": f"{percent(row[f'{rate}_low'])} to {percent(row[f'{rate}_high'])}",
                "counts": f"{count(row['buyers'])} of {size} customers",
                **sums,
            }
        )
    return shaded(rows, least=0.0, most=max(later, default=1.0))


def cohort_finding(rows: Sequence[Row]) -> Finding:
    """Say what the rows show.

    Args:
        rows: Result of `cohort_rows`.
    """
    if not rows:
        return Finding("No data: no customer has ordered here", "", "No customer has ordered.")
    people, buyers = rows[0]["old_enough"], rows[0]["came_back"]
    title = "No cohort is a month old yet"
    if people:
        low, high = wilson(buyers, people)
        title = f"{percent(buyers / people)} ordered again in the month after their first order"
        title += f" ({percent(low)} to {percent(high)})"
    subtitle = "Share of customers with an order, by month of their first order and months since. "
    subtitle += "Size: customers in it. Blank: the month is not over."
    drawn = len({row["cohort"] for row in rows})
    if drawn < rows[0]["known"]:
        subtitle += f" The latest {drawn} of {rows[0]['known']} cohorts."
    if rows[0]["left_out"]:
        subtitle += (
            f" {rows[0]['left_out']}, where the orders known begin, is left out of the share "
        )
        subtitle += "above: its customers may have bought before."
    if any(row["customers"] < FEW for row in rows):
        subtitle += f" Cohorts of fewer than {FEW} vary much by chance."
    size = plural(sum(row["customers"] for row in rows if row["month"] == 0), "customer")
    return Finding(
        title,
        subtitle,
        f"{title}. Heat map of {plural(drawn, 'cohort')} with {size}.",
    )


def cohort_layers(rows: list[Row]) -> list[alt.Chart]:
    """Draw the rows.

    Args:
        rows: Result of `cohort_rows`.
    """
    most = max((row["value"] for row in rows if row["value"] is not None), default=0) or 1.0
    order = list(dict.fromkeys(row["cohort"] for row in sorted(rows, key=lambda r: r["start"])))
    last = max(row["month"] for row in rows)
    x = alt.X(
        "month:O",
        title="Months since the first order",
        scale=alt.Scale(domain=list(range(last + 1)), paddingInner=0, paddingOuter=0),
        axis=alt.Axis(
            labelAngle=0,
            labelExpr="datum.value === 0 ? 'Size' : '+' + datum.value",
            titleAnchor="start",
        ),
    )
    y = alt.Y("cohort:O", title=None, scale=alt.Scale(domain=order, paddingInner=0, paddingOuter=0))
    tooltip = [
        alt.Tooltip("cohort:N", title="First order in"),
        alt.Tooltip("month:Q", title="Months since"),
        alt.Tooltip("rate_text:N", title="Ordered in that month"),
        alt.Tooltip("interval:N", title="95% interval"),
        alt.Tooltip("counts:N", title="Counts"),
    ]
    legend = alt.Legend(
        labelExpr=AXIS_PERCENT, gradientLength=180, gradientThickness=10, tickCount=4
    )
    return grid_layers(
        rows,
        x=x,
        y=y,
        domain=(0.0, most),
        legend=legend,
        legend_title="Ordered in that month",
        tooltip=tooltip,
    )
