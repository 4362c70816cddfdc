"""What changed against the days before, in sentences that are computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from actoolkit import metrics
from actoolkit.charts.formats import count, money, percent
from actoolkit.reports.blocks import Note
from actoolkit.reports.campaigns import sent_campaigns
from actoolkit.reports.document import Section
from actoolkit.reports.kpis import NOTHING, moved_clearly
from actoolkit.reports.material import Material
from actoolkit.reports.orders import TABLE, shop_currencies
from actoolkit.reports.period import Period

SECTION, TITLE = "changes", "What changed"
MINUS, PLUS = "\N{MINUS SIGN}\N{WORD JOINER}", "+\N{WORD JOINER}"
"""Joined: a line would be broken between them and the sign of a currency."""
_MOST = 2
"""Currencies that are told, those of most orders."""
_WORDS = {
    "customers": ("more customers", "fewer customers"),
    "orders per customer": ("more orders per customer", "fewer orders per customer"),
    "average order": ("larger orders", "smaller orders"),
    "campaigns": ("more campaigns", "fewer campaigns"),
    "mails per campaign": ("larger campaigns", "smaller campaigns"),
    "click rate": ("a higher click rate", "a lower click rate"),
}
_UNCLEAR = ("a click rate not clearly higher", "a click rate not clearly lower")
"""Where the tile above says "no clear change"; told last, however much it makes."""


def changes_section(material: Material, period: Period, *, mail: bool, shop: bool) -> Section:
    """Build the section.

    Args:
        material: Tables of the account.
        period: Days that are compared with as many before.
        mail: Whether to tell of clicks.
        shop: Whether to tell of revenue.
    """
    days = {"since": period.since, "until": period.until}
    told: list[str] = []
    if mail:
        rows = metrics.clicks_change(material.frames["campaigns"], **days).to_dicts()
        sent_before = not sent_campaigns(material, period.before).is_empty()
        sure = moved_clearly("click_rate", material, period)
        told.append(_sentence("Clicks", rows, "change", count, known=sent_before, sure=sure))
    if shop and material.has(TABLE):
        found = metrics.revenue_change(material.frames[TABLE], **days)
        for name, code in list(shop_currencies(material, period).items())[:_MOST]:
            mine = found.filter(pl.col("currency").eq_missing(pl.lit(code, pl.String)))
            units = material.minor_units.get(name, 2)

            def amount(cents: float, name: str = name, units: int = units) -> str:
                return money(cents, name, units=units)

            title = f"Revenue in {name}" if name else "Revenue in an unknown currency"
            told.append(_sentence(title, mine.to_dicts(), "change_cents", amount))
    kept = [sentence for sentence in told if sentence]
    if all(sentence.endswith(f"{NOTHING}.") for sentence in kept):
        text = f"Nothing can be compared with {period.before}: nothing is there from those days."
        return Section(SECTION, TITLE, blocks=[Note(text)])
    text = f"Against {period.before}; the parts add up to the change, and say which number moved, "
    text += "not why."
    return Section(SECTION, TITLE, blocks=[Note(text, items=kept)])


def _sentence(
    title: str,
    rows: Sequence[Mapping[str, Any]],
    column: str,
    write: Any,
    *,
    known: bool = False,
    sure: bool = True,
) -> str:
    """Say by how much a number changed, and what made it, the most first.

    A 0 before says that there was nothing, unless it is known that there was something to count.
    A click rate that may not have moved at all is no cause: it is told last, and so.
    """
    if not rows:
        return ""
    whole, factors = rows[-1], rows[:-1]
    before, after = whole["before"], whole["after"]
    if not before and not after:
        return ""
    if not before and not known:
        return f"{title}: {write(after)}, {NOTHING}."
    if not before or not after:
        return f"{title}: {write(after)}, after {write(before)}."
    if before == after:
        return f"{title} stayed at {write(after)}."
    moved = "rose" if after > before else "fell"
    share = percent(abs(after - before) / before)
    head = f"{title} {moved} by {share}, from {write(before)} to {write(after)}"
    parts = [row for row in factors if row[column]]
    unclear = {} if sure else {"click rate": _UNCLEAR}
    parts.sort(key=lambda row: (row["factor"] in unclear, -abs(row[column])))
    words = [
        f"{(_WORDS | unclear)[row['factor']][row[column] < 0]} "
        f"{MINUS if row[column] < 0 else PLUS}{write(abs(row[column]))}"
        for row in parts
    ]
    return f"{head}: {', '.join(words)}." if words else f"{head}."
