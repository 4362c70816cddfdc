"""One load over the wire, published: the rows of a query, and those that ride along."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from actoolkit.api.reader import Reader
from actoolkit.errors import DecodeError, IncompleteLoad, NotAvailable
from actoolkit.loaders._read import read
from actoolkit.loaders._refresh import renew
from actoolkit.loaders._request import Request
from actoolkit.loaders._rows import Rows, misfits
from actoolkit.loaders.progress import Task
from actoolkit.settings import Account
from actoolkit.store import Facts, Manifest, Snapshots, open_journal
from actoolkit.store.generations import begun
from actoolkit.store.history import TRACKED, History
from actoolkit.tables import TABLES

UNDOCUMENTED = "undocumented: the vendor's reference leaves it out, maintained clients use it"
UNCOUNTED = "the API gives no total here: an answer that was cut short would pass for the whole"
INSTEAD = {
    "contact_lists": "Pass contact_ids= to read the documented route of each contact.",
    "contact_tags": "Pass contact_ids= to read the tags of each contact.",
    "campaign_lists": "Go on without it: which list a campaign went to is not known here.",
    "campaign_messages": "Go on without it: load_campaigns has the sums over all variants.",
}
"""What to do where an undocumented collection is not there."""


def fetch(
    account: Account,
    request: Request,
    snapshots: Snapshots,
    task: Task,
    *,
    max_age: timedelta | None,
    reconcile: bool = False,
) -> tuple[Manifest, pl.DataFrame | None]:
    """Load a query from the account and publish it; the caller holds its lock.

    Args:
        account: Whom to read.
        request: What to load.
        snapshots: Where to publish.
        task: Whom to tell.
        max_age: How old an unfinished load may be that goes on; None begins anew.
        reconcile: Load every row, also where the API can say what changed.

    Returns:
        The manifest of the table that was asked for, and its rows; None in their place where they
        are many: they are in the snapshot.

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
        published=snapshots.last_number(request.table, request.query),
    )
    with journal, Reader(account, on_wait=task.waiting) as reader:
        renewed = None if reconcile else renew(request, snapshots, reader, journal, task)
        if renewed is not None:
            facts = Facts(
                endpoint=request.walked.path,
                generation=generation,
                fetched_at=begun(generation),
                server_at=_server_began(account, reader, generation),
                vendor_total=renewed.vendor_total,
                certainty=renewed.certainty,
                unknown_fields=renewed.unknown,
                rescued_values=renewed.rescued,
                requests=renewed.requests,
                notes=renewed.notes,
                whole_at=renewed.whole_at,
            )
            manifest = snapshots.publish(request.table, request.query, renewed.frame, facts)
            journal.drop()
            return manifest, renewed.frame
        rows = Rows(request, counting=request.parents is not None)
        try:
            outcome, notes = read(request, reader, journal, rows, task, anew=max_age is None)
            finished = rows.finish(outcome.rows)
        except (IncompleteLoad, DecodeError):
            journal.drop()  # its answers contradict each other: do not go on from them
            raise
        except NotAvailable as error:
            if request.endpoint.documented:
                raise
            raise NotAvailable(
                f"{error.message} The vendor's reference leaves it out.",
                endpoint=error.endpoint,
                status=error.status,
                hint=INSTEAD.get(request.table.name, error.hint),
            ) from None
        if not request.endpoint.documented:
            notes = (UNDOCUMENTED, *notes)
        if request.endpoint.total == "absent":
            notes = (*notes, UNCOUNTED)
        published: dict[str, tuple[Manifest, pl.DataFrame | None]] = {}
        for decoder, ordered in finished:
            table = decoder.table
            before = snapshots.find(table, request.query)
            if before is not None and before.generation == generation:
                continue  # published before this very load was killed
            unknown, rescued = misfits(decoder, ordered)
            facts = Facts(
                endpoint=request.walked.path,
                generation=generation,
                fetched_at=begun(generation),
                server_at=_server_began(account, reader, generation),
                vendor_total=outcome.vendor_total if table is rows.own else None,
                certainty="unverified" if rows.enough else outcome.certainty,
                unknown_fields=unknown,
                rescued_values=rescued,
                requests=outcome.requests,
                notes=notes,
                whole_at=None if outcome.certainty == "unverified" else begun(generation),
            )
            tracked = table.name in TRACKED and not request.query
            frame = ordered.frame() if tracked or not ordered.long else None
            if frame is not None and tracked:
                History(account).append(table.name, facts.fetched_at, frame)
            rows_of = ordered.pieces() if frame is None else frame
            published[table.name] = snapshots.publish(table, request.query, rows_of, facts), frame
        journal.drop()
    return published[request.table.name]


def _server_began(account: Account, reader: Reader, generation: str) -> datetime | None:
    """The server's clock when the load began, by how far it is from the account's now."""
    if reader.server_at is None:
        return None
    return begun(generation) + (reader.server_at - account.now().replace(microsecond=0))
