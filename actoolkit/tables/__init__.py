"""The shapes: wire rows become typed polars frames.

`TABLES` holds one `Table` per endpoint, keyed by name; `decode` turns rows into a frame of exactly
that shape; `describe` shows what every column means; `to_pandas` gives the same frame to pandas.
"""

from __future__ import annotations

from actoolkit.tables.automations import AUTOMATIONS, CONTACT_AUTOMATIONS
from actoolkit.tables.blocks import Blocks
from actoolkit.tables.brandings import BRANDINGS
from actoolkit.tables.calendars import CALENDARS
from actoolkit.tables.campaign_links import CAMPAIGN_LINKS
from actoolkit.tables.campaign_messages import CAMPAIGN_MESSAGES
from actoolkit.tables.campaigns import CAMPAIGN_LISTS, CAMPAIGNS
from actoolkit.tables.catalogue import TABLES
from actoolkit.tables.connections import CONNECTIONS
from actoolkit.tables.contacts import CONTACTS
from actoolkit.tables.custom_objects import CUSTOM_OBJECT_RECORDS, CUSTOM_OBJECT_SCHEMAS
from actoolkit.tables.customers import ECOM_CUSTOMERS
from actoolkit.tables.decode import Decoded, Decoder, decode
from actoolkit.tables.describe import describe
from actoolkit.tables.email_activities import EMAIL_ACTIVITIES
from actoolkit.tables.fields import FIELD_VALUES, FIELDS
from actoolkit.tables.frames import to_pandas
from actoolkit.tables.geo_ips import GEO_IPS
from actoolkit.tables.groups import GROUP_LIMITS, GROUPS
from actoolkit.tables.imports import BULK_IMPORT
from actoolkit.tables.lists import CONTACT_LISTS, LISTS
from actoolkit.tables.messages import MESSAGES
from actoolkit.tables.notes import NOTES
from actoolkit.tables.orders import ECOM_ORDER_PRODUCTS, ECOM_ORDERS
from actoolkit.tables.saved_responses import SAVED_RESPONSES
from actoolkit.tables.schema import EXTRA, Column, Table
from actoolkit.tables.scores import SCORE_VALUES, SCORES
from actoolkit.tables.segments import SEGMENTS
from actoolkit.tables.tags import CONTACT_TAGS, TAGS
from actoolkit.tables.tasks import TASK_OUTCOMES, TASKTYPE_OUTCOME_RELS
from actoolkit.tables.tracking import EVENT_TRACKING_EVENTS, SITE_TRACKING_DOMAINS
from actoolkit.tables.users import USER
from actoolkit.tables.webhooks import WEBHOOK_EVENTS, WEBHOOKS

__all__ = [
    "AUTOMATIONS",
    "BRANDINGS",
    "BULK_IMPORT",
    "CALENDARS",
    "CAMPAIGNS",
    "CAMPAIGN_LINKS",
    "CAMPAIGN_LISTS",
    "CAMPAIGN_MESSAGES",
    "CONNECTIONS",
    "CONTACTS",
    "CONTACT_AUTOMATIONS",
    "CONTACT_LISTS",
    "CONTACT_TAGS",
    "CUSTOM_OBJECT_RECORDS",
    "CUSTOM_OBJECT_SCHEMAS",
    "ECOM_CUSTOMERS",
    "ECOM_ORDERS",
    "ECOM_ORDER_PRODUCTS",
    "EMAIL_ACTIVITIES",
    "EVENT_TRACKING_EVENTS",
    "EXTRA",
    "FIELDS",
    "FIELD_VALUES",
    "GEO_IPS",
    "GROUPS",
    "GROUP_LIMITS",
    "LISTS",
    "MESSAGES",
    "NOTES",
    "SAVED_RESPONSES",
    "SCORES",
    "SCORE_VALUES",
    "SEGMENTS",
    "SITE_TRACKING_DOMAINS",
    "TABLES",
    "TAGS",
    "TASKTYPE_OUTCOME_RELS",
    "TASK_OUTCOMES",
    "USER",
    "WEBHOOKS",
    "WEBHOOK_EVENTS",
    "Blocks",
    "Column",
    "Decoded",
    "Decoder",
    "Table",
    "decode",
    "describe",
    "to_pandas",
]
