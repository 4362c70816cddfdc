"""Saved responses: texts kept for one-to-one mail."""

from __future__ import annotations

from actoolkit.tables.schema import Column, Table

SAVED_RESPONSES = Table(
    name="saved_responses",
    grain="one row per saved text",
    key="saved_response_id",
    source="https://developers.activecampaign.com/reference/list-all-saved-responses",
    columns=(
        Column("saved_response_id", "id", "id", "Identifies the text."),
        Column("title", "title", "text", "Title."),
        Column("subject", "subject", "text", "Subject line."),
        Column("created_at", "cdate", "datetime", "Creation."),
        Column("updated_at", "mdate", "datetime", "Last edit; null until there is one."),
        Column("last_sent_at", "ldate", "datetime", "Latest use; null when never."),
        Column("last_sent_user_id", "last_sent_user_id", "id", "User who used it last."),
    ),
    omitted={"links": "links", "body": "heavy"},
    on_request=(Column("body", "body", "text", "The text."),),
)
