"""What every table and column means, as a frame."""

from __future__ import annotations

import difflib

import polars as pl

from actoolkit.errors import InvalidArgument
from actoolkit.tables.catalogue import TABLES
from actoolkit.tables.schema import EXTRA, Column, Table

_EXTRA_MEANING = "JSON of fields that the table does not know and of values that did not fit."


def describe(name: str | None = None) -> pl.DataFrame:
    """Tell what the tables hold, or what one table's columns mean.

    Args:
        name: A table such as "ecom_orders"; None for all tables.

    Returns:
        Without a name, one row per table:
            table (String), grain (String): what one row is,
            key (String): the identifying column, null where the API gives none,
            columns (Int64), time_column (String): what ``since`` and ``until`` filter, or null,
            documented (Boolean): False where only maintained clients prove the collection,
            source (String): the API page.
        With a name, one row per column of the frame, then one per field left out:
            column (String): null for a field that cannot be asked for,
            source (String): the wire's field, dtype (String), unit (String), meaning (String),
            personal_data (Boolean), evidence (String): documented, recorded, seen (a live account's
            key names) or client (a maintained client's source),
            omitted (String): why it is left out, null for a column.

    Raises:
        InvalidArgument: There is no such table.

    Example:
        >>> import actoolkit as ac
        >>> ac.describe("scores").row(4, named=True)["meaning"]
        'Whether it is kept up to date.'
    """
    if name is None:
        return pl.DataFrame([_table_row(table) for table in TABLES.values()], schema=_TABLE_SCHEMA)
    if name not in TABLES:
        close = difflib.get_close_matches(name, TABLES, n=3) or list(TABLES)
        raise InvalidArgument(
            f"There is no table {name!r}.", hint=f"Did you mean {', '.join(close)}?"
        )
    return pl.DataFrame(_column_rows(TABLES[name]), schema=_COLUMN_SCHEMA)


_TABLE_SCHEMA = {
    "table": pl.String,
    "grain": pl.String,
    "key": pl.String,
    "columns": pl.Int64,
    "time_column": pl.String,
    "documented": pl.Boolean,
    "source": pl.String,
}
_COLUMN_SCHEMA = {
    "column": pl.String,
    "source": pl.String,
    "dtype": pl.String,
    "unit": pl.String,
    "meaning": pl.String,
    "personal_data": pl.Boolean,
    "evidence": pl.String,
    "omitted": pl.String,
}


def _table_row(table: Table) -> dict[str, object]:
    return {
        "table": table.name,
        "grain": table.grain,
        "key": table.key,
        "columns": len(table.schema),
        "time_column": table.time_column,
        "documented": table.documented,
        "source": table.source,
    }


def _column_rows(table: Table) -> list[dict[str, object]]:
    rows = []
    for column in table.columns:
        rows.append(_column_row(column))
        if column.name == table.time_column:
            rows.append(
                _column_row(column)
                | {
                    "column": table.local_column,
                    "dtype": str(pl.Datetime("us")),
                    "unit": "account's wall clock",
                    "meaning": f"Wall clock of {column.name} as the API wrote it.",
                }
            )
    rows.append(
        {
            "column": EXTRA,
            "source": "",
            "dtype": str(pl.String()),
            "unit": "",
            "meaning": _EXTRA_MEANING,
            "personal_data": True,
            "evidence": None,
            "omitted": None,
        }
    )
    offered = {column.source: column for column in table.on_request}
    for source, reason in table.omitted.items():
        row: dict[str, object] = {"source": source}
        if source in offered:
            row = _column_row(offered[source])
        rows.append(row | {"omitted": reason})
    return rows


def _column_row(column: Column) -> dict[str, object]:
    return {
        "column": column.name,
        "source": ", else ".join((column.source, *column.aliases, *column.fallback)),
        "dtype": str(column.dtype),
        "unit": column.unit,
        "meaning": column.meaning,
        "personal_data": column.pii,
        "evidence": column.evidence,
        "omitted": None,
    }
