"""Email activities: the log of one-to-one mail. It holds no opens and no clicks."""

from __future__ import annotations

from actoolkit.tables.schema import Column, Table

EMAIL_ACTIVITIES = Table(
    name="email_activities",
    grain="one row per mail written to or by one contact",
    key="email_activity_id",
    time_column="happened_at",
    source="https://developers.activecampaign.com/reference/list-all-email-activities",
    columns=(
        Column("email_activity_id", "id", "id", "Identifies the mail.", evidence="recorded"),
        Column(
            "contact_id",
            "subscriberid",
            "id",
            "Contact.",
            evidence="recorded",
            aliases=("contact",),
        ),
        Column(
            "user_id", "userid", "id", "User who wrote it.", evidence="recorded", aliases=("user",)
        ),
        Column("deal_id", "d_id", "id", "Deal.", evidence="recorded", aliases=("deal",)),
        Column(
            "related_to",
            "reltype",
            "text",
            "Kind of the record it belongs to, such as SubscriberEmail.",
            evidence="recorded",
        ),
        Column("related_id", "relid", "id", "That record.", evidence="recorded"),
        Column("from_name", "from_name", "text", "Sender's name.", pii=True, evidence="recorded"),
        Column("subject", "subject", "text", "Subject line.", pii=True, evidence="recorded"),
        Column("happened_at", "tstamp", "datetime", "When it was sent.", evidence="recorded"),
        Column(
            "from_address",
            "fromAddress",
            "text",
            "Sender's address.",
            pii=True,
            evidence="recorded",
        ),
        Column(
            "to_address",
            "toAddress",
            "text",
            "Recipient's address.",
            pii=True,
            evidence="recorded",
        ),
        Column(
            "cc_address",
            "ccAddress",
            "text",
            "Addresses in copy.",
            pii=True,
            evidence="recorded",
        ),
        Column("account_id", "account", "id", "Company.", evidence="recorded"),
        Column("sentiment", "sentiment", "text", "Sentiment.", evidence="recorded"),
        Column(
            "reference",
            "reference",
            "json",
            "Record it belongs to, as an object of type and id.",
            evidence="recorded",
        ),
        Column("connection_id", "connectionid", "id", "Store connection.", evidence="client"),
        Column("message_id", "messageid", "id", "Mail of a campaign.", evidence="client"),
        Column("automation_id", "series_id", "id", "Automation.", evidence="client"),
        Column(
            "contact_automation_id",
            "subscriber_series_id",
            "id",
            "Entry into that automation.",
            evidence="client",
        ),
        Column(
            "automation_name",
            "automation_name",
            "text",
            "Name of that automation.",
            evidence="client",
        ),
        Column(
            "service_provider",
            "service_provider",
            "text",
            "Service that carried it.",
            evidence="client",
        ),
        Column("files", "files", "json", "Attachments.", pii=True, evidence="client"),
    ),
    omitted={"links": "links", "message": "heavy", "messageHtml": "heavy"},
    on_request=(
        Column("message", "message", "text", "Body as text.", pii=True, evidence="recorded"),
        Column("message_html", "messageHtml", "text", "Body.", pii=True, evidence="recorded"),
    ),
)
