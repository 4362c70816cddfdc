"""The part of the catalogue below one parent: the rows of a contact, an order, a campaign."""

from __future__ import annotations

from actoolkit.api.filters import Filter
from actoolkit.api.operation import Endpoint, Paging


def _below(
    name: str, path: str, envelope: str, *, table: str = "", page: str = "overview"
) -> Endpoint:
    return Endpoint(name, path, envelope, total="absent", table=table, page=page)


def _one(name: str, path: str, envelope: str | None, *, table: str, page: str) -> Endpoint:
    single: Paging = "single"
    key = "id" if envelope else None
    return Endpoint(
        name, path, envelope, paging=single, total="absent", key=key, table=table, page=page
    )


NESTED = (
    _below(
        "contact_automations_of_contact",
        "/contacts/{contact_id}/contactAutomations",
        "contactAutomations",
        table="contact_automations",
        page="list-all-contactautomations-for-contact",
    ),
    _below(
        "contact_automations_of_automation",
        "/automations/{automation_id}/contactAutomations",
        "contactAutomations",
        table="contact_automations",
        page="list-all-contactautomations-for-automation",
    ),
    _below(
        "contact_lists_of_contact",
        "/contacts/{contact_id}/contactLists",
        "contactLists",
        table="contact_lists",
        page="retrieve-contact-list-memberships",
    ),
    _below(
        "contact_tags_of_contact",
        "/contacts/{contact_id}/contactTags",
        "contactTags",
        table="contact_tags",
    ),
    _below(
        "score_values_of_contact",
        "/contacts/{contact_id}/scoreValues",
        "scoreValues",
        table="score_values",
        page="retrieve-a-contacts-score-value",
    ),
    _below(
        "notes_of_contact",
        "/contacts/{contact_id}/notes",
        "notes",
        table="notes",
        page="retrieve-contact-notes",
    ),
    _below("geo_ips", "/contacts/{contact_id}/geoIps", "geoIps", page="retrieve-contact-geo-ips"),
    _below(
        "tracking_logs",
        "/contacts/{contact_id}/trackingLogs",
        "trackingLogs",
        page="retrieve-contact-tracking-logs",
    ),
    _below(
        "automation_entry_counts",
        "/contacts/{contact_id}/automationEntryCounts",
        "automationEntryCounts",
        page="retrieve-contact-automation-entry-counts",
    ),
    _below(
        "campaign_links",
        "/campaigns/{campaign_id}/links",
        "links",
        page="retrieve-links-associated-campaign",
    ),
    _below(
        "ecom_order_products_of_order",
        "/ecomOrders/{order_id}/orderProducts",
        "ecomOrderProducts",
        table="ecom_order_products",
        page="list-products-for-order",
    ),
    Endpoint(
        "activities",
        "/activities",
        "activities",
        filters={"contact_id": Filter("contact", "id")},
        side_loads=("contacts", "activityRecipients"),
        page="list-contact-activities",
    ),
    Endpoint(
        "custom_object_records",
        "/customObjects/records/{schema_id}",
        "records",
        total="int",
        filters={
            "related_to": Filter("filters[relationships.{}][eq]", "related"),
            "created_after": Filter("filters[createdTimestamp][gt]", "moment", documented=False),
        },
        page="list-records-created-from-a-schema",
    ),
    _one("contact", "/contacts/{contact_id}", "contact", table="contacts", page="get-contact"),
    _one("list", "/lists/{list_id}", "list", table="lists", page="retrieve-a-list"),
    _one(
        "message", "/messages/{message_id}", "message", table="messages", page="retrieve-a-message"
    ),
    _one(
        "contact_automation",
        "/contactAutomations/{contact_automation_id}",
        "contactAutomation",
        table="contact_automations",
        page="retrieve-a-contactautomation",
    ),
    _one(
        "geo_address",
        "/geoIps/{geo_ip_id}/geoAddress",
        "geoAddress",
        table="geo_addresses",
        page="retrieve-a-contacts-geo-ip-address",
    ),
    Endpoint(
        "bulk_import_batch",
        "/import/info",
        None,
        paging="single",
        total="absent",
        key=None,
        filters={"batch_id": Filter("batchId")},
        page="bulk-import-status-info",
    ),
)
