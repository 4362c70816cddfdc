"""Field values of contacts as one row per contact."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import polars as pl

from actoolkit.loaders._load import How, load
from actoolkit.loaders._wide import KEPT, Field, Shaped, name_columns, pieces, renamed, side_by_side
from actoolkit.tables.schema import Kind

SEVERAL = ("checkbox", "listbox", "multiselect")
"""Types of fields that hold several values, written ``||a||b||``."""
KINDS: Mapping[str, Kind] = {
    "date": "date",
    "datetime": "wall",
    **dict.fromkeys(SEVERAL, "texts"),
}
"""Kind of column by type of field; of all others text."""


def values_shape(how: How, *, whole: bool) -> Callable[[pl.DataFrame], Shaped]:
    """Give what makes one row per contact of the field values.

    Args:
        how: Of the load of the values; the definitions are loaded the same way.
        whole: Whether all values are loaded, so that a field without any has none.
    """
    plain = replace(
        how, since=None, until=None, limit=None, frame="polars", lazy=False, snapshot=None
    )
    definitions: pl.DataFrame = load("fields", plain)

    def wide(values: pl.DataFrame) -> Shaped:
        defined = _fields(definitions, values)
        names = name_columns(defined, KEPT["field_values"])
        present = set(values["field_id"])
        fields = [one for one in defined if whole or one.ident in present]
        several = {one.ident for one in fields if one.kind == "texts"}
        rows: dict[str, dict[str, object]] = {}
        repeated = 0
        columns = ("contact_id", "field_id", "value")
        for contact, field, value in values.select(columns).drop_nulls("field_id").iter_rows():
            row = rows.setdefault(contact, {"contact_id": contact})
            repeated += names[field] in row
            row[names[field]] = pieces(value) if field in several else value or None
        frame, said = side_by_side("field_values", "contact_id", [*rows.values()], fields, names)
        again = (f"{repeated} values repeat a contact's field: the later one counts",)
        return frame, (*renamed(fields, names), *said, *again * bool(repeated))

    return wide


def _fields(definitions: pl.DataFrame, values: pl.DataFrame) -> list[Field]:
    """The defined fields, and those that only have values."""
    known = {row["field_id"]: row for row in definitions.iter_rows(named=True)}
    present = values["field_id"].drop_nulls().unique().to_list()
    fields = []
    for ident in sorted({*known, *present}, key=lambda one: (len(one), one)):
        row = known.get(ident, {})
        label = row.get("personalization_tag") or row.get("title") or f"field {ident}"
        fields.append(Field(ident, label, KINDS.get(str(row.get("type")), "text")))
    return fields
