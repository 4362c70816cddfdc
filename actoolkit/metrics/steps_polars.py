"""The contact funnel on polars, contact by contact: any number of events in little memory.

What a contact did has nothing to do with what others did. Where events stand contact by contact, as
the functions here give them, they are gone through in stretches; nothing but the moments of those
who took the first step is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl

ROWS = 250_000
"""Events looked at in one go; those of one contact are never parted."""
_LAYOUTS = {"texts": pl.String(), "numbers": pl.Int64()}
"""Contacts come in the order of their ids as texts, or as numbers."""
_DAY = 86_400_000_000
_NEVER = np.iinfo(np.int64).min

Whole = np.ndarray[Any, np.dtype[np.int64]]


def reached_in_stretches(
    events: pl.LazyFrame, steps: Sequence[str], window_days: int | None
) -> pl.DataFrame | None:
    """Give the first moment of each contact at each step.

    Args:
        events: ``contact_id``, ``event``, ``happened_at``, none of the first and last missing.
        steps: As of `contact_funnel`.
        window_days: Likewise.

    Returns:
        One row per contact of the first step: ``reached_0`` and so on, null where it was not
        reached; None where the events do not stand contact by contact, or an id is empty.
    """
    if events.collect_schema()["happened_at"] != pl.Datetime("us", "UTC"):
        return None
    wanted = list(dict.fromkeys(steps))
    rows = events.select(
        "contact_id",
        step=pl.coalesce(
            pl.when(pl.col("event") == name).then(pl.lit(place, pl.Int8))
            for place, name in enumerate(wanted)
        ),
        moment=pl.col("happened_at").dt.epoch("us"),
    ).filter(pl.col("step").is_not_null())
    places = [wanted.index(name) for name in steps]
    found: list[list[Whole]] = []
    held, layouts = pl.DataFrame(schema=rows.collect_schema()), set(_LAYOUTS)
    for batch in rows.collect_batches(chunk_size=ROWS, maintain_order=True):
        stretch = pl.concat([held, batch], rechunk=True)
        if stretch.is_empty():
            continue
        ids = stretch["contact_id"]
        begins = np.flatnonzero((ids != ids.shift(1)).fill_null(value=True).to_numpy())
        one_each = ids.gather(begins).cast(pl.String)
        layouts = {kind for kind in layouts if _rises(one_each.cast(_LAYOUTS[kind], strict=False))}
        if not layouts or (one_each == "").any():
            return None
        whole = int(begins[-1])
        held = stretch.slice(whole)
        found.append(_reached(stretch.head(whole), begins[:-1], places, window_days))
    found.append(_reached(held, np.zeros(min(held.height, 1), np.int64), places, window_days))
    moments = [np.concatenate(parts) for parts in zip(*found, strict=True)]
    made = pl.DataFrame({f"reached_{place}": part for place, part in enumerate(moments)})
    known = [pl.when(pl.col(name) != _NEVER).then(pl.col(name)) for name in made.columns]
    return made.select(known).cast(pl.Datetime("us", "UTC"))


def _rises(ids: pl.Series) -> bool:
    """Whether each contact comes after the one before; a stretch begins with the last one's."""
    return not ids.null_count() and bool((ids.slice(1) > ids.head(len(ids) - 1)).all())


def _reached(
    stretch: pl.DataFrame, begins: Whole, places: Sequence[int], window_days: int | None
) -> list[Whole]:
    """Give the first moments of the contacts of a stretch at each step."""
    step, moment = stretch["step"].to_numpy(), stretch["moment"].to_numpy()
    contact = np.repeat(np.arange(len(begins)), np.diff(begins, append=len(moment)))
    waited, same = np.diff(moment), np.diff(contact) == 0
    if (same & (waited < 0)).any():
        order = np.lexsort((moment, contact))
        step, moment = step[order], moment[order]
        waited = np.diff(moment)
    tied = same & (waited == 0)
    # Rows of one contact and moment have one number: they come neither before nor after each other.
    place = np.cumsum(np.append([True], ~tied)[: len(moment)]) if tied.any() else None
    rows = np.flatnonzero(step == places[0])
    start = moment[rows]
    firsts = _first(contact[rows], start, len(begins))
    taken = firsts != _NEVER
    made = [firsts[taken]]
    for earlier, later in pairwise(places):
        following = np.flatnonzero(step == later)
        last = _last_before(rows, following, place, len(moment), itself=earlier == later)
        known = last >= 0
        following, last = following[known], last[known]
        known = contact[rows[last]] == contact[following]
        if window_days is not None:
            known &= moment[following] < start[last] + window_days * _DAY
        rows, start = following[known], start[last[known]]
        made.append(_first(contact[rows], moment[rows], len(begins))[taken])
    return made


def _last_before(
    rows: Whole, following: Whole, place: Whole | None, size: int, *, itself: bool
) -> Whole:
    """Find the last of some rows before each of others, -1 where there is none.

    An event at the moment of another comes after it, but none comes after itself.

    Args:
        rows: Numbers of rows, in order.
        following: Numbers of the others, in order.
        place: Of all rows, where some share one; None where each has its own.
        size: How many rows there are.
        itself: Whether both are the same event.
    """
    if place is not None:
        upto = place[following] - itself
        return np.searchsorted(place[rows], upto, side="right") - 1
    passed = np.zeros(size + 1, np.int64)
    passed[rows + 1] = 1
    return np.cumsum(passed)[following + (not itself)] - 1


def _first(contact: Whole, moment: Whole, contacts: int) -> Whole:
    """Give the first moment of each contact; rows are in order."""
    made = np.full(contacts, _NEVER, np.int64)
    made[contact[::-1]] = moment[::-1]
    return made
