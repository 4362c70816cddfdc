"""Calendar feeds."""

from __future__ import annotations

from actoolkit.tables.schema import Column, Table

CALENDARS = Table(
    name="calendars",
    grain="one row per calendar feed",
    key="calendar_id",
    source="https://developers.activecampaign.com/reference/list-all-calendar-feeds",
    columns=(
        Column("calendar_id", "id", "id", "Identifies the feed."),
        Column("title", "title", "text", "Title."),
        Column("type", "type", "text", "What it shows."),
        Column("user_id", "userid", "id", "User who owns it."),
        Column("notification_minutes", "notification", "count", "Notice before.", "minutes"),
        Column("created_at", "cdate", "datetime", "Creation."),
        Column("updated_at", "mdate", "datetime", "Last edit."),
    ),
    omitted={"links": "links", "token": "secret"},
    on_request=(Column("token", "token", "text", "Key of the feed: who has it can read it."),),
)
