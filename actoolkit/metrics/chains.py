"""Chains of a contact's events on any engine: when each step of a funnel was first reached."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw


def comes_back(steps: Sequence[str]) -> bool:
    """Say whether an event is a step again after another one.

    Args:
        steps: Names of events.

    Example:
        >>> comes_back(["open", "click", "open"]), comes_back(["open", "open"])
        (True, False)
    """
    runs = [name for at, name in enumerate(steps) if not at or steps[at - 1] != name]
    return len(set(runs)) < len(runs)


def first_moments(
    rows: nw.LazyFrame[Any], keys: list[str], steps: list[str], window_days: int | None
) -> nw.LazyFrame[Any]:
    """Give each contact's first moment at each step, null where it was not reached.

    Args:
        rows: The keys, ``event`` and ``happened_at``; no contact without a name counts.
        keys: Groups and ``contact_id``.
        steps: Names of events.
        window_days: From the first step; None for ever.

    Returns:
        The keys, ``reached_0`` and so on.
    """
    event, at = nw.col("event"), nw.col("happened_at")
    rows = rows.filter(nw.col("contact_id") != "")
    level = rows.filter(event == steps[0]).select(*keys, "happened_at", start=at, from_0=at)
    parts = [_earliest(level, keys, len(steps), 0)]
    is_run = comes_back(steps)
    for index, name in enumerate(steps[1:], start=1):
        following = rows.filter(event == name).select(*keys, "happened_at")
        if is_run:
            level = _after_run(level, following, keys, steps[: index + 1], window_days=window_days)
        else:
            again = steps[index - 1] == name
            level = _after(level, following, keys, again=again, window_days=window_days)
        parts.append(_earliest(level, keys, len(steps), index))
    long = nw.concat(parts)
    columns = [nw.col(f"reached_{index}").min() for index in range(len(steps))]
    return long.group_by(*keys).agg(*columns)


def _after(
    level: nw.LazyFrame[Any],
    following: nw.LazyFrame[Any],
    keys: list[str],
    *,
    again: bool,
    window_days: int | None,
) -> nw.LazyFrame[Any]:
    """Keep the events that follow one of the step before, with the latest start that allows it.

    Of all chains to an event, the one whose start is latest has most of the window left; starts
    never go back in time, so it is that of the last event of the step before.
    """
    at, nothing = nw.col("happened_at"), nw.when(nw.lit(value=False)).then(nw.col("happened_at"))
    following = following.select(
        *keys, "happened_at", start=nothing, place=nw.lit(0), is_next=nw.lit(1)
    )
    earlier = level.select(
        *keys, "happened_at", "start", place=nw.lit(1 if again else -1), is_next=nw.lit(0)
    )
    both = nw.concat([earlier, following])
    start = nw.col("start").fill_null(strategy="forward")
    both = both.with_columns(start=start.over(*keys, order_by=["happened_at", "place"]))
    made = both.filter(nw.col("is_next") == 1, ~nw.col("start").is_null())
    if window_days is not None:
        made = made.filter(at < _end(nw.col("start"), window_days))
    return made.select(*keys, "happened_at", "start")


def _after_run(
    level: nw.LazyFrame[Any],
    following: nw.LazyFrame[Any],
    keys: list[str],
    steps: Sequence[str],
    *,
    window_days: int | None,
) -> nw.LazyFrame[Any]:
    """Do the same where an event is a step again: at one moment, it is one step of a chain.

    A chain ends in a run of steps that share their moment; ``from_2`` is the latest start of those
    whose run begins with step 2. A step that the run has already can only come later.
    """
    index = len(steps) - 1
    at, nothing = nw.col("happened_at"), nw.when(nw.lit(value=False)).then(nw.col("happened_at"))
    runs = [f"from_{begin}" for begin in range(index)]
    kept = [run for begin, run in enumerate(runs) if steps[index] not in steps[begin:index]]
    names = level.collect_schema().names()
    known = [nw.col(run) if run in names else nothing.alias(run) for run in runs]
    earlier = level.select(
        *keys, "happened_at", "start", *known, place=nw.lit(1), is_next=nw.lit(0)
    )
    following = following.select(
        *keys,
        "happened_at",
        *(nothing.alias(name) for name in ("start", *runs)),
        place=nw.lit(0),
        is_next=nw.lit(1),
    )
    both = nw.concat([earlier, following])
    start = nw.col("start").fill_null(strategy="forward")
    both = both.with_columns(
        nw.col(*runs).max().over(*keys, "happened_at"),
        start=start.over(*keys, order_by=["happened_at", "place"]),
    ).filter(nw.col("is_next") == 1)
    later = nw.col("start")
    if window_days is not None:
        later = nw.when(at < _end(later, window_days)).then(later)
    made = both.with_columns(later.alias(f"from_{index}"))
    ends = [*kept, f"from_{index}"]
    made = made.with_columns(start=nw.max_horizontal(*ends)).filter(~nw.col("start").is_null())
    return made.select(*keys, "happened_at", "start", *ends)


def _end(start: nw.Expr, window_days: int) -> nw.Expr:
    return start.dt.offset_by(f"{24 * window_days}h")


def _earliest(
    level: nw.LazyFrame[Any], keys: list[str], steps: int, index: int
) -> nw.LazyFrame[Any]:
    first = level.group_by(*keys).agg(nw.col("happened_at").min())
    at = nw.col("happened_at")
    nothing = nw.when(nw.lit(value=False)).then(at)
    moments = {f"reached_{n}": at if n == index else nothing for n in range(steps)}
    return first.select(*keys, **moments)
