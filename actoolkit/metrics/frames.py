"""The door of every metric: any kind of frame in, the declared columns out as the same kind."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import narwhals.stable.v2 as nw
from narwhals.exceptions import DuplicateError

from actoolkit.errors import InvalidArgument, MetricError, MissingColumns
from actoolkit.metrics.arrow_types import without_arrow

Kind = Literal["key", "text", "count", "rate", "moment", "wall", "date", "flag"]
"""What a column holds, on the way in and on the way out.

- ``key``: compared and grouped by only; an id (``*_id``) as String, numbers too; else as it is.
- ``text``: String.
- ``count``: whole number, Int64; null means not known.
- ``rate``: Float64 fraction, or another number with decimals; NaN is taken for null.
- ``moment``: instant, Datetime(us, UTC); without a zone it is taken for UTC.
- ``wall``: wall clock, Datetime(us) without a zone.
- ``date``: Date; midnight as datetime64[s] in pandas, which has no dates.
- ``flag``: Boolean; null means not known.
"""

Schema = Mapping[str, Kind]

_PANDAS_OBJECTS: Mapping[Kind, str] = {
    "key": "str",
    "text": "str",
    "moment": "datetime64[us, UTC]",
    "wall": "datetime64[us]",
}


_UNTYPED: Mapping[Kind, nw.dtypes.DType] = {
    "key": nw.String(),
    "text": nw.String(),
    "count": nw.Int64(),
    "flag": nw.Boolean(),
}
"""What a column of nothing but nulls is taken for."""

_ENGINES = (
    nw.Implementation.PANDAS,
    nw.Implementation.POLARS,
    nw.Implementation.DUCKDB,
    nw.Implementation.PYSPARK,
)
"""What a metric is held to in tests; Narwhals knows more."""

_UTC_NAMES = ("UTC", "Etc/UTC", "Z", "GMT", "+00:00")

_WANTED: Mapping[Kind, str] = {"flag": "yes or no", "rate": "numbers"}
_DTYPES: Mapping[Kind, nw.dtypes.DType] = {
    "count": nw.Int64(),
    "rate": nw.Float64(),
    "date": nw.Date(),
}


def opened(
    metric: str, frame: Any, columns: Schema, *, hints: Mapping[str, str] | None = None
) -> nw.LazyFrame[Any]:
    """Take the columns that a metric needs, in types that mean the same everywhere.

    Args:
        metric: Name of the metric, for messages.
        frame: pandas, polars or Spark frame, or DuckDB relation.
        columns: What the metric reads.
        hints: What to do where a column is not there, by its name.

    Returns:
        A lazy frame of exactly these columns; in pandas, missing numbers are ``<NA>``, not NaN.

    Raises:
        InvalidArgument: Not a frame, or two columns have one name.
        MissingColumns: Columns are not there.
        MetricError: A column of numbers or moments holds something else, or moments are in a Spark
            session of another zone than UTC.
    """
    lazy: nw.LazyFrame[Any] = wrapped(metric, frame).lazy()
    schema: Mapping[str, nw.dtypes.DType] = lazy.collect_schema()
    missing = [name for name in columns if name not in schema]
    if missing:
        raise MissingColumns(metric, missing, list(schema), hints=hints)
    lazy = lazy.select(*columns)
    if lazy.implementation.is_pandas():
        lazy = nw.from_native(_nullable(metric, lazy.to_native(), columns)).lazy()
        schema = lazy.collect_schema()
    elif lazy.implementation.is_duckdb():
        lazy = _zoned(lazy, columns)
        schema = lazy.collect_schema()
    elif lazy.implementation.is_pyspark() and "moment" in columns.values():
        _refuse_other_zone(metric, lazy.to_native())
    _refuse_fractions(metric, lazy, columns, schema)
    changed = (_column(metric, name, kind, schema[name], lazy) for name, kind in columns.items())
    changes = [column for column in changed if column is not None]
    return lazy.with_columns(*changes) if changes else lazy


def _refuse_fractions(
    metric: str, lazy: nw.LazyFrame[Any], columns: Schema, schema: Mapping[str, nw.dtypes.DType]
) -> None:
    """Refuse 10.50 where hundredths are counted: engines would cut it to 10, or make it 11."""
    doubtful = [
        name
        for name, kind in columns.items()
        if (kind == "count" or _is_name(name, kind))
        and (schema[name].is_float() or schema[name] == nw.Decimal)
    ]
    if not doubtful:
        return
    numbers = [nw.col(name).cast(nw.Float64).fill_nan(None) for name in doubtful]
    # An endless number less itself is no number, which differs from 0: it is refused too.
    broken = lazy.select((number % 1 != 0).any() for number in numbers)
    found = broken.collect("polars").row(0)
    names = [name for name, is_broken in zip(doubtful, found, strict=True) if is_broken]
    if names:
        raise MetricError(
            f"{metric} needs whole numbers in {', '.join(names)}; some have fractions.",
            hint="Money is in hundredths of the currency: 10.50 is 1050.",
        )


def wrapped(metric: str, frame: Any) -> Any:
    """Take a frame as it is.

    Args:
        metric: Name of the metric, for messages.
        frame: As the user gave it.

    Raises:
        InvalidArgument: Not a frame of an engine that is known, or two columns have one name.
    """
    try:
        taken = nw.from_native(frame)
    except TypeError as error:
        raise InvalidArgument(
            f"{metric} works on a DataFrame, not on {type(frame).__name__}.",
            hint="Pass a pandas, polars or Spark frame, or a DuckDB relation.",
        ) from error
    except DuplicateError as error:
        raise InvalidArgument(
            f"{metric} was given a frame with two columns of one name.",
            hint="Rename or drop one of them.",
        ) from error
    if taken.implementation not in _ENGINES:
        raise InvalidArgument(
            f"{metric} does not work on frames of {str(taken.implementation).lower()}.",
            hint="Pass a pandas, polars or Spark frame, or a DuckDB relation.",
        )
    return taken


def _nullable(metric: str, frame: Any, columns: Schema) -> Any:
    """Give a pandas frame the types that tell a missing value from a number."""
    nullable = {"count": "Int64", "flag": "boolean"}
    wanted = {name: nullable[kind] for name, kind in columns.items() if kind in nullable}
    numbers = {}
    frame = without_arrow(frame)
    for name, kind in columns.items():
        dtype = frame[name].dtype
        if _holds_flags(frame[name], name, kind):
            wanted[name] = "boolean"
        elif dtype.kind == "O" and dtype.name == "object" and kind in _PANDAS_OBJECTS:
            wanted[name] = _PANDAS_OBJECTS[kind]
        elif kind == "rate" and dtype.kind == "O" and frame[name].isna().all():
            wanted[name] = "float64"
        elif kind in ("key", "text") and dtype.name == "category":
            wanted[name] = "str"
        elif _is_name(name, kind) and dtype.kind in "iuf":
            numbers[name], wanted[name] = "Int64", "str"
    try:
        return frame.astype(numbers).astype(wanted)
    except (TypeError, ValueError, OverflowError) as error:
        raise MetricError(
            f"{metric} cannot read {', '.join(wanted)} as declared: {error}.",
            hint="Counts are whole numbers or missing; money is in hundredths: 10.50 is 1050; "
            "moments are datetimes.",
        ) from error


def _holds_flags(column: Any, name: str, kind: Kind) -> bool:
    """Say whether pandas has made objects of flags, because one is missing."""
    grouped = kind == "key" and not name.endswith("_id") and column.dtype.name == "object"
    return grouped and bool(column.convert_dtypes().dtype.name == "boolean")


def _is_name(name: str, kind: Kind) -> bool:
    """Say which columns hold texts or ids, which are texts as the loaders give them."""
    return kind == "text" or (kind == "key" and name.endswith("_id"))


def _zoned(lazy: nw.LazyFrame[Any], columns: Schema) -> nw.LazyFrame[Any]:
    """Read wall clocks among moments as UTC; DuckDB by itself takes the zone of the session."""
    schema = lazy.collect_schema()
    changes = []
    for name, kind in columns.items():
        dtype, quoted = schema[name], '"' + name.replace('"', '""') + '"'
        if kind == "moment" and isinstance(dtype, nw.Datetime) and not dtype.time_zone:
            changes.append(f"timezone('UTC', {quoted}::TIMESTAMP) AS {quoted}")
        elif kind == "moment" and dtype == nw.Unknown:
            changes.append(f"{quoted}::TIMESTAMPTZ AS {quoted}")
    if not changes:
        return lazy
    relation: Any = lazy.to_native()
    made: nw.LazyFrame[Any] = nw.from_native(
        relation.select(f"* REPLACE ({', '.join(changes)})")
    ).lazy()
    return made


def _refuse_other_zone(metric: str, frame: Any) -> None:
    """Refuse a Spark session that would count days and months by its own zone."""
    zone = str(frame.sparkSession.conf.get("spark.sql.session.timeZone"))
    if zone not in _UTC_NAMES:
        raise MetricError(
            f"{metric} reads moments, and the Spark session's zone is {zone}.",
            hint='Set it: spark.conf.set("spark.sql.session.timeZone", "UTC").',
        )


def _column(
    metric: str, name: str, kind: Kind, dtype: nw.dtypes.DType, frame: nw.LazyFrame[Any]
) -> nw.Expr | None:
    """Give a column in the type of its kind; None where it is in it."""
    if kind in ("moment", "wall"):
        return _clock(metric, name, kind, dtype, frame)
    column = nw.col(name)
    if dtype == nw.Unknown and kind in _UNTYPED:
        return column.cast(_UNTYPED[kind])
    if kind == "count" and not dtype.is_numeric():
        raise MetricError(
            f"{metric} needs whole numbers in {name}; it holds {dtype}.",
            hint=f"Convert {name} to integers.",
        )
    number = kind == "count" or (_is_name(name, kind) and dtype.is_numeric())
    if number and dtype.is_float():
        column = column.fill_nan(None).cast(nw.Int64)
    if kind == "count":
        return column.cast(nw.Int64) if dtype != nw.Int64 else None
    if kind in _WANTED and not (dtype.is_numeric() or dtype in (nw.Boolean, nw.Unknown)):
        raise MetricError(
            f"{metric} needs {_WANTED[kind]} in {name}; it holds {dtype}.",
            hint=f"Convert {name}, or pass the frame that the loader gave.",
        )
    if kind == "rate" and dtype.is_float():
        return column.fill_nan(None)
    named = kind in ("key", "text") and isinstance(dtype, nw.Categorical | nw.Enum)
    return column.cast(nw.String) if number or named else None


def _clock(
    metric: str, name: str, kind: Kind, dtype: nw.dtypes.DType, frame: nw.LazyFrame[Any]
) -> nw.Expr | None:
    column = plain = nw.col(name)
    if dtype == nw.Unknown:
        return column.cast(nw.Datetime("us", "UTC" if kind == "moment" else None))
    if not isinstance(dtype, nw.Datetime):
        raise MetricError(
            f"{metric} needs moments in {name}; it holds {dtype}.",
            hint=f"Convert {name} to a datetime, or pass the frame that the loader gave.",
        )
    if frame.implementation.is_duckdb():  # whose moments `_zoned` has seen to
        return None
    local = frame.implementation.is_polars() or frame.implementation.is_pandas()
    if local and dtype.time_unit != "us":
        column = column.cast(nw.Datetime("us", dtype.time_zone))
    if kind == "moment" and local and not dtype.time_zone:
        column = column.dt.replace_time_zone("UTC")
    elif kind == "wall" and local and dtype.time_zone:
        column = column.dt.replace_time_zone(None)
    elif kind == "moment" and dtype.time_zone not in (None, "UTC"):
        column = column.dt.convert_time_zone("UTC")
    return column if column is not plain else None


def whole(totals: nw.LazyFrame[Any], fractions: Sequence[str] = ()) -> nw.LazyFrame[Any]:
    """Let the sums of a whole frame be missing too: pandas makes them plain integers.

    Args:
        totals: Counts.
        fractions: Columns that are none.
    """
    if not totals.implementation.is_pandas():
        return totals
    native: Any = totals.to_native()
    counts = {name: "Int64" for name in native.columns if name not in fractions}
    numbers: nw.LazyFrame[Any] = nw.from_native(native.astype(counts)).lazy()
    return numbers


def closed(result: nw.LazyFrame[Any], like: Any, schema: Schema, *, sort_by: Sequence[str]) -> Any:
    """Hand a result back: declared columns and types, sorted, as the kind of frame given.

    Args:
        result: Computed lazily.
        like: Frame that the user passed.
        schema: Columns of the result, in order.
        sort_by: Columns that make the order; nulls first.

    Returns:
        A lazy frame for a lazy one; else rows, in pandas with a fresh RangeIndex, whole numbers as
        ``Int64``, rates as ``float64``, flags as ``boolean`` and dates as ``datetime64[s]``.
    """
    pandas = result.implementation.is_pandas()
    result = result.sort(*sort_by).select(
        *(_declared(name, kind, pandas=pandas) for name, kind in schema.items())
    )
    if isinstance(nw.from_native(like), nw.LazyFrame):
        return result.to_native()
    native = result.collect().to_native()
    if not pandas:
        return native
    types = {
        "rate": "float64",
        "date": "datetime64[s]",
        "count": "Int64",
        "text": "str",
        "flag": "boolean",
    }
    wanted = {name: types[kind] for name, kind in schema.items() if kind in types}
    return native.reset_index(drop=True).astype(wanted)


def _declared(name: str, kind: Kind, *, pandas: bool) -> nw.Expr:
    column = nw.col(name)
    if pandas or kind not in _DTYPES:
        return column
    return column.cast(_DTYPES[kind])


def same_kind(metric: str, *frames: nw.DataFrame[Any] | nw.LazyFrame[Any]) -> None:
    """Refuse frames of different engines, or of different DuckDB connections, in one call.

    Args:
        metric: Name of the metric, for messages.
        *frames: Results of `opened` or `wrapped`.

    Raises:
        InvalidArgument: They differ.
    """
    kinds = sorted({str(frame.implementation).lower() for frame in frames})
    if len(kinds) > 1:
        raise InvalidArgument(
            f"{metric} was given frames of different kinds: {', '.join(kinds)}.",
            hint="Pass all of them as pandas, polars or Spark frames, or as DuckDB relations.",
        )
    if frames and frames[0].implementation.is_duckdb():
        _refuse_strangers(metric, [frame.to_native() for frame in frames])


def _refuse_strangers(metric: str, relations: Sequence[Any]) -> None:
    """DuckDB says only when relations are put together whether their connection is one."""
    first, *others = (relation.select("1") for relation in relations)
    try:
        for other in others:
            first.set_alias("a").cross(other.set_alias("b"))
    except sys.modules["duckdb"].InvalidInputException as error:
        raise InvalidArgument(
            f"{metric} was given relations of different DuckDB connections.",
            hint="Make all of them by one: connection.sql(...), or duckdb.sql(...) alone.",
        ) from error
