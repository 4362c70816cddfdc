"""One field's wire values become one typed series; what does not fit is pointed out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import polars as pl

from actoolkit.tables.schema import Column, Kind
from actoolkit.tables.wire import json_texts, scalar_texts, text_lists

Typed = tuple[pl.Series, pl.Series]
"""Typed values, and which texts mean that there is no value."""

_OFFSET = r"[+-]\d{2}:?\d{2}$"
_ZERO_DATE = r"^0000-00-00(?:[T ]00:00(?::00(?:\.0+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$"
_FIRST = datetime(1, 1, 2, tzinfo=UTC)
_LAST = datetime(9999, 12, 30, tzinfo=UTC)
_TRUE = ("1", "true", "True")
_FALSE = ("0", "false", "False")


class Converted(NamedTuple):
    """A converted field.

    Attributes:
        values: The typed series.
        texts: The wire texts behind it, for the wall-clock twin of an instant.
        unfit: Row numbers whose wire value does not fit; their typed value is null. Always empty
            for "none_id": the id column of the same field tells.
    """

    values: pl.Series
    texts: pl.Series
    unfit: list[int]


def convert(column: Column, values: Sequence[object]) -> Converted:
    """Convert one field of many rows.

    Args:
        column: The declaration; its kind decides.
        values: Wire values in row order, None where the field is null or missing.
    """
    if column.kind == "json":
        texts = json_texts(values)
        return Converted(texts, texts, [])
    if column.kind == "texts":
        lists, unfit = text_lists(values)
        return Converted(lists, lists, unfit)
    texts, unfit = scalar_texts(column.kind, values)
    if texts.null_count() == len(texts):
        nothing = pl.Series([None], dtype=column.dtype).new_from_index(0, len(texts))
        return Converted(nothing, texts, [] if column.kind == "none_id" else unfit)
    if column.kind == "code":
        typed, none = _labels(texts, column)
    else:
        typed, none = _TYPED[column.kind](texts)
    lost = texts.is_not_null() & typed.is_null() & ~none
    if column.kind == "none_id":
        unfit = []
    elif lost.any():
        unfit = sorted({*unfit, *lost.arg_true().to_list()})
    return Converted(typed, texts, unfit)


def wall_clock(texts: pl.Series) -> pl.Series:
    """The wall clock written in ISO texts with a numeric offset, the offset dropped.

    A text that ends in "Z" names no account zone and becomes null.
    """
    return _wall(texts)[0]


def _is_empty(texts: pl.Series) -> pl.Series:
    return (texts == "").fill_null(value=False)


def _blanked(texts: pl.Series, none: pl.Series) -> pl.Series:
    return texts.set(none, None) if none.any() else texts


def _id(texts: pl.Series) -> Typed:
    none = texts.is_in(["", "0"]).fill_null(value=False)
    return _blanked(texts, none), none


def _as_is(texts: pl.Series) -> Typed:
    return texts, texts.is_null()


def _currency(texts: pl.Series) -> Typed:
    none = _is_empty(texts)
    return _blanked(texts.str.to_uppercase(), none), none


def _count(texts: pl.Series) -> Typed:
    numbers = texts.cast(pl.Int64, strict=False)
    if numbers.null_count() > texts.null_count():
        whole = texts.str.replace(r"^(-?\d+)\.0+$", "$1").cast(pl.Int64, strict=False)
        numbers = numbers.fill_null(whole)
    return numbers, _is_empty(texts)


def _number(texts: pl.Series) -> Typed:
    numbers = texts.cast(pl.Float64, strict=False)
    exact = numbers.is_finite() & (numbers.abs() < 2**53)
    if not exact.all():
        numbers = numbers.set(~exact.fill_null(value=True), None)
    return numbers, _is_empty(texts)


def _flag(texts: pl.Series) -> Typed:
    yes = texts.is_in(_TRUE)
    known = yes | texts.is_in(_FALSE)
    if not known.all():
        yes = yes.set(~known.fill_null(value=True), None)
    return yes, _is_empty(texts)


def _none_id(texts: pl.Series) -> Typed:
    return texts == "0", texts.is_null()


def _labels(texts: pl.Series, column: Column) -> Typed:
    none = _is_empty(texts)
    codes = _blanked(texts, none).to_frame("code")
    unknown = pl.lit(f"{column.source} ") + pl.col("code")
    label = pl.col("code").replace_strict(dict(column.codes), default=unknown)
    return codes.select(label if column.codes else unknown).to_series(), none


def _is_zero_date(texts: pl.Series) -> pl.Series:
    return ((texts == "") | texts.str.contains(_ZERO_DATE)).fill_null(value=False)


def _datetime(texts: pl.Series) -> Typed:
    instants = texts.str.to_datetime("%Y-%m-%dT%H:%M:%S%z", strict=False, time_unit="us")
    if instants.null_count() > texts.null_count():
        for layout in ("%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f%#z"):
            instants = instants.fill_null(
                texts.str.to_datetime(layout, strict=False, time_unit="us")
            )
    out = ~instants.is_between(_FIRST, _LAST).fill_null(value=True)
    return _blanked(instants, out), _is_zero_date(texts)


def _wall(texts: pl.Series) -> Typed:
    clocks = texts.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us")
    if clocks.null_count() > texts.null_count():
        bare = texts.str.replace(_OFFSET, "").str.replace("T", " ", literal=True)
        clocks = clocks.fill_null(
            bare.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", strict=False, time_unit="us")
        )
    out = ~clocks.dt.replace_time_zone("UTC").is_between(_FIRST, _LAST).fill_null(value=True)
    return _blanked(clocks, out), _is_zero_date(texts)


def _date(texts: pl.Series) -> Typed:
    days = texts.str.to_date("%Y-%m-%d", strict=False)
    out = ~days.is_between(_FIRST.date(), _LAST.date()).fill_null(value=True)
    return _blanked(days, out), _is_zero_date(texts)


_TYPED: Mapping[Kind, Callable[[pl.Series], Typed]] = {
    "id": _id,
    "text": _as_is,
    "count": _count,
    "cents": _count,
    "number": _number,
    "flag": _flag,
    "none_id": _none_id,
    "datetime": _datetime,
    "wall": _wall,
    "date": _date,
    "currency": _currency,
}
