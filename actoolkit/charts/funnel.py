"""The campaign funnel: sent, delivered, opened, clicked, and the orders beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import altair as alt

from actoolkit.charts.drawing import AsOf, Finding, TwinColumn, finished, inline, nothing
from actoolkit.charts.formats import (
    MISSING,
    count,
    counts_expression,
    interval_expression,
    percent,
    percent_expression,
    plural,
)
from actoolkit.charts.frames import Row, plain_rows
from actoolkit.errors import InvalidArgument

STEPS: Mapping[str, str] = {
    "sent": "Sent",
    "delivered": "Delivered",
    "opened": "Opened",
    "clicked": "Clicked",
    "ordered": "Ordered",
}

TWIN: Sequence[TwinColumn] = (
    TwinColumn("label", "Step", "text"),
    TwinColumn("numerator", "Count", "count"),
    TwinColumn("denominator", "Out of", "count"),
    TwinColumn("value", "Rate", "rate"),
    TwinColumn("low", "Interval from", "rate"),
    TwinColumn("high", "Interval to", "rate"),
    TwinColumn("verified", "Verified opens", "count"),
)


def campaign_funnel_chart(funnel: object, *, as_of: AsOf = None) -> alt.LayerChart:
    """Draw the funnel of campaigns as horizontal bars, each as long as its share of sent mails.

    Opens are a band: the solid part was verified, the light part may be privacy proxies that open
    by themselves. Orders are drawn lighter and dashed: they follow exposure, not proven cause.

    Args:
        funnel: Result of `actoolkit.metrics.campaign_funnel` for one group.
        as_of: Moment of the data, written in the corner.

    Raises:
        InvalidArgument: Not the metric's result, or more than one group.

    Example:
        >>> import polars as pl
        >>> from actoolkit.charts import campaign_funnel_chart
        >>> funnel = pl.DataFrame({"step": ["sent", "delivered"], "step_index": [0, 1],
        ...     "count": [1000, 980], "denominator": [1000, 1000], "rate": [1.0, 0.98],
        ...     "rate_low": [0.99, 0.97], "rate_high": [1.0, 0.99], "verified_count": [None, None],
        ...     "verified_rate": [None, None], "basis": ["measured"] * 2, "campaigns": [3, 3]})
        >>> campaign_funnel_chart(funnel).title.text
        ['98.0% of sent mails were delivered']
    """
    rows = funnel_rows(funnel)
    finding = funnel_finding(rows)
    if not rows:
        return nothing(finding, as_of=as_of)
    return finished(
        funnel_layers(rows), finding, as_of=as_of, corner_offset=10, height=funnel_height(rows)
    )


def funnel_rows(funnel: object) -> list[Row]:
    """Read what the chart draws: one row per step that has a count.

    Args:
        funnel: Result of `actoolkit.metrics.campaign_funnel` for one group.

    Raises:
        InvalidArgument: Not the metric's result, or more than one group.
    """
    found = plain_rows(
        funnel,
        chart="campaign_funnel_chart",
        metric="campaign_funnel",
        columns=[
            "step", "step_index", "count", "denominator", "rate", "rate_low", "rate_high",
            "verified_count", "verified_rate", "basis", "campaigns",
        ],
    )  # fmt: skip
    if len(found) > len({row["step"] for row in found}):
        raise InvalidArgument(
            "campaign_funnel_chart draws one funnel; this frame holds several groups.",
            hint="Filter it to one group, or call actoolkit.metrics.campaign_funnel without by=.",
        )
    counted = [
        row for row in sorted(found, key=lambda row: row["step_index"]) if row["count"] is not None
    ]
    counts = {row["step"]: row["count"] for row in counted}
    sent, delivered = counts.get("sent", 0), counts.get("delivered", 0)
    if not sent:
        return []
    befores = [None, *counted]
    return [
        _funnel_row(row, before, sent=sent, delivered=delivered)
        for row, before in zip(counted, befores, strict=False)
    ]


def _funnel_row(row: Row, before: Row | None, *, sent: int, delivered: int) -> Row:
    exposure = row["basis"] == "exposure"
    scale = 1 if row["step"] in ("sent", "delivered") else delivered / sent
    made: Row = {
        "label": STEPS.get(row["step"], row["step"]),
        "basis": row["basis"],
        "numerator": int(row["count"]),
        "denominator": int(row["denominator"] or 0),
        "value": _rounded(row["rate"]),
        "low": _rounded(row["rate_low"]),
        "high": _rounded(row["rate_high"]),
        "share": round(
            min(row["count"] / sent if row["rate"] is None else row["rate"] * scale, 1), 6
        ),
        "campaigns": int(row["campaigns"]),
    }
    if row["verified_count"] is not None:
        made["verified"] = int(row["verified_count"])
        made["verified_rate"] = _rounded(row["verified_rate"])
        if row["verified_rate"] is not None:
            made["solid"] = round(min(row["verified_rate"] * scale, made["share"]), 6)
    if before is not None and before["count"] and not exposure:
        made["drop"] = round(1 - row["count"] / before["count"], 6)
    return made


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


@dataclass(frozen=True, slots=True)
class _Steps:
    rows: Sequence[Row]

    def share(self, label: str) -> str | None:
        row = next((row for row in self.rows if row["label"] == label), None)
        return None if row is None or row["value"] is None else percent(row["value"])

    def opens(self) -> str | None:
        row = next((row for row in self.rows if row["label"] == "Opened"), None)
        if row is None or row["value"] is None:
            return None
        if row.get("verified_rate") is None:
            return percent(row["value"])
        low, high = percent(row["verified_rate"]), percent(row["value"])
        return high if low == high else f"{low} to {high}"


def funnel_finding(rows: Sequence[Row]) -> Finding:
    """Say what the rows show.

    Args:
        rows: Result of `funnel_rows`.
    """
    if not rows:
        return Finding("No data: no mail was sent here", "", "No mail was sent.")
    steps = _Steps(rows)
    opened, clicked = steps.opens(), steps.share("Clicked")
    if opened and clicked:
        title = f"{clicked} of delivered mails were clicked, {opened} opened"
    else:
        title = f"{steps.share('Delivered') or 'None'} of sent mails were delivered"
    parts = [
        f"{plural(rows[0]['campaigns'], 'campaign')}.",
        "Delivered is a share of sent mails, every later step of delivered ones.",
    ]
    if any("verified" in row for row in rows):
        parts.append("The fainter part of opens may be privacy software, not people.")
    if any(row["basis"] == "exposure" for row in rows):
        parts.append(
            "Dashed: one-off mails with an order in the days after, which they need not have "
            "caused."
        )
    listed = "; ".join(
        f"{row['label']} {count(row['numerator'])} ({percent(row['value'])})" for row in rows
    )
    return Finding(
        title,
        " ".join(parts),
        f"{title}. Funnel of {plural(rows[0]['campaigns'], 'campaign')}: {listed}.",
    )


def funnel_height(rows: Sequence[Row]) -> int:
    """Give the height of the plot, in pixels.

    Args:
        rows: Result of `funnel_rows`.
    """
    return 58 * len({row["label"] for row in rows})


def funnel_layers(rows: list[Row]) -> list[alt.Chart]:
    """Draw the rows.

    Args:
        rows: Result of `funnel_rows`.
    """
    verified_rate = percent_expression("datum.verified_rate")
    verified = f"format(datum.verified, ',') + ' (' + ({verified_rate}) + ')'"
    base = alt.Chart(inline(rows)).transform_calculate(
        what="datum.basis === 'exposure' ? ' followed by an order' : ''",
        rate=percent_expression("datum.value"),
        interval=interval_expression(),
        counts=counts_expression(),
        number="format(datum.numerator, ',') + datum.what",
        dropped=f"isValid(datum.drop) ? '↓ ' + ({percent_expression('datum.drop')}) : ''",
        verified_text=f"isValid(datum.verified) ? {verified} : '{MISSING}'",
        start="0",
    )
    y = alt.Y(
        "label:N",
        title=None,
        sort=list(STEPS.values()),
        scale=alt.Scale(paddingInner=0.44, paddingOuter=0.1),
        axis=alt.Axis(labelFontSize=13),
    )
    x = alt.X("share:Q", axis=None, scale=alt.Scale(domain=[0, 1]))
    tooltip = [
        alt.Tooltip("label:N", title="Step"),
        alt.Tooltip("counts:N", title="Counts"),
        alt.Tooltip("rate:N", title="Rate"),
        alt.Tooltip("interval:N", title="95% interval"),
        alt.Tooltip("verified_text:N", title="Verified opens"),
        alt.Tooltip("basis:N", title="Basis"),
    ]
    measured = base.transform_filter("datum.basis !== 'exposure'")
    return [
        measured.transform_filter("!isValid(datum.solid)")
        .mark_bar(style="measured")
        .encode(x=x, y=y, tooltip=tooltip),
        measured.transform_filter("isValid(datum.solid)")
        .mark_bar(style="soft")
        .encode(x=x, y=y, tooltip=tooltip),
        measured.transform_filter("isValid(datum.solid)")
        .mark_bar(style="measured")
        .encode(x=alt.X("start:Q", axis=None), x2="solid:Q", y=y, tooltip=tooltip),
        base.transform_filter("datum.basis === 'exposure'")
        .mark_bar(style="exposure")
        .encode(x=x, y=y, tooltip=tooltip),
        base.mark_text(style="value", align="left", dx=8, dy=-7, fontSize=14).encode(
            x=x, y=y, text="rate:N"
        ),
        base.mark_text(style="note", align="left", dx=8, dy=9).encode(x=x, y=y, text="number:N"),
        base.mark_text(style="note", align="left", dx=2, dy=-28).encode(
            x=alt.X("start:Q", axis=None), y=y, text="dropped:N"
        ),
    ]
