"""Custom fields, and each contact's values."""

from __future__ import annotations

from actoolkit.tables.schema import Column, Table

FIELDS = Table(
    name="fields",
    grain="one row per custom field of contacts",
    key="field_id",
    source="https://developers.activecampaign.com/reference/retrieve-fields",
    columns=(
        Column("field_id", "id", "id", "Identifies the field."),
        Column("title", "title", "text", "Title; not unique."),
        Column("type", "type", "text", "Kind of value, such as text, date or checkbox."),
        Column("description", "descript", "text", "Description."),
        Column("personalization_tag", "perstag", "text", "Name used in mails."),
        Column("default_value", "defval", "text", "Value for contacts without one."),
        Column("required", "isrequired", "flag", "Whether forms insist on it."),
        Column("shown_in_list", "show_in_list", "flag", "Whether contact lists show it."),
        Column("visible", "visible", "flag", "Whether forms show it."),
        Column("service", "service", "text", "Integration that made it."),
        Column("position", "ordernum", "count", "Place among the fields."),
        Column("rows", "rows", "count", "Height of its box.", "rows"),
        Column("cols", "cols", "count", "Width of its box.", "characters"),
        Column("option_ids", "options", "texts", "Choices it offers."),
        Column("relation_ids", "relations", "texts", "Links to lists."),
        Column("created_at", "cdate", "datetime", "Creation."),
        Column("updated_at", "udate", "datetime", "Last edit."),
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

FIELD_VALUES = Table(
    name="field_values",
    grain="one row per pair of contact and custom field that has a value",
    key="field_value_id",
    source="https://developers.activecampaign.com/reference/list-all-custom-field-values-1",
    columns=(
        Column("field_value_id", "id", "id", "Identifies the value."),
        Column("contact_id", "contact", "id", "Contact.", aliases=("owner",)),
        Column("field_id", "field", "id", "Field."),
        Column("value", "value", "text", "Value; several are written ||a||b||.", pii=True),
        Column("created_at", "cdate", "datetime", "First value."),
        Column("updated_at", "udate", "datetime", "Last change."),
        Column("created_by", "created_by", "id", "User who entered it."),
        Column("updated_by", "updated_by", "id", "User who last changed it."),
    ),
    omitted={"links": "links"},
)
