"""The catalogue against recorded answers and the tables, and how requests are written."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from actoolkit.api.answers import envelope_of, parse
from actoolkit.api.endpoints import ENDPOINTS
from actoolkit.api.page import Page
from actoolkit.errors import InvalidArgument
from actoolkit.tables import TABLES

RECORDED = Path(__file__).parents[1] / "recorded"

BODIES = {
    "contacts-anmol": "contacts",
    "contacts-mhenrixon": "contacts",
    "emailActivities-anmol": "email_activities",
    "fieldValues-anmol": "field_values",
    "fieldValues-mhenrixon": "field_values",
    "fieldValues_filtered_empty-anmol": "field_values",
    "fields-anmol": "fields",
    "groups-anmol": "groups",
    "listGroups-anmol": "list_groups",
    "lists-anmol": "lists",
    "lists_empty-mhenrixon": "lists",
    "list_by_id-anmol": "list",
    "contact_by_id-mhenrixon": "contact",
    "contact_contactAutomations-anmol": "contact_automations_of_contact",
    "contact_contactTags-anmol": "contact_tags_of_contact",
    "contact_scoreValues-anmol": "score_values_of_contact",
    "contactTags-mhenrixon": "contact_tags",
    "users_me-anmol": "user",
    "tags-anmol": "tags",
}


@pytest.mark.parametrize("name", sorted(BODIES))
def test_recorded_answers_fit_the_catalogue(name):
    path = RECORDED / f"{name}.json"
    endpoint = ENDPOINTS[BODIES[name]]
    raw = path.read_bytes()
    data, problem = parse(raw, envelope_of(endpoint))
    assert problem == ""
    page = Page.of(endpoint, data)
    truth = json.loads(raw)
    inner = truth[endpoint.envelope]
    assert list(page.rows) == (inner if isinstance(inner, list) else [inner])
    if endpoint.total == "string":
        assert str(page.total) == truth["meta"]["total"]
    else:
        assert page.total is None


def test_every_table_has_an_endpoint():
    assert set(TABLES) <= {endpoint.table for endpoint in ENDPOINTS.values()}


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=list(ENDPOINTS))
def test_an_endpoint_is_sound(endpoint):
    assert ENDPOINTS[endpoint.name] is endpoint
    assert endpoint.path.startswith("/")
    assert endpoint.paging in ("keyset", "offset", "single")
    assert endpoint.total in ("string", "int", "absent")
    assert 2 <= endpoint.page_size <= 100
    assert endpoint.doc_url.startswith("https://developers.activecampaign.com/reference/")
    assert endpoint.page != "overview" or endpoint.doc_url.endswith("overview")
    assert not any(one.param in ("limit", "offset", "api_key") for one in endpoint.filters.values())


def test_only_contacts_know_id_greater():
    keyset = {endpoint.path for endpoint in ENDPOINTS.values() if endpoint.paging == "keyset"}
    assert keyset == {"/contacts"}


@pytest.mark.parametrize(
    ("name", "given", "query"),
    [
        ("contacts", {"list_id": 3, "email": None}, {"listid": "3"}),
        ("contacts", {"ids": [1, "2"]}, {"ids[]": ("1", "2")}),
        ("contacts", {"ids": 7}, {"ids[]": "7"}),
        ("contacts", {"status": "unsubscribed"}, {"status": "2"}),
        ("contacts", {"status": -1}, {"status": "-1"}),
        ("contacts", {"in_group_lists": True}, {"in_group_lists": "true"}),
        ("contacts", {"score_id": 3}, {"sortId": "3"}),
        (
            "custom_object_records",
            {"related_to": {"primary-contact": 7}},
            {"filters[relationships.primary-contact][eq]": "7"},
        ),
        ("custom_object_schemas", {"show_fields": "all"}, {"showFields": "all"}),
        (
            "contacts",
            {"updated_after": datetime(2026, 6, 30, 15, tzinfo=UTC)},
            {"filters[updated_after]": "2026-06-30T15:00:00+00:00"},
        ),
        (
            "contacts",
            {"created_before": date(2026, 1, 2)},
            {"filters[created_before]": "2026-01-02"},
        ),
        ("contacts", {"created_before": "2026-01-02"}, {"filters[created_before]": "2026-01-02"}),
        (
            "contacts",
            {"created_before": "2026-01-02T03:04Z"},
            {"filters[created_before]": "2026-01-02T03:04:00+00:00"},
        ),
        (
            "contact_automations",
            {"added_from": "2026-01-02 03:04"},
            {"filters[adddate][gte]": "2026-01-02 03:04:00"},
        ),
        (
            "contact_automations",
            {"added_from": datetime(2026, 1, 2, 3, 4), "status": "ended"},
            {"filters[adddate][gte]": "2026-01-02 03:04:00", "filters[status]": "2"},
        ),
        ("ecom_orders", {"state": "recovered"}, {"filters[state]": "3"}),
        ("ecom_orders", {"state": 3}, {"filters[state]": "3"}),
        ("lists", {"name_contains": "news"}, {"filters[name][contains]": "news"}),
        ("task_outcomes", {"sentiment": "positive"}, {"filters[sentiment]": "3"}),
        ("activities", {"contact_id": 7}, {"contact": "7"}),
    ],
)
def test_filters_are_written_as_documented(name, given, query):
    assert ENDPOINTS[name].query(**given) == query


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("lists", {"colour": "red"}),
        ("contacts", {"list_id": "x"}),
        ("contacts", {"list_id": True}),
        ("contacts", {"list_id": "1&x=2"}),
        ("contacts", {"ids": ["1", "x"]}),
        ("contacts", {"status": "asleep"}),
        ("contacts", {"email": ""}),
        ("contacts", {"email": 7}),
        ("contacts", {"in_group_lists": "yes"}),
        ("contacts", {"in_group_lists": False}),
        ("custom_object_records", {"related_to": {"a": 1, "b": 2}}),
        ("custom_object_records", {"related_to": {"x][eq]": 1}}),
        ("custom_object_records", {"related_to": 7}),
        ("custom_object_schemas", {"show_fields": "some"}),
        ("contacts", {"updated_after": datetime(2026, 6, 30)}),
        ("contacts", {"updated_after": "yesterday"}),
        ("contacts", {"updated_after": "2026-02-30"}),
        ("contacts", {"updated_after": "2026-02-03 08:00:00"}),
        ("contacts", {"search": " "}),
        ("contact_automations", {"added_from": "2026-02-03T08:00:00+01:00"}),
        ("contact_automations", {"added_from": datetime(2026, 6, 30, tzinfo=UTC)}),
        ("ecom_orders", {"state": 9}),
    ],
)
def test_what_the_api_would_not_honour_is_refused(name, given):
    with pytest.raises(InvalidArgument) as caught:
        ENDPOINTS[name].query(**given)
    assert caught.value.hint


def test_paths_are_filled():
    assert ENDPOINTS["geo_ips"].located(contact_id=7) == "/contacts/7/geoIps"
    assert (
        ENDPOINTS["custom_object_records"].located(schema_id="1a2b-3c")
        == "/customObjects/records/1a2b-3c"
    )
    assert ENDPOINTS["lists"].located() == "/lists"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "..",
        ".",
        "a/b",
        "../lists/5",
        "%2e",
        "a b",
        "é",
        "x" * 65,
        None,
        True,
        "1\n",
        "1?x",
        "-1",
    ],
)
def test_hostile_path_values_are_refused(value):
    with pytest.raises(InvalidArgument):
        ENDPOINTS["geo_ips"].located(contact_id=value)


@pytest.mark.parametrize("ids", [{}, {"contact": 7}, {"contact_id": 7, "list_id": 8}])
def test_paths_take_exactly_their_names(ids):
    with pytest.raises(InvalidArgument):
        ENDPOINTS["geo_ips"].located(**ids)
