"""Site and event tracking: which events and which sites."""

from __future__ import annotations

from actoolkit.tables.schema import Column, Table

EVENT_TRACKING_EVENTS = Table(
    name="event_tracking_events",
    grain="one row per event name; when events happened is known per contact only",
    key=None,
    source="https://developers.activecampaign.com/reference/list-all-event-types",
    columns=(Column("name", "name", "text", "Name of the event."),),
)

SITE_TRACKING_DOMAINS = Table(
    name="site_tracking_domains",
    grain="one row per site that may report visits",
    key=None,
    source="https://developers.activecampaign.com/reference/sitetrackingdomains",
    columns=(Column("name", "name", "text", "Domain."),),
)
