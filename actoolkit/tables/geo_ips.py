"""Addresses of the internet from which contacts opened or clicked."""

from __future__ import annotations

from actoolkit.tables.schema import Column, Table

GEO_IPS = Table(
    name="geo_ips",
    grain="one row per contact and address, with the campaign it was seen in",
    key="geo_ip_id",
    time_column="seen_at",
    source="https://developers.activecampaign.com/reference/retrieve-contact-geo-ips",
    columns=(
        Column("geo_ip_id", "id", "id", "Identifies the sighting."),
        Column("contact_id", "contact", "id", "Contact."),
        Column("campaign_id", "campaignid", "id", "Campaign, if any."),
        Column("message_id", "messageid", "id", "Mail, if any."),
        Column("geo_address_id", "geoaddrid", "id", "Place.", pii=True, aliases=("geoAddress",)),
        Column("seen_at", "tstamp", "datetime", "When it was seen."),
    ),
    omitted={"links": "links", "ip4": "IP address"},
    on_request=(Column("ip4", "ip4", "id", "IPv4 address, as a number.", pii=True),),
)
