"""Tags, and which contact has which."""

from __future__ import annotations

from actoolkit.tables.schema import Column, Table

TAGS = Table(
    name="tags",
    grain="one row per tag",
    key="tag_id",
    source="https://developers.activecampaign.com/reference/retrieve-all-tags",
    columns=(
        Column("tag_id", "id", "id", "Identifies the tag."),
        Column("name", "tag", "text", "Name."),
        Column("type", "tagType", "text", "What it is put on, such as contact."),
        Column("description", "description", "text", "Description."),
        Column(
            "contacts",
            "subscriber_count",
            "count",
            "Contacts that have it.",
            "contacts",
            evidence="recorded",
        ),
        Column("created_at", "cdate", "datetime", "Creation."),
        Column(
            "record_created_local",
            "created_timestamp",
            "wall",
            "Creation of the record.",
            evidence="recorded",
        ),
        Column(
            "record_updated_local",
            "updated_timestamp",
            "wall",
            "Last change of the record.",
            evidence="recorded",
        ),
        Column("created_by", "created_by", "id", "User who created it.", evidence="recorded"),
        Column("updated_by", "updated_by", "id", "User who last edited it.", evidence="recorded"),
    ),
    omitted={"links": "links"},
)

CONTACT_TAGS = Table(
    name="contact_tags",
    grain="one row per pair of contact and tag",
    key="contact_tag_id",
    time_column="tagged_at",
    documented=False,
    source="https://developers.activecampaign.com/reference/overview",
    columns=(
        Column("contact_tag_id", "id", "id", "Identifies the pair.", evidence="recorded"),
        Column("contact_id", "contact", "id", "Contact.", evidence="recorded"),
        Column("tag_id", "tag", "id", "Tag.", evidence="recorded"),
        Column("tagged_at", "cdate", "datetime", "When it was put on.", evidence="recorded"),
        Column(
            "record_created_local",
            "created_timestamp",
            "wall",
            "Creation of the record.",
            evidence="recorded",
        ),
        Column(
            "record_updated_local",
            "updated_timestamp",
            "wall",
            "Last change of the record.",
            evidence="recorded",
        ),
        Column("created_by", "created_by", "id", "User who put it on.", evidence="recorded"),
        Column("updated_by", "updated_by", "id", "User who last changed it.", evidence="recorded"),
    ),
    omitted={"links": "links"},
)
