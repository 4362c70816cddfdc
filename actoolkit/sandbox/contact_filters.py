"""Which contacts a query asks for, and in which order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from actoolkit.sandbox.attributes import SEGMENTS, TAGS
from actoolkit.sandbox.brand import DOMAINS, FIRST_NAMES, LAST_NAMES
from actoolkit.sandbox.clock import START
from actoolkit.sandbox.collection import Query, Refused, Rows
from actoolkit.sandbox.draws import Flags, Ints

if TYPE_CHECKING:
    from actoolkit.sandbox.world import World

SCORED_ABOVE = 0.3
"""Contacts more engaged than this have score values."""

NAMED = (
    *("ids[]", "ids", "email", "email_like", "search", "exclude", "formid", "listid", "status"),
    *("organization", "segmentid", "seriesid", "tagid", "waitid", "in_group_lists", "phone"),
)
DATED = ("created_after", "created_before", "updated_after", "updated_before")


def email(world: World, position: int) -> str:
    """Give a contact's address; each is unique."""
    crowd = world.people
    first, last = FIRST_NAMES[crowd.first_name[position]], LAST_NAMES[crowd.last_name[position]]
    return f"{first}.{last}{crowd.ids[position]}@{DOMAINS[crowd.domain[position]]}".lower()


def phone(position: int) -> str:
    """Give a contact's telephone number, from those kept for fiction; most have none."""
    return f"+1312555{100 + position % 100:04d}" if position % 4 == 0 else ""


def position_of(world: World, text: str | None) -> int | None:
    """Find the contact of an id, or None."""
    if text is None or not (text.isascii() and text.isdecimal()) or len(text) > 18:
        return None
    place = int(np.searchsorted(world.people.ids, int(text)))
    there = place < world.contact_count and world.people.ids[place] == int(text)
    return place if there else None


def position_of_email(world: World, address: str) -> int | None:
    """Find the contact of an address, or None."""
    ident = "".join(c for c in address.split("@", maxsplit=1)[0] if c.isdecimal())
    place = position_of(world, ident)
    return place if place is not None and email(world, place) == address.lower() else None


def filtering(query: Query) -> bool:
    """Tell whether a query asks for some of the contacts."""
    wanted = query.named("filters")
    return any(query.get(name) for name in NAMED) or any(wanted.get(name) for name in DATED)


def filtered(world: World, query: Query, rows: Ints) -> Ints:
    """Keep the contacts that a query asks for."""
    kept = _by_person(world, query, rows)
    kept = _by_moment(world, query, kept)
    there: list[Ints] = []
    status = query.get("status") or "-1"
    if text := query.get("listid"):
        there.append(_on_list(world, text, status if query.get("status") else "1"))
    elif status != "-1":
        there.append(_on_any_list(world, status))
    if query.get("in_group_lists") == "true":
        there.append(_on_any_list(world, "-1"))
    if (text := query.get("seriesid")) and text != "0":
        entered = world.entries.minute <= world.minute
        inside = entered & (world.entries.automation == _number(text) - 1)
        there.append(world.entries.contact[inside])
    for name, definitions in (("tagid", TAGS), ("segmentid", SEGMENTS)):
        if (text := query.get(name)) and text != "0":
            known = 1 <= _number(text) <= len(definitions)
            of = definitions[_number(text) - 1].of if known else _nobody
            there.append(np.flatnonzero(of(world)))
    for name in ("formid", "waitid", "organization"):
        if (query.get(name) or "0") != "0":
            there = [np.zeros(0, np.int64)]
    for positions in there:
        among = np.zeros(len(world.people.ids), bool)
        among[positions] = True
        kept = kept[among[kept]]
    return kept


def _by_person(world: World, query: Query, rows: Ints) -> Ints:
    wanted = [part for text in query.all("ids[]") + query.all("ids") for part in text.split(",")]
    if wanted:
        found = {p for text in wanted if (p := position_of(world, text)) is not None}
        rows = rows[np.isin(rows, list(found))]
    if text := query.get("exclude"):
        out = {p for part in text.split(",") if (p := position_of(world, part)) is not None}
        rows = rows[~np.isin(rows, list(out))]
    if address := query.get("email"):
        rows = rows[rows == position_of_email(world, address)]
    if part := query.get("email_like"):
        rows = rows[[part.lower() in email(world, p) for p in rows.tolist()]]
    if part := query.get("search"):
        rows = rows[[part.lower() in _words(world, p) for p in rows.tolist()]]
    if number := query.get("phone"):
        rows = rows[[phone(p).startswith(number) for p in rows.tolist()]]
    return rows


def _words(world: World, p: int) -> str:
    crowd = world.people
    name = f"{FIRST_NAMES[crowd.first_name[p]]} {LAST_NAMES[crowd.last_name[p]]}".lower()
    return f"{name} {email(world, p)} {phone(p)}"


def _by_moment(world: World, query: Query, rows: Ints) -> Ints:
    joined, traces = world.people.joined, world.traces()
    for name in DATED:
        if text := query.named("filters").get(name):
            minutes = joined[rows]
            if name.startswith("updated"):
                minutes = np.maximum(minutes, traces.opened[rows])
                minutes = np.maximum(minutes, traces.bounced[rows])
            edge = minute_of(text)
            rows = rows[minutes > edge] if name.endswith("after") else rows[minutes < edge]
    return rows


def ordered(world: World, query: Query, rows: Rows) -> Rows:
    """Sort the contacts as a query asks for; they come by id, which is by time of creation too."""
    for name, direction in reversed(query.named("orders").items()):
        if name in ("id", "cdate"):
            if not isinstance(rows, range):
                rows = np.sort(rows)
        elif name in ("email", "first_name", "last_name", "name", "score"):
            rows = np.asarray(rows, np.int64)
            rows = rows[np.argsort(_KEYS[name](world, rows), kind="stable")]
        else:
            continue
        if direction.upper() == "DESC":
            rows = rows[::-1]
    return rows


def _name(world: World, rows: Ints, *, last_first: bool) -> Ints:
    crowd = world.people
    first, last = crowd.first_name[rows], crowd.last_name[rows]
    return last * len(FIRST_NAMES) + first if last_first else first * len(LAST_NAMES) + last


_KEYS: dict[str, Callable[[World, Ints], np.typing.NDArray[np.generic]]] = {
    "email": lambda world, rows: np.array([email(world, p) for p in rows.tolist()]),
    "first_name": lambda world, rows: world.people.first_name[rows],
    "last_name": lambda world, rows: world.people.last_name[rows],
    "name": lambda world, rows: _name(world, rows, last_first=True),
    "score": lambda world, rows: np.where(
        world.people.engagement[rows] > SCORED_ABOVE,
        np.rint(100 * world.people.engagement[rows]),
        -1,
    ),
}


def _nobody(world: World) -> Flags:
    return np.zeros(len(world.people.ids), bool)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


def _on_list(world: World, number: str, status: str) -> Ints:
    if not 1 <= _number(number) <= len(world.members):
        return np.zeros(0, np.int64)
    on = world.members[_number(number) - 1]
    there = on.since <= world.minute
    left = on.until <= world.minute
    kinds = {
        "1": there & ~left,
        "2": there & left & ~on.bounced,
        "3": there & left & on.bounced,
        "-1": there,
    }
    return on.contacts[kinds.get(status, there & False)]


def _on_any_list(world: World, status: str) -> Ints:
    parts = [_on_list(world, str(number + 1), status) for number in range(len(world.members))]
    return np.unique(np.concatenate(parts))


def minute_of(text: str) -> float:
    """Read a moment of a filter as minutes of the world.

    Raises:
        Refused: It is none.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(400, {}) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=START.tzinfo)
    return (moment - START).total_seconds() / 60
