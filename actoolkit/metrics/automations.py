"""Automations: who entered, who is inside, who came to the end, and how long it took."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import narwhals.stable.v2 as nw
import polars as pl

from actoolkit.errors import InvalidArgument
from actoolkit.metrics.arguments import is_whole
from actoolkit.metrics.eager import collected, handed_back, rated
from actoolkit.metrics.frames import Schema, opened
from actoolkit.metrics.survival import kaplan_meier

_READ: Schema = {
    "contact_id": "key",
    "automation_id": "key",
    "added_at": "moment",
    "removed_at": "moment",
    "completed": "flag",
}
_FUNNEL: Schema = {
    "automation_id": "text",
    "entries": "count",
    "contacts": "count",
    "reentries": "count",
    "active": "count",
    "ended": "count",
    "completed": "count",
    "mature_entries": "count",
    "mature_completed": "count",
    "completion_rate": "rate",
    "completion_rate_low": "rate",
    "completion_rate_high": "rate",
    "median_days": "count",
    "undated": "count",
}
_PLACES: Schema = {"steps_done": "count", "last_block_id": "key"}
_PROGRESS: Schema = {
    "entries": "count",
    "active": "count",
    "ended": "count",
    "entry_share": "rate",
}
_MICROSECONDS = 86_400_000_000
_HALF = 0.5 + 1e-9
"""A share is a product of fractions, which may end a hair above the half that it is."""


def automation_funnel(
    contact_automations: Any,
    *,
    until: datetime,
    mature_days: int = 30,
    confidence: float = 0.95,
) -> Any:
    """Say how many entered each automation, are inside and came to its end, and how long it took.

    Grain: one row per automation with an entry. Who enters again makes another entry. Whether an
    entry comes to its end is known after a while only, so the rate is one of entries that are old
    enough; the time inside counts those who are still there for as long as they have been.

    The revenue that followed is `attributed_revenue` of `automation_touches`, by "automation_id".

    Args:
        contact_automations: Result of `actoolkit.load_contact_automations`.
        until: Moment of the load, with a zone; entries from it on are left out.
        mature_days: Days of 24 hours after which an entry counts for the rate.
        confidence: Coverage of the intervals.

    Returns:
        The same kind of frame, sorted by automation: ``automation_id (String)``;
        ``entries (Int64)``, ``contacts (Int64): who entered``, ``reentries: entries - contacts``;
        ``active (Int64, entries): without an exit``, ``ended``, ``completed: all steps done``;
        ``mature_entries (Int64)``, ``mature_completed``; ``completion_rate (Float64, 0..1):
        mature_completed of mature_entries``, with Wilson's interval, null without any;
        ``median_days (Int64, full days)``: after which half have left, by Kaplan and Meier; null
        where half never have; ``undated (Int64, entries): without a moment, in no other count``.

    Raises:
        InvalidArgument: ``until`` has no zone, ``mature_days`` is negative, or both lead beyond the
            calendar.
        MissingColumns: The frame lacks a column.

    Source:
        `actoolkit.metrics.explain("completion_rate")`.

    Example:
        >>> import polars as pl
        >>> from datetime import UTC, datetime
        >>> def at(day): return datetime(2026, 5, day, tzinfo=UTC)
        >>> entries = pl.DataFrame({"contact_id": ["7", "7"],
        ...     "automation_id": ["3", "3"], "added_at": [at(1), at(9)],
        ...     "removed_at": [at(4), None], "completed": [True, False]})
        >>> made = automation_funnel(entries, until=at(20), mature_days=14)
        >>> made.select("entries", "reentries", "active", "completion_rate").rows()
        [(2, 1, 1, 1.0)]
    """
    if not isinstance(until, datetime) or until.tzinfo is None or not is_whole(mature_days, 0):
        raise InvalidArgument(
            f"until={until!r}, mature_days={mature_days!r} cannot be.",
            hint="Pass a moment with a zone, such as provenance(...).fetched_at.",
        )
    try:
        end = until.astimezone(UTC)
        mature_until = end - timedelta(days=mature_days)
    except OverflowError as error:
        raise InvalidArgument(
            f"until={until!r}, mature_days={mature_days!r} leave the calendar.",
            hint="Pass the moment of the load, such as provenance(...).fetched_at, and days such "
            "as 30.",
        ) from error
    entries = opened("automation_funnel", contact_automations, _READ)
    entries = entries.filter(~nw.col("automation_id").is_null())
    all_done = nw.when(nw.col("completed").fill_null(value=False)).then(nw.lit(1))
    rows = collected(
        entries.with_columns(done=all_done.otherwise(nw.lit(0)).cast(nw.Int64)),
        {
            "automation_id": "text",
            "contact_id": "text",
            "added_at": "moment",
            "removed_at": "moment",
            "done": "count",
        },
    )
    added, removed = pl.col("added_at"), pl.col("removed_at")
    undated = rows.group_by("automation_id").agg(undated=added.is_null().sum().cast(pl.Int64))
    rows = rows.filter(added < end)
    left = (removed < end).fill_null(value=False)
    done = (pl.col("done") == 1) & left
    mature = added < mature_until
    counts = {
        "entries": pl.len(),
        "contacts": pl.col("contact_id").n_unique(),
        "active": (~left).sum(),
        "ended": left.sum(),
        "completed": done.sum(),
        "mature_entries": mature.sum(),
        "mature_completed": (mature & done).sum(),
    }
    found = rows.group_by("automation_id").agg(
        expression.cast(pl.Int64).alias(name) for name, expression in counts.items()
    )
    found = found.with_columns(reentries=pl.col("entries") - pl.col("contacts"))
    found = rated(found, "completion_rate", "mature_completed", "mature_entries", confidence)
    inside = pl.when(left).then(removed).otherwise(pl.lit(end)) - added
    times = rows.select(
        "automation_id",
        days=(inside.dt.total_microseconds() // _MICROSECONDS).clip(0),
        happened=left,
    )
    medians = [
        {"automation_id": name, "median_days": _median(times.filter(automation_id=name))}
        for name in found["automation_id"]
    ]
    table = pl.DataFrame(medians, schema={"automation_id": pl.String, "median_days": pl.Int64})
    found = undated.join(found, on="automation_id", how="left")
    found = found.join(table, on="automation_id", how="left")
    whole = [*counts, "reentries"]
    found = found.with_columns(pl.col(whole).fill_null(0)).sort("automation_id")
    return handed_back("automation_funnel", found, contact_automations, _FUNNEL)


def automation_progress(
    contact_automations: Any, *, by: Literal["steps_done", "last_block_id"] = "steps_done"
) -> Any:
    """Say how far the entries of each automation have come, or at which block they stand.

    Grain: one row per automation and number of steps done, or last block. A snapshot, not a funnel:
    who is inside goes on, and who ended early stays where they were.

    Args:
        contact_automations: Result of `actoolkit.load_contact_automations`.
        by: "steps_done", or "last_block_id": the block of the latest step, which tells where in a
            branched automation people wait or leave.

    Returns:
        The same kind of frame, sorted: ``automation_id (String)``,
        ``steps_done (Int64)`` or ``last_block_id (String): null where not known``;
        ``entries (Int64)``, ``active (Int64): without an exit``, ``ended``;
        ``entry_share (Float64, 0..1): of the automation's entries``.

    Raises:
        InvalidArgument: ``by`` is neither.
        MissingColumns: The frame lacks a column.

    Source:
        `actoolkit.metrics.explain("automation_progress")`.

    Example:
        >>> import polars as pl
        >>> entries = pl.DataFrame({"automation_id": ["3", "3"], "completed_elements": [1, 4],
        ...     "removed_at": [None, None]})
        >>> automation_progress(entries).select("steps_done", "entry_share").rows()
        [(1, 0.5), (4, 0.5)]
    """
    if by not in _PLACES:
        raise InvalidArgument(f"There is no by={by!r}.", hint=f"Use {' or '.join(_PLACES)}.")
    place = "completed_elements" if by == "steps_done" else by
    keys: Schema = {"automation_id": "key", by: _PLACES[by]}
    rows = opened(
        "automation_progress",
        contact_automations,
        {"automation_id": "key", place: _PLACES[by], "removed_at": "moment"},
    )
    rows = rows.filter(~nw.col("automation_id").is_null())
    inside = nw.col("removed_at").is_null()
    unknown = -1 if by == "steps_done" else ""
    rows = rows.select(
        "automation_id",
        nw.col(place).fill_null(unknown).alias(by),
        entries=nw.lit(1).cast(nw.Int64),
        active=nw.when(inside).then(nw.lit(1)).otherwise(nw.lit(0)).cast(nw.Int64),
    )
    sums = rows.group_by(*keys).agg(nw.col("entries").sum(), nw.col("active").sum())
    found = collected(sums, {**keys, "entries": "count", "active": "count"})
    found = found.with_columns(
        pl.when(pl.col(by) != unknown).then(pl.col(by)).alias(by),
        ended=pl.col("entries") - pl.col("active"),
        entry_share=pl.col("entries") / pl.col("entries").sum().over("automation_id"),
    ).sort(*keys, nulls_last=False)
    return handed_back("automation_progress", found, contact_automations, {**keys, **_PROGRESS})


def _median(times: pl.DataFrame) -> int | None:
    """Full days after which half have left, or None where half never have."""
    if not times.height:
        return None
    waiting = kaplan_meier(times).filter(pl.col("waiting_share") <= _HALF)
    return int(waiting["days"][0]) if waiting.height else None
