"""An Excel workbook of one sheet, cell by cell, so that each is exactly what it should be."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from typing import Any, BinaryIO

import polars as pl

from actoolkit.errors import InvalidArgument, MissingExtra
from actoolkit.spreadsheets import dangerous

ROWS, COLUMNS, LETTERS = 1_048_575, 16_384, 32_767
"""What fits into a sheet, under its header, and into a cell."""

_EXACT = 2**53
_FIRST_DAY = date(1900, 3, 1)  # before, Excel's calendar has a day too many
_MADE = datetime(2000, 1, 1)  # noqa: DTZ001 - the same frame gives the same bytes


def write_workbook(frame: pl.DataFrame, file: BinaryIO) -> None:
    """Write a frame as a workbook.

    Args:
        frame: Without nested columns.
        file: Open for writing.

    Raises:
        InvalidArgument: It holds more than a sheet can.
        MissingExtra: XlsxWriter is not installed.
    """
    try:
        import xlsxwriter
    except ModuleNotFoundError:
        raise MissingExtra("to_excel", "excel") from None
    _check_size(frame)
    book = xlsxwriter.Workbook(
        file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"created": _MADE})
    sheet = book.add_worksheet()
    bold, quoted = book.add_format({"bold": True}), book.add_format({"quote_prefix": True})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for number, name in enumerate(frame.columns):
        sheet.write_string(0, number, name, bold)
    sheet.freeze_panes(1, 0)
    for number, column in enumerate(frame.iter_columns()):
        for line, given in enumerate(column.to_list(), 1):
            value = _cell(given)
            if value is None:
                continue
            if isinstance(value, str):
                sheet.write_string(line, number, value, quoted if dangerous(value) else None)
            elif isinstance(value, bool):
                sheet.write_boolean(line, number, value)
            elif isinstance(value, int | float):
                sheet.write_number(line, number, value)
            else:
                style = moment if isinstance(value, datetime) else day
                sheet.write_datetime(line, number, value, style)
    book.close()


def _check_size(frame: pl.DataFrame) -> None:
    if frame.height > ROWS or frame.width > COLUMNS:
        raise InvalidArgument(
            f"A sheet holds {ROWS:,} rows and {COLUMNS:,} columns; "
            f"the frame has {frame.height:,} and {frame.width:,}.",
            hint="Filter the frame, or use to_csv.",
        )
    for column in frame.iter_columns():
        longest = column.str.len_chars().max() if column.dtype == pl.String else 0
        if isinstance(longest, int) and longest > LETTERS:
            raise InvalidArgument(
                f"A cell holds {LETTERS:,} characters; {column.name} has {longest:,}.",
                hint="Drop the column, or use to_csv.",
            )


def _cell(value: Any) -> str | bool | float | date | None:
    """A value as a cell can hold it, without losing any of it."""
    match value:
        case bool() | None:
            return value
        case int() | float() if math.isfinite(value) and abs(value) <= _largest(value):
            return value
        case datetime():
            plain = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
            return plain if plain.date() >= _FIRST_DAY else plain.isoformat(" ")
        case date() if value >= _FIRST_DAY:
            return value
    return str(value)


def _largest(value: float) -> float:
    """The largest number of its kind that a cell holds as it is."""
    return _EXACT if isinstance(value, int) else math.inf
