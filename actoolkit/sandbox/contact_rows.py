"""Rows about contacts, as the API tells them: tags, custom fields, segments, notes, places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from actoolkit.sandbox.attributes import FIELDS, SEGMENTS, TAGS
from actoolkit.sandbox.brand import PRODUCTS
from actoolkit.sandbox.clock import DAY, iso, wall
from actoolkit.sandbox.collection import (
    Collection,
    Query,
    Rows,
    kept_numbers,
    known_by_now,
    links,
    record_collection,
    text_of,
)
from actoolkit.sandbox.draws import Flags, Ints

if TYPE_CHECKING:
    from actoolkit.sandbox.world import World

Row = dict[str, object]
BUILT = -50_000
KINDS = 10
"""A row's key is ten times its contact's position, and which tag or field it is of."""


def _tags(world: World) -> list[Row]:
    count = world.contact_count
    return [
        {
            "tagType": "contact",
            "tag": tag.name,
            "description": tag.description,
            "subscriber_count": str(int(tag.of(world)[:count].sum())),
            "cdate": iso(BUILT),
            "created_timestamp": wall(BUILT),
            "updated_timestamp": wall(BUILT),
            "created_by": None,
            "updated_by": None,
            "links": links(f"tags/{number}", "contactGoalTags"),
            "id": str(number),
        }
        for number, tag in enumerate(TAGS, 1)
    ]


def _segments(world: World) -> list[Row]:
    return [
        {
            "name": one.name,
            "logic": "and",
            "hidden": "0",
            "seriesid": "0",
            "links": [],
            "id": str(number),
        }
        for number, one in enumerate(SEGMENTS, 1)
    ]


def _fields(world: World) -> list[Row]:
    return [
        {
            "title": one.title,
            "descript": "",
            "type": one.kind,
            "isrequired": "0",
            "perstag": one.tag,
            "defval": None,
            "show_in_list": "0",
            "rows": "0",
            "cols": "0",
            "visible": "1",
            "service": "",
            "ordernum": str(number),
            "cdate": iso(BUILT),
            "udate": iso(BUILT),
            "created_timestamp": wall(BUILT),
            "updated_timestamp": wall(BUILT),
            "created_by": "1",
            "updated_by": "1",
            "options": [],
            "relations": [],
            "links": links(f"fields/{number}", "options", "relations"),
            "id": str(number),
        }
        for number, one in enumerate(FIELDS, 1)
    ]


def _keys(flags: Callable[[World], list[Flags]]) -> Callable[[World], Ints]:
    def keys(world: World) -> Ints:
        count = world.contact_count
        parts = [
            KINDS * np.flatnonzero(there[:count]) + number
            for number, there in enumerate(flags(world), 1)
        ]
        return np.sort(np.concatenate(parts))

    return known_by_now(keys)


def _valued(world: World) -> list[Flags]:
    position = np.arange(len(world.people.ids))
    return [position % one.every == 0 for one in FIELDS]


TAGGED = _keys(lambda world: [tag.of(world) for tag in TAGS])
VALUED = _keys(_valued)


def _value(key: int) -> str | None:
    position, number = divmod(key, KINDS)
    one = FIELDS[number - 1]
    return one.values[position // one.every % len(one.values)]


def _select_values(world: World, query: Query) -> Rows:
    keys = VALUED(world)
    rows: Rows = range(len(keys))
    for name, operator, text in query.tests("filters"):
        if name == "fieldid":
            rows = np.asarray(rows, np.int64)
            rows = rows[kept_numbers(keys[rows] % KINDS, operator, text)]
        elif name == "val":
            rows = np.asarray(rows, np.int64)
            rows = rows[np.array([_value(key) == text for key in keys[rows].tolist()], bool)]
    return rows


def _about(world: World, key: int) -> tuple[str, str, int]:
    position, number = divmod(key, KINDS)
    contact = int(world.people.ids[position])
    return str(contact), f"{KINDS * contact + number}", int(world.people.joined[position])


def _render_values(world: World, rows: Ints) -> list[str]:
    made = []
    for key in VALUED(world)[rows].tolist():
        contact, ident, joined = _about(world, key)
        row = {
            "contact": contact,
            "field": str(key % KINDS),
            "value": _value(key),
            "cdate": iso(joined),
            "udate": iso(joined),
            "created_by": None,
            "updated_by": None,
            "links": links(f"fieldValues/{ident}", "owner", "field"),
            "id": ident,
            "owner": contact,
        }
        made.append(text_of(row))
    return made


def _render_tagged(world: World, keys: Ints) -> list[str]:
    made = []
    for key in keys.tolist():
        contact, ident, joined = _about(world, key)
        row = {
            "contact": contact,
            "tag": str(key % KINDS),
            "cdate": iso(joined),
            "created_timestamp": wall(joined),
            "updated_timestamp": wall(joined),
            "created_by": None,
            "updated_by": None,
            "links": links(f"contactTags/{ident}", "tag", "contact"),
            "id": ident,
        }
        made.append(text_of(row))
    return made


def tags_of(world: World, position: int) -> list[str]:
    """Write the tags of one contact as JSON."""
    keys = TAGGED(world)
    low, high = np.searchsorted(keys, (KINDS * position, KINDS * (position + 1)))
    return _render_tagged(world, keys[low:high])


def values_of(world: World, position: int) -> list[str]:
    """Write the custom field values of one contact as JSON."""
    low, high = np.searchsorted(VALUED(world), (KINDS * position, KINDS * (position + 1)))
    return _render_values(world, np.arange(low, high))


@known_by_now
def _noted(world: World) -> Ints:
    return np.flatnonzero(world.people.ids[: world.contact_count] % 25 == 0)


def _render_notes(world: World, positions: Ints) -> list[str]:
    made = []
    for position in positions.tolist():
        contact, joined = str(world.people.ids[position]), int(world.people.joined[position])
        row = {
            "cdate": iso(joined),
            "id": contact,
            "links": links(f"notes/{contact}", "user", "owner", "notes", "mentions"),
            "mdate": iso(joined),
            "note": "Asked about the grinder.",
            "owner": {"type": "contact", "id": contact},
            "relid": contact,
            "reltype": "Subscriber",
            "user": "1",
            "userid": "1",
            "is_draft": "0" if position % 2 else "",
        }
        made.append(text_of(row))
    return made


def notes_of(world: World, position: int) -> list[str]:
    """Write the notes about one contact as JSON."""
    return _render_notes(world, _noted(world)[_noted(world) == position])


def places_of(world: World, position: int) -> list[str]:
    """Write where one contact's mail was read, as JSON: nowhere for those who never opened."""
    opened = int(world.traces().opened[position])
    if opened < 0:
        return []
    contact = str(world.people.ids[position])
    row = {
        "contact": contact,
        "campaignid": "0",
        "messageid": "0",
        "geoaddrid": str(1 + position % 3),
        "ip4": "3221225985",
        "tstamp": iso(opened),
        "geoAddress": str(1 + position % 3),
        "links": links(f"geoIps/{contact}", "geoAddress", "contact", "campaign", "message"),
        "id": contact,
    }
    return [text_of(row)]


def tracking_of(world: World, position: int) -> list[str]:
    """Write what one contact did on the shop's site, as JSON."""
    if position % 9:
        return []
    contact, joined = str(world.people.ids[position]), int(world.people.joined[position])
    row = {
        "subscriberid": contact,
        "type": "viewed product",
        "value": PRODUCTS[position % len(PRODUCTS)].name,
        "tstamp": iso(min(joined + DAY, world.minute)),
        "hash": "",
        "links": [],
        "id": contact,
        "contact": contact,
    }
    return [text_of(row)]


TAG_LIST = record_collection("tags", _tags)
SEGMENT_LIST = record_collection("segments", _segments)
FIELD_LIST = replace(
    record_collection("fields", _fields, meta=lambda query, limit, offset: {"selected": None}),
    side_loads=lambda world, rows: {"fieldOptions": "[]", "fieldRels": "[]"},
)
CONTACT_TAGS = Collection(
    "contactTags",
    "string",
    lambda world, query: range(len(TAGGED(world))),
    lambda world, rows: _render_tagged(world, TAGGED(world)[rows]),
)
FIELD_VALUES = Collection("fieldValues", "string", _select_values, _render_values)
NOTES = Collection(
    "notes",
    "string",
    lambda world, query: range(len(_noted(world))),
    lambda world, rows: _render_notes(world, _noted(world)[rows]),
)
