"""The shapes: wire rows become typed polars frames.

`TABLES` holds one `Table` per endpoint, keyed by name; `decode` turns rows into a frame of exactly
that shape; `describe` shows what every column means.
"""

from __future__ import annotations

from actoolkit.tables.automations import AUTOMATIONS, CONTACT_AUTOMATIONS
from actoolkit.tables.campaigns import CAMPAIGN_LISTS, CAMPAIGNS
from actoolkit.tables.catalogue import TABLES
from actoolkit.tables.connections import CONNECTIONS
from actoolkit.tables.contacts import CONTACTS
from actoolkit.tables.customers import ECOM_CUSTOMERS
from actoolkit.tables.decode import Decoded, Decoder, decode
from actoolkit.tables.describe import describe
from actoolkit.tables.email_activities import EMAIL_ACTIVITIES
from actoolkit.tables.lists import CONTACT_LISTS, LISTS
from actoolkit.tables.messages import MESSAGES
from actoolkit.tables.orders import ECOM_ORDER_PRODUCTS, ECOM_ORDERS
from actoolkit.tables.schema import EXTRA, Column, Table
from actoolkit.tables.scores import SCORE_VALUES, SCORES
from actoolkit.tables.users import USER

__all__ = [
    "AUTOMATIONS",
    "CAMPAIGNS",
    "CAMPAIGN_LISTS",
    "CONNECTIONS",
    "CONTACTS",
    "CONTACT_AUTOMATIONS",
    "CONTACT_LISTS",
    "ECOM_CUSTOMERS",
    "ECOM_ORDERS",
    "ECOM_ORDER_PRODUCTS",
    "EMAIL_ACTIVITIES",
    "EXTRA",
    "LISTS",
    "MESSAGES",
    "SCORES",
    "SCORE_VALUES",
    "TABLES",
    "USER",
    "Column",
    "Decoded",
    "Decoder",
    "Table",
    "decode",
    "describe",
]
