"""Outcomes of deal tasks."""

from __future__ import annotations

from actoolkit.tables.schema import Column, Table

TASK_OUTCOMES = Table(
    name="task_outcomes",
    grain="one row per outcome that a task can have",
    key="task_outcome_id",
    source="https://developers.activecampaign.com/reference/list-all-task-outcomes",
    columns=(
        Column("task_outcome_id", "id", "id", "Identifies the outcome."),
        Column("title", "title", "text", "Title."),
        Column("sentiment", "sentiment", "text", "POSITIVE, NEUTRAL or NEGATIVE."),
        Column("disabled", "disabled", "flag", "Whether it can no longer be chosen."),
        Column("task_type_ids", "dealTasktype_ids", "texts", "Kinds of task that offer it."),
        Column("created_at", "created_utc_timestamp", "datetime", "Creation."),
        Column("updated_at", "updated_utc_timestamp", "datetime", "Last edit."),
        Column("created_by", "created_by", "id", "User who created it."),
        Column("updated_by", "updated_by", "id", "User who last edited it."),
    ),
    omitted={"links": "links"},
)

TASKTYPE_OUTCOME_RELS = Table(
    name="tasktype_outcome_rels",
    grain="one row per pair of task type and outcome",
    key="tasktype_outcome_rel_id",
    source="https://developers.activecampaign.com/reference/list-all-task-type-outcome-relations",
    columns=(
        Column("tasktype_outcome_rel_id", "id", "id", "Identifies the pair."),
        Column("task_type_id", "tasktype_id", "id", "Kind of task.", aliases=("tasktype",)),
        Column("task_outcome_id", "outcome_id", "id", "Outcome.", aliases=("outcome",)),
        Column("position", "display_order", "count", "Place among the outcomes."),
        Column("created_at", "created_utc_timestamp", "datetime", "Creation."),
        Column(
            "updated_local",
            "updated_utc_timestamp",
            "wall",
            "Last edit; despite its wire name not UTC.",
        ),
        Column("created_by", "created_by", "id", "User who made it.", aliases=("createdBy",)),
        Column("updated_by", "updated_by", "id", "User who last edited it."),
    ),
    omitted={"links": "links"},
)
