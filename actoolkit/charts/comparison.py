"""Campaigns held against one of them: a difference and its interval each."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from actoolkit.charts.drawing import AsOf, Finding, TwinColumn, finished, nothing
from actoolkit.charts.formats import count, plural
from actoolkit.charts.frames import Row, plain_rows
from actoolkit.charts.names import display_name, distinct
from actoolkit.charts.ranked import dot_layers

AXIS_POINTS = "datum.value === 0 ? '0' : format(100 * datum.value, '+.2~f')"
TWIN: Sequence[TwinColumn] = (
    TwinColumn("label", "Campaign", "text"),
    TwinColumn("counts", "Counts", "text"),
    TwinColumn("value", "Difference", "rate"),
    TwinColumn("low", "Interval from", "rate"),
    TwinColumn("high", "Interval to", "rate"),
    TwinColumn("verdict", "Verdict", "text"),
)


def compare_campaigns_chart(
    comparison: object, *, label: str = "Click rate", as_of: AsOf = None
) -> alt.LayerChart:
    """Draw how much each campaign's rate differs from the baseline's, with its interval.

    The campaigns stand in the order of the difference.

    Args:
        comparison: Result of `actoolkit.metrics.compare_campaigns`.
        label: Name of the rate.
        as_of: Moment of the data, written in the corner.

    Raises:
        InvalidArgument: Not the metric's result.

    Example:
        >>> import polars as pl
        >>> from actoolkit.charts import compare_campaigns_chart
        >>> found = pl.DataFrame({"campaign_id": ["2"], "name": ["B"], "hits": [220],
        ...     "trials": [5000], "baseline_id": ["1"], "baseline_trials": [5000],
        ...     "difference": [0.014], "difference_low": [0.006], "difference_high": [0.021],
        ...     "needed": [14000], "verdict": ["difference shown"]})
        >>> compare_campaigns_chart(found).title.text
        ['“B” is above the baseline by 1.4 points (0.6 to 2.1)']
    """
    rows = comparison_rows(comparison)
    finding = comparison_finding(rows, label=label)
    if not rows:
        return nothing(finding, as_of=as_of)
    tooltip = [
        alt.Tooltip("label:N", title="Campaign"),
        alt.Tooltip("value_text:N", title="Difference, points"),
        alt.Tooltip("interval:N", title="95% interval"),
        alt.Tooltip("counts:N", title="Counts"),
        alt.Tooltip("verdict:N", title="Verdict"),
        alt.Tooltip("needed_text:N", title="Mails needed in each"),
    ]
    title = f"{label}: percentage points above or below the baseline"
    layers = dot_layers(rows, tooltip, title=title, reference=0.0, labels=AXIS_POINTS)
    return finished(layers, finding, as_of=as_of, corner_offset=44)


def comparison_rows(comparison: object) -> list[Row]:
    """Read what the chart draws: one row per campaign that has a difference, the highest first.

    Args:
        comparison: Result of `actoolkit.metrics.compare_campaigns`.

    Raises:
        InvalidArgument: Not the metric's result.
    """
    name = "difference"
    found = plain_rows(
        comparison,
        chart="compare_campaigns_chart",
        metric="compare_campaigns",
        columns=[
            *("campaign_id", "name", "hits", "trials", name, f"{name}_low", f"{name}_high"),
            *("needed", "verdict", "baseline_id"),
        ],
    )
    found = [row for row in found if row[name] is not None]
    found.sort(key=lambda row: (-row[name], str(row["campaign_id"])))
    labels = distinct(
        [display_name(row["name"], longest=40) for row in found],
        [f"id {row['campaign_id']}" for row in found],
        longest=30,
    )
    return [
        {
            "label": label,
            "value": round(row[name], 6),
            "low": round(row[f"{name}_low"], 6),
            "high": round(row[f"{name}_high"], 6),
            "value_text": _points(row[name], "+"),
            "interval": f"{_points(row[f'{name}_low'])} to {_points(row[f'{name}_high'])}",
            "counts": f"{count(row['hits'])} of {count(row['trials'])}",
            "verdict": row["verdict"],
            "needed_text": count(row["needed"]),
            "baseline": _baseline(row),
            "is_small": row["verdict"] != "difference shown",
        }
        for row, label in zip(found, labels, strict=True)
    ]


def _points(share: float, sign: str = "-") -> str:
    return f"{100 * share:{sign}.1f}".replace("-", "\N{MINUS SIGN}")


def _baseline(row: Row) -> str:
    named = display_name(row.get("baseline_name"), longest=40, missing="")
    return (
        f"“{named}”" if named else f"campaign {display_name(str(row['baseline_id']), longest=30)}"
    )


def comparison_finding(rows: Sequence[Row], *, label: str) -> Finding:
    """Say what the rows show.

    Args:
        rows: Result of `comparison_rows`.
        label: Name of the rate.
    """
    if not rows:
        return Finding("No data: nothing can be compared", "", "Nothing can be compared.")
    shown = [row for row in rows if not row["is_small"]]
    if shown:
        most = max(shown, key=lambda row: abs(row["value"]))
        where = "above" if most["value"] > 0 else "below"
        title = f"“{most['label']}” is {where} the baseline by "
        title += f"{abs(100 * most['value']):.1f} points ({most['interval']})"
    elif any(row["verdict"] == "too small to tell" for row in rows):
        title = f"Too few mails to tell {plural(len(rows), 'campaign')} from the baseline"
    else:
        title = "No difference from the baseline is shown"
    subtitle = f"Difference of the {label.lower()} from {rows[0]['baseline']}, in "
    subtitle += "percentage points; bars are 95% intervals"
    if len(rows) > 1:
        subtitle += f", each by itself. Filled: a difference shown, {len(rows)} comparisons "
        subtitle += "allowed for."
    else:
        subtitle += ". Hollow: no difference shown."
    listed = "; ".join(f"{row['label']} {row['value_text']}: {row['verdict']}" for row in rows[:5])
    return Finding(title, subtitle, f"{title}. {listed}.")
