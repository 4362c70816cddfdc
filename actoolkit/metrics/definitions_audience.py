"""What each metric of contacts and lists means, in words that a report can print."""

from __future__ import annotations

from actoolkit.metrics.definitions import Definition

_CONTACTS = "https://developers.activecampaign.com/reference/list-all-contacts"
_LISTS = "https://developers.activecampaign.com/reference/update-list-status-for-contact"

_LAST = (
    "The API keeps the last open and the last click of a contact; opens by privacy software are "
    "kept apart and do not count."
)
_DELETED = "Deleted contacts are left out."
_LATEST = (
    "The API keeps a membership's latest dates only: who left and came back counts once, when they "
    "came back."
)

AUDIENCE: tuple[Definition, ...] = (
    Definition(
        "recency_tiers",
        "Recency of engagement",
        "contacts by days since their last open or click",
        numerator="contacts",
        denominator="all contacts",
        columns=("deleted", "created_local", "last_open_local", "last_click_local"),
        caveats=(_LAST, _DELETED),
        source=_CONTACTS,
        function="recency_tiers",
    ),
    Definition(
        "engagement_decay",
        "Engagement by month of joining",
        "contacts whose last open or click was so many months after joining, or later ÷ contacts "
        "who joined in that month",
        numerator="engaged",
        denominator="contacts",
        columns=("deleted", "created_local", "last_open_local", "last_click_local"),
        caveats=(
            _LAST,
            "The last months before the load are low: who opens again next week has not yet.",
            _DELETED,
        ),
        source=_CONTACTS,
        function="engagement_decay",
    ),
    Definition(
        "domain_mix",
        "Domains of addresses",
        "contacts by domain, with a hard bounce ÷ contacts, and who ever opened or clicked ÷ "
        "contacts",
        numerator="bounced; engaged",
        denominator="contacts",
        columns=("deleted", "email_domain", "hard_bounces", "last_open_local", "last_click_local"),
        caveats=(_DELETED, "A bounce long ago counts like one of today."),
        source=_CONTACTS,
        function="domain_mix",
    ),
    Definition(
        "list_growth",
        "Growth of lists",
        "memberships that began and ended per period; churn: those that ended ÷ members at the "
        "beginning",
        numerator="left",
        denominator="members at the end of the period before",
        columns=("list_id", "status", "subscribed_at", "unsubscribed_at"),
        caveats=(_LATEST, "Unconfirmed memberships are left out."),
        source=_LISTS,
        function="list_growth",
    ),
    Definition(
        "list_overlap",
        "Overlap of lists",
        "contacts subscribed to both lists ÷ the smaller list, and ÷ contacts subscribed to either",
        numerator="shared",
        denominator="the smaller of contacts and other_contacts; contacts of either list",
        columns=("contact_id", "list_id", "status"),
        caveats=(
            "Of those who are subscribed now: who left one of the lists is in neither.",
            "A small list that lies within a large one is shared whole: the Jaccard index tells.",
        ),
        source=_LISTS,
        function="list_overlap",
    ),
    Definition(
        "field_completeness",
        "Completeness of fields",
        "values that are filled in ÷ rows, for each column of a frame",
        numerator="filled",
        denominator="rows",
        caveats=("A text of blanks is not filled in; a 0 and a False are.",),
        source=_CONTACTS,
        function="field_completeness",
    ),
)
