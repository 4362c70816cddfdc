"""Brandings: how the account looks to the users of a group."""

from __future__ import annotations

from actoolkit.tables.schema import Column, Table

BRANDINGS = Table(
    name="brandings",
    grain="one row per group of users",
    key="branding_id",
    source="https://developers.activecampaign.com/reference/brandings",
    columns=(
        Column("branding_id", "id", "id", "Identifies the branding."),
        Column("group_id", "groupid", "id", "Group of users."),
        Column("site_name", "siteName", "text", "Name of the site."),
        Column("logo_url", "siteLogo", "text", "Logo."),
        Column("small_logo_url", "siteLogoSmall", "text", "Small logo."),
        Column("header_text", "headerTextValue", "text", "Header of text mails."),
        Column("header_html", "headerHtmlValue", "text", "Header of HTML mails."),
        Column("footer_text", "footerTextValue", "text", "Footer of text mails."),
        Column("footer_html", "footerHtmlValue", "text", "Footer of HTML mails."),
        Column("shows_copyright", "copyright", "flag", "Whether the vendor's copyright is shown."),
        Column("shows_version", "version", "flag", "Whether the version is shown."),
        Column("shows_license", "license", "flag", "Whether the licence is shown."),
        Column("shows_links", "links", "flag", "Whether the vendor's links are shown."),
        Column("shows_help", "help", "flag", "Whether help is shown."),
        Column("favicon_url", "favicon", "text", "Icon of the site."),
        Column(
            "zendesk_widget_enabled",
            "zendeskWidgetEnabled",
            "flag",
            "Whether the support widget is shown.",
            evidence="seen",
        ),
        Column("created_local", "created_timestamp", "wall", "Creation.", evidence="seen"),
        Column("updated_local", "updated_timestamp", "wall", "Last edit.", evidence="seen"),
    ),
    omitted={
        "adminTemplateHtm": "heavy",
        "adminTemplateCss": "heavy",
        "publicTemplateHtm": "heavy",
        "publicTemplateCss": "heavy",
        "admin_template_css_backup": "heavy",
        "admin_template_htm_backup": "heavy",
    },
    on_request=(
        Column("admin_template_html", "adminTemplateHtm", "text", "Page of the administration."),
        Column("admin_template_css", "adminTemplateCss", "text", "Style of that page."),
        Column("public_template_html", "publicTemplateHtm", "text", "Page that contacts see."),
        Column("public_template_css", "publicTemplateCss", "text", "Style of that page."),
        Column(
            "admin_template_html_backup",
            "admin_template_htm_backup",
            "text",
            "Former page of the administration.",
            evidence="seen",
        ),
        Column(
            "admin_template_css_backup",
            "admin_template_css_backup",
            "text",
            "Style of that page.",
            evidence="seen",
        ),
    ),
)
