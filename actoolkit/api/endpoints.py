"""The catalogue: every GET of the API that the toolkit reads, as data.

``ENDPOINTS`` is keyed by the name of the table that holds the rows. What is known from where:
``documented`` is the vendor's reference; the others are used by long-lived clients.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from actoolkit.api.operation import DOCS, Accepts, Endpoint, Filter, Paging, Params, Total

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
        "organization": Filter("organization"),
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
        "in_group_lists": Filter("in_group_lists", "flag"),
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
        filters={"name": _by("name"), "name_contains": _by("name][contains")},
        orders=("name",),
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
            "added_before": _by("adddate][lt", "wall"),
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
        page="list-all-products",
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
    Endpoint("user", "/users/me", "user", paging="single", total="absent"),
)

ENDPOINTS: Mapping[str, Endpoint] = MappingProxyType({one.name: one for one in _FIRST})
"""Every endpoint, by the name of its table."""
