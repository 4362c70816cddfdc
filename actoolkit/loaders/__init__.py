"""Loaders: one function per endpoint, from the account to a typed frame.

All take the same keyword tail: ``account, since, until, max_age, refresh, limit, frame, lazy,
progress, snapshot, mask``. Each load says in one line what came from where, how old it is and how
sure. ``mask=True`` covers personal data: an e-mail address becomes a name such as
``person-c55df3861fa65d82``, the same in every table; other personal texts become "masked"; what
the toolkit does not know (``_extra``, custom fields) counts as personal. What is stored stays as
it came.

Beside it, where the API has it: its filters by name; ``order_by``; ``contact_ids``, ``order_ids``
and ``campaign_ids``, one id or many or a column of a frame, for what is asked one by one, with
``missing="skip"`` to go on without those that do not exist; ``include`` for columns that are
heavy or secret; ``wide=True`` for a column per custom field. `plan` tells what loads will cost.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from actoolkit.loaders._history import history
    from actoolkit.loaders._moments import data_as_of, moment_of, zone_of
    from actoolkit.loaders._pin import pin, unpin
    from actoolkit.loaders._plan import plan
    from actoolkit.loaders._provenance import provenance
    from actoolkit.loaders._purge import purge
    from actoolkit.loaders._sync import sync
    from actoolkit.loaders.account import load_user
    from actoolkit.loaders.automations import load_automations, load_contact_automations
    from actoolkit.loaders.brandings import load_brandings
    from actoolkit.loaders.calendars import load_calendars
    from actoolkit.loaders.campaign_parts import load_campaign_links, load_campaign_messages
    from actoolkit.loaders.campaigns import load_campaign_lists, load_campaigns
    from actoolkit.loaders.connections import load_connections
    from actoolkit.loaders.contact_lists import load_contact_lists
    from actoolkit.loaders.contacts import load_contacts
    from actoolkit.loaders.custom_objects import (
        load_custom_object_records,
        load_custom_object_schemas,
    )
    from actoolkit.loaders.customers import load_ecom_customers
    from actoolkit.loaders.email_activities import load_email_activities
    from actoolkit.loaders.fields import load_field_values, load_fields
    from actoolkit.loaders.geo_ips import load_geo_ips
    from actoolkit.loaders.groups import load_group_limits, load_groups
    from actoolkit.loaders.imports import load_bulk_import
    from actoolkit.loaders.lists import load_list, load_lists
    from actoolkit.loaders.messages import load_message, load_messages
    from actoolkit.loaders.notes import load_notes
    from actoolkit.loaders.orders import load_ecom_order_products, load_ecom_orders
    from actoolkit.loaders.progress import progress_display
    from actoolkit.loaders.saved_responses import load_saved_responses
    from actoolkit.loaders.scores import load_score_values, load_scores
    from actoolkit.loaders.segments import load_segments
    from actoolkit.loaders.tags import load_contact_tags, load_tags
    from actoolkit.loaders.tasks import load_task_outcomes, load_tasktype_outcome_rels
    from actoolkit.loaders.tracking import load_event_tracking_events, load_site_tracking_domains
    from actoolkit.loaders.webhooks import load_webhook_events, load_webhooks

_HOMES = {
    "data_as_of": "_moments",
    "history": "_history",
    "load_automations": "automations",
    "load_brandings": "brandings",
    "load_bulk_import": "imports",
    "load_calendars": "calendars",
    "load_campaign_links": "campaign_parts",
    "load_campaign_lists": "campaigns",
    "load_campaign_messages": "campaign_parts",
    "load_campaigns": "campaigns",
    "load_connections": "connections",
    "load_contact_automations": "automations",
    "load_contact_lists": "contact_lists",
    "load_contact_tags": "tags",
    "load_contacts": "contacts",
    "load_custom_object_records": "custom_objects",
    "load_custom_object_schemas": "custom_objects",
    "load_ecom_customers": "customers",
    "load_ecom_order_products": "orders",
    "load_ecom_orders": "orders",
    "load_email_activities": "email_activities",
    "load_event_tracking_events": "tracking",
    "load_field_values": "fields",
    "load_fields": "fields",
    "load_geo_ips": "geo_ips",
    "load_group_limits": "groups",
    "load_groups": "groups",
    "load_list": "lists",
    "load_lists": "lists",
    "load_message": "messages",
    "load_messages": "messages",
    "load_notes": "notes",
    "load_saved_responses": "saved_responses",
    "load_score_values": "scores",
    "load_scores": "scores",
    "load_segments": "segments",
    "load_site_tracking_domains": "tracking",
    "load_tags": "tags",
    "load_task_outcomes": "tasks",
    "load_tasktype_outcome_rels": "tasks",
    "load_user": "account",
    "load_webhook_events": "webhooks",
    "load_webhooks": "webhooks",
    "pin": "_pin",
    "plan": "_plan",
    "progress_display": "progress",
    "moment_of": "_moments",
    "provenance": "_provenance",
    "purge": "_purge",
    "sync": "_sync",
    "unpin": "_pin",
    "zone_of": "_moments",
}

__all__ = [
    "data_as_of",
    "history",
    "load_automations",
    "load_brandings",
    "load_bulk_import",
    "load_calendars",
    "load_campaign_links",
    "load_campaign_lists",
    "load_campaign_messages",
    "load_campaigns",
    "load_connections",
    "load_contact_automations",
    "load_contact_lists",
    "load_contact_tags",
    "load_contacts",
    "load_custom_object_records",
    "load_custom_object_schemas",
    "load_ecom_customers",
    "load_ecom_order_products",
    "load_ecom_orders",
    "load_email_activities",
    "load_event_tracking_events",
    "load_field_values",
    "load_fields",
    "load_geo_ips",
    "load_group_limits",
    "load_groups",
    "load_list",
    "load_lists",
    "load_message",
    "load_messages",
    "load_notes",
    "load_saved_responses",
    "load_score_values",
    "load_scores",
    "load_segments",
    "load_site_tracking_domains",
    "load_tags",
    "load_task_outcomes",
    "load_tasktype_outcome_rels",
    "load_user",
    "load_webhook_events",
    "load_webhooks",
    "moment_of",
    "pin",
    "plan",
    "progress_display",
    "provenance",
    "purge",
    "sync",
    "unpin",
    "zone_of",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'actoolkit.loaders' has no attribute {name!r}")
    value = getattr(import_module(f"actoolkit.loaders.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
