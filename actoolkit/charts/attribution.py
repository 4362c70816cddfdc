"""Credited revenue: to which mails, by which rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt

from actoolkit.charts.drawing import AsOf, Finding, TwinColumn, finished, nothing
from actoolkit.charts.formats import money, percent, plural
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

RULE_WORDS: Mapping[str, str] = {
    "last": "touches {}, the last has the credit",
    "first": "touches {}, the first has the credit",
    "last_click_else_open": "touches {}, the last click has the credit, without one the last open",
    "linear": "touches {}, each has an equal part of the credit",
    "time_decay": "touches {}, the later have more of the credit",
    "position": "touches {}, the first and the last have 40% of the credit each",
    "vendor": "mails sent {}, the last clicked or opened has the credit",
}
"""What a model credits, by its name."""

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
    model: str | None = None,
    window_days: int | None = 7,
) -> alt.LayerChart:
    """Draw the revenue credited to each campaign, automation or kind of touch, and what is left.

    Args:
        revenue: Result of `actoolkit.metrics.attributed_revenue`.
        names: What to call the ids, such as the names of campaigns.
        currency: Which; None for the one with most orders.
        top: How many to draw, those with most credit.
        minor_units: Decimals of currencies that have not two, such as ``{"JPY": 0}``.
        as_of: Moment of the data, written in the corner.
        model: What the metric was asked for, which its result does not tell: with it the rule is
            written under the title.
        window_days: Likewise, and by default what the metric's is; None for any time.

    Raises:
        InvalidArgument: Not the metric's result, a currency or model that is not there, or ``top``
            below 1.

    Example:
        >>> import polars as pl
        >>> from actoolkit.charts import attributed_revenue_chart
        >>> found = pl.DataFrame({"currency": ["EUR"] * 2, "campaign_id": [None, "3"],
        ...     "is_attributed": [False, True], "orders": [6, 2], "credited_cents": [7000, 3000],
        ...     "revenue_share": [0.7, 0.3]})
        >>> attributed_revenue_chart(found, names={"3": "May news"}).title.text
        ['30.0% of EUR revenue is credited, most to “May news”: €30.00']
    """
    if top < 1:
        raise InvalidArgument(f"top={top!r} draws nothing.", hint="Ask for at least one bar.")
    rule = rule_text(model, window_days)
    rows = credit_rows(revenue, names=names, currency=currency, minor_units=minor_units or {})
    other = undrawn(revenue, "attributed_revenue", currency)
    finding = credit_finding(rows, top=top, rule=rule, other=other)
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


def undrawn(frame: object, metric: str, currency: str | None) -> str:
    """Say which currencies a chart of one leaves out, and how to get them.

    Args:
        frame: With ``currency`` and ``orders``.
        metric: Name of the metric that made it.
        currency: As asked for; None for the one with most orders.

    Returns:
        A sentence and a space, empty if there is one currency.
    """
    rows = plain_rows(frame, chart=f"{metric}_chart", metric=metric, columns=["currency", "orders"])
    code = chosen_currency(rows, currency)
    others = {row["currency"] for row in rows} - {code}
    if not others:
        return ""
    names = sorted(name for name in others if name)
    told = ", ".join([*names, "an unknown currency"] if None in others else names)
    hint = f'; ask for currency="{names[0]}"' if names else ""
    return f"Only {code or 'orders without a currency'}; there are orders in {told} too{hint}. "


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


def rule_text(model: str | None, window_days: int | None) -> str:
    """Say by which rule revenue is credited.

    Args:
        model: Of `actoolkit.metrics.attributed_revenue`; None if not known.
        window_days: Likewise; None for any time.

    Returns:
        A sentence, empty if the model is not known.

    Raises:
        InvalidArgument: There is no such model.
    """
    if model is None:
        return ""
    if model not in RULE_WORDS:
        raise InvalidArgument(f"There is no model {model!r}.", hint=f"Use {', '.join(RULE_WORDS)}.")
    days = f"within {plural(window_days, 'day')}" if window_days is not None else "at any time"
    return f"Of {RULE_WORDS[model].format(f'{days} before an order')}. "


def credit_finding(rows: Sequence[Row], *, top: int, rule: str = "", other: str = "") -> Finding:
    """Say what the rows show.

    Args:
        rows: Result of `credit_rows`.
        top: How many are drawn.
        rule: Result of `rule_text`.
        other: Result of `undrawn`.
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
    subtitle = rule + (f"Not drawn: {', '.join(told)}. " if told else "")
    subtitle += f"{other}A credit is not a cause: who reads mail buys more anyway."
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
