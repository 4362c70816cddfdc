"""What a collection of the API is to the server: which rows, in which order, and each as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, TypeVar
from urllib.parse import parse_qsl
from weakref import WeakKeyDictionary

import numpy as np

from actoolkit.sandbox.clock import DAY, minute_of_local
from actoolkit.sandbox.draws import Flags, Ints
from actoolkit.sandbox.world import World

BASE = "https://sandbox.example.com/api/3"
"""Links in answers name this host, as the vendor's name the account's."""


DIGITS = 18
MOST = 10**DIGITS
"""No account has as many rows, and Python refuses to read numbers of some thousand digits."""


Rows: TypeAlias = "Ints | range"
"""Positions of rows; a range where nothing is filtered, so that a page costs no million."""


T = TypeVar("T")


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
        """Give a whole number, at most a quintillion; the API takes nonsense for the default."""
        value = self.get(name)
        if value is None or not (value.isascii() and value.isdecimal()):
            return default
        return int(value) if len(value) <= DIGITS else MOST

    def tests(self, prefix: str) -> list[tuple[str, str, str]]:
        """Give ``prefix[name][operator]=value`` parameters; the operator is "eq" if none is named."""
        found = []
        for name, values in self._values.items():
            if name.startswith(f"{prefix}[") and name.endswith("]"):
                source, _, operator = name[len(prefix) + 1 : -1].partition("][")
                found.append((source, operator or "eq", values[-1]))
        return found

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
    select: Callable[[World, Query], Rows]
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
        rows = np.asarray(found[offset : offset + limit], np.int64)
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
        filters: Name in ``filters[name]`` to field; a field that begins with "_" is not told.
        orders: Name in ``orders[name]`` to field.
        meta: Further members of ``meta``.
    """

    def select(world: World, query: Query) -> Ints:
        found = rows(world)
        kept = list(range(len(found)))
        for name, operator, value in query.tests("filters"):
            if (source := (filters or {}).get(name)) is not None:
                many = operator == "eq" and source.startswith("_")
                how = "has" if many else operator
                kept = [r for r in kept if holds(_text(found[r].get(source)), how, value)]
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
        return [
            text_of({k: v for k, v in found[row].items() if not k.startswith("_")})
            for row in chosen.tolist()
        ]

    return Collection(envelope, total, select, render, meta)


def _text(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def holds(known: str, operator: str, value: str) -> bool:
    """Tell whether a field passes ``filters[field][operator]=value``.

    Raises:
        Refused: There is no such operator.
    """
    if operator not in OPERATORS:
        raise Refused(400, {})
    return OPERATORS[operator](known, value)


def _ranked(value: str) -> tuple[float, str]:
    return (float(value) if value.isdecimal() else -1.0, value.casefold())


OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "eq": lambda known, value: known.casefold() == value.casefold(),
    "neq": lambda known, value: known.casefold() != value.casefold(),
    "lt": lambda known, value: _ranked(known) < _ranked(value),
    "lte": lambda known, value: _ranked(known) <= _ranked(value),
    "gt": lambda known, value: _ranked(known) > _ranked(value),
    "gte": lambda known, value: _ranked(known) >= _ranked(value),
    "contains": lambda known, value: value.casefold() in known.casefold(),
    "starts_with": lambda known, value: known.casefold().startswith(value.casefold()),
    "in": lambda known, value: known in value.split(","),
    "has": lambda known, value: value in known.split(","),
}
"""What a filter may ask of a field; texts are compared without regard to case."""


def kept_numbers(values: Ints, operator: str, text: str) -> Flags:
    """Tell which numbers pass ``filters[field][operator]=text``.

    Raises:
        Refused: The operator is unknown, or the text is no number.
    """
    parts = text.split(",") if operator == "in" else [text]
    if operator not in NUMERIC or not all(part.strip().isdecimal() for part in parts):
        raise Refused(400, {})
    kept: Flags = NUMERIC[operator](values, np.array([int(part) for part in parts]))
    return kept


NUMERIC: Mapping[str, Callable[[Ints, Ints], Flags]] = {
    "eq": lambda values, wanted: values == wanted[0],
    "lt": lambda values, wanted: values < wanted[0],
    "lte": lambda values, wanted: values <= wanted[0],
    "gt": lambda values, wanted: values > wanted[0],
    "gte": lambda values, wanted: values >= wanted[0],
    "in": np.isin,
}


def kept_moments(minutes: Ints, operator: str, text: str) -> Flags:
    """Tell which minutes pass ``filters[date][operator]=text``.

    A bare date means the whole day of the account's zone, a naive time the account's clock.

    Raises:
        Refused: The operator is unknown, or the text is no time.
    """
    try:
        first = minute_of_local(text)
    except ValueError:
        raise Refused(400, {}) from None
    past = first + (DAY if len(text) == len("2026-01-01") else 1)
    kept: dict[str, Flags] = {
        "eq": (minutes >= first) & (minutes < past),
        "lt": minutes < first,
        "lte": minutes < past,
        "gt": minutes >= past,
        "gte": minutes >= first,
    }
    if operator not in kept:
        raise Refused(400, {})
    return kept[operator]


def known_by_now(make: Callable[[World], T]) -> Callable[[World], T]:
    """Keep what a function finds about a world for as long as its clock stands."""
    memory: WeakKeyDictionary[World, tuple[int, T]] = WeakKeyDictionary()

    def remembered(world: World) -> T:
        known = memory.get(world)
        if known is None or known[0] != world.minute:
            known = (world.minute, make(world))
            memory[world] = known
        return known[1]

    return remembered


def _sortable(value: object) -> tuple[bool, float, str]:
    text = _text(value)
    return value is not None, float(text) if text.isdecimal() else 0.0, text


def links(path: str, *names: str) -> dict[str, str]:
    """Give the ``links`` object of a row."""
    return {name: f"{BASE}/{path}/{name}" for name in names}
