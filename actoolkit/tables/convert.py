"""One field's wire values become one typed series; what does not fit is pointed out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import polars as pl

from actoolkit.tables.schema import Column, Kind

Typed = tuple[pl.Series, pl.Series]
"""Typed values, and which texts mean that there is no value."""

_TEXT = pl.String()
_OFFSET = r"[+-]\d{2}:?\d{2}$"
_FIRST = datetime(1, 1, 2, tzinfo=UTC)
_LAST = datetime(9999, 12, 30, tzinfo=UTC)
_TRUE = ("1", "true", "True")
_FALSE = ("0", "false", "False")
_SCALARS: Mapping[Kind, tuple[type, ...]] = {
    "id": (str, int),
    "code": (str, int),
    "none_id": (str, int),
    "count": (str, int, float),
    "cents": (str, int, float),
    "number": (str, int, float),
    "flag": (str, int, bool),
}
_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_ASCII_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


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


def canonical_json(value: object) -> str:
    """JSON text with sorted keys and no spaces, the same for the same value."""
    text = _JSON(value)
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return _ASCII_JSON(value)
    return text


def convert(column: Column, values: Sequence[object]) -> Converted:
    """Convert one field of many rows.

    Args:
        column: The declaration; its kind decides.
        values: Wire values in row order, None where the field is null or missing.
    """
    if column.kind == "json":
        texts = pl.Series([None if v is None else canonical_json(v) for v in values], dtype=_TEXT)
        return Converted(texts, texts, [])
    if column.kind == "texts":
        return _text_lists(values)
    texts, unfit = _as_texts(column.kind, values)
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


def _as_texts(kind: Kind, values: Sequence[object]) -> tuple[pl.Series, list[int]]:
    """Scalars as texts, plus the rows whose value is no scalar of this kind."""
    types = set(map(type, values))
    types.discard(type(None))
    if not types:
        return pl.Series([None], dtype=_TEXT).new_from_index(0, len(values)), []
    if types == {str}:
        try:
            return pl.Series(values, dtype=_TEXT), []
        except UnicodeEncodeError:
            pass
    accepted = _SCALARS.get(kind, (str,))
    if types == {int} and int in accepted:
        try:
            return pl.Series(values, dtype=pl.Int64).cast(_TEXT), []
        except (TypeError, OverflowError):
            pass
    texts: list[str | None] = []
    unfit: list[int] = []
    for row, value in enumerate(values):
        text = None if value is None else _scalar_text(value, accepted)
        if text is None and value is not None:
            unfit.append(row)
        texts.append(text)
    return pl.Series(texts, dtype=_TEXT), unfit


def _scalar_text(value: object, accepted: tuple[type, ...]) -> str | None:
    """The text of an accepted scalar, or None."""
    if type(value) not in accepted:
        return None
    if isinstance(value, str):
        return value if value.isascii() or _encodable(value) else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**63) <= value < 2**63:
        return None
    return str(value)


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


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
    exact = numbers.is_finite() & (numbers.abs() <= 2**53)
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
    return ((texts == "") | texts.str.starts_with("0000-00-00")).fill_null(value=False)


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
    return texts.str.to_date("%Y-%m-%d", strict=False), _is_zero_date(texts)


def _text_lists(values: Sequence[object]) -> Converted:
    lists: list[list[str] | None] = []
    unfit: list[int] = []
    for row, value in enumerate(values):
        given = value if isinstance(value, list) else None
        texts = [_scalar_text(item, (str, int)) for item in given or ()]
        items = [text for text in texts if text is not None]
        fits = given is not None and len(items) == len(given)
        lists.append(items if fits else None)
        if not fits and value not in (None, ""):
            unfit.append(row)
    series = _list_series(lists)
    return Converted(series, series, unfit)


def _list_series(lists: Sequence[list[str] | None]) -> pl.Series:
    """A list column, without handing polars one Python list per row."""
    items = [(row, text) for row, texts in enumerate(lists) if texts for text in texts]
    flat = pl.DataFrame(items, schema={"row": pl.Int64, "text": pl.String}, orient="row")
    grouped = flat.group_by("row", maintain_order=True).agg("text")
    frame = pl.DataFrame({"row": range(len(lists)), "given": [v is not None for v in lists]})
    empty = pl.lit([], dtype=pl.List(pl.String))
    return (
        frame.with_columns(pl.col("row").cast(pl.Int64))
        .join(grouped, on="row", how="left", maintain_order="left")
        .select(pl.when("given").then(pl.col("text").fill_null(empty)))
        .to_series()
    )


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
