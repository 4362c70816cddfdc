"""Users of the account."""

from __future__ import annotations

from actoolkit.tables.schema import Column, Table

USER = Table(
    name="user",
    grain="one row: the user that the API key belongs to",
    key="user_id",
    source="https://developers.activecampaign.com/reference/get-user-loggedin",
    columns=(
        Column("user_id", "id", "id", "Identifies the user."),
        Column("username", "username", "text", "Login name.", pii=True, evidence="recorded"),
        Column("first_name", "firstName", "text", "First name.", pii=True, evidence="recorded"),
        Column("last_name", "lastName", "text", "Last name.", pii=True, evidence="recorded"),
        Column("email", "email", "text", "E-mail address.", pii=True, evidence="recorded"),
        Column("phone", "phone", "text", "Telephone.", pii=True, evidence="recorded"),
        Column(
            "time_zone",
            "localZoneid",
            "text",
            "Time zone, such as America/Chicago.",
            "IANA name",
            evidence="recorded",
        ),
        Column("created_at", "cdate", "datetime", "Creation.", evidence="recorded"),
        Column("updated_at", "udate", "datetime", "Last change.", evidence="recorded"),
        Column(
            "mfa_enabled",
            "mfaEnabled",
            "flag",
            "Whether a second factor is asked for.",
            evidence="recorded",
        ),
        Column(
            "password_updated_local",
            "password_updated_utc_timestamp",
            "wall",
            "Last change of the password.",
            evidence="recorded",
        ),
    ),
    omitted={"links": "links", "signature": "heavy"},
    on_request=(
        Column(
            "signature", "signature", "text", "Signature in mails.", pii=True, evidence="recorded"
        ),
    ),
)
