"""Lists and who is on them, as the API tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from actoolkit.sandbox.brand import LISTS, REASONS
from actoolkit.sandbox.clock import iso, wall
from actoolkit.sandbox.collection import (
    BASE,
    Collection,
    Query,
    Refused,
    Rows,
    kept_numbers,
    known_by_now,
    links,
    record_collection,
)
from actoolkit.sandbox.draws import Ints

if TYPE_CHECKING:
    from actoolkit.sandbox.world import World

FOUNDED = -200_000
CONSTANT = {
    "p_use_tracking": "1",
    "p_use_analytics_read": "0",
    "p_use_analytics_link": "0",
    "p_use_twitter": "0",
    "p_use_facebook": "0",
    "p_embed_image": "1",
    "p_use_captcha": "1",
    "send_last_broadcast": "0",
    "private": "0",
    "analytics_domains": None,
    "analytics_source": "",
    "analytics_ua": "",
    "twitter_token": "",
    "twitter_token_secret": "",
    "facebook_session": None,
    "carboncopy": None,
    "subscription_notify": None,
    "unsubscription_notify": None,
    "require_name": "0",
    "get_unsubscribe_reason": "1",
    "to_name": "Subscriber",
    "optinoptout": "1",
    "sender_name": "Hillside Coffee",
    "sender_addr1": "1 Example Street",
    "sender_addr2": "",
    "sender_city": "Chicago",
    "sender_state": "IL",
    "sender_zip": "60601",
    "sender_country": "USA",
    "sender_phone": "",
    "sender_url": "https://www.example.com",
    "sender_reminder": "You signed up on our website.",
    "fulladdress": None,
    "optinmessageid": "0",
    "optoutconf": "0",
    "deletestamp": None,
}


def _lists(world: World) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for number, one in enumerate(LISTS, 1):
        on = world.members[number - 1]
        there = on.since <= world.minute
        active = int((there & (on.until > world.minute)).sum())
        rows.append(
            {
                "stringid": one.name.lower().replace(" ", "-"),
                "userid": "1" if number % 3 else "0",
                "name": one.name,
                "cdate": iso(FOUNDED + number * 900),
                **CONSTANT,
                "udate": iso(0) if number % 2 else None,
                "created_timestamp": wall(FOUNDED + number * 900),
                "updated_timestamp": wall(0),
                "created_by": None,
                "updated_by": None,
                "links": links(f"lists/{number}", "contactGoalLists", "user", "addressLists"),
                "id": str(number),
                "user": "1" if number % 3 else None,
                "channel": "email",
                "description": "",
                "active_subscribers": str(active),
                "non_deleted_subscribers": str(int(there.sum())),
            }
        )
    return rows


def one(world: World, ident: str) -> dict[str, object]:
    """Give the body of a single list."""
    for row in _lists(world):
        if row["id"] == ident:
            return {"list": row}
    raise Refused(404, {"message": f"No Result found for _List with id {ident}"})


@known_by_now
def _memberships(world: World) -> tuple[Ints, Ints]:
    """List number and place in it of every membership, by the time it began; ids are fixed ranks."""
    number = np.concatenate([np.full(len(on.contacts), k) for k, on in enumerate(world.members)])
    place = np.concatenate([np.arange(len(on.contacts)) for on in world.members])
    since = np.concatenate([on.since for on in world.members])
    order = np.lexsort((place, number, since))
    order = order[: int(np.searchsorted(since[order], world.minute, side="right"))]
    return number[order], place[order]


def _select(world: World, query: Query) -> Rows:
    number, _ = _memberships(world)
    rows: Rows = range(len(number))
    for name, operator, text in query.tests("filters"):
        if name == "list":
            rows = np.asarray(rows, np.int64)
            rows = rows[kept_numbers(number[rows] + 1, operator, text)]
    return rows


def of_contact(world: World, position: int) -> list[str]:
    """Write the memberships of one contact as JSON."""
    number, place = _memberships(world)
    rows = []
    for at, on in enumerate(world.members):
        where = int(np.searchsorted(on.contacts, position))
        if where < len(on.contacts) and on.contacts[where] == position:
            rows += np.flatnonzero((number == at) & (place == where)).tolist()
    return _render(world, np.array(sorted(rows), np.int64))


def _render(world: World, rows: Ints) -> list[str]:
    number, place = _memberships(world)
    made = []
    for row in rows.tolist():
        at, p = int(number[row]), int(place[row])
        on = world.members[at]
        contact, since, until = (
            int(world.people.ids[on.contacts[p]]),
            int(on.since[p]),
            int(on.until[p]),
        )
        left = until <= world.minute
        status = ("3" if on.bounced[p] else "2") if left else "1"
        mail = int(on.leaving_mail[p]) if left else -1
        campaign = f'"{world.mailings[mail].campaign_id}"' if mail >= 0 else "null"
        reason = f'"{REASONS[on.reason[p]]}"' if status == "2" else "null"
        base, began = f"{BASE}/contactLists/{row + 1}", iso(since)
        made.append(
            f'{{"contact":"{contact}","list":"{at + 1}","form":null,"seriesid":"0","sdate":"{began}",'
            f'"udate":{chr(34) + iso(until) + chr(34) if left else "null"},"status":"{status}","responder":"1","sync":"0",'
            f'"unsubreason":{reason},"campaign":{campaign},"message":null,"first_name":"","last_name":"",'
            f'"ip4Sub":"0","sourceid":"3","autosyncLog":null,"ip4_last":"0","ip4Unsub":"0",'
            f'"created_timestamp":"{wall(since)}","updated_timestamp":"{wall(until if left else since)}",'
            f'"created_by":null,"updated_by":null,"unsubscribeAutomation":null,"channel":"email",'
            f'"links":{{"automation":"{base}/automation","list":"{base}/list","contact":"{base}/contact"}},'
            f'"id":"{row + 1}","automation":null}}'
        )
    return made


LIST_LIST = record_collection(
    "lists", _lists, filters={"name": "name", "id": "id"}, orders={"name": "name"}
)
CONTACT_LISTS = Collection("contactLists", "string", _select, _render)
