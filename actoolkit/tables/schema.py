"""What a table is: its grain, its key, and one declaration for each column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import polars as pl

from actoolkit.errors import InvalidArgument

Kind = Literal[
    "id",
    "text",
    "count",
    "flag",
    "cents",
    "number",
    "datetime",
    "wall",
    "date",
    "code",
    "currency",
    "none_id",
    "texts",
    "json",
]
"""How a wire value becomes a column value. A value of another form is rescued into ``_extra``.

- ``id``: String; "0" and "" mean none and become null; a JSON integer is taken too.
- ``text``: String, as it came.
- ``count``: Int64 from 12, "12" or 12.0; "" is null; "12.5" does not fit.
- ``flag``: Boolean from "0"/"1", 0/1, true/false; "" is null.
- ``cents``: Int64, hundredths of the currency beside it; read like ``count``.
- ``number``: Float64; only finite values below 2**53, which are exact.
- ``datetime``: instant with an offset on the wire; Datetime(us, UTC); zero dates are null.
- ``wall``: wall clock; Datetime(us) without a zone; a numeric offset on the wire is dropped.
- ``date``: Date; zero dates are null.
- ``code``: String label of a known code; an unknown one keeps its number ("status 9").
- ``currency``: String, upper-cased; "" is null.
- ``none_id``: Boolean, whether the id on the wire is "0".
- ``texts``: List(String).
- ``json``: String, canonical JSON of a nested value.
"""

Evidence = Literal["documented", "recorded", "seen", "client"]
"""Where a field is known from: the reference, a recorded answer, a live account's key names, or
only the source of a maintained client."""

EXTRA = "_extra"
"""Last column of every table: JSON of unknown fields and of values that did not fit."""

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
    "currency": pl.String(),
    "none_id": pl.Boolean(),
    "texts": pl.List(pl.String()),
    "json": pl.String(),
}

UNITS: Mapping[Kind, str] = {
    "cents": "hundredths of the currency",
    "datetime": "UTC",
    "wall": "account's wall clock",
    "date": "day",
    "currency": "ISO 4217",
}
"""Units of the kinds that always have the same one."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Args:
        name: Column name in the frame.
        source: Field name on the wire.
        kind: How the wire value becomes a column value.
        meaning: One sentence.
        unit: Unit of a number or moment, "" when it has none; filled in for kinds that have one.
        pii: Whether the value is personal data.
        evidence: Where the field is known from.
        codes: Wire code to label, for kind "code".
        aliases: Fields that repeat the value under another name: used where the source has none;
            one that disagrees is kept in ``_extra``.
        fallback: Fields of other columns to read, in this order, where the source has no value.
    """

    name: str
    source: str
    kind: Kind
    meaning: str
    unit: str = ""
    pii: bool = False
    evidence: Evidence = "documented"
    codes: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    fallback: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.unit:
            object.__setattr__(self, "unit", UNITS.get(self.kind, ""))

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
        omitted: Wire fields left out on purpose, with the reason ("heavy", "secret", "links", ...).
        on_request: Columns for some of the omitted fields, added by `including`.
        time_column: The one column that ``since`` and ``until`` filter, or None. It also comes as
            ``*_local``: the wall clock of the account's zone.
        documented: False for a collection that only maintained clients prove.
        scalar: Field name for the rows of a collection that lists bare strings; "" elsewhere.
        source: The API page.
    """

    name: str
    grain: str
    key: str | None
    columns: tuple[Column, ...]
    omitted: Mapping[str, str] = field(default_factory=dict)
    on_request: tuple[Column, ...] = ()
    time_column: str | None = None
    documented: bool = True
    scalar: str = ""
    source: str = ""

    @property
    def local_column(self) -> str | None:
        """Name of the wall-clock twin of the time column, or None."""
        return self.time_column.removesuffix("_at") + "_local" if self.time_column else None

    @property
    def schema(self) -> pl.Schema:
        """Names and types of the frame; the twin follows its instant, ``_extra`` is last."""
        fields: dict[str, pl.DataType] = {}
        for column in self.columns:
            fields[column.name] = column.dtype
            if column.name == self.time_column:
                fields[str(self.local_column)] = pl.Datetime("us")
        fields[EXTRA] = pl.String()
        return pl.Schema(fields)

    @property
    def known_fields(self) -> frozenset[str]:
        """Wire fields that are a column's source or alias, or omitted: all others are unknown."""
        sources = {name for column in self.columns for name in (column.source, *column.aliases)}
        return frozenset(sources | self.omitted.keys())

    @property
    def read_fields(self) -> frozenset[str]:
        """Wire fields that a column is read from."""
        return frozenset(
            name
            for column in self.columns
            for name in (column.source, *column.aliases, *column.fallback)
        )

    def including(self, *names: str) -> Table:
        """This table with columns that are otherwise left out (heavy, secret, IP addresses).

        Args:
            *names: Column names from `on_request`.

        Raises:
            InvalidArgument: A name is not among them.
        """
        offered = {column.name: column for column in self.on_request}
        unknown = [name for name in names if name not in offered]
        if unknown:
            raise InvalidArgument(
                f"{self.name} has no column {', '.join(map(repr, unknown))} to include.",
                hint=f"It offers: {', '.join(offered) or 'none'}.",
            )
        added = tuple(offered[name] for name in names)
        return replace(
            self,
            columns=self.columns + added,
            omitted={
                source: reason
                for source, reason in self.omitted.items()
                if source not in {column.source for column in added}
            },
        )

    def empty(self) -> pl.DataFrame:
        """A frame of this shape with no rows."""
        return pl.DataFrame(schema=self.schema)
