"""Abandoned carts: how many come back, and how soon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt

from actoolkit.charts.drawing import (
    AsOf,
    Finding,
    TwinColumn,
    finished,
    inline,
    nothing,
    panels,
)
from actoolkit.charts.formats import AXIS_PERCENT, count, money, percent, plural
from actoolkit.charts.frames import Row, plain_rows
from actoolkit.charts.orders import currency_name, most_first

FEW = 30
"""Below this many carts a rate is drawn as uncertain."""

TWIN: Sequence[TwinColumn] = (
    TwinColumn("currency", "Currency", "text"),
    TwinColumn("label", "Back within", "text"),
    TwinColumn("abandoned_carts", "Abandoned carts", "count"),
    TwinColumn("recovered_carts", "Recovered", "count"),
    TwinColumn("value", "Rate", "rate"),
    TwinColumn("low", "Interval from", "rate"),
    TwinColumn("high", "Interval to", "rate"),
    TwinColumn("recovered_text", "Recovered value", "money"),
    TwinColumn("lost_text", "Lost value", "money"),
)


def cart_recovery_chart(
    recovery: object, *, as_of: AsOf = None, minor_units: Mapping[str, int] | None = None
) -> alt.LayerChart | alt.VConcatChart:
    """Draw the share of abandoned carts that came back, by days since they were left.

    Currencies give one panel each. A hollow point has fewer than 30 carts.

    Args:
        recovery: Result of `actoolkit.metrics.cart_recovery`.
        as_of: Moment of the data, written in the corner.
        minor_units: Decimals of currencies that have no hundredths, such as ``{"JPY": 0}``.

    Raises:
        InvalidArgument: Not the metric's result.

    Example:
        >>> import polars as pl
        >>> from actoolkit.charts import cart_recovery_chart
        >>> carts = pl.DataFrame({"currency": ["EUR"], "within_days": [7],
        ...     "abandoned_carts": [400], "recovered_carts": [60], "recovery_rate": [0.15],
        ...     "recovery_rate_low": [0.118], "recovery_rate_high": [0.188],
        ...     "recovered_cents": [480000], "lost_cents": [2500000], "too_recent": [12]})
        >>> cart_recovery_chart(carts).title.text
        ['15.0% of abandoned carts come back within', '7 days: €4,800 recovered, €25,000 lost']
    """
    rows = recovery_rows(recovery, minor_units=minor_units)
    codes = most_first((row["currency"], row["abandoned_carts"]) for row in rows)
    finding = recovery_finding(rows)
    if not rows:
        return nothing(finding, as_of=as_of)
    if len(codes) == 1:
        layers = recovery_layers(rows)
        return finished(layers, finding, as_of=as_of, corner_offset=44, height=220)
    mine = [[row for row in rows if row["currency"] == code] for code in codes]
    parts = [(recovery_finding(part), recovery_layers(part)) for part in mine]
    return panels(parts, as_of=as_of, height=160)


def recovery_rows(recovery: object, *, minor_units: Mapping[str, int] | None = None) -> list[Row]:
    """Read what the chart draws: one row per currency and number of days that has a rate.

    Args:
        recovery: Result of `actoolkit.metrics.cart_recovery`.
        minor_units: Decimals of currencies that have no hundredths.

    Raises:
        InvalidArgument: Not the metric's result.
    """
    rate = "recovery_rate"
    counts = ["abandoned_carts", "recovered_carts", "recovered_cents", "lost_cents"]
    found = plain_rows(
        recovery,
        chart="cart_recovery_chart",
        metric="cart_recovery",
        columns=["currency", "within_days", *counts, rate, f"{rate}_low", f"{rate}_high"],
    )
    rows = []
    for row in found:
        if row[rate] is None:
            continue
        days, code = int(row["within_days"]), currency_name(row["currency"])
        interval = f"{percent(row[f'{rate}_low'])} to {percent(row[f'{rate}_high'])}"
        carts = count(row["abandoned_carts"])
        units = (minor_units or {}).get(code, 2)
        rows.append(
            {
                "currency": code,
                "days": days,
                "label": "same day" if days == 0 else plural(days, "day"),
                "abandoned_carts": int(row["abandoned_carts"]),
                "recovered_carts": int(row["recovered_carts"]),
                "value": round(row[rate], 6),
                "low": round(row[f"{rate}_low"], 6),
                "high": round(row[f"{rate}_high"], 6),
                "rate_text": percent(row[rate]),
                "interval": interval,
                "counts": f"{count(row['recovered_carts'])} of {carts} carts",
                "recovered_text": money(row["recovered_cents"], code, units=units),
                "lost_text": money(row["lost_cents"], code, units=units),
                "is_few": row["abandoned_carts"] < FEW,
            }
        )
    return rows


def recovery_finding(rows: Sequence[Row]) -> Finding:
    """Say what the rows of one currency show.

    Args:
        rows: Result of `recovery_rows`, one currency.
    """
    if not rows:
        return Finding("No data: no cart was abandoned here", "", "No cart was abandoned.")
    sure = [row for row in rows if not row["is_few"]]
    title = "Too few abandoned carts to say how many come back"
    if sure:
        last = max(sure, key=lambda row: row["days"])
        when = "on the same day" if last["days"] == 0 else f"within {last['label']}"
        title = (
            f"{last['rate_text']} of abandoned carts come back {when}: "
            f"{last['recovered_text']} recovered, {last['lost_text']} lost"
        )
    parts = ["Each share, with its 95% interval, is of the carts that are old enough for it;"]
    parts.append(f"{rows[0]['currency'] or 'currency unknown'}.")
    parts.append("A cart need not have come back because of a mail.")
    if any(row["is_few"] for row in rows):
        parts.append(f"Hollow: fewer than {FEW} carts.")
    carts = plural(max(row["abandoned_carts"] for row in rows), "cart")
    return Finding(title, " ".join(parts), f"{title}. {len(rows)} windows of up to {carts}.")


def recovery_layers(rows: list[Row]) -> list[alt.Chart]:
    """Draw the rows of one currency.

    Args:
        rows: Result of `recovery_rows`.
    """
    base = alt.Chart(inline(rows))
    order = list(dict.fromkeys(row["label"] for row in sorted(rows, key=lambda row: row["days"])))
    x = alt.X(
        "label:O",
        title="Time since the cart was left",
        scale=alt.Scale(domain=order),
        axis=alt.Axis(labelAngle=0, labelExpr="split(datum.label, ' ')", grid=False),
    )
    y = alt.Y(
        "value:Q",
        title=None,
        scale=alt.Scale(domainMin=0),
        axis=alt.Axis(labelExpr=AXIS_PERCENT, tickCount=4),
    )
    tooltip = [
        alt.Tooltip("label:N", title="Back within"),
        alt.Tooltip("rate_text:N", title="Rate"),
        alt.Tooltip("interval:N", title="95% interval"),
        alt.Tooltip("counts:N", title="Counts"),
        alt.Tooltip("recovered_text:N", title="Recovered"),
        alt.Tooltip("lost_text:N", title="Lost"),
    ]
    return [
        base.mark_rule(style="interval").encode(x=x, y=alt.Y("low:Q"), y2="high:Q"),
        base.transform_filter("!datum.is_few")
        .mark_point(style="dot", filled=True)
        .encode(x=x, y=y, tooltip=tooltip),
        base.transform_filter("datum.is_few")
        .mark_point(style="hollow")
        .encode(x=x, y=y, tooltip=tooltip),
        base.mark_text(style="value", baseline="bottom", dy=-6).encode(
            x=x, y=alt.Y("high:Q"), text="rate_text:N"
        ),
    ]
