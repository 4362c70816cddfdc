"""The campaigns of the period: funnel, rates, and a table of every one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from actoolkit import metrics
from actoolkit.charts.campaigns import RATES, TWIN, rate_finding, rate_layers, rate_rows
from actoolkit.charts.drawing import Finding, finished
from actoolkit.charts.formats import count, day, percent, plural
from actoolkit.charts.frames import Row
from actoolkit.charts.funnel import TWIN as FUNNEL_TWIN
from actoolkit.charts.funnel import funnel_finding, funnel_height, funnel_layers, funnel_rows
from actoolkit.charts.names import display_name
from actoolkit.charts.theme import specification
from actoolkit.reports.cube import cube
from actoolkit.reports.document import (
    Cell,
    Control,
    Figure,
    Note,
    Option,
    Section,
    Table,
    TableColumn,
)
from actoolkit.reports.material import Material
from actoolkit.reports.period import Period

MOST_CAMPAIGNS = 120
"""Campaigns that the page holds one by one, those with most sends; sums are over all of them."""

MOST_LISTS = 8
TOP = 15
CONTROLS = ("period", "type", "list")
TYPES: Mapping[str, str] = {
    "single": "One-off",
    "recurring": "Recurring",
    "split": "Split test",
    "responder": "Autoresponder",
    "reminder": "Date-based",
    "special": "Special",
    "activerss": "RSS",
    "text": "Text only",
}
"""What people call the API's campaign types."""


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
    blocks += [_rates(members), _table(members)]
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

    Args:
        sent: Campaigns.
        material: Tables of the account.
    """
    if not material.has(*EXPOSURE_TABLES):
        return None
    frames = (material.frames[table] for table in EXPOSURE_TABLES)
    exposed: pl.DataFrame = metrics.campaign_exposure(sent, *frames)
    return exposed


@dataclass(frozen=True)
class Membership:
    """Which campaign belongs to which value of each control.

    Args:
        sent: Campaigns of the period.
        material: Tables of the account.
        period: Days of sending.
    """

    sent: pl.DataFrame
    material: Material
    period: Period

    def controls(self) -> list[Control]:
        """Give the controls that have a choice to offer."""
        types = [Option("all", "All types")]
        types += [Option(_plain(t), TYPES.get(t, display_name(t))) for t in self.types()]
        lists = [Option("all", "All lists")] + [Option(i, name) for i, name in self.lists().items()]
        return [
            Control("period", "Period", self.period.options()),
            Control("type", "Type", types),
            Control("list", "List", lists),
        ]

    def types(self) -> list[str]:
        """Give the types of campaign there are, those with most sends first."""
        grouped = self.sent.drop_nulls("type").group_by("type").agg(pl.col("sends").sum())
        return grouped.sort(["sends", "type"], descending=[True, False])["type"].to_list()

    def lists(self) -> dict[str, str]:
        """Give id and name of the lists that got most mails."""
        if not self.material.has("campaign_lists"):
            return {}
        linked = self._links().join(self.sent.select("campaign_id", "sends"), on="campaign_id")
        order = linked.group_by("list_id").agg(pl.col("sends").sum())
        top = order.sort(["sends", "list_id"], descending=[True, False])["list_id"].to_list()
        names = {}
        if self.material.has("lists"):
            names = dict(self.material.frames["lists"].select("list_id", "name").iter_rows())
        return {
            list_id: display_name(names.get(list_id), longest=40, missing=f"List {list_id}")
            for list_id in top[:MOST_LISTS]
        }

    def _links(self) -> pl.DataFrame:
        links = self.material.frames["campaign_lists"].select("campaign_id", "list_id")
        return links.drop_nulls().unique(maintain_order=True)

    def by_campaign(self) -> dict[str, dict[str, list[str]]]:
        """Give, for each campaign, the values of each control that it belongs to."""
        kept = self.lists()
        lists: dict[str, list[str]] = {}
        if kept:
            for campaign_id, list_id in self._links().sort("list_id").iter_rows():
                if list_id in kept:
                    lists.setdefault(campaign_id, []).append(list_id)
        starts = self.period.starts()
        rows = self.sent.select("campaign_id", "type", pl.col("sent_local").dt.date()).iter_rows()
        return {
            campaign_id: {
                "period": [key for key, start in starts.items() if sent_on >= start],
                "type": ["all", *([_plain(kind)] if kind else [])],
                "list": ["all", *lists.get(campaign_id, [])],
            }
            for campaign_id, kind, sent_on in rows
        }

    def states(self) -> pl.DataFrame:
        """Give one row per campaign and state it belongs to, in the order of the controls."""
        pairs = [
            (campaign_id, "|".join((p, t, in_list)))
            for campaign_id, belongs in self.by_campaign().items()
            for p in belongs["period"]
            for t in belongs["type"]
            for in_list in belongs["list"]
        ]
        schema = {"campaign_id": pl.String, "state": pl.String}
        return pl.DataFrame(pairs, schema=schema, orient="row")


def _plain(kind: str) -> str:
    """Keep the mark that joins the keys of states out of a type that the API may invent."""
    return kind.replace("|", "/")


def _start(names: Sequence[str]) -> dict[str, str]:
    return dict.fromkeys(names, "all")


def _funnel(members: Membership, material: Material) -> Figure:
    exposed = exposure(members.sent, material)
    spread = members.sent.join(members.states(), on="campaign_id")
    frame = metrics.campaign_funnel(spread, exposed, by="state")
    rows: list[Row] = []
    states: dict[str, Finding] = {}
    for (state,), part in frame.group_by("state", maintain_order=True):
        made = funnel_rows(part)
        if made:
            states[str(state)] = funnel_finding(made)
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


def _rates(members: Membership) -> Figure:
    largest = members.sent.sort(["sends", "campaign_id"], descending=[True, False]).head(
        MOST_CAMPAIGNS
    )
    frame = metrics.campaign_rates(largest)
    belongs = members.by_campaign()
    rows = [{**row, **belongs[row["id"]]} for row in rate_rows(frame, rate="click_rate")]
    return _rates_figure(rows)


def _rates_figure(rows: list[Row]) -> Figure:
    rate = RATES["click_rate"]
    states: dict[str, Finding] = {}
    keys = sorted({key for row in rows for key in _keys(row)})
    for key in keys:
        chosen = [row for row in rows if key in _keys(row)]
        states[key] = rate_finding(chosen, rate="click_rate", top=TOP)
    start = "|".join(_start(CONTROLS).values())
    empty = Finding("No campaign matches these filters", "", "No campaign.")
    layers = rate_layers(rows, label=rate.label, of=rate.of, top=TOP)
    chart = finished(layers, states.get(start, empty), as_of=None)
    return Figure(
        id="rates",
        spec=cube(specification(chart), rows=rows, start=_start(CONTROLS)),
        start=_start(CONTROLS),
        states=states,
        empty=empty,
        columns=TWIN,
        definitions=("click_rate", "wilson"),
    )


def _keys(row: Row) -> set[str]:
    return {"|".join((p, t, i)) for p in row["period"] for t in row["type"] for i in row["list"]}


_TABLE_RATES = ("open_rate", "click_rate", "unsubscribe_rate")


def _table(members: Membership) -> Table:
    newest = members.sent.sort(["sent_at", "campaign_id"], descending=[True, False])
    frame = metrics.campaign_rates(newest)
    rates = {row["campaign_id"]: row for row in frame.iter_rows(named=True)}
    belongs = members.by_campaign()
    ids = newest["campaign_id"].to_list()[:MOST_CAMPAIGNS]
    most = {
        rate: max(
            (rates[i][f"{rate}_high"] or 0 for i in ids if rates[i]["delivered"] >= 200), default=1
        )
        or 1
        for rate in _TABLE_RATES
    }
    rows = [(_cells(rates[i], most), belongs[i]) for i in ids]
    total = plural(len(newest), "campaign")
    caption = total if len(ids) == len(newest) else f"The newest {len(ids)} of {total}"
    return Table(
        id="campaign-table",
        caption=f"{caption}, with 95% intervals. Choose a heading to sort.",
        columns=[
            TableColumn("Campaign"),
            TableColumn("Sent", "day"),
            TableColumn("Delivered", "count", "delivered"),
            TableColumn("Opened", "rate", "open_rate"),
            TableColumn("Clicked", "rate", "click_rate"),
            TableColumn("Unsubscribed", "rate", "unsubscribe_rate"),
        ],
        rows=rows,
        controls=CONTROLS,
    )


def _cells(row: Mapping[str, object], most: Mapping[str, float]) -> list[Cell]:
    name = display_name(row["name"], missing=f"(no name, id {row['campaign_id']})")  # type: ignore[arg-type]
    sent_at = row["sent_at"]
    cells = [
        Cell(name, name.casefold()),
        Cell(day(sent_at), sent_at.timestamp()),  # type: ignore[arg-type,attr-defined]
        Cell(count(row["delivered"]), row["delivered"]),  # type: ignore[arg-type]
    ]
    for rate, top in most.items():
        value, low, high = (row[rate + end] for end in ("", "_low", "_high"))
        if value is None:
            cells.append(Cell(percent(None)))
        else:
            bar = tuple(min(float(v) / top, 1.0) for v in (value, low, high))  # type: ignore[arg-type]
            cells.append(Cell(percent(value), value, bar))  # type: ignore[arg-type]
    return cells
