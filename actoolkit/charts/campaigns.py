"""The rates of campaigns: a dot for each, with the interval it is known to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import altair as alt
import narwhals.stable.v2 as nw

from actoolkit.charts.drawing import AsOf, Finding, TwinColumn, finished, inline, nothing
from actoolkit.charts.formats import (
    AXIS_PERCENT,
    counts_expression,
    day,
    interval_expression,
    percent,
    percent_expression,
    plural,
)
from actoolkit.charts.frames import MOST_ROWS, SMALL_SAMPLE, Row, plain_rows
from actoolkit.charts.group_labels import group_labels
from actoolkit.charts.names import display_name, distinct
from actoolkit.errors import InvalidArgument

RateName = Literal[
    "delivery_rate",
    "bounce_rate",
    "open_rate",
    "verified_open_rate",
    "click_rate",
    "click_to_open_rate",
    "unsubscribe_rate",
]


@dataclass(frozen=True, slots=True)
class Rate:
    """What a rate is made of, and how a sentence about it goes.

    Args:
        label: Name on an axis.
        numerator: Columns whose sum is the numerator.
        denominator: Column.
        of: What the denominator counts, in words.
        most: Predicate of the campaign with the highest rate.
    """

    label: str
    numerator: tuple[str, ...]
    denominator: str
    of: str
    most: str


RATES: Mapping[str, Rate] = {
    "delivery_rate": Rate(
        "Delivery rate", ("delivered",), "sends", "sent mails", "was delivered best"
    ),
    "bounce_rate": Rate(
        "Bounce rate", ("hard_bounces", "soft_bounces"), "sends", "sent mails", "bounced most"
    ),
    "open_rate": Rate(
        "Open rate", ("unique_opens",), "delivered", "delivered mails", "was opened most"
    ),
    "verified_open_rate": Rate(
        "Verified open rate",
        ("verified_unique_opens",),
        "verified_delivered",
        "delivered mails",
        "was opened most, verifiably",
    ),
    "click_rate": Rate(
        "Click rate", ("clickers",), "delivered", "delivered mails", "was clicked most"
    ),
    "click_to_open_rate": Rate(
        "Click-to-open rate",
        ("clickers",),
        "unique_opens",
        "opened mails",
        "turned most opens into clicks",
    ),
    "unsubscribe_rate": Rate(
        "Unsubscribe rate", ("unsubscribes",), "delivered", "delivered mails", "lost most readers"
    ),
}

TWIN: Sequence[TwinColumn] = (
    TwinColumn("label", "Campaign", "text"),
    TwinColumn("sent", "Sent on", "text"),
    TwinColumn("numerator", "Count", "count"),
    TwinColumn("denominator", "Out of", "count"),
    TwinColumn("value", "Rate", "rate"),
    TwinColumn("low", "Interval from", "rate"),
    TwinColumn("high", "Interval to", "rate"),
)


def campaign_rates_chart(
    rates: object, *, rate: RateName = "click_rate", as_of: AsOf = None, top: int = 20
) -> alt.LayerChart:
    """Compare one rate between campaigns (or groups of them), with intervals.

    One dot per campaign at its rate, a bar over its 95% interval, a dashed line at the rate of all
    campaigns together. A hollow dot marks fewer than 200 mails in the denominator.

    Args:
        rates: Result of `actoolkit.metrics.campaign_rates`.
        rate: Which rate.
        as_of: Moment of the data, written in the corner.
        top: How many campaigns to draw, those with most sends; sorted by rate.

    Raises:
        InvalidArgument: Not the metric's result, or an unknown rate.

    Example:
        >>> import polars as pl
        >>> from actoolkit.charts import campaign_rates_chart
        >>> rates = pl.DataFrame({"campaign_id": ["1"], "name": ["May news"], "sends": [1000],
        ...     "delivered": [990], "clickers": [33], "click_rate": [0.0333],
        ...     "click_rate_low": [0.0238], "click_rate_high": [0.0465]})
        >>> campaign_rates_chart(rates).title.text
        ['No campaign stands out: every interval reaches the overall 3.3%']
    """
    if top < 1:
        raise InvalidArgument(f"top={top!r} draws nothing.", hint="Ask for at least one campaign.")
    rows = rate_rows(rates, rate=rate)
    groups = "campaign_id" not in nw.from_native(rates).lazy().collect_schema()  # type: ignore[call-overload]
    finding = rate_finding(rows, rate=rate, top=top, noun="group" if groups else "campaign")
    if not rows:
        return nothing(finding, as_of=as_of)
    overall: list[Row] = [{"overall": overall_rate(rows)}]
    layers = rate_layers(rows, label=RATES[rate].label, of=RATES[rate].of, top=top, overall=overall)
    return finished(layers, finding, as_of=as_of, corner_offset=44)


def rate_rows(rates: object, *, rate: str, most: int = MOST_ROWS) -> list[Row]:
    """Read what the chart draws: one row per campaign that has the rate.

    Args:
        rates: Result of `actoolkit.metrics.campaign_rates`.
        rate: Which rate.
        most: Rows that are read; more are refused.

    Raises:
        InvalidArgument: Not the metric's result, an unknown rate, or more rows.
    """
    if rate not in RATES:
        raise InvalidArgument(f"There is no rate {rate!r}.", hint=f"Use one of {', '.join(RATES)}.")
    made = RATES[rate]
    needed = ["sends", *made.numerator, made.denominator, rate, f"{rate}_low", f"{rate}_high"]
    found = plain_rows(
        rates, chart="campaign_rates_chart", metric="campaign_rates", columns=needed, most=most
    )
    found = [row for row in found if row[rate] is not None]
    labels = distinct(_labels(found, needed), [_sent(row) for row in found], longest=26)
    return [
        {
            "id": str(row.get("campaign_id") or label),
            "label": label,
            "type": str(row.get("type") or ""),
            "sent": _sent(row),
            "sends": int(row["sends"]),
            "numerator": int(sum(row[name] or 0 for name in made.numerator)),
            "denominator": int(row[made.denominator]),
            "value": round(row[rate], 6),
            "low": round(row[f"{rate}_low"], 6),
            "high": round(row[f"{rate}_high"], 6),
            "small": row[made.denominator] < SMALL_SAMPLE,
        }
        for row, label in zip(found, labels, strict=True)
    ]


def _labels(rows: Sequence[Row], counts: Sequence[str]) -> list[str]:
    if rows and "campaign_id" in rows[0]:
        return [
            display_name(row.get("name"), longest=40, missing=f"(no name, id {row['campaign_id']})")
            for row in rows
        ]
    names = list(rows[0]) if rows else []
    first = next((at for at, name in enumerate(names) if name in ("campaigns", *counts)), 0)
    return group_labels(names[:first], [[row[name] for name in names[:first]] for row in rows])


def _sent(row: Row) -> str:
    sent = row.get("sent_at")
    return day(sent) if isinstance(sent, datetime) else ""


def largest(rows: Sequence[Row], top: int) -> list[Row]:
    """Give the rows that are drawn: those with most sends.

    Args:
        rows: Result of `rate_rows`.
        top: How many.
    """
    return sorted(rows, key=lambda row: (-row["sends"], row["id"]))[:top]


def overall_rate(rows: Sequence[Row]) -> float:
    """Give the rate of all rows together.

    Args:
        rows: Result of `rate_rows`, at least one.
    """
    counted = sum(row["numerator"] for row in rows)
    return float(counted / sum(row["denominator"] for row in rows))


def rate_finding(rows: Sequence[Row], *, rate: str, top: int, noun: str = "campaign") -> Finding:
    """Say what the rows show, hedged by their intervals.

    Args:
        rows: Result of `rate_rows`.
        rate: Which rate.
        top: How many are drawn.
        noun: What a row is.
    """
    made = RATES[rate]
    if not rows:
        return Finding(
            f"No data: no campaign has a {made.label.lower()} here",
            "",
            f"No campaign has a {made.label.lower()}.",
        )
    drawn, overall = largest(rows, top), overall_rate(rows)
    best = max(drawn, key=lambda row: (not row["small"], row["value"], row["id"]))
    if best["low"] > overall:
        rates = f"{percent(best['value'])}, against {percent(overall)} overall"
        title = f"“{best['label']}” {made.most}: {rates}"
        if any(row["value"] > best["value"] and not row["small"] for row in rows):
            title = f"Of the {top} largest, {title}"
    else:
        title = f"No {noun} stands out: every interval reaches the overall {percent(overall)}"
    if best["low"] <= overall and any(row["high"] < overall for row in drawn):
        title = f"No {noun} is clearly above the overall {percent(overall)}"
    many = (
        f"the {top} largest of {plural(len(rows), noun)}"
        if len(rows) > top
        else plural(len(rows), noun)
    )
    note = f"; hollow: fewer than {SMALL_SAMPLE}" if any(row["small"] for row in drawn) else ""
    lines = f"Bars are 95% intervals; dashed: all together{note}."
    subtitle = f"{made.label}: share of {made.of}, {many}. {lines}"
    listed = "; ".join(
        f"{row['label']} {percent(row['value'])}"
        for row in sorted(drawn, key=lambda r: -r["value"])[:3]
    )
    return Finding(title, subtitle, f"{title}. {made.label} of {many}. Highest: {listed}.")


def rate_layers(
    rows: list[Row], *, label: str, of: str, top: int, overall: list[Row]
) -> list[alt.Chart]:
    """Draw the rows.

    Args:
        rows: Result of `rate_rows`.
        label: Axis title.
        of: What the denominator counts.
        top: How many to draw, those with most sends.
        overall: ``overall``, where the dashed line stands.
    """
    base = (
        alt.Chart(inline(rows))
        .transform_window(
            rank="row_number()",
            sort=[
                alt.SortField("sends", order="descending"),
                alt.SortField("id", order="ascending"),
            ],
        )
        .transform_filter(f"datum.rank <= {top}")
        .transform_calculate(
            rate=percent_expression("datum.value"),
            interval=interval_expression(),
            counts=counts_expression(of),
            sample=f"datum.small ? 'fewer than {SMALL_SAMPLE}: uncertain' : 'large enough'",
        )
    )
    y = alt.Y(
        "label:N",
        title=None,
        sort=alt.EncodingSortField("value", op="max", order="descending"),
        axis=alt.Axis(style="name"),
    )
    x = alt.X(
        "value:Q",
        title=label,
        scale=alt.Scale(zero=False, nice=True),
        axis=alt.Axis(labelExpr=AXIS_PERCENT, tickCount=5, labelFlush=False),
    )
    tooltip = [
        alt.Tooltip("label:N", title="Campaign"),
        alt.Tooltip("sent:N", title="Sent"),
        alt.Tooltip("rate:N", title=label),
        alt.Tooltip("interval:N", title="95% interval"),
        alt.Tooltip("counts:N", title="Counts"),
        alt.Tooltip("sample:N", title="Sample"),
    ]
    return [
        alt.Chart(inline(overall)).mark_rule(style="reference").encode(x=alt.X("overall:Q")),
        base.mark_rule(style="interval").encode(
            x=alt.X("low:Q"), x2="high:Q", y=y, tooltip=tooltip
        ),
        # Both layers hold all rows, one of them unseen: a layer without rows has no extent.
        base.mark_point(style="hollow", aria=False).encode(
            x=x, y=y, tooltip=tooltip, opacity=_seen("datum.small")
        ),
        base.mark_point(style="dot", filled=True).encode(
            x=x, y=y, tooltip=tooltip, opacity=_seen("!datum.small")
        ),
        base.mark_text(style="name-above", aria=False).encode(x=alt.value(0), y=y, text="label:N"),
        base.mark_text(style="value", align="right", dx=52).encode(
            x=alt.value("width"), y=y, text="rate:N"
        ),
    ]


def _seen(test: str) -> Any:
    return alt.condition(test, alt.value(1), alt.value(0))
