"""How much of a table is filled in."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from actoolkit.errors import InvalidArgument
from actoolkit.metrics.eager import collected, handed_back
from actoolkit.metrics.frames import Schema

_COMPLETENESS: Schema = {
    "column": "text",
    "rows": "count",
    "filled": "count",
    "filled_share": "rate",
}


def field_completeness(frame: Any) -> Any:
    """Count the values of each column of any frame, such as contacts with their fields wide.

    Grain: one row per column, in the frame's order. A text of nothing but blanks is not a value;
    a 0 and a False are.

    Args:
        frame: Any frame of the loaders, or one of your own.

    Returns:
        The same kind of frame: ``column (String)``, ``rows (Int64)``, ``filled (Int64)``,
        ``filled_share (Float64): filled / rows``, null without rows.

    Raises:
        InvalidArgument: Not a frame.

    Source:
        `actoolkit.metrics.explain("field_completeness")`.

    Example:
        >>> import polars as pl
        >>> contacts = pl.DataFrame({"contact_id": ["7", "8"], "phone": ["", "555"]})
        >>> field_completeness(contacts).rows()
        [('contact_id', 2, 2, 1.0), ('phone', 2, 1, 0.5)]
    """
    try:
        lazy: nw.LazyFrame[Any] = nw.from_native(frame).lazy()
    except TypeError as error:
        raise InvalidArgument(
            f"field_completeness works on a DataFrame, not on {type(frame).__name__}.",
            hint="Pass a pandas, polars or Spark frame, or a DuckDB relation.",
        ) from error
    schema = lazy.collect_schema()
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
    there = ~column.is_null()
    if dtype == nw.String:
        there = there & (column.str.strip_chars() != "").fill_null(value=False)
    return nw.when(there).then(nw.lit(1)).otherwise(nw.lit(0)).alias(name)
