"""The numbers at the top of a report about automations."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from typing import Any

import polars as pl

from actoolkit import metrics
from actoolkit.charts.formats import count
from actoolkit.reports.automations import MATURE_DAYS, entries_within
from actoolkit.reports.document import Kpi
from actoolkit.reports.kpis import rate_tile, with_change
from actoolkit.reports.material import Material
from actoolkit.reports.period import Period


def automation_kpis(material: Material, period: Period) -> list[Kpi]:
    """Build the tiles: entries, contacts, who is still inside, and who came to the end.

    Args:
        material: Tables of the account.
        period: Days of the entries; as many days before them are the comparison.
    """
    if not material.has("contact_automations"):
        return []
    now, before = (_pooled(material, part) for part in (period, period.before))
    if not now:
        return []
    entries, contacts = (
        Kpi("Entries", count(now["entries"])),
        Kpi("Contacts", count(now["contacts"])),
    )
    inside = Kpi("Still inside", count(now["active"]), note="of these entries")
    ended = rate_tile(
        "completion_rate",
        "Came to the end",
        now,
        before,
        more_is_better=True,
        basis=f"of {count(now['mature_entries'])} that began {MATURE_DAYS} days ago or earlier",
    )
    return [
        with_change(
            replace(entries, note="into automations"), now["entries"], before.get("entries")
        ),
        with_change(replace(contacts, note="who entered"), now["contacts"], before.get("contacts")),
        inside,
        ended,
    ]


def _pooled(material: Material, period: Period) -> dict[str, Any]:
    """Sum up the entries into all automations."""
    entries = entries_within(material, period).with_columns(automation_id=pl.lit("all"))
    if entries.is_empty():
        return {}
    funnel: pl.DataFrame = metrics.automation_funnel(
        entries, until=material.as_of.astimezone(UTC), mature_days=MATURE_DAYS
    )
    return funnel.row(0, named=True)
