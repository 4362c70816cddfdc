"""What metrics of contacts' steps and of automations mean, in words that a report can print."""

from __future__ import annotations

from actoolkit.metrics.definitions import TOUCH_COLUMNS, Definition

_CONTACTS = "https://developers.activecampaign.com/reference/list-all-contacts"
_ENTRIES = "https://developers.activecampaign.com/reference/list-all-contact-automations"
_LISTS = "https://developers.activecampaign.com/reference/update-list-status-for-contact"

CONTACTS: tuple[Definition, ...] = (
    Definition(
        "contact_funnel",
        "Funnel of contacts",
        "contacts who took all steps up to this one, in their order and within the window after "
        "the first ÷ contacts who took the first",
        numerator="contacts",
        denominator="contacts of the first step, or of the step before",
        columns=("contact_id", "event", "happened_at"),
        caveats=(
            "Of all chains of a contact's events, any one that is in time counts.",
            "Steps at the same moment count as in order, an event once.",
        ),
        source=_CONTACTS,
        function="contact_funnel",
    ),
    Definition(
        "completion_rate",
        "Completion of an automation",
        "entries that did all steps and ended ÷ entries that are old enough",
        numerator="mature_completed",
        denominator="mature_entries",
        columns=("automation_id", "contact_id", "added_at", "removed_at", "completed"),
        caveats=(
            "A contact who enters again is another entry.",
            "Time inside is by Kaplan and Meier: who is still there counts up to now.",
        ),
        source=_ENTRIES,
        function="automation_funnel",
    ),
    Definition(
        "automation_progress",
        "Progress in an automation",
        "entries by the number of steps done, or by last block ÷ entries of the automation",
        numerator="entries",
        denominator="entries of the automation",
        columns=("automation_id", "completed_elements", "removed_at"),
        caveats=("A snapshot, not a funnel: who is inside goes on.",),
        source=_ENTRIES,
        function="automation_progress",
    ),
    Definition(
        "fatigue",
        "Mails a month and unsubscribing",
        "months of contacts in which they left a list ÷ months of contacts with so many mails",
        numerator="unsubscribed",
        denominator="contact_months",
        columns=(
            *TOUCH_COLUMNS,
            "status",
            "unsubscribed_at",
        ),
        caveats=(
            "Who gets more mail differs from who gets less: fewer mails need not keep them.",
            "The API keeps the last unsubscription of a membership only.",
        ),
        source=_LISTS,
        function="fatigue",
    ),
    Definition(
        "bounced_contacts",
        "Contacts whose mail bounced",
        "contacts with a bounce ÷ contacts",
        numerator="bounced",
        denominator="contacts",
        columns=("deleted", "hard_bounces", "soft_bounces"),
        caveats=("Deleted contacts are left out.",),
        source=_CONTACTS,
        function="bounce_health",
    ),
)
"""The definitions of contacts' steps and automations, in the order of the reference."""
