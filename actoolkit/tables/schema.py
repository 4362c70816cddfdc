"""What a table is: its grain, its key, and one declaration for each column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

Kind = Literal[
    "id", "text", "count", "flag", "cents", "number", "datetime", "wall", "date", "code", "texts", "json"
]
"""How a wire value becomes a column value.

- ``id``: String; "0" and "" mean none and become null.
- ``text``: String, as it came.
- ``count``: Int64.
- ``flag``: Boolean, from "0"/"1".
- ``cents``: Int64, hundredths of the currency beside it.
- ``number``: Float64.
- ``datetime``: instant with an offset on the wire; Datetime(us, UTC).
- ``wall``: naive timestamp on the wire; Datetime(us) without a zone.
- ``date``: Date.
- ``code``: String label of a documented code; an unknown one keeps its number ("status 9").
- ``texts``: List(String).
- ``json``: String, canonical JSON of a nested value.
"""

Evidence = Literal["documented", "recorded", "seen"]
"""Where a field is known from: the reference, a recorded answer, or a live account's key names."""

EXTRA = "_extra"
"""Trailing column of every table: JSON of unknown fields and of values that did not fit their column."""

DTYPES: Mapping[Kind, pl.DataType] = {
    "id": pl.String(),
    "text": pl.String(),
    "count": pl.Int64(),
    "flag": pl.Boolean(),
    "cents": pl.Int64(),
    "number": pl.Float64(),
    "datetime": pl.Datetime("us", "UTC"),
    "wall": pl.Datetime("us"),
    "date": pl.Date(),
    "code": pl.String(),
    "texts": pl.List(pl.String()),
    "json": pl.String(),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Args:
        name: Column name in the frame.
        source: Field name on the wire.
        kind: How the wire value becomes a column value.
        meaning: One sentence.
        unit: Unit of a number or moment, "" when it has none.
        pii: Whether the value is personal data.
        evidence: Where the field is known from.
        codes: Wire code to label, for kind "code".
    """

    name: str
    source: str
    kind: Kind
    meaning: str
    unit: str = ""
    pii: bool = False
    evidence: Evidence = "documented"
    codes: Mapping[str, str] = field(default_factory=dict)

    @property
    def dtype(self) -> pl.DataType:
        """The polars type of the column."""
        return DTYPES[self.kind]


@dataclass(frozen=True, slots=True)
class Table:
    """The shape of one endpoint's rows.

    Args:
        name: Plural noun in snake case; the loader is ``load_<name>``.
        grain: "one row per ...".
        key: Name of the column that identifies a row, or None where the API gives none.
        columns: In the order of the frame; the key first.
        omitted: Wire fields left out on purpose, with the reason ("heavy", "secret", "links", "duplicate of x").
        time_column: The one column that ``since`` and ``until`` filter, or None. It also comes as
            ``*_local``: the wall clock of the account's zone.
        source: The API page.
    """

    name: str
    grain: str
    key: str | None
    columns: tuple[Column, ...]
    omitted: Mapping[str, str] = field(default_factory=dict)
    time_column: str | None = None
    source: str = ""

    @property
    def local_column(self) -> str | None:
        """Name of the wall-clock twin of the time column, or None."""
        return self.time_column.removesuffix("_at") + "_local" if self.time_column else None

    @property
    def schema(self) -> pl.Schema:
        """Names and types of the frame, the wall-clock twin after its instant and ``_extra`` last."""
        fields: dict[str, pl.DataType] = {}
        for column in self.columns:
            fields[column.name] = column.dtype
            if column.name == self.time_column:
                fields[str(self.local_column)] = pl.Datetime("us")
        fields[EXTRA] = pl.String()
        return pl.Schema(fields)

    def empty(self) -> pl.DataFrame:
        """A frame of this shape with no rows."""
        return pl.DataFrame(schema=self.schema)
