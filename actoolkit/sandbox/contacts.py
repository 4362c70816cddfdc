"""Contacts with the score values that ride along, as the API tells them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from actoolkit.sandbox.brand import DOMAINS, FIRST_NAMES, LAST_NAMES
from actoolkit.sandbox.clock import iso, wall
from actoolkit.sandbox.collection import (
    BASE,
    Collection,
    Query,
    Refused,
    Rows,
    record_collection,
    text_of,
)
from actoolkit.sandbox.contact_filters import (
    SCORED_ABOVE,
    filtered,
    filtering,
    ordered,
    phone,
    position_of,
)
from actoolkit.sandbox.draws import Flags, Ints
from actoolkit.sandbox.traces import Traces

if TYPE_CHECKING:
    from actoolkit.sandbox.world import World

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


def render(world: World, rows: Ints) -> list[str]:
    """Write contacts as JSON."""
    traces, crowd = world.traces(), world.people
    columns = (
        rows,
        *(getattr(crowd, name)[rows] for name in ("ids", "joined", "first_name", "last_name")),
        *(getattr(crowd, name)[rows] for name in ("domain", "private", "hour")),
        _scored(world, rows),
        *(getattr(traces, name)[rows] for name in Traces.__slots__),
    )
    made = []
    for values in zip(*(column.tolist() for column in columns), strict=True):
        p, ident, joined, first_name, last_name, domain_name, private, hour, scored = values[:9]
        opened, clicked, machine, sends, hard, soft, bounced = values[9:]
        first, family, domain = FIRST_NAMES[first_name], LAST_NAMES[last_name], DOMAINS[domain_name]
        local = f"{first}.{family}{ident}".lower()
        came, came_wall, changed = iso(joined), wall(joined), max(joined, opened, bounced)
        scores = f'"{ident}1","{ident}2"' if scored else ""
        when = (
            f'"{wall(bounced)[:10]}"' if bounced >= 0 else '"0000-00-00"' if p % 3 == 0 else "null"
        )
        note = ',"sandbox_note":"a field that nobody documented"}' if p % 50 == 7 else "}"
        made.append(
            f'{{"cdate":"{came}","email":"{local}@{domain}","phone":"{phone(p)}","firstName":"{first}","lastName":"{family}",'
            f'"orgid":"0","orgname":"","segmentio_id":"","bounced_hard":"{hard}","bounced_soft":"{soft}",'
            f'"bounced_date":{when},"ip":"0","ua":null,"hash":"{ident * 2654435761 % 2**64:032x}",'
            f'"socialdata_lastcheck":"0000-00-00 00:00:00","email_local":"{local}","email_domain":"{domain}",'
            f'"sentcnt":"{sends}","rating_tstamp":"0000-00-00","gravatar":"0","deleted":"0","anonymized":"0",'
            f'"adate":null,"udate":"{iso(changed)}","edate":null,"deleted_at":"0000-00-00 00:00:00",'
            f'"created_utc_timestamp":"{came_wall}","updated_utc_timestamp":"{came_wall}",'
            f'"created_timestamp":"{came_wall}","updated_timestamp":"{came_wall}","created_by":null,'
            f'"updated_by":null,"mpp_tracking":"{int(private)}","last_click_date":{_stamp(clicked)},'
            f'"last_open_date":{_stamp(opened)},"last_mpp_open_date":{_stamp(machine)},'
            f'"best_send_hour":"{hour}","scoreValues":[{scores}],"accountContacts":[],'
            f'"links":{_LINKS.replace("#", str(ident))},"id":"{ident}","organization":null{note}'
        )
    return made


_LINKS = text_of({name: f"{BASE}/contacts/#/{name}" for name in LINKS})


def _stamp(minute: int) -> str:
    return f'"{wall(minute)}"' if minute >= 0 else "null"


def _scored(world: World, rows: Ints) -> Flags:
    scored: Flags = world.people.engagement[rows] > SCORED_ABOVE
    return scored


def select(world: World, query: Query) -> Rows:
    """Find the contacts that a query asks for."""
    low, high = 0, world.contact_count
    crowd = world.people
    if (text := query.get("id_greater")) and text.isdecimal():
        low = int(np.searchsorted(crowd.ids, int(text), side="right"))
    if (text := query.get("id_less")) and text.isdecimal():
        high = min(high, int(np.searchsorted(crowd.ids, int(text), side="left")))
    rows: Rows = range(low, max(low, high))
    if filtering(query):
        rows = filtered(world, query, np.asarray(rows, np.int64))
    return ordered(world, query, rows)


def score_values(world: World, rows: Ints) -> str:
    """Give the score values of contacts, as JSON."""
    rows = rows[_scored(world, rows)]
    crowd, made = world.people, []
    for ident, joined, eager, spending in zip(
        crowd.ids[rows].tolist(),
        crowd.joined[rows].tolist(),
        crowd.engagement[rows].tolist(),
        crowd.spending[rows].tolist(),
        strict=True,
    ):
        times = f'"cdate":"{iso(joined)}","mdate":"{iso(min(joined + 2880, world.minute))}"'
        made += [
            f'{{"score":"{number}","contact":"{ident}","deal":"0",{times},'
            f'"scoreValue":"{round(value)}","id":"{ident}{number}"}}'
            for number, value in ((1, 100 * eager), (2, 30 * spending))
        ]
    return f"[{','.join(made)}]"


def _side_loads(world: World, rows: Ints) -> Mapping[str, str]:
    return {"scoreValues": score_values(world, rows)}


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
