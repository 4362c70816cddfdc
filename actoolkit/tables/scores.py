"""Scores: what is scored, and each contact's value."""

from __future__ import annotations

from actoolkit.tables.schema import Column, Table

SCORES = Table(
    name="scores",
    grain="one row per score definition",
    key="score_id",
    source="https://developers.activecampaign.com/reference/list-all-scores",
    columns=(
        Column("score_id", "id", "id", "Identifies the score."),
        Column("name", "name", "text", "Name."),
        Column("description", "descript", "text", "Description."),
        Column("related_to", "reltype", "text", "What it scores: contact or deal."),
        Column("active", "status", "flag", "Whether it is kept up to date."),
        Column("created_at", "cdate", "datetime", "Creation."),
        Column("updated_at", "mdate", "datetime", "Last edit."),
    ),
    omitted={"links": "links"},
)

SCORE_VALUES = Table(
    name="score_values",
    grain="one row per pair of score and contact or deal; overwritten at the source",
    key="score_value_id",
    source="https://developers.activecampaign.com/reference/list-all-contacts",
    columns=(
        Column("score_value_id", "id", "id", "Identifies the value."),
        Column("score_id", "score", "id", "Score."),
        Column("contact_id", "contact", "id", "Contact, null for a deal's value."),
        Column("deal_id", "deal", "id", "Deal, null for a contact's value."),
        Column("score_value", "scoreValue", "number", "Value as of the request.", "points"),
        Column("created_at", "cdate", "datetime", "First value."),
        Column("updated_at", "mdate", "datetime", "Last change of the value."),
    ),
    omitted={"links": "links"},
)
