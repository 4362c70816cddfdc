"""The frames of a load in progress: few as they are, many compressed."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

import polars as pl

PLAIN_ROWS = 100_000
"""Rows up to which frames are held as they are: most tables are no longer."""


class Blocks:
    """Frames of one shape, in their order.

    A text column takes 16 bytes a row in memory, also where it is null. Compressed, a block of a
    long table takes a twentieth; it is read again where its rows are asked for.

    Args:
        schema: Of each frame.
        plain_rows: Rows up to which nothing is compressed.

    Example:
        >>> blocks = Blocks(pl.Schema({"id": pl.String()}), plain_rows=1)
        >>> for ids in (["1", "2"], ["3"]):
        ...     blocks.append(pl.DataFrame({"id": ids}))
        >>> blocks.rows, blocks[1]["id"].to_list(), blocks.whole()["id"].to_list()
        (3, ['3'], ['1', '2', '3'])
    """

    def __init__(self, schema: pl.Schema, *, plain_rows: int = PLAIN_ROWS) -> None:
        self.rows = 0
        self._schema = schema
        self._plain_rows = plain_rows
        self._held: list[pl.DataFrame | bytes] = []

    def append(self, frame: pl.DataFrame) -> None:
        """Take the next frame."""
        self.rows += frame.height
        self._held.append(frame)
        if self.compressed:
            self._held = [one if isinstance(one, bytes) else _compressed(one) for one in self._held]

    @property
    def compressed(self) -> bool:
        """Whether there are too many rows to hold them as they are."""
        return self.rows > self._plain_rows

    def __len__(self) -> int:
        return len(self._held)

    def __getitem__(self, number: int) -> pl.DataFrame:
        return self._read(self._held[number], None)

    def select(self, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        """Some columns of each frame.

        Args:
            columns: Their names.
        """
        return (self._read(held, columns) for held in self._held)

    def whole(self) -> pl.DataFrame:
        """All rows in one frame."""
        frames = (self._read(held, None) for held in self._held)
        return pl.concat([pl.DataFrame(schema=self._schema), *frames])

    def _read(self, held: pl.DataFrame | bytes, columns: Sequence[str] | None) -> pl.DataFrame:
        if isinstance(held, bytes):
            return pl.read_parquet(held, columns=None if columns is None else list(columns))
        return held if columns is None else held.select(columns)


def _compressed(frame: pl.DataFrame) -> bytes:
    content = io.BytesIO()
    frame.write_parquet(content, compression="lz4", statistics=False)
    return content.getvalue()
