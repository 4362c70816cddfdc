"""Custom objects: their schemas and records."""

from __future__ import annotations

from actoolkit.tables.schema import Column, Table

CUSTOM_OBJECT_SCHEMAS = Table(
    name="custom_object_schemas",
    grain="one row per kind of custom object",
    key="schema_id",
    source="https://developers.activecampaign.com/reference/list-all-schemas",
    columns=(
        Column("schema_id", "id", "id", "Identifies the kind."),
        Column("slug", "slug", "text", "Short name."),
        Column("visibility", "visibility", "text", "Who may use it: private or published."),
        Column("labels", "labels", "json", "Names in singular and plural."),
        Column("description", "description", "text", "Description."),
        Column("fields", "fields", "json", "Its fields: id, slug, type, labels, required, scale."),
        Column("relationships", "relationships", "json", "What its records belong to."),
        Column("icons", "icons", "json", "Pictures."),
        Column("created_at", "createdTimestamp", "datetime", "Creation."),
        Column("updated_at", "updatedTimestamp", "datetime", "Last edit."),
        Column("app_id", "appId", "id", "App that made it."),
        Column("parent_id", "parentId", "id", "Kind that it extends."),
    ),
)

CUSTOM_OBJECT_RECORDS = Table(
    name="custom_object_records",
    grain="one row per record of one kind of custom object",
    key="record_id",
    source="https://developers.activecampaign.com/reference/list-records-created-from-a-schema",
    columns=(
        Column("record_id", "id", "id", "Identifies the record."),
        Column("external_id", "externalId", "id", "Record in the system it came from."),
        Column("schema_id", "schemaId", "id", "Kind."),
        Column("fields", "fields", "json", "Values, as a list of id and value.", pii=True),
        Column("relationships", "relationships", "json", "Ids of what it belongs to, by slug."),
        Column("created_at", "createdTimestamp", "datetime", "Creation."),
        Column("updated_at", "updatedTimestamp", "datetime", "Last change."),
    ),
)
