"""Contacts with the score values that ride along, as the API tells them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from actoolkit.sandbox.brand import DOMAINS, FIRST_NAMES, LAST_NAMES
from actoolkit.sandbox.clock import START, iso, wall
from actoolkit.sandbox.collection import (
    BASE,
    Collection,
    Query,
    Refused,
    record_collection,
    text_of,
)
from actoolkit.sandbox.draws import Ints

if TYPE_CHECKING:
    from actoolkit.sandbox.world import World

SCORED_ABOVE = 0.3
SCORES = ("Engagement", "Purchase intent")
LINKS = (
    "bounceLogs",
    "contactAutomations",
    "contactData",
    "contactGoals",
    "contactLists",
    "contactLogs",
    "contactTags",
    "contactDeals",
    "deals",
    "fieldValues",
    "geoIps",
    "notes",
    "organization",
    "plusAppend",
    "trackingLogs",
    "scoreValues",
    "accountContacts",
    "automationEntryCounts",
)


def email(world: World, position: int) -> str:
    """Give a contact's address; each is unique."""
    crowd = world.people
    first, last = FIRST_NAMES[crowd.first_name[position]], LAST_NAMES[crowd.last_name[position]]
    return f"{first}.{last}{crowd.ids[position]}@{DOMAINS[crowd.domain[position]]}".lower()


def position_of(world: World, text: str | None) -> int | None:
    """Find the contact of an id, or None."""
    if text is None or not text.isdigit():
        return None
    place = int(np.searchsorted(world.people.ids, int(text)))
    there = place < world.contact_count and world.people.ids[place] == int(text)
    return place if there else None


def render(world: World, rows: Ints) -> list[str]:
    """Write contacts as JSON."""
    last = world.last_seen()
    crowd, made = world.people, []
    for p in rows.tolist():
        ident, joined = int(crowd.ids[p]), int(crowd.joined[p])
        first, family = FIRST_NAMES[crowd.first_name[p]], LAST_NAMES[crowd.last_name[p]]
        domain = DOMAINS[crowd.domain[p]]
        local = f"{first}.{family}{ident}".lower()
        came, came_wall = iso(joined), wall(joined)
        seen, clicked, machine = (int(last[kind][p]) for kind in ("open", "click", "machine"))
        scores = f'"{ident}1","{ident}2"' if _scored(world, p) else ""
        base = f"{BASE}/contacts/{ident}/"
        made.append(
            f'{{"cdate":"{came}","email":"{local}@{domain}","phone":"","firstName":"{first}","lastName":"{family}",'
            f'"orgid":"0","orgname":"","segmentio_id":"","bounced_hard":"{int(p % 211 == 0)}","bounced_soft":"0",'
            f'"bounced_date":{_zero_or_null(p)},"ip":"0","ua":null,"hash":"{ident * 2654435761 % 2**64:032x}",'
            f'"socialdata_lastcheck":"0000-00-00 00:00:00","email_local":"{local}","email_domain":"{domain}",'
            f'"sentcnt":"0","rating_tstamp":"0000-00-00","gravatar":"0","deleted":"0","anonymized":"0",'
            f'"adate":null,"udate":"{iso(max(joined, seen))}","edate":null,"deleted_at":"0000-00-00 00:00:00",'
            f'"created_utc_timestamp":"{came_wall}","updated_utc_timestamp":"{came_wall}",'
            f'"created_timestamp":"{came_wall}","updated_timestamp":"{came_wall}","created_by":null,'
            f'"updated_by":null,"mpp_tracking":"{int(crowd.private[p])}","last_click_date":{_stamp(clicked)},'
            f'"last_open_date":{_stamp(seen)},"last_mpp_open_date":{_stamp(machine)},'
            f'"best_send_hour":"{crowd.hour[p]}","scoreValues":[{scores}],"accountContacts":[],'
            f'"links":{{{",".join(f"{chr(34)}{n}{chr(34)}:{chr(34)}{base}{n}{chr(34)}" for n in LINKS)}}},'
            f'"id":"{ident}","organization":null'
            + (',"sandbox_note":"a field that nobody documented"}' if p % 50 == 7 else "}")
        )
    return made


def _zero_or_null(position: int) -> str:
    return '"0000-00-00"' if position % 3 == 0 else "null"


def _stamp(minute: int) -> str:
    return f'"{wall(minute)}"' if minute >= 0 else "null"


def _scored(world: World, position: int) -> bool:
    return bool(world.people.engagement[position] > SCORED_ABOVE)


def select(world: World, query: Query) -> Ints:
    """Find the contacts that a query asks for."""
    low, high = 0, world.contact_count
    crowd = world.people
    if (text := query.get("id_greater")) and text.isdigit():
        low = int(np.searchsorted(crowd.ids, int(text), side="right"))
    if (text := query.get("id_less")) and text.isdigit():
        high = min(high, int(np.searchsorted(crowd.ids, int(text), side="left")))
    rows = np.arange(low, max(low, high))
    rows = _filtered(world, query, rows)
    orders = query.named("orders")
    for name, direction in orders.items():
        keys = {"id": crowd.ids, "cdate": crowd.joined}.get(name)
        if keys is not None:
            rows = rows[np.argsort(keys[rows], kind="stable")]
            if direction.upper() == "DESC":
                rows = rows[::-1]
    return rows


def _filtered(world: World, query: Query, rows: Ints) -> Ints:
    crowd = world.people
    wanted = [part for text in query.all("ids[]") + query.all("ids") for part in text.split(",")]
    if wanted:
        found = {p for text in wanted if (p := position_of(world, text)) is not None}
        rows = rows[np.isin(rows, list(found))]
    if address := query.get("email"):
        ident = "".join(c for c in address.split("@")[0] if c.isdigit())
        place = position_of(world, ident)
        same = place is not None and email(world, place) == address.lower()
        rows = rows[rows == place] if same else rows[:0]
    if part := query.get("email_like") or query.get("search"):
        rows = rows[[part.lower() in email(world, p) for p in rows.tolist()]]
    for name, since in (
        ("created_after", True),
        ("created_before", False),
        ("updated_after", True),
        ("updated_before", False),
    ):
        text = query.named("filters").get(name)
        if text:
            minutes = (
                crowd.joined
                if name.startswith("created")
                else np.maximum(crowd.joined, world.last_seen()["open"])
            )
            edge = _minute(text)
            rows = rows[minutes[rows] > edge] if since else rows[minutes[rows] < edge]
    if number := query.get("listid"):
        rows = rows[np.isin(rows, _on_list(world, number, query.get("status") or "1"))]
    elif (query.get("status") or "-1") not in ("-1", "1"):
        rows = rows[np.isin(rows, _with_status(world, query.get("status") or ""))]
    return rows


def _on_list(world: World, number: str, status: str) -> Ints:
    if not number.isdigit() or not 1 <= int(number) <= len(world.members):
        return np.zeros(0, np.int64)
    on = world.members[int(number) - 1]
    there = on.since <= world.minute
    left = on.until <= world.minute
    kinds = {"1": there & ~left, "2": left & ~on.bounced, "3": left & on.bounced, "-1": there}
    return on.contacts[kinds.get(status, there & False)]


def _with_status(world: World, status: str) -> Ints:
    parts = [_on_list(world, str(number + 1), status) for number in range(len(world.members))]
    return np.unique(np.concatenate(parts))


def _minute(text: str) -> float:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(400, {}) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=START.tzinfo)
    return (moment - START).total_seconds() / 60


def score_values(world: World, rows: Ints) -> list[dict[str, object]]:
    """Give the score values of contacts."""
    made: list[dict[str, object]] = []
    crowd = world.people
    for p in rows.tolist():
        if _scored(world, p):
            ident = str(crowd.ids[p])
            values = (100 * crowd.engagement[p], 30 * crowd.spending[p])
            made += [
                {
                    "score": str(number),
                    "contact": ident,
                    "deal": "0",
                    "cdate": iso(int(crowd.joined[p])),
                    "mdate": iso(int(min(crowd.joined[p] + 2880, world.minute))),
                    "scoreValue": str(round(float(value))),
                    "id": f"{ident}{number}",
                }
                for number, value in enumerate(values, 1)
            ]
    return made


def _side_loads(world: World, rows: Ints) -> Mapping[str, str]:
    return {"scoreValues": text_of(score_values(world, rows))}


def _meta(query: Query, limit: int, offset: int) -> Mapping[str, object]:
    return {
        "page_input": {
            "segmentid": 0,
            "formid": 0,
            "listid": query.number("listid", 0),
            "tagid": 0,
            "limit": limit,
            "offset": offset,
            "search": query.get("search"),
            "sort": None,
            "seriesid": 0,
            "waitid": 0,
            "status": -1,
            "forceQuery": 0,
            "cacheid": "0" * 32,
        },
        "sortable": True,
    }


def one(world: World, ident: str) -> dict[str, object]:
    """Give the body of a single contact."""
    import json

    position = position_of(world, ident)
    if position is None:
        raise Refused(404, {"message": f"No Result found for Subscriber with id {ident}"})
    (text,) = render(world, np.array([position]))
    return {"contact": json.loads(text)}


def _scores(world: World) -> list[dict[str, object]]:
    return [
        {
            "reltype": "contact",
            "name": name,
            "descript": "",
            "status": "1",
            "cdate": iso(-1000),
            "mdate": iso(0),
            "links": [],
            "id": str(number),
        }
        for number, name in enumerate(SCORES, 1)
    ]


CONTACTS = Collection("contacts", "string", select, render, _meta, _side_loads)
SCORES_LIST = record_collection("scores", _scores)
