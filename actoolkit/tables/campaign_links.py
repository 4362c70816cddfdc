"""The links of a campaign, and how often each was clicked."""

from __future__ import annotations

from actoolkit.tables.schema import Column, Table

CAMPAIGN_LINKS = Table(
    name="campaign_links",
    grain="one row per link of a campaign's mail; the row whose url is 'open' counts opens",
    key="campaign_link_id",
    source="https://developers.activecampaign.com/reference/retrieve-links-associated-campaign",
    columns=(
        Column("campaign_link_id", "id", "id", "Identifies the link."),
        Column("campaign_id", "campaignid", "id", "Campaign.", aliases=("campaign",)),
        Column("message_id", "messageid", "id", "Mail.", aliases=("message",)),
        Column("url", "link", "text", "Where it leads; 'open' for the picture that counts opens."),
        Column("name", "name", "text", "Name given by the author."),
        Column("ref", "ref", "text", "Short name in tracked addresses."),
        Column("tracked", "tracked", "flag", "Whether clicks are counted."),
        Column("unique_clicks", "uniquelinkclicks", "count", "Contacts who clicked.", "contacts"),
        Column("clicks", "linkclicks", "count", "All clicks.", "clicks"),
        Column("created_local", "created_timestamp", "wall", "Creation."),
        Column("updated_local", "updated_timestamp", "wall", "Last change."),
        Column("created_by", "created_by", "id", "User who created it."),
        Column("updated_by", "updated_by", "id", "User who last changed it."),
    ),
    omitted={"links": "links"},
)
