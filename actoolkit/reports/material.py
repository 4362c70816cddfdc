"""What a report is made from: the tables of an account, with what is known about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from actoolkit import loaders
from actoolkit.charts.formats import moment
from actoolkit.errors import NotAvailable, ReportError
from actoolkit.reports.document import Source
from actoolkit.settings import Account
from actoolkit.store import Manifest

TABLES = (
    "campaigns",
    "campaign_lists",
    "lists",
    "contact_lists",
    "contacts",
    "ecom_orders",
)
"""Tables of the overview, in the order of loading; the account's user comes first."""

SANDBOX = "Synthetic account"

SPOKEN = {
    "campaign_lists": "Lists of campaigns",
    "contact_lists": "List memberships",
    "ecom_orders": "Orders",
    "contact_automations": "Entries into automations",
    "user": "User",
}
"""What people call tables that have another name in the code."""

CERTAINTY = {
    "proven": "complete (proven)",
    "converged": "complete (two passes agreed)",
    "unverified": "not verified",
}


@dataclass(frozen=True)
class Material:
    """Tables and what is known about them.

    Args:
        account: Host of the account.
        zone: Name of its time zone.
        frames: Frame by table.
        manifests: Manifest by table.
        missing: Why a table is not there, by table.
        minor_units: Decimals of currencies that have no hundredths.
        whole: The tables of all lists, automations and people, where these are of some only.
    """

    account: str
    zone: str
    frames: Mapping[str, pl.DataFrame]
    manifests: Mapping[str, Manifest]
    missing: Mapping[str, str]
    minor_units: Mapping[str, int]
    whole: Material | None = None

    @property
    def as_of(self) -> datetime:
        """Moment of the data: of the table that was fetched first, in the account's zone."""
        moments = [loaders.moment_of(manifest) for manifest in self.manifests.values()]
        if not moments:
            raise ReportError("No table could be loaded.", hint="Run: actoolkit doctor")
        return min(moments).astimezone(ZoneInfo(self.zone))

    @property
    def today(self) -> date:
        """Day of the data in the account's zone."""
        return self.as_of.date()

    def has(self, *tables: str) -> bool:
        """Say whether all of these tables could be loaded.

        Args:
            *tables: Names.
        """
        return all(table in self.frames for table in tables)

    def why_not(self, *tables: str) -> str:
        """Give the first reason why one of these tables is not there.

        Args:
            *tables: Names.
        """
        return next((self.missing[table] for table in tables if table in self.missing), "")

    def sources(self) -> list[Source]:
        """Give where each table came from, as people read it."""
        return [
            Source(
                table=spoken(table),
                rows=manifest.rows,
                certainty=CERTAINTY.get(manifest.certainty, manifest.certainty),
                as_of=moment(loaders.moment_of(manifest).astimezone(ZoneInfo(self.zone))),
            )
            for table, manifest in self.manifests.items()
        ]


def spoken(table: str) -> str:
    """Give what people call a table.

    Args:
        table: Its name.

    Example:
        >>> spoken("ecom_orders"), spoken("campaigns")
        ('Orders', 'Campaigns')
    """
    return SPOKEN.get(table, table.replace("_", " ").capitalize())


def gather(
    account: Account, *, progress: bool | None, refresh: bool, extra: Sequence[str] = ()
) -> Material:
    """Load what reports need; a table that the plan lacks becomes a sentence.

    Args:
        account: Whose tables.
        progress: Whether to show progress; None decides by the terminal.
        refresh: Load again, whatever is remembered.
        extra: Further tables.
    """
    frames: dict[str, pl.DataFrame] = {}
    manifests: dict[str, Manifest] = {}
    missing: dict[str, str] = {}
    names = ("user", *TABLES, *extra)
    with loaders.progress_display(progress=progress, steps=len(names)) as display:
        for number, table in enumerate(names, 1):
            load: Callable[..., Any] = getattr(loaders, f"load_{table}")
            try:
                frames[table] = load(account=account, frame="polars", refresh=refresh)
                manifests[table] = loaders.provenance(table, account=account)
            except NotAvailable as error:
                missing[table] = error.message
            display.step(f"{number} of {len(names)}")
    user = frames.pop("user", None)
    manifests.pop("user", None)
    return Material(
        account=f"{SANDBOX} ({account.identity})" if account.identity else account.host,
        zone=loaders.zone_of(user).key,
        frames=frames,
        manifests=manifests,
        missing=missing,
        minor_units=account.minor_units,
    )
