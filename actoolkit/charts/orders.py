"""Revenue over time, per currency, with recovered carts on top."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import altair as alt

from actoolkit.charts.drawing import AsOf, Finding, TwinColumn, finished, inline, nothing, panels
from actoolkit.charts.formats import column_decimals, decimal, money, percent, plural, symbol
from actoolkit.charts.frames import Row, plain_rows
from actoolkit.charts.names import display_name
from actoolkit.charts.periods import (
    as_date,
    axis_expression,
    axis_values,
    capital,
    grain_of,
    period_end,
    period_label,
    periods_between,
)
from actoolkit.metrics.days import Day, Grain, as_day

AXIS_MONEY = "datum.value === 0 ? '0' : replace(format(datum.value, '~s'), 'G', 'B')"
PARTS = ("Completed", "Recovered carts")

TWIN: Sequence[TwinColumn] = (
    TwinColumn("period_label", "Period", "text"),
    TwinColumn("currency", "Currency", "text"),
    TwinColumn("orders", "Orders", "count"),
    TwinColumn("total_text", "Revenue", "money"),
    TwinColumn("recovered_text", "Of it recovered", "money"),
    TwinColumn("average_text", "Average order", "money"),
)


def revenue_by_period_chart(
    revenue: object,
    *,
    as_of: AsOf = None,
    since: Day = None,
    grain: Grain | None = None,
    minor_units: Mapping[str, int] | None = None,
) -> alt.LayerChart | alt.VConcatChart:
    """Draw revenue per period as bars; the part from recovered carts is stacked on top.

    Currencies never share an axis: several give one panel each. A period that ``as_of`` or
    ``since`` cuts short is drawn faded and left out of the sentence in the title.

    Args:
        revenue: Result of `actoolkit.metrics.revenue_by_period`.
        as_of: Moment of the data, written in the corner.
        since: First day that the numbers hold, as the metric got it; None for all.
        grain: Length of a period; None reads it from the dates.
        minor_units: Decimals of currencies that have no hundredths, such as ``{"JPY": 0}``.

    Raises:
        InvalidArgument: Not the metric's result.

    Example:
        >>> import polars as pl
        >>> from datetime import date
        >>> from actoolkit.charts import revenue_by_period_chart
        >>> revenue = pl.DataFrame({"period_on": [date(2026, 4, 1), date(2026, 5, 1)],
        ...     "currency": ["USD"] * 2, "revenue_cents": [1000000, 1200000], "orders": [100, 110],
        ...     "average_order_cents": [10000.0, 10909.1], "recovered_revenue_cents": [0, 50000],
        ...     "recovered_orders": [0, 5]})
        >>> revenue_by_period_chart(revenue).title.text
        ['May 2026 brought $12,000, 20.0% more than April 2026']
    """
    rows = revenue_rows(revenue, as_of=as_of, since=since, grain=grain, minor_units=minor_units)
    if not rows:
        return nothing(revenue_finding(rows), as_of=as_of)
    by_currency: dict[str, list[Row]] = {}
    for row in rows:
        by_currency.setdefault(row["currency"], []).append(row)
    if len(by_currency) == 1:
        return finished(
            revenue_layers(rows), revenue_finding(rows), as_of=as_of, corner_offset=44, height=260
        )
    parts = [(revenue_finding(part), revenue_layers(part)) for part in by_currency.values()]
    return panels(parts, as_of=as_of, height=180)


def revenue_rows(
    revenue: object,
    *,
    as_of: AsOf = None,
    since: Day = None,
    grain: Grain | None = None,
    minor_units: Mapping[str, int] | None = None,
) -> list[Row]:
    """Read what the chart draws: one row per currency, period and part; gaps are periods of zero.

    Args:
        revenue: Result of `actoolkit.metrics.revenue_by_period`.
        as_of: Moment of the data.
        since: First day that the numbers hold; None for all.
        grain: Length of a period; None reads it from the dates.
        minor_units: Decimals of currencies that have no hundredths.

    Raises:
        InvalidArgument: Not the metric's result, or ``since`` is no day.
    """
    found = plain_rows(
        revenue,
        chart="revenue_by_period_chart",
        metric="revenue_by_period",
        columns=[
            "period_on",
            "currency",
            "revenue_cents",
            "orders",
            "average_order_cents",
            "recovered_revenue_cents",
        ],
    )
    keyed = {
        (currency_name(row["currency"]), as_date(row["period_on"])): row
        for row in found
        if row["period_on"] is not None
    }
    if not keyed:
        return []
    starts = sorted({start for _, start in keyed})
    length = grain or grain_of(starts)
    cut = as_date(as_of) if isinstance(as_of, date) else None
    first = as_day(since) or starts[0]
    rows: list[Row] = []
    for currency in most_first((code, row["orders"]) for (code, _), row in keyed.items()):
        units = (minor_units or {}).get(currency, 2)
        mine = [row for (code, _), row in keyed.items() if code == currency]
        total, recovered = (
            column_decimals([row[name] for row in mine], units=units)
            for name in ("revenue_cents", "recovered_revenue_cents")
        )
        for start in periods_between(starts[0], starts[-1], length):
            rows += _bars(
                keyed.get((currency, start)),
                currency=currency,
                start=start,
                grain=length,
                whole=first <= start and (cut is None or period_end(start, length) <= cut),
                units=units,
                digits=(total, recovered),
            )
    return rows


def _bars(
    row: Row | None,
    *,
    currency: str,
    start: date,
    grain: Grain,
    whole: bool,
    units: int,
    digits: tuple[int, int],
) -> list[Row]:
    cents = int(row["revenue_cents"] or 0) if row else 0
    recovered = int(row["recovered_revenue_cents"] or 0) if row else 0
    average = row["average_order_cents"] if row else None
    shared = {
        "period": f"{start.isoformat()}",
        "period_label": period_label(start, grain),
        "grain": grain,
        "currency": currency,
        "symbol": symbol(currency),
        "orders": int(row["orders"]) if row else 0,
        "total": cents / 10**units,
        "told_text": money(cents, currency, units=units),
        "total_text": money(cents, currency, units=units, decimals=digits[0]),
        "recovered_text": money(recovered, currency, units=units, decimals=digits[1]),
        "average_text": money(average, currency, units=units, decimals=units),
        "complete": whole,
    }
    amounts = {"Completed": cents - recovered, "Recovered carts": recovered}
    return [
        {**shared, "part": part, "order": i, "amount": amounts[part] / 10**units}
        for i, part in enumerate(PARTS)
    ]


def most_first(counted: Iterable[tuple[str, float | None]]) -> list[str]:
    """Give each currency once, the one with most orders first.

    Args:
        counted: Currencies with a number of orders.

    Example:
        >>> most_first([("EUR", 3), ("USD", 9), ("EUR", 4)])
        ['USD', 'EUR']
    """
    orders: defaultdict[str, float] = defaultdict(float)
    for code, number in counted:
        orders[code] += number or 0
    return sorted(orders, key=lambda code: (-orders[code], code))


def currency_name(code: str | None) -> str:
    """Make a currency's code fit to be written; "" where it is not known.

    Args:
        code: As the account has it.
    """
    return display_name(code, missing="")


def revenue_finding(rows: Sequence[Row]) -> Finding:
    """Say what the rows of one currency show.

    Args:
        rows: Result of `revenue_rows`, one currency.
    """
    if not rows:
        return Finding("No data: no completed order here", "", "No completed order.")
    whole = [row for row in rows if row["complete"] and row["part"] == PARTS[0]]
    title = "No period is complete yet"
    if whole:
        last = whole[-1]
        title = f"{capital(last['period_label'])} brought {last['told_text']}"
        if len(whole) > 1 and whole[-2]["total"]:
            before = whole[-2]
            change = last["total"] / before["total"] - 1
            title += f", {_change(change)} {before['period_label']}"
    orders = sum(row["orders"] for row in rows if row["part"] == PARTS[0])
    parts = [
        f"Completed orders and recovered carts by {rows[0]['grain']},",
        f"{rows[0]['currency'] or 'currency unknown'}.",
    ]
    if any(not row["complete"] for row in rows):
        parts.append(f"Faded: not a whole {rows[0]['grain']}.")
    return Finding(
        title,
        " ".join(parts),
        f"{title}. Revenue of {plural(orders, 'order')} in {len(rows) // 2} periods.",
    )


def _change(change: float) -> str:
    if abs(change) < 0.0005:
        return "as much as"
    if change > 2:
        return f"{decimal(change + 1, 1)} times as much as"
    return f"{percent(abs(change))} {'more' if change > 0 else 'less'} than"


def revenue_layers(rows: list[Row], *, chosen: str | None = None) -> list[alt.Chart]:
    """Draw the rows of one currency.

    Args:
        rows: Result of `revenue_rows`.
        chosen: Parameter that says which currency is shown, where the rows hold several.
    """
    data = inline(rows)
    grain: Grain = rows[0]["grain"] if rows else "day"
    x = alt.X(
        "period:O",
        title=None,
        scale=alt.Scale(paddingInner=0.28, paddingOuter=0.14),
        axis=alt.Axis(
            values=axis_values((row["period"] for row in rows), grain),
            labelExpr=axis_expression(grain),
            labelAngle=0,
            labelOverlap=True,
            grid=False,
        ),
    )
    y = alt.Y(
        "amount:Q",
        title=None,
        stack="zero",
        axis=alt.Axis(tickCount=4, labelExpr=_axis_money(rows, chosen)),
    )
    tooltip = [
        alt.Tooltip("period_label:N", title="Period"),
        alt.Tooltip("total_text:N", title="Revenue"),
        alt.Tooltip("recovered_text:N", title="Of it recovered"),
        alt.Tooltip("orders:Q", title="Orders", format=",d"),
        alt.Tooltip("average_text:N", title="Average order"),
    ]
    bars = (
        alt.Chart(data)
        .mark_bar()
        .encode(
            x=x,
            y=y,
            color=alt.Color(
                "part:N",
                title=None,
                scale=alt.Scale(domain=list(PARTS)),
                legend=alt.Legend(symbolSize=90),
            ),
            opacity=alt.condition("datum.complete", alt.value(1), alt.value(0.4)),
            order=alt.Order("order:Q"),
            tooltip=tooltip,
        )
    )
    return [bars]


def _axis_money(rows: Sequence[Row], chosen: str | None) -> str:
    """Write the amounts of the axis with the sign of their currency."""
    codes = list(dict.fromkeys(str(row["currency"]) for row in rows))
    signs = {code: json.dumps(symbol(code)) for code in codes}
    if chosen is not None:
        sign = '""'
        for code in codes:
            sign = f"{chosen} === {json.dumps(code)} ? {signs[code]} : {sign}"
    else:
        sign = signs[codes[0]] if len(codes) == 1 else '""'
    return f"({sign}) + ({AXIS_MONEY})"
