"""Records of custom objects with a column per field and per relationship."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import msgspec
import polars as pl

from actoolkit.errors import InvalidArgument
from actoolkit.loaders._ids import Ids, ids_of
from actoolkit.loaders._load import How, load
from actoolkit.loaders._wide import KEPT, Field, Shaped, name_columns, renamed, side_by_side
from actoolkit.tables import EXTRA
from actoolkit.tables.schema import Kind

KINDS: Mapping[str, Kind] = {
    "number": "number",
    "currency": "number",
    "date": "date",
    "datetime": "datetime",
    "boolean": "flag",
    **dict.fromkeys(("checkbox", "listbox", "multiselect", "multi-select"), "texts"),
}
"""Kind of column by type of field; of all others text."""


def records_shape(schema_id: Ids, how: How) -> Callable[[pl.DataFrame], Shaped]:
    """Give what turns the JSON of records into columns.

    Args:
        schema_id: Their kind.
        how: Of the load of the records; the definitions are loaded the same way.

    Raises:
        InvalidArgument: Not exactly one kind that the account has.
    """
    kinds = ids_of("schema_id", schema_id)
    if len(kinds) != 1:
        raise InvalidArgument(
            f"wide=True needs one schema_id, not {len(kinds)}.", hint="Load kind by kind."
        )
    plain = replace(
        how, since=None, until=None, limit=None, frame="polars", lazy=False, snapshot=None
    )
    schemas: pl.DataFrame = load("custom_object_schemas", plain)
    schema = schemas.filter(schema_id=kinds[0])
    if not schema.height:
        raise InvalidArgument(
            f"schema_id={kinds[0]!r} is no kind of this account.",
            hint="load_custom_object_schemas() lists them.",
        )
    defined = _objects(schema["fields"][0])
    related = _objects(schema["relationships"][0])

    kept = KEPT["custom_object_records"]

    def wide(records: pl.DataFrame) -> Shaped:
        fields = [
            Field(str(one["id"]), str(one.get("slug") or one["id"]), _kind(one))
            for one in defined
            if "id" in one
        ]
        links = [
            Field(f"relationship {one['id']}", f"{one['id']} ids", "texts")
            for one in related
            if "id" in one
        ]
        names = name_columns([*fields, *links], kept)
        rows = [_row(row, names) for row in records.iter_rows(named=True)]
        every = [*fields, *links]
        cells, said = side_by_side("custom_object_records", "record_id", rows, every, names)
        extra = [_merged(*pair) for pair in zip(records[EXTRA], cells[EXTRA], strict=True)]
        shaped = pl.concat(
            [records.select(kept), cells.drop("record_id", EXTRA)], how="horizontal"
        ).with_columns(pl.Series(EXTRA, extra, pl.String))
        return shaped, (*renamed(every, names), *said)

    return wide


def _kind(field: Mapping[str, object]) -> Kind:
    return KINDS.get(str(field.get("type")), "text")


def _row(row: Mapping[str, str | None], names: Mapping[str, str]) -> dict[str, object]:
    """The values of a record by column; those of no known field keep their id."""
    cells: dict[str, object] = {"record_id": row["record_id"]}
    for one in _objects(row["fields"]):
        ident = str(one.get("id"))
        cells[names.get(ident, ident)] = one.get("value")
    related = msgspec.json.decode(row["relationships"] or "{}")
    for slug, ids in related.items() if isinstance(related, dict) else ():
        cells[names.get(f"relationship {slug}", slug)] = ids
    return cells


def _objects(text: str | None) -> list[dict[str, object]]:
    found = msgspec.json.decode(text or "[]")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _merged(*texts: str | None) -> str | None:
    """One JSON object of several."""
    whole = dict(_items(texts))
    return msgspec.json.encode(whole, order="sorted").decode() if whole else None


def _items(texts: tuple[str | None, ...]) -> Iterator[tuple[str, object]]:
    for text in texts:
        yield from msgspec.json.decode(text or "{}", type=dict[str, object]).items()
