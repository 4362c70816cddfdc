"""Analytics over the ActiveCampaign v3 REST API.

- ``load_*`` page through the API's endpoints into cached, typed DataFrames; `provenance` tells
  where a frame came from, `describe` what its columns mean.
- `actoolkit.metrics` turns frames into numbers, `actoolkit.charts` numbers into pictures,
  `actoolkit.widgets` adds controls, `report` writes one offline HTML file.
- `Account` names an account; `sandbox_account` builds a synthetic one: no key, no network.

Importing the package is cheap and writes nothing: each name is imported when it is first used.

Example:
    >>> import actoolkit as ac
    >>> with ac.sandbox_account(size="tiny") as account:
    ...     campaigns = ac.load_campaigns(account=account, progress=False)
    >>> campaigns.columns[0]
    'campaign_id'
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

if sys.version_info < (3, 11):  # noqa: UP036 - a checkout is imported without pip, which checks
    raise ImportError(
        "actoolkit needs Python 3.11 or newer; this is Python "
        f"{'.'.join(map(str, sys.version_info[:3]))}, {sys.executable}. Install a newer one, make "
        "an environment with it (python3.11 -m venv .venv), and install actoolkit there."
    )

if TYPE_CHECKING:
    from actoolkit import actions, charts, errors, metrics, widgets
    from actoolkit.exports import to_csv, to_excel
    from actoolkit.loaders import (
        data_as_of,
        history,
        load_automations,
        load_brandings,
        load_bulk_import,
        load_calendars,
        load_campaign_links,
        load_campaign_lists,
        load_campaign_messages,
        load_campaigns,
        load_connections,
        load_contact_automations,
        load_contact_lists,
        load_contact_tags,
        load_contacts,
        load_custom_object_records,
        load_custom_object_schemas,
        load_ecom_customers,
        load_ecom_order_products,
        load_ecom_orders,
        load_email_activities,
        load_event_tracking_events,
        load_field_values,
        load_fields,
        load_geo_ips,
        load_group_limits,
        load_groups,
        load_list,
        load_lists,
        load_message,
        load_messages,
        load_notes,
        load_saved_responses,
        load_score_values,
        load_scores,
        load_segments,
        load_site_tracking_domains,
        load_tags,
        load_task_outcomes,
        load_tasktype_outcome_rels,
        load_user,
        load_webhook_events,
        load_webhooks,
        pin,
        plan,
        provenance,
        purge,
        sync,
        unpin,
    )
    from actoolkit.reports import report
    from actoolkit.sandbox import sandbox_account
    from actoolkit.settings import Account
    from actoolkit.tables import describe

__version__ = "0.1.0"

__all__ = [
    "Account",
    "actions",
    "charts",
    "data_as_of",
    "describe",
    "errors",
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
    "metrics",
    "pin",
    "plan",
    "provenance",
    "purge",
    "report",
    "sandbox_account",
    "sync",
    "to_csv",
    "to_excel",
    "unpin",
    "widgets",
]

_MODULES = ("actions", "charts", "errors", "metrics", "widgets")
_HOMES = {
    "Account": "settings",
    "describe": "tables",
    "report": "reports",
    "sandbox_account": "sandbox",
    "to_csv": "exports",
    "to_excel": "exports",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'actoolkit' has no attribute {name!r}")
    if name in _MODULES:
        return import_module(f"actoolkit.{name}")
    value = getattr(import_module(f"actoolkit.{_HOMES.get(name, 'loaders')}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, "__version__"})
