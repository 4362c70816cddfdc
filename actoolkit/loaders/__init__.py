"""Loaders: one function per endpoint, from the account to a typed frame.

All take the same keyword tail: ``account, since, until, max_age, refresh, limit, frame, lazy,
progress``. Each load says in one line what came from where, how old it is and how sure.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from actoolkit.loaders._provenance import provenance
    from actoolkit.loaders._sync import sync
    from actoolkit.loaders.account import load_user
    from actoolkit.loaders.automations import load_automations, load_contact_automations
    from actoolkit.loaders.campaigns import load_campaign_lists, load_campaigns, load_messages
    from actoolkit.loaders.connections import load_connections
    from actoolkit.loaders.contacts import load_contacts, load_score_values
    from actoolkit.loaders.customers import load_ecom_customers
    from actoolkit.loaders.email_activities import load_email_activities
    from actoolkit.loaders.lists import load_contact_lists, load_lists
    from actoolkit.loaders.orders import load_ecom_order_products, load_ecom_orders
    from actoolkit.loaders.progress import progress_display
    from actoolkit.loaders.scores import load_scores

_HOMES = {
    "load_automations": "automations",
    "load_campaign_lists": "campaigns",
    "load_campaigns": "campaigns",
    "load_connections": "connections",
    "load_contact_automations": "automations",
    "load_contact_lists": "lists",
    "load_contacts": "contacts",
    "load_ecom_customers": "customers",
    "load_ecom_order_products": "orders",
    "load_ecom_orders": "orders",
    "load_email_activities": "email_activities",
    "load_lists": "lists",
    "load_messages": "campaigns",
    "load_score_values": "contacts",
    "load_scores": "scores",
    "load_user": "account",
    "progress_display": "progress",
    "provenance": "_provenance",
    "sync": "_sync",
}

__all__ = [
    "load_automations",
    "load_campaign_lists",
    "load_campaigns",
    "load_connections",
    "load_contact_automations",
    "load_contact_lists",
    "load_contacts",
    "load_ecom_customers",
    "load_ecom_order_products",
    "load_ecom_orders",
    "load_email_activities",
    "load_lists",
    "load_messages",
    "load_score_values",
    "load_scores",
    "load_user",
    "progress_display",
    "provenance",
    "sync",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'actoolkit.loaders' has no attribute {name!r}")
    value = getattr(import_module(f"actoolkit.loaders.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
