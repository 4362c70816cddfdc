"""Python values of parsed JSON become series of texts and lists, before any typing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import cast

import msgspec
import polars as pl

from actoolkit.tables.schema import Kind

_TEXT = pl.String()
_SCALARS: Mapping[Kind, tuple[type, ...]] = {
    "id": (str, int),
    "code": (str, int),
    "none_id": (str, int),
    "count": (str, int, float),
    "cents": (str, int, float),
    "number": (str, int, float),
    "flag": (str, int, bool),
}
_BETWEEN = "\x1f"
_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_SORTED = msgspec.json.Encoder(order="sorted")
_LINES = _SORTED.encode_lines
_UNWRITTEN = (msgspec.MsgspecError, TypeError, ValueError, OverflowError, RecursionError)
"""For an integer or a surrogate that only the standard library writes."""
_ASCII_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def canonical_json(value: object) -> str:
    """JSON text with sorted keys and no spaces, the same for the same value."""
    try:
        return _SORTED.encode(value).decode()
    except _UNWRITTEN:
        pass
    text = _JSON(value)
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return _ASCII_JSON(value)
    return text


def json_texts(values: Sequence[object]) -> pl.Series:
    """Canonical JSON of each value, null for None."""
    try:
        lines = _LINES(values).decode().split("\n")
    except _UNWRITTEN:
        lines = [canonical_json(value) for value in values]
    texts = [None if value is None else line for value, line in zip(values, lines, strict=False)]
    return pl.Series(texts, dtype=_TEXT)


def scalar_texts(kind: Kind, values: Sequence[object]) -> tuple[pl.Series, list[int]]:
    """Scalars as texts, plus the rows whose value is no scalar of this kind."""
    try:
        return pl.Series(values, dtype=_TEXT, strict=True), []
    except (TypeError, OverflowError, UnicodeEncodeError):
        pass
    types = set(map(type, values))
    types.discard(type(None))
    accepted = _SCALARS.get(kind, (str,))
    if types == {int} and int in accepted:
        try:
            return pl.Series(values, dtype=pl.Int64).cast(_TEXT), []
        except (TypeError, OverflowError):
            pass
    if types == {bool} and bool in accepted:
        return pl.Series(values, dtype=pl.Boolean).cast(_TEXT), []
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


def text_lists(values: Sequence[object]) -> tuple[pl.Series, list[int]]:
    """Lists of texts, plus the rows whose value is no list of texts or integers."""
    if set(map(type, values)) <= {list, type(None)}:
        given_lists = cast("Sequence[list[str] | None]", values)
        if set(map(type, chain.from_iterable(filter(None, given_lists)))) <= {str}:
            try:
                return _list_series(given_lists), []
            except UnicodeEncodeError:
                pass
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
    return _list_series(lists), unfit


def _list_series(lists: Sequence[list[str] | None]) -> pl.Series:
    """A list column, without handing polars one Python list per row."""
    joined = [None if texts is None else _BETWEEN.join(texts) for texts in lists]
    if sum(text.count(_BETWEEN) for text in joined if text) != sum(
        len(texts) - 1 for texts in lists if texts
    ):
        return pl.Series(lists, dtype=pl.List(_TEXT))  # a text that holds the separator
    split = pl.Series(joined, dtype=_TEXT).str.split(_BETWEEN)
    empty = pl.Series([texts is not None and not texts for texts in lists], dtype=pl.Boolean)
    return split.zip_with(~empty, pl.Series([[]], dtype=pl.List(_TEXT)))
