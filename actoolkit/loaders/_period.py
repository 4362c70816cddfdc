"""``since`` and ``until``: half-open, on the one time column of a table."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl

from actoolkit.errors import InvalidArgument
from actoolkit.tables import Table

Moment = date | datetime | str
"""A day or a moment: a date or a naive datetime is the account's wall clock."""


def within(table: Table, since: Moment | None, until: Moment | None) -> pl.Expr | None:
    """The condition that a row lies in a period.

    Args:
        table: The shape; its time column is compared, as the account's wall clock where the bound
            has no zone, else as an instant.
        since: First moment that is in, or None.
        until: First moment that is out, or None.

    Returns:
        The condition, or None when there is none.

    Raises:
        InvalidArgument: The table has no time column, a bound is no moment, or the period ends
            before it begins.
    """
    bounds = {"since": since, "until": until}
    parsed = {name: _parse(name, given) for name, given in bounds.items() if given is not None}
    if not parsed:
        return None
    if table.time_column is None:
        raise InvalidArgument(
            f"{table.name} has no time column for {' and '.join(parsed)}.",
            hint="Leave them out and filter the frame.",
        )
    first, end = parsed.get("since"), parsed.get("until")
    if first and end and (first.tzinfo is None) == (end.tzinfo is None) and first >= end:
        raise InvalidArgument(
            f"The period ends ({end}, not included) before it begins ({first}).",
            hint="Choose an until= after since=.",
        )
    conditions = []
    for name, moment in parsed.items():
        if moment.tzinfo is None:
            column, bound = pl.col(str(table.local_column)), pl.lit(moment, pl.Datetime("us"))
        else:
            column = pl.col(table.time_column)
            bound = pl.lit(moment.astimezone(UTC), pl.Datetime("us", "UTC"))
        conditions.append(column >= bound if name == "since" else column < bound)
    return pl.all_horizontal(conditions)


def _parse(name: str, given: Moment) -> datetime:
    if isinstance(given, str):
        try:
            return datetime.fromisoformat(given.strip())
        except ValueError:
            pass
    elif isinstance(given, datetime):
        return given
    elif isinstance(given, date):
        return datetime(given.year, given.month, given.day)  # noqa: DTZ001 - a wall clock
    raise InvalidArgument(
        f"{name}={given!r} is not a moment.",
        hint='Pass a date, a datetime, or text such as "2026-01-31" or "2026-01-31T12:00+00:00".',
    )
