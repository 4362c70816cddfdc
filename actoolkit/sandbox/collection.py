"""What a collection of the API is to the server: which rows, in which order, and each as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qsl

import numpy as np

from actoolkit.sandbox.draws import Ints
from actoolkit.sandbox.world import World

BASE = "https://sandbox.example.com/api/3"
"""Links in answers name this host, as the vendor's name the account's."""


class Refused(Exception):
    """The API answers with an error; status and body."""

    def __init__(self, status: int, body: object) -> None:
        super().__init__(status)
        self.status, self.body = status, body


class Query:
    """The parameters of one request.

    Args:
        text: The part of the address after the question mark.
    """

    def __init__(self, text: str) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in parse_qsl(text, keep_blank_values=True):
            self._values.setdefault(name.removesuffix("[eq]"), []).append(value)

    def get(self, name: str) -> str | None:
        """Give the last value of a parameter, or None."""
        values = self._values.get(name)
        return values[-1] if values and values[-1] != "" else None

    def all(self, name: str) -> list[str]:
        """Give every value of a parameter."""
        return self._values.get(name, [])

    def number(self, name: str, default: int) -> int:
        """Give a whole number; the API takes nonsense for the default."""
        value = self.get(name)
        return int(value) if value is not None and value.isascii() and value.isdigit() else default

    def named(self, prefix: str) -> dict[str, str]:
        """Give ``prefix[name]=value`` parameters by name."""
        found = {}
        for name, values in self._values.items():
            if name.startswith(f"{prefix}[") and name.endswith("]"):
                found[name[len(prefix) + 1 : -1]] = values[-1]
        return found


@dataclass(frozen=True, slots=True)
class Collection:
    """One list of the API.

    Args:
        envelope: Top-level key of its rows.
        total: How ``meta.total`` comes.
        select: Positions of the rows that a query asks for, in the server's order.
        render: JSON of one row.
        meta: Further members of ``meta``.
        side_loads: JSON of further top-level members for the rows of a page.
        pages: Whether limit and offset count.
    """

    envelope: str
    total: Literal["string", "int", "absent"]
    select: Callable[[World, Query], Ints]
    render: Callable[[World, Ints], Iterable[str]]
    meta: Callable[[Query, int, int], Mapping[str, object]] = field(
        default=lambda query, limit, offset: {}
    )
    side_loads: Callable[[World, Ints], Mapping[str, str]] = field(default=lambda world, rows: {})
    pages: bool = True

    def answer(self, world: World, query: Query) -> bytes:
        """Give the body of one page."""
        found = self.select(world, query)
        limit = min(query.number("limit", 20) or 20, 100) if self.pages else len(found)
        offset = query.number("offset", 0) if self.pages else 0
        rows = found[offset : offset + limit]
        parts = [f'"{name}":{text}' for name, text in self.side_loads(world, rows).items()]
        parts.append(f'"{self.envelope}":[{",".join(self.render(world, rows))}]')
        if self.total != "absent":
            total: object = str(len(found)) if self.total == "string" else len(found)
            parts.append(f'"meta":{text_of({**self.meta(query, limit, offset), "total": total})}')
        return ("{" + ",".join(parts) + "}").encode()


def text_of(value: object) -> str:
    """Write JSON as the API does: compact, unescaped."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def record_collection(
    envelope: str,
    rows: Callable[[World], list[dict[str, object]]],
    *,
    total: Literal["string", "int", "absent"] = "string",
    filters: Mapping[str, str] | None = None,
    orders: Mapping[str, str] | None = None,
    meta: Callable[[Query, int, int], Mapping[str, object]] = lambda query, limit, offset: {},
) -> Collection:
    """Make a collection of few rows from records.

    Args:
        envelope: Top-level key of its rows.
        rows: Gives all records of the world's present, in the server's order.
        total: How ``meta.total`` comes.
        filters: Name in ``filters[name]`` to field.
        orders: Name in ``orders[name]`` to field.
        meta: Further members of ``meta``.
    """

    def select(world: World, query: Query) -> Ints:
        found = rows(world)
        kept = list(range(len(found)))
        for name, value in query.named("filters").items():
            if name in (filters or {}):
                source = (filters or {})[name]
                kept = [row for row in kept if str(found[row].get(source)) == value]
        for name, direction in reversed(query.named("orders").items()):
            if name in (orders or {}):
                source = (orders or {})[name]
                kept.sort(
                    key=lambda row: _sortable(found[row].get(source)),
                    reverse=direction.upper() == "DESC",
                )
        return np.array(kept, np.int64)

    def render(world: World, chosen: Ints) -> list[str]:
        found = rows(world)
        return [text_of(found[row]) for row in chosen.tolist()]

    return Collection(envelope, total, select, render, meta)


def _sortable(value: object) -> tuple[bool, str]:
    return value is not None, str(value)


def links(path: str, *names: str) -> dict[str, str]:
    """Give the ``links`` object of a row."""
    return {name: f"{BASE}/{path}/{name}" for name in names}


def paged(rows: int, *, descending: bool = False) -> Ints:
    """Give all positions, first to last or last to first."""
    return np.arange(rows)[::-1] if descending else np.arange(rows)
