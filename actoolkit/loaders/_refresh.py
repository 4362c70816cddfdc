"""Loading again only what changed, where the API can say what did."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import polars as pl

from actoolkit.api.journal import Journal
from actoolkit.api.page import Page
from actoolkit.api.paging import Certainty
from actoolkit.api.reader import Reader
from actoolkit.errors import IncompleteLoad, RequestRejected, SnapshotMissing
from actoolkit.loaders._cost import count_rows
from actoolkit.loaders._ordered import by_key
from actoolkit.loaders._request import Request
from actoolkit.loaders._rows import Rows
from actoolkit.loaders.progress import Task
from actoolkit.store import Manifest, Snapshots

OVERLAP = timedelta(hours=37)
"""How far a refresh looks back behind the last change it knows: enough for a filter that leaves
out the whole day it is given, in any zone, and for clocks that are hours apart."""
WORTH = 0.5
"""Share of the rows above which asking for all of them is no dearer."""


@dataclass(frozen=True, slots=True)
class Renewed:
    """A table brought up to date.

    Args:
        frame: All of its rows.
        certainty: How sure it is.
        vendor_total: Rows that the API says there are.
        requests: Answers that it took.
        whole_at: Start of the last load of every row.
        unknown: Unknown fields, as in the manifest.
        rescued: Values that did not fit, as in the manifest.
        notes: What is to be told.
    """

    frame: pl.DataFrame
    certainty: Certainty
    vendor_total: int | None
    requests: int
    whole_at: datetime
    unknown: Mapping[str, int]
    rescued: Mapping[str, int]
    notes: tuple[str, ...]


@dataclass(slots=True)
class Refresh:
    """One refresh under way.

    Args:
        request: What is loaded.
        base: The load that is brought up to date.
        old: Its rows.
        reader: Of the account.
        journal: Of this load.
        task: Whom to tell.
        total: Rows that the API says there are, asked for before the changed ones.
    """

    request: Request
    base: Manifest
    old: pl.DataFrame
    reader: Reader
    journal: Journal
    task: Task
    total: int | None = None

    def pages(self, **filters: object) -> Iterator[Page]:
        """Walk what a filter gives, and tell how far it is."""
        endpoint = self.request.walked
        query = {**self.request.params, **endpoint.query(**filters)}
        walk = self.reader.walk(endpoint, query, journal=self.journal)
        for page in walk:
            yield page
            seen = walk.outcome
            self.task.update(rows=seen.rows, total=seen.vendor_total, requests=self.reader.requests)
        if walk.outcome.certainty == "unverified":
            raise IncompleteLoad("The changed rows would not hold still.", hint="Run it again.")

    def latest(self, *columns: str) -> datetime | None:
        """The last moment known to the rows, or the load's own where that is earlier."""
        moment = self.old.select(pl.coalesce(columns).max()).item()
        began = self.base.server_at or self.base.fetched_at
        return min(moment, began) if isinstance(moment, datetime) else None


def renew(
    request: Request, snapshots: Snapshots, reader: Reader, journal: Journal, task: Task
) -> Renewed | None:
    """Bring a whole table up to date by what changed since its last load.

    Args:
        request: What is loaded.
        snapshots: Where the last load is.
        reader: Of the account.
        journal: Of this load.
        task: Whom to tell.

    Returns:
        None where every row has to be loaded: there is no sound load before, the API cannot say
        what changed, or what it says does not add up.

    Raises:
        ApiError: As the reader.
        StoreFull: No space for the journal.
    """
    strategy = STRATEGIES.get(request.name)
    plain = not (request.filters or request.limit or request.order_by or request.parents)
    if strategy is None or not plain:
        return None
    base = snapshots.find(request.table, request.query)
    if base is None or base.stale or base.whole_at is None:
        return None
    try:
        old = snapshots.read(base)
    except SnapshotMissing:
        return None
    refresh = Refresh(request, base, old, reader, journal, task)
    rows = Rows(request)
    try:
        since = strategy(refresh, rows)
    except (IncompleteLoad, RequestRejected):  # it knows no such filter, or would not hold still
        since = None
    return None if since is None else _merge(refresh, rows, since)


def _by_update(refresh: Refresh, rows: Rows) -> str | None:
    """Ask for the rows updated since the last change that is known."""
    latest = refresh.latest("updated_at", "created_at")
    if latest is None:
        return None
    refresh.total = count_rows(refresh.request, refresh.reader)
    since = latest - OVERLAP
    _take(rows, refresh.pages(updated_after=since))
    return f"changed since {since:%Y-%m-%d}"


def _by_addition(refresh: Refresh, rows: Rows) -> str | None:
    """Ask for the rows added since the oldest one that had not ended, or the newest known."""
    going_on = refresh.old.filter(pl.col("status").ne_missing("ended"))
    moments = (refresh.latest("added_at"), going_on["added_at"].min())
    known = [one for one in moments if isinstance(one, datetime)]
    if not known:
        return None
    since = (min(known) - OVERLAP).date()
    if (
        refresh.old.filter(pl.col("added_at").dt.date() >= since).height
        > WORTH * refresh.old.height
    ):
        return None
    refresh.total = count_rows(refresh.request, refresh.reader)
    _take(rows, refresh.pages(added_from=since))
    return f"added since {since:%Y-%m-%d}"


def _newest_first(refresh: Refresh, rows: Rows) -> str | None:
    """Read from the newest row on until a page of known ones, while ids fall from row to row."""
    numbers = refresh.old[str(refresh.request.table.key)].cast(pl.Int64, strict=False)
    known = numbers.max()
    if not isinstance(known, int) or numbers.has_nulls():
        return None  # nothing yet, or a key that is no number: neither has a newest
    before: list[int] = []
    for page in refresh.pages():
        ids = page.numbers
        falling = ids is not None and all(a > b for a, b in pairwise(ids))
        if not ids or not falling or (before and ids[0] < before[-1]):
            return None  # another order, or a gap
        rows.add(page.rows, page.side_loads, page.keys)
        refresh.total = page.total
        before = ids
        if ids[0] <= known or (ids[-1] <= known and len(ids) > 1):
            return "newer than the newest one known"
    return None


STRATEGIES: Mapping[str, Callable[[Refresh, Rows], str | None]] = {
    "contacts": _by_update,
    "contact_automations": _by_addition,
    "email_activities": _newest_first,
}
"""Table to how its changed rows are found; gives what they are, or None when it cannot."""


def _take(rows: Rows, pages: Iterator[Page]) -> None:
    for page in pages:
        rows.add(page.rows, page.side_loads, page.keys)


def _merge(refresh: Refresh, rows: Rows, what: str) -> Renewed | None:
    """Put the changed rows in place of the old ones, and see whether the count agrees."""
    table, base, total = refresh.request.table, refresh.base, refresh.total
    decoder, ordered = next(one for one in rows.finish(rows.count) if one[0].table is rows.own)
    new = ordered.frame()
    if total is None or not new.height:
        return None  # the row of the last change itself should have come
    key = str(table.key)
    merged = by_key(table, pl.concat([refresh.old.join(new, on=key, how="anti"), new]))
    if merged.height > total:  # born since it was counted?
        total = count_rows(refresh.request, refresh.reader)
    if total is None or merged.height < total or base.whole_at is None:
        return None
    gone = merged.height - total
    notes = [f"{new.height:,} rows {what}, the others as of {base.whole_at:%Y-%m-%d}"]
    if gone:
        notes.append(
            f"{gone:,} rows that were deleted at the source are still here: "
            "reconcile=True removes them"
        )
    return Renewed(
        frame=merged,
        certainty="unverified" if gone else "converged",
        vendor_total=total,
        requests=refresh.reader.requests,
        whole_at=base.whole_at,
        unknown=_most(base.unknown_fields, decoder.unknown),
        rescued=_most(base.rescued_values, decoder.rescued),
        notes=tuple(notes),
    )


def _most(old: Mapping[str, int], new: Mapping[str, int]) -> dict[str, int]:
    return {name: max(old.get(name, 0), new.get(name, 0)) for name in sorted({*old, *new})}
