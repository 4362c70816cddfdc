"""The campaigns of the period: funnel, rates, and a table of every one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC

import polars as pl

from actoolkit import metrics
from actoolkit.charts.campaigns import (
    RATES,
    TWIN,
    largest,
    overall_rate,
    rate_finding,
    rate_layers,
    rate_rows,
)
from actoolkit.charts.drawing import Finding, finished
from actoolkit.charts.formats import plural
from actoolkit.charts.frames import Row
from actoolkit.charts.funnel import TWIN as FUNNEL_TWIN
from actoolkit.charts.funnel import funnel_finding, funnel_height, funnel_layers, funnel_rows
from actoolkit.charts.theme import specification
from actoolkit.reports.blocks import Figure, Note, Table
from actoolkit.reports.campaign_table import MOST_CAMPAIGNS, campaign_table
from actoolkit.reports.cube import cube
from actoolkit.reports.document import Section
from actoolkit.reports.material import Material
from actoolkit.reports.membership import CONTROLS, Membership
from actoolkit.reports.period import Period

TOP = 15
WINDOW_DAYS = 7
"""Days after a mail in which orders are counted beside the funnel."""


def campaigns_section(material: Material, period: Period) -> Section:
    """Build the section.

    Args:
        material: Tables of the account.
        period: Days of sending.
    """
    sent = sent_campaigns(material, period)
    if sent.is_empty():
        return Section(
            "campaigns", "Campaigns", blocks=[Note(f"No campaign was sent from {period}.")]
        )
    members = Membership(sent, material, period)
    blocks: list[Figure | Table | Note] = [_funnel(members, material)]
    if not material.has(*EXPOSURE_TABLES):
        blocks.append(
            Note(f"Orders are not shown beside the funnel: {material.why_not(*EXPOSURE_TABLES)}")
        )
    blocks += [_rates(members), campaign_table(members)]
    return Section(
        "campaigns",
        "Campaigns",
        lead="What became of the mails sent, and which campaigns did better than the rest.",
        controls=members.controls(),
        blocks=blocks,
    )


EXPOSURE_TABLES = ("campaign_lists", "contact_lists", "contacts", "ecom_orders")


def sent_campaigns(material: Material, period: Period) -> pl.DataFrame:
    """Keep the campaigns sent in a period.

    Args:
        material: Tables of the account.
        period: Days of sending.
    """
    sent: pl.DataFrame = metrics.select_campaigns(
        material.frames["campaigns"], since=period.since, until=period.until
    )
    return sent.filter(pl.col("sends") > 0)


def exposure(sent: pl.DataFrame, material: Material) -> pl.DataFrame | None:
    """Count the orders after exposure to each campaign, where the account has what it takes.

    Those of all its lists, as its mails, opens and clicks are. A campaign whose days of orders are
    not over has none yet: it is left without, as mails of automations are.

    Args:
        sent: Campaigns.
        material: Tables of the account.
    """
    if not material.has(*EXPOSURE_TABLES):
        return None
    whole = material.whole or material
    frames = (whole.frames[table] for table in EXPOSURE_TABLES)
    exposed: pl.DataFrame = metrics.campaign_exposure(sent, *frames, window_days=WINDOW_DAYS)
    late = pl.col("campaign_id").is_in(unfinished(sent, material).implode())
    counts = pl.col("exposed_buyers", "exposed_orders")
    return exposed.with_columns(pl.when(~late).then(counts))


def unfinished(sent: pl.DataFrame, material: Material) -> pl.Series:
    """Give the one-off campaigns whose days of orders were not over when the data end.

    Args:
        sent: Campaigns.
        material: Tables of the account.
    """
    over = pl.col("sent_at") + pl.duration(days=WINDOW_DAYS) <= material.as_of.astimezone(UTC)
    return sent.filter(pl.col("automation_id").is_null(), ~over)["campaign_id"]


def _start(names: Sequence[str]) -> dict[str, str]:
    return dict.fromkeys(names, "all")


def _funnel(members: Membership, material: Material) -> Figure:
    exposed = exposure(members.sent, material)
    spread = members.sent.join(members.states(), on="campaign_id")
    frame = metrics.campaign_funnel(spread, exposed, by="state")
    late = spread.filter(pl.col("campaign_id").is_in(unfinished(members.sent, material).implode()))
    waiting = dict(late.group_by("state").len().iter_rows()) if exposed is not None else {}
    rows: list[Row] = []
    states: dict[str, Finding] = {}
    for (state,), part in frame.group_by("state", maintain_order=True):
        made = funnel_rows(part)
        if made:
            states[str(state)] = _waited(funnel_finding(made), waiting.get(state, 0))
            keys = dict(zip(CONTROLS, str(state).split("|"), strict=True))
            rows += [{**row, **keys} for row in made]
    start = "|".join(_start(CONTROLS).values())
    layers = finished(funnel_layers(rows), states[start], as_of=None, height=funnel_height(rows))
    return Figure(
        id="funnel",
        spec=cube(specification(layers), rows=rows, start=_start(CONTROLS)),
        start=_start(CONTROLS),
        states=states,
        empty=Finding("No campaign matches these filters", "", "No campaign."),
        columns=FUNNEL_TWIN,
        definitions=(
            "delivered",
            "open_rate",
            "verified_open_rate",
            "click_rate",
            "campaign_exposure",
        ),
    )


def _waited(finding: Finding, waiting: int) -> Finding:
    """Say how many campaigns have too few days behind them for their orders."""
    if not waiting:
        return finding
    few = plural(waiting, "campaign")
    left_out = f" Left out of the orders: {few} of the last {WINDOW_DAYS} days of the data."
    return replace(finding, subtitle=finding.subtitle + left_out)


def _rates(members: Membership) -> Figure:
    """Compare all campaigns in each state; the page holds those that some state draws, and more."""
    frame = metrics.campaign_rates(members.sent)
    belongs = members.by_campaign()
    rows = [
        {**row, **belongs[row["id"]]}
        for row in rate_rows(frame, rate="click_rate", most=max(len(frame), 1))
    ]
    by_state: dict[str, list[Row]] = {}
    for row in largest(rows, len(rows)):
        for key in _keys(row):
            by_state.setdefault(key, []).append(row)
    kept = {row["id"]: row for row in largest(rows, MOST_CAMPAIGNS)}
    for chosen in by_state.values():
        kept |= {row["id"]: row for row in chosen[:TOP]}
    return _rates_figure(by_state, largest(list(kept.values()), len(kept)))


def _rates_figure(by_state: Mapping[str, list[Row]], kept: list[Row]) -> Figure:
    rate = RATES["click_rate"]
    states: dict[str, Finding] = {}
    overall: list[Row] = []
    held = Counter(key for row in kept for key in _keys(row))
    for key, chosen in sorted(by_state.items()):
        found = rate_finding(chosen, rate="click_rate", top=TOP)
        if held[key] < len(chosen):
            numbers = f" The numbers below are of {held[key]} of them."
            found = replace(found, subtitle=found.subtitle + numbers)
        states[key] = found
        values = dict(zip(CONTROLS, key.split("|"), strict=True))
        overall.append({**values, "overall": round(overall_rate(chosen), 6)})
    start = "|".join(_start(CONTROLS).values())
    empty = Finding("No campaign matches these filters", "", "No campaign.")
    layers = rate_layers(kept, label=rate.label, of=rate.of, top=TOP, overall=overall)
    chart = finished(layers, states.get(start, empty), as_of=None)
    return Figure(
        id="rates",
        spec=cube(specification(chart), rows=kept, start=_start(CONTROLS), also=[overall]),
        start=_start(CONTROLS),
        states=states,
        empty=empty,
        columns=TWIN,
        definitions=("click_rate", "wilson"),
    )


def _keys(row: Row) -> list[str]:
    return ["|".join((p, t, i)) for p in row["period"] for t in row["type"] for i in row["list"]]
