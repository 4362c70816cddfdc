"""Contacts: the people."""

from __future__ import annotations

from actoolkit.tables.schema import Column, Table

_SINGLE = "ids that come with a single contact only"

CONTACTS = Table(
    name="contacts",
    grain="one row per contact",
    key="contact_id",
    time_column="created_at",
    source="https://developers.activecampaign.com/reference/list-all-contacts",
    columns=(
        Column("contact_id", "id", "id", "Identifies the contact."),
        Column("email", "email", "text", "E-mail address.", pii=True),
        Column("first_name", "firstName", "text", "First name.", pii=True),
        Column("last_name", "lastName", "text", "Last name.", pii=True),
        Column("phone", "phone", "text", "Telephone.", pii=True),
        Column("email_domain", "email_domain", "text", "Domain of the address; may be empty."),
        Column("created_at", "cdate", "datetime", "Creation."),
        Column("updated_at", "udate", "datetime", "Last change; null until there is one."),
        Column("hard_bounces", "bounced_hard", "count", "Hard bounces.", "mails"),
        Column("soft_bounces", "bounced_soft", "count", "Soft bounces.", "mails"),
        Column("bounced_on", "bounced_date", "date", "Latest bounce."),
        Column("deleted", "deleted", "flag", "Whether it is deleted."),
        Column(
            "last_open_local",
            "last_open_date",
            "wall",
            "Latest open; null when never.",
            evidence="recorded",
        ),
        Column(
            "last_click_local",
            "last_click_date",
            "wall",
            "Latest click; null when never.",
            evidence="recorded",
        ),
        Column(
            "last_mpp_open_local",
            "last_mpp_open_date",
            "wall",
            "Latest open made by Apple's mail privacy; null when never.",
            evidence="recorded",
        ),
        Column(
            "best_send_hour",
            "best_send_hour",
            "count",
            "Hour predicted for predictive sending.",
            "hour 0-23",
            evidence="recorded",
        ),
        Column("sends", "sentcnt", "count", "Mails sent to the contact.", "mails"),
        Column(
            "account_id",
            "orgid",
            "id",
            "Company that the contact belongs to.",
            aliases=("organization",),
        ),
        Column("account_name", "orgname", "text", "Name of that company."),
        Column(
            "account_contact_ids", "accountContacts", "texts", "Links from contact to companies."
        ),
        Column("segmentio_id", "segmentio_id", "text", "Id in Segment.io.", pii=True),
        Column(
            "social_checked_local", "socialdata_lastcheck", "wall", "Latest look at social data."
        ),
        Column("email_local_part", "email_local", "text", "Address before the @.", pii=True),
        Column("rated_on", "rating_tstamp", "date", "Latest rating."),
        Column("has_gravatar", "gravatar", "flag", "Whether a Gravatar is known."),
        Column("anonymized", "anonymized", "flag", "Whether personal data was erased."),
        Column("deleted_local", "deleted_at", "wall", "Deletion; null while it exists."),
        Column(
            "adate_at", "adate", "datetime", "Moment called adate; the reference does not explain."
        ),
        Column(
            "edate_at", "edate", "datetime", "Moment called edate; the reference does not explain."
        ),
        Column("email_empty", "email_empty", "flag", "Whether there is no address."),
        Column(
            "record_created_local",
            "created_timestamp",
            "wall",
            "Creation of the record.",
        ),
        Column("record_updated_local", "updated_timestamp", "wall", "Last change of the record."),
        Column(
            "record_created_utc_named_local",
            "created_utc_timestamp",
            "wall",
            "Creation of the record; despite its wire name not UTC.",
        ),
        Column(
            "record_updated_utc_named_local",
            "updated_utc_timestamp",
            "wall",
            "Last change of the record; despite its wire name not UTC.",
        ),
        Column("created_by", "created_by", "id", "User who created it."),
        Column("updated_by", "updated_by", "id", "User who last edited it."),
        Column(
            "mpp_tracking",
            "mpp_tracking",
            "flag",
            "Whether Apple's mail privacy was seen for the contact.",
        ),
        Column("sentiment", "sentiment", "text", "Sentiment.", pii=True, evidence="recorded"),
        Column(
            "email_domain_2021",
            "emailDomain",
            "text",
            "Domain of the address as some accounts spelled it in 2021.",
            evidence="recorded",
        ),
        Column("sms_consent", "sms_consent", "flag", "Consent to text messages.", evidence="seen"),
        Column(
            "sms_consent_updated_local",
            "sms_consent_updated_at",
            "wall",
            "Last change of that consent.",
            evidence="seen",
        ),
        Column("whatsapp_id", "whatsapp_id", "text", "WhatsApp id.", pii=True, evidence="seen"),
        Column(
            "whatsapp_username",
            "whatsapp_username",
            "text",
            "WhatsApp name.",
            pii=True,
            evidence="seen",
        ),
    ),
    omitted={
        "links": "links",
        "ip": "IP address",
        "ua": "heavy",
        "hash": "secret",
        "scoreValues": "own table: score_values",
        "fieldValues": _SINGLE,
        "contactAutomations": _SINGLE,
        "contactLists": _SINGLE,
        "geoIps": _SINGLE,
        "deals": _SINGLE,
    },
    on_request=(
        Column("ip", "ip", "id", "IPv4 address, as a number.", pii=True),
        Column("user_agent", "ua", "text", "Browser or mail program.", pii=True),
        Column("hash", "hash", "text", "Key of the contact in links to it.", pii=True),
    ),
)
