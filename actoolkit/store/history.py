"""What the source overwrites: counters and values as they were at each load, kept for good.

``<account's folder>/history/<table>/<number>-<moment>-<digest>.parquet``: one file per load that
found something changed, with the changed rows only. The name carries the file's digest. A row holds
until the next one of its key.
"""

from __future__ import annotations

import hashlib
import io
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from actoolkit.settings import Account
from actoolkit.store.folder import below, check, prepare, quarantine, replacing, sweep
from actoolkit.store.generations import number_of
from actoolkit.tables import TABLES

OBSERVED = "observed_at"

TRACKED: Mapping[str, tuple[str, ...]] = {
    "campaigns": (
        "campaign_id",
        "sends",
        "recipients",
        "hard_bounces",
        "soft_bounces",
        "opens",
        "unique_opens",
        "verified_opens",
        "verified_unique_opens",
        "clicks",
        "unique_link_clicks",
        "clickers",
        "unsubscribes",
        "forwards",
        "unique_forwards",
        "replies",
        "unique_replies",
        "social_shares",
    ),
    "lists": ("list_id", "active_subscribers", "non_deleted_subscribers"),
    "score_values": ("score_value_id", "score_id", "contact_id", "deal_id", "score_value"),
}
"""Table to the columns that are kept; the first is the key."""

log = logging.getLogger("actoolkit")


class History:
    """What was kept of one account.

    Args:
        account: Whose. Its folder is created when something is first kept.

    Raises:
        StoreUnsafe: The account's folder may not hold customers' data.
    """

    def __init__(self, account: Account) -> None:
        check(account.folder)
        self._account = account
        self.root = account.folder / "history"

    def append(self, table: str, observed_at: datetime, rows: pl.DataFrame) -> int:
        """Keep the rows of a whole load that changed since the load before.

        The caller holds the lock of the table's whole load.

        Args:
            table: One of `TRACKED`.
            observed_at: Start of the load.
            rows: All rows of the table.

        Returns:
            How many had changed.

        Raises:
            StoreFull: No space or no permission; what was kept before is untouched.
        """
        columns = TRACKED[table]
        known = self.read(table)
        last = known.unique(columns[0], keep="last", maintain_order=True).drop(OBSERVED)
        now = rows.select(columns).filter(pl.col(columns[0]).is_not_null())
        changed = now.join(last, on=columns, how="anti", nulls_equal=True, maintain_order="left")
        if not changed.height:
            return 0
        moment = pl.lit(observed_at.astimezone(UTC), pl.Datetime("us", "UTC")).alias(OBSERVED)
        place = below(prepare(self._account.folder), "history", table)
        sweep(place)
        number = 1 + max((number_of(path.name) for path in place.iterdir()), default=0)
        write(place, f"{number:06d}-{observed_at:%Y%m%dT%H%M%SZ}", changed.select(moment, *columns))
        return changed.height

    def read(self, table: str) -> pl.DataFrame:
        """Read what was kept of a table, in the order of the loads.

        Args:
            table: One of `TRACKED`.

        Returns:
            ``observed_at`` and the columns of `TRACKED`. A damaged file is put aside with a
            warning: what it held cannot be had again.
        """
        frames = [schema_of(table)]
        for path in self.files(table):
            frame = sound(path)
            if frame is None:
                log.warning("%s of the history of %s is damaged; it is put aside.", path, table)
                quarantine(path)
            else:
                frames.append(frame)
        return pl.concat(frames, how="diagonal").select(OBSERVED, *TRACKED[table])

    def files(self, table: str) -> list[Path]:
        """The files of a table, in the order of the loads."""
        return sorted((self.root / table).glob("*.parquet"))


def schema_of(table: str) -> pl.DataFrame:
    """The history of a table that was never loaded.

    Args:
        table: One of `TRACKED`.
    """
    types = TABLES[table].schema
    columns = {name: types[name] for name in TRACKED[table]}
    return pl.DataFrame(schema={OBSERVED: pl.Datetime("us", "UTC"), **columns})


def write(place: Path, name: str, frame: pl.DataFrame) -> Path:
    """Write a file whose name carries its digest.

    Args:
        place: A private folder.
        name: What it begins with.
        frame: What it holds.
    """
    content = io.BytesIO()
    frame.write_parquet(content, compression="zstd")
    digest = hashlib.sha256(content.getbuffer()).hexdigest()[:32]
    path = place / f"{name}-{digest}.parquet"
    with replacing(path) as file:
        file.write(content.getbuffer())
    return path


def sound(path: Path) -> pl.DataFrame | None:
    """Read a file whose name carries its digest; None when a bit of it is not as written.

    Args:
        path: From `write`.
    """
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest()[:32] != path.stem.rpartition("-")[2]:
        return None
    return pl.read_parquet(content)
