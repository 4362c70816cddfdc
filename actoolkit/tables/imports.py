"""Bulk imports: batches that wait, and batches that were done."""

from __future__ import annotations

from actoolkit.tables.schema import Column, Table

BULK_IMPORT = Table(
    name="bulk_import",
    grain="one row per day and state of the queue",
    key=None,
    source="https://developers.activecampaign.com/reference/bulk-import-status-list",
    columns=(
        Column("bucket", "bucket", "text", "Array it came in: outstanding or recentlyCompleted."),
        Column("for_date_on", "forDate", "date", "Day of the import."),
        Column("batches", "batches", "count", "Batches.", "batches"),
        Column("contacts", "contacts", "count", "Contacts in them.", "contacts"),
    ),
)
