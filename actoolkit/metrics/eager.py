"""Windows and quantiles on one engine: aggregate where the data is, rank in polars, hand back.

Engines break ties, interpolate quantiles and count days each in their own way. A metric that needs
these reduces its rows in the engine first, brings the few that are left here, and gives the answer
back as the kind of frame that it was given.
"""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import polars as pl

from actoolkit.errors import MetricError
from actoolkit.metrics.frames import Schema
from actoolkit.metrics.intervals import wilson
from actoolkit.metrics.pandas_columns import DTYPES, from_pandas
from actoolkit.tables.frames import to_pandas


def collected(reduced: nw.LazyFrame[Any], schema: Schema) -> pl.DataFrame:
    """Compute what a metric has reduced, as one polars frame.

    Args:
        reduced: Rows that are few enough to hold.
        schema: Their columns.

    Returns:
        These columns, in the types that a result has.
    """
    reduced = reduced.select(*schema)
    native = reduced.to_native()
    if reduced.implementation.is_pandas():
        frame = from_pandas(reduced.collect().to_native(), schema)
    elif reduced.implementation.is_duckdb():
        frame = pl.DataFrame(native)
    else:
        frame = reduced.collect("polars").to_native()
    return _typed(frame, schema)


def _typed(frame: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    dtypes = pl.Schema({name: DTYPES[kind] for name, kind in schema.items()})
    if frame.schema == dtypes:  # quicker than a query that changes nothing
        return frame
    return frame.select(pl.col(name).cast(dtype) for name, dtype in dtypes.items())


def handed_back(metric: str, answer: pl.DataFrame, like: Any, schema: Schema) -> Any:
    """Give an answer as the kind of frame that the user passed.

    Args:
        metric: Name of the metric, for messages.
        answer: Its rows, in order.
        like: Frame that the user passed.
        schema: Columns of the result, in order.

    Returns:
        polars for polars, lazy for lazy; pandas with the types of `actoolkit.tables.to_pandas`;
        for a DuckDB relation one on the same connection.

    Raises:
        MetricError: The engine has no way back from polars here.
    """
    answer = _typed(answer, schema)
    given = nw.from_native(like)
    if given.implementation.is_polars():
        return answer.lazy() if isinstance(given, nw.LazyFrame) else answer
    if given.implementation.is_pandas():
        return to_pandas(answer)
    if given.implementation.is_duckdb():
        rows = _Stream(answer)  # noqa: F841 - the query below finds it by its name
        return nw.to_native(given).query("answer", "SELECT * FROM rows")
    if given.implementation.is_pyspark():
        session = nw.to_native(given).sparkSession
        return answer.pipe(nw.from_native).lazy("pyspark", session=session).to_native()
    raise MetricError(
        f"{metric} cannot give its answer as {given.implementation}.",
        hint="Pass a pandas, polars or Spark frame, or a DuckDB relation.",
    )


def share_of(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """Give a part of a sum as a share of it; null where what was given back makes it none.

    Args:
        part: Amounts, some below 0 perhaps.
        whole: Their sum.

    Returns:
        Within 0..1; null where the sum is not above 0, or the part below 0 or above the sum.
    """
    return pl.when((whole > 0) & part.is_between(0, whole)).then(part / whole)


def rated(
    counts: pl.DataFrame, name: str, numerator: str, denominator: str | pl.Expr, confidence: float
) -> pl.DataFrame:
    """Add a rate and its Wilson interval: ``name``, ``name_low``, ``name_high``.

    All three are null where the denominator is 0 or the numerator is missing or exceeds it.

    Args:
        counts: Holds the numerator and the denominator.
        name: Name of the rate.
        numerator: Column that counts the hits.
        denominator: Column that counts the trials, or an expression.
        confidence: Coverage of the interval.
    """
    trials = pl.col(denominator) if isinstance(denominator, str) else denominator
    parts = counts.select(pl.col(numerator).alias("k"), trials.alias("n")).cast(pl.Float64)
    k, n = (parts[name].fill_null(np.nan).to_numpy() for name in ("k", "n"))
    low, high = wilson(k, n, confidence)
    known = ~np.isnan(low)
    share = np.divide(k, n, out=np.full(len(k), np.nan), where=known)
    bounds = {name: share, f"{name}_low": low, f"{name}_high": high}
    return counts.with_columns(
        pl.Series(column, values).fill_nan(None) for column, values in bounds.items()
    )


class _Stream:
    """A frame that DuckDB reads without pyarrow."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._frame.__arrow_c_stream__(requested_schema)
