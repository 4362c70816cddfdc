"""Notes on contacts, deals and companies."""

from __future__ import annotations

from actoolkit.tables.schema import Column, Table

NOTES = Table(
    name="notes",
    grain="one row per note",
    key="note_id",
    time_column="created_at",
    source="https://developers.activecampaign.com/reference/notes",
    columns=(
        Column("note_id", "id", "id", "Identifies the note."),
        Column(
            "related_to", "reltype", "text", "Kind of the record it is on; Subscriber: a contact."
        ),
        Column("related_id", "relid", "id", "That record."),
        Column("note", "note", "text", "What was written.", pii=True),
        Column("user_id", "userid", "id", "User who wrote it.", aliases=("user",)),
        Column("created_at", "cdate", "datetime", "Creation."),
        Column("updated_at", "mdate", "datetime", "Last edit."),
        Column("is_draft", "is_draft", "flag", "Whether it is unfinished."),
        Column("owner", "owner", "json", "Record it is on, as an object of type and id."),
    ),
    omitted={"links": "links"},
)
