"""Groups of users: what they may do, and how much."""

from __future__ import annotations

from collections.abc import Mapping

from actoolkit.tables.schema import Column, Evidence, Table

_DOCUMENTED = {
    "pgListAdd": "add_lists",
    "pgListEdit": "edit_lists",
    "pgListDelete": "delete_lists",
    "pgListHeaders": "edit_list_headers",
    "pgListEmailaccount": "edit_list_email_accounts",
    "pgListBounce": "edit_bounce_settings",
    "pgMessageAdd": "add_messages",
    "pgMessageEdit": "edit_messages",
    "pgMessageDelete": "delete_messages",
    "pgMessageSend": "send_messages",
    "pgContactAdd": "add_contacts",
    "pgContactEdit": "edit_contacts",
    "pgContactDelete": "delete_contacts",
    "pgContactMerge": "merge_contacts",
    "pgContactImport": "import_contacts",
    "pgContactApprove": "approve_contacts",
    "pgContactExport": "export_contacts",
    "pgContactSync": "sync_contacts",
    "pgContactFilters": "use_contact_filters",
    "pgContactActions": "use_contact_actions",
    "pgContactFields": "manage_contact_fields",
    "pg_user_add": "add_users",
    "pg_user_edit": "edit_users",
    "pg_user_delete": "delete_users",
    "pgGroupAdd": "add_groups",
    "pgGroupEdit": "edit_groups",
    "pgGroupDelete": "delete_groups",
    "pgTemplateAdd": "add_templates",
    "pgTemplateEdit": "edit_templates",
    "pgTemplateDelete": "delete_templates",
    "pgPersonalizationAdd": "add_personalization",
    "pgPersonalizationEdit": "edit_personalization",
    "pgPersonalizationDelete": "delete_personalization",
    "pgAutomationManage": "manage_automations",
    "pgFormEdit": "edit_forms",
    "pgReportsCampaign": "see_campaign_reports",
    "pgReportsList": "see_list_reports",
    "pgReportsUser": "see_user_reports",
    "pgReportsTrend": "see_trend_reports",
    "pgStartupReports": "see_startup_reports",
    "pgStartupGettingstarted": "see_getting_started",
    "pgDeal": "use_deals",
    "pgDealDelete": "delete_deals",
    "pgDealReassign": "reassign_deals",
    "pgDealGroupAdd": "add_pipelines",
    "pgDealGroupEdit": "edit_pipelines",
    "pgDealGroupDelete": "delete_pipelines",
    "pgSavedResponsesManage": "manage_saved_responses",
}
_RECORDED = {
    "pgReportsDeal": "see_deal_reports",
    "pgAccountAdd": "add_accounts",
    "pgAccountEdit": "edit_accounts",
    "pgAccountDelete": "delete_accounts",
    "pgAccountManageCustomField": "manage_account_fields",
    "pgDealFields": "manage_deal_fields",
    "pgMfaAdmin": "manage_second_factor",
    "pgDealExport": "export_deals",
    "pgDealManageRoles": "manage_deal_roles",
    "pgAccountNoteAdd": "add_account_notes",
    "pgAccountNoteEdit": "edit_account_notes",
    "pgAccountNoteDelete": "delete_account_notes",
    "pgDealNoteAdd": "add_deal_notes",
    "pgDealNoteEdit": "edit_deal_notes",
    "pgDealNoteDelete": "delete_deal_notes",
    "pgDealListAll": "see_all_deals",
    "pgTagManage": "manage_tags",
    "pgContactResubscribe": "resubscribe_contacts",
    "pgDealImport": "import_deals",
    "pgAccountImport": "import_accounts",
    "pgAccountExport": "export_accounts",
    "pgLandingPagesAccess": "use_landing_pages",
    "pgWebPersonalizationManage": "manage_web_personalization",
}


def _permissions(actions: Mapping[str, str], evidence: Evidence) -> tuple[Column, ...]:
    return tuple(
        Column(
            f"can_{action}",
            source,
            "flag",
            f"Whether its users may {action.replace('_', ' ')}.",
            evidence=evidence,
        )
        for source, action in actions.items()
    )


GROUPS = Table(
    name="groups",
    grain="one row per group of users",
    key="group_id",
    source="https://developers.activecampaign.com/reference/list-all-groups",
    columns=(
        Column("group_id", "id", "id", "Identifies the group."),
        Column("title", "title", "text", "Title."),
        Column("description", "descript", "text", "Description."),
        Column("is_admin", "p_admin", "flag", "Whether its users administer the account."),
        Column("created_at", "sdate", "datetime", "Creation."),
        Column("needs_approval", "reqApproval", "flag", "Whether its campaigns need approval."),
        Column(
            "first_approvals",
            "reqApproval1st",
            "count",
            "First campaigns that need approval.",
            "campaigns",
        ),
        Column(
            "approval_notices",
            "reqApprovalNotify",
            "text",
            "Who is told of campaigns that wait.",
            pii=True,
        ),
        Column("adds_unsubscribe_link", "unsubscribelink", "flag", "Whether mails get a link."),
        Column("confirms_opt_in", "optinconfirm", "flag", "Whether subscriptions are confirmed."),
        Column("uses_social_data", "socialdata", "flag", "Whether social data is looked up."),
        *_permissions(_DOCUMENTED, "documented"),
        *_permissions(_RECORDED, "recorded"),
    ),
    omitted={"links": "links"},
)

GROUP_LIMITS = Table(
    name="group_limits",
    grain="one row per group of users; 0 means no limit",
    key="group_limit_id",
    source="https://developers.activecampaign.com/reference/list-all-group-limits",
    columns=(
        Column("group_limit_id", "id", "id", "Identifies the limits."),
        Column("group_id", "groupid", "id", "Group.", aliases=("group",)),
        Column("mail_limit", "limitMail", "count", "Mails in a period.", "mails"),
        Column("mail_limit_period", "limitMailType", "text", "That period."),
        Column("contact_limit", "limitContact", "count", "Contacts.", "contacts"),
        Column("list_limit", "limitList", "count", "Lists.", "lists"),
        Column("campaign_limit", "limitCampaign", "count", "Campaigns in a period.", "campaigns"),
        Column("campaign_limit_period", "limitCampaignType", "text", "That period."),
        Column("attachment_limit", "limitAttachment", "count", "Attachments.", "files"),
        Column("user_limit", "limitUser", "count", "Users.", "users"),
        Column(
            "abuse_limit_percent",
            "abuseRatio",
            "number",
            "Complaints that stop sending.",
            "percent",
        ),
        Column(
            "forces_sender_info",
            "forceSenderInfo",
            "flag",
            "Whether mails must name the sender.",
        ),
    ),
    omitted={"links": "links"},
)
