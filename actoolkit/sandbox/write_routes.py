"""The account's POST, PUT and DELETE routes: what each does, and how the vendor answers it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import cast

from actoolkit.sandbox.clock import iso, wall
from actoolkit.sandbox.collection import Refused, links
from actoolkit.sandbox.writes import Find, Row, Writes

Answer = tuple[int, object]
"""Status, and what is sent as JSON; None sends no body."""

COMPANIES: Mapping[str, str] = {"1": "Northside Cafe", "2": "Lakeshore Hotel"}
"""The companies of the account, which the API calls accounts."""
NOTED = {"Subscriber": "contact", "CustomerAccount": "account", "Deal": "deal"}
CALLED_BY_API = "3"


class Call:
    """One request that changes the account.

    Args:
        writes: What was written so far.
        find: Gives what a GET gives by the drawn world.
        body: What was sent, as an object.
        parts: Of the path.
    """

    def __init__(self, writes: Writes, find: Find, body: Row, parts: tuple[str, ...]) -> None:
        self.writes, self.find, self.body, self.parts = writes, find, body, parts

    def sent(self, envelope: str, *required: str) -> Row:
        """What the envelope holds.

        Raises:
            Refused: The envelope or a required field is missing.
        """
        found = self.body.get(envelope)
        if not isinstance(found, dict) or any(found.get(name) in (None, "") for name in required):
            raise Refused(400, {})
        return found

    def there(self, path: str) -> Row:
        """The body of an object.

        Raises:
            Refused: There is none.
        """
        found = self.writes.body(path, self.find)
        if found is None:
            raise Refused(404, {"message": "No Route found"})
        return found

    def now(self) -> str:
        """The account's present, as the API writes it."""
        return iso(self.writes.world.minute)


def _contact_list(call: Call) -> Answer:
    sent = call.sent("contactList", "list", "contact", "status")
    contact, list_id, status = (str(sent[name]) for name in ("contact", "list", "status"))
    if status not in ("1", "2"):
        raise Refused(400, {})
    owner = call.there(f"/contacts/{contact}")["contact"]
    call.there(f"/lists/{list_id}")
    difference = call.writes.of("contactLists")
    row = call.writes.membership(contact, list_id, call.find)
    if (
        row is not None
        and (row["status"], status) == ("2", "1")
        and str(sent.get("sourceid")) != "4"
    ):
        return 200, {"contacts": [owner], "contactList": row}  # who left comes back by hand only
    joined = status == "1"
    changes: Row = {"status": status, "sourceid": CALLED_BY_API}
    changes |= {"sdate" if joined else "udate": call.now()}
    changes |= {"udate": None} if joined else {}
    key = str(row["id"]) if row is not None else call.writes.new_id()
    before = row["status"] if row is not None else "none"
    if row is None:
        difference.added.append(_membership(contact, list_id, key, call) | changes)
    else:
        difference.change(key, changes)
    sizes = call.writes.of("lists")
    sizes.count(list_id, "active_subscribers", (status == "1") - (before == "1"))
    sizes.count(list_id, "non_deleted_subscribers", int(row is None))
    now = cast("Row", call.writes.membership(contact, list_id, call.find))
    echo = now | {"status": int(status), "sourceid": int(CALLED_BY_API)}
    return 201, {"contacts": [owner], "contactList": echo}


def _membership(contact: str, list_id: str, key: str, call: Call) -> Row:
    stamp = wall(call.writes.world.minute)
    return {
        "contact": contact,
        "list": list_id,
        "form": None,
        "seriesid": "0",
        "sdate": None,
        "udate": None,
        "responder": "1",
        "sync": "0",
        "unsubreason": "",
        "campaign": None,
        "message": None,
        "first_name": "",
        "last_name": "",
        "ip4Sub": "0",
        "autosyncLog": None,
        "ip4_last": "0",
        "ip4Unsub": "0",
        "created_timestamp": stamp,
        "updated_timestamp": stamp,
        "created_by": None,
        "updated_by": None,
        "unsubscribeAutomation": None,
        "channel": "email",
        "links": links(f"contactLists/{key}", "automation", "list", "contact"),
        "id": key,
        "automation": None,
    }


def _add_list(call: Call) -> Answer:
    sent = call.sent("list", "name", "stringid", "sender_url", "sender_reminder")
    key = call.writes.new_id()
    made = {"cdate": call.now(), "udate": call.now(), "links": links(f"lists/{key}", "user")}
    row = {**sent, **made, "id": key}
    call.writes.of("lists").added.append({**row, "user": "1", "userid": "1", "channel": "email"})
    return 201, {"list": row}


def _drop_list(call: Call) -> Answer:
    try:
        call.there(f"/lists/{call.parts[0]}")
    except Refused as refused:
        raise Refused(403, refused.body) from None  # as documented
    call.writes.of("lists").remove(call.parts[0])
    return 200, {}


def _drop(name: str) -> Callable[[Call], Answer]:
    def drop(call: Call) -> Answer:
        call.there(f"/{name}/{call.parts[0]}")
        call.writes.of(name).remove(call.parts[0])
        return 200, {}

    return drop


def _field_rel(call: Call) -> Answer:
    sent = call.sent("fieldRel", "field", "relid")
    if str(sent["relid"]) != "0":
        call.there(f"/lists/{sent['relid']}")
    row: Row = {"field": sent["field"], "relid": sent["relid"], "cdate": call.now(), "links": []}
    row["id"] = call.writes.new_id()
    call.writes.of("fieldRels").added.append(
        {**row, "field": str(sent["field"]), "relid": str(sent["relid"]), "dorder": "0"}
    )
    return 201, {"fieldRel": row}


def _list_group(call: Call) -> Answer:
    sent = call.sent("listGroup", "listid", "groupid")
    call.there(f"/lists/{sent['listid']}")
    key = call.writes.new_id()
    row: Row = {"list": sent["listid"], "group": sent["groupid"]}
    row |= {"links": links(f"listGroups/{key}", "list", "group"), "id": key}
    call.writes.of("listGroups").added.append(
        {**row, "list": str(sent["listid"]), "group": str(sent["groupid"])}
    )
    return 201, {"listGroup": row}


def _domain(call: Call) -> Answer:
    name = str(call.sent("siteTrackingDomain", "name")["name"])
    difference = call.writes.of("siteTrackingDomains")
    difference.added = [row for row in difference.added if row["name"] != name] + [{"name": name}]
    return 200, {"siteTrackingDomain": {"name": name}}


def _drop_domain(call: Call) -> Answer:
    call.writes.of("siteTrackingDomains").remove(call.parts[0])
    return 204, None


def _message(call: Call) -> Answer:
    sent = call.sent("message", "fromname", "reply2")
    if not (sent.get("fromemail") or sent.get("email")):
        raise Refused(400, {})
    key = call.writes.new_id()
    row = {**sent, "links": links(f"messages/{key}", "user", "hyperlinks"), "id": key}
    stamps = {"cdate": call.now(), "mdate": call.now(), "userid": "1", "user": "1", "name": ""}
    call.writes.of("messages").added.append({**stamps, **row})
    return 201, {"message": row}


def _change_message(call: Call) -> Answer:
    sent = {name: value for name, value in call.sent("message").items() if name != "id"}
    path = f"/messages/{call.parts[0]}"
    call.there(path)
    call.writes.of("messages").change(call.parts[0], {**sent, "mdate": call.now()})
    return 200, call.there(path)


def _note(call: Call) -> Answer:
    sent = call.sent("note", "note", "reltype", "relid")
    if sent["reltype"] not in NOTED:
        raise Refused(400, {})
    side: Row = {}
    if sent["reltype"] == "Subscriber":
        side["contacts"] = [call.there(f"/contacts/{sent['relid']}")["contact"]]
    elif sent["reltype"] == "CustomerAccount":
        side["accounts"] = [_company(str(sent["relid"]))]
    return 201, side | {
        "note": _noted(call, str(sent["note"]), str(sent["reltype"]), sent["relid"])
    }


def _account_note(call: Call) -> Answer:
    company = _company(call.parts[0])
    text = str(call.sent("note", "note")["note"])
    return 201, {
        "accounts": [company],
        "note": _noted(call, text, "CustomerAccount", call.parts[0]),
    }


def _change_account_note(call: Call) -> Answer:
    company = _company(call.parts[0])
    note = cast("Row", call.there(f"/notes/{call.parts[1]}")["note"])
    if (note["reltype"], note["relid"]) != ("CustomerAccount", call.parts[0]):
        raise Refused(404, {"message": f"No Result found for Note with id {call.parts[1]}"})
    text = call.sent("note", "note")["note"]
    call.writes.of("notes").change(call.parts[1], {"note": text, "mdate": call.now()})
    return 200, {"accounts": [company], **call.there(f"/notes/{call.parts[1]}")}


def _noted(call: Call, text: str, kind: str, relid: object) -> Row:
    key = call.writes.new_id()
    row: Row = {
        "note": text,
        "cdate": call.now(),
        "mdate": call.now(),
        "reltype": kind,
        "relid": relid,
        "userid": "1",
        "is_draft": "0",
        "links": links(f"notes/{key}", "activities", "mentions", "notes", "owner", "user"),
        "owner": {"type": NOTED[kind], "id": relid},
        "id": key,
        "user": "1",
    }
    call.writes.of("notes").added.append({**row, "relid": str(relid)})
    return row


def _company(ident: str) -> Row:
    if ident not in COMPANIES:
        raise Refused(404, {"message": f"No Result found for CustomerAccount with id {ident}"})
    return {"name": COMPANIES[ident], "accountUrl": "", "id": ident}


ROUTES: tuple[tuple[str, re.Pattern[str], Callable[[Call], Answer]], ...] = (
    ("POST", re.compile("/contactLists"), _contact_list),
    ("POST", re.compile("/fieldRels"), _field_rel),
    ("DELETE", re.compile(r"/fieldRels/(\d+)"), _drop("fieldRels")),
    ("POST", re.compile("/listGroups"), _list_group),
    ("POST", re.compile("/lists"), _add_list),
    ("DELETE", re.compile(r"/lists/(\d+)"), _drop_list),
    ("POST", re.compile("/siteTrackingDomains"), _domain),
    ("DELETE", re.compile(r"/siteTrackingDomains/([^/]+)"), _drop_domain),
    ("POST", re.compile("/messages"), _message),
    ("PUT", re.compile(r"/messages/(\d+)"), _change_message),
    ("DELETE", re.compile(r"/messages/(\d+)"), _drop("messages")),
    ("POST", re.compile(r"/accounts/(\d+)/notes"), _account_note),
    ("PUT", re.compile(r"/accounts/(\d+)/notes/(\d+)"), _change_account_note),
    ("POST", re.compile("/notes"), _note),
)


def carry_out(writes: Writes, method: str, path: str, payload: bytes, find: Find) -> Answer:
    """Do what a request asks for.

    Args:
        writes: What was written so far; it takes the change.
        method: POST, PUT or DELETE.
        path: Below ``/api/3``.
        payload: What was sent.
        find: Gives the body that a GET gives by the drawn world.

    Raises:
        Refused: As the vendor does.
    """
    for verb, pattern, handler in ROUTES:
        if verb == method and (found := pattern.fullmatch(path)):
            return handler(Call(writes, find, _parsed(payload), found.groups()))
    raise Refused(405, {"message": "Method Not Allowed"})


def _parsed(payload: bytes) -> Row:
    try:
        found = json.loads(payload or b"{}")
    except ValueError:
        raise Refused(400, {}) from None
    if not isinstance(found, dict):
        raise Refused(400, {})
    return found
