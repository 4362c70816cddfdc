"""Rows as they came become the rows of a table: each once, in an order that is not luck.

Of a long table only the keys are held while its order is found out; its rows then come piece by
piece, so that a load can be published without ever being whole in memory.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from actoolkit.tables import Blocks, Table

PIECE_ROWS = 25_000
"""Rows of one piece."""
_FIRST = pl.struct(pl.all()).is_first_distinct()
_PLAIN = r"^[1-9]\d{0,17}$"


class Ordered:
    """The rows of a load: each once, in the order of the key or as they came.

    Args:
        table: Their shape.
        blocks: As they came: of each key the last row counts.
        as_they_came: Keep the order in which they came.
        limit: Rows at most.
        paged: Whether a row may have come with several pages: one that has no key is told by all of
            its values then.
    """

    def __init__(
        self,
        table: Table,
        blocks: Blocks,
        *,
        as_they_came: bool = False,
        limit: int | None = None,
        paged: bool = True,
    ) -> None:
        self._blocks = blocks
        self._frame: pl.DataFrame | None = None
        self._places = pl.DataFrame()
        if not blocks.compressed or table.key is None:
            frame = blocks.whole()
            frame = _once(table, frame, paged=paged)
            self.distinct = frame.height
            frame = frame if limit is None else frame.head(limit)
            self._frame = frame if as_they_came else by_key(table, frame)
            self.height = self._frame.height
            return
        places = _places(table.key, blocks)
        if places.schema[table.key].is_integer() and not as_they_came and limit is None:
            key = pl.col(table.key)  # a stable sort says which is the last, with little memory
            places = places.sort(key, maintain_order=True)
            places = places.filter(key.ne_missing(key.shift(-1)))
        else:
            places = self._once_placed(table, places)
        self.distinct = places.height
        places = places if limit is None else places.head(limit)
        self._places = (places if as_they_came else by_key(table, places)).drop(table.key)
        self.height = self._places.height

    @property
    def long(self) -> bool:
        """Whether the rows are better taken piece by piece."""
        return self._frame is None

    def _once_placed(self, table: Table, places: pl.DataFrame) -> pl.DataFrame:
        """As `_once`, of rows told by where they are: those without a key are looked at."""
        keyless = places[str(table.key)].is_null()
        once = _once(table, places.filter(~keyless))
        if not keyless.any():
            return once
        found = places.filter(keyless)
        blocks = found.group_by("block", maintain_order=True)
        rows = pl.concat([self._blocks[int(str(one[0]))][at["row"]] for one, at in blocks])
        return pl.concat([once, found.filter(rows.select(_FIRST).to_series())])

    def frame(self) -> pl.DataFrame:
        """All rows."""
        return pl.concat(list(self.pieces()))

    def pieces(self) -> Iterator[pl.DataFrame]:
        """The rows, in frames of at most `PIECE_ROWS`, or in one that is held anyway."""
        if self._frame is not None:
            yield self._frame
            return
        for places in self._places.iter_slices(PIECE_ROWS):
            parts, order = [], []
            for number, within in places.with_row_index("at").group_by("block"):
                parts.append(self._blocks[int(str(number[0]))][within["row"]])
                order.append(within["at"])
            yield pl.concat(parts)[pl.concat(order).arg_sort()]


def by_key(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """In the order of the key, numbers by their value, however the API ordered them.

    Args:
        table: Its shape.
        frame: The rows.
    """
    if table.key is None:
        return frame
    key = pl.col(table.key)
    if frame.schema[table.key].is_integer():
        return frame.sort(key)
    return frame.sort(key.str.len_chars(), key, nulls_last=True, maintain_order=True)


def _places(key: str, blocks: Blocks) -> pl.DataFrame:
    """Where each row is; keys that are all plain numbers become numbers, which take a quarter."""
    for plain in (True, False):
        columns = []
        for number, keys in enumerate(blocks.select([key])):
            column = keys[key]
            if plain and not column.str.contains(_PLAIN).fill_null(value=False).all():
                break
            block = pl.lit(number, dtype=pl.UInt32).alias("block")
            typed = keys.with_columns(column.cast(pl.Int64)) if plain else keys
            columns.append(typed.with_row_index("row").with_columns(block))
        else:
            break
    return pl.concat(columns)


def _once(table: Table, frame: pl.DataFrame, *, paged: bool = True) -> pl.DataFrame:
    """Each row once: the last one that came of each key; one without is told by all its values."""
    if table.key is None:
        return frame.unique(maintain_order=True) if paged else frame
    keyless = frame[table.key].is_null()
    if keyless.any():
        named = frame.filter(~keyless).unique(table.key, keep="last", maintain_order=True)
        rest = frame.filter(keyless)
        return pl.concat([named, rest.unique(maintain_order=True) if paged else rest])
    return frame.unique(table.key, keep="last", maintain_order=True)
