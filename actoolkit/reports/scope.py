"""What a report is limited to: lists, one automation, one currency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from actoolkit.charts.names import display_name
from actoolkit.errors import InvalidArgument
from actoolkit.reports.material import Material
from actoolkit.reports.people import People

_TOLD = 6
"""Names that a refusal lists."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a report is limited to.

    Args:
        lists: Ids or names of lists.
        automation: Id or name of an automation.
        currency: Code of a currency.
    """

    lists: Sequence[str] = ()
    automation: str | None = None
    currency: str | None = None

    def words(self, material: Material) -> str:
        """Say the limits, or "".

        Args:
            material: Tables of the account.
        """
        parts = []
        if self.lists:
            parts.append(", ".join(self._lists(material).values()))
        if self.automation is not None:
            parts.append(", ".join(self._automations(material).values()))
        if self.currency is not None:
            parts.append(self._currency())
        return " · ".join(parts)

    def people(self, material: Material) -> People | None:
        """Give whose contacts and orders count; None where they are all of the account's.

        Args:
            material: Tables of the account.
        """
        if not self.lists and self.automation is None:
            return None
        return People(
            lists=self._lists(material) if self.lists else {},
            automations=self._automations(material) if self.automation is not None else {},
        )

    def applied(self, material: Material) -> Material:
        """Keep the rows that the limits allow.

        Mails are those to the lists, or of the automation. Contacts, entries and orders are those
        of the people on the lists, or who entered it; of all where the tables do not tell who
        that is.

        Args:
            material: Tables of the account.

        Raises:
            InvalidArgument: The account has no such list, automation or currency.
        """
        people = self.people(material)
        frames = dict(material.frames)
        if self.currency is not None and "ecom_orders" in frames:
            frames["ecom_orders"] = self._of_currency(frames["ecom_orders"])
        material = replace(material, frames=frames)
        if people is None:
            return material
        whole = material
        if not people.why_unknown(material):
            material = people.only(material)
        frames = dict(material.frames)
        if self.lists:
            wanted = list(self._lists(material))
            for table in ("campaign_lists", "contact_lists", "lists"):
                if table in frames:
                    frames[table] = frames[table].filter(pl.col("list_id").is_in(wanted))
            links = frames.get("campaign_lists")
            sent: list[str] = [] if links is None else links["campaign_id"].to_list()
            frames["campaigns"] = frames["campaigns"].filter(pl.col("campaign_id").is_in(sent))
        if self.automation is not None:
            chosen = list(self._automations(material))
            for table in ("campaigns", "contact_automations"):
                if table in frames:
                    frames[table] = frames[table].filter(pl.col("automation_id").is_in(chosen))
        return replace(material, frames=frames, whole=whole)

    def _of_currency(self, orders: pl.DataFrame) -> pl.DataFrame:
        codes = orders["currency"].drop_nulls().unique().sort().to_list()
        if self._currency() not in codes:
            raise InvalidArgument(
                f"No order is in {display_name(self.currency)}.",
                hint=f"Orders are in {', '.join(map(display_name, codes)) or 'none'}.",
            )
        return orders.filter(pl.col("currency") == self._currency())

    def _currency(self) -> str:
        return (self.currency or "").strip().upper()

    def _lists(self, material: Material) -> dict[str, str]:
        found: dict[str, str] = {}
        for wanted in self.lists:
            found |= _named(material, "lists", "list_id", wanted, kind="list")
        return found

    def _automations(self, material: Material) -> dict[str, str]:
        return _named(
            material, "automations", "automation_id", self.automation or "", kind="automation"
        )


def _named(material: Material, table: str, key: str, wanted: str, *, kind: str) -> dict[str, str]:
    """Give the rows of an id, or of a name, whichever fits: name by id."""
    if not material.has(table):
        raise InvalidArgument(
            f"The account's {kind}s cannot be told apart. {material.why_not(table)}".strip(),
            hint=f"Leave the {kind} out.",
        )
    rows = material.frames[table].select(key, "name").rows()
    for index in (0, 1):
        found = {row[0]: display_name(row[1]) for row in rows if row[index] == wanted}
        if found:
            return found
    known = ", ".join(f"“{display_name(name)}”" for _, name in rows[:_TOLD])
    more = f" and {len(rows) - _TOLD} more" if len(rows) > _TOLD else ""
    raise InvalidArgument(
        f"There is no {kind} “{display_name(wanted)}”.", hint=f"There are {known or 'none'}{more}."
    )
