"""The same table for pandas, without pyarrow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd


def to_pandas(frame: pl.DataFrame) -> pd.DataFrame:
    """Turn a polars frame into a pandas frame with the same columns, order and meaning.

    The types depend on the frame's schema alone, so that no rows give the same types as many.

    Args:
        frame: A loaded table, or any frame of the types below.

    Returns:
        One pandas column per polars column, with a default row index:
        String -> ``str`` (missing: NaN); Int64 -> ``Int64``, other integers likewise (missing:
        ``<NA>``); Float64 -> ``float64`` (missing: NaN); Boolean -> ``boolean``;
        Datetime with a zone -> ``datetime64[us, zone]``; without -> ``datetime64[us]``;
        Date -> ``datetime64[s]`` at midnight (missing: NaT); everything else, such as lists,
        -> ``object`` (missing: None).

    Example:
        >>> import polars as pl
        >>> to_pandas(pl.DataFrame({"sends": [3, None]})).dtypes["sends"]
        Int64Dtype()
    """
    import pandas as pd

    columns = {series.name: _column(series) for series in frame.iter_columns()}
    return pd.DataFrame(columns, index=pd.RangeIndex(frame.height), copy=False)


def _column(series: pl.Series) -> pd.Series:
    import pandas as pd

    dtype = series.dtype
    values: object
    if dtype.is_integer():
        values = pd.arrays.IntegerArray(series.fill_null(0).to_numpy(writable=True), _nulls(series))
    elif dtype == pl.Boolean:
        flags = series.fill_null(value=False).to_numpy(writable=True)
        values = pd.arrays.BooleanArray(flags, _nulls(series))
    elif dtype.is_float():
        values = series.to_numpy(writable=True)
    elif isinstance(dtype, pl.Datetime):
        moments = pd.Series(_moments(series, dtype.time_unit))
        zone = dtype.time_zone
        return moments.dt.tz_localize("UTC").dt.tz_convert(zone) if zone else moments
    elif dtype == pl.Date:
        values = _moments(series.cast(pl.Datetime("ms")), "ms").astype("datetime64[s]")
    else:
        return pd.Series(series.to_list(), dtype="str" if dtype == pl.String else "object")
    return pd.Series(values)


def _nulls(series: pl.Series) -> npt.NDArray[np.bool_]:
    return series.is_null().to_numpy(writable=True)


def _moments(series: pl.Series, unit: str) -> npt.NDArray[np.datetime64]:
    ticks = series.to_physical().fill_null(np.iinfo(np.int64).min).to_numpy(writable=True)
    return ticks.view(f"datetime64[{unit}]")
