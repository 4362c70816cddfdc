"""How the credited share of revenue grows with the window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt

from actoolkit.charts.attribution import chosen_currency, undrawn
from actoolkit.charts.drawing import AsOf, Finding, TwinColumn, finished, inline, nothing
from actoolkit.charts.formats import AXIS_PERCENT, MISSING, money, percent, plural
from actoolkit.charts.frames import Row, plain_rows

SENSITIVITY_TWIN: Sequence[TwinColumn] = (
    TwinColumn("model", "Model", "text"),
    TwinColumn("window_days", "Days", "count"),
    TwinColumn("value", "Share of revenue credited", "rate"),
)


def attribution_sensitivity_chart(
    sensitivity: object,
    *,
    currency: str | None = None,
    as_of: AsOf = None,
    minor_units: Mapping[str, int] | None = None,
) -> alt.LayerChart:
    """Draw how the credited share of revenue grows with the window.

    Args:
        sensitivity: Result of `actoolkit.metrics.attribution_sensitivity`.
        currency: Which; None for the one with most orders.
        as_of: Moment of the data, written in the corner.
        minor_units: Decimals of currencies that have no hundredths, such as ``{"JPY": 0}``.

    Raises:
        InvalidArgument: Not the metric's result, or a currency that is not there.

    Example:
        >>> import polars as pl
        >>> from actoolkit.charts import attribution_sensitivity_chart
        >>> found = pl.DataFrame({"currency": ["EUR"] * 2, "model": ["last"] * 2,
        ...     "window_days": [1, 30], "orders": [3, 9], "credited_cents": [1000, 4200],
        ...     "revenue_share": [0.1, 0.42]})
        >>> attribution_sensitivity_chart(found).title.text
        ['Credited revenue: 10.0% within 1 day of a touch, 42.0% within 30 days']
    """
    rows = sensitivity_rows(sensitivity, currency=currency, minor_units=minor_units or {})
    other = undrawn(sensitivity, "attribution_sensitivity", currency)
    finding = sensitivity_finding(rows, other=other)
    if not rows:
        return nothing(finding, as_of=as_of)
    return finished(sensitivity_layers(rows), finding, as_of=as_of, corner_offset=44, height=280)


def sensitivity_rows(
    sensitivity: object, *, currency: str | None, minor_units: Mapping[str, int]
) -> list[Row]:
    """Read what the chart draws: one row per model and window.

    Args:
        sensitivity: Result of `actoolkit.metrics.attribution_sensitivity`.
        currency: Which; None for the one with most orders.
        minor_units: Decimals of currencies that have not two.

    Raises:
        InvalidArgument: Not the metric's result, or a currency that is not there.
    """
    found = plain_rows(
        sensitivity,
        chart="attribution_sensitivity_chart",
        metric="attribution_sensitivity",
        columns=["currency", "model", "window_days", "orders", "credited_cents", "revenue_share"],
    )
    code = chosen_currency(found, currency)
    mine = [row for row in found if row["currency"] == code and row["revenue_share"] is not None]
    # Every share is of the same revenue; that of the largest part tells it to the cent.
    known = max(mine, key=lambda row: int(row["credited_cents"]), default=None)
    whole = (
        round(known["credited_cents"] / known["revenue_share"])
        if known and known["revenue_share"]
        else 0
    )
    units = minor_units.get(code or "", 2)

    def amount(cents: int) -> str:
        return money(cents, code or "", units=units)

    return [
        {
            "model": row["model"].replace("_", " "),
            "window_days": int(row["window_days"]),
            "value": round(row["revenue_share"], 6),
            "share_text": percent(row["revenue_share"]),
            "orders_text": plural(int(row["orders"]), "order"),
            "of_text": f"{amount(row['credited_cents'])} of {amount(whole)}" if whole else MISSING,
        }
        for row in mine
    ]


def sensitivity_finding(rows: Sequence[Row], *, other: str = "") -> Finding:
    """Say what the rows show.

    Args:
        rows: Result of `sensitivity_rows`.
        other: Result of `undrawn`.
    """
    if not rows:
        return Finding("No data: no order is there", "", "No order is there.")
    first = [row for row in rows if row["model"] == rows[0]["model"]]
    short, wide = (f(first, key=lambda row: row["window_days"]) for f in (min, max))
    parts = [f"{r['share_text']} within {plural(r['window_days'], 'day')}" for r in (short, wide)]
    title = f"Credited revenue: {parts[0]} of a touch"
    if short is not wide:
        title += f", {parts[1]}"
    subtitle = "Share of revenue credited, by days from touch to order. A share that goes on "
    subtitle = f"{other}{subtitle}growing with the days is what chance makes."
    models = plural(len({row["model"] for row in rows}), "model")
    return Finding(title, subtitle, f"{title}. {models}.")


def sensitivity_layers(rows: list[Row]) -> list[alt.Chart]:
    """Draw the rows.

    Args:
        rows: Result of `sensitivity_rows`.
    """
    base = alt.Chart(inline(rows))
    x = alt.X(
        "window_days:Q",
        title="Days from touch to order",
        axis=alt.Axis(values=sorted({row["window_days"] for row in rows}), labelOverlap=True),
        scale=alt.Scale(nice=False, zero=True),
    )
    y = alt.Y(
        "value:Q",
        title="Revenue credited",
        axis=alt.Axis(labelExpr=AXIS_PERCENT, tickCount=5),
        scale=alt.Scale(zero=True, nice=True),
    )
    models = list(dict.fromkeys(row["model"] for row in rows))
    legend = alt.Legend(title=None) if len(models) > 1 else None
    color = alt.Color("model:N", scale=alt.Scale(domain=models), legend=legend)
    tooltip = [
        alt.Tooltip("model:N", title="Model"),
        alt.Tooltip("window_days:Q", title="Days"),
        alt.Tooltip("share_text:N", title="Of all revenue"),
        alt.Tooltip("of_text:N", title="Revenue"),
        alt.Tooltip("orders_text:N", title="Credited"),
    ]
    shape = alt.StrokeDash("model:N", scale=alt.Scale(domain=models), legend=None)
    return [
        base.mark_line(strokeWidth=2.5).encode(x=x, y=y, color=color, strokeDash=shape),
        base.mark_point(filled=True, size=50, opacity=1).encode(
            x=x, y=y, color=color, tooltip=tooltip
        ),
    ]
