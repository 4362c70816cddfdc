"""Credited revenue: to which mails, and how it moves with the rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt

from actoolkit.charts.drawing import AsOf, Finding, TwinColumn, finished, inline, nothing
from actoolkit.charts.formats import AXIS_PERCENT, MISSING, money, percent, plural
from actoolkit.charts.frames import Row, plain_rows
from actoolkit.charts.names import display_name, distinct
from actoolkit.charts.ranked import bar_layers
from actoolkit.errors import InvalidArgument

TWIN: Sequence[TwinColumn] = (
    TwinColumn("label", "Credited to", "text"),
    TwinColumn("value_text", "Revenue", "money"),
    TwinColumn("share_text", "Share", "text"),
    TwinColumn("orders", "Orders", "count"),
)
REST = "automations, one-to-one mails"
"""What is credited to no campaign."""

_KEYS = ("campaign_id", "automation_id", "kind")
_CREDITED = ["currency", "is_attributed", "orders", "credited_cents", "revenue_share"]


def attributed_revenue_chart(
    revenue: object,
    *,
    names: Mapping[str, str] | None = None,
    currency: str | None = None,
    top: int = 12,
    minor_units: Mapping[str, int] | None = None,
    as_of: AsOf = None,
) -> alt.LayerChart:
    """Draw the revenue credited to each campaign, automation or kind of touch, and what is left.

    Args:
        revenue: Result of `actoolkit.metrics.attributed_revenue`.
        names: What to call the ids, such as the names of campaigns.
        currency: Which; None for the one with most orders.
        top: How many to draw, those with most credit.
        minor_units: Decimals of currencies that have not two, such as ``{"JPY": 0}``.
        as_of: Moment of the data, written in the corner.

    Raises:
        InvalidArgument: Not the metric's result, a currency that is not there, or ``top`` below 1.

    Example:
        >>> import polars as pl
        >>> from actoolkit.charts import attributed_revenue_chart
        >>> found = pl.DataFrame({"currency": ["EUR"] * 2, "campaign_id": [None, "3"],
        ...     "is_attributed": [False, True], "orders": [6, 2], "credited_cents": [7000, 3000],
        ...     "revenue_share": [0.7, 0.3]})
        >>> attributed_revenue_chart(found, names={"3": "May news"}).title.text
        ['30.0% of revenue is credited, most to “May news”: €30.00']
    """
    if top < 1:
        raise InvalidArgument(f"top={top!r} draws nothing.", hint="Ask for at least one bar.")
    rows = credit_rows(revenue, names=names, currency=currency, minor_units=minor_units or {})
    finding = credit_finding(rows, top=top)
    drawn = [row for row in rows if not row["is_soft"]][:top]
    if not drawn:
        return nothing(finding, as_of=as_of)
    return finished(credit_layers(drawn), finding, as_of=as_of, height=alt.Step(36))


def credit_rows(
    revenue: object,
    *,
    names: Mapping[str, str] | None,
    currency: str | None,
    minor_units: Mapping[str, int],
) -> list[Row]:
    """Read what the chart draws: a row for each that has credit, the most first, and what is left.

    Args:
        revenue: Result of `actoolkit.metrics.attributed_revenue`.
        names: What to call the ids.
        currency: Which; None for the one with most orders.
        minor_units: Decimals of currencies that have not two.

    Raises:
        InvalidArgument: Not the metric's result, or a currency that is not there.
    """
    found = plain_rows(
        revenue, chart="attributed_revenue_chart", metric="attributed_revenue", columns=_CREDITED
    )
    code = chosen_currency(found, currency)
    mine = [row for row in found if row["currency"] == code]
    given = sorted(
        (row for row in mine if row["is_attributed"]),
        key=lambda row: (-row["credited_cents"], _label(row, {})),
    )
    labels = distinct([_label(row, names or {}) for row in given], [""] * len(given))
    made = [_bar(label, row) for label, row in zip(labels, given, strict=True)]
    made += [
        {**_bar("credited to none", row), "is_soft": True}
        for row in mine
        if not row["is_attributed"]
    ]
    units = minor_units.get(code or "", 2)
    whole = money(sum(row["value"] for row in made), code or "", units=units)
    for row in made:
        row["value_text"] = money(row["value"], code or "", units=units)
        row["of_text"] = f"{row['value_text']} of {whole}"
        row["currency"], row["units"] = code or "", units
    return made


def chosen_currency(rows: Sequence[Row], currency: str | None) -> str | None:
    """Give the currency that is drawn.

    Args:
        rows: With ``currency`` and ``orders``.
        currency: As asked for; None for the one with most orders.

    Raises:
        InvalidArgument: It is not there.
    """
    orders: dict[str | None, int] = {}
    for row in rows:
        orders[row["currency"]] = orders.get(row["currency"], 0) + int(row["orders"])
    if currency is not None and orders and currency not in orders:
        names = ", ".join(sorted(str(name) for name in orders))
        raise InvalidArgument(f"There is no order in {currency!r}.", hint=f"There are: {names}.")
    if currency is not None or not orders:
        return currency
    return max(orders, key=lambda code: (orders[code], code or ""))


def _label(row: Row, names: Mapping[str, str]) -> str:
    ids = [str(row[key]) for key in _KEYS if row.get(key)]
    named = [display_name(names.get(one, one.replace("_", " ")), longest=36) for one in ids]
    return " · ".join(named) or (REST if "campaign_id" in row else "other mails")


def _bar(label: str, row: Row) -> Row:
    share = row["revenue_share"] or 0.0
    return {
        "label": label,
        "value": int(row["credited_cents"]),
        "orders": int(row["orders"]),
        "share": round(share, 6),
        "share_text": percent(share),
        "note_text": f"{percent(share)} · {plural(int(row['orders']), 'order')}",
        "is_soft": False,
        "is_rest": not any(row.get(key) for key in _KEYS),
        "one_of": "campaigns" if "campaign_id" in row else "automations",
    }


def credit_finding(rows: Sequence[Row], *, top: int) -> Finding:
    """Say what the rows show.

    Args:
        rows: Result of `credit_rows`.
        top: How many are drawn.
    """
    if not rows:
        return Finding("No data: no order is there", "", "No order is there.")
    given = [row for row in rows if not row["is_soft"]]
    left = [row for row in rows if row["is_soft"]]
    title = "No touch came before any order in the window"
    if given:
        share = percent(sum(row["share"] for row in given))
        named = next((row for row in given if not row["is_rest"]), given[0])
        most = "most" if named is given[0] else f"of {named['one_of']} most"
        code = given[0]["currency"]
        revenue = f"{code} revenue" if code else "revenue"
        title = f"{share} of {revenue} is credited, {most} to “{named['label']}”: "
        title += named["value_text"]
    told = []
    if len(given) > top:
        cents = sum(row["value"] for row in given[top:])
        others = money(cents, given[0]["currency"], units=given[0]["units"])
        told.append(f"{plural(len(given) - top, 'other')} together {others}")
    told += [f"to none {row['value_text']}" for row in left]
    subtitle = f"Not drawn: {', '.join(told)}. " if told else ""
    subtitle += "A credit is not a cause: who reads mail buys more anyway."
    listed = "; ".join(f"{row['label']} {row['value_text']}" for row in rows[:3])
    return Finding(title, subtitle, f"{title}. {listed}.")


def credit_layers(rows: list[Row]) -> list[alt.Chart]:
    """Draw the rows that have credit.

    Args:
        rows: Those of `credit_rows` to draw.
    """
    tooltip = [
        alt.Tooltip("label:N", title="Credited to"),
        alt.Tooltip("of_text:N", title="Revenue"),
        alt.Tooltip("share_text:N", title="Of all revenue"),
        alt.Tooltip("note_text:N", title="Orders"),
    ]
    return bar_layers(rows, tooltip)


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
    finding = sensitivity_finding(rows)
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


def sensitivity_finding(rows: Sequence[Row]) -> Finding:
    """Say what the rows show.

    Args:
        rows: Result of `sensitivity_rows`.
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
    subtitle += "growing with the days is what chance makes."
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
