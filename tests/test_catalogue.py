"""The fifty operations of the API list, written out by hand: each is there, described and served."""

from __future__ import annotations

import inspect
import re

import polars as pl
import pytest
import requests

import actoolkit as ac
from actoolkit import actions
from actoolkit.api.endpoints import ENDPOINTS
from actoolkit.api.write_operations import WRITES
from actoolkit.loaders._fetch import UNCOUNTED
from actoolkit.loaders._fetch import UNDOCUMENTED as UNDOCUMENTED_NOTE
from actoolkit.tables import TABLES

READERS = [
    ("/automations", "load_automations", "automations"),
    ("/brandings", "load_brandings", "brandings"),
    ("/calendars", "load_calendars", "calendars"),
    ("/campaigns", "load_campaigns", "campaigns"),
    ("/connections", "load_connections", "connections"),
    ("/contactAutomations", "load_contact_automations", "contact_automations"),
    ("/contacts", "load_contacts", "contacts"),
    ("/contacts/{id}/contactAutomations", "load_contact_automations", "contact_automations"),
    ("/contacts/{id}/contactLists", "load_contact_lists", "contact_lists"),
    ("/contacts/{id}/geoIps", "load_geo_ips", "geo_ips"),
    ("/contacts/{id}/notes", "load_notes", "notes"),
    ("/customObjects/records/{schemaId}", "load_custom_object_records", "custom_object_records"),
    ("/customObjects/schemas", "load_custom_object_schemas", "custom_object_schemas"),
    ("/ecomCustomers", "load_ecom_customers", "ecom_customers"),
    ("/ecomOrderProducts", "load_ecom_order_products", "ecom_order_products"),
    ("/ecomOrders", "load_ecom_orders", "ecom_orders"),
    ("/ecomOrders/{id}/orderProducts", "load_ecom_order_products", "ecom_order_products"),
    ("/emailActivities", "load_email_activities", "email_activities"),
    ("/eventTrackingEvents", "load_event_tracking_events", "event_tracking_events"),
    ("/fieldValues", "load_field_values", "field_values"),
    ("/groupLimits", "load_group_limits", "group_limits"),
    ("/groups", "load_groups", "groups"),
    ("/import/bulk_import", "load_bulk_import", "bulk_import"),
    ("/lists", "load_lists", "lists"),
    ("/lists/{id}", "load_list", "lists"),
    ("/messages", "load_messages", "messages"),
    ("/messages/{id}", "load_message", "messages"),
    ("/notes", "load_notes", "notes"),
    ("/savedResponses", "load_saved_responses", "saved_responses"),
    ("/scores", "load_scores", "scores"),
    ("/segments", "load_segments", "segments"),
    ("/siteTrackingDomains", "load_site_tracking_domains", "site_tracking_domains"),
    ("/taskOutcomes", "load_task_outcomes", "task_outcomes"),
    ("/tasktypeOutcomeRels", "load_tasktype_outcome_rels", "tasktype_outcome_rels"),
    ("/webhook/events", "load_webhook_events", "webhook_events"),
    ("/webhooks", "load_webhooks", "webhooks"),
]
WRITERS = [
    ("POST", "/contactLists", "subscribe"),
    ("POST", "/fieldRels", "add_field_to_list"),
    ("DELETE", "/fieldRels/{id}", "remove_field_from_list"),
    ("POST", "/listGroups", "grant_list_to_group"),
    ("POST", "/lists", "create_list"),
    ("DELETE", "/lists/{id}", "delete_list"),
    ("POST", "/siteTrackingDomains", "add_site_tracking_domain"),
    ("DELETE", "/siteTrackingDomains/{name}", "remove_site_tracking_domain"),
    ("POST", "/messages", "create_message"),
    ("PUT", "/messages/{id}", "update_message"),
    ("DELETE", "/messages/{id}", "delete_message"),
    ("POST", "/accounts/{id}/notes", "add_account_note"),
    ("PUT", "/accounts/{id}/notes/{noteid}", "update_account_note"),
    ("POST", "/notes", "add_note"),
]
COMPANIONS = [
    ("/fields", "load_fields", "fields"),
    ("/tags", "load_tags", "tags"),
    ("/campaigns/{id}/links", "load_campaign_links", "campaign_links"),
    ("/contacts/{id}/scoreValues", "load_score_values", "score_values"),
    ("/contacts/{id}/contactTags", "load_contact_tags", "contact_tags"),
    ("/users/me", "load_user", "user"),
    ("/contactTags", "load_contact_tags", "contact_tags"),
    ("/campaignLists", "load_campaign_lists", "campaign_lists"),
    ("/campaignMessages", "load_campaign_messages", "campaign_messages"),
    ("/contactLists", "load_contact_lists", "contact_lists"),
]
UNDOCUMENTED = {"/contactTags", "/campaignLists", "/campaignMessages", "/contactLists"}
EVERY_READER = READERS + COMPANIONS
PATHS = [path for path, _, _ in EVERY_READER]


def bare(path):
    """A path without the names of its places."""
    return re.sub(r"{\w+}", "{}", path)


BY_PATH = {bare(one.path): one for one in ENDPOINTS.values() if not one.rides_on}
BY_WRITE = {(one.method, bare(one.path)): one for one in WRITES.values()}


@pytest.fixture(scope="module")
def session():
    session = ac.sandbox_account(size="tiny", seed=31)
    session.start()
    yield session
    session.stop()


@pytest.fixture(scope="module")
def ids(session):
    """Ids of every kind of parent, found by walking the account."""
    account = session.account

    def some(load, column):
        return load(account=account, progress=False)[column].drop_nulls().unique().sort().head(60)

    return {
        "/campaigns": some(ac.load_campaign_messages, "campaign_id"),
        "/contacts": some(ac.load_contacts, "contact_id"),
        "/customObjects": some(ac.load_custom_object_schemas, "schema_id"),
        "/ecomOrders": some(ac.load_ecom_order_products, "order_id"),
        "/lists": some(ac.load_lists, "list_id"),
        "/messages": some(ac.load_messages, "message_id"),
    }


def parent(path, ids):
    """The argument that makes a loader ask this very path, if it needs one."""
    if "{" not in path:
        return {}
    keyword = {
        "/campaigns": "campaign_ids",
        "/contacts": "contact_ids",
        "/customObjects": "schema_id",
        "/ecomOrders": "order_ids",
        "/lists": "list_id",
        "/messages": "message_id",
    }
    start = "/" + path.split("/")[1]
    return {keyword[start]: ids[start]}


def test_the_list_is_whole():
    operations = [("GET", path) for path, _, _ in READERS]
    operations += [(method, path) for method, path, _ in WRITERS]
    assert (len(READERS), len(WRITERS), len(set(operations))) == (36, 14, 50)


@pytest.mark.parametrize(("path", "name", "table"), EVERY_READER, ids=PATHS)
def test_a_reader_has_a_function_a_table_and_its_page(path, name, table):
    load = getattr(ac, name)
    assert name in ac.__all__
    assert TABLES[table].name == table
    endpoint = BY_PATH[bare(path)]
    assert endpoint.table == table
    assert endpoint.documented == (path not in UNDOCUMENTED)
    documentation = inspect.getdoc(load)
    if path in UNDOCUMENTED:
        assert "reference" in documentation
        assert "leaves" in documentation
    elif path != "/contacts/{id}/contactTags":
        assert not endpoint.doc_url.endswith("/overview")
        assert f"    {endpoint.doc_url}\n" in documentation
    for section in ("Grain:", "Args:", "Returns:", "Raises:", "Source:", "Example:"):
        assert section in documentation


def test_each_operation_cites_a_page_of_its_own():
    pages = [BY_PATH[bare(path)].doc_url for path, _, _ in READERS]
    pages += [BY_WRITE[method, bare(path)].doc_url for method, path, _ in WRITERS]
    assert len(set(pages)) == 50


def raw(session, path, given):
    where = re.sub(r"{\w+}", next(iter(given.values()), [""])[0], path)
    return requests.get(
        f"{session.url}/api/3{where}", headers={"Api-Token": "test-sandbox"}, timeout=30
    )


@pytest.mark.parametrize(("path", "name", "table"), EVERY_READER, ids=PATHS)
def test_a_reader_is_served_over_http(session, ids, path, name, table):
    answer = raw(session, path, parent(path, ids))
    assert answer.status_code == 200
    envelope = BY_PATH[bare(path)].envelope
    assert envelope is None or envelope in answer.json()


@pytest.mark.parametrize(("path", "name", "table"), EVERY_READER, ids=PATHS)
def test_a_reader_loads_from_the_sandbox(session, ids, path, name, table):
    given = parent(path, ids)
    total = raw(session, path, given).json().get("meta", {}).get("total")
    load = getattr(ac, name)
    first = next(iter(inspect.signature(load).parameters.values()))
    args = [given.pop(first.name)] if first.kind is first.POSITIONAL_OR_KEYWORD else []
    frame = load(*args, account=session.account, progress=False, **given)
    assert frame.schema == TABLES[table].schema
    assert frame.height
    parents = {first.name: args[0]} if args else given
    found = ac.provenance(table, account=session.account, **parents)
    assert bare(found.endpoint) == bare(path)
    assert found.certainty in ("proven", "converged", "unverified")
    assert (UNDOCUMENTED_NOTE in found.notes) == (path in UNDOCUMENTED)
    assert (UNCOUNTED in found.notes) == (total is None)


@pytest.mark.parametrize(
    ("method", "path", "name"), WRITERS, ids=[f"{m} {p}" for m, p, _ in WRITERS]
)
def test_a_writer_has_a_function_a_result_and_its_page(method, path, name):
    act = getattr(actions, name)
    assert name in actions.__all__
    operation = BY_WRITE[method, bare(path)]
    assert inspect.signature(act).return_annotation == "pl.DataFrame"
    assert not operation.doc_url.endswith("/overview")
    assert operation.doc_url in inspect.getdoc(act)
    assert inspect.signature(act).parameters["apply"].default is False


def test_every_writer_is_served_over_http():
    """Each write once, in an order in which each finds what it needs."""
    sender = {"from_name": "Shop", "from_email": "shop@example.com", "reply_to": "shop@example.com"}
    site = {"sender_url": "https://example.com", "sender_reminder": "You won."}
    done = set()
    with ac.sandbox_account(size="tiny", seed=32) as account:
        contacts = ac.load_contacts(account=account, progress=False).head(3)

        def write(name, /, *args, **given):
            act = getattr(actions, name)
            result = act(*args, account=account, apply=True, progress=False, **given)
            assert set(result["verdict"]) == {"ok"}, (name, result.rows())
            done.add(name)
            return result["object_id"][0]

        new_list = write("create_list", "Winners", **site)
        write("subscribe", contacts, list_id=new_list)
        write("grant_list_to_group", new_list, group_id=3)
        relation = write("add_field_to_list", 1, list_id=new_list)
        write("remove_field_from_list", relation, field_id=1, list_id=new_list)
        write("delete_list", new_list, name="Winners")
        write("add_site_tracking_domain", "new.example")
        write("remove_site_tracking_domain", "new.example", name="new.example")
        mail = write("create_message", subject="Hello", **sender)
        write("update_message", mail, subject="Hello again")
        write("delete_message", mail, name="Hello again")
        someone = contacts["contact_id"][0]
        write("add_note", "Called.", related_to="Subscriber", related_id=someone)
        note = write("add_account_note", 1, note="Signed.")
        write("update_account_note", 1, note_id=note, note="Signed twice.")
    assert done == {name for _, _, name in WRITERS}


def test_nothing_is_offered_that_is_not_on_a_list():
    offered = {name for name in ac.__all__ if name.startswith("load_")}
    assert offered == {name for _, name, _ in EVERY_READER}
    written = {WRITES[name].name for name in WRITES}
    assert len(written) == len(WRITERS)


def test_a_frame_of_contacts_is_what_most_readers_take(session):
    contacts = ac.load_contacts(account=session.account, progress=False).head(5)
    for load in (
        ac.load_notes,
        ac.load_geo_ips,
        ac.load_contact_lists,
        ac.load_contact_automations,
    ):
        frame = load(contact_ids=contacts["contact_id"], account=session.account, progress=False)
        assert isinstance(frame, pl.DataFrame)
