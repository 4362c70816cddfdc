"""Messages: the mails that campaigns carry."""

from __future__ import annotations

from actoolkit.tables.schema import Column, Table

MESSAGES = Table(
    name="messages",
    grain="one row per mail",
    key="message_id",
    time_column="created_at",
    source="https://developers.activecampaign.com/reference/list-all-messages",
    columns=(
        Column("message_id", "id", "id", "Identifies the mail."),
        Column("name", "name", "text", "Name given by the author; may be empty."),
        Column("subject", "subject", "text", "Subject line, personalisation tags included."),
        Column("preheader", "preheader_text", "text", "Text shown behind the subject."),
        Column("from_name", "fromname", "text", "Sender's name."),
        Column("from_email", "fromemail", "text", "Sender's address.", pii=True),
        Column("reply_to", "reply2", "text", "Address for replies.", pii=True),
        Column("user_id", "userid", "id", "User who owns it.", aliases=("user",)),
        Column("created_at", "cdate", "datetime", "Creation."),
        Column("updated_at", "mdate", "datetime", "Last edit."),
        Column("format", "format", "text", "Parts: mime, html or text."),
        Column("editor_instance_id", "ed_instanceid", "id", "Draft of the editor."),
        Column("editor_version", "ed_version", "count", "Generation of the editor."),
        Column("priority", "priority", "count", "Priority header, 3 is normal."),
        Column("charset", "charset", "text", "Character set."),
        Column("encoding", "encoding", "text", "Transfer encoding."),
        Column("html_fetch", "htmlfetch", "text", "When the HTML part is fetched from a URL."),
        Column("text_fetch", "textfetch", "text", "When the text part is fetched from a URL."),
        Column("hidden", "hidden", "flag", "Whether it is hidden from lists of mails."),
        Column(
            "has_predictive_content",
            "has_predictive_content",
            "flag",
            "Whether content was chosen per contact.",
        ),
        Column("language_code", "language_code", "text", "Language.", evidence="seen"),
        Column("source", "source", "text", "Where it was made.", evidence="seen"),
    ),
    omitted={
        "links": "links",
        "html": "heavy",
        "text": "heavy",
        "preview_mime": "heavy",
        "preview_data": "heavy",
    },
    on_request=(
        Column("html", "html", "text", "Body of the HTML part."),
        Column("text", "text", "text", "Body of the text part."),
        Column("preview_mime", "preview_mime", "text", "Type of the preview."),
        Column("preview_data", "preview_data", "text", "Preview."),
    ),
)
