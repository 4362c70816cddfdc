"""Customers: how lately and often they bought, and how long they take to their second order."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from actoolkit.charts.drawing import AsOf, Finding, TwinColumn, finished, inline, nothing
from actoolkit.charts.formats import AXIS_PERCENT, count, money, percent, plural, symbol
from actoolkit.charts.frames import Row, plain_rows
from actoolkit.charts.grids import grid_layers, shaded
from actoolkit.charts.orders import currency_name
from actoolkit.errors import InvalidArgument

FEW = 30
"""Below this many customers still at risk, the curve is drawn as uncertain."""
MOST_DAYS = 400
"""Days of a curve that are drawn."""

HORIZONS = (365, 180, 90, 60, 30)
"""Days that the title may speak of; the longest that enough customers have reached."""

RFM_TWIN: Sequence[TwinColumn] = (
    TwinColumn("recency", "Recency score", "count"),
    TwinColumn("frequency", "Frequency score", "count"),
    TwinColumn("customers", "Customers", "count"),
    TwinColumn("revenue_text", "Revenue", "money"),
    TwinColumn("each_text", "Per customer", "money"),
)
SURVIVAL_TWIN: Sequence[TwinColumn] = (
    TwinColumn("days", "Days", "count"),
    TwinColumn("at_risk", "Still waiting", "count"),
    TwinColumn("second_orders", "Second orders", "count"),
    TwinColumn("value", "Ordered again", "rate"),
    TwinColumn("low", "Interval from", "rate"),
    TwinColumn("high", "Interval to", "rate"),
)


def rfm_chart(grid: object, *, as_of: AsOf = None, minor_units: int = 2) -> alt.LayerChart:
    """Draw customers by recency and frequency: number of customers, colour by what each brought.

    Args:
        grid: Result of `actoolkit.metrics.rfm_grid`, of one currency.
        as_of: Moment of the data, written in the corner.
        minor_units: Decimals of the currency: 0 for yen.

    Raises:
        InvalidArgument: Not the metric's result, or several currencies.

    Example:
        >>> import polars as pl
        >>> from actoolkit.charts import rfm_chart
        >>> grid = pl.DataFrame({"currency": ["EUR"] * 2, "recency_score": [5, 1],
        ...     "frequency_score": [5, 1], "customers": [20, 80],
        ...     "revenue_cents": [600000, 400000], "revenue_per_customer_cents": [30000.0, 5000.0]})
        >>> rfm_chart(grid).title.text
        ['20.0% of customers buy lately and often; they brought 60.0% of the revenue']
    """
    rows = rfm_rows(grid, minor_units=minor_units)
    finding = rfm_finding(rows)
    if not rows:
        return nothing(finding, as_of=as_of)
    return finished(rfm_layers(rows), finding, as_of=as_of, corner_offset=44, height=5 * 46)


def rfm_rows(grid: object, *, minor_units: int = 2) -> list[Row]:
    """Read what the chart draws: one row per pair of scores, those without a customer among them.

    Args:
        grid: Result of `actoolkit.metrics.rfm_grid`.
        minor_units: Decimals of the currency.

    Raises:
        InvalidArgument: Not the metric's result, or several currencies.
    """
    found = plain_rows(
        grid,
        chart="rfm_chart",
        metric="rfm_grid",
        columns=[
            "currency",
            "recency_score",
            "frequency_score",
            "customers",
            "revenue_cents",
            "revenue_per_customer_cents",
        ],
    )
    if not found:
        return []
    if len({row["currency"] for row in found}) > 1:
        raise InvalidArgument(
            "rfm_chart draws one currency; this frame has several.",
            hint="Filter the grid, or pass currency= to actoolkit.metrics.rfm.",
        )
    cells = {(int(row["recency_score"]), int(row["frequency_score"])): row for row in found}
    code = currency_name(found[0]["currency"])
    rows = []
    for recency in range(1, 6):
        for frequency in range(1, 6):
            row = cells.get((recency, frequency), {})
            cents, each = row.get("revenue_cents", 0), row.get("revenue_per_customer_cents")
            rows.append(
                {
                    "recency": recency,
                    "frequency": frequency,
                    "customers": int(row.get("customers", 0)),
                    "text": count(row["customers"]) if row else "",
                    "revenue": int(cents) / 10**minor_units,
                    "revenue_text": money(cents, code, units=minor_units),
                    "value": None if each is None else each / 10**minor_units,
                    "each_text": money(each, code, units=minor_units),
                    "symbol": symbol(code),
                }
            )
    most = max(row["value"] or 0.0 for row in rows)
    return shaded(rows, least=0.0, most=most)


def rfm_finding(rows: Sequence[Row]) -> Finding:
    """Say what the rows show.

    Args:
        rows: Result of `rfm_rows`.
    """
    if not rows:
        return Finding("No data: no customer has ordered here", "", "No customer has ordered.")
    best = [row for row in rows if row["recency"] >= 4 and row["frequency"] >= 4]
    people, money_in = (sum(row[name] for row in rows) for name in ("customers", "revenue"))
    share = sum(row["customers"] for row in best) / people
    title = f"{percent(share)} of customers buy lately and often"
    if money_in > 0:
        part = sum(row["revenue"] for row in best) / money_in
        title += f"; they brought {percent(part)} of the revenue"
    return Finding(
        title,
        "Customers by their scores for recency and frequency, 5 the best; colour: revenue per "
        "customer. Lately and often: scores 4 and 5 of both.",
        f"{title}. Grid of {plural(people, 'customer')} by recency and frequency score.",
    )


def rfm_layers(rows: list[Row]) -> list[alt.Chart]:
    """Draw the rows; colours end at the most of the currency shown.

    Args:
        rows: Result of `rfm_rows`; of several currencies where one at a time is shown.
    """
    x = alt.X(
        "recency:O",
        title="Recency score: 1 longest ago, 5 latest",
        scale=alt.Scale(domain=[1, 2, 3, 4, 5], paddingInner=0, paddingOuter=0),
        axis=alt.Axis(labelAngle=0),
    )
    y = alt.Y(
        "frequency:O",
        title="Frequency score: 5 most orders",
        scale=alt.Scale(domain=[5, 4, 3, 2, 1], paddingInner=0, paddingOuter=0),
    )
    tooltip = [
        alt.Tooltip("recency:N", title="Recency score"),
        alt.Tooltip("frequency:N", title="Frequency score"),
        alt.Tooltip("customers:Q", title="Customers", format=",d"),
        alt.Tooltip("revenue_text:N", title="Revenue"),
        alt.Tooltip("each_text:N", title="Per customer"),
    ]
    legend = alt.Legend(gradientLength=180, gradientThickness=10, tickCount=4, format="~s")
    currencies = {row["symbol"].strip() or "currency unknown" for row in rows}
    title, domain = "Revenue per customer", None
    if len(currencies) == 1:
        title = f"Revenue per customer, {currencies.pop()}"
        domain = (0.0, max(row["value"] or 0.0 for row in rows) or 1.0)
    return grid_layers(
        rows, x=x, y=y, domain=domain, legend=legend, legend_title=title, tooltip=tooltip
    )


def second_order_survival_chart(survival: object, *, as_of: AsOf = None) -> alt.LayerChart:
    """Draw the share of customers who have ordered again, by days since their first order.

    It is dashed where fewer than 30 customers are still waiting and observed. Of a long history
    400 days are drawn, evenly spaced; the title is of all.

    Args:
        survival: Result of `actoolkit.metrics.second_order_survival`.
        as_of: Moment of the data, written in the corner.

    Raises:
        InvalidArgument: Not the metric's result.

    Example:
        >>> import polars as pl
        >>> from actoolkit.charts import second_order_survival_chart
        >>> curve = pl.DataFrame({"days": [10, 40], "at_risk": [100, 60], "second_orders": [25, 0],
        ...     "censored": [15, 60], "waiting_share": [0.75, 0.75],
        ...     "waiting_share_low": [0.65, 0.65], "waiting_share_high": [0.83, 0.83]})
        >>> second_order_survival_chart(curve).title.text
        ['25.0% of customers order again within 30 days (17.0% to 35.0%)']
    """
    rows = survival_rows(survival)
    finding = survival_finding(rows)
    if not rows:
        return nothing(finding, as_of=as_of)
    layers = survival_layers(_spaced(rows))
    return finished(layers, finding, as_of=as_of, corner_offset=44, height=260)


def _spaced(rows: list[Row]) -> list[Row]:
    """Leave so many days that the chart stays light; the last, and where the dashes begin."""
    every = -(-len(rows) // MOST_DAYS)
    first_few = next((i for i, row in enumerate(rows) if row["is_few"]), 0)
    kept = {*range(0, len(rows), every), first_few, len(rows) - 1}
    return [rows[i] for i in sorted(kept)]


def survival_rows(survival: object) -> list[Row]:
    """Read what the chart draws: one row per day of the curve, day 0 first.

    Args:
        survival: Result of `actoolkit.metrics.second_order_survival`.

    Raises:
        InvalidArgument: Not the metric's result.
    """
    share = "waiting_share"
    found = plain_rows(
        survival,
        chart="second_order_survival_chart",
        metric="second_order_survival",
        columns=["days", "at_risk", "second_orders", share, f"{share}_low", f"{share}_high"],
    )
    rows = [
        {
            "days": int(row["days"]),
            "at_risk": int(row["at_risk"]),
            "second_orders": int(row["second_orders"]),
            "value": round(1 - row[share], 6),
            "low": None if row[f"{share}_high"] is None else round(1 - row[f"{share}_high"], 6),
            "high": None if row[f"{share}_low"] is None else round(1 - row[f"{share}_low"], 6),
            "is_few": row["at_risk"] < FEW,
        }
        for row in found
    ]
    if rows and rows[0]["days"] > 0:
        start = {"days": 0, "second_orders": 0, "value": 0.0, "low": None, "high": None}
        rows.insert(0, {**start, "at_risk": rows[0]["at_risk"], "is_few": rows[0]["is_few"]})
    return [
        {
            **row,
            "share_text": percent(row["value"]),
            "interval": f"{percent(row['low'])} to {percent(row['high'])}",
        }
        for row in rows
    ]


def survival_finding(rows: Sequence[Row]) -> Finding:
    """Say what the rows show.

    Args:
        rows: Result of `survival_rows`.
    """
    if not rows:
        return Finding("No data: no customer has ordered here", "", "No customer has ordered.")
    sure = [row["days"] for row in rows if not row["is_few"]]
    horizon = next((days for days in HORIZONS if sure and days <= max(sure)), None)
    title = "Too few customers to say when they order again"
    if horizon is not None:
        at = [row for row in rows if row["days"] <= horizon][-1]
        title = f"{percent(at['value'])} of customers order again within {horizon} days"
        title += "" if at["low"] is None else f" ({at['interval']})"
    subtitle = "Kaplan-Meier estimate with 95% interval: customers without a second order count "
    subtitle += "for as long as they were observed."
    if any(row["is_few"] for row in rows):
        subtitle += f" Dashed: fewer than {FEW} still waiting."
    people = plural(max(row["at_risk"] for row in rows), "customer")
    return Finding(title, subtitle, f"{title}. Curve over {rows[-1]['days']} days of {people}.")


def survival_layers(rows: list[Row]) -> list[alt.Chart]:
    """Draw the rows.

    Args:
        rows: Result of `survival_rows`.
    """
    base = alt.Chart(inline(rows))
    first_few = next((i for i, row in enumerate(rows) if row["is_few"]), len(rows))
    x = alt.X(
        "days:Q",
        title="Days since the first order",
        scale=alt.Scale(nice=False),
        axis=alt.Axis(grid=False, tickCount=8, labelFlush=False),
    )
    y = alt.Y(
        "value:Q",
        title=None,
        scale=alt.Scale(domainMin=0),
        axis=alt.Axis(labelExpr=AXIS_PERCENT, tickCount=5),
    )
    tooltip = [
        alt.Tooltip("days:Q", title="Days"),
        alt.Tooltip("share_text:N", title="Ordered again"),
        alt.Tooltip("interval:N", title="95% interval"),
        alt.Tooltip("at_risk:Q", title="Still waiting", format=",d"),
        alt.Tooltip("second_orders:Q", title="Second orders that day", format=",d"),
    ]
    band = base.transform_filter("isValid(datum.low)").mark_area(
        interpolate="step-after", opacity=0.18, line=False
    )
    line = base.mark_line(interpolate="step-after").encode(x=x, y=y)
    layers = [band.encode(x=x, y=alt.Y("low:Q"), y2="high:Q")]
    if first_few == len(rows):
        layers.append(line)
    else:
        begin = rows[first_few]["days"]
        few = base.mark_line(interpolate="step-after", strokeDash=[4, 3]).encode(x=x, y=y)
        layers += [
            line.transform_filter(f"datum.days <= {begin}"),
            few.transform_filter(f"datum.days >= {begin}"),
        ]
    return [*layers, base.mark_point(opacity=0, size=90).encode(x=x, y=y, tooltip=tooltip)]
