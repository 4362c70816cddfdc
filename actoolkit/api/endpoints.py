"""The catalogue: every GET of the API that the toolkit reads, as data.

``ENDPOINTS`` is keyed by the name of the table that holds the rows; where an operation gives the
rows of one parent, by ``<table>_of_<parent>``. ``documented=False`` marks what the vendor's
reference leaves out and long-lived clients use.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from actoolkit.api.filters import Accepts, Filter
from actoolkit.api.nested import NESTED
from actoolkit.api.operation import DOCS, Endpoint, Paging, Params, Total

__all__ = ["DOCS", "ENDPOINTS", "Accepts", "Endpoint", "Filter", "Paging", "Params", "Total"]

MEMBERSHIP = {
    "any": "-1",
    "unconfirmed": "0",
    "subscribed": "1",
    "unsubscribed": "2",
    "bounced": "3",
}
ORDER_STATES = {
    "pending": "0",
    "completed": "1",
    "abandoned": "2",
    "recovered": "3",
    "waiting": "4",
}


def _by(param: str, accepts: Accepts = "text", *, seen: bool = False, **codes: str) -> Filter:
    return Filter(f"filters[{param}]", accepts, codes, documented=not seen)


_CONTACTS = Endpoint(
    "contacts",
    "/contacts",
    "contacts",
    paging="keyset",
    filters={
        "ids": Filter("ids[]", "ids"),
        "email": Filter("email"),
        "email_like": Filter("email_like"),
        "exclude": Filter("exclude", "id"),
        "form_id": Filter("formid", "id"),
        "id_greater": Filter("id_greater", "id"),
        "id_less": Filter("id_less", "id"),
        "list_id": Filter("listid", "id"),
        "organization_id": Filter("organization", "id"),
        "search": Filter("search"),
        "segment_id": Filter("segmentid", "id"),
        "automation_id": Filter("seriesid", "id"),
        "status": Filter("status", "code", MEMBERSHIP),
        "tag_id": Filter("tagid", "id"),
        "created_before": _by("created_before", "moment"),
        "created_after": _by("created_after", "moment"),
        "updated_before": _by("updated_before", "moment"),
        "updated_after": _by("updated_after", "moment"),
        "wait_id": Filter("waitid", "id"),
        "in_group_lists": Filter("in_group_lists", "code", {"True": "true"}),
        "score_id": Filter("sortId", "id"),
        "phone": Filter("phone"),
    },
    orders=("id", "cdate", "email", "first_name", "last_name", "name", "score"),
    side_loads=("scoreValues",),
    page="list-all-contacts",
)

_FIRST = (
    Endpoint(
        "campaigns",
        "/campaigns",
        "campaigns",
        filters={
            "automation_id": _by("seriesid", "id"),
            "type": _by("type", seen=True),
            "status": _by("status", seen=True),
            "list_id": _by("list_id", "id", seen=True),
            "name": _by("name", seen=True),
        },
        orders=("sdate", "ldate"),
        page="list-all-campaigns",
    ),
    Endpoint("campaign_lists", "/campaignLists", "campaignLists", documented=False),
    Endpoint("messages", "/messages", "messages", page_size=20, page="list-all-messages"),
    Endpoint(
        "lists",
        "/lists",
        "lists",
        filters={
            "name": _by("name"),
            "name_not": _by("name][neq"),
            "name_contains": _by("name][contains"),
            "name_starts_with": _by("name][starts_with"),
            "name_from": _by("name][gte"),
            "name_greater": _by("name][gt"),
            "name_less": _by("name][lt"),
            "name_to": _by("name][lte"),
        },
        orders=("name", "name:weight"),
        page="retrieve-all-lists",
    ),
    _CONTACTS,
    Endpoint("contact_lists", "/contactLists", "contactLists", documented=False),
    Endpoint(
        "automations",
        "/automations",
        "automations",
        filters={
            "name": _by("name", seen=True),
            "status": _by("status", seen=True),
            "tag": _by("tag", seen=True),
        },
        page="list-all-automations",
    ),
    Endpoint(
        "contact_automations",
        "/contactAutomations",
        "contactAutomations",
        filters={
            "automation_id": _by("seriesid", "id"),
            "contact_id": _by("subscriberid", "id"),
            "status": Filter("filters[status]", "code", {"in progress": "1", "ended": "2"}),
            "last_block_id": _by("lastblock", "id"),
            "added_on": _by("adddate", "wall"),
            "added_from": _by("adddate][gte", "wall"),
            "added_after": _by("adddate][gt", "wall"),
            "added_before": _by("adddate][lt", "wall"),
            "added_to": _by("adddate][lte", "wall"),
        },
        orders=("adddate", "status", "seriesid", "subscriberid"),
        page="list-all-contact-automations",
    ),
    Endpoint(
        "email_activities",
        "/emailActivities",
        "emailActivities",
        filters={"contact_id": _by("subscriberid", "id"), "deal_id": _by("dealId", "id")},
        page="list-all-email-activities",
    ),
    Endpoint("scores", "/scores", "scores", page="list-all-scores"),
    Endpoint(
        "score_values",
        "/contacts",
        "contacts",
        paging="keyset",
        filters=_CONTACTS.filters,
        side_loads=("scoreValues",),
        rides_on="contacts",
        page="list-all-contacts",
    ),
    Endpoint(
        "ecom_orders",
        "/ecomOrders",
        "ecomOrders",
        filters={
            "connection_id": _by("connectionid", "id"),
            "external_id": _by("externalid"),
            "external_checkout_id": _by("externalcheckoutid"),
            "email": _by("email"),
            "state": Filter("filters[state]", "code", ORDER_STATES),
            "customer_id": _by("customerid", "id"),
            "external_created_at": _by("external_created_date", "moment"),
        },
        orders=(
            "connectionid",
            "externalid",
            "externalcheckoutid",
            "email",
            "state",
            "customerid",
            "external_created_date",
        ),
        page="list-all-orders",
    ),
    Endpoint(
        "ecom_order_products",
        "/ecomOrderProducts",
        "ecomOrderProducts",
        total="absent",
        page="list-ecomorderproducts",
    ),
    Endpoint(
        "ecom_customers",
        "/ecomCustomers",
        "ecomCustomers",
        filters={
            "email": _by("email"),
            "external_id": _by("externalid"),
            "connection_id": _by("connectionid", "id"),
        },
        page="list-all-customers",
    ),
    Endpoint(
        "connections",
        "/connections",
        "connections",
        filters={"service": _by("service"), "external_id": _by("externalid")},
        page="list-all-connections",
    ),
    Endpoint(
        "user", "/users/me", "user", paging="single", total="absent", page="get-user-loggedin"
    ),
)

_FURTHER = (
    Endpoint("brandings", "/brandings", "brandings", page="brandings"),
    Endpoint("calendars", "/calendars", "calendars", page="list-all-calendar-feeds"),
    Endpoint("campaign_messages", "/campaignMessages", "campaignMessages", documented=False),
    Endpoint("contact_tags", "/contactTags", "contactTags", documented=False),
    Endpoint("tags", "/tags", "tags", page="retrieve-all-tags"),
    Endpoint(
        "fields",
        "/fields",
        "fields",
        side_loads=("fieldOptions", "fieldRels"),
        page="retrieve-fields",
    ),
    Endpoint(
        "field_values",
        "/fieldValues",
        "fieldValues",
        filters={"field_id": _by("fieldid", "id"), "value": _by("val")},
        page="list-all-custom-field-values-1",
    ),
    Endpoint("notes", "/notes", "notes", page="notes"),
    Endpoint("groups", "/groups", "groups", page="list-all-groups"),
    Endpoint("group_limits", "/groupLimits", "groupLimits", page="list-all-group-limits"),
    Endpoint("list_groups", "/listGroups", "listGroups", documented=False),
    Endpoint("users", "/users", "users", page="list-all-users"),
    Endpoint(
        "saved_responses", "/savedResponses", "savedResponses", page="list-all-saved-responses"
    ),
    Endpoint("segments", "/segments", "segments", retired=True, page="list-all-segments"),
    Endpoint(
        "task_outcomes",
        "/taskOutcomes",
        "taskOutcomes",
        filters={
            "sentiment": _by("sentiment", "code", negative="1", neutral="2", positive="3"),
        },
        page="list-all-task-outcomes",
    ),
    Endpoint(
        "tasktype_outcome_rels",
        "/tasktypeOutcomeRels",
        "tasktypeOutcomeRels",
        page="list-all-task-type-outcome-relations",
    ),
    Endpoint(
        "webhooks",
        "/webhooks",
        "webhooks",
        filters={"name": _by("name"), "url": _by("url"), "list_id": _by("listid", "id")},
        page="get-a-list-of-webhooks",
    ),
    Endpoint(
        "webhook_events",
        "/webhook/events",
        "webhookEvents",
        total="int",
        key=None,
        page="get-a-list-of-webhook-events",
    ),
    Endpoint(
        "event_tracking_events",
        "/eventTrackingEvents",
        "eventTrackingEvents",
        total="int",
        key=None,
        page="list-all-event-types",
    ),
    Endpoint(
        "site_tracking_domains",
        "/siteTrackingDomains",
        "siteTrackingDomains",
        total="int",
        key=None,
        page="sitetrackingdomains",
    ),
    Endpoint(
        "url_whitelistings", "/prism/urlWhitelistings", "data", paging="single", total="absent"
    ),
    Endpoint(
        "custom_object_schemas",
        "/customObjects/schemas",
        "schemas",
        total="int",
        filters={"show_fields": Filter("showFields", "code", {"all": "all"})},
        page="list-all-schemas",
    ),
    Endpoint(
        "bulk_import",
        "/import/bulk_import",
        None,
        paging="single",
        total="absent",
        key=None,
        page="bulk-import-status-list",
    ),
    Endpoint("deals", "/deals", "deals", total="int", page="list-all-deals"),
    Endpoint("deal_stages", "/dealStages", "dealStages", page="list-all-deal-stages"),
    Endpoint(
        "ecom_order_activities", "/ecomOrderActivities", "ecomOrderActivities", documented=False
    ),
    Endpoint("bounce_logs", "/bounceLogs", "bounceLogs", documented=False),
)

ENDPOINTS: Mapping[str, Endpoint] = MappingProxyType(
    {one.name: one for one in (*_FIRST, *_FURTHER, *NESTED)}
)
"""Every endpoint by its name."""
