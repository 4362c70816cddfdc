"""Pairing what happened with what followed within days, on engines that join by equality."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from actoolkit.errors import InvalidArgument
from actoolkit.metrics.arguments import LONGEST, is_whole


def checked_window(window_days: object) -> int:
    """Read a window in days.

    Args:
        window_days: As the user gave it.

    Raises:
        InvalidArgument: It is no whole number from 1 to a hundred years.
    """
    if not is_whole(window_days, 1):
        raise InvalidArgument(
            f"window_days={window_days!r} is no window.",
            hint=f"Use a whole number of days from 1 to {LONGEST:,}.",
        )
    return int(window_days)  # type: ignore[call-overload, no-any-return]


def paired(
    causes: nw.LazyFrame[Any],
    effects: nw.LazyFrame[Any],
    *,
    on: str,
    cause_at: str,
    effect_at: str,
    window_days: int | None,
) -> nw.LazyFrame[Any]:
    """Pair each effect with the causes that came before it, at most so many days.

    An effect meets only the causes of its own stretch of time: stretches are longer than the
    window, and a cause stands in the one of its moment and in the next.

    Args:
        causes: What came first.
        effects: What came later; no column but ``on`` is in both.
        on: Column that both have.
        cause_at: Moment of a cause.
        effect_at: Moment of an effect; a cause at the same moment came before it.
        window_days: Window of 24 hours each; one exactly so long before is outside. None for ever.

    Raises:
        InvalidArgument: ``on`` holds numbers here and texts there.
    """
    refuse_other_ids(on, causes, effects)
    cause, effect = nw.col(cause_at), nw.col(effect_at)
    if window_days is None:
        return effects.join(causes, on=on).filter(cause <= effect)
    causes = causes.with_columns(stretch=stretch(cause_at, window_days))
    causes = nw.concat([causes, causes.with_columns(stretch=nw.col("stretch") + 1)])
    effects = effects.with_columns(stretch=stretch(effect_at, window_days))
    pairs = effects.join(causes, on=[on, "stretch"]).drop("stretch")
    return pairs.filter(cause <= effect, effect < cause.dt.offset_by(f"{24 * window_days}h"))


def refuse_other_ids(on: str, *frames: nw.LazyFrame[Any]) -> None:
    """Refuse to compare numbers with texts, which would find nothing or fail in the engine.

    Args:
        on: Column that all have.
        *frames: Where it is.

    Raises:
        InvalidArgument: ``on`` holds numbers here and texts there.
    """
    if len({frame.collect_schema()[on].is_numeric() for frame in frames}) > 1:
        raise InvalidArgument(
            f"{on} holds numbers in one frame and texts in the other.",
            hint=f"Cast {on} to texts, as the loaders give it.",
        )


def stretch(moment: str, window_days: int) -> nw.Expr:
    """Number a moment's stretch: the window, a day for changes of the clock, one for leap years.

    Args:
        moment: Column.
        window_days: What a stretch must be longer than.
    """
    day = nw.col(moment).dt.year().cast(nw.Int64) * 366 + nw.col(moment).dt.ordinal_day()
    return day // (window_days + 2)


def with_waited(
    rows: nw.LazyFrame[Any], earlier: str, later: str, *, name: str = "waited"
) -> nw.LazyFrame[Any]:
    """Add the time between two moments, in microseconds.

    Spark has no lengths of time, but reads moments as seconds. DuckDB takes moments apart by the
    calendar of the session's zone, where a day may have 23 hours, but counts from the epoch.

    Args:
        rows: Where the moments are.
        earlier: Column.
        later: Column.
        name: Of the new column.
    """
    if rows.implementation.is_duckdb():
        relation: Any = rows.to_native()
        difference = f'epoch_us("{later}") - epoch_us("{earlier}") AS "{name}"'
        made: nw.LazyFrame[Any] = nw.from_native(relation.select(f"*, {difference}")).lazy()
        return made
    if rows.implementation.is_pyspark():
        seconds = nw.col(later).cast(nw.Float64) - nw.col(earlier).cast(nw.Float64)
        return rows.with_columns((seconds * 1_000_000).round(0).cast(nw.Int64).alias(name))
    between = (nw.col(later) - nw.col(earlier)).dt.total_microseconds()
    return rows.with_columns(between.alias(name))
