"""Contacts through steps, and through automations."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import altair as alt

from actoolkit.charts.drawing import AsOf, Finding, TwinColumn, finished, nothing
from actoolkit.charts.formats import MISSING, count, percent, plural
from actoolkit.charts.frames import SMALL_SAMPLE, Row, plain_rows
from actoolkit.charts.names import display_name, distinct
from actoolkit.charts.ranked import bar_layers, dot_layers
from actoolkit.errors import InvalidArgument

TWIN: Sequence[TwinColumn] = (
    TwinColumn("label", "Step", "text"),
    TwinColumn("contacts", "Contacts", "count"),
    TwinColumn("value", "Of the first step", "rate"),
    TwinColumn("low", "Interval from", "rate"),
    TwinColumn("high", "Interval to", "rate"),
    TwinColumn("step_text", "Of the step before", "text"),
    TwinColumn("hours_text", "Median time between", "text"),
)


def contact_funnel_chart(
    funnel: object, *, window_days: int | None = None, as_of: AsOf = None
) -> alt.LayerChart:
    """Draw how many contacts took each step after the one before.

    Args:
        funnel: Result of `actoolkit.metrics.contact_funnel`, of one group.
        window_days: The ``window_days`` that the funnel was made with, for the subtitle: its rows
            do not tell.
        as_of: Moment of the data, written in the corner.

    Raises:
        InvalidArgument: Not the metric's result, or more than one group.

    Example:
        >>> import polars as pl
        >>> from actoolkit.charts import contact_funnel_chart
        >>> funnel = pl.DataFrame({"step": ["joined", "ordered"], "step_index": [0, 1],
        ...     "contacts": [400, 100], "rate": [1.0, 0.25], "rate_low": [0.99, 0.21],
        ...     "rate_high": [1.0, 0.295], "step_rate": [None, 0.25], "dropped": [None, 300],
        ...     "median_hours": [None, 60.0]})
        >>> contact_funnel_chart(funnel).title.text
        ['25.0% of 400 contacts got from “joined” to “ordered” (21.0% to 29.5%)']
    """
    rows = step_rows(funnel)
    finding = step_finding(rows, window_days=window_days)
    if not rows or not rows[0]["contacts"]:
        return nothing(finding, as_of=as_of)
    tooltip = [
        alt.Tooltip("label:N", title="Step"),
        alt.Tooltip("counts:N", title="Contacts"),
        alt.Tooltip("value_text:N", title="Of the first step"),
        alt.Tooltip("interval:N", title="95% interval"),
        alt.Tooltip("step_text:N", title="Of the step before"),
        alt.Tooltip("hours_text:N", title="Median time between"),
    ]
    return finished(bar_layers(rows, tooltip), finding, as_of=as_of, height=alt.Step(40))


def step_rows(funnel: object) -> list[Row]:
    """Read what the chart draws: one row per step.

    Args:
        funnel: Result of `actoolkit.metrics.contact_funnel`, of one group.

    Raises:
        InvalidArgument: Not the metric's result, or more than one group.
    """
    found = plain_rows(
        funnel,
        chart="contact_funnel_chart",
        metric="contact_funnel",
        columns=[
            *("step", "step_index", "contacts", "rate", "rate_low", "rate_high"),
            *("step_rate", "dropped", "median_hours"),
        ],
    )
    if len(found) > len({row["step_index"] for row in found}):
        raise InvalidArgument(
            "contact_funnel_chart draws one funnel; this frame holds several groups.",
            hint=_way_out(found[0]),
        )
    found = sorted(found, key=lambda row: int(row["step_index"]))
    labels = distinct(
        [display_name(row["step"], longest=36) for row in found],
        [f"step {int(row['step_index']) + 1}" for row in found],
    )
    made = []
    for row, label in zip(found, labels, strict=True):
        hours, later = row["median_hours"], int(row["step_index"]) > 0
        note = count(row["contacts"])
        if later and row["step_rate"] is not None:
            note += f" · {percent(row['step_rate'])} of the step before"
        if hours is not None:
            note += f" · median {_time(hours)}"
        made.append(
            {
                "label": label,
                "contacts": int(row["contacts"]),
                "count_text": count(row["contacts"]),
                "counts": f"{count(row['contacts'])} of {count(found[0]['contacts'])}",
                "value": round(row["rate"], 6) if row["rate"] is not None else None,
                "low": round(row["rate_low"], 6) if later and row["rate"] is not None else None,
                "high": round(row["rate_high"], 6) if later and row["rate"] is not None else None,
                "value_text": percent(row["rate"]),
                "interval": f"{percent(row['rate_low'])} to {percent(row['rate_high'])}",
                "step_text": percent(row["step_rate"]) if later else MISSING,
                "hours_text": MISSING if hours is None else _time(hours),
                "note_text": note,
                "is_soft": False,
            }
        )
    return made


def _way_out(row: Row) -> str:
    groups = list(row)[: list(row).index("step")]
    hint = "Filter it to one group."
    if groups:
        along = json.dumps(groups[0] if len(groups) == 1 else groups)
        hint += " To compare groups, keep one step, such as the last, and call "
        hint += f'metric_chart(kept, "contact_funnel", value="rate", along={along}).'
    return hint


def _time(hours: float) -> str:
    if hours < 1:
        return f"{hours * 60:.0f} min"
    return f"{hours:.0f} h" if hours < 72 else f"{hours / 24:.0f} days"


def step_finding(rows: Sequence[Row], *, window_days: int | None = None) -> Finding:
    """Say what the rows show.

    Args:
        rows: Result of `step_rows`.
        window_days: Window of the funnel, None where it is not told.
    """
    if not rows or not rows[0]["contacts"]:
        return Finding("No data: nobody took the first step", "", "Nobody took the first step.")
    first, last = rows[0], rows[-1]
    people = plural(first["contacts"], "contact")
    title = f"{people} took the step “{first['label']}”"
    if len(rows) > 1:
        title = f"{last['value_text']} of {people} got from “{first['label']}” "
        title += f"to “{last['label']}” ({last['interval']})"
    limit = "in time"
    if window_days is not None:
        limit = f"less than {plural(window_days, 'day')} after the first"
    subtitle = f"Contacts who took all steps up to this one, in order and {limit}, of those of the "
    subtitle += "first; lines are 95% intervals."
    listed = "; ".join(f"{row['label']} {row['count_text']}" for row in rows)
    return Finding(title, subtitle, f"{title}. {listed}.")


AUTOMATION_TWIN: Sequence[TwinColumn] = (
    TwinColumn("label", "Automation", "text"),
    TwinColumn("entries", "Entries", "count"),
    TwinColumn("active", "Inside", "count"),
    TwinColumn("denominator", "Old enough", "count"),
    TwinColumn("numerator", "Of them completed", "count"),
    TwinColumn("value", "Rate", "rate"),
    TwinColumn("low", "Interval from", "rate"),
    TwinColumn("high", "Interval to", "rate"),
    TwinColumn("days_text", "Median time inside", "text"),
)


def automation_funnel_chart(
    funnel: object, *, names: Mapping[str, str] | None = None, as_of: AsOf = None, top: int = 20
) -> alt.LayerChart:
    """Draw which share of the entries of each automation came to its end.

    Args:
        funnel: Result of `actoolkit.metrics.automation_funnel`.
        names: Names of the automations by their ids.
        as_of: Moment of the data, written in the corner.
        top: How many to draw, those with most entries.

    Raises:
        InvalidArgument: Not the metric's result.

    Example:
        >>> import polars as pl
        >>> from actoolkit.charts import automation_funnel_chart
        >>> funnel = pl.DataFrame({"automation_id": ["1"], "entries": [400], "active": [40],
        ...     "mature_entries": [300], "mature_completed": [270], "completion_rate": [0.9],
        ...     "completion_rate_low": [0.861], "completion_rate_high": [0.929],
        ...     "median_days": [6]})
        >>> automation_funnel_chart(funnel, names={"1": "Welcome"}).title.text
        ['“Welcome” is completed by 90.0% of its entries (86.1% to 92.9%)']
    """
    rows = automation_rows(funnel, names=names, top=top)
    finding = automation_finding(rows)
    if not rows:
        return nothing(finding, as_of=as_of)
    return finished(automation_layers(rows), finding, as_of=as_of, corner_offset=44)


def automation_rows(
    funnel: object, *, names: Mapping[str, str] | None = None, top: int = 20
) -> list[Row]:
    """Read what the chart draws: one row per automation with old enough entries.

    Args:
        funnel: Result of `actoolkit.metrics.automation_funnel`.
        names: Names of the automations by their ids.
        top: How many.

    Raises:
        InvalidArgument: Not the metric's result.
    """
    rate = "completion_rate"
    found = plain_rows(
        funnel,
        chart="automation_funnel_chart",
        metric="automation_funnel",
        columns=[
            *("automation_id", "entries", "active", "mature_entries", "mature_completed"),
            *(rate, f"{rate}_low", f"{rate}_high", "median_days"),
        ],
    )
    found = [row for row in found if row[rate] is not None]
    found = sorted(found, key=lambda row: (-int(row["entries"]), str(row["automation_id"])))[:top]
    found = sorted(found, key=lambda row: (-row[rate], str(row["automation_id"])))
    known = names or {}
    ids = [str(row["automation_id"]) for row in found]
    labels = distinct([display_name(known.get(one, one), longest=40) for one in ids], ids)
    return [
        {
            "label": label,
            "entries": int(row["entries"]),
            "active": int(row["active"]),
            "numerator": int(row["mature_completed"]),
            "denominator": int(row["mature_entries"]),
            "value": round(row[rate], 6),
            "low": round(row[f"{rate}_low"], 6),
            "high": round(row[f"{rate}_high"], 6),
            "value_text": percent(row[rate]),
            "interval": f"{percent(row[f'{rate}_low'])} to {percent(row[f'{rate}_high'])}",
            "counts": f"{count(row['mature_completed'])} of {count(row['mature_entries'])} entries",
            "days_text": MISSING
            if row["median_days"] is None
            else plural(int(row["median_days"]), "day"),
            "is_small": row["mature_entries"] < SMALL_SAMPLE,
        }
        for row, label in zip(found, labels, strict=True)
    ]


def automation_finding(rows: Sequence[Row]) -> Finding:
    """Say what the rows show.

    Args:
        rows: Result of `automation_rows`.
    """
    if not rows:
        text = "No automation has entries that are old enough"
        return Finding(f"No data: {text[0].lower()}{text[1:]}", "", f"{text}.")
    least = min(rows, key=lambda row: (row["is_small"], row["value"]))
    title = f"“{least['label']}” is completed by {least['value_text']} of its entries "
    title += f"({least['interval']})"
    if len(rows) > 1 and len({row["value"] for row in rows}) == 1:
        title = f"All {len(rows)} automations are completed by {least['value_text']} of their "
        title += "entries"
    elif len(rows) > 1:
        title = f"“{least['label']}” is completed least: {least['value_text']} "
        title += f"({least['interval']})"
    note = f" Hollow: fewer than {SMALL_SAMPLE}." if any(row["is_small"] for row in rows) else ""
    subtitle = f"Share of entries, old enough to be over, that did all steps.{note}"
    listed = "; ".join(f"{row['label']} {row['value_text']}" for row in rows[:3])
    return Finding(title, subtitle, f"{title}. {plural(len(rows), 'automation')}: {listed}.")


def automation_layers(rows: list[Row]) -> list[alt.Chart]:
    """Draw the rows.

    Args:
        rows: Result of `automation_rows`.
    """
    tooltip = [
        alt.Tooltip("label:N", title="Automation"),
        alt.Tooltip("value_text:N", title="Completed"),
        alt.Tooltip("interval:N", title="95% interval"),
        alt.Tooltip("counts:N", title="Counts"),
        alt.Tooltip("active:Q", title="Inside now", format=","),
        alt.Tooltip("days_text:N", title="Median time inside"),
    ]
    return dot_layers(rows, tooltip, title="Entries that were completed", zero=True)
