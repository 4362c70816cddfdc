"""How much of a table is filled in."""

from __future__ import annotations

from collections.abc import Sized
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from actoolkit.metrics.eager import collected, handed_back
from actoolkit.metrics.frames import Schema, wrapped

_COMPLETENESS: Schema = {
    "column": "text",
    "rows": "count",
    "filled": "count",
    "filled_share": "rate",
}


def field_completeness(frame: Any) -> Any:
    """Count the values of each column of any frame, such as contacts with their fields wide.

    Grain: one row per column, in the frame's order. A text or category of nothing but blanks, a NaN
    and an empty list are no values; a 0 and a False are.

    Args:
        frame: Any frame of the loaders, or one of your own.

    Returns:
        The same kind of frame: ``column (String)``, ``rows (Int64)``, ``filled (Int64)``,
        ``filled_share (Float64): filled / rows``, null without rows.

    Raises:
        InvalidArgument: Not a frame, or two columns have one name.

    Source:
        `actoolkit.metrics.explain("field_completeness")`.

    Example:
        >>> import polars as pl
        >>> contacts = pl.DataFrame({"contact_id": ["7", "8"], "phone": ["", "555"]})
        >>> field_completeness(contacts).rows()
        [('contact_id', 2, 2, 1.0), ('phone', 2, 1, 0.5)]
    """
    lazy = wrapped("field_completeness", _named(frame)).lazy()
    if lazy.implementation.is_pandas():
        lazy = nw.from_native(_objects_marked(lazy.to_native())).lazy()
    schema = lazy.collect_schema()
    if not schema:
        nothing = pl.DataFrame(schema=list(_COMPLETENESS))
        return handed_back("field_completeness", nothing, frame, _COMPLETENESS)
    marked = lazy.select(*(_filled(name, dtype) for name, dtype in schema.items()))
    totals = marked.select(nw.len().alias("__rows"), *(nw.col(name).sum() for name in schema))
    kinds: Schema = dict.fromkeys(("__rows", *schema), "count")
    (counts,) = collected(totals, kinds).rows(named=True)
    rows = int(counts.pop("__rows") or 0)
    made = pl.DataFrame(
        {"column": list(counts), "rows": rows, "filled": [value or 0 for value in counts.values()]},
        schema={"column": pl.String, "rows": pl.Int64, "filled": pl.Int64},
    )
    share = pl.when(pl.col("rows") > 0).then(pl.col("filled") / pl.col("rows"))
    answer = made.with_columns(filled_share=share)
    return handed_back("field_completeness", answer, frame, _COMPLETENESS)


def _filled(name: str, dtype: nw.dtypes.DType) -> nw.Expr:
    column = nw.col(name)
    if dtype.is_float():
        column = column.fill_nan(None)
    there = ~column.is_null()
    if isinstance(dtype, nw.Categorical | nw.Enum):
        column = column.cast(nw.String)
    if dtype == nw.List:
        there = there & (column.list.len() > 0).fill_null(value=False)
    elif isinstance(dtype, nw.String | nw.Categorical | nw.Enum):
        there = there & (column.str.strip_chars() != "").fill_null(value=False)
    return nw.when(there).then(nw.lit(1)).otherwise(nw.lit(0)).alias(name)


def _named(frame: Any) -> Any:
    """Let pandas name its columns by texts, as all others do; it takes numbers too."""
    pandas = nw.dependencies.is_pandas_dataframe(frame)
    return frame.set_axis([str(name) for name in frame.columns], axis=1) if pandas else frame


def _objects_marked(frame: Any) -> Any:
    """Put flags for pandas' objects, which may be lists and texts side by side; null for empty."""
    marks = {
        name: (frame[name].map(_holds_something) & ~frame[name].isna()).astype("boolean")
        for name, dtype in frame.dtypes.items()
        if dtype.name == "object"
    }
    return frame.assign(**{name: mark.where(mark) for name, mark in marks.items()})


def _holds_something(value: object) -> bool:
    if isinstance(value, str):
        return bool(value.strip())
    return not isinstance(value, Sized) or isinstance(value, bytes) or len(value) > 0
