"""Lists, and who is on them."""

from __future__ import annotations

from actoolkit.tables.schema import Column, Table

SUBSCRIPTION_STATUSES = {
    "0": "unconfirmed",
    "1": "subscribed",
    "2": "unsubscribed",
    "3": "bounced",
}
"""States of a subscription: 1 and 2 are documented, 0 and 3 follow the contact filter's codes."""

LISTS = Table(
    name="lists",
    grain="one row per list that the key's user may see",
    key="list_id",
    time_column="created_at",
    source="https://developers.activecampaign.com/reference/retrieve-all-lists",
    columns=(
        Column("list_id", "id", "id", "Identifies the list."),
        Column("name", "name", "text", "Name."),
        Column("string_id", "stringid", "text", "Short name used in addresses."),
        Column("created_at", "cdate", "datetime", "Creation."),
        Column("updated_at", "udate", "datetime", "Last edit."),
        Column(
            "active_subscribers",
            "active_subscribers",
            "count",
            "Contacts subscribed now; null where the account lacks it.",
            "contacts",
            evidence="seen",
        ),
        Column(
            "non_deleted_subscribers",
            "non_deleted_subscribers",
            "count",
            "Contacts ever on it and not deleted; null where the account lacks it.",
            "contacts",
            evidence="seen",
        ),
        Column("user_id", "userid", "id", "User who owns it.", aliases=("user",)),
        Column("channel", "channel", "text", "Channel, such as email or sms.", evidence="seen"),
        Column("description", "description", "text", "Description.", evidence="seen"),
        Column("private", "private", "flag", "Whether it is kept from the public archive."),
        Column("uses_tracking", "p_use_tracking", "flag", "Whether mails are tracked."),
        Column(
            "read_analytics", "p_use_analytics_read", "flag", "Whether opens reach site analytics."
        ),
        Column(
            "link_analytics", "p_use_analytics_link", "flag", "Whether links carry analytics tags."
        ),
        Column("posts_to_twitter", "p_use_twitter", "flag", "Whether mails are posted to Twitter."),
        Column(
            "posts_to_facebook", "p_use_facebook", "flag", "Whether mails are posted to Facebook."
        ),
        Column("embeds_images", "p_embed_image", "flag", "Whether images travel in the mail."),
        Column("uses_captcha", "p_use_captcha", "flag", "Whether its forms ask for a captcha."),
        Column(
            "sends_last_broadcast",
            "send_last_broadcast",
            "flag",
            "Whether a new subscriber gets the latest campaign.",
        ),
        Column("analytics_domains", "analytics_domains", "text", "Domains of site analytics."),
        Column("analytics_source", "analytics_source", "text", "Source named to site analytics."),
        Column("analytics_account", "analytics_ua", "text", "Account of site analytics."),
        Column("carbon_copy", "carboncopy", "text", "Addresses that get each mail.", pii=True),
        Column(
            "subscription_notices",
            "subscription_notify",
            "text",
            "Addresses told of each subscription.",
            pii=True,
        ),
        Column(
            "unsubscription_notices",
            "unsubscription_notify",
            "text",
            "Addresses told of each unsubscription.",
            pii=True,
        ),
        Column("requires_name", "require_name", "flag", "Whether its forms ask for a name."),
        Column(
            "asks_unsubscribe_reason",
            "get_unsubscribe_reason",
            "flag",
            "Whether leaving asks for a reason.",
        ),
        Column("recipient_name", "to_name", "text", "Name used for contacts without one."),
        Column("opt_in_out_id", "optinoptout", "id", "Set of confirmation mails."),
        Column("sender_name", "sender_name", "text", "Sender in the footer."),
        Column("sender_address_1", "sender_addr1", "text", "Sender's street."),
        Column("sender_address_2", "sender_addr2", "text", "Sender's street, second line."),
        Column("sender_city", "sender_city", "text", "Sender's city."),
        Column("sender_state", "sender_state", "text", "Sender's state."),
        Column("sender_zip", "sender_zip", "text", "Sender's postal code."),
        Column("sender_country", "sender_country", "text", "Sender's country."),
        Column("sender_phone", "sender_phone", "text", "Sender's telephone."),
        Column("sender_url", "sender_url", "text", "Sender's site."),
        Column("sender_reminder", "sender_reminder", "text", "Why the contact gets the mail."),
        Column("full_address", "fulladdress", "text", "Sender's address in one text."),
        Column("opt_in_message_id", "optinmessageid", "id", "Mail that confirms a subscription."),
        Column("confirms_opt_out", "optoutconf", "flag", "Whether leaving is confirmed by mail."),
        Column("deleted_local", "deletestamp", "wall", "Deletion, null while it exists."),
        Column(
            "record_created_local",
            "created_timestamp",
            "wall",
            "Creation of the record.",
            evidence="recorded",
        ),
        Column(
            "record_updated_local",
            "updated_timestamp",
            "wall",
            "Last change of the record.",
            evidence="recorded",
        ),
        Column("created_by", "created_by", "id", "User who created it.", evidence="recorded"),
        Column("updated_by", "updated_by", "id", "User who last edited it.", evidence="recorded"),
    ),
    omitted={
        "links": "links",
        "twitter_token": "secret",
        "twitter_token_secret": "secret",
        "facebook_session": "secret",
    },
    on_request=(
        Column("twitter_token", "twitter_token", "text", "Token for Twitter."),
        Column("twitter_token_secret", "twitter_token_secret", "text", "Secret for Twitter."),
        Column("facebook_session", "facebook_session", "text", "Session for Facebook."),
    ),
)

CONTACT_LISTS = Table(
    name="contact_lists",
    grain="one row per pair of contact and list, past subscriptions included",
    key="contact_list_id",
    time_column="subscribed_at",
    documented=False,
    source="https://developers.activecampaign.com/reference/retrieve-contact-list-memberships",
    columns=(
        Column("contact_list_id", "id", "id", "Identifies the pair."),
        Column("contact_id", "contact", "id", "Contact."),
        Column("list_id", "list", "id", "List."),
        Column(
            "status", "status", "code", "State of the subscription.", codes=SUBSCRIPTION_STATUSES
        ),
        Column("subscribed_at", "sdate", "datetime", "Latest subscription."),
        Column("unsubscribed_at", "udate", "datetime", "Unsubscription; null while subscribed."),
        Column("campaign_id", "campaign", "id", "Campaign whose link was used to leave."),
        Column(
            "automation_id",
            "seriesid",
            "id",
            "Automation that subscribed the contact.",
            aliases=("automation",),
        ),
        Column("unsubscribe_reason", "unsubreason", "text", "Reason given.", pii=True),
        Column(
            "unsubscribe_automation_id",
            "unsubscribeAutomation",
            "id",
            "Automation that unsubscribed the contact.",
        ),
        Column("message_id", "message", "id", "Mail whose link was used to leave."),
        Column("form_id", "form", "id", "Form used to subscribe."),
        Column(
            "source",
            "sourceid",
            "code",
            "Way in, as a code: 3 is the API; the others are not documented.",
            codes={"3": "api"},
        ),
        Column("channel", "channel", "text", "Channel, such as email or sms.", evidence="seen"),
        Column("first_name", "first_name", "text", "First name given here.", pii=True),
        Column("last_name", "last_name", "text", "Last name given here.", pii=True),
        Column("gets_responders", "responder", "flag", "Whether autoresponders are sent."),
        Column("sync_id", "sync", "id", "Synchronisation that brought it."),
        Column("autosync_log_id", "autosyncLog", "id", "Log entry of that synchronisation."),
        Column("record_created_local", "created_timestamp", "wall", "Creation of the record."),
        Column("record_updated_local", "updated_timestamp", "wall", "Last change of the record."),
        Column("created_by", "created_by", "id", "User who created it."),
        Column("updated_by", "updated_by", "id", "User who last changed it."),
    ),
    omitted={
        "links": "links",
        "ip4Sub": "IP address",
        "ip4_last": "IP address",
        "ip4Unsub": "IP address",
    },
    on_request=(
        Column("subscribed_ip4", "ip4Sub", "id", "IPv4 address at subscription.", pii=True),
        Column("last_ip4", "ip4_last", "id", "Latest IPv4 address.", pii=True),
        Column("unsubscribed_ip4", "ip4Unsub", "id", "IPv4 address at leaving.", pii=True),
    ),
)
