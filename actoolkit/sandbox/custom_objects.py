"""Custom objects of the account, with their own JSON types and times, as the API tells them."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from actoolkit.sandbox.clock import DAY, moment
from actoolkit.sandbox.collection import Query, Refused

if TYPE_CHECKING:
    from actoolkit.sandbox.world import World

Row = dict[str, object]
BUILT = -40_000
SUBSCRIPTIONS = str(uuid.uuid5(uuid.NAMESPACE_URL, "https://sandbox.example.com/subscriptions"))


def _stamp(minute: int) -> str:
    return f"{moment(minute):%Y-%m-%dT%H:%M:%S}.783751329Z"


def _schema() -> Row:
    def field(ident: str, kind: str, label: str) -> Row:
        labels = {"singular": label, "plural": label}
        return {"id": ident, "slug": ident, "type": kind, "labels": labels, "required": False}

    return {
        "id": SUBSCRIPTIONS,
        "slug": "coffee-subscription",
        "visibility": "private",
        "labels": {"singular": "Subscription", "plural": "Subscriptions"},
        "description": "Coffee that comes every month",
        "createdTimestamp": _stamp(BUILT),
        "updatedTimestamp": _stamp(BUILT),
        "fields": [
            field("bags", "number", "Bags a month"),
            field("roast", "text", "Roast"),
            field("started", "date", "Started"),
        ],
        "icons": {},
        "relationships": [
            {
                "id": "primary-contact",
                "labels": {"singular": "Contact", "plural": "Contacts"},
                "description": "",
                "namespace": "contacts",
                "hasMany": False,
            }
        ],
    }


def _records(world: World) -> list[Row]:
    rows: list[Row] = []
    for number, ident in enumerate(world.people.ids[: min(world.contact_count, 400) : 8].tolist()):
        minute = number * DAY // 2
        rows.append(
            {
                "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{SUBSCRIPTIONS}/{ident}")),
                "externalId": f"sub-{ident}",
                "schemaId": SUBSCRIPTIONS,
                "fields": [
                    {"id": "bags", "value": 1 + number % 3},
                    {"id": "roast", "value": "House espresso" if number % 2 else None},
                    {"id": "started", "value": _stamp(minute)[:10]},
                ],
                "relationships": {"primary-contact": [str(ident)]},
                "createdTimestamp": _stamp(minute),
                "updatedTimestamp": _stamp(minute),
            }
        )
    return rows


def _page(envelope: str, rows: list[Row], query: Query) -> Row:
    limit = min(query.number("limit", 20) or 20, 100)
    offset = query.number("offset", 0)
    page = rows[offset : offset + limit]
    meta = {"total": len(rows), "count": len(page), "limit": limit, "offset": offset}
    return {envelope: page, "meta": meta}


def schemas(world: World, query: Query) -> Row:
    """Give the body of the schemas."""
    return _page("schemas", [_schema()], query)


def records(world: World, ident: str, query: Query) -> Row:
    """Give the body of the records of one schema.

    Raises:
        Refused: There is no such schema, or a filter's time is none.
    """
    if ident != SUBSCRIPTIONS:
        raise Refused(404, {"message": "Not Found"})
    rows = _records(world)
    for name, operator, text in query.tests("filters"):
        if name == "createdTimestamp" and operator == "gt":
            try:
                edge = f"{datetime.fromisoformat(text):%Y-%m-%dT%H:%M:%S.%f}"
            except ValueError:
                raise Refused(400, {"errors": [{"status": 400, "title": "Bad Request"}]}) from None
            rows = [row for row in rows if str(row["createdTimestamp"]) > edge]
        elif name == "relationships.primary-contact":
            kept = f"sub-{text}"
            rows = [row for row in rows if row["externalId"] == kept]
    if query.named("orders").get("createdTimestamp", "").upper() == "DESC":
        rows = rows[::-1]
    return _page("records", rows, query)
