"""Webhooks, and the events they can be told of."""

from __future__ import annotations

from actoolkit.tables.schema import Column, Table

WEBHOOKS = Table(
    name="webhooks",
    grain="one row per webhook",
    key="webhook_id",
    source="https://developers.activecampaign.com/reference/get-a-list-of-webhooks",
    columns=(
        Column("webhook_id", "id", "id", "Identifies the webhook."),
        Column("name", "name", "text", "Name."),
        Column("url", "url", "text", "Where it reports to."),
        Column("list_id", "listid", "id", "List it is limited to; null for all."),
        Column("events", "events", "texts", "Events it reports."),
        Column("sources", "sources", "texts", "Who must have caused them."),
        Column("created_at", "cdate", "datetime", "Creation."),
        Column("state", "state", "text", "State.", evidence="seen"),
        Column("deactivated_local", "deactivated_date", "wall", "Deactivation.", evidence="seen"),
    ),
    omitted={"links": "links"},
)

WEBHOOK_EVENTS = Table(
    name="webhook_events",
    grain="one row per event that a webhook can report",
    key=None,
    scalar="name",
    source="https://developers.activecampaign.com/reference/get-a-list-of-webhook-events",
    columns=(Column("name", "name", "text", "Name of the event; the API lists bare names."),),
)
