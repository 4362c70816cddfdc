"""Loads by name: which unfinished one goes on, and which is too old to."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from actoolkit.api.journal import Journal
from actoolkit.store.folder import below, prepare, writing
from actoolkit.store.manifest import Query, query_digest

FORGOTTEN = 30 * 86400.0
"""Seconds after which a load that was broken off is not kept for anybody to go on with."""


def name_generation(number: int, now: datetime) -> str:
    """Name a load so that later ones sort behind.

    Args:
        number: Of the load, counted per query.
        now: Moment at which it begins.

    Example:
        >>> name_generation(1, datetime(2026, 6, 30, 15, tzinfo=UTC))
        '000001-20260630T150000Z'
    """
    return f"{number:06d}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def number_of(name: str) -> int:
    """Number of a load by the name of any of its files; 0 when the name holds none."""
    head = name.partition("-")[0]
    return int(head) if head.isascii() and head.isdigit() else 0


def begun(generation: str) -> datetime:
    """When a load began, by its name.

    Args:
        generation: Name of the load.

    Example:
        >>> begun("000001-20260630T150000Z").isoformat()
        '2026-06-30T15:00:00+00:00'
    """
    try:
        return datetime.strptime(generation.partition("-")[2], "%Y%m%dT%H%M%S%z")
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def open_journal(
    folder: Path,
    table: str,
    query: Query,
    generation: str,
    *,
    now: datetime,
    max_age: timedelta | None,
    published: int | None = None,
) -> tuple[str, Journal]:
    """Open the journal of an unfinished load that is young enough, or of a new one.

    The caller holds the lock of the query. Journals that nobody will go on with are removed.

    Args:
        folder: The account's folder.
        table: Name of the table.
        query: As it travels.
        generation: Name of the load if it is a new one.
        now: Moment of the account's clock.
        max_age: How old a load may be that goes on; None begins anew.
        published: Number of the newest load of what is asked for, where the same pages fill other
            tables too, which may have been published before the load was killed.

    Returns:
        The name of the load, and its journal.

    Raises:
        StoreFull: No space or no permission to write.
    """
    place = below(prepare(folder), "journals", table, query_digest(query))
    goes_on = None
    for unfinished in Journal.generations(place):
        number, following = number_of(unfinished), number_of(generation)
        among = published is not None and published < number == following - 1
        follows = number == following or among  # none was published since
        young = max_age is not None and timedelta(0) <= now - begun(unfinished) < max_age
        if follows and young:
            goes_on = unfinished
    with writing(place):
        _forget(place.parents[1])
        for path in place.iterdir():
            if goes_on is None or not path.name.startswith(f"{goes_on}."):
                path.unlink(missing_ok=True)
    chosen = goes_on or generation
    return chosen, Journal(place, chosen)


def _forget(journals: Path) -> None:
    """Remove what broken-off loads left long ago, of queries that nobody asks any more."""
    oldest = time.time() - FORGOTTEN
    for path in journals.glob("*/*/*"):
        with suppress(FileNotFoundError):  # another process was quicker
            if path.stat().st_mtime < oldest:
                path.unlink()
