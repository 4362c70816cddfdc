"""One page of a collection, as the walks see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from actoolkit.api.operation import Endpoint
from actoolkit.api.records import Record, keys_of

Row = Mapping[str, object]

MOST_ROWS = 10**12
"""A larger total is nonsense, not a count."""
MOST_DIGITS = 30
"""A longer key is no number to walk by: Python refuses to read one of thousands of digits."""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one answer.

    Args:
        rows: As they came; an endpoint of bare names gives ``{"name": ...}``.
        keys: The key of each row, as text.
        total: ``meta.total``, or None where it is absent or no count.
        side_loads: Rows that ride along, by wire name.
    """

    rows: Sequence[Row] = field(repr=False)
    keys: tuple[str, ...] = field(repr=False)
    total: int | None = None
    side_loads: Mapping[str, Sequence[Row]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, endpoint: Endpoint, data: Mapping[str, object]) -> Page:
        """Take the rows of a parsed answer.

        Args:
            endpoint: Whose answer it is.
            data: The answer, with its envelope.
        """
        found = data if endpoint.envelope is None else data[endpoint.envelope]
        listed: list[Any] = found if isinstance(found, list) else [found]
        side_loads = {name: _dicts(data.get(name)) for name in endpoint.side_loads}
        if listed and isinstance(listed[0], Record):  # then all of them are
            return cls(listed, tuple(map(str, keys_of(listed))), _total(data), side_loads)
        rows = [row if isinstance(row, dict) else {"name": row} for row in listed]
        return cls(rows, tuple(_key(endpoint.key, row) for row in rows), _total(data), side_loads)

    @property
    def numbers(self) -> list[int] | None:
        """The keys as numbers, or None when one of them is not."""
        if all(key.isascii() and key.isdigit() and len(key) <= MOST_DIGITS for key in self.keys):
            return [int(key) for key in self.keys]
        return None


def _key(name: str | None, row: Row) -> str:
    if name is not None and name in row:
        return str(row[name])
    return msgspec.json.encode(row, order="sorted").decode()


def _dicts(found: object) -> list[Row]:
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def _total(data: Mapping[str, object]) -> int | None:
    meta = data.get("meta")
    found = meta.get("total") if isinstance(meta, dict) else None
    if isinstance(found, str) and len(found) < 20 and found.isascii() and found.isdigit():
        found = int(found)
    if isinstance(found, int) and not isinstance(found, bool) and 0 <= found < MOST_ROWS:
        return found
    return None
