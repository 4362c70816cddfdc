"""Automations, and the passage of contacts through them."""

from __future__ import annotations

from actoolkit.tables.schema import Column, Table

AUTOMATIONS = Table(
    name="automations",
    grain="one row per automation; counters are lifetime totals as of the request",
    key="automation_id",
    time_column="created_at",
    source="https://developers.activecampaign.com/reference/list-all-automations",
    columns=(
        Column("automation_id", "id", "id", "Identifies the automation."),
        Column("name", "name", "text", "Name."),
        Column(
            "status",
            "status",
            "code",
            "Whether it runs: only active is sure to.",
            codes={"0": "inactive", "1": "active", "2": "inactive"},
        ),
        Column(
            "entries", "entered", "count", "Entries so far; a contact may enter again.", "entries"
        ),
        Column("exits", "exited", "count", "Exits so far.", "exits"),
        Column("created_at", "cdate", "datetime", "Creation."),
        Column("updated_at", "mdate", "datetime", "Last edit."),
        Column("user_id", "userid", "id", "User who owns it."),
        Column("hidden", "hidden", "flag", "Whether it is hidden."),
        Column("description", "description", "text", "Description."),
        Column("source", "source", "code", "Where it was made; its codes are not documented."),
        Column(
            "exits_on_unsubscribe",
            "exit_on_unsubscribe",
            "flag",
            "Whether leaving the list ends it for the contact.",
        ),
        Column(
            "exits_on_conversion",
            "exit_on_conversion",
            "flag",
            "Whether a conversion ends it for the contact.",
        ),
        Column("allows_reentry", "multientry", "flag", "Whether a contact may enter again."),
        Column(
            "exceeds_plan",
            "entitlements_violation",
            "flag",
            "Whether it uses what the plan does not include.",
        ),
        Column("screenshot_url", "screenshot", "text", "Picture of it."),
        Column("default_screenshot_url", "defaultscreenshot", "text", "Picture of its template."),
    ),
    omitted={"links": "links"},
)

CONTACT_AUTOMATIONS = Table(
    name="contact_automations",
    grain="one row per entry of a contact into an automation; re-entry makes another row",
    key="contact_automation_id",
    time_column="added_at",
    source="https://developers.activecampaign.com/reference/list-all-contact-automations",
    columns=(
        Column("contact_automation_id", "id", "id", "Identifies the entry."),
        Column("contact_id", "contact", "id", "Contact."),
        Column("automation_id", "seriesid", "id", "Automation.", aliases=("automation",)),
        Column("added_at", "adddate", "datetime", "Entry."),
        Column("removed_at", "remdate", "datetime", "Exit; null while inside."),
        Column("last_step_at", "lastdate", "datetime", "Latest step."),
        Column(
            "status",
            "status",
            "code",
            "Whether the contact is still inside.",
            codes={"1": "in progress", "2": "ended"},
        ),
        Column("completed", "completed", "flag", "Whether all steps were done."),
        Column("complete_percent", "completeValue", "count", "Part of the steps done.", "percent"),
        Column(
            "timespan_seconds", "timespan", "count", "Time inside; null while there.", "seconds"
        ),
        Column("last_block_id", "lastblock", "id", "Block of the latest step."),
        Column("completed_elements", "completedElements", "count", "Steps done.", "steps"),
        Column("total_elements", "totalElements", "count", "Steps there are.", "steps"),
        Column("start_id", "startid", "id", "Trigger that let the contact in."),
        Column("batch_id", "batchid", "id", "Batch that added the contact."),
        Column("last_log_id", "lastlogid", "id", "Latest log entry."),
        Column(
            "in_als",
            "in_als",
            "count",
            "Mark called in_als; the reference does not explain it.",
        ),
    ),
    omitted={"links": "links"},
)
