"""Every table by its name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from actoolkit.tables.automations import AUTOMATIONS, CONTACT_AUTOMATIONS
from actoolkit.tables.campaigns import CAMPAIGN_LISTS, CAMPAIGNS
from actoolkit.tables.connections import CONNECTIONS
from actoolkit.tables.contacts import CONTACTS
from actoolkit.tables.customers import ECOM_CUSTOMERS
from actoolkit.tables.email_activities import EMAIL_ACTIVITIES
from actoolkit.tables.lists import CONTACT_LISTS, LISTS
from actoolkit.tables.messages import MESSAGES
from actoolkit.tables.orders import ECOM_ORDER_PRODUCTS, ECOM_ORDERS
from actoolkit.tables.schema import Table
from actoolkit.tables.scores import SCORE_VALUES, SCORES
from actoolkit.tables.users import USER

TABLES: Mapping[str, Table] = MappingProxyType(
    {
        table.name: table
        for table in (
            AUTOMATIONS,
            CAMPAIGN_LISTS,
            CAMPAIGNS,
            CONNECTIONS,
            CONTACT_AUTOMATIONS,
            CONTACT_LISTS,
            CONTACTS,
            ECOM_CUSTOMERS,
            ECOM_ORDER_PRODUCTS,
            ECOM_ORDERS,
            EMAIL_ACTIVITIES,
            LISTS,
            MESSAGES,
            SCORE_VALUES,
            SCORES,
            USER,
        )
    }
)
"""Every table by its name."""
