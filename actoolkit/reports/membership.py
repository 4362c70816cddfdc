"""Which campaigns belong to which choice of period, type and list."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from actoolkit.charts.names import TYPES, display_name
from actoolkit.reports.blocks import Control, Option
from actoolkit.reports.material import Material
from actoolkit.reports.period import Period

CONTROLS = ("period", "type", "list")
MOST_LISTS = 8


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
        """Give the controls; one whose choices are all alike is not shown."""
        belongs = self.by_campaign().values()
        one_type = len(self.types()) == 1 and all(len(kept["type"]) > 1 for kept in belongs)
        one_list = len(self.lists()) == 1 and all(len(kept["list"]) > 1 for kept in belongs)
        types = [Option("all", "All types")]
        types += [Option(_plain(t), TYPES.get(t, display_name(t))) for t in self.types()]
        lists = [Option("all", "All lists")] + [Option(i, name) for i, name in self.lists().items()]
        return [
            Control("period", "Period", self.period.options()),
            Control("type", "Type", types, alike=one_type),
            Control("list", "List", lists, alike=one_list),
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
