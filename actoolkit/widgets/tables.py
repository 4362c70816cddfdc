"""Frames as tables for people: each column written by what its name says it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from html import escape
from typing import Any

import narwhals.stable.v2 as nw

from actoolkit.charts.formats import (
    MISSING,
    column_decimals,
    count,
    decimal,
    money,
    percent,
    plural,
)
from actoolkit.charts.frames import Row, plain_rows
from actoolkit.charts.group_labels import are_days, group_labels
from actoolkit.charts.names import called, display_name
from actoolkit.charts.periods import capital
from actoolkit.errors import InvalidArgument
from actoolkit.metrics.own import is_share

_ENDS = ("_low", "_high")
_SPANS = ("days", "hours", "seconds")
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class ReadableTable:
    """A table that a notebook shows; its texts are escaped there, and the frame stays as it was.

    Args:
        head: Headings.
        rows: Texts of the cells, row by row.
        numbers: Which columns stand to the right.
        cut: Rows that are not shown.
    """

    head: Sequence[str]
    rows: Sequence[Sequence[str]] = field(repr=False)
    numbers: Sequence[bool] = field(repr=False)
    cut: int = 0

    def __str__(self) -> str:
        lines = [list(self.head), *map(list, self.rows)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        written = [
            "  ".join(
                cell.rjust(width) if right else cell.ljust(width)
                for cell, width, right in zip(line, widths, self.numbers, strict=True)
            ).rstrip()
            for line in lines
        ]
        return "\n".join([*written, *([self._caption()] if self.cut else [])])

    def _repr_html_(self) -> str:
        sides = ["right" if right else "left" for right in self.numbers]

        def line(cells: Sequence[str], tag: str) -> str:
            inside = (
                f'<{tag} style="text-align:{side}">{escape(cell)}</{tag}>'
                for cell, side in zip(cells, sides, strict=True)
            )
            return f"<tr>{''.join(inside)}</tr>"

        caption = f"<caption>{self._caption()}</caption>" if self.cut else ""
        body = "".join(line(cells, "td") for cells in self.rows)
        head = line(self.head, "th")
        return f"<table>{caption}<thead>{head}</thead><tbody>{body}</tbody></table>"

    def _caption(self) -> str:
        return f"{plural(self.cut, 'further row')} in the frame."


def readable_table(
    frame: Any,
    columns: Sequence[str] | None = None,
    *,
    names: Mapping[str, Mapping[str, str]] | None = None,
    minor_units: Mapping[str, int] | None = None,
    top: int = 60,
) -> ReadableTable:
    """Show a frame as people read it; the numbers stay in the frame.

    The names of the columns tell how: ``rate``, ``_rate`` and ``_share`` are percentages, with
    their interval beside them where the frame has its ends, ``_cents`` money in the currency of the
    row, days, hours and seconds have one decimal, counts thousands separators, days of a period the
    period's name.

    Args:
        frame: Result of a metric, or any frame.
        columns: Which to show, in this order; None is all that hold anything.
        names: What ids are called, by the column that holds them.
        minor_units: How many decimals the minor unit of a currency stands for; default 2.
        top: How many rows to show, from the first.

    Returns:
        The table; a notebook shows it, ``print`` writes it as text.

    Raises:
        InvalidArgument: Not a frame, or it lacks a column; ``top`` is below 1.

    Example:
        >>> import polars as pl
        >>> sales = pl.DataFrame({"currency": ["USD"], "orders": [1204], "revenue_cents": [8928922],
        ...     "repeat_share": [0.2461], "repeat_share_low": [0.22], "repeat_share_high": [0.27]})
        >>> print(readable_table(sales))
        Currency  Orders  Revenue  Repeat share  Interval
        USD        1,204  $89,289         24.6%  22.0% to 27.0%
    """
    if top < 1:
        raise InvalidArgument(f"top={top!r} shows nothing.", hint="Ask for one row or more.")
    wanted = list(columns or ())
    rows = plain_rows(frame, chart="readable_table", metric="campaign_rates", columns=wanted)
    there = nw.from_native(frame).lazy().collect_schema().names()
    calls = names or {}
    head: list[str] = []
    made: list[list[str]] = []
    right: list[bool] = []
    shown = rows[:top]
    for name in wanted or _telling(there, rows):
        values = [row[name] for row in shown]
        head.append(_words(name.removesuffix("_id") if name in calls else name))
        made.append(_written(name, shown, calls.get(name), minor_units or {}))
        right.append(all(isinstance(one, int | float | None) for one in values))
        if is_share(name) and all(f"{name}{end}" in there for end in _ENDS):
            head.append("Interval")
            made.append([_interval(*(row[f"{name}{end}"] for end in _ENDS)) for row in shown])
            right.append(False)
    cells = [list(cells) for cells in zip(*made, strict=True)]
    return ReadableTable(head, cells, right, len(rows) - len(shown))


def _telling(there: Sequence[str], rows: Sequence[Row]) -> list[str]:
    """Columns that hold anything, and are no end of an interval that stands beside its rate."""
    ends = {
        f"{name}{end}"
        for name in there
        if is_share(name) and all(f"{name}{one}" in there for one in _ENDS)
        for end in _ENDS
    }
    return [
        name
        for name in there
        if name not in ends and (not rows or any(row[name] is not None for row in rows))
    ]


def _words(column: str) -> str:
    return capital(column.removesuffix("_cents").removesuffix("_on").replace("_", " "))


def _interval(low: float | None, high: float | None) -> str:
    return MISSING if low is None or high is None else f"{percent(low)} to {percent(high)}"


def _written(
    name: str,
    rows: Sequence[Row],
    calls: Mapping[str, str] | None,
    minor_units: Mapping[str, int],
) -> list[str]:
    values = [row[name] for row in rows]
    if name.endswith("_cents"):
        return _money(name, rows, minor_units)
    if are_days(values):
        labels = iter(group_labels([name], [[one] for one in values if one is not None]))
        return [MISSING if one is None else next(labels) for one in values]
    return [MISSING if one is None else _one(name, one, calls) for one in values]


def _money(name: str, rows: Sequence[Row], minor_units: Mapping[str, int]) -> list[str]:
    """Amounts; those of one currency have the same decimals."""
    codes = [str(row.get("currency") or "") for row in rows]
    amounts: dict[str, list[float | None]] = {}
    for code, row in zip(codes, rows, strict=True):
        amounts.setdefault(code, []).append(row[name])
    units = {code: minor_units.get(code, 2) for code in amounts}
    digits = {code: column_decimals(cents, units=units[code]) for code, cents in amounts.items()}
    return [
        money(row[name], code, decimals=digits[code], units=units[code])
        for code, row in zip(codes, rows, strict=True)
    ]


def _one(name: str, value: Any, calls: Mapping[str, str] | None) -> str:
    if calls is not None:
        return display_name(calls.get(str(value), str(value)), longest=_LONGEST)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date | datetime):
        return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    if isinstance(value, int | float):
        return _number(name, value)
    return display_name(called(name, str(value)), longest=_LONGEST)


def _number(name: str, value: float) -> str:
    if is_share(name):
        return percent(value)
    if name.rpartition("_")[2] in _SPANS and isinstance(value, float):
        return decimal(value, 1)
    return count(value) if isinstance(value, int) else decimal(value, 2)
