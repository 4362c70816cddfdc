"""Custom fields side by side: one column per field, named and typed by its definition."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from actoolkit.tables import EXTRA, Column, Table, decode
from actoolkit.tables.schema import Kind

Shaped = tuple[pl.DataFrame, tuple[str, ...]]
"""A frame in another shape, and sentences about what happened on the way."""

KEPT: Mapping[str, tuple[str, ...]] = {
    "field_values": ("contact_id",),
    "custom_object_records": (
        "record_id",
        "external_id",
        "schema_id",
        "created_at",
        "updated_at",
    ),
}
"""Columns of a table that it keeps when its fields stand side by side; all others are fields."""


@dataclass(frozen=True, slots=True)
class Field:
    """One custom field.

    Args:
        ident: Its id.
        label: What people, or mails, call it.
        kind: How its values become a column's.
    """

    ident: str
    label: str
    kind: Kind


def name_columns(fields: Sequence[Field], taken: Iterable[str]) -> dict[str, str]:
    """Name a column for each field: its label in snake case, with the id where labels collide.

    Args:
        fields: Each with an id of its own.
        taken: Names of columns that are there already.

    Returns:
        Column by the field's id. A field has the same name whatever the order of the fields.

    Example:
        >>> fields = [Field("1", "Shoe Size", "text"), Field("2", "shoe size", "text")]
        >>> name_columns([*fields, Field("3", "2nd", "text")], ())
        {'1': 'shoe_size_1', '2': 'shoe_size_2', '3': 'field_2nd'}
    """
    names = {one.ident: _snake(one.label) for one in fields}
    reserved = {*taken, EXTRA}
    for mark in ("_", "_field_", "_custom_field_"):
        counts = Counter(names.values())
        for ident, name in names.items():
            if counts[name] > 1 or name in reserved:
                names[ident] = f"{name}{mark}{_snake(ident, bare=True)}"
    return names


def _snake(label: str, *, bare: bool = False) -> str:
    """Letters and digits of any script, underscores between; never a digit first unless bare."""
    name = re.sub(r"[\W_]+", "_", label).strip("_").lower()
    return name if bare or (name and not name[0].isdigit()) else f"field_{name}".rstrip("_")


def renamed(fields: Sequence[Field], names: Mapping[str, str]) -> tuple[str, ...]:
    """Say which fields got another name than their label's, since it was taken.

    Args:
        fields: All of them.
        names: As `name_columns` gives them.
    """
    moved = [
        f"{one.label!r} is {names[one.ident]}"
        for one in fields
        if names[one.ident] != _snake(one.label)
    ]
    return (f"field names that collided: {', '.join(moved)}",) if moved else ()


def side_by_side(
    name: str,
    key: str,
    rows: Sequence[Mapping[str, object]],
    fields: Sequence[Field],
    names: Mapping[str, str],
) -> Shaped:
    """Give the frame of rows whose values are keyed by their column.

    Args:
        name: Of the table, for messages.
        key: Column that identifies a row.
        rows: The key and the values of each row, by column.
        fields: All of them.
        names: As `name_columns` gives them.

    Returns:
        The key, a column per field, and ``_extra`` with the values that did not fit; and how many
        those are.
    """
    table = Table(
        name=name,
        grain="",
        key=key,
        columns=(
            Column(key, key, "id", ""),
            *(Column(names[one.ident], names[one.ident], one.kind, "", pii=True) for one in fields),
        ),
    )
    decoded = decode(table, rows)
    misfits = ", ".join(f"{column} ({count})" for column, count in sorted(decoded.rescued.items()))
    return decoded.frame, (f"values that did not fit kept in _extra: {misfits}",) * bool(misfits)


def pieces(text: object) -> object:
    """Split the values of a field that holds several; what is no text stays as it is.

    Example:
        >>> pieces("||Filter||Press||"), pieces("Press"), pieces("")
        (['Filter', 'Press'], ['Press'], None)
    """
    if not isinstance(text, str):
        return text
    return [part for part in text.split("||") if part] or None
