"""Connections to stores and other services."""

from __future__ import annotations

from actoolkit.tables.schema import Column, Table

CONNECTIONS = Table(
    name="connections",
    grain="one row per connected service",
    key="connection_id",
    source="https://developers.activecampaign.com/reference/list-all-connections",
    columns=(
        Column("connection_id", "id", "id", "Identifies the connection."),
        Column("service", "service", "text", "Service, such as shopify."),
        Column("name", "name", "text", "Name of the store."),
        Column("external_id", "externalid", "id", "Store in the service."),
        Column(
            "status",
            "status",
            "code",
            "Whether it is connected.",
            codes={"0": "error", "1": "connected"},
        ),
        Column(
            "sync_status",
            "syncStatus",
            "code",
            "Whether an import runs.",
            codes={"0": "stopped", "1": "running"},
        ),
        Column("created_at", "cdate", "datetime", "Creation."),
        Column("updated_at", "udate", "datetime", "Last change."),
        Column("last_synced_at", "lastSync", "datetime", "Latest import."),
        Column("is_internal", "isInternal", "flag", "Whether the vendor made the integration."),
        Column("logo_url", "logoUrl", "text", "Logo."),
        Column("link_url", "linkUrl", "text", "Page of the integration."),
        Column("connection_type", "connectionType", "text", "Kind of connection."),
        Column("service_name", "serviceName", "text", "Service as shown."),
        Column("list_id", "listId", "id", "List that its customers join."),
        Column("sync_requested_local", "sync_request_time", "wall", "Latest request to import."),
        Column("sync_started_local", "sync_start_time", "wall", "Latest start of an import."),
        Column(
            "credentials_expire_local", "credentialExpiration", "wall", "End of its credentials."
        ),
        Column(
            "disconnected_local",
            "disconnectDate",
            "wall",
            "Disconnection.",
            evidence="seen",
        ),
        Column("plan_tier", "planTier", "text", "Plan in the service.", evidence="seen"),
    ),
    omitted={"links": "links"},
)
