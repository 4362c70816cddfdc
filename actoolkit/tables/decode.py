"""Rows of strict JSON become a typed frame: nothing inferred, nothing dropped without a count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import msgspec
import polars as pl

from actoolkit.errors import DecodeError
from actoolkit.tables.blocks import Blocks
from actoolkit.tables.convert import Converted, convert, wall_clock
from actoolkit.tables.schema import EXTRA, Column, Table
from actoolkit.tables.wire import canonical_json

BLOCK_ROWS = 20_000
"""Rows that wait as Python values before they become a frame."""


PAGE_ROWS = 500
"""Rows whose fields are read at one go: few enough for the processor's cache."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A typed frame, and what of the rows is not in its columns.

    Attributes:
        frame: Columns and types of the table's schema; one row per row received, in their order.
        unknown: Fields that the table does not know, with the number of rows that had them.
        rescued: Known fields whose value did not fit, with the number of such values.

    Both kinds are in the ``_extra`` column: a JSON object keyed by the wire's field names.
    """

    frame: pl.DataFrame
    unknown: Counter[str]
    rescued: Counter[str]


def decode(table: Table, rows: Sequence[Mapping[str, object]]) -> Decoded:
    """Turn the rows of an answer into a typed frame.

    Args:
        table: The shape, such as `actoolkit.tables.CAMPAIGNS`.
        rows: Objects as parsed from JSON. A missing field is null.

    Returns:
        The frame with exactly ``table.schema``, also for no rows, and the counts of unknown fields
        and rescued values.

    Raises:
        DecodeError: A row is not a JSON object.

    Example:
        >>> from actoolkit.tables import SCORES, decode
        >>> decoded = decode(SCORES, [{"id": "2", "name": "Clicks", "status": "1", "new": 5}])
        >>> decoded.frame.select("score_id", "name", "active", "_extra").row(0)
        ('2', 'Clicks', True, '{"new":5}')
        >>> decoded.unknown
        Counter({'new': 1})
    """
    decoder = Decoder(table)
    for start in range(0, len(rows), PAGE_ROWS):
        decoder.add(rows[start : start + PAGE_ROWS])
    return decoder.finish()


class Decoder:
    """Decodes page after page, holding the values of one block and the blocks before.

    Rows are mappings, or msgspec structs with a field for each of the wire's: ``msgspec.UNSET`` in
    one that the table does not know means that the row lacks it.

    Args:
        table: The shape.
        block_rows: Rows after which the collected values become a frame.

    Example:
        >>> from actoolkit.tables import SCORES, Decoder
        >>> decoder = Decoder(SCORES)
        >>> for page in ([{"id": "1"}], [{"id": "2"}]):
        ...     decoder.add(page)
        >>> decoder.finish().frame["score_id"].to_list()
        ['1', '2']
    """

    def __init__(self, table: Table, *, block_rows: int = BLOCK_ROWS) -> None:
        self.table = table
        self.rows = 0
        self.unknown: Counter[str] = Counter()
        self.rescued: Counter[str] = Counter()
        self._block_rows = block_rows
        self._known = table.known_fields
        self._fields = sorted(table.read_fields)
        self._blocks = Blocks(table.schema)
        self._start_block()

    def add(self, rows: Sequence[Mapping[str, object]]) -> None:
        """Take the rows of one page.

        Raises:
            DecodeError: A row is not a JSON object.
        """
        if not rows:
            return
        if isinstance(rows[0], msgspec.Struct):
            self._add_slots(rows)
        else:
            self._add_mappings(self._checked(rows))
        self._block_size += len(rows)
        self.rows += len(rows)
        if self._block_size >= self._block_rows:
            self._flush()

    def finish(self) -> Decoded:
        """The frame of all rows taken so far."""
        frame = self.blocks().whole()
        return Decoded(frame, Counter(self.unknown), Counter(self.rescued))

    def blocks(self) -> Blocks:
        """The frames of all rows taken so far, in their order."""
        self._flush()
        return self._blocks

    def _add_mappings(self, rows: Sequence[Mapping[str, object]]) -> None:
        self._collect_unknown(rows)
        # Row by row, since the fields of a row lie together in memory.
        picked = [tuple(map(row.get, self._fields)) for row in rows]
        for name, values in zip(self._fields, zip(*picked, strict=True), strict=True):
            self._values[name].extend(values)

    def _add_slots(self, rows: Sequence[Any]) -> None:
        """Take rows of one type whose slots are named by its encoded fields."""
        names = type(rows[0]).__struct_encode_fields__
        slots = dict(zip(names, zip(*map(msgspec.structs.astuple, rows), strict=True), strict=True))
        for name in self._fields:
            self._values[name].extend(slots.get(name) or repeat(None, len(rows)))
        for name in slots.keys() - self._known:
            for number, value in enumerate(slots[name], start=self._block_size):
                if value is not msgspec.UNSET:
                    self._extra.setdefault(number, {})[name] = value
                    self.unknown[name] += 1

    def _start_block(self) -> None:
        self._values: dict[str, list[object]] = {name: [] for name in self._fields}
        self._extra: dict[int, dict[str, object]] = {}
        self._block_size = 0

    def _checked(self, rows: Sequence[Mapping[str, object]]) -> Sequence[Mapping[str, object]]:
        if all(issubclass(kind, Mapping) for kind in set(map(type, rows))):
            return rows
        if self.table.scalar and all(isinstance(row, str) for row in rows):
            return [{self.table.scalar: row} for row in rows]
        number, row = next((i, r) for i, r in enumerate(rows) if not isinstance(r, Mapping))
        raise DecodeError(
            f"Row {self.rows + number} of {self.table.name} is a {type(row).__name__}, "
            "not an object.",
            hint="The API changed its answer, or a proxy did: run `actoolkit doctor`.",
        )

    def _collect_unknown(self, rows: Sequence[Mapping[str, object]]) -> None:
        known = self._known
        if all(map(known.issuperset, rows)):
            return
        for number, row in enumerate(rows, start=self._block_size):
            extra = {name: value for name, value in row.items() if name not in known}
            if extra:
                self._extra[number] = extra
                self.unknown.update(extra.keys())

    def _flush(self) -> None:
        if not self._block_size:
            return
        series: dict[str, pl.Series] = {}
        for column in self.table.columns:
            values, local = self._column(column)
            series[column.name] = values
            if local is not None:
                series[str(self.table.local_column)] = local
        extra: list[str | None] = [None] * self._block_size
        for number, fields in self._extra.items():
            extra[number] = canonical_json(fields)
        series[EXTRA] = pl.Series(extra, dtype=pl.String)
        self._blocks.append(pl.DataFrame(series, schema=self.table.schema))
        self._start_block()

    def _column(self, column: Column) -> tuple[pl.Series, pl.Series | None]:
        """A column, and its wall-clock twin when it is the table's time column."""
        converted = self._convert(column, column.source)
        values = converted.values
        local = None
        if column.name == self.table.time_column:
            local = wall_clock(converted.texts).set(values.is_null(), None)
        for alias in column.aliases:
            other = self._convert(column, alias).values
            values = values.fill_null(other)
            self._rescue(alias, (values != other).fill_null(value=False).arg_true().to_list())
        for name in column.fallback:
            if not values.null_count():
                break
            other_converted = convert(column, self._values[name])
            if local is not None:
                local = local.zip_with(values.is_not_null(), wall_clock(other_converted.texts))
            values = values.fill_null(other_converted.values)
        return values, local

    def _convert(self, column: Column, name: str) -> Converted:
        converted = convert(column, self._values[name])
        self._rescue(name, converted.unfit)
        return converted

    def _rescue(self, name: str, numbers: Sequence[int]) -> None:
        values = self._values[name]
        for number in numbers:
            self._extra.setdefault(number, {})[name] = values[number]
        if numbers:
            self.rescued[name] += len(numbers)
