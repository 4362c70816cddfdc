"""The account's shops, and the log of one-to-one mail, as the API tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from actoolkit.sandbox.brand import NOTE_SUBJECTS
from actoolkit.sandbox.clock import iso
from actoolkit.sandbox.collection import (
    BASE,
    Collection,
    Query,
    kept_numbers,
    record_collection,
)
from actoolkit.sandbox.contact_filters import email
from actoolkit.sandbox.draws import Ints

if TYPE_CHECKING:
    from actoolkit.sandbox.world import World

SHOPS = (
    ("shopify", "Hillside Coffee", "hillside.example.com"),
    ("woocommerce", "Hillside Coffee EU", "eu.hillside.example.com"),
)


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
    rows = np.flatnonzero(when <= world.minute)[::-1]
    for name, operator, text in query.tests("filters"):
        if name == "subscriberid":
            rows = rows[kept_numbers(world.people.ids[who[rows]], operator, text)]
        elif name == "dealId":
            rows = rows[kept_numbers(0 * rows, operator, text)]
    for name, direction in reversed(query.named("orders").items()):
        if name in ("tstamp", "id", "subscriberid"):
            keys = who[rows] if name == "subscriberid" else rows
            rows = rows[np.argsort(-keys if direction.upper() == "DESC" else keys, kind="stable")]
    return rows


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
