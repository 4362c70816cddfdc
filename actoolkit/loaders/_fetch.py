"""One walk over the wire, published: the rows of a query, and those that ride along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import polars as pl

from actoolkit.api.endpoints import ENDPOINTS, Endpoint
from actoolkit.api.paging import Outcome
from actoolkit.api.reader import Reader
from actoolkit.errors import DecodeError, IncompleteLoad
from actoolkit.loaders.progress import Task
from actoolkit.settings import Account
from actoolkit.store import Facts, Manifest, Query, Snapshots, open_journal
from actoolkit.store.generations import begun
from actoolkit.tables import TABLES, Decoder, Table

LIMIT = "limit"
"""Key of a query that asks for the first rows only."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to load.

    Args:
        name: Of the endpoint, which is the table's.
        filters: Keywords of the endpoint's filters.
        limit: First rows only, or None.
    """

    name: str
    filters: Mapping[str, object] = field(default_factory=dict)
    limit: int | None = None

    @property
    def endpoint(self) -> Endpoint:
        """Whose rows these are."""
        return ENDPOINTS[self.name]

    @property
    def walked(self) -> Endpoint:
        """Whose pages bring them: its own, or those that its rows ride on."""
        return ENDPOINTS[self.endpoint.rides_on or self.name]

    @property
    def table(self) -> Table:
        """Their shape."""
        return TABLES[self.endpoint.table]

    @property
    def params(self) -> dict[str, str | tuple[str, ...]]:
        """The filters as they travel."""
        return self.walked.query(**self.filters)

    @property
    def query(self) -> Query:
        """What names the stored rows."""
        limited = {} if self.limit is None else {LIMIT: str(self.limit)}
        return dict(sorted({**self.params, **limited}.items()))


def fetch(
    account: Account,
    request: Request,
    snapshots: Snapshots,
    task: Task,
    *,
    max_age: timedelta | None,
) -> tuple[Manifest, pl.DataFrame]:
    """Load a query from the account and publish it; the caller holds its lock.

    Args:
        account: Whom to read.
        request: What to load.
        snapshots: Where to publish.
        task: Whom to tell.
        max_age: How old an unfinished load may be that goes on; None begins anew.

    Returns:
        The manifest and rows of the table that was asked for.

    Raises:
        ApiError: As the reader.
        IncompleteLoad: Rows are missing.
        DecodeError: A row is not an object.
        StoreFull: No space or no permission to write.
    """
    now = account.now()
    generation, journal = open_journal(
        account.folder,
        request.walked.name,
        request.query,
        max(
            snapshots.next_generation(table, request.query, now)
            for table in (request.table, TABLES[request.walked.table])
        ),
        now=now,
        max_age=max_age,
    )
    with journal, Reader(account, on_wait=task.waiting) as reader:
        walk = reader.walk(
            request.walked, request.params, page_size=_page_size(request), journal=journal
        )
        rows = _Rows(request)
        try:
            for page in walk:
                rows.add(page.rows, page.side_loads, page.keys)
                outcome = walk.outcome
                task.update(rows=outcome.rows, total=outcome.vendor_total, requests=reader.requests)
                if rows.enough:
                    break
            frames = rows.finish(walk.outcome)
        except (IncompleteLoad, DecodeError):
            journal.drop()  # its answers contradict each other: do not go on from them
            raise
        published: dict[str, tuple[Manifest, pl.DataFrame]] = {}
        for table, decoder, frame in frames:
            facts = Facts(
                endpoint=request.walked.path,
                generation=generation,
                fetched_at=begun(generation),
                server_at=reader.server_at,
                vendor_total=walk.outcome.vendor_total if table is rows.own else None,
                certainty="unverified" if rows.enough else walk.outcome.certainty,
                unknown_fields=decoder.unknown,
                rescued_values=decoder.rescued,
                requests=walk.outcome.requests,
            )
            published[table.name] = snapshots.publish(table, request.query, frame, facts), frame
        journal.drop()
    return published[request.table.name]


class _Rows:
    """Rows of a walk on their way into frames.

    Args:
        request: What is loaded. A load of the first rows stores nothing but these.
    """

    def __init__(self, request: Request) -> None:
        self.enough = False
        self.own = TABLES[request.walked.table]
        self._limit = request.limit
        self._wanted = request.table
        self._keys: set[str] = set()
        riders = [one for one in ENDPOINTS.values() if one.rides_on == request.walked.name]
        if request.limit is not None:
            riders = [one for one in riders if one.table == request.table.name]
        self._riders = {one.side_loads[0]: Decoder(TABLES[one.table]) for one in riders}
        self._decoder = Decoder(self.own)

    def add(
        self,
        rows: Sequence[Mapping[str, object]],
        side_loads: Mapping[str, Sequence[Mapping[str, object]]],
        keys: Sequence[str],
    ) -> None:
        """Take a page."""
        self._decoder.add(rows)
        for name, decoder in self._riders.items():
            decoder.add(side_loads.get(name, ()))
        if self._limit is not None:
            self._keys.update(keys)
            wanted = [one for one in self._riders.values() if one.table is self._wanted]
            self.enough = (wanted[0].rows if wanted else len(self._keys)) >= self._limit

    def finish(self, outcome: Outcome) -> list[tuple[Table, Decoder, pl.DataFrame]]:
        """The frames: each row once, in the order of its key.

        Raises:
            IncompleteLoad: The walk saw more rows than there are now.
        """
        finished = []
        for decoder in (self._decoder, *self._riders.values()):
            frame = _once(decoder.table, decoder.finish().frame)
            if decoder is self._decoder and frame.height < outcome.rows:
                raise IncompleteLoad(
                    f"{self.own.name}: {outcome.rows} rows came, {frame.height} are left.",
                    endpoint=self.own.name,
                    hint="This is a bug of actoolkit: please report it.",
                )
            if self._limit is not None and decoder.table is not self._wanted:
                continue
            kept = frame if self._limit is None else frame.head(self._limit)
            finished.append((decoder.table, decoder, _ordered(decoder.table, kept)))
        return finished


def _once(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """Each row once: the last one that came of each key, in the place of its first."""
    if table.key is None:
        return frame.unique(maintain_order=True)
    keyless = frame[table.key].is_null()
    if keyless.any():
        named = frame.filter(~keyless).unique(table.key, keep="last", maintain_order=True)
        return pl.concat([named, frame.filter(keyless)])
    return frame.unique(table.key, keep="last", maintain_order=True)


def _ordered(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """In the order of the key, numbers by their value, however the API ordered them."""
    if table.key is None:
        return frame
    key = pl.col(table.key)
    return frame.sort(key.str.len_chars(), key, nulls_last=True, maintain_order=True)


def _page_size(request: Request) -> int | None:
    if request.limit is None:
        return None
    return max(2, min(request.walked.page_size, request.limit))
