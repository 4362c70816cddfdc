"""What was written to the account: the world stays as it was drawn, and its answers show the rest.

A `Writes` holds the difference: rows that were added, fields that were changed, ids that were
removed. The server asks it to carry out what is not a GET, and to amend what a GET gives.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast

import numpy as np

from actoolkit.sandbox.collection import Collection, Query, Refused, holds, text_of

if TYPE_CHECKING:
    from actoolkit.sandbox.draws import Ints
    from actoolkit.sandbox.world import World

Row = dict[str, object]
Find = Callable[[str], "Row | None"]
"""Gives the body that a GET of a path gives, or None when there is no such route."""

FIRST_ID = 900_001
"""Ids of what is written begin here, beyond those of the world."""
AT = 10**12
"""Positions of added rows begin here, behind those of the world."""

MODELS = {"lists": "_List", "messages": "Message", "fieldRels": "FieldRel", "notes": "Note"}
SINGLES = {"lists": "list", "messages": "message", "fieldRels": "fieldRel", "notes": "note"}
_SINGLE = re.compile(r"/(lists|messages|fieldRels|notes)/(\d+)")
_CONTACT = re.compile(r"/contacts/(\d+)/(contactLists|notes)")


@dataclass(slots=True)
class Difference:
    """What was written to one collection."""

    added: list[Row] = field(default_factory=list)
    changed: dict[str, Row] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    counted: dict[str, dict[str, int]] = field(default_factory=dict)

    def amended(self, row: Row) -> Row | None:
        """The row as it is now; None when it is gone."""
        key = key_of(row)
        if key in self.removed:
            return None
        now = {**row, **self.changed.get(key, {})}
        for name, more in self.counted.get(key, {}).items():
            now[name] = str(int(str(now.get(name, "0"))) + more)
        return now

    def count(self, key: str, name: str, more: int) -> None:
        """Add to a counter of a row."""
        counters = self.counted.setdefault(key, {})
        counters[name] = counters.get(name, 0) + more

    def change(self, key: str, changes: Row) -> None:
        """Change fields of a row, whether it was drawn or written."""
        for row in self.added:
            if key_of(row) == key:
                row.update(changes)
                return
        self.changed[key] = {**self.changed.get(key, {}), **changes}

    def remove(self, key: str) -> None:
        """Take a row away, whether it was drawn or written."""
        self.added = [row for row in self.added if key_of(row) != key]
        self.removed.add(key)
        self.changed.pop(key, None)


class Writes:
    """Everything that was written to one account.

    Args:
        world: The account as it was drawn.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self._differences: dict[str, Difference] = {}
        self._next = FIRST_ID

    def of(self, name: str) -> Difference:
        """The difference of a collection, by its wire name."""
        return self._differences.setdefault(name, Difference())

    def new_id(self) -> str:
        """Give the id of a row that is being added."""
        self._next += 1
        return str(self._next - 1)

    def collection(self, path: str, drawn: Collection | None) -> Collection | None:
        """Give a collection as it is now.

        Args:
            path: Below ``/api/3``.
            drawn: As the world tells it; None when it does not.
        """
        name = path.removeprefix("/")
        if drawn is None:
            return None
        if name == "fields":
            return self._with_relations(drawn)
        difference = self._differences.get(name)
        return drawn if difference is None else _amended(drawn, difference)

    def concerns(self, path: str) -> bool:
        """Whether `body` has to be asked for a path: something was written there, or may be.

        Args:
            path: Below ``/api/3``.
        """
        if match := _SINGLE.fullmatch(path):
            return match[1] in ("fieldRels", "notes") or match[1] in self._differences
        match = _CONTACT.fullmatch(path)
        return match is not None and match[2] in self._differences

    def body(self, path: str, find: Find) -> Row | None:
        """Give the body of a single object, or of the rows of a contact, as it is now.

        Args:
            path: Below ``/api/3``.
            find: Gives the body that a GET gives by the drawn world.

        Raises:
            Refused: It was removed, or never there.
        """
        if match := _SINGLE.fullmatch(path):
            return self._single(match[1], match[2], _drawn(path, find), find)
        if match := _CONTACT.fullmatch(path):
            return self._of_contact(match[1], match[2], _drawn(path, find), find)
        return find(path)

    def membership(self, contact: str, list_id: str, find: Find) -> Row | None:
        """The row of a contact and a list as it is now."""
        body = self.body(f"/contacts/{contact}/contactLists", find)
        rows = cast("list[Row]", (body or {}).get("contactLists", []))
        return next((row for row in rows if row["list"] == list_id), None)

    def _single(self, name: str, ident: str, drawn: Row | None, find: Find) -> Row:
        difference = self.of(name)
        row = next((row for row in difference.added if row["id"] == ident), None)
        if row is None and ident not in difference.removed:
            row = cast("Row | None", (drawn or {}).get(SINGLES[name]))
            if row is None and name == "notes":
                row = _in_collection(name, ident, find)
        row = difference.amended(row) if row is not None else None
        if row is None:
            refusal = f"No Result found for {MODELS[name]} with id {ident}"
            raise Refused(404, {"message": refusal})
        return {SINGLES[name]: row}

    def _of_contact(self, contact: str, name: str, drawn: Row | None, find: Find) -> Row | None:
        find(f"/contacts/{contact}")  # raises when there is no such contact
        difference = self.of(name)
        known = cast("list[Row]", (drawn or {}).get(name) or [])
        rows = [row for row in map(difference.amended, known) if row is not None]
        about = "contact" if name == "contactLists" else "relid"
        rows += [row for row in difference.added if str(row.get(about)) == contact]
        return {**(drawn or {}), name: rows}

    def _with_relations(self, drawn: Collection) -> Collection:
        difference = self.of("fieldRels")

        def side_loads(world: World, rows: Ints) -> Mapping[str, str]:
            found = dict(drawn.side_loads(world, rows))
            known = cast("list[Row]", json.loads(found.get("fieldRels", "[]")))
            kept = [row for row in map(difference.amended, known) if row is not None]
            return found | {"fieldRels": text_of([*kept, *difference.added])}

        return replace(drawn, side_loads=side_loads)


def _in_collection(name: str, ident: str, find: Find) -> Row | None:
    """A row by its id, where the API has no route of its own for it."""
    offset = 0
    while rows := cast("list[Row]", (find(f"/{name}?limit=100&offset={offset}") or {}).get(name)):
        for row in rows:
            if row["id"] == ident:
                return row
        offset += len(rows)
    return None


def _drawn(path: str, find: Find) -> Row | None:
    try:
        return find(path)
    except Refused:
        return None


def _amended(drawn: Collection, difference: Difference) -> Collection:
    """A collection with a difference applied."""

    def select(world: World, query: Query) -> Ints:
        kept = np.asarray(drawn.select(world, query), np.int64)
        if difference.removed:
            rows = zip(kept.tolist(), drawn.render(world, kept), strict=True)
            gone = difference.removed
            kept = np.array(
                [at for at, text in rows if key_of(json.loads(text)) not in gone], np.int64
            )
        tests = query.tests("filters")
        added = [
            AT + place
            for place, row in enumerate(difference.added)
            if all(holds(str(row[name]), how, value) for name, how, value in tests if name in row)
        ]
        return np.concatenate([kept, np.array(added, np.int64)])

    def render(world: World, rows: Ints) -> list[str]:
        there = rows[rows < AT]
        texts = list(drawn.render(world, there))
        if difference.changed or difference.counted:
            texts = [text_of(difference.amended(json.loads(text))) for text in texts]
        added = [difference.added[at - AT] for at in rows[rows >= AT].tolist()]
        return texts + [text_of(difference.amended(row)) for row in added]

    return replace(drawn, select=select, render=render)


def key_of(row: Mapping[str, object]) -> str:
    """What identifies a row."""
    return str(row.get("id") or row.get("name"))
