"""How well each score told who would buy, against chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt

from actoolkit.charts.drawing import AsOf, Finding, TwinColumn, finished, nothing
from actoolkit.charts.formats import MISSING, count, decimal, percent
from actoolkit.charts.frames import SMALL_SAMPLE, Row, plain_rows
from actoolkit.charts.names import display_name, distinct
from actoolkit.charts.ranked import dot_layers

QUALITY_TWIN: Sequence[TwinColumn] = (
    TwinColumn("label", "Score", "text"),
    TwinColumn("value", "Buyer scored higher", "rate"),
    TwinColumn("low", "Interval from", "rate"),
    TwinColumn("high", "Interval to", "rate"),
    TwinColumn("counts", "Buyers", "text"),
    TwinColumn("lift_text", "Best tenth, times all", "text"),
)
CHANCE = 0.5
"""What a score without any meaning reaches."""


def score_quality_chart(
    quality: object, *, names: Mapping[str, str] | None = None, as_of: AsOf = None
) -> alt.LayerChart:
    """Draw how often a buyer had the higher score than one who did not buy, for each score.

    Args:
        quality: Result of `actoolkit.metrics.score_quality`.
        names: Name by ``score_id``.
        as_of: Moment of the data, written in the corner.

    Raises:
        InvalidArgument: Not the metric's result.

    Example:
        >>> import polars as pl
        >>> from actoolkit.charts import score_quality_chart
        >>> found = pl.DataFrame({"score_id": ["1"], "contacts": [900], "buyers": [120],
        ...     "auc": [0.71], "auc_low": [0.66], "auc_high": [0.756], "top_lift": [2.4],
        ...     "flag": [None]})
        >>> print(*score_quality_chart(found, names={"1": "Loyalty"}).title.text)
        “Loyalty” tells buyers from others: they scored higher in 71.0% of pairs (66.0% to 75.6%)
    """
    rows = quality_rows(quality, names=names)
    finding = quality_finding(rows)
    drawn = [row for row in rows if row["value"] is not None]
    if not drawn:
        return nothing(finding, as_of=as_of)
    tooltip = [
        alt.Tooltip("label:N", title="Score"),
        alt.Tooltip("value_text:N", title="Buyer scored higher"),
        alt.Tooltip("interval:N", title="95% interval"),
        alt.Tooltip("counts:N", title="Buyers"),
        alt.Tooltip("lift_text:N", title="Best tenth, times all"),
    ]
    title = "Pairs of a buyer and another contact in which the buyer scored higher"
    layers = dot_layers(drawn, tooltip, title=title, reference=CHANCE)
    return finished(layers, finding, as_of=as_of, corner_offset=44, height=alt.Step(44))


def quality_rows(quality: object, *, names: Mapping[str, str] | None = None) -> list[Row]:
    """Read what the chart draws: one row per score, the one that tells most first.

    Args:
        quality: Result of `actoolkit.metrics.score_quality`.
        names: Name by ``score_id``.

    Raises:
        InvalidArgument: Not the metric's result.
    """
    columns = ["score_id", "contacts", "buyers", "auc", "auc_low", "auc_high", "top_lift", "flag"]
    found = plain_rows(
        quality, chart="score_quality_chart", metric="score_quality", columns=columns
    )
    found = sorted(found, key=lambda row: (-(row["auc"] or 0), str(row["score_id"])))
    labels = distinct(
        [_name(str(row["score_id"]), names) for row in found],
        [f"id {row['score_id']}" for row in found],
        longest=30,
    )
    return [_row(row, label) for row, label in zip(found, labels, strict=True)]


def quality_finding(rows: Sequence[Row]) -> Finding:
    """Say what the rows show.

    Args:
        rows: Result of `quality_rows`.
    """
    if not rows:
        return Finding("No data: no contact had a score", "", "No contact had a score.")
    best = rows[0]
    interval = f"{best['value_text']} of pairs ({best['interval']})"
    if best["value"] is None:
        title = "Whether a score tells who will buy is open: of those with one, all or none bought"
    elif best["interval"] == MISSING:
        title = f"Too few to tell: buyers scored higher in {best['value_text']} of pairs"
    elif best["low"] > CHANCE:
        title = f"“{best['label']}” tells buyers from others: they scored higher in {interval}"
    else:
        title = f"No score is shown to tell who will buy; “{best['label']}”: {interval}"
    subtitle = (
        "Of two contacts, one who bought afterwards and one who did not: how often the buyer "
    )
    subtitle += "had the higher score, as it was known before. Dashed: chance."
    if any(row["is_small"] for row in rows):
        subtitle += f" Hollow: fewer than {SMALL_SAMPLE} contacts."
    subtitle += f" Beware: {best['flag']}." if best["flag"] else ""
    listed = "; ".join(f"{row['label']} {row['value_text']}" for row in rows[:3])
    return Finding(title, subtitle, f"{title}. {listed}.")


def _name(score_id: str, names: Mapping[str, str] | None) -> str:
    known = (names or {}).get(score_id)
    return display_name(known, longest=40, missing=f"Score {score_id}")


def _row(row: Row, label: str) -> Row:
    value, low, high = (
        None if row[name] is None else round(row[name], 6)
        for name in ("auc", "auc_low", "auc_high")
    )
    known = low is not None and high is not None
    return {
        "label": label,
        "value": value,
        "low": low if known else value,
        "high": high if known else value,
        "value_text": percent(value),
        "interval": f"{percent(low)} to {percent(high)}" if known else MISSING,
        "counts": f"{count(row['buyers'])} of {count(row['contacts'])}",
        "lift_text": MISSING if row["top_lift"] is None else decimal(row["top_lift"], 1),
        "is_small": row["contacts"] < SMALL_SAMPLE,
        "flag": row["flag"] or "",
    }
