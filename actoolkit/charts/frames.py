"""From an aggregated frame of any kind to the plain rows that a chart draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from actoolkit.errors import InvalidArgument

Row = dict[str, Any]

MOST_ROWS = 100_000
"""More than an account of decades has campaigns, days or pairs of months: these are people."""

SMALL_SAMPLE = 200
"""Below this many delivered mails a rate is drawn as uncertain."""


def plain_rows(
    frame: object, *, chart: str, metric: str, columns: Sequence[str], most: int = MOST_ROWS
) -> list[Row]:
    """Read an aggregated frame.

    Args:
        frame: Any frame that Narwhals knows; a lazy one is collected.
        chart: Name of the chart function, for the message.
        metric: Name of the metric whose result the chart draws, for the message.
        columns: Columns the chart needs.
        most: Rows that are read.

    Returns:
        One dictionary per row; null, NaN and NaT become None.

    Raises:
        InvalidArgument: Not a frame, not the metric's result, or more rows than ``most``.

    Example:
        >>> import polars as pl
        >>> plain_rows(pl.DataFrame({"a": [1, None]}), chart="a_chart", metric="a", columns=["a"])
        [{'a': 1}, {'a': None}]
    """
    hint = f"Call actoolkit.metrics.{metric}(...) first and pass its result to {chart}."
    smaller = (
        f"Pass the result of actoolkit.metrics.{metric}(...), of fewer groups or longer periods."
    )
    try:
        native = nw.from_native(frame)  # type: ignore[call-overload]
    except TypeError as error:
        raise InvalidArgument(
            f"{chart} draws a DataFrame, not {type(frame).__name__}.", hint=hint
        ) from error
    if isinstance(native, nw.LazyFrame):
        native = native.head(most + 1).collect()
    missing = [name for name in columns if name not in native.columns]
    if missing:
        raise InvalidArgument(f"{chart} needs the columns {', '.join(missing)}.", hint=hint)
    if len(native) > most:
        raise InvalidArgument(
            f"{chart} draws at most {most:,} rows, and this frame has more.", hint=smaller
        )
    values = [_values(native[name]) for name in native.columns]
    return [dict(zip(native.columns, row, strict=True)) for row in zip(*values, strict=True)]


def _values(series: nw.Series[Any]) -> list[Any]:
    pairs = zip(series.to_list(), series.is_null().to_list(), strict=True)
    return [None if null or value != value else value for value, null in pairs]  # noqa: PLR0124 - NaN
