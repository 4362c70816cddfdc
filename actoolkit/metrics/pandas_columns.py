"""Columns of pandas as those of polars, a missing value as null."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from actoolkit.metrics.frames import Kind, Schema

if TYPE_CHECKING:
    import pandas as pd

DTYPES: dict[Kind, pl.DataType] = {
    "key": pl.String(),
    "text": pl.String(),
    "count": pl.Int64(),
    "rate": pl.Float64(),
    "moment": pl.Datetime("us", "UTC"),
    "wall": pl.Datetime("us"),
    "date": pl.Date(),
    "flag": pl.Boolean(),
}
"""Of a result."""


def from_pandas(frame: pd.DataFrame, schema: Schema) -> pl.DataFrame:
    """Take columns over to polars, without pyarrow.

    Args:
        frame: In the types of `actoolkit.metrics.frames.opened`.
        schema: What to take, and as what.
    """
    return pl.DataFrame([_series(frame[name], kind) for name, kind in schema.items()])


def _series(column: pd.Series[Any], kind: Kind) -> pl.Series:
    name, missing = str(column.name), pl.Series(column.isna().to_numpy(dtype=bool))
    dtype = DTYPES[kind]
    if kind in ("key", "text"):
        texts = [None if gone else str(text) for gone, text in zip(missing, column, strict=True)]
        return pl.Series(name, texts, dtype=dtype)
    if kind == "count":
        values = pl.Series(name, column.fillna(0).to_numpy(dtype="int64"), dtype=dtype)
    elif kind == "rate":
        values = pl.Series(name, column.to_numpy(dtype="float64", na_value=0.0), dtype=dtype)
    elif kind == "flag":
        values = pl.Series(name, column.fillna(value=False).to_numpy(dtype=bool), dtype=dtype)
    else:
        if kind == "moment" and column.dt.tz is not None:
            column = column.dt.tz_convert("UTC").dt.tz_localize(None)
        ticks = column.to_numpy(dtype="datetime64[us]").view("int64")
        values = pl.Series(name, ticks).cast(pl.Datetime("us"))
        values = values.dt.replace_time_zone("UTC") if kind == "moment" else values.cast(dtype)
    both = pl.DataFrame([values.alias("value"), missing.alias("is_missing")])
    known = both.select(pl.when(~pl.col("is_missing")).then("value")).to_series()
    return known.alias(name)
