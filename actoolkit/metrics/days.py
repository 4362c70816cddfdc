"""Days of the account's zone, as users write them: since is the first, until the day after."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, Literal

import narwhals.stable.v2 as nw

from actoolkit.errors import InvalidArgument

Day = date | str | None
Grain = Literal["day", "week", "month", "quarter", "year"]

LENGTHS: Mapping[str, str] = {
    "day": "1d",
    "week": "1w",
    "month": "1mo",
    "quarter": "1q",
    "year": "1y",
}
"""What polars and Narwhals call the length of each."""


FIRST_DAY = date(1900, 1, 1)
"""What is before it is none that anybody means, and leaves no room for the days before it."""


def as_day(value: Day) -> date | None:
    """Read a day.

    Args:
        value: A date, "2026-01-31", or None.

    Raises:
        InvalidArgument: Text that is no day, or a day before `FIRST_DAY`.
    """
    if isinstance(value, datetime):
        raise InvalidArgument(f"{value!r} is a moment, not a day.", hint="Pass its .date().")
    if value is None:
        return None
    if not isinstance(value, date | str):
        raise InvalidArgument(f"{value!r} is not a day.", hint='Write it as "2026-01-31".')
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError as error:
        raise InvalidArgument(
            f"{value!r} is not a day.", hint='Write it as "2026-01-31".'
        ) from error
    if day < FIRST_DAY:
        raise InvalidArgument(
            f"{day} is before {FIRST_DAY}, with which the calendar begins here.",
            hint="Choose a later one; without a first day all there is counts.",
        )
    return day


def year_before(day: date) -> date:
    """Give the same day of the year before; 28 February for the 29th.

    Args:
        day: Which.
    """
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def as_days(since: Day, until: Day) -> tuple[date | None, date | None]:
    """Read two days.

    Args:
        since: First day, or None.
        until: The day after the last, or None.

    Raises:
        InvalidArgument: The days end before they begin, or one of them is no day.
    """
    first, end = as_day(since), as_day(until)
    if first is not None and end is not None and first >= end:
        raise InvalidArgument(
            f"The days end ({end}, not included) before they begin ({first}).",
            hint="Choose a last day on or after the first.",
        )
    return first, end


def within_days(wall: nw.Expr, since: Day, until: Day) -> list[nw.Expr]:
    """Make the conditions that keep a wall clock from ``since`` until before ``until``.

    Args:
        wall: Wall clock of the account's zone.
        since: First day, or None.
        until: The day after the last, or None.

    Raises:
        InvalidArgument: The days end before they begin, or one of them is no day.
    """
    first, end = as_days(since, until)
    conditions = []
    if first is not None:
        conditions.append(wall >= nw.lit(datetime.combine(first, time.min)))
    if end is not None:
        conditions.append(wall < nw.lit(datetime.combine(end, time.min)))
    return conditions


def in_utc(rows: nw.LazyFrame[Any], moment: str) -> nw.LazyFrame[Any]:
    """Make a moment a wall clock in UTC; DuckDB would read its days by the zone of the session.

    Args:
        rows: Where the moment is.
        moment: Column.
    """
    if not rows.implementation.is_duckdb():
        return rows
    relation: Any = rows.to_native()
    utc = f'* REPLACE (timezone(\'UTC\', "{moment}") AS "{moment}")'
    made: nw.LazyFrame[Any] = nw.from_native(relation.select(utc)).lazy()
    return made


def weekday_of(wall: Any) -> Any:
    """Give the weekday, 1 (Monday) to 7 (Sunday); Spark counts its Sundays as 0."""
    return (wall.dt.weekday() + 6) % 7 + 1


def length_of(grain: Grain) -> str:
    """Give the length of a period as polars and Narwhals write it.

    Args:
        grain: Length of a period.

    Raises:
        InvalidArgument: Unknown ``grain``.
    """
    if grain not in tuple(LENGTHS):
        *others, last = LENGTHS
        names = ", ".join(f'"{name}"' for name in others)
        raise InvalidArgument(f"There is no grain {grain!r}.", hint=f'Use {names} or "{last}".')
    return LENGTHS[grain]


def period_start(wall: nw.Expr, grain: Grain) -> nw.Expr:
    """Give the midnight at which the period of a wall clock begins.

    Weeks begin on Monday and are built from days, since engines start them apart.

    Args:
        wall: Wall clock of the account's zone.
        grain: Length of a period.

    Raises:
        InvalidArgument: Unknown ``grain``.
    """
    length = length_of(grain)
    if grain != "week":
        return wall.dt.truncate(length)
    midnight = wall.dt.truncate("1d")
    start = midnight
    for weekday in range(2, 8):
        moved = midnight.dt.offset_by(f"-{weekday - 1}d")
        start = nw.when(weekday_of(wall) == weekday).then(moved).otherwise(start)
    return start
