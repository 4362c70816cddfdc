"""Segments: conditions that narrow an audience."""

from __future__ import annotations

from actoolkit.tables.schema import Column, Table

SEGMENTS = Table(
    name="segments",
    grain="one row per segment",
    key="segment_id",
    source="https://developers.activecampaign.com/reference/list-all-segments",
    columns=(
        Column("segment_id", "id", "id", "Identifies the segment."),
        Column("name", "name", "text", "Name."),
        Column("logic", "logic", "text", "How conditions combine: and, or."),
        Column("hidden", "hidden", "flag", "Whether it is hidden."),
        Column("automation_id", "seriesid", "id", "Automation it belongs to."),
        Column("segment_v2_id", "segmentid_v2", "id", "Its successor.", evidence="seen"),
        Column("created_local", "created_timestamp", "wall", "Creation.", evidence="seen"),
        Column("updated_local", "updated_timestamp", "wall", "Last edit.", evidence="seen"),
        Column("created_by", "created_by", "id", "User who created it.", evidence="seen"),
        Column("updated_by", "updated_by", "id", "User who last edited it.", evidence="seen"),
    ),
    omitted={"links": "links"},
)
