"""The account itself: its user, its shops, and the one-to-one mail log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from actoolkit.sandbox.brand import NOTE_SUBJECTS
from actoolkit.sandbox.clock import ZONE, iso
from actoolkit.sandbox.collection import BASE, Collection, Query, links, record_collection
from actoolkit.sandbox.contacts import email
from actoolkit.sandbox.draws import Ints

if TYPE_CHECKING:
    from actoolkit.sandbox.world import World

SHOPS = (
    ("shopify", "Hillside Coffee", "hillside.example.com"),
    ("woocommerce", "Hillside Coffee EU", "eu.hillside.example.com"),
)


def me(world: World) -> dict[str, object]:
    """Give the body of the token's user."""
    user: dict[str, object] = {
        "username": "analyst",
        "firstName": "Ada",
        "lastName": "Example",
        "email": "analyst@example.com",
        "phone": "",
        "signature": "",
        "localZoneid": ZONE,
        "password_updated_utc_timestamp": "0000-00-00 00:00:00",
        "cdate": None,
        "udate": iso(0),
        "mfaEnabled": "0",
        "links": links("users/1", "lists", "userGroup", "configs"),
        "id": "1",
    }
    return {"user": user}


def _connections(world: World) -> list[dict[str, object]]:
    return [
        {
            "isInternal": "0" if number == 1 else 0,
            "service": service,
            "externalid": host,
            "name": name,
            "logoUrl": "",
            "linkUrl": f"https://{host}",
            "cdate": iso(-60_000),
            "udate": iso(0),
            "links": {"customers": f"/api/3/connections/{number}/customers"},
            "id": str(number),
            "status": "1",
            "syncStatus": "0",
            "lastSync": iso(world.minute - 30),
            "connectionType": "ecommerce",
            "sync_request_time": None,
            "sync_start_time": None,
            "credentialExpiration": None,
            "serviceName": service,
            "listId": "1",
        }
        for number, (service, name, host) in enumerate(SHOPS, 1)
    ]


def _select(world: World, query: Query) -> Ints:
    who, when, _ = world.notes
    rows = np.flatnonzero(when <= world.minute)
    if (text := query.named("filters").get("subscriberid")) and text.isdigit():
        rows = rows[world.people.ids[who[rows]] == int(text)]
    return rows[::-1]


def _render(world: World, rows: Ints) -> list[str]:
    who, when, about = world.notes
    made = []
    for row in rows.tolist():
        contact, ident = int(world.people.ids[who[row]]), row + 1
        base, subject = f"{BASE}/emailActivities/{ident}", NOTE_SUBJECTS[about[row]]
        made.append(
            f'{{"subscriberid":"{contact}","userid":"1","d_id":"0","account":null,"reltype":"SubscriberEmail",'
            f'"relid":"{ident}","from_name":"Ada Example","fromAddress":"analyst@example.com",'
            f'"toAddress":"{email(world, int(who[row]))}","ccAddress":"","subject":"{subject}",'
            f'"message":"Hello,\\n\\nthank you.","messageHtml":"<p>Hello,</p><p>thank you.</p>",'
            f'"tstamp":"{iso(int(when[row]))}","sentiment":null,"links":{{"contact":"{base}/contact",'
            f'"deal":"{base}/deal","user":"{base}/user","reference":"{base}/reference","account":"{base}/account"}},'
            f'"id":"{ident}","contact":"{contact}","deal":null,"user":"1","reference":{{"type":"contact-email","id":"{ident}"}}}}'
        )
    return made


CONNECTIONS = record_collection(
    "connections", _connections, filters={"service": "service", "externalid": "externalid"}
)
EMAIL_ACTIVITIES = Collection("emailActivities", "string", _select, _render)
