"""Envelopes, totals, fields and wire types against tables written from the documented shapes."""

import json
import re
from pathlib import Path

import pytest

KNOWN = json.loads(
    (Path(__file__).parents[1] / "tables" / "known_fields.json").read_text(encoding="utf-8")
)
UNKNOWN_ON_PURPOSE = {"sandbox_note"}

# path, envelope, total, table of known fields
LISTS = [
    ("/automations", "automations", str, "automations"),
    ("/brandings", "brandings", str, "brandings"),
    ("/calendars", "calendars", str, "calendars"),
    ("/campaigns", "campaigns", str, "campaigns"),
    ("/campaignLists", "campaignLists", str, "campaign_lists"),
    ("/campaignMessages", "campaignMessages", str, None),
    ("/connections", "connections", str, "connections"),
    ("/contactAutomations", "contactAutomations", str, "contact_automations"),
    ("/contactLists", "contactLists", str, "contact_lists"),
    ("/contactTags", "contactTags", str, "contact_tags"),
    ("/contacts", "contacts", str, "contacts"),
    ("/ecomCustomers", "ecomCustomers", str, "ecom_customers"),
    ("/ecomOrderProducts", "ecomOrderProducts", None, "ecom_order_products"),
    ("/ecomOrders", "ecomOrders", str, "ecom_orders"),
    ("/emailActivities", "emailActivities", str, "email_activities"),
    ("/eventTrackingEvents", "eventTrackingEvents", int, "event_tracking_events"),
    ("/fieldValues", "fieldValues", str, "field_values"),
    ("/fields", "fields", str, "fields"),
    ("/groupLimits", "groupLimits", str, "group_limits"),
    ("/groups", "groups", str, "groups"),
    ("/listGroups", "listGroups", str, None),
    ("/lists", "lists", str, "lists"),
    ("/messages", "messages", str, "messages"),
    ("/notes", "notes", str, "notes"),
    ("/savedResponses", "savedResponses", str, "saved_responses"),
    ("/scores", "scores", str, "scores"),
    ("/segments", "segments", str, "segments"),
    ("/siteTrackingDomains", "siteTrackingDomains", int, "site_tracking_domains"),
    ("/tags", "tags", str, "tags"),
    ("/taskOutcomes", "taskOutcomes", str, "task_outcomes"),
    ("/tasktypeOutcomeRels", "tasktypeOutcomeRels", str, "tasktype_outcome_rels"),
    ("/users", "users", str, None),
    ("/webhooks", "webhooks", str, "webhooks"),
]
COMPANIONS = {
    "campaign_lists": {
        *("campaignid", "listid", "userid", "list_amt", "cdate", "udate", "name", "id"),
        *("campaign", "list", "user", "links"),
    },
    "contact_tags": {
        *("contact", "tag", "cdate", "created_timestamp", "updated_timestamp", "created_by"),
        *("updated_by", "links", "id"),
    },
    "tags": {
        *("tagType", "tag", "description", "subscriber_count", "cdate", "created_timestamp"),
        *("updated_timestamp", "created_by", "updated_by", "links", "id"),
    },
    "fields": {
        *("title", "descript", "type", "isrequired", "perstag", "defval", "show_in_list"),
        *("rows", "cols", "visible", "service", "ordernum", "cdate", "udate", "options"),
        *("created_timestamp", "updated_timestamp", "created_by", "updated_by", "relations"),
        *("links", "id"),
    },
}
OFFSET = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d-0[56]:00")
NAIVE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


def known(table):
    return set(KNOWN.get(table, {})) | COMPANIONS.get(table, set())


@pytest.mark.parametrize(("path", "envelope", "total", "table"), LISTS, ids=str)
def test_envelope_total_and_fields(client, path, envelope, total, table):
    answer = client.ask(path)
    body = answer.json
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert body[envelope]
    assert len(body[envelope]) <= 20
    if total is None:
        assert "meta" not in body
    else:
        assert type(body["meta"]["total"]) is total
        assert int(body["meta"]["total"]) == len(client.rows(path, envelope))
    if table:
        for row in client.rows(path, envelope):
            assert set(row) - known(table) <= UNKNOWN_ON_PURPOSE


def plain(hint):
    return hint.split(":")[0]


@pytest.mark.parametrize(("path", "envelope", "total", "table"), LISTS, ids=str)
def test_every_value_has_its_type_and_its_form(client, path, envelope, total, table):
    hints = KNOWN.get(table or "", {})
    for row in client.rows(path, envelope):
        for name, value in row.items():
            hint, _ = hints.get(name, ("string", ""))
            if name in UNKNOWN_ON_PURPOSE or value is None or plain(hint) in ("not sampled", ""):
                continue
            allowed = {
                "string": (str,),
                "int": (int,),
                "int|string": (int, str),
                "int/string": (int, str),
                "array": (list,),
                "object": (dict,),
                "null-seen-only": (str,),
            }.get(plain(hint))
            if allowed and name not in ("links", "options", "relations"):
                assert type(value) in allowed, (name, value)
            if "datetime-offset" in hint:
                assert OFFSET.fullmatch(value) or value.startswith("0000"), (name, value)
            if "datetime-naive" in hint:
                assert NAIVE.fullmatch(value), (name, value)


def test_numbers_come_as_texts_and_as_numbers_where_the_vendor_mixes_them(client):
    orders = client.rows("/ecomOrders", "ecomOrders")
    for name in ("totalPrice", "shippingAmount", "discountAmount", "totalProducts", "state"):
        assert {type(row[name]) for row in orders} == {int, str}, name
    entries = client.rows("/contactAutomations", "contactAutomations")
    assert {type(row["completed"]) for row in entries} == {int}
    assert {type(row["completeValue"]) for row in entries} == {int}
    assert {type(row["status"]) for row in client.rows("/automations", "automations")} == {int, str}
    assert {type(r["isInternal"]) for r in client.rows("/connections", "connections")} == {int, str}
    for counter in ("send_amt", "uniqueopens", "subscriberclicks", "unsubscribes"):
        assert all(row[counter].isdigit() for row in client.rows("/campaigns", "campaigns"))


def test_quirks_are_there(client):
    contacts = client.rows("/contacts", "contacts")
    campaigns = client.rows("/campaigns", "campaigns")
    orders = client.rows("/ecomOrders", "ecomOrders")
    assert {row["cdate"][-6:] for row in contacts} == {"-05:00", "-06:00"}
    assert {row["sdate"][-6:] for row in campaigns if row["sdate"]} == {"-05:00", "-06:00"}
    assert {row["deleted_at"] for row in contacts} == {"0000-00-00 00:00:00"}
    assert {"0000-00-00", None} <= {row["bounced_date"] for row in contacts}
    assert {None} < {row["last_open_date"] for row in contacts}
    assert any("sandbox_note" in row for row in contacts)
    assert any("sandbox_note" in row for row in campaigns)
    missing = [row for row in campaigns if "verified_opens" not in row]
    assert 0 < len(missing) < len(campaigns) / 2
    assert all(("verified_opens" in r) == ("verified_unique_opens" in r) for r in campaigns)
    drafts = [row for row in campaigns if row["status"] == "0"]
    assert len(drafts) == 3
    assert all(d["sdate"] is d["ldate"] is None and d["send_amt"] == "0" for d in drafts)
    currencies = {row["currency"] for row in orders}
    assert {"USD", "usd"} <= currencies <= {"USD", "usd", "EUR", "eur"}
    assert any(row["email"] != row["email"].strip().lower() for row in orders)
    assert client.ask("/webhook/events").json["webhookEvents"][0] == "subscribe"
    assert client.ask("/brandings").json["brandings"][0]["links"] == "1"


def test_single_rows_and_rows_below_a_parent(client):
    contact = client.ask("/contacts", {"limit": 1}).json["contacts"][0]
    ident = contact["id"]
    assert client.ask(f"/contacts/{ident}").json["contact"] == contact
    listed = client.ask("/lists/1").json["list"]
    assert listed == client.rows("/lists", "lists")[0]
    messages = client.rows("/messages", "messages")
    assert client.ask(f"/messages/{messages[3]['id']}").json["message"] == messages[3]
    for envelope, key in (
        ("contactLists", "contact"),
        ("contactAutomations", "contact"),
        ("contactTags", "contact"),
        ("fieldValues", "contact"),
        ("notes", "relid"),
    ):
        everything = client.rows(f"/{envelope}", envelope)
        for one in client.rows("/contacts", "contacts")[:40]:
            body = client.ask(f"/contacts/{one['id']}/{envelope}").json
            assert set(body) == {envelope}
            of_one = [row for row in everything if row[key] == one["id"]]
            assert sorted(body[envelope], key=str) == sorted(of_one, key=str)
    products = client.rows("/ecomOrderProducts", "ecomOrderProducts")
    for order in client.rows("/ecomOrders", "ecomOrders")[:20]:
        body = client.ask(f"/ecomOrders/{order['id']}/orderProducts").json
        of_one = [row for row in products if row["orderid"] == order["id"]]
        assert body == {"ecomOrderProducts": of_one}
        assert order["orderProducts"] == [row["id"] for row in of_one]


def test_score_values_ride_along_and_stand_alone(client):
    body = client.ask("/contacts", {"limit": 100}).json
    named = [ident for row in body["contacts"] for ident in row["scoreValues"]]
    assert named == [row["id"] for row in body["scoreValues"]]
    contact = next(row["id"] for row in body["contacts"] if row["scoreValues"])
    alone = client.ask(f"/contacts/{contact}/scoreValues").json
    of_one = [row for row in body["scoreValues"] if row["contact"] == contact]
    assert alone == {"scoreValues": of_one}
    assert all(row["scoreValue"].isdigit() for row in of_one)


def test_custom_objects_have_real_types_and_nanoseconds(client):
    body = client.ask("/customObjects/schemas").json
    (schema,) = body["schemas"]
    assert body["meta"] == {"total": 1, "count": 1, "limit": 20, "offset": 0}
    assert set(schema) <= known("custom_object_schemas")
    path = f"/customObjects/records/{schema['id']}"
    first = client.ask(path, {"limit": 7}).json
    second = client.ask(path, {"limit": 7, "offset": 7}).json
    assert first["meta"]["total"] == second["meta"]["total"] > 14
    rows = first["records"] + second["records"]
    assert len({row["id"] for row in rows}) == 14
    for row in rows:
        assert set(row) <= known("custom_object_records")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z", row["createdTimestamp"])
        assert type(row["fields"][0]["value"]) is int


def test_links_share_a_campaigns_clicks(client):
    for row in client.rows("/campaigns", "campaigns")[20:40]:
        body = client.ask(f"/campaigns/{row['id']}/links").json
        assert set(body) == {"links"}
        reads, *links = body["links"]
        assert (reads["link"], reads["linkclicks"]) == ("open", row["opens"])
        assert sum(int(one["linkclicks"]) for one in links) == int(row["linkclicks"])
        assert sum(int(one["uniquelinkclicks"]) for one in links) == int(row["uniquelinkclicks"])


def test_imports_have_two_buckets_and_no_meta(client):
    body = client.ask("/import/bulk_import").json
    assert set(body) == {"outstanding", "recentlyCompleted"}
    for row in body["outstanding"] + body["recentlyCompleted"]:
        assert set(row) == {"forDate", "batches", "contacts"}
