"""Scores: how they are spread over contacts, and how much more those with high ones buy."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

import altair as alt

from actoolkit.charts.drawing import AsOf, Finding, TwinColumn, finished, inline, nothing
from actoolkit.charts.formats import count, percent, plural
from actoolkit.charts.frames import SMALL_SAMPLE, Row, plain_rows
from actoolkit.charts.names import display_name
from actoolkit.charts.ranked import bar_layers
from actoolkit.errors import InvalidArgument

DISTRIBUTION_TWIN: Sequence[TwinColumn] = (
    TwinColumn("label", "Points", "text"),
    TwinColumn("contacts", "Contacts", "count"),
    TwinColumn("value", "Share of contacts", "rate"),
)
LIFT_TWIN: Sequence[TwinColumn] = (
    TwinColumn("label", "Tenth of contacts", "text"),
    TwinColumn("points", "Points", "text"),
    TwinColumn("counts", "Buyers", "text"),
    TwinColumn("value", "Buy rate", "rate"),
    TwinColumn("low", "Interval from", "rate"),
    TwinColumn("high", "Interval to", "rate"),
)


def score_distribution_chart(
    distribution: object,
    *,
    score_id: str | None = None,
    name: str | None = None,
    as_of: AsOf = None,
) -> alt.LayerChart:
    """Draw how many contacts have how many points.

    Args:
        distribution: Result of `actoolkit.metrics.score_distribution`.
        score_id: Which score; None if there is only one.
        name: What the score is called.
        as_of: Moment of the data, written in the corner.

    Raises:
        InvalidArgument: Not the metric's result, or several scores and none chosen.

    Example:
        >>> import polars as pl
        >>> from actoolkit.charts import score_distribution_chart
        >>> bins = pl.DataFrame({"score_id": ["1", "1"], "bin": [1, 3], "bin_from": [0.0, 20.0],
        ...     "bin_to": [10.0, 30.0], "contacts": [70, 30], "contact_share": [0.7, 0.3],
        ...     "cumulative_share": [0.7, 1.0]})
        >>> score_distribution_chart(bins).title.text
        ['70.0% of 100 contacts have fewer than 10 points, the highest has 30']
    """
    rows = distribution_rows(distribution, score_id=score_id)
    finding = distribution_finding(rows, name=name)
    if not rows:
        return nothing(finding, as_of=as_of)
    tooltip = [
        alt.Tooltip("label:N", title="Points"),
        alt.Tooltip("counts:N", title="Contacts"),
        alt.Tooltip("value_text:N", title="Share of contacts"),
    ]
    return finished(bar_layers(rows, tooltip), finding, as_of=as_of, height=alt.Step(34))


def distribution_rows(distribution: object, *, score_id: str | None = None) -> list[Row]:
    """Read what the chart draws: one row per bin, the empty ones among them.

    Args:
        distribution: Result of `actoolkit.metrics.score_distribution`.
        score_id: Which score; None if there is only one.

    Raises:
        InvalidArgument: Not the metric's result, or several scores and none chosen.
    """
    columns = ["score_id", "bin", "bin_from", "bin_to", "contacts", "contact_share"]
    found = plain_rows(
        distribution,
        chart="score_distribution_chart",
        metric="score_distribution",
        columns=columns,
    )
    known = {int(row["bin"]): row for row in _one("score_distribution_chart", found, score_id)}
    total = sum(int(row["contacts"]) for row in known.values())
    rows: list[Row] = []
    edges = _edges(known)
    for number, (start, until) in enumerate(pairwise(edges), 1):
        row = known.get(number, {"contacts": 0, "contact_share": 0.0})
        under = "" if number == len(edges) - 1 else "under "
        rows.append(
            {
                "label": f"{start:.6g} to {under}{until:.6g}" if until > start else f"{start:.6g}",
                "until": until,
                "contacts": int(row["contacts"]),
                "value": round(row["contact_share"], 6),
                "value_text": percent(row["contact_share"]),
                "note_text": count(row["contacts"]),
                "counts": f"{count(row['contacts'])} of {count(total)}",
                "is_soft": False,
            }
        )
    return rows


def _edges(known: Mapping[int, Row]) -> list[float]:
    """Where bins begin, and the highest score, as they are said: whole where the scores are.

    The lowest and the highest score tell that. A score that is whole is under 36.9 points if it is
    under 37, so that edges between bins can be rounded up.
    """
    if not known:
        return []
    most = max(known)
    low, high = known[1]["bin_from"], known[most]["bin_to"]
    width = known[1]["bin_to"] - low
    edges = [round(low + width * number, 6) for number in range(most)]
    if width >= 1 and low == int(low) and high == int(high):
        edges = [float(math.ceil(edge)) for edge in edges]
    return [*edges, high]


def distribution_finding(rows: Sequence[Row], *, name: str | None = None) -> Finding:
    """Say what the rows show.

    Args:
        rows: Result of `distribution_rows`.
        name: What the score is called.
    """
    if not rows:
        return Finding("No data: no contact has a score", "", "No contact has a score.")
    people, below = sum(row["contacts"] for row in rows), 0
    size = plural(people, "contact")
    title = f"{size} with {rows[-1]['until']:.6g} points" if len(rows) == 1 else ""
    for row in rows[:-1]:
        below += row["contacts"]
        if below * 2 >= people or row is rows[-2]:
            title = f"{percent(below / people)} of {size} have fewer than {row['until']:.6g} "
            title += f"points, the highest has {rows[-1]['until']:.6g}"
            break
    subtitle = f"{_named(name)} by points, in bins of equal width."
    return Finding(title, subtitle, f"{title}. Bars of {plural(len(rows), 'bin')}.")


def score_lift_chart(
    outcomes: object,
    *,
    score_id: str | None = None,
    name: str | None = None,
    as_of: AsOf = None,
) -> alt.LayerChart:
    """Draw how many of each tenth of contacts bought, from the highest scores to the lowest.

    Args:
        outcomes: Result of `actoolkit.metrics.score_outcomes`.
        score_id: Which score; None if there is only one.
        name: What the score is called.
        as_of: Moment of the data, written in the corner.

    Raises:
        InvalidArgument: Not the metric's result, or several scores and none chosen.

    Example:
        >>> import polars as pl
        >>> from actoolkit.charts import score_lift_chart
        >>> found = pl.DataFrame({"score_id": ["1", "1"], "tenth": [1, 6], "flag": [None, None],
        ...     "lowest_score": [40.0, 0.0], "highest_score": [90.0, 39.0], "lift": [5.0, 0.556],
        ...     "contacts": [200, 1800], "buyers": [50, 50], "buy_rate": [0.25, 0.0278],
        ...     "buy_rate_low": [0.195, 0.0211], "buy_rate_high": [0.314, 0.0364]})
        >>> score_lift_chart(found).title.text
        ['The highest scores buy 5.0 times as often as all: 25.0% (19.5% to 31.4%)']
    """
    rows = lift_rows(outcomes, score_id=score_id)
    finding = lift_finding(rows, name=name)
    if not rows:
        return nothing(finding, as_of=as_of)
    tooltip = [
        alt.Tooltip("label:N", title="Tenth of contacts"),
        alt.Tooltip("points:N", title="Points"),
        alt.Tooltip("value_text:N", title="Bought"),
        alt.Tooltip("interval:N", title="95% interval"),
        alt.Tooltip("counts:N", title="Buyers"),
    ]
    line = alt.Chart(inline([{"reference": rows[0]["base"]}])).mark_rule(style="reference")
    layers = [*bar_layers(rows, tooltip), line.encode(x=alt.X("reference:Q"))]
    return finished(layers, finding, as_of=as_of, height=alt.Step(34))


def lift_rows(outcomes: object, *, score_id: str | None = None) -> list[Row]:
    """Read what the chart draws: one row per tenth, the highest scores first.

    Args:
        outcomes: Result of `actoolkit.metrics.score_outcomes`.
        score_id: Which score; None if there is only one.

    Raises:
        InvalidArgument: Not the metric's result, or several scores and none chosen.
    """
    rate = "buy_rate"
    columns = ["score_id", "tenth", "lowest_score", "highest_score", "contacts", "buyers"]
    columns += [rate, f"{rate}_low", f"{rate}_high", "lift", "flag"]
    found = plain_rows(outcomes, chart="score_lift_chart", metric="score_outcomes", columns=columns)
    kept = sorted(_one("score_lift_chart", found, score_id), key=lambda row: int(row["tenth"]))
    people, buyers = (sum(int(row[name]) for row in kept) for name in ("contacts", "buyers"))
    return [
        {
            "label": f"Tenth {int(row['tenth'])}",
            "points": f"{row['lowest_score']:.6g} to {row['highest_score']:.6g}",
            "contacts": int(row["contacts"]),
            "value": round(row[rate], 6),
            "low": round(row[f"{rate}_low"], 6),
            "high": round(row[f"{rate}_high"], 6),
            "base": round(buyers / people, 6),
            "lift": row["lift"],
            "value_text": percent(row[rate]),
            "interval": f"{percent(row[f'{rate}_low'])} to {percent(row[f'{rate}_high'])}",
            "counts": f"{count(row['buyers'])} of {count(row['contacts'])}",
            "note_text": f"{count(row['buyers'])} of {count(row['contacts'])} · "
            f"{row['lowest_score']:.6g} to {row['highest_score']:.6g} points",
            "is_soft": row["contacts"] < SMALL_SAMPLE,
            "flag": row["flag"] or "",
        }
        for row in kept
    ]


def lift_finding(rows: Sequence[Row], *, name: str | None = None) -> Finding:
    """Say what the rows show.

    Args:
        rows: Result of `lift_rows`.
        name: What the score is called.
    """
    if not rows:
        return Finding("No data: no contact had a score", "", "No contact had a score.")
    best = rows[0]
    shown = f"{best['value_text']} ({best['interval']})"
    if not best["base"]:
        title = "Nobody with a score bought in the days after"
    elif best["low"] <= best["base"] <= best["high"]:
        title = f"The highest scores do not clearly buy more: {shown}"
    else:
        title = f"The highest scores buy {best['lift']:.1f} times as often as all: {shown}"
    subtitle = f"{_named(name)} who bought afterwards, by tenth of the score as it was "
    subtitle += f"known before; 1 is the highest. Dashed: all, {percent(best['base'])}."
    if any(row["is_soft"] for row in rows):
        subtitle += f" Pale: fewer than {SMALL_SAMPLE} contacts."
    subtitle += f" Beware: {best['flag']}." if best["flag"] else ""
    people = plural(sum(row["contacts"] for row in rows), "contact")
    return Finding(title, subtitle, f"{title}. Bars of {len(rows)} groups of {people} together.")


def _one(chart: str, found: Sequence[Row], score_id: str | None) -> list[Row]:
    """Keep one score's rows."""
    ids = sorted({str(row["score_id"]) for row in found})
    if score_id is None and len(ids) > 1:
        raise InvalidArgument(
            f"{chart} draws one score; this frame has {', '.join(ids)}.",
            hint=f'Choose one, such as score_id="{ids[0]}".',
        )
    return [row for row in found if score_id is None or str(row["score_id"]) == score_id]


def _named(name: str | None) -> str:
    known = display_name(name, longest=40, missing="")
    return f"“{known}”: contacts" if known else "Contacts"
