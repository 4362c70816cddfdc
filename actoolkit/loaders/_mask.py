"""Frames without personal data: the same person has the same name in every table."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from urllib.parse import unquote

import polars as pl

from actoolkit.addresses import coded, find_address
from actoolkit.store import Manifest
from actoolkit.tables import EXTRA, Table

MASKED = "masked"
"""What stands for a personal text that is no address."""

_AT = "(?:[@\uff20\ufe6b]|%40)"
_ADDRESS = re.compile(
    r"[^\s@<>()\[\]\",;:=]+[@\uff20\ufe6b][^\s@<>()\[\]\",;:=&?#/]+"
    # In a link.
    r"|[^\s@<>()\[\]\",;:=&?#/]+%40[^\s@<>()\[\]\",;:=&?#/]+"
)
_LEFT = re.compile(rf"{_AT}[^\s@.]+\.[^\s@.]{{2,}}")
"""An address of a form that has no name, such as one in quotation marks."""
_DIGITS = 16
"""Hexadecimal digits of a name: among a million people, two share one once in 37 million tries."""

Namer = Callable[[str], str]


def namer(key: bytes) -> Namer:
    """Give the function that names people.

    Upper and lower case, blanks around an address and the percent signs of a link make no
    difference.

    Args:
        key: Without it nobody finds out whose name it is, not even by trying addresses.

    Example:
        >>> name = namer(b"a secret")
        >>> name("Ada@Shop.Example ") == name("ada@shop.example"), name("ada@shop.example")
        (True, 'person-c55df3861fa65d82')
    """

    def name(address: str) -> str:
        if "@" not in address and "%40" in address:
            address = unquote(address)
        plain = address.strip().casefold().replace("\uff20", "@").replace("\ufe6b", "@")
        return f"person-{hmac.digest(key, plain.encode(), 'sha256').hex()[:_DIGITS]}"

    return name


def mask(
    frame: pl.DataFrame, table: Table, name: Namer, *, kept: Iterable[str] | None = None
) -> pl.DataFrame:
    """Cover what is personal in a frame.

    An address becomes the person's name wherever it stands; any other personal text becomes
    "masked", any other personal value null. What the table does not know counts as personal.

    Args:
        frame: Rows of the table.
        table: Says what is personal.
        name: Names people.
        kept: In a frame of another shape, the columns that are the table's own.

    Returns:
        A frame of the same shape: the same columns and types, nulls stay nulls.
    """
    plain = {column.name for column in table.columns if not column.pii}
    plain = plain.intersection(kept) if kept is not None else {*plain, table.local_column or ""}
    return frame.with_columns(_covered(frame[one], one in plain, name) for one in frame.columns)


def _covered(column: pl.Series, plain: bool, name: Namer) -> pl.Series:  # noqa: FBT001
    if column.dtype == pl.String and column.name != EXTRA:
        return _texts(column, plain, name)
    if not plain:
        return pl.Series(column.name, [None] * len(column), dtype=column.dtype)
    if column.dtype == pl.List(pl.String):
        inner = column.explode(empty_as_null=True, keep_nulls=True)
        if inner.str.contains(_AT).any() or coded(inner):
            return column.list.eval(
                pl.element().map_batches(lambda part: _texts(part, plain=True, name=name))
            )
    return column


def _texts(column: pl.Series, plain: bool, name: Namer) -> pl.Series:  # noqa: FBT001
    values = column.drop_nulls().unique()
    hidden = set(coded(values)) if plain else set()
    if plain:
        values = values.filter(values.str.contains(_AT) | values.is_in(sorted(hidden)))
    if not values.len():
        return column
    new = [_text(one, plain, name) for one in values.to_list()]
    # What stands behind another coding than a link's has no place to put a name in.
    new = [
        MASKED if old in hidden and find_address(one) else one
        for old, one in zip(values.to_list(), new, strict=True)
    ]
    return column.replace(values, pl.Series(new, dtype=pl.String))


def _text(value: str, plain: bool, name: Namer) -> str:  # noqa: FBT001
    if _ADDRESS.fullmatch(value.strip()):
        return name(value)
    if plain or not value:
        covered = _ADDRESS.sub(lambda found: name(found.group()), value)
        return MASKED if _LEFT.search(covered) else covered
    return MASKED


def mask_manifest(manifest: Manifest, name: Namer) -> Manifest:
    """Cover the addresses that a load was asked for by, and say so.

    Args:
        manifest: Of the load.
        name: Names people.
    """

    def covered(value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        if isinstance(value, str):
            return _text(value, plain=True, name=name)
        return tuple(_text(one, plain=True, name=name) for one in value)

    query = {parameter: covered(value) for parameter, value in manifest.query.items()}
    return replace(manifest, query=query, notes=(*manifest.notes, "personal data are masked"))
