"""Whose contacts, entries and orders a report counts that is limited to lists or an automation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import narwhals.stable.v2 as nw
import polars as pl

from actoolkit.charts.formats import count
from actoolkit.metrics.orders import address
from actoolkit.reports.material import Material, spoken

_ORDER_IDS = ("order_id", "ecom_order_id")
"""Columns by which what hangs on an order names it."""


@dataclass(frozen=True, slots=True)
class People:
    """The contacts who are or were on lists, or entered an automation, or both.

    Args:
        lists: Names of lists by their ids; none does not limit.
        automations: Names of automations by their ids; none does not limit.
    """

    lists: Mapping[str, str] = field(default_factory=dict)
    automations: Mapping[str, str] = field(default_factory=dict)

    @property
    def tables(self) -> tuple[str, ...]:
        """What tells who they are and what they ordered."""
        return (
            *(("contact_lists",) if self.lists else ()),
            *(("contact_automations",) if self.automations else ()),
            "contacts",
        )

    def why_unknown(self, material: Material) -> str:
        """Say why nothing tells who they are, or "".

        Args:
            material: Tables of the account.
        """
        gaps = [table for table in self.tables if not material.has(table)]
        if gaps:
            names = " and ".join(spoken(table).lower() for table in gaps)
            return f"{names} are not loaded. {material.why_not(*gaps)}".strip()
        contacts = material.frames["contacts"]
        if len(contacts) and ("email" not in contacts.columns or not contacts["email"].count()):
            return "the addresses of contacts are withheld."
        return ""

    def ids(self, material: Material) -> pl.Series:
        """Give the contacts.

        Args:
            material: Tables of the account that tell them.
        """
        found = material.frames["contacts"].select("contact_id").drop_nulls().unique()
        if self.lists:
            members = material.frames["contact_lists"]
            on_it = pl.col("list_id").is_in(list(self.lists))
            confirmed = pl.col("status").ne_missing("unconfirmed")
            found = found.join(members.filter(on_it, confirmed), on="contact_id", how="semi")
        if self.automations:
            entries = material.frames["contact_automations"]
            entered = entries.filter(pl.col("automation_id").is_in(list(self.automations)))
            found = found.join(entered, on="contact_id", how="semi")
        return found["contact_id"].sort()

    def only(self, material: Material) -> Material:
        """Keep what is theirs: by contact, by the address of an order, by its order.

        Args:
            material: Tables of the account that tell who they are.
        """
        ids = self.ids(material).implode()
        mine = pl.col("contact_id").is_in(ids)
        contacts = material.frames["contacts"].filter(mine)
        addresses = _addressed(contacts).select("_address").drop_nulls()
        frames = dict(material.frames)
        for table, frame in frames.items():
            if "contact_id" in frame.columns:
                frames[table] = frame.filter(mine)
            elif table.startswith("ecom_") and "email" in frame.columns:
                kept = _addressed(frame).join(addresses, on="_address", how="semi")
                frames[table] = kept.drop("_address")
        if "ecom_orders" in frames:
            orders = frames["ecom_orders"]["order_id"].drop_nulls().implode()
            for table, frame in frames.items():
                named = [name for name in _ORDER_IDS if name in frame.columns]
                if named and table != "ecom_orders":
                    frames[table] = frame.filter(pl.coalesce(named).is_in(orders))
        return replace(material, frames=frames)

    def words(self, material: Material) -> str:
        """Say whose orders a report counts.

        Args:
            material: All tables of the account.
        """
        why = self.why_unknown(material)
        if why:
            return f"Orders are those of the whole shop: {why}"
        did, came = [], []
        if self.lists:
            did.append(f"are or were on {_one_of(self.lists, 'lists')}")
            came.append("joined")
        if self.automations:
            did.append(f"entered {_one_of(self.automations, 'automations')}")
            came.append("entered")
        who = f"the {count(len(self.ids(material)))} who {' and '.join(did)}"
        if not material.has("ecom_orders"):
            return f"Contacts are {who}."
        return (
            f"Contacts and orders are those of {who}, orders also from before they "
            f"{' or '.join(came)}. Who {' or '.join(came)} lately had fewer orders before: a rise "
            "may be that alone."
        )


def _one_of(names: Mapping[str, str], kind: str) -> str:
    return f"“{next(iter(names.values()))}”" if len(names) == 1 else f"one of these {kind}"


def _addressed(frame: pl.DataFrame) -> pl.DataFrame:
    """Add addresses as metrics compare them."""
    return nw.from_native(frame).with_columns(_address=address("email")).to_native()
